"""Functions on Managed Instances, with the capacity provider of this app that they run on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property

from constructs_lambda.model.companions import CapacityProvider, Version
from constructs_lambda.model.functions import Function, ManagedInstances, Place
from constructs_lambda.model.provisions import Provisions
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record


@record(kw_only=True)
class Hosted:
    """A function and the capacity provider that it runs on.

    Args:
        place: The function.
        function: The same.
        provider: Its capacity provider.
    """

    place: Place
    function: Function
    provider: CapacityProvider


@record(kw_only=True)
class Host:
    """A capacity provider with all functions that certainly run on it.

    Args:
        place: The provider.
        versions: How many versions of each function are published, the most first.
    """

    place: Place
    versions: tuple[tuple[Place, int], ...]


class Hosting(Provisions):
    """The capacity providers of an app."""

    def hosted(self) -> Iterator[Hosted]:
        """The functions whose capacity provider is in this app."""
        for stack in self.stacks.values():
            for function in stack.functions.values():
                provider = self._provider(stack, function)
                if provider and not function.place.conditional and not provider.place.conditional:
                    yield Hosted(place=function.place, function=function, provider=provider)

    def hosts(self) -> Iterator[Host]:
        """The capacity providers with functions that publish versions."""
        found: dict[Place, list[tuple[Place, int]]] = {}
        for each in self.hosted():
            if number := self._version_counts[each.place]:
                found.setdefault(each.provider.place, []).append((each.place, number))
        for place, versions in found.items():
            most = sorted(versions, key=lambda pair: (-pair[1], pair[0].path))
            yield Host(place=place, versions=tuple(most))

    def _provider(self, stack: Stack, function: Function) -> CapacityProvider | None:
        managed = function.managed_instances
        link = managed.capacity_provider_link if isinstance(managed, ManagedInstances) else None
        spot = self.spot(stack, link)
        return self.stacks[spot.template].capacity_providers.get(spot.name) if spot and spot.template else None

    @cached_property
    def _version_counts(self) -> Mapping[Place, int]:
        """How many versions each function has for certain."""
        return Counter(
            each.function.place
            for each in self.qualified()
            if isinstance(each.resource, Version) and each.function and not each.place.conditional
        )
