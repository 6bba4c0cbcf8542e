"""What of a template an emulator can take: without the types that it refuses, and without what needs those."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from constructs_lambda.local.resources import CUSTOM_RESOURCE
from constructs_lambda.records import record

_NAMES = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")
_KEPT = (
    "AWS::CloudFormation::Stack",
    "AWS::Lambda::Function",
    "AWS::IAM::",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::S3::BucketPolicy",
)
"""Types that are worth more than one reference: a placeholder stands for what they refer to."""
OUTPUT = "{}.Outputs.{}"
"""What an output of a nested stack is called, among what is missed."""
_EXPORT = "the export {}"
_OF_CODEDEPLOY = "UpdatePolicy"
OF_REGIONS = ("Custom::CrossRegionExportReader", "Custom::CrossRegionExportWriter")
"""What carries values to other Regions: clients in JavaScript know that of their function alone."""
_SECONDS_TO_PROVIDE = 120
"""How long a provider may take to answer; by itself the emulator waits for an hour."""
_CUSTOM, _OF_MACRO, _ANALYTICS = "Custom::", "AWS::Serverless::", "AWS::CDK::Metadata"
_LAYER = re.compile(r"arn:.*:lambda:.*:(\d{12}):layer:")


@record()
class Dropped:
    """A resource, or a part of one, that isn't deployed.

    Args:
        logical_id: The resource.
        type: Its type.
        needs: The logical id that it can't do without; empty where its own type is what is refused.
        layer: Where it is only a layer of another account: its ARN.
    """

    logical_id: str
    type: str
    needs: str = ""
    layer: str = ""


def fitted(
    template: Mapping[str, Any],
    known: Collection[str],
    account: str,
    broken: Collection[str] = (),
    missed: Collection[str] = (),
) -> tuple[dict[str, Any], tuple[Dropped, ...]]:
    """A template as the emulator takes it, and what is missing from it.

    Args:
        template: The template; it stays as it is.
        known: The resource types that the emulator has.
        account: The account of the stack: layers of others can't be had.
        broken: The logical ids of functions that can't run; custom resources that they provide are dropped.
        missed: What others don't give any more: exports, as `exports` calls them, parameters, outputs of nested stacks.
    """
    resources = {id: each for id, each in _mapping(template.get("Resources")).items() if isinstance(each, Mapping)}
    dropped: dict[str, Dropped] = {}
    for id, each in resources.items():
        kind = str(each.get("Type"))
        is_expanded = "Transform" in template and kind.startswith(_OF_MACRO)
        if kind in OF_REGIONS or (kind not in known and not kind.startswith(_CUSTOM) and not is_expanded):
            dropped[id] = Dropped(id, kind)
        provider = next(_referred(_mapping(each.get("Properties")).get("ServiceToken")), None)
        if provider is not None and provider in broken:
            dropped[id] = Dropped(id, kind, provider)
    found = True
    while found:
        found = False
        for id, each in resources.items():
            kind = str(each.get("Type"))
            if id in dropped or kind.startswith(_KEPT):
                continue
            needs = next(
                (name for name in _referred(each.get("Properties")) if name in dropped or name in missed), None
            )
            if needs is not None:
                dropped[id], found = Dropped(id, kind, needs), True
    gone = {*dropped, *missed}
    kept: dict[str, Any] = {}
    layers: list[Dropped] = []
    for id, each in resources.items():
        if id not in dropped:
            kept[id] = _without(each, gone)
            _limit(kept[id])
            layers += _take_layers(id, kept[id], account)
    fit = {**template, "Resources": kept}
    if "Outputs" in template:
        outputs = _mapping(template["Outputs"]).items()
        fit["Outputs"] = {id: each for id, each in outputs if not gone & set(_referred(each))}
    told = [each for each in dropped.values() if each.type != _ANALYTICS]
    return fit, (*told, *layers)


def exports(template: Mapping[str, Any]) -> set[str]:
    """What a template exports, as `missed` of others calls it.

    Args:
        template: The template.
    """
    outputs = [_mapping(each) for each in _mapping(template.get("Outputs")).values()]
    return {_EXPORT.format(as_text(each["Export"]["Name"])) for each in outputs if "Export" in each}


def _without(resource: Mapping[str, Any], dropped: Collection[str]) -> dict[str, Any]:
    left = {name: _placeheld(each, dropped) if name == "Properties" else each for name, each in resource.items()}
    needed = left.get("DependsOn")
    if needed is not None:
        left["DependsOn"] = [each for each in ([needed] if isinstance(needed, str) else needed) if each not in dropped]
    if set(_referred(left.get(_OF_CODEDEPLOY))) & set(dropped):
        del left[_OF_CODEDEPLOY]
    return left


def _limit(resource: dict[str, Any]) -> None:
    """Has a custom resource fail where its provider doesn't answer."""
    if str(resource.get("Type")).startswith((_CUSTOM, CUSTOM_RESOURCE)):
        resource["Properties"] = {"ServiceTimeout": _SECONDS_TO_PROVIDE, **_mapping(resource.get("Properties"))}


def _take_layers(id: str, function: dict[str, Any], account: str) -> Iterator[Dropped]:
    """Takes the layers of other accounts from a function."""
    properties = _mapping(function.get("Properties"))
    layers = properties.get("Layers")
    if function.get("Type") != "AWS::Lambda::Function" or not isinstance(layers, list):
        return
    foreign = {text for each in layers if (match := _LAYER.search(text := as_text(each))) and match[1] != account}
    for arn in sorted(foreign):
        yield Dropped(id, "AWS::Lambda::Function", layer=arn)
    if foreign:
        function["Properties"] = {**properties, "Layers": [each for each in layers if as_text(each) not in foreign]}


def as_text(value: object) -> str:
    """A text, or what is joined to one; references stand in it as `${...}`.

    Args:
        value: The value in a template.
    """
    if isinstance(value, Mapping):
        match = value.get("Fn::Join")
        if isinstance(match, list) and len(match) == 2 and isinstance(match[1], list):
            return str(match[0]).join(map(as_text, match[1]))
        return "${" + str(next(iter(value.values()), "")) + "}"
    return str(value)


def _placeheld(value: Any, dropped: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        if len(value) == 1 and _is_reference(value):
            name = next((each for each in _referred(value) if each in dropped), None)
            if name is not None:
                return "left-out-" + name.removeprefix(_EXPORT.format(""))
        return {key: _placeheld(each, dropped) for key, each in value.items()}
    return [_placeheld(each, dropped) for each in value] if isinstance(value, list) else value


def _is_reference(value: Mapping[str, Any]) -> bool:
    return next(iter(value)) in ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::ImportValue")


def _referred(value: Any) -> Iterator[str]:
    """The logical ids that a value refers to."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key == "Ref" and isinstance(each, str):
                yield each
            elif key == "Fn::GetAtt" and isinstance(each, list | str):
                name, _, attribute = (".".join(map(str, each)) if isinstance(each, list) else each).partition(".")
                yield name
                yield f"{name}.{attribute}"
            elif key == "Fn::ImportValue":
                yield _EXPORT.format(as_text(each))
                yield from _referred(each)
            elif key == "Fn::Sub":
                text, *_ = each if isinstance(each, list) and each else [each]
                yield from _NAMES.findall(str(text))
                yield from _referred(each)
            else:
                yield from _referred(each)
    elif isinstance(value, list):
        for each in value:
            yield from _referred(each)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
