"""Triggers whose parts are of several stacks, Regions or apps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk import (
    App,
    Duration,
    Environment,
    NestedStack,
    Stack,
    aws_events,
    aws_kinesis,
    aws_kms,
    aws_lambda,
    aws_scheduler,
    aws_sns,
    aws_sqs,
)
from aws_cdk.assertions import Annotations, Match
from synthesized import template_of
from triggering import function_of, of_type, only, queue_named, statements_on

from constructs_lambda import EventTrigger, InputError, QueueTrigger, ScheduleTrigger, StreamTrigger, TopicTrigger

pytestmark = pytest.mark.cdk
PATTERN = {"source": ["shop"]}
HOURLY = aws_scheduler.ScheduleExpression.rate(Duration.hours(1))
HERE = Environment(account="111122223333", region="us-east-1")
ELSEWHERE = "arn:aws:sqs:eu-west-1:111122223333:kept"
KEPT = "arn:aws:sqs:us-east-1:111122223333:kept"


@pytest.fixture
def base(app: App) -> Stack:
    return Stack(app, "Base")


def senders(template: dict[str, Any], queue: str) -> list[tuple[Any, Any]]:
    """Which services may write to a queue, and on which condition."""
    return [
        (each["Principal"]["Service"], each["Condition"])
        for each in statements_on(template, queue)
        if each["Effect"] == "Allow"
    ]


def any_of(service: str, rest: str) -> dict[str, Any]:
    own = ["arn:", {"Ref": "AWS::Partition"}, f":{service}:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}]
    return {"ArnLike": {"aws:SourceArn": {"Fn::Join": ["", [*own, rest]]}}}


def warnings_of(stack: Stack) -> list[str]:
    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [str(each.entry.data) for each in found]


# --- Other stacks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ours", "plain", "alias"])
def test_rule_of_another_stack(app: App, stack: Stack, base: Stack, kind: str) -> None:
    """Its dead letters stand beside it, because their policy names it and it names them."""
    rule = aws_events.Rule(base, "Rule", event_pattern=aws_events.EventPattern(source=["shop"]))
    trigger = EventTrigger(rule)
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app, "Base")
    queue, _ = queue_named(template, "DeadLetters")
    (target,) = only(template, "AWS::Events::Rule")["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}
    assert [service for service, _ in senders(template, queue)] == ["events.amazonaws.com"]
    assert trigger.dead_letter_queue is not None
    assert list(of_type(template_of(app), "AWS::SQS::Queue")) == [queue_named(template_of(app), "AsyncFailures")[0]]


@pytest.mark.parametrize("has_key", [True, False])
def test_dead_letters_of_another_stack(app: App, stack: Stack, base: Stack, has_key: bool) -> None:
    """A policy that names the topic or the rule would make the two stacks depend on each other."""
    key = aws_kms.Key(base, "Key") if has_key else None
    kept = aws_sqs.Queue(base, "Kept", encryption_master_key=key)
    topic = aws_sns.Topic(stack, "Sales")
    first, second = TopicTrigger(topic, dead_letter_queue=kept), EventTrigger(pattern=PATTERN, dead_letter_queue=kept)
    function_of("ours", stack, events=[first, second, TopicTrigger(dead_letter_queue=kept)])
    function_of("ours", stack, "Hourly", events=[ScheduleTrigger(HOURLY, dead_letter_queue=kept)])
    template = template_of(app, "Base")
    kept_id, _ = queue_named(template, "Kept")
    expected = [
        ("sns.amazonaws.com", any_of("sns", ":*")),
        ("events.amazonaws.com", any_of("events", ":rule/*")),
    ]
    assert [each for each in senders(template, kept_id) if each in expected] == senders(template, kept_id)
    assert {service for service, _ in senders(template, kept_id)} == {service for service, _ in expected}
    assert first.dead_letter_queue is kept
    for each in of_type(template_of(app), "AWS::SNS::Subscription").values():
        assert "Fn::ImportValue" in each["RedrivePolicy"]["deadLetterTargetArn"]
    if has_key:
        statements = only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
        services = {each["Principal"].get("Service") for each in statements}
        assert {"sns.amazonaws.com", "events.amazonaws.com"} <= services


def test_dead_letters_beside_the_topic_of_another_stack(app: App, stack: Stack, base: Stack) -> None:
    topic, kept = aws_sns.Topic(base, "Sales"), aws_sqs.Queue(base, "Kept")
    function_of("ours", stack, events=[TopicTrigger(topic, dead_letter_queue=kept)])
    template = template_of(app, "Base")
    (topic_id,) = of_type(template, "AWS::SNS::Topic")
    kept_id, _ = queue_named(template, "Kept")
    by_topic = {"ArnEquals": {"aws:SourceArn": {"Ref": topic_id}}}
    assert senders(template, kept_id) == [("sns.amazonaws.com", by_topic)]


@pytest.mark.parametrize("has_key", [True, False])
def test_queue_of_another_stack_for_a_topic_of_this_one(app: App, stack: Stack, base: Stack, has_key: bool) -> None:
    key = aws_kms.Key(base, "Key") if has_key else None
    queue = aws_sqs.Queue(base, "Jobs", encryption_master_key=key)
    function_of("ours", stack, events=[QueueTrigger(queue, topic=aws_sns.Topic(stack, "Sales"))])
    template = template_of(app)
    subscription = only(template, "AWS::SNS::Subscription")
    assert "Fn::ImportValue" in subscription["Endpoint"]
    assert subscription["RawMessageDelivery"] is True
    jobs, _ = queue_named(template_of(app, "Base"), "Jobs")
    assert senders(template_of(app, "Base"), jobs) == [("sns.amazonaws.com", any_of("sns", ":*"))]


@pytest.mark.parametrize("kind", ["ours", "plain", "alias"])
def test_topic_of_the_parent_of_a_nested_stack(app: App, stack: Stack, kind: str) -> None:
    """CDK refuses to let the nested stack depend on its parent, which it does by a parameter anyway."""
    nested, topic = NestedStack(stack, "Nested"), aws_sns.Topic(stack, "Sales")
    function = function_of(kind, nested)
    function.add_event_source(TopicTrigger(topic, filter={"type": ["paid"]}))
    function.add_event_source(QueueTrigger(topic=topic, raw_message_delivery=False))
    assembly = app.synth()
    (name,) = (each for each in json_files(assembly.directory) if "nested" in each)
    template = json_files(assembly.directory)[name]
    subscriptions = of_type(template, "AWS::SNS::Subscription").values()
    assert sorted(each["Protocol"] for each in subscriptions) == ["lambda", "sqs"]
    (source,) = {json.dumps(each["TopicArn"]) for each in subscriptions}
    permission = only(template, "AWS::Lambda::Permission")
    assert json.dumps(permission["SourceArn"]) == source
    assert permission["Principal"] == "sns.amazonaws.com"
    (queue,) = (key for key in of_type(template, "AWS::SQS::Queue") if "Letters" not in key and "Failures" not in key)
    assert [json.dumps(each["ArnEquals"]["aws:SourceArn"]) for _, each in senders(template, queue)] == [source]


def json_files(directory: str) -> dict[str, dict[str, Any]]:
    return {each.name: json.loads(each.read_text()) for each in Path(directory).glob("*.template.json")}


# --- Other Regions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name", "of"),
    [
        (lambda topic, queue: TopicTrigger(topic, dead_letter_queue=queue), "dead_letter_queue", "topic"),
        (
            lambda topic, queue: QueueTrigger(topic=topic, subscription_dead_letter_queue=queue),
            "subscription_dead_letter_queue",
            "topic",
        ),
        (lambda _, queue: ScheduleTrigger(HOURLY, dead_letter_queue=queue), "dead_letter_queue", "schedule"),
        (lambda _, queue: EventTrigger(pattern=PATTERN, dead_letter_queue=queue), "dead_letter_queue", "rule"),
    ],
)
def test_dead_letters_of_another_region(app: App, make: Callable[..., Any], name: str, of: str) -> None:
    stack = Stack(app, "Shop", env=HERE)
    topic = aws_sns.Topic(stack, "Sales")
    function = function_of("ours", stack)
    before = [node.node.path for node in function.node.find_all()]
    far = aws_sqs.Queue.from_queue_arn(stack, "Far", ELSEWHERE)
    with pytest.raises(InputError, match=f"Shop/Orders: {name} is a queue of eu-west-1, and the {of} is of us-east-1"):
        function.add_event_source(make(topic, far))
    assert [node.node.path for node in function.node.find_all()] == before
    function.add_event_source(make(topic, aws_sqs.Queue.from_queue_arn(stack, "Near", KEPT)))


def test_region_that_is_not_known(stack: Stack) -> None:
    far = aws_sqs.Queue.from_queue_arn(stack, "Far", ELSEWHERE)
    function_of("ours", stack, events=[ScheduleTrigger(HOURLY, dead_letter_queue=far)])


# --- What is imported -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "service"),
    [
        (lambda stack, queue: TopicTrigger(aws_sns.Topic(stack, "Sales"), dead_letter_queue=queue), "sns"),
        (lambda stack, queue: QueueTrigger(queue, topic=aws_sns.Topic(stack, "Sales")), "sns"),
        (lambda _, queue: EventTrigger(pattern=PATTERN, dead_letter_queue=queue), "events"),
    ],
)
def test_policy_of_an_imported_queue(stack: Stack, make: Callable[..., Any], service: str) -> None:
    function_of("ours", stack, events=[make(stack, aws_sqs.Queue.from_queue_arn(stack, "Kept", KEPT))])
    (said,) = (each for each in warnings_of(stack) if "imported" in each)
    assert said.startswith("Shop/Kept is imported, so its policy can't be changed from here")
    statement = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statement["Resource"] == KEPT
    assert statement["Action"] == "sqs:SendMessage"
    assert "Ref" in str(statement["Condition"]) or "Fn::GetAtt" in str(statement["Condition"])


def test_the_warning_of_an_imported_queue_is_acknowledged(stack: Stack) -> None:
    kept = aws_sqs.Queue.from_queue_arn(stack, "Kept", KEPT)
    function = function_of("plain", stack)
    function.add_event_source(EventTrigger(pattern=PATTERN, dead_letter_queue=kept))
    (said,) = (each for each in warnings_of(stack) if "imported" in each)
    assert "acknowledge this warning (constructs-lambda:policyOfKept)" in said
    aws_cdk.Annotations.of(function).acknowledge_warning("constructs-lambda:policyOfKept")
    assert not [each for each in warnings_of(stack) if "imported" in each]


def test_policy_of_an_imported_queue_that_no_service_writes_to(stack: Stack) -> None:
    """Lambda and Scheduler write with a role, and Lambda polls with one."""
    kept = aws_sqs.Queue.from_queue_arn(stack, "Kept", KEPT)
    function_of("ours", stack, events=[QueueTrigger(kept), ScheduleTrigger(HOURLY, dead_letter_queue=kept)])
    assert not [each for each in warnings_of(stack) if "imported" in each]


def test_policy_of_an_imported_key(stack: Stack) -> None:
    key = aws_kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:111122223333:key/k")
    function_of("ours", stack, events=[TopicTrigger(encryption_key=key, publishers=["s3"])])
    (said,) = (each for each in warnings_of(stack) if "imported" in each)
    assert "Shop/Key is imported" in said
    assert '"Service": "s3.amazonaws.com"' in said


@pytest.mark.parametrize("is_second_a_queue", [True, False])
def test_one_source_imported_twice(stack: Stack, is_second_a_queue: bool) -> None:
    function = function_of("ours", stack)
    for id in ("One", "Two"):
        if is_second_a_queue:
            trigger: Any = QueueTrigger(aws_sqs.Queue.from_queue_arn(stack, id, KEPT))
        else:
            arn = "arn:aws:sns:us-east-1:111122223333:sales"
            trigger = TopicTrigger(aws_sns.Topic.from_topic_arn(stack, id, arn))
        if id == "One":
            function.add_event_source(trigger)
            continue
        with pytest.raises(InputError, match="Shop/Orders is triggered by Shop/Two already, and AWS allows that once"):
            function.add_event_source(trigger)


def test_stream_of_a_function_without_a_role(stack: Stack) -> None:
    imported = aws_lambda.Function.from_function_arn(
        stack, "Imported", "arn:aws:lambda:us-east-1:111122223333:function:orders"
    )
    trigger = StreamTrigger(aws_kinesis.Stream(stack, "Clicks"))
    with pytest.raises(RuntimeError, match="Shop/Imported is imported without its role"):
        imported.add_event_source(trigger)
    assert isinstance(trigger.refusal, InputError)
