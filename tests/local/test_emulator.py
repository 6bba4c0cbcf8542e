"""The emulator itself: what it deploys, who reaches it, and what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, function, template
from processes import are_gone, below, listening, only_linux, until, unused_port

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator, LocalApp
from constructs_lambda.local.clients import NoAnswerError, is_alive, is_there
from constructs_lambda.local.guard import refuse_others
from constructs_lambda.local.resources import Resource

pytestmark = pytest.mark.emulator

FIRST = {
    **template(Function=function()),
    "Outputs": {"Name": {"Value": {"Ref": "Function"}, "Export": {"Name": "name"}}},
}
SECOND = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {"Imported": {"Value": {"Fn::ImportValue": "name"}}},
}
IMPORTING = "import shared\ndef handler(event, context):\n    return shared.NAME\n"
WRONG = {
    "Resources": {
        "Address": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "nobody", "AuthType": "AWS_IAM"}}
    }
}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


def test_stacks_in_the_order_that_they_need(aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_PROFILE": "none", "AWS_ENDPOINT_URL": "http://localhost:1", "OF_THE_USER": "1"}.items():
        monkeypatch.setenv(name, value)
    said: list[tuple[str, int, int, float]] = []
    app = aws.deploy(assembly(tmp_path, Second=SECOND, First=FIRST), progress=lambda *each: said.append(each))
    deployed = app.resource("AWS::Lambda::Function").physical_id
    assert app.outputs("Second") == {"Imported": deployed}
    answer = app.invoke("First/Function", [1]).json()
    app.close()
    assert answer["event"] == [1]
    assert answer["environment"]["AWS_REGION"] == "us-east-1"
    assert not answer["environment"].keys() & {"AWS_PROFILE", "OF_THE_USER"}
    assert answer["environment"]["AWS_ACCESS_KEY_ID"] != os.environ.get("AWS_ACCESS_KEY_ID", "")
    assert [each[0] for each in said if each[1] == each[2]] == ["First", "Second"]
    assert said[0][:3] == ("First", 0, 2)


def test_a_stack_in_an_account_and_a_region_of_its_own(aws: Emulator, tmp_path: Path) -> None:
    outdir = assembly(tmp_path, "aws://111122223333/eu-west-1", Far=template(Function=function()))
    app = aws.deploy(outdir)
    environment = app.invoke().json()["environment"]
    where = app.resource("AWS::Lambda::Function")
    app.close()
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["_LAMBDA_FUNCTION_ARN"] == f"arn:aws:lambda:eu-west-1:111122223333:function:{where.physical_id}"
    assert (where.account, where.region) == ("111122223333", "eu-west-1")


def test_a_template_that_is_too_large_for_a_request(aws: Emulator, tmp_path: Path) -> None:
    queues = {f"Queue{number}": {"Type": "AWS::SQS::Queue", "Metadata": {"is": "x" * 500}} for number in range(150)}
    app = aws.deploy(assembly(tmp_path, Large={"Resources": queues}))
    app.close()
    assert (tmp_path / "Large.template.json").stat().st_size > 51_200
    assert len(app.resources) == 150


def test_why_a_stack_is_not_created(aws: Emulator, tmp_path: Path) -> None:
    wrong = r"Wrong: ROLLBACK_COMPLETE\nWrong/Address/Resource \(AWS::Lambda::Url\): .*nobody"
    with pytest.raises(InputError, match=wrong):
        aws.deploy(assembly(tmp_path, Wrong=WRONG))


def test_a_stack_that_is_there_already(aws: Emulator, tmp_path: Path) -> None:
    outdir = assembly(tmp_path, Twice={"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    aws.deploy(outdir).close()
    with pytest.raises(InputError, match="Twice: is deployed in this emulator already"):
        aws.deploy(outdir)


def test_what_a_function_says_and_how_it_fails(aws: Emulator, tmp_path: Path) -> None:
    code = "def handler(event, context):\n    print('got', event['id'])\n    raise ValueError('as it was asked to')\n"
    app = aws.deploy(assembly(tmp_path, Failing=template(Function=function(code))))
    calls = (app.invoke("Function", {"id": 7}) for _ in range(10))  # on a busy machine it misses what a function says
    result = next(each for each in calls if "got 7" in each.log)
    lines = [line.message for line in app.logs("Function")]
    with_platform = [line.message.partition(" ")[0] for line in app.logs("Function", platform=True)]
    app.close()
    assert result.error == "Unhandled"
    assert result.json()["errorMessage"] == "as it was asked to"
    assert "got 7" in lines
    assert {"START", "END", "REPORT"} <= set(with_platform)
    assert not {"START", "END", "REPORT"} & {line.partition(" ")[0] for line in lines}


def test_a_function_that_cannot_be_imported(aws: Emulator, tmp_path: Path) -> None:
    app = aws.deploy(assembly(tmp_path, Broken=template(Function=function("import not_there"), Other=function())))
    for _ in range(2):
        assert app.invoke("Function").error
    lines = app.logs()
    assert [(line.function, line.message) for line in lines] == [
        ("Broken/Function", "Worker init failed: No module named 'not_there'")
    ] * 2
    assert len({line.id for line in lines}) == 2
    assert abs(lines[0].milliseconds / 1000 - time.time()) < 60
    assert app.logs(since=lines[1].milliseconds + 1000) == []


def test_logs_without_a_function_that_was_deleted(aws: Emulator, tmp_path: Path) -> None:
    app = aws.deploy(
        assembly(tmp_path, Deleted=template(Gone=function(), Function=function("def handler(e, c): print('here')")))
    )
    app.invoke("Function")
    aws.client("lambda").delete_function(FunctionName=app.resource("AWS::Lambda::Function", "Gone").physical_id)
    until(lambda: {line.message for line in app.logs()} == {"here"}, again=lambda: app.invoke("Function"))


def test_a_language_that_the_emulator_has_not(aws: Emulator, tmp_path: Path) -> None:
    java = function("x", Runtime="java21", Handler="a.B::c")
    address = {"TargetFunctionArn": {"Fn::GetAtt": ["Java", "Arn"]}, "AuthType": "NONE"}
    url = {"Type": "AWS::Lambda::Url", "Properties": address}
    app = aws.deploy(assembly(tmp_path, Languages=template(Java=java, Address=url)))
    assert app.ignored is not None
    assert any("for java21, which can't be invoked here: Languages/Java" in line for line in app.ignored.lines())
    with pytest.raises(InputError, match="Languages/Java: is for java21, and the emulator runs none"):
        app.invoke()
    with pytest.raises(InputError, match=r"GET .*: leads to a function for java21, and the emulator runs none"):
        app.request("GET /")


COOKIES = """
def handler(event, context):
    return {"statusCode": 200, "cookies": ["a=1", "b=2"], "headers": {"X-Own": "c"}, "body": ""}
