"""`constructs-lambda local`: from nothing to a called route, and nothing left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from local_assemblies import assembly, function, template
from processes import SECONDS, are_gone, below, is_running, only_linux, until, unused_port

from constructs_lambda.cli import main
from constructs_lambda.cli.local import follow
from constructs_lambda.errors import InputError
from constructs_lambda.local import LocalApp
from constructs_lambda.local.answers import LogLine
from constructs_lambda.local.clients import NoAnswerError

pytestmark = pytest.mark.emulator

CODE = """
import json
def handler(event, context):
    print("got", json.dumps(event))
    if event.get("fail"):
        raise ValueError("as it was asked to")
    if "rawPath" in event:
        body = {"path": event["rawPath"], "token": event["headers"].get("authorization"), "body": event.get("body")}
        return {"statusCode": 200, "body": json.dumps(body)}
    return {"event": event}
"""
PROGRAM = [sys.executable, "-c", "import sys; from constructs_lambda.cli import main; sys.exit(main())", "local"]
TARGET = {"Fn::Join": ["", ["integrations/", {"Ref": "Integration"}]]}
SHOP = template(
    Orders=function(CODE),
    Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "ShopApi", "ProtocolType": "HTTP"}},
    Stage={
        "Type": "AWS::ApiGatewayV2::Stage",
        "Properties": {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True},
    },
    Integration={
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": {"Fn::GetAtt": ["Orders", "Arn"]},
            "PayloadFormatVersion": "2.0",
        },
    },
    Route={
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "ANY /orders/{id}", "Target": TARGET},
    },
    Sales={"Type": "AWS::SNS::Topic"},
    Waiting={"Type": "AWS::SQS::Queue"},
    Subscription={
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "Sales"},
            "Protocol": "lambda",
            "Endpoint": {"Fn::GetAtt": ["Orders", "Arn"]},
            "FilterPolicy": {"type": ["sale"]},
        },
    },
    Nat={"Type": "AWS::EC2::NatGateway"},
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds the emulator of another, nor one of the user."""
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assembly(tmp_path_factory.mktemp("shop") / "cdk.out", Shop=SHOP)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared-cache")


@pytest.fixture(scope="module")
def detached(shop: Path, cache: Path) -> Iterator[str]:
    """What `up --detach` says; the emulator is there while the tests of this module run."""
    environment = {**os.environ, "CONSTRUCTS_LAMBDA_CACHE": str(cache)}
    up = [*PROGRAM, "up", str(shop), "--detach", "--port", str(unused_port())]
    done = subprocess.run(up, env=environment, capture_output=True, text=True, check=True, timeout=SECONDS)
    yield done.stdout
    subprocess.run([*PROGRAM, "down", "--all"], env=environment, capture_output=True, check=True, timeout=SECONDS)


@pytest.fixture
def running(detached: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(cache))
    return detached


def local(*arguments: str) -> int:
    return main(["local", *arguments])


def test_from_an_assembly_to_a_called_route(shop: Path, capfd: pytest.CaptureFixture[str]) -> None:
    calls = ["--request", "GET /orders/1", "-H", "Authorization: Bearer x", "--request", "GET /nowhere"]
    assert local("up", str(shop), "--once", *calls) == 0
    said = capfd.readouterr()
    first, second = said.out.split("\n> ")[1:]
    assert first.startswith("GET /orders/1\n200 OK\n")
    assert json.loads(first.partition("\n\n")[2]) == {"path": "/orders/1", "token": "Bearer x", "body": None}
    assert second.startswith("GET /nowhere\n404 Not Found\n")
    assert "Try, in another terminal" not in said.out
    assert "  AWS::EC2::NatGateway  a type that the emulator refuses: Shop/Nat\n" in said.err
    assert said.err.index("NatGateway") < said.err.index("Shop: 0 of 9 resources"), "it is said before"
    assert "Shop: 9 of 9 resources, " in said.err
    assert local("invoke") == 2
    assert capfd.readouterr().err.startswith("constructs-lambda: no emulator runs; start one with: ")


