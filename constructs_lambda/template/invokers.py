"""Resources that invoke functions -> model: user pools, target groups, workflows and custom resources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda.model import Invoker, Parts, Place
from constructs_lambda.template.links import read_parts
from constructs_lambda.template.values import mapping

_INVOKE = re.compile(r"arn:[^:]*:states:::lambda:invoke(?:\.waitForTaskToken)?")
_PLACEHOLDER = re.compile(r"\0(\d+)\0")
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_MOST_NESTED = 50


def is_custom(kind: str) -> bool:
    """Whether a type is one of the author's own, made by the function behind its token."""
    return kind.startswith(_CUSTOM)


def read_custom_resource(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Invoker:
    """The function that makes a resource of the author's own."""
    named = (("ServiceToken", read_parts(mapping(values).get("ServiceToken"))),)
    return Invoker(place=place, what=f"the custom resource {place.path}", waits=False, functions=named)


def read_user_pool(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Invoker:
    """The triggers of an `AWS::Cognito::UserPool`."""
    triggers = mapping(mapping(values).get("LambdaConfig"))
    functions = []
    for name, value in triggers.items():
        if name != "KMSKeyID":
            within = ".LambdaArn" if isinstance(value, Mapping) and "LambdaArn" in value else ""
            given = value["LambdaArn"] if within else value
            functions.append((f"LambdaConfig.{name}{within}", read_parts(given)))
    return Invoker(
        place=place, what=f"the user pool {place.path}", waits=True, functions=tuple(functions), service="cognito-idp"
    )


def read_target_group(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Invoker:
    """The functions behind a load balancer."""
    properties = mapping(values)
    targets = properties.get("Targets") if properties.get("TargetType") == "lambda" else None
    functions = tuple(
        (f"Targets.{index}.Id", read_parts(mapping(target).get("Id")))
        for index, target in enumerate(targets if isinstance(targets, list) else ())
    )
    what = f"the target group {place.path}"
    return Invoker(place=place, what=what, waits=True, functions=functions, service="elasticloadbalancing")


def read_state_machine(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Invoker:
    """The functions that an `AWS::StepFunctions::StateMachine` invokes, where its definition is written out."""
    parts = read_parts(mapping(values).get("DefinitionString"))
    text = "".join(part if isinstance(part, str) else f"\0{index}\0" for index, part in enumerate(parts))
    try:
        definition = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        definition = None
    functions = tuple(("DefinitionString", named) for named in _invoked(definition, parts, 0))
    return Invoker(place=place, what=f"the state machine {place.path}", waits=False, functions=functions)


def _invoked(value: Any, parts: Parts, depth: int) -> Iterator[Parts]:
    """The functions of all tasks that name neither a version nor a tenant beside them."""
    if depth > _MOST_NESTED:
        return
    if isinstance(value, list):
        for each in value:
            yield from _invoked(each, parts, depth + 1)
    elif isinstance(value, Mapping):
        given = mapping(value.get("Parameters")) or mapping(value.get("Arguments"))
        resource, name = value.get("Resource"), given.get("FunctionName")
        if value.get("Type") == "Task" and isinstance(resource, str):
            if _INVOKE.fullmatch(_PLACEHOLDER.sub("x", resource)):  # the partition is filled in
                if isinstance(name, str) and not any(key.startswith(("Qualifier", "TenantId")) for key in given):
                    yield _apart(name, parts)
            elif ":states:" not in resource:
                yield _apart(resource, parts)
        for key, each in value.items():
            if key not in ("Parameters", "Arguments", "Result"):
                yield from _invoked(each, parts, depth + 1)


def _apart(text: str, parts: Parts) -> Parts:
    """A text of the definition, made of parts again."""
    return tuple(parts[int(each)] if index % 2 else each for index, each in enumerate(_PLACEHOLDER.split(text)) if each)
