"""`Release`, `Provisioned` and `Shift`: what they make, what they refuse, and that nothing is left then."""

from __future__ import annotations

from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any, cast

import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    RemovalPolicy,
    Stack,
    TimeZone,
    Token,
    aws_applicationautoscaling,
    aws_cloudwatch,
    aws_ecr,
    aws_iam,
    aws_lambda,
    aws_sns,
)
from synthesized import resources_of, template_of

from constructs_lambda import (
    Function,
    HttpApi,
    ImageFunction,
    InputError,
    LimitError,
    Provisioned,
    PythonFunction,
    Release,
    Shift,
    TopicTrigger,
    limits,
)

pytestmark = pytest.mark.cdk

SCALING = "AWS::ApplicationAutoScaling::ScalableTarget"
GROUP = "AWS::CodeDeploy::DeploymentGroup"
MORNING = aws_applicationautoscaling.Schedule.cron(hour="7", minute="30")
EVENING = aws_applicationautoscaling.Schedule.cron(hour="19", minute="0")


def paths_in(stack: Stack) -> list[str]:
    return [str(node.node.path) for node in stack.node.find_all()]


def only(app: App, kind: str) -> dict[str, Any]:
    (resource,) = resources_of(app, kind).values()
    found: dict[str, Any] = resource
    return found


@pytest.fixture
def function(stack: Stack, required: dict[str, Any]) -> Function:
    return Function(stack, "Orders", **required)


# --- The alias and the version ----------------------------------------------------------------------------------------


def test_an_alias_stands_on_the_published_version(app: App, function: Function) -> None:
    release = function.add_release(description="What customers use")
    assert release.version.node.path == function.current_version.node.path
    assert release.alias.alias_name == "live"
    (version,) = resources_of(app, "AWS::Lambda::Version")
    alias = only(app, "AWS::Lambda::Alias")
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert alias["Properties"]["Description"] == "What customers use"
    assert "UpdatePolicy" not in alias
    assert not resources_of(app, GROUP)


def test_the_alias_keeps_the_id_of_cdks_add_alias(make_app: Any, required: dict[str, Any]) -> None:
    before, after = make_app(), make_app()
    aws_lambda.Function(Stack(before, "Shop"), "Orders", **required).add_alias("live")
    Function(Stack(after, "Shop"), "Orders", **required).add_release()
    assert [*resources_of(before, "AWS::Lambda::Alias")] == [*resources_of(after, "AWS::Lambda::Alias")]


def test_two_releases_share_the_version(app: App, function: Function) -> None:
    function.add_release()
    function.add_release("beta")
    assert len(resources_of(app, "AWS::Lambda::Version")) == 1
    assert len(resources_of(app, "AWS::Lambda::Alias")) == 2


def test_plain_image_and_python_functions_are_released(
    app: App, stack: Stack, required: dict[str, Any], tmp_path: Any
) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context): ...\n")
    repository = aws_ecr.Repository.from_repository_name(stack, "Images", "images")
    Release(aws_lambda.Function(stack, "Plain", **required))
    ImageFunction(stack, "Image", repository=repository, tag_or_digest="v1").add_release()
    PythonFunction(stack, "Python", entry=tmp_path).add_release()
    assert len(resources_of(app, "AWS::Lambda::Alias")) == 3


def test_triggers_apis_and_grants_point_to_the_alias(
    app: App, stack: Stack, function: Function, required: dict[str, Any]
) -> None:
    alias = function.add_release().alias
    topic = aws_sns.Topic(stack, "Sales")
    alias.add_event_source(TopicTrigger(topic))
    HttpApi(stack, "Api").add_route("GET /orders", alias, public=True)
    alias.grant_invoke(Function(stack, "Caller", **required))
    (alias_id,) = resources_of(app, "AWS::Lambda::Alias")
    assert only(app, "AWS::SNS::Subscription")["Properties"]["Endpoint"] == {"Ref": alias_id}
    for permission in resources_of(app, "AWS::Lambda::Permission").values():
        assert permission["Properties"]["FunctionName"] == {"Ref": alias_id}
    assert only(app, "AWS::Lambda::EventInvokeConfig")["Properties"]["Qualifier"] != "$LATEST"
    policies = [p["Properties"]["PolicyDocument"]["Statement"] for p in resources_of(app, "AWS::IAM::Policy").values()]
    assert any(
        statement["Action"] == "lambda:InvokeFunction" and statement["Resource"] == {"Ref": alias_id}
        for statements in policies
        for statement in statements
    )


