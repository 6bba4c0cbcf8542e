"""Rules of EventBridge and schedules -> model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lambda.model import EventRule, Place, Schedule, TargetSettings
from constructs_lambda.template.links import named_by, read_link, read_parts, read_source
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.values import certain, json_document, mapping
from constructs_lambda.tokens import NO_VALUE, certain_count, is_intrinsic, resolve_list

_INPUTS = ("Input", "InputPath", "InputTransformer")


def read_rule(values: object, place: Place) -> EventRule:
    """The model of an `AWS::Events::Rule`."""
    p, raw = Properties(values), mapping(values)
    targets = raw.get("Targets")
    return EventRule(
        place=place,
        pattern=json_document(p, raw, "EventPattern"),
        expression=p.text("ScheduleExpression"),
        bus=p.text("EventBusName"),
        bus_link=read_link(raw.get("EventBusName")),
        target_count=certain_count(resolve_list(targets)),
        targets=tuple(_settings(each, f"Targets.{index}.") for index, each in certain(targets)),
    )


def read_schedule(values: object, place: Place) -> Schedule:
    """The model of an `AWS::Scheduler::Schedule`."""
    p, raw = Properties(values), mapping(values)
    window, target = p.within("FlexibleTimeWindow"), raw.get("Target")
    is_certain = isinstance(target, Mapping) and not is_intrinsic(target)
    return Schedule(
        place=place,
        time_zone=p.text("ScheduleExpressionTimezone"),
        window=window.text("Mode"),
        window_minutes=window.number("MaximumWindowInMinutes"),
        target=_settings(mapping(target), "Target.") if is_certain else None,
    )


def _settings(raw: Mapping[str, Any], within: str) -> TargetSettings:
    p = Properties(raw)
    tries = p.within("RetryPolicy")
    queue, letters = raw.get("SqsParameters"), p.inside("DeadLetterConfig")
    return TargetSettings(
        within=within,
        arn=p.text("Arn"),
        link=named_by(read_parts(raw.get("Arn"))),
        retries=tries.number("MaximumRetryAttempts"),
        event_age_seconds=tries.number("MaximumEventAgeInSeconds"),
        input=p.text("Input"),
        inputs=tuple(
            name
            for name in _INPUTS
            if raw.get(name) is not None and "Fn::If" not in mapping(raw[name]) and raw[name] != NO_VALUE
        ),
        has_group=p.is_open or is_intrinsic(queue) or "MessageGroupId" in mapping(queue),
        role=read_link(raw.get("RoleArn")),
        dead_letters=read_source(mapping(raw.get("DeadLetterConfig")).get("Arn")),
        dead_letter_arn=letters.text("Arn") if isinstance(letters, Properties) else letters,
    )
