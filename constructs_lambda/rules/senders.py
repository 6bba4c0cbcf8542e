"""CL61x: when rules, schedules and buckets send, and what."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Delivery, Notified, Text
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted, too_long
from constructs_lambda.tokens import Unknown, known, resolve_text

_RATE = re.compile(r"rate\(([0-9]+) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]*)\)")
_AT = re.compile(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?\)")
_RANGES = {
    "minutes": (0, 59),
    "hours": (0, 23),
    "day of month": (1, 31),
    "month": (1, 12),
    "day of week": (1, 7),
    "year": (1970, 2199),
}
_KINDS = (
    "s3:LifecycleExpiration",
    "s3:ObjectAcl",
    "s3:ObjectAnnotation",
    "s3:ObjectCreated",
    "s3:ObjectRemoved",
    "s3:ObjectRestore",
    "s3:ObjectRetention",
    "s3:ObjectTagging",
    "s3:Replication",
)
"""The kinds of events of a bucket, each of which has several."""
_SINGLE = ("s3:IntelligentTiering", "s3:LifecycleTransition", "s3:ReducedRedundancyLostObject", "s3:TestEvent")
_SURELY_THE_SAME = 0.9
_FIELDS = tuple(_RANGES)


@rule(
    "CL617",
    "Schedule not valid",
    Severity.ERROR,
    aws="EventBridge refuses the rule or schedule: parameter ScheduleExpression is not valid.",
    fix="Write rate(5 minutes), rate(1 day) or a cron with six fields, one of the two for days being ?.",
    source="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
)
def schedule(delivery: Delivery) -> Iterator[Problem]:
    expression = known(delivery.expression)
    wrong = _wrong(expression, is_rule=delivery.service == "events") if expression else None
    if wrong:
        message = f"the schedule {quoted(expression or '')} {wrong}"
        yield Problem("ScheduleExpression", message, "Write such as rate(5 minutes) or cron(0 18 ? * MON-FRI *).")


def _wrong(expression: str, *, is_rule: bool) -> str | None:
    rate, cron = _RATE.fullmatch(expression), _CRON.fullmatch(expression)
    if rate:
        number, unit = int(rate[1]), rate[2]
        if number and is_rule and (number == 1) == bool(rate[3]):
            return f"needs the unit {unit if number == 1 else f'{unit}s'}"
        return wrong_numbers(expression)
    if cron:
        fields = cron[1].split()
        if len(fields) != len(_FIELDS):
            return f"has {len(fields)} fields; AWS takes six: {', '.join(_FIELDS)}"
        if wrong := wrong_numbers(expression):
            return wrong
        days = (fields[2], fields[4])
        return None if "?" in days else "names both a day of the month and a day of the week; one of them has to be ?"
    if not is_rule and _AT.fullmatch(expression):
        return None
    return f"is none of {'rate(...) and cron(...)' if is_rule else 'rate(...), cron(...) and at(...)'}"


def wrong_numbers(expression: str) -> str | None:
    """What is wrong with the numbers of a `rate(...)` or a `cron(...)` of six fields; None for all else."""
    rate, cron = _RATE.fullmatch(expression), _CRON.fullmatch(expression)
    if rate and int(rate[1]) == 0:
        return "has a rate of 0"
    fields = cron[1].split() if cron else []
    for name, field in zip(_FIELDS, fields if len(fields) == len(_FIELDS) else [], strict=False):
        least, most = _RANGES[name]
        if beyond := _beyond(field, least, most):
            return f"has {beyond} for {name}; AWS takes {least} to {most}"
    return None


def _beyond(field: str, least: int, most: int) -> str | None:
    """The first number of a field of cron that is out of its range; steps aside."""
    for item in field.split(","):
        for number in item.partition("/")[0].split("-"):
            if number.isascii() and number.isdigit() and not least <= int(number[:9]) <= most:
                return number[:9]
    return None


@rule(
    "CL618",
    "Input of a target not valid",
    Severity.ERROR,
    aws="EventBridge refuses the target: the input is JSON, for a rule of at most 8,192 characters.",
    fix="Write JSON, and send what is larger through S3.",
    source="https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html",
)
def target_input(delivery: Delivery) -> Iterator[Problem]:
    prop = f"{delivery.property.rpartition('.')[0]}.Input"
    if delivery.service == "events":
        fix = "Shorten it, or put it into S3."
        yield from too_long(prop, "the input of the target", delivery.input, limits.RULE_INPUT_LENGTH, fix)
        text = known(delivery.input)
        if text is not None and not is_json(text):
            yield Problem(prop, f"the input {quoted(text)} is no JSON", 'Write JSON; a text stands in "quotes".')


def is_json(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@rule(
    "CL619",
    "Notifications of a bucket overlap",
    Severity.ERROR,
    aws="S3 refuses the notifications: two of one bucket must not be about the same event, with prefixes and suffixes "
    "that fit the same key.",
    fix="Notify one of them, such as a topic that both subscribe to, or tell them apart by prefix or suffix.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html",
)
def overlap(notified: Notified) -> Iterator[Problem]:
    for one, other in combinations(notified.deliveries, 2):
        event = _shared_event(one, other)
        if event and _fits(one.prefix, other.prefix, str.startswith) and _fits(one.suffix, other.suffix, str.endswith):
            message = f"{one.property} and {other.property} are both about {event} of the same keys"
            yield Problem(other.property, message, "Notify a topic that both subscribe to, or set other prefixes.")
            return


def _shared_event(one: Delivery, other: Delivery) -> str | None:
    for first in known(one.events) or ():
        for second in known(other.events) or ():
            if isinstance(first, str) and isinstance(second, str):
                for wide, narrow in ((first, second), (second, first)):
                    if wide == narrow or (wide.endswith("*") and narrow.startswith(wide[:-1])):
                        return narrow
    return None


def _fits(one: Text, other: Text, is_part: Callable[[str, str], bool]) -> bool:
    """Whether one key may fit both; a filter that isn't known may tell them apart."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return False
    return is_part(one or "", other or "") or is_part(other or "", one or "")


@rule(
    "CL641",
    "Event of a bucket misspelt",
    Severity.ERROR,
    aws="S3 refuses the notifications: the event is not supported.",
    fix="Write one of the events that S3 has.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html",
)
def bucket_event(delivery: Delivery) -> Iterator[Problem]:
    for event in known(delivery.events) or ():
        text = known(resolve_text(event))
        meant = _meant(text) if text else None
        if meant:
            prop = delivery.property.rpartition(".")[0]
            yield Problem(f"{prop}.Event", f"S3 has no event {quoted(text or '')}", f"Write {meant}.")


def _meant(event: str) -> str | None:
    """The event that is surely meant where there is none of the name; S3 gets new ones."""
    if event in _KINDS:
        return f"{event}:*"
    kind = event.rpartition(":")[0] if event.count(":") > 1 else event
    if kind in _KINDS or event in _SINGLE:
        return None
    import difflib  # only needed once something is wrong

    close = difflib.get_close_matches(kind, (*_KINDS, *_SINGLE), 1, _SURELY_THE_SAME)
    return f"{close[0]}:*" if close and close[0] in _KINDS else close[0] if close else None
