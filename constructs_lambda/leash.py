"""The program that runs what must not outlive whoever started it: an emulator, an app, the CDK CLI, a function.

`python -I -S leash.py` reads from standard input, a pipe, what it runs: eight digits, and as many bytes of JSON. Where
the pipe closes it ends the program with all that this started, also what went into a session of its own: on Linux what
loses its parent becomes a child of this process. After a byte in the pipe only a writer of `stop` ends it.

There are two of it, one below the other, so that where one is killed the other ends everything. It stands alone: it
imports nothing of this library, because it runs without its packages.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False  # what takes time to load is only loaded where it is needed: an app waits for it
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

KEEP = b"k"
"""What makes it outlive the process that started it."""
DIGITS = 8
_NOT_STARTED = 127
_PR_SET_CHILD_SUBREAPER = 36


def adopt() -> bool:
    """Has what loses its parent below this process become a child of it; whether this system can do that."""
    try:
        import ctypes

        lists_processes = int(_stat("self").split()[0]) == os.getpid()
        return lists_processes and ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except (ImportError, OSError, AttributeError, LookupError, ValueError):
        return False


def end_children() -> None:
    """Kills all that is below this process, until nothing is left.

    Only children are killed: the number of a child is nobody else's until it was waited for here. What a child leaves
    behind becomes a child itself, whatever it started in the meantime.
    """
    while killed := [child for child in _children() if _kill(child)]:
        for child in killed:
            os.waitpid(child, 0)


def _children() -> list[int]:
    own = b"%d" % os.getpid()
    numbers = [entry.name for entry in os.scandir("/proc") if entry.name.isdecimal()]
    return [int(each) for each in numbers if _stat(each).rpartition(b")")[2].split()[1:2] == [own]]


def _stat(process: str) -> bytes:
    """What Linux says of a process; nothing where it is gone."""
    with suppress(OSError):
        file = os.open(f"/proc/{process}/stat", os.O_RDONLY)
        try:
            return os.read(file, 4096)
        finally:
            os.close(file)
    return b""


def _kill(child: int) -> bool:
    try:
        os.kill(child, signal.SIGKILL)
    except OSError:  # it has become another user's
        return False
    return True


class _Watch:
    """Waits for a child, and for who may end it; made before the child."""

    def __init__(self) -> None:
        self.woken, waking = os.pipe()
        os.set_blocking(waking, False)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.is_kept = False

    def wait(self, child: int, files: Iterable[int]) -> int | None:
        """The status that a child ended with, or None where a file says that it is to end."""
        watched = {self.woken, *files}
        while True:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:  # what was adopted is waited for, too
                if ended[0] == child:
                    return os.waitstatus_to_exitcode(ended[1])
            for file in select.select(watched, (), ())[0]:
                said = os.read(file, 1)
                if file == 0 and said == KEEP:
                    self.is_kept = True
                    watched.discard(0)
                elif file != self.woken:
                    return None


def _inner(order: dict[str, Any], life: int, is_adopting: bool) -> int | None:
    """Runs the program; returns its status, or None where the outer process is gone."""
    os.setsid()
    if is_adopting:
        adopt()
    watch = _Watch()
    program = os.fork()
    if not program:
        _become(order)
    if order["tell"] is not None:
        os.write(order["tell"], b"%d\n" % program)
        os.close(order["tell"])
    status = watch.wait(program, [life])
    if is_adopting:
        end_children()
    else:
        with suppress(OSError):
            os.killpg(program, signal.SIGKILL)
    return status


def _become(order: dict[str, Any]) -> NoReturn:
    """Makes this process the program, in a session of its own: what signals its group doesn't signal the leash."""
    command = order["command"]
    try:
        os.setsid()
        os.chdir(order["folder"])
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it
        os.execvpe(command[0], command, order["environment"])
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"{command[0]}: can't be started: {reason}", file=sys.stderr, flush=True)
    finally:
        os._exit(_NOT_STARTED)


def _outer(order: dict[str, Any], watch: _Watch, inner: int, life: int, is_adopting: bool) -> int | None:
    """Waits for the inner process; returns its status, or None where it was told to end it."""
    if order["tell"] is not None:
        os.close(order["tell"])
    stop = [] if order["stop"] is None else [os.open(order["stop"], os.O_RDWR)]  # its own writer: so it never ends
    status = watch.wait(inner, [0, *stop])
    if is_adopting:
        end_children()
    os.close(life)
    if status is None and not is_adopting:
        os.waitpid(inner, 0)
    return status


def main() -> NoReturn:
    """Runs a program, and ends as it did: with its status, or by the signal that ended it."""
    order = json.loads(_read(int(_read(DIGITS))))
    for file in (order["tell"], order["holding"]):
        if file is not None:
            os.set_inheritable(file, False)  # the program gets none of them
    is_adopting = adopt()
    ours, theirs = os.pipe()
    watch = _Watch()
    inner = os.fork()
    if inner:
        os.close(ours)
        status = _outer(order, watch, inner, theirs, is_adopting)
    else:
        os.close(theirs)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        status = _inner(order, ours, is_adopting)
    if order["remove"] is not None and (status is None or watch.is_kept):
        import shutil

        shutil.rmtree(order["remove"], ignore_errors=True)
    _end_as(-signal.SIGKILL if status is None else status)


def _read(size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            os._exit(1)
        data += more
    return data


def _end_as(status: int) -> NoReturn:
    if status < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -status in signal.valid_signals() - {signal.SIGKILL}:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    main()
