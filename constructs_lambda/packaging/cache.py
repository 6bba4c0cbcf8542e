"""The cache of what was built: one folder an entry, which is there completely or not at all.

An entry is made in a temporary folder of the same file system and renamed into its place, so a kill at any moment
leaves at most a temporary folder, which is removed once it is old. Whoever comes second with the same key keeps what is
there. A lock only saves double work: it goes with its process, and who waits too long builds too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import functools
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from zlib_ng import zlib_ng

from constructs_lambda.errors import PackagingError

try:
    import fcntl
except ImportError:  # pragma: no cover
    fcntl = None  # type: ignore[assignment]

_ARCHIVE, _META = "package.zip", "entry.json"
_UNWRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}
_BLOCK = 1 << 20
_TEMPORARY_FOR = 6 * 3600
_UNUSED_FOR = 30 * 24 * 3600
_CLEANED_EVERY = 24 * 3600
LOCK_TIMEOUT = 600.0


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """What the cache holds under a key: data, and an archive if there is one."""

    path: Path
    data: dict[str, Any]


def default_folder() -> Path:
    """`$CONSTRUCTS_LAMBDA_CACHE`, or `constructs-lambda` in the user's cache folder."""
    if chosen := os.environ.get("CONSTRUCTS_LAMBDA_CACHE"):
        return Path(chosen).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "constructs-lambda"
    except RuntimeError:  # no home
        return _temporary_folder()


