"""Reads a cloud assembly (`cdk.out`): which templates there are, where their resources stand, what was acknowledged."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError
from constructs_lambda.model import Acknowledgement
from constructs_lambda.records import record

MANIFEST = "manifest.json"
REPORT = "validation-report.json"
_LEVELS = ("error", "warning", "info")
_UNKNOWN = ("unknown-account", "unknown-region")


@record()
class TemplateFile:
    """One template of an assembly.

    Args:
        file: The template.
        stack_file: Template of the stack it belongs to: itself, or for a nested stack its parent's.
        stack_path: Construct path of the stack or nested stack.
        name: Name of the stack in CloudFormation, None for a nested stack.
        account: AWS account id where the app names one.
        region: AWS Region where the app names one.
        paths: Construct path by logical id.
        asset_manifests: The files that tell what the stack deploys from this machine.
    """

    file: Path
    stack_file: Path
    stack_path: str = ""
    name: str | None = None
    account: str | None = None
    region: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    asset_manifests: tuple[Path, ...] = ()


@record()
class Assembly:
    """What a cloud assembly holds.

    Args:
        templates: Every template, nested stacks included.
        acknowledgements: What was acknowledged on stacks and resources.
    """

    templates: tuple[TemplateFile, ...]
    acknowledgements: tuple[Acknowledgement, ...]


@record()
class Annotation:
    """What CDK or a construct said of a construct.

    Args:
        level: `error`, `warning` or `info`. The CDK command line stops at an error.
        path: Construct path.
        message: What was said.
    """

    level: str
    path: str
    message: str


def read_assembly(directory: Path, *, nested: bool = True) -> Assembly:
    """Reads the manifest of an assembly.

    Args:
        directory: Folder with a `manifest.json`.
        nested: Whether to follow the assemblies inside, one for each Stage.

    Raises:
        InputError: The manifest, or a file that it names, can't be read.
    """
    return _read_assembly(directory, nested, set())


def _read_assembly(directory: Path, nested: bool, seen: set[str]) -> Assembly:
    seen.add(os.path.realpath(directory))
    templates: list[TemplateFile] = []
    acknowledgements: list[Acknowledgement] = []
    artifacts = dict(_artifacts(directory))
    for artifact_id, artifact in artifacts.items():
        properties = artifact.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        if artifact.get("type") == "aws:cloudformation:stack":
            manifests = tuple(_asset_manifests(directory, artifact, artifacts))
            found = _read_stack(directory, artifact_id, artifact, properties, manifests)
            templates.extend(found.templates)
            acknowledgements.extend(found.acknowledgements)
        elif nested and artifact.get("type") == "cdk:cloud-assembly":
            inside = properties.get("directoryName")
            if not (isinstance(inside, str) and _is_inside(directory, inside)):
                raise InputError(f"{directory / MANIFEST}: the stage {artifact_id} names no folder in this one")
            if os.path.realpath(directory / inside) not in seen:  # a link may lead in circles
                found = _read_assembly(directory / inside, nested, seen)
                templates.extend(found.templates)
                acknowledgements.extend(found.acknowledgements)
    return Assembly(tuple(templates), tuple(acknowledgements))


def _artifacts(directory: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    manifest = read_document(directory / MANIFEST)
    artifacts = manifest.get("artifacts") if isinstance(manifest, Mapping) else None
    if not isinstance(artifacts, Mapping):
        raise InputError(f"{directory / MANIFEST}: not the manifest of a cloud assembly")
    for artifact_id, artifact in artifacts.items():
        if isinstance(artifact, Mapping):
            yield str(artifact_id), artifact


def _asset_manifests(
    directory: Path, stack: Mapping[str, Any], artifacts: Mapping[str, Mapping[str, Any]]
) -> Iterator[Path]:
    dependencies = stack.get("dependencies")
    for name in dependencies if isinstance(dependencies, list) else ():
        artifact = artifacts.get(name) if isinstance(name, str) else None
        properties = artifact.get("properties") if artifact else None
        file = properties.get("file") if isinstance(properties, Mapping) else None
        is_manifest = artifact is not None and artifact.get("type") == "cdk:asset-manifest"
        if is_manifest and isinstance(file, str) and _is_inside(directory, file):
            yield directory / file


def _is_inside(directory: Path, name: str) -> bool:
    """Whether a name from a manifest is one for files, stays within its folder and goes down."""
    try:
        if b"\0" in os.fsencode(name):
            return False
    except ValueError:  # half of a surrogate pair
        return False
    return ".." not in Path(name).parts and not Path(name).is_absolute() and Path(name) != Path()


def _read_stack(
    directory: Path,
    artifact_id: str,
    artifact: Mapping[str, Any],
    properties: Mapping[str, Any],
    manifests: tuple[Path, ...],
) -> Assembly:
    file = properties.get("templateFile")
    if not isinstance(file, str) or not _is_inside(directory, file):
        raise InputError(f"{directory / MANIFEST}: the stack {artifact_id} names no template in this folder")
    display = artifact.get("displayName")
    name = properties.get("stackName")
    name = name if isinstance(name, str) else artifact_id
    stack_path = (display if isinstance(display, str) else artifact_id).removesuffix(f" ({name})")
    account, region = _environment(artifact.get("environment"))
    paths: dict[str, dict[str, str]] = {"": {}}
    nested: dict[str, str] = {}
    acknowledgements = []
    metadata = _metadata(directory, artifact)
    for path, entries in metadata:
        for entry in entries:
            kind, data = entry.get("type"), entry.get("data")
            if (
                kind == "aws:cdk:templateFile"
                and isinstance(data, str)
                and data != file
                and _is_inside(directory, data)
            ):
                nested[path] = data
            elif kind == "aws:cdk:acknowledged-rules" and isinstance(data, Mapping):
                for rule, reason in data.items():
                    acknowledgements.append(
                        Acknowledgement(rule=str(rule), path=path, reason=str(reason), template=str(directory / file))
                    )
    owners = sorted(nested, key=len, reverse=True)  # a resource belongs to the innermost nested stack above it
    for path, entries in metadata:
        for entry in entries:
            if entry.get("type") == "aws:cdk:logicalId" and isinstance(entry.get("data"), str):
                owner = next((stack for stack in owners if path.startswith(f"{stack}/")), "")
                paths.setdefault(owner, {})[entry["data"]] = path
    stack_file = directory / file
    templates = [TemplateFile(stack_file, stack_file, stack_path, name, account, region, paths[""], manifests)]
    for path, nested_file in nested.items():
        templates.append(
            TemplateFile(
                directory / nested_file, stack_file, path, None, account, region, paths.get(path, {}), manifests
            )
        )
    return Assembly(tuple(templates), tuple(acknowledgements))


def _metadata(directory: Path, artifact: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Metadata entries by construct path, from the manifest and from the file beside it that newer versions write."""
    sections = [artifact.get("metadata")]
    file = artifact.get("additionalMetadataFile")
    if isinstance(file, str) and _is_inside(directory, file):
        sections.append(read_document(directory / file))
    return [
        (str(path).removeprefix("/"), [entry for entry in entries if isinstance(entry, Mapping)])
        for section in sections
        if isinstance(section, Mapping)
        for path, entries in section.items()
        if isinstance(entries, list)
    ]


