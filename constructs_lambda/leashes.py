"""Programs that end with this one, however it ends, and with all that they started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from constructs_lambda.leash import DIGITS, KEEP


class Leash:
    """A program that runs until this process lets it go: by `end`, or by its own end.

    On Linux all that it started ends with it, elsewhere its process group.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: All that it sees of variables.
        output: The file descriptor that its output goes to, or `subprocess.PIPE`; also that of its errors.
        tell: A file descriptor that the program's process id is written to.
        stop: A named pipe: a byte in it ends the program, too.
        remove: A folder that is removed in the end, unless the program ended by itself.
        holding: A file descriptor that stays open until nothing of it runs any more.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        output: int,
        *,
        tell: int | None = None,
        stop: Path | None = None,
        remove: Path | None = None,
        holding: int | None = None,
    ) -> None:
        order: dict[str, object] = {
            "command": list(command),
            "folder": str(folder),
            "environment": dict(environment),
            "stop": None if stop is None else str(stop),
            "remove": None if remove is None else str(remove),
        }
        with ExitStack() as files:
            passed = {name: _above_streams(file, files) for name, file in (("tell", tell), ("holding", holding))}
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py"))],
                cwd="/",
                env={},  # the program's LD_LIBRARY_PATH may lead to files of its own
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT if output != 2 else 2,
                start_new_session=True,  # what stops this process must not stop it
                pass_fds=[each for each in passed.values() if each is not None],
            )
        order |= passed
        data = json.dumps(order).encode()
        try:
            self._write(f"{len(data):0{DIGITS}}".encode() + data)
        except BaseException:  # Ctrl-C
            self.end()
            raise

    def keep(self) -> None:
        """Lets it run on when this process ends; then only its `stop` ends it."""
        self._write(KEEP)
        self.let_go()
        self.process.returncode = 0  # nobody here waits for it any more

    def end(self) -> int:
        """Ends it, and waits until it is gone; returns its status, which is that of the program."""
        self.let_go()
        return self.process.wait()

    def let_go(self) -> None:
        """Ends it, unless it is to be kept, and doesn't wait."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()

    def _write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # it is gone
            self.process.stdin.write(data)
            self.process.stdin.flush()


def how_it_ended(status: int) -> str:
    """What a status means, for people: `exit status 3`, or `signal 9`.

    Args:
        status: The status of a process; below 0 it is the signal that ended it.
    """
    return f"exit status {status}" if status >= 0 else f"signal {-status}"


def _above_streams(file: int | None, files: ExitStack) -> int | None:
    """A copy of a file descriptor that isn't one of the standard streams: it may be, where those are closed."""
    if file is None:
        return None
    import fcntl

    copy = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 3)
    files.callback(os.close, copy)
    return copy


@contextmanager
def leashed(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], output: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a program; when the block is left, or this process ends, it ends with all that it started.

    Args:
        command: The program and its arguments.
        folder: Where it runs.
        environment: All that it sees of variables.
        output: The file descriptor that its output goes to; also that of its errors.
    """
    leash = Leash(command, folder, environment, output)
    try:
        yield leash.process
    finally:
        leash.end()
