"""`StreamTrigger`: records of a DynamoDB or Kinesis stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import (
    Duration,
    Names,
    aws_dynamodb,
    aws_kinesis,
    aws_lambda,
    aws_lambda_event_sources,
    aws_sqs,
)
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk.inputs import (
    beyond,
    refuse_no_duration,
    refuse_no_mappings,
    refuse_no_number,
    refuse_no_switch,
    set_only,
)
from constructs_lambda.cdk.queues import dead_letters
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.cdk.triggers.filters import without_pattern
from constructs_lambda.cdk.triggers.inputs import refuse, refuse_no_queue, wrong_kind_of_queue
from constructs_lambda.errors import InputError

DEFAULT_RETRIES = 5
"""AWS tries until the record expires, and everything behind it waits for as long: a day, or up to a year."""
_SOURCES = {
    "table_arn": ("DynamoDBEventSource", aws_lambda_event_sources.DynamoEventSource),
    "stream_consumer_arn": ("KinesisConsumerEventSource", aws_lambda_event_sources.KinesisConsumerEventSource),
    "stream_arn": ("KinesisEventSource", aws_lambda_event_sources.KinesisEventSource),
}


class StreamTrigger(Trigger):
    """A function works off a DynamoDB table's changes, or a Kinesis stream's records, in batches and in order.

    A batch that fails is halved until the bad record is alone, and the function can answer which one it is
    (`batchItemFailures`). After five retries the record is given up, and `dead_letter_queue` gets a note of where it
    stands in the stream, **not the record itself**: read it before it expires, after a day from a table, and from
    Kinesis after as long as the stream keeps it. `S3OnFailureDestination` as `dead_letter_queue` keeps the record too.

    Creates: `AWS::Lambda::EventSourceMapping`; an `AWS::Kinesis::Stream` with one shard, encrypted with Kinesis's own
    key, where no source is given; an `AWS::SQS::Queue` for failures.

    Costs when idle: nothing for a table's stream; a shard of Kinesis costs by the hour, used or not.

    Args:
        source: A table with a stream (`stream=` of a `Table`, `dynamo_stream=` of a `TableV2`), a Kinesis stream, or a
            consumer of one (enhanced fan-out). A Kinesis stream is made where none is given.
        starting_position: Where it starts. At the oldest record (`TRIM_HORIZON`) where it isn't given; `LATEST` misses
            what is written until the deployment is done.
        starting_position_timestamp: Seconds since 1970, for `AT_TIMESTAMP`; Kinesis only.
        batch_size: How many records at once. 100 where it isn't given.
        max_batching_window: For how long to wait for a batch to fill.
        parallelization_factor: How many batches of a shard at once; what belongs to one key stays in order.
        tumbling_window: Over which time state is handed on from batch to batch.
        filters: Which records, `[aws_lambda.FilterCriteria.filter(...)]`.
        report_batch_item_failures: Whether the function answers which record failed. True where it isn't given.
        bisect_batch_on_error: Whether a batch that fails is halved. True where it isn't given.
        retry_attempts: How often a batch is tried again. Five times where it isn't given; -1 for as long as it exists.
        max_record_age: Older records are given up. Never where it isn't given.
        enabled: Whether it is read. True where it isn't given.
        dead_letter_queue: Where failures are noted: a queue, or a destination such as `S3OnFailureDestination`. A queue
            is made where none is given; False for none.
        id: Id within the function. Only needed for a second one of the kind.

    Raises:
        InputError: AWS would refuse it; all problems at once.
        TypeError: A value of the wrong type.
    """

    source: aws_dynamodb.ITable | aws_kinesis.IStream | aws_kinesis.IStreamConsumer
    """What it reads; a stream of ours exists once the trigger was added to a function."""

    def __init__(
        self,
        source: aws_dynamodb.ITable | aws_kinesis.IStream | aws_kinesis.IStreamConsumer | None = None,
        *,
        starting_position: aws_lambda.StartingPosition = aws_lambda.StartingPosition.TRIM_HORIZON,
        starting_position_timestamp: float | None = None,
        batch_size: int | None = None,
        max_batching_window: Duration | None = None,
        parallelization_factor: int | None = None,
        tumbling_window: Duration | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
        report_batch_item_failures: bool = True,
        bisect_batch_on_error: bool = True,
        retry_attempts: int = DEFAULT_RETRIES,
        max_record_age: Duration | None = None,
        enabled: bool | None = None,
        dead_letter_queue: aws_sqs.IQueue | aws_lambda.IEventSourceDlq | bool | None = None,
        id: str | None = None,
    ) -> None:
        options = {name: value for name, value in locals().items() if name not in ("self", "__class__", "id")}
        super().__init__(id)
        _refuse_wrong_types(options)
        refuse("StreamTrigger", _problems(options))
        self._given = options.pop("source")
        self._dead_letters = options.pop("dead_letter_queue")
        self._options = options
        if source is not None:
            self.source = source

    def _wire(self, target: aws_lambda.IFunction) -> None:
        if target.role is None:
            raise InputError(
                f"{target.node.path} is imported without its role, which has to be let read the stream. Fix: "
                "Function.from_function_attributes(..., role=Role.from_role_arn(...))."
            )
        if self._given is not None:
            attribute, name, _ = _kind(self._given)
            id, arn = f"{name}:{Names.node_unique_id(self._given.node)}", getattr(self._given, attribute)
            self._refuse_taken(target, self._given, id, arn)
        place = self._place(target, self._given)
        if self._given is None:
            self.source = make_stream(place)
        letters = self._dead_letters
        if not hasattr(letters, "bind"):
            letters = self.dead_letter_queue = dead_letters(letters, place)
            letters = aws_lambda_event_sources.SqsDlq(letters) if letters is not None else None
        *_, source = _kind(self.source)
        source(self.source, **set_only(on_failure=letters, **self._options)).bind(target)


def make_stream(place: Construct) -> aws_kinesis.Stream:
    """A Kinesis stream: one shard, encrypted with Kinesis's own key, which costs nothing by the month.

    Args:
        place: Parent construct.
    """
    return aws_kinesis.Stream(
        place,
        "Stream",
        stream_mode=aws_kinesis.StreamMode.PROVISIONED,
        shard_count=1,
        encryption=aws_kinesis.StreamEncryption.MANAGED,
    )


def _kind(source: Any) -> Any:
    return next((attribute, *kind) for attribute, kind in _SOURCES.items() if hasattr(source, attribute))


def _refuse_wrong_types(options: Mapping[str, Any]) -> None:
    source, position, letters = options["source"], options["starting_position"], options["dead_letter_queue"]
    if source is not None and not any(hasattr(source, attribute) for attribute in _SOURCES):
        raise TypeError(
            "source must be a table with a stream (aws_dynamodb), or a stream or a consumer of one (aws_kinesis); got "
            f"{source!r}"
        )
    if not isinstance(position, aws_lambda.StartingPosition):
        raise TypeError(f"starting_position must be an aws_lambda.StartingPosition; got {position!r}")
    if not hasattr(letters, "bind"):
        refuse_no_queue("dead_letter_queue", letters)
    stamp = options["starting_position_timestamp"]
    if stamp is not None and (isinstance(stamp, bool) or not isinstance(stamp, int | float)):
        raise TypeError(f"starting_position_timestamp must be a number of seconds since 1970; got {stamp!r}")
    numbers = ("batch_size", "parallelization_factor", "retry_attempts")
    refuse_no_number(**{name: options[name] for name in numbers})
    durations = ("max_batching_window", "tumbling_window", "max_record_age")
    refuse_no_duration(**{name: options[name] for name in durations})
    switches = ("report_batch_item_failures", "bisect_batch_on_error", "enabled")
    refuse_no_switch(**{name: options[name] for name in switches})
    refuse_no_mappings(filters=options["filters"])


def _problems(options: Mapping[str, Any]) -> Iterator[str]:
    source, letters = options["source"], options["dead_letter_queue"]
    is_table = hasattr(source, "table_arn")
    if is_table and not source.table_stream_arn:
        yield (
            f"the table {source.node.path} has no stream. Fix: stream=StreamViewType.NEW_AND_OLD_IMAGES on the table."
        )
    is_stamped = options["starting_position"] is aws_lambda.StartingPosition.AT_TIMESTAMP
    if is_stamped and is_table:
        yield "starting_position is AT_TIMESTAMP, which tables' streams don't know. Fix: TRIM_HORIZON or LATEST."
    if is_stamped != (options["starting_position_timestamp"] is not None):
        yield "AT_TIMESTAMP and starting_position_timestamp belong together. Fix: set both or neither."
    yield from without_pattern(options["filters"])
    if not hasattr(letters, "bind"):
        yield from wrong_kind_of_queue("dead_letter_queue", letters)
    for name, limit in (
        ("batch_size", limits.EVENT_SOURCE_BATCH_SIZE),
        ("max_batching_window", limits.EVENT_SOURCE_BATCHING_WINDOW),
        ("parallelization_factor", limits.PARALLELIZATION_FACTOR),
        ("tumbling_window", limits.TUMBLING_WINDOW),
        ("retry_attempts", limits.STREAM_RETRIES),
        ("max_record_age", limits.STREAM_RECORD_AGE),
    ):
        yield from beyond(name, options[name], limit)
    if options["tumbling_window"] is not None and (options["parallelization_factor"] or 1) != 1:
        yield "tumbling_window and parallelization_factor can't both be set. Fix: leave one out."
