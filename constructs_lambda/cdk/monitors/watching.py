"""Makes the alarms of a monitor, and puts what they watch on the dashboard of the stack.

Loaded only where something is monitored: cdk-monitoring-constructs takes a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aws_cdk import Duration, aws_apigateway, aws_cloudwatch, aws_sqs
from cdk_monitoring_constructs import ErrorRateThreshold, MaxMessageAgeThreshold
from constructs import IConstruct

from constructs_lambda import limits
from constructs_lambda.cdk.alarms import alarm_on
from constructs_lambda.cdk.monitors import thresholds
from constructs_lambda.cdk.monitors.dashboards import shared_by
from constructs_lambda.cdk.monitors.functions import watch_function
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.monitors.monitored import remember, said_of
from constructs_lambda.cdk.monitors.watched import Watched, latency_alarm, place_of, watch_letters
from constructs_lambda.cdk.senders import is_same_stack
from constructs_lambda.errors import InputError


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
    shared = shared_by(construct)
    scope, id = place_of(construct, shared)
    if scope.node.try_find_child(id) is not None:
        raise InputError(
            f"{construct.node.path} is monitored already. Fix: one Monitor with all that it needs; or monitor=False, "
            "where a profile sets one."
        )
    actions = shared.actions(monitor)
    remember(construct, monitor)
    return make(Watched(monitor, construct, shared, actions), what)


def watch_trigger(
    monitor: Monitor, function: IConstruct, polled: aws_sqs.IQueue | None, failures: Sequence[aws_sqs.IQueue]
) -> None:
    """Makes the alarms for the queues of a trigger; one that is monitored already is left as it is.

    So are queues of other stacks: their alarms would stand there, and name a topic that may be in a stack which needs
    theirs.

    Args:
        monitor: The monitor.
        function: The function, or a version or an alias of one.
        polled: The queue that is polled, where there is one.
        failures: The queues that keep what failed.
    """
    if polled is not None and said_of(polled) is None and is_same_stack(polled, function):
        watch(monitor, polled)
    for queue in failures if monitor.dead_letters else ():
        if is_same_stack(queue, function):
            alarm_on(queue, shared_by(queue).actions(monitor), function.node.path)


_Maker = Callable[[Watched, Any], list[aws_cloudwatch.AlarmBase]]


def _maker(what: object) -> _Maker | None:
    if hasattr(what, "function_arn"):
        return watch_function
    if hasattr(what, "queue_arn"):
        return _watch_queue
    if hasattr(what, "http_api_id") or (hasattr(what, "api_id") and hasattr(what, "default_stage")):
        return _watch_http_api
    return _watch_rest_api if hasattr(what, "rest_api_name") else None


def _watch_queue(watched: Watched, queue: aws_sqs.IQueue) -> list[aws_cloudwatch.AlarmBase]:
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
    return made + watch_letters(watched, redrive.queue if redrive is not None else None)


def _watch_http_api(watched: Watched, api: Any) -> list[aws_cloudwatch.AlarmBase]:
    alarms = _api_alarms(watched, limits.HTTP_API_INTEGRATION_TIMEOUT.maximum, "add5xx_rate_alarm", "add4xx_rate_alarm")
    facade = watched.facade()
    facade.monitor_api_gateway_v2_http_api(api=api, **watched.names, **alarms)
    return watched.act(facade)


def _watch_rest_api(watched: Watched, api: aws_apigateway.IRestApi) -> list[aws_cloudwatch.AlarmBase]:
    longest = limits.REST_API_INTEGRATION_TIMEOUT.maximum
    alarms = _api_alarms(watched, longest, "add5_xx_fault_rate_alarm", "add4_xx_error_rate_alarm")
    facade = watched.facade()
    facade.monitor_api_gateway(api=api, **watched.names, **alarms)
    return watched.act(facade)


def _api_alarms(watched: Watched, longest_ms: float | None, on_5xx: str, on_4xx: str) -> dict[str, Any]:
    monitor = watched.monitor
    alarms: dict[str, Any] = {}
    if monitor.errors is not False:
        text = f"More than {thresholds.percent(monitor.errors)} of the requests ended with 5xx."
        alarms[on_5xx] = {"Errors": ErrorRateThreshold(max_error_rate=monitor.errors, **watched.alarm("Errors", text))}
    if monitor.client_errors is not False:
        share = thresholds.percent(monitor.client_errors)
        text = f"More than {share} of the requests ended with 4xx, for a quarter of an hour."
        named = watched.alarm("ClientErrors", text, lasting=True)
        alarms[on_4xx] = {"ClientErrors": ErrorRateThreshold(max_error_rate=monitor.client_errors, **named)}
    longest = thresholds.latency(monitor, longest_ms)
    if longest is not None:
        text = f"The slowest hundredth of the requests takes longer than {thresholds.told(longest)}."
        alarms["add_latency_p99_alarm"] = latency_alarm(longest, watched.alarm("Latency", text))
    return alarms
