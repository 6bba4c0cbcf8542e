"""What runs on a leash ends with all that it started, whatever happens to whoever started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import SECONDS, are_gone, below, is_running, only_linux, until

from constructs_lambda import leash, leashes
from constructs_lambda.leashes import Leash, leashed

HERE = {"PATH": os.defpath}
DAEMON = "(setsid sh -c '(setsid sh -c \"echo \\$\\$ >daemon.tmp; mv daemon.tmp daemon; exec sleep 600\" &)' &)"
"""What leaves its session twice, and has no parent."""


def pid_of(file: Path) -> int:
    until(file.exists)
    return int(file.read_text())


class Shell:
    """Runs scripts in a folder, and ends them with the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Leash] = []

    def __call__(self, script: str, **settings: Any) -> Leash:
        self.started.append(Leash(["/bin/sh", "-c", script], self.folder, HERE, 2, **settings))
        return self.started[-1]


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    for each in made.started:
        each.end()


@only_linux
@pytest.mark.parametrize("end", ["exit 3", "kill -9 $$", "sleep 600"])
def test_a_daemon_ends_with_the_program(shell: Shell, tmp_path: Path, end: str) -> None:
    started = shell(f"{DAEMON}; while [ ! -e daemon ]; do sleep 0.01; done; {end}")
    daemon = pid_of(tmp_path / "daemon")
    if end == "sleep 600":
        assert is_running(daemon)
        started.let_go()
    assert started.process.wait(SECONDS) == (3 if end == "exit 3" else -9)
    assert not is_running(daemon)


STARTER = """
import sys, time
from pathlib import Path
from constructs_lambda.leashes import Leash
print(Leash(["/bin/sh", "-c", sys.argv[2]], Path(sys.argv[1]), {"PATH": sys.argv[3]}, 2).process.pid, flush=True)
time.sleep(600)
"""


@only_linux
@pytest.mark.parametrize("victim", ["starter", "outer", "inner", "program"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_all_ends_where_one_is_ended(tmp_path: Path, victim: str, number: signal.Signals) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path), f"{DAEMON}; sleep 600", os.defpath]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        outer = int(starter.stdout.readline())
        daemon = pid_of(tmp_path / "daemon")
        processes = below(outer)
        assert daemon in processes
        os.kill(dict(zip(("starter", "outer", "inner", "program"), (starter.pid, *processes), strict=False))[victim],
                number)  # fmt: skip
        until(lambda: are_gone(processes))
        starter.kill()


@only_linux
def test_what_goes_on_starting_processes_is_caught(shell: Shell, tmp_path: Path) -> None:
    """Each starts the next one in a session of its own, and ends: there is hardly one to be killed."""
    (tmp_path / "storm.sh").write_text('echo $$ >>storm\n[ "$(wc -l <storm)" -gt 2000 ] || setsid sh storm.sh &\n')
    started = shell("sh storm.sh; sh storm.sh; sleep 600")
    until(lambda: (tmp_path / "storm").exists() and (tmp_path / "storm").read_text().count("\n") > 20)
    started.end()
    counted = (tmp_path / "storm").read_text()
    assert counted.count("\n") < 2000, "it ended by itself"
    time.sleep(0.2)
    assert (tmp_path / "storm").read_text() == counted


