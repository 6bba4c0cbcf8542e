"""Holds a budget: what a stack costs a month, in a test."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lambda.errors import InputError
from constructs_lambda.testing.subjects import Subject, shown, topologies_of

if TYPE_CHECKING:
    from constructs_lambda.pricing.prices import Prices
    from constructs_lambda.pricing.report import CostReport
    from constructs_lambda.pricing.usage_file import AppUsage

_MOST_ITEMS = 5


def assert_monthly_cost(
    stack: Subject,
    *,
    at_most: Decimal | float | str,
    usage: AppUsage | str | Path | None = None,
    prices: Prices | str | Path | None = None,
    region: str | None = None,
    free_tier: bool | None = None,
) -> CostReport:
    """Fails where something costs more than a budget; what costs and has no usage or no price is not in the sum.

    Args:
        stack: What `synth` returns; a stack, a stage or an app, which is synthesized for it; or a `cdk.out` folder or a
            template.
        at_most: The budget, in US dollars a month of 730 hours.
        usage: How much its resources are used, beside what the app itself says: a file, or the same as an object.
        prices: The prices; those that come with this library unless given. Of a file, what it has goes before these.
        region: The Region whose prices count, whatever the stacks name.
        free_tier: Whether what AWS gives each account every month is taken off; it is, unless `usage` says otherwise.

    Returns:
        The report, with `lines` and `unpriced`, for what else a test wants to hold.

    Raises:
        AssertionError: It costs more; with the sum and the largest items.
        InputError: Usage that makes no sense, a budget that is none, a Region that is none, or a path that leads to no
            template; `stack` is another construct, such as a function.
        TypeError: An argument of another type.
    """
    # Only loaded where a budget is held: most tests hold none.
    from constructs_lambda.pricing.estimates import estimate
    from constructs_lambda.pricing.formats import dearest_items, scope_of
    from constructs_lambda.pricing.prices import CURRENCY, Prices, shipped_prices
    from constructs_lambda.pricing.usage_file import AppUsage, read_usage
    from constructs_lambda.quotas import is_region
    from constructs_lambda.rules import nearest

    budget = _budget(at_most)
    if isinstance(usage, str | Path):
        usage = read_usage(Path(usage))
    if isinstance(prices, str | Path):
        prices = shipped_prices().with_file(Path(prices))
    for argument, value, kind in (("usage", usage, AppUsage), ("prices", prices, Prices)):
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{argument} must be the path of a file or an object of {kind.__name__}; got {value!r}")
    if free_tier is not None and not isinstance(free_tier, bool):
        raise TypeError(f"free_tier must be True or False; got {free_tier!r}")
    known = prices or shipped_prices()
    if isinstance(region, str) and is_region(region) and region not in known.by_region:
        raise InputError(f"no price is known in {region!r}{nearest(region, sorted(known.by_region))}")
    topologies, within = topologies_of(stack)
    report = estimate(topologies, usage, prices, region=region, free_tier=free_tier, within=within)
    if report.total > budget:
        items = (f"  {amount:>12,}  {item}" for item, amount in dearest_items(report, _MOST_ITEMS))
        raise AssertionError(
            f"{shown(stack, within)} costs {report.total:,} {CURRENCY} a month, {report.total - budget:,} more than "
            f"{budget:,} {scope_of(report)}:\n" + "\n".join(items)
        )
    return report


def _budget(at_most: object) -> Decimal:
    is_number = isinstance(at_most, Decimal | int | float | str) and not isinstance(at_most, bool)
    try:
        budget = Decimal(str(at_most)) if is_number else Decimal("NaN")
    except InvalidOperation:
        budget = Decimal("NaN")
    if not budget.is_finite() or budget < 0:
        raise InputError(f"at_most must be US dollars a month, such as 25 or Decimal('12.50'); got {at_most!r}")
    return budget
