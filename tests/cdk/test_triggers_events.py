"""`EventTrigger`, `ScheduleTrigger` and `BucketTrigger`: what is made, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aws_cdk import (
    App,
    Duration,
    Environment,
    Stack,
    TimeZone,
    aws_events,
    aws_kms,
    aws_s3,
    aws_scheduler,
    aws_sqs,
)
from synthesized import template_of
from triggering import (
    KINDS,
    REQUIRED,
    arn_of,
    function_of,
    granted,
    is_safe_keep,
    of_type,
    only,
    queue_named,
    statements_on,
)

from constructs_lambda import BucketTrigger, EventTrigger, Function, InputError, ScheduleTrigger

pytestmark = pytest.mark.cdk
HOURLY = aws_scheduler.ScheduleExpression.rate(Duration.hours(1))
PATTERN = {"source": ["shop"], "detail-type": ["order.created"]}


def keeps_failures(template: dict[str, Any]) -> bool:
    """Whether the function's failures go to a queue that is safe."""
    failures, _ = queue_named(template, "AsyncFailures")
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    wanted = {"OnFailure": {"Destination": {"Fn::GetAtt": [failures, "Arn"]}}}
    return config["DestinationConfig"] == wanted and is_safe_keep(template, failures)


def refused(make: Callable[..., Any], **keywords: Any) -> list[str]:
    """What is refused, without the ways out."""
    with pytest.raises(InputError) as caught:
        make(**keywords)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{make.__name__}: ") and ". Fix: " in line for line in lines)
    return [line.removeprefix(f"{make.__name__}: ").partition(". Fix: ")[0] for line in lines]


# --- Events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_given", [True, False])
def test_event_permission_failure_path_and_encryption(app: App, stack: Stack, kind: str, is_given: bool) -> None:
    rule = aws_events.Rule(stack, "Rule", event_pattern=aws_events.EventPattern(source=["shop"])) if is_given else None
    trigger = EventTrigger(rule) if is_given else EventTrigger(pattern=PATTERN)
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app)
    ((rule_id, properties),) = of_type(template, "AWS::Events::Rule").items()
    letters, _ = queue_named(template, "DeadLetters")
    (target,) = properties["Targets"]
    assert target["Arn"] == arn_of(kind, template)
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [letters, "Arn"]}}
    permission = only(template, "AWS::Lambda::Permission")
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [rule_id, "Arn"]}
    assert permission["FunctionName"] == arn_of(kind, template)
    (allowed,) = (each for each in statements_on(template, letters) if each["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule_id, "Arn"]}}}
    assert is_safe_keep(template, letters)
    assert keeps_failures(template)
    assert properties["EventPattern"] == ({"source": ["shop"]} if is_given else PATTERN)
    assert trigger.rule.node.default_child is not None
    assert trigger.dead_letter_queue is not None


def test_event_options(app: App, stack: Stack) -> None:
    bus = aws_events.EventBus(stack, "Bus")
    trigger = EventTrigger(
        pattern=aws_events.EventPattern(source=["shop"]),
        event_bus=bus,
        event={"job": "report"},
        enabled=False,
        description="Reports",
        retry_attempts=0,
        max_event_age=Duration.minutes(1),
        dead_letter_queue=False,
    )
    function_of("ours", stack).add_event_source(trigger)
    rule = only(template_of(app), "AWS::Events::Rule")
    (target,) = rule["Targets"]
    assert "EventBusName" in rule
    assert (rule["State"], rule["Description"]) == ("DISABLED", "Reports")
    assert target["Input"] == '{"job":"report"}'
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert "DeadLetterConfig" not in target


def test_dead_letters_that_are_encrypted_with_a_key(app: App, stack: Stack) -> None:
    """EventBridge names no source account where it uses a key: a condition would lose the dead letters."""
    queue = aws_sqs.Queue(stack, "Letters", encryption_master_key=aws_kms.Key(stack, "Key"))
    function_of("ours", stack, events=[EventTrigger(pattern=PATTERN, dead_letter_queue=queue)])
    statements = only(template_of(app), "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (allowed,) = (each for each in statements if each["Principal"] == {"Service": "events.amazonaws.com"})
    assert allowed["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert "Condition" not in allowed


def test_pattern_is_written_as_it_is(app: App, stack: Stack) -> None:
    pattern = {"$or": [{"source": ["a"]}, {"detail": {"user_name": [None, {"exists": False}]}}], "detail": {"a_b": [1]}}
    function_of("ours", stack).add_event_source(EventTrigger(pattern=pattern))
    assert only(template_of(app), "AWS::Events::Rule")["EventPattern"] == pattern


def test_bus_of_another_stack(app: App, stack: Stack) -> None:
    bus = aws_events.EventBus(Stack(app, "Base"), "Bus")
    function_of("ours", stack).add_event_source(EventTrigger(pattern=PATTERN, event_bus=bus))
    assert "Fn::ImportValue" in str(only(template_of(app), "AWS::Events::Rule")["EventBusName"])


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:events:us-east-1:444455556666:event-bus/b", "event_bus is of the account 444455556666"),
        ("arn:aws:events:eu-west-1:111122223333:event-bus/b", "event_bus is of the Region eu-west-1"),
    ],
)
def test_bus_elsewhere(app: App, arn: str, message: str) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="us-east-1"))
    bus = aws_events.EventBus.from_event_bus_arn(stack, "Bus", arn)
    function = function_of("ours", stack)
    with pytest.raises(InputError, match=f"Shop/Orders: {message}, and a rule stands beside its bus"):
        function.add_event_source(EventTrigger(pattern=PATTERN, event_bus=bus))
    assert function.node.try_find_child("EventTrigger") is None


