"""What is left of a template for an emulator that refuses some types."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lambda.local.templates import OF_REGIONS, Dropped, fitted

KNOWN = {"AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::EC2::Route", "AWS::IAM::Policy"}
ACCOUNT = "000000000000"
QUEUE = {"Type": "AWS::SQS::Queue"}
NAT = {"Type": "AWS::EC2::NatGateway"}


def fit(resources: dict[str, Any], **rest: Any) -> tuple[dict[str, Any], tuple[Dropped, ...]]:
    return fitted({"Resources": resources, **rest}, KNOWN, ACCOUNT)


def test_what_fits_stays_as_it_is() -> None:
    resources = {
        "Queue": QUEUE,
        "Made": {"Type": "Custom::Made", "Properties": {"ServiceToken": {"Fn::GetAtt": ["F", "Arn"]}}},
    }
    outputs = {"Name": {"Value": {"Ref": "Queue"}}}
    left, dropped = fit(resources, Outputs=outputs)
    assert left["Resources"]["Made"]["Properties"].pop("ServiceTimeout") == 120
    assert (left, dropped) == ({"Resources": resources, "Outputs": outputs}, ())


def test_a_provider_has_the_time_that_the_app_gives_it() -> None:
    made = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceTimeout": 7}}
    (left, _), before = fitted({"Resources": {"Made": made}}, {str(made["Type"])}, ACCOUNT), dict(made)
    assert left["Resources"]["Made"] == made == before


@pytest.mark.parametrize("kind", OF_REGIONS)
def test_values_that_are_carried_to_another_region(kind: str) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Seen": {"Fn::GetAtt": ["Reader", "/cdk/exports/a"]}}}
    template, dropped = fit({"Reader": {"Type": kind}, "F": function})
    assert template["Resources"]["F"]["Properties"]["Seen"] == "left-out-Reader"
    assert dropped == (Dropped("Reader", kind),)


def test_what_a_macro_expands_stays() -> None:
    resources = {"Orders": {"Type": "AWS::Serverless::Function"}}
    assert fit(resources, Transform="AWS::Serverless-2016-10-31")[1] == ()
    assert fit(resources)[1] == (Dropped("Orders", "AWS::Serverless::Function"),)


def test_what_needs_what_is_refused_goes_too() -> None:
    route = {"Type": "AWS::EC2::Route", "Properties": {"NatGatewayId": {"Ref": "Nat"}}}
    after = {"Type": "AWS::EC2::Route", "Properties": {"Of": {"Fn::Sub": "${Route}-x"}}}
    template, dropped = fit({"After": after, "Route": route, "Nat": NAT, "Queue": QUEUE})
    assert template["Resources"] == {"Queue": QUEUE}
    assert dropped == (
        Dropped("Nat", "AWS::EC2::NatGateway"),
        Dropped("Route", "AWS::EC2::Route", "Nat"),
        Dropped("After", "AWS::EC2::Route", "Route"),
    )


def test_a_function_stays_with_a_placeholder() -> None:
    references = [
        {"Ref": "Nat"},
        {"Fn::GetAtt": ["Nat", "Arn"]},
        {"Fn::GetAtt": "Nat.Arn"},
        {"Fn::Sub": "at ${Nat.Arn}"},
        {"Ref": "Queue"},
    ]
    variables = {"Variables": {str(index): each for index, each in enumerate(references)}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": variables}}
    template, dropped = fit({"Nat": NAT, "Queue": QUEUE, "F": function})
    found = template["Resources"]["F"]["Properties"]["Environment"]["Variables"]
    assert list(found.values()) == ["left-out-Nat"] * 4 + [{"Ref": "Queue"}]
    assert [each.logical_id for each in dropped] == ["Nat"]
    assert variables["Variables"]["0"] == {"Ref": "Nat"}, "what was given stays as it is"


def test_what_is_waited_for_and_what_codedeploy_does() -> None:
    policy = {"CodeDeployLambdaAliasUpdate": {"ApplicationName": {"Ref": "App"}}}
    alias = {"Type": "AWS::Lambda::Alias", "DependsOn": ["App", "Queue"], "UpdatePolicy": policy}
    queue = {**QUEUE, "DependsOn": "App"}
    template, _ = fit({"App": {"Type": "AWS::CodeDeploy::Application"}, "Alias": alias, "Queue": queue})
    assert template["Resources"]["Alias"] == {"Type": "AWS::Lambda::Alias", "DependsOn": ["Queue"]}
    assert template["Resources"]["Queue"]["DependsOn"] == []


def test_outputs_of_what_is_gone() -> None:
    outputs = {"Gone": {"Value": {"Ref": "Nat"}}, "There": {"Value": {"Ref": "Queue"}}}
    template, _ = fit({"Nat": NAT, "Queue": QUEUE}, Outputs=outputs)
    assert list(template["Outputs"]) == ["There"]


def test_analytics_are_not_worth_a_word() -> None:
    assert fit({"CDKMetadata": {"Type": "AWS::CDK::Metadata"}, "Queue": QUEUE})[1] == ()


def test_layers_of_other_accounts() -> None:
    own = "arn:aws:lambda:us-east-1:000000000000:layer:own:1"
    powertools = {"Fn::Join": ["", ["arn:aws:lambda:", {"Ref": "AWS::Region"}, ":017000801446:layer:Powertools:37"]]}
    layers = [powertools, own, {"Ref": "Layer"}]
    template, dropped = fit({"F": {"Type": "AWS::Lambda::Function", "Properties": {"Layers": layers}}})
    assert template["Resources"]["F"]["Properties"]["Layers"] == [own, {"Ref": "Layer"}]
    (layer,) = dropped
    assert layer.layer == "arn:aws:lambda:${AWS::Region}:017000801446:layer:Powertools:37"


def test_custom_resources_of_a_function_that_cannot_run() -> None:
    made = {"Type": "Custom::Made", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Maker", "Arn"]}}}
    template = {"Resources": {"Made": made, "Maker": {"Type": "AWS::Lambda::Function"}}}
    fit, dropped = fitted(template, KNOWN, ACCOUNT, {"Maker"})
    assert list(fit["Resources"]) == ["Maker"]
    assert dropped == (Dropped("Made", "Custom::Made", "Maker"),)
