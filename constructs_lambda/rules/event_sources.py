"""CL62x: event source mappings: the queues and streams that Lambda polls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import EventSourceMapping, Polling
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.deliveries import lacks
from constructs_lambda.rules.problems import listed, number_problem, one_of, quoted
from constructs_lambda.tokens import certain_count, known, resolve_text

_API = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"
_STREAMS = ("kinesis", "dynamodb")
_POSITIONS = ("TRIM_HORIZON", "LATEST", "AT_TIMESTAMP")
_ARN = re.compile(r"arn:[a-z0-9-]+:([a-z0-9-]+):([a-z0-9-]*):")
_SERVICES = {
    "sqs": "an SQS queue",
    "kinesis": "a Kinesis stream",
    "dynamodb": "a DynamoDB stream",
    "kafka": "a Kafka cluster",
    "mq": "an Amazon MQ broker",
    "rds": "a DocumentDB cluster",
}
_PUSHING = {
    "sns": ("an SNS topic", "Subscribe the function to it (AWS::SNS::Subscription)"),
    "s3": ("a bucket", "Let the bucket notify the function (NotificationConfiguration)"),
    "events": ("EventBridge", "Make the function the target of a rule (AWS::Events::Rule)"),
}
"""What invokes functions by itself, and how; Lambda polls none of it."""
_ATTRIBUTES = {"sqs": "Arn", "kinesis": "Arn", "dynamodb": "StreamArn"}
_DESTINATIONS = ("sqs", "sns", "s3")
_GRANTS = {
    "sqs": "queue.grant_consume_messages(fn)",
    "kinesis": "stream.grant_read(fn)",
    "dynamodb": "table.grant_stream_read(fn)",
}
_POLLED = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "kinesis": ("kinesis:GetRecords", "kinesis:GetShardIterator"),
    "dynamodb": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
}
"""What Lambda does to read a queue or stream, without what only some need."""


@rule(
    "CL620",
    "Event source setting out of range",
    Severity.ERROR,
    aws="The Lambda API refuses the event source mapping.",
    fix="Stay within the range.",
    source=_API,
)
def ranges(mapping: EventSourceMapping) -> Iterator[Problem]:
    for prop, what, value, limit in (
        ("BatchSize", "the batch size", mapping.batch_size, limits.EVENT_SOURCE_BATCH_SIZE),
        (
            "MaximumBatchingWindowInSeconds",
            "the batching window",
            mapping.batching_window_seconds,
            limits.EVENT_SOURCE_BATCHING_WINDOW,
        ),
        ("TumblingWindowInSeconds", "the tumbling window", mapping.tumbling_window_seconds, limits.TUMBLING_WINDOW),
        ("ParallelizationFactor", "the parallelization factor", mapping.parallelization, limits.PARALLELIZATION_FACTOR),
        ("MaximumRetryAttempts", "MaximumRetryAttempts", mapping.retries, limits.STREAM_RETRIES),
        (
            "ScalingConfig.MaximumConcurrency",
            "the maximum concurrency",
            mapping.maximum_concurrency,
            limits.SQS_MAXIMUM_CONCURRENCY,
        ),
    ):
        yield from number_problem(prop, what, value, limit, f"Choose {limit.allowed}.")
    if mapping.record_age_seconds != -1:  # without end
        limit = limits.STREAM_RECORD_AGE
        fix = f"Choose {limit.allowed}, or -1 for no limit."
        yield from number_problem(
            "MaximumRecordAgeInSeconds", "the maximum age of a record", mapping.record_age_seconds, limit, fix
        )
    yield from one_of("StartingPosition", "the starting position", mapping.starting_position, _POSITIONS)
    for word in known(mapping.response_types) or ():
        yield from one_of("FunctionResponseTypes", "a response type", resolve_text(word), ("ReportBatchItemFailures",))


@rule(
    "CL621",
    "Setting doesn't fit the event source",
    Severity.ERROR,
    aws="The Lambda API refuses the event source mapping: each kind of source takes settings of its own.",
    fix="Remove the setting, or choose one that the source takes.",
    source=_API,
)
def settings(polling: Polling) -> Iterator[Problem]:
    yield from _source(polling)
    if polling.service in _SERVICES:
        yield from _unsupported(polling)
        yield from _batches(polling)
        yield from _position(polling)
        yield from _pollers(polling)
    arn = known(polling.mapping.on_failure)
    if arn:
        match = _ARN.match(arn)
        prop = "DestinationConfig.OnFailure.Destination"
        if arn.endswith(".fifo"):
            yield Problem(
                prop, f"the destination {quoted(arn)} is FIFO; AWS takes standard ones", "Name a standard one."
            )
        elif not arn.startswith("kafka://") and (match is None or match[1] not in _DESTINATIONS):
            message = f"the destination {quoted(arn)} is none that AWS takes there: {', '.join(_DESTINATIONS)}"
            yield Problem(prop, message, "Name the ARN of a queue, a topic or a bucket.")


def _source(polling: Polling) -> Iterator[Problem]:
    wanted, prop = _ATTRIBUTES.get(polling.service), "EventSourceArn"
    if polling.service in _PUSHING:
        pushes, instead = _PUSHING[polling.service]
        message = f"the source is {pushes}; Lambda polls {listed(list(_SERVICES.values()))}"
        yield Problem(prop, message, f"{instead}.")
    what = _SERVICES.get(polling.service, "")
    if wanted and polling.attribute is not None and polling.attribute not in (wanted, "ConsumerARN"):
        got = polling.attribute or "Ref"
        message = f"the source is the {got} of {polling.source}; AWS takes the {wanted} of {what}"
        yield Problem(prop, message, f"Write the {wanted}.")
    if polling.has_stream is False and polling.attribute == "StreamArn":
        message = f"the source is the stream of {polling.source}, a table without one"
        yield Problem(prop, message, "Set StreamSpecification of the table (stream= in CDK).")
    arn = known(polling.mapping.source_arn)
    match = _ARN.match(arn) if arn else None
    if arn and match is None:
        yield Problem(prop, f"the source {quoted(arn)} is no ARN", "Write the ARN of the queue or stream.")
    elif arn and match and match[1] == "dynamodb" and "/stream/" not in arn:
        yield Problem(
            prop, f"the source {quoted(arn)} is a table, not its stream", "Write the ARN of the table's stream."
        )
    elif arn and match and match[2] and polling.region and match[2] != polling.region:
        message = f"the source is in {match[2]}, and the function in {polling.region}; Lambda polls in its own Region"
        yield Problem(prop, message, "Put the function where the source is.")


def _unsupported(polling: Polling) -> Iterator[Problem]:
    mapping, service = polling.mapping, polling.service
    streams, records = _STREAMS, (*_STREAMS, "kafka")
    for prop, is_set, services in (
        ("ParallelizationFactor", (known(mapping.parallelization) or 0) > 1, streams),
        ("TumblingWindowInSeconds", (known(mapping.tumbling_window_seconds) or 0) > 0, streams),
        ("BisectBatchOnFunctionError", mapping.bisects is True, records),
        ("MaximumRecordAgeInSeconds", known(mapping.record_age_seconds) is not None, records),
        ("MaximumRetryAttempts", known(mapping.retries) is not None, records),
        ("DestinationConfig", bool(known(mapping.on_failure)), records),
        ("StartingPosition", known(mapping.starting_position) is not None, (*records, "rds")),
        ("ScalingConfig", known(mapping.maximum_concurrency) is not None, ("sqs",)),
        ("ProvisionedPollerConfig", known(mapping.maximum_pollers) is not None, ("sqs", "kafka")),
        ("Topics", bool(certain_count(mapping.topics)), ("kafka",)),
        ("Queues", bool(certain_count(mapping.queues)), ("mq",)),
        ("FilterCriteria", bool(certain_count(mapping.filters)), (*records, "sqs", "mq")),
    ):
        if is_set and service not in services:
            yield Problem(
                prop,
                f"{prop} is set, and the source is {_SERVICES[service]}; AWS takes it with "
                f"{listed([_SERVICES[each] for each in services])}",
                f"Remove {prop}.",
            )


def _is_fifo(polling: Polling) -> bool | None:
    if polling.queue is not None:
        fifo = polling.queue.is_fifo
        return bool(fifo) if fifo is None or isinstance(fifo, bool) else None
    arn = known(polling.mapping.source_arn)
    return arn.endswith(".fifo") if arn else None


def _batches(polling: Polling) -> Iterator[Problem]:
    size, window = polling.mapping.batch_size, polling.mapping.batching_window_seconds
    if polling.service != "sqs" or (polling.queue and polling.queue.place.conditional):
        return
    if _is_fifo(polling):
        limit = limits.SQS_FIFO_BATCH_SIZE
        if limits.EVENT_SOURCE_BATCH_SIZE.admits(known(size) or 1):
            yield from number_problem(
                "BatchSize", "the batch size of a FIFO queue", size, limit, f"Choose {limit.allowed}."
            )
        if (known(window) or 0) > 0:
            message = f"the batching window is {window} s, and the source is a FIFO queue, which takes none"
            yield Problem("MaximumBatchingWindowInSeconds", message, "Remove the batching window.")
    elif (known(size) or 0) > (limits.SQS_BATCH_SIZE_WITHOUT_WINDOW.maximum or 0) and window in (None, 0):
        maximum = limits.SQS_BATCH_SIZE_WITHOUT_WINDOW.maximum
        message = f"the batch size is {size:,} without a batching window; AWS allows at most {maximum} then"
        yield Problem("BatchSize", message, "Set MaximumBatchingWindowInSeconds to at least 1.")


def _position(polling: Polling) -> Iterator[Problem]:
    position, prop = polling.mapping.starting_position, "StartingPosition"
    if polling.service in _STREAMS and position is None:
        message = f"the source is {_SERVICES[polling.service]}, and there is no starting position"
        yield Problem(prop, message, "Set StartingPosition to TRIM_HORIZON or LATEST.")
    elif position == "AT_TIMESTAMP":
        if polling.service == "dynamodb":
            message = "the starting position is AT_TIMESTAMP, which a DynamoDB stream doesn't have"
            yield Problem(prop, message, "Write TRIM_HORIZON or LATEST.")
        elif polling.service == "kinesis" and polling.mapping.starting_timestamp is None:
            message = "the starting position is AT_TIMESTAMP, and there is no StartingPositionTimestamp"
            yield Problem(prop, message, "Set StartingPositionTimestamp.")


def _pollers(polling: Polling) -> Iterator[Problem]:
    mapping = polling.mapping
    least, most = (
        (limits.SQS_MINIMUM_POLLERS, limits.SQS_MAXIMUM_POLLERS)
        if polling.service == "sqs"
        else (limits.KAFKA_MINIMUM_POLLERS, limits.KAFKA_MAXIMUM_POLLERS)
    )
    if polling.service in ("sqs", "kafka"):
        prop = "ProvisionedPollerConfig"
        for name, what, value, limit in (
            ("MinimumPollers", "the minimum of pollers", mapping.minimum_pollers, least),
            ("MaximumPollers", "the maximum of pollers", mapping.maximum_pollers, most),
        ):
            yield from number_problem(f"{prop}.{name}", what, value, limit, f"Choose {limit.allowed}.")
        minimum, maximum = known(mapping.minimum_pollers), known(mapping.maximum_pollers)
        if minimum is not None and maximum is not None and minimum > maximum:
            message = f"the minimum of pollers is {minimum:,}, and the maximum {maximum:,}"
            yield Problem(f"{prop}.MinimumPollers", message, "Raise the maximum, or lower the minimum.")
    concurrency = known(mapping.maximum_concurrency)
    if concurrency is not None and known(mapping.maximum_pollers) is not None:
        message = "the maximum concurrency and provisioned pollers are both set; AWS takes one of them"
        yield Problem("ScalingConfig", message, "Remove ScalingConfig or ProvisionedPollerConfig.")


@rule(
    "CL624",
    "Source mapped twice to a function",
    Severity.ERROR,
    aws="The Lambda API refuses the second mapping: one for this source and function exists already.",
    fix="Merge the two.",
    source=_API,
)
def mapped_twice(polling: Polling) -> Iterator[Problem]:
    if polling.others:
        first = polling.others[0].place.path
        message = f"{polling.source or 'the source'} is mapped to this function already, by {first}"
        yield Problem("", message, "Merge the two; five filters may stand in one.")


@rule(
    "CL628",
    "Role may not read the event source",
    Severity.ERROR,
    aws="The Lambda API refuses the event source mapping: the function's role may not read the queue or stream.",
    fix="Allow it in the role, or attach the managed policy for the source, such as AWSLambdaSQSQueueExecutionRole.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
)
def may_read(polling: Polling) -> Iterator[Problem]:
    if polling.place.conditional:
        return
    missing = lacks(polling.access, _POLLED.get(polling.service, ()), polling.service)
    if missing:
        role = polling.access.rights.place if polling.access else None
        yield Problem(
            "FunctionName",
            f"the function's role {role.path if role else ''} doesn't allow {', '.join(missing)} on "
            f"{polling.source}, {_SERVICES[polling.service]} that Lambda reads with it",
            f"Grant it in the role, as {_GRANTS[polling.service]} does.",
        )
