"""`RestApi`: what it writes, and what it refuses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Duration, Size, Stack, aws_apigateway, aws_iam, aws_lambda, aws_wafv2
from synthesized import resources_of, template_of

from constructs_lambda import (
    HttpApi,
    IamAuthorizer,
    InputError,
    LambdaAuthorizer,
    LimitError,
    RestApi,
    TokenAuthorizer,
)

pytestmark = pytest.mark.cdk

METHOD = "AWS::ApiGateway::Method"
STAGE = "AWS::ApiGateway::Stage"
PERMISSION = "AWS::Lambda::Permission"
ORDER = {
    "title": "Order",
    "type": "object",
    "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer", "exclusiveMinimum": 0}},
    "required": ["sku"],
}


def only(app: App, kind: str) -> dict[str, Any]:
    (resource,) = resources_of(app, kind).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def test_what_is_safe_by_default(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    RestApi(stack, "Api", authorizer=IamAuthorizer()).add_route("GET /orders/{id}", function)
    resources = template_of(app)["Resources"]
    assert only(app, "AWS::ApiGateway::RestApi")["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    stage = only(app, STAGE)
    assert (stage["StageName"], stage["TracingEnabled"]) == ("prod", True)
    (settings,) = stage["MethodSettings"]
    assert settings | {"DataTraceEnabled": False} == {
        "DataTraceEnabled": False,
        "HttpMethod": "*",
        "LoggingLevel": "ERROR",
        "ResourcePath": "/*",
        "ThrottlingBurstLimit": 500,
        "ThrottlingRateLimit": 1000,
    }
    line = json.loads(stage["AccessLogSetting"]["Format"])
    assert line["requestId"] == "$context.requestId"
    groups = [each for each in resources.values() if each["Type"] == "AWS::Logs::LogGroup"]
    assert [each["Properties"]["RetentionInDays"] for each in groups] == [365, 365]
    names = [json.dumps(each["Properties"]["LogGroupName"]) for each in groups]
    assert sum("API-Gateway-Execution-Logs_" in name for name in names) == 1
    assert only(app, "AWS::ApiGateway::RequestValidator")["ValidateRequestBody"] is True
    kinds = {each["Type"] for each in resources.values()}
    assert not kinds & {"AWS::ApiGateway::Account", "AWS::IAM::Policy"}  # the account's role is left alone
    (method,) = (each["Properties"] for each in resources.values() if each["Type"] == METHOD)
    assert method["AuthorizationType"] == "AWS_IAM"
    assert method["Integration"]["Type"] == "AWS_PROXY"


def test_the_log_group_is_there_before_the_stage(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    RestApi(stack, "Api", authorizer=IamAuthorizer()).add_route("GET /a", function)
    (stage,) = resources_of(app, STAGE).values()
    assert any(name.startswith("ApiExecutionLogs") for name in stage["DependsOn"])


def test_what_is_given_wins(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(
        stack,
        "Api",
        authorizer=IamAuthorizer(),
        throttle=aws_apigateway.ThrottleSettings(rate_limit=5),
        access_logs=False,
        logging_level=aws_apigateway.MethodLoggingLevel.OFF,
        tracing=False,
        stage_name="v1",
        rest_api_name="orders",
        deploy_options=aws_apigateway.StageOptions(metrics_enabled=True, throttling_burst_limit=7),
        binary_media_types=["image/png"],
        min_compression_size=Size.kibibytes(1),
        endpoint_configuration=aws_apigateway.EndpointConfiguration(types=[aws_apigateway.EndpointType.EDGE]),
        cloud_watch_role=True,
    )
    api.add_route("GET /a", function)
    written = only(app, "AWS::ApiGateway::RestApi")
    assert written["BinaryMediaTypes"] == ["image/png"]
    assert written["MinimumCompressionSize"] == 1_024
    assert written["EndpointConfiguration"] == {"Types": ["EDGE"]}
    assert written["Name"] == "orders"
    stage = only(app, STAGE)
    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == 5
    assert settings["ThrottlingBurstLimit"] == 7
    assert (settings["MetricsEnabled"], settings["LoggingLevel"]) == (True, "OFF")
    assert stage["StageName"] == "v1"
    assert stage["TracingEnabled"] is False
    assert "AccessLogSetting" not in stage
    assert resources_of(app, "AWS::Logs::LogGroup") == {}
    assert len(resources_of(app, "AWS::ApiGateway::Account")) == 1
    assert (api.access_log_group, api.execution_log_group) == (None, None)


def test_thirty_routes_of_one_function_have_one_permission(
    app: App, stack: Stack, function: aws_lambda.Function
) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    for number in range(30):
        api.add_route(f"GET /r{number}", function)
    (permission,) = resources_of(app, PERMISSION).values()
    assert permission["Properties"]["SourceArn"]["Fn::Join"][1][-1] == "/*/*/*"


def test_no_more_resources_than_plain_cdk(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    def ours(routes: int) -> int:
        app = make_app()
        stack = Stack(app, "Shop")
        api = RestApi(stack, "Api", authorizer=IamAuthorizer())
        function = aws_lambda.Function(stack, "Orders", **required)
        for number in range(routes):
            api.add_route(f"GET /r{number}", function)
        return len(template_of(app)["Resources"])

    def plain(routes: int) -> int:
        app = make_app()
        stack = Stack(app, "Shop")
        api = aws_apigateway.RestApi(stack, "Api")
        function = aws_lambda.Function(stack, "Orders", **required)
        for number in range(routes):
            integration = aws_apigateway.LambdaIntegration(function, scope_permission_to_method=True)
            api.root.add_resource(f"r{number}").add_method("GET", integration)
        return len(template_of(app)["Resources"])

    assert ours(12) - ours(2) == 20  # a path and a method each
    assert ours(12) - ours(2) <= plain(12) - plain(2)


def test_a_function_may_know_the_address(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    """Were the stage referred to, the function would need the deployment, which needs the function."""
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function)
    function.add_environment("API", api.url)
    parts = resources_of(app, "AWS::Lambda::Function")
    ((_, written),) = parts.items()
    address = written["Properties"]["Environment"]["Variables"]["API"]["Fn::Join"][1]
    assert address[-1] == "/prod/"
    (api_id,) = resources_of(app, "AWS::ApiGateway::RestApi")
    assert next(part["Ref"] for part in address if isinstance(part, dict)) == api_id


def test_a_request_is_checked(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("POST /orders", function, request_model=ORDER)
    api.add_route("PUT /orders", function, request_model=dict(ORDER))
    api.add_route("GET /orders", function, request_parameters={"method.request.querystring.page": True})
    model = only(app, "AWS::ApiGateway::Model")  # equal models are one
    assert model["Schema"]["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert model["Schema"]["properties"]["quantity"] == {"type": "integer", "minimum": 0, "exclusiveMinimum": True}
    methods = {each["Properties"]["HttpMethod"]: each["Properties"] for each in resources_of(app, METHOD).values()}
    assert methods["POST"]["RequestModels"].keys() == {"$default"}
    assert methods["GET"]["RequestParameters"] == {"method.request.querystring.page": True}
    assert all("RequestValidatorId" in each for each in methods.values())


def test_a_changed_model_is_deployed(
    make_app: Callable[..., App], make_function: Callable[..., aws_lambda.Function]
) -> None:
    names: list[str] = []
    for needed in (["sku"], ["sku"], ["sku", "quantity"]):
        app = make_app()
        stack = Stack(app, "Shop")
        api = RestApi(stack, "Api", authorizer=IamAuthorizer())
        api.add_route("POST /orders", make_function(stack), request_model={**ORDER, "required": needed})
        names += resources_of(app, "AWS::ApiGateway::Deployment")
    assert names[0] == names[1] != names[2]


def test_two_models_of_one_title(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("POST /orders", function, request_model=ORDER)
    api.add_route("PUT /orders", function, request_model={**ORDER, "required": ["sku", "quantity"]})
    assert len(resources_of(app, "AWS::ApiGateway::Model")) == 2


def test_a_model_that_api_gateway_cannot_hold(stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api")
    schema = {"type": "object", "if": {}, "properties": {"a": {"contains": {"type": "string"}}}}
    with pytest.raises(InputError) as refused:
        api.add_route("POST /orders", function, request_model=schema)
    text = str(refused.value)
    assert "request_model: if: " in text
    assert "request_model: properties.a.contains: " in text
    assert "POST /orders has no authorizer" in text
    assert [child.node.id for child in api.api.root.node.children] == []


def test_streaming(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /report", function, stream=True, timeout=Duration.minutes(15))
    integration = only(app, METHOD)["Integration"]
    assert integration["ResponseTransferMode"] == "STREAM"
    assert integration["TimeoutInMillis"] == 900_000
    assert integration["Uri"]["Fn::Join"][1][-1] == "/response-streaming-invocations"
    assert integration["Uri"]["Fn::Join"][1][4] == ":lambda:path/2021-11-15/functions/"


@pytest.mark.parametrize(
    ("milliseconds", "stream", "is_allowed"),
    [
        (49, False, False),
        (50, False, True),
        (29_000, False, True),
        (60_000, False, True),  # a Regional API's quota may have been raised
        (900_001, False, False),
        (49, True, False),
        (900_000, True, True),
        (900_001, True, False),
    ],
)
def test_timeouts(
    stack: Stack, function: aws_lambda.Function, milliseconds: int, stream: bool, is_allowed: bool
) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())

    def add() -> None:
        api.add_route("GET /a", function, timeout=Duration.millis(milliseconds), stream=stream)

    if is_allowed:
        add()
    else:
        with pytest.raises(InputError, match="timeout is"):
            add()


def test_usage_plan_and_keys(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function, api_key_required=True)
    plan = api.add_usage_plan(
        "Partners",
        api_keys=["Acme", aws_apigateway.ApiKey(stack, "Key")],
        throttle=aws_apigateway.ThrottleSettings(rate_limit=1, burst_limit=1),
        quota=aws_apigateway.QuotaSettings(limit=100, period=aws_apigateway.Period.DAY),
    )
    assert isinstance(plan, aws_apigateway.UsagePlan)
    assert only(app, METHOD)["ApiKeyRequired"] is True
    written = only(app, "AWS::ApiGateway::UsagePlan")
    assert written["Quota"] == {"Limit": 100, "Period": "DAY"}
    assert len(written["ApiStages"]) == 1
    assert len(resources_of(app, "AWS::ApiGateway::UsagePlanKey")) == 2


def test_a_web_acl(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    acl = aws_wafv2.CfnWebACL(
        stack,
        "Acl",
        default_action=aws_wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        scope="REGIONAL",
        visibility_config=aws_wafv2.CfnWebACL.VisibilityConfigProperty(
            cloud_watch_metrics_enabled=False, metric_name="a", sampled_requests_enabled=False
        ),
    )
    RestApi(stack, "Api", authorizer=IamAuthorizer(), web_acl=acl).add_route("GET /a", function)
    (association,) = resources_of(app, "AWS::WAFv2::WebACLAssociation").values()
    assert association["Properties"]["ResourceArn"]["Fn::Join"][1][-1] == "/stages/prod"
    (stage,) = resources_of(app, STAGE)
    assert stage in association["DependsOn"]


def test_cors(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    cors = aws_apigateway.CorsOptions(allow_origins=["https://shop.example.com"])
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), default_cors_preflight_options=cors)
    api.add_route("GET /a", function)
    methods = Counter(
        (each["Properties"]["HttpMethod"], each["Properties"]["AuthorizationType"])
        for each in resources_of(app, METHOD).values()
    )
    assert methods == {("GET", "AWS_IAM"): 1, ("OPTIONS", "NONE"): 2}


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        (["https://a.example.com"], "'https://a.example.com'"),
        (["https://a.example.com", "https://b.example.com"], "method.request.header.Origin"),
    ],
)
def test_browsers_are_told_of_refusals(
    app: App, stack: Stack, function: aws_lambda.Function, origins: list[str], told: str
) -> None:
    cors = aws_apigateway.CorsOptions(allow_origins=origins)
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), default_cors_preflight_options=cors)
    api.add_route("GET /a", function)
    answers = [each["Properties"] for each in resources_of(app, "AWS::ApiGateway::GatewayResponse").values()]
    assert {each["ResponseType"] for each in answers} == {"DEFAULT_4XX", "DEFAULT_5XX"}
    header = "gatewayresponse.header.Access-Control-Allow-Origin"
    assert [each["ResponseParameters"][header] for each in answers] == [told, told]


def test_ids_and_paths_do_not_clash(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    api = RestApi(stack, "Api", authorizer=TokenAuthorizer(judge, authorizer_name="admin"))
    for part in ("admin", "Validator", "Api", "partners", "AccessLogs", "default", "Authorizeradmin"):
        api.add_route(f"GET /{part}", function)
    api.add_route("POST /users", function, request_model={**ORDER, "title": "User"})
    api.add_route("POST /names", function, request_model={**ORDER, "title": "UserName"})
    api.add_usage_plan("partners", api_keys=["Acme", "Api"])
    api.add_usage_plan("others", api_keys=["Acme"])
    assert len(resources_of(app, "AWS::ApiGateway::ApiKey")) == 2


def test_a_plan_twice(stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_usage_plan("partners")
    with pytest.raises(InputError, match="a construct 'partners' already"):
        api.add_usage_plan("partners")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"types": [aws_apigateway.EndpointType.PRIVATE]}, "needs a resource policy"),
        ({"web_acl": "my-acl"}, "web_acl is 'my-acl'"),
        ({"web_acl": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/b"}, "for CloudFront"),
    ],
)
def test_what_breaks(stack: Stack, settings: dict[str, Any], told: str) -> None:
    if "types" in settings:
        settings = {"endpoint_configuration": aws_apigateway.EndpointConfiguration(types=settings["types"])}
    with pytest.raises(InputError, match=told):
        RestApi(stack, "Api", **settings)
    assert stack.node.try_find_child("Api") is None


def test_an_edge_api_waits_no_longer(stack: Stack, function: aws_lambda.Function) -> None:
    edge = aws_apigateway.EndpointConfiguration(types=[aws_apigateway.EndpointType.EDGE])
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), endpoint_configuration=edge)
    api.add_route("GET /a", function, timeout=Duration.seconds(29))
    with pytest.raises(InputError, match="50 to 29,000 ms"):
        api.add_route("GET /b", function, timeout=Duration.millis(29_001))


def test_a_parameter_of_the_path_that_it_has_not(stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a/{id}", function, request_parameters={"method.request.path.id": True})
    with pytest.raises(InputError, match=r"the path no \{nope\}"):
        api.add_route("GET /b/{id}", function, request_parameters={"method.request.path.nope": True})


def test_an_operation_twice(stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /a", function, operation_name="show")
    with pytest.raises(InputError, match="operation_name 'show'"):
        api.add_route("GET /b", function, operation_name="show")


def test_an_own_answer_to_preflights(stack: Stack, function: aws_lambda.Function) -> None:
    cors = aws_apigateway.CorsOptions(allow_origins=["https://shop.example.com"])
    api = RestApi(stack, "Api", authorizer=IamAuthorizer(), default_cors_preflight_options=cors)
    with pytest.raises(InputError, match="answers preflights"):
        api.add_route("OPTIONS /a", function)


def test_a_public_route(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    RestApi(stack, "Api", authorizer=IamAuthorizer()).add_route("GET /health", function, public=True)
    (method,) = resources_of(app, METHOD).values()
    assert method["Properties"]["AuthorizationType"] == "NONE"
    assert method["Metadata"]["constructs-lambda"] == {"version": 1, "public": True}


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("GET /orders", "has no authorizer"),
        ("$default", r"\$default"),
        ("GET orders", "slash"),
        ("GET /{path+}/x", "rest of the path"),
        ("GET /a b", "not allowed"),
        ("FETCH /orders", "FETCH"),
        ("GET /a/Default", "leaves these words out of ids"),
    ],
)
def test_wrong_routes(stack: Stack, function: aws_lambda.Function, route: str, told: str) -> None:
    api = RestApi(stack, "Api")
    with pytest.raises(InputError, match=told):
        api.add_route(route, function)
    assert api.api.root.node.children == []


def test_two_variables_in_one_place(stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("GET /orders/{id}", function)
    api.add_route("GET /orders/latest", function)
    api.add_route("GET /customers/{name}", function)
    api.add_route("DELETE /orders/{id}/items/{item}", function)
    with pytest.raises(InputError, match=r"names a part of the path {order}, and GET /orders/{id} names it {id}"):
        api.add_route("GET /orders/{order}/items", function)


def test_keywords_of_the_other_kind(stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    wrong: Any = {"cors_preflight": None, "stage": "x"}
    with pytest.raises(TypeError, match="a REST API has default_cors_preflight_options"):
        RestApi(stack, "Api", **wrong)
    typo: Any = {"request_modell": ORDER}
    with pytest.raises(TypeError, match="did you mean 'request_model'"):
        RestApi(stack, "Api", authorizer=IamAuthorizer()).add_route("POST /a", function, **typo)
    authorizer = LambdaAuthorizer(judge)
    with pytest.raises(TypeError, match="LambdaAuthorizer is for an HttpApi"):
        RestApi(stack, "Other", authorizer=authorizer)  # type: ignore[arg-type]


def test_settings_that_aws_refuses(stack: Stack) -> None:
    with pytest.raises(LimitError) as refused:
        RestApi(stack, "Api", stage_name="my!stage", min_compression_size=Size.mebibytes(11))
    assert len(refused.value.findings) == 2
    assert stack.node.try_find_child("Api") is None


def test_wrong_types(stack: Stack, function: aws_lambda.Function) -> None:
    api: Any = RestApi(stack, "Api", authorizer=IamAuthorizer())
    for wrong in (
        lambda: api.add_route("POST /a", function, request_model="Order"),
        lambda: api.add_route("POST /a", function, request_parameters=["page"]),
        lambda: api.add_route("POST /a", function, stream="yes"),
        lambda: api.add_usage_plan("P", api_keys="Acme"),
        lambda: api.add_usage_plan("P", api_keys=[7]),
        lambda: RestApi(stack, "B", web_acl=7),  # type: ignore[arg-type]
        lambda: RestApi(stack, "B", deploy_options={"stage_name": "x"}),  # type: ignore[arg-type]
        lambda: RestApi(stack, "B", tracing="yes"),  # type: ignore[arg-type]
        lambda: RestApi(stack, "B", binary_media_types="image/png"),
    ):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(InputError, match=r"method\.request\.querystring\.page"):
        api.add_route("GET /a", function, request_parameters={"page": True})


def test_grant_invoke(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    api = RestApi(stack, "Api", authorizer=IamAuthorizer())
    api.add_route("ANY /files/{path+}", function)
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.AccountRootPrincipal())
    api.grant_invoke(role, "ANY /files/{path+}")
    api.grant_invoke(aws_iam.User(stack, "User"))
    policies = resources_of(app, "AWS::IAM::Policy")
    found = {
        each["Properties"]["PolicyDocument"]["Statement"][0]["Resource"]["Fn::Join"][1][-1]
        for each in policies.values()
        if each["Properties"]["PolicyDocument"]["Statement"][0]["Action"] == "execute-api:Invoke"
    }
    assert found == {"/prod/*/files/*", "/prod/*/*"}


def test_the_checks_find_nothing(
    make_app: Callable[..., App], make_function: Callable[..., aws_lambda.Function]
) -> None:
    app = make_app()
    stack = Stack(app, "Shop")
    cors = aws_apigateway.CorsOptions(allow_origins=["*"])
    api = RestApi(
        stack, "Api", authorizer=TokenAuthorizer(make_function(stack, "Judge")), default_cors_preflight_options=cors
    )
    api.add_route("POST /orders/{id}", make_function(stack), request_model=ORDER)
    api.add_route("GET /health", make_function(stack, "Health"), public=True)
    HttpApi(stack, "Http", authorizer=IamAuthorizer())
    report = Path(app.synth().directory) / "validation-report.json"
    plugins = json.loads(report.read_text())["pluginReports"] if report.exists() else []
    assert [each for plugin in plugins for each in plugin.get("violations", [])] == []
