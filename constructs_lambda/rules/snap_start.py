"""CL15x: SnapStart and what it excludes."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Call, Function, Qualified
from constructs_lambda.rules import Problem, rule
from constructs_lambda.runtimes import RUNTIMES
from constructs_lambda.tokens import certain_count, known

_SNAP_START = "https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html"


def uses_snap_start(function: Function) -> bool:
    """Whether SnapStart is on for certain."""
    return function.snap_start == "PublishedVersions"


@rule(
    "CL150",
    "SnapStart on a runtime without it",
    Severity.ERROR,
    aws="The Lambda API refuses SnapStart on every runtime but Java 11, Python 3.12, .NET 8 and newer ones.",
    fix="Move to a runtime with SnapStart, or switch it off.",
    source=_SNAP_START,
)
def snap_start_runtime(function: Function) -> Iterator[Problem]:
    if not uses_snap_start(function):
        return
    runtime = RUNTIMES.get(known(function.runtime) or "")
    if runtime and not runtime.snap_start:
        yield Problem(
            "SnapStart.ApplyOn",
            f"SnapStart is on, and {runtime.name} doesn't have it; Java 11, Python 3.12, .NET 8 and newer do",
            "Move to a runtime with SnapStart, or switch SnapStart off.",
        )


@rule(
    "CL151",
    "SnapStart with what it excludes",
    Severity.ERROR,
    aws="The Lambda API refuses SnapStart together with a file system, more than 512 MB of ephemeral "
    "storage, a container image or tenant isolation.",
    fix="Drop SnapStart, or what it excludes.",
    source=_SNAP_START,
)
def snap_start_exclusions(function: Function) -> Iterator[Problem]:
    if not uses_snap_start(function):
        return
    storage, maximum = known(function.ephemeral_storage_mb), limits.SNAP_START_EPHEMERAL_STORAGE.maximum or 0
    excluded = {
        "a file system": bool(certain_count(known(function.file_systems))),
        f"{storage:,} MB of ephemeral storage (at most {maximum} MB go with it)" if storage is not None else "": storage
        is not None
        and storage > maximum,
        "a container image": function.is_image is True,
        "tenant isolation": known(function.tenant_isolation) is not None,
    }
    for what, is_there in excluded.items():
        if is_there:
            yield Problem(
                "SnapStart.ApplyOn",
                f"SnapStart is on together with {what}, which it excludes",
                f"Switch SnapStart off, or do without {what.partition(' (')[0]}.",
            )


@rule(
    "CL152",
    "SnapStart with provisioned concurrency",
    Severity.ERROR,
    aws="The Lambda API refuses provisioned concurrency on a version that SnapStart made.",
    fix="Keep one of the two.",
    source=_SNAP_START,
)
def snap_start_provisioned(qualified: Qualified) -> Iterator[Problem]:
    function, number = qualified.function, known(qualified.resource.provisioned_concurrency)
    if number and function and uses_snap_start(function) and not qualified.place.conditional:
        yield Problem(
            "ProvisionedConcurrencyConfig",
            f"provisioned concurrency of {number} on a function with SnapStart, which excludes it",
            "Keep provisioned concurrency or SnapStart, not both.",
            qualified.place,
        )


@rule(
    "CL153",
    "SnapStart function called without a version",
    Severity.WARNING,
    aws="Lambda runs $LATEST, which has no snapshot: the function starts as slowly as without SnapStart.",
    fix="Call an alias or a version of the function.",
    source=_SNAP_START,
)
def unqualified(call: Call) -> Iterator[Problem]:
    if call.callee.is_unqualified and uses_snap_start(call.function) and call.kind != "hook":
        yield Problem(
            call.property,
            f"{call.what} calls {call.function.place.path} by an unqualified ARN, without SnapStart's snapshot",
            f"Call {call.alias or 'an alias of the function, such as function.add_release().alias'}.",
        )
