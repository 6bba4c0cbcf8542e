"""Real runs with AWS's runtime client: what a function answers, logs and sees, and how Lambda would end it."""

from __future__ import annotations

import json
import math
import re
import stat
import sys
import time
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from processes import SECONDS, is_running, only_linux, until

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.invocations import runs
from constructs_lambda.invocations.functions import HERE, LocalFunction
from constructs_lambda.invocations.runs import run

pytest.importorskip("awslambdaric")
LARGEST = limits.SYNC_PAYLOAD_SIZE.maximum or 0
IDLE = 'import subprocess\nprocess = subprocess.Popen(["sleep", "600"])\nprint("started", process.pid, flush=True)\n'


class Result:
    """What came of a run."""

    def __init__(self, function: LocalFunction, event: bytes = b"{}") -> None:
        self.logged = b""
        outcome = run(function, event, self.log)
        self.is_error, self.payload = outcome.is_error, outcome.payload
        self.lines = self.logged.decode().splitlines()
        self.request_id = re.findall(r"^END RequestId: (\S+)$", self.logged.decode(), re.MULTILINE)[0]

    def log(self, data: bytes) -> None:
        self.logged += data

    @property
    def answer(self) -> Any:
        return json.loads(self.payload)

    @property
    def report(self) -> dict[str, str]:
        return self.report_of(-1)

    def report_of(self, number: int) -> dict[str, str]:
        line = self.lines[number].removeprefix("REPORT ")
        return {name: value for name, _, value in (field.partition(": ") for field in line.split("\t"))}


@pytest.fixture
def function(tmp_path: Path) -> Any:
    """Makes a function from the body of its handler, or from a whole module."""

    def make(body: str = "", *, module: str = "", **settings: Any) -> LocalFunction:
        folder = tmp_path / "package"
        folder.mkdir(exist_ok=True)
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        (folder / "app.py").write_text(module or f"def handler(event, context):\n{lines}", encoding="utf-8")
        values = {"name": "orders", "handler": "app.handler", "timeout_seconds": 120, "memory_mb": 512, "code": folder}
        return LocalFunction(**{**values, **settings})

    return make


@pytest.fixture(autouse=True)
def _nothing_is_left(temporary: Path) -> Any:
    yield
    assert list(temporary.iterdir()) == []


# --- What comes back -------------------------------------------------------------------------------------------------


def test_a_response_and_the_lines_around_it(function: Any) -> None:
    module = (
        "print('loaded')\ndef handler(event, context):\n    print('got', event['n'])\n    return {'n': event['n']}\n"
    )
    result = Result(function(module=module), b'{"n": 7}')
    assert not result.is_error
    assert result.payload == b'{"n": 7}'
    assert result.lines[:4] == [
        "loaded",
        f"START RequestId: {result.request_id} Version: $LATEST",
        "got 7",
        f"END RequestId: {result.request_id}",
    ]
    report = result.report
    assert list(report) == [
        "RequestId", "Duration", "Billed Duration", "Memory Size", "Max Memory Used", "Init Duration",
    ]  # fmt: skip
    duration, init = (float(report[name].removesuffix(" ms")) for name in ("Duration", "Init Duration"))
    assert 0 < duration < SECONDS * 1000
    assert 0 < init < SECONDS * 1000
    billed = int(report["Billed Duration"].removesuffix(" ms"))
    assert abs(billed - math.ceil(duration + init)) <= 1  # the two are rounded to hundredths
    assert report["Memory Size"] == "512 MB"
    assert 5 <= int(report["Max Memory Used"].removesuffix(" MB")) < 128


def test_an_error_has_the_form_of_lambda(function: Any) -> None:
    result = Result(function("raise ValueError('no such order')"))
    assert result.is_error
    assert result.answer == {
        "errorMessage": "no such order",
        "errorType": "ValueError",
        "requestId": result.request_id,
        "stackTrace": ["  File \"/var/task/app.py\", line 2, in handler\n    raise ValueError('no such order')\n"],
    }
    logged = json.loads(result.lines[1])
    assert (logged["level"], logged["errorType"]) == ("ERROR", "ValueError")
    assert "Status" not in result.report


