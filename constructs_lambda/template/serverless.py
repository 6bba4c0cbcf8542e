"""Resources of AWS SAM -> the ones that its transform makes of them, as far as rules look at those.

What SAM adds besides (roles, permissions, APIs) isn't written out: a template with its transform may gain resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from constructs_lambda.template.values import mapping
from constructs_lambda.tokens import NO_VALUE, is_intrinsic

WRITTEN_AS = "constructs-lambda:written-as"
"""In a resource that the transform makes: the logical id of the one that is written."""
_TRANSFORM = "AWS::Serverless-2016-10-31"
_FUNCTION, _LAYER = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
_OF_SAM = frozenset(
    {
        "AssumeRolePolicyDocument",
        "AutoPublishAlias",
        "AutoPublishAliasAllProperties",
        "AutoPublishCodeSha256",
        "CapacityProviderConfig",  # in a shape of its own
        "CodeUri",
        "Connectors",
        "DeadLetterQueue",
        "DeploymentPreference",
        "EventInvokeConfig",
        "Events",
        "FunctionUrlConfig",
        "ImageUri",
        "InlineCode",
        "PermissionsBoundary",
        "Policies",
        "PropagateTags",
        "ProvisionedConcurrencyConfig",
        "RolePath",
        "Tracing",
        "VersionDeletionPolicy",
        "VersionDescription",
    }
)
"""Properties that the function of Lambda hasn't, or in another form."""
_UNKNOWN = {"Fn::Transform": None}
"""Stands for what the transform makes of a setting of its own."""
_SOURCES = {
    "SQS": "Queue",
    "Kinesis": "Stream",
    "DynamoDB": "Stream",
    "MSK": "Stream",
    "MQ": "Broker",
    "DocumentDB": "Cluster",
}
"""Events that become an event source mapping, and the property that names the source."""


