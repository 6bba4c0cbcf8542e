"""What functions fail at: the default queue, what takes its place, and alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import (
    App,
    Duration,
    Stack,
    aws_cloudwatch_actions,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_lambda_destinations,
    aws_lambda_event_sources,
    aws_sns,
    aws_sqs,
)
from synthesized import template_of
from triggering import KINDS, REQUIRED, function_of, granted, of_type, only, queue_named

from constructs_lambda import Function, InputError, QueueTrigger, TopicTrigger

pytestmark = pytest.mark.cdk
THEIRS = "Theirs1F49785D"


def to_queue(logical_id: str) -> dict[str, Any]:
    return {"Destination": {"Fn::GetAtt": [logical_id, "Arn"]}}


def waits_for(template: dict[str, Any]) -> list[str]:
    """What has to be made before the configuration of asynchronous invocations."""
    (config,) = (each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::EventInvokeConfig")
    depends: list[str] = config["DependsOn"]
    return depends


@pytest.fixture
def theirs(stack: Stack) -> aws_sqs.Queue:
    return aws_sqs.Queue(stack, "Theirs")


@pytest.fixture
def destination(theirs: aws_sqs.Queue) -> aws_lambda_destinations.SqsDestination:
    return aws_lambda_destinations.SqsDestination(theirs)


def test_settings_of_the_function_stay(app: App, stack: Stack) -> None:
    function = Function(
        stack, "Orders", **REQUIRED, retry_attempts=0, max_event_age=Duration.minutes(5), events=[TopicTrigger()]
    )
    assert function.node.try_find_child("EventInvokeConfig") is not None
    template = template_of(app)
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    failures, _ = queue_named(template, "AsyncFailures")
    assert config["MaximumRetryAttempts"] == 0
    assert config["MaximumEventAgeInSeconds"] == 300
    assert config["DestinationConfig"] == {"OnFailure": to_queue(failures)}


@pytest.mark.parametrize("kind", KINDS)
def test_settings_before_the_trigger_are_completed(app: App, stack: Stack, kind: str, destination: Any) -> None:
    function = function_of(kind, stack)
    function.configure_async_invoke(on_success=destination, retry_attempts=1)
    function.add_event_source(TopicTrigger())
    template = template_of(app)
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    failures, _ = queue_named(template, "AsyncFailures")
    assert config["DestinationConfig"] == {"OnSuccess": to_queue(THEIRS), "OnFailure": to_queue(failures)}
    assert config["MaximumRetryAttempts"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_settings_after_the_trigger_are_completed(app: App, stack: Stack, kind: str, destination: Any) -> None:
    """AWS refuses a second configuration for a function or an alias."""
    function = function_of(kind, stack)
    function.add_event_source(TopicTrigger())
    function.configure_async_invoke(on_success=destination, retry_attempts=1)
    template = template_of(app)
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    failures, _ = queue_named(template, "AsyncFailures")
    assert config["DestinationConfig"] == {"OnSuccess": to_queue(THEIRS), "OnFailure": to_queue(failures)}
    assert config["MaximumRetryAttempts"] == 1


def test_settings_in_the_constructor_of_a_plain_function(app: App, stack: Stack) -> None:
    """CDK adds the events before it makes the configuration."""
    function_of("plain", stack, events=[TopicTrigger()], retry_attempts=0)
    config = only(template_of(app), "AWS::Lambda::EventInvokeConfig")
    assert config["MaximumRetryAttempts"] == 0
    assert "OnFailure" in config["DestinationConfig"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_destination_of_ones_own_wins(app: App, stack: Stack, kind: str, is_before: bool, destination: Any) -> None:
    function, trigger = function_of(kind, stack), TopicTrigger()
    if not is_before:
        function.add_event_source(trigger)
    function.configure_async_invoke(on_failure=destination)
    if is_before:
        function.add_event_source(trigger)
    template = template_of(app)
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"] == {"OnFailure": to_queue(THEIRS)}
    assert trigger.failure_queue is None
    assert len([key for key in of_type(template, "AWS::SQS::Queue") if "AsyncFailures" in key]) == (not is_before)


@pytest.mark.parametrize("kind", ["ours", "plain"])
def test_destination_in_the_constructor(app: App, stack: Stack, kind: str, destination: Any) -> None:
    trigger = TopicTrigger()
    function_of(kind, stack, on_failure=destination, events=[trigger])
    config = only(template_of(app), "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"] == {"OnFailure": to_queue(THEIRS)}
    if kind == "ours":
        assert trigger.failure_queue is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keyword", ["dead_letter_queue", "dead_letter_topic", "dead_letter_queue_enabled"])
def test_dead_letters_of_the_function_are_enough(app: App, stack: Stack, kind: str, keyword: str) -> None:
    """A version, and an alias with it, has the dead letters of its function."""
    makers: dict[str, Callable[[], Any]] = {
        "dead_letter_queue": lambda: aws_sqs.Queue(stack, "Letters"),
        "dead_letter_topic": lambda: aws_sns.Topic(stack, "Letters"),
        "dead_letter_queue_enabled": lambda: True,
    }
    trigger = TopicTrigger(dead_letter_queue=False)
    function_of(kind, stack, **{keyword: makers[keyword]()}).add_event_source(trigger)
    assert trigger.failure_queue is None
    assert not of_type(template_of(app), "AWS::Lambda::EventInvokeConfig")


def test_configuration_that_somebody_made_elsewhere(app: App, stack: Stack, destination: Any) -> None:
    function = function_of("plain", stack)
    function.add_event_source(TopicTrigger())
    aws_lambda.EventInvokeConfig(stack, "Config", function=function, qualifier="$LATEST", on_success=destination)
    config = only(template_of(app), "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"].keys() == {"OnSuccess", "OnFailure"}


def test_function_and_alias_have_one_configuration_each(app: App, stack: Stack) -> None:
    function = Function(stack, "Orders", **REQUIRED)
    alias = function.add_alias("live")
    function.add_event_source(TopicTrigger())
    alias.add_event_source(TopicTrigger())
    function.current_version.add_event_source(TopicTrigger())
    alias.configure_async_invoke(retry_attempts=0)
    function.current_version.configure_async_invoke(retry_attempts=1)
    configs = of_type(template_of(app), "AWS::Lambda::EventInvokeConfig").values()
    assert len(configs) == 3
    assert sorted(str(each.get("MaximumRetryAttempts")) for each in configs) == ["0", "1", "None"]
    assert len({str(each["Qualifier"]) for each in configs}) == 3
    assert len({str(each["DestinationConfig"]) for each in configs}) == 3


@pytest.mark.parametrize("is_configured", [True, False])
def test_role_of_another_stack(app: App, stack: Stack, is_configured: bool) -> None:
    """A statement in the role's own policy would make the two stacks depend on each other."""
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    role = aws_iam.Role(Stack(app, "Base"), "Role", assumed_by=principal)
    function = function_of("ours", stack, role=role)
    function.add_event_source(TopicTrigger())
    if is_configured:
        function.configure_async_invoke(retry_attempts=0)
    template = template_of(app)
    failures, _ = queue_named(template, "AsyncFailures")
    assert granted(template, "sqs:SendMessage", {"Fn::GetAtt": [failures, "Arn"]})
    assert any("SendFailures" in each for each in waits_for(template))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("is_configured", [True, False])
