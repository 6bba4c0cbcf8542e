"""What an app in an emulator gives back: answers of routes, results of functions, lines of logs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from constructs_lambda.records import record


@record()
class Answer:
    """What a route answered.

    Args:
        status: The status, such as 200.
        reason: What the status means.
        all_headers: The headers, names and values; a name may come several times, as Set-Cookie does.
        body: The body.
    """

    status: int
    reason: str
    all_headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by their names; of several with one name the last."""
        return dict(self.all_headers)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@record()
class Result:
    """What a function returned.

    Args:
        payload: What it returned, as JSON; where it failed, the error.
        error: Empty, or how it failed, such as `Unhandled`.
        log: What it wrote.
    """

    payload: bytes
    error: str
    log: str

    def json(self) -> Any:
        """The payload, read as JSON; None where there is none."""
        return json.loads(self.payload) if self.payload else None


@record()
class LogLine:
    """A line that a function wrote.

    Args:
        milliseconds: When, since 1970.
        function: The function's construct path.
        message: The line.
        id: What tells it from any other.
    """

    milliseconds: int
    function: str
    message: str
    id: str


@record()
class Route:
    """A route of an API, or a function's URL.

    Args:
        api: The API's construct path.
        method: The method; `ANY` for all.
        path: The path, with variables in braces.
        url: Where it is called on this machine.
        guard: What is in front of it: `NONE`, `AWS_IAM`, `CUSTOM` and so on.
        needs_key: Whether it needs an API key, too.
    """

    api: str
    method: str
    path: str
    url: str
    guard: str
    needs_key: bool = False