@pytest.mark.parametrize("size", [1_000, 60_000, 70_000, 500_000, 2_000_000])
def test_an_error_with_a_long_text(function: Any, size: int) -> None:
    result = Result(function(f"raise ValueError('ü\\x85' + 'x' * {size})"))
    assert result.answer["errorType"] == "ValueError"
    assert result.answer["errorMessage"] == "ü\x85" + "x" * size


def test_an_endless_recursion(function: Any) -> None:
    module = (
        f"def again_{'x' * 60}(n):\n    return again_{'x' * 60}(n + 1)\n"
        f"def handler(event, context):\n    again_{'x' * 60}(0)\n"
    )
    result = Result(function(module=module))
    assert result.answer["errorType"] == "RecursionError"
    assert result.answer["requestId"] == result.request_id
    assert "repeated" in result.answer["stackTrace"][-1]


def test_an_error_in_a_log_of_text(function: Any) -> None:
    result = Result(function("raise ValueError('no such order')", log_format="Text"))
    assert result.lines[1:4] == [
        "[ERROR] ValueError: no such order",
        "Traceback (most recent call last):",
        '\u00a0\u00a0File "/var/task/app.py", line 2, in handler',
    ]
    assert b"\r" not in result.logged


@pytest.mark.parametrize(
    ("log_format", "level", "expected"), [("JSON", "INFO", True), ("JSON", "ERROR", False), ("Text", "INFO", False)]
)
def test_the_level_of_the_log(function: Any, log_format: str, level: str, expected: bool) -> None:
    made = function("import logging\nlogging.getLogger().info('told')", log_format=log_format, log_level=level)
    assert (b"told" in Result(made).logged) is expected


def test_what_is_no_json_is_an_error(function: Any) -> None:
    result = Result(function("return object()"))
    assert result.is_error
    assert result.answer["errorType"] == "Runtime.MarshalError"


@pytest.mark.parametrize("event", ['"ü 漢 \\ud83d\\ude00"', '{"ключ": ["é", null]}', '"\U0001f600"'])
def test_a_unicode_event(function: Any, event: str) -> None:
    made = function("print(event)\nreturn event")
    result = Result(made, event.encode())
    assert result.answer == json.loads(event)
    assert str(json.loads(event)) in result.logged.decode()


def test_the_largest_event_and_response(function: Any) -> None:
    event = b'"' + b"x" * (LARGEST - 2) + b'"'
    result = Result(function("return event"), event)
    assert not result.is_error
    assert result.payload == event


def test_a_response_that_is_too_large(function: Any) -> None:
    result = Result(function("return event + 'x'"), b'"' + b"x" * (LARGEST - 2) + b'"')
    assert result.is_error
    assert result.answer == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": f"Response payload size exceeded maximum allowed payload size ({LARGEST} bytes).",
    }
    assert result.report["Error Type"] == "Function.ResponseSizeTooLarge"


def test_the_log_comes_while_the_function_runs(function: Any, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    made = function(
        f"import pathlib, time\nprint('ready')\nuntil = time.monotonic() + {SECONDS // 2}\n"
        f"while time.monotonic() < until and not pathlib.Path({str(answer)!r}).exists():\n    time.sleep(0.01)\n"
        f"return pathlib.Path({str(answer)!r}).exists()"
    )

    def log(data: bytes) -> None:
        if b"ready" in data:
            answer.touch()

    assert run(made, b"{}", log).payload == b"true"


def test_a_function_that_closes_its_log(function: Any) -> None:
    assert Result(function("import os\nos.close(1)\nos.close(2)\nreturn 7")).answer == 7


# --- How Lambda ends it ----------------------------------------------------------------------------------------------


def test_the_timeout_is_enforced(function: Any) -> None:
    module = f"import time\n{IDLE}def handler(event, context):\n    time.sleep(600)\n"
    result = Result(function(module=module, timeout_seconds=1))
    assert result.is_error
    assert result.answer == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {result.request_id} Error: Task timed out after 1.00 seconds",
    }
    assert any(
        re.fullmatch(rf"\d{{4}}-\d\d-\d\dT[\d:.]+Z {result.request_id} Task timed out after 1.00 seconds", line)
        for line in result.lines
    )
    assert result.report["Duration"] == "1000.00 ms"
    assert result.report["Status"] == "timeout"
    started = int(re.findall(r"started (\d+)", result.logged.decode())[0])
    until(lambda: not is_running(started))


