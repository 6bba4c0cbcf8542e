"""Usage that nobody stated and that follows from what was: the requests of an API are those of its function."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from constructs_lambda.model import Function, Place, Subscribed
from constructs_lambda.pricing.items import HOURS_A_MONTH
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.records import record
from constructs_lambda.tokens import NO_VALUE, Unknown, known, resolve_text

_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}

_LESS_OR_MORE = ("EventPattern", "StartDate", "EndDate")
"""Properties of a rule or schedule by which it doesn't run as often as its expression says."""
_COUNTED = ("AWS::ApiGateway", "AWS::SNS::")
"""Types whose invocations are read from their APIs and subscriptions."""


@record()
class _Source:
    """What invokes a function: an API or a topic, or something whose invocations can't be counted."""

    place: Place | None
    is_only: bool = True
    """Whether each of its requests is one of the function."""
    others: int = 0
    """How many functions share its requests."""
    fixed: Decimal | None = None
    """How often it invokes the function a month, where it says so itself, as a schedule does."""


def derive_usage(app: PricedApp) -> Iterator[str]:
    """Fills in the requests of functions behind one API or topic, and of APIs and topics in front of such functions.

    Args:
        app: The app; its usage is changed.

    Yields:
        What was derived from what.
    """
    sources, functions = _sources(app)
    for place, found in sources.items():
        if app.use_of(place).requests is not None:
            continue
        shared = [each for each in found if each.place and each.others > 1]
        if shared and shared[0].place and app.use_of(shared[0].place).requests is not None:
            reason = f"the requests of {shared[0].place.path} go to {shared[0].others} functions: state those of each"
            app.unsaid[place.template, place.resource] = reason
        requests = _sum(app, found)
        if requests is not None:
            app.set_use(place, replace(app.use_of(place), requests=requests))
            names = " and ".join(dict.fromkeys(each.place.path if each.place else "its schedule" for each in found))
            yield f"requests of {place.path}: those of {names}"
    yield from _backwards(app, sources, functions)


def _sum(app: PricedApp, found: list[_Source]) -> Decimal | None:
    numbers = [_number(app, each) for each in found]
    known_numbers = [each for each in numbers if each is not None]
    return sum(known_numbers, Decimal()) if known_numbers and len(known_numbers) == len(numbers) else None


def _number(app: PricedApp, source: _Source) -> Decimal | None:
    """How often a source invokes the function, None where that isn't known."""
    if source.fixed is not None:
        return source.fixed
    return app.use_of(source.place).requests if source.place and source.is_only else None


def _backwards(
    app: PricedApp, sources: dict[Place, list[_Source]], functions: dict[Place, set[Place]]
) -> Iterator[str]:
    """The requests of an API are those of its functions, where nothing else invokes these."""
    for place, behind in functions.items():
        if app.use_of(place).requests is not None or not behind:
            continue
        numbers = [app.use_of(each).requests if _is_alone(sources[each]) else None for each in behind]
        stated = [each for each in numbers if each is not None]
        if len(stated) != len(numbers):
            continue
        is_topic = all(source.is_only and source.others == 0 for each in behind for source in sources[each])
        if is_topic and len(set(stated)) > 1:
            continue  # each publish reaches every function, so these can't all be right
        requests = stated[0] if is_topic else sum(stated, Decimal())
        app.set_use(place, replace(app.use_of(place), requests=requests))
        yield f"requests of {place.path}: those of {' and '.join(sorted(each.path for each in behind))}"


def _is_alone(sources: list[_Source]) -> bool:
    return len({each.place for each in sources}) == 1 and sources[0].place is not None


def _sources(app: PricedApp) -> tuple[dict[Place, list[_Source]], dict[Place, set[Place]]]:
    """What invokes each function, and the functions behind each API and topic whose every request is one of theirs."""
    sources: dict[Place, list[_Source]] = defaultdict(list)
    behind: dict[Place, set[Place]] = {}
    topology = app.topology
    for gateway in topology.gateways():
        invoked = {route.function.place for route in gateway.routes if route.function and _is_proxy(route)}
        every = all(route.function for route in gateway.routes) and not gateway.is_open
        for place in invoked:
            sources[place].append(_Source(gateway.place, len(invoked) == 1 and every, len(invoked)))
        if every:
            behind[gateway.place] = invoked
        for guard in gateway.guards:
            if guard.callee and guard.callee.function:
                sources[guard.callee.function.place].append(_Source(None))
    for subscribed in topology.subscribed():
        function = _subscriber(app, subscribed)
        if function is None:
            continue
        topic = subscribed.topic.place if subscribed.topic else None
        is_all = subscribed.subscription.filter_policy is None
        sources[function.place].append(_Source(topic if is_all else None))
        if topic and is_all:
            behind.setdefault(topic, set()).add(function.place)
    _add_others(app, sources)
    return sources, behind


def _is_proxy(route: object) -> bool:
    integration = getattr(route, "integration", None)
    return integration is not None and known(integration.type) in ("AWS", "AWS_PROXY")


def _subscriber(app: PricedApp, subscribed: Subscribed) -> Function | None:
    if known(subscribed.subscription.protocol) != "lambda":
        return None
    stack = app.topology.stacks[subscribed.place.template]
    callee = app.topology.callee(stack, subscribed.subscription.delivery.target)
    return callee.function if callee else None


def _add_others(app: PricedApp, sources: dict[Place, list[_Source]]) -> None:
    """Schedules, which say how often; and queues, streams, rules, buckets and URLs, which can't be counted."""
    counted: set[tuple[Place, Place]] = set()  # which resource invokes which function
    for stack in app.topology.stacks.values():
        called = [
            *((each.place, each.callee) for each in stack.event_source_mappings.values()),
            *((each.place, each.function_parts) for each in stack.urls.values()),
        ]
        for delivery in (each for many in stack.messages.deliveries.values() for each in many):
            callee = app.topology.callee(stack, delivery.target)
            if callee and callee.function and delivery.service != "cloudwatch":
                written = stack.resources[delivery.place.resource].properties
                state = resolve_text(written.get("State"))
                counted.add((delivery.place, callee.function.place))
                if state != "DISABLED":
                    expression = known(resolve_text(written.get("ScheduleExpression")))
                    is_more = any(written.get(each) not in (None, NO_VALUE) for each in _LESS_OR_MORE)
                    runs = None if isinstance(state, Unknown) or is_more else _runs(expression)
                    sources[callee.function.place].append(_Source(None, fixed=runs))
        for place, parts in called:
            callee = app.topology.callee(stack, parts)
            if callee and callee.function:
                counted.add((place, callee.function.place))
                sources[callee.function.place].append(_Source(None))
    for function, callers in app.callers.items():
        if any((each.place, function) not in counted and not each.type.startswith(_COUNTED) for each in callers):
            sources[function].append(_Source(None))


def _runs(expression: str | None) -> Decimal | None:
    """How often a month `rate(5 minutes)` is; None for anything else."""
    rate = _RATE.fullmatch(expression or "")
    if rate is None or not int(rate[1]):
        return None
    return (Decimal(HOURS_A_MONTH * 60) / (int(rate[1]) * _MINUTES[rate[2]])).to_integral_value(ROUND_FLOOR)
