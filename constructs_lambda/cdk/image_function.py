"""`ImageFunction`: a function from a container image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from aws_cdk import aws_ecr, aws_ecr_assets, aws_lambda
from constructs import Construct

from constructs_lambda.cdk.function import Function
from constructs_lambda.cdk.inputs import refuse_no_texts, set_only
from constructs_lambda.cdk.layers import default_architecture
from constructs_lambda.cdk.options import FunctionOptions
from constructs_lambda.cdk.providers import architecture_of, refuse_no_provider
from constructs_lambda.cdk.reach import INetwork, Reach
from constructs_lambda.errors import InputError, PackagingError

if TYPE_CHECKING:
    from constructs_lambda.cdk.monitors.monitor import Monitor
    from constructs_lambda.cdk.usage import Usage


class ImageFunction(Function):
    """A function from a container image: one that CDK builds from a folder, or one from a repository.

    All that `Function` says holds here. A folder is built for the function's architecture when the app is deployed,
    which takes Docker or a tool like it; the synth needs none. At synth the Dockerfile is read: an image that can't
    speak Lambda's Runtime API, or is made for another architecture, is reported.

    What differs where you don't set it:

    - `architecture`: Arm (`arm64`) for a folder, or that of the `capacity_provider`. For an image from a repository
      CDK's, which is x86_64.

    Creates: what `Function` creates; the image of a folder goes to the repository of CDK's bootstrap.

    Costs when idle: nothing but the storage of logs, and of the image (0.10 USD per GB and month in us-east-1).

    Args:
        scope: Parent construct.
        id: Id within the parent.
        directory: Folder with a Dockerfile, relative to the working directory, like CDK's assets. Either this or
            `repository`.
        repository: Repository with the image, in the function's Region.
        tag_or_digest: Tag or digest of the image in the repository. Prefer a digest, or tags that are never moved:
            CloudFormation doesn't see that another image has a tag.
        file: Name of the Dockerfile in the folder. `Dockerfile` where it isn't given.
        build_args: Build arguments. No secrets: they stay in the image.
        target: Stage of the Dockerfile to build. The last one where it isn't given.
        exclude: What of the folder is neither sent to the build nor part of the asset's hash, as CDK's patterns,
            besides what `.dockerignore` names.
        cmd: In place of the image's CMD.
        entrypoint: In place of the image's ENTRYPOINT.
        working_directory: In place of the image's WORKDIR.
        capacity_provider: As for `Function`.
        network: As for `Function`.
        reach: As for `Function`.
        usage: As for `Function`.
        monitor: As for `Function`.
        invoke_command: As for `Function`.
        **options: Keywords of `Function`.

    Raises:
        TypeError: Neither or both of `directory` and `repository`, a keyword that belongs to the other one or to
            `Function` alone, or a value of another type.
        PackagingError: The folder or its Dockerfile isn't there, or the Dockerfile has no FROM or not the target.
        LimitError: What AWS would refuse, everything at once.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        directory: str | Path | None = None,
        repository: aws_ecr.IRepository | None = None,
        tag_or_digest: str | None = None,
        file: str | None = None,
        build_args: Mapping[str, str] | None = None,
        target: str | None = None,
        exclude: Sequence[str] | None = None,
        cmd: Sequence[str] | None = None,
        entrypoint: Sequence[str] | None = None,
        working_directory: str | None = None,
        capacity_provider: aws_lambda.CapacityProvider | None = None,
        network: INetwork | None = None,
        reach: Reach | None = None,
        usage: Usage | None = None,
        monitor: Monitor | Literal[False] | None = None,
        invoke_command: bool | None = None,
        **options: Unpack[FunctionOptions],
    ) -> None:
        for_folder = {"file": file, "build_args": build_args, "target": target, "exclude": exclude}
        for_repository = {"tag_or_digest": tag_or_digest}
        container = {"cmd": cmd, "entrypoint": entrypoint, "working_directory": working_directory}
        _refuse_from_image(options)
        _refuse_other_types({**for_folder, **for_repository, **container}, directory, repository)
        if not options.get("layers", True):
            options.pop("layers")  # CDK refuses them even where there are none
        if directory is not None and repository is None:
            _refuse("directory", for_repository)
            refuse_no_provider(capacity_provider)
            architecture = options.get("architecture") or architecture_of(capacity_provider) or default_architecture()
            options = {**options, "architecture": architecture}
            _refuse_missing_dockerfile(Path(directory), file or "Dockerfile")
            _refuse_dockerfile(Path(directory) / (file or "Dockerfile"), build_args, target)
            code: aws_lambda.Code = aws_lambda.Code.from_asset_image(
                str(directory), platform=_platform(architecture), **set_only(**for_folder), **set_only(**container)
            )
        elif repository is not None and directory is None:
            _refuse("repository", for_folder)
            if not tag_or_digest:
                raise TypeError(
                    "repository= needs tag_or_digest=: with a tag like 'latest' a new image would never be deployed"
                )
            code = aws_lambda.Code.from_ecr_image(repository, tag_or_digest=tag_or_digest, **set_only(**container))
        else:
            both = "both were" if directory is not None else "neither was"
            raise TypeError(f"an ImageFunction takes either directory= or repository=; {both} given")
        super().__init__(
            scope,
            id,
            code=code,
            handler=_from_image()[0],
            runtime=_from_image()[1],
            capacity_provider=capacity_provider,
            network=network,
            reach=reach,
            usage=usage,
            monitor=monitor,
            invoke_command=invoke_command,
            **options,
        )


