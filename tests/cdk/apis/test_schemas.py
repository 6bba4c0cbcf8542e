"""JSON schemas in draft 4, judged by jsonschema's own validators: the two drafts have to agree about every body."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft4Validator, Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field

from constructs_lambda.cdk.apis.schemas import draft_4, schema_of
from constructs_lambda.errors import InputError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: Annotated[str, Field(min_length=1, max_length=5, pattern="^[a-z]+$")]
    quantity: Annotated[int, Field(gt=0, le=10)] = 1
    price: Annotated[float, Field(ge=0, lt=100)] | None = None
    colour: Colour | None = None
    kind: Literal["book", "toy"] = "book"


class Order(BaseModel):
    items: Annotated[list[Item], Field(min_length=1)]
    pair: tuple[int, str] | None = None
    labels: dict[str, int] = {}


BODIES: list[Any] = [
    {"items": [{"sku": "a"}]},
    {"items": []},
    {},
    [],
    {"items": [{"sku": ""}]},
    {"items": [{"sku": "abcdef"}]},
    {"items": [{"sku": "A"}]},
    *({"items": [{"sku": "a", "quantity": quantity}]} for quantity in (0, 1, 10, 11, 1.5, "1")),
    *({"items": [{"sku": "a", "price": price}]} for price in (0, -0.1, 99.9, 100, None)),
    {"items": [{"sku": "a", "colour": "red"}]},
    {"items": [{"sku": "a", "colour": "green"}]},
    {"items": [{"sku": "a", "kind": "toy"}]},
    {"items": [{"sku": "a", "kind": "car"}]},
    {"items": [{"sku": "a", "more": 1}]},
    *({"items": [{"sku": "a"}], "pair": pair} for pair in ([1, "a"], ["a", 1], [1], [1, "a", 2])),
    {"items": [{"sku": "a"}], "labels": {"a": 1}},
    {"items": [{"sku": "a"}], "labels": {"a": "b"}},
]


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_a_pydantic_model(body: Any) -> None:
    schema = schema_of(Order)
    converted = draft_4(schema)
    Draft4Validator.check_schema(converted)
    assert Draft4Validator(converted).is_valid(body) is Draft202012Validator(schema).is_valid(body)


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"const": 3}, (3, 4)),
        ({"exclusiveMinimum": 3}, (2, 3, 4)),
        ({"exclusiveMinimum": 3, "minimum": 5}, (4, 5, 6)),
        ({"exclusiveMinimum": 5, "minimum": 5}, (5, 6)),
        ({"exclusiveMaximum": 3, "maximum": 5}, (2, 3, 4)),
        ({"exclusiveMaximum": 5, "maximum": 3}, (3, 4)),
        ({"dependentRequired": {"a": ["b"]}}, ({"a": 1}, {"a": 1, "b": 2}, {})),
        ({"prefixItems": [{"type": "integer"}], "items": False}, ([1], ["a"], [1, 2])),
        ({"prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, ([1], [1, 2], [1, "a"])),
        ({"properties": {"a": False}}, ({}, {"a": 1})),
        ({"properties": {"const": {"type": "string"}}}, ({"const": "a"}, {"const": 1})),
        ({"items": True}, ([1], [])),
        ({"additionalProperties": False, "properties": {"a": True}}, ({"a": 1}, {"b": 1})),
        ({"$defs": {"A": {"const": 1}}, "$ref": "#/$defs/A"}, (1, 2)),
    ],
)
def test_words_that_changed(schema: dict[str, Any], values: tuple[Any, ...]) -> None:
    converted = draft_4(schema)
    Draft4Validator.check_schema(converted)
    before, after = Draft202012Validator(schema), Draft4Validator(converted)
    judged = [before.is_valid(value) for value in values]
    assert [after.is_valid(value) for value in values] == judged
    assert len(set(judged)) == 2 or schema == {"items": True}


def test_draft_4_stays_as_it_is() -> None:
    schema = {"type": "object", "properties": {"a": {"minimum": 1, "exclusiveMinimum": True}}, "definitions": {}}
    assert draft_4(schema) == {"$schema": "http://json-schema.org/draft-04/schema#", **schema}


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "strin"}, "type"),
        ({"required": "a"}, "required"),
        ({"required": []}, "required"),
        ({"properties": ["a"]}, "properties"),
        ({"properties": {"a": {"exclusiveMinimum": "5"}}}, "properties.a.exclusiveMinimum"),
    ],
)
def test_what_is_no_schema(schema: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError, match=f"^{place}: "):
        draft_4(schema)


@pytest.mark.parametrize("word", ["unevaluatedProperties", "maxContains", "if"])
def test_words_that_would_refuse_more(word: str) -> None:
    with pytest.raises(InputError, match=f"which has no '{word}'"):
        draft_4({"type": "object", word: False})


def test_what_draft_4_has_not() -> None:
    with pytest.raises(InputError) as refused:
        draft_4({"if": {}, "properties": {"a": {"propertyNames": {}}, "b": 7}})
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0].split(" is ")[0] for line in lines] == [
        "if",
        "properties.a.propertyNames",
        "properties.b",
    ]


@pytest.mark.parametrize("wrong", ["Order", 7, None, Order(items=[Item(sku="a")]), dict, [{}]])
def test_what_is_no_model(wrong: Any) -> None:
    if isinstance(wrong, BaseModel):
        assert schema_of(wrong) == schema_of(Order)  # an object tells as much as its class
        return
    with pytest.raises(TypeError, match="pydantic model"):
        schema_of(wrong)