def test_several_events(app: App, stack: Stack) -> None:
    function = function_of("ours", stack)
    function.add_event_source(EventTrigger(pattern=PATTERN))
    with pytest.raises(
        InputError, match=r"Fix: give one of them an id of its own, EventTrigger\(..., id='EventTrigger2'"
    ):
        function.add_event_source(EventTrigger(pattern=PATTERN))
    function.add_event_source(EventTrigger(pattern=PATTERN, id="Paid"))
    assert len(of_type(template_of(app), "AWS::Events::Rule")) == 2


def test_event_problems(stack: Stack) -> None:
    fifo = aws_sqs.Queue(stack, "Fifo", fifo=True)
    rule = aws_events.Rule(stack, "Rule", event_pattern=aws_events.EventPattern(source=["shop"]))
    assert refused(EventTrigger) == ["it has neither a rule nor a pattern"]
    assert refused(
        EventTrigger,
        rule=rule,
        enabled=True,
        pattern={"detail_type": ["a"], "source": "shop", "detail": ["b"]},
        dead_letter_queue=fifo,
    ) == [
        "pattern, enabled can't be set for a rule that is given",
        "pattern has the key 'detail_type', which no event has (did you mean 'detail-type'?)",
        "pattern['source'] is 'shop'; it takes a list",
        "pattern['detail'] is ['b']; it maps names to lists",
        "dead_letter_queue is a FIFO queue, and AWS takes a standard queue here",
    ]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"rule": "nightly"}, "rule must be an aws_events.Rule, with pattern="),
        ({"pattern": ["shop"]}, r"pattern must be JSON, such as \{'source': \['shop'\]\}, or an EventPattern"),
        ({"pattern": PATTERN, "event_bus": "default"}, "event_bus must be an aws_events.IEventBus; got 'default'"),
        ({"pattern": PATTERN, "event": "x"}, r"event must be JSON, such as \{'job': 'report'\}"),
        ({"pattern": PATTERN, "description": 1}, "description must be a text; got 1"),
        ({"pattern": PATTERN, "retry_attempts": "2"}, "retry_attempts must be a whole number; got '2'"),
        ({"pattern": PATTERN, "max_event_age": 60}, "max_event_age must be a Duration"),
        ({"pattern": PATTERN, "enabled": 1}, "enabled must be True or False; got 1"),
    ],
)
def test_event_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        EventTrigger(**keywords)


