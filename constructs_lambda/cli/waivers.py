"""`constructs-lambda waivers`: what a platform team lets pass, for an auditor."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from constructs_lambda.cli import help_option, write

_HEADERS = ("rule", "path", "owner", "until", "days left", "state", "findings", "profile", "reason")


@click.command("waivers", short_help="List what the profiles of an app let pass, until when.")
@click.argument("directory", metavar="CDK_OUT", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the waivers are written.",
)
@click.option("--within", metavar="DAYS", type=click.IntRange(min=0), help="Only those that are over in so many days.")
@click.option(
    "--today",
    metavar="DAY",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day to count from, such as 2026-12-31; the current day where it isn't given.",
)
@help_option
def command(directory: Path, style: str, within: int | None, today: datetime | None) -> int:
    """Lists the waivers of the app in CDK_OUT, a cdk.out folder, those with the fewest days left first.

    The exit status is 1 where one is over, 2 where CDK_OUT can't be read, and 0 otherwise.
    """
    from constructs_lambda.waivers import as_rows, in_urgency, read_waivers

    day = today.date() if today else date.today()
    every = read_waivers(directory)
    shown = [each for each in in_urgency(every, day) if within is None or each.days_left(day) <= within]
    if style == "json":
        import json

        write(
            json.dumps(
                [
                    {
                        "rule": each.rule,
                        "path": each.path,
                        "owner": each.owner,
                        "until": each.until.isoformat(),
                        "days_left": each.days_left(day),
                        "state": each.state(day),
                        "findings": None if each.findings is None else list(each.findings),
                        "profile": each.profile,
                        "reason": each.reason,
                    }
                    for each in shown
                ],
                indent=2,
            )
            + "\n"
        )
    elif not shown:
        write("no waivers\n" if within is None or not every else f"no waiver is over within {within} days\n")
    else:
        from tabulate import tabulate

        rows = list(as_rows(shown, day))
        if style == "markdown":
            rows = [[cell.replace("|", "\\|").replace("<", "&lt;") for cell in row] for row in rows]
        table = tabulate(rows, _HEADERS, "github" if style == "markdown" else "simple", disable_numparse=True)
        write(f"{table}\n")
    return 1 if any(each.days_left(day) < 0 for each in every) else 0
