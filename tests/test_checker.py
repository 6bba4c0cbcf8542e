"""Checks of files and folders: each file once, every problem named, acknowledgements honoured."""

from __future__ import annotations

import json
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.checker import check
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Report

TODAY = date(2026, 11, 22)


def template(**functions: dict[str, Any]) -> dict[str, Any]:
    valid = {
        "Code": {"S3Bucket": "packages", "S3Key": "k"},
        "Handler": "a.b",
        "Runtime": "python3.13",
        "Role": "arn:aws:iam::111122223333:role/r",
    }
    return {
        "Resources": {
            name: {"Type": "AWS::Lambda::Function", "Properties": {**valid, **properties}}
            for name, properties in functions.items()
        }
    }


SLOW = template(Slow={"Timeout": 901})


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def run(*paths: Path | str, stdin: bytes = b"") -> Report:
    return check([str(path) for path in paths], lambda: stdin, TODAY)


def found(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in report.findings]


def assembly(directory: Path, content: object, *acknowledged: tuple[str, str, str]) -> Path:
    metadata: dict[str, Any] = {"/Shop/Slow/Resource": [{"type": "aws:cdk:logicalId", "data": "Slow"}]}
    for path, rule, reason in acknowledged:
        metadata.setdefault(path, []).append({"type": "aws:cdk:acknowledged-rules", "data": {rule: reason}})
    write(directory / "Shop.template.json", content)
    shop = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Shop.template.json"}}
    write(directory / "manifest.json", {"artifacts": {"Shop": {**shop, "metadata": metadata}}})
    return directory


def test_a_template(tmp_path: Path) -> None:
    report = run(write(tmp_path / "t.json", SLOW))
    assert found(report) == [("CL102", "Slow")]
    assert (report.templates, report.functions, len(report.errors)) == (1, 1, 1)
    assert report.findings[0].template == str(tmp_path / "t.json")


def test_standard_input() -> None:
    report = run("-", "-", stdin=json.dumps(SLOW).encode())
    assert (found(report), report.templates) == ([("CL102", "Slow")], 1)
    assert report.findings[0].template == "stdin"


def test_a_folder_of_templates_in_every_format(tmp_path: Path) -> None:
    write(tmp_path / "a.template.json", SLOW)
    write(tmp_path / "b.template.yaml", json.dumps(SLOW))
    write(tmp_path / "template.yml", "Resources:\n  Slow: {Type: AWS::Lambda::Function}\n")
    write(tmp_path / "c.template", SLOW)
    write(tmp_path / "package.json", {})
    write(tmp_path / "deeper" / "d.template.json", SLOW)
    report = run(tmp_path)
    assert report.templates == 4
    assert {Path(finding.template).name for finding in report.findings} == {
        "a.template.json",
        "b.template.yaml",
        "c.template",
        "template.yml",
    }


def test_each_file_once_however_it_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "a.template.json", SLOW)
    link = tmp_path / "link.json"
    link.symlink_to(file)
    assert run(file, file, link, tmp_path, f"{tmp_path}/../{tmp_path.name}").templates == 1
    directory = assembly(tmp_path / "cdk.out", SLOW, ("/Shop", "constructs-lambda::CL999", "r"))
    report = run(directory, f"{directory}/", directory / "Shop.template.json")
    assert found(report) == [("CL910", "Shop"), ("CL102", "Shop/Slow")]


def test_every_bad_path_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "folder" / "a.template.json", "{")
    write(tmp_path / "folder" / "b.template.json", {"no": "resources"})
    write(tmp_path / "folder" / "c.template.json", SLOW)
    write(tmp_path / "hollow" / "manifest.json", {"artifacts": {}})
    write(tmp_path / "lost" / "manifest.json", {"artifacts": {"S": {"type": "aws:cloudformation:stack"}}})
    with pytest.raises(InputError) as caught:
        run(
            tmp_path / "gone.json", tmp_path / "empty", tmp_path / "folder", tmp_path / "hollow", tmp_path / "lost", "-"
        )
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0].removeprefix(f"{tmp_path}/") for line in lines] == [
        "gone.json",
        "empty",
        "folder/a.template.json",
        "folder/b.template.json",
        "hollow",
        "lost/manifest.json",
        "standard input",
    ]


def test_a_name_that_no_system_takes() -> None:
    with pytest.raises(InputError):
        run("a\0b")


def test_an_assembly_whose_template_is_gone(tmp_path: Path) -> None:
    (assembly(tmp_path, SLOW) / "Shop.template.json").unlink()
    with pytest.raises(InputError, match=r"Shop\.template\.json: no such file"):
        run(tmp_path)


def test_construct_paths_of_an_assembly(tmp_path: Path) -> None:
    assert found(run(assembly(tmp_path, SLOW))) == [("CL102", "Shop/Slow")]


@pytest.mark.parametrize("scope", ["/Shop", "/Shop/Slow", "/Shop/Slow/Resource"])
def test_an_acknowledged_finding_is_gone(tmp_path: Path, scope: str) -> None:
    assert found(run(assembly(tmp_path, SLOW, (scope, "constructs-lambda::CL102", "r")))) == []


