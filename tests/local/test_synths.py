"""How an app is found and run: as the CDK CLI does, without the user's credentials."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from local_assemblies import assembly, template
from processes import SECONDS, is_running, only_linux, until

from constructs_lambda.errors import InputError
from constructs_lambda.local.environments import NO_CREDENTIALS
from constructs_lambda.local.synths import App, find_app, synthesize, synthesize_with

SAYS = """
import json, os, sys
from pathlib import Path
out = Path(os.environ["CDK_OUTDIR"])
out.mkdir()
(out / "manifest.json").write_text("{}")
(out / "seen.json").write_text(json.dumps({"environment": dict(os.environ), "folder": os.getcwd()}))
print("said on standard output")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "app.py").write_text(SAYS)
    settings = {"app": f"{sys.executable} apps/app.py", "context": {"of the project": 1, "kept": "a"}}
    (tmp_path / "cdk.json").write_text(json.dumps(settings))
    (tmp_path / "cdk.context.json").write_text(json.dumps({"looked up": ["x"], "kept": "b"}))
    return tmp_path


def test_an_app_runs_with_the_context_and_without_credentials(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "CDK_APP_MODE"):
        monkeypatch.setenv(name, "of the user")
    monkeypatch.setenv("OF_THE_USER", "1")
    outdir = project / "out"
    synthesize(find_app(project / "apps" / "app.py"), outdir)
    seen = json.loads((outdir / "seen.json").read_text())
    environment = seen["environment"]
    assert {name: value for name, value in environment.items() if name.startswith("AWS_")} == NO_CREDENTIALS
    assert "CDK_APP_MODE" not in environment
    assert environment["OF_THE_USER"] == "1"
    assert environment["CDK_DEFAULT_ACCOUNT"] == "000000000000"
    context = {"of the project": 1, "kept": "b", "looked up": ["x"], "constructs-lambda:local": True}
    assert json.loads(environment["CDK_CONTEXT_JSON"]) == context
    assert seen["folder"] == str(project)
    output = capfd.readouterr()
    assert (output.out, output.err) == ("", "said on standard output\n")


def test_the_app_of_the_cdk_json_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for found in (find_app(None), find_app(Path())):
        assert found.command == f"{sys.executable} apps/app.py"
    synthesize(find_app(None), project / "out")
    assert (project / "out" / "seen.json").exists()


def test_an_app_without_a_cdk_json_runs_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "app.py").touch()
    assert find_app(tmp_path / "app.py").folder == tmp_path


def test_an_assembly_needs_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assembly(tmp_path / "cdk.out", Shop=template())
    monkeypatch.chdir(tmp_path)
    assert find_app(None) == App(Path("cdk.out"))
    assert find_app(Path("cdk.out")) == App(Path("cdk.out"))
    (tmp_path / "cdk.json").write_text('{"app": "cdk.out"}')
    assert find_app(None) == App(Path("cdk.out"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("app.py", None, "app.py: no such file or folder"),
        ("app.txt", "", "app.txt: is no Python file"),
        ("cdk.json", "{", "cdk.json: is no JSON"),
        ("cdk.json", '{"app": ["python"]}', "cdk.json: has no app"),
        ("other", None, "other: no such file or folder"),
    ],
)
def test_nothing_that_can_be_deployed(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        find_app(tmp_path if name == "cdk.json" else tmp_path / name)


def test_a_folder_with_nothing_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"cdk\.out: no cloud assembly is there"):
        find_app(None)


def test_an_app_that_fails(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit(3)")
    with pytest.raises(InputError, match="the app failed, with exit status 3; it says why above"):
        synthesize(find_app(tmp_path / "app.py"), tmp_path / "out")


def test_an_app_that_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").touch()
    with pytest.raises(InputError, match=r"wrote no cloud assembly into CDK_OUTDIR; does it call app\.synth"):
        synthesize(find_app(tmp_path / "app.py"), tmp_path / "out")


def test_an_app_that_insists_on_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from pathlib import Path\nPath('cdk.out').mkdir(exist_ok=True)\nPath('cdk.out/manifest.json').write_text('{}')"
    )
    for _ in range(2):
        assert synthesize(find_app(tmp_path / "app.py"), tmp_path / "out") == tmp_path / "cdk.out"
    (tmp_path / "app.py").write_text("")
    with pytest.raises(InputError, match="wrote no cloud assembly"):
        synthesize(find_app(tmp_path / "app.py"), tmp_path / "out")


SLOW = """
import os, sys, time
from pathlib import Path
Path(sys.argv[0]).with_name("pid").write_text(str(os.getpid()))
time.sleep(600)
"""


@only_linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_app_ends_with_who_runs_it(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "app.py").write_text(SLOW)
    program = (
        "import sys\nfrom pathlib import Path\nfrom constructs_lambda.local.synths import *\n"
        "synthesize(find_app(Path(sys.argv[1])), Path('out'))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, tmp_path / "app.py"], cwd=tmp_path, stderr=-3)
    until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()))
    process.send_signal(number)
    assert process.wait(timeout=SECONDS) != 0
    until(lambda: not is_running(int((tmp_path / "pid").read_text())))


