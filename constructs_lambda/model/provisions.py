"""How much concurrency a stack provisions, by alias or version, with what auto scaling never goes below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from constructs_lambda.model.companions import Alias, Version
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.releases import ScalableTarget
from constructs_lambda.model.stacks import Stack
from constructs_lambda.tokens import known


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """What is provisioned on one alias or version of a function for certain.

    Args:
        place: The alias or version, or the scalable target.
        function: The function.
        number: How much.
    """

    place: Place
    function: Function
    number: int


def provisions(stack: Stack) -> Iterator[Provision]:
    """What the aliases, versions and scalable targets of a stack provision for certain."""
    least: dict[str, int] = {}
    for target in stack.scalable_targets.values():
        function, minimum = stack.function_of(target.function), known(target.minimum)
        if function is None or not minimum or minimum < 0 or target.place.conditional:
            continue
        alias = scaled_alias(stack, target)
        if alias is None:
            yield Provision(place=target.place, function=function, number=int(minimum))
        else:
            least[alias.place.resource] = int(minimum)
    every: tuple[Mapping[str, Alias] | Mapping[str, Version], ...] = (stack.aliases, stack.versions)
    for qualified in (each for members in every for each in members.values()):
        number = max(int(known(qualified.provisioned_concurrency) or 0), least.get(qualified.place.resource, 0))
        function = stack.function_of(qualified.function)
        if function and number > 0 and not qualified.place.conditional:
            yield Provision(place=qualified.place, function=function, number=number)


def scaled_alias(stack: Stack, target: ScalableTarget) -> Alias | None:
    """The alias that a scalable target scales, where it is in the same stack."""
    function, name = stack.function_of(target.function), known(target.qualifier)
    if function is None or name is None:
        return None
    return next(
        (
            alias
            for alias in stack.aliases.values()
            if known(alias.name) == name and stack.function_of(alias.function) is function
        ),
        None,
    )
