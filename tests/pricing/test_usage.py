"""Stated usage: what a key may hold, what applies where, which resource a name means, and every problem at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from priced import Resource, app, at, cost, function, made, quantities, stack, usd

from constructs_lambda.errors import InputError
from constructs_lambda.model import Topology
from constructs_lambda.pricing import AppUsage, estimate

M = 1_000_000


def refusal(resources: dict[str, Resource] | Topology, uses: dict[str, object], name: str = "") -> list[str]:
    """The lines of the error."""
    model = resources if isinstance(resources, Topology) else app(resources)
    with pytest.raises(InputError) as raised:
        estimate(model, AppUsage(resources=uses, name=name))
    return str(raised.value).split("\n")


def f(**usage: object) -> dict[str, object]:
    return {"F": usage}


FUNCTION = {"F": function()}


# What a key may hold.

BOUNDS: list[tuple[str, dict[str, object], float, str]] = [
    ("requests", {}, 10**13, "at least 0 and at most 10,000,000,000,000 requests a month"),
    ("init_ms", {"cold_share": 1}, 900_000, "at least 0 and at most 900,000 milliseconds"),
    ("cold_share", {}, 1, "at least 0 and at most 1 (the share of requests that start cold)"),
    ("provisioned_hours", {}, 744, "at least 0 and at most 744 hours a month"),
    ("data_gb", {}, 10**9, "at least 0 and at most 1,000,000,000 GB a month"),
]


@pytest.mark.parametrize(("key", "others", "most", "allowed"), BOUNDS, ids=[each[0] for each in BOUNDS])
def test_the_bounds_of_a_key(key: str, others: dict[str, object], most: float, allowed: str) -> None:
    for value in (0, 0.5, most):
        cost(FUNCTION, f(**others, **{key: value}))
    above = Decimal(str(most)) + Decimal("0.001")
    for number in (Decimal(-1), Decimal("-0.001"), above, Decimal(most * 10)):
        (message,) = refusal(FUNCTION, f(**others, **{key: number}))
        assert message == f'resource."F".{key} is {number:,f}; it must be {allowed}'


@pytest.mark.parametrize(("value", "is_right"), [(0, False), (0.001, True), (900_000, True), (900_001, False)])
def test_a_duration_is_more_than_nothing(value: float, is_right: bool) -> None:
    if is_right:
        cost(FUNCTION, f(duration_ms=value))
    else:
        (message,) = refusal(FUNCTION, f(duration_ms=value))
        assert message.startswith(f'resource."F".duration_ms is {value:,}; it must be more than 0 and at most 900,000')


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "True"),
        ("120", "'120'"),
        ("120 ms", "'120 ms'"),
        (None, "None"),
        ([1], "[1]"),
        ({"a": 1}, "{'a': 1}"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (float("-inf"), "-inf"),
        (Decimal("NaN"), "Decimal('NaN')"),
        (Decimal("sNaN"), "Decimal('sNaN')"),
        (Decimal("Infinity"), "Decimal('Infinity')"),
        (10**1000, f"1{'0' * 59}..."),
        pytest.param(10**5000, "a number of thousands of digits", id="5,001 digits"),
        ("x" * 100, f"'{'x' * 59}..."),
    ],
)
def test_what_is_no_number(value: object, told: str) -> None:
    (message,) = refusal(FUNCTION, f(requests=value))
    allowed = "at least 0 and at most 10,000,000,000,000 requests a month"
    assert message == f'resource."F".requests must be a number, {allowed}; got {told}'


def test_what_is_next_to_nothing_is_nothing() -> None:
    assert usd(cost(FUNCTION, f(requests=1e-320))) == "0.00"
    assert quantities(cost(FUNCTION, f(requests=1.0000000000001))) == {"requests": 1}
    (message,) = refusal(FUNCTION, f(duration_ms=1e-13))
    assert message.startswith('resource."F".duration_ms is 0; it must be more than 0')


def test_numbers_beyond_64_bits_are_too_much() -> None:
    assert refusal(FUNCTION, f(requests=2**64)) == [
        'resource."F".requests is 18,446,744,073,709,551,616; it must be at least 0 and at most 10,000,000,000,000 '
        "requests a month"
    ]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("duration", "duration has no unit: write duration_ms"),
        ("init", "init has no unit: write init_ms"),
        ("payload", "payload has no unit: write payload_kb"),
        ("data", "data has no unit: write data_gb"),
        ("request", "there is no 'request'; did you mean 'requests'?"),
        ("duration_s", "there is no 'duration_s'; did you mean 'duration_ms'?"),
        ("provisioned_hour", "there is no 'provisioned_hour'; did you mean 'provisioned_hours'?"),
        (
            "zzz",
            "there is no 'zzz'; there is requests, duration_ms, init_ms, cold_share, payload_kb, data_gb, "
            "provisioned_hours",
        ),
    ],
)
def test_a_key_that_does_not_exist(key: str, told: str) -> None:
    assert refusal(FUNCTION, f(**{key: 120})) == [f'resource."F": {told}']


@pytest.mark.parametrize("value", [120, "many", None, [1]])
def test_usage_is_a_table(value: object) -> None:
    assert refusal(FUNCTION, {"F": value}) == [
        f'resource."F" must be a table, such as requests = 1000000; got {value!r}'
    ]
    (message,) = refusal({"F": function(usage="many")}, {})
    assert message == "F: usage must be a table, such as requests = 1000000; got 'many'"


# What applies where.

TAKES = {
    "Lambda::Function": "requests, duration_ms, init_ms, cold_share, provisioned_hours, data_gb",
    "Lambda::Alias": "provisioned_hours",
    "Lambda::Version": "provisioned_hours",
    "ApiGateway::RestApi": "requests, payload_kb",
    "ApiGatewayV2::Api": "requests, payload_kb",
    "SNS::Topic": "requests, payload_kb",
    "SQS::Queue": "requests, payload_kb",
    "EC2::VPC": "data_gb",
    "EC2::NatGateway": "data_gb",
    "EC2::VPCEndpoint": "data_gb",
    "Logs::LogGroup": "data_gb",
    "KMS::Key": "requests",
    "SecretsManager::Secret": "requests",
}
KEYS = ("requests", "duration_ms", "init_ms", "cold_share", "payload_kb", "data_gb", "provisioned_hours")


@pytest.mark.parametrize("kind", TAKES)
def test_each_type_takes_its_keys(kind: str) -> None:
    taken = TAKES[kind].split(", ")
    cost({"R": made(kind)}, {"R": dict.fromkeys(taken, 1)})
    wrong = [key for key in KEYS if key not in taken]
    assert refusal({"R": made(kind)}, {"R": dict.fromkeys(KEYS, 1)}) == [
        f'resource."R".{key} says nothing of an AWS::{kind}; it takes {TAKES[kind]}' for key in wrong
    ]


@pytest.mark.parametrize("usage", [{}, {"requests": 1}])
def test_a_resource_without_usage_that_costs(usage: dict[str, object]) -> None:
    expected = "R (AWS::IAM::Role) has no usage that costs anything"
    assert refusal({"R": made("IAM::Role")}, {"R": usage}) == [f'resource."R": {expected}']
    assert refusal({"R": made("IAM::Role", usage)}, {}) == [f"R: usage: {expected}"]


@pytest.mark.parametrize("kind", ["SNS::Topic", "SQS::Queue"])
def test_a_message_has_a_largest_size(kind: str) -> None:
    cost({"R": made(kind)}, {"R": {"payload_kb": 1024}})
    assert refusal({"R": made(kind)}, {"R": {"payload_kb": 1025}}) == [
        'resource."R".payload_kb is 1,025; a message may have at most 1,024 KB'
    ]


def test_initialisation_needs_the_share_of_cold_starts() -> None:
    (message,) = refusal(FUNCTION, f(init_ms=300))
    assert message == 'resource."F".cold_share is missing; init_ms counts for that share of the requests'
    stated = {"F": function({"cold_share": 0.1})}
    cost(stated, f(init_ms=300))


@pytest.mark.parametrize(
    ("timeout", "duration", "is_right"),
    [
        (10, 9_999.9, True),
        (10, 10_000, True),
        (10, 10_000.1, False),
        (None, 3_000, True),
        (None, 3_001, False),
        ({"Ref": "P"}, 900_000, True),
    ],
)
def test_no_duration_is_above_the_timeout(timeout: object, duration: float, is_right: bool) -> None:
    given = {} if timeout is None else {"Timeout": timeout}
    resources = {"F": made("Lambda::Function", **given)}
    if is_right:
        cost(resources, f(duration_ms=duration))
    else:
        (message,) = refusal(resources, f(duration_ms=duration))
        milliseconds = "3,000" if timeout is None else "10,000"
        assert message == f"F: duration_ms is {duration:,}; the function times out after {milliseconds} ms"


def test_every_problem_is_a_line_of_one_error() -> None:
    resources = {
        "F": function({"duration": 120}),
        "Q": made("SQS::Queue"),
        "G": function({"duration_ms": 60_000}, Timeout=3),
    }
    uses: dict[str, object] = {"F": {"requests": -1, "cold_share": 2}, "Q": {"duration_ms": 1}, "Nowhere": {}}
    assert refusal(resources, uses, "usage.toml") == [
        "usage.toml: F: usage: duration has no unit: write duration_ms",
        'usage.toml: resource."F".requests is -1; it must be at least 0 and at most 10,000,000,000,000 requests '
        "a month",
        'usage.toml: resource."F".cold_share is 2; it must be at least 0 and at most 1 (the share of requests that '
        "start cold)",
        'usage.toml: resource."Q".duration_ms says nothing of an AWS::SQS::Queue; it takes requests, payload_kb',
        'usage.toml: resource."Nowhere": there is no such resource; there is F, Q, G',
        "usage.toml: G: duration_ms is 60,000; the function times out after 3,000 ms",
    ]


def test_a_file_goes_before_what_the_app_says_key_by_key() -> None:
    resources = {"F": function({"requests": 8 * M, "duration_ms": 1000})}
    found = quantities(cost(resources, f(requests=M)))
    assert found == {"requests": M, "duration, x86": M}


# What a name means.

ORDERS = {"Orders1A": at("Shop/Orders/Resource", function()), "Q2B": at("Shop/Jobs/Resource", made("SQS::Queue"))}


@pytest.mark.parametrize("name", ["Shop/Orders", "Shop/Orders/Resource", "/Shop/Orders", "Orders1A"])
def test_a_function_by_any_name(name: str) -> None:
    assert usd(cost(ORDERS, {name: {"requests": 10 * M}})) == "2.00"


def test_what_lies_below_a_construct_and_takes_the_keys() -> None:
    below = {
        "A": at("Shop/Api/Api/Resource", made("ApiGatewayV2::Api", ProtocolType="HTTP")),
        "L": at("Shop/Api/Log/Resource", made("Logs::LogGroup")),
        "D": at("Shop/Api/Api/Deep/Resource", made("SQS::Queue")),
    }
    report = cost(below, {"Shop/Api": {"requests": 2 * M}})
    assert [each.resource for each in report.lines] == ["Shop/Api/Api"]
    logs = cost(below, {"Shop/Api": {"data_gb": 2}})
    assert [each.resource for each in logs.lines] == ["Shop/Api/Log"]


def test_two_below_a_construct() -> None:
    resources = {"F": at("Shop/Jobs/A/Resource", function()), "G": at("Shop/Jobs/B/Resource", function())}
    assert refusal(resources, {"Shop/Jobs": {"duration_ms": 1}}) == [
        'resource."Shop/Jobs" may mean 2 resources; name one of them: Shop/Jobs/A, Shop/Jobs/B'
    ]
    assert refusal(resources, {"Shop/Job": {"requests": 1}})[0].startswith('resource."Shop/Job": there is no such')


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("Shop/Order", "Shop/Orders"), ("Shop/orders", "Shop/Orders"), ("Orders1a", "Orders1A"), ("Q2b", "Q2B")],
)
def test_a_name_that_does_not_exist(name: str, nearest: str) -> None:
    assert refusal(ORDERS, {name: {}}) == [f"resource.\"{name}\": there is no such resource; did you mean '{nearest}'?"]


def test_a_name_where_nothing_has_usage() -> None:
    assert refusal({"R": made("IAM::Role")}, {"F": {}}) == [
        'resource."F": there is no such resource; nothing here has usage that costs anything'
    ]


def test_one_logical_id_in_two_stacks() -> None:
    stacks = [stack({"F": function()}, name, stack_path=name) for name in ("Red", "Blue")]
    assert refusal(Topology(stacks), f(requests=1)) == [
        'resource."F" may mean 2 resources; name one of them: Blue/F, Red/F'
    ]
    report = cost(Topology(stacks), {"Red/F": {"requests": 10 * M}})
    assert (usd(report), {each.resource for each in report.lines}) == ("2.00", {"Red/F"})


def test_stages_and_nested_stacks() -> None:
    stages = [
        Topology([stack({"F": at(f"{stage}/Shop/Inner/Orders/Resource", function())}, f"{stage}.json")])
        for stage in ("Beta", "Prod")
    ]
    report = cost(stages, {"Prod/Shop/Inner/Orders": {"requests": 10 * M}, "Beta": {"requests": 5 * M}})
    assert {each.resource: str(each.amount) for each in report.lines} == {
        "Prod/Shop/Inner/Orders": "2.0000000",
        "Beta/Shop/Inner/Orders": "1.0000000",
    }


@pytest.mark.parametrize("name", ["F\x1b[31m", "F\nsecond line", "F\u202e"])
def test_a_name_with_control_characters_is_escaped(name: str) -> None:
    (message,) = refusal(FUNCTION, {name: {}})
    assert message.isprintable()


def test_a_path_goes_before_a_logical_id() -> None:
    resources = {"A": at("B", made("SQS::Queue")), "B": at("Shop/B", made("SQS::Queue"))}
    assert [each.resource for each in cost(resources, {"B": {"requests": 1}}).lines] == ["B"]


# A path above a resource, with a key that no usage has

SHOP = {
    "Api": at("Shop/Api/Api", made("ApiGatewayV2::Api", ProtocolType="HTTP")),
    "F": at("Shop/Api/Handler", function()),
}


@pytest.mark.parametrize(
    ("key", "told"),
    [("requets", "there is no 'requets'; did you mean 'requests'?"), ("duration", "duration has no unit")],
)
def test_a_wrong_key_of_a_path_above_is_told_as_such(key: str, told: str) -> None:
    (message,) = refusal(SHOP, {"Shop/Api": {key: 5}})
    assert message.startswith(f'resource."Shop/Api": {told}')
    (message,) = refusal({"F": SHOP["F"]}, {"Shop": {key: 5}})
    assert message.startswith(f'resource."Shop": {told}')


def test_a_path_above_nothing_stays_a_wrong_resource() -> None:
    (message,) = refusal(SHOP, {"Store/Api": {"requets": 5}})
    assert message.startswith('resource."Store/Api": there is no such resource')


def test_what_a_transform_makes_is_told_as_such() -> None:
    (message,) = refusal({"S": made("Serverless::Function")}, {"S": {"requests": 5}})
    assert "(AWS::Serverless::Function) is made by a transform" in message
