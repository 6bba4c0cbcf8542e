"""Application Auto Scaling and CodeDeploy, as far as they are about Lambda -> model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from constructs_lambda.model import (
    DeploymentApplication,
    DeploymentConfig,
    DeploymentGroup,
    Link,
    Parts,
    Place,
    ScalableTarget,
    ScheduledAction,
    Target,
    Text,
    TrackingPolicy,
)
from constructs_lambda.template.links import read_link, read_parts
from constructs_lambda.template.properties import Properties
from constructs_lambda.tokens import UNKNOWN, Unknown, is_intrinsic

UTILIZATION = "LambdaProvisionedConcurrencyUtilization"
_METRIC = ("TargetTrackingScalingPolicyConfiguration", "PredefinedMetricSpecification", "PredefinedMetricType")
_SHIFTS = {
    "TimeBasedCanary": ("CanaryPercentage", "CanaryInterval"),
    "TimeBasedLinear": ("LinearPercentage", "LinearInterval"),
}
_HOOKS = ("BeforeAllowTrafficHook", "AfterAllowTrafficHook")
_ID = re.compile(r"function:(?P<name>\0\d+\0|[\w-]+)(?::(?P<qualifier>.+))?", re.DOTALL)


def concerns_lambda(kind: str, properties: object) -> bool:
    """Whether a resource of Application Auto Scaling or CodeDeploy is about Lambda; any other one always is."""
    if kind == "AWS::ApplicationAutoScaling::ScalableTarget":
        named = (_at(properties, "ServiceNamespace"), _at(properties, "ScalableDimension"))
        return any(isinstance(each, str) and each.startswith("lambda") for each in named)
    if kind == "AWS::ApplicationAutoScaling::ScalingPolicy":
        return _at(properties, *_METRIC) == UTILIZATION
    if kind == "AWS::CodeDeploy::DeploymentConfig":
        return _at(properties, "ComputePlatform") == "Lambda"
    return True


def read_scalable_target(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> ScalableTarget:
    """The model of an `AWS::ApplicationAutoScaling::ScalableTarget`."""
    p = Properties(values)
    actions = p.items("ScheduledActions")
    given = _at(values, "ResourceId")
    parts = read_parts(given)
    text = "".join(part if isinstance(part, str) else f"\0{index}\0" for index, part in enumerate(parts))
    match = _ID.fullmatch(text)
    name = _part(match["name"], parts) if match else None
    return ScalableTarget(
        place=place,
        resource_id=p.text("ResourceId"),
        function_parts=() if name is None else (name,),
        links=tuple(_links(given)),
        qualifier=_qualifier(match["qualifier"]) if match else UNKNOWN,
        is_wrong=match is None and bool(text) and "\0" not in text,
        minimum=p.number("MinCapacity"),
        maximum=p.number("MaxCapacity"),
        namespace=p.text("ServiceNamespace"),
        dimension=p.text("ScalableDimension"),
        actions=tuple(
            _action(p.at("ScheduledActions", index, item))
            for index, item in enumerate(actions if isinstance(actions, tuple) else ())
            if isinstance(item, Mapping) and not is_intrinsic(item)
        ),
        malformed=p.malformed,
        missing=p.missing("MaxCapacity", "MinCapacity", "ResourceId", "ScalableDimension", "ServiceNamespace"),
    )


def _action(p: Properties) -> ScheduledAction:
    bounds = p.within("ScalableTargetAction")
    return ScheduledAction(
        name=p.text("ScheduledActionName"),
        schedule=p.text("Schedule"),
        minimum=bounds.number("MinCapacity"),
        maximum=bounds.number("MaxCapacity"),
    )


def _links(value: object) -> Iterator[Link]:
    """The references in a text, those in `Fn::Join` and `Fn::Sub` included, without what `Fn::Select` cuts."""
    join = _at(value, "Fn::Join")
    items = join[1] if isinstance(join, list) and len(join) == 2 and isinstance(join[1], list) else [value]
    for item in items:
        found = read_parts(item) if isinstance(_at(item, "Fn::Sub"), str) else ()
        for link in found or (read_link(item),):
            if isinstance(link, Link) and link.kind in ("resource", "export"):
                yield link


def _part(text: str, parts: Parts) -> str | Link | Unknown:
    return parts[int(text.strip("\0"))] if text.startswith("\0") else text


def _qualifier(text: str | None) -> Text:
    return UNKNOWN if text and "\0" in text else text


def read_tracking_policy(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> TrackingPolicy:
    """The model of an `AWS::ApplicationAutoScaling::ScalingPolicy` that tracks the use of provisioned concurrency."""
    p = Properties(values)
    tracking = p.inside(_METRIC[0])
    target = tracking.number("TargetValue") if isinstance(tracking, Properties) else tracking
    return TrackingPolicy(
        place=place,
        target=target,
        malformed=p.malformed,
        missing=p.missing("PolicyName", "PolicyType", f"{_METRIC[0]}.TargetValue"),
    )


def read_deployment_config(
    values: object, place: Place, metadata: Mapping[str, object] | None = None
) -> DeploymentConfig:
    """The model of an `AWS::CodeDeploy::DeploymentConfig`."""
    p = Properties(values)
    routing = p.within("TrafficRoutingConfig")
    kind = routing.text("Type")
    percentage, minutes = _SHIFTS.get(kind if isinstance(kind, str) else "", ("", ""))
    steps = routing.inside(kind) if isinstance(kind, str) and percentage else UNKNOWN
    return DeploymentConfig(
        place=place,
        kind=kind,
        percentage=steps.number(percentage) if isinstance(steps, Properties) else UNKNOWN,
        minutes=steps.number(minutes) if isinstance(steps, Properties) else UNKNOWN,
        malformed=p.malformed,
        missing=routing.missing(f"{kind}.{percentage}", f"{kind}.{minutes}") if percentage else (),
    )


def read_deployment_group(
    values: object, place: Place, metadata: Mapping[str, object] | None = None
) -> DeploymentGroup:
    """The model of an `AWS::CodeDeploy::DeploymentGroup`."""
    p = Properties(values)
    style = p.inside("DeploymentStyle")
    return DeploymentGroup(
        place=place,
        application_link=read_link(_at(values, "ApplicationName")),
        config=p.text("DeploymentConfigName"),
        option=style.text("DeploymentOption") if isinstance(style, Properties) else style,
        type=style.text("DeploymentType") if isinstance(style, Properties) else style,
    )


def read_deployment_application(
    values: object, place: Place, metadata: Mapping[str, object] | None = None
) -> DeploymentApplication:
    """The model of an `AWS::CodeDeploy::Application`."""
    return DeploymentApplication(place=place, platform=Properties(values).text("ComputePlatform"))


def read_shift(update_policy: object) -> Target:
    """The deployment group with which CloudFormation has CodeDeploy shift an alias to another version."""
    shift = _at(update_policy, "CodeDeployLambdaAliasUpdate")
    return read_link(_at(shift, "DeploymentGroupName")) if isinstance(shift, Mapping) else None


def read_hooks(update_policy: object) -> tuple[tuple[str, Parts], ...]:
    """The functions that CodeDeploy invokes before and after it shifts an alias."""
    shift = _at(update_policy, "CodeDeployLambdaAliasUpdate")
    return tuple((name, parts) for name in _HOOKS if (parts := read_parts(_at(shift, name))))


def _at(value: object, *names: str) -> object:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