def test_the_right_comes_before_the_destination(
    make_app: Callable[..., App], kind: str, flag: bool, is_configured: bool
) -> None:
    """Lambda refuses a destination that the role may not write to."""
    app = make_app(context={"@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy": flag})
    function = function_of(kind, Stack(app, "Shop"))
    if is_configured:
        function.configure_async_invoke(retry_attempts=0)
    function.add_event_source(TopicTrigger())
    template = template_of(app)
    (policy,) = (key for key in of_type(template, "AWS::IAM::Policy") if "DefaultPolicy" in key)
    assert policy in waits_for(template)


def test_imported_role_makes_no_queue(app: App, stack: Stack) -> None:
    """Lambda refuses a destination that the role may not write to, and of this role that isn't known."""
    role = aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::111122223333:role/orders")
    trigger = TopicTrigger()
    function_of("ours", stack, role=role).add_event_source(trigger)
    assert trigger.failure_queue is None
    assert not of_type(template_of(app), "AWS::Lambda::EventInvokeConfig")


def test_triggers_of_one_function_share_the_queue(stack: Stack) -> None:
    first, second = TopicTrigger(), TopicTrigger(id="Second")
    function_of("ours", stack, events=[first, second])
    assert first.failure_queue is second.failure_queue is not None


def test_many_functions_are_settled(app: App, stack: Stack) -> None:
    for index in range(3):
        function = function_of("plain", stack, f"F{index}")
        function.add_event_source(TopicTrigger())
        if index:
            function.configure_async_invoke(retry_attempts=index)
    configs = of_type(template_of(app), "AWS::Lambda::EventInvokeConfig").values()
    assert sorted(each.get("MaximumRetryAttempts", 0) for each in configs) == [0, 1, 2]
    assert all("OnFailure" in each["DestinationConfig"] for each in configs)


