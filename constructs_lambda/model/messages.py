"""Queues, topics, rules and buckets: what sends events, and what takes them, as CloudFormation is told to make them.

`triggers` puts the pieces together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from fnmatch import fnmatchcase
from typing import Any

from constructs_lambda.model.event_rules import EventRule, Schedule
from constructs_lambda.model.functions import Flag, Items, Number, Place, Text
from constructs_lambda.model.grants import is_regional
from constructs_lambda.model.networks import Links, Parts, Source, Target
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown


@record(kw_only=True)
class Redrive:
    """Where a queue or a subscription sends what it can't deliver (`RedrivePolicy`).

    `has_target` says that it names something at all; `has_receives` that a queue says after how many tries.
    """

    arn: Text
    target: Source | None
    receives: Number
    has_target: bool
    has_receives: bool


@record(kw_only=True)
class Queue:
    """An `AWS::SQS::Queue`; `key` is what encrypts it."""

    place: Place
    name: Text
    is_fifo: Flag
    visibility_timeout_seconds: Number
    key: Text
    key_link: Target
    redrive: Redrive | Unknown | None
    delay_seconds: Number = None
    message_bytes: Number = None
    retention_seconds: Number = None
    wait_seconds: Number = None


@record(kw_only=True)
class Delivery:
    """One way on which events are sent: a subscription, a target of a rule, a notification of a bucket.

    Args:
        place: The resource that makes it.
        property: Property path of its target there.
        service: Which service sends, such as `sns`.
        source: The topic, rule, bucket or log group that sends.
        target: What the target's ARN is made of.
        link: What the target's ARN names.
        role: The role that it sends with, where it has one.
        dead_letters: The queue for what can't be delivered.
        dead_letter_property: Property path of that queue.
        is_filtered: Whether a pattern or filter may leave out events.
        writes: Whether it sends when something is written to the source.
        events: The events of a bucket.
        prefix: What the key of an object in a bucket has to start with.
        suffix: What it has to end with.
        expression: When it sends; a rule with several targets says it with the first.
        input: The JSON that it sends in place of the event.
    """

    place: Place
    property: str
    service: str
    source: Target
    target: Parts
    link: Target
    role: Target = None
    dead_letters: Source | None = None
    dead_letter_property: str = ""
    is_filtered: bool = False
    writes: bool = True
    events: Items = None
    prefix: Text = None
    suffix: Text = None
    expression: Text = None
    input: Text = None


@record(kw_only=True)
class Subscription:
    """A subscription to a topic (`AWS::SNS::Subscription`, or one within an `AWS::SNS::Topic`).

    Args:
        place: The resource.
        within: Property path that its properties stand in, with a dot behind it.
        topic_arn: ARN of the topic.
        protocol: How it delivers.
        endpoint: Where to.
        filter_policy: The filter policy as a mapping; anything else that is known is none.
        filter_scope: What the filter policy looks at.
        is_raw: Whether it delivers the bare message.
        redrive: Where it sends what can't be delivered.
        delivery: The way of its messages.
    """

    place: Place
    within: str
    topic_arn: Text
    protocol: Text
    endpoint: Text
    filter_policy: Any
    filter_scope: Text
    is_raw: Flag
    redrive: Redrive | Unknown | None
    delivery: Delivery


@record(kw_only=True)
class Topic:
    """An `AWS::SNS::Topic`; `key` is what encrypts it."""

    place: Place
    name: Text
    is_fifo: Flag
    key: Text
    key_link: Target
    subscriptions: tuple[Subscription, ...]


@record(kw_only=True)
class Grant:
    """A statement of a resource's own policy that allows something; None stands for what isn't known.

    Args:
        principals: Services such as `sns.amazonaws.com`, `*` for anybody.
        actions: What it allows, in lower case.
        sources: What `aws:SourceArn` has to be; empty where it may be anything.
        is_to_others: Whether it allows something to accounts, users or roles.
        resources: What it is about; empty where it is about all that the policy is of.
    """

    principals: tuple[str, ...] | None
    actions: tuple[str, ...] | None
    sources: Links
    is_to_others: bool
    resources: Links = ()

    def allows(self, service: str, action: str) -> bool | None:
        """Whether it lets a service do something, from some source."""
        if self.actions is not None and not any(fnmatchcase(action, pattern) for pattern in self.actions):
            return False
        if self.actions is None or self.principals is None:
            return None
        if {"*", f"{service}.amazonaws.com"} & {*self.principals}:
            return True
        return None if any(is_regional(each, service) for each in self.principals) else False


@record(kw_only=True)
class ResourcePolicy:
    """Who may do what with queues, topics or a key; `is_open` says that it may allow more.

    `denials` are the statements that deny something without a condition.
    """

    place: Place
    of: Links
    grants: tuple[Grant, ...]
    is_open: bool
    denials: tuple[Grant, ...] = ()


@record(kw_only=True)
class Table:
    """A table of DynamoDB; `has_stream` says whether it has a stream, None where that isn't known."""

    place: Place
    has_stream: bool | None


@record(kw_only=True)
class Messages:
    """What of queues, topics and the like stands in one template, by logical id."""

    queues: Mapping[str, Queue] = field(default_factory=dict)
    queue_policies: Mapping[str, ResourcePolicy] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    topic_policies: Mapping[str, ResourcePolicy] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    deliveries: Mapping[str, tuple[Delivery, ...]] = field(default_factory=dict)
    keys: Mapping[str, ResourcePolicy] = field(default_factory=dict)
    rules: Mapping[str, EventRule] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)


MESSAGE_FIELDS = tuple(each.name for each in fields(Messages))
"""The fields of `Messages`, each of which holds resources."""
