"""`add_packs`: which packs an app gets, and what it says where it can't."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, Stage, aws_lambda, aws_sqs
from constructs import Construct, RootConstruct

from constructs_lambda import Function, InputError, QueueTrigger, TopicTrigger
from constructs_lambda.cdk.nag import PACKS, add_packs

pytestmark = pytest.mark.cdk


def found_in(app: App) -> Counter[str]:
    """How often each rule of a pack was found."""
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return Counter(
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin.get("violations", [])
        for _ in violation["violatingConstructs"]
    )


@pytest.mark.parametrize("pack", PACKS)
def test_each_pack_reports(app: App, stack: Stack, required: dict[str, Any], pack: str) -> None:
    add_packs(app, [pack])
    aws_lambda.Function(stack, "Plain", **required)
    aws_sqs.Queue(stack, "Queue")
    begin = re.sub(r"\W", "", pack)
    assert {re.sub(r"\W", "", rule.partition("-")[0]).removesuffix("321") for rule in found_in(app)} == {begin}


def test_a_pack_is_added_once(app: App, stack: Stack) -> None:
    add_packs(app, ["Serverless", "Serverless"])
    add_packs(stack, ["Serverless"])
    stage = Stage(app, "Prod")
    add_packs(Stack(stage, "Other"), ["Serverless"])
    aws_sqs.Queue(stack, "Queue")
    aws_sqs.Queue(Stack(stage, "Shop"), "Queue")
    assert found_in(app) == {"Serverless-SQSRedrivePolicy": 2}


def test_two_apps_get_their_own(make_app: Any) -> None:
    for _ in range(2):
        app = make_app()
        add_packs(app, ["Serverless"])
        aws_sqs.Queue(Stack(app, "Shop"), "Queue")
        assert found_in(app) == {"Serverless-SQSRedrivePolicy": 1}


def test_unknown_names_are_one_error(app: App) -> None:
    with pytest.raises(InputError) as caught:
        add_packs(app, ["AwsSolution", "NIST.800.53.R5", "AwsSolutions", "Nothing"])
    assert str(caught.value) == (
        "there is no pack 'AwsSolution' (did you mean 'AwsSolutions'?); "
        "there is no pack 'NIST.800.53.R5' (did you mean 'NIST.800-53.R5'?); there is no pack 'Nothing'. "
        "Fix: choose of AwsSolutions, HIPAA.Security, NIST.800-53.R4, NIST.800-53.R5, PCI.DSS, Serverless."
    )
    app.synth()  # none was added


@pytest.mark.parametrize("packs", ["AwsSolutions", [1], None, {"AwsSolutions"}])
def test_no_list_of_names(app: App, packs: Any) -> None:
    with pytest.raises(
        TypeError, match=r"packs must be a list of names, such as \['AwsSolutions', 'Serverless'\]; got"
    ):
        add_packs(app, packs)


def test_a_scope_without_an_app() -> None:
    with pytest.raises(InputError, match=r"Part is in no App, and cdk-nag checks Apps\. Fix: add_packs\(app, \.\.\.\)"):
        add_packs(Construct(RootConstruct(), "Part"), ["AwsSolutions"])


def test_cdk_nag_is_not_installed(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cdk_nag", None)
    with pytest.raises(InputError) as caught:
        add_packs(app, ["AwsSolutions"])
    said = "cdk-nag's packs need cdk-nag, which isn't installed. Fix: pip install 'constructs-lambda[nag]'"
    assert str(caught.value) == said
    monkeypatch.undo()
    add_packs(app, ["AwsSolutions"])  # it isn't taken for added


def test_an_older_cdk_nag(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    older = type(sys)("cdk_nag")
    older.AwsSolutionsChecks = type("AwsSolutionsChecks", (), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cdk_nag", older)
    with pytest.raises(InputError, match="need cdk-nag 3, and an older one is installed"):
        add_packs(app, ["AwsSolutions"])


def test_packs_that_are_added_by_hand_are_told_too(app: App, stack: Stack, required: dict[str, Any]) -> None:
    from aws_cdk import Validations
    from cdk_nag import AwsSolutionsChecks, ServerlessChecks

    Validations.of(app).add_plugins(AwsSolutionsChecks(), ServerlessChecks())
    Function(stack, "Orders", **required)
    app.synth()
    app.synth(force=True)


def test_what_was_refused_is_no_matter(app: App, stack: Stack, required: dict[str, Any]) -> None:
    add_packs(app, ["AwsSolutions", "Serverless"])
    trigger = TopicTrigger()
    Function(Stack(app, "Other"), "Orders", **required, events=[trigger])
    with pytest.raises(InputError, match="triggers Other/Orders already"):
        Function(stack, "Orders", **required, events=[QueueTrigger(), TopicTrigger(id="First"), trigger])
    app.synth()


WITHOUT = """
import sys
from aws_cdk import App, Stack, aws_lambda
from constructs_lambda import Function
from constructs_lambda.cdk import acknowledgements
acknowledgements.acknowledge = None
app = App(outdir=sys.argv[1])
code = aws_lambda.Code.from_inline("def handler(event, context): ...")
Function(Stack(app, "Shop"), "Orders", code=code, handler="index.handler", runtime=aws_lambda.Runtime.PYTHON_3_14)
app.synth()
assert "cdk_nag" not in sys.modules
assert "constructs_lambda.cdk.function_findings" not in sys.modules
"""


def test_nothing_is_acknowledged_without_cdk_nag(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT, tmp_path], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert "acknowledged" not in (tmp_path / "manifest.json").read_text()
