"""What a Dockerfile makes: base image, platform and command of its last stage, and whether Lambda can talk to it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from constructs_lambda.artifacts.packages import bad_file

_LARGEST = 1024 * 1024
_LONGEST_VALUE = 4_096
_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)
_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=(.*)", re.DOTALL)
_HEREDOC = re.compile(r"<<(-?)\s*(['\"]?)([A-Za-z_]\w*)\2")
_VARIABLE = re.compile(r"\\(.)|\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^{}]*))?\})")
_FLAG = re.compile(r"--(\w[\w-]*)(?:=(\S*))?\s+")
ARCHITECTURES = {"linux/amd64": "x86_64", "amd64": "x86_64", "linux/x86_64": "x86_64", "linux/arm64": "arm64",
                  "linux/arm64/v8": "arm64", "linux/aarch64": "arm64", "arm64": "arm64"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """What the last stage of a Dockerfile, or the stage that is asked for, comes to.

    Args:
        path: The file.
        base_image: Image that its first stage in line is made from; None where that depends on the build.
        platform: What `--platform` says on the way there; None where it says nothing, or depends on the build.
        entrypoint: ENTRYPOINT, None where only the base image has one.
        command: CMD, None where only the base image has one.
        images: The image that each stage comes from in the end, None where it depends on the build.
        instructions: Instructions of all stages, as (name in capitals, rest of the line, text of here-documents).
    """

    path: Path
    base_image: str | None
    platform: str | None
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    images: tuple[str | None, ...]
    instructions: tuple[tuple[str, str, str], ...]

    @property
    def architecture(self) -> str | None:
        """The architecture that is written down (by `--platform` or the tag of AWS's base image), or None."""
        if self.platform:
            return ARCHITECTURES.get(self.platform.lower())
        tag = (self.base_image or "").rpartition("/")[2].partition("@")[0]
        for suffix, architecture in (("-arm64", "arm64"), ("-x86_64", "x86_64"), ("-amd64", "x86_64")):
            if tag.endswith(suffix):
                return architecture
        return None


@dataclass(slots=True)
class _Stage:
    image: str | None
    platform: str | None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    has_own_command: bool = False


def read_dockerfile(
    path: Path, *, build_args: Mapping[str, str] | None = None, target: str | None = None
) -> Dockerfile:
    """What a Dockerfile makes.

    Args:
        path: The Dockerfile, or the folder that it is in.
        build_args: Build arguments, which replace the defaults of `ARG`.
        target: Name or number of the stage to build, by default the last one.

    Raises:
        InputError: It can't be read, is larger than 1 MB, has no FROM, or has no such stage.
    """
    path = path / "Dockerfile" if path.is_dir() else path
    if not path.is_file():
        raise bad_file(path, "No such file")
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise bad_file(path, error.strerror or type(error).__name__) from None
    if len(content) > _LARGEST:
        raise bad_file(path, "is no Dockerfile: it has more than 1 MB")
    instructions = tuple(_instructions(content.decode("utf-8-sig", "replace")))
    stages, names = _stages(instructions, build_args or {})
    if not stages:
        raise bad_file(path, "is no Dockerfile: it has no FROM")
    if target is None:
        stage = stages[-1]
    elif target.lower() in names:
        stage = names[target.lower()]
    elif target.isdecimal() and len(target) < 10 and int(target) < len(stages):
        stage = stages[int(target)]
    else:
        raise bad_file(path, f"has no stage {target}")
    images = tuple(stage.image for stage in stages)
    return Dockerfile(path, stage.image, stage.platform, stage.entrypoint, stage.command, images, instructions)


def _instructions(text: str) -> Iterator[tuple[str, str, str]]:
    """Every instruction: its name, the rest with continued lines joined, and what its here-documents hold."""
    lines = text.splitlines()
    escape, at = "\\", 0
    while at < len(lines) and (match := _DIRECTIVE.fullmatch(lines[at])):
        if match[1].lower() == "escape" and match[2].strip() in ("\\", "`"):
            escape = match[2].strip()
        at += 1
    last = {line: number for number, line in enumerate(lines)}
    last_indented = {line.lstrip("\t"): number for number, line in enumerate(lines)}
    continued = re.compile(re.escape(escape) + r"[ \t]*$")
    while at < len(lines):
        parts: list[str] = []
        while at < len(lines):
            line = lines[at]
            at += 1
            if not line.strip() or line.lstrip().startswith("#"):  # also between the lines of one instruction
                if parts or at >= len(lines):
                    continue
                break
            end = continued.search(line)
            parts.append(line[: end.start()] if end else line)
            if not end:
                break
        match = _INSTRUCTION.fullmatch("".join(parts)) if parts else None
        if match is None:
            continue
        name, rest = match[1].upper(), (match[2] or "").strip()
        held: list[str] = []
        if name in ("RUN", "COPY", "ADD", "ONBUILD"):
            for dash, _, word in _HEREDOC.findall(rest):
                while (last_indented if dash else last).get(word, -1) >= at:  # else it's no here-document
                    line = lines[at]
                    at += 1
                    if (line.lstrip("\t") if dash else line) == word:
                        break
                    held.append(line)
        yield name, rest, "\n".join(held)


def _stages(
    instructions: Sequence[tuple[str, str, str]], build_args: Mapping[str, str]
) -> tuple[list[_Stage], dict[str, _Stage]]:
    stages: list[_Stage] = []
    names: dict[str, _Stage] = {}
    arguments: dict[str, str] = {}
    for name, rest, _ in instructions:
        if name == "ARG" and not stages:
            for word in _words(rest):
                key, given, default = word.partition("=")
                value = build_args.get(key, _substituted(default, arguments) if given else None)
                if value is not None:
                    arguments[key] = value
        elif name == "FROM":
            stage = _from(rest, arguments, names)
            words = rest.split()
            if len(words) > 2 and words[-2].lower() == "as":
                names[words[-1].lower()] = stage
            stages.append(stage)
        elif stages and name == "CMD":
            stages[-1].command = _command(rest)
            stages[-1].has_own_command = True
        elif stages and name == "ENTRYPOINT":
            stages[-1].entrypoint = _command(rest)
            if not stages[-1].has_own_command:
                stages[-1].command = None  # that of the base image no longer counts
    return stages, names


def _from(rest: str, arguments: Mapping[str, str], names: Mapping[str, _Stage]) -> _Stage:
    platform = None
    while match := _FLAG.match(rest):
        if match[1] == "platform":
            platform = _substituted(match[2] or "", arguments)
        rest = rest[match.end() :]
    image = _substituted((rest.split() or [""])[0], arguments) or None
    base = names.get(image.lower()) if image else None
    if base:
        return _Stage(base.image, platform or base.platform, base.entrypoint, base.command)
    return _Stage(image, platform or None)


def _substituted(text: str, arguments: Mapping[str, str]) -> str | None:
    """The text with its variables replaced, or None where one of them isn't known."""
    unknown = False

    def value(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[1]:
            return match[1]
        found = arguments.get(match[2] or match[3])
        operator, word = match[4], match[5]
        if operator and operator.endswith("+"):
            return word if found else ""
        if operator and (found is None or (operator == ":-" and not found)):
            return str(word)
        unknown = unknown or found is None
        return found or ""

    if len(text) > _LONGEST_VALUE:
        return None
    result = _VARIABLE.sub(value, text.strip("\"'"))
    return None if unknown or "$" in result or len(result) > _LONGEST_VALUE else result


def _command(rest: str) -> tuple[str, ...]:
    """A CMD or ENTRYPOINT as a list; the form of a shell is started by one."""
    if rest.startswith("["):
        try:
            words = json.loads(rest)
        except (ValueError, RecursionError):
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
    return ("/bin/sh", "-c", rest)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text) if len(text) <= _LONGEST_VALUE else text.split()
    except ValueError:
        return text.split()
