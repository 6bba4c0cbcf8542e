"""The events that an authorizer receives have the fields that API Gateway sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.testing import Api, http_event, request_event, token_event

EVENTS = (
    token_event("t"),
    request_event(headers={"Authorization": "t"}, cookies=["a=b"]),
    http_event(headers={"Authorization": "t"}, cookies=["a=b"], query={"c": "d"}),
)


@pytest.mark.parametrize("event", EVENTS)
def test_they_are_json(event: dict[str, Any]) -> None:
    assert json.loads(json.dumps(event)) == event


def test_a_token_event() -> None:
    assert token_event("Bearer t", route="POST /orders") == {
        "type": "TOKEN",
        "authorizationToken": "Bearer t",
        "methodArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/POST/orders",
    }


def test_a_request_event() -> None:
    event = request_event(
        "GET /orders/{id}",
        headers={"Authorization": "t", "x-api-key": "k"},
        query={"a": "b"},
        cookies=["c=d", "e=f"],
        path_parameters={"id": "7"},
        api=Api(stage="dev", stage_variables={"v": "w"}),
    )
    assert event["type"] == "REQUEST"
    assert event["methodArn"].endswith("/dev/GET/orders/7")
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/orders/{id}", "/orders/7", "GET")
    assert event["headers"]["Authorization"] == "t"
    assert event["headers"]["Cookie"] == "c=d; e=f"
    assert event["multiValueHeaders"]["Authorization"] == ["t"]
    assert event["queryStringParameters"] == {"a": "b"}
    assert event["multiValueQueryStringParameters"] == {"a": ["b"]}
    assert event["pathParameters"] == {"id": "7"}
    assert event["stageVariables"] == {"v": "w"}
    context = event["requestContext"]
    assert (context["path"], context["resourcePath"], context["stage"]) == ("/dev/orders/7", "/orders/{id}", "dev")
    assert context["identity"]["apiKey"] == "k"
    assert {"accountId", "apiId", "domainName", "httpMethod", "requestId", "resourceId"} <= context.keys()


def test_a_request_event_without_anything() -> None:
    event = request_event()
    assert [event[name] for name in ("queryStringParameters", "pathParameters", "stageVariables")] == [{}, {}, {}]
    assert event["requestContext"]["identity"]["apiKey"] is None


def test_an_http_event() -> None:
    event = http_event(
        "GET /orders/{proxy+}",
        headers={"Authorization": "t", "Cookie": "a=b; c=d"},
        query={"a": "b c"},
        cookies=["e=f"],
        path_parameters={"proxy": "1/2"},
    )
    assert (event["version"], event["type"], event["identitySource"]) == ("2.0", "REQUEST", ["t"])
    assert event["routeArn"].endswith("/$default/GET/orders/1/2")
    assert (event["routeKey"], event["rawPath"], event["rawQueryString"]) == (
        "GET /orders/{proxy+}",
        "/orders/1/2",
        "a=b+c",
    )
    assert event["headers"]["authorization"] == "t"
    assert "cookie" not in event["headers"]
    assert event["cookies"] == ["a=b", "c=d", "e=f"]
    assert event["requestContext"]["http"]["path"] == "/orders/1/2"


def test_an_http_event_leaves_out_what_is_empty() -> None:
    event = http_event()
    assert not {"cookies", "queryStringParameters", "pathParameters", "stageVariables"} & event.keys()
    assert event["identitySource"] == []
    assert http_event(identity_source=["a", "b"])["identitySource"] == ["a", "b"]


def test_routes_are_checked() -> None:
    with pytest.raises(InputError):
        token_event("t", route="nowhere")


def test_powertools_reads_them() -> None:
    module = pytest.importorskip("aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event")
    token, request, http = EVENTS
    assert module.APIGatewayAuthorizerTokenEvent(token).parsed_arn.http_method == "GET"
    read = module.APIGatewayAuthorizerRequestEvent(request)
    assert read.headers["authorization"] == "t"
    assert (read.http_method, read.path, read.request_context.stage) == ("GET", "/", "prod")
    assert read.request_context.identity.source_ip
    newer = module.APIGatewayAuthorizerEventV2(http)
    assert (newer.identity_source, newer.cookies, newer.headers["Authorization"]) == (["t"], ["a=b"], "t")
    assert (newer.parsed_arn.stage, newer.request_context.http.method, newer.raw_query_string) == (
        "$default",
        "GET",
        "c=d",
    )
