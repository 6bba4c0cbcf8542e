"""The stacks of one app put together: what functions in VPCs can reach, and what functions are deployed with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from constructs_lambda.model.attachments import Attachment, NetworkUse
from constructs_lambda.model.events import Events
from constructs_lambda.model.functions import Function
from constructs_lambda.model.gateway_parts import Gateways
from constructs_lambda.model.networks import Subnet
from constructs_lambda.model.open_urls import OpenUrls
from constructs_lambda.model.references import Spot
from constructs_lambda.model.role_policies import RoleQuotas
from constructs_lambda.model.stacks import Stack
from constructs_lambda.model.statements import FunctionPolicies
from constructs_lambda.model.ways import Ways
from constructs_lambda.tokens import known


class Topology(Ways, RoleQuotas, Gateways, Events, FunctionPolicies, OpenUrls):
    """The networks, packages and layers of the stacks that one assembly holds.

    Args:
        stacks: The stacks; what they import from each other and give to nested stacks is followed.
    """

    def attachments(self) -> Iterator[Attachment]:
        """The functions that are in a VPC, or may be."""
        for stack in self.stacks.values():
            for function in stack.functions.values():
                if function.vpc is not None:
                    yield self._attachment(stack, function)

    def _attachment(self, stack: Stack, function: Function) -> Attachment:
        subnets, groups = function.subnet_links, function.security_group_links
        found = [self.group(stack, link) for link in groups] if isinstance(groups, tuple) else None
        return Attachment(
            place=function.place,
            function=function,
            positions=tuple(self.position(stack, link) for link in subnets) if isinstance(subnets, tuple) else None,
            groups=None if found is None else tuple(found),
            outlet=self.outlet(stack, function),
            rights=self.rights(stack, function.role_link),
            polled=self.polled(function),
            delivered=self.delivered(stack, function),
        )

    def uses(self) -> Iterator[NetworkUse]:
        """What counts against the quotas of each account and Region that the app deploys to."""
        environments: dict[tuple[str | None, ...], list[Stack]] = defaultdict(list)
        for stack in self.stacks.values():
            # Stacks without an environment may go anywhere: only those of one Stage count together.
            folder = "" if stack.account and stack.region else stack.place.template.rpartition("/")[0]
            environments[stack.account, stack.region, folder].append(stack)
        for stacks in environments.values():
            addresses = [
                each
                for stack in stacks
                for each in stack.networks.addresses.values()
                if not (each.place.conditional or each.is_from_own_range)
            ]
            gateways: Counter[str] = Counter()
            interfaces: dict[Spot, set[tuple[Spot, frozenset[Spot | None]]]] = defaultdict(set)
            for stack in stacks:
                for gateway in stack.networks.nat_gateways.values():
                    subnet: Subnet | None = self.find("subnets", self.spot(stack, gateway.subnet))
                    if subnet and subnet.zone and not gateway.place.conditional:
                        gateways[subnet.zone] += 1
                for function in stack.functions.values():
                    groups = frozenset(self.spot(stack, each) for each in known(function.security_group_links) or ())
                    for link in known(function.subnet_links) or ():
                        spot = self.spot(stack, link)
                        at = self.find("subnets", spot)
                        vpc = self.vpc(self.stacks[spot.template], at.vpc) if spot and at else None
                        if spot and vpc:
                            interfaces[vpc].add((spot, groups))
            first = next((stack for stack in stacks if stack.networks.addresses), stacks[0])
            yield NetworkUse(
                place=first.place,
                addresses={"in one Region": len(addresses)},
                nat_gateways={"in one Availability Zone": max(gateways.values(), default=0)},
                interfaces={f"of Lambda in {vpc.shown}": len(each) for vpc, each in interfaces.items()},
            )
