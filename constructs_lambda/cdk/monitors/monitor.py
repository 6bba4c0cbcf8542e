"""`Monitor`: which alarms a function, a queue or an API gets, what they do, and whether a dashboard shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

from aws_cdk import Duration

from constructs_lambda import limits
from constructs_lambda.cdk.inputs import beyond, refuse_no_switch
from constructs_lambda.errors import InputError
from constructs_lambda.quotas import Quotas
from constructs_lambda.tokens import is_number_token

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch, aws_sns
    from constructs import IConstruct

    Action = aws_sns.ITopic | aws_cloudwatch.IAlarmAction | str

_PACKAGE = "cdk_monitoring_constructs"
_SILENT = (
    "action: an alarm without an action tells nobody. Fix: Monitor(action=topic), an SNS topic, the name or ARN of "
    "one, or CDK's alarm actions; or Monitor.without_action(), for alarms that are only looked at."
)


class _NoAction:
    """Stands for the decision that alarms do nothing."""

    def __repr__(self) -> str:
        return "NO_ACTION"


NO_ACTION: Final = _NoAction()


class MonitorOptions(TypedDict, total=False):
    """Keywords of `Monitor` beside `action`."""

    errors: float | Literal[False]
    throttles: int | Literal[False]
    duration: float | Duration | Literal[False]
    concurrency: float | Literal[False]
    dead_letters: bool
    message_age: Duration | Literal[False]
    client_errors: float | Literal[False]
    dashboard: bool
    service: str | None
    quotas: Quotas | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Monitor:
    """Alarms and a dashboard: `monitor=Monitor(action=topic)` on functions, APIs and triggers.

    For functions, queues and APIs of plain CDK it is `Monitor(action=topic).apply(construct)`; for every function of
    an app `Profile(defaults={"monitor": Monitor(action="alerts")})`. False switches one kind of alarm off. Each alarm
    looks at five minutes, and what wasn't measured is no alarm. docs/monitoring.md has the reason for each threshold.

    It takes the extra: `pip install 'constructs-lambda[monitoring]'`.

    Creates: `AWS::CloudWatch::Alarm`: for a function up to four, for a queue two, for an API two; one a stack on the
    account's concurrency. One `AWS::CloudWatch::Dashboard` a stack, and another one for every 62 that it shows.

    Costs when idle: 0.10 USD a month for each alarm and 3.00 USD for each dashboard, in us-east-1.

    Args:
        action: What alarms do: an SNS topic, the name of one in the account and Region of the stack or its ARN, one of
            CDK's alarm actions, or a list. It has to be said; `Monitor.without_action()` says that they do nothing.
        errors: Alarm where more than this share of a function's invocations failed, or of an API's requests ended with
            5xx. One in a hundred where it isn't given.
        throttles: Alarm where more than this many invocations of a function were throttled. None may be, where it isn't
            given.
        duration: Alarm where the slowest hundredth takes longer than this share of the function's timeout, or of the
            longest that API Gateway waits (30 s, a REST API 29 s); or than a `Duration`. 0.9 where it isn't given. A
            timeout that isn't known at synth gives no alarm.
        concurrency: Alarm where a function takes this share of its reserved concurrency for a quarter of an hour, or
            the account takes it of its quota. 0.8 where it isn't given.
        dead_letters: Whether there is an alarm once a message is in a queue of failures. There is, where it isn't
            given.
        message_age: Alarm where the oldest message of a queue is older. One hour where it isn't given.
        client_errors: Alarm where more than this share of an API's requests ended with 4xx for a quarter of an hour.
            None where it isn't given, because anyone on the internet could set it off.
        dashboard: Whether the stack's dashboard shows it. It does, where it isn't given.
        service: Powertools' name of the service, for functions that don't set it. The id of the stack where it isn't
            given.
        quotas: What AWS has raised for the accounts. What a profile says, else AWS's default, where it isn't given.

    Raises:
        InputError: No action is given, cdk-monitoring-constructs isn't installed, or a number that no alarm would ever
            reach; all at once.
        TypeError: A value of the wrong type.
    """

    action: Action | Sequence[Action] | _NoAction | None = None
    errors: float | Literal[False] = 0.01
    throttles: int | Literal[False] = 0
    duration: float | Duration | Literal[False] = 0.9
    concurrency: float | Literal[False] = 0.8
    dead_letters: bool = True
    message_age: Duration | Literal[False] | None = None
    client_errors: float | Literal[False] = False
    dashboard: bool = True
    service: str | None = None
    quotas: Quotas | None = None

    def __post_init__(self) -> None:
        """Refuses what can't be meant."""
        _refuse_wrong_types(self)
        if any(hasattr(each, "bind") for each in _listed(self.action)):
            from constructs_lambda.cdk.alarm_actions import refuse_of_instances  # loaded only where there is an action

            refuse_of_instances(_listed(self.action))
        if self.message_age is None:
            object.__setattr__(self, "message_age", Duration.hours(1))
        problems = list(_problems(self))
        if find_spec(_PACKAGE) is None:
            problems.append("it needs cdk-monitoring-constructs. Fix: pip install 'constructs-lambda[monitoring]'.")
        if problems:
            raise InputError("\n".join(f"Monitor: {problem}" for problem in problems))

    @classmethod
    def without_action(cls, **options: Unpack[MonitorOptions]) -> Monitor:
        """Alarms that do nothing but change their state: they are looked at, or another tool asks for them.

        Args:
            **options: The keywords of `Monitor` beside `action`.
        """
        return cls(action=NO_ACTION, **options)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What alarms do; nothing where that was said."""
        return tuple(_listed(self.action))

    def refuse_unreachable(self, construct: IConstruct) -> None:
        """Refuses topics that alarms beside a construct can't publish to.

        Args:
            construct: What is to be monitored.

        Raises:
            InputError: A topic is in another Region, or encrypted with a key that lets no alarm in.
        """
        from constructs_lambda.cdk.monitors.dashboards import shared_by  # with all of cdk-monitoring-constructs

        shared_by(construct).refuse_unreachable(self)

    def apply(self, construct: IConstruct) -> list[aws_cloudwatch.AlarmBase]:
        """Makes the alarms for a function, a queue or an API, of ours or of plain CDK, and shows it on the dashboard.

        Args:
            construct: The function, its alias, the queue with its dead letters, or the API.

        Returns:
            The alarms.

        Raises:
            InputError: It is monitored already, or no alarm can publish to a topic; nothing is made.
            TypeError: Something else.
        """
        from constructs_lambda.cdk.monitors.watching import watch  # with all of cdk-monitoring-constructs

        return watch(self, construct)


def refuse_no_monitor(monitor: object) -> None:
    """Refuses what is neither a `Monitor` nor False, which means none.

    Raises:
        TypeError: It is given, and something else.
    """
    if monitor is not None and monitor is not False and not isinstance(monitor, Monitor):
        raise TypeError(f"monitor must be a Monitor, such as Monitor(action=topic), or False; got {monitor!r}")


def _listed(action: Any) -> list[Any]:
    if action is None or action is NO_ACTION:
        return []
    return list(action) if isinstance(action, Sequence) and not isinstance(action, str) else [action]


def _refuse_wrong_types(monitor: Monitor) -> None:
    for each in _listed(monitor.action):
        is_action = isinstance(each, str) or hasattr(each, "topic_arn") or hasattr(each, "bind")
        if isinstance(each, type) or not is_action:
            raise TypeError(
                f"action is a topic, the name or ARN of one, CDK's alarm action, or a list of them; got {each!r}"
            )
    for name in ("errors", "throttles", "duration", "concurrency", "client_errors"):
        value = getattr(monitor, name)
        takes_duration = name == "duration" and isinstance(value, Duration)
        if value is not False and not takes_duration and (value is True or not isinstance(value, int | float)):
            raise TypeError(f"{name} must be a number, or False for no alarm; got {value!r}")
    if monitor.message_age not in (None, False) and not isinstance(monitor.message_age, Duration):
        raise TypeError(f"message_age must be a Duration, or False for no alarm; got {monitor.message_age!r}")
    for name in ("dead_letters", "dashboard"):
        if getattr(monitor, name) is None:
            raise TypeError(f"{name} must be True or False; got None")
    refuse_no_switch(dead_letters=monitor.dead_letters, dashboard=monitor.dashboard)
    if monitor.service is not None and (not isinstance(monitor.service, str) or not monitor.service.strip()):
        raise TypeError(f"service must be a text that says something; got {monitor.service!r}")
    if monitor.quotas is not None and not isinstance(monitor.quotas, Quotas):
        raise TypeError(f"quotas must be Quotas, such as Quotas(concurrent_executions=3_000); got {monitor.quotas!r}")


def _problems(monitor: Monitor) -> Iterator[str]:
    actions = _listed(monitor.action)
    if monitor.action is not NO_ACTION:
        if not actions:
            yield _SILENT
        yield from beyond("action", len(actions), limits.ALARM_ACTIONS, fix="one topic with several subscriptions")
        if any(isinstance(each, str) and not each.strip() for each in actions):
            yield "action: a topic's name can't be empty"
    for name in ("errors", "client_errors"):
        value = getattr(monitor, name)
        if value is not False and not is_number_token(value) and not 0 <= value < 1:
            yield f"{name} is {value:g}; it is a share of at least 0 and less than 1. Fix: 0.01 is one in a hundred."
    for name in ("duration", "concurrency"):
        value = getattr(monitor, name)
        if value is False or isinstance(value, Duration):
            continue
        if is_number_token(value):
            yield f"{name} has to be known at synth, because a share of it is worked out then. Fix: a number."
        elif not 0 < value < 1:
            yield f"{name} is {value:g}; it is a share between 0 and 1. Fix: 0.8 is four fifths."
    throttles = monitor.throttles
    is_known = throttles is not False and not is_number_token(throttles)
    if is_known and (throttles < 0 or not float(throttles).is_integer()):
        yield f"throttles is {throttles:g}; it is a whole number of at least 0. Fix: 0 lets none pass."
    for name, unit in (("duration", "millis"), ("message_age", "seconds")):
        value = getattr(monitor, name)
        if isinstance(value, Duration):
            yield from _wrong_duration(name, value, unit)


def _wrong_duration(name: str, value: Duration, unit: str) -> Iterator[str]:
    if not value.is_unresolved():
        if value.to_milliseconds(integral=False) == 0:
            yield f"{name} is 0 s; everything takes longer. Fix: False for no alarm."
    elif value.unit_label() != unit:
        yield f"{name} isn't known at synth, and CDK doesn't convert such a duration. Fix: Duration.{unit}(...)."
