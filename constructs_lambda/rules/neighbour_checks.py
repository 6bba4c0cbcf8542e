"""What the settings of a neighbouring resource say to each other: checks of CL917 that see the whole resource."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from constructs_lambda.rules import Problem
from constructs_lambda.rules.problems import one_of, quoted
from constructs_lambda.tokens import NO_VALUE, is_intrinsic, known, may_grow, resolve_flag, resolve_number, resolve_text

Check = Callable[[Mapping[str, Any]], Iterator[Problem]]


def _text(properties: Mapping[str, Any], name: str) -> str | None:
    """A text that is known."""
    return known(resolve_text(properties.get(name)))


def _is_set(properties: Mapping[str, Any], name: str) -> bool:
    """Whether something certainly stands there that isn't `false`."""
    value = properties.get(name)
    return not (value is None or value == NO_VALUE or is_intrinsic(value) or resolve_flag(value) is False)


def _is_standard(properties: Mapping[str, Any], name: str) -> bool:
    """Whether a queue or topic is certainly no FIFO one."""
    return not may_grow(properties) and resolve_flag(properties.get(name)) in (None, False)


def _fifo_only(properties: Mapping[str, Any], flag: str, what: str, *names: str) -> Iterator[Problem]:
    if _is_standard(properties, flag):
        for name in names:
            if _is_set(properties, name):
                message = f"{name} is set, and the {what} is a standard one; AWS takes it with FIFO {what}s"
                yield Problem(name, message, f"Remove {name}, or set {flag}.")


