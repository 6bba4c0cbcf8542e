"""What takes a function's folders away, also where this program is killed: a process of its own.

It runs this file as a script, with the standard library only.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


class Guard:
    """Removes a folder when this process ends, however it does, and whoever else holds its `life`.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            start_new_session=True,  # what stops this process must not stop it
        )

    @property
    def life(self) -> int:
        """The file descriptor that it watches: the folder is there until all have closed it."""
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    def clean(self) -> None:
        """Removes it once nobody else needs it; a second Ctrl-C doesn't stop that."""
        assert self.process.stdin is not None
        is_gone = False
        while not is_gone:
            with suppress(KeyboardInterrupt):
                self.process.stdin.close()
                self.process.wait()
                is_gone = True
        if self.root.exists():
            _remove(self.root)


def set_modes(root: Path, *, writable: bool) -> None:
    """Makes a folder and all below it writable to its owner, or to nobody."""
    _set_mode(root, writable)
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            path = Path(folder, name)
            if not path.is_symlink():
                with suppress(FileNotFoundError):  # what escaped from the function may still write there
                    _set_mode(path, writable)


def _set_mode(path: Path, writable: bool) -> None:
    if path.is_dir():
        path.chmod(0o755 if writable else 0o555)
    else:
        mode = path.stat().st_mode & 0o777
        path.chmod(mode | 0o200 if writable else mode & ~0o222)


def _remove(root: Path) -> None:
    with suppress(OSError):
        set_modes(root, writable=True)
    shutil.rmtree(root, ignore_errors=True)


def _main(root: Path) -> None:
    """Waits until standard input ends, which the system closes with the last process that holds the other end."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    _remove(root)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