@functools.cache
def _temporary_folder() -> Path:
    import atexit

    folder = Path(tempfile.mkdtemp(prefix="constructs-lambda-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Cache:
    """A cache folder. Where it can't be written to, a temporary folder of this process takes what is new.

    Args:
        folder: The folder; `default_folder()` where none is given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or default_folder()).absolute()
        self.notes: list[str] = []
        self._write_to = self.folder
        self._removers: list[threading.Thread] = []

    def get(self, kind: str, key: str) -> Entry | None:
        """Return a good entry, or None. A damaged one is as if it weren't there."""
        for folder in {self.folder: 0, self._write_to: 0}:
            place = folder / kind / key
            try:
                meta = json.loads((place / _META).read_bytes())
                archive = meta["archive"]
                if archive and not _intact(place / _ARCHIVE, archive):
                    continue
                data = meta["data"]
                if hashlib.sha256(_dumped(data)).hexdigest() != meta["sha256"]:
                    continue
            except (OSError, ValueError, KeyError, TypeError):
                continue
            with contextlib.suppress(OSError):
                os.utime(place / _META)  # when it was last used
            return Entry(place / _ARCHIVE, data)
        return None

    def get_or_make(self, kind: str, key: str, make: Callable[[Path], dict[str, Any]]) -> Entry:
        """Return an entry, made first where there is none.

        Args:
            kind: The kind of entry; a folder of the cache.
            key: A hex digest of all that the entry depends on.
            make: Gets an empty folder, may write `package.zip` into it, and returns the data.

        Raises:
            PackagingError: If neither the cache nor the temporary folder can be written to.
        """
        if entry := self.get(kind, key):
            return entry
        try:
            return self._made(kind, key, make)
        except OSError as error:
            if error.errno not in _UNWRITABLE or self._write_to != self.folder:
                raise self._unwritable(error) from error
            self._write_to = _temporary_folder()
            self.notes.append(
                f"the cache {self.folder} can't be written to ({error.strerror}): packages are built again in each "
                "run; CONSTRUCTS_LAMBDA_CACHE names another folder"
            )
        try:
            return self._made(kind, key, make)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> PackagingError:
        return PackagingError(
            f"nothing can be built: {error.strerror or error} ({error.filename or self._write_to}). Make space, or "
            "name a folder that can be written to with CONSTRUCTS_LAMBDA_CACHE (and TMPDIR)"
        )

    def _made(self, kind: str, key: str, make: Callable[[Path], dict[str, Any]]) -> Entry:
        root = self._write_to
        for name in (kind, "tmp", "locks"):
            (root / name).mkdir(parents=True, exist_ok=True)
        _clean(root)
        with _locked(root / "locks" / f"{kind}-{key}"):
            if entry := self.get(kind, key):
                return entry
            with self.scratch() as folder:
                data = make(folder)
                archive = _sealed(folder / _ARCHIVE, durable=kind != "packages")
                meta = {"archive": archive, "data": data, "sha256": hashlib.sha256(_dumped(data)).hexdigest()}
                (folder / _META).write_text(json.dumps(meta))
                place = root / kind / key
                for _ in range(10):
                    with contextlib.suppress(OSError):
                        folder.rename(place)
                        return Entry(place / _ARCHIVE, data)
                    if entry := self.get(kind, key):
                        return entry
                    with self.scratch() as rubbish, contextlib.suppress(OSError):  # damaged: out of the way at once
                        place.rename(rubbish / "damaged")
                raise OSError(errno.EACCES, "the entry can't be replaced", str(place))

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for files on the way, on the file system of the cache, for its owner only; removed at the end."""
        (self._write_to / "tmp").mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self._write_to / "tmp"))
        try:
            yield folder
        finally:
            # To remove thousands of files takes a while, in which the next step can begin.
            remover = threading.Thread(target=shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True})
            remover.start()
            self._removers.append(remover)

    def settle(self) -> None:
        """Wait until all that was on the way is removed."""
        while self._removers:
            self._removers.pop().join()


def _dumped(data: object) -> bytes:
    return json.dumps(data, sort_keys=True).encode()


def _sealed(archive: Path, *, durable: bool) -> dict[str, Any] | None:
    """Make the archive read-only, and tell what it must look like from now on.

    Where it is durable it survives a loss of power, too. A package need not: its parts do, and it is soon made again.
    """
    if not archive.exists():
        return None
    if durable:
        with archive.open("rb") as file:
            os.fsync(file.fileno())
    checksum = _checksum(archive)
    archive.chmod(0o444)
    status = archive.stat()
    return {"size": status.st_size, "time": status.st_mtime_ns, "checksum": checksum}


def _intact(archive: Path, expected: dict[str, Any]) -> bool:
    """Whether the archive is as it was written; it is read only if its time has changed (a cache that was moved)."""
    status = archive.stat()
    if status.st_size != expected["size"]:
        return False
    if status.st_mtime_ns == expected["time"]:
        return True
    if _checksum(archive) != expected["checksum"]:
        return False
    with contextlib.suppress(OSError):
        os.utime(archive, ns=(status.st_atime_ns, expected["time"]))
    return True


def _checksum(archive: Path) -> int:
    """Against damage, not against malice: whoever may write here may write the checksum too."""
    checksum = 0
    with archive.open("rb") as file:
        while block := file.read(_BLOCK):
            checksum = zlib_ng.crc32(block, checksum)
    return checksum


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("ab") as file:
        until = time.monotonic() + LOCK_TIMEOUT
        while fcntl and time.monotonic() < until:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:  # a file system without locks
                break
        yield


def _clean(root: Path) -> None:
    """Remove temporary folders of killed processes, and, once a day, entries that nobody has used for long."""
    now = time.time()
    for folder in (root / "tmp").iterdir():
        _remove_if_older(folder, folder, now - _TEMPORARY_FOR)
    stamp = root / "cleaned"
    with contextlib.suppress(OSError):
        if stamp.exists() and stamp.stat().st_mtime > now - _CLEANED_EVERY:
            return
        stamp.touch()
        for kind in ("pins", "parts", "packages"):
            for place in (root / kind).glob("*"):
                _remove_if_older(place, place / _META, now - _UNUSED_FOR)
        for lock in (root / "locks").iterdir():
            if lock.stat().st_mtime < now - _UNUSED_FOR:
                lock.unlink(missing_ok=True)


def _remove_if_older(place: Path, stamp: Path, limit: float) -> None:
    with contextlib.suppress(OSError):
        if stamp.stat().st_mtime < limit:
            shutil.rmtree(place, ignore_errors=True)
