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


def _dockerfile(image: ImageAsset | None) -> Dockerfile | None:
    """The Dockerfile of an image that this app builds, None where it can't be read."""
    if image is None or image.folder is None or (path := image.dockerfile) is None:
        return None
    from constructs_lambda.artifacts.dockerfiles import read_dockerfile

    def read() -> Dockerfile | None:
        try:
            return read_dockerfile(path, build_args=image.build_args, target=image.target)
        except InputError:
            return None

    return image.folder.remember((path, image.target, *sorted(image.build_args.items())), read)


@rule(
    "CL222",
    "Image that Lambda can't talk to",
    Severity.WARNING,
    aws="Every invocation fails: nothing in the container asks the Runtime API for events.",
    fix="Start from AWS's base image, or add a runtime interface client or the Lambda Web Adapter.",
    source=_IMAGES,
)
def runtime_api(deployment: Deployment) -> Iterator[Problem]:
    image, settings = deployment.function.image_asset, deployment.function.image
    dockerfile = _dockerfile(image)
    if image is None or image.folder is None or dockerfile is None or isinstance(settings, Unknown):
        return
    entry_point = _words(settings.entry_point) if isinstance(settings, Image) else None
    command = _words(settings.command) if isinstance(settings, Image) else None
    if isinstance(entry_point, Unknown) or isinstance(command, Unknown):
        return
    from constructs_lambda.artifacts.contracts import speaks_runtime_api

    folder = image.folder.path

    def find() -> Verdict:
        return speaks_runtime_api(dockerfile, context=folder, entrypoint=entry_point, command=command)

    verdict = image.folder.remember(("runtime API", dockerfile.path, image.target, entry_point, command), find)
    if verdict.state is State.PROBLEM:
        fix = "Start from public.ecr.aws/lambda, or add a runtime interface client or the Lambda Web Adapter."
        yield Problem("Code.ImageUri", cut(verdict.reason), fix)


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
    if image is None or architecture not in ("x86_64", "arm64"):
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
            f"Build it for {architecture}, or set the function's architecture to {built_for}.",
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
    from constructs_lambda.artifacts.contracts import server_in

    if server := server_in(words):
        yield Problem(
            "ImageConfig.Command",
            f"the image starts the server {server}; a function handles one event at a time",
            "Consider ECS on Fargate for a server with steady traffic.",
        )


def _started(deployment: Deployment) -> Sequence[str]:
    """ENTRYPOINT and CMD, as the function or else the Dockerfile sets them; empty where they aren't known."""
    settings, dockerfile = deployment.function.image, _dockerfile(deployment.function.image_asset)
    if isinstance(settings, Unknown):
        return ()
    entry_point = _words(settings.entry_point) if isinstance(settings, Image) else None
    command = _words(settings.command) if isinstance(settings, Image) else None
    if isinstance(entry_point, Unknown) or isinstance(command, Unknown):
        return ()
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
