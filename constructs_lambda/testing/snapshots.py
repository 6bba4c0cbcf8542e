"""Snapshots of apps, on syrupy: one readable file an app, and a diff that names resource and property."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from syrupy.extensions.base import AbstractSyrupyExtension
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.terminal import bold, received_style, snapshot_style

from constructs_lambda.documents import read_document
from constructs_lambda.errors import InputError
from constructs_lambda.findings import is_within
from constructs_lambda.testing.differences import Difference, are_same, differences
from constructs_lambda.testing.masks import masked_template, masked_templates
from constructs_lambda.testing.subjects import directory_of

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST_NAME = 200
_HASH_LENGTH = 8


class _Blocks(_Dumper):  # type: ignore[misc]
    """Writes texts of several lines as such, and nothing as a reference to what was written before."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always: a reader looks at one place."""
        return True


def _text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)
_Blocks.add_multi_representer(object, lambda dumper, value: _text(dumper, repr(value)))  # what a matcher puts there


class _Strict(_Loader):  # type: ignore[misc]
    """Refuses what a merge may leave: a name that stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """The mapping of a node, whose names are texts and each there once."""
        names = [self.construct_object(name, deep=deep) for name, _ in node.value]
        twice = [name for name in names if not isinstance(name, str) or names.count(name) > 1]
        if twice:
            problem = f"{twice[0]!r} stands twice, or is no text"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep=deep)


class _UnreadableError(Exception):
    """A snapshot that isn't one any more; the text says why."""


class TemplateSnapshotExtension(SingleFileSnapshotExtension):
    """All templates of an app in one YAML file, keys in order, with what says nothing masked."""

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    @classmethod
    def get_snapshot_name(cls, *, test_location: Any, index: Any = 0) -> str:
        """The name of the file: with a hash where the test's name holds what no file's name can, such as a route."""
        whole = AbstractSyrupyExtension.get_snapshot_name(test_location=test_location, index=index)
        name = super().get_snapshot_name(test_location=test_location, index=index)
        if name == whole:
            return name
        return f"{name[:_LONGEST_NAME]}-{hashlib.sha256(whole.encode()).hexdigest()[:_HASH_LENGTH]}"

    @classmethod
    def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:
        """Whether a file belongs to a test."""
        if super().matches_test_location(test_location=test_location, snapshot_location=snapshot_location):
            return True
        name, file = cls.get_snapshot_name(test_location=test_location), Path(snapshot_location)
        if name == AbstractSyrupyExtension.get_snapshot_name(test_location=test_location):
            return False
        own = name[: -_HASH_LENGTH - 1]  # a name of the snapshot may stand between it and the hash
        return bool(file.parent.name == test_location.basename and file.stem.startswith(own))

    def serialize(self, data: Any, *, exclude: Any = None, include: Any = None, matcher: Any = None) -> str:
        """The templates as YAML.

        Args:
            data: What the fixture `synth` returns; an app, a stage or a stack, which is synthesized; the folder of a
                cloud assembly; a template's file; or a template, as a mapping or as one of CDK's assertions.
            exclude: What is left out, as of syrupy.
            include: What is kept, as of syrupy.
            matcher: What values are replaced with, as of syrupy.

        Raises:
            InputError: It can't be read.
            TypeError: It is nothing of these.
        """
        templates = _templates(data)
        if exclude or include or matcher:
            templates = _filtered(templates, (), exclude, include, matcher)
        return yaml.dump(
            templates, Dumper=_Blocks, sort_keys=True, default_flow_style=False, allow_unicode=True, width=1_000_000
        )

    def read_snapshot_data_from_location(self, **where: Any) -> Any:
        """The text of a snapshot, also of one that somebody saved in another encoding."""
        try:
            return super().read_snapshot_data_from_location(**where)
        except UnicodeDecodeError:
            return Path(where["snapshot_location"]).read_text(encoding="utf-8", errors="replace")

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        """Whether both say the same; how a release of PyYAML breaks lines doesn't matter."""
        if serialized_data == snapshot_data:
            return True
        try:
            return are_same(_load(serialized_data), _load(snapshot_data))
        except _UnreadableError:
            return False

    def diff_lines(self, serialized_data: Any, snapshot_data: Any) -> Iterator[str]:
        """What changed: stack, resource and property, what was there and what is there now."""
        try:
            before, after = _load(snapshot_data), _load(serialized_data)
        except _UnreadableError as error:
            yield snapshot_style(f"the snapshot can't be read: {error}")
            yield "Fix: mend the file, or take it anew with --snapshot-update."
            return
        if "Resources" in before or "Resources" in after:
            before, after = {"": before}, {"": after}
        for each in differences(before, after):  # a line each: pytest cuts after eight, or 640 characters
            yield f"{bold(each.where.strip())}{_change(each)}"


def _templates(data: Any) -> dict[str, Any]:
    if hasattr(data, "to_json") and not isinstance(data, Mapping):
        data = data.to_json()
    if isinstance(data, Mapping):
        return masked_template(data)
    path, within = directory_of(data)
    if not path.is_dir():
        document = read_document(path)
        if not isinstance(document, Mapping):
            raise InputError(f"{path}: is no template")
        return masked_template(document)
    return {name: each for name, each in masked_templates(path).items() if is_within(name, within)}


def _change(each: Difference) -> str:
    before, after = snapshot_style(each.before or ""), received_style(each.after or "")
    if not each.path:
        return received_style(" is new") if each.before is None else snapshot_style(" is gone")
    if each.before is None:
        return f"  {each.path}: new, {after}"
    return f"  {each.path}: {before} -> {after}" if each.after is not None else f"  {each.path}: gone, was {before}"


def _load(text: object) -> dict[str, Any]:
    try:
        document = yaml.load(str(text), Loader=_Strict)
    except (yaml.YAMLError, ValueError) as error:
        raise _UnreadableError(" ".join(str(error).split())) from None
    if not isinstance(document, dict):
        raise _UnreadableError("it holds no template")
    return document


def _filtered(value: Any, path: tuple[tuple[Any, type], ...], exclude: Any, include: Any, matcher: Any) -> Any:
    """A value as syrupy's filters and matchers leave it."""
    if matcher:
        value = matcher(data=value, path=path)
    if isinstance(value, dict):
        items: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return value
    kept = []
    for name, inside in items:
        below = (*path, (name, type(inside)))
        if (exclude and exclude(prop=name, path=below)) or (include and not include(prop=name, path=below)):
            continue
        kept.append((name, _filtered(inside, below, exclude, include, matcher)))
    return dict(kept) if isinstance(value, dict) else [inside for _, inside in kept]
