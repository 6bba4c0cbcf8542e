"""CL407 to CL410, CL422 and CL423: integrations: for how long they wait, and how they call what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.limits import Limit
from constructs_lambda.model import Gateway, HttpIntegration, Parts, Place, RestApi, RestIntegration, RestMethod, Served
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.problems import number_problem, or_raise, quoted, unless_raised
from constructs_lambda.tokens import Unknown, known

_METHOD = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-apigateway-method-integration.html"
)
_PAYLOAD = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"
_WAITS = {"REST": 29_000, "HTTP": 30_000, "WEBSOCKET": 29_000}
_FUNCTION_TIMEOUT = 3
_LAMBDA = "AWS_PROXY"


@rule(
    "CL407",
    "Integration timeout not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the integration.",
    fix="Choose at least 50 ms, and no more than the API allows.",
    source=limits.HTTP_API_INTEGRATION_TIMEOUT.source,
)
def integration_timeout(part: RestMethod | HttpIntegration) -> Iterator[Problem]:
    if isinstance(part, HttpIntegration):
        yield from _timeout_problem("TimeoutInMillis", part.timeout_ms, limits.HTTP_API_INTEGRATION_TIMEOUT)
    elif isinstance(part.integration, RestIntegration):
        timeout, limit = part.integration.timeout_ms, limits.REST_API_LONGEST_TIMEOUT
        if isinstance(timeout, int | float) and timeout < (limit.minimum or 0):
            limit = limits.REST_API_INTEGRATION_TIMEOUT
        yield from _timeout_problem("Integration.TimeoutInMillis", timeout, limit)


@rule(
    "CL408",
    "Integration timeout above what the kind of API allows",
    Severity.ERROR,
    aws="API Gateway refuses the integration: edge-optimised REST APIs and WebSocket APIs wait for 29 s at the most.",
    fix="Lower the timeout, or make the REST API a Regional one.",
    source=limits.REST_API_EDGE_INTEGRATION_TIMEOUT.source,
)
def timeout_of_kind(gateway: Gateway) -> Iterator[Problem]:
    api = gateway.api
    if gateway.kind == "WEBSOCKET":
        for integration in gateway.integrations:
            timeout = known(integration.timeout_ms)
            if timeout is not None and limits.HTTP_API_INTEGRATION_TIMEOUT.admits(timeout):  # else CL407 speaks
                limit = limits.WEBSOCKET_API_INTEGRATION_TIMEOUT
                for problem in _timeout_problem("TimeoutInMillis", timeout, limit):
                    yield problem.at(integration.place)
    if not (isinstance(api, RestApi) and api.endpoint == "EDGE"):
        return
    for route, timeout in _long_timeouts(gateway, limits.REST_API_INTEGRATION_TIMEOUT):
        limit = limits.REST_API_EDGE_INTEGRATION_TIMEOUT
        message = f"the integration of {route.shown} has a timeout of {timeout:,} ms; an edge-optimised API allows"
        yield Problem(
            "Integration.TimeoutInMillis",
            f"{message} {limit.allowed}",
            "Lower it to 29,000 ms, or make the API a Regional one and have its quota raised.",
            route.integration_place,
        )


@rule(
    "CL409",
    "Integration timeout that needs a raised quota",
    Severity.WARNING,
    aws="API Gateway refuses the integration unless the account's quota for the timeout was raised.",
    fix="Lower the timeout, or have the quota L-E5AE38E3 raised before the deployment and name it in Quotas.",
    source=limits.REST_API_INTEGRATION_TIMEOUT.source,
)
def timeout_above_quota(gateway: Gateway, context: Context) -> Iterator[Problem]:
    api, limit = gateway.api, context.limit(limits.REST_API_INTEGRATION_TIMEOUT, gateway.place)
    if not (isinstance(api, RestApi) and api.endpoint in ("REGIONAL", "PRIVATE")):
        return
    for route, timeout in _long_timeouts(gateway, limit):
        yield Problem(
            "Integration.TimeoutInMillis",
            f"the integration of {route.shown} has a timeout of {timeout:,} ms; AWS allows {limit.allowed}"
            f"{unless_raised(limit)}",
            or_raise("Lower the timeout", limit),
            route.integration_place,
        )


def _long_timeouts(gateway: Gateway, limit: Limit) -> Iterator[tuple[Served, int | float]]:
    """The methods whose integration waits for longer than a limit and streams no response."""
    for route in gateway.routes:
        integration = route.integration
        if not isinstance(integration, RestIntegration) or integration.transfer_mode not in (None, "BUFFERED"):
            continue
        timeout = known(integration.timeout_ms)
        if timeout is not None and (limit.maximum or 0) < timeout <= (limits.REST_API_LONGEST_TIMEOUT.maximum or 0):
            yield route, timeout


def _timeout_problem(prop: str, timeout: int | float | Unknown | None, limit: Limit) -> Iterator[Problem]:
    fix = f"Choose {limit.allowed}."
    yield from number_problem(prop, "the integration's timeout", timeout, limit, fix)


@rule(
    "CL410",
    "Function that may run longer than its integration waits",
    Severity.WARNING,
    aws="API Gateway answers 504 and the function runs on, is paid for, and nobody reads its answer.",
    fix="Lower the function's timeout to what the integration waits for, or answer at once and work asynchronously.",
    source=limits.REST_API_INTEGRATION_TIMEOUT.source,
)
def function_outlasts(gateway: Gateway) -> Iterator[Problem]:
    seen: set[Place] = set()
    for route in gateway.routes:
        wait, function = _wait(route, gateway.kind), route.function
        if wait is None or function is None or function.place in seen:
            continue
        timeout = _FUNCTION_TIMEOUT if function.timeout_seconds is None else known(function.timeout_seconds)
        if timeout is not None and timeout * 1000 > wait:
            seen.add(function.place)
            yield Problem(
                "Timeout",
                f"the function may run for {timeout:,} s, and the integration of {route.shown} waits for "
                f"{wait / 1000:g} s",
                f"Lower the function's timeout to {max(int(wait / 1000), 1)} s, or answer first and work on "
                "asynchronously.",
                function.place,
            )


def _wait(route: Served, kind: str | None) -> int | float | None:
    """For how many milliseconds an integration waits for a function; None where that isn't known, or it streams."""
    integration = route.integration
    if (
        integration is None
        or integration.type != _LAMBDA
        or kind is None
        or isinstance(integration.timeout_ms, Unknown)
    ):
        return None
    if isinstance(integration, RestIntegration) and integration.transfer_mode not in (None, "BUFFERED"):
        return None
    limit = limits.REST_API_LONGEST_TIMEOUT if kind == "REST" else limits.HTTP_API_INTEGRATION_TIMEOUT
    wait = _WAITS[kind] if integration.timeout_ms is None else integration.timeout_ms
    return wait if limit.admits(wait) else None  # else CL407 speaks


