"""CL801, CL829 and CL830: what a function's role has to allow: network interfaces, traces and logs."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Attachment, FunctionRole, Rights
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.grants import allows, denies, managed_policy

_WITHOUT_NETWORK = frozenset(
    {
        "AWSLambdaBasicDurableExecutionRolePolicy",
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSXRayDaemonWriteAccess",
        "AWSXrayWriteOnlyAccess",
        "AmazonDynamoDBFullAccess",
        "AmazonS3FullAccess",
        "AmazonS3ReadOnlyAccess",
        "AmazonSNSFullAccess",
        "AmazonSQSFullAccess",
        "AmazonSSMReadOnlyAccess",
        "CloudWatchLambdaInsightsExecutionRolePolicy",
        "CloudWatchLogsFullAccess",
        "SecretsManagerReadWrite",
        "AWSLambdaInvocation-DynamoDB",
        "AWSLambdaRole",
        "AWSLambda_ReadOnlyAccess",
        "AWSStepFunctionsFullAccess",
        "AmazonDynamoDBReadOnlyAccess",
        "AmazonEventBridgeFullAccess",
        "AmazonKinesisFullAccess",
        "AmazonKinesisReadOnlyAccess",
        "AmazonSESFullAccess",
        "AmazonSNSReadOnlyAccess",
        "AmazonSQSReadOnlyAccess",
        "CloudWatchFullAccess",
        "CloudWatchFullAccessV2",
        "CloudWatchReadOnlyAccess",
        "IAMFullAccess",
        "IAMReadOnlyAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "ViewOnlyAccess",
    }
)
"""Managed policies of AWS that give no right to make network interfaces; of any other nothing is assumed."""


_ACTION = "ec2:createnetworkinterface"
_TRACES, _LOGS = "xray:puttracesegments", "logs:putlogevents"
_WITHOUT_TRACES = frozenset(
    {
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaENIManagementAccess",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
    }
)
_WITHOUT_LOGS = frozenset({"AWSLambdaENIManagementAccess", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"})


@rule(
    "CL801",
    "Role may not manage network interfaces",
    Severity.ERROR,
    aws="The Lambda API refuses the function: its role has no permission to call CreateNetworkInterface.",
    fix="Attach AWSLambdaVPCAccessExecutionRole, or allow what it allows.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions",
)
def network_interfaces(attachment: Attachment) -> Iterator[Problem]:
    rights = attachment.rights
    if attachment.function.vpc is not True or rights.is_open or rights.place is None:
        return
    is_allowed = allows(rights.statements, _ACTION) or any(
        managed_policy(arn) not in _WITHOUT_NETWORK for arn in rights.managed_policies
    )
    is_bounded = rights.boundary is not None and not allows(rights.boundary, _ACTION)
    if not is_allowed or is_bounded or denies((*rights.statements, *(rights.boundary or ())), _ACTION):
        yield Problem(
            "Role",
            f"the function is in a VPC, and its role {rights.place.path} may not manage network interfaces "
            "(ec2:CreateNetworkInterface)",
            "Attach the managed policy service-role/AWSLambdaVPCAccessExecutionRole to the role.",
        )


def _lacks(rights: Rights, action: str, without: frozenset[str]) -> bool:
    """Whether a role certainly doesn't allow an action; managed policies that aren't listed may allow it."""
    if rights.is_open or rights.place is None:
        return False
    if any(managed_policy(arn) not in without for arn in rights.managed_policies):
        return False
    return not allows(rights.statements, action) or denies(rights.statements, action)


@rule(
    "CL829",
    "Role may not send traces",
    Severity.ERROR,
    aws="The Lambda API refuses active tracing: the provided execution role does not have permissions to call "
    "PutTraceSegments on XRAY.",
    fix="Attach AWSXRayDaemonWriteAccess, or allow xray:PutTraceSegments and xray:PutTelemetryRecords.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
)
def traces(of: FunctionRole) -> Iterator[Problem]:
    if of.function.tracing == "Active" and _lacks(of.rights, _TRACES, _WITHOUT_TRACES):
        yield Problem(
            "TracingConfig.Mode",
            f"tracing is active, and the role {of.role.place.path} may not send traces (xray:PutTraceSegments)",
            "Allow xray:PutTraceSegments and xray:PutTelemetryRecords in the role, or set the mode to PassThrough.",
        )


@rule(
    "CL830",
    "Role may not write logs",
    Severity.WARNING,
    aws="The function runs, and nothing that it or Lambda says of it is kept: no errors, no durations.",
    fix="Attach AWSLambdaBasicExecutionRole, or allow logs:CreateLogStream and logs:PutLogEvents.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
)
def logs(of: FunctionRole) -> Iterator[Problem]:
    if _lacks(of.rights, _LOGS, _WITHOUT_LOGS):
        yield Problem(
            "Role",
            f"the role {of.role.place.path} may not write logs (logs:PutLogEvents): nothing of the function is logged",
            "Attach the managed policy service-role/AWSLambdaBasicExecutionRole, or grant_write of its log group.",
        )
