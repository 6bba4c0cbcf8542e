"""The usage of an app: in a TOML file, or handed over by a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.pricing.usage import nearest
from constructs_lambda.quotas import is_region
from constructs_lambda.small_files import read_toml

_MOST_BYTES = 4_000_000
_SETTINGS = {"free_tier": bool, "region": str}
_EXPECTED = {"free_tier": "true or false", "region": 'an AWS Region, such as "eu-west-1"'}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUsage:
    """How much the resources of an app are used a month.

    Args:
        resources: By construct path or logical id a table of the keys of `usage.KEYS`; what is said here goes before
            what the app says itself.
        free_tier: Whether what AWS gives each account every month counts. It does unless said otherwise.
        region: The Region of stacks that name none; us-east-1 unless given.
        name: What a message calls it.
    """

    resources: Mapping[str, object] = field(default_factory=dict)
    free_tier: bool | None = None
    region: str | None = None
    name: str = ""


def read_usage(path: Path) -> AppUsage:
    """The usage in a file.

    Args:
        path: A TOML file with `[settings]` and `[resource."<construct path or logical id>"]`.

    Raises:
        InputError: It can't be read, or has something that no usage has; one line for each. Whether its resources are
            those of an app is seen by the estimate.
    """
    document = read_toml(path, most_bytes=_MOST_BYTES, of="usage")
    problems = [
        f"there is no table {name!r}; {nearest(name, ['settings', 'resource'])}"
        for name in document
        if name not in ("settings", "resource")
    ]
    settings = _settings(document.get("settings", {}), problems)
    resources = document.get("resource", {})
    if not isinstance(resources, Mapping):
        problems.append('resource must hold tables, such as [resource."Shop/Orders"]')
    if problems:
        raise InputError("\n".join(f"{path}: {one_line(problem)}" for problem in problems))
    return AppUsage(resources=resources, name=str(path), **settings)


def _settings(written: object, problems: list[str]) -> dict[str, Any]:
    if not isinstance(written, Mapping):
        problems.append(f"settings must be a table of {', '.join(_SETTINGS)}")
        return {}
    for name, value in written.items():
        if name not in _SETTINGS:
            problems.append(f"settings: there is no {name!r}; {nearest(str(name), _SETTINGS)}")
        elif not isinstance(value, _SETTINGS[name]) or (isinstance(value, str) and not is_region(value)):
            problems.append(f"settings.{name} must be {_EXPECTED[name]}; got {value!r}")
    return dict(written)
