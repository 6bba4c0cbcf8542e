"""Makes the alarms of a monitor, and puts what they watch on the dashboard of the stack.

Loaded only where something is monitored: cdk-monitoring-constructs takes a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from aws_cdk import Duration, Stack, aws_apigateway, aws_cloudwatch, aws_lambda, aws_sqs
from cdk_monitoring_constructs import (
    AlarmFactoryDefaults,
    CustomMetricGroup,
    CustomMetricWithAlarm,
    CustomThreshold,
    ErrorCountThreshold,
    ErrorRateThreshold,
    LatencyThreshold,
    MaxMessageAgeThreshold,
    MonitoringFacade,
    RunningTaskCountThreshold,
)
from constructs import Construct, IConstruct

from constructs_lambda import limits
from constructs_lambda.cdk.alarms import add_actions, alarm_on
from constructs_lambda.cdk.failures import resource_of
from constructs_lambda.cdk.monitors import thresholds
from constructs_lambda.cdk.monitors.dashboards import Shared, shared_by
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.monitors.monitored import remember, said_of
from constructs_lambda.errors import InputError

_ID = "Monitoring"
_LASTING = 3
"""Periods of five minutes that a state lasts before it is a reason for an alarm, where a peak alone is none."""
_AT_LEAST = aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_NOT_BREACHING = aws_cloudwatch.TreatMissingData.NOT_BREACHING


def watch(monitor: Monitor, construct: IConstruct) -> list[aws_cloudwatch.AlarmBase]:
    """Makes the alarms for a function, a queue or an API.

    Args:
        monitor: The monitor.
        construct: The construct.

    Raises:
        InputError: It is monitored already, or no alarm can publish to a topic; nothing is made.
        TypeError: Something else.
    """
    what = getattr(construct, "api", construct)
    make = _maker(what)
    if make is None or isinstance(construct, type):
        raise TypeError(
            "a Monitor watches functions, queues, HttpApis and RestApis, of this library or of CDK's second level; got "
            f"{construct!r}"
        )
    if construct.node.try_find_child(_ID) is not None:
        raise InputError(
            f"{construct.node.path} is monitored already. Fix: one Monitor with all that it needs; or monitor=False, "
            "where a profile sets one."
        )
    shared = shared_by(construct)
    actions = shared.actions(monitor)
    remember(construct, monitor)
    return make(_Watch(monitor, construct, shared, actions), what)


def watch_trigger(monitor: Monitor, polled: aws_sqs.IQueue | None, failures: Sequence[aws_sqs.IQueue]) -> None:
    """Makes the alarms for the queues of a trigger; one that is monitored already is left as it is.

    Args:
        monitor: The monitor.
        polled: The queue that is polled, where there is one.
        failures: The queues that keep what failed.
    """
    if polled is not None and said_of(polled) is None and polled.node.try_find_child(_ID) is None:
        watch(monitor, polled)
    for queue in failures if monitor.dead_letters else ():
        alarm_on(queue, shared_by(queue).actions(monitor))


class _Watch:
    """What is watched, and the facade of cdk-monitoring-constructs within it."""

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

    def facade(self, scope: IConstruct | None = None, *, id: str = _ID) -> MonitoringFacade:
        """What makes alarms and widgets.

        Args:
            scope: Where it stands; within what is watched where it isn't given.
            id: Its id.
        """
        defaults = AlarmFactoryDefaults(
            actions_enabled=True, alarm_name_prefix="-", datapoints_to_alarm=1, evaluation_periods=1
        )
        return MonitoringFacade(
            cast(Construct, scope or self.construct),
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
            "alarm_description_override": text,
            "treat_missing_data_override": _NOT_BREACHING,
            **periods,
        }

    def act(self, facade: MonitoringFacade) -> list[aws_cloudwatch.AlarmBase]:
        """Gives all alarms of a facade their names and their actions.

        The library takes the name for the construct's id too, which would bring the stack's name into logical ids.

        Args:
            facade: The facade.
        """
        # Not facade.created_alarms(): its answer takes jsii ten times as long as all else.
        alarms: list[aws_cloudwatch.AlarmBase] = [
            each for each in facade.node.children if isinstance(each, aws_cloudwatch.AlarmBase)
        ]
        for alarm in alarms:
            resource = cast(aws_cloudwatch.CfnAlarm, alarm.node.default_child)
            resource.alarm_name = _name(f"{self.path}/{alarm.node.id}")
            add_actions(alarm, self.actions)
        return alarms


_Maker = Callable[[_Watch, Any], list[aws_cloudwatch.AlarmBase]]


def _maker(what: object) -> _Maker | None:
    if hasattr(what, "function_arn"):
        return _watch_function
    if hasattr(what, "queue_arn"):
        return _watch_queue
    if hasattr(what, "http_api_id") or (hasattr(what, "api_id") and hasattr(what, "default_stage")):
        return _watch_http_api
    return _watch_rest_api if hasattr(what, "rest_api_name") else None


def _watch_function(watched: _Watch, function: aws_lambda.IFunction) -> list[aws_cloudwatch.AlarmBase]:
    monitor = watched.monitor
    resource = resource_of(function)
    alarms: dict[str, Any] = {}
    if monitor.errors is not False:
        text = f"More than {_percent(monitor.errors)} of the invocations failed."
        alarms["add_fault_rate_alarm"] = {
            "Errors": ErrorRateThreshold(max_error_rate=monitor.errors, **watched.alarm("Errors", text))
        }
    if monitor.throttles is not False:
        text = f"More than {monitor.throttles} invocations were throttled."
        alarms["add_throttles_count_alarm"] = {
            "Throttles": ErrorCountThreshold(max_error_count=monitor.throttles, **watched.alarm("Throttles", text))
        }
    longest = thresholds.function_latency(monitor, resource)
    if longest is not None:
        text = f"The slowest hundredth of the invocations takes longer than {thresholds.told(longest)}."
        alarms["add_latency_p99_alarm"] = _latency(longest, watched.alarm("Duration", text))
    kept = thresholds.reserved(monitor, resource) if resource is not None else None
    if kept is not None:
        text = f"At least {kept} of the executions that are reserved for it run at once, for a quarter of an hour."
        alarms["add_concurrent_executions_count_alarm"] = {
            "Concurrency": RunningTaskCountThreshold(
                max_running_tasks=kept,
                comparison_operator_override=_AT_LEAST,
                **watched.alarm("Concurrency", text, lasting=True),
            )
        }
    facade = watched.facade()
    facade.monitor_lambda_function(lambda_function=function, **watched.names, **alarms)
    made = watched.act(facade)
    letters = getattr(function, "dead_letter_queue", None)
    if letters is not None and monitor.dead_letters:
        made.append(alarm_on(letters, watched.actions))
    if resource is not None and thresholds.shares_account(resource):
        made += _watch_account(watched)
    return made


def _watch_account(watched: _Watch) -> list[aws_cloudwatch.AlarmBase]:
    """The alarm of the stack on the concurrency that all functions of the account share."""
    shared = watched.shared
    most = thresholds.unreserved(watched.monitor, watched.construct, shared.account, shared.region)
    if most is None:
        return []
    if most in shared.concurrency:
        add_actions(shared.concurrency[most], watched.actions)
        return [shared.concurrency[most]]
    metric = aws_cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name="ClaimedAccountConcurrency",
        statistic=aws_cloudwatch.Stats.MAXIMUM,
        period=Duration.minutes(5),
    )
    text = f"At least {most} of the account's concurrent executions are claimed, for a quarter of an hour."
    named = watched.alarm(f"AccountConcurrency{most}", text, lasting=True)
    threshold = CustomThreshold(threshold=most, comparison_operator=_AT_LEAST, **named)
    facade = watched.facade(shared.place, id=f"Account{most}")
    facade.monitor_custom(
        metric_groups=[
            CustomMetricGroup(
                title="Concurrency of the account",
                metrics=[
                    CustomMetricWithAlarm(
                        metric=metric, alarm_friendly_name="AccountConcurrency", add_alarm={"Claimed": threshold}
                    )
                ],
            )
        ],
        **{**watched.names, "human_readable_name": "Lambda in this account and Region"},
    )
    whole = _Watch(watched.monitor, shared.stack, shared, watched.actions)
    (shared.concurrency[most],) = made = whole.act(facade)
    return made


def _watch_queue(watched: _Watch, queue: aws_sqs.IQueue) -> list[aws_cloudwatch.AlarmBase]:
    monitor = watched.monitor
    alarms: dict[str, Any] = {}
    if isinstance(monitor.message_age, Duration):
        text = f"The oldest message has been waiting for more than {thresholds.told(monitor.message_age)}."
        alarms["add_queue_max_message_age_alarm"] = {
            "MessageAge": MaxMessageAgeThreshold(
                max_age_in_seconds=monitor.message_age.to_seconds(integral=False), **watched.alarm("MessageAge", text)
            )
        }
    facade = watched.facade()
    facade.monitor_sqs_queue(queue=queue, **watched.names, **alarms)
    made = watched.act(facade)
    redrive = getattr(queue, "dead_letter_queue", None)
    if redrive is not None and monitor.dead_letters:
        made.append(alarm_on(redrive.queue, watched.actions))
    return made


def _watch_http_api(watched: _Watch, api: Any) -> list[aws_cloudwatch.AlarmBase]:
    alarms = _api_alarms(watched, limits.HTTP_API_INTEGRATION_TIMEOUT.maximum, "add5xx_rate_alarm", "add4xx_rate_alarm")
    facade = watched.facade()
    facade.monitor_api_gateway_v2_http_api(api=api, **watched.names, **alarms)
    return watched.act(facade)


def _watch_rest_api(watched: _Watch, api: aws_apigateway.IRestApi) -> list[aws_cloudwatch.AlarmBase]:
    longest = limits.REST_API_INTEGRATION_TIMEOUT.maximum
    alarms = _api_alarms(watched, longest, "add5_xx_fault_rate_alarm", "add4_xx_error_rate_alarm")
    facade = watched.facade()
    facade.monitor_api_gateway(api=api, **watched.names, **alarms)
    return watched.act(facade)


def _api_alarms(watched: _Watch, longest_ms: float | None, on_5xx: str, on_4xx: str) -> dict[str, Any]:
    monitor = watched.monitor
    alarms: dict[str, Any] = {}
    if monitor.errors is not False:
        text = f"More than {_percent(monitor.errors)} of the requests ended with 5xx."
        alarms[on_5xx] = {"Errors": ErrorRateThreshold(max_error_rate=monitor.errors, **watched.alarm("Errors", text))}
    if monitor.client_errors is not False:
        text = f"More than {_percent(monitor.client_errors)} of the requests ended with 4xx, for a quarter of an hour."
        named = watched.alarm("ClientErrors", text, lasting=True)
        alarms[on_4xx] = {"ClientErrors": ErrorRateThreshold(max_error_rate=monitor.client_errors, **named)}
    longest = thresholds.latency(monitor, longest_ms)
    if longest is not None:
        text = f"The slowest hundredth of the requests takes longer than {thresholds.told(longest)}."
        alarms["add_latency_p99_alarm"] = _latency(longest, watched.alarm("Latency", text))
    return alarms


def _latency(longest: Duration, named: Mapping[str, Any]) -> dict[str, LatencyThreshold]:
    return {"Latency": LatencyThreshold(max_latency=longest, **named)}


def _percent(share: float) -> str:
    return f"{share * 100:g} %"


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