ASKS_BOTOCORE = """
import botocore.session, os
from pathlib import Path
session = botocore.session.Session()
out = Path(os.environ["CDK_OUTDIR"])
out.mkdir()
(out / "manifest.json").write_text("{}")
(out / "seen").write_text(str((session.available_profiles, session.get_credentials().access_key)))
"""


def test_an_app_does_not_meet_the_credentials_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    for name in ("credentials", "config"):
        (tmp_path / ".aws" / name).write_text("[default]\naws_access_key_id=real\naws_secret_access_key=real\n")
    (tmp_path / "app.py").write_text(ASKS_BOTOCORE)
    outdir = synthesize(find_app(tmp_path / "app.py"), tmp_path / "out")
    assert (outdir / "seen").read_text() == "([], 'test')"


def test_a_context_that_is_too_long_for_a_variable(project: Path) -> None:
    context = {f"key {number}": "x" * 100 for number in range(2000)}
    (project / "cdk.context.json").write_text(json.dumps(context))
    outdir = project / "out"
    synthesize(find_app(project / "apps" / "app.py"), outdir)
    environment = json.loads((outdir / "seen.json").read_text())["environment"]
    assert json.loads(environment["CDK_CONTEXT_JSON"]) == {"constructs-lambda:local": True}
    overflow = json.loads(Path(environment["CONTEXT_OVERFLOW_LOCATION_ENV"]).read_text())
    assert overflow == {"of the project": 1, "kept": "a", **context}


@pytest.mark.cdk
def test_cdk_reads_the_context_that_is_too_long(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text(json.dumps({"context": {"long": "x" * 200_000, "short": 1}}))
    (tmp_path / "app.py").write_text(
        "from aws_cdk import App, CfnOutput, Stack\napp = App()\nstack = Stack(app, 'Shop')\n"
        "read = app.node.try_get_context\n"
        "found = f\"{len(read('long'))} {read('short')} {read('constructs-lambda:local')}\"\n"
        "CfnOutput(stack, 'Found', value=found)\napp.synth()"
    )
    outdir = synthesize(find_app(tmp_path / "app.py"), tmp_path / "out")
    template = json.loads((outdir / "Shop.template.json").read_text())
    assert template["Outputs"]["Found"]["Value"] == "200000 1 True"


def test_where_the_home_cannot_be_written_to(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc/nowhere")
    monkeypatch.delenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", raising=False)
    synthesize(find_app(project / "apps" / "app.py"), project / "out")
    environment = json.loads((project / "out" / "seen.json").read_text())["environment"]
    assert environment["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] == str(project / "jsii")


@pytest.mark.parametrize("is_activated", [True, False])
def test_python3_means_this_python_unless_another_is_activated(
    project: Path, monkeypatch: pytest.MonkeyPatch, is_activated: bool
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    if is_activated:
        monkeypatch.setenv("VIRTUAL_ENV", "/usr")
    synthesize(find_app(project / "apps" / "app.py"), project / "out")
    environment = json.loads((project / "out" / "seen.json").read_text())["environment"]
    first = environment["PATH"].split(os.pathsep)[0]
    assert first == ("/usr/bin" if is_activated else str(Path(sys.executable).parent))


LOOKS_UP = """
import json, os
from pathlib import Path
out = Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True)
context = json.loads(os.environ["CDK_CONTEXT_JSON"])
names = ["/a"] + ["/b"] * ("key of /a" in context) + ["/c"]
missing = [{"key": f"key of {name}", "provider": "ssm", "props": {"parameterName": name}} for name in names]
missing = [each for each in missing if each["key"] not in context or IS_DEAF]
(out / "manifest.json").write_text(json.dumps({"missing": missing, "seen": context}))
with Path("runs").open("a") as runs:
    runs.write(".")
"""


@pytest.mark.parametrize(
    ("ssm", "runs", "seen"),
    [
        ({}, 1, {}),
        ({"/other": "x"}, 1, {}),
        ({"/a": "1"}, 2, {"key of /a": "1"}),
        ({"/a": "1", "/b": "2"}, 3, {"key of /a": "1", "key of /b": "2"}),
    ],
)
def test_an_app_runs_again_with_what_it_looked_up(
    tmp_path: Path, ssm: dict[str, str], runs: int, seen: dict[str, str]
) -> None:
    (tmp_path / "app.py").write_text(LOOKS_UP.replace("IS_DEAF", "False"))
    (tmp_path / "home").mkdir()
    outdir = synthesize_with(find_app(tmp_path / "app.py"), tmp_path / "home", ssm)
    assert json.loads((outdir / "manifest.json").read_text())["seen"] == {"constructs-lambda:local": True, **seen}
    assert (tmp_path / "runs").read_text() == "." * runs


def test_an_app_that_does_not_take_what_it_looked_up(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LOOKS_UP.replace("IS_DEAF", "True"))
    (tmp_path / "home").mkdir()
    synthesize_with(find_app(tmp_path / "app.py"), tmp_path / "home", {"/a": "1"})
    assert (tmp_path / "runs").read_text() == ".."
