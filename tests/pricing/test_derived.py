"""Usage that follows from other usage: between APIs, topics, schedules and their functions, and only where it must."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from priced import Resource, cost, function, made, quantities, stack, unpriced
from rules.api_cases import (
    http_api,
    http_authorizer,
    integration,
    method,
    part,
    path_to,
    rest_api,
    rest_authorizer,
    route,
)

from constructs_lambda.model import Topology
from constructs_lambda.pricing import CostReport
from constructs_lambda.template import read_template

SUBSCRIPTION = {"TopicArn": {"Ref": "T"}, "Protocol": "lambda"}
TIMED = {"duration_ms": 1}


def of(name: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, "Arn"]}


def subscription(to: str = "F", **more: object) -> Resource:
    return made("SNS::Subscription", **{**SUBSCRIPTION, "Endpoint": of(to), **more})


def rule(expression: object, *names: str, **more: object) -> Resource:
    targets = [{"Arn": of(name), "Id": name} for name in names or ("F",)]
    return made("Events::Rule", ScheduleExpression=expression, Targets=targets, **more)


def schedule(expression: object, **more: object) -> Resource:
    return made("Scheduler::Schedule", ScheduleExpression=expression, Target={"Arn": of("F"), "RoleArn": "arn"}, **more)


HTTP = {"F": function(TIMED), "Api": http_api(), "R": route(), "I": integration()}
REST = {"F": function(TIMED), "Api": rest_api(), "M": method()}
TOPIC = {"F": function(TIMED), "T": made("SNS::Topic"), "S": subscription()}
FRONT = {"http": (HTTP, "Api"), "rest": (REST, "Api"), "topic": (TOPIC, "T")}


def requests_of(report: CostReport, resource: str) -> int | None:
    found = [each.quantity for each in report.lines if each.resource == resource and each.unit == "request"]
    return int(sum(found)) if found else None


def check(
    resources: Mapping[str, Resource], uses: Mapping[str, object], expected: Mapping[str, int | None]
) -> CostReport:
    report = cost(resources, uses)
    assert {name: requests_of(report, name) for name in expected} == expected
    return report


@pytest.mark.parametrize("kind", FRONT)
def test_forwards_and_backwards(kind: str) -> None:
    resources, front = FRONT[kind]
    forwards = check(resources, {front: {"requests": 1000}}, {front: 1000, "F": 1000})
    assert f"requests of F: those of {front}" in forwards.assumptions
    backwards = check(resources, {"F": {"requests": 1000}}, {front: 1000, "F": 1000})
    assert f"requests of {front}: those of F" in backwards.assumptions
    assert quantities(forwards) == quantities(backwards)


@pytest.mark.parametrize("kind", FRONT)
def test_what_is_stated_of_both_stays(kind: str) -> None:
    resources, front = FRONT[kind]
    report = check(resources, {front: {"requests": 1000}, "F": {"requests": 7}}, {front: 1000, "F": 7})
    assert not any(each.startswith("requests of") for each in report.assumptions)


@pytest.mark.parametrize("kind", FRONT)
def test_from_nothing_nothing_follows(kind: str) -> None:
    resources, front = FRONT[kind]
    check(resources, {}, {front: None, "F": None})
    check(resources, {front: {"payload_kb": 1}}, {front: None, "F": None})


def test_pieces_of_an_api_are_no_more_invocations() -> None:
    check(HTTP, {"Api": {"requests": 1000, "payload_kb": 1024}}, {"Api": 2000, "F": 1000})


def test_two_routes_to_one_function_are_one_source() -> None:
    check({**HTTP, "R2": route("POST /orders")}, {"Api": {"requests": 1000}}, {"F": 1000})


def two_functions(kind: str) -> dict[str, Resource]:
    if kind == "http":
        target = {"Fn::Join": ["", ["integrations/", {"Ref": "I2"}]]}
        second = {"R2": route("POST /b", Target=target), "I2": integration(IntegrationUri=of("G"))}
        return {**HTTP, "G": function(TIMED), **second}
    second = {
        "P": part("b"),
        "M2": method(
            "GET", "P", Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": path_to(of("G"))}
        ),
    }
    return {**REST, "G": function(TIMED), **second}


@pytest.mark.parametrize("kind", ["http", "rest"])
def test_an_api_in_front_of_two_functions(kind: str) -> None:
    resources = two_functions(kind)
    report = check(resources, {"Api": {"requests": 1000}}, {"Api": 1000, "F": None, "G": None})
    reasons = {each.reason for each in report.unpriced if each.item == "requests"}
    assert reasons == {"the requests of Api go to 2 functions: state those of each"}
    check(resources, {"F": {"requests": 600}, "G": {"requests": 400}}, {"Api": 1000})
    check(resources, {"F": {"requests": 600}}, {"Api": None, "G": None})


@pytest.mark.parametrize(
    "more",
    [
        {"U": made("Lambda::Url", TargetFunctionArn=of("F"), AuthType="NONE")},
        {
            "E": made("Lambda::EventSourceMapping", FunctionName={"Ref": "F"}, EventSourceArn=of("Q")),
            "Q": made("SQS::Queue"),
        },
        {"E": rule(None)},
        {"E": rule("cron(0 12 * * ? *)")},
        {
            "B": made(
                "S3::Bucket",
                NotificationConfiguration={
                    "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": of("F")}]
                },
            )
        },
        {"A": http_authorizer()},
    ],
    ids=["URL", "queue", "rule", "cron", "bucket", "authorizer"],
)
def test_another_trigger_can_not_be_counted(more: dict[str, Resource]) -> None:
    check({**HTTP, **more}, {"Api": {"requests": 1000}}, {"F": None})
    check({**HTTP, **more}, {"F": {"requests": 1000}}, {"Api": None})


def test_the_function_of_an_authorizer_is_not_called_by_each_request() -> None:
    guard = {"G": function(TIMED), "A": rest_authorizer(AuthorizerUri=path_to(of("G")))}
    check({**REST, **guard}, {"Api": {"requests": 1000}}, {"F": 1000, "G": None})


def test_an_api_that_answers_some_requests_itself() -> None:
    mock = method("OPTIONS", Integration={"Type": "MOCK"})
    check({**REST, "M2": mock}, {"Api": {"requests": 1000}}, {"F": None})
    check({**REST, "M2": mock}, {"F": {"requests": 1000}}, {"Api": None})


def test_an_api_of_a_document_may_have_other_routes() -> None:
    check({**HTTP, "Api": http_api(Body={"paths": {}})}, {"Api": {"requests": 1000}}, {"F": None})


# Topics: each publish reaches every function that has subscribed.


def test_a_topic_with_two_functions() -> None:
    resources = {**TOPIC, "G": function(TIMED), "S2": subscription("G")}
    check(resources, {"T": {"requests": 1000}}, {"F": 1000, "G": 1000})
    check(resources, {"F": {"requests": 1000}, "G": {"requests": 1000}}, {"T": 1000})
    check(resources, {"F": {"requests": 1000}, "G": {"requests": 999}}, {"T": None})
    check(resources, {"F": {"requests": 1000}}, {"T": None, "G": None})


@pytest.mark.parametrize("policy", [{"type": ["a"]}, {"Ref": "P"}])
def test_a_filter_policy_leaves_some_out(policy: object) -> None:
    resources = {**TOPIC, "S": subscription(FilterPolicy=policy)}
    check(resources, {"T": {"requests": 1000}}, {"F": None})
    check(resources, {"F": {"requests": 1000}}, {"T": None})


def test_a_function_behind_an_api_and_a_topic_has_the_requests_of_both() -> None:
    resources = {**HTTP, "T": made("SNS::Topic"), "S": subscription()}
    report = check(resources, {"Api": {"requests": 1000}, "T": {"requests": 10}}, {"F": 1010})
    assert "requests of F: those of Api and T" in report.assumptions
    check(resources, {"Api": {"requests": 1000}}, {"F": None})
    check(resources, {"F": {"requests": 1000}}, {"Api": None, "T": None})


def test_a_topic_that_goes_to_a_queue_says_nothing_of_it() -> None:
    to_queue = subscription(Protocol="sqs", Endpoint=of("Q"))
    check(
        {"T": made("SNS::Topic"), "S": to_queue, "Q": made("SQS::Queue")}, {"T": {"requests": 5}}, {"T": 5, "Q": None}
    )


# Schedules, in a month of 730 hours.


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(1 minute)", 43_800),
        ("rate(5 minutes)", 8_760),
        ("rate(1 hour)", 730),
        ("rate(12 hours)", 60),
        ("rate(1 day)", 30),
        ("rate(7 days)", 4),
        ("rate(0 minutes)", None),
        ("rate(5 weeks)", None),
        ("rate(1000000000 days)", None),
        ("cron(0 12 * * ? *)", None),
        ("at(2027-01-01T00:00:00)", None),
        ({"Ref": "P"}, None),
    ],
)
@pytest.mark.parametrize("make", [rule, schedule])
def test_a_rate_says_how_often(make: object, expression: object, expected: int | None) -> None:
    assert callable(make)
    report = check({"F": function(TIMED), "E": make(expression)}, {}, {"F": expected})
    assert ("requests of F: those of its schedule" in report.assumptions) is (expected is not None)


@pytest.mark.parametrize("make", [rule, schedule])
@pytest.mark.parametrize(("state", "expected"), [("ENABLED", 730), ("DISABLED", None), ({"Ref": "P"}, None)])
def test_a_schedule_that_is_switched_off_never_runs(make: object, state: object, expected: int | None) -> None:
    assert callable(make)
    check({"F": function(TIMED), "E": make("rate(1 hour)", State=state)}, {}, {"F": expected})


def test_a_schedule_that_is_switched_off_is_no_other_trigger() -> None:
    resources = {**HTTP, "E": rule("rate(1 hour)", State="DISABLED")}
    check(resources, {"Api": {"requests": 1000}}, {"F": 1000})


def test_a_schedule_and_an_api() -> None:
    resources = {**HTTP, "E": rule("rate(1 hour)")}
    report = check(resources, {"Api": {"requests": 1000}}, {"F": 1730})
    assert "requests of F: those of Api and its schedule" in report.assumptions
    check(resources, {"F": {"requests": 1730}}, {"Api": None})


def test_every_target_of_a_rule_is_invoked_as_often() -> None:
    resources = {"F": function(TIMED), "G": function(TIMED), "E": rule("rate(1 hour)", "F", "G")}
    check(resources, {}, {"F": 730, "G": 730})


def test_what_is_stated_goes_before_a_schedule() -> None:
    check({"F": function(TIMED), "E": rule("rate(1 hour)")}, {"F": {"requests": 5}}, {"F": 5})


def test_only_requests_are_derived() -> None:
    report = cost(HTTP | {"F": function()}, {"Api": {"requests": 1000}})
    assert unpriced(report) == {"duration, x86": "no duration_ms is stated"}


# What else refers to a function may invoke it

OTHERS: dict[str, dict[str, Resource]] = {
    "destination": {
        "G": function({"requests": 1, "duration_ms": 1}),
        "E": made(
            "Lambda::EventInvokeConfig",
            FunctionName={"Ref": "G"},
            DestinationConfig={"OnSuccess": {"Destination": of("F")}},
        ),
    },
    "task": {
        "M": made("StepFunctions::StateMachine", DefinitionString={"Fn::Join": ["", ['{"Resource":"', of("F"), '"}']]})
    },
    "substituted task": {
        "M": made("StepFunctions::StateMachine", DefinitionString={"Fn::Sub": '{"Resource":"${F.Arn}"}'})
    },
    "trigger of a pool": {"P": made("Cognito::UserPool", LambdaConfig={"PreSignUp": of("F")})},
    "alias": {
        "A": made("Lambda::Alias", FunctionName={"Ref": "F"}, FunctionVersion="1", Name="live"),
        "P": made("Cognito::UserPool", LambdaConfig={"PreSignUp": {"Ref": "A"}}),
    },
    "environment": {
        "G": function({"requests": 1, "duration_ms": 1}, Environment={"Variables": {"TARGET": {"Ref": "F"}}})
    },
    "alarm": {"A": made("CloudWatch::Alarm", AlarmActions=[of("F")])},
    "stack that is not here": {
        "N": made("CloudFormation::Stack", TemplateURL="https://example.com/a.json", Parameters={"P": of("F")})
    },
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_else_may_invoke_a_function_can_not_be_counted(name: str) -> None:
    resources = {**HTTP, **OTHERS[name]}
    check(resources, {"Api": {"requests": 1000}}, {"F": None})
    check(resources, {"F": {"requests": 1000}}, {"Api": None})
    check({"F": function(TIMED), "R": rule("rate(1 hour)"), **OTHERS[name]}, {}, {"F": None})


def test_a_literal_arn_is_a_reference_too() -> None:
    machine = made("StepFunctions::StateMachine", DefinitionString="arn:aws:lambda:us-east-1:1:function:orders:live")
    named = {**HTTP, "F": function(TIMED, FunctionName="orders"), "M": machine}
    check(named, {"Api": {"requests": 1000}}, {"F": None})
    check({**named, "F": function(TIMED, FunctionName="order")}, {"Api": {"requests": 1000}}, {"F": 1000})


def test_a_function_of_another_stack() -> None:
    outputs = {"O": {"Value": of("F"), "Export": {"Name": "orders"}}}
    one = read_template({"Resources": HTTP, "Outputs": outputs}, template="a", size_bytes=1)
    pool = made("Cognito::UserPool", LambdaConfig={"PreSignUp": {"Fn::ImportValue": "orders"}})
    uses = {"Api": {"requests": 1000}}
    assert requests_of(cost(Topology([one]), uses), "F") == 1000
    assert requests_of(cost(Topology([one, stack({"P": pool}, "b")]), uses), "F") is None


@pytest.mark.parametrize(
    "about",
    [
        made("IAM::Policy", PolicyDocument={"Statement": [{"Resource": of("F")}]}),
        made("SQS::QueuePolicy", PolicyDocument={"Statement": [{"Condition": {"ArnEquals": of("F")}}]}),
        made("Lambda::Permission", FunctionName=of("F")),
        made("Lambda::Version", FunctionName={"Ref": "F"}),
        made("Lambda::EventInvokeConfig", FunctionName={"Ref": "F"}, MaximumRetryAttempts=0),
        made("CloudWatch::Alarm", Dimensions=[{"Name": "FunctionName", "Value": {"Ref": "F"}}], Period=60),
        made("CloudWatch::Dashboard", DashboardBody={"Fn::Sub": "${F}"}),
        made("Logs::LogGroup", LogGroupName={"Fn::Sub": "/aws/lambda/${F}"}),
        made("Logs::SubscriptionFilter", LogGroupName={"Fn::Sub": "/aws/lambda/${F}"}, DestinationArn=of("Other")),
        {"Type": "Custom::LogRetention", "Properties": {"LogGroupName": {"Fn::Sub": "/aws/lambda/${F}"}}},
    ],
    ids=lambda each: each["Type"],
)
def test_what_is_about_a_function_does_not_invoke_it(about: Resource) -> None:
    check({**HTTP, "X": about}, {"Api": {"requests": 1000}}, {"F": 1000})
    check({**HTTP, "X": about}, {"F": {"requests": 1000}}, {"Api": 1000})


@pytest.mark.parametrize("pattern", [{"source": ["aws.s3"]}, {"Ref": "P"}])
def test_a_rule_that_also_matches_events_runs_more_often(pattern: object) -> None:
    check({"F": function(TIMED), "E": rule("rate(1 hour)", EventPattern=pattern)}, {}, {"F": None})
    nothing = {"Ref": "AWS::NoValue"}
    check({"F": function(TIMED), "E": rule("rate(1 hour)", EventPattern=nothing)}, {}, {"F": 730})


@pytest.mark.parametrize("name", ["StartDate", "EndDate"])
def test_a_schedule_for_some_time_runs_less_often(name: str) -> None:
    limited = {name: "2026-12-01T00:00:00Z"}
    check({"F": function(TIMED), "E": schedule("rate(1 hour)", **limited)}, {}, {"F": None})
