"""The events that API Gateway sends to an authorizer, and to the function behind it, with all of their fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lambda.testing.requests import Api, Request, make_request

Event = dict[str, Any]
_ANYWHERE = "192.0.2.1"  # an address for documentation
_AGENT = "curl/8.5.0"
_REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
_TIME, _EPOCH = "12/Mar/2020:19:03:58 +0000", 1_583_348_638_390


def token_event(token: str, *, route: str = "GET /", api: Api | None = None) -> Event:
    """What a `TOKEN` authorizer of a REST API receives.

    Args:
        token: Value of the header that holds the token.
        route: Method and path, as `GET /orders/1`.
        api: The API that asks. Default: a made-up one.
    """
    return token_event_of(make_request(route), token, api or Api())


def request_event(
    route: str = "GET /",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
    api: Api | None = None,
) -> Event:
    """What a `REQUEST` authorizer of a REST API receives.

    Args:
        route: Method and path, as `GET /orders/1`, or `GET /orders/{id}` with `path_parameters`.
        headers: Headers by name.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.
        api: The API that asks. Default: a made-up one.
    """
    request = make_request(route, headers=headers, query=query, cookies=cookies, path_parameters=path_parameters)
    return request_event_of(request, api or Api())


def http_event(
    route: str = "GET /",
    *,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
    identity_source: Sequence[str] | None = None,
    api: Api | None = None,
) -> Event:
    """What an authorizer of an HTTP API receives in format 2.0.

    Args:
        route: Method and path, as `GET /orders/1`, or `GET /orders/{id}` with `path_parameters`.
        headers: Headers by name; an HTTP API hands them on in small letters.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.
        identity_source: Values of the identity sources. Default: the header `Authorization`, where there is one.
        api: The API that asks. Default: a made-up one.
    """
    request = make_request(route, headers=headers, query=query, cookies=cookies, path_parameters=path_parameters)
    if identity_source is None:
        value = request.header("Authorization")
        identity_source = [value] if value else []
    return http_event_of(request, identity_source, api or Api())


def token_event_of(request: Request, token: str, api: Api) -> Event:
    """What a `TOKEN` authorizer receives for a request."""
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": request.arn(api, "token")}


def request_event_of(request: Request, api: Api) -> Event:
    """What a `REQUEST` authorizer of a REST API receives for a request."""
    return {"type": "REQUEST", "methodArn": request.arn(api, "request"), **_rest(request, api)}


def http_event_of(request: Request, identity_source: Sequence[str], api: Api) -> Event:
    """What an authorizer of an HTTP API receives for a request."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": request.arn(api, "simple"),
        "identitySource": list(identity_source),
        **_http(request, api),
    }


def condition_keys_of(request: Request) -> dict[str, str]:
    """The values of a policy's condition keys for a request, by their names in small letters."""
    referer = request.header("Referer")
    return {
        "aws:sourceip": _ANYWHERE,
        "aws:securetransport": "true",
        "aws:useragent": request.header("User-Agent") or _AGENT,
        **({"aws:referer": referer} if referer else {}),
    }


def rest_proxy_event(request: Request, authorizer: Mapping[str, Any], body: str | None, api: Api) -> Event:
    """What the function behind a REST API receives.

    Args:
        request: The request that was let through.
        authorizer: What the authorizer says of it.
        body: Body of the request.
        api: The API.
    """
    event: Event = {name: value or None for name, value in _rest(request, api).items()}
    event["requestContext"]["authorizer"] = dict(authorizer)
    return {**event, "body": body, "isBase64Encoded": False}


def http_proxy_event(request: Request, context: Mapping[str, Any] | None, body: str | None, api: Api) -> Event:
    """What the function behind an HTTP API receives in format 2.0.

    Args:
        request: The request that was let through.
        context: The authorizer's context.
        body: Body of the request.
        api: The API.
    """
    event = _http(request, api)
    event["requestContext"]["authorizer"] = {"lambda": None if context is None else dict(context)}
    return {"version": "2.0", **event, **({} if body is None else {"body": body}), "isBase64Encoded": False}


def _rest(request: Request, api: Api) -> Event:
    headers = {"Host": api.domain(), "User-Agent": _AGENT, "X-Forwarded-For": _ANYWHERE, **request.headers}
    if request.cookies:
        headers["Cookie"] = "; ".join(request.cookies)
    stage = api.stage_of("request")
    return {
        "resource": request.resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(request.query),
        "multiValueQueryStringParameters": {name: [value] for name, value in request.query.items()},
        "pathParameters": dict(request.path_parameters),
        "stageVariables": dict(api.stage_variables),
        "requestContext": {
            "resourceId": "05c7jb",
            "resourcePath": request.resource,
            "operationName": None,
            "httpMethod": request.method,
            "extendedRequestId": "JJbxmplHYosFVYQ=",
            "requestTime": _TIME,
            "requestTimeEpoch": _EPOCH,
            "path": f"/{stage}{request.path}",
            "accountId": api.account,
            "protocol": "HTTP/1.1",
            "stage": stage,
            "domainPrefix": api.id,
            "domainName": api.domain(),
            "requestId": _REQUEST_ID,
            "apiId": api.id,
            "identity": {
                **dict.fromkeys(
                    (
                        "cognitoIdentityPoolId",
                        "accountId",
                        "cognitoIdentityId",
                        "caller",
                        "principalOrgId",
                        "accessKey",
                        "cognitoAuthenticationType",
                        "cognitoAuthenticationProvider",
                        "userArn",
                        "user",
                    )
                ),
                "sourceIp": _ANYWHERE,
                "userAgent": _AGENT,
                "apiKey": request.header("x-api-key"),
            },
        },
    }


def _http(request: Request, api: Api) -> Event:
    headers = {"host": api.domain(), "user-agent": _AGENT, "x-forwarded-for": _ANYWHERE}
    headers |= {name.lower(): value for name, value in request.headers.items()}
    cookies = [*filter(None, re.split(r";\s*", headers.pop("cookie", ""))), *request.cookies]
    route_key = f"{request.method} {request.resource}"
    event: Event = {
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.raw_query,
        "headers": headers,
        "requestContext": {
            "accountId": api.account,
            "apiId": api.id,
            "domainName": api.domain(),
            "domainPrefix": api.id,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": _ANYWHERE,
                "userAgent": _AGENT,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route_key,
            "stage": api.stage_of("simple"),
            "time": _TIME,
            "timeEpoch": _EPOCH,
        },
    }
    # An HTTP API leaves these out where there are none.
    optional = {
        "cookies": cookies,
        "queryStringParameters": dict(request.query),
        "pathParameters": dict(request.path_parameters),
        "stageVariables": dict(api.stage_variables),
    }
    return event | {name: value for name, value in optional.items() if value}
