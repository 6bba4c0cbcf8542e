"""APIs whose parts stand in several stacks."""

from __future__ import annotations

import time
from typing import Any

import pytest
from rules.api_cases import (
    ARN,
    http_api,
    http_authorizer,
    integration,
    method,
    path_to,
    permission,
    rest_api,
    rest_authorizer,
    route,
    source,
)
from rules.cases import TODAY, ids, zipped

from constructs_lambda.model import Topology
from constructs_lambda.rules import Context, Severities, check_topology
from constructs_lambda.template import read_template

Resources = dict[str, Any]


def found(*stacks: Resources, **about: Any) -> tuple[str, ...]:
    """The ids of the rules that speak of stacks which export what they make."""
    made = []
    for index, resources in enumerate(stacks):
        outputs: dict[str, Any] = {}
        for name, each in resources.items():
            kind = each["Type"].rpartition("::")[2]
            if kind in ("Function", "Authorizer", "Integration", "Api", "RestApi"):
                value = {"Fn::GetAtt": [name, "Arn"]} if kind == "Function" else {"Ref": name}
                outputs[name] = {"Value": value, "Export": {"Name": f"S{index}:ExportsOutput{name}"}}
            if kind == "RestApi":
                value = {"Fn::GetAtt": [name, "RootResourceId"]}
                outputs["Root"] = {"Value": value, "Export": {"Name": f"S{index}:ExportsOutputRoot"}}
        document = {"Resources": resources, "Outputs": outputs}
        made.append(read_template(document, template=f"{index}.json", size_bytes=1, name=f"S{index}", **about))
    return ids(list(check_topology(Topology(made), Context(TODAY), Severities())))


def imported(stack: int, name: str) -> Any:
    return {"Fn::ImportValue": f"S{stack}:ExportsOutput{name}"}


def of_other(part: Resources, **properties: Any) -> Resources:
    return {**part, "Properties": {**part["Properties"], **properties}}


def from_api(*rest: Any) -> Any:
    """The ARN of a route of the first stack's API."""
    return {"Fn::Join": ["", ["arn:aws:execute-api:eu-west-1:111122223333:", imported(0, "Api"), *rest]]}


def of_one(document: Resources, **about: Any) -> tuple[str, ...]:
    """The ids of the rules that speak of one stack."""
    stack = read_template(document, template="t.json", size_bytes=1, **about)
    return ids(list(check_topology(Topology([stack]), Context(TODAY), Severities())))


GUARDED: Resources = {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "A"}}
HTTP = {"Api": http_api()}
REST = {"Api": rest_api()}


def test_a_route_in_another_stack() -> None:
    target = {"Fn::Join": ["", ["integrations/", {"Ref": "I"}]]}
    routes = {
        "F": zipped(),
        "R": of_other(route(Target=target), ApiId=imported(0, "Api")),
        "I": of_other(integration(), ApiId=imported(0, "Api")),
    }
    assert found(HTTP, {**routes, "P": permission(from_api("/*/*/orders"))}) == ()
    assert found(HTTP, routes) == ("CL805",)
    assert found(HTTP, {**routes, "P": permission(from_api("/*/*/customers"))}) == ("CL805", "CL806")
    opened = {**routes, "R": of_other(routes["R"], AuthorizationType="NONE"), "P": permission(from_api("/*"))}
    assert found(HTTP, opened) == ("CL405",)
    slow = {**routes, "F": zipped(Timeout=31), "P": permission(from_api("/*"))}
    assert found(HTTP, slow) == ("CL410",)


def test_a_route_twice_in_two_stacks() -> None:
    one = {"R": of_other(route(), ApiId=imported(0, "Api"))}
    assert found(HTTP, one) == ()
    assert found(HTTP, one, one) == ("CL411",)


