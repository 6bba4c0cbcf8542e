"""Whether an image keeps Lambda's contract: something in it has to ask the Runtime API for events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from constructs_lambda.artifacts.base_images import LAMBDA_ENTRYPOINT, BaseImage, find_base
from constructs_lambda.artifacts.clients import CLIENT, hidden_in, names_client, unknown_dependency, unseen_in
from constructs_lambda.artifacts.commands import Kind, Started, is_handler, plain_words, read_started
from constructs_lambda.artifacts.dockerfiles import Dockerfile
from constructs_lambda.artifacts.folders import read_folder
from constructs_lambda.artifacts.instructions import Instruction
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.verdicts import State, Verdict
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.records import record

# What starts the client that AWS's base images have.
_ITS_CLIENT = re.compile(r"lambda-entrypoint|bootstrap|/var/runtime|/var/lang", re.IGNORECASE)
_WITH_RIC = {"python": "awslambdaric", "node": "aws-lambda-ric", "ruby": "aws_lambda_ric"}
_TOOLS = re.compile(r"ghcr\.io/astral-sh/uv(?:[:@]\S*)?")  # images with a tool and nothing else
_FIX = "Start from public.ecr.aws/lambda, or add a runtime interface client or the Lambda Web Adapter."


@record()
class Contract(Verdict):
    """A verdict, and for a problem what to do about it."""

    fix: str = ""


@record()
class _Run:
    """What a container of an image runs.

    Args:
        base: What is known of the base image.
        entrypoint: ENTRYPOINT as it counts; None where that is in an image that isn't known.
        command: CMD as it counts, likewise.
        is_of_base: Whether all of it comes from the base image.
    """

    base: BaseImage | None
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...] | None
    is_of_base: bool

    @property
    def words(self) -> list[str]:
        return [word for word in (*(self.entrypoint or ()), *(self.command or ())) if word]

    @property
    def lambda_arguments(self) -> list[str] | None:
        """What is passed to the script of AWS's base images, None where that isn't what is started."""
        words = self.words
        return words[1:] if self.base and self.base.is_lambda and words[:1] == [LAMBDA_ENTRYPOINT] else None


def speaks_runtime_api(
    dockerfile: Dockerfile,
    *,
    context: Path | None = None,
    entrypoint: Sequence[str] | None = None,
    command: Sequence[str] | None = None,
) -> Contract:
    """Whether the image of a Dockerfile can serve as a function.

    Args:
        dockerfile: What `read_dockerfile` has read.
        context: Folder that the image is built in, by default the Dockerfile's.
        entrypoint: What the function sets instead of ENTRYPOINT.
        command: What the function sets instead of CMD.

    Returns:
        A problem only where the base image is known, and it is certain what is started: a handler as if it was a
        program, more or less than a handler by the script of AWS's base images, or a server or script where neither
        the Dockerfile nor the sources beside it name a client, or fetch anything that can't be seen.
    """
    run = _run_of(dockerfile, entrypoint, command)
    if run.lambda_arguments is not None:
        if len(run.lambda_arguments) > 1 and entrypoint and not command:
            return _unknown("whether CMD counts beside the function's entry point isn't known")
        return _of_lambda_base(dockerfile, run.lambda_arguments)
    words = " ".join(run.words)
    if run.base and run.base.is_lambda and (_ITS_CLIENT.search(words) or CLIENT.search(words)):
        return _OK
    started = _started_by(run)
    if started is None or run.base is None:
        is_named = CLIENT.search(words) or names_client(dockerfile)
        return _OK if is_named else _unknown("what the image starts isn't known")
    if CLIENT.search(words) and started.kind is not Kind.CLIENT:
        return _OK
    folder = _read(context or dockerfile.path.parent)
    if folder is None:
        return _unknown("the sources can't be read")
    if started.kind is Kind.HANDLER:
        return _of_handler(dockerfile, run.base, folder, started.name)
    if misplaced := _misplaced_adapter(dockerfile):
        return misplaced
    if names_client(dockerfile):
        return _OK
    if reason := _hidden(dockerfile, folder, started):
        return _unknown(reason)
    if started.kind is Kind.CLIENT:
        what = f"the image starts {started.name}, and nothing installs it"
        return _problem(what, f"Install it: RUN pip install {started.name}.")
    what = f"the server {started.name}" if started.kind is Kind.SERVER else started.name
    base = dockerfile.base_image
    return _problem(
        f"the image starts {what} in place of the runtime client of {base}, and no Lambda Web Adapter is in it"
        if run.base.is_lambda
        else f"the image starts {what} on {base}, and no runtime interface client or Lambda Web Adapter is in it",
        "Leave out ENTRYPOINT, and let CMD name the handler; a server needs the Lambda Web Adapter."
        if run.base.is_lambda
        else _FIX,
    )


def handler_of(
    dockerfile: Dockerfile, *, entrypoint: Sequence[str] | None = None, command: Sequence[str] | None = None
) -> tuple[BaseImage, str] | None:
    """AWS's base image of a Dockerfile and the handler that it is given; None where it isn't one and one handler.

    Args:
        dockerfile: What `read_dockerfile` has read.
        entrypoint: What the function sets instead of ENTRYPOINT.
        command: What the function sets instead of CMD.
    """
    run = _run_of(dockerfile, entrypoint, command)
    arguments = run.lambda_arguments
    return (run.base, arguments[0]) if run.base and arguments is not None and len(arguments) == 1 else None


def _run_of(dockerfile: Dockerfile, entrypoint: Sequence[str] | None, command: Sequence[str] | None) -> _Run:
    base = find_base(dockerfile.base_image)
    own_entrypoint = tuple(entrypoint) if entrypoint else dockerfile.entrypoint
    own_command = tuple(command) if command else dockerfile.command
    if own_command is None and dockerfile.entrypoint is not None:
        own_command = ()  # with ENTRYPOINT, the base image's no longer counts
    of_base = (base.entrypoint, base.command) if base else (None, None)
    return _Run(
        base,
        of_base[0] if own_entrypoint is None else own_entrypoint,
        of_base[1] if own_command is None else own_command,
        own_entrypoint is None and own_command is None,
    )


def _started_by(run: _Run) -> Started | None:
    if run.entrypoint is None or run.command is None:
        return None
    if run.is_of_base and run.words:
        return read_started(run.words) or Started(Kind.PROGRAM, run.words[0].rpartition("/")[2])
    return read_started(run.words)


def _of_lambda_base(dockerfile: Dockerfile, arguments: list[str]) -> Contract:
    """The script of AWS's base images takes one argument, the handler, and ends with 142 otherwise."""
    if len(arguments) == 1:
        return _OK
    if any(LAMBDA_ENTRYPOINT[1:] in f"{rest}\n{text}" for _, rest, text in _brought(dockerfile.own)):
        return _unknown(f"{LAMBDA_ENTRYPOINT} may be another one")
    if not arguments:
        return _problem(
            f"nothing names the handler: neither the Dockerfile nor the function sets CMD, and {dockerfile.base_image} "
            "has none",
            'Write the handler into the Dockerfile, as in CMD ["app.handler"], or set cmd=["app.handler"].',
        )
    plain = plain_words(arguments)
    if len(plain) == 1 and is_handler(plain[0]):
        return _problem(
            f"CMD {plain[0]} is passed on as a shell's command; {dockerfile.base_image} takes the handler alone",
            f'Write it as a list: CMD ["{plain[0]}"].',
        )
    shown = " ".join(plain or arguments)
    return _problem(
        f"CMD is {shown}, and {dockerfile.base_image} takes one word there, the handler; it doesn't start programs",
        'Let CMD name the handler, as in CMD ["app.handler"]; to start a server, use another base image with the '
        "Lambda Web Adapter.",
    )


