"""`constructs-lambda invoke` as it is called: its two streams, its exit status, and what it leaves behind."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from assemblies import Assembly, fill
from own_folders import own_folders
from processes import is_running, until

from constructs_lambda.cli import main
from constructs_lambda.invocations.functions import HERE

pytest.importorskip("awslambdaric")
PROGRAM = "import sys; from constructs_lambda.cli import main; sys.exit(main())"
HANDLER = """import os
def handler(event, context):
    print("seen", event)
    return {"event": event, "variable": os.environ.get("GREETING"), "memory": context.memory_limit_in_mb}
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return own_folders(tmp_path, monkeypatch)


@pytest.fixture
def entry(tmp_path: Path) -> Callable[..., Path]:
    def make(source: str = HANDLER) -> Path:
        return fill(tmp_path / "orders", {"app.py": source})

    return make


Captured = pytest.CaptureFixture[str]


def test_a_folder(entry: Callable[..., Path], capsys: Captured, temporary: Path) -> None:
    assert main(["invoke", str(entry())]) == 0
    printed = capsys.readouterr()
    assert printed.out == '{"event": {}, "variable": null, "memory": "512"}\n'
    lines = printed.err.splitlines()
    assert [line.split()[0] for line in lines] == ["START", "seen", "END", "REPORT"]
    assert list(temporary.iterdir()) == []


def test_what_can_be_set(entry: Callable[..., Path], capsys: Captured) -> None:
    folder = entry("import os\ndef mine(event, context):\n    return [os.environ['A'], os.environ['B=C'[:1]], event]\n")
    arguments = ["--handler", "app.mine", "--memory", "1024", "--timeout", "5", "--env", "AA=x", "--env", "BB="]
    (folder / "app.py").write_text(
        "import os\ndef mine(event, context):\n    return [os.environ['AA'], os.environ['BB'], event]\n"
    )
    assert main(["invoke", str(folder), *arguments, "--event", '{"id": "é"}']) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == ["x", "", {"id": "é"}]
    assert "\tMemory Size: 1024 MB\t" in printed.err


def test_a_function_that_fails(entry: Callable[..., Path], capsys: Captured) -> None:
    assert main(["invoke", str(entry("def handler(event, context):\n    return 1 / 0\n"))]) == 1
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert (answer["errorType"], answer["errorMessage"]) == ("ZeroDivisionError", "division by zero")
    assert answer["stackTrace"] == ['  File "/var/task/app.py", line 2, in handler\n    return 1 / 0\n']


def test_an_event_from_a_file_and_from_standard_input(entry: Callable[..., Path], tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"id": 7}')
    for given, stdin in ((str(event), ""), ("-", '{"id": 7}')):
        command = [sys.executable, "-c", PROGRAM, "invoke", str(entry()), "--event", given]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["event"] == {"id": 7}


def test_a_sample_event(entry: Callable[..., Path], capsys: Captured) -> None:
    folder = entry("def handler(event, context):\n    return event['Records'][0]['body']\n")
    for kind in ("queue", "sqs"):
        assert main(["invoke", str(folder), "--sample", kind]) == 0
        assert capsys.readouterr().out == '"Hello from SQS!"\n'
    assert main(["invoke", str(folder), "--sample", "quue"]) == 2
    assert capsys.readouterr().err.startswith(
        "constructs-lambda: there is no sample event 'quue' (did you mean 'queue'?); there are bucket, "
    )
    assert main(["invoke", str(folder), "--sample", "SQSS"]) == 2
    assert "(did you mean 'sqs'?)" in capsys.readouterr().err
    assert main(["invoke", str(folder), "--sample", "queue", "--event", "{}"]) == 2
    assert "--event and --sample don't go together." in capsys.readouterr().err


