"""Lambda's Runtime API for one invocation, on this machine only.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import io
import json
import math
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer

from constructs_lambda import limits

_PREFIX = "/2018-06-01/runtime/"
_MAX_LINE = 2 * 1024 * 1024  # the client tells X-Ray of an error in a header of up to 1 MB


class RuntimeApi(TCPServer):
    """Gives the event to the function's process, and takes its answer.

    It answers one request after another, each time `handle_request` is called.

    Args:
        event: The event, as JSON.
        headers: What else comes with the event, but for the id and the deadline.
        timeout_seconds: How long the function may take.
    """

    def __init__(self, event: bytes, headers: Mapping[str, str], timeout_seconds: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)  # not http.server's own class, which asks the DNS for a name
        self.event, self.headers, self.timeout_seconds = event, headers, timeout_seconds
        self.request_id = str(uuid.uuid4())
        self.on_start: Callable[[], None] = lambda: None
        """Called before the event is handed over."""
        self.started_at: float | None = None
        """When the event was handed over, by the monotonic clock."""
        self.ends_at = math.inf
        """When the time is up. No connection lasts longer."""
        self.ended_at: float | None = None
        """When the answer came."""
        self.response: bytes | None = None
        """What the function returned."""
        self.error: bytes | None = None
        """What it failed with, or its initialisation."""
        self.init_error_type = ""
        """Why it could not be initialised."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Lets a process go that ends in the middle of a request."""
        if not isinstance(sys.exc_info()[1], OSError):
            raise  # what is being handled

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def is_too_large(self) -> bool:
        """Whether the function returned more than Lambda passes on."""
        return self.response is not None and not limits.SYNC_PAYLOAD_SIZE.admits(len(self.response))


class _Lines(io.BufferedReader):
    """The lines of a request. One that is longer than http.server takes is cut: only X-Ray's has a reason to be."""

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line, of `size` bytes at most where there is a size."""
        line = super().readline(_MAX_LINE)
        return line if size is None or not 0 <= size <= len(line) else line[: max(size - 3, 0)] + b"\r\n"


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    timeout = 10  # for whoever connects and says nothing

    def setup(self) -> None:
        """Starts the clock of the connection: who says a byte now and then doesn't get past the timeout."""
        super().setup()
        self.rfile = _Lines(self.connection.makefile("rb", buffering=0))
        left = min(self.server.ends_at - time.monotonic(), threading.TIMEOUT_MAX)
        self.clock = threading.Timer(max(left, 0), self._hang_up)
        self.clock.daemon = True
        self.clock.start()

    def finish(self) -> None:
        """Stops the clock of the connection."""
        self.clock.cancel()
        self.clock.join()
        super().finish()

    def _hang_up(self) -> None:
        with suppress(OSError):  # it is gone already
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        """Hands over the event."""
        api = self.server
        if self.path != f"{_PREFIX}invocation/next":
            self._reply(HTTPStatus.NOT_FOUND)
        elif api.started_at is not None:
            self._reply(HTTPStatus.FORBIDDEN)
        else:
            api.on_start()
            api.started_at = time.monotonic()
            api.ends_at = api.started_at + api.timeout_seconds
            headers = {
                **api.headers,
                "Lambda-Runtime-Aws-Request-Id": api.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + api.timeout_seconds) * 1000)),
            }
            self._reply(HTTPStatus.OK, api.event, headers)

    def do_POST(self) -> None:
        """Takes the answer."""
        api, path = self.server, self.path.removeprefix(_PREFIX)
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(int(length)) if length.isdecimal() else b""
        if length != str(len(body)):
            return  # it ended in the middle
        if path == "init/error":
            api.error = body
            api.init_error_type = self.headers.get("Lambda-Runtime-Function-Error-Type", "")
        elif path == f"invocation/{api.request_id}/error":
            api.error = body
        elif path == f"invocation/{api.request_id}/response":
            api.response = body
        else:
            self._reply(HTTPStatus.NOT_FOUND)
            return
        api.ended_at = time.monotonic()
        self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE if api.is_too_large else HTTPStatus.ACCEPTED)

    def _reply(self, status: HTTPStatus, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps({"status": status.phrase}).encode() if body is None else body
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps standard error for the function."""
