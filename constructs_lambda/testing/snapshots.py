"""Snapshots of apps, on syrupy: one readable file an app, and a diff that names resource and property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.terminal import bold, received_style, snapshot_style

from constructs_lambda.testing.differences import Difference, differences
from constructs_lambda.testing.masks import masked_template, masked_templates
from constructs_lambda.testing.subjects import directory_of

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Blocks(_Dumper):  # type: ignore[misc]
    """Writes texts of several lines as such, and nothing as a reference to what was written before."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always: a reader looks at one place."""
        return True


def _text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Blocks.add_representer(str, _text)


class TemplateSnapshotExtension(SingleFileSnapshotExtension):
    """All templates of an app in one YAML file, keys in order, with what says nothing masked."""

    _write_mode = WriteMode.TEXT
    file_extension = "yaml"

    def serialize(self, data: Any, *, exclude: Any = None, include: Any = None, matcher: Any = None) -> str:
        """The templates as YAML.

        Args:
            data: What the fixture `synth` returns; an app, a stage or a stack, which is synthesized; the folder of a
                cloud assembly; or a template, as a mapping.
            exclude: What is left out, as of syrupy.
            include: What is kept, as of syrupy.
            matcher: What values are replaced with, as of syrupy.

        Raises:
            TypeError: It is nothing of these.
        """
        if isinstance(data, Mapping):
            templates: dict[str, Any] = masked_template(data)
        else:
            directory, within = directory_of(data)
            templates = {
                path: template
                for path, template in masked_templates(directory).items()
                if not within or path == within or path.startswith(f"{within}/")
            }
        if exclude or include or matcher:
            templates = _filtered(templates, (), exclude, include, matcher)
        return yaml.dump(
            templates, Dumper=_Blocks, sort_keys=True, default_flow_style=False, allow_unicode=True, width=1_000_000
        )

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        """Whether both say the same; how a release of PyYAML breaks lines doesn't matter."""
        return bool(serialized_data == snapshot_data or _load(serialized_data) == _load(snapshot_data))

    def diff_lines(self, serialized_data: Any, snapshot_data: Any) -> Iterator[str]:
        """What changed: stack, resource and property, what was there and what is there now."""
        before, after = _load(snapshot_data), _load(serialized_data)
        if not (isinstance(before, dict) and isinstance(after, dict)):
            yield from super().diff_lines(serialized_data, snapshot_data)
            return
        if "Resources" in before or "Resources" in after:
            before, after = {"": before}, {"": after}
        for each in differences(before, after):  # a line each: pytest shows eight, unless it is asked for more
            yield f"{bold(each.where.strip())}{_change(each)}"


def _change(each: Difference) -> str:
    before, after = snapshot_style(each.before or ""), received_style(each.after or "")
    if not each.path:
        return received_style(" is new") if each.before is None else snapshot_style(" is gone")
    if each.before is None:
        return f"  {each.path}: new, {after}"
    return f"  {each.path}: {before} -> {after}" if each.after is not None else f"  {each.path}: gone, was {before}"


def _load(text: object) -> Any:
    try:
        return yaml.load(str(text), Loader=_Loader)
    except yaml.YAMLError:
        return text


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
