"""The alarms of functions, and of the account whose concurrency they share."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, aws_cloudwatch, aws_lambda
from cdk_monitoring_constructs import (
    CustomMetricGroup,
    CustomMetricWithAlarm,
    CustomThreshold,
    ErrorCountThreshold,
    ErrorRateThreshold,
    RunningTaskCountThreshold,
)

from constructs_lambda.cdk.alarms import add_actions
from constructs_lambda.cdk.failures import resource_of
from constructs_lambda.cdk.monitors import thresholds
from constructs_lambda.cdk.monitors.metrics import warn_of_duration
from constructs_lambda.cdk.monitors.watched import Watched, latency_alarm, watch_letters
from constructs_lambda.cdk.topics import construct_of
from constructs_lambda.tokens import is_number_token

_AT_LEAST = aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def watch_function(watched: Watched, function: aws_lambda.IFunction) -> list[aws_cloudwatch.AlarmBase]:
    """Makes the alarms of a function.

    Args:
        watched: What is watched.
        function: The function, or an alias of one.
    """
    monitor = watched.monitor
    # CDK's SingletonFunction only refers to the function that it makes in the stack.
    resource = resource_of(function) or resource_of(construct_of(function.function_arn) or function)
    alarms: dict[str, Any] = {}
    if monitor.errors is not False:
        text = f"More than {thresholds.percent(monitor.errors)} of the invocations failed."
        alarms["add_fault_rate_alarm"] = {
            "Errors": ErrorRateThreshold(max_error_rate=monitor.errors, **watched.alarm("Errors", text))
        }
    if monitor.throttles is not False:
        number = "the allowed number of" if is_number_token(monitor.throttles) else f"{monitor.throttles:g}"
        text = f"More than {number} invocations were throttled."
        alarms["add_throttles_count_alarm"] = {
            "Throttles": ErrorCountThreshold(max_error_count=monitor.throttles, **watched.alarm("Throttles", text))
        }
    longest = thresholds.function_latency(monitor, resource)
    warn_of_duration(watched.construct, longest, thresholds.timeout_ms(resource), "the timeout is")
    if longest is not None:
        text = f"The slowest hundredth of the invocations takes longer than {thresholds.told(longest)}."
        alarms["add_latency_p99_alarm"] = latency_alarm(longest, watched.alarm("Duration", text))
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
    made += watch_letters(watched, getattr(getattr(function, "lambda_", function), "dead_letter_queue", None))
    if resource is not None and thresholds.shares_account(resource):
        made += _watch_account(watched)
    return made


def _watch_account(watched: Watched) -> list[aws_cloudwatch.AlarmBase]:
    """The alarm of the stack on the concurrency that all functions of the account share."""
    shared = watched.shared
    most = thresholds.unreserved(watched.monitor, watched.construct, shared.account, shared.region)
    if most is None:
        return []
    if most in shared.concurrency:
        add_actions(shared.concurrency[most], watched.actions, watched.construct.node.path)
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
    facade = watched.facade(shared.place, f"Account{most}")
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
    whole = Watched(watched.monitor, shared.stack, shared, watched.actions)
    (shared.concurrency[most],) = made = whole.act(facade, watched.construct)
    return made
