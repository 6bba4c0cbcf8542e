"""How many policies a role has, and how long they are together."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model.attachments import Rights
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.holders import Holders
from constructs_lambda.model.networks import Link
from constructs_lambda.model.references import Spot
from constructs_lambda.model.roles import Policy, Role
from constructs_lambda.records import record


@record(kw_only=True)
class RolePolicies:
    """What counts against the quotas of a role, as far as it is certain.

    Args:
        place: Where the role stands.
        managed_count: Managed policies that are attached to it.
        inline_length: Characters of its inline policies, whitespace left out.
        inline_count: Policies beside it that count as inline ones.
    """

    place: Place
    managed_count: int
    inline_length: int
    inline_count: int


@record(kw_only=True)
class FunctionRole:
    """A function with its role.

    Args:
        place: Where the function stands.
        function: The function.
        role: The role.
        is_by_name: Whether the function has the role's name, where its ARN is expected.
        rights: What the role allows.
    """

    place: Place
    function: Function
    role: Role
    is_by_name: bool
    rights: Rights


class RoleQuotas(Holders):
    """The roles of an app, with the policies that are attached to them."""

    def roles(self) -> Iterator[Role]:
        """The roles that this app makes."""
        for stack in self.stacks.values():
            yield from stack.roles.values()

    def function_roles(self) -> Iterator[FunctionRole]:
        """The functions whose role this app makes."""
        for stack in self.stacks.values():
            for function in stack.functions.values():
                spot = self.spot(stack, function.role_link)
                role = self.stacks[spot.template].roles.get(spot.name) if spot and spot.template else None
                if spot and role and not (role.place.conditional or function.place.conditional):
                    yield FunctionRole(
                        place=function.place,
                        function=function,
                        role=role,
                        is_by_name=spot.attribute == "",
                        rights=self.rights(stack, function.role_link),
                    )

    def policies(self) -> Iterator[Policy]:
        """The policies that this app makes beside its roles."""
        for stack in self.stacks.values():
            yield from stack.policies.values()

    def role_policies(self) -> Iterator[RolePolicies]:
        """The policies of every role that this app makes."""
        for stack in self.stacks.values():
            for name, role in stack.roles.items():
                if role.place.conditional:
                    continue
                keys = [
                    Spot(stack.place.template, name),
                    *([Spot("", role.name)] if isinstance(role.name, str) else []),
                ]
                beside = [
                    policy for key in keys for policy in self._attached.get(key, ()) if not policy.place.conditional
                ]
                named = {
                    self.spot(stack, link) for _, link in role.managed_policies if isinstance(link, Link)
                }  # a policy may be named by the role, and name the role as well
                managed = [
                    policy
                    for policy in beside
                    if policy.is_managed and Spot(policy.place.template, policy.place.resource) not in named
                ]
                inline = [policy for policy in beside if not policy.is_managed]
                yield RolePolicies(
                    place=role.place,
                    managed_count=role.managed_count + len(managed),
                    inline_length=role.inline_length + sum(policy.length for policy in inline),
                    inline_count=len(inline),
                )
