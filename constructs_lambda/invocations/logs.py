"""The log of an invocation: the function's own lines with Lambda's paths in them, and Lambda's lines."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path

from constructs_lambda.invocations.functions import HERE
from constructs_lambda.invocations.sandboxes import Sandbox


class Log:
    """Writes the log as it comes.

    Args:
        write: Is given the pieces of it.
        place: Where the function runs; its paths become Lambda's.
    """

    def __init__(self, write: Callable[[bytes], None], place: Sandbox) -> None:
        self.write = write
        library = sysconfig.get_path("stdlib")
        pairs = {
            f"{place.task}": "/var/task",
            f"{place.layers}": "/opt",
            f"{place.language}": "/var/lang",
            f"{place.home}": "/tmp",
            f"{library}/": f"/var/lang/lib/{HERE}/",
            f"{Path(library).resolve()}/": f"/var/lang/lib/{HERE}/",
        }
        self.names = [(here.encode(), there.encode()) for here, there in pairs.items()]
        self._held = b""
        self._is_new_line = True

    def as_on_lambda(self, text: bytes) -> bytes:
        """A text with Lambda's paths."""
        for here, there in self.names:
            text = text.replace(here, there)
        return text

    def pass_on(self, data: bytes) -> None:
        """Logs what the function wrote, but for the end of it that may be the beginning of a path."""
        # The client ends the lines of an error with a carriage return, which Lambda's log shows as a line.
        data = self.as_on_lambda((self._held + data).replace(b"\r\n", b"\n"))
        end = len(data) - max(_begun(data, name) for name in (b"\r\n", *(here for here, _ in self.names)))
        data, self._held = data[:end], data[end:]
        self._log(data.replace(b"\r", b"\n"))

    def flush(self) -> None:
        """Logs what is still held back."""
        held, self._held = self._held, b""
        self._log(held.replace(b"\r", b"\n"))

    def say(self, text: str) -> None:
        """Logs what Lambda says, on lines of its own."""
        self.flush()
        if not self._is_new_line:
            self._log(b"\n")
        self._log(f"{text}\n".encode())

    def _log(self, data: bytes) -> None:
        if data:
            self._is_new_line = data.endswith(b"\n")
            self.write(data)


def _begun(data: bytes, name: bytes) -> int:
    """How many bytes at the end of the data are the beginning of a name, but not all of it."""
    longest = min(len(data), len(name) - 1)
    return next((length for length in range(longest, 0, -1) if data.endswith(name[:length])), 0)
