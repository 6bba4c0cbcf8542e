"""What holds for every estimate: its sums, its lines, its order; and no usage that makes it fail."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from priced import Resource, app, at, cost, function, made, prices, stack, usd

from constructs_lambda import pricing
from constructs_lambda.errors import InputError
from constructs_lambda.model import Topology
from constructs_lambda.pricing import AppUsage, CostReport, estimate

NUMBERS: Mapping[str, tuple[float, float]] = {
    "requests": (0, 10**13),
    "duration_ms": (0.001, 900_000),
    "init_ms": (0, 900_000),
    "cold_share": (0, 1),
    "provisioned_hours": (0, 744),
    "payload_kb": (0, 1024),
    "data_gb": (0, 10**9),
}
ALIAS = made(
    "Lambda::Alias",
    FunctionName={"Ref": "Arm"},
    FunctionVersion="1",
    Name="live",
    ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 3},
)
APP: dict[str, Resource] = {
    "X86": function(EphemeralStorage={"Size": 1000}, MemorySize=1769),
    "Small": function(MemorySize=128),
    "Arm": function(Architectures=["arm64"], SnapStart={"ApplyOn": "PublishedVersions"}, Runtime="python3.13"),
    "Version": made("Lambda::Version", FunctionName={"Ref": "Arm"}),
    "Alias": ALIAS,
    "Http": made("ApiGatewayV2::Api", ProtocolType="HTTP"),
    "Rest": made("ApiGateway::RestApi"),
    "Topic": made("SNS::Topic"),
    "Queue": made("SQS::Queue"),
    "Fifo": made("SQS::Queue", FifoQueue=True),
    "Nat": made("EC2::NatGateway", SubnetId="subnet-1"),
    "Nat2": made("EC2::NatGateway", SubnetId="subnet-2"),
    "Logs": made("Logs::LogGroup"),
    "Key": made("KMS::Key"),
    "Secret": made("SecretsManager::Secret"),
    "Alarm": made("CloudWatch::Alarm", Period=60),
}
FUNCTION_KEYS = ("requests", "duration_ms", "init_ms", "cold_share", "provisioned_hours", "data_gb")
KEYS = {
    "X86": FUNCTION_KEYS,
    "Small": FUNCTION_KEYS,
    "Arm": FUNCTION_KEYS,
    **dict.fromkeys(("Http", "Rest", "Topic", "Queue", "Fifo"), ("requests", "payload_kb")),
    **dict.fromkeys(("Nat", "Nat2", "Logs"), ("data_gb",)),
    **dict.fromkeys(("Key", "Secret"), ("requests",)),
}


def number(key: str) -> st.SearchStrategy[float]:
    least, most = NUMBERS[key]
    return st.floats(least, most) | st.integers(1 if least else 0, int(most))


def use(name: str) -> st.SearchStrategy[dict[str, float]]:
    keys = {key: number(key) for key in KEYS[name]}
    some = st.fixed_dictionaries({}, optional=keys)
    return some.map(lambda found: {"cold_share": 0.5, **found} if "init_ms" in found else found)


USES = st.fixed_dictionaries({}, optional={name: use(name) for name in KEYS})


def check(report: CostReport) -> None:
    with localcontext(prec=400):
        assert report.total_unrounded == sum(line.amount for line in report.lines)
        assert sum(report.by_resource().values()) == report.total_unrounded
        for line in report.lines:
            assert line.quantity * line.unit_price == line.amount
            assert line.amount >= 0
            assert line.quantity >= 0
    assert abs(report.total - report.total_unrounded) <= Decimal("0.005")


@settings(max_examples=40, deadline=None)
@given(USES, st.booleans())
def test_no_usage_within_bounds_makes_an_estimate_fail(uses: dict[str, dict[str, float]], free_tier: bool) -> None:
    report = cost(APP, uses, free_tier=free_tier)
    check(report)
    assert all(each.reason for each in report.unpriced)


@settings(max_examples=20, deadline=None)
@given(USES, st.permutations(list(APP)))
def test_the_order_of_resources_changes_nothing(uses: dict[str, dict[str, float]], order: list[str]) -> None:
    one = cost(APP, uses, free_tier=True)
    other = cost({name: APP[name] for name in order}, uses, free_tier=True)
    assert one.total_unrounded == other.total_unrounded
    assert set(one.lines) == set(other.lines)


@settings(max_examples=30, deadline=None)
@given(USES, st.sampled_from(sorted(KEYS)), st.data(), st.booleans())
def test_more_requests_never_cost_less(
    uses: dict[str, dict[str, float]], name: str, data: st.DataObject, free_tier: bool
) -> None:
    key = KEYS[name][0]
    less, more = sorted((data.draw(number(key)), data.draw(number(key))))
    before, after = ({**uses, name: {**uses.get(name, {}), key: each}} for each in (less, more))
    difference = cost(APP, after, free_tier=free_tier).total - cost(APP, before, free_tier=free_tier).total
    assert difference >= 0


@settings(max_examples=20, deadline=None)
@given(USES)
def test_what_is_free_never_costs_more(uses: dict[str, dict[str, float]]) -> None:
    assert cost(APP, uses, free_tier=True).total_unrounded <= cost(APP, uses).total_unrounded


@pytest.mark.parametrize(
    "usage",
    [
        {"requests": 1e13, "duration_ms": 899_999.9999999999, "init_ms": 0.1, "cold_share": 0.12345678901234567},
        {"requests": 1.2345678901234567, "duration_ms": 0.1, "cold_share": 1e-12, "init_ms": 1},
        {"requests": 1e-12, "duration_ms": 1},
    ],
)
def test_no_digit_of_a_line_is_rounded(usage: dict[str, float]) -> None:
    report = cost({**APP, "Big": function({"requests": 10**13, "duration_ms": 900_000})}, {"X86": usage})
    check(report)
    seconds = [each.quantity for each in report.lines if each.item == "requests"]
    with localcontext(prec=400):
        assert sum(seconds) == 10**13 + round(Decimal(str(usage["requests"])), 12)


def test_two_thousand_functions_are_lines_of_their_own() -> None:
    many = {f"F{n}": function({"requests": 1000, "duration_ms": 10}) for n in range(2000)}
    report = cost(many, free_tier=True)
    assert len(report.by_resource()) == 2000
    # 2 M requests, 1 M free: 0.20; 20,000 GB-seconds, all free.
    assert usd(report) == "0.20"
    check(report)


def test_each_resource_is_read_as_often_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a second for 2,000 functions must not look at all of them for each of them."""
    from constructs_lambda.template.resources import Resources

    counts: list[int] = []
    read = Resources.__getitem__

    def counted(self: Resources, logical_id: str) -> Any:
        counts[-1] += 1
        return read(self, logical_id)

    monkeypatch.setattr(Resources, "__getitem__", counted)
    for size in (10, 100):
        counts.append(0)
        cost({f"F{n}": function({"requests": 1000, "duration_ms": 10}) for n in range(size)})
    assert counts[1] == 10 * counts[0]


