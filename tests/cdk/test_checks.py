"""`LambdaChecks`: plain CDK code, acknowledgements, which of several reports, and every way to run an app."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import (
    Acknowledgment,
    App,
    CfnParameter,
    Environment,
    NestedStack,
    Stack,
    Stage,
    Validations,
    aws_lambda,
)

from constructs_lambda import Function, InputError, LambdaChecks, LimitError, Quotas
from constructs_lambda.rules import all_rules

pytestmark = pytest.mark.cdk


def reports(app: App) -> list[dict[str, Any]]:
    """Our reports of a synth that passed."""
    return reports_in(Path(app.synth().directory))


def reports_in(directory: Path) -> list[dict[str, Any]]:
    document = json.loads((directory / "validation-report.json").read_text())
    return [report for report in document["pluginReports"] if report["pluginName"] == "constructs-lambda"]


def failed(app: App) -> list[dict[str, Any]]:
    """Our reports of a synth that failed."""
    with pytest.raises(RuntimeError):
        app.synth()
    return reports_in(Path(app.outdir))


def violations(app: App) -> list[tuple[str, str]]:
    """Rule and construct path of all that was reported, also by a synth that failed."""
    try:
        found = reports(app)
    except RuntimeError:
        found = reports_in(Path(app.outdir))
    return [
        (violation["ruleName"], where["constructPath"])
        for report in found
        for violation in report["violations"]
        for where in violation["violatingConstructs"]
    ]


def plain(stack: Stack, name: str = "Orders", **options: Any) -> aws_lambda.CfnFunction:
    """A function of plain CDK that AWS would refuse: 127 MB."""
    settings: dict[str, Any] = {
        "code": {"zipFile": "def handler(event, context):\n    return {}\n"},
        "handler": "index.handler",
        "runtime": "python3.14",
        "role": "arn:aws:iam::123456789012:role/orders",
        "memory_size": 127,
    }
    return aws_lambda.CfnFunction(stack, name, **{**settings, **options})


# --- Plain CDK code --------------------------------------------------------------------------------------------------


def test_error_stops_the_synth_and_names_everything(app: App, stack: Stack) -> None:
    plain(stack)
    Validations.of(app).add_plugins(LambdaChecks())
    with pytest.raises(RuntimeError) as caught:
        app.synth()
    text = str(caught.value)
    for part in ("127 MB", "128 to 10,240 MB", "Shop/Orders", "constructs-lambda::CL101", "Suggested fix"):
        assert part in text


def test_escape_hatch_of_ours_is_checked_too(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    function.node.default_child.add_property_override("Timeout", 901)  # type: ignore[union-attr]
    function.add_environment("K", "one letter is too short")
    assert violations(app) == [("CL102", "Shop/Orders/Resource"), ("CL121", "Shop/Orders/Resource")]


def test_warnings_and_infos_do_not_stop(app: App, stack: Stack) -> None:
    plain(stack, memory_size=128, environment={"variables": {"DB_PASSWORD": "correct-horse-battery"}})
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == [("CL123", "Shop/Orders")]


def test_nested_stack_is_checked(app: App, stack: Stack) -> None:
    plain(NestedStack(stack, "Inner"))
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == [("CL101", "Shop/Inner/Orders")]


def test_stack_without_a_function(app: App, stack: Stack) -> None:
    CfnParameter(stack, "Only")
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == []


def test_finding_on_a_stack_names_its_path(app: App, stack: Stack) -> None:
    for index in range(201):
        CfnParameter(stack, f"P{index}")
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == [("CL901", "Shop")]


def test_day_is_an_input(make_app: Callable[..., App]) -> None:
    found = []
    for today in (date(2026, 11, 22), date(2029, 12, 1)):
        app = make_app()
        plain(Stack(app, "Shop"), memory_size=128)
        Validations.of(app).add_plugins(LambdaChecks(today=today))
        found.append(violations(app))
    assert found == [[], [("CL131", "Shop/Orders")]]


# --- Severity --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "expected"), [("warning", [("CL101", "Shop/Orders")]), ("off", [])], ids=["warning", "off"]
)
def test_severity_can_be_lowered(app: App, stack: Stack, severity: str, expected: list[tuple[str, str]]) -> None:
    plain(stack)
    Validations.of(app).add_plugins(LambdaChecks(severity={"CL101": severity}))
    assert app.synth()
    assert violations(app) == expected


def test_severity_can_be_raised(app: App, stack: Stack) -> None:
    plain(stack, memory_size=128, environment={"variables": {"DB_PASSWORD": "correct-horse-battery"}})
    Validations.of(app).add_plugins(LambdaChecks(severity={"CL123": "error"}))
    with pytest.raises(RuntimeError, match="CL123"):
        app.synth()


def test_constructor_refuses_whatever_severity_is_set(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Validations.of(app).add_plugins(LambdaChecks(severity={"CL101": "warning"}))
    with pytest.raises(LimitError, match="CL101"):
        Function(stack, "Orders", **required, memory_size=20_000)
    function = Function(stack, "Orders", **required)
    function.node.default_child.memory_size = 20_000  # type: ignore[union-attr]
    assert violations(app) == [("CL101", "Shop/Orders/Resource")]
    assert app.synth()


def test_severity_takes_the_id_that_reports_show(app: App, stack: Stack) -> None:
    plain(stack)
    Validations.of(app).add_plugins(LambdaChecks(severity={"constructs-lambda::CL101": "off"}))
    assert violations(app) == []


@pytest.mark.parametrize(
    "arguments", [{"severity": ["CL101"]}, {"severity": "CL101"}, {"today": "2026-11-22"}, {"quotas": {"vpcs": 9}}]
)
def test_arguments_of_the_wrong_type(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="must be"):
        LambdaChecks(**arguments)


def test_severities_that_do_not_exist_are_all_named() -> None:
    with pytest.raises(InputError) as caught:
        LambdaChecks(severity={"CL10l": "warning", "CL102": "fatal"})
    assert "'CL10l'" in str(caught.value)
    assert "'fatal'" in str(caught.value)


# --- Acknowledgements ------------------------------------------------------------------------------------------------


def acknowledge(scope: Any, rule: str) -> None:
    Validations.of(scope).acknowledge(Acknowledgment(id=rule, reason="raised by AWS for this account"))


@pytest.mark.parametrize("level", ["function", "stack", "app"])
def test_acknowledged_finding_does_not_stop(app: App, stack: Stack, level: str) -> None:
    function = plain(stack)
    acknowledge({"function": function, "stack": stack, "app": app}[level], "constructs-lambda::CL101")
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == []


def test_acknowledgement_in_a_stage(app: App) -> None:
    stage = Stage(app, "Prod")
    plain(Stack(stage, "Shop"))
    acknowledge(stage, "constructs-lambda::CL101")
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == []


@pytest.mark.parametrize("level", ["function", "stack", "app"])
def test_acknowledgement_that_matches_nothing_is_reported(app: App, stack: Stack, level: str) -> None:
    function = plain(stack, memory_size=128)
    acknowledge({"function": function, "stack": stack, "app": app}[level], "constructs-lambda::CL101")
    Validations.of(app).add_plugins(LambdaChecks())
    assert [rule for rule, _ in violations(app)] == ["CL910"]


@pytest.mark.parametrize(
    "rule", ["CL101", "constructs-lambda:CL101", "constructs_lambda::CL101", "constructs-lambda::CL1O1"]
)
def test_acknowledgement_with_a_wrong_id_is_reported(app: App, stack: Stack, rule: str) -> None:
    acknowledge(plain(stack), rule)
    Validations.of(app).add_plugins(LambdaChecks())
    assert sorted(rule for rule, _ in violations(app)) == ["CL101", "CL910"]


def test_acknowledgements_of_others_are_none_of_ours(app: App, stack: Stack) -> None:
    acknowledge(plain(stack, memory_size=128), "AwsSolutions::AwsSolutions-L1")
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == []


# --- Quotas ----------------------------------------------------------------------------------------------------------

IRELAND = Environment(account="111122223333", region="eu-west-1")
VIRGINIA = Environment(account="111122223333", region="us-east-1")


def reserving(scope: Any, *numbers: int) -> None:
    for index, number in enumerate(numbers):
        plain(scope, f"F{index}", memory_size=128, reserved_concurrent_executions=number)


def test_all_stages_of_an_account_and_region_count_together(app: App) -> None:
    reserving(Stack(Stage(app, "Dev", env=IRELAND), "Shop"), 301)
    reserving(Stack(Stage(app, "Prod", env=IRELAND), "Shop"), 200, 400)
    reserving(Stack(app, "Other", env=VIRGINIA), 900)
    Validations.of(app).add_plugins(LambdaChecks())
    (violation,) = [each for report in failed(app) for each in report["violations"]]
    assert violation["ruleName"] == "CL720"
    parts = "Prod/Shop/F1 400, Dev/Shop/F0 301, Prod/Shop/F0 200"
    assert violation["description"].startswith(
        f"The app reserves 901 ({parts}) in 111122223333, eu-west-1; AWS allows 900"
    )


def test_raised_quota(app: App) -> None:
    reserving(Stack(app, "Shop", env=IRELAND), 901)
    reserving(Stack(app, "Other", env=VIRGINIA), 901)
    here = {("111122223333", "eu-west-1"): {"concurrent_executions": 1_001}}
    Validations.of(app).add_plugins(LambdaChecks(quotas=Quotas(by_environment=here)))
    assert violations(app) == [("CL720", "Other/F0")]


def test_accepted_sum(app: App) -> None:
    stage = Stage(app, "Prod", env=IRELAND)
    reserving(Stack(stage, "Shop"), 901)
    acknowledge(stage, "constructs-lambda::CL720")
    Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == []


# --- Exactly one reports ---------------------------------------------------------------------------------------------


def broken(stack: Any, required: dict[str, Any]) -> None:
    """One of our constructs that a later change makes wrong."""
    Function(stack, "Orders", **required).node.default_child.add_property_override(  # type: ignore[union-attr]
        "MemorySize", 127
    )


@pytest.mark.parametrize("order", ["never", "before", "after", "twice", "two"])
def test_one_report_whatever_the_order(app: App, stack: Stack, required: dict[str, Any], order: str) -> None:
    checks = LambdaChecks()
    if order in ("before", "twice", "two"):
        Validations.of(app).add_plugins(checks)
    broken(stack, required)
    if order in ("after", "twice"):
        Validations.of(app).add_plugins(checks)
    if order == "two":
        Validations.of(app).add_plugins(LambdaChecks())
    assert violations(app) == [("CL101", "Shop/Orders/Resource")]


@pytest.mark.parametrize("at", ["app", "stage", "both"])
def test_one_report_with_nested_stages(app: App, required: dict[str, Any], at: str) -> None:
    stage = Stage(app, "Prod")
    inner = Stage(stage, "Cell")
    broken(Stack(app, "Shop"), required)
    broken(Stack(stage, "Shop"), required)
    broken(Stack(inner, "Shop"), required)
    if at in ("app", "both"):
        Validations.of(app).add_plugins(LambdaChecks())
    if at in ("stage", "both"):
        Validations.of(stage).add_plugins(LambdaChecks())
    assert sorted(violations(app)) == [
        ("CL101", "Prod/Cell/Shop/Orders/Resource"),
        ("CL101", "Prod/Shop/Orders/Resource"),
        ("CL101", "Shop/Orders/Resource"),
    ]


def test_explicit_plugin_takes_over(app: App, stack: Stack, required: dict[str, Any]) -> None:
    broken(stack, required)
    Validations.of(app).add_plugins(LambdaChecks(severity={"CL101": "off"}))
    assert violations(app) == []


def test_several_apps_in_one_process(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    apps = [make_app() for _ in range(3)]
    for app in apps:
        broken(Stack(app, "Shop"), required)
    Validations.of(apps[1]).add_plugins(LambdaChecks(severity={"CL101": "off"}))
    assert [len(violations(app)) for app in apps] == [1, 0, 1]


def test_every_synth_reports_again(app: App, stack: Stack) -> None:
    plain(stack)
    Validations.of(app).add_plugins(LambdaChecks())
    for _ in range(2):
        with pytest.raises(RuntimeError, match="CL101"):
            app.synth(force=True)


# --- Bugs in a rule --------------------------------------------------------------------------------------------------


@pytest.fixture
def broken_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(subject: object, context: object) -> Iterator[Any]:
        raise ZeroDivisionError("a bug in a rule")

    broken = replace(all_rules()["CL101"], check=check)
    monkeypatch.setattr("constructs_lambda.rules._rules_for", lambda subject: (broken,))


@pytest.mark.usefixtures("broken_rule")
def test_bug_in_a_rule_is_no_finding(app: App, stack: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    plain(stack)
    Validations.of(app).add_plugins(LambdaChecks())
    with pytest.raises(RuntimeError):
        app.synth()
    assert "ZeroDivisionError: a bug in a rule" in capfd.readouterr().err
    assert violations(app) == []


# --- Every way to run an app -----------------------------------------------------------------------------------------

APP = """
from aws_cdk import App, Stack, Validations, aws_lambda
from constructs_lambda import LambdaChecks
app = App(outdir={outdir!r}, analytics_reporting=False)
aws_lambda.CfnFunction(Stack(app, "Shop"), "Orders", code={{"zipFile": "x"}}, handler="index.handler",
    runtime="python3.14", role="arn:aws:iam::123456789012:role/orders", memory_size={memory})
