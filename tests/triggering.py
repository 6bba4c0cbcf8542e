"""Functions to trigger, of each kind, and what to look for in their templates."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack, aws_lambda

from constructs_lambda import Function

KINDS = ("ours", "plain", "alias")
REQUIRED: dict[str, Any] = {
    "code": aws_lambda.Code.from_inline("def handler(event, context):\n    return {}\n"),
    "handler": "index.handler",
    "runtime": aws_lambda.Runtime.PYTHON_3_14,
}


def function_of(kind: str, stack: Stack, id: str = "Orders", **options: Any) -> aws_lambda.IFunction:
    """A function of ours, one of CDK's, or an alias of one of ours."""
    if kind == "plain":
        return aws_lambda.Function(stack, id, **REQUIRED, **options)
    function = Function(stack, id, **REQUIRED, **options)
    return function.add_alias("live") if kind == "alias" else function


def arn_of(kind: str, template: dict[str, Any]) -> Any:
    """How a template names the ARN of the function of a kind."""
    wanted = "AWS::Lambda::Alias" if kind == "alias" else "AWS::Lambda::Function"
    (logical_id,) = (
        key for key, each in template["Resources"].items() if each["Type"] == wanted and key.startswith("Orders")
    )
    return {"Ref": logical_id} if kind == "alias" else {"Fn::GetAtt": [logical_id, "Arn"]}


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """The properties of the resources of a type, by logical id."""
    return {key: each.get("Properties", {}) for key, each in template["Resources"].items() if each["Type"] == kind}


def only(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """The properties of the one resource of a type."""
    ((_, properties),) = of_type(template, kind).items()
    return properties  # type: ignore[no-any-return]


def queue_named(template: dict[str, Any], part: str) -> tuple[str, dict[str, Any]]:
    """The one queue with a part in its logical id."""
    ((logical_id, properties),) = (
        (key, each) for key, each in of_type(template, "AWS::SQS::Queue").items() if part in key
    )
    return logical_id, properties


def statements_on(template: dict[str, Any], queue: str) -> list[dict[str, Any]]:
    """The statements of a queue's policy."""
    (policy,) = (
        each for each in of_type(template, "AWS::SQS::QueuePolicy").values() if each["Queues"] == [{"Ref": queue}]
    )
    return policy["PolicyDocument"]["Statement"]  # type: ignore[no-any-return]


def is_safe_keep(template: dict[str, Any], queue: str) -> bool:
    """Whether a queue is encrypted, kept for two weeks, and open to TLS only."""
    properties = template["Resources"][queue]["Properties"]
    denied = [each for each in statements_on(template, queue) if each["Effect"] == "Deny"]
    return (
        properties.get("SqsManagedSseEnabled") is True
        and properties["MessageRetentionPeriod"] == 1_209_600
        and [each["Condition"] for each in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    )


def granted(template: dict[str, Any], action: str, resource: Any) -> bool:
    """Whether some policy of a role allows an action on exactly one resource."""
    policies = [each["PolicyDocument"] for each in of_type(template, "AWS::IAM::Policy").values()]
    for role in of_type(template, "AWS::IAM::Role").values():
        policies += [each["PolicyDocument"] for each in role.get("Policies", ())]
    return any(
        action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
        and each["Resource"] == resource
        for policy in policies
        for each in policy["Statement"]
    )
