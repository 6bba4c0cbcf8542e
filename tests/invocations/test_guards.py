"""A function and its folders are taken away, whatever happens to the program that started them."""

from __future__ import annotations

import subprocess
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


def test_the_end_of_this_process_is_enough(folder: Path) -> None:
    guard = Guard(folder)
    assert folder.exists()
    assert guard.process.stdin is not None
    guard.process.stdin.close()  # as the system does it
    assert guard.process.wait(SECONDS) == 0
    assert not folder.exists()


def test_it_waits_for_whoever_needs_the_folder(folder: Path) -> None:
    guard = Guard(folder)
    with subprocess.Popen(["sleep", "60"], pass_fds=[guard.life]) as other:
        assert guard.process.stdin is not None
        guard.process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            guard.process.wait(0.3)
        assert folder.exists()
        other.kill()
    guard.clean()
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
    guard.clean()
    assert not folder.exists()
