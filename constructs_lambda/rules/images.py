"""CL22x: container images: where they are, what they were built for, and whether Lambda can talk to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from constructs_lambda import limits
from constructs_lambda.artifacts.verdicts import State, Verdict
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Severity
from constructs_lambda.model import Deployment, Image, ImageAsset, Items
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.packages import cut, in_mb
from constructs_lambda.rules.problems import quoted
from constructs_lambda.tokens import Unknown, known, resolve_text

if TYPE_CHECKING:
    from constructs_lambda.artifacts.dockerfiles import Dockerfile
    from constructs_lambda.artifacts.images import ImageUri

_IMAGES = "https://docs.aws.amazon.com/lambda/latest/dg/images-create.html"
_FARGATE = "https://docs.aws.amazon.com/decision-guides/latest/fargate-or-lambda/fargate-or-lambda.html"
_LOCAL = ("localhost", "127.0.0.1")  # an emulator's registry
_GB = 1024**3
_ARCHITECTURES = ("x86_64", "arm64")
_SEARCH_PATHS = ("AWS_LAMBDA_EXEC_WRAPPER", "LAMBDA_TASK_ROOT", "PYTHONPATH")
_SHORTLY = 60  # seconds before the longest timeout


def _uri(deployment: Deployment) -> ImageUri | None:
    address = deployment.function.image_address
    if address is None or deployment.function.image_asset is not None:
        return None
    from constructs_lambda.artifacts.images import parse_image_uri

    return parse_image_uri(address)


@rule(
    "CL220",
    "Image outside of private ECR",
    Severity.ERROR,
    aws="The Lambda API refuses an image that is not in a private repository of Amazon ECR.",
    fix="Copy the image into a private ECR repository in the function's Region.",
    source=_IMAGES,
)
def registry(deployment: Deployment) -> Iterator[Problem]:
    address = deployment.function.image_address
    if address is not None and deployment.function.image_asset is None:
        from constructs_lambda.artifacts.images import find_fault

        if fault := find_fault(address):
            what, fix = fault
            yield Problem("Code.ImageUri", f"{quoted(address)} is no address of an image: {cut(what)}", fix)
            return
    uri = _uri(deployment)
    if uri is None or uri.kind == "ecr" or any(name in uri.registry for name in _LOCAL):
        return
    place = "the public gallery of ECR" if uri.kind == "ecr-public" else uri.registry or "Docker Hub"
    yield Problem(
        "Code.ImageUri",
        f"the image {quoted(deployment.function.image_address or '')} is in {place}; Lambda takes images from private "
        "ECR repositories only",
        "Copy it into a private ECR repository, or build it with DockerImageCode.from_image_asset.",
    )


@rule(
    "CL221",
    "Image in another Region",
    Severity.ERROR,
    aws="The Lambda API refuses an image from an ECR repository of another Region.",
    fix="Replicate the image into the function's Region.",
    source=_IMAGES,
)
def region(deployment: Deployment) -> Iterator[Problem]:
    uri = _uri(deployment)
    if uri and uri.region and deployment.region and uri.region != deployment.region:
        yield Problem(
            "Code.ImageUri",
            f"the image is in the Region {uri.region}, and the function in {deployment.region}; AWS takes images from "
            "the same Region only",
            f"Replicate the repository to {deployment.region}, and write the image's address there.",
        )


def _words(items: Items) -> tuple[str, ...] | Unknown | None:
    """The words of a command; unknown where one of them is."""
    if items is None or isinstance(items, Unknown):
        return items
    words = [resolve_text(item) for item in items]
    known_words = tuple(word for word in words if isinstance(word, str))
    return known_words if len(known_words) == len(words) else Unknown()


def _build(image: ImageAsset | None) -> Dockerfile | str | None:
    """The Dockerfile of an image that this app builds, or why no build of it succeeds; None where it can't be read."""
    if image is None or image.folder is None or (path := image.dockerfile) is None:
        return None
    from constructs_lambda.artifacts.dockerfiles import NoImageError, read_dockerfile

    def read() -> Dockerfile | str | None:
        try:
            return read_dockerfile(path, build_args=image.build_args, target=image.target)
        except NoImageError as error:
            return str(error).removeprefix(f"{path}: ")
        except InputError:
            return None

    return image.folder.remember((path, image.target, *sorted(image.build_args.items())), read)


