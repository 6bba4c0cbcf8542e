"""`Tuned`: memory that AWS Lambda Power Tuning measured, and whether it was measured with today's code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

from aws_cdk import Annotations, CfnOutput, Stack, aws_lambda

from constructs_lambda import limits
from constructs_lambda.cdk.layers import is_bundling
from constructs_lambda.errors import InputError, one_line

Strategy = Literal["cost", "speed", "balanced"]
_STRATEGIES = get_args(Strategy)
_CODE = "codeHash"
_FIX = "Fix: save what `aws stepfunctions describe-execution` prints, see docs/scaling.md."
POWER_VALUES = (128, 256, 512, 1024, 1769, 3008)

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORY_OF_ONE_VCPU = 1_769
MOST_VCPUS = 6
_OUTPUT = "TuningInput"
_FEWEST_INVOCATIONS = 5  # README-INPUT-OUTPUT.md of alexcasalboni/aws-lambda-power-tuning


class TuningOptions(TypedDict, total=False):
    """Keywords of `Function.add_tuning_input`."""

    payload: object
    power_values: Sequence[int]
    num: int
    strategy: Strategy


def vcpus(memory_mb: float) -> float:
    """The share of a vCPU that comes with an amount of memory, as AWS gives it: 1 at 1,769 MB, 6 at 10,240 MB.

    Args:
        memory_mb: Memory in MB.
    """
    if memory_mb <= MEMORY_OF_ONE_VCPU:
        return round(memory_mb / MEMORY_OF_ONE_VCPU, 2)
    most = limits.FUNCTION_MEMORY.maximum or 0
    slope = (MOST_VCPUS - 1) / (most - MEMORY_OF_ONE_VCPU)
    return round(1 + (memory_mb - MEMORY_OF_ONE_VCPU) * slope, 2)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a file says.

    Args:
        memory: The memory that the tool recommends, in MB.
        stats: Average cost and duration for each memory, where the tool was asked for them.
        code: Hash of the code that was measured, None where the file doesn't say.
        day: When, None where the file doesn't say.
    """

    memory: int
    stats: Mapping[int, tuple[float, float]]
    code: str | None
    day: str | None


class Tuned(int):
    """An amount of memory in MB that was measured, for `memory_size=` of any function.

    Reads what AWS Lambda Power Tuning printed: what `aws stepfunctions describe-execution` prints for an execution, or
    its output alone. With the first, and an input that `function.add_tuning_input()` wrote, it is known which code was
    measured: a function of this library warns where its code has changed since.

    Args:
        file: The file, relative to the working directory, like CDK's assets.
        strategy: What is wanted of all that was measured: `cost`, `speed` or `balanced`. What the tool recommended
            where it isn't given.

    Raises:
        InputError: The file can't be read, is no such output, or doesn't say enough for the strategy.
        TypeError: A value of the wrong type.
    """

    file: str
    code: str | None
    """Hash of the code that was measured; None where the file doesn't say."""
    day: str | None
    """The day of the measurement; None where the file doesn't say."""

    def __new__(cls, file: str | Path, *, strategy: Strategy | None = None) -> Tuned:
        """Reads the file."""
        if not isinstance(file, str | Path):
            raise TypeError(f"file must be the path of a file; got {file!r}")
        if strategy is not None and strategy not in _STRATEGIES:
            raise TypeError(f"strategy must be one of {', '.join(_STRATEGIES)}; got {strategy!r}")
        measured = _read(file)
        if strategy is not None and not measured.stats:
            raise InputError(
                f"{file} holds the recommended memory alone, so none can be chosen by {strategy}. Fix: "
                'measure with "includeOutputResults": true, or leave strategy out.'
            )
        self = super().__new__(cls, _best(measured.stats, strategy) if strategy is not None else measured.memory)
        self.file, self.code, self.day = str(file), measured.code, measured.day
        return self

    @property
    def vcpus(self) -> float:
        """The share of a vCPU that comes with it."""
        return vcpus(self)


def _best(stats: Mapping[int, tuple[float, float]], strategy: Strategy) -> int:
    """Costs and durations count in relation to the highest; of two that are as good the smaller memory wins."""
    cost_weight = {"cost": 1.0, "speed": 0.0, "balanced": 0.5}[strategy]
    highest_cost = max(cost for cost, _ in stats.values()) or 1
    longest = max(duration for _, duration in stats.values()) or 1

    def penalty(memory: int) -> tuple[float, int]:
        cost, duration = stats[memory]
        return cost_weight * cost / highest_cost + (1 - cost_weight) * duration / longest, memory

    return min(stats, key=penalty)


def _read(file: str | Path) -> _Measured:
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{file} can't be read: {error.strerror}. {_FIX}") from None
    except ValueError as error:
        raise InputError(f"{file} is no JSON: {one_line(str(error))}. {_FIX}") from None
    try:
        return _measured(document)
    except _MalformedError as error:
        raise InputError(f"{file} is no output of AWS Lambda Power Tuning: {error}. {_FIX}") from None


class _MalformedError(Exception):
    """What a file lacks."""


