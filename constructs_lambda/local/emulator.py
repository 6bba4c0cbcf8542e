"""`Emulator`: AWS on this machine, reachable from it alone, with nothing of the user's settings.

with Emulator() as aws:
app = aws.deploy("cdk.out")
answer = app.request("GET /orders/1", headers={"Authorization": "Bearer ..."})
result = app.invoke("Orders", {"id": "1"})
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from constructs_lambda.errors import InputError
from constructs_lambda.leashes import Leash
from constructs_lambda.local.clients import free_port, is_alive, is_free, make_client
from constructs_lambda.local.environments import environment, refuse_missing
from constructs_lambda.local.failures import LOG
from constructs_lambda.local.manifests import ACCOUNT, REGION

if TYPE_CHECKING:
    from constructs_lambda.local.apps import LocalApp
    from constructs_lambda.local.deployments import Progress

_SECONDS_TO_START = 120  # a machine with much to do starts it slowly
_LAST_LINES = 15
_STOP = "stop"
"""The named pipe in its folder that ends it."""


class Emulator:
    """An emulator of AWS that runs while the `with` block does.

    It sees nothing of this process's environment but the path to Python, has a home of its own that is removed with
    it, and listens on 127.0.0.1 only. When this process ends, however it does, it ends too.

    Args:
        port: Where it listens. A free port where it isn't given.
        usual_port: Where it listens without `port`, as long as nobody else does.

    Raises:
        InputError: It isn't installed, or can't start; the text says why.
    """

    def __init__(self, *, port: int | None = None, usual_port: int | None = None) -> None:
        self._wanted_port, self._usual_port = port, usual_port
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._apps: list[LocalApp] = []
        self.port = port or 0
        self.token = secrets.token_hex(8)

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it, and doesn't wait until it answers.

        Raises:
            InputError: It isn't installed, its port is taken, or no folder can be made for it.
        """
        refuse_missing()
        if self._wanted_port is not None:
            _refuse_taken(self._wanted_port)
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="constructs-lambda-local-"))
            os.mkfifo(self.folder / _STOP)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(f"no folder for the emulator can be made: {reason}; name one with TMPDIR") from None
        self._start()

    def _start(self) -> None:
        usual = self._usual_port if self._usual_port and is_free(self._usual_port) else None
        self.port = self._wanted_port or usual or free_port()
        with self._log.open("wb") as log:
            self._leash = Leash(
                [sys.executable, "-P", str(Path(__file__).with_name("guard.py"))],
                self.folder,
                {**environment(self.folder), **self._settings()},
                log.fileno(),
                stop=self.folder / _STOP,
                remove=self.folder,
            )

    def _settings(self) -> dict[str, str]:
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",  # it would listen on every address
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{self.folder}/no-docker",  # it would remove containers of other emulators
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_EDITION": self.token,  # its health tells it: so another emulator isn't taken for this one
            "MINISTACK_REGION": REGION,
            "S3_DATA_DIR": str(self.folder / "s3"),
            "STATE_DIR": str(self.folder / "state"),
        }

    def wait(self) -> None:
        """Waits until it answers.

        Raises:
            InputError: It ended, or took too long; the text holds the last of what it said.
        """
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if is_alive(self.port, self.token):
                return
            if not self.is_running:
                if self._wanted_port is None and "already in use" in self.log:  # by who was faster
                    self._leash.end()
                    self._start()
                    continue
                break
            time.sleep(0.02)
        said = "\n".join(self.log.splitlines()[-_LAST_LINES:])
        raise InputError(f"the emulator didn't start; it said:\n{said}")

    def stop(self) -> None:
        """Ends it and the functions, and removes what they left."""
        if hasattr(self, "_leash"):
            self._leash.end()
        self._close_clients()
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _close_clients(self) -> None:
        for each in (*self._clients.values(), *self._apps):
            each.close()
        self._clients.clear()

    def keep(self) -> None:
        """Lets it run on when this process ends; `end_kept` ends it."""
        self._leash.keep()
        self._close_clients()

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._leash.process.poll() is None

    @property
    def pid(self) -> int:
        """The process that it runs below, with all that it starts."""
        return self._leash.process.pid

    @property
    def _log(self) -> Path:
        return self.folder / LOG

    @property
    def log(self) -> str:
        """What it said itself; what functions say is in their log groups."""
        return self._log.read_text(errors="replace")

    def client(self, service: str, *, account: str = ACCOUNT, region: str = REGION) -> Any:
        """A boto3 client, which sees nothing of the user's settings.

        Args:
            service: The service, as boto3 calls it.
            account: Whose resources it sees.
            region: Where they are.
        """
        key = (service, account, region)
        if key not in self._clients:
            self._clients[key] = make_client(self.port, service, account, region)
        return self._clients[key]

    def deploy(
        self,
        outdir: str | Path,
        *,
        parameters: Mapping[str, str | float] | None = None,
        ssm: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> LocalApp:
        """Creates the stacks of a cloud assembly, each after those that it depends on.

        The app's connections are closed with the emulator.
        What the emulator refuses is left out, with what needs it: `LocalApp.ignored` tells.

        Args:
            outdir: The assembly.
            parameters: Values of stack parameters by `NAME` or `STACK:NAME`, as `cdk deploy --parameters` has them.
            ssm: Values of SSM parameters, by name.
            secrets: Values of secrets, by name; what has several is JSON.
            progress: Is told how far it is.

        Raises:
            TypeError: `parameters`, `ssm` or `secrets` is no mapping of texts.
            InputError: The assembly can't be read, a value is missing, or a stack can't be created; says which
                resources failed, and why.
        """
        from constructs_lambda.local.deployments import deploy
        from constructs_lambda.local.keywords import inputs_of

        app = deploy(self, Path(outdir), inputs_of(parameters, ssm, secrets), progress)
        self._apps.append(app)
        return app


def end_kept(folder: Path) -> bool:
    """Ends an emulator that was kept.

    Nothing is killed by a number that may be another's by now: it is told through the pipe in its folder.

    Args:
        folder: Its folder.

    Returns:
        Whether it was there.
    """
    try:
        with os.fdopen(os.open(folder / _STOP, os.O_WRONLY | os.O_NONBLOCK), "wb") as pipe:
            pipe.write(b".")
    except OSError:  # nobody reads it
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _refuse_taken(port: int) -> None:
    if not is_free(port):
        raise InputError(f"port {port} of 127.0.0.1 is taken, or isn't this user's to take; choose another --port")
