"""What functions would cost with other memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import partial

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.model import Function, Topology
from constructs_lambda.pricing.estimates import report, settled
from constructs_lambda.pricing.functions import memory_of
from constructs_lambda.pricing.prices import Prices
from constructs_lambda.pricing.report import DIGITS
from constructs_lambda.pricing.settling import timeout_ms
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.pricing.usage import Use
from constructs_lambda.pricing.usage_file import AppUsage

MEASURED = "measured by power tuning"
ASSUMED = "assumed in proportion to CPU"
AS_STATED = "as stated"
_TENTH = Decimal("0.1")
_LONGEST_MS = 1_000_000
_MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPrice:
    """What one function would cost.

    Args:
        resource: The function.
        memory_mb: Its memory.
        duration_ms: How long an invocation takes then.
        basis: Where that comes from: `MEASURED`, `ASSUMED` or `AS_STATED`.
        amount: US dollars a month for all that is charged for the function, unrounded; None where that isn't known.
        is_current: Whether it has this memory today.
        reason: Why there is no amount.
    """

    resource: str
    memory_mb: int
    duration_ms: Decimal
    basis: str
    amount: Decimal | None
    is_current: bool
    reason: str = ""


def read_memory(text: str) -> tuple[int, ...]:
    """The amounts of memory of `memory=512,1024,2048`.

    Args:
        text: What was written.

    Raises:
        InputError: It is something else, or an amount that AWS doesn't have; all at once.
    """
    name, equals, values = text.partition("=")
    if name.strip() != _MEMORY or not equals:
        raise InputError(f"--what-if is {text!r}; it must be memory= and amounts in MB, such as memory=512,1024,2048")
    wrong = [each.strip() for each in values.split(",") if not _is_memory(each.strip())]
    if wrong:
        shown = ", ".join(map(repr, wrong))
        raise InputError(
            f"--what-if memory={values}: {shown} is no memory; AWS allows {limits.FUNCTION_MEMORY.allowed}"
        )
    return tuple(dict.fromkeys(sorted(int(each) for each in values.split(","))))


def _is_memory(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and limits.FUNCTION_MEMORY.admits(int(text))


def by_memory(
    app_model: Topology | Iterable[Topology],
    memory: Sequence[int],
    usage: AppUsage,
    prices: Prices,
    *,
    region: str | None = None,
    free_tier: bool = True,
) -> list[MemoryPrice]:
    """What each function whose usage is known would cost with other memory, and costs with its own.

    Args:
        app_model: The stacks of the app.
        memory: The amounts of memory, in MB.
        usage: How much its resources are used.
        prices: The prices.
        region: The Region whose prices count, whatever the stacks name.
        free_tier: Whether what AWS gives each account every month is taken off.

    Raises:
        InputError: Usage that makes no sense, or of a resource that isn't there; one line for each.
    """
    found: list[MemoryPrice] = []
    with localcontext(prec=DIGITS):
        apps, _ = settled(app_model, usage, region)
        for amount in (None, *memory):
            changed = [app.with_functions(partial(_with_memory, amount)) for app in apps]
            costs = report(changed, prices, [], free_tier=free_tier)
            sums = costs.by_resource()
            lacking = {each.resource: f"{each.item}: {each.reason}" for each in costs.unpriced if each.quantity}
            for app in apps:
                for function, use in _used(app):
                    own = _own_memory(function)
                    if own is None or own == amount:
                        continue
                    duration, basis = _duration(function, use, amount)
                    reason = lacking.get(function.place.path, "")
                    timeout = timeout_ms(function)
                    if timeout is not None and duration > timeout:
                        reason = f"impossible: it times out after {timeout:,} ms"
                    found.append(
                        MemoryPrice(
                            resource=function.place.path,
                            memory_mb=int(own if amount is None else amount),
                            duration_ms=duration,
                            basis=basis,
                            amount=None if reason else sums.get(function.place.path, Decimal()),
                            is_current=amount is None,
                            reason=reason,
                        )
                    )
    return sorted(found, key=lambda each: (each.resource, each.memory_mb))


def _used(app: PricedApp) -> Iterator[tuple[Function, Use]]:
    for stack in app.topology.stacks.values():
        for function in stack.functions.values():
            use = app.use_of(function.place)
            is_used = use.requests is not None and use.duration_ms is not None
            if is_used and _own_memory(function) is not None and function.managed_instances is None:
                yield function, use


def _own_memory(function: Function) -> Decimal | None:
    """Its memory in MB, None where it isn't known or AWS refuses it."""
    own = memory_of(function)
    return own if own is not None and limits.FUNCTION_MEMORY.admits(int(own)) else None


def _with_memory(amount: int | None, function: Function, use: Use) -> tuple[Function, Use]:
    if amount is None or _own_memory(function) is None:
        return function, use
    if use.duration_ms is not None:
        use = replace(use, duration_ms=_duration(function, use, amount)[0])
    return replace(function, memory_mb=amount), use


def _duration(function: Function, use: Use, amount: int | None) -> tuple[Decimal, str]:
    """How long an invocation takes with an amount of memory, and where that comes from."""
    own, stated = _own_memory(function), use.duration_ms
    assert own is not None
    assert stated is not None
    if amount is None or own == amount:
        return stated, AS_STATED
    measured = _measured(function).get(str(amount))
    if measured is not None:
        return measured, MEASURED
    return max((stated * own / amount).quantize(_TENTH, ROUND_HALF_UP), _TENTH), ASSUMED


def _measured(function: Function) -> Mapping[str, Decimal]:
    """The durations that AWS Lambda Power Tuning measured, by memory, as the function's metadata has them."""
    written = (function.metadata or {}).get("tuning")
    found: dict[str, Decimal] = {}
    for memory, duration in written.items() if isinstance(written, Mapping) else ():
        if isinstance(duration, int | float) and not isinstance(duration, bool) and 0 < duration < _LONGEST_MS:
            found[str(memory)] = Decimal(str(duration))
    return found
