"""A folder as a package: only names, sizes and modes are read, and no link is followed out of it."""

from __future__ import annotations

import itertools
import os
import stat
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from constructs_lambda.artifacts.packages import MOST_ENTRIES, Entry, Package, bad_file


def read_folder(path: Path) -> Package:
    """The files of a folder.

    CDK's tools put the content of a link's target into the archive. So a link to a file within the folder counts as
    that file, and one to a folder within it as all plain files there; one that leaves the folder, and one that leads
    nowhere or to a folder that it is in itself, are recorded and not followed.

    Args:
        path: The folder.

    Raises:
        InputError: It can't be read, or has more than 500,000 files.
    """
    root = os.path.realpath(path)
    entries: list[Entry] = []
    to_folders: dict[str, str] = {}
    waiting = [("", str(path))]
    try:
        while waiting:
            prefix, folder = waiting.pop()
            with os.scandir(folder) as found:
                for item in found:
                    if item.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{item.name}/", item.path))
                    else:
                        entries.append(_entry(prefix + item.name, item, root, to_folders))
            if len(entries) > MOST_ENTRIES:
                raise bad_file(path, f"has more than {MOST_ENTRIES:,} files")
    except OSError as error:
        raise bad_file(Path(error.filename or path), error.strerror or type(error).__name__) from None
    entries.sort()
    if to_folders:
        entries = _with_folders_behind(entries, to_folders)
    return Package(path, tuple(entries), None, not entries, (), _Folder(path, root))


def _entry(name: str, item: os.DirEntry[str], root: str, to_folders: dict[str, str]) -> Entry:
    status = item.stat(follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        return Entry(name, status.st_size, status.st_mode)
    if not stat.S_ISLNK(status.st_mode):
        return Entry(name, 0, status.st_mode, "other")
    place, target = _target(item.path, root)
    if target and stat.S_ISREG(target.st_mode):
        return Entry(name, target.st_size, target.st_mode, "link")
    if target and stat.S_ISDIR(target.st_mode):
        to_folders[name] = place
    return Entry(name, 0, status.st_mode, "link")


def _target(link: str, root: str) -> tuple[str, os.stat_result | None]:
    """What a link leads to, as a path in the same folder; nothing where it is elsewhere or nowhere."""
    try:
        target = os.path.realpath(link)
        status = Path(target).stat()
    except (OSError, ValueError):  # a loop; a name with a null character
        return "", None
    inside = root.rstrip(os.sep) + os.sep
    return (target[len(inside) :].replace(os.sep, "/"), status) if target.startswith(inside) else ("", None)


def _with_folders_behind(entries: list[Entry], to_folders: Mapping[str, str]) -> list[Entry]:
    """The entries, with the sizes of the plain files behind links to folders; links behind links don't count."""
    names = [entry.name for entry in entries]
    sums = [0, *itertools.accumulate(0 if entry.name in to_folders else entry.size_bytes for entry in entries)]

    def size(entry: Entry) -> int:
        folder = to_folders.get(entry.name)
        if folder is None or entry.name.startswith(f"{folder}/"):
            return entry.size_bytes
        return sums[bisect_left(names, f"{folder}0")] - sums[bisect_left(names, f"{folder}/")]  # "0" follows "/"

    return [entry._replace(size_bytes=size(entry)) if entry.kind == "link" else entry for entry in entries]


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    root: str

    def head(self, entry: Entry, count: int) -> bytes:
        place = self.path / entry.name
        if entry.kind == "other" or (entry.kind == "link" and not self._is_file(place)):
            raise bad_file(place, "is no file of this folder")
        try:
            with place.open("rb") as file:
                return file.read(count)
        except (OSError, ValueError) as error:
            raise bad_file(place, getattr(error, "strerror", None) or str(error)) from None

    def _is_file(self, link: Path) -> bool:
        _, target = _target(str(link), self.root)
        return target is not None and stat.S_ISREG(target.st_mode)
