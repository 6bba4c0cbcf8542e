"""What an entry depends on: its manifest is found, read with all that it includes, and resolved to pins."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import locks, poetry
from constructs_lambda.packaging.indexes import environment
from constructs_lambda.packaging.origins import (
    building,
    is_secret,
    local_path,
    metadata,
    origins,
    plain,
    project_name,
    reachable,
    secrets_of,
)
from constructs_lambda.packaging.pins import (
    Manifest,
    Pins,
    check_python,
    compiled,
    digest_of,
    logical_lines,
    name_of,
    names,
    pinned_version,
    place_of,
    read,
    refuse_git,
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
    for name in ("uv.lock", "poetry.lock", "requirements.txt", "pyproject.toml"):
        if os.path.lexists(entry / name) and not (entry / name).is_file():
            raise PackagingError(f"{entry / name} is not a file, nor a link to one")
    requirements, project = entry / "requirements.txt", entry / "pyproject.toml"
    declared = toml(project) if project.is_file() else {}
    found: Manifest | None = None
    if "project" in declared and (lock := locks.uv_lock(entry)):
        found = locks.manifest(entry, declared, lock)
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
    elif "project" not in declared:
        return _unread(entry)
    if found and requirements.is_file():
        note = f"{requirements} isn't used: {found.files[0].name} stands beside it"
        return dataclasses.replace(found, notes=(*found.notes, note))
    return found


def _unread(entry: Path) -> Manifest | None:
    """Say what an entry without a manifest has instead, so that its dependencies aren't missed at the invocation."""
    for name, way in (
        ("pylock.toml", "give requirements.txt instead, with `uv export` or `uv pip compile`"),
        ("setup.py", "name the dependencies in a requirements.txt, or in a pyproject.toml with [project]"),
    ):
        if (entry / name).is_file():
            raise PackagingError(f"{entry / name} isn't read: {way}")
    for name, way in (
        ("requirements.in", "`uv pip compile requirements.in --universal -o requirements.txt` makes one that is"),
        ("environment.yml", "name the dependencies in a requirements.txt"),
    ):
        if (entry / name).is_file():
            note = f"{entry / name} isn't read, and the package holds no dependencies: {way}"
            return Manifest((), digest_of("none", ()), lambda target, progress: Pins(), notes=(note,))
    return None


def _from_requirements(entry: Path) -> Manifest:
    files: list[Path] = []
    requirements: list[str] = []
    constraints: list[str] = []
    settings: list[str] = []
    folders: list[Path] = []
    bases: dict[str, Path] = {}

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
                folder = local_path(match.group(2), file.parent)
                is_folder = folder is not None and folder.is_dir()
                settings.append(f"--find-links {folder.absolute() if folder and is_folder else match.group(2)}")
                folders.extend([folder] if folder and is_folder else ())
            elif _SETTINGS.match(line):
                settings.append(line)
            elif constraint:
                constraints.append(line)
            else:
                requirements.append(line)
                bases.setdefault(line, file.parent)

    include(entry / "requirements.txt", constraint=False)
    hashed = bool(requirements) and all("--hash" in line and "==" in line for line in requirements)
    named = names(line for line in requirements if not place_of(line, bases[line]))
    pinned_names = set(names(line for line in (*requirements, *constraints) if pinned_version(line) or " @ " in line))
    loose = sorted(set(named) - pinned_names)
    # In a compiled list everything is named, whoever asked for it.
    roots = () if hashed or (not loose and "botocore" in named) else named

    origin = origins(entry, settings, folders)
    fresh = origin.fresh
    lines = [(line, bases[line]) for line in requirements]
    projects = reachable(entry, lines)
    elsewhere = partial(environment, projects)

    def resolve(target: Target, progress: bool) -> Pins:
        if hashed:  # such a file is complete, or refused when it is installed
            return Pins(tuple(requirements), (), roots, unchecked=True)
        refuse_git(entry / "requirements.txt", requirements, target)
        for line, base in lines:
            if (path := place_of(line, base)) and path.is_dir() and "@" not in line and not project_name(path):
                raise PackagingError(
                    f"{entry / 'requirements.txt'}: {line} doesn't say its name. Write `name @ PATH`, or give it a "
                    "pyproject.toml with [project]"
                )
        pinned = not loose and not fresh
        options = [*fresh, *building(projects), *(["--generate-hashes"] if elsewhere() else [])]
        text = compiled(["requirements.txt", *options], entry, target, progress, pinned=pinned)
        pins, local = sorted_out(text, entry, entry, target)
        free = sorted(set(loose) | (set(names(pins)) - pinned_names))
        return Pins(pins, local, roots, unpinned(entry / "requirements.txt", free))

    said = [plain("\n".join(each)).encode() for each in (requirements, constraints)]
    return Manifest(
        tuple(files),
        digest_of("requirements", [*said, *metadata(entry, projects), *origin.parts]),
        resolve,
        tuple(settings),
        fresh,
        found=origin.found,
        origin=origin.digest,
        is_secret=is_secret(requirements) or secrets_of(projects),
        look_up=elsewhere,
    )


def _from_project(entry: Path, declared: dict[str, Any]) -> Manifest:
    file = entry / "pyproject.toml"
    named = names(declared["project"].get("dependencies", ()))

    origin = origins(entry)
    projects = reachable(entry, (), whole=True)
    elsewhere = partial(environment, projects)

    def resolve(target: Target, progress: bool) -> Pins:
        check_python(file, declared["project"].get("requires-python", ""), target)
        refuse_git(file, _git_lines(declared), target)
        what, stdin = "pyproject.toml", ""
        if "dependencies" in declared["project"].get("dynamic", ()):
            what, stdin = "-", f"{declared['project'].get('name', '')} @ {entry.absolute().as_uri()}"
        hashes = ["--generate-hashes"] if elsewhere() else []  # who else has the name has another package
        text = compiled([what, *origin.fresh, *building(projects), *hashes], entry, target, progress, stdin)
        pins, local = sorted_out(text, entry, entry, target)
        return Pins(pins, local, named, unpinned(file, names(pins)))

    return Manifest(
        (file,),
        digest_of("project", [*metadata(entry, projects), *origin.parts]),
        resolve,
        options=origin.fresh,
        found=origin.found,
        origin=origin.digest,
        is_secret=secrets_of(projects),
        look_up=elsewhere,
    )


def _git_lines(declared: dict[str, Any]) -> Iterator[str]:
    sources = declared.get("tool", {}).get("uv", {}).get("sources", {})
    sources = {normalized(name): each for name, each in sources.items()}
    for line in declared["project"].get("dependencies", ()):
        source = sources.get(name_of(line), {})
        place = f" @ git+{source['git']}" if isinstance(source, dict) and "git" in source else ""
        requirement, _, marker = line.partition(";")
        yield f"{requirement}{place} ;{marker}"
