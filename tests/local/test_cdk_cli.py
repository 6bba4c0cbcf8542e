"""Deploying with the real CDK CLI: which one is taken, and that it gets nothing of the user."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_assemblies import assembly, function, template

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator
from constructs_lambda.local.cdk_cli import PINNED, CdkCli, deploy_with_cdk, find_cdk
from constructs_lambda.local.deployments import deployed
from constructs_lambda.local.environments import node_program
from constructs_lambda.local.fits import fit
from constructs_lambda.local.inputs import Inputs, supply

pytestmark = [pytest.mark.emulator, pytest.mark.skipif(node_program() is None, reason="no Node is there")]

SAYS = "console.log('{} (build 1234)')\n"


def cli(folder: Path, version: str = "2.1148.1", program: str = SAYS) -> Path:
    file = folder / "node_modules" / ".bin" / "cdk"
    file.parent.mkdir(parents=True)
    file.write_text(program.replace("{}", version))
    file.chmod(0o755)
    return file


@pytest.fixture(autouse=True)
def _nothing_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    if node := node_program():
        monkeypatch.setenv("JSII_NODE", node)
    monkeypatch.setenv("PATH", os.defpath)


def test_the_one_of_the_app_or_above(tmp_path: Path) -> None:
    program = cli(tmp_path)
    (tmp_path / "apps" / "shop").mkdir(parents=True)
    found = find_cdk(tmp_path / "apps" / "shop", is_wanted=True)
    assert found is not None
    assert (found.program, found.version) == (program, "2.1148.1")


def test_the_one_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = cli(tmp_path / "elsewhere", "2.1200.0")
    monkeypatch.setenv("PATH", str(program.parent))
    (tmp_path / "shop").mkdir()
    found = find_cdk(tmp_path / "shop", is_wanted=False)
    assert found is not None
    assert found.program == program


@pytest.mark.parametrize(
    ("version", "message"), [("3.0.0", "is version 3.0.0"), ("", "is version unknown"), ("1.99.0", "is version 1.99.0")]
)
def test_one_that_does_not_fit(tmp_path: Path, version: str, message: str) -> None:
    cli(tmp_path, version)
    assert find_cdk(tmp_path, is_wanted=False) is None
    with pytest.raises(InputError, match=f"{message}, and version 2 is needed; .*npm install {PINNED}"):
        find_cdk(tmp_path, is_wanted=True)


def test_none_at_all(tmp_path: Path) -> None:
    assert find_cdk(tmp_path, is_wanted=False) is None
    with pytest.raises(InputError, match=f"no CDK CLI is in .* nor on the path; install it with: npm install {PINNED}"):
        find_cdk(tmp_path, is_wanted=True)


def test_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli(tmp_path)
    monkeypatch.setattr("constructs_lambda.local.cdk_cli.node_program", lambda: None)
    with pytest.raises(InputError, match=r'needs Node; .*"constructs-lambda\[node\]"'):
        find_cdk(tmp_path, is_wanted=True)


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


WRITES = """
const fs = require('fs');
fs.appendFileSync(process.env.HOME + '/calls', JSON.stringify({arguments: process.argv.slice(2), environment: process.env}) + '\\n');
if (process.argv[2] === FAILS) { console.log('the reason'); process.exit(1); }
"""  # noqa: E501


def test_it_gets_nothing_of_the_user(aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "OF_THE_USER"):
        monkeypatch.setenv(name, "of the user")
    program = cli(tmp_path, program=WRITES.replace("FAILS", "null"))
    node = node_program()
    assert node is not None
    outdir = assembly(tmp_path / "cdk.out", "aws://111122223333/eu-west-1", Shop=template(Nat={"Type": "AWS::No::No"}))
    said: list[str] = []
    cdk = CdkCli(program, node, "2")
    deploy_with_cdk(cdk, aws, fit(outdir), outdir, lambda *each: said.append(each[0]))
    bootstrap, deploy = map(json.loads, (aws.folder / "calls").read_text().splitlines())
    assert bootstrap["arguments"][:2] == ["bootstrap", "aws://111122223333/eu-west-1"]
    assert bootstrap["environment"]["AWS_ACCESS_KEY_ID"] == "111122223333"
    assert deploy["arguments"][:2] == ["deploy", "**"]
    for call in (bootstrap, deploy):
        environment = call["environment"]
        assert "of the user" not in environment.values()
        assert environment["AWS_SHARED_CREDENTIALS_FILE"] == environment["AWS_CONFIG_FILE"] == os.devnull
        assert environment["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{aws.port}"
        assert environment["CDK_DISABLE_CLI_TELEMETRY"] == "true"
        assert environment["CDK_HOME"].startswith(environment["HOME"])
    copy = json.loads((aws.folder / "fitted.out" / "Shop.template.json").read_text())
    assert list(copy["Resources"]) == ["Role"], "what the emulator refuses is left out"
    assert "Nat" in json.loads((outdir / "Shop.template.json").read_text())["Resources"], "the app's own stays"


def test_it_is_given_the_parameters_of_each_stack(aws: Emulator, tmp_path: Path) -> None:
    node = node_program()
    assert node is not None
    stack = {**template(), "Parameters": {"Stage": {"Type": "String"}, "Size": {"Type": "Number", "Default": 1}}}
    outdir = assembly(tmp_path / "cdk.out", Second=stack, First=stack)
    app = supply(aws, fit(outdir), Inputs({"Stage": "a=b c", "First:Stage": "own"}))
    shutil.rmtree(aws.folder / "fitted.out", ignore_errors=True)
    (aws.folder / "calls").unlink(missing_ok=True)
    program = cli(tmp_path, program=WRITES.replace("FAILS", "null"))
    deploy_with_cdk(CdkCli(program, node, "2"), aws, app, outdir, lambda *_: None)
    arguments = json.loads((aws.folder / "calls").read_text().splitlines()[-1])["arguments"]
    given = [after for name, after in itertools.pairwise(arguments) if name == "--parameters"]
    assert sorted(given) == ["First:Stage=own", "Second:Stage=a=b c"]


@pytest.mark.parametrize("command", ["bootstrap", "deploy"])
def test_what_it_said_where_it_fails(tmp_path: Path, command: str) -> None:
    program = cli(tmp_path, program=WRITES.replace("FAILS", f"'{command}'"))
    node = node_program()
    assert node is not None
    outdir = assembly(tmp_path / "cdk.out", Shop=template())
    said = f"cdk {command}: failed, with exit status 1; it said:\nthe reason"
    with Emulator() as aws, pytest.raises(InputError) as failed:
        deploy_with_cdk(CdkCli(program, node, "2"), aws, fit(outdir), outdir, lambda *_: None)
    assert str(failed.value) == said


@pytest.mark.slow
def test_the_real_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Stacks in two accounts, one in a Stage."""
    node = node_program()
    assert node is not None
    folder = tmp_path_factory.mktemp("npm")
    npm = Path(node).resolve().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.exists():
        pytest.skip("this Node has no npm")
    install = [node, str(npm), "install", "--silent", "--no-fund", "--no-audit", PINNED]
    subprocess.run(install, cwd=folder, check=True, timeout=1200)
    cdk = find_cdk(folder, is_wanted=True)
    assert cdk is not None
    near = {
        **template(Function=function(Environment={"Variables": {"A": {"Ref": "A"}, "B": "{{resolve:ssm:/b}}"}})),
        "Parameters": {"A": {"Type": "String"}},
    }
    outdir = assembly(folder / "cdk.out", Near=near)
    assembly(outdir / "assembly-Test", "aws://111122223333/eu-west-1", Far=template(Function=function()))
    manifest = json.loads((outdir / "manifest.json").read_text())
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Test"}}
    manifest["artifacts"]["assembly-Test"] = stage
    (outdir / "manifest.json").write_text(json.dumps(manifest))
    said: list[tuple[str, int, int, float]] = []
    with Emulator() as aws:
        fitted = supply(aws, fit(outdir), Inputs({"A": "a=1"}, {"/b": "b"}))
        deploy_with_cdk(cdk, aws, fitted, outdir, lambda *each: said.append(each))
        app = deployed(aws, fitted)
        for name, place in (("Near", "us-east-1:000000000000"), ("Far", "eu-west-1:111122223333")):
            arn = app.invoke(f"{name}/Function", {}).json()["environment"]["_LAMBDA_FUNCTION_ARN"]
            assert arn.startswith(f"arn:aws:lambda:{place}:function:")
        environment = app.invoke("Near/Function", {}).json()["environment"]
        app.close()
    assert (environment["A"], environment["B"]) == ("a=1", "b")
    done = [each[0] for each in said if each[1] == each[2]]
    assert done[:2] == ["bootstrap aws://000000000000/us-east-1", "bootstrap aws://111122223333/eu-west-1"]
    assert sorted(done[2:]) == ["Far", "Near"], "neither needs the other"
