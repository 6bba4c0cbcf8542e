"""What networks cost: NAT gateways and instances, public IPv4 addresses, interface endpoints, and data through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from constructs_lambda.model import NatGateway, Stack, Subnet
from constructs_lambda.model.references import Spot
from constructs_lambda.pricing import items
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown, without_usage
from constructs_lambda.pricing.items import HOURS_A_MONTH, Item
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.pricing.usage import UNSAID
from constructs_lambda.tokens import (
    Unknown,
    certain_count,
    known,
    resolve_flag,
    resolve_list,
    resolve_number,
    resolve_text,
)

_PRICED_INSTANCE = "t4g.nano"


def network_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the networks of an app are charged for.

    Args:
        app: The app.
    """
    gateways: dict[Spot | None, list[Subject]] = {}
    for stack in app.topology.stacks.values():
        for gateway in stack.networks.nat_gateways.values():
            subject, vpc = app.subject(gateway.place), _vpc_of(app, stack, gateway)
            gateways.setdefault(vpc, []).append(subject)
            yield from _gateway(app, gateway, subject, vpc)
    for subject in app.subjects:
        if subject.type == "AWS::EC2::VPC":
            vpc = Spot(subject.place.template, subject.place.resource)
            yield from _through(subject, gateways.get(vpc, []))
        elif subject.type == "AWS::EC2::EIP" and not _is_own(subject):
            yield _hours(subject, items.IPV4_ADDRESS_HOURS, 1)
        elif subject.type == "AWS::EC2::VPCEndpoint":
            yield from _endpoint(subject)
        elif subject.type == "AWS::EC2::Instance":
            yield from _instance(subject)


def _is_own(address: Subject) -> bool:
    """Whether an address is from a range that the account brought itself: those cost nothing."""
    return "PublicIpv4Pool" in address.properties


def _hours(subject: Subject, item: Item, number: int) -> Charge:
    count = f"{number} x " if number != 1 else ""
    return Charge(
        subject=subject, item=item, quantity=Decimal(number * HOURS_A_MONTH), formula=f"{count}{HOURS_A_MONTH} hours"
    )


def _data(subject: Subject, item: Item) -> Charge | Unpriced:
    data = subject.use.data_gb
    if data is None:
        return without_usage(subject, item)
    return Charge(subject=subject, item=item, quantity=data, formula=f"{shown(data)} GB")


def _vpc_of(app: PricedApp, stack: Stack, gateway: NatGateway) -> Spot | None:
    """Where a gateway is: a regional one names its VPC, another one a subnet."""
    topology = app.topology
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
            yield _hours(subject, items.REGIONAL_NAT_GATEWAY_HOURS, zones)
            if "AvailabilityZoneAddresses" not in subject.properties:  # AWS gives it one for each zone
                yield _hours(subject, items.IPV4_ADDRESS_HOURS, zones)
    else:
        yield _hours(subject, items.NAT_GATEWAY_HOURS, 1)
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
        yield _hours(subject, items.ENDPOINT_HOURS, len(subnets))
    yield _data(subject, items.ENDPOINT_DATA)


def _instance(subject: Subject) -> Iterator[Charge | Unpriced]:
    kind = resolve_text(subject.properties.get("InstanceType"))
    if kind == _PRICED_INSTANCE:
        yield _hours(subject, items.NAT_INSTANCE_HOURS, 1)
    else:
        name = f"{kind} instance" if isinstance(kind, str) else "EC2 instance"
        yield Unpriced(subject=subject, title=name, reason="no price is known here")
    for interface in _mappings(subject.properties.get("NetworkInterfaces")):
        if resolve_flag(interface.get("AssociatePublicIpAddress")) is True:
            yield _hours(subject, items.IPV4_ADDRESS_HOURS, 1)
    for mapping in _mappings(subject.properties.get("BlockDeviceMappings")):
        volume = mapping.get("Ebs")
        if not isinstance(volume, Mapping):
            continue
        size = known(resolve_number(volume.get("VolumeSize")))
        if resolve_text(volume.get("VolumeType")) == "gp3" and size is not None:
            quantity = Decimal(str(size))
            yield Charge(subject=subject, item=items.VOLUME_STORAGE, quantity=quantity, formula=f"{shown(quantity)} GB")
        else:
            yield Unpriced(subject=subject, title="EBS volume", reason="no price is known here")


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [each for each in values if isinstance(each, Mapping)] if isinstance(values, list) else []
