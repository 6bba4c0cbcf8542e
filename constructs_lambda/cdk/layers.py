"""`PythonLayer` and `Layer`; and packages as assets, for functions and layers alike."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from aws_cdk import Annotations, RemovalPolicy, Stack, Stage, aws_lambda
from constructs import Construct, IConstruct

from constructs_lambda.cdk.machines import architecture_here, runtime_of, target_here
from constructs_lambda.errors import PackagingError
from constructs_lambda.packaging import BUILDER, Built, Cache, Target, Trim, build
from constructs_lambda.packaging.archive import Writer
from constructs_lambda.packaging.trees import fingerprint, source_files

DEFAULT_EXCLUDE = (".git", ".DS_Store", "__pycache__")
_MANIFESTS = ("requirements.txt", "pyproject.toml")
T = TypeVar("T", aws_lambda.Runtime, aws_lambda.Architecture)
_settings: WeakKeyDictionary[IConstruct, tuple[bool, str]] = WeakKeyDictionary()


class PythonLayer(aws_lambda.LayerVersion):
    """A layer of Python dependencies, and of source that several functions share.

    Packaged like `PythonFunction`, below `python/`. A `PythonFunction` for the same runtime and architecture that uses
    it leaves out what it holds in the same version, so that no package is shipped twice. Old versions stay when the
    layer changes, because published versions of functions need them.

    Creates: `AWS::Lambda::LayerVersion`.

    Costs when idle: nothing.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        entry: Folder with `uv.lock`, `poetry.lock`, `requirements.txt` or `pyproject.toml`, and source if any. Relative
            to the working directory, like CDK's assets.
        runtime: Python runtime it is built for. `python3.14` where it isn't given.
        architecture: Processor it is built for. Arm (`arm64`) where it isn't given.
        trim: What is left out. Tests, caches, stubs and the like of dependencies where it isn't given.
        layer_version_name: Name of the layer. CloudFormation's choice where it isn't given.
        description: What it is, at most 256 characters.
        license: SPDX id, text or address of its licence.
        removal_policy: What becomes of old versions. They are kept where it isn't given.

    Raises:
        PackagingError: The entry can't be packaged; the message says why and what to do.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        entry: str | Path,
        runtime: aws_lambda.Runtime | None = None,
        architecture: aws_lambda.Architecture | None = None,
        trim: Trim | None = None,
        layer_version_name: str | None = None,
        description: str | None = None,
        license: str | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        runtimes, architectures = [runtime or default_runtime()], [architecture or default_architecture()]
        self.target = target_of(runtimes[0], architectures[0])
        if here := target_here(scope):  # functions that aren't ours stay what they are, and may use it too
            self.target = here
            runtimes = _both(runtime_of(here), runtimes[0])
            architectures = _both(architecture_here(here), architectures[0])
        self.built = built(scope, entry, self.target, trim=trim, layer=True)
        super().__init__(
            scope,
            id,
            code=code_of(scope, self.built.path, self.built.content_hash),
            compatible_runtimes=runtimes,
            compatible_architectures=architectures,
            layer_version_name=layer_version_name,
            description=description,
            license=license,
            removal_policy=removal_policy or RemovalPolicy.RETAIN,
        )
        say(self, entry, self.built)


