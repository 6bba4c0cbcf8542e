"""cdk-nag's packs over every construct and example. UPDATE_SNAPSHOTS=1 writes the tables of docs/golden-path.md."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, Stage, Validations
from example_apps import ROOT
from nag_constructs import CONSTRUCTS
from nag_examples import APPS

from constructs_lambda.cdk import acknowledgements, nag

pytestmark = [pytest.mark.cdk, pytest.mark.slow]

PAGE = ROOT / "docs" / "golden-path.md"
CLEAN = ("AwsSolutions", "Serverless")
NAMES = {"NIST.800-53.R4": "NIST.800.53.R4", "NIST.800-53.R5": "NIST.800.53.R5", "PCI.DSS": "PCI.DSS.321"}
Finding = tuple[str, str]
"""A rule, and the path of the resource."""


def pack_of(rule: str) -> str:
    return rule.partition("-")[0]


def found_in(app: App) -> Counter[Finding]:
    """What the packs find in an app; the synth has to fail where there is something."""
    try:
        app.synth()
        failed = False
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
        failed = True
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    found = Counter(
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin.get("violations", [])
        for construct in violation["violatingConstructs"]
        if not violation["ruleName"].startswith("CL")
    )
    assert failed == bool(found)
    assert set(found.values()) <= {1}, "a pack was added twice"
    return found


def build(folder: Path, which: int) -> App:
    """All constructs, each in a stack, and all examples, each in a Stage: ours (0), or in plain CDK (1)."""
    app = App(outdir=str(folder), analytics_reporting=False, tree_metadata=False)
    nag.add_packs(app, list(nag.PACKS))
    for number, pair in enumerate(CONSTRUCTS.values()):
        pair[which](Stack(app, f"S{number}"))
    for name, apps in APPS.items():
        apps[which](Stage(app, name))  # type: ignore[arg-type]
    return app


def row_of(path: str) -> str:
    """The construct or example that a resource belongs to."""
    first = path.partition("/")[0]
    return f"example `{first}`" if first in APPS else list(CONSTRUCTS)[int(first[1:])]


class Recorded:
    """Acknowledgements that are written down and not made."""

    def __init__(self) -> None:
        self.ours: list[tuple[Finding, acknowledgements.Expected]] = []
        self.theirs: list[Finding] = []

    def of(self, scope: Any) -> Any:
        recorded = self

        class Instead:
            def add_plugins(self, *plugins: Any) -> None:
                VALIDATIONS_OF(scope).add_plugins(*plugins)

            def acknowledge(self, *rules: Any) -> None:
                recorded.theirs += [(rule.id.partition("::")[2], scope.node.path) for rule in rules]

        return Instead()

    def expect(self, resource: Any, expected: acknowledgements.Expected) -> None:
        self.ours += [((rule, resource.node.path), expected) for rule in expected.rules]


VALIDATIONS_OF = Validations.of


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded()


@pytest.fixture(scope="module")
def without(recorded: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Counter[Finding]:
    """What is found where nothing is acknowledged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Validations, "of", recorded.of)
        patch.setattr(acknowledgements, "_acknowledge", recorded.expect)
        return found_in(build(tmp_path_factory.mktemp("without"), 0))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Counter[Finding]:
    return found_in(build(tmp_path_factory.mktemp("ours"), 0))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Counter[Finding]:
    return found_in(build(tmp_path_factory.mktemp("plain"), 1))


# --- What is found ----------------------------------------------------------------------------------------------------


def test_nothing_is_found_without_a_reason(ours: Counter[Finding]) -> None:
    assert [each for each in ours if pack_of(each[0]) in CLEAN] == []
    stays = PAGE.read_text().partition("### What stays\n")[2].partition("\n### ")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", stays, re.MULTILINE))
    assert {rule.partition("-")[2] for rule, _ in ours} == documented


def test_every_acknowledgement_of_ours_is_used(without: Counter[Finding], recorded: Recorded) -> None:
    assert [finding for finding, _ in recorded.ours if finding not in without] == []
    assert len(recorded.ours) == len({finding for finding, _ in recorded.ours}), "acknowledged twice"


def test_each_rule_of_ours_is_used_somewhere(recorded: Recorded, without: Counter[Finding]) -> None:
    """All that the modules define is there: an `Expected` that no construct gives would be noticed."""
    used = {(each.where, rule.partition("[")[0]) for (rule, _), each in recorded.ours}
    defined = {(each.where, rule.partition("[")[0]) for each in defined_in_the_package() for rule in each.rules}
    assert used == defined


def defined_in_the_package() -> Iterator[acknowledgements.Expected]:
    import sys

    for name, module in sorted(sys.modules.items()):
        if name.startswith("constructs_lambda.cdk."):
            yield from (each for each in vars(module).values() if isinstance(each, acknowledgements.Expected))


def test_every_acknowledgement_of_the_examples_is_used(without: Counter[Finding], recorded: Recorded) -> None:
    def is_used(rule: str, path: str) -> bool:
        return any(found == rule and f"{where}/".startswith(f"{path}/") for found, where in without)

    assert [each for each in recorded.theirs if not is_used(*each)] == []