def test_a_method_in_another_stack() -> None:
    there = {"RestApiId": imported(0, "Api"), "ResourceId": imported(0, "Root")}
    methods = {"F": zipped(), "M": of_other(method(), **there)}
    assert found(REST, {**methods, "P": permission(from_api("/*/GET/"))}) == ()
    assert found(REST, methods) == ("CL805",)


def test_a_function_in_another_stack() -> None:
    uri = ["arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/", imported(0, "F"), "/invocations"]
    call = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": {"Fn::Join": ["", uri]}}
    api = {"Api": rest_api(), "M": method(Integration=call)}
    allowed = {"P": permission(source("/*"), imported(0, "F"))}
    assert found({"F": zipped()}, {**api, **allowed}) == ()
    assert found({"F": zipped()}, api) == ("CL805",)
    assert found({"F": zipped(Timeout=60)}, {**api, **allowed}) == ("CL410",)


def test_an_authorizer_with_its_function_in_another_stack() -> None:
    answer = "{'principalId': 'u', 'context': {'token': event['authorizationToken']}}"
    code = f"def handler(event, context):\n    return {answer}\n"
    uri = ["arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/", imported(0, "F"), "/invocations"]
    authorizer = rest_authorizer(AuthorizerUri={"Fn::Join": ["", uri]})
    second = {
        "Api": rest_api(),
        "A": authorizer,
        "P": permission(source("/authorizers/", {"Ref": "A"}), imported(0, "F")),
    }
    assert found({"F": zipped()}, second) == ()
    assert found({"F": zipped(Code={"ZipFile": code})}, second) == ("CL510",)
    assert found({"F": zipped()}, {name: each for name, each in second.items() if name != "P"}) == ("CL509",)


def test_an_authorizer_of_the_api_of_another_stack() -> None:
    guarded = {"AuthorizationType": "CUSTOM", "AuthorizerId": imported(0, "A")}
    first = {"F": zipped(), "Api": rest_api(), "A": rest_authorizer(), "P": permission(source("/*"))}
    mock = {"Type": "MOCK"}
    same = {"M": of_other(method(Integration=mock), **guarded, RestApiId=imported(0, "Api"))}
    other = {"Api": rest_api(), "M": of_other(method(Integration=mock), **guarded)}
    assert found(first, same) == ()
    assert found(first, other) == ("CL507",)


def test_an_api_that_is_exported_by_its_author_may_have_more_routes() -> None:
    api = {"F": zipped(), "Api": http_api(), "R": route(), "I": integration(), "P": permission(source("/*"))}
    stray = {**api, "P2": permission(source("/*/*/later"))}
    shared = {"Outputs": {"O": {"Value": {"Ref": "Api"}, "Export": {"Name": "shared-api"}}}}
    for outputs, expected in (({}, ("CL806",)), (shared, ())):
        stack = read_template({"Resources": stray, **outputs}, template="t.json", size_bytes=1)
        assert ids(list(check_topology(Topology([stack]), Context(TODAY), Severities()))) == expected


def test_who_exports_api_and_function_may_add_the_permission_elsewhere() -> None:
    routes = {"F": zipped(), "Api": http_api(), "R": route(), "I": integration()}
    api = {"Value": {"Ref": "Api"}, "Export": {"Name": "shared-api"}}
    function = {"Value": ARN, "Export": {"Name": "shared-function"}}
    internal = {"Value": ARN, "Export": {"Name": "S0:ExportsOutputFnGetAttF"}}
    guarded = {**routes, "R": route(**GUARDED), "A": http_authorizer()}
    for resources, rules in ((routes, ("CL805",)), (guarded, ("CL509", "CL805"))):
        for outputs, expected in (
            ({"A": api}, rules),
            ({"F": function}, rules),
            ({"A": api, "F": internal}, rules),
            ({"A": api, "F": function}, ()),
        ):
            assert of_one({"Resources": resources, "Outputs": outputs}) == expected


