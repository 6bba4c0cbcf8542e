"""`read_small` and `read_toml`: files that people write for us, no larger than such a file can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from constructs_lambda.errors import InputError, one_line


def read_small(path: Path, *, most_bytes: int, of: str) -> bytes:
    """Reads a file.

    Args:
        path: The file.
        most_bytes: How large it may be.
        of: What it is a file of, for the message.

    Raises:
        InputError: It can't be read, or is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise InputError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:  # a null character in the name
        raise InputError(one_line(f"{path}: {error}")) from None
    if len(data) > most_bytes:
        raise InputError(f"{path}: larger than {most_bytes:,} bytes, which no file of {of} is")
    return data


def read_toml(path: Path, *, most_bytes: int, of: str) -> dict[str, Any]:
    """Reads a file of TOML.

    Args:
        path: The file.
        most_bytes: How large it may be.
        of: What it is a file of, for the message.

    Raises:
        InputError: It can't be read, is larger, or is no TOML.
    """
    import tomllib  # only loaded where it is needed

    data = read_small(path, most_bytes=most_bytes, of=of)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also bytes that are no UTF-8
        raise InputError(f"{path}: is no TOML: {one_line(str(error))}") from None
