"""The files of a project, written all or none."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from constructs_lambda.errors import InputError, one_line


@dataclass(frozen=True, slots=True)
class File:
    """A file of a project.

    Args:
        path: Where it stands in the project, with slashes.
        content: What it holds.
        is_executable: Whether it can be run.
    """

    path: str
    content: bytes
    is_executable: bool = False


def write_project(files: Iterable[File], folder: Path) -> None:
    """Writes the files of a project into a folder, which is made for it or empty.

    They are written beside their place and moved there at the end, so that whatever goes wrong leaves nothing.

    Raises:
        InputError: The folder holds something, or can't be written to.
    """
    try:
        target = folder.resolve()
        if (target.exists() and not target.is_dir()) or (target.is_dir() and any(target.iterdir())):
            raise InputError(
                one_line(f"{folder}: is there already, and nothing is overwritten; choose another --output")
            )
        _write(files, target)
    except (OSError, RuntimeError, ValueError) as problem:  # RuntimeError: links that go in a circle
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(one_line(f"{folder}: can't be written: {reason.lower()}")) from None


def _write(files: Iterable[File], target: Path) -> None:
    is_made = not target.exists()
    place = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent if is_made else target))
    moved: list[Path] = []
    try:
        project = place / "project"
        for file in files:
            path = project / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
            if file.is_executable:
                path.chmod(path.stat().st_mode | 0o111)
        if is_made:
            project.rename(target)
        else:  # the folder itself stays: somebody may stand in it
            for entry in sorted(project.iterdir()):
                moved.append(target / entry.name)
                entry.rename(moved[-1])
    except BaseException:
        for path in moved:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)
