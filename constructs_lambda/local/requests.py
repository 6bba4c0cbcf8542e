"""Requests to routes of an emulator, and what they come back with."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.local.answers import Answer
from constructs_lambda.local.resources import URL, Resource

_SECONDS_TO_ANSWER = 60
_MOCKED = re.compile(r"Mock response - (\S+) not supported for local execution")


def as_sent(value: object, what: str) -> bytes:
    """What is sent: a text or bytes as they are, anything else as JSON.

    Args:
        value: What is to be sent.
        what: What the message calls it.

    Raises:
        InputError: It is no value of JSON, such as NaN.
    """
    if isinstance(value, bytes):
        return value
    try:
        return value.encode() if isinstance(value, str) else json.dumps(value, allow_nan=False).encode()
    except ValueError as error:
        raise InputError(f"{what}: is no JSON: {one_line(str(error))}") from None


def send(port: int, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    """Sends a request.

    Args:
        port: Where the emulator listens.
        method: The method.
        path: The path, as the emulator has it.
        headers: The headers.
        body: What is sent.

    Raises:
        InputError: There is no answer, or one that the emulator makes up for a language that it hasn't.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_TO_ANSWER)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        answer = Answer(response.status, response.reason, tuple(response.getheaders()), response.read())
    except (OSError, http.client.HTTPException, ValueError, UnicodeError) as error:
        raise InputError(one_line(f"{method} {path}: no answer: {error}")) from None
    finally:
        connection.close()
    if match := _MOCKED.fullmatch(answer.text):
        raise InputError(f"{method} {path}: leads to a function for {match[1]}, and the emulator runs none")
    return answer


def signature(port: int, method: str, path: str, where: Resource) -> dict[str, str]:
    """The headers of a signed request.

    Args:
        port: Where the emulator listens.
        method: The method.
        path: The path, as the emulator has it.
        where: The API or URL.
    """
    from botocore.auth import SigV4Auth  # type: ignore[import-untyped]
    from botocore.awsrequest import AWSRequest  # type: ignore[import-untyped]
    from botocore.credentials import Credentials  # type: ignore[import-untyped]

    service = "lambda" if where.type == URL else "execute-api"
    request = AWSRequest(method, f"http://127.0.0.1:{port}{path}")
    SigV4Auth(Credentials(where.account, "test"), service, where.region).add_auth(request)
    return dict(request.headers)
