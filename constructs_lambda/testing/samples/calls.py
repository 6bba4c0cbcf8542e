"""Events of APIs, of function URLs and of authorizers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.testing.events import (
    http_event,
    http_proxy_event,
    request_event,
    rest_proxy_event,
    token_event,
)
from constructs_lambda.testing.requests import Api, Request, make_request
from constructs_lambda.testing.samples.files import Event, as_text, copied

_TOKEN = "Bearer example"
_PLAIN = "/:@!$&'()*+,;=~"  # what a path may hold as it is
_PRINCIPAL = "example-user"
_URL_ID = "abcdefghijklmnopqrstuvwxyz012345"


def http(
    route: str = "GET /",
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> Event:
    """What a function behind an HTTP API gets, in format 2.0.

    Args:
        route: Method and path, as `POST /orders`, or `GET /orders/{id}` with `path_parameters`.
        body: Body of the request; what is no text becomes JSON.
        headers: Headers by name.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.
        context: What a `LambdaAuthorizer` says of the caller.
        claims: What the token says of the caller, with a `JwtAuthorizer`.

    Raises:
        InputError: The route is none, or its placeholders and `path_parameters` aren't the same; or both `context` and
            `claims` are given.
    """
    _refuse_two(context, claims)
    request = _request(route, body, headers, query, cookies, path_parameters)
    told = None if context is None else copied(context, "context")
    event = http_proxy_event(request, told, _text(body), Api())
    event["requestContext"]["http"]["userAgent"] = event["headers"]["user-agent"]
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": copied(claims, "claims"), "scopes": None}}
    elif context is None:
        del event["requestContext"]["authorizer"]
    return event


def rest(
    route: str = "GET /",
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
) -> Event:
    """What a function behind a REST API gets.

    Args:
        route: Method and path, as `POST /orders`, or `GET /orders/{id}` with `path_parameters`.
        body: Body of the request; what is no text becomes JSON.
        headers: Headers by name.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.
        context: What a `TokenAuthorizer` or `RequestAuthorizer` says of the caller; with a made-up `principalId` unless
            it has one.
        claims: What the token says of the caller, with a `CognitoAuthorizer`.

    Raises:
        InputError: The route is none, or its placeholders and `path_parameters` aren't the same; or both `context` and
            `claims` are given.
    """
    _refuse_two(context, claims)
    request = _request(route, body, headers, query, cookies, path_parameters)
    authorizer: Event = {}
    if context is not None:
        authorizer = {"principalId": _PRINCIPAL, **copied(context, "context")}
    elif claims is not None:
        authorizer = {"claims": copied(claims, "claims")}
    event = rest_proxy_event(request, authorizer, _text(body), Api())
    event["path"] = _encoded(route, path_parameters)
    event["requestContext"]["path"] = f"/{event['requestContext']['stage']}{event['path']}"
    event["requestContext"]["identity"]["userAgent"] = request.header("User-Agent") or event["headers"]["User-Agent"]
    if not authorizer:
        del event["requestContext"]["authorizer"]
    return event


def url(
    route: str = "GET /",
    *,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    public: bool = False,
) -> Event:
    """What a function gets that is called by its own URL.

    Args:
        route: Method and path, as `POST /orders`.
        body: Body of the request; what is no text becomes JSON.
        headers: Headers by name.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        public: Whether anyone may call it, as with `UrlTrigger(public=True)`.

    Raises:
        InputError: The route is none.
    """
    event = http(route, body=body, headers=headers, query=query, cookies=cookies)
    domain = f"{_URL_ID}.lambda-url.us-east-1.on.aws"
    context = event["requestContext"]
    event["rawPath"] = context["http"]["path"] = _encoded(route, None)
    account = context["accountId"]
    own = {"routeKey": "$default", "apiId": _URL_ID, "domainName": domain, "domainPrefix": _URL_ID}
    event["requestContext"] = {**context, **own, "accountId": "anonymous" if public else account}
    if not public:
        event["requestContext"]["authorizer"] = {
            "iam": {
                "accessKey": "AKIAIOSFODNN7EXAMPLE",
                "accountId": account,
                "callerId": "AIDACKCEVSQ6C2EXAMPLE",
                "cognitoIdentity": None,
                "principalOrgId": "o-exampleorgid",
                "userArn": f"arn:aws:iam::{account}:user/example-user",
                "userId": "AIDACKCEVSQ6C2EXAMPLE",
            }
        }
    return {**event, "routeKey": "$default", "headers": {**event["headers"], "host": domain}}


def token_authorizer(*, token: str = _TOKEN, route: str = "GET /") -> Event:
    """What a `TOKEN` authorizer of a REST API gets.

    Args:
        token: Value of the header that holds the token.
        route: Method and path, as `GET /orders/1`.

    Raises:
        InputError: The route is none.
    """
    _refuse_route(route, None)
    return token_event(token, route=route)


def request_authorizer(
    route: str = "GET /",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
) -> Event:
    """What a `REQUEST` authorizer of a REST API gets.

    Args:
        route: Method and path, as `GET /orders/1`, or `GET /orders/{id}` with `path_parameters`.
        headers: Headers by name. A made-up `Authorization` where they aren't given.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.

    Raises:
        InputError: The route is none, or its placeholders and `path_parameters` aren't the same.
    """
    _refuse_route(route, path_parameters)
    return request_event(
        route, headers=_authorized(headers), query=query, cookies=cookies, path_parameters=path_parameters
    )


def http_authorizer(
    route: str = "GET /",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
) -> Event:
    """What an authorizer of an HTTP API gets, in format 2.0.

    Args:
        route: Method and path, as `GET /orders/1`, or `GET /orders/{id}` with `path_parameters`.
        headers: Headers by name. A made-up `Authorization` where they aren't given.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.

    Raises:
        InputError: The route is none, or its placeholders and `path_parameters` aren't the same.
    """
    _refuse_route(route, path_parameters)
    return http_event(
        route, headers=_authorized(headers), query=query, cookies=cookies, path_parameters=path_parameters
    )


def _authorized(headers: Mapping[str, str] | None) -> Mapping[str, str]:
    return {"Authorization": _TOKEN} if headers is None else headers


def _request(
    route: str,
    body: object,
    headers: Mapping[str, str] | None,
    query: Mapping[str, str] | None,
    cookies: Sequence[str],
    path_parameters: Mapping[str, str] | None,
) -> Request:
    """The request; JSON says in a header that it is JSON."""
    _refuse_route(route, path_parameters)
    of_json = {} if body is None or isinstance(body, str) else {"Content-Type": "application/json"}
    given = {**of_json, **(headers or {})}
    return make_request(route, headers=given, query=query, cookies=cookies, path_parameters=path_parameters)


def _refuse_two(context: object, claims: object) -> None:
    if context is not None and claims is not None:
        raise InputError("a route has one authorizer, so it is context= or claims=, not both")


def _refuse_route(route: str, path_parameters: Mapping[str, str] | None) -> None:
    """Refuses a query, which has a keyword of its own, and parameters that the route has no place for."""
    if not isinstance(route, str):
        raise TypeError(f"route= is {route!r}; it must be a text, such as 'GET /orders/1'")
    if "?" in route:
        raise InputError(one_line(f"the route {route!r} has a query in it. Fix: query={{'name': 'value'}}"))
    names = re.findall(r"\{([\w.-]+)\+?\}", route)
    if more := [name for name in path_parameters or {} if name not in names]:
        places = " and ".join(f"{{{name}}}" for name in more)
        raise InputError(one_line(f"the route {route!r} has no {places}, which path_parameters= gives a value"))


def _encoded(route: str, path_parameters: Mapping[str, str] | None) -> str:
    """The path as REST APIs and function URLs hand it on. An HTTP API decodes it.

    The route is as a client sends it, so what is encoded in it stays; the parameters are not.
    """
    values = {name: quote(value, safe=_PLAIN) for name, value in (path_parameters or {}).items()}
    return quote(make_request(route, path_parameters=values).path, safe=f"%{_PLAIN}")


def _text(body: object) -> str | None:
    return None if body is None else as_text(body)
