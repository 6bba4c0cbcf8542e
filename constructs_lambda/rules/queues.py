"""CL62x and CL63x: queues, and the functions that read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Polling, Pollings, Queue, Redrive, Redriven, Topic
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, quoted
from constructs_lambda.tokens import Unknown, known

_SQS = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"
_DEFAULT_VISIBILITY, _DEFAULT_TIMEOUT = 30, 3
_TIMES = 6
_ARN = re.compile(r"arn:[a-z0-9-]+:sqs:([a-z0-9-]*):(\d*):")


def _times(polling: Polling) -> tuple[Queue, float, float] | None:
    """The queue, its visibility timeout and the function's timeout, where all are known."""
    queue, function = polling.queue, polling.function
    if queue is None or function is None or any(each.place.conditional for each in (queue, function, polling)):
        return None
    visibility = (
        _DEFAULT_VISIBILITY if queue.visibility_timeout_seconds is None else known(queue.visibility_timeout_seconds)
    )
    timeout = _DEFAULT_TIMEOUT if function.timeout_seconds is None else known(function.timeout_seconds)
    return None if visibility is None or timeout is None else (queue, visibility, timeout)


@rule(
    "CL625",
    "Visibility timeout shorter than the function's",
    Severity.ERROR,
    aws="The Lambda API refuses the event source mapping: the queue's visibility timeout is less than the function's "
    "timeout.",
    fix="Set the queue's visibility timeout to six times the function's timeout.",
    source=_SQS,
)
def visibility(polling: Polling) -> Iterator[Problem]:
    times = _times(polling)
    if times and times[1] < times[2]:
        queue, seconds, timeout = times
        given = "" if queue.visibility_timeout_seconds is not None else " (the default)"
        yield Problem(
            "VisibilityTimeout",
            f"the visibility timeout is {seconds:,} s{given}, and the function that reads the queue, "
            f"{polling.function.place.path if polling.function else ''}, has a timeout of {timeout:,} s",
            f"Set the visibility timeout to at least {_TIMES * timeout:,} s, six times the function's timeout.",
            queue.place,
        )


@rule(
    "CL626",
    "Visibility timeout below six times the function's",
    Severity.INFO,
    aws="Messages may show again while Lambda still retries a throttled batch, and are worked on twice.",
    fix="Set the queue's visibility timeout to six times the function's timeout, plus the batching window.",
    source=_SQS,
)
def visibility_advice(polling: Polling) -> Iterator[Problem]:
    times = _times(polling)
    if times and times[2] <= times[1] < _TIMES * times[2]:
        queue, seconds, timeout = times
        yield Problem(
            "VisibilityTimeout",
            f"the visibility timeout is {seconds:,} s, less than six times the timeout of the function that reads the "
            f"queue ({timeout:,} s)",
            f"Set it to {_TIMES * timeout:,} s plus the batching window.",
            queue.place,
        )


@rule(
    "CL627",
    "Queues may invoke more than is reserved",
    Severity.WARNING,
    aws="Lambda throttles what exceeds the function's reserved concurrency; the messages come back until they are in "
    "the dead-letter queue.",
    fix="Reserve at least as much as the maximum concurrency of all its queues.",
    source=_SQS,
)
def maximum_concurrency(pollings: Pollings) -> Iterator[Problem]:
    reserved, total = known(pollings.function.reserved_concurrency), sum(pollings.maximum_concurrency.values())
    if reserved is not None and 0 < reserved < total:
        yield Problem(
            "ReservedConcurrentExecutions",
            f"the maximum concurrency of the function's queues is {total:,}, and its reserved concurrency {reserved:,}",
            "Raise the reserved concurrency, or lower the maximum concurrency.",
        )


