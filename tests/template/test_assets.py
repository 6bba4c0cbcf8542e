"""Which file a template's code is: the keys of templates joined with asset manifests, and each file read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from assemblies import HANDLER, Assembly, fill

from constructs_lambda.artifacts import archives
from constructs_lambda.artifacts.assets import AssetStore
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.template.assets import image_address
from constructs_lambda.tokens import as_written


@pytest.mark.parametrize(
    "code",
    [
        lambda key: {"S3Bucket": "assets", "S3Key": key},
        lambda key: {"S3Bucket": "assets", "S3Key": {"Fn::Sub": key}},
        lambda key: {"S3Bucket": "assets", "S3Key": {"Fn::Sub": f"${{AWS::Region}}/{key}"}},
        lambda key: {"S3Bucket": "assets", "S3Key": {"Fn::Join": ["", [key[:9], key[9:]]]}},
        lambda key: {"S3Bucket": {"Ref": "Bucket"}, "S3Key": {"Fn::Join": ["/", [{"Ref": "Prefix"}, key]]}},
    ],
)
def test_keys(tmp_path: Path, code: Any) -> None:
    app = Assembly(tmp_path)
    app.function("F", code(app.folder({})))
    assert [finding.rule for finding in app.findings()] == ["CL205"]


def test_key_of_somebody_else(tmp_path: Path) -> None:
    app = Assembly(tmp_path)
    app.folder({})
    app.function("F", "other.zip")
    app.function("G", f"{'c' * 64}.zip")
    app.function("H", {"ZipFile": "def handler(event, context): pass"}, Handler="index.handler")
    assert app.findings() == []


@pytest.mark.parametrize("absolute", [True, False])
def test_asset_that_is_not_staged(tmp_path: Path, absolute: bool) -> None:
    app = Assembly(tmp_path / "app" / "cdk.out")
    fill(tmp_path / "app" / "src", {})
    path = str(tmp_path / "app" / "src") if absolute else "../src"
    app.function("F", app.file_asset("d" * 64, path, "zip"))
    assert [finding.rule for finding in app.findings()] == ([] if absolute else ["CL205"])


def watch(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The packages that are read from now on."""
    read: list[Path] = []
    inspect = archives.inspect

    def watched(path: Path) -> Package:
        read.append(path)
        return inspect(path)

    monkeypatch.setattr(archives, "inspect", watched)
    return read


def test_a_shared_asset_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = watch(monkeypatch)
    app = Assembly(tmp_path)
    code, other = app.folder({"app.py": HANDLER}), app.folder({"app.py": HANDLER})
    for number in range(50):
        app.function(f"F{number}", code if number % 2 else other)
    assert app.findings() == []
    assert len(read) == 2


def test_links_to_one_folder_are_one_asset(tmp_path: Path) -> None:
    fill(tmp_path / "a", {})
    (tmp_path / "b").symlink_to(tmp_path / "a")
    store = AssetStore()
    assert store.asset(tmp_path, "a") is store.asset(tmp_path, "b") is store.asset(tmp_path, "c/../a")


def test_no_asset_is_read_without_a_function_that_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "inspect", lambda path: pytest.fail(str(path)))
    app = Assembly(tmp_path)
    app.folder({"app.py": HANDLER})
    app.function("F", "other.zip")
    assert app.findings() == []


def test_the_store_forgets_what_was_not_asked_for_lately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constructs_lambda.artifacts.assets._MOST_ENTRIES", 5)
    read = watch(monkeypatch)
    store = AssetStore()
    for name in ("a", "b", "a", "c", "a", "b"):
        fill(tmp_path / name, {"1": "", "2": ""})
        asset = store.asset(tmp_path, name)
        assert asset is not None
        assert asset.package is not None
        assert asset.package.unpacked_bytes == 0
    assert [path.name for path in read] == ["a", "b", "c", "b"]
    assert store.asset(tmp_path, "missing") is None
    assert store.asset(tmp_path, "a\0b") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        ({"Ref": "A"}, "${A}"),
        ({"Fn::Sub": "a-${AWS::Region}"}, "a-${AWS::Region}"),
        ({"Fn::Sub": ["a-${X}", {"X": "b"}]}, ""),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-${AWS::Region}"),
        ({"Fn::Join": ["-", ["a", "", "b"]]}, "a--b"),
        ({"Fn::Join": ["-", ["a", {"Fn::GetAtt": ["A", "Arn"]}]]}, ""),
        ({"Fn::Join": "-"}, ""),
        ({"Fn::GetAtt": ["A", "Arn"]}, ""),
        (7, ""),
        (None, ""),
        ({}, ""),
    ],
)
def test_as_written(value: object, expected: str) -> None:
    assert as_written(value) == expected


def test_image_address() -> None:
    uri = {"ImageUri": {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/a:1"}}
    whole = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/a:1"
    assert image_address(uri, "111122223333", "eu-west-1") == whole
    assert image_address(uri, None, "eu-west-1") == whole.replace("111122223333", "0" * 12)
    assert image_address(uri, "111122223333", None) is None
    assert image_address({"ImageUri": "{{resolve:ssm:/image}}"}, None, None) is None
    assert image_address({"S3Key": "k"}, None, None) is None
    assert image_address("code", None, None) is None
