"""What logs cost: those that functions write, wherever their log group is, flow logs, and all others."""

from __future__ import annotations

from typing import Any

import pytest
from priced import Resource, Resources, app, cost, function, made, missing, quantities, stack, usd

from constructs_lambda.errors import InputError
from constructs_lambda.model import Topology
from constructs_lambda.pricing import CostReport
from constructs_lambda.template import read_template

GROUP = made("Logs::LogGroup")
RARE = made("Logs::LogGroup", LogGroupClass="INFREQUENT_ACCESS")
IN, KEPT = "logs that come in", "logs that are kept"


def writer(data: float | None = None, group: object = {"Ref": "L"}) -> Resource:
    usage = {"requests": 0} | ({} if data is None else {"data_gb": data})
    return function(usage, LoggingConfig={"LogGroup": group})


def open_logs(report: CostReport) -> dict[str, str]:
    return {each.resource: each.reason for each in report.unpriced if each.item == IN}


def test_a_function_without_a_log_group_writes_to_one_that_lambda_makes() -> None:
    report = cost({"F": function({"requests": 0})})
    assert (missing(report, IN).resource, str(missing(report, IN).unit_price)) == ("F", "0.50")
    assert missing(report, IN).reason == "no usage is stated"
    assert missing(report, KEPT).resource == "F"
    assert usd(cost({"F": function({"requests": 0, "data_gb": 100})})) == "50.00"


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ({"Fn::Sub": "/aws/lambda/${F}"}, {}),
        ({"Fn::Join": ["", ["/aws/lambda/", {"Ref": "F"}]]}, {}),
        ("/aws/lambda/orders", {"FunctionName": "orders"}),
        ("logs", {"LoggingConfig": {"LogGroup": "logs"}}),
        ("logs", {"LoggingConfig": {"LogGroup": {"Ref": "L"}}}),
    ],
)
def test_a_log_group_that_is_named_as_the_function_writes(name: object, own: dict[str, Any]) -> None:
    resources = {"F": function({"requests": 0, "data_gb": 100}, **own), "L": {**RARE}}
    resources["L"]["Properties"] = {**RARE["Properties"], "LogGroupName": name}
    report = cost(resources)
    assert (usd(report), open_logs(report)) == ("25.00", {})


def test_the_class_of_the_group_counts_for_the_function() -> None:
    assert usd(cost({"L": RARE, "F": writer(100)})) == "25.00"
    assert usd(cost({"L": GROUP, "F": writer(100)})) == "50.00"


def test_a_group_of_another_stack() -> None:
    outputs = {"O": {"Value": {"Ref": "L"}, "Export": {"Name": "logs"}}}
    one = read_template({"Resources": {"L": RARE}, "Outputs": outputs}, template="a", size_bytes=1)
    other = stack({"F": writer(100, {"Fn::ImportValue": "logs"})}, "b")
    assert usd(cost(Topology([one, other]))) == "25.00"


@pytest.mark.parametrize("group", ["elsewhere", {"Ref": "P"}, {"Fn::ImportValue": "x"}, {"Fn::If": ["C", "a", "b"]}])
def test_a_group_that_is_not_of_this_app_has_no_class(group: object) -> None:
    for data in (None, 100):
        report = cost({"F": writer(data, group)})
        assert open_logs(report) == {"F": "its log group isn't made in this app, so its class isn't known"}
        assert usd(report) == "0.00"


def test_stated_of_the_function_the_group_has_usage() -> None:
    assert open_logs(cost({"L": GROUP, "F": writer(100)})) == {}
    assert open_logs(cost({"L": GROUP, "F": writer()})) == {"L": "no usage is stated"}
    both = cost({"L": GROUP, "F": writer(100), "G": writer()})
    assert (usd(both), open_logs(both)) == ("50.00", {"G": "no usage is stated"})


def test_stated_of_the_group_it_is_that_of_all_functions() -> None:
    report = cost({"L": GROUP, "F": writer(), "G": writer()}, {"L": {"data_gb": 100}})
    assert (usd(report), open_logs(report)) == ("50.00", {})


def test_stated_of_both_is_an_error() -> None:
    with pytest.raises(InputError) as raised:
        cost({"L": GROUP, "F": writer(100)}, {"L": {"data_gb": 100}})
    assert str(raised.value) == "data_gb is stated of L and of F, whose data is part of it: state one of them"


@pytest.mark.parametrize(
    ("data", "lambda_usd", "other_usd"),
    # 10 TB at 0.50, 20 TB at 0.25, 20 TB at 0.10, then 0.05; everything else at 0.50.
    [
        (10_240, "5120.00", "5120.00"),
        (10_241, "5120.25", "5120.50"),
        (30_720, "10240.00", "15360.00"),
        (30_730, "10241.00", "15365.00"),
        (51_200, "12288.00", "25600.00"),
        (51_300, "12293.00", "25650.00"),
    ],
)
def test_lambdas_logs_get_cheaper(data: int, lambda_usd: str, other_usd: str) -> None:
    assert usd(cost({"F": function({"requests": 0, "data_gb": data})})) == lambda_usd
    assert usd(cost({"L": GROUP, "F": writer()}, {"L": {"data_gb": data}})) == lambda_usd
    assert usd(cost({"L": GROUP}, {"L": {"data_gb": data}})) == other_usd


def test_of_another_region_only_the_first_tier_is_known() -> None:
    resources = {"F": function({"requests": 0, "data_gb": 10_250})}
    report = cost(resources, region="eu-west-1")
    assert usd(report) == "5836.80"
    assert quantities(report)[IN] == 10_240
    assert missing(report, IN).quantity == 10


@pytest.mark.parametrize(
    "destination",
    [{"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::b"}, {"LogGroupName": "existing"}],
)
def test_flow_logs_to_elsewhere_are_named(destination: dict[str, Any]) -> None:
    report = cost({"W": made("EC2::FlowLog", **destination)})
    assert [each.item for each in report.unpriced] == ["flow logs"]
    within: Resources = {"L": GROUP, "W": made("EC2::FlowLog", LogGroupName={"Ref": "L"})}
    assert [each.item for each in cost(app(within)).unpriced] == ["flow logs that come in", KEPT]
