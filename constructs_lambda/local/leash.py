"""The program that runs what must not outlive whoever started it: an app that is synthesized, or the CDK CLI.

`python -I -S leash.py PROGRAM ARGUMENT...` leads a process group. Standard input is a pipe from whoever started it;
where that closes, the whole group ends. It stands alone, as `guard` does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def _watch_parent() -> None:
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)


def main(command: Sequence[str]) -> int:
    """Runs a program, and returns its exit status as a shell has it.

    Args:
        command: The program and its arguments.
    """
    threading.Thread(target=_watch_parent, daemon=True).start()
    status = subprocess.call(command, stdin=subprocess.DEVNULL)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
