"""`QueueTrigger`: a queue, and a topic through a queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Environment, Stack, aws_kms, aws_lambda, aws_sns, aws_sqs
from synthesized import template_of
from triggering import KINDS, REQUIRED, function_of, granted, is_safe_keep, of_type, only, queue_named, statements_on

from constructs_lambda import Function, InputError, QueueTrigger, limits

pytestmark = pytest.mark.cdk


def made_queue(template: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The queue that was made to be worked off."""
    ((key, each),) = (
        (key, each) for key, each in of_type(template, "AWS::SQS::Queue").items() if "VisibilityTimeout" in each
    )
    return key, each


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_given", [True, False])
def test_rights_failure_path_and_encryption(app: App, stack: Stack, kind: str, is_given: bool) -> None:
    trigger = QueueTrigger(aws_sqs.Queue(stack, "Jobs") if is_given else None)
    function_of(kind, stack).add_event_source(trigger)
    template = template_of(app)
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert granted(template, "sqs:ReceiveMessage", mapping["EventSourceArn"])
    assert not of_type(template, "AWS::Lambda::Permission")
    assert not of_type(template, "AWS::Lambda::EventInvokeConfig"), "it isn't invoked asynchronously"
    assert trigger.failure_queue is None
    if is_given:
        assert len(of_type(template, "AWS::SQS::Queue")) == 1
        assert trigger.dead_letter_queue is None
        return
    queue, properties = made_queue(template)
    letters, _ = queue_named(template, "DeadLetters")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert properties["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [letters, "Arn"]},
        "maxReceiveCount": 5,
    }
    assert properties["SqsManagedSseEnabled"] is True
    assert [each["Condition"] for each in statements_on(template, queue)] == [
        {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert is_safe_keep(template, letters)
    assert trigger.dead_letter_queue is not None


def test_given_queue_keeps_the_ids_of_cdks_event_source(make_app: Callable[..., App]) -> None:
    from aws_cdk import aws_lambda_event_sources

    ids = []
    for source in (aws_lambda_event_sources.SqsEventSource, QueueTrigger):
        app = make_app()
        stack = Stack(app, "Shop")
        Function(stack, "Orders", **REQUIRED).add_event_source(source(aws_sqs.Queue(stack, "Jobs")))
        ids.append(list(template_of(app)["Resources"]))
    assert ids[0] == ids[1]


def test_dead_letters_of_a_given_queue_are_known(stack: Stack) -> None:
    letters = aws_sqs.Queue(stack, "Letters")
    redrive = aws_sqs.DeadLetterQueue(queue=letters, max_receive_count=3)
    trigger = QueueTrigger(aws_sqs.Queue(stack, "Jobs", dead_letter_queue=redrive))
    function_of("ours", stack).add_event_source(trigger)
    assert trigger.dead_letter_queue is letters


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("timeout", "window", "visible"),
    [(None, None, 18), (30, None, 180), (30, 20, 200), (900, 300, 5_700)],
)
def test_visibility_timeout(
    app: App, stack: Stack, kind: str, timeout: int | None, window: int | None, visible: int
) -> None:
    """Six times the function's timeout, and the batching window."""
    options: dict[str, Any] = {} if timeout is None else {"timeout": Duration.seconds(timeout)}
    waits = None if window is None else Duration.seconds(window)
    function_of(kind, stack, **options).add_event_source(QueueTrigger(max_batching_window=waits))
    assert made_queue(template_of(app))[1]["VisibilityTimeout"] == visible


def test_visibility_timeout_where_the_functions_timeout_is_unknown(app: App, stack: Stack) -> None:
    arn = "arn:aws:lambda:us-east-1:111122223333:function:orders"
    imported = aws_lambda.Function.from_function_arn(stack, "Orders", arn)
    imported.add_event_source(QueueTrigger())
    assert made_queue(template_of(app))[1]["VisibilityTimeout"] == 6 * 900


def test_visibility_timeout_where_the_timeout_is_a_token(app: App, stack: Stack) -> None:
    parameter = CfnParameter(stack, "Timeout", type="Number").value_as_number
    function_of("plain", stack, timeout=Duration.seconds(parameter)).add_event_source(QueueTrigger())
    assert made_queue(template_of(app))[1]["VisibilityTimeout"] == 6 * 900


@pytest.mark.parametrize("kind", KINDS)
def test_visibility_timeout_of_ones_own(app: App, stack: Stack, kind: str) -> None:
    function = function_of(kind, stack, timeout=Duration.seconds(30))
    before = [node.node.path for node in stack.node.find_all()]
    with pytest.raises(
        InputError if kind == "ours" else RuntimeError,
        match=r"visibility_timeout is 29 s, and the function may run for 30 s; Lambda refuses that. Fix: .* 180 s",
    ):
        function.add_event_source(QueueTrigger(visibility_timeout=Duration.seconds(29)))
    assert [node.node.path for node in stack.node.find_all()] == before
    function.add_event_source(QueueTrigger(visibility_timeout=Duration.seconds(30)))
    assert made_queue(template_of(app))[1]["VisibilityTimeout"] == 30


def test_options(app: App, stack: Stack) -> None:
    pattern = aws_lambda.FilterCriteria.filter({"body": {"kind": aws_lambda.FilterRule.is_equal("paid")}})
    trigger = QueueTrigger(
        batch_size=50,
        max_batching_window=Duration.seconds(5),
        max_concurrency=2,
        filters=[pattern],
        enabled=False,
        report_batch_item_failures=False,
        max_receive_count=3,
    )
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    mapping = only(template, "AWS::Lambda::EventSourceMapping")
    assert mapping["BatchSize"] == 50
    assert mapping["MaximumBatchingWindowInSeconds"] == 5
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": pattern["pattern"]}]}
    assert mapping["Enabled"] is False
    assert "FunctionResponseTypes" not in mapping
    assert made_queue(template)[1]["RedrivePolicy"]["maxReceiveCount"] == 3


@pytest.mark.parametrize("letters", [True, False])
def test_fifo(app: App, stack: Stack, letters: bool) -> None:
    function_of("ours", stack).add_event_source(QueueTrigger(fifo=True, batch_size=10, dead_letter_queue=letters))
    template = template_of(app)
    queues = of_type(template, "AWS::SQS::Queue").values()
    assert len(queues) == 1 + letters
    assert all(each["FifoQueue"] is True for each in queues)
    assert ("RedrivePolicy" in made_queue(template)[1]) is letters


def test_key(app: App, stack: Stack) -> None:
    """One key for the queue and both kinds of dead letters; SNS, and the function, may use it."""
    trigger = QueueTrigger(topic=aws_sns.Topic(stack, "Sales"), encryption_key=True)
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    ((key_id, key),) = of_type(template, "AWS::KMS::Key").items()
    arn = {"Fn::GetAtt": [key_id, "Arn"]}
    queues = of_type(template, "AWS::SQS::Queue")
    assert len(queues) == 3
    assert all(each["KmsMasterKeyId"] == arn for each in queues.values())
    assert any(each["Principal"] == {"Service": "sns.amazonaws.com"} for each in key["KeyPolicy"]["Statement"])
    assert granted(template, "kms:Decrypt", arn)


def test_key_of_ones_own(app: App, stack: Stack) -> None:
    function_of("ours", stack).add_event_source(QueueTrigger(encryption_key=aws_kms.Key(stack, "Key")))
    assert list(of_type(template_of(app), "AWS::KMS::Key")) == ["Key961B73FD"]


# --- A topic through a queue ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_given", [True, False])
def test_fan_out(app: App, stack: Stack, is_given: bool) -> None:
    topic = aws_sns.Topic(stack, "Sales")
    trigger = QueueTrigger(aws_sqs.Queue(stack, "Jobs") if is_given else None, topic=topic, filter={"type": ["paid"]})
    function_of("ours", stack).add_event_source(trigger)
    template = template_of(app)
    (topic_id,) = of_type(template, "AWS::SNS::Topic")
    mapping, subscription = only(template, "AWS::Lambda::EventSourceMapping"), only(template, "AWS::SNS::Subscription")
    letters, _ = queue_named(template, "SubscriptionDeadLetters")
    assert subscription["Protocol"] == "sqs"
    assert subscription["Endpoint"] == mapping["EventSourceArn"]
    assert subscription["RawMessageDelivery"] is True
    assert subscription["FilterPolicy"] == {"type": ["paid"]}
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [letters, "Arn"]}}
    for queue in (subscription["Endpoint"]["Fn::GetAtt"][0], letters):
        (allowed,) = (each for each in statements_on(template, queue) if each["Effect"] == "Allow")
        assert allowed["Principal"] == {"Service": "sns.amazonaws.com"}
        assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Ref": topic_id}}}
    assert is_safe_keep(template, letters)
    assert trigger.topic is topic
    assert trigger.subscription is not None


