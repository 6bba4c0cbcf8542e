"""Checks templates: runs the rules over what was read of them, and takes out what was acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from constructs_lambda.apps import read_stack, read_stacks
from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.assembly import Assembly
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.findings import NAMESPACE, Finding, Report, in_order, is_within
from constructs_lambda.model import Acknowledgement, Stack, Topology
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities, check_stack, check_subject, check_topology, check_uses
from constructs_lambda.rules.acknowledgements import is_ours
from constructs_lambda.sources import Sources, outermost


def check(
    paths: Sequence[str],
    stdin: Callable[[], bytes],
    today: date | None = None,
    seen: Callable[[Topology], None] | None = None,
    quotas: Quotas | None = None,
) -> Report:
    """Checks cloud assemblies and templates.

    Args:
        paths: `cdk.out` folders, folders of templates, template files, or `-` for standard input.
        stdin: Reads standard input.
        today: The day on which runtimes are judged; the current day where it isn't given.
        seen: Is given the networks of each app that was read.
        quotas: What AWS has raised for the accounts.

    Raises:
        InputError: What can't be read or is no template, one line for each.
    """
    problems: list[str] = []
    findings: list[Finding] = []
    sources = Sources()
    context, severities = Context(today or date.today(), quotas or Quotas()), Severities()
    templates = functions = 0
    together: dict[str, list[Stack]] = {}
    for app, stack in read_stacks(paths, stdin, sources, problems):
        templates += 1
        functions += len(stack.functions)
        findings.extend(check_stack(stack, context, severities))
        together.setdefault(app, []).append(stack)
        if app == stack.place.template:  # a template by itself: what was read of it can go
            topology = Topology(together.pop(app))
            findings.extend(_check_together(topology, context, severities, seen))
            findings.extend(check_uses([topology], context, severities))
    whole: dict[str, list[Topology]] = {}
    for app, stacks in together.items():
        topology = Topology(stacks)
        findings.extend(_check_together(topology, context, severities, seen))
        whole.setdefault(outermost(app), []).append(topology)
    for apps in whole.values():
        findings.extend(check_uses(apps, context, severities))
    if problems:
        raise InputError("\n".join(map(one_line, problems)))
    judged, lenient = sources.acknowledgements()
    acknowledgements = [*judged, *(each for each in lenient if any(_holds(each, finding) for finding in findings))]
    return Report(settle(findings, acknowledgements, context, severities), templates, functions)


def _check_together(
    topology: Topology, context: Context, severities: Severities, seen: Callable[[Topology], None] | None
) -> Iterator[Finding]:
    if seen:
        seen(topology)
    return check_topology(topology, context, severities)


def check_assemblies(
    assemblies: Sequence[Assembly],
    context: Context,
    severities: Severities,
    store: AssetStore,
    seen: Callable[[Topology], None] | None = None,
) -> tuple[list[Finding], tuple[Acknowledgement, ...]]:
    """Every finding in an app, acknowledged ones included, and the acknowledgements, the useless ones marked.

    Args:
        assemblies: The templates of the app and of each of its Stages.
        context: What rules may know beside the model.
        severities: Which rules run.
        store: Where what is in the assets is kept during a run.
        seen: Is given the stacks of the app and of each of its Stages.
    """
    findings: list[Finding] = []
    apps: list[Topology] = []
    for assembly in assemblies:
        stacks = [read_stack(file, str(file.file), store) for file in assembly.templates]
        for stack in stacks:
            findings.extend(check_stack(stack, context, severities))
        apps.append(Topology(stacks))
        findings.extend(_check_together(apps[-1], context, severities, seen))
    findings.extend(check_uses(apps, context, severities))
    said = [each for assembly in assemblies for each in assembly.acknowledgements]
    return findings, tuple(marked(said, findings))


def settle(
    findings: Iterable[Finding],
    acknowledgements: Sequence[Acknowledgement],
    context: Context,
    severities: Severities,
) -> tuple[Finding, ...]:
    """The findings that nobody acknowledged, with those on acknowledgements that match nothing, in order."""
    every = list(findings)
    open_findings = [f for f in every if not any(_holds(each, f) for each in acknowledgements)]
    return in_order([*open_findings, *unused(marked(acknowledgements, every), context, severities)])


def unused(acknowledgements: Iterable[Acknowledgement], context: Context, severities: Severities) -> Iterator[Finding]:
    """The findings on acknowledgements of our rules that match nothing."""
    for each in acknowledgements:
        yield from check_subject(each, each.place, context, severities)


def marked(acknowledgements: Iterable[Acknowledgement], findings: Sequence[Finding]) -> Iterator[Acknowledgement]:
    """The acknowledgements of our rules, each with whether it holds for any finding.

    Args:
        acknowledgements: Those of an app.
        findings: All that was found in it.
    """
    for each in acknowledgements:
        if is_ours(each.rule):
            yield replace(each, used=any(_holds(each, finding) for finding in findings))


def _holds(acknowledgement: Acknowledgement, finding: Finding) -> bool:
    if acknowledgement.rule != f"{NAMESPACE}::{finding.rule}":
        return False
    scope = acknowledgement.path.removesuffix("/Resource")
    return is_within(finding.path, scope)
