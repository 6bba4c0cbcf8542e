"""A package as it will be unpacked: its files with size and mode, whether it is a folder or an archive."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from constructs_lambda.errors import InputError, one_line

MOST_ENTRIES = 500_000
"""Files above which a package isn't read: what 250 MB can hold by far, and little memory."""
DEEPEST = 16
"""Levels of folders that are looked into."""


class Entry(NamedTuple):
    """One file of a package.

    Args:
        name: Path in the package, with `/`.
        size_bytes: What Lambda counts for it.
        mode: Type and permissions as in `st_mode`; 0 where an archive doesn't say.
        kind: `link` for a symbolic link, `other` for a pipe, a socket or a device.
    """

    name: str
    size_bytes: int
    mode: int
    kind: Literal["file", "link", "other"] = "file"


class Source(Protocol):
    """Where the content of a package's files comes from."""

    def head(self, entry: Entry, count: int) -> bytes:
        """The first bytes of a file, at most `count`.

        Raises:
            InputError: It can't be read.
        """


@dataclass(frozen=True)
class Package:
    """What is in a folder or an archive.

    Args:
        path: The folder or the archive.
        entries: Its files, sorted by name. Directories are no entries.
        packed_bytes: Size of the archive; None for a folder.
        is_empty: Whether AWS would refuse it because nothing is in it.
        problems: What is odd about the archive, each as a clause: names that leave the folder, duplicates, encryption,
            sizes that can't be right. Such an archive is never unpacked by this library.
        source: Where the content comes from.
    """

    path: Path
    entries: tuple[Entry, ...] = field(repr=False)
    packed_bytes: int | None
    is_empty: bool
    problems: tuple[str, ...]
    source: Source = field(repr=False)
    comment: bytes = b""

    @functools.cached_property
    def unpacked_bytes(self) -> int:
        """What Lambda counts: the sum of the sizes of the files.

        At the least: nothing is counted for what stands behind a link that leaves the package, or behind a second
        link, or behind a link to a folder in an archive.
        """
        return sum(entry.size_bytes for entry in self.entries)

    @functools.cached_property
    def files(self) -> Mapping[str, Entry]:
        """Every entry by its name."""
        return {entry.name: entry for entry in self.entries}

    @functools.cached_property
    def folders(self) -> Mapping[str, frozenset[str]]:
        """The names directly in each folder, by its path, 16 levels deep; the root is the empty text."""
        found: dict[str, set[str]] = {"": set()}
        for entry in self.entries:
            path = entry.name
            if path.count("/") > DEEPEST:  # what is nested to do harm would take far too much memory
                path = "/".join(path.split("/", DEEPEST)[:DEEPEST])
            while path:
                parent, _, name = path.rpartition("/")
                known = parent in found
                found.setdefault(parent, set()).add(name)
                if known:
                    break
                path = parent
        return {path: frozenset(names) for path, names in found.items()}

    def head(self, name: str, count: int) -> bytes:
        """The first bytes of a file.

        Args:
            name: A name out of `entries`.
            count: How many bytes at most.

        Raises:
            InputError: There is no such file, or it can't be read.
        """
        entry = self.files.get(name)
        if entry is None:
            raise bad_file(self.path, f"has no file {name}")
        return self.source.head(entry, count)

    def read(self, name: str, limit: int) -> bytes:
        """The whole content of a small file.

        Args:
            name: A name out of `entries`.
            limit: Bytes above which it isn't read; what the archive claims about its size doesn't matter.

        Raises:
            InputError: There is no such file, it can't be read, or it is larger.
        """
        content = self.head(name, limit + 1)
        if len(content) > limit:
            raise bad_file(self.path, f"{name} has more than {limit} bytes")
        return content

    def read_text(self, names: Iterable[str], limit: int) -> str:
        """The text of the first of these files that can be read, empty where none can.

        Args:
            names: Names to try in turn.
            limit: Bytes above which a file isn't read.
        """
        for name in names:
            if name in self.files:
                try:
                    return self.read(name, limit).decode("utf-8", "replace")
                except InputError:
                    continue
        return ""


def bad_file(path: Path, reason: str) -> InputError:
    """The error that a file can't be used: one line that names it."""
    return InputError(one_line(f"{path}: {reason}"))
