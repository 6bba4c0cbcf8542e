"""A zip archive as a package: its central directory is read, and nothing is unpacked.

An own reader, because it has to be quick with large archives, bounded with hostile ones, and has to see what `zipfile`
passes over: the archive is uploaded as it is, and Lambda unpacks it with other code.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from zlib_ng import zlib_ng

from constructs_lambda import limits
from constructs_lambda.artifacts.packages import MOST_ENTRIES, Entry, Package, bad_file
from constructs_lambda.errors import one_line

_BadData: type[Exception] = zlib_ng.error  # type: ignore[assignment]  # its stub takes the class for an instance
_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 65_535
_LARGEST_DIRECTORY = 32 * 1024 * 1024
_LONGEST_NAME = 4_096  # of a path on Linux
_STORED, _DEFLATED = 0, 8
_BEST_RATIO = 1_032  # of deflate: 258 bytes out of 2 bits
_CHUNK = 64 * 1024
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF  # the value stands in a zip64 field


class _Member(NamedTuple):
    offset: int
    packed: int
    method: int
    crc: int
    encrypted: bool


class _Directory(NamedTuple):
    """Where the central directory is, and what the end record says about it."""

    start: int
    size: int
    entries: int
    shift: int  # bytes before the archive's own first one, as in a self-extracting archive
    trailing: int
    comment: bytes


def read_zip(path: Path) -> Package:
    """The files of a zip archive, by its central directory.

    Args:
        path: The archive, whatever its suffix.

    Raises:
        InputError: It can't be read or is no zip archive, is cut off, or has more than 500,000 files.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            directory = _find_directory(path, file, size)
            file.seek(directory.start)
            data = file.read(directory.size)
    except OSError as error:
        raise bad_file(path, error.strerror or type(error).__name__) from None
    problems = [f"{directory.trailing} bytes follow after its end"] if directory.trailing else []
    entries: list[Entry] = []
    members: dict[str, _Member] = {}
    count = packed = 0
    for entry, member in _members(path, data, directory.shift):
        count += 1
        if entry is None:
            continue
        if entry.name in members:
            problems.append(f"two files are named {entry.name}")
        problems.extend(_problems(entry, member, directory.start))
        packed += member.packed
        entries.append(entry)
        members[entry.name] = member
    if count & _FULL_16 != directory.entries & _FULL_16:
        problems.append(f"it claims {directory.entries} entries and has {count}")
    if packed > size:
        problems.append("its files overlap")
    entries.sort()
    source = _Zip(path, members)
    return Package(path, tuple(entries), size, not count, tuple(map(one_line, problems)), source, directory.comment)


def verify_sizes(
    package: Package, limit_bytes: int = int(limits.UNZIPPED_ARCHIVE_SIZE.maximum or 0)
) -> tuple[str, ...]:
    """What an archive claims wrongly about its files, found by unpacking them into nothing.

    Takes 2 ms a MB, a constant amount of memory, and ends at the first wrong claim of a file. An archive that
    claims more than the limit, or that has problems already, isn't unpacked: it is refused anyway.

    Args:
        package: What `inspect` has read; a folder never claims anything.
        limit_bytes: Size above which it isn't worth the time, by default what Lambda accepts.

    Returns:
        Each wrong size or checksum as a clause, empty where all is well.
    """
    if not isinstance(package.source, _Zip) or package.problems or package.unpacked_bytes > limit_bytes:
        return ()
    found = []
    for entry in package.entries:
        size = crc = 0
        try:
            for part in package.source.parts(entry.name):
                size += len(part)
                crc = zlib_ng.crc32(part, crc)
                if size > entry.size_bytes:
                    break
        except (OSError, _BadData):
            found.append(f"{entry.name} can't be unpacked")
            continue
        if size != entry.size_bytes:
            amount = "more" if size > entry.size_bytes else "less"
            found.append(f"{entry.name} has {amount} than the {entry.size_bytes} bytes that it claims")
        elif crc != package.source.members[entry.name].crc:
            found.append(f"{entry.name} is damaged: its checksum is wrong")
    return tuple(map(one_line, found))


def _find_directory(path: Path, file: BinaryIO, size: int) -> _Directory:
    tail_start = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(tail_start)
    tail = file.read(_END.size + _LONGEST_COMMENT)
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        if len(tail) - at >= _END.size:
            directory = _directory_of(file, tail_start + at, tail[at : at + _END.size], size)
            if directory:
                if directory.size > _LARGEST_DIRECTORY or directory.entries > MOST_ENTRIES:
                    raise bad_file(path, f"has more than {MOST_ENTRIES:,} files, or very long names")
                return directory
        at = tail.rfind(b"PK\5\6", 0, at)
    file.seek(0)
    reason = "is cut off: the end of the zip archive is missing" if file.read(4) == b"PK\3\4" else "is no zip archive"
    raise bad_file(path, reason)


def _directory_of(file: BinaryIO, end: int, record: bytes, file_size: int) -> _Directory | None:
    """What one end record tells, or None where no central directory is at the place that it names."""
    _, disk, first_disk, _, count, size, start, comment = _END.unpack(record)
    directory_end = end
    if _FULL_16 in (disk, first_disk, count) or _FULL_32 in (size, start):
        file.seek(max(0, end - _END64_LOCATOR.size))
        locator = file.read(_END64_LOCATOR.size)
        if len(locator) == _END64_LOCATOR.size and locator.startswith(b"PK\6\7"):
            directory_end = end - _END64_LOCATOR.size - _END64.size
            file.seek(max(0, directory_end))
            record = file.read(_END64.size)
            if directory_end < 0 or not record.startswith(b"PK\6\6"):
                return None
            _, _, _, _, disk, first_disk, _, count, size, start = _END64.unpack(record)
    shift = directory_end - size - start
    if disk or first_disk or shift < 0:
        return None
    file.seek(start + shift)
    if size and file.read(4) != b"PK\1\2":
        return None
    file.seek(end + _END.size)
    trailing = abs(file_size - end - _END.size - comment)
    return _Directory(start + shift, size, count, shift, trailing, file.read(comment))


