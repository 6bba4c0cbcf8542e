"""Folders and zip archives, honest and hostile: what is counted, and that nothing hangs, crashes or is followed."""

from __future__ import annotations

import io
import os
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zlib_ng import zlib_ng

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.zips import verify_sizes
from constructs_lambda.errors import InputError

MB = 1024 * 1024


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def names(package: Package) -> list[str]:
    return [entry.name for entry in package.entries]


def patched(path: Path, at: Callable[[bytes], int], data: bytes) -> Path:
    """Overwrites bytes of a file; a negative place counts from the first central header."""
    content = bytearray(path.read_bytes())
    place = at(bytes(content))
    content[place : place + len(data)] = data
    path.write_bytes(content)
    return path


def central(content: bytes) -> int:
    return content.index(b"PK\1\2")


# --- Folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_counted_by_the_sizes_of_its_files(tmp_path: Path) -> None:
    write(tmp_path, {"app.py": "x = 1\n", "lib/é/data.bin": b"12345"})
    with (tmp_path / "model.bin").open("wb") as file:
        file.truncate(300 * MB)
    package = inspect(tmp_path)
    assert names(package) == ["app.py", "lib/é/data.bin", "model.bin"]
    assert package.unpacked_bytes == 300 * MB + 6 + 5
    assert package.packed_bytes is None
    assert not package.is_empty
    assert package.folders["lib"] == {"é"}
    assert package.read("app.py", 100) == b"x = 1\n"
    assert package.head("model.bin", 4) == b"\0\0\0\0"


def test_a_folder_without_files_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert inspect(tmp_path).is_empty


def test_links_are_recorded_and_never_followed_out_of_the_folder(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"lib.so.1": b"12345678", "sub/a.py": ""})
    secret = write(tmp_path, {"secret.txt": b"x" * 50}) / "secret.txt"
    (root / "lib.so").symlink_to("lib.so.1")
    (root / "out").symlink_to(secret)
    (root / "up").symlink_to(tmp_path)
    (root / "sub" / "loop").symlink_to(root)
    (root / "self").symlink_to("self")
    (root / "nowhere").symlink_to("missing")
    package = inspect(root)
    sizes = {entry.name: entry.size_bytes for entry in package.entries if entry.kind == "link"}
    assert sizes == {"lib.so": 8, "out": 0, "up": 0, "sub/loop": 0, "self": 0, "nowhere": 0}
    assert package.unpacked_bytes == 16
    assert package.head("lib.so", 4) == b"1234"
    for name in ("out", "up", "self", "nowhere"):
        with pytest.raises(InputError, match="is no file of this folder"):
            package.head(name, 4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.so")
    package = inspect(tmp_path)
    assert [entry.kind for entry in package.entries] == ["other"]
    with pytest.raises(InputError):
        package.head("pipe.so", 4)
    with pytest.raises(InputError, match="neither a folder nor a zip archive"):
        inspect(tmp_path / "pipe.so")


@pytest.mark.parametrize("name", ["missing.zip", "a\0b", "x" * 5000])
def test_a_path_that_cant_be_read_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as error:
        inspect(tmp_path / name)
    assert str(error.value).isprintable()


def test_a_name_with_control_characters_stays_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        inspect(write(tmp_path, {"a\nb": "text"}) / "a\nb")
    assert "\\nb: is no zip archive" in str(error.value)


def test_reading_is_bounded(tmp_path: Path) -> None:
    package = inspect(write(tmp_path, {"a.txt": "12345"}))
    assert package.read("a.txt", 5) == b"12345"
    with pytest.raises(InputError, match=r"a\.txt has more than 4 bytes"):
        package.read("a.txt", 4)
    with pytest.raises(InputError, match=r"has no file b\.txt"):
        package.read("b.txt", 4)


# --- Honest archives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_says_the_same_as_its_folder(tmp_path: Path, method: int) -> None:
    files = {"app.py": b"def handler(e, c): ...\n" * 1000, "é/ü.txt": b"x", "empty": b""}
    path = zipped(tmp_path / "a.jar", {**files, "é/": b""}, method)
    package = inspect(path)
    assert {entry.name: entry.size_bytes for entry in package.entries} == {n: len(c) for n, c in files.items()}
    assert package.packed_bytes == path.stat().st_size
    assert package.problems == ()
    for name, content in files.items():
        assert package.read(name, 100_000) == content
        assert package.head(name, 7) == content[:7]
    assert verify_sizes(package) == ()


def test_a_zip_bomb_is_counted_by_what_it_declares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("blob.bin", "w") as member:
        for _ in range(300):
            member.write(bytes(MB))
    with monkeypatch.context() as patch:  # too big anyway: not unpacked
        patch.setattr(zlib_ng, "decompressobj", lambda *_: pytest.fail("it was unpacked"))
        package = inspect(path)
        assert package.unpacked_bytes == 300 * MB
        assert verify_sizes(package) == ()
    assert package.problems == ()
    assert package.head("blob.bin", 64) == bytes(64)


def test_modes_and_links_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, mode in (("bootstrap", 0o100755), ("link", 0o120777), ("plain", 0)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            info.create_system = 3
            archive.writestr(info, "bootstrap")
    package = inspect(path)
    found = {entry.name: (entry.mode & 0o777, entry.kind) for entry in package.entries}
    assert found["bootstrap"] == (0o755, "file")
    assert found["link"] == (0o777, "link")
    with pytest.raises(InputError, match="is a link"):
        package.read("link", 100)


def test_an_empty_zip_is_empty(tmp_path: Path) -> None:
    assert inspect(zipped(tmp_path / "a.zip", {})).is_empty
    assert not inspect(zipped(tmp_path / "b.zip", {"folder/": b""})).is_empty


def test_zip64_and_a_prefix_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("big", "w", force_zip64=True) as member:
        member.write(b"12345")
    assert inspect(path).read("big", 10) == b"12345"
    content = zipped(tmp_path / "b.zip", {"a": b"1", "b": b"22"}).read_bytes()
    end = content.index(b"PK\5\6")
    start = central(content)
    record64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, end - start, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    full = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "c.zip").write_bytes(b"#!/bin/sh\n" + content[:end] + record64 + locator + full)
    package = inspect(tmp_path / "c.zip")
    assert names(package) == ["a", "b"]
    assert package.read("b", 10) == b"22"
    assert package.problems == ()


def test_sizes_above_4_gb_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"1"})
    content = path.read_bytes()
    start = central(content)
    header = bytearray(content[start : content.index(b"PK\5\6")])
    header[24:28] = b"\xff\xff\xff\xff"
    header[30:32] = struct.pack("<H", 12)
    header += struct.pack("<HHQ", 1, 8, 5 * 2**30)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(header), start, 0)
    path.write_bytes(content[:start] + header + end)
    package = inspect(path)
    assert package.unpacked_bytes == 5 * 2**30
    assert package.problems == ("a claims sizes that can't be right",)