@pytest.mark.parametrize(
    ("account", "about", "expected"),
    [
        ("111122223333", {}, ()),
        ("111122223333", {"account": "111122223333", "region": "eu-west-1"}, ("CL509", "CL805")),
        ("111122223333", {"account": "111122223334", "region": "eu-west-1"}, ()),
        ("111122223333", {"account": "111122223333", "region": "eu-west-2"}, ()),
        ({"Ref": "AWS::AccountId"}, {"account": "111122223333", "region": "eu-west-1"}, ("CL509", "CL805")),
        ({"Ref": "Account"}, {"account": "111122223333", "region": "eu-west-1"}, ()),
    ],
)
def test_a_function_of_the_same_name_in_another_account(account: Any, about: Resources, expected: Any) -> None:
    arn = {"Fn::Join": ["", ["arn:aws:lambda:eu-west-1:", account, ":function:shared"]]}
    resources = {"F": zipped(FunctionName="shared"), "Api": http_api(), "R": route(**GUARDED)}
    resources |= {"I": integration(IntegrationUri=arn), "A": http_authorizer(AuthorizerUri=path_to(arn))}
    assert of_one({"Resources": resources}, **about) == expected


def test_twenty_large_apis_with_one_function_take_seconds() -> None:
    resources: Resources = {"F": zipped()}
    for api in range(20):
        target = {"Fn::Sub": f"integrations/${{I{api}}}"}
        resources[f"Api{api}"] = http_api()
        resources[f"I{api}"] = of_other(integration(), ApiId={"Ref": f"Api{api}"})
        for index in range(300):
            key = f"GET /r{index}/{{id}}"
            resources[f"R{api}x{index}"] = of_other(route(key), ApiId={"Ref": f"Api{api}"}, Target=target)
        for index in range(250):
            resources[f"P{api}x{index}"] = permission(source(f"/*/GET/r{index}/*", api=f"Api{api}"))
    stack = read_template({"Resources": resources}, template="t.json", size_bytes=1)
    begun = time.process_time()
    gateways = list(Topology([stack]).gateways())
    assert time.process_time() - begun < 30
    assert [sum(route.may_invoke is False for route in gateway.routes) for gateway in gateways] == [50] * 20


def test_a_transform_may_add_permissions_and_routes() -> None:
    api = {"F": zipped(), "Api": http_api(), "R": route(), "I": integration(), "P": permission(source("/*/*/later"))}
    for transform, expected in ((None, ("CL805", "CL806")), ("AWS::Serverless-2016-10-31", ())):
        document = {"Resources": api, **({"Transform": transform} if transform else {})}
        stack = read_template(document, template="t.json", size_bytes=1)
        assert ids(list(check_topology(Topology([stack]), Context(TODAY), Severities()))) == expected


def test_permissions_of_two_stacks_make_one_policy() -> None:
    def permissions(function: Any, prefix: str) -> Resources:
        rule = "arn:aws:events:eu-west-1:111122223333:rule/"
        return {
            f"P{index}": permission(
                f"{rule}{prefix}{index:03}".ljust(100, "x"), function, Principal="events.amazonaws.com"
            )
            for index in range(40)
        }

    assert found({"F": zipped(FunctionName="f"), **permissions(ARN, "a")}) == ()
    assert found({"F": zipped(FunctionName="f"), **permissions(ARN, "a")}, permissions(imported(0, "F"), "b")) == (
        "CL803",
    )


def test_an_integration_of_many_routes_is_named_once() -> None:
    """An HTTP API has one integration for all routes of a function."""
    tenants = zipped(TenancyConfig={"TenantIsolationMode": "PER_TENANT"})
    routes = {f"R{index}": route(f"GET /{index}") for index in range(3)}
    granted = permission(source("/*/*/*"))
    resources = {"F": tenants, "Api": http_api(), "I": integration(), "P": granted, **routes}
    app = Topology([read_template({"Resources": resources}, template="t.json", size_bytes=1)])
    assert [each.rule for each in check_topology(app, Context(TODAY), Severities())] == ["CL161"]
