"""`TopicTrigger`: what is made, what is filtered, what is kept, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Environment, Stack, aws_iam, aws_kms, aws_lambda, aws_sns, aws_sqs
from synthesized import template_of
from triggering import (
    KINDS,
    REQUIRED,
    arn_of,
    function_of,
    granted,
    is_safe_keep,
    of_type,
    only,
    queue_named,
    statements_on,
)

from constructs_lambda import Function, InputError, TopicTrigger

pytestmark = pytest.mark.cdk
ELSEWHERE = "arn:aws:sns:eu-west-1:111122223333:orders"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_given", [True, False])
def test_permission_failure_path_and_encryption(app: App, stack: Stack, kind: str, is_given: bool) -> None:
    topic = aws_sns.Topic(stack, "Sales") if is_given else None
    trigger = TopicTrigger(topic)
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app)
    arn = arn_of(kind, template)
    ((topic_id, properties),) = of_type(template, "AWS::SNS::Topic").items()
    assert trigger.topic.node.path == ("Shop/Sales" if is_given else f"{trigger._function}/TopicTrigger/Topic")

    permission = only(template, "AWS::Lambda::Permission")
    assert permission["FunctionName"] == arn
    assert permission["Principal"] == "sns.amazonaws.com"
    assert permission["SourceArn"] == {"Ref": topic_id}

    letters, _ = queue_named(template, "DeadLetters")
    subscription = only(template, "AWS::SNS::Subscription")
    assert subscription["Endpoint"] == arn
    assert subscription["Protocol"] == "lambda"
    assert subscription["TopicArn"] == {"Ref": topic_id}
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [letters, "Arn"]}}
    assert "FilterPolicy" not in subscription
    assert "Region" not in subscription
    (allowed,) = (each for each in statements_on(template, letters) if each["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "sns.amazonaws.com"}
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": topic_id}}}

    failures, _ = queue_named(template, "AsyncFailures")
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": [failures, "Arn"]}}}
    assert (config["Qualifier"] == "$LATEST") is (kind != "alias")
    assert granted(template, "sqs:SendMessage", {"Fn::GetAtt": [failures, "Arn"]})
    assert is_safe_keep(template, letters)
    assert is_safe_keep(template, failures)
    assert trigger.dead_letter_queue is not None
    assert trigger.failure_queue is not None
    if not is_given:
        assert properties == {"KmsMasterKeyId": "alias/aws/sns"}
        (denied,) = only(template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("kind", ["ours", "plain"])
def test_as_events_keyword(app: App, stack: Stack, kind: str) -> None:
    trigger = TopicTrigger()
    function_of(kind, stack, events=[trigger])
    template = template_of(app)
    assert only(template, "AWS::SNS::Subscription")["Endpoint"] == arn_of(kind, template)
    assert trigger.topic.node.path == "Shop/Orders/TopicTrigger/Topic"


def test_who_comes_from_cdks_event_source_keeps_the_ids(make_app: Callable[..., App]) -> None:
    """A subscription under a new id is made as the same one, and then deleted as the old one."""
    from aws_cdk import aws_lambda_event_sources

    ids = []
    for source in (aws_lambda_event_sources.SnsEventSource, TopicTrigger):
        app = make_app()
        stack = Stack(app, "Shop")
        Function(stack, "Orders", **REQUIRED).add_event_source(source(aws_sns.Topic(stack, "Sales")))
        template = template_of(app)
        ids.append([*of_type(template, "AWS::SNS::Subscription"), *of_type(template, "AWS::Lambda::Permission")])
    assert ids[0] == ids[1]


def test_filter_on_attributes(app: App, stack: Stack) -> None:
    policy = {"type": ["order.created", {"prefix": "refund."}], "price": [{"numeric": [">", 0, "<=", 100.5]}]}
    function_of("ours", stack).add_event_source(TopicTrigger(filter=policy))
    subscription = only(template_of(app), "AWS::SNS::Subscription")
    assert subscription["FilterPolicy"] == policy
    assert "FilterPolicyScope" not in subscription


def test_filter_on_the_body_with_operators_that_cdk_has_none_for(app: App, stack: Stack) -> None:
    policy = {"$or": [{"a": [{"wildcard": "x*"}]}, {"b": ["c"]}], "order": {"lines": {"sku": [{"exists": False}]}}}
    function_of("ours", stack).add_event_source(TopicTrigger(filter_body=policy))
    subscription = only(template_of(app), "AWS::SNS::Subscription")
    assert subscription["FilterPolicy"] == policy
    assert subscription["FilterPolicyScope"] == "MessageBody"


def test_cdks_filters(app: App, stack: Stack) -> None:
    allow = aws_sns.SubscriptionFilter.string_filter(allowlist=["red"], match_prefixes=["bl"])
    body = {"paint": aws_sns.FilterOrPolicy.policy({"color": aws_sns.FilterOrPolicy.filter(allow)})}
    function_of("ours", stack).add_event_source(TopicTrigger(filter={"color": allow}, id="A"))
    function_of("ours", stack, "Other").add_event_source(TopicTrigger(filter_body=body))
    policies = [each["FilterPolicy"] for each in of_type(template_of(app), "AWS::SNS::Subscription").values()]
    assert policies == [{"color": ["red", {"prefix": "bl"}]}, {"paint": {"color": ["red", {"prefix": "bl"}]}}]


def test_topic_of_another_stack(app: App, stack: Stack) -> None:
    topic = aws_sns.Topic(Stack(app, "Base"), "Sales")
    function_of("ours", stack).add_event_source(TopicTrigger(topic))
    template = template_of(app)
    assert "Fn::ImportValue" in only(template, "AWS::SNS::Subscription")["TopicArn"]
    assert queue_named(template, "DeadLetters")


@pytest.mark.parametrize(
    ("topic_region", "own_region", "principal"),
    [
        ("eu-west-1", "us-east-1", "sns.amazonaws.com"),
        ("ap-east-1", "us-east-1", "sns.ap-east-1.amazonaws.com"),
        ("us-east-1", "ap-east-1", "sns.ap-east-1.amazonaws.com"),
    ],
)
def test_topic_of_another_region_and_account(app: App, topic_region: str, own_region: str, principal: str) -> None:
    stack = Stack(app, "Shop", env=Environment(account="444455556666", region=own_region))
    arn = f"arn:aws:sns:{topic_region}:111122223333:orders"
    trigger = TopicTrigger(aws_sns.Topic.from_topic_arn(stack, "Sales", arn))
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    subscription = only(template, "AWS::SNS::Subscription")
    assert subscription["Region"] == topic_region
    assert "RedrivePolicy" not in subscription, "SNS wants the queue in the topic's Region"
    assert trigger.dead_letter_queue is None
    assert only(template, "AWS::Lambda::Permission")["Principal"] == principal


def test_topic_of_an_app_in_another_region(app: App) -> None:
    base = Stack(app, "Base", env=Environment(account="111122223333", region="eu-west-1"))
    here = Environment(account="111122223333", region="us-east-1")
    stack = Stack(app, "Shop", env=here, cross_region_references=True)
    trigger = TopicTrigger(aws_sns.Topic(base, "Sales", topic_name="sales"))
    function_of("ours", stack).add_event_source(trigger)
    assert only(template_of(app), "AWS::SNS::Subscription")["Region"] == "eu-west-1"
    assert trigger.dead_letter_queue is None


def test_imported_fifo_topic(stack: Stack) -> None:
    with pytest.raises(InputError, match=r"topic is a FIFO topic.*QueueTrigger\(topic=topic\)"):
        TopicTrigger(aws_sns.Topic.from_topic_arn(stack, "Sales", f"{ELSEWHERE}.fifo"))


def test_imported_topic_of_an_unknown_region_gets_dead_letters(app: App, stack: Stack) -> None:
    trigger = TopicTrigger(aws_sns.Topic.from_topic_arn(stack, "Sales", ELSEWHERE))
    function_of("ours", stack).add_event_source(trigger)
    assert only(template_of(app), "AWS::SNS::Subscription")["Region"] == "eu-west-1"
    assert trigger.dead_letter_queue is not None


def test_dead_letters_of_ones_own(app: App, stack: Stack) -> None:
    key = aws_kms.Key(stack, "Key")
    queue = aws_sqs.Queue(stack, "Letters", encryption_master_key=key)
    trigger = TopicTrigger(dead_letter_queue=queue)
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    assert trigger.dead_letter_queue is queue
    assert len(of_type(template, "AWS::SQS::Queue")) == 2, "theirs, and the one of the function's failures"
    statements = only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (sns,) = (each for each in statements if each["Principal"] == {"Service": "sns.amazonaws.com"})
    assert sns["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert sns["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_no_dead_letters(app: App, stack: Stack) -> None:
    trigger = TopicTrigger(dead_letter_queue=False)
    function_of("ours", stack).add_event_source(trigger)
    assert "RedrivePolicy" not in only(template_of(app), "AWS::SNS::Subscription")
    assert trigger.dead_letter_queue is None


def test_key_and_publishers(app: App, stack: Stack) -> None:
    trigger = TopicTrigger(encryption_key=True, publishers=["s3", "events", "cloudwatch"])
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    ((key_id, key),) = of_type(template, "AWS::KMS::Key").items()
    assert key["EnableKeyRotation"] is True
    assert only(template, "AWS::SNS::Topic")["KmsMasterKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    by_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    conditions = {"s3.amazonaws.com": by_account, "events.amazonaws.com": None, "cloudwatch.amazonaws.com": by_account}
    for statements, action in (
        (key["KeyPolicy"]["Statement"], ["kms:Decrypt", "kms:GenerateDataKey*"]),
        (only(template, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"], "sns:Publish"),
    ):
        allowed = [each for each in statements if "Service" in each["Principal"]]
        assert {each["Principal"]["Service"]: each.get("Condition") for each in allowed} == conditions
        assert all(each["Action"] == action for each in allowed)


def test_key_of_ones_own(app: App, stack: Stack) -> None:
    function_of("ours", stack).add_event_source(TopicTrigger(encryption_key=aws_kms.Key(stack, "Key")))
    template = template_of(app)
    assert list(of_type(template, "AWS::KMS::Key")) == ["Key961B73FD"]
    assert only(template, "AWS::SNS::Topic")["KmsMasterKeyId"] == {"Fn::GetAtt": ["Key961B73FD", "Arn"]}


# --- Several ----------------------------------------------------------------------------------------------------------


def test_one_topic_for_several_functions(app: App, stack: Stack) -> None:
    trigger = TopicTrigger()
    function_of("ours", stack).add_event_source(trigger)
    function_of("plain", stack, "Invoices").add_event_source(TopicTrigger(trigger.topic, filter={"type": ["paid"]}))
    template = template_of(app)
    assert len(of_type(template, "AWS::SNS::Topic")) == 1
    assert len(of_type(template, "AWS::SNS::Subscription")) == 2


def test_several_topics_for_one_function(app: App, stack: Stack) -> None:
    function = function_of("ours", stack)
    for trigger in (TopicTrigger(aws_sns.Topic(stack, "Sales")), TopicTrigger(), TopicTrigger(id="Refunds")):
        function.add_event_source(trigger)
    template = template_of(app)
    assert len(of_type(template, "AWS::SNS::Subscription")) == 3
    assert len(of_type(template, "AWS::Lambda::EventInvokeConfig")) == 1
    assert len([key for key in of_type(template, "AWS::SQS::Queue") if "AsyncFailures" in key]) == 1


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            lambda s: TopicTrigger(),
            lambda s: TopicTrigger(),
            r"Shop/Orders has something with the id 'TopicTrigger' already",
        ),
        (lambda s: TopicTrigger(id="A"), lambda s: TopicTrigger(id="A"), "with the id 'A' already"),
        (
            lambda s: TopicTrigger(s.node.find_child("Sales")),
            lambda s: TopicTrigger(s.node.find_child("Sales")),
            "is triggered by Shop/Sales already, and AWS allows that once. Fix: put all into one trigger",
        ),
        (
            lambda s: TopicTrigger(s.node.find_child("Sales")),
            lambda s: TopicTrigger(s.node.find_child("Sales"), id="B"),
            "is triggered by Shop/Sales already, and AWS allows that once",
        ),
    ],
)
def test_twice(stack: Stack, first: Any, second: Any, message: str) -> None:
    aws_sns.Topic(stack, "Sales")
    function = function_of("ours", stack)
    function.add_event_source(first(stack))
    before = [node.node.path for node in stack.node.find_all()]
    with pytest.raises(InputError, match=message):
        function.add_event_source(second(stack))
    assert [node.node.path for node in stack.node.find_all()] == before


def test_two_topics_with_the_same_id(app: App, stack: Stack) -> None:
    """CDK names subscriptions after the topic's id alone."""
    function = function_of("ours", stack)
    function.add_event_source(TopicTrigger(aws_sns.Topic(stack, "Topic")))
    other = aws_sns.Topic(Stack(app, "Base"), "Topic")
    before = [node.node.path for node in function.node.find_all()]
    with pytest.raises(InputError, match=r"the topic's id 'Topic' already.*TopicTrigger\(topic, id='Topic2'\)"):
        function.add_event_source(TopicTrigger(other))
    assert [node.node.path for node in function.node.find_all()] == before
    function.add_event_source(TopicTrigger(other, id="Topic2"))
    assert len(of_type(template_of(app), "AWS::SNS::Subscription")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_trigger_is_for_one_function(stack: Stack, kind: str) -> None:
    trigger = TopicTrigger()
    function_of("ours", stack).add_event_source(trigger)
    expected = InputError if kind == "ours" else RuntimeError  # CDK's kernel passes on the text alone
    with pytest.raises(
        expected, match=r"this TopicTrigger triggers Shop/Orders already. Fix: make another TopicTrigger"
    ):
        function_of(kind, stack, "Other").add_event_source(trigger)


def test_refusal_in_the_constructor_leaves_no_function(stack: Stack) -> None:
    with pytest.raises(InputError, match="with the id 'TopicTrigger' already"):
        Function(stack, "Orders", **REQUIRED, events=[TopicTrigger(), TopicTrigger()])
    assert stack.node.children == []


# --- Wrong input ------------------------------------------------------------------------------------------------------


def test_all_problems_at_once(stack: Stack) -> None:
    topic = aws_sns.Topic(stack, "Sales", fifo=True)
    fifo = aws_sqs.Queue(stack, "Fifo", fifo=True)
    with pytest.raises(InputError) as caught:
        TopicTrigger(topic, filter={"a": ["b"]}, filter_body={"a": ["b"]}, dead_letter_queue=fifo, publishers=["S3"])
    lines = str(caught.value).splitlines()
    assert [line.partition(". Fix: ")[0] for line in lines] == [
        "TopicTrigger: topic is a FIFO topic, and SNS delivers those to queues only",
        "TopicTrigger: filter and filter_body can't both be set; SNS filters by one of them",
        "TopicTrigger: dead_letter_queue is a FIFO queue, and AWS takes a standard queue here",
        "TopicTrigger: publishers can't be set for a topic that is given",
        "TopicTrigger: publishers has 'S3'; it takes short names of services",
    ]
    assert all(". Fix: " in line for line in lines)


def test_publishers_need_a_key() -> None:
    with pytest.raises(InputError, match=r"SNS's own key lets no AWS service publish. Fix: encryption_key=True"):
        TopicTrigger(publishers=["s3"])


def test_queue_that_nobody_can_write_to(stack: Stack) -> None:
    sealed = aws_sqs.Queue(stack, "Sealed", encryption=aws_sqs.QueueEncryption.KMS_MANAGED)
    with pytest.raises(InputError, match="encrypted with alias/aws/sqs, a key that lets no other service write"):
        TopicTrigger(dead_letter_queue=sealed)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"topic": "arn:aws:sns"}, r"topic must be an aws_sns.ITopic; got 'arn:aws:sns'"),
        (
            {"filter": ["a"]},
            r"filter must be a filter policy, such as filter=\{'type': \['order.created'\]\}; got \['a'\]",
        ),
        ({"filter": {"type": "paid"}}, r"filter\['type'\] must be a list.*got 'paid'; write \['paid'\]"),
        ({"filter": {"a": {"b": ["c"]}}}, "keys can be nested in filter_body alone"),
        ({"filter_body": {"a": {"b": "c"}}}, r"filter_body\['a.b'\] must be a list"),
        ({"filter": {1: ["a"]}}, "has the key 1; keys are texts"),
        ({"dead_letter_queue": "letters"}, "dead_letter_queue must be an aws_sqs.IQueue, or False for none"),
        ({"encryption_key": "alias/mine"}, "encryption_key must be an aws_kms.IKey, or True"),
        ({"publishers": "s3"}, r"publishers must be a list of texts; got 's3'; write publishers=\['s3'\]"),
        ({"id": 1}, "id must be a text; got 1"),
    ],
)
def test_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        TopicTrigger(**keywords)


def test_the_keys_of_a_policy_stay_as_they_are(app: App, stack: Stack) -> None:
    policy = {"order_type": ["a"], "Order-Type": ["b"], "$or": [{"x_y": ["1"]}, {"z": [True, None, 1]}]}
    function_of("ours", stack).add_event_source(TopicTrigger(filter=policy))
    written = only(template_of(app), "AWS::SNS::Subscription")["FilterPolicy"]
    assert json.dumps(written) == json.dumps(policy)


def test_imported_function(app: App, stack: Stack) -> None:
    """Its permission is somebody else's, and so is what becomes of its failures."""
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
    function = aws_lambda.Function.from_function_attributes(
        stack,
        "Orders",
        function_arn=arn,
        same_environment=True,
        role=aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com")),
    )
    trigger = TopicTrigger()
    function.add_event_source(trigger)
    template = template_of(app)
    assert only(template, "AWS::SNS::Subscription")["Endpoint"] == arn
    assert only(template, "AWS::Lambda::Permission")["FunctionName"] == arn
    assert trigger.failure_queue is None
    assert not of_type(template, "AWS::Lambda::EventInvokeConfig")