def test_fan_out_in_an_envelope_without_dead_letters(app: App, stack: Stack) -> None:
    trigger = QueueTrigger(
        topic=aws_sns.Topic(stack, "Sales"),
        raw_message_delivery=False,
        subscription_dead_letter_queue=False,
        filter_body={"a": ["b"]},
    )
    function_of("ours", stack).add_event_source(trigger)
    subscription = only(template_of(app), "AWS::SNS::Subscription")
    assert subscription["RawMessageDelivery"] is False
    assert subscription["FilterPolicyScope"] == "MessageBody"
    assert "RedrivePolicy" not in subscription
    assert trigger.subscription_dead_letter_queue is None


def test_two_functions_at_one_topic_and_two_topics_at_one_function(app: App, stack: Stack) -> None:
    sales, refunds = aws_sns.Topic(stack, "Sales"), aws_sns.Topic(stack, "Refunds")
    function_of("ours", stack, events=[QueueTrigger(topic=sales), QueueTrigger(topic=refunds)])
    function_of("ours", stack, "Invoices", events=[QueueTrigger(topic=sales)])
    template = template_of(app)
    assert len(of_type(template, "AWS::SNS::Subscription")) == 3
    assert len(of_type(template, "AWS::Lambda::EventSourceMapping")) == 3


