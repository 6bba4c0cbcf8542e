"""The folders that a function runs in: its package, its layers, a Python that sees nothing else, and a home."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.packages import bad_file
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.invocations import bootstraps, cfnresponse
from constructs_lambda.invocations.functions import HERE, LocalFunction
from constructs_lambda.invocations.guards import Guard, set_modes
from constructs_lambda.records import record

_CLIENT = "awslambdaric"
_SDK = "boto3"  # part of every Python runtime, so a package may leave it out


@record(kw_only=True)
class Sandbox:
    """Where a function runs.

    Args:
        task: Its package; `/var/task` on Lambda. Read-only, as there.
        layers: Its layers, one over the other; `/opt` on Lambda. Read-only, as there.
        home: An empty home, and the only place for temporary files.
        language: The folder of its Python; `/var/lang` on Lambda.
        guard: Takes all of it away.
    """

    task: Path
    layers: Path
    home: Path
    language: Path
    guard: Guard

    @property
    def python(self) -> Path:
        """An interpreter whose packages are the runtime client and boto3, and no others."""
        return self.language / "bin" / "python"

    @property
    def runtime(self) -> Path:
        """The folder with those two, and with what starts the client."""
        return self.language / "lib" / HERE / "site-packages"

    @property
    def bootstrap(self) -> Path:
        """What starts the client."""
        return self.runtime / "bootstrap.py"


class _Python(venv.EnvBuilder):
    """A virtual environment without scripts to activate it."""

    def setup_scripts(self, context: object) -> None:
        """Leaves them out."""


@contextmanager
def sandbox(function: LocalFunction) -> Iterator[Sandbox]:
    """Unpacks a function; what was unpacked is gone when the block ends.

    Args:
        function: The function.

    Yields:
        Where it is.

    Raises:
        InputError: There is no runtime client, or a package is no archive that may be unpacked.
    """
    root = Path(tempfile.mkdtemp(prefix="constructs-lambda-invoke-")).resolve()
    guard = Guard(root)
    try:
        if os.pathsep in str(root):
            raise InputError(
                one_line(
                    f"{root.parent}: temporary files can't be here, because of the {os.pathsep!r}. Fix: set TMPDIR to "
                    "another folder"
                )
            )
        made = Sandbox(task=root / "task", layers=root / "opt", home=root / "tmp", language=root / "lang", guard=guard)
        for folder in (made.task, made.layers, made.home):
            folder.mkdir()
        _Python(symlinks=True).create(made.language)
        _link(made.runtime)
        shutil.copyfile(bootstraps.__file__, made.bootstrap)
        if isinstance(function.code, str):
            (made.task / "index.py").write_text(function.code, encoding="utf-8")
            shutil.copy(cfnresponse.__file__, made.task)
        else:
            _unpack(function.code, made.task)
        for layer in function.layers:
            _unpack(layer, made.layers)
        for folder in (made.task, made.layers):
            set_modes(folder, writable=False)
        yield made
    finally:
        guard.clean()


def _link(runtime: Path) -> None:
    """Puts the runtime client, the SDK and what they need into a folder, from this environment."""
    linked: dict[str, Path] = {}
    if _add(_CLIENT, linked):
        raise InputError(_how_to_install())
    _add(_SDK, linked)
    for name, place in linked.items():
        (runtime / name).symlink_to(place)


def _add(name: str, linked: dict[str, Path], seen: set[str] | None = None) -> bool:
    """Collects the top-level files of a distribution and of all that it requires; whether one is missing."""
    seen = set() if seen is None else seen
    if name in seen:
        return False
    seen.add(name)
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return True
    lines = (distribution.read_text("RECORD") or "").splitlines()
    tops = {re.split("[/,]", line, maxsplit=1)[0] for line in lines} - {"..", "__pycache__", ""}
    linked.update((top, Path(str(distribution.locate_file(top))).resolve()) for top in tops)
    needed = [each for each in distribution.requires or () if "extra ==" not in each]
    missing = [_add(re.split(r"[^\w.-]", each, maxsplit=1)[0], linked, seen) for each in needed]
    return not tops or any(missing)


def _how_to_install() -> str:
    if sys.platform == "darwin":
        return (
            f"invoke needs AWS's runtime client, {_CLIENT}, which isn't installed here. Fix: pip install {_CLIENT}, "
            "which compiles it on macOS, with CMake and a C++ compiler"
        )
    return (
        f"invoke needs AWS's runtime client, {_CLIENT}, which isn't installed here. "
        "Fix: pip install 'constructs-lambda[local]'"
    )


def _unpack(package: Path, target: Path) -> None:
    if package.is_dir():
        shutil.copytree(package, target, symlinks=True, dirs_exist_ok=True)
        return
    if problems := inspect(package).problems:
        raise bad_file(package, f"is not unpacked: {problems[0]}")
    links = []
    with zipfile.ZipFile(package) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16
            if stat.S_ISLNK(mode):
                links.append((target / entry.filename, archive.read(entry).decode()))
                continue
            place = archive.extract(entry, target)
            if mode & 0o111 and not entry.is_dir():
                Path(place).chmod(0o755)
    for link, leads_to in links:  # last, so that nothing is written through one
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(leads_to)
