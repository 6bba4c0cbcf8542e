"""`Reach` and `INetwork`: what a function must reach, and where it stands for that."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Flag, auto
from functools import cache
from typing import Any

from aws_cdk import aws_ec2
from constructs import Construct

from constructs_lambda.errors import InputError
from constructs_lambda.findings import Finding

_CHOSEN_BY_NETWORK = ("vpc", "vpc_subnets", "allow_public_subnet")


class Reach(Flag):
    """What a function must reach: `Reach.PRIVATE`, `Reach.PUBLIC`, or `Reach.BOTH` of them.

    Private is what has an address in the network: databases, caches, endpoints of AWS services. Public is the internet,
    and what of AWS has no endpoint in the network.

    Args:
        value: Members, joined by `|`.
    """

    PRIVATE = auto()
    PUBLIC = auto()
    BOTH = PRIVATE | PUBLIC

    @property
    def words(self) -> list[str]:
        """The members in it, as the template's Metadata and the checks name them."""
        return sorted(str(member.name).lower() for member in self)


class INetwork:
    """What a function can be placed in: a `Network`, or what `Network.from_vpc(...)` makes of a VPC that exists.

    Args:
        vpc: The VPC.
        private_subnets: Subnets without a way out, None where there are none.
        egress_subnets: Subnets with a way out, None where there are none.
        is_dual_stack: Whether functions use IPv6 too.
        is_ours: Whether it was made here, so that what can be reached is known; of another VPC it is believed.
    """

    vpc: aws_ec2.IVpc

    def __init__(
        self,
        *,
        vpc: aws_ec2.IVpc,
        private_subnets: aws_ec2.SubnetSelection | None,
        egress_subnets: aws_ec2.SubnetSelection | None,
        is_dual_stack: bool = False,
        is_ours: bool = False,
    ) -> None:
        self.vpc = vpc
        self.is_dual_stack = is_dual_stack
        self.is_ours = is_ours
        self._private_subnets = private_subnets
        self._egress_subnets = egress_subnets

    @property
    def reach(self) -> Reach:
        """All that can be reached from within."""
        return Reach.PRIVATE if self._egress_subnets is None else Reach.BOTH

    def subnets_for(self, reach: Reach) -> aws_ec2.SubnetSelection:
        """The subnets for what must reach that much, for `vpc_subnets=` of whatever stands in the network.

        Databases belong into those for `Reach.PRIVATE`: nothing leads from there to the internet or back.

        Args:
            reach: What must be reached.

        Raises:
            InputError: The network has no way out, and `reach` wants one.
            TypeError: `reach` is no Reach.
        """
        if not isinstance(reach, Reach) or not reach:
            raise TypeError(f"reach must be Reach.PRIVATE, Reach.PUBLIC or Reach.BOTH; got {reach!r}")
        subnets = self._egress_subnets if Reach.PUBLIC in reach else self._private_subnets or self._egress_subnets
        if subnets is None:
            raise InputError(f"the network has no subnets from which {' and '.join(reach.words)} can be reached")
        return subnets


@cache
def isolated() -> aws_ec2.SubnetSelection:
    """The subnets that nothing leads out of, by CDK's type."""
    return aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)


@cache
def with_egress() -> aws_ec2.SubnetSelection:
    """The private subnets with a way out, by CDK's type."""
    return aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS)


def place(keywords: dict[str, Any], scope: Construct, id: str) -> tuple[Reach | None, list[Finding]]:
    """Takes `network` and `reach` out of a function's keywords, and puts CDK's own in their place.

    Args:
        keywords: The keywords that are set; changed in place.
        scope: The parent to be.
        id: The id to be.

    Returns:
        What it must reach, None where nothing says; and what it can't reach for certain.

    Raises:
        InputError: It must reach private resources, and is in no network.
        TypeError: A value of the wrong type, or a keyword that `network` stands for.
    """
    network, reach = keywords.pop("network", None), keywords.pop("reach", None)
    if reach is not None and (not isinstance(reach, Reach) or not reach):
        raise TypeError(f"reach must be Reach.PRIVATE, Reach.PUBLIC or Reach.BOTH; got {reach!r}")
    if network is None:
        if reach is not None and Reach.PRIVATE in reach and "vpc" not in keywords:
            raise InputError(
                f"{path_of(scope, id)}: reach is {reach}, and without a network a function reaches the public internet "
                "and nothing private. Fix: pass network=Network(...), or leave PRIVATE out."
            )
        return reach, []
    if not isinstance(network, INetwork):
        hint = "; for a VPC that exists: network=Network.from_vpc(vpc)" if hasattr(network, "vpc_id") else ""
        raise TypeError(f"network must be a Network; got {network!r}{hint}")
    if wrong := [name for name in _CHOSEN_BY_NETWORK if name in keywords]:
        raise TypeError(f"{', '.join(wrong)} can't be used together with network=, which chooses the subnets")
    keywords["vpc"] = network.vpc
    if reach is not None and reach not in network.reach:
        return reach, [_no_way_out(reach)]
    keywords["vpc_subnets"] = network.subnets_for(reach or network.reach)
    if network.is_dual_stack:
        keywords.setdefault("ipv6_allowed_for_dual_stack", True)
        lets_all_out = keywords.get("allow_all_outbound", True) is not False and "security_groups" not in keywords
        if keywords["ipv6_allowed_for_dual_stack"] and lets_all_out:
            keywords.setdefault("allow_all_ipv6_outbound", True)  # CDK's group lets out IPv4 alone
    return reach or _implied(network, keywords), []


def _implied(network: INetwork, keywords: Mapping[str, Any]) -> Reach | None:
    """What a function is to reach where nobody says it: all, unless security groups of somebody's own decide."""
    has_own_groups = "security_groups" in keywords or keywords.get("allow_all_outbound") is False
    return network.reach if network.is_ours and not (has_own_groups and Reach.PUBLIC in network.reach) else None


def _no_way_out(reach: Reach) -> Finding:
    """CL304, before there is a template that it could be read from."""
    from constructs_lambda.rules import all_rules

    rule = all_rules()["CL304"]
    message = f"the function must reach the internet (reach={reach}), and its network has no way out"
    return Finding(rule.id, rule.severity, "", "", "", message, rule.fix, rule.source, "VpcConfig.SubnetIds")


def path_of(scope: Construct, id: str) -> str:
    """The path that a construct will have."""
    return "/".join(part for part in (scope.node.path, id) if part)
