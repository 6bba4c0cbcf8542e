"""What Python gives a deployment: `parameters=`, `ssm=` and `secrets=`, read as strictly as options of the CLI."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Iterator, Mapping

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.local.inputs import Inputs

_EXAMPLES = {"parameters": {"Stage": "test"}, "ssm": {"/shop/zone": "eu"}, "secrets": {"db": "..."}}
_TAKEN = {"parameters": "a text or a number", "ssm": "a text", "secrets": "a text"}


def inputs_of(parameters: object, ssm: object, secrets: object) -> Inputs:
    """What is given, where a deployment can take it.

    Args:
        parameters: Texts or numbers by `NAME` or `STACK:NAME`, or None.
        ssm: Texts by name, or None.
        secrets: Texts by name or ARN, or None.

    Raises:
        TypeError: Something is no mapping of texts; all of it is said, with what is empty.
        InputError: Names or values that are empty; all of them at once.
    """
    taken: dict[str, dict[str, str]] = {}
    wrong: list[str] = []
    empty: list[str] = []
    for keyword, given in (("parameters", parameters), ("ssm", ssm), ("secrets", secrets)):
        if given is not None and not isinstance(given, Mapping):
            example = _EXAMPLES[keyword]
            wrong.append(f"{keyword} must be a mapping, such as {example}; got {_shown(keyword, given)}")
            continue
        values: Mapping[object, object] = {} if given is None else given
        taken[keyword] = {str(name): value if isinstance(value, str) else str(value) for name, value in values.items()}
        wrong += _wrong_types(keyword, values)
        empty += _empty(keyword, values)
    if wrong:
        raise TypeError("\n".join(map(one_line, [*wrong, *empty])))
    if empty:
        raise InputError("\n".join(map(one_line, empty)))
    return Inputs(**taken, is_by_keywords=True)


def _wrong_types(keyword: str, values: Mapping[object, object]) -> Iterator[str]:
    for name, value in values.items():
        if not isinstance(name, str):
            yield f"{keyword}: names must be texts; got {name!r}"
        elif not isinstance(value, str) and not (keyword == "parameters" and _is_number(value)):
            yield f"{keyword}[{name!r}] must be {_TAKEN[keyword]}{_way(keyword, value)}; got {_shown(keyword, value)}"


def _empty(keyword: str, values: Mapping[object, object]) -> Iterator[str]:
    for name, value in values.items():
        if name == "":
            yield f"{keyword}: a name is empty"
        elif value == "" and keyword != "parameters":
            yield f"{keyword}[{name!r}]: is empty, and AWS takes no empty one"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _way(keyword: str, value: object) -> str:
    """How what isn't taken becomes a text, where that is known."""
    if keyword == "secrets" and isinstance(value, Mapping):
        return f", such as json.dumps({json.dumps({'user': '...'})})"
    if keyword == "parameters" and isinstance(value, list | tuple):
        return ', for a list with commas, such as "a,b"'
    return ""


def _shown(keyword: str, value: object) -> str:
    """A value, or of a secret only what kind of value it is: logs of tests are read by many."""
    return f"a value of the type {type(value).__name__}" if keyword == "secrets" else reprlib.repr(value)
