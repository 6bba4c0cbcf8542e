"""Functions that couldn't be started, such as for an import that fails: only the emulator's own log tells of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

LOG = "emulator.log"
"""What the emulator writes, in its folder."""
_FAILURE = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ERROR \[lambda\] Warm worker execution error for (\S+): (.*)$", re.MULTILINE
)


def failures(log: Path, function: str) -> Iterator[tuple[int, str]]:
    """When a function failed to start, in milliseconds since 1970, and why.

    Args:
        log: What the emulator wrote.
        function: The function's name.
    """
    try:
        text = log.read_text(errors="replace")
    except OSError:  # the emulator is gone
        return
    for when, name, why in _FAILURE.findall(text):
        if name == function:
            yield int(time.mktime(time.strptime(when, "%Y-%m-%d %H:%M:%S"))) * 1000, why
