"""Functions with tenant isolation: what is refused early, and how a route of a REST API names the tenant."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Duration,
    Stack,
    Token,
    aws_cognito,
    aws_lambda,
    aws_lambda_event_sources,
    aws_sns,
    aws_sqs,
)
from synthesized import resources_of, template_of

from constructs_lambda import (
    CognitoAuthorizer,
    Function,
    HttpApi,
    InputError,
    LimitError,
    Release,
    RestApi,
    TokenAuthorizer,
    TopicTrigger,
    UrlTrigger,
)

pytestmark = pytest.mark.cdk

PER_TENANT = aws_lambda.TenancyConfig.PER_TENANT
HEADER = "integration.request.header.X-Amz-Tenant-Id"
METHOD = "AWS::ApiGateway::Method"


@pytest.fixture
def function(stack: Stack, required: dict[str, Any]) -> Function:
    return Function(stack, "Orders", **required, tenancy_config=PER_TENANT)


@pytest.fixture
def api(stack: Stack) -> RestApi:
    return RestApi(stack, "Api")


def paths_in(stack: Stack) -> list[str]:
    return [str(node.node.path) for node in stack.node.find_all()]


def sources(stack: Stack) -> dict[str, Any]:
    return {
        "topic": TopicTrigger(aws_sns.Topic(stack, "Topic")),
        "CDK's queue": aws_lambda_event_sources.SqsEventSource(aws_sqs.Queue(stack, "Queue")),
        "URL": UrlTrigger(),
    }


@pytest.mark.parametrize("on", ["function", "alias"])
@pytest.mark.parametrize("source", ["topic", "CDK's queue", "URL"])
def test_event_sources_are_refused(stack: Stack, function: Function, source: str, on: str) -> None:
    given = sources(stack)[source]
    target = function if on == "function" else function.add_release().alias
    before = paths_in(stack)
    with pytest.raises(LimitError) as refused:
        target.add_event_source(given)
    assert [finding.rule for finding in refused.value.findings] == ["CL160"]
    assert type(given).__name__ in str(refused.value)
    assert paths_in(stack) == before


def test_a_function_url_is_refused(stack: Stack, function: Function) -> None:
    before = paths_in(stack)
    with pytest.raises(LimitError, match="CL160"):
        function.add_function_url()
    assert paths_in(stack) == before


def test_a_function_url_of_the_alias_is_refused(stack: Stack, function: Function, required: dict[str, Any]) -> None:
    alias = function.add_release().alias
    before = paths_in(stack)
    with pytest.raises(LimitError, match="a function URL on a function with tenant isolation"):
        alias.add_function_url()
    assert paths_in(stack) == before
    Function(stack, "Plain", **required).add_release().alias.add_function_url()


def test_the_constructor_tells_of_all_events_and_limits_at_once(stack: Stack, required: dict[str, Any]) -> None:
    events = list(sources(stack).values())
    before = paths_in(stack)
    with pytest.raises(LimitError) as refused:
        Function(stack, "New", **required, tenancy_config=PER_TENANT, events=events, timeout=Duration.seconds(901))
    assert [finding.rule for finding in refused.value.findings] == ["CL102", "CL160", "CL160", "CL160"]
    assert {finding.path for finding in refused.value.findings} == {"Shop/New"}
    assert paths_in(stack) == before


def test_without_isolation_all_are_taken(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Plain", **required, events=list(sources(stack).values()))
    function.add_release().alias.add_event_source(TopicTrigger(aws_sns.Topic(stack, "Other")))
    assert len(resources_of(app, "AWS::Lambda::Url")) == 1


def test_an_alias_tells_why_a_trigger_cant_be_added(stack: Stack, required: dict[str, Any]) -> None:
    """CDK's own alias passes on the text of the error, without its type."""
    alias = Function(stack, "Plain", **required).add_release().alias
    trigger = TopicTrigger(aws_sns.Topic(stack, "Topic"))
    alias.add_event_source(trigger)
    with pytest.raises(InputError, match="triggers Shop/Plain/Aliaslive already"):
        alias.add_event_source(trigger)


# --- Routes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("through", ["function", "alias", "plain"])
def test_a_route_names_the_tenant(app: App, stack: Stack, api: RestApi, required: dict[str, Any], through: str) -> None:
    make = aws_lambda.Function if through == "plain" else Function
    function = make(stack, "Orders", **required, tenancy_config=PER_TENANT)
    target = Release(function).alias if through == "alias" else function
    guard = TokenAuthorizer(Function(stack, "Judge", **required))
    api.add_route("GET /orders", target, authorizer=guard, tenant_id="context.authorizer.tenant")
    (method,) = resources_of(app, METHOD).values()  # an error would stop the synth
    assert method["Properties"]["Integration"]["RequestParameters"] == {HEADER: "context.authorizer.tenant"}
    assert "RequestParameters" not in method["Properties"]


@pytest.mark.parametrize(
    ("path", "tenant_id"),
    [
        ("/orders", "method.request.header.x-tenant"),
        ("/orders", "method.request.querystring.tenant"),
        ("/{tenant}/orders", "method.request.path.tenant"),
    ],
)
def test_where_the_request_has_it_it_has_to_be_there(
    app: App, api: RestApi, function: Function, path: str, tenant_id: str
) -> None:
    """API Gateway refuses to map what the method doesn't declare."""
    page = "method.request.querystring.page"
    api.add_route(f"GET {path}", function, public=True, tenant_id=tenant_id, request_parameters={page: False})
    (method,) = resources_of(app, METHOD).values()
    assert method["Properties"]["RequestParameters"] == {tenant_id: True, page: False}
    assert "RequestValidatorId" in method["Properties"]


