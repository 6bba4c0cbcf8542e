"""What the rules share: the sentences about a number, a text or a word that AWS doesn't take."""

from __future__ import annotations

from collections.abc import Sequence

from constructs_lambda.limits import Kind, Limit
from constructs_lambda.model import Number, Part, Text
from constructs_lambda.quotas import GIVEN, quota_name
from constructs_lambda.rules import Problem
from constructs_lambda.tokens import Unknown, literal_part

_MOST_PARTS = 5
_SHOWN = 64  # characters of a value that a message quotes
NONE: tuple[Problem, ...] = ()


def quoted(text: str) -> str:
    """A text as a message shows it: in quotes, cut where it is long."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def listed(words: Sequence[str]) -> str:
    """Words as a message lists them: `a, b or c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def biggest(parts: Sequence[Part]) -> str:
    """The parts of a sum as a message lists them, the most first: `Shop/A 400, Shop/B 200 and 3 more`."""
    shown = ", ".join(f"{part.place.path} {part.number:,}" for part in parts[:_MOST_PARTS])
    return shown + (f" and {len(parts) - _MOST_PARTS:,} more" if len(parts) > _MOST_PARTS else "")


def unless_raised(limit: Limit) -> str:
    """How a message goes on after what a limit allows: whether that is AWS's default, or what `Quotas` says."""
    if limit.kind is Kind.HARD:
        return ""
    if limit.note == GIVEN:
        return f", {GIVEN}"
    return f" unless the quota {f'{limit.quota_code} ' if limit.quota_code else ''}was raised"


def or_raise(what: str, limit: Limit) -> str:
    """A fix that ends with the way to a higher quota."""
    return f"{what}, or have the quota raised and say so: Quotas({quota_name(limit)}=...)."


def number_problem(prop: str, what: str, value: Number, limit: Limit, fix: str) -> tuple[Problem, ...]:
    """One problem where a known number is outside of its limit or not whole."""
    if value is None or isinstance(value, Unknown):
        return NONE
    whole = not isinstance(value, float)
    if whole and limit.admits(value):
        return NONE
    unit = f" {limit.counted(value)}" if limit.unit else ""
    if limit.admits(value):
        return (
            Problem(prop, f"{what} is{unit or f' {value}'}; AWS takes whole numbers only", "Write a whole number."),
        )
    return (Problem(prop, f"{what} is{unit or f' {value:,}'}; AWS allows {limit.allowed}", fix),)


def too_long(prop: str, what: str, value: Text, limit: Limit, fix: str) -> tuple[Problem, ...]:
    """One problem where a text, or the part of it that is certain, is longer than its limit."""
    if value is None:
        return NONE
    length, maximum = len(literal_part(value)), limit.maximum or 0
    if length <= maximum:
        return NONE
    at_least = "at least " if isinstance(value, Unknown) else ""
    return (Problem(prop, f"{what} is {at_least}{length:,} characters long; AWS allows at most {maximum:,}", fix),)


def one_of(prop: str, what: str, value: Text, allowed: tuple[str, ...]) -> tuple[Problem, ...]:
    """One problem where a known text is none of the words that AWS takes there."""
    if value is None or isinstance(value, Unknown) or value in allowed:
        return NONE
    same = next((word for word in allowed if word.lower() == value.lower()), None)
    return (
        Problem(
            prop,
            f"{what} is {quoted(value)}; AWS takes {' or '.join(allowed)}",
            f"Write {same!r}." if same else f"Write one of: {', '.join(allowed)}.",
        ),
    )
