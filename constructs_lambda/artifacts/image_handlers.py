"""Whether the handler of an image is among the files that its Dockerfile copies."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import Path

from constructs_lambda.artifacts.base_images import BaseImage
from constructs_lambda.artifacts.dockerfiles import Dockerfile
from constructs_lambda.artifacts.folders import read_folder
from constructs_lambda.artifacts.handlers import check_handler
from constructs_lambda.artifacts.instructions import Instruction
from constructs_lambda.artifacts.packages import Entry, Package
from constructs_lambda.artifacts.verdicts import Verdict, unknown
from constructs_lambda.errors import InputError
from constructs_lambda.runtimes import RUNTIMES

_ROOT = "/var/task"  # LAMBDA_TASK_ROOT, and the WORKDIR of AWS's base images
_ROOT_VARIABLE = re.compile(r"\$(?:LAMBDA_TASK_ROOT\b|\{LAMBDA_TASK_ROOT\})")
_INERT = frozenset({"ARG", "CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "USER"})
_SEARCH_PATHS = re.compile(r"PYTHON|LAMBDA_|_HANDLER")
_INSTALLS = re.compile(r"(?:--mount=type=cache\S*\s+)?(?:python3? -m )?pip3? install [^|&;<>]+")


def check_image_handler(dockerfile: Dockerfile, base: BaseImage, handler: str, context: Path) -> Verdict:
    """Whether a handler is among what a Dockerfile copies onto AWS's base image for Python.

    Args:
        dockerfile: What `read_dockerfile` has read.
        base: Its base image.
        handler: The handler, as CMD has it.
        context: The folder that the image is built in.

    Returns:
        A problem only where every instruction is one whose effect is known.
    """
    runtime = base.name + ".".join(base.tag.split(".")[:2])
    if not base.is_lambda or base.name != "python" or runtime not in RUNTIMES or len(base.tag.split(".")) > 2:
        return unknown(f"handlers of {base.name} {base.tag} are not looked into")
    try:
        package = read_folder(context)
        copied, installs = _copied(dockerfile.own, package)
    except InputError as error:
        return unknown(str(error))
    if not copied:
        return unknown("nothing is copied")
    entries = tuple(sorted(package.files[source]._replace(name=target) for target, source in copied.items()))
    layout = replace(package, entries=entries, is_empty=False, source=_Copied(package, copied))
    module = handler.replace("/", ".").split(".")[0]
    if installs and not {module, f"{module}.py"} & layout.folders[""]:
        return unknown("what is installed may have it")
    return check_handler(layout, handler, runtime)


@dataclass(frozen=True, slots=True)
class _Copied:
    package: Package
    sources: dict[str, str]

    def head(self, entry: Entry, count: int) -> bytes:
        return self.package.head(self.sources[entry.name], count)


def _copied(instructions: tuple[Instruction, ...], package: Package) -> tuple[dict[str, str], bool]:
    """By the name in the task's folder the name in the context, and whether packages are installed beside them."""
    found: dict[str, str] = {}
    installs = False
    for instruction in instructions:
        name, rest, text = instruction
        if name == "COPY" and not text:
            found.update(_copy(rest, package))
        elif name == "RUN" and not text and _INSTALLS.fullmatch(rest):
            installs = True
        elif not _is_inert(name, rest):
            raise InputError(f"what {name} {rest[:40]} changes isn't known")
    return found, installs


def _is_inert(name: str, rest: str) -> bool:
    """Whether an instruction neither brings files nor changes where they are looked for."""
    if name == "WORKDIR":
        return _ROOT_VARIABLE.sub(_ROOT, rest).strip("\"'").rstrip("/") == _ROOT
    return name in _INERT or (name == "ENV" and not _SEARCH_PATHS.search(rest))


def _copy(rest: str, package: Package) -> dict[str, str]:
    while flag := re.match(r"--(chmod|chown|link)(?:=\S*)?\s+", rest):
        rest = rest[flag.end() :]
    words = _ROOT_VARIABLE.sub(_ROOT, rest).split()
    if rest.startswith("["):
        try:
            words = [_ROOT_VARIABLE.sub(_ROOT, str(word)) for word in json.loads(rest)]
        except (ValueError, RecursionError, TypeError):
            words = []
    if len(words) < 2 or any(re.search(r"[$*?\[\\\"']|^--|\.\.", word) for word in words):
        raise InputError(f"what COPY {rest[:40]} copies isn't known")
    *sources, target = words
    place = posixpath.join(_ROOT, target)
    if not f"{place}/".startswith(f"{_ROOT}/"):
        raise InputError(f"{target} is another folder")
    inside = posixpath.normpath(posixpath.relpath(place, _ROOT))
    folder = "" if inside == "." else f"{inside}/"
    into = target.endswith(("/", "/.")) or target == "." or not folder or len(sources) > 1
    found: dict[str, str] = {}
    for source in sources:
        path = posixpath.normpath(source.lstrip("/") or ".")
        if path in package.files:
            found[folder + posixpath.basename(path) if into else inside] = path
            continue
        prefix = "" if path == "." else f"{path}/"
        held = [entry.name for entry in package.entries if entry.name.startswith(prefix)]
        if not held:
            raise InputError(f"{source} isn't there")
        found.update((folder + name.removeprefix(prefix), name) for name in held)
    return found
