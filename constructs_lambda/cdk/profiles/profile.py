"""`Profile`: an organisation's defaults, requirements and waivers, in one object that is an ordinary Python value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from aws_cdk import Tags, aws_logs
from constructs import Construct, IConstruct

from constructs_lambda.cdk.options import JSII_NAMES, FunctionOptions
from constructs_lambda.cdk.profiles import applied
from constructs_lambda.cdk.profiles.applied import INVOKE_COMMAND, LOG_RETENTION, MONITOR
from constructs_lambda.cdk.profiles.injection import add_injector, reach_late
from constructs_lambda.cdk.profiles.settings import of_wrong_type, required
from constructs_lambda.cdk.profiles.waivers import Waiver
from constructs_lambda.cdk.synthesis import before_synth, stage_of
from constructs_lambda.cdk.type_checks import quicken
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Severity
from constructs_lambda.quotas import Quotas

if TYPE_CHECKING:
    from constructs_lambda.cdk.monitors.monitor import Monitor

_PER_SCOPE, _MOST_SCOPES, _REQUIRED = 10, 3, 49  # priorities of tags: those that a resource is made with have 50
_OF_ONE_FUNCTION = ("code", "events", "function_name", "handler", "role", "runtime")
"""Keywords that no two functions share; a default of them would break or rename functions."""


class ProfileDefaults(FunctionOptions, total=False):
    """Keywords of `Function` that a profile may set, for how long logs are kept, and the alarms."""

    invoke_command: bool
    log_retention: aws_logs.RetentionDays
    monitor: Monitor


class Profile:
    """An organisation's golden path: what functions get where nobody says otherwise, and what they must keep.

    `ACME = Profile("acme", version="1.4.0", defaults={"memory_size": 256}, require={"tags": ["owner"]})` in an ordinary
    Python package; `ACME.apply(app)` in the app. It reaches every function of the app, ours and plain CDK's. A team
    builds on it with `Profile("payments", base=ACME, ...)`.

    The order is: requirement, developer, team (the nearer scope, or the profile that builds on another), organisation,
    and last what this library and CDK set themselves.

    - `defaults` become the keywords of functions that don't set them; `environment` is merged by name. Functions that
      CDK makes for itself, and container images, get `log_retention` and `tags` only: all else could change what runs.
      With `monitor` functions get alarms, also from images, but not those that CDK makes for itself. `invoke_command`
      is for functions of this library.
    - `require` is checked at synth, on the templates: whatever set a value, a function that breaks a requirement is an
      error that names the profile (CL930). A requirement with one value is also a default.

    Args:
        name: Name of the profile.
        version: Its version, for messages.
        base: The profile that it builds on.
        defaults: Keywords of `Function`, beside those that no two functions share; `log_retention`; and `monitor`, a
            `Monitor` that names its topic, such as `Monitor(action="alerts")`.
        require: By keyword the value, a list of values of which one has to be set, or a `Require`. For `environment`
            and `tags` by name; a list of names requires that each is set.
        severity: Rule id to `error`, `warning`, `info` or `off`, as for `LambdaChecks`, which goes before it.
        quotas: What AWS has raised for the accounts; that of `LambdaChecks` goes before it.
        nag: Packs of cdk-nag that are run: `AwsSolutions`, `Serverless`, `HIPAA.Security`, `NIST.800-53.R5`, `PCI.DSS`.
        tags: Tags of every resource that takes some.
        waivers: What may pass, until when.

    Raises:
        InputError: A keyword, requirement, rule or pack that doesn't exist; all at once.
        TypeError: A value of the wrong type.
    """

    def __init__(
        self,
        name: str,
        *,
        version: str = "",
        base: Profile | None = None,
        defaults: ProfileDefaults | Mapping[str, Any] | None = None,
        require: Mapping[str, object] | None = None,
        severity: Mapping[str, Severity | str] | None = None,
        quotas: Quotas | None = None,
        nag: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        waivers: Sequence[Waiver] = (),
    ) -> None:
        _refuse_wrong_types(name, version, base, defaults, require, severity, quotas, nag, tags, waivers)
        problems = list(_wrong_defaults(defaults or {}))
        single, by_name = required(require or {}, problems)
        from constructs_lambda.rules import Severities

        try:
            Severities(dict(severity or {}))  # refuses what doesn't exist
        except InputError as error:
            problems.append(f"severity: {error}")
        if nag:
            from constructs_lambda.cdk.nag import unknown_packs

            problems += unknown_packs(nag)
        if problems:
            raise InputError("\n".join(f"Profile {name!r}: {problem}" for problem in problems))
        self.name = name
        self.version = version
        self.base = base
        self.defaults: Mapping[str, Any] = MappingProxyType(dict(defaults or {}))
        self.single, self.by_name = single, by_name
        self.severity: Mapping[str, Severity | str] = MappingProxyType(dict(severity or {}))
        self.quotas = quotas
        self.nag = tuple(nag)
        self.tags: Mapping[str, str] = MappingProxyType(dict(tags or {}))
        self.waivers = tuple(waivers)

    def __repr__(self) -> str:
        return f"Profile({self.shown!r})"

    @property
    def shown(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}".strip()

    @property
    def chain(self) -> tuple[Profile, ...]:
        """The profile and those that it builds on, the nearest first."""
        return (self, *(self.base.chain if self.base is not None else ()))

    @property
    def required_values(self) -> Mapping[str, Any]:
        """The keywords of functions whose value a requirement fixes."""
        values = {name: each.value for name, each in self.single.items() if each.value is not None}
        environment = {
            name: each.value for name, each in self.by_name.get("environment", {}).items() if each.value is not None
        }
        return {**values, "environment": environment} if environment else values

    @property
    def required_tags(self) -> Mapping[str, str]:
        """The tags whose value a requirement fixes."""
        tags = self.by_name.get("tags", {})
        return {name: str(each.value) for name, each in tags.items() if each.value is not None}

    def apply(self, scope: Construct, *, today: date | None = None) -> None:
        """Lets it hold for an app, or for a stage, a stack or whatever else is given, and for all below.

        Apply it before functions are made: the synth refuses those that are there already. L1 functions get at synth
        what needs no rights; in a stage where all functions are L1, only where it was applied to the stage.

        Args:
            scope: The app.
            today: The day on which waivers and runtimes are judged; the current day where it isn't given.

        Raises:
            InputError: cdk-nag isn't installed; or a profile for a part of an app sets what counts for the whole one.
                At synth: another injector takes the place of ours, or functions were made before.
            TypeError: No construct, or no day.
        """
        if not isinstance(scope, Construct):
            raise TypeError(f"scope must be a construct, such as the App; got {scope!r}")
        if today is not None and not isinstance(today, date):
            raise TypeError(f"today must be a datetime.date; got {today!r}")
        self._refuse_for_part_of(scope)
        packs = list(dict.fromkeys(pack for profile in self.chain for pack in profile.nag))
        if packs:
            from constructs_lambda.cdk.nag import add_packs

            add_packs(scope, packs)
        synthesis = before_synth(scope)
        is_first = not applied.profiles_at(scope)
        applied.apply(self, scope, today)
        add_injector(scope)
        reach_late(stage_of(scope))
        self._add_tags(scope)
        if is_first:
            synthesis.then(lambda: _before_synth(scope))
            # What asking for each function costs is given back where it changes nothing, until the app is made.
            synthesis.then(quicken())

    def _refuse_for_part_of(self, scope: Construct) -> None:
        """What counts for whole apps can't be set for a part of one."""
        root = scope.node.root
        if root is scope:
            return
        known = applied.profiles_at(root)
        wide = [each for each in self.chain if each not in known and (each.severity or each.quotas or each.nag)]
        if wide:
            names = " and ".join(each.shown for each in wide)
            raise InputError(
                f"{scope.node.path}: {names} sets severity, quotas or nag, which count for the whole app. Fix: apply "
                "it to the app as well, before."
            )

    def _add_tags(self, scope: Construct) -> None:
        """Below the developer's, whose tags have at least 50; the nearer scope and the nearer profile go first."""
        nearness = min(_PER_SCOPE * (len(scope.node.scopes) - 1), _MOST_SCOPES * _PER_SCOPE)
        holding = applied.profiles_for(scope)
        taken = {name for each in holding if self in each.chain[1:] for name in each.tags}
        fixed = {name: value for each in reversed(holding) for name, value in each.required_tags.items()}
        for distance, profile in enumerate(self.chain):
            for name, value in profile.tags.items():
                if name not in taken:
                    Tags.of(scope).add(name, value, priority=nearness + max(0, _PER_SCOPE - 1 - distance))
        for name, value in fixed.items():
            Tags.of(scope).add(name, value, priority=_REQUIRED)


