"""Checks templates: finds them, reads them into the model, runs the rules, and takes out what was acknowledged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from constructs_lambda.assembly import MANIFEST, Assembly, TemplateFile, app_acknowledgements, read_assembly
from constructs_lambda.documents import load_document, read_bytes
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Finding, Report, in_order
from constructs_lambda.model import Acknowledgement, Stack
from constructs_lambda.rules import Context, Severities, check_stack, check_subject
from constructs_lambda.rules.acknowledgements import NAMESPACE, is_ours
from constructs_lambda.template import read_template

STDIN = "-"
_TEMPLATE_NAMES = ("*template.json", "*template.yaml", "*template.yml", "*.template")


def check(paths: Sequence[str], stdin: Callable[[], bytes], today: date | None = None) -> Report:
    """Checks cloud assemblies and templates.

    Args:
        paths: `cdk.out` folders, folders of templates, template files, or `-` for standard input.
        stdin: Reads standard input.
        today: The day on which runtimes are judged; the current day where it isn't given.

    Raises:
        InputError: What can't be read or is no template, one line for each.
    """
    problems: list[str] = []
    acknowledgements: list[Acknowledgement] = []
    findings: list[Finding] = []
    context, severities = Context(today or date.today()), Severities()
    templates = functions = 0
    for stack in _stacks(paths, stdin, acknowledgements, problems):
        templates += 1
        functions += len(stack.functions)
        findings.extend(check_stack(stack, context, severities))
    if problems:
        raise InputError("\n".join(problems))
    return Report(settle(findings, acknowledgements, context, severities), templates, functions)


def check_assembly(
    assembly: Assembly, context: Context, severities: Severities
) -> tuple[list[Finding], tuple[Acknowledgement, ...]]:
    """Every finding in an assembly, acknowledged ones included, and the acknowledgements, the useless ones marked."""
    findings: list[Finding] = []
    for file in assembly.templates:
        findings.extend(check_stack(_read(file, str(file.file)), context, severities))
    return findings, tuple(_marked(assembly.acknowledgements, findings))


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
    acknowledgements: list[Acknowledgement],
    problems: list[str],
) -> Iterator[Stack]:
    """The stacks behind the paths, one after the other, each file once; fills the two lists on the way."""
    seen: set[str] = set()
    chosen: dict[str, str] = {}
    for path in paths:
        chosen.setdefault(_real(path), path)
    for path in chosen.values():
        try:
            if path == STDIN:
                data = stdin()
                yield read_template(load_document(data, "standard input"), template="stdin", size_bytes=len(data))
                continue
            files = _files(Path(path), acknowledgements)
        except InputError as error:
            problems.append(str(error))
            continue
        for file in files:
            real = _real(str(file.file))
            if real in seen:
                continue
            seen.add(real)
            try:
                yield _read(file, str(file.file))
            except InputError as error:
                problems.append(str(error))


def _real(path: str) -> str:
    try:
        return path if path == STDIN else os.path.realpath(path)
    except (OSError, ValueError):  # whoever opens it says what is wrong with it
        return path


def _files(path: Path, acknowledgements: list[Acknowledgement]) -> Sequence[TemplateFile]:
    if not path.is_dir():
        return [TemplateFile(path, path)]
    if (path / MANIFEST).is_file():
        assembly = read_assembly(path)
        if not assembly.templates:
            raise InputError(f"{path}: the cloud assembly holds no stack")
        acknowledgements.extend(assembly.acknowledgements)
        acknowledgements.extend(app_acknowledgements(path))
        return assembly.templates
    found = sorted({file for pattern in _TEMPLATE_NAMES for file in path.glob(pattern) if file.is_file()})
    if not found:
        raise InputError(
            f"{path}: no {MANIFEST} and no template in this folder (looked for {', '.join(_TEMPLATE_NAMES)})"
        )
    return [TemplateFile(file, file) for file in found]


def _read(file: TemplateFile, shown: str) -> Stack:
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
    )
