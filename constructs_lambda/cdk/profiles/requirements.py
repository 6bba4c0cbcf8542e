"""`Require`: what a profile asks of every function, and what of a template breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Duration, Size, aws_lambda, aws_logs

from constructs_lambda.cdk.profiles.retention import FOR_EVER, days_of
from constructs_lambda.cdk.properties import word
from constructs_lambda.model import ANY

_HUGE = 1e15  # above are NaN, infinity and the numbers that stand for CDK's tokens
_Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Require:
    """What a value has to be, for `Profile(require=...)`; a plain value there stands for `Require.exactly(value)`.

    Make one with `exactly`, `one_of`, `at_most`, `at_least`, `given` or `absent`.

    Args:
        text: What is required, as a message says it.
        holds: Whether a value keeps it; it gets the value as CloudFormation has it, None where there is none.
        value: The value that is set where the developer sets none; None where several would do.
        because: Why, for the message.
    """

    text: str
    holds: Callable[[_Plain], bool]
    value: object = None
    because: str = ""

    @classmethod
    def exactly(cls, value: object, *, because: str = "") -> Require:
        """This value, which is also set where the developer sets none.

        Args:
            value: The value, of the type that the keyword takes.
            because: Why, for the message.
        """
        wanted = plain(value)
        return cls(shown(wanted), lambda each: each == wanted, value, because)

    @classmethod
    def one_of(cls, *values: object, because: str = "") -> Require:
        """One of these values.

        Args:
            *values: The values, of the type that the keyword takes.
            because: Why, for the message.
        """
        if not values:
            raise TypeError("Require.one_of() needs values")
        wanted = [plain(value) for value in values]
        return cls(f"one of {', '.join(map(shown, wanted))}", lambda each: each in wanted, None, because)

    @classmethod
    def at_most(cls, value: Duration | Size | float, *, because: str = "") -> Require:
        """At most this number, duration or size.

        Args:
            value: The bound.
            because: Why, for the message.
        """
        most = _number(value)

        def holds(each: _Plain) -> bool:
            return isinstance(each, int | float) and each <= most

        return cls(f"at most {shown(most)}", holds, None, because)

    @classmethod
    def at_least(cls, value: Duration | Size | float, *, because: str = "") -> Require:
        """At least this number, duration or size.

        Args:
            value: The bound.
            because: Why, for the message.
        """
        least = _number(value)

        def holds(each: _Plain) -> bool:
            return each == FOR_EVER or (isinstance(each, int | float) and each >= least)

        return cls(f"at least {shown(least)}", holds, None, because)

    @classmethod
    def given(cls, *, because: str = "") -> Require:
        """Any value, as long as there is one.

        Args:
            because: Why, for the message.
        """
        return cls(ANY, lambda each: each is not None and each != "" and each is not False, None, because)

    @classmethod
    def absent(cls, *, because: str = "") -> Require:
        """No value.

        Args:
            because: Why, for the message.
        """
        return cls("none", lambda each: each is None, None, because)


def plain(value: object) -> _Plain:
    """A value of CDK as CloudFormation has it: seconds, MB, names, days of retention.

    Args:
        value: The value.

    Raises:
        TypeError: A value that can't be compared.
    """
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Duration | Size):
        try:
            return int(value.to_seconds() if isinstance(value, Duration) else value.to_mebibytes())
        except RuntimeError:  # a token, or a part of a second
            raise TypeError(f"must be whole seconds or MB, known at synth; got {value.to_string()}") from None
    if isinstance(value, aws_lambda.Architecture | aws_lambda.Runtime):
        return value.name
    if isinstance(value, aws_logs.RetentionDays):
        return days_of(value)
    if isinstance(value, aws_lambda.LoggingFormat):
        return {"TEXT": "Text"}.get(value.value, value.value)
    if isinstance(value, aws_lambda.Tracing):
        return "PassThrough" if value is aws_lambda.Tracing.DISABLED else word(value)
    if isinstance(value, aws_lambda.RecursiveLoop):
        return word(value)
    raise TypeError(f"can't be required: {value!r}; it takes numbers, texts, Durations, Sizes and CDK's enumerations")


def shown(value: _Plain) -> str:
    """A value as a message says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,}" if isinstance(value, int | float) else "nothing" if value is None else str(value)


def _number(value: object) -> int | float:
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or not abs(number) < _HUGE:
        raise TypeError(f"must be a number that is known at synth, a Duration or a Size; got {value!r}")
    return number