@rule(
    "CL422",
    "Integration method that doesn't fit",
    Severity.ERROR,
    aws="API Gateway refuses an integration without a method; a function that isn't called by POST always fails.",
    fix="Write POST for a function: it is how API Gateway calls Lambda, whatever the caller sends.",
    source=_METHOD,
)
def integration_method(method: RestMethod) -> Iterator[Problem]:
    integration = method.integration
    if not isinstance(integration, RestIntegration) or integration.type not in ("AWS", _LAMBDA, "HTTP", "HTTP_PROXY"):
        return
    name, prop = integration.http_method, "Integration.IntegrationHttpMethod"
    is_function = _invokes(integration.uri)
    if name is None:
        fix = "Write POST." if is_function else "Write the method with which the backend is called."
        yield Problem(prop, f"the integration of the type {integration.type} has no method", fix)
    elif is_function and isinstance(name, str) and name != "POST":
        message = f"the integration calls a function by {quoted(name)}; Lambda takes POST, whatever the caller sends"
        yield Problem(prop, message, "Write POST.")


def _invokes(uri: Parts) -> bool:
    last = uri[-1] if uri else None
    return isinstance(last, str) and last.endswith("invocations")


@rule(
    "CL423",
    "Payload format that doesn't fit the integration",
    Severity.ERROR,
    aws="API Gateway refuses the integration: an HTTP API wants a payload format, 2.0 only for functions.",
    fix="Write PayloadFormatVersion 2.0 or 1.0 for a function, 1.0 for anything else.",
    source=_PAYLOAD,
)
def payload_format(gateway: Gateway) -> Iterator[Problem]:
    for integration in gateway.integrations if gateway.kind == "WEBSOCKET" else ():
        if integration.type == _LAMBDA and integration.payload_format == "2.0":
            message = "the integration of a WebSocket API has the payload format '2.0'; AWS takes 1.0 there"
            yield Problem("PayloadFormatVersion", message, "Leave it out.", integration.place)
    for integration in gateway.integrations if gateway.kind == "HTTP" else ():
        version, kind = integration.payload_format, known(integration.type)
        is_function = kind == _LAMBDA and integration.subtype is None
        allowed = ("1.0", "2.0") if is_function or isinstance(integration.subtype, Unknown) else ("1.0",)
        if kind is None or isinstance(version, Unknown) or version in allowed:
            continue
        shown = "no payload format" if version is None else f"the payload format {quoted(version)}"
        yield Problem(
            "PayloadFormatVersion",
            f"the integration has {shown}; an HTTP API takes {' or '.join(allowed)} there",
            f"Write {allowed[-1]}.",
            integration.place,
        )
