"""What a Python module defines at its top level, by its syntax tree; nothing is run."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LARGEST_SOURCE = 512 * 1024
"""Bytes above which a module isn't parsed: its tree would take a hundred times as much."""

_OLDEST_GRAMMAR = (3, 8)
# Where one of these stands in a module, a name may come into being without being written.
_DYNAMIC = frozenset(
    {"__dict__", "__import__", "eval", "exec", "globals", "import_module", "locals", "modules", "setattr", "vars"}
)
_FORMATTED = re.compile(rb"(?i)(?<![a-z0-9_])(?:f|t|rf|fr|rt|tr)[\"']")
_BRACKETS = re.compile(r"was never closed|^unmatched |^closing parenthesis |^unterminated string literal")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Symbols:
    """The names of a module.

    Args:
        names: What is bound at the top level, also under a condition.
        functions: Functions that are defined there exactly once and without a decorator or condition, by name.
        is_dynamic: Whether other names may exist: `__getattr__`, `globals()` and the like.
        stars: Where `import *` takes names from: how many dots, and the module.
        imports: Names that one import at the top level, without a condition, binds and nothing else does: how many
            dots, the module, and the name there.
        constants: Names that are bound once, without a condition, to what can't be called, with what that is.
        exported: What `__all__` lists; None where there is none, or where it isn't certain.
    """

    names: frozenset[str]
    functions: dict[str, _Definition]
    is_dynamic: bool
    stars: tuple[tuple[int, str], ...] = ()
    imports: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    exported: frozenset[str] | None = None

    @property
    def is_open(self) -> bool:
        """Whether other names may exist."""
        return self.is_dynamic or bool(self.stars)

    def handlers(self) -> list[str]:
        """Functions that Lambda could call, those called handler first."""
        found = [
            name for name, function in self.functions.items() if not name.startswith("_") and takes_event(function)
        ]
        return sorted(found, key=lambda name: (not name.endswith("handler"), name != "handler", name))


def parse_symbols(source: bytes, version: tuple[int, int] | None) -> Symbols | str | None:
    """The names of a module.

    Args:
        source: The module.
        version: Python version that will run it, None where that isn't known.

    Returns:
        The names; or what is wrong with the syntax, where that version is certain to refuse it; or None where nothing
        can be said: the module is too large, or written for a Python newer than this one.
    """
    tree = parse_module(source, version)
    return _symbols(tree) if isinstance(tree, ast.Module) else tree


def parse_module(source: bytes, version: tuple[int, int] | None) -> ast.Module | str | None:
    """The syntax tree of a module; else as `parse_symbols`."""
    if len(source) > LARGEST_SOURCE:
        return None
    known = version is not None and _OLDEST_GRAMMAR <= version <= sys.version_info[:2]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, feature_version=version if known else None)
    except SyntaxError as error:
        is_certain = known or (version is not None and version > _OLDEST_GRAMMAR and _is_of_any_python(error, source))
        return f"line {error.lineno or 1}: {error.msg}" if is_certain else None
    except (ValueError, LookupError, RecursionError, MemoryError, SystemError):
        return None


def _is_of_any_python(error: SyntaxError, source: bytes) -> bool:
    """Whether no later Python takes it either: brackets and indentation, where no f-string hides other rules."""
    if _FORMATTED.search(source):  # since 3.12 they may hold quotes, and brackets between those
        return False
    return isinstance(error, IndentationError) or bool(_BRACKETS.search(error.msg or ""))


def takes_event(function: _Definition) -> bool:
    """Whether a function can be called with an event and a context."""
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    required = positional - len(arguments.defaults)
    keywords_required = any(default is None for default in arguments.kw_defaults)
    return required <= 2 and (positional >= 2 or arguments.vararg is not None) and not keywords_required


def _symbols(tree: ast.Module) -> Symbols:
    names: dict[str, int] = {}
    is_open = False
    deleted = set()
    for statement in tree.body:
        if isinstance(statement, ast.Delete):
            deleted |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
            names = {name: count for name, count in names.items() if name not in deleted}
            continue
        for name in _bound([statement]):
            is_open = is_open or name == "__getattr__"
            names[name] = names.get(name, 0) + 1
    stars = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            stars.append(node)
        if isinstance(node, ast.Global):  # bound by a function, if that is called
            names.update(dict.fromkeys(node.names, 2))
        is_open = (
            is_open
            or (isinstance(node, ast.Name) and node.id in _DYNAMIC)
            or (isinstance(node, ast.Attribute) and node.attr in _DYNAMIC)
        )
    once = {name for name, count in names.items() if count == 1} - deleted
    functions = {
        node.name: node
        for node in tree.body
        if isinstance(node, _Definition) and node.name in once and not node.decorator_list
    }
    imports = {
        alias.asname or alias.name: (node.level, node.module or "", alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name) in once
    }
    constants = {
        target.id: ast.unparse(node.value)[:20]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in once
    }
    return Symbols(
        names=frozenset(names),
        functions=functions,
        is_dynamic=is_open or any(star not in tree.body for star in stars),
        stars=tuple((star.level, star.module or "") for star in stars),
        imports=imports,
        constants=constants,
        exported=_exported(tree) if "__all__" in once else None,
    )


def _exported(tree: ast.Module) -> frozenset[str] | None:
    """What `__all__` lists, where it is a plain list that nothing changes."""
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "__all__"]
    for node in tree.body:
        if len(texts) == 1 and isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple):
            items = [each.value if isinstance(each, ast.Constant) else None for each in node.value.elts]
            if node.targets == texts and all(isinstance(item, str) for item in items):
                return frozenset(str(item) for item in items)
    return None


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    """Names bound by statements of the module itself, not by those within its functions and classes."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            waiting.extend(node.decorator_list)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        if isinstance(node, ast.If) and (_is_main(node.test) or _is_type_checking(node.test)):
            waiting.extend(reversed(node.orelse))
            continue
        waiting.extend(ast.iter_child_nodes(node))


def _is_type_checking(test: ast.expr) -> bool:
    """Whether it is `TYPE_CHECKING`, which is false when a module is run."""
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


def _is_main(test: ast.expr) -> bool:
    """Whether it is `__name__ == "__main__"`, which is false when a module is imported."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and isinstance(test.comparators[0], ast.Constant)
        and test.comparators[0].value == "__main__"
    )
