"""`CustomDomain`: an API under a name of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import (
    App,
    CfnParameter,
    Environment,
    Stack,
    aws_apigatewayv2,
    aws_certificatemanager,
    aws_lambda,
    aws_route53,
    aws_s3,
)
from synthesized import resources_of, template_of

from constructs_lambda import CustomDomain, HttpApi, IamAuthorizer, InputError, RestApi

pytestmark = pytest.mark.cdk

MAPPING = "AWS::ApiGatewayV2::ApiMapping"


@pytest.fixture
def certificate(stack: Stack) -> aws_certificatemanager.ICertificate:
    arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
    return aws_certificatemanager.Certificate.from_certificate_arn(stack, "Certificate", arn)


@pytest.fixture
def zone(stack: Stack) -> aws_route53.IHostedZone:
    return aws_route53.HostedZone.from_hosted_zone_attributes(
        stack, "Zone", hosted_zone_id="Z1", zone_name="example.com"
    )


@pytest.mark.parametrize("kind", [HttpApi, RestApi])
def test_a_name(
    app: App, stack: Stack, function: aws_lambda.Function, certificate: Any, zone: Any, kind: type[HttpApi]
) -> None:
    domain = CustomDomain("api.example.com", certificate=certificate, hosted_zone=zone)
    api = kind(stack, "Api", authorizer=IamAuthorizer(), domain=domain)
    api.add_route("GET /a", function)
    assert api.url == "https://api.example.com/"
    resources = template_of(app)["Resources"]
    (name,) = (each["Properties"] for each in resources.values() if each["Type"] == "AWS::ApiGatewayV2::DomainName")
    (settings,) = name["DomainNameConfigurations"]
    assert settings["SecurityPolicy"] == "TLS_1_2"
    assert settings["EndpointType"] == "REGIONAL"
    records = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Route53::RecordSet"]
    assert sorted(each["Type"] for each in records) == ["A", "AAAA"]
    assert all("RegionalDomainName" in json.dumps(each["AliasTarget"]) for each in records)
    ((_, mapping),) = resources_of(app, MAPPING).items()
    kinds = {resources[each]["Type"] for each in mapping["DependsOn"]}
    assert kinds & {"AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"}
    (made,) = (
        each["Properties"]
        for each in resources.values()
        if each["Type"] in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api")
    )
    assert made["DisableExecuteApiEndpoint"] is True


def test_the_own_address_may_stay(app: App, stack: Stack, certificate: Any) -> None:
    domain = CustomDomain("api.example.com", certificate=certificate)
    HttpApi(stack, "Api", domain=domain, disable_execute_api_endpoint=False)
    (made,) = resources_of(app, "AWS::ApiGatewayV2::Api").values()
    assert made["Properties"]["DisableExecuteApiEndpoint"] is False
    assert resources_of(app, "AWS::Route53::RecordSet") == {}


def test_several_apis_under_one_name(app: App, stack: Stack, function: aws_lambda.Function, certificate: Any) -> None:
    name = aws_apigatewayv2.DomainName(stack, "Name", domain_name="api.example.com", certificate=certificate)
    http = HttpApi(stack, "Http", domain=CustomDomain(name, base_path="orders"))
    rest = RestApi(stack, "Rest", authorizer=IamAuthorizer(), domain=CustomDomain(name, base_path="reports/v1"))
    rest.add_route("GET /a", function)
    assert len(resources_of(app, "AWS::ApiGatewayV2::DomainName")) == 1
    keys = {each["Properties"]["ApiMappingKey"] for each in resources_of(app, MAPPING).values()}
    assert keys == {"orders", "reports/v1"}
    assert http.url.endswith("/orders/")
    assert rest.url.endswith("/reports/v1/")


def test_mutual_tls(app: App, stack: Stack, certificate: Any) -> None:
    trusted = aws_apigatewayv2.MTLSConfig(bucket=aws_s3.Bucket(stack, "Trusted"), key="authorities.pem")
    HttpApi(stack, "Api", domain=CustomDomain("api.example.com", certificate=certificate, mtls=trusted))
    (name,) = resources_of(app, "AWS::ApiGatewayV2::DomainName").values()
    assert name["Properties"]["MutualTlsAuthentication"]["TruststoreUri"]["Fn::Join"][1][-1] == "/authorities.pem"


def test_everything_wrong_at_once() -> None:
    with pytest.raises(InputError) as refused:
        CustomDomain("api_example", base_path="/orders/")
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"name": "API.example.com"}, "small letters"),
        ({"name": "api.example.org"}, r"not in the hosted zone example\.com"),
        ({"name": "api.badexample.com"}, "not in the hosted zone"),
    ],
)
def test_names_that_break(certificate: Any, zone: Any, settings: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        CustomDomain(**settings, certificate=certificate, hosted_zone=zone)


def test_a_certificate_of_another_region(app: App) -> None:
    stack = Stack(app, "Ours", env=Environment(account="111122223333", region="us-east-1"))
    arn = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
    certificate = aws_certificatemanager.Certificate.from_certificate_arn(stack, "Certificate", arn)
    with pytest.raises(InputError, match=r"is of eu-west-1\. Fix: one of us-east-1"):
        HttpApi(stack, "Api", domain=CustomDomain("api.example.com", certificate=certificate))
    assert stack.node.try_find_child("Api") is None


def test_one_name_for_two_apis(stack: Stack, certificate: Any) -> None:
    domain = CustomDomain("api.example.com", certificate=certificate)
    HttpApi(stack, "One", domain=domain)
    with pytest.raises(InputError, match="another API's name already"):
        HttpApi(stack, "Other", domain=domain)


def test_one_base_path_for_two_apis(stack: Stack, certificate: Any) -> None:
    name = aws_apigatewayv2.DomainName(stack, "Name", domain_name="api.example.com", certificate=certificate)
    HttpApi(stack, "One", domain=CustomDomain(name, base_path="a"))
    HttpApi(stack, "Two", domain=CustomDomain(name))
    with pytest.raises(InputError, match="under 'a' already"):
        HttpApi(stack, "Three", domain=CustomDomain(name, base_path="a"))


def test_a_base_path_that_is_not_known_yet(app: App, stack: Stack, certificate: Any) -> None:
    path = CfnParameter(stack, "Path").value_as_string
    HttpApi(stack, "Api", domain=CustomDomain("api.example.com", certificate=certificate, base_path=path))
    (mapping,) = resources_of(app, MAPPING).values()
    assert mapping["Properties"]["ApiMappingKey"] == {"Ref": "Path"}


def test_a_certificate_for_a_domain_that_is_there(stack: Stack, certificate: Any) -> None:
    name = aws_apigatewayv2.DomainName(stack, "Name", domain_name="api.example.com", certificate=certificate)
    with pytest.raises(InputError, match="where it is made"):
        CustomDomain(name, certificate=certificate)


@pytest.mark.parametrize("name", ["api.example.com", "*.example.com", "a-b.c.example.co.uk"])
def test_names(certificate: Any, name: str) -> None:
    assert CustomDomain(name, certificate=certificate).url == f"https://{name}/"


def test_wrong_types(certificate: Any) -> None:
    anything: Any = "arn:aws:acm:eu-west-1:111122223333:certificate/1"
    number: Any = 7
    every: list[Callable[[], object]] = [
        lambda: CustomDomain(number),
        lambda: CustomDomain("api.example.com", certificate=anything),
        lambda: CustomDomain("api.example.com", certificate=certificate, hosted_zone=anything),
        lambda: CustomDomain("api.example.com", certificate=certificate, mtls=anything),
    ]
    for wrong in every:
        with pytest.raises(TypeError):
            wrong()
