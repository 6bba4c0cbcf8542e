"""Poetry's lock. What it holds for the target is shipped, and nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.markers import allows, fits, holds
from constructs_lambda.packaging.origins import metadata, origins, plain, reachable
from constructs_lambda.packaging.pins import Manifest, Pins, check_python, digest_of, name_of, names, read, toml
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import normalized

_REQUIREMENT = re.compile(r"\s*([\w.-]+)\s*(?:\[([^]]*)\])?\s*\(?([^;()@]*)\)?\s*(?:@[^;]*)?(?:;(.*))?$")
_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")


@dataclasses.dataclass(frozen=True, slots=True)
class _Wanted:
    """One requirement, of the project or of a package."""

    name: str
    constraint: str = ""
    extras: tuple[str, ...] = ()
    markers: str = ""
    python: str = ""
    platform: str = ""
    optional: bool = False

    def holds(self, target: Target) -> bool:
        return (
            not self.optional
            and holds(self.markers, target)
            and (not self.python or allows(self.python, target))
            and _is_on_linux(self.platform)
        )


def manifest(entry: Path, declared: dict[str, Any]) -> Manifest:
    """Read an entry that has a `poetry.lock`."""
    lock = entry / "poetry.lock"
    project = entry / "pyproject.toml"
    origin = origins(entry)
    projects = reachable(entry, (), whole=True)

    def resolve(target: Target, progress: bool) -> Pins:
        locked, roots = toml(lock), list(_declared(declared))
        _check(lock, locked, declared, roots, target)
        packages = _needed(lock, locked.get("package", []), roots, target)
        pins, local = [], []
        for package in packages:
            source = package.get("source", {})
            if source.get("type") in ("directory", "file"):
                local.append(os.path.normpath(source["url"]))
            elif source.get("type") in ("git", "url"):
                raise PackagingError(
                    f"{lock}: {package['name']} comes from {source['type']}; publish it as a wheel, or use an "
                    "ImageFunction"
                )
            else:
                files = package.get("files") or locked.get("metadata", {}).get("files", {}).get(package["name"], ())
                hashes = "".join(f" --hash={each['hash']}" for each in files)
                pins.append(f"{normalized(package['name'])}=={package['version']}{hashes}")
        return Pins(tuple(sorted(pins)), tuple(local), names(each.name for each in roots))

    said = [plain(read(lock)).encode(), plain(read(project)).encode(), *metadata(entry, projects)]
    return Manifest(
        (lock, project),
        digest_of("poetry", [*said, *origin.parts]),
        resolve,
        options=origin.fresh,
        found=origin.found,
        origin=origin.digest,
    )


def _declared(declared: dict[str, Any]) -> Iterator[_Wanted]:
    """What the project requires."""
    standard = declared.get("project", {}).get("dependencies", ())
    for each in standard:
        yield _parsed(each)
    poetry = declared.get("tool", {}).get("poetry", {})
    tables = [poetry.get("dependencies", {}), poetry.get("group", {}).get("main", {}).get("dependencies", {})]
    for table in tables:
        for name, value in table.items():
            if normalized(name) != "python" and normalized(name) not in names(standard):
                yield from _required(name, value)


def _required(name: str, value: object) -> Iterator[_Wanted]:
    """One line of a table of dependencies; a list holds one for each platform or version of Python."""
    for each in value if isinstance(value, list) else [value]:
        table = each if isinstance(each, dict) else {"version": str(each)}
        yield _Wanted(
            normalized(name),
            table.get("version", ""),
            tuple(table.get("extras", ())),
            table.get("markers", ""),
            table.get("python", ""),
            table.get("platform", ""),
            bool(table.get("optional")),
        )


def _parsed(requirement: str) -> _Wanted:
    match = _REQUIREMENT.match(requirement)
    if not match:
        return _Wanted(name_of(requirement))
    extras = tuple(each.strip() for each in (match.group(2) or "").split(",") if each.strip())
    return _Wanted(normalized(match.group(1)), match.group(3).strip(), extras, match.group(4) or "")


def _is_on_linux(platform: str) -> bool:
    if not platform.strip():
        return True
    alternatives = re.split(r"\s*\|\|?\s*", platform.strip())
    return any(
        all(
            (each.lstrip("!= ") == "linux") != each.startswith("!")
            for each in re.split(r"\s*,\s*", alternative)
            if each != "*"
        )
        for alternative in alternatives
    )


def _check(
    lock: Path, locked: dict[str, Any], declared: dict[str, Any], roots: Iterable[_Wanted], target: Target
) -> None:
    asked = declared.get("project", {}).get("requires-python", "")
    asked = asked or declared.get("tool", {}).get("poetry", {}).get("dependencies", {}).get("python", "")
    check_python(lock.with_name("pyproject.toml"), asked if isinstance(asked, str) else "", target)
    check_python(lock, locked.get("metadata", {}).get("python-versions", ""), target)
    older = f"{lock} is older than the pyproject.toml"
    versions: dict[str, list[str]] = {}
    for package in locked.get("package", ()):
        versions.setdefault(normalized(package["name"]), []).append(package["version"])
    held = [root for root in roots if root.holds(target)]
    if missing := sorted({root.name for root in held} - versions.keys()):
        raise PackagingError(f"{older}: it lacks {', '.join(missing)}. Run `poetry lock`")
    for root in held:
        if root.constraint and not any(fits(root.constraint, version) for version in versions[root.name]):
            has = ", ".join(versions[root.name])
            raise PackagingError(f"{older}, which wants {root.name} {root.constraint}: it has {has}. Run `poetry lock`")
    known = locked.get("metadata", {})
    digest = known.get("content-hash") if known.get("lock-version") in ("1.1", "2.0", "2.1") else None
    if digest and (hashes := _hashes(declared)) and digest not in hashes:
        raise PackagingError(f"{older}: its content-hash is of another one. Run `poetry lock`")


def _hashes(declared: dict[str, Any]) -> set[str]:
    """The `content-hash` of a project, as the versions of Poetry make it."""
    project = {
        name: declared["project"][name]
        for name in ("requires-python", "dependencies", "optional-dependencies")
        if declared.get("project", {}).get(name) is not None
    }
    groups = declared.get("dependency-groups", {})
    poetry = declared.get("tool", {}).get("poetry", {})
    tool = {name: poetry[name] for name in (*_LEGACY, "group") if poetry.get(name) is not None}
    legacy = {name: poetry.get(name) for name in _LEGACY}
    named = {"project": project} if project else {}
    contents: list[object] = [
        legacy,
        {**legacy, **tool},
        {**named, "tool": {"poetry": tool}},
        {**named, "dependency-groups": groups, "tool": {"poetry": tool}},
    ]
    try:
        return {hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest() for each in contents}
    except TypeError:  # a date
        return set()


def _needed(lock: Path, packages: list[dict[str, Any]], roots: list[_Wanted], target: Target) -> list[dict[str, Any]]:
    """The packages for the target: newer locks say for each of them when it is needed."""
    if not any("groups" in package for package in packages):
        return _walked(lock, packages, roots, target)
    found = []
    for package in packages:
        marker = package.get("markers", "")
        marker = marker if isinstance(marker, str) else marker.get("main", "")
        if "main" in package.get("groups", ()) and holds(marker, target):
            found.append(package)
    return found


def _walked(lock: Path, packages: list[dict[str, Any]], roots: list[_Wanted], target: Target) -> list[dict[str, Any]]:
    """Follow the requirements from package to package; locks of Poetry 1 don't say which group needs what."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for package in packages:
        by_name.setdefault(normalized(package["name"]), []).append(package)
    waiting, seen, found = [*roots], set(), {}
    while waiting:
        wanted = waiting.pop()
        if wanted in seen or not wanted.holds(target):
            continue
        seen.add(wanted)
        candidates = [
            package
            for package in by_name.get(wanted.name, ())
            if fits(wanted.constraint, package["version"]) and allows(package.get("python-versions", "*"), target)
        ]
        if not candidates:
            raise PackagingError(
                f"{lock} holds no {wanted.name} {wanted.constraint} for {target.runtime}. Run `poetry lock`"
            )
        package = candidates[-1]
        found[wanted.name, package["version"]] = package
        for name, value in package.get("dependencies", {}).items():
            waiting += _required(name, value)
        extras = {normalized(name): each for name, each in package.get("extras", {}).items()}
        for extra in wanted.extras:
            waiting += [_parsed(each) for each in extras.get(normalized(extra), ())]
    return [found[key] for key in sorted(found)]