def _environment(environment: object) -> tuple[str | None, str | None]:
    account, _, region = str(environment or "").removeprefix("aws://").partition("/")
    known = [part if part and part not in _UNKNOWN else None for part in (account, region)]
    return known[0], known[1]


def read_annotations(directory: Path) -> tuple[Annotation, ...]:
    """What CDK and constructs said of an app's stacks, Stages included.

    Args:
        directory: Folder with a `manifest.json`.

    Raises:
        InputError: The manifest, or a file that it names, can't be read.
    """
    return tuple(dict.fromkeys(_annotations(directory, set())))


def _annotations(directory: Path, seen: set[str]) -> Iterator[Annotation]:
    seen.add(os.path.realpath(directory))
    for _, artifact in _artifacts(directory):
        for path, entries in _metadata(directory, artifact):
            for entry in entries:
                level = str(entry.get("type")).removeprefix("aws:cdk:")
                if level in _LEVELS and isinstance(entry.get("data"), str):
                    yield Annotation(level, path, entry["data"])
        properties = artifact.get("properties")
        inside = properties.get("directoryName") if isinstance(properties, Mapping) else None
        is_new = isinstance(inside, str) and os.path.realpath(directory / inside) not in seen
        if artifact.get("type") == "cdk:cloud-assembly" and is_new and isinstance(inside, str):
            yield from _annotations(directory / inside, seen)


def app_acknowledgements(directory: Path) -> tuple[Acknowledgement, ...]:
    """What was acknowledged on the App or a Stage.

    Their metadata isn't in the assembly; the report that `app.synth()` leaves there names what they suppressed.
    """
    try:
        report = read_document(directory / REPORT)
    except InputError:
        return ()
    found = set()
    for plugin in _mappings(report, "pluginReports"):
        for violation in _mappings(plugin, "suppressedViolations"):
            rule, acknowledged_at = violation.get("acknowledgedId"), violation.get("acknowledgedAt", "")
            if isinstance(rule, str) and isinstance(acknowledged_at, str):
                found.add((rule, acknowledged_at, str(violation.get("reason", ""))))
    return tuple(Acknowledgement(rule=rule, path=path, reason=reason) for rule, path, reason in sorted(found))


def _mappings(container: object, key: str) -> list[Mapping[str, Any]]:
    items = container.get(key) if isinstance(container, Mapping) else None
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
