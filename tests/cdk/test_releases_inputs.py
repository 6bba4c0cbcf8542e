"""What a release is given: keywords that don't exist, names of schedules, imported hooks, and problems of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    Environment,
    RemovalPolicy,
    Stack,
    Token,
    aws_applicationautoscaling,
    aws_lambda,
)
from synthesized import resources_of

from constructs_lambda import CapacityProvider, Function, InputError, LimitError, Provisioned, Release, Shift, Tuned

pytestmark = pytest.mark.cdk

MORNING = aws_applicationautoscaling.Schedule.cron(hour="7", minute="30")
LAMBDA = "arn:aws:lambda:eu-west-1:111122223333:function:"
GRANTED = "AWS::IAM::Policy"
DURABLE = aws_lambda.DurableConfig(execution_timeout=Duration.minutes(15))


@pytest.fixture
def function(stack: Stack, required: dict[str, Any]) -> Function:
    return Function(stack, "Orders", **required)


def paths_in(stack: Stack) -> list[str]:
    return [str(node.node.path) for node in stack.node.find_all()]


@pytest.mark.parametrize(
    ("make", "keywords", "told"),
    [
        (
            Release,
            {"provisoned": 5, "prehook": 5},
            "Release() got unexpected keyword arguments: 'provisoned' (did you mean 'provisioned'?), 'prehook' (did "
            "you mean 'pre_hook'?)",
        ),
        (
            Provisioned.by_utilization,
            {"max_capcity": 5},
            "Provisioned.by_utilization() got unexpected keyword arguments: 'max_capcity' (did you mean 'max_capacity",
        ),
        (Provisioned.fixed, {"foo": 1}, "Provisioned.fixed() got unexpected keyword arguments: 'foo'"),
        (Provisioned.by_schedule, {"min_capcity": 5}, "'min_capcity' (did you mean 'min_capacity'?)"),
        (Shift.canary, {"percent": 5, "intervall": 5}, "'percent' (did you mean 'percentage'?), 'intervall' (did you"),
        (Shift.linear, {"percent": 5}, "Shift.linear() got unexpected keyword arguments: 'percent'"),
        (Shift.all_at_once, {"percentage": 5}, "Shift.all_at_once() got unexpected keyword arguments: 'percentage'"),
        (CapacityProvider, {"networks": 5}, "CapacityProvider() got unexpected keyword arguments: 'networks'"),
        (Tuned, {"strateg": "cost"}, "Tuned() got unexpected keyword arguments: 'strateg' (did you mean 'strategy'?)"),
    ],
)
def test_a_misspelt_keyword_is_told_the_nearest(
    make: Callable[..., object], keywords: dict[str, Any], told: str
) -> None:
    """Also before a required one is said to be missing."""
    with pytest.raises(TypeError) as refused:
        make(**keywords)
    assert told in str(refused.value)


def test_misspelt_keywords_of_a_functions_methods(stack: Stack, function: Any) -> None:
    before = paths_in(stack)
    with pytest.raises(TypeError, match="'shif'"):
        function.add_release(shif=Shift.canary())
    with pytest.raises(TypeError, match="'payloads'"):
        function.add_tuning_input(payloads={})
    assert paths_in(stack) == before


def test_what_the_rules_find_and_what_is_given_come_in_one_error(stack: Stack, function: Function) -> None:
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        function.add_release("1", shift=Shift.canary(percentage=0), description="x" * 257)
    lines = str(refused.value).splitlines()
    assert [("(CL702)" in line, "percentage is 0" in line) for line in lines] == [(True, False)] * 2 + [(False, True)]
    assert all(line.startswith("Shop/Orders/Alias1: ") and " Fix: " in line for line in lines)
    assert paths_in(stack) == before


def test_what_the_rules_alone_find_keeps_its_findings(function: Function) -> None:
    with pytest.raises(LimitError) as refused:
        function.add_release("1", shift=Shift.canary(), description="x" * 257)
    assert [finding.rule for finding in refused.value.findings] == ["CL702", "CL702"]


# --- Names of schedules -----------------------------------------------------------------------------------------------


def at(id: str) -> Provisioned:
    return Provisioned.by_schedule(id, MORNING, min_capacity=1)


@pytest.mark.parametrize("id", ["a:b", "a/b", "a|b", " a", "a ", "a\n", "a\x7f", "x" * 257])
def test_names_that_application_auto_scaling_refuses(stack: Stack, function: Function, id: str) -> None:
    before = paths_in(stack)
    with pytest.raises(InputError, match="schedule '"):
        function.add_release(provisioned=at(id))
    assert paths_in(stack) == before


@pytest.mark.parametrize("id", ["a", "Every morning", "x" * 255, "x" * 256, "a.b-c_d\\e", "Früh"])
def test_names_that_it_takes(app: App, function: Function, id: str) -> None:
    function.add_release(provisioned=at(id))
    (target,) = resources_of(app, "AWS::ApplicationAutoScaling::ScalableTarget").values()
    assert target["Properties"]["ScheduledActions"][0]["ScheduledActionName"] == id


def test_a_name_that_isnt_known_is_none_of_them(stack: Stack, function: Function) -> None:
    function.add_release(provisioned=at(Token.as_string(CfnParameter(stack, "P").value_as_string)))


# --- Imported hooks ---------------------------------------------------------------------------------------------------


@pytest.fixture
def placed(app: App) -> Stack:
    return Stack(app, "Placed", env=Environment(account="111122223333", region="eu-west-1"))


@pytest.mark.parametrize(
    "arn", [f"{LAMBDA}check", f"{LAMBDA}CodeDeployHook_check", f"{LAMBDA}CodeDeployHook_check:live"]
)
def test_an_imported_hook_may_be_invoked(app: App, placed: Stack, required: dict[str, Any], arn: str) -> None:
    """Whatever its name, and nothing but what is named."""
    hook = aws_lambda.Function.from_function_arn(placed, "Hook", arn)
    Function(placed, "Orders", **required).add_release(shift=Shift.all_at_once(), pre_hook=hook)
    granted = [
        each["Properties"]["PolicyDocument"]["Statement"] for each in resources_of(app, GRANTED, "Placed").values()
    ]
    assert arn in [each["Resource"] for statements in granted for each in statements]


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        (
            f"{LAMBDA}check:live",
            "pre_hook is check:live, and CodeDeploy invokes check, for which its role gets no right",
        ),
        (f"{LAMBDA}check:1", "pre_hook is check:1, and CodeDeploy invokes check"),
        (
            LAMBDA.replace("1111", "9999") + "check",
            "pre_hook is in the account 999922223333, and CodeDeploy looks for it in",
        ),
        (
            LAMBDA.replace("west", "north") + "check",
            "pre_hook is in the Region eu-north-1, and CodeDeploy looks for it in",
        ),
    ],
)
def test_an_imported_hook_that_codedeploy_cant_invoke(
    placed: Stack, required: dict[str, Any], arn: str, told: str
) -> None:
    function = Function(placed, "Orders", **required)
    hook = aws_lambda.Function.from_function_arn(placed, "Hook", arn)
    before = paths_in(placed)
    with pytest.raises(InputError) as refused:
        function.add_release(shift=Shift.all_at_once(), pre_hook=hook)
    assert told in str(refused.value)
    assert paths_in(placed) == before


def test_a_hook_of_an_account_that_cdk_doesnt_know(stack: Stack, function: Function) -> None:
    hook = aws_lambda.Function.from_function_arn(stack, "Hook", f"{LAMBDA}check")
    before = paths_in(stack)
    with pytest.raises(InputError, match="pre_hook is imported so that CDK doesn't know its account"):
        function.add_release(shift=Shift.all_at_once(), pre_hook=hook, removal_policy=RemovalPolicy.DESTROY)
    assert paths_in(stack) == before
    known = aws_lambda.Function.from_function_attributes(
        stack, "Known", function_arn=f"{LAMBDA}check", same_environment=True
    )
    function.add_release(shift=Shift.all_at_once(), pre_hook=known, removal_policy=RemovalPolicy.RETAIN)
    allowed = aws_lambda.Function.from_function_attributes(
        stack, "Allowed", function_arn=f"{LAMBDA}check", skip_permissions=True
    )
    function.add_release("beta", shift=Shift.all_at_once(), post_hook=allowed)


def test_what_a_release_said_is_forgotten_where_cdk_refuses_it(
    app: App, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("constructs_lambda.cdk.provisioned.provision", refusing)
        with pytest.raises(RuntimeError, match="of CDK's own"):
            function.add_release(removal_policy=RemovalPolicy.DESTROY)
    function.add_release()
    (version,) = resources_of(app, "AWS::Lambda::Version").values()
    assert version["DeletionPolicy"] == "RetainExceptOnCreate"
    with monkeypatch.context() as patched:
        patched.setattr("constructs_lambda.cdk.provisioned.provision", refusing)
        with pytest.raises(RuntimeError, match="of CDK's own"):
            function.add_release("beta", removal_policy=RemovalPolicy.DESTROY)
    function.add_release("beta", removal_policy=RemovalPolicy.RETAIN)


def refusing(*_: object) -> None:
    raise RuntimeError("an error of CDK's own")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tenancy_config": aws_lambda.TenancyConfig.PER_TENANT}, "which has tenant isolation, and CodeDeploy names"),
        ({"durable_config": DURABLE}, "pre_hook is the durable function Shop/Hook, which Lambda runs by"),
    ],
)
def test_a_hook_that_lambda_refuses_to_run(
    stack: Stack, function: Function, required: dict[str, Any], options: dict[str, Any], told: str
) -> None:
    hook = Function(stack, "Hook", **required, **options)
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        function.add_release(shift=Shift.all_at_once(), pre_hook=hook)
    assert told in str(refused.value)
    assert paths_in(stack) == before


def test_a_durable_hook_may_be_an_alias(stack: Stack, function: Function, required: dict[str, Any]) -> None:
    hook = Function(stack, "Hook", **required, durable_config=DURABLE)
    function.add_release(shift=Shift.all_at_once(), pre_hook=hook.add_release().alias)


def test_an_alarm_is_given_once(stack: Stack, function: Function) -> None:
    one, other = (function.metric_errors().create_alarm(stack, id, threshold=1, evaluation_periods=1) for id in "AB")
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        function.add_release(shift=Shift.canary(), alarms=[one, other, one, one])
    assert str(refused.value).count("more than once") == 1
    assert "alarms has Shop/A more than once" in str(refused.value)
    assert paths_in(stack) == before
    function.add_release(shift=Shift.canary(), alarms=[one, other])


@pytest.mark.parametrize("by", [999, 1000, 1001])
def test_cooldowns_are_whole_seconds(stack: Stack, function: Function, by: int) -> None:
    before = paths_in(stack)
    provisioned = Provisioned.by_utilization(max_capacity=5, scale_in_cooldown=Duration.millis(by))
    if by == 1000:
        function.add_release(provisioned=provisioned)
        return
    with pytest.raises(InputError, match=f"scale_in_cooldown is {by / 1000:g} s, and AWS counts whole seconds"):
        function.add_release(provisioned=provisioned)
    assert paths_in(stack) == before


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_a_schedule_ends_after_it_starts(function: Function, by: int) -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    provisioned = Provisioned.by_schedule(
        "Day", MORNING, min_capacity=1, start_time=start, end_time=start + timedelta(seconds=by)
    )
    if by > 0:
        function.add_release(provisioned=provisioned)
        return
    with pytest.raises(InputError, match="schedule 'Day': start_time is 2027-01-01T00:00:00"):
        function.add_release(provisioned=provisioned)


@pytest.mark.parametrize("has_role", [False, True])
def test_who_imports_a_hook_is_told_of_its_right_to_answer(
    app: App, stack: Stack, function: Function, required: dict[str, Any], has_role: bool
) -> None:
    imported = aws_lambda.Function.from_function_name(stack, "Imported", "check")
    hook = Function(stack, "Hook", **required) if has_role else imported
    function.add_release(shift=Shift.all_at_once(), pre_hook=hook)
    warnings = [str(each.data) for each in function.node.find_child("Release-live").node.metadata]
    assert ["codedeploy:PutLifecycleEventHookExecutionStatus" in each for each in warnings] == (
        [] if has_role else [True]
    )
