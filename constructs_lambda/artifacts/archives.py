"""The way in: a folder or an archive -> a `Package`."""

from __future__ import annotations

import stat
from pathlib import Path

from constructs_lambda.artifacts.folders import read_folder
from constructs_lambda.artifacts.packages import Package, bad_file
from constructs_lambda.artifacts.zips import read_zip


def inspect(path: Path) -> Package:
    """What is in a folder or a zip archive, without unpacking it.

    Args:
        path: A folder, or a file that is a zip archive whatever its suffix (`.zip`, `.jar`, `.whl`).

    Raises:
        InputError: It doesn't exist, can't be read, or is neither.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise bad_file(path, getattr(error, "strerror", None) or str(error)) from None
    if stat.S_ISDIR(mode):
        return read_folder(path)
    if not stat.S_ISREG(mode):
        raise bad_file(path, "is neither a folder nor a zip archive")
    return read_zip(path)
