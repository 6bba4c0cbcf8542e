"""`BucketTrigger`: what happens to the objects of an S3 bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from aws_cdk import Stack, aws_lambda, aws_s3, aws_s3_notifications, aws_sqs
from constructs import Construct

from constructs_lambda.cdk.acknowledgements import Expected, Findings, Tree
from constructs_lambda.cdk.inputs import refuse_no_resource, refuse_no_switch, refuse_no_texts
from constructs_lambda.cdk.role_findings import INLINE
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.cdk.triggers.event import aim, make_rule
from constructs_lambda.cdk.triggers.inputs import refuse, refuse_no_queue, sealed, wrong_kind_of_queue

_DETAIL_TYPES = {
    "OBJECT_CREATED": "Object Created",
    "OBJECT_REMOVED": "Object Deleted",
    "OBJECT_RESTORE_POST": "Object Restore Initiated",
    "OBJECT_RESTORE_COMPLETED": "Object Restore Completed",
    "OBJECT_RESTORE_DELETE": "Object Restore Expired",
    "OBJECT_TAGGING_PUT": "Object Tags Added",
    "OBJECT_TAGGING_DELETE": "Object Tags Deleted",
    "OBJECT_ACL_PUT": "Object ACL Updated",
}
"""What EventBridge calls S3's events."""
_HANDLER = "BucketNotificationsHandler050a0587b7544547bf325f094a3db834"
"""CDK's function that sets the notifications of all buckets of a stack."""
_LOGS_POLICY = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
HANDLER_LOGS = Expected(
    (f"AwsSolutions-IAM4[Policy::{_LOGS_POLICY}]",),
    "CDK's function that sets a bucket's notifications",
    "CDK's own function, once a stack; the policy lets it write its logs",
)
NO_ACCESS_LOGS = Expected(
    ("AwsSolutions-S1",),
    "the bucket that a `BucketTrigger` makes",
    "access logs need a second bucket, and are paid for; `BucketTrigger(bucket)` takes one of yours that has them",
)


class BucketTrigger(Trigger):
    """A function runs for each object that is created in an S3 bucket, or for other events of it.

    S3 invokes it asynchronously; what the function fails at, after Lambda's two retries, goes to `failure_queue`. S3
    itself keeps no dead letters: `event_bridge=True` sends the events over EventBridge, which does
    (`dead_letter_queue`), takes several functions for the same objects, and costs by the event.

    Events arrive at least once and in no order. A function that writes to its own bucket needs `prefixes` or
    `suffixes`, or it triggers itself.

    A bucket of ours is encrypted with S3's own keys, takes TLS only, is closed to the public, keeps old versions, and
    stays when the stack goes.

    Creates: `AWS::Lambda::Permission`, and CDK's `Custom::S3BucketNotifications` with its function; an
    `AWS::S3::Bucket` where none is given; an `AWS::SQS::Queue` and an `AWS::Lambda::EventInvokeConfig` where the
    function's failures aren't kept yet; an `AWS::Events::Rule` and an `AWS::SQS::Queue` with `event_bridge`.

    Costs when idle: nothing but the storage of objects.

    Args:
        bucket: The bucket. One is made where none is given.
        events: Which events. `EventType.OBJECT_CREATED` where they aren't given.
        prefixes: How the keys begin; one of them is enough. All keys where none is given.
        suffixes: How the keys end; one of them is enough.
        event_bridge: Whether the events come over EventBridge. They look different then: `event["detail"]`.
        dead_letter_queue: With `event_bridge`: where EventBridge puts what it can't deliver. One is made where none is
            given; False for none.
        id: Id within the function. Only needed for a second one of the kind.

    Raises:
        InputError: AWS would refuse it; all problems at once.
        TypeError: A value of the wrong type.
    """

    bucket: aws_s3.IBucket
    """The bucket; one of ours exists once the trigger was added to a function."""

    def __init__(
        self,
        bucket: aws_s3.IBucket | None = None,
        *,
        events: Sequence[aws_s3.EventType] = (aws_s3.EventType.OBJECT_CREATED,),
        prefixes: Sequence[str] = (),
        suffixes: Sequence[str] = (),
        event_bridge: bool = False,
        dead_letter_queue: aws_sqs.IQueue | bool | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id)
        refuse_no_resource("bucket", bucket, "bucket_arn", "an aws_s3.IBucket")
        _refuse_no_events(events)
        refuse_no_texts(prefixes=prefixes, suffixes=suffixes)
        refuse_no_switch(event_bridge=event_bridge)
        refuse_no_queue("dead_letter_queue", dead_letter_queue)
        refuse("BucketTrigger", _problems(events, event_bridge, dead_letter_queue))
        if bucket is not None:
            self.bucket = bucket
        self._given = bucket
        self._events = list(dict.fromkeys(events))
        self._prefixes = tuple(prefixes)
        self._suffixes = tuple(suffixes)
        self._event_bridge = event_bridge
        self._dead_letters = dead_letter_queue

    def _wire(self, target: aws_lambda.IFunction) -> None:
        place = self._place(target, self._given)
        if self._given is None:
            self.bucket = make_bucket(place)
        if self._event_bridge:
            self.bucket.enable_event_bridge_notification()
            rule = make_rule(place, self._pattern(), {})
            self.dead_letter_queue = aim(rule, target, place, self._dead_letters)
        else:
            self._notify(target)
        before_synth(place).expect(self.bucket, _of_notifications)
        self._keep_failures(target)

    def _notify(self, target: aws_lambda.IFunction) -> None:
        destination = aws_s3_notifications.LambdaDestination(target)
        for event, prefix, suffix in product(self._events, self._prefixes or (None,), self._suffixes or (None,)):
            filters = [] if prefix is suffix is None else [aws_s3.NotificationKeyFilter(prefix=prefix, suffix=suffix)]
            self.bucket.add_event_notification(event, destination, *filters)

    def _pattern(self) -> dict[str, Any]:
        detail: dict[str, Any] = {"bucket": {"name": [self.bucket.bucket_name]}}
        if keys := _keys(self._prefixes, self._suffixes):
            detail["object"] = {"key": keys}
        kinds = [_DETAIL_TYPES[event.value] for event in self._events]
        return {"source": ["aws.s3"], "detail-type": kinds, "detail": detail}


