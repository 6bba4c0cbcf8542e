"""What logs cost: those of functions, flow logs, and all others, by what comes into the groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from constructs_lambda.model import Place
from constructs_lambda.pricing import items
from constructs_lambda.pricing.callers import links_in
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.items import Item
from constructs_lambda.pricing.log_groups import TYPE
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import Unknown, resolve_text

_TITLE = items.LOGS_INGESTION.title
_KEPT = "how much is kept depends on the retention and on how it compresses"


def log_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the logs of an app are charged for.

    Args:
        app: The app.
    """
    writers: dict[Place | None, list[Subject]] = defaultdict(list)
    for place, group in app.log_groups.items():
        if place in app.edge_functions:
            continue
        writer = app.subject(place)
        if group.place is not None:
            writers[group.place].append(writer)
        elif group.is_own:
            yield _ingestion(writer, items.LOGS_VENDED_INGESTION, _TITLE)
            yield without_usage(writer, items.LOGS_STORAGE, _KEPT)
        else:
            reason = "its log group isn't made in this app, so its class isn't known"
            yield Unpriced(subject=writer, title=_TITLE, reason=reason)
    flows = set(_flow_logs(app))
    for subject in app.subjects:
        if subject.type == TYPE:
            yield from _group(subject, writers.get(subject.place, []), is_flow=subject.place in flows)
            yield without_usage(subject, items.LOGS_STORAGE, _KEPT)
        elif subject.type == "AWS::EC2::FlowLog" and _target(app, subject) is None:
            reason = "they go to what isn't a log group of this app; no price is known here"
            yield Unpriced(subject=subject, title="flow logs", reason=reason)


def _group(subject: Subject, writers: list[Subject], *, is_flow: bool) -> Iterator[Charge | Unpriced]:
    """What comes into a group: what is stated of it, or else of each function that writes to it."""
    kind = resolve_text(subject.properties.get("LogGroupClass"))
    title = ""
    if isinstance(kind, Unknown) or kind not in (None, "STANDARD", "INFREQUENT_ACCESS"):
        reason = "its class is known at the deployment only" if isinstance(kind, Unknown) else "no price is known here"
        yield Unpriced(subject=subject, title=_TITLE, reason=reason)
        return
    if kind == "INFREQUENT_ACCESS":
        item = items.LOGS_INFREQUENT_INGESTION
    elif is_flow or writers:  # Lambda's logs have the tiers of vended logs since May 2025
        item, title = items.LOGS_VENDED_INGESTION, "" if is_flow else _TITLE
    else:
        item = items.LOGS_INGESTION
    are_stated = subject.use.data_gb is None and any(each.use.data_gb is not None for each in writers)
    for each in writers if are_stated else [subject]:
        yield _ingestion(each, item, title)


def _ingestion(subject: Subject, item: Item, title: str) -> Charge | Unpriced:
    data = subject.use.data_gb
    if data is None:
        return without_usage(subject, item, title=title)
    return Charge(subject=subject, item=item, quantity=data, formula=f"{shown(data)} GB", title=title)


def _flow_logs(app: PricedApp) -> Iterator[Place]:
    """The log groups of the app that flow logs go to."""
    for subject in app.subjects:
        group = _target(app, subject) if subject.type == "AWS::EC2::FlowLog" else None
        if group is not None:
            yield group


def _target(app: PricedApp, flow_log: Subject) -> Place | None:
    """The log group that a flow log goes to, None where the app doesn't make it."""
    stack = app.topology.stacks[flow_log.place.template]
    for name in ("LogGroupName", "LogDestination"):
        found = app.topology.resource(stack, next(links_in(flow_log.properties.get(name)), None))
        if found is not None and found.type == TYPE:
            return found.place
    return None
