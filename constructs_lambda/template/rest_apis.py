"""REST APIs and their parts -> model."""

from __future__ import annotations

from collections.abc import Mapping

from constructs_lambda.model import (
    Place,
    RestApi,
    RestAuthorizer,
    RestIntegration,
    RestMethod,
    RestResource,
    RestStage,
)
from constructs_lambda.model.apis import StageSettings
from constructs_lambda.template.links import read_link, read_parts
from constructs_lambda.template.policies import lets_everyone_invoke, policy_length
from constructs_lambda.template.properties import Properties
from constructs_lambda.tokens import UNKNOWN, Unknown, known, may_grow

Metadata = Mapping[str, object] | None
_DEFINITIONS = ("Body", "BodyS3Location", "CloneFrom")


def read_rest_api(values: object, place: Place, metadata: Metadata = None) -> RestApi:
    """The model of an `AWS::ApiGateway::RestApi`."""
    p = Properties(values)
    endpoint = p.inside("EndpointConfiguration")
    has_definition = p.is_open or any(p.value(name) is not None for name in _DEFINITIONS)
    return RestApi(
        place=place,
        name=p.text("Name"),
        endpoint_types=endpoint.items("Types") if isinstance(endpoint, Properties) else endpoint,
        policy_length=policy_length(p.value("Policy")),
        has_open_policy=lets_everyone_invoke(p.value("Policy")),
        minimum_compression_bytes=p.number("MinimumCompressionSize"),
        has_no_endpoint=p.flag("DisableExecuteApiEndpoint"),
        vpc_endpoints=endpoint.items("VpcEndpointIds") if isinstance(endpoint, Properties) else endpoint,
        key_source=p.text("ApiKeySourceType"),
        has_definition=has_definition,
        missing=() if has_definition else p.missing("Name"),
        malformed=p.malformed,
    )


def read_rest_resource(values: object, place: Place, metadata: Metadata = None) -> RestResource:
    """The model of an `AWS::ApiGateway::Resource`."""
    p = Properties(values)
    return RestResource(
        place=place,
        api=read_link(p.value("RestApiId")),
        parent=read_link(p.value("ParentId")),
        part=p.text("PathPart"),
        missing=p.missing("RestApiId", "ParentId", "PathPart"),
        malformed=p.malformed,
    )


def read_method(values: object, place: Place, metadata: Metadata = None) -> RestMethod:
    """The model of an `AWS::ApiGateway::Method`."""
    p = Properties(values)
    integration = p.inside("Integration")
    return RestMethod(
        place=place,
        api=read_link(p.value("RestApiId")),
        resource=read_link(p.value("ResourceId")),
        http_method=p.text("HttpMethod"),
        authorization=p.text("AuthorizationType"),
        authorizer=read_link(p.value("AuthorizerId")),
        scopes=p.items("AuthorizationScopes"),
        needs_key=p.flag("ApiKeyRequired"),
        integration=_integration(integration),
        is_public=is_public(metadata),
        missing=p.missing("RestApiId", "ResourceId", "HttpMethod"),
        malformed=p.malformed,
    )


def _integration(p: Properties | Unknown | None) -> RestIntegration | Unknown | None:
    if not isinstance(p, Properties):
        return p
    return RestIntegration(
        type=p.text("Type"),
        http_method=p.text("IntegrationHttpMethod"),
        uri=read_parts(p.value("Uri")),
        credentials=p.text("Credentials"),
        timeout_ms=p.number("TimeoutInMillis"),
        transfer_mode=p.text("ResponseTransferMode"),
        passthrough=p.text("PassthroughBehavior"),
        connection_type=p.text("ConnectionType"),
        connection=p.text("ConnectionId"),
        parameters=names_of(p.mapping("RequestParameters")),
        has_credentials_for_all=any(map(_has_credentials_for_all, known(p.items("IntegrationResponses")) or ())),
    )


def _has_credentials_for_all(response: object) -> bool:
    parameters = response.get("ResponseParameters") if isinstance(response, Mapping) else None
    headers = {
        str(name).lower().rpartition(".")[2]: value
        for name, value in (parameters.items() if isinstance(parameters, Mapping) else ())
    }
    is_for_all = headers.get("access-control-allow-origin") == "'*'"
    return is_for_all and headers.get("access-control-allow-credentials") == "'true'"


def read_rest_stage(values: object, place: Place, metadata: Metadata = None) -> RestStage:
    """The model of an `AWS::ApiGateway::Stage`, or of an `AWS::ApiGateway::Deployment` that makes one."""
    p = Properties(values)
    description = p.inside("StageDescription")
    outer = description if isinstance(description, Properties) else p
    logs = outer.inside("AccessLogSetting")
    return RestStage(
        place=place,
        api=read_link(p.value("RestApiId")),
        name=p.text("StageName"),
        log_format=logs.text("Format") if isinstance(logs, Properties) else logs,
        settings=_stage_settings(outer, logs),
        deployment=read_link(p.value("DeploymentId")),
        is_deployment="DeploymentId" not in p.names and not p.is_open,
        property="StageDescription." if outer is not p else "",
        missing=p.missing("RestApiId"),
        malformed=p.malformed,
    )


def _stage_settings(p: Properties, logs: Properties | Unknown | None) -> StageSettings:
    methods = [
        (f"MethodSettings.{index}.", p.at("MethodSettings", index, each))
        for index, each in enumerate(known(p.items("MethodSettings")) or ())
    ]
    methods.append(("", p))  # a deployment that makes a stage has the settings of all methods beside its own
    return StageSettings(
        log_destination=logs.text("DestinationArn") if isinstance(logs, Properties) else logs,
        logging=tuple((f"{prefix}LoggingLevel", each.text("LoggingLevel")) for prefix, each in methods),
        cache_size=p.text("CacheClusterSize"),
        cache_ttls=tuple((f"{prefix}CacheTtlInSeconds", each.number("CacheTtlInSeconds")) for prefix, each in methods),
        variables=plain_names(p.mapping("Variables")),
    )


def read_rest_authorizer(values: object, place: Place, metadata: Metadata = None) -> RestAuthorizer:
    """The model of an `AWS::ApiGateway::Authorizer`."""
    p = Properties(values)
    return RestAuthorizer(
        place=place,
        api=read_link(p.value("RestApiId")),
        type=p.text("Type"),
        name=p.text("Name"),
        uri=read_parts(p.value("AuthorizerUri")),
        credentials=p.text("AuthorizerCredentials"),
        ttl_seconds=p.number("AuthorizerResultTtlInSeconds"),
        identity_source=p.text("IdentitySource"),
        providers=p.items("ProviderARNs"),
        missing=p.missing("RestApiId", "Type", "Name"),
        malformed=p.malformed,
    )


def names_of(values: Mapping[str, object] | Unknown | None) -> tuple[str, ...] | Unknown | None:
    """The names in a mapping; unknown where it may get others."""
    if not isinstance(values, Mapping):
        return values
    return UNKNOWN if may_grow(values) else tuple(map(str, values))


def plain_names(values: Mapping[str, object] | Unknown | None) -> tuple[str, ...]:
    """The names in a mapping that are written as they are."""
    return tuple(str(name) for name in known(values) or () if not str(name).startswith("Fn::"))


def is_public(metadata: Metadata) -> bool:
    """Whether a construct's author wrote that anyone may call it."""
    return bool(metadata and metadata.get("public") is True)
