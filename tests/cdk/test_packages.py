"""Packages, layers and images of plain CDK apps, through `LambdaChecks`."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, elf, fill
from aws_cdk import App, Environment, NestedStack, RemovalPolicy, Stack, Stage, Validations, aws_lambda, aws_s3
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import custom_resources as custom

from constructs_lambda import LambdaChecks

pytestmark = pytest.mark.cdk

ROLE = "arn:aws:iam::123456789012:role/orders"
HERE = Environment(account="123456789012", region="us-east-1")
Build = Callable[[Stack, Path], object]


def function(stack: Stack, name: str = "F", *, code: Path, **options: Any) -> aws_lambda.Function:
    settings = {"handler": "app.handler", "runtime": aws_lambda.Runtime.PYTHON_3_14, **options}
    return aws_lambda.Function(stack, name, code=aws_lambda.Code.from_asset(str(code)), **settings)


def low_level(stack: Stack, **options: Any) -> None:
    aws_lambda.CfnFunction(stack, "F", role=ROLE, **options)


def image(stack: Stack, uri: str) -> None:
    low_level(stack, package_type="Image", code={"imageUri": uri})


def violations(app: App) -> list[tuple[str, str, str]]:
    """Severity, rule and message of all that `LambdaChecks` reports."""
    Validations.of(app).add_plugins(LambdaChecks())
    with suppress(RuntimeError):
        app.synth()
    document = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [
        (violation["severity"], violation["ruleName"], violation["description"])
        for report in document["pluginReports"]
        for violation in report["violations"]
        if report["pluginName"] == "constructs-lambda"
    ]


def source(folder: Path, **more: str | bytes | int) -> Path:
    return fill(folder / "src", {"app.py": HANDLER, **more})


def bomb(stack: Stack, folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", HANDLER)
        archive.writestr("zeros.bin", bytes(300 * 1024 * 1024))
    function(stack, code=folder / "bomb.zip")


def lying_bomb(stack: Stack, folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", bytes(300 * 1024 * 1024))
        archive.writestr("app.py", HANDLER)
    content = bytearray((folder / "bomb.zip").read_bytes())
    for place in (22, content.index(b"PK\1\2") + 24):
        content[place : place + 4] = struct.pack("<L", 60 * 1024 * 1024)
    (folder / "bomb.zip").write_bytes(content)
    function(stack, code=folder / "bomb.zip")


def empty(stack: Stack, folder: Path) -> None:
    function(stack, code=fill(folder / "empty", {}))


def other_runtime(stack: Stack, folder: Path) -> None:
    layer = aws_lambda.LayerVersion(
        stack,
        "L",
        code=aws_lambda.Code.from_asset(str(fill(folder / "layer", {"python/a.py": ""}))),
        compatible_runtimes=[aws_lambda.Runtime.NODEJS_22_X],
    )
    code = {"s3Bucket": "packages", "s3Key": "k.zip"}
    low_level(stack, code=code, handler="a.b", runtime="python3.14", layers=[layer.layer_version_arn])


def library(stack: Stack, folder: Path) -> None:
    code = source(folder, **{"mod.cpython-314-x86_64-linux-gnu.so": elf(62)})
    function(stack, code=code, architecture=aws_lambda.Architecture.ARM_64)


def six_layers(stack: Stack, folder: Path) -> None:
    arns = [f"arn:aws:lambda:us-east-1:123456789012:layer:l{number}:1" for number in range(6)]
    code = {"s3Bucket": "packages", "s3Key": "k.zip"}
    low_level(stack, code=code, handler="a.b", runtime="python3.14", layers=arns)


def wrong_platform(stack: Stack, folder: Path) -> None:
    fill(folder / "image", {"Dockerfile": 'FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n'})
    code = aws_lambda.DockerImageCode.from_image_asset(str(folder / "image"), platform=ecr_assets.Platform.LINUX_ARM64)
    aws_lambda.DockerImageFunction(stack, "F", code=code)


@pytest.mark.parametrize(
    ("build", "severity", "rule", "words"),
    [
        (bomb, "error", "CL204", "314,572,8"),
        (lying_bomb, "error", "CL206", "more than the 62914560 bytes that it claims"),
        (empty, "error", "CL205", "empty"),
        (other_runtime, "warning", "CL213", "not compatible"),
        (library, "warning", "CL210", "architecture x86_64"),
        (six_layers, "error", "CL201", "6 layers"),
        (lambda s, _: image(s, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/r:1"), "error", "CL221", "eu-west-1"),
        (lambda s, _: image(s, "docker.io/library/python:3.14"), "error", "CL220", "Docker Hub"),
        (wrong_platform, "warning", "CL223", "architecture arm64"),
    ],
    ids=["P03", "a wrong claim", "P04", "P07", "P14", "six layers", "I06", "I07", "platform"],
)
def test_what_breaks(app: App, tmp_path: Path, build: Build, severity: str, rule: str, words: str) -> None:
    build(Stack(app, "Shop", env=HERE), tmp_path)
    ((found, found_rule, message),) = violations(app)
    assert (found, found_rule) == (severity, rule)
    assert words in message


def test_nothing_is_said_of_what_is_right(app: App, tmp_path: Path) -> None:
    for stack in (Stack(app, "Shop"), Stack(Stage(app, "Prod", env=HERE), "Shop")):
        content = fill(tmp_path / "layer", {"python/shared/__init__.py": ""})
        layer = aws_lambda.LayerVersion(
            stack,
            "L",
            code=aws_lambda.Code.from_asset(str(content)),
            compatible_runtimes=[aws_lambda.Runtime.PYTHON_3_14],
            compatible_architectures=[aws_lambda.Architecture.X86_64],
        )
        handler = function(stack, code=source(tmp_path), layers=[layer])
        function(NestedStack(stack, "Nested"), "G", code=source(tmp_path), layers=[layer])
        custom.Provider(stack, "Provider", on_event_handler=handler)
        bucket = aws_s3.Bucket(stack, "B", auto_delete_objects=True, removal_policy=RemovalPolicy.DESTROY)
        files = s3_deployment.Source.asset(str(fill(tmp_path / "site", {"index.html": ""})))
        s3_deployment.BucketDeployment(stack, "Site", destination_bucket=bucket, sources=[files], memory_limit=512)
        fill(tmp_path / "image", {"Dockerfile": 'FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n'})
        code = aws_lambda.DockerImageCode.from_image_asset(str(tmp_path / "image"))
        aws_lambda.DockerImageFunction(stack, "I", code=code)
    assert violations(app) == []


def test_assets_of_stages_and_nested_stacks_are_found(app: App, tmp_path: Path) -> None:
    stack = Stack(Stage(app, "Prod"), "Shop")
    function(stack, "F", code=fill(tmp_path / "empty", {}))
    function(NestedStack(stack, "Nested"), "G", code=tmp_path / "empty")
    assert [rule for _, rule, _ in violations(app)] == ["CL205", "CL205"]


@pytest.mark.parametrize(("context", "expected"), [({"aws:cdk:disable-asset-staging": True}, []), ({}, ["CL205"])])
def test_of_assets_that_are_not_staged_nothing_is_known(
    make_app: Callable[..., App], tmp_path: Path, context: dict[str, object], expected: list[str]
) -> None:
    app = make_app(context=context)
    function(Stack(app, "Shop"), code=fill(tmp_path / "empty", {}))
    assert [rule for _, rule, _ in violations(app)] == expected
