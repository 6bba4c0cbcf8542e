"""`Layer` and `powertools_layer`; `PythonLayer` is tested with `PythonFunction`."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from assemblies import fill
from aws_cdk import App, Environment, RemovalPolicy, Stack, aws_lambda
from synthesized import resources_of

from constructs_lambda import Function, InputError, Layer, PackagingError, powertools_layer

pytestmark = pytest.mark.cdk
RUNTIME, ARM = aws_lambda.Runtime.PYTHON_3_13, aws_lambda.Architecture.ARM_64


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path / "cache"))


def archives(app: App) -> list[Path]:
    return sorted(Path(app.outdir).glob("asset.*"))


def test_folder(app: App, stack: Stack, tmp_path: Path) -> None:
    folder = fill(tmp_path / "layer", {"bin/tool": "#!/bin/sh\n", "lib/a.txt": "a", "__pycache__/a.pyc": "x"})
    (folder / "bin/tool").chmod(0o755)
    layer = Layer(stack, "Tools", path=folder, compatible_runtimes=[RUNTIME], compatible_architectures=[ARM])
    assert isinstance(layer, aws_lambda.LayerVersion)
    (resource,) = resources_of(app, "AWS::Lambda::LayerVersion").values()
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert resource["Properties"]["CompatibleRuntimes"] == ["python3.13"]
    assert resource["Properties"]["CompatibleArchitectures"] == ["arm64"]
    (archive,) = archives(app)
    assert archive.stat().st_nlink == 2
    with zipfile.ZipFile(archive) as content:
        modes = {each.filename: oct(each.external_attr >> 16 & 0o777) for each in content.infolist()}
    assert modes == {"bin/tool": "0o755", "lib/a.txt": "0o644"}


def test_no_list_where_none_is_given_and_removal_as_asked(app: App, stack: Stack, tmp_path: Path) -> None:
    folder = fill(tmp_path / "layer", {"a.txt": "a", "b.txt": "b"})
    Layer(stack, "Tools", path=str(folder), exclude=["b.txt"], removal_policy=RemovalPolicy.DESTROY)
    (resource,) = resources_of(app, "AWS::Lambda::LayerVersion").values()
    assert set(resource["Properties"]) == {"Content"}
    assert resource.get("DeletionPolicy") in (None, "Delete")
    with zipfile.ZipFile(archives(app)[0]) as content:
        assert content.namelist() == ["a.txt"]


def test_files_rewritten_in_place_are_shipped(make_app: Callable[..., App], tmp_path: Path) -> None:
    for kind in ("folder", "archive.zip"):
        shipped = []
        for word in ("old", "new"):
            app = make_app()
            path = tmp_path / kind
            if kind == "folder":
                fill(path, {"a.txt": word})
                os.utime(path / "a.txt", (1_000_000_000, 1_000_000_000))
            else:
                with zipfile.ZipFile(path, "w") as archive:
                    archive.writestr("a.txt", word)
                os.utime(path, (1_000_000_000, 1_000_000_000))
            Layer(Stack(app, "Shop"), "Tools", path=path)
            app.synth()
            with zipfile.ZipFile(archives(app)[0]) as content:
                shipped.append(content.read("a.txt"))
        assert shipped == [b"old", b"new"]


def test_the_same_content_is_the_same_asset(app: App, stack: Stack, tmp_path: Path) -> None:
    for name in ("one", "two"):
        Layer(stack, name, path=fill(tmp_path / name, {"a.txt": "a"}))
    app.synth()
    assert len(archives(app)) == 1


def test_paths_that_cannot_be_packed(stack: Stack, tmp_path: Path) -> None:
    fill(tmp_path, {"text": "no archive", "text.zip": "no archive"})
    (tmp_path / "empty").mkdir()
    (fill(tmp_path / "leaves", {"a": ""}) / "link").symlink_to(tmp_path / "text")
    for name, message in (
        ("missing", "missing doesn't exist"),
        ("text", "neither a folder nor a zip archive"),
        ("text.zip", "neither a folder nor a zip archive"),
        ("empty", "holds nothing to package"),
        ("leaves", "is a link out of"),
    ):
        with pytest.raises(PackagingError, match=message):
            Layer(stack, "Tools", path=tmp_path / name)
    assert stack.node.children == []


NAME = "layer:AWSLambdaPowertoolsPythonV3-python313-arm64"


@pytest.mark.parametrize(
    ("region", "version", "arn"),
    [
        ("eu-west-1", None, f"arn:aws:lambda:eu-west-1:017000801446:{NAME}:37"),
        ("us-east-1", 40, f"arn:aws:lambda:us-east-1:017000801446:{NAME}:40"),
        ("cn-north-1", None, f"arn:aws-cn:lambda:cn-north-1:498634801083:{NAME}:37"),
        ("us-gov-west-1", None, f"arn:aws-us-gov:lambda:us-gov-west-1:165093116878:{NAME}:27"),
    ],
)
def test_powertools(app: App, region: str, version: int | None, arn: str) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region=region))
    layer = powertools_layer(stack, "Powertools", runtime=RUNTIME, architecture=ARM, version=version)
    assert layer.layer_version_arn == arn
    assert layer.compatible_runtimes is not None


def test_powertools_in_a_stack_without_a_region(app: App, stack: Stack) -> None:
    layer = powertools_layer(stack, "Powertools", runtime=RUNTIME, architecture=aws_lambda.Architecture.X86_64)
    Function(
        stack,
        "Orders",
        code=aws_lambda.Code.from_inline("def handler(event, context): ..."),
        handler="index.handler",
        runtime=RUNTIME,
        layers=[layer],
    )
    (function,) = resources_of(app, "AWS::Lambda::Function").values()
    ((_, parts),) = (function["Properties"]["Layers"][0]["Fn::Join"],)
    assert parts == [
        "arn:aws:lambda:",
        {"Ref": "AWS::Region"},
        ":017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:37",
    ]


def test_powertools_that_aws_does_not_publish(app: App, stack: Stack) -> None:
    with pytest.raises(InputError, match=r"no Powertools layer for python3\.9; .*from_layer_version_arn"):
        powertools_layer(stack, "P", runtime=aws_lambda.Runtime.PYTHON_3_9, architecture=ARM)
    elsewhere = Stack(app, "China", env=Environment(account="111122223333", region="cn-northwest-1"))
    with pytest.raises(InputError, match="no Powertools layer in cn-northwest-1"):
        powertools_layer(elsewhere, "P", runtime=RUNTIME, architecture=ARM)
    with pytest.raises(PackagingError, match="not a Python 3 runtime"):
        powertools_layer(stack, "P", runtime=aws_lambda.Runtime.NODEJS_22_X, architecture=ARM)
