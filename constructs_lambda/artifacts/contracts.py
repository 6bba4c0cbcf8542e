"""Whether an image keeps Lambda's contract: something in it has to ask the Runtime API for events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from constructs_lambda.artifacts.dockerfiles import Dockerfile
from constructs_lambda.artifacts.folders import read_folder
from constructs_lambda.artifacts.images import parse_image_uri
from constructs_lambda.artifacts.verdicts import OK, Verdict, problem, unknown
from constructs_lambda.errors import InputError

_CLIENT = re.compile(
    r"awslambdaric|lambda[-_]ric|runtime[-_]interface|lambda[-_.]?runtime|lambda[-_]adapter|web[-_]adapter"
    r"|RuntimeSupport|aws-lambda-(?:go|cpp|rust)|/2018-06-01/runtime",
    re.IGNORECASE,
)
# What may bring a client unseen: another file, another image, another index.
_UNSEEN = re.compile(
    r"\b(?:curl|wget|git|index-url|registry|trusted-host|ssh|secret|bootstrap|[a-z]+://)", re.IGNORECASE
)
_PLAIN_BASES = frozenset({"caddy", "httpd", "nginx", "node", "python"})  # Docker's official images, without any client
_SERVERS = frozenset({"caddy", "daphne", "fastapi", "flask", "granian", "gunicorn", "httpd", "http.server", "hypercorn",
                      "nginx", "streamlit", "uvicorn", "waitress-serve"})  # fmt: skip
_INTERPRETER = re.compile(r"(?:python|node)(?:js|[0-9.]*)")
_SCRIPT = re.compile(r"[\w./-]+\.(?:py|js|mjs|cjs)")
_TEXTS = (".cfg", ".cjs", ".conf", ".in", ".ini", ".js", ".json", ".lock", ".mjs", ".py", ".sh", ".toml", ".ts", ".txt")
_LARGEST_TEXT = 256 * 1024
_MOST_TEXTS = 200


def speaks_runtime_api(
    dockerfile: Dockerfile,
    *,
    context: Path | None = None,
    entrypoint: Sequence[str] | None = None,
    command: Sequence[str] | None = None,
) -> Verdict:
    """Whether the image of a Dockerfile can serve as a function.

    Args:
        dockerfile: What `read_dockerfile` has read.
        context: Folder that the image is built in, by default the Dockerfile's.
        entrypoint: What the function sets instead of ENTRYPOINT.
        command: What the function sets instead of CMD.

    Returns:
        Fine with AWS's base images and where a runtime interface client or the Lambda Web Adapter is named. A problem
        only where one of Docker's plain images starts a known server or a script, and neither the Dockerfile nor the
        sources beside it name a client, or fetch anything that can't be seen. Everything else is unknown.
    """
    set_words = [*(entrypoint or dockerfile.entrypoint or ()), *(command or dockerfile.command or ())]
    text = "\n".join(f"{name} {rest}\n{held}" for name, rest, held in dockerfile.instructions)
    if _is_lambda_base(dockerfile.base_image):
        if entrypoint is None and dockerfile.entrypoint is None:
            return OK
        return (
            OK
            if _CLIENT.search(" ".join([*set_words, text]))
            else unknown("ENTRYPOINT replaces that of the base image")
        )
    if _CLIENT.search(" ".join([*set_words, text])):
        return OK
    for image in dockerfile.images:
        if not _is_plain(image):
            return unknown(f"what is in {image or 'an image'} isn't known")
    stage_names = {rest.split()[-1].lower() for name, rest, _ in dockerfile.instructions if name == "FROM" and rest}
    for name, rest, _ in dockerfile.instructions:
        copied = re.search(r"--from=(\S+)", rest) if name in ("COPY", "ADD", "RUN") else None
        if copied and not copied[1].isdecimal() and copied[1].lower() not in stage_names:
            return unknown(f"what is in {copied[1]} isn't known")
        if name == "ONBUILD":
            return unknown("ONBUILD runs elsewhere")
    if _UNSEEN.search(text):
        return unknown("the build may fetch more than is written in it")
    started = _started(set_words)
    if started is None:
        return unknown("what the image starts isn't known")
    hidden = _hidden_in(context or dockerfile.path.parent)
    if hidden:
        return unknown(hidden)
    return problem(
        f"the image starts {started} on {dockerfile.base_image}, and no runtime interface client or Lambda Web Adapter"
        " is in it"
    )


def server_in(words: Sequence[str]) -> str | None:
    """The web server that a command starts, None where it starts none that is known.

    Args:
        words: ENTRYPOINT and CMD, one after the other.
    """
    started = _started(words)
    return started if started in _SERVERS else None


def _is_lambda_base(image: str | None) -> bool:
    """Whether it is a base image of AWS; those for custom runtimes still need a program, which isn't looked for."""
    uri = parse_image_uri(image or "")
    if uri is None:
        return False
    if uri.kind == "ecr-public":
        return uri.repository.startswith("lambda/")
    return not uri.registry and uri.repository.startswith("amazon/aws-lambda-")


def _is_plain(image: str | None) -> bool:
    """Whether it is one of Docker's own images, in which no client is."""
    uri = parse_image_uri(image or "")
    if uri is None or (uri.registry and uri.kind != "ecr-public"):
        return False
    prefix = "docker/library/" if uri.registry else "library/"
    name = uri.repository.removeprefix(prefix)
    return name in _PLAIN_BASES and (not uri.registry or uri.repository.startswith(prefix))


def _started(words: Sequence[str]) -> str | None:
    """The server or script that a container runs, None where that isn't certain."""
    if list(words[:2]) == ["/bin/sh", "-c"]:
        words = " ".join(words[2:]).split()
        if any(re.search(r"[;&|$`(<>]", word) for word in words):
            return None
        words = words[1:] if words[:1] == ["exec"] else words
    names = [word.rpartition("/")[2] for word in words]
    if not names:
        return None
    first, rest = names[0], list(words[1:])
    if first in _SERVERS:
        return first
    if not _INTERPRETER.fullmatch(first):
        return None
    while rest and rest[0] in ("-u", "-B", "-O"):
        rest = rest[1:]
    if rest[:1] == ["-m"] and len(rest) > 1:
        return rest[1] if rest[1] in _SERVERS else None
    return rest[0] if rest and _SCRIPT.fullmatch(rest[0]) else None


def _hidden_in(context: Path) -> str:
    """Why a client may be among the sources, empty where there is none."""
    try:
        package = read_folder(context)
        texts = 0
        for entry in package.entries:
            if entry.kind != "file" or _CLIENT.search(entry.name):
                return f"{entry.name} may bring a client"
            if entry.name.endswith((".whl", ".tar.gz", ".zip", ".so", ".npmrc", "pip.conf")):
                return f"{entry.name} may bring a client"
            if entry.name.endswith(_TEXTS):
                texts += 1
                if texts > _MOST_TEXTS or _CLIENT.search(
                    package.read(entry.name, _LARGEST_TEXT).decode("utf-8", "replace")
                ):
                    return f"{entry.name} may bring a client"
    except InputError:
        return "the sources can't be read"
    return ""
