"""Snapshots of templates: what is masked, what a difference says, and that a second clone gives the same."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly

from constructs_lambda.testing.differences import Difference, differences
from constructs_lambda.testing.masks import masked_template, masked_templates

PROJECT = {
    "shop.py": """
        from pathlib import Path
        from aws_cdk import Stack, aws_apigateway, aws_lambda
        from constructs_lambda import PythonFunction

        class Shop(Stack):
            def __init__(self, scope, id, memory=256, **options):
                super().__init__(scope, id, **options)
                code = aws_lambda.Code.from_asset(str(Path(__file__).parent / "plain"))
                plain = aws_lambda.Function(
                    self, "Plain", code=code, handler="plain.handler", runtime=aws_lambda.Runtime.PYTHON_3_14,
                    memory_size=memory,
                )
                aws_lambda.Alias(self, "Live", alias_name="live", version=plain.current_version)
                PythonFunction(self, "Orders", entry=Path(__file__).parent / "orders", handler="orders.handler")
                aws_apigateway.LambdaRestApi(self, "Api", handler=plain)
    """,
    "test_shop.py": """
        from aws_cdk import Environment
        from shop import Shop

        ENVIRONMENT = Environment(account="111122223333", region="eu-west-1")

        def test_shop(synth, snapshot_template):
            assert synth(lambda app: Shop(app, "Shop", env=ENVIRONMENT)) == snapshot_template
    """,
    "plain/plain.py": "def handler(event, context): ...",
    "orders/orders.py": "def handler(event, context): ...",
}
SNAPSHOT = Path("__snapshots__") / "test_shop" / "test_shop.yaml"
ARGUMENTS = ("-p", "no:cacheprovider", "-p", "no:pytester")


HOME = Path.home()


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("HOME", str(HOME))  # where jsii and uv keep what they have unpacked
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # these are runs of their own
    monkeypatch.delenv("CI", raising=False)  # pytest says more there
    for name, text in PROJECT.items():
        file = pytester.path / name
        file.parent.mkdir(exist_ok=True)
        pytester.makepyfile(**{name.removesuffix(".py"): text})
    pytester.makeini("[pytest]\npythonpath = .\nfilterwarnings = error\n")
    return pytester


def run(pytester: pytest.Pytester, *arguments: str, **expected: int) -> str:
    result = pytester.runpytest_subprocess(*ARGUMENTS, *arguments)
    result.assert_outcomes(**expected)
    return result.stdout.str()


@pytest.mark.cdk
def test_one_readable_file_that_holds_on_other_machines(project: pytest.Pytester) -> None:
    assert "1 snapshot generated" in run(project, "--snapshot-update", passed=1)
    text = (project.path / SNAPSHOT).read_text()
    assert text.startswith("Shop:\n")
    assert "S3Key: <asset>.zip" in text
    assert "S3Bucket: cdk-hnb659fds-assets-<account>-eu-west-1" in text
    assert "CurrentVersion" in text
    assert "<version>:" in text
    assert "<deployment>" in text
    for noise in ("111122223333", "BootstrapVersion", str(project.path), "CDKMetadata"):
        assert noise not in text

    clone = project.path.parent / "a clone elsewhere"
    shutil.copytree(project.path, clone, ignore=shutil.ignore_patterns("__pycache__", "runpytest-*"))
    project.chdir()
    same = project.runpytest_subprocess(*ARGUMENTS, f"--rootdir={clone}", "-c", str(clone / "tox.ini"), str(clone))
    same.assert_outcomes(passed=1)

    for name in ("plain/plain.py", "orders/orders.py"):  # the assets alone
        (project.path / name).write_text("def handler(event, context):\n    return 'changed'\n")
    assert "1 snapshot passed" in run(project, passed=1)


@pytest.mark.cdk
def test_a_difference_names_resource_and_property(project: pytest.Pytester) -> None:
    run(project, "--snapshot-update", passed=1)
    shop = project.path / "shop.py"
    shop.write_text(shop.read_text().replace("memory=256", "memory=512").replace('"Live", alias', '"Now", alias'))
    said = run(project, "--color=no", failed=1)
    lines = [line.removeprefix("E").strip() for line in said.splitlines() if line.startswith("E ")]
    function, alias = r"Shop  Plain[0-9A-F]{8} \(AWS::Lambda::Function\)", r"[0-9A-F]{8} \(AWS::Lambda::Alias\)"
    for expected in (
        rf"{function}  Properties.MemorySize: 256 -> 512",
        f"Shop  Live{alias} is gone",
        f"Shop  Now{alias} is new",
    ):
        assert any(re.fullmatch(expected, line) for line in lines), (expected, lines)
    run(project, "--snapshot-update", passed=1)
    run(project, passed=1)


@pytest.mark.cdk
def test_names_filters_and_subjects(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_shop="""
        from aws_cdk import App, Stack, Stage, aws_sqs
        from syrupy.filters import props
        import pytest

        def test_subjects(synth, snapshot_template, tmp_path):
            def build(app):
                for name in ("Stock", "Shop"):
                    aws_sqs.Queue(Stack(app, name), "Queue")
            whole = synth(build)
            assert whole == snapshot_template(name="whole")
            assert whole.directory == snapshot_template(name="whole")
            assert whole.app == snapshot_template(name="whole")
            assert whole.app.node.find_child("Shop") == snapshot_template(name="shop")
            assert whole.document("Shop") == snapshot_template(name="document")
            assert whole == snapshot_template(name="filtered", exclude=props("Type"))

        def test_no_subject(snapshot_template):
            with pytest.raises(AssertionError, match="TypeError: a stack, a stage, an app, or the path"):
                assert snapshot_template == 3
        """
    )
    run(project, "--snapshot-update", passed=2)
    run(project, passed=2)
    texts = {path.name: path.read_text() for path in (project.path / "__snapshots__" / "test_shop").iterdir()}
    assert sorted(texts) == [
        "test_subjects[document].yaml",
        "test_subjects[filtered].yaml",
        "test_subjects[shop].yaml",
        "test_subjects[whole].yaml",
    ]
    assert [text.splitlines()[0] for _, text in sorted(texts.items())] == ["Resources:", "Shop:", "Shop:", "Shop:"]
    assert "Stock:" in texts["test_subjects[whole].yaml"]
    assert "Stock:" not in texts["test_subjects[shop].yaml"]
    assert "Type:" not in texts["test_subjects[filtered].yaml"]


HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Key": f"{HASH}.zip"}, {"Key": "<asset>.zip"}),
        ({"Key": f"{HASH}0.zip"}, {"Key": f"{HASH}0.zip"}),  # no hash of an asset
        ({"Key": f"{HASH[:-1]}.zip"}, {"Key": f"{HASH[:-1]}.zip"}),
        (
            {"Sub": f"${{A}}/cdk-x-container-assets-1-eu-west-1:{HASH}"},
            {"Sub": "${A}/cdk-x-container-assets-1-eu-west-1:<asset>"},
        ),
        ({"Image": f"own@sha256:{HASH}"}, {"Image": f"own@sha256:{HASH}"}),  # what somebody wrote
        ({"Key": f"{HASH}.zip", "Tag": HASH}, {"Key": "<asset>.zip", "Tag": "<asset>"}),  # the same asset
    ],
)
def test_hashes_of_assets(given: object, expected: object) -> None:
    assert masked_template({"Metadata": given}) == {"Metadata": expected}


def test_two_versions_stay_two() -> None:
    ids = [f"FCurrentVersion1A{digit * 32}" for digit in "ab"]
    template = {
        "Resources": {id: {"Type": "AWS::Lambda::Version"} for id in ids},
        "Outputs": {"Both": {"Value": [{"Ref": id} for id in ids]}},
    }
    masked = masked_template(template)
    assert list(masked["Resources"]) == ["FCurrentVersion1A<version>", "FCurrentVersion1A<version 2>"]
    assert [each["Ref"] for each in masked["Outputs"]["Both"]["Value"]] == list(masked["Resources"])


def test_other_resources_keep_their_ids() -> None:
    template = {"Resources": {f"Queue{'a' * 32}": {"Type": "AWS::SQS::Queue"}}}
    assert masked_template(template) == template


def test_what_cdk_adds_for_itself_is_left_out() -> None:
    template = {
        "Resources": {
            "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Condition": "Available"},
            "Queue": {"Type": "AWS::SQS::Queue", "Metadata": {"aws:asset:path": "/home/ada", "own": 1}},
        },
        "Conditions": {"Available": True},
        "Parameters": {"BootstrapVersion": {"Type": "String"}, "Own": {"Type": "String"}},
        "Rules": {"CheckBootstrapVersion": {}},
    }
    before = str(template)
    assert masked_template(template) == {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Metadata": {"own": 1}}},
        "Parameters": {"Own": {"Type": "String"}},
    }
    assert str(template) == before


def state(**properties: object) -> dict[str, object]:
    return {"Shop": {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}}}}


QUEUE = "Shop  Queue (AWS::SQS::Queue)"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (state(A=1), state(A=1), []),
        (state(A=1), state(A=2), [Difference(QUEUE, "Properties.A", "1", "2")]),
        (state(A=1), state(A="1"), [Difference(QUEUE, "Properties.A", "1", '"1"')]),
        (state(A=1), state(A=True), [Difference(QUEUE, "Properties.A", "1", "true")]),
        (state(A=1), state(A=1.0), [Difference(QUEUE, "Properties.A", "1", "1.0")]),
        (state(A=None), state(), [Difference(QUEUE, "Properties.A", "null", None)]),
        (state(), state(A={"Ref": "X"}), [Difference(QUEUE, "Properties.A", None, '{"Ref": "X"}')]),
        (state(A=[1, 2, 3]), state(A=[1, 3]), [Difference(QUEUE, "Properties.A[1]", "2", None)]),
        (state(A=[1, 3]), state(A=[1, 2, 3]), [Difference(QUEUE, "Properties.A[1]", None, "2")]),
        (
            state(A=[{"Effect": "Allow", "Action": "s3:Get"}]),
            state(A=[{"Effect": "Allow", "Action": "s3:Put"}]),
            [Difference(QUEUE, "Properties.A[0].Action", "s3:Get", "s3:Put")],
        ),
        (
            state(),
            {},
            [Difference("Shop", "", '{"Resources": {"Queue": {"Properties": {}, "Type": "AWS::SQS::Queue"}}}', None)],
        ),
        (
            {"Shop": {"Outputs": {"Url": {"Value": 1}}}},
            {"Shop": {"Outputs": {}}},
            [Difference("Shop  Outputs", "Url", '{"Value": 1}', None)],
        ),
        (
            {"Shop": {"Resources": {"A": {"Type": "X::Y"}}}},
            {"Shop": {"Resources": {"A": {"Type": "X::Z"}}}},
            [Difference("Shop  A (X::Y -> X::Z)", "Type", "X::Y", "X::Z")],
        ),
    ],
)
def test_differences(before: dict[str, object], after: dict[str, object], expected: list[Difference]) -> None:
    assert list(differences(before, after)) == expected


def test_a_long_value_is_cut() -> None:
    (found,) = differences(state(A="x" * 200), state(A="y" * 201))
    assert found.before == "x" * 200
    assert found.after == f"{'y' * 200}... (201 characters)"


SAME_CODE_AND_BORDERS = """
    from pathlib import Path
    from aws_cdk import CfnResource, Environment, Stack, aws_lambda, aws_ssm

    HERE = Path(__file__).parent

    def function(scope, id):
        code = aws_lambda.Code.from_asset(str(HERE / id.lower()))
        return aws_lambda.Function(scope, id, code=code, handler="a.handler", runtime=aws_lambda.Runtime.PYTHON_3_14)

    def build(app):
        env = Environment(account="111122223333", region="eu-west-1")
        a, b = Stack(app, "A", env=env), Stack(app, "B", env=env)
        first, second = function(a, "First"), function(a, "Second")
        aws_ssm.StringParameter(b, "P", string_value=first.current_version.function_arn)
        there = Environment(account="111122223333", region="us-east-1")
        far = Stack(app, "Far", env=there, cross_region_references=True)
        here = Stack(app, "Here", env=env, cross_region_references=True)
        aws_ssm.StringParameter(far, "P", string_value=function(here, "Third").current_version.function_arn)
        CfnResource(a, "Owner", type="Own::Kind", properties={"Account": 111122223333, "Digest": "sha256:DIGEST"})
