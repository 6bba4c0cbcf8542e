"""The OpenAPI documents that a synth writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from aws_cdk import App, Stack, Stage, aws_lambda
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, Field

from constructs_lambda import HttpApi, IamAuthorizer, JwtAuthorizer, LambdaAuthorizer, RestApi, TokenAuthorizer

pytestmark = pytest.mark.cdk


class Item(BaseModel):
    sku: str
    quantity: Annotated[int, Field(gt=0)] = 1


class Order(BaseModel):
    items: list[Item]
    note: str | None = None


def read(app: App, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(app.synth().directory) / name).read_text())
    OpenAPIV31SpecValidator(document).validate()
    return document


def test_a_rest_api(app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    api = RestApi(
        stack, "Api", authorizer=TokenAuthorizer(judge), openapi_file="orders.openapi.json", description="Takes orders"
    )
    api.add_route("POST /orders", function, request_model=Order, operation_name="placeOrder")
    api.add_route(
        "GET /orders/{id}", function, request_parameters={"method.request.querystring.full": False}, public=True
    )
    api.add_route("GET /partners", function, authorizer=IamAuthorizer(), api_key_required=True)
    document = read(app, "orders.openapi.json")
    assert document["info"] == {"title": "Api", "version": "1.0.0", "description": "Takes orders"}
    assert list(document["paths"]) == ["/orders", "/orders/{id}", "/partners"]
    place = document["paths"]["/orders"]["post"]
    assert place["operationId"] == "placeOrder"
    assert place["security"] == [{"TokenAuthorizer": []}]
    assert place["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Order"}
    schemas = document["components"]["schemas"]
    assert schemas.keys() == {"Order", "Item"}
    assert schemas["Order"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Item"}
    assert schemas["Item"]["properties"]["quantity"]["exclusiveMinimum"] == 0  # as OpenAPI 3.1 has it, not as draft 4
    show = document["paths"]["/orders/{id}"]["get"]
    assert show["security"] == []
    assert {(each["name"], each["in"], each["required"]) for each in show["parameters"]} == {
        ("id", "path", True),
        ("full", "query", False),
    }
    assert document["paths"]["/partners"]["get"]["security"] == [{"IamAuthorizer": [], "ApiKey": []}]
    assert document["components"]["securitySchemes"].keys() == {"TokenAuthorizer", "IamAuthorizer", "ApiKey"}


def test_an_http_api(app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    jwt = JwtAuthorizer("https://login.example.com/", ["orders"], scopes=["orders.read"])
    api = HttpApi(stack, "Api", authorizer=jwt, openapi_file="http.openapi.json")
    api.add_route("GET /a", function)
    api.add_route("ANY /files/{path+}", function, authorizer=LambdaAuthorizer(judge), operation_name="files")
    api.add_route("GET /files/{path+}", function, public=True)
    api.add_route("$default", function)
    document = read(app, "http.openapi.json")
    assert document["paths"].keys() == {"/a", "/files/{path}"}
    assert document["paths"]["/a"]["get"]["security"] == [{"JwtAuthorizer": ["orders.read"]}]
    files = document["paths"]["/files/{path}"]
    assert files["get"]["security"] == []
    assert files["post"]["security"] == [{"LambdaAuthorizer": []}]
    assert len({each["operationId"] for each in files.values() if "operationId" in each}) == len(files) - 1


def test_two_of_a_kind_have_two_names(app: App, stack: Stack, function: Any, judge: Any) -> None:
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(judge), openapi_file="a.json")
    api.add_route("GET /a", function)
    api.add_route("GET /b", function, authorizer=LambdaAuthorizer(function))
    document = read(app, "a.json")
    assert document["components"]["securitySchemes"].keys() == {"LambdaAuthorizer", "LambdaAuthorizer2"}


def test_it_stands_beside_the_template_of_its_stage(
    make_app: Callable[..., App], make_function: Callable[..., aws_lambda.Function]
) -> None:
    app = make_app()
    stack = Stack(Stage(app, "Prod"), "Shop")
    HttpApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json").add_route("GET /a", make_function(stack))
    folder = Path(app.synth().directory)
    assert [path.parent.name for path in folder.rglob("a.json")] == ["assembly-Prod"]
    assert list(folder.rglob(".a.json*")) == []


def test_what_it_has_by_now(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    assert api.openapi()["paths"] == {}
    api.add_route("GET /a", function)
    assert api.openapi()["paths"].keys() == {"/a"}


def test_the_same_again(make_app: Callable[..., App], make_function: Callable[..., aws_lambda.Function]) -> None:
    texts = []
    for _ in range(2):
        app = make_app()
        stack = Stack(app, "Shop")
        api = RestApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
        api.add_route("POST /orders", make_function(stack), request_model=Order)
        texts.append((Path(app.synth().directory) / "a.json").read_bytes())
    assert texts[0] == texts[1]
