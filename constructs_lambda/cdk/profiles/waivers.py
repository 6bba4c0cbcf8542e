"""`Waiver`: a finding that a platform team lets pass until a day, with an owner."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from constructs_lambda.errors import InputError

_EXAMPLE = 'Waiver(rule="CL120", path="Shop/Orders", reason="...", owner="payments", until=date(2026, 12, 31))'


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Lets findings pass: ours, those of cdk-nag, and those of CDK itself, until a day.

    Past that day it lets nothing pass any more, and the synth fails (CL931). One that matches nothing is reported
    (CL932). `constructs-lambda waivers cdk.out` lists all of them for an auditor.

    Args:
        rule: Id of the rule: `CL120`, `AwsSolutions-IAM5[Resource::*]`, `CloudFormation-Validate::E3002`. In ours and
            in those of cdk-nag's packs that a profile wires `*` stands for anything: `AwsSolutions-IAM5*`.
        path: Construct path; it holds for all below. `*` stands for anything: `Shop/*/ServiceRole`. The whole app
            where it is `*`.
        reason: Why it may pass.
        owner: Who answers for it.
        until: Its last day.

    Raises:
        InputError: A text is empty, or `until` is no day; all at once.
    """

    rule: str
    path: str
    reason: str
    owner: str
    until: date
    _rule: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _path: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuses what no waiver is."""
        problems = [
            f"{name} must be a text that says something; got {getattr(self, name)!r}"
            for name in ("rule", "path", "reason", "owner")
            if not isinstance(getattr(self, name), str) or not getattr(self, name).strip()
        ]
        until: object = self.until
        if isinstance(until, str):
            try:
                object.__setattr__(self, "until", date.fromisoformat(until))
            except ValueError:
                problems.append(f"until must be a day, such as 2026-12-31; got {until!r}")
        elif type(until) is not date:
            problems.append(f"until must be a datetime.date; got {until!r}")
        if problems:
            raise InputError("\n".join([*(f"Waiver: {problem}" for problem in problems), f"Such as {_EXAMPLE}"]))
        object.__setattr__(self, "rule", self.rule.strip())
        object.__setattr__(self, "_rule", _pattern(self.rule))
        object.__setattr__(self, "_path", _pattern(self.path.strip("/").removesuffix("/Resource"), below=True))

    def is_over(self, today: date) -> bool:
        """Whether its last day is past.

        Args:
            today: The day of the synth.
        """
        return self.until < today

    def is_of(self, rule: str) -> bool:
        """Whether it is for a rule.

        Args:
            rule: Id of the rule, with or without its namespace.
        """
        return bool(self._rule.fullmatch(rule) or self._rule.fullmatch(without_namespace(rule)))

    def is_at(self, path: str) -> bool:
        """Whether it holds for what stands at a construct path.

        Args:
            path: The path.
        """
        return bool(self._path.fullmatch(path.removesuffix("/Resource")) or self._path.fullmatch(path))

    @property
    def is_exact(self) -> bool:
        """Whether its path names one construct."""
        return "*" not in self.path


def without_namespace(rule: str) -> str:
    """The id of a rule without what stands before `::`; cdk-nag has `::` within brackets too.

    Args:
        rule: The id.
    """
    head, bracket, tail = rule.partition("[")
    return f"{head.rpartition('::')[2]}{bracket}{tail}"


def _pattern(text: str, *, below: bool = False) -> re.Pattern[str]:
    """`*` is the only sign that stands for others: the ids of cdk-nag are full of brackets."""
    body = ".*".join(map(re.escape, text.split("*")))
    return re.compile(rf"{body}(?:/.*)?" if below else body, re.DOTALL)
