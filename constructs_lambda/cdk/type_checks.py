"""jsii's checks of what CDK is given, with a short way for the commonest values: the same verdicts, sooner."""

from __future__ import annotations

import functools
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jsii

_Check = Callable[..., Any]
_Takes = Callable[[object], bool]


class _Exactly:
    """A check that takes a value at once which is plainly what is asked for.

    Args:
        judge: Gives the check that judges all others. It is asked for late: typeguard takes long to load.
    """

    def __init__(self, judge: Callable[[], _Check]) -> None:
        self._judge = judge
        self._known: dict[int, tuple[object, _Takes]] = {}
        """What is asked for, by identity: jsii keeps its hints for as long as the process lives."""

    def __call__(self, argname: str, value: object, expected_type: Any) -> None:
        known = self._known.get(id(expected_type))
        if known is None:
            known = self._known[id(expected_type)] = (expected_type, _takes(expected_type))
        if not known[1](value):
            self._judge()(argname=argname, value=value, expected_type=expected_type)


def quicken() -> Callable[[], None]:
    """Has jsii take None and plain values without asking typeguard, which goes through each type that is allowed.

    Nine arguments in ten are a None that may be one. What isn't plainly of a type that is asked for, typeguard judges
    as ever, so nothing else passes and nothing else is refused. It does nothing where jsii checks in another way.

    Returns:
        What undoes it; it does nothing where the checks were quick before.
    """
    checks: Any = sys.modules.get("jsii._type_checking")
    if not (hasattr(checks, "_resolved_check") and hasattr(checks, "_load_typeguard_check")):
        return _leave
    before = checks._resolved_check
    if isinstance(before, _Exactly):
        return _leave
    ours = checks._resolved_check = _Exactly(functools.cache(checks._load_typeguard_check))

    def undo() -> None:
        if checks._resolved_check is ours:
            checks._resolved_check = before

    return undo


def _leave() -> None:
    """Undoes nothing."""


def _takes(expected: Any) -> _Takes:
    """What tells whether a value is plainly of a type: of its class, or a list or dict of such."""
    origin = typing.get_origin(expected)
    allowed = typing.get_args(expected) if origin in (typing.Union, types.UnionType) else (expected,)
    if Any in allowed:
        return lambda value: True
    classes = tuple(each for each in allowed if isinstance(each, type))
    constructs = tuple(each for each in classes if isinstance(each, jsii.JSIIMeta))
    lists = [_takes(each) for (each,) in _arguments(allowed, list, Sequence)]
    dicts = [(_takes(key), _takes(each)) for key, each in _arguments(allowed, dict, Mapping)]

    def takes(value: Any) -> bool:
        kind = type(value)
        if kind is list:
            return any(all(map(each, value)) for each in lists)
        if kind is dict:
            return any(all(map(key, value)) and all(map(each, value.values())) for key, each in dicts)
        return any(kind is each for each in classes) or issubclass(kind, constructs)

    return takes


def _arguments(allowed: Sequence[Any], *origins: type) -> list[tuple[Any, ...]]:
    return [typing.get_args(each) for each in allowed if typing.get_origin(each) in origins]
