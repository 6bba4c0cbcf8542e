"""Rows of AWS's price lists: which are taken, and what they say in the units of the items."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal

import pytest
from price_server import LISTS

from constructs_lambda.pricing import items
from constructs_lambda.pricing.items import Item, all_items
from constructs_lambda.pricing.price_lists import NotAPriceList, Row, rows_by_item, tiers_of
from constructs_lambda.pricing.prices import Tier, shipped_prices
from constructs_lambda.pricing.usage_types import SOURCES, WANTED, Wanted

HEADER = "SKU,TermType,StartingRange,EndingRange,Unit,PricePerUnit,Currency,Location Type,usageType,operation"
ADDRESS = (Wanted(items.IPV4_ADDRESS_HOURS, ("PublicIPv4:InUseAddress",)),)
NANO = (Wanted(items.NAT_INSTANCE_HOURS, ("BoxUsage:t4g.nano",), {"operation": "RunInstances"}),)


def line(**columns: str) -> str:
    usual = {
        "SKU": "A",
        "TermType": "OnDemand",
        "StartingRange": "0",
        "EndingRange": "Inf",
        "Unit": "Hrs",
        "PricePerUnit": "0.005",
        "Currency": "USD",
        "Location Type": "AWS Region",
        "usageType": "PublicIPv4:InUseAddress",
    }
    return ",".join((usual | columns).get(name, "") for name in HEADER.split(","))


def rows(*lines: str, wanted: tuple[Wanted, ...] = ADDRESS) -> list[Row]:
    (item,) = {each.item.name for each in wanted}
    return rows_by_item(["FormatVersion,v1.0\n", f"{HEADER}\n", *(f"{each}\n" for each in lines)], wanted).get(item, [])


def of(*tiers: tuple[str, str, str], unit: str = "Requests", sku: str = "A") -> list[Row]:
    return [Row(sku, start, end, usd, unit) for start, end, usd in tiers]


# --- Which rows -------------------------------------------------------------------------------------------------------


def test_each_item_is_looked_for_once() -> None:
    wanted = [each.item.name for service in WANTED.values() for each in service]
    assert sorted(wanted) == sorted(all_items())
    assert list(WANTED)[-1] == "AmazonEC2", "the longest list comes last"
    assert all(source.startswith("https://") for source in SOURCES)


@pytest.mark.parametrize("service", WANTED)
def test_recorded_lists_say_the_shipped_prices(service: str) -> None:
    with (LISTS / f"{service}.csv").open(newline="") as file:
        found = rows_by_item(file, WANTED[service])
    for each in WANTED[service]:
        if each.item == items.DASHBOARDS:
            assert each.item.name not in found, "AWS has no price of dashboards in the lists of Regions"
            continue
        shipped = shipped_prices().find(each.item.name, "us-east-1")
        assert shipped is not None
        assert tiers_of(each.item, found[each.item.name]) == shipped.tiers


@pytest.mark.parametrize(
    "prefix", ["", "USE1-", "EU-", "EUC1-", "APN1-", "SAE1-", "UGW1-", "us-east-1-", "us-gov-west-1-", "ap-south-2-"]
)
def test_the_prefix_of_a_region_does_not_matter(prefix: str) -> None:
    assert len(rows(line(usageType=f"{prefix}PublicIPv4:InUseAddress"))) == 1


@pytest.mark.parametrize(
    "usage_type",
    [
        "Global-PublicIPv4:InUseAddress",
        "USE1-BOS1-PublicIPv4:InUseAddress",
        "PublicIPv4:InUseAddress-X",
        "FIFO-PublicIPv4:InUseAddress",
        "publicipv4:inuseaddress",
        "PublicIPv4:IdleAddress",
        "",
    ],
)
def test_other_usage_types(usage_type: str) -> None:
    assert rows(line(usageType=usage_type)) == []


def test_a_name_that_begins_like_a_prefix() -> None:
    wanted = (Wanted(items.KEYS, ("KMS-Keys",)),)
    assert len(rows(line(usageType="KMS-Keys"), line(usageType="eu-west-1-KMS-Keys"), wanted=wanted)) == 2


def test_reserved_terms_and_other_places_are_left_out() -> None:
    assert rows(line(TermType="Reserved")) == []
    assert rows(line(**{"Location Type": "AWS Local Zone"})) == []
    assert len(rows(line(**{"Location Type": ""}))) == 1


def test_another_operating_system_is_left_out() -> None:
    usage = "BoxUsage:t4g.nano"
    found = rows(
        line(usageType=usage, operation="RunInstances:0010"),
        line(usageType=usage, operation="RunInstances", PricePerUnit="0.0042"),
        wanted=NANO,
    )
    assert [row.usd for row in found] == ["0.0042"]


def test_other_spellings_of_the_columns() -> None:
    header = HEADER.replace("usageType", "Usage Type").replace("operation", "Operation")
    lines = [f"{header}\n", f"{line(usageType='BoxUsage:t4g.nano', operation='RunInstances')}\n"]
    assert rows_by_item(lines, NANO)["ec2-t4g-nano-hours"]


def test_quoted_fields() -> None:
    assert len(rows(line(SKU='"A,""B"""'))) == 1


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "no line begins with SKU"),
        (["<html>\n", "<body>\n"], "no line begins with SKU"),
        (["a,b\n"] * 30 + [f"{HEADER}\n"], "no line begins with SKU"),
        ([HEADER.replace("PricePerUnit", "Price") + "\n"], "it has no column 'priceperunit'"),
        ([f"{HEADER}\n", line(), "A,OnDemand,0,In"], "line 3 has 4 columns instead of 10"),
        ([f"{HEADER}\n", line(Currency="CNY")], "its prices are in 'CNY'; only USD can be summed up"),
        ([f"{HEADER}\n", "x" * 200_000], "field larger than field limit"),
    ],
)
def test_what_is_no_price_list(lines: list[str], problem: str) -> None:
    with pytest.raises(NotAPriceList, match=problem):
        rows_by_item([each if each.endswith("\n") else f"{each}\n" for each in lines], ADDRESS)


