"""What is known before the deployment, and what isn't."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Any

import pytest

from constructs_lambda.tokens import (
    NO_VALUE,
    UNKNOWN,
    Unknown,
    certain_count,
    is_intrinsic,
    is_number_token,
    known,
    literal_part,
    resolve_flag,
    resolve_list,
    resolve_mapping,
    resolve_number,
    resolve_text,
)

TOKEN = "${Token[TOKEN.1]}"
NUMBER_TOKEN = -1.8881545897087626e289


def join(delimiter: str, *items: Any) -> Any:
    return {"Fn::Join": [delimiter, list(items)]}


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        (None, None),
        (NO_VALUE, None),
        ("", ""),
        ("orders", "orders"),
        ("${not a token}", "${not a token}"),
        (1, "1"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (NUMBER_TOKEN, UNKNOWN),
        (math.nan, UNKNOWN),
        (math.inf, UNKNOWN),
        (10**400, UNKNOWN),
        ([], UNKNOWN),
        ({}, UNKNOWN),
        ({"Ref": "P"}, UNKNOWN),
        ({"Fn::If": ["C", "a", "b"]}, UNKNOWN),
        ({"Ref": "P", "Fn::Sub": "x"}, UNKNOWN),
        (TOKEN, UNKNOWN),
        ("svc-${Token[AWS.Region.4]}-api", Unknown("svc--api")),
        ("#{Token[TOKEN.2]}", UNKNOWN),
        ("a{{resolve:ssm:/p:1}}b", Unknown("ab")),
        ("a{{resolve:ssm:", Unknown("a")),
        (join("-", "a", "b"), "a-b"),
        (join("-"), ""),
        (join("-", "a", {"Ref": "P"}, "b"), Unknown("ab")),
        (join("-", "a", NO_VALUE), Unknown("a")),
        (join("-", "a", TOKEN, join("", "b", {"Ref": "P"})), Unknown("ab")),
        (join("", "{{resolve:secretsmanager:", {"Ref": "S"}, ":SecretString:a::}}"), UNKNOWN),
        (join("", "{{resolve:ssm:", "/a", "}}b"), Unknown("b")),
        (join(":", "{{resolve", "ssm", "/p}}"), UNKNOWN),
        ({"Fn::Join": "a"}, UNKNOWN),
        ({"Fn::Join": [1, ["a"]]}, UNKNOWN),
        ({"Fn::Join": ["", {"Ref": "List"}]}, UNKNOWN),
        ({"Fn::Sub": "plain"}, "plain"),
        ({"Fn::Sub": "${AWS::StackName}.api"}, Unknown(".api")),
        ({"Fn::Sub": "${!Literal}"}, "${Literal}"),
        ({"Fn::Sub": ["${A}-${B}", {"A": "x"}]}, Unknown("-")),
        ({"Fn::Sub": "{{resolve:ssm:/${P}/key}}x"}, Unknown("x")),
        ({"Fn::Sub": "{{resolve:ssm:/key}}"}, UNKNOWN),
        ({"Fn::Sub": []}, UNKNOWN),
        ({"Fn::Sub": {"a": 1}}, UNKNOWN),
    ],
)
def test_text(value: object, resolved: object) -> None:
    assert resolve_text(value) == resolved


def test_a_join_that_is_too_deep_is_unknown() -> None:
    value: Any = "a"
    for _ in range(1_000):
        value = join("", value)
    assert resolve_text(value) == UNKNOWN


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        (None, None),
        (NO_VALUE, None),
        (0, 0),
        (512, 512),
        (512.0, 512),
        (512.5, 512.5),
        ("512", 512),
        ("-1", -1),
        ("512.0", 512),
        ("512.5", 512.5),
        ("", UNKNOWN),
        ("512 MB", UNKNOWN),
        ("1e3", UNKNOWN),
        (TOKEN, UNKNOWN),
        (True, UNKNOWN),
        ([1], UNKNOWN),
        ({"Ref": "P"}, UNKNOWN),
        (NUMBER_TOKEN, UNKNOWN),
        (math.nan, UNKNOWN),
        (-math.inf, UNKNOWN),
        (10**2_000, 10**300),
        (-(10**2_000), -(10**300)),
    ],
)
def test_number(value: object, resolved: object) -> None:
    assert resolve_number(value) == resolved
    assert type(resolve_number(value)) is type(resolved)


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        (None, None),
        (NO_VALUE, None),
        (True, True),
        ("true", True),
        ("False", False),
        ("yes", UNKNOWN),
        (1, UNKNOWN),
        ({"Ref": "P"}, UNKNOWN),
    ],
)
def test_flag(value: object, resolved: object) -> None:
    assert resolve_flag(value) == resolved


@pytest.mark.parametrize(
    ("value", "resolved", "count"),
    [
        (None, None, 0),
        (NO_VALUE, None, 0),
        ([], (), 0),
        (["a", NO_VALUE, None, {"Ref": "P"}], ("a", {"Ref": "P"}), 2),
        (("a",), ("a",), 1),
        (["a", {"Fn::If": ["C", "b", NO_VALUE]}], ("a", {"Fn::If": ["C", "b", NO_VALUE]}), 1),
        (["#{Token[TOKEN.3]}"], UNKNOWN, 0),
        ([TOKEN], (TOKEN,), 1),
        ("a", UNKNOWN, 0),
        ({"Ref": "P"}, UNKNOWN, 0),
    ],
)
def test_list(value: object, resolved: Any, count: int) -> None:
    assert resolve_list(value) == resolved
    assert certain_count(resolved) == count


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        (None, None),
        (NO_VALUE, None),
        ({}, {}),
        ({"A": 1, "B": NO_VALUE, "C": None}, {"A": 1}),
        (MappingProxyType({"A": 1}), {"A": 1}),
        ({"Ref": "P"}, UNKNOWN),
        ({"Fn::If": []}, UNKNOWN),
        ([], UNKNOWN),
        ("a", UNKNOWN),
    ],
)
def test_mapping(value: object, resolved: object) -> None:
    assert resolve_mapping(value) == resolved


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "P"}, True),
        ({"Condition": "C"}, True),
        ({"Fn::Anything": 1}, True),
        (MappingProxyType({"Fn::Sub": ""}), True),
        ({"Ref": "P", "Fn::Sub": ""}, False),
        ({1: "x"}, False),
        ({}, False),
        ("Ref", False),
        (None, False),
    ],
)
def test_is_intrinsic(value: object, expected: bool) -> None:
    assert is_intrinsic(value) is expected


def test_number_tokens() -> None:
    assert is_number_token(NUMBER_TOKEN)
    assert not is_number_token(-1)
    assert not is_number_token(1.8881545897087626e289)


def test_known_and_what_is_certain_of_a_text() -> None:
    assert [known(value) for value in (None, UNKNOWN, 0, "")] == [None, None, 0, ""]
    assert [literal_part(value) for value in (None, UNKNOWN, Unknown("a"), "b")] == ["", "", "a", "b"]
