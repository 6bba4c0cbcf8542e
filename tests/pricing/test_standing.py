"""What costs by being there: alarms, dashboards, keys, secrets, log groups; and what has no price here."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from priced import Resource, amounts, cost, function, made, missing, prices, quantities, unpriced, usd

M = 1_000_000
UNKNOWN = ({"Ref": "P"}, {"Fn::If": ["C", "a", "b"]}, "${Token[TOKEN.1]}")
FAST = {"cloudwatch-alarms": "0.10", "cloudwatch-high-resolution-alarms": "0.30"}


def stat(period: object) -> dict[str, Any]:
    return {"MetricStat": {"Metric": {"MetricName": "Errors"}, "Period": period, "Stat": "Sum"}}


@pytest.mark.parametrize(
    ("properties", "standard", "fast"),
    [
        ({"Period": 300}, 1, 0),
        ({"Period": 60}, 1, 0),
        ({"Period": "60"}, 1, 0),
        ({"Period": 59}, 0, 1),
        ({"Period": 10}, 0, 1),
        ({"Metrics": [stat(60), stat(300), {"Expression": "m1 / m2"}]}, 2, 0),
        ({"Metrics": [stat(60), stat(30)]}, 1, 1),
        ({"Metrics": [stat(60), {"Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]}, 3, 0),
    ],
)
def test_an_alarm_costs_for_its_metrics(properties: dict[str, Any], standard: int, fast: int) -> None:
    found = quantities(cost({"A": made("CloudWatch::Alarm", **properties)}, prices=prices(FAST)))
    assert (found.get("metrics of alarms", 0), found.get("high-resolution metrics of alarms", 0)) == (standard, fast)


@pytest.mark.parametrize("value", UNKNOWN)
def test_an_alarm_of_unknown_metrics(value: object) -> None:
    for properties, what in (({"Metrics": value}, "number"), ({"Period": value}, "resolution")):
        report = cost({"A": made("CloudWatch::Alarm", **properties)})
        assert report.lines == ()
        assert unpriced(report) == {"alarm": f"the {what} of its metrics is known at the deployment only"}


def test_ten_metrics_of_alarms_are_free() -> None:
    alarms = {f"A{n}": made("CloudWatch::Alarm", Period=60) for n in range(11)}
    assert usd(cost(alarms)) == "1.10"
    assert usd(cost(alarms, free_tier=True)) == "0.10"
    del alarms["A0"]
    assert usd(cost(alarms, free_tier=True)) == "0.00"


def body_of(metrics: list[list[Any]]) -> str:
    return json.dumps({"widgets": [{"type": "text"}, {"type": "metric", "properties": {"metrics": metrics}}]})


def errors_of(count: int) -> list[list[Any]]:
    return [["AWS/Lambda", "Errors", "FunctionName", f"f{number}", {"stat": "Sum"}] for number in range(count)]


FIFTY_ONE: dict[str, object] = {
    "literal": body_of(errors_of(51)),
    "tokens": {
        "Fn::Join": [
            "",
            [
                '{"widgets": [{"properties": {"metrics": [["AWS/Lambda", "Errors", "FunctionName", "',
                *(part for number in range(50) for part in ({"Ref": f"F{number}"}, '"], [".", ".", ".", "')),
                {"Ref": "F50"},
                '"]]}}]}',
            ],
        ]
    },
    "short": body_of([*errors_of(1), *(["...", f"g{number}"] for number in range(50))]),
}
SMALL: dict[str, object] = {
    "fifty": body_of(errors_of(50)),
    "twice the same": body_of(errors_of(50) * 2),
    "expressions": body_of([*errors_of(50), [{"expression": "m1 + m2"}]]),
    "no JSON": "{",
    "no widgets": "[]",
    "nothing known": {"Ref": "P"},
}


@pytest.mark.parametrize("body", FIFTY_ONE.values(), ids=FIFTY_ONE)
def test_large_dashboards_are_never_free(body: object) -> None:
    report = cost({"D": made("CloudWatch::Dashboard", DashboardBody=body)}, free_tier=True)
    assert usd(report) == "3.00"
    assert quantities(report) == {"dashboards with more than 50 metrics": 1}


@pytest.mark.parametrize("body", SMALL.values(), ids=SMALL)
def test_three_small_dashboards_are_free(body: object) -> None:
    dashboards = {f"D{n}": made("CloudWatch::Dashboard", DashboardBody=body) for n in range(4)}
    assert usd(cost(dashboards, free_tier=True)) == "3.00"
    assert usd(cost(dashboards)) == "12.00"


def test_keys_and_secrets_cost_without_usage() -> None:
    resources = {
        "K": made("KMS::Key"),
        "R": made("KMS::ReplicaKey"),
        "A": made("KMS::Alias"),
        "S": made("SecretsManager::Secret"),
    }
    report = cost(resources)
    assert amounts(report) == {"customer-managed keys": "2.00", "secrets": "0.40"}
    assert {(each.resource, str(each.unit_price)) for each in report.unpriced} == {("K", "0.000003"), ("S", "0.000005")}


@pytest.mark.parametrize(("requests", "expected"), [(20_000, "1.00"), (20_001, "1.00"), (30_000, "1.03")])
def test_requests_of_keys_that_are_free(requests: int, expected: str) -> None:
    report = cost({"K": made("KMS::Key", {"requests": requests})}, free_tier=True)
    assert usd(report) == expected
    assert report.total_unrounded == 1 + Decimal("0.000003") * (requests - 20_000)


# Log groups


def test_logs() -> None:
    report = cost({"L": made("Logs::LogGroup", {"data_gb": 2})})
    assert usd(report) == "1.00"
    assert missing(report, "logs that are kept").unit_price == Decimal("0.03")


def test_logs_without_usage() -> None:
    report = cost({"L": made("Logs::LogGroup")})
    assert missing(report, "logs that come in").unit_price == Decimal("0.50")


def test_five_gb_of_logs_are_free_for_groups_and_functions_together() -> None:
    resources = {"L": made("Logs::LogGroup", {"data_gb": 4}), "F": function({"requests": 0, "data_gb": 4})}
    report = cost(resources, free_tier=True)
    assert quantities(report)["logs that come in (free tier)"] == 5
    assert usd(report) == "1.50"


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        (None, "logs that come in"),
        ("STANDARD", "logs that come in"),
        ("INFREQUENT_ACCESS", "logs that come in, infrequent access"),
    ],
)
def test_the_class_of_a_log_group(kind: str | None, item: str) -> None:
    given = {} if kind is None else {"LogGroupClass": kind}
    own = prices({"logs-ingestion": "0.5", "logs-infrequent-ingestion": "0.25"})
    assert list(amounts(cost({"L": made("Logs::LogGroup", {"data_gb": 2}, **given)}, prices=own))) == [item]


@pytest.mark.parametrize("kind", [*UNKNOWN, "DELIVERY"])
def test_a_class_that_is_not_known(kind: object) -> None:
    report = cost({"L": made("Logs::LogGroup", {"data_gb": 2}, LogGroupClass=kind)})
    reason = "no price is known here" if kind == "DELIVERY" else "its class is known at the deployment only"
    assert (report.lines, missing(report, "logs that come in").reason) == ((), reason)


@pytest.mark.parametrize(
    "destination",
    [
        {"LogGroupName": {"Ref": "L"}},
        {"LogDestination": {"Fn::GetAtt": ["L", "Arn"]}},
        {"LogDestination": {"Fn::GetAtt": "L.Arn"}},
    ],
)
def test_flow_logs_have_a_price_of_their_own(destination: dict[str, Any]) -> None:
    resources = {"L": made("Logs::LogGroup", {"data_gb": 2}), "W": made("EC2::FlowLog", **destination)}
    own = prices({"logs-ingestion": "0.5", "logs-vended-ingestion": "0.4"})
    assert amounts(cost(resources, prices=own)) == {"flow logs that come in": "0.80"}


# Everything else


@pytest.mark.parametrize(
    "kind",
    ["S3::Bucket", "DynamoDB::Table", "Serverless::Function", "EC2::VPCPeeringConnection", "ApiGateway::VpcLink"],
)
def test_what_has_no_price_here_is_named(kind: str) -> None:
    report = cost({"R": made(kind)})
    assert unpriced(report) == {f"AWS::{kind}": "no price is known here"}
    assert (report.unpriced[0].resource, report.unpriced[0].unit_price) == ("R", None)


@pytest.mark.parametrize(
    "kind", ["IAM::Role", "Lambda::Permission", "Lambda::LayerVersion", "EC2::Subnet", "EC2::VPC", "SNS::TopicPolicy"]
)
def test_what_is_free_is_not_named(kind: str) -> None:
    report = cost({"R": made(kind), "C": {"Type": "Custom::Thing"}, "M": made("CDK::Metadata")})
    assert (report.lines, report.unpriced) == ((), ())


def test_a_nested_stack_that_is_not_here_is_named() -> None:
    nested = made("CloudFormation::Stack", TemplateURL="https://example.com/a.json")
    assert unpriced(cost({"N": nested})) == {"nested stack": "its template isn't known here"}


@pytest.mark.parametrize(
    ("resource", "item"),
    [
        (made("SSM::Parameter", Tier="Advanced"), "advanced parameter"),
        (made("SSM::Parameter", Tier={"Ref": "P"}), "advanced parameter"),
        (made("Logs::MetricFilter"), "AWS::Logs::MetricFilter"),
        (made("EC2::RouteServer"), "AWS::EC2::RouteServer"),
        (
            made("Lambda::EventSourceMapping", ProvisionedPollerConfig={"MinimumPollers": 2}),
            "provisioned pollers",
        ),
        (made("SNS::Topic", {"requests": 0}, DataProtectionPolicy={"Name": "x"}), "data protection"),
        (
            made("ApplicationAutoScaling::ScalingPolicy", PolicyType="TargetTrackingScaling"),
            "alarms of target tracking",
        ),
    ],
)
def test_what_costs_by_one_of_its_properties_is_named(resource: Resource, item: str) -> None:
    assert unpriced(cost({"R": resource})) == {item: "no price is known here"}


@pytest.mark.parametrize(
    "resource",
    [
        made("SSM::Parameter"),
        made("SSM::Parameter", Tier="Standard"),
        made("SSM::Parameter", Tier={"Ref": "AWS::NoValue"}),
        made("Lambda::EventSourceMapping", ProvisionedPollerConfig={"Ref": "AWS::NoValue"}),
        made("SNS::Topic", {"requests": 0}),
        made("ApplicationAutoScaling::ScalingPolicy", PolicyType="StepScaling"),
    ],
)
def test_what_does_not_cost_by_it_is_not_named(resource: Resource) -> None:
    assert unpriced(cost({"R": resource})) == {}


def test_each_replica_is_a_secret_with_the_price_of_its_region() -> None:
    regions = [{"Region": "us-east-1"}, {"Region": "mars-north-1"}, {"Region": {"Ref": "P"}}, {"Fn::If": ["C", 1, 2]}]
    report = cost({"S": made("SecretsManager::Secret", {"requests": 0}, ReplicaRegions=regions[:2])})
    assert amounts(report) == {"secrets": "0.40", "calls for secrets": "0.00", "replica in us-east-1": "0.40"}
    assert unpriced(report) == {"replica in mars-north-1": "no price is known in mars-north-1"}
    for unknown in (regions[2:3], regions[3:], {"Ref": "P"}):
        found = cost({"S": made("SecretsManager::Secret", {"requests": 0}, ReplicaRegions=unknown)})
        assert unpriced(found) == {"replica": "its Region is known at the deployment only"}


@pytest.mark.parametrize("kind", ["ECC_NIST_P256", "RSA_2048", {"Ref": "P"}])
def test_requests_of_other_keys_have_no_price_here_and_are_not_free(kind: object) -> None:
    report = cost({"K": made("KMS::Key", {"requests": 15_000}, KeySpec=kind)}, free_tier=True)
    assert amounts(report) == {"customer-managed keys": "1.00"}
    assert len(unpriced(report)) == 1
    same = cost({"K": made("KMS::Key", {"requests": 15_000}, KeySpec="SYMMETRIC_DEFAULT")})
    assert amounts(same)["requests of keys"] == "0.04"  # 15,000 x 0.000003


# Alarms over several metrics

STAT = {"Id": "m", "MetricStat": {"Metric": {"MetricName": "x", "Namespace": "y"}, "Period": 60, "Stat": "Sum"}}


def metrics(*each: object) -> Resource:
    return made("CloudWatch::Alarm", Metrics=list(each))


@pytest.mark.parametrize(
    "uncertain",
    [
        {"Fn::If": ["C", STAT, {"Ref": "AWS::NoValue"}]},
        {"Id": "e", "Expression": {"Ref": "P"}},
        {"Ref": "P"},
    ],
)
def test_an_alarm_with_a_metric_that_may_not_be_there(uncertain: object) -> None:
    report = cost({"A": metrics(STAT, uncertain)})
    assert (report.lines, unpriced(report)) == (
        (),
        {"alarm": "the number of its metrics is known at the deployment only"},
    )


@pytest.mark.parametrize("query", ["SELECT SUM(x) FROM y", " select AVG(x) FROM y", {"Fn::Sub": "SELECT ${S} FROM y"}])
def test_a_query_matches_nobody_knows_how_many_metrics(query: object) -> None:
    reason = {"metrics of a query": "how many metrics it matches is known while it runs only"}
    alone = cost({"A": metrics({"Id": "q", "Expression": query})})
    assert (alone.lines, unpriced(alone)) == ((), reason)
    mixed = cost({"A": metrics(STAT, {"Id": "q", "Expression": query}, {"Id": "e", "Expression": "m+q"})})
    assert (amounts(mixed), unpriced(mixed)) == ({"metrics of alarms": "0.10"}, reason)


def test_metrics_that_certainly_are_not_there() -> None:
    report = cost({"A": metrics(STAT, {"Ref": "AWS::NoValue"})})
    assert (amounts(report), unpriced(report)) == ({"metrics of alarms": "0.10"}, {})
