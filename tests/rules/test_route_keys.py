"""Routes as they are written, and what a constructor refuses of an API's parts before anything is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rules.api_cases import (
    http_api,
    http_authorizer,
    http_stage,
    integration,
    jwt,
    method,
    part,
    permission,
    rest_api,
    rest_authorizer,
    rest_stage,
    timed,
)
from rules.cases import TODAY, ids

from constructs_lambda.model import Place
from constructs_lambda.rules import Context, Severities, check_subject
from constructs_lambda.rules.routes import route_problems
from constructs_lambda.template.http_apis import (
    read_http_api,
    read_http_authorizer,
    read_http_stage,
    read_integration,
    read_route,
)
from constructs_lambda.template.permissions import read_permission
from constructs_lambda.template.rest_apis import (
    read_method,
    read_rest_api,
    read_rest_authorizer,
    read_rest_resource,
    read_rest_stage,
)


@pytest.mark.parametrize(
    ("key", "kinds"),
    [
        ("GET /", "http rest"),
        ("GET /orders/{id}", "http rest"),
        ("ANY /{proxy+}", "http rest"),
        ("GET /v1:batch/a.b", "http rest"),
        ("GET /orders/", "http"),
        ("GET /a~b", "http"),
        ("$default", "http"),
        ("$connect", ""),
        ("send", ""),
        ("GET orders", ""),
        ("/orders", ""),
        ("GET  /orders", ""),
        ("get /orders", ""),
        ("GET /{proxy+}/x", ""),
        ("GET /{id", ""),
        ("GET /a{id}", "http"),
        ("GET /a b", ""),
        ("GET", ""),
        ("", ""),
        (" ", ""),
        ("GET\n/x", ""),
    ],
)
def test_a_route_is_taken_by(key: str, kinds: str) -> None:
    assert [kind for kind in ("http", "rest") if not route_problems(key, kind)] == kinds.split()


def test_a_route_of_a_websocket_api_has_any_name() -> None:
    assert route_problems("send", "websocket") == route_problems("GET x", "websocket") == ()
    assert route_problems("", "websocket")


@pytest.mark.parametrize(
    ("key", "message", "fix"),
    [
        ("GET orders", "the path 'orders' has no slash in front", "Write '/orders'."),
        ("/orders", "the route '/orders' has no method", "Write 'ANY /orders'"),
        ("get /orders", "the method is 'get'", "Write 'GET'."),
        ("GET /{proxy+}/x", "{proxy+} takes the whole rest of the path", "Put {proxy+} last"),
        ("GET /{id", "'{id' has braces that don't enclose one name", "Write a variable as {name}"),
    ],
)
def test_what_is_wrong_with_a_route(key: str, message: str, fix: str) -> None:
    (problem,) = route_problems(key, "http")
    assert problem.message.startswith(message)
    assert problem.fix.startswith(fix)


def test_all_problems_of_a_route_at_once() -> None:
    assert len(route_problems("get /{a/{b+}/c d", "http")) == 4


Read = Callable[[object, Place], Any]


@pytest.mark.parametrize(
    ("read", "right", "wrong", "rule"),
    [
        (read_rest_api, rest_api(), rest_api(MinimumCompressionSize=-1), "CL418"),
        (read_rest_resource, part("a"), part("a/b"), "CL414"),
        (read_method, method(), method("get"), "CL414"),
        (read_method, timed(50), timed(49), "CL407"),
        (read_rest_stage, rest_stage(), rest_stage(StageName="a.b"), "CL417"),
        (read_rest_authorizer, rest_authorizer(), rest_authorizer(AuthorizerResultTtlInSeconds=3_601), "CL501"),
        (read_http_api, http_api(), http_api(CorsConfiguration={"MaxAge": 86_401}), "CL418"),
        (read_integration, integration(), integration(TimeoutInMillis=30_001), "CL407"),
        (read_http_stage, http_stage(), http_stage(StageName="a.b"), "CL417"),
        (read_http_authorizer, http_authorizer(), http_authorizer(AuthorizerPayloadFormatVersion="3.0"), "CL504"),
        (read_http_authorizer, jwt(), jwt(Issuer="http://a.b"), "CL506"),
        (read_permission, permission(), permission(Action="Invoke"), "CL811"),
    ],
)
def test_what_a_constructor_refuses(read: Read, right: Any, wrong: Any, rule: str) -> None:
    context, severities, place = Context(TODAY), Severities(), Place("Shop/Api")
    for resource, expected in ((right, ()), (wrong, (rule,))):
        subject = read(resource["Properties"], place)
        assert ids(list(check_subject(subject, place, context, severities, early=True))) == expected


def test_what_an_author_says_is_public() -> None:
    for read in (read_method, read_route):
        assert read({}, Place("R"), {"version": 1, "public": True}).is_public
        for metadata in (None, {}, {"public": "true"}, {"public": False}):
            assert not read({}, Place("R"), metadata).is_public
