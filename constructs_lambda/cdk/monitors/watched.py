"""What is watched: where its alarms stand, what they are called, and what they do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import jsii
from aws_cdk import Duration, Names, Stack, aws_cloudwatch, aws_sqs
from cdk_monitoring_constructs import (
    AlarmFactoryDefaults,
    IAlarmActionStrategy,
    LatencyThreshold,
    MonitoringFacade,
    NoopAlarmActionStrategy,
)
from constructs import Construct, IConstruct

from constructs_lambda import limits
from constructs_lambda.cdk.alarms import add_actions, alarm_on
from constructs_lambda.cdk.monitors import thresholds
from constructs_lambda.cdk.monitors.dashboards import Shared
from constructs_lambda.cdk.monitors.metrics import is_seen
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.senders import is_same_stack

_ID = "Monitoring"
_LASTING = 3
"""Periods of five minutes that a state lasts before it is a reason for an alarm, where a peak alone is none."""
_NOT_BREACHING = aws_cloudwatch.TreatMissingData.NOT_BREACHING


@jsii.implements(IAlarmActionStrategy)
class _Acts:
    """Has alarms that developers add to a facade do what ours do; ours are given theirs in `Watched.act`."""

    def __init__(self, actions: Sequence[Any], user: str) -> None:
        self._actions = actions
        self._user = user

    def add_alarm_actions(self, *, alarm: aws_cloudwatch.AlarmBase, **_: Any) -> None:
        """Adds them; the library calls it."""
        add_actions(alarm, self._actions, self._user)


_NO_ACTION = NoopAlarmActionStrategy()


class Watched:
    """What is watched, and the facade of cdk-monitoring-constructs within it.

    Args:
        monitor: The monitor.
        construct: What it watches.
        shared: What the monitors of the stack share.
        actions: What alarms do.
    """

    def __init__(self, monitor: Monitor, construct: IConstruct, shared: Shared, actions: Sequence[Any]) -> None:
        self.monitor = monitor
        self.construct = construct
        self.shared = shared
        self.actions = actions
        self.path = _path(construct)
        self.names: dict[str, Any] = {
            "human_readable_name": construct.node.path,
            "alarm_friendly_name": "-",  # the alarms are named in `act`
            "add_to_summary_dashboard": False,
        }

    def facade(self, scope: Construct | None = None, id: str = _ID) -> MonitoringFacade:
        """What makes alarms and widgets.

        Args:
            scope: Where it stands; as `place_of` says where it isn't given.
            id: Its id.
        """
        if scope is None:
            scope, id = place_of(self.construct, self.shared)
        defaults = AlarmFactoryDefaults(
            actions_enabled=True,
            alarm_name_prefix="-",
            datapoints_to_alarm=1,
            evaluation_periods=1,
            action=_Acts(self.actions, self.construct.node.path) if self.actions else None,
        )
        return MonitoringFacade(
            scope,
            id,
            alarm_factory_defaults=defaults,
            dashboard_factory=self.shared.dashboard(self.monitor.dashboard),
        )

    def alarm(self, id: str, text: str, *, lasting: bool = False) -> dict[str, Any]:
        """What all alarms are told.

        Args:
            id: Its id, and the last part of its name.
            text: What it says.
            lasting: Whether a peak alone is no reason for it.
        """
        periods = {"datapoints_to_alarm": _LASTING, "evaluation_periods": _LASTING} if lasting else {}
        return {
            "alarm_name_override": id,
            "action_override": _NO_ACTION,
            "alarm_description_override": text,
            "treat_missing_data_override": _NOT_BREACHING,
            **periods,
        }

    def act(self, facade: MonitoringFacade, user: IConstruct | None = None) -> list[aws_cloudwatch.AlarmBase]:
        """Gives all alarms of a facade their names and their actions.

        The library takes the name for the construct's id too, which would bring the stack's name into logical ids.

        Args:
            facade: The facade.
            user: What they are made for; what is watched where it isn't given.
        """
        # Not facade.created_alarms(): its answer takes jsii ten times as long as all else.
        alarms: list[aws_cloudwatch.AlarmBase] = [
            each for each in facade.node.children if isinstance(each, aws_cloudwatch.AlarmBase)
        ]
        for alarm in alarms:
            resource = cast(aws_cloudwatch.CfnAlarm, alarm.node.default_child)
            resource.alarm_name = _name(f"{self.path}/{alarm.node.id}")
            add_actions(alarm, self.actions, (user or self.construct).node.path)
        return alarms


def place_of(construct: IConstruct, shared: Shared) -> tuple[Construct, str]:
    """Where alarms stand: within what they watch, beside the dashboards for an import that jsii shows as an interface.

    Args:
        construct: What they watch.
        shared: What the monitors of its stack share.
    """
    if isinstance(construct, Construct):
        return construct, _ID
    return shared.place, Names.node_unique_id(construct.node)


def watch_letters(watched: Watched, queue: aws_sqs.IQueue | None) -> list[aws_cloudwatch.AlarmBase]:
    """The alarm on a queue of failures; none in another stack, which may need the one that the topic is in.

    Nor is there one on an imported queue of another account or Region, whose metrics it wouldn't see.

    Args:
        watched: What is watched.
        queue: The queue, where there is one.
    """
    if queue is None or not watched.monitor.dead_letters:
        return []
    if not is_same_stack(queue, watched.construct) or not is_seen(queue):
        return []
    return [alarm_on(queue, watched.actions, watched.construct.node.path)]


def latency_alarm(longest: Duration, named: Mapping[str, Any]) -> dict[str, LatencyThreshold]:
    """The alarm on the slowest hundredth.

    Args:
        longest: What may be taken.
        named: What all alarms are told.
    """
    return {"Latency": LatencyThreshold(max_latency=longest, **named)}


def _path(construct: IConstruct) -> str:
    """The name of the stack, and the path within it: CloudWatch has one alarm of a name in an account and Region."""
    stack = Stack.of(construct)
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    within = construct.node.path.removeprefix(stack.node.path).strip("/")
    name = stack.stack_name if thresholds.is_known(stack.stack_name) else stack.node.id
    return f"{name}/{within}".rstrip("/")


def _name(path: str) -> str:
    longest = int(limits.ALARM_NAME_LENGTH.maximum or 0)
    if len(path) <= longest:
        return path
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{path[: longest - 9]}-{digest}"
