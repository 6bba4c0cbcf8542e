"""examples/authorizers as it is synthesized."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from example_apps import ROOT, load, run_as_the_cdk_cli, violations

from constructs_lambda.checker import check

pytestmark = pytest.mark.cdk

EXAMPLE = ROOT / "examples" / "authorizers"
STACKS = ["Identity", "Shop"]
ISSUER = {"issuer": "https://login.example.com/", "audience": "shop", "jwks_url": "https://login.example.com/jwks"}


def new_app(outdir: Path) -> Any:
    from aws_cdk import App

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(outdir), analytics_reporting=False)
    identity = module.IdentityStack(app, "Identity", **ISSUER)
    module.ShopStack(app, "Shop", identity=identity)
    return app


def template_in(outdir: Path, stack: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((outdir / f"{stack}.template.json").read_text())
    return document


def of_type(template: dict[str, Any], type: str) -> dict[str, dict[str, Any]]:
    return {id: each["Properties"] for id, each in template["Resources"].items() if each["Type"] == f"AWS::{type}"}


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authorizers") / "cdk.out"
    new_app(folder).synth()
    return folder


@pytest.fixture(scope="module")
def shop(outdir: Path) -> dict[str, Any]:
    return template_in(outdir, "Shop")


def test_nothing_is_found(outdir: Path) -> None:
    assert violations(outdir) == []
    report = check([str(outdir)], lambda: b"")
    assert (report.findings, report.templates, report.functions) == ((), 2, 4)


def authorizer_names(template: dict[str, Any]) -> dict[str, str]:
    """The kind of each authorizer, by its logical id."""
    rest = {id: each["Type"] for id, each in of_type(template, "ApiGateway::Authorizer").items()}
    http = {id: each["AuthorizerType"] for id, each in of_type(template, "ApiGatewayV2::Authorizer").items()}
    return {**rest, **{id: f"HTTP {kind}" for id, kind in http.items()}}


def test_only_the_status_is_open(shop: dict[str, Any]) -> None:
    names = authorizer_names(shop)
    paths = {id: each["PathPart"] for id, each in of_type(shop, "ApiGateway::Resource").items()}
    found = {}
    for each in of_type(shop, "ApiGateway::Method").values():
        route = f"{each['HttpMethod']} {paths[each['ResourceId']['Ref']]}"
        found[route] = names[each["AuthorizerId"]["Ref"]] if each["AuthorizationType"] == "CUSTOM" else "NONE"
    assert found == {"GET status": "NONE", "GET me": "TOKEN", "POST orders": "TOKEN", "GET orders": "REQUEST"}
    found = {}
    for each in of_type(shop, "ApiGatewayV2::Route").values():
        found[each["RouteKey"]] = each["AuthorizationType"]
        assert ("AuthorizerId" in each) == (each["AuthorizationType"] == "CUSTOM")
    assert found == {"GET /status": "NONE", "GET /me": "CUSTOM"}


def test_answers_are_kept_by_the_token(shop: dict[str, Any]) -> None:
    (http,) = of_type(shop, "ApiGatewayV2::Authorizer").values()
    assert http["IdentitySource"] == ["$request.header.Authorization"]
    assert (http["AuthorizerPayloadFormatVersion"], http["EnableSimpleResponses"]) == ("2.0", True)
    rest = list(of_type(shop, "ApiGateway::Authorizer").values())
    assert {each["IdentitySource"] for each in rest} == {"method.request.header.Authorization"}
    assert {each["AuthorizerResultTtlInSeconds"] for each in [http, *rest]} == {300}


def test_what_no_token_can_be_is_refused_before_anything_runs(shop: dict[str, Any]) -> None:
    (pattern,) = (
        each["IdentityValidationExpression"]
        for each in of_type(shop, "ApiGateway::Authorizer").values()
        if each["Type"] == "TOKEN"
    )
    assert re.fullmatch(pattern, "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnLW5hdHVy_Q")
    for header in ("Basic a.b.c", "Bearer a.b", "Bearer a.b.", "a.b.c", "Bearer a.b.c d"):
        assert not re.fullmatch(pattern, header), header


def test_each_api_may_invoke_a_function_once(shop: dict[str, Any]) -> None:
    """One permission for the function behind each API, and one for each authorizer, all with the API's ARN."""
    found = sorted(source(each["SourceArn"]) for each in of_type(shop, "Lambda::Permission").values())
    (rest,), (http,) = of_type(shop, "ApiGateway::RestApi"), of_type(shop, "ApiGatewayV2::Api")
    assert [re.sub(r"authorizers/.+", "authorizers/<id>", each) for each in found] == [
        f"<{http}>/*/*/*",
        f"<{http}>/authorizers/<id>",
        f"<{rest}>/*/*/*",
        f"<{rest}>/authorizers/<id>",
        f"<{rest}>/authorizers/<id>",
    ]
    assert len(set(found)) == 5