@only_linux
def test_nobody_else_is_ended(shell: Shell, tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander, leashed(["true"], tmp_path, HERE, 2) as other:
        started = shell(f"{DAEMON}; sleep 600")
        pid_of(tmp_path / "daemon")
        started.end()
        assert bystander.poll() is None
        assert other.wait(SECONDS) == 0
        bystander.kill()


@only_linux
def test_what_ends_its_own_group_does_not_end_the_leash(shell: Shell, tmp_path: Path) -> None:
    started = shell(f"{DAEMON}; while [ ! -e daemon ]; do sleep 0.01; done; kill -9 0")
    daemon = pid_of(tmp_path / "daemon")
    assert started.process.wait(SECONDS) == -9
    assert not is_running(daemon)


@only_linux
def test_orphans_that_end_are_waited_for(shell: Shell, tmp_path: Path) -> None:
    started = shell("(setsid sh -c '(setsid true &)' &); sleep 0.2; touch ready; sleep 600")
    until((tmp_path / "ready").exists)
    states = [Path(f"/proc/{each}/stat").read_text() for each in os.listdir("/proc") if each.isdecimal()]  # noqa: PTH208
    parents = {str(each) for each in below(started.process.pid)}
    assert not [each for each in states if ") Z " in each and each.rpartition(")")[2].split()[1] in parents]
    started.end()


@pytest.mark.parametrize(
    ("script", "status"), [("exit 0", 0), ("exit 1", 1), ("exit 255", 255), ("kill -11 $$", -11), ("kill -15 $$", -15)]
)
def test_it_ends_as_the_program_does(shell: Shell, tmp_path: Path, script: str, status: int) -> None:
    assert shell(script).process.wait(SECONDS) == status
    assert list(tmp_path.iterdir()) == [], "no core is dumped"


def test_a_program_that_is_not_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    started = Leash(["/no/program"], tmp_path, HERE, 2)
    assert started.process.wait(SECONDS) == started.end() == 127
    assert capfd.readouterr().err == "/no/program: can't be started: No such file or directory\n"


def test_the_program_gets_what_it_is_given_and_nothing_else(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_USER", "1")
    given = {"PATH": os.defpath, "LONG": "x" * 100_000, "BYTES": "\udcff", "LANG": "C.UTF-8"}
    program = "import os, sys; print(sorted(os.environ), len(os.environ['LONG']), os.environb[b'BYTES'], os.getcwd()); "
    program += "print(sys.stdin.read() == '', [each for each in range(3, 64) if os.path.exists(f'/dev/fd/{each}')])"
    reading, writing = os.pipe()
    holding = os.dup(writing)
    started = Leash(
        [sys.executable, "-I", "-S", "-c", program], tmp_path, given, subprocess.PIPE, tell=writing, holding=holding
    )
    os.close(writing)
    os.close(holding)
    with os.fdopen(reading) as told:
        assert int(told.readline()) > 0
        assert told.read() == "", "it is held no more"
    assert started.process.stdout is not None
    first, second = started.process.stdout.read().decode().splitlines()
    started.process.stdout.close()
    assert first.startswith("['BYTES', 'LANG', 'LONG', 'PATH'] 100000 b'\\xff' ")
    assert first.endswith(str(tmp_path))
    assert second.startswith("True "), "its standard input is empty"
    assert second in ("True []", "True [3]"), "no file but the one that looks"
    assert started.end() == 0


def test_one_that_is_kept_until_it_is_told(shell: Shell, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.mkfifo(home / "stop")
    started = shell("sleep 600", stop=home / "stop", remove=home)
    process = started.process.pid
    started.keep()
    time.sleep(0.3)
    assert os.waitpid(process, os.WNOHANG) == (0, 0)
    (home / "stop").write_bytes(b".")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -9
    assert not home.exists()


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_folder_of_a_program_that_ends_by_itself(shell: Shell, tmp_path: Path, is_kept: bool) -> None:
    """It is removed where nobody is there any more to read what is in it."""
    home = tmp_path / "home"
    home.mkdir()
    started = shell("while [ ! -e end ]; do sleep 0.01; done", remove=home)
    process = started.process.pid
    if is_kept:
        started.keep()
        time.sleep(0.2)
    (tmp_path / "end").touch()
    assert os.waitpid(process, 0)[1] == 0
    started.process.returncode = 0
    assert home.exists() is not is_kept


@pytest.fixture
def _without_adoption(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system on which nothing is adopted, such as macOS."""
    folder = tmp_path_factory.mktemp("other-system")
    text = Path(leash.__file__).read_text()
    (folder / "leash.py").write_text(text.replace("_SUBREAPER = 36", "_SUBREAPER = 9999"))
    monkeypatch.setattr(leashes, "__file__", str(folder / "leashes.py"))


@only_linux
@pytest.mark.usefixtures("_without_adoption")
@pytest.mark.parametrize("victim", ["starter", "outer", "program"])
def test_without_adoption_the_group_ends(shell: Shell, tmp_path: Path, victim: str) -> None:
    started = shell(f"sleep 600 & echo $! >child.tmp; mv child.tmp child; {DAEMON}; wait")
    child, daemon = pid_of(tmp_path / "child"), pid_of(tmp_path / "daemon")
    outer, inner, program, *_ = processes = below(started.process.pid)
    assert child in processes
    assert daemon not in processes, "nobody adopted it"
    if victim == "starter":
        started.end()
    else:
        os.kill(outer if victim == "outer" else program, signal.SIGKILL)
    until(lambda: are_gone((outer, inner, program, child)))
    os.kill(daemon, signal.SIGKILL)
    started.end()


def test_where_no_python_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    started = Leash(["true"], tmp_path, {"LONG": "x" * 1_000_000}, 2)
    assert started.end() == 1
