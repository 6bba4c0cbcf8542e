"""What AWS Lambda Power Tuning printed, read: the recommended memory, and what it was measured by."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from constructs_lambda.errors import one_line

CODE = "codeHash"
"""The key of the input that holds the hash of the code."""
_FIX = "Fix: save what `aws stepfunctions describe-execution` prints, see docs/scaling.md."
_NO_OUTPUT = "is no output of AWS Lambda Power Tuning"
_MOST_DIGITS = 15  # of a whole number that a float holds too


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file says.

    Args:
        memory: The memory that the tool recommends, in MB.
        stats: What was measured with each memory, unread, where the tool was asked for it.
        code: Hash of the code that was measured, None where the file doesn't say.
        day: When, None where the file doesn't say.
    """

    memory: int
    stats: Sequence[object]
    code: str | None
    day: str | None


class MalformedError(Exception):
    """What is wrong with a file, after its name."""

    def __init__(self, problem: str, fix: str = _FIX) -> None:
        super().__init__(f"{problem}. {fix}")


def read(file: str | Path) -> object:
    """The JSON in a file.

    Args:
        file: The file.

    Raises:
        MalformedError: It can't be read, or is none.
    """
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise MalformedError(f"can't be read: {error.strerror}") from None
    except ValueError as error:
        raise MalformedError(f"can't be read: {error}") from None
    return _loaded(content, "is no JSON")


def _loaded(content: str | bytes, problem: str) -> object:
    """UTF-16, which PowerShell writes, is read too."""
    try:
        return json.loads(content, parse_int=_whole)
    except UnicodeDecodeError:
        raise MalformedError(f"{problem}: it isn't UTF-8, nor UTF-16") from None
    except ValueError as error:
        raise MalformedError(f"{problem}: {one_line(str(error))}") from None
    except RecursionError:
        raise MalformedError(f"{problem} that anyone could read: it is nested too deeply") from None


def _whole(digits: str) -> float:
    """Python refuses to read thousands of digits; as a float they are none of the numbers that are looked for."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def measured_in(document: object) -> Measured:
    """What a document says: of an execution, or of its output alone.

    Args:
        document: What is in the file.

    Raises:
        MalformedError: It is neither.
    """
    whole = _mapping(document, "the file")
    code = day = None
    output: object = whole
    if "executionArn" in whole or ("status" in whole and "power" not in whole):
        if whole.get("status", "SUCCEEDED") != "SUCCEEDED":
            raise MalformedError(f"{_NO_OUTPUT}: the execution's status is {one_line(str(whole['status']))}")
        given = _parsed(whole.get("input") or {}, "input")
        told = given.get(CODE)
        code, day = told if isinstance(told, str) else None, _day(whole.get("stopDate"))
        output = _parsed(whole.get("output"), "output")
    answer = _mapping(output, "the output")
    answer = _mapping(answer.get("results", answer), "results")
    stats = answer.get("stats") or []
    if not isinstance(stats, Sequence) or isinstance(stats, str):
        raise MalformedError(f"{_NO_OUTPUT}: stats is no list")
    return Measured(_memory(answer.get("power"), "power"), stats, code, day)


def _parsed(value: object, name: str) -> Mapping[str, Any]:
    return _mapping(_loaded(value, f"{_NO_OUTPUT}: {name} is no JSON") if isinstance(value, str) else value, name)


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise MalformedError(f"{_NO_OUTPUT}: {what} is no JSON object")
    return value


def _memory(value: object, name: str) -> int:
    """The tool writes numbers as texts at times."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) > 0
    if isinstance(value, bool) or not is_number:
        raise MalformedError(f"{_NO_OUTPUT}: {name} is {_shown(value)}, and no number of MB")
    return int(text)


def _shown(value: object) -> str:
    return one_line(reprlib.repr(value))


def stats_of(entries: Sequence[object], strategy: str) -> dict[int, tuple[float, float]]:
    """Average cost and duration for each memory; both are 0 where the tool measured nothing.

    Args:
        entries: What the file has.
        strategy: What is wanted.

    Raises:
        MalformedError: An entry is strange, or there is none.
    """
    stats = {memory: measured for memory, measured in map(_stat, entries) if any(measured)}
    if not stats:
        raise MalformedError(
            f"holds the recommended memory alone, so none can be chosen by {strategy}",
            'Fix: measure with "includeOutputResults": true, or leave strategy out.',
        )
    return stats


def durations_of(entries: Sequence[object]) -> dict[int, float]:
    """Average duration for each memory, in milliseconds; empty where the file has none that can be read.

    Args:
        entries: What the file has.
    """
    try:
        return {memory: duration for memory, (_, duration) in map(_stat, entries) if duration}
    except MalformedError:
        return {}  # the recommended memory stands all the same


def _stat(value: object) -> tuple[int, tuple[float, float]]:
    stat = _mapping(value, "an entry of stats")
    cost, duration = (_number(stat.get(name), name) for name in ("averagePrice", "averageDuration"))
    return _memory(stat.get("value"), "value"), (cost, duration)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise MalformedError(f"{_NO_OUTPUT}: {name} is {_shown(value)}, and no number")
    return value


def _day(value: object) -> str | None:
    """Of a moment as the AWS CLI writes it: ISO 8601, or seconds since 1970."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC).date().isoformat()
        return datetime.fromisoformat(str(value)).astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def best(stats: Mapping[int, tuple[float, float]], strategy: str) -> int:
    """The memory that is best: costs and durations count in relation to the highest; of two the smaller wins.

    Args:
        stats: Average cost and duration for each memory.
        strategy: What is wanted.
    """
    cost_weight = {"cost": 1.0, "speed": 0.0, "balanced": 0.5}[strategy]
    highest_cost = max(cost for cost, _ in stats.values()) or 1
    longest = max(duration for _, duration in stats.values()) or 1

    def penalty(memory: int) -> tuple[float, int]:
        cost, duration = stats[memory]
        return cost_weight * cost / highest_cost + (1 - cost_weight) * duration / longest, memory

    return min(stats, key=penalty)
