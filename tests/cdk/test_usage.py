"""`Usage`: what it takes, where it goes, and that the price of the app comes out of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from assemblies import fill
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    NestedStack,
    Size,
    Stack,
    Stage,
    Token,
    aws_apigatewayv2,
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_logs,
    aws_secretsmanager,
    aws_sns,
    aws_sqs,
)
from priced import amounts
from synthesized import resources_of, template_of

from constructs_lambda import (
    Egress,
    Function,
    HttpApi,
    IamAuthorizer,
    ImageFunction,
    InputError,
    Network,
    PythonFunction,
    QueueTrigger,
    RestApi,
    TopicTrigger,
    Usage,
)
from constructs_lambda.apps import read_app
from constructs_lambda.cdk.metadata import note
from constructs_lambda.pricing import AppUsage, CostReport, estimate
from constructs_lambda.testing import assert_monthly_cost

pytestmark = pytest.mark.cdk

M = 1_000_000
CALLS = Usage(requests_per_month=2 * M, duration=Duration.millis(120))
REQUESTS = Usage(requests_per_month=3 * M)
DATA = Usage(data_per_month=Size.gibibytes(100))


def report(app: App, **options: Any) -> CostReport:
    def no_input() -> bytes:
        raise AssertionError

    given = {"free_tier": False, **options}
    return estimate(read_app(app.synth().directory, no_input), given.pop("usage", AppUsage()), **given)


def noted(app: App, kind: str) -> Any:
    """What the metadata of the one resource of a type says of its usage; None where it says nothing."""
    found = [each for each in template_of(app)["Resources"].values() if each["Type"] == kind]
    (metadata,) = [each["Metadata"].get("constructs-lambda", {}) for each in found if "Metadata" in each]
    return metadata.get("usage")


def make_nothing(scope: Stack) -> list[str]:
    return [each.node.path for each in scope.node.find_all() if each is not scope]


# What it takes


def test_everything_in_the_units_of_a_usage_file() -> None:
    usage = Usage(
        requests_per_month=2_000_000,
        duration=Duration.millis(1500),
        init_duration=Duration.seconds(2),
        cold_start_share=0.01,
        payload=Size.mebibytes(1),
        data_per_month=Size.tebibytes(1),
        provisioned_hours=100,
    )
    assert usage.written == {
        "requests": 2_000_000,
        "duration_ms": 1500,
        "init_ms": 2000,
        "cold_share": 0.01,
        "payload_kb": 1024,
        "data_gb": 1024,
        "provisioned_hours": 100,
    }
    assert Usage().written == {}
    assert Usage(payload=Size.bytes(512), data_per_month=Size.mebibytes(256)).written == {
        "payload_kb": 0.5,
        "data_gb": 0.25,
    }


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"duration": 120}, "duration has no unit: must be a Duration, such as Duration.millis(120); got 120"),
        (
            {"init_duration": 0.3},
            "init_duration has no unit: must be a Duration, such as Duration.millis(300); got 0.3",
        ),
        ({"payload": 4}, "payload has no unit: must be a Size, such as Size.kibibytes(4); got 4"),
        ({"data_per_month": 100}, "data_per_month has no unit: must be a Size, such as Size.gibibytes(100); got 100"),
        ({"duration": "120 ms"}, "duration must be a Duration, such as Duration.millis(120); got '120 ms'"),
        ({"duration": True}, "duration must be a Duration, such as Duration.millis(120); got True"),
        ({"requests_per_month": "many"}, "requests_per_month must be a number; got 'many'"),
        ({"requests_per_month": True}, "requests_per_month must be a number; got True"),
        ({"cold_start_share": "1%"}, "cold_start_share must be a number; got '1%'"),
        ({"provisioned_hours": [1]}, "provisioned_hours must be a number; got [1]"),
    ],
)
def test_wrong_types(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as raised:
        Usage(**keywords)
    assert str(raised.value) == message


def test_a_size_is_no_duration() -> None:
    with pytest.raises(TypeError, match="duration must be a Duration"):
        Usage(duration=Size.kibibytes(4))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="payload must be a Size"):
        Usage(payload=Duration.millis(4))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keywords", "start"),
    [
        ({"requests_per_month": -1}, "requests_per_month is -1; it must be at least 0 and at most 10,000,000,000,000 "),
        ({"requests_per_month": 10**13 + 1}, "requests_per_month is 10,000,000,000,001; it must be at least 0"),
        ({"requests_per_month": float("nan")}, "requests_per_month must be a number, at least 0"),
        ({"requests_per_month": float("inf")}, "requests_per_month must be a number, at least 0"),
        ({"requests_per_month": float("-inf")}, "requests_per_month must be a number, at least 0"),
        ({"duration": Duration.millis(0)}, "duration is 0; it must be more than 0 and at most 900,000 milliseconds"),
        ({"duration": Duration.millis(900_001)}, "duration is 900,001; it must be more than 0"),
        ({"cold_start_share": 1.01}, "cold_start_share is 1.01; it must be at least 0 and at most 1 "),
        ({"provisioned_hours": 745}, "provisioned_hours is 745; it must be at least 0 and at most 744"),
        ({"payload": Size.kibibytes(10_241)}, "payload is 10,241; it must be at least 0 and at most 10,240 KB"),
        (
            {"init_duration": Duration.millis(1)},
            "cold_start_share is missing; init_duration counts for that share of the requests",
        ),
    ],
)
def test_numbers_that_no_usage_has(keywords: dict[str, Any], start: str) -> None:
    with pytest.raises(InputError) as raised:
        Usage(**keywords)
    assert str(raised.value).startswith(start)
    assert "\n" not in str(raised.value)


def test_every_wrong_number_is_a_line() -> None:
    with pytest.raises(InputError) as raised:
        Usage(requests_per_month=-1, duration=Duration.hours(1), cold_start_share=2)
    assert [line.split(" ")[0] for line in str(raised.value).split("\n")] == [
        "requests_per_month",
        "duration",
        "cold_start_share",
    ]


def test_what_only_the_deployment_knows(stack: Stack) -> None:
    number = CfnParameter(stack, "P", type="Number").value_as_number
    given: list[dict[str, Any]] = [
        {"requests_per_month": number},
        {"duration": Duration.millis(number)},
        {"payload": Size.kibibytes(number)},
        {"cold_start_share": Token.as_number({"Ref": "P"})},
    ]
    for keywords in given:
        (name,) = keywords
        with pytest.raises(InputError, match=f"^{name} is known at the deployment only. Fix: state a number"):
            Usage(**keywords)


# Where it goes: functions


def test_a_function(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, memory_size=512, usage=CALLS)
    assert isinstance(function, Function)
    assert noted(app, "AWS::Lambda::Function") == {"requests": 2 * M, "duration_ms": 120}
    found = report(app)
    # 2 M requests: 0.40; 120,000 GB-seconds: 2.000004.
    assert amounts(found) == {"requests": "0.40", "duration, x86": "2.00"}
    assert {each.resource for each in found.lines} == {"Shop/Orders"}


def test_the_same_template_but_for_the_metadata(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    templates = []
    for usage in (None, CALLS):
        app = make_app()
        Function(Stack(app, "Shop"), "Orders", **required, usage=usage)
        templates.append(template_of(app))
        for each in templates[-1]["Resources"].values():
            each.pop("Metadata", None)
    assert templates[0] == templates[1]


def test_a_python_function(app: App, stack: Stack, tmp_path: Path) -> None:
    fill(tmp_path / "code", {"app.py": "def handler(event, context):\n    return {}\n", "requirements.txt": ""})
    PythonFunction(stack, "Orders", entry=str(tmp_path / "code"), handler="app.handler", usage=CALLS)
    assert noted(app, "AWS::Lambda::Function") == {"requests": 2 * M, "duration_ms": 120}


def test_an_image_function(app: App, stack: Stack, tmp_path: Path) -> None:
    dockerfile = 'FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n'
    fill(tmp_path / "image", {"Dockerfile": dockerfile, "app.py": ""})
    ImageFunction(stack, "Orders", directory=tmp_path / "image", usage=CALLS)
    assert noted(app, "AWS::Lambda::Function") == {"requests": 2 * M, "duration_ms": 120}


@pytest.mark.parametrize(
    ("usage", "error", "message"),
    [
        (
            Usage(payload=Size.kibibytes(1)),
            InputError,
            "^Shop/Orders: usage says payload of an AWS::Lambda::Function; ",
        ),
        ({"requests": 1}, TypeError, "usage must be a Usage, such as Usage"),
        (2_000_000, TypeError, "usage must be a Usage, such as Usage"),
    ],
)
def test_what_a_function_refuses_makes_nothing(
    stack: Stack, required: dict[str, Any], usage: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Function(stack, "Orders", **required, usage=usage)
    assert make_nothing(stack) == []


# APIs, networks, triggers


def test_apis_and_their_functions(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, usage=Usage(duration=Duration.millis(100)))
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer(), usage=REQUESTS)
    api.add_route("GET /orders", function)
    assert noted(app, "AWS::ApiGatewayV2::Api") == {"requests": 3 * M}
    found = report(app)
    assert amounts(found)["HTTP API requests"] == "3.00"
    assert amounts(found)["requests"] == "0.60"
    assert "requests of Shop/Orders: those of Shop/Api/Api" in found.assumptions


def test_a_rest_api(app: App, stack: Stack, required: dict[str, Any]) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), usage=REQUESTS)
    api.add_route("GET /orders", Function(stack, "Orders", **required))
    assert noted(app, "AWS::ApiGateway::RestApi") == {"requests": 3 * M}
    assert amounts(report(app))["REST API requests"] == "10.50"


@pytest.mark.parametrize("api", [HttpApi, RestApi])
def test_what_an_api_refuses_makes_nothing(stack: Stack, api: Any) -> None:
    with pytest.raises(InputError, match=r"^Shop/Api: usage says duration of an AWS::ApiGateway"):
        api(stack, "Api", authorizer=IamAuthorizer(), usage=CALLS)
    with pytest.raises(TypeError, match="usage must be a Usage"):
        api(stack, "Api", authorizer=IamAuthorizer(), usage=3)
    assert make_nothing(stack) == []


def test_a_network(app: App, stack: Stack) -> None:
    Network(stack, "Net", egress=Egress.nat(), usage=DATA)
    assert noted(app, "AWS::EC2::VPC") == {"data_gb": 100}
    found = amounts(report(app))
    assert (found["NAT gateway"], found["data through a NAT gateway"]) == ("32.85", "4.50")


def test_what_a_network_refuses_makes_nothing(stack: Stack) -> None:
    with pytest.raises(InputError, match=r"^Shop/Net: usage says requests_per_month of an AWS::EC2::VPC; it takes"):
        Network(stack, "Net", egress=Egress.nat(), usage=REQUESTS)
    assert make_nothing(stack) == []


def test_triggers(app: App, stack: Stack, required: dict[str, Any]) -> None:
    timed = Usage(duration=Duration.millis(100))
    one, two = (Function(stack, name, **required, usage=timed) for name in ("One", "Two"))
    one.add_event_source(TopicTrigger(usage=REQUESTS, dead_letter_queue=False))
    two.add_event_source(QueueTrigger(usage=Usage(requests_per_month=10 * M, payload=Size.kibibytes(65))))
    assert noted(app, "AWS::SNS::Topic") == {"requests": 3 * M}
    found = report(app)
    assert amounts(found)["SNS publishes"] == "1.50"
    assert amounts(found)["SQS requests"] == "8.00"  # 10 M of two pieces each
    assert "requests of Shop/One: those of Shop/One/TopicTrigger/Topic" in found.assumptions
    assert any(each.resource == "Shop/Two" and each.item == "requests" for each in found.unpriced)


def test_triggers_refuse_usage_of_what_is_given(stack: Stack) -> None:
    topic, queue = aws_sns.Topic(stack, "T"), aws_sqs.Queue(stack, "Q")
    with pytest.raises(InputError, match="usage can't be set for a topic that is given"):
        TopicTrigger(topic, usage=REQUESTS)
    with pytest.raises(InputError, match="usage can't be set for a queue that is given"):
        QueueTrigger(queue, usage=REQUESTS)


@pytest.mark.parametrize("trigger", [TopicTrigger, QueueTrigger])
def test_triggers_refuse_usage_that_is_none(trigger: Any) -> None:
    with pytest.raises(InputError, match=f"^{trigger.__name__}: usage says duration of an AWS::S"):
        trigger(usage=CALLS)
    with pytest.raises(TypeError, match="usage must be a Usage"):
        trigger(usage={"requests": 1})


# Plain CDK


def test_plain_constructs(app: App, stack: Stack, required: dict[str, Any]) -> None:
    made = {
        "AWS::Lambda::Function": (aws_lambda.Function(stack, "F", **required), CALLS),
        "AWS::SNS::Topic": (aws_sns.Topic(stack, "T"), REQUESTS),
        "AWS::SQS::Queue": (aws_sqs.Queue(stack, "Q"), REQUESTS),
        "AWS::Logs::LogGroup": (aws_logs.LogGroup(stack, "L"), DATA),
        "AWS::KMS::Key": (aws_kms.Key(stack, "K"), REQUESTS),
        "AWS::SecretsManager::Secret": (aws_secretsmanager.Secret(stack, "S"), REQUESTS),
        "AWS::ApiGatewayV2::Api": (aws_apigatewayv2.HttpApi(stack, "A"), REQUESTS),
        "AWS::EC2::VPC": (aws_ec2.Vpc(stack, "V", nat_gateways=1), DATA),
    }
    for construct, usage in made.values():
        usage.apply(construct)
    resources = template_of(app)["Resources"].values()
    for kind, (_, usage) in made.items():
        (found,) = [
            each["Metadata"]["constructs-lambda"]["usage"]
            for each in resources
            if each["Type"] == kind and "constructs-lambda" in each["Metadata"]
        ]
        assert found == usage.written
    # x86 as CDK makes it, with 128 MB: 2 M x 0.12 s / 8 = 30,000 GB-seconds.
    assert amounts(report(app))["duration, x86"] == "0.50"


def test_a_bare_resource(app: App, stack: Stack) -> None:
    REQUESTS.apply(aws_sqs.CfnQueue(stack, "Q"))
    assert noted(app, "AWS::SQS::Queue") == {"requests": 3 * M}


def test_our_own_constructs(app: App, stack: Stack) -> None:
    REQUESTS.apply(HttpApi(stack, "Api", authorizer=IamAuthorizer()))
    DATA.apply(Network(stack, "Net", egress=Egress.nat()))
    assert noted(app, "AWS::ApiGatewayV2::Api") == {"requests": 3 * M}
    assert noted(app, "AWS::EC2::VPC") == {"data_gb": 100}


def test_what_stands_in_the_metadata_stays(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, usage=REQUESTS)
    note(function.node.default_child, tuning={"1024": 70.5})
    CALLS.apply(function)
    (resource,) = resources_of(app, "AWS::Lambda::Function").values()
    own = {"version": 1, "usage": {"requests": 2 * M, "duration_ms": 120}, "tuning": {"1024": 70.5}}
    assert resource["Metadata"]["constructs-lambda"] == own


@pytest.mark.parametrize(
    "imported",
    [
        lambda scope: aws_lambda.Function.from_function_arn(
            scope, "I", "arn:aws:lambda:us-east-1:111122223333:function:f"
        ),
        lambda scope: aws_sns.Topic.from_topic_arn(scope, "I", "arn:aws:sns:us-east-1:111122223333:t"),
        lambda scope: aws_sqs.Queue.from_queue_arn(scope, "I", "arn:aws:sqs:us-east-1:111122223333:q"),
        lambda scope: aws_logs.LogGroup.from_log_group_name(scope, "I", "l"),
        lambda scope: aws_kms.Key.from_key_arn(scope, "I", "arn:aws:kms:us-east-1:111122223333:key/k"),
        lambda scope: aws_ec2.Vpc.from_vpc_attributes(scope, "I", vpc_id="vpc-1", availability_zones=["a"]),
        lambda scope: scope,
        lambda scope: "Shop/Orders",
        lambda scope: None,
    ],
    ids=["function", "topic", "queue", "logs", "key", "VPC", "stack", "text", "None"],
)
def test_what_makes_no_resource_is_refused(stack: Stack, imported: Callable[[Stack], Any]) -> None:
    with pytest.raises(TypeError, match="usage can be stated for a construct that makes a resource; got "):
        Usage().apply(imported(stack))


def test_keys_that_say_nothing_of_a_resource(app: App, stack: Stack) -> None:
    queue, role = aws_sqs.Queue(stack, "Q"), aws_iam.Role(stack, "R", assumed_by=aws_iam.AccountRootPrincipal())
    with pytest.raises(InputError) as raised:
        CALLS.apply(queue)
    assert str(raised.value) == (
        "Shop/Q: usage says duration of an AWS::SQS::Queue; it takes requests_per_month, payload."
    )
    with pytest.raises(InputError, match=r"^Shop/R: usage says .* it has no usage that costs"):
        REQUESTS.apply(role)
    assert "usage" not in json.dumps(template_of(app)["Resources"])


# The price comes out of it


def test_a_file_goes_before_it(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, usage=CALLS)
    usage = AppUsage(resources={"Shop/Orders": {"requests": 10 * M}})
    assert amounts(report(app, usage=usage))["requests"] == "2.00"


def test_nested_stacks_and_stages(app: App, required: dict[str, Any]) -> None:
    for name in ("Beta", "Prod"):
        shop = Stack(Stage(app, name), "Shop")
        Function(NestedStack(shop, "Inner"), "Orders", **required, usage=REQUESTS)
    found = report(app, usage=AppUsage(resources={"Prod/Shop/Inner/Orders": {"requests": 10 * M}}))
    assert {each.resource: f"{each.amount:.2f}" for each in found.lines if each.item == "requests"} == {
        "Beta/Shop/Inner/Orders": "0.60",
        "Prod/Shop/Inner/Orders": "2.00",
    }
    assert not any(each.item == "nested stack" for each in found.unpriced)


def test_a_budget(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, usage=Usage(requests_per_month=10 * M, duration=Duration.millis(1)))
    other = Stack(app, "Other")
    aws_kms.Key(other, "Key")
    assert str(assert_monthly_cost(stack, at_most="1.80").total) == "1.80"
    with pytest.raises(AssertionError) as raised:
        assert_monthly_cost(stack, at_most=1.79)
    assert str(raised.value).startswith("Shop costs 1.80 USD a month, 0.01 more than 1.79 (us-east-1, free tier on, ")
    assert "1.80  Shop/Orders: requests" in str(raised.value)
    assert str(assert_monthly_cost(other, at_most=1).total) == "1.00"


@pytest.mark.parametrize("budget", [-1, True, None, "many", float("nan"), float("inf")])
def test_a_budget_that_is_none(stack: Stack, budget: Any) -> None:
    with pytest.raises(InputError, match="at_most must be US dollars a month"):
        assert_monthly_cost(stack, at_most=budget)


def test_what_is_no_stack_has_no_budget(stack: Stack) -> None:
    key = aws_kms.Key(stack, "Key")
    nested = NestedStack(stack, "Inner")
    aws_kms.Key(nested, "Key")
    with pytest.raises(InputError, match=r"^no stack lies at or below 'Shop/Key'"):
        assert_monthly_cost(key, at_most=0)
    assert str(assert_monthly_cost(nested, at_most=1).total) == "1.00"


@pytest.mark.parametrize(
    ("argument", "value"),
    [("stack", None), ("stack", 5), ("usage", {}), ("usage", {"a": 1}), ("usage", 5), ("prices", 5), ("prices", {})],
)
def test_an_argument_of_another_type(stack: Stack, argument: str, value: Any) -> None:
    said = "^a stack, a stage, an app, or the path" if argument == "stack" else f"^{argument} must be "
    with pytest.raises(TypeError, match=said):
        assert_monthly_cost(**{"stack": stack, "at_most": 1, argument: value})


def test_a_file_of_prices_and_a_region_that_is_none(stack: Stack, tmp_path: Path) -> None:
    aws_kms.Key(stack, "Key")
    own = {"kms-keys": {"tiers": [{"usd": "3.00"}], "source": "https://example.com", "read": "2026-11-22"}}
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"currency": "USD", "regions": {"us-east-1": own}}))
    for path in (file, str(file)):
        assert str(assert_monthly_cost(stack, at_most=3, prices=path).total) == "3.00"
    with pytest.raises(InputError, match=r"^region is 'us-east1'"):
        assert_monthly_cost(stack, at_most=3, region="us-east1")


def test_usage_that_is_stated_in_two_steps(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, usage=Usage(requests_per_month=7))
    Usage(duration=Duration.millis(5)).apply(function)
    Usage(requests_per_month=8).apply(function)
    assert noted(app, "AWS::Lambda::Function") == {"requests": 8, "duration_ms": 5}


def test_a_region_without_prices_holds_no_budget(stack: Stack) -> None:
    aws_kms.Key(stack, "Key")
    with pytest.raises(InputError, match=r"^no price is known in 'eu-wst-1' \(did you mean 'eu-west-1'\?\)$"):
        assert_monthly_cost(stack, at_most=1, region="eu-wst-1")
    with pytest.raises(TypeError, match="free_tier must be True or False; got 'no'"):
        assert_monthly_cost(stack, at_most=1, free_tier="no")  # type: ignore[arg-type]
