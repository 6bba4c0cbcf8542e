"""The two kinds of APIs told apart: what belongs to the other one is refused, with what stands in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lambda.cdk.apis.authorizers import Authorizer, HttpAuthorizer, RestAuthorizer
from constructs_lambda.cdk.inputs import unknown_keywords
from constructs_lambda.records import record

_ONLY_REST = {
    "api_key_required": "API keys",
    "api_key_source_type": "API keys",
    "add_usage_plan": "usage plans",
    "binary_media_types": "binary media types; it passes binary content on as it is",
    "default_cors_preflight_options": "default_cors_preflight_options; it has cors_preflight",
    "deploy_options": "deploy_options; its stage is api.api.default_stage",
    "endpoint_configuration": "endpoint types",
    "logging_level": "execution logs",
    "min_compression_size": "compression",
    "policy": "resource policy",
    "request_model": "request validation",
    "request_parameters": "request validation",
    "request_validator": "request validation",
    "tenant_id": "way to name a tenant to Lambda",
    "stream": "response streaming; a function URL has it too",
    "tracing": "X-Ray tracing; the functions behind it have",
    "usage_plan": "usage plans",
    "web_acl": "WAF association; put CloudFront with a web ACL in front",
}
_ONLY_HTTP = {
    "cors_preflight": "default_cors_preflight_options",
    "detailed_metrics_enabled": "deploy_options=StageOptions(metrics_enabled=True)",
    "api_name": "rest_api_name",
}


@record()
class _Kind:
    """What messages say of a kind of API.

    Args:
        construct: Its construct.
        authorizers: What it asks.
        example: One of them.
        other: What the other kind is called.
        keywords: What only the other kind has, and what stands in its place.
        has: How that is told of this kind.
        fix: What to do.
    """

    construct: str
    authorizers: str
    example: str
    other: str
    keywords: Mapping[str, str]
    has: str
    fix: str


_KINDS: dict[type[Authorizer], _Kind] = {
    HttpAuthorizer: _Kind(
        "an HttpApi",
        "a LambdaAuthorizer, JwtAuthorizer, CognitoAuthorizer or IamAuthorizer",
        "LambdaAuthorizer",
        "a REST API",
        _ONLY_REST,
        "an HTTP API has no",
        " Fix: use RestApi, or leave them out.",
    ),
    RestAuthorizer: _Kind(
        "a RestApi",
        "a TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer or IamAuthorizer",
        "TokenAuthorizer",
        "an HTTP API",
        _ONLY_HTTP,
        "a REST API has",
        "",
    ),
}


def refuse_keywords(kind: type[Authorizer], what: str, keywords: Mapping[str, Any], function: Any) -> None:
    """Refuses what an API of a kind doesn't take.

    Args:
        kind: `HttpAuthorizer` or `RestAuthorizer`, which it asks.
        what: What was called.
        keywords: What it doesn't have.
        function: The same, as it is written.

    Raises:
        TypeError: There is a keyword.
    """
    own = _KINDS[kind]
    if known := [name for name in keywords if name in own.keywords]:
        reasons = "; ".join(f"{name}: {own.has} {own.keywords[name]}" for name in known)
        raise TypeError(f"{what}() got keywords of {own.other}. {reasons}.{own.fix}")
    if keywords:
        raise TypeError(unknown_keywords(what, keywords, function))


def refuse_wrong_authorizer(kind: type[Authorizer], authorizer: object) -> None:
    """Refuses what an API of a kind can't ask.

    Args:
        kind: `HttpAuthorizer` or `RestAuthorizer`.
        authorizer: What it was given.

    Raises:
        TypeError: It is an authorizer for the other kind, or none.
    """
    if authorizer is None or isinstance(authorizer, kind):
        return
    own = _KINDS[kind]
    if isinstance(authorizer, tuple(_KINDS)):
        (other,) = (theirs.construct for each, theirs in _KINDS.items() if each is not kind)
        raise TypeError(f"{type(authorizer).__name__} is for {other}. Fix: give {own.construct} {own.authorizers}.")
    raise TypeError(f"authorizer must be such as {own.example}(function) or IamAuthorizer(); got {authorizer!r}")