def test_the_timeout_is_enforced_on_one_that_only_logs(function: Any) -> None:
    sizes = []
    made = function("while True:\n    print('x' * 1000)", timeout_seconds=2)
    before = time.monotonic()
    outcome = run(made, b"{}", lambda data: sizes.append(len(data)))
    assert json.loads(outcome.payload)["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - before < SECONDS
    assert sum(sizes) > 1000


@pytest.mark.parametrize("said", ["", "G", "POST {path} HTTP/1.1\\r\\nContent-Length: 100\\r\\n\\r\\n"])
def test_the_timeout_is_enforced_on_one_that_holds_a_connection(function: Any, said: str) -> None:
    body = (
        "import os, socket, time\n"
        "host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "connection = socket.create_connection((host, int(port)))\n"
        f"connection.sendall(b'{said.format(path='/2018-06-01/runtime/init/error')}')\n"
        "while True:\n    time.sleep(0.05)\n    connection.sendall(b'x')"
    )
    before = time.monotonic()
    result = Result(function(body, timeout_seconds=1))
    assert result.answer["errorType"] == "Sandbox.Timedout"
    assert time.monotonic() - before < SECONDS


def test_an_initialisation_that_does_not_end(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "INIT_SECONDS", 0.1)
    result = Result(function(module="import time\ntime.sleep(600)\n", timeout_seconds=1))
    assert result.answer["errorType"] == "Sandbox.Timedout"
    assert "Init Duration" not in result.report


def test_a_slow_initialisation_is_told(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "INIT_SECONDS", 0.001)
    result = Result(function("return 1"))
    assert result.answer == 1
    assert result.lines[-1] == "note: Lambda stops an initialisation after 0.001 s and does it again within the timeout"


@pytest.mark.parametrize(
    ("module", "handler", "kind", "message"),
    [
        ("import nowhere", "app.handler", "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nowhere'"),
        ("x = 1", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("x = 1", "other.handler", "Runtime.ImportModuleError",
            "Unable to import module 'other': No module named 'other'"),
        ("x = 1", "app", "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)"),
        ("x = (", "app.handler", "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': '(' was never closed (app.py, line 1)"),
        ("raise KeyError('TABLE')", "app.handler", "KeyError", "'TABLE'"),
    ],
)  # fmt: skip
def test_errors_of_the_initialisation(function: Any, module: str, handler: str, kind: str, message: str) -> None:
    result = Result(function(module=f"{module}\n", handler=handler))
    assert result.is_error
    answer = result.answer
    assert (answer["errorType"], answer["errorMessage"]) == (kind, message)
    assert set(answer) == {"errorType", "errorMessage", "requestId", "stackTrace"}
    assert f"START RequestId: {result.request_id} Version: $LATEST" in result.lines
    assert result.report["Status"] == "error"
    assert result.report["Error Type"] == kind
    assert "Init Duration" not in result.report


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import sys\nsys.exit(3)", "Runtime exited with error: exit status 3"),
        ("exit(1)", "Runtime exited with error: exit status 1"),
        ("import os\nos._exit(0)", "Runtime exited without providing a reason"),
        ("import os\nos.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault"),
        ("import os\nos.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("import os\nos.abort()", "Runtime exited with error: signal: aborted"),
    ],
)
def test_a_process_that_ends(function: Any, body: str, reason: str) -> None:
    result = Result(function(f"print('last words')\n{body}"))
    assert result.is_error
    assert result.answer == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {result.request_id} Error: {reason}",
    }
    assert result.lines[1:4] == [
        "last words",
        f"RequestId: {result.request_id} Error: {reason}",
        "Runtime.ExitError",
    ]
    assert result.report["Error Type"] == "Runtime.ExitError"


@pytest.mark.parametrize("sent", ["", "POST", "POST {path} HTTP/1.1\\r\\nContent-Length: 100\\r\\n\\r\\n{{}}"])
def test_a_process_that_ends_in_the_middle_of_an_answer(function: Any, sent: str) -> None:
    path = "/2018-06-01/runtime/invocation/%s/response"
    body = (
        "import os, socket\n"
        "host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "connection = socket.create_connection((host, int(port)))\n"
        f"connection.sendall(b'{sent.format(path=path)}'.replace(b'%s', context.aws_request_id.encode()))\n"
        "os._exit(3)"
    )
    result = Result(function(body))
    assert result.answer["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")


