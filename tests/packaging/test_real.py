"""With packages from the public index, for the runtimes that people use."""

from __future__ import annotations

import http.server
import json
import os
import struct
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from constructs_lambda.packaging import Cache, Target, Trim, build

pytestmark = pytest.mark.slow

LIGHT = "aws-lambda-powertools[tracer,parser]\nboto3\nrequests\npydantic\n"
MACHINES = {"arm64": (183, "aarch64"), "x86_64": (62, "x86_64")}


@pytest.fixture(autouse=True)
def _own_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_CACHE_DIR", "UV_NO_CONFIG"):  # as the machine has it
        monkeypatch.delenv(name)


@pytest.fixture
def light(tmp_path: Path) -> Path:
    folder = tmp_path / "light"
    folder.mkdir()
    (folder / "requirements.txt").write_text(LIGHT)
    (folder / "app.py").write_text(
        "import aws_lambda_powertools, aws_xray_sdk, boto3, pydantic, requests\nprint(pydantic.VERSION)\n"
    )
    return folder


@pytest.mark.parametrize(
    ("runtime", "architecture"), [("python3.13", "arm64"), ("python3.14", "arm64"), ("python3.11", "x86_64")]
)
def test_native_code_is_for_the_target(light: Path, tmp_path: Path, runtime: str, architecture: str) -> None:
    target = Target(runtime, architecture)
    package = build(light, target, cache=Cache(tmp_path / "cache"), trim=Trim(without_boto3=True))
    machine, name = MACHINES[architecture]
    version = runtime.removeprefix("python").replace(".", "")
    native = 0
    with zipfile.ZipFile(package.path) as archive:
        for member in archive.namelist():
            data = archive.read(member)
            if data.startswith(b"\x7fELF"):
                native += 1
                assert struct.unpack_from("<H", data, 18) == (machine,), member
                assert f"cpython-{version}-{name}" in member or ".abi3." in member or "cpython" not in member
            if member.endswith(".dist-info/WHEEL"):
                for line in data.decode().splitlines():
                    if line.startswith("Tag: ") and not line.endswith("-any"):
                        assert line.endswith(name), member
        modules = set(archive.namelist())
    assert native >= 3
    assert "pydantic/__init__.py" in modules
    assert "boto3" not in package.packages
    assert sum(package.packages.values()) < 20_000_000


HERE = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11) or os.uname().machine != "x86_64", reason="runs on this machine's interpreter"
)


@HERE
def test_it_is_called_by_the_runtime_client(light: Path, tmp_path: Path) -> None:
    """As Lambda does: the client asks the Runtime API for an event, calls the handler and posts its answer."""
    (light / "requirements.txt").write_text(f"{LIGHT}awslambdaric==4.2.2\n")
    (light / "app.py").write_text(
        "import boto3, requests\n"
        "from aws_lambda_powertools.utilities.parser import BaseModel, event_parser\n"
        "class Order(BaseModel):\n    quantity: int\n"
        "@event_parser(model=Order)\n"
        "def handler(order, context):\n"
        "    places = [boto3.__file__, requests.__file__]\n"
        "    return {'twice': order.quantity * 2, 'from': places, 'id': context.aws_request_id}\n"
    )
    package = build(light, Target("python3.11", "x86_64"), cache=Cache(tmp_path / "cache"))
    task = tmp_path / "task"
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(task)
    answers: list[Any] = []

    class RuntimeApi(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path.endswith("/runtime/invocation/next")
            if answers:
                return  # the client ends, as it does when Lambda takes the sandbox away
            event = b'{"quantity": "21"}'
            self.send_response(200)
            for name, value in {
                "Content-Length": str(len(event)),
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": "one",
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() + 60) * 1000),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:111122223333:function:light",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(event)

        def do_POST(self) -> None:
            answers.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(task),
            "LAMBDA_TASK_ROOT": str(task),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_address[1]}",
        }
        command = [sys.executable, "-S", "-P", "-m", "awslambdaric", "app.handler"]
        done = subprocess.run(
            command, cwd=task, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        server.shutdown()
    ((path, answer),) = answers or [(done.stderr, {})]
    assert path.endswith("/runtime/invocation/one/response")
    assert (answer["twice"], answer["id"]) == (42, "one")
    assert all(place.startswith(str(task)) for place in answer["from"])
