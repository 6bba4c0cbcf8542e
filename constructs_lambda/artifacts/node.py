"""Whether a handler for Node.js exists: its file, and what that exports."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from constructs_lambda.artifacts.exports import exported_names
from constructs_lambda.artifacts.packages import DEEPEST, Package
from constructs_lambda.artifacts.verdicts import OK, Verdict, listed, problem, unknown
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import RUNTIMES

_NODE_SUFFIXES = (".js", ".mjs", ".cjs")
_NODE_TYPESCRIPT = (".ts", ".mts", ".cts")
_TYPESCRIPT_SINCE = 24  # the major version of Node.js whose runtime loads it
_LARGEST = 256 * 1024


def check_node(package: Package, handler: str, runtime: str, layers: Sequence[Package]) -> Verdict:
    """Whether the file of a handler exists, and exports it, as far as the text of a small file tells.

    Args:
        package: The function's package.
        handler: As it is set.
        runtime: Identifier of the runtime.
        layers: What is in its layers.
    """
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
    if path in package.files:
        return OK
    for suffix in _NODE_SUFFIXES:
        if path + suffix in package.files:
            return _exports(package, path + suffix, symbol)
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


def _exports(package: Package, name: str, symbol: str) -> Verdict:
    """Whether a file exports the handler, as far as its text tells."""
    if "node_modules/" in name or package.files[name].kind != "file":
        return OK
    try:
        text = package.read(name, _LARGEST).decode("utf-8")
    except (InputError, UnicodeDecodeError):
        return OK
    kind = name.rpartition(".")[2]
    is_module = kind == "mjs" or (kind == "js" and _is_module(package, name))
    names = exported_names(text, is_module=None if is_module is None else bool(is_module))
    if names is None or symbol.partition(".")[0] in names:
        return OK
    exported = f"exports only {listed(sorted(names))}" if names else "exports nothing"
    return problem(f"{name}{' is an ES module and' if is_module else ''} {exported}")


def _is_module(package: Package, name: str) -> bool | None:
    """Whether a `.js` file is an ES module by the package.json that is nearest to it; None where that isn't known."""
    folder = name
    while folder:
        folder = folder.rpartition("/")[0]
        manifest = f"{folder}/package.json" if folder else "package.json"
        if manifest in package.files:
            try:
                found = json.loads(package.read(manifest, _LARGEST))
            except (InputError, ValueError, RecursionError):
                return None
            return isinstance(found, dict) and found.get("type") == "module"
    return False
