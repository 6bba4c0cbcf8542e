"""Where events are sent, and whether those who take them let the sender."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property

from constructs_lambda.model.attachments import Rights
from constructs_lambda.model.callees import Callee
from constructs_lambda.model.callers import Callers
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.messages import Delivery, Queue, Redrive, Subscription, Topic
from constructs_lambda.model.references import Spot, are_same
from constructs_lambda.model.resource_policies import ResourcePolicies
from constructs_lambda.model.roles import Statement
from constructs_lambda.model.stacks import Stack
from constructs_lambda.model.triggers import Access, Notified, Published, Redriven, Sending, Subscribed
from constructs_lambda.tokens import Unknown, known

_WORDS = {
    "cloudwatch": "alarm",
    "events": "rule",
    "logs": "log group",
    "s3": "bucket",
    "scheduler": "schedule",
    "sns": "topic",
}
_PROTOCOLS = {"function": "lambda", "queue": "sqs", "topic": ""}


def shown(spot: Spot | None) -> str:
    """What a message calls a queue, topic, bucket or stream."""
    return (spot.shown or spot.name) if spot else ""


class Recipients(ResourcePolicies, Callers):
    """The queues, topics and functions of an app to which events are sent."""

    def subscribed(self) -> Iterator[Subscribed]:
        """Every subscription to a topic."""
        before: dict[object, list[Subscription]] = defaultdict(list)
        for stack, each in self._subscriptions:
            spot = self.spot(stack, each.delivery.link) if len(each.delivery.target) == 1 else None
            kind, found = self._recipient(spot)
            topic = self.spot(stack, each.delivery.source)
            same = []
            if topic and isinstance(each.protocol, str) and not each.place.conditional:
                endpoint = known(each.endpoint) or spot
                same = before[topic, each.protocol, endpoint] if endpoint else []
            redrive = each.redrive.target if isinstance(each.redrive, Redrive) else None
            yield Subscribed(
                place=each.place,
                subscription=each,
                topic=self.message("topics", topic),
                queue=found if isinstance(found, Queue) else None,
                dead_letters=self.message("queues", self.spot(stack, redrive.link if redrive else None)),
                endpoint=kind,
                attribute="Arn" if self._is_qualified(spot) else spot.attribute if spot else "",
                region=stack.region,
                others=tuple(same),
            )
            same.append(each)

    def _is_qualified(self, spot: Spot | None) -> bool:
        """Whether it is an alias or a version, whose `Ref` is an ARN."""
        stack = self.stacks.get(spot.template) if spot else None
        return stack is not None and spot is not None and (spot.name in stack.aliases or spot.name in stack.versions)

    def published(self) -> Iterator[Published | Topic]:
        """Every topic, and those to which something subscribes with a filter policy."""
        for stack in self.stacks.values():
            yield from stack.messages.topics.values()
        counts: Counter[Spot] = Counter()
        places: dict[Spot, Place] = {}
        for stack, each in self._subscriptions:
            spot = self.spot(stack, each.delivery.source)
            if spot and each.delivery.is_filtered and not each.place.conditional:
                topic: Topic | None = self.message("topics", spot)
                places.setdefault(spot, topic.place if topic else each.place)
                counts[spot] += not isinstance(each.filter_policy, Unknown)
        for spot, count in counts.items():
            yield Published(place=places[spot], filter_policies=count)

    def queues(self) -> Iterator[Queue | Redriven]:
        """Every queue, and with its dead-letter queue where it has one."""
        for stack in self.stacks.values():
            for queue in stack.messages.queues.values():
                yield queue
                if isinstance(queue.redrive, Redrive):
                    target = queue.redrive.target
                    spot = self.spot(stack, target.link if target else None)
                    yield Redriven(
                        place=queue.place,
                        queue=queue,
                        region=stack.region,
                        account=stack.account,
                        dead_letters=self.message("queues", spot),
                        attribute=spot.attribute if spot else "",
                    )

    def notified(self) -> Iterator[Notified]:
        """The buckets that notify more than one."""
        for stack in self.stacks.values():
            for deliveries in stack.messages.deliveries.values():
                if len(deliveries) > 1 and deliveries[0].service == "s3":
                    yield Notified(place=deliveries[0].place, deliveries=deliveries)

    def sendings(self) -> Iterator[Sending]:
        """What is sent to functions, queues and topics of this app."""
        for stack, delivery, protocol in self._deliveries:
            if delivery.place.conditional:
                continue
            source = self.spot(stack, delivery.source)
            callee = self.callee(stack, delivery.target)
            if callee and callee.function and protocol in ("", "lambda"):
                yield self._to_function(stack, delivery, callee, source)
            elif protocol in ("", "sqs"):
                yield from self._to_storage(stack, delivery, self.spot(stack, delivery.link), source)
            if delivery.dead_letters:
                spot = self.spot(stack, delivery.dead_letters.link)
                yield from self._to_storage(stack, delivery, spot, source, are_dead_letters=True)

    def _to_function(self, stack: Stack, delivery: Delivery, callee: Callee, source: Spot | None) -> Sending:
        function = callee.function
        is_permitted: bool | None = None
        if function and not function.place.conditional:
            if delivery.service == "scheduler":
                is_permitted = self._may_call(stack, delivery, function)
            elif delivery.role is None and delivery.service != "cloudwatch":
                is_permitted = self.may_invoke(callee, delivery.service, source)
        return Sending(
            place=delivery.place,
            property=delivery.property,
            service=delivery.service,
            kind="function",
            to=function.place.path if function else "",
            source=self._shown(delivery, source),
            is_permitted=is_permitted,
        )

    def _may_call(self, stack: Stack, delivery: Delivery, function: Function) -> bool | None:
        """Whether the role of a schedule lets it invoke a function."""
        rights = self.rights(stack, delivery.role)
        if rights.place is None or rights.is_open or rights.managed_policies:
            return None
        at = self.stacks[function.place.template]
        qualified = (name for each in (at.aliases, at.versions) for name in each if at.function_of(name) is function)
        spots = [Spot(function.place.template, name) for name in (function.place.resource, *qualified)]
        return any(
            each.is_allowed and each.is_about("lambda:invokefunction")
            for spot in spots
            for each in self.access_of(rights, spot).possible
        )

    def _to_storage(
        self,
        stack: Stack,
        delivery: Delivery,
        spot: Spot | None,
        source: Spot | None,
        *,
        are_dead_letters: bool = False,
    ) -> Iterator[Sending]:
        """To a queue or topic of this app, which its own policy has to allow; a role may stand for that."""
        kind, found = self._recipient(spot)
        if spot is None or not isinstance(found, Queue | Topic) or found.place.conditional:
            return
        if delivery.service in ("scheduler", "logs") or delivery.role is not None:
            return
        yield Sending(
            place=delivery.place,
            property=delivery.dead_letter_property if are_dead_letters else delivery.property,
            service=delivery.service,
            kind=kind,
            to=found.place.path,
            source=self._shown(delivery, source),
            is_permitted=self.is_granted(spot, kind, delivery.service, source),
            key=self.refusing_key(self.stacks[spot.template], found, delivery.service),
            are_dead_letters=are_dead_letters,
            is_fifo=found.is_fifo is True,
        )

    def access_of(self, rights: Rights, spot: Spot) -> Access:
        """What of a role's rights is about one resource."""
        answers = [(each, self._is_on(each, spot)) for each in rights.statements]
        return Access(
            rights=rights,
            possible=tuple(each for each, is_on in answers if is_on is not False),
            certain=tuple(each for each, is_on in answers if is_on),
        )

    def _is_on(self, statement: Statement, spot: Spot) -> bool | None:
        links = statement.resources
        if not isinstance(links, tuple):
            return None
        answers = [are_same(self.spot(self.stacks[statement.template], link), spot) for link in links]
        return True if True in answers else None if None in answers else False

    def _recipient(self, spot: Spot | None) -> tuple[str, Function | Queue | Topic | None]:
        """The function, queue or topic of this app at a spot, and which of them it is."""
        stack = self.stacks.get(spot.template) if spot else None
        if stack is None or spot is None:
            return "", None
        for kind, found in (
            ("function", stack.function_of(spot.name)),
            ("queue", stack.messages.queues.get(spot.name)),
            ("topic", stack.messages.topics.get(spot.name)),
        ):
            if found is not None:
                return kind, found
        return "", None

    def _shown(self, delivery: Delivery, source: Spot | None) -> str:
        """What a message calls what sends."""
        what = _WORDS[delivery.service]
        if delivery.service in ("cloudwatch", "events", "scheduler"):
            return f"{what} {delivery.place.path}"
        return f"{what} {shown(source)}".strip()

    @cached_property
    def _subscriptions(self) -> list[tuple[Stack, Subscription]]:
        return [
            (stack, each)
            for stack in self.stacks.values()
            for each in (
                *stack.messages.subscriptions.values(),
                *(each for topic in stack.messages.topics.values() for each in topic.subscriptions),
            )
        ]

    @cached_property
    def _deliveries(self) -> list[tuple[Stack, Delivery, str | Unknown | None]]:
        """All ways on which events are sent, with the protocol of subscriptions."""
        others = [
            (stack, delivery, "")
            for stack in self.stacks.values()
            for every in stack.messages.deliveries.values()
            for delivery in every
        ]
        return [*((stack, each.delivery, each.protocol) for stack, each in self._subscriptions), *others]