def plain(document: Mapping[str, Any], resources: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """The resources of a template, those of SAM as its transform makes them.

    Args:
        document: The template.
        resources: Its resources.
    """
    transforms = document.get("Transform")
    if transforms != _TRANSFORM and not (isinstance(transforms, list) and _TRANSFORM in transforms):
        return resources.items()
    shared = mapping(mapping(document.get("Globals")).get("Function"))
    return [each for item in resources.items() for each in _made_of(*item, shared)]


def _made_of(key: Any, resource: Any, shared: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    kind = resource.get("Type") if isinstance(resource, Mapping) else None
    properties = resource.get("Properties") if isinstance(resource, Mapping) else None
    if kind == _LAYER and isinstance(properties, Mapping):
        yield key, {**resource, "Type": "AWS::Lambda::LayerVersion", "Properties": _layer(properties)}
    elif kind == _FUNCTION and isinstance(properties, Mapping):
        merged = _merged(shared, properties)
        yield key, {**resource, "Type": "AWS::Lambda::Function", "Properties": _function(merged, str(key))}
        for name, made_kind, made in _beside(str(key), merged):
            yield (
                name,
                {
                    "Type": f"AWS::Lambda::{made_kind}",
                    "Properties": made,
                    "Metadata": resource.get("Metadata"),
                    WRITTEN_AS: str(key),
                    **({"Condition": resource["Condition"]} if "Condition" in resource else {}),
                },
            )
    else:
        yield key, resource


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Globals under a function's own settings: mappings are merged, lists put one behind the other."""
    merged = {**shared, **own}
    for name in shared.keys() & own.keys():
        one, other = shared[name], own[name]
        if is_intrinsic(one) or is_intrinsic(other):
            continue
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            merged[name] = _merged(one, other)
        elif isinstance(one, list) and isinstance(other, list):
            merged[name] = [*one, *other]
    return merged


def _layer(properties: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in properties.items() if name not in ("ContentUri", "RetentionPolicy")}
    return {**given, "Content": _UNKNOWN}


def _function(properties: Mapping[str, Any], key: str) -> dict[str, Any]:
    made = {name: value for name, value in properties.items() if name not in _OF_SAM}
    if "InlineCode" in properties:
        made["Code"] = {"ZipFile": properties["InlineCode"]}
    elif "ImageUri" in properties and ".dkr.ecr." in str(properties["ImageUri"]):
        made["Code"] = {"ImageUri": properties["ImageUri"]}
    else:
        made["Code"] = "CodeUri"  # a path or an image here, or a place in S3
    if made.get("PackageType") in (None, NO_VALUE) and "ImageUri" not in properties:
        made["PackageType"] = "Zip"
    if made.get("Role") in (None, NO_VALUE):
        made["Role"] = {"Fn::GetAtt": [f"{key}Role", "Arn"]}
    tags = properties.get("Tags")
    if isinstance(tags, Mapping) and not is_intrinsic(tags):
        made["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
    if "CapacityProviderConfig" in properties:
        made["CapacityProviderConfig"] = _UNKNOWN
    if "Tracing" in properties:
        made["TracingConfig"] = {"Mode": properties["Tracing"]}
    target = mapping(properties.get("DeadLetterQueue")).get("TargetArn")
    if target is not None:
        made["DeadLetterConfig"] = {"TargetArn": target}
    return made


def _beside(key: str, properties: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Logical id, type and properties of what SAM makes beside a function."""
    alias, url, invocation = (
        properties.get(name) for name in ("AutoPublishAlias", "FunctionUrlConfig", "EventInvokeConfig")
    )
    if alias is not None:
        made = {"FunctionName": {"Ref": key}, "FunctionVersion": {"Fn::GetAtt": [f"{key}Version", "Version"]}}
        provisioned = "ProvisionedConcurrencyConfig"
        more = {provisioned: properties[provisioned]} if provisioned in properties else {}
        yield f"{key}Alias", "Alias", {**made, "Name": alias, **more}
    if isinstance(url, Mapping) and not is_intrinsic(url):
        yield f"{key}Url", "Url", {"TargetFunctionArn": {"Ref": key}, **url}
    if isinstance(invocation, Mapping) and not is_intrinsic(invocation):
        settings = {"FunctionName": {"Ref": key}, "Qualifier": "$LATEST", **invocation}
        if "DestinationConfig" in invocation:
            settings["DestinationConfig"] = _UNKNOWN
        yield f"{key}EventInvokeConfig", "EventInvokeConfig", settings
    events, owner = properties.get("Events"), {"Ref": key if alias is None else f"{key}Alias"}
    for name, event in events.items() if isinstance(events, Mapping) and not is_intrinsic(events) else ():
        source = _SOURCES.get(str(event.get("Type"))) if isinstance(event, Mapping) else None
        given = mapping(event.get("Properties")) if source else {}
        if source and not is_intrinsic(given):
            yield f"{key}{name}", "EventSourceMapping", {"FunctionName": owner, **_polled(given, source)}


def _polled(given: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The properties of an event source mapping, without its function."""
    made = {name: value for name, value in given.items() if name in _PASSED}
    if given.get(source) is not None:
        made["EventSourceArn"] = given[source]
    database = {name: given[name] for name in ("DatabaseName", "FullDocument") if name in given}
    return {**made, "DocumentDBEventSourceConfig": database} if database else made


_PASSED = frozenset(
    {
        "BatchSize",
        "BisectBatchOnFunctionError",
        "Enabled",
        "FilterCriteria",
        "FunctionResponseTypes",
        "KmsKeyArn",
        "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "ParallelizationFactor",
        "ProvisionedPollerConfig",
        "Queues",
        "ScalingConfig",
        "SourceAccessConfigurations",
        "StartingPosition",
        "StartingPositionTimestamp",
        "Topics",
        "TumblingWindowInSeconds",
    }
)
"""Properties of an event that the event source mapping takes as they are."""