def test_old_versions_are_kept_and_a_failed_one_is_not(app: App, function: Function) -> None:
    function.add_release()
    version = only(app, "AWS::Lambda::Version")
    assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


@pytest.mark.parametrize("where", ["release", "function"])
def test_a_removal_policy_of_ones_own_counts(app: App, stack: Stack, required: dict[str, Any], where: str) -> None:
    options = aws_lambda.VersionOptions(removal_policy=RemovalPolicy.DESTROY)
    own: dict[str, Any] = {"current_version_options": options} if where == "function" else {}
    asked: dict[str, Any] = {"removal_policy": RemovalPolicy.DESTROY} if where == "release" else {}
    function = Function(stack, "Orders", **required, **own)
    function.add_release(**asked)
    assert only(app, "AWS::Lambda::Version")["DeletionPolicy"] == "Delete"


def test_a_durable_function_is_reached_through_its_alias(app: App, stack: Stack, required: dict[str, Any]) -> None:
    durable = aws_lambda.DurableConfig(execution_timeout=Duration.days(1))
    Function(stack, "Orders", **required, durable_config=durable).add_release()
    assert len(resources_of(app, "AWS::Lambda::Alias")) == 1


def test_part_of_a_day_is_no_retention(stack: Stack, required: dict[str, Any]) -> None:
    before = paths_in(stack)
    config = aws_lambda.DurableConfig(execution_timeout=Duration.minutes(15), retention_period=Duration.hours(36))
    with pytest.raises(LimitError, match=r"the retention of durable executions is 1\.5 days; AWS takes whole numbers"):
        Function(stack, "Half", **required, durable_config=config)
    assert paths_in(stack) == before
    whole = aws_lambda.DurableConfig(execution_timeout=Duration.minutes(15), retention_period=Duration.hours(48))
    Function(stack, "Whole", **required, durable_config=whole)


def test_snap_start_needs_no_warning_once_there_is_a_release(app: App, stack: Stack, required: dict[str, Any]) -> None:
    snap = Function(stack, "Orders", **required, snap_start=aws_lambda.SnapStartConf.ON_PUBLISHED_VERSIONS)
    assert any("SnapStart" in str(entry.data) for entry in snap.node.metadata)
    snap.add_release()
    assert not any("SnapStart" in str(entry.data) for entry in snap.node.metadata)


# --- Provisioned concurrency ------------------------------------------------------------------------------------------


def test_a_fixed_number_stands_in_the_alias(app: App, function: Function) -> None:
    assert function.add_release(provisioned=Provisioned.fixed(5)).scaling is None
    config = only(app, "AWS::Lambda::Alias")["Properties"]["ProvisionedConcurrencyConfig"]
    assert config == {"ProvisionedConcurrentExecutions": 5}
    assert not resources_of(app, SCALING)


def test_utilization_and_schedules_go_together(app: App, function: Function) -> None:
    release = function.add_release(
        provisioned=[
            Provisioned.by_utilization(min_capacity=0, max_capacity=50, scale_in_cooldown=Duration.minutes(2)),
            Provisioned.by_schedule("Morning", MORNING, min_capacity=10, time_zone=TimeZone.EUROPE_BERLIN),
            Provisioned.by_schedule("Evening", EVENING, min_capacity=0, end_time=datetime(2027, 1, 1, tzinfo=UTC)),
        ]
    )
    assert release.scaling is not None
    target = only(app, SCALING)["Properties"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 50)
    morning, evening = target["ScheduledActions"]
    assert morning["ScalableTargetAction"] == {"MinCapacity": 10}
    assert (morning["Schedule"], morning["Timezone"]) == ("cron(30 7 * * ? *)", "Europe/Berlin")
    assert evening["EndTime"].startswith("2027-01-01")
    policy = only(app, "AWS::ApplicationAutoScaling::ScalingPolicy")["Properties"]
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert (tracking["TargetValue"], tracking["ScaleInCooldown"]) == (0.7, 120)
    assert "ProvisionedConcurrencyConfig" not in only(app, "AWS::Lambda::Alias")["Properties"]


def test_schedules_alone_have_the_bounds_of_all_of_them(app: App, function: Function) -> None:
    day = Provisioned.by_schedule("Day", MORNING, min_capacity=20, max_capacity=20)
    night = Provisioned.by_schedule("Night", EVENING, min_capacity=2, max_capacity=2)
    function.add_release(provisioned=[day, night])
    target = only(app, SCALING)["Properties"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 20)


