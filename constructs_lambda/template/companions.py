"""The resources beside Lambda functions -> model: URLs, asynchronous invocation, versions, aliases and the like."""

from __future__ import annotations

from collections.abc import Mapping

from constructs_lambda.model import (
    Alias,
    AsyncInvocation,
    CapacityProvider,
    CodeSigningConfig,
    Cors,
    EventSourceMapping,
    Flag,
    FunctionUrl,
    Items,
    Number,
    Place,
    ScalingPolicy,
    Source,
    Text,
    Version,
)
from constructs_lambda.template.functions import read_scaling
from constructs_lambda.template.links import read_link, read_owner, read_parts, read_source
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.releases import read_hooks, read_shift
from constructs_lambda.template.rest_apis import is_public
from constructs_lambda.tokens import NO_VALUE, Unknown, is_intrinsic

_DESTINATIONS = ("OnSuccess.Destination", "OnFailure.Destination")
_PROVISIONED = "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"


def read_url(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> FunctionUrl:
    """The model of an `AWS::Lambda::Url`."""
    p = Properties(values)
    return FunctionUrl(
        place=place,
        function=p.reference("TargetFunctionArn"),
        target=p.text("TargetFunctionArn"),
        auth_type=p.text("AuthType"),
        invoke_mode=p.text("InvokeMode"),
        qualifier=p.text("Qualifier"),
        cors=_cors(p.inside("Cors")),
        function_parts=read_parts(p.value("TargetFunctionArn")),
        is_public=is_public(metadata),
        malformed=p.malformed,
        missing=p.missing("TargetFunctionArn", "AuthType"),
    )


def _cors(cors: Properties | Unknown | None) -> Cors | Unknown | None:
    if not isinstance(cors, Properties):
        return cors
    return Cors(
        max_age_seconds=cors.number("MaxAge"),
        allow_credentials=cors.flag("AllowCredentials"),
        allow_origins=cors.items("AllowOrigins"),
        allow_methods=cors.items("AllowMethods"),
        allow_headers=cors.items("AllowHeaders"),
        expose_headers=cors.items("ExposeHeaders"),
    )


def read_async_invocation(values: object, place: Place) -> AsyncInvocation:
    """The model of an `AWS::Lambda::EventInvokeConfig`."""
    p = Properties(values)
    destinations = p.inside("DestinationConfig")
    return AsyncInvocation(
        place=place,
        function=p.reference("FunctionName"),
        function_name=p.text("FunctionName"),
        qualifier=p.text("Qualifier"),
        retries=p.number("MaximumRetryAttempts"),
        event_age_seconds=p.number("MaximumEventAgeInSeconds"),
        on_success=_destination(destinations, "OnSuccess"),
        on_failure=_destination(destinations, "OnFailure"),
        function_link=read_owner(_value(values, "FunctionName")),
        destinations=_sources(values, "OnSuccess", "OnFailure"),
        malformed=p.malformed,
        missing=p.missing("FunctionName", "Qualifier") + _lacking(destinations, *_DESTINATIONS),
    )


def _lacking(outer: Properties | Unknown | None, *parts: str) -> tuple[str, ...]:
    """Which of these parts (`OnFailure.Destination`) are missing where the mapping around them is there."""
    if not isinstance(outer, Properties):
        return ()
    names = outer.names
    return outer.missing(
        *(part for part in parts if (name := part.partition(".")[0]) in names and outer.inside(name) is not None)
    )


def _destination(destinations: Properties | Unknown | None, name: str) -> Text:
    if not isinstance(destinations, Properties):
        return destinations
    destination = destinations.inside(name)
    return destination.text("Destination") if isinstance(destination, Properties) else destination


def read_version(values: object, place: Place) -> Version:
    """The model of an `AWS::Lambda::Version`."""
    p = Properties(values)
    policy = p.inside("RuntimePolicy")
    return Version(
        place=place,
        function=p.reference("FunctionName"),
        provisioned_concurrency=_provisioned_concurrency(p),
        function_parts=read_parts(p.value("FunctionName")),
        description=p.text("Description"),
        runtime_update=policy.text("UpdateRuntimeOn") if isinstance(policy, Properties) else policy,
        runtime_version=policy.text("RuntimeVersionArn") if isinstance(policy, Properties) else policy,
        scaling=read_scaling(p.inside("FunctionScalingConfig")),
        malformed=p.malformed,
        missing=p.missing("FunctionName") + _lacking(p, _PROVISIONED, "RuntimePolicy.UpdateRuntimeOn"),
    )


def read_alias(values: object, place: Place, update_policy: object = None) -> Alias:
    """The model of an `AWS::Lambda::Alias`, with what CloudFormation is told about its updates."""
    p = Properties(values)
    return Alias(
        place=place,
        function=p.reference("FunctionName"),
        name=p.text("Name"),
        version=p.text("FunctionVersion"),
        description=p.text("Description"),
        provisioned_concurrency=_provisioned_concurrency(p),
        weights=_weights(p.inside("RoutingConfig")),
        function_parts=read_parts(p.value("FunctionName")),
        version_link=read_link(p.value("FunctionVersion")),
        shift=read_shift(update_policy),
        hooks=read_hooks(update_policy),
        malformed=p.malformed,
        missing=p.missing("FunctionName", "FunctionVersion", "Name") + _lacking(p, _PROVISIONED),
    )


def _weights(routing: Properties | Unknown | None) -> tuple[Number, ...] | Unknown | None:
    if not isinstance(routing, Properties):
        return routing
    items = routing.items("AdditionalVersionWeights")
    if not isinstance(items, tuple):
        return items
    return tuple(weight.number("FunctionWeight") for weight in _mappings(routing, "AdditionalVersionWeights", items))


def _mappings(p: Properties, name: str, items: Items) -> list[Properties]:
    """The items of a list that are mappings, and so certain to be there."""
    return [
        p.at(name, index, item)
        for index, item in enumerate(items if isinstance(items, tuple) else ())
        if isinstance(item, Mapping) and not is_intrinsic(item)
    ]


def _provisioned_concurrency(p: Properties) -> Number:
    config = p.inside("ProvisionedConcurrencyConfig")
    return config.number("ProvisionedConcurrentExecutions") if isinstance(config, Properties) else config


def read_event_source_mapping(values: object, place: Place) -> EventSourceMapping:
    """The model of an `AWS::Lambda::EventSourceMapping`."""
    p = Properties(values)
    scaling, pollers, criteria = (
        p.within(name) for name in ("ScalingConfig", "ProvisionedPollerConfig", "FilterCriteria")
    )
    filters = criteria.items("Filters")
    return EventSourceMapping(
        place=place,
        function=p.reference("FunctionName"),
        function_name=p.text("FunctionName"),
        function_link=read_owner(_value(values, "FunctionName")),
        source_arn=p.text("EventSourceArn"),
        source=_polled(values),
        callee=read_parts(_value(values, "FunctionName")),
        destinations=_sources(values, "OnFailure"),
        on_failure=_destination(p.inside("DestinationConfig"), "OnFailure"),
        batch_size=p.number("BatchSize"),
        batching_window_seconds=p.number("MaximumBatchingWindowInSeconds"),
        tumbling_window_seconds=p.number("TumblingWindowInSeconds"),
        parallelization=p.number("ParallelizationFactor"),
        record_age_seconds=p.number("MaximumRecordAgeInSeconds"),
        retries=p.number("MaximumRetryAttempts"),
        bisects=p.flag("BisectBatchOnFunctionError"),
        starting_position=p.text("StartingPosition"),
        starting_timestamp=p.number("StartingPositionTimestamp"),
        response_types=p.items("FunctionResponseTypes"),
        topics=p.items("Topics"),
        queues=p.items("Queues"),
        access=p.items("SourceAccessConfigurations"),
        database=p.within("DocumentDBEventSourceConfig").text("DatabaseName"),
        is_self_managed=_is_there(p.inside("SelfManagedEventSource")),
        bootstrap_servers=p.within("SelfManagedEventSource").within("Endpoints").items("KafkaBootstrapServers"),
        maximum_concurrency=scaling.number("MaximumConcurrency"),
        minimum_pollers=pollers.number("MinimumPollers"),
        maximum_pollers=pollers.number("MaximumPollers"),
        filters=filters,
        patterns=tuple(each.text("Pattern") for each in _mappings(criteria, "Filters", filters)),
        malformed=p.malformed,
        missing=p.missing("FunctionName"),
    )


def _is_there(part: Properties | Unknown | None) -> Flag:
    return part if part is None or isinstance(part, Unknown) else True


def _polled(values: object) -> Source | None:
    kafka = _value(values, "SelfManagedEventSource")
    return read_source(_value(values, "EventSourceArn")) if kafka is None else Source("kafka", None)


def _sources(values: object, *names: str) -> tuple[Source, ...]:
    """What destinations name; one that isn't known where the settings are an intrinsic."""
    settings = _value(values, "DestinationConfig")
    if is_intrinsic(settings):
        return () if settings == NO_VALUE else (Source(None, None),)
    found = []
    for name in names:
        outer = _value(settings, name)
        found.append(read_source(outer if is_intrinsic(outer) else _value(outer, "Destination")))
    return tuple(filter(None, found))


def _value(values: object, name: str) -> object:
    return values.get(name) if isinstance(values, Mapping) else None


def read_capacity_provider(values: object, place: Place) -> CapacityProvider:
    """The model of an `AWS::Lambda::CapacityProvider`."""
    p = Properties(values)
    vpc, scaling, instances, permissions = (
        p.within(name)
        for name in ("VpcConfig", "CapacityProviderScalingConfig", "InstanceRequirements", "PermissionsConfig")
    )
    policies = _mappings(scaling, "ScalingPolicies", scaling.items("ScalingPolicies"))
    return CapacityProvider(
        place=place,
        name=p.text("CapacityProviderName"),
        subnets=vpc.items("SubnetIds"),
        security_groups=vpc.items("SecurityGroupIds"),
        maximum_vcpus=scaling.number("MaxVCpuCount"),
        scaling_mode=scaling.text("ScalingMode"),
        scaling_policies=scaling.items("ScalingPolicies"),
        policies=tuple(
            ScalingPolicy(metric=policy.text("PredefinedMetricType"), target_percent=policy.number("TargetValue"))
            for policy in policies
        ),
        architectures=instances.items("Architectures"),
        allowed_instance_types=instances.items("AllowedInstanceTypes"),
        excluded_instance_types=instances.items("ExcludedInstanceTypes"),
        operator_role=permissions.text("CapacityProviderOperatorRoleArn"),
        kms_key=p.text("KmsKeyArn"),
        malformed=p.malformed,
        missing=p.missing(
            "PermissionsConfig.CapacityProviderOperatorRoleArn", "VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds"
        )
        + tuple(part for policy in policies for part in policy.missing("PredefinedMetricType", "TargetValue")),
    )


def read_code_signing_config(values: object, place: Place) -> CodeSigningConfig:
    """The model of an `AWS::Lambda::CodeSigningConfig`."""
    p = Properties(values)
    policies, publishers = p.inside("CodeSigningPolicies"), p.inside("AllowedPublishers")
    return CodeSigningConfig(
        place=place,
        description=p.text("Description"),
        policy=policies.text("UntrustedArtifactOnDeployment") if isinstance(policies, Properties) else policies,
        publishers=publishers.items("SigningProfileVersionArns") if isinstance(publishers, Properties) else publishers,
        malformed=p.malformed,
        missing=p.missing("AllowedPublishers.SigningProfileVersionArns")
        + _lacking(p, "CodeSigningPolicies.UntrustedArtifactOnDeployment"),
    )
