"""Prices as AWS publishes them: its price lists, which anybody may read, one for each service and Region."""

from __future__ import annotations

import http.client
import io
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.pricing.price_lists import NotAPriceList, rows_by_item, tiers_of
from constructs_lambda.pricing.prices import Price
from constructs_lambda.pricing.usage_types import WANTED

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

AWS = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws"
_TIMEOUT = 60  # seconds in which nothing comes
_AT_ONCE = 1 << 18
_LONGEST_LINE = 1_000_000

Progress = Callable[[str, str, int, bool], None]
"""Is told the service code, the Region, how many bytes of its list were read, and whether that is all."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What the price lists say.

    Args:
        by_region: By Region the price of each item, by the item's name.
        missing: A line for each item and Region of which they say none, with the reason.
    """

    by_region: Mapping[str, Mapping[str, Price]]
    missing: Sequence[str]


def refresh(regions: Sequence[str], *, today: date, progress: Progress, url: str = AWS) -> Refreshed:
    """Reads what each item costs from AWS's price lists. They are read line by line; the longest has some 300 MB.

    Args:
        regions: AWS Regions, such as `us-east-1`.
        today: The day on which that is.
        progress: Is told how far it is.
        url: Where the lists are.

    Raises:
        InputError: A list can't be read, or not to its end, or isn't one.
    """
    missing: list[str] = []
    by_region: dict[str, dict[str, Price]] = {}
    for region in regions:
        found = by_region.setdefault(region, {})
        for service, wanted in WANTED.items():
            source = f"{url.rstrip('/')}/{service}/current/{region}/index.csv"
            with _lines(source, partial(progress, service, region)) as lines:
                rows = rows_by_item(lines, wanted)
            for item in (each.item for each in wanted):
                try:
                    tiers = tiers_of(item, rows.get(item.name, ()))
                except ValueError as problem:
                    missing.append(f"no price of {item.name} in {region}: in {service} it {one_line(str(problem))}")
                else:
                    found[item.name] = Price(tiers=tiers, source=source, read=today)
    return Refreshed(by_region, missing)


class _Counted(io.RawIOBase):
    """A response that counts what was read of it."""

    def __init__(self, response: http.client.HTTPResponse, told: Callable[[int], None]) -> None:
        self._response, self._told = response, told
        self.size, self.has_ended = 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        size = self._response.readinto(buffer)
        self.size, self.has_ended = self.size + size, not size
        self._told(self.size)
        return size


@contextmanager
def _lines(url: str, told: Callable[[int, bool], None]) -> Iterator[Iterator[str]]:
    """The lines of the price list at an address; all of them must have come once the block ends."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as response:
            counted = _Counted(response, lambda size: told(size, False))
            text = io.TextIOWrapper(io.BufferedReader(counted, _AT_ONCE), encoding="utf-8", newline="")
            whole = response.headers.get("Content-Length", "")
            try:
                yield _short_lines(text)
            except (NotAPriceList, UnicodeDecodeError) as problem:
                _refuse_half(url, counted, whole)
                raise InputError(one_line(f"{url}: is no price list of AWS: {problem}")) from None
            _refuse_half(url, counted, whole)
            told(counted.size, True)
    except urllib.error.HTTPError as error:
        error.close()
        hint = "; is the Region right?" if error.code in (403, 404) else ""
        raise InputError(one_line(f"{url}: the server answers {error.code} {error.reason}{hint}")) from None
    except http.client.IncompleteRead:
        raise InputError(f"{url}: ended too early; try again") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        said = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
        raise InputError(one_line(f"{url}: can't be read: {said}")) from None


def _refuse_half(url: str, counted: _Counted, whole: str) -> None:
    if counted.has_ended and whole.isdecimal() and counted.size < int(whole):
        raise InputError(f"{url}: ended after {counted.size:,} of {int(whole):,} bytes; try again")


def _short_lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise NotAPriceList(f"a line has more than {_LONGEST_LINE:,} characters")
        yield line