def _before_synth(scope: IConstruct) -> None:
    from constructs_lambda.cdk.profiles import exemptions

    exemptions.start(scope.node.root)


def _wrong_defaults(defaults: Mapping[str, Any]) -> list[str]:
    from constructs_lambda.rules import nearest

    allowed = [*(name for name in JSII_NAMES if name not in _OF_ONE_FUNCTION), LOG_RETENTION, MONITOR, INVOKE_COMMAND]
    problems = []
    for name, value in defaults.items():
        if name in _OF_ONE_FUNCTION:
            problems.append(f"defaults: {name} can't be the same for all functions")
        elif name not in allowed:
            problems.append(f"defaults: there is no keyword {name!r}{nearest(str(name), allowed)}")
        elif name == MONITOR:
            problems += _wrong_monitor(value)
        elif name == INVOKE_COMMAND:
            problems += [] if isinstance(value, bool) else [f"defaults: {name} must be True or False; got {value!r}"]
        elif wrong := of_wrong_type(name, value):
            problems.append(f"defaults: {name} {wrong}")
    return problems


def _wrong_monitor(value: object) -> list[str]:
    from constructs_lambda.cdk.monitors.monitor import Monitor

    example = "Monitor(action='alerts')"
    return [] if isinstance(value, Monitor) else [f"defaults: monitor must be such as {example}; got {value!r}"]


