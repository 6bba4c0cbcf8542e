"""What each function of an app unpacks, read for `constructs-lambda package`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from constructs_lambda.apps import read_stack
from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.assets import Asset, AssetStore
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.sizes import bytes_by_package
from constructs_lambda.assembly import MANIFEST
from constructs_lambda.documents import read_bytes
from constructs_lambda.errors import InputError
from constructs_lambda.model import Deployment, Function, Topology
from constructs_lambda.rules.deployments import shipped_twice, too_much
from constructs_lambda.sources import Sources
from constructs_lambda.tokens import Unknown, as_written, known


@dataclass(frozen=True, slots=True)
class Part:
    """What is unpacked: a function's own code, a layer, or what was named on the command line.

    Args:
        what: `package` or `layer`.
        name: Construct path of a layer of this app, ARN of another one.
        package: What is in it, None where that isn't known.
        sizes: Its bytes by package, as the user knows the packages.
        unknown: Why it isn't known.
    """

    what: str
    name: str
    package: Package | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    unknown: str = ""

    @property
    def size(self) -> int:
        """Its unpacked bytes, 0 where they aren't known."""
        return self.package.unpacked_bytes if self.package else 0

    @property
    def shown(self) -> str:
        """Its name in a table."""
        return f"{self.what} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A function as it is unpacked.

    Args:
        path: Construct path.
        template: Template file.
        parts: Its code, then its layers.
        twice: Bytes that could go, by the package that is there more than once.
    """

    path: str
    template: str
    parts: Sequence[Part]
    twice: Mapping[str, int]

    @property
    def size(self) -> int:
        """Unpacked bytes of all that is known."""
        return sum(part.size for part in self.parts)

    @property
    def is_known(self) -> bool:
        """Whether any of it is on this machine."""
        return any(part.package for part in self.parts)


def is_assembly(path: Path) -> bool:
    """Whether a folder is a cloud assembly; web sites and browser extensions have a `manifest.json` too.

    Raises:
        InputError: It has a manifest that can't be read.
    """
    manifest = path / MANIFEST
    return os.path.isfile(manifest) and b'"artifacts"' in read_bytes(manifest)  # noqa: PTH113 - never raises


def read_package(path: Path) -> Part:
    """What is in a folder or an archive.

    Raises:
        InputError: It can't be read, or is neither.
    """
    package = inspect(path)
    return Part("package", "", package, bytes_by_package(package))


def read_functions(path: Path, store: AssetStore, problems: dict[str, None]) -> list[Unpacked]:
    """Every Lambda function of a cloud assembly, in the order of its templates.

    Args:
        path: The folder.
        store: Where what is in the assets is kept during a run.
        problems: Is given what can't be read, a line for each.

    Raises:
        InputError: The assembly can't be read, or holds no stack.
    """
    stacks = []
    for file, _ in Sources().behind(path):
        try:
            stacks.append(read_stack(file, str(file.file), store))
        except InputError as problem:
            problems[str(problem)] = None
    deployments = [each for each in Topology(stacks).deployed() if isinstance(each, Deployment)]
    found = {(each.place.template, each.place.resource): each for each in deployments}
    return [
        _unpacked(found.get((function.place.template, name)) or stack.deployment(function), problems)
        for stack in stacks
        for name, function in stack.functions.items()
    ]


def _unpacked(deployment: Deployment, problems: dict[str, None]) -> Unpacked:
    function, place = deployment.function, deployment.place
    parts = [_part("package", "", function.asset, _why_not_here(function), problems), *_layers(deployment, problems)]
    twice = {name: too_much(places) for name, places in shipped_twice(deployment).items()}
    by_size = sorted(twice.items(), key=lambda item: (-item[1], item[0]))
    return Unpacked(place.path, place.template, parts, dict(by_size))


def _layers(deployment: Deployment, problems: dict[str, None]) -> Iterator[Part]:
    for layer in deployment.layers:
        yield _part("layer", layer.shown, layer.asset, "unknown, not on this machine", problems)
    layers = deployment.function.layers
    arns = [text for item in known(layers) or () if (text := as_written(item)).startswith("arn:")]
    yield from (Part("layer", arn, unknown="unknown, published elsewhere") for arn in arns)
    others = deployment.unknown_layers - len(arns)
    if others > 0:
        number = "layers" if isinstance(layers, Unknown) else f"{others} layer{'s' * (others > 1)}"
        yield Part(number, "", unknown="unknown before the deployment")


def _part(what: str, name: str, asset: Asset | None, why_not: str, problems: dict[str, None]) -> Part:
    if asset is None:
        return Part(what, name, unknown=why_not)
    try:
        package = asset.package or inspect(asset.path)  # which says why it can't be read
    except InputError as problem:
        problems[str(problem)] = None
        return Part(what, name, unknown="can't be read")
    return Part(what, name, package, asset.ask(bytes_by_package) or {})


def _why_not_here(function: Function) -> str:
    if function.is_image is not False:
        return "a container image" if function.is_image else "unknown before the deployment"
    if function.inline_code is not None:
        return "inline code"
    bucket, key = known(function.code_bucket), known(function.code_key)
    return f"in S3 ({bucket}/{key})" if bucket and key else "in S3"
