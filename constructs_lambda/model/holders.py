"""What the roles of an app allow: their own statements, and those of policies beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from constructs_lambda.model.attachments import Rights
from constructs_lambda.model.groups import Groups
from constructs_lambda.model.networks import Target
from constructs_lambda.model.references import Spot
from constructs_lambda.model.roles import Policy
from constructs_lambda.model.stacks import Stack


class Holders(Groups):
    """The roles of an app."""

    def rights(self, stack: Stack, link: Target) -> Rights:
        """What a role allows."""
        spot = self.spot(stack, link)
        of = self.stacks.get(spot.template) if spot else None
        role = of.roles.get(spot.name) if of and spot else None
        if role is None or spot is None or of is None:
            return Rights(statements=(), managed_policies=(), is_open=True, place=None)
        statements, is_open = list(role.statements), role.is_open or self.is_open
        managed = []
        for arn, managed_link in role.managed_policies:
            policy = self._policy(of, managed_link)
            if policy is None:
                managed.append(arn)
            else:
                statements += policy.statements
                is_open = is_open or policy.is_open
        keys: list[Spot | None] = [spot, Spot("", str(role.name))]
        for policy in (each for key in keys for each in self._attached.get(key, ())):
            statements += policy.statements
            is_open = is_open or policy.is_open
        boundary = self._policy(of, role.boundary)
        return Rights(
            statements=tuple(statements),
            managed_policies=tuple(managed),
            is_open=is_open or None in self._attached,
            place=role.place,
            boundary=boundary.statements if boundary and not boundary.is_open else None,
        )

    def _policy(self, stack: Stack, link: Target) -> Policy | None:
        at = self.spot(stack, link)
        return self.stacks[at.template].policies.get(at.name) if at and at.template else None

    @cached_property
    def _attached(self) -> Mapping[Spot | None, list[Policy]]:
        """Policies by the roles that they are attached to; under None those whose roles aren't known."""
        found: dict[Spot | None, list[Policy]] = defaultdict(list)
        for stack in self.stacks.values():
            for policy in stack.policies.values():
                roles = policy.roles if isinstance(policy.roles, tuple) else () if policy.roles is None else (None,)
                for spot in dict.fromkeys(self.spot(stack, each) for each in roles):
                    found[spot].append(policy)
        return found