def _measured(document: object) -> _Measured:
    whole = _mapping(document, "the file")
    code = day = None
    output: object = whole
    if "executionArn" in whole or ("status" in whole and "power" not in whole):
        if whole.get("status", "SUCCEEDED") != "SUCCEEDED":
            raise _MalformedError(f"the execution's status is {one_line(str(whole['status']))}")
        given = _parsed(whole.get("input", {}), "input")
        told = given.get(_CODE)
        code, day = told if isinstance(told, str) else None, _day(whole.get("stopDate"))
        output = _parsed(whole.get("output"), "output")
    answer = _mapping(output, "the output")
    answer = _mapping(answer.get("results", answer), "results")
    stats = answer.get("stats", [])
    if not isinstance(stats, Sequence) or isinstance(stats, str):
        raise _MalformedError("stats is no list")
    return _Measured(_memory(answer.get("power"), "power"), dict(_stat(each) for each in stats), code, day)


def _parsed(value: object, name: str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(value) if isinstance(value, str) else value, name)
    except ValueError:
        raise _MalformedError(f"{name} is no JSON") from None


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _MalformedError(f"{what} is no JSON object")
    return value


def _memory(value: object, name: str) -> int:
    """The tool writes numbers as texts at times."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or int(text) < 1:
        raise _MalformedError(f"{name} is {one_line(repr(value))}, and no number of MB")
    return int(text)


def _stat(value: object) -> tuple[int, tuple[float, float]]:
    stat = _mapping(value, "an entry of stats")
    cost, duration = (_number(stat.get(name), name) for name in ("averagePrice", "averageDuration"))
    return _memory(stat.get("value"), "value"), (cost, duration)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise _MalformedError(f"{name} is {one_line(repr(value))}, and no number")
    return value


def _day(value: object) -> str | None:
    """Of a moment as the AWS CLI writes it: ISO 8601, or seconds since 1970."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC).date().isoformat()
        return datetime.fromisoformat(str(value)).astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def code_hash(function: aws_lambda.Function) -> str | None:
    """A hash of what a function runs; None where that isn't known at synth.

    Args:
        function: The function.
    """
    resource = function.node.default_child
    if not isinstance(resource, aws_lambda.CfnFunction) or not is_bundling(function):
        return None
    code = Stack.of(function).resolve(resource.code)
    if not isinstance(code, Mapping):
        return None
    content = {name: value for name, value in code.items() if name != "s3Bucket"}  # differs by account
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def warn_when_older(function: aws_lambda.Function, memory: Tuned) -> None:
    """Warns where the memory of a function was measured with other code; says nothing where that isn't known.

    Args:
        function: The function.
        memory: Its memory.
    """
    now = code_hash(function)
    if memory.code is None or now is None or memory.code == now:
        return
    when = f" on {memory.day}" if memory.day else ""
    Annotations.of(function).add_warning_v2(
        "constructs-lambda:tuning",
        f"memory is {memory:,} MB ({memory.vcpus:g} vCPU), which was measured{when} with other code than the function "
        f"has now ({memory.file}). Fix: measure again, see docs/scaling.md.",
    )


def add_tuning_input(
    function: aws_lambda.Function,
    *,
    payload: object = None,
    power_values: Sequence[int] = POWER_VALUES,
    num: int = 50,
    strategy: Strategy = "balanced",
) -> CfnOutput:
    """An output of the stack: the input for the state machine of AWS Lambda Power Tuning, with the code's hash.

    Args:
        function: The function.
        payload: The event that it is invoked with, as JSON; `{}` where it isn't given.
        power_values: The amounts of memory to measure, in MB.
        num: How often each is invoked.
        strategy: What the tool recommends by.

    Raises:
        InputError: An amount of memory that AWS doesn't have, or too few invocations.
        TypeError: A value of the wrong type.
    """
    if strategy not in _STRATEGIES:
        raise TypeError(f"strategy must be one of {', '.join(_STRATEGIES)}; got {strategy!r}")
    if not _is_list(power_values) or not power_values:
        raise TypeError(f"power_values must be a list of MB, such as [512, 1024]; got {power_values!r}")
    if isinstance(num, bool) or not isinstance(num, int):
        raise TypeError(f"num must be a whole number; got {num!r}")
    if wrong := [each for each in power_values if not _is_memory(each)]:
        raise InputError(
            f"{function.node.path}: power_values has {', '.join(map(repr, wrong))}; AWS allows "
            f"{limits.FUNCTION_MEMORY.allowed}. Fix: name others."
        )
    if num < _FEWEST_INVOCATIONS:
        raise InputError(f"{function.node.path}: num is {num}; the tool wants {_FEWEST_INVOCATIONS} or more. Fix: 50.")
    if function.node.try_find_child(_OUTPUT) is not None:
        raise InputError(f"{function.node.path}: there is a tuning input already. Fix: keep one.")
    content = {
        "lambdaARN": function.function_arn,
        "powerValues": list(power_values),
        "num": num,
        "payload": {} if payload is None else payload,
        "parallelInvocation": True,
        "strategy": strategy,
        "includeOutputResults": True,
        _CODE: code_hash(function),
    }
    try:
        text = Stack.of(function).to_json_string({name: each for name, each in content.items() if each is not None})
    except Exception as error:
        raise TypeError(f"payload must be JSON; got {payload!r}") from error
    return CfnOutput(function, _OUTPUT, value=text, description="Input for AWS Lambda Power Tuning")


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_memory(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and limits.FUNCTION_MEMORY.admits(value)
