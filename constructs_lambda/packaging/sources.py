"""What an entry depends on: its manifest is found, read with all that it includes, and resolved to pins."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import poetry, trees
from constructs_lambda.packaging.archive import File
from constructs_lambda.packaging.install import UvError, explained, run
from constructs_lambda.packaging.pins import (
    Manifest,
    Pins,
    compiled,
    digest_of,
    logical_lines,
    name_of,
    names,
    pinned_version,
    read,
    sorted_out,
    toml,
    unpinned,
)
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import normalized

_INCLUDES = re.compile(r"(-r|--requirement|-c|--constraint)[\s=]*(.+)")
_PLACES = re.compile(r"(-f|--find-links)[\s=]*(.+)")
_SETTINGS = re.compile(
    r"-i\b|-f\b|--(index-url|extra-index-url|find-links|no-index|index|default-index|trusted-host)\b"
)


def manifest(entry: Path) -> Manifest | None:
    """Find what an entry declares: `uv.lock`, `poetry.lock`, `requirements.txt`, `pyproject.toml`, in this order.

    Raises:
        PackagingError: If a manifest can't be read, or is one that isn't supported.
    """
    requirements, project = entry / "requirements.txt", entry / "pyproject.toml"
    declared = toml(project) if project.is_file() else {}
    found: Manifest | None = None
    if "project" in declared and (lock := _uv_lock(entry)):
        found = _from_uv_lock(entry, declared, lock)
    elif declared and (entry / "poetry.lock").is_file():
        found = poetry.manifest(entry, declared)
    elif requirements.is_file():
        return _from_requirements(entry)
    elif declared.get("project", {}).get("dependencies") or "dependencies" in declared.get("project", {}).get(
        "dynamic", ()
    ):
        return _from_project(entry, declared)
    elif len(declared.get("tool", {}).get("poetry", {}).get("dependencies", {})) > 1:  # one is python itself
        raise PackagingError(f"{entry} has Poetry's dependencies and no poetry.lock: run `poetry lock`")
    elif (entry / "Pipfile").is_file():
        raise PackagingError(f"{entry / 'Pipfile'} isn't read: run `pipenv requirements > requirements.txt`")
    if found and requirements.is_file():
        note = f"{requirements} isn't used: {found.files[0].name} stands beside it"
        return dataclasses.replace(found, notes=(*found.notes, note))
    return found


def _from_requirements(entry: Path) -> Manifest:
    files: list[Path] = []
    requirements: list[str] = []
    constraints: list[str] = []
    settings: list[str] = []
    wheels: list[Path] = []

    def include(file: Path, *, constraint: bool) -> None:
        if file in files:
            return
        if not file.is_file():
            raise PackagingError(f"{entry / 'requirements.txt'} includes {file}, which isn't there")
        files.append(file)
        for line in logical_lines(read(file)):
            if match := _INCLUDES.fullmatch(line):
                if "://" in match.group(2):
                    raise PackagingError(f"{file} includes a file from the network; copy it beside the others")
                include(
                    Path(os.path.normpath(file.parent / match.group(2))),
                    constraint=constraint or "-c" in match.group(1),
                )
            elif match := _PLACES.fullmatch(line):
                folder = file.parent / match.group(2)
                settings.append(f"--find-links {folder.absolute() if folder.is_dir() else match.group(2)}")
                wheels.extend(sorted(folder.glob("*.whl")) if folder.is_dir() else ())
            elif _SETTINGS.match(line):
                settings.append(line)
            elif constraint:
                constraints.append(line)
            else:
                requirements.append(line)

    include(entry / "requirements.txt", constraint=False)
    hashed = bool(requirements) and all("--hash" in line and "==" in line for line in requirements)
    named = names(requirements)
    pinned_names = set(names(line for line in (*requirements, *constraints) if pinned_version(line) or " @ " in line))
    loose = sorted(set(named) - pinned_names)
    # In a compiled list everything is named, whoever asked for it.
    roots = () if hashed or (not loose and "botocore" in named) else named

    # uv takes a wheel in a folder for the one it knows, by its name, even if it was built anew.
    fresh = tuple(sorted({f"--refresh-package={name_of(wheel.name.split('-')[0])}" for wheel in wheels}))

    def resolve(target: Target, progress: bool) -> Pins:
        if hashed:  # such a file is complete, or refused when it is installed
            return Pins(tuple(requirements), (), roots, unchecked=True)
        pinned = not loose and not fresh
        text = compiled(["requirements.txt", *fresh], entry, target, progress, pinned=pinned)
        pins, local = sorted_out(text, entry, entry)
        free = sorted(set(loose) | (set(names(pins)) - pinned_names))
        return Pins(pins, local, roots, unpinned(entry / "requirements.txt", free))

    found = trees.fingerprint([File(wheel.name, wheel, 0, False) for wheel in wheels]) if wheels else ""
    key = digest_of("requirements", files, [found.encode()])
    return Manifest(tuple(files), key, resolve, tuple(settings), fresh, found=found)


def _from_project(entry: Path, declared: dict[str, Any]) -> Manifest:
    file = entry / "pyproject.toml"
    named = names(declared["project"].get("dependencies", ()))

    def resolve(target: Target, progress: bool) -> Pins:
        pins, local = sorted_out(compiled(["pyproject.toml"], entry, target, progress), entry, entry)
        return Pins(pins, local, named, unpinned(file, names(pins)))

    return Manifest((file,), digest_of("project", [file]), resolve)


def _uv_lock(entry: Path) -> Path | None:
    """The entry's lock, or the one of the workspace that it is a member of."""
    entry = entry.resolve()
    for folder in (entry, *entry.parents):
        if not (folder / "uv.lock").is_file():
            continue
        members = _uv_settings(folder / "pyproject.toml").get("workspace", {}).get("members", ())
        if folder == entry or any(entry in folder.glob(member) for member in members):
            return folder / "uv.lock"
    return None


