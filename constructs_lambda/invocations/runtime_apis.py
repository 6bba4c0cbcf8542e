"""Lambda's Runtime API for one invocation, on this machine only.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer

from constructs_lambda import limits

_PREFIX = "/2018-06-01/runtime/"


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


class _Handler(BaseHTTPRequestHandler):
    server: RuntimeApi
    timeout = 10  # whoever connects and says nothing must not stop the clock

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
