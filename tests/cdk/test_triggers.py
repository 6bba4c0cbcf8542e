"""All triggers together: nothing that is made by default is found fault with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack, aws_dynamodb, aws_kms, aws_scheduler, aws_sns
from triggering import KINDS, function_of

from constructs_lambda import (
    BucketTrigger,
    EventTrigger,
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
