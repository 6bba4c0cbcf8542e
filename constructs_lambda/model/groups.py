"""Security groups: what they let out, and whether they let anybody in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from constructs_lambda.model.functions import Function
from constructs_lambda.model.networks import Links, Outlet, SecurityGroup, Target
from constructs_lambda.model.references import References, Spot, are_same
from constructs_lambda.model.stacks import Stack

Key = tuple[str, str]


class Groups(References):
    """The security groups of an app."""

    @cached_property
    def is_open(self) -> bool:
        """Whether a macro or a loop may add to any of the templates."""
        return any(stack.networks.is_open for stack in self.stacks.values())

    def group(self, stack: Stack, link: Target) -> tuple[SecurityGroup, Spot | None] | None:
        """A security group that is made in this app, and its VPC; None for it where it is in several."""
        spot = self.spot(stack, link)
        group: SecurityGroup | None = self.find("security_groups", spot)
        if spot is None or group is None or group.place.conditional:
            return None
        is_shared = any(are_same(each, spot) is not False for each in self._shared)
        return group, None if is_shared else self.vpc(self.stacks[spot.template], group.vpc)

    @cached_property
    def _shared(self) -> list[Spot | None]:
        return [self.spot(stack, each.to) for stack, each in self.every("group_associations")]

    def outlet(self, stack: Stack, function: Function) -> Outlet:
        """What a function's security groups let out."""
        links = function.security_group_links
        if not isinstance(links, tuple) or not links:
            return Outlet()
        found: list[Outlet] = []
        for link in links:
            spot, group = self.spot(stack, link), self.group(stack, link)
            if group is not None:
                found += group[0].outlets
            elif spot is not None and (spot.template, spot.name) in self._closed and spot.attribute == _DEFAULT:
                is_ipv4_only = function.ipv6 in (None, False)  # what is left of its rules may let IPv6 out
                found.append(Outlet(False if is_ipv4_only else None, False, False if is_ipv4_only else None))
            else:
                return Outlet()
            if spot is not None:
                found += self._rules.get((spot.template, spot.name), ())
        found += self._rules.get(None, ())
        if self.is_open:
            found.append(Outlet())
        return Outlet(
            _any(each.anything for each in found), _any(each.ipv4 for each in found), _any(each.ipv6 for each in found)
        )

    @cached_property
    def _rules(self) -> Mapping[Key | None, list[Outlet]]:
        """What the rules beside groups let out, by group; under None where the group isn't known."""
        found: dict[Key | None, list[Outlet]] = defaultdict(list)
        for stack, rule in self.every("egress_rules"):
            of = self.spot(stack, rule.group)
            outlet = Outlet() if rule.place.conditional or of is None else rule.outlet
            found[(of.template, of.name) if of else None].append(outlet)
        return found

    @cached_property
    def _closed(self) -> frozenset[Key]:
        """The VPCs whose default group is closed by a function of CDK's."""
        spots = [self.spot(stack, each.to) for stack, each in self.every("closed_groups") if not each.place.conditional]
        return frozenset((each.template, each.name) for each in spots if each and each.attribute == _DEFAULT)

    def is_entered(self, stack: Stack, links: Links) -> bool | None:
        """Whether groups let anybody in; the default group lets in itself, which may be enough."""
        if not isinstance(links, tuple) or not links:
            return None if links and not isinstance(links, tuple) else True
        answers: list[bool | None] = []
        for link in links:
            group, spot = self.group(stack, link), self.spot(stack, link)
            if group is None or spot is None:
                return True
            is_open = self.is_open or None in self._let_in
            answers += [group[0].lets_in, True if spot in self._let_in else None if is_open else False]
        return _any(answers)

    @cached_property
    def _let_in(self) -> frozenset[Spot | None]:
        """The groups with a rule beside them that lets somebody in; None among them for one that isn't known."""
        return frozenset(self.spot(stack, each.to) for stack, each in self.every("ingress_rules"))


_DEFAULT = "DefaultSecurityGroup"


def _any(answers: Iterable[bool | None]) -> bool | None:
    every = list(answers)
    return True if True in every else None if None in every else False