# --- Schedules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_schedule_role_failure_path_and_encryption(app: App, stack: Stack, kind: str) -> None:
    trigger = ScheduleTrigger(HOURLY)
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app)
    letters, _ = queue_named(template, "DeadLetters")
    properties = only(template, "AWS::Scheduler::Schedule")
    arn = arn_of(kind, template)
    assert properties["ScheduleExpression"] == "rate(1 hour)"
    assert properties["Target"]["Arn"] == arn
    assert properties["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [letters, "Arn"]}}
    role = template["Resources"][properties["Target"]["RoleArn"]["Fn::GetAtt"][0]]["Properties"]
    (policy,) = role["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement == {"Action": "lambda:InvokeFunction", "Effect": "Allow", "Resource": arn}
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert ":schedule-group/default" in str(trust["Condition"]["StringEquals"]["aws:SourceArn"])
    assert "lambda:InvokeFunction" not in str(of_type(template, "AWS::IAM::Policy"))
    assert granted(template, "sqs:SendMessage", {"Fn::GetAtt": [letters, "Arn"]})
    assert is_safe_keep(template, letters)
    assert keeps_failures(template)
    assert trigger.schedule.schedule_name is not None
    assert trigger.dead_letter_queue is not None


def test_schedule_options(app: App, stack: Stack) -> None:
    queue = aws_sqs.Queue(stack, "Letters", encryption_master_key=aws_kms.Key(stack, "Key"))
    trigger = ScheduleTrigger(
        aws_scheduler.ScheduleExpression.cron(hour="8", minute="0", time_zone=TimeZone.EUROPE_BERLIN),
        time_window=aws_scheduler.TimeWindow.flexible(Duration.minutes(15)),
        input={"job": "report"},
        schedule_group=aws_scheduler.ScheduleGroup(stack, "Group"),
        start=datetime(2027, 1, 1, tzinfo=UTC),
        end=datetime(2027, 2, 1, tzinfo=UTC),
        enabled=False,
        description="Reports",
        retry_attempts=0,
        max_event_age=Duration.minutes(1),
        dead_letter_queue=queue,
    )
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    schedule = only(template, "AWS::Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "cron(0 8 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert schedule["Target"]["Input"] == '{"job":"report"}'
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}
    assert schedule["State"] == "DISABLED"
    assert schedule["StartDate"].startswith("2027-01-01")
    group = only(template, "AWS::Scheduler::ScheduleGroup")["Name"]
    assert schedule["GroupName"]
    role = template["Resources"][schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]]["Properties"]
    condition = role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    assert "Group" in str(condition["aws:SourceArn"])
    assert "schedule-group/default" not in str(condition)
    assert granted(template, "kms:Decrypt", {"Fn::GetAtt": ["Key961B73FD", "Arn"]}), "it writes with the key"
    assert trigger.dead_letter_queue is queue
    assert group


def test_two_schedules_of_one_function(app: App, stack: Stack) -> None:
    function_of("ours", stack, events=[ScheduleTrigger(HOURLY), ScheduleTrigger(HOURLY, id="Nightly")])
    assert len(of_type(template_of(app), "AWS::Scheduler::Schedule")) == 2


def test_schedule_problems(stack: Stack) -> None:
    start, end = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    fifo = aws_sqs.Queue(stack, "Fifo", fifo=True)
    assert refused(ScheduleTrigger, schedule=HOURLY, start=end, end=start, dead_letter_queue=fifo) == [
        f"start ({end}) is not before end ({start})",
        "dead_letter_queue is a FIFO queue, and AWS takes a standard queue here",
    ]
    assert refused(ScheduleTrigger, schedule=HOURLY, start=start, end=start) == [
        f"start ({start}) is not before end ({start})"
    ]
    assert refused(ScheduleTrigger, schedule=HOURLY, start=start, end=datetime(2027, 2, 1)) == ["end has no time zone"]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"schedule": "rate(1 hour)"}, r'such as aws_scheduler.ScheduleExpression.expression\("rate\(1 hour\)"\)'),
        ({"schedule": Duration.hours(1)}, r"such as aws_scheduler.ScheduleExpression.rate\(Duration.minutes\(5\)\)"),
        ({"time_window": Duration.minutes(5)}, r"time_window must be an aws_scheduler.TimeWindow, such as TimeWindow"),
        ({"input": "x"}, r"input must be JSON, such as \{'job': 'report'\}, or a ScheduleTargetInput; got 'x'"),
        ({"schedule_group": "default"}, "schedule_group must be an aws_scheduler.IScheduleGroup"),
        ({"start": "2027-01-01"}, "start must be a datetime; got '2027-01-01'"),
        ({"retry_attempts": 1.5}, "retry_attempts must be a whole number"),
        ({"max_event_age": 60}, "max_event_age must be a Duration"),
        ({"description": 1}, "description must be a text"),
        ({"dead_letter_queue": "q"}, "dead_letter_queue must be an aws_sqs.IQueue, or False for none"),
    ],
)
def test_schedule_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        ScheduleTrigger(**{"schedule": HOURLY, **keywords})