def _uv_settings(project: Path) -> dict[str, Any]:
    settings: dict[str, Any] = toml(project).get("tool", {}).get("uv", {}) if project.is_file() else {}
    return settings


def _from_uv_lock(entry: Path, declared: dict[str, Any], lock: Path) -> Manifest:
    root = lock.parent
    files = tuple(dict.fromkeys((lock, entry / "pyproject.toml", root / "pyproject.toml")))
    named = names(declared["project"].get("dependencies", ()))

    def resolve(target: Target, progress: bool) -> Pins:
        _check_lock(lock, normalized(declared["project"].get("name", "")), named)
        try:
            arguments = ["export", "--frozen", "--no-dev", "--no-emit-project", "--no-header", "--no-annotate"]
            text, _ = run([*arguments, "--directory", str(entry.absolute())], folder=entry)
        except UvError as error:
            raise explained(error, target, entry) from None
        return Pins(*sorted_out(text, root, entry), named)

    indexes = [
        *_uv_settings(entry / "pyproject.toml").get("index", ()),
        *_uv_settings(root / "pyproject.toml").get("index", ()),
    ]
    explicit = {
        f"{each['name']}={each['url']}" if "name" in each else each["url"] for each in indexes if each.get("explicit")
    }
    options = tuple(f"--index={each}" for each in sorted(explicit))
    return Manifest(files, digest_of("uv", files), resolve, options=options)


def _check_lock(lock: Path, project: str, named: Iterable[str]) -> None:
    for package in toml(lock).get("package", ()):
        if normalized(package["name"]) == project:
            locked = {normalized(each["name"]) for each in package.get("metadata", {}).get("requires-dist", ())}
            if missing := sorted(set(named) - locked):
                raise PackagingError(
                    f"{lock} is older than the pyproject.toml: it lacks {', '.join(missing)}. Run `uv lock`"
                )
            return
    raise PackagingError(f"{lock} doesn't know the project {project!r}. Run `uv lock`")