@pytest.mark.parametrize(
    ("scope", "rule", "message"),
    [
        ("/Shop/Sl", "constructs-lambda::CL102", "CL102 is acknowledged on Shop/Sl, but finds nothing there"),
        (
            "/Shop/Slow/Deeper",
            "constructs-lambda::CL102",
            "CL102 is acknowledged on Shop/Slow/Deeper, but finds nothing there",
        ),
        ("/Shop", "constructs-lambda::CL101", "CL101 is acknowledged on Shop, but finds nothing there"),
        ("/Shop", "constructs-lambda::CL1O2", "there is no rule 'CL1O2' (did you mean 'CL102'?)"),
        ("/Shop", "Constructs-Lambda::CL102", "CL102 is acknowledged without its namespace, which matches no finding"),
        ("/Shop", "CL102", "CL102 is acknowledged without its namespace, which matches no finding"),
    ],
)
def test_an_acknowledgement_that_matches_nothing(tmp_path: Path, scope: str, rule: str, message: str) -> None:
    report = run(assembly(tmp_path, SLOW, (scope, rule, "r")))
    (useless,) = [finding for finding in report.findings if finding.rule == "CL910"]
    assert (useless.message, useless.path) == (message, scope.removeprefix("/"))
    assert "CL102" in [finding.rule for finding in report.findings]


def test_acknowledgements_of_other_plugins_are_not_ours(tmp_path: Path) -> None:
    assert found(run(assembly(tmp_path, template(), ("/Shop", "AwsSolutions::L1", "r")))) == []


def test_the_app_s_acknowledgements_come_from_its_report(tmp_path: Path) -> None:
    suppressed = {"acknowledgedId": "constructs-lambda::CL102", "acknowledgedAt": "", "reason": "r"}
    write(
        assembly(tmp_path, SLOW) / "validation-report.json", {"pluginReports": [{"suppressedViolations": [suppressed]}]}
    )
    assert found(run(tmp_path)) == []


def test_nested_stacks_are_counted_and_shown_with_their_own_template(tmp_path: Path) -> None:
    write(tmp_path / "Shop.template.json", SLOW)
    write(tmp_path / "Inner.nested.template.json", template(Slow={"MemorySize": 1}))
    metadata = {
        "/Shop/Slow": [{"type": "aws:cdk:logicalId", "data": "Slow"}],
        "/Shop/Inner": [{"type": "aws:cdk:templateFile", "data": "Inner.nested.template.json"}],
        "/Shop/Inner/Fn": [{"type": "aws:cdk:logicalId", "data": "Slow"}],
    }
    shop = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Shop.template.json"}}
    write(tmp_path / "manifest.json", {"artifacts": {"Shop": {**shop, "metadata": metadata}}})
    report = run(tmp_path)
    assert (report.templates, report.functions) == (2, 2)
    shown = {finding.path: (finding.rule, Path(finding.template).name) for finding in report.findings}
    assert shown == {
        "Shop/Slow": ("CL102", "Shop.template.json"),
        "Shop/Inner/Fn": ("CL101", "Inner.nested.template.json"),
    }