def test_what_can_be_called_is_listed(running: str) -> None:
    lines = running.splitlines()
    assert lines[0].startswith("Deployed in ")
    assert any("ANY /orders/{id}  public  http://127.0.0.1:" in line for line in lines)
    for line in ("  Shop/Orders", "  Shop/Sales", "  Shop/Waiting", "It runs until: constructs-lambda local down"):
        assert line in lines
    assert "  constructs-lambda local request 'GET /orders/{id}'" in lines


def test_the_address_that_is_listed_answers(running: str) -> None:
    import urllib.request

    (line,) = (line for line in running.splitlines() if "ANY /orders" in line)
    url = line.split()[-1].replace("{id}", "7")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=SECONDS) as response:
        assert json.load(response)["path"] == "/orders/7"


def test_a_function_is_invoked(running: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "e.json").write_text('{"id": "Grüße"}')

    def invoked() -> str:
        assert local("invoke", "Orders", "--event", str(tmp_path / "e.json")) == 0
        said = capfd.readouterr()
        assert json.loads(said.out) == {"event": {"id": "Grüße"}}
        assert "Grüße" in said.out
        return said.err

    until(lambda: 'got {"id": ' in invoked())


def test_a_function_that_fails(running: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "e.json").write_text('{"fail": true}')
    assert local("invoke", "--event", str(tmp_path / "e.json")) == 1
    assert json.loads(capfd.readouterr().out)["errorMessage"] == "as it was asked to"


def test_a_route_is_called(running: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "body.json").write_text('{"sku": 1}')
    assert local("request", "POST /orders/1", "-i", "-H", "Authorization: me", "--body", f"@{tmp_path}/body.json") == 0
    head, _, body = capfd.readouterr().out.partition("\n\n")
    assert head.startswith("200 OK\n")
    assert json.loads(body) == {"path": "/orders/1", "token": "me", "body": '{"sku": 1}'}
    assert local("request", "put /orders/2", "--api", "ShopApi", "--body", "text") == 0
    assert json.loads(capfd.readouterr().out)["body"] == "text"


def test_a_message_is_published_and_a_filtered_one_is_not(running: str, capfd: pytest.CaptureFixture[str]) -> None:
    def publish(kind: str) -> int:
        return local("publish", "Sales", "--message", f"the {kind}", "--attribute", f"type={kind}")

    assert [publish("lost"), publish("sale")] == [0, 0]
    assert len(capfd.readouterr().out.splitlines()) == 2

    def logged() -> str:
        assert local("logs", "Orders") == 0
        return capfd.readouterr().out

    until(lambda: "the sale" in logged(), again=lambda: publish("sale"))
    assert "the lost" not in logged()
    assert logged().splitlines()[0].startswith("Shop/Orders  ")


def test_a_message_is_sent_to_a_queue(running: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert local("publish", "Waiting", "--message", "{}") == 0
    assert len(capfd.readouterr().out.strip()) == 36


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["invoke", "Ordres"], "no function is called 'Ordres'; did you mean Shop/Orders?"),
        (
            ["invoke", "--event", "gone.json"],
            "--event gone.json: no such file or directory; it must be a file, - or JSON",
        ),
        (["request", "/orders/1"], "'/orders/1' is no route; write a method and a path, such as 'GET /orders/1'"),
        (["request", "GET /", "--api", "Nobody"], "no API is called 'Nobody'; there are: Shop/Api"),
        (["request", "GET /", "-H", "Token"], "--header is 'Token'; it must be 'NAME: VALUE'."),
        (["publish", "Sale", "--message", "x"], "no topic or queue is called 'Sale'; did you mean Shop/Sales?"),
        (["publish", "Sales", "--message", "x", "--attribute", "a"], "--attribute is 'a'; it must be NAME=VALUE."),
        (["logs", "Nobody"], "no function is called 'Nobody'; there are: Shop/Orders"),
        (["invoke", "--port", "1"], "no emulator runs on port 1; there are:"),
    ],
)
def test_what_is_not_there_is_told(
    running: str, arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert local(*arguments) == 2
    assert f"constructs-lambda: {message}" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{'a': 1}", "is no JSON: Expecting property name"),
        (b'{"a": NaN}', "is no JSON: NaN is no value of JSON"),
        (b"[Infinity]", "is no JSON: Infinity is no value of JSON"),
        (b'{"a": "\xe9"}', "is no UTF-8 at byte 7; save it as UTF-8"),
        (b"\xff\xfe{\0}\0", "is UTF-16; save it as UTF-8"),
    ],
)
def test_an_event_that_is_no_json(
    running: str, tmp_path: Path, data: bytes, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "e.json").write_bytes(data)
    assert local("invoke", "--event", str(tmp_path / "e.json")) == 2
    assert f"e.json: {message}" in capfd.readouterr().err


