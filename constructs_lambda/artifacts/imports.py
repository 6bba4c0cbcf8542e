"""Which modules a Python function imports for certain and doesn't have; nothing is run.

First by text, where every line that looks like an import counts: nearly always nothing is missing, and parsing takes
many times as long. Only then by syntax trees, where what may not run, or may be caught, doesn't count.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from constructs_lambda.artifacts.interpreters import IN_RUNTIME, is_in_runtime, versions_with
from constructs_lambda.artifacts.modules import find_module
from constructs_lambda.artifacts.packages import Entry, Package
from constructs_lambda.artifacts.sizes import find_owners
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE, parse_module
from constructs_lambda.artifacts.verdicts import State, Verdict
from constructs_lambda.errors import InputError

_MOST_MODULES = 200
_MOST_READ, _MOST_PARSED = 8 * 1024 * 1024, 1024 * 1024  # bytes; parsing as many takes about a second
_LONGEST_FROM = 1_000  # characters before the word `import`
_ALIKE = 0.8  # from where on a name counts as misspelt
_WITHOUT = b"without dependencies"  # ends the comment of an archive that was built so, for unit tests
_EMPTY_BUILD = "bundling_is_off.txt"
_SUFFIXES = (".py", ".pyc", ".so")
# In a folder on Python's path: what puts other folders there.
_ODD = re.compile(r".+\.(?:pth|egg|egg-link)|(?:site|user)customize\b.*")
# In a source: what may make modules come from elsewhere, or make new ones. Each begins with letters, which is fast.
_ELSEWHERE = (
    re.compile(rb"sys\s*(?:\.\s*(?:path|modules|meta_path)|import\b|as\b|,\s*[\"'])"),
    re.compile(rb"exec(?:[lv]p?e?\s*\(|(?<![.\w]exec)\s*\()"),
)
_ELSEWHERE_WORDS = (b"addsitedir", b"__import__", b"install_as_", b"zipimport", b"runpy")
_IMPORT = re.compile(r"import\b")
_STATEMENT = re.compile(
    r"[ \t]*(?:from[ \t]*+(\.*+)[ \t]*([\w.]*)[ \t]+import\b[ \t]*(\([^()]*\)|[^\n;]*)|import[ \t]+([^\n;]*))"
)
_COMMENT = re.compile(r"#[^\n]*")
_CONTINUED = re.compile(r"\\\r?\n")


class Import(NamedTuple):
    """One module of an import statement; `level` counts the dots in front of it."""

    level: int
    module: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A module that is imported for certain and is nowhere.

    Args:
        name: The top-level module.
        holder: What imports it: the function's package, or a layer.
        file: Path of the importing module in it.
        line: Line of the import.
        beside: Its name from the top, where it stands beside the importing module instead.
        near: Name of a module of the function that is spelt nearly so.
        versions: Which versions of Python have it, as `until 3.11`.
    """

    name: str
    holder: Package
    file: str
    line: int
    beside: str = ""
    near: str = ""
    versions: str = ""


_Parts = tuple[str, ...]  # a module's name, split at the dots
_Where = tuple[Package, str, int, _Parts]  # a file, the line in it, and the package, in Python's sense, that it is in
Ask = Callable[..., Any]
"""Puts a question, a function of a package and more, to a package; whoever passes it may keep the answers."""


def missing_imports(
    package: Package,
    handler: str,
    version: tuple[int, int],
    *,
    layers: Sequence[Package] = (),
    ask: Ask = lambda package, question, *arguments: question(package, *arguments),
) -> tuple[Missing, ...]:
    """The modules that are certain to be missing when the function starts, in the order in which they are found.

    Follows imports from the handler through modules that no installer put there. Says nothing where modules may come
    from elsewhere: a path that is changed, an odd archive, compiled modules of one's own, too many modules to look at.

    Args:
        package: The function's package.
        handler: As it is set: `app.handler`, `src/app.handler`.
        version: Python of the runtime.
        layers: What is in its layers, all of them, the first one first.
        ask: How to ask a package.
    """
    search = _Search(package, layers, version, ask)
    start = tuple(handler.rpartition(".")[0].replace("/", ".").split("."))
    if not all(start) or search.is_odd() or not search.walk(start, is_certain=False):
        return ()
    found = search.walk(start, is_certain=True) or {}
    return tuple(search.described(name, *where) for name, where in found.items())


