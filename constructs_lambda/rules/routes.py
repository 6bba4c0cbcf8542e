"""CL405 to CL415: routes: who may call them, how they are written, and how long their integrations wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.limits import Limit
from constructs_lambda.model import (
    FunctionUrl,
    Gateway,
    HttpIntegration,
    HttpRoute,
    Place,
    RestApi,
    RestIntegration,
    RestMethod,
    RestResource,
    Served,
)
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, quoted
from constructs_lambda.rules.route_keys import (
    is_greedy,
    is_variable,
    method_problems,
    part_problems,
    route_problems,
)
from constructs_lambda.tokens import Unknown, known

__all__ = ["route_problems"]

_ACCESS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html"
_HTTP_ACCESS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
_PATHS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html"
_ROUTES = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"
_WAITS = {"REST": 29_000, "HTTP": 30_000, "WEBSOCKET": 29_000}
_FUNCTION_TIMEOUT = 3
_LAMBDA = "AWS_PROXY"


@rule(
    "CL405",
    "Route that anyone may call",
    Severity.WARNING,
    aws="API Gateway lets everyone on the internet call it: no authorization is the default.",
    fix="Give it an authorizer, IAM authorization or an API key; write public=True where it is meant.",
    source=_ACCESS,
)
def open_route(gateway: Gateway) -> Iterator[Problem]:
    api = gateway.api
    if isinstance(api, RestApi) and (api.policy_length is not None or api.endpoint not in ("EDGE", "REGIONAL")):
        return
    for route in gateway.routes:
        if (
            route.route.authorization not in (None, "NONE")
            or route.route.is_public
            or not _is_reachable(route, gateway)
        ):
            continue
        yield Problem(
            "AuthorizationType",
            f"{route.shown} has no authorization: anyone on the internet may call it",
            "Give it an authorizer or AWS_IAM; if it is meant, write public=True with our APIs, or acknowledge this.",
            route.place,
        )


def _is_reachable(route: Served, gateway: Gateway) -> bool:
    """Whether somebody calls a route without a key and gets more than an answer to a preflight."""
    if isinstance(route.route, HttpRoute):
        if gateway.kind == "WEBSOCKET":
            return route.path == "$connect"
        return gateway.kind == "HTTP" and route.method not in (None, "OPTIONS")
    integration = route.integration
    is_mock = isinstance(integration, RestIntegration) and integration.type not in (
        "AWS",
        _LAMBDA,
        "HTTP",
        "HTTP_PROXY",
    )
    has_key = route.route.needs_key is not None and route.route.needs_key is not False
    return not (is_mock or has_key or integration is None) and route.method not in (None, "OPTIONS")


@rule(
    "CL406",
    "Function URL that anyone may call",
    Severity.WARNING,
    aws="Lambda lets everyone on the internet invoke the function.",
    fix="Choose AWS_IAM, or put an API with an authorizer in front; acknowledge it where it is meant.",
    source=_HTTP_ACCESS,
)
def open_url(url: FunctionUrl) -> Iterator[Problem]:
    if url.auth_type == "NONE" and not url.is_public:
        yield Problem(
            "AuthType",
            "the function URL has no authorization: anyone on the internet may invoke the function",
            "Choose AWS_IAM; if it is meant, acknowledge this with the reason.",
        )


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
        yield from _timeout_problem(
            "Integration.TimeoutInMillis", part.integration.timeout_ms, limits.REST_API_LONGEST_TIMEOUT
        )


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
                yield from _at(_timeout_problem("TimeoutInMillis", timeout, limit), integration.place)
    if not (isinstance(api, RestApi) and api.endpoint == "EDGE"):
        return
    for route, timeout in _long_timeouts(gateway):
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
    fix="Have the quota L-E5AE38E3 raised before the deployment, or lower the timeout.",
    source=limits.REST_API_INTEGRATION_TIMEOUT.source,
)
def timeout_above_quota(gateway: Gateway) -> Iterator[Problem]:
    api, limit = gateway.api, limits.REST_API_INTEGRATION_TIMEOUT
    if not (isinstance(api, RestApi) and api.endpoint in ("REGIONAL", "PRIVATE")):
        return
    for route, timeout in _long_timeouts(gateway):
        yield Problem(
            "Integration.TimeoutInMillis",
            f"the integration of {route.shown} has a timeout of {timeout:,} ms; without a raised quota "
            f"({limit.quota_code}) AWS allows {limit.allowed}",
            f"Have {limit.quota_code} raised in Service Quotas before the deployment, or lower the timeout.",
            route.integration_place,
        )


def _long_timeouts(gateway: Gateway) -> Iterator[tuple[Served, int | float]]:
    """The methods whose integration waits for longer than 29 s and streams no response."""
    for route in gateway.routes:
        integration = route.integration
        if not isinstance(integration, RestIntegration) or integration.transfer_mode not in (None, "BUFFERED"):
            continue
        timeout = known(integration.timeout_ms)
        if timeout is not None and limits.REST_API_INTEGRATION_TIMEOUT.maximum < timeout <= (  # type: ignore[operator]
            limits.REST_API_LONGEST_TIMEOUT.maximum or 0
        ):
            yield route, timeout


def _timeout_problem(prop: str, timeout: int | float | Unknown | None, limit: Limit) -> Iterator[Problem]:
    fix = f"Choose {limit.allowed}."
    yield from number_problem(prop, "the integration's timeout", timeout, limit, fix)


def _at(problems: Iterator[Problem], place: Place) -> Iterator[Problem]:
    for problem in problems:
        yield Problem(problem.property, problem.message, problem.fix, place)


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
    return _WAITS[kind] if integration.timeout_ms is None else integration.timeout_ms


@rule(
    "CL411",
    "Route defined twice",
    Severity.ERROR,
    aws="API Gateway refuses the second one: the method, the route or the path part exists already.",
    fix="Keep one of them.",
    source=_ROUTES,
)
def twice(gateway: Gateway) -> Iterator[Problem]:
    first: dict[object, Place] = {}
    for part in gateway.parts:
        name = known(part.resource.part)
        if part.parent is not None and name is not None:
            path = f"/{'/'.join((*(part.above or ('...',)), name))}"
            yield from _second(first, ("part", part.parent, name), part.resource.place, f"the path {path}", "PathPart")
    for route in gateway.routes:
        if isinstance(route.route, RestMethod):
            if route.method and route.path is not None:
                key = ("method", route.path, route.method)
                yield from _second(first, key, route.place, route.shown, "HttpMethod")
        elif (name := known(route.route.key)) is not None:
            yield from _second(first, ("route", name), route.place, f"the route {quoted(name)}", "RouteKey")


def _second(first: dict[object, Place], key: object, place: Place, what: str, prop: str) -> Iterator[Problem]:
    if place.conditional:
        return
    other = first.setdefault(key, place)
    if other != place:
        fix = "Keep one of them; one function can tell methods and paths apart by its event."
        yield Problem(prop, f"{what} is there already: {other.path}", fix, place)


@rule(
    "CL412",
    "Two path variables below one parent",
    Severity.ERROR,
    aws="API Gateway refuses the second one: a sibling of this resource already has a variable path part.",
    fix="Give the variable one name for all paths below the parent.",
    source=_PATHS,
)
def sibling_variables(gateway: Gateway) -> Iterator[Problem]:
    variables: dict[object, dict[str, Place]] = defaultdict(dict)
    for part in gateway.parts:
        name = known(part.resource.part)
        if name is None or part.parent is None or not is_variable(name) or part.resource.place.conditional:
            continue
        siblings = variables[part.parent]
        other = next((each for each in siblings if each != name), None)
        siblings.setdefault(name, part.resource.place)
        if other:
            yield Problem(
                "PathPart",
                f"{name} stands beside {other} below one parent; a REST API takes one variable there",
                f"Write {other} for both, or put a fixed part in front of one of them.",
                part.resource.place,
            )


@rule(
    "CL413",
    "Resource below a greedy path variable",
    Severity.ERROR,
    aws="API Gateway refuses it: nothing stands below a variable such as {proxy+}, which takes the rest of the path.",
    fix="Put the greedy variable last, or write it without the plus sign.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html",
)
def below_greedy(gateway: Gateway) -> Iterator[Problem]:
    for part in gateway.parts:
        greedy = part.above[-1] if part.above else ""
        if is_greedy(greedy):
            yield Problem(
                "PathPart",
                f"{quoted(known(part.resource.part) or 'a resource')} stands below {greedy}, which is greedy and takes "
                "the whole rest of the path",
                f"Put {greedy} last, or write it without the plus sign.",
                part.resource.place,
            )


@rule(
    "CL414",
    "Path part or method not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the resource or the method.",
    fix="Write a part as letters, digits and ._-:, a variable in braces, and a method in capital letters.",
    source=_PATHS,
)
def path_part(part: RestResource | RestMethod) -> Iterator[Problem]:
    if isinstance(part, RestResource):
        if (name := known(part.part)) is not None:
            yield from part_problems(name, "rest", "PathPart")
    elif (method := known(part.http_method)) is not None:
        yield from method_problems(method, "HttpMethod")


@rule(
    "CL415",
    "Route key malformed",
    Severity.ERROR,
    aws="API Gateway refuses the route: the key of an HTTP API is a method, a space and a path, or $default.",
    fix="Write it as 'GET /orders/{id}'.",
    source=_ROUTES,
)
def route_key(gateway: Gateway) -> Iterator[Problem]:
    for route in gateway.routes:
        key = known(route.route.key) if isinstance(route.route, HttpRoute) else None
        if key is not None and gateway.kind in ("HTTP", "WEBSOCKET"):
            yield from _at(iter(route_problems(key, gateway.kind.lower())), route.place)
