"""`HttpApi`: what it writes, and what it refuses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    Environment,
    Stack,
    Stage,
    aws_apigatewayv2,
    aws_iam,
    aws_lambda,
    aws_logs,
)
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from synthesized import resources_of, template_of

from constructs_lambda import (
    HttpApi,
    IamAuthorizer,
    InputError,
    JwtAuthorizer,
    LambdaAuthorizer,
    LimitError,
    TokenAuthorizer,
)

pytestmark = pytest.mark.cdk

ROUTE = "AWS::ApiGatewayV2::Route"
PERMISSION = "AWS::Lambda::Permission"
INTEGRATION = "AWS::ApiGatewayV2::Integration"
Make = Callable[..., aws_lambda.Function]


def only(resources: dict[str, Any]) -> dict[str, Any]:
    ((_, resource),) = resources.items()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def arn(permission: dict[str, Any]) -> str:
    """The source of a permission, its references in braces."""
    parts = permission["Properties"]["SourceArn"]["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else "{" + next(iter(part.values())) + "}" for part in parts)


def test_a_route(app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(judge))
    api.add_route("GET /orders/{id}", function)
    resources = template_of(app)["Resources"]
    route = only(resources_of(app, ROUTE))
    assert route["RouteKey"] == "GET /orders/{id}"
    assert route["AuthorizationType"] == "CUSTOM"
    authorizer = resources[route["AuthorizerId"]["Ref"]]
    assert authorizer["Properties"] | {"ApiId": 0, "AuthorizerUri": 0, "Name": 0} == {
        "ApiId": 0,
        "AuthorizerUri": 0,
        "Name": 0,
        "AuthorizerPayloadFormatVersion": "2.0",
        "AuthorizerResultTtlInSeconds": 300,
        "AuthorizerType": "REQUEST",
        "EnableSimpleResponses": True,
        "IdentitySource": ["$request.header.Authorization"],
    }
    integration = only(resources_of(app, INTEGRATION))
    assert integration["PayloadFormatVersion"] == "2.0"
    assert integration["IntegrationUri"] == stack.resolve(function.function_arn)
    assert "TimeoutInMillis" not in integration


def test_what_is_safe_by_default(app: App, stack: Stack) -> None:
    HttpApi(stack, "Api")
    stage = only(resources_of(app, "AWS::ApiGatewayV2::Stage"))
    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 500, "ThrottlingRateLimit": 1000}
    line = json.loads(stage["AccessLogSettings"]["Format"])
    assert line["requestId"] == "$context.requestId"
    assert not [value for value in line.values() if "header" in value.lower() or "token" in value.lower()]
    ((_, group),) = resources_of(app, "AWS::Logs::LogGroup").items()
    assert group["Properties"]["RetentionInDays"] == 365
    assert group["DeletionPolicy"] == "Retain"
    assert group["Properties"]["LogGroupName"]["Fn::Join"][1][0].startswith("/aws/vendedlogs/apis/Shop-Api")


def test_what_is_given_wins(app: App, stack: Stack) -> None:
    group = aws_logs.LogGroup(stack, "Logs")
    api = HttpApi(
        stack,
        "Api",
        access_logs=group,
        throttle=aws_apigatewayv2.ThrottleSettings(rate_limit=10),
        api_name="orders",
        description="Takes orders",
        detailed_metrics_enabled=True,
        disable_execute_api_endpoint=True,
    )
    assert api.access_log_group is group
    stage = only(resources_of(app, "AWS::ApiGatewayV2::Stage"))
    assert stage["DefaultRouteSettings"] == {
        "DetailedMetricsEnabled": True,
        "ThrottlingBurstLimit": 500,
        "ThrottlingRateLimit": 10,
    }
    assert stage["AccessLogSettings"]["DestinationArn"] == stack.resolve(group.log_group_arn)
    written = only(resources_of(app, "AWS::ApiGatewayV2::Api"))
    assert (written["Name"], written["Description"]) == ("orders", "Takes orders")
    assert written["DisableExecuteApiEndpoint"] is True


def test_no_access_logs(app: App, stack: Stack) -> None:
    api = HttpApi(stack, "Api", access_logs=False)
    assert api.access_log_group is None
    assert resources_of(app, "AWS::Logs::LogGroup") == {}
    assert "AccessLogSettings" not in only(resources_of(app, "AWS::ApiGatewayV2::Stage"))


def test_thirty_routes_of_one_function_have_one_permission(
    app: App, stack: Stack, function: aws_lambda.Function
) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    for number in range(30):
        api.add_route(f"GET /r{number}", function)
    (permission,) = resources_of(app, PERMISSION).values()
    assert arn(permission).endswith(":{ApiCD79AAA0}/*/*/*")
    assert len(resources_of(app, INTEGRATION)) == 1
    api_stack = template_of(app)["Resources"]
    assert Counter(each["Type"] for each in api_stack.values())[ROUTE] == 30


def test_the_default_route_has_a_permission_of_its_own(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("$default", function)
    (permission,) = resources_of(app, PERMISSION).values()
    assert arn(permission).endswith(":{ApiCD79AAA0}/*/$default")


def test_no_more_resources_than_plain_cdk(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    def count(app: App) -> int:
        return len(template_of(app)["Resources"])

    def ours(routes: int) -> int:
        app = make_app()
        stack = Stack(app, "Shop")
        api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
        function = aws_lambda.Function(stack, "Orders", **required)
        for number in range(routes):
            api.add_route(f"GET /r{number}", function)
        return count(app)

    def plain(routes: int) -> int:
        app = make_app()
        stack = Stack(app, "Shop")
        api = aws_apigatewayv2.HttpApi(stack, "Api")
        integration = HttpLambdaIntegration("Integration", aws_lambda.Function(stack, "Orders", **required))
        for number in range(routes):
            api.add_routes(path=f"/r{number}", methods=[aws_apigatewayv2.HttpMethod.GET], integration=integration)
        return count(app)

    assert (ours(12) - ours(2)) / 10 == 1
    assert ours(12) - ours(2) <= plain(12) - plain(2)


def test_an_integration_for_each_timeout(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function, timeout=Duration.seconds(30))
    api.add_route("GET /b", function, timeout=Duration.seconds(30))
    api.add_route("GET /c", function, timeout=Duration.millis(50))
    found = sorted(each["Properties"]["TimeoutInMillis"] for each in resources_of(app, INTEGRATION).values())
    assert found == [50, 30_000]


@pytest.mark.parametrize("wrong", [Duration.millis(49), Duration.millis(30_001)])
def test_timeout_out_of_range(stack: Stack, function: aws_lambda.Function, wrong: Duration) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    with pytest.raises(InputError, match=r"Shop/Api: timeout is [\d,]+ ms; AWS allows 50 to 30,000 ms"):
        api.add_route("GET /a", function, timeout=wrong)
    assert api.node.try_find_child("GET/a") is None


def test_an_alias(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    alias = aws_lambda.Alias(stack, "Live", alias_name="live", version=function.current_version)
    HttpApi(stack, "Api", authorizer=IamAuthorizer()).add_route("GET /a", alias)
    (permission,) = resources_of(app, PERMISSION).values()
    assert permission["Properties"]["FunctionName"] == stack.resolve(alias.function_arn)
    assert only(resources_of(app, INTEGRATION))["IntegrationUri"] == stack.resolve(alias.function_arn)


@pytest.mark.parametrize("first", ["api", "functions"])
def test_two_stacks_in_both_orders(make_app: Callable[..., App], make_function: Make, first: str) -> None:
    app = make_app()
    stacks: dict[str, Stack] = {}
    for name in ("Functions", "Shop") if first == "functions" else ("Shop", "Functions"):
        stacks[name] = Stack(app, name)
    function, judge = make_function(stacks["Functions"]), make_function(stacks["Functions"], "Judge")
    authorizer = LambdaAuthorizer(judge)
    one = HttpApi(stacks["Shop"], "Api", authorizer=authorizer)
    one.add_route("GET /a", function)
    other = HttpApi(stacks["Functions"], "Api", authorizer=authorizer)
    other.add_route("GET /a", function)
    written = template_of(app)["Resources"].values()
    assert Counter(each["Type"] for each in written)[PERMISSION] == 2
    assert "Fn::ImportValue" in json.dumps(list(written))
    assert "Fn::ImportValue" not in json.dumps(template_of(app, "Functions"))


def test_a_function_may_know_the_address(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function)
    function.add_environment("API", api.url)
    assert template_of(app)  # CDK refuses circles between stacks, CloudFormation those within: see the next test


def test_nothing_refers_to_itself(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(judge))
    api.add_route("GET /a", function)
    api.add_route("$default", function)
    for each in (function, judge):
        each.add_environment("API", api.url)
    assert circles(template_of(app)["Resources"]) == []


def circles(resources: dict[str, Any]) -> list[str]:
    """The resources that need themselves, through others."""

    def needs(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(needs, value))
        if not isinstance(value, dict):
            return set()
        found = {value["Ref"]} if "Ref" in value else set()
        if isinstance(value.get("Fn::GetAtt"), list):
            found.add(value["Fn::GetAtt"][0])
        return found.union(*map(needs, value.values()))

    direct = {}
    for name, each in resources.items():
        before = each.get("DependsOn", [])
        before = [before] if isinstance(before, str) else before
        direct[name] = (needs(each.get("Properties", {})) | set(before)) & resources.keys()
    found = []
    for name in resources:
        seen: set[str] = set()
        todo = set(direct[name])
        while todo:
            seen |= todo
            todo = set().union(*(direct[each] for each in todo)) - seen
        if name in seen:
            found.append(name)
    return found


def test_cors_and_a_preflight(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    cors = aws_apigatewayv2.CorsPreflightOptions(
        allow_origins=["https://shop.example.com"], allow_methods=[aws_apigatewayv2.CorsHttpMethod.GET]
    )
    HttpApi(stack, "Api", authorizer=IamAuthorizer(), cors_preflight=cors).add_route("GET /a", function)
    assert only(resources_of(app, "AWS::ApiGatewayV2::Api"))["CorsConfiguration"] == {
        "AllowMethods": ["GET"],
        "AllowOrigins": ["https://shop.example.com"],
    }


def test_preflights_reach_routes_for_every_method(app: App, stack: Stack, function: Any, judge: Any) -> None:
    """A browser's preflight carries no proof: the route that asks for one would answer 401."""
    cors = aws_apigatewayv2.CorsPreflightOptions(allow_origins=["https://shop.example.com"])
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(judge), cors_preflight=cors)
    api.add_route("$default", function)
    api.add_route("ANY /files/{path+}", function)
    api.add_route("GET /orders", function)
    api.add_route("ANY /open", function, public=True)
    routes = {each["Properties"]["RouteKey"]: each["Properties"] for each in resources_of(app, ROUTE).values()}
    preflights = {key: each["AuthorizationType"] for key, each in routes.items() if key.startswith("OPTIONS")}
    assert preflights == {"OPTIONS /{proxy+}": "NONE", "OPTIONS /files/{path+}": "NONE"}
    assert routes["OPTIONS /{proxy+}"]["Target"] == routes["$default"]["Target"]


