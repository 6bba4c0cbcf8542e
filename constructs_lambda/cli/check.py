"""`constructs-lambda check`: templates and cdk.out folders against every rule."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from constructs_lambda.cli import help_option, read_stdin, write

if TYPE_CHECKING:
    from constructs_lambda.model import Topology


@click.command("check", short_help="Check templates and cdk.out folders against every rule.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How the findings are written.",
)
@click.option(
    "--baseline",
    "known_in",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Findings in this file are known: they are counted, not shown, and don't fail.",
)
@click.option("--write-baseline", is_flag=True, help="Record all findings in the file of --baseline.")
@click.option(
    "--quotas",
    "quotas_in",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The quotas of your accounts, where AWS has raised them, as TOML.",
)
@click.option("--reach", "with_reach", is_flag=True, help="Show what each function can reach, and why (text and json).")
@help_option
def command(
    paths: tuple[str, ...],
    style: str,
    known_in: Path | None,
    write_baseline: bool,
    quotas_in: Path | None,
    with_reach: bool,
) -> int:
    """Checks every PATH: a cdk.out folder, a template in JSON or YAML, or - for standard input.

    The exit status is 0 without errors, 1 with errors, and 2 where a PATH can't be read.
    """
    from constructs_lambda import baseline, formats
    from constructs_lambda.checker import check
    from constructs_lambda.quotas import read_quotas
    from constructs_lambda.reach import as_table, reached

    if write_baseline and known_in is None:
        raise click.UsageError("--write-baseline needs --baseline FILE, the file to write.")
    if with_reach and style not in ("text", "json"):
        raise click.UsageError("--reach goes with --format text or json.")
    quotas = read_quotas(quotas_in) if quotas_in else None
    known_before = baseline.read(known_in) if known_in and not write_baseline else {}
    topologies: list[Topology] = []
    report = check(paths, read_stdin, seen=topologies.append if with_reach else None, quotas=quotas)
    if write_baseline and known_in:
        number = baseline.write(known_in, report.findings)
        write(f"{number} {'finding' if number == 1 else 'findings'} recorded in {known_in}\n")
        return 0
    new, known = baseline.apply(report.findings, known_before)
    report = replace(report, findings=new)
    rows = reached(topologies) if with_reach else None
    if style == "json":
        write(formats.as_json(report, rows))
    elif style == "sarif":
        from constructs_lambda.rules import all_rules

        write(formats.sarif(report, all_rules().values()))
    elif style == "github":
        write(formats.github(report, known=len(known)))
    else:
        table = f"{as_table(rows)}\n" if rows else ""
        write(table + formats.text(report, color=_color(), known=len(known)))
    return 1 if report.errors else 0


def _color() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
