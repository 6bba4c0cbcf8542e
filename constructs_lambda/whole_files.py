"""`whole_file`: files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from constructs_lambda.errors import InputError, one_line


@contextmanager
def whole_file(path: Path, *, check: Callable[[Path], None]) -> Iterator[TextIO]:
    """Opens a file for writing; it is there, or replaced, once the block ends without an exception.

    Args:
        path: The file; through a symbolic link, which stays one.
        check: Is given a file that is there already, and raises `InputError` where it must not be lost.

    Yields:
        What takes the text, in ASCII. It is opened at once, so that a folder that can't be written to is told first.

    Raises:
        InputError: The file can't be written; one that was there is as it was.
    """
    try:
        target = path.resolve()
        if target.is_dir():
            raise InputError(one_line(f"{path}: is a folder, not a file"))
        if target.exists():
            check(path)
        unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        file = unfinished.open("x", encoding="ascii", newline="\n")
    except (OSError, RuntimeError, ValueError) as problem:  # RuntimeError: links that go in a circle
        raise _not_written(path, problem) from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as problem:
        raise _not_written(path, problem) from None
    finally:
        unfinished.unlink(missing_ok=True)


def _not_written(path: Path, problem: Exception) -> InputError:
    reason = getattr(problem, "strerror", None) or str(problem)
    return InputError(one_line(f"{path}: can't be written: {reason.lower()}"))
