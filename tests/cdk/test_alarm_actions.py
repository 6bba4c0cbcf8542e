"""Whom the alarms of a `Monitor` reach: topics with their policies and keys, and functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import (
    App,
    Duration,
    Environment,
    Stack,
    aws_cloudwatch_actions,
    aws_events,
    aws_events_targets,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_s3,
    aws_s3_notifications,
    aws_sns,
    aws_sqs,
)
from synthesized import resources_of

from constructs_lambda import Function, InputError, Monitor, QueueTrigger

pytestmark = pytest.mark.cdk
ALARM = "AWS::CloudWatch::Alarm"
POLICY = "AWS::SNS::TopicPolicy"
PERMISSION = "AWS::Lambda::Permission"


@pytest.fixture
def topic(stack: Stack) -> aws_sns.Topic:
    return aws_sns.Topic(stack, "Alerts")


def alarms_of(app: App, stack_id: str = "Shop") -> dict[str, dict[str, Any]]:
    """The properties of each alarm, by its name; those that CloudFormation names by their ids."""
    alarms = {id: each["Properties"] for id, each in resources_of(app, ALARM, stack_id).items()}
    return {each.get("AlarmName", id): each for id, each in alarms.items()}


def statements_of(app: App, type: str, document: str, stack_id: str = "Shop") -> list[dict[str, Any]]:
    """The statements for CloudWatch in the policies of a type."""
    policies = resources_of(app, type, stack_id).values()
    every = [each for policy in policies for each in policy["Properties"][document]["Statement"]]
    return [each for each in every if each["Principal"] == {"Service": "cloudwatch.amazonaws.com"}]


def accounts_in(app: App, stack_id: str = "Shop") -> list[Any]:
    """The accounts whose alarms the policies of topics let in."""
    statements = statements_of(app, POLICY, "PolicyDocument", stack_id)
    return [each["Condition"]["StringEquals"]["aws:SourceAccount"] for each in statements]


LATER: dict[str, Callable[[Stack, aws_sns.Topic], object]] = {
    "bucket": lambda stack, topic: aws_s3.Bucket(stack, "Bucket").add_event_notification(
        aws_s3.EventType.OBJECT_CREATED, aws_s3_notifications.SnsDestination(topic)
    ),
    "rule": lambda stack, topic: aws_events.Rule(
        stack,
        "Rule",
        schedule=aws_events.Schedule.rate(Duration.hours(1)),
        targets=[aws_events_targets.SnsTopic(topic)],
    ),
    "grant": lambda _, topic: topic.grant_publish(aws_iam.ServicePrincipal("budgets.amazonaws.com")),
}


@pytest.mark.parametrize("name", LATER)
@pytest.mark.parametrize("is_action", [True, False])
def test_policy_that_comes_later_lets_alarms_in(
    app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any], name: str, is_action: bool
) -> None:
    action = aws_cloudwatch_actions.SnsAction(topic) if is_action else topic
    Function(stack, "Orders", **required, monitor=Monitor(action=action))
    LATER[name](stack, topic)
    assert accounts_in(app) == [{"Ref": "AWS::AccountId"}]
    app.synth(force=True)
    assert accounts_in(app) == [{"Ref": "AWS::AccountId"}]


def test_topic_without_a_policy_gets_none(
    app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]
) -> None:
    Function(stack, "Orders", **required, monitor=Monitor(action=topic))
    assert resources_of(app, POLICY) == {}


def test_separate_policy_is_told_by_the_checks(
    app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]
) -> None:
    policy = aws_sns.TopicPolicy(stack, "Policy", topics=[topic])
    budgets = aws_iam.ServicePrincipal("budgets.amazonaws.com")
    policy.document.add_statements(
        aws_iam.PolicyStatement(actions=["sns:Publish"], principals=[budgets], resources=[topic.topic_arn])
    )
    Function(stack, "Orders", **required, monitor=Monitor(action=topic))
    with pytest.raises(RuntimeError, match="send to it"):
        app.synth()
    assert "CL611" in (Path(app.outdir) / "validation-report.json").read_text()


def test_action_of_cdk_opens_policy_and_key(app: App, stack: Stack, required: dict[str, Any]) -> None:
    topic = aws_sns.Topic(stack, "Alerts", enforce_ssl=True, master_key=aws_kms.Key(stack, "Key"))
    monitor = Monitor(action=[aws_cloudwatch_actions.SnsAction(topic), topic])
    Function(stack, "Orders", **required, monitor=monitor)
    assert accounts_in(app) == [{"Ref": "AWS::AccountId"}]
    assert len(statements_of(app, "AWS::KMS::Key", "KeyPolicy")) == 1
    assert all(len(each["AlarmActions"]) == 1 for each in alarms_of(app).values())


def test_action_of_cdk_is_refused_like_its_topic(app: App, required: dict[str, Any]) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="eu-west-1"))
    key = aws_kms.Alias.from_alias_name(stack, "Key", "alias/aws/sns")
    far = aws_sns.Topic(Stack(app, "Far", env=Environment(account="111122223333", region="us-east-1")), "Alerts")
    arn = "arn:aws:sns:us-east-1:111122223333:alerts"
    wrong = {
        "alias/aws/sns": aws_sns.Topic(stack, "Alerts", master_key=key),
        "same Region": far,
        arn: aws_sns.Topic.from_topic_arn(stack, "Imported", arn),
    }
    before = sorted(each.node.path for each in stack.node.find_all())
    for message, topic in wrong.items():
        with pytest.raises(InputError, match=message):
            Function(stack, "Orders", **required, monitor=Monitor(action=aws_cloudwatch_actions.SnsAction(topic)))
    assert sorted(each.node.path for each in stack.node.find_all()) == before


@pytest.mark.parametrize("is_strict", [True, False])
def test_topic_of_another_account(app: App, required: dict[str, Any], is_strict: bool) -> None:
    home = Stack(app, "Home", env=Environment(account="111122223333", region="eu-west-1"))
    stack = Stack(app, "Shop", env=Environment(account="444455556666", region="eu-west-1"))
    key = aws_kms.Key(home, "Key", alias="alerts")
    topic = aws_sns.Topic(home, "Alerts", topic_name="alerts", enforce_ssl=is_strict, master_key=key)
    for name in ("First", "Second"):
        Function(stack, name, **required, monitor=Monitor(action=topic))
    assert accounts_in(app, "Home") == ["111122223333", "444455556666"]
    assert len(statements_of(app, "AWS::KMS::Key", "KeyPolicy", "Home")) == 2


@pytest.mark.parametrize("is_before", [True, False])
def test_topic_of_this_app_by_its_name(app: App, stack: Stack, required: dict[str, Any], is_before: bool) -> None:
    other = Stack(app, "Operations")
    if is_before:
        aws_sns.Topic(other, "Alerts", topic_name="alerts", enforce_ssl=True)
    Function(stack, "Orders", **required, monitor=Monitor(action="alerts"))
    if not is_before:
        aws_sns.Topic(other, "Alerts", topic_name="alerts", enforce_ssl=True)
    elsewhere = Stack(app, "Elsewhere", env=Environment(region="us-east-1"))
    aws_sns.Topic(elsewhere, "Alerts", topic_name="alerts", enforce_ssl=True)
    assert accounts_in(app, "Operations") == [{"Ref": "AWS::AccountId"}]
    assert accounts_in(app, "Elsewhere") == []


def test_sealed_topic_of_this_app_by_its_name(app: App, stack: Stack, required: dict[str, Any]) -> None:
    key = aws_kms.Alias.from_alias_name(stack, "Key", "alias/aws/sns")
    Function(stack, "Orders", **required, monitor=Monitor(action="alerts"))
    aws_sns.Topic(stack, "Alerts", topic_name="alerts", master_key=key)
    with pytest.raises(RuntimeError, match="lets no alarm publish"):
        app.synth()


FLAG = "@aws-cdk/aws-cloudwatch-actions:changeLambdaPermissionLogicalIdForLambdaAction"


@pytest.mark.parametrize("has_flag", [True, False])
@pytest.mark.parametrize("options", [{}, {"use_unique_permission_id": True}])
@pytest.mark.parametrize("is_shared", [True, False])
def test_alarms_invoke_a_function(
    make_app: Callable[..., App], required: dict[str, Any], has_flag: bool, options: dict[str, Any], is_shared: bool
) -> None:
    app = make_app(context={FLAG: has_flag})
    stack = Stack(app, "Shop")
    notify = aws_lambda.Function(Stack(app, "Operations"), "Notify", **required)
    shared = aws_cloudwatch_actions.LambdaAction(notify, **options)
    for name in ("First", "Second"):
        action = shared if is_shared else aws_cloudwatch_actions.LambdaAction(notify, **options)
        Function(stack, name, **required, monitor=Monitor(action=action, concurrency=False))
    assert all("Fn::ImportValue" in each["AlarmActions"][0] for each in alarms_of(app).values())
    (permission,) = resources_of(app, PERMISSION, "Operations").values()
    properties = permission["Properties"]
    assert properties["Principal"] == "lambda.alarms.cloudwatch.amazonaws.com"
    assert properties["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert properties["SourceArn"]["Fn::Join"][1][-1] == ":alarm:*"
    assert resources_of(app, PERMISSION) == {}


def test_alarms_invoke_an_alias_and_an_import(app: App, required: dict[str, Any]) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="eu-west-1"))
    alias = aws_lambda.Function(stack, "Notify", **required).add_alias("live")
    here = aws_lambda.Function.from_function_name(stack, "Here", "here")
    far = aws_lambda.Function.from_function_arn(stack, "Far", "arn:aws:lambda:eu-west-1:444455556666:function:far")
    actions = [aws_cloudwatch_actions.LambdaAction(each) for each in (alias, here, far)]
    Function(stack, "Orders", **required, monitor=Monitor(action=actions))
    assert all(len(each["AlarmActions"]) == 3 for each in alarms_of(app).values())
    wide = [
        each["Properties"]
        for each in resources_of(app, PERMISSION).values()
        if json.dumps(each["Properties"]["SourceArn"]).endswith(':alarm:*"]]}')
    ]
    assert len(wide) == 2  # what is in another account takes one over there


def test_permission_that_cdk_made_for_another_alarm(stack: Stack, required: dict[str, Any]) -> None:
    notify = aws_lambda.Function(stack, "Notify", **required)
    own = notify.metric_errors().create_alarm(stack, "Own", threshold=1, evaluation_periods=1)
    own.add_alarm_action(aws_cloudwatch_actions.LambdaAction(notify))
    with pytest.raises(InputError, match="use_unique_permission_id=True"):
        Function(stack, "Orders", **required, monitor=Monitor(action=aws_cloudwatch_actions.LambdaAction(notify)))


@pytest.mark.parametrize(("teams", "is_right"), [(5, True), (6, False)])
def test_actions_of_the_alarm_that_all_share(
    app: App, stack: Stack, required: dict[str, Any], teams: int, is_right: bool
) -> None:
    def make() -> None:
        for number in range(teams):
            topic = aws_sns.Topic(stack, f"Topic{number}")
            Function(stack, f"Team{number}", **required, monitor=Monitor(action=topic))

    if is_right:
        make()
        assert len(alarms_of(app)["Shop/AccountConcurrency800"]["AlarmActions"]) == 5
    else:
        with pytest.raises(InputError, match=r"AccountConcurrency800 would have 6 actions, for Shop/Team0.*Team5.*Fix"):
            make()


def test_actions_of_a_shared_queue_of_failures(stack: Stack, required: dict[str, Any]) -> None:
    letters = aws_sqs.Queue(stack, "Letters")
    functions = {"dead_letter_queue": letters, **required}
    for name in ("First", "Second"):
        monitor = Monitor(action=[f"{name}-a", f"{name}-b"], concurrency=False)
        Function(stack, name, **functions, monitor=monitor)
    with pytest.raises(InputError, match=r"Letters/DepthAlarm would have 6 .* Shop/First, Shop/Second, Shop/Third"):
        Function(stack, "Third", **functions, monitor=Monitor(action=["c", "d"], concurrency=False))


def test_what_is_done_to_instances(stack: Stack, required: dict[str, Any]) -> None:
    reboot = aws_cloudwatch_actions.Ec2Action(aws_cloudwatch_actions.Ec2InstanceAction.REBOOT)
    with pytest.raises(InputError, match="metric of an instance"):
        Monitor(action=["alerts", reboot])
    trigger = QueueTrigger()
    Function(stack, "Orders", **required, events=[trigger])
    with pytest.raises(InputError, match="metric of an instance"):
        trigger.alarm_on_failures(reboot)
