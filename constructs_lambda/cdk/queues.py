"""Queues that keep what failed, and keys for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from aws_cdk import CfnElement, CfnResource, Duration, Stack, aws_kms, aws_sqs
from constructs import Construct

from constructs_lambda.cdk.acknowledgements import Expected, Findings, Tree
from constructs_lambda.cdk.synthesis import before_synth

KEEPS = Expected(
    ("Serverless-SQSRedrivePolicy",),
    "a queue that we make for what failed",
    "it keeps what failed for good, so it is a dead-letter queue itself",
)
KEEPS_DELIVERIES = Expected(
    ("AwsSolutions-SQS3",),
    "a queue that we make for what failed, unless it is another queue's dead-letter queue",
    "it keeps what failed for good; cdk-nag knows dead-letter queues of queues and functions, and not those of "
    "subscriptions, rules, schedules and streams",
)
KEPT_DAYS = 14
"""For how long failures are kept: the longest that SQS offers, so that a holiday is no loss."""


def keep_queue(scope: Construct, id: str, *, fifo: bool = False, key: aws_kms.IKey | None = None) -> aws_sqs.Queue:
    """A queue for what failed: encrypted, TLS only, kept for two weeks.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        fifo: Whether it keeps the order; a FIFO queue or topic needs one that does.
        key: Encrypts it, in place of SQS's own key, which costs nothing and lets every service in.
    """
    queue = aws_sqs.Queue(
        scope,
        id,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED if key is None else aws_sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        fifo=fifo or None,
        retention_period=Duration.days(KEPT_DAYS),
    )
    before_synth(scope).expect(queue, _found_by_nag)
    return queue


def _found_by_nag(queue: aws_sqs.Queue, tree: Tree) -> Findings:
    yield queue, KEEPS
    stack = Stack.of(queue)
    id = stack.get_logical_id(cast(CfnElement, queue.node.default_child))
    if not any(id in text for text in tree.written(_redrive).get(stack.node.path, ())):
        yield queue, KEEPS_DELIVERIES


def _redrive(resource: CfnResource) -> Iterator[object]:
    """Where a queue puts what failed."""
    if isinstance(resource, aws_sqs.CfnQueue):
        yield resource.redrive_policy


def dead_letters(
    given: aws_sqs.IQueue | bool | None,
    scope: Construct,
    id: str = "DeadLetters",
    *,
    fifo: bool = False,
    key: aws_kms.IKey | None = None,
) -> aws_sqs.IQueue | None:
    """The queue that is given, one of ours where nothing is said, or none.

    Args:
        given: The queue, or False for none.
        scope: Where one of ours is made.
        id: Its id.
        fifo: Whether one of ours keeps the order.
        key: Encrypts one of ours, in place of SQS's own key.
    """
    if isinstance(given, bool | None):
        return None if given is False else keep_queue(scope, id, fifo=fifo, key=key)
    return given
