"""`constructs-lambda new`: a new project, from the template that comes with this library or one of your own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from constructs_lambda.cli import help_option, write
from constructs_lambda.errors import InputError, one_line

if TYPE_CHECKING:
    from constructs_lambda.projects import Template

_SERVICE = Path(__file__).resolve().parents[1] / "templates" / "service"


@click.command("new", short_help="Make a new service: app, tests, CI and all.")
@click.argument("name", required=False)
@click.option(
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The folder of the project: a new one, or an empty one. Default: NAME.",
)
@click.option(
    "--template",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    default=_SERVICE,
    help="A folder with template.toml and files/, in place of the template that comes with this library.",
)
@click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="The value of a variable of the template; may be given several times.",
)
@click.option("--list", "is_listed", is_flag=True, help="Only show the variables of the template.")
@help_option
def command(name: str | None, output: Path | None, folder: Path, settings: tuple[str, ...], is_listed: bool) -> None:
    """Makes a project with the NAME, such as my-service, in a folder of that name.

    Nothing is overwritten, and nothing half-made is left behind. The exit status is 0, or 2 where nothing was made.
    """
    from constructs_lambda.projects import names_of, read_template, write_project

    template = read_template(folder)
    if is_listed:
        write(_variables(template))
        return
    if name is None:
        raise click.UsageError("Missing argument 'NAME': what the service is called, such as my-service.")
    given = {**names_of(name, template.reserved), "version": _version()}
    files = template.render(given, _by_key(settings))
    target = output or Path(name)
    write_project(files, target)
    enter = [] if target.resolve() == Path.cwd() else [f"cd {shlex.quote(str(target))}"]
    steps = "".join(f"  {step}\n" for step in [*enter, *template.next])
    write(one_line(f"{name}: {template.summary}, {len(files)} files in {target}") + f"\nNext:\n{steps}")


def _variables(template: Template) -> str:
    rows = [
        (key, variable.help + ("" if variable.default is None else f" (default: {variable.default})"))
        for key, variable in template.variables.items()
    ]
    width = max((len(key) for key, _ in rows), default=0)
    return "".join(f"{key:<{width}}  {one_line(text)}\n" for key, text in rows) or "no variables\n"


def _by_key(settings: tuple[str, ...]) -> dict[str, str]:
    pairs = [setting.partition("=") for setting in settings]
    if wrong := [key for key, equals, _ in pairs if not (key and equals)]:
        raise InputError("\n".join(one_line(f"--set {key!r}: has to be KEY=VALUE") for key in wrong))
    return {key: value for key, _, value in pairs}


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("constructs-lambda")
    except metadata.PackageNotFoundError:
        raise InputError("constructs-lambda isn't installed here, so no project can ask for its version") from None