def test_dependencies_come_for_this_machine(entry: Callable[..., Path], tmp_path: Path, capsys: Captured) -> None:
    folder = entry("import dep\ndef handler(event, context):\n    return dep.X\n")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    tag = f"{HERE.replace('python', 'cp').replace('.', '')}-none-any"
    with zipfile.ZipFile(wheels / f"dep-1.0-{tag}.whl", "w") as archive:
        archive.writestr("dep.py", "X = 11\n")
        archive.writestr("dep-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: dep\nVersion: 1.0\n")
        archive.writestr("dep-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr("dep-1.0.dist-info/RECORD", "dep.py,,\n")
    (folder / "requirements.txt").write_text(f"--no-index\n--find-links {wheels}\ndep==1.0\n")
    assert main(["invoke", str(folder)]) == 0
    assert capsys.readouterr().out == "11\n"


def test_a_layer_from_a_folder(entry: Callable[..., Path], tmp_path: Path, capsys: Captured) -> None:
    folder = entry("import shared\ndef handler(event, context):\n    return shared.X\n")
    assert main(["invoke", str(folder)]) == 1
    assert "No module named 'shared'" in capsys.readouterr().out
    layer = fill(tmp_path / "layer", {"shared.py": "X = 5\n"})
    assert main(["invoke", str(folder), "--layer", str(layer)]) == 0
    assert capsys.readouterr().out == "5\n"


def test_a_folder_that_can_not_be_written_to(entry: Callable[..., Path], capsys: Captured) -> None:
    folder = entry()
    folder.chmod(0o555)
    (folder / "app.py").chmod(0o444)
    try:
        before = sorted(folder.rglob("*"))
        assert [main(["invoke", str(folder)]) for _ in range(2)] == [0, 0]
        assert sorted(folder.rglob("*")) == before
    finally:
        folder.chmod(0o755)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_a_function_of_an_app(tmp_path: Path, capsys: Captured) -> None:
    app = Assembly(tmp_path / "cdk.out")
    variables = {"GREETING": "hello", "TABLE": {"Ref": "Table"}}
    key = app.folder({"app.py": HANDLER})
    app.function("Orders", key, Runtime=HERE, MemorySize=256, Environment={"Variables": variables})
    folder = app.write()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["invoke", "Shop/Orders"]) == 0
    printed = capsys.readouterr()
    assert printed.out == '{"event": {}, "variable": "hello", "memory": "256"}\n'
    assert printed.err.startswith("note: TABLE is only known when it is deployed; here it is 'unknown-table'.")
    assert main(["invoke", "Orders", "--app", str(folder), "--env", "TABLE=t"]) == 0
    assert "note" not in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["orders", "--timeout", "0"], "--timeout is 0 s; AWS allows 1 to 900 s"),
        (["orders", "--timeout", "901"], "--timeout is 901 s; AWS allows 1 to 900 s"),
        (["orders", "--memory", "127"], "--memory is 127 MB; AWS allows 128 to 10,240 MB"),
        (["orders", "--memory", "10241"], "--memory is 10,241 MB; AWS allows 128 to 10,240 MB"),
        (["orders", "--env", "A1"], "--env 'A1': has to be NAME=VALUE"),
        (["orders", "--env", "=x"], "--env '': has to be NAME=VALUE"),
        (["orders", "--env", "1A=x"], "--env '1A': a name starts with a letter and holds letters, digits and _, two at "
            "least"),
        (["orders", "--env", "_HANDLER=x"], "--env '_HANDLER': a name starts with a letter and holds letters, digits "
            "and _, two at least"),
        (["orders", "--env", "AWS_EXECUTION_ENV=x"], "--env AWS_EXECUTION_ENV: Lambda sets this variable itself"),
        (["orders", "--env", "HOME=/x"], "--env HOME: is a folder that is made for this run, and removed after it"),
        (["orders", "--env", "TMPDIR=/x"], "--env TMPDIR: is a folder that is made for this run, and removed after it"),
        (["orders", "--env", f"AA={'x' * 4088}"], "--env: all variables are 4,097 bytes as JSON; AWS allows at most "
            "4,096 bytes"),
        (["orders", "--handler", " "], "--handler is empty; it must be module and function, such as app.handler"),
        (["orders", "--tenant", ""], "--tenant '': an id has 1 to 256 characters: letters, digits, spaces and "
            "._:/=+-@"),
        (["orders", "--tenant", "a\n"], "--tenant 'a\\n': an id has 1 to 256 characters: letters, digits, spaces and "
            "._:/=+-@"),
        ([""], "FOLDER|FUNCTION is empty. (see 'constructs-lambda invoke --help')"),
        (["orders", "--event", "{"], "--event: is no JSON: Expecting property name enclosed in double quotes at line "
            "1, column 2"),
        (["nowhere"], "nowhere: is no folder, and there is no cdk.out to look for a function in. Fix: synthesize the "
            "app, or say where it is with --app"),
        (["empty"], "empty holds nothing to package"),
        (["orders", "--layer", "nowhere"], "nowhere doesn't exist"),
    ],
)  # fmt: skip
def test_bad_input(entry: Callable[..., Path], capsys: Captured, arguments: list[str], expected: str) -> None:
    entry()
    Path("empty").mkdir()
    assert main(["invoke", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"constructs-lambda: {expected}\n"


def test_the_largest_variables(entry: Callable[..., Path], capsys: Captured) -> None:
    arguments = ["--env", f"AA={'x' * 4087}", "--env", f"AWS_SESSION_TOKEN={'x' * 1000}"]
    assert main(["invoke", str(entry()), *arguments]) == 0
    assert capsys.readouterr().out != ""


def test_a_folder_and_a_function_of_one_name(entry: Callable[..., Path], tmp_path: Path, capsys: Captured) -> None:
    entry()
    app = Assembly(tmp_path / "cdk.out")
    app.function("orders", app.folder({"app.py": HANDLER}), Runtime=HERE)
    app.write()
    note = "note: this is the folder orders, and cdk.out has a function of that name. Fix: for that, give more of its "
    for name, is_told in (("orders", True), ("./orders", False), ("orders/", False)):
        assert main(["invoke", name]) == 0
        assert capsys.readouterr().err.startswith(note) is is_told


def test_all_problems_at_once(entry: Callable[..., Path], capsys: Captured) -> None:
    assert (
        main(["invoke", str(entry()), "--timeout", "1000", "--memory", "1", "--env", "AWS_LAMBDA_RUNTIME_API=x"]) == 2
    )
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_and_credentials_can_be_given(entry: Callable[..., Path], capsys: Captured, name: str) -> None:
    folder = entry(
        "import os\ndef handler(event, context):\n"
        "    names = ('AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID')\n"
        "    return [*map(os.environ.get, names), context.invoked_function_arn]\n"
    )
    arguments = ["--env", f"{name}=eu-west-1", "--env", "AWS_ACCESS_KEY_ID=test"]
    assert main(["invoke", str(folder), *arguments]) == 0
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
    assert json.loads(capsys.readouterr().out) == ["eu-west-1", "eu-west-1", "test", arn]


def test_on_a_terminal_the_response_is_laid_out(entry: Callable[..., Path]) -> None:
    controller, terminal = pty.openpty()
    folder = entry("def handler(event, context):\n    return {'a': 'é', 'b': [1]}\n")
    command = [sys.executable, "-c", PROGRAM, "invoke", str(folder)]
    try:
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        subprocess.run(command, stdout=terminal, stderr=subprocess.DEVNULL, env=environment, check=True)
        os.close(terminal)
        shown = read_to_the_end(controller).decode().replace("\r\n", "\n")
    finally:
        os.close(controller)
    assert shown == '{\n  "a": "é",\n  "b": [\n    1\n  ]\n}\n'


def read_to_the_end(terminal: int) -> bytes:
    """What was written to a terminal that nobody has open any more: it may come in several parts."""
    parts = []
    with suppress(OSError):  # the end, as Linux tells it
        while part := os.read(terminal, 4096):
            parts.append(part)
    return b"".join(parts)


RUNS_ON = (
    "import os, subprocess, time\ndef handler(event, context):\n"
    "    process = subprocess.Popen(['sleep', '600'])\n    print('running', os.getpid(), process.pid)\n"
    "    time.sleep(600)\n"
)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)]
)
def test_it_can_be_stopped(entry: Callable[..., Path], temporary: Path, number: signal.Signals, status: int) -> None:
    command = [sys.executable, "-c", PROGRAM, "invoke", str(entry(RUNS_ON)), "--timeout", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        line = next(line for line in process.stderr if line.startswith("running"))
        process.send_signal(number)
        assert "Traceback" not in process.stderr.read()
        assert process.stdout.read() == ""
    assert process.returncode == status
    if number == signal.SIGKILL:  # another process takes it away, which may take a moment
        until(lambda: not list(temporary.iterdir()))
    assert list(temporary.iterdir()) == []
    until(lambda: not any(is_running(int(pid)) for pid in re.findall(r"\d+", line)))


def test_a_hangup_that_is_ignored_stays_ignored(entry: Callable[..., Path], tmp_path: Path) -> None:
    answered = tmp_path / "answered"
    folder = entry(
        "import pathlib, time\ndef handler(event, context):\n    print('running')\n"
        f"    while not pathlib.Path({str(answered)!r}).exists():\n        time.sleep(0.01)\n    return 5\n"
    )
    command = ["nohup", sys.executable, "-c", PROGRAM, "invoke", str(folder), "--timeout", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        next(line for line in process.stderr if line.startswith("running"))
        process.send_signal(signal.SIGHUP)
        answered.touch()
        assert process.stdout.read() == "5\n"
    assert process.returncode == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(entry: Callable[..., Path], closed: str) -> None:
    words = shlex.join([sys.executable, "-c", PROGRAM, "invoke", str(entry())])
    done = subprocess.run(["sh", "-c", f"{words} {closed}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_folder_for_temporary_files_that_no_path_can_hold(
    entry: Callable[..., Path], capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "a:b"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert main(["invoke", str(entry())]) == 2
    reason = "temporary files can't be here, because of the ':'. Fix: set TMPDIR to another folder"
    assert capsys.readouterr().err == f"constructs-lambda: {folder}: {reason}\n"
    assert list(folder.iterdir()) == []


def test_a_reader_of_the_log_that_goes_away(entry: Callable[..., Path]) -> None:
    folder = entry("def handler(event, context):\n    print('x' * 300_000)\n    return 1\n")
    command = [sys.executable, "-c", PROGRAM, "invoke", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        process.stderr.close()
        assert process.stdout.read() == "1\n"
    assert process.returncode == 0


def test_cdk_is_not_loaded(entry: Callable[..., Path]) -> None:
    program = f"""
import sys
from constructs_lambda.cli import main
main(["invoke", {str(entry())!r}])
sys.exit(any(name in sys.modules for name in ("aws_cdk", "jsii", "constructs", "awslambdaric", "boto3")))
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0


@pytest.mark.cdk
def test_the_defaults_are_those_of_python_function() -> None:
    import inspect

    from constructs_lambda.cdk import python_function
    from constructs_lambda.invocations import folders

    defaults = (python_function.DEFAULT_MEMORY_MB, python_function.DEFAULT_TIMEOUT_SECONDS)
    assert defaults == (folders.MEMORY_MB, folders.TIMEOUT_SECONDS)
    signature = inspect.signature(python_function.PythonFunction.__init__)
    assert signature.parameters["handler"].default == folders.HANDLER
