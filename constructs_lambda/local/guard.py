"""The program that the emulator runs in: bound to this machine, and gone when whoever started it is.

`python -P guard.py FOLDER`: FOLDER holds the named pipe `stop`, and is removed in the end. Standard input is a pipe
from whoever started it. Where that closes, everything ends; after a byte in it, only a writer of `stop` ends it.

It stands alone: it imports nothing of this library, because it runs in an environment that is cleared.
"""

from __future__ import annotations

import os
import runpy
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

STOP = "stop"
"""The named pipe that ends it."""
KEEP = b"k"
"""What makes it outlive the process that started it."""
_HERE = ("127.", "::1", "localhost")
_TIMES_TO_REMOVE = 100


def refuse_others(event: str, arguments: Sequence[object]) -> None:
    """An audit hook: nothing in this process listens where another machine could call.

    Raises:
        PermissionError: A socket is bound to an address that isn't this machine's own.
    """
    if event == "socket.bind":
        address = arguments[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(_HERE):
            raise PermissionError(f"{address[0]}:{address[1]}: only this machine may be listened on")


def end(folder: Path) -> None:
    """Ends this process and those of the functions, and removes the folder."""
    remove(folder)
    os.killpg(0, signal.SIGKILL)


def remove(folder: Path) -> None:
    """Removes a folder, also where something that is about to end still writes into it."""
    for _ in range(_TIMES_TO_REMOVE):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.01)


def _watch_parent(folder: Path) -> None:
    if os.read(0, 1) != KEEP:
        end(folder)


def _watch_stop(folder: Path) -> None:
    with (folder / STOP).open("rb"):  # waits for a writer
        end(folder)


def main(folder: Path) -> None:
    """Runs the emulator until it is to end."""
    os.umask(0o077)
    for watch in (_watch_parent, _watch_stop):
        threading.Thread(target=watch, args=(folder,), daemon=True).start()
    sys.addaudithook(refuse_others)
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
