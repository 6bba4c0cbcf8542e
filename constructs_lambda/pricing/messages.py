"""What topics and queues cost: their requests, one for each 64 KB."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model import Subscription
from constructs_lambda.pricing import items
from constructs_lambda.pricing.apis import in_pieces
from constructs_lambda.pricing.charges import Charge, Unpriced, without_usage
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import Unknown, resolve_flag

_PIECE_KB = 64  # https://aws.amazon.com/sns/pricing/, https://aws.amazon.com/sqs/pricing/
_FREE_DELIVERIES = ("lambda", "sqs")


def message_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the topics and queues of an app are charged for.

    Args:
        app: The app.
    """
    for subject in app.subjects:
        if subject.type == "AWS::SQS::Queue":
            is_fifo = resolve_flag(subject.properties.get("FifoQueue"))
            item = items.SQS_FIFO_REQUESTS if is_fifo is True else items.SQS_STANDARD_REQUESTS
        elif subject.type == "AWS::SNS::Topic":
            is_fifo = resolve_flag(subject.properties.get("FifoTopic"))
            if is_fifo is True:
                yield Unpriced(subject=subject, title="FIFO publishes and deliveries", reason="no price is known here")
                continue
            item = items.SNS_REQUESTS
        else:
            continue
        if isinstance(is_fifo, Unknown):
            yield Unpriced(
                subject=subject, title=item.title, reason="whether it is FIFO is known at the deployment only"
            )
        elif subject.use.requests is None:
            yield without_usage(subject, item)
        else:
            yield in_pieces(subject, item, subject.use.requests, _PIECE_KB)
    for each in app.topology.subscribed():
        yield from _deliveries(app, each.subscription)


def _deliveries(app: PricedApp, subscription: Subscription) -> Iterator[Unpriced]:
    """Deliveries to functions and queues are free; others have prices that hang on the protocol and the country."""
    protocol, subject = subscription.protocol, app.subject(subscription.place)
    if isinstance(protocol, Unknown):
        yield Unpriced(subject=subject, title="deliveries", reason="its protocol is known at the deployment only")
    elif protocol is not None and protocol not in _FREE_DELIVERIES:
        yield Unpriced(subject=subject, title=f"deliveries by {protocol}", reason="no price is known here")
