"""CL919: what CloudFormation makes too early, because nothing tells it to wait."""

from __future__ import annotations

from collections.abc import Iterator, Set

from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.model.resources import Resource
from constructs_lambda.rules import Problem, rule
from constructs_lambda.tokens import named

_DEPLOYMENT = "AWS::ApiGateway::Deployment"
_MOUNT = "AWS::EFS::MountTarget"


@rule(
    "CL919",
    "Resource made before what it needs",
    Severity.WARNING,
    aws="CloudFormation makes what nothing orders at once. A new stack fails then: API Gateway refuses a "
    "deployment of an API without methods, and Lambda a function whose file system has no mount target yet.",
    fix="Let the one depend on the other (DependsOn).",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-apigateway-deployment.html",
)
def order(stack: Stack) -> Iterator[Problem]:
    if not stack.waits_for:
        return
    for resource in stack.of_type(_DEPLOYMENT):
        if not resource.place.conditional:
            yield from _deployment(stack, resource)
    mounts = list(stack.of_type(_MOUNT))
    for logical_id, function in stack.functions.items():
        if function.file_systems is None or function.place.conditional:
            continue
        systems = stack.resources[logical_id].properties.get("FileSystemConfigs")
        if isinstance(systems, list):
            for index, system in enumerate(systems):
                yield from _mount(stack, logical_id, index, system, mounts)


def _deployment(stack: Stack, deployment: Resource) -> Iterator[Problem]:
    api = named(deployment.properties.get("RestApiId"))
    if api not in stack.rest_apis:
        return
    methods = [key for key in stack.rest_methods if named(stack.resources[key].properties.get("RestApiId")) == api]
    if not methods or any(stack.rest_methods[key].place.conditional for key in methods):
        return
    if not reached(stack, deployment.place.resource) & set(methods):
        yield Problem(
            "",
            f"the deployment waits for none of the API's methods ({stack.rest_methods[methods[0]].place.path}"
            + (f" and {len(methods) - 1} more)" if len(methods) > 1 else ")"),
            f"Write DependsOn: {methods[0]}, and name the other methods too.",
            deployment.place,
        )


def _mount(stack: Stack, function: str, index: int, system: object, mounts: list[Resource]) -> Iterator[Problem]:
    point = stack.resources.get(named(system.get("Arn")) or "") if isinstance(system, dict) else None
    files = named(point.properties.get("FileSystemId")) if point and point.type == "AWS::EFS::AccessPoint" else None
    if files is None or files not in stack.resources or stack.may_gain:
        return
    targets = {each.place.resource for each in mounts if named(each.properties.get("FileSystemId")) == files}
    if any(named(each.properties.get("FileSystemId")) is None or each.place.conditional for each in mounts):
        return  # which file system they are for isn't known
    prop, place = f"FileSystemConfigs.{index}.Arn", stack.functions[function].place
    if not targets:
        message = f"the file system {stack.resources[files].place.path} has no mount target in the function's VPC"
        yield Problem(prop, message, "Add an AWS::EFS::MountTarget for each subnet of the function.", place)
    elif not reached(stack, function) & targets:
        message = f"the function waits for no mount target of the file system {stack.resources[files].place.path}"
        yield Problem(prop, message, f"Write DependsOn: {min(targets)}, and name the other mount targets too.", place)


def reached(stack: Stack, start: str) -> Set[str]:
    """All that a resource waits for, also through others."""
    found: dict[str, None] = {}
    following = [start]
    while following:
        for name in stack.waits_for.get(following.pop(), ()):
            if name not in found:
                found[name] = None
                following.append(name)
    return found.keys()
