"""The zip writer: right for every reader, the same every time."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging.archive import BLOCK, File, Writer
from constructs_lambda.packaging.trees import fingerprint


def written(path: Path, files: list[File], *parts: Path) -> tuple[str, list[str]]:
    with path.open("wb") as output:
        writer = Writer(output)
        digest = writer.add(files)
        left = [name for part in parts for name in writer.copy(part)]
        writer.close()
    return digest, left


def file(folder: Path, name: str, content: bytes, executable: bool = False) -> File:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return File(name, path, len(content), executable)


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
@pytest.mark.parametrize("name", ["lib.so", "data.gz"])
def test_contents_are_those_of_the_files(tmp_path: Path, size: int, name: str) -> None:
    noise = random.Random(size).randbytes(size // 2)
    content = noise + b"a" * (size - len(noise))
    files = [file(tmp_path, name, content), file(tmp_path, "z.py", b"Z = 1\n")]
    digest, _ = written(tmp_path / "a.zip", files)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == sorted([name, "z.py"])
        assert archive.read(name) == content
        assert archive.testzip() is None
    assert digest == fingerprint(files)


def test_times_modes_and_unicode_names(tmp_path: Path) -> None:
    files = [file(tmp_path, "über/日本.py", b"1"), file(tmp_path, "bootstrap", b"#!", executable=True)]
    written(tmp_path / "a.zip", files)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        members = {each.filename: each for each in archive.infolist()}
    assert {each.date_time for each in members.values()} == {(1980, 1, 1, 0, 0, 0)}
    assert members["über/日本.py"].external_attr >> 16 == 0o100644
    assert members["bootstrap"].external_attr >> 16 == 0o100755
    assert all(each.extract_version == 20 for each in members.values())


def test_bytes_are_the_same_whatever_the_order_and_the_times(tmp_path: Path) -> None:
    files = [file(tmp_path, f"m{number}.py", os.urandom(2000)) for number in range(50)]
    written(tmp_path / "a.zip", files)
    os.utime(files[0].path, (1, 1))
    written(tmp_path / "b.zip", files[::-1])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_digest_tells_names_modes_and_contents_apart(tmp_path: Path) -> None:
    plain = file(tmp_path, "a.py", b"1")
    variants = [
        plain,
        file(tmp_path / "other", "a.py", b"2"),
        File("b.py", plain.path, 1, False),
        File("a.py", plain.path, 1, True),
    ]
    digests = {written(tmp_path / "a.zip", [each])[0] for each in variants}
    assert len(digests) == 4
    assert written(tmp_path / "a.zip", [])[0] not in digests


def test_members_are_copied_as_they_are_and_the_first_of_a_name_stays(tmp_path: Path) -> None:
    written(tmp_path / "part.zip", [file(tmp_path / "p", name, name.encode() * 9) for name in ("a", "ä", "c", "d")])
    _, left = written(
        tmp_path / "all.zip",
        [file(tmp_path / "s", "c", b"mine"), file(tmp_path / "s", "z", b"z")],
        tmp_path / "part.zip",
    )
    assert left == ["c"]
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a": b"a" * 9, "c": b"mine", "d": b"d" * 9, "z": b"z", "ä": "ä".encode() * 9,
        }  # fmt: skip


def test_a_file_that_grows_while_it_is_read_is_read_whole(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(3 * BLOCK)
    grown = file(tmp_path, "grown.log", content)
    written(tmp_path / "a.zip", [File("grown.log", grown.path, 10, False)])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.read("grown.log") == content


def test_memory_does_not_grow_with_what_is_packed(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from constructs_lambda.packaging.archive import File, Writer
path, copies = Path(sys.argv[1]), int(sys.argv[2])
with open(sys.argv[3], "wb") as output:
    writer = Writer(output)
    writer.add([File(f"{number:05}", path, path.stat().st_size, False) for number in range(copies)])
    writer.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    big, small = file(tmp_path, "big", os.urandom(BLOCK) * 8), file(tmp_path, "small", b"1")

    def used(path: Path, copies: int) -> int:
        command = [sys.executable, "-c", code, str(path), str(copies), str(tmp_path / "a.zip")]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        return int(subprocess.check_output(command, env=environment)) >> (20 if sys.platform == "darwin" else 10)

    assert used(big.path, 24) < used(big.path, 6) + 16  # MiB
    assert used(small.path, 12_000) < used(small.path, 1_000) + 24  # directory entries and hashes only


@pytest.mark.slow
def test_more_members_than_a_plain_zip_can_count(tmp_path: Path) -> None:
    one = file(tmp_path, "one", b"1")
    written(tmp_path / "part.zip", [File(f"f{number:06}", one.path, 1, False) for number in range(70_000)])
    written(tmp_path / "all.zip", [one], tmp_path / "part.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert len(archive.namelist()) == 70_001
        assert archive.read("f069999") == b"1"


def test_more_than_a_zip_can_hold_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.bin").open("wb") as sparse:
        sparse.truncate(5 << 30)
    with pytest.raises(PackagingError, match=r"more than 4 GiB.*huge\.bin"):
        written(tmp_path / "a.zip", [File("huge.bin", tmp_path / "huge.bin", 5 << 30, False)])
