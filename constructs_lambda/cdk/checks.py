"""`LambdaChecks`: the rules as a plugin for CDK's Validations, and which of several reports."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import (
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)
from constructs import IConstruct

from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.assembly import Assembly, read_assembly
from constructs_lambda.checker import check_assemblies, unused
from constructs_lambda.findings import Finding, Severity, in_order
from constructs_lambda.model import Acknowledgement
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities, all_rules
from constructs_lambda.rules.acknowledgements import NAMESPACE

_reported: WeakKeyDictionary[IConstruct, dict[str, int]] = WeakKeyDictionary()
"""For each app the templates that a plugin has reported, and when they were written: none is reported twice."""


@jsii.implements(IPolicyValidationPlugin)
class LambdaChecks:
    """Checks every Lambda function of an app at synth, plain CDK ones included.

    Register it once, at the app: `Validations.of(app).add_plugins(LambdaChecks())`. Our constructs register one of
    their own at synth; where you register yours, at any time, yours reports and theirs stays silent. Errors stop the
    synth. To accept one:

        Validations.of(scope).acknowledge(Acknowledgment(id="constructs-lambda::CL101", reason="..."))

    Args:
        severity: Rule id to `error`, `warning`, `info` or `off`. Rules that are not named keep their own severity. It
            says what a synth reports; a constructor of ours refuses a broken limit whatever is set here.
        today: The day on which runtimes are judged. The current day where it isn't given.
        quotas: What AWS has raised for the accounts that the app is deployed to.

    Raises:
        InputError: A rule id or severity that doesn't exist.
    """

    def __init__(
        self,
        *,
        severity: Mapping[str, Severity | str] | None = None,
        today: date | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        if severity is not None and not isinstance(severity, Mapping):
            raise TypeError(f"severity must be a mapping of rule ids, such as {{'CL101': 'warning'}}; got {severity!r}")
        if today is not None and not isinstance(today, date):
            raise TypeError(f"today must be a datetime.date; got {today!r}")
        if quotas is not None and not isinstance(quotas, Quotas):
            raise TypeError(f"quotas must be Quotas, such as Quotas(concurrent_executions=3_000); got {quotas!r}")
        self._severities = Severities(
            {str(rule).removeprefix(f"{NAMESPACE}::"): value for rule, value in (severity or {}).items()}
        )
        self._today = today
        self._quotas = quotas or Quotas()

    @property
    def name(self) -> str:
        """The namespace of the rules in acknowledgements."""
        return NAMESPACE

    @property
    def version(self) -> str:
        """Version of this library."""
        return _version()

    @property
    def rule_ids(self) -> list[str]:
        """Every rule's id."""
        return list(all_rules())

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Checks the templates that CDK names; CDK calls it at the end of `app.synth()`.

        Args:
            context: The templates, and the app they come from.
        """
        try:
            return self._validate(context)
        except Exception:  # CDK keeps the message and throws the traceback away
            traceback.print_exc(file=sys.stderr)
            raise

    def _validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        app = context.app_construct
        files = self._not_reported_yet(app, [str(path) for path in context.template_paths])
        rule_context = Context(self._today or date.today(), self._quotas)
        assemblies: list[Assembly] = []
        for directory in sorted({Path(file).parent for file in files}):
            assembly = read_assembly(directory, nested=False)
            templates = tuple(each for each in assembly.templates if str(each.stack_file) in files)
            said = tuple(each for each in assembly.acknowledgements if each.template in files)
            said = (*said, *_on_app_and_stage(app, directory, templates))
            assemblies.append(Assembly(templates, said))
        findings, marked = check_assemblies(assemblies, rule_context, self._severities, AssetStore())
        findings.extend(unused(_merged(marked), rule_context, self._severities))
        return _report(findings)

    @staticmethod
    def _not_reported_yet(app: IConstruct, templates: list[str]) -> set[str]:
        """The templates that no plugin has reported in this synth; every synth writes them anew."""
        reported = _reported.setdefault(app, {})
        written = {template: Path(template).stat().st_mtime_ns for template in templates}
        new = {template for template, moment in written.items() if reported.get(template) != moment}
        reported.update(written)
        return new


@cache
def _version() -> str:
    from importlib import metadata  # not free to load, and only needed at synth

    try:
        return metadata.version("constructs-lambda")
    except metadata.PackageNotFoundError:  # run from a checkout that isn't installed
        return "unknown"


class _OwnChecks(LambdaChecks):
    """The plugin that our constructs register: after all others, so that it reports what nobody has reported."""


def own_checks() -> LambdaChecks:
    """A plugin to register where one of our constructs is in an app."""
    return _OwnChecks()


def _on_app_and_stage(app: IConstruct, directory: Path, templates: Any) -> Iterator[Acknowledgement]:
    """Acknowledgements on the app, and on the stages above these templates: they are in no file."""
    scopes = {""}
    for template in templates:
        parts = template.stack_path.split("/")
        scopes.update("/".join(parts[:count]) for count in range(1, len(parts)))
    for path in sorted(scopes):
        scope: IConstruct | None = app
        for part in path.split("/") if path else ():
            scope = scope.node.try_find_child(part) if scope is not None else None
        for entry in scope.node.metadata if scope is not None else ():
            if entry.type == "aws:cdk:acknowledged-rules" and isinstance(entry.data, Mapping):
                for rule, reason in entry.data.items():
                    yield Acknowledgement(rule=str(rule), path=path, reason=str(reason))


def _merged(acknowledgements: Iterable[Acknowledgement]) -> Iterator[Acknowledgement]:
    """Each acknowledgement once: on the app it is met with every stage, and is of use where it is of use in one."""
    merged: dict[tuple[str, str], Acknowledgement] = {}
    for each in acknowledgements:
        key = (each.rule, each.path)
        if key not in merged or each.used:
            merged[key] = each
    yield from merged.values()


def _report(findings: list[Finding]) -> PolicyValidationPluginReport:
    return PolicyValidationPluginReport(
        success=not any(finding.severity is Severity.ERROR for finding in findings),
        violations=[
            PolicyViolation(
                rule_name=finding.rule,
                description=_sentence(finding.message),
                severity=finding.severity.value,
                fix=finding.fix,
                violating_resources=[_resource(finding)],
            )
            for finding in in_order(findings)
        ],
    )


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def _resource(finding: Finding) -> PolicyViolatingResource:
    if not finding.resource:
        return PolicyViolatingResource(
            locations=[finding.property] if finding.property else [], construct_path=finding.path
        )
    return PolicyViolatingResource(
        resource_logical_id=finding.resource,
        template_path=finding.template,
        locations=[f"Properties/{finding.property.replace('.', '/')}"] if finding.property else [],
    )
