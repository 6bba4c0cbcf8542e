"""A folder as a package: only names, sizes and modes are read, and no link is followed out of it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from constructs_lambda.artifacts.packages import MOST_ENTRIES, Entry, Package, bad_file


def read_folder(path: Path) -> Package:
    """The files of a folder.

    CDK's tools put the content of a link's target into the archive. So a link to a file within the folder counts as
    that file; a link to a folder, one that leaves the folder, and one that leads nowhere are recorded and not followed.

    Args:
        path: The folder.

    Raises:
        InputError: It can't be read, or has more than 500,000 files.
    """
    root = os.path.realpath(path)
    entries: list[Entry] = []
    waiting = [("", str(path))]
    try:
        while waiting:
            prefix, folder = waiting.pop()
            with os.scandir(folder) as found:
                for item in found:
                    if item.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{item.name}/", item.path))
                    else:
                        entries.append(_entry(prefix + item.name, item, root))
            if len(entries) > MOST_ENTRIES:
                raise bad_file(path, f"has more than {MOST_ENTRIES:,} files")
    except OSError as error:
        raise bad_file(Path(error.filename or path), error.strerror or type(error).__name__) from None
    entries.sort()
    return Package(path, tuple(entries), None, not entries, (), _Folder(path, root))


def _entry(name: str, item: os.DirEntry[str], root: str) -> Entry:
    status = item.stat(follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        return Entry(name, status.st_size, status.st_mode)
    if not stat.S_ISLNK(status.st_mode):
        return Entry(name, 0, status.st_mode, "other")
    target = _target(item.path, root)
    return Entry(name, target.st_size, target.st_mode, "link") if target else Entry(name, 0, status.st_mode, "link")


def _target(link: str, root: str) -> os.stat_result | None:
    """What a link leads to, where that is a file of the same folder."""
    try:
        target = os.path.realpath(link)
        status = Path(target).stat()
    except (OSError, ValueError):  # a loop; a name with a null character
        return None
    inside = target.startswith(root.rstrip(os.sep) + os.sep)
    return status if inside and stat.S_ISREG(status.st_mode) else None


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    root: str

    def head(self, entry: Entry, count: int) -> bytes:
        place = self.path / entry.name
        if entry.kind == "other" or (entry.kind == "link" and _target(str(place), self.root) is None):
            raise bad_file(place, "is no file of this folder")
        try:
            with place.open("rb") as file:
                return file.read(count)
        except (OSError, ValueError) as error:
            raise bad_file(place, getattr(error, "strerror", None) or str(error)) from None
