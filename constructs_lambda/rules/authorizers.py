"""CL50x: authorizers: what they need, and which routes they fit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Gateway, Guard, HttpAuthorizer, HttpRoute, RestAuthorizer, Served
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted
from constructs_lambda.tokens import Unknown, certain_count, known, resolve_text

_REST = "https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html"
_HTTP = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html"
_JWT = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html"
_PERMISSIONS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html"
_SCOPES = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html"
_REST_TYPES = ("TOKEN", "REQUEST", "COGNITO_USER_POOLS")
_HTTP_TYPES = ("REQUEST", "JWT")
_TOKEN_SOURCE = re.compile(r"method\.request\.header\.[^\s,.]+")
_SOURCES = {
    "REST": re.compile(
        r"(method\.request\.(header|querystring|multivalueheader|multivaluequerystring|path)\."
        r"|context\.|stageVariables\.)\S+"
    ),
    "HTTP": re.compile(r"\$(request\.(header|querystring|path)\.|context\.|stageVariables\.)\S+"),
    "WEBSOCKET": re.compile(
        r"\$?(route\.request\.(header|querystring|multivalueheader|multivaluequerystring)\."
        r"|context\.|stageVariables\.)\S+"
    ),
}
_EXAMPLES = {
    "REST": "method.request.header.Authorization",
    "HTTP": "$request.header.Authorization",
    "WEBSOCKET": "route.request.querystring.token",
}
_FITTING = {
    "CUSTOM": ("TOKEN", "REQUEST"),
    "COGNITO_USER_POOLS": ("COGNITO_USER_POOLS",),
    "JWT": ("JWT",),
}
_REST_AUTHORIZATIONS = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
_HTTP_AUTHORIZATIONS = ("NONE", "AWS_IAM", "CUSTOM", "JWT")


@rule(
    "CL501",
    "Authorizer's cache out of range",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer.",
    fix="Choose 0 to 3,600 s; 0 switches the cache off.",
    source=limits.AUTHORIZER_CACHE_TTL.source,
)
def cache(authorizer: RestAuthorizer | HttpAuthorizer) -> Iterator[Problem]:
    fix = "Choose 0 to 3,600 s; 0 switches the cache off."
    what = "the TTL of the authorizer's answers"
    prop = "AuthorizerResultTtlInSeconds"
    yield from number_problem(prop, what, authorizer.ttl_seconds, limits.AUTHORIZER_CACHE_TTL, fix)


@rule(
    "CL502",
    "Authorizer without identity source",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer: a token authorizer names its header, and what is cached needs a key.",
    fix="Name the header, such as method.request.header.Authorization, or switch the cache off with a TTL of 0.",
    source=_REST,
)
def identity_source(authorizer: RestAuthorizer | HttpAuthorizer) -> Iterator[Problem]:
    if isinstance(authorizer, HttpAuthorizer):
        yield from _http_identity_source(authorizer)
        return
    if authorizer.identity_source not in (None, ""):
        return
    if authorizer.type in ("TOKEN", "COGNITO_USER_POOLS"):
        yield Problem(
            "IdentitySource",
            f"a {authorizer.type} authorizer has no identity source; AWS wants the header that holds the token",
            "Write method.request.header.Authorization.",
        )
    elif authorizer.type == "REQUEST" and not isinstance(authorizer.ttl_seconds, Unknown):
        ttl = 300 if authorizer.ttl_seconds is None else authorizer.ttl_seconds
        if ttl > 0:
            yield Problem(
                "IdentitySource",
                f"a REQUEST authorizer has no identity source, and its answers are cached for {ttl:,} s; AWS wants one "
                "as the key of the cache",
                "Name a header, such as method.request.header.Authorization, or write a TTL of 0.",
            )


def _http_identity_source(authorizer: HttpAuthorizer) -> Iterator[Problem]:
    sources, ttl = authorizer.identity_sources, known(authorizer.ttl_seconds)
    fix = "Write $request.header.Authorization."
    if authorizer.type == "JWT" and sources in (None, ()):
        message = "a JWT authorizer has no identity source; AWS wants the one place that holds the token"
        yield Problem("IdentitySource", message, fix)
    elif authorizer.type == "JWT" and certain_count(sources) > 1:
        message = f"a JWT authorizer has {certain_count(sources)} identity sources; AWS takes one"
        yield Problem("IdentitySource", message, fix)
    elif authorizer.type == "REQUEST" and sources in (None, ()) and ttl is not None and ttl > 0:
        message = (
            f"the authorizer's answers are cached for {ttl:,} s, and it has no identity source as the key of the cache"
        )
        yield Problem(
            "IdentitySource", message, "Name a header, such as $request.header.Authorization, or write a TTL of 0."
        )


@rule(
    "CL503",
    "Identity source malformed",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer: each kind of API has its own way to name a part of the request.",
    fix="Write method.request.header.X for a REST API, $request.header.X for an HTTP API.",
    source=_REST,
)
def identity_sources(guard: Guard) -> Iterator[Problem]:
    authorizer, kind = guard.authorizer, guard.kind
    if kind not in _SOURCES or (kind == "WEBSOCKET" and authorizer.type == "JWT"):  # else CL512 speaks
        return
    if isinstance(authorizer, RestAuthorizer):
        text = known(authorizer.identity_source)
        sources = [each.strip() for each in text.split(",")] if text else []
        if authorizer.type in ("TOKEN", "COGNITO_USER_POOLS") and text and not _TOKEN_SOURCE.fullmatch(text):
            message = f"the identity source {quoted(text)} is no header; a {authorizer.type} authorizer takes one"
            yield Problem("IdentitySource", message, "Write method.request.header.Authorization.")
            return
    else:
        found = map(resolve_text, known(authorizer.identity_sources) or ())
        sources = [each for each in found if isinstance(each, str)]
    for source in sources:
        if not _SOURCES[kind].fullmatch(source):
            name = "a WebSocket" if kind == "WEBSOCKET" else "an HTTP" if kind == "HTTP" else "a REST"
            message = f"the identity source {quoted(source)} is none of {name} API"
            yield Problem("IdentitySource", message, f"Write it as {_EXAMPLES[kind]}.")


@rule(
    "CL504",
    "Payload format that doesn't fit the authorizer",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer: simple answers need payload format 2.0.",
    fix="Write AuthorizerPayloadFormatVersion 2.0.",
    source=_HTTP,
)
def payload_format(authorizer: HttpAuthorizer) -> Iterator[Problem]:
    prop, version = "AuthorizerPayloadFormatVersion", authorizer.payload_format
    yield from one_of(prop, "the payload format", version, ("1.0", "2.0"))
    if authorizer.simple_answers is True and version in (None, "1.0"):
        shown = "no payload format" if version is None else "payload format 1.0"
        message = f"the authorizer gives simple responses and has {shown}; AWS takes them with payload format 2.0 only"
        yield Problem(prop, message, "Write 2.0, or leave out EnableSimpleResponses and answer with a policy.")


@rule(
    "CL505",
    "Authorizer of an HTTP API without payload format",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer.",
    fix="Write AuthorizerPayloadFormatVersion 2.0.",
    source=_HTTP,
)
def no_payload_format(guard: Guard) -> Iterator[Problem]:
    authorizer = guard.authorizer
    if not isinstance(authorizer, HttpAuthorizer) or guard.kind != "HTTP" or authorizer.type != "REQUEST":
        return
    if authorizer.payload_format is None and authorizer.simple_answers is not True:  # else CL504 speaks
        yield Problem(
            "AuthorizerPayloadFormatVersion",
            "the Lambda authorizer of an HTTP API has no payload format; AWS wants 1.0 or 2.0",
            "Write 2.0.",
        )


@rule(
    "CL506",
    "Authorizer setting missing or not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer, or the authorizer refuses every request.",
    fix="Add what its type needs: a function, user pools, or the issuer and audience of its tokens.",
    source=_JWT,
)
def settings(authorizer: RestAuthorizer | HttpAuthorizer) -> Iterator[Problem]:
    is_rest = isinstance(authorizer, RestAuthorizer)
    yield from one_of(
        "Type" if is_rest else "AuthorizerType",
        "the type of the authorizer",
        authorizer.type,
        _REST_TYPES if is_rest else _HTTP_TYPES,
    )
    if authorizer.type in ("TOKEN", "REQUEST") and not authorizer.uri:
        message = f"a {authorizer.type} authorizer has no function"
        yield Problem("AuthorizerUri", message, "Name the path with which API Gateway invokes the function.")
    if isinstance(authorizer, HttpAuthorizer):
        if authorizer.type == "JWT":
            yield from _jwt(authorizer)
    elif authorizer.type == "COGNITO_USER_POOLS" and authorizer.providers in (None, ()):
        message = "a COGNITO_USER_POOLS authorizer names no user pool"
        yield Problem("ProviderARNs", message, "Add the ARN of the user pool.")


def _jwt(authorizer: HttpAuthorizer) -> Iterator[Problem]:
    issuer = authorizer.issuer
    if issuer is None or issuer == "":
        message = "a JWT authorizer has no issuer"
        yield Problem("JwtConfiguration.Issuer", message, "Write the issuer's address, https://....")
    elif isinstance(issuer, str) and not issuer.startswith("https://"):
        message = f"the issuer {quoted(issuer)} is no https address, where API Gateway finds the keys"
        yield Problem("JwtConfiguration.Issuer", message, "Write the issuer's address, https://....")
    if authorizer.audience in (None, ()):
        message = "a JWT authorizer has no audience: no token matches"
        yield Problem("JwtConfiguration.Audience", message, "Add the audience, such as the app client's id.")


@rule(
    "CL507",
    "Authorization that doesn't fit its authorizer",
    Severity.ERROR,
    aws="API Gateway refuses the method or route.",
    fix="Name an authorizer of the same API and of the type that the authorization wants.",
    source=_PERMISSIONS,
)
def authorization(gateway: Gateway) -> Iterator[Problem]:
    for route in gateway.routes:
        yield from _authorization(route, gateway.kind)


def _authorization(route: Served, kind: str | None) -> Iterator[Problem]:
    is_http, place = isinstance(route.route, HttpRoute), route.place
    wanted = known(route.route.authorization)
    words = _HTTP_AUTHORIZATIONS if is_http else _REST_AUTHORIZATIONS
    if kind == "WEBSOCKET" and wanted not in (None, "NONE") and route.path not in (None, "$connect"):
        message = (
            f"the route {route.shown} of a WebSocket API has the authorization {wanted}; AWS takes one on $connect only"
        )
        yield Problem("AuthorizationType", message, "Guard $connect, which every connection begins with.", place)
        return
    if kind == "HTTP" and isinstance(route.route, HttpRoute) and route.route.needs_key is True:
        message = f"{route.shown} wants an API key, which HTTP APIs don't have"
        yield Problem("ApiKeyRequired", message, "Give it an authorizer, or make a REST API.", place)
    for problem in one_of("AuthorizationType", f"the authorization of {route.shown}", wanted, words):
        yield problem.at(place)
    if wanted not in _FITTING or wanted not in words:
        return
    if route.route.authorizer is None:
        message = f"{route.shown} has the authorization {wanted} and names no authorizer"
        yield Problem("AuthorizerId", message, "Add AuthorizerId.", place)
    if route.authorizer is None:
        return
    if route.is_foreign:
        message = f"{route.shown} names the authorizer {route.authorizer.place.path}, which belongs to another API"
        yield Problem("AuthorizerId", message, "Make an authorizer for this API: each belongs to one.", place)
        return
    of = known(route.authorizer.type)
    if of is not None and of not in _FITTING[wanted] and of in (*_REST_TYPES, *_HTTP_TYPES):
        fix = next(name for name, fitting in _FITTING.items() if of in fitting)
        message = f"{route.shown} has the authorization {wanted}, and its authorizer is of the type {of}"
        yield Problem("AuthorizationType", message, f"Write {fix}, or name another authorizer.", place)


@rule(
    "CL508",
    "Scopes that nothing checks",
    Severity.ERROR,
    aws="API Gateway refuses the method or route: scopes are only valid with a Cognito or JWT authorizer.",
    fix="Use a Cognito or JWT authorizer, or check the scopes in the authorizer's function.",
    source=_SCOPES,
)
def scopes(gateway: Gateway) -> Iterator[Problem]:
    for route in gateway.routes:
        wanted = "NONE" if route.route.authorization is None else known(route.route.authorization)
        if certain_count(route.route.scopes) and wanted in ("NONE", "AWS_IAM", "CUSTOM"):
            yield Problem(
                "AuthorizationScopes",
                f"{route.shown} names scopes, and its authorization {wanted} checks none",
                "Use a Cognito or JWT authorizer, or leave the scopes out.",
                route.place,
            )


@rule(
    "CL509",
    "Authorizer that API Gateway may not invoke",
    Severity.ERROR,
    aws="Every request that it guards ends with 500: API Gateway has no permission to invoke the function.",
    fix="Add a permission for apigateway.amazonaws.com, or a role as AuthorizerCredentials.",
    source=_PERMISSIONS,
)
def may_not_invoke(guard: Guard) -> Iterator[Problem]:
    if guard.may_invoke is False and not guard.place.conditional and guard.callee and guard.callee.function:
        yield Problem(
            "AuthorizerUri",
            f"no permission lets API Gateway invoke {guard.callee.function.place.path} as this authorizer",
            "Add an AWS::Lambda::Permission for apigateway.amazonaws.com with the source <api>/authorizers/<id>.",
        )