NESTED_METADATA = {
    "/Shop": [{"type": "aws:cdk:acknowledged-rules", "data": {"constructs-lambda::CL104": "finds nothing"}}],
    "/Shop/Slow/Resource": [{"type": "aws:cdk:logicalId", "data": "Slow"}],
    "/Shop/Known": [
        {"type": "aws:cdk:logicalId", "data": "Known"},
        {"type": "aws:cdk:acknowledged-rules", "data": {"constructs-lambda::CL102": "r"}},
    ],
    "/Shop/Inner": [
        {"type": "aws:cdk:templateFile", "data": "Inner.nested.template.json"},
        {"type": "aws:cdk:acknowledged-rules", "data": {"constructs-lambda::CL101": "r"}},
    ],
    "/Shop/Inner/Small": [{"type": "aws:cdk:logicalId", "data": "Small"}],
}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A cdk.out with a stack, a nested one in it, and a Stage, each with a finding that nobody acknowledged."""
    out = tmp_path / "cdk.out"
    write(out / "Shop.template.json", template(Slow={"Timeout": 901}, Known={"Timeout": 902}))
    write(out / "Inner.nested.template.json", template(Small={"MemorySize": 1, "Timeout": 903}))
    shop = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Shop.template.json"}}
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    other = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Other.template.json"}}
    write(out / "manifest.json", {"artifacts": {"Shop": {**shop, "metadata": NESTED_METADATA}, "Prod": stage}})
    write(out / "assembly-Prod" / "Other.template.json", template(Late={"Timeout": 904}))
    metadata = {"/Prod/Other/Late": [{"type": "aws:cdk:logicalId", "data": "Late"}]}
    write(out / "assembly-Prod" / "manifest.json", {"artifacts": {"Other": {**other, "metadata": metadata}}})
    return out


def test_a_template_of_an_assembly_given_by_name(app: Path) -> None:
    shop, inner = app / "Shop.template.json", app / "Inner.nested.template.json"
    stage = app / "assembly-Prod" / "Other.template.json"
    whole = run(app)
    assert found(whole) == [
        ("CL102", "Shop/Inner/Small"),
        ("CL910", "Shop"),
        ("CL102", "Shop/Slow"),
        ("CL102", "Prod/Other/Late"),
    ]
    for paths in (
        [shop, inner, stage],
        [stage, inner, shop],
        [shop, app],
        [app, inner, app / "assembly-Prod"],
        [inner, shop, app / "assembly-Prod"],
    ):
        assert run(*paths) == whole
    assert found(run(shop)) == [("CL102", "Shop/Slow")]  # what is acknowledged may hold in the nested stack
    assert found(run(inner)) == [("CL102", "Shop/Inner/Small")]
    assert found(run(stage)) == found(run(app / "assembly-Prod")) == [("CL102", "Prod/Other/Late")]


def test_a_link_to_a_template_of_an_assembly(app: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(app / "Shop.template.json")
    assert found(run(link)) == [("CL102", "Shop/Slow")]


def test_a_template_beside_an_assembly_is_read_bare(app: Path) -> None:
    stray = write(app / "Stray.template.json", SLOW)
    assert found(run(stray)) == [("CL102", "Slow")]
    (app / "manifest.json").write_text("{")
    assert found(run(app / "Shop.template.json")) == [("CL102", "Known"), ("CL102", "Slow")]


def test_the_app_s_acknowledgements_hold_in_a_template_of_a_stage(app: Path) -> None:
    suppressed = {"acknowledgedId": "constructs-lambda::CL102", "acknowledgedAt": "Prod", "reason": "r"}
    write(app / "validation-report.json", {"pluginReports": [{"suppressedViolations": [suppressed]}]})
    assert found(run(app / "assembly-Prod" / "Other.template.json")) == []
    assert found(run(app / "assembly-Prod")) == []
    assert found(run(app / "Shop.template.json")) == [("CL102", "Shop/Slow")]


def test_a_manifest_given_as_a_file(app: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.json: is the manifest of a cloud assembly; give the folder"):
        run(app / "manifest.json")


def test_a_folder_of_anything(tmp_path: Path) -> None:
    for name in ("service.yaml", "B.JSON", "c.Template", "d.yml"):
        write(tmp_path / name, SLOW)
    for name in ("Shop.assets.json", "tree.json", "cdk.json"):
        write(tmp_path / name, {"version": "1"})
    write(tmp_path / "values.yaml", "a: [")
    write(tmp_path / "README.md", "text")
    write(tmp_path / "deeper" / "e.json", SLOW)
    assert run(tmp_path).templates == 4
    with pytest.raises(InputError, match="values"):
        run(tmp_path, tmp_path / "values.yaml")
    write(tmp_path / "Broken.Template.JSON", "{")
    with pytest.raises(InputError, match=r"Broken\.Template\.JSON: broken JSON"):
        run(tmp_path)


def test_a_folder_in_which_nothing_is_a_template(tmp_path: Path) -> None:
    write(tmp_path / "package.json", {})
    with pytest.raises(InputError, match="no template in this folder"):
        run(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_manifest_that_is_no_file(tmp_path: Path) -> None:
    write(tmp_path / "a.template.json", SLOW)
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(InputError, match=r"manifest\.json: is no regular file"):
        run(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b", "a\nb"])
@pytest.mark.parametrize(
    ("kind", "key"), [("cdk:cloud-assembly", "directoryName"), ("aws:cloudformation:stack", "templateFile")]
)
def test_hostile_names_in_a_manifest_are_one_line(tmp_path: Path, name: str, kind: str, key: str) -> None:
    write(tmp_path / "manifest.json", {"artifacts": {name: {"type": kind, "properties": {key: name}}}})
    with pytest.raises(InputError) as caught:
        run(tmp_path)
    assert str(caught.value).isprintable()


def test_only_the_first_of_very_many_misspelt_properties_are_listed(tmp_path: Path) -> None:
    names = {f"Timeout{'s' * (number % 2)}{number}": 1 for number in range(300_000)}
    start = time.process_time()
    findings = run(write(tmp_path / "t.json", template(Odd={"Timeout": 1, **names}))).findings
    assert time.process_time() - start < 10
    misspelt = [finding for finding in findings if finding.rule == "CL111"]
    assert len(misspelt) == 21
    assert any(finding.message.endswith("more properties are unknown and not listed here") for finding in misspelt)


def test_one_export_name_very_many_times(tmp_path: Path) -> None:
    outputs = {f"O{number}": {"Value": 1, "Export": {"Name": "same"}} for number in range(50_000)}
    start = time.process_time()
    findings = run(write(tmp_path / "t.json", {"Resources": {}, "Outputs": outputs})).findings
    assert time.process_time() - start < 3  # 10 s where each is added to a copy
    assert [finding.message for finding in findings if finding.rule == "CL908"] == [
        "the export name 'same' is used by 50000 outputs: O0, O1, O2, O3"
    ]
