"""jsii's checks of what CDK is given, with a short way for the commonest values: the same verdicts, sooner."""

from __future__ import annotations

import functools
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

_Check = Callable[..., Any]


class _Exactly:
    """A check that takes a value at once whose class is one of those that are asked for.

    Args:
        judge: Gives the check that judges all others. It is asked for late: typeguard takes long to load.
    """

    def __init__(self, judge: Callable[[], _Check]) -> None:
        self._judge = judge
        self._known: dict[int, tuple[object, frozenset[type]]] = {}
        """What is asked for, by identity: jsii keeps its hints for as long as the process lives."""

    def __call__(self, argname: str, value: object, expected_type: Any) -> None:
        known = self._known.get(id(expected_type))
        if known is None:
            known = self._known[id(expected_type)] = (expected_type, _classes(expected_type))
        if type(value) not in known[1]:
            self._judge()(argname=argname, value=value, expected_type=expected_type)


def quicken() -> None:
    """Has jsii take None and plain values without asking typeguard, which goes through each type that is allowed.

    Nine arguments in ten are a None that may be one. What isn't exactly of a class that is asked for, typeguard judges
    as ever, so nothing else passes and nothing else is refused. It does nothing where jsii checks in another way.
    """
    checks: Any = sys.modules.get("jsii._type_checking")
    if not (hasattr(checks, "_resolved_check") and hasattr(checks, "_load_typeguard_check")):
        return
    if not isinstance(checks._resolved_check, _Exactly):
        checks._resolved_check = _Exactly(functools.cache(checks._load_typeguard_check))


def _classes(expected: Any) -> frozenset[type]:
    is_union = typing.get_origin(expected) in (typing.Union, types.UnionType)
    allowed = typing.get_args(expected) if is_union else (expected,)
    return frozenset(each for each in allowed if isinstance(each, type))
