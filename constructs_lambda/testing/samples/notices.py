"""Events of EventBridge and of its Scheduler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lambda.testing.samples.files import Event, copied, load


def event(
    *, detail: Mapping[str, Any] | None = None, detail_type: str | None = None, source: str | None = None
) -> Event:
    """What a function gets for an event of an EventBridge bus.

    Args:
        detail: What the event says.
        detail_type: What kind of event it is.
        source: Who sent it.
    """
    found = {"version": "0", **load("event")}
    if detail is not None:
        found["detail"] = copied(detail, "detail")
    if detail_type is not None:
        found["detail-type"] = detail_type
    if source is not None:
        found["source"] = source
    return found


def schedule(*, input: Mapping[str, Any] | None = None) -> Event:
    """What a function gets by the clock.

    Args:
        input: The `input` of the `ScheduleTrigger`; it is the whole event. What Scheduler sends by itself where it
            isn't given.
    """
    if input is not None:
        return copied(input, "input")
    found = event(source="aws.scheduler")
    arn = f"arn:aws:scheduler:{found['region']}:{found['account']}:schedule/default/ExampleSchedule"
    return {**found, "resources": [arn], "detail": "{}"}  # a text, other than in events of a bus
