"""What a Dockerfile makes: base image, platform and command of its last stage, and what goes into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from constructs_lambda.artifacts.instructions import (
    Instruction,
    directives,
    instructions_in,
    read_command,
    split_words,
    substituted,
)
from constructs_lambda.artifacts.packages import bad_file
from constructs_lambda.errors import InputError

_LARGEST = 1024 * 1024
_FLAG = re.compile(r"--(\w[\w-]*)(?:=(\S*))?\s+")
_TAKEN_FROM = re.compile(r"(?:--|,)from=([^\s,]+)")
_FRONTEND = re.compile(r"(?:\S+/)?docker/dockerfile(?:-upstream)?(?:[:@]\S*)?")
ARCHITECTURES = {"linux/amd64": "x86_64", "amd64": "x86_64", "linux/x86_64": "x86_64", "linux/arm64": "arm64",
                  "linux/arm64/v8": "arm64", "linux/aarch64": "arm64", "arm64": "arm64"}  # fmt: skip
_NEVER = frozenset({"386", "arm", "mips64le", "ppc64le", "riscv64", "s390x"})  # platforms on which no function runs
# Docker Hub has each official image for one architecture under its name, such as arm64v8/python.
_NAMESPACES = {"amd64": "x86_64", "arm64v8": "arm64", "arm32v5": "arm", "arm32v6": "arm", "arm32v7": "arm",
               "i386": "386", "ppc64le": "ppc64le", "riscv64": "riscv64", "s390x": "s390x"}  # fmt: skip


class NoImageError(InputError):
    """The text is no Dockerfile, or has no such stage: every build of it fails."""


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """What the last stage of a Dockerfile, or the stage that is asked for, comes to.

    Args:
        path: The file.
        base_image: Image that its first stage in line is made from; None where that depends on the build.
        platform: What `--platform` says on the way there; None where it says nothing, or depends on the build.
        entrypoint: ENTRYPOINT, None where only the base image has one.
        command: CMD, None where only the base image has one.
        images: The image that each stage comes from in the end that this one is made or takes files from, its own last;
            None where it depends on the build.
        foreign: What it takes files from that is no stage: other images, mostly.
        own: Instructions of the stage and of those that it is made from, after the build arguments as `ARG`.
        instructions: `own`, and the instructions of the stages that it takes files from.
    """

    path: Path
    base_image: str | None
    platform: str | None
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    images: tuple[str | None, ...]
    foreign: tuple[str, ...]
    own: tuple[Instruction, ...]
    instructions: tuple[Instruction, ...]

    @property
    def architecture(self) -> str | None:
        """The architecture that is written down (by `--platform` or the base image's name), or None.

        One of Lambda's, or the name of one that Lambda doesn't have.
        """
        if self.platform:
            platform = self.platform.lower()
            foreign = platform.removeprefix("linux/").partition("/")[0]
            return ARCHITECTURES.get(platform) or (foreign if foreign in _NEVER else None)
        namespace, slash, name = (self.base_image or "").removeprefix("docker.io/").partition("/")
        if slash and "/" not in name and namespace in _NAMESPACES:
            return _NAMESPACES[namespace]
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
    base: _Stage | None = None
    instructions: list[Instruction] = field(default_factory=list)
    sources: list[_Stage | str] = field(default_factory=list)


def read_dockerfile(
    path: Path, *, build_args: Mapping[str, str] | None = None, target: str | None = None
) -> Dockerfile:
    """What a Dockerfile makes.

    Args:
        path: The Dockerfile, or the folder that it is in.
        build_args: Build arguments, which replace the defaults of `ARG`.
        target: Name or number of the stage to build, by default the last one.

    Raises:
        NoImageError: It has no FROM, or no such stage.
        InputError: It can't be read, is larger than 1 MB, or is written for another frontend of BuildKit.
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
    text = content.decode("utf-8-sig", "replace")
    frontend = (build_args or {}).get("BUILDKIT_SYNTAX") or directives(text).get("syntax")
    if frontend and not _FRONTEND.fullmatch(frontend):
        raise bad_file(path, f"is written for the frontend {frontend}")
    stages, names = _stages(tuple(instructions_in(text)), build_args or {})
    if not stages and path.suffix == ".in":
        raise bad_file(path, "is for a preprocessor")
    if not stages:
        raise NoImageError(str(bad_file(path, "is no Dockerfile: it has no FROM")))
    if target is None:
        stage = stages[-1]
    elif target.lower() in names:
        stage = names[target.lower()]
    elif target.isdecimal() and len(target) < 10 and int(target) < len(stages):
        stage = stages[int(target)]
    else:
        there = f"; its stages are {', '.join(names)}" if names else ""
        raise NoImageError(str(bad_file(path, f"has no stage {target}{there}")))
    return _assembled(path, stage, tuple(Instruction("ARG", f"{k}={v}") for k, v in (build_args or {}).items()))


def _assembled(path: Path, stage: _Stage, arguments: tuple[Instruction, ...]) -> Dockerfile:
    line: list[_Stage] = []
    at: _Stage | None = stage
    while at:
        line.append(at)
        at = at.base
    seen = {id(part) for part in line}
    others: list[_Stage] = []
    foreign: list[str] = []
    waiting = list(line)
    while waiting:
        for source in waiting.pop().sources:
            if isinstance(source, str):
                foreign.append(source)
            elif id(source) not in seen:
                new = [source]
                while new[-1].base and id(new[-1].base) not in seen:
                    new.append(new[-1].base)
                seen |= {id(part) for part in new}
                others += new
                waiting += new
    own = tuple(instruction for part in reversed(line) for instruction in part.instructions)
    return Dockerfile(
        path,
        stage.image,
        stage.platform,
        stage.entrypoint,
        stage.command,
        (*(part.image for part in others), stage.image),
        tuple(foreign),
        (*arguments, *own),
        (*arguments, *own, *(instruction for part in others for instruction in part.instructions)),
    )


def _stages(
    instructions: Sequence[Instruction], build_args: Mapping[str, str]
) -> tuple[list[_Stage], dict[str, _Stage]]:
    stages: list[_Stage] = []
    names: dict[str, _Stage] = {}
    arguments: dict[str, str] = {}
    for instruction in instructions:
        name, rest, _ = instruction
        if name == "ARG" and not stages:
            for word in split_words(rest):
                key, given, default = word.partition("=")
                value = build_args.get(key, substituted(default, arguments) if given else None)
                if value is not None:
                    arguments[key] = value
        elif name == "FROM":
            stage = _from(rest, arguments, names)
            words = rest.split()
            if len(words) > 2 and words[-2].lower() == "as":
                names[words[-1].lower()] = stage
            stages.append(stage)
        elif stages:
            _add(instruction, stages, names)
    return stages, names


def _add(instruction: Instruction, stages: Sequence[_Stage], names: Mapping[str, _Stage]) -> None:
    name, rest, _ = instruction
    stage = stages[-1]
    stage.instructions.append(instruction)
    if name == "CMD":
        stage.command = read_command(rest)
        stage.has_own_command = True
    elif name == "ENTRYPOINT":
        stage.entrypoint = read_command(rest)
        if not stage.has_own_command:
            stage.command = None  # that of the base image no longer counts
    elif name in ("COPY", "ADD", "RUN"):
        for source in _TAKEN_FROM.findall(rest):
            number = int(source) if source.isdecimal() and len(source) < 10 else len(stages)
            stage.sources.append(names.get(source.lower()) or (stages[number] if number < len(stages) else source))


def _from(rest: str, arguments: Mapping[str, str], names: Mapping[str, _Stage]) -> _Stage:
    platform = None
    while match := _FLAG.match(rest):
        if match[1] == "platform":
            platform = substituted(match[2] or "", arguments)
        rest = rest[match.end() :]
    image = substituted((rest.split() or [""])[0], arguments) or None
    base = names.get(image.lower()) if image else None
    if base:
        return _Stage(base.image, platform or base.platform, base.entrypoint, base.command, base=base)
    return _Stage(image, platform or None)
