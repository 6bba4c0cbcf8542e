"""`ScheduleTrigger`: by the clock, with EventBridge Scheduler."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from aws_cdk import Duration, Stack, aws_iam, aws_lambda, aws_scheduler, aws_scheduler_targets, aws_sqs
from constructs import Construct

from constructs_lambda.cdk.inputs import (
    refuse_no_duration,
    refuse_no_number,
    refuse_no_resource,
    refuse_no_switch,
    set_only,
)
from constructs_lambda.cdk.queues import dead_letters
from constructs_lambda.cdk.role_findings import inline_policies
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.cdk.triggers.filters import refuse_no_json
from constructs_lambda.cdk.triggers.inputs import refuse, refuse_no_queue, refuse_other_region, wrong_kind_of_queue


class ScheduleTrigger(Trigger):
    """A function runs by the clock: at a rate, at times of a calendar, or once.

    EventBridge Scheduler invokes it asynchronously. What it can't deliver within `max_event_age` and `retry_attempts`
    goes to `dead_letter_queue`; what the function fails at, after Lambda's two retries, to `failure_queue`.

    Its role may invoke this function, or this alias of it, and nothing else.

    Creates: `AWS::Scheduler::Schedule` and `AWS::IAM::Role`; an `AWS::SQS::Queue` for dead letters, and where the
    function's failures aren't kept yet, a second one and an `AWS::Lambda::EventInvokeConfig`.

    Costs when idle: nothing; the schedule costs by invocation.

    Args:
        schedule: When: `ScheduleExpression.rate(Duration.minutes(5))`, `.cron(hour="8", minute="0",
            time_zone=TimeZone.EUROPE_BERLIN)` or `.at(...)`. In UTC without a time zone.
        time_window: Within which time it may be late, `TimeWindow.flexible(Duration.minutes(15))`. None where it isn't
            given.
        input: What the function gets: JSON, or CDK's `ScheduleTargetInput`.
        schedule_group: The group that it belongs to. The default group where none is given.
        start: Not before.
        end: Not after.
        enabled: Whether it runs. True where it isn't given.
        description: What it is for.
        retry_attempts: How often Scheduler tries again to deliver. 185 times where it isn't given.
        max_event_age: For how long it tries. A day where it isn't given.
        dead_letter_queue: Where Scheduler puts what it can't deliver. One is made where none is given; False for none.
        id: Id within the function. Only needed for a second one of the kind.

    Raises:
        InputError: AWS would refuse it; all problems at once.
        TypeError: A value of the wrong type.
    """

    schedule: aws_scheduler.Schedule
    """The schedule, once the trigger was added to a function."""

    def __init__(
        self,
        schedule: aws_scheduler.ScheduleExpression,
        *,
        time_window: aws_scheduler.TimeWindow | None = None,
        input: Mapping[str, Any] | aws_scheduler.ScheduleTargetInput | None = None,
        schedule_group: aws_scheduler.IScheduleGroup | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        enabled: bool | None = None,
        description: str | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
        dead_letter_queue: aws_sqs.IQueue | bool | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id)
        _refuse_wrong_types(schedule, time_window, input, schedule_group, description)
        refuse_no_json("input", input)
        _refuse_no_time(start=start, end=end)
        refuse_no_switch(enabled=enabled)
        refuse_no_number(retry_attempts=retry_attempts)
        refuse_no_duration(max_event_age=max_event_age)
        refuse_no_queue("dead_letter_queue", dead_letter_queue)
        refuse("ScheduleTrigger", _problems(start, end, dead_letter_queue))
        self._expression = schedule
        self._group = schedule_group
        self._input = aws_scheduler.ScheduleTargetInput.from_object(input) if isinstance(input, Mapping) else input
        self._dead_letters = dead_letter_queue
        self._delivery = {"retry_attempts": retry_attempts, "max_event_age": max_event_age}
        self._options = {
            "time_window": time_window,
            "start": start,
            "end": end,
            "enabled": enabled,
            "description": description,
        }

    def _wire(self, target: aws_lambda.IFunction) -> None:
        refuse_other_region("dead_letter_queue", self._dead_letters, Stack.of(target).region, "schedule", target)
        place = self._place(target)
        queue = dead_letters(self._dead_letters, place)
        role = self._role(place, target)
        if queue is not None:
            queue.grant_send_messages(role)
        self.schedule = aws_scheduler.Schedule(
            place,
            "Schedule",
            schedule=self._expression,
            target=aws_scheduler_targets.LambdaInvoke(
                target,
                # CDK would let it invoke every version and alias of the function.
                role=role.without_policy_updates(),
                **set_only(dead_letter_queue=queue, input=self._input, **self._delivery),
            ),
            **set_only(schedule_group=self._group, **self._options),
        )
        self.dead_letter_queue = queue
        self._keep_failures(target)

    def _role(self, place: Construct, target: aws_lambda.IFunction) -> aws_iam.Role:
        stack = Stack.of(place)
        group = self._group.schedule_group_arn if self._group is not None else None
        conditions = {
            "aws:SourceAccount": stack.account,
            "aws:SourceArn": group
            or stack.format_arn(service="scheduler", resource="schedule-group", resource_name="default"),
        }
        invoke = aws_iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[target.function_arn])
        role = aws_iam.Role(
            place,
            "Role",
            assumed_by=aws_iam.ServicePrincipal("scheduler.amazonaws.com", conditions={"StringEquals": conditions}),
            inline_policies={"Invoke": aws_iam.PolicyDocument(statements=[invoke])},
        )
        before_synth(place).expect(role, inline_policies)
        return role


def _refuse_wrong_types(
    schedule: object, time_window: object, input: object, schedule_group: object, description: object
) -> None:
    if not isinstance(schedule, aws_scheduler.ScheduleExpression):
        example = "aws_scheduler.ScheduleExpression.rate(Duration.minutes(5))"
        if isinstance(schedule, str):
            example = f"aws_scheduler.ScheduleExpression.expression({json.dumps(schedule)})"
        raise TypeError(f"schedule must be a ScheduleExpression, such as {example}; got {schedule!r}")
    if time_window is not None and not isinstance(time_window, aws_scheduler.TimeWindow):
        example = "TimeWindow.flexible(Duration.minutes(15))"
        raise TypeError(f"time_window must be an aws_scheduler.TimeWindow, such as {example}; got {time_window!r}")
    if input is not None and not isinstance(input, Mapping | aws_scheduler.ScheduleTargetInput):
        raise TypeError(f"input must be JSON, such as {{'job': 'report'}}, or a ScheduleTargetInput; got {input!r}")
    refuse_no_resource("schedule_group", schedule_group, "schedule_group_arn", "an aws_scheduler.IScheduleGroup")
    if description is not None and not isinstance(description, str):
        raise TypeError(f"description must be a text; got {description!r}")


def _refuse_no_time(**values: object) -> None:
    for name, value in values.items():
        if value is not None and not isinstance(value, datetime):
            raise TypeError(f"{name} must be a datetime; got {value!r}")


def _problems(
    start: datetime | None, end: datetime | None, dead_letter_queue: aws_sqs.IQueue | bool | None
) -> Iterator[str]:
    naive = [name for name, time in (("start", start), ("end", end)) if time is not None and time.tzinfo is None]
    for name in naive:
        yield f"{name} has no time zone. Fix: datetime(..., tzinfo=UTC), or another zone."
    if start is not None and end is not None and not naive and start >= end:
        yield f"start ({start}) is not before end ({end}). Fix: swap them."
    yield from wrong_kind_of_queue("dead_letter_queue", dead_letter_queue)
