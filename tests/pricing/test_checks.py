"""Sums that are published elsewhere, or that AWS's prices give by hand; without the free tier unless it says so."""

from __future__ import annotations

from decimal import Decimal

import pytest
from priced import Resources, amounts, app, at, cost, function, made, prices, quantities, stack, unpriced, usd

from constructs_lambda.model import Topology
from constructs_lambda.pricing import Prices
from constructs_lambda.pricing.prices import shipped_prices

M = 1_000_000
ARM = ["arm64"]
ALIAS = made("Lambda::Alias", FunctionName={"Ref": "F"}, FunctionVersion="1", Name="live")
PROVISIONED = {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 50}}


def used(requests: int, milliseconds: float, memory: int, architecture: str = "x86_64") -> Resources:
    usage = {"requests": requests, "duration_ms": milliseconds}
    return {"F": function(usage, MemorySize=memory, Architectures=[architecture])}


# Each by hand: requests and prices per million, GB-seconds and prices per GB-second.
CHECKS: list[tuple[str, Resources, dict[str, str]]] = [
    (
        "x86, 3.072 billion GB-seconds in the first tier",
        used(6_000 * M, 1024, 512),
        {"requests": "1200.00", "duration, x86": "51200.10"},
    ),
    (
        "Arm, 7.5 billion GB-seconds at 0.0000133334, 4.02 billion at 0.0000120001",
        used(11_250 * M, 1024, 1024, "arm64"),
        {"requests": "2250.00", "duration, Arm": "148240.90"},
    ),
    (
        "x86, 6 billion GB-seconds at 0.0000166667 and 8 billion at 0.000015",
        used(14_000 * M, 1000, 1024),
        {"requests": "2800.00", "duration, x86": "220000.20"},
    ),
    (
        "Arm, all three tiers: 7.5 and 11.25 billion GB-seconds, and 1.25 billion at 0.0000106667",
        used(20_000 * M, 1000, 1024, "arm64"),
        {"requests": "4000.00", "duration, Arm": "248335.00"},
    ),
    (
        "REST, 333 + 667 + 19,000 + 1,000 M requests",
        {"Api": made("ApiGateway::RestApi", {"requests": 21_000 * M})},
        {"REST API requests": "49763.10"},
    ),
    (
        "HTTP, 300 + 700 M requests",
        {"Api": made("ApiGatewayV2::Api", {"requests": 1_000 * M, "payload_kb": 512}, ProtocolType="HTTP")},
        {"HTTP API requests": "930.00"},
    ),
    (
        "a NAT gateway with 100 GB: 730 x 0.045 + 100 x 0.045",
        {"Nat": made("EC2::NatGateway", {"data_gb": 100}, SubnetId="subnet-1")},
        {"NAT gateway": "32.85", "data through a NAT gateway": "4.50"},
    ),
    (
        "50 instances of 512 MB for 100 hours: 9 M GB-seconds",
        {
            "F": function({"provisioned_hours": 100, "requests": 0}, MemorySize=512, Architectures=ARM),
            "A": {**ALIAS, "Properties": {**ALIAS["Properties"], **PROVISIONED}},
        },
        {"provisioned concurrency, Arm": "30.00", "requests": "0.00"},
    ),
    ("topic: 0.50 a million", {"T": made("SNS::Topic", {"requests": 10 * M})}, {"SNS publishes": "5.00"}),
    ("queue: 0.40 a million", {"Q": made("SQS::Queue", {"requests": 10 * M})}, {"SQS requests": "4.00"}),
    (
        "FIFO queue: 0.50 a million",
        {"Q": made("SQS::Queue", {"requests": 10 * M}, FifoQueue=True)},
        {"SQS FIFO requests": "5.00"},
    ),
    (
        "logs: 0.50 a GB",
        {"L": made("Logs::LogGroup", {"data_gb": 100})},
        {"logs that come in": "50.00"},
    ),
    ("an address: 730 x 0.005", {"E": made("EC2::EIP")}, {"public IPv4 address": "3.65"}),
    (
        "an endpoint in two zones: 2 x 730 x 0.01 + 50 x 0.01",
        {"E": made("EC2::VPCEndpoint", {"data_gb": 50}, VpcEndpointType="Interface", SubnetIds=["a", "b"])},
        {"interface endpoint in a zone": "14.60", "data through an interface endpoint": "0.50"},
    ),
    ("an alarm", {"A": made("CloudWatch::Alarm", MetricName="Errors", Period=60)}, {"metrics of alarms": "0.10"}),
    (
        "a key: 1.00 + 10 x 0.03",
        {"K": made("KMS::Key", {"requests": 100_000})},
        {"customer-managed keys": "1.00", "requests of keys": "0.30"},
    ),
    (
        "a secret: 0.40 + 10 x 0.05",
        {"S": made("SecretsManager::Secret", {"requests": 100_000})},
        {"secrets": "0.40", "calls for secrets": "0.50"},
    ),
]


