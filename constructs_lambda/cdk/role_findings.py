"""What cdk-nag finds in the roles of our constructs by design, and nothing that an app adds to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import CfnResource, Stack, aws_iam
from constructs import IConstruct

from constructs_lambda.cdk import roles
from constructs_lambda.cdk.acknowledgements import Expected, Findings, Tree

COMPLIANCE = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
INLINE = Expected(
    tuple(f"{pack}-IAMNoInlinePolicy" for pack in COMPLIANCE),
    "a role that we make, and the policies beside it",
    "the policy belongs to this role alone and goes with it; CDK's grants write inline policies too",
)
UNBOUND = Expected(
    ("AwsSolutions-IAM5[Resource::*]",),
    "the role of a function",
    "X-Ray, the network interfaces of Lambda and the list of DynamoDB's streams have no rights for single resources",
)
UNBOUND_INLINE = Expected(
    ("Serverless-LambdaStarPermissions",),
    "the role of a function",
    "X-Ray and the network interfaces of Lambda have no rights for single resources",
)
VERSIONS = Expected(
    ("AwsSolutions-IAM5[Resource::<function.Arn>:*]",),
    "the `ExecutionPolicy` of a durable function",
    "a durable execution goes on in the version that it began in; these are the versions of this function alone",
)
_UNBOUND_ACTIONS = frozenset({*roles.UNBOUND, "dynamodb:ListStreams"})


def inline_policies(role: IConstruct, tree: Tree) -> Findings:
    """The inline policies of a role that we make, its own and the one that CDK's grants fill.

    Args:
        role: The role.
        tree: What stands around it.
    """
    yield from ((resource, INLINE) for resource, _ in _documents(role))


def of_function_role(role: IConstruct) -> Findings:
    """What is found in the role that CDK makes for a function of ours.

    A right for all resources is only ours while everything that has one is: nothing of an app's own is covered.

    Args:
        role: The role.
    """
    for resource, statements in _documents(role):
        yield resource, INLINE
        unbound = [each for each in statements if "*" in _listed(each.get("Resource"))]
        if unbound and all(_UNBOUND_ACTIONS.issuperset(_listed(each.get("Action"))) for each in unbound):
            yield resource, UNBOUND
            if isinstance(resource, aws_iam.CfnRole) and not any(map(_is_whole_service, statements)):
                yield resource, UNBOUND_INLINE


def of_execution_policy(policy: IConstruct, function_id: str) -> Findings:
    """What is found in the policy beside a function's role.

    Args:
        policy: The policy.
        function_id: Logical id of the function.
    """
    for resource, statements in _documents(policy):
        yield resource, INLINE
        versions = {"Fn::Join": ["", [{"Fn::GetAtt": [function_id, "Arn"]}, ":*"]]}
        named = [each for each in statements if versions in _listed(each.get("Resource"))]
        if named and all(set(_listed(each["Action"])) == set(roles.DURABLE) for each in named):
            rule = f"AwsSolutions-IAM5[Resource::<{function_id}.Arn>:*]"
            yield resource, Expected((rule,), VERSIONS.where, VERSIONS.reason)


def _documents(scope: IConstruct) -> Iterator[tuple[CfnResource, list[Mapping[str, Any]]]]:
    """The roles and policies below a construct that have inline statements, with what is allowed there."""
    for node in scope.node.find_all():
        if isinstance(node, aws_iam.CfnRole):
            policies = Stack.of(node).resolve(node.policies) or []
            documents = [each.get("policyDocument") for each in policies]
        elif isinstance(node, aws_iam.CfnPolicy):
            documents = [Stack.of(node).resolve(node.policy_document)]
        else:
            continue
        if documents:
            allowed = (each for document in documents for each in _listed(document.get("Statement")))
            yield node, [each for each in allowed if each.get("Effect") == "Allow"]


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _is_whole_service(statement: Mapping[str, Any]) -> bool:
    return any(isinstance(each, str) and each.endswith("*") for each in _listed(statement.get("Action")))
