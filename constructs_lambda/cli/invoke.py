"""`constructs-lambda invoke`: one function on this machine, by AWS's own runtime client."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import click

from constructs_lambda.cli import help_option, read_stdin, say, write
from constructs_lambda.errors import InputError, one_line


@click.command("invoke", short_help="Run one function on this machine, with an event.")
@click.argument("name", metavar="FOLDER|FUNCTION")
@click.option("--event", metavar="FILE", help="The event: a file, - for standard input, or JSON. Default: {}.")
@click.option("--sample", metavar="KIND", help="A sample event in its place, such as queue or http.")
@click.option("--app", metavar="FOLDER", default="cdk.out", show_default=True, help="Where FUNCTION is looked for.")
@click.option("--handler", metavar="NAME", help="Module and function. Default: app.handler for a folder.")
@click.option("--timeout", metavar="SECONDS", type=int, help="How long it may run. Default: 10 for a folder.")
@click.option("--memory", metavar="MB", type=int, help="How much memory it has. Default: 512 for a folder.")
@click.option("--env", "variables", metavar="NAME=VALUE", multiple=True, help="A variable; may be given several times.")
@click.option(
    "--layer",
    "layers",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Source of a layer; may be given several times.",
)
@click.option("--tenant", metavar="ID", help="Whom it is invoked for, with tenant isolation.")
@help_option
def command(
    name: str,
    event: str | None,
    sample: str | None,
    app: str,
    handler: str | None,
    timeout: int | None,
    memory: int | None,
    variables: tuple[str, ...],
    layers: tuple[Path, ...],
    tenant: str | None,
) -> int:
    """Runs a function once: the source in FOLDER, or FUNCTION of a synthesized app by its path or logical id.

    It is bundled for this machine, and sees nothing of this environment: a package that it lacks on Lambda is lacking
    here. Its response goes to standard output, its log to standard error. The exit status is 0, 1 where the function
    failed, and 2 where it can't be run.
    """
    from constructs_lambda.invocations.functions import Settings
    from constructs_lambda.invocations.payloads import read_event
    from constructs_lambda.invocations.runs import run

    if not name.strip():
        raise click.UsageError("FOLDER|FUNCTION is empty.")
    if event is not None and sample is not None:
        raise click.UsageError("--event and --sample don't go together.")
    settings = Settings(
        handler=handler,
        timeout_seconds=timeout,
        memory_mb=memory,
        environment=_by_name(variables),
        layers=layers,
        tenant=tenant,
    )
    payload = _sample(sample) if sample is not None else read_event("{}" if event is None else event, read_stdin)
    if Path(name).is_dir():
        from constructs_lambda.invocations.folders import from_folder

        function = from_folder(Path(name), settings)
    else:
        from constructs_lambda.invocations.deployed import from_app

        function = from_app(app, name, settings)
    for note in (*_taken(name, app), *function.notes):
        say(f"{one_line(f'note: {note}')}\n".encode())
    try:
        with _stopped_cleanly():
            outcome = run(function, payload, say)
    except _Stopped as stopped:
        return 128 + stopped.number
    write(_shown(outcome.payload))
    return 1 if outcome.is_error else 0


def _taken(name: str, app: str) -> Iterator[str]:
    """Says what was taken where a folder and a function have the same name."""
    if not Path(name).is_dir() or name.startswith((".", "/")) or name.endswith("/"):
        return
    from constructs_lambda.invocations.deployed import has_function

    if has_function(app, name):
        yield f"this is the folder {name}, and {app} has a function of that name. Fix: for that, give more of its path"


def _by_name(variables: tuple[str, ...]) -> dict[str, str]:
    pairs = [variable.partition("=") for variable in variables]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise InputError("\n".join(one_line(f"--env {name!r}: has to be NAME=VALUE") for name in wrong))
    return {name: value for name, _, value in pairs}


def _sample(kind: str) -> bytes:
    from constructs_lambda.testing.samples import default_event

    return json.dumps(default_event(kind)).encode()


def _shown(payload: bytes) -> str:
    """The answer as it is; on a terminal laid out over lines."""
    text = payload.decode("utf-8", "replace")
    if sys.stdout is not None and sys.stdout.isatty():
        with suppress(ValueError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return f"{text}\n"


class _Stopped(BaseException):
    """A signal asks this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """Lets what ends this process end the function too, and take away its folders, as Ctrl-C does."""

    def stop(number: int, _: object) -> NoReturn:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # once is enough
        raise _Stopped(number)

    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    before = {number: handler for number, handler in signals.items() if handler != signal.SIG_IGN}  # as nohup sets it
    for each in before:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