def _members(path: Path, data: bytes, shift: int) -> Iterator[tuple[Entry | None, _Member]]:
    """Every entry of a central directory; None instead of an entry for a directory."""
    at = count = 0
    while at < len(data):
        count += 1
        if count > MOST_ENTRIES:
            raise bad_file(path, f"has more than {MOST_ENTRIES:,} files")
        if len(data) - at < _CENTRAL.size:
            raise bad_file(path, "is damaged: its central directory is cut off")
        (mark, _, _, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, _, _,
         attributes, offset) = _CENTRAL.unpack_from(data, at)  # fmt: skip
        name_end = at + _CENTRAL.size + name_length
        extra_end = name_end + extra_length
        if mark != b"PK\1\2" or extra_end + comment_length > len(data):
            raise bad_file(path, "is damaged: its central directory makes no sense")
        if name_length > _LONGEST_NAME:
            raise bad_file(path, f"has a file's name of more than {_LONGEST_NAME:,} bytes")
        if _FULL_32 in (size, packed, offset):
            size, packed, offset = _zip64(data[name_end:extra_end], (size, packed, offset))
        name = _name(data[at + _CENTRAL.size : name_end])
        mode = attributes >> 16
        member = _Member(offset + shift, packed, method, crc, bool(flags & 1))
        if name.endswith("/") or stat.S_ISDIR(mode):
            yield None, member
        else:
            yield Entry(name, size, mode, "link" if stat.S_ISLNK(mode) else "file"), member
        at = extra_end + comment_length


def _zip64(extra: bytes, values: tuple[int, int, int]) -> list[int]:
    """Size, packed size and offset, with those that need 64 bits out of the extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + length]
            large = iter([number for (number,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8])])
            return [next(large, value) if value == _FULL_32 else value for value in values]
        at += 4 + length
    return list(values)


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("utf-8")  # also without the flag: tools on Linux write it so
    except UnicodeDecodeError:
        name = raw.decode("cp437")
    if "//" in name or "./" in name:
        absolute, folder = name.startswith("/"), name.endswith("/")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        name = "/" * absolute + "/".join(parts) + "/" * folder
    return name


def _problems(entry: Entry, member: _Member, directory_start: int) -> Iterator[str]:
    name, size = entry.name, entry.size_bytes
    if not name or name.startswith("/") or name[1:3] in (":/", ":\\"):
        yield f"the name {name or 'of a file'} is {'absolute' if name else 'empty'}"
    elif ".." in name and ".." in name.replace("\\", "/").split("/"):
        yield f"the name {name} leaves the folder"
    elif "\\" in name or "\0" in name:
        yield f"the name {name} has a character that is no part of a file's name"
    if member.encrypted:
        yield f"{name} is encrypted"
    elif member.method not in (_STORED, _DEFLATED):
        yield f"{name} is compressed with method {member.method}, where only deflate is sure to be unpacked"
    elif (
        member.offset + member.packed > directory_start
        or (member.method == _STORED and member.packed != size)
        or size > (member.packed + 1) * _BEST_RATIO
    ):
        yield f"{name} claims sizes that can't be right"


@dataclass(frozen=True, slots=True)
class _Zip:
    path: Path
    members: dict[str, _Member]

    def head(self, entry: Entry, count: int) -> bytes:
        member = self.members[entry.name]
        if entry.kind != "file":
            raise bad_file(self.path, f"{entry.name} is a link")
        if member.encrypted or member.method not in (_STORED, _DEFLATED):
            raise bad_file(self.path, f"{entry.name} can't be read: it is encrypted or compressed in an unknown way")
        content = bytearray()
        try:
            for part in self.parts(entry.name, count):
                content += part
                if len(content) >= count:
                    break
        except (OSError, _BadData):
            raise bad_file(self.path, f"{entry.name} can't be unpacked: the archive is damaged") from None
        return bytes(content[:count])

    def parts(self, name: str, most: int = 2**63) -> Iterator[bytes]:
        """The content of a file, in parts of at most 1 MB; `most` spares reading ahead."""
        member = self.members[name]
        with self.path.open("rb") as file:
            file.seek(member.offset)
            header = file.read(_LOCAL.size)
            if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
                raise _BadData
            *_, name_length, extra_length = _LOCAL.unpack(header)
            file.seek(name_length + extra_length, os.SEEK_CUR)
            left = member.packed
            unpacker = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS) if member.method == _DEFLATED else None
            while left:
                data = file.read(min(left, _CHUNK, most + 512))
                if not data:
                    raise _BadData
                left -= len(data)
                if unpacker is None:
                    yield data
                    continue
                while data and not unpacker.eof:
                    part = unpacker.decompress(data, min(most, 1024 * 1024))
                    data = unpacker.unconsumed_tail
                    if part:
                        yield part
                if unpacker.eof:
                    break
            if unpacker is not None:
                if rest := unpacker.flush():
                    yield rest
                if not unpacker.eof:
                    raise _BadData
