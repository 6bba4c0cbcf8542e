"""Where the subnets of a network lie in its address range: each has its place, whichever others there are.

CDK hands out addresses one after the other, so one zone or one kind of subnet more moves all that come later. A subnet
whose addresses change is replaced, and a database in it with it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

import jsii
from aws_cdk import Fn, aws_ec2

MOST_ZONES = 6
"""No Region has more Availability Zones."""
PRIVATE, EGRESS, PUBLIC = "Private", "Egress", "Public"
LONGEST_PREFIX = 22
"""AWS allows no subnet smaller than /28: six bits longer than this."""
SHORTEST_PREFIX = 16

_GROUPS = (PRIVATE, EGRESS, PUBLIC)
_BITS = {PRIVATE: 4, EGRESS: 4, PUBLIC: 6}  # longer than the network's prefix
_FIRST = {PRIVATE: 0, EGRESS: MOST_ZONES, PUBLIC: 2 * MOST_ZONES * 2**2}


def cidr_of(network: ipaddress.IPv4Network, group: str, zone: int) -> str:
    """The addresses of one subnet.

    Args:
        network: The network.
        group: Which kind of subnet: `PRIVATE`, `EGRESS` or `PUBLIC`.
        zone: Which zone, from 0.
    """
    size = 2 ** (32 - network.prefixlen - _BITS[group])
    first = network.network_address + (_FIRST[group] + zone) * size
    return f"{first}/{network.prefixlen + _BITS[group]}"


@jsii.implements(aws_ec2.IIpAddresses)
class Addresses:
    """The plan of a network's IPv4 addresses; CDK asks it.

    Args:
        network: The addresses of the network.
    """

    def __init__(self, network: ipaddress.IPv4Network) -> None:
        self._network = network

    def allocate_vpc_cidr(self) -> aws_ec2.VpcIpamOptions:
        """The addresses of the network."""
        return aws_ec2.VpcIpamOptions(cidr_block=str(self._network))

    def allocate_subnets_cidr(self, *, requested_subnets: Sequence[Any], vpc_cidr: str) -> aws_ec2.SubnetIpamOptions:
        """The addresses of its subnets."""
        return aws_ec2.SubnetIpamOptions(
            allocated_subnets=[
                aws_ec2.AllocatedSubnet(cidr=cidr_of(self._network, group, zone))
                for group, zone in map(_place, requested_subnets)
            ]
        )


def _place(subnet: aws_ec2.RequestedSubnet) -> tuple[str, int]:
    group = subnet.configuration.name
    return group, int(subnet.subnet_construct_id.removeprefix(f"{group}Subnet")) - 1


@jsii.implements(aws_ec2.IIpv6Addresses)
class Ipv6Addresses:
    """The plan of its IPv6 addresses, which Amazon provides; CDK asks it.

    Args:
        groups: The groups of subnets, in the order in which CDK asks for their addresses.
    """

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = groups

    @property
    def amazon_provided(self) -> bool:
        """Whether Amazon provides them."""
        return True

    def allocate_vpc_ipv6_cidr(self, *, scope: Any, vpc_id: str) -> aws_ec2.CfnVPCCidrBlock:
        """The addresses of the network."""
        return aws_ec2.Ipv6Addresses.amazon_provided().allocate_vpc_ipv6_cidr(scope=scope, vpc_id=vpc_id)

    def create_ipv6_cidr_blocks(
        self, *, ipv6_selected_cidr: str, subnet_count: float, size_mask: str | None = None
    ) -> list[str]:
        """As many blocks as there are places."""
        return Fn.cidr(ipv6_selected_cidr, len(_GROUPS) * MOST_ZONES, size_mask or "64")

    def allocate_subnets_ipv6_cidr(
        self, *, allocated_subnets: Sequence[Any], ipv6_cidrs: Sequence[str]
    ) -> aws_ec2.SubnetIpamOptions:
        """The addresses of its subnets, which come group by group."""
        zones = len(allocated_subnets) // len(self._groups)
        places = [_GROUPS.index(group) * MOST_ZONES + zone for group in self._groups for zone in range(zones)]
        return aws_ec2.SubnetIpamOptions(
            allocated_subnets=[
                aws_ec2.AllocatedSubnet(cidr=subnet.cidr, ipv6_cidr=Fn.select(place, list(ipv6_cidrs)))
                for subnet, place in zip(allocated_subnets, places, strict=True)
            ]
        )
