"""What topics and queues cost: their requests, one for each 64 KB."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model import Subscription
from constructs_lambda.pricing import items
from constructs_lambda.pricing.apis import in_pieces
from constructs_lambda.pricing.charges import Charge, Unpriced, without_usage
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import known, resolve_flag

_PIECE_KB = 64  # https://aws.amazon.com/sns/pricing/, https://aws.amazon.com/sqs/pricing/
_FREE_DELIVERIES = ("lambda", "sqs")


def message_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the topics and queues of an app are charged for.

    Args:
        app: The app.
    """
    for subject in app.subjects:
        if subject.type == "AWS::SQS::Queue":
            is_fifo = resolve_flag(subject.properties.get("FifoQueue")) is True
            item = items.SQS_FIFO_REQUESTS if is_fifo else items.SQS_STANDARD_REQUESTS
        elif subject.type == "AWS::SNS::Topic":
            if resolve_flag(subject.properties.get("FifoTopic")) is True:
                yield Unpriced(subject=subject, title="FIFO publishes and deliveries", reason="no price is known here")
                continue
            item = items.SNS_REQUESTS
        else:
            continue
        if subject.use.requests is None:
            yield without_usage(subject, item)
        else:
            yield in_pieces(subject, item, subject.use.requests, _PIECE_KB)
    for stack in app.topology.stacks.values():
        for subscription in stack.messages.subscriptions.values():
            yield from _deliveries(app, subscription)


def _deliveries(app: PricedApp, subscription: Subscription) -> Iterator[Unpriced]:
    """Deliveries to functions and queues are free; others have prices that hang on the protocol and the country."""
    protocol = known(subscription.protocol)
    if protocol is not None and protocol not in _FREE_DELIVERIES:
        yield Unpriced(
            subject=app.subject(subscription.place), title=f"deliveries by {protocol}", reason="no price is known here"
        )
