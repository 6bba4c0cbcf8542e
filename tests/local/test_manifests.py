"""Which stacks are deployed, in which order, with which files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, template

from constructs_lambda.errors import InputError
from constructs_lambda.local.manifests import LookUp, lookups, read_plans


def changed(outdir: Path, change: dict[str, Any]) -> Path:
    """An assembly with artifacts changed."""
    manifest = outdir / "manifest.json"
    content = json.loads(manifest.read_text())
    for name, values in change.items():
        content["artifacts"].setdefault(name, {}).update(values)
    manifest.write_text(json.dumps(content))
    return outdir


def test_each_stack_after_those_that_it_needs(tmp_path: Path) -> None:
    plans = read_plans(assembly(tmp_path, Third=template(), Second=template(), First=template()))
    assert [plan.name for plan in plans] == ["First", "Second", "Third"]
    assert {(plan.account, plan.region) for plan in plans} == {("000000000000", "us-east-1")}
    (asset,) = plans[0].assets
    assert asset.source == tmp_path / "First.template.json"
    assert asset.bucket == "cdk-hnb659fds-assets-000000000000-us-east-1"
    assert plans[0].template.paths == {"Role": "First/Role/Resource"}


def test_the_place_that_a_stack_names(tmp_path: Path) -> None:
    (plan,) = read_plans(assembly(tmp_path, "aws://111122223333/eu-west-1", Far=template()))
    assert (plan.account, plan.region) == ("111122223333", "eu-west-1")
    assert plan.assets[0].bucket == "cdk-hnb659fds-assets-111122223333-eu-west-1"


def test_the_stacks_of_stages(tmp_path: Path) -> None:
    assembly(tmp_path, Alone=template())
    assembly(tmp_path / "assembly-Test", Inside=template())
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Test"}}
    changed(tmp_path, {"assembly-Test": stage})
    assert {plan.name for plan in read_plans(tmp_path)} == {"Alone", "Inside"}


def test_what_the_parameter_store_must_have(tmp_path: Path) -> None:
    version = {"bootstrapStackVersionSsmParameter": "/cdk/version", "requiresBootstrapStackVersion": 6}
    assembly(tmp_path, Shop=template())
    changed(tmp_path, {"Shop": {"properties": {"templateFile": "Shop.template.json", **version}}})
    assert read_plans(tmp_path)[0].parameters == {"/cdk/version": "6"}


def test_what_was_looked_up(tmp_path: Path) -> None:
    assembly(tmp_path, Shop=template())
    assert lookups(tmp_path) == ()
    missing = [
        {"key": "a", "provider": "ssm", "props": {"parameterName": "/a"}},
        {"key": "b", "provider": "vpc-provider", "props": {"parameterName": "/b"}},
    ]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "missing": missing}))
    assert lookups(tmp_path) == (LookUp("a", "/a"), LookUp("b", ""))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Shop": {"dependencies": ["Shop.assets", "Base"]}, "Base": {"dependencies": ["Shop"]}}, "in a circle"),
        ({"Shop": {"properties": {"templateFile": "../out.json"}}}, "names no template in this folder"),
        ({"Shop": {"type": "other"}, "Base": {"type": "other"}}, "holds no stack"),
    ],
)
def test_a_manifest_that_is_broken(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    changed(assembly(tmp_path, Shop=template(), Base=template()), change)
    with pytest.raises(InputError, match=message):
        read_plans(tmp_path)


def test_no_json_in_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json"):
        read_plans(tmp_path)


@pytest.mark.parametrize(("name", "message"), [("gone", "no such folder"), ("empty", "no cloud assembly")])
def test_no_assembly(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=f"{name}: {message}"):
        read_plans(tmp_path / name)


@pytest.mark.parametrize(
    ("source", "message"),
    [({"executable": ["make"]}, "is made by a command"), ({"path": "gone.zip"}, "doesn't exist; synthesize again")],
)
def test_an_asset_that_cannot_be_had(tmp_path: Path, source: dict[str, Any], message: str) -> None:
    assembly(tmp_path, Shop=template())
    (tmp_path / "Shop.assets.json").write_text(json.dumps({"files": {"code": {"source": source}}}))
    with pytest.raises(InputError, match=message):
        read_plans(tmp_path)
