"""The resources of `AWS::EC2` that decide what a function can reach -> model."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from constructs_lambda.model import (
    Addition,
    Association,
    EgressRule,
    ElasticIp,
    Endpoint,
    GatewayAttachment,
    Instance,
    NatGateway,
    Place,
    Propagation,
    Route,
    SecurityGroup,
    Subnet,
)
from constructs_lambda.template.links import read_link, read_links
from constructs_lambda.template.outlets import outlet, outlets
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.values import mapping
from constructs_lambda.tokens import NO_VALUE, UNKNOWN, Unknown, is_intrinsic, literal_part, resolve_text

_SERVICE = re.compile(r"(?:com\.amazonaws|cn\.com\.amazonaws|aws)\.(?:[a-z0-9-]*)\.(?P<name>[a-z][a-z0-9.-]*)")
_IPV6 = ("Ipv6CidrBlock", "Ipv6CidrBlocks", "Ipv6IpamPoolId", "Ipv6NetmaskLength")
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
_MAY_SWITCH_OFF = ("NetworkInterfaces", "LaunchTemplate", "UserData", "IamInstanceProfile")
"""With one of these an instance may have its SourceDestCheck off whatever its template says."""


def _subnet(values: object, place: Place) -> Subnet:
    p, raw = Properties(values), mapping(values)
    zone = _zone(raw.get("AvailabilityZone") or raw.get("AvailabilityZoneId"))
    return Subnet(
        place=place,
        vpc=read_link(raw.get("VpcId")),
        zone=zone if isinstance(zone, str) or zone is None else json.dumps(zone, sort_keys=True, default=str),
        type=_tag(p, "aws-cdk:subnet-type"),
        has_ipv6=None if p.is_open else _has_ipv6(p, raw),
    )


def _has_ipv6(p: Properties, raw: Mapping[str, Any]) -> bool | None:
    given = [raw[name] for name in _IPV6 if raw.get(name) not in (None, NO_VALUE)]
    native = p.flag("Ipv6Native")
    if native is True or any(not (is_intrinsic(each) and "Fn::If" in each) for each in given):
        return True
    return None if given or isinstance(native, Unknown) else False


def _zone(zone: Any) -> Any:
    """A zone in one form: `Fn::Select` takes a number or a text, and the stack's Region is the default one."""
    select = zone.get("Fn::Select") if isinstance(zone, Mapping) else None
    if not (isinstance(select, list) and len(select) == 2):
        return zone
    zones = {"Fn::GetAZs": ""} if select[1] == {"Fn::GetAZs": {"Ref": "AWS::Region"}} else select[1]
    return {"Fn::Select": [str(select[0]), zones]}


def _tag(p: Properties, key: str) -> str | None:
    items = p.items("Tags")
    for item in items if isinstance(items, tuple) else ():
        if isinstance(item, Mapping) and item.get("Key") == key and isinstance(item.get("Value"), str):
            return str(item["Value"])
    return None


def _association(values: object, place: Place) -> Association:
    raw = mapping(values)
    return Association(place=place, subnet=read_link(raw.get("SubnetId")), table=read_link(raw.get("RouteTableId")))


def _route(values: object, place: Place) -> Route:
    p, raw = Properties(values), mapping(values)
    destinations = [p.text(f"Destination{kind}") for kind in ("CidrBlock", "Ipv6CidrBlock", "PrefixListId")]
    set_ones = [each for each in destinations if each is not None]
    via = [name for name in _TARGETS if raw.get(name) not in (None, NO_VALUE)]
    is_certain = len(via) == 1 and not p.is_open and not (is_intrinsic(raw[via[0]]) and "Fn::If" in raw[via[0]])
    return Route(
        place=place,
        table=read_link(raw.get("RouteTableId")),
        destination=_shortest(set_ones[0]) if len(set_ones) == 1 else UNKNOWN,
        via=via[0] if is_certain else None,
        target=read_link(raw[via[0]]) if is_certain else UNKNOWN,
    )


def _shortest(destination: str | Unknown) -> str | Unknown:
    """A CIDR block as it is compared: the long forms of `::/0` are many."""
    if isinstance(destination, Unknown) or "/" not in destination:
        return destination
    try:
        return str(ipaddress.ip_network(destination, strict=False))
    except ValueError:
        return UNKNOWN


def _propagation(values: object, place: Place) -> Propagation:
    raw = mapping(values)
    tables = raw["RouteTableIds"] if "RouteTableIds" in raw else [raw.get("RouteTableId")]
    return Propagation(place=place, tables=read_links(tables))