# --- One configuration, from one deployment to the next ---------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_settings_of_a_deployed_function_keep_the_id(make_app: Callable[..., App], kind: str) -> None:
    """AWS has one configuration for a function: under another id CloudFormation makes a second one, and is refused."""
    ids = []
    for change in ("none", "configured", "before"):
        app = make_app()
        stack = Stack(app, "Shop")
        function = function_of(kind, stack)
        if change == "before":
            function.configure_async_invoke(retry_attempts=1)
        function.add_event_source(TopicTrigger())
        if change == "configured":
            function.configure_async_invoke(retry_attempts=1)
        (id,) = of_type(template_of(app), "AWS::Lambda::EventInvokeConfig")
        ids.append(id)
    assert len(set(ids)) == 1


def test_a_destination_keeps_the_id_too(make_app: Callable[..., App]) -> None:
    ids = []
    for is_changed in (True, False):
        app = make_app()
        stack = Stack(app, "Shop")
        function = Function(stack, "Orders", **REQUIRED, events=[TopicTrigger()])
        if is_changed:
            to = aws_lambda_destinations.SqsDestination(aws_sqs.Queue(stack, "Theirs"))
            function.add_destination(on_success=to)
        (id,) = of_type(template_of(app), "AWS::Lambda::EventInvokeConfig")
        ids.append(id)
    assert ids[0] == ids[1]


def test_refused_and_removed_functions_are_not_settled(app: App, stack: Stack) -> None:
    topic = aws_sns.Topic(stack, "Sales")
    with pytest.raises(InputError):
        Function(stack, "Orders", **REQUIRED, events=[TopicTrigger(topic), QueueTrigger(), QueueTrigger()])
    Function(stack, "Gone", **REQUIRED, events=[TopicTrigger(topic)])
    stack.node.try_remove_child("Gone")
    Function(stack, "Orders", **REQUIRED, events=[TopicTrigger(topic)]).configure_async_invoke(retry_attempts=1)
    template = template_of(app)
    failures, _ = queue_named(template, "AsyncFailures")
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"] == {"OnFailure": to_queue(failures)}


def test_settings_between_two_synths(app: App, stack: Stack) -> None:
    function = Function(stack, "Orders", **REQUIRED, events=[TopicTrigger()])
    app.synth()
    function.configure_async_invoke(retry_attempts=1)
    app.synth(force=True)
    config = only(template_of(app), "AWS::Lambda::EventInvokeConfig")
    assert config["MaximumRetryAttempts"] == 1
    assert "OnFailure" in config["DestinationConfig"]


def test_failure_queue_follows_what_is_configured(stack: Stack, destination: Any) -> None:
    trigger = TopicTrigger()
    function = Function(stack, "Orders", **REQUIRED, events=[trigger])
    queue = trigger.failure_queue
    assert queue is not None
    function.add_destination(on_success=destination)
    assert trigger.failure_queue is queue
    assert len(trigger.alarm_on_failures()) == 2
    function.add_destination(on_failure=destination)
    assert len(trigger.alarm_on_failures()) == 1, "of the dead letters alone"
    assert trigger.failure_queue is None  # last, because mypy doesn't know that it changes


