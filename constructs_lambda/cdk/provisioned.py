"""`Provisioned`: how many execution environments of a release wait for requests, initialized."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_cdk import Duration, TimeZone, Token, aws_applicationautoscaling, aws_lambda

from constructs_lambda import limits
from constructs_lambda.cdk.inputs import (
    beyond,
    refuse_no_duration,
    refuse_no_number,
    refuses_unknown_keywords,
    set_only,
)
from constructs_lambda.limits import Limit
from constructs_lambda.tokens import is_number_token

DEFAULT_UTILIZATION = 0.7
_NAMES = ("fixed", "by_utilization", "by_schedule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """Provisioned concurrency of a release: what one of the methods below makes.

    `Provisioned.fixed()`, `Provisioned.by_utilization()`, `Provisioned.by_schedule()`. Schedules go together with each
    other and with one target utilization, as a list; a fixed number stands alone.

    Costs when idle: each of them 0.0000041667 USD per GB and second in us-east-1, so 5.48 USD a month for one of 512 MB
    (0.0000033334 USD and 4.38 USD on Arm).

    Args:
        name: The method that made it.
        minimum: The fewest.
        maximum: The most.
        keywords: What CDK is told besides.
        schedule: When, of a schedule.
        id: Id of a schedule.
    """

    name: str
    minimum: int | None = None
    maximum: int | None = None
    keywords: tuple[tuple[str, Any], ...] = ()
    schedule: aws_applicationautoscaling.Schedule | None = None
    id: str = ""

    def __post_init__(self) -> None:
        if self.name not in _NAMES:
            raise TypeError(f"name must be one of {', '.join(_NAMES)}; got {self.name!r}")

    @classmethod
    @refuses_unknown_keywords
    def fixed(cls, provisioned_concurrent_executions: int) -> Provisioned:
        """Always the same number.

        Args:
            provisioned_concurrent_executions: How many.

        Raises:
            TypeError: No whole number.
        """
        refuse_no_number(provisioned_concurrent_executions=_given(provisioned_concurrent_executions))
        return cls(name="fixed", minimum=provisioned_concurrent_executions, maximum=provisioned_concurrent_executions)

    @classmethod
    @refuses_unknown_keywords
    def by_utilization(
        cls,
        *,
        max_capacity: int,
        min_capacity: int = 1,
        utilization_target: float = DEFAULT_UTILIZATION,
        scale_in_cooldown: Duration | None = None,
        scale_out_cooldown: Duration | None = None,
    ) -> Provisioned:
        """More and fewer, so that the share of them that is busy stays near a target.

        It follows the load within some minutes. What comes at once finds environments that have to be initialized.

        Args:
            max_capacity: The most.
            min_capacity: The fewest; 0 only together with a schedule that raises it, because of none no share is busy.
            utilization_target: The share, 0.1 to 0.9.
            scale_in_cooldown: How long after fewer it waits until it takes fewer again. AWS's own where it isn't given.
            scale_out_cooldown: The same for more.

        Raises:
            TypeError: A value of the wrong type.
        """
        refuse_no_number(min_capacity=_given(min_capacity), max_capacity=_given(max_capacity))
        refuse_no_duration(scale_in_cooldown=scale_in_cooldown, scale_out_cooldown=scale_out_cooldown)
        if isinstance(utilization_target, bool) or not isinstance(utilization_target, int | float):
            raise TypeError(f"utilization_target must be a number, such as 0.7; got {utilization_target!r}")
        keywords = set_only(
            utilization_target=utilization_target,
            scale_in_cooldown=scale_in_cooldown,
            scale_out_cooldown=scale_out_cooldown,
        )
        return cls(name="by_utilization", minimum=min_capacity, maximum=max_capacity, keywords=tuple(keywords.items()))

    @classmethod
    @refuses_unknown_keywords
    def by_schedule(
        cls,
        id: str,
        schedule: aws_applicationautoscaling.Schedule,
        *,
        min_capacity: int | None = None,
        max_capacity: int | None = None,
        time_zone: TimeZone | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> Provisioned:
        """Other bounds from a moment on, until another schedule sets others.

        Without a target utilization `min_capacity` alone is the number itself: the maximum is the same.

        Args:
            id: Id within the release, such as `Morning`.
            schedule: When, `aws_applicationautoscaling.Schedule.cron(hour="7", minute="30")`.
            min_capacity: The fewest from then on.
            max_capacity: The most from then on.
            time_zone: Whose hours the schedule means. UTC where it isn't given.
            start_time: From when on the schedule counts.
            end_time: Until when.

        Raises:
            TypeError: A value of the wrong type.
        """
        if not isinstance(id, str) or not id:
            raise TypeError(f"id must be a text, such as 'Morning'; got {id!r}")
        _refuse_no_schedule(schedule, time_zone)
        refuse_no_number(min_capacity=min_capacity, max_capacity=max_capacity)
        for name, value in (("start_time", start_time), ("end_time", end_time)):
            if value is not None and not (isinstance(value, datetime) and value.tzinfo):
                raise TypeError(f"{name} must be a datetime with a time zone; got {value!r}")
        keywords = set_only(
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            time_zone=time_zone,
            start_time=start_time,
            end_time=end_time,
        )
        return cls(
            name="by_schedule",
            minimum=min_capacity,
            maximum=max_capacity,
            keywords=tuple(keywords.items()),
            schedule=schedule,
            id=id,
        )


def _refuse_no_schedule(schedule: object, time_zone: object) -> None:
    if not isinstance(schedule, aws_applicationautoscaling.Schedule):
        example = "aws_applicationautoscaling.Schedule.cron(hour='7', minute='30')"
        raise TypeError(f"schedule must be such as {example}; got {schedule!r}")
    if time_zone is not None and not isinstance(time_zone, TimeZone):
        raise TypeError(f"time_zone must be such as TimeZone.EUROPE_BERLIN; got {time_zone!r}")


def _given(number: object) -> object:
    """What has to be given, so that None is refused too."""
    return "None" if number is None else number


def all_of(given: Provisioned | Sequence[Provisioned] | None) -> tuple[Provisioned, ...]:
    """What a release is given, as a list.

    Args:
        given: One, several or none.

    Raises:
        TypeError: Something else.
    """
    every: Any = () if given is None else (given,) if isinstance(given, Provisioned) else given
    if not isinstance(every, Sequence) or not all(isinstance(each, Provisioned) for each in every):
        raise TypeError(f"provisioned must be such as Provisioned.fixed(5), or a list of them; got {given!r}")
    return tuple(every)


def most(every: Sequence[Provisioned]) -> int | None:
    """The most that there will be at any time, None where nothing is provisioned or nothing is known of it."""
    known = (n for each in every for n in (each.minimum, each.maximum) if n is not None and not is_number_token(n))
    return max(known, default=None)


def least(every: Sequence[Provisioned]) -> int:
    """What there is for certain once it is deployed: a fixed number, or what auto scaling starts with."""
    tracking = [each for each in every if each.name == "by_utilization"]
    return min((each.minimum for each in tracking or every if each.minimum is not None), default=0)


def problems(every: Sequence[Provisioned]) -> Iterator[str]:
    """What is wrong with what a release is given; the number itself is left to the rules.

    Args:
        every: What it is given.
    """
    names = [each.name for each in every]
    if "fixed" in names and len(names) > 1:
        yield "a fixed number excludes scaling, and a second number: every deployment would set it anew. Fix: keep one."
    if names.count("by_utilization") > 1:
        yield "there are two target utilizations, and a release scales to one. Fix: keep one."
    yield from _above_the_maximum(every)
    ids = [each.id for each in every if each.schedule is not None]
    for id in dict.fromkeys(each for each in ids if ids.count(each) > 1):
        yield f"there are two schedules {id!r}. Fix: give one of them another id."
    for id in dict.fromkeys(ids):
        yield from _wrong_name(id)
    for each in every:
        if each.name != "fixed":
            yield from _wrong_bounds(each, is_alone="by_schedule" not in names)


def _wrong_name(id: str) -> Iterator[str]:
    """What is wrong with the id of a schedule, under which Application Auto Scaling knows it."""
    if Token.is_unresolved(id):
        return
    limit = limits.SCHEDULED_ACTION_NAME_LENGTH
    if not limit.admits(len(id)):
        yield f"schedule '{id[:20]}...': its id is {len(id)} long; AWS allows {limit.allowed}. Fix: shorten it."
    if not re.fullmatch(limits.SCHEDULED_ACTION_NAME_PATTERN, id):
        yield f"schedule {id!r}: AWS takes no :, /, | and no blank at either end of its name. Fix: another id."


def _wrong_bounds(each: Provisioned, *, is_alone: bool) -> Iterator[str]:
    what = f"schedule {each.id!r}: " if each.schedule is not None else ""
    if each.minimum is None and each.maximum is None:
        yield f"{what}neither min_capacity nor max_capacity is given, and AWS wants one. Fix: give one."
    for name, number in (("min_capacity", each.minimum), ("max_capacity", each.maximum)):
        yield from (f"{what}{problem}" for problem in beyond(name, number, limits.SCALABLE_CAPACITY))
    is_known = not any(_is_token(number) for number in (each.minimum, each.maximum))
    if is_known and each.minimum is not None and each.maximum is not None and each.minimum > each.maximum:
        yield f"{what}min_capacity is {each.minimum:,}, and max_capacity {each.maximum:,}. Fix: swap them."
    start, end = (dict(each.keywords).get(name) for name in ("start_time", "end_time"))
    if start is not None and end is not None and start >= end:
        yield f"{what}start_time is {start.isoformat()}, and end_time {end.isoformat()}. Fix: an end after the start."
    if each.name == "by_utilization":
        if is_alone and each.minimum == 0:
            yield "min_capacity is 0: of none no share is busy, so it would stay 0. Fix: 1, or add a schedule."
        for name, value in each.keywords:
            if isinstance(value, Duration) and not value.is_unresolved() and value.to_milliseconds() % 1000:
                seconds = value.to_milliseconds() / 1000
                yield f"{name} is {seconds:g} s, and AWS counts whole seconds. Fix: Duration.minutes(1), for one."
        target = dict(each.keywords)["utilization_target"] * 100
        if not is_number_token(target / 100) and not limits.PROVISIONED_UTILIZATION.admits(target):
            yield _share(target, limits.PROVISIONED_UTILIZATION)


def _above_the_maximum(every: Sequence[Provisioned]) -> Iterator[str]:
    """Schedules that raise the fewest alone, beyond each maximum that can be in force then."""
    if not any(each.name == "by_utilization" for each in every):
        return
    bounds = [each.maximum for each in every if each.maximum is not None]
    if any(map(_is_token, bounds)):
        return
    highest = max(bounds, default=0)
    for each in every:
        if each.schedule is None or each.maximum is not None or each.minimum is None or _is_token(each.minimum):
            continue
        if each.minimum > highest:
            yield (
                f"schedule {each.id!r}: min_capacity is {each.minimum:,}, and the maximum is {highest:,} then. Fix: "
                "give the schedule a max_capacity too, or raise the one of by_utilization."
            )


def _is_token(number: int | None) -> bool:
    return number is not None and is_number_token(number)


def _share(percent: float, limit: Limit) -> str:
    return f"utilization_target is {percent / 100:g}; AWS allows {limit.allowed} as a share. Fix: 0.7 is usual."


def provision(alias: aws_lambda.Alias, every: Sequence[Provisioned]) -> aws_lambda.IScalableFunctionAttribute | None:
    """Lets an alias scale, where it is to.

    Args:
        alias: The alias; a fixed number stands in it already.
        every: What the release is given.
    """
    scaling = [each for each in every if each.name != "fixed"]
    if not scaling:
        return None
    tracking = next((each for each in scaling if each.name == "by_utilization"), None)
    highest = tracking.maximum if tracking is not None else most(scaling)
    target = alias.add_auto_scaling(min_capacity=least(scaling), max_capacity=highest or 0)
    for each in scaling:
        keywords = dict(each.keywords)
        if each.schedule is None:
            target.scale_on_utilization(**keywords)
            continue
        if tracking is None and each.maximum is None:
            # Nothing but a capacity above the maximum makes Application Auto Scaling take fewer.
            keywords["max_capacity"] = each.minimum
        target.scale_on_schedule(each.id, schedule=each.schedule, **keywords)
    return target
