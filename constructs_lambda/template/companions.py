"""The resources beside Lambda functions -> model: URLs, asynchronous invocation, versions, aliases and the like."""

from __future__ import annotations

from constructs_lambda.model import (
    Alias,
    AsyncInvocation,
    CapacityProvider,
    CodeSigningConfig,
    Cors,
    EventSourceMapping,
    FunctionUrl,
    Number,
    Place,
    Text,
    Version,
)
from constructs_lambda.template.properties import MACRO, Properties
from constructs_lambda.tokens import Unknown


def read_url(values: object, place: Place) -> FunctionUrl:
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
        malformed=p.malformed,
        missing=p.missing("FunctionName", "Qualifier"),
    )


def _destination(destinations: Properties | Unknown | None, name: str) -> Text:
    if not isinstance(destinations, Properties):
        return destinations
    destination = destinations.inside(name)
    return destination.text("Destination") if isinstance(destination, Properties) else destination


def read_version(values: object, place: Place) -> Version:
    """The model of an `AWS::Lambda::Version`."""
    p = Properties(values)
    return Version(
        place=place,
        function=p.reference("FunctionName"),
        provisioned_concurrency=_provisioned_concurrency(p),
        malformed=p.malformed,
        missing=p.missing("FunctionName"),
    )


def read_alias(values: object, place: Place) -> Alias:
    """The model of an `AWS::Lambda::Alias`."""
    p = Properties(values)
    return Alias(
        place=place,
        function=p.reference("FunctionName"),
        name=p.text("Name"),
        version=p.text("FunctionVersion"),
        description=p.text("Description"),
        provisioned_concurrency=_provisioned_concurrency(p),
        malformed=p.malformed,
        missing=p.missing("FunctionName", "FunctionVersion", "Name"),
    )


def _provisioned_concurrency(p: Properties) -> Number:
    config = p.inside("ProvisionedConcurrencyConfig")
    return config.number("ProvisionedConcurrentExecutions") if isinstance(config, Properties) else config


def read_event_source_mapping(values: object, place: Place) -> EventSourceMapping:
    """The model of an `AWS::Lambda::EventSourceMapping`."""
    p = Properties(values)
    return EventSourceMapping(
        place=place,
        function=p.reference("FunctionName"),
        malformed=p.malformed,
        missing=p.missing("FunctionName"),
    )


def read_capacity_provider(values: object, place: Place) -> CapacityProvider:
    """The model of an `AWS::Lambda::CapacityProvider`."""
    p = Properties(values)
    vpc, scaling, instances = (
        nested if isinstance(nested, Properties) else Properties({MACRO: None} if nested else None)
        for nested in (
            p.inside("VpcConfig"),
            p.inside("CapacityProviderScalingConfig"),
            p.inside("InstanceRequirements"),
        )
    )
    return CapacityProvider(
        place=place,
        name=p.text("CapacityProviderName"),
        subnets=vpc.items("SubnetIds"),
        security_groups=vpc.items("SecurityGroupIds"),
        maximum_vcpus=scaling.number("MaxVCpuCount"),
        scaling_mode=scaling.text("ScalingMode"),
        scaling_policies=scaling.items("ScalingPolicies"),
        architectures=instances.items("Architectures"),
        allowed_instance_types=instances.items("AllowedInstanceTypes"),
        excluded_instance_types=instances.items("ExcludedInstanceTypes"),
        malformed=p.malformed,
        missing=p.missing("PermissionsConfig.CapacityProviderOperatorRoleArn", "VpcConfig.SubnetIds"),
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
        missing=p.missing("AllowedPublishers.SigningProfileVersionArns"),
    )
