"""Which profiles hold where: they are remembered by the scope that they were applied to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from constructs import IConstruct

if TYPE_CHECKING:
    from constructs_lambda.cdk.profiles.profile import Profile

_applied: WeakKeyDictionary[IConstruct, list[Profile]] = WeakKeyDictionary()
_chains: WeakKeyDictionary[IConstruct, tuple[Profile, ...]] = WeakKeyDictionary()
_merged: WeakKeyDictionary[IConstruct, Mapping[str, Any]] = WeakKeyDictionary()
_days: WeakKeyDictionary[IConstruct, date] = WeakKeyDictionary()
_NONE: Mapping[str, Any] = MappingProxyType({})
_MERGED_BY_NAME = ("environment",)
LOG_RETENTION = "log_retention"
"""In defaults of a profile the retention of the log group that is made, not CDK's deprecated keyword."""
MONITOR = "monitor"
"""In defaults of a profile the alarms that functions get."""
INVOKE_COMMAND = "invoke_command"
"""In defaults of a profile whether the stacks tell how functions of ours are invoked."""
_BESIDE = {
    "application_log_level": ("application_log_level_v2",),
    "application_log_level_v2": ("application_log_level",),
    "dead_letter_queue": ("dead_letter_queue_enabled", "dead_letter_topic"),
    "dead_letter_queue_enabled": ("dead_letter_queue", "dead_letter_topic"),
    "dead_letter_topic": ("dead_letter_queue", "dead_letter_queue_enabled"),
    "log_format": ("logging_format", "application_log_level_v2", "system_log_level_v2"),
    "log_group": (LOG_RETENTION,),
    "log_removal_policy": (LOG_RETENTION,),
    "log_retention": (LOG_RETENTION, "log_group"),
    "logging_format": ("log_format",),
    "network": ("vpc", "vpc_subnets", "security_groups"),
    "system_log_level": ("system_log_level_v2",),
    "system_log_level_v2": ("system_log_level",),
    "vpc": ("vpc_subnets", "security_groups", "network"),
}
"""Keywords that a developer may set in place of others: a default of those steps back."""
_ONLY_FOR_JSON = ("application_log_level", "application_log_level_v2", "system_log_level", "system_log_level_v2")
FROM_IMAGE = "FROM_IMAGE"
"""The handler of a function from an image, in CDK's words."""


def apply(profile: Profile, scope: IConstruct, today: date | None) -> None:
    """Remembers that a profile holds for a scope and all below it.

    Args:
        profile: The profile.
        scope: The scope.
        today: The day of the synth, where it isn't the current one.
    """
    _applied.setdefault(scope, []).append(profile)
    if today is not None:
        _days[scope.node.root] = today
    _chains.clear()
    _merged.clear()


def are_anywhere() -> bool:
    """Whether a profile holds for anything at all."""
    return bool(_applied)


def today_of(app: IConstruct) -> date:
    """The day of the synth: the one that a profile was applied with, or the current one.

    Args:
        app: The app.
    """
    return _days.get(app) or date.today()


def profiles_at(scope: IConstruct) -> tuple[Profile, ...]:
    """The profiles that were applied to a scope itself, the newest first, each followed by those that it builds on."""
    return tuple(dict.fromkeys(each for profile in reversed(_applied.get(scope, ())) for each in profile.chain))


def profiles_for(scope: IConstruct) -> tuple[Profile, ...]:
    """The profiles that hold for what is made in a scope, the one that goes before the others first.

    One that builds on another goes before it, then the nearest scope before those above it, and of two on one scope the
    one that was applied later.

    Args:
        scope: Where a function is made.
    """
    if not _applied:
        return ()
    found = _chains.get(scope)
    if found is None:
        scopes = reversed(scope.node.scopes)
        every = list(dict.fromkeys(each for one in scopes for each in profiles_at(one)))
        found = _chains[scope] = tuple(_bases_last(every))
    return found


def _bases_last(profiles: list[Profile]) -> list[Profile]:
    """The same order, but each profile before those that it builds on, wherever these were applied too."""
    found: list[Profile] = []
    for profile in profiles:
        ahead = [each for each in profiles if profile in each.chain[1:] and each not in found]
        found += [*(each for each in ahead if each is not profile), *([] if profile in found else [profile])]
    return list(dict.fromkeys(found))


def defaults_for(scope: IConstruct) -> Mapping[str, Any]:
    """The keywords of functions that the profiles set where a developer doesn't; requirements come first.

    Args:
        scope: Where a function is made.
    """
    if not _applied:
        return _NONE
    found = _merged.get(scope)
    if found is None:
        merged: dict[str, Any] = {}
        for profile in reversed(profiles_for(scope)):
            _add(merged, profile.defaults)
        for profile in reversed(profiles_for(scope)):
            _add(merged, profile.required_values)
        found = _merged[scope] = MappingProxyType(merged)
    return found


def _add(merged: dict[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        merged[name] = {**merged.get(name, {}), **value} if name in _MERGED_BY_NAME else value


def with_profiles(given: Mapping[str, Any], scope: IConstruct, *, is_managed: bool) -> dict[str, Any]:
    """The keywords of a function of ours with those that the profiles set where the developer doesn't.

    Args:
        given: The keywords that are set.
        scope: Where the function is made.
        is_managed: Whether it runs on Managed Instances, which have a memory of their own.
    """
    defaults = defaults_for(scope)
    if given.get("handler") == FROM_IMAGE:
        defaults = {name: value for name, value in defaults.items() if name in (MONITOR, INVOKE_COMMAND)}
    if not defaults:
        return dict(given)
    left_out = {LOG_RETENTION, *(("memory_size",) if is_managed else ()), *stepping_back(given)}
    merged = {**{name: value for name, value in defaults.items() if name not in left_out}, **given}
    for name in _MERGED_BY_NAME:
        if name in defaults and name in given:
            merged[name] = {**defaults[name], **given[name]}
    return merged


def stepping_back(given: Mapping[str, Any]) -> set[str]:
    """The defaults that don't go with what the developer set.

    Args:
        given: The keywords that are set.
    """
    found = {name for keyword in given for name in _BESIDE.get(keyword, ())}
    if getattr(given.get("logging_format"), "value", given.get("logging_format")) in ("TEXT", "Text"):
        found.update(_ONLY_FOR_JSON)
    return found


def scopes_below(root: IConstruct) -> Iterator[tuple[IConstruct, tuple[Profile, ...]]]:
    """The scopes of an app that profiles were applied to.

    Args:
        root: The app.
    """
    for scope in list(_applied):
        if scope.node.root is root or scope is root:
            yield scope, profiles_at(scope)
