"""`QueueTrigger`: messages of an SQS queue, and of a topic through a queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from aws_cdk import (
    Duration,
    Names,
    aws_kms,
    aws_lambda,
    aws_lambda_event_sources,
    aws_sns,
    aws_sns_subscriptions,
    aws_sqs,
)
from constructs import Construct

from constructs_lambda.cdk.acknowledgements import Expected
from constructs_lambda.cdk.inputs import set_only
from constructs_lambda.cdk.monitors.monitor import Monitor, refuse_no_monitor
from constructs_lambda.cdk.queues import dead_letters
from constructs_lambda.cdk.senders import is_same_stack, receivable
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.cdk.triggers.filters import plain, put
from constructs_lambda.cdk.triggers.inputs import refuse, refuse_other_region
from constructs_lambda.cdk.triggers.queue_inputs import is_fifo, problems_of, refuse_wrong_types, visible_for
from constructs_lambda.cdk.triggers.subscriptions import (
    is_elsewhere,
    is_nested_below,
    keep_undelivered,
    queue_endpoint,
)
from constructs_lambda.cdk.usage import Usage

POLLED = Expected(
    ("Serverless-LambdaEventSourceMappingDestination",),
    "the event source mapping of a `QueueTrigger`",
    "Lambda takes no destination for the messages of a queue; it is the queue that has dead letters",
)
DEFAULT_RECEIVES = 5
"""How often a message is tried; fewer would put messages aside that were only throttled."""


class QueueTrigger(Trigger):
    """A function works off an SQS queue, in batches; or an SNS topic through a queue of its own.

    A message stays in the queue until the function is done with it, so none is lost however much comes in at once. What
    was tried five times goes to `dead_letter_queue`. The function answers which messages of a batch failed
    (`batchItemFailures`), and only those are tried again; an answer without that means that all went well.

    With `topic=` the queue subscribes to it (fan-out: each function has its own queue). The queue then gets the message
    as it was published, without SNS's envelope.

    A queue of ours is encrypted with SQS's own key, which costs nothing and lets SNS, S3 and EventBridge send; it takes
    messages over TLS only. Its visibility timeout is six times the function's timeout and the batching window, as AWS
    advises, and 5,400 s and the window where that timeout isn't known.

    Creates: `AWS::Lambda::EventSourceMapping`; an `AWS::SQS::Queue` and another one for dead letters where no queue is
    given; with `topic` an `AWS::SNS::Subscription` and an `AWS::SQS::Queue` for its dead letters; an `AWS::KMS::Key`
    where `encryption_key` is True.

    Costs when idle: Lambda's polling, at 0.40 USD for each million of requests in us-east-1; 1.00 USD a month for a key
    that is made.

    Args:
        queue: The queue. One is made where none is given.
        topic: The topic that the queue subscribes to.
        filter: Which messages of the topic, as for `TopicTrigger`.
        filter_body: Which messages of the topic by their body, as for `TopicTrigger`.
        raw_message_delivery: Whether the topic's messages come as they were published. True where it isn't given.
            False wraps each in SNS's envelope; choose it for more than ten attributes on a message, which a queue can't
            take otherwise.
        subscription_dead_letter_queue: Where SNS puts what it can't deliver to the queue. One is made where none is
            given; False for none.
        batch_size: How many messages at once. AWS's 10 where it isn't given.
        max_batching_window: For how long to wait for a batch to fill.
        max_concurrency: How many batches at once, at least 2.
        filters: Which messages the function sees, `[aws_lambda.FilterCriteria.filter(...)]`. **Others are deleted.**
        report_batch_item_failures: Whether the function answers which messages failed. True where it isn't given.
        enabled: Whether it is polled. True where it isn't given.
        visibility_timeout: For a queue that is made: for how long a message is hidden while it is worked on.
        max_receive_count: For a queue that is made: how often a message is tried. Five times where it isn't given.
        dead_letter_queue: For a queue that is made: where what failed is kept. One is made where none is given; False
            for none.
        fifo: For a queue that is made: whether it keeps the order. As the topic does where it isn't given.
        encryption_key: For a queue that is made: a key of yours, or True for one that is made.
        usage: For a queue that is made: how many requests it takes a month, for `constructs-lambda cost`. A message
            takes three: sent, received and deleted, the last two for up to ten at once.
        monitor: Alarms for the queue and its dead letters, `Monitor(action=topic)`. That of the function where it isn't
            given; False for none.
        id: Id within the function. Only needed for a second one of the kind.

    Raises:
        InputError: AWS would refuse it; all problems at once.
        TypeError: A value of the wrong type.
    """

    queue: aws_sqs.IQueue
    """The queue; one of ours exists once the trigger was added to a function."""
    topic: aws_sns.ITopic | None
    subscription: aws_sns.Subscription | None = None
    subscription_dead_letter_queue: aws_sqs.IQueue | None = None
    """Where SNS puts what it can't deliver to the queue."""
    _key: aws_kms.IKey | None = None

    def __init__(
        self,
        queue: aws_sqs.IQueue | None = None,
        *,
        topic: aws_sns.ITopic | None = None,
        filter: Mapping[str, Any] | None = None,
        filter_body: Mapping[str, Any] | None = None,
        raw_message_delivery: bool | None = None,
        subscription_dead_letter_queue: aws_sqs.IQueue | bool | None = None,
        batch_size: int | None = None,
        max_batching_window: Duration | None = None,
        max_concurrency: int | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
        report_batch_item_failures: bool = True,
        enabled: bool | None = None,
        visibility_timeout: Duration | None = None,
        max_receive_count: int | None = None,
        dead_letter_queue: aws_sqs.IQueue | bool | None = None,
        fifo: bool | None = None,
        encryption_key: aws_kms.IKey | bool | None = None,
        usage: Usage | None = None,
        monitor: Monitor | Literal[False] | None = None,
        id: str | None = None,
    ) -> None:
        given = {name: value for name, value in locals().items() if name not in ("self", "__class__", "id", "monitor")}
        super().__init__(id)
        refuse_no_monitor(monitor)
        self._own_monitor = monitor
        refuse_wrong_types(given)
        refuse("QueueTrigger", problems_of(given))
        if queue is not None:
            self.queue = queue
        self.topic = topic
        self._given = given

    def _wire(self, target: aws_lambda.IFunction) -> None:
        given = self._given
        if given["queue"] is not None:
            id = f"SqsEventSource:{Names.node_unique_id(given['queue'].node)}"
            self._refuse_taken(target, given["queue"], id, given["queue"].queue_arn)
        if self.topic is not None:
            name = "subscription_dead_letter_queue"
            refuse_other_region(name, given[name], self.topic.env.region, "topic", target)
        visible = visible_for(target, given)
        place = self._place(target, given["queue"] or given["topic"])
        self.queue = given["queue"] or self._make_queue(place, visible)
        names = ("batch_size", "max_batching_window", "max_concurrency", "filters", "enabled")
        source = aws_lambda_event_sources.SqsEventSource(
            self.queue,
            report_batch_item_failures=given["report_batch_item_failures"],
            **set_only(**{name: given[name] for name in names}),
        )
        source.bind(target)
        id = f"SqsEventSource:{Names.node_unique_id(self.queue.node)}"
        before_synth(place).expect(target.node.find_child(id), POLLED)
        if given["queue"] is not None:
            redrive = getattr(given["queue"], "dead_letter_queue", None)
            self.dead_letter_queue = redrive.queue if redrive is not None else None
        if self.topic is not None:
            self._subscribe(place, self.topic, target)

    def _make_queue(self, place: Construct, visible: Duration) -> aws_sqs.Queue:
        given, fifo, key = self._given, is_fifo(self._given), self._given["encryption_key"]
        if key is True:
            key = aws_kms.Key(
                place, "Key", enable_key_rotation=True, description=f"Encrypts the queue {place.node.path}"
            )
        self._key = key or None
        self.dead_letter_queue = dead_letters(given["dead_letter_queue"], place, fifo=fifo, key=self._key)
        redrive = None
        if self.dead_letter_queue is not None:
            count = given["max_receive_count"] or DEFAULT_RECEIVES
            redrive = aws_sqs.DeadLetterQueue(queue=self.dead_letter_queue, max_receive_count=count)
        queue = aws_sqs.Queue(
            place,
            "Queue",
            encryption=aws_sqs.QueueEncryption.KMS if key else aws_sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=visible,
            **set_only(encryption_master_key=self._key, fifo=fifo or None, dead_letter_queue=redrive),
        )
        if given["usage"] is not None:
            given["usage"].apply(queue)
        return queue

    def _subscribe(self, place: Construct, topic: aws_sns.ITopic, target: aws_lambda.IFunction) -> None:
        given, wanted = self._given, self._given["subscription_dead_letter_queue"]
        letters = None
        if wanted not in (None, True) or not is_elsewhere(topic, target):
            letters = dead_letters(wanted, place, "SubscriptionDeadLetters", fifo=is_fifo(given), key=self._key)
        raw = given["raw_message_delivery"] is not False
        undelivered = keep_undelivered(topic, letters, place)
        if is_same_stack(self.queue, place) and not is_nested_below(self.queue, topic):
            receivable(self.queue, "sns", place, source=topic, source_arn=topic.topic_arn, holder=self.queue)
            subscription = topic.add_subscription(
                aws_sns_subscriptions.SqsSubscription(self.queue, raw_message_delivery=raw, **undelivered)
            )
        else:
            endpoint = queue_endpoint(topic, self.queue, place)
            subscription = aws_sns.Subscription(
                place, "Subscription", topic=topic, raw_message_delivery=raw, **endpoint, **undelivered
            )
        put(subscription, plain(given["filter"]), plain(given["filter_body"]))
        self.subscription, self.subscription_dead_letter_queue = subscription, letters

    @property
    def _polled(self) -> aws_sqs.IQueue | None:
        return self.queue

    def _queues(self) -> list[aws_sqs.IQueue]:
        more = [] if self.subscription_dead_letter_queue is None else [self.subscription_dead_letter_queue]
        return [*super()._queues(), *more]
