"""CL80x: what a function's role has to allow."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Attachment
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.grants import allows

_WITHOUT_NETWORK = (
    "/AWSLambdaBasicDurableExecutionRolePolicy",
    "/AWSLambdaBasicExecutionRole",
    "/AWSLambdaDynamoDBExecutionRole",
    "/AWSLambdaKinesisExecutionRole",
    "/AWSLambdaSQSQueueExecutionRole",
    "/AWSXRayDaemonWriteAccess",
    "/AWSXrayWriteOnlyAccess",
    "/AmazonDynamoDBFullAccess",
    "/AmazonS3FullAccess",
    "/AmazonS3ReadOnlyAccess",
    "/AmazonSNSFullAccess",
    "/AmazonSQSFullAccess",
    "/AmazonSSMReadOnlyAccess",
    "/CloudWatchLambdaInsightsExecutionRolePolicy",
    "/CloudWatchLogsFullAccess",
    "/SecretsManagerReadWrite",
)
"""Managed policies of AWS that give no right to make network interfaces; of any other nothing is assumed."""


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
    if all(arn.endswith(_WITHOUT_NETWORK) for arn in rights.managed_policies) and not allows(
        rights.statements, "ec2:createnetworkinterface"
    ):
        yield Problem(
            "Role",
            f"the function is in a VPC, and its role {rights.place.path} may not manage network interfaces "
            "(ec2:CreateNetworkInterface)",
            "Attach the managed policy service-role/AWSLambdaVPCAccessExecutionRole to the role.",
        )
