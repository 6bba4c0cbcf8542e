"""What `LambdaChecks` does at synth: reads the templates, runs the rules, and says what they found in CDK's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from aws_cdk import (
    IPolicyValidationContext,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
)
from constructs import IConstruct

from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.assembly import Assembly, read_assembly
from constructs_lambda.cdk.machines import is_for_here
from constructs_lambda.cdk.profiles import applied
from constructs_lambda.checker import check_assemblies, marked, unused
from constructs_lambda.findings import Finding, Severity, in_order
from constructs_lambda.model import Acknowledgement, Topology
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities
from constructs_lambda.sources import outermost
from constructs_lambda.waivers import FILE

_OF_NATIVE_CODE = "CL210"  # what is built for this machine doesn't fit Lambda's
_reported: WeakKeyDictionary[IConstruct, dict[str, int]] = WeakKeyDictionary()
"""For each app the templates that a plugin has reported, and when they were written: none is reported twice."""


def validate(
    context: IPolicyValidationContext, today: date | None, quotas: Quotas | None, severities: Severities | None
) -> PolicyValidationPluginReport:
    """Checks the templates that CDK names, without those that another plugin has reported in this synth.

    Args:
        context: The templates, and the app they come from.
        today: The day on which runtimes and waivers are judged; the current day where it isn't given.
        quotas: What AWS has raised for the accounts; what profiles say where it isn't given.
        severities: Which rules run; what profiles say where it isn't given.
    """
    app = context.app_construct
    today = today or applied.today_of(app)
    if applied.are_anywhere():
        from constructs_lambda.cdk.profiles import enforcement

        severities, quotas = enforcement.settings_of(app, severities, quotas)
    severities, quotas = severities or Severities(), quotas or Quotas()
    files = _not_reported_yet(app, [str(path) for path in context.template_paths])
    rule_context = Context(today, quotas)
    assemblies: list[Assembly] = []
    for directory in sorted({Path(file).parent for file in files}):
        assembly = read_assembly(directory, nested=False)
        templates = tuple(each for each in assembly.templates if str(each.stack_file) in files)
        said = tuple(each for each in assembly.acknowledgements if each.template in files)
        said = (*said, *_on_app_and_stage(app, directory, templates))
        assemblies.append(Assembly(templates, said))
    apps: list[Topology] = []
    findings, said = check_assemblies(assemblies, rule_context, severities, AssetStore(), apps.append)
    if is_for_here(app):
        findings = [each for each in findings if each.rule != _OF_NATIVE_CODE]
    if files and not applied.are_anywhere():
        (Path(outermost(str(Path(min(files)).parent))) / FILE).unlink(missing_ok=True)  # of a profile that is gone
    if files and applied.are_anywhere():
        from constructs_lambda.cdk.profiles import enforcement

        stacks = [stack for each in apps for stack in each.stacks.values()]
        findings.extend(enforcement.enforced(app, stacks, findings, rule_context, severities))
        said = tuple(marked(said, findings))
    findings.extend(unused(_merged(said), rule_context, severities))
    return _report(findings)


def has_checked(app: IConstruct) -> bool:
    """Whether our rules were part of an app's synth.

    Args:
        app: The App.
    """
    return bool(_reported.get(app))


def _not_reported_yet(app: IConstruct, templates: list[str]) -> set[str]:
    """The templates that no plugin has reported in this synth; every synth writes them anew."""
    reported = _reported.setdefault(app, {})
    written = {template: Path(template).stat().st_mtime_ns for template in templates}
    new = {template for template, moment in written.items() if reported.get(template) != moment}
    reported.update(written)
    return new


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
