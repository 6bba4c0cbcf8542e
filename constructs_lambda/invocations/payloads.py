"""The event on a command line: a file, standard input, or the JSON itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from constructs_lambda import limits
from constructs_lambda.errors import InputError, one_line

STDIN = "-"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_event(given: str, stdin: Callable[[], bytes]) -> bytes:
    """The event as Lambda is sent it.

    Args:
        given: A file, `-`, or JSON.
        stdin: Reads standard input.

    Raises:
        InputError: It can't be read, is no JSON, or is larger than Lambda takes.
    """
    if not given.strip():
        raise InputError("the event is empty; give a file, - for standard input, or JSON")
    shown, data = _read(given, stdin)
    limit = limits.SYNC_PAYLOAD_SIZE
    if not limit.admits(len(data)):
        raise InputError(f"{shown}: is larger than {limit.counted(limit.maximum)}, which is all that AWS takes")
    try:
        json.loads(data.decode("utf-8-sig"), parse_constant=_no_json)
    except UnicodeDecodeError as error:
        what = "is UTF-16" if data.startswith(_UTF_16) else f"is no UTF-8 at byte {error.start:,}"
        raise InputError(f"{shown}: {what}; save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{shown}: is no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(one_line(f"{shown}: is no JSON: {error}")) from None
    return data.removeprefix(b"\xef\xbb\xbf")


def _read(given: str, stdin: Callable[[], bytes]) -> tuple[str, bytes]:
    if given == STDIN:
        return "standard input", stdin()
    if given.lstrip()[:1] in tuple('{["') or (_is_scalar(given) and not Path(given).exists()):
        return "--event", given.encode("utf-8", "surrogateescape")
    try:
        with Path(given).open("rb") as file:
            return given, file.read((limits.SYNC_PAYLOAD_SIZE.maximum or 0) + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(one_line(f"--event {given}: {reason}; it must be a file, - or JSON such as '{{}}'")) from None


def _is_scalar(given: str) -> bool:
    """Whether it is a number, true, false or null."""
    try:
        json.loads(given, parse_constant=_no_json)
    except ValueError:
        return False
    return True


def _no_json(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")
