"""`constructs-lambda package`: sizes of packages and functions, as tables and as JSON, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, Assembly, fill

from constructs_lambda.cli import main

MB = 1024 * 1024
LIMIT = 262_144_000
ARN = "arn:aws:lambda:eu-west-1:111122223333:layer:tools:1"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    monkeypatch.chdir(tmp_path)
    return Assembly(Path("cdk.out"))


def installed(prefix: str, size: int) -> dict[str, Any]:
    return {f"{prefix}requests/a.bin": size, f"{prefix}requests-2.0.dist-info/RECORD": "requests/a.bin,,\n"}


def cells(line: str) -> list[str]:
    return line.split()


# --- Folders and archives --------------------------------------------------------------------------------------------


def test_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = "yaml/a.bin,,\n_yaml/b.bin,,\n"
    fill(tmp_path, {"yaml/a.bin": 3 * MB, "_yaml/b.bin": MB, "PyYAML-6.0.dist-info/RECORD": record, "app.py": HANDLER})
    assert main(["package", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert cells(printed[0]) == ["PyYAML", "4.00", "MB", "1.6", "%"]
    assert cells(printed[1]) == ["app.py", "0.04", "KB", "0.0", "%"]
    assert set(printed[2]) == {"-"}
    assert cells(printed[3])[:3] == ["total", "4.00", "MB"]
    assert printed[4] == "4 files; 246.00 MB left of the 250 MB that a function and its layers may unpack to"


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        (LIMIT - 1, 0, "1 byte left"),
        (LIMIT, 1, "too large by 1 byte"),
        (LIMIT + 5 * MB, 1, "too large by 5.00 MB"),
    ],
)
def test_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int, status: int, words: str) -> None:
    fill(tmp_path, {"model.bin": size})
    assert main(["package", str(tmp_path)]) == status
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (10, "10 bytes"), (11, "0.01 KB"), (10_485, "10.24 KB"), (10_486, "0.01 MB"), (MB, "1.00 MB")],
)
def test_units(tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int, shown: str) -> None:
    fill(tmp_path, {"model.bin": size})
    assert main(["package", str(tmp_path)]) == 0
    assert f" {shown} " in capsys.readouterr().out.splitlines()[0]


def test_an_archive_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pandas/zeros.bin", bytes(MB))
        archive.writestr("../evil", "x")
    assert main(["package", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "limit_bytes": LIMIT,
        "packages": [
            {
                "path": str(path),
                "files": 2,
                "packed_bytes": path.stat().st_size,
                "unpacked_bytes": MB + 1,
                "contents": [{"name": "pandas", "bytes": MB}, {"name": "..", "bytes": 1}],
                "problems": ["the name ../evil leaves the folder"],
            }
        ],
        "functions": [],
    }
    assert main(["package", str(path)]) == 0
    assert "odd: the name ../evil leaves the folder" in capsys.readouterr().out


def test_many_packages_and_long_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {f"{'p' * 90}{number:02}/a": number for number in range(25)})
    assert main(["package", str(tmp_path)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 24
    assert printed[20].startswith("(5 more)")
    assert max(map(len, printed)) < 100


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", str(tmp_path)]) == 0
    assert "0 files" in capsys.readouterr().out


def test_several_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, {"a/x.py": HANDLER, "b/y.bin": LIMIT, "c.zip": "no archive"})
    assert main(["package", "a", "a", "b"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in ("a", "b", "")] == ["a", "", "b"]
    assert main(["package", "a", "c.zip", "b", "missing"]) == 2
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in ("a", "b", "")] == ["a", "", "b"]
    assert main(["package", "c.zip", "a", "missing", "--format", "json"]) == 2
    both = capsys.readouterr()
    assert [package["path"] for package in json.loads(both.out)["packages"]] == ["a"]
    assert both.err.splitlines() == [
        "constructs-lambda: c.zip: is no zip archive",
        "constructs-lambda: missing: No such file or directory",
    ]


@pytest.mark.parametrize("arguments", [["missing"], ["text.txt"], []])
def test_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fill(tmp_path, {"text.txt": "no archive"})
    assert main(["package", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("constructs-lambda: ")
    assert printed.err.count("\n") == 1


# --- Cloud assemblies ------------------------------------------------------------------------------------------------


def test_the_functions_of_an_app(app: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    shared = app.layer("Shared", app.folder(installed("python/", 3 * MB)))
    numbers = {f"n{number}.bin": number * 1000 for number in range(1, 8)}
    key = app.folder({"app.py": HANDLER, **installed("", 2 * MB), **numbers})
    app.function("Orders", key, Layers=[shared, ARN])
    app.function("Greeter", {"ZipFile": HANDLER}, Handler="index.handler")
    app.image("Report", {"directory": "image"})
    app.function("Old", {"S3Bucket": "packages", "S3Key": "old.zip"})
    app.function("Chosen", {"Ref": "Code"})
    assert main(["package", str(app.write())]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == f"Shop/Orders  cdk.out/asset.{key.removesuffix('.zip')}"
    assert [cells(line)[0] for line in printed[1:9]] == [
        "package", "requests", "n7.bin", "n6.bin", "n5.bin", "n4.bin", "(4", "layer",
    ]  # fmt: skip
    assert cells(printed[1]) == ["package", "2.03", "MB", "0.8", "%"]
    assert cells(printed[8]) == ["layer", "Shop/Shared", "3.00", "MB", "1.2", "%"]
    assert cells(printed[9]) == ["requests", "3.00", "MB", "1.2", "%"]
    assert printed[10] == f"layer {ARN}  unknown, published elsewhere"
    assert cells(printed[12]) == ["total", "5.03", "MB", "2.0", "%"]
    assert printed[13:] == [
        "more than once: requests 2.00 MB",
        "at most 244.97 MB left of the 250 MB that a function and its layers may unpack to",
        "",
        "Shop/Greeter: inline code",
        "Shop/Report: a container image",
        "Shop/Old: in S3 (packages/old.zip)",
        "Shop/Chosen: unknown before the deployment",
    ]


def test_the_functions_as_json(app: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    layer_key = app.folder(installed("python/", 3 * MB))
    shared = app.layer("Shared", layer_key)
    key = app.folder(installed("", 2 * MB))
    app.function("Orders", key, Layers=[shared, {"Ref": "Parameter"}])
    app.function("Again", key, Layers=[shared])
    app.function("Greeter", {"ZipFile": HANDLER})
    app.function("Open", key, Layers={"Ref": "Layers"})
    assert main(["package", str(app.write()), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    paths = [f"cdk.out/asset.{each.removesuffix('.zip')}" for each in (key, layer_key)]
    assert [package["path"] for package in document["packages"]] == paths
    orders, again, greeter, unknown = document["functions"]
    size = 2 * MB + len("requests/a.bin,,\n")
    assert orders == {
        "path": "Shop/Orders",
        "template": "cdk.out/Shop.template.json",
        "unpacked_bytes": 2 * size + MB,
        "parts": [
            {"what": "package", "name": "", "path": paths[0], "unpacked_bytes": size, "unknown": ""},
            {"what": "layer", "name": "Shop/Shared", "path": paths[1], "unpacked_bytes": size + MB, "unknown": ""},
            {"what": "1 layer", "name": "", "path": None, "unpacked_bytes": None,
                "unknown": "unknown before the deployment"},
        ],
        "twice": [{"name": "requests", "bytes": size}],
    }  # fmt: skip
    assert again["unpacked_bytes"] == orders["unpacked_bytes"]
    assert greeter["unpacked_bytes"] == 0
    assert greeter["parts"][0]["unknown"] == "inline code"
    assert unknown["parts"][1]["what"] == "layers"


@pytest.mark.parametrize(("size", "status"), [(LIMIT - 1, 0), (LIMIT, 1)])
def test_function_and_layers_against_the_limit(app: Assembly, size: int, status: int) -> None:
    layer = app.layer("L", app.folder({"python/model.bin": 200 * MB}))
    app.function("F", app.folder({"model.bin": size - 200 * MB}), Layers=[layer])
    assert main(["package", str(app.write())]) == status


def test_inline_code_with_a_layer_is_counted(app: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    layer = app.layer("L", app.folder({"python/model.bin": LIMIT}))
    app.function("F", {"ZipFile": HANDLER}, Layers=[layer])
    assert main(["package", str(app.write())]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["Shop/F", "package  inline code"]
    assert "too large by 1 byte of" in printed[-1]


def test_assets_and_templates_that_can_not_be_read(app: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    broken = app.archive({"app.py": HANDLER})
    app.function("F", broken)
    app.function("G", broken)
    app.function("H", app.folder({"app.py": HANDLER}))
    gone = app.archive({"app.py": HANDLER})
    app.function("I", gone)
    folder = app.write()
    (folder / f"asset.{broken}").write_text("no archive")
    (folder / f"asset.{gone}").unlink()
    assert main(["package", str(folder)]) == 2
    printed = capsys.readouterr()
    assert printed.err == f"constructs-lambda: cdk.out/asset.{broken}: is no zip archive\n"
    assert f"Shop/F: can't be read\nShop/G: can't be read\nShop/I: in S3 (assets/{gone})\n" in printed.out
    assert "Shop/H  cdk.out/asset." in printed.out
    (folder / "Shop.template.json").write_text("{")
    assert main(["package", str(folder)]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("constructs-lambda: cdk.out/Shop.template.json: broken JSON")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("manifest", "status"),
    [
        ('{"manifest_version": 3, "version": "1.0"}', 0),  # of a browser extension
        ("", 0),
        ('{"artifacts": {}}', 2),
        ('{"artifacts": 7}', 2),
        ('{"artifacts": ', 2),
    ],
)
def test_what_is_an_assembly(tmp_path: Path, capsys: pytest.CaptureFixture[str], manifest: str, status: int) -> None:
    fill(tmp_path, {"manifest.json": manifest})
    assert main(["package", str(tmp_path)]) == status
    printed = capsys.readouterr()
    assert bool(printed.out) is (status == 0)
    assert printed.err.count("\n") == (status == 2)


def test_an_app_without_functions(app: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", str(app.write())]) == 0
    assert capsys.readouterr().out == "no Lambda function\n"


def test_an_app_beside_a_folder(app: Assembly, capsys: pytest.CaptureFixture[str]) -> None:
    app.function("F", app.folder({"app.py": HANDLER}))
    fill(Path("lib"), {"x.py": ""})
    assert main(["package", str(app.write()), "lib"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "cdk.out"
    assert printed[printed.index("lib") - 1] == ""
    assert printed.count("") == 1


def test_a_reader_that_goes_away(app: Assembly) -> None:
    for number in range(50):
        app.function(f"F{number}", app.folder({"app.py": HANDLER}))
    program = f"import sys; from constructs_lambda.cli import main; sys.exit(main(['package', {str(app.write())!r}]))"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_cdk_is_not_loaded(app: Assembly) -> None:
    app.function("F", app.folder({"app.py": HANDLER}))
    program = f"""
import sys
from constructs_lambda.cli import main
main(["package", {str(app.write())!r}])
sys.exit(any(name in sys.modules for name in ("aws_cdk", "jsii", "constructs")))
"""
    assert subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=False).returncode == 0
