"""`CostReport`: what an app costs a month, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

DIGITS = 200  # of a sum of the largest and the smallest product of usage and prices: nothing but a share is rounded
_CENT = Decimal("0.01")
FREE = " (free tier)"
"""What follows the item of a line that costs nothing, because AWS gives it every month."""


def rounded(amount: Decimal) -> Decimal:
    """An amount in cents, half a cent up, as it is shown; lines themselves stay as they are."""
    with localcontext(prec=DIGITS):
        return amount.quantize(_CENT, ROUND_HALF_UP)


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts or quantities with all its digits, of which Python's own arithmetic keeps 28."""
    with localcontext(prec=DIGITS):
        return sum(amounts, Decimal())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A quantity of something at one price.

    Args:
        resource: Construct path of the resource, or its stack and logical id.
        item: What is paid for.
        quantity: How much.
        unit: In which unit.
        unit_price: US dollars a unit.
        amount: US dollars a month, unrounded.
        formula: How the quantity and the amount come about.
        region: The Region whose price it is.
        account: AWS account id, None where the app names none.
    """

    resource: str
    item: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    formula: str
    region: str
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that costs, and that isn't in the total.

    Args:
        resource: Construct path of the resource, or its stack and logical id.
        item: What is paid for.
        unit: In which unit, None where no price is known.
        unit_price: US dollars for each of the first units, None where no price is known.
        reason: Why it isn't in the total.
        region: The Region whose price it is.
        quantity: How much of it is used, where that is known and only the price isn't.
    """

    resource: str
    item: str
    unit: str | None
    unit_price: Decimal | None
    reason: str
    region: str
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """What an app costs a month.

    Args:
        lines: What is paid for.
        unpriced: What costs, and isn't in the total.
        regions: The Regions whose prices were taken.
        free_tier: Whether what AWS gives each account every month is taken off.
        as_of: The day on which the oldest of the prices was read, None where there is no line.
        assumptions: What was assumed.
    """

    lines: tuple[Line, ...]
    unpriced: tuple[Missing, ...]
    regions: tuple[str, ...]
    free_tier: bool
    as_of: date | None
    assumptions: tuple[str, ...]

    @property
    def total_unrounded(self) -> Decimal:
        """US dollars a month."""
        return total_of(line.amount for line in self.lines)

    @property
    def total(self) -> Decimal:
        """US dollars a month, in cents."""
        return rounded(self.total_unrounded)

    def by_resource(self) -> Mapping[str, Decimal]:
        """US dollars a month of each resource that has a line, unrounded, the dearest first."""
        amounts: dict[str, list[Decimal]] = {}
        for line in self.lines:
            amounts.setdefault(line.resource, []).append(line.amount)
        sums = {name: total_of(each) for name, each in amounts.items()}
        return dict(sorted(sums.items(), key=lambda each: (-each[1], each[0])))