def test_schedules_alone_let_fewer_be_too(app: App, stack: Stack, function: Function) -> None:
    number: Any = CfnParameter(stack, "Warm", type="Number").value_as_number
    function.add_release(
        provisioned=[
            Provisioned.by_schedule("Morning", MORNING, min_capacity=20),
            Provisioned.by_schedule("Evening", EVENING, min_capacity=1),
            Provisioned.by_schedule("Night", EVENING, min_capacity=2, max_capacity=4),
            Provisioned.by_schedule("Token", EVENING, min_capacity=number),
        ]
    )
    actions = [each["ScalableTargetAction"] for each in only(app, SCALING)["Properties"]["ScheduledActions"]]
    assert actions == [
        {"MinCapacity": 20, "MaxCapacity": 20},
        {"MinCapacity": 1, "MaxCapacity": 1},
        {"MinCapacity": 2, "MaxCapacity": 4},
        {"MinCapacity": {"Ref": "Warm"}, "MaxCapacity": {"Ref": "Warm"}},
    ]


def test_a_schedule_raises_the_maximum_when_it_comes(app: App, function: Function) -> None:
    function.add_release(
        provisioned=[
            Provisioned.by_utilization(min_capacity=1, max_capacity=10),
            Provisioned.by_schedule("Sale", MORNING, min_capacity=50, max_capacity=100),
            Provisioned.by_schedule("SaleEnd", EVENING, min_capacity=1, max_capacity=10),
        ]
    )
    assert only(app, SCALING)["Properties"]["MaxCapacity"] == 10


@pytest.mark.parametrize("fewest", [9, 10, 11])
def test_a_schedule_stays_within_the_maximum(stack: Stack, function: Function, fewest: int) -> None:
    tracking = Provisioned.by_utilization(max_capacity=10)
    both = [tracking, Provisioned.by_schedule("Morning", MORNING, min_capacity=fewest)]
    before = paths_in(stack)
    if fewest <= 10:
        function.add_release(provisioned=both)
        return
    with pytest.raises(InputError, match="schedule 'Morning': min_capacity is 11, and the maximum is 10 then"):
        function.add_release(provisioned=both)
    assert paths_in(stack) == before
    unknown: Any = Token.as_number({"Ref": "Most"})
    function.add_release(provisioned=[Provisioned.by_utilization(max_capacity=unknown), both[1]])


@pytest.mark.parametrize("number", [9, 10, 11])
def test_more_than_reserved_is_refused(app: App, stack: Stack, required: dict[str, Any], number: int) -> None:
    for provisioned in (
        Provisioned.fixed(number),
        Provisioned.by_utilization(min_capacity=number, max_capacity=50),
        [Provisioned.by_schedule("Day", MORNING, min_capacity=number)],
    ):
        function = Function(stack, f"F{len(paths_in(stack))}", **required, reserved_concurrent_executions=10)
        before = paths_in(stack)
        if number <= 10:
            function.add_release(provisioned=provisioned)
            continue
        with pytest.raises(LimitError, match="provisioned concurrency of 11 in all, but reserved concurrency of 10"):
            function.add_release(provisioned=provisioned)
        assert paths_in(stack) == before


def test_maxima_of_scaling_are_no_sum_that_is_refused(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, reserved_concurrent_executions=80)
    for name in ("live", "beta"):
        function.add_release(name, provisioned=Provisioned.by_utilization(max_capacity=50))
    swapping = Function(stack, "Swapping", **required, reserved_concurrent_executions=21)
    for name, day, night in (("live", 20, 1), ("beta", 1, 20)):
        swapping.add_release(
            name,
            provisioned=[
                Provisioned.by_schedule("Day", MORNING, min_capacity=day),
                Provisioned.by_schedule("Night", EVENING, min_capacity=night),
            ],
        )
    assert len(resources_of(app, SCALING)) == 4


def test_minima_of_scaling_are_added_up(stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, reserved_concurrent_executions=10)
    function.add_release(provisioned=Provisioned.by_utilization(min_capacity=6, max_capacity=50))
    with pytest.raises(LimitError, match="of 11 in all"):
        function.add_release("beta", provisioned=Provisioned.by_utilization(min_capacity=5, max_capacity=50))
    function.add_release("beta", provisioned=Provisioned.by_utilization(min_capacity=4, max_capacity=50))


