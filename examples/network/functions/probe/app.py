"""Tries to connect to each of its targets, and says what it reached and how fast."""

import os
import socket
import time
from typing import Any

TIMEOUT_SECONDS = 5


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    return {target: connect(*target.rsplit(":", 1)) for target in os.environ["TARGETS"].split()}


def connect(host: str, port: str) -> str:
    start = time.monotonic()
    try:
        with socket.create_connection((host, int(port)), TIMEOUT_SECONDS) as connection:
            return f"{connection.getpeername()[0]} in {(time.monotonic() - start) * 1000:.0f} ms"
    except OSError as error:
        return f"not reached: {error}"