@pytest.mark.parametrize("is_before", [True, False])
def test_failure_queue_beside_a_configuration_made_elsewhere(stack: Stack, destination: Any, is_before: bool) -> None:
    trigger, function = TopicTrigger(), function_of("plain", stack)
    if not is_before:
        function.add_event_source(trigger)
    aws_lambda.EventInvokeConfig(stack, "Config", function=function, qualifier="$LATEST", on_failure=destination)
    if is_before:
        function.add_event_source(trigger)
    assert trigger.failure_queue is None


# --- add_destination --------------------------------------------------------------------------------------------------


def test_add_destination(app: App, stack: Stack, destination: Any) -> None:
    function = Function(stack, "Orders", **REQUIRED)
    function.add_destination(on_success=destination)
    function.add_destination(on_failure=destination)
    template = template_of(app)
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    both = to_queue(THEIRS)
    assert config["DestinationConfig"] == {"OnSuccess": both, "OnFailure": both}
    assert granted(template, "sqs:SendMessage", both["Destination"])


@pytest.mark.parametrize("is_first", [True, False])
def test_add_destination_beside_a_trigger(app: App, stack: Stack, destination: Any, is_first: bool) -> None:
    function = Function(stack, "Orders", **REQUIRED, max_event_age=Duration.minutes(5))
    if is_first:
        function.add_destination(on_success=destination)
    function.add_event_source(TopicTrigger())
    if not is_first:
        function.add_destination(on_success=destination)
    template = template_of(app)
    config = only(template, "AWS::Lambda::EventInvokeConfig")
    failures, _ = queue_named(template, "AsyncFailures")
    assert config["DestinationConfig"] == {"OnSuccess": to_queue(THEIRS), "OnFailure": to_queue(failures)}
    assert config["MaximumEventAgeInSeconds"] == 300


def test_add_destination_in_place_of_the_queue_of_a_trigger(app: App, stack: Stack, destination: Any) -> None:
    function = Function(stack, "Orders", **REQUIRED, retry_attempts=1)
    function.add_event_source(TopicTrigger())
    function.add_destination(on_failure=destination)
    config = only(template_of(app), "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"] == {"OnFailure": to_queue(THEIRS)}


def test_add_destination_twice(stack: Stack, destination: Any) -> None:
    function = Function(stack, "Orders", **REQUIRED, on_success=destination)
    with pytest.raises(InputError, match=r"Shop/Orders has on_success already. Fix: AWS takes one of each"):
        function.add_destination(on_success=destination, on_failure=destination)


def test_add_destination_without_or_with_something_else(stack: Stack) -> None:
    function = Function(stack, "Orders", **REQUIRED)
    with pytest.raises(InputError, match="Shop/Orders: add_destination needs on_success=, on_failure= or both"):
        function.add_destination()
    with pytest.raises(TypeError, match=r"on_failure must be a destination, such as SqsDestination\(queue\); got 'q'"):
        function.add_destination(on_failure="q")  # type: ignore[arg-type]


def test_add_destination_of_an_event_source(stack: Stack, theirs: aws_sqs.Queue) -> None:
    function = Function(stack, "Orders", **REQUIRED)
    with pytest.raises(TypeError, match=r"on_failure must be a destination, .*; SqsDlq is for event sources"):
        function.add_destination(on_failure=aws_lambda_event_sources.SqsDlq(theirs))  # type: ignore[arg-type]
    assert function.node.try_find_child("EventInvokeConfig") is None


# --- Alarms -----------------------------------------------------------------------------------------------------------


