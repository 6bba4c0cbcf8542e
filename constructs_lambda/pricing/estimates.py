"""`estimate`: the price of an app, from its model, its usage and the prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Literal

from constructs_lambda.errors import InputError
from constructs_lambda.findings import is_within
from constructs_lambda.model import Topology
from constructs_lambda.pricing.apis import api_charges
from constructs_lambda.pricing.charges import Charge, Unpriced, counted, shown
from constructs_lambda.pricing.derived import derive_usage
from constructs_lambda.pricing.functions import function_charges
from constructs_lambda.pricing.instances import instance_charges
from constructs_lambda.pricing.items import HOURS_A_MONTH
from constructs_lambda.pricing.logs import log_charges
from constructs_lambda.pricing.messages import message_charges
from constructs_lambda.pricing.networks import network_charges
from constructs_lambda.pricing.others import other_charges
from constructs_lambda.pricing.prices import Prices, shipped_prices
from constructs_lambda.pricing.report import DIGITS, FREE, CostReport, Line, Missing
from constructs_lambda.pricing.settling import settle_usage
from constructs_lambda.pricing.standing import standing_charges
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.pricing.tiers import Slice, slices
from constructs_lambda.pricing.usage_file import AppUsage
from constructs_lambda.quotas import is_region

_MOST = Decimal(10) ** 30
_FAMILIES: tuple[Callable[[PricedApp], Iterator[Charge | Unpriced]], ...] = (
    function_charges,
    api_charges,
    message_charges,
    network_charges,
    instance_charges,
    standing_charges,
    log_charges,
    other_charges,
)


def estimate(
    app_model: Topology | Iterable[Topology],
    usage: AppUsage | None = None,
    prices: Prices | None = None,
    *,
    region: str | None = None,
    free_tier: bool | None = None,
    within: str = "",
    misfits: Literal["error", "note"] = "error",
) -> CostReport:
    """What an app costs a month of 730 hours, in US dollars without taxes.

    Args:
        app_model: The stacks of the app; several for an app with Stages.
        usage: How much its resources are used, beside what the app itself says.
        prices: The prices; those that come with this library unless given.
        region: The Region whose prices count, whatever the stacks name.
        free_tier: Whether what AWS gives each account every month is taken off; as `usage` says unless given, and it
            is where that says nothing.
        within: Construct path of the stack, or of what holds stacks, that is paid for; the whole app where it is empty.
            All else only tells the usage of what is in there.
        misfits: What becomes of usage that doesn't fit the app: an error, or a note among the assumptions, as is right
            for an earlier state of an app whose usage is that of a later one.

    Raises:
        InputError: Usage that makes no sense, or of a resource that isn't there; one line for each. No Region has this
            name, or no stack lies within such a path.
    """
    usage = usage or AppUsage()
    for name, value in (("region", region), ("usage.region", usage.region)):
        if value is not None and not (isinstance(value, str) and is_region(value)):
            raise InputError(f"{name} is {value!r}; it must be a Region's name, such as eu-west-1.")
    with localcontext(prec=DIGITS):
        notes: list[str] | None = None if misfits == "error" else []
        apps, derived = settled(app_model, usage, region, notes)
        derived += notes or []
        if within and not any(
            is_within(each.place.path, within) for app in apps for each in app.topology.stacks.values()
        ):
            raise InputError(f"no stack lies at or below {within!r}: only what is in stacks of its own has a price")
        if free_tier is None:
            free_tier = usage.free_tier is not False
        return report(apps, prices or shipped_prices(), derived, free_tier=free_tier, within=within)


def settled(
    app_model: Topology | Iterable[Topology], usage: AppUsage, region: str | None, notes: list[str] | None = None
) -> tuple[list[PricedApp], list[str]]:
    """The stacks of an app with the usage of their resources, and what of it was derived.

    Args:
        app_model: The stacks of the app; several for an app with Stages.
        usage: How much its resources are used, beside what the app itself says.
        region: The Region whose prices count, whatever the stacks name.
        notes: Filled with what doesn't fit, instead of the error.

    Raises:
        InputError: Usage that makes no sense, or of a resource that isn't there; one line for each.
    """
    topologies = [app_model] if isinstance(app_model, Topology) else list(app_model)
    apps = [PricedApp(each, region, usage.region) for each in topologies]
    settle_usage(apps, usage, notes)
    return apps, [said for app in apps for said in derive_usage(app)]


def report(
    apps: Sequence[PricedApp], prices: Prices, derived: Sequence[str], *, free_tier: bool, within: str = ""
) -> CostReport:
    """What an app costs whose usage is settled.

    Args:
        apps: The app.
        prices: The prices.
        derived: What of the usage was derived.
        free_tier: Whether what AWS gives each account every month is taken off.
        within: Construct path of the stacks that are paid for; all where it is empty.
    """
    paid = {
        stack.place.template
        for app in apps
        for stack in app.topology.stacks.values()
        if is_within(stack.place.path, within)
    }
    charges: list[Charge] = []
    unpriced: list[Unpriced] = []
    for app in apps:
        for family in _FAMILIES:
            for each in family(app):
                if each.subject.place.template not in paid:
                    continue
                if isinstance(each, Unpriced):
                    unpriced.append(each)
                elif 0 <= each.quantity < _MOST:
                    charges.append(each)
                else:
                    title = each.title or each.item.title
                    reason = "the template has a number that AWS refuses"
                    unpriced.append(Unpriced(subject=each.subject, title=title, reason=reason))
    cut: list[Slice] = []
    for part in slices(charges, prices, free_tier=free_tier):
        if isinstance(part, Slice):
            cut.append(part)
        else:
            unpriced.append(part)
    regions = tuple(sorted({app.region_of(each) for app in apps for each in app.topology.stacks if each in paid}))
    return CostReport(
        lines=tuple(_line(each) for each in cut),
        unpriced=tuple(_missing(each, prices) for each in unpriced),
        regions=regions,
        free_tier=free_tier,
        as_of=min((each.price.read for each in cut if each.price), default=None),
        assumptions=tuple(_assumptions(apps, charges, cut, derived, free_tier, regions, prices)),
    )


def _line(each: Slice) -> Line:
    charge, item = each.charge, each.charge.item
    title = charge.title or item.title
    return Line(
        resource=charge.subject.name,
        item=f"{title}{FREE}" if each.price is None else title,
        quantity=each.quantity,
        unit=item.unit,
        unit_price=each.usd,
        amount=each.quantity * each.usd,
        formula=f"{_quantity(each)} {f'x {shown(each.usd)} USD' if each.price else 'free every month'}",
        region=charge.subject.region,
        account=charge.subject.account,
    )


def _quantity(each: Slice) -> str:
    """How a quantity comes about."""
    charge, part = each.charge, shown(each.quantity)
    whole, unit = shown(charge.quantity), counted(charge.item.unit, charge.quantity)
    is_bare = charge.formula.split(" ")[0] == whole and " x " not in charge.formula
    if each.quantity == charge.quantity:
        return charge.formula if is_bare else f"{charge.formula} = {whole} {unit}"
    if is_bare:
        return f"{part} of {charge.formula}"
    return f"{charge.formula} = {whole} {unit}, of which {part}"


def _missing(each: Unpriced, prices: Prices) -> Missing:
    price = prices.find(each.item.name, each.subject.region) if each.item else None
    reason = each.reason
    if each.item and price is None and "no price" not in reason:
        reason += f"; no price is known in {each.subject.region}"
    return Missing(
        resource=each.subject.name,
        item=each.title,
        unit=each.item.unit if each.item and price else None,
        unit_price=price.usd if price else None,
        reason=reason,
        region=each.subject.region,
        quantity=each.quantity,
    )


def _assumptions(
    apps: Sequence[PricedApp],
    charges: Sequence[Charge],
    cut: Sequence[Slice],
    derived: Sequence[str],
    free_tier: bool,
    regions: Sequence[str],
    prices: Prices,
) -> Iterator[str]:
    yield f"a month has {HOURS_A_MONTH} hours; no taxes, and no data that leaves AWS"
    for region in regions:
        if region not in prices.by_region:
            command = f"constructs-lambda prices refresh --region {region}"
            yield f"nothing in {region}: no price is known there; `{command}` reads them"
    assumed = next((app.assumed_region for app in apps if app.assumed_region), None)
    if assumed:
        yield f"stacks that name no Region are priced in {assumed}"
    allowances = (each.charge.item.allowance for each in cut if each.price is None)
    taken = sorted({each.name for each in allowances if each})
    if taken:
        yield f"nothing else in the account uses what is free every month: {', '.join(taken)}"
    accounts = {charge.subject.account for charge in charges}
    if free_tier and None in accounts and len(accounts) > 1:
        yield "stacks that name no account are in one of their own, which gets its own share of what is free"
    if not free_tier:
        yield "nothing is free: the free tier is off"
    if any(stack.may_gain for app in apps for stack in app.topology.stacks.values()):
        yield "what a transform, a loop or a template from elsewhere makes isn't counted"
    places = [charge.subject.place for charge in charges]
    places += [part.place for app in apps for part in app.topology.provisioned_parts()]
    if any(place.conditional for place in places):
        yield "resources under a condition are there"
    uses = (charge.subject.use for charge in charges)
    if any(use.duration_ms is not None and use.cold_share is None for use in uses):
        yield "no cold starts, where no cold_share is stated"
    if any(charge.item.name.startswith("lambda-provisioned-concurrency") for charge in charges):
        yield "what auto scaling never goes below is provisioned, and serves all requests that come while it is there"
    unsure = sorted({each.charge.item.title for each in cut if each.price and not each.price.verified})
    if unsure:
        yield f"prices that weren't read in a price list: {', '.join(unsure)}"
    yield from derived
