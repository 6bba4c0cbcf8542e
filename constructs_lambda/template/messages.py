"""Queues, topics, rules, schedules and buckets -> model. They are read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from constructs_lambda.model import Delivery, Place, Queue, Redrive, Subscription, Table, Text, Topic
from constructs_lambda.template.event_rules import read_rule, read_schedule
from constructs_lambda.template.links import named_by, read_link, read_parts, read_source
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.resource_policies import read_key, read_queue_policy, read_topic_policy
from constructs_lambda.template.values import certain, json_document, mapping, mappings
from constructs_lambda.tokens import NO_VALUE, UNKNOWN, Unknown, is_intrinsic, known, resolve_number, resolve_text

_NOTIFICATIONS = (
    # Of a bucket, and of CDK's own resource: list, target
    ("LambdaConfigurations", "Function"),
    ("QueueConfigurations", "Queue"),
    ("TopicConfigurations", "Topic"),
    ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "TopicArn"),
)
_ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")
_KEY_PARTS = ("prefix", "suffix")
_WRITES = "s3:ObjectCreated:"


def read_queue(values: object, place: Place) -> Queue:
    """The model of an `AWS::SQS::Queue`."""
    p, raw = Properties(values), mapping(values)
    return Queue(
        place=place,
        name=p.text("QueueName"),
        is_fifo=p.flag("FifoQueue"),
        visibility_timeout_seconds=p.number("VisibilityTimeout"),
        key=p.text("KmsMasterKeyId"),
        key_link=read_link(raw.get("KmsMasterKeyId")),
        redrive=_redrive(json_document(p, raw, "RedrivePolicy")),
        delay_seconds=p.number("DelaySeconds"),
        message_bytes=p.number("MaximumMessageSize"),
        retention_seconds=p.number("MessageRetentionPeriod"),
        wait_seconds=p.number("ReceiveMessageWaitTimeSeconds"),
    )


def read_topic(values: object, place: Place) -> Topic:
    """The model of an `AWS::SNS::Topic`, with the subscriptions that stand in it."""
    p, raw = Properties(values), mapping(values)
    within = raw.get("Subscription")
    subscriptions = [
        _subscription({**each, "TopicArn": {"Ref": place.resource}}, place, f"Subscription.{index}.")
        for index, each in enumerate(within if isinstance(within, list) else ())
        if isinstance(each, Mapping) and not is_intrinsic(each)
    ]
    return Topic(
        place=place,
        name=p.text("TopicName"),
        is_fifo=p.flag("FifoTopic"),
        key=p.text("KmsMasterKeyId"),
        key_link=read_link(raw.get("KmsMasterKeyId")),
        subscriptions=tuple(subscriptions),
    )


def read_subscription(values: object, place: Place) -> Subscription:
    """The model of an `AWS::SNS::Subscription`."""
    return _subscription(mapping(values), place, "")


def _subscription(raw: Mapping[str, Any], place: Place, within: str) -> Subscription:
    p = Properties(raw)
    redrive = _redrive(json_document(p, raw, "RedrivePolicy"))
    policy = json_document(p, raw, "FilterPolicy")
    endpoint = read_parts(raw.get("Endpoint"))
    return Subscription(
        place=place,
        within=within,
        topic_arn=p.text("TopicArn"),
        protocol=p.text("Protocol"),
        endpoint=p.text("Endpoint"),
        filter_policy=policy,
        filter_scope=p.text("FilterPolicyScope"),
        is_raw=p.flag("RawMessageDelivery"),
        redrive=redrive,
        delivery=Delivery(
            place=place,
            property=f"{within}Endpoint",
            service="sns",
            source=read_link(raw.get("TopicArn")),
            target=endpoint,
            link=named_by(endpoint),
            dead_letters=redrive.target if isinstance(redrive, Redrive) else None,
            dead_letter_property=f"{within}RedrivePolicy.deadLetterTargetArn",
            is_filtered=policy is not None and policy != {},
        ),
    )


def read_rule_deliveries(values: object, place: Place) -> tuple[Delivery, ...]:
    """What an `AWS::Events::Rule` invokes and sends to."""
    raw = mapping(values)
    targets = raw.get("Targets")
    return tuple(
        Delivery(
            place=place,
            property=f"Targets.{index}.Arn",
            service="events",
            source=read_link({"Ref": place.resource}),
            target=read_parts(each.get("Arn")),
            link=named_by(read_parts(each.get("Arn"))),
            role=read_link(each.get("RoleArn")) or read_link(raw.get("RoleArn")),
            dead_letters=read_source(mapping(each.get("DeadLetterConfig")).get("Arn")),
            dead_letter_property=f"Targets.{index}.DeadLetterConfig.Arn",
            is_filtered=True,
            expression=None if index else Properties(raw).text("ScheduleExpression"),
            input=Properties(each).text("Input"),
        )
        for index, each in certain(targets)
    )


def read_schedule_deliveries(values: object, place: Place) -> tuple[Delivery, ...]:
    """What an `AWS::Scheduler::Schedule` invokes."""
    target = mapping(values).get("Target")
    if not isinstance(target, Mapping) or is_intrinsic(target):
        return ()
    parts = read_parts(target.get("Arn"))
    return (
        Delivery(
            place=place,
            property="Target.Arn",
            service="scheduler",
            source=read_link({"Ref": place.resource}),
            target=parts,
            link=named_by(parts),
            role=read_link(target.get("RoleArn")),
            is_filtered=True,
            expression=Properties(values).text("ScheduleExpression"),
            input=Properties(target).text("Input"),
        ),
    )


def read_bucket(values: object, place: Place) -> tuple[Delivery, ...]:
    """What an `AWS::S3::Bucket` notifies."""
    settings = mapping(values).get("NotificationConfiguration")
    return tuple(_notifications(settings, place, {"Ref": place.resource})) if settings else ()


def read_notifications(values: object, place: Place) -> tuple[Delivery, ...]:
    """What a bucket notifies through a resource of CDK's own."""
    raw = mapping(values)
    return tuple(_notifications(raw.get("NotificationConfiguration"), place, raw.get("BucketName")))


