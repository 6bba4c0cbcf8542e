"""CL226: imported modules that are missing, in packages, layers and inline code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, Assembly, fill

from constructs_lambda.findings import Finding, Severity

SOURCE = f"import json\nimport requests\n{HANDLER}"
ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:1"


@pytest.fixture
def app(tmp_path: Path) -> Assembly:
    return Assembly(tmp_path / "cdk.out")


def every(app: Assembly) -> list[Finding]:
    return [finding for finding in app.findings() if finding.rule == "CL226"]


def missing(app: Assembly) -> Finding:
    (finding,) = every(app)
    assert len(finding.message) < 400
    return finding


def test_what_is_said(app: Assembly) -> None:
    app.function("F", app.folder({"app.py": SOURCE}))
    finding = missing(app)
    assert (finding.severity, finding.path, finding.resource) == (Severity.WARNING, "Shop/F", "F")
    assert finding.property == "Code"
    assert finding.message == (
        "the module app.py imports requests (line 2), and neither the package nor the python3.13 runtime has it"
    )
    assert finding.fix == "Add it to requirements.txt (or the layer), or correct the name."


def test_several_modules_and_a_layer(app: Assembly) -> None:
    layer = app.layer("L", app.folder({"python/shared/db.py": "import psycopg2\n"}))
    source = f"import bot03, yaml\nfrom shared import db\nimport a\nimport b\nimport c\n{HANDLER}"
    app.function("F", app.archive({"app.py": source}), Layers=[layer])
    finding = missing(app)
    assert finding.message == (
        "the module app.py imports bot03 (line 1), yaml (line 1), a (line 3), b (line 4); 2 more are missing, and "
        "neither the package nor its layer nor the python3.13 runtime has them"
    )
    assert finding.fix.endswith("(or the layer), or correct the names (did you mean 'boto3' by bot03?).")
    app.function("F", app.archive({"app.py": f"from shared import db\n{HANDLER}"}), Layers=[layer])
    assert "python/shared/db.py of the layer Shop/L imports psycopg2 (line 1), and neither" in missing(app).message


@pytest.mark.parametrize(
    ("files", "handler", "fix"),
    [
        ({"src/app.py": f"import helper\n{HANDLER}", "src/helper.py": ""}, "src/app.handler",
            "Write src.helper: only the root of the package is on Python's path."),
        ({"app.py": f"import distutils\n{HANDLER}"}, "app.handler",
            "Replace distutils: Python has it until 3.11 only."),
        ({"app.py": SOURCE, "requirements.txt": "requests\n"}, "app.handler",
            "Install what requirements.txt names into the package, as PythonFunction does: nothing of it is there."),
        ({"app.py": SOURCE, "requirements.txt": "", "yaml-6.dist-info/METADATA": ""}, "app.handler",
            "Add it to requirements.txt (or the layer), or correct the name."),
    ],
)  # fmt: skip
def test_what_to_do(app: Assembly, files: dict[str, Any], handler: str, fix: str) -> None:
    app.function("F", app.folder(files), Handler=handler)
    assert missing(app).fix == fix


def test_inline_code(app: Assembly) -> None:
    code = {"ZipFile": f"import cfnresponse, requests\n{HANDLER}"}
    app.function("F", code, Handler="index.handler")
    finding = missing(app)
    assert finding.property == "Code.ZipFile"
    assert finding.message == "the inline code imports requests (line 1), and the python3.13 runtime doesn't have it"
    assert finding.fix == "Package the code with it, or use a layer; inline code brings nothing else."
    layers = [app.layer("L", app.folder({"python/yaml.py": ""})), app.layer("M", app.folder({"python/jwt.py": ""}))]
    app.function("F", code, Handler="index.handler", Layers=layers)
    assert missing(app).message.endswith("and neither its layers nor the python3.13 runtime has it")
    layers.append(app.layer("N", app.folder({"python/requests.py": ""})))
    app.function("F", code, Handler="index.handler", Layers=layers)
    assert every(app) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"Layers": [ARN]},
        {"Layers": {"Ref": "Layers"}},
        {"Layers": [{"Ref": "S3"}]},
        {"Environment": {"Variables": {"PYTHONPATH": "/mnt/code"}}},
        {"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}},
        {"Environment": {"Ref": "Environment"}},
        {"FileSystemConfigs": [{"Ref": "FileSystem"}]},
        {"FileSystemConfigs": {"Ref": "FileSystems"}},
        {"Runtime": {"Ref": "Runtime"}},
        {"Runtime": "java21"},
        {"Handler": {"Ref": "Handler"}},
        {"Layers": [{"Ref": "L"}]},
    ],
)
def test_nothing_is_said_where_modules_may_come_from_elsewhere(app: Assembly, settings: dict[str, Any]) -> None:
    app.layer("L", app.folder({"python/requests.py": ""}))
    app.layer("S3", "not-ours.zip")
    app.function("F", app.folder({"app.py": SOURCE}), **settings)
    assert every(app) == []


def test_nothing_is_said_where_bundling_was_left_out(app: Assembly, tmp_path: Path) -> None:
    """CDK then names the folder of the source; our own archives say it in their comment."""
    fill(tmp_path / "source", {"app.py": SOURCE})
    app.function("F", app.file_asset(app.hash(), str(tmp_path / "source"), "zip"))
    assert every(app) == []
    key = app.archive({"app.py": SOURCE})
    app.function("F", key)
    assert missing(app)
    archive = app.directory / f"asset.{key}"
    content, comment = archive.read_bytes(), b"constructs-lambda without dependencies"
    archive.write_bytes(content[:-2] + len(comment).to_bytes(2, "little") + comment)
    assert every(app) == []


def test_each_function_is_judged_by_its_own_handler(app: Assembly) -> None:
    key = app.folder({"one.py": SOURCE, "two.py": HANDLER})
    app.function("F", key, Handler="one.handler")
    app.function("G", key, Handler="two.handler")
    assert missing(app).resource == "F"
