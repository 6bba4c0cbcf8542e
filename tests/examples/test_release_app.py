"""examples/release as it is synthesized, and its functions."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from example_apps import ROOT, load, run_as_the_cdk_cli, violations

from constructs_lambda.checker import check

pytestmark = pytest.mark.cdk

EXAMPLE = ROOT / "examples" / "release"


def new_app(outdir: Path) -> Any:
    from aws_cdk import App

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(outdir), analytics_reporting=False)
    module.ReleaseStack(app, "Release")
    return app


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "cdk.out"
    new_app(folder).synth()
    return folder


@pytest.fixture(scope="module")
def template(outdir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((outdir / "Release.template.json").read_text())
    return document


def only(template: dict[str, Any], kind: str) -> tuple[str, dict[str, Any]]:
    (found,) = ((key, each) for key, each in template["Resources"].items() if each["Type"] == kind)
    return found


def test_nothing_is_found(outdir: Path) -> None:
    assert violations(outdir) == []
    report = check([str(outdir)], lambda: b"")
    assert (report.findings, report.templates, report.functions) == ((), 1, 2)


def test_the_api_invokes_the_alias(template: dict[str, Any]) -> None:
    alias, _ = only(template, "AWS::Lambda::Alias")
    _, permission = only(template, "AWS::Lambda::Permission")
    assert permission["Properties"]["FunctionName"] == {"Ref": alias}
    _, integration = only(template, "AWS::ApiGatewayV2::Integration")
    assert json.dumps({"Ref": alias}) in json.dumps(integration["Properties"]["IntegrationUri"])


def test_the_canary_is_tried_watched_and_taken_back(template: dict[str, Any]) -> None:
    _, alias = only(template, "AWS::Lambda::Alias")
    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert update["BeforeAllowTrafficHook"]["Ref"].startswith("Check")
    version, _ = only(template, "AWS::Lambda::Version")
    alarm_id, alarm = only(template, "AWS::CloudWatch::Alarm")
    dimensions = {each["Name"]: each["Value"] for each in alarm["Properties"]["Dimensions"]}
    assert dimensions["ExecutedVersion"] == {"Fn::GetAtt": [version, "Version"]}
    _, group = only(template, "AWS::CodeDeploy::DeploymentGroup")
    assert group["Properties"]["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"
    assert group["Properties"]["AlarmConfiguration"]["Alarms"] == [{"Name": {"Ref": alarm_id}}]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


def test_it_is_warm_in_the_morning(template: dict[str, Any]) -> None:
    _, target = only(template, "AWS::ApplicationAutoScaling::ScalableTarget")
    bounds = {each["ScheduledActionName"]: each for each in target["Properties"]["ScheduledActions"]}
    assert bounds["Morning"]["ScalableTargetAction"] == {"MinCapacity": 20}
    assert bounds["Morning"]["Timezone"] == "Europe/Berlin"
    assert target["Properties"]["MaxCapacity"] == 50


def test_memory_is_what_was_measured(template: dict[str, Any]) -> None:
    prices = next(each for key, each in template["Resources"].items() if re.fullmatch(r"Prices[0-9A-F]{8}", key))
    measured = {each["value"] for each in json.loads((EXAMPLE / "prices.tuning.json").read_text())["stats"]}
    assert prices["Properties"]["MemorySize"] in measured


def test_snapshot(outdir: Path, snapshot_template: object) -> None:
    assert outdir == snapshot_template


def test_as_the_cdk_cli_runs_it(tmp_path: Path) -> None:
    assert run_as_the_cdk_cli(EXAMPLE, tmp_path) == (0, "", "")
    assert violations(tmp_path / "cdk.out") == []


def test_two_synths_agree(template: dict[str, Any], tmp_path: Path) -> None:
    new_app(tmp_path / "another folder").synth()
    assert json.loads((tmp_path / "another folder" / "Release.template.json").read_text()) == template


# --- The functions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sku", "status"), [("apple", 200), ("car", 404)])
def test_prices(sku: str, status: int) -> None:
    answer = load(EXAMPLE / "functions" / "prices" / "app.py").handler({"pathParameters": {"sku": sku}}, None)
    assert answer["statusCode"] == status


class Clients:
    """Lambda and CodeDeploy, as the check calls them."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.invoked: list[str] = []
        self.told: list[dict[str, str]] = []

    def invoke(self, **given: Any) -> dict[str, Any]:
        self.invoked.append(given["FunctionName"])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def put_lifecycle_event_hook_execution_status(self, **given: str) -> None:
        self.told.append(given)


def answered(status: int, cents: int) -> dict[str, Any]:
    body = json.dumps({"statusCode": status, "body": json.dumps({"cents": cents})})
    return {"Payload": io.BytesIO(body.encode())}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (answered(200, 120), "Succeeded"),
        (answered(200, 0), "Failed"),
        (answered(500, 120), "Failed"),
        ({"FunctionError": "Unhandled", "Payload": io.BytesIO(b"{}")}, "Failed"),
        (TimeoutError(), "Failed"),
    ],
)
def test_codedeploy_is_answered_whatever_happens(monkeypatch: pytest.MonkeyPatch, answer: Any, status: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("NEW_VERSION", "arn:prices:2")
    module, clients = load(EXAMPLE / "functions" / "check" / "app.py"), Clients(answer)
    monkeypatch.setattr(module, "lambda_client", clients)
    monkeypatch.setattr(module, "codedeploy", clients)
    event = {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "e-1"}
    if isinstance(answer, Exception):
        with pytest.raises(TimeoutError):
            module.handler(event, None)
    else:
        module.handler(event, None)
    assert clients.invoked == ["arn:prices:2"]
    assert clients.told == [{"deploymentId": "d-1", "lifecycleEventHookExecutionId": "e-1", "status": status}]
