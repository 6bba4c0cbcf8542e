"""A report as text for people, and as JSON, SARIF and GitHub workflow commands for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from constructs_lambda.baseline import identify
from constructs_lambda.errors import one_line
from constructs_lambda.findings import Finding, Report, Severity

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_NO_FILE = ("", "-", "stdin")  # before synth, and standard input
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class RuleIdentity(Protocol):
    """What SARIF says about a rule."""

    @property
    def id(self) -> str:
        """`CLnnn`."""

    @property
    def title(self) -> str:
        """What the rule looks for, in one short sentence."""

    @property
    def severity(self) -> Severity:
        """The severity of its findings, unless configured otherwise."""

    @property
    def aws(self) -> str:
        """What AWS does about it."""

    @property
    def fix(self) -> str:
        """What to do, in general."""

    @property
    def source(self) -> str:
        """Where AWS says so."""


def summary(report: Report, known: int = 0) -> str:
    """One line with the number of findings of each severity and of what was looked at.

    Args:
        report: What was found, without what the baseline knows.
        known: Number of findings left out because the baseline knows them.
    """
    functions, templates = _count(report.functions, "function"), _count(report.templates, "template")
    in_baseline = f" ({known} known in the baseline)" if known else ""
    if not report.findings:
        return f"{functions} in {templates} checked: no {'new ' if known else ''}findings{in_baseline}"
    numbers = Counter(finding.severity for finding in report.findings)
    parts = [
        _count(numbers[Severity.ERROR], "error"),
        _count(numbers[Severity.WARNING], "warning"),
        f"{numbers[Severity.INFO]} info",
    ]
    found = ", ".join(part for part in parts if not part.startswith("0 "))
    return f"{found} in {functions} of {templates}{in_baseline}"


def text(report: Report, *, color: bool = False, known: int = 0) -> str:
    """The report as a person reads it: by construct, those with errors first, and a summary as the last line.

    Args:
        report: What was found.
        color: Whether to add terminal colours.
        known: Number of findings left out because the baseline knows them.
    """

    def paint(words: str, *, fg: str | None = None, bold: bool | None = None) -> str:
        if not color:
            return words
        from click import style

        return style(words, fg=fg, bold=bold)

    constructs = [list(group) for _, group in groupby(_by_construct(report), attrgetter("template", "path"))]
    constructs.sort(key=lambda findings: findings[0].severity.rank)
    lines: list[str] = []
    for findings in constructs:
        place = one_line(findings[0].path)
        lines.append(f"{paint(place, bold=True)}  {one_line(findings[0].template)}".rstrip())
        for finding in findings:
            severity = paint(f"{finding.severity:7}", fg=_COLORS[finding.severity])
            lines.append(f"  {severity} {one_line(finding.rule)}  {one_line(finding.message)}")
            lines.append(f"    Fix: {one_line(finding.fix)}")
            lines.append(f"    {one_line(finding.source)}")
        lines.append("")
    lines.append(summary(report, known))
    return "\n".join(lines) + "\n"


def as_json(report: Report, reach: list[dict[str, Any]] | None = None) -> str:
    """The report as one JSON object; ASCII only, so that every terminal and pipe takes it.

    Args:
        report: What was found.
        reach: What each function can reach, where it was asked for.
    """
    findings = [
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "path": finding.path,
            "resource": finding.resource,
            "template": finding.template,
            "message": finding.message,
            "fix": finding.fix,
            "source": finding.source,
            "property": finding.property,
        }
        for finding in report.findings
    ]
    checked = {"templates": report.templates, "functions": report.functions}
    document = {"findings": findings, "checked": checked, **({} if reach is None else {"reach": reach})}
    return json.dumps(document, indent=2) + "\n"


def sarif(report: Report, rules: Iterable[RuleIdentity] = ()) -> str:
    """The report as a SARIF 2.1.0 log, for code scanning.

    Args:
        report: What was found.
        rules: Rules to describe; those that were hit are listed in any case.
    """
    descriptors: dict[str, dict[str, object]] = {rule.id: _sarif_rule(rule) for rule in rules}
    for finding in report.findings:
        level = {"level": _SARIF_LEVELS[finding.severity]}
        descriptors.setdefault(finding.rule, {"id": finding.rule, "defaultConfiguration": level})
    ids = sorted(descriptors)
    seen: Counter[str] = Counter()
    results = [_sarif_result(finding, ids.index(finding.rule), seen) for finding in report.findings]
    driver = {"name": "constructs-lambda", "rules": [descriptors[identity] for identity in ids]}
    log = {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2) + "\n"


def github(report: Report, *, known: int = 0) -> str:
    """The report as workflow commands, which GitHub Actions shows as annotations; the last line is the summary.

    Args:
        report: What was found.
        known: Number of findings left out because the baseline knows them.
    """
    lines = [_github_command(finding) for finding in _by_construct(report)]
    return "\n".join([*lines, summary(report, known)]) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _by_construct(report: Report) -> list[Finding]:
    """By template and construct, worst first within a construct, whatever the order of the report."""
    return sorted(report.findings, key=lambda f: (f.template, f.path, f.severity.rank))


def _sarif_rule(rule: RuleIdentity) -> dict[str, object]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. {rule.aws}"},
        "help": {"text": f"{rule.fix}\n{rule.source}"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
    }


def _sarif_result(finding: Finding, index: int, seen: Counter[str]) -> dict[str, object]:
    from hashlib import sha256  # loads OpenSSL, and only SARIF needs it

    location: dict[str, object] = {}
    if finding.template:
        # The line in a template is not known; code scanning wants one.
        location["physicalLocation"] = {"artifactLocation": {"uri": _uri(finding.template)}, "region": {"startLine": 1}}
    place = {"fullyQualifiedName": finding.path, "kind": "resource"}
    location["logicalLocations"] = [place | ({"name": finding.resource} if finding.resource else {})]
    # The same identity as in a baseline; the number tells those with the same identity apart.
    identity = "\0".join(identify(finding)).removesuffix("\0")
    fingerprint = sha256(identity.encode(errors="surrogatepass")).hexdigest()[:32]
    seen[fingerprint] += 1
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.path}: {finding.message}\nFix: {finding.fix}"},
        "locations": [location],
        "partialFingerprints": {"constructsLambdaFinding/v1": f"{fingerprint}:{seen[fingerprint]}"},
    }


def _uri(template: str) -> str:
    """Relative to the working directory wherever the file lies below it, as code scanning wants it."""
    path = Path(template)
    if path.is_absolute():
        try:
            path = path.relative_to(Path.cwd())
        except (ValueError, OSError):  # elsewhere, or the working directory is gone
            return "file:///" + quote(path.as_posix().lstrip("/"), errors="replace")
    return quote(path.as_posix(), errors="replace")


def _github_command(finding: Finding) -> str:
    properties = f"title={_github_property(finding.rule)}"
    if finding.template not in _NO_FILE:
        properties = f"file={_github_property(finding.template)},{properties}"
    lines = f"{one_line(finding.path)}: {one_line(finding.message)}", f"Fix: {one_line(finding.fix)}", finding.source
    message = "%0A".join(one_line(line).replace("%", "%25") for line in lines)
    return f"::{_GITHUB_COMMANDS[finding.severity]} {properties}::{message}"


def _github_property(value: str) -> str:
    return one_line(value).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