def test_another_currency_elsewhere_does_not_matter() -> None:
    assert len(rows(line(Currency="CNY", usageType="Other"), line())) == 1


def test_rows_are_read_one_by_one() -> None:
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        yield f"{HEADER}\n"
        for _ in range(1000):
            taken += 1
            yield f"{line()}\n"
        raise csv.Error("enough")

    with pytest.raises(NotAPriceList, match="enough"):
        rows_by_item(lines(), ADDRESS)
    assert taken == 1000


# --- What they say ----------------------------------------------------------------------------------------------------


def tier(usd: str, up_to: str | None = None) -> Tier:
    return Tier(Decimal(usd), None if up_to is None else Decimal(up_to))


@pytest.mark.parametrize(
    ("item", "unit", "usd", "expected"),
    [
        (items.LAMBDA_REQUESTS, "Requests", "0.0000002000", "0.0000002"),
        (items.LAMBDA_REQUESTS, "1M requests", "0.2000000000", "0.0000002"),
        (items.LAMBDA_REQUESTS, "million requests", "0.2", "0.0000002"),
        (items.LAMBDA_REQUESTS, "per 1,000,000 requests", "0.2", "0.0000002"),
        (items.KEY_REQUESTS, "Requests", "0.000003", "0.000003"),
        (items.KEY_REQUESTS, "10K requests", "0.03", "0.000003"),
        (items.SECRET_REQUESTS, "10,000 API Requests", "0.05", "0.000005"),
        (items.SECRET_REQUESTS, "10 thousand calls", "0.05", "0.000005"),
        (items.API_WEBSOCKET_MESSAGES, "Messages", "0.000001", "0.000001"),
        (items.ALARMS, "Alarms", "0.10", "0.1"),
        (items.SECRETS, "Secrets", "0.40", "0.4"),
        (items.DASHBOARDS, "Dashboards", "3.00", "3"),
        (items.DASHBOARDS, "Hrs", "0.005", "3.65"),
        (items.VOLUME_STORAGE, "GB-Mo", "0.08", "0.08"),
        (items.IPV4_ADDRESS_HOURS, "Hrs", "0.005", "0.005"),
        (items.LAMBDA_DURATION_X86, "Lambda-GB-Second", "0.0000166667", "0.0000166667"),
        (items.LAMBDA_STORAGE, "GB-Seconds", "0.0000000309", "0.0000000309"),
    ],
)
def test_prices_are_for_one_of_the_items_unit(item: Item, unit: str, usd: str, expected: str) -> None:
    assert tiers_of(item, of(("0", "Inf", usd), unit=unit)) == (tier(expected),)


