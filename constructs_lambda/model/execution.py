"""The ARNs by which permissions name routes of an API: `<api>/<stage>/<method>/<path>`, with wildcards."""

from __future__ import annotations

import re
from functools import lru_cache

from constructs_lambda.model.networks import Link, Parts
from constructs_lambda.tokens import Unknown

_ARN = re.compile(r"arn:[^:]*:execute-api:[^:]*:[^:]*:(?P<api>\0\d+\0|[^/]*)(?P<rest>.*)", re.DOTALL)
_VARIABLE = re.compile(r"\{[^{}/]*\}")
_STAGE, _ANY, _SOME_PATH = "s", "ANY", "/\3"  # no literal in a pattern is the last one
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
"""The methods that `ANY` stands for."""
_METHODS = (*VERBS, _ANY)
_MOST_WILDCARDS = 10  # in a pattern; one with more would take long


def split_source(parts: Parts) -> tuple[Link | str, str] | None:
    r"""The API that a source's ARN names, and the pattern behind it; None where the ARN isn't known that far.

    Args:
        parts: What the ARN is made of. In the pattern `\0` stands for a part that isn't known.
    """
    text = "".join(part if isinstance(part, str) else f"\0{index}\0" for index, part in enumerate(parts))
    match = _ARN.fullmatch(text)
    if match is None:
        return None
    api: Link | str | Unknown = match["api"]
    if match["api"].startswith("\0"):
        api = parts[int(match["api"].strip("\0"))]
    if isinstance(api, Unknown):
        return None
    return api, re.sub(r"\0\d+\0", "\0", match["rest"])


def covers(pattern: str, method: str | None, path: str | None) -> bool | None:
    """Whether a pattern covers a route; None where that isn't known.

    Args:
        pattern: What follows the API in the ARN.
        method: `GET`, `ANY` and the like; empty for a route that has none, such as `$default`; None where unknown.
        path: The path with a slash in front, or the name of a route without a method; None where unknown.
    """
    if pattern == "*":
        return True
    if not pattern.startswith("/"):
        return None if pattern else False
    if method and path is not None and method != _ANY and "{" not in path:
        named = _literal(pattern)
        if named is not None:
            return named == f"{method}{path}" or (None if named == f"{_ANY}{path}" else False)
    if pattern.count("*") > _MOST_WILDCARDS:
        return None
    expression, is_certain = _expression(pattern[1:])
    if method is None or path is None:
        return True if expression.fullmatch(f"{_STAGE}/\3{_SOME_PATH}") and is_certain else None
    first, *others = _asked(method, path)
    if expression.fullmatch(first):
        return True if is_certain else None
    if any(map(expression.fullmatch, others)):
        return None  # some of the methods
    if method and pattern.count("/") > 2:
        return None if _may_be(pattern[1:], method, path) else False
    return False


@lru_cache(maxsize=4096)
def _literal(pattern: str) -> str | None:
    """The method and path that a pattern without wildcards behind its stage names; None for any other."""
    _, slash, tail = pattern[1:].partition("/")
    return tail if slash and not set("*?\0{") & set(tail) else None


def stage_of(pattern: str) -> str | None:
    """The stage that a pattern names; None where any or an unknown one is meant."""
    head, slash, _ = pattern.removeprefix("/").partition("/")
    return head if slash and not set("*?\0") & set(head) else None


@lru_cache(maxsize=4096)
def _asked(method: str, path: str) -> tuple[str, ...]:
    """What API Gateway asks for, for each candidate."""
    plain = _VARIABLE.sub("{}", path)
    return tuple(f"{_STAGE}/{each}{plain}" for each in _candidates(method))


def _candidates(method: str) -> tuple[str, ...]:
    """What may stand for a method: first what only a wildcard covers, for a route of every method."""
    if not method:
        return ("",)
    return ("\3", *_METHODS) if method == _ANY else (method, _ANY)


def _may_be(pattern: str, method: str, path: str) -> bool:
    """Whether a pattern without wildcards in its path names one of the paths that a route with variables has."""
    _, named, tail = pattern.split("/", 2)
    if "{" not in path or (named not in ("*", "\0", method) and method != _ANY):
        return False
    return _paths(path).fullmatch(tail) is not None


@lru_cache(maxsize=4096)
def _paths(path: str) -> re.Pattern[str]:
    """The paths that a route with variables has."""
    route = re.escape(path.removeprefix("/")).replace(r"\{", "{").replace(r"\}", "}").replace(r"\+", "+")
    route = re.sub(r"\{[^{}/]*\+\}", ".+", route)
    return re.compile(_VARIABLE.sub("[^/]+", route))


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> tuple[re.Pattern[str], bool]:
    """What a pattern covers, as an expression, and whether all of it is known; any stage is taken for its stage."""
    head, slash, tail = pattern.partition("/")
    wild = re.search(r"[*?]", head)
    if slash:
        stage, rest = (".*" if wild else "[^/]*") + "/", tail
    else:
        stage, rest = "", pattern[wild.start() :] if wild else pattern
    parts = re.split(r"([*?\0])", _VARIABLE.sub("{}", rest))
    body = "".join({"*": ".*", "?": ".", "\0": ".*"}.get(part, re.escape(part)) for part in parts)
    return re.compile(stage + body, re.DOTALL), "\0" not in rest
