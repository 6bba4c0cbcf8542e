"""The credentials that a request or the environment carries, and where they turn up in a context."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from constructs_lambda.artifacts.credentials.names import is_credential, is_credential_header, of_environment
from constructs_lambda.testing.requests import Request

_SHORTEST = 8  # characters; what is shorter may be the same by chance, as the user `ada` and the token `Bearer ada`
_ACCESS_KEY = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")
_SCHEME = re.compile(r"[A-Za-z][\w-]*\s+")


@dataclass(frozen=True, slots=True)
class Secret:
    """A credential.

    Args:
        what: As a person calls it: `the header Authorization`.
        text: The credential itself; it is never shown.
    """

    what: str
    text: str


def secrets_of(request: Request, token_header: str) -> list[Secret]:
    """The credentials of a request, and those of the environment.

    Args:
        request: The request.
        token_header: The header that holds the token, whatever its name is.
    """
    found = []
    for name, value in request.headers.items():
        if name.lower() == token_header.lower() or is_credential_header(name):
            found += [Secret(f"the header {name}", part) for part in _parts(value)]
    for name, value in request.query.items():
        if is_credential(name):
            found += [Secret(f"the query parameter {name}", part) for part in _parts(value)]
    for cookie in request.cookies:
        name, _, value = cookie.partition("=")
        found += [Secret(f"the cookie {name}", part) for part in _parts(value)]
    for name, value in os.environ.items():
        if of_environment(name):
            found += [Secret(f"the environment variable {name}", part) for part in _parts(value)]
    return found


def found_in(value: object, secrets: list[Secret]) -> str:
    """Which credential a value of the context holds; empty where it holds none."""
    for text in _texts(value):
        for secret in secrets:
            is_whole = text == secret.text and (" " in text or len(text) >= _SHORTEST)
            if is_whole or (len(secret.text) >= _SHORTEST and secret.text in text):
                return secret.what
        if _ACCESS_KEY.search(text):
            return "the id of an AWS access key"
    return ""


def hidden(text: str, secrets: list[Secret]) -> str:
    """A text without the credentials in it."""
    for secret in secrets:
        if len(secret.text) >= _SHORTEST:
            text = text.replace(secret.text, "***")
    return text


def _parts(value: str) -> Iterator[str]:
    """A credential, itself without its scheme, and what it is in base64 or out of it."""
    yield value
    bare = _SCHEME.sub("", value, count=1) if _SCHEME.match(value) else value
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
