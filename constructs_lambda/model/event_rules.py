"""Rules of EventBridge and schedules, with what they say of their targets."""

from __future__ import annotations

from typing import Any

from constructs_lambda.model.functions import Number, Place, Text
from constructs_lambda.model.networks import Source, Target
from constructs_lambda.records import record


@record(kw_only=True)
class TargetSettings:
    """What a rule or schedule says of one target.

    Args:
        within: Property path that its properties stand in, with a dot behind it.
        arn: ARN of the target.
        link: What that names.
        retries: How often it is tried again.
        event_age_seconds: How long it is tried again.
        input: The JSON that is sent.
        inputs: Which of the settings are there that say what is sent.
        has_group: Whether it names a message group for a FIFO queue, or may.
        role: The role that sends, where there is one.
        dead_letters: The queue for what can't be delivered.
        dead_letter_arn: Its ARN.
    """

    within: str
    arn: Text
    link: Target
    retries: Number
    event_age_seconds: Number
    input: Text
    inputs: tuple[str, ...]
    has_group: bool
    role: Target
    dead_letters: Source | None
    dead_letter_arn: Text


@record(kw_only=True)
class EventRule:
    """An `AWS::Events::Rule`.

    Args:
        place: The resource.
        pattern: The event pattern as a mapping; anything else that is known is none.
        expression: When it sends, for a rule that does so by time.
        bus: Name or ARN of its event bus.
        bus_link: What that names.
        target_count: How many targets it has at the least.
        targets: Those that are certain to be there.
    """

    place: Place
    pattern: Any
    expression: Text
    bus: Text
    bus_link: Target
    target_count: int
    targets: tuple[TargetSettings, ...]


@record(kw_only=True)
class Schedule:
    """An `AWS::Scheduler::Schedule`; `window` says whether it may start later, and by how much."""

    place: Place
    time_zone: Text
    window: Text
    window_minutes: Number
    target: TargetSettings | None
