"""CL17x: durable functions."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Durable, Function
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem
from constructs_lambda.runtimes import RUNTIMES
from constructs_lambda.tokens import known

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