def _of_notifications(bucket: aws_s3.IBucket, tree: Tree) -> Findings:
    handler = Stack.of(bucket).node.try_find_child(_HANDLER)
    if handler is not None:
        yield handler.node.find_child("Role"), HANDLER_LOGS
    policy = bucket.node.find_child("Notifications").node.try_find_child("HandlerPolicy")
    if policy is not None:
        yield policy, INLINE


def make_bucket(place: Construct) -> aws_s3.Bucket:
    """A bucket: encrypted, TLS only, closed to the public, with versions.

    Args:
        place: Parent construct.
    """
    bucket = aws_s3.Bucket(
        place,
        "Bucket",
        encryption=aws_s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
        versioned=True,
    )
    before_synth(place).expect(bucket, NO_ACCESS_LOGS)
    return bucket


def _keys(prefixes: Sequence[str], suffixes: Sequence[str]) -> list[dict[str, str]]:
    """What EventBridge compares keys with; it has no prefix and suffix at once but a wildcard between them."""
    if prefixes and suffixes:
        return [{"wildcard": f"{_literal(start)}*{_literal(end)}"} for start, end in product(prefixes, suffixes)]
    return [*({"prefix": each} for each in prefixes), *({"suffix": each} for each in suffixes)]


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*")


def _refuse_no_events(events: object) -> None:
    is_list = isinstance(events, Sequence) and not isinstance(events, str)
    if not is_list or not all(isinstance(each, aws_s3.EventType) for each in events):  # type: ignore[attr-defined]
        raise TypeError(f"events must be a list, such as [aws_s3.EventType.OBJECT_CREATED]; got {events!r}")


def _problems(
    events: Sequence[aws_s3.EventType], event_bridge: bool, dead_letter_queue: aws_sqs.IQueue | bool | None
) -> Iterator[str]:
    if not events:
        yield "events is empty, so it would never run. Fix: leave it out for each object that is created."
    if event_bridge and (wrong := [each.value for each in events if each.value not in _DETAIL_TYPES]):
        yield (
            f"{', '.join(wrong)} can't come over EventBridge here; it has {', '.join(_DETAIL_TYPES)}. Fix: choose of "
            "these, or an EventTrigger with a pattern of yours."
        )
    if not event_bridge and dead_letter_queue is not None:
        yield "dead_letter_queue needs event_bridge=True, because S3 keeps no dead letters. Fix: set it as well."
    yield from wrong_kind_of_queue("dead_letter_queue", dead_letter_queue)
    yield from sealed("dead_letter_queue", dead_letter_queue)
