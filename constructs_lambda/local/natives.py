"""Packages whose compiled code this machine can't load: functions run on it, whatever they were built for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.native import native_files
from constructs_lambda.errors import InputError
from constructs_lambda.packaging.targets import ARCHITECTURES

if TYPE_CHECKING:
    from constructs_lambda.artifacts.native import NativeFile
    from constructs_lambda.local.manifests import StackPlan

_CODE = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}
_SUFFIXES = (".zip", ".jar")


def misfits(plans: Sequence[StackPlan], templates: Mapping[Path, Mapping[str, Any]]) -> list[str]:
    """What is built for another machine, a line for each package: construct path, and one file of it.

    Args:
        plans: The stacks of an app.
        templates: What is deployed for each template, by its file.
    """
    lines = []
    for plan in plans:
        sources = {asset.key: asset.source for asset in plan.assets}
        for file in plan.files:
            for id, each in templates[file.file.resolve()]["Resources"].items():
                properties = each.get("Properties") or {}
                code = properties.get(_CODE.get(str(each.get("Type")), ""))
                key = code.get("S3Key") if isinstance(code, Mapping) else None
                source = sources.get(key) if isinstance(key, str) else None
                if source is None or str(properties.get("Runtime", "python")).startswith("nodejs"):
                    continue
                if wrong := _wrong(source):
                    path = file.paths.get(id, id).removesuffix("/Resource")
                    lines.append(f"{path}: {wrong.name} is built for {_built_for(wrong)}")
    return lines


def _wrong(source: Path) -> NativeFile | None:
    if source.is_file() and source.suffix not in _SUFFIXES:
        return None
    try:
        files = native_files(inspect(source))
    except InputError:
        return None
    return next((each for each in files if not _fits(each)), None)


def _fits(file: NativeFile) -> bool:
    here = f"cp3{sys.version_info.minor}"
    return (
        file.system in (None, sys.platform)
        and file.architecture in (None, ARCHITECTURES.get(platform.machine(), platform.machine()))
        and file.python_tag in (None, "abi3", here)
    )


def _built_for(file: NativeFile) -> str:
    tag = f" and Python 3.{file.python_tag[3:]}" if file.python_tag and file.python_tag.startswith("cp3") else ""
    return f"{file.system or 'another system'} on {file.architecture or 'another processor'}{tag}"
