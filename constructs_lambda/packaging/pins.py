"""A manifest, and the pins that it resolves to; what the readers of all kinds of manifest share."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.install import UvError, explained, for_target, redact, run
from constructs_lambda.packaging.markers import allows, holds
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
        origin: Digest of all that decides where packages come from, without credentials.
        is_secret: Whether a requirement holds credentials, so that no pins may be stored.
        look_up: Makes the variables for uv that tell of indexes; it reads locks, so only who installs asks.
    """

    files: tuple[Path, ...]
    key: str
    resolve: Callable[[Target, bool], Pins]
    settings: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    found: str = ""
    origin: str = ""
    is_secret: bool = False
    look_up: Callable[[], Mapping[str, str]] = dict

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables for uv, for indexes; they may hold credentials, and are never stored."""
        return self.look_up()


def read(path: Path) -> str:
    """Read a manifest's text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackagingError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error


def toml(path: Path) -> dict[str, Any]:
    """Read a manifest in TOML; nobody may change what is returned."""
    try:
        return _parsed(read(path))
    except tomllib.TOMLDecodeError as error:
        raise PackagingError(f"{path} is not TOML: {error}") from error


@functools.lru_cache(maxsize=32)
def _parsed(text: str) -> dict[str, Any]:
    """Several readers ask for one pyproject.toml, each for something else in it."""
    return tomllib.loads(text)


def digest_of(kind: str, parts: Iterable[bytes]) -> str:
    """Return the digest of what a manifest says."""
    whole = hashlib.sha256(kind.encode())
    for part in parts:
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


def place_of(requirement: str, base: Path) -> Path | None:
    """The local project or file that a requirement means, None if it means something else."""
    place = re.sub(r"^(-e|--editable)[\s=]*", "", requirement)
    place = re.sub(r"^[\w.-]+\s*(\[[^]]*\])?\s*@\s*(?=file:|\.|/)", "", place)
    place = re.split(r"\s;|\s--hash", place)[0].strip()
    if place.startswith("file:"):
        return (base / unquote(urlsplit(place).path or "/")).resolve()
    if re.search(r"://|\s@\s|[<>=~!]=", place) or not place or place.startswith("-"):
        return None
    without_extras = re.sub(r"\[[^]]*\]$", "", place)
    if not re.match(r"(\.{0,2}/|\.{1,2}$)", without_extras) and "/" not in without_extras:
        return None
    return (base / (place if (base / place).exists() else without_extras)).resolve()


def sorted_out(text: str, base: Path, entry: Path, target: Target) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a resolved requirements file into what comes from an index and what is local and meant for the target."""
    pins, local = [], []
    for line in logical_lines(text):
        if path := place_of(line, base):
            _, _, marker = line.split(" --hash")[0].partition(" ;")
            if path != entry.resolve() and holds(marker, target):
                local.append(os.path.relpath(path, entry.resolve()))
        elif not line.startswith("-"):
            pins.append(line)
    return tuple(pins), tuple(dict.fromkeys(local))


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


def check_python(file: Path, wanted: str, target: Target) -> None:
    """Refuse a target whose Python a project doesn't allow."""
    if wanted and not allows(wanted, target):
        raise PackagingError(
            f"{file} requires Python {wanted}, and the runtime is {target.runtime}: take another runtime, or widen "
            "what the project allows and lock it again"
        )


def refuse_git(file: Path, lines: Iterable[str], target: Target) -> None:
    """Refuse requirements that come from Git: they would be built for this machine."""
    for line in lines:
        if "git+" in line.split(" ;")[0] and holds(line.partition(" ;")[2].split(" --hash")[0], target):
            raise PackagingError(
                f"{file}: {redact(line.split(' ;')[0])} comes from Git, and only wheels are installed for {target}. "
                "Publish it as a wheel, or build one and give it with --find-links; copy it beside the entry as a "
                "project of your own; or use an ImageFunction"
            )
