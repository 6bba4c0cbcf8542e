"""What filter policies of SNS and filters of event source mappings have in common: lists of values and operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from constructs_lambda.limits import Limit
from constructs_lambda.rules import nearest
from constructs_lambda.rules.problems import quoted
from constructs_lambda.tokens import Unknown, is_intrinsic, resolve_text

OR = "$or"
_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_LOWER, _UPPER = (">", ">="), ("<", "<=")
Wrong = tuple[str, str]
"""Where in a pattern something is wrong, such as `customer.id`, and what."""


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
            yield at, f"has {_shown(value)}, where AWS takes a list of values"
        elif key == OR and alternatives(value):
            for each in value:
                yield from wrong_parts(each, numbers, path)
        elif key != OR:
            if not value:
                yield at, "has an empty list, which matches nothing"
            for each in value:
                yield from ((at, what) for what in _wrong_match(each, numbers))


def alternatives(value: object) -> bool:
    """Whether the value of `$or` holds alternatives; otherwise it is a key like others."""
    return isinstance(value, list) and len(value) > 1 and all(isinstance(each, Mapping) for each in value)


def is_unknown(value: object) -> bool:
    """Whether only the deployment will tell what stands there."""
    return is_intrinsic(value) or (isinstance(value, str) and isinstance(resolve_text(value), Unknown))


def has_unknown(value: object) -> bool:
    """Whether only the deployment will tell something in there."""
    if is_unknown(value):
        return True
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(has_unknown(each) for each in inner)


def _wrong_match(match: object, numbers: Limit | None) -> Iterator[str]:
    if is_unknown(match):
        return
    if isinstance(match, list):
        yield "has a list within its list"
    elif isinstance(match, Mapping):
        if len(match) != 1:
            yield f"has {len(match)} operators in one ({', '.join(map(str, match))}), where AWS takes one"
            return
        ((operator, value),) = match.items()
        check = _OPERATORS.get(operator)
        if check is None:
            meant = nearest(str(operator), _OPERATORS)
            yield f"uses the operator {quoted(str(operator))}, which AWS doesn't know{meant}"
        elif not is_unknown(value):
            yield from check(str(operator), value, numbers)


def _text(operator: str, value: object, numbers: Limit | None) -> Iterator[str]:
    is_nested = isinstance(value, Mapping) and set(value) <= {"equals-ignore-case"}
    if not isinstance(value, str) and not is_nested:
        yield f"uses {operator} with {_shown(value)}, where AWS takes a text"


def _exists(operator: str, value: object, numbers: Limit | None) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"uses exists with {_shown(value)}, where AWS takes true or false"


def _cidr(operator: str, value: object, numbers: Limit | None) -> Iterator[str]:
    address, slash, bits = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not (address and slash and bits.isdigit()):
        yield f"uses cidr with {_shown(value)}, where AWS takes a block such as 10.0.0.0/24"


def _anything_but(operator: str, value: object, numbers: Limit | None) -> Iterator[str]:
    if isinstance(value, Mapping):
        if len(value) != 1 or not set(value) <= {*_BUT}:
            names = ", ".join(map(str, value))
            yield f"uses anything-but with {names}, where AWS takes a text, a number, a list of them or {_BUT[0]}"
        return
    for each in value if isinstance(value, list) else [value]:
        if not is_unknown(each) and (isinstance(each, list | Mapping | bool) or each is None):
            yield f"uses anything-but with {_shown(each)}, where AWS takes texts and numbers"


def _numeric(operator: str, value: object, numbers: Limit | None) -> Iterator[str]:
    if not isinstance(value, list) or len(value) not in (2, 4):
        yield f"uses numeric with {_shown(value)}, where AWS takes a comparison and a number, or two of both"
        return
    comparisons, found = value[::2], value[1::2]
    if any(map(is_unknown, value)):
        return
    for number in found:
        if isinstance(number, bool) or not isinstance(number, int | float):
            yield f"compares with {_shown(number)}, which is no number"
            return
        if numbers and not numbers.admits(number):
            yield f"compares with {number:,}; AWS allows {numbers.allowed}"
    if len(value) == 2:
        if comparisons[0] not in (*_LOWER, *_UPPER, "="):
            yield f"compares with {_shown(comparisons[0])}, where AWS takes =, <, <=, > or >="
    elif comparisons[0] not in _LOWER or comparisons[1] not in _UPPER:
        yield f"has the range {' and '.join(map(str, comparisons))}, where AWS takes > or >= first, then < or <="
    elif found[0] >= found[1]:
        yield f"has a range from {found[0]:,} to {found[1]:,}, which is empty"


_OPERATORS: Mapping[str, Callable[[str, Any, Limit | None], Iterator[str]]] = {
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
