"""Reading one of AWS's price lists: which rows are of an item, and what they say it costs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from constructs_lambda.pricing.items import HOURS_A_MONTH, Item
from constructs_lambda.pricing.prices import CURRENCY, Tier, shipped_prices
from constructs_lambda.pricing.usage_types import Wanted

_REGION_PREFIX = re.compile(r"^(?:EU|[A-Z]{3}\d|[a-z]{2}(?:-[a-z]+)+-\d)-")
_COLUMNS = ("sku", "termtype", "startingrange", "endingrange", "unit", "priceperunit", "currency", "usagetype")
_MOST_LINES_ABOVE = 20
"""AWS writes five lines above the columns."""
_MANY = {"": 1, "k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6}
_COUNT = re.compile(r"^(?:per )?(\d[\d,]*) ?(k|thousand|m|million)?\b|^(?:per )?(thousand|million)\b")
_MOST_APART = 50
"""Regions differ by a factor of two or three; above this, the unit has changed."""


class NotAPriceList(ValueError):
    """What was read isn't a price list; the text says what is wrong."""


class Row(NamedTuple):
    """What a row of a price list says of an item."""

    sku: str
    start: str
    end: str
    usd: str
    unit: str


def rows_by_item(lines: Iterable[str], wanted: Sequence[Wanted]) -> dict[str, list[Row]]:
    """Reads a price list line by line and keeps what is wanted.

    Args:
        lines: The lines of the CSV file.
        wanted: What is looked for.

    Returns:
        By the item's name its rows; no entry for an item without any.

    Raises:
        NotAPriceList: It isn't a price list of AWS, is cut off, or is in another currency.
    """
    by_usage_type: dict[str, list[Wanted]] = {}
    for each in wanted:
        for usage_type in each.usage_types:
            by_usage_type.setdefault(usage_type, []).append(each)
    table = csv.reader(lines)
    found: dict[str, list[Row]] = {}
    try:
        index = _columns(table)
        sku, term, start, end, unit, usd, currency, usage = (index[name] for name in _COLUMNS)
        width = max(index.values()) + 1
        place = index.get("locationtype")
        for row in table:
            if len(row) < width:
                raise NotAPriceList(f"line {table.line_num} has {len(row)} columns instead of {width}")
            if row[term] != "OnDemand" or (place is not None and row[place] not in ("", "AWS Region")):
                continue
            name = row[usage]
            for each in by_usage_type.get(name) or by_usage_type.get(_REGION_PREFIX.sub("", name, count=1), []):
                if any(row[index[column]] != value for column, value in each.attributes.items() if column in index):
                    continue
                if row[currency] != CURRENCY:
                    raise NotAPriceList(f"its prices are in {row[currency]!r}; only {CURRENCY} can be summed up")
                found.setdefault(each.item.name, []).append(Row(row[sku], row[start], row[end], row[usd], row[unit]))
    except csv.Error as error:
        raise NotAPriceList(f"line {table.line_num}: {error}") from None
    return found


def tiers_of(item: Item, rows: Sequence[Row]) -> tuple[Tier, ...]:
    """What an item costs by its rows, for one of the item's unit; without what is free, which stands at the item.

    Args:
        item: The item.
        rows: Its rows, of one product or of several.

    Raises:
        ValueError: They don't say one price; the text says why.
    """
    if not rows:
        raise ValueError("isn't in the list")
    products: dict[str, list[Row]] = {}
    for row in rows:
        products.setdefault(row.sku, []).append(row)
    prices = {tiers for tiers in (tuple(_tiers(item, each)) for each in products.values()) if tiers}
    if not prices:
        raise ValueError("has only rows that cost nothing")
    if len(prices) > 1:
        shown = sorted(str(tiers[0].usd) for tiers in prices)
        raise ValueError(f"has {len(prices)} prices that can't be told apart: {' and '.join(shown)} USD")
    (tiers,) = prices
    usual = shipped_prices().find(item.name, "us-east-1")
    if usual and usual.usd and not 1 / Decimal(_MOST_APART) <= tiers[0].usd / usual.usd <= _MOST_APART:
        raise ValueError(f"costs {tiers[0].usd} USD where {usual.usd} USD is usual; its unit may be another one now")
    return tiers


def _columns(table: Iterator[list[str]]) -> Mapping[str, int]:
    for number, row in enumerate(table):
        if row[:1] == ["SKU"]:
            index = {name.lower().replace(" ", ""): place for place, name in enumerate(row)}
            missing = [name for name in _COLUMNS if name not in index]
            if missing:
                raise NotAPriceList(f"it has no column {missing[0]!r}")
            return index
        if number == _MOST_LINES_ABOVE:
            break
    raise NotAPriceList("no line begins with SKU and names the columns")


def _tiers(item: Item, rows: Iterable[Row]) -> Iterator[Tier]:
    """The tiers of one product; a first one that costs nothing is an allowance."""
    below: Decimal | None = None
    for row in sorted(rows, key=lambda row: _number(row.start)):
        start, usd = _number(row.start), _number(row.usd) * _units_in(item, row.unit)
        end = None if row.end in ("Inf", "") else _number(row.end)
        if below is not None and start != below:
            raise ValueError(f"has tiers that don't meet: one ends at {below}, the next begins at {start}")
        below = end if end is not None else Decimal("Infinity")
        if usd:
            yield Tier(usd.normalize(), end)
    if below is not None and below.is_finite():
        raise ValueError(f"has no price above {below}")


def _units_in(item: Item, unit: str) -> Decimal:
    """By what a price of AWS's unit is multiplied to be one of the item's unit."""
    text = unit.strip().lower()
    factor = Decimal(1)
    if match := _COUNT.match(text):
        count, many, word = match.groups()
        factor /= int((count or "1").replace(",", "")) * _MANY[many or word or ""]
    if item.unit.endswith("-month") and text in ("hrs", "hours", "hour"):
        factor *= HOURS_A_MONTH
    return factor


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0:
        raise ValueError(f"has {text!r} where a number belongs")
    return number