def test_two_tenants_of_one_function_are_two_integrations(app: App, api: RestApi, function: Function) -> None:
    for name in ("blue", "red"):
        api.add_route(f"GET /{name}", function, public=True, tenant_id=f"'{name}'")
    mapped = [each["Properties"]["Integration"]["RequestParameters"] for each in resources_of(app, METHOD).values()]
    assert mapped == [{HEADER: "'blue'"}, {HEADER: "'red'"}]


@pytest.mark.parametrize(
    "tenant_id",
    [
        "context.identity.cognitoIdentityId",
        "stageVariables.tenant",
        "method.request.body.tenant",
        f"'{'x' * 256}'",
        "'a b'",
    ],
)
def test_what_api_gateway_maps(api: RestApi, function: Function, tenant_id: str) -> None:
    api.add_route("POST /orders", function, public=True, tenant_id=tenant_id)


@pytest.mark.parametrize(
    "tenant_id",
    ["", "x-tenant", "blue", "''", f"'{'x' * 257}'", "'a,b'", "method.request.cookie.a", "$context.a", "event.a"],
)
def test_what_api_gateway_doesnt_map(stack: Stack, api: RestApi, function: Function, tenant_id: str) -> None:
    before = paths_in(stack)
    with pytest.raises(InputError, match="GET /orders: tenant_id is "):
        api.add_route("GET /orders", function, public=True, tenant_id=tenant_id)
    assert paths_in(stack) == before


def test_an_unknown_tenant_is_taken(stack: Stack, api: RestApi, function: Function) -> None:
    unknown = Token.as_string(CfnParameter(stack, "P").value_as_string)
    api.add_route("GET /orders", function, public=True, tenant_id=unknown)


def test_a_route_without_a_tenant_is_refused_with_all_that_is_wrong(
    stack: Stack, api: RestApi, function: Function
) -> None:
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        api.add_route("GET /orders", function)
    assert ["(CL161)" in line for line in str(refused.value).splitlines()] == [True, False]
    with pytest.raises(TypeError, match="tenant_id must be a text"):
        api.add_route("GET /orders", function, public=True, tenant_id=5)  # type: ignore[arg-type]
    assert paths_in(stack) == before


@pytest.mark.parametrize(
    ("tenant_id", "guarded", "told"),
    [
        ("context.authorizer.tenant", False, "and is public, so no authorizer passes it on"),
        ("context.authorizer.claims.tenant", False, "and is public"),
        ("context.authorizer.claims.tenant", True, "no authorizer but CognitoAuthorizer has claims"),
        ("context.authorizer.tenant", True, ""),
        ("context.identity.sourceIp", False, ""),
    ],
)
def test_a_tenant_of_nobody(
    stack: Stack, api: RestApi, function: Function, required: Any, tenant_id: str, guarded: bool, told: str
) -> None:
    options: Any = {"public": True}
    if guarded:
        options = {"authorizer": TokenAuthorizer(Function(stack, "Judge", **required))}
    if not told:
        api.add_route("GET /orders", function, tenant_id=tenant_id, **options)
        return
    before = paths_in(stack)
    with pytest.raises(InputError) as refused:
        api.add_route("GET /orders", function, tenant_id=tenant_id, **options)
    assert told in str(refused.value)
    assert paths_in(stack) == before


def test_claims_are_those_of_cognito(stack: Stack, api: RestApi, function: Function) -> None:
    guard = CognitoAuthorizer(aws_cognito.UserPool(stack, "Pool"))
    api.add_route("GET /orders", function, tenant_id="context.authorizer.claims.tenant", authorizer=guard)


def test_a_path_has_to_have_what_is_mapped(api: RestApi, function: Function) -> None:
    with pytest.raises(InputError, match=r"the path no \{tenant\}"):
        api.add_route("GET /orders", function, public=True, tenant_id="method.request.path.tenant")


def test_an_http_api_cant_name_a_tenant(stack: Stack, function: Function) -> None:
    api = HttpApi(stack, "Http")
    before = paths_in(stack)
    for target in (function, function.add_release().alias):
        with pytest.raises(InputError, match=r"an HTTP API can't name a tenant \(CL161"):
            api.add_route("GET /orders", target, public=True)
    with pytest.raises(TypeError, match="tenant_id: an HTTP API has no way"):
        api.add_route("GET /orders", function, public=True, tenant_id="x")  # type: ignore[arg-type]
    assert [path for path in paths_in(stack) if path.startswith("Shop/Http")] == [
        path for path in before if path.startswith("Shop/Http")
    ]


def test_a_tenant_for_a_function_without_isolation(stack: Stack, api: RestApi, required: dict[str, Any]) -> None:
    function = Function(stack, "Plain", **required)
    for target in (function, function.add_release().alias, function.current_version):
        with pytest.raises(InputError, match=r"no tenant isolation, so Lambda refuses each call \(CL162"):
            api.add_route("GET /orders", target, public=True, tenant_id="'blue'")


def test_what_isnt_known_of_a_function_is_no_finding(
    app: App, stack: Stack, api: RestApi, required: dict[str, Any]
) -> None:
    imported = aws_lambda.Function.from_function_name(stack, "Imported", "orders")
    hatched = aws_lambda.Function(stack, "Hatched", **required)
    resource = hatched.node.default_child
    assert isinstance(resource, aws_lambda.CfnFunction)
    resource.tenancy_config = aws_lambda.CfnFunction.TenancyConfigProperty(tenant_isolation_mode="PER_TENANT")
    api.add_route("GET /imported", imported, public=True, tenant_id="'blue'")
    api.add_route("GET /unnamed", imported, public=True)
    api.add_route("GET /hatched", hatched, public=True, tenant_id="'blue'")
    template_of(app)  # an error would stop the synth
