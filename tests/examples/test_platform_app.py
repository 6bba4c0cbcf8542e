"""examples/platform as it is synthesized."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from example_apps import ROOT, load, run_as_the_cdk_cli, violations

from constructs_lambda.checker import check
from constructs_lambda.waivers import read_waivers

pytestmark = pytest.mark.cdk

EXAMPLE = ROOT / "examples" / "platform"
PACKAGE = EXAMPLE / "acme-path"
TODAY = date(2026, 11, 28)


@pytest.fixture(autouse=True, scope="module")
def acme_path() -> Iterator[None]:
    """The package, as if it were installed."""
    sys.path.insert(0, str(PACKAGE))
    yield
    sys.path.remove(str(PACKAGE))
    sys.modules.pop("acme_path", None)


def new_app(outdir: Path, *, on_path: bool = True, tagged: bool = True, today: date = TODAY) -> Any:
    from aws_cdk import App, Environment, Tags

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(outdir), analytics_reporting=False)
    if on_path:
        module.ACME.apply(app, today=today)
    if tagged:
        Tags.of(app).add("owner", "orders-team")
    module.OrdersStack(app, "Orders", env=Environment(region="eu-central-1"))
    return app


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("platform") / "cdk.out"
    new_app(folder).synth()
    return folder


@pytest.fixture(scope="module")
def template(outdir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((outdir / "Orders.template.json").read_text())
    return document


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = template["Resources"].items()
    return {name: each["Properties"] for name, each in resources if each["Type"] == "AWS::Lambda::Function"}


def test_snapshot(outdir: Path, snapshot_template: object) -> None:
    assert outdir == snapshot_template


def test_nothing_is_found(outdir: Path) -> None:
    assert violations(outdir) == []
    assert check([str(outdir)], bytes, TODAY).findings == ()


def test_every_waiver_is_in_use(outdir: Path) -> None:
    assert [each.state(TODAY) for each in read_waivers(outdir)] == ["in use", "in use"]


def test_plain_functions_get_the_defaults_and_keep_what_they_say(template: dict[str, Any]) -> None:
    by_name = {name[:6].rstrip("0123456789ABCDEF"): each for name, each in functions(template).items()}
    assert {(each["MemorySize"], each["Timeout"]) for each in by_name.values()} == {(256, 10), (512, 120)}
    for each in by_name.values():
        assert each["TracingConfig"] == {"Mode": "Active"}
        assert each["LoggingConfig"]["LogFormat"] == "JSON"
        assert each["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == "INFO"
        assert {"Key": "company", "Value": "acme"} in each["Tags"]


def test_the_line_is_all_that_differs(tmp_path: Path, template: dict[str, Any]) -> None:
    new_app(tmp_path / "plain", on_path=False).synth()
    plain = json.loads((tmp_path / "plain" / "Orders.template.json").read_text())
    assert {*functions(plain)} == {*functions(template)}
    for name, each in functions(plain).items():
        assert "TracingConfig" not in each
        kept = {key: each[key] for key in ("Description", "Runtime", "Handler", "Role", "Code")}
        assert kept.items() <= functions(template)[name].items()


def test_requirements_name_the_profile(tmp_path: Path) -> None:
    app = new_app(tmp_path / "cdk.out", tagged=False)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    found = [each["description"] for each in violations(tmp_path / "cdk.out") if each["ruleName"] == "CL930"]
    assert found == ["Tag owner is missing; acme 1.2.0 requires it."] * 3


def test_waivers_end(tmp_path: Path) -> None:
    app = new_app(tmp_path / "cdk.out", today=date(2027, 7, 1))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    found = {each["ruleName"] for each in violations(tmp_path / "cdk.out")}
    assert "CL931" in found
    assert any(each.startswith("AwsSolutions-IAM4[") for each in found)


def test_as_the_cdk_cli_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")]))
    code, _, errors = run_as_the_cdk_cli(EXAMPLE, tmp_path)
    assert code == 0, errors
    assert (tmp_path / "cdk.out" / "Orders.template.json").is_file()


def test_handlers() -> None:
    mail = load(EXAMPLE / "functions" / "mail" / "app.py")
    records = [
        {"messageId": "1", "body": '{"id": "a"}'},
        {"messageId": "2", "body": "{"},
        {"messageId": "3", "body": "[]"},
    ]
    assert mail.handler({"Records": records}, None) == {
        "batchItemFailures": [{"itemIdentifier": "2"}, {"itemIdentifier": "3"}]
    }