# What the report says of itself.


def test_the_free_tier_is_on_unless_somebody_says_otherwise() -> None:
    model, usage = app({"F": function()}), {"F": {"requests": 2_000_000}}
    assert usd(estimate(model, AppUsage(resources=usage))) == "0.20"
    assert usd(estimate(model, AppUsage(resources=usage, free_tier=False))) == "0.40"
    assert usd(estimate(model, AppUsage(resources=usage, free_tier=False), free_tier=True)) == "0.20"
    assert usd(estimate(model, AppUsage(resources=usage, free_tier=True), free_tier=False)) == "0.40"
    assert estimate(model).free_tier is True


def test_the_report_says_what_it_assumes() -> None:
    uses = {"F": {"requests": 2_000_000, "duration_ms": 1}}
    free = cost({"F": function()}, uses, free_tier=True).assumptions
    paid = cost({"F": function()}, uses).assumptions
    assert "nothing else in the account uses what is free every month: Lambda duration, Lambda requests" in free
    assert "nothing is free: the free tier is off" in paid
    assert not any("free every month" in each for each in paid)


def test_the_region_of_the_usage_is_for_stacks_that_name_none() -> None:
    usage = AppUsage(region="eu-west-1", resources={"R": {"requests": 1}, "E": {"requests": 1}})
    resources = Topology(
        [stack({"E": made("SQS::Queue")}, "a"), stack({"R": made("SQS::Queue")}, "b", region="us-east-1")]
    )
    report = estimate(resources, usage, prices({"sqs-standard-requests": "1"}, "eu-west-1"), free_tier=False)
    assert [(each.resource, each.region) for each in report.lines] == [("E", "eu-west-1")]
    assert [(each.resource, each.region) for each in report.unpriced] == [("R", "us-east-1")]
    assert "stacks that name no Region are priced in eu-west-1" in report.assumptions


