"""Zip archives that are the same on every machine: sorted names, fixed times, two modes, compressed by two threads.

Files are cut in blocks that are compressed independently of each other, each with the end of the one before as its
dictionary, so that one big library keeps both threads busy and memory doesn't grow with what is packed. The members of
an archive written here can be copied into another as they are, without being compressed again.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import io
import os
import struct
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO

from zlib_ng import zlib_ng

from constructs_lambda.errors import PackagingError

LEVEL = 6
PACKED = (
    ".gz",
    ".zip",
    ".whl",
    ".bz2",
    ".xz",
    ".zst",
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".woff2",
)  # stored as they are
THREADS = 2
BLOCK = 1 << 20
_DICTIONARY = 1 << 15  # how far back deflate can look
_WAITING = 2 * THREADS  # batches in memory; one holds at most two blocks
_BATCH = 256
_LIMIT = 0xFFFFFFFF

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
COMMENT = b"constructs-lambda"
"""Ends each archive written here, so that nobody has to verify its sizes and checksums."""
WITHOUT_DEPENDENCIES = COMMENT + b" without dependencies"
"""Ends a package from which dependencies were left out, so that nobody misses them."""
_DATE = 33  # 1980-01-01, the first day a zip can name


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """A file to pack: its name in the archive, where it is, its size, and whether it is executable."""

    name: str
    path: Path
    size: int
    executable: bool

    @property
    def mode(self) -> int:
        """0755 or 0644."""
        return 0o755 if self.executable else 0o644


class _Member:
    """A file while it is being written: what its headers must say."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.name = file.name.encode()
        self.offset = self.crc = self.size = self.packed = 0
        self.hash = hashlib.sha256()

    def _fields(self) -> tuple[int, ...]:
        flags = 0 if self.name.isascii() else 0x800
        return 20, flags, 8, 0, _DATE, self.crc, self.packed, self.size, len(self.name), 0

    def local(self) -> bytes:
        return _LOCAL.pack(b"PK\3\4", *self._fields()) + self.name

    def central(self) -> bytes:
        attributes = (0o100000 | self.file.mode) << 16
        return _CENTRAL.pack(b"PK\1\2", 3 << 8 | 20, *self._fields(), 0, 0, 0, attributes, self.offset) + self.name


# A block: its member, its bytes, the bytes before it in the file, and whether it is the first and the last one.
_Block = tuple[_Member, bytes, bytes, bool, bool]


def _compress(blocks: list[_Block]) -> list[tuple[_Block, bytes]]:
    done = []
    for block in blocks:
        member, data, before, _, last = block
        level = 0 if member.file.name.endswith(PACKED) else LEVEL
        packer = zlib_ng.compressobj(
            level, zlib_ng.DEFLATED, -15, zlib_ng.DEF_MEM_LEVEL, zlib_ng.Z_DEFAULT_STRATEGY, before
        )
        done.append((block, packer.compress(data) + packer.flush(zlib_ng.Z_FINISH if last else zlib_ng.Z_SYNC_FLUSH)))
    return done


def _blocks(members: Iterable[_Member]) -> Iterator[_Block]:
    for member in members:
        with opened(member.file.path) as content:
            asked = min(BLOCK, member.file.size + 1)  # a block for each small file would be a mapping for each
            data, before, first = content.read(asked), b"", True
            while True:
                following = content.read(BLOCK) if len(data) >= asked else b""
                member.crc = zlib_ng.crc32(data, member.crc)
                member.hash.update(data)
                member.size += len(data)
                yield member, data, before, first, not following
                if not following:
                    break
                data, before, first, asked = following, data[-_DICTIONARY:], False, BLOCK


