"""What functions cost: requests, GB-seconds, provisioned concurrency, snapshots and storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from constructs_lambda.model import Function, Place, Qualified, Scaled
from constructs_lambda.model.functions import Number
from constructs_lambda.pricing import items
from constructs_lambda.pricing.charges import NO_USAGE, Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.items import HOURS_A_MONTH, SECONDS_A_MONTH, Item
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import UNKNOWN, Unknown, resolve_list, resolve_mapping, resolve_number

DEFAULT_MEMORY_MB = 128
_FREE_STORAGE_MB = 512
_MB_A_GB = 1024
_MICRO = Decimal("0.000001")
_AT_DEPLOY = "its {} is known at the deployment only"


class _Part(NamedTuple):
    """Concurrency that is provisioned, and for how many hours; None where nobody said it."""

    number: int
    hours: Decimal | None


def function_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the functions of an app are charged for.

    Args:
        app: The app.
    """
    provisioned: dict[Place, list[_Part]] = {}
    for part in app.topology.provisioned_parts():
        hours = app.use_of(part.place).provisioned_hours
        provisioned.setdefault(part.function.place, []).append(_Part(part.number, hours))
    snapshots: dict[Place, int] = {}
    for each in app.topology.qualified():
        if each.function and each.place.resource in app.topology.stacks[each.place.template].versions:
            snapshots[each.function.place] = snapshots.get(each.function.place, 0) + 1
    yield from _uncertain(app)
    for stack in app.topology.stacks.values():
        for function in stack.functions.values():
            subject = app.subject(function.place)
            place = function.place
            if place in app.edge_functions:
                reason = "it runs and logs in the Regions of its visitors; no price is known here"
                yield Unpriced(subject=subject, title="Lambda@Edge", reason=reason)
                continue
            yield from _charges(subject, function, provisioned.get(place, []), snapshots.get(place, 0))


def _uncertain(app: PricedApp) -> Iterator[Unpriced]:
    """What may be provisioned; what is for certain is known for each function."""
    said: list[tuple[Qualified | Scaled, Number, bool]]
    said = [(each, each.resource.provisioned_concurrency, False) for each in app.topology.qualified()]
    for scaled in app.topology.scaled():
        if scaled.first is None:  # one under a condition may raise what its alias has
            said.append((scaled, scaled.target.minimum, scaled.alias is not None and scaled.place.conditional))
    for each, number, is_raised in said:
        if isinstance(number, Unknown):
            reason = _AT_DEPLOY.format("number")
        elif number and each.function is None:
            reason = "its function isn't known here"
        elif number and is_raised:
            reason = "it is under a condition"
        else:
            continue
        yield Unpriced(subject=app.subject(each.place), title="provisioned concurrency", reason=reason)
    for scaled in app.topology.scaled():
        subject = app.subject(scaled.place)
        if _is_scheduled(subject, scaled.target.minimum):
            reason = "how long its schedule provisions another number isn't counted"
            yield Unpriced(subject=subject, title="provisioned concurrency by a schedule", reason=reason)


def _is_scheduled(target: Subject, minimum: Number) -> bool:
    """Whether a scheduled action gives a scalable target another number that it never goes below."""
    actions = resolve_list(target.properties.get("ScheduledActions"))
    for each in (UNKNOWN,) if isinstance(actions, Unknown) else actions or ():
        action = resolve_mapping(each.get("ScalableTargetAction")) if isinstance(each, Mapping) else UNKNOWN
        least = resolve_number(action.get("MinCapacity")) if isinstance(action, Mapping) else UNKNOWN
        if least is not None and (isinstance(least, Unknown) or least != minimum):
            return True
    return False


def memory_of(function: Function) -> Decimal | None:
    """Memory in MB, None where it isn't known."""
    if isinstance(function.memory_mb, Unknown):
        return None
    return Decimal(str(DEFAULT_MEMORY_MB if function.memory_mb is None else function.memory_mb))