"""


def test_headers_of_the_same_name(aws: Emulator, tmp_path: Path) -> None:
    address = {"TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}, "AuthType": "NONE"}
    url = {"Type": "AWS::Lambda::Url", "Properties": address}
    app = aws.deploy(assembly(tmp_path, Cookies=template(Function=function(COOKIES), Address=url)))
    answer = app.request("GET /")
    assert [value for name, value in answer.all_headers if name.lower() == "set-cookie"] == ["a=1", "b=2"]
    assert {name.lower(): value for name, value in answer.headers.items()}["x-own"] == "c"


def test_fifo_queues_and_topics(aws: Emulator, tmp_path: Path) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders.fifo", "FifoQueue": True}}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "sales.fifo", "FifoTopic": True}}
    app = aws.deploy(assembly(tmp_path, Fifo=template(Queue=queue, Topic=topic)))
    for group in (None, "a", "a"):
        app.publish("Queue", "the same", group=group)
    assert app.publish("Topic", "x")
    url = app.resource("AWS::SQS::Queue").physical_id
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"])
    assert [each["Attributes"]["MessageGroupId"] for each in found["Messages"]] == ["local", "a", "a"]


def test_one_that_is_busy_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:  # takes connections, and answers none
        monkeypatch.setattr("constructs_lambda.local.clients._SECONDS_TO_TELL", 0.2)
        assert is_there(busy.getsockname()[1], "token") is None
    assert is_there(unused_port(), "token") is False


def test_one_with_another_token(aws: Emulator) -> None:
    assert is_there(aws.port, aws.token) is True
    assert is_there(aws.port, "another") is False


def test_a_function_that_never_ran_has_said_nothing(aws: Emulator, tmp_path: Path) -> None:
    app = aws.deploy(assembly(tmp_path, Silent=template(Function=function())))
    assert app.logs() == []
    app.close()


def test_a_function_that_takes_too_long(aws: Emulator, tmp_path: Path) -> None:
    code = "import time\ndef handler(event, context):\n    time.sleep(600)\n"
    app = aws.deploy(assembly(tmp_path, Slow=template(Function=function(code, Timeout=1))))
    started = time.monotonic()
    result = app.invoke()
    app.close()
    assert result.error
    assert "timed out after 1.00 seconds" in result.json()["errorMessage"]
    assert time.monotonic() - started < 300


def test_a_layer_is_imported(aws: Emulator, tmp_path: Path) -> None:
    import zipfile

    outdir = assembly(
        tmp_path,
        Layered=template(
            Function=function(IMPORTING, Layers=[{"Ref": "Layer"}]),
            Layer={
                "Type": "AWS::Lambda::LayerVersion",
                "Properties": {"Content": {"S3Bucket": "layers-000000000000", "S3Key": "layer.zip"}},
            },
        ),
    )  # fmt: skip
    with zipfile.ZipFile(tmp_path / "layer.zip", "w") as archive:
        archive.writestr("python/shared.py", "NAME = 'of the layer'\n")
    add_asset(tmp_path / "Layered.assets.json", "layer.zip", "layers-${AWS::AccountId}")
    app = aws.deploy(outdir)
    result = app.invoke()
    app.close()
    assert result.json() == "of the layer"


def add_asset(manifest: Path, name: str, bucket: str) -> None:
    content = json.loads(manifest.read_text())
    destination = {"bucketName": bucket, "objectKey": name}
    content["files"][name] = {"source": {"path": name, "packaging": "file"}, "destinations": {"here": destination}}
    manifest.write_text(json.dumps(content))


def test_a_link_to_nothing_in_an_asset(aws: Emulator, tmp_path: Path) -> None:
    outdir = assembly(tmp_path, Linked=template(Function=function()))
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "lost").symlink_to("nowhere")
    add_asset(tmp_path / "Linked.assets.json", "code", "code-${AWS::AccountId}")
    with pytest.raises(InputError, match="code/lost: is a link to nothing; mend or remove it"):
        aws.deploy(outdir)


@only_linux
def test_nothing_is_left_when_a_test_fails() -> None:
    emulator = Emulator()
    processes = []
    with pytest.raises(AssertionError, match="a test that fails"), emulator:  # noqa: PT012
        processes += below(emulator.pid)
        raise AssertionError("a test that fails")
    assert len(processes) >= 3
    assert are_gone(processes)
    assert not emulator.folder.exists()


def test_what_it_said_where_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    emulator = Emulator()
    with pytest.raises(InputError, match="the emulator didn't start"):
        emulator.__enter__()
    assert not emulator.folder.exists()


def test_a_port_that_is_taken(aws: Emulator) -> None:
    with pytest.raises(InputError, match=f"port {aws.port} of 127.0.0.1 is taken"):
        Emulator(port=aws.port).__enter__()


def test_a_port_that_was_taken_in_the_meantime(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = iter([aws.port, unused_port()])
    monkeypatch.setattr("constructs_lambda.local.emulator.free_port", lambda: next(ports))
    with Emulator() as other:
        assert other.port != aws.port
        assert is_alive(other.port, other.token)
        assert not is_alive(aws.port, other.token)


def test_the_usual_port_where_it_is_free(aws: Emulator) -> None:
    usual = unused_port()
    with Emulator(usual_port=usual) as other, Emulator(usual_port=usual) as third:
        assert other.port == usual
        assert third.port not in (usual, aws.port)


def test_no_folder_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(InputError, match=r"no folder for the emulator can be made: no such file .*TMPDIR"):
        Emulator().__enter__()


@pytest.mark.parametrize("missing", ["boto3", "ministack"])
def test_the_extra_is_not_installed(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(
        "constructs_lambda.local.environments.find_spec", lambda name: None if name == missing else object()
    )
    with pytest.raises(InputError, match=rf'needs {missing}, which this Python hasn.t; .*"constructs-lambda\[local\]"'):
        Emulator().__enter__()


@pytest.mark.parametrize(
    ("found", "is_fine"), [("1.5.32", False), ("1.5.33", True), ("1.10.0", True), ("2.0.dev1", True)]
)
def test_an_emulator_that_is_too_old(monkeypatch: pytest.MonkeyPatch, found: str, is_fine: bool) -> None:
    from constructs_lambda.local.environments import refuse_missing

    monkeypatch.setattr("importlib.metadata.version", lambda _: found)
    if is_fine:
        refuse_missing()
    else:
        with pytest.raises(InputError, match=r"ministack is 1\.5\.32, and 1\.5\.33 or newer is needed"):
            refuse_missing()


@only_linux
def test_only_this_machine_reaches_it_also_while_functions_run(aws: Emulator, tmp_path: Path) -> None:
    app = aws.deploy(assembly(tmp_path, Run=template(Function=function())))
    assert app.invoke().error == ""
    app.close()
    processes = below(aws.pid)
    assert len(processes) >= 4, "the two that watch, the emulator, and the function"
    assert listening(processes) == {f"0100007F:{aws.port:04X}"}


@only_linux
def test_what_would_listen_for_all_is_refused(aws: Emulator) -> None:
    client = aws.client("transfer")  # its servers of SFTP listen on every address
    client.create_server()
    assert listening(below(aws.pid)) == {f"0100007F:{aws.port:04X}"}


@pytest.mark.parametrize("address", [("0.0.0.0", 1), ("", 1), ("::", 1, 0, 0), ("192.168.0.1", 1)])
def test_addresses_that_others_reach(address: tuple[Any, ...]) -> None:
    with pytest.raises(PermissionError, match="only this machine may be listened on"):
        refuse_others("socket.bind", (None, address))


@pytest.mark.parametrize("address", [("127.0.0.1", 1), ("::1", 1, 0, 0), ("localhost", 1), "/a/unix/socket"])
def test_addresses_of_this_machine(address: Any) -> None:
    refuse_others("socket.bind", (None, address))
    refuse_others("socket.connect", (None, ("192.168.0.1", 1)))


DAEMON = """
import os, subprocess
def handler(event, context):
    daemon = "import os, time; os.fork() and os._exit(0); print(os.getpid(), flush=True); os.close(1); time.sleep(600)"
    left = subprocess.Popen([event["python"], "-c", daemon], stdout=subprocess.PIPE, start_new_session=True, text=True)
    return [os.getpid(), int(left.stdout.readline())]