def _of_handler(dockerfile: Dockerfile, base: BaseImage, context: Package, name: str) -> Contract:
    """A handler where a program is expected: there is none of that name, unless something brings it."""
    last = name.rpartition("/")[2]
    stem = last.partition(".")[0]
    files = [entry.name.rpartition("/")[2] for entry in context.entries]
    is_brought = any(last in f"{rest}\n{text}" for _, rest, text in _brought(dockerfile.instructions))
    if is_brought or any(file.startswith(last) for file in files):
        return _unknown(f"{last} may be a program")
    is_module = any(re.fullmatch(rf"{re.escape(stem)}\.(?:py|[cm]?[jt]s|rb)", file) for file in files)
    if not is_module and not (base.name in _WITH_RIC and "handle" in last.rpartition(".")[2].lower()):
        return _unknown(f"{name} may be a program")
    what = f"the image starts {name} as a program, and there is none: a handler is nothing that {base.name} can start"
    if base.is_lambda:
        return _problem(what, f"Leave out ENTRYPOINT, so that {dockerfile.base_image} starts the handler.")
    client = _WITH_RIC.get(base.name, "a runtime interface client")
    if names_client(dockerfile):
        return _problem(what, f"Start {client} with ENTRYPOINT; it takes the handler from CMD.")
    return _problem(what, f"Start from public.ecr.aws/lambda, or install {client} and start it with ENTRYPOINT.")


def _brought(instructions: Sequence[Instruction]) -> list[Instruction]:
    return [each for each in instructions if each.name in ("COPY", "ADD", "RUN", "ENV", "ARG")]


def _misplaced_adapter(dockerfile: Dockerfile) -> Contract | None:
    """Lambda starts what is in /opt/extensions; a Web Adapter that lies anywhere else does nothing."""
    named = [each for each in dockerfile.instructions if CLIENT.search(f"{each.rest}\n{each.text}")]
    match = re.fullmatch(r"(?:--\S+\s+)*(\S+)\s+(/\S+)", named[0].rest) if len(named) == 1 else None
    if match is None or named[0].name != "COPY" or named[0] not in dockerfile.own:
        return None
    source, target = match.groups()
    everything = "\n".join(f"{rest}\n{text}" for _, rest, text in dockerfile.own)
    if not source.endswith("/lambda-adapter") or "$" in target or re.search(r"(?:^|[\s/\"'])opt(?:/|\b)", everything):
        return None
    return _problem(
        f"the Lambda Web Adapter is copied to {target}, and Lambda starts what is in /opt/extensions only",
        "Copy it to /opt/extensions/lambda-adapter.",
    )


def _hidden(dockerfile: Dockerfile, context: Package, started: Started) -> str:
    """Why a client may be in the image that nothing names, empty where there is none."""
    for image in dockerfile.images:
        if find_base(image) is None and image != "scratch":
            return f"what is in {image or 'an image'} isn't known"
    for image in dockerfile.foreign:
        if find_base(image) is None and not _TOOLS.fullmatch(image):
            return f"what is in {image} isn't known"
    if reason := unseen_in(dockerfile) or hidden_in(context, besides=dockerfile.path):
        return reason
    if started.kind in (Kind.SCRIPT, Kind.CLIENT) and (name := unknown_dependency(dockerfile, context)):
        return f"{name} may bring a client"
    return ""


def _read(folder: Path) -> Package | None:
    try:
        return read_folder(folder)
    except InputError:
        return None


_OK = Contract(State.OK)


def _unknown(reason: str) -> Contract:
    return Contract(State.UNKNOWN, one_line(reason))


def _problem(reason: str, fix: str) -> Contract:
    return Contract(State.PROBLEM, one_line(reason), one_line(fix))
