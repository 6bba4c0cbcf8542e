"""The stacks of one app put together: what functions in VPCs can reach, and what functions are deployed with."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model.attachments import Attachment
from constructs_lambda.model.calls import Calls
from constructs_lambda.model.clashes import Clashes
from constructs_lambda.model.functions import Function
from constructs_lambda.model.hosting import Hosting
from constructs_lambda.model.open_urls import OpenUrls
from constructs_lambda.model.role_policies import RoleQuotas
from constructs_lambda.model.stacks import Stack
from constructs_lambda.model.statements import FunctionPolicies
from constructs_lambda.model.ways import Ways


class Topology(Ways, RoleQuotas, Calls, FunctionPolicies, OpenUrls, Hosting, Clashes):
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
