"""What constructs check of their keywords before anything is made: types first, then the numbers that AWS bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Duration

from constructs_lambda.limits import Limit
from constructs_lambda.tokens import is_number_token


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
