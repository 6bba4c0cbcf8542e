"""The assets of an app: local folders and archives, each read once, when somebody asks, and answers kept."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from constructs_lambda.errors import InputError
from constructs_lambda.records import record

if TYPE_CHECKING:
    from constructs_lambda.artifacts.packages import Package

P = ParamSpec("P")
T = TypeVar("T")
_MOST_ENTRIES = 200_000  # files of packages that are kept in memory, about 60 MB
_NO_ARCHIVE = ("is no zip archive", "is cut off", "is damaged")


class AssetStore:
    """What was found out about assets in one run; those that were not asked for lately are forgotten."""

    def __init__(self) -> None:
        self._assets: dict[str, Asset | None] = {}
        self._by_file: dict[tuple[int, int], Asset] = {}
        self._answers: OrderedDict[Path, dict[Hashable, Any]] = OrderedDict()
        self._entries: dict[Path, int] = {}

    def asset(self, folder: Path, path: str) -> Asset | None:
        """The asset at a path that is absolute or starts in a folder; None where there is nothing."""
        whole = os.path.normpath(os.path.join(folder, path))  # noqa: PTH118 - an app has hundreds; pathlib is slow
        if whole not in self._assets:
            try:
                status = os.stat(whole)  # noqa: PTH116
            except (OSError, ValueError):
                self._assets[whole] = None
            else:
                same = (status.st_dev, status.st_ino)  # whatever links lead to it
                self._assets[whole] = self._by_file.setdefault(same, Asset(Path(whole), self))
        return self._assets[whole]

    def answers(self, path: Path) -> dict[Hashable, Any]:
        """What is known about an asset, by question."""
        found = self._answers.setdefault(path, {})
        self._answers.move_to_end(path)
        return found

    def has_read(self, path: Path, entries: int) -> None:
        """Forgets the assets that were not asked for lately, where this one takes their place in memory."""
        self._entries[path] = entries
        while sum(self._entries.values()) > _MOST_ENTRIES and len(self._answers) > 1:
            forgotten, _ = self._answers.popitem(last=False)
            self._entries.pop(forgotten, None)


@record()
class Asset:
    """A folder or a file of this machine that a deployment uploads.

    Args:
        path: Where it is.
    """

    path: Path
    _store: AssetStore = field(repr=False, compare=False)

    @property
    def package(self) -> Package | None:
        """What is in it; None where that can't be read."""
        return self._content[0]

    @property
    def defect(self) -> str:
        """What makes it no archive, as a clause; empty where it is one, and where it can't be read."""
        return self._content[1]

    @property
    def size_bytes(self) -> int:
        """Size of the file itself; 0 where it can't be read."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def _content(self) -> tuple[Package | None, str]:
        return self.remember("content", self._read)

    def _read(self) -> tuple[Package | None, str]:
        from constructs_lambda.artifacts.archives import inspect  # not loaded where no asset is ever read

        try:
            package = inspect(self.path)
        except InputError as error:
            reason = str(error).removeprefix(f"{self.path}: ")
            return None, reason if reason.startswith(_NO_ARCHIVE) else ""
        self._store.has_read(self.path, len(package.entries))
        return package, ""

    def ask(self, question: Callable[Concatenate[Package, P], T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What a function of this folder says about the package, asked once; None where it can't be read."""
        package = self.package
        if package is None:
            return None
        return self.remember((question, args, *kwargs.items()), lambda: question(package, *args, **kwargs))

    def remember(self, key: Hashable, find: Callable[[], T]) -> T:
        """The answer to a question about this asset, found once."""
        answers = self._store.answers(self.path)
        if key not in answers:
            answers[key] = find()
        answer: T = answers[key]
        return answer