def _notifications(settings: object, place: Place, bucket: object) -> Iterator[Delivery]:
    if not isinstance(settings, Mapping) or is_intrinsic(settings):
        return
    for name, target in _NOTIFICATIONS:
        for index, each in certain(settings.get(name)):
            if target not in each:
                continue
            parts, p = read_parts(each.get(target)), Properties(each)
            events = p.items("Events" if "Events" in each else "Event")
            prefix, suffix = _key_filters(each.get("Filter"))
            yield Delivery(
                place=place,
                property=f"NotificationConfiguration.{name}.{index}.{target}",
                service="s3",
                source=read_link(bucket),
                target=parts,
                link=named_by(parts),
                is_filtered=each.get("Filter") is not None,
                events=events,
                prefix=prefix,
                suffix=suffix,
                writes=any(str(event).startswith(_WRITES) for event in known(events) or ()),
            )


def _key_filters(value: object) -> tuple[Text, Text]:
    """The prefix and the suffix that a notification asks for."""
    if value is None:
        return None, None
    rules = mapping(mapping(value).get("S3Key")).get("Rules", mapping(mapping(value).get("Key")).get("FilterRules"))
    pairs = [(str(each.get("Name")).lower(), each.get("Value")) for each in mappings(rules)]
    if not isinstance(rules, list) or len(pairs) != len(rules) or any(name not in _KEY_PARTS for name, _ in pairs):
        return UNKNOWN, UNKNOWN
    found = {name: resolve_text(value) for name, value in pairs}
    return found.get("prefix"), found.get("suffix")


def read_log_subscription(values: object, place: Place) -> tuple[Delivery, ...]:
    """What an `AWS::Logs::SubscriptionFilter` sends to."""
    raw = mapping(values)
    parts = read_parts(raw.get("DestinationArn"))
    return (
        Delivery(
            place=place,
            property="DestinationArn",
            service="logs",
            source=read_link(raw.get("LogGroupName")),
            target=parts,
            link=named_by(parts),
            role=read_link(raw.get("RoleArn")),
            is_filtered=True,
        ),
    )


def read_alarm(values: object, place: Place) -> tuple[Delivery, ...]:
    """What an alarm of CloudWatch sends to."""
    raw = mapping(values)
    return tuple(
        Delivery(
            place=place,
            property=f"{name}.{index}",
            service="cloudwatch",
            source=None,
            target=read_parts(action),
            link=named_by(read_parts(action)),
            is_filtered=True,
        )
        for name in _ACTIONS
        for index, action in enumerate(raw[name] if isinstance(raw.get(name), list) else ())
    )


def read_table(values: object, place: Place) -> Table:
    """The model of a table of DynamoDB."""
    p, stream = Properties(values), mapping(values).get("StreamSpecification")
    is_open = p.is_open or (is_intrinsic(stream) and stream != NO_VALUE)
    return Table(place=place, has_stream=None if is_open else isinstance(stream, Mapping) and stream != NO_VALUE)


def _redrive(policy: object) -> Redrive | Unknown | None:
    if policy is None or isinstance(policy, Unknown):
        return policy
    raw = mapping(policy)
    arn = raw.get("deadLetterTargetArn")
    return Redrive(
        arn=resolve_text(arn),
        target=read_source(arn),
        receives=resolve_number(raw.get("maxReceiveCount")),
        has_target=arn is not None and arn != NO_VALUE,
        has_receives=raw.get("maxReceiveCount") not in (None, NO_VALUE),
    )


READERS: Mapping[str, tuple[tuple[str, Callable[[object, Place], Any]], ...]] = {
    "AWS::CloudWatch::Alarm": (("deliveries", read_alarm),),
    "AWS::CloudWatch::CompositeAlarm": (("deliveries", read_alarm),),
    "AWS::DynamoDB::GlobalTable": (("tables", read_table),),
    "AWS::DynamoDB::Table": (("tables", read_table),),
    "AWS::Events::Rule": (("deliveries", read_rule_deliveries), ("rules", read_rule)),
    "AWS::KMS::Key": (("keys", read_key),),
    "AWS::Logs::SubscriptionFilter": (("deliveries", read_log_subscription),),
    "AWS::S3::Bucket": (("deliveries", read_bucket),),
    "AWS::SNS::Subscription": (("subscriptions", read_subscription),),
    "AWS::SNS::Topic": (("topics", read_topic),),
    "AWS::SNS::TopicInlinePolicy": (("topic_policies", read_topic_policy),),
    "AWS::SNS::TopicPolicy": (("topic_policies", read_topic_policy),),
    "AWS::SQS::Queue": (("queues", read_queue),),
    "AWS::SQS::QueueInlinePolicy": (("queue_policies", read_queue_policy),),
    "AWS::SQS::QueuePolicy": (("queue_policies", read_queue_policy),),
    "AWS::Scheduler::Schedule": (("deliveries", read_schedule_deliveries), ("schedules", read_schedule)),
    "Custom::S3BucketNotifications": (("deliveries", read_notifications),),
}
"""By type of resource: the fields of `Messages` that hold it, and what reads it for each."""
