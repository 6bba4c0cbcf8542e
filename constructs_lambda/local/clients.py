"""How an emulator is reached: ports of this machine, its health, and clients of boto3."""

from __future__ import annotations

import http.client
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from constructs_lambda.errors import InputError, one_line
from constructs_lambda.local.manifests import ACCOUNT, REGION

P = ParamSpec("P")
T = TypeVar("T")

_SECONDS_TO_INVOKE = 910  # no function runs longer
_SECONDS_TO_TELL: float = 5
_one_at_a_time = threading.Lock()


class NoAnswerError(InputError):
    """The emulator doesn't answer: it is gone, or about to be."""


def make_client(port: int, service: str, account: str = ACCOUNT, region: str = REGION) -> Any:
    """A boto3 client of an emulator, which sees nothing of the user's settings.

    Args:
        port: Where the emulator listens.
        service: The service, as boto3 calls it.
        account: Whose resources it sees.
        region: Where they are.
    """
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    with _nothing_of_the_user():
        session = boto3.Session(
            aws_access_key_id=account,  # so the emulator knows whose request it is
            aws_secret_access_key="test",
            region_name=region,
        )
        return session.client(
            service,
            endpoint_url=f"http://127.0.0.1:{port}",
            config=Config(
                proxies={},
                retries={"total_max_attempts": 1},
                connect_timeout=5,
                read_timeout=_SECONDS_TO_INVOKE,
                s3={"addressing_style": "path"},
            ),
        )


@contextmanager
def _nothing_of_the_user() -> Iterator[None]:
    """Hides the user's settings of AWS; botocore reads them while it makes a client, and not later."""
    with _one_at_a_time:
        hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("AWS_")}
        inside = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        os.environ.update(inside)
        try:
            yield
        finally:
            for name in inside:
                del os.environ[name]
            os.environ.update(hidden)


def is_alive(port: int, token: str) -> bool:
    """Whether an emulator answers on a port, and is the one with this token."""
    return is_there(port, token) is True


def is_there(port: int, token: str) -> bool | None:
    """Whether an emulator is on a port, and is the one with this token; None where nothing answers in time.

    Args:
        port: Where it listens.
        token: What it tells of itself.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_TO_TELL)
    try:
        connection.request("GET", "/_ministack/health")
        response = connection.getresponse()
        return response.status == 200 and json.loads(response.read()).get("edition") == token
    except ConnectionRefusedError:
        return False
    except OSError:  # busy
        return None
    except (http.client.HTTPException, ValueError, AttributeError):
        return False
    finally:
        connection.close()


def explained(call: Callable[P, T]) -> Callable[P, T]:
    """Has what boto3 raises come as an `InputError`: what the emulator refuses, and (`NoAnswerError`) that it is gone.

    Args:
        call: What talks to the emulator.
    """

    @wraps(call)
    def explaining(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except Exception as error:
            from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

            if isinstance(error, ClientError):
                raise InputError(f"the emulator refuses it: {one_line(str(error))}") from None
            if isinstance(error, BotoCoreError):
                raise NoAnswerError(f"the emulator doesn't answer: {one_line(str(error))}") from None
            raise

    return explaining


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of 127.0.0.1, and this user may.

    Args:
        port: The port.
    """
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
