"""Cloud assemblies: written here as CDK writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.assembly import app_acknowledgements, read_assembly
from constructs_lambda.errors import InputError
from constructs_lambda.model import Acknowledgement


def write(directory: Path, artifacts: object, **files: Any) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}))
    for name, content in files.items():
        (directory / name.replace("__", ".")).write_text(json.dumps(content))
    return directory


def stack(file: object = "Shop.template.json", **more: Any) -> dict[str, Any]:
    return {"type": "aws:cloudformation:stack", "properties": {"templateFile": file}, **more}


def logical_id(name: str) -> list[dict[str, Any]]:
    return [{"type": "aws:cdk:logicalId", "data": name}]


def stage(folder: object) -> dict[str, Any]:
    return {"type": "cdk:cloud-assembly", "properties": {"directoryName": folder}}


def acknowledged(**reasons: str) -> list[dict[str, Any]]:
    rules = {f"constructs-lambda::{rule}": reason for rule, reason in reasons.items()}
    return [{"type": "aws:cdk:acknowledged-rules", "data": rules}]


def test_a_stack(tmp_path: Path) -> None:
    metadata = {"/Shop/Orders/Resource": logical_id("Orders1")}
    shop = stack(environment="aws://111122223333/eu-west-1", displayName="Shop", metadata=metadata)
    shop["properties"]["stackName"] = "shop-prod"
    write(tmp_path, {"Shop": shop, "Tree": {"type": "cdk:tree"}, "Shop.assets": {"type": "cdk:asset-manifest"}})
    (found,) = read_assembly(tmp_path).templates
    assert found.file == found.stack_file == tmp_path / "Shop.template.json"
    assert (found.stack_path, found.name) == ("Shop", "shop-prod")
    assert (found.account, found.region) == ("111122223333", "eu-west-1")
    assert found.paths == {"Orders1": "Shop/Orders/Resource"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("aws://unknown-account/unknown-region", (None, None)),
        ("aws://unknown-account/eu-west-1", (None, "eu-west-1")),
        (None, (None, None)),
        (7, ("7", None)),
    ],
)
def test_environment(tmp_path: Path, environment: object, expected: tuple[str | None, str | None]) -> None:
    write(tmp_path, {"Shop": stack(environment=environment)})
    (found,) = read_assembly(tmp_path).templates
    assert (found.account, found.region) == expected


@pytest.mark.parametrize(
    ("display", "name", "path"),
    [
        ("Shop", "Shop", "Shop"),
        ("Prod/Shop (Prod-Shop)", "Prod-Shop", "Prod/Shop"),
        ("My (old) Shop (my-shop)", "my-shop", "My (old) Shop"),
        (None, "Shop", "Artifact"),
        (7, "Shop", "Artifact"),
    ],
)
def test_path_of_a_stack(tmp_path: Path, display: object, name: str, path: str) -> None:
    artifact = stack(displayName=display)
    artifact["properties"]["stackName"] = name
    write(tmp_path, {"Artifact": artifact})
    (found,) = read_assembly(tmp_path).templates
    assert (found.stack_path, found.name) == (path, name)


@pytest.mark.parametrize("beside", [False, True])
def test_nested_stacks_know_their_own_logical_ids(tmp_path: Path, beside: bool) -> None:
    metadata = {
        "/Shop/Fn/Resource": logical_id("Same"),
        "/Shop/Inner": [{"type": "aws:cdk:templateFile", "data": "Inner.nested.template.json"}],
        "/Shop/Inner/Fn/Resource": logical_id("Same"),
        "/Shop/Inner/Innermost": [{"type": "aws:cdk:templateFile", "data": "Innermost.nested.template.json"}],
        "/Shop/Inner/Innermost/Fn/Resource": logical_id("Same"),
        "/Shop/Inner.NestedStack/Inner.NestedStackResource": logical_id("InnerNestedStack"),
        "/Shop": [{"type": "aws:cdk:templateFile", "data": "Shop.template.json"}],
    }
    if beside:
        shop = stack(additionalMetadataFile="Shop.metadata.json")
        write(tmp_path, {"Shop": shop}, Shop__metadata__json=metadata)
    else:
        write(tmp_path, {"Shop": stack(metadata=metadata)})
    outer, inner, innermost = read_assembly(tmp_path).templates
    assert outer.paths == {
        "Same": "Shop/Fn/Resource",
        "InnerNestedStack": "Shop/Inner.NestedStack/Inner.NestedStackResource",
    }
    assert inner.paths == {"Same": "Shop/Inner/Fn/Resource"}
    assert innermost.paths == {"Same": "Shop/Inner/Innermost/Fn/Resource"}
    assert [each.stack_path for each in (outer, inner, innermost)] == ["Shop", "Shop/Inner", "Shop/Inner/Innermost"]
    assert {each.stack_file for each in (outer, inner, innermost)} == {tmp_path / "Shop.template.json"}
    assert (inner.file, inner.name) == (tmp_path / "Inner.nested.template.json", None)


def test_stages_are_followed_where_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"Shop": stack(), "assembly-Prod": stage("assembly-Prod")})
    write(tmp_path / "assembly-Prod", {"ProdShop": stack("ProdShop.template.json"), "In": stage("assembly-In")})
    write(tmp_path / "assembly-Prod" / "assembly-In", {"Deep": stack("Deep.template.json")})
    files = [each.file.name for each in read_assembly(tmp_path).templates]
    assert files == ["Shop.template.json", "ProdShop.template.json", "Deep.template.json"]
    assert [each.file.name for each in read_assembly(tmp_path, nested=False).templates] == ["Shop.template.json"]


def test_links_that_lead_in_circles_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path, {"Shop": stack(), "A": stage("a"), "B": stage("b")})
    for name in "ab":
        (tmp_path / name).symlink_to(tmp_path, target_is_directory=True)
    assert len(read_assembly(tmp_path).templates) == 1


OUTSIDE = ["../x", "a/../../x", "/etc/passwd", "", ".", "./.", "a\0b", "a\ud800b", None, 7, ["x"]]


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_template_outside_of_the_folder(tmp_path: Path, name: object) -> None:
    write(tmp_path, {"Shop": stack(name)})
    with pytest.raises(InputError, match="the stack Shop names no template in this folder"):
        read_assembly(tmp_path)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_stage_outside_of_the_folder(tmp_path: Path, name: object) -> None:
    write(tmp_path, {"Prod": stage(name)})
    with pytest.raises(InputError, match="the stage Prod names no folder in this one"):
        read_assembly(tmp_path)


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_nested_template_and_no_metadata_outside_of_the_folder(tmp_path: Path, name: object) -> None:
    metadata = {"/Shop/Inner": [{"type": "aws:cdk:templateFile", "data": name}]}
    write(tmp_path, {"Shop": stack(metadata=metadata, additionalMetadataFile=name)})
    assert len(read_assembly(tmp_path).templates) == 1


def test_acknowledgements(tmp_path: Path) -> None:
    metadata = {"/Shop": acknowledged(CL101="old"), "/Shop/Fn": [*acknowledged(CL102="a", CL103="b"), {"type": "x"}]}
    write(tmp_path, {"Shop": stack(metadata=metadata)})
    template = str(tmp_path / "Shop.template.json")
    assert read_assembly(tmp_path).acknowledgements == (
        Acknowledgement(rule="constructs-lambda::CL101", path="Shop", reason="old", template=template),
        Acknowledgement(rule="constructs-lambda::CL102", path="Shop/Fn", reason="a", template=template),
        Acknowledgement(rule="constructs-lambda::CL103", path="Shop/Fn", reason="b", template=template),
    )


def test_acknowledgements_of_the_app_stand_in_the_report(tmp_path: Path) -> None:
    suppressed = [
        {"acknowledgedId": "constructs-lambda::CL101", "acknowledgedAt": "", "reason": "old"},
        {"acknowledgedId": "constructs-lambda::CL101", "acknowledgedAt": "", "reason": "old"},
        {"acknowledgedId": "constructs-lambda::CL102", "acknowledgedAt": "Prod"},
        {"acknowledgedId": 7},
        "garbage",
    ]
    report = {"pluginReports": [{"suppressedViolations": suppressed}, {"suppressedViolations": 7}, "garbage", {}]}
    write(tmp_path, {}, **{"validation-report__json": report})
    assert app_acknowledgements(tmp_path) == (
        Acknowledgement(rule="constructs-lambda::CL101", path="", reason="old"),
        Acknowledgement(rule="constructs-lambda::CL102", path="Prod", reason=""),
    )


@pytest.mark.parametrize("report", [None, [], {}, {"pluginReports": 1}, {"pluginReports": [1]}, "x"])
def test_a_report_of_another_shape_holds_none(tmp_path: Path, report: object) -> None:
    write(tmp_path, {}, **{"validation-report__json": report})
    assert app_acknowledgements(tmp_path) == ()


def test_no_report_holds_none(tmp_path: Path) -> None:
    assert app_acknowledgements(tmp_path) == ()


@pytest.mark.parametrize("artifacts", [None, [], "x", 1])
def test_what_is_no_manifest(tmp_path: Path, artifacts: object) -> None:
    write(tmp_path, artifacts)
    with pytest.raises(InputError, match="not the manifest of a cloud assembly"):
        read_assembly(tmp_path)


def test_a_missing_manifest_and_missing_metadata(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_assembly(tmp_path)
    write(tmp_path, {"Shop": stack(additionalMetadataFile="gone.json")})
    with pytest.raises(InputError, match=r"gone\.json: no such file"):
        read_assembly(tmp_path)


@pytest.mark.parametrize(
    "metadata",
    [None, [], 1, {"/Shop": None}, {"/Shop": [1]}, {"/Shop": [{"type": [], "data": {}}]}, {"/Shop": {"a": 1}}],
)
def test_metadata_of_another_shape_is_passed_over(tmp_path: Path, metadata: object) -> None:
    write(tmp_path, {"Shop": stack(metadata=metadata), "Other": 7, "Third": {"type": "aws:x", "properties": []}})
    assert len(read_assembly(tmp_path).templates) == 1
