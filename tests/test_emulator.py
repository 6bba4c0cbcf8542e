"""The emulator itself: what it deploys, and what it leaves behind."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from emulator import Emulator

pytestmark = pytest.mark.emulator

CODE = "import os\ndef handler(event, context):\n    return {'environment': dict(os.environ), 'event': event}\n"
BUCKET, KEY = "assets-${AWS::AccountId}-${AWS::Region}", "%s.json"
ROLE = {
    "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]
}
FIRST = {
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": ROLE}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"ZipFile": CODE},
                "Handler": "index.handler",
                "Runtime": "python3.14",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
    },
    "Outputs": {"Name": {"Value": {"Ref": "Function"}, "Export": {"Name": "name"}}},
}
SECOND = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {"Imported": {"Value": {"Fn::ImportValue": "name"}}},
}
URL = {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": "nobody", "AuthType": "AWS_IAM"}}
WRONG = {"Resources": {"Address": URL}}


def assembly(folder: Path, **stacks: dict[str, Any]) -> Path:
    """A cloud assembly of which each stack depends on the one that is written behind it."""
    artifacts: dict[str, Any] = {}
    names = list(stacks)
    for index, (name, template) in enumerate(stacks.items()):
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        destination = {"bucketName": BUCKET, "objectKey": KEY % name}
        file = {"source": {"path": f"{name}.template.json", "packaging": "file"}, "destinations": {"here": destination}}
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": {name: file}, "dockerImages": {}}))
        artifacts[f"{name}.assets"] = {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}}
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "dependencies": [f"{name}.assets", *names[index + 1 : index + 2]],
            "properties": {"stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{KEY % name}"},
        }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_stacks_in_the_order_that_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_PROFILE": "none", "AWS_ENDPOINT_URL": "http://localhost:1", "OF_THE_USER": "1"}.items():
        monkeypatch.setenv(name, value)
    with Emulator() as aws:
        aws.deploy(assembly(tmp_path, Second=SECOND, First=FIRST))
        function = aws.physical_id("First", "Function")
        assert aws.outputs("Second") == {"Imported": function}
        invoked = aws.client("lambda").invoke(FunctionName=function, Payload=b"[1]")
        answer = json.loads(invoked["Payload"].read())
    assert answer["event"] == [1]
    assert answer["environment"]["AWS_REGION"] == "us-east-1"
    assert not answer["environment"].keys() & {"AWS_PROFILE", "OF_THE_USER"}


def test_why_a_stack_is_not_created(tmp_path: Path) -> None:
    with Emulator() as aws, pytest.raises(AssertionError, match=r"Wrong: ROLLBACK_COMPLETE\nAddress: .*nobody"):
        aws.deploy(assembly(tmp_path, Wrong=WRONG))


def test_nothing_is_left_when_a_test_fails() -> None:
    emulator = Emulator()
    with pytest.raises(AssertionError, match="a test that fails"), emulator:  # noqa: PT012
        assert is_alive(emulator._process.pid), "the emulator runs"
        raise AssertionError("a test that fails")
    assert not is_alive(emulator._process.pid)
    assert not emulator._home.exists()


def test_what_it_said_where_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(RuntimeError, match="the emulator didn't start"):
        Emulator().__enter__()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its sockets in /proc")
def test_only_this_machine_reaches_it() -> None:
    with Emulator() as aws:
        listening = f":{aws.port:04X} 00000000:0000 0A"
        addresses = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if listening in line]
        everywhere = [line for line in Path("/proc/net/tcp6").read_text().splitlines() if f":{aws.port:04X} " in line]
    assert addresses == [f"0100007F:{aws.port:04X}"]
    assert not everywhere