# --- Hostile archives ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../../etc/passwd", "leaves the folder"),
        ("a/../b", "leaves the folder"),
        ("..\\x", "leaves the folder"),
        ("/etc/passwd", "is absolute"),
        ("C:/x", "is absolute"),
        ("a\\b.py", "no part of a file's name"),
    ],
)
def test_names_that_lead_elsewhere(tmp_path: Path, name: str, problem: str) -> None:
    package = inspect(zipped(tmp_path / "a.zip", {name: b"x", "ok/./a..py": b""}))
    assert len(package.problems) == 1
    assert problem in package.problems[0]
    assert "ok/a..py" in names(package)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", "22")
    package = inspect(tmp_path / "a.zip")
    assert package.problems == ("two files are named a",)
    assert package.unpacked_bytes == 3


def test_encrypted_and_unknown_compression(tmp_path: Path) -> None:
    encrypted = patched(zipped(tmp_path / "a.zip", {"a": b"x"}), lambda c: central(c) + 8, b"\1\0")
    assert inspect(encrypted).problems == ("a is encrypted",)
    packed = inspect(zipped(tmp_path / "b.zip", {"a": b"x"}, zipfile.ZIP_LZMA))
    assert "method 14" in packed.problems[0]
    for package in (inspect(encrypted), packed):
        with pytest.raises(InputError):
            package.read("a", 10)


def test_data_after_the_end(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"x"})
    with path.open("ab") as file:
        file.write(b"y" * 10)
    assert inspect(path).problems == ("10 bytes follow after its end",)
    assert inspect(path).read("a", 10) == b"x"


