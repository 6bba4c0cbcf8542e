"""The log of an invocation: Lambda's paths, wherever the pieces of it are cut, and Lambda's lines."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from constructs_lambda.invocations.functions import HERE
from constructs_lambda.invocations.guards import Guard
from constructs_lambda.invocations.logs import Log
from constructs_lambda.invocations.sandboxes import Sandbox


@pytest.fixture
def written() -> list[bytes]:
    return []


@pytest.fixture
def log(written: list[bytes]) -> Log:
    root = Path("/x")
    guard = Guard.__new__(Guard)  # nothing is run here, so nothing has to be taken away
    place = Sandbox(task=root / "task", layers=root / "opt", home=root / "tmp", language=root / "lang", guard=guard)
    return Log(written.append, place)


TEXT = f"a /x/task/app.py:/x/opt\r\n/x/lang/bin\r{sysconfig.get_path('stdlib')}/json /x/tasks /x/ta".encode()
EXPECTED = f"a /var/task/app.py:/opt\n/var/lang/bin\n/var/lang/lib/{HERE}/json /var/tasks /x/ta\nEND\n".encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_paths_are_lambdas_wherever_they_are_cut(log: Log, written: list[bytes], size: int) -> None:
    for start in range(0, len(TEXT), size):
        log.pass_on(TEXT[start : start + size])
    log.say("END")
    assert b"".join(written) == EXPECTED


def test_only_the_beginning_of_a_path_is_held_back(log: Log, written: list[bytes]) -> None:
    log.pass_on(b"a line without its end")
    assert written == [b"a line without its end"]
    log.pass_on(b" /x/")
    assert written[1:] == [b" "]
    log.say("END")
    assert written[2:] == [b"/x/", b"\n", b"END\n"]
