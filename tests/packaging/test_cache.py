"""Faults: each ends in a right build or one clear error, and the cache stays good."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import Cache, Trim, build, install
from constructs_lambda.packaging import cache as caches
from constructs_lambda.packaging.archive import Writer
from constructs_lambda.packaging.targets import Target

from .conftest import TARGET, Wheel, names

Entry = Callable[..., Path]
ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from constructs_lambda.packaging import Cache, Target, build
print(build(sys.argv[1], Target("python3.13"), cache=Cache(__import__("pathlib").Path(sys.argv[2]))).content_hash)
"""


def child(entry: Path, cache: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHILD, str(entry), str(cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)


def temporary(cache: Path) -> list[Path]:
    return list((cache / "tmp").iterdir()) if cache.exists() else []


@pytest.fixture
def library(wheel: Wheel) -> None:
    wheel("lib", files={f"lib/m{number}.py": f"{number}\n" * 500 for number in range(300)})


@pytest.mark.usefixtures("library")
def test_killed_at_any_moment(entry: Entry, tmp_path: Path) -> None:
    folder = entry("lib==1.0")
    right = build(folder, TARGET, cache=Cache(tmp_path / "right")).content_hash
    for step in range(8):
        process = child(folder, tmp_path / "cache")
        time.sleep(0.1 + step * 0.06)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    package = build(folder, TARGET, cache=Cache(tmp_path / "cache"))
    assert package.content_hash == right
    assert len(names(package.path)) == 304


@pytest.mark.usefixtures("library")
def test_leftovers_of_a_kill_are_removed_when_they_are_old(entry: Entry, tmp_path: Path) -> None:
    folder = entry("lib==1.0")
    old, new = tmp_path / "cache/tmp/old", tmp_path / "cache/tmp/new"
    for each in (old, new):
        (each / "installed").mkdir(parents=True)
    os.utime(old, (0, 0))
    build(folder, TARGET)
    assert not old.exists()
    assert new.exists()


@pytest.mark.usefixtures("library")
def test_several_processes_build_the_same_at_once(entry: Entry, tmp_path: Path) -> None:
    folder = entry("lib==1.0")
    processes = [child(folder, tmp_path / "cache") for _ in range(4)]
    hashes = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    assert len(hashes) == 1
    assert len(list((tmp_path / "cache/packages").iterdir())) == 1


@pytest.mark.usefixtures("library")
def test_threads_build_the_same_at_once_without_locks(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "fcntl", None)
    folder, done = entry("lib==1.0"), []
    threads = [threading.Thread(target=lambda: done.append(build(folder, TARGET))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.path for each in done}) == 1
    assert len(done) == 3


def test_a_lock_that_is_held_for_too_long_is_passed_over(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "LOCK_TIMEOUT", 0.1)
    package = build(entry(), TARGET)
    with caches._locked(tmp_path / "cache/locks" / f"packages-{package.path.parent.name}"):
        package.path.unlink()
        assert names(build(entry(), TARGET).path) == ["app.py"]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("kind", ["pins", "parts", "packages"])
@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "removed", "meta"])
def test_damaged_entries_are_built_again(entry: Entry, tmp_path: Path, kind: str, damage: str) -> None:
    folder = entry("lib==1.0")
    before = build(folder, TARGET)
    content = before.path.read_bytes()
    for place in (tmp_path / "cache" / kind).iterdir():
        file = place / ("entry.json" if damage == "meta" or kind == "pins" else "package.zip")
        data = file.read_bytes()
        file.chmod(0o644)
        if damage == "removed":
            file.unlink()
        elif damage == "changed" and file.suffix == ".zip":
            file.write_bytes(data[:100] + bytes([data[100] ^ 255]) + data[101:])
        else:
            file.write_bytes({"cut": data[:-20], "emptied": b""}.get(damage, data.replace(b"0", b"1", 1)))
    if kind == "parts":  # so that the part is needed
        (folder / "app.py").write_text("y = 2\n")
        after = build(folder, TARGET)
        assert len(names(after.path)) == 304
    else:
        after = build(folder, TARGET)
        assert after.path.read_bytes() == content
        assert after.content_hash == before.content_hash


