"""What of a function a profile can require, how it is read from a template, and what breaks a requirement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Duration, Size, aws_lambda, aws_logs

from constructs_lambda.cdk.profiles.requirements import Require, shown
from constructs_lambda.cdk.profiles.retention import FOR_EVER, retention_of
from constructs_lambda.model import ANY, Breach, Function, Logging, Stack
from constructs_lambda.tokens import UNKNOWN, Unknown, known

Reader = Callable[[Function, Stack], Any]


def _architecture(function: Function, _: Stack) -> Any:
    architectures = function.architectures
    if architectures is None or isinstance(architectures, Unknown):
        return architectures
    return architectures[0] if len(architectures) == 1 else UNKNOWN


def _logging_format(function: Function, _: Stack) -> Any:
    logging = function.logging
    return logging.format if isinstance(logging, Logging) else logging


def _dead_letters(function: Function, stack: Stack) -> Any:
    kept = [each.on_failure for each in stack.async_invocations.values() if each.function == function.place.resource]
    return _is_there(next((each for each in (function.dead_letter_target, *kept) if each is not None), None))


def _is_there(value: object) -> Any:
    """Whether something is set, whatever it is: a reference counts as known here."""
    return None if value is None or value is False else True


READERS: Mapping[str, tuple[str, Reader]] = {
    "architecture": ("Architectures", _architecture),
    "code_signing_config": ("CodeSigningConfigArn", lambda function, _: _is_there(function.code_signing_config)),
    "dead_letter_queue": ("DeadLetterConfig", _dead_letters),
    "description": ("Description", lambda function, _: function.description),
    "environment_encryption": ("KmsKeyArn", lambda function, _: _is_there(function.kms_key)),
    "ephemeral_storage_size": ("EphemeralStorage.Size", lambda function, _: function.ephemeral_storage_mb),
    "log_retention": ("LoggingConfig.LogGroup", retention_of),
    "logging_format": ("LoggingConfig.LogFormat", _logging_format),
    "memory_size": ("MemorySize", lambda function, _: function.memory_mb),
    "recursive_loop": ("RecursiveLoop", lambda function, _: function.recursive_loop),
    "reserved_concurrent_executions": (
        "ReservedConcurrentExecutions",
        lambda function, _: function.reserved_concurrency,
    ),
    "runtime": ("Runtime", lambda function, _: UNKNOWN if function.is_image is not False else function.runtime),
    "timeout": ("Timeout", lambda function, _: function.timeout_seconds),
    "tracing": ("TracingConfig.Mode", lambda function, _: function.tracing),
    "vpc": ("VpcConfig", lambda function, _: _is_there(function.vpc)),
}
"""By keyword the CloudFormation property, and what reads it: None where nothing is set, unknown if nobody can tell."""
_WITHOUT = {
    "architecture": "x86_64",
    "ephemeral_storage_size": 512,
    "log_retention": FOR_EVER,
    "logging_format": "Text",
    "memory_size": 128,
    "recursive_loop": "Terminate",
    "timeout": 3,
    "tracing": "PassThrough",
}
"""What counts where nothing is set."""
_TYPES: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "architecture": (aws_lambda.Architecture, "an aws_lambda.Architecture"),
    "description": (str, "a text"),
    "environment": (Mapping, "a mapping of texts"),
    "ephemeral_storage_size": (Size, "a Size, such as Size.mebibytes(1024)"),
    "log_retention": (aws_logs.RetentionDays, "an aws_logs.RetentionDays"),
    "logging_format": (aws_lambda.LoggingFormat, "an aws_lambda.LoggingFormat"),
    "max_event_age": (Duration, "a Duration, such as Duration.hours(1)"),
    "memory_size": ((int, float), "a number of MB"),
    "recursive_loop": (aws_lambda.RecursiveLoop, "an aws_lambda.RecursiveLoop"),
    "reserved_concurrent_executions": ((int, float), "a number"),
    "retry_attempts": ((int, float), "a number"),
    "runtime": (aws_lambda.Runtime, "an aws_lambda.Runtime"),
    "timeout": (Duration, "a Duration, such as Duration.seconds(10)"),
    "tracing": (aws_lambda.Tracing, "an aws_lambda.Tracing"),
}
_ONLY_THERE = ("code_signing_config", "dead_letter_queue", "environment_encryption", "vpc")


def of_wrong_type(keyword: str, value: object) -> str:
    """What is wrong with the type of a keyword's value, empty where nothing is.

    Args:
        keyword: The keyword.
        value: Its value.
    """
    if keyword not in _TYPES:
        return ""
    kind, shown_kind = _TYPES[keyword]
    is_right = isinstance(value, kind) and not isinstance(value, bool)
    if is_right and keyword == "environment" and isinstance(value, Mapping):
        is_right = all(isinstance(name, str) and isinstance(text, str) for name, text in value.items())
    return "" if is_right else f"must be {shown_kind}; got {value!r}"


NAMED = {"environment": "Environment.Variables", "tags": "Tags"}
"""Keywords that hold values by name, each of which can be required."""
_SINGULAR = {"environment": "variable", "tags": "tag"}
_UNITS = {"ephemeral_storage_size": "MB", "log_retention": "days", "memory_size": "MB", "timeout": "s"}


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
                single[name] = _require(value, name)
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


def _require(value: object, keyword: str = "") -> Require:
    if isinstance(value, Require):
        return value
    if value is True or value is None:
        return Require.given()
    if value is False and (keyword in _ONLY_THERE or not keyword):
        return Require.absent()
    several = value if isinstance(value, list | tuple) else [value]
    if wrong := next(filter(None, (of_wrong_type(keyword, each) for each in several)), ""):
        raise TypeError(wrong)
    if keyword in _ONLY_THERE:
        raise TypeError(f"can be required to be there (True) or not (False); got {value!r}")
    return Require.one_of(*several) if len(several) > 1 else Require.exactly(*several)


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
        if value is None and require.text != ANY:
            value = _WITHOUT.get(keyword)
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
