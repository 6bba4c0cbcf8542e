"""The stage of a REST API: what it lets through, what it logs, and what guards it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack, aws_apigateway, aws_logs, aws_wafv2
from constructs import Construct

from constructs_lambda.cdk.apis.access_logs import format_of
from constructs_lambda.cdk.apis.throttling import limits_of


def throttling(throttle: aws_apigateway.ThrottleSettings | None) -> dict[str, int | float]:
    """How many requests it takes, as the stage's options have it."""
    rate, burst = limits_of(throttle)
    return {"throttling_rate_limit": rate, "throttling_burst_limit": burst}


def access_logging(group: aws_logs.ILogGroup | None) -> dict[str, Any]:
    """Where its access logs go, as the stage's options have it."""
    if group is None:
        return {}
    return {
        "access_log_destination": aws_apigateway.LogGroupLogDestination(group),
        "access_log_format": aws_apigateway.AccessLogFormat.custom(format_of("rest")),
    }


def given(options: aws_apigateway.StageOptions | None) -> dict[str, Any]:
    """What of CDK's options is set.

    Raises:
        TypeError: It is no StageOptions.
    """
    if options is None:
        return {}
    if not isinstance(options, aws_apigateway.StageOptions):
        raise TypeError(f"deploy_options must be an aws_apigateway.StageOptions; got {options!r}")
    names = [name for name in inspect.signature(aws_apigateway.StageOptions.__init__).parameters if name != "self"]
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def execution_logs(
    scope: Construct, api_id: str, stage: aws_apigateway.Stage, options: Mapping[str, Any]
) -> aws_logs.LogGroup | None:
    """The log group that API Gateway would make itself on the first request, and keep for ever."""
    if options["logging_level"] == aws_apigateway.MethodLoggingLevel.OFF:
        return None
    group = aws_logs.LogGroup(
        scope,
        "ExecutionLogs",
        log_group_name=f"API-Gateway-Execution-Logs_{api_id}/{options['stage_name']}",
        retention=aws_logs.RetentionDays.ONE_YEAR,
    )
    stage.node.add_dependency(group)
    return group


def guard(scope: Construct, api_id: str, stage: aws_apigateway.Stage, stage_name: str, web_acl_arn: str) -> None:
    """Puts a web ACL of AWS WAF in front of a stage."""
    stack = Stack.of(scope)
    association = aws_wafv2.CfnWebACLAssociation(
        scope,
        "WebAclAssociation",
        resource_arn=f"arn:{stack.partition}:apigateway:{stack.region}::/restapis/{api_id}/stages/{stage_name}",
        web_acl_arn=web_acl_arn,
    )
    association.node.add_dependency(stage)  # its name alone is no reference
