"""The stacks of one app put together: what functions in VPCs can reach, and what functions are deployed with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from constructs_lambda.model.attachments import Attachment, NetworkUse, Rights
from constructs_lambda.model.deployments import Deployments
from constructs_lambda.model.functions import Function
from constructs_lambda.model.networks import Links, SecurityGroup, Subnet, Target
from constructs_lambda.model.references import Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.model.ways import Ways
from constructs_lambda.tokens import known


class Topology(Deployments, Ways):
    """The networks, packages and layers of the stacks that one assembly holds.

    Args:
        stacks: The stacks; what they import from each other and give to nested stacks is followed.
    """

    def attachments(self) -> Iterator[Attachment]:
        """The functions that are in a VPC, or may be."""
        for stack in self.stacks.values():
            for logical_id, function in stack.functions.items():
                if function.vpc is not None:
                    yield self._attachment(stack, logical_id, function)

    def _attachment(self, stack: Stack, logical_id: str, function: Function) -> Attachment:
        subnets, groups = function.subnet_links, function.security_group_links
        found = [self._group(stack, link) for link in groups] if isinstance(groups, tuple) else None
        is_polled = any(each.function == logical_id for each in stack.event_source_mappings.values())
        delivers = any(each.function == logical_id for each in stack.async_invocations.values())
        return Attachment(
            place=function.place,
            function=function,
            positions=tuple(self.position(stack, link) for link in subnets) if isinstance(subnets, tuple) else None,
            groups=None if found is None else tuple(found),
            lets_out=self._lets_out(stack, groups),
            rights=self._rights(stack, function.role_link),
            is_polled=is_polled,
            delivers=delivers or is_polled or function.dead_letter_target is not None,
        )

    def uses(self) -> Iterator[NetworkUse]:
        """What counts against the quotas of each account and Region that the app deploys to."""
        environments: dict[tuple[str | None, str | None], list[Stack]] = defaultdict(list)
        for stack in self.stacks.values():
            environments[stack.account, stack.region].append(stack)
        for stacks in environments.values():
            addresses = [each for stack in stacks for each in stack.networks.addresses.values() if not each.conditional]
            gateways: Counter[str] = Counter()
            interfaces: dict[Spot, set[tuple[Spot, frozenset[str]]]] = defaultdict(set)
            for stack in stacks:
                for gateway in stack.networks.nat_gateways.values():
                    subnet: Subnet | None = self.find("subnets", self.spot(stack, gateway.subnet))
                    if subnet and subnet.zone and not gateway.place.conditional:
                        gateways[subnet.zone] += 1
                for function in stack.functions.values():
                    groups = frozenset(map(str, known(function.security_group_links) or ()))
                    for link in known(function.subnet_links) or ():
                        spot = self.spot(stack, link)
                        at = self.find("subnets", spot)
                        vpc = self.spot(self.stacks[spot.template], at.vpc) if spot and at else None
                        if spot and vpc:
                            interfaces[vpc].add((spot, groups))
            first = next((stack for stack in stacks if stack.networks.addresses), stacks[0])
            yield NetworkUse(
                place=first.place,
                addresses={"in one Region": len(addresses)},
                nat_gateways={"in one Availability Zone": max(gateways.values(), default=0)},
                interfaces={f"of Lambda in {vpc.shown}": len(each) for vpc, each in interfaces.items()},
            )

    # --- Security groups and roles -----------------------------------------------------------------------------------

    def _group(self, stack: Stack, link: Target) -> tuple[SecurityGroup, Spot | None] | None:
        spot = self.spot(stack, link)
        group: SecurityGroup | None = self.find("security_groups", spot)
        if spot is None or group is None or group.place.conditional:
            return None
        return group, self.spot(self.stacks[spot.template], group.vpc)

    def _lets_out(self, stack: Stack, links: Links) -> bool | None:
        if not isinstance(links, tuple) or not links:
            return None
        answers: list[bool | None] = []
        for link in links:
            group, spot = self._group(stack, link), self.spot(stack, link)
            if group is None or spot is None:
                return None
            answers += [group[0].lets_out, *self._rules_of(spot)]
        return True if True in answers else None if None in answers or self.is_open else False

    def _rules_of(self, group: Spot) -> Iterator[bool | None]:
        for stack, rule in self.every("egress_rules"):
            of = self.spot(stack, rule.group)
            if of is None:
                yield None
            elif of == group:
                yield None if rule.place.conditional else rule.lets_out

    def _rights(self, stack: Stack, link: Target) -> Rights:
        spot = self.spot(stack, link)
        of = self.stacks.get(spot.template) if spot else None
        role = of.roles.get(spot.name) if of and spot else None
        if role is None or spot is None:
            return Rights(statements=(), managed_policies=(), is_open=True, place=None)
        statements, is_open = list(role.statements), role.is_open or self.is_open
        managed = []
        for arn, managed_link in role.managed_policies:
            at = self.spot(of, managed_link)
            policy = self.stacks[at.template].policies.get(at.name) if at and at.template else None
            if policy is None:
                managed.append(arn)
            else:
                statements += policy.statements
                is_open = is_open or policy.is_open
        for policy, targets in self._policies:
            if any(each == spot or each == Spot("", str(role.name)) for each in targets):
                statements += policy.statements
                is_open = is_open or policy.is_open
            elif None in targets:
                is_open = True
        return Rights(statements=tuple(statements), managed_policies=tuple(managed), is_open=is_open, place=role.place)

    @cached_property
    def _policies(self) -> list[tuple[Any, list[Spot | None]]]:
        """Policies, and the roles that they are attached to."""
        found = []
        for stack in self.stacks.values():
            for policy in stack.policies.values():
                roles = policy.roles if isinstance(policy.roles, tuple) else () if policy.roles is None else (None,)
                found.append((policy, [self.spot(stack, each) for each in roles]))
        return found