def test_fifo_topic_makes_fifo_queues(app: App, stack: Stack) -> None:
    function_of("ours", stack).add_event_source(QueueTrigger(topic=aws_sns.Topic(stack, "Sales", fifo=True)))
    queues = of_type(template_of(app), "AWS::SQS::Queue")
    assert len(queues) == 3
    assert all(each["FifoQueue"] is True for each in queues.values())


def test_fifo_topic_and_standard_queues(app: App, stack: Stack) -> None:
    topic = aws_sns.Topic(stack, "Sales", fifo=True)
    function_of("ours", stack).add_event_source(QueueTrigger(topic=topic, fifo=False))
    assert not any("FifoQueue" in each for each in of_type(template_of(app), "AWS::SQS::Queue").values())


def test_fan_out_from_another_stack_and_region(app: App) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="us-east-1"))
    topic = aws_sns.Topic.from_topic_arn(stack, "Sales", "arn:aws:sns:eu-west-1:111122223333:sales")
    trigger = QueueTrigger(topic=topic)
    function_of("ours", stack).add_event_source(trigger)
    subscription = only(template_of(app), "AWS::SNS::Subscription")
    assert subscription["Region"] == "eu-west-1"
    assert trigger.subscription_dead_letter_queue is None
    assert trigger.dead_letter_queue is not None


def test_queue_and_topic_of_another_stack(app: App, stack: Stack) -> None:
    base = Stack(app, "Base")
    queue, topic = aws_sqs.Queue(base, "Jobs"), aws_sns.Topic(base, "Sales")
    function_of("ours", stack).add_event_source(QueueTrigger(queue, topic=topic))
    template = template_of(app)
    assert "Fn::ImportValue" in only(template, "AWS::Lambda::EventSourceMapping")["EventSourceArn"]
    assert "Fn::ImportValue" in only(template, "AWS::SNS::Subscription")["Endpoint"]


# --- Refusals ---------------------------------------------------------------------------------------------------------


def test_one_queue_twice(stack: Stack) -> None:
    queue = aws_sqs.Queue(stack, "Jobs")
    function = function_of("ours", stack, events=[QueueTrigger(queue)])
    with pytest.raises(InputError, match="Shop/Orders is triggered by Shop/Jobs already, and AWS allows that once"):
        function.add_event_source(QueueTrigger(queue, id="Again"))


def problems(**keywords: Any) -> list[str]:
    """What is refused, without the ways out."""
    try:
        QueueTrigger(**keywords)
    except InputError as error:
        lines = str(error).splitlines()
        assert all(line.startswith("QueueTrigger: ") and ". Fix: " in line for line in lines)
        return [line.removeprefix("QueueTrigger: ").partition(". Fix: ")[0] for line in lines]
    return []


