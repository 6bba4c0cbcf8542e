"""Prices by memory: with durations that were measured, or assumed in proportion to CPU."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from priced import Resource, app, function, made

from constructs_lambda.errors import InputError
from constructs_lambda.pricing import AppUsage, shipped_prices
from constructs_lambda.pricing.what_if import ASSUMED, MEASURED, MemoryPrice, by_memory, read_memory

M = 1_000_000
USE = {"requests": M, "duration_ms": 100}


def tuned(measured: object, **properties: Any) -> Resource:
    found = function(USE, **properties)
    found["Metadata"]["constructs-lambda"]["tuning"] = measured
    return found


def what_if(resources: dict[str, Resource], *memory: int, free_tier: bool = False) -> list[MemoryPrice]:
    return by_memory(app(resources), memory, AppUsage(), shipped_prices(), free_tier=free_tier)


def rows(found: list[MemoryPrice]) -> list[tuple[int, str, str, str, bool]]:
    return [
        (each.memory_mb, str(each.duration_ms), each.basis, f"{each.amount:.2f}", each.is_current) for each in found
    ]


def test_assumed_in_proportion_to_cpu() -> None:
    # 100,000 GB-seconds x 0.0000166667 = 1.67, and 0.20 for requests, whatever the memory.
    assert rows(what_if({"F": function(USE)}, 512, 2048)) == [
        (512, "200.0", ASSUMED, "1.87", False),
        (1024, "100", "as stated", "1.87", True),
        (2048, "50.0", ASSUMED, "1.87", False),
    ]


def test_measured() -> None:
    # 512 MB: 150.2 ms are 151, so 75,500 GB-seconds: 1.2583 + 0.20. 2048 MB: 70.5 are 71, so 142,000: 2.3667 + 0.20.
    found = what_if({"F": tuned({"512": 150.2, "2048": 70.5, "1024": 1})}, 512, 1536, 2048)
    assert rows(found) == [
        (512, "150.2", MEASURED, "1.46", False),
        (1024, "100", "as stated", "1.87", True),
        (1536, "66.7", ASSUMED, "1.88", False),  # 67 ms: 100,500 GB-seconds
        (2048, "70.5", MEASURED, "2.57", False),
    ]


@pytest.mark.parametrize(
    "measured",
    [None, "fast", [70], {"2048": "fast"}, {"2048": True}, {"2048": 0}, {"2048": -1}, {"2048": 1e9}, {"2048": None}],
)
def test_what_was_not_measured_is_assumed(measured: object) -> None:
    assert what_if({"F": tuned(measured)}, 2048)[1].basis == ASSUMED


def test_the_current_memory_among_the_wanted_is_one_row() -> None:
    found = what_if({"F": function(USE)}, 512, 1024)
    assert [(each.memory_mb, each.is_current) for each in found] == [(512, False), (1024, True)]


def test_a_short_duration_never_becomes_none() -> None:
    resource = function({"requests": 8 * M, "duration_ms": 0.1}, MemorySize=128)
    (_, most) = what_if({"F": resource}, 10_240)
    # 1 ms at 10 GB: 80,000 GB-seconds = 1.333336, and 1.60 for the requests.
    assert f"{most.amount:.2f}" == "2.93"
    assert most.duration_ms > 0


def test_all_that_is_charged_for_the_function_is_in_the_amount() -> None:
    resources = {
        "F": function({**USE, "data_gb": 2}, EphemeralStorage={"Size": 1536}),
        "Q": made("SQS::Queue", {"requests": M}),
    }
    (now, _) = what_if(resources, 2048)
    # 0.20 + 1.66667 + 1.00 for logs + 100,000 GB-seconds of storage x 0.0000000309
    assert now.amount == Decimal("0.20") + Decimal("1.66667") + 1 + Decimal("0.00309")


def test_the_free_tier_is_shared_among_functions() -> None:
    use = {"requests": 4 * M, "duration_ms": 100}
    found = what_if({"F": function(use), "G": function(use)}, 2048, free_tier=True)
    # Each: 3.5 M requests = 0.70, and half of 400,000 GB-seconds free: 200,000 x 0.0000166667 = 3.33334.
    assert [(each.resource, f"{each.amount:.2f}") for each in found] == [(n, "4.03") for n in "FFGG"]


@pytest.mark.parametrize(
    "resource",
    [
        function(),
        function({"requests": 1}),
        function({"duration_ms": 1}),
        function(USE, MemorySize={"Ref": "P"}),
        function(USE, MemorySize=0),
        function(USE, MemorySize=-1024),
        function(USE, MemorySize=1e300),
        function(USE, CapacityProviderConfig={"LambdaManagedInstancesCapacityProviderConfig": {}}),
    ],
    ids=["nothing", "requests", "duration", "unknown memory", "no memory", "negative", "huge", "instances"],
)
def test_functions_of_which_nothing_can_be_said(resource: Resource) -> None:
    found = what_if({"F": resource, "G": function(USE)}, 512)
    assert {each.resource for each in found} == {"G"}


def test_derived_requests_are_enough() -> None:
    rule = made(
        "Events::Rule", ScheduleExpression="rate(1 hour)", Targets=[{"Arn": {"Fn::GetAtt": ["F", "Arn"]}, "Id": "F"}]
    )
    assert len(what_if({"F": function({"duration_ms": 100}), "E": rule}, 512)) == 2


def test_usage_that_makes_no_sense() -> None:
    with pytest.raises(InputError, match="requests is -1"):
        what_if({"F": function({"requests": -1})}, 512)


# What is written on the command line.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("memory=512", (512,)),
        ("memory=2048,512,1024", (512, 1024, 2048)),
        (" memory = 512 , 1024 ", (512, 1024)),
        ("memory=512,512", (512,)),
        ("memory=128,10240", (128, 10_240)),
    ],
)
def test_amounts_of_memory(text: str, expected: tuple[int, ...]) -> None:
    assert read_memory(text) == expected


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ("127", "'127'"),
        ("10241", "'10241'"),
        ("0", "'0'"),
        ("-512", "'-512'"),
        ("512.5", "'512.5'"),
        ("1e3", "'1e3'"),
        ("1 GB", "'1 GB'"),
        ("\u0665\u0661\u0662", "'\u0665\u0661\u0662'"),
        ("", "''"),
        ("512,", "''"),
        ("127,512,many", "'127', 'many'"),
        ("9" * 5000, f"'{'9' * 5000}'"),
    ],
)
def test_what_is_no_memory(values: str, wrong: str) -> None:
    with pytest.raises(InputError) as raised:
        read_memory(f"memory={values}")
    assert f": {wrong} is no memory; AWS allows " in str(raised.value)
    assert "128" in str(raised.value)
    assert "10,240" in str(raised.value)


@pytest.mark.parametrize("text", ["", "512", "memory", "memory:512", "Memory=512", "timeout=3"])
def test_what_is_no_what_if(text: str) -> None:
    with pytest.raises(InputError, match="it must be memory= and amounts in MB, such as memory=512,1024,2048"):
        read_memory(text)


@pytest.mark.parametrize(
    ("timeout", "is_impossible"), [(1, False), (0.999, True), (None, False), ({"Ref": "P"}, False)]
)
def test_a_duration_that_the_timeout_ends(timeout: object, is_impossible: bool) -> None:
    given = {} if timeout is None else {"Timeout": timeout}
    resource = {**function(USE), "Properties": {"MemorySize": 1024, **given}}
    (other, now) = what_if({"F": resource}, 128)
    assert other.duration_ms == 800
    assert now.reason == ""
    (slow, _) = what_if({"F": {**resource, "Properties": {**resource["Properties"], "MemorySize": 1280}}}, 128)
    assert slow.duration_ms == 1000
    assert (slow.amount is None) is is_impossible
    assert slow.reason == ("impossible: it times out after 999 ms" if is_impossible else "")


def test_without_a_price_there_is_no_amount() -> None:
    found = by_memory(app({"F": function(USE)}), [512], AppUsage(), shipped_prices(), region="il-central-1")
    reason = "duration, x86: no price is known in il-central-1"
    assert [(each.amount, each.reason) for each in found] == [(None, reason), (None, reason)]
