"""What patterns of EventBridge, filter policies of SNS and filters of event sources have in common."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from constructs_lambda.limits import Limit
from constructs_lambda.rules import Problem, nearest
from constructs_lambda.rules.problems import listed, quoted
from constructs_lambda.tokens import Unknown, is_intrinsic, may_grow, resolve_text

OR = "$or"
_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")
_UNDOCUMENTED = "exactly"  # taken by the matcher that AWS published
_ESCAPED = re.compile(r"\\[*\\]")
_MOST_SHOWN, _LONGEST_PATH = 5, 150
_RANGE = 'Write such as ["=", 5] or [">", 0, "<=", 5].'
_LOWER, _UPPER = (">", ">="), ("<", "<=")
Wrong = tuple[str, str, str]
"""Where in a pattern something is wrong, such as `customer.id`, what, and what to do."""
What = Iterator[tuple[str, str]]


def pattern_problems(pattern: Mapping[str, Any], prop: str, what: str, numbers: Limit | None = None) -> list[Problem]:
    """What AWS doesn't take in a pattern, the first of it where it is much.

    Args:
        pattern: The pattern.
        prop: Property path of the pattern; the key is added where it ends in a dot.
        what: What a message calls it.
        numbers: The range of numbers that operators may name.
    """
    return [
        Problem(
            f"{prop}{at}"[:_LONGEST_PATH] if prop.endswith(".") else prop, f"{what}'s key {quoted(at)} {wrong}", fix
        )
        for at, wrong, fix in islice(wrong_parts(pattern, numbers), _MOST_SHOWN)
    ]


def wrong_parts(pattern: Mapping[str, Any], numbers: Limit | None = None, path: str = "") -> Iterator[Wrong]:
    """What AWS doesn't take in a pattern.

    Args:
        pattern: The filter policy, or the pattern of a filter.
        numbers: The range of numbers that operators may name.
        path: Where in the pattern it stands.
    """
    if may_grow(pattern):
        return
    for key, value in pattern.items():
        at = f"{path}.{key}" if path else str(key)
        if is_unknown(value):
            continue
        if isinstance(value, Mapping):
            if not value:
                yield at, "has an empty object, which AWS refuses", "Name a key in it, or leave it out."
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
        if operator == _UNDOCUMENTED:
            return
        if check is None:
            meant = nearest(str(operator), _OPERATORS)
            what = f"uses the operator {quoted(str(operator))}, which AWS doesn't know{meant}"
            yield what, f"Use one of: {', '.join(_OPERATORS)}."
        elif not is_unknown(value):
            yield from check(str(operator), value, numbers)


def _text(operator: str, value: object, numbers: Limit | None) -> What:
    is_nested = isinstance(value, Mapping) and operator in ("prefix", "suffix") and [*value] == ["equals-ignore-case"]
    text = value["equals-ignore-case"] if isinstance(value, Mapping) and is_nested else value
    if not isinstance(text, str) and not is_unknown(text):
        yield f"uses {operator} with {_shown(text)}, where AWS takes a text", "Write a text."


def _wildcard(operator: str, value: object, numbers: Limit | None) -> What:
    yield from _text(operator, value, numbers)
    text = _ESCAPED.sub("x", value) if isinstance(value, str) else ""
    if "**" in text:
        yield f"uses {operator} with {_shown(value)}, which has two wildcards in a row", "Write one *."
    if "\\" in text:
        yield f"uses {operator} with {_shown(value)}, where \\ stands before neither * nor \\", "Write \\\\ for a \\."


def _exists(operator: str, value: object, numbers: Limit | None) -> What:
    if not isinstance(value, bool):
        yield f"uses exists with {_shown(value)}, where AWS takes true or false", "Write true or false."


def _cidr(operator: str, value: object, numbers: Limit | None) -> What:
    if not (isinstance(value, str) and "/" in value and _is_block(value)):
        yield f"uses cidr with {_shown(value)}, where AWS takes a block such as 10.0.0.0/24", "Write a CIDR block."


def _is_block(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return text.rpartition("/")[2].isdigit()


def _anything_but(operator: str, value: object, numbers: Limit | None) -> What:
    if isinstance(value, Mapping):
        yield from _but(value, numbers)
        return
    items = value if isinstance(value, list) else [value]
    if not items:
        yield "uses anything-but with an empty list, which AWS refuses", "Name a value."
    wrong = [each for each in items if not is_unknown(each) and _kind(each) is None]
    for each in wrong:
        yield f"uses anything-but with {_shown(each)}, where AWS takes texts and numbers", "Write a text or a number."
    if not wrong and len({_kind(each) for each in items if not is_unknown(each)}) > 1:
        yield "uses anything-but with texts and numbers, where AWS takes one kind", "Write texts only, or numbers only."


def _kind(value: object) -> type | None:
    if isinstance(value, str):
        return str
    return float if isinstance(value, int | float) and not isinstance(value, bool) else None


def _but(value: Mapping[str, Any], numbers: Limit | None) -> What:
    if len(value) != 1 or not set(value) <= {*_BUT}:
        names = ", ".join(map(str, value))[:100] or "an empty object"
        yield f"uses anything-but with {names}, which AWS doesn't know there", f"Use {listed(_BUT)}, or a list."
        return
    ((operator, inner),) = value.items()
    texts = inner if isinstance(inner, list) else [inner]
    for each in texts:
        if each == "" and operator in ("prefix", "suffix"):
            yield f"uses anything-but with an empty {operator}, which AWS refuses", "Write a text."
        elif not is_unknown(each) and not isinstance(each, str):
            yield f"uses anything-but with {operator} of {_shown(each)}, where AWS takes a text", "Write a text."
        elif operator == "wildcard" and isinstance(each, str):
            yield from _wildcard(operator, each, numbers)


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
    "wildcard": _wildcard,
}


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a mapping"
    return quoted(value) if isinstance(value, str) else f"the number {value:,}"
