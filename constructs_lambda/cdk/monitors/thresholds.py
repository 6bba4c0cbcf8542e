"""What alarms go off at, as far as it follows from what is watched."""

from __future__ import annotations

from math import ceil

from aws_cdk import Duration, Token, aws_lambda
from constructs import IConstruct

from constructs_lambda import limits
from constructs_lambda.cdk.monitors.monitor import Monitor
from constructs_lambda.cdk.profiles.applied import profiles_for
from constructs_lambda.quotas import Quotas
from constructs_lambda.tokens import is_number_token

_DEFAULT_TIMEOUT_SECONDS = 3
"""AWS's own, where a template says nothing."""


def function_latency(monitor: Monitor, resource: aws_lambda.CfnFunction | None) -> Duration | None:
    """What a function's invocations may take; None for no alarm.

    Args:
        monitor: The monitor.
        resource: The function's resource, None of an imported one.
    """
    return latency(monitor, timeout_ms(resource))


def timeout_ms(resource: aws_lambda.CfnFunction | None) -> float | None:
    """A function's timeout in milliseconds, None where it isn't known.

    Args:
        resource: The function's resource, None of an imported one.
    """
    if resource is None:
        return None
    seconds = _DEFAULT_TIMEOUT_SECONDS if resource.timeout is None else resource.timeout
    return None if is_number_token(seconds) else seconds * 1_000


def latency(monitor: Monitor, longest_ms: float | None) -> Duration | None:
    """What something may take; None for no alarm.

    Args:
        monitor: The monitor.
        longest_ms: How many milliseconds it can take at the most, None where that isn't known.
    """
    if isinstance(monitor.duration, Duration):
        return monitor.duration
    if monitor.duration is False or longest_ms is None:
        return None
    return Duration.millis(min(max(1, round(longest_ms * monitor.duration)), longest_ms - 1))


def reserved(monitor: Monitor, resource: aws_lambda.CfnFunction) -> int | None:
    """How much of its reserved concurrency is a reason for an alarm; None for no alarm.

    Where the share is all of it there is none: a function that may run once at a time is meant to, and throttles say
    when that is too little.

    Args:
        monitor: The monitor.
        resource: The function's resource, which has some reserved.
    """
    number = resource.reserved_concurrent_executions
    if monitor.concurrency is False or number is None or is_number_token(number):
        return None
    return _share(monitor.concurrency, number)


def unreserved(monitor: Monitor, construct: IConstruct, account: str | None, region: str | None) -> int | None:
    """How much of the account's concurrency is a reason for an alarm; None for no alarm.

    Args:
        monitor: The monitor.
        construct: The function.
        account: AWS account id, None where it isn't known.
        region: AWS Region, None where it isn't known.
    """
    if monitor.concurrency is False:
        return None
    quota = quotas_of(monitor, construct).limit(limits.CONCURRENT_EXECUTIONS, account, region).maximum
    return None if quota is None else _share(monitor.concurrency, quota)


def quotas_of(monitor: Monitor, construct: IConstruct) -> Quotas:
    """What AWS has raised: what the monitor says, else a profile.

    Args:
        monitor: The monitor.
        construct: What is watched.
    """
    return monitor.quotas or next((each.quotas for each in profiles_for(construct) if each.quotas), Quotas())


def _share(share: float, whole: float) -> int | None:
    part = ceil(round(share * whole, 6))
    return part if 0 < part < whole else None


def shares_account(resource: aws_lambda.CfnFunction) -> bool:
    """Whether a function takes its concurrency of the account's.

    Args:
        resource: The function's resource.
    """
    return resource.reserved_concurrent_executions is None and resource.capacity_provider_config is None


def told(duration: Duration) -> str:
    """A duration as a description says it.

    Args:
        duration: The duration.
    """
    if duration.is_unresolved():
        return "what is allowed"
    return f"{float(duration.to_milliseconds()) / 1_000:g} s"


def percent(share: float) -> str:
    """A share as a description says it.

    Args:
        share: The share.
    """
    return "the share that is allowed" if is_number_token(share) else f"{share * 100:g} %"


def is_known(text: str) -> bool:
    """Whether a text is known at synth."""
    return not Token.is_unresolved(text)