def inline_package(code: str) -> Package:
    """The package that CloudFormation makes of code in a template."""
    content = code.encode("utf-8", "replace")
    files = (Entry("cfnresponse.py", 0, 0), Entry("index.py", len(content), 0))
    return Package(Path("index.py"), files, None, False, (), _Inline(content))


@dataclass(frozen=True, slots=True)
class _Inline:
    content: bytes

    def head(self, entry: Entry, count: int) -> bytes:
        return self.content[:count] if entry.name == "index.py" else b""


def seeming_imports(package: Package, name: str) -> tuple[Import, ...] | None:
    """Whatever looks like an import in a module's text, without lines; None where it may change what there is."""
    try:
        content = package.read(name, LARGEST_SOURCE)
    except InputError:
        return None
    if any(word in content for word in _ELSEWHERE_WORDS) or any(each.search(content) for each in _ELSEWHERE):
        return None
    text = _CONTINUED.sub(" ", _COMMENT.sub("", content.decode("utf-8", "replace")))
    return tuple(found for match in _IMPORT.finditer(text) for found in _statement(text, match.start()))


def _statement(text: str, at: int) -> Iterator[Import]:
    """What the statement around the word `import` imports, if it is one."""
    begin = max(0, at - _LONGEST_FROM)
    match = _STATEMENT.match(text, max(begin, *(text.rfind(sign, begin, at) + 1 for sign in "\n;:")))
    if match is None:
        return
    dots, module, names, modules = match.groups()
    if modules is None:
        yield Import(len(dots), module, tuple(_first_words(names.strip("() \t\r"))), 0)
    else:
        yield from (Import(0, word, (), 0) for word in _first_words(modules))


def _first_words(text: str) -> Iterator[str]:
    return (part.split()[0] for part in text.split(",") if part.strip())


def certain_imports(package: Package, name: str) -> tuple[Import, ...]:
    """The imports that run whenever a module does, and that nothing catches; none where it can't be parsed."""
    try:
        tree = parse_module(package.head(name, LARGEST_SOURCE + 1), None)
    except InputError:
        return ()
    return tuple(_certain(tree.body)) if isinstance(tree, ast.Module) else ()


def _certain(body: list[ast.stmt]) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Import(0, alias.name, (), node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.level, node.module or "", tuple(alias.name for alias in node.names), node.lineno)
        elif isinstance(node, ast.ClassDef):
            yield from _certain(node.body)
        elif isinstance(node, ast.Try) and not any(map(_may_catch, node.handlers)):
            yield from _certain([*node.body, *node.finalbody])


