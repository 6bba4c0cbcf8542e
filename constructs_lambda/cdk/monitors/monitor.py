"""`Monitor`: which alarms a function, a queue or an API gets, what they do, and whether a dashboard shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypedDict, Unpack

from aws_cdk import Duration

from constructs_lambda.cdk.inputs import unknown_keywords
from constructs_lambda.cdk.monitors import inputs
from constructs_lambda.errors import InputError
from constructs_lambda.quotas import Quotas

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
            longest that API Gateway waits (30 s, a REST API 29 s or its raised quota); or than a `Duration`. 0.9 where
            it isn't given. A timeout that isn't known at synth gives no alarm.
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
        InputError: No action is given or one that alarms can't take, a text that names no topic,
            cdk-monitoring-constructs isn't installed, or a number that no alarm would ever reach; all at once.
        TypeError: A value of the wrong type, or a keyword that doesn't exist.
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

    def __new__(cls, *values: object, **keywords: object) -> Self:
        """Refuses what it has no keyword for; Python's own message names neither a way out nor the nearest."""
        if values:
            raise TypeError(f"Monitor takes keywords only; got {values[0]!r}. Fix: Monitor(action=...)")
        if unknown := [each for each in keywords if each not in cls.__dataclass_fields__]:
            raise TypeError(unknown_keywords("Monitor", unknown, cls.__init__))
        return object.__new__(cls)

    def __post_init__(self) -> None:
        """Refuses what can't be meant."""
        inputs.refuse_wrong_types(self)
        inputs.refuse_actions(self.actions)
        if self.message_age is None:
            object.__setattr__(self, "message_age", Duration.hours(1))
        problems = [_SILENT] if self.action is not NO_ACTION and not self.actions else []
        problems += inputs.problems(self)
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

    def apply(
        self, construct: IConstruct, *, stage: str | None = None, keeps_failures: bool = False
    ) -> list[aws_cloudwatch.AlarmBase]:
        """Makes the alarms for a function, a queue or an API, of ours or of plain CDK, and shows it on the dashboard.

        Args:
            construct: The function, its alias, the queue with its dead letters, or the API.
            stage: Name of the API's stage. The default stage of an HTTP API and CDK's own stage of a REST API, where it
                isn't given; an API without one needs it.
            keeps_failures: Whether the queue is for what failed, such as that of `on_failure`: one message is then
                reason for the alarm, whatever its age. It isn't, where it isn't given.

        Returns:
            The alarms.

        Raises:
            InputError: It is monitored already, no alarm can publish to a topic, or none would see its metrics; nothing
                is made.
            TypeError: Something else.
        """
        from constructs_lambda.cdk.monitors.watching import watch  # with all of cdk-monitoring-constructs

        return watch(self, construct, stage, keeps_failures)


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
