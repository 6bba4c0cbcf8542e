"""What costs by being there: alarms, dashboards, keys and secrets; and log groups, by what comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from constructs_lambda.pricing import items
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.items import Item
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import Unknown, known, resolve_number, resolve_text

_MINUTE = 60
_LOG_CLASSES = {
    None: items.LOGS_INGESTION,
    "STANDARD": items.LOGS_INGESTION,
    "INFREQUENT_ACCESS": items.LOGS_INFREQUENT_INGESTION,
}
_METRICS_OF_A_BAND = 3  # the metric and both bounds: https://aws.amazon.com/cloudwatch/pricing/


def standing_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What an app is charged for by having it.

    Args:
        app: The app.
    """
    vended = set(_flow_logs(app))
    for subject in app.subjects:
        reader = _READERS.get(subject.type)
        if reader:
            yield from reader(subject)
        elif subject.type == "AWS::Logs::LogGroup":
            yield from _logs(subject, (subject.place.template, subject.place.resource) in vended)


def _flow_logs(app: PricedApp) -> Iterator[tuple[str, str]]:
    """Template and logical id of the log groups that flow logs go to."""
    for subject in app.subjects:
        if subject.type == "AWS::EC2::FlowLog":
            for name in ("LogGroupName", "LogDestination"):
                reference = subject.properties.get(name)
                target = (
                    (reference.get("Ref") or reference.get("Fn::GetAtt")) if isinstance(reference, Mapping) else None
                )
                if isinstance(target, list) and target:
                    target = target[0]
                if isinstance(target, str):
                    yield subject.place.template, target.partition(".")[0]


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
    metrics = subject.properties.get("Metrics")
    periods: list[object] = []
    factor = 1
    if isinstance(metrics, list):
        for metric in metrics:
            stat = metric.get("MetricStat") if isinstance(metric, Mapping) else None
            if isinstance(stat, Mapping):
                periods.append(stat.get("Period"))
            expression = metric.get("Expression") if isinstance(metric, Mapping) else None
            if isinstance(expression, str) and expression.startswith("ANOMALY_DETECTION_BAND"):
                factor = _METRICS_OF_A_BAND
    elif metrics is None:
        periods.append(subject.properties.get("Period"))
    numbers = [resolve_number(each) for each in periods]
    if not periods or any(isinstance(each, Unknown) for each in numbers):
        what = "resolution" if periods else "number"
        reason = f"the {what} of its metrics is known at the deployment only"
        yield Unpriced(subject=subject, title="alarm", reason=reason)
        return
    fast = sum(1 for each in numbers if (known(each) or _MINUTE) < _MINUTE)
    for item, number in ((items.ALARMS, len(periods) - fast), (items.HIGH_RESOLUTION_ALARMS, fast)):
        if number:
            quantity = Decimal(number * factor)
            yield Charge(subject=subject, item=item, quantity=quantity, formula=f"{shown(quantity)} metrics")


def _logs(subject: Subject, is_vended: bool) -> Iterator[Charge | Unpriced]:
    kind = resolve_text(subject.properties.get("LogGroupClass"))
    item = items.LOGS_VENDED_INGESTION if is_vended else None if isinstance(kind, Unknown) else _LOG_CLASSES.get(kind)
    data = subject.use.data_gb
    if item is None:
        reason = "its class is known at the deployment only" if isinstance(kind, Unknown) else "no price is known here"
        yield Unpriced(subject=subject, title=items.LOGS_INGESTION.title, reason=reason)
    elif data is None:
        yield without_usage(subject, item)
    else:
        yield Charge(subject=subject, item=item, quantity=data, formula=f"{shown(data)} GB")
    reason = "how much is kept depends on the retention and on how it compresses"
    yield without_usage(subject, items.LOGS_STORAGE, reason)


_READERS: Mapping[str, Callable[[Subject], Iterator[Charge | Unpriced]]] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::CompositeAlarm": _one(items.COMPOSITE_ALARMS),
    "AWS::CloudWatch::Dashboard": _one(items.DASHBOARDS),
    "AWS::KMS::Key": _with_requests(items.KEYS, items.KEY_REQUESTS),
    "AWS::KMS::ReplicaKey": _one(items.KEYS),
    "AWS::SecretsManager::Secret": _with_requests(items.SECRETS, items.SECRET_REQUESTS),
}