def test_a_cut_off_archive(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": random.Random(1).randbytes(50_000), "b": b"y"})
    content = path.read_bytes()
    for length in range(0, len(content), 499):
        path.write_bytes(content[:length])
        with pytest.raises(InputError, match=r"a\.zip: is (cut off|no zip archive)"):
            inspect(path)
    path.write_bytes(content[100:])  # the front is missing
    with pytest.raises(InputError):
        inspect(path).read("a", 100_000)


def test_what_is_no_zip(tmp_path: Path) -> None:
    path = write(tmp_path, {"a.zip": "Hello"}) / "a.zip"
    with pytest.raises(InputError, match=r"a\.zip: is no zip archive"):
        inspect(path)


def test_a_zip_that_hides_300_mb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("blob.bin", "w") as member:
        for _ in range(300):
            member.write(bytes(MB))
    patched(path, lambda c: central(c) + 24, struct.pack("<L", 1000))
    package = inspect(path)
    assert package.unpacked_bytes == 1000
    assert package.problems == ()
    crc32, unpacked = zlib_ng.crc32, []

    def counted(data: bytes, crc: int) -> int:
        unpacked.append(len(data))
        return crc32(data, crc)

    monkeypatch.setattr(zlib_ng, "crc32", counted)
    assert verify_sizes(package) == ("blob.bin has more than the 1000 bytes that it claims",)
    assert 1000 < sum(unpacked) <= MB, "no more than the first part"
    with pytest.raises(InputError):
        package.read("blob.bin", 5000)


def test_a_zip_that_claims_too_much(tmp_path: Path) -> None:
    path = patched(zipped(tmp_path / "a.zip", {"a": b"xyz" * 50}), lambda c: central(c) + 24, struct.pack("<L", 151))
    assert verify_sizes(inspect(path)) == ("a has less than the 151 bytes that it claims",)
    path = patched(zipped(tmp_path / "b.zip", {"a": b"xyz"}), lambda c: central(c) + 24, struct.pack("<L", 2**31))
    assert inspect(path).problems == ("a claims sizes that can't be right",)
    path = patched(zipped(tmp_path / "c.zip", {"a": b"xyz"}), lambda c: central(c) + 20, struct.pack("<L", 2**31))
    assert "a claims sizes that can't be right" in inspect(path).problems


def test_damaged_content(tmp_path: Path) -> None:
    path = patched(zipped(tmp_path / "a.zip", {"a": b"12345"}, zipfile.ZIP_STORED), lambda c: c.index(b"123"), b"9")
    assert verify_sizes(inspect(path)) == ("a is damaged: its checksum is wrong",)
    path = patched(zipped(tmp_path / "b.zip", {"a": b"12345"}), lambda _: 31, b"\xff\xff\xff\xff")
    assert verify_sizes(inspect(path)) == ("a can't be unpacked",)


def test_overlapping_files_cost_nothing(tmp_path: Path) -> None:
    """One large stream that every entry of the directory claims for itself."""
    stream = zlib.compressobj(9, wbits=-15)
    data = stream.compress(bytes(10 * MB)) + stream.flush()
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(data), 10 * MB, 1, 0) + b"x"
    directory = b"".join(
        struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 8, 0, 0, 0, len(data), 10 * MB, 5, 0, 0, 0, 0, 0, 0)
        + f"{number:05}".encode()
        for number in range(20_000)
    )
    start = len(local) + len(data)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 20_000, 20_000, len(directory), start, 0)
    path = tmp_path / "a.zip"
    path.write_bytes(local + data + directory + end)
    begin = time.process_time()
    package = inspect(path)
    assert package.problems == ("its files overlap",)
    assert package.unpacked_bytes == 20_000 * 10 * MB
    assert verify_sizes(package, 2**60) == ()
    assert time.process_time() - begin < 3  # minutes where each is unpacked


@pytest.mark.slow
def test_too_many_files(tmp_path: Path) -> None:
    header = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = header * 600_000
    path = tmp_path / "a.zip"
    path.write_bytes(directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(directory), 0, 0))
    begin = time.process_time()
    with pytest.raises(InputError, match="more than 500,000 files"):
        inspect(path)
    assert time.process_time() - begin < 30  # about 3 s


def test_very_deep_and_very_long_names_take_little_memory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a/" * 2000 + str(number): b"" for number in range(500)})
    tracemalloc.start()
    try:
        assert len(inspect(path).folders) == 16
        assert tracemalloc.get_traced_memory()[1] < 20 * MB
    finally:
        tracemalloc.stop()
    with pytest.raises(InputError, match="more than 4,096 bytes"):
        inspect(zipped(tmp_path / "b.zip", {"a" * 5000: b""}))


def test_many_files_are_quick(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"package{n % 50}/module{n}.py": b"" for n in range(10_000)}, zipfile.ZIP_STORED)
    begin = time.process_time()
    assert len(inspect(path).entries) == 10_000
    assert time.process_time() - begin < 2


HYPOTHESIS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_all(path: Path) -> None:
    """Whatever the bytes are, either it can be read or the reason is an InputError on one line."""
    reasons = []
    try:
        package = inspect(path)
        assert package.unpacked_bytes >= 0
        assert package.folders[""] is not None
        reasons += [*package.problems, *verify_sizes(package)]
        for entry in package.entries:
            assert len(package.head(entry.name, 64)) <= 64
    except InputError as error:
        reasons.append(str(error))
    assert all(reason.isprintable() for reason in reasons)


@HYPOTHESIS
@given(content=st.binary(max_size=300), end=st.binary(max_size=22))
def test_arbitrary_bytes(tmp_path: Path, content: bytes, end: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content + b"PK\5\6" + end)
    read_all(path)


@HYPOTHESIS
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 40),
)
def test_mutated_zips(tmp_path: Path, changes: list[tuple[float, int]], cut: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("app.py", "lib/x.so", "é"):
            archive.writestr(name, name * 40)
    content = bytearray(buffer.getvalue())
    for place, value in changes:
        content[int(place * len(content))] = value
    path = tmp_path / "a.zip"
    path.write_bytes(content[: len(content) - cut])
    read_all(path)
