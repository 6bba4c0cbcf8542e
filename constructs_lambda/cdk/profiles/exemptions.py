"""The waivers of profiles at synth: they become acknowledgements of CDK, and what became of each is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import (
    Acknowledgment,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    Stage,
    Validations,
)
from constructs import IConstruct

from constructs_lambda.cdk.nag import packs_of
from constructs_lambda.cdk.profiles.applied import scopes_below, today_of
from constructs_lambda.cdk.profiles.profile import Profile
from constructs_lambda.cdk.profiles.waivers import Waiver, without_namespace
from constructs_lambda.findings import NAMESPACE
from constructs_lambda.model import Exemption, Place
from constructs_lambda.rules import all_rules
from constructs_lambda.waivers import WaiverLine, write_waivers

_used: WeakKeyDictionary[IConstruct, dict[tuple[str, Waiver], dict[str, None]]] = WeakKeyDictionary()
"""For each app by profile and waiver what it has let pass in this synth."""
_ran: WeakKeyDictionary[IConstruct, set[str]] = WeakKeyDictionary()
"""For each app the packs of cdk-nag that have run in this synth."""


def start(app: IConstruct) -> None:
    """Begins a synth: nothing has been let pass yet, and what can't be seen later is acknowledged.

    Args:
        app: The app.
    """
    _used.pop(app, None)
    _ran.pop(app, None)
    acknowledge_others(app, today_of(app))


def profiles_of(app: IConstruct) -> list[Profile]:
    """The profiles of an app, each once, those that go before others first.

    Args:
        app: The app.
    """
    return list(dict.fromkeys(each for _, profiles in scopes_below(app) for each in profiles))


def acknowledge(app: IConstruct, rule: str, path: str, today: date) -> None:
    """Acknowledges a finding that a waiver is for; CDK looks for acknowledgements after all plugins have run.

    Args:
        app: The app.
        rule: Id of the rule, with its namespace.
        path: Where it was found.
        today: The day of the synth.
    """
    is_first = True
    for profile, waiver in _waivers(app):
        is_for_it = waiver.is_of(rule) and waiver.is_at(path) and not waiver.is_over(today)
        if not is_for_it or not _holds_at(app, profile, path):
            continue
        _used.setdefault(app, {}).setdefault((profile.shown, waiver), {})[f"{rule} {path}"] = None
        if is_first:
            _let_pass(_at(app, path), rule, profile, waiver)
        is_first = False


def _let_pass(node: IConstruct, rule: str, profile: Profile, waiver: Waiver) -> None:
    reason = f"{waiver.reason} (waiver of {profile.shown}, {waiver.owner}, until {waiver.until})"
    Validations.of(node).acknowledge(Acknowledgment(id=rule, reason=reason))


def _waivers(app: IConstruct) -> Iterator[tuple[Profile, Waiver]]:
    for profile in profiles_of(app):
        for waiver in profile.waivers:
            yield profile, waiver


def _holds_at(app: IConstruct, profile: Profile, path: str) -> bool:
    """Whether a profile was applied to the construct at a path, or above it."""
    scopes = (scope.node.path for scope, profiles in scopes_below(app) if profile in profiles)
    return any(not scope or path == scope or path.startswith(f"{scope}/") for scope in scopes)


def _at(app: IConstruct, path: str) -> IConstruct:
    """The construct at a path, or the nearest one above it."""
    scope: IConstruct = app
    for part in path.split("/") if path else ():
        child = scope.node.try_find_child(part)
        if child is None:
            break
        scope = child
    return scope


@jsii.implements(IPolicyValidationPlugin)
class WaivedPack:
    """A pack of cdk-nag whose findings may be let pass by patterns.

    Args:
        pack: The pack.
        app: The app.
    """

    def __init__(self, pack: Any, app: IConstruct) -> None:
        self._pack = pack
        self._app = app

    @property
    def name(self) -> str:
        """The pack's own name."""
        return str(self._pack.name)

    @property
    def version(self) -> str | None:
        """The pack's own version."""
        return self._pack.version  # type: ignore[no-any-return]

    @property
    def rule_ids(self) -> list[str] | None:
        """The pack's own rules."""
        return self._pack.rule_ids  # type: ignore[no-any-return]

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Runs the pack, and acknowledges what a waiver is for; CDK calls it.

        Args:
            context: The templates, and the app they come from.
        """
        report: PolicyValidationPluginReport = self._pack.validate(context)
        today = today_of(self._app)
        for violation in report.violations:
            for resource in violation.violating_resources:
                if resource.construct_path:
                    rule = f"{self.name}::{without_namespace(violation.rule_name)}"
                    acknowledge(self._app, rule, resource.construct_path, today)
        _ran.setdefault(self._app, set()).add(self.name)
        write_down(self._app)
        return report


def acknowledge_others(app: IConstruct, today: date) -> None:
    """Acknowledges what is neither ours nor of a wired pack, before anybody knows whether it is found.

    Args:
        app: The app.
        today: The day of the synth.
    """
    for profile, waiver in _waivers(app):
        if waiver.is_over(today) or _is_seen(app, waiver):
            continue
        nodes = [_exactly(app, waiver.path)] if waiver.is_exact else list(_matching(app, waiver))
        for node in nodes:
            if node is not None and _holds_at(app, profile, node.node.path):
                _let_pass(node, waiver.rule, profile, waiver)


def _is_seen(app: IConstruct, waiver: Waiver) -> bool:
    """Whether its findings pass through our hands: those of our rules, and of the packs that are wired."""
    return _is_of_ours(waiver) or bool(_packs_behind(app, waiver))


def _is_of_ours(waiver: Waiver) -> bool:
    name = without_namespace(waiver.rule).upper()
    is_shaped_so = waiver.rule.startswith(f"{NAMESPACE}::") or (name[:2] == "CL" and name[2:].isdigit())
    return is_shaped_so or any(waiver.is_of(f"{NAMESPACE}::{rule}") for rule in all_rules())


def _packs_behind(app: IConstruct, waiver: Waiver) -> set[str]:
    """The wired packs that its rule may be of; one that begins with `*` may be of any."""
    name = without_namespace(waiver.rule)
    return {pack for pack in packs_of(app) if name.startswith((pack, "*")) or waiver.rule.startswith(f"{pack}::")}


def _exactly(app: IConstruct, path: str) -> IConstruct | None:
    node: IConstruct | None = app
    for part in path.strip("/").split("/"):
        node = node.node.try_find_child(part) if node is not None else None
    return node


def _matching(app: IConstruct, waiver: Waiver) -> Iterator[IConstruct]:
    """The highest constructs that a pattern matches: an acknowledgement holds for all below."""
    found: list[str] = []
    for node in app.node.find_all():
        path = node.node.path
        if waiver.is_at(path) and not any(path.startswith(f"{above}/") for above in found):
            found.append(path)
            yield node


def exemptions(app: IConstruct, today: date) -> Iterator[Exemption]:
    """The waivers of an app, with what has become of each.

    Args:
        app: The app.
        today: The day of the synth.
    """
    used = _used.get(app, {})
    for profile, waiver in _waivers(app):
        is_used: bool | None = (profile.shown, waiver) in used
        near = ""
        if not is_used and not _packs_behind(app, waiver) <= _ran.get(app, set()):
            is_used = None  # a pack that runs after these checks may find it
        elif not _is_seen(app, waiver):
            there = any(True for _ in _matching(app, waiver)) if not waiver.is_exact else _exactly(app, waiver.path)
            is_used = None if there else False
            near = "" if there else "there is nothing at its path"
        elif not is_used and "*" not in waiver.rule and _is_of_ours(waiver):
            from constructs_lambda.rules import nearest

            rule = without_namespace(waiver.rule)
            near = "" if rule in all_rules() else f"there is no rule {rule!r}{nearest(rule, all_rules())}"
        yield Exemption(
            place=Place(waiver.path.removesuffix("/Resource")),
            rule=waiver.rule,
            profile=profile.shown,
            owner=waiver.owner,
            until=waiver.until.isoformat(),
            is_over=waiver.is_over(today),
            is_used=is_used,
            near=near,
        )


def write_down(app: IConstruct) -> None:
    """Writes the waivers of an app beside its templates, for `constructs-lambda waivers`.

    Args:
        app: The app.
    """
    used: Mapping[tuple[str, Waiver], Mapping[str, None]] = _used.get(app, {})
    lines = [
        WaiverLine(
            rule=waiver.rule,
            path=waiver.path,
            reason=waiver.reason,
            owner=waiver.owner,
            until=waiver.until,
            profile=profile.shown,
            findings=tuple(used.get((profile.shown, waiver), ())) if _is_seen(app, waiver) else None,
        )
        for profile, waiver in _waivers(app)
    ]
    if isinstance(app, Stage):
        write_waivers(Path(app.outdir), lines)
