"""Whether a handler exists in a package and its layers, found as the runtimes look for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from constructs_lambda.artifacts.entry_points import CHECKS
from constructs_lambda.artifacts.modules import find_module
from constructs_lambda.artifacts.node import check_node
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.sizes import find_owners
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE, Symbols, parse_module, parse_symbols, takes_event
from constructs_lambda.artifacts.verdicts import OK, State, Verdict, listed, problem, unknown
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import family_of

_MOST_MODULES = 200
_NOT_SOURCE = frozenset({"conftest.py", "setup.py", "tests", "test", "node_modules", "__pycache__"})
_MOST_STEPS = 5
_Found = tuple[Package, str, Sequence[str]]  # what holds a module, its file, and its name, split at the dots


def python_handlers(package: Package) -> tuple[str, ...]:
    """The functions of a package that could be its handler, as `app.handler`, the most likely first.

    Looks at modules at the root and one folder below, without installed distributions and tests: plain functions that
    can be called with an event and a context.

    Args:
        package: A function's package.
    """
    found = []
    for name in _own_modules(package):
        module = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        symbols = _parse(package, name, None)
        if isinstance(symbols, Symbols):
            found += [f"{module}.{function}" for function in symbols.handlers()]
    return tuple(sorted(found, key=lambda handler: (not handler.endswith("handler"), handler.count("."))))


def check_handler(
    package: Package,
    handler: str,
    runtime: str,
    *,
    layers: Sequence[Package] = (),
    has_unknown_code: bool = False,
) -> Verdict:
    """Whether a function's handler exists.

    Args:
        package: The function's package.
        handler: As it is set: `app.handler`, `src/app.handler`, `src.app.handler`.
        runtime: Identifier of the runtime. Python is looked into, and small files of Node.js and Ruby; of Java and .NET
            only the names of files are compared; others are unknown.
        layers: What is in its layers, as far as they are known, the first one first.
        has_unknown_code: Whether code may come from elsewhere: a layer that can't be read, a path that the environment
            sets (`PYTHONPATH`, `NODE_PATH`), a wrapper, a file system. A missing module is unknown then.

    Returns:
        A problem where it certainly fails when invoked, with what was found instead.
    """
    family = family_of(runtime)
    if family == "python":
        verdict = _check_python(package, handler, runtime, layers)
    elif family == "nodejs":
        verdict = check_node(package, handler, runtime, layers)
    elif family in CHECKS:
        verdict = CHECKS[family](package, handler, runtime, layers)
    else:
        return unknown(f"handlers of {runtime} are not looked into")
    if verdict.state is State.PROBLEM:
        if has_unknown_code:
            return unknown("code may come from elsewhere")
        if package.problems or any(layer.problems for layer in layers):
            return unknown("an archive can't be trusted")
    return verdict


def python_version(runtime: str) -> tuple[int, int] | None:
    """The version in the name of a Python runtime, or None."""
    match = re.fullmatch(r"python(\d)\.(\d{1,3})", runtime)
    return (int(match[1]), int(match[2])) if match else None


def defines_plainly(text: str, symbol: str, runtime: str) -> bool:
    """Whether a module can be parsed, defines a function at its top level, and deletes nothing there."""
    tree = parse_module(text.encode(), python_version(runtime))
    if not isinstance(tree, ast.Module) or any(isinstance(node, ast.Delete) for node in tree.body):
        return False
    return any(isinstance(node, ast.FunctionDef) and node.name == symbol for node in tree.body)


def _check_python(package: Package, handler: str, runtime: str, layers: Sequence[Package]) -> Verdict:
    module, dot, symbol = handler.rpartition(".")
    parts = module.replace("/", ".").split(".")
    if not dot or not all(parts):
        return problem(f"the handler {handler} has to be the path of a module, a dot and a function, as in app.handler")
    version = python_version(runtime)
    found = find_module(package, layers, parts, version)
    if isinstance(found, Verdict):
        return _with_handlers(found, package)
    holder, name = found
    if not name.endswith(".py"):
        return unknown(f"{name} is compiled, or a folder")
    symbols = _parse(holder, name, version)
    if symbols is None:
        return unknown(f"{name} can't be parsed here")
    if isinstance(symbols, str):
        return problem(f"{name} has a syntax error in {symbols}")
    function = symbols.functions.get(symbol)
    if function and not symbols.is_open:
        if not takes_event(function):
            return problem(f"{name} defines {symbol}, but not to be called with an event and a context")
        if isinstance(function, ast.AsyncFunctionDef):
            return problem(f"{name} defines {symbol} with async, and Lambda doesn't await what it returns")
    if symbol in symbols.constants and not symbols.is_open:
        return problem(f"{name} sets {symbol} to {symbols.constants[symbol]}, which is no function")
    verdict = _Imports(package, layers, version).defines(name, holder, symbols, parts, symbol)
    if verdict.state is State.PROBLEM and symbol not in symbols.names:
        return _with_handlers(verdict, package)
    return verdict


class _Imports:
    """Follows a name through the modules that it is imported from."""

    def __init__(self, package: Package, layers: Sequence[Package], version: tuple[int, int] | None) -> None:
        self._package, self._layers, self._version = package, layers, version

    def defines(
        self, name: str, holder: Package, symbols: Symbols, parts: Sequence[str], symbol: str, left: int = _MOST_STEPS
    ) -> Verdict:
        """Whether a module has a name, as far as that is certain.

        Args:
            name: Its file.
            holder: What the file is in.
            symbols: What is in it.
            parts: The module's name, split at the dots.
            symbol: The name.
            left: How many imports are followed.
        """
        inside = parts if name.endswith("/__init__.py") else parts[:-1]
        if symbol in symbols.names:
            if symbol not in symbols.imports or symbols.is_open or holder is not self._package or not left:
                return OK
            level, module, original = symbols.imports[symbol]
            found = self._find(level, module, inside)
            if isinstance(found, Verdict):
                is_certain = found.state is State.PROBLEM and level
                return (
                    problem(f"{name} imports {symbol} from {'.' * level}{module}: {found.reason}") if is_certain else OK
                )
            verdict = self._follow(found, original, left, is_module=self._is_module(found, original))
            if verdict.state is State.PROBLEM:
                return problem(f"{name} imports {original} from {'.' * level}{module}: {verdict.reason}")
            return OK
        if symbols.is_dynamic or holder is not self._package or (symbols.stars and not left):
            return unknown(f"{name} may get its names when it runs") if symbols.is_open else _lacks(name, symbol)
        for level, module in symbols.stars:
            found = self._find(level, module, inside)
            if isinstance(found, Verdict):
                return unknown(f"{name} may get its names from {module}")
            target = self._symbols(found)
            hidden = target is not None and (
                symbol not in target.exported
                if target.exported is not None
                else "__all__" not in target.names and symbol.startswith("_")
            )
            if not hidden and self._follow(found, symbol, left).state is not State.PROBLEM:
                return unknown(f"{name} may get its names from {found[1]}")
        return _lacks(name, symbol)

    def _find(self, level: int, module: str, inside: Sequence[str]) -> _Found | Verdict:
        """The own module that an import names, or why there is none."""
        if level > len(inside):
            return unknown("an import leads out of the package")
        above = list(inside[: len(inside) - level + 1]) if level else []
        parts = [*above, *(module.split(".") if module else ())]
        if not parts or not all(parts) or parts[0] in self._installed:
            return unknown("an installed package")
        found = find_module(self._package, self._layers, parts, self._version)
        if isinstance(found, Verdict):
            return unknown("a folder of modules") if "/".join(parts) in self._package.folders else found
        holder, name = found
        return (holder, name, parts) if holder is self._package and name.endswith(".py") else unknown("not ours")

    @cached_property
    def _installed(self) -> frozenset[str]:
        return frozenset(find_owners(self._package).modules)

    def _symbols(self, found: _Found) -> Symbols | None:
        symbols = _parse(found[0], found[1], self._version)
        return symbols if isinstance(symbols, Symbols) else None

    def _follow(self, found: _Found, symbol: str, left: int, *, is_module: bool = False) -> Verdict:
        symbols = self._symbols(found)
        if symbols is None or is_module:
            return OK
        return self.defines(found[1], found[0], symbols, found[2], symbol, left - 1)

    def _is_module(self, found: _Found, name: str) -> bool:
        """Whether a name stands for a module in a package, in Python's sense, and not for something in its file."""
        holder, file, _ = found
        folder = file.rpartition("/")[0]
        return file.endswith("/__init__.py") and any(
            each.partition(".")[0] == name for each in holder.folders.get(folder, ())
        )


def _lacks(name: str, symbol: str) -> Verdict:
    return problem(f"{name} defines no {symbol}")


def _with_handlers(verdict: Verdict, package: Package) -> Verdict:
    if verdict.state is not State.PROBLEM:
        return verdict
    handlers = list(python_handlers(package))
    return problem(f"{verdict.reason}; " + (f"found {listed(handlers)}" if handlers else "no handler was found"))


def _parse(package: Package, name: str, version: tuple[int, int] | None) -> Symbols | str | None:
    try:
        return parse_symbols(package.head(name, LARGEST_SOURCE + 1), version)
    except InputError:
        return None


def _own_modules(package: Package) -> Iterator[str]:
    installed = find_owners(package).modules
    left = _MOST_MODULES
    for folder in ("", *sorted(package.folders[""] & package.folders.keys())):
        if folder in installed or folder in _NOT_SOURCE:
            continue
        for name in sorted(package.folders[folder]):
            stem = name.removesuffix(".py")
            if stem == name or name in _NOT_SOURCE or name.startswith("test_") or (not folder and stem in installed):
                continue
            if left:
                left -= 1
                yield f"{folder}/{name}" if folder else name