def _batches(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    batch: list[_Block] = []
    size = 0
    for block in blocks:
        batch.append(block)
        size += len(block[1])
        if size >= BLOCK or len(batch) >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def opened(path: Path) -> io.BufferedReader:
    """Open a file that is to be packed.

    Raises:
        PackagingError: If it can't be read.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise PackagingError(f"{path} can't be read: {error.strerror}") from error


class Writer:
    """Writes one archive.

    Args:
        file: A file opened for writing that can be sought in.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._end = 0
        self._directory: list[tuple[bytes, bytes]] = []

    def add(self, files: Collection[File]) -> str:
        """Add files, and return the digest of their names, modes and contents.

        Raises:
            PackagingError: If a file can't be read, or all together are 4 GiB or more.
        """
        if sum(file.size for file in files) > _LIMIT:
            biggest = max(files, key=lambda file: file.size)
            raise PackagingError(
                f"more than 4 GiB to package (the biggest file is {biggest.name}); Lambda takes 250 MB"
            )
        members = [_Member(file) for file in sorted(files, key=lambda file: file.name.encode())]
        waiting: deque[concurrent.futures.Future[list[tuple[_Block, bytes]]]] = deque()
        with concurrent.futures.ThreadPoolExecutor(THREADS, thread_name_prefix="package") as pool:
            try:
                for batch in _batches(_blocks(members)):
                    waiting.append(pool.submit(_compress, batch))
                    if len(waiting) > _WAITING:
                        self._write(waiting.popleft().result())
                while waiting:
                    self._write(waiting.popleft().result())
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return digest((member.file, member.hash.digest()) for member in members)

    def _write(self, blocks: list[tuple[_Block, bytes]]) -> None:
        for (member, _, _, first, last), packed in blocks:
            member.packed += len(packed)
            if first:
                member.offset = self._end
                self._put(member.local())
            self._put(packed)
            if last:
                if not first:
                    self._file.seek(member.offset)
                    self._file.write(member.local())
                    self._file.seek(self._end)
                self._directory.append((member.name, member.central()))

    def _put(self, data: bytes) -> None:
        if self._end + len(data) > _LIMIT:
            raise PackagingError("the package is bigger than 4 GiB; Lambda takes 250 MB")
        self._file.write(data)
        self._end += len(data)

    def copy(self, archive: Path) -> list[str]:
        """Copy the members of another archive written here, as they are.

        Returns:
            The names that weren't copied because a file of that name is there already.
        """
        unwanted = {name for name, _ in self._directory}
        left = []
        with archive.open("rb", buffering=0) as other:
            entries, end = _read_directory(other)
            runs: list[list[int]] = []  # [from, to] of members that follow each other
            for (name, offset, entry), following in zip(
                entries, [*(each[1] for each in entries[1:]), end], strict=True
            ):
                if name in unwanted:
                    left.append(name.decode())
                    continue
                if runs and runs[-1][1] == offset:
                    runs[-1][1] = following
                else:
                    runs.append([offset, following])
                shift = self._end + sum(stop - start for start, stop in runs) - following
                self._directory.append((name, entry[:42] + struct.pack("<L", offset + shift) + entry[46:]))
            for start, stop in runs:
                self._copy_range(other, start, stop)
        return left

    def _copy_range(self, other: IO[bytes], start: int, stop: int) -> None:
        if self._end + stop - start > _LIMIT:
            raise PackagingError("the package is bigger than 4 GiB; Lambda takes 250 MB")
        self._file.flush()
        other.seek(start)
        left = stop - start
        while left:
            done = _in_kernel(other, self._file, left)
            if not done:
                data = other.read(min(left, BLOCK))
                if not data:
                    raise EOFError(f"{other.name} ends early")
                self._file.write(data)
                done = len(data)
            left -= done
        self._end += stop - start

    def close(self, comment: bytes = COMMENT) -> None:
        """Write the directory; the file itself stays open."""
        directory = b"".join(entry for _, entry in sorted(self._directory))
        count, start, size = len(self._directory), self._end, len(directory)
        self._file.write(directory)
        if count > 0xFFFE or start + size > _LIMIT:
            self._file.write(_END64.pack(b"PK\6\6", 44, 3 << 8 | 45, 45, 0, 0, count, count, size, start))
            self._file.write(_LOCATOR.pack(b"PK\6\7", 0, start + size, 1))
        short = min(count, 0xFFFF)
        end = _END.pack(b"PK\5\6", 0, 0, short, short, min(size, _LIMIT), min(start, _LIMIT), len(comment))
        self._file.write(end + comment)
        self._file.flush()


def _in_kernel(source: IO[bytes], target: IO[bytes], count: int) -> int:
    """Copy without the bytes passing through this process, where the system can; 0 where it can't."""
    copy: Callable[[int, int, int], int] | None = getattr(os, "copy_file_range", None)
    try:
        return copy(source.fileno(), target.fileno(), count) if copy else 0
    except OSError:
        return 0


def _read_directory(file: IO[bytes]) -> tuple[list[tuple[bytes, int, bytes]], int]:
    """Name, offset and directory entry of each member in the order of the file, and where the members end."""
    longest = _END.size + _LOCATOR.size + _END64.size + len(COMMENT)
    file.seek(-min(file.seek(0, os.SEEK_END), longest), os.SEEK_END)
    tail = file.read().removesuffix(COMMENT)
    _, _, _, _, _, size, start, _ = _END.unpack(tail[-_END.size :])
    if tail.startswith(b"PK\6\6"):
        size, start = _END64.unpack(tail[: _END64.size])[8:]
    file.seek(start)
    directory = file.read(size)
    entries, at = [], 0
    while at < size:
        length = int.from_bytes(directory[at + 28 : at + 30], "little")
        entry = directory[at : at + _CENTRAL.size + length]
        entries.append((entry[_CENTRAL.size :], int.from_bytes(entry[42:46], "little"), entry))
        at += len(entry)
    return sorted(entries, key=lambda each: each[1]), start


def digest(files: Iterable[tuple[File, bytes]]) -> str:
    """The digest of a tree: over each file's name, mode and sha256, in the order of the names."""
    whole = hashlib.sha256()
    for file, content in sorted(files, key=lambda each: each[0].name.encode()):
        whole.update(b"%d:%s:%o:" % (len(file.name.encode()), file.name.encode(), file.mode))
        whole.update(content)
    return whole.hexdigest()
