"""Authorizers: what each writes for each API, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack, aws_apigateway, aws_cognito, aws_lambda
from synthesized import resources_of, template_of

from constructs_lambda import (
    CognitoAuthorizer,
    HttpApi,
    IamAuthorizer,
    InputError,
    JwtAuthorizer,
    LambdaAuthorizer,
    LimitError,
    RequestAuthorizer,
    RestApi,
    TokenAuthorizer,
)

pytestmark = pytest.mark.cdk

REST = "AWS::ApiGateway::Authorizer"
HTTP = "AWS::ApiGatewayV2::Authorizer"
Make = Callable[..., aws_lambda.Function]
IdentitySource = aws_apigateway.IdentitySource


def written(app: App, kind: str, stack_id: str = "Shop") -> dict[str, Any]:
    (resource,) = resources_of(app, kind, stack_id).values()
    left_out = ("ApiId", "RestApiId", "AuthorizerUri", "Name")
    return {name: value for name, value in resource["Properties"].items() if name not in left_out}


def rest_route(stack: Stack, function: aws_lambda.Function, authorizer: Any) -> aws_apigateway.Method:
    return RestApi(stack, "Api", authorizer=authorizer).add_route("GET /a", function)


def http_route(stack: Stack, function: aws_lambda.Function, authorizer: Any) -> Any:
    return HttpApi(stack, "Api", authorizer=authorizer).add_route("GET /a", function)


def test_token(app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    rest_route(stack, function, TokenAuthorizer(judge))
    assert written(app, REST) == {
        "AuthorizerResultTtlInSeconds": 300,
        "IdentitySource": "method.request.header.Authorization",
        "Type": "TOKEN",
    }


def test_token_with_settings(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    authorizer = TokenAuthorizer(
        judge,
        identity_source=IdentitySource.header("X-Token"),
        validation_regex="Bearer .+",
        results_cache_ttl=Duration.seconds(0),
    )
    rest_route(stack, function, authorizer)
    assert written(app, REST) == {
        "AuthorizerResultTtlInSeconds": 0,
        "IdentitySource": "method.request.header.X-Token",
        "IdentityValidationExpression": "Bearer .+",
        "Type": "TOKEN",
    }


def test_request(app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function) -> None:
    sources = [IdentitySource.header("Authorization"), IdentitySource.query_string("tenant")]
    rest_route(stack, function, RequestAuthorizer(judge, identity_sources=sources))
    assert written(app, REST) == {
        "AuthorizerResultTtlInSeconds": 300,
        "IdentitySource": "method.request.header.Authorization,method.request.querystring.tenant",
        "Type": "REQUEST",
    }


def test_lambda_with_a_policy(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    sources = ["$request.header.X-Key", "$context.routeKey"]
    http_route(stack, function, LambdaAuthorizer(judge, identity_source=sources, enable_simple_responses=False))
    assert written(app, HTTP) == {
        "AuthorizerPayloadFormatVersion": "2.0",
        "AuthorizerResultTtlInSeconds": 300,
        "AuthorizerType": "REQUEST",
        "EnableSimpleResponses": False,
        "IdentitySource": sources,
    }


def test_jwt(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    http_route(stack, function, JwtAuthorizer("https://login.example.com/", ["orders"]))
    assert written(app, HTTP) == {
        "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Audience": ["orders"], "Issuer": "https://login.example.com/"},
    }
    (route,) = resources_of(app, "AWS::ApiGatewayV2::Route").values()
    assert route["Properties"]["AuthorizationType"] == "JWT"


def test_cognito_for_both(make_app: Callable[..., App], make_function: Make) -> None:
    app = make_app()
    pools = Stack(app, "Pools")
    pool = aws_cognito.UserPool(pools, "Pool")
    authorizer = CognitoAuthorizer(pool, [pool.add_client("Client")], scopes=["orders/read"])
    stack = Stack(app, "Shop")
    function = make_function(stack)
    HttpApi(stack, "Http", authorizer=authorizer).add_route("GET /a", function)
    RestApi(stack, "Rest", authorizer=authorizer).add_route("GET /a", function)
    resources = template_of(app)["Resources"]
    (http,) = (each["Properties"] for each in resources.values() if each["Type"] == HTTP)
    assert http["AuthorizerType"] == "JWT"
    assert http["JwtConfiguration"]["Issuer"]["Fn::Join"][1][0] == "https://"
    assert len(http["JwtConfiguration"]["Audience"]) == 1
    (rest,) = (each["Properties"] for each in resources.values() if each["Type"] == REST)
    assert rest["Type"] == "COGNITO_USER_POOLS"
    assert len(rest["ProviderARNs"]) == 1
    (method,) = (each["Properties"] for each in resources.values() if each["Type"] == "AWS::ApiGateway::Method")
    assert (method["AuthorizationType"], method["AuthorizationScopes"]) == ("COGNITO_USER_POOLS", ["orders/read"])
    (route,) = (each["Properties"] for each in resources.values() if each["Type"] == "AWS::ApiGatewayV2::Route")
    assert route["AuthorizationScopes"] == ["orders/read"]


def test_iam_for_both(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    authorizer = IamAuthorizer()
    HttpApi(stack, "Http", authorizer=authorizer).add_route("GET /a", function)
    RestApi(stack, "Rest", authorizer=authorizer).add_route("GET /a", function)
    resources = template_of(app)["Resources"].values()
    found = [each["Properties"].get("AuthorizationType") for each in resources]
    assert found.count("AWS_IAM") == 2
    assert not [each for each in resources if each["Type"] in (REST, HTTP)]


@pytest.mark.parametrize("first", ["Identity", "Shop"])
def test_one_authorizer_in_two_stacks_of_rest_apis(
    make_app: Callable[..., App], make_function: Make, first: str
) -> None:
    """CDK's own authorizer ends in a circle between the two stacks, in both orders."""
    app = make_app()
    stacks = {name: Stack(app, name) for name in (first, "Shop" if first == "Identity" else "Identity", "Other")}
    token = TokenAuthorizer(make_function(stacks["Identity"], "Judge"))
    request = RequestAuthorizer(make_function(stacks["Identity"], "Tenants"))
    for name in ("Shop", "Other"):
        api = RestApi(stacks[name], "Api", authorizer=token)
        api.add_route("GET /a", make_function(stacks[name]))
        api.add_route("GET /b", make_function(stacks["Identity"], f"Served{name}"), authorizer=request)
    folder = app.synth().directory
    for name in ("Shop", "Other"):
        assert len(resources_of(app, REST, name)) == 2
        permissions = resources_of(app, "AWS::Lambda::Permission", name).values()
        assert len(permissions) == 4  # two functions that judge, two that are served
    assert resources_of(app, "AWS::Lambda::Permission", "Identity") == {}
    assert folder


