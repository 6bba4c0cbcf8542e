"""Processes as Linux lists them: which are left, and where they listen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists processes and sockets in /proc")


def until(is_true: Callable[[], bool], seconds: float = 20) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_true()


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
        for link in Path(f"/proc/{process}/fd").iterdir():
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