class Layer(aws_lambda.LayerVersion):
    """A layer from a folder or a zip archive of one's own: libraries, an extension, a custom runtime.

    What is in it lands below `/opt`. A folder is packed with fixed times and order, so that the same content gives the
    same asset on every machine; a zip archive is taken as it is. Old versions stay when the layer changes, because
    published versions of functions need them.

    Creates: `AWS::Lambda::LayerVersion`.

    Costs when idle: nothing.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        path: The folder or zip archive, relative to the working directory, like CDK's assets.
        exclude: What of a folder is left out, as patterns like those of `.gitignore`. Git's own files, `.DS_Store` and
            `__pycache__` where it isn't given.
        compatible_runtimes: Runtimes it is for. Any where it isn't given.
        compatible_architectures: Processors it is for. Any where it isn't given.
        layer_version_name: Name of the layer. CloudFormation's choice where it isn't given.
        description: What it is, at most 256 characters.
        license: SPDX id, text or address of its licence.
        removal_policy: What becomes of old versions. They are kept where it isn't given.

    Raises:
        PackagingError: The path is neither a folder that can be packed nor a zip archive.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        path: str | Path,
        exclude: Sequence[str] = DEFAULT_EXCLUDE,
        compatible_runtimes: Sequence[aws_lambda.Runtime] | None = None,
        compatible_architectures: Sequence[aws_lambda.Architecture] | None = None,
        layer_version_name: str | None = None,
        description: str | None = None,
        license: str | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            code=_code_of_own(scope, Path(path), tuple(exclude)),
            compatible_runtimes=compatible_runtimes,
            compatible_architectures=compatible_architectures,
            layer_version_name=layer_version_name,
            description=description,
            license=license,
            removal_policy=removal_policy or RemovalPolicy.RETAIN,
        )


@cache
def default_runtime() -> aws_lambda.Runtime:
    """The runtime where none is given: a choice of this library, never the newest that CDK knows."""
    return aws_lambda.Runtime.PYTHON_3_14


@cache
def default_architecture() -> aws_lambda.Architecture:
    """The processor where none is given."""
    return aws_lambda.Architecture.ARM_64


def _both(here: T, asked: T) -> list[T]:
    """Two that are given, or one where they are the same."""
    return [here] if here.name == asked.name else [here, asked]


def target_of(runtime: aws_lambda.Runtime, architecture: aws_lambda.Architecture) -> Target:
    """What is built for; raises TypeError where it isn't CDK's own."""
    for value, kind in ((runtime, aws_lambda.Runtime), (architecture, aws_lambda.Architecture)):
        if not isinstance(value, kind):
            raise TypeError(f"{kind.__name__.lower()} must be an aws_lambda.{kind.__name__}; got {value!r}")
    return Target(runtime.name, architecture.name)


def built(scope: Construct, entry: str | Path, target: Target, **settings: Any) -> Built:
    """The package of an entry; without dependencies where bundling is off for the stack."""
    entry, bundling = Path(entry), is_bundling(scope)
    if bundling or _has_source(entry, settings):
        return build(entry, target, bundling=bundling, **settings)
    with tempfile.TemporaryDirectory() as folder:  # an asset can't be empty
        (Path(folder) / "bundling_is_off.txt").touch()
        return build(folder, target, layer=settings.get("layer", False))


def _has_source(entry: Path, settings: dict[str, Any]) -> bool:
    """Whether there is anything besides dependencies, or nothing that can be built."""
    root = entry / settings.get("source", ".")
    if not root.is_dir() or not any((entry / name).is_file() for name in _MANIFESTS):
        return True
    return bool(source_files(root, (settings.get("trim") or Trim()).source_patterns, entry))


def is_bundling(scope: Construct) -> bool:
    """Whether dependencies are wanted: not where the context `aws:cdk:bundling-stacks` leaves the stack out."""
    return _settings_of(scope)[0]


def _settings_of(scope: Construct) -> tuple[bool, str]:
    if scope not in _settings:
        stage = Stage.of(scope)
        _settings[scope] = (Stack.of(scope).bundling_required, stage.asset_outdir if stage else "")
    return _settings[scope]


def code_of(scope: Construct, archive: Path, content_hash: str) -> aws_lambda.Code:
    """A zip of our cache as an asset that is in place already: a link instead of CDK's copy."""
    _, outdir = _settings_of(scope)
    name = hashlib.sha256(content_hash.encode()).hexdigest()  # CDK's key for an asset with a hash of its own
    with contextlib.suppress(OSError):  # another file system, or there already: CDK copies where it has to
        Path(outdir).mkdir(parents=True, exist_ok=True)
        os.link(archive, Path(outdir) / f"asset.{name}.zip")
    return aws_lambda.Code.from_asset(str(archive), asset_hash=content_hash)


def _code_of_own(scope: Construct, path: Path, exclude: tuple[str, ...]) -> aws_lambda.Code:
    if path.is_dir():
        return code_of(scope, *_packed(path, exclude))
    if not path.exists():
        raise PackagingError(f"{path} doesn't exist")
    if path.suffix not in (".zip", ".jar") or not zipfile.is_zipfile(path):  # CDK goes by the name
        raise PackagingError(f"{path} is neither a folder nor a zip archive whose name ends with .zip")
    with path.open("rb") as file:  # times are not trusted
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return aws_lambda.Code.from_asset(str(path), asset_hash=digest)


def _packed(folder: Path, exclude: tuple[str, ...]) -> tuple[Path, str]:
    files = source_files(folder, exclude)
    if not files:
        raise PackagingError(f"{folder} holds nothing to package")
    content = fingerprint(files)

    def make(place: Path) -> dict[str, Any]:
        with (place / "package.zip").open("wb") as output:
            writer = Writer(output)
            if writer.add(files) != content:
                raise PackagingError(f"{folder} changed while it was packaged; build again")
            writer.close()
        return {}

    store = Cache()
    key = hashlib.sha256(f"layer {BUILDER} {content}".encode()).hexdigest()
    try:
        return store.get_or_make("packages", key, make).path, key
    finally:
        store.settle()


def say(construct: Construct, entry: str | Path, package: Built) -> None:
    """Tells what whoever builds should know, as information that stops nothing."""
    for note in package.notes:
        text = note if str(entry) in note else f"{entry}: {note}"
        Annotations.of(construct).add_info_v2("constructs-lambda:packaging", text)
