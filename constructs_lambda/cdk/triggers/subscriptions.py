"""Subscriptions to topics of wherever: what has to be allowed, and what CDK can't say."""

from __future__ import annotations

from typing import Any

from aws_cdk import Names, Stack, Token, aws_iam, aws_lambda, aws_sns, aws_sns_subscriptions, aws_sqs, region_info
from constructs import Construct, IConstruct

from constructs_lambda.cdk.inputs import set_only
from constructs_lambda.cdk.senders import allow_key, is_same_stack, let_send, receivable


def is_elsewhere(topic: aws_sns.ITopic, target: aws_lambda.IFunction) -> bool:
    """Whether a topic is in another Region for certain."""
    region, own = topic.env.region, Stack.of(target).region
    return not Token.is_unresolved(region) and not Token.is_unresolved(own) and region != own


def is_nested_below(inner: IConstruct, outer: IConstruct) -> bool:
    """Whether a construct is in a nested stack of another one's stack, which CDK can't let depend on its parent."""
    parent = Stack.of(inner).nested_stack_parent
    return parent is not None and (is_same_stack(parent, outer) or is_nested_below(parent, outer))


def keep_undelivered(topic: aws_sns.ITopic, queue: aws_sqs.IQueue | None, place: Construct) -> dict[str, Any]:
    """The keyword of a subscription in a place for what SNS can't deliver, once SNS may write there."""
    if queue is None:
        return {}
    allow_key(queue, "sns", topic.env.account, place)
    told = receivable(queue, "sns", place, source=topic, source_arn=topic.topic_arn, holder=place)
    return {"dead_letter_queue": told}


def queue_endpoint(topic: aws_sns.ITopic, queue: aws_sqs.IQueue, place: Construct) -> dict[str, Any]:
    """The keywords of a subscription in a place that say where to, once SNS may write there.

    Args:
        topic: The topic.
        queue: The queue, of another stack, or in a nested stack below the topic's.
        place: Where the subscription will stand.
    """
    if is_nested_below(queue, topic):
        let_send(queue, "sns", topic.topic_arn)
        allow_key(queue, "sns", topic.env.account, place)
        return {"endpoint": queue.queue_arn, "protocol": aws_sns.SubscriptionProtocol.SQS}
    told = receivable(queue, "sns", place, source=topic, source_arn=topic.topic_arn, holder=place)
    if told is not queue:
        allow_key(queue, "sns", topic.env.account, place)
    bound = aws_sns_subscriptions.SqsSubscription(told).bind(topic)
    return {"endpoint": bound.endpoint, "protocol": bound.protocol, **set_only(region=bound.region)}


def function_endpoint(topic: aws_sns.ITopic, target: aws_lambda.IFunction) -> dict[str, Any]:
    """The keywords of a subscription that say where to, once SNS may invoke that.

    Args:
        topic: The topic.
        target: The function.
    """
    if is_nested_below(target, topic):
        target.add_permission(
            f"AllowInvoke:{Names.node_unique_id(topic.node)}",
            principal=aws_iam.ServicePrincipal("sns.amazonaws.com"),
            source_arn=topic.topic_arn,
        )
        return {"endpoint": target.function_arn, "protocol": aws_sns.SubscriptionProtocol.LAMBDA}
    bound = aws_sns_subscriptions.LambdaSubscription(target).bind(topic)
    _let_in(topic, target)
    return {"endpoint": bound.endpoint, "protocol": bound.protocol, **set_only(region=bound.region)}


def _let_in(topic: aws_sns.ITopic, target: aws_lambda.IFunction) -> None:
    """Names SNS as it calls from another Region, where one of the two is a Region that has to be opted in to."""
    if not is_elsewhere(topic, target):
        return
    for region in (Stack.of(target).region, topic.env.region):
        if region_info.RegionInfo.get(region).is_opt_in_region:
            permission = next(
                each
                for each in target.node.children
                if isinstance(each, aws_lambda.CfnPermission)
                and each.principal == "sns.amazonaws.com"
                and each.source_arn == topic.topic_arn
            )
            permission.principal = f"sns.{region}.amazonaws.com"
            return
