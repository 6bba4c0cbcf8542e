"""What of a request can be judged before the deployment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, template

from constructs_lambda.errors import InputError
from constructs_lambda.local.calls import Line, misses, read_line
from constructs_lambda.local.fits import Fitted
from constructs_lambda.local.ignored import Ignored
from constructs_lambda.local.manifests import read_plans

API = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "Shop", "ProtocolType": "HTTP"}}


def route(key: str) -> dict[str, Any]:
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": key}}


def missed(folder: Path, requests: list[str], api: str | None = None, **content: Any) -> list[str]:
    outdir = assembly(folder, Shop=content)
    plans = read_plans(outdir)
    app = Fitted(plans, {plans[0].template.file.resolve(): content}, {}, Ignored((), (), ()))
    return misses(app, outdir, [read_line(each) for each in requests], api)


def fits(folder: Path, key: str, request: str) -> bool:
    return not missed(folder, [request], **template(Api=API, Route=route(key)))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("GET /", Line("GET", "/")),
        (" put  /a/b?c=d e ", Line("PUT", "/a/b?c=d%20e")),
        ("GET /h\u00e4%20/{id}?a=b&c=[d]", Line("GET", "/h%C3%A4%20/{id}?a=b&c=[d]")),
        ("OPTIONS /a", Line("OPTIONS", "/a")),
    ],
)
def test_a_line(text: str, line: Line) -> None:
    assert read_line(text) == line


@pytest.mark.parametrize("text", ["", "/", "GET", "GET orders", "ANY /", "FETCH /", "GET http://a/"])
def test_no_line(text: str) -> None:
    with pytest.raises(InputError, match="is no route; write a method and a path, such as 'GET /orders/1'"):
        read_line(text)


@pytest.mark.parametrize(
    ("key", "request_line", "expected"),
    [
        ("GET /a", "GET /a", True),
        ("GET /a", "GET /a/", True),
        ("GET /a", "GET /a?b=/c", True),
        ("GET /a", "GET /ab", False),
        ("GET /a.b", "GET /aXb", False),
        ("GET /a", "POST /a", False),
        ("GET /a", "OPTIONS /a", True),
        ("ANY /a", "POST /a", True),
        ("GET /", "GET /", True),
        ("GET /a/{id}", "GET /a/1", True),
        ("GET /a/{id}", "GET /a", False),
        ("GET /a/{id}", "GET /a/1/b", False),
        ("GET /a/{id}/b", "GET /a/1/b", True),
        ("ANY /{proxy+}", "GET /a/1/b", True),
        ("ANY /{proxy+}", "GET /", False),
        ("$default", "GET /a", True),
    ],
)
def test_a_route_that_fits(tmp_path: Path, key: str, request_line: str, expected: bool) -> None:
    assert fits(tmp_path, key, request_line) is expected


def test_what_is_told(tmp_path: Path) -> None:
    routes = {f"Route{number}": route(f"GET /{number}") for number in range(9)}
    (line,) = missed(tmp_path, ["GET /1", "DELETE /1"], **template(Api=API, **routes))
    listed = ", ".join(f"GET /{number}" for number in range(8))
    assert line == f"DELETE /1: no route of Shop/Api fits; it has {listed} and 1 more"


def test_where_routes_are_not_known(tmp_path: Path) -> None:
    body = {**API, "Properties": {"Body": {"openapi": "3.0.1"}}}
    assert missed(tmp_path, ["GET /a"], **template(Api=body)) == []
    url = {"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE", "TargetFunctionArn": "x"}}
    assert missed(tmp_path, ["GET /a"], **template(Url=url)) == []
    serverless = {**template(), "Transform": "AWS::Serverless-2016-10-31"}
    assert missed(tmp_path, ["GET /a"], api="Made", **serverless) == []


def test_which_api_is_meant(tmp_path: Path) -> None:
    both = template(Api=API, Other={**API, "Properties": {"Name": "Two"}}, Route=route("GET /a"))
    assert missed(tmp_path, ["GET /a"], "Api", **both) == []
    assert missed(tmp_path, ["GET /a"], "Two", **both) == ["GET /a: no route of Shop/Other fits; it has none"]
    assert missed(tmp_path, [], "Nobody", **both) == []
    with pytest.raises(InputError, match="the app has several APIs, so name one: Shop/Api, Shop/Other"):
        missed(tmp_path, ["GET /a"], **both)
    with pytest.raises(InputError, match="no API is called 'Nobody'"):
        missed(tmp_path, ["GET /a"], "Nobody", **both)
    with pytest.raises(InputError, match="the app has no API"):
        missed(tmp_path, ["GET /a"], **template())
