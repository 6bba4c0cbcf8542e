"""What is deployed: packages of functions, layers, images, and what a function is made of in the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from constructs_lambda.model.functions import Function, Items, Malformed, Place, Text
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known, resolve_text

if TYPE_CHECKING:
    from constructs_lambda.artifacts.assets import Asset
    from constructs_lambda.artifacts.packages import Package


@record(kw_only=True)
class ImageAsset:
    """A container image that is built, or loaded, when the app is deployed.

    Args:
        folder: Folder that it is built in; None for an image out of an archive.
        file: Path of the Dockerfile in the folder.
        target: Stage to build, the last one where it isn't set.
        platform: What `docker build --platform` is told.
        build_args: Build arguments.
        archive: What `docker load` reads.
    """

    folder: Asset | None
    file: str = "Dockerfile"
    target: str | None = None
    platform: str | None = None
    build_args: Mapping[str, str] = field(default_factory=dict)
    archive: Asset | None = None

    @property
    def dockerfile(self) -> Path | None:
        """Where the Dockerfile is."""
        return self.folder.path / self.file if self.folder else None


@record(kw_only=True)
class LayerVersion:
    """A layer that the template makes (`AWS::Lambda::LayerVersion`)."""

    place: Place
    name: Text = None
    description: Text = None
    license: Text = None
    runtimes: Items = None
    architectures: Items = None
    asset: Asset | None = None
    """Its content, where that is a file or folder of this machine."""
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What a message calls it."""
        return self.place.path


@record(kw_only=True)
class Upload:
    """A file or folder of this machine that is uploaded as a function's package or as a layer.

    Args:
        place: Where the function or layer stands.
        what: What it is.
        property: CloudFormation property that names it.
        asset: The file or folder.
        function: The function, where it is a package.
    """

    place: Place
    what: Literal["package", "layer"]
    property: str
    asset: Asset
    function: Function | None = None


@record(kw_only=True)
class Deployment:
    """A function with all that it is deployed with.

    Args:
        place: Where the function stands.
        function: The function.
        region: AWS Region that it goes to, where the app names one.
        layers: Its layers that this app makes, in order.
        unknown_layers: How many others it has, at the most.
    """

    place: Place
    function: Function
    region: str | None
    layers: tuple[LayerVersion, ...]
    unknown_layers: int

    @property
    def assets(self) -> tuple[tuple[str, Asset], ...]:
        """The package and the layers whose files are on this machine, each with what a message calls it."""
        package = self.function.asset
        own = [("the package", package)] if package else []
        return (*own, *((f"the layer {layer.shown}", layer.asset) for layer in self.layers if layer.asset))

    @property
    def has_unknown_layers(self) -> bool:
        """Whether there is a layer whose files aren't on this machine, or may be one."""
        return self.unknown_layers > 0 or any(layer.asset is None for layer in self.layers)

    @property
    def architecture(self) -> str | None:
        """The architecture that the function runs on, None where that isn't known."""
        architectures = self.function.architectures
        if architectures is None:
            return "x86_64"
        if isinstance(architectures, Unknown) or len(architectures) != 1:
            return None
        return known(resolve_text(architectures[0]))

    @property
    def known_packages(self) -> tuple[Package, ...]:
        """What is in its layers, as far as that is known."""
        return tuple(layer.asset.package for layer in self.layers if layer.asset and layer.asset.package)

    def sets(self, *names: str) -> bool:
        """Whether the environment may hold one of these variables."""
        environment = self.function.environment
        if isinstance(environment, Unknown):
            return True
        return any(name in (environment or ()) for name in names)


def called(name: str, deployments: Iterable[Deployment]) -> list[Deployment]:
    """The functions that somebody means by a name.

    Those with this path; where there is none, those with this logical id, and then those whose path ends so.

    Args:
        name: Construct path, logical id, or the end of a path.
        deployments: The functions to choose from.
    """
    every = list(deployments)
    found = [each for each in every if each.place.path == name]
    found = found or [each for each in every if each.place.resource == name]
    return found or [each for each in every if each.place.path.endswith(f"/{name}")]


@record(kw_only=True)
class LayerUse:
    """A layer whose files are on this machine, and the functions of the app that have it.

    Args:
        place: Where the layer stands.
        asset: Its content.
        deployments: The functions.
    """

    place: Place
    asset: Asset
    deployments: tuple[Deployment, ...]
