"""The program that the emulator runs in: nothing in it is reached from another machine.

It stands alone: it imports nothing of this library, because it runs in an environment that is cleared.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Sequence

_HERE = ("127.", "::1", "localhost")


def refuse_others(event: str, arguments: Sequence[object]) -> None:
    """An audit hook: nothing in this process listens where another machine could call.

    Raises:
        PermissionError: A socket is bound to an address that isn't this machine's own.
    """
    if event == "socket.bind":
        address = arguments[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(_HERE):
            raise PermissionError(f"{address[0]}:{address[1]}: only this machine may be listened on")


def main() -> None:
    """Runs the emulator until it is ended."""
    os.umask(0o077)
    sys.addaudithook(refuse_others)
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main()