"""
"""What a function leaves in a session of its own, and without a parent."""
PARENT = """
import json, sys, time
from pathlib import Path
from constructs_lambda.local import Emulator
with Emulator() as aws:
    pids = aws.deploy(Path(sys.argv[1])).invoke(event={"python": sys.executable}).json()
    print(json.dumps([str(aws.folder), aws.pid, *pids]), flush=True)
    time.sleep(600)
"""


@only_linux
@pytest.mark.parametrize("killed", ["the parent", "the outer watch", "the inner watch", "the emulator"])
def test_all_ends_where_one_is_killed(killed: str, tmp_path: Path) -> None:
    outdir = assembly(tmp_path, Shop=template(Function=function(DAEMON)))
    parent = subprocess.Popen([sys.executable, "-c", PARENT, outdir], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    folder, outer, worker, daemon = json.loads(parent.stdout.readline())
    processes = below(outer)
    assert {worker, daemon} < set(processes)
    _, inner, emulator, *_ = processes
    numbers = dict(zip(("the parent", "the outer watch", "the inner watch", "the emulator"),
                       (parent.pid, outer, inner, emulator), strict=True))  # fmt: skip
    os.kill(numbers[killed], signal.SIGKILL)
    until(lambda: are_gone(processes))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    if killed in ("the parent", "the outer watch"):  # otherwise the parent would have removed it
        until(lambda: not Path(folder).exists())
    shutil.rmtree(folder, ignore_errors=True)


@only_linux
def test_one_that_was_kept_and_ends_by_itself() -> None:
    emulator = Emulator()
    emulator.__enter__()
    processes = below(emulator.pid)
    emulator.keep()
    assert len(processes) >= 3
    os.kill(processes[2], signal.SIGTERM)
    until(lambda: are_gone(processes))
    until(lambda: not emulator.folder.exists())


def test_an_app_of_which_all_is_known_can_be_called_again(aws: Emulator, tmp_path: Path) -> None:
    app = aws.deploy(assembly(tmp_path, Again=template(Function=function())))
    again = LocalApp(aws.port, app.resources)
    assert again.invoke("Again/Function", "[2]").json()["event"] == [2]
    for each in (app, again):
        each.close()


def test_what_the_emulator_refuses_and_that_it_is_gone(aws: Emulator) -> None:
    gone = Resource("AWS::Lambda::Function", "Shop/Gone", "Gone", "gone", "Shop", "000000000000", "us-east-1")
    app = LocalApp(aws.port, [gone])
    with pytest.raises(InputError, match=r"the emulator refuses it: .*Function not found"):
        app.invoke()
    app.close()
    nobody = LocalApp(unused_port(), [gone])
    with pytest.raises(NoAnswerError, match="the emulator doesn't answer: Could not connect"):
        nobody.invoke()
    nobody.close()


def test_what_json_has_not(aws: Emulator) -> None:
    function = Resource("AWS::Lambda::Function", "Shop/F", "F", "f", "Shop", "000000000000", "us-east-1")
    address = Resource("AWS::Lambda::Url", "Shop/F/FunctionUrl", "U", "u", "Shop", "000000000000", "us-east-1")
    app = LocalApp(aws.port, [function, address])
    with pytest.raises(InputError, match="the event: is no JSON: "):
        app.invoke(event={"a": float("nan")})
    with pytest.raises(InputError, match="the body: is no JSON: "):
        app.request("PUT /", body=[float("inf")])
    app.close()


def test_connections_of_apps_are_closed_with_the_emulator(tmp_path: Path) -> None:
    with Emulator() as aws:
        app = aws.deploy(assembly(tmp_path, Shop=template(Function=function())))
        app.invoke()
        assert app._clients
    assert not app._clients