def test_what_is_provisioned_is_added_up_over_releases(stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, reserved_concurrent_executions=10)
    function.add_release(provisioned=Provisioned.fixed(6))
    with pytest.raises(LimitError, match="of 11 in all"):
        function.add_release("beta", provisioned=Provisioned.fixed(5))
    function.add_release("beta", provisioned=Provisioned.fixed(4))


def test_a_token_is_no_finding(stack: Stack, required: dict[str, Any]) -> None:
    number = Token.as_number({"Ref": "Reserved"})
    function = Function(stack, "Orders", **required, reserved_concurrent_executions=number)
    function.add_release(provisioned=Provisioned.fixed(1_000))


def test_numbers_that_are_known_at_deployment_only(app: App, stack: Stack, required: dict[str, Any]) -> None:
    number: Any = CfnParameter(stack, "Warm", type="Number").value_as_number
    fixed = Function(stack, "Fixed", **required, reserved_concurrent_executions=1)
    fixed.add_release(provisioned=Provisioned.fixed(number))
    scaling = Provisioned.by_utilization(min_capacity=number, max_capacity=number)
    Function(stack, "Scaling", **required).add_release(provisioned=scaling)
    target = only(app, SCALING)["Properties"]
    assert target["MinCapacity"] == target["MaxCapacity"] == {"Ref": "Warm"}


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"snap_start": aws_lambda.SnapStartConf.ON_PUBLISHED_VERSIONS}, "CL152"),
        ({"tenancy_config": aws_lambda.TenancyConfig.PER_TENANT}, "CL160"),
    ],
)
def test_what_excludes_provisioned_concurrency(
    stack: Stack, required: dict[str, Any], options: dict[str, Any], rule: str
) -> None:
    function = Function(stack, "Orders", **required, **options)
    before = paths_in(stack)
    for number, provisioned in enumerate((Provisioned.fixed(1), Provisioned.by_utilization(max_capacity=2))):
        with pytest.raises(LimitError, match="exclude") as refused:
            function.add_release(f"live{number}", provisioned=provisioned)
        assert [finding.rule for finding in refused.value.findings] == [rule]
    assert paths_in(stack) == before
    function.add_release()


@pytest.mark.parametrize(
    ("provisioned", "told"),
    [
        (Provisioned.by_utilization(min_capacity=3, max_capacity=2), "min_capacity is 3, and max_capacity 2"),
        (Provisioned.by_utilization(min_capacity=0, max_capacity=2), "min_capacity is 0: of none"),
        (Provisioned.by_utilization(min_capacity=-1, max_capacity=2), "min_capacity is -1 executions; AWS allows"),
        (Provisioned.by_utilization(max_capacity=2, utilization_target=0.09), "utilization_target is 0.09; AWS allows"),
        (Provisioned.by_utilization(max_capacity=2, utilization_target=0.91), "utilization_target is 0.91; AWS allows"),
        (Provisioned.by_schedule("Day", MORNING), "schedule 'Day': neither min_capacity nor max_capacity"),
        ([Provisioned.by_schedule("Day", MORNING, min_capacity=1)] * 2, "two schedules 'Day'"),
        ([Provisioned.fixed(1), Provisioned.by_utilization(max_capacity=2)], "a fixed number excludes scaling"),
        ([Provisioned.by_utilization(max_capacity=2)] * 2, "two target utilizations"),
    ],
)
def test_scaling_that_cant_work_is_refused(stack: Stack, function: Function, provisioned: Any, told: str) -> None:
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        function.add_release(provisioned=provisioned)
    assert told in str(refused.value)
    assert "Shop/Orders/Aliaslive" in str(refused.value)
    assert paths_in(stack) == before


@pytest.mark.parametrize("target", [0.1, 0.7, 0.9])
def test_targets_within_the_bounds(function: Function, target: float) -> None:
    function.add_release(provisioned=Provisioned.by_utilization(max_capacity=2, utilization_target=target))


@pytest.mark.parametrize(
    "none", [Provisioned.fixed(0), Provisioned.by_schedule("Day", MORNING, min_capacity=0, max_capacity=0)]
)
def test_none_provisioned_is_refused(stack: Stack, function: Function, none: Provisioned) -> None:
    before = paths_in(stack)
    with pytest.raises(LimitError, match="provisioned concurrency is 0"):
        function.add_release(provisioned=none)
    assert paths_in(stack) == before