def _dockerfile(image: ImageAsset | None) -> Dockerfile | None:
    found = _build(image)
    return None if isinstance(found, str) else found


def _set_words(deployment: Deployment) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None] | None:
    """What the function sets as ENTRYPOINT and CMD, None where that isn't known."""
    settings = deployment.function.image
    if isinstance(settings, Unknown):
        return None
    entry_point = _words(settings.entry_point) if isinstance(settings, Image) else None
    command = _words(settings.command) if isinstance(settings, Image) else None
    return None if isinstance(entry_point, Unknown) or isinstance(command, Unknown) else (entry_point, command)


@rule(
    "CL222",
    "Image that Lambda can't talk to",
    Severity.WARNING,
    aws="Every invocation fails: nothing in the container asks the Runtime API for events.",
    fix="Start from AWS's base image, or add a runtime interface client or the Lambda Web Adapter.",
    source=_IMAGES,
)
def runtime_api(deployment: Deployment) -> Iterator[Problem]:
    image, words = deployment.function.image_asset, _set_words(deployment)
    dockerfile = _dockerfile(image)
    if image is None or image.folder is None or dockerfile is None or words is None:
        return
    from constructs_lambda.artifacts.contracts import Contract, speaks_runtime_api

    folder = image.folder.path

    def find() -> Contract:
        return speaks_runtime_api(dockerfile, context=folder, entrypoint=words[0], command=words[1])

    key = ("runtime API", dockerfile.path, image.target, *sorted(image.build_args.items()), *words)
    contract = image.folder.remember(key, find)
    if contract.state is State.PROBLEM:
        yield Problem("Code.ImageUri", cut(contract.reason), contract.fix)


@rule(
    "CL223",
    "Image for another architecture",
    Severity.WARNING,
    aws="Every invocation fails with exec format error.",
    fix="Build the image for the function's architecture, or change the function's.",
    source=_IMAGES,
)
def platform(deployment: Deployment) -> Iterator[Problem]:
    image, architecture = deployment.function.image_asset, deployment.architecture
    if image is None or architecture not in _ARCHITECTURES:
        return
    from constructs_lambda.artifacts.dockerfiles import ARCHITECTURES

    dockerfile = _dockerfile(image)
    written = dockerfile.architecture if dockerfile else None
    built_for = written or ARCHITECTURES.get((image.platform or "").lower())
    if built_for and built_for != architecture:
        where = "its Dockerfile" if written else "its platform"
        yield Problem(
            "Architectures",
            f"the image is built for the architecture {built_for} ({where} says so), and the function runs on "
            f"{architecture}",
            f"Build it for {architecture}"
            + (f", or set the function's architecture to {built_for}." if built_for in _ARCHITECTURES else "."),
        )


@rule(
    "CL224",
    "Container that fits Fargate better",
    Severity.INFO,
    aws="A function ends after 15 minutes at the latest, and a server that waits in it is paid for while it waits.",
    fix="Consider ECS on Fargate for servers, and for work of many minutes.",
    source=_FARGATE,
)
def rather_fargate(deployment: Deployment) -> Iterator[Problem]:
    function = deployment.function
    if function.is_image is not True:
        return
    longest = limits.FUNCTION_TIMEOUT.maximum or 0
    seconds = known(function.timeout_seconds)
    if seconds is not None and longest - _SHORTLY <= seconds <= longest:
        yield Problem(
            "Timeout",
            f"the timeout of {seconds:,} s is near the {longest} s after which Lambda ends every invocation",
            "Consider ECS on Fargate for work of many minutes: it has no such end.",
        )
    words = _started(deployment)
    if not words:
        return
    from constructs_lambda.artifacts.commands import server_in

    if server := server_in(words):
        yield Problem(
            "ImageConfig.Command",
            f"the image starts the server {server}; a function handles one event at a time",
            "Consider ECS on Fargate for a server with steady traffic.",
        )