def test_tiers_come_in_order() -> None:
    shuffled = of(("1000", "Inf", "0.0000002"), ("0", "10", "0.0000004"), ("10", "1000", "0.0000003"))
    assert tiers_of(items.SQS_STANDARD_REQUESTS, shuffled) == (
        tier("0.0000004", "10"),
        tier("0.0000003", "1000"),
        tier("0.0000002"),
    )


def test_what_is_free_is_no_tier() -> None:
    free = of(("0", "1000000", "0.0000000000"), ("1000000", "Inf", "0.0000005"))
    assert tiers_of(items.SNS_REQUESTS, free) == (tier("0.0000005"),)
    two = of(("0", "5", "0"), ("5", "10", "0.0000005"), ("10", "Inf", "0.0000004"))
    assert tiers_of(items.SNS_REQUESTS, two) == (tier("0.0000005", "10"), tier("0.0000004"))


def test_two_products_with_one_price_are_one() -> None:
    both = of(("0", "Inf", "0.0000005"), sku="A") + of(("0", "Inf", "0.00000050"), sku="B")
    assert tiers_of(items.SNS_REQUESTS, both) == (tier("0.0000005"),)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "isn't in the list"),
        (of(("0", "Inf", "0")), "has only rows that cost nothing"),
        (
            of(("0", "Inf", "0.0000005")) + of(("0", "Inf", "0.0000006"), sku="B"),
            r"has 2 prices that can't be told apart: 5E-7 and 6E-7 USD",
        ),
        (of(("0", "10", "0.0000005"), ("11", "Inf", "0.0000004")), "don't meet: one ends at 10, the next begins at 11"),
        (of(("0", "Inf", "0.0000005"), ("5", "Inf", "0.0000004")), "don't meet: one ends at Infinity"),
        (of(("0", "10", "0.0000005")), "has no price above 10"),
        (of(("0", "Inf", "free")), "has 'free' where a number belongs"),
        (of(("0", "Inf", "-1")), "has '-1' where a number belongs"),
        (of(("0", "Inf", "NaN")), "has 'NaN' where a number belongs"),
        (of(("zero", "Inf", "1")), "has 'zero' where a number belongs"),
        (of(("0", "Inf", "0.50")), "costs 0.5 USD where 5E-7 USD is usual; its unit may be another one now"),
    ],
)
def test_what_says_no_price(rows: list[Row], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        tiers_of(items.SNS_REQUESTS, rows)


@pytest.mark.parametrize(("usd", "is_usual"), [("0.0000250", True), ("0.0000251", False), ("0.00000001", True)])
def test_how_far_a_price_may_be_from_the_usual_one(usd: str, is_usual: bool) -> None:
    if is_usual:
        assert tiers_of(items.SNS_REQUESTS, of(("0", "Inf", usd))) == (tier(usd),)
        return
    with pytest.raises(ValueError, match="is usual"):
        tiers_of(items.SNS_REQUESTS, of(("0", "Inf", usd)))
