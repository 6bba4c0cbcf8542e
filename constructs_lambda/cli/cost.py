"""`constructs-lambda cost`: what a cdk.out folder or a template costs a month."""

from __future__ import annotations

from pathlib import Path

import click

from constructs_lambda.cli import help_option, read_stdin, write


@click.command("cost", short_help="Say what a cdk.out folder or a template costs a month.")
@click.argument("path", metavar="PATH")
@click.option(
    "--usage",
    "usage_in",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="How much the resources are used, as TOML; it goes before what the app says itself.",
)
@click.option("--region", metavar="REGION", help="Take the prices of this Region, whatever the stacks name.")
@click.option("--diff", "other", metavar="OTHER", help="Show what changed against this cdk.out folder or template.")
@click.option("--what-if", "wanted", metavar="memory=MB,...", help="Show what each function costs with other memory.")
@click.option(
    "--prices",
    "prices_in",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Your own prices, as `constructs-lambda prices refresh` writes them; they go before those known here.",
)
@click.option("--discount", metavar="PERCENT", help="Take this off every price, such as 12.5%.")
@click.option(
    "--free-tier/--no-free-tier",
    default=None,
    help="Whether what AWS gives each account every month is taken off; it is, unless the usage file says otherwise.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How the price is written.",
)
@help_option
def command(
    path: str,
    usage_in: Path | None,
    region: str | None,
    other: str | None,
    wanted: str | None,
    prices_in: Path | None,
    discount: str | None,
    free_tier: bool | None,
    style: str,
) -> int:
    """Says what PATH costs a month: a cdk.out folder, a template in JSON or YAML, or - for standard input.

    Nothing is sent anywhere: the prices are in this program. The exit status is 0, and 2 where something can't be read.
    """
    from constructs_lambda.apps import STDIN, read_app
    from constructs_lambda.pricing.documents import as_json
    from constructs_lambda.pricing.estimates import estimate
    from constructs_lambda.pricing.formats import markdown, text
    from constructs_lambda.pricing.prices import shipped_prices
    from constructs_lambda.pricing.settling import split_usage
    from constructs_lambda.pricing.usage_file import AppUsage, read_usage
    from constructs_lambda.pricing.what_if import by_memory, read_memory
    from constructs_lambda.quotas import is_region

    if other is not None and wanted is not None:
        raise click.UsageError("--diff and --what-if don't go together.")
    if region is not None and not is_region(region):
        raise click.UsageError(f"--region is {region!r}; it must be a Region's name, such as eu-west-1.")
    if other == path == STDIN:
        raise click.UsageError("standard input can be one of the two only.")
    usage = read_usage(usage_in) if usage_in else AppUsage()
    memory = read_memory(wanted) if wanted is not None else ()
    prices = shipped_prices()
    prices = prices.with_file(prices_in) if prices_in else prices
    prices = prices.discounted(discount) if discount is not None else prices
    if free_tier is None:
        free_tier = usage.free_tier is not False
    app = read_app(path, read_stdin)
    if memory:
        what_if = by_memory(app, memory, usage, prices, region=region, free_tier=free_tier)
        report, before = estimate(app, usage, prices, region=region, free_tier=free_tier), None
    elif other is not None:
        base, what_if = read_app(other, read_stdin), []
        here, there = split_usage(usage, app, base)
        report = estimate(app, here, prices, region=region, free_tier=free_tier)
        before = estimate(base, there, prices, region=region, free_tier=free_tier, misfits="note")
    else:
        report, before, what_if = estimate(app, usage, prices, region=region, free_tier=free_tier), None, []
    if memory and not what_if:
        raise click.UsageError("--what-if needs requests and duration_ms of a function; no usage states both.")
    write({"text": text, "json": as_json, "markdown": markdown}[style](report, before, what_if))
    return 0
