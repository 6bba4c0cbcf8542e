"""Processes as Linux lists them: which are left, and where they listen."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from constructs_lambda.local.clients import is_free

SECONDS = 120
"""How long a busy machine may take: only what hangs takes longer."""
SECONDS_BETWEEN = 5
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists processes and sockets in /proc")


def until(is_true: Callable[[], bool], again: Callable[[], object] = lambda: None) -> None:
    """Waits until something holds, and does something again every few seconds.

    On a busy machine the emulator misses now and then what a function says at its end, and gives it to the next call.
    """
    now = time.monotonic()
    deadline, next_time = now + SECONDS, now + SECONDS_BETWEEN
    while not is_true() and time.monotonic() < deadline:
        if time.monotonic() > next_time:
            again()
            next_time = time.monotonic() + SECONDS_BETWEEN
        time.sleep(0.02)
    assert is_true()


def unused_port() -> int:
    """A port that nobody listens on, nor is given by the system in the meantime: it gives those above only."""
    ports = iter(lambda: random.SystemRandom().randrange(10_000, 30_000), None)
    return next(filter(is_free, ports))


def is_running(process: int) -> bool:
    """Whether a process is there; one that ended and that nobody has waited for isn't."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def below(root: int) -> list[int]:
    """A process, and all that runs below it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(entry.parent.name)] = int(parent)
    found = [root] if root in parents else []
    for each in found:  # it grows on the way
        found += sorted(child for child, parent in parents.items() if parent == each)
    return found


def are_gone(processes: Iterable[int]) -> bool:
    """Whether none of some processes is there any more."""
    return not any(map(is_running, processes))


def listening(processes: Iterable[int]) -> set[str]:
    """The addresses that processes listen on, as the kernel writes them."""
    inodes = set()
    for process in processes:
        try:
            links = list(Path(f"/proc/{process}/fd").iterdir())
        except OSError:  # it has just ended
            continue
        for link in links:
            try:
                inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[9] in inodes and (parts[3] == "0A" or table.startswith("udp")):
                found.add(parts[1])
    return found