def queue(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a queue: what only FIFO queues take, and what excludes each other."""
    names = ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
    yield from _fifo_only(properties, "FifoQueue", "queue", *names)
    scope = properties.get("DeduplicationScope")
    if properties.get("FifoThroughputLimit") == "perMessageGroupId" and (scope in (None, "queue")):
        message = f"FifoThroughputLimit is perMessageGroupId, and DeduplicationScope {scope or 'queue, its default'}"
        yield Problem("FifoThroughputLimit", message, "Set DeduplicationScope to messageGroup.")
    if resolve_flag(properties.get("SqsManagedSseEnabled")) is True and _text(properties, "KmsMasterKeyId"):
        message = "the queue is encrypted by SQS (SqsManagedSseEnabled) and by a KMS key; AWS takes one of them"
        yield Problem("SqsManagedSseEnabled", message, "Keep one of the two.")
    allowed = properties.get("RedriveAllowPolicy")
    who = _text(allowed, "redrivePermission") if isinstance(allowed, Mapping) else None
    if isinstance(allowed, Mapping) and who == "byQueue" and allowed.get("sourceQueueArns") in (None, []):
        message = "redrivePermission is byQueue, and there are no sourceQueueArns"
        yield Problem("RedriveAllowPolicy", message, "Name 1 to 10 queues in sourceQueueArns.")
    yield from one_of("RedriveAllowPolicy", "redrivePermission", who, ("allowAll", "denyAll", "byQueue"))


def topic(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a topic: what only FIFO topics take."""
    names = ("ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy")
    yield from _fifo_only(properties, "FifoTopic", "topic", *names)


def queue_policy(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a queue's policy: queues are named by their addresses."""
    queues = properties.get("Queues")
    for index, each in enumerate(queues if isinstance(queues, list) else ()):
        text = resolve_text(each)
        target = each.get("Fn::GetAtt") if isinstance(each, Mapping) and len(each) == 1 else None
        of = target if isinstance(target, list) else str(target or "").split(".")
        if (isinstance(text, str) and text.startswith("arn:")) or (len(of) == 2 and of[1] == "Arn"):
            message = "the policy names a queue by its ARN; AWS takes its address"
            yield Problem(f"Queues.{index}", message, "Write the queue's URL, which is what its Ref gives.")


def subscription(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a subscription: what its protocol needs."""
    protocol = _text(properties, "Protocol")
    if may_grow(properties):
        return
    if protocol and properties.get("Endpoint") in (None, NO_VALUE):
        yield Problem("Endpoint", f"the subscription by {protocol} has no Endpoint", "Set Endpoint.")
    if protocol == "firehose" and properties.get("SubscriptionRoleArn") in (None, NO_VALUE):
        message = "the subscription is by firehose, and there is no SubscriptionRoleArn"
        yield Problem("SubscriptionRoleArn", message, "Name the role that SNS writes to the stream with.")
    topic_arn = _text(properties, "TopicArn")
    if topic_arn and not topic_arn.startswith("arn:"):
        yield Problem("TopicArn", f"{quoted(topic_arn)} is no topic's ARN", "Write the ARN of the topic.")


def rule_targets(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a rule: targets with ids of their own, and standard queues for what isn't delivered."""
    targets = properties.get("Targets")
    targets = targets if isinstance(targets, list) else []
    ids = Counter(str(each["Id"]) for each in targets if isinstance(each, Mapping) and isinstance(each.get("Id"), str))
    for name, number in ids.items():
        if number > 1:
            message = f"{number} targets of the rule have the id {quoted(name)}"
            yield Problem("Targets", message, "Give each target an id of its own.")
    for index, each in enumerate(targets):
        dead = each.get("DeadLetterConfig") if isinstance(each, Mapping) else None
        arn = _text(dead, "Arn") if isinstance(dead, Mapping) else None
        if arn and arn.endswith(".fifo"):
            message = f"the dead-letter queue {quoted(arn)} is a FIFO queue; AWS takes a standard one"
            yield Problem(f"Targets.{index}.DeadLetterConfig.Arn", message, "Name a standard queue.")


def alarm(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of an alarm: a period that CloudWatch counts in, and no more points than periods."""
    period = known(resolve_number(properties.get("Period")))
    if period is not None and period not in (10, 20, 30) and (period <= 0 or period % 60):
        message = f"Period is {period:,} s; AWS takes 10, 20, 30 and multiples of 60 s"
        yield Problem("Period", message, f"Write {max(60, round(period / 60) * 60)}.")
    points = known(resolve_number(properties.get("DatapointsToAlarm")))
    periods = known(resolve_number(properties.get("EvaluationPeriods")))
    if points is not None and periods is not None and points > periods:
        message = f"DatapointsToAlarm is {points}, more than the {periods} EvaluationPeriods"
        yield Problem("DatapointsToAlarm", message, f"Choose at most {periods}.")


def layer_permission(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a layer's permission: an organization goes with everyone in it."""
    principal = _text(properties, "Principal")
    if _text(properties, "OrganizationId") and principal not in (None, "*"):
        message = f"OrganizationId is set, and the principal is {quoted(principal or '')}; AWS takes it with * only"
        yield Problem("OrganizationId", message, "Write * as the principal, or leave the organization out.")


def state_machine(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Of a state machine: a definition in JSON that starts at one of its states."""
    written, definition = properties.get("DefinitionString"), properties.get("Definition")
    prop = "DefinitionString" if isinstance(written, str) else "Definition"
    if isinstance(written, str):
        if "${" in written or not isinstance(resolve_text(written), str):
            return  # something is filled in, perhaps also where JSON has no text
        try:
            definition = json.loads(written)
        except (ValueError, RecursionError):
            yield Problem(prop, "the definition is no JSON", "Correct its syntax.")
            return
    states = definition.get("States") if isinstance(definition, Mapping) and not is_intrinsic(definition) else None
    if not isinstance(definition, Mapping) or not isinstance(states, Mapping) or is_intrinsic(states):
        return
    start = definition.get("StartAt")
    if start is None and not may_grow(definition):
        yield Problem(prop, "the definition has no StartAt", "Name the first state as StartAt.")
    elif isinstance(start, str) and start not in states and not may_grow(states):
        message = f"the definition starts at {quoted(start)}, which is none of its states"
        yield Problem(prop, message, "Name one of its states as StartAt.")


CHECKS: Mapping[str, Check] = {
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::Events::Rule": rule_targets,
    "AWS::Lambda::LayerVersionPermission": layer_permission,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::StepFunctions::StateMachine": state_machine,
}
"""By type of resource."""