@pytest.mark.parametrize(
    ("keywords", "limit"),
    [
        ({"batch_size": None, "max_batching_window": Duration.seconds(1)}, limits.EVENT_SOURCE_BATCH_SIZE),
        ({"batch_size": None, "fifo": True}, limits.SQS_FIFO_BATCH_SIZE),
        ({"batch_size": None}, limits.SQS_BATCH_SIZE_WITHOUT_WINDOW),
        ({"batch_size": None, "max_batching_window": Duration.seconds(0)}, limits.SQS_BATCH_SIZE_WITHOUT_WINDOW),
        ({"max_concurrency": None}, limits.SQS_MAXIMUM_CONCURRENCY),
        ({"max_receive_count": None}, limits.QUEUE_RECEIVES),
    ],
)
def test_numbers(stack: Stack, keywords: dict[str, Any], limit: limits.Limit) -> None:
    (name,) = (name for name, value in keywords.items() if value is None)
    assert limit.minimum is not None
    assert limit.maximum is not None
    for value in (limit.minimum, limit.minimum + 1, limit.maximum - 1, limit.maximum):
        assert problems(**{**keywords, name: value}) == []
    for value in (limit.minimum - 1, limit.maximum + 1):
        (problem,) = problems(**{**keywords, name: value})
        assert limit.allowed in problem
    token = CfnParameter(stack, "Number", type="Number").value_as_number
    assert problems(**{**keywords, name: token}) == []


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("max_batching_window", limits.EVENT_SOURCE_BATCHING_WINDOW),
        ("visibility_timeout", limits.SQS_VISIBILITY_TIMEOUT),
    ],
)
def test_durations(stack: Stack, name: str, limit: limits.Limit) -> None:
    assert limit.maximum is not None
    for value in (0, limit.maximum - 1, limit.maximum):
        assert problems(**{name: Duration.seconds(value)}) == []
    (problem,) = problems(**{name: Duration.seconds(limit.maximum + 1)})
    assert problem == f"{name} is {limit.maximum + 1:,} s; AWS allows {limit.allowed}"
    token = CfnParameter(stack, "Number", type="Number").value_as_number
    assert problems(**{name: Duration.seconds(token)}) == []


def test_all_problems_at_once(stack: Stack) -> None:
    queue = aws_sqs.Queue(stack, "Jobs", fifo=True)
    found = problems(
        queue=queue,
        topic=aws_sns.Topic(stack, "Sales"),
        subscription_dead_letter_queue=aws_sqs.Queue(stack, "Letters"),
        max_batching_window=Duration.seconds(1),
        max_concurrency=1,
        fifo=True,
        filter={"a": ["b"]},
        filter_body={"a": ["b"]},
    )
    assert found == [
        "fifo can't be set for a queue that is given",
        "filter and filter_body can't both be set; SNS filters by one of them",
        "the queue is a FIFO queue, and a standard topic delivers to standard queues alone",
        "subscription_dead_letter_queue is a standard queue, and AWS takes a FIFO queue here",
        "max_batching_window can't be set for a FIFO queue, which AWS doesn't wait for",
        "max_concurrency is 1 execution; AWS allows 2 to 1,000 executions",
    ]


def test_what_belongs_to_a_topic_or_to_a_made_queue(stack: Stack) -> None:
    assert problems(filter={"a": ["b"]}, raw_message_delivery=True) == [
        "filter, raw_message_delivery can't be set without topic="
    ]
    assert problems(
        queue=aws_sqs.Queue(stack, "Jobs"), visibility_timeout=Duration.minutes(1), encryption_key=True
    ) == ["encryption_key, visibility_timeout can't be set for a queue that is given"]
    assert problems(max_receive_count=1, dead_letter_queue=False) == [
        "max_receive_count says when a message goes to the dead letters, and there are none"
    ]
    sealed = aws_sqs.Queue(stack, "Sealed", encryption=aws_sqs.QueueEncryption.KMS_MANAGED)
    (problem,) = problems(queue=sealed, topic=aws_sns.Topic(stack, "Sales"))
    assert problem.startswith("queue is encrypted with alias/aws/sqs")
    assert problems(queue=sealed) == []


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"queue": "jobs"}, "queue must be an aws_sqs.IQueue; got 'jobs'"),
        ({"topic": "sales"}, "topic must be an aws_sns.ITopic; got 'sales'"),
        ({"batch_size": "10"}, "batch_size must be a whole number; got '10'"),
        ({"batch_size": 1.5}, r"batch_size must be a whole number; got 1\.5"),
        ({"batch_size": True}, "batch_size must be a whole number; got True"),
        ({"max_batching_window": 5}, r"max_batching_window must be a Duration, such as Duration.minutes\(1\); got 5"),
        ({"filters": {"a": 1}}, "filters must be a list of aws_lambda.FilterCriteria"),
        ({"enabled": "no"}, "enabled must be True or False; got 'no'"),
        ({"subscription_dead_letter_queue": 1}, "subscription_dead_letter_queue must be an aws_sqs.IQueue, or False"),
        ({"encryption_key": 1}, "encryption_key must be an aws_kms.IKey"),
        ({"filter": "paid"}, "filter must be a filter policy"),
    ],
)
def test_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        QueueTrigger(**keywords)
