"""Emulators that run, found again by another command: a file for each in the user's cache folder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from constructs_lambda.errors import InputError
from constructs_lambda.local.apps import LocalApp
from constructs_lambda.local.clients import is_there
from constructs_lambda.local.emulator import Emulator
from constructs_lambda.local.failures import LOG
from constructs_lambda.local.resources import Resource
from constructs_lambda.packaging.cache import default_folder
from constructs_lambda.records import record

_SECONDS_TO_END = 60
_UP = "start one with: constructs-lambda local up"


@record()
class Session:
    """An emulator with an app in it.

    Args:
        port: Where it listens.
        token: What it tells of itself.
        home: Its folder, which goes with it.
        app: The path that the user named.
        started_in: The folder that the command was called in.
        resources: What was deployed.
        file: Where this is written down.
    """

    port: int
    token: str
    home: Path
    app: str
    started_in: str
    resources: tuple[Resource, ...]
    file: Path

    @property
    def shown(self) -> str:
        """It, in a list."""
        return f"port {self.port}: {self.app}, started in {self.started_in}"

    @property
    def is_running(self) -> bool:
        """Whether it is there; one that is too busy to answer is, as long as its folder is."""
        answers = is_there(self.port, self.token)
        return self.home.is_dir() if answers is None else answers

    def open(self) -> LocalApp:
        """The app, ready to be called."""
        return LocalApp(self.port, self.resources, log=self.home / LOG)

    def wait_for_end(self) -> None:
        """Waits until it is gone, with all that it started; its folder goes last.

        Raises:
            InputError: It goes on.
        """
        deadline = time.monotonic() + _SECONDS_TO_END
        while (is_running := self.is_running) or (self.home.exists() and time.monotonic() < deadline):
            if is_running and time.monotonic() > deadline:
                raise InputError(f"{self.shown}: goes on, although it was told to end")
            time.sleep(0.05)
        self.file.unlink(missing_ok=True)


def write_session(aws: Emulator, app: LocalApp, path: Path) -> Path:
    """Writes down that an emulator runs.

    Args:
        aws: The emulator.
        app: The app in it.
        path: What the user named.

    Returns:
        The file.

    Raises:
        InputError: It can't be written.
    """
    resources = [
        [each.type, each.path, each.logical_id, each.physical_id, each.stack, each.account, each.region, each.name]
        for each in app.resources
    ]
    session = {
        "port": aws.port,
        "token": aws.token,
        "home": str(aws.folder),
        "app": str(path),
        "started_in": str(Path.cwd()),
        "resources": resources,
    }
    file = _folder() / f"{aws.token}.json"
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = file.with_suffix(f".{os.getpid()}.tmp")
        unfinished.write_text(json.dumps(session))
        unfinished.replace(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"{file}: can't be written: {reason}; other commands find the emulator by it. "
            "CONSTRUCTS_LAMBDA_CACHE names another folder"
        ) from None
    return file


def sessions() -> list[Session]:
    """The emulators that run, busy ones too; what is written down of others is removed."""
    found = []
    for file in sorted(_folder().glob("*.json")):
        session = _read(file)
        if session is not None and session.is_running:
            found.append(session)
        else:
            with suppress(OSError):
                file.unlink()
    return found


def choose(port: int | None) -> Session:
    """The one emulator that is meant.

    Args:
        port: Where it listens. Not needed where there is one only, or one only that was started in this folder.

    Raises:
        InputError: None runs, or several do; they are named.
    """
    running = sessions()
    if not running:
        raise InputError(f"no emulator runs; {_UP}")
    if port is not None:
        there = [each for each in running if each.port == port]
        if not there:
            raise InputError(f"no emulator runs on port {port}; there are:\n{_listed(running)}")
        return there[0]
    here = [each for each in running if each.started_in == str(Path.cwd())]
    chosen = running if len(running) == 1 else here
    if len(chosen) != 1:
        raise InputError(f"several emulators run; choose one with --port:\n{_listed(running)}")
    return chosen[0]


def _listed(running: Sequence[Session]) -> str:
    return "\n".join(each.shown for each in running)


def _folder() -> Path:
    return default_folder() / "local"


def _read(file: Path) -> Session | None:
    try:
        found: dict[str, Any] = json.loads(file.read_bytes())
        resources = tuple(Resource(*map(str, each)) for each in found.pop("resources"))
        return Session(home=Path(found.pop("home")), resources=resources, file=file, **found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
