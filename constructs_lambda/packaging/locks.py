"""uv's lock: uv exports it, once it is checked that it isn't older than the projects that it is for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.indexes import environment
from constructs_lambda.packaging.install import UvError, explained, run
from constructs_lambda.packaging.origins import is_secret, origins, plain
from constructs_lambda.packaging.pins import (
    Manifest,
    Pins,
    check_python,
    digest_of,
    logical_lines,
    name_of,
    names,
    read,
    refuse_git,
    sorted_out,
    toml,
)
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import normalized

_SOURCE = re.compile(r"^\s*source\s*=.*", re.MULTILINE)  # of a package, in a lock as uv writes it
_PLAIN = re.compile(r"([<>~=!]=?=?)\s*v?(\d+(?:\.\d+)*(?:\.\*)?)")
_REQUIREMENT = re.compile(r"\s*[\w.-]+\s*(?:\[([^]]*)\])?\s*\(?([^;()@]*)\)?\s*(?:;(.*))?$")
_Wanted = dict[str, list[tuple[str, ...]]]


def uv_lock(entry: Path) -> Path | None:
    """The entry's lock, or the one of the workspace that it is a member of."""
    entry = entry.resolve()
    for folder in (entry, *entry.parents):
        if not (folder / "uv.lock").is_file():
            continue
        workspace = _uv_settings(folder / "pyproject.toml").get("workspace", {})
        is_member = any(entry in folder.glob(each) for each in workspace.get("members", ()))
        is_excluded = any(entry in folder.glob(each) for each in workspace.get("exclude", ()))
        if folder == entry or (is_member and not is_excluded):
            return folder / "uv.lock"
    return None


def _uv_settings(project: Path) -> dict[str, Any]:
    settings: dict[str, Any] = toml(project).get("tool", {}).get("uv", {}) if project.is_file() else {}
    return settings


def manifest(entry: Path, declared: dict[str, Any], lock: Path) -> Manifest:
    """Read an entry that has a `uv.lock`."""
    root = lock.parent
    files = tuple(dict.fromkeys((lock, entry / "pyproject.toml", root / "pyproject.toml")))
    named = names(declared["project"].get("dependencies", ()))

    origin = origins(entry, root=root)
    texts = [read(file) for file in files]

    def elsewhere() -> dict[str, str]:
        locked = toml(lock)
        return environment(_locked_projects(entry, root, locked), locked.get("package", ()))

    def resolve(target: Target, progress: bool) -> Pins:
        locked = toml(lock)  # it takes long, and where nothing has changed nobody needs it
        check(lock, locked, normalized(declared["project"].get("name", "")))
        check_python(entry / "pyproject.toml", declared["project"].get("requires-python", ""), target)
        check_python(lock, locked.get("requires-python", ""), target)
        try:
            arguments = ["export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-header"]
            text, _ = run([*arguments, "--no-annotate", "--directory", str(entry.absolute())], folder=entry)
        except UvError as error:
            raise explained(error, target, entry) from None
        refuse_git(lock, logical_lines(text), target)
        return Pins(*sorted_out(text, root, entry, target), named)

    return Manifest(
        files,
        digest_of("uv", [*(plain(text).encode() for text in texts), *origin.parts]),
        resolve,
        options=origin.fresh,
        found=origin.found,
        origin=origin.digest,
        is_secret=is_secret(_SOURCE.findall(texts[0])),
        look_up=elsewhere,
    )


def _locked_projects(entry: Path, root: Path, locked: dict[str, Any]) -> list[Path]:
    """The folders of local projects that a lock names, and those of the entry and the workspace first."""
    places = [entry, root]
    places += [root / place for package in locked.get("package", ()) if (place := _folder(package))]
    return list(dict.fromkeys(place.resolve() for place in places))


def _folder(package: dict[str, Any]) -> str | None:
    """The folder of a local project that a lock names, relative to the lock's; None for what comes from elsewhere."""
    source: dict[str, str] = package.get("source", {})
    return source.get("editable") or source.get("virtual") or source.get("directory")


def check(lock: Path, locked: dict[str, Any], project: str) -> None:
    """Compare what a project and the local projects that it leads to require with what its lock says of them.

    Raises:
        PackagingError: If the lock is older.
    """
    packages = locked.get("package", ())
    by_name = {normalized(each["name"]): each for each in packages}
    if project not in by_name:
        raise PackagingError(f"{lock} doesn't know the project {project!r}. Run `uv lock`")
    waiting, seen = [project], set()
    while waiting:
        name = waiting.pop()
        package = by_name.get(name, {})
        place = _folder(package)
        if name in seen or not place:
            continue
        seen.add(name)
        file = lock.parent / place / "pyproject.toml"
        if file.is_file():
            _compare(lock, file, package.get("metadata", {}).get("requires-dist", ()))
        waiting += [normalized(each["name"]) for each in package.get("dependencies", ())]


def _compare(lock: Path, file: Path, known: Iterable[dict[str, Any]]) -> None:
    declared = toml(file)
    if "dependencies" in (project := declared.get("project", {})).get("dynamic", ()) or not project:
        return
    asked, locked = _declared(project.get("dependencies", ())), _locked(known)
    head = f"{lock} is older than the {'' if file.parent == lock.parent else f'{file.parent.name}/'}pyproject.toml"
    if missing := sorted(asked.keys() - locked.keys()):
        raise PackagingError(f"{head}: it lacks {', '.join(missing)}. Run `uv lock`")
    if extra := sorted(locked.keys() - asked.keys()):
        raise PackagingError(f"{head}, which doesn't require {', '.join(extra)} any more. Run `uv lock`")
    for name in sorted(asked):
        if ("?",) not in (*asked[name], *locked[name]) and set(asked[name]) != set(locked[name]):
            raise PackagingError(f"{head}: it has another version or extra of {name}. Run `uv lock`")


def _declared(requirements: Iterable[str]) -> _Wanted:
    found: _Wanted = {}
    for line in requirements:
        match = _REQUIREMENT.match(line) if "@" not in line.split(";")[0] else None
        wanted = _wanted(match.group(1) or "", match.group(2), match.group(3) or "") if match else ("?",)
        found.setdefault(name_of(line), []).append(wanted)
    return found


def _locked(requirements: Iterable[dict[str, Any]]) -> _Wanted:
    found: _Wanted = {}
    for each in requirements:
        marker = each.get("marker", "")
        if re.search(r"\bextra\b", marker):
            continue
        elsewhere = each.keys() - {"name", "specifier", "marker", "extras", "index"}
        wanted = ("?",) if elsewhere else _wanted(",".join(each.get("extras", ())), each.get("specifier", ""), marker)
        found.setdefault(normalized(each["name"]), []).append(wanted)
    return found


def _wanted(extras: str, specifier: str, marker: str) -> tuple[str, ...]:
    """A requirement in a form that can be compared; `?` where it can't."""
    clauses = []
    for clause in filter(None, (each.strip() for each in specifier.split(","))):
        match = _PLAIN.fullmatch(clause)
        if not match:
            return ("?",)
        clauses.append(match.group(1) + re.sub(r"^0+(?=\d)", "", match.group(2)))
    named = [f"[{normalized(each.strip())}]" for each in extras.split(",") if each.strip()]
    # uv writes markers in its own way, and leaves out what always holds: what can be compared is whether one is about
    # the platform.
    about = (";platform",) if re.search(r"\b(sys_platform|platform_\w+|os_name)\b", marker) else ()
    return (*sorted(named), *sorted(clauses), *about)
