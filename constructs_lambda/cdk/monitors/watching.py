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
from constructs_lambda.cdk.inputs import refuse_no_switch
from constructs_lambda.cdk.monitors import thresholds
from constructs_lambda.cdk.monitors.dashboards import shared_by
from constructs_lambda.cdk.monitors.functions import watch_function
from constructs_lambda.cdk.monitors.metrics import (
    is_seen,
    refuse_unseen,
    stage_of_api,
    warn_of_duration,
    warn_of_name,
    warn_of_retention,
)
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.monitors.monitored import remember, said_of
from constructs_lambda.cdk.monitors.watched import Watched, latency_alarm, place_of, watch_letters
from constructs_lambda.cdk.senders import is_same_stack
from constructs_lambda.errors import InputError


def watch(
    monitor: Monitor, construct: IConstruct, stage: str | None = None, keeps_failures: bool = False
) -> list[aws_cloudwatch.AlarmBase]:
    """Makes the alarms for a function, a queue or an API.

    Args:
        monitor: The monitor.
        construct: The construct.
        stage: Name of the API's stage, where CDK doesn't know it.
        keeps_failures: Whether the queue is for what failed.

    Raises:
        InputError: It is monitored already, an alarm can't do what it should, or none would see its metrics; nothing is
            made.
        TypeError: Something else.
    """
    what = getattr(construct, "api", construct)
    make = _maker(what)
    if make is None or isinstance(construct, type):
        raise TypeError(
            "a Monitor watches functions, queues, HttpApis and RestApis, of this library or of CDK's second level; got "
            f"{construct!r}"
        )
    options = _options(what, stage, keeps_failures)
    refuse_unseen(what)
    shared = shared_by(construct)
    scope, id = place_of(construct, shared)
    if scope.node.try_find_child(id) is not None:
        raise InputError(
            f"{construct.node.path} is monitored already, or has a child {id!r} of yours. Fix: one Monitor with all "
            "that it needs, or monitor=False, where a profile sets one; another id for yours."
        )
    actions = shared.actions(monitor)
    remember(construct, monitor)
    return make(Watched(monitor, construct, shared, actions), what, **options)


def _options(what: Any, stage: object, keeps_failures: object) -> dict[str, Any]:
    """The keywords of what makes the alarms: each fits one kind only."""
    refuse_no_switch(keeps_failures=keeps_failures)
    is_queue = hasattr(what, "queue_arn")
    if keeps_failures and not is_queue:
        raise TypeError(f"keeps_failures is for queues; got {what!r}")
    if is_queue or hasattr(what, "function_arn"):
        if stage is not None:
            raise TypeError(f"stage is for APIs; got {what!r}")
        return {"keeps_failures": keeps_failures} if is_queue else {}
    if stage is not None and (not isinstance(stage, str) or not stage):
        raise TypeError(f"stage must be the name of a stage; got {stage!r}")
    return {"stage": stage_of_api(what, stage)}


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
    if polled is not None and said_of(polled) is None and is_same_stack(polled, function) and is_seen(polled):
        watch(monitor, polled)
    for queue in failures if monitor.dead_letters else ():
        if is_same_stack(queue, function) and is_seen(queue):
            alarm_on(queue, shared_by(queue).actions(monitor), function.node.path)


_Maker = Callable[..., list[aws_cloudwatch.AlarmBase]]


def _maker(what: object) -> _Maker | None:
    if hasattr(what, "function_arn"):
        return watch_function
    if hasattr(what, "queue_arn"):
        return _watch_queue
    if hasattr(what, "http_api_id") or (hasattr(what, "api_id") and hasattr(what, "default_stage")):
        return _watch_http_api
    return _watch_rest_api if hasattr(what, "rest_api_name") else None


def _watch_queue(watched: Watched, queue: aws_sqs.IQueue, keeps_failures: bool) -> list[aws_cloudwatch.AlarmBase]:
    monitor = watched.monitor
    alarms: dict[str, Any] = {}
    if isinstance(monitor.message_age, Duration) and not keeps_failures:
        warn_of_retention(queue, monitor.message_age)
        text = f"The oldest message has been waiting for more than {thresholds.told(monitor.message_age)}."
        alarms["add_queue_max_message_age_alarm"] = {
            "MessageAge": MaxMessageAgeThreshold(
                max_age_in_seconds=monitor.message_age.to_seconds(integral=False), **watched.alarm("MessageAge", text)
            )
        }
    facade = watched.facade()
    facade.monitor_sqs_queue(queue=queue, **watched.names, **alarms)
    made = watched.act(facade)
    if keeps_failures:
        made += watch_letters(watched, queue)
    redrive = getattr(queue, "dead_letter_queue", None)
    return made + watch_letters(watched, redrive.queue if redrive is not None else None)


def _watch_http_api(watched: Watched, api: Any, stage: str) -> list[aws_cloudwatch.AlarmBase]:
    alarms = _api_alarms(watched, limits.HTTP_API_INTEGRATION_TIMEOUT.maximum, "add5xx_rate_alarm", "add4xx_rate_alarm")
    facade = watched.facade()
    facade.monitor_api_gateway_v2_http_api(api=api, api_stage=stage, **watched.names, **alarms)
    return watched.act(facade)


def _watch_rest_api(watched: Watched, api: aws_apigateway.IRestApi, stage: str) -> list[aws_cloudwatch.AlarmBase]:
    warn_of_name(api, stage)
    shared = watched.shared
    quotas = thresholds.quotas_of(watched.monitor, watched.construct)
    longest = quotas.limit(limits.REST_API_INTEGRATION_TIMEOUT, shared.account, shared.region).maximum
    alarms = _api_alarms(watched, longest, "add5_xx_fault_rate_alarm", "add4_xx_error_rate_alarm")
    facade = watched.facade()
    facade.monitor_api_gateway(api=api, api_stage=stage, **watched.names, **alarms)
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
    warn_of_duration(watched.construct, longest, longest_ms, "API Gateway waits")
    if longest is not None:
        text = f"The slowest hundredth of the requests takes longer than {thresholds.told(longest)}."
        alarms["add_latency_p99_alarm"] = latency_alarm(longest, watched.alarm("Latency", text))
    return alarms
