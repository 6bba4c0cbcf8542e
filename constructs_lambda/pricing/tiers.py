"""Applies what counts for a whole account: what is free every month, and the tiers of a price.

AWS applies both while usage comes in, so each resource gets its share of them by how much it uses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal

from constructs_lambda.pricing.charges import Charge, Unpriced, shown
from constructs_lambda.pricing.prices import Price, Prices
from constructs_lambda.records import record

_SMALLEST = Decimal("0.000001")  # shares of what isn't counted in whole units are cut there, so that they can be read
NOTHING = Decimal()


@record()
class Slice:
    """The part of a charge that has one price.

    Args:
        charge: The charge.
        quantity: How much of it, in the item's unit.
        usd: The price of each.
        price: Where that comes from, None for what is free.
    """

    charge: Charge
    quantity: Decimal
    usd: Decimal
    price: Price | None


def slices(charges: Iterable[Charge], prices: Prices, *, free_tier: bool) -> Iterator[Slice | Unpriced]:
    """The charges of an app, cut where their price changes.

    Args:
        charges: All charges of the app: tiers and allowances count for everything in an account.
        prices: The prices.
        free_tier: Whether what AWS gives each account every month counts.
    """
    priced: list[tuple[Charge, Price]] = []
    for charge in sorted(charges, key=_order):  # so that what rounding gives to whom doesn't hang on the template
        price = prices.find(charge.item.name, charge.subject.region)
        if price is None:
            yield without_price(charge)
        else:
            priced.append((charge, price))
    free = _allowances([charge for charge, _ in priced]) if free_tier else {}
    pools: dict[object, list[tuple[Charge, Decimal, Price]]] = defaultdict(list)
    for index, (charge, price) in enumerate(priced):
        given = free.get(index, NOTHING)
        if given:
            yield Slice(charge, given, NOTHING, None)
        if charge.quantity > given or not charge.quantity:
            pool = charge.subject.account, charge.subject.region, charge.item.name
            pools[pool].append((charge, charge.quantity - given, price))
    for members in pools.values():
        yield from _tiered(members)


def _order(charge: Charge) -> tuple[str, str]:
    return charge.subject.name, charge.subject.place.template


def without_price(charge: Charge) -> Unpriced:
    """A charge whose Region has no price for it."""
    return Unpriced(
        subject=charge.subject,
        title=charge.title or charge.item.title,
        reason=f"no price is known in {charge.subject.region}",
        item=charge.item,
        quantity=charge.quantity,
    )


def _allowances(charges: Sequence[Charge]) -> dict[int, Decimal]:
    """What is free of each charge, by its index: an account has each allowance once, for all Regions."""
    pools: dict[object, list[int]] = defaultdict(list)
    for index, charge in enumerate(charges):
        if charge.item.allowance:
            pools[charge.subject.account, charge.item.allowance].append(index)
    found: dict[int, Decimal] = {}
    for indices in pools.values():
        allowance = charges[indices[0]].item.allowance
        quantity = allowance.quantity if allowance else NOTHING
        parts = shares([charges[index].quantity for index in indices], quantity)
        found.update(zip(indices, parts, strict=True))
    return found


def shares(quantities: Sequence[Decimal], amount: Decimal) -> list[Decimal]:
    """Divides an amount in proportion to quantities, none of which gets more than it is; nothing of it is lost.

    Whole numbers stay whole.

    Args:
        quantities: The quantities.
        amount: What is divided.
    """
    total = sum(quantities, NOTHING)
    if amount >= total:
        return list(quantities)
    are_whole = all(each == each.to_integral_value() for each in (amount, *quantities))
    smallest = Decimal(1) if are_whole else _SMALLEST
    found: list[Decimal] = []
    so_far = given = NOTHING
    for index, quantity in enumerate(quantities):
        so_far += quantity
        is_last = index == len(quantities) - 1
        due = amount if is_last else (amount * so_far / total).quantize(smallest, ROUND_FLOOR)
        part = max(NOTHING, min(quantity, due - given))
        given += part
        found.append(part)
    for index, quantity in enumerate(quantities):  # the last one may be too small for all that rounding left
        part = min(quantity - found[index], amount - given)
        given += part
        found[index] += part
    return found


def _tiered(members: Sequence[tuple[Charge, Decimal, Price]]) -> Iterator[Slice | Unpriced]:
    """What one account pays for one item in one Region: all of its charges have the same price."""
    rest = [quantity for _, quantity, _ in members]
    below = NOTHING
    for tier in members[0][2].tiers:
        parts = rest if tier.up_to is None else shares(rest, tier.up_to - below)
        for (charge, quantity, price), part in zip(members, parts, strict=True):
            if part or (not quantity and not below):
                yield Slice(charge, part, tier.usd, price)
        rest = [left - part for left, part in zip(rest, parts, strict=True)]
        below = tier.up_to or below
        if not any(rest):
            return
    for (charge, _, _), left in zip(members, rest, strict=True):
        if left:
            region, unit = charge.subject.region, charge.item.unit
            reason = (
                f"no price of {shown(left)} of them is known: in {region} it is for the first {shown(below)} {unit}s"
            )
            title = charge.title or charge.item.title
            yield Unpriced(subject=charge.subject, title=title, reason=reason, quantity=left)