# --- Buckets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_given", [True, False])
def test_bucket_permission_failure_path_and_encryption(app: App, stack: Stack, kind: str, is_given: bool) -> None:
    trigger = BucketTrigger(aws_s3.Bucket(stack, "Uploads") if is_given else None)
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app)
    ((bucket_id, properties),) = of_type(template, "AWS::S3::Bucket").items()
    permission = only(template, "AWS::Lambda::Permission")
    assert permission["Principal"] == "s3.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [bucket_id, "Arn"]}
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    (notification,) = only(template, "Custom::S3BucketNotifications")["NotificationConfiguration"][
        "LambdaFunctionConfigurations"
    ]
    assert notification == {"Events": ["s3:ObjectCreated:*"], "LambdaFunctionArn": arn_of(kind, template)}
    assert keeps_failures(template)
    assert trigger.dead_letter_queue is None
    if is_given:
        return
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert template["Resources"][bucket_id]["DeletionPolicy"] == "Retain"
    (denied,) = only(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_bucket_events_prefixes_and_suffixes(app: App, stack: Stack) -> None:
    kinds = [aws_s3.EventType.OBJECT_CREATED_PUT, aws_s3.EventType.OBJECT_REMOVED]
    function_of("ours", stack, events=[BucketTrigger(events=kinds, prefixes=["in/", "raw/"], suffixes=[".csv"])])
    found = only(template_of(app), "Custom::S3BucketNotifications")["NotificationConfiguration"][
        "LambdaFunctionConfigurations"
    ]
    told = [
        (each["Events"], {rule["Name"]: rule["Value"] for rule in each["Filter"]["Key"]["FilterRules"]})
        for each in found
    ]
    assert told == [
        ([event], {"suffix": ".csv", "prefix": prefix})
        for event in ("s3:ObjectCreated:Put", "s3:ObjectRemoved:*")
        for prefix in ("in/", "raw/")
    ]


@pytest.mark.parametrize(
    ("prefixes", "suffixes", "keys"),
    [
        ([], [], None),
        (["in/"], [], [{"prefix": "in/"}]),
        ([], [".csv", ".txt"], [{"suffix": ".csv"}, {"suffix": ".txt"}]),
        (["a*/", "b\\"], [".csv"], [{"wildcard": "a\\*/*.csv"}, {"wildcard": "b\\\\*.csv"}]),
    ],
)
def test_bucket_over_event_bridge(
    app: App, stack: Stack, prefixes: list[str], suffixes: list[str], keys: list[dict[str, str]] | None
) -> None:
    trigger = BucketTrigger(
        events=[aws_s3.EventType.OBJECT_CREATED, aws_s3.EventType.OBJECT_REMOVED],
        prefixes=prefixes,
        suffixes=suffixes,
        event_bridge=True,
    )
    function_of("ours", stack, events=[trigger])
    template = template_of(app)
    (bucket,) = of_type(template, "AWS::S3::Bucket")
    rule = only(template, "AWS::Events::Rule")
    detail = {"bucket": {"name": [{"Ref": bucket}]}, **({} if keys is None else {"object": {"key": keys}})}
    assert rule["EventPattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created", "Object Deleted"],
        "detail": detail,
    }
    letters, _ = queue_named(template, "DeadLetters")
    assert rule["Targets"][0]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [letters, "Arn"]}}
    notifications = only(template, "Custom::S3BucketNotifications")["NotificationConfiguration"]
    assert notifications == {"EventBridgeConfiguration": {}}
    assert keeps_failures(template)
    assert trigger.dead_letter_queue is not None


