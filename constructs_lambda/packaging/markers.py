"""Environment markers and constraints on Python, as they are for a target; what can't be decided holds."""

from __future__ import annotations

import re
from collections.abc import Mapping

from constructs_lambda.packaging.targets import MACHINES, Target

_TOKEN = re.compile(r"\s*(\(|\)|'[^']*'|\"[^\"]*\"|===|[<>~=!]=|[<>]|\w+(?:\.\w+)?)")
_NUMBERS = re.compile(r"v?\d+(\.\d+)*")
_VERSIONS = ("python_version", "python_full_version", "implementation_version")
_END = (1 << 60,)
Span = tuple[tuple[int, ...], tuple[int, ...]]


def holds(marker: str, target: Target) -> bool:
    """Whether a marker holds for a target, without extras. One that can't be read holds."""
    tokens = _TOKEN.findall(marker)
    if not tokens or "".join(tokens).replace(" ", "") != re.sub(r"\s+", "", marker).replace(" ", ""):
        return True
    version = target.python_version
    environment = {
        "os_name": "posix",
        "sys_platform": target.system,
        "platform_system": target.system.capitalize(),
        "platform_machine": MACHINES[target.architecture],
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": version,
        "python_full_version": version,
        "implementation_version": version,
        "extra": "",
    }
    try:
        return _Expression(tokens, environment, target).value()
    except (IndexError, ValueError):
        return True


class _Expression:
    """Reads `A or B and (C)`, from the left to the right."""

    def __init__(self, tokens: list[str], environment: Mapping[str, str], target: Target) -> None:
        self.tokens, self.environment, self.target = tokens, environment, target

    def value(self) -> bool:
        result = self._any()
        if self.tokens:
            raise ValueError
        return result

    def _any(self) -> bool:
        result = self._all()
        while self.tokens[:1] == ["or"]:
            self.tokens.pop(0)
            result = self._all() or result
        return result

    def _all(self) -> bool:
        result = self._one()
        while self.tokens[:1] == ["and"]:
            self.tokens.pop(0)
            result = self._one() and result
        return result

    def _one(self) -> bool:
        if self.tokens[0] == "(":
            self.tokens.pop(0)
            result = self._any()
            if self.tokens.pop(0) != ")":
                raise ValueError
            return result
        left, operator = self.tokens.pop(0), self.tokens.pop(0)
        if operator == "not":
            operator = f"not {self.tokens.pop(0)}"
        return self._compared(left, operator, self.tokens.pop(0))

    def _compared(self, left: str, operator: str, right: str) -> bool:
        is_reversed = right in self.environment
        name, text = (right, left) if is_reversed else (left, right)
        actual, wanted = self.environment.get(name), text[1:-1]
        if actual is None or text[:1] not in "'\"":
            raise ValueError
        if operator in ("in", "not in"):
            among = re.split(r"[\s,|]+", wanted) if name in _VERSIONS else wanted
            found = (wanted in actual) if is_reversed else (actual in among)
            return found == (operator == "in")
        if is_reversed:
            operator = operator.translate(str.maketrans("<>", "><"))
        if name in _VERSIONS:
            if early := re.fullmatch(
                r"([\d.]+)(?:a|b|rc)\d+", wanted
            ):  # what is before a release, if it isn't the release
                operator, wanted = {"<=": "<", ">": ">="}.get(operator, operator), early.group(1)
            if name == "python_version":  # has two numbers, so that `> '3.13'` means 3.14
                version = _numbers(actual)
                return any(_meet(span, (version, (*version, 0, 1))) for span in _clause(operator, wanted))
            return allows(f"{operator}{wanted}", self.target)
        if operator in ("==", "==="):
            return actual == wanted
        if operator == "!=":
            return actual != wanted
        return True


def allows(constraint: str, target: Target) -> bool:
    """Whether some release of the target's Python fulfils a constraint, written as in Python or in Poetry."""
    version = _numbers(target.python_version)
    return _fulfils(constraint, (version, _bumped(version)))


def fits(constraint: str, version: str) -> bool:
    """Whether a version fulfils a constraint; True where that can't be decided."""
    if not _NUMBERS.fullmatch(version):
        return True
    numbers = _numbers(version)
    return _fulfils(constraint, (numbers, (*numbers, 0, 1)))


def _fulfils(constraint: str, span: Span) -> bool:
    for alternative in re.split(r"\s*\|\|?\s*", constraint.strip()):
        left = [span]
        for operator, wanted in re.findall(r"(===|[<>~=!]=|[<>^~=]|)\s*([^\s,<>=!~^]+)", alternative):
            spans = _clause(operator, wanted)
            left = [met for one in left for other in spans if (met := _meet(one, other))]
        if left:
            return True
    return False


def _clause(operator: str, wanted: str) -> list[Span]:
    """The spans of versions, from (included) and to (excluded), that a comparison allows."""
    everything: list[Span] = [((), _END)]
    is_prefix = wanted.endswith(".*")
    wanted = wanted.removesuffix(".*")
    if not _NUMBERS.fullmatch(wanted):
        return everything
    raw = tuple(int(number) for number in wanted.lstrip("v").split("."))
    version = _numbers(wanted)
    just_after = (*version, 0, 1)
    if operator == ">=":
        return [(version, _END)]
    if operator == ">":
        return [(just_after, _END)]
    if operator == "<":
        return [((), version)]
    if operator == "<=":
        return [((), just_after)]
    if operator == "~=":
        return [(version, _bumped(raw[:-1]))] if len(raw) > 1 else everything
    if operator == "~":
        return [(version, _bumped(raw[:2]))]
    if operator == "^":
        first = next((index for index, number in enumerate(raw) if number), len(raw) - 1)
        return [(version, _bumped(raw[: first + 1]))]
    end = _bumped(raw) if is_prefix else just_after
    return [((), version), (end, _END)] if operator == "!=" else [(version, end)]


def _numbers(version: str) -> tuple[int, ...]:
    numbers = [int(number) for number in version.lstrip("v").split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _bumped(version: tuple[int, ...]) -> tuple[int, ...]:
    return (*version[:-1], version[-1] + 1)


def _meet(one: Span, other: Span) -> Span | None:
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None