def _may_catch(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` may catch that a module is missing: all may but built-in exceptions of another kind."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    kinds = [getattr(builtins, each.id, None) if isinstance(each, ast.Name) else None for each in caught]
    return any(not isinstance(kind, type) or issubclass(ModuleNotFoundError, kind) for kind in kinds)


class _Search:
    """One function: where its modules are, and a walk through them."""

    def __init__(self, package: Package, layers: Sequence[Package], version: tuple[int, int], ask: Ask) -> None:
        self._package, self._layers, self._version, self._ask = package, layers, version, ask
        sites = (f"python/lib/python{version[0]}.{version[1]}/site-packages/", "python/")
        self._places = [(package, ""), *((layer, site) for layer in layers for site in sites)]
        self._names = frozenset(name for place in self._places for name in _top_level(*place))

    def is_odd(self) -> bool:
        """Whether modules may come from where nobody looks."""
        if any(each.problems or each.comment.endswith(_WITHOUT) for each in (self._package, *self._layers)):
            return True
        for holder, folder in self._places:
            if any(path in holder.files for path in map("/".join, _from_top(tuple(folder.split("/")[:-1])))):
                return True  # a link
            inside = holder.folders.get(folder.rstrip("/"), ())
            if _EMPTY_BUILD in inside or any(map(_ODD.fullmatch, inside)):
                return True
        return False

    def walk(self, start: _Parts, *, is_certain: bool) -> dict[str, _Where] | None:
        """What is missing and where it is imported: for certain, or by the text alone; None where nobody can say."""
        missing: dict[str, _Where] = {}
        seen: set[_Parts] = set()
        left = _MOST_PARSED if is_certain else _MOST_READ
        waiting = deque(_from_top(start))
        while waiting:
            parts = waiting.popleft()
            if parts in seen or not self._is_own(parts, start, is_certain):
                continue
            seen.add(parts)
            found = find_module(self._package, self._layers, parts, self._version)
            if isinstance(found, Verdict):
                if found.state is State.PROBLEM:  # a folder without __init__.py, or a name that is no module
                    continue
                return None
            holder, file = found
            left -= holder.files[file].size_bytes
            is_readable = file.endswith(".py") and left >= 0 and len(seen) <= _MOST_MODULES
            imports = (
                self._ask(holder, certain_imports if is_certain else seeming_imports, file) if is_readable else None
            )
            if imports is None:
                return missing if is_certain else None
            inside = parts if file.endswith("/__init__.py") else parts[:-1]
            for each in imports:
                target = _absolute(each, inside)
                if target and not each.level and not self._has(target[0]):
                    missing.setdefault(target[0], (holder, file, each.line, inside))
                elif target:
                    waiting.extend(_from_top(target))
                    waiting.extend((*target, name) for name in each.names if self._holds(target, name))
        return missing

    def described(self, name: str, holder: Package, file: str, line: int, inside: _Parts) -> Missing:
        """A missing module with what may help to mend it."""
        beside = ".".join((*inside, name)) if inside and self._holds(inside, name) else ""
        near = difflib.get_close_matches(name, sorted(self._names | IN_RUNTIME), 1, _ALIKE)
        return Missing(name, holder, file, line, beside, near[0] if near else "", versions_with(name))

    def _has(self, name: str) -> bool:
        return name.startswith("_") or name in self._names or is_in_runtime(name, self._version)

    def _is_own(self, parts: _Parts, start: _Parts, is_certain: bool) -> bool:
        """Whether a module is the function's, and no installer put it there."""
        name = parts[0]
        if name not in self._names or (is_certain and is_in_runtime(name, self._version)):  # which one is loaded?
            return False
        return name == start[0] or not {name, name.lower()} & self._installed

    @cached_property
    def _installed(self) -> frozenset[str]:
        """The modules that belong to distributions."""
        holders = (self._package, *self._layers)
        return frozenset(name for holder in holders for name in self._ask(holder, find_owners).modules)

    def _holds(self, parts: _Parts, name: str) -> bool:
        """Whether a module of this name stands in a package, in Python's sense."""
        path = "/".join(parts)
        return any(
            each.partition(".")[0] == name
            for holder, folder in self._places
            for each in holder.folders.get(folder + path, ())
        )


def _top_level(holder: Package, folder: str) -> Iterator[str]:
    """The modules that Python finds in a folder that is on its path."""
    for name in holder.folders.get(folder.rstrip("/"), ()):
        if folder + name in holder.folders:
            yield name
        elif name.endswith(_SUFFIXES) or holder.files[folder + name].kind == "link":
            yield name.partition(".")[0]


def _from_top(parts: _Parts) -> Iterator[_Parts]:
    """A module and all packages above it, the outermost first, as Python loads them."""
    return (parts[:count] for count in range(1, len(parts) + 1))


def _absolute(each: Import, inside: _Parts) -> _Parts:
    """The name of an imported module from the top; empty where there is none."""
    above = inside[: len(inside) - each.level + 1] if each.level else ()
    named = tuple(each.module.split(".")) if each.module else ()
    return () if each.level > len(inside) or not all(named) else (*above, *named)
