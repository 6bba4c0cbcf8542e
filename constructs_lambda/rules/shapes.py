"""What a property may look like of a resource without fields of its own: words, texts, numbers, or just being there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from constructs_lambda.limits import Limit
from constructs_lambda.rules import Problem
from constructs_lambda.rules.problems import NONE, number_problem, one_of, quoted, too_long
from constructs_lambda.tokens import (
    NO_VALUE,
    certain_count,
    is_intrinsic,
    known,
    may_grow,
    resolve_list,
    resolve_number,
    resolve_text,
)

Shape = Callable[[str, object], Iterable[Problem]]
"""Takes the path of a property and what stands there; `None` where nothing does."""


def places(values: object, path: str, before: str = "") -> Iterator[tuple[str, object]]:
    """Where a property stands, or would: its path, and its value or `None`. A `*` in the path leads into a list.

    What an intrinsic or a loop stands for is passed over, and so is what lies in a mapping that isn't there.
    """
    name, _, rest = path.partition(".")
    if name == "*":
        for index, item in enumerate(values if isinstance(values, list) else ()):
            yield from places(item, rest, f"{before}{index}.")
        return
    if not isinstance(values, Mapping) or is_intrinsic(values):
        return
    value = values.get(name)
    if value is None or value == NO_VALUE:
        if not rest and not may_grow(values):
            yield f"{before}{name}", None
    elif rest:
        yield from places(value, rest, f"{before}{name}.")
    else:
        yield f"{before}{name}", value


def required(prop: str, value: object) -> Iterable[Problem]:
    """Something has to stand there."""
    name = prop.rpartition(".")[2]
    return NONE if value is not None else (Problem(prop, f"{name} is required and missing", f"Set {name}."),)


def words(*allowed: str) -> Shape:
    """One of these words."""
    return lambda prop, value: one_of(prop, prop.rpartition(".")[2], resolve_text(value), allowed)


def number(limit: Limit) -> Shape:
    """A number within a limit."""
    fix = f"Choose {limit.allowed}."
    return lambda prop, value: number_problem(prop, prop.rpartition(".")[2], resolve_number(value), limit, fix)


def count(limit: Limit) -> Shape:
    """A list within a limit."""

    def check(prop: str, value: object) -> Iterator[Problem]:
        if not limit.admits(found := certain_count(resolve_list(value))):
            yield Problem(prop, f"{prop} has {limit.counted(found)}; AWS allows {limit.allowed}", "Divide them.")

    return check


def among(numbers: tuple[int, ...]) -> Shape:
    """One of these numbers."""

    def check(prop: str, value: object) -> Iterator[Problem]:
        given = known(resolve_number(value))
        if given is not None and given not in numbers:
            nearest = min(numbers, key=lambda each: abs(each - given))
            listed = ", ".join(str(each) for each in numbers)
            yield Problem(prop, f"{prop} is {given}; AWS takes one of {listed}", f"Write {nearest}, the nearest.")

    return check


def text(limit: Limit | None = None, pattern: str = "", takes: str = "") -> Shape:
    """A text within a limit, that matches a pattern as a whole; `takes` says what the pattern means."""
    whole = re.compile(pattern)

    def check(prop: str, value: object) -> Iterator[Problem]:
        given = resolve_text(value)
        if limit and (long := too_long(prop, prop, given, limit, f"Shorten it to {limit.maximum:,} characters.")):
            yield from long
        elif limit and limit.minimum and isinstance(given, str) and len(given) < limit.minimum:
            message = f"{prop} is {len(given)} characters long; AWS allows {limit.allowed}"
            yield Problem(prop, message, f"Write at least {limit.counted(limit.minimum)}.")
        elif isinstance(given, str) and pattern and not whole.fullmatch(given):
            yield Problem(prop, f"{prop} is {quoted(given)}; AWS takes {takes}", f"Write {takes}.")

    return check