def test_an_event_with_a_byte_order_mark_and_one_that_is_no_file(
    running: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "e.json").write_bytes(b'\xef\xbb\xbf{"id": 1}')
    for event in (str(tmp_path / "e.json"), '{"id": 1}'):
        assert local("invoke", "--event", event) == 0
        assert json.loads(capfd.readouterr().out) == {"event": {"id": 1}}


def test_a_message_in_a_file(running: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "message.txt"
    file.write_bytes(b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe")
    assert local("publish", "Waiting", "--message", f"@{file}") == 0
    file.write_bytes(b"Gr\xfc\xdfe")
    assert local("publish", "Waiting", "--message", f"@{file}") == 2
    assert capfd.readouterr().err == f"constructs-lambda: {file}: is no UTF-8 at byte 2; save it as UTF-8\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-H", "a: b"], "--header is for requests; name one with --request."),
        (["--api", "Api"], "--api is for requests; name one with --request."),
        (["--parameters", "A=1", "--parameters", "A=2"], "--parameters A: is given twice."),
        (["--ssm", "/a=1", "--ssm", "/b=1", "--ssm", "/a=1"], "--ssm /a: is given twice."),
        (["--secret", "a=1", "--secret", "a=2"], "--secret a: is given twice."),
    ],
)
def test_options_that_would_do_nothing(
    shop: Path, arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert local("up", str(shop), "--once", *arguments) == 2
    assert message in capfd.readouterr().err


def test_a_path_beyond_ascii(running: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert local("request", "GET /orders/h\u00e4 h%20h") == 0
    assert "/orders/h" in json.loads(capfd.readouterr().out)["path"]


def test_two_that_run(
    running: str, shop: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    """The one that was started here is meant; elsewhere the port has to be said."""
    monkeypatch.chdir(tmp_path)
    port = str(unused_port())
    assert local("up", str(shop), "--detach", "--port", port) == 0
    assert local("invoke") == 0
    monkeypatch.chdir("/")
    capfd.readouterr()
    assert local("invoke") == 2
    listed = capfd.readouterr().err.splitlines()
    assert listed[0] == "constructs-lambda: several emulators run; choose one with --port:"
    assert any(line.startswith(f"constructs-lambda: port {port}: ") for line in listed)
    assert local("invoke", "--port", port) == 0
    assert local("down", "--port", port) == 0
    capfd.readouterr()
    assert local("invoke") == 0


def test_down_where_none_runs(capfd: pytest.CaptureFixture[str]) -> None:
    assert local("down") == 0
    assert capfd.readouterr().out == "no emulator runs\n"


def test_what_is_written_of_one_that_is_gone_is_removed(capfd: pytest.CaptureFixture[str]) -> None:
    folder = Path(os.environ["CONSTRUCTS_LAMBDA_CACHE"]) / "local"
    folder.mkdir()
    (folder / "old.json").write_text(json.dumps({"port": unused_port(), "token": "x", "home": "/gone", "app": "a",
                                                 "started_in": "/", "resources": []}))  # fmt: skip
    (folder / "broken.json").write_text("{")
    assert local("invoke") == 2
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("home", "is_left"), [("here", True), ("gone", False)])
def test_what_is_on_the_port_drops_the_call(
    home: str, is_left: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An emulator may be too busy to answer: as long as its folder is there, so is it."""
    (tmp_path / "here").mkdir()
    folder = Path(os.environ["CONSTRUCTS_LAMBDA_CACHE"]) / "local"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:  # it takes the call, and never answers
        monkeypatch.setattr("constructs_lambda.local.clients._SECONDS_TO_TELL", 0.1)
        (folder / "it.json").write_text(json.dumps({"port": server.getsockname()[1], "token": "x", "app": "a",
                                        "home": str(tmp_path / home), "started_in": "/", "resources": []}))  # fmt: skip
        assert local("invoke") == 2
    capfd.readouterr()
    assert (folder / "it.json").exists() is is_left


class Up:
    """`local up` in a process of its own."""

    def __init__(self, *arguments: str, cwd: Path | None = None) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "up", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=cwd
        )

    def read_until(self, text: str) -> str:
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if text in line:
                return said
        raise AssertionError(said)

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, said


def started_by(process: int) -> list[int]:
    """What runs below a command: the emulator, with those that watch it, and the functions."""
    return below(process)[1:]


@only_linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_it_stays_until_it_is_ended(shop: Path, number: signal.Signals, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    up = Up(str(shop), "--request", "GET /orders/9")
    assert "200 OK" in up.read_until("Ctrl-C ends it.")
    started = started_by(up.process.pid)
    assert len(started) >= 4
    for _ in range(3):  # on a busy machine the emulator gives what a function says to the next call
        assert local("invoke") == 0, "another command finds it"
    up.read_until("Shop/Orders  got {}")
    status, said = up.end(number)
    assert (status, said.strip().splitlines()[-1]) == (130, "ended")
    assert are_gone(started)
    assert list(tmp_path.iterdir()) == []
    assert local("invoke") == 2, "it isn't found any more"


SLOW_APP = """
import os, time
from pathlib import Path
Path("running").write_text(str(os.getpid()))
time.sleep(600)
"""


@only_linux
def test_it_is_ended_while_the_app_is_synthesized(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "app.py").write_text(SLOW_APP)
    up = Up(str(tmp_path / "app.py"))
    until(lambda: (tmp_path / "running").exists() and bool((tmp_path / "running").read_text()))
    started = started_by(up.process.pid)
    assert up.end(signal.SIGINT)[0] == 130
    assert are_gone(started)
    assert not is_running(int((tmp_path / "running").read_text()))
    assert list((tmp_path / "temporary").iterdir()) == []


@only_linux
def test_it_is_killed_while_the_app_is_synthesized(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "app.py").write_text(SLOW_APP)
    up = Up(str(tmp_path / "app.py"))
    until(lambda: (tmp_path / "running").exists() and bool((tmp_path / "running").read_text()))
    up.end(signal.SIGKILL)
    until(lambda: not is_running(int((tmp_path / "running").read_text())))
    until(lambda: list((tmp_path / "temporary").iterdir()) == [])


@only_linux
def test_it_ends_with_its_terminal_although_nobody_tells_it(shop: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """A program of its own session in the terminal, such as make, is told; those that it started aren't."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ours, theirs = os.openpty()
    with subprocess.Popen([*PROGRAM, "up", str(shop)], stdin=theirs, stdout=-1, stderr=-2, text=True) as process:
        os.close(theirs)
        assert process.stdout is not None
        assert any("Ctrl-C ends it." in line for line in process.stdout)
        started = started_by(process.pid)
        os.close(ours)
        assert process.wait(timeout=SECONDS) == 130
    assert are_gone(started)
    assert list(tmp_path.iterdir()) == []


@only_linux
def test_it_is_killed(shop: Path, tmp_path: Path, monkeypatch: Any) -> None:
    """Not even then is something left, but for a line in the cache, which the next command removes."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    up = Up(str(shop))
    up.read_until("Ctrl-C ends it.")
    started = started_by(up.process.pid)
    up.end(signal.SIGKILL)
    until(lambda: are_gone(started))
    assert list(tmp_path.iterdir()) == []
    assert local("invoke") == 2
    assert list((Path(os.environ["CONSTRUCTS_LAMBDA_CACHE"]) / "local").iterdir()) == []


@only_linux
def test_an_emulator_that_is_killed(shop: Path) -> None:
    up = Up(str(shop))
    up.read_until("Ctrl-C ends it.")
    (emulator,) = (
        each for each in started_by(up.process.pid) if "guard.py" in Path(f"/proc/{each}/cmdline").read_text()
    )
    os.kill(emulator, signal.SIGKILL)
    said, _ = up.process.communicate(timeout=SECONDS)
    assert up.process.returncode == 2
    assert "constructs-lambda: the emulator ended by itself: somebody killed it" in said


@only_linux
def test_one_that_stays_is_ended_by_down(shop: Path) -> None:
    up = Up(str(shop))
    up.read_until("Ctrl-C ends it.")
    started = started_by(up.process.pid)
    assert local("down") == 0
    said, _ = up.process.communicate(timeout=SECONDS)
    assert (up.process.returncode, said) == (0, "The emulator was ended.\n")
    assert are_gone(started)


class Ending:
    """An app in an emulator that takes no calls."""

    def __init__(self, problem: InputError) -> None:
        self.problem = problem

    def logs(self, _: str | None) -> list[LogLine]:
        raise self.problem


def test_logs_are_shown_until_the_emulator_ends_in_the_middle_of_a_call() -> None:
    """It takes no call any more, and is still there for a moment."""
    seen = iter([True, True, True, False])
    follow(cast(LocalApp, Ending(NoAnswerError("the emulator doesn't answer"))), lambda: next(seen))
    assert list(seen) == []


@pytest.mark.parametrize("problem", [NoAnswerError("the emulator doesn't answer"), InputError("no such function")])
def test_logs_of_an_emulator_that_goes_on(problem: InputError, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("constructs_lambda.cli.local._SECONDS_TO_BE_GONE", 0.05)
    with pytest.raises(type(problem), match=str(problem)):
        follow(cast(LocalApp, Ending(problem)), lambda: True)


@only_linux
def test_a_detached_one_leaves_nothing(shop: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert subprocess.run([*PROGRAM, "up", str(shop), "--detach"], capture_output=True, check=False).returncode == 0
    (home,) = tmp_path.iterdir()
    session = next((Path(os.environ["CONSTRUCTS_LAMBDA_CACHE"]) / "local").iterdir())
    assert json.loads(session.read_text())["home"] == str(home)
    time.sleep(0.2)
    assert local("invoke") == 0
    assert local("down") == 0
    until(lambda: list(tmp_path.iterdir()) == [])
    assert not session.exists()


def up_fails(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any, *arguments: str) -> str:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert local("up", *arguments) == 2
    assert list((tmp_path / "temporary").iterdir()) == []
    said = capfd.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def test_up_without_an_app(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert "cdk.out: no cloud assembly is there" in up_fails(capfd, tmp_path, monkeypatch)


def test_up_with_an_app_that_fails(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "app.py").write_text("import sys; sys.exit('the reason')")
    said = up_fails(capfd, tmp_path, monkeypatch, str(tmp_path / "app.py"))
    assert said.index("the reason") < said.index("the app failed, with exit status 1")


def test_up_with_a_template_that_is_gone(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any) -> None:
    outdir = assembly(tmp_path / "cdk.out", Shop=SHOP)
    (outdir / "Shop.template.json").unlink()
    assert "Shop.template.json doesn't exist; synthesize again" in up_fails(capfd, tmp_path, monkeypatch, str(outdir))


def test_up_with_stacks_without_resources(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outputs = {"Outputs": {"Made": {"Value": "x", "Export": {"Name": "made"}}}}
    imported = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::ImportValue": "made"}}}
    stacks: dict[str, dict[str, Any]] = {
        "Shop": {"Resources": {"Imports": imported, "Queue": {"Type": "AWS::SQS::Queue"}}},
        "Nat": {"Resources": {"Nat": {"Type": "AWS::EC2::NatGateway"}}},
        "Empty": {"Resources": {}, **outputs},
    }
    outdir = assembly(tmp_path / "cdk.out", "", **stacks)
    (outdir / "Empty.template.json").write_text(json.dumps(outputs))
    assert local("up", str(outdir), "--once") == 0
    said = capfd.readouterr()
    assert "Not deployed, because AWS takes no stack without resources: Empty, Nat\n" in said.err
    assert "  AWS::SQS::Queue       needs the export made: Shop/Imports\n" in said.err
    assert "Shop: 1 of 1 resources" in said.err
    assert "Nat: 0 of" not in said.err
    assert said.out.splitlines()[1:] == ["Queues", "  Shop/Queue"]


def test_up_with_nothing_that_can_be_deployed(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    nat = {"Resources": {"Nat": {"Type": "AWS::EC2::NatGateway"}}}
    said = up_fails(capfd, tmp_path, monkeypatch, str(assembly(tmp_path / "cdk.out", Nat=nat)))
    assert "a type that the emulator refuses: Nat/Nat" in said
    assert said.endswith("constructs-lambda: nothing can be deployed: no resource is left in Nat\n")


def test_up_with_nothing_that_can_be_called(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert local("up", str(assembly(tmp_path / "cdk.out", Shop=template())), "--once") == 0
    said = capfd.readouterr().out.splitlines()[1:]
    assert said == ["Nothing in it can be called: it has no route, function, topic or queue"]


def test_up_with_a_stack_that_cannot_be_created(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    address = {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "nobody", "AuthType": "NONE"}}
    outdir = assembly(tmp_path / "cdk.out", Shop=template(Address=address))
    said = up_fails(capfd, tmp_path, monkeypatch, str(outdir))
    assert "constructs-lambda: Shop: ROLLBACK_COMPLETE\n" in said
    assert "constructs-lambda: Shop/Address/Resource (AWS::Lambda::Url): " in said


KEYED = template(
    Orders=function("def handler(event, context):\n    return {'statusCode': 200, 'body': 'ok'}\n"),
    Api={"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "Keyed"}},
    **{
        f"{method}Method": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                "HttpMethod": method,
                "AuthorizationType": guard,
                "ApiKeyRequired": needs_key,
                "Integration": {
                    "Type": "AWS_PROXY",
                    "IntegrationHttpMethod": "POST",
                    "Uri": {"Fn::Join": ["", [
                        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/",
                        {"Fn::GetAtt": ["Orders", "Arn"]},
                        "/invocations",
                    ]]},
                },
            },
        }
        for method, guard, needs_key in (("GET", "NONE", True), ("POST", "AWS_IAM", True), ("PUT", "NONE", False))
    },
    Deployment={
        "Type": "AWS::ApiGateway::Deployment",
        "Properties": {"RestApiId": {"Ref": "Api"}},
        "DependsOn": ["GETMethod", "POSTMethod", "PUTMethod"],
    },
    Stage={
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {"RestApiId": {"Ref": "Api"}, "DeploymentId": {"Ref": "Deployment"}, "StageName": "prod"},
    },
    Key={"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": True, "Value": "a-key-of-twenty-characters"}},
    Plan={
        "Type": "AWS::ApiGateway::UsagePlan",
        "Properties": {"ApiStages": [{"ApiId": {"Ref": "Api"}, "Stage": {"Ref": "Stage"}}]},
    },
    Planned={
        "Type": "AWS::ApiGateway::UsagePlanKey",
        "Properties": {"KeyId": {"Ref": "Key"}, "KeyType": "API_KEY", "UsagePlanId": {"Ref": "Plan"}},
    },
)  # fmt: skip


def test_routes_that_need_an_api_key(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    key = "x-api-key: a-key-of-twenty-characters"
    calls = ["--request", "GET /", "-H", key]
    assert local("up", str(assembly(tmp_path / "cdk.out", Shop=KEYED)), "--detach", *calls) == 0
    assert local("down") == 0
    lines = capfd.readouterr().out.splitlines()
    routes = [line.partition("http:")[0] for line in lines if "execute-api" in line]
    assert sorted(routes) == [
        "  GET /   API key            ",
        "  POST /  AWS_IAM + API key  ",
        "  PUT /   public             ",
    ]
    assert f"  Shop/Key  -H '{key}'" in lines
    assert "  constructs-lambda local request 'PUT /'" in lines, "one that needs none is shown as the example"
    assert lines[lines.index("> GET /") + 1] == "200 OK"


def test_where_every_route_needs_an_api_key(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    left = {name: each for name, each in KEYED["Resources"].items() if name not in ("POSTMethod", "PUTMethod")}
    left["Deployment"] = {**left["Deployment"], "DependsOn": ["GETMethod"]}
    outdir = assembly(tmp_path / "cdk.out", Shop={"Resources": left})
    assert local("up", str(outdir), "--detach", "--request", "GET /") == 0
    assert local("down") == 0
    said = capfd.readouterr().out
    assert "  constructs-lambda local request 'GET /' -H 'x-api-key: ...'\n" in said
    assert "> GET /\n403 Forbidden\n" in said


NEEDY = {
    **template(Orders=function("import os\ndef handler(e, c): return [os.environ[each] for each in 'ABC']\n")),
    "Parameters": {"Stage": {"Type": "String"}},
}
NEEDY["Resources"]["Orders"]["Properties"]["Environment"] = {
    "Variables": {
        "A": {"Ref": "Stage"},
        "B": "{{resolve:ssm:/b}}",
        "C": "{{resolve:secretsmanager:c:SecretString:x::}}",
        "D": "arn:aws:secretsmanager:us-east-1:000000000000:secret:d",
    }
}


def test_up_without_what_the_app_needs(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any) -> None:
    outdir = assembly(tmp_path / "cdk.out", Shop=NEEDY)
    said = up_fails(capfd, tmp_path, monkeypatch, str(outdir)).splitlines()
    assert "  Shop: the secret d: --secret d=VALUE" in said
    assert said[-3:] == [
        "constructs-lambda:   Shop: the parameter Stage (String): --parameters Shop:Stage=VALUE",
        "constructs-lambda:   Shop: the SSM parameter /b: --ssm /b=VALUE",
        """constructs-lambda:   Shop: the secret c: --secret 'c={"x": "VALUE"}'""",
    ]
    assert not any(line.startswith("Shop: 0 of") for line in said), "nothing was deployed"


def test_up_with_what_the_app_needs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outdir = assembly(tmp_path / "cdk.out", Shop=NEEDY)
    (tmp_path / "c.json").write_text('{"x": "the secret"}')
    given = ["--parameters", "Shop:Stage=test", "--ssm", "/b=b=c", "--secret", f"c=@{tmp_path / 'c.json'}"]
    assert local("up", str(outdir), "--detach", "--port", str(unused_port()), *given) == 0
    capfd.readouterr()
    assert local("invoke") == 0
    assert json.loads(capfd.readouterr().out) == ["test", "b=c", "the secret"]
    assert local("down") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--parameters", "Stage"], "--parameters is 'Stage'; it must be NAME=VALUE."),
        (["--ssm", "=x"], "--ssm is '=x'; it must be NAME=VALUE."),
        (["--secret", "c"], "--secret is 'c'; it must be NAME=VALUE."),
        (["--secret", "c="], "--secret c: is empty, and AWS takes no empty one."),
        (["--ssm", "b=@gone.txt"], "gone.txt: no such file or directory"),
    ],
)
def test_values_that_are_none(
    arguments: list[str], message: str, shop: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert local("up", str(shop), *arguments) == 2
    assert capfd.readouterr().err.startswith(f"constructs-lambda: {message}")


LOOKS_UP = """
import json, os
from pathlib import Path
from local_assemblies import assembly, template
out = assembly(Path(os.environ["CDK_OUTDIR"]), Shop=template())
manifest = json.loads((out / "manifest.json").read_text())
key = "ssm:account=000000000000:parameterName=/a:region=us-east-1"
if key not in json.loads(os.environ["CDK_CONTEXT_JSON"]):
    manifest["missing"] = [{"key": key, "provider": "ssm", "props": {"parameterName": "/a"}}]
(out / "manifest.json").write_text(json.dumps(manifest))
"""


def test_up_with_what_the_app_looks_up(tmp_path: Path, monkeypatch: Any, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    (tmp_path / "app.py").write_text(LOOKS_UP)
    assert local("up", str(tmp_path / "app.py"), "--once") == 0
    told = (
        "The app looks up 1 value in AWS; CDK's placeholders stand for them.\n  the SSM parameter /a: --ssm /a=VALUE\n"
    )
    assert told in capfd.readouterr().err
    assert local("up", str(tmp_path / "app.py"), "--once", "--ssm", "/a=b") == 0
    assert "looks up" not in capfd.readouterr().err


def test_a_request_line_is_checked_before_anything_is_done(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert local("up", str(tmp_path / "gone.py"), "--request", "GET /", "--request", "/orders") == 2
    said = "constructs-lambda: '/orders' is no route; write a method and a path, such as 'GET /orders/1'\n"
    assert capfd.readouterr().err == said


def test_the_api_of_a_request_is_looked_for_before_the_deployment(
    shop: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    said = up_fails(capfd, tmp_path, monkeypatch, str(shop), "--request", "GET /", "--api", "Nobody")
    assert "constructs-lambda: no API is called 'Nobody'; there are: Shop/Api" in said
    assert "Shop: 0 of" not in said


def test_a_request_that_no_route_fits_is_told_before_the_deployment(
    shop: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert local("up", str(shop), "--once", "--request", "PUT /orders/1?a=b", "--request", "GET /nowhere") == 0
    said = capfd.readouterr()
    told = "GET /nowhere: no route of Shop/Api fits; it has ANY /orders/{id}\n"
    assert said.err.index(told) < said.err.index("Shop: 0 of")
    assert said.err.count("no route of") == 1
    assert "> GET /nowhere\n404 Not Found\n" in said.out


def test_up_on_a_port_that_is_taken(
    running: str, shop: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    port = running.splitlines()[0].rpartition(":")[2]
    assert f"port {port} of 127.0.0.1 is taken" in up_fails(capfd, tmp_path, monkeypatch, str(shop), "--port", port)


def test_up_where_no_session_can_be_written(
    shop: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path / "file"))
    said = up_fails(capfd, tmp_path, monkeypatch, str(shop), "--detach")
    assert "can't be written: not a directory" in said
    assert "CONSTRUCTS_LAMBDA_CACHE" in said


def test_once_where_no_session_can_be_written(
    shop: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONSTRUCTS_LAMBDA_CACHE", str(tmp_path / "file"))
    assert local("up", str(shop), "--once", "--request", "GET /orders/1") == 0
    said = capfd.readouterr()
    assert "\n200 OK\n" in said.out
    assert "warning: " in said.err


def test_once_and_detach_do_not_go_together(capfd: pytest.CaptureFixture[str]) -> None:
    assert local("up", "--once", "--detach") == 2
    assert "--detach and --once don't go together" in capfd.readouterr().err