def test_an_own_answer_to_preflights(stack: Stack, function: aws_lambda.Function) -> None:
    cors = aws_apigatewayv2.CorsPreflightOptions(allow_origins=["https://shop.example.com"])
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer(), cors_preflight=cors)
    api.add_route("OPTIONS /mine", function, public=True)
    api.add_route("ANY /mine", function)
    api.add_route("ANY /theirs", function)
    with pytest.raises(InputError, match="answers preflights itself"):
        api.add_route("OPTIONS /theirs", function, public=True)


def test_a_timeout_that_is_not_known_yet(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    for name in ("One", "Two"):
        parameter = CfnParameter(stack, name, type="Number").value_as_number
        api.add_route(f"GET /{name}", function, timeout=Duration.millis(parameter))
    found = [each["Properties"]["TimeoutInMillis"] for each in resources_of(app, INTEGRATION).values()]
    assert found == [{"Ref": "One"}, {"Ref": "Two"}]


def test_ids_of_paths_that_look_alike(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    for path in ("/a--b", "/a/b", "/a/b/", "/{a}", "/a", "/A", "/Api", "/AccessLogs"):
        api.add_route(f"GET {path}", function)
    assert len(resources_of(app, ROUTE)) == 8


def test_the_same_ids_in_every_stage(make_app: Callable[..., App], make_function: Make) -> None:
    app = make_app()
    for name in ("Dev", "Prod"):
        stack = Stack(Stage(app, name), "Shop")
        api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(make_function(stack, "Judge")))
        api.add_route("GET /a", make_function(stack))
    folder = Path(app.synth().directory)
    dev, prod = (
        json.loads(next(folder.glob(f"assembly-{name}/*.template.json")).read_text())["Resources"]
        for name in ("Dev", "Prod")
    )
    assert dev.keys() == prod.keys()


def test_a_function_of_another_account(app: App, stack: Stack) -> None:
    api = HttpApi(Stack(app, "Ours", env=Environment(account="111122223333", region="eu-west-1")), "Api")
    for number, arn in enumerate(("eu-west-1:444455556666", "us-east-1:111122223333", "eu-west-1:111122223333")):
        theirs = aws_lambda.Function.from_function_arn(api, f"F{number}", f"arn:aws:lambda:{arn}:function:f{number}")
        api.add_route(f"GET /{number}", theirs, public=True)
    (permission,) = resources_of(app, PERMISSION, "Ours").values()
    assert permission["Properties"]["FunctionName"].endswith("f2")
    from aws_cdk.assertions import Annotations, Match

    for number in (0, 1):
        Annotations.from_stack(Stack.of(api)).has_warning(
            "/Ours/Api", Match.string_like_regexp(f"Ours/Api/F{number} is in another account or Region.*add-permission")
        )


@pytest.mark.parametrize("route", ["GET /a?b=c", "GET /a#b", "GET /a//b", "GET /{id}/x/{id}"])
def test_routes_that_match_nothing(stack: Stack, function: aws_lambda.Function, route: str) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    with pytest.raises(InputError, match="Shop/Api: GET /"):
        api.add_route(route, function)


def test_a_route_has_to_be_known(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    with pytest.raises(TypeError, match="known at synth"):
        api.add_route(f"GET /{CfnParameter(stack, 'P').value_as_string}", function)


def test_throttling_that_cannot_be(stack: Stack) -> None:
    with pytest.raises(InputError, match="rate_limit=-1"):
        HttpApi(stack, "Api", throttle=aws_apigatewayv2.ThrottleSettings(rate_limit=-1, burst_limit=0))
    wrong: Any = (1, 2)
    with pytest.raises(TypeError, match="ThrottleSettings"):
        HttpApi(stack, "Api", throttle=wrong)


def test_cors_that_aws_refuses(stack: Stack) -> None:
    cors = aws_apigatewayv2.CorsPreflightOptions(
        allow_origins=["*"], allow_credentials=True, max_age=Duration.seconds(86_401)
    )
    with pytest.raises(LimitError) as refused:
        HttpApi(stack, "Api", cors_preflight=cors)
    assert {finding.path for finding in refused.value.findings} == {"Shop/Api"}
    assert len(refused.value.findings) == 2
    assert stack.node.try_find_child("Api") is None


def test_a_public_route(app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    HttpApi(stack, "Api", authorizer=LambdaAuthorizer(judge)).add_route("GET /health", function, public=True)
    ((_, route),) = resources_of(app, ROUTE).items()
    assert route["Properties"]["AuthorizationType"] == "NONE"
    assert route["Metadata"]["constructs-lambda"] == {"version": 1, "public": True}
    assert resources_of(app, "AWS::ApiGatewayV2::Authorizer") == {}


def test_an_open_route(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api")
    with pytest.raises(InputError) as refused:
        api.add_route("GET /orders", function)
    assert str(refused.value) == (
        "Shop/Api: GET /orders has no authorizer, so anyone on the internet may call it (CL405). Fix: give the API or "
        "the route an authorizer=, such as IamAuthorizer(), or write public=True."
    )
    assert [child.node.id for child in api.node.children] == ["Api", "AccessLogs"]


def test_everything_wrong_at_once(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api")
    with pytest.raises(InputError) as refused:
        api.add_route("FETCH orders", function, timeout=Duration.seconds(31))
    lines = str(refused.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith("Shop/Api: ") and " Fix: " in line for line in lines)


def test_a_route_twice(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function)
    with pytest.raises(InputError, match="GET /a is there already, and leads to Shop/Orders"):
        api.add_route("GET /a", function)
    api.add_route("POST /a", function)
    api.add_route("ANY /a", function)


def test_public_and_an_authorizer(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api")
    with pytest.raises(InputError, match="public=True and has an authorizer="):
        api.add_route("GET /a", function, public=True, authorizer=IamAuthorizer())


def test_scopes(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    jwt = JwtAuthorizer("https://login.example.com/", ["orders"], scopes=["orders.read"])
    api = HttpApi(stack, "Api", authorizer=jwt)
    api.add_route("GET /a", function)
    api.add_route("POST /a", function, scopes=["orders.write"])
    found = {
        each["Properties"]["RouteKey"]: each["Properties"]["AuthorizationScopes"]
        for each in resources_of(app, ROUTE).values()
    }
    assert found == {"GET /a": ["orders.read"], "POST /a": ["orders.write"]}


def test_scopes_where_there_are_none(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    with pytest.raises(InputError, match="names scopes, and IamAuthorizer has none"):
        api.add_route("GET /a", function, scopes=["read"])


@pytest.mark.parametrize(
    ("keyword", "told"),
    [
        ({"web_acl": "arn"}, "an HTTP API has no WAF association"),
        ({"tracing": True}, "an HTTP API has no X-Ray tracing"),
        ({"athorizer": None}, "did you mean 'authorizer'"),
    ],
)
def test_keywords_of_the_other_kind(stack: Stack, keyword: dict[str, Any], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        HttpApi(stack, "Api", **keyword)
    assert stack.node.try_find_child("Api") is None


def test_route_keywords_of_the_other_kind(stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    only_rest: Any = {"request_model": {"type": "object"}, "api_key_required": True}
    with pytest.raises(
        TypeError, match=r"request_model: an HTTP API has no request validation; api_key_required: .* API"
    ):
        api.add_route("GET /a", function, **only_rest)
    typo: Any = {"publc": True}
    with pytest.raises(TypeError, match="did you mean 'public'"):
        api.add_route("GET /a", function, **typo)


def test_an_authorizer_for_a_rest_api(stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    wrong = TokenAuthorizer(judge)
    with pytest.raises(TypeError, match="TokenAuthorizer is for a RestApi"):
        HttpApi(stack, "Api", authorizer=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="TokenAuthorizer is for a RestApi"):
        HttpApi(stack, "Api").add_route("GET /a", function, authorizer=wrong)  # type: ignore[arg-type]


def test_wrong_types(stack: Stack, function: aws_lambda.Function) -> None:
    api: Any = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    new: Any = HttpApi
    every: list[Callable[[], object]] = [
        lambda: api.add_route(7, function),
        lambda: api.add_route("GET /a", "orders"),
        lambda: api.add_route("GET /a", function, public="yes"),
        lambda: api.add_route("GET /a", function, timeout=30),
        lambda: api.add_route("GET /a", function, scopes="read"),
        lambda: new(stack, "B", access_logs="group"),
        lambda: new(stack, "B", domain="api.example.com"),
        lambda: new(stack, "B", openapi_file="../x.json"),
        lambda: new(stack, "B", openapi_file="Shop.template.json"),
    ]
    for wrong in every:
        with pytest.raises(TypeError):
            wrong()
    assert stack.node.try_find_child("B") is None


def test_what_cdk_can_do_stays_possible(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function)
    api.api.add_routes(path="/plain", integration=HttpLambdaIntegration("Plain", function))
    assert len(resources_of(app, ROUTE)) == 2


def test_grant_invoke(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /orders/{id}", function)
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.AccountRootPrincipal())
    api.grant_invoke(role, "GET /orders/{id}")
    ((_, policy),) = ((k, v) for k, v in resources_of(app, "AWS::IAM::Policy").items() if k.startswith("Role"))
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "execute-api:Invoke"
    assert statement["Resource"]["Fn::Join"][1][-1] == "/*/GET/orders/*"
    with pytest.raises(InputError, match="there is no route GET /nothing"):
        api.grant_invoke(role, "GET /nothing")


def test_grant_one_method_of_a_route_for_all(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = HttpApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("ANY /orders", function)
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.AccountRootPrincipal())
    api.grant_invoke(role, "GET /orders")
    assert '"/*/GET/orders"' in json.dumps(resources_of(app, "AWS::IAM::Policy"))


def test_the_authorizer_is_made_once(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    authorizer = LambdaAuthorizer(judge)
    api = HttpApi(stack, "Api", authorizer=authorizer)
    api.add_route("GET /a", function)
    api.add_route("GET /b", function, authorizer=authorizer)
    with pytest.raises(InputError, match="authorizer_name="):
        api.add_route("GET /c", function, authorizer=LambdaAuthorizer(judge, enable_simple_responses=False))
    named = LambdaAuthorizer(judge, enable_simple_responses=False, authorizer_name="Policy")
    api.add_route("GET /c", function, authorizer=named)
    assert len(resources_of(app, "AWS::ApiGatewayV2::Authorizer")) == 2


def test_nothing_stays_after_cdk_refuses(stack: Stack) -> None:
    HttpApi(stack, "Api")
    with pytest.raises(RuntimeError, match="already a Construct"):
        HttpApi(stack, "Api")
    assert stack.node.try_find_child("Api") is not None


def test_the_checks_find_nothing(make_app: Callable[..., App], make_function: Make, tmp_path: Path) -> None:
    app = make_app()
    stack = Stack(app, "Shop", env=Environment(account="111122223333", region="eu-west-1"))
    function = make_function(stack, timeout=Duration.seconds(30))
    api = HttpApi(stack, "Api", authorizer=LambdaAuthorizer(make_function(stack, "Judge")))
    api.add_route("GET /a", function)
    api.add_route("$default", function)
    api.add_route("GET /health", function, public=True)
    folder = Path(app.synth().directory)
    report = (
        json.loads((folder / "validation-report.json").read_text())
        if (folder / "validation-report.json").exists()
        else {"pluginReports": []}
    )
    assert [each for plugin in report["pluginReports"] for each in plugin.get("violations", [])] == []
