"""Queues, topics, rules and buckets as templates write them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rules.event_resources import lets, policy

from constructs_lambda.model import Delivery, Grant, Link, Place, Redrive, Topology
from constructs_lambda.template import read_template
from constructs_lambda.template.messages import READERS
from constructs_lambda.tokens import UNKNOWN

PLACE = Place("Shop/R", "R", "t.json")
ARN = "arn:aws:sqs:eu-west-1:111122223333:orders"


def read(kind: str, **properties: Any) -> Any:
    return READERS[kind][0][1](properties, PLACE)


def test_a_queue() -> None:
    queue = read(
        "AWS::SQS::Queue",
        QueueName="orders.fifo",
        FifoQueue="true",
        VisibilityTimeout="60",
        KmsMasterKeyId={"Ref": "K"},
    )
    assert (queue.name, queue.is_fifo, queue.visibility_timeout_seconds) == ("orders.fifo", True, 60)
    assert (queue.key, queue.key_link, queue.redrive) == (UNKNOWN, Link("K"), None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"deadLetterTargetArn": ARN, "maxReceiveCount": 3}, (ARN, 3, True, True)),
        (json.dumps({"deadLetterTargetArn": ARN, "maxReceiveCount": "3"}), (ARN, 3, True, True)),
        ({"Fn::Sub": json.dumps({"deadLetterTargetArn": ARN})}, (ARN, None, True, False)),
        ({}, (None, None, False, False)),
        ("none", (None, None, False, False)),
        ({"deadLetterTargetArn": {"Fn::GetAtt": ["D", "Arn"]}}, (UNKNOWN, None, True, False)),
    ],
)
def test_a_redrive_policy(given: object, expected: tuple[object, ...]) -> None:
    redrive = read("AWS::SQS::Queue", RedrivePolicy=given).redrive
    assert isinstance(redrive, Redrive)
    assert (redrive.arn, redrive.receives, redrive.has_target, redrive.has_receives) == expected


@pytest.mark.parametrize("given", [{"Ref": "P"}, {"Fn::Sub": "${P}"}, "${Token[TOKEN.1]}", {"Fn::If": ["C", {}, {}]}])
def test_a_document_that_is_not_known(given: object) -> None:
    assert read("AWS::SQS::Queue", RedrivePolicy=given).redrive == UNKNOWN
    assert read("AWS::SNS::Subscription", FilterPolicy=given).filter_policy == UNKNOWN


def test_a_subscription() -> None:
    found = read("AWS::SNS::Subscription", TopicArn={"Ref": "T"}, Protocol="sqs", Endpoint={"Fn::GetAtt": ["Q", "Arn"]})
    assert (found.within, found.protocol, found.filter_policy, found.delivery.is_filtered) == ("", "sqs", None, False)
    assert (found.delivery.source, found.delivery.link, found.delivery.property) == (
        Link("T"),
        Link("Q", "Arn"),
        "Endpoint",
    )
    assert not read("AWS::SNS::Subscription", FilterPolicy={}).delivery.is_filtered
    assert read("AWS::SNS::Subscription", FilterPolicy={"a": ["b"]}).delivery.is_filtered


def test_subscriptions_within_a_topic() -> None:
    topic = read("AWS::SNS::Topic", Subscription=[{"Protocol": "email", "Endpoint": "a@b.de"}, {"Ref": "P"}])
    (found,) = topic.subscriptions
    assert (found.within, found.delivery.source, found.delivery.property) == (
        "Subscription.0.",
        Link("R"),
        "Subscription.0.Endpoint",
    )


def test_the_targets_of_a_rule() -> None:
    targets = [{"Arn": {"Ref": "T"}, "RoleArn": ARN}, {"Ref": "P"}, {"Arn": ARN, "DeadLetterConfig": {"Arn": ARN}}]
    first, second = read("AWS::Events::Rule", Targets=targets, ScheduleExpression="rate(1 day)")
    assert (first.link, first.property, first.expression) == (Link("T"), "Targets.0.Arn", "rate(1 day)")
    assert (first.role, second.role) == (Link(ARN, kind="id"), None)
    assert (second.property, second.expression) == ("Targets.2.Arn", None)
    assert second.dead_letters is not None
    assert read("AWS::Events::Rule", Targets={"Ref": "P"}) == ()


def test_the_notifications_of_a_bucket() -> None:
    settings = {
        "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["F", "Arn"]}}],
        "QueueConfigurations": [
            {
                "Event": "s3:ObjectRemoved:*",
                "Queue": ARN,
                "Filter": {"S3Key": {"Rules": [{"Name": "Prefix", "Value": "a/"}]}},
            }
        ],
    }
    function, queue = read("AWS::S3::Bucket", NotificationConfiguration=settings)
    assert isinstance(function, Delivery)
    assert (function.writes, function.is_filtered, function.events) == (True, False, ("s3:ObjectCreated:*",))
    assert (queue.writes, queue.is_filtered, queue.prefix, queue.suffix) == (False, True, "a/", None)
    assert function.source == queue.source == Link("R")


def test_the_notifications_of_a_bucket_through_cdk() -> None:
    settings = {
        "LambdaFunctionConfigurations": [
            {
                "Events": ["s3:ObjectCreated:*"],
                "LambdaFunctionArn": {"Fn::GetAtt": ["F", "Arn"]},
                "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".jpg"}]}},
            }
        ]
    }
    (found,) = read("Custom::S3BucketNotifications", BucketName={"Ref": "B"}, NotificationConfiguration=settings)
    assert (found.source, found.link, found.suffix) == (Link("B"), Link("F", "Arn"), ".jpg")


@pytest.mark.parametrize(
    ("statement", "service", "expected"),
    [
        (lets("sns", "sqs:SendMessage"), "sns", True),
        (lets("sns", ["SQS:Send*", "sqs:x"]), "sns", True),
        (lets("sns", "sqs:SendMessage"), "events", False),
        (lets("sns", "sqs:Receive*"), "sns", False),
        (lets("", "sqs:*", Principal="*"), "sns", True),
        (lets("", "sqs:*", Principal={"AWS": ["*"]}), "sns", True),
        (lets("", "sqs:*", Principal={"AWS": ARN}), "sns", False),
        (lets("", "sqs:*", Principal={"Service": {"Ref": "P"}}), "sns", None),
        (lets("", "sqs:*", Principal={"Ref": "P"}), "sns", None),
        (lets("sns", {"Ref": "P"}), "sns", None),
    ],
)
def test_a_statement_of_a_policy(statement: Any, service: str, expected: bool | None) -> None:
    found = read("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Q"}], PolicyDocument=policy(statement))
    (grant,) = found.grants
    assert isinstance(grant, Grant)
    assert grant.allows(service, "sqs:sendmessage") is expected


def test_what_a_policy_denies_is_left_out() -> None:
    found = read("AWS::SNS::TopicPolicy", Topics=[{"Ref": "T"}], PolicyDocument=policy(lets("sns", "*", Effect="Deny")))
    assert (found.grants, found.is_open) == ((), False)


@pytest.mark.parametrize("document", [{"Ref": "P"}, None, policy({"Ref": "P"}), policy({"Fn::If": ["C", {}, {}]})])
def test_a_policy_that_is_not_known(document: object) -> None:
    assert read("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Q"}], PolicyDocument=document).is_open


def test_everything_under_a_macro_is_unknown() -> None:
    resources = {
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "S": {"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": ARN}},
    }
    stack = read_template({"Transform": "Ours", "Resources": resources}, template="t.json", size_bytes=1)
    assert stack.messages.queues["Q"].is_fifo == UNKNOWN
    assert stack.messages.subscriptions["S"].filter_policy == UNKNOWN
    assert next(Topology([stack]).subscribed()).topic is None
