"""What costs by being there: alarms, dashboards, keys and secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from constructs_lambda.pricing import items
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.dashboards import item_of
from constructs_lambda.pricing.items import Item
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import (
    NO_VALUE,
    UNKNOWN,
    Unknown,
    is_intrinsic,
    known,
    literal_part,
    resolve_list,
    resolve_number,
    resolve_text,
)

_MINUTE = 60
_METRICS_OF_A_BAND = 3  # the metric and both bounds: https://aws.amazon.com/cloudwatch/pricing/


def standing_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What an app is charged for by having it.

    Args:
        app: The app.
    """
    for subject in app.subjects:
        reader = _READERS.get(subject.type)
        if reader:
            yield from reader(subject)


def _one(item: Item) -> Callable[[Subject], Iterator[Charge | Unpriced]]:
    def charge(subject: Subject) -> Iterator[Charge | Unpriced]:
        yield Charge(subject=subject, item=item, quantity=Decimal(1), formula="1")

    return charge


def _with_requests(item: Item, requests: Item) -> Callable[[Subject], Iterator[Charge | Unpriced]]:
    def charges(subject: Subject) -> Iterator[Charge | Unpriced]:
        yield Charge(subject=subject, item=item, quantity=Decimal(1), formula="1")
        if subject.use.requests is None:
            yield without_usage(subject, requests)
        else:
            count = subject.use.requests
            yield Charge(subject=subject, item=requests, quantity=count, formula=f"{shown(count)} requests")

    return charges


def _alarm(subject: Subject) -> Iterator[Charge | Unpriced]:
    metrics = resolve_list(subject.properties.get("Metrics"))
    if metrics is None:
        periods, factor = [resolve_number(subject.properties.get("Period"))], 1
    elif isinstance(metrics, Unknown) or any(is_intrinsic(each) or not isinstance(each, Mapping) for each in metrics):
        yield _uncertain(subject, "number")
        return
    else:
        expressions = [_expression(each.get("Expression")) for each in metrics]
        if "?" in expressions:
            yield _uncertain(subject, "number")
            return
        if "SELECT" in expressions:
            reason = "how many metrics it matches is known while it runs only"
            yield Unpriced(subject=subject, title="metrics of a query", reason=reason)
        factor = _METRICS_OF_A_BAND if "BAND" in expressions else 1
        stats = [each.get("MetricStat") for each in metrics]
        periods = [
            resolve_number(each.get("Period")) if isinstance(each, Mapping) and not is_intrinsic(each) else UNKNOWN
            for each in stats
            if each is not None and each != NO_VALUE
        ]
        if not periods and "SELECT" not in expressions:
            yield _uncertain(subject, "number")
            return
    if any(isinstance(each, Unknown) for each in periods):
        yield _uncertain(subject, "resolution")
        return
    fast = sum(1 for each in periods if (known(each) or _MINUTE) < _MINUTE)
    for item, number in ((items.ALARMS, len(periods) - fast), (items.HIGH_RESOLUTION_ALARMS, fast)):
        if number:
            quantity = Decimal(number * factor)
            yield Charge(subject=subject, item=item, quantity=quantity, formula=f"{shown(quantity)} metrics")


def _uncertain(subject: Subject, what: str) -> Unpriced:
    reason = f"the {what} of its metrics is known at the deployment only"
    return Unpriced(subject=subject, title="alarm", reason=reason)


def _expression(value: object) -> str:
    """What an expression is: a query, a band, `?` where that isn't known, and empty for arithmetic or none at all."""
    text = resolve_text(value)
    start = literal_part(text).strip().upper()
    if start.startswith("SELECT"):
        return "SELECT"
    if "ANOMALY_DETECTION_BAND" in start:
        return "BAND"
    return "?" if isinstance(text, Unknown) and not start else ""


def _dashboard(subject: Subject) -> Iterator[Charge | Unpriced]:
    item = item_of(subject.properties.get("DashboardBody"))
    yield Charge(subject=subject, item=item, quantity=Decimal(1), formula="1")


def _key(subject: Subject) -> Iterator[Charge | Unpriced]:
    """Only the requests of symmetric keys have the one price, and are free in part."""
    kind = resolve_text(subject.properties.get("KeySpec"))
    if kind in (None, "SYMMETRIC_DEFAULT"):
        yield from _with_requests(items.KEYS, items.KEY_REQUESTS)(subject)
        return
    yield from _one(items.KEYS)(subject)
    reason = "its kind is known at the deployment only" if isinstance(kind, Unknown) else "no price is known here"
    title = items.KEY_REQUESTS.title if isinstance(kind, Unknown) else f"requests of {kind} keys"
    yield Unpriced(subject=subject, title=title, reason=reason)


def _secret(subject: Subject) -> Iterator[Charge | Unpriced]:
    yield from _with_requests(items.SECRETS, items.SECRET_REQUESTS)(subject)
    replicas = resolve_list(subject.properties.get("ReplicaRegions"))
    for each in (UNKNOWN,) if isinstance(replicas, Unknown) else replicas or ():
        region = resolve_text(each.get("Region")) if isinstance(each, Mapping) else UNKNOWN
        if isinstance(region, str):
            there = replace(subject, region=region)
            title = f"replica in {region}"
            yield Charge(subject=there, item=items.SECRETS, quantity=Decimal(1), formula="1", title=title)
        else:
            reason = "its Region is known at the deployment only"
            yield Unpriced(subject=subject, title="replica", reason=reason)


_READERS: Mapping[str, Callable[[Subject], Iterator[Charge | Unpriced]]] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _one(items.COMPOSITE_ALARMS),
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::KMS::Key": _key,
    "AWS::KMS::ReplicaKey": _one(items.KEYS),
    "AWS::SecretsManager::Secret": _secret,
}
