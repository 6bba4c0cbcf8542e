"""What triggers refuse before CDK or AWS does, and how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack, Token, aws_events, aws_kms, aws_lambda, aws_scheduler, aws_sns, aws_sqs
from synthesized import template_of
from triggering import function_of, of_type, only

from constructs_lambda import (
    EventTrigger,
    InputError,
    QueueTrigger,
    ScheduleTrigger,
    StreamTrigger,
    TopicTrigger,
    limits,
)

pytestmark = pytest.mark.cdk
HOURLY = aws_scheduler.ScheduleExpression.rate(Duration.hours(1))
MOST_KEYS = limits.FILTER_POLICY_KEYS.maximum or 0
MOST_COMBINATIONS = limits.FILTER_POLICY_COMBINATIONS.maximum or 0


@pytest.fixture
def topic(stack: Stack) -> aws_sns.Topic:
    return aws_sns.Topic(stack, "Sales")


def of_keys(count: int) -> dict[str, Any]:
    return {f"k{at}": ["a"] for at in range(count)}


# --- Filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [TopicTrigger, QueueTrigger])
@pytest.mark.parametrize("name", ["filter", "filter_body"])
@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (of_keys(MOST_KEYS + 1), f"the filter policy has {MOST_KEYS + 1} keys"),
        ({"a": [str(at) for at in range(MOST_COMBINATIONS + 1)]}, f"{MOST_COMBINATIONS + 1} combinations of values"),
        ({"a": [{"prefx": "x"}]}, r"the filter policy's key 'a' .*prefx"),
    ],
)
def test_filters_that_sns_refuses(topic: aws_sns.Topic, make: Any, name: str, policy: Any, message: str) -> None:
    with pytest.raises(InputError, match=f"{make.__name__}: {name}: .*{message}.* Fix: "):
        make(topic=topic, **{name: policy})


@pytest.mark.parametrize(
    "policy",
    [
        of_keys(MOST_KEYS - 1),
        of_keys(MOST_KEYS),
        {"a": [str(at) for at in range(MOST_COMBINATIONS)]},
        {"a": [None, {"exists": False}, {"numeric": [">", 1.5]}]},
        {"a": [Token.as_string({"Ref": "Kind"}), Token.as_number({"Ref": "Count"})]},
        {"a": Token.as_list({"Ref": "Kinds"})},
        {"a": aws_sns.SubscriptionFilter.string_filter(allowlist=["x"])},
        {},
    ],
)
def test_filters_that_sns_takes(topic: aws_sns.Topic, policy: Any) -> None:
    TopicTrigger(topic, filter=policy)
    QueueTrigger(topic=topic, filter=policy)


@pytest.mark.parametrize("make", [QueueTrigger, StreamTrigger])
@pytest.mark.parametrize(
    "raw", [{"body": {"a": ["x"]}}, {"Pattern": "{}"}, {"pattern": {"a": ["x"]}}, {}, {"pattern": "{}", "other": 1}]
)
def test_filters_that_cdk_would_drop(make: Any, raw: Any) -> None:
    written = aws_lambda.FilterCriteria.filter({"body": {"a": ["x"]}})
    with pytest.raises(InputError) as caught:
        make(filters=[written, raw])
    assert f"{make.__name__}: filters[1] is no filter as CDK writes it" in str(caught.value)
    assert "filters[0]" not in str(caught.value)


def test_filters_that_cdk_wrote(app: App, stack: Stack) -> None:
    written = aws_lambda.FilterCriteria.filter({"body": {"a": ["x"]}})
    function_of("ours", stack, events=[QueueTrigger(filters=[written])])
    mapping = only(template_of(app), "AWS::Lambda::EventSourceMapping")
    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": '{"body":{"a":["x"]}}'}]}


# --- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("1.5"), {1}, b"x", datetime(2027, 1, 1)])
@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda value: TopicTrigger(filter={"a": ["x", value]}), r"filter\['a'\]\[1\]"),
        (lambda value: QueueTrigger(filter_body={"a": {"b": [value]}}), r"filter_body\['a'\]\['b'\]\[0\]"),
        (lambda value: ScheduleTrigger(HOURLY, input={"a": value}), r"input\['a'\]"),
        (lambda value: EventTrigger(pattern={"source": [value]}), r"pattern\['source'\]\[0\]"),
        (lambda value: EventTrigger(pattern={"source": ["x"]}, event={"a": value}), r"event\['a'\]"),
    ],
)
def test_what_json_does_not_have(make: Callable[[Any], Any], where: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{where} is .*, which JSON doesn't have"):
        make(value)


def test_time_without_a_zone() -> None:
    with pytest.raises(InputError, match=r"ScheduleTrigger: start has no time zone. Fix: datetime\(..., tzinfo=UTC\)"):
        ScheduleTrigger(HOURLY, start=datetime(2027, 1, 1))


# --- What CDK refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ScheduleTrigger(HOURLY, retry_attempts=186), "ScheduleTrigger can't be made. .* 185"),
        (lambda: ScheduleTrigger(HOURLY, max_event_age=Duration.days(2)), "ScheduleTrigger can't be made. .* 1 day"),
        (lambda: QueueTrigger(max_batching_window=Duration.millis(500)), "QueueTrigger can't be made. '500 millis'"),
    ],
)
def test_cdks_refusals_name_trigger_and_function(stack: Stack, make: Callable[[], Any], message: str) -> None:
    function = function_of("ours", stack)
    children = [child.node.path for child in function.node.children]
    with pytest.raises(InputError, match=f"Shop/Orders: the {message}"):
        function.add_event_source(make())
    assert [child.node.path for child in function.node.children] == children


# --- Ids --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["AsyncFailures", "EventInvokeConfig", "Resource", "ServiceRole"])
def test_ids_that_functions_keep(stack: Stack, id: str) -> None:
    with pytest.raises(InputError, match=f"Shop/Orders: a function keeps the id '{id}' for itself. Fix: another id"):
        function_of("ours", stack, events=[TopicTrigger(id=id)])


def test_id_that_something_else_has(app: App, stack: Stack) -> None:
    named = aws_sns.Topic(stack, "EventTrigger")
    function = function_of("ours", stack, events=[TopicTrigger(named)])
    pattern = {"source": ["shop"]}
    with pytest.raises(InputError, match=r"has something with the id 'EventTrigger' already.* id='EventTrigger2'\)"):
        function.add_event_source(EventTrigger(pattern=pattern))
    function.add_event_source(EventTrigger(pattern=pattern, id="EventTrigger2"))
    assert len(of_type(template_of(app), "AWS::Events::Rule")) == 1


# --- Keys, publishers and queues --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "meant"), [("cloudwach", "cloudwatch"), ("event", "events"), ("budget", "budgets")]
)
def test_publishers_with_a_typo(service: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"publishers has '{service}', which is no service. Fix: '{meant}'"):
        TopicTrigger(encryption_key=True, publishers=[service])


def test_publishers_that_are_not_known_are_taken() -> None:
    TopicTrigger(encryption_key=True, publishers=["ses", "dms", "s3", "backup", "cloudwatch"])


def test_publishers_with_a_key_that_lets_none_in(stack: Stack) -> None:
    own = aws_kms.Alias.from_alias_name(stack, "Own", "alias/aws/sns")
    with pytest.raises(InputError, match="encryption_key is alias/aws/sns, a key that lets no AWS service publish"):
        TopicTrigger(encryption_key=own, publishers=["s3"])
    TopicTrigger(encryption_key=own)
    TopicTrigger(encryption_key=aws_kms.Alias.from_alias_name(stack, "Mine", "alias/mine"), publishers=["s3"])


def test_queue_that_is_its_own_dead_letters(stack: Stack, topic: aws_sns.Topic) -> None:
    queue, other = aws_sqs.Queue(stack, "Jobs"), aws_sqs.Queue(stack, "Other")
    with pytest.raises(InputError, match="subscription_dead_letter_queue is the queue itself"):
        QueueTrigger(queue, topic=topic, subscription_dead_letter_queue=queue)
    QueueTrigger(queue, topic=topic, subscription_dead_letter_queue=other)


def test_imported_rule(stack: Stack) -> None:
    arn = "arn:aws:events:us-east-1:111122223333:rule/paid"
    imported: Any = aws_events.Rule.from_event_rule_arn(stack, "Rule", arn)
    with pytest.raises(TypeError, match="rule is an imported one, which takes no target from here"):
        EventTrigger(imported)
