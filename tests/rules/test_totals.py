"""What several stacks take together of an account's quotas: which stacks count together, and what is said."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import Assembly
from rules.cases import TODAY, Resource, zipped
from rules.event_resources import maybe, of
from rules.scaling_cases import config, reserving, target
from rules.settings_cases import alias, version

from constructs_lambda import limits
from constructs_lambda.checker import check
from constructs_lambda.findings import Finding, Severity
from constructs_lambda.model import Topology
from constructs_lambda.quotas import Quotas
from constructs_lambda.rules import Context, Severities, check_topology, check_uses
from constructs_lambda.template import read_template

ACCOUNT, OTHER = "111122223333", "444455556666"
Resources = dict[str, Resource]


def stack(
    name: str, resources: Resources, account: str | None = ACCOUNT, region: str | None = "eu-west-1", **at: Any
) -> Any:
    about = {"template": f"cdk.out/{name}.json", "size_bytes": 1, "stack_path": name, **at}
    document = {"Resources": resources, "Outputs": about.pop("template_outputs", {})}
    return read_template(document, account=account, region=region, **about)


def found(*stacks: Any, quotas: Quotas | None = None) -> list[Finding]:
    return list(check_uses([Topology(stacks)], Context(TODAY, quotas or Quotas()), Severities()))


def ids(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


A = {"F": reserving(500), "G": reserving(100)}
B = {"H": reserving(301)}


def test_two_stacks_in_one_account_and_region() -> None:
    (finding,) = found(stack("A", A), stack("B", B))
    assert (finding.rule, finding.severity, finding.path, finding.resource) == ("CL720", Severity.ERROR, "A/F", "F")
    assert finding.message == (
        "the app reserves 901 (A/F 500, B/H 301, A/G 100) in 111122223333, eu-west-1; AWS allows 900, which leaves 100 "
        "of 1,000 executions unreserved unless the quota L-B99A9384 was raised"
    )
    assert "Quotas(concurrent_executions=...)" in finding.fix


@pytest.mark.parametrize(("last", "expected"), [(299, []), (300, []), (301, ["CL720"])])
def test_the_sum_of_two_stacks(last: int, expected: list[str]) -> None:
    assert ids(found(stack("A", A), stack("B", {"H": reserving(last)}))) == expected


@pytest.mark.parametrize("where", [(ACCOUNT, "us-east-1"), (OTHER, "eu-west-1"), (None, "eu-west-1"), (None, None)])
def test_stacks_that_go_elsewhere_or_may(where: tuple[str | None, str | None]) -> None:
    assert ids(found(stack("A", A), stack("B", B, *where))) == []


def test_stacks_without_an_environment_are_warned_of() -> None:
    (finding,) = found(stack("A", A, None, None), stack("B", B, None, None))
    assert (finding.rule, finding.severity) == ("CL721", Severity.WARNING)
    assert (
        "in an account and Region that the app doesn't name; if all of it goes to one, AWS allows 900"
    ) in finding.message
    assert finding.fix.startswith("Give the stacks their env, reserve and provision less, or have the quota raised")


@pytest.mark.parametrize(
    ("account", "region", "expected"),
    [
        (None, "eu-west-1", "in eu-west-1, an account that the app doesn't name"),
        (ACCOUNT, None, f"in {ACCOUNT}, a Region that the app doesn't name"),
    ],
)
def test_what_of_the_environment_is_unknown(account: str | None, region: str | None, expected: str) -> None:
    (finding,) = found(stack("A", A, account, region), stack("B", B, account, region))
    assert expected in finding.message


# --- Across stacks ---------------------------------------------------------------------------------------------------


def across(function: Resource, beside: Resources, name: Any = None, **at: Any) -> list[str]:
    """What is found where an alias and the like are in another stack than the function."""
    outputs = {"O": {"Value": name or {"Ref": "F"}, "Export": {"Name": "Name"}}}
    first = stack("A", {"F": function}, template_outputs=outputs)
    app, context = Topology([first, stack("B", beside, **at)]), Context(TODAY)
    findings = [*check_topology(app, context, Severities()), *check_uses([app], context, Severities())]
    return [finding.rule for finding in findings if finding.rule in ACROSS]


ACROSS = ("CL152", "CL160", "CL702", "CL703", "CL711", "CL713", "CL714", "CL718", "CL719", "CL720", "CL721")
IMPORTED = {"Fn::ImportValue": "Name"}
IMPORTED_ID = {"Fn::Join": ["", ["function:", IMPORTED, ":live"]]}
OWN_ID = {"Fn::Join": ["", ["function:", {"Fn::Select": [6, {"Fn::Split": [":", {"Ref": "A"}]}]}, ":live"]]}


def imported(provisioned: int = 0, **properties: Any) -> Resource:
    made: Resource = alias(FunctionName=IMPORTED, **({"provisioned": provisioned} if provisioned else {}), **properties)
    return made


@pytest.mark.parametrize(("number", "expected"), [(900, []), (901, ["CL720"])])
@pytest.mark.parametrize("name", [{"Ref": "F"}, {"Fn::GetAtt": ["F", "Arn"]}])
def test_provisioned_in_another_stack(name: Any, number: int, expected: list[str]) -> None:
    assert across(zipped(), {"A": imported(number)}, name) == expected


@pytest.mark.parametrize(("number", "expected"), [(5, []), (6, ["CL703"])])
def test_provisioned_above_reserved_in_another_stack(number: int, expected: list[str]) -> None:
    assert across(reserving(5), {"A": imported(number)}) == expected
    scaled = {"A": imported(), "T": target(number, 5, OWN_ID)}
    assert ("CL703" in across(reserving(5), scaled)) == bool(expected)


@pytest.mark.parametrize("resource_id", [OWN_ID, IMPORTED_ID])
def test_auto_scaling_in_another_stack(resource_id: Any) -> None:
    beside = {"A": imported(), "T": target(1, 900, resource_id)}
    assert across(zipped(), beside) == []
    assert across(zipped(SnapStart={"ApplyOn": "PublishedVersions"}), beside) == ["CL714"]
    assert across(zipped(), {**beside, "T": target(1, 901, resource_id)}) == ["CL713"]
    assert across(zipped(), {"A": imported(Name="next"), "T": target(1, 9, IMPORTED_ID)}) == ["CL718"]
    arn = {"Fn::GetAtt": ["F", "Arn"]}
    assert across(zipped(), {"A": imported(), "T": target(1, 9, IMPORTED_ID)}, arn) == ["CL711"]


def test_an_import_from_another_region_is_unknown() -> None:
    assert across(reserving(5), {"A": imported(6)}, region="us-east-1") == []


def test_snap_start_in_another_stack() -> None:
    assert across(zipped(SnapStart={"ApplyOn": "PublishedVersions"}), {"A": imported(1)}) == ["CL152"]


def test_one_stack_without_an_environment_goes_to_one_place() -> None:
    assert ids(found(stack("A", {**A, **B}, None, None))) == ["CL720"]


def test_a_nested_stack_goes_where_its_parent_goes(tmp_path: Path) -> None:
    assert ids(run(write(tmp_path, {"Shop": (A, None)}, inner=B))) == ["CL720"]


def test_stages_of_one_account_count_together() -> None:
    apps = [
        Topology([stack("Dev/A", A, template="cdk.out/assembly-Dev/A.json")]),
        Topology([stack("Prod/B", B, template="cdk.out/assembly-Prod/B.json")]),
    ]
    assert ids(list(check_uses(apps, Context(TODAY), Severities()))) == ["CL720"]


def test_stages_without_an_environment_may_go_anywhere() -> None:
    apps = [
        Topology([stack("Dev/A", A, None, None, template="cdk.out/assembly-Dev/A.json")]),
        Topology([stack("Prod/B", B, None, None, template="cdk.out/assembly-Prod/B.json")]),
    ]
    assert list(check_uses(apps, Context(TODAY), Severities())) == []


@pytest.mark.parametrize(
    ("quota", "total", "expected"),
    [
        (3_000, 2_900, []),
        (3_000, 2_901, ["CL720"]),
        (1_000, 901, ["CL720"]),
        (500, 400, []),
        (500, 401, ["CL720"]),
        (10, 1, ["CL720"]),  # AWS asks for all 10 to stay unreserved
        (10, 0, []),
    ],
)
def test_the_quota_decides(quota: int, total: int, expected: list[str]) -> None:
    stacks = [stack("A", {"F": reserving(total)})]
    assert ids(found(*stacks, quotas=Quotas(concurrent_executions=quota))) == expected


def test_the_quota_of_the_place_decides() -> None:
    quotas = Quotas(by_environment={(ACCOUNT, "eu-west-1"): {"concurrent_executions": 2_000}})
    stacks = [
        stack(f"A{i}", {"F": reserving(901)}, region=region) for i, region in enumerate(("eu-west-1", "us-east-1"))
    ]
    (finding,) = found(*stacks, quotas=quotas)
    assert finding.path == "A1/F"
    (finding,) = found(stack("A", {"F": reserving(1_901)}), quotas=quotas)
    assert "AWS allows 1,900, which leaves 100 of 2,000 executions unreserved, as Quotas says" in finding.message


def test_provisioned_concurrency_counts_where_nothing_is_reserved() -> None:
    first = {"F": zipped(), "A": alias(provisioned=600)}
    within = {"F": reserving(250), "A": alias(provisioned=200)}
    assert ids(found(stack("A", first), stack("B", within))) == []
    (finding,) = found(stack("A", first), stack("B", within), stack("C", {"F": reserving(51)}))
    assert "the app reserves 301 (B/F 250, C/F 51) and provisions 600 (A/F 600)" in finding.message
    assert finding.path == "A/F"


def test_only_the_biggest_parts_are_listed() -> None:
    (finding,) = found(*(stack(f"S{i}", {"F": reserving(100 + i)}) for i in range(10)))
    assert "(S9/F 109, S8/F 108, S7/F 107, S6/F 106, S5/F 105 and 5 more)" in finding.message


def test_addresses_of_all_stacks() -> None:
    eip = of("AWS::EC2::EIP", Domain="vpc")
    stacks = [stack(name, {f"E{i}": eip for i in range(count)}) for name, count in (("A", 1), ("B", 3), ("C", 2))]
    (finding,) = found(*stacks)
    assert (finding.rule, finding.path) == ("CL312", "B")
    assert finding.message == (
        "the app has 6 Elastic IPs in one Region; AWS allows at most 5 Elastic IPs unless the quota L-0263D0A3 was "
        "raised: B 3, C 2, A 1"
    )
    assert found(*stacks[:2]) == []


# --- Storage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("megabytes", "expected"), [(199, []), (201, ["CL722"])])
def test_the_code_of_an_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int, expected: list[str]
) -> None:
    monkeypatch.setattr("constructs_lambda.model.uses.CODE_STORAGE_BYTES", 400 * 1024**2)
    monkeypatch.setattr("constructs_lambda.rules.totals.CODE_STORAGE_BYTES", 400 * 1024**2)
    app = Assembly(tmp_path)
    key = app.folder({"app.py": "def handler(event, context): ...", "data.bin": megabytes * 1024**2})
    for name in ("F", "G"):
        app.function(name, key)
    app.function("H", {"S3Bucket": "assets", "S3Key": key, "S3ObjectStorageMode": "REFERENCE"})
    said = [finding for finding in app.findings() if finding.rule == "CL722"]
    assert ids(said) == expected
    assert not expected or "2 packages and layers" in said[0].message


def test_a_small_app_is_not_measured() -> None:
    assert limits.CODE_STORAGE.maximum is not None
    assert limits.UNZIPPED_ARCHIVE_SIZE.maximum is not None
    assert limits.CODE_STORAGE.maximum * 1024**3 > 1_000 * limits.UNZIPPED_ARCHIVE_SIZE.maximum


# --- The command -----------------------------------------------------------------------------------------------------


def write(directory: Path, stacks: dict[str, tuple[Resources, str | None]], inner: Resources | None = None) -> Path:
    """A cloud assembly: by construct path, the resources of a stack and its environment."""
    artifacts: dict[str, Any] = {}
    directory.mkdir(parents=True, exist_ok=True)
    for name, (resources, environment) in stacks.items():
        metadata: dict[str, Any] = {}
        if inner is not None:
            metadata[f"/{name}/Inner"] = [{"type": "aws:cdk:templateFile", "data": "Inner.nested.template.json"}]
            (directory / "Inner.nested.template.json").write_text(json.dumps({"Resources": inner}))
            manifest: Any = {"files": {"n": {"source": {"path": "Inner.nested.template.json", "packaging": "file"}}}}
            manifest["files"]["n"]["destinations"] = {"a": {"bucketName": "b", "objectKey": "n.json"}}
            (directory / f"{name}.assets.json").write_text(json.dumps(manifest))
            url = {"Fn::Sub": "https://s3.${AWS::Region}.${AWS::URLSuffix}/b/n.json"}
            nested = of("AWS::CloudFormation::Stack", TemplateURL=url)
            resources = {**resources, "Nested": nested}
            file = {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}}
            artifacts[f"{name}.assets"] = file
        (directory / f"{name}.template.json").write_text(json.dumps({"Resources": resources}))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{name}.template.json"},
            "metadata": metadata,
            **({"environment": environment} if environment else {}),
            **({"dependencies": [f"{name}.assets"]} if inner is not None else {}),
        }
    (directory / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return directory


def run(*paths: Path, quotas: Quotas | None = None) -> list[Finding]:
    findings = check([str(path) for path in paths], lambda: b"", TODAY, quotas=quotas).findings
    return [finding for finding in findings if finding.rule.startswith("CL72")]


ENVIRONMENT = f"aws://{ACCOUNT}/eu-west-1"


@pytest.mark.parametrize("named", [lambda whole: [whole], lambda whole: [*whole.glob("*.template.json")]])
def test_the_stacks_of_a_cloud_assembly(tmp_path: Path, named: Callable[[Path], list[Path]]) -> None:
    whole = write(tmp_path, {"A": (A, ENVIRONMENT), "B": (B, ENVIRONMENT)})
    assert ids(run(*named(whole))) == ["CL720"]
    assert ids(run(*named(whole), quotas=Quotas(concurrent_executions=1_001))) == []


def test_the_stages_of_a_cloud_assembly(tmp_path: Path) -> None:
    write(tmp_path / "assembly-Dev", {"A": (A, ENVIRONMENT)})
    write(tmp_path / "assembly-Prod", {"B": (B, ENVIRONMENT)})
    write(tmp_path, {})
    manifest = {
        name: {"type": "cdk:cloud-assembly", "properties": {"directoryName": name}}
        for name in ("assembly-Dev", "assembly-Prod")
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": manifest}))
    assert ids(run(tmp_path)) == ["CL720"]


def test_two_apps_and_templates_by_themselves_are_not_added_up(tmp_path: Path) -> None:
    one = write(tmp_path / "one" / "cdk.out", {"A": (A, ENVIRONMENT)})
    two = write(tmp_path / "two" / "cdk.out", {"B": (B, ENVIRONMENT)})
    assert run(one, two) == []
    for name, resources in (("a", A), ("b", B)):
        (tmp_path / f"{name}.template.json").write_text(json.dumps({"Resources": resources}))
    assert run(tmp_path) == []


REGIONS = ("eu-west-1", "us-east-1")
STACKS = 20


def shop(directory: Path, functions: int) -> Path:
    """A cloud assembly of 20 stacks in two Regions; each function reserves as much as the number of its stack."""
    stacks: dict[str, tuple[Resources, str | None]] = {}
    for index in range(STACKS):
        made: Resources = {}
        for number in range(functions // STACKS):
            name = f"F{number:03}"
            made |= {name: reserving(index + 1), f"{name}V": version(function=name), f"{name}A": alias(name)}
        stacks[f"S{index:02}"] = (made, f"aws://{ACCOUNT}/{REGIONS[index % 2]}")
    return write(directory, stacks)


def memory(directory: Path) -> int:
    """The most bytes that Python held at a time while it checked."""
    tracemalloc.start()
    try:
        run(directory)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_two_thousand_functions_in_two_regions(tmp_path: Path) -> None:
    whole = shop(tmp_path, 2_000)
    begun = time.process_time()
    messages = {finding.message.partition(" (")[0]: finding.path for finding in run(whole)}
    assert time.process_time() - begun < 2
    assert messages == {
        f"the app reserves {100 * sum(range(1, 20, 2)):,}": "S18/F000",
        f"the app reserves {100 * sum(range(2, 21, 2)):,}": "S19/F000",
    }


def test_memory_is_in_proportion(tmp_path: Path) -> None:
    few, many = shop(tmp_path / "few", 400), shop(tmp_path / "many", 1_600)
    run(few)  # what is loaded once counts for neither
    assert memory(many) < 5 * memory(few)


def configs(number: int) -> Resources:
    return {f"C{each}": config() for each in range(number)}


@pytest.mark.parametrize(("last", "expected"), [(23, []), (24, []), (25, ["CL723"])])
def test_deployment_configurations_of_an_account(last: int, expected: list[str]) -> None:
    stacks = [stack("A", configs(26)), stack("B", {**configs(last), "M": maybe(config())})]
    assert ids(found(*stacks)) == expected
    if expected:
        (finding,) = found(*stacks)
        assert finding.message == (
            "the app makes 51 deployment configurations of CodeDeploy in 111122223333, eu-west-1 (A 26, B 25); AWS "
            "allows at most 50 configurations"
        )


@pytest.mark.parametrize("where", [(ACCOUNT, "us-east-1"), (OTHER, "eu-west-1"), (None, None)])
def test_deployment_configurations_that_may_be_elsewhere(where: tuple[str | None, str | None]) -> None:
    assert ids(found(stack("A", configs(26), *where), stack("B", configs(26)))) == []
    assert ids(found(stack("A", configs(26), None, None), stack("B", configs(26), None, None))) == []
