"""What networks cost: NAT gateways, public IPv4 addresses, interface endpoints, and data through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from constructs_lambda.model import NatGateway, Stack, Subnet, Topology
from constructs_lambda.model.references import Spot
from constructs_lambda.pricing import items
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.items import HOURS_A_MONTH, Item
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.pricing.usage import UNSAID
from constructs_lambda.tokens import (
    NO_VALUE,
    Unknown,
    certain_count,
    resolve_list,
    resolve_text,
)


def network_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the networks of an app are charged for.

    Args:
        app: The app.
    """
    gateways: dict[Spot | None, list[Subject]] = {}
    for stack in app.topology.stacks.values():
        for gateway in stack.networks.nat_gateways.values():
            subject, vpc = app.subject(gateway.place), vpc_of(app.topology, stack, gateway)
            gateways.setdefault(vpc, []).append(subject)
            yield from _gateway(app, gateway, subject, vpc)
    for subject in app.subjects:
        if subject.type == "AWS::EC2::VPC":
            vpc = Spot(subject.place.template, subject.place.resource)
            yield from _through(subject, gateways.get(vpc, []))
        elif subject.type == "AWS::EC2::EIP":
            yield from _address(subject)
        elif subject.type == "AWS::EC2::VPCEndpoint":
            yield from _endpoint(subject)


def _address(subject: Subject) -> Iterator[Charge | Unpriced]:
    """Addresses from a range that the account brought itself cost nothing."""
    pool = subject.properties.get("PublicIpv4Pool")
    if pool is None or pool == NO_VALUE:
        yield hours(subject, items.IPV4_ADDRESS_HOURS, 1)
    elif isinstance(pool, Mapping) and "Fn::If" in pool:
        reason = "whether it is of the account's own range is known at the deployment only"
        yield Unpriced(subject=subject, title=items.IPV4_ADDRESS_HOURS.title, reason=reason)


def hours(subject: Subject, item: Item, number: int) -> Charge:
    """The hours of a month of what is there all the time.

    Args:
        subject: What is charged.
        item: The item.
        number: How many of it there are.
    """
    count = f"{number} x " if number != 1 else ""
    return Charge(
        subject=subject, item=item, quantity=Decimal(number * HOURS_A_MONTH), formula=f"{count}{HOURS_A_MONTH} hours"
    )


def _data(subject: Subject, item: Item) -> Charge | Unpriced:
    data = subject.use.data_gb
    if data is None:
        return without_usage(subject, item)
    return Charge(subject=subject, item=item, quantity=data, formula=f"{shown(data)} GB")


def vpc_of(topology: Topology, stack: Stack, gateway: NatGateway) -> Spot | None:
    """The VPC of a NAT gateway: a regional one names it, another one names a subnet.

    Args:
        topology: The stacks.
        stack: That of the gateway.
        gateway: The gateway.
    """
    if gateway.vpc is not None:
        return topology.vpc(stack, gateway.vpc)
    at = topology.spot(stack, gateway.subnet)
    subnet: Subnet | None = topology.find("subnets", at)
    return topology.vpc(topology.stacks[at.template], subnet.vpc) if subnet and at else None


def _gateway(app: PricedApp, gateway: NatGateway, subject: Subject, vpc: Spot | None) -> Iterator[Charge | Unpriced]:
    if isinstance(gateway.is_regional, Unknown):
        yield Unpriced(subject=subject, title="NAT gateway", reason="its kind is known at the deployment only")
    elif gateway.is_regional:
        zones = _zones(app, vpc)
        if not zones:
            yield Unpriced(subject=subject, title="regional NAT gateway", reason="the number of its zones isn't known")
        else:
            yield hours(subject, items.REGIONAL_NAT_GATEWAY_HOURS, zones)
            if "AvailabilityZoneAddresses" not in subject.properties:  # AWS gives it one for each zone
                yield hours(subject, items.IPV4_ADDRESS_HOURS, zones)
    else:
        yield hours(subject, items.NAT_GATEWAY_HOURS, 1)
    if subject.use.data_gb is not None or not _has_usage(app, vpc):
        yield _data(subject, items.NAT_GATEWAY_DATA)


def _has_usage(app: PricedApp, vpc: Spot | None) -> bool:
    """Whether what goes through its gateways is said at a VPC."""
    return vpc is not None and app.uses.get((vpc.template, vpc.name), UNSAID).data_gb is not None


def _zones(app: PricedApp, vpc: Spot | None) -> int:
    """In how many zones a VPC has subnets."""
    zones: set[str] = set()
    for stack, subnet in app.topology.every("subnets"):
        within: Subnet = subnet
        if vpc is not None and within.zone is not None and app.topology.vpc(stack, within.vpc) == vpc:
            zones.add(within.zone)
    return len(zones)


def _through(vpc: Subject, gateways: list[Subject]) -> Iterator[Charge | Unpriced]:
    """What is said of a VPC is what goes through its NAT gateways together."""
    if vpc.use.data_gb is not None and gateways:
        yield _data(vpc, items.NAT_GATEWAY_DATA)
    elif vpc.use.data_gb is not None:
        reason = "no NAT gateway of this VPC is known here"
        yield Unpriced(subject=vpc, title=items.NAT_GATEWAY_DATA.title, reason=reason)


def _endpoint(subject: Subject) -> Iterator[Charge | Unpriced]:
    kind = resolve_text(subject.properties.get("VpcEndpointType"))
    if kind in (None, "Gateway"):
        return
    if kind != "Interface":
        reason = "its kind is known at the deployment only" if isinstance(kind, Unknown) else "no price is known here"
        yield Unpriced(subject=subject, title="VPC endpoint", reason=reason)
        return
    subnets = resolve_list(subject.properties.get("SubnetIds"))
    if isinstance(subnets, Unknown) or subnets is None or certain_count(subnets) != len(subnets):
        yield Unpriced(subject=subject, title="interface endpoint", reason="the number of its zones isn't known")
    else:
        yield hours(subject, items.ENDPOINT_HOURS, len(subnets))
    yield _data(subject, items.ENDPOINT_DATA)
