"""What EC2 instances cost, such as those that serve as NAT: their hours, their volumes and their public addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Any

from constructs_lambda.model import Place
from constructs_lambda.pricing import items
from constructs_lambda.pricing.callers import links_in
from constructs_lambda.pricing.charges import Charge, Subject, Unpriced, shown
from constructs_lambda.pricing.networks import hours
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import (
    NO_VALUE,
    UNKNOWN,
    Unknown,
    is_intrinsic,
    known,
    resolve_flag,
    resolve_list,
    resolve_number,
    resolve_text,
)

_PRICED = "t4g.nano"
_ROOTS = ("/dev/xvda", "/dev/sda1")
_ADDRESSES = ("AWS::EC2::EIP", "AWS::EC2::EIPAssociation")


def instance_charges(app: PricedApp) -> Iterator[Charge | Unpriced]:
    """What the EC2 instances of an app are charged for.

    Args:
        app: The app.
    """
    instances = [each for each in app.subjects if each.type == "AWS::EC2::Instance"]
    addressed = set(_addressed(app)) if instances else set()
    for subject in instances:
        kind = resolve_text(subject.properties.get("InstanceType"))
        if kind == _PRICED:
            yield hours(subject, items.NAT_INSTANCE_HOURS, 1)
        else:
            name = f"{kind} instance" if isinstance(kind, str) else "EC2 instance"
            yield Unpriced(subject=subject, title=name, reason="no price is known here")
        yield from _addresses(app, subject, addressed)
        yield from _volumes(subject)


def _addressed(app: PricedApp) -> Iterator[Place]:
    """The instances with an address of their own, which takes the place of the one that a subnet gives."""
    for subject in app.subjects:
        if subject.type in _ADDRESSES:
            stack = app.topology.stacks[subject.place.template]
            for link in links_in(subject.properties.get("InstanceId")):
                found = app.topology.resource(stack, link)
                if found is not None:
                    yield found.place


def _addresses(app: PricedApp, subject: Subject, addressed: Set[Place]) -> Iterator[Charge | Unpriced]:
    if subject.place in addressed:
        return
    interfaces = resolve_list(subject.properties.get("NetworkInterfaces"))
    for each in (UNKNOWN,) if isinstance(interfaces, Unknown) else interfaces or (subject.properties,):
        has_address = _has_address(app, subject, each)
        if has_address:
            yield hours(subject, items.IPV4_ADDRESS_HOURS, 1)
        elif has_address is None:
            reason = "whether it is given one isn't known here"
            yield Unpriced(subject=subject, title=items.IPV4_ADDRESS_HOURS.title, reason=reason)


def _has_address(app: PricedApp, subject: Subject, interface: object) -> bool | None:
    """Whether an interface has a public address: as it says, or else as its subnet does."""
    if not isinstance(interface, Mapping) or is_intrinsic(interface):
        return None
    flag = resolve_flag(interface.get("AssociatePublicIpAddress"))
    if flag is not None:
        return known(flag)
    stack = app.topology.stacks[subject.place.template]
    subnet = app.topology.resource(stack, next(links_in(interface.get("SubnetId")), None))
    if subnet is None or subnet.type != "AWS::EC2::Subnet":
        return None
    on_launch = resolve_flag(subnet.properties.get("MapPublicIpOnLaunch"))
    return False if on_launch is None else known(on_launch)


def _volumes(subject: Subject) -> Iterator[Charge | Unpriced]:
    mappings = resolve_list(subject.properties.get("BlockDeviceMappings"))
    names: list[object] = []
    for each in (UNKNOWN,) if isinstance(mappings, Unknown) else mappings or ():
        written: Mapping[str, Any] = each if isinstance(each, Mapping) and not is_intrinsic(each) else {}
        names.append(resolve_text(written.get("DeviceName")) if written else UNKNOWN)
        volume = written.get("Ebs")
        if volume is None or volume == NO_VALUE:
            continue
        volume = volume if isinstance(volume, Mapping) else {}
        size = known(resolve_number(volume.get("VolumeSize")))
        if resolve_text(volume.get("VolumeType")) == "gp3" and size is not None:
            quantity = Decimal(str(size))
            yield Charge(subject=subject, item=items.VOLUME_STORAGE, quantity=quantity, formula=f"{shown(quantity)} GB")
        else:
            yield Unpriced(subject=subject, title="EBS volume", reason="no price is known here")
    if not any(name in _ROOTS for name in names):
        yield Unpriced(subject=subject, title="root volume", reason="its image says how large it is")
