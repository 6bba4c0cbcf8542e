"""All triggers together: nothing that is made by default is found fault with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import (
    App,
    Duration,
    Stack,
    aws_dynamodb,
    aws_kms,
    aws_lambda_event_sources,
    aws_scheduler,
    aws_sns,
    aws_sqs,
)
from triggering import KINDS, REQUIRED, function_of

from constructs_lambda import (
    BucketTrigger,
    EventTrigger,
    Function,
    InputError,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TopicTrigger,
)

pytestmark = pytest.mark.cdk


def violations(app: App) -> list[Any]:
    """What all plugins found in the last synth."""
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [violation for plugin in report["pluginReports"] for violation in plugin.get("violations", [])]


@pytest.mark.parametrize("kind", KINDS)
def test_the_synth_agrees(app: App, stack: Stack, kind: str) -> None:
    function = function_of(kind, stack, timeout=Duration.seconds(30))
    table = aws_dynamodb.TableV2(
        stack,
        "Table",
        partition_key=aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING),
        dynamo_stream=aws_dynamodb.StreamViewType.NEW_IMAGE,
    )
    topic = aws_sns.Topic(stack, "Sales", master_key=aws_kms.Key(stack, "Key"))
    for trigger in (
        TopicTrigger(topic, filter={"type": ["order.created"]}),
        TopicTrigger(),
        TopicTrigger(encryption_key=True, publishers=["s3", "events", "cloudwatch"], id="Alerts"),
        QueueTrigger(),
        QueueTrigger(topic=topic, filter_body={"order": {"state": ["paid"]}}),
        QueueTrigger(encryption_key=True, topic=aws_sns.Topic(stack, "Refunds", fifo=True)),
        ScheduleTrigger(aws_scheduler.ScheduleExpression.rate(Duration.hours(1))),
        EventTrigger(pattern={"source": ["shop"]}),
        BucketTrigger(),
        BucketTrigger(event_bridge=True, prefixes=["in/"], suffixes=[".csv"], id="Archive"),
        StreamTrigger(),
        StreamTrigger(table),
    ):
        function.add_event_source(trigger)
        trigger.alarm_on_failures()
    app.synth()
    assert violations(app) == []


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ("topic", r"events must be a list of event sources, such as \[TopicTrigger\(topic\)\]; got 'topic'"),
        (5, "events must be a list of event sources.*; got 5"),
        ([TopicTrigger], "events holds event sources.*; got <class"),
        (["topic"], "events holds event sources.*; got 'topic'"),
    ],
)
def test_wrong_events(stack: Stack, events: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Function(stack, "Orders", **REQUIRED, events=events)
    assert stack.node.children == []


def test_wrong_event_source(stack: Stack) -> None:
    with pytest.raises(TypeError, match="events holds event sources"):
        Function(stack, "Orders", **REQUIRED).add_event_source("topic")  # type: ignore[arg-type]


def test_cdks_own_event_sources_are_taken_too(app: App, stack: Stack) -> None:
    queue = aws_sqs.Queue(stack, "Jobs")
    function = Function(stack, "Orders", **REQUIRED, events=(aws_lambda_event_sources.SqsEventSource(queue),))
    with pytest.raises(RuntimeError, match="already a Construct"):
        function.add_event_source(aws_lambda_event_sources.SqsEventSource(queue))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stays_where_cdk_refuses(stack: Stack, kind: str) -> None:
    function = function_of(kind, stack)
    before = [node.node.path for node in stack.node.find_all()]
    rate = aws_scheduler.ScheduleExpression.rate(Duration.hours(1))
    error = InputError if kind == "ours" else RuntimeError  # CDK's kernel passes on the text alone
    with pytest.raises(error, match=f"{function.node.path}: the ScheduleTrigger can't be made. .* retry attempts"):
        function.add_event_source(ScheduleTrigger(rate, retry_attempts=-1))
    assert [node.node.path for node in stack.node.find_all()] == before
