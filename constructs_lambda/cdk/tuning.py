"""`Tuned`: memory that AWS Lambda Power Tuning measured, and whether it was measured with today's code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

from aws_cdk import Annotations, CfnOutput, Stack, Token, aws_lambda

from constructs_lambda import limits
from constructs_lambda.cdk.inputs import refuses_unknown_keywords
from constructs_lambda.cdk.layers import is_bundling
from constructs_lambda.cdk.tuning_file import CODE, MalformedError, best, durations_of, measured_in, read, stats_of
from constructs_lambda.cdk.versions import is_managed
from constructs_lambda.errors import InputError
from constructs_lambda.limits import Limit
from constructs_lambda.tokens import as_written, is_number_token

Strategy = Literal["cost", "speed", "balanced"]
_STRATEGIES = get_args(Strategy)
POWER_VALUES = (128, 256, 512, 1024, 1769, 3008)
MANAGED_POWER_VALUES = (2048, 4096, 8192, 16384, 32768)
_LARGEST_OF_CDK = 2**53

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORY_OF_ONE_VCPU = 1_769
MOST_VCPUS = 6
_OUTPUT = "TuningInput"
_FEWEST_INVOCATIONS = 5  # README-INPUT-OUTPUT.md of alexcasalboni/aws-lambda-power-tuning


class TuningOptions(TypedDict, total=False):
    """Keywords of `Function.add_tuning_input`."""

    payload: object
    power_values: Sequence[int] | None
    num: int
    strategy: Strategy


@refuses_unknown_keywords
def vcpus(memory_mb: float) -> float:
    """The share of a vCPU that comes with an amount of memory, as AWS gives it: 1 at 1,769 MB, 6 at 10,240 MB.

    Args:
        memory_mb: Memory in MB.

    Raises:
        InputError: An amount of memory that AWS doesn't have.
        TypeError: No number.
    """
    if isinstance(memory_mb, bool) or not isinstance(memory_mb, int | float):
        raise TypeError(f"memory_mb must be a number of MB, such as 512; got {memory_mb!r}")
    if not limits.FUNCTION_MEMORY.admits(memory_mb):
        raise InputError(f"memory_mb is {memory_mb:g}; AWS allows {limits.FUNCTION_MEMORY.allowed}. Fix: name another.")
    if memory_mb <= MEMORY_OF_ONE_VCPU:
        return round(memory_mb / MEMORY_OF_ONE_VCPU, 2)
    most = limits.FUNCTION_MEMORY.maximum or 0
    slope = (MOST_VCPUS - 1) / (most - MEMORY_OF_ONE_VCPU)
    return round(1 + (memory_mb - MEMORY_OF_ONE_VCPU) * slope, 2)


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
    durations: Mapping[int, float]
    """How long an invocation took on average with each memory, in ms; empty where the file doesn't say."""

    @refuses_unknown_keywords
    def __new__(cls, file: str | Path, *, strategy: Strategy | None = None) -> Tuned:
        """Reads the file."""
        if not isinstance(file, str | Path):
            raise TypeError(f"file must be the path of a file; got {file!r}")
        if strategy is not None and strategy not in _STRATEGIES:
            raise TypeError(f"strategy must be one of {', '.join(_STRATEGIES)}; got {strategy!r}")
        try:
            measured = measured_in(read(file))
            memory = measured.memory if strategy is None else best(stats_of(measured.stats, strategy), strategy)
        except MalformedError as error:
            raise InputError(f"{file} {error}") from None
        return cls._of(memory, str(file), measured.code, measured.day, durations_of(measured.stats))

    @classmethod
    def _of(cls, memory: int, file: str, code: str | None, day: str | None, durations: Mapping[int, float]) -> Tuned:
        self = super().__new__(cls, memory)
        self.file, self.code, self.day, self.durations = file, code, day, durations
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Tuned._of, (int(self), self.file, self.code, self.day, self.durations)

    @property
    def vcpus(self) -> float:
        """The share of a vCPU that comes with it."""
        return vcpus(self)


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
    if image := as_written(content.get("imageUri")):
        content["imageUri"] = _without_place(image, Stack.of(function))
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _without_place(image: str, stack: Stack) -> str:
    """The name and tag of an image, without the account and Region that the assets' repository has in its name."""
    name = image.rpartition("/")[2]
    for place in ("${AWS::AccountId}", "${AWS::Region}", stack.account, stack.region):
        name = name.replace(place, "")
    return name


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