def test_what_the_constructs_acknowledge_is_not_what_the_examples_do(recorded: Recorded) -> None:
    ours = {finding for finding, _ in recorded.ours}
    assert [
        (rule, path)
        for rule, path in recorded.theirs
        if any(found == rule and f"{where}/".startswith(f"{path}/") for found, where in ours)
    ] == []


# --- The tables of the docs -------------------------------------------------------------------------------------------


def in_the_docs(name: str, table: str) -> tuple[str, str]:
    """A table, and what stands in the docs under its name."""
    text = PAGE.read_text()
    pattern = re.compile(rf"(<!-- {name}: [^\n]+ -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        text = pattern.sub(lambda found: f"{found[1]}\n{table}\n\n{found[3]}", text)
        PAGE.write_text(text)
    (found,) = pattern.findall(text)
    return table, found[1].strip()


def table_of(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def by_packs(rules: Iterable[str]) -> str:
    """Rules of several packs, each pack named once: `A, B: x, y; C: z`."""
    packs: dict[str, list[str]] = {}
    for rule in rules:
        pack, _, name = rule.partition("-")
        packs.setdefault(name, []).append(pack)
    names: dict[str, list[str]] = {}
    for name, every in packs.items():
        names.setdefault(", ".join(every), []).append(f"`{name}`")
    return "; ".join(f"{every}: {', '.join(each)}" for every, each in names.items())


def test_the_table_of_acknowledgements(recorded: Recorded, without: Counter[Finding]) -> None:
    rows: dict[tuple[str, str], set[str]] = {}
    for (rule, _), expected in recorded.ours:
        shown = re.sub(r"<\w+\.Arn>", "<function.Arn>", rule)
        rows.setdefault((expected.where, expected.reason), set()).add(shown)
    cells = sorted((by_packs(sorted(rules)), *row) for row, rules in rows.items())
    table, shown = in_the_docs("acknowledgements", table_of(("finding", "on", "why it stays"), cells))
    assert shown == table, "if this is meant: UPDATE_SNAPSHOTS=1 make test"


def test_the_table_of_numbers(ours: Counter[Finding], plain: Counter[Finding]) -> None:
    packs = [NAMES.get(name, name) for name in nag.PACKS]
    names = [*CONSTRUCTS, *(f"example `{name}`" for name in APPS)]
    counted = [Counter((row_of(path), pack_of(rule)) for rule, path in found) for found in (ours, plain)]
    rows = [[name, *(" / ".join(str(count[name, pack]) for count in counted) for pack in packs)] for name in names]
    sums = [[sum(count[name, pack] for name in names) for count in counted] for pack in packs]
    rows.append(["**all**", *(" / ".join(map(str, each)) for each in sums)])
    table, shown = in_the_docs("numbers", table_of(("", *nag.PACKS), rows))
    assert shown == table, "if this is meant: UPDATE_SNAPSHOTS=1 make test"
    assert all(own <= theirs for own, theirs in sums), "worse than plain CDK"


# --- Roles ------------------------------------------------------------------------------------------------------------

UNBOUND = {
    *("xray:PutTraceSegments", "xray:PutTelemetryRecords", "dynamodb:ListStreams"),
    *("ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
    *("ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
}
# Whose managed policies stay: the first two are CDK's own functions.
MANAGED = {
    "BucketNotificationsHandler": "AWSLambdaBasicExecutionRole",
    "CustomVpcRestrictDefaultSG": "AWSLambdaBasicExecutionRole",
    "CapacityOperatorRole": "AWSLambdaManagedEC2ResourceOperator",
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def resources(ours: Counter[Finding], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All resources of all constructs, by stack and logical id."""
    (folder,) = tmp_path_factory.getbasetemp().glob("ours[0-9]*")
    templates = {file.stem: json.loads(file.read_text()) for file in folder.glob("S*.template.json")}
    assert len(templates) == len(CONSTRUCTS)
    return {f"{name}/{id}": each for name, template in templates.items() for id, each in template["Resources"].items()}


def test_roles_have_no_managed_policies(resources: dict[str, Any]) -> None:
    attached = {
        (re.sub(r"^S\d+\.template/", "", id), json.dumps(arn))
        for id, each in resources.items()
        for arn in each.get("Properties", {}).get("ManagedPolicyArns") or ()
        if "iam::aws:" in json.dumps(arn)
    }
    unknown = {
        (id, arn)
        for id, arn in attached
        if not any(id.startswith(name) and policy in arn for name, policy in MANAGED.items())
    }
    assert unknown == set()
    assert all(any(id.startswith(name) for id, _ in attached) for name in MANAGED)


def test_rights_for_all_resources_are_those_that_aws_cant_bind(resources: dict[str, Any]) -> None:
    used = set()
    for id, each in resources.items():
        properties = each.get("Properties", {})
        if not each["Type"].startswith("AWS::IAM::"):
            continue
        inline = [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
        for document in [*inline, *listed(properties.get("PolicyDocument", []))]:
            for statement in listed(document.get("Statement", [])) if document else []:
                assert not [action for action in listed(statement["Action"]) if action.endswith(":*")], id
                if "*" in listed(statement["Resource"]):
                    used |= set(listed(statement["Action"]))
    assert used == UNBOUND
