"""What is charged for a resource, before tiers and allowances of the account are applied."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from constructs_lambda.model import Place
from constructs_lambda.pricing.items import Item
from constructs_lambda.pricing.usage import UNSAID, Use
from constructs_lambda.records import record

NO_USAGE = "no usage is stated"


@record(kw_only=True)
class Subject:
    """A resource whose price is asked for.

    Args:
        place: Where it stands.
        type: Its CloudFormation type.
        properties: Its properties as they are written.
        account: AWS account id, None where the app names none.
        region: The Region whose prices count.
        use: How much it is used.
        unsaid: Why its requests aren't known, where there is more to say than that nobody stated them.
    """

    place: Place
    type: str
    properties: Mapping[str, Any]
    account: str | None
    region: str
    use: Use = UNSAID
    unsaid: str = ""

    @property
    def name(self) -> str:
        """What the report calls it."""
        return self.place.path


@record(kw_only=True)
class Charge:
    """An amount of an item.

    Args:
        subject: What it is charged for.
        item: The item.
        quantity: How much, in the item's unit.
        formula: How that comes about.
        title: What the report calls it; as the item where empty.
    """

    subject: Subject
    item: Item
    quantity: Decimal
    formula: str
    title: str = ""


@record(kw_only=True)
class Unpriced:
    """Something that costs, and nobody knows how much.

    Args:
        subject: What it is of.
        title: What the report calls it.
        reason: Why it isn't known.
        item: The item, where it has a price for each unit.
        quantity: How much of it is used, where that is known and only the price isn't.
    """

    subject: Subject
    title: str
    reason: str
    item: Item | None = None
    quantity: Decimal | None = None


def without_usage(subject: Subject, item: Item, reason: str = NO_USAGE, title: str = "") -> Unpriced:
    """An item of which it isn't known how much is used.

    Args:
        subject: What it is of.
        item: The item.
        reason: What isn't known.
        title: What the report calls it; as the item where empty.
    """
    return Unpriced(subject=subject, title=title or item.title, reason=reason, item=item)


def counted(unit: str, quantity: Decimal) -> str:
    """A unit behind a number: `requests`, `GB`.

    Args:
        unit: The unit in the singular.
        quantity: How many.
    """
    return unit if quantity == 1 or unit.isupper() else f"{unit}s"


def shown(number: Decimal | int) -> str:
    """A number with all its digits, as a formula has it: `2,000,000`, `0.5`."""
    text = f"{Decimal(number):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
