"""What a change of an app costs: resources that came, went or changed, and what others pay differently for it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from priced import Resource, app, cost, function, made

from constructs_lambda.errors import InputError
from constructs_lambda.pricing import AppUsage, estimate
from constructs_lambda.pricing.changes import SHARED, Change, OpenChanges, changes, open_changes
from constructs_lambda.pricing.settling import split_usage

M = 1_000_000
SECRET = made("SecretsManager::Secret", {"requests": 0})


def queue(requests: int) -> Resource:
    return made("SQS::Queue", {"requests": requests})


def between(before: Mapping[str, Resource], after: Mapping[str, Resource], *, free_tier: bool = False) -> list[Change]:
    return list(changes(cost(before, free_tier=free_tier), cost(after, free_tier=free_tier)))


def cents(found: list[Change]) -> list[tuple[str, str | None, str | None, str]]:
    def shown(amount: Decimal | None) -> str | None:
        return None if amount is None else f"{amount:.2f}"

    return [(each.resource, shown(each.before), shown(each.after), f"{each.difference:+.2f}") for each in found]


def test_identical_apps() -> None:
    assert between({"Q": queue(M), "S": SECRET}, {"S": SECRET, "Q": queue(M)}) == []
    assert between({}, {}) == []


def test_what_came_went_and_changed_the_most_expensive_first() -> None:
    before = {"Same": SECRET, "Old": SECRET, "Q": queue(10 * M), "Up": queue(M)}
    after = {"Same": SECRET, "New": made("KMS::Key", {"requests": 0}), "Q": queue(M), "Up": queue(2 * M)}
    found = between(before, after)
    assert cents(found) == [
        ("Q", "4.00", "0.40", "-3.60"),
        ("New", None, "1.00", "+1.00"),
        ("Old", "0.40", None, "-0.40"),
        ("Up", "0.40", "0.80", "+0.40"),
    ]
    assert [each.items for each in found] == [
        ("SQS requests",),
        ("customer-managed keys", "requests of keys"),
        ("calls for secrets", "secrets"),
        ("SQS requests",),
    ]


def test_a_resource_that_costs_nothing_comes_all_the_same() -> None:
    found = between({}, {"Q": queue(0)})
    assert cents(found) == [("Q", None, "0.00", "+0.00")]


def test_only_what_changed_of_a_resource_is_named() -> None:
    before = {"F": function({"requests": M, "duration_ms": 100})}
    longer = {"F": function({"requests": M, "duration_ms": 200})}
    on_arm = {"F": function({"requests": M, "duration_ms": 100}, Architectures=["arm64"])}
    assert [each.items for each in between(before, longer)] == [("duration, x86",)]
    assert [each.items for each in between(before, on_arm)] == [("duration, Arm", "duration, x86")]
    # 100,000 GB-seconds: 1.66667 on x86, 1.33334 on Arm.
    assert cents(between(before, on_arm)) == [("F", "1.87", "1.53", "-0.33")]


def test_what_others_pay_for_a_new_resource_is_one_entry() -> None:
    """A queue that takes its share of the free million from another."""
    found = between({"A": queue(M), "S": SECRET}, {"A": queue(M), "B": queue(3 * M), "S": SECRET}, free_tier=True)
    # A and B share the million 1 to 3: A pays for 750,000 = 0.30, B for 2,250,000 = 0.90.
    assert cents(found) == [("B", None, "0.90", "+0.90"), (SHARED, "0.40", "0.70", "+0.30")]
    assert found[1].items == ()


def test_tiers_alone() -> None:
    """Two APIs of 300 M: with the second one, half of what the first one has is in the cheaper tier."""
    api = made("ApiGatewayV2::Api", {"requests": 300 * M}, ProtocolType="HTTP")
    assert cents(between({"A": api}, {"A": api, "B": api})) == [
        ("B", None, "285.00", "+285.00"),
        (SHARED, "300.00", "285.00", "-15.00"),
    ]


def test_a_change_of_nothing_that_costs() -> None:
    assert between({"F": function()}, {"F": function(MemorySize=512), "R": made("IAM::Role")}) == []


def test_a_share_that_is_cut_elsewhere_is_no_change() -> None:
    """A quantity with more digits than Python's decimals keep by themselves, in other slices than before."""
    use = {"requests": 1234567890123.456789, "duration_ms": 1, "init_ms": 777, "cold_share": 0.123456789012}
    other = function({"requests": 7 * M, "duration_ms": 333}, MemorySize=1769)
    same = function(use, MemorySize=1769)
    found = between({"F": same}, {"F": same, "G": other}, free_tier=True)
    assert [each.resource for each in found] == ["G", SHARED]


def test_another_region_is_a_change() -> None:
    before = cost(app({"S": SECRET}, region="us-east-1"))
    after = cost(app({"S": SECRET}, region="mars-north-1"))
    assert cents(list(changes(before, after))) == [("S", "0.40", None, "-0.40")]


# Names of one usage file for two states of an app.


def split(names: list[str]) -> tuple[list[str], list[str]]:
    now, then = app({"Both": queue(1), "New": queue(1)}), app({"Both": queue(1), "Old": queue(1)})
    usage = AppUsage(resources={name: {} for name in names}, free_tier=False, region="eu-west-1", name="usage.toml")
    here, there = split_usage(usage, [now], [then])
    for each in (here, there):
        assert (each.free_tier, each.region, each.name) == (False, "eu-west-1", "usage.toml")
    return list(here.resources), list(there.resources)


def test_a_name_of_one_state_only_is_for_that_one() -> None:
    assert split(["Both", "New", "Old"]) == (["Both", "New"], ["Both", "Old"])


def test_a_name_of_neither_is_reported_once() -> None:
    assert split(["Both", "Neither"]) == (["Both", "Neither"], ["Both"])


# What has no price


def test_what_joined_and_what_left_what_has_no_price() -> None:
    before = cost({"S": SECRET, "Old": made("S3::Bucket"), "Stays": made("S3::Bucket")})
    after = cost({"S": SECRET, "New": made("DynamoDB::Table"), "Stays": made("S3::Bucket")})
    found = open_changes(before, after)
    assert [(each.resource, each.item) for each in found.added] == [("New", "AWS::DynamoDB::Table")]
    assert [(each.resource, each.item) for each in found.removed] == [("Old", "AWS::S3::Bucket")]
    assert [each.resource for each in found.kept] == ["Stays"]
    assert open_changes(after, after) == OpenChanges(added=(), removed=(), kept=after.unpriced)


# Usage is that of the state after the change


def test_usage_that_does_not_fit_the_state_before_is_a_note() -> None:
    usage = AppUsage(resources={"F": {"requests": 1, "duration_ms": 5000}})
    before = estimate(app({"F": function(Timeout=3)}), usage, misfits="note")
    note = "this usage doesn't fit: F: duration_ms is 5,000; the function times out after 3,000 ms"
    assert note in before.assumptions
    with pytest.raises(InputError, match="times out after 3,000 ms"):
        estimate(app({"F": function(Timeout=3)}), usage)
