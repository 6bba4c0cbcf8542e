"""The function behind the API, called as API Gateway calls it."""

import json
from typing import Any

import pytest
from constructs_lambda.testing import http_event

from api import handler


def call(route: str, context: Any, user: str | None = None) -> tuple[int, Any]:
    event = http_event(route)
    event["requestContext"]["authorizer"] = {"lambda": {"user": user}} if user else {}
    answer = handler(event, context)
    return answer["statusCode"], json.loads(answer["body"])


def test_health_needs_nobody(context: Any) -> None:
    assert call("GET /health", context) == (200, {"status": "ok"})


def test_who_calls_is_known(context: Any) -> None:
    assert call("GET /me", context, user="ada") == (200, {"user": "ada"})


@pytest.mark.parametrize("route", ["GET /you", "POST /me"])
def test_what_is_not_there(route: str, context: Any) -> None:
    assert call(route, context, user="ada")[0] == 404
