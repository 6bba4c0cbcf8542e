"""What a layer offers to whom, by where its files stand; and the `bootstrap` of a custom runtime."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from constructs_lambda.artifacts.packages import Entry, Package
from constructs_lambda.artifacts.verdicts import OK, Verdict, listed, problem, unknown
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import family_of

# Folders of a layer that a runtime has on its path. The group is the version that alone looks there.
_FOLDERS = {
    "python": re.compile(r"python/(?:lib/python(\d+\.\d+)/site-packages/)?"),
    "nodejs": re.compile(r"nodejs/(?:node(\d+)/)?node_modules/"),
    "java": re.compile(r"java/lib/()"),
    "ruby": re.compile(r"ruby/(?:gems/(\d+\.\d+)\.\d+|lib)/"),
}
_FOR_ALL = ("bin/", "lib/", "extensions/")
# By the group it is Python's. Only the exact names `python` and `nodejs` are looked into.
_MISNAMED = re.compile(r"(?i:(python(?:[-_.]?3(?:\.\d+)?)?(?:-packages)?)|node[-_.]?js(?:\d*(?:\.x)?)?|node)")
_SUFFIXES = {"python": (".py", ".so"), "nodejs": (".js", ".mjs", ".cjs")}
_MANIFESTS = frozenset({
    "requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock", "Pipfile", "Pipfile.lock",
    "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Gemfile", "Gemfile.lock",
})  # fmt: skip
_DOCUMENT = re.compile(r"(?i:(?:^|/)(?:[^/]*\.(?:md|rst|lock)|licen[cs]e[^/]*|notice[^/]*|makefile|\.[^/]*)$)")
_SOURCES = (".py", ".js", ".mjs", ".cjs", ".rb", ".sh")
_MOST_SOURCES = 50
_LARGEST_SOURCE = 512 * 1024
_METADATA = re.compile(r"[^/]+\.(?:dist|egg)-info")
_ENVIRONMENT = re.compile(r"(?:\.?v?env/)?(?:lib/python\d+\.\d+/)?site-packages/")


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


def check_layout(package: Package, families: frozenset[str] = frozenset()) -> Verdict:
    """Whether a layer's modules stand where the runtimes look: below `python/` and `nodejs/`, not at the root.

    Args:
        package: What is in the layer.
        families: Families of the runtimes of the functions that have it, as far as they are known.

    Returns:
        A problem where modules stand elsewhere and there is nothing that any runtime finds. A function that sets
        `PYTHONPATH` or `NODE_PATH` may find them all the same: don't ask for such a function.
    """
    layout = read_layout(package)
    if package.problems or any(entry.kind != "file" for entry in package.entries if "/" not in entry.name):
        return OK if layout.runtimes else unknown("the archive is odd, or a folder is a link")
    manifests = sorted(entry.name for entry in package.entries if entry.name.rpartition("/")[2] in _MANIFESTS)
    if manifests and all(_DOCUMENT.search(name) or name in manifests for name in package.files):
        return problem(f"it holds {listed(manifests)} and nothing of what that names")
    if layout.runtimes or layout.folders - {"lib"} or layout.has_bootstrap:
        return OK if layout.runtimes else unknown("the layer has more than modules")
    root = package.folders[""]
    if "node_modules" in package.folders:
        return problem("node_modules stands at its root, and has to be in nodejs/")
    found = {entry.name[: match.end()] for entry in package.entries if (match := _ENVIRONMENT.match(entry.name))}
    if not found:
        if layout.folders:
            return unknown("the layer has libraries")
        if misplaced := _misplaced(package, families):
            return problem(misplaced)
        found = {name for name in root if name.endswith(".py") or _METADATA.fullmatch(name)}
        found |= {f"{name}/" for name in root if "__init__.py" in package.folders.get(name, ())}
    if not found:
        return unknown("the layer has no modules")
    return problem(f"its modules stand at its root ({listed(sorted(found))}), and have to be in python/")


def _misplaced(package: Package, families: frozenset[str]) -> str:
    """What stands in a folder that is misnamed or one level too deep, or beside it; empty where nothing does."""
    names = [name for name in package.files if "/" in name or not _DOCUMENT.search(name)]
    tops = sorted({name.partition("/")[0] for name in names})
    if len(tops) == 1 and tops[0] in package.folders:
        top = tops[0]
        match = _MISNAMED.fullmatch(top)
        right = f"{'python' if match[1] else 'nodejs'}" if match else ""
        if right and top != right and any(name.endswith(_SUFFIXES[right]) for name in names):
            return f"its modules stand in {top}/, and have to be in {right}/"
        inside = package.folders[top]
        for family, pattern in _FOLDERS.items():
            if inside == {family} and any(pattern.match(name[len(top) + 1 :]) for name in names):
                return f"{family}/ stands in {top}/, and has to stand at its root"
    if families == {"java"} and all(re.fullmatch(r"(?:java/)?[^/]+\.jar", name) for name in names):
        return f"its jars stand outside of java/lib/: {listed(names)}"
    if families == {"ruby"} and all(re.fullmatch(r"[^/]+\.rb", name) for name in names):
        return f"its modules stand at its root ({listed(names)}), and have to be in ruby/lib/"
    return ""


def names_opt(package: Package, handler: str) -> bool:
    """Whether the code of a function names the folder that layers are unpacked into, as far as small files tell.

    Args:
        package: The function's package.
        handler: As it is set.
    """
    path = handler.rpartition(".")[0]
    own = [f"{stem}{suffix}" for stem in (path, path.replace(".", "/")) for suffix in (*_SOURCES, "/__init__.py")]
    beside = sorted(name for name in package.folders[""] if name.endswith(_SOURCES) or "." not in name)
    for name in dict.fromkeys((*own, *beside[:_MOST_SOURCES])):
        if "/opt" in package.read_text([name], _LARGEST_SOURCE):
            return True
    return False


def check_extensions(package: Package) -> Verdict:
    """Whether Lambda can start what stands in a layer's `extensions/`: it starts every file there.

    Args:
        package: What is in the layer.
    """
    for name in sorted(package.folders.get("extensions", ())):
        entry = package.files.get(f"extensions/{name}")
        if entry and entry.kind == "file" and _has_mode(package, entry) and not entry.mode & 0o111:
            return problem(f"{entry.name} isn't executable: its mode is {entry.mode & 0o777:o}")
    return OK


def _has_mode(package: Package, entry: Entry) -> bool:
    return entry.mode != 0 and not (os.name == "nt" and package.packed_bytes is None)


def check_bootstrap(package: Package, layers: Sequence[Package] = (), *, has_unknown_layers: bool = False) -> Verdict:
    """Whether a function on `provided.*` has the program that Lambda starts: an executable `bootstrap` at a root.

    Args:
        package: The function's package.
        layers: What is in its layers, as far as they are known.
        has_unknown_layers: Whether a layer can't be read.
    """
    found = [(holder, holder.files["bootstrap"]) for holder in (package, *layers) if "bootstrap" in holder.files]
    for holder, entry in found:
        if entry.kind == "link" and _leads_nowhere(holder, entry):
            return problem("bootstrap is a link that leads nowhere")
        if entry.kind == "link" or not _has_mode(holder, entry):
            return unknown("the mode of bootstrap isn't known")
        if entry.kind == "file" and entry.mode & 0o111:
            return _check_program(holder)
    if has_unknown_layers or any(holder.problems for holder in (package, *layers)):
        return unknown("a layer may bring it")
    if found:
        return problem(f"bootstrap isn't executable: its mode is {found[0][1].mode & 0o777:o}")
    deeper = sorted(entry.name for entry in package.entries if entry.name.endswith("/bootstrap"))
    reason = "no bootstrap stands at the root of the package" + (" or of a layer" if layers else "")
    return problem(f"{reason}; found {listed(deeper)}" if deeper else reason)


def _leads_nowhere(package: Package, entry: Entry) -> bool:
    place = package.path / entry.name
    return package.packed_bytes is None and place.is_symlink() and not place.exists()


def _check_program(package: Package) -> Verdict:
    """Whether the kernel can start a `bootstrap`, as far as its beginning tells."""
    try:
        head = package.head("bootstrap", 256)
    except InputError:
        return OK
    if not head:
        return problem("bootstrap is empty")
    if head.startswith(b"#!") and head.partition(b"\n")[0].endswith(b"\r") and b"\n" in head:
        return problem("the first line of bootstrap ends as on Windows (CR LF), so its interpreter isn't found")
    return OK


def _names(family: str, versions: Mapping[str, object] | frozenset[str]) -> str:
    return ", ".join(sorted(family + version for version in versions))
