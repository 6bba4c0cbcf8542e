"""CL204 to CL225 where files decide: small cloud assemblies, and the rules that speak of them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, Assembly, elf, fill
from rules.cases import zipped
from rules.package_cases import layer as layer_of

from constructs_lambda import limits
from constructs_lambda.findings import Finding, Severity
from constructs_lambda.model import Topology
from constructs_lambda.packaging.archive import COMMENT
from constructs_lambda.rules import Context, Severities, check_topology
from constructs_lambda.template import read_template

MB = 1024 * 1024
LIMIT = (limits.UNZIPPED_PACKAGE_SIZE.maximum or 0) + 1
ARM = ["arm64"]
X86_NAME = "mod.cpython-313-x86_64-linux-gnu.so"


def ids(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def of(findings: list[Finding], rule: str) -> Finding:
    (finding,) = [finding for finding in findings if finding.rule == rule]
    assert finding.message == finding.message.strip() != ""
    assert len(finding.message) < 450
    assert len(finding.fix) < 300
    return finding


@pytest.fixture
def app(tmp_path: Path) -> Assembly:
    return Assembly(tmp_path / "cdk.out")


def python(**more: Any) -> dict[str, Any]:
    return {"app.py": HANDLER, **more}


# --- Sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "expected"), [(LIMIT - 1, []), (LIMIT, ["CL204"]), (LIMIT + 1, ["CL204"])])
def test_size_of_a_package(app: Assembly, size: int, expected: list[str]) -> None:
    app.function("F", app.folder({"app.py": HANDLER, "model.bin": size - len(HANDLER)}))
    assert ids(app.findings()) == expected


def test_size_of_an_archive_that_is_small(app: Assembly) -> None:
    app.function("F", app.archive({"app.py": HANDLER, "zeros.bin": bytes(LIMIT)}))
    finding = of(app.findings(), "CL204")
    assert finding.severity is Severity.ERROR
    assert finding.property == "Code"
    assert "unpacks to 262,144,0" in finding.message
    assert "zeros.bin 250.0 MB" in finding.fix
    assert "image (up to 10 GB)" in finding.fix
    assert "512 MB of ephemeral storage" in finding.fix


def test_the_ephemeral_storage_that_a_large_package_takes(app: Assembly) -> None:
    app.function("F", app.folder(python(a=700 * MB, b=200 * MB)), EphemeralStorage={"Size": 512})
    assert "700 MB of ephemeral storage" in of(app.findings(), "CL204").fix
    app.function("F", app.folder(python(a=11_000 * MB)))
    assert "mount a file system" in of(app.findings(), "CL204").fix


@pytest.mark.parametrize(("size", "expected"), [(LIMIT - 1, []), (LIMIT, ["CL204"])])
def test_size_of_a_layer(app: Assembly, size: int, expected: list[str]) -> None:
    app.layer("L", app.folder({"python/a.py": "", "python/model.bin": size}))
    assert ids(app.findings()) == expected


@pytest.mark.parametrize(("size", "expected"), [(LIMIT - 1, []), (LIMIT, ["CL208"])])
def test_size_of_function_and_layer(app: Assembly, size: int, expected: list[str]) -> None:
    layer = app.layer("L", app.folder({"python/a.py": "", "python/numpy/model.bin": 200 * MB}))
    app.function("F", app.folder(python(**{"pandas/b.bin": size - 200 * MB - len(HANDLER)})), Layers=[layer])
    assert ids(app.findings()) == expected


def test_published_layers_are_said_to_be_unknown(app: Assembly) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:1"
    layer = app.layer("L", app.folder({"python/numpy/model.bin": 200 * MB}))
    app.function("F", app.folder(python(**{"pandas/b.bin": 60 * MB})), Layers=[layer, arn])
    finding = of(app.findings(), "CL208")
    assert "plus 1 published layer of unknown size" in finding.message
    assert "the layer Shop/L 200.0 MB" in finding.message
    assert "numpy 200.0 MB, pandas 60.0 MB" in finding.fix


def test_a_layer_too_large_by_itself_is_said_once(app: Assembly) -> None:
    layer = app.layer("L", app.folder({"python/numpy/model.bin": 300 * MB}))
    app.function("F", app.folder(python()), Layers=[layer])
    assert [(finding.rule, finding.resource) for finding in app.findings()] == [("CL204", "L")]


def test_files_of_one_name_are_told_apart(app: Assembly) -> None:
    layer = app.layer("L", app.folder({"python/a.py": "", "model.bin": 150 * MB}))
    app.function("F", app.folder(python(**{"model.bin": 120 * MB})), Layers=[layer], EphemeralStorage={"Size": 2048})
    fix = of(app.findings(), "CL208").fix
    assert "model.bin of the layer Shop/L 150.0 MB, model.bin of the package 120.0 MB" in fix
    assert "2,048 MB of ephemeral storage" in fix


def test_the_ephemeral_storage_that_a_function_has(app: Assembly) -> None:
    app.function("F", app.folder(python(a=300 * MB)), EphemeralStorage={"Size": 2048})
    assert "2,048 MB of ephemeral storage" in of(app.findings(), "CL204").fix


@pytest.mark.parametrize(("size", "expected"), [(131 * MB, ["CL204"]), (100 * MB, [])])
def test_what_stands_behind_a_link_to_a_folder(app: Assembly, size: int, expected: list[str]) -> None:
    key = app.folder({"app.py": HANDLER, "a/model.bin": size, "a/more/x.txt": "1", "a0/x.txt": "1"})
    folder = app.directory / f"asset.{key.removesuffix('.zip')}"
    (folder / "b").symlink_to("a")
    (folder / "a" / "loop").symlink_to("..")
    (folder / "a" / "self").symlink_to("../a")
    (folder / "c").symlink_to("gone")
    (folder / "d").symlink_to("/usr")
    app.function("F", key)
    assert ids(app.findings()) == expected


# --- Archives --------------------------------------------------------------------------------------------------------


def test_empty(app: Assembly) -> None:
    app.function("F", app.folder({}))
    app.function("G", app.archive({}))
    app.layer("L", app.folder({}))
    assert {(f.rule, f.resource) for f in app.findings()} == {("CL205", "F"), ("CL205", "G"), ("CL205", "L")}


def test_damaged(app: Assembly) -> None:
    key = app.archive({"app.py": HANDLER * 50})
    archive = app.directory / f"asset.{key}"
    whole = archive.read_bytes()
    app.function("F", key)
    assert app.findings() == []
    archive.write_bytes(whole[:-30])
    assert "cut off" in of(app.findings(), "CL206").message
    archive.write_text("def handler(): pass")
    assert "is no zip archive" in of(app.findings(), "CL206").message
    at = whole.index(b"PK\1\2")
    archive.write_bytes(whole[: at + 24] + struct.pack("<L", 7) + whole[at + 28 :])
    assert "app.py has more than the 7 bytes that it claims" in of(app.findings(), "CL206").message
    end = archive.read_bytes()[:-2]
    archive.write_bytes(end + struct.pack("<H", len(COMMENT)) + COMMENT)  # what we wrote isn't doubted
    assert app.findings() == []


def test_odd(app: Assembly) -> None:
    app.function("F", app.archive({"app.py": HANDLER, "../../etc/passwd": "root"}))
    finding = of(app.findings(), "CL207")
    assert "../../etc/passwd leaves the folder" in finding.message
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("suffix", "expected"), [(".zip", ["CL207"]), (".jar", [])])
def test_a_licence_that_is_in_a_jar_twice(app: Assembly, suffix: str, expected: list[str]) -> None:
    name = f"asset.{'e' * 64}{suffix}"
    with zipfile.ZipFile(app.directory / name, "w") as archive:
        archive.writestr("a/B.class", "x")
        archive.writestr("META-INF/LICENSE", "x")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("META-INF/LICENSE", "y")
    app.function("F", app.file_asset("e" * 64, name, "file"), Handler="a.B::c", Runtime="java21")
    assert ids(app.findings()) == expected


# --- Handlers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"Handler": "app.handlr"}, ["CL209"]),
        ({"Handler": "apps.handler"}, ["CL209"]),
        ({"Handler": {"Ref": "Handler"}}, []),
        ({"Handler": "apps.handler", "Runtime": {"Ref": "Runtime"}}, []),
        ({"Handler": "a.B::c", "Runtime": "java21"}, ["CL209"]),
        ({"Handler": "a.B::c", "Runtime": "java21", "Environment": {"Variables": {"CLASSPATH": "/opt/x"}}}, []),
        ({"Handler": "a.B::c", "Runtime": "java21", "Layers": [{"Ref": "Unknown"}]}, []),
        ({"Handler": "app.handler", "Runtime": "nodejs24.x"}, ["CL209"]),
        ({"Handler": "apps.handler", "Environment": {"Variables": {"PYTHONPATH": "/opt/code"}}}, []),
        ({"Handler": "apps.handler", "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/w"}}}, []),
        ({"Handler": "apps.handler", "Environment": {"Ref": "Environment"}}, []),
        ({"Handler": "apps.handler", "Environment": {"Variables": {"STAGE": "prod"}}}, ["CL209"]),
        ({"Handler": "apps.handler", "Layers": ["arn:aws:lambda:eu-west-1:111122223333:layer:l:1"]}, []),
        ({"Handler": "apps.handler", "Layers": {"Ref": "Layers"}}, []),
        ({"Handler": "app.handlr", "Layers": ["arn:aws:lambda:eu-west-1:111122223333:layer:l:1"]}, ["CL209"]),
        ({"Handler": "shared.handler", "Layers": [{"Ref": "L"}]}, []),
        ({"Handler": "shared.handlr", "Layers": [{"Ref": "L"}]}, ["CL209"]),
    ],
)
def test_handler(app: Assembly, settings: dict[str, Any], expected: list[str]) -> None:
    app.layer("L", app.folder({"python/shared.py": HANDLER}))
    app.function("F", app.folder(python()), **settings)
    findings = app.findings()
    assert ids(findings) == expected
    for finding in findings if "Runtime" not in settings else ():
        assert "found app.handler" in finding.message
        assert "'app.handler'" in finding.fix


def test_handler_of_node(app: Assembly) -> None:
    code = app.folder({"index.js": "exports.handler = () => {};"})
    app.function("F", code, Handler="index.handler", Runtime="nodejs24.x")
    assert app.findings() == []
    app.function("F", code, Handler="main.handler", Runtime="nodejs24.x")
    assert "found index.js" in of(app.findings(), "CL209").message


# --- Native code -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "machine", "settings", "expected"),
    [
        (X86_NAME, 62, {}, []),
        (X86_NAME, 62, {"Architectures": ["x86_64"]}, []),
        (X86_NAME, 62, {"Architectures": ARM}, ["CL210"]),
        (X86_NAME, 62, {"Architectures": [{"Ref": "Architecture"}]}, []),
        (X86_NAME, 62, {"Runtime": "python3.14"}, ["CL210"]),
        ("lib/libx.so", 183, {}, ["CL210"]),
        ("lib/libx.so", 183, {"Architectures": ARM}, []),
    ],
)
def test_native_code(app: Assembly, name: str, machine: int, settings: dict[str, Any], expected: list[str]) -> None:
    app.function("F", app.folder({"app.py": HANDLER, name: elf(machine)}), **settings)
    findings = app.findings()
    assert ids(findings) == expected
    assert all("architecture" in finding.fix for finding in findings)


def test_native_code_of_a_layer(app: Assembly) -> None:
    record = "numpy/core.cpython-313-x86_64-linux-gnu.so,,\nnumpy/more.cpython-313-x86_64-linux-gnu.so,,\n"
    layer = app.layer("L", app.folder({
        "python/numpy/core.cpython-313-x86_64-linux-gnu.so": elf(62),
        "python/numpy/more.cpython-313-x86_64-linux-gnu.so": elf(62),
        "python/numpy-2.0.dist-info/RECORD": record,
    }))  # fmt: skip
    tool = app.layer("T", app.folder({"awscli/tool.so": elf(62)}))  # code names it itself, if it needs it
    app.function("F", app.folder(python()), Layers=[layer, tool], Architectures=ARM)
    finding = of(app.findings(), "CL210")
    assert finding.property == "Layers"
    assert "the layer Shop/L has native code" in finding.message
    assert "built for the architecture x86_64" in finding.message
    assert "in all 2 files of numpy" in finding.message


@pytest.mark.parametrize(
    ("file", "owner"), [("cryptography/_rust.abi3.so", " of cryptography"), ("lib/libx.so", " of lib"), ("m.so", "")]
)
def test_whose_native_code_it_is(app: Assembly, file: str, owner: str) -> None:
    app.function("F", app.folder({"app.py": HANDLER, file: elf(183)}))
    message = of(app.findings(), "CL210").message
    assert f"{file}{owner} is built for the architecture arm64, and the function runs on x86_64" in message


# --- Custom runtimes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "settings", "expected"),
    [
        (0o755, {}, []),
        (0o644, {}, ["CL211"]),
        (None, {}, ["CL211"]),
        (None, {"Layers": ["arn:aws:lambda:eu-west-1:111122223333:layer:runtime:1"]}, []),
        (None, {"Layers": [{"Ref": "L"}]}, []),
        (None, {"Runtime": {"Ref": "Runtime"}}, []),
    ],
)
def test_bootstrap(app: Assembly, mode: int | None, settings: dict[str, Any], expected: list[str]) -> None:
    layer = fill(app.directory / "layer", {"bootstrap": "#!/bin/sh"})
    (layer / "bootstrap").chmod(0o755)
    app.layer("L", app.file_asset("a" * 64, "layer", "zip"))
    code = app.folder({"main": "x"} if mode is None else {"bootstrap": "#!/bin/sh"})
    if mode is not None:
        (app.directory / f"asset.{code.removesuffix('.zip')}" / "bootstrap").chmod(mode)
    app.function("F", code, **{"Runtime": "provided.al2023", "Handler": "main", **settings})
    assert ids(app.findings()) == expected


@pytest.mark.parametrize(
    ("machine", "own", "expected"), [(183, {}, ["CL210"]), (62, {}, []), (183, {"bootstrap": elf(62)}, [])]
)
def test_bootstrap_of_a_layer_for_another_architecture(
    app: Assembly, machine: int, own: dict[str, Any], expected: list[str]
) -> None:
    keys = app.folder({"bootstrap": elf(machine)}), app.folder({"main": "x", **own})
    for key in keys:
        if (program := app.directory / f"asset.{key.removesuffix('.zip')}" / "bootstrap").exists():
            program.chmod(0o755)
    app.function("F", keys[1], Runtime="provided.al2023", Layers=[app.layer("L", keys[0])])
    assert ids(app.findings()) == expected


# --- Layers ----------------------------------------------------------------------------------------------------------


def test_copies(app: Assembly) -> None:
    def installed(prefix: str, size: int) -> dict[str, Any]:
        return {f"{prefix}requests/a.bin": size, f"{prefix}requests-2.0.dist-info/RECORD": "requests/a.bin,,\n"}

    layer = app.layer("L", app.folder({**installed("python/", 3 * MB), "python/own/a.py": ""}))
    app.function("F", app.folder({**python(), **installed("", 2 * MB), "own/a.py": ""}), Layers=[layer])
    finding = of(app.findings(), "CL212")
    assert finding.severity is Severity.INFO
    assert finding.message == "requests is in the layer Shop/L and the package: 2.0 MB too much"


@pytest.mark.parametrize(
    ("files", "settings", "expected"),
    [
        ({"python/a.py": ""}, {}, []),
        ({"a.py": ""}, {}, ["CL214"]),
        ({"a.py": ""}, {"Environment": {"Variables": {"PYTHONPATH": "/opt"}}}, []),
        ({"data.bin": 1}, {}, []),
        ({"nodejs/node_modules/a/index.js": ""}, {}, ["CL213"]),
        ({"python/lib/python3.12/site-packages/a.py": ""}, {}, ["CL213"]),
    ],
)
def test_layout(app: Assembly, files: dict[str, Any], settings: dict[str, Any], expected: list[str]) -> None:
    layer = app.layer("L", app.folder(files))
    app.function("F", app.folder(python()), Layers=[layer], **settings)
    assert ids(app.findings()) == expected


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        (python(), {"Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}}}),
        ({"app.py": f"import sys\nsys.path.append('/opt')\n{HANDLER}"}, {}),
        (python(**{"paths.py": "import sys\nsys.path.append('/opt')\n"}), {}),
        (python(), {"Runtime": {"Ref": "Runtime"}}),
    ],
)
def test_modules_at_the_root_of_a_layer_that_code_finds(
    app: Assembly, code: dict[str, Any], settings: dict[str, Any]
) -> None:
    layer = app.layer("L", app.folder({"tool.py": ""}))
    app.function("F", app.folder(code), Layers=[layer], **settings)
    assert app.findings() == []


@pytest.mark.parametrize(
    ("arn", "region", "expected"),
    [
        ("arn:aws:lambda:us-east-1:111122223333:layer:a:1", "eu-west-1", ["CL216"]),
        ("arn:aws:lambda:eu-west-1:111122223333:layer:a:1", "eu-west-1", []),
        ("arn:aws:lambda:us-east-1:111122223333:layer:a:1", "unknown-region", []),
        ({"Fn::Sub": "arn:${AWS::Partition}:lambda:us-east-1:${AWS::AccountId}:layer:a:1"}, "eu-west-1", ["CL216"]),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:111122223333:layer:a:1"}, "eu-west-1", []),
        ({"Ref": "Layer"}, "eu-west-1", []),
    ],
)
def test_region_of_a_layer(tmp_path: Path, arn: Any, region: str, expected: list[str]) -> None:
    app = Assembly(tmp_path, region)
    app.function("F", {"S3Bucket": "assets", "S3Key": "ours.zip"}, Layers=[arn])
    assert ids(app.findings()) == expected


@pytest.mark.parametrize(("mode", "expected"), [(0o644, ["CL217"]), (0o755, []), (0o711, [])])
def test_extension(app: Assembly, mode: int, expected: list[str]) -> None:
    key = app.folder({"extensions/agent": "#!/bin/sh\n", "extensions/data/x.txt": ""})
    (app.directory / f"asset.{key.removesuffix('.zip')}" / "extensions" / "agent").chmod(mode)
    app.function("F", app.folder(python()), Layers=[app.layer("L", key)])
    assert ids(app.findings()) == expected
    app.function("F", app.folder(python()))
    assert app.findings() == []  # nobody has the layer


# --- Layers of another stack -----------------------------------------------------------------------------------------

MAKES = {"L": layer_of(CompatibleRuntimes=["nodejs22.x"])}
EXPORT = {"O": {"Value": {"Ref": "L"}, "Export": {"Name": "layer"}}}


def uses(layer: object) -> dict[str, Any]:
    return {"F": zipped(Layers=[layer])}


@pytest.mark.parametrize(
    ("stacks", "expected"),
    [
        (({"Resources": MAKES, "Outputs": EXPORT}, {"Resources": uses({"Fn::ImportValue": "layer"})}), ["CL213"]),
        (({"Resources": MAKES, "Outputs": EXPORT}, {"Resources": uses({"Fn::ImportValue": "other"})}), []),
        (({"Resources": MAKES}, {"Resources": uses({"Ref": "L"})}), []),
    ],
)
def test_layer_of_another_stack(stacks: tuple[dict[str, Any], ...], expected: list[str]) -> None:
    read = [read_template(stack, template=f"{at}.json", size_bytes=1) for at, stack in enumerate(stacks)]
    context = Context(date(2026, 11, 22))
    assert [finding.rule for finding in check_topology(Topology(read), context, Severities())] == expected


# --- Images ----------------------------------------------------------------------------------------------------------

AWS_BASE = 'FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n'
COPIED = AWS_BASE.replace("CMD", "COPY app.py .\nCMD")
SERVER = 'FROM python:3.14\nCMD ["uvicorn", "app:app"]\n'


@pytest.mark.parametrize(
    ("dockerfile", "platform", "settings", "expected"),
    [
        (AWS_BASE, None, {}, []),
        (AWS_BASE, "linux/arm64", {"Architectures": ARM}, []),
        (AWS_BASE, "linux/arm64", {}, ["CL223"]),
        (AWS_BASE, "linux/arm64", {"Architectures": [{"Ref": "Architecture"}]}, []),
        (AWS_BASE.replace("3.14", "3.14-arm64"), None, {}, ["CL223"]),
        (SERVER, None, {}, ["CL222", "CL224"]),
        (SERVER, None, {"ImageConfig": {"Ref": "Config"}}, []),
        (SERVER, None, {"ImageConfig": {"EntryPoint": [{"Ref": "Program"}]}}, []),
        (SERVER.replace("uvicorn", "awslambdaric"), None, {}, ["CL222"]),
        (SERVER.replace("CMD", "RUN pip install awslambdaric\nCMD").replace("uvicorn", "awslambdaric"), None, {}, []),
        ("FROM nginx\n", None, {}, ["CL222"]),
        ("FROM nginx\n", None, {"ImageConfig": {"Command": ["./start"]}}, []),
        ("FROM public.ecr.aws/lambda/python:3.14\n", None, {}, ["CL222"]),
        ("FROM public.ecr.aws/lambda/python:3.14\n", None, {"ImageConfig": {"Command": ["app.handler"]}}, []),
        (COPIED, None, {}, []),
        (COPIED, None, {"ImageConfig": {"Command": ["app.main"]}}, ["CL227"]),
        (COPIED, None, {"ImageConfig": {"Command": ["main.handler"]}}, ["CL227"]),
        (COPIED, None, {"ImageConfig": {"Command": [{"Ref": "Handler"}]}}, []),
        (COPIED.replace("app.h", "a.h"), None, {"Environment": {"Variables": {"PYTHONPATH": "/x"}}}, []),
        (AWS_BASE.replace("FROM", "FROM --platform=linux/386"), None, {}, ["CL223"]),
        ("nonsense", None, {}, ["CL228"]),
        ("", None, {}, ["CL228"]),
        ("# syntax=acme/buildpacks:1\nnonsense", None, {}, []),
    ],
)
def test_images(
    app: Assembly, dockerfile: str, platform: str | None, settings: dict[str, Any], expected: list[str]
) -> None:
    fill(app.directory / "image", {"Dockerfile": dockerfile, "app.py": HANDLER})
    app.image("F", {"directory": "image", **({"platform": platform} if platform else {})}, **settings)
    assert ids(app.findings()) == expected


def test_dockerfile_arguments_and_stage_of_an_image(app: Assembly) -> None:
    text = 'ARG BASE=scratch\nFROM ${BASE} AS function\nCMD ["app.handler"]\nFROM python:3.14\nCMD ["uvicorn"]\n'
    fill(app.directory / "image", {"docker/Lambda": text})
    source = {"directory": "image", "dockerFile": "docker/Lambda", "dockerBuildTarget": "function"}
    app.image("F", {**source, "dockerBuildArgs": {"BASE": "public.ecr.aws/lambda/python:3.14-arm64"}})
    assert ids(app.findings()) == ["CL223"]


def test_target_that_a_dockerfile_does_not_have(app: Assembly) -> None:
    fill(app.directory / "image", {"Dockerfile": AWS_BASE})
    app.image("F", {"directory": "image", "dockerBuildTarget": "final"})
    finding = of(app.findings(), "CL228")
    assert finding.severity is Severity.ERROR
    assert finding.message == "'Dockerfile' has no stage final"


@pytest.mark.parametrize(("size", "expected"), [(10 * 1024 * MB, []), (10 * 1024 * MB + 1, ["CL225"])])
def test_image_out_of_an_archive(app: Assembly, size: int, expected: list[str]) -> None:
    name = f"asset.{'b' * 64}.tar"
    fill(app.directory, {name: size})
    app.image("F", {"executable": ["sh", "-c", f"docker load -i {name} | tail -n 1"]})
    assert ids(app.findings()) == expected


@pytest.mark.parametrize(
    ("uri", "region", "expected"),
    [
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1", "eu-west-1", ["CL221"]),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1", "us-east-1", []),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1", "unknown-region", []),
        ({"Fn::Sub": "${AWS::AccountId}.dkr.ecr.us-east-1.${AWS::URLSuffix}/a:1"}, "eu-west-1", ["CL221"]),
        ({"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/a:1"}, "eu-west-1", []),
        ({"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${Region}.${AWS::URLSuffix}/a:1"}, "eu-west-1", []),
        (
            {"Fn::Join": ["", ["111122223333.dkr.ecr.us-east-1.", {"Ref": "AWS::URLSuffix"}, "/a:1"]]},
            "eu-west-1",
            ["CL221"],
        ),
    ],
)
def test_region_of_an_image(tmp_path: Path, uri: Any, region: str, expected: list[str]) -> None:
    app = Assembly(tmp_path, region)
    app.function("F", {"ImageUri": uri}, PackageType="Image", Handler=None, Runtime=None)
    assert ids(app.findings()) == expected


# --- Nothing known, nothing said -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lose",
    [
        lambda app: (app.directory / "Shop.assets.json").unlink(),
        lambda app: (app.directory / "Shop.assets.json").write_text("{"),
        lambda app: (app.directory / "Shop.assets.json").write_text('{"files": [], "dockerImages": 7}'),
        lambda app: [path.unlink() for path in app.directory.glob("asset.*")],
        lambda app: (app.directory / "Shop.template.json").write_text(
            (app.directory / "Shop.template.json").read_text().replace('"Code"', '"Code": {"Ref": "X"}, "Was"')
        ),
    ],
)
def test_what_is_lost_is_unknown(app: Assembly, lose: Callable[[Assembly], object]) -> None:
    from constructs_lambda.checker import check

    app.function("F", app.archive({}))
    assert ids(app.findings()) == ["CL205"]
    lose(app)
    assert [f.rule for f in check([str(app.directory)], lambda: b"").findings if f.rule[2] == "2"] == []