def is_arm(function: Function) -> bool | None:
    """Whether it runs on Arm, None where that isn't known."""
    architectures = function.architectures
    if architectures is None:
        return False
    if isinstance(architectures, Unknown) or len(architectures) != 1 or not isinstance(architectures[0], str):
        return None
    return architectures[0] == "arm64"


def _charges(
    subject: Subject, function: Function, provisioned: list[_Part], snapshots: int
) -> Iterator[Charge | Unpriced]:
    use, memory, on_arm = subject.use, memory_of(function), is_arm(function)
    if function.durable is not None:
        yield Unpriced(subject=subject, title="durable operations", reason="no price is known here")
    if function.tenant_isolation is not None:
        yield Unpriced(subject=subject, title="environments of tenants", reason="no price is known here")
    if function.managed_instances is not None:
        yield from _requests(subject, use.requests, Decimal())
        yield Unpriced(
            subject=subject,
            title="EC2 instances of its capacity provider",
            reason="no price of instances is known here; AWS adds a fee for managing them",
        )
        return
    own = Decimal(HOURS_A_MONTH) if use.provisioned_hours is None else use.provisioned_hours
    parts = [part if part.hours is not None else _Part(part.number, own) for part in provisioned]
    hours = max((part.hours or Decimal() for part in parts), default=Decimal())
    share = min(hours / HOURS_A_MONTH, Decimal(1))
    yield from _requests(subject, use.requests, share)
    if memory is None or on_arm is None:
        reason = _AT_DEPLOY.format("memory" if memory is None else "architecture")
        yield Unpriced(subject=subject, title="duration", reason=reason)
        if provisioned:
            yield Unpriced(subject=subject, title="provisioned concurrency", reason=reason)
        if snapshots and function.snap_start == "PublishedVersions":
            yield Unpriced(subject=subject, title="SnapStart", reason=reason)
        return
    for part in parts:
        yield _provisioned(subject, part, memory, on_arm)
    yield from _duration(subject, function, memory, share, on_arm, is_restored=_is_restored(function, snapshots))
    yield from _snapshots(subject, function, memory, snapshots)


def _requests(subject: Subject, requests: Decimal | None, share: Decimal) -> Iterator[Charge | Unpriced]:
    if requests is None:
        yield without_usage(subject, items.LAMBDA_REQUESTS, subject.unsaid or NO_USAGE)
        return
    served = _part(requests, share)
    if served:
        formula = f"{shown(served)} of {shown(requests)} requests"
        yield Charge(subject=subject, item=items.LAMBDA_PROVISIONED_REQUESTS, quantity=served, formula=formula)
    if served < requests or not served:
        rest = requests - served
        yield Charge(subject=subject, item=items.LAMBDA_REQUESTS, quantity=rest, formula=f"{shown(rest)} requests")


def _part(requests: Decimal, share: Decimal) -> Decimal:
    """The requests that provisioned concurrency serves: those that come while it is there."""
    if share in (0, 1):
        return requests if share else Decimal()
    return (requests * share).quantize(_MICRO, ROUND_FLOOR)


def _provisioned(subject: Subject, part: _Part, memory: Decimal, on_arm: bool) -> Charge:
    number, hours = part.number, part.hours or Decimal()
    return Charge(
        subject=subject,
        item=items.LAMBDA_PROVISIONED_ARM if on_arm else items.LAMBDA_PROVISIONED_X86,
        quantity=number * _gb(memory) * hours * 3600,
        formula=f"{shown(number)} provisioned x {shown(memory)} MB x {shown(hours)} hours",
    )


