"""What a check found: one problem, where it is, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "constructs-lambda"
"""What stands before a rule's id in acknowledgements."""


class Severity(StrEnum):
    """How bad it is: an error is refused by AWS or certainly breaks, a warning is likely wrong, info is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst severity, rising with harmlessness: sorts findings, worst first."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem at one place.

    Args:
        rule: Id of the rule, `CLnnn`.
        severity: What it means for a deployment.
        path: Construct path (`Shop/Orders`); where a template knows none, stack and logical id.
        resource: Logical id of the CloudFormation resource, empty for a finding on a stack.
        template: File the resource stands in, empty before synth.
        message: What is wrong, the value that is set and the value allowed, in one sentence.
        fix: What to do, in one imperative sentence.
        source: Where AWS says so.
        property: CloudFormation property that it is about (`Environment.Variables.KEY`), empty for the whole resource.
    """

    rule: str
    severity: Severity
    path: str
    resource: str
    template: str
    message: str
    fix: str
    source: str
    property: str = ""

    def text(self) -> str:
        """The finding as a person reads it: rule, place and message, then the fix and the source."""
        indent = " " * (len(self.rule) + 2)
        return f"{self.rule}  {self.path}  {self.message}\n{indent}Fix: {self.fix}\n{indent}{self.source}"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run found, and how much it looked at.

    Args:
        findings: Sorted by template and path, worst first within a construct.
        templates: Number of templates read, nested stacks included.
        functions: Number of Lambda functions seen.
    """

    findings: tuple[Finding, ...]
    templates: int
    functions: int

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a synth."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def is_within(path: str, scope: str) -> bool:
    """Whether a construct path is that of a scope, or in it; all is in the app, whose path is empty."""
    return not scope or path == scope or path.startswith(f"{scope}/")


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order they are shown: by template and construct, worst first, then by rule."""
    return tuple(
        sorted(findings, key=lambda f: (f.template, f.path, f.resource, f.severity.rank, f.rule, f.property, f.message))
    )