"""


@pytest.mark.cdk
def test_code_alone_changes_nothing_in_other_stacks_and_regions(project: pytest.Pytester) -> None:
    project.makepyfile(
        apps=SAME_CODE_AND_BORDERS.replace("DIGEST", "a" * 64),
        test_shop="from apps import build\n\n\ndef test_shop(synth, snapshot_template):\n"
        "    assert synth(build) == snapshot_template\n",
    )
    for name in ("first", "second", "third"):  # the same content: one asset
        (project.path / name).mkdir()
        (project.path / name / "a.py").write_text("def handler(event, context): ...\n")
    run(project, "--snapshot-update", passed=1)
    for name in ("first", "third"):
        (project.path / name / "a.py").write_text(f"def handler(event, context):\n    return {name!r}\n")
    run(project, passed=1)
    text = (project.path / SNAPSHOT).read_text()
    assert "Account: <account>" in text
    assert f"Digest: sha256:{'a' * 64}" in text
    project.makepyfile(apps=SAME_CODE_AND_BORDERS.replace("DIGEST", "b" * 64))
    assert "Properties.Digest: sha256:aaa" in run(project, "--color=no", failed=1)


def accounts_of(folder: Path, owner: str, **stacks: str) -> dict[str, Any]:
    """What is shown for an account in each stack, whose accounts are given in the order of the assembly."""
    folder.mkdir()
    templates: dict[str, Any] = {name: {"Resources": {}} for name in stacks}
    outdir = assembly(folder, **templates)
    manifest = json.loads((outdir / "manifest.json").read_text())
    for name, account in stacks.items():
        manifest["artifacts"][name]["environment"] = f"aws://{account}/eu-west-1"
        resource = {"Type": "Own::Kind", "Properties": {"Own": account, "Number": int(owner), "Arn": f"::{owner}:x"}}
        file = outdir / manifest["artifacts"][name]["properties"]["templateFile"]
        file.write_text(json.dumps({"Resources": {"Kind": resource}}))
    (outdir / "manifest.json").write_text(json.dumps(manifest))
    return {name: each["Resources"]["Kind"]["Properties"] for name, each in masked_templates(outdir).items()}


def test_accounts_of_an_app_are_told_apart(tmp_path: Path) -> None:
    first, second, outer = "111122223333", "222233334444", "333344445555"
    one = accounts_of(tmp_path / "one", first, A=first, B=first)
    assert one["A"] == one["B"] == {"Own": "<account>", "Number": "<account>", "Arn": "::<account>:x"}
    two = accounts_of(tmp_path / "two", first, A=first, B=second)
    assert two["A"] == {"Own": "<account 1>", "Number": "<account 1>", "Arn": "::<account 1>:x"}
    assert two["B"] == {"Own": "<account 2>", "Number": "<account 1>", "Arn": "::<account 1>:x"}
    changed = accounts_of(tmp_path / "changed", second, A=first, B=second)
    assert changed["A"] == {"Own": "<account 1>", "Number": "<account 2>", "Arn": "::<account 2>:x"}
    outside = accounts_of(tmp_path / "outside", outer, A=first, B=second)
    assert outside["A"] == {"Own": "<account 1>", "Number": int(outer), "Arn": f"::{outer}:x"}


def test_accounts_are_numbered_alike_whatever_they_and_the_order_are(tmp_path: Path) -> None:
    first, second = "111122223333", "222233334444"
    two = accounts_of(tmp_path / "two", first, A=first, B=second)
    assert accounts_of(tmp_path / "theirs", second, A=second, B=first) == two
    assert accounts_of(tmp_path / "order", first, B=second, A=first) == two


SMALL = "{'Resources': {'Queue': {'Type': 'AWS::SQS::Queue', 'Properties': {'VisibilityTimeout': 30}}}}"


BROKEN = {
    "conflict": (b"<<<<<<< HEAD\nResources: {}\n", "the snapshot can't be read: "),
    "twice": (b"Resources: {}\nResources: {}\n", "'Resources' stands twice, or is no text"),
    "number": (b"1: x\n", "1 stands twice, or is no text"),
    "date": (b"a: 2026-13-45\n", "the snapshot can't be read: month must be in 1..12"),
    "list": (b"- a\n", "the snapshot can't be read: it holds no template"),
    "encoding": (b"\xff\xfe", "the snapshot can't be read: "),
}


def test_snapshots_that_are_none(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_shop=f"""
        import pytest

        @pytest.mark.parametrize("name", {sorted(BROKEN)})
        def test_shop(snapshot_template, name):
            assert {SMALL} == snapshot_template
        """
    )
    run(project, "--snapshot-update", passed=6)
    for name, (broken, _) in BROKEN.items():
        (project.path / SNAPSHOT).with_name(f"test_shop[{name}].yaml").write_bytes(broken)
    output = run(project, "--color=no", failed=6)
    for _, said in BROKEN.values():
        assert said in output
    assert output.count("Fix: mend the file, or take it anew with --snapshot-update.") == 6
    run(project, "--snapshot-update", passed=6)
    run(project, passed=6)


@pytest.mark.parametrize(
    ("queues", "length", "is_cut"),
    [(3, 80, False), (3, 150, True), (7, 1, False), (12, 1, True)],
    ids=["within 640 characters", "more characters", "within eight lines", "more lines"],
)
def test_how_much_of_a_difference_pytest_shows(
    project: pytest.Pytester, queues: int, length: int, is_cut: bool
) -> None:
    """As docs/testing.md says."""
    for letter, arguments in (("a", ["--snapshot-update"]), ("b", [])):
        kinds = {f"Q{n}": {"Type": "K", "Properties": {"P": letter * length}} for n in range(queues)}
        project.makepyfile(
            test_shop=f"def test_shop(snapshot_template): assert {{'Resources': {kinds}}} == snapshot_template"
        )
        if arguments:
            run(project, *arguments, passed=1)
    change = f" (K)  Properties.P: {'a' * length} -> {'b' * length}"
    for arguments, is_whole in (([], not is_cut), (["-vv"], True)):
        lines = run(project, "--color=no", *arguments, failed=1).splitlines()
        assert (sum(line.startswith("E ") and line.endswith(change) for line in lines) == queues) is is_whole


def test_names_of_tests_that_no_file_can_have(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_shop=f"""
        import pytest

        @pytest.mark.parametrize("route", ["GET /a", "GET a", "GET :a", "x" * 300])
        def test_route(snapshot_template, route):
            template = {SMALL}
            template["Description"] = route
            assert template == snapshot_template
            assert template == snapshot_template(name="again")
        """
    )
    assert "8 snapshots generated" in run(project, "--snapshot-update", passed=4)
    again = run(project, "--snapshot-update", passed=4)
    assert "8 snapshots passed" in again
    assert "unused" not in again
    assert len(list((project.path / SNAPSHOT).parent.iterdir())) == 8


def test_a_matcher_of_syrupy(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_shop=f"""
        from syrupy.matchers import path_type

        def test_shop(snapshot_template):
            matcher = path_type({{"Resources.Queue.Properties.VisibilityTimeout": (int,)}})
            assert {SMALL} == snapshot_template(matcher=matcher)
            assert {SMALL.replace("30", "31")} == snapshot_template(matcher=matcher, name="other")
        """
    )
    run(project, "--snapshot-update", passed=1)
    run(project, passed=1)
    texts = {path.read_text() for path in (project.path / SNAPSHOT).parent.iterdir()}
    assert len(texts) == 1
    assert "VisibilityTimeout: int" in texts.pop()


@pytest.mark.cdk
def test_files_and_templates_of_cdk(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_shop="""
        from aws_cdk import Stack, aws_sqs

        def test_shop(synth, snapshot_template):
            shop = synth(lambda app: aws_sqs.Queue(Stack(app, "Shop"), "Queue"))
            for subject in (shop.document(), shop.template(), shop.directory / "Shop.template.json"):
                assert subject == snapshot_template(name="shop")
        """
    )
    run(project, "--snapshot-update", passed=1)
    run(project, passed=1)
