"""The short way of jsii's checks: nothing passes that typeguard refuses, and nothing is refused that passes."""

# ruff: noqa: UP006, UP007, UP045 (the types are written as jsii writes them)
from __future__ import annotations

import enum
import typing
from collections.abc import Mapping, Sequence
from typing import Any
from unittest import mock

import jsii._type_checking as checks
import pytest
import typeguard
from aws_cdk import App, Duration, aws_lambda

from constructs_lambda import Profile
from constructs_lambda.cdk.type_checks import quicken


class Own(aws_lambda.Runtime):
    """A class that a user derives from one of CDK's."""


class Odd(type):
    """A class of classes that can't be told apart by a hash."""

    def __eq__(cls, other: object) -> bool:
        return cls is other


class Strange(metaclass=Odd):
    """Of such a class."""


@pytest.fixture(autouse=True)
def original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_resolved_check", None)


TYPES: tuple[Any, ...] = (
    bool,
    int,
    float,
    str,
    Any,
    type(None),
    Duration,
    aws_lambda.Architecture,
    aws_lambda.IFunction,
    aws_lambda.RuntimeFamily,
    typing.Literal["a"],
    Sequence[str],
    Sequence[Any],
    typing.Mapping[str, typing.Any],
    typing.Mapping[typing.Any, typing.Union[int, Sequence[str]]],
    typing.List[int],
    Mapping[str, float],
    typing.Optional[str],
    typing.Union[bool, str, None],
    typing.Union[int, float, None],
    typing.Union[aws_lambda.Runtime, typing.Dict[str, Any]],
    typing.Union[None, Sequence[typing.Union[int, str]], aws_lambda.IFunction],
    int | str,
)
EITHER = typing.Union[str, int, None, Sequence[typing.Union[str, int]], typing.Mapping[str, None]]
VALUES: tuple[object, ...] = (
    None,
    True,
    1,
    1.5,
    "a",
    b"a",
    [],
    [1],
    ["a", None],
    ("a",),
    {},
    {"a": 1},
    {"a": [1]},
    {1: ["a"]},
    [["a"]],
    int,
    enum.Enum,
    mock.Mock(),
    aws_lambda.RuntimeFamily.PYTHON,
    aws_lambda.Runtime.PYTHON_3_14,
    Own("python3.14"),
    aws_lambda.Architecture.ARM_64,
    Duration.seconds(1),
    Strange(),
)


def verdict(check: Any, value: object, expected: Any) -> str | None:
    try:
        check(argname="argument x", value=value, expected_type=expected)
    except TypeError as error:
        return str(error)
    return None


@pytest.mark.parametrize("expected", TYPES, ids=str)
def test_the_verdict_is_typeguards(expected: Any) -> None:
    quicken()
    for value in VALUES:
        assert verdict(checks.check_type, value, expected) == verdict(typeguard.check_type, value, expected), value


def test_what_is_exactly_asked_for_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quicken()
    monkeypatch.setattr(typeguard, "check_type", mock.Mock(side_effect=AssertionError("asked")))
    for value in (None, "a", 1, ["a", 1], {"a": None}):
        checks.check_type("argument x", value, EITHER)
    with pytest.raises(AssertionError, match="asked"):
        checks.check_type("argument x", ["a", 1.5], EITHER)


def test_it_is_done_once() -> None:
    quicken()
    first = checks._resolved_check
    quicken()
    assert checks._resolved_check is first


def test_it_is_undone_by_who_did_it() -> None:
    before = checks._resolve_check()
    undo, undo_nothing = quicken(), quicken()
    undo_nothing()
    assert checks._resolved_check is not before
    undo()
    assert checks._resolved_check is before
    undo()
    assert checks._resolved_check is before


def test_what_another_put_there_in_the_meantime_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    undo = quicken()
    monkeypatch.setattr(checks, "_resolved_check", other := mock.Mock())
    undo()
    assert checks._resolved_check is other


def test_an_app_with_a_profile_is_quick_until_it_is_synthesized() -> None:
    before, app = checks._resolve_check(), App(analytics_reporting=False)
    Profile("acme").apply(app)
    Profile("team").apply(app)
    assert checks._resolved_check is not before
    app.synth()
    assert checks._resolved_check is before


def test_a_jsii_that_checks_in_another_way_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(checks, "_load_typeguard_check")
    quicken()
    assert checks._resolved_check is None


def test_synth_refuses_a_wrong_type_as_cdk_does(synth: Any) -> None:
    def build(app: Any) -> None:
        aws_lambda.Function(
            app, "F", code=aws_lambda.Code.from_inline("x"), handler="a.b", runtime=aws_lambda.Runtime.PYTHON_3_14,
            memory_size="256",  # type: ignore[arg-type]
        )  # fmt: skip

    quicken()
    with pytest.raises(TypeError, match=r"argument memory_size must be one of .*; got str instead"):
        synth(build)
