"""What `QueueTrigger` checks, and what follows from what it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk import Duration, aws_lambda

from constructs_lambda import limits
from constructs_lambda.cdk.failures import resource_of
from constructs_lambda.cdk.inputs import (
    beyond,
    refuse_no_duration,
    refuse_no_mappings,
    refuse_no_number,
    refuse_no_resource,
    refuse_no_switch,
    seconds_of,
)
from constructs_lambda.cdk.triggers.filters import refuse_no_filter, without_pattern, wrong_filters
from constructs_lambda.cdk.triggers.inputs import refuse_no_queue, sealed, wrong_kind_of_queue
from constructs_lambda.cdk.usage import refuse_wrong_usage
from constructs_lambda.errors import InputError
from constructs_lambda.tokens import is_number_token

_TIMES_THE_TIMEOUT = 6
_DEFAULT_TIMEOUT_SECONDS = 3
_FOR_OURS = "dead_letter_queue", "encryption_key", "fifo", "max_receive_count", "usage", "visibility_timeout"
_FOR_TOPICS = "filter", "filter_body", "raw_message_delivery", "subscription_dead_letter_queue"


def visible_for(target: aws_lambda.IFunction, given: Mapping[str, Any]) -> Duration:
    """For how long a queue of ours hides a message.

    Raises:
        InputError: Not for as long as the function may run.
    """
    timeout, wanted = _timeout_of(target), given["visibility_timeout"]
    if isinstance(wanted, Duration):
        visible = seconds_of(wanted)
        if visible is not None and timeout is not None and visible < timeout:
            raise InputError(
                f"{target.node.path}: visibility_timeout is {visible} s, and the function may run for {timeout} s; "
                f"Lambda refuses that. Fix: leave it out, or set {_TIMES_THE_TIMEOUT * timeout} s."
            )
        return wanted
    longest = limits.SQS_VISIBILITY_TIMEOUT.maximum or 0
    window = seconds_of(given["max_batching_window"]) or 0
    if timeout is None:
        timeout = limits.FUNCTION_TIMEOUT.maximum or 0
    return Duration.seconds(min(_TIMES_THE_TIMEOUT * timeout + window, longest))


def _timeout_of(target: aws_lambda.IFunction) -> int | None:
    """The function's timeout in seconds; None where it isn't known."""
    resource = resource_of(target)
    if resource is None:
        return None
    timeout = _DEFAULT_TIMEOUT_SECONDS if resource.timeout is None else resource.timeout
    return None if is_number_token(timeout) else int(timeout)


def is_fifo(given: Mapping[str, Any]) -> bool:
    """Whether the queue, given or made, keeps the order."""
    if given["queue"] is not None:
        return bool(given["queue"].fifo)
    if given["fifo"] is not None:
        return bool(given["fifo"])
    return given["topic"] is not None and bool(given["topic"].fifo)


def refuse_wrong_types(given: Mapping[str, Any]) -> None:
    """Refuses values of a wrong type.

    Raises:
        TypeError: There is one.
    """
    refuse_no_resource("queue", given["queue"], "queue_arn", "an aws_sqs.IQueue")
    refuse_no_resource("topic", given["topic"], "topic_arn", "an aws_sns.ITopic")
    refuse_no_filter(filter=given["filter"], filter_body=given["filter_body"])
    for name in ("dead_letter_queue", "subscription_dead_letter_queue"):
        refuse_no_queue(name, given[name])
    if not isinstance(given["encryption_key"], bool):
        refuse_no_resource("encryption_key", given["encryption_key"], "key_arn", "an aws_kms.IKey, or True for ours")
    refuse_no_number(**{name: given[name] for name in ("batch_size", "max_concurrency", "max_receive_count")})
    refuse_no_duration(**{name: given[name] for name in ("max_batching_window", "visibility_timeout")})
    switches = ("raw_message_delivery", "report_batch_item_failures", "enabled", "fifo")
    refuse_no_switch(**{name: given[name] for name in switches})
    refuse_no_mappings(filters=given["filters"])
    refuse_wrong_usage(given["usage"], "QueueTrigger", "AWS::SQS::Queue")


def problems_of(given: Mapping[str, Any]) -> Iterator[str]:
    """What AWS would refuse, as far as it is known before there is a function."""
    topic, fifo = given["topic"], is_fifo(given)
    if given["queue"] is not None and (wrong := [name for name in _FOR_OURS if given[name] is not None]):
        yield f"{', '.join(wrong)} can't be set for a queue that is given. Fix: set it on the queue."
    if topic is None and (wrong := [name for name in _FOR_TOPICS if given[name] is not None]):
        yield f"{', '.join(wrong)} can't be set without topic=. Fix: set it; for a queue's messages there is filters=."
    yield from wrong_filters(given["filter"], given["filter_body"])
    yield from without_pattern(given["filters"])
    if topic is not None and not topic.fifo and fifo:
        yield "the queue is a FIFO queue, and a standard topic delivers to standard queues alone. Fix: a FIFO topic."
    yield from wrong_kind_of_queue("dead_letter_queue", given["dead_letter_queue"], fifo=fifo)
    if topic is not None:
        letters = given["subscription_dead_letter_queue"]
        yield from wrong_kind_of_queue("subscription_dead_letter_queue", letters, fifo=fifo)
        yield from sealed("subscription_dead_letter_queue", letters)
        yield from sealed("queue", given["queue"])
        if letters is not None and letters is given["queue"]:
            yield "subscription_dead_letter_queue is the queue itself, which SNS can't reach then. Fix: another queue."
    yield from _wrong_batch(given["batch_size"], given["max_batching_window"], fifo)
    yield from beyond("max_concurrency", given["max_concurrency"], limits.SQS_MAXIMUM_CONCURRENCY)
    yield from beyond("visibility_timeout", given["visibility_timeout"], limits.SQS_VISIBILITY_TIMEOUT)
    yield from beyond("max_receive_count", given["max_receive_count"], limits.QUEUE_RECEIVES, fix="5 is usual")
    if given["max_receive_count"] is not None and given["dead_letter_queue"] is False:
        yield "max_receive_count says when a message goes to the dead letters, and there are none. Fix: leave it out."


def _wrong_batch(size: int | None, window: Duration | None, fifo: bool) -> Iterator[str]:
    if fifo:
        yield from beyond("batch_size", size, limits.SQS_FIFO_BATCH_SIZE)
        if window is not None:
            yield "max_batching_window can't be set for a FIFO queue, which AWS doesn't wait for. Fix: leave it out."
        return
    yield from beyond("max_batching_window", window, limits.EVENT_SOURCE_BATCHING_WINDOW)
    if window is not None and seconds_of(window) != 0:
        yield from beyond("batch_size", size, limits.EVENT_SOURCE_BATCH_SIZE)
    else:
        fix = "choose one within, or set max_batching_window=Duration.seconds(1) or longer"
        yield from beyond("batch_size", size, limits.SQS_BATCH_SIZE_WITHOUT_WINDOW, fix=fix)
