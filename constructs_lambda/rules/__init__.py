"""The rules: each reads the model and yields what is wrong. A module of this package holds one family.

A rule is a generator with its identity in the decorator:

    @rule("CL102", "Timeout out of range", Severity.ERROR, source=limits.FUNCTION_TIMEOUT.source)
    def timeout(function: Function) -> Iterator[Problem]:
        ...
        yield Problem("Timeout", "timeout is 1000 s; ...", "Lower the timeout.")

The type of its first parameter says what it looks at, one class or several. What the id's hundred stands for is in
`FAMILIES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from constructs_lambda import model
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Finding, Severity
from constructs_lambda.model import Place, Stack, Topology, sums
from constructs_lambda.records import record
from constructs_lambda.rules.context import Context

FAMILIES = {
    1: "Function",
    2: "Package and layer",
    3: "Network",
    4: "API and function URL",
    5: "Authorizer",
    6: "SNS, events and asynchronous invocation",
    7: "Scaling",
    8: "IAM",
    9: "Stack",
}


@record()
class Problem:
    """What a rule found at one resource.

    Args:
        property: CloudFormation property path, empty for the whole resource.
        message: What is wrong, with the value set and the value allowed.
        fix: What to do, in one imperative sentence.
        place: Where, when it isn't the resource that the rule looked at.
    """

    property: str
    message: str
    fix: str
    place: Place | None = None

    def at(self, place: Place) -> Problem:
        """The same, somewhere else than at the resource that the rule looks at.

        Args:
            place: Where.
        """
        return replace(self, place=place)


@record()
class Rule:
    """A rule and its identity.

    Args:
        id: `CLnnn`; never reused.
        title: What is wrong, in a few words.
        severity: The severity it has unless it is set otherwise.
        aws: What AWS does about it.
        fix: What to do, in general.
        source: Where AWS says so.
        subjects: The model classes it looks at.
        check: The generator.
        early: Whether a constructor refuses it already; False for what depends on time or account, because only what
            reaches the plugin can be acknowledged.
    """

    id: str
    title: str
    severity: Severity
    aws: str
    fix: str
    source: str
    subjects: tuple[type, ...]
    check: Callable[[Any, Context], Iterable[Problem]]
    early: bool

    @property
    def family(self) -> str:
        """What its hundred stands for."""
        return FAMILIES[int(self.id[2])]


Check = Callable[..., Iterator[Problem]]
_registry: dict[str, Rule] = {}


def rule(
    rule_id: str, title: str, severity: Severity, *, aws: str, fix: str, source: str, early: bool = True
) -> Callable[[Check], Check]:
    """Makes a generator a rule.

    Args:
        rule_id: `CLnnn`, new and never used before.
        title: What is wrong, in a few words.
        severity: Error only for what AWS refuses, or what certainly breaks when invoked.
        aws: What AWS does about it; shown in `docs/rules.md`.
        fix: What to do, in general; shown in `docs/rules.md`.
        source: Address of the page where AWS says so.
        early: Whether a constructor refuses it already, where its severity is error.

    Raises:
        ValueError: The id is taken or malformed.
    """

    def register(check: Check) -> Check:
        if rule_id in _registry or not (rule_id.startswith("CL") and rule_id[2:].isdigit() and len(rule_id) == 5):
            raise ValueError(
                f"rule id {rule_id} of {check.__module__}.{check.__name__} is taken or not of the form CLnnn"
            )
        looks_at, *others = (of for name, of in check.__annotations__.items() if name != "return")
        subjects = tuple(getattr(model, name) for name in looks_at.split(" | "))
        call: Check = check if others else lambda subject, context: check(subject)
        _registry[rule_id] = Rule(rule_id, title, severity, aws, fix, source, subjects, call, early)
        return check

    return register


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by id, in the order of the ids."""
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_registry.items()))


def _rules_for(subject: type) -> tuple[Rule, ...]:
    return tuple(each for each in all_rules().values() if subject in each.subjects)


