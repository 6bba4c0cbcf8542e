"""CL17x: durable functions."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Call, Durable, Function
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem
from constructs_lambda.runtimes import RUNTIMES
from constructs_lambda.tokens import known

_INVOKING = "https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html"
_POLLING = "https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking-esm.html"
_DURABLE_RUNTIMES = "https://docs.aws.amazon.com/lambda/latest/dg/durable-supported-runtimes.html"
_NOT_DURABLE = frozenset(
    name
    for name, runtime in RUNTIMES.items()
    if (runtime.family in ("python", "nodejs") and not runtime.managed_instances)
    or name in ("java8", "java8.al2", "java8.al2023", "java11", "java11.al2023")
)


@rule(
    "CL170",
    "Durable execution out of range",
    Severity.ERROR,
    aws="The Lambda API refuses the function.",
    fix="Choose an execution timeout of 1 s to 366 days and a retention of 1 to 90 days.",
    source=limits.DURABLE_EXECUTION_TIMEOUT.source,
)
def durable_range(function: Function) -> Iterator[Problem]:
    durable = function.durable
    if not isinstance(durable, Durable):
        return
    if durable.execution_timeout_seconds is None:
        yield Problem(
            "DurableConfig.ExecutionTimeout",
            "the durable execution has no timeout",
            "Set an execution timeout of 1 to 31,622,400 s.",
        )
    yield from number_problem(
        "DurableConfig.ExecutionTimeout",
        "the durable execution timeout",
        durable.execution_timeout_seconds,
        limits.DURABLE_EXECUTION_TIMEOUT,
        "Choose a time in the range; 31,622,400 s are 366 days.",
    )
    yield from number_problem(
        "DurableConfig.RetentionPeriodInDays",
        "the retention of durable executions",
        durable.retention_days,
        limits.DURABLE_RETENTION,
        "Choose a retention in the range.",
    )


@rule(
    "CL171",
    "Durable function on a runtime without it",
    Severity.ERROR,
    aws="The Lambda API refuses durable execution on runtimes older than Python 3.13, Node.js 22 and Java 17.",
    fix="Move to a newer runtime, or use a container image.",
    source=_DURABLE_RUNTIMES,
)
def durable_runtime(function: Function) -> Iterator[Problem]:
    runtime = known(function.runtime)
    if known(function.durable) is not None and runtime in _NOT_DURABLE:
        yield Problem(
            "DurableConfig",
            f"durable execution is on, and {runtime} doesn't have it; Python 3.13, Node.js 22, Java 17 and newer do",
            "Move to a newer runtime, or use a container image with the durable execution SDK.",
        )


@rule(
    "CL172",
    "Durable function called without a version",
    Severity.ERROR,
    aws="Lambda refuses each call: You cannot invoke a durable function using an unqualified ARN.",
    fix="Call an alias or a version of the function.",
    source=_INVOKING,
)
def unqualified(call: Call) -> Iterator[Problem]:
    # What a function URL calls without a qualifier, no page of AWS says.
    if call.callee.is_unqualified and call.kind != "url" and isinstance(call.function.durable, Durable):
        yield Problem(
            call.property,
            f"{call.what} calls the durable function {call.function.place.path} by an unqualified ARN",
            "Call an alias of the function, such as Alias(..., version=function.current_version).",
        )


@rule(
    "CL173",
    "Durable function that is waited for, with a long timeout",
    Severity.ERROR,
    aws="Lambda refuses each call: a durable function is only called synchronously where its execution timeout is 15 "
    "minutes at the most.",
    fix="Lower the execution timeout to 900 s, or call the function asynchronously.",
    source=_INVOKING,
)
def synchronous(call: Call) -> Iterator[Problem]:
    timeout, limit = _execution_timeout(call), limits.DURABLE_SYNC_TIMEOUT
    if call.kind in ("api", "url", "waiting") and timeout is not None and not limit.admits(timeout):
        yield Problem(
            call.property,
            f"{call.what} waits for the durable function {call.function.place.path}, whose execution timeout is "
            f"{timeout:,} s; AWS allows {limit.allowed} for that",
            "Lower the execution timeout to 900 s, or let a queue or an event call the function.",
        )


@rule(
    "CL174",
    "Durable function that is polled for, with a long timeout",
    Severity.WARNING,
    aws="Lambda ends the execution when the time that an event source mapping waits is over: 15 minutes, on Managed "
    "Instances 90.",
    fix="Lower the execution timeout, or let a function start the durable one asynchronously.",
    source=_POLLING,
)
def polled(call: Call) -> Iterator[Problem]:
    timeout, limit = _execution_timeout(call), limits.DURABLE_SYNC_TIMEOUT
    if call.function.managed_instances is not None:
        limit = limits.MANAGED_INSTANCES_TIMEOUT
    if call.kind == "polling" and timeout is not None and timeout > (limit.maximum or 0):
        yield Problem(
            call.property,
            f"an event source mapping waits for the durable function {call.function.place.path}, whose execution "
            f"timeout is {timeout:,} s, for {limit.counted(limit.maximum)} at the most",
            "Lower the execution timeout, or let a function start the durable one asynchronously.",
        )


def _execution_timeout(call: Call) -> int | float | None:
    durable = call.function.durable
    return known(durable.execution_timeout_seconds) if isinstance(durable, Durable) else None
