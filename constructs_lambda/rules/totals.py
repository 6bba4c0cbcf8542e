"""CL720 to CL723: what the stacks of an app take together of an account, networks aside."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.limits import Limit
from constructs_lambda.model import ConcurrencyUse, ConfigUse, Place, StorageUse
from constructs_lambda.model.uses import CODE_STORAGE_BYTES
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.problems import biggest, or_raise, unless_raised

_GB = 1024**3
_STORAGE = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"


def available(context: Context, place: Place) -> tuple[int, Limit]:
    """How much concurrency an account can reserve and provision, and the quota that this is a part of."""
    quota = context.limit(limits.CONCURRENT_EXECUTIONS, place)
    most = quota.maximum or 0
    return most - min(limits.RESERVED_CONCURRENCY_FLOOR.minimum or 0, most), quota


@rule(
    "CL720",
    "More concurrency than the account has",
    Severity.ERROR,
    aws="The Lambda API refuses what leaves less than 100 executions unreserved, in the middle of a deployment.",
    fix="Reserve and provision less, or have the quota raised and name it in Quotas.",
    source=limits.RESERVED_CONCURRENCY_FLOOR.source,
    early=False,
)
def concurrency(use: ConcurrencyUse, context: Context) -> Iterator[Problem]:
    if use.is_certain:
        yield from _too_much(use, context)


@rule(
    "CL721",
    "Perhaps more concurrency than the account has",
    Severity.WARNING,
    aws="The Lambda API refuses what leaves less than 100 executions unreserved, where all these stacks go to one "
    "account and Region; the app doesn't say where.",
    fix="Give the stacks their env, reserve and provision less, or name the quota in Quotas.",
    source=limits.RESERVED_CONCURRENCY_FLOOR.source,
)
def perhaps_concurrency(use: ConcurrencyUse, context: Context) -> Iterator[Problem]:
    if not use.is_certain:
        yield from _too_much(use, context)


def _too_much(use: ConcurrencyUse, context: Context) -> Iterator[Problem]:
    most, quota = available(context, use.place)
    sums = [sum(part.number for part in parts) for parts in (use.reserved, use.provisioned)]
    if sum(sums) <= most:
        return
    what = " and ".join(
        f"{word} {number:,} ({biggest(parts)})"
        for word, number, parts in (("reserves", sums[0], use.reserved), ("provisions", sums[1], use.provisioned))
        if parts
    )
    condition = "" if use.is_certain else "if all of it goes to one, "
    fix = "Reserve and provision less" if use.is_certain else "Give the stacks their env, reserve and provision less"
    floor = (quota.maximum or 0) - most
    yield Problem(
        "",
        f"the app {what} {use.where}; {condition}AWS allows {most:,}, which leaves {floor:,} of "
        f"{quota.counted(quota.maximum)} unreserved{unless_raised(quota)}",
        or_raise(fix, quota),
    )


@rule(
    "CL722",
    "More code than Lambda stores",
    Severity.WARNING,
    aws="The Lambda API refuses the next version of a function or layer when its storage in the Region is full.",
    fix="Share code in layers, use container images, or leave the code in your bucket (S3ObjectStorageMode REFERENCE).",
    source=_STORAGE,
)
def storage(use: StorageUse) -> Iterator[Problem]:
    total = sum(part.number for part in use.parts)
    if total > CODE_STORAGE_BYTES:
        limit = limits.CODE_STORAGE
        parts = ", ".join(f"{part.place.path} {part.number / 1024**2:,.0f} MB" for part in use.parts[:3])
        yield Problem(
            "",
            f"the app's code takes {total / _GB:,.1f} GB {use.where}, {len(use.parts):,} packages and layers; Lambda "
            f"stores {limit.allowed}, old versions included: {parts} and more",
            "Share code in layers, use container images, or leave the code in your bucket.",
        )


@rule(
    "CL723",
    "More deployment configurations than an account has",
    Severity.ERROR,
    aws="CodeDeploy refuses the next deployment configuration, and nobody can have the number raised.",
    fix="Share configurations, or use those that CodeDeploy has by itself.",
    source=limits.DEPLOYMENT_CONFIGS.source,
    early=False,
)
def deployment_configs(use: ConfigUse) -> Iterator[Problem]:
    total, limit = sum(part.number for part in use.parts), limits.DEPLOYMENT_CONFIGS
    if use.is_certain and not limit.admits(total):
        yield Problem(
            "",
            f"the app makes {total:,} deployment configurations of CodeDeploy {use.where} ({biggest(use.parts)}); AWS "
            f"allows {limit.allowed}",
            "Let deployment groups share configurations, or use those that CodeDeploy has by itself.",
        )