def _duration(
    subject: Subject, function: Function, memory: Decimal, share: Decimal, on_arm: bool, *, is_restored: bool
) -> Iterator[Charge | Unpriced]:
    use = subject.use
    item = items.LAMBDA_DURATION_ARM if on_arm else items.LAMBDA_DURATION_X86
    provisioned_item = items.LAMBDA_PROVISIONED_DURATION_ARM if on_arm else items.LAMBDA_PROVISIONED_DURATION_X86
    if use.requests is None or (use.duration_ms is None and use.requests):
        reason = subject.unsaid or (NO_USAGE if use.requests is None else "no duration_ms is stated")
        yield without_usage(subject, item, reason)
        yield from _storage(subject, function, None, reason)
        return
    if use.duration_ms is None:
        return
    billed = use.duration_ms.to_integral_value(ROUND_CEILING)
    served = _part(use.requests, share)
    on_demand = use.requests - served
    seconds = use.requests * billed / 1000
    for requests, of in ((served, provisioned_item), (on_demand, item)):
        if requests or (of is item and not served):
            yield Charge(
                subject=subject,
                item=of,
                quantity=requests * billed / 1000 * _gb(memory),
                formula=f"{shown(requests)} requests x {shown(billed)} ms x {shown(memory)} MB",
            )
    if use.init_ms and use.cold_share and not is_restored:
        cold = on_demand * use.cold_share
        extra = (use.duration_ms + use.init_ms).to_integral_value(ROUND_CEILING) - billed
        seconds += cold * extra / 1000
        yield Charge(
            subject=subject,
            item=item,
            quantity=cold * extra / 1000 * _gb(memory),
            formula=f"{shown(on_demand)} requests x {shown(use.cold_share)} cold x {shown(extra)} ms x "
            f"{shown(memory)} MB",
            title=item.title.replace("duration", "initialisation"),
        )
    yield from _storage(subject, function, seconds)


def _is_restored(function: Function, snapshots: int) -> bool:
    """Whether its environments start from a snapshot, which only those of published versions do."""
    return function.snap_start == "PublishedVersions" and snapshots > 0


def _storage(
    subject: Subject, function: Function, seconds: Decimal | None, reason: str = ""
) -> Iterator[Charge | Unpriced]:
    size = function.ephemeral_storage_mb
    if isinstance(size, Unknown):
        yield without_usage(subject, items.LAMBDA_STORAGE, _AT_DEPLOY.format("ephemeral storage"))
    elif size is not None and size > _FREE_STORAGE_MB and seconds is None:
        yield without_usage(subject, items.LAMBDA_STORAGE, reason)
    elif size is not None and size > _FREE_STORAGE_MB and seconds is not None:
        paid = Decimal(str(size)) - _FREE_STORAGE_MB
        yield Charge(
            subject=subject,
            item=items.LAMBDA_STORAGE,
            quantity=seconds * _gb(paid),
            formula=f"{shown(seconds)} s x {shown(paid)} MB above {_FREE_STORAGE_MB}",
        )


def _snapshots(subject: Subject, function: Function, memory: Decimal, snapshots: int) -> Iterator[Charge | Unpriced]:
    """SnapStart costs nothing for Java; for Python and .NET what is kept of each version and each restore is paid."""
    if not snapshots or function.snap_start in (None, "None"):
        return
    if isinstance(function.snap_start, Unknown) or isinstance(function.runtime, Unknown):
        what = "SnapStart" if isinstance(function.snap_start, Unknown) else "runtime"
        yield Unpriced(subject=subject, title="SnapStart", reason=_AT_DEPLOY.format(what))
        return
    if (function.runtime or "").startswith("java"):
        return
    yield Charge(
        subject=subject,
        item=items.LAMBDA_SNAPSHOT_CACHE,
        quantity=snapshots * _gb(memory) * SECONDS_A_MONTH,
        formula=f"{shown(snapshots)} published x {shown(memory)} MB x {HOURS_A_MONTH} hours",
    )
    restore: Item = items.LAMBDA_SNAPSHOT_RESTORE
    if subject.use.requests is None or subject.use.cold_share is None:
        yield without_usage(subject, restore, "no cold_share is stated: each cold start restores a snapshot")
        return
    yield Charge(
        subject=subject,
        item=restore,
        quantity=subject.use.requests * subject.use.cold_share * _gb(memory),
        formula=f"{shown(subject.use.requests)} requests x {shown(subject.use.cold_share)} cold x {shown(memory)} MB",
    )


def _gb(memory_mb: Decimal) -> Decimal:
    return memory_mb / _MB_A_GB
