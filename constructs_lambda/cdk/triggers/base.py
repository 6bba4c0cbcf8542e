"""`Trigger`: what all triggers have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Names, Stack, Token, aws_lambda
from constructs import Construct, IConstruct
from jsii.errors import JSIIError

from constructs_lambda.cdk import tenants
from constructs_lambda.cdk.failures import as_scope, keep_failures, kept_failures
from constructs_lambda.cdk.monitors.monitored import monitor_of
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.errors import InputError

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch, aws_sns, aws_sqs

    from constructs_lambda.cdk.monitors.monitor import Monitor

_OF_FUNCTIONS = ("AsyncFailures", "EventInvokeConfig", "Resource", "ServiceRole")
_sources: WeakKeyDictionary[aws_lambda.IFunction, dict[str, set[str]]] = WeakKeyDictionary()
"""The ARNs of what triggers a function, with the ids that CDK gives what it makes there."""


@jsii.implements(aws_lambda.IEventSource)
class Trigger:
    """What triggers a function: an event source for `add_event_source` and `events=`.

    It stores what it is given, and makes its resources when it is added to a function: within the function, so that
    they come and go with it.

    Args:
        id: Id within the function. Only needed where the function has another one of the kind.
    """

    dead_letter_queue: aws_sqs.IQueue | None = None
    """Where the source puts what it could not deliver to the function; None where there is none."""
    refusal: Exception | None = None
    """Why it could not be added; CDK's kernel passes on only the text of it."""

    def __init__(self, id: str | None) -> None:
        if id is not None and not isinstance(id, str):
            raise TypeError(f"id must be a text; got {id!r}")
        self._id = id
        self._own_monitor: Monitor | Literal[False] | None = None
        self._function: str | None = None
        self._async_target: aws_lambda.IFunction | None = None

    @property
    def failure_queue(self) -> aws_sqs.IQueue | None:
        """Where Lambda puts what the function failed at, for triggers that invoke it asynchronously.

        None where the function has a destination or dead letters of its own, as far as they are known by now.
        """
        return kept_failures(self._async_target) if self._async_target is not None else None

    def bind(self, target: aws_lambda.IFunction) -> None:
        """Wires it; CDK calls it.

        Args:
            target: The function, or a version or an alias of one.

        Raises:
            InputError: It can't be added to this function.
        """
        before = {child.node.id for child in target.node.children}
        try:
            self._refuse_second_function(target)
            monitor = monitor_of(target) if self._own_monitor is None else self._own_monitor
            if monitor:
                monitor.refuse_unreachable(target)  # before anything is granted
            self._wire(target)
            if monitor:
                self._monitor(monitor, target)
        except Exception as error:
            for child in target.node.children:
                if child.node.id not in before:
                    target.node.try_remove_child(child.node.id)
            self.refusal = self._named(error, target)
            raise self.refusal from None
        self._function = target.node.path
        before_synth(Stack.of(target))

    def alarm_on_failures(self, *actions: aws_cloudwatch.IAlarmAction | aws_sns.ITopic) -> list[aws_cloudwatch.Alarm]:
        """An alarm for each queue that keeps failures of this trigger: it goes off once there is a message.

        Creates: an `AWS::CloudWatch::Alarm` for each of them, made once a queue.

        Costs when idle: 0.10 USD a month for each alarm, in us-east-1.

        Args:
            *actions: What is done then: topics, which alarms are let publish to, or CDK's actions. None for alarms
                that are only looked at.

        Raises:
            InputError: It isn't added to a function yet, keeps no failures, or no alarm can publish to a topic.
            TypeError: An action of another type.
        """
        if self._function is None:
            raise InputError(f"{type(self).__name__}: add it to a function first; only then it has queues to watch.")
        queues = self._queues()
        if not queues:
            raise InputError(f"{self._function}: the {type(self).__name__} has no queue of failures to be watched.")
        from constructs_lambda.cdk.alarms import alarm_on, let_alarms_act  # with all of CloudWatch

        return [alarm_on(queue, let_alarms_act(actions, queue), self._function) for queue in queues]

    def _named(self, error: Exception, target: aws_lambda.IFunction) -> Exception:
        """What CDK refuses, with what it is about: CDK names neither the trigger nor the function."""
        if not isinstance(error, RuntimeError | JSIIError):
            return error
        first = str(error).strip().splitlines()[0]
        return InputError(f"{target.node.path}: the {type(self).__name__} can't be made. {first}")

    def _monitor(self, monitor: Monitor, target: aws_lambda.IFunction) -> None:
        """Alarms for its queues."""
        from constructs_lambda.cdk.monitors.watching import watch_trigger  # with all of cdk-monitoring-constructs

        watch_trigger(monitor, target, self._polled, self._queues())

    @property
    def _polled(self) -> aws_sqs.IQueue | None:
        """The queue that Lambda polls for it, where it is one."""
        return None

    def _queues(self) -> list[aws_sqs.IQueue]:
        """All that keep failures."""
        return [queue for queue in (self.dead_letter_queue, self.failure_queue) if queue is not None]

    def _wire(self, target: aws_lambda.IFunction) -> None:
        raise NotImplementedError

    def _refuse_second_function(self, target: aws_lambda.IFunction) -> None:
        if self._function is not None:
            kind = type(self).__name__
            raise InputError(
                f"{target.node.path}: this {kind} triggers {self._function} already. Fix: make another {kind}, with "
                "what this one made or was given."
            )

    def _place(self, target: aws_lambda.IFunction, resource: IConstruct | None = None) -> Construct:
        """Where its resources stand: a construct of its own within the function."""
        kind = type(self).__name__
        id = self._id or (kind if resource is None else f"{kind}:{Names.node_unique_id(resource.node)}")
        if id in _OF_FUNCTIONS:
            raise InputError(f"{target.node.path}: a function keeps the id {id!r} for itself. Fix: another id.")
        if target.node.try_find_child(id) is not None:
            what = f"something with the id {id!r}"
            if resource is not None and not self._id:
                what = f"a {kind} for {resource.node.path}"
            raise InputError(
                f"{target.node.path} has {what} already. Fix: give one of them an id of its own, "
                f"{kind}(..., id='{kind}2')."
            )
        return Construct(as_scope(target), id)

    def _refuse_taken(self, target: aws_lambda.IFunction, resource: IConstruct, id: str, arn: str) -> None:
        """Refuses what AWS has once for each pair of a source and a function.

        Told by the id that CDK gives it, and by a literal ARN, because a resource can be imported twice.
        """
        ids = {id}
        if not Token.is_unresolved(arn):
            ids = _sources.setdefault(target, {}).setdefault(arn, set())
            ids.add(id)
        if any(target.node.try_find_child(each) is not None for each in ids):
            raise InputError(
                f"{target.node.path} is triggered by {resource.node.path} already, and AWS allows that once. Fix: put "
                "all into one trigger."
            )

    def _keep_failures(self, target: aws_lambda.IFunction) -> None:
        keep_failures(target)
        self._async_target = target