class Severities:
    """The severity of each rule, where it differs from the rule's own.

    Args:
        changes: Rule id to `error`, `warning`, `info`, or `off` for a rule that is not to run.

    Raises:
        InputError: An id or a severity that doesn't exist, all of them at once, with the nearest right one.
    """

    def __init__(self, changes: Mapping[str, Severity | str] | None = None) -> None:
        problems = []
        self._changes: dict[str, Severity | None] = {}
        self._active: dict[tuple[type, bool], list[tuple[Rule, Severity]]] = {}
        for rule_id, severity in (changes or {}).items():
            if rule_id not in all_rules():
                problems.append(f"there is no rule {rule_id!r}{nearest(rule_id, all_rules())}")
            elif severity == "off":
                self._changes[rule_id] = None
            elif severity in list(Severity):
                self._changes[rule_id] = Severity(severity)
            else:
                problems.append(f"{rule_id}: severity {severity!r} is none of error, warning, info, off")
        if problems:
            raise InputError("; ".join(problems))

    def of(self, rule: Rule) -> Severity | None:
        """The severity that counts, None where the rule is off."""
        return self._changes.get(rule.id, rule.severity)

    def active(self, subject: type, *, early: bool = False) -> list[tuple[Rule, Severity]]:
        """The rules for a class of the model that are on; with `early`, those that a constructor refuses."""
        found = self._active.get((subject, early))
        if found is None:
            found = [(each, severity) for each in _rules_for(subject) if (severity := self.of(each)) is not None]
            if early:
                found = [(each, severity) for each, severity in found if each.early and severity is Severity.ERROR]
            self._active[subject, early] = found
        return found


def nearest(name: str, names: Iterable[str]) -> str:
    """` (did you mean X?)` for the nearest of the names, or nothing."""
    import difflib  # only needed once something is wrong

    every = list(names)
    matches = sorted(difflib.get_close_matches(name, every, len(every) or 1), key=every.index)

    def alike(match: str) -> tuple[float, int]:
        same = next((at for at, (a, b) in enumerate(zip(name, match, strict=False)) if a != b), len(name))
        return difflib.SequenceMatcher(None, name, match).ratio(), same  # how much, and from the start on

    return f" (did you mean {max(matches, key=alike)!r}?)" if matches else ""


def check_subject(
    subject: Any, place: Place, context: Context, severities: Severities, *, early: bool = False
) -> Iterator[Finding]:
    """Runs every rule for one object of the model; with `early`, those that a constructor refuses."""
    for each, severity in severities.active(type(subject), early=early):
        for problem in each.check(subject, context):
            at = problem.place or place
            yield Finding(
                rule=each.id,
                severity=severity,
                path=at.path,
                resource=at.resource,
                template=at.template,
                message=problem.message,
                fix=problem.fix,
                source=each.source,
                property=problem.property,
            )


def check_stack(stack: Stack, context: Context, severities: Severities) -> Iterator[Finding]:
    """Runs every rule over one stack and all that is in it."""
    context = context.within([stack])
    for subjects in (stack.functions.values(), stack.companions()):
        for subject in subjects:
            yield from check_subject(subject, subject.place, context, severities)
    yield from check_subject(stack, stack.place, context, severities)


def check_topology(topology: Topology, context: Context, severities: Severities) -> Iterator[Finding]:
    """Runs every rule about what lies between resources, possibly of several stacks."""
    context = context.within(topology.stacks.values())
    for subjects in (
        topology.deployed(),
        topology.layer_uses(),
        topology.attachments(),
        topology.calls(),
        topology.forbidden(),
        topology.clashes(),
        topology.subscribed(),
        topology.published(),
        topology.deliveries(),
        topology.notified(),
        topology.rules(),
        topology.schedules(),
        topology.sendings(),
        topology.asynchronous(),
        topology.reconfigured(),
        topology.circles(),
        topology.pollings(),
        topology.failing(),
        topology.queues(),
        topology.policies(),
        topology.open_urls(),
        topology.roles(),
        topology.function_roles(),
        topology.authorizer_code(),
        topology.function_policies(),
        topology.role_policies(),
        topology.qualified(),
        topology.scaled(),
        topology.provisioned(),
        topology.hosted(),
        topology.hosts(),
    ):
        for subject in subjects:
            yield from check_subject(subject, subject.place, context, severities)
    for gateway in topology.gateways():
        yield from check_subject(gateway, gateway.place, context, severities)
        for guard in gateway.guards:
            yield from check_subject(guard, guard.place, context, severities)


def check_uses(apps: Sequence[Topology], context: Context, severities: Severities) -> Iterator[Finding]:
    """Runs every rule about what an app takes of an account: all its stacks count, also those of its Stages."""
    context = context.within([stack for app in apps for stack in app.stacks.values()])
    for use in sums(apps):
        yield from check_subject(use, use.place, context, severities)


__all__ = [
    "FAMILIES",
    "Context",
    "Problem",
    "Rule",
    "Severities",
    "all_rules",
    "check_stack",
    "check_subject",
    "check_topology",
    "check_uses",
    "nearest",
    "rule",
]
