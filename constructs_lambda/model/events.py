"""What triggers functions, and where Lambda sends what failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from constructs_lambda.model.attachments import Rights
from constructs_lambda.model.callers import members
from constructs_lambda.model.companions import AsyncInvocation, EventSourceMapping
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.messages import Delivery, Queue, Table, Topic
from constructs_lambda.model.networks import Source
from constructs_lambda.model.recipients import shown
from constructs_lambda.model.references import Spot
from constructs_lambda.model.rule_targets import RuleTargets
from constructs_lambda.model.stacks import Stack
from constructs_lambda.model.triggers import Access, Asynchronous, Circle, Failing, Polling, Pollings, Reconfigured
from constructs_lambda.tokens import Unknown, known

_ONCE = ("sqs", "kinesis", "dynamodb")  # of the others, each mapping may read a topic or queue of its own


class Events(RuleTargets):
    """The triggers of the functions of an app."""

    def asynchronous(self) -> Iterator[Asynchronous]:
        """The functions that topics, rules, schedules, buckets and logs invoke."""
        found: dict[Place, tuple[Function, list[tuple[str, str | Spot | None]]]] = {}
        for sending, function, qualifier in self._invoking:
            found.setdefault(function.place, (function, []))[1].append((sending, qualifier))
        for function, triggers in found.values():
            lost = [each for each, qualifier in triggers if not self._keeps_failures(function, qualifier)]
            yield Asynchronous(
                place=function.place,
                function=function,
                triggers=tuple(dict.fromkeys(each for each, _ in triggers)),
                lost=tuple(dict.fromkeys(lost)),
            )

    def _keeps_failures(self, function: Function, qualifier: str | Spot | None) -> bool:
        """Whether a dead-letter queue or a destination takes what failed, or may."""
        if function.dead_letter_target or isinstance(function.dead_letter_target, Unknown):
            return True
        invoked = (qualifier or "$LATEST") if isinstance(qualifier, str) else None
        return any(
            isinstance(each, AsyncInvocation)
            and (each.on_failure or isinstance(each.on_failure, Unknown))
            and (invoked is None or known(each.qualifier) in (None, invoked))
            for _, each in members(self._invocations, function)
        )

    @cached_property
    def _invoking(self) -> list[tuple[str, Function, str | Spot | None]]:
        """What invokes functions asynchronously, as a message names it, which, and their alias or version."""
        found = []
        for stack, delivery, protocol in self._deliveries:
            callee = self.callee(stack, delivery.target) if protocol in ("", "lambda") else None
            if delivery.service != "cloudwatch" and callee and callee.function and not delivery.place.conditional:
                sending = self._shown(delivery, self.spot(stack, delivery.source))
                found.append((sending, callee.function, callee.qualifier))
        return found

    def reconfigured(self) -> Iterator[Reconfigured]:
        """The asynchronous invocations that are configured twice, in whichever stacks."""
        first: dict[object, str] = {}
        for key, every in self._invocations.items():
            for stack, each in every if key is not None else ():
                qualifier = known(each.qualifier) if isinstance(each, AsyncInvocation) else None
                if qualifier is None or each.place.conditional:
                    continue
                function = self.callee(stack, (key,)) if isinstance(key, str) else None
                at = function.function.place if function and function.function else key
                environment = (stack.account, stack.region) if stack.account and stack.region else stack.place.template
                same = (at, "" if isinstance(at, Place) else environment, qualifier)
                shown = at.resource if isinstance(at, Place) else str(at)
                if same in first:
                    yield Reconfigured(place=each.place, function=shown, qualifier=qualifier, first=first[same])
                first.setdefault(same, each.place.path)

    def circles(self) -> Iterator[Circle]:
        """The triggers of functions that may be written to: topics, buckets, queues and streams."""
        behind: dict[Spot, list[tuple[Function, str]]] = defaultdict(list)
        for polling, spot in self._polled:
            if spot and polling.function and polling.mapping.filters is None:
                what = f"{_WORDS.get(polling.service, 'source')} {polling.source}"
                behind[spot].append((polling.function, what))
                yield self._circle(polling.function, polling.service, what, "", spot)
        for stack, delivery, protocol in self._deliveries:
            source = self.spot(stack, delivery.source)
            if source is None or delivery.is_filtered or not delivery.writes or delivery.place.conditional:
                continue
            what = self._shown(delivery, source)
            callee = self.callee(stack, delivery.target) if protocol in ("", "lambda") else None
            if callee and callee.function:
                yield self._circle(callee.function, delivery.service, what, "", source)
            queue = self.spot(stack, delivery.link) if protocol in ("", "sqs") else None
            for function, through in behind.get(queue, ()) if queue else ():
                yield self._circle(function, delivery.service, what, through, source)

        yield from self._own_destinations()

    def _own_destinations(self) -> Iterator[Circle]:
        """The functions that get their own results, or what they failed at."""
        for stack in self.stacks.values():
            for each in stack.async_invocations.values():
                owner = self._owned_by(stack, each)
                own = Spot(owner.place.template, owner.place.resource) if owner else None
                for source, name in zip(each.destinations, _names(each), strict=False):
                    if owner and own and self.spot(stack, source.link) == own:
                        what = f"its own destination on {name.removeprefix('On').lower()}"
                        circle = self._circle(owner, "lambda", what, "", own)
                        yield replace(circle, is_sent=True)

    def _circle(self, function: Function, service: str, source: str, through: str, spot: Spot) -> Circle:
        return Circle(
            place=function.place,
            function=function,
            service=service,
            source=source,
            through=through,
            access=self._access(function, spot),
        )

    def deliveries(self) -> Iterator[Delivery]:
        """Every way on which events are sent."""
        for _, delivery, _ in self._deliveries:
            yield delivery

    def pollings(self) -> Iterator[Polling | Pollings]:
        """What Lambda polls for functions."""
        limits: dict[Place, tuple[Function, dict[str, int]]] = {}
        for polling, _ in self._polled:
            yield polling
            maximum = polling.mapping.maximum_concurrency
            if polling.function and isinstance(maximum, int) and not polling.place.conditional:
                limits.setdefault(polling.function.place, (polling.function, {}))[1][polling.source] = maximum
        for function, maxima in limits.values():
            yield Pollings(place=function.place, function=function, maximum_concurrency=maxima)

    @cached_property
    def _polled(self) -> list[tuple[Polling, Spot | None]]:
        same: dict[object, list[EventSourceMapping]] = defaultdict(list)
        found = []
        for stack in self.stacks.values():
            for mapping in stack.event_source_mappings.values():
                callee = self.callee(stack, mapping.callee)
                function = callee.function if callee else None
                spot = self.spot(stack, mapping.source.link) if mapping.source else None
                service = self._service(stack, mapping.source)
                others = []
                if callee and function and spot and service in _ONCE and not mapping.place.conditional:
                    others = same[function.place, callee.qualifier, spot]
                queue: Queue | None = self.message("queues", spot)
                table: Table | None = self.message("tables", spot)
                polling = Polling(
                    place=mapping.place,
                    mapping=mapping,
                    service=service,
                    region=stack.region,
                    source=shown(spot),
                    attribute=spot.attribute if spot and spot.template else None,
                    queue=queue,
                    has_stream=None if table is None or table.place.conditional else table.has_stream,
                    function=function,
                    access=self._access(function, spot) if function and spot and self._is_read(spot) else None,
                    others=tuple(others),
                )
                others.append(mapping)
                found.append((polling, spot))
        return found

    def _is_read(self, spot: Spot) -> bool:
        """Whether rights on a source are all that counts: a consumer is read with rights on its stream as well."""
        return not self.has_policy(spot) and "/consumer/" not in spot.name

    def failing(self) -> Iterator[Failing]:
        """Where Lambda sends what failed, and results."""
        for stack in self.stacks.values():
            for function in stack.functions.values():
                if function.dead_letters:
                    where = (function.place, "DeadLetterConfig.TargetArn", "dead-letter target")
                    yield self._failing(stack, function, function.dead_letters, where)
            companions: tuple[AsyncInvocation | EventSourceMapping, ...] = (
                *stack.async_invocations.values(),
                *stack.event_source_mappings.values(),
            )
            for each in companions:
                if each.destinations:
                    owner = self._owned_by(stack, each)
                    for source, name in zip(each.destinations, _names(each), strict=False):
                        where = (each.place, f"DestinationConfig.{name}.Destination", "destination")
                        yield self._failing(stack, owner, source, where)

    def _failing(
        self, stack: Stack, function: Function | None, source: Source, where: tuple[Place, str, str]
    ) -> Failing:
        spot = self.spot(stack, source.link)
        kind, found = self._recipient(spot)
        place, prop, what = where
        is_fifo = isinstance(found, Queue | Topic) and found.is_fifo is True
        has_access = function and spot and not place.conditional and not self.has_policy(spot)
        return Failing(
            place=place,
            property=prop,
            what=what,
            service=self._service(stack, source),
            to=f"{kind} {found.place.path}" if found else shown(spot),
            is_fifo=is_fifo,
            access=self._access(function, spot) if has_access and function and spot else None,
        )

    def _owned_by(self, stack: Stack, each: AsyncInvocation | EventSourceMapping) -> Function | None:
        owner = self._owner(stack, each)
        return self.stacks[owner.template].functions.get(owner.resource) if isinstance(owner, Place) else None

    def _access(self, function: Function, spot: Spot) -> Access:
        return self.access_of(self._rights_of(function), spot)

    def _rights_of(self, function: Function) -> Rights:
        if function.place not in self._known_rights:
            stack = self.stacks[function.place.template]
            self._known_rights[function.place] = self.rights(stack, function.role_link)
        return self._known_rights[function.place]

    @cached_property
    def _known_rights(self) -> dict[Place, Rights]:
        return {}


_WORDS: Mapping[str, str] = {"sqs": "queue", "kinesis": "stream", "dynamodb": "table"}


def _names(each: AsyncInvocation | EventSourceMapping) -> tuple[str, ...]:
    """The names of the destinations that are there."""
    success = each.on_success if isinstance(each, AsyncInvocation) else None
    return tuple(name for name, arn in (("OnSuccess", success), ("OnFailure", each.on_failure)) if arn is not None)
