"""What cdk-nag finds in our networks by design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_ec2

from constructs_lambda.cdk.acknowledgements import Expected, Findings, Tree
from constructs_lambda.cdk.role_findings import COMPLIANCE

if TYPE_CHECKING:
    from constructs_lambda.cdk.networks import Network

_NEWER = tuple(pack for pack in COMPLIANCE if pack != "NIST.800.53.R4")
ROUTE_OUT = Expected(
    tuple(f"{pack}-VPCNoUnrestrictedRouteToIGW" for pack in _NEWER),
    "the routes of the public subnets, with `Egress.nat()` and `nat_instance()`",
    "what the NAT stands in needs a route to the internet; no function stands there",
)
IPV6_ADDRESSES = Expected(
    tuple(f"{pack}-VPCSubnetAutoAssignPublicIpDisabled" for pack in _NEWER),
    "the subnets of `Egress.ipv6()`",
    "interfaces get IPv6 addresses, which nothing reaches from outside: there is no way in but for answers",
)
NAT_INSTANCE = Expected(
    (
        "AwsSolutions-EC28",
        "AwsSolutions-EC29",
        "HIPAA.Security-EC2InstanceDetailedMonitoringEnabled",
        "NIST.800.53.R4-EC2InstanceDetailedMonitoringEnabled",
        *(f"{pack}-EC2InstanceNoPublicIp" for pack in COMPLIANCE),
        *(f"{pack}-EC2InstancesInVPC" for pack in COMPLIANCE),
    ),
    "the instances of `Egress.nat_instance()`",
    "it is in this VPC, needs a public address to be the way out, and keeps nothing that a termination would lose; "
    "metrics every minute would be paid for",
)
NAT_GROUP = Expected(
    tuple(f"{pack}-EC2RestrictedCommonPorts" for pack in COMPLIANCE),
    "the security group of the instances of `Egress.nat_instance()`",
    "all ports are open to the network's own addresses, whose ways out these are, and to no others",
)


def of_network(network: Network, tree: Tree) -> Findings:
    """What is found in a network.

    Args:
        network: The network.
        tree: What stands around it.
    """
    for node in network.vpc.node.find_all():
        if isinstance(node, aws_ec2.CfnRoute) and node.gateway_id is not None and node.node.id == "DefaultRoute":
            yield node, ROUTE_OUT
        elif isinstance(node, aws_ec2.CfnSubnet):
            if node.assign_ipv6_address_on_creation and node.map_public_ip_on_launch is not True:
                yield node, IPV6_ADDRESSES
        elif isinstance(node, aws_ec2.CfnInstance) and network.egress.name == "nat_instance":
            yield node, NAT_INSTANCE
        elif isinstance(node, aws_ec2.CfnSecurityGroup) and network.egress.name == "nat_instance":
            rules = node.stack.resolve(node.security_group_ingress) or []
            if len(rules) == 1 and not str(rules[0].get("cidrIp")).endswith("/0"):  # ours alone
                yield node, NAT_GROUP
