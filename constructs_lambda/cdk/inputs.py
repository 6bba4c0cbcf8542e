"""What constructs check of their keywords before anything is made: types first, then the numbers that AWS bounds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from aws_cdk import Duration

from constructs_lambda.limits import Limit
from constructs_lambda.tokens import is_number_token

P = ParamSpec("P")
R = TypeVar("R")


def refuses_unknown_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Lets a function refuse keywords that it doesn't have: all at once, each with the nearest that it has.

    Python itself names the first alone, or a required one that seems to be missing because it is misspelt.
    """
    known = frozenset(inspect.signature(function).parameters)
    name = function.__qualname__.removesuffix(".__init__").removesuffix(".__new__")

    @wraps(function)
    def refusing(*args: P.args, **keywords: P.kwargs) -> R:
        if unknown := [each for each in keywords if each not in known]:
            raise TypeError(unknown_keywords(name, unknown, function))
        return function(*args, **keywords)

    return refusing


def unknown_keywords(what: str, keywords: Iterable[str], function: Callable[..., Any]) -> str:
    """The message on keywords that don't exist, with the nearest that do."""
    from constructs_lambda.rules import nearest  # only needed once something is wrong

    known = [name for name in inspect.signature(function).parameters if name not in ("self", "cls")]
    return f"{what}() got unexpected keyword arguments: " + ", ".join(
        f"{name!r}{nearest(name, known)}" for name in keywords
    )


def refuse_no_resource(name: str, value: object, attribute: str, example: str) -> None:
    """Refuses what is no resource of a kind, told by what it has.

    Raises:
        TypeError: It is given, and none.
    """
    if value is not None and not hasattr(value, attribute):
        raise TypeError(f"{name} must be {example}; got {value!r}")


def refuse_no_duration(**values: object) -> None:
    """Refuses what is no duration.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        if value is not None and not isinstance(value, Duration):
            raise TypeError(f"{name} must be a Duration, such as Duration.minutes(1); got {value!r}")


def refuse_no_number(**values: object) -> None:
    """Refuses what is no whole number.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if value is not None and (isinstance(value, bool) or not is_whole):
            raise TypeError(f"{name} must be a whole number; got {value!r}")


def refuse_no_switch(**values: object) -> None:
    """Refuses what is neither True nor False.

    Raises:
        TypeError: One is given, and neither.
    """
    for name, value in values.items():
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False; got {value!r}")


def refuse_no_texts(**values: object) -> None:
    """Refuses what is no list of texts.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if not is_list or not all(isinstance(each, str) for each in value):  # type: ignore[attr-defined]
            example = f"; write {name}=[{value!r}]" if isinstance(value, str) else ""
            raise TypeError(f"{name} must be a list of texts; got {value!r}{example}")


def refuse_no_mappings(**values: object) -> None:
    """Refuses what is no list of mappings.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if value is not None and not (is_list and all(isinstance(each, Mapping) for each in value)):  # type: ignore[attr-defined]
            raise TypeError(f"{name} must be a list of aws_lambda.FilterCriteria.filter(...); got {value!r}")


def beyond(name: str, value: Duration | float | None, limit: Limit, *, fix: str = "choose one within") -> Iterator[str]:
    """What is wrong with a number that AWS bounds; a token never is.

    Args:
        name: The keyword.
        value: Its value, a duration in place of seconds.
        limit: The bounds.
        fix: The way out.
    """
    number = seconds_of(value) if isinstance(value, Duration) else value
    if number is None or is_number_token(number) or limit.admits(number):
        return
    yield f"{name} is {limit.counted(number)}; AWS allows {limit.allowed}. Fix: {fix}."


def seconds_of(duration: Duration | None) -> int | None:
    """Seconds of a duration; None where it isn't known, or no whole number of them."""
    if duration is None or duration.is_unresolved():
        return None
    return int(duration.to_milliseconds()) // 1000


def set_only(**keywords: Any) -> dict[str, Any]:
    """The keywords that are set; CDK's constructors take None for most, but not all of them."""
    return {name: value for name, value in keywords.items() if value is not None}
