"""Alarms on queues that keep what failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from aws_cdk import Duration, Stack, aws_cloudwatch, aws_iam, aws_sns, aws_sqs
from constructs import Construct

from constructs_lambda.cdk.senders import let_use
from constructs_lambda.errors import InputError

_ID = "DepthAlarm"
_SERVICE = "cloudwatch"
OWN_KEY = "alias/aws/sns"
_told: WeakKeyDictionary[aws_cloudwatch.AlarmBase, list[Any]] = WeakKeyDictionary()
"""What alarms do already, so that nobody is told twice."""


def alarm_on(queue: aws_sqs.IQueue, actions: Sequence[Any]) -> aws_cloudwatch.Alarm:
    """The alarm that goes off once there is a message in a queue; it is made once a queue.

    Args:
        queue: The queue.
        actions: What is done then: topics and CDK's actions, each only once.
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
    add_actions(alarm, actions)
    return alarm


def add_actions(alarm: aws_cloudwatch.AlarmBase, actions: Sequence[Any]) -> None:
    """Gives an alarm the actions that it hasn't yet.

    Args:
        alarm: The alarm.
        actions: Topics and CDK's actions.
    """
    told = _told.setdefault(alarm, [])
    for each in actions:
        if not any(each is other for other in told):
            told.append(each)
            alarm.add_alarm_action(_action(each))


def let_alarms_act(given: Sequence[Any]) -> None:
    """Lets alarms publish to topics.

    Args:
        given: Topics and actions.

    Raises:
        InputError: No alarm can publish to a topic.
        TypeError: Something else.
    """
    for each in given:
        if isinstance(each, type) or not (hasattr(each, "topic_arn") or hasattr(each, "bind")):
            raise TypeError(f"actions are topics or CDK's alarm actions; got {each!r}")
    topics = [each for each in given if hasattr(each, "topic_arn")]
    refuse_sealed(topics)
    for topic in topics:
        _let_in(topic)


def _action(given: Any) -> aws_cloudwatch.IAlarmAction:
    from aws_cdk import aws_cloudwatch_actions  # loaded only where there is an alarm

    action: aws_cloudwatch.IAlarmAction = (
        aws_cloudwatch_actions.SnsAction(given) if hasattr(given, "topic_arn") else given
    )
    return action


def refuse_sealed(topics: Sequence[aws_sns.ITopic]) -> None:
    """Refuses topics that no alarm can publish to.

    Args:
        topics: The topics.

    Raises:
        InputError: One is encrypted with SNS's own key.
    """
    for topic in topics:
        resource = topic.node.default_child
        if isinstance(resource, aws_sns.CfnTopic) and is_own_key(resource.kms_master_key_id):
            raise InputError(
                f"{topic.node.path} is encrypted with {OWN_KEY}, a key that lets no alarm publish. Fix: a key of your "
                f"own, such as TopicTrigger(encryption_key=True, publishers=['{_SERVICE}']) makes."
            )


def is_own_key(key: str | None) -> bool:
    """Whether a key is SNS's own, which lets no service in, by its id or ARN."""
    return key is not None and key.endswith(OWN_KEY)


def _let_in(topic: aws_sns.ITopic) -> None:
    """Lets alarms of the account publish, where the topic has a policy or a key: without a policy they may anyway."""
    account = Stack.of(topic).account
    if topic.master_key is not None:
        let_use(topic.master_key, _SERVICE, account, cast("Construct", topic))
    if topic.node.try_find_child("Policy") is not None:
        topic.add_to_resource_policy(publish_to(topic, _SERVICE, account))


def publish_to(topic: aws_sns.ITopic, service: str, account: str | None) -> aws_iam.PolicyStatement:
    """What lets a service publish, for the topic's policy.

    Args:
        topic: The topic.
        service: The service, such as `s3`.
        account: The account on whose behalf it does, None for any.
    """
    return aws_iam.PolicyStatement(
        actions=["sns:Publish"],
        principals=[aws_iam.ServicePrincipal(f"{service}.amazonaws.com")],
        resources=[topic.topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": account}} if account is not None else None,
    )
