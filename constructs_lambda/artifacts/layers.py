"""What a layer offers to whom, by where its files stand; and the `bootstrap` of a custom runtime."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.verdicts import OK, Verdict, listed, problem, unknown
from constructs_lambda.runtimes import family_of

# Folders of a layer that a runtime has on its path. The group is the version that alone looks there.
_FOLDERS = {
    "python": re.compile(r"python/(?:lib/python(\d+\.\d+)/site-packages/)?"),
    "nodejs": re.compile(r"nodejs/(?:node(\d+)/)?node_modules/"),
    "java": re.compile(r"java/lib/()"),
    "ruby": re.compile(r"ruby/(?:gems/(\d+\.\d+)\.\d+|lib)/"),
}
_FOR_ALL = ("bin/", "lib/", "extensions/")
_METADATA = re.compile(r"[^/]+\.(?:dist|egg)-info")
_ENVIRONMENT = re.compile(r"(?:lib/python\d+\.\d+/)?site-packages/")


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands where in a layer.

    Args:
        runtimes: For each family whose folder it has, the versions that alone look there (`3.13`, `22`); the empty text
            stands for all versions.
        folders: Which of `bin`, `lib` and `extensions` it has, which are for every runtime.
        extensions: Names of the programs in `extensions/`.
        has_bootstrap: Whether it brings a custom runtime.
        has_others: Whether there are files elsewhere, which only code that names them finds.
    """

    runtimes: Mapping[str, frozenset[str]]
    folders: frozenset[str]
    extensions: tuple[str, ...]
    has_bootstrap: bool
    has_others: bool


def read_layout(package: Package) -> Layout:
    """What stands where in a layer.

    Args:
        package: What is in the layer.
    """
    runtimes: dict[str, set[str]] = {}
    folders = set()
    has_others = False
    for entry in package.entries:
        name = entry.name + "/" if entry.kind == "link" else entry.name  # a link may lead to a folder
        first = name.partition("/")[0]
        match = _FOLDERS[first].match(name) if first in _FOLDERS else None
        if match:
            runtimes.setdefault(first, set()).add(match[1] or "")
        elif name.startswith(_FOR_ALL):
            folders.add(first)
        elif name != "bootstrap":
            has_others = True
    return Layout(
        {family: frozenset(versions) for family, versions in runtimes.items()},
        frozenset(folders),
        tuple(sorted(package.folders.get("extensions", ()))),
        "bootstrap" in package.files,
        has_others,
    )


def serves(layout: Layout, runtime: str) -> Verdict:
    """Whether a function finds anything in a layer.

    Args:
        layout: What stands where in the layer.
        runtime: Identifier of the function's runtime.

    Returns:
        A problem where the layer has nothing but modules of other languages or versions.
    """
    family = family_of(runtime)
    if family not in _FOLDERS:
        return unknown(f"where {runtime} looks isn't known")
    match = re.match(r"[a-z]+(\d+(?:\.\d+)?)", runtime)
    version = match[1] if match else ""
    versions = layout.runtimes.get(family, frozenset())
    if "" in versions or version in versions:
        return OK
    if layout.folders or layout.has_bootstrap or layout.has_others or not layout.runtimes:
        return unknown("the function may name its files")
    if versions:
        return problem(f"it has modules for {_names(family, versions)} only, and the function runs on {runtime}")
    return problem(f"it has modules for {_names('', layout.runtimes)} only, and the function runs on {runtime}")


def check_layout(package: Package) -> Verdict:
    """Whether a layer's modules stand where the runtimes look: below `python/` and `nodejs/`, not at the root.

    Args:
        package: What is in the layer.

    Returns:
        A problem where modules stand at the root and there is nothing that any runtime finds. A function that sets
        `PYTHONPATH` or `NODE_PATH` may find them all the same: don't ask for such a function.
    """
    layout = read_layout(package)
    if layout.runtimes or layout.folders - {"lib"} or layout.has_bootstrap or package.problems:
        return OK if layout.runtimes else unknown("the layer has more than modules")
    root = package.folders[""]
    if any(name in _FOLDERS and package.files[name].kind == "link" for name in root & package.files.keys()):
        return unknown("a folder is a link")
    if "node_modules" in package.folders:
        return problem("node_modules stands at its root, and has to be in nodejs/")
    found = {entry.name[: match.end()] for entry in package.entries if (match := _ENVIRONMENT.match(entry.name))}
    if not found:
        if layout.folders:
            return unknown("the layer has libraries")
        found = {name for name in root if name.endswith(".py") or _METADATA.fullmatch(name)}
        found |= {f"{name}/" for name in root if "__init__.py" in package.folders.get(name, ())}
    if not found:
        return unknown("the layer has no modules")
    return problem(f"its modules stand at its root ({listed(sorted(found))}), and have to be in python/")


def check_bootstrap(package: Package, layers: Sequence[Package] = (), *, has_unknown_layers: bool = False) -> Verdict:
    """Whether a function on `provided.*` has the program that Lambda starts: an executable `bootstrap` at a root.

    Args:
        package: The function's package.
        layers: What is in its layers, as far as they are known.
        has_unknown_layers: Whether a layer can't be read.
    """
    found = [(holder, holder.files["bootstrap"]) for holder in (package, *layers) if "bootstrap" in holder.files]
    for holder, entry in found:
        if entry.kind == "link" or not entry.mode or (os.name == "nt" and holder.packed_bytes is None):
            return unknown("the mode of bootstrap isn't known")
        if entry.kind == "file" and entry.mode & 0o111:
            return OK
    if has_unknown_layers or any(holder.problems for holder in (package, *layers)):
        return unknown("a layer may bring it")
    if found:
        return problem(f"bootstrap isn't executable: its mode is {found[0][1].mode & 0o777:o}")
    deeper = sorted(entry.name for entry in package.entries if entry.name.endswith("/bootstrap"))
    reason = "no bootstrap stands at the root of the package" + (" or of a layer" if layers else "")
    return problem(f"{reason}; found {listed(deeper)}" if deeper else reason)


def _names(family: str, versions: Mapping[str, object] | frozenset[str]) -> str:
    return ", ".join(sorted(family + version for version in versions))