def test_a_cache_that_cannot_be_written_to(entry: Entry, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file/below"):
        package = build(entry(), TARGET, cache=Cache(folder))
        assert names(package.path) == ["app.py"]
        assert "can't be written to" in package.notes[0]
        assert "CONSTRUCTS_LAMBDA_CACHE" in package.notes[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_is_still_read(entry: Entry, cache: Cache) -> None:
    before = build(entry(), TARGET, cache=cache)
    for path in (cache.folder, *cache.folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o555)
    assert build(entry(), TARGET, cache=Cache(cache.folder)).path == before.path
    other = build(entry(source="x = 2\n"), TARGET, cache=Cache(cache.folder))
    assert not other.path.is_relative_to(cache.folder)
    for path in (cache.folder, *cache.folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)


def test_a_full_disk(entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, full = Writer._put, [tmp_path / "cache"]

    def put(self: Writer, data: bytes) -> None:
        if any(Path(self._file.name).is_relative_to(each) for each in full):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, data)

    monkeypatch.setattr(Writer, "_put", put)
    package = build(entry(), TARGET)
    assert "No space left" in package.notes[0]
    assert not package.path.is_relative_to(tmp_path / "cache")
    full.append(Path("/"))
    with pytest.raises(PackagingError, match="No space left on device"):
        build(entry(source="x = 2\n"), TARGET)
    full.clear()
    build(entry(source="x = 2\n"), TARGET)


def test_an_index_that_cannot_be_reached(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://me:hunter2secret@127.0.0.1:9/simple")
    folder = entry()
    (folder / "requirements.txt").write_text("lib==1.0\n")
    with pytest.raises(PackagingError, match="index can't be reached") as caught:
        build(folder, TARGET)
    assert "hunter2" not in str(caught.value)
    assert build(folder, TARGET, bundling=False).notes == ("bundling is off: the package holds no dependencies",)


@pytest.mark.usefixtures("library")
def test_an_index_is_not_needed_twice(entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = entry("lib==1.0")
    build(folder, TARGET)
    monkeypatch.setattr(install, "_uv", lambda: pytest.fail("uv was started"))
    assert build(folder, TARGET).packages["lib"]


@pytest.mark.usefixtures("library")
def test_two_entries_share_their_dependencies(entry: Entry, tmp_path: Path) -> None:
    build(entry("lib==1.0"), TARGET)
    build(entry("lib==1.0", name="other", source="x = 2\n"), TARGET)
    assert len(list((tmp_path / "cache/parts").iterdir())) == 1
    build(entry("lib==1.0"), TARGET, trim=Trim(patterns=()))
    build(entry("lib==1.0"), Target("python3.13", "x86_64"))
    assert len(list((tmp_path / "cache/parts").iterdir())) == 3


def test_entries_that_nobody_uses_are_removed(entry: Entry, tmp_path: Path) -> None:
    package = build(entry(), TARGET)
    os.utime(package.path.parent / "entry.json", (0, 0))
    os.utime(tmp_path / "cache/cleaned", (0, 0))
    build(entry(source="x = 2\n"), TARGET)
    assert not package.path.exists()


def test_the_folder_of_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert caches.default_folder() == tmp_path / "cache"
    monkeypatch.delenv("CONSTRUCTS_LAMBDA_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert caches.default_folder() == tmp_path / "xdg/constructs-lambda"


def test_progress_is_shown_when_asked_for(
    entry: Entry, wheel: Wheel, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wheel("lib")
    build(entry("lib==1.0"), TARGET, cache=Cache(tmp_path / "quiet"))
    assert capsys.readouterr() == ("", "")
    build(entry("lib==1.0"), TARGET, cache=Cache(tmp_path / "shown"), progress=True)
    assert "Installing dependencies of" in capsys.readouterr().err
