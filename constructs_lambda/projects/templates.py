"""A folder of templates: what it says of itself in `template.toml`, and what its files become."""

from __future__ import annotations

import os
import re
import stat
import tomllib
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jinja2
import jsonschema
import yaml

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.projects.files import File

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SUFFIX = ".jinja"
_LEFT_OUT = {"__pycache__", ".DS_Store"}
_GIVEN = ("name", "package", "version")
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_SCHEMA = {
    "type": "object",
    "properties": {
        "summary": _TEXT,
        "next": _TEXTS,
        "reserved": _TEXTS,
        "variables": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$", "not": {"enum": list(_GIVEN)}},
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "help": _TEXT, "default": {"type": "string"}, "pattern": {"type": "string", "format": "regex"},
                    "allowed": _TEXT,
                },
                "required": ["help"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["summary"],
    "additionalProperties": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variable:
    """What a template asks for.

    Args:
        help: What it is.
        default: Its value where none is given, which may name `name`, `package` and `version`; None where it must be.
        pattern: A regular expression for the whole value.
        allowed: The same in words.
    """

    help: str
    default: str | None = None
    pattern: str = "[^\x00-\x1f]*"
    allowed: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A folder of templates.

    Args:
        folder: The folder.
        summary: What it makes, as it stands after the project's name.
        next: The commands to go on with, in the project's folder.
        reserved: Names that no project may have, as Python writes them.
        variables: What it asks for beside the name.
    """

    folder: Path
    summary: str
    next: tuple[str, ...]
    reserved: frozenset[str]
    variables: Mapping[str, Variable]

    def render(self, given: Mapping[str, str], settings: Mapping[str, str]) -> list[File]:
        """The files of a project.

        Args:
            given: What holds for every template: `name`, `package` and `version`.
            settings: Values of this template's variables.

        Raises:
            InputError: Settings that it doesn't know, doesn't take or lacks, or files that can't be rendered; all of
                them at once.
        """
        environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader(self.folder),
            keep_trailing_newline=True,
            autoescape=False,  # nothing here is HTML
        )
        environment.filters["toyaml"] = as_yaml
        values = {**given, **self._settings(environment, given, settings)}
        files, problems = dict[str, File](), list[str]()
        for source in self._sources():
            try:
                file = _rendered(environment, self.folder, source, values)
                if file.path in files:
                    raise InputError(f"becomes {file.path!r}, as another file does")
                files[file.path] = file
            except Exception as problem:  # a template may run anything
                problems.append(one_line(f"{source}{_line(problem, source)}: {_reason(problem, values)}"))
        if problems:
            raise InputError("\n".join(problems))
        if not files:
            raise InputError(one_line(f"{self.folder / 'files'}: holds no file"))
        return list(files.values())

    def _settings(
        self, environment: jinja2.Environment, given: Mapping[str, str], settings: Mapping[str, str]
    ) -> dict[str, str]:
        problems = []
        for key in settings.keys() - self.variables.keys():
            near = get_close_matches(key, self.variables, 1)
            known = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(sorted(self.variables)) or 'none'}"
            problems.append(f"--set {key!r}: the template has no such variable; {known}")
        values = {}
        for key, variable in self.variables.items():
            value = settings.get(key)
            if value is None and variable.default is not None:
                try:
                    value = environment.from_string(variable.default).render(given)
                except Exception as problem:  # as below
                    reason = _reason(problem, given)
                    problems.append(f"{self.folder / 'template.toml'}: variables.{key}.default: {reason}")
                    continue
            if value is None:
                problems.append(f"--set {key}=...: is missing; {variable.help}")
            elif not re.fullmatch(variable.pattern, value):
                allowed = variable.allowed or f"what matches {variable.pattern}"
                problems.append(f"--set {key}={value!r}: has to be {allowed}")
            else:
                values[key] = value
        if problems:
            raise InputError("\n".join(map(one_line, sorted(problems))))
        return values

    def _sources(self) -> Iterator[Path]:
        """The files, always in the same order."""
        for folder, folders, files in os.walk(self.folder / "files", onerror=_not_readable):
            folders[:] = sorted(set(folders) - _LEFT_OUT)
            yield from (Path(folder, name) for name in sorted(set(files) - _LEFT_OUT))
            yield from (Path(folder, name) for name in folders if Path(folder, name).is_symlink())


def read_template(folder: Path) -> Template:
    """What a folder says of itself.

    Raises:
        InputError: It has no `template.toml` and `files`, or that doesn't say what it has to.
    """
    file = folder / "template.toml"
    try:
        if not folder.is_dir():
            raise InputError(
                one_line(f"{folder}: no such folder; a template is a folder with template.toml and files/")
            )
        if not (folder / "files").is_dir():
            raise InputError(one_line(f"{folder}: has no folder 'files', which holds what a project is made of"))
        document: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise InputError(one_line(f"{file}: {reason[:1].lower()}{reason[1:]}")) from None
    judge = jsonschema.Draft202012Validator(_SCHEMA, format_checker=jsonschema.FormatChecker(["regex"]))
    problems = [
        one_line(f"{file}: {''.join(f'{each}: ' for each in problem.absolute_path)}{problem.message}")
        for problem in judge.iter_errors(document)
    ]
    if problems:
        raise InputError("\n".join(sorted(problems)))
    return Template(
        folder,
        document["summary"],
        tuple(document.get("next", ())),
        frozenset(document.get("reserved", ())),
        {key: Variable(**variable) for key, variable in document.get("variables", {}).items()},
    )


def as_yaml(text: object) -> str:
    """A text on one line as PyYAML writes it, quoted only where it needs to be: as snapshots have it.

    Args:
        text: The text.
    """
    value = str(text)
    style = None if value.isprintable() else '"'  # other quotes may break the line
    written = yaml.dump([value], Dumper=_Dumper, default_style=style, allow_unicode=True, width=1_000_000)
    return written.removeprefix("- ").removesuffix("\n")


def _rendered(environment: jinja2.Environment, folder: Path, source: Path, values: Mapping[str, str]) -> File:
    if not stat.S_ISREG(source.lstat().st_mode):
        raise InputError("is no file; a template holds files and folders only")
    relative = source.relative_to(folder)
    parts = [environment.from_string(part).render(values) for part in relative.parts[1:]]
    is_template = parts[-1].endswith(_SUFFIX)
    parts[-1] = parts[-1].removesuffix(_SUFFIX)
    if wrong := [part for part in parts if part in ("", ".", "..") or "/" in part or "\0" in part]:
        raise InputError(f"its name becomes {wrong[0]!r}, which is no name of a file")
    if is_template:
        content = environment.get_template(relative.as_posix()).render(values).encode()
    else:
        content = source.read_bytes()
    return File("/".join(parts), content, is_executable=bool(source.stat().st_mode & stat.S_IXUSR))


def _line(problem: Exception, source: Path) -> str:
    """The line of a template in which it failed, as `:12`."""
    if isinstance(problem, jinja2.TemplateSyntaxError):
        return f":{problem.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(source)]
    return f":{lines[-1]}" if lines else ""


def _reason(problem: Exception, values: Mapping[str, str]) -> str:
    if isinstance(problem, InputError):
        return str(problem)
    if isinstance(problem, jinja2.UndefinedError):
        return f"{problem}; known are {', '.join(sorted(values))}"
    reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return f"can't be rendered: {reason}"


def _not_readable(problem: OSError) -> None:
    raise InputError(one_line(f"{problem.filename}: {(problem.strerror or str(problem)).lower()}"))