@refuses_unknown_keywords
def add_tuning_input(
    function: aws_lambda.Function,
    *,
    payload: object = None,
    power_values: Sequence[int] | None = None,
    num: int = 50,
    strategy: Strategy = "balanced",
) -> CfnOutput:
    """An output of the stack: the input for the state machine of AWS Lambda Power Tuning, with the code's hash.

    Args:
        function: The function.
        payload: The event that it is invoked with, as JSON; `{}` where it isn't given.
        power_values: The amounts of memory to measure, in MB. 128 to 3,008 where they aren't given, on Managed
            Instances 2,048 to 32,768.
        num: How often each is invoked.
        strategy: What the tool recommends by.

    Raises:
        InputError: An amount of memory that AWS doesn't have, too few invocations, a function with tenant isolation, or
            a payload with tokens and what CDK would change beside them.
        TypeError: A value of the wrong type.
    """
    if strategy not in _STRATEGIES:
        raise TypeError(f"strategy must be one of {', '.join(_STRATEGIES)}; got {strategy!r}")
    managed = is_managed(function)
    memory = limits.MANAGED_INSTANCES_MEMORY if managed else limits.FUNCTION_MEMORY
    if power_values is None:
        power_values = MANAGED_POWER_VALUES if managed else POWER_VALUES
    if not _is_list(power_values) or not power_values:
        raise TypeError(f"power_values must be a list of MB, such as [512, 1024]; got {power_values!r}")
    if isinstance(num, bool) or not isinstance(num, int):
        raise TypeError(f"num must be a whole number; got {num!r}")
    if wrong := [each for each in power_values if not _is_memory(each, memory)]:
        raise InputError(
            f"{function.node.path}: power_values has {', '.join(map(repr, wrong))}; AWS allows {memory.allowed}. Fix: "
            "name others."
        )
    if function.tenancy_config is not None:
        raise InputError(
            f"{function.node.path}: the function has tenant isolation, and the tool names no tenant, so Lambda refuses "
            "each of its calls. Fix: measure the same code in a function without it."
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
        CODE: code_hash(function),
    }
    return CfnOutput(
        function, _OUTPUT, value=_written(function, content, payload), description="Input for AWS Lambda Power Tuning"
    )


def _written(function: aws_lambda.Function, content: Mapping[str, Any], payload: object) -> str:
    """The input as JSON: Python's own, because CDK leaves out nulls and rounds large numbers."""
    tokens: list[object] = []

    def token(value: object) -> str:
        if not Token.is_unresolved(value):
            raise TypeError(f"no JSON: {value!r}")
        tokens.append(value)
        return ""

    given = {name: each for name, each in content.items() if each is not None}
    try:
        json.dumps(payload, allow_nan=False, default=token)
        tokens += [each for each in _numbers(payload) if isinstance(each, float) and is_number_token(each)]
        if not tokens:
            return json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    except Exception as error:
        raise TypeError(f"payload must be JSON; got {payload!r}") from error
    if any(each is None or abs(each) > _LARGEST_OF_CDK for each in _numbers(payload) if each not in tokens):
        raise InputError(
            f"{function.node.path}: payload has tokens that are no texts, and beside them a null or a number above "
            f"{_LARGEST_OF_CDK:,}, which CDK would change. Fix: Token.as_string(...) for the tokens."
        )
    return Stack.of(function).to_json_string(given)


def _numbers(value: object) -> Iterator[float | None]:
    """The numbers and nulls within a payload."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _numbers(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(each)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_memory(value: object, limit: Limit) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and limit.admits(value)
