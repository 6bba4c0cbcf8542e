"""What is wrong with a route as it is written: its method and its path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.rules import Problem
from constructs_lambda.rules.problems import quoted

METHODS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
DEFAULT = "$default"
_KEY = re.compile(r"(\S*)(\s*)(.*)", re.DOTALL)


def route_problems(key: str, kind: str) -> tuple[Problem, ...]:
    """What AWS refuses of a route such as `GET /orders/{id}`.

    Args:
        key: The method and the path, or `$default`.
        kind: `http`, `rest` or `websocket`.
    """
    if kind == "websocket":
        return () if key else (Problem("RouteKey", "the route key is empty", "Name a route, such as $default."),)
    return tuple(_key_problems(key, kind))


def _key_problems(key: str, kind: str) -> Iterator[Problem]:
    if key == DEFAULT and kind == "http":
        return
    match = _KEY.fullmatch(key)
    method, space, path = match.groups() if match else ("", "", key)
    shape = "a method, one space and a path" + (", or $default" if kind == "http" else "")
    if not path and method.startswith("/"):
        message = f"the route {quoted(key)} has no method; AWS takes {shape}"
        yield Problem("RouteKey", message, f"Write 'ANY {method}' for every method, or the method in front.")
        return
    if space:
        yield from method_problems(method, "RouteKey")
    if space != " ":
        yield Problem("RouteKey", f"the route {quoted(key)} is not {shape}", f"Write it as 'GET {path or '/orders'}'.")
    if path:
        yield from path_problems(path, kind)


def method_problems(method: str, prop: str) -> Iterator[Problem]:
    """What AWS refuses of a method.

    Args:
        method: The method.
        prop: The property it stands in.
    """
    if method not in METHODS:
        fix = f"Write {method.upper()!r}." if method.upper() in METHODS else f"Write one of: {', '.join(METHODS)}."
        yield Problem(prop, f"the method is {quoted(method)}; AWS takes {', '.join(METHODS)}", fix)


def path_problems(path: str, kind: str) -> Iterator[Problem]:
    """What AWS refuses of a path such as `/orders/{id}`.

    Args:
        path: The path.
        kind: `http` or `rest`.
    """
    if not path.startswith("/"):
        yield Problem("RouteKey", f"the path {quoted(path)} has no slash in front", f"Write '/{path[:60]}'.")
    parts = path.removeprefix("/").split("/")
    for part in parts if path != "/" else ():
        yield from part_problems(part, kind, "RouteKey")
    greedy = next((part for part in parts[:-1] if is_greedy(part)), None)
    if greedy:
        message = f"{greedy} takes the whole rest of the path, and more follows in {quoted(path)}"
        yield Problem("RouteKey", message, f"Put {greedy} last, or write it without the plus sign.")


def part_problems(part: str, kind: str, prop: str) -> Iterator[Problem]:
    """What AWS refuses of one part of a path.

    Args:
        part: What stands between two slashes.
        kind: `http` or `rest`.
        prop: The property it stands in.
    """
    if part.count("{") != part.count("}") or "{}" in part or "{+}" in part or part.count("{") > 1:
        message = f"{quoted(part)} has braces that don't enclose one name"
        yield Problem(prop, message, "Write a variable as {name}, or {name+} for the rest of the path.")
    elif kind == "rest" and not re.fullmatch(limits.REST_API_PATH_PART_PATTERN, part):
        message = (
            f"the path part {quoted(part)} is not allowed; AWS takes letters, digits and ._-:$, or a variable in braces"
        )
        yield Problem(prop, message, "Write one part without slashes and spaces; a variable is {name} or {name+}.")
    elif any(character.isspace() for character in part):
        yield Problem(prop, f"the path part {quoted(part)} holds whitespace", "Remove the whitespace.")


def is_greedy(part: str) -> bool:
    """Whether a part of a path stands for the whole rest of it."""
    return part.startswith("{") and part.endswith("+}")


def is_variable(part: str) -> bool:
    """Whether a part of a path is a variable."""
    return part.startswith("{") and part.endswith("}")