def test_bucket_of_another_stack_and_imported(app: App, stack: Stack) -> None:
    """Over EventBridge the function's stack alone names the bucket, so that no circle closes where it reads from it."""
    bucket = aws_s3.Bucket(Stack(app, "Base"), "Uploads")
    function = Function(stack, "Orders", **REQUIRED, events=[BucketTrigger(bucket, event_bridge=True)])
    bucket.grant_read(function)
    imported = aws_s3.Bucket.from_bucket_name(stack, "Archive", "archive")
    function.add_event_source(BucketTrigger(imported))
    template = template_of(app)
    assert "Fn::ImportValue" in str(only(template, "AWS::Events::Rule")["EventPattern"])
    assert only(template, "Custom::S3BucketNotifications")["Managed"] is False


def test_one_bucket_twice_takes_an_id(app: App, stack: Stack) -> None:
    bucket = aws_s3.Bucket(stack, "Uploads")
    function = function_of("ours", stack, events=[BucketTrigger(bucket, prefixes=["in/"])])
    with pytest.raises(InputError, match="has a BucketTrigger for Shop/Uploads already"):
        function.add_event_source(BucketTrigger(bucket, prefixes=["raw/"]))
    function.add_event_source(BucketTrigger(bucket, prefixes=["raw/"], id="Raw"))
    notifications = only(template_of(app), "Custom::S3BucketNotifications")["NotificationConfiguration"]
    assert len(notifications["LambdaFunctionConfigurations"]) == 2


def test_bucket_problems(stack: Stack) -> None:
    assert refused(BucketTrigger, events=[]) == ["events is empty, so it would never run"]
    (problem,) = refused(BucketTrigger, dead_letter_queue=True)
    assert problem == "dead_letter_queue needs event_bridge=True, because S3 keeps no dead letters"
    fifo = aws_sqs.Queue(stack, "Fifo", fifo=True)
    found = refused(BucketTrigger, events=[aws_s3.EventType.REPLICATION], event_bridge=True, dead_letter_queue=fifo)
    assert len(found) == 2
    assert found[0].startswith("REPLICATION can't come over EventBridge here; it has OBJECT_CREATED, OBJECT_REMOVED")


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"bucket": "uploads"}, "bucket must be an aws_s3.IBucket; got 'uploads'"),
        ({"events": aws_s3.EventType.OBJECT_CREATED}, r"events must be a list, such as \[aws_s3.EventType"),
        ({"events": ["s3:ObjectCreated:*"]}, "events must be a list, such as"),
        ({"prefixes": "in/"}, r"prefixes must be a list of texts; got 'in/'; write prefixes=\['in/'\]"),
        ({"suffixes": [1]}, r"suffixes must be a list of texts; got \[1\]"),
        ({"event_bridge": "yes"}, "event_bridge must be True or False"),
    ],
)
def test_bucket_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        BucketTrigger(**keywords)
