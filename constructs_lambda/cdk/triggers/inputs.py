"""What triggers check before anything is made, beside `cdk.inputs`: queues for failures, and all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aws_cdk import Token, aws_lambda, aws_sqs

from constructs_lambda.cdk.inputs import refuse_no_resource
from constructs_lambda.errors import InputError


def refuse(kind: str, problems: Iterable[str]) -> None:
    """Raises all problems at once, where there are some.

    Args:
        kind: The trigger's class.
        problems: What is wrong, one sentence and a way out each.

    Raises:
        InputError: There are some.
    """
    found = list(problems)
    if found:
        raise InputError("\n".join(f"{kind}: {problem}" for problem in found))


def refuse_no_queue(name: str, value: object) -> None:
    """Refuses what is no queue, nor True or False.

    Raises:
        TypeError: It is given, and none.
    """
    if not isinstance(value, bool):
        refuse_no_resource(name, value, "queue_arn", "an aws_sqs.IQueue, or False for none")


def wrong_kind_of_queue(name: str, queue: aws_sqs.IQueue | bool | None, *, fifo: bool = False) -> Iterator[str]:
    """What is wrong with a queue for failures: AWS takes a FIFO queue for a FIFO source, and no other one else.

    Args:
        name: The keyword.
        queue: Its value.
        fifo: Whether it has to be a FIFO queue.
    """
    if queue is None or isinstance(queue, bool) or queue.fifo == fifo:
        return
    kinds = ("a standard queue", "a FIFO queue")
    yield f"{name} is {kinds[queue.fifo]}, and AWS takes {kinds[fifo]} here. Fix: give one, or leave {name} out."


def sealed(name: str, queue: aws_sqs.IQueue | bool | None) -> Iterator[str]:
    """What is wrong with a queue that a service writes to: SQS's own KMS key lets no service in.

    Args:
        name: The keyword.
        queue: Its value.
    """
    if queue is None or isinstance(queue, bool) or queue.encryption_type != aws_sqs.QueueEncryption.KMS_MANAGED:
        return
    yield (
        f"{name} is encrypted with alias/aws/sqs, a key that lets no other service write to the queue. Fix: "
        "encryption=QueueEncryption.SQS_MANAGED, or a key of yours."
    )


def refuse_other_region(
    name: str, queue: aws_sqs.IQueue | bool | None, region: str, of: str, target: aws_lambda.IFunction
) -> None:
    """Refuses a queue of another Region than what writes to it, where both are known.

    Args:
        name: The keyword.
        queue: Its value.
        region: The Region of what writes.
        of: What that is.
        target: The function.

    Raises:
        InputError: It is of another one.
    """
    if queue is None or isinstance(queue, bool):
        return
    own = queue.env.region
    if not Token.is_unresolved(own) and not Token.is_unresolved(region) and own != region:
        raise InputError(
            f"{target.node.path}: {name} is a queue of {own}, and the {of} is of {region}; nothing would arrive there. "
            f"Fix: a queue of {region}, or {name}=False."
        )
