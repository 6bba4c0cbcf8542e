"""CL416 to CL421 and CL424: APIs and their stages: quotas, settings, CORS and access logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.limits import Kind, Limit
from constructs_lambda.model import Cors, Gateway, HttpApi, HttpStage, RestApi, RestIntegration, RestMethod, RestStage
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.problems import number_problem, or_raise, quoted, unless_raised
from constructs_lambda.rules.route_keys import METHODS
from constructs_lambda.tokens import known, literal_part, resolve_text

_CORS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html"
_LOGS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html"
_REQUEST_IDS = ("$context.requestId", "$context.extendedRequestId")
_LOG_FORMAT_BYTES = (limits.API_ACCESS_LOG_TEMPLATE_SIZE.maximum or 0) * 1024
_ORIGIN = re.compile(r"\*|null|[A-Za-z][A-Za-z0-9+.-]*://[^/\s]+")
_CORS_METHODS = ("*", *(method for method in METHODS if method != "ANY"))


@rule(
    "CL416",
    "More than an API may have",
    Severity.ERROR,
    aws="API Gateway refuses what is over the quota, unless it was raised for the account.",
    fix="Split the API, or have the quota raised and name it in Quotas.",
    source=limits.REST_API_RESOURCES.source,
    early=False,
)
def quotas(gateway: Gateway, context: Context) -> Iterator[Problem]:
    is_rest = gateway.kind == "REST"
    authorizers = limits.REST_API_AUTHORIZERS if is_rest else limits.HTTP_API_AUTHORIZERS
    for what, parts, limit in (
        ("resources", [part.resource for part in gateway.parts], limits.REST_API_RESOURCES),
        ("routes", [] if is_rest else list(gateway.routes), limits.HTTP_API_ROUTES),
        ("integrations", gateway.integrations, limits.HTTP_API_INTEGRATIONS),
        ("authorizers", [guard.authorizer for guard in gateway.guards], authorizers),
        ("stages", gateway.stages, limits.API_STAGES),
    ):
        yield from _over(what, parts, context.limit(limit, gateway.place))
    api = gateway.api
    length = api.policy_length if isinstance(api, RestApi) else None
    limit = context.limit(limits.API_POLICY_LENGTH, gateway.place)
    if length is not None and not limit.admits(length):
        yield Problem(
            "Policy",
            f"the API's resource policy has at least {length:,} characters; AWS allows "
            f"{limit.allowed}{unless_raised(limit)}",
            or_raise("Name accounts, ranges and paths with wildcards", limit),
        )


def _over(what: str, parts: Sequence[Any], limit: Limit) -> Iterator[Problem]:
    count = sum(not part.place.conditional for part in parts)
    if not limit.admits(count):
        is_hard = limit.kind is Kind.HARD
        fix = "Split the API, or let several routes share one integration."
        message = f"the API has {count:,} {what}; AWS allows {limit.allowed} per API{unless_raised(limit)}"
        yield Problem("", message, fix if is_hard else or_raise("Split the API", limit))


@rule(
    "CL417",
    "Stage name not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the stage.",
    fix="Use at most 128 letters, digits, hyphens and underscores; $default is a stage of HTTP APIs.",
    source=limits.API_STAGE_NAME_LENGTH.source,
)
def stage_name(stage: RestStage | HttpStage) -> Iterator[Problem]:
    name = known(stage.name)
    if name is None or (isinstance(stage, HttpStage) and name == "$default"):
        return
    if not limits.API_STAGE_NAME_LENGTH.admits(len(name)):
        message = f"the stage name has {len(name):,} characters; AWS allows {limits.API_STAGE_NAME_LENGTH.allowed}"
        yield Problem("StageName", message, "Choose a name within that.")
    elif not re.fullmatch(limits.API_STAGE_NAME_PATTERN, name):
        yield Problem(
            "StageName",
            f"the stage name {quoted(name)} is not allowed; AWS takes letters, digits, hyphens and underscores",
            "Write a name such as prod.",
        )


@rule(
    "CL418",
    "API setting out of range",
    Severity.ERROR,
    aws="API Gateway refuses the API.",
    fix="Stay within the range.",
    source=limits.REST_API_COMPRESSION_SIZE.source,
)
def api_range(api: RestApi | HttpApi) -> Iterator[Problem]:
    if isinstance(api, RestApi):
        yield from number_problem(
            "MinimumCompressionSize",
            "the minimum compression size",
            api.minimum_compression_bytes,
            limits.REST_API_COMPRESSION_SIZE,
            "Choose at most 10,485,760 bytes, or leave it out to switch compression off.",
        )
    elif isinstance(api.cors, Cors):
        yield from number_problem(
            "CorsConfiguration.MaxAge",
            "the max age of CORS answers",
            api.cors.max_age_seconds,
            limits.HTTP_API_CORS_MAX_AGE,
            "Choose at most 86,400 s (24 hours).",
        )


@rule(
    "CL419",
    "CORS with credentials for every origin",
    Severity.ERROR,
    aws="API Gateway refuses the API: allow-credentials is not supported if allow-origin is *.",
    fix="Name the origins, or leave out the credentials.",
    source=_CORS,
)
def cors_credentials(api: HttpApi) -> Iterator[Problem]:
    cors = api.cors
    if isinstance(cors, Cors) and cors.allow_credentials is True and "*" in (known(cors.allow_origins) or ()):
        yield Problem(
            "CorsConfiguration.AllowOrigins",
            "CORS allows credentials and the origin *; AWS takes credentials only with named origins",
            "Name the origins, such as https://www.example.com, or leave out AllowCredentials.",
        )


@rule(
    "CL420",
    "CORS setting that matches nothing",
    Severity.WARNING,
    aws="API Gateway refuses it, or no browser ever sends what it names.",
    fix="Write an origin as https://host, without a path, and methods in capital letters.",
    source=_CORS,
)
def cors_shapes(api: HttpApi) -> Iterator[Problem]:
    cors = api.cors
    if not isinstance(cors, Cors):
        return
    for origin in map(resolve_text, known(cors.allow_origins) or ()):
        if isinstance(origin, str) and not _ORIGIN.fullmatch(origin):
            message = f"the CORS origin {quoted(origin)} is none that a browser sends"
            fix = "Write scheme and host, such as https://www.example.com, without a slash behind, or *."
            yield Problem("CorsConfiguration.AllowOrigins", message, fix)
    for method in map(resolve_text, known(cors.allow_methods) or ()):
        if isinstance(method, str) and method not in _CORS_METHODS:
            message = f"the CORS method {quoted(method)} is none; AWS takes {', '.join(_CORS_METHODS)}"
            yield Problem("CorsConfiguration.AllowMethods", message, "Write the method in capital letters, or *.")


@rule(
    "CL421",
    "Access log format not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the stage.",
    fix="Keep the format below 3 KB, with $context.requestId or $context.extendedRequestId in it.",
    source=_LOGS,
)
def log_format(stage: RestStage | HttpStage) -> Iterator[Problem]:
    if stage.log_format is None:
        return
    prefix = f"{stage.property}AccessLogSetting" if isinstance(stage, RestStage) else "AccessLogSettings"
    size = len(literal_part(stage.log_format).encode("utf-8", "surrogatepass"))
    if size > _LOG_FORMAT_BYTES:
        message = (
            f"the access log format takes {size:,} bytes; AWS allows {limits.API_ACCESS_LOG_TEMPLATE_SIZE.allowed}"
        )
        yield Problem(f"{prefix}.Format", message, "Log fewer fields.")
    text = known(stage.log_format)
    if text is not None and not any(each in text for each in _REQUEST_IDS):
        message = f"the access log format lacks {' and '.join(_REQUEST_IDS)}; AWS wants one of them"
        yield Problem(f"{prefix}.Format", message, "Add $context.requestId to the format.")


@rule(
    "CL424",
    "CORS answer with credentials for every origin",
    Severity.WARNING,
    aws="API Gateway sends it, and browsers refuse it: with credentials the origin has to be named.",
    fix="Name the origin, or leave out the credentials.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html",
)
def cors_answer(method: RestMethod) -> Iterator[Problem]:
    if isinstance(method.integration, RestIntegration) and method.integration.has_credentials_for_all:
        yield Problem(
            "Integration.IntegrationResponses",
            "the CORS answer allows credentials and the origin *; browsers take credentials only with a named origin",
            "Name the origin, such as https://www.example.com, or leave out Access-Control-Allow-Credentials.",
        )
