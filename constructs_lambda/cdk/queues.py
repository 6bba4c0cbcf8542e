"""Queues that keep what failed, and keys for them."""

from __future__ import annotations

from aws_cdk import Duration, aws_kms, aws_sqs
from constructs import Construct

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
    return aws_sqs.Queue(
        scope,
        id,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED if key is None else aws_sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        fifo=fifo or None,
        retention_period=Duration.days(KEPT_DAYS),
    )


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
