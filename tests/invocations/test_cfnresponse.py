"""What `cfnresponse` tells CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from constructs_lambda.invocations import cfnresponse

CONTEXT = SimpleNamespace(log_stream_name="2026/11/28/[$LATEST]abc")
REASON = "See the details in CloudWatch Log Stream: 2026/11/28/[$LATEST]abc"


class CloudFormation(HTTPServer):
    """Takes answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.got: list[tuple[str, str, str | None, Any]] = []

    @property
    def event(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.server_port}/answer?signed=1"
        return {"ResponseURL": url, "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Made"}


class Handler(BaseHTTPRequestHandler):
    server: CloudFormation

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.command, self.path, self.headers["Content-Type"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudFormation]:
    monkeypatch.setenv("no_proxy", "*")
    with CloudFormation() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_what_is_told(cloudformation: CloudFormation, capsys: pytest.CaptureFixture[str]) -> None:
    cfnresponse.send(cloudformation.event, CONTEXT, cfnresponse.SUCCESS, {"Answer": 42})
    ((method, path, kind, body),) = cloudformation.got
    assert (method, path, kind) == ("PUT", "/answer?signed=1", "")
    assert body == {
        "Status": "SUCCESS",
        "Reason": REASON,
        "PhysicalResourceId": CONTEXT.log_stream_name,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Made",
        "NoEcho": False,
        "Data": {"Answer": 42},
    }
    assert capsys.readouterr().out == "CloudFormation was answered, with status 200\n"


def test_what_can_be_given(cloudformation: CloudFormation) -> None:
    cfnresponse.send(cloudformation.event, CONTEXT, cfnresponse.FAILED, {}, "an-id", True, "no luck")
    body = cloudformation.got[0][3]
    given = {name: body[name] for name in ("Status", "PhysicalResourceId", "NoEcho", "Reason")}
    assert given == {"Status": "FAILED", "PhysicalResourceId": "an-id", "NoEcho": True, "Reason": "no luck"}


def test_where_nobody_listens(cloudformation: CloudFormation, capsys: pytest.CaptureFixture[str]) -> None:
    cloudformation.status = 403
    cfnresponse.send(cloudformation.event, CONTEXT, cfnresponse.SUCCESS, {})
    assert capsys.readouterr().out == "CloudFormation wasn't answered: HTTP Error 403: Forbidden\n"
