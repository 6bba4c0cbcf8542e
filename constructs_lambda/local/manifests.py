"""What a cloud assembly deploys: its stacks in the order that they need, with the files that they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from constructs_lambda.assembly import MANIFEST, TemplateFile, read_assembly
from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError
from constructs_lambda.records import record

ACCOUNT, REGION, PARTITION = "000000000000", "us-east-1", "aws"
"""Where a stack is that names no place."""


@record()
class FileAsset:
    """A file or folder that a stack needs in a bucket.

    Args:
        source: The file, or the folder that becomes an archive.
        bucket: Where it belongs.
        key: Its key there.
    """

    source: Path
    bucket: str
    key: str


@record()
class StackPlan:
    """A stack that is to be deployed.

    Args:
        name: Its name in CloudFormation.
        account: Its account.
        region: Its Region.
        template: Its template, and what the assembly says of it.
        nested: The templates of its nested stacks.
        assets: What it needs in buckets.
        parameters: What its template expects in the parameter store, by name: the version of the bootstrap stack.
    """

    name: str
    account: str
    region: str
    template: TemplateFile
    nested: tuple[TemplateFile, ...]
    assets: tuple[FileAsset, ...]
    parameters: Mapping[str, str]

    @property
    def files(self) -> tuple[TemplateFile, ...]:
        """Its template, and those of its nested stacks."""
        return (self.template, *self.nested)


def read_plans(outdir: Path) -> tuple[StackPlan, ...]:
    """The stacks of an assembly and of the Stages in it, each after those that it depends on.

    Args:
        outdir: The assembly.

    Raises:
        InputError: It isn't there, is damaged, or its stacks depend on each other in a circle.
    """
    if not outdir.is_dir():
        raise InputError(f"{outdir}: no such folder; synthesize the app first, or name its app.py")
    if not (outdir / MANIFEST).is_file():
        raise InputError(f"{outdir}: no cloud assembly, it has no {MANIFEST}; name a cdk.out folder or an app.py")
    templates: dict[Path, list[TemplateFile]] = {}
    for each in read_assembly(outdir).templates:
        templates.setdefault(each.stack_file.resolve(), []).append(each)
    plans = tuple(_plans(outdir, templates))
    if not plans:
        raise InputError(f"{outdir}: holds no stack, so there is nothing to deploy")
    return plans


@record()
class LookUp:
    """A value that an app looks up in AWS; a placeholder stands for it.

    Args:
        key: Where the app looks for it in its context.
        ssm: The SSM parameter that it is; empty for anything else.
    """

    key: str
    ssm: str


def lookups(outdir: Path) -> tuple[LookUp, ...]:
    """The values that the app would have looked up in AWS.

    Args:
        outdir: The assembly.
    """
    manifest = read_document(outdir / MANIFEST)
    missing = manifest.get("missing") if isinstance(manifest, Mapping) else None
    found = [_mapping_of(each) for each in missing] if isinstance(missing, list) else []
    return tuple(LookUp(str(each.get("key")), _ssm_name(each)) for each in found)


def _ssm_name(missing: Mapping[str, Any]) -> str:
    return str(_mapping(missing, "props").get("parameterName", "")) if missing.get("provider") == "ssm" else ""


def _plans(directory: Path, templates: Mapping[Path, list[TemplateFile]]) -> Iterator[StackPlan]:
    manifest = directory / MANIFEST
    artifacts = {id: _mapping_of(each) for id, each in _mapping(read_document(manifest), "artifacts").items()}
    order = TopologicalSorter({id: set(_texts(each.get("dependencies"))) for id, each in artifacts.items()})
    try:
        ids = [id for id in order.static_order() if id in artifacts]
    except CycleError as error:
        circle = " -> ".join(map(str, error.args[1]))
        raise InputError(f"{manifest}: the stacks depend on each other in a circle: {circle}") from None
    for id in ids:
        artifact = artifacts[id]
        properties = _mapping(artifact, "properties")
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _plans(directory / str(properties.get("directoryName")), templates)
        elif artifact.get("type") == "aws:cloudformation:stack":
            file = directory / str(properties.get("templateFile"))
            yield _plan(manifest, artifact, templates[file.resolve()], artifacts)


def _plan(
    manifest: Path, artifact: Mapping[str, Any], templates: list[TemplateFile], artifacts: Mapping[str, Any]
) -> StackPlan:
    main, *nested = templates
    account, region = main.account or ACCOUNT, main.region or REGION
    properties = [_mapping(artifact, "properties")]
    assets: list[FileAsset] = []
    for id in _texts(artifact.get("dependencies")):
        if artifacts.get(id, {}).get("type") == "cdk:asset-manifest":
            properties.append(_mapping(artifacts[id], "properties"))
    for file in main.asset_manifests:
        for name, asset in _mapping(read_document(file), "files").items():
            assets += _files(file, str(name), asset, account, region)
    parameters = {
        str(each["bootstrapStackVersionSsmParameter"]): str(each.get("requiresBootstrapStackVersion", 0))
        for each in properties
        if "bootstrapStackVersionSsmParameter" in each
    }
    name = main.name or main.stack_path
    return StackPlan(name, account, region, main, tuple(nested), tuple(assets), parameters)


def _files(manifest: Path, name: str, asset: object, account: str, region: str) -> Iterator[FileAsset]:
    source = _mapping(asset, "source")
    path = source.get("path")
    if not isinstance(path, str):
        raise InputError(f"{manifest}: the asset {name} is made by a command, which isn't run here; build it before")
    place = manifest.parent / path
    if not place.exists():
        raise InputError(f"{manifest}: the asset {place} doesn't exist; synthesize again")
    for each in _mapping(asset, "destinations").values():
        bucket, key = (
            _placed(str(_mapping_of(each).get(part)), account, region) for part in ("bucketName", "objectKey")
        )
        yield FileAsset(place, bucket, key)


def _placed(text: str, account: str, region: str) -> str:
    places = {"AccountId": account, "Region": region, "Partition": PARTITION}
    for name, value in places.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


def _mapping_of(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mapping(container: object, key: str) -> Mapping[str, Any]:
    return _mapping_of(_mapping_of(container).get(key))


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
