"""The two kinds of APIs told apart: what belongs to the other one is refused, with what stands in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lambda.cdk.apis.authorizers import Authorizer, HttpAuthorizer, RestAuthorizer
from constructs_lambda.cdk.inputs import unknown_keywords

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
    "cors_preflight": "a REST API has default_cors_preflight_options",
    "detailed_metrics_enabled": "a REST API has deploy_options=StageOptions(metrics_enabled=True)",
    "api_name": "a REST API has rest_api_name",
}
_AUTHORIZERS: dict[type[Authorizer], tuple[str, str, str]] = {
    HttpAuthorizer: (
        "an HttpApi",
        "a LambdaAuthorizer, JwtAuthorizer, CognitoAuthorizer or IamAuthorizer",
        "LambdaAuthorizer",
    ),
    RestAuthorizer: (
        "a RestApi",
        "a TokenAuthorizer, RequestAuthorizer, CognitoAuthorizer or IamAuthorizer",
        "TokenAuthorizer",
    ),
}


def refuse_keywords_of_rest(what: str, keywords: Mapping[str, Any], function: Any) -> None:
    """Refuses what an HTTP API doesn't take.

    Args:
        what: What was called.
        keywords: What it doesn't have.
        function: The same, as it is written.

    Raises:
        TypeError: There is a keyword.
    """
    if known := [name for name in keywords if name in _ONLY_REST]:
        reasons = "; ".join(f"{name}: an HTTP API has no {_ONLY_REST[name]}" for name in known)
        raise TypeError(f"{what}() got keywords of a REST API. {reasons}. Fix: use RestApi, or leave them out.")
    if keywords:
        raise TypeError(unknown_keywords(what, keywords, function))


def refuse_keywords_of_http(what: str, keywords: Mapping[str, Any], function: Any) -> None:
    """Refuses what a REST API doesn't take.

    Args:
        what: What was called.
        keywords: What it doesn't have.
        function: The same, as it is written.

    Raises:
        TypeError: There is a keyword.
    """
    if known := [name for name in keywords if name in _ONLY_HTTP]:
        hints = "; ".join(f"{name}: {_ONLY_HTTP[name]}" for name in known)
        raise TypeError(f"{what}() got keywords of an HTTP API. {hints}.")
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
    api, own, example = _AUTHORIZERS[kind]
    if isinstance(authorizer, tuple(_AUTHORIZERS)):
        (other,) = (theirs for each, (theirs, *_) in _AUTHORIZERS.items() if each is not kind)
        raise TypeError(f"{type(authorizer).__name__} is for {other}. Fix: give {api} {own}.")
    raise TypeError(f"authorizer must be such as {example}(function) or IamAuthorizer(); got {authorizer!r}")
