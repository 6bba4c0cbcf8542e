"""AWS on this machine: what a synth wrote is deployed into an emulator, and called there.

    with Emulator() as aws:
        aws.deploy(outdir)
        answer = aws.request("Shop", "GET /orders/1", headers={"Authorization": "Bearer ..."})
        aws.client("lambda").invoke(FunctionName=..., Payload=...)

Functions run on the Python of the tests, so their packages have to be built for it: `runtime()`, `architecture()`.
The emulator doesn't enforce permissions, IAM, memory and networks; those are asserted on templates.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from aws_cdk import aws_lambda

ACCOUNT, REGION, PARTITION = "000000000000", "us-east-1", "aws"
SECONDS_TO_START = 30
SECONDS_TO_DEPLOY = 60
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
NOT_HERE = platform.libc_ver()[0] != "glibc" or platform.machine() not in ("aarch64", "x86_64")
"""Whether packages for Lambda don't run on this machine."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answered."""

    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Emulator:
    """An emulator that runs while the `with` block does, reachable from this machine alone."""

    def __enter__(self) -> Self:
        self._clients: dict[str, Any] = {}
        self._home = Path(tempfile.mkdtemp(prefix="emulator-"))
        self.port = _free_port()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                cwd=self._home,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the functions' processes are of its group, and end with it
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for client in self._clients.values():
            client.close()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _log(self) -> Path:
        return self._home / "emulator.log"

    @property
    def log(self) -> str:
        """What it and the functions said."""
        return self._log.read_text(errors="replace")

    def _environment(self) -> dict[str, str]:
        """All that it, and the functions, get to see of this process's environment: nothing but the path."""
        return {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "HOME": str(self._home),
            "TMPDIR": str(self._home),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "S3_DATA_DIR": str(self._home / "s3"),
            "STATE_DIR": str(self._home / "state"),
            "AWS_EC2_METADATA_DISABLED": "true",
            **CREDENTIALS,
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                if self._call("GET", "/_ministack/health", {}, None).status == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the emulator didn't start:\n{self.log}")

    def client(self, service: str) -> Any:
        """A boto3 client, which sees nothing of the user's settings."""
        if service not in self._clients:
            outside = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
            inside = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, **CREDENTIALS}
            with mock.patch.dict(os.environ, outside | inside, clear=True):
                self._clients[service] = boto3.Session(region_name=REGION).client(
                    service,
                    endpoint_url=f"http://127.0.0.1:{self.port}",
                    config=Config(proxies={}, retries={"total_max_attempts": 1}),
                )
        return self._clients[service]

    def deploy(self, outdir: Path) -> None:
        """Creates the stacks of a cloud assembly, each after those that it depends on.

        Args:
            outdir: The assembly.

        Raises:
            AssertionError: A stack can't be created; says why.
        """
        artifacts = json.loads((outdir / "manifest.json").read_text())["artifacts"]
        order = TopologicalSorter({name: each.get("dependencies", ()) for name, each in artifacts.items()})
        for name in order.static_order():
            properties = artifacts[name].get("properties", {})
            if artifacts[name]["type"] == "cdk:asset-manifest":
                self._upload(outdir, outdir / properties["file"])
                self._bootstrap(properties)
            elif artifacts[name]["type"] == "aws:cloudformation:stack":
                self._create(properties.get("stackName", name), _here(properties["stackTemplateAssetObjectUrl"]))

    def _upload(self, outdir: Path, manifest: Path) -> None:
        s3, assets = self.client("s3"), json.loads(manifest.read_text())
        assert not assets["dockerImages"], "the emulator runs no images"
        for asset in assets["files"].values():
            content = _content(outdir / asset["source"]["path"])
            for destination in asset["destinations"].values():
                s3.create_bucket(Bucket=_here(destination["bucketName"]))
                s3.put_object(
                    Bucket=_here(destination["bucketName"]), Key=_here(destination["objectKey"]), Body=content
                )

    def _bootstrap(self, properties: Mapping[str, Any]) -> None:
        """What a template asks of an account: the version of its bootstrap stack."""
        if name := properties.get("bootstrapStackVersionSsmParameter"):
            value = str(properties["requiresBootstrapStackVersion"])
            self.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def _create(self, name: str, template: str) -> None:
        bucket, _, key = template.removeprefix("s3://").partition("/")
        stacks, deadline = self.client("cloudformation"), time.monotonic() + SECONDS_TO_DEPLOY
        stacks.create_stack(
            StackName=name,
            TemplateURL=f"http://127.0.0.1:{self.port}/{bucket}/{key}",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        while (status := self._status(name)).endswith("_IN_PROGRESS") and time.monotonic() < deadline:
            time.sleep(0.05)
        if status != "CREATE_COMPLETE":
            events = stacks.describe_stack_events(StackName=name)["StackEvents"]
            failed = [each for each in events if each["ResourceStatus"].endswith("FAILED")]
            reasons = [f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}" for each in failed]
            raise AssertionError("\n".join([f"{name}: {status}", *reasons]))

    def _status(self, stack: str) -> str:
        try:
            return str(self._described(stack)["StackStatus"])
        except ClientError as error:
            return f"gone: {error}"

    def _described(self, stack: str) -> dict[str, Any]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return dict(found)

    def outputs(self, stack: str) -> dict[str, str]:
        """The outputs of a stack, by their logical ids."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._described(stack).get("Outputs", ())}

    def physical_id(self, stack: str, logical_id: str) -> str:
        """The name that a resource got."""
        found = self.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def request(self, api: str, route: str, *, headers: Mapping[str, str] | None = None, body: object = None) -> Answer:
        """Calls a route.

        Args:
            api: The name of a REST or HTTP API.
            route: Method and path, with values in place of variables: `GET /orders/1?page=2`.
            headers: Headers.
            body: A JSON body; a text is sent as it is.
        """
        id, prefix = self._address(api)
        method, _, path = route.partition(" ")
        sent = body if isinstance(body, str | None) else json.dumps(body)
        own = {"Host": f"{id}.execute-api.localhost:{self.port}"}
        if sent is not None:
            own["Content-Type"] = "application/json"
        return self._call(method, prefix + path, {**own, **(headers or {})}, sent)

    def _address(self, api: str) -> tuple[str, str]:
        """Id of an API, and what its paths begin with: a REST API has the stage there."""
        rest = self.client("apigateway")
        found = [(each["id"], "rest") for each in rest.get_rest_apis()["items"] if each["name"] == api]
        others = self.client("apigatewayv2").get_apis()["Items"]
        found += [(each["ApiId"], "http") for each in others if each["Name"] == api]
        assert len(found) == 1, f"{len(found)} APIs are named {api}"
        id, kind = found[0]
        if kind == "http":
            return id, ""
        (stage,) = rest.get_stages(restApiId=id)["item"]
        return id, f"/{stage['stageName']}"

    def _call(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            connection.close()


def runtime() -> aws_lambda.Runtime:
    """The runtime of functions that run here."""
    from aws_cdk import aws_lambda

    found = getattr(aws_lambda.Runtime, f"PYTHON_3_{sys.version_info.minor}")
    assert isinstance(found, aws_lambda.Runtime)
    return found


def architecture() -> aws_lambda.Architecture:
    """The architecture of functions that run here."""
    from aws_cdk import aws_lambda

    return aws_lambda.Architecture.ARM_64 if platform.machine() == "aarch64" else aws_lambda.Architecture.X86_64


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _here(text: str) -> str:
    """A text of a manifest, with the account and the Region in their places."""
    places = {"AccountId": ACCOUNT, "Region": REGION, "Partition": PARTITION}
    for name, value in places.items():
        text = text.replace(f"${{AWS::{name}}}", value)
    return text


def _content(source: Path) -> bytes:
    """A file, or a folder as the archive that a deployment makes of it."""
    if source.is_file():
        return source.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(source.rglob("*")):
            archive.write(file, file.relative_to(source))
    return buffer.getvalue()
