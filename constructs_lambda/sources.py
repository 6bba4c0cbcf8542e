"""Finds the templates behind the paths of a command line, and what was acknowledged in their cloud assemblies."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from constructs_lambda.assembly import MANIFEST, Assembly, TemplateFile, app_acknowledgements, read_assembly
from constructs_lambda.errors import InputError
from constructs_lambda.model import Acknowledgement

_TEMPLATE_NAMES = ("*template.json", "*template.yaml", "*template.yml", "*.template")
_ENDINGS = (".json", ".yaml", ".yml", ".template")


class Source(NamedTuple):
    """A file to check, and whether it has to be a template: in a folder of anything, not every file is one."""

    file: TemplateFile
    is_certain: bool = True


class Sources:
    """What the paths of one run lead to; each cloud assembly is read once."""

    def __init__(self) -> None:
        self.checked: set[str] = set()
        """The real paths of the templates that were checked; whoever checks them fills it."""
        self._judged: list[Acknowledgement] = []
        self._lenient: list[Acknowledgement] = []
        self._beside: dict[str, tuple[Assembly, dict[str, TemplateFile]] | None] = {}
        self._named: dict[str, set[Path]] = {}

    def behind(self, path: Path) -> Sequence[Source]:
        """The files behind a path: those of a cloud assembly, those of a folder, or the one file.

        Raises:
            InputError: It leads to no template.
        """
        if not path.is_dir():
            return [Source(self._file(path))]
        manifest = path / MANIFEST
        if manifest.is_file():
            assembly = read_assembly(path)
            if not assembly.templates:
                raise InputError(f"{path}: the cloud assembly holds no stack")
            self._judged.extend((*assembly.acknowledgements, *app_acknowledgements(path)))
            self._look_up(path)
            return [Source(file) for file in assembly.templates]
        if os.path.lexists(manifest):
            raise InputError(f"{manifest}: is no regular file")
        found = sorted(file for file in path.iterdir() if file.name.lower().endswith(_ENDINGS) and file.is_file())
        return [
            Source(TemplateFile(file, file), any(fnmatchcase(file.name.lower(), name) for name in _TEMPLATE_NAMES))
            for file in found
        ]

    def acknowledgements(self) -> tuple[Sequence[Acknowledgement], Sequence[Acknowledgement]]:
        """What was acknowledged, once all is checked: what has to hold for a finding, and what need not.

        An acknowledgement need not hold where not all was checked that it may hold for.
        """
        judged, lenient = list(self._judged), list(self._lenient)
        for directory, stacks in self._named.items():
            beside = self._beside[directory]
            if beside:
                assembly, files = beside
                partly = {str(file.stack_file) for real, file in files.items() if real not in self.checked}
                wanted = {str(stack) for stack in stacks}
                for each in assembly.acknowledgements:
                    if each.template in wanted:
                        (lenient if each.template in partly else judged).append(each)
        return tuple(dict.fromkeys(judged)), tuple(dict.fromkeys(lenient))

    def _file(self, path: Path) -> TemplateFile:
        """A file that was named: with all that the assembly tells of it, if it belongs to one."""
        real = real_path(str(path))
        folder = os.path.dirname(real)  # noqa: PTH120 (a text, as os.path.realpath returns it)
        directory = path.parent if real_path(str(path.parent)) == folder else Path(folder)
        if folder not in self._beside:
            self._beside[folder] = _read_beside(directory)
            if self._beside[folder]:
                self._lenient.extend(app_acknowledgements(directory))
                self._look_up(directory)
        beside = self._beside[folder]
        if beside is None:
            return TemplateFile(path, path)
        if os.path.basename(real) == MANIFEST:  # noqa: PTH119
            raise InputError(f"{path}: is the manifest of a cloud assembly; give the folder instead: {directory}")
        file = beside[1].get(real)
        if file is None:
            return TemplateFile(path, path)
        self._named.setdefault(folder, set()).add(file.stack_file)
        return file

    def _look_up(self, directory: Path) -> None:
        """Takes what was acknowledged on the app from the assembly around the one of a Stage."""
        for parent in Path(real_path(str(directory))).parents:
            if not (parent / MANIFEST).is_file():
                break
            self._lenient.extend(app_acknowledgements(parent))


def real_path(path: str) -> str:
    """The path without links; as it is where no system takes it: whoever opens it says what is wrong."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def outermost(directory: str) -> str:
    """The cloud assembly of the whole app, for the folder of a Stage's."""
    whole = Path(real_path(directory))
    while (whole.parent / MANIFEST).is_file():
        whole = whole.parent
    return str(whole)


def nothing_in(path: str) -> str:
    """What to say of a folder without templates."""
    return f"{path}: no {MANIFEST} and no template in this folder (looked for files in {', '.join(_ENDINGS)})"


def _read_beside(directory: Path) -> tuple[Assembly, dict[str, TemplateFile]] | None:
    """The assembly in a folder and its own templates by real path; None where there is none, or a broken one."""
    try:
        if not (directory / MANIFEST).is_file():
            return None
        assembly = read_assembly(directory, nested=False)
    except (InputError, OSError):
        return None
    return assembly, {real_path(str(file.file)): file for file in assembly.templates}
