"""Apps made of small templates, and what they cost a month, for the tests of prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from constructs_lambda.model import Stack, Topology
from constructs_lambda.pricing import AppUsage, CostReport, Line, Missing, Prices, estimate
from constructs_lambda.pricing.prices import Tier, shipped_prices
from constructs_lambda.template import read_template

Resource = dict[str, Any]
Resources = Mapping[str, Resource]
PLACE_KEY = "aws:cdk:path"


def made(kind: str, /, usage: object = None, **properties: Any) -> Resource:
    """A resource as a template has it, with usage in its metadata where some is given."""
    found: Resource = {"Type": f"AWS::{kind}", "Properties": properties}
    return found if usage is None else {**found, "Metadata": {"constructs-lambda": {"usage": usage}}}


def function(usage: object = None, **properties: Any) -> Resource:
    """A function; of a timeout that no duration of a test is above."""
    return made("Lambda::Function", usage, **{"Timeout": 900, "MemorySize": 1024, **properties})


def at(path: str, resource: Resource) -> Resource:
    """A resource with the construct path that CDK writes."""
    return {**resource, "Metadata": {**resource.get("Metadata", {}), PLACE_KEY: path}}


def stack(resources: Resources, name: str = "t.json", **about: Any) -> Stack:
    """A template, read."""
    return read_template({"Resources": dict(resources)}, **{"template": name, "size_bytes": 1, **about})


def app(resources: Resources, **about: Any) -> Topology:
    """An app of one stack."""
    return Topology([stack(resources, **about)])


def cost(
    resources: Resources | Topology | list[Topology], /, uses: Mapping[str, object] = {}, **options: Any
) -> CostReport:
    """What an app costs, without the free tier unless it is asked for."""
    model = app(resources) if isinstance(resources, Mapping) else resources
    return estimate(model, AppUsage(resources=uses), **{"free_tier": False, **options})


def usd(report: CostReport) -> str:
    """The total as it is shown."""
    return str(report.total)


def amounts(report: CostReport) -> dict[str, str]:
    """By item what all lines of it cost, in cents."""
    sums: dict[str, Decimal] = {}
    for line in report.lines:
        sums[line.item] = sums.get(line.item, Decimal()) + line.amount
    return {item: f"{amount:.2f}" for item, amount in sums.items()}


def quantities(report: CostReport) -> dict[str, Decimal]:
    """By item how much of it there is, whatever its price."""
    sums: dict[str, Decimal] = {}
    for line in report.lines:
        sums[line.item] = sums.get(line.item, Decimal()) + line.quantity
    return sums


def line(report: CostReport, item: str) -> Line:
    """The one line of an item."""
    (found,) = [each for each in report.lines if each.item == item]
    return found


def unpriced(report: CostReport) -> dict[str, str]:
    """By item why it isn't in the total; without the logs of functions, which each of them has."""
    logs = ("logs that come in", "logs that are kept")
    return {each.item: each.reason for each in report.unpriced if each.item not in logs}


def missing(report: CostReport, item: str) -> Missing:
    """What says that an item isn't in the total."""
    (found,) = [each for each in report.unpriced if each.item == item]
    return found


def prices(usd_by_item: Mapping[str, str], region: str = "us-east-1") -> Prices:
    """Prices of one tier each, by the names of items."""
    like = shipped_prices().by_region["us-east-1"]["lambda-requests"]
    by_item = {name: replace(like, tiers=(Tier(Decimal(usd)),)) for name, usd in usd_by_item.items()}
    return Prices({region: by_item})
