"""`Quotas`: what it takes, what it refuses, and which number counts where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rules.cases import check, ids
from rules.event_resources import of, ref

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.limits import Kind, all_limits, all_quotas
from constructs_lambda.quotas import Quotas, quota_name, read_quotas


def named(name: str, value: int) -> Quotas:
    given: dict[str, Any] = {name: value}
    return Quotas(**given)


HERE, THERE = ("111122223333", "eu-west-1"), ("111122223333", "us-east-1")


def test_every_raisable_limit_can_be_given() -> None:
    raisable = {name: limit for name, limit in all_limits().items() if limit.kind is Kind.QUOTA}
    assert len(raisable) > 20
    for name, limit in raisable.items():
        quotas = named(name.lower(), 12_345)
        assert quotas.limit(limit, None, None).maximum == 12_345
        assert quota_name(quotas.limit(limit, None, None)) == name.lower()


@pytest.mark.parametrize("name", [name for name, limit in all_limits().items() if limit.kind is Kind.HARD])
def test_what_nobody_raises_is_no_quota(name: str) -> None:
    with pytest.raises(TypeError, match="there is no quota"):
        named(name.lower(), 1)


def test_what_is_not_given_is_the_limit_itself() -> None:
    assert Quotas().limit(limits.ELASTIC_IPS, *HERE) is limits.ELASTIC_IPS
    assert Quotas(vpcs=9).limit(limits.ELASTIC_IPS, *HERE) is limits.ELASTIC_IPS
    assert Quotas(vpcs=9).limit(limits.FUNCTION_TIMEOUT, *HERE) is limits.FUNCTION_TIMEOUT


@pytest.mark.parametrize(
    ("account", "region", "maximum"),
    [(*HERE, 5_000), (*THERE, 3_000), (HERE[0], None, 3_000), (None, HERE[1], 3_000), (None, None, 3_000)],
)
def test_account_and_region_decide(account: str | None, region: str | None, maximum: int) -> None:
    quotas = Quotas(concurrent_executions=3_000, by_environment={HERE: {"concurrent_executions": 5_000}})
    assert quotas.limit(limits.CONCURRENT_EXECUTIONS, account, region).maximum == maximum


def test_what_one_region_does_not_say_is_general() -> None:
    quotas = Quotas(concurrent_executions=3_000, by_environment={HERE: {"vpcs": 9}})
    assert quotas.limit(limits.CONCURRENT_EXECUTIONS, *HERE).maximum == 3_000
    assert quotas.limit(limits.VPCS, *THERE) is limits.VPCS


def test_it_is_a_value_that_does_not_change() -> None:
    given = {HERE: {"vpcs": 9}}
    quotas = Quotas(vpcs=7, by_environment=given)
    assert quotas == Quotas(vpcs=7, by_environment={HERE: {"vpcs": 9}}) != Quotas(vpcs=8)
    assert hash(quotas) == hash(Quotas(vpcs=7, by_environment={HERE: {"vpcs": 9}}))
    given[HERE]["vpcs"] = 1
    assert quotas.limit(limits.VPCS, *HERE).maximum == 9
    with pytest.raises(AttributeError):
        quotas._raised = {}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"concurent_executions": 1}, TypeError, "there is no quota 'concurent_executions' (did you mean 'concurrent_"),
        ({"concurrency_executions": 1}, TypeError, "'concurrency_executions' (did you mean 'concurrent_executions'?)"),
        ({"lambda_enis": 1}, TypeError, "there is no quota 'lambda_enis' (there are concurrent_executions, "),
        ({"elastic_ips": "20"}, TypeError, "elastic_ips must be a whole number; got '20'"),
        ({"elastic_ips": 1.5}, TypeError, "elastic_ips must be a whole number; got 1.5"),
        ({"elastic_ips": True}, TypeError, "elastic_ips must be a whole number; got True"),
        ({"elastic_ips": 0}, InputError, "elastic_ips is 0; a quota is at least 1 Elastic IP"),
        (
            {"elastic_ips": -1, "vpcs": 0},
            InputError,
            "elastic_ips is -1; a quota is at least 1 Elastic IP; vpcs is 0; ",
        ),
        ({"rest_api_integration_timeout": 49}, InputError, "is 49; a quota is at least 50 ms"),
        ({"by_environment": {"eu-west-1": {}}}, InputError, "'eu-west-1' is no account and Region; write ("),
        ({"by_environment": {("1", "eu-west-1"): {}}}, InputError, "('1', 'eu-west-1') is no account and Region"),
        ({"by_environment": {HERE: 3}}, TypeError, "111122223333/eu-west-1: must be a mapping of quotas"),
        ({"by_environment": {HERE: {"vpc": 3}}}, TypeError, "111122223333/eu-west-1: there is no quota 'vpc'"),
        ({"by_environment": {HERE: {"vpcs": 0}}}, InputError, "111122223333/eu-west-1: vpcs is 0; a quota is at least"),
        ({"by_environment": [HERE]}, TypeError, "by_environment must be a mapping, such as {("),
        ({"vpc": 1, "elastic_ips": 0}, TypeError, "elastic_ips is 0"),
    ],
)
def test_what_is_refused(given: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        Quotas(**given)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [1, 999, 10_000_000])
def test_lower_and_higher_ones_are_taken(value: int) -> None:
    assert Quotas(concurrent_executions=value).limit(limits.CONCURRENT_EXECUTIONS, None, None).maximum == value


# --- Files -----------------------------------------------------------------------------------------------------------


def read(tmp_path: Path, text: str) -> Quotas:
    file = tmp_path / "quotas.toml"
    file.write_text(text, encoding="utf-8")
    return read_quotas(file)


def test_a_file(tmp_path: Path) -> None:
    text = "concurrent_executions = 3_000\n[by_environment.111122223333.eu-west-1]\nelastic_ips = 20\n"
    assert read(tmp_path, text) == Quotas(concurrent_executions=3_000, by_environment={HERE: {"elastic_ips": 20}})
    assert read(tmp_path, "") == Quotas()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "elastic_ip = 3\nvpcs = 0\nelastic_ips = '5'\n[by_environment.111122223333.eu-west-1]\nvpc = 1\n",
            [
                "there is no quota 'elastic_ip' (did you mean 'elastic_ips'?)",
                "elastic_ips must be a whole number; got '5'",
                "vpcs is 0; a quota is at least 1 VPC",
                "by_environment.111122223333.eu-west-1: there is no quota 'vpc' (did you mean 'vpcs'?)",
            ],
        ),
        ("by_environment = 3", ["by_environment must be a table; write [by_environment.111122223333.eu-west-1]"]),
        ("[by_environment]\na = 3", ["by_environment.a must be a table of Regions; write [by_environment.1111"]),
        ("[by_environment.a]\nb = 3", ["by_environment.a.b must be a table of quotas; write [by_environment.1111"]),
        (
            "[by_environment.a.b]\nvpcs = 3",
            ["by_environment.a.b: is no account and Region; write [by_environment.1111"],
        ),
        ("vpcs 3", ["is no TOML: "]),
    ],
)
def test_what_is_wrong_in_a_file_is_a_line_each(tmp_path: Path, text: str, lines: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    found = str(caught.value).split("\n")
    assert len(found) == len(lines)
    for one, expected in zip(found, lines, strict=True):
        assert one.startswith(f"{tmp_path / 'quotas.toml'}: ")
        assert expected in one


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    for name, message in (("none.toml", "no such file"), ("bytes.toml", "is no TOML"), ("large.toml", "larger than")):
        with pytest.raises(InputError, match=message):
            read_quotas(tmp_path / name)
    with pytest.raises(InputError):
        read_quotas(tmp_path)


# --- Rules that judge a quota ----------------------------------------------------------------------------------------


def filters(count: int) -> dict[str, Any]:
    given = {"FunctionName": "orders", "EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:orders"}
    criteria = {"Filters": [{"Pattern": json.dumps({"body": {"k": [str(i)]}})} for i in range(count)]}
    return {"M": of("AWS::Lambda::EventSourceMapping", **given, FilterCriteria=criteria)}


def role(policies: int = 0, principals: int = 0) -> dict[str, Any]:
    arns = [f"arn:aws:iam::aws:policy/p{i}" for i in range(policies)]
    who = ["lambda.amazonaws.com", *(f"service-{i:04}.amazonaws.com" for i in range(principals))]
    statement = {"Effect": "Allow", "Principal": {"Service": who}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return {"R": of("AWS::IAM::Role", AssumeRolePolicyDocument=trust, ManagedPolicyArns=arns)}


def addresses(count: int) -> dict[str, Any]:
    return {f"E{i}": of("AWS::EC2::EIP", Domain="vpc") for i in range(count)}


def vpcs(count: int) -> dict[str, Any]:
    return {f"V{i}": of("AWS::EC2::VPC", CidrBlock="10.0.0.0/16") for i in range(count)}


def gateways(count: int) -> dict[str, Any]:
    subnet = of("AWS::EC2::Subnet", VpcId="vpc-1", AvailabilityZone="a", CidrBlock="10.0.0.0/24")
    return {"S": subnet} | {f"N{i}": of("AWS::EC2::NatGateway", SubnetId=ref("S")) for i in range(count)}


def paths(count: int) -> dict[str, Any]:
    given = {"RestApiId": ref("Api"), "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}}
    found = {f"P{i}": of("AWS::ApiGateway::Resource", **given, PathPart=f"p{i}") for i in range(count)}
    return {"Api": of("AWS::ApiGateway::RestApi", Name="shop"), **found}


@pytest.mark.parametrize(
    ("rule", "quota", "resources", "default"),
    [
        ("CL622", "event_source_filters", filters, 5),
        ("CL808", "role_managed_policies", role, 10),
        ("CL312", "nat_gateways", gateways, 5),
        ("CL312", "elastic_ips", addresses, 5),
        ("CL312", "vpcs", vpcs, 5),
        ("CL416", "rest_api_resources", paths, 300),
    ],
)
def test_the_quota_that_counts(rule: str, quota: str, resources: Any, default: int) -> None:
    assert all_quotas()[quota].maximum == default
    about = {"account": HERE[0], "region": HERE[1]}
    for quotas, most, says in (
        (Quotas(), default, "was raised"),
        (named(quota, default + 2), default + 2, "as Quotas says"),
        (named(quota, default - 2), default - 2, "as Quotas says"),
        (Quotas(by_environment={HERE: {quota: default + 3}}), default + 3, "as Quotas says"),
        (Quotas(by_environment={THERE: {quota: default + 3}}), default, "was raised"),
    ):
        for count in (most - 1, most):
            assert rule not in ids(check({"Resources": resources(count)}, quotas, **about)), (quotas, count)
        (finding,) = [f for f in check({"Resources": resources(most + 1)}, quotas, **about) if f.rule == rule]
        assert says in finding.message
        assert f"{most:,}" in finding.message
        assert f"Quotas({quota}=...)" in finding.fix


def test_a_trust_policy_longer_than_the_default() -> None:
    long = {"Resources": role(principals=70)}
    assert "CL814" in ids(check(long))
    assert "CL814" not in ids(check(long, Quotas(role_trust_policy_length=4_096)))


def test_twenty_managed_policies_are_all_that_iam_takes() -> None:
    assert "CL807" in ids(check({"Resources": role(21)}, Quotas(role_managed_policies=50)))