def source(arn: dict[str, Any]) -> str:
    """The part of an ARN behind the account, with the ids of resources in angle brackets."""
    parts = [each if isinstance(each, str) else f"<{each['Ref']}>" for each in arn["Fn::Join"][1]]
    return "".join(parts).rpartition(":")[2]


def test_nothing_of_the_apis_is_in_the_other_stack(outdir: Path) -> None:
    identity = template_in(outdir, "Identity")
    assert len(of_type(identity, "Lambda::Function")) == 3
    assert not of_type(identity, "Lambda::Permission")
    assert "ImportValue" not in json.dumps(identity)


def test_an_order_is_checked_before_the_function_is_called(shop: dict[str, Any]) -> None:
    (model,), (validator,) = of_type(shop, "ApiGateway::Model").values(), of_type(shop, "ApiGateway::RequestValidator")
    assert model["Schema"] == {
        "$schema": "http://json-schema.org/draft-04/schema#",
        **load(EXAMPLE / "app.py").NEW_ORDER,
    }
    checked = [each for each in of_type(shop, "ApiGateway::Method").values() if "RequestModels" in each]
    assert [(each["HttpMethod"], each["RequestValidatorId"]) for each in checked] == [("POST", {"Ref": validator})]


def test_requests_are_throttled_and_logged(shop: dict[str, Any]) -> None:
    (rest,), (http,) = of_type(shop, "ApiGateway::Stage").values(), of_type(shop, "ApiGatewayV2::Stage").values()
    assert rest["MethodSettings"][0]["ThrottlingRateLimit"] == http["DefaultRouteSettings"]["ThrottlingRateLimit"]
    for format in (rest["AccessLogSetting"]["Format"], http["AccessLogSettings"]["Format"]):
        assert "$context.requestId" in json.loads(format).values()
        assert "authorization" not in format.lower()


def test_the_documents(outdir: Path) -> None:
    rest = json.loads((outdir / "Shop.rest.openapi.json").read_text())
    http = json.loads((outdir / "Shop.http.openapi.json").read_text())
    assert rest["paths"].keys() == {"/status", "/me", "/orders", "/tenants/{tenant}/orders"}
    assert http["paths"].keys() == {"/status", "/me"}
    assert rest["components"]["schemas"] == {"NewOrder": load(EXAMPLE / "app.py").NEW_ORDER}
    for document in (rest, http):
        operations = {path: each for path, methods in document["paths"].items() for each in methods.values()}
        assert [path for path, each in operations.items() if not each["security"]] == ["/status"]


def test_the_api_first_and_the_authorizers_later(tmp_path: Path) -> None:
    from aws_cdk import App, Stack

    from constructs_lambda import HttpApi, RestApi

    app = App(outdir=str(tmp_path), analytics_reporting=False, context={"aws:cdk:bundling-stacks": []})
    stack = Stack(app, "Early")
    rest, http = RestApi(stack, "Rest"), HttpApi(stack, "Http")
    identity = load(EXAMPLE / "app.py").IdentityStack(app, "Identity", **ISSUER)
    for api, authorizer in ((rest, identity.user), (http, identity.http_user)):
        api.add_route("GET /me", function_in(stack, api.node.id), authorizer=authorizer)
    app.synth()
    assert len(of_type(template_in(tmp_path, "Early"), "Lambda::Permission")) == 4


def test_one_authorizer_serves_the_apis_of_two_stacks(tmp_path: Path) -> None:
    from aws_cdk import App

    module = load(EXAMPLE / "app.py")
    app = App(outdir=str(tmp_path), analytics_reporting=False, context={"aws:cdk:bundling-stacks": []})
    identity = module.IdentityStack(app, "Identity", **ISSUER)
    for id in ("Shop", "OtherShop"):
        module.ShopStack(app, id, identity=identity)
    app.synth()
    counts = {id: len(of_type(template_in(tmp_path, id), "ApiGateway::Authorizer")) for id in ("Shop", "OtherShop")}
    assert counts == {"Shop": 2, "OtherShop": 2}


def function_in(stack: Any, id: str) -> Any:
    from aws_cdk import aws_lambda

    from constructs_lambda import Function

    return Function(
        stack,
        f"{id}Function",
        runtime=aws_lambda.Runtime.PYTHON_3_14,
        handler="index.handler",
        code=aws_lambda.Code.from_inline("def handler(event, context):\n    return {}\n"),
    )


def test_snapshot(outdir: Path, snapshot_template: object) -> None:
    assert outdir == snapshot_template


@pytest.mark.parametrize("name", ["authorizers", "shop"])
def test_the_pins_name_no_index_and_no_folder(name: str) -> None:
    pins = (EXAMPLE / "functions" / name / "requirements.txt").read_text()
    assert not re.findall(r"://|^-|/", pins, re.MULTILINE)


def test_as_the_cdk_cli_runs_it(tmp_path: Path) -> None:
    assert run_as_the_cdk_cli(EXAMPLE, tmp_path) == (0, "", "")
    assert violations(tmp_path / "cdk.out") == []