@pytest.mark.parametrize(("resources", "expected"), [case[1:] for case in CHECKS], ids=[case[0] for case in CHECKS])
def test_published_checks(resources: Resources, expected: dict[str, str]) -> None:
    report = cost(resources)
    assert amounts(report) == expected
    assert report.total == sum(map(Decimal, expected.values()))


def test_the_second_tier_of_arm_is_a_line_of_its_own() -> None:
    report = cost(used(11_250 * M, 1024, 1024, "arm64"))
    assert [(int(each.quantity), f"{each.amount:.2f}") for each in report.lines if each.unit == "GB-second"] == [
        (7_500_000_000, "100000.50"),
        (4_020_000_000, "48240.40"),
    ]


# The free tier: a million requests and 400,000 GB-seconds; 1 GB for 100 ms is 0.1 GB-seconds.


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        (0, "0.00"),
        (999_999, "0.00"),
        (M, "0.00"),
        (2 * M, "0.20"),
        (4 * M, "0.60"),  # 400,000 GB-seconds
        (5 * M, "2.47"),  # 4 M x 0.20, and 100,000 GB-seconds x 0.0000166667 = 1.66667
    ],
)
def test_the_free_tier(requests: int, expected: str) -> None:
    assert usd(cost(used(requests, 100, 1024), free_tier=True)) == expected


def test_a_request_above_the_allowance_costs_its_price() -> None:
    (paid,) = [each for each in cost(used(M + 1, 100, 1024), free_tier=True).lines if each.unit_price]
    assert (paid.quantity, paid.amount) == (Decimal(1), Decimal("0.0000002"))


def test_both_architectures_share_the_allowance() -> None:
    usage = {"requests": 4 * M, "duration_ms": 100}
    both = {"X": function(usage), "A": function(usage, Architectures=ARM)}
    # 8 M requests, 1 M free: 1.40. Of 400,000 GB-seconds each, half is free: 3.33334 + 2.66668.
    assert usd(cost(both, free_tier=True)) == "7.40"
    assert amounts(cost(both, free_tier=True))["duration, x86"] == "3.33"
    assert amounts(cost(both, free_tier=True))["duration, Arm"] == "2.67"


def test_two_functions_pay_what_one_of_both_would() -> None:
    usage = {"requests": 3_000 * M, "duration_ms": 1000}
    two = {"F": function(usage), "G": function(usage)}
    report = cost({"F": function(usage), "G": function({"requests": 5_000 * M, "duration_ms": 1000})})
    assert usd(cost(two)) == usd(cost(used(6_000 * M, 1000, 1024))) == "101200.20"
    # 8 billion GB-seconds of two functions: 6 at the first price, 2 at the second.
    assert amounts(report)["duration, x86"] == "130000.20"
    assert {each.resource for each in report.lines if each.unit_price == Decimal("0.000015")} == {"F", "G"}


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        # Of 1 GB for a second; below, at and above 6 billion GB-seconds.
        (6_000 * M - 1, "100000.1999833333"),
        (6_000 * M, "100000.2000000000"),
        (6_000 * M + 1, "100000.2000150000"),
    ],
)
def test_the_bound_of_a_tier(requests: int, expected: str) -> None:
    report = cost(used(requests, 1000, 1024))
    assert sum(each.amount for each in report.lines if each.unit == "GB-second") == Decimal(expected)


def elsewhere(account: str | None, region: str | None, name: str, resources: Resources) -> Topology:
    return Topology([stack(resources, name, account=account, region=region)])


def with_europe() -> Prices:
    ours = shipped_prices().by_region["us-east-1"]
    return Prices({"us-east-1": ours, "eu-west-1": ours})


def test_an_allowance_is_one_for_all_regions_of_an_account() -> None:
    uses = used(M, 100, 1024)
    apps = [elsewhere("1", "us-east-1", "a", uses), elsewhere("1", "eu-west-1", "b", uses)]
    report = cost(apps, prices=with_europe(), free_tier=True)
    assert usd(report) == "0.20"
    assert report.regions == ("eu-west-1", "us-east-1")
    others = [elsewhere("1", "us-east-1", "a", uses), elsewhere("2", "us-east-1", "b", uses)]
    assert usd(cost(others, free_tier=True)) == "0.00"


