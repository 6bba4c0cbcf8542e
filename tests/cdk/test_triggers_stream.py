"""`StreamTrigger`: tables, Kinesis streams and consumers; what is made, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack, aws_dynamodb, aws_kinesis, aws_lambda, aws_s3, aws_sqs
from aws_cdk import aws_lambda_event_sources as cdk_sources
from synthesized import template_of
from triggering import KINDS, REQUIRED, function_of, granted, is_safe_keep, of_type, only, queue_named

from constructs_lambda import Function, InputError, StreamTrigger, limits

pytestmark = pytest.mark.cdk
KEY = aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING)


def table(stack: Stack) -> aws_dynamodb.TableV2:
    return aws_dynamodb.TableV2(
        stack, "Table", partition_key=KEY, dynamo_stream=aws_dynamodb.StreamViewType.NEW_AND_OLD_IMAGES
    )


def old_table(stack: Stack) -> aws_dynamodb.Table:
    return aws_dynamodb.Table(stack, "Table", partition_key=KEY, stream=aws_dynamodb.StreamViewType.NEW_AND_OLD_IMAGES)


def imported_table(stack: Stack) -> aws_dynamodb.ITable:
    arn = "arn:aws:dynamodb:us-east-1:111122223333:table/orders"
    return aws_dynamodb.Table.from_table_attributes(
        stack, "Table", table_arn=arn, table_stream_arn=f"{arn}/stream/2026-01-01T00:00:00.000"
    )


def stream(stack: Stack) -> aws_kinesis.Stream:
    return aws_kinesis.Stream(stack, "Stream")


def consumer(stack: Stack) -> aws_kinesis.StreamConsumer:
    return aws_kinesis.StreamConsumer(stack, "Consumer", stream=stream(stack), stream_consumer_name="orders")


SOURCES: dict[str, Callable[[Stack], Any]] = {
    "table": table,
    "old table": old_table,
    "imported table": imported_table,
    "stream": stream,
    "consumer": consumer,
    "made": lambda stack: None,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", SOURCES)
def test_rights_and_failure_path(app: App, stack: Stack, kind: str, source: str) -> None:
    trigger = StreamTrigger(SOURCES[source](stack))
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app)
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    letters, _ = queue_named(template, "DeadLetters")
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": [letters, "Arn"]}}}
    assert granted(template, "sqs:SendMessage", {"Fn::GetAtt": [letters, "Arn"]})
    assert is_safe_keep(template, letters)
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] == 5
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    action = "dynamodb:GetRecords" if "table" in source else "kinesis:GetRecords"
    if source != "consumer":
        assert granted(template, action, mapping["EventSourceArn"])
    assert trigger.failure_queue is None, "it isn't invoked asynchronously"
    assert not of_type(template, "AWS::Lambda::EventInvokeConfig")
    assert trigger.dead_letter_queue is not None
    assert trigger.source is not None


def test_made_stream_is_encrypted(app: App, stack: Stack) -> None:
    trigger = StreamTrigger()
    function_of("ours", stack, events=[trigger])
    properties = only(template_of(app), "AWS::Kinesis::Stream")
    assert properties["StreamEncryption"] == {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    assert properties["ShardCount"] == 1
    assert trigger.source.node.path == "Shop/Orders/StreamTrigger/Stream"


@pytest.mark.parametrize(
    ("source", "kind"), [(table, cdk_sources.DynamoEventSource), (stream, cdk_sources.KinesisEventSource)]
)
def test_given_source_keeps_the_ids_of_cdks_event_source(
    make_app: Callable[..., App], source: Callable[[Stack], Any], kind: Any
) -> None:
    ids = []
    for make in (
        lambda given: kind(given, starting_position=aws_lambda.StartingPosition.LATEST),
        lambda given: StreamTrigger(given, dead_letter_queue=False),
    ):
        app = make_app()
        stack = Stack(app, "Shop")
        Function(stack, "Orders", **REQUIRED).add_event_source(make(source(stack)))
        ids.append(list(template_of(app)["Resources"]))
    assert ids[0] == ids[1]


def test_options(app: App, stack: Stack) -> None:
    queue = aws_sqs.Queue(stack, "Letters")
    trigger = StreamTrigger(
        stream(stack),
        starting_position=aws_lambda.StartingPosition.AT_TIMESTAMP,
        starting_position_timestamp=1_800_000_000,
        batch_size=500,
        max_batching_window=Duration.seconds(5),
        parallelization_factor=2,
        filters=[aws_lambda.FilterCriteria.filter({"data": {"kind": aws_lambda.FilterRule.is_equal("paid")}})],
        report_batch_item_failures=False,
        bisect_batch_on_error=False,
        retry_attempts=0,
        max_record_age=Duration.hours(1),
        enabled=False,
        dead_letter_queue=queue,
    )
    function_of("ours", stack, events=[trigger])
    mapping = only(template_of(app), "AWS::Lambda::EventSourceMapping")
    assert mapping["StartingPositionTimestamp"] == 1_800_000_000
    assert mapping["BatchSize"] == 500
    assert mapping["MaximumBatchingWindowInSeconds"] == 5
    assert mapping["ParallelizationFactor"] == 2
    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": '{"data":{"kind":["paid"]}}'}]}
    assert "FunctionResponseTypes" not in mapping
    assert mapping["BisectBatchOnFunctionError"] is False
    assert mapping["MaximumRetryAttempts"] == 0
    assert mapping["MaximumRecordAgeInSeconds"] == 3_600
    assert mapping["Enabled"] is False
    assert trigger.dead_letter_queue is queue


def test_tumbling_window(app: App, stack: Stack) -> None:
    function_of("ours", stack, events=[StreamTrigger(table(stack), tumbling_window=Duration.minutes(1))])
    assert only(template_of(app), "AWS::Lambda::EventSourceMapping")["TumblingWindowInSeconds"] == 60


def test_failures_in_a_bucket_keep_the_record(app: App, stack: Stack) -> None:
    bucket = aws_s3.Bucket(stack, "Failures")
    trigger = StreamTrigger(stream(stack), dead_letter_queue=cdk_sources.S3OnFailureDestination(bucket))
    function_of("ours", stack, events=[trigger])
    template = template_of(app)
    (bucket_id,) = of_type(template, "AWS::S3::Bucket")
    destination = only(template, "AWS::Lambda::EventSourceMapping")["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == {"Fn::GetAtt": [bucket_id, "Arn"]}
    assert not of_type(template, "AWS::SQS::Queue")
    assert trigger.dead_letter_queue is None


def test_no_failures_kept(app: App, stack: Stack) -> None:
    function_of("ours", stack, events=[StreamTrigger(stream(stack), dead_letter_queue=False)])
    assert "DestinationConfig" not in only(template_of(app), "AWS::Lambda::EventSourceMapping")


def test_source_of_another_stack(app: App, stack: Stack) -> None:
    function_of("ours", stack, events=[StreamTrigger(table(Stack(app, "Base")))])
    assert "Fn::ImportValue" in only(template_of(app), "AWS::Lambda::EventSourceMapping")["EventSourceArn"]


def test_one_stream_twice(stack: Stack) -> None:
    given = stream(stack)
    function = function_of("ours", stack, events=[StreamTrigger(given)])
    with pytest.raises(InputError, match="is triggered by Shop/Stream already, and AWS allows that once"):
        function.add_event_source(StreamTrigger(given, id="Again"))


# --- Refusals ---------------------------------------------------------------------------------------------------------


def problems(**keywords: Any) -> list[str]:
    """What is refused, without the ways out."""
    try:
        StreamTrigger(**keywords)
    except InputError as error:
        lines = str(error).splitlines()
        assert all(line.startswith("StreamTrigger: ") and ". Fix: " in line for line in lines)
        return [line.removeprefix("StreamTrigger: ").partition(". Fix: ")[0] for line in lines]
    return []


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("batch_size", limits.EVENT_SOURCE_BATCH_SIZE),
        ("parallelization_factor", limits.PARALLELIZATION_FACTOR),
        ("retry_attempts", limits.STREAM_RETRIES),
    ],
)
def test_numbers(stack: Stack, name: str, limit: limits.Limit) -> None:
    assert limit.minimum is not None
    assert limit.maximum is not None
    for value in (limit.minimum, limit.minimum + 1, limit.maximum - 1, limit.maximum):
        assert problems(**{name: value}) == []
    for value in (limit.minimum - 1, limit.maximum + 1):
        assert problems(**{name: value}) == [f"{name} is {limit.counted(value)}; AWS allows {limit.allowed}"]
    assert problems(**{name: CfnParameter(stack, "Number", type="Number").value_as_number}) == []


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("max_batching_window", limits.EVENT_SOURCE_BATCHING_WINDOW),
        ("tumbling_window", limits.TUMBLING_WINDOW),
        ("max_record_age", limits.STREAM_RECORD_AGE),
    ],
)
def test_durations(stack: Stack, name: str, limit: limits.Limit) -> None:
    assert limit.minimum is not None
    assert limit.maximum is not None
    inside = [limit.minimum, limit.minimum + 1, limit.maximum - 1, limit.maximum]
    outside = [limit.maximum + 1, *([limit.minimum - 1] if limit.minimum else [])]
    for value in inside:
        assert problems(**{name: Duration.seconds(value)}) == []
    for value in outside:
        assert problems(**{name: Duration.seconds(value)}) == [f"{name} is {value:,} s; AWS allows {limit.allowed}"]
    token = CfnParameter(stack, "Number", type="Number").value_as_number
    assert problems(**{name: Duration.seconds(token)}) == []


def test_all_problems_at_once(stack: Stack) -> None:
    plain = aws_dynamodb.Table(stack, "Plain", partition_key=KEY)
    assert problems(
        source=plain,
        starting_position=aws_lambda.StartingPosition.AT_TIMESTAMP,
        dead_letter_queue=aws_sqs.Queue(stack, "Fifo", fifo=True),
        batch_size=0,
        tumbling_window=Duration.minutes(1),
        parallelization_factor=2,
    ) == [
        "the table Shop/Plain has no stream",
        "starting_position is AT_TIMESTAMP, which tables' streams don't know",
        "AT_TIMESTAMP and starting_position_timestamp belong together",
        "dead_letter_queue is a FIFO queue, and AWS takes a standard queue here",
        "batch_size is 0 records; AWS allows 1 to 10,000 records",
        "tumbling_window and parallelization_factor can't both be set",
    ]
    assert problems(starting_position_timestamp=1.5) == ["AT_TIMESTAMP and starting_position_timestamp belong together"]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"source": "orders"}, r"source must be a table with a stream \(aws_dynamodb\), or a stream.*; got 'orders'"),
        ({"starting_position": "LATEST"}, "starting_position must be an aws_lambda.StartingPosition; got 'LATEST'"),
        ({"starting_position_timestamp": "now"}, "starting_position_timestamp must be a number of seconds since 1970"),
        ({"batch_size": "10"}, "batch_size must be a whole number; got '10'"),
        ({"max_record_age": 60}, "max_record_age must be a Duration"),
        ({"bisect_batch_on_error": 1}, "bisect_batch_on_error must be True or False; got 1"),
        ({"filters": "paid"}, "filters must be a list of aws_lambda.FilterCriteria"),
        ({"dead_letter_queue": "letters"}, "dead_letter_queue must be an aws_sqs.IQueue, or False for none"),
    ],
)
def test_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        StreamTrigger(**keywords)