def test_a_process_that_ends_while_it_is_initialised(function: Any) -> None:
    result = Result(function(module="import sys\nsys.exit(4)\n"))
    assert result.answer["errorMessage"].endswith("Error: Runtime exited with error: exit status 4")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by Linux while a function runs")
@pytest.mark.parametrize("stays", [True, False])
def test_more_memory_than_it_has(function: Any, stays: bool) -> None:
    wait = "import time\ntime.sleep(600)" if stays else "return 1"
    result = Result(function(f"data = bytearray(200 * 1024 * 1024)\n{wait}", memory_mb=128))
    assert result.is_error
    assert result.answer == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {result.request_id} Error: Runtime exited with error: signal: killed",
    }
    assert result.report_of(-2)["Max Memory Used"] == "128 MB"
    assert re.fullmatch(r"note: it took [12]\d\d MB of its 128 MB, where Lambda kills it", result.lines[-1])
    assert result.lines[-2].endswith("\tStatus: error\tError Type: Runtime.OutOfMemory")


@only_linux
@pytest.mark.parametrize("end", ["return pid", "raise ValueError(pid)", "print(pid)\nos._exit(3)", "time.sleep(600)"])
def test_what_went_into_a_session_of_its_own_ends_with_it(function: Any, tmp_path: Path, end: str) -> None:
    body = (
        "import os, subprocess, sys, time\n"
        "daemon = 'import os, time; os.fork() and os._exit(0); print(os.getpid(), flush=True); time.sleep(600)'\n"
        "left = subprocess.Popen([sys.executable, '-c', daemon], stdout=-1, start_new_session=True)\n"
        f"pid = int(left.stdout.readline())\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(pid))\n{end}"
    )
    Result(function(body, timeout_seconds=5))
    assert not is_running(int((tmp_path / "pid").read_text()))


# --- What it sees ----------------------------------------------------------------------------------------------------


def test_it_sees_no_package_of_this_environment(function: Any) -> None:
    assert metadata.version("pytest")
    result = Result(function(module="import pytest\n"))
    assert result.answer["errorMessage"] == "Unable to import module 'app': No module named 'pytest'"


def test_a_process_that_it_starts_sees_none_either(function: Any) -> None:
    body = "import subprocess, sys\nreturn subprocess.run([sys.executable, '-c', 'import pytest']).returncode"
    assert Result(function(body)).answer == 1


def test_it_sees_what_every_runtime_has(function: Any) -> None:
    pytest.importorskip("boto3")
    body = (
        "import awslambdaric, boto3, botocore, dateutil, jmespath, s3transfer, six, urllib3\nreturn boto3.__version__"
    )
    assert Result(function(body)).answer == metadata.version("boto3")


def test_its_own_modules_go_before_those_of_the_runtime(function: Any, tmp_path: Path) -> None:
    made = function("import boto3, colorsys\nreturn [boto3.OWN, colorsys.OWN]")
    for name in ("boto3", "colorsys"):
        (tmp_path / "package" / f"{name}.py").write_text("OWN = 1\n")
    assert Result(made).answer == [1, 1]


