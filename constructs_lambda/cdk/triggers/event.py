"""`EventTrigger`: events of an EventBridge bus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk import Duration, Names, Stack, Token, aws_events, aws_events_targets, aws_lambda, aws_sqs
from constructs import Construct

from constructs_lambda.cdk.inputs import (
    refuse_no_duration,
    refuse_no_number,
    refuse_no_resource,
    refuse_no_switch,
    set_only,
)
from constructs_lambda.cdk.queues import dead_letters
from constructs_lambda.cdk.senders import allow_key, is_same_stack, receivable
from constructs_lambda.cdk.triggers.base import Trigger
from constructs_lambda.cdk.triggers.filters import as_written, refuse_no_json
from constructs_lambda.cdk.triggers.inputs import (
    refuse,
    refuse_no_queue,
    refuse_other_region,
    sealed,
    wrong_kind_of_queue,
)
from constructs_lambda.errors import InputError
from constructs_lambda.rules import nearest

_KEYS = ("account", "detail", "detail-type", "id", "region", "resources", "source", "time", "version", "$or")


class EventTrigger(Trigger):
    """A function runs for each event of an EventBridge bus that matches a pattern.

    EventBridge invokes it asynchronously. What it can't deliver within `max_event_age` and `retry_attempts` goes to
    `dead_letter_queue`; what the function fails at, after Lambda's two retries, to `failure_queue`.

    Creates: `AWS::Lambda::Permission`; an `AWS::Events::Rule` where none is given; an `AWS::SQS::Queue` for dead
    letters, and where the function's failures aren't kept yet, a second one and an `AWS::Lambda::EventInvokeConfig`.

    Costs when idle: nothing.

    Args:
        rule: The rule. One is made of `pattern` where none is given.
        pattern: Which events: JSON as AWS writes it, `{"source": ["shop"], "detail-type": ["order.created"]}`, or
            CDK's `EventPattern`.
        event_bus: The bus, of this account and Region. The default bus where none is given.
        event: What the function gets: JSON, or CDK's `RuleTargetInput`. The event where it isn't given.
        enabled: Whether the rule is on. True where it isn't given.
        description: What the rule is for.
        retry_attempts: How often EventBridge tries again to deliver. 185 times where it isn't given.
        max_event_age: For how long it tries. A day where it isn't given.
        dead_letter_queue: Where EventBridge puts what it can't deliver. One is made where none is given; False for
            none.
        id: Id within the function. Only needed for a second one of the kind.

    Raises:
        InputError: AWS would refuse it; all problems at once.
        TypeError: A value of the wrong type.
    """

    rule: aws_events.Rule
    """The rule; one of ours exists once the trigger was added to a function."""

    def __init__(
        self,
        rule: aws_events.Rule | None = None,
        *,
        pattern: Mapping[str, Any] | aws_events.EventPattern | None = None,
        event_bus: aws_events.IEventBus | None = None,
        event: Mapping[str, Any] | aws_events.RuleTargetInput | None = None,
        enabled: bool | None = None,
        description: str | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
        dead_letter_queue: aws_sqs.IQueue | bool | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id)
        _refuse_wrong_types(rule, pattern, event_bus, event, description)
        refuse_no_json("pattern", pattern)
        refuse_no_json("event", event)
        refuse_no_switch(enabled=enabled)
        refuse_no_number(retry_attempts=retry_attempts)
        refuse_no_duration(max_event_age=max_event_age)
        refuse_no_queue("dead_letter_queue", dead_letter_queue)
        options = {"event_bus": event_bus, "enabled": enabled, "description": description}
        refuse("EventTrigger", _problems(rule, pattern, options, dead_letter_queue))
        if rule is not None:
            self.rule = rule
        self._given = rule
        self._pattern = pattern
        self._options = options
        self._bus = event_bus
        self._event = aws_events.RuleTargetInput.from_object(event) if isinstance(event, Mapping) else event
        self._delivery = {"retry_attempts": retry_attempts, "max_event_age": max_event_age}
        self._dead_letters = dead_letter_queue

    def _wire(self, target: aws_lambda.IFunction) -> None:
        _refuse_other_places(self._bus, target)
        place = self._place(target, self._given)
        if self._given is None:
            self.rule = make_rule(place, self._pattern, self._options)
        self.dead_letter_queue = aim(self.rule, target, place, self._dead_letters, event=self._event, **self._delivery)
        self._keep_failures(target)


def make_rule(
    place: Construct, pattern: Mapping[str, Any] | aws_events.EventPattern | None, options: Mapping[str, Any]
) -> aws_events.Rule:
    """A rule for a pattern.

    Args:
        place: Parent construct.
        pattern: JSON, or CDK's object.
        options: CDK's other keywords.
    """
    if not isinstance(pattern, Mapping):
        return aws_events.Rule(place, "Rule", event_pattern=pattern, **set_only(**options))
    # CDK's object knows no `$or`; it wants a pattern, which the one that is meant takes the place of.
    rule = aws_events.Rule(place, "Rule", event_pattern=aws_events.EventPattern(version=["0"]), **set_only(**options))
    resource = rule.node.default_child
    if isinstance(resource, aws_events.CfnRule):
        resource.event_pattern = as_written(pattern)
    return rule


def aim(
    rule: aws_events.Rule,
    target: aws_lambda.IFunction,
    place: Construct,
    wanted: aws_sqs.IQueue | bool | None,
    **options: Any,
) -> aws_sqs.IQueue | None:
    """Makes a function the target of a rule.

    Args:
        rule: The rule.
        target: The function.
        place: Where the queue for dead letters is made.
        wanted: The queue for dead letters, or False for none.
        **options: CDK's keywords for the target.

    Returns:
        The queue for dead letters.
    """
    refuse_other_region("dead_letter_queue", wanted, rule.env.region, "rule", target)
    queue = dead_letters(wanted, *_home(place, rule, target))
    told = None
    if queue is not None:
        allow_key(queue, "events", None, place)
        told = receivable(queue, "events", place, source=rule, source_arn=rule.rule_arn, holder=rule)
    rule.add_target(aws_events_targets.LambdaFunction(target, **set_only(dead_letter_queue=told, **options)))
    return queue


def _home(place: Construct, rule: aws_events.Rule, target: aws_lambda.IFunction) -> tuple[Construct, str]:
    """Where the dead letters stand: beside a rule of another stack, whose name their policy holds."""
    if is_same_stack(place, rule) or Stack.of(place).environment != Stack.of(rule).environment:
        return place, "DeadLetters"
    return rule, f"DeadLetters{Names.node_unique_id(target.node)}"


def _refuse_other_places(event_bus: aws_events.IEventBus | None, target: aws_lambda.IFunction) -> None:
    """Refuses a bus for which the rule would have to stand elsewhere."""
    if event_bus is None:
        return
    own = Stack.of(target)
    for what, there, here in (
        ("account", event_bus.env.account, own.account),
        ("Region", event_bus.env.region, own.region),
    ):
        if not Token.is_unresolved(there) and not Token.is_unresolved(here) and there != here:
            raise InputError(
                f"{target.node.path}: event_bus is of the {what} {there}, and a rule stands beside its bus. Fix: send "
                f"the events on to a bus of {here}, and take that one."
            )


def _refuse_wrong_types(rule: object, pattern: object, event_bus: object, event: object, description: object) -> None:
    if hasattr(rule, "rule_arn") and not hasattr(rule, "add_target"):
        raise TypeError(
            "rule is an imported one, which takes no target from here. Fix: pattern= and event_bus=, for a rule here"
        )
    refuse_no_resource("rule", rule, "add_target", "an aws_events.Rule, with pattern= where one is to be made")
    if pattern is not None and not isinstance(pattern, Mapping | aws_events.EventPattern):
        raise TypeError(f"pattern must be JSON, such as {{'source': ['shop']}}, or an EventPattern; got {pattern!r}")
    refuse_no_resource("event_bus", event_bus, "event_bus_arn", "an aws_events.IEventBus")
    if event is not None and not isinstance(event, Mapping | aws_events.RuleTargetInput):
        raise TypeError(f"event must be JSON, such as {{'job': 'report'}}, or a RuleTargetInput; got {event!r}")
    if description is not None and not isinstance(description, str):
        raise TypeError(f"description must be a text; got {description!r}")


def _problems(
    rule: aws_events.Rule | None,
    pattern: Mapping[str, Any] | aws_events.EventPattern | None,
    options: Mapping[str, Any],
    dead_letter_queue: aws_sqs.IQueue | bool | None,
) -> Iterator[str]:
    for_ours = {"pattern": pattern, **options}
    if rule is not None and (wrong := [name for name, value in for_ours.items() if value is not None]):
        yield f"{', '.join(wrong)} can't be set for a rule that is given. Fix: set it on the rule."
    if rule is None and not pattern:
        yield "it has neither a rule nor a pattern. Fix: pattern={'source': ['shop']}, for one."
    if isinstance(pattern, Mapping):
        yield from _wrong_pattern(pattern)
    yield from wrong_kind_of_queue("dead_letter_queue", dead_letter_queue)
    yield from sealed("dead_letter_queue", dead_letter_queue)


def _wrong_pattern(pattern: Mapping[str, Any]) -> Iterator[str]:
    for key, value in pattern.items():
        if key not in _KEYS:
            hint = nearest(str(key), _KEYS)
            yield f"pattern has the key {key!r}, which no event has{hint}. Fix: fields of yours go into 'detail'."
        elif key == "detail" and not isinstance(value, Mapping):
            yield f"pattern['detail'] is {value!r}; it maps names to lists. Fix: {{'detail': {{'state': ['paid']}}}}."
        elif key != "detail" and not isinstance(value, list | tuple):
            yield f"pattern[{key!r}] is {value!r}; it takes a list. Fix: [{value!r}]."
