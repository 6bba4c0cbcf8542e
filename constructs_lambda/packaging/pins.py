"""A manifest, and the pins that it resolves to; what the readers of all kinds of manifest share."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.install import UvError, explained, for_target, redact, run
from constructs_lambda.packaging.targets import Target
from constructs_lambda.packaging.trim import normalized

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclasses.dataclass(frozen=True, slots=True)
class Pins:
    """A manifest, resolved.

    Args:
        requirements: Everything from an index, pinned, one requirement an item, with hashes where they are known.
        local: Projects and wheels on this machine, relative to the entry.
        named: Normalized names that the manifest itself names.
        notes: What whoever builds should know.
        unchecked: Whether nobody has checked yet that nothing is missing.
    """

    requirements: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unchecked: bool = False

    @classmethod
    def of(cls, data: dict[str, Any]) -> Pins:
        """Read what `dataclasses.asdict` made and JSON kept."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**fields)


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """What an entry declares.

    Args:
        files: The files it stands in.
        key: Digest of all their contents, without credentials.
        resolve: Makes the pins for a target; the second argument says whether to show progress.
        settings: Options for indexes that stand in the files; they may hold credentials, and are never stored.
        options: Options for uv's command line.
        notes: What whoever builds should know.
        found: Digest of what lies in folders of wheels that the files name; without an index a pin alone says little.
    """

    files: tuple[Path, ...]
    key: str
    resolve: Callable[[Target, bool], Pins]
    settings: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    found: str = ""


def read(path: Path) -> str:
    """Read a manifest's text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackagingError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error


def toml(path: Path) -> dict[str, Any]:
    """Read a manifest in TOML."""
    try:
        return tomllib.loads(read(path))
    except tomllib.TOMLDecodeError as error:
        raise PackagingError(f"{path} is not TOML: {error}") from error


def digest_of(kind: str, files: Iterable[Path], more: Iterable[bytes] = ()) -> str:
    """Return the digest of manifests, without the credentials in them."""
    whole = hashlib.sha256(kind.encode())
    for part in (*(redact(read(file)).encode() for file in files), *more):
        whole.update(b"%d:" % len(part) + part)
    return whole.hexdigest()


def name_of(requirement: str) -> str:
    """The normalized name that a requirement begins with."""
    match = _NAME.match(requirement)
    return normalized(match.group()) if match else ""


def pinned_version(requirement: str) -> str:
    """The version that a requirement pins, empty where it pins none."""
    match = re.search(r"===?\s*([^\s;,*]+)\s*(?:;|--hash|$)", requirement.split(" #")[0])
    return match.group(1) if match else ""


def names(requirements: Iterable[str]) -> tuple[str, ...]:
    """Return the normalized names of requirements, sorted."""
    return tuple(sorted({name_of(each) for each in requirements} - {""}))


def sorted_out(text: str, base: Path, entry: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a resolved requirements file into what comes from an index and what is local."""
    pins, local = [], []
    for line in logical_lines(text):
        place = re.sub(r"^(-e|--editable)[\s=]*", "", line)
        place = (
            re.sub(r"^[\w.-]+(\[[^]]*\])?\s*@\s*(?=file:|\.|/)", "", place).split(" ;")[0].split(" --hash")[0].strip()
        )
        if re.match(r"(file:|\.{0,2}/|\.{1,2}$)", place):
            path = (base / re.sub(r"^file:(//)?", "", place)).resolve()
            if path != entry.resolve():
                local.append(os.path.relpath(path, entry.resolve()))
        elif not line.startswith("-"):
            pins.append(line)
    return tuple(pins), tuple(local)


def logical_lines(text: str) -> list[str]:
    """Return the requirements and options of a requirements file: lines joined, comments left out."""
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (re.sub(r"(^|\s)#.*", "", line) for line in joined.splitlines())
    return [" ".join(line.split()) for line in lines if line.strip()]


def compiled(
    arguments: list[str], entry: Path, target: Target, progress: bool, stdin: str = "", pinned: bool = False
) -> str:
    """Ask uv to resolve; without an index first where everything is pinned."""
    arguments = ["pip", "compile", *arguments, "--no-header", "--no-annotate", *for_target(target)]
    if pinned:
        try:
            return run([*arguments, "--offline"], folder=entry, stdin=stdin)[0]
        except UvError:
            pass
    try:
        return run(arguments, folder=entry, stdin=stdin, progress=progress)[0]
    except UvError as error:
        raise explained(error, target, entry) from None


def unpinned(file: Path, loose: Iterable[str]) -> tuple[str, ...]:
    """Say that a manifest leaves the versions of these packages open; nothing if there are none."""
    listed = ", ".join(loose)
    if not listed:
        return ()
    return (
        f"{file} doesn't pin {listed}: resolved once and kept in the cache, so another machine may get other versions. "
        "Lock them with `uv lock` or `uv pip compile`",
    )
