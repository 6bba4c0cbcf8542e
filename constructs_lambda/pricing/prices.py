"""`Prices`: what each item costs in each Region, from dated files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from constructs_lambda.errors import InputError
from constructs_lambda.pricing.items import all_items
from constructs_lambda.small_files import read_small

CURRENCY = "USD"
_SHIPPED = Path(__file__).with_name("prices.json")
_FIRST = "us-east-1"
_FIELDS = ("tiers", "source", "read", "verified", "note")
_MOST_BYTES = 16_000_000
_MOST = 10**15  # of a price and of a bound; anything above is a slip


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of what lies above the tier before it.

    Args:
        usd: US dollars a unit.
        up_to: Where it ends, in units a month and account; None for the last one. Above a last one that has an end, no
            price is known.
    """

    usd: Decimal
    up_to: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an item costs in one Region.

    Args:
        tiers: The tiers, in order.
        source: Where it stands.
        read: The day on which that was read.
        verified: Whether it was read in AWS's price list, or in what an estimator takes from it.
        note: What the number alone doesn't say.
    """

    tiers: tuple[Tier, ...]
    source: str
    read: date
    verified: bool = True
    note: str = ""

    @property
    def usd(self) -> Decimal:
        """US dollars for each of the first units."""
        return self.tiers[0].usd


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by Region and item; a Region or an item without a price is just not there.

    Args:
        by_region: By Region the price of each item, by the item's name.
    """

    by_region: Mapping[str, Mapping[str, Price]]

    def find(self, item: str, region: str) -> Price | None:
        """The price of an item, None where none is known.

        Args:
            item: The item's name.
            region: AWS Region, such as `us-east-1`.
        """
        return self.by_region.get(region, {}).get(item)

    def discounted(self, share: Decimal | str) -> Prices:
        """The same prices, each lower by a share.

        Args:
            share: The discount: `"12.5%"`, or `Decimal("0.125")`.

        Raises:
            InputError: No share of at least 0 and below 1.
        """
        kept = 1 - _share(share)

        def lower(price: Price) -> Price:
            return replace(price, tiers=tuple(replace(tier, usd=tier.usd * kept) for tier in price.tiers))

        return Prices({region: {n: lower(p) for n, p in each.items()} for region, each in self.by_region.items()})

    def with_file(self, path: Path) -> Prices:
        """The same prices, with those of a file in their place.

        Args:
            path: A file like the one that `constructs-lambda prices refresh` writes; it may hold a few prices only.

        Raises:
            InputError: It can't be read, or isn't such a file; one line for each problem.
        """
        own = _read(path)
        regions = {*self.by_region, *own}
        return Prices({region: {**self.by_region.get(region, {}), **own.get(region, {})} for region in regions})


@cache
def shipped_prices() -> Prices:
    """The prices that come with this library."""
    return Prices(_read(_SHIPPED))


def as_file(by_region: Mapping[str, Mapping[str, Price]]) -> str:
    """The text of a file of prices: the same for the same prices, a line for each, so that a diff tells what rose.

    Args:
        by_region: By Region the price of each item, by the item's name.
    """
    order = list(all_items())
    regions = []
    for region in sorted(by_region, key=lambda name: (name != _FIRST, name)):
        items = sorted(by_region[region].items(), key=lambda item: order.index(item[0]))
        lines = [f"   {json.dumps(name)}: {json.dumps(_as_written(price))}" for name, price in items]
        regions.append(f"  {json.dumps(region)}: {{\n" + ",\n".join(lines) + "\n  }")
    listed = "{\n" + ",\n".join(regions) + "\n }" if regions else "{}"
    return f'{{\n "currency": "{CURRENCY}",\n "regions": {listed}\n}}\n'


def _as_written(price: Price) -> dict[str, Any]:
    written: dict[str, Any] = {
        "tiers": [
            {"usd": plain(tier.usd, 2)} | ({} if tier.up_to is None else {"up_to": plain(tier.up_to)})
            for tier in price.tiers
        ],
        "source": price.source,
        "read": price.read.isoformat(),
    }
    if not price.verified:
        written["verified"] = False
    return written | ({"note": price.note} if price.note else {})


