"""Requests to an API, and the API that they go to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import urlencode

from constructs_lambda.errors import InputError, one_line

Kind = Literal["token", "request", "simple", "policy"]
"""What asks an authorizer, and what it answers.

`token` and `request` are those of a REST API, which gets a policy. `simple` and `policy` are what an HTTP
API gets, which asks in format 2.0.
"""
KINDS: tuple[Kind, ...] = get_args(Kind)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PLACEHOLDER = re.compile(r"\{([\w.-]+)(\+?)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The API that sends the events. What it is called matters only to an authorizer that knows the names of its API.

    Args:
        id: Id of the API. Default: a made-up one.
        stage: Name of the stage. Default: `prod` for a REST API, `$default` for an HTTP API.
        region: Region of the API.
        account: AWS account of the API.
        partition: `aws`, `aws-cn` or `aws-us-gov`.
        stage_variables: Variables of the stage.
    """

    id: str = "a1b2c3d4e5"
    stage: str = ""
    region: str = "us-east-1"
    account: str = "123456789012"
    partition: str = "aws"
    stage_variables: Mapping[str, str] = field(default_factory=dict)

    def stage_of(self, kind: Kind) -> str:
        """Name of the stage."""
        return self.stage or ("prod" if is_rest(kind) else "$default")

    def prefix(self, kind: Kind) -> str:
        """The part of every route's ARN that is the same."""
        return f"arn:{self.partition}:execute-api:{self.region}:{self.account}:{self.id}/{self.stage_of(kind)}"

    def domain(self) -> str:
        """Host name of the API."""
        return f"{self.id}.execute-api.{self.region}.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a route.

    Args:
        method: `GET`, `POST` and so on.
        resource: The path with its placeholders: `/orders/{id}`.
        path: The path as the client sent it.
        headers: Headers by name, as the client sent them.
        query: Query string parameters by name.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders stand for.
    """

    method: str
    resource: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    cookies: Sequence[str]
    path_parameters: Mapping[str, str]

    @property
    def raw_query(self) -> str:
        """The query string."""
        return urlencode(self.query)

    def header(self, name: str) -> str | None:
        """The value of a header, however its name is spelt."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def arn(self, api: Api, kind: Kind) -> str:
        """ARN of the route as an authorizer is told it."""
        return f"{api.prefix(kind)}/{self.method}{self.path}"


def is_rest(kind: Kind) -> bool:
    """Whether a REST API asks, and not an HTTP API."""
    return kind in ("token", "request")


def make_request(
    route: str,
    *,
    token: str | None = None,
    token_header: str = "Authorization",
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    cookies: Sequence[str] = (),
    path_parameters: Mapping[str, str] | None = None,
) -> Request:
    """A request to a route.

    Args:
        route: Method and path, as `GET /orders/1`, or `GET /orders/{id}` with `path_parameters`.
        token: Value of the header that holds the token; no such header without it.
        token_header: Name of that header.
        headers: Other headers.
        query: Query string parameters.
        cookies: Cookies, each as `name=value`.
        path_parameters: What the placeholders of the path stand for.

    Raises:
        InputError: It is no method and path, or a placeholder stands for nothing.
    """
    method, _, resource = route.partition(" ")
    if method not in _METHODS or not re.fullmatch(r"/\S*", resource):
        raise InputError(
            one_line(f"the route {route!r} has to be a method, a space and a path, as in 'GET /orders/1'; methods are ")
            + ", ".join(_METHODS)
        )
    parameters = dict(path_parameters or {})
    missing = [name for name, _ in _PLACEHOLDER.findall(resource) if name not in parameters]
    if missing:
        raise InputError(f"the route {route} needs path_parameters for {', '.join(missing)}")
    all_headers = dict(headers or {})
    if token is not None:
        all_headers[token_header] = token
    return Request(
        method=method,
        resource=resource,
        path=_PLACEHOLDER.sub(lambda match: parameters[match[1]], resource),
        headers=all_headers,
        query=dict(query or {}),
        cookies=tuple(cookies),
        path_parameters=parameters,
    )
