"""CloudFormation properties: three states, and wrong types noted."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lambda.model import Malformed
from constructs_lambda.template.properties import Properties
from constructs_lambda.tokens import NO_VALUE, UNKNOWN, Unknown


def read(kind: str, value: object) -> tuple[object, tuple[Malformed, ...]]:
    p = Properties({"X": value})
    found = getattr(p, kind)("X")
    return found, p.malformed


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "a", "a"),
        ("text", 1, "1"),
        ("text", {"Ref": "P"}, UNKNOWN),
        ("text", "a${Token[T.1]}", Unknown("a")),
        ("number", "512", 512),
        ("number", 512.0, 512),
        ("number", "{{resolve:ssm:/a}}", UNKNOWN),
        ("number", "${Token[T.1]}", UNKNOWN),
        ("number", -1.8881545897087626e289, UNKNOWN),
        ("number", " 512", UNKNOWN),
        ("number", "1e3", UNKNOWN),
        ("number", {"Fn::FindInMap": []}, UNKNOWN),
        ("flag", "true", True),
        ("flag", {"Fn::If": ["C", True, False]}, UNKNOWN),
        ("items", "a", ("a",)),
        ("items", ["a", {"Ref": "P"}], ("a", {"Ref": "P"})),
        ("items", {"Ref": "P"}, UNKNOWN),
        ("items", "${Token[T.1]}", UNKNOWN),
        ("mapping", {"A": 1}, {"A": 1}),
        ("mapping", {"Fn::If": []}, UNKNOWN),
        ("mapping", "{{resolve:ssm:/a}}", UNKNOWN),
    ],
)
def test_values(kind: str, value: object, expected: object) -> None:
    assert read(kind, value) == (expected, ())


@pytest.mark.parametrize("kind", ["text", "number", "flag", "items", "mapping", "inside"])
@pytest.mark.parametrize("value", [None, NO_VALUE])
def test_absent(kind: str, value: object) -> None:
    assert read(kind, value) == (None, ())
    assert getattr(Properties(None), kind)("X") is None


@pytest.mark.parametrize(
    ("kind", "value", "shown", "expected"),
    [
        ("text", ["a"], "list", "a text"),
        ("text", {"a": 1, "b": 2}, "dict", "a text"),
        ("number", "many", "'many'", "a number"),
        ("number", "", "''", "a number"),
        ("number", True, "True", "a number"),
        ("number", [1], "list", "a number"),
        ("flag", "yes", "'yes'", "true or false"),
        ("flag", 1, "1", "true or false"),
        ("items", 1, "1", "a list"),
        ("items", {"a": 1}, "dict", "a list"),
        ("mapping", "a", "'a'", "a mapping"),
        ("inside", [1], "list", "a mapping"),
        ("text", ["x" * 999], "list", "a text"),
        ("mapping", "x" * 999, "'" + "x" * 59, "a mapping"),
    ],
)
def test_wrong_types_are_unknown_and_noted_once(kind: str, value: object, shown: str, expected: str) -> None:
    assert read(kind, value) == (UNKNOWN, (Malformed("X", shown, expected),))
    p = Properties({"X": value})
    assert (getattr(p, kind)("X"), getattr(p, kind)("X")) == (UNKNOWN, UNKNOWN)
    assert len(p.malformed) == 1


def test_nested_properties_share_the_notes_and_know_their_place() -> None:
    p = Properties({"A": {"B": {"C": "many"}}, "L": [{"N": []}]})
    inner = p.inside("A")
    assert isinstance(inner, Properties)
    innermost = inner.inside("B")
    assert isinstance(innermost, Properties)
    innermost.number("C")
    p.at("L", 0, {"N": []}).text("N")
    assert [each.property for each in p.malformed] == ["A.B.C", "L.0.N"]


@pytest.mark.parametrize(
    "values",
    [{"Fn::Transform": {}}, {"A": 1, "Fn::Transform": {}}, {"Fn::ForEach::X": []}, {"Ref": "P"}, {"Fn::If": []}],
)
def test_beside_a_macro_what_is_absent_is_unknown(values: Any) -> None:
    p = Properties(values)
    assert p.is_open
    assert (p.text("B"), p.number("B"), p.flag("B"), p.items("B"), p.inside("B")) == (UNKNOWN,) * 5
    assert p.missing("B", "B.C") == ()
    assert p.unknown_names(frozenset()) == ()
    assert p.malformed == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "F"}, "F"),
        ({"Fn::GetAtt": ["F", "Arn"]}, "F"),
        ({"Fn::GetAtt": "F.Arn"}, "F"),
        ({"Fn::GetAtt": []}, None),
        ({"Fn::GetAtt": [1]}, None),
        ({"Fn::Sub": "${F.Arn}"}, None),
        ({"Ref": 1}, None),
        ("F", None),
        (None, None),
    ],
)
def test_reference(value: object, expected: str | None) -> None:
    assert Properties({"X": value}).reference("X") == expected


def test_missing() -> None:
    p = Properties({"A": {"B": 1}, "C": {}, "D": {"Ref": "P"}, "E": NO_VALUE, "F": "text"})
    assert p.missing("A", "A.B", "D", "D.X") == ()
    assert p.missing("A.X", "C.X", "E", "E.X", "Z", "Z.X") == ("A.X", "C.X", "E", "E.X", "Z", "Z.X")
    assert p.missing("F.X") == ()


def test_unknown_names() -> None:
    assert Properties({"A": 1, "B": 2}).unknown_names(frozenset("AC")) == ("B",)
    assert Properties({"A": 1, 2: 3}).unknown_names(frozenset("A")) == ("2",)


@pytest.mark.parametrize("values", [None, [], "x", 1, {1: 2}, {None: None}])
def test_anything_can_be_looked_into(values: object) -> None:
    p = Properties(values)
    assert p.text("X") is None
    assert list(p) == [str(name) for name in values] if isinstance(values, dict) else list(p) == []