def event_sources(events: object) -> list[aws_lambda.IEventSource]:
    """The event sources that a function is given.

    Args:
        events: What is given as such.

    Raises:
        TypeError: No list, or something else in it.
    """
    example = "[TopicTrigger(topic)]"
    if isinstance(events, str) or not isinstance(events, Sequence):
        raise TypeError(f"events must be a list of event sources, such as {example}; got {events!r}")
    for source in events:
        if isinstance(source, type) or not hasattr(source, "bind"):
            raise TypeError(f"events holds event sources, as in {example}; got {source!r}")
    return list(events)


def add_event_source(
    function: aws_lambda.IFunction, source: object, add: Callable[[aws_lambda.IEventSource], None]
) -> None:
    """Adds an event source through CDK's kernel, which passes on an error's text alone; the error itself is raised.

    Args:
        function: The function, or its alias.
        source: The event source.
        add: CDK's own method.

    Raises:
        InputError: The trigger can't be added to this function; nothing is made.
        LimitError: The function has tenant isolation, and nothing but a REST API triggers it (CL160).
        TypeError: No event source.
    """
    (source,) = event_sources([source])
    tenants.refuse_excluded(function, source)
    try:
        add(source)
    except RuntimeError:
        if isinstance(source, Trigger) and source.refusal is not None:
            raise source.refusal from None
        raise
