"""CL920: parameters of a template: their types, and defaults that their own constraints refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted

_TYPES = ("String", "Number", "CommaDelimitedList", "List<Number>", "List<String>")
_OF_AWS = re.compile(r"(?:AWS::|List<AWS::)[\w:<>]+")
_LONGEST = 4_096
_COMPARED = 64  # characters of a default that are held against its pattern
_OF_JAVA = ("\\p", "&&", "\\Z", "\\z", "[[", "++", "*+", "?+", "(?")
_SLOW = re.compile(r"[+*}]\)*[)][+*{?]|\|.*\)[+*{]")  # repetitions of repetitions


@rule(
    "CL920",
    "Parameter not allowed",
    Severity.ERROR,
    aws="CloudFormation refuses the template.",
    fix="Write a type that CloudFormation has, and a default that the parameter's own constraints take.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html",
)
def parameters(stack: Stack) -> Iterator[Problem]:
    for name, written in stack.parameters.items():
        if not isinstance(written, Mapping) or str(name).startswith("Fn::"):
            continue
        kind, default = written.get("Type"), written.get("Default")
        prop = f"Parameters.{quoted(str(name))[1:-1]}"
        if isinstance(kind, str) and kind not in _TYPES and not _OF_AWS.fullmatch(kind):
            message = f"the type of parameter {quoted(str(name))} is {quoted(kind)}, which is none"
            yield Problem(f"{prop}.Type", message, "Write String, Number, CommaDelimitedList, or a type of AWS.")
        if isinstance(default, str | int | float) and not isinstance(default, bool):
            for why in _refused(str(kind), str(default), written):
                message = f"the default of parameter {quoted(str(name))} is {quoted(str(default))}, {why}"
                yield Problem(f"{prop}.Default", message, "Choose a default that its constraints take.")


def _refused(kind: str, default: str, written: Mapping[object, object]) -> Iterator[str]:
    allowed, pattern = written.get("AllowedValues"), written.get("AllowedPattern")
    if len(default) > _LONGEST:
        yield f"{len(default):,} characters long; AWS allows at most {_LONGEST:,}"
    if isinstance(allowed, list) and kind in ("String", "Number") and not _is_among(kind, default, allowed):
        yield "which is none of its AllowedValues"
    if kind == "Number":
        number = _number(default)
        if number is None:
            yield "which is no number"
            return
        least, most = (_number(written.get(name)) for name in ("MinValue", "MaxValue"))
        if (least is not None and number < least) or (most is not None and number > most):
            yield f"and its {'MinValue' if least is not None and number < least else 'MaxValue'} refuses it"
    elif kind == "String":
        least, most = (_number(written.get(name)) for name in ("MinLength", "MaxLength"))
        if (least is not None and len(default) < least) or (most is not None and len(default) > most):
            yield f"{len(default):,} characters long, which its MinLength or MaxLength refuses"
        if isinstance(pattern, str) and not _matches(pattern, default):
            yield f"which its AllowedPattern {quoted(pattern)} refuses"


def _is_among(kind: str, default: str, allowed: list[object]) -> bool:
    if kind == "Number":
        return _number(default) in [_number(each) for each in allowed]
    return any(isinstance(each, bool) or str(each) == default for each in allowed)


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except ValueError:
        return None


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern takes a text; one that Python reads otherwise than Java, or slowly, may do so."""
    if len(text) > _COMPARED or _SLOW.search(pattern) or any(each in pattern for each in _OF_JAVA):
        return True
    try:
        return re.fullmatch(pattern, text) is not None
    except (re.error, RecursionError):
        return True
