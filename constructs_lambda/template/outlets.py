"""What the rules of security groups let out -> model."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import cache

from constructs_lambda.model import Outlet
from constructs_lambda.template.properties import Properties
from constructs_lambda.tokens import Unknown, is_intrinsic

EVERYTHING = Outlet(anything=True, ipv4=True)
"""The rule that EC2 makes where there is none. In a VPC with IPv6 it has one for that too."""
NOTHING = Outlet(anything=False, ipv4=False, ipv6=False)
PRIVATE = Outlet(anything=True, ipv4=False, ipv6=False)
_NOWHERE = tuple(map(ipaddress.ip_network, ("255.255.255.255/32", "127.0.0.0/8", "::1/128")))
"""Where the only rule leads to in a group that is to let nothing out: without one, CloudFormation lets out all."""
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
    )
)
_WITHOUT_PORTS = ("icmp", "icmpv6", "1", "58")


def outlets(rules: object) -> tuple[Outlet, ...]:
    """What a group's own rules let out."""
    if rules is None or rules == ():
        return (EVERYTHING,)
    return tuple(map(outlet, rules)) if isinstance(rules, tuple) else (Outlet(),)


def outlet(rule: object) -> Outlet:
    """What one rule lets out."""
    p = Properties(rule)
    if not isinstance(rule, Mapping) or is_intrinsic(rule) or p.is_open:
        return Outlet()
    blocks = [p.text("CidrIp"), p.text("CidrIpv6")]
    to = [each for each in (*blocks, p.text("DestinationPrefixListId")) if each is not None]
    if not to:
        is_group = p.text("DestinationSecurityGroupId") is not None
        return PRIVATE if is_group else Outlet()
    if len(to) > 1 or isinstance(to[0], Unknown) or to[0] not in blocks:
        return Outlet()
    found = _to(to[0])
    protocol = p.text("IpProtocol")
    return PRIVATE if found.anything and isinstance(protocol, str) and protocol.lower() in _WITHOUT_PORTS else found


@cache
def _to(block: str) -> Outlet:
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return Outlet()
    if any(_is_in(network, each) for each in _NOWHERE):
        return NOTHING
    if any(_is_in(network, each) for each in _PRIVATE):
        return PRIVATE
    return Outlet(anything=True, ipv4=network.version == 4, ipv6=network.version == 6)


def _is_in(
    network: ipaddress.IPv4Network | ipaddress.IPv6Network, other: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    return (
        network.version == other.version and network.prefixlen >= other.prefixlen and network.network_address in other
    )
