"""`constructs-lambda check --reach`: what each function can reach, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rules.network_cases import ec2, endpoint, function, network, ref, route, subnet

from constructs_lambda.cli import main


def written(folder: Path, **resources: Any) -> str:
    path = folder / "t.template.json"
    path.write_text(json.dumps({"Resources": {**network(**resources), "F": resources.get("F") or function()}}))
    return str(path)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(["check", "--reach", *arguments])
    return capsys.readouterr().out


def row(capsys: pytest.CaptureFixture[str], path: str) -> dict[str, Any]:
    (found,) = json.loads(shown(capsys, "--format", "json", path))["reach"]
    assert isinstance(found, dict)
    return found


def test_the_chain_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, R=route(NatGatewayId=ref("Nat")))
    chain = "route table T > NAT gateway Nat > route table TP > internet gateway Igw"
    lines = [" ".join(line.split()) for line in shown(capsys, path).splitlines()]
    assert lines[2:5] == [f"F yes yes all A > {chain}", f"B > {chain}", ""]
    found = row(capsys, path)
    assert (found["internet"], found["internet_ipv6"], found["private"], found["services"]) == (True, False, True, [])
    assert found["subnets"][0]["through"] == chain.split(" > ")
    assert found["subnets"][0]["zone"] == "a"


def test_a_zone_by_its_place_is_readable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, A=subnet({"Fn::Select": [0, {"Fn::GetAZs": ""}]}))
    assert [each["zone"] for each in row(capsys, path)["subnets"]] == ["zone 1", "b"]


def test_groups_that_let_out_to_private_addresses_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[{"CidrIp": "10.0.0.0/8", "IpProtocol": "-1"}])
    found = row(capsys, written(tmp_path, R=route(NatGatewayId=ref("Nat")), G=group))
    assert (found["internet"], found["private"]) == (False, True)
    assert found["reason"] == "no security group lets anything out to public addresses"


def test_no_way_and_endpoints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, D=endpoint("dynamodb", RouteTableIds=[ref("T")]))
    output = shown(capsys, path)
    assert "no          yes                  dynamodb" in output
    assert "its route table T has no route to 0.0.0.0/0" in output
    assert row(capsys, path)["services"] == ["dynamodb"]


def test_ipv6_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    six = {"R": route(to="::/0", EgressOnlyInternetGatewayId=ref("E")), "E": ec2("EgressOnlyInternetGateway")}
    subnets = {name: subnet(name, Ipv6CidrBlock="::/64") for name in "AB"}
    path = written(tmp_path, F=function(ipv6=True), **six, **subnets)
    output = shown(capsys, path)
    assert "IPv6 only" in output
    assert "A > route table T > egress-only internet gateway E" in output


def test_no_group_lets_anything_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    closed = ec2("SecurityGroup", SecurityGroupEgress=[{"CidrIp": "255.255.255.255/32"}])
    path = written(tmp_path, R=route(NatGatewayId=ref("Nat")), G=closed)
    found = row(capsys, path)
    assert (found["internet"], found["private"], found["services"]) == (False, False, [])
    assert "no security group lets anything out" in shown(capsys, path)


@pytest.mark.parametrize("vpc", [{"SubnetIds": {"Ref": "P"}, "SecurityGroupIds": ["sg-1"]}, {"Ref": "P"}])
def test_unknown_subnets(tmp_path: Path, capsys: pytest.CaptureFixture[str], vpc: Any) -> None:
    unknown = function()
    unknown["Properties"]["VpcConfig"] = vpc
    found = row(capsys, written(tmp_path, F=unknown))
    assert (found["internet"], found["services"], found["subnets"]) == (None, None, [])
    assert "the subnets are known at the deployment only" in shown(capsys, str(tmp_path / "t.template.json"))


def test_functions_outside_of_vpcs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = function()
    del plain["Properties"]["VpcConfig"]
    path = written(tmp_path, F=plain)
    assert "F           yes         no                   all             outside of VPCs" in shown(capsys, path)
    assert row(capsys, path)["in_vpc"] is False


@pytest.mark.parametrize("style", ["sarif", "github"])
def test_other_formats_have_no_place_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], style: str) -> None:
    assert main(["check", "--reach", "--format", style, written(tmp_path)]) == 2
    assert "--reach goes with --format text or json" in capsys.readouterr().err


def test_without_the_option_nothing_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--format", "json", written(tmp_path)])
    assert "reach" not in json.loads(capsys.readouterr().out)
