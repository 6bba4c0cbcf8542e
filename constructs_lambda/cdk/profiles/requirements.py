"""`Require`: what a profile asks of every function, and what of a template breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Size, aws_lambda, aws_logs

from constructs_lambda.cdk.profiles.retention import days_of, retention_of
from constructs_lambda.cdk.properties import word
from constructs_lambda.model import ANY, Breach, Function, Logging, Stack
from constructs_lambda.tokens import UNKNOWN, Unknown, known

_Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Require:
    """What a value has to be, for `Profile(require=...)`; a plain value there stands for `Require.exactly(value)`.

    Make one with `exactly`, `one_of`, `at_most`, `at_least`, `between` or `given`.

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
        return cls(f"at most {shown(most)}", lambda each: _is_number(each) and each <= most, None, because)  # type: ignore[operator]

    @classmethod
    def at_least(cls, value: Duration | Size | float, *, because: str = "") -> Require:
        """At least this number, duration or size.

        Args:
            value: The bound.
            because: Why, for the message.
        """
        least = _number(value)
        return cls(f"at least {shown(least)}", lambda each: _is_number(each) and each >= least, None, because)  # type: ignore[operator]

    @classmethod
    def given(cls, *, because: str = "") -> Require:
        """Any value, as long as there is one.

        Args:
            because: Why, for the message.
        """
        return cls(ANY, lambda each: each is not None and each != "" and each is not False, None, because)


def plain(value: object) -> _Plain:
    """A value of CDK as CloudFormation has it: seconds, MB, names, days of retention.

    Args:
        value: The value.

    Raises:
        TypeError: A value that can't be compared.
    """
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Duration):
        return int(value.to_seconds())
    if isinstance(value, Size):
        return int(value.to_mebibytes())
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
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"must be a number, a Duration or a Size; got {value!r}")
    return number


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Reader = Callable[[Function, Stack], Any]


def _architecture(function: Function, _: Stack) -> Any:
    architectures = function.architectures
    return "x86_64" if architectures is None else architectures[0] if isinstance(architectures, tuple) else UNKNOWN


def _logging_format(function: Function, _: Stack) -> Any:
    logging = function.logging
    if isinstance(logging, Logging):
        return logging.format or "Text"
    return logging if isinstance(logging, Unknown) else "Text"


def _dead_letters(function: Function, stack: Stack) -> Any:
    kept = [each.on_failure for each in stack.async_invocations.values() if each.function == function.place.resource]
    return next((each for each in (function.dead_letter_target, *kept) if each is not None), None)


def _is_there(value: object) -> Any:
    """Whether something is set, whatever it is: a reference counts as known here."""
    return None if value is None else True


READERS: Mapping[str, tuple[str, Reader]] = {
    "architecture": ("Architectures", _architecture),
    "code_signing_config": ("CodeSigningConfigArn", lambda function, _: _is_there(function.code_signing_config)),
    "dead_letter_queue": ("DeadLetterConfig", lambda function, stack: _is_there(_dead_letters(function, stack))),
    "description": ("Description", lambda function, _: function.description),
    "environment_encryption": ("KmsKeyArn", lambda function, _: _is_there(function.kms_key)),
    "ephemeral_storage_size": (
        "EphemeralStorage.Size",
        lambda function, _: 512 if function.ephemeral_storage_mb is None else function.ephemeral_storage_mb,
    ),
    "log_retention": ("LoggingConfig.LogGroup", retention_of),
    "logging_format": ("LoggingConfig.LogFormat", _logging_format),
    "memory_size": ("MemorySize", lambda function, _: 128 if function.memory_mb is None else function.memory_mb),
    "recursive_loop": ("RecursiveLoop", lambda function, _: function.recursive_loop or "Terminate"),
    "reserved_concurrent_executions": (
        "ReservedConcurrentExecutions",
        lambda function, _: function.reserved_concurrency,
    ),
    "runtime": ("Runtime", lambda function, _: "a container image" if function.is_image else function.runtime),
    "timeout": ("Timeout", lambda function, _: 3 if function.timeout_seconds is None else function.timeout_seconds),
    "tracing": ("TracingConfig.Mode", lambda function, _: function.tracing or "PassThrough"),
    "vpc": ("VpcConfig", lambda function, _: _is_there(function.vpc or None)),
}
"""By keyword the CloudFormation property, and what reads it: the value that counts, unknown where it can't be told."""
NAMED = {"environment": "Environment.Variables", "tags": "Tags"}
_SINGULAR = {"environment": "variable", "tags": "tag"}
_UNITS = {"ephemeral_storage_size": "MB", "log_retention": "days", "memory_size": "MB", "timeout": "s"}
"""Keywords that hold values by name, each of which can be required."""


def required(
    given: Mapping[str, object], problems: list[str]
) -> tuple[Mapping[str, Require], Mapping[str, Mapping[str, Require]]]:
    """The requirements that a profile states, by keyword, and for `environment` and `tags` by name.

    Args:
        given: What was given as `require=`.
        problems: Filled with what can't be required.
    """
    import difflib

    single: dict[str, Require] = {}
    by_name: dict[str, dict[str, Require]] = {}
    for name, value in given.items():
        try:
            if name in NAMED:
                by_name[name] = {key: _require(each) for key, each in _names(value).items()}
            elif name in READERS:
                single[name] = _require(value)
            else:
                names = [*READERS, *NAMED]
                near = difflib.get_close_matches(str(name), names, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(names)}"
                problems.append(f"require: {name!r} can't be required; {hint}")
        except TypeError as error:
            problems.append(f"require: {name} {error}")
    return single, by_name


def _names(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(each, str) for each in value):
        return {each: Require.given() for each in value}
    raise TypeError(f"must be names, or a mapping of names to values; got {value!r}")


def _require(value: object) -> Require:
    if isinstance(value, Require):
        return value
    if value is True or value is None:
        return Require.given()
    if isinstance(value, list | tuple):
        return Require.one_of(*value)
    return Require.exactly(value)


def breaches(
    function: Function,
    stack: Stack,
    profile: str,
    single: Mapping[str, Require],
    by_name: Mapping[str, Mapping[str, Require]],
) -> Iterator[Breach]:
    """The requirements of a profile that a function breaks; what only the deployment will tell breaks none.

    Args:
        function: The function.
        stack: Its stack.
        profile: Name and version of the profile.
        single: Its requirements by keyword.
        by_name: Those of `environment` and `tags` by name.
    """
    for keyword, require in single.items():
        prop, read = READERS[keyword]
        value = read(function, stack)
        if not isinstance(value, Unknown) and not require.holds(value):
            yield _breach(function, prop, profile, keyword, value, require)
    for keyword, requirements in by_name.items():
        values = function.environment if keyword == "environment" else function.tags
        if isinstance(values, Unknown):
            continue
        for name, require in requirements.items():
            value = known((values or {}).get(name))
            is_unknown = value is None and name in (values or {})
            if not is_unknown and not isinstance(value, Mapping) and not require.holds(value):
                yield _breach(
                    function, f"{NAMED[keyword]}.{name}", profile, f"{_SINGULAR[keyword]} {name}", value, require
                )


def _breach(function: Function, prop: str, profile: str, what: str, value: Any, require: Require) -> Breach:
    return Breach(
        place=function.place,
        property=prop,
        profile=profile,
        what=what,
        is_now=None if value is None else shown(value),
        required=require.text,
        because=require.because,
        unit=_UNITS.get(what, ""),
    )