def test_it_sees_nothing_of_the_developer(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONFIG_FILE", "MY_TOKEN"):
        monkeypatch.setenv(name, "of the developer")
    body = "import os\nreturn [dict(os.environ), os.path.expanduser('~'), os.listdir(os.path.expanduser('~'))]"
    variables, home, files = Result(function(body)).answer
    assert "of the developer" not in variables.values()
    assert not home.startswith(str(Path.home()))
    assert files == []


def test_there_are_no_credentials(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("boto3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the developer")
    assert Result(function("import boto3\nreturn boto3.Session().get_credentials() is None")).answer is True


def test_the_variables_that_lambda_sets(function: Any) -> None:
    made = function("import os\nreturn dict(os.environ)", environment={"TABLE": "orders", "TZ": "Europe/Berlin"})
    found = Result(made).answer
    assert found["LAMBDA_TASK_ROOT"].endswith("/task")
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", found["AWS_LAMBDA_LOG_STREAM_NAME"])
    assert re.fullmatch(r"127\.0\.0\.1:\d+", found["AWS_LAMBDA_RUNTIME_API"])
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0", found["_X_AMZN_TRACE_ID"])
    expected = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{HERE}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/orders",
        "AWS_REGION": "us-east-1",
        "TABLE": "orders",
        "TZ": "Europe/Berlin",
        "_HANDLER": "app.handler",
    }
    assert {name: found.get(name) for name in expected} == expected


def test_the_context(function: Any) -> None:
    body = (
        "return [context.aws_request_id, context.function_name, context.memory_limit_in_mb, "
        "context.invoked_function_arn, context.get_remaining_time_in_millis()]"
    )
    result = Result(function(body, region="eu-west-1", account="111122223333"))
    request_id, name, memory, arn, left = result.answer
    assert (request_id, name, memory) == (result.request_id, "orders", "512")
    assert arn == "arn:aws:lambda:eu-west-1:111122223333:function:orders"
    assert 60_000 < left <= 120_000


@pytest.mark.parametrize(("tenant", "told"), [("acme/1", "acme/1"), ("", None)])
def test_the_tenant(function: Any, tenant: str, told: str | None) -> None:
    assert Result(function("return context.tenant_id", tenant=tenant)).answer == told


def test_files_of_its_own_go_with_it(function: Any) -> None:
    body = "import tempfile\nwith tempfile.NamedTemporaryFile(delete=False) as file:\n    return file.name"
    assert not Path(Result(function(body)).answer).exists()


def test_its_package_can_not_be_written_to(function: Any, tmp_path: Path) -> None:
    names = (".", "data", "data/tool", "app.py")
    made = function(f"import os\nreturn [oct(os.stat(name).st_mode & 0o777) for name in {names}]")
    (tmp_path / "package" / "app.py").chmod(0o644)
    (tmp_path / "package" / "data").mkdir()
    (tmp_path / "package" / "data" / "tool").touch(0o755)
    assert Result(made).answer == ["0o555", "0o555", "0o555", "0o444"]
    assert (tmp_path / "package" / "app.py").stat().st_mode & 0o777 == 0o644


def test_modules_that_are_called_as_those_of_the_standard_library(function: Any, tmp_path: Path) -> None:
    made = function(module="import colorsys\ndef handler(event, context):\n    return colorsys.X\n")
    for name in ("types", "logging", "json", "token", "enum", "site", "sitecustomize", "http", "abc", "re"):
        (tmp_path / "package" / f"{name}.py").write_text("raise RuntimeError(__name__)\n")
    (tmp_path / "package" / "colorsys.py").write_text("X = 5\n")
    assert Result(made).answer == 5
    failed = Result(function("raise KeyError('here')"))
    assert (failed.answer["errorType"], len(failed.answer["stackTrace"])) == ("KeyError", 1)


def test_the_path_of_its_modules(function: Any) -> None:
    path = ["task", f"opt/python/lib/{HERE}/site-packages", "opt/python"]
    body = f"import os, sys\nreturn [sys.path[:3], os.environ['PYTHONPATH'].split(':'), sys.argv[1:], {path}]"
    first, variable, arguments, _ = Result(function(body)).answer
    assert first == variable
    assert [name.split("/", 3)[-1] for name in first] != []
    assert all(name.endswith(f"/{end}") for name, end in zip(first, path, strict=True))
    assert arguments == ["app.handler"]


def test_paths_in_errors_and_logs_are_those_of_lambda(function: Any) -> None:
    pytest.importorskip("boto3")
    module = (
        "import json, sys, tempfile, boto3\n"
        "def handler(event, context):\n"
        "    print(boto3.__file__, sys.executable, tempfile.gettempdir(), json.__file__)\n"
        "    try:\n        json.loads('{')\n"
        "    except ValueError:\n        boto3.client('nothing', region_name='us-east-1')\n"
    )
    result = Result(function(module=module))
    library = f"/var/lang/lib/{HERE}"
    packages = f"{library}/site-packages/boto3/__init__.py"
    assert result.lines[1] == f"{packages} /var/lang/bin/python /tmp {library}/json/__init__.py"
    assert any(line.startswith(f'  File "{packages}"') for line in result.answer["stackTrace"])
    assert b"constructs-lambda-invoke" not in result.logged + result.payload


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_lines_of_lambda_are_lines_of_their_own(function: Any, end: str) -> None:
    result = Result(function(f"print('told', end={end!r})\nreturn 1"))
    assert [line.split()[0] for line in result.lines] == ["START", "told", "END", "REPORT"]


def test_the_folder_that_it_comes_from_stays_as_it_is(function: Any, tmp_path: Path) -> None:
    made = function("open('app.py', 'a').write('# changed') if os.access('.', os.W_OK) else None\nreturn 1")
    before = {path: path.read_bytes() for path in (tmp_path / "package").rglob("*")}
    Result(made)
    assert {path: path.read_bytes() for path in (tmp_path / "package").rglob("*")} == before


def test_layers_lie_over_each_other(function: Any, tmp_path: Path) -> None:
    for number, names in enumerate((("one", "both"), ("two", "both"))):
        for name in names:
            file = tmp_path / f"layer{number}" / "python" / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"FROM = {number}\n")
    made = function(
        "import one, two, both\nreturn [one.FROM, two.FROM, both.FROM]",
        layers=(tmp_path / "layer0", tmp_path / "layer1"),
    )
    assert Result(made).answer == [0, 1, 1]


