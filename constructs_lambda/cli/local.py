"""`constructs-lambda local`: an app deployed on this machine, and called there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from constructs_lambda.cli import help_option, read_stdin, write
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.small_files import read_small

if TYPE_CHECKING:
    from constructs_lambda.local.answers import Answer, LogLine
    from constructs_lambda.local.apps import LocalApp

_MOST_BYTES = 6_291_556
"""No event or body of Lambda is larger."""
_SECONDS_BETWEEN_LOGS = 0.5
_SECONDS_TO_BE_GONE = 10

_port = click.option("--port", metavar="PORT", type=click.IntRange(1, 65535), help="Which emulator, where several run.")
_headers = click.option(
    "-H", "--header", "headers", metavar="'NAME: VALUE'", multiple=True, help="A header; may be given several times."
)


@click.group("local", short_help="Run an app on this machine, without AWS and Docker.", no_args_is_help=False)
@help_option
def command() -> None:
    """Deploys an app into an emulator of AWS on this machine, and calls it there. Nothing else can reach it."""


@command.command("up", short_help="Start an emulator, and deploy an app into it.")
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@click.option("--detach", is_flag=True, help="Come back once all is deployed; `local down` ends it.")
@click.option("--once", is_flag=True, help="End it all once it is deployed and the requests are answered.")
@click.option(
    "--request", "requests", metavar="ROUTE", multiple=True, help="Call this route, such as 'GET /orders/1', at once."
)
@_headers
@click.option("--api", metavar="NAME", help="The API of the requests, where there are several.")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(1, 65535),
    help="Where it listens on 127.0.0.1. 4566 unless given, or a free port where that is taken.",
)
@click.option(
    "--parameters",
    metavar="[STACK:]NAME=VALUE",
    multiple=True,
    help="The value of a stack's parameter, as for `cdk deploy`; may be given several times.",
)
@click.option(
    "--ssm",
    metavar="NAME=TEXT|@FILE",
    multiple=True,
    help="An SSM parameter that the app reads; may be given several times.",
)
@click.option(
    "--secret",
    "secrets",
    metavar="NAME=TEXT|@FILE",
    multiple=True,
    help="A secret that the app reads; may be given several times.",
)
@click.option(
    "--method",
    type=click.Choice(["auto", "cdk", "cloudformation"]),
    default="auto",
    show_default=True,
    help="Deploy with the CDK CLI, or without it. With it where it is found: in node_modules/.bin or on the path.",
)
@help_option
def up_command(
    path: Path | None,
    detach: bool,
    once: bool,
    requests: tuple[str, ...],
    headers: tuple[str, ...],
    api: str | None,
    port: int | None,
    parameters: tuple[str, ...],
    ssm: tuple[str, ...],
    secrets: tuple[str, ...],
    method: str,
) -> int:
    """Deploys PATH: a cdk.out folder, an app's Python file, or a folder with a cdk.json.

    Without PATH it is the app of the cdk.json here, or cdk.out. An app is synthesized with packages for this machine.
    What the emulator leaves out of it is said before. It stays, and shows what functions write, until Ctrl-C.
    """
    from constructs_lambda.cli.local_up import Call, up
    from constructs_lambda.local.inputs import Inputs

    if detach and once:
        raise click.UsageError("--detach and --once don't go together.")
    if not requests and (headers or api):
        raise click.UsageError(f"{'--header' if headers else '--api'} is for requests; name one with --request.")
    inputs = Inputs(_pairs("--parameters", parameters), _values("--ssm", ssm), _values("--secret", secrets))
    calls = tuple(Call(each, _parsed(headers), api) for each in requests)
    stay: Literal["yes", "no", "detached"] = "detached" if detach else "no" if once else "yes"
    return up(path, calls, inputs=inputs, port=port, method=method, stay=stay)


@command.command("invoke", short_help="Invoke a function.")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--event", metavar="FILE", help="Its event: a file, - for standard input, or JSON. {} unless given.")
@_port
@help_option
def invoke_command(name: str | None, event: str | None, port: int | None) -> int:
    """Invokes a function and prints what it returns; what it writes goes to standard error.

    NAME is a construct path such as Shop/Orders, the end of one, a logical id or a physical name. The exit status is 1
    where the function fails.
    """
    from constructs_lambda.invocations.payloads import read_event

    payload = read_event("{}" if event is None else event, read_stdin)
    result = _open(port).invoke(name, payload)
    for line in result.log.splitlines():
        click.echo(line, err=True)
    write(_pretty(result.payload))
    return 1 if result.error else 0


@command.command("request", short_help="Call a route.")
@click.argument("route", metavar="ROUTE")
@_headers
@click.option("--body", metavar="TEXT|@FILE", help="What is sent; @FILE is a file's content, @- standard input.")
@click.option("--api", metavar="NAME", help="The API, where there are several; the function of a function URL.")
@click.option("--sign", is_flag=True, help="Sign the request, for what AWS_IAM is in front of.")
@click.option("-i", "--include", is_flag=True, help="Show status and headers too.")
@_port
@help_option
def request_command(
    route: str,
    headers: tuple[str, ...],
    body: str | None,
    api: str | None,
    sign: bool,
    include: bool,
    port: int | None,
) -> int:
    """Calls a route of an API, or a function's URL, and prints the answer. ROUTE is such as 'GET /orders/1?page=2'.

    The exit status is 0 whatever the route answers.
    """
    sent = _read(body[1:]) if body is not None and body.startswith("@") else body
    answer = _open(port).request(route, headers=_parsed(headers), body=sent, api=api, sign=sign)
    write(shown_answer(answer, include=include))
    return 0


@command.command("publish", short_help="Publish to a topic, or send to a queue.")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--message", metavar="TEXT|@FILE", required=True, help="The message; @FILE is a file's content.")
@click.option(
    "--attribute", "attributes", metavar="NAME=VALUE", multiple=True, help="An attribute; may be given several times."
)
@click.option("--group", metavar="NAME", help="The message group. What is FIFO gets one unless it is given.")
@_port
@help_option
def publish_command(
    name: str | None, message: str, attributes: tuple[str, ...], group: str | None, port: int | None
) -> int:
    """Publishes a message to a topic, or sends it to a queue. NAME is a construct path, or the end of one."""
    pairs = _pairs("--attribute", attributes)
    write(_open(port).publish(name, _text(message), pairs, group=group) + "\n")
    return 0


@command.command("logs", short_help="Show what functions wrote.")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("-f", "--follow", "is_followed", is_flag=True, help="Go on until Ctrl-C, or until the emulator ends.")
@_port
@help_option
def logs_command(name: str | None, is_followed: bool, port: int | None) -> int:
    """Shows what functions wrote, the oldest first; NAME chooses one."""
    from constructs_lambda.local.sessions import choose

    session = choose(port)
    app = session.open()
    if is_followed:
        follow(app, lambda: session.is_running, name)
    else:
        write("".join(map(_shown_line, app.logs(name))))
    return 0


@command.command("down", short_help="End an emulator.")
@_port
@click.option("--all", "is_all", is_flag=True, help="End all that run.")
@help_option
def down_command(port: int | None, is_all: bool) -> int:
    """Ends the emulator, and all that it started. The exit status is 0 also where none runs."""
    from constructs_lambda.local.emulator import end_kept
    from constructs_lambda.local.sessions import choose, sessions

    running = sessions()
    if not running:
        write("no emulator runs\n")
        return 0
    for session in running if is_all else [choose(port)]:
        end_kept(session.home)
        session.wait_for_end()
        write(f"ended {session.shown}\n")
    return 0


def follow(app: LocalApp, is_running: Callable[[], bool], name: str | None = None) -> None:
    """Shows what functions write, each line once, as long as the emulator is there.

    Args:
        app: The app.
        is_running: Whether it is.
        name: One function; all where it isn't given.
    """
    from constructs_lambda.local.clients import NoAnswerError

    seen: set[str] = set()
    while is_running():
        try:
            lines = app.logs(name)
        except NoAnswerError:
            if not _ends(is_running):
                raise
            return
        for line in lines:
            if line.id not in seen:
                seen.add(line.id)
                write(_shown_line(line))
        time.sleep(_SECONDS_BETWEEN_LOGS)


def _ends(is_running: Callable[[], bool]) -> bool:
    """Whether the emulator is gone soon: one that ends takes no call a moment before it is."""
    deadline = time.monotonic() + _SECONDS_TO_BE_GONE
    while is_running():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _shown_line(line: LogLine) -> str:
    return f"{line.function}  {one_line(line.message)}\n"


def shown_answer(answer: Answer, *, include: bool) -> str:
    """An answer for people to read.

    Args:
        answer: The answer.
        include: Whether its headers are wanted.
    """
    head = [f"{answer.status} {answer.reason}".strip()] if include else []
    head += [one_line(f"{name}: {value}") for name, value in answer.all_headers] if include else []
    return "".join(f"{line}\n" for line in [*head, *([""] if include else [])]) + _pretty(answer.body)


def _pretty(data: bytes) -> str:
    """JSON, indented; anything else as it is."""
    try:
        return json.dumps(json.loads(data), indent=2, ensure_ascii=False) + "\n"
    except ValueError:
        text = data.decode(errors="replace")
        return text if text.endswith("\n") or not text else f"{text}\n"


def _open(port: int | None) -> LocalApp:
    from constructs_lambda.local.sessions import choose

    return choose(port).open()


def _parsed(headers: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [each.partition(":") for each in headers]
    if wrong := [name for name, colon, _ in pairs if not colon or not name.strip()]:
        raise click.UsageError(f"--header is {wrong[0]!r}; it must be 'NAME: VALUE'.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    if wrong := [each for each in given if not each.partition("=")[0] or "=" not in each]:
        raise click.UsageError(f"{option} is {wrong[0]!r}; it must be NAME=VALUE.")
    found = dict(each.partition("=")[::2] for each in given)
    if len(found) < len(given):
        names = [each.partition("=")[0] for each in given]
        raise click.UsageError(f"{option} {next(each for each in found if names.count(each) > 1)}: is given twice.")
    return found


def _values(option: str, given: Sequence[str]) -> dict[str, str]:
    """Texts by name, or what is in files."""
    found = {name: _text(value) for name, value in _pairs(option, given).items()}
    if empty := [name for name, value in found.items() if not value]:
        raise click.UsageError(f"{option} {empty[0]}: is empty, and AWS takes no empty one.")
    return found


def _text(given: str) -> str:
    """A text, or what is in a file."""
    if not given.startswith("@"):
        return given
    try:
        return _read(given[1:]).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{given[1:]}: is no UTF-8 at byte {error.start:,}; save it as UTF-8") from None


def _read(file: str) -> bytes:
    return read_stdin() if file == "-" else read_small(Path(file), most_bytes=_MOST_BYTES, of="an event")