def _started(deployment: Deployment) -> Sequence[str]:
    """ENTRYPOINT and CMD, as the function or else the Dockerfile sets them; empty where they aren't known."""
    words, dockerfile = _set_words(deployment), _dockerfile(deployment.function.image_asset)
    if words is None:
        return ()
    entry_point, command = words
    if dockerfile is not None:
        entry_point = dockerfile.entrypoint if entry_point is None else entry_point
        command = dockerfile.command if command is None else command
    return (*(entry_point or ()), *(command or ()))


@rule(
    "CL225",
    "Image too large",
    Severity.WARNING,
    aws="The Lambda API refuses an image of more than 10 GB.",
    fix="Take out what isn't needed, or mount a file system for large files.",
    source=limits.IMAGE_SIZE.source,
)
def image_size(deployment: Deployment) -> Iterator[Problem]:
    image = deployment.function.image_asset
    archive = image.archive if image else None  # as docker save writes it: a little more than what is in it
    size = archive.size_bytes if archive else 0
    if size > (limits.IMAGE_SIZE.maximum or 0) * _GB:
        message = f"the image's archive has {in_mb(size)}; AWS allows {limits.IMAGE_SIZE.allowed} unpacked"
        yield Problem("Code.ImageUri", message, "Take out what isn't needed, or mount a file system.")


@rule(
    "CL227",
    "Handler that isn't in the image",
    Severity.WARNING,
    aws="Every invocation fails with Runtime.ImportModuleError or Runtime.HandlerNotFound.",
    fix="Let CMD name a handler that is among the copied files.",
    source=_IMAGES,
)
def image_handler(deployment: Deployment) -> Iterator[Problem]:
    image, words = deployment.function.image_asset, _set_words(deployment)
    dockerfile = _dockerfile(image)
    if image is None or image.folder is None or dockerfile is None or words is None:
        return
    if deployment.sets(*_SEARCH_PATHS):
        return
    from constructs_lambda.artifacts.contracts import handler_of
    from constructs_lambda.artifacts.image_handlers import check_image_handler

    given = handler_of(dockerfile, entrypoint=words[0], command=words[1])
    if given is None:
        return
    base, handler = given
    folder = image.folder.path

    def find() -> Verdict:
        return check_image_handler(dockerfile, base, handler, folder)

    key = ("handler", dockerfile.path, image.target, *sorted(image.build_args.items()), handler)
    verdict = image.folder.remember(key, find)
    if verdict.state is State.PROBLEM:
        yield Problem(
            "Code.ImageUri",
            f"the handler {quoted(handler)} isn't among what the Dockerfile copies: {cut(verdict.reason)}",
            "Copy the file, or let CMD name a handler that is there.",
        )


@rule(
    "CL228",
    "Dockerfile that can't be built",
    Severity.ERROR,
    aws="No deployment gets as far as AWS: docker build fails.",
    fix="Begin the Dockerfile with FROM, and name a stage that it has.",
    source=_IMAGES,
)
def dockerfile_builds(deployment: Deployment) -> Iterator[Problem]:
    image = deployment.function.image_asset
    found = _build(image)
    if image is not None and isinstance(found, str):
        is_target = image.target is not None and "no FROM" not in found
        yield Problem(
            "Code.ImageUri",
            f"{quoted(image.file)} {cut(found)}",
            "Name a stage that it has, or leave out the target." if is_target else "Begin it with FROM.",
        )