def test_extensions_are_not_started(function: Any, tmp_path: Path) -> None:
    extension = tmp_path / "layer" / "extensions" / "agent"
    extension.parent.mkdir(parents=True)
    extension.write_text("#!/bin/sh\necho started\n")
    extension.chmod(0o755)
    result = Result(function("return 1", layers=(tmp_path / "layer",)))
    assert result.lines[0] == "note: the extensions in its layers aren't started here"
    assert result.answer == 1
    assert "started" not in result.lines


def test_an_archive_with_a_program_and_a_link(function: Any, tmp_path: Path) -> None:
    layer = tmp_path / "layer.zip"
    with zipfile.ZipFile(layer, "w") as archive:
        for name, text, mode in (
            ("bin/tool", "#!/bin/sh\necho done\n", stat.S_IFREG | 0o755),
            ("bin/same", "tool", stat.S_IFLNK | 0o777),
            (f"python/lib/{HERE}/site-packages/deep.py", "X = 5\n", stat.S_IFREG | 0o644),
        ):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, mode << 16
            archive.writestr(entry, text)
    body = "import deep, subprocess\nreturn [subprocess.check_output(['same'], text=True), deep.X]"
    assert Result(function(body, layers=(layer,))).answer == ["done\n", 5]


def test_an_archive_that_leaves_the_folder_is_not_unpacked(function: Any, tmp_path: Path) -> None:
    layer = tmp_path / "layer.zip"
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("../evil.py", "")
    with pytest.raises(InputError, match=r"layer\.zip: is not unpacked: the name \.\./evil\.py leaves the folder"):
        Result(function("return 1", layers=(layer,)))


def test_a_python_path_of_its_own_comes_last(function: Any, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    for name in ("app", "extra"):
        (more / f"{name}.py").write_text("X = 3\n")
    assert Result(function("import extra\nreturn extra.X", environment={"PYTHONPATH": str(more)})).answer == 3


def test_inline_code(function: Any) -> None:
    code = "def handler(event, context):\n    return 'ü'\n"
    assert Result(function(code=code, handler="index.handler")).answer == "ü"


def test_inline_code_has_the_module_that_answers_cloudformation(function: Any, tmp_path: Path) -> None:
    code = "import cfnresponse\ndef handler(event, context):\n    return cfnresponse.SUCCESS\n"
    assert Result(function(code=code, handler="index.handler")).answer == "SUCCESS"
    (tmp_path / "package" / "index.py").write_text(code)
    failed = Result(function(code=tmp_path / "package", handler="index.handler"))
    assert "No module named 'cfnresponse'" in failed.answer["errorMessage"], "as on Lambda"


# --- Where it can't be run -------------------------------------------------------------------------------------------


def test_without_the_runtime_client(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", nowhere)
    with pytest.raises(InputError, match=r"awslambdaric, which isn't installed here\. Fix: pip install"):
        Result(function("return 1"))


def test_on_windows(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(InputError, match="invoke runs on Linux and macOS"):
        Result(function("return 1"))
