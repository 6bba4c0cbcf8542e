"""Poetry's lock: its pins become constraints, and uv decides which of them the target needs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.pins import Manifest, Pins, compiled, digest_of, logical_lines, name_of, names, toml
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import normalized


def manifest(entry: Path, declared: dict[str, Any]) -> Manifest:
    """Read an entry that has a `poetry.lock`."""
    lock = entry / "poetry.lock"
    files = (lock, entry / "pyproject.toml")

    def resolve(target: Target, progress: bool) -> Pins:
        packages = toml(lock).get("package", [])
        roots = _roots(declared)
        constraints, local, hashes = [], [], {}
        for package in packages:
            name, version, origin = normalized(package["name"]), package["version"], package.get("source", {})
            groups = package.get("groups", ["main"])
            if origin.get("type") in ("directory", "file") and "main" in groups:
                local.append(os.path.normpath(origin["url"]))
                roots = [root for root in roots if name_of(root) != name]
                roots += list(package.get("dependencies", {}))
                continue
            if origin.get("type") in ("git", "url") and "main" in groups:
                raise PackagingError(
                    f"{lock}: {name} comes from {origin['type']}; publish it as a wheel, or use an ImageFunction"
                )
            marker = package.get("markers", "")
            marker = marker if isinstance(marker, str) else marker.get("main", "")
            constraints.append(f"{name}=={version}" + (f" ; {marker}" if marker else ""))
            hashes[name, version] = [each["hash"] for each in package.get("files", ())]
        _check(lock, roots, hashes)
        text = _compiled(entry, target, progress, roots, constraints)
        pins = []
        for line in logical_lines(text):
            name, _, version = line.split(";")[0].strip().partition("==")
            pins.append(" ".join([line, *(f"--hash={each}" for each in hashes.get((normalized(name), version), ()))]))
        return Pins(tuple(pins), tuple(local), names(roots))

    return Manifest(files, digest_of("poetry", files), resolve)


def _roots(declared: dict[str, Any]) -> list[str]:
    roots = [re.split(r"\s*@\s*", each)[0] for each in declared.get("project", {}).get("dependencies", ())]
    for name, wanted in declared.get("tool", {}).get("poetry", {}).get("dependencies", {}).items():
        options = wanted if isinstance(wanted, dict) else {}
        if (
            name == "python"
            or options.get("optional")
            or (normalized(name) in names(roots) and not options.get("extras"))
        ):
            continue
        extras = f"[{','.join(options['extras'])}]" if options.get("extras") else ""
        roots.append(f"{name}{extras}" + (f" ; {options['markers']}" if options.get("markers") else ""))
    return roots


def _check(lock: Path, roots: Iterable[str], hashes: Iterable[tuple[str, str]]) -> None:
    if missing := sorted(set(names(roots)) - {name for name, _ in hashes}):
        raise PackagingError(
            f"{lock} is older than the pyproject.toml: it lacks {', '.join(missing)}. Run `poetry lock`"
        )


def _compiled(entry: Path, target: Target, progress: bool, roots: list[str], constraints: list[str]) -> str:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "constraints.txt"
        file.write_text("\n".join(constraints))
        return compiled(["-", "--constraint", str(file)], entry, target, progress, "\n".join(roots), pinned=True)
