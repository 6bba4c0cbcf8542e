"""CL63x: rules of EventBridge with their patterns and targets, and schedules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Routed, Scheduled, TargetSettings
from constructs_lambda.rules import Problem, nearest, rule
from constructs_lambda.rules.deliveries import lacks
from constructs_lambda.rules.patterns import OR, has_unknown, pattern_problems
from constructs_lambda.rules.problems import number_problem, one_of, quoted
from constructs_lambda.rules.senders import is_json
from constructs_lambda.tokens import Unknown, known, may_grow

_PATTERNS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html"
_PUT_RULE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"
_SCHEDULE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"
_EXAMPLE = 'Write an object, such as {"source": ["orders"], "detail-type": ["Paid"]}.'
_KEYS = (
    "account",
    "detail",
    "detail-type",
    "id",
    "region",
    "replay-name",
    "resources",
    "source",
    "time",
    "version",
)
"""What every event of a bus has at its top."""
_ABSENT = [{"exists": False}]


def event_pattern_problems(pattern: Mapping[str, Any], prop: str = "EventPattern") -> list[Problem]:
    """What EventBridge doesn't take in an event pattern.

    Args:
        pattern: The pattern, as EventBridge has it: `detail-type`, and every value in a list.
        prop: Where it stands.
    """
    if not pattern:
        message = "the event pattern is empty, which AWS refuses"
        return [Problem(prop, message, 'Write {"source": [{"prefix": ""}]} for every event.')]
    found = pattern_problems(pattern, f"{prop}.", "the event pattern")
    size, limit = len(json.dumps(pattern, separators=(",", ":"), default=str)), limits.EVENT_PATTERN_LENGTH
    if not limit.admits(size) and not has_unknown(pattern):
        message = f"the event pattern is {size:,} characters long; AWS allows {limit.allowed}"
        found.append(Problem(prop, message, "Make two rules of it."))
    return found


@rule(
    "CL634",
    "Event pattern not valid",
    Severity.ERROR,
    aws="EventBridge refuses the rule: an event pattern is a JSON object of at most 4,096 characters, whose keys have "
    "lists of texts, numbers, true, false, null and operators, or objects of such keys.",
    fix="Write it as EventBridge takes it.",
    source=_PATTERNS,
)
def event_pattern(routed: Routed) -> Iterator[Problem]:
    pattern = routed.rule.pattern
    if isinstance(pattern, Mapping):
        yield from event_pattern_problems(pattern)
    elif pattern is not None and not isinstance(pattern, Unknown):
        yield Problem("EventPattern", "the event pattern is no JSON object", _EXAMPLE)


@rule(
    "CL635",
    "Event pattern that no event matches",
    Severity.WARNING,
    aws="EventBridge takes the rule, which never fires: an event has the keys version, id, detail-type, source, "
    "account, time, region, resources and detail, and what is sent with it stands in detail.",
    fix="Name one of those keys, or put the key into detail.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html",
)
def event_keys(routed: Routed) -> Iterator[Problem]:
    pattern = routed.rule.pattern
    if not isinstance(pattern, Mapping) or may_grow(pattern):
        return
    for key, value in pattern.items():
        if key not in _KEYS and key != OR and value != _ABSENT:
            name = quoted(str(key))
            message = f"the event pattern asks for the key {name}, which no event has at its top"
            yield Problem(f"EventPattern.{key}"[:150], message, f"Write one of {', '.join(_KEYS)}{_meant(str(key))}.")


def _meant(key: str) -> str:
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in key).strip("-").replace("_", "-")
    return nearest(words, _KEYS)


@rule(
    "CL636",
    "Rule of EventBridge not accepted",
    Severity.ERROR,
    aws="EventBridge refuses the rule or its target. A rule has a pattern or a schedule, a schedule stands on the "
    "default bus only; a target says in one way what it is sent, and for a FIFO queue names a message group.",
    fix="Set what is missing, and one of what excludes each other.",
    source=_PUT_RULE,
)
def event_rule(routed: Routed) -> Iterator[Problem]:
    each = routed.rule
    if each.pattern is None and each.expression is None:
        message = "the rule has neither an event pattern nor a schedule"
        yield Problem("EventPattern", message, "Set EventPattern or ScheduleExpression.")
    expression = known(each.expression)
    if routed.has_own_bus and expression:
        message = "the rule has a schedule and stands on a bus of its own; AWS takes schedules on the default bus only"
        yield Problem("EventBusName", message, "Leave out the bus, or use AWS::Scheduler::Schedule.")
    for target in each.targets:
        yield from _tries(target)
        if len(target.inputs) > 1:
            message = f"the target has {' and '.join(target.inputs)}; AWS takes one of them"
            yield Problem(f"{target.within}{target.inputs[1]}", message, "Keep one.")
    for within in routed.fifo_targets:
        message = "the target is a FIFO queue, and no message group is named"
        yield Problem(f"{within}SqsParameters", message, "Set SqsParameters.MessageGroupId.")


def _tries(target: TargetSettings) -> Iterator[Problem]:
    within = f"{target.within}RetryPolicy."
    for name, what, value, limit in (
        ("MaximumRetryAttempts", "the number of retries", target.retries, limits.TARGET_RETRIES),
        ("MaximumEventAgeInSeconds", "the maximum age of an event", target.event_age_seconds, limits.TARGET_EVENT_AGE),
    ):
        yield from number_problem(f"{within}{name}", what, value, limit, f"Choose {limit.allowed}.")


@rule(
    "CL637",
    "Schedule not accepted",
    Severity.ERROR,
    aws="EventBridge Scheduler refuses the schedule: a flexible window has 1 to 1,440 minutes, the input for a "
    "function is JSON, dead letters go to a standard queue.",
    fix="Stay within what the Scheduler takes.",
    source=_SCHEDULE,
)
def scheduled(scheduled: Scheduled) -> Iterator[Problem]:
    each, window = scheduled.schedule, "FlexibleTimeWindow"
    yield from one_of(f"{window}.Mode", "the mode of the flexible window", each.window, ("OFF", "FLEXIBLE"))
    minutes, limit = f"{window}.MaximumWindowInMinutes", limits.SCHEDULE_WINDOW
    fix = f"Choose {limit.allowed}."
    yield from number_problem(minutes, "the flexible window", each.window_minutes, limit, fix)
    if each.window == "FLEXIBLE" and each.window_minutes is None:
        yield Problem(minutes, "the window is FLEXIBLE, and its length is missing", f"Set it to {limit.allowed}.")
    target = each.target
    if target:
        yield from _tries(target)
        text = known(target.input)
        if scheduled.is_function and text is not None and not is_json(text):
            message = f"the input {quoted(text)} is no JSON, and the target is a function"
            yield Problem(f"{target.within}Input", message, 'Write JSON; a text stands in "quotes".')
        if scheduled.has_fifo_dead_letters:
            message = "the dead-letter queue is a FIFO queue; the Scheduler takes standard ones only"
            yield Problem(f"{target.within}DeadLetterConfig.Arn", message, "Use a standard queue.")


@rule(
    "CL642",
    "Schedule's role may not send dead letters",
    Severity.ERROR,
    aws="EventBridge Scheduler takes the schedule, and what it can't deliver is lost: its role doesn't allow "
    "sqs:SendMessage on the dead-letter queue.",
    fix="Allow sqs:SendMessage on the queue in the schedule's role.",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
)
def dead_letter_rights(scheduled: Scheduled) -> Iterator[Problem]:
    if lacks(scheduled.access, ("sqs:SendMessage",)) and not scheduled.place.conditional:
        message = (
            f"the schedule's role doesn't allow sqs:SendMessage on its dead-letter queue, {scheduled.dead_letters}"
        )
        yield Problem("Target.DeadLetterConfig.Arn", message, "Allow it in the role (queue.grant_send_messages).")


@rule(
    "CL638",
    "Time zone misspelt",
    Severity.WARNING,
    aws="EventBridge Scheduler refuses a time zone that the IANA database doesn't have.",
    fix="Write the zone's name in the IANA database, such as Europe/Berlin.",
    source=_SCHEDULE,
)
def time_zone(scheduled: Scheduled) -> Iterator[Problem]:
    zone = known(scheduled.schedule.time_zone)
    if zone and zone not in _zones():
        meant = nearest(zone, _zones())
        if meant:
            message = f"the time zone {quoted(zone)} isn't in the IANA database{meant}"
            yield Problem("ScheduleExpressionTimezone", message, "Correct the name.")


@cache
def _zones() -> frozenset[str]:
    """The names of the database of this machine; none of them where it has none."""
    import zoneinfo  # only needed where something names a time zone

    return frozenset(zoneinfo.available_timezones())
