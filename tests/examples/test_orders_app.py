"""examples/orders as it is synthesized."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from example_apps import ROOT, load, run_as_the_cdk_cli, violations

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.native import native_files, wrong_for
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.sizes import bytes_by_package
from constructs_lambda.checker import check
from constructs_lambda.testing import assert_monthly_cost

pytestmark = pytest.mark.cdk

EXAMPLE = ROOT / "examples" / "orders"


def new_app(example: Path, outdir: Path) -> Any:
    from aws_cdk import App

    module = load(example / "app.py")
    app = App(outdir=str(outdir), analytics_reporting=False)
    module.OrdersStack(app, "Orders")
    return app


def synthesize(example: Path, outdir: Path) -> dict[str, Any]:
    new_app(example, outdir).synth()
    template: dict[str, Any] = json.loads((outdir / "Orders.template.json").read_text())
    return template


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("orders") / "cdk.out"


@pytest.fixture(scope="module")
def template(outdir: Path) -> dict[str, Any]:
    return synthesize(EXAMPLE, outdir)


@pytest.fixture(scope="module")
def packages(template: dict[str, Any], outdir: Path) -> dict[str, Package]:
    """What the layer and the functions bring, by their ids, as it would be uploaded."""
    manifest = json.loads((outdir / "Orders.assets.json").read_text())
    files = {key: outdir / asset["source"]["path"] for key, asset in manifest["files"].items()}
    found = {}
    for id, resource in template["Resources"].items():
        content = resource["Properties"].get("Content") or resource["Properties"].get("Code")
        if content:
            found[re.sub(r"[0-9A-F]{8}$", "", id)] = inspect(files[content["S3Key"].removesuffix(".zip")])
    return found


def test_nothing_is_found(template: dict[str, Any], outdir: Path) -> None:
    assert violations(outdir) == []
    report = check([str(outdir)], lambda: b"")
    assert (report.findings, report.templates, report.functions) == ((), 1, 2)


def test_the_important_settings(template: dict[str, Any]) -> None:
    from aws_cdk.assertions import Match, Template

    found = Template.from_json(template)
    (layer,) = found.find_resources("AWS::Lambda::LayerVersion")
    variables = {"TABLE_NAME": Match.any_value(), "QUEUE_URL": Match.any_value(), "MAX_ITEMS": "50"}
    orders = {"Variables": Match.object_like(variables)}
    found.has_resource_properties(
        "AWS::Lambda::Function",
        {"Handler": "app.handler", "MemorySize": 512, "Timeout": 10, "Environment": orders},
    )
    found.has_resource(
        "AWS::Lambda::LayerVersion",
        {
            "Properties": {"CompatibleRuntimes": ["python3.14"], "CompatibleArchitectures": ["arm64"]},
            "DeletionPolicy": "Retain",
        },
    )
    found.has_resource_properties("AWS::Lambda::Url", {"AuthType": "AWS_IAM"})
    found.has_resource_properties(
        "AWS::Lambda::EventSourceMapping", {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BatchSize": 10}
    )
    found.has_resource_properties("AWS::SQS::Queue", {"VisibilityTimeout": 180, "RedrivePolicy": Match.any_value()})
    found.has_resource("AWS::DynamoDB::GlobalTable", {"DeletionPolicy": "Retain"})
    found.all_resources_properties(
        "AWS::Lambda::Function",
        {
            "Runtime": "python3.14",
            "Architectures": ["arm64"],
            "Layers": [{"Ref": layer}],
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": Match.any_value()},
            "TracingConfig": {"Mode": "Active"},
        },
    )
    found.all_resources_properties("AWS::IAM::Role", {"ManagedPolicyArns": Match.absent()})


def test_snapshot(template: dict[str, Any], outdir: Path, snapshot_template: object) -> None:
    assert outdir == snapshot_template


def test_no_package_is_shipped_twice(packages: dict[str, Package]) -> None:
    assert packages.keys() == {"Shared", "Orders", "Worker"}
    assert {"aws_lambda_powertools", "aws_xray_sdk", "pydantic"} <= bytes_by_package(packages["Shared"]).keys()
    assert packages["Orders"].files.keys() == packages["Worker"].files.keys() == {"app.py"}


def test_the_layer_holds_what_the_functions_import(packages: dict[str, Package]) -> None:
    shared = packages["Shared"]
    assert all(name.startswith("python/") for name in shared.files)
    assert "python/shop.py" in shared.files
    assert not shared.folders["python"] & {"boto3", "botocore", "requirements.txt"}


def test_native_code_is_for_the_functions(packages: dict[str, Package]) -> None:
    native = {file.name: file.architecture for file in native_files(packages["Shared"])}
    assert len(native) >= 2
    assert set(native.values()) == {"arm64"}
    assert wrong_for(packages["Shared"], "arm64", "python3.14") == ()


def test_the_layer_is_small(packages: dict[str, Package]) -> None:
    assert sum(package.unpacked_bytes for package in packages.values()) < 20_000_000


def test_what_python_leaves_beside_the_code_is_not_shipped(template: dict[str, Any], tmp_path: Path) -> None:
    example = tmp_path / "orders"
    shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("functions/orders", "functions/worker", "layers/shared"):
        compiled = example / name / "__pycache__" / "app.cpython-314.pyc"
        compiled.parent.mkdir()
        compiled.write_bytes(b"compiled")
    assert synthesize(example, tmp_path / "cdk.out") == template  # the hashes too


def test_the_pins_name_no_index_and_no_folder() -> None:
    pins = (EXAMPLE / "layers" / "shared" / "requirements.txt").read_text()
    assert not re.findall(r"://|^-|/", pins, re.MULTILINE)


def test_as_the_cdk_cli_runs_it(tmp_path: Path) -> None:
    assert run_as_the_cdk_cli(EXAMPLE, tmp_path) == (0, "", "")
    assert violations(tmp_path / "cdk.out") == []


def test_the_price_that_the_readme_names(template: dict[str, Any], outdir: Path) -> None:
    report = assert_monthly_cost(outdir, at_most=1, usage=EXAMPLE / "usage.toml")
    requests = sum(
        line.quantity for line in report.lines if line.resource == "Orders/Orders" and line.unit == "request"
    )
    page = " ".join((ROOT / "README.md").read_text().split())
    assert requests == 2_000_000
    assert f"costs **{report.total} USD a month** at two million requests" in page