def _refuse_wrong_types(
    name: object,
    version: object,
    base: object,
    defaults: object,
    require: object,
    severity: object,
    quotas: object,
    nag: object,
    tags: object,
    waivers: object,
) -> None:
    if not isinstance(name, str) or not name.strip():
        raise TypeError(f"name must be a text that says something; got {name!r}")
    if not isinstance(version, str):
        raise TypeError(f"version must be a text, such as '1.4.0'; got {version!r}")
    if base is not None and not isinstance(base, Profile):
        raise TypeError(f"base must be a Profile; got {base!r}")
    for keyword, value in {"defaults": defaults, "require": require, "severity": severity, "tags": tags}.items():
        if value is not None and not isinstance(value, Mapping):
            raise TypeError(f"{keyword} must be a mapping; got {value!r}")
    for key, tag in (tags or {}).items() if isinstance(tags, Mapping) else ():
        if not isinstance(key, str) or not isinstance(tag, str):
            raise TypeError(f"tags must map texts to texts; got {key!r}: {tag!r}")
    if quotas is not None and not isinstance(quotas, Quotas):
        raise TypeError(f"quotas must be Quotas, such as Quotas(concurrent_executions=3_000); got {quotas!r}")
    if not isinstance(nag, Sequence) or isinstance(nag, str) or not all(isinstance(each, str) for each in nag):
        raise TypeError(f"nag must be a list of packs, such as ['AwsSolutions']; got {nag!r}")
    if not isinstance(waivers, Sequence) or not all(isinstance(each, Waiver) for each in waivers):
        raise TypeError(f"waivers must be a list of Waiver(...); got {waivers!r}")
