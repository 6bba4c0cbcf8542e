"""The resources of `AWS::EC2` that decide what a function can reach -> model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from constructs_lambda.model import (
    Association,
    EgressRule,
    Endpoint,
    GatewayAttachment,
    Instance,
    NatGateway,
    Place,
    Route,
    SecurityGroup,
    Subnet,
)
from constructs_lambda.template.links import read_link, read_links
from constructs_lambda.template.properties import Properties
from constructs_lambda.tokens import UNKNOWN, Unknown, is_intrinsic, literal_part, resolve_text

_SERVICE = re.compile(r"(?:com\.amazonaws|cn\.com\.amazonaws|aws)\.(?:[a-z0-9-]*)\.(?P<name>[a-z][a-z0-9.-]*)")
_TARGETS = (
    "NatGatewayId",
    "GatewayId",
    "EgressOnlyInternetGatewayId",
    "InstanceId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "VpcEndpointId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
)
_NOWHERE = "255.255.255.255/32"
"""Where CDK's only rule leads to in a group that is to let nothing out: without one, CloudFormation lets out all."""


def _values(values: object) -> Mapping[str, Any]:
    return values if isinstance(values, Mapping) else {}


def _subnet(values: object, place: Place) -> Subnet:
    p, raw = Properties(values), _values(values)
    zone = raw.get("AvailabilityZone") or raw.get("AvailabilityZoneId")
    return Subnet(
        place=place,
        vpc=read_link(raw.get("VpcId")),
        zone=zone if isinstance(zone, str) or zone is None else json.dumps(zone, sort_keys=True, default=str),
        type=_tag(p, "aws-cdk:subnet-type"),
        has_ipv6=None if p.is_open else raw.get("Ipv6CidrBlock") is not None or raw.get("Ipv6Native") is not None,
    )


def _tag(p: Properties, key: str) -> str | None:
    items = p.items("Tags")
    for item in items if isinstance(items, tuple) else ():
        if isinstance(item, Mapping) and item.get("Key") == key and isinstance(item.get("Value"), str):
            return str(item["Value"])
    return None


def _association(values: object, place: Place) -> Association:
    raw = _values(values)
    return Association(place=place, subnet=read_link(raw.get("SubnetId")), table=read_link(raw.get("RouteTableId")))


def _route(values: object, place: Place) -> Route:
    p, raw = Properties(values), _values(values)
    destinations = [p.text(f"Destination{kind}") for kind in ("CidrBlock", "Ipv6CidrBlock", "PrefixListId")]
    via = next((name for name in _TARGETS if raw.get(name) is not None), None)
    return Route(
        place=place,
        table=read_link(raw.get("RouteTableId")),
        destination=next((each for each in destinations if each is not None), None),
        via=via,
        target=read_link(raw.get(via)) if via else None,
    )


def _nat_gateway(values: object, place: Place) -> NatGateway:
    p, raw = Properties(values), _values(values)
    kind, mode = p.text("ConnectivityType"), p.text("AvailabilityMode")
    return NatGateway(
        place=place,
        subnet=read_link(raw.get("SubnetId")),
        vpc=read_link(raw.get("VpcId")),
        is_public=kind if isinstance(kind, Unknown) else kind != "private",
        is_regional=mode if isinstance(mode, Unknown) else mode == "regional",
    )


def _attachment(values: object, place: Place) -> GatewayAttachment:
    raw = _values(values)
    return GatewayAttachment(
        place=place, vpc=read_link(raw.get("VpcId")), internet_gateway=read_link(raw.get("InternetGatewayId"))
    )


def _endpoint(values: object, place: Place) -> Endpoint:
    p, raw = Properties(values), _values(values)
    kind = p.text("VpcEndpointType")
    return Endpoint(
        place=place,
        vpc=read_link(raw.get("VpcId")),
        service=_service(raw.get("ServiceName")),
        is_gateway=kind if isinstance(kind, Unknown) else kind in (None, "Gateway"),
        tables=read_links(raw.get("RouteTableIds")),
        private_dns=p.flag("PrivateDnsEnabled"),
    )


def _service(name: object) -> str | None:
    match = _SERVICE.fullmatch(literal_part(resolve_text(name)))
    return match["name"] if match else None


def _security_group(values: object, place: Place) -> SecurityGroup:
    p, raw = Properties(values), _values(values)
    rules = p.items("SecurityGroupEgress")
    return SecurityGroup(place=place, vpc=read_link(raw.get("VpcId")), lets_out=_let_out(rules))


def _let_out(rules: object) -> bool | None:
    if rules is None or rules == ():
        return True  # CloudFormation leaves the rule that EC2 makes: everything goes out
    if not isinstance(rules, tuple):
        return None
    known = [lets_out(rule) for rule in rules]
    return True if True in known else None if None in known else False


def lets_out(rule: object) -> bool | None:
    """Whether one rule lets anything out; None where that isn't known."""
    if not isinstance(rule, Mapping) or is_intrinsic(rule):
        return None
    return rule.get("CidrIp") != _NOWHERE


def _egress_rule(values: object, place: Place) -> EgressRule:
    return EgressRule(place=place, group=read_link(_values(values).get("GroupId")), lets_out=lets_out(values))


def _instance(values: object, place: Place) -> Instance:
    checks = Properties(values).flag("SourceDestCheck")
    interfaces = _values(values).get("NetworkInterfaces")  # may say it there instead
    return Instance(place=place, checks_source=UNKNOWN if interfaces else True if checks is None else checks)


def _place(_: object, place: Place) -> Place:
    return place


READERS: dict[str, tuple[str, Callable[[object, Place], Any]]] = {
    "AWS::EC2::VPC": ("vpcs", _place),
    "AWS::EC2::InternetGateway": ("internet_gateways", _place),
    "AWS::EC2::EgressOnlyInternetGateway": ("egress_only_gateways", _place),
    "AWS::EC2::RouteTable": ("route_tables", _place),
    "AWS::EC2::EIP": ("addresses", _place),
    "AWS::EC2::Subnet": ("subnets", _subnet),
    "AWS::EC2::SubnetRouteTableAssociation": ("associations", _association),
    "AWS::EC2::Route": ("routes", _route),
    "AWS::EC2::NatGateway": ("nat_gateways", _nat_gateway),
    "AWS::EC2::VPCGatewayAttachment": ("attachments", _attachment),
    "AWS::EC2::VPCEndpoint": ("endpoints", _endpoint),
    "AWS::EC2::SecurityGroup": ("security_groups", _security_group),
    "AWS::EC2::SecurityGroupEgress": ("egress_rules", _egress_rule),
    "AWS::EC2::Instance": ("instances", _instance),
}
"""The field of the model's `Networks`, and what reads it, by type of resource."""
