"""The golden path of Acme: what every Lambda service gets, what it must keep, and what may pass for now.

A package like any other: a team installs it and writes `ACME.apply(app)`. The version is that of the package.
"""

from __future__ import annotations

from datetime import date

from aws_cdk import Duration, aws_lambda, aws_logs

from constructs_lambda import Profile, Quotas, Require, Waiver

__all__ = ["ACME"]
__version__ = "1.2.0"

ACME = Profile(
    "acme",
    version=__version__,
    defaults={
        "memory_size": 256,
        "timeout": Duration.seconds(10),
        "tracing": aws_lambda.Tracing.ACTIVE,
        "logging_format": aws_lambda.LoggingFormat.JSON,
        "log_retention": aws_logs.RetentionDays.ONE_YEAR,
        "environment": {"POWERTOOLS_LOG_LEVEL": "INFO"},
    },
    require={
        "runtime": [aws_lambda.Runtime.PYTHON_3_13, aws_lambda.Runtime.PYTHON_3_14],
        "timeout": Require.at_most(Duration.minutes(5), because="ARCH-12: longer work belongs into Step Functions"),
        "log_retention": Require.at_most(400, because="LEGAL-3"),
        "description": Require.given(because="ARCH-2"),
        "environment": ["POWERTOOLS_SERVICE_NAME"],
        "tags": ["owner"],
    },
    quotas=Quotas(concurrent_executions=3_000),
    nag=["AwsSolutions"],
    tags={"company": "acme"},
    waivers=[
        Waiver(
            rule="AwsSolutions-IAM4[Policy::*service-role/AWSLambdaBasicExecutionRole]",
            path="*",
            reason="the roles that CDK makes for plain functions; gone with constructs_lambda's own",
            owner="platform@acme.example",
            until=date(2027, 6, 30),
        ),
        Waiver(
            rule="AwsSolutions-IAM5[Resource::*]",
            path="*/ServiceRole",
            reason="X-Ray has no rights for single resources",
            owner="platform@acme.example",
            until=date(2027, 12, 31),
        ),
    ],
)
