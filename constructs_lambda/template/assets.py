"""Which local file or folder a template's code, content or image is: the asset manifests of a cloud assembly tell."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from constructs_lambda.artifacts.assets import Asset, AssetStore
from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError
from constructs_lambda.model import ImageAsset
from constructs_lambda.tokens import as_written

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_ARCHIVE = re.compile(r"[\w.-]*[0-9a-f]{64}\.tar(?:\.\w+)?")  # in the command that loads an image
_NO_ACCOUNT = "000000000000"
_SUFFIX = "amazonaws.com"  # the URL suffix; what it is in another partition makes no difference here


class StackAssets:
    """What a stack deploys from this machine; its manifests are read when the first resource asks.

    A file's path is absolute where CDK was told not to bundle it, or not to stage anything: it is the source then, and
    what is deployed from it in the end isn't known. What is staged has a path that starts in the assembly.

    Args:
        manifests: The `*.assets.json` of the stack.
        store: Where what is in the assets is kept during a run.
    """

    def __init__(self, manifests: Sequence[Path], store: AssetStore) -> None:
        self._manifests = manifests
        self._store = store

    def package(self, code: object) -> Asset | None:
        """The package behind the `Code` of a function or the `Content` of a layer, None where it is none of ours."""
        if not isinstance(code, Mapping) or not self._manifests:
            return None
        key = as_written(code.get("S3Key"))
        return _find(self._files, key, key) if key else None

    def template(self, url: object) -> str | None:
        """The file of a nested stack's template, None where it isn't on this machine."""
        address = as_written(url) if self._manifests else ""
        asset = _find(self._files, address.rpartition("/")[2], address) if address else None
        return str(asset.path) if asset else None

    def image(self, code: object) -> ImageAsset | None:
        """The image behind the `Code` of a function, None where it is none that this app builds."""
        if not isinstance(code, Mapping) or not self._manifests:
            return None
        uri = as_written(code.get("ImageUri"))
        return _find(self._images, uri.partition("/")[2], uri.rpartition(":")[2]) if uri else None

    @cached_property
    def _files(self) -> Mapping[str, Asset]:
        found: dict[str, Asset] = {}
        for folder, asset_id, source, destinations in self._entries("files"):
            path = source.get("path")
            if not isinstance(path, str) or os.path.isabs(path):  # noqa: PTH117 - the source itself: see `StackAssets`
                continue
            asset = self._asset(folder, path)
            if asset is None or source.get("packaging") not in ("zip", "file"):
                continue
            found[asset_id] = asset
            found.update((str(each.get("objectKey")), asset) for each in destinations)
        return found

    @cached_property
    def _images(self) -> Mapping[str, ImageAsset]:
        found: dict[str, ImageAsset] = {}
        for folder, asset_id, source, destinations in self._entries("dockerImages"):
            image = self._image(folder, source)
            if image is not None:
                found[asset_id] = image
                found.update((f"{each.get('repositoryName')}:{each.get('imageTag')}", image) for each in destinations)
        return found

    def _image(self, folder: Path, source: Mapping[str, Any]) -> ImageAsset | None:
        command = source.get("executable")
        if isinstance(command, list):
            match = _ARCHIVE.search(" ".join(map(str, command)))
            archive = self._asset(folder, match.group()) if match else None
            return ImageAsset(folder=None, archive=archive) if archive else None
        context = self._asset(folder, source.get("directory"))
        if context is None:
            return None
        arguments = source.get("dockerBuildArgs")
        return ImageAsset(
            folder=context,
            file=_text(source.get("dockerFile")) or "Dockerfile",
            target=_text(source.get("dockerBuildTarget")),
            platform=_text(source.get("platform")),
            build_args={str(name): str(value) for name, value in arguments.items()}
            if isinstance(arguments, Mapping)
            else {},
        )

    def _asset(self, folder: Path, path: object) -> Asset | None:
        """The asset at a path of a manifest; it leads out of the assembly where CDK is told not to stage assets."""
        return self._store.asset(folder, path) if isinstance(path, str) and path else None

    def _entries(self, section: str) -> list[tuple[Path, str, Mapping[str, Any], list[Mapping[str, Any]]]]:
        found = []
        for manifest in self._manifests:
            for asset_id, entry in _mapping(_manifest(manifest), section).items():
                destinations = [each for each in _mapping(entry, "destinations").values() if isinstance(each, Mapping)]
                found.append((manifest.parent, str(asset_id), _mapping(entry, "source"), destinations))
        return found


def _manifest(path: Path) -> object:
    try:
        return read_document(path)
    except InputError:  # an assembly of which only the templates were kept
        return None


def _mapping(container: object, key: str) -> Mapping[Any, Any]:
    found = container.get(key) if isinstance(container, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _find(assets: Mapping[str, Any], key: str, with_hash: str) -> Any:
    """The asset with this key, or with the hash that stands in a text; None where neither is one."""
    if key in assets:
        return assets[key]
    hashes = set(_HASH.findall(with_hash))
    return assets.get(hashes.pop()) if len(hashes) == 1 else None


def image_address(code: object, account: str | None, region: str | None) -> str | None:
    """The address of an image with the stack's own account and Region put in; None where anything else is unknown.

    Where the account isn't known it is all zeros: no rule looks at it.
    """
    uri = as_written(code.get("ImageUri")) if isinstance(code, Mapping) else ""
    if not uri:
        return None
    values = {"AWS::AccountId": account or _NO_ACCOUNT, "AWS::Region": region, "AWS::URLSuffix": _SUFFIX}
    for name, value in values.items():
        if value is not None:
            uri = uri.replace(f"${{{name}}}", value)
    return None if "${" in uri or "{{" in uri else uri