@rule(
    "CL630",
    "Dead-letter queue not accepted",
    Severity.ERROR,
    aws="SQS refuses the queue: a dead-letter queue is of the same type, Region and account, and gets a message after "
    "1 to 1,000 receives.",
    fix="Name a queue of the same type there, and after how many receives it gets a message.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
)
def redrive(redriven: Redriven) -> Iterator[Problem]:
    policy = redriven.queue.redrive
    if not isinstance(policy, Redrive):
        return
    for name, is_there in (("deadLetterTargetArn", policy.has_target), ("maxReceiveCount", policy.has_receives)):
        if not is_there:
            yield Problem("RedrivePolicy", f"the redrive policy has no {name}", f"Set {name}.")
    limit = limits.QUEUE_RECEIVES
    prop = "RedrivePolicy.deadLetterTargetArn"
    yield from number_problem(
        "RedrivePolicy.maxReceiveCount", "maxReceiveCount", policy.receives, limit, f"Choose {limit.allowed}."
    )
    arn = known(policy.arn)
    match = _ARN.match(arn) if arn else None
    if arn and match is None:
        yield Problem(prop, f"the dead-letter target {quoted(arn)} is no queue's ARN", "Write the ARN of a queue.")
    if match:
        for what, own, there in (("Region", redriven.region, match[1]), ("account", redriven.account, match[2])):
            if own and there and own != there:
                message = f"the dead-letter queue is in the {what} {there}, and the queue in {own}"
                yield Problem(prop, message, f"Use a dead-letter queue of the same {what}.")
    if redriven.dead_letters and redriven.dead_letters.place == redriven.place:
        yield Problem(prop, "the queue is its own dead-letter queue", "Name another queue.")
    elif redriven.dead_letters and redriven.attribute != "Arn":
        got = redriven.attribute or "Ref"
        message = f"the dead-letter target is the {got} of {redriven.dead_letters.place.path}, which is no ARN"
        yield Problem(prop, message, "Write the queue's Arn (Fn::GetAtt).")
    yield from _type(redriven, arn)


def _type(redriven: Redriven, arn: str | None) -> Iterator[Problem]:
    own, other = redriven.queue.is_fifo, _is_fifo(redriven, arn)
    if isinstance(own, Unknown) or other is None or bool(own) == other:
        return
    one, two = ("FIFO", "standard") if own else ("standard", "FIFO")
    message = f"the queue is a {one} queue, and its dead-letter queue a {two} one; AWS takes the same type"
    yield Problem("RedrivePolicy.deadLetterTargetArn", message, f"Use a {one} dead-letter queue.")


def _is_fifo(redriven: Redriven, arn: str | None) -> bool | None:
    """Whether the dead-letter queue is a FIFO queue; None where that isn't known."""
    queue = redriven.dead_letters
    if queue is None:
        return arn.endswith(".fifo") if arn else None
    return None if isinstance(queue.is_fifo, Unknown) or queue.place.conditional else bool(queue.is_fifo)


@rule(
    "CL632",
    "Queue setting out of range",
    Severity.ERROR,
    aws="SQS refuses the queue.",
    fix="Stay within the range.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
)
def ranges(queue: Queue) -> Iterator[Problem]:
    for prop, value, limit in (
        ("VisibilityTimeout", queue.visibility_timeout_seconds, limits.SQS_VISIBILITY_TIMEOUT),
        ("MessageRetentionPeriod", queue.retention_seconds, limits.QUEUE_RETENTION),
        ("DelaySeconds", queue.delay_seconds, limits.QUEUE_DELAY),
        ("ReceiveMessageWaitTimeSeconds", queue.wait_seconds, limits.QUEUE_WAIT),
        ("MaximumMessageSize", queue.message_bytes, limits.SQS_MAXIMUM_MESSAGE_SIZE),
    ):
        yield from number_problem(prop, prop, value, limit, f"Choose {limit.allowed}.")


@rule(
    "CL640",
    "Name that doesn't say whether it is FIFO",
    Severity.ERROR,
    aws="SQS and SNS refuse it: the name of a FIFO queue or topic ends in .fifo, and no other name has a dot.",
    fix="End the name of what is FIFO in .fifo, and no other.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
)
def fifo_name(named: Queue | Topic) -> Iterator[Problem]:
    name, kind = known(named.name), "queue" if isinstance(named, Queue) else "topic"
    if not name or isinstance(named.is_fifo, Unknown):
        return
    prop = f"{kind.title()}Name"
    if named.is_fifo and not name.endswith(".fifo"):
        yield Problem(prop, f"the FIFO {kind}'s name {quoted(name)} doesn't end in .fifo", f"Write {name[:75]}.fifo.")
    elif not named.is_fifo and name.endswith(".fifo"):
        message = f"the standard {kind}'s name {quoted(name)} ends in .fifo"
        yield Problem(prop, message, f"Set Fifo{kind.title()}, or leave out .fifo.")