def _refuse(source: str, keywords: Mapping[str, Any]) -> None:
    if wrong := sorted(set_only(**keywords)):
        raise TypeError(f"{', '.join(wrong)} can't be used together with {source}=")


def _refuse_from_image(options: Mapping[str, Any]) -> None:
    if wrong := [name for name in ("code", "handler", "runtime") if name in options]:
        hint = "; the handler is what cmd= or the Dockerfile's CMD names" if "handler" in wrong else ""
        raise TypeError(f"{', '.join(wrong)} can't be set on an ImageFunction: it comes from the image{hint}")


def _refuse_other_types(keywords: Mapping[str, Any], directory: object, repository: object) -> None:
    given = set_only(**keywords)
    refuse_no_texts(**{name: given.get(name, ()) for name in ("cmd", "entrypoint", "exclude")})
    for name in ("file", "target", "tag_or_digest", "working_directory"):
        if not isinstance(given.get(name, ""), str):
            raise TypeError(f"{name} must be a text; got {given[name]!r}")
    arguments = given.get("build_args", {})
    if not isinstance(arguments, Mapping):
        raise TypeError(f"build_args must map names to texts; got {arguments!r}")
    for name, value in arguments.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"build_args must map names to texts; got {name!r}: {value!r}")
    if directory is not None and not isinstance(directory, str | Path):
        raise TypeError(f"directory must be a path; got {directory!r}")
    if repository is not None and not hasattr(type(repository), "repository_uri"):
        raise TypeError(
            f"repository must be an aws_ecr.IRepository; got {repository!r}. Fix: take one by its name, with "
            "aws_ecr.Repository.from_repository_name"
        )


def _refuse_dockerfile(path: Path, build_args: Mapping[str, str] | None, target: str | None) -> None:
    from constructs_lambda.artifacts.dockerfiles import NoImageError, read_dockerfile

    try:
        read_dockerfile(path, build_args=build_args, target=target)
    except NoImageError as error:
        raise PackagingError(f"{error}; docker build would fail") from None
    except InputError:
        return  # it can't be read as one, which says nothing about what builds it


def _refuse_missing_dockerfile(directory: Path, file: str) -> None:
    if not directory.is_dir():
        raise PackagingError(f"{directory} is not a folder" if directory.exists() else f"{directory} doesn't exist")
    if not (directory / file).is_file():
        raise PackagingError(
            f"{directory} has no {file}. Fix: write one that starts with `FROM public.ecr.aws/lambda/python:3.14`, "
            "name it with file=, or use PythonFunction, which needs none."
        )


def _platform(architecture: aws_lambda.Architecture) -> aws_ecr_assets.Platform:
    if not isinstance(architecture, aws_lambda.Architecture):
        raise TypeError(f"architecture must be an aws_lambda.Architecture; got {architecture!r}")
    return aws_ecr_assets.Platform.custom(architecture.docker_platform)


@cache
def _from_image() -> tuple[str, aws_lambda.Runtime]:
    return aws_lambda.Handler.FROM_IMAGE, aws_lambda.Runtime.FROM_IMAGE
