"""What refers to functions in a way that may invoke them: requests are derived only where each of these is counted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from constructs_lambda.model import Function, Place, Stack, Topology
from constructs_lambda.model.networks import Link
from constructs_lambda.model.resources import Resource
from constructs_lambda.records import record
from constructs_lambda.tokens import export_name

_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")
_NAMED = re.compile(r":function:([\w-]+)")
_DISTRIBUTION = "AWS::CloudFront::Distribution"
_EDGE = "edgelambda.amazonaws.com"
_NEVER = (
    "AWS::ApplicationAutoScaling::",
    "AWS::CDK::",
    "AWS::CloudWatch::Dashboard",
    "AWS::CodeDeploy::",
    "AWS::IAM::",
    "AWS::KMS::Key",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
)
"""Types that name functions and never invoke them; policies of resources don't either."""
_LOGS = ("LogGroupName", "LogGroupNames")  # of whatever reads or keeps the logs of a function
_ABOUT = {
    "AWS::CloudWatch::Alarm": ("Dimensions", "Metrics"),  # its actions may invoke one
    "AWS::Lambda::EventInvokeConfig": ("FunctionName",),  # its destinations do
}
"""Properties that say which function a resource is about."""


@record()
class Caller:
    """A resource that refers to a function.

    Args:
        place: Where it stands.
        type: Its CloudFormation type.
    """

    place: Place
    type: str


def callers(topology: Topology) -> Mapping[Place, Sequence[Caller]]:
    """The resources that refer to each function, without those that certainly don't invoke it.

    Args:
        topology: The stacks.
    """
    found: dict[Place, dict[Place, Caller]] = defaultdict(dict)
    by_name = _by_name(topology)
    for stack in topology.stacks.values():
        for name, resource in stack.resources.items():
            kind = resource.type
            if kind.startswith(_NEVER) or kind.endswith("Policy") or (stack.place.template, name) in topology.nested:
                continue
            for each in _mentioned(resource):
                function = by_name.get(each.name) if each.kind == "id" else _function(topology, stack, each)
                if function is not None and function.place != resource.place:
                    found[function.place].setdefault(resource.place, Caller(resource.place, kind))
    return {place: tuple(each.values()) for place, each in found.items()}


def edge_functions(topology: Topology, called: Mapping[Place, Sequence[Caller]]) -> Set[Place]:
    """The functions that CloudFront runs: a distribution names them, or their role is one of Lambda@Edge.

    Args:
        topology: The stacks.
        called: What refers to each function.
    """
    found = {place for place, each in called.items() if any(one.type == _DISTRIBUTION for one in each)}
    for stack in topology.stacks.values():
        for function in stack.functions.values():
            role = topology.resource(stack, function.role_link)
            if role is not None and _EDGE in str(role.properties.get("AssumeRolePolicyDocument")):
                found.add(function.place)
    return found


def _by_name(topology: Topology) -> Mapping[str, Function]:
    functions = (each for stack in topology.stacks.values() for each in stack.functions.values())
    return {each.name: each for each in functions if isinstance(each.name, str)}


def _function(topology: Topology, stack: Stack, link: Link) -> Function | None:
    """The function behind a reference, or the one of the alias or version behind it."""
    function = stack.function_of(link.name) if link.kind == "resource" else None
    if function is not None or (link.kind == "resource" and _is_here(stack, link)):
        return function
    spot = topology.spot(stack, link)
    return topology.stacks[spot.template].function_of(spot.name) if spot and spot.template else None


def _is_here(stack: Stack, link: Link) -> bool:
    """Whether it names a resource of the stack itself, and nothing behind it."""
    return link.name in stack.resources and not link.attribute.startswith("Outputs.")


def _mentioned(resource: Resource) -> Iterator[Link]:
    about = (*_LOGS, *_ABOUT.get(resource.type, ()))
    yield from links_in([value for name, value in resource.properties.items() if name not in about])


def links_in(value: object) -> Iterator[Link]:
    """Everything that a value names, however deep: resources, parameters, exports, and functions by their ARNs.

    Args:
        value: A template's value.
    """
    left: list[Any] = [value]
    while left:
        value = left.pop()
        if isinstance(value, str):
            if ":function:" in value:
                yield from (Link(name, kind="id") for name in _NAMED.findall(value))
        elif isinstance(value, list):
            left.extend(value)
        elif isinstance(value, (dict, Mapping)):
            for key, inner in value.items():
                link = _LINKS[key](inner) if key in _LINKS else None
                if link is not None:
                    yield link
                elif key == "Fn::Sub":
                    text = inner[0] if isinstance(inner, list) and inner else inner
                    for name, attribute in _SUBSTITUTED.findall(text) if isinstance(text, str) else ():
                        yield Link(name, attribute)
                    left.append(inner)
                else:
                    left.append(inner)


def _of_attribute(argument: object) -> Link | None:
    name, attribute = "", ""
    if isinstance(argument, str):
        name, _, attribute = argument.partition(".")
    elif isinstance(argument, list) and len(argument) == 2 and all(isinstance(each, str) for each in argument):
        name, attribute = argument
    return Link(name, attribute) if name else None


_LINKS: Mapping[str, Any] = {
    "Ref": lambda argument: Link(argument) if isinstance(argument, str) else None,
    "Fn::GetAtt": _of_attribute,
    "Fn::ImportValue": lambda argument: Link(export_name(argument), kind="export"),
}
