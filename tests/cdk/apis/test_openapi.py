"""The OpenAPI documents that a synth writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from aws_cdk import App, Stack, Stage, aws_lambda
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, Field

from constructs_lambda import (
    HttpApi,
    IamAuthorizer,
    InputError,
    JwtAuthorizer,
    LambdaAuthorizer,
    RestApi,
    TokenAuthorizer,
)

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


class Outer:
    class Inner(BaseModel):
        a: int


class Other:
    class Inner(BaseModel):
        a: str


class One(BaseModel):
    inner: Outer.Inner


class Two(BaseModel):
    inner: Other.Inner


class Tree(BaseModel):
    children: list[Tree] = []


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Pet(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].removeprefix("#/components/schemas/")]
    return found


def body(document: dict[str, Any], path: str) -> dict[str, Any]:
    return resolve(document, document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"])


def test_models_whose_parts_have_one_name(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
    api.add_route("POST /one", function, request_model=One)
    api.add_route("POST /two", function, request_model=Two)
    api.add_route("POST /again", function, request_model=One)
    document = read(app, "a.json")
    inner = {
        path: resolve(document, body(document, path)["properties"]["inner"])["properties"]["a"]["type"]
        for path in ("/one", "/two", "/again")
    }
    assert inner == {"/one": "integer", "/two": "string", "/again": "integer"}
    assert document["components"]["schemas"].keys() == {"One", "Two", "Inner", "Inner2"}


def test_models_that_name_themselves(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
    api.add_route("POST /tree", function, request_model=Tree)
    api.add_route("POST /list", function, request_model={"properties": {"next": {"$ref": "#"}}})
    api.add_route("POST /pet", function, request_model=Pet)
    document = read(app, "a.json")
    assert resolve(document, body(document, "/tree")["properties"]["children"]["items"]) == body(document, "/tree")
    assert resolve(document, body(document, "/list")["properties"]["next"]) == body(document, "/list")
    mapping = body(document, "/pet")["properties"]["pet"]["discriminator"]["mapping"]
    assert mapping == {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"}


def test_text_that_looks_like_a_reference(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
    model = {
        "definitions": {"a b": {"enum": ["#/definitions/a b"]}},
        "properties": {"x": {"$ref": "#/definitions/a b"}},
    }
    api.add_route("POST /x", function, request_model={**model, "title": "X"})
    document = read(app, "a.json")
    assert resolve(document, body(document, "/x")["properties"]["x"]) == {"enum": ["#/definitions/a b"]}


def test_a_schema_of_draft_4(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
    api.add_route("POST /x", function, request_model={"type": "integer", "minimum": 1, "exclusiveMinimum": True})
    assert body(read(app, "a.json"), "/x") == {"type": "integer", "exclusiveMinimum": 1}


def test_greedy_paths_beside_plain_ones(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
    api.add_route("GET /o/{p+}", function, operation_name="all")
    api.add_route("GET /o/{p}", function, operation_name="one")
    document = read(app, "a.json")
    operations = {path: each["get"]["operationId"] for path, each in document["paths"].items()}
    assert operations == {"/o/{p}": "one", "/o/{p+}": "all"}


def test_all_that_an_authorizer_asks_for(app: App, stack: Stack, function: Any, judge: Any) -> None:
    sources = ["$request.header.Authorization", "$request.querystring.tenant", "$context.routeKey"]
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(judge, identity_source=sources), openapi_file="a.json")
    api.add_route("GET /a", function)
    document = read(app, "a.json")
    assert document["paths"]["/a"]["get"]["security"] == [{"LambdaAuthorizer": [], "LambdaAuthorizer-tenant": []}]
    assert {each["in"] for each in document["components"]["securitySchemes"].values()} == {"header", "query"}


def test_parameters_given_twice(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), openapi_file="a.json")
    wanted = {"method.request.querystring.page": True, "method.request.multivaluequerystring.page": False}
    api.add_route("GET /a", function, request_parameters=wanted)
    (parameter,) = read(app, "a.json")["paths"]["/a"]["get"]["parameters"]
    assert (parameter["schema"]["type"], parameter["required"]) == ("array", True)


def test_a_name_that_is_not_known_yet(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer(), api_name=f"shop-{stack.region}", openapi_file="a.json")
    api.add_route("GET /a", function)
    assert read(app, "a.json")["info"]["title"] == "Api"


def test_one_file_for_two_apis(stack: Stack) -> None:
    HttpApi(stack, "One", openapi_file="a.json")
    with pytest.raises(InputError, match="that of Shop/One too"):
        HttpApi(stack, "Two", openapi_file="a.json")
    assert stack.node.try_find_child("Two") is None