def test_only_what_is_within_is_paid_for() -> None:
    stacks = [
        stack({"S": made("SecretsManager::Secret")}, name, stack_path=name)
        for name in ("Shop", "Shop/Inner", "Shopping", "Prod/Shop")
    ]
    assert usd(cost(Topology(stacks), within="Shop")) == "0.80"
    assert usd(cost(Topology(stacks), within="Prod")) == "0.40"
    assert usd(cost(Topology(stacks))) == "1.60"


def test_an_app_of_nothing() -> None:
    models: list[Topology | list[Topology]] = [app({}), [], Topology([])]
    for model in models:
        report = estimate(model)
        assert (usd(report), report.lines, report.unpriced, report.as_of) == ("0.00", (), (), None)


def test_a_resource_without_a_type_or_properties() -> None:
    report = cost(
        {"A": {}, "B": {"Type": None}, "C": {"Type": "AWS::SQS::Queue"}, "D": at("x", {"Type": "AWS::SNS::Topic"})}
    )
    assert {each.resource for each in report.unpriced} == {"C", "x"}


def test_what_stands_in_a_loop_is_not_read_and_the_report_says_so() -> None:
    loop: Any = ["Q", ["A", "B"], {"${Q}": made("SQS::Queue")}]
    report = cost({"Fn::ForEach::Queues": loop, "S": made("SecretsManager::Secret", {"requests": 0})})
    said = "what a transform, a loop or a template from elsewhere makes isn't counted"
    assert (usd(report), report.unpriced) == ("0.40", ())
    assert said in report.assumptions
    assert said not in cost(APP).assumptions


def test_no_public_name_is_that_of_a_module() -> None:
    """Whichever is imported first, `from constructs_lambda.pricing import estimate` must give the function."""
    modules = {module.name for module in pkgutil.iter_modules(pricing.__path__)}
    assert modules
    assert modules.isdisjoint(pricing.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        pricing.nothing  # noqa: B018


@pytest.mark.parametrize("region", ["us-east1", "mars", "", 5])
def test_a_region_that_is_none(region: Any) -> None:
    with pytest.raises(InputError) as raised:
        cost({"F": function()}, region=region)
    assert str(raised.value) == f"region is {region!r}; it must be a Region's name, such as eu-west-1."
    with pytest.raises(InputError, match=r"^usage\.region is "):
        estimate(app({}), AppUsage(region=region))


def test_within_a_path_without_stacks() -> None:
    with pytest.raises(InputError, match=r"^no stack lies at or below 'Shop/Orders'"):
        cost(app({"F": function()}, stack_path="Shop"), within="Shop/Orders")
    assert cost(app({"F": function()}, stack_path="Shop"), within="Shop").regions == ("us-east-1",)


COLD = "no cold starts, where no cold_share is stated"


def test_cold_starts_of_one_function_say_nothing_of_another() -> None:
    use = {"requests": 1, "duration_ms": 1}
    cold = function({**use, "cold_share": 0.1, "init_ms": 5})
    assert COLD not in cost({"F": cold}).assumptions
    assert COLD in cost({"F": cold, "G": function(use)}).assumptions


def test_an_account_that_nobody_named_has_a_free_tier_of_its_own() -> None:
    use = {"F": function({"requests": 1, "duration_ms": 1})}
    note = "stacks that name no account are in one of their own, which gets its own share of what is free"
    named, unnamed = stack(use, "a", account="111122223333"), stack(use, "b")
    assert note in cost(Topology([named, unnamed]), free_tier=True).assumptions
    assert note not in cost(Topology([named, unnamed])).assumptions
    assert note not in cost(Topology([named]), free_tier=True).assumptions
    assert note not in cost(Topology([unnamed]), free_tier=True).assumptions
