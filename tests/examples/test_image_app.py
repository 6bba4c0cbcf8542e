"""examples/image as it is synthesized; the image itself is never built here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from example_apps import load

from constructs_lambda.checker import check

pytestmark = pytest.mark.cdk

EXAMPLE = Path(__file__).parents[2] / "examples" / "image"


def new_app(folder: Path) -> Any:
    from aws_cdk import App

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(folder), analytics_reporting=False)
    module.ImageStack(app, "Image")
    return app


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image") / "cdk.out"
    new_app(folder).synth()
    return folder


def read(outdir: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((outdir / name).read_text())
    return document


def test_nothing_is_found(outdir: Path) -> None:
    report = read(outdir, "validation-report.json")
    assert [violation for plugin in report["pluginReports"] for violation in plugin["violations"]] == []
    found = check([str(outdir)], lambda: b"")
    assert (found.findings, found.functions) == ((), 1)


def test_the_important_settings(outdir: Path) -> None:
    from aws_cdk.assertions import Match, Template

    template = Template.from_json(read(outdir, "Image.template.json"))
    template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "PackageType": "Image",
            "Architectures": ["arm64"],
            "MemorySize": 1769,
            "Timeout": 120,
            "EphemeralStorage": {"Size": 2048},
            "Environment": {"Variables": {"BUCKET_NAME": Match.any_value()}},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": Match.any_value()},
            "TracingConfig": {"Mode": "Active"},
            "Runtime": Match.absent(),
            "Handler": Match.absent(),
        },
    )
    template.has_resource("AWS::S3::Bucket", {"DeletionPolicy": "Retain"})
    template.all_resources_properties("AWS::IAM::Role", {"ManagedPolicyArns": Match.absent()})


def test_the_image_is_staged_for_the_functions_processor(outdir: Path) -> None:
    (image,) = read(outdir, "Image.assets.json")["dockerImages"].values()
    assert image["source"]["platform"] == "linux/arm64"
    folder = outdir / image["source"]["directory"]
    assert {"Dockerfile", "app.py", "requirements.txt"} <= {file.name for file in folder.iterdir()}
    assert not (folder / "__pycache__").exists()
