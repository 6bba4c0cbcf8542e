"""The context `constructs-lambda:local`: what is built fits this machine, and the template says so."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, fill
from aws_cdk import App, Stack, aws_lambda
from aws_cdk.assertions import Annotations, Match
from synthesized import resources_of

from constructs_lambda import Function, PythonFunction, PythonLayer
from constructs_lambda.packaging import this_machine

pytestmark = pytest.mark.cdk
HERE = this_machine()
OTHER = {"arm64": aws_lambda.Architecture.X86_64, "x86_64": aws_lambda.Architecture.ARM_64}[HERE.architecture]


@pytest.fixture(autouse=True)
def _no_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    return fill(tmp_path / "orders", {"app.py": HANDLER})


def app(tmp_path: Path, switch: Any = True) -> App:
    return App(outdir=str(tmp_path / "cdk.out"), context={} if switch is None else {"constructs-lambda:local": switch})


@pytest.mark.parametrize("switch", [True, "true"], ids=["of cdk.json", "of --context"])
def test_functions_and_layers_are_this_machines(tmp_path: Path, entry: Path, switch: Any) -> None:
    shop = app(tmp_path, switch)
    stack = Stack(shop, "Shop")
    layer = PythonLayer(stack, "Shared", entry=entry, runtime=aws_lambda.Runtime.PYTHON_3_14, architecture=OTHER)
    function = PythonFunction(
        stack, "Orders", entry=entry, layers=[layer], runtime=aws_lambda.Runtime.PYTHON_3_14, architecture=OTHER
    )
    assert layer.target == HERE
    ((_, made),) = resources_of(shop, "AWS::Lambda::Function").items()
    assert (made["Properties"]["Runtime"], made["Properties"]["Architectures"]) == (HERE.runtime, [HERE.architecture])
    ((_, shared),) = resources_of(shop, "AWS::Lambda::LayerVersion").items()
    assert HERE.runtime in shared["Properties"]["CompatibleRuntimes"]
    assert shared["Properties"]["CompatibleArchitectures"] == [HERE.architecture, OTHER.name]
    assert function.architecture.name == HERE.architecture


def test_functions_of_others_may_use_the_layer(tmp_path: Path, entry: Path) -> None:
    """CDK refuses a layer that isn't for the function's runtime; theirs stays what it is."""
    shop = app(tmp_path)
    stack = Stack(shop, "Shop")
    layer = PythonLayer(stack, "Shared", entry=entry, runtime=aws_lambda.Runtime.PYTHON_3_13)
    required: dict[str, Any] = {
        "code": aws_lambda.Code.from_inline("def handler(event, context): pass"),
        "handler": "index.handler",
        "runtime": aws_lambda.Runtime.PYTHON_3_13,
        "layers": [layer],
    }
    Function(stack, "Ours", **required)
    aws_lambda.Function(stack, "Plain", **required)
    made = resources_of(shop, "AWS::Lambda::Function").values()
    assert [each["Properties"]["Runtime"] for each in made] == ["python3.13"] * 2


@pytest.mark.parametrize("switch", [None, False, "false"])
def test_without_the_switch_nothing_changes(tmp_path: Path, entry: Path, switch: Any) -> None:
    shop = app(tmp_path, switch)
    stack = Stack(shop, "Shop")
    PythonFunction(stack, "Orders", entry=entry, architecture=OTHER)
    ((_, made),) = resources_of(shop, "AWS::Lambda::Function").items()
    assert (made["Properties"]["Runtime"], made["Properties"]["Architectures"]) == ("python3.14", [OTHER.name])
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_it_never_happens_in_silence(tmp_path: Path, entry: Path) -> None:
    shop = app(tmp_path)
    stack = Stack(shop, "Shop")
    for name in ("Orders", "Books"):
        PythonFunction(stack, name, entry=entry)
    warnings = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("Don't deploy this to AWS"))
    assert [each.id for each in warnings] == ["/Shop"]


def test_native_code_for_this_machine_is_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this machine's system isn't Lambda's, CL210 would tell of each package."""
    monkeypatch.chdir(tmp_path)
    entry = fill(tmp_path / "native", {"app.py": HANDLER})
    other = {"arm64": "x86_64", "x86_64": "aarch64"}[HERE.architecture]
    (entry / f"fast.cpython-3{sys.version_info.minor}-{other}-linux-gnu.so").write_bytes(b"")

    def found(switch: Any) -> str:
        shop = App(outdir=str(tmp_path / f"{switch}.out"), context={"constructs-lambda:local": switch})
        PythonFunction(Stack(shop, "Shop"), "Orders", entry=entry, runtime=aws_lambda.Runtime.PYTHON_3_14)
        shop.synth()
        report = tmp_path / f"{switch}.out" / "validation-report.json"
        return json.dumps(json.loads(report.read_text())) if report.exists() else ""

    assert "CL210" in found(False)
    assert "CL210" not in found(True)