def plain(number: Decimal, places: int = 0) -> str:
    """A number without exponent and without zeros at its end, but with so many places at least: `0.50`, `0.045`.

    Args:
        number: The number.
        places: How many places it has at least.
    """
    text = format(number, "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _share(share: Decimal | str) -> Decimal:
    text = str(share).strip()
    try:
        value = Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_nan() or not 0 <= value < 1:
        raise InputError(f"discount is {text}; it must be at least 0% and below 100%, such as 12.5% or 0.125")
    return value


def _read(path: Path) -> dict[str, dict[str, Price]]:
    data = read_small(path, most_bytes=_MOST_BYTES, of="prices")
    try:
        document = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is no JSON: {error}") from None
    problems: list[str] = []
    found = dict(_regions(document, problems))
    if problems:
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return found


def _regions(document: object, problems: list[str]) -> Iterator[tuple[str, dict[str, Price]]]:
    regions = document.get("regions") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(regions, Mapping):
        problems.append('is no file of prices: it has no "regions"')
        return
    if document.get("currency") != CURRENCY:
        problems.append(f"currency is {document.get('currency')!r}; only {CURRENCY!r} can be summed up")
    for region, items in regions.items():
        if isinstance(items, Mapping):
            yield region, dict(_items(f"regions.{region}", items, problems))
        else:
            problems.append(f"regions.{region} must be a mapping of items")


def _items(where: str, items: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Price]]:
    for name, written in items.items():
        if name not in all_items():
            import difflib  # only where something is wrong

            near = difflib.get_close_matches(name, all_items(), 1)
            problems.append(f"{where}: there is no item {name!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
            continue
        try:
            yield name, _price(written)
        except ValueError as problem:
            problems.append(f"{where}.{name}: {problem}")


def _price(written: object) -> Price:
    if not isinstance(written, Mapping):
        raise ValueError('must be a mapping with "tiers", "source" and "read"')
    strange = [name for name in written if name not in _FIELDS]
    if strange:
        raise ValueError(f"there is no {strange[0]!r}; a price has {', '.join(_FIELDS)}")
    source, note, verified = written.get("source"), written.get("note", ""), written.get("verified", True)
    if not (isinstance(source, str) and source and isinstance(note, str)):
        raise ValueError("source must say where the price stands, and note is a text")
    if not isinstance(verified, bool):
        raise ValueError(f"verified must be true or false; got {verified!r}")
    try:
        read = date.fromisoformat(str(written.get("read")))
    except ValueError:
        raise ValueError(f"read must be a day, such as 2026-11-22; got {written.get('read')!r}") from None
    tiers = written.get("tiers")
    if not (isinstance(tiers, list) and tiers and all(isinstance(tier, Mapping) for tier in tiers)):
        raise ValueError('tiers must be a list such as [{"usd": "0.20"}]')
    return Price(tiers=tuple(_tiers(tiers)), source=source, read=read, verified=verified, note=note)


def _tiers(tiers: list[Mapping[str, Any]]) -> Iterator[Tier]:
    below = Decimal()
    for index, tier in enumerate(tiers):
        is_last = index == len(tiers) - 1
        if not {"usd"} <= {*tier} <= {"usd", "up_to"} or ("up_to" not in tier and not is_last):
            raise ValueError(f'tiers.{index} must have "usd", and "up_to" on all but the last one')
        up_to = _number(tier["up_to"], f"tiers.{index}.up_to") if "up_to" in tier else None
        if up_to is not None and up_to <= below:
            raise ValueError(f"tiers.{index}.up_to is {up_to}; it must be more than {below}")
        yield Tier(_number(tier["usd"], f"tiers.{index}.usd"), up_to)
        below = up_to or below


def _number(value: object, where: str) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= _MOST:
        raise ValueError(f'{where} must be a number in a text, such as "0.045"; got {value!r}')
    return number
