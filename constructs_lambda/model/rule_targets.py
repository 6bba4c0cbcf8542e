"""Rules of EventBridge and schedules, with the buses and queues that they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda.model.functions import Text
from constructs_lambda.model.messages import Queue
from constructs_lambda.model.networks import Target
from constructs_lambda.model.recipients import Recipients, shown
from constructs_lambda.model.references import Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.model.triggers import Access, Routed, Scheduled
from constructs_lambda.tokens import Unknown, known

_FUNCTION = re.compile(r"arn:[a-z0-9-]+:lambda:")


class RuleTargets(Recipients):
    """The rules and schedules of an app."""

    def rules(self) -> Iterator[Routed]:
        """Every rule of EventBridge."""
        for stack in self.stacks.values():
            for each in stack.messages.rules.values():
                spot = self.spot(stack, each.bus_link) if isinstance(each.bus, Unknown) else None
                of = self.stacks.get(spot.template) if spot else None
                bus = known(each.bus)
                yield Routed(
                    place=each.place,
                    rule=each,
                    has_own_bus=bool(bus and bus.rpartition("/")[2] != "default")
                    or bool(of and spot and of.services.get(spot.name) == "events"),
                    fifo_targets=tuple(
                        target.within
                        for target in each.targets
                        if not target.has_group and self._is_fifo_queue(stack, target.arn, target.link)
                    ),
                )

    def schedules(self) -> Iterator[Scheduled]:
        """Every schedule."""
        for stack in self.stacks.values():
            for each in stack.messages.schedules.values():
                target = each.target
                letters = target.dead_letters.link if target and target.dead_letters else None
                spot = self.spot(stack, letters)
                yield Scheduled(
                    place=each.place,
                    schedule=each,
                    is_function=target is not None and self._is_function(stack, target.arn, target.link),
                    has_fifo_dead_letters=target is not None
                    and self._is_fifo_queue(stack, target.dead_letter_arn, letters),
                    dead_letters=shown(spot),
                    access=self._to_dead_letters(stack, target.role, spot) if target and spot else None,
                )

    def _to_dead_letters(self, stack: Stack, role: Target, spot: Spot) -> Access | None:
        """What a role may do with a queue; None where the queue's own policy may let it do more."""
        return None if self.has_policy(spot) else self.access_of(self.rights(stack, role), spot)

    def _is_function(self, stack: Stack, arn: Text, link: Target) -> bool:
        return bool(_FUNCTION.match(known(arn) or "")) or self._recipient(self.spot(stack, link))[0] == "function"

    def _is_fifo_queue(self, stack: Stack, arn: Text, link: Target) -> bool:
        """Whether it certainly is a FIFO queue."""
        queue: Queue | None = self.message("queues", self.spot(stack, link))
        text = known(arn) or ""
        is_known = ":sqs:" in text and text.endswith(".fifo")
        return is_known or (queue is not None and queue.is_fifo is True and not queue.place.conditional)
