"""What filter policies of SNS and filters of event source mappings have in common: lists of values and operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from constructs_lambda.limits import Limit
from constructs_lambda.rules import nearest
from constructs_lambda.rules.problems import listed, quoted
from constructs_lambda.tokens import Unknown, is_intrinsic, resolve_text

OR = "$or"
_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_RANGE = 'Write such as ["=", 5] or [">", 0, "<=", 5].'
_LOWER, _UPPER = (">", ">="), ("<", "<=")
Wrong = tuple[str, str, str]
"""Where in a pattern something is wrong, such as `customer.id`, what, and what to do."""
What = Iterator[tuple[str, str]]


def wrong_parts(pattern: Mapping[str, Any], numbers: Limit | None = None, path: str = "") -> Iterator[Wrong]:
    """What AWS doesn't take in a pattern.

    Args:
        pattern: The filter policy, or the pattern of a filter.
        numbers: The range of numbers that operators may name.
        path: Where in the pattern it stands.
    """
    for key, value in pattern.items():
        at = f"{path}.{key}" if path else str(key)
        if is_unknown(value):
            continue
        if isinstance(value, Mapping):
            yield from wrong_parts(value, numbers, at)
        elif not isinstance(value, list):
            yield at, f"has {_shown(value)}, where AWS takes a list of values", "Put it into a list."
        elif key == OR and alternatives(value):
            for each in value:
                yield from wrong_parts(each, numbers, path)
        elif key != OR:
            if not value:
                yield at, "has an empty list, which AWS refuses", "Name a value, or leave out the key."
            for each in value:
                yield from ((at, what, fix) for what, fix in _wrong_match(each, numbers))


def alternatives(value: object) -> bool:
    """Whether the value of `$or` holds alternatives; otherwise it is a key like others."""
    return isinstance(value, list) and len(value) > 1 and all(isinstance(each, Mapping) for each in value)


def is_unknown(value: object) -> bool:
    """Whether only the deployment will tell what stands there."""
    return is_intrinsic(value) or (isinstance(value, str | float) and isinstance(resolve_text(value), Unknown))


def has_unknown(value: object) -> bool:
    """Whether only the deployment will tell something in there."""
    if is_unknown(value):
        return True
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(has_unknown(each) for each in inner)


def _wrong_match(match: object, numbers: Limit | None) -> What:
    if is_unknown(match):
        return
    if isinstance(match, list):
        yield "has a list within its list", "Write one list."
    elif isinstance(match, Mapping):
        if len(match) != 1:
            names = ", ".join(map(str, match))[:100]
            yield (
                f"has {len(match)} operators in one ({names}), where AWS takes one",
                "Write an item for each operator.",
            )
            return
        ((operator, value),) = match.items()
        check = _OPERATORS.get(operator)
        if check is None:
            meant = nearest(str(operator), _OPERATORS)
            what = f"uses the operator {quoted(str(operator))}, which AWS doesn't know{meant}"
            yield what, f"Use one of: {', '.join(_OPERATORS)}."
        elif not is_unknown(value):
            yield from check(str(operator), value, numbers)


def _text(operator: str, value: object, numbers: Limit | None) -> What:
    is_nested = isinstance(value, Mapping) and set(value) <= {"equals-ignore-case"}
    if not isinstance(value, str) and not is_nested:
        yield f"uses {operator} with {_shown(value)}, where AWS takes a text", "Write a text."


def _exists(operator: str, value: object, numbers: Limit | None) -> What:
    if not isinstance(value, bool):
        yield f"uses exists with {_shown(value)}, where AWS takes true or false", "Write true or false."


def _cidr(operator: str, value: object, numbers: Limit | None) -> What:
    address, slash, bits = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not (address and slash and bits.isdigit()):
        yield f"uses cidr with {_shown(value)}, where AWS takes a block such as 10.0.0.0/24", "Write a CIDR block."


def _anything_but(operator: str, value: object, numbers: Limit | None) -> What:
    if isinstance(value, Mapping):
        if len(value) != 1 or not set(value) <= {*_BUT}:
            names = ", ".join(map(str, value))[:100]
            yield f"uses anything-but with {names}, which AWS doesn't know there", f"Use {listed(_BUT)}, or a list."
        return
    for each in value if isinstance(value, list) else [value]:
        if not is_unknown(each) and (isinstance(each, list | Mapping | bool) or each is None):
            yield (
                f"uses anything-but with {_shown(each)}, where AWS takes texts and numbers",
                "Write a text or a number.",
            )


def _numeric(operator: str, value: object, numbers: Limit | None) -> What:
    if not isinstance(value, list) or len(value) not in (2, 4):
        given = f"{len(value)} items" if isinstance(value, list) else _shown(value)
        yield f"uses numeric with {given}, where AWS takes a comparison and a number, or two of both", _RANGE
        return
    comparisons, found = value[::2], value[1::2]
    if any(map(is_unknown, value)):
        return
    for number in found:
        if isinstance(number, bool) or not isinstance(number, int | float):
            yield f"compares with {_shown(number)}, which is no number", "Write a number."
            return
        if numbers and not numbers.admits(number):
            yield f"compares with {number:,}; AWS allows {numbers.allowed}", "Choose a number in the range."
    if len(value) == 2:
        if comparisons[0] not in (*_LOWER, *_UPPER, "="):
            yield f"compares with {_shown(comparisons[0])}, where AWS takes =, <, <=, > or >=", _RANGE
    elif comparisons[0] not in _LOWER or comparisons[1] not in _UPPER:
        given = " and ".join(map(str, comparisons))[:100]
        yield f"has the range {given}, where AWS takes > or >= first, then < or <=", _RANGE
    elif found[0] >= found[1]:
        yield f"has a range from {found[0]:,} to {found[1]:,}, which is empty", "Write the smaller number first."


_OPERATORS: Mapping[str, Callable[[str, Any, Limit | None], What]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _text,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _text,
    "suffix": _text,
    "wildcard": _text,
}


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a mapping"
    return quoted(value) if isinstance(value, str) else f"the number {value:,}"
