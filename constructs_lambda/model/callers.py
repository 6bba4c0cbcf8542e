"""What Lambda itself calls for a function: the queues and streams that it reads, and where it sends what failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from constructs_lambda.model.companions import AsyncInvocation, EventSourceMapping
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.networks import Link, Source
from constructs_lambda.model.references import References
from constructs_lambda.model.stacks import Stack
from constructs_lambda.tokens import Unknown

ANY_SERVICE = "*"


class Callers(References):
    """The event source mappings and destinations of an app."""

    def polled(self, function: Function) -> frozenset[str]:
        """The services whose queues and streams Lambda reads for a function, `*` for one that isn't known."""
        return frozenset(
            self._service(stack, each.source)
            for stack, each in members(self._mappings, function)
            if isinstance(each, EventSourceMapping)
        )

    def delivered(self, stack: Stack, function: Function) -> frozenset[str]:
        """The services to which Lambda sends what failed, or results, `*` for one that isn't known."""
        found = {
            self._service(other, each)
            for beside in (self._mappings, self._invocations)
            for other, companion in members(beside, function)
            for each in companion.destinations
        }
        if function.dead_letters or isinstance(function.dead_letter_target, Unknown):
            found.add(self._service(stack, function.dead_letters))
        return frozenset(found)

    def _service(self, stack: Stack, source: Source | None) -> str:
        if source is None:
            return ANY_SERVICE
        if source.service:
            return source.service
        function = stack.function_of(source.link.name) if isinstance(source.link, Link) else None
        if function:
            return "lambda"
        spot = self.spot(stack, source.link)
        return (
            self.stacks[spot.template].services.get(spot.name, ANY_SERVICE) if spot and spot.template else ANY_SERVICE
        )

    @cached_property
    def _mappings(self) -> Beside:
        return self._beside(
            (stack, each) for stack in self.stacks.values() for each in stack.event_source_mappings.values()
        )

    @cached_property
    def _invocations(self) -> Beside:
        return self._beside(
            (stack, each) for stack in self.stacks.values() for each in stack.async_invocations.values()
        )

    def _beside(self, every: Iterator[tuple[Stack, EventSourceMapping | AsyncInvocation]]) -> Beside:
        """What belongs to each function, in whichever stack it is; under None what may belong to any."""
        found: dict[Place | str | None, list[tuple[Stack, EventSourceMapping | AsyncInvocation]]] = defaultdict(list)
        for stack, each in every:
            found[self._owner(stack, each)].append((stack, each))
        return found

    def _owner(self, stack: Stack, each: EventSourceMapping | AsyncInvocation) -> Place | str | None:
        """The function's place, or its name where that is all there is; None where it isn't known."""
        own = stack.function_of(each.function)
        if own:
            return own.place
        spot = self.spot(stack, each.function_link)
        if spot and spot.template:
            function = self.stacks[spot.template].function_of(spot.name)
            return function.place if function else None
        name = each.function_name
        if not isinstance(name, str):
            return None
        return name.partition(":function:")[2].partition(":")[0] or name.partition(":")[0]


Beside = Mapping[Place | str | None, list[tuple[Stack, EventSourceMapping | AsyncInvocation]]]


def members(beside: Beside, function: Function) -> list[tuple[Stack, EventSourceMapping | AsyncInvocation]]:
    """What of it belongs to a function, or may."""
    found = [*beside.get(function.place, ()), *beside.get(None, ())]
    if isinstance(function.name, str):
        found += beside.get(function.name, ())
    elif isinstance(function.name, Unknown):
        found += [each for key, every in beside.items() if isinstance(key, str) for each in every]
    return found
