"""Alarms on queues that keep what failed, and what alarms do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from aws_cdk import Duration, aws_cloudwatch, aws_sqs
from constructs import Construct, IConstruct

from constructs_lambda import limits
from constructs_lambda.cdk.topics import let_alarms_publish, refuse_sealed, told_by
from constructs_lambda.errors import InputError

_ID = "DepthAlarm"
_told: WeakKeyDictionary[aws_cloudwatch.AlarmBase, dict[Any, tuple[str, Any]]] = WeakKeyDictionary()
"""What alarms do already, so that nobody is told twice, and the path of what each of it was added for."""


def alarm_on(queue: aws_sqs.IQueue, actions: Sequence[Any], user: str) -> aws_cloudwatch.Alarm:
    """The alarm that goes off once there is a message in a queue; it is made once a queue.

    Args:
        queue: The queue.
        actions: What is done then: topics and CDK's actions, each only once.
        user: Path of what it is watched for.

    Raises:
        InputError: The alarm would do more than AWS allows.
    """
    alarm = queue.node.try_find_child(_ID)
    if not isinstance(alarm, aws_cloudwatch.Alarm):
        alarm = aws_cloudwatch.Alarm(
            cast("Construct", queue),
            _ID,
            metric=queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic=aws_cloudwatch.Stats.MAXIMUM
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description="Something failed for good and waits in the queue.",
        )
    add_actions(alarm, actions, user)
    return alarm


def add_actions(alarm: aws_cloudwatch.AlarmBase, actions: Sequence[Any], user: str) -> None:
    """Gives an alarm the actions that it hasn't yet.

    Args:
        alarm: The alarm.
        actions: Topics and CDK's actions.
        user: Path of what they are added for.

    Raises:
        InputError: The alarm would do more than AWS allows.
    """
    told = _told.setdefault(alarm, {})
    new = {_key(each): each for each in actions if _key(each) not in told}
    if new and not limits.ALARM_ACTIONS.admits(len(told) + len(new)):
        users = dict.fromkeys([*(first for first, _ in told.values()), user])
        raise InputError(
            f"the alarm {alarm.node.path} would have {len(told) + len(new)} actions, for {', '.join(users)}; AWS "
            f"allows {limits.ALARM_ACTIONS.allowed}. Fix: one topic for all of them, with several subscriptions."
        )
    for key, each in new.items():
        told[key] = user, each
        alarm.add_alarm_action(_action(each, alarm))


def let_alarms_act(given: Sequence[Any], place: IConstruct) -> list[Any]:
    """Lets alarms publish to topics.

    Args:
        given: Topics and actions.
        place: Where the alarms stand.

    Returns:
        The topics and actions, with its topic in place of CDK's action that publishes to it.

    Raises:
        InputError: No alarm can publish to a topic, or do something.
        TypeError: Something else.
    """
    for each in given:
        if isinstance(each, type) or not (hasattr(each, "topic_arn") or hasattr(each, "bind")):
            raise TypeError(f"actions are topics or CDK's alarm actions; got {each!r}")
    if any(not hasattr(each, "topic_arn") for each in given):
        from constructs_lambda.cdk.alarm_actions import refuse_of_instances  # loaded only where there is an action

        refuse_of_instances(given)
    told = [told_by(each, place) for each in given]
    found = [action if isinstance(each, str) else each for action, each in zip(given, told, strict=True)]
    topics = [each for each in found if hasattr(each, "topic_arn")]
    refuse_sealed(topics)
    for topic in topics:
        let_alarms_publish(topic, place)
    return found


def _key(given: Any) -> Any:
    return given.topic_arn if hasattr(given, "topic_arn") else id(given)


def _action(given: Any, alarm: aws_cloudwatch.AlarmBase) -> aws_cloudwatch.IAlarmAction:
    from aws_cdk import aws_cloudwatch_actions  # loaded only where there is an alarm

    if hasattr(given, "topic_arn"):
        return aws_cloudwatch_actions.SnsAction(given)
    from constructs_lambda.cdk.alarm_actions import bound

    return bound(given, alarm)
