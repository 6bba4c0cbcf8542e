"""`TopicTrigger`: messages of an SNS topic."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from aws_cdk import Names, Stack, aws_kms, aws_lambda, aws_sns, aws_sqs
from constructs import Construct

from constructs_lambda.cdk.failures import as_scope
from constructs_lambda.cdk.inputs import refuse_no_resource, refuse_no_texts, set_only
from constructs_lambda.cdk.queues import dead_letters
from constructs_lambda.cdk.senders import let_use
from constructs_lambda.cdk.topics import OWN_KEY, is_own_key, publish_to
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.cdk.triggers.filters import plain, put, refuse_no_filter, wrong_filters
from constructs_lambda.cdk.triggers.inputs import (
    refuse,
    refuse_no_queue,
    refuse_other_region,
    sealed,
    wrong_kind_of_queue,
)
from constructs_lambda.cdk.triggers.subscriptions import function_endpoint, is_elsewhere, keep_undelivered
from constructs_lambda.cdk.usage import Usage, refuse_wrong_usage
from constructs_lambda.errors import InputError

_SERVICE = re.compile(r"[a-z0-9-]+")
_PUBLISHERS = ("backup", "budgets", "cloudformation", "cloudwatch", "codestar-notifications", "events", "s3")
"""Whose names are told from typos of them; any other name is taken as it is."""
_WITHOUT_CONDITIONS = ("events",)
"""Services that name no source account where something is encrypted; a condition would shut them out."""


class TopicTrigger(Trigger):
    """A function runs for each message that is published to an SNS topic.

    SNS invokes it asynchronously, once for a message, and hands over in no order. What SNS can't deliver goes to
    `dead_letter_queue`; what the function fails at, after Lambda's two retries, to `failure_queue`. Where messages come
    faster than the function works them off, put a queue in between: `QueueTrigger(topic=topic)`.

    Several functions share a topic with a trigger each. A topic of another stack, account or Region is taken as it is;
    one of another account has to allow `sns:Subscribe`. One of another Region gets no dead letters of ours, because SNS
    wants their queue in the topic's Region.

    A topic of ours is encrypted with SNS's own key, which costs nothing by the month, and takes messages over TLS only.
    SNS's own key lets no AWS service publish (S3, EventBridge, CloudWatch alarms): that takes `encryption_key`.

    Creates: `AWS::SNS::Subscription` and `AWS::Lambda::Permission`; an `AWS::SNS::Topic` where none is given; an
    `AWS::SQS::Queue` for dead letters, and where the function's failures aren't kept yet, a second one and an
    `AWS::Lambda::EventInvokeConfig`; an `AWS::KMS::Key` where `encryption_key` is True.

    Costs when idle: nothing; 1.00 USD a month for a key that is made, in us-east-1.

    Args:
        topic: The topic. One is made where none is given.
        filter: Which messages, by their attributes: JSON as AWS writes it, `{"type": ["order.created"]}`, or CDK's
            mapping of names to `SubscriptionFilter`. All messages where it isn't given.
        filter_body: Which messages, by their body, which has to be JSON then. Like `filter`; CDK's mapping is of
            `FilterOrPolicy`. Only one of the two.
        dead_letter_queue: Where SNS puts what it can't deliver. One is made where none is given; False for none.
        encryption_key: For a topic that is made: a key of yours, or True for one that is made.
        publishers: For a topic that is made: AWS services that may publish to it from this account, such as
            `["cloudwatch", "events", "s3"]`. The key lets them too.
        usage: For a topic that is made: how often is published to it a month, for `constructs-lambda cost`.
        id: Id within the function. Only needed for a second one of the kind.

    Raises:
        InputError: AWS would refuse it; all problems at once.
        TypeError: A value of the wrong type.
    """

    topic: aws_sns.ITopic
    """The topic; one of ours exists once the trigger was added to a function."""
    subscription: aws_sns.Subscription

    def __init__(
        self,
        topic: aws_sns.ITopic | None = None,
        *,
        filter: Mapping[str, Any] | None = None,
        filter_body: Mapping[str, Any] | None = None,
        dead_letter_queue: aws_sqs.IQueue | bool | None = None,
        encryption_key: aws_kms.IKey | bool | None = None,
        publishers: Sequence[str] = (),
        usage: Usage | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id)
        refuse_no_resource("topic", topic, "topic_arn", "an aws_sns.ITopic")
        refuse_no_filter(filter=filter, filter_body=filter_body)
        refuse_no_queue("dead_letter_queue", dead_letter_queue)
        if not isinstance(encryption_key, bool):
            refuse_no_resource("encryption_key", encryption_key, "key_arn", "an aws_kms.IKey, or True for one of ours")
        refuse_no_texts(publishers=publishers)
        refuse_wrong_usage(usage, "TopicTrigger", "AWS::SNS::Topic")
        options = {"encryption_key": encryption_key, "publishers": publishers, "usage": usage}
        refuse("TopicTrigger", _problems(topic, filter, filter_body, dead_letter_queue, options))
        if topic is not None:
            self.topic = topic
        self._given = topic
        self._filters = (plain(filter), plain(filter_body))
        self._dead_letters = dead_letter_queue
        self._key = encryption_key
        self._publishers = publishers
        self._usage = usage

    def _wire(self, target: aws_lambda.IFunction) -> None:
        if self._given is not None:
            id = f"AllowInvoke:{Names.node_unique_id(self._given.node)}"
            self._refuse_taken(target, self._given, id, self._given.topic_arn)
            refuse_other_region("dead_letter_queue", self._dead_letters, self._given.env.region, "topic", target)
        place = self._place(target, self._given)
        topic = self._given or make_topic(place, self._key, self._publishers)
        if self._usage is not None:
            self._usage.apply(topic)
        queue = None
        if self._dead_letters not in (None, True) or not is_elsewhere(topic, target):
            queue = dead_letters(self._dead_letters, place)
        # A topic of one's own has the ids that CDK gives, so that whoever comes from SnsEventSource keeps them: a
        # subscription under another id would be made as the same one, and then be deleted as the old one.
        has_cdks_id = self._given is not None and self._id is None
        scope, id = (as_scope(target), topic.node.id) if has_cdks_id else (place, "Subscription")
        _refuse_same_id(target, scope, id)
        self.subscription = aws_sns.Subscription(
            scope, id, topic=topic, **function_endpoint(topic, target), **keep_undelivered(topic, queue, place)
        )
        put(self.subscription, *self._filters)
        self.topic, self.dead_letter_queue = topic, queue
        self._keep_failures(target)


def make_topic(
    place: Construct, key: aws_kms.IKey | bool | None, publishers: Sequence[str], *, fifo: bool = False
) -> aws_sns.Topic:
    """A topic: encrypted, TLS only.

    Args:
        place: Parent construct.
        key: The key, or True for one that is made. SNS's own where none is given.
        publishers: AWS services that may publish.
        fifo: Whether it keeps the order.
    """
    if key is True:
        key = aws_kms.Key(place, "Key", enable_key_rotation=True, description=f"Encrypts the topic {place.node.path}")
    topic = aws_sns.Topic(place, "Topic", enforce_ssl=True, **set_only(master_key=key or None, fifo=fifo or None))
    resource = topic.node.default_child
    if not key and isinstance(resource, aws_sns.CfnTopic):
        resource.kms_master_key_id = OWN_KEY
    account = Stack.of(place).account
    for service in publishers:
        source = None if service in _WITHOUT_CONDITIONS else account
        topic.add_to_resource_policy(publish_to(topic, service, source))
        if topic.master_key is not None:
            let_use(topic.master_key, service, source, place)
    return topic


def _refuse_same_id(target: aws_lambda.IFunction, scope: Construct, id: str) -> None:
    if scope.node.try_find_child(id) is not None:
        raise InputError(
            f"{target.node.path} has a construct with the topic's id {id!r} already, such as a subscription to another "
            f"topic with this id. Fix: give the trigger an id, TopicTrigger(topic, id='{id}2')."
        )


def _problems(
    topic: aws_sns.ITopic | None,
    filter: Mapping[str, Any] | None,
    filter_body: Mapping[str, Any] | None,
    dead_letter_queue: aws_sqs.IQueue | bool | None,
    options: Mapping[str, Any],
) -> Iterator[str]:
    if topic is not None and topic.fifo:
        yield "topic is a FIFO topic, and SNS delivers those to queues only. Fix: QueueTrigger(topic=topic)."
    yield from wrong_filters(filter, filter_body)
    yield from wrong_kind_of_queue("dead_letter_queue", dead_letter_queue)
    yield from sealed("dead_letter_queue", dead_letter_queue)
    yield from wrong_topic_options(topic, options)


def wrong_topic_options(topic: aws_sns.ITopic | None, options: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the options of a topic that is made."""
    encryption_key, publishers = options["encryption_key"], options["publishers"]
    if topic is not None and (wrong := [name for name, value in options.items() if value]):
        yield f"{' and '.join(wrong)} can't be set for a topic that is given. Fix: set it on the topic."
    for service in publishers:
        if not _SERVICE.fullmatch(service):
            yield f"publishers has {service!r}; it takes short names of services. Fix: 's3', 'events', 'cloudwatch'."
        elif service not in _PUBLISHERS and (alike := get_close_matches(service, _PUBLISHERS, cutoff=0.85)):
            yield f"publishers has {service!r}, which is no service. Fix: {alike[0]!r}."
    if publishers and encryption_key and not isinstance(encryption_key, bool) and is_own_key(encryption_key.key_arn):
        yield f"encryption_key is {OWN_KEY}, a key that lets no AWS service publish. Fix: True, or a key of yours."
    if publishers and not encryption_key and topic is None:
        yield (
            "publishers need encryption_key=, because SNS's own key lets no AWS service publish. Fix: "
            "encryption_key=True for a key of its own (1.00 USD a month), or a key of yours."
        )
