"""What functions cost: rounding, cold starts, storage, provisioned concurrency, SnapStart, and what isn't known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from priced import Resource, amounts, cost, function, line, made, missing, quantities, unpriced, usd

M = 1_000_000
UNKNOWN: tuple[object, ...] = (
    {"Ref": "Parameter"},
    {"Fn::If": ["C", 256, 512]},
    {"Fn::GetAtt": ["R", "A"]},
    "${Token[TOKEN.1]}",
    "{{resolve:ssm:/parameter}}",
)
SNAPSHOTS = {"SnapStart": {"ApplyOn": "PublishedVersions"}, "Runtime": "python3.13"}
ROLE = {"Fn::GetAtt": ["R", "Arn"]}
VERSION = made("Lambda::Version", FunctionName={"Ref": "F"})


def alias(number: object = None, function_name: object = None, **beside: Any) -> Resource:
    found = made("Lambda::Alias", FunctionName=function_name or {"Ref": "F"}, FunctionVersion="1", Name="live")
    if number is not None:
        found["Properties"]["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": number}
    return {**found, **beside}


def target(minimum: object, **beside: Any) -> Resource:
    return {
        **made(
            "ApplicationAutoScaling::ScalableTarget",
            MinCapacity=minimum,
            MaxCapacity=10,
            ResourceId={"Fn::Join": ["", ["function:", {"Ref": "F"}, ":live"]]},
            ScalableDimension="lambda:function:ProvisionedConcurrency",
            ServiceNamespace="lambda",
        ),
        **beside,
    }


# Duration: 1,000 requests at 1 GB, so a millisecond is a GB-second.


@pytest.mark.parametrize(
    ("milliseconds", "seconds"), [(119.999, 120), (120, 120), (120.001, 121), (0.001, 1), (1, 1), (900_000, 900_000)]
)
def test_a_duration_is_rounded_up_to_a_millisecond(milliseconds: float, seconds: int) -> None:
    report = cost({"F": function({"requests": 1000, "duration_ms": milliseconds})})
    assert quantities(report)["duration, x86"] == seconds


@pytest.mark.parametrize(
    ("memory", "seconds"), [(128, "1.25"), (256, "2.5"), (1024, "10"), (1769, "17.275390625"), (10_240, "100")]
)
def test_memory(memory: int, seconds: str) -> None:
    report = cost({"F": function({"requests": 1000, "duration_ms": 10}, MemorySize=memory)})
    assert quantities(report)["duration, x86"] == Decimal(seconds)


def test_a_function_without_memory_has_128_mb() -> None:
    resource = made("Lambda::Function", {"requests": 8000, "duration_ms": 1})
    assert quantities(cost({"F": resource}))["duration, x86"] == 1


def test_the_formula_of_a_duration() -> None:
    report = cost({"F": function({"requests": 2_000_000, "duration_ms": 119.5}, MemorySize=512)})
    found = line(report, "duration, x86")
    assert found.formula == ("2,000,000 requests x 120 ms x 512 MB = 120,000 GB-seconds x 0.0000166667 USD")
    assert (found.quantity, found.unit, found.amount) == (Decimal(120_000), "GB-second", Decimal("2.000004"))
    assert line(report, "requests").formula == "2,000,000 requests x 0.0000002 USD"


def test_the_formula_of_what_is_free_in_part() -> None:
    report = cost({"F": function({"requests": 2_000_000, "duration_ms": 1})}, free_tier=True)
    assert line(report, "requests").formula == "1,000,000 of 2,000,000 requests x 0.0000002 USD"
    assert line(report, "requests (free tier)").formula == "1,000,000 of 2,000,000 requests free every month"


@pytest.mark.parametrize(
    ("share", "seconds"),
    [(0, None), (0.000001, "0.00025"), (0.01, "2.5"), (1, "250")],
)
def test_initialisation_counts_for_the_requests_that_start_cold(share: float, seconds: str | None) -> None:
    usage = {"requests": 1000, "duration_ms": 100, "init_ms": 250, "cold_share": share}
    found = quantities(cost({"F": function(usage)}))
    assert found["duration, x86"] == 100
    assert found.get("initialisation, x86") == (None if seconds is None else Decimal(seconds))


def test_a_cold_start_is_rounded_up_once() -> None:
    """0.4 ms and 0.4 ms are one millisecond together; 0.4 and 0.7 are two."""
    one = cost({"F": function({"requests": 1000, "duration_ms": 0.4, "init_ms": 0.4, "cold_share": 1})})
    two = cost({"F": function({"requests": 1000, "duration_ms": 0.4, "init_ms": 0.7, "cold_share": 1})})
    assert quantities(one)["initialisation, x86"] == 0
    assert quantities(two)["initialisation, x86"] == 1


def test_without_cold_share_the_report_says_what_it_assumes() -> None:
    assumed = "no cold starts, where no cold_share is stated"
    cold = {"requests": 10, "duration_ms": 10, "init_ms": 10, "cold_share": 0.5}
    assert assumed in cost({"F": function({"requests": 10, "duration_ms": 10})}).assumptions
    assert assumed not in cost({"F": function(cold)}).assumptions


# Ephemeral storage: a million seconds with 1 GB above 512 MB costs 0.0309.


@pytest.mark.parametrize(
    ("size", "gb_seconds"), [(None, None), (512, None), (513, "976.5625"), (1536, "1000000"), (10_240, "9500000")]
)
def test_ephemeral_storage_above_512_mb(size: int | None, gb_seconds: str | None) -> None:
    given = {} if size is None else {"EphemeralStorage": {"Size": size}}
    report = cost({"F": function({"requests": M, "duration_ms": 1000}, **given)})
    found = quantities(report).get("ephemeral storage above 512 MB")
    assert found == (None if gb_seconds is None else Decimal(gb_seconds))
    if size == 1536:
        assert line(report, "ephemeral storage above 512 MB").amount == Decimal("0.0309")


def test_ephemeral_storage_counts_while_a_function_initialises() -> None:
    usage = {"requests": M, "duration_ms": 1000, "init_ms": 500, "cold_share": 0.5}
    report = cost({"F": function(usage, EphemeralStorage={"Size": 1536})})
    assert quantities(report)["ephemeral storage above 512 MB"] == 1_250_000


def test_ephemeral_storage_without_usage_has_its_price() -> None:
    report = cost({"F": function(EphemeralStorage={"Size": 513})})
    found = missing(report, "ephemeral storage above 512 MB")
    assert (found.unit, found.unit_price, found.reason) == ("GB-second", Decimal("0.0000000309"), "no usage is stated")
    assert "ephemeral storage above 512 MB" not in unpriced(cost({"F": function(EphemeralStorage={"Size": 512})}))


# What isn't stated, and what isn't known.


def test_without_usage_the_prices_are_shown() -> None:
    report = cost({"F": function(Architectures=["arm64"])})
    assert report.lines == ()
    assert [(each.item, each.unit, str(each.unit_price), each.reason) for each in report.unpriced] == [
        ("requests", "request", "2E-7", "no usage is stated"),
        ("duration, Arm", "GB-second", "0.0000133334", "no usage is stated"),
        ("logs that come in", "GB", "0.50", "no usage is stated"),
        (
            "logs that are kept",
            "GB-month",
            "0.03",
            "how much is kept depends on the retention and on how it compresses",
        ),
    ]


def test_without_a_duration_only_the_requests_are_priced() -> None:
    report = cost({"F": function({"requests": 10 * M})})
    assert (usd(report), unpriced(report)) == ("2.00", {"duration, x86": "no duration_ms is stated"})
    never = cost({"F": function({"requests": 0})})
    assert (usd(never), unpriced(never)) == ("0.00", {})


@pytest.mark.parametrize("value", UNKNOWN)
@pytest.mark.parametrize(("name", "what"), [("MemorySize", "memory"), ("Architectures", "architecture")])
def test_an_unknown_property_is_never_guessed(name: str, what: str, value: object) -> None:
    report = cost({"F": function({"requests": 10 * M, "duration_ms": 100}, **{name: value})})
    assert amounts(report) == {"requests": "2.00"}
    assert unpriced(report) == {"duration": f"its {what} is known at the deployment only"}


@pytest.mark.parametrize("value", UNKNOWN)
def test_an_unknown_ephemeral_storage(value: object) -> None:
    usage = {"requests": 10 * M, "duration_ms": 100}
    report = cost({"F": function(usage, EphemeralStorage={"Size": value})})
    assert unpriced(report) == {
        "ephemeral storage above 512 MB": "its ephemeral storage is known at the deployment only"
    }
    assert set(amounts(report)) == {"requests", "duration, x86"}


@pytest.mark.parametrize("architectures", [[{"Ref": "P"}], ["arm64", "x86_64"], [{"Fn::If": ["C", "arm64", "x86_64"]}]])
def test_an_architecture_that_is_not_certain(architectures: list[object]) -> None:
    usage = {"requests": 1, "duration_ms": 1}
    assert "duration" in unpriced(cost({"F": function(usage, Architectures=architectures)}))


@pytest.mark.parametrize("memory", [-1, 10**40, 1e300])
def test_memory_that_aws_refuses_costs_nothing_that_could_be_named(memory: float) -> None:
    report = cost({"F": function({"requests": M, "duration_ms": 100}, MemorySize=memory)})
    assert amounts(report) == {"requests": "0.20"}
    assert unpriced(report) == {"duration, x86": "the template has a number that AWS refuses"}


# Provisioned concurrency: one instance of 1 GB for 730 hours is 2,628,000 GB-seconds.


def test_provisioned_concurrency_of_a_month() -> None:
    usage = {"requests": M, "duration_ms": 1000}
    report = cost({"F": function(usage), "A": alias(2)}, free_tier=True)
    assert quantities(report) == {
        "requests, provisioned": M,
        "provisioned concurrency, x86": 5_256_000,
        "duration, provisioned, x86": M,
    }
    # 5,256,000 x 0.0000041667 = 21.9001752; 1,000,000 x 0.0000097222 = 9.7222; nothing of it is free.
    assert amounts(report) == {
        "requests, provisioned": "0.20",
        "provisioned concurrency, x86": "21.90",
        "duration, provisioned, x86": "9.72",
    }


@pytest.mark.parametrize(
    ("hours", "provisioned", "served"),
    [(0, 0, 0), (73, 262_800, 100_000), (100, 360_000, 136_986), (365, 1_314_000, 500_000), (730, 2_628_000, M)],
)
def test_provisioned_hours(hours: int, provisioned: int, served: int) -> None:
    usage = {"requests": M, "duration_ms": 1000, "provisioned_hours": hours}
    found = quantities(cost({"F": function(usage), "A": alias(1)}))
    assert found["provisioned concurrency, x86"] == provisioned
    assert int(found.get("requests, provisioned", Decimal())) == served
    assert found.get("requests, provisioned", 0) + found.get("requests", 0) == M
    assert found.get("duration, provisioned, x86", 0) + found.get("duration, x86", 0) == M


def test_a_month_of_31_days_is_the_most() -> None:
    usage = {"requests": M, "duration_ms": 1000, "provisioned_hours": 744}
    found = quantities(cost({"F": function(usage), "A": alias(1)}))
    assert found["provisioned concurrency, x86"] == 744 * 3600
    assert found["requests, provisioned"] == M


def test_the_share_of_few_requests_is_never_more_than_all_of_them() -> None:
    usage = {"requests": 0.0000007, "duration_ms": 1000, "provisioned_hours": 729}
    report = cost({"F": function(usage), "A": alias(1)})
    assert all(each.quantity >= 0 for each in report.lines)


def test_what_scales_has_its_minimum() -> None:
    usage = {"requests": 0}
    report = cost({"F": function(usage), "A": alias(), "T": target(3)})
    assert quantities(report)["provisioned concurrency, x86"] == 3 * 2_628_000
    assert any("auto scaling" in each for each in report.assumptions)


@pytest.mark.parametrize("value", UNKNOWN)
def test_an_unknown_number_of_provisioned_instances(value: object) -> None:
    usage = {"requests": 10 * M, "duration_ms": 100}
    for resources in ({"A": alias(value)}, {"A": alias(), "T": target(value)}):
        report = cost({"F": function(usage), **resources})
        assert missing(report, "provisioned concurrency").reason == "its number is known at the deployment only"
        assert usd(report) == "18.67"  # as if there were none: 2.00 + 1 M GB-seconds x 0.0000166667


def test_an_alias_under_a_condition_is_there() -> None:
    report = cost({"F": function({"requests": 0}), "A": alias(5, Condition="C")})
    assert quantities(report)["provisioned concurrency, x86"] == 5 * 2_628_000
    assert "resources under a condition are there" in report.assumptions


def test_what_may_scale_an_alias_is_named() -> None:
    report = cost({"F": function({"requests": 0}), "A": alias(), "T": target(5, Condition="C")})
    assert unpriced(report) == {"provisioned concurrency": "it is under a condition"}


def test_each_alias_has_hours_of_its_own() -> None:
    own = {**alias(1), "Metadata": {"constructs-lambda": {"usage": {"provisioned_hours": 100}}}}
    report = cost({"F": function({"requests": M, "duration_ms": 1000}), "A": own, "B": alias(2)})
    # 1 x 100 hours and 2 x 730 hours of 1 GB
    assert quantities(report)["provisioned concurrency, x86"] == 360_000 + 5_256_000
    assert quantities(report)["requests, provisioned"] == M


def test_provisioned_concurrency_of_a_function_from_elsewhere_is_named() -> None:
    report = cost({"A": alias(5, "arn:aws:lambda:us-east-1:111122223333:function:orders")})
    assert unpriced(report) == {"provisioned concurrency": "its function isn't known here"}


def test_provisioned_concurrency_of_unknown_memory_is_named() -> None:
    report = cost({"F": function({"requests": 0}, MemorySize={"Ref": "P"}), "A": alias(5)})
    assert set(unpriced(report)) == {"duration", "provisioned concurrency"}


# SnapStart: 1 GB kept for a month is 2,628,000 GB-seconds x 0.0000015046 = 3.9540888.


def test_snap_start() -> None:
    usage = {"requests": 10_000, "duration_ms": 100, "cold_share": 0.1, "init_ms": 500}
    report = cost({"F": function(usage, **SNAPSHOTS), "V": VERSION})
    assert quantities(report)["SnapStart cache"] == 2_628_000
    assert quantities(report)["SnapStart restores"] == 1000
    assert amounts(report)["SnapStart cache"] == "3.95"
    assert amounts(report)["SnapStart restores"] == "0.14"
    assert "initialisation, x86" not in quantities(report)


def test_each_published_version_is_kept() -> None:
    report = cost({"F": function(**SNAPSHOTS), "V": VERSION, "W": VERSION})
    assert quantities(report)["SnapStart cache"] == 2 * 2_628_000
    assert missing(report, "SnapStart restores").reason.startswith("no cold_share is stated")


def test_only_published_versions_have_snapshots() -> None:
    usage = {"requests": 1000, "duration_ms": 100, "cold_share": 1, "init_ms": 500}
    found = quantities(cost({"F": function(usage, **SNAPSHOTS)}))
    assert "SnapStart cache" not in found
    assert found["initialisation, x86"] == 500


@pytest.mark.parametrize("runtime", ["java17", "java21"])
def test_snap_start_of_java_is_free(runtime: str) -> None:
    report = cost({"F": function({"requests": 0}, **{**SNAPSHOTS, "Runtime": runtime}), "V": VERSION})
    assert (usd(report), unpriced(report)) == ("0.00", {})


@pytest.mark.parametrize("value", UNKNOWN)
def test_unknown_snap_start(value: object) -> None:
    for changed, what in (({"SnapStart": {"ApplyOn": value}}, "SnapStart"), ({"Runtime": value}, "runtime")):
        report = cost({"F": function({"requests": 0}, **{**SNAPSHOTS, **changed}), "V": VERSION})
        assert unpriced(report) == {"SnapStart": f"its {what} is known at the deployment only"}


def test_a_switched_off_snap_start_of_an_unknown_runtime() -> None:
    given = {"SnapStart": {"ApplyOn": "None"}, "Runtime": {"Ref": "P"}}
    assert unpriced(cost({"F": function({"requests": 0}, **given), "V": VERSION})) == {}


# What has no price here.


def test_managed_instances() -> None:
    config = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "arn"}}
    report = cost({"F": function({"requests": 10 * M, "duration_ms": 100}, CapacityProviderConfig=config)})
    assert amounts(report) == {"requests": "2.00"}
    assert set(unpriced(report)) == {"EC2 instances of its capacity provider"}


def test_durable_functions_and_tenants() -> None:
    given = {"DurableConfig": {"ExecutionTimeout": 60}, "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}
    assert set(unpriced(cost({"F": function({"requests": 0}, **given)}))) == {
        "durable operations",
        "environments of tenants",
    }


def test_logs_that_a_function_writes() -> None:
    report = cost({"F": function({"requests": 0, "data_gb": 10})})
    assert amounts(report)["logs that come in"] == "5.00"


def test_a_function_under_a_condition_is_there() -> None:
    resource = {**function({"requests": 10 * M, "duration_ms": 1}), "Condition": "C"}
    report = cost({"F": resource})
    assert usd(report) == "2.17"  # 2.00 + 10,000 GB-seconds x 0.0000166667
    assert "resources under a condition are there" in report.assumptions


def test_what_is_provisioned_never_starts_cold() -> None:
    usage = {"requests": M, "duration_ms": 1000, "init_ms": 1000, "cold_share": 1, "provisioned_hours": 365}
    found = quantities(cost({"F": function(usage), "A": alias(1)}))
    assert found["initialisation, x86"] == 500_000


# Lambda@Edge


@pytest.mark.parametrize(
    "edge",
    [
        {
            "V": VERSION,
            "D": made(
                "CloudFront::Distribution",
                DistributionConfig={
                    "DefaultCacheBehavior": {"LambdaFunctionAssociations": [{"LambdaFunctionARN": {"Ref": "V"}}]}
                },
            ),
        },
        {
            "R": made(
                "IAM::Role",
                AssumeRolePolicyDocument={"Statement": [{"Principal": {"Service": ["edgelambda.amazonaws.com"]}}]},
            )
        },
    ],
    ids=["distribution", "role"],
)
def test_lambda_at_edge_has_other_prices(edge: dict[str, Resource]) -> None:
    resources = {"F": function({"requests": M, "duration_ms": 100, "data_gb": 5}, Role=ROLE), **edge}
    report = cost(resources, free_tier=True)
    assert [each for each in report.lines if each.resource == "F"] == []
    assert [(each.item, each.reason) for each in report.unpriced if each.resource == "F"] == [
        ("Lambda@Edge", "it runs and logs in the Regions of its visitors; no price is known here")
    ]


def test_another_role_is_none_of_lambda_at_edge() -> None:
    role = made(
        "IAM::Role", AssumeRolePolicyDocument={"Statement": [{"Principal": {"Service": "lambda.amazonaws.com"}}]}
    )
    report = cost({"F": function({"requests": M, "duration_ms": 100}, Role=ROLE), "R": role})
    assert amounts(report)["requests"] == "0.20"


# A schedule that provisions another number for some hours


@pytest.mark.parametrize(
    ("actions", "is_named"),
    [
        ([{"ScalableTargetAction": {"MinCapacity": 6}}], True),
        ([{"ScalableTargetAction": {"MinCapacity": 4}}], True),
        ([{"ScalableTargetAction": {"MinCapacity": 5}}], False),
        ([{"ScalableTargetAction": {"MaxCapacity": 50}}], False),
        ([{"ScalableTargetAction": {"MinCapacity": {"Ref": "P"}}}], True),
        ([{"Fn::If": ["C", {}, {}]}], True),
        ([{"ScalableTargetAction": {"Fn::If": ["C", {}, {}]}}], True),
        ({"Ref": "P"}, True),
        ([], False),
    ],
)
def test_a_schedule_that_provisions_another_number_is_named(actions: object, is_named: bool) -> None:
    scaled = target(5)
    scaled["Properties"]["ScheduledActions"] = actions
    report = cost({"F": function({"requests": 0}), "A": alias(2), "T": scaled})
    reason = "how long its schedule provisions another number isn't counted"
    assert unpriced(report) == ({"provisioned concurrency by a schedule": reason} if is_named else {})
    assert quantities(report)["provisioned concurrency, x86"] == 5 * 730 * 3600