def _nat_gateway(values: object, place: Place) -> NatGateway:
    p, raw = Properties(values), mapping(values)
    kind, mode = p.text("ConnectivityType"), p.text("AvailabilityMode")
    return NatGateway(
        place=place,
        subnet=read_link(raw.get("SubnetId")),
        vpc=read_link(raw.get("VpcId")),
        is_public=kind if isinstance(kind, Unknown) else kind != "private",
        is_regional=mode if isinstance(mode, Unknown) else mode == "regional",
    )


def _attachment(values: object, place: Place) -> GatewayAttachment:
    raw = mapping(values)
    return GatewayAttachment(
        place=place, vpc=read_link(raw.get("VpcId")), internet_gateway=read_link(raw.get("InternetGatewayId"))
    )


def _endpoint(values: object, place: Place) -> Endpoint:
    p, raw = Properties(values), mapping(values)
    kind = p.text("VpcEndpointType")
    return Endpoint(
        place=place,
        vpc=read_link(raw.get("VpcId")),
        service=_service(raw.get("ServiceName")),
        is_gateway=kind if isinstance(kind, Unknown) else kind in (None, "Gateway"),
        tables=read_links(raw.get("RouteTableIds")),
        groups=read_links(raw.get("SecurityGroupIds")),
        private_dns=p.flag("PrivateDnsEnabled"),
    )


def _service(name: object) -> str | None:
    match = _SERVICE.fullmatch(literal_part(resolve_text(name)))
    return match["name"] if match and "vpce-svc" not in match["name"] else None


def _security_group(values: object, place: Place) -> SecurityGroup:
    p, raw = Properties(values), mapping(values)
    let_in = p.items("SecurityGroupIngress")
    certain = [each for each in let_in if not is_intrinsic(each)] if isinstance(let_in, tuple) else []
    return SecurityGroup(
        place=place,
        vpc=read_link(raw.get("VpcId")),
        outlets=outlets(p.items("SecurityGroupEgress")),
        lets_in=True if certain else None if let_in else False,
    )


def _egress_rule(values: object, place: Place) -> EgressRule:
    return EgressRule(place=place, group=read_link(mapping(values).get("GroupId")), outlet=outlet(values))


def _instance(values: object, place: Place) -> Instance:
    checks = Properties(values).flag("SourceDestCheck")
    is_open = any(mapping(values).get(name) for name in _MAY_SWITCH_OFF)
    return Instance(place=place, checks_source=UNKNOWN if is_open else True if checks is None else checks)


def _address(values: object, place: Place) -> ElasticIp:
    raw = mapping(values)
    return ElasticIp(place=place, is_from_own_range=any(raw.get(name) for name in ("PublicIpv4Pool", "IpamPoolId")))


def _addition(name: str) -> Callable[[object, Place], Addition]:
    return lambda values, place: Addition(place=place, to=read_link(mapping(values).get(name)))


def _place(_: object, place: Place) -> Place:
    return place


READERS: dict[str, tuple[str, Callable[[object, Place], Any]]] = {
    "AWS::EC2::VPC": ("vpcs", _place),
    "AWS::EC2::InternetGateway": ("internet_gateways", _place),
    "AWS::EC2::EgressOnlyInternetGateway": ("egress_only_gateways", _place),
    "AWS::EC2::RouteTable": ("route_tables", _place),
    "AWS::EC2::EIP": ("addresses", _address),
    "AWS::EC2::Subnet": ("subnets", _subnet),
    "AWS::EC2::SubnetRouteTableAssociation": ("associations", _association),
    "AWS::EC2::Route": ("routes", _route),
    "AWS::EC2::NatGateway": ("nat_gateways", _nat_gateway),
    "AWS::EC2::VPCGatewayAttachment": ("attachments", _attachment),
    "AWS::EC2::VPCEndpoint": ("endpoints", _endpoint),
    "AWS::EC2::SecurityGroup": ("security_groups", _security_group),
    "AWS::EC2::SecurityGroupEgress": ("egress_rules", _egress_rule),
    "AWS::EC2::Instance": ("instances", _instance),
    "AWS::EC2::VPNGatewayRoutePropagation": ("propagations", _propagation),
    "AWS::EC2::RouteServerPropagation": ("propagations", _propagation),
    "AWS::EC2::SubnetCidrBlock": ("subnet_blocks", _addition("SubnetId")),
    "AWS::EC2::SecurityGroupIngress": ("ingress_rules", _addition("GroupId")),
    "AWS::EC2::SecurityGroupVpcAssociation": ("group_associations", _addition("GroupId")),
    "AWS::Route53::HostedZone": ("hosted_zones", _place),
    "Custom::VpcRestrictDefaultSG": ("closed_groups", _addition("DefaultSecurityGroupId")),
}
"""The field of the model's `Networks`, and what reads it, by type of resource."""
