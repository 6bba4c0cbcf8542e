"""`constructs-lambda check`: streams and exit status, with a stand-in for the checker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from processes import SECONDS

import constructs_lambda
from constructs_lambda.cli import main
from constructs_lambda.errors import InputError
from constructs_lambda.findings import Finding, Report, Severity
from constructs_lambda.quotas import Quotas

ERROR = Finding("CL102", Severity.ERROR, "Shop/Orders", "Orders", "a.json", "timeout is é \udcff", "fix", "https://x")
WARNING = replace(ERROR, rule="CL110", severity=Severity.WARNING)

Check = Callable[..., Report]


@pytest.fixture
def checker(monkeypatch: pytest.MonkeyPatch) -> Callable[[Check], None]:
    """Puts a function in the place of `constructs_lambda.checker.check`."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)

    def install(check: Check) -> None:
        module = ModuleType("constructs_lambda.checker")
        module.__dict__["check"] = check
        monkeypatch.setitem(sys.modules, module.__name__, module)

    return install


@pytest.fixture
def finds(checker: Callable[[Check], None]) -> Callable[..., None]:
    """Makes the checker find these."""
    return lambda *findings: checker(lambda _paths, _stdin, **_: Report(findings, 1, 3))


@pytest.mark.parametrize(("findings", "status"), [((), 0), ((WARNING,), 0), ((WARNING, ERROR), 1)])
def test_exit_status_follows_the_errors(
    findings: tuple[Finding, ...], status: int, finds: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    finds(*findings)
    assert main(["check", "a.json"]) == status
    assert capsys.readouterr().err == ""


def test_the_formats(finds: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    finds(ERROR)
    assert main(["check", "a.json"]) == 1
    assert capsys.readouterr().out.endswith("\n1 error in 3 functions of 1 template\n")
    assert main(["check", "a.json", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["checked"] == {"templates": 1, "functions": 3}
    assert main(["check", "a.json", "--format=sarif"]) == 1
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"
    assert main(["check", "--format", "github", "a.json"]) == 1
    assert capsys.readouterr().out.startswith("::error file=a.json,title=CL102::Shop/Orders: ")


def test_the_checker_gets_the_paths_and_standard_input(
    checker: Callable[[Check], None], capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[object] = []

    def check(paths: Sequence[str], stdin: Callable[[], bytes], **_: object) -> Report:
        seen.extend(paths)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", None)
            stdin()
        return Report((), 0, 0)

    checker(check)
    assert main(["check", "cdk.out", "-"]) == 2
    assert seen == ["cdk.out", "-"]
    assert capsys.readouterr().err == "constructs-lambda: standard input: is closed\n"


def test_the_checker_gets_the_quotas(checker: Callable[[Check], None], tmp_path: Path) -> None:
    seen: list[object] = []

    def check(_paths: Sequence[str], _stdin: Callable[[], bytes], quotas: object, **_: object) -> Report:
        seen.append(quotas)
        return Report((), 0, 0)

    checker(check)
    file = tmp_path / "quotas.toml"
    file.write_text("elastic_ips = 20\n[by_environment.111122223333.eu-west-1]\nvpcs = 9\n")
    assert main(["check", "cdk.out"]) == 0
    assert main(["check", "cdk.out", "--quotas", str(file)]) == 0
    assert seen == [None, Quotas(elastic_ips=20, by_environment={("111122223333", "eu-west-1"): {"vpcs": 9}})]


def test_each_wrong_quota_is_a_line(
    finds: Callable[..., None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finds()
    file = tmp_path / "quotas.toml"
    file.write_text("elastic_ip = 20\nvpcs = 0\n")
    assert main(["check", "cdk.out", "--quotas", str(file)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.split("\n") == [
        f"constructs-lambda: {file}: there is no quota 'elastic_ip' (did you mean 'elastic_ips'?)",
        f"constructs-lambda: {file}: vpcs is 0; a quota is at least 1 VPC",
        "",
    ]


def test_each_bad_input_is_a_line(checker: Callable[[Check], None], capsys: pytest.CaptureFixture[str]) -> None:
    def check(_paths: Sequence[str], _stdin: Callable[[], bytes], **_: object) -> Report:
        raise InputError("a.json: no such file\nb\x1b[31m.json: is empty")

    checker(check)
    assert main(["check", "a.json", "b.json"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "constructs-lambda: a.json: no such file\nconstructs-lambda: b\\x1b[31m.json: is empty\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing command. (see 'constructs-lambda --help')"),
        (["chek"], "No such command 'chek'. Did you mean 'check'? (see 'constructs-lambda --help')"),
        (["--"], "Missing command."),
        (["xyz"], "No such command 'xyz'. (see"),
        (["check"], "Missing argument 'PATH...'. (see 'constructs-lambda check --help')"),
        (["check", "a", "--formt", "json"], "No such option"),
        (["check", "a", "--formt", "json"], "Did you mean '--format'?"),
        (["check", "a", "--format", "jsn"], "'jsn' is not one of 'text', 'json', 'sarif', 'github'."),
        (["check", "a", "--write-baseline"], "--write-baseline needs --baseline FILE, the file to write."),
        (["check", "a", "--quotas", "/none/quotas.toml"], "/none/quotas.toml: no such file"),
        (["check", "a", "--baseline", "/none/known.json"], "/none/known.json: no such file"),
        (["check", "a", "--baseline", "/none/known.json", "--write-baseline"], "/none/known.json: can't be written"),
    ],
)
def test_bad_usage_is_one_line(
    arguments: list[str], message: str, finds: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    finds()
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("constructs-lambda: ")
    assert message in output.err
    assert output.err.count("\n") == 1


def test_a_bug_is_no_input_error(checker: Callable[[Check], None]) -> None:
    def check(_paths: Sequence[str], _stdin: Callable[[], bytes], **_: object) -> Report:
        raise KeyError("bug")

    checker(check)
    with pytest.raises(KeyError, match="bug"):
        main(["check", "a.json"])


def test_an_unexpected_error_of_the_file_system_is_one_line(
    checker: Callable[[Check], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def check(_paths: Sequence[str], _stdin: Callable[[], bytes], **_: object) -> Report:
        raise PermissionError(13, "Permission denied", "cdk.out")

    checker(check)
    assert main(["check", "cdk.out"]) == 2
    assert capsys.readouterr().err == "constructs-lambda: cdk.out: Permission denied\n"


def test_a_baseline(tmp_path: Path, finds: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    known = tmp_path / "known.json"
    finds(ERROR, WARNING)
    assert main(["check", "a.json", "--baseline", str(known), "--write-baseline"]) == 0
    assert capsys.readouterr().out == f"2 findings recorded in {known}\n"
    assert main(["check", "a.json", "--baseline", str(known)]) == 0
    expected = "3 functions in 1 template checked: no new findings (2 known in the baseline)\n"
    assert capsys.readouterr().out == expected
    finds(ERROR, WARNING, replace(ERROR, path="Shop/New"))
    assert main(["check", "a.json", "--baseline", str(known), "--format", "json"]) == 1
    assert [finding["path"] for finding in json.loads(capsys.readouterr().out)["findings"]] == ["Shop/New"]


@pytest.mark.parametrize(
    ("environment", "terminal", "colored"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour(
    environment: dict[str, str],
    terminal: bool,
    colored: bool,
    finds: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    finds(ERROR)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    main(["check", "a.json"])
    assert ("\x1b[" in capsys.readouterr().out) is colored


def test_version_and_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: f"1.2.3 of {name}")
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == "constructs-lambda 1.2.3 of constructs-lambda\n"
    assert main(["-h"]) == 0
    assert "check" in capsys.readouterr().out
    assert main(["check", "--help"]) == 0
    assert "--write-baseline" in capsys.readouterr().out


# What follows needs a process of its own.

PROGRAM = """
import sys, time, types
from constructs_lambda.findings import Finding, Report, Severity
def check(paths, stdin, **_):
    if paths[0] == "wait":
        print("ready", flush=True)
        time.sleep(600)
    message = stdin().decode() if paths[0] == "-" else "to \\u2192 there \\udcff " + "x" * 100
    return Report((Finding("CL102", Severity.ERROR, "P", "R", "T", message, "fix", "source"),) * 2000, 1, 1)
module = sys.modules["constructs_lambda.checker"] = types.ModuleType("constructs_lambda.checker")
module.check = check
from constructs_lambda.cli import main
sys.exit(main())
"""
ROOT = Path(constructs_lambda.__file__).parent.parent


def start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.endswith("_COLOR")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=env | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_standard_input_is_read() -> None:
    with start("check", "-") as process:
        out, err = process.communicate(b"from outside", timeout=SECONDS)
    assert (process.returncode, err) == (1, b"")
    assert b"from outside" in out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("style", ["text", "json", "sarif", "github"])
def test_no_encoding_is_a_reason_for_a_traceback(style: str, encoding: str) -> None:
    with start("check", "x", "--format", style, LC_ALL="C", PYTHONIOENCODING=encoding, PYTHONUTF8="0") as process:
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (1, b"")
    assert "to → there".encode() in out or rb"to \u2192 there" in out


def test_a_reader_that_goes_away_is_no_error() -> None:
    with start("check", "x") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1  # it found errors, whether or not they were read


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [("check", "x"), ("--help",), ("--version",), ("check", "-h")])
def test_a_full_disk_is_one_line(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", PROGRAM, *arguments]
        env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run(command, env=env | {"PYTHONPATH": str(ROOT)}, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith(b"constructs-lambda: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_where_no_message_can_be_written_the_status_tells() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-c", PROGRAM, "chek"]
        assert subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=full).returncode == 2


def test_the_package_runs_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "constructs_lambda", "check", str(tmp_path / "none.json")]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"constructs-lambda: {tmp_path}/none.json: no such file\n"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_closed_streams() -> None:
    command = ["sh", "-c", '"$@" <&- >&-', "sh", sys.executable, "-c", PROGRAM, "check", "x"]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_quietly() -> None:
    with start("check", "wait") as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_help_and_version_load_nothing_heavy() -> None:
    heavy = ["aws_cdk", "jsii", "yaml", "rich", "jsonschema", "constructs_lambda.checker", "constructs_lambda.formats"]
    code = (
        "import sys; from constructs_lambda.cli import main; main(['--help']); main(['--version']); "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")
