"""APIs of API Gateway and their parts, as CloudFormation is told to make them. `gateways` puts the pieces together."""

from __future__ import annotations

from constructs_lambda.model.companions import Cors
from constructs_lambda.model.functions import Flag, Items, Malformed, Number, Place, Text
from constructs_lambda.model.networks import Parts, Target
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown


@record(kw_only=True)
class RestApi:
    """An `AWS::ApiGateway::RestApi`."""

    place: Place
    name: Text = None
    endpoint_types: Items = None
    policy_length: int | None = None
    """Characters that its resource policy certainly has, whitespace left out; None where it has no policy."""
    has_open_policy: bool = False
    """Whether its resource policy certainly lets everyone call all of it."""
    minimum_compression_bytes: Number = None
    has_no_endpoint: Flag = None
    """Whether only custom domain names lead to it."""
    vpc_endpoints: Items = None
    key_source: Text = None
    has_definition: bool = False
    """Whether an OpenAPI document, a copy of another API or a macro may bring routes."""
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()

    @property
    def endpoint(self) -> str | None:
        """`EDGE`, `REGIONAL` or `PRIVATE`; None where that isn't known."""
        if self.endpoint_types is None or self.endpoint_types == ():
            return "EDGE"
        first = self.endpoint_types[0] if isinstance(self.endpoint_types, tuple) else None
        return first if isinstance(first, str) and first in ("EDGE", "REGIONAL", "PRIVATE") else None


@record(kw_only=True)
class RestResource:
    """One part of a path (`AWS::ApiGateway::Resource`)."""

    place: Place
    api: Target
    parent: Target
    part: Text
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class RestIntegration:
    """What a method of a REST API calls."""

    type: Text
    http_method: Text
    uri: Parts
    credentials: Text
    timeout_ms: Number
    transfer_mode: Text
    passthrough: Text = None
    connection_type: Text = None
    connection: Text = None
    parameters: tuple[str, ...] | Unknown | None = None
    """The names of what its request is made of."""
    has_credentials_for_all: bool = False
    """Whether an answer of its own allows credentials, and any origin."""


@record(kw_only=True)
class RestMethod:
    """An `AWS::ApiGateway::Method`."""

    place: Place
    api: Target
    resource: Target
    http_method: Text
    authorization: Text
    authorizer: Target
    scopes: Items
    needs_key: Flag
    integration: RestIntegration | Unknown | None
    is_public: bool = False
    """Whether its author wrote that anyone may call it."""
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class StageSettings:
    """What the stages of all kinds of APIs have in common.

    Args:
        log_destination: Where the access logs go.
        logging: The levels of execution logs, by the property they stand in.
        cache_size: That of a REST API's cache, in GB.
        cache_ttls: For how many seconds answers are cached, by the property.
        variables: The names of the stage's variables.
        route_keys: The routes of an HTTP or WebSocket API that have settings of their own.
    """

    log_destination: Text = None
    logging: tuple[tuple[str, Text], ...] = ()
    cache_size: Text = None
    cache_ttls: tuple[tuple[str, Number], ...] = ()
    variables: tuple[str, ...] = ()
    route_keys: tuple[str, ...] = ()


@record(kw_only=True)
class RestStage:
    """A stage of a REST API (`AWS::ApiGateway::Stage`, or an `AWS::ApiGateway::Deployment` that makes one)."""

    place: Place
    api: Target
    name: Text
    log_format: Text
    settings: StageSettings = StageSettings()
    deployment: Target = None
    is_deployment: bool = False
    property: str = ""
    """Where its settings stand, with a dot behind it, when not on the outermost level."""
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class RestAuthorizer:
    """An `AWS::ApiGateway::Authorizer`."""

    place: Place
    api: Target
    type: Text
    name: Text = None
    uri: Parts = ()
    credentials: Text = None
    ttl_seconds: Number = None
    identity_source: Text = None
    providers: Items = None
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class HttpApi:
    """An `AWS::ApiGatewayV2::Api`: an HTTP API, or a WebSocket API."""

    place: Place
    protocol: Text = None
    name: Text = None
    description: Text = None
    route_selection: Text = None
    cors: Cors | Unknown | None = None
    has_no_endpoint: Flag = None
    """Whether only custom domain names lead to it."""
    has_definition: bool = False
    """Whether an OpenAPI document, quick create or a macro may bring routes."""
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class HttpRoute:
    """An `AWS::ApiGatewayV2::Route`."""

    place: Place
    api: Target
    key: Text
    target: Parts
    authorization: Text
    authorizer: Target
    scopes: Items
    needs_key: Flag = None
    operation: Text = None
    is_public: bool = False
    """Whether its author wrote that anyone may call it."""
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class HttpIntegration:
    """An `AWS::ApiGatewayV2::Integration`."""

    place: Place
    api: Target
    type: Text
    subtype: Text
    uri: Parts
    credentials: Text
    timeout_ms: Number
    payload_format: Text
    http_method: Text = None
    connection_type: Text = None
    connection: Text = None
    parameters: tuple[str, ...] | Unknown | None = None
    """The names of what its request is made of."""
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class HttpStage:
    """An `AWS::ApiGatewayV2::Stage`."""

    place: Place
    api: Target
    name: Text
    log_format: Text
    settings: StageSettings = StageSettings()
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@record(kw_only=True)
class HttpAuthorizer:
    """An `AWS::ApiGatewayV2::Authorizer`."""

    place: Place
    api: Target
    type: Text
    name: Text = None
    uri: Parts = ()
    credentials: Text = None
    ttl_seconds: Number = None
    identity_sources: Items = None
    payload_format: Text = None
    simple_answers: Flag = None
    issuer: Text = None
    audience: Items = None
    missing: tuple[str, ...] = ()
    malformed: tuple[Malformed, ...] = ()


API_FIELDS = (
    "rest_apis",
    "rest_resources",
    "rest_methods",
    "rest_stages",
    "rest_authorizers",
    "http_apis",
    "http_routes",
    "http_integrations",
    "http_stages",
    "http_authorizers",
)
"""The fields of `Stack` that hold APIs and their parts."""
ApiPart = (
    RestApi
    | RestResource
    | RestMethod
    | RestStage
    | RestAuthorizer
    | HttpApi
    | HttpRoute
    | HttpIntegration
    | HttpStage
    | HttpAuthorizer
)
