"""`constructs-lambda prices`: files of prices, read anew from AWS's price lists."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from constructs_lambda.cli import help_option, write
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.quotas import is_region

_MB = 1_000_000


@click.group("prices", short_help="Read AWS's price lists anew.", no_args_is_help=False)
@help_option
def command() -> None:
    """Makes files of prices for `constructs-lambda cost --prices FILE`."""


@command.command("refresh", short_help="Read the prices of Regions from AWS's price lists.")
@click.option(
    "--region",
    "regions",
    metavar="REGION",
    multiple=True,
    default=("us-east-1",),
    show_default=True,
    help="A Region whose prices are wanted; may be given several times.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    default=Path("prices.json"),
    show_default=True,
    help="The file that is written; one with other prices is replaced.",
)
@click.option("--url", metavar="URL", default=None, help="Where the price lists are, if not at AWS.")
@help_option
def refresh_command(regions: tuple[str, ...], output: Path, url: str | None) -> None:
    """Reads what AWS publishes of each Region and writes it into a file, whole or not at all.

    No credentials are needed. About 320 MB are read for each Region, and not kept. The exit status is 0, also where
    some prices aren't in the lists, and 2 where nothing is written.
    """
    from datetime import date

    from constructs_lambda.pricing.prices import as_file
    from constructs_lambda.pricing.refresh import AWS, refresh
    from constructs_lambda.whole_files import whole_file

    _refuse(regions, url)
    with whole_file(output, check=_refuse_others) as file, _Progress() as progress:
        refreshed = refresh(tuple(dict.fromkeys(regions)), today=date.today(), progress=progress, url=url or AWS)
        for line in refreshed.missing:
            click.echo(f"constructs-lambda: warning: {line}", err=True)
        number = sum(map(len, refreshed.by_region.values()))
        if not number:
            raise InputError(f"{url or AWS}: no price of any item was found; nothing was written")
        file.write(as_file(refreshed.by_region))
    write(f"{number} prices written to {output}; use them with: constructs-lambda cost cdk.out --prices {output}\n")


def _refuse(regions: tuple[str, ...], url: str | None) -> None:
    problems = [
        f"--region is {one_line(region)!r}; it must be a Region's name, such as eu-west-1"
        for region in regions
        if not is_region(region)
    ]
    problems += [f"--region is {region!r}; prices in China are in CNY, and only USD can be summed up"
                 for region in regions if is_region(region) and region.startswith("cn-")]  # fmt: skip
    if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
        problems.append(f"--url is {one_line(url)!r}; it must begin with https:// or http://")
    if problems:
        raise InputError("\n".join(problems))


def _refuse_others(path: Path) -> None:
    """What is there must be a file of prices: nobody loses a template to a slip of the hand."""
    from constructs_lambda.pricing.prices import Prices

    if not path.is_file():
        raise InputError(one_line(f"{path}: is no regular file; name one for the prices"))
    try:
        Prices({}).with_file(path)
    except InputError:
        reason = "is there already and is no file of prices; name another file, or remove it"
        raise InputError(one_line(f"{path}: {reason}")) from None


class _Progress:
    """Says on standard error how far it is: in one line that changes on a terminal, else in a line for each list."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._shown = -1

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown >= 0:  # interrupted: what comes next begins a line of its own
            click.echo(err=True)

    def __call__(self, service: str, region: str, size: int, is_done: bool) -> None:
        if is_done:
            lead = "\r" if self._is_terminal else ""
            click.echo(f"{lead}{region} {service}: {size / _MB:.1f} MB", err=True)
            self._shown = -1
        elif self._is_terminal and size // _MB != self._shown:
            self._shown = size // _MB
            click.echo(f"\r{region} {service}: {self._shown} MB", err=True, nl=False)
