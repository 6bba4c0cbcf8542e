"""The command line. Each command is a module of this folder and is imported only when it is called."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

import click

from constructs_lambda.errors import InputError, one_line

_COMMANDS = ("check", "cost", "invoke", "local", "new", "package", "prices", "waivers")


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in _COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(cmd_name, _COMMANDS, 1)
            ctx.fail(f"No such command {cmd_name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        command = import_module(f"constructs_lambda.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(130)  # click itself would print an empty line


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib import metadata  # slow, and needed only here

        try:
            version = metadata.version("constructs-lambda")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        write(f"constructs-lambda {version}\n")
        ctx.exit()


def _print_help(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        write(f"{ctx.get_help()}\n")
        ctx.exit()


help_option = click.help_option("-h", "--help", callback=_print_help)
"""The option of every command; that of click itself leaves a full disk to Python."""


@click.group(cls=_Commands, no_args_is_help=False)
@help_option
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def _commands() -> None:
    """Checks AWS Lambda applications before they are deployed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit status: 0, 1 for errors found, 2 for bad usage or input, 130 for Ctrl-C.

    Args:
        arguments: What stands after the program's name; that of the process unless given.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII terminal must not make a traceback
    try:
        status = _commands.main(arguments, prog_name="constructs-lambda", standalone_mode=False)
    except click.ClickException as problem:
        context = problem.ctx if isinstance(problem, click.UsageError) else None
        hint = f" (see '{context.command_path} --help')" if context else ""
        return _refuse(" ".join(problem.format_message().split()) + hint)
    except click.Abort:
        return 130
    except InputError as problem:
        return _refuse(str(problem))
    except OSError as problem:
        return _refuse(f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem))
    return status if isinstance(status, int) else 0


def read_stdin() -> bytes:
    """Standard input, but no more of it than a template may have.

    Raises:
        InputError: It is closed.
    """
    from constructs_lambda.documents import MAX_BYTES

    if sys.stdin is None:
        raise InputError("standard input: is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def write(output: str) -> None:
    """Prints to standard output as it is; a reader that has gone away (`| head`) is no error.

    Raises:
        InputError: Standard output can't take it, because a disk is full for example.
    """
    try:
        click.echo(output, nl=False, color=True)
    except OSError as problem:
        _drop(sys.stdout)
        if not isinstance(problem, BrokenPipeError):
            raise InputError(f"standard output: {problem.strerror}") from None


def say(data: bytes) -> None:
    """Prints to standard error at once and as it is; where nobody reads it any more, nothing is said."""
    if sys.stderr is None:
        return
    try:
        click.echo(data, nl=False, err=True, color=True)
    except OSError:
        _drop(sys.stderr)


def _refuse(message: str) -> int:
    try:
        for line in message.splitlines():
            click.echo(f"constructs-lambda: {one_line(line)}", err=True)
    except OSError:  # nowhere is left to say it
        _drop(sys.stderr)
    return 2


def _drop(stream: TextIO) -> None:
    """Sends what is still buffered nowhere: it would fail again when Python exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
