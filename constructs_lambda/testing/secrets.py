"""The credentials that a request or the environment carries, and where they turn up in a context."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from constructs_lambda.artifacts.credentials.names import is_credential, is_credential_header, of_environment
from constructs_lambda.testing.requests import Request

_SHORTEST = 8  # characters; what is shorter may be the same by chance, as the user `ada` and the token `Bearer ada`
_ACCESS_KEY = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")
_TOKEN = re.compile(r"(?<![\w-])[\w-]{4,}\.[\w-]+\.[\w-]*")
_SEPARATOR = re.compile(r"[.:]")
_SCHEME = re.compile(r"[A-Za-z][\w-]*\s+")


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential.

    Args:
        what: As a person calls it: `the header Authorization`.
        text: The credential itself; it is never shown.
        is_sent: Whether it came with the request as it is, so that its first half says too much as well.
    """

    what: str
    text: str
    is_sent: bool = False

    def is_in(self, text: str) -> bool:
        """Whether a text holds it, or the first half of it, unless that is a part by itself: `id.secret`."""
        if text == self.text and (" " in text or len(text) >= _SHORTEST):
            return True
        if len(self.text) >= _SHORTEST and self.text in text:
            return True
        half = self.text[: (len(self.text) + 1) // 2]
        is_id = text in _SEPARATOR.split(self.text)
        return self.is_sent and len(half) >= _SHORTEST and half in text and not is_id


def secrets_of(request: Request, token_header: str) -> list[Secret]:
    """The credentials of a request, and those of the environment.

    Args:
        request: The request.
        token_header: The header that holds the token, whatever its name is.
    """
    found: list[Secret] = []
    for name, value in request.headers.items():
        if name.lower() == token_header.lower() or is_credential_header(name):
            found += _sent(f"the header {name}", value)
    for name, value in request.query.items():
        if is_credential(name):
            found += _sent(f"the query parameter {name}", value)
    for cookie in request.cookies:
        name, _, value = cookie.partition("=")
        found += _sent(f"the cookie {name}", value)
    for name, value in os.environ.items():
        if of_environment(name):
            found += [Secret(f"the environment variable {name}", part) for part in _parts(value)]
    return found


def _sent(what: str, value: str) -> Iterator[Secret]:
    bare = _bare(value)
    for part in _parts(value):
        yield Secret(what, part, is_sent=part == bare)


def found_in(value: object, secrets: list[Secret]) -> str:
    """Which credential a value of an answer holds; empty where it holds none."""
    for text in _texts(value):
        for secret in secrets:
            if secret.is_in(text):
                return secret.what
        if any(_is_token(found) for found in _TOKEN.findall(text)):
            return "a JSON Web Token"
        if _ACCESS_KEY.search(text):
            return "the id of an AWS access key"
    return ""


def hidden(text: str, secrets: list[Secret]) -> str:
    """A text without the credentials in it."""
    for secret in secrets:
        if len(secret.text) >= _SHORTEST and secret.text[:_SHORTEST] in text:
            for length in range(len(secret.text), _SHORTEST - 1, -1):  # the text may have been cut short
                text = text.replace(secret.text[:length], "***")
    return text


def _is_token(text: str) -> bool:
    """Whether a text is a JSON Web Token: its first part is JSON that names an algorithm."""
    head = text.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def _parts(value: str) -> Iterator[str]:
    """A credential, itself without its scheme, and what it is in base64 or out of it."""
    yield value
    bare = _bare(value)
    if bare != value:
        yield bare
    for text in {value, bare}:
        if text:
            yield base64.b64encode(text.encode()).decode().rstrip("=")
    if _SCHEME.match(value) and value.lower().startswith("basic "):
        try:
            yield base64.b64decode(bare, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return


def _bare(value: str) -> str:
    """A credential without its scheme: `Bearer` and the like."""
    return _SCHEME.sub("", value, count=1) if _SCHEME.match(value) else value


def _texts(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
