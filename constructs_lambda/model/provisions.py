"""What concurrency is provisioned on, and for which function, in whichever stack of the app that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from constructs_lambda.model.callees import Callees
from constructs_lambda.model.companions import Alias, Version
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.networks import Link, Parts, Target
from constructs_lambda.model.releases import ScalableTarget
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import known

_MOST_STEPS = 3  # from a scalable target to an alias, a version and the function
_ARNS = ("", "Arn", "AliasArn", "FunctionArn")


@record(kw_only=True)
class Qualified:
    """An alias or a version, with its function.

    Args:
        place: The alias or version.
        resource: The same.
        function: The function, None where it isn't made in this app.
        has_arn_as_version: Whether an alias has an ARN where the number of a version belongs.
    """

    place: Place
    resource: Alias | Version
    function: Function | None
    has_arn_as_version: bool = False
    version: Version | None = None
    """The version that an alias points at, where it is made in this app."""


@record(kw_only=True)
class Scaled:
    """A scalable target, with what it scales.

    Args:
        place: The target.
        target: The same.
        function: The function, None where it isn't made in this app.
        alias: The alias, None where it isn't known.
        other_aliases: Names of all aliases of the function, where the target names another.
        first: The scalable target that scales the same already.
        has_arn: Whether an ARN stands in the id.
    """

    place: Place
    target: ScalableTarget
    function: Function | None
    alias: Alias | None
    version: Version | None = None
    """The version that the alias points at, where it is made in this app."""
    other_aliases: tuple[str, ...] = ()
    first: Place | None = None
    has_arn: bool = False
    together: int = 0
    """The most that all aliases of the function scale to, on the last of them; else, and where it is alone, 0."""


@record(kw_only=True)
class Provisioned:
    """A function with what is provisioned for it.

    Args:
        place: The function, or the alias or version that it is provisioned on.
        function: The same.
        number: How much, with what auto scaling never goes below.
    """

    place: Place
    function: Function
    number: int


class Provisions(Callees):
    """The concurrency that an app provisions."""

    def qualified(self) -> Iterator[Qualified]:
        """The aliases and versions."""
        return iter(self._qualified)

    @cached_property
    def _qualified(self) -> tuple[Qualified, ...]:
        return tuple(self._all_qualified())

    def _all_qualified(self) -> Iterator[Qualified]:
        for stack in self.stacks.values():
            for alias in stack.aliases.values():
                yield Qualified(
                    place=alias.place,
                    resource=alias,
                    function=self._behind(stack, alias.function_parts, alias.function),
                    has_arn_as_version=self._is_arn(stack, alias.version_link),
                    version=self._version(stack, alias.version_link),
                )
            for version in stack.versions.values():
                function = self._behind(stack, version.function_parts, version.function)
                yield Qualified(place=version.place, resource=version, function=function)

    def scaled(self) -> Iterator[Scaled]:
        """The scalable targets."""
        together = {places[-1]: number for places, number in self._maxima.values() if len(places) > 1}
        first: dict[tuple[Place, str], Place] = {}
        for stack in self.stacks.values():
            for target in stack.scalable_targets.values():
                function, name = self._behind(stack, target.function_parts), known(target.qualifier)
                aliases = self._aliases.get(function.place, {}) if function else {}
                alias = aliases.get(name) if name is not None else None
                same = target.place
                if function and name is not None and not target.place.conditional:
                    same = first.setdefault((function.place, name), target.place)
                is_lacking = name is not None and alias is None and not self._may_have_others
                yield Scaled(
                    place=target.place,
                    target=target,
                    function=function,
                    alias=alias,
                    version=self._version(self.stacks[alias.place.template], alias.version_link) if alias else None,
                    other_aliases=tuple(aliases) if is_lacking else (),
                    first=None if same == target.place else same,
                    has_arn=any(self._is_arn(stack, link) for link in target.links),
                    together=together.get(target.place, 0),
                )

    @cached_property
    def _maxima(self) -> Mapping[Place, tuple[tuple[Place, ...], int]]:
        """For each function the targets on its aliases, and the sum of their maxima."""
        found: dict[Place, dict[str, tuple[Place, int]]] = defaultdict(dict)
        for stack in self.stacks.values():
            for target in stack.scalable_targets.values():
                function, name, most = self._behind(stack, target.function_parts), target.qualifier, target.maximum
                if function and isinstance(name, str) and isinstance(most, int) and not target.place.conditional:
                    found[function.place].setdefault(name, (target.place, most))
        return {
            place: (tuple(at for at, _ in each.values()), sum(most for _, most in each.values()))
            for place, each in found.items()
        }

    def provisioned(self) -> Iterator[Provisioned]:
        """The functions for which something is provisioned for certain, with all of it."""
        sums: dict[Place, int] = defaultdict(int)
        functions: dict[Place, Function] = {}
        for each in self.provisioned_parts():
            if not each.place.conditional:
                functions[each.function.place] = each.function
                sums[each.function.place] += each.number
        for place, number in sums.items():
            yield Provisioned(place=place, function=functions[place], number=number)

    def provisioned_parts(self) -> Iterator[Provisioned]:
        """What is provisioned on each alias and version, or by auto scaling on one that isn't in this app."""
        least: dict[Place, int] = {}
        for scaled in self.scaled():
            function, minimum = scaled.function, known(scaled.target.minimum)
            if function is None or not minimum or minimum < 0 or scaled.first:
                continue
            if scaled.alias is None:
                yield Provisioned(place=scaled.place, function=function, number=int(minimum))
            elif not scaled.place.conditional:
                least[scaled.alias.place] = int(minimum)
        for each in self.qualified():
            number = max(int(known(each.resource.provisioned_concurrency) or 0), least.get(each.place, 0))
            if each.function and number > 0:
                yield Provisioned(place=each.place, function=each.function, number=number)

    @cached_property
    def _aliases(self) -> Mapping[Place, Mapping[str, Alias]]:
        """The aliases of each function by their names."""
        found: dict[Place, dict[str, Alias]] = defaultdict(dict)
        for each in self.qualified():
            name = known(each.resource.name) if isinstance(each.resource, Alias) else None
            if each.function and name is not None and isinstance(each.resource, Alias):
                found[each.function.place].setdefault(name, each.resource)
        return found

    @cached_property
    def _may_have_others(self) -> bool:
        """Whether there may be aliases whose names or functions aren't known."""
        unknown = (
            isinstance(each.resource, Alias) and (each.function is None or known(each.resource.name) is None)
            for each in self.qualified()
        )
        return any(stack.may_gain for stack in self.stacks.values()) or any(unknown)

    def _behind(self, stack: Stack, parts: Parts, reference: str | None = None) -> Function | None:
        """The function behind a name or ARN, or behind the alias or version that it is of."""
        own = stack.function_of(reference)
        if own:
            return own
        for _ in range(_MOST_STEPS):
            link = parts[0] if len(parts) == 1 else None
            spot = self.spot(stack, link) if isinstance(link, Link) else None
            of = self.stacks[spot.template] if spot and spot.template else None
            qualified = of.aliases.get(spot.name) or of.versions.get(spot.name) if of and spot else None
            if of is None or qualified is None:
                break
            stack, parts = of, qualified.function_parts
        callee = self.callee(stack, parts)
        function = callee.function if callee else None
        is_by_name = any(isinstance(part, str) for part in parts) and callee is not None and callee.name
        # Of two functions of one name, the other may be the one that is made.
        return None if function and is_by_name and function.place.conditional else function

    def _version(self, stack: Stack, link: Target) -> Version | None:
        spot = self.spot(stack, link)
        return self.stacks[spot.template].versions.get(spot.name) if spot and spot.template else None

    def _is_arn(self, stack: Stack, link: Target) -> bool:
        """Whether a link certainly gives the ARN of a function, an alias or a version."""
        spot = self.spot(stack, link)
        if spot is None or not spot.template or spot.attribute not in _ARNS:
            return False
        of = self.stacks[spot.template]
        is_name = spot.name in of.functions and not spot.attribute
        return not is_name and any(spot.name in each for each in (of.functions, of.aliases, of.versions))
