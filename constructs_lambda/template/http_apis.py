"""HTTP and WebSocket APIs and their parts -> model."""

from __future__ import annotations

from collections.abc import Mapping

from constructs_lambda.model import Cors, HttpApi, HttpAuthorizer, HttpIntegration, HttpRoute, HttpStage, Place
from constructs_lambda.model.apis import StageSettings
from constructs_lambda.template.links import read_link, read_parts
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.rest_apis import is_public, names_of, plain_names
from constructs_lambda.tokens import Unknown, known

Metadata = Mapping[str, object] | None
_DEFINITIONS = ("Body", "BodyS3Location", "Target", "RouteKey")


def read_http_api(values: object, place: Place, metadata: Metadata = None) -> HttpApi:
    """The model of an `AWS::ApiGatewayV2::Api`."""
    p = Properties(values)
    has_definition = p.is_open or any(p.value(name) is not None for name in _DEFINITIONS)
    return HttpApi(
        place=place,
        protocol=p.text("ProtocolType"),
        name=p.text("Name"),
        description=p.text("Description"),
        route_selection=p.text("RouteSelectionExpression"),
        cors=_cors(p.inside("CorsConfiguration")),
        has_no_endpoint=p.flag("DisableExecuteApiEndpoint"),
        has_definition=has_definition,
        missing=() if has_definition else p.missing("Name", "ProtocolType"),
        malformed=p.malformed,
    )


def _cors(p: Properties | Unknown | None) -> Cors | Unknown | None:
    if not isinstance(p, Properties):
        return p
    return Cors(
        max_age_seconds=p.number("MaxAge"),
        allow_credentials=p.flag("AllowCredentials"),
        allow_origins=p.items("AllowOrigins"),
        allow_methods=p.items("AllowMethods"),
        allow_headers=p.items("AllowHeaders"),
        expose_headers=p.items("ExposeHeaders"),
    )


def read_route(values: object, place: Place, metadata: Metadata = None) -> HttpRoute:
    """The model of an `AWS::ApiGatewayV2::Route`."""
    p = Properties(values)
    return HttpRoute(
        place=place,
        api=read_link(p.value("ApiId")),
        key=p.text("RouteKey"),
        target=read_parts(p.value("Target")),
        authorization=p.text("AuthorizationType"),
        authorizer=read_link(p.value("AuthorizerId")),
        scopes=p.items("AuthorizationScopes"),
        needs_key=p.flag("ApiKeyRequired"),
        operation=p.text("OperationName"),
        is_public=is_public(metadata),
        missing=p.missing("ApiId", "RouteKey"),
        malformed=p.malformed,
    )


def read_integration(values: object, place: Place, metadata: Metadata = None) -> HttpIntegration:
    """The model of an `AWS::ApiGatewayV2::Integration`."""
    p = Properties(values)
    return HttpIntegration(
        place=place,
        api=read_link(p.value("ApiId")),
        type=p.text("IntegrationType"),
        subtype=p.text("IntegrationSubtype"),
        uri=read_parts(p.value("IntegrationUri")),
        credentials=p.text("CredentialsArn"),
        timeout_ms=p.number("TimeoutInMillis"),
        payload_format=p.text("PayloadFormatVersion"),
        http_method=p.text("IntegrationMethod"),
        connection_type=p.text("ConnectionType"),
        connection=p.text("ConnectionId"),
        parameters=names_of(p.mapping("RequestParameters")),
        missing=p.missing("ApiId", "IntegrationType"),
        malformed=p.malformed,
    )


def read_http_stage(values: object, place: Place, metadata: Metadata = None) -> HttpStage:
    """The model of an `AWS::ApiGatewayV2::Stage`."""
    p = Properties(values)
    logs = p.inside("AccessLogSettings")
    return HttpStage(
        place=place,
        api=read_link(p.value("ApiId")),
        name=p.text("StageName"),
        log_format=logs.text("Format") if isinstance(logs, Properties) else logs,
        settings=_stage_settings(p, logs),
        missing=p.missing("ApiId", "StageName"),
        malformed=p.malformed,
    )


def _stage_settings(p: Properties, logs: Properties | Unknown | None) -> StageSettings:
    every = p.inside("DefaultRouteSettings")
    routes = known(p.mapping("RouteSettings")) or {}
    found = [("DefaultRouteSettings.", every)] if isinstance(every, Properties) else []
    found += [(f"RouteSettings.{key}.", Properties(each)) for key, each in routes.items()]
    return StageSettings(
        log_destination=logs.text("DestinationArn") if isinstance(logs, Properties) else logs,
        logging=tuple((f"{prefix}LoggingLevel", each.text("LoggingLevel")) for prefix, each in found),
        variables=plain_names(p.mapping("StageVariables")),
        route_keys=plain_names(p.mapping("RouteSettings")),
    )


def read_http_authorizer(values: object, place: Place, metadata: Metadata = None) -> HttpAuthorizer:
    """The model of an `AWS::ApiGatewayV2::Authorizer`."""
    p = Properties(values)
    jwt = p.inside("JwtConfiguration")
    return HttpAuthorizer(
        place=place,
        api=read_link(p.value("ApiId")),
        type=p.text("AuthorizerType"),
        name=p.text("Name"),
        uri=read_parts(p.value("AuthorizerUri")),
        credentials=p.text("AuthorizerCredentialsArn"),
        ttl_seconds=p.number("AuthorizerResultTtlInSeconds"),
        identity_sources=p.items("IdentitySource"),
        payload_format=p.text("AuthorizerPayloadFormatVersion"),
        simple_answers=p.flag("EnableSimpleResponses"),
        issuer=jwt.text("Issuer") if isinstance(jwt, Properties) else jwt,
        audience=jwt.items("Audience") if isinstance(jwt, Properties) else jwt,
        missing=p.missing("ApiId", "AuthorizerType", "Name"),
        malformed=p.malformed,
    )
