"""What triggers check before anything is made: the types first, then all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import Duration, Token, aws_lambda, aws_sqs

from constructs_lambda.errors import InputError
from constructs_lambda.limits import Limit
from constructs_lambda.tokens import is_number_token


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


def refuse_no_resource(name: str, value: object, attribute: str, example: str) -> None:
    """Refuses what is no resource of a kind, told by what it has.

    Raises:
        TypeError: It is given, and none.
    """
    if value is not None and not hasattr(value, attribute):
        raise TypeError(f"{name} must be {example}; got {value!r}")


def refuse_no_queue(name: str, value: object) -> None:
    """Refuses what is no queue, nor True or False.

    Raises:
        TypeError: It is given, and none.
    """
    if not isinstance(value, bool):
        refuse_no_resource(name, value, "queue_arn", "an aws_sqs.IQueue, or False for none")


def refuse_no_duration(**values: object) -> None:
    """Refuses what is no duration.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        if value is not None and not isinstance(value, Duration):
            raise TypeError(f"{name} must be a Duration, such as Duration.minutes(1); got {value!r}")


def refuse_no_number(**values: object) -> None:
    """Refuses what is no whole number.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if value is not None and (isinstance(value, bool) or not is_whole):
            raise TypeError(f"{name} must be a whole number; got {value!r}")


def refuse_no_switch(**values: object) -> None:
    """Refuses what is neither True nor False.

    Raises:
        TypeError: One is given, and neither.
    """
    for name, value in values.items():
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"{name} must be True or False; got {value!r}")


def refuse_no_texts(**values: object) -> None:
    """Refuses what is no list of texts.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if not is_list or not all(isinstance(each, str) for each in value):  # type: ignore[attr-defined]
            example = f"; write {name}=[{value!r}]" if isinstance(value, str) else ""
            raise TypeError(f"{name} must be a list of texts; got {value!r}{example}")


def refuse_no_mappings(**values: object) -> None:
    """Refuses what is no list of mappings.

    Raises:
        TypeError: One is given, and none.
    """
    for name, value in values.items():
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        if value is not None and not (is_list and all(isinstance(each, Mapping) for each in value)):  # type: ignore[attr-defined]
            raise TypeError(f"{name} must be a list of aws_lambda.FilterCriteria.filter(...); got {value!r}")


def beyond(name: str, value: Duration | float | None, limit: Limit, *, fix: str = "choose one within") -> Iterator[str]:
    """What is wrong with a number that AWS bounds; a token never is.

    Args:
        name: The keyword.
        value: Its value, a duration in place of seconds.
        limit: The bounds.
        fix: The way out.
    """
    number = seconds_of(value) if isinstance(value, Duration) else value
    if number is None or is_number_token(number) or limit.admits(number):
        return
    yield f"{name} is {limit.counted(number)}; AWS allows {limit.allowed}. Fix: {fix}."


def seconds_of(duration: Duration | None) -> int | None:
    """Seconds of a duration; None where it isn't known, or no whole number of them."""
    if duration is None or duration.is_unresolved():
        return None
    return int(duration.to_milliseconds()) // 1000


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


def set_only(**keywords: Any) -> dict[str, Any]:
    """The keywords that are set; CDK's constructors take None for most, but not all of them."""
    return {name: value for name, value in keywords.items() if value is not None}
