"""Queues that keep what failed, and alarms on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from aws_cdk import Duration, aws_cloudwatch, aws_iam, aws_kms, aws_sns, aws_sqs
from constructs import Construct

KEPT_DAYS = 14
"""For how long failures are kept: the longest that SQS offers, so that a holiday is no loss."""
_ALARM = "DepthAlarm"


def keep_queue(scope: Construct, id: str, *, fifo: bool = False, key: aws_kms.IKey | None = None) -> aws_sqs.Queue:
    """A queue for what failed: encrypted, TLS only, kept for two weeks.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        fifo: Whether it keeps the order; a FIFO queue or topic needs one that does.
        key: Encrypts it, in place of SQS's own key, which costs nothing and lets every service in.
    """
    return aws_sqs.Queue(
        scope,
        id,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED if key is None else aws_sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        fifo=fifo or None,
        retention_period=Duration.days(KEPT_DAYS),
    )


def dead_letters(
    given: aws_sqs.IQueue | bool | None,
    scope: Construct,
    id: str = "DeadLetters",
    *,
    fifo: bool = False,
    key: aws_kms.IKey | None = None,
) -> aws_sqs.IQueue | None:
    """The queue that is given, one of ours where nothing is said, or none.

    Args:
        given: The queue, or False for none.
        scope: Where one of ours is made.
        id: Its id.
        fifo: Whether one of ours keeps the order.
        key: Encrypts one of ours, in place of SQS's own key.
    """
    if isinstance(given, bool | None):
        return None if given is False else keep_queue(scope, id, fifo=fifo, key=key)
    return given


def allow_key(queue: aws_sqs.IQueue, service: str, account: str) -> None:
    """Lets a service use the customer-managed key of a queue that it writes to; CDK grants only the queue.

    Args:
        queue: The queue.
        service: The service, such as `sns`.
        account: The account on whose behalf it writes.
    """
    if queue.encryption_master_key is not None:
        queue.encryption_master_key.add_to_resource_policy(use_key(service, account))


def use_key(service: str, account: str | None) -> aws_iam.PolicyStatement:
    """What lets a service encrypt with a key, for the key's policy.

    Args:
        service: The service, such as `sns`.
        account: The account on whose behalf it does, None for any.
    """
    return aws_iam.PolicyStatement(
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        principals=[aws_iam.ServicePrincipal(f"{service}.amazonaws.com")],
        resources=["*"],
        conditions={"StringEquals": {"aws:SourceAccount": account}} if account is not None else None,
    )


def alarm_on(
    queue: aws_sqs.IQueue, actions: Sequence[aws_cloudwatch.IAlarmAction | aws_sns.ITopic]
) -> aws_cloudwatch.Alarm:
    """The alarm that goes off once there is a message in a queue; it is made once a queue.

    Args:
        queue: The queue.
        actions: What is done then.

    Raises:
        TypeError: An action of another type.
    """
    from aws_cdk import aws_cloudwatch_actions  # loaded only where there is an alarm

    for action in actions:
        if not hasattr(action, "topic_arn") and not hasattr(action, "bind"):
            raise TypeError(f"actions are topics or CDK's alarm actions; got {action!r}")
    alarm = queue.node.try_find_child(_ALARM)
    if not isinstance(alarm, aws_cloudwatch.Alarm):
        alarm = aws_cloudwatch.Alarm(
            cast("Construct", queue),
            _ALARM,
            metric=queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic=aws_cloudwatch.Stats.MAXIMUM
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description="Something failed for good and waits in the queue.",
        )
    for action in actions:
        alarm.add_alarm_action(
            aws_cloudwatch_actions.SnsAction(action) if hasattr(action, "topic_arn") else action  # type: ignore[arg-type]
        )
    return alarm
