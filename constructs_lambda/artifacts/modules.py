"""Where Python finds a module among a function's package and its layers, without importing anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from constructs_lambda.artifacts.interpreters import is_in_runtime
from constructs_lambda.artifacts.packages import DEEPEST, Package
from constructs_lambda.artifacts.verdicts import Verdict, problem, unknown
from constructs_lambda.errors import InputError

_File = tuple[Package, str]
_Place = tuple[Sequence[Package], str]  # packages unpacked over each other, and a folder: empty, or with `/` at its end
# A module in which one of these stands may take its submodules from elsewhere.
_EXTENDS = re.compile(rb"__path__|extend_path|declare_namespace|modules|meta_path|path_hooks|import_hook")
_LARGEST_SOURCE = 512 * 1024


def find_module(
    package: Package, layers: Sequence[Package], parts: Sequence[str], version: tuple[int, int] | None
) -> _File | Verdict:
    """The file of a module, by the order in which Python looks.

    Args:
        package: The function's package.
        layers: Its layers that are known; Lambda unpacks them over each other.
        parts: The module's name, split at the dots.
        version: Python version of the runtime, None where it isn't known.

    Returns:
        The package that holds it, and the name of its file there (`.py`, `.pyc` or `.so`); or why there is none.
    """
    if len(parts) > DEEPEST // 2:
        return unknown(f"{'.'.join(parts)} is very deep")
    places: list[_Place] = [((package,), ""), *((layers, site) for site in _sites(layers, version))]
    inside: _File | None = None  # the package, in Python's sense, that the search is in
    for count, part in enumerate(parts, start=1):
        is_last = count == len(parts)
        portions: list[_Place] = []
        for holders, folder in places:
            path = folder + part
            if any(path in holder.files and holder.files[path].kind == "link" for holder in holders):
                return unknown(f"{path} is a link")
            is_folder = any(path in holder.folders for holder in holders)
            if is_folder and (file := _file(holders, path + "/", "__init__")):
                inside, places = file, [(holders, path + "/")]
                break
            if file := _file(holders, folder, part):
                if not is_last and not _may_extend(file):
                    return problem(f"{file[1]} is a module, so there is no {'.'.join(parts)}")
                return file if is_last else unknown(f"{file[1]} may bring its own modules")
            if is_folder:
                portions.append((holders, path + "/"))
        else:
            if inside and not portions and _may_extend(inside):
                return unknown(f"{inside[1]} may look elsewhere for {part}")
            if not portions:
                return _missing(parts[:count], layers)
            inside, places = None, portions
    if inside:
        return inside
    return problem(f"{places[0][1].rstrip('/')} is a folder without __init__.py, so it defines nothing")


def _sites(layers: Sequence[Package], version: tuple[int, int] | None) -> Iterator[str]:
    """The folders of layers that are on the path: those of one version first."""
    for name in sorted({name for layer in layers for name in layer.folders.get("python/lib", ())}):
        match = re.fullmatch(r"python(\d)\.(\d{1,3})", name)
        if match and version in (None, (int(match[1]), int(match[2]))):
            yield f"python/lib/{name}/site-packages/"
    yield "python/"


def _file(holders: Sequence[Package], folder: str, stem: str) -> _File | None:
    """The file that Python loads for a module in a folder: a compiled one first, as it does."""
    found: dict[str, Package] = {}
    for holder in holders:
        for name in holder.folders.get(folder.rstrip("/"), ()):
            if name.startswith(stem + ".") and folder + name in holder.files:
                found[name] = holder  # a later layer's file replaces an earlier one's
    shared = sorted(name for name in found if name.endswith(".so"))
    for name in (*shared, stem + ".py", stem + ".pyc"):
        if name in found:
            return found[name], folder + name
    return None


def _may_extend(file: _File) -> bool:
    holder, name = file
    if not name.endswith(".py"):
        return True
    try:
        return bool(_EXTENDS.search(holder.read(name, _LARGEST_SOURCE)))
    except InputError:
        return True


def _missing(parts: Sequence[str], layers: Sequence[Package]) -> Verdict:
    if len(parts) == 1 and is_in_runtime(parts[0], None):
        return unknown(f"{parts[0]} may be the runtime's own")
    for layer in layers:
        for entry in layer.entries:
            if entry.kind == "link" and re.fullmatch(r"python(/lib(/[^/]+(/site-packages)?)?)?", entry.name):
                return unknown(f"{entry.name} is a link")
            if entry.name.endswith(".pth"):
                return unknown(f"{entry.name} may name another folder")
    return problem(f"no module {'.'.join(parts)} exists")
