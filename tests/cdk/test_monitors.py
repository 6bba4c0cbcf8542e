"""`Monitor`: its alarms and their thresholds, the dashboard, and what it refuses."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cdk_nag
import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    Environment,
    NestedStack,
    RemovalPolicy,
    Stack,
    Stage,
    Tags,
    Validations,
    aws_apigateway,
    aws_apigatewayv2,
    aws_cloudfront,
    aws_cloudfront_origins,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_ecr,
    aws_kms,
    aws_lambda,
    aws_s3,
    aws_sns,
    aws_sqs,
)
from cdk_monitoring_constructs import LatencyThreshold, MonitoringFacade
from constructs import Construct
from synthesized import resources_of, template_of

from constructs_lambda import (
    Function,
    HttpApi,
    ImageFunction,
    InputError,
    Monitor,
    Profile,
    QueueTrigger,
    Quotas,
    RestApi,
    TopicTrigger,
    limits,
)
from constructs_lambda.cdk.monitors import monitor as monitor_module

pytestmark = pytest.mark.cdk
ALARM = "AWS::CloudWatch::Alarm"
DASHBOARD = "AWS::CloudWatch::Dashboard"


def alarms_of(app: App, stack_id: str = "Shop") -> dict[str, dict[str, Any]]:
    """The properties of each alarm, by its name; those that CloudFormation names by their ids."""
    alarms = {id: each["Properties"] for id, each in resources_of(app, ALARM, stack_id).items()}
    return {each.get("AlarmName", id): each for id, each in alarms.items()}


def environment_of(app: App, start: str, stack_id: str = "Shop") -> dict[str, str] | None:
    functions = resources_of(app, "AWS::Lambda::Function", stack_id)
    (found,) = [each for id, each in functions.items() if id.startswith(start)]
    variables: dict[str, str] | None = found["Properties"].get("Environment", {}).get("Variables")
    return variables


def metric_of(alarm: dict[str, Any]) -> tuple[str, str, int]:
    if "MetricName" in alarm:
        return alarm["MetricName"], alarm.get("Statistic") or alarm["ExtendedStatistic"], alarm["Period"]
    (query,) = alarm["Metrics"]
    stat = query["MetricStat"]
    return stat["Metric"]["MetricName"], stat["Stat"], stat["Period"]


def only(**switched_on: Any) -> Monitor:
    """A monitor with the alarms that are named, and no other."""
    off: dict[str, Any] = dict.fromkeys(("errors", "throttles", "duration", "concurrency", "message_age"), False)
    return Monitor.without_action(**{**off, "dead_letters": False, "dashboard": False, **switched_on})


@pytest.fixture
def topic(stack: Stack) -> aws_sns.Topic:
    return aws_sns.Topic(stack, "Alerts")


# --- Functions -------------------------------------------------------------------------------------------------------


def test_alarms_of_a_function(app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, monitor=Monitor(action=topic))
    alarms = alarms_of(app)
    seen = {
        name: (
            *metric_of(alarm),
            alarm["ComparisonOperator"].removeprefix("GreaterThan"),
            alarm["Threshold"],
            alarm["DatapointsToAlarm"],
            alarm["EvaluationPeriods"],
        )
        for name, alarm in alarms.items()
    }
    assert seen == {
        "Shop/Orders/Errors": ("Errors", "Average", 300, "Threshold", 0.01, 1, 1),
        "Shop/Orders/Throttles": ("Throttles", "Sum", 300, "Threshold", 0, 1, 1),
        "Shop/Orders/Duration": ("Duration", "p99", 300, "Threshold", 2_700, 1, 1),
        "Shop/AccountConcurrency800": ("ClaimedAccountConcurrency", "Maximum", 300, "OrEqualToThreshold", 800, 3, 3),
    }
    (topic_id,) = resources_of(app, "AWS::SNS::Topic")
    assert all(alarm["AlarmActions"] == [{"Ref": topic_id}] for alarm in alarms.values())
    assert all(alarm["ActionsEnabled"] is True for alarm in alarms.values())
    assert all(alarm["TreatMissingData"] == "notBreaching" for alarm in alarms.values())
    assert alarms["Shop/Orders/Duration"]["AlarmDescription"].endswith("takes longer than 2.7 s.")


def test_plain_function_gets_the_same_alarms(app: App, stack: Stack, required: dict[str, Any]) -> None:
    monitor = Monitor.without_action()
    Function(stack, "Ours", **required, monitor=monitor)
    made = monitor.apply(aws_lambda.Function(stack, "Plain", **required, timeout=Duration.seconds(3)))
    alarms = alarms_of(app)
    assert len(made) == 4
    for kind in ("Errors", "Throttles", "Duration"):
        ours, plain = alarms[f"Shop/Ours/{kind}"], alarms[f"Shop/Plain/{kind}"]
        assert (ours["Threshold"], metric_of(ours)) == (plain["Threshold"], metric_of(plain))


@pytest.mark.parametrize(("seconds", "milliseconds"), [(1, 900), (3, 2_700), (899, 809_100), (900, 810_000)])
def test_duration_against_the_timeout(
    app: App, stack: Stack, required: dict[str, Any], seconds: int, milliseconds: int
) -> None:
    Function(stack, "Orders", **required, timeout=Duration.seconds(seconds), monitor=only(duration=0.9))
    (alarm,) = alarms_of(app).values()
    assert alarm["Threshold"] == milliseconds


def test_plain_function_without_a_timeout_has_that_of_aws(app: App, stack: Stack, required: dict[str, Any]) -> None:
    only(duration=0.5).apply(aws_lambda.Function(stack, "Plain", **required))
    assert alarms_of(app)["Shop/Plain/Duration"]["Threshold"] == 1_500


def test_unknown_timeout_gives_no_alarm_but_a_duration_does(app: App, stack: Stack, required: dict[str, Any]) -> None:
    seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
    unknown = Duration.seconds(seconds)
    Function(stack, "Unknown", **required, timeout=unknown, monitor=only(duration=0.9))
    Function(stack, "Said", **required, timeout=unknown, monitor=only(duration=Duration.millis(250)))
    imported = aws_lambda.Function.from_function_name(stack, "Imported", "theirs")
    only(duration=0.9).apply(imported)
    assert {name: alarm["Threshold"] for name, alarm in alarms_of(app).items()} == {"Shop/Said/Duration": 250}


def test_imported_function_has_the_alarms_that_need_nothing_known(app: App, stack: Stack) -> None:
    Monitor.without_action().apply(aws_lambda.Function.from_function_name(stack, "Theirs", "theirs"))
    assert set(alarms_of(app)) == {"Shop/Theirs/Errors", "Shop/Theirs/Throttles"}


@pytest.mark.parametrize(
    ("reserved", "threshold"), [(0, None), (1, None), (4, None), (5, 4), (6, 5), (10, 8), (100, 80)]
)
def test_concurrency_against_what_is_reserved(
    app: App, stack: Stack, required: dict[str, Any], reserved: int, threshold: int | None
) -> None:
    Function(stack, "Orders", **required, reserved_concurrent_executions=reserved, monitor=only(concurrency=0.8))
    expected = {} if threshold is None else {"Shop/Orders/Concurrency": threshold}
    assert {name: alarm["Threshold"] for name, alarm in alarms_of(app).items()} == expected


def test_concurrency_that_is_not_known_gives_no_alarm(app: App, stack: Stack, required: dict[str, Any]) -> None:
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    Function(stack, "Orders", **required, reserved_concurrent_executions=number, monitor=only(concurrency=0.8))
    assert alarms_of(app) == {}


@pytest.mark.parametrize(
    ("account", "region", "threshold"),
    [("111122223333", "eu-west-1", 2_400), ("111122223333", "eu-west-2", 1_600), (None, None, 1_600)],
)
def test_concurrency_against_the_quota_of_the_account(
    app: App, required: dict[str, Any], account: str | None, region: str | None, threshold: int
) -> None:
    stack = Stack(app, "Shop", env=Environment(account=account, region=region))
    there = {("111122223333", "eu-west-1"): {"concurrent_executions": 3_000}}
    quotas = Quotas(concurrent_executions=2_000, by_environment=there)
    Function(stack, "Orders", **required, monitor=only(concurrency=0.8, quotas=quotas))
    assert list(alarms_of(app)) == [f"Shop/AccountConcurrency{threshold}"]


def test_quotas_of_a_profile_count(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", quotas=Quotas(concurrent_executions=10)).apply(app)
    Function(stack, "Orders", **required, monitor=only(concurrency=0.8))
    assert list(alarms_of(app)) == ["Shop/AccountConcurrency8"]


def test_alarm_on_the_account_is_made_once_and_tells_all(
    app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]
) -> None:
    other = aws_sns.Topic(stack, "Other")
    Function(stack, "First", **required, monitor=Monitor(action=topic))
    Function(stack, "Second", **required, monitor=Monitor(action=[topic, other]))
    alarm = alarms_of(app)["Shop/AccountConcurrency800"]
    assert [each["Ref"][:5] for each in alarm["AlarmActions"]] == ["Alert", "Other"]


@pytest.mark.parametrize("off", ["errors", "throttles", "duration", "concurrency"])
def test_each_alarm_can_be_left_out(app: App, stack: Stack, required: dict[str, Any], off: str) -> None:
    given: Any = {off: False}
    Function(stack, "Orders", **required, monitor=Monitor.without_action(**given))
    kinds = {name.rpartition("/")[2].rstrip("0123456789").removeprefix("Account").lower() for name in alarms_of(app)}
    assert kinds == {"errors", "throttles", "duration", "concurrency"} - {off}


def test_dead_letters_of_a_function(app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]) -> None:
    letters = aws_sqs.Queue(stack, "Letters")
    Function(stack, "Orders", **required, dead_letter_queue=letters, monitor=Monitor(action=topic))
    (alarm,) = [each for id, each in alarms_of(app).items() if id.startswith("LettersDepthAlarm")]
    assert alarm["Threshold"] == 1
    assert alarm["AlarmActions"] == [{"Ref": next(iter(resources_of(app, "AWS::SNS::Topic")))}]


def test_managed_instances_take_nothing_of_the_account(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = aws_lambda.Function(stack, "Orders", **required)
    resource = function.node.default_child
    assert isinstance(resource, aws_lambda.CfnFunction)
    arn = "arn:aws:lambda:eu-west-1:111122223333:capacity-provider:pool"
    managed = aws_lambda.CfnFunction.LambdaManagedInstancesCapacityProviderConfigProperty(capacity_provider_arn=arn)
    resource.capacity_provider_config = aws_lambda.CfnFunction.CapacityProviderConfigProperty(
        lambda_managed_instances_capacity_provider_config=managed
    )
    only(concurrency=0.8).apply(function)
    assert alarms_of(app) == {}


# --- Triggers --------------------------------------------------------------------------------------------------------


def test_queue_and_dead_letters_of_a_trigger(
    app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]
) -> None:
    trigger = QueueTrigger()
    Function(stack, "Orders", **required, monitor=Monitor(action=topic), events=[trigger])
    trigger.alarm_on_failures(topic)
    alarms = alarms_of(app)
    age = alarms["Shop/Orders/QueueTrigger/Queue/MessageAge"]
    assert (age["Threshold"], metric_of(age)) == (3_600, ("ApproximateAgeOfOldestMessage", "Maximum", 300))
    (depth,) = [each for id, each in alarms.items() if "DepthAlarm" in id]  # one alarm, though asked for twice
    assert len(depth["AlarmActions"]) == 1
    assert len(alarms) == 6


def test_trigger_has_a_monitor_of_its_own(app: App, stack: Stack, required: dict[str, Any]) -> None:
    plain = aws_lambda.Function(stack, "Plain", **required)
    plain.add_event_source(QueueTrigger(monitor=Monitor.without_action(message_age=Duration.minutes(5))))
    silent = Function(stack, "Silent", **required, monitor=only(errors=0.5))
    silent.add_event_source(QueueTrigger(monitor=False))
    alarms = alarms_of(app)
    assert alarms["Shop/Plain/QueueTrigger/Queue/MessageAge"]["Threshold"] == 300
    assert len(alarms) == 3  # with the dead letters of the first, and the errors of the second function


def test_queue_of_two_functions_is_monitored_once(app: App, stack: Stack, required: dict[str, Any]) -> None:
    queue = aws_sqs.Queue(stack, "Jobs", visibility_timeout=Duration.minutes(5))
    for name in ("First", "Second"):
        Function(stack, name, **required, monitor=only(message_age=Duration.hours(1)), events=[QueueTrigger(queue)])
    assert list(alarms_of(app)) == ["Shop/Jobs/MessageAge"]


def test_failures_of_an_asynchronous_trigger(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, monitor=only(dead_letters=True))
    function.add_event_source(TopicTrigger())
    assert len(alarms_of(app)) == 2  # what SNS can't deliver, and what the function fails at
    assert all(metric_of(each)[0] == "ApproximateNumberOfMessagesVisible" for each in alarms_of(app).values())


def test_queues_of_another_stack_close_no_circle(app: App, stack: Stack, required: dict[str, Any]) -> None:
    other = Stack(app, "Queues")
    letters = aws_sqs.Queue(other, "Letters")
    redrive = aws_sqs.DeadLetterQueue(queue=letters, max_receive_count=3)
    jobs = aws_sqs.Queue(other, "Jobs", dead_letter_queue=redrive, visibility_timeout=Duration.minutes(5))
    topic = aws_sns.Topic(stack, "Alerts")
    function = Function(stack, "Orders", **required, dead_letter_queue=letters, monitor=Monitor(action=topic))
    function.add_event_source(QueueTrigger(jobs))
    assert len(alarms_of(app)) == 4
    assert alarms_of(app, "Queues") == {}


def test_refused_monitor_of_a_trigger_leaves_nothing(app: App, required: dict[str, Any]) -> None:
    stack = Stack(app, "Shop", env=Environment(region="eu-west-1"))
    monitor = Monitor(action="arn:aws:sns:us-east-1:111122223333:alerts")
    function = Function(stack, "Orders", **required)
    before = sorted(each.node.path for each in stack.node.find_all())
    with pytest.raises(InputError, match=r"eu-west-1.*us-east-1"):
        function.add_event_source(QueueTrigger(monitor=monitor))
    assert sorted(each.node.path for each in stack.node.find_all()) == before


def test_plain_queue_with_its_dead_letters(app: App, stack: Stack, topic: aws_sns.Topic) -> None:
    letters = aws_sqs.DeadLetterQueue(queue=aws_sqs.Queue(stack, "Letters"), max_receive_count=3)
    made = Monitor(action=topic).apply(aws_sqs.Queue(stack, "Jobs", dead_letter_queue=letters))
    alarms = alarms_of(app)
    assert len(made) == len(alarms) == 2
    assert alarms["Shop/Jobs/MessageAge"]["Threshold"] == 3_600
    assert all(len(each["AlarmActions"]) == 1 for each in alarms.values())


# --- APIs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_ours", [True, False])
def test_http_api(app: App, stack: Stack, topic: aws_sns.Topic, is_ours: bool) -> None:
    monitor = Monitor(action=topic, client_errors=0.5)
    if is_ours:
        HttpApi(stack, "Api", monitor=monitor)
    else:
        monitor.apply(aws_apigatewayv2.HttpApi(stack, "Api"))
    alarms = alarms_of(app)
    assert {name: (*metric_of(each)[:2], each["Threshold"]) for name, each in alarms.items()} == {
        "Shop/Api/Errors": ("5xx", "Average", 0.01),
        "Shop/Api/ClientErrors": ("4xx", "Average", 0.5),
        "Shop/Api/Latency": ("Latency", "p99", 27_000),
    }
    assert alarms["Shop/Api/ClientErrors"]["DatapointsToAlarm"] == 3
    assert all(len(each["AlarmActions"]) == 1 for each in alarms.values())


def test_imported_apis(app: App, stack: Stack) -> None:
    monitor = Monitor.without_action()
    http = aws_apigatewayv2.HttpApi.from_http_api_attributes(stack, "Http", http_api_id="abc123")
    rest = aws_apigateway.RestApi.from_rest_api_attributes(
        stack, "Rest", rest_api_id="def456", root_resource_id="ghi789", rest_api_name="shop"
    )
    with pytest.raises(InputError, match=r"Shop/Rest has no stage.*stage='"):
        monitor.apply(rest)
    for api, stage in ((http, None), (rest, "live")):
        assert len(monitor.apply(api, stage=stage)) == 2
        with pytest.raises(InputError, match="monitored already"):
            monitor.apply(api, stage=stage)
    dimensions = {
        name: each["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
        for name, each in alarms_of(app).items()
        if name.endswith("Errors")
    }
    assert dimensions == {"Shop/Http/Errors": "abc123", "Shop/Rest/Errors": "shop"}


@pytest.mark.parametrize("is_ours", [True, False])
def test_rest_api(app: App, stack: Stack, is_ours: bool, required: dict[str, Any]) -> None:
    monitor = Monitor.without_action()
    if is_ours:
        api = RestApi(stack, "Api", monitor=monitor)
        api.add_route("GET /orders", Function(stack, "Orders", **required), public=True)
    else:
        plain = aws_apigateway.RestApi(stack, "Api")
        plain.root.add_method("GET")
        monitor.apply(plain)
    seen = {name: (*metric_of(each)[:2], each["Threshold"]) for name, each in alarms_of(app).items()}
    assert seen == {
        "Shop/Api/Errors": ("5XXError", "Average", 0.01),
        "Shop/Api/Latency": ("Latency", "p99", 26_100),  # nobody is alarmed by 4xx unless it is asked for
    }


def stages_of(app: App, stack_id: str = "Shop") -> set[str]:
    """The stages that the alarms look at."""
    return {
        json.dumps(each["Value"])
        for alarm in alarms_of(app, stack_id).values()
        for metric in alarm["Metrics"]
        if "MetricStat" in metric
        for each in metric["MetricStat"]["Metric"]["Dimensions"]
        if each["Name"] == "Stage"
    }


def test_http_api_without_a_default_stage(app: App, stack: Stack) -> None:
    api = aws_apigatewayv2.HttpApi(stack, "Api", create_default_stage=False)
    aws_apigatewayv2.HttpStage(stack, "Live", http_api=api, stage_name="live", auto_deploy=True)
    with pytest.raises(InputError, match=r"Shop/Api has no default stage.*stage='"):
        Monitor.without_action().apply(api)
    Monitor.without_action().apply(api, stage="live")
    assert stages_of(app) == {'"live"'}


def test_rest_api_without_a_stage(app: App, stack: Stack) -> None:
    api = aws_apigateway.RestApi(stack, "Api", deploy=False)
    api.root.add_method("GET")
    with pytest.raises(InputError, match=r"Shop/Api has no stage.*stage='"):
        Monitor.without_action().apply(api)
    deployment = aws_apigateway.Deployment(stack, "Deployment", api=api)
    api.deployment_stage = aws_apigateway.Stage(stack, "Live", deployment=deployment, stage_name="live")
    Monitor.without_action().apply(api)
    (stage,) = stages_of(app)
    assert json.loads(stage)["Ref"].startswith("Live")


def test_rest_api_imported_without_its_name(stack: Stack) -> None:
    api = aws_apigateway.RestApi.from_rest_api_id(stack, "Api", "abc123")
    with pytest.raises(InputError, match=r"without its name.*rest_api_name="):
        Monitor.without_action().apply(api, stage="live")


def test_quota_of_a_rest_api_counts(app: App, stack: Stack, required: dict[str, Any]) -> None:
    quotas = Quotas(rest_api_integration_timeout=120_000)
    api = RestApi(stack, "Api", monitor=Monitor.without_action(quotas=quotas))
    api.add_route("GET /", Function(stack, "Orders", **required), public=True)
    assert alarms_of(app)["Shop/Api/Latency"]["Threshold"] == 108_000


def warnings_of(app: App, word: str) -> list[str]:
    """The warnings of a synth that hold a word."""
    found = [str(each.entry.data) for stack in app.synth().stacks for each in stack.messages]
    return [each for each in found if word in each]


@pytest.mark.parametrize(
    ("names", "regions", "count"),
    [
        (("shop", "shop"), ("eu-west-1", "eu-west-1"), 1),
        (("shop", "other"), ("eu-west-1", "eu-west-1"), 0),
        (("shop", "shop"), ("eu-west-1", "eu-west-2"), 0),
    ],
)
def test_rest_apis_that_share_their_metrics(
    app: App, names: tuple[str, str], regions: tuple[str, str], count: int
) -> None:
    for id, name, region in zip(("First", "Second"), names, regions, strict=True):
        stack = Stack(app, id, env=Environment(account="111122223333", region=region))
        api = aws_apigateway.RestApi(stack, "Api", rest_api_name=name)
        api.root.add_method("GET")
        only(errors=0.1).apply(api)
    assert len(warnings_of(app, "CloudWatch adds up")) == count


# --- What alarms see -------------------------------------------------------------------------------------------------


FAR = [("eu-west-2", "111122223333"), ("eu-west-1", "444455556666")]


@pytest.mark.parametrize(("region", "account"), FAR)
def test_import_that_no_alarm_sees(app: App, required: dict[str, Any], region: str, account: str) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="eu-west-1"))
    queue = aws_sqs.Queue.from_queue_arn(stack, "Queue", f"arn:aws:sqs:{region}:{account}:jobs")
    function = aws_lambda.Function.from_function_arn(stack, "Far", f"arn:aws:lambda:{region}:{account}:function:far")
    for construct in (queue, function):
        with pytest.raises(InputError, match=rf"in account {account}, {region}.*Fix"):
            Monitor.without_action().apply(construct)
    Function(stack, "Orders", **required, dead_letter_queue=queue, monitor=Monitor.without_action(concurrency=False))
    assert len(alarms_of(app)) == 3


def test_import_of_the_same_place_is_seen(app: App) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="eu-west-1"))
    queue = aws_sqs.Queue.from_queue_arn(stack, "Queue", "arn:aws:sqs:eu-west-1:111122223333:jobs")
    assert len(Monitor.without_action().apply(queue)) == 1
    app.synth()


def test_version_is_refused(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders:3"
    imported = aws_lambda.Version.from_version_arn(stack, "Imported", arn)
    for version in (function.current_version, imported):
        with pytest.raises(InputError, match=r"is a version.*Fix: an alias"):
            Monitor.without_action().apply(version)


def test_function_at_the_edge_is_monitored_where_it_is(app: App, required: dict[str, Any]) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="eu-west-1"))
    keywords = {**required, "runtime": aws_lambda.Runtime.PYTHON_3_13}
    edge = aws_cloudfront.experimental.EdgeFunction(stack, "Edge", **keywords)
    with pytest.raises(InputError, match=r"monitor\.apply\(edge_function\.lambda_\)"):
        Monitor.without_action().apply(edge)
    assert len(Monitor.without_action().apply(edge.lambda_)) == 4


def test_singleton_has_the_timeout_of_its_function(app: App, stack: Stack, required: dict[str, Any]) -> None:
    singleton = aws_lambda.SingletonFunction(stack, "One", uuid="one", **required, timeout=Duration.seconds(10))
    Monitor.without_action().apply(singleton)
    assert alarms_of(app)["Shop/One/Duration"]["Threshold"] == 9_000


def test_alias_watches_the_dead_letters_of_its_function(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = aws_lambda.Function(stack, "Orders", **required, dead_letter_queue_enabled=True)
    only(dead_letters=True).apply(function.add_alias("live"))
    assert [metric_of(each)[0] for each in alarms_of(app).values()] == ["ApproximateNumberOfMessagesVisible"]


@pytest.mark.parametrize("is_on", [True, False])
def test_queue_that_keeps_failures(app: App, stack: Stack, topic: aws_sns.Topic, is_on: bool) -> None:
    monitor = Monitor(action=topic, dead_letters=is_on)
    made = monitor.apply(aws_sqs.Queue(stack, "Failed"), keeps_failures=True)
    assert len(made) == len(alarms_of(app)) == int(is_on)
    for alarm in alarms_of(app).values():
        assert metric_of(alarm)[0] == "ApproximateNumberOfMessagesVisible"
        assert len(alarm["AlarmActions"]) == 1
    assert len(resources_of(app, DASHBOARD)) == 1


def test_keywords_of_apply_fit_what_is_watched(stack: Stack, required: dict[str, Any]) -> None:
    function, queue = Function(stack, "Orders", **required), aws_sqs.Queue(stack, "Jobs")
    api = aws_apigatewayv2.HttpApi(stack, "Api")
    monitor = Monitor.without_action()
    wrong: list[tuple[Any, dict[str, Any], str]] = [
        (function, {"stage": "live"}, "stage is for APIs"),
        (queue, {"stage": "live"}, "stage is for APIs"),
        (function, {"keeps_failures": True}, "keeps_failures is for queues"),
        (api, {"keeps_failures": True}, "keeps_failures is for queues"),
        (queue, {"keeps_failures": 1}, "keeps_failures must be True or False"),
        (api, {"stage": ""}, "stage must be the name"),
    ]
    for construct, keywords, message in wrong:
        with pytest.raises(TypeError, match=message):
            monitor.apply(construct, **keywords)


def test_threshold_that_is_never_reached_is_a_warning(app: App, stack: Stack, required: dict[str, Any]) -> None:
    for seconds in (2, 3, 4):
        Function(stack, f"After{seconds}", **required, monitor=only(duration=Duration.seconds(seconds)))
    for seconds in (29, 30):
        only(duration=Duration.seconds(seconds)).apply(aws_apigatewayv2.HttpApi(stack, f"Api{seconds}"))
    for seconds in (599, 600):
        queue = aws_sqs.Queue(stack, f"Kept{seconds}", retention_period=Duration.minutes(10))
        only(message_age=Duration.seconds(seconds)).apply(queue)
    only(message_age=Duration.days(4)).apply(aws_sqs.Queue(stack, "Default"))
    told = [each.split(":")[0] for each in warnings_of(app, "never goes off")]
    assert sorted(told) == ["Shop/After3", "Shop/After4", "Shop/Api30", "Shop/Default", "Shop/Kept600"]


@pytest.mark.parametrize(("share", "milliseconds"), [(0.99999, 2_999), (0.0001, 1)])
def test_share_stays_within_the_timeout(
    app: App, stack: Stack, required: dict[str, Any], share: float, milliseconds: int
) -> None:
    Function(stack, "Orders", **required, monitor=only(duration=share))
    assert alarms_of(app)["Shop/Orders/Duration"]["Threshold"] == milliseconds


@pytest.mark.parametrize("is_silent", [True, False])
def test_alarms_of_the_facade_do_what_ours_do(
    app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any], is_silent: bool
) -> None:
    monitor = Monitor.without_action() if is_silent else Monitor(action=topic)
    function = Function(stack, "Orders", **required, monitor=monitor)
    facade = function.node.find_child("Monitoring")
    assert isinstance(facade, MonitoringFacade)
    slow = LatencyThreshold(max_latency=Duration.millis(10), alarm_name_override="Slow")
    facade.monitor_lambda_function(lambda_function=function, add_latency_p50_alarm={"Warn": slow})
    actions = [len(each.get("AlarmActions", ())) for each in alarms_of(app).values()]
    assert actions == [0 if is_silent else 1] * 5


# --- Actions ---------------------------------------------------------------------------------------------------------


def test_silence_has_to_be_said() -> None:
    silent: list[Any] = [None, []]
    for action in silent:
        with pytest.raises(InputError, match=r"tells nobody.*Monitor\.without_action\(\)"):
            Monitor(action=action)


def test_without_action(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, monitor=Monitor.without_action())
    assert len(alarms_of(app)) == 4
    assert not any("AlarmActions" in each for each in alarms_of(app).values())


@pytest.mark.parametrize(("count", "is_right"), [(4, True), (5, True), (6, False)])
def test_number_of_actions(count: int, is_right: bool) -> None:
    actions = [f"topic{number}" for number in range(count)]
    if is_right:
        assert len(Monitor(action=actions).actions) == count
    else:
        with pytest.raises(InputError, match=limits.ALARM_ACTIONS.allowed):
            Monitor(action=actions)


def test_topic_by_its_name_and_arn(app: App, stack: Stack, required: dict[str, Any]) -> None:
    arn = "arn:aws:sns:eu-west-1:111122223333:pages"
    Function(stack, "Orders", **required, monitor=Monitor(action=["alerts", arn]))
    name, by_arn = alarms_of(app)["Shop/Orders/Errors"]["AlarmActions"]
    assert by_arn == arn
    parts = name["Fn::Join"][1]
    assert parts[-1] == ":alerts"
    assert {"Ref": "AWS::AccountId"} in parts


ARN = "arn:aws:sns:eu-west-1:111122223333"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "my topic!",
        "x" * 257,
        "https://example.com",
        f"ARN{ARN[3:]}:alerts",
        "arn:aws:s3:::bucket",
        "arn:aws:sns:eu-west-1",
        "arn:aws:lambda:eu-west-1:111122223333:function:x",
        f"{ARN}:",
        f"{ARN}:a b",
        f"{ARN}:alerts:6b0e71bd-7e97-4d97-80ce-4a0994e55286",
        "arn:aws:sns:eu-west-1:1111:alerts",
    ],
)
def test_text_that_names_no_topic(text: str) -> None:
    with pytest.raises(InputError, match=r"Monitor: action is .*Fix: "):
        Monitor(action=text)


@pytest.mark.parametrize(
    "text",
    ["a", "x" * 256, "alerts_1-b", "alerts.fifo", f"{ARN}:alerts", "arn:aws-cn:sns:cn-north-1:111122223333:a"],
)
def test_text_that_names_a_topic(text: str) -> None:
    assert Monitor(action=text).actions == (text,)


def test_name_is_judged_around_its_tokens(stack: Stack) -> None:
    with pytest.raises(InputError, match="action is 'alerts "):
        Monitor(action=f"alerts {stack.region}")


def test_name_with_a_token_in_it(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, monitor=Monitor(action=f"alerts-{stack.region}"))
    (action,) = alarms_of(app)["Shop/Orders/Errors"]["AlarmActions"]
    assert action["Fn::Join"][1][0] == "arn:"
    assert action["Fn::Join"][1][-2:] == [":alerts-", {"Ref": "AWS::Region"}]


def test_list_that_only_the_deployment_tells(stack: Stack) -> None:
    arns = CfnParameter(stack, "Topics", type="CommaDelimitedList").value_as_list
    with pytest.raises(InputError, match="action is a list that isn't known at synth"):
        Monitor(action=arns)


def test_action_of_cdk(app: App, stack: Stack, topic: aws_sns.Topic, required: dict[str, Any]) -> None:
    action = aws_cloudwatch_actions.SnsAction(topic)
    Function(stack, "Orders", **required, monitor=Monitor(action=action))
    assert all(len(each["AlarmActions"]) == 1 for each in alarms_of(app).values())


def test_topic_of_another_stack(app: App, stack: Stack, required: dict[str, Any]) -> None:
    topic = aws_sns.Topic(Stack(app, "Operations"), "Alerts")
    Function(stack, "Orders", **required, monitor=Monitor(action=topic))
    assert all("Fn::ImportValue" in each["AlarmActions"][0] for each in alarms_of(app).values())


def test_key_of_a_topic_lets_alarms_in_once(app: App, stack: Stack, required: dict[str, Any]) -> None:
    topic = aws_sns.Topic(stack, "Alerts", master_key=aws_kms.Key(stack, "Key"))
    for name in ("First", "Second"):
        Function(stack, name, **required, monitor=Monitor(action=topic))
    (key,) = resources_of(app, "AWS::KMS::Key").values()
    statements = key["Properties"]["KeyPolicy"]["Statement"]
    assert [each["Principal"] for each in statements].count({"Service": "cloudwatch.amazonaws.com"}) == 1


def test_topic_that_no_alarm_can_publish_to(app: App, stack: Stack, required: dict[str, Any]) -> None:
    topic = aws_sns.Topic(stack, "Alerts", master_key=aws_kms.Alias.from_alias_name(stack, "Key", "alias/aws/sns"))
    before = sorted(each.node.path for each in stack.node.find_all())
    with pytest.raises(InputError, match="alias/aws/sns"):
        Function(stack, "Orders", **required, monitor=Monitor(action=topic))
    assert sorted(each.node.path for each in stack.node.find_all()) == before


@pytest.mark.parametrize(("region", "is_right"), [("eu-west-1", True), (None, True), ("us-east-1", False)])
def test_region_of_a_topic(app: App, required: dict[str, Any], region: str | None, is_right: bool) -> None:
    stack = Stack(app, "Shop", env=Environment(region=region))
    monitor = Monitor(action="arn:aws:sns:eu-west-1:111122223333:alerts")
    if is_right:
        Function(stack, "Orders", **required, monitor=monitor)
        assert len(alarms_of(app)) == 4
    else:
        with pytest.raises(InputError, match=r"same Region.*eu-west-1.*Fix"):
            Function(stack, "Orders", **required, monitor=monitor)
        assert stack.node.children == []


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "right", "wrong"),
    [
        ("errors", (0, 0.99, False), (-0.01, 1, 5, float("nan"))),
        ("client_errors", (0, 0.99, False), (-0.01, 1)),
        (
            "duration",
            (0.01, 0.99, False, Duration.millis(1), Duration.seconds(5_399)),
            (0, 1, 90, Duration.millis(0), Duration.millis(0.5), Duration.seconds(5_400)),
        ),
        ("concurrency", (0.01, 0.99, False), (0, 1)),
        ("throttles", (0, 1, 10.0, False), (-1, 0.5, float("inf"), float("nan"), 10**400)),
        ("message_age", (Duration.seconds(1), Duration.hours(335), False), (Duration.seconds(0), Duration.days(14))),
    ],
)
def test_numbers_that_no_alarm_would_reach(keyword: str, right: tuple[Any, ...], wrong: tuple[Any, ...]) -> None:
    for value in right:
        assert getattr(Monitor.without_action(**{keyword: value}), keyword) == value
    for value in wrong:
        with pytest.raises(InputError, match=rf"Monitor: {keyword} is .*Fix: "):
            Monitor.without_action(**{keyword: value})


def test_thresholds_that_only_the_deployment_tells(app: App, stack: Stack, required: dict[str, Any]) -> None:
    unknown: Any = CfnParameter(stack, "Most", type="Number").value_as_number
    monitor = only(errors=unknown, throttles=unknown, duration=Duration.millis(unknown))
    Function(stack, "Orders", **required, monitor=monitor)
    only(message_age=Duration.seconds(unknown)).apply(aws_sqs.Queue(stack, "Jobs"))
    alarms = alarms_of(app)
    assert len(alarms) == 4
    assert all(each["Threshold"] == {"Ref": "Most"} for each in alarms.values())
    assert not any("e+289" in each["AlarmDescription"] for each in alarms.values())


def test_what_has_to_be_known_at_synth(stack: Stack) -> None:
    unknown: Any = CfnParameter(stack, "Most", type="Number").value_as_number
    wrong: list[dict[str, Any]] = [
        {"duration": unknown},
        {"concurrency": unknown},
        {"duration": Duration.seconds(unknown)},
        {"message_age": Duration.minutes(unknown)},
    ]
    for keywords in wrong:
        with pytest.raises(InputError, match="known at synth"):
            Monitor.without_action(**keywords)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        Monitor(errors=2, concurrency=7, throttles=-1)
    assert [line.split()[1].rstrip(":") for line in str(refused.value).splitlines()] == [
        "action",
        "errors",
        "concurrency",
        "throttles",
    ]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("action", 7),
        ("action", aws_sns.Topic),
        ("errors", True),
        ("errors", "0.1"),
        ("errors", None),
        ("throttles", Duration.seconds(1)),
        ("duration", None),
        ("message_age", 60),
        ("message_age", 0),
        ("dead_letters", 1),
        ("dashboard", None),
        ("dashboard", "Shop"),
        ("service", ""),
        ("quotas", {}),
    ],
)
def test_values_of_the_wrong_type(keyword: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"^{keyword} "):
        Monitor(**{"action": "alerts", keyword: value})


def test_keyword_that_does_not_exist() -> None:
    with pytest.raises(TypeError, match=r"'eror'.*'errors'.*'dashbord'.*'dashboard'"):
        Monitor.without_action(eror=0.1, dashbord=False)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"keywords only; got 'alerts'.*Monitor\(action="):
        Monitor("alerts")  # type: ignore[call-arg]


@pytest.mark.parametrize("service", ["a\nb", "a" * 4_097])
def test_service_that_is_no_name(service: str) -> None:
    with pytest.raises(InputError, match=r"service has .*Fix"):
        Monitor.without_action(service=service)


@pytest.mark.parametrize("value", [True, "alerts", "", 0])
def test_what_is_no_monitor(stack: Stack, required: dict[str, Any], value: Any) -> None:
    makers: list[Callable[[], object]] = [
        lambda: Function(stack, "Orders", **required, monitor=value),
        lambda: HttpApi(stack, "Api", monitor=value),
        lambda: RestApi(stack, "Rest", monitor=value),
        lambda: QueueTrigger(monitor=value),
    ]
    for make in makers:
        with pytest.raises(TypeError, match="monitor must be a Monitor"):
            make()
    assert stack.node.children == []


def test_what_can_not_be_monitored(stack: Stack, topic: aws_sns.Topic) -> None:
    bucket = aws_s3.Bucket(stack, "Bucket")
    sockets = aws_apigatewayv2.WebSocketApi(stack, "Sockets")
    for construct in (bucket, topic, stack, sockets, "Orders", Function):
        with pytest.raises(TypeError, match="functions, queues, HttpApis and RestApis"):
            Monitor.without_action().apply(construct)  # type: ignore[arg-type]


def test_monitored_twice(stack: Stack, required: dict[str, Any]) -> None:
    monitor = Monitor.without_action()
    function = Function(stack, "Orders", **required, monitor=monitor)
    with pytest.raises(InputError, match="Shop/Orders is monitored already"):
        monitor.apply(function)


def test_id_that_is_taken(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Construct(stack, "LambdaMonitoring")
    with pytest.raises(InputError, match=r"Shop has a child 'LambdaMonitoring'.*Fix: another id"):
        Function(stack, "Orders", **required, monitor=Monitor.without_action())
    plain = aws_lambda.Function(Stack(app, "Other"), "Plain", **required)
    Construct(plain, "Monitoring")
    with pytest.raises(InputError, match=r"has a child 'Monitoring' of yours.*Fix"):
        Monitor.without_action().apply(plain)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor_module, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"Fix: pip install 'constructs-lambda\[monitoring\]'") as refused:
        Monitor(action="alerts")
    assert "\n" not in str(refused.value)


def test_functions_without_a_monitor_load_nothing_of_it() -> None:
    program = (
        "import sys\n"
        "from aws_cdk import App, Stack, aws_lambda\n"
        "from constructs_lambda import Function, QueueTrigger\n"
        "stack = Stack(App(), 'Shop')\n"
        "code = aws_lambda.Code.from_inline('def handler(event, context): ...')\n"
        "Function(stack, 'F', code=code, handler='index.handler', runtime=aws_lambda.Runtime.PYTHON_3_14,\n"
        "         monitor=False, events=[QueueTrigger()])\n"
        "late = ('cdk_monitoring_constructs', 'constructs_lambda.cdk.monitors.watching')\n"
        "print([each for each in late if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("is_silent", [True, False])
@pytest.mark.parametrize(
    "pack", ["AwsSolutionsChecks", "ServerlessChecks", "HIPAASecurityChecks", "NIST80053R5Checks", "PCIDSS321Checks"]
)
def test_cdk_nag_finds_nothing_in_what_a_monitor_makes(
    app: App, stack: Stack, required: dict[str, Any], pack: str, is_silent: bool
) -> None:
    monitor = Monitor.without_action() if is_silent else Monitor(action="alerts")
    Function(stack, "Orders", **required, monitor=monitor, reserved_concurrent_executions=10, events=[QueueTrigger()])
    HttpApi(stack, "Api", monitor=monitor)
    aws_sqs.Queue(stack, "Found")  # so that each pack has something to say
    Validations.of(app).add_plugins(getattr(cdk_nag, pack)())
    with contextlib.suppress(RuntimeError):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    findings = [each for plugin in report["pluginReports"] for each in plugin["violations"]]
    told = {each["ruleName"] for each in findings if "Alarm" in json.dumps(each) or "Dashboard" in json.dumps(each)}
    wanted = is_silent and pack in ("HIPAASecurityChecks", "NIST80053R5Checks")
    assert len(findings) > 0
    assert [each for each in told if "CloudWatchAlarmAction" in each] == sorted(told)
    assert bool(told) == wanted  # those two want every alarm to tell somebody


# --- Names and dashboards --------------------------------------------------------------------------------------------


def widgets_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    body = dashboard["Properties"]["DashboardBody"]
    text = "".join(each if isinstance(each, str) else "x" for each in body["Fn::Join"][1])
    widgets: list[dict[str, Any]] = json.loads(text)["widgets"]
    return widgets


def test_one_dashboard_a_stack(app: App, stack: Stack, required: dict[str, Any]) -> None:
    monitor = Monitor.without_action()
    for name in ("First", "Second"):
        Function(stack, name, **required, monitor=monitor)
    HttpApi(stack, "Api", monitor=Monitor.without_action())
    Function(stack, "Hidden", **required, monitor=Monitor.without_action(dashboard=False))
    (dashboard,) = resources_of(app, DASHBOARD).values()
    # An account has one of a name, whatever the Region.
    assert dashboard["Properties"]["DashboardName"] == {"Fn::Join": ["", ["Shop-", {"Ref": "AWS::Region"}]]}
    text = json.dumps(widgets_of(dashboard))
    assert all(shown in text for shown in ("Shop/First", "Shop/Second", "Shop/Api", "Lambda in this account"))
    assert "Shop/Hidden" not in text
    assert len(alarms_of(app)) == 3 * 3 + 2 + 1


def test_no_dashboard(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, monitor=Monitor.without_action(dashboard=False))
    assert resources_of(app, DASHBOARD) == {}


def test_another_dashboard_where_one_is_full(app: App, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    from constructs_lambda.cdk.monitors import dashboards

    assert limits.DASHBOARD_WIDGETS.admits(dashboards.SHOWN * dashboards.WIDGETS)
    monkeypatch.setattr(dashboards, "SHOWN", 2)
    for number in range(5):
        Monitor.without_action().apply(aws_sqs.Queue(stack, f"Jobs{number}"))
    shown = [json.dumps(widgets_of(each)).count("SQS Queue") for each in resources_of(app, DASHBOARD).values()]
    names = [each["Properties"]["DashboardName"]["Fn::Join"][1][0] for each in resources_of(app, DASHBOARD).values()]
    assert shown == [2, 2, 1]
    assert names == ["Shop-", "Shop-2-", "Shop-3-"]


def test_nothing_takes_more_widgets_than_counted(app: App, required: dict[str, Any]) -> None:
    from constructs_lambda.cdk.monitors.dashboards import WIDGETS

    makers: dict[str, Callable[[Stack], Any]] = {
        "Function": lambda stack: aws_lambda.Function(stack, "It", **required),
        "Queue": lambda stack: aws_sqs.Queue(stack, "It"),
        "Http": lambda stack: aws_apigatewayv2.HttpApi(stack, "It"),
        "Rest": lambda stack: RestApi(stack, "It"),
    }
    for name, make in makers.items():
        Monitor.without_action(concurrency=False, client_errors=0.1).apply(make(Stack(app, name)))
    Function(Stack(app, "Route"), "F", **required)  # a REST API without a method can't be synthesized
    app.node.find_child("Rest").node.find_child("It").add_route(  # type: ignore[attr-defined]
        "GET /", app.node.find_child("Route").node.find_child("F"), public=True
    )
    taken = {name: len(widgets_of(next(iter(resources_of(app, DASHBOARD, name).values())))) for name in makers}
    assert max(taken.values()) == WIDGETS, taken


def test_names_within_nested_stacks_and_stages(app: App, required: dict[str, Any]) -> None:
    stage = Stage(app, "Prod")
    nested = NestedStack(Stack(stage, "Shop"), "Part")
    function = Function(nested, "Orders", **required)
    alarms = Monitor.without_action().apply(function)
    names = [alarm.node.default_child.alarm_name for alarm in alarms]  # type: ignore[union-attr]
    assert sorted(names) == [
        "Prod-Shop/Part/AccountConcurrency800",
        "Prod-Shop/Part/Orders/Duration",
        "Prod-Shop/Part/Orders/Errors",
        "Prod-Shop/Part/Orders/Throttles",
    ]
    app.synth()


@pytest.mark.parametrize("length", [254, 255, 256, 400])
def test_long_names_are_cut(app: App, stack: Stack, required: dict[str, Any], length: int) -> None:
    scope: Construct = stack
    rest = length - len("Shop") - len("/F/Errors")
    while rest > 0:
        part = min(rest, 100)
        scope = Construct(scope, "x" * (part - 1))
        rest -= part
    Function(scope, "F", **required, monitor=only(errors=0.1))
    (name,) = alarms_of(app)
    assert len(name) == min(length, 255)
    assert name.endswith("/F/Errors") == (length <= 255)


def test_two_synths_give_the_same(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    templates = []
    for _ in range(2):
        app = make_app()
        stack = Stack(app, "Shop")
        Function(stack, "Orders", **required, monitor=Monitor(action="alerts"), events=[QueueTrigger()])
        templates.append(template_of(app))
    assert templates[0] == templates[1]


def test_monitor_changes_nothing_else_but_the_environment(
    make_app: Callable[..., App], required: dict[str, Any]
) -> None:
    templates = []
    for monitor in (False, Monitor.without_action()):
        app = make_app()
        Function(Stack(app, "Shop"), "Orders", **required, monitor=monitor, events=[QueueTrigger()])
        templates.append(template_of(app)["Resources"])
    without, monitored = templates
    kept = {id: each for id, each in monitored.items() if each["Type"] not in (ALARM, DASHBOARD)}
    function = kept[next(id for id, each in kept.items() if each["Type"] == "AWS::Lambda::Function")]
    variables = function["Properties"].pop("Environment")["Variables"]
    assert variables == {"POWERTOOLS_SERVICE_NAME": "Shop", "POWERTOOLS_LOG_LEVEL": "INFO"}
    assert kept == without


def test_alias_of_a_release_gets_alarms_too(app: App, stack: Stack, required: dict[str, Any]) -> None:
    release = Function(stack, "Orders", **required).add_release()
    Monitor.without_action().apply(release.alias)
    assert "Shop/Orders/Aliaslive/Errors" in alarms_of(app)
    (dimension,) = {
        each["Name"]
        for each in alarms_of(app)["Shop/Orders/Aliaslive/Errors"]["Metrics"][0]["MetricStat"]["Metric"]["Dimensions"]
        if each["Name"] != "FunctionName"
    }
    assert dimension == "Resource"


def test_alarms_can_be_given_to_a_release(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    made = Monitor.without_action().apply(function)
    assert all(isinstance(each, aws_cloudwatch.AlarmBase) for each in made)


# --- Profiles --------------------------------------------------------------------------------------------------------


def test_default_of_a_profile_reaches_every_function(app: App, required: dict[str, Any]) -> None:
    Profile("acme", defaults={"monitor": Monitor(action="alerts")}).apply(app)
    stack = Stack(app, "Shop")
    inner = Construct(stack, "Inner")
    Function(stack, "Ours", **required)
    aws_lambda.Function(stack, "Plain", **required, timeout=Duration.seconds(900))
    aws_lambda.Function(inner, "Deep", **required)
    Function(stack, "Silent", **required, monitor=False)
    Function(stack, "Own", **required, monitor=only(errors=0.5))
    repository = aws_ecr.Repository.from_repository_name(stack, "Repository", "images")
    ImageFunction(stack, "Image", repository=repository, tag_or_digest="1")
    alarms = alarms_of(app)
    by_function = Counter(name.rpartition("/")[0] for name in alarms)
    each = dict.fromkeys(("Shop/Ours", "Shop/Plain", "Shop/Inner/Deep", "Shop/Image"), 3)
    assert by_function == {**each, "Shop/Own": 1, "Shop": 1}
    assert alarms["Shop/Plain/Duration"]["Threshold"] == 810_000
    assert alarms["Shop/Own/Errors"]["Threshold"] == 0.5
    assert "AlarmActions" in alarms["Shop/Plain/Errors"]
    assert len(resources_of(app, DASHBOARD)) == 1


def test_profile_leaves_functions_that_cdk_makes_alone(app: App, stack: Stack) -> None:
    Profile("acme", defaults={"monitor": Monitor(action="alerts")}).apply(app)
    aws_s3.Bucket(stack, "Bucket", auto_delete_objects=True, removal_policy=RemovalPolicy.DESTROY)
    assert alarms_of(app) == {}
    assert len(resources_of(app, "AWS::Lambda::Function")) == 1


def test_profile_in_stages_and_nested_stacks(app: App, required: dict[str, Any]) -> None:
    Profile("acme", defaults={"monitor": Monitor(action="alerts")}).apply(app)
    stage = Stage(app, "Prod")
    stack = Stack(stage, "Shop")
    aws_lambda.Function(stack, "Plain", **required)
    aws_lambda.Function(NestedStack(stack, "Part"), "Plain", **required)
    assembly = app.synth()
    template = assembly.get_nested_assembly("assembly-Prod").get_stack_by_name("Prod-Shop").template
    assert Counter(each["Type"] for each in template["Resources"].values())[ALARM] == 4


@pytest.mark.parametrize("is_stabilized", [True, False])
def test_alarms_of_plain_functions_are_tagged(
    make_app: Callable[..., App], required: dict[str, Any], is_stabilized: bool
) -> None:
    app = make_app(context={"@aws-cdk/core:aspectStabilization": is_stabilized})
    Profile("acme", defaults={"monitor": Monitor(action="alerts")}, tags={"owner": "payments"}).apply(app)
    stack = Stack(app, "Shop")
    Tags.of(stack).add("shop", "yes")
    aws_lambda.Function(stack, "Plain", **required)
    tagged = [*alarms_of(app).values(), *(each["Properties"] for each in resources_of(app, DASHBOARD).values())]
    assert len(tagged) == 5
    assert all([tag["Key"] for tag in each["Tags"]] == ["owner", "shop"] for each in tagged)


def test_triggers_of_plain_functions_follow_the_profile(app: App, required: dict[str, Any]) -> None:
    Profile("acme", defaults={"monitor": only(dead_letters=True)}).apply(app)
    function = aws_lambda.Function(Stack(app, "Shop"), "Plain", **required)
    function.add_event_source(QueueTrigger())
    assert [metric_of(each)[0] for each in alarms_of(app).values()] == ["ApproximateNumberOfMessagesVisible"]


def test_what_a_developer_applies_goes_before_the_profile(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", defaults={"monitor": Monitor(action="alerts")}).apply(app)
    only(errors=0.25).apply(aws_lambda.Function(stack, "Plain", **required))
    assert {name: each["Threshold"] for name, each in alarms_of(app).items()} == {"Shop/Plain/Errors": 0.25}


def test_profile_refuses_what_is_no_monitor() -> None:
    for value in (True, "alerts", None):
        with pytest.raises(InputError, match="Profile 'acme': defaults: monitor must be"):
            Profile("acme", defaults={"monitor": value})


# --- Powertools ------------------------------------------------------------------------------------------------------


def test_environment_of_a_monitored_function(app: App, stack: Stack, required: dict[str, Any]) -> None:
    monitor = only(service="checkout")
    Function(stack, "Ours", **required, monitor=monitor, environment={"TABLE": "orders"})
    Function(stack, "Named", **required, monitor=monitor, environment={"POWERTOOLS_SERVICE_NAME": "mine"})
    Function(stack, "Unmonitored", **required)
    assert environment_of(app, "Ours") == {
        "TABLE": "orders",
        "POWERTOOLS_SERVICE_NAME": "checkout",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
    assert environment_of(app, "Named") == {"POWERTOOLS_SERVICE_NAME": "mine", "POWERTOOLS_LOG_LEVEL": "INFO"}
    assert environment_of(app, "Unmonitored") is None


@pytest.mark.parametrize("is_plain", [True, False])
def test_environment_by_a_profile(app: App, required: dict[str, Any], is_plain: bool) -> None:
    defaults = {"monitor": only(), "environment": {"POWERTOOLS_LOG_LEVEL": "WARNING"}}
    Profile("acme", defaults=defaults).apply(app)
    stack = Stack(app, "Shop")
    make = aws_lambda.Function if is_plain else Function
    late = make(stack, "Late", **required)
    late.add_environment("POWERTOOLS_SERVICE_NAME", "late")
    make(stack, "Said", **required, environment={"POWERTOOLS_LOG_LEVEL": "DEBUG"})
    assert environment_of(app, "Late") == {"POWERTOOLS_SERVICE_NAME": "late", "POWERTOOLS_LOG_LEVEL": "WARNING"}
    assert environment_of(app, "Said") == {"POWERTOOLS_SERVICE_NAME": "Shop", "POWERTOOLS_LOG_LEVEL": "DEBUG"}


@pytest.mark.parametrize("is_plain", [True, False])
def test_level_is_left_to_who_sets_it(app: App, required: dict[str, Any], is_plain: bool) -> None:
    Profile("acme", defaults={"monitor": only()}).apply(app)
    stack = Stack(app, "Shop")
    make = aws_lambda.Function if is_plain else Function
    level = aws_lambda.ApplicationLogLevel.DEBUG
    make(stack, "Lambda", **required, application_log_level_v2=level, logging_format=aws_lambda.LoggingFormat.JSON)
    make(stack, "Older", **required, environment={"LOG_LEVEL": "DEBUG"})
    assert environment_of(app, "Lambda") == {"POWERTOOLS_SERVICE_NAME": "Shop"}
    assert environment_of(app, "Older") == {"POWERTOOLS_SERVICE_NAME": "Shop", "LOG_LEVEL": "DEBUG"}


def test_full_environment_stays_as_it_is(app: App, stack: Stack, required: dict[str, Any]) -> None:
    ours = {"POWERTOOLS_SERVICE_NAME": "Shop", "POWERTOOLS_LOG_LEVEL": "INFO"}
    frame = len(json.dumps({"A_B": "", **ours}, separators=(",", ":")))
    longest = int(limits.ENVIRONMENT_SIZE.maximum or 0) - frame
    for name, length in (("Fits", longest), ("Full", longest + 1)):
        Function(stack, name, **required, monitor=only(), environment={"A_B": "x" * length})
    assert set(environment_of(app, "Fits") or ()) == {"A_B", *ours}
    assert set(environment_of(app, "Full") or ()) == {"A_B"}


def test_function_at_the_edge_keeps_no_environment(app: App, required: dict[str, Any]) -> None:
    Profile("acme", defaults={"monitor": Monitor(action="alerts")}).apply(app)
    stack = Stack(app, "Shop", env=Environment(region="us-east-1"))
    edge = aws_lambda.Function(stack, "Edge", **required)
    aws_cloudfront.Distribution(
        stack,
        "Site",
        default_behavior=aws_cloudfront.BehaviorOptions(
            origin=aws_cloudfront_origins.HttpOrigin("example.com"),
            edge_lambdas=[
                aws_cloudfront.EdgeLambda(
                    event_type=aws_cloudfront.LambdaEdgeEventType.VIEWER_REQUEST, function_version=edge.current_version
                )
            ],
        ),
    )
    assert environment_of(app, "Edge") is None
    assert "Shop/Edge/Errors" in alarms_of(app)


def test_image_gets_an_environment_only_where_the_developer_asks(app: App, required: dict[str, Any]) -> None:
    Profile("acme", defaults={"monitor": only()}).apply(app)
    stack = Stack(app, "Shop")
    repository = aws_ecr.Repository.from_repository_name(stack, "Repository", "images")
    ImageFunction(stack, "Asked", repository=repository, tag_or_digest="1", monitor=only())
    ImageFunction(stack, "Profiled", repository=repository, tag_or_digest="1")
    assert environment_of(app, "Asked") == {"POWERTOOLS_SERVICE_NAME": "Shop", "POWERTOOLS_LOG_LEVEL": "INFO"}
    assert environment_of(app, "Profiled") is None
