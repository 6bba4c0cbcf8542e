"""A function and its folders are taken away, whatever happens to the program that started them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import SECONDS

from constructs_lambda.invocations.guards import Guard


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that can't be written to."""
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").touch()
    (folder / "inner").chmod(0o555)
    folder.chmod(0o555)
    return folder


@pytest.fixture
def group() -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs on, in a group of its own."""
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
        yield process
        process.kill()


def test_the_end_of_this_process_is_enough(folder: Path, group: subprocess.Popen[bytes]) -> None:
    guard = Guard(folder)
    guard.watch(group.pid)
    assert folder.exists()
    assert guard.process.stdin is not None
    guard.process.stdin.close()  # as the system does it
    assert group.wait(SECONDS) == -9
    assert guard.process.wait(SECONDS) == 0
    assert not folder.exists()


def test_what_has_ended_is_not_killed(folder: Path, group: subprocess.Popen[bytes]) -> None:
    guard = Guard(folder)
    guard.watch(group.pid)
    guard.watch(0)
    guard.clean()
    assert group.poll() is None
    assert not folder.exists()


def test_a_second_interrupt_does_not_stop_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(folder)
    wait, calls = guard.process.wait, []

    def interrupted(*arguments: Any) -> int:
        calls.append(arguments)
        if len(calls) < 3:
            raise KeyboardInterrupt
        return wait(*arguments)

    monkeypatch.setattr(guard.process, "wait", interrupted)
    guard.clean()
    assert len(calls) == 3
    assert not folder.exists()


def test_without_it_this_process_removes_the_folder(folder: Path) -> None:
    guard = Guard(folder)
    guard.process.kill()
    guard.process.wait()
    guard.watch(0)
    guard.clean()
    assert not folder.exists()
