"""Whether the conditions of a policy's statement are met, as far as that can be known without an API."""

from __future__ import annotations

import datetime
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from constructs_lambda.testing.patterns import matches, texts

Test = Callable[[str, str], bool]
Condition = Mapping[str, Mapping[str, Any]]


def unknown_operators(condition: Condition) -> list[str]:
    """The operators of a condition that aren't known here."""
    return [name for name in condition if _test(name) is None]


def unknown_keys(condition: Condition, keys: Mapping[str, str]) -> list[str]:
    """The keys of a condition that have no value here.

    Args:
        condition: A statement's `Condition`, of the right shape.
        keys: Values of the condition keys, by their names in small letters.
    """
    return [key for block in condition.values() for key in block if key.lower() not in keys]


def is_condition(condition: object) -> TypeGuard[Condition]:
    """Whether something is an object of operators with keys and values."""
    return isinstance(condition, Mapping) and all(
        isinstance(block, Mapping) and all(isinstance(value, str | int | float | list) for value in block.values())
        for block in condition.values()
    )


def is_met(condition: Condition, keys: Mapping[str, str]) -> bool:
    """Whether a condition is met; what can't be judged counts as met.

    Args:
        condition: A statement's `Condition`, of the right shape.
        keys: Values of the condition keys, by their names in small letters.
    """
    return all(
        _holds(name, _values(value), keys[key.lower()])
        for name, block in condition.items()
        for key, value in block.items()
        if key.lower() in keys
    )


def _holds(name: str, values: list[str], actual: str) -> bool:
    found = _test(name)
    if found is None:
        return True
    test, is_negative = found
    return any(test(value, actual) for value in values) != is_negative


def _test(name: str) -> tuple[Test, bool] | None:
    """How an operator compares, and whether it is met where nothing compares."""
    name = name.rpartition(":")[2].removesuffix("IfExists")
    if name in _TESTS:
        return _TESTS[name], False
    positive = name.replace("Not", "", 1)
    return (_TESTS[positive], True) if "Not" in name and positive in _TESTS else None


def _is_in(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _number(text: str) -> float | None:
    """A number, or a date as the seconds since 1970."""
    try:
        if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            return float(text)
        moment = datetime.datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).timestamp()
    except ValueError:
        return None


def _compared(compare: Callable[[float, float], bool]) -> Test:
    def test(value: str, actual: str) -> bool:
        limit, found = _number(value), _number(actual)
        return limit is not None and found is not None and compare(found, limit)

    return test


_COMPARISONS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_TESTS: Mapping[str, Test] = {
    "StringEquals": lambda value, actual: value == actual,
    "StringEqualsIgnoreCase": lambda value, actual: value.lower() == actual.lower(),
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda value, actual: value.lower() == actual.lower(),
    "Null": lambda value, actual: value.lower() == "false",
    "IpAddress": _is_in,
    **{f"{of}{name}": _compared(each) for of in ("Date", "Numeric") for name, each in _COMPARISONS.items()},
}


def _values(value: object) -> list[str]:
    """The values that a key is compared with, as texts."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(value)] if isinstance(value, int | float) else list(texts(value))