# --- Shifts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shift", "config"),
    [
        (Shift.canary(), "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        (Shift.canary(interval=Duration.seconds(1_800)), "CodeDeployDefault.LambdaCanary10Percent30Minutes"),
        (Shift.linear(), "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
        (Shift.linear(interval=Duration.minutes(3)), "CodeDeployDefault.LambdaLinear10PercentEvery3Minutes"),
        (Shift.all_at_once(), "CodeDeployDefault.LambdaAllAtOnce"),
    ],
)
def test_configurations_of_aws_are_used_where_there_is_one(
    app: App, function: Function, shift: Shift, config: str
) -> None:
    function.add_release(shift=shift)
    assert only(app, GROUP)["Properties"]["DeploymentConfigName"] == config
    assert not resources_of(app, "AWS::CodeDeploy::DeploymentConfig")


def test_another_shift_has_a_configuration_of_its_own(app: App, function: Function) -> None:
    function.add_release(shift=Shift.linear(percentage=20, interval=Duration.minutes(7)))
    config = only(app, "AWS::CodeDeploy::DeploymentConfig")["Properties"]["TrafficRoutingConfig"]
    assert config["TimeBasedLinear"] == {"LinearInterval": 7, "LinearPercentage": 20}


def test_releases_of_a_stack_share_a_configuration(app: App, stack: Stack, required: dict[str, Any]) -> None:
    """An account has 50 of them."""
    by, token = Duration.minutes, CfnParameter(stack, "Share", type="Number").value_as_number
    shifts = (
        Shift.linear(percentage=20, interval=by(7)),
        Shift.linear(percentage=20, interval=Duration.seconds(420)),
        Shift.canary(percentage=20, interval=by(7)),
        Shift.linear(percentage=21, interval=by(7)),
        Shift.linear(percentage=20, interval=by(8)),
    )
    for number, shift in enumerate(shifts):
        Function(stack, f"F{number}", **required).add_release(shift=shift)
    configs = resources_of(app, "AWS::CodeDeploy::DeploymentConfig")
    assert len(configs) == 4
    names = [each["Properties"]["DeploymentConfigName"] for each in resources_of(app, GROUP).values()]
    assert names[0] == names[1]
    assert {each["Ref"] for each in names} == set(configs)
    unknown: Any = Shift.linear(percentage=cast("int", token), interval=by(7))
    release = Function(stack, "Unknown", **required).add_release(shift=unknown)
    assert release.node.try_find_child("DeploymentConfig") is not None


def test_a_configuration_goes_with_the_release_that_cdk_refused(
    stack: Stack, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    function.add_release("beta")
    before = paths_in(stack)
    shift = Shift.linear(percentage=20, interval=Duration.minutes(7))
    with monkeypatch.context() as patched:
        patched.setattr("aws_cdk.aws_codedeploy.LambdaDeploymentGroup", refusing)
        with pytest.raises(RuntimeError, match="of CDK's own"):
            function.add_release(shift=shift)
    assert paths_in(stack) == before
    function.add_release(shift=shift)
    with monkeypatch.context() as patched:
        patched.setattr("aws_cdk.aws_codedeploy.LambdaDeploymentGroup", refusing)
        with pytest.raises(RuntimeError, match="of CDK's own"):
            function.add_release("next", shift=shift)
    assert stack.node.try_find_child("DeploymentConfigLinear20Percent7Minutes") is not None


def refusing(*_: object, **__: object) -> None:
    raise RuntimeError("an error of CDK's own")


def test_a_canary_has_an_alarm_on_the_new_version_alone(app: App, function: Function) -> None:
    release = function.add_release(shift=Shift.canary())
    assert release.alarm is not None
    (version,) = resources_of(app, "AWS::Lambda::Version")
    ((alarm_id, alarm),) = resources_of(app, "AWS::CloudWatch::Alarm").items()
    dimensions = {each["Name"]: each["Value"] for each in alarm["Properties"]["Dimensions"]}
    assert dimensions["ExecutedVersion"] == {"Fn::GetAtt": [version, "Version"]}
    assert set(dimensions) == {"FunctionName", "Resource", "ExecutedVersion"}
    group = only(app, GROUP)["Properties"]
    assert group["AlarmConfiguration"]["Alarms"] == [{"Name": {"Ref": alarm_id}}]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    (group_id,) = resources_of(app, GROUP)
    update = only(app, "AWS::Lambda::Alias")["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert update["DeploymentGroupName"] == {"Ref": group_id}


def test_alarms_of_ones_own_take_its_place(app: App, stack: Stack, function: Function) -> None:
    metric = aws_cloudwatch.Metric(namespace="Shop", metric_name="LostOrders")
    own = aws_cloudwatch.Alarm(stack, "Lost", metric=metric, threshold=1, evaluation_periods=1)
    assert function.add_release(shift=Shift.canary(), alarms=[own]).alarm is None
    (alarm_id,) = resources_of(app, "AWS::CloudWatch::Alarm")
    assert only(app, GROUP)["Properties"]["AlarmConfiguration"]["Alarms"] == [{"Name": {"Ref": alarm_id}}]


def test_at_once_there_is_nothing_to_watch(app: App, function: Function) -> None:
    assert function.add_release(shift=Shift.all_at_once()).alarm is None
    assert not resources_of(app, "AWS::CloudWatch::Alarm")


def test_hooks_may_answer_for_this_deployment_group_alone(
    app: App, stack: Stack, function: Function, required: dict[str, Any]
) -> None:
    before, after = Function(stack, "Before", **required), Function(stack, "After", **required)
    function.add_release(shift=Shift.all_at_once(), pre_hook=before, post_hook=after)
    (group_id,) = resources_of(app, GROUP)
    (app_id,) = resources_of(app, "AWS::CodeDeploy::Application")
    answers = [
        statement
        for policy in resources_of(app, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Action"] == "codedeploy:PutLifecycleEventHookExecutionStatus"
    ]
    assert len(answers) == 2
    for statement in answers:
        assert statement["Resource"]["Fn::Join"][1][-3:] == [{"Ref": app_id}, "/", {"Ref": group_id}]
    update = only(app, "AWS::Lambda::Alias")
    hooks = update["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert hooks["BeforeAllowTrafficHook"] == stack.resolve(before.function_name)
    assert hooks["AfterAllowTrafficHook"] == stack.resolve(after.function_name)
    assert any("DeploymentPolicy" in each for each in update["DependsOn"])


def test_codedeploy_may_shift_this_alias_alone(app: App, stack: Stack, function: Function, required: Any) -> None:
    before = Function(stack, "Before", **required)
    release = function.add_release(shift=Shift.canary(), pre_hook=before)
    (role_id, role) = next(each for each in resources_of(app, "AWS::IAM::Role").items() if "DeploymentRole" in each[0])
    assert "ManagedPolicyArns" not in role["Properties"]
    (policy,) = (each for key, each in resources_of(app, "AWS::IAM::Policy").items() if "DeploymentPolicy" in key)
    assert policy["Properties"]["Roles"] == [{"Ref": role_id}]
    shift, alarms, invoke = policy["Properties"]["PolicyDocument"]["Statement"]
    arn = stack.resolve(function.function_arn)
    assert shift["Action"] == ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"]
    assert shift["Resource"] == [arn, {"Fn::Join": ["", [arn, ":live"]]}]
    assert release.alarm is not None
    assert alarms == {
        "Action": "cloudwatch:DescribeAlarms",
        "Effect": "Allow",
        "Resource": stack.resolve(release.alarm.alarm_arn),
    }
    assert (invoke["Action"], invoke["Resource"]) == ("lambda:InvokeFunction", stack.resolve(before.function_arn))
    assert only(app, GROUP)["Properties"]["ServiceRoleArn"] == {"Fn::GetAtt": [role_id, "Arn"]}


def test_composite_alarms_are_told_to_whoever_may_ask_for_all(app: App, stack: Stack, function: Function) -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:Any"
    own = aws_cloudwatch.Alarm.from_alarm_arn(stack, "Any", arn)
    function.add_release(shift=Shift.canary(), alarms=[own])
    (policy,) = (each for key, each in resources_of(app, "AWS::IAM::Policy").items() if "DeploymentPolicy" in key)
    *_, alarms = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (alarms["Action"], alarms["Resource"]) == ("cloudwatch:DescribeAlarms", "*")


@pytest.mark.parametrize("percentage", [0, 1, 99, 100])
@pytest.mark.parametrize("make", [Shift.canary, Shift.linear])
def test_bounds_of_a_step(stack: Stack, function: Function, make: Any, percentage: int) -> None:
    shift = make(percentage=percentage, interval=Duration.minutes(10))
    if limits.TRAFFIC_SHIFT_PERCENTAGE.admits(percentage):
        function.add_release(shift=shift)
        return
    before = paths_in(stack)
    with pytest.raises(InputError, match="percentage is"):
        function.add_release(shift=shift)
    assert paths_in(stack) == before


@pytest.mark.parametrize("by", [-1, 0, 1])
@pytest.mark.parametrize(("make", "percentage", "steps"), [(Shift.canary, 10, 1), (Shift.linear, 25, 3)])
def test_bounds_of_the_whole(function: Function, make: Any, percentage: int, steps: int, by: int) -> None:
    most = limits.TRAFFIC_SHIFT_MINUTES.maximum or 0
    shift = make(percentage=percentage, interval=Duration.minutes(most // steps + by))
    if by <= 0:
        function.add_release(shift=shift)
        return
    with pytest.raises(InputError, match="apart; AWS allows 1 to 2,880 minutes"):
        function.add_release(shift=shift)


def test_part_of_a_minute_is_refused(function: Function) -> None:
    with pytest.raises(InputError, match="interval is 90 s, and CodeDeploy counts whole minutes"):
        function.add_release(shift=Shift.canary(interval=Duration.seconds(90)))


# --- What is refused --------------------------------------------------------------------------------------------------


def test_all_problems_are_named_at_once(stack: Stack, function: Function) -> None:
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        function.add_release(
            provisioned=Provisioned.by_utilization(min_capacity=3, max_capacity=2),
            shift=Shift.canary(percentage=100),
            pre_hook=function,
        )
    assert len(str(refused.value).splitlines()) == 3
    assert paths_in(stack) == before


def test_hooks_and_alarms_want_a_shift(stack: Stack, function: Function, required: dict[str, Any]) -> None:
    hook = Function(stack, "Hook", **required)
    with pytest.raises(InputError, match="pre_hook given without a shift"):
        function.add_release(pre_hook=hook)


def test_a_hook_of_another_stack_is_refused(app: App, function: Function, required: dict[str, Any]) -> None:
    hook = Function(Stack(app, "Other"), "Hook", **required)
    with pytest.raises(InputError, match="pre_hook stands in Other"):
        function.add_release(shift=Shift.canary(), pre_hook=hook)


@pytest.mark.parametrize("make", ["current_version", "alias"])
def test_a_hook_that_is_a_version_of_the_function_is_refused(stack: Stack, function: Function, make: str) -> None:
    hook = function.current_version if make == "current_version" else function.add_alias("beta")
    before = paths_in(stack)
    with pytest.raises(InputError, match="pre_hook is a version or an alias of the function"):
        function.add_release(shift=Shift.canary(), pre_hook=hook)
    assert paths_in(stack) == before


def test_a_hook_may_be_an_alias_of_its_own(app: App, stack: Stack, function: Function, required: Any) -> None:
    hook = Function(stack, "Hook", **required).add_alias("live")
    function.add_release(shift=Shift.canary(), pre_hook=hook)
    assert resources_of(app, GROUP)


def test_a_role_is_shared_with_a_hook_only_where_no_alarm_of_ours_watches(
    app: App, stack: Stack, required: dict[str, Any]
) -> None:
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    function, hook = (aws_lambda.Function(stack, id, **required, role=role) for id in ("Orders", "Hook"))
    before = paths_in(stack)
    with pytest.raises(InputError, match="pre_hook has the role of the function"):
        Release(function, shift=Shift.canary(), pre_hook=hook)
    assert paths_in(stack) == before
    Release(function, shift=Shift.all_at_once(), pre_hook=hook)
    assert_no_circle(template_of(app)["Resources"])


def assert_no_circle(resources: dict[str, Any]) -> None:
    def needed(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["Ref"]} if "Ref" in value else {value["Fn::GetAtt"][0]} if "Fn::GetAtt" in value else set()
            return own.union(*map(needed, value.values()))
        return set().union(*map(needed, value)) if isinstance(value, list) else set()

    needs = {
        name: (needed(resource) | set(resource.get("DependsOn", []))) & set(resources)
        for name, resource in resources.items()
    }
    list(TopologicalSorter(needs).static_order())


def test_two_releases_agree_on_what_becomes_of_versions(stack: Stack, function: Function) -> None:
    function.add_release("a", removal_policy=RemovalPolicy.RETAIN)
    before = paths_in(stack)
    with pytest.raises(InputError, match="removal_policy is DESTROY, and RETAIN in another release"):
        function.add_release("b", removal_policy=RemovalPolicy.DESTROY)
    assert paths_in(stack) == before
    function.add_release("b", removal_policy=RemovalPolicy.RETAIN)
    function.add_release("c")


def test_there_is_no_snapshot_of_a_version(function: Function) -> None:
    with pytest.raises(InputError, match="removal_policy is SNAPSHOT"):
        function.add_release(removal_policy=RemovalPolicy.SNAPSHOT)


def test_a_name_that_isnt_known_is_refused(stack: Stack, function: Function) -> None:
    name = CfnParameter(stack, "Name").value_as_string
    before = paths_in(stack)
    with pytest.raises(TypeError, match="alias_name must be known at synth"):
        function.add_release(name)
    assert paths_in(stack) == before


@pytest.mark.parametrize("name", ["live", "beta"])
def test_a_name_is_taken_once(function: Function, name: str) -> None:
    function.add_release()
    function.add_alias("beta")
    with pytest.raises(InputError, match=f"has an alias '{name}' already"):
        function.add_release(name)


@pytest.mark.parametrize("name", ["12", "", "a b", "a" * 129])
def test_names_that_aws_refuses(stack: Stack, function: Function, name: str) -> None:
    before = paths_in(stack)
    with pytest.raises(LimitError) as refused:
        function.add_release(name)
    assert {finding.rule for finding in refused.value.findings} == {"CL702"}
    assert paths_in(stack) == before


@pytest.mark.parametrize("name", ["a" * 128, "v1", "1-2"])
def test_names_that_aws_takes(function: Function, name: str) -> None:
    assert function.add_release(name).alias.alias_name == name


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"provisioned": 5}, "provisioned must be such as Provisioned.fixed(5)"),
        ({"shift": "canary"}, "shift must be a Shift"),
        ({"alarms": "x"}, "alarms must be a list"),
        ({"alarms": ["x"]}, "alarms holds alarms"),
        ({"post_hook": "x", "shift": Shift.canary()}, "post_hook must be a function"),
        ({"removal_policy": "retain"}, "removal_policy must be"),
        ({"description": 5}, "description must be a text"),
    ],
)
def test_wrong_types(stack: Stack, function: Function, options: dict[str, Any], told: str) -> None:
    before = paths_in(stack)
    with pytest.raises(TypeError) as refused:
        function.add_release(**options)
    assert told in str(refused.value)
    assert paths_in(stack) == before


def test_an_api_is_no_hook(stack: Stack, function: Function) -> None:
    api: Any = HttpApi(stack, "Api")
    with pytest.raises(TypeError, match="pre_hook must be a function"):
        function.add_release(shift=Shift.canary(), pre_hook=api)


def test_an_imported_function_has_no_version(stack: Stack) -> None:
    imported: Any = aws_lambda.Function.from_function_name(stack, "Imported", "orders")
    with pytest.raises(TypeError, match="function must be one of this app"):
        Release(imported)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Provisioned.fixed(True),
        lambda: Provisioned.fixed(None),  # type: ignore[arg-type]
        lambda: Provisioned.by_utilization(max_capacity="5"),  # type: ignore[arg-type]
        lambda: Provisioned.by_utilization(max_capacity=5, utilization_target="x"),  # type: ignore[arg-type]
        lambda: Provisioned.by_schedule("", MORNING),
        lambda: Provisioned.by_schedule("Day", "cron(0 7 * * ? *)"),  # type: ignore[arg-type]
        lambda: Provisioned.by_schedule("Day", MORNING, time_zone="Europe/Berlin"),  # type: ignore[arg-type]
        lambda: Provisioned.by_schedule("Day", MORNING, start_time="now"),  # type: ignore[arg-type]
        lambda: Provisioned.by_schedule("Day", MORNING, end_time=datetime(2027, 1, 1)),
        lambda: Shift.canary(percentage="10"),  # type: ignore[arg-type]
        lambda: Shift.linear(interval=5),  # type: ignore[arg-type]
        lambda: Shift(name="foo"),
        lambda: Shift(name="canary", percentage=10),
        lambda: Provisioned(name="foo"),
    ],
)
def test_wrong_types_of_their_parts(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_what_is_made_passes_our_own_checks(app: App, stack: Stack, required: dict[str, Any]) -> None:
    hook = Function(stack, "Hook", **required)
    Function(stack, "Orders", **required, reserved_concurrent_executions=50).add_release(
        provisioned=Provisioned.by_utilization(max_capacity=50), shift=Shift.canary(), pre_hook=hook
    )
    template_of(app)  # an error would stop the synth
