"""Whether a handler exists in a package and its layers, found as the runtimes look for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from constructs_lambda.artifacts.modules import find_module
from constructs_lambda.artifacts.packages import DEEPEST, Package
from constructs_lambda.artifacts.sizes import find_owners
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE, Symbols, parse_symbols, takes_event
from constructs_lambda.artifacts.verdicts import OK, State, Verdict, listed, problem, unknown
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import RUNTIMES, family_of

_MOST_MODULES = 200
_NOT_SOURCE = frozenset({"conftest.py", "setup.py", "tests", "test", "node_modules", "__pycache__"})
_NODE_SUFFIXES = (".js", ".mjs", ".cjs")
_NODE_TYPESCRIPT = (".ts", ".mts", ".cts")
_TYPESCRIPT_SINCE = 24  # the major version of Node.js whose runtime loads it


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
        runtime: Identifier of the runtime. Python is looked into; of Node.js only the file; others are unknown.
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
        verdict = _check_node(package, handler, runtime, layers)
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
    if function and not takes_event(function):
        return problem(f"{name} defines {symbol}, but not to be called with an event and a context")
    if symbol in symbols.names:
        return OK
    if symbols.is_open:
        return unknown(f"{name} may get its names when it runs")
    return _with_handlers(problem(f"{name} defines no {symbol}"), package)


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


def _check_node(package: Package, handler: str, runtime: str, layers: Sequence[Package]) -> Verdict:
    if ".." in handler:
        return problem(f"the handler {handler} must not have two dots in a row")
    folder, _, last = handler.rpartition("/")
    stem, dot, symbol = last.partition(".")
    if not dot or not symbol:
        return problem(f"the handler {handler} has to be the path of a file, a dot and a function, as in index.handler")
    if handler.startswith("/") or runtime not in RUNTIMES or RUNTIMES[runtime].preview:
        return unknown(f"where {runtime} looks for {handler} isn't known")
    parts = [part for part in folder.split("/") if part not in ("", ".")]
    path = "/".join([*parts, stem])
    if _behind_link(package, path) or len(parts) > DEEPEST // 2:
        return unknown(f"{path} is behind a link, or very deep")
    match = re.match(r"nodejs(\d+)", runtime)
    typescript = match is not None and int(match[1]) >= _TYPESCRIPT_SINCE
    if path in package.files or any(path + suffix in package.files for suffix in _NODE_SUFFIXES):
        return OK
    if typescript and any(path + suffix in package.files for suffix in _NODE_TYPESCRIPT):
        return OK
    if path in package.folders or _is_node_module(stem, parts, package, layers):
        return unknown(f"{path} may be a package")
    beside = sorted(
        name for name in package.folders.get("/".join(parts), ()) if name.endswith((*_NODE_SUFFIXES, *_NODE_TYPESCRIPT))
    )
    looked_for = listed([path + suffix for suffix in _NODE_SUFFIXES])
    return problem(f"none of {looked_for} exists; found {listed(beside)}" if beside else f"none of {looked_for} exists")


def _is_node_module(stem: str, parts: list[str], package: Package, layers: Sequence[Package]) -> bool:
    """Whether `require` might find a package of this name, in a layer or in a node_modules above the file."""
    above = ["/".join([*parts[:count], "node_modules"]) for count in range(len(parts) + 1)]
    if any(folder in package.files or stem in _stems(package, folder) for folder in above):
        return True
    return any(
        stem in _stems(layer, folder)
        for layer in layers
        for folder in layer.folders
        if re.fullmatch(r"nodejs/(node\d+/)?node_modules", folder)
    ) or any(entry.kind == "link" for layer in layers for entry in layer.entries)


def _stems(package: Package, folder: str) -> set[str]:
    return {name.partition(".")[0] for name in package.folders.get(folder, ())}


def _behind_link(package: Package, path: str) -> bool:
    parts = path.split("/")
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    return any(folder in package.files and package.files[folder].kind == "link" for folder in above)
