"""`Bill`: what something costs a month in us-east-1, for what is shown before any usage is known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from constructs_lambda.pricing.items import HOURS_A_MONTH, Item
from constructs_lambda.pricing.prices import Price, shipped_prices

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """An item with its price in us-east-1; other Regions cost up to twice as much.

    Args:
        item: What is paid for.
    """

    item: Item

    @property
    def price(self) -> Price:
        """What it costs, by the prices that come with this library."""
        price = shipped_prices().find(self.item.name, REGION)
        assert price is not None  # a test holds that every item has one there
        return price

    @property
    def title(self) -> str:
        """What is paid for, in the singular."""
        return self.item.title

    @property
    def usd(self) -> Decimal:
        """US dollars for each of the first units."""
        return self.price.usd

    def a_month(self, quantity: int = 1) -> Decimal:
        """What it costs to have that many of it for a whole month.

        Args:
            quantity: How many; of storage, how many GB.
        """
        return self.usd * quantity * (HOURS_A_MONTH if self.item.unit == "hour" else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What something costs a month: what is paid for all the time, and what each GB costs; no free tier, no taxes.

    Args:
        standing: What is paid for all the time, and how many of it.
        per_gb: What is paid for each GB.
        unpriced: What costs something all the time and no price is known of.
    """

    standing: tuple[tuple[UnitPrice, int], ...] = ()
    per_gb: tuple[UnitPrice, ...] = ()
    unpriced: str | None = None

    @property
    def standing_usd(self) -> Decimal | None:
        """US dollars a month without any use, None where a price isn't known."""
        if self.unpriced is not None:
            return None
        amounts = (charge.a_month(count) for charge, count in self.standing)
        return sum(amounts, Decimal()).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def text(self) -> str:
        """The sum and its parts, and the day of the oldest of these prices, in a sentence or two."""
        parts = [f"{_counted(charge.item, count)} {charge.a_month(count):.2f}" for charge, count in self.standing]
        if self.unpriced is not None:
            parts.append(f"{self.unpriced}, of which no price is known here")
        total = f"{self.standing_usd} USD" if self.unpriced is None else "an unknown sum"
        days = [charge.price.read for charge in (*(charge for charge, _ in self.standing), *self.per_gb)]
        as_of = f" as of {min(days)}" if days else ""
        texts = [f"Standing cost: {total} a month in {REGION}{as_of}{' = ' if parts else ''}{' + '.join(parts)}."]
        texts += [f"A GB of {charge.title}: {charge.usd} USD." for charge in self.per_gb]
        return " ".join(texts)


def _counted(item: Item, count: int) -> str:
    return f"{count} GB of a {item.title}" if item.unit == "GB-month" else f"{count} x {item.title}"
