"""Least privilege for the role that CDK makes for a function: its managed policies go, scoped statements come.

The role stays CDK's own, so its logical id stays too. What CDK attaches first (the basic, durable and VPC execution
roles) is replaced by statements of our own; whatever is attached later, by whom ever, is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from aws_cdk import IResolvable, Stack, Token, aws_iam

from constructs_lambda.tokens import literal_part, resolve_text

_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
_TRACING = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
_NETWORK = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
_REPLACED = (
    ":policy/service-role/AWSLambdaBasicExecutionRole",
    ":policy/service-role/AWSLambdaBasicDurableExecutionRolePolicy",
    ":policy/service-role/AWSLambdaVPCAccessExecutionRole",
)
UNBOUND = (*_TRACING, *_NETWORK)
"""Rights that can't be bound to a resource."""
DURABLE = ("lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState")


@dataclass(slots=True)
class ScopedRole:
    """A role whose first managed policies are to be dropped before the synth.

    Args:
        resource: The role in the template.
        dropped: How many of its first managed policies our own statements replace, where they are still CDK's.
        managed_policies: The list that CDK fills, as a token; read when it is first needed.
    """

    resource: aws_iam.CfnRole
    dropped: int
    managed_policies: list[str] | None = None


def inline_policies(
    *, log_group_arn: str | None, tracing: bool, network: bool
) -> list[IResolvable | aws_iam.CfnRole.PolicyProperty]:
    """The role's inline policies: the two that can't be bound to a resource stand on their own.

    Args:
        log_group_arn: ARN of the log group, None where a policy beside the role grants it.
        tracing: Whether X-Ray gets traces; X-Ray has no resource-level rights.
        network: Whether Lambda makes network interfaces; creating and describing them has no resource-level rights.
    """
    policies: list[IResolvable | aws_iam.CfnRole.PolicyProperty] = []
    if log_group_arn is not None:
        policies.append(_policy("WriteLogs", _LOGS, log_group_arn))
    if tracing:
        policies.append(_policy_on_everything("WriteTraces", _TRACING))
    if network:
        policies.append(_policy_on_everything("AttachToNetwork", _NETWORK))
    return policies


def _policy(name: str, actions: Sequence[str], resource: str) -> aws_iam.CfnRole.PolicyProperty:
    return aws_iam.CfnRole.PolicyProperty(
        policy_name=name,
        policy_document={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}],
        },
    )


@cache
def _policy_on_everything(name: str, actions: tuple[str, ...]) -> aws_iam.CfnRole.PolicyProperty:
    return _policy(name, actions, "*")


def write_logs(log_group_arn: str) -> aws_iam.PolicyStatement:
    """The right to write to one log group."""
    return aws_iam.PolicyStatement(actions=list(_LOGS), resources=[log_group_arn])


def drop_managed_policies(stack: Stack, roles: Sequence[ScopedRole]) -> None:
    """Drops what CDK attached first; called once all has been attached and references between stacks are settled.

    Args:
        stack: Any stack of the app; resolves all lists in one call.
        roles: The roles.
    """
    for role in roles:
        if role.managed_policies is None:
            role.managed_policies = role.resource.managed_policy_arns or []
    attached = stack.resolve([role.managed_policies for role in roles])
    for role, arns in zip(roles, attached, strict=True):
        kept = [arn for index, arn in enumerate(arns) if index >= role.dropped or not _is_cdks_own(arn)]
        written = [arn if isinstance(arn, str) else Token.as_string(arn) for arn in kept]
        role.resource.managed_policy_arns = written or None


def _is_cdks_own(arn: object) -> bool:
    return literal_part(resolve_text(arn)).endswith(_REPLACED)
