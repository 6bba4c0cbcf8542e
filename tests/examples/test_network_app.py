"""examples/network as it is synthesized."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from example_apps import ROOT, load, run_as_the_cdk_cli, violations

from constructs_lambda.checker import check

pytestmark = pytest.mark.cdk

EXAMPLE = ROOT / "examples" / "network"


def new_app(outdir: Path) -> Any:
    from aws_cdk import App

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(outdir), analytics_reporting=False)
    module.NetworkStack(app, "Network")
    return app


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "cdk.out"
    new_app(folder).synth()
    return folder


@pytest.fixture(scope="module")
def template(outdir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((outdir / "Network.template.json").read_text())
    return document


def subnet_types(template: dict[str, Any], references: list[dict[str, str]]) -> set[str]:
    subnets = [template["Resources"][each["Ref"]]["Properties"] for each in references]
    return {tag["Value"] for subnet in subnets for tag in subnet["Tags"] if tag["Key"] == "aws-cdk:subnet-type"}


def test_nothing_is_found(outdir: Path) -> None:
    assert violations(outdir) == []
    report = check([str(outdir)], lambda: b"")
    assert (report.findings, report.templates, report.functions) == ((), 1, 3)  # one is CDK's own


def test_what_is_in_it(template: dict[str, Any]) -> None:
    count = Counter(each["Type"] for each in template["Resources"].values())
    assert count["AWS::EC2::NatGateway"] == count["AWS::EC2::InternetGateway"] == 1
    assert count["AWS::EC2::EIP"] == 0
    assert count["AWS::EC2::VPCEndpoint"] == 3
    assert count["AWS::RDS::DBCluster"] == 1


def test_each_stands_where_it_belongs(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    functions = {
        re.sub(r"[0-9A-F]{8}$", "", key): each
        for key, each in resources.items()
        if each["Type"] == "AWS::Lambda::Function" and "VpcConfig" in each["Properties"]
    }
    for name, type, reach in (
        ("PrivateAndPublic", "Private", ["private", "public"]),
        ("Private", "Isolated", ["private"]),
    ):
        assert subnet_types(template, functions[name]["Properties"]["VpcConfig"]["SubnetIds"]) == {type}
        assert functions[name]["Metadata"]["constructs-lambda"]["reach"] == reach
    (group,) = (each for each in resources.values() if each["Type"] == "AWS::RDS::DBSubnetGroup")
    assert subnet_types(template, group["Properties"]["SubnetIds"]) == {"Isolated"}
    (database,) = (each for each in resources.values() if each["Type"] == "AWS::RDS::DBCluster")
    assert database["DeletionPolicy"] == "Retain"
    assert database["Properties"]["StorageEncrypted"] is database["Properties"]["DeletionProtection"] is True


def test_only_the_functions_reach_the_database(template: dict[str, Any]) -> None:
    ingress = [e["Properties"] for e in template["Resources"].values() if e["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert len(ingress) == 2
    assert all((each["FromPort"], each["ToPort"]) == (5433, 5433) and "CidrIp" not in each for each in ingress)


def test_snapshot(outdir: Path, snapshot_template: object) -> None:
    assert outdir == snapshot_template


def test_the_readme_says_what_it_costs(template: dict[str, Any]) -> None:
    (vpc,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::EC2::VPC")
    description = vpc["Metadata"]["constructs-lambda"]["description"]
    (cost,) = re.findall(r"Standing cost: (\S+) USD", description)
    assert f"it costs {cost} USD a month" in (EXAMPLE / "README.md").read_text()


def test_as_the_cdk_cli_runs_it(tmp_path: Path) -> None:
    assert run_as_the_cdk_cli(EXAMPLE, tmp_path) == (0, "", "")
    assert violations(tmp_path / "cdk.out") == []


def test_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = load(EXAMPLE / "functions" / "probe" / "app.py")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)) as closed:
        port, other = server.getsockname()[1], closed.getsockname()[1]
        closed.close()
        monkeypatch.setenv("TARGETS", f"127.0.0.1:{port} 127.0.0.1:{other}")
        reached, refused = probe.handler({}, None).values()
    assert re.fullmatch(r"127\.0\.0\.1 in \d+ ms", reached)
    assert refused.startswith("not reached: ")
