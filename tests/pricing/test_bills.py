"""What something costs a month, as it is shown, and when the prices are loaded."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest

from constructs_lambda.pricing import items
from constructs_lambda.pricing.bills import Bill, UnitPrice
from constructs_lambda.pricing.items import all_items

ADDRESS, INSTANCE, VOLUME = map(UnitPrice, (items.IPV4_ADDRESS_HOURS, items.NAT_INSTANCE_HOURS, items.VOLUME_STORAGE))


def test_titles_are_unique() -> None:
    titles = [item.title for item in all_items().values()]
    assert len(titles) == len(set(titles))


def test_a_month_has_730_hours() -> None:
    assert UnitPrice(items.NAT_GATEWAY_HOURS).a_month() == Decimal("32.85")
    assert UnitPrice(items.ENDPOINT_HOURS).a_month(2) == Decimal("14.60")
    assert VOLUME.a_month(8) == Decimal("0.64")


def test_bill() -> None:
    bill = Bill(standing=((INSTANCE, 1), (VOLUME, 8)), per_gb=(UnitPrice(items.ENDPOINT_DATA),))
    assert bill.standing_usd == Decimal("3.71")
    assert bill.text == (
        "Standing cost: 3.71 USD a month in us-east-1 as of 2026-11-22 = 1 x t4g.nano instance 3.07 + 8 GB of a gp3 "
        "volume 0.64. A GB of data through an interface endpoint: 0.01 USD."
    )


def test_the_oldest_price_dates_a_bill() -> None:
    newer = UnitPrice(items.HIGH_RESOLUTION_ALARMS)
    assert newer.price.read > ADDRESS.price.read
    assert f"as of {newer.price.read} = " in Bill(standing=((newer, 1),)).text
    for standing in (((newer, 1), (ADDRESS, 1)), ((ADDRESS, 1), (newer, 1))):
        assert f"as of {ADDRESS.price.read} = " in Bill(standing=standing).text
    assert f"as of {ADDRESS.price.read} = " in Bill(standing=((newer, 1),), per_gb=(ADDRESS,)).text


def test_bill_of_nothing() -> None:
    assert Bill().standing_usd == Decimal("0.00")
    assert Bill().text == "Standing cost: 0.00 USD a month in us-east-1."


def test_a_price_that_is_not_known_makes_no_sum() -> None:
    bill = Bill(standing=((ADDRESS, 1),), unpriced="1 x c7gn.medium instance")
    assert bill.standing_usd is None
    assert bill.text == (
        "Standing cost: an unknown sum a month in us-east-1 as of 2026-11-22 = 1 x public IPv4 address 3.65 + "
        "1 x c7gn.medium instance, of which no price is known here."
    )


def loaded_by(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    "code", ["import constructs_lambda", "import constructs_lambda.checker", "import constructs_lambda.cli.check"]
)
def test_what_needs_no_prices_loads_none(code: str) -> None:
    listed = "import sys; print(*(name for name in sys.modules if name.startswith('constructs_lambda.pricing')))"
    assert loaded_by(f"{code}; {listed}") == ""


@pytest.mark.cdk
def test_the_prices_are_read_when_a_network_is_asked() -> None:
    code = (
        "from constructs_lambda import Network, Egress\n"
        "from constructs_lambda.pricing.prices import shipped_prices\n"
        "before = shipped_prices.cache_info().misses\n"
        "Egress.nat().bill(2).standing_usd\n"
        "print(before, shipped_prices.cache_info().misses)"
    )
    assert loaded_by(code) == "0 1"
