"""Checks templates: finds them, reads them into the model, runs the rules, and takes out what was acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.assembly import Assembly, TemplateFile
from constructs_lambda.documents import load_document, read_bytes
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.findings import NAMESPACE, Finding, Report, in_order
from constructs_lambda.model import Acknowledgement, Stack, Topology
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities, check_stack, check_subject, check_topology, check_uses
from constructs_lambda.rules.acknowledgements import is_ours
from constructs_lambda.sources import Sources, nothing_in, outermost, real_path
from constructs_lambda.template import read_template
from constructs_lambda.template.assets import StackAssets

STDIN = "-"


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
    for app, stack in _stacks(paths, stdin, sources, problems):
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
    assemblies: Sequence[Assembly], context: Context, severities: Severities, store: AssetStore
) -> tuple[list[Finding], tuple[Acknowledgement, ...]]:
    """Every finding in an app, acknowledged ones included, and the acknowledgements, the useless ones marked.

    Args:
        assemblies: The templates of the app and of each of its Stages.
        context: What rules may know beside the model.
        severities: Which rules run.
        store: Where what is in the assets is kept during a run.
    """
    findings: list[Finding] = []
    apps: list[Topology] = []
    for assembly in assemblies:
        stacks = [read_stack(file, str(file.file), store) for file in assembly.templates]
        for stack in stacks:
            findings.extend(check_stack(stack, context, severities))
        apps.append(Topology(stacks))
        findings.extend(check_topology(apps[-1], context, severities))
    findings.extend(check_uses(apps, context, severities))
    said = [each for assembly in assemblies for each in assembly.acknowledgements]
    return findings, tuple(_marked(said, findings))


def settle(
    findings: Iterable[Finding],
    acknowledgements: Sequence[Acknowledgement],
    context: Context,
    severities: Severities,
) -> tuple[Finding, ...]:
    """The findings that nobody acknowledged, with those on acknowledgements that match nothing, in order."""
    every = list(findings)
    open_findings = [f for f in every if not any(_holds(each, f) for each in acknowledgements)]
    return in_order([*open_findings, *unused(_marked(acknowledgements, every), context, severities)])


def unused(acknowledgements: Iterable[Acknowledgement], context: Context, severities: Severities) -> Iterator[Finding]:
    """The findings on acknowledgements of our rules that match nothing."""
    for each in acknowledgements:
        yield from check_subject(each, each.place, context, severities)


def _marked(acknowledgements: Sequence[Acknowledgement], findings: Sequence[Finding]) -> Iterator[Acknowledgement]:
    for each in acknowledgements:
        if is_ours(each.rule):
            yield replace(each, used=any(_holds(each, finding) for finding in findings))


def _holds(acknowledgement: Acknowledgement, finding: Finding) -> bool:
    if acknowledgement.rule != f"{NAMESPACE}::{finding.rule}":
        return False
    scope = acknowledgement.path.removesuffix("/Resource")
    return scope in ("", finding.path) or finding.path.startswith(f"{scope}/")


def _stacks(
    paths: Sequence[str],
    stdin: Callable[[], bytes],
    sources: Sources,
    problems: list[str],
) -> Iterator[tuple[str, Stack]]:
    """The stacks behind the paths, each file once, with the app they are part of; fills `problems` on the way."""
    store = AssetStore()
    seen = sources.checked
    chosen: dict[str, str] = {}
    for path in paths:
        chosen.setdefault(path if path == STDIN else real_path(path), path)
    for path in chosen.values():
        try:
            if path == STDIN:
                data = stdin()
                yield (
                    "stdin",
                    read_template(load_document(data, "standard input"), template="stdin", size_bytes=len(data)),
                )
                continue
            found = sources.behind(Path(path))
        except InputError as error:
            problems.append(str(error))
            continue
        except OSError as error:
            problems.append(f"{path}: {(error.strerror or str(error)).lower()}")
            continue
        left_out = 0
        for file, is_certain in found:
            real = real_path(str(file.file))
            if real in seen:
                continue
            seen.add(real)
            try:
                stack = read_stack(file, str(file.file), store)
                yield str(file.file.parent if file.stack_path else file.file), stack
            except InputError as error:
                if is_certain:
                    problems.append(str(error))
                else:
                    seen.remove(real)
                    left_out += 1
        if left_out == len(found):
            problems.append(nothing_in(path))


def read_stack(file: TemplateFile, shown: str, store: AssetStore) -> Stack:
    """The model of one template.

    Args:
        file: The template, and what its assembly tells of it.
        shown: What a message calls the file.
        store: Where what is in the assets is kept during a run.

    Raises:
        InputError: It can't be read, or is no template.
    """
    data = read_bytes(file.file)
    return read_template(
        load_document(data, shown),
        template=shown,
        size_bytes=len(data),
        stack_path=file.stack_path,
        name=file.name,
        account=file.account,
        region=file.region,
        paths=file.paths,
        assets=StackAssets(file.asset_manifests, store),
    )
