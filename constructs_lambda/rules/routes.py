"""CL405, CL406, CL411 to CL415 and CL425: routes: who may call them, and how they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import (
    Gateway,
    HttpRoute,
    OpenUrl,
    Place,
    RestMethod,
    RestResource,
)
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted
from constructs_lambda.rules.route_keys import (
    is_greedy,
    is_variable,
    method_problems,
    part_problems,
    route_problems,
)
from constructs_lambda.tokens import known

__all__ = ["route_problems"]

_ACCESS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html"
_HTTP_ACCESS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
_PATHS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html"
_ROUTES = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"


@rule(
    "CL405",
    "Route that anyone may call",
    Severity.WARNING,
    aws="API Gateway lets everyone on the internet call it: no authorization is the default.",
    fix="Give it an authorizer, IAM authorization or an API key; write public=True where it is meant.",
    source=_ACCESS,
)
def open_route(gateway: Gateway) -> Iterator[Problem]:
    for route in gateway.open_routes():
        if not route.route.is_public:
            yield Problem(
                "AuthorizationType",
                f"{route.shown} has no authorization: anyone on the internet may call it",
                "Give it an authorizer or AWS_IAM; if it is meant, write public=True with our APIs, or acknowledge "
                "this.",
                route.place,
            )


@rule(
    "CL406",
    "Function URL that anyone may call",
    Severity.WARNING,
    aws="Lambda lets everyone on the internet invoke the function.",
    fix="Choose AWS_IAM, or put an API with an authorizer in front; acknowledge it where it is meant.",
    source=_HTTP_ACCESS,
)
def open_url(url: OpenUrl) -> Iterator[Problem]:
    if url.is_callable is not False and not url.is_public:  # else CL425 speaks
        yield Problem(
            "AuthType",
            "the function URL has no authorization: anyone on the internet may invoke the function",
            "Choose AWS_IAM; if it is meant, acknowledge this with the reason.",
        )


@rule(
    "CL425",
    "Function URL that nobody may call",
    Severity.WARNING,
    aws="Lambda answers every request with 403: without authorization, too, a permission has to let everyone call it.",
    fix="Add permissions of lambda:InvokeFunctionUrl and lambda:InvokeFunction for *.",
    source=_HTTP_ACCESS,
)
def url_without_permission(url: OpenUrl) -> Iterator[Problem]:
    if url.is_callable is False:
        yield Problem(
            "AuthType",
            "the function URL has no authorization, and no permission lets everyone call it: requests end with 403",
            "Add permissions for *: lambda:InvokeFunctionUrl with FunctionUrlAuthType NONE, and lambda:InvokeFunction "
            "with InvokedViaFunctionUrl true; or choose AWS_IAM.",
        )


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
            above = ("...",) if part.above is None else part.above
            path = f"/{'/'.join((*above, name))}"
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
    fix="Write a part as letters, digits and ._-:$, a variable in braces, and a method in capital letters.",
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
            for problem in route_problems(key, gateway.kind.lower()):
                yield problem.at(route.place)