def test_alarms(app: App, stack: Stack) -> None:
    trigger, alerts = TopicTrigger(), aws_sns.Topic(stack, "Alerts")
    function_of("ours", stack, events=[trigger])
    alarms = trigger.alarm_on_failures(alerts, aws_cloudwatch_actions.SnsAction(aws_sns.Topic(stack, "Pager")))
    template = template_of(app)
    properties = list(of_type(template, "AWS::CloudWatch::Alarm").values())
    assert len(alarms) == len(properties) == 2
    watched = {each["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for each in properties}
    assert watched == {queue_named(template, part)[0] for part in ("DeadLetters", "AsyncFailures")}
    for each in properties:
        assert each["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert each["Threshold"] == 1
        assert each["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert each["TreatMissingData"] == "notBreaching"
        assert len(each["AlarmActions"]) == 2


def test_no_alarm_unless_asked_for_and_one_a_queue(app: App, stack: Stack) -> None:
    first, second = TopicTrigger(), TopicTrigger(id="Second")
    function_of("ours", stack, events=[first, second])
    alerts = aws_sns.Topic(stack, "Alerts")
    first.alarm_on_failures()
    second.alarm_on_failures(alerts)
    alarms = of_type(template_of(app), "AWS::CloudWatch::Alarm")
    assert len(alarms) == 3, "two queues of dead letters, and one of the function's failures"
    assert sorted("AlarmActions" in each for each in alarms.values()) == [False, True, True]


def test_an_alarm_tells_a_topic_once(app: App, stack: Stack) -> None:
    first, second, alerts = TopicTrigger(), TopicTrigger(id="Second"), aws_sns.Topic(stack, "Alerts")
    function_of("ours", stack, events=[first, second])
    for trigger in (first, second, second):
        trigger.alarm_on_failures(alerts)
    second.alarm_on_failures(aws_sns.Topic(stack, "Pager"))
    counts = [len(each["AlarmActions"]) for each in of_type(template_of(app), "AWS::CloudWatch::Alarm").values()]
    assert sorted(counts) == [1, 2, 2]


def test_alarms_of_a_fan_out(app: App, stack: Stack) -> None:
    trigger = QueueTrigger(topic=aws_sns.Topic(stack, "Sales"))
    function_of("ours", stack, events=[trigger])
    assert len(trigger.alarm_on_failures()) == 2
    assert len(of_type(template_of(app), "AWS::CloudWatch::Alarm")) == 2


def test_alarms_where_there_is_nothing_to_watch(stack: Stack, make_app: Callable[..., App]) -> None:
    trigger = QueueTrigger(dead_letter_queue=False)
    with pytest.raises(InputError, match="QueueTrigger: add it to a function first"):
        trigger.alarm_on_failures()
    function_of("ours", stack, events=[trigger])
    with pytest.raises(InputError, match="Shop/Orders: the QueueTrigger has no queue of failures"):
        trigger.alarm_on_failures()


def test_alarm_with_a_wrong_action(app: App, stack: Stack) -> None:
    trigger = QueueTrigger()
    function_of("ours", stack, events=[trigger])
    with pytest.raises(TypeError, match="actions are topics or CDK's alarm actions; got 'mail'"):
        trigger.alarm_on_failures("mail")  # type: ignore[arg-type]
    assert not of_type(template_of(app), "AWS::CloudWatch::Alarm")


@pytest.mark.parametrize("has_policy", [True, False])
def test_alarms_are_let_publish_to_an_encrypted_topic(app: App, stack: Stack, has_policy: bool) -> None:
    """Without a policy of its own a topic lets in the alarms of the account; one that is made would shut out others."""
    alerts = aws_sns.Topic(stack, "Alerts", master_key=aws_kms.Key(stack, "Key"), enforce_ssl=has_policy)
    trigger = QueueTrigger()
    function_of("ours", stack, events=[trigger])
    trigger.alarm_on_failures(alerts)
    template = template_of(app)
    by_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    policies = [each["PolicyDocument"] for each in of_type(template, "AWS::SNS::TopicPolicy").values()]
    assert len(policies) == has_policy
    for document in (only(template, "AWS::KMS::Key")["KeyPolicy"], *policies):
        (allowed,) = (each for each in document["Statement"] if "Service" in each["Principal"])
        assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert allowed["Condition"] == by_account


def test_alarm_to_a_topic_that_no_alarm_can_publish_to(app: App, stack: Stack) -> None:
    trigger, alerts = QueueTrigger(), TopicTrigger(dead_letter_queue=False)
    function_of("ours", stack, events=[trigger, alerts])
    named = aws_sns.Topic(stack, "Alerts", master_key=aws_kms.Alias.from_alias_name(stack, "Own", "alias/aws/sns"))
    for topic in (alerts.topic, named):
        with pytest.raises(InputError, match="is encrypted with alias/aws/sns, a key that lets no alarm publish"):
            trigger.alarm_on_failures(topic)
    assert not of_type(template_of(app), "AWS::CloudWatch::Alarm")
