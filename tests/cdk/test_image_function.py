"""`ImageFunction`: from a folder and from a repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from assemblies import fill
from aws_cdk import App, Duration, Stack, aws_ecr, aws_lambda
from synthesized import resources_of

from constructs_lambda import Function, ImageFunction, LimitError, PackagingError

pytestmark = pytest.mark.cdk
DOCKERFILE = 'FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n'


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    staged = DOCKERFILE.replace("\n", " AS final\n", 1)
    return fill(tmp_path / "image", {"Dockerfile": DOCKERFILE, "app.py": "", "other/Dockerfile.prod": staged})


@pytest.fixture
def repository(stack: Stack) -> aws_ecr.IRepository:
    return aws_ecr.Repository.from_repository_name(stack, "Repository", "orders")


def properties_of(app: App) -> dict[str, Any]:
    (resource,) = resources_of(app, "AWS::Lambda::Function").values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def image_of(app: App) -> dict[str, Any]:
    (image,) = json.loads((Path(app.outdir) / "Shop.assets.json").read_text())["dockerImages"].values()
    source: dict[str, Any] = image["source"]
    return source


def findings(app: App) -> list[str]:
    document = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [each["ruleName"] for plugin in document["pluginReports"] for each in plugin["violations"]]


def test_folder(app: App, stack: Stack, directory: Path) -> None:
    function = ImageFunction(stack, "Orders", directory=directory)
    assert isinstance(function, Function)
    properties = properties_of(app)
    assert properties["PackageType"] == "Image"
    assert properties["Architectures"] == ["arm64"]
    assert not {"Handler", "Runtime", "ImageConfig"} & set(properties)
    assert (properties["MemorySize"], properties["Timeout"]) == (128, 3)
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["LoggingConfig"]["LogFormat"] == "JSON"
    assert image_of(app)["platform"] == "linux/arm64"
    assert findings(app) == []
    (role,) = resources_of(app, "AWS::IAM::Role").values()
    assert "ManagedPolicyArns" not in role["Properties"]


def test_what_is_passed_on(app: App, stack: Stack, directory: Path) -> None:
    ImageFunction(
        stack,
        "Orders",
        directory=str(directory),
        architecture=aws_lambda.Architecture.X86_64,
        file="other/Dockerfile.prod",
        build_args={"VERSION": "1"},
        target="final",
        exclude=["app.py"],
        cmd=["main.handler"],
        entrypoint=["/lambda-entrypoint.sh"],
        working_directory="/srv",
        memory_size=512,
        timeout=Duration.seconds(20),
    )
    properties, image = properties_of(app), image_of(app)
    assert properties["Architectures"] == ["x86_64"]
    assert (properties["MemorySize"], properties["Timeout"]) == (512, 20)
    assert properties["ImageConfig"] == {
        "Command": ["main.handler"],
        "EntryPoint": ["/lambda-entrypoint.sh"],
        "WorkingDirectory": "/srv",
    }
    assert image["platform"] == "linux/amd64"
    assert image["dockerFile"] == "other/Dockerfile.prod"
    assert image["dockerBuildArgs"] == {"VERSION": "1"}
    assert image["dockerBuildTarget"] == "final"
    assert not (Path(app.outdir) / image["directory"] / "app.py").exists()


def test_repository(app: App, stack: Stack, repository: aws_ecr.IRepository) -> None:
    ImageFunction(stack, "Orders", repository=repository, tag_or_digest="v17", cmd=["app.handler"])
    properties = properties_of(app)
    assert properties["Code"]["ImageUri"]["Fn::Join"][1][-1] == "/orders:v17"
    assert properties["ImageConfig"] == {"Command": ["app.handler"]}
    assert "Architectures" not in properties


def test_either_a_folder_or_a_repository(stack: Stack, directory: Path, repository: aws_ecr.IRepository) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "neither was given"),
        ({"directory": directory, "repository": repository}, "both were given"),
        ({"directory": directory, "tag_or_digest": "v1"}, "tag_or_digest can't be used together with directory="),
        ({"repository": repository, "tag_or_digest": "v1", "file": "D", "build_args": {}}, "build_args, file can't"),
        ({"repository": repository}, "needs tag_or_digest="),
        ({"directory": directory, "architecture": "arm64"}, "architecture must be"),
        ({"directory": directory, "memroy_size": 128}, "memory_size"),
        ({"repository": repository, "tag_or_digest": ""}, "needs tag_or_digest="),
        (
            {"directory": directory, "runtime": aws_lambda.Runtime.PYTHON_3_14},
            "runtime can't be set on an ImageFunction",
        ),
        ({"directory": directory, "handler": "a.b", "code": 1}, "code, handler can't be set.*cmd="),
        ({"directory": directory, "cmd": "app.handler"}, r"cmd must be a list of texts.*write cmd=\['app.handler'\]"),
        ({"directory": directory, "cmd": 5}, "cmd must be a list of texts; got 5"),
        ({"directory": directory, "entrypoint": ["a", 1]}, "entrypoint must be a list of texts"),
        ({"directory": directory, "build_args": {"A": 1}}, "build_args must map names to texts; got 'A': 1"),
        ({"directory": directory, "build_args": ["A"]}, "build_args must map names to texts"),
        ({"directory": directory, "target": 1}, "target must be a text; got 1"),
        ({"directory": 5}, "directory must be a path"),
        ({"repository": "r", "tag_or_digest": "v1"}, "repository must be an aws_ecr.IRepository.*from_repository_name"),
    ]
    for keywords, message in wrong:
        with pytest.raises(TypeError, match=message):
            ImageFunction(stack, "Orders", **keywords)
    assert [child.node.id for child in stack.node.children] == ["Repository"]


def test_missing_files(stack: Stack, directory: Path, tmp_path: Path) -> None:
    for keywords, message in (
        ({"directory": tmp_path / "missing"}, "missing doesn't exist"),
        ({"directory": directory / "app.py"}, "is not a folder"),
        ({"directory": directory / "other"}, "other has no Dockerfile. Fix: .*PythonFunction"),
        ({"directory": directory, "file": "Dockerfile.dev"}, r"has no Dockerfile\.dev"),
        ({"directory": directory, "target": "test"}, "has no stage test; docker build would fail"),
        ({"directory": directory, "file": "app.py"}, "has no FROM; docker build would fail"),
    ):
        with pytest.raises(PackagingError, match=message):
            ImageFunction(stack, "Orders", **keywords)
    assert stack.node.children == []


def test_an_empty_list_of_layers(app: App, stack: Stack, directory: Path) -> None:
    ImageFunction(stack, "Orders", directory=directory, layers=[])
    assert "Layers" not in properties_of(app)


def test_a_dockerfile_of_another_frontend(app: App, stack: Stack, tmp_path: Path) -> None:
    folder = fill(tmp_path / "packs", {"Dockerfile": "# syntax=acme/buildpacks:1\nanything: goes\n"})
    ImageFunction(stack, "Orders", directory=folder, target="final")
    app.synth()
    assert findings(app) == []


def test_limits_are_refused_together(stack: Stack, directory: Path) -> None:
    with pytest.raises(LimitError) as caught:
        ImageFunction(stack, "Orders", directory=directory, memory_size=64, timeout=Duration.minutes(20))
    assert [finding.rule for finding in caught.value.findings] == ["CL101", "CL102"]
    assert stack.node.children == []


def test_an_image_that_cannot_speak_to_lambda_is_reported(app: App, stack: Stack, tmp_path: Path) -> None:
    folder = fill(tmp_path / "plain", {"Dockerfile": 'FROM python:3.14\nCMD ["python", "app.py"]\n'})
    ImageFunction(stack, "Orders", directory=folder)
    app.synth()
    assert findings(app) == ["CL222"]
