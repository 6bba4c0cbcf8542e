"""Lists and mappings that the code of a Lambda authorizer writes into its `context`; the code is read, never run."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from constructs_lambda.artifacts.modules import find_module
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE
from constructs_lambda.artifacts.verdicts import Verdict
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import family_of

_BESIDE = {"principalId", "policyDocument"}
"""What stands beside the context in the answer of an authorizer, and in no other mapping with a context."""
_MAPPINGS = (ast.Dict, ast.DictComp)
_LISTS = (ast.List, ast.ListComp, ast.Set, ast.SetComp, ast.Tuple)


@dataclass(frozen=True, slots=True, order=True)
class Nested:
    """A value of the context that is none of API Gateway's.

    Args:
        file: The module that writes it.
        line: Line of that.
        key: Its key.
        what: What it is: a list or a mapping.
    """

    file: str
    line: int
    key: str
    what: str


def package_contexts(
    package: Package, handler: str, runtime: str, *, layers: Sequence[Package] = ()
) -> tuple[Nested, ...]:
    """The lists and mappings in the context of an authorizer whose code is a package.

    Args:
        package: The function's package.
        handler: As it is set, such as `app.handler`.
        runtime: Identifier of the runtime; nothing is said of any but Python's.
        layers: What is in its layers, as far as they are known.
    """
    parts = handler.rpartition(".")[0].replace("/", ".").split(".")
    if family_of(runtime) != "python" or not all(parts):
        return ()
    found = find_module(package, layers, parts, None)
    if isinstance(found, Verdict) or not found[1].endswith(".py"):
        return ()
    try:
        return nested_values(importlib.util.decode_source(found[0].read(found[1], LARGEST_SOURCE)), found[1])
    except (InputError, SyntaxError, ValueError, LookupError):
        return ()


def nested_values(source: str, file: str) -> tuple[Nested, ...]:
    """The lists and mappings that stand in a context as they are written.

    Args:
        source: The module.
        file: Its path in the package.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    contexts = {id(each): each for scope in ast.walk(tree) for each in _contexts(scope)}
    return tuple(sorted(nested for each in contexts.values() for nested in _nested(each, file)))


def _contexts(scope: ast.AST) -> Iterator[ast.Dict]:
    """The contexts of the answers in a function or module, also where a name stands for one."""
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
        return
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(node.value)
    for node in ast.walk(scope):
        if not isinstance(node, ast.Dict):
            continue
        items = {_text(key): value for key, value in zip(node.keys, node.values, strict=True)}
        value = items.get("context") if _BESIDE & items.keys() else None
        if isinstance(value, ast.Name) and len(assigned.get(value.id, ())) == 1:
            value = assigned[value.id][0]
        if isinstance(value, ast.Dict):
            yield value


def _text(key: ast.expr | None) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _nested(context: ast.Dict, file: str) -> Iterator[Nested]:
    for key, value in zip(context.keys, context.values, strict=True):
        if isinstance(value, _MAPPINGS + _LISTS):
            yield Nested(file, value.lineno, _text(key), "a mapping" if isinstance(value, _MAPPINGS) else "a list")
