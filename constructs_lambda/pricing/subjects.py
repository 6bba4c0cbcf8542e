"""The resources of an app with the Region whose prices count, and with their usage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property

from constructs_lambda.model import Function, Place, Topology
from constructs_lambda.pricing.callers import Caller, callers, edge_functions
from constructs_lambda.pricing.charges import Subject
from constructs_lambda.pricing.log_groups import LogGroup, log_groups
from constructs_lambda.pricing.usage import UNSAID, Use

DEFAULT_REGION = "us-east-1"
Key = tuple[str, str]
"""Template and logical id."""


class PricedApp:
    """One assembly, with the usage of its resources.

    Args:
        topology: Its stacks.
        region: The Region whose prices count, whatever the stacks name.
        default_region: The Region of stacks that name none.
    """

    def __init__(self, topology: Topology, region: str | None, default_region: str | None) -> None:
        self.topology = topology
        self._region = region
        self._default = default_region or DEFAULT_REGION
        self.uses: dict[Key, Use] = {}
        self.unsaid: dict[Key, str] = {}
        """Why the requests of a resource aren't known."""

    def region_of(self, template: str) -> str:
        """The Region whose prices count for a stack."""
        return self._region or self.topology.stacks[template].region or self._default

    @property
    def assumed_region(self) -> str | None:
        """The Region that was taken for stacks that name none, None where all do."""
        is_needed = not self._region and any(stack.region is None for stack in self.topology.stacks.values())
        return self._default if is_needed else None

    def subject(self, place: Place) -> Subject:
        """The resource at a place.

        Args:
            place: Where it stands.
        """
        stack, key = self.topology.stacks[place.template], (place.template, place.resource)
        resource = stack.resources[place.resource]
        return Subject(
            place=resource.place,
            type=resource.type,
            properties=resource.properties,
            account=stack.account,
            region=self.region_of(place.template),
            use=self.uses.get(key, UNSAID),
            unsaid=self.unsaid.get(key, ""),
        )

    @cached_property
    def subjects(self) -> Sequence[Subject]:
        """Every resource of the app; to be asked for when the usage is settled."""
        return [self.subject(resource.place) for resource in self.resources]

    @cached_property
    def resources(self) -> Sequence[Named]:
        """The places and types of all resources."""
        return [
            Named(each.place, each.type, each.usage)
            for stack in self.topology.stacks.values()
            for each in stack.resources.values()
        ]

    @cached_property
    def callers(self) -> Mapping[Place, Sequence[Caller]]:
        """The resources that refer to each function in a way that may invoke it."""
        return callers(self.topology)

    @cached_property
    def edge_functions(self) -> Set[Place]:
        """The functions that CloudFront runs: a distribution names them, or their role is one of Lambda@Edge."""
        return edge_functions(self.topology, self.callers)

    @cached_property
    def log_groups(self) -> Mapping[Place, LogGroup]:
        """Where each function writes its logs to."""
        return log_groups(self.topology)

    def use_of(self, place: Place) -> Use:
        """How much a resource is used, as far as somebody said it or it follows from what was said.

        Args:
            place: Where it stands.
        """
        return self.uses.get((place.template, place.resource), UNSAID)

    def set_use(self, place: Place, use: Use) -> None:
        """Takes how much a resource is used.

        Args:
            place: Where it stands.
            use: Its usage from now on.
        """
        self.uses[place.template, place.resource] = use

    def with_functions(self, change: Callable[[Function, Use], tuple[Function, Use]]) -> PricedApp:
        """The same app with other functions, or with other usage of them.

        Args:
            change: Gives the function and the usage that take the place of these.
        """
        uses, stacks = dict(self.uses), []
        for stack in self.topology.stacks.values():
            functions = {}
            for name, function in stack.functions.items():
                functions[name], use = change(function, self.use_of(function.place))
                uses[function.place.template, function.place.resource] = use
            stacks.append(replace(stack, functions=functions))
        changed = PricedApp(Topology(stacks), self._region, self._default)
        changed.uses, changed.unsaid = uses, self.unsaid
        return changed


class Named:
    """A resource as usage names it.

    Args:
        place: Where it stands.
        type: Its CloudFormation type.
        written: The usage in its metadata.
    """

    __slots__ = ("place", "type", "written")

    def __init__(self, place: Place, type: str, written: object) -> None:
        self.place = place
        self.type = type
        self.written = written