def test_tiers_are_those_of_an_account_in_a_region() -> None:
    uses = used(6_000 * M, 1000, 1024)
    for account, region in (("1", "eu-west-1"), ("2", "us-east-1")):
        apps = [elsewhere("1", "us-east-1", "a", uses), elsewhere(account, region, "b", uses)]
        assert usd(cost(apps, prices=with_europe())) == "202400.40"
    same = [elsewhere("1", "us-east-1", "a", uses), elsewhere("1", "us-east-1", "b", uses)]
    assert usd(cost(same)) == "192400.20"  # 2 x 1,200.00 + 6 billion x 0.0000166667 + 6 billion x 0.000015


def test_stages_and_nested_stacks_share_one_account() -> None:
    uses = used(M, 100, 1024)
    nested = [stack(uses, "a", account="1", region="us-east-1"), stack(uses, "b", account="1", region="us-east-1")]
    assert usd(cost([Topology(nested), Topology(nested[:1])], free_tier=True)) == "0.40"


def test_a_region_without_prices_says_so() -> None:
    report = cost(used(M, 100, 1024), region="mars-north-1")
    assert (usd(report), report.lines, report.as_of) == ("0.00", (), None)
    assert unpriced(report) == dict.fromkeys(("requests", "duration, x86"), "no price is known in mars-north-1")
    assert {each.unit_price for each in report.unpriced} == {None}


def test_a_region_without_prices_and_usage_says_both() -> None:
    report = cost({"F": function()}, region="mars-north-1")
    assert set(unpriced(report).values()) == {"no usage is stated; no price is known in mars-north-1"}


def test_the_region_of_a_stack_goes_before_that_of_the_usage() -> None:
    europe = elsewhere("1", "eu-west-1", "a", used(M, 100, 1024))
    assert cost(europe, prices=with_europe()).regions == ("eu-west-1",)
    assert cost(europe, prices=with_europe(), region="us-east-1").regions == ("us-east-1",)
    assert cost(app({})).regions == ("us-east-1",)
    assert "stacks that name no Region are priced in us-east-1" in cost(app({})).assumptions
    assert not any("name no Region" in each for each in cost(europe, prices=with_europe()).assumptions)


@pytest.mark.parametrize(
    ("price", "expected"), [("0.00499", "0.00"), ("0.005", "0.01"), ("0.015", "0.02"), ("0.025", "0.03")]
)
def test_half_a_cent_goes_up(price: str, expected: str) -> None:
    assert usd(cost({"K": made("SecretsManager::Secret")}, prices=prices({"secrets": price}))) == expected


def test_only_the_total_is_rounded() -> None:
    secrets = {f"S{n}": made("SecretsManager::Secret") for n in range(3)}
    report = cost(secrets, prices=prices({"secrets": "0.004"}))
    assert [each.amount for each in report.lines] == [Decimal("0.004")] * 3
    assert (report.total_unrounded, usd(report)) == (Decimal("0.012"), "0.01")


def test_no_digit_is_lost_in_a_sum() -> None:
    """A great amount and a small one: together they have more digits than Python's decimals keep by themselves."""
    big, small = "1" * 25 + "4", "0." + "0" * 27 + "1"
    secrets = {"S": made("SecretsManager::Secret", {"requests": 1})}
    report = cost(secrets, prices=prices({"secrets": big, "secrets-requests": small}))
    assert str(report.total_unrounded) == f"{big}.{small[2:]}"
    assert usd(report) == f"{big}.00"


def test_a_price_of_any_size_makes_no_traceback() -> None:
    secret = {"S": made("SecretsManager::Secret")}
    assert usd(cost(secret, prices=prices({"secrets": "1e40"}))) == f"1{'0' * 40}.00"


@pytest.mark.parametrize("number", [-1, 10**40, 1e300, "9" * 29])
@pytest.mark.parametrize("name", ["MemorySize", "EphemeralStorage"])
def test_a_number_that_aws_refuses_is_no_quantity(name: str, number: float) -> None:
    given = {"Size": number} if name == "EphemeralStorage" else number
    report = cost({"F": function({"requests": M, "duration_ms": 900_000}, **{name: given})})
    assert all(0 <= each.quantity < 10**30 for each in report.lines)
    assert report.total >= 0


def test_quantities_of_resources_are_named_by_their_paths() -> None:
    report = cost({"F": at("Shop/Orders/Resource", function({"requests": 1, "duration_ms": 1}))})
    assert {each.resource for each in report.lines} == {"Shop/Orders"}
    assert quantities(report) == {"requests": 1, "duration, x86": Decimal("0.001")}
