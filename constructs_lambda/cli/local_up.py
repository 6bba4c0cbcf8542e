"""`constructs-lambda local up`: from an app to a deployed one, and all of it ended again."""

from __future__ import annotations

import os
import select
import shlex
import signal
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import click

from constructs_lambda.cli import write
from constructs_lambda.cli.local import follow, shown_answer
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.local.calls import misses, read_line
from constructs_lambda.local.cdk_cli import deploy_with_cdk, find_cdk
from constructs_lambda.local.deployments import create, deployed
from constructs_lambda.local.emulator import Emulator
from constructs_lambda.local.fits import Fitted, fit
from constructs_lambda.local.inline_code import with_cfnresponse
from constructs_lambda.local.inputs import Inputs, perhaps_read, supply
from constructs_lambda.local.listings import listing
from constructs_lambda.local.manifests import lookups
from constructs_lambda.local.natives import misfits
from constructs_lambda.local.sessions import write_session
from constructs_lambda.local.synths import App, find_app, synthesize_with
from constructs_lambda.packaging import LOCAL_CONTEXT
from constructs_lambda.records import record

USUAL_PORT = 4566
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


@record()
class Call:
    """A route that is called once all is deployed.

    Args:
        route: Method and path.
        headers: Headers.
        api: The API, where there are several.
    """

    route: str
    headers: Mapping[str, str]
    api: str | None


def up(
    path: Path | None,
    calls: Sequence[Call],
    *,
    inputs: Inputs,
    port: int | None,
    method: str,
    stay: Literal["yes", "no", "detached"],
) -> int:
    """Deploys an app into an emulator of its own.

    Args:
        path: What to deploy.
        calls: What is called then.
        inputs: Values that the app needs.
        port: Where the emulator listens; the usual port, or a free one, where it isn't given.
        method: How it is deployed: `auto`, `cdk` or `cloudformation`.
        stay: Whether the emulator runs on, and who ends it.

    Raises:
        InputError: Something is missing or fails; nothing is left running.
    """
    started = time.monotonic()
    lines = [read_line(each.route) for each in calls]
    app = find_app(path)
    cdk = find_cdk(app.folder, is_wanted=method == "cdk") if method != "cloudformation" else None
    aws = Emulator(port=port, usual_port=USUAL_PORT)
    file: Path | None = None
    is_kept = False
    with _one_way_to_end():
        try:
            aws.start()
            outdir = app.path
            if app.command:
                _say(f"synthesizing {app.path}")
                outdir = synthesize_with(app, aws.folder, inputs.ssm)
            fitted = fit(outdir)
            for line in fitted.ignored.lines():
                _say(line)
            if fitted.empty:
                _say(f"Not deployed, because AWS takes no stack without resources: {', '.join(fitted.empty)}")
            missed = misses(fitted, outdir, lines, calls[0].api if calls else None)
            for line in (*_looked_up(app, outdir), *_not_given(fitted, inputs), *missed):
                _say(line)
            if wrong := misfits(fitted.plans, fitted.templates):
                _say("Built for another machine, so these fail when they are imported:")
                for line in wrong:
                    _say(f"  {line}")
                _say(f"  Fix: name the app's file, not its cdk.out, or synthesize with --context {LOCAL_CONTEXT}=true.")
            aws.wait()
            fitted = with_cfnresponse(aws, supply(aws, fitted, inputs))
            with _Progress() as progress:
                if cdk is not None:
                    deploy_with_cdk(cdk, aws, fitted, outdir, progress)
                    here = deployed(aws, fitted)
                else:
                    here = create(aws, fitted, progress)
            try:
                file = write_session(aws, here, app.path)
            except InputError as problem:
                if stay == "detached":
                    raise
                _say(f"warning: {problem}")
            write(f"Deployed in {time.monotonic() - started:.0f} s. AWS is at http://127.0.0.1:{aws.port}\n")
            write("".join(f"{line}\n" for line in listing(here, stays=stay != "no")))
            for call in calls:
                write(f"\n> {call.route}\n")
                write(shown_answer(here.request(call.route, headers=call.headers, api=call.api), include=True))
            if stay == "detached":
                aws.keep()
                is_kept = True
                write("It runs until: constructs-lambda local down\n")
            elif stay == "yes":
                write("Ctrl-C ends it.\n")
                follow(here, lambda: aws.is_running and not _is_terminal_gone())
                if aws.is_running:
                    raise KeyboardInterrupt
                if aws.folder.is_dir():  # who ends it removes that
                    raise InputError("the emulator ended by itself: somebody killed it, or the memory was used up")
                write("The emulator was ended.\n")
            return 0
        except KeyboardInterrupt:
            _say("\nended")
            raise
        finally:
            _ignore_signals()
            if not is_kept:
                aws.stop()
                if file is not None:
                    file.unlink(missing_ok=True)


def _looked_up(app: App, outdir: Path) -> Iterator[str]:
    """What the app looks up in AWS, and how the SSM parameters among it can be given."""
    if found := lookups(outdir):
        values = "value" if len(found) == 1 else "values"
        yield f"The app looks up {len(found)} {values} in AWS; CDK's placeholders stand for them."
        for each in found:
            if each.ssm and app.command:
                yield one_line(f"  the SSM parameter {each.ssm}: --ssm {shlex.quote(f'{each.ssm}=VALUE')}")


def _not_given(app: Fitted, inputs: Inputs) -> Iterator[str]:
    if lines := perhaps_read(app, inputs):
        yield "Not there, unless it is given; functions may read it while they run:"
        yield from lines


@contextmanager
def _one_way_to_end() -> Iterator[None]:
    """Has whatever asks this process to end do what Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in _ENDING}
    for each in _ENDING:
        signal.signal(each, interrupt)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _is_terminal_gone() -> bool:
    """Whether the terminal was closed: where make is the terminal's own program, only make is told."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    look = select.poll()
    look.register(sys.stdin, 0)  # a hang-up is told, whatever is asked for
    return any(_is_a_terminal(file) and found & select.POLLHUP for file, found in look.poll(0))


def _is_a_terminal(file: int) -> bool:
    return stat.S_ISCHR(os.fstat(file).st_mode)


def _ignore_signals() -> None:
    """What ends is not interrupted once more."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)


def _say(line: str) -> None:
    with suppress(OSError):
        click.echo(line, err=True)


class _Progress:
    """Says on standard error how far it is: in one line that changes on a terminal, else in a line for each stack."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._is_open = False

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_open:  # failed or interrupted: what comes next begins a line of its own
            _say("")

    def __call__(self, stack: str, done: int, total: int, seconds: float) -> None:
        is_done = done == total
        if self._is_terminal:
            with suppress(OSError):
                click.echo(f"\r{stack}: {done} of {total} resources, {seconds:.1f} s", err=True, nl=is_done)
            self._is_open = not is_done
        elif is_done or (not done and not seconds):
            _say(f"{stack}: {done} of {total} resources" + (f", {seconds:.1f} s" if is_done else ""))