Validations.of(app).add_plugins(LambdaChecks())
app.synth()
print("done")
"""


def run(tmp_path: Path, memory: int, **environment: str) -> subprocess.CompletedProcess[str]:
    program = APP.format(outdir=str(tmp_path / "cdk.out"), memory=memory)
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_plain_python_fails_and_shows_why(tmp_path: Path) -> None:
    result = run(tmp_path, 127)
    assert result.returncode == 1
    assert "Memory is 127 MB; AWS allows 128 to 10,240 MB" in result.stderr
    assert "done" not in result.stdout


def test_plain_python_passes_in_silence(tmp_path: Path) -> None:
    result = run(tmp_path, 128)
    assert (result.returncode, result.stdout, result.stderr) == (0, "done\n", "")


def test_under_the_cli_python_goes_on_and_leaves_the_report(tmp_path: Path) -> None:
    """CDK then leaves the exit status to its command line, which reads the report."""
    result = run(tmp_path, 127, CDK_APP_MODE="process")
    assert result.stdout == "done\n"
    assert "Memory is 127 MB" in result.stderr
    (report,) = reports_in(tmp_path / "cdk.out")
    assert report["conclusion"] == "failure"


@pytest.mark.slow
@pytest.mark.parametrize(("memory", "status"), [(127, 1), (128, 0)])
def test_command_line_of_cdk(tmp_path: Path, cdk_cli: list[str], memory: int, status: int) -> None:
    program = tmp_path / "app.py"
    program.write_text(APP.format(outdir=str(tmp_path / "cdk.out"), memory=memory))
    result = subprocess.run(
        [*cdk_cli, "synth", "--quiet", "--no-notices", "--output", "cdk.out", "--app", f"{sys.executable} app.py"],
        cwd=tmp_path,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        | {"CDK_DISABLE_CLI_TELEMETRY": "true", "CDK_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (result.returncode, "Memory is 127 MB" in result.stderr) == (status, bool(status))


@pytest.fixture(scope="session")
def cdk_cli(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """CDK's own command line, pinned to the major version that reads this library's assemblies."""
    node = Path(os.environ["JSII_NODE"]).resolve()
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    folder = tmp_path_factory.mktemp("cdk-cli")
    install = subprocess.run(
        [str(node), str(npm), "install", "--prefix", str(folder), "--no-audit", "--no-fund", "aws-cdk@2.1148.1"],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    if install.returncode:
        pytest.skip("aws-cdk can't be installed here")
    return [str(node), str(folder / "node_modules" / "aws-cdk" / "bin" / "cdk")]