def test_the_permission_of_an_authorizer_is_for_it_alone(
    app: App, stack: Stack, function: aws_lambda.Function, judge: aws_lambda.Function
) -> None:
    rest_route(stack, function, TokenAuthorizer(judge))
    ((authorizer_id, _),) = resources_of(app, REST).items()
    permissions = resources_of(app, "AWS::Lambda::Permission").values()
    (source,) = (
        each["Properties"]["SourceArn"]["Fn::Join"][1]
        for each in permissions
        if each["Properties"]["FunctionName"] == stack.resolve(judge.function_arn)
    )
    assert source[-2:] == ["/authorizers/", {"Ref": authorizer_id}]


def test_two_authorizers_of_one_function(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    api = RestApi(stack, "Api", authorizer=TokenAuthorizer(judge))
    api.add_route("GET /a", function)
    api.add_route("GET /b", function, authorizer=RequestAuthorizer(judge))
    api.add_route("GET /c", function, authorizer=TokenAuthorizer(judge, authorizer_name="Other"))
    permissions = resources_of(app, "AWS::Lambda::Permission").values()
    judged = [each["Properties"]["SourceArn"]["Fn::Join"][1][-1] for each in permissions]
    assert {each["Ref"] for each in judged if isinstance(each, dict)} == resources_of(app, REST).keys()


def test_a_default_that_no_route_uses(app: App, stack: Stack, function: aws_lambda.Function, judge: Any) -> None:
    api = RestApi(stack, "Api", authorizer=TokenAuthorizer(judge))
    api.add_route("GET /health", function, public=True)
    assert resources_of(app, REST) == {}  # CDK fails the synth over one that is attached to nothing


def deployment_of(app: App) -> str:
    (name,) = resources_of(app, "AWS::ApiGateway::Deployment")
    return name


@pytest.mark.parametrize("change", [{"results_cache_ttl": Duration.seconds(60)}, {"validation_regex": "Bearer .*"}])
def test_a_changed_authorizer_is_deployed(
    make_app: Callable[..., App], make_function: Make, change: dict[str, Any]
) -> None:
    """Whatever the feature flags say."""
    found = set()
    for settings in ({}, {}, change):
        app = make_app()
        stack = Stack(app, "Shop")
        rest_route(stack, make_function(stack), TokenAuthorizer(make_function(stack, "Judge"), **settings))
        found.add(deployment_of(app))
    assert len(found) == 2


@pytest.mark.parametrize("kind", [TokenAuthorizer, RequestAuthorizer, LambdaAuthorizer])
def test_times_at_their_bounds(judge: aws_lambda.Function, kind: type[TokenAuthorizer]) -> None:
    for seconds in (0, 1, 3_599, 3_600):
        kind(judge, results_cache_ttl=Duration.seconds(seconds))
    with pytest.raises(LimitError, match="3,601 s; AWS allows 0 to 3,600 s"):
        kind(judge, results_cache_ttl=Duration.seconds(3_601))


def test_answers_that_are_cached_by_nothing(judge: aws_lambda.Function) -> None:
    off = Duration.seconds(0)
    with pytest.raises(LimitError, match="no identity source, and its answers are cached for 300 s"):
        RequestAuthorizer(judge, identity_sources=[])
    RequestAuthorizer(judge, identity_sources=[], results_cache_ttl=off)
    with pytest.raises(LimitError, match="cached for 300 s, and it has no identity source"):
        LambdaAuthorizer(judge, identity_source=[])
    LambdaAuthorizer(judge, identity_source=[], results_cache_ttl=off)


def test_identity_sources_of_the_other_kind_of_api(judge: aws_lambda.Function) -> None:
    rest, http = IdentitySource.header("X"), "$request.header.X"
    for make in (
        lambda: TokenAuthorizer(judge, identity_source="Authorization"),
        lambda: TokenAuthorizer(judge, identity_source=IdentitySource.query_string("token")),
        lambda: RequestAuthorizer(judge, identity_sources=[rest, http]),
        lambda: LambdaAuthorizer(judge, identity_source=[rest]),
        lambda: JwtAuthorizer("https://login.example.com", ["a"], identity_source=[rest]),
    ):
        with pytest.raises(LimitError, match="identity source"):
            make()


def test_cognito_without_a_client(stack: Stack, function: aws_lambda.Function) -> None:
    authorizer = CognitoAuthorizer(aws_cognito.UserPool(stack, "Pool"))
    with pytest.raises(InputError, match=r"Shop/Api.*has no user_pool_clients"):
        http_route(stack, function, authorizer)


@pytest.mark.parametrize(
    ("issuer", "audience", "told"),
    [
        ("http://login.example.com", ["a"], "no https address"),
        ("https://login.example.com", [], "no audience"),
    ],
)
def test_a_jwt_that_aws_refuses(issuer: str, audience: list[str], told: str) -> None:
    with pytest.raises(LimitError, match=told):
        JwtAuthorizer(issuer, audience)


def test_an_issuer_that_is_not_known_yet(app: App, stack: Stack, function: aws_lambda.Function) -> None:
    issuer = CfnParameter(stack, "Issuer").value_as_string
    http_route(stack, function, JwtAuthorizer(issuer, ["orders"]))
    assert written(app, HTTP)["JwtConfiguration"]["Issuer"] == {"Ref": "Issuer"}


def test_wrong_types(stack: Stack, judge: aws_lambda.Function) -> None:
    pool: Any = "eu-west-1_abc"
    anything: Any = "Authorization"
    for wrong in (
        lambda: TokenAuthorizer(anything),
        lambda: TokenAuthorizer(judge, results_cache_ttl=anything),
        lambda: RequestAuthorizer(judge, identity_sources=anything),
        lambda: LambdaAuthorizer(judge, identity_source=anything),
        lambda: LambdaAuthorizer(judge, enable_simple_responses=anything),
        lambda: JwtAuthorizer(7, ["a"]),  # type: ignore[arg-type]
        lambda: JwtAuthorizer("https://a.example.com", "a"),
        lambda: JwtAuthorizer("https://a.example.com", ["a"], scopes="read"),
        lambda: CognitoAuthorizer(pool),
        lambda: CognitoAuthorizer(aws_cognito.UserPool(stack, "Pool"), anything),
        lambda: TokenAuthorizer(judge, authorizer_name=7),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            wrong()
