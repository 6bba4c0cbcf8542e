"""Programs that end with this one, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


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
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")), *command],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT if output != 2 else 2,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):  # also what it left running
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdin is not None
        process.stdin.close()
