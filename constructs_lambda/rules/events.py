"""CL60x: asynchronous invocation: retries, age and destinations of events."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import AsyncInvocation, Function, Reconfigured
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, quoted, too_long
from constructs_lambda.tokens import known

_ASYNC = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html"
_DESTINATIONS = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"
_SUCCESS_SERVICES = ("sqs", "sns", "lambda", "events")
_FAILURE_SERVICES = (*_SUCCESS_SERVICES, "s3")
_ARN = re.compile(r"arn:[a-z0-9-]+:([a-z0-9-]+):")
_QUALIFIER = re.compile(r"[a-zA-Z0-9$_-]{1,129}|\$LATEST\.PUBLISHED")
_FIFO = {"sqs": "queue; AWS takes standard queues only", "sns": "topic; AWS takes standard topics only"}
_STANDARD = "Name a standard queue or topic."


@rule(
    "CL601",
    "Asynchronous invocation out of range",
    Severity.ERROR,
    aws="The Lambda API refuses the setting.",
    fix="Choose 0 to 2 retries and an event age of 60 s to 6 hours, for a version, an alias or $LATEST.",
    source=_ASYNC,
)
def async_range(invocation: AsyncInvocation) -> Iterator[Problem]:
    yield from number_problem(
        "MaximumRetryAttempts",
        "the number of retries of an asynchronous event",
        invocation.retries,
        limits.ASYNC_RETRIES,
        "Choose 0, 1 or 2; for more retries put an SQS queue in front.",
    )
    yield from number_problem(
        "MaximumEventAgeInSeconds",
        "the maximum event age",
        invocation.event_age_seconds,
        limits.ASYNC_EVENT_AGE,
        "Choose 60 s to 21,600 s (6 hours); for longer put an SQS queue in front.",
    )
    qualifier = known(invocation.qualifier)
    if qualifier is not None and not _QUALIFIER.fullmatch(qualifier):
        message = f"the qualifier {quoted(qualifier)} is none; AWS takes $LATEST, a version's number or an alias"
        yield Problem("Qualifier", message, "Write $LATEST, the version's number or the alias's name.")


@rule(
    "CL602",
    "Destination not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the setting: a destination is the ARN of a standard queue or topic, a function or an "
    "event bus, after a failure also of a bucket.",
    fix="Name the ARN of a resource that can be a destination.",
    source=_DESTINATIONS,
)
def destinations(invocation: AsyncInvocation) -> Iterator[Problem]:
    for name, value, services in (
        ("OnSuccess", invocation.on_success, _SUCCESS_SERVICES),
        ("OnFailure", invocation.on_failure, _FAILURE_SERVICES),
    ):
        prop = f"DestinationConfig.{name}.Destination"
        yield from too_long(
            prop, "the destination's ARN", value, limits.DESTINATION_ARN_LENGTH, "Shorten the name in it."
        )
        arn = known(value)
        if not arn:
            continue
        match = _ARN.match(arn)
        if match and match.group(1) in ("sqs", "sns") and arn.endswith(".fifo"):
            yield Problem(prop, f"the destination {quoted(arn)} is a FIFO {_FIFO[match.group(1)]}", _STANDARD)
        elif match is None or match.group(1) not in services:
            yield Problem(
                prop,
                f"the destination {quoted(arn)} is none of the ARNs that AWS takes there: {', '.join(services)}",
                "Name the ARN of a queue, topic, function or event bus"
                + (" or of a bucket." if "s3" in services else "."),
            )


@rule(
    "CL603",
    "Asynchronous invocation configured twice",
    Severity.ERROR,
    aws="The second setting for the same function and qualifier fails: it exists already.",
    fix="Merge the two.",
    source=_ASYNC,
)
def configured_twice(twice: Reconfigured) -> Iterator[Problem]:
    yield Problem(
        "",
        f"the asynchronous invocation of {twice.function} ({quoted(twice.qualifier)}) is configured already, in "
        f"{twice.first}",
        "Merge the two.",
    )


@rule(
    "CL604",
    "Dead-letter target not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the function: a dead-letter target is the ARN of a standard queue or topic.",
    fix="Name the ARN of a standard SQS queue or SNS topic; for other targets set a destination on failure.",
    source=_DESTINATIONS,
)
def dead_letter_target(function: Function) -> Iterator[Problem]:
    arn = known(function.dead_letter_target)
    if not arn:
        return
    match = _ARN.match(arn)
    prop = "DeadLetterConfig.TargetArn"
    if match is None or match.group(1) not in ("sqs", "sns"):
        message = f"the dead-letter target {quoted(arn)} is no ARN of a queue or topic; AWS takes sqs and sns"
        yield Problem(prop, message, "Name the ARN of a standard SQS queue or SNS topic.")
    elif arn.endswith(".fifo"):
        message = f"the dead-letter target {quoted(arn)} is a FIFO {_FIFO[match.group(1)]}"
        yield Problem(prop, message, _STANDARD)
