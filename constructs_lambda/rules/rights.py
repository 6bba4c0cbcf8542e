"""CL80x: what a function's role has to allow."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Attachment
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
