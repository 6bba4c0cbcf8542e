"""What the templates of an app name that isn't in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, template

from constructs_lambda.local.fits import Fitted
from constructs_lambda.local.ignored import Ignored
from constructs_lambda.local.manifests import read_plans
from constructs_lambda.local.needs import SECRET, SSM, Need, asked_for, made_by, needs

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"
VALUE = "AWS::SSM::Parameter::Value<String>"


def app(folder: Path, parameters: dict[str, Any] | None = None, **resources: Any) -> Fitted:
    content = {**template(**resources), "Parameters": parameters or {}}
    plans = read_plans(assembly(folder, Shop=content))
    return Fitted(plans, {plans[0].template.file.resolve(): content}, {}, Ignored((), (), ()))


def queue(text: Any, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": text}, **more}


def found(folder: Path, text: Any, parameters: dict[str, Any] | None = None, **more: Any) -> list[Need]:
    return needs(app(folder, parameters, Queue=queue(text, **more)), {})


def need(kind: str, name: str, **more: Any) -> Need:
    values = {"account": "000000000000", "region": "us-east-1", "stack": "Shop", **more}
    return Need(kind, name, **values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{resolve:ssm:/a/b}}", need(SSM, "/a/b")),
        ("x-{{resolve:ssm:/a:3}}-y", need(SSM, "/a", version=3)),
        ("{{resolve:ssm-secure:a:1}}", need(SSM, "a")),
        ("{{resolve:secretsmanager:db}}", need(SECRET, "db")),
        ("{{resolve:secretsmanager:prod/db:SecretString:user::}}", need(SECRET, "prod/db", key="user")),
        (f"{{{{resolve:secretsmanager:{ARN}db-AbCdEf:SecretString:::}}}}", need(SECRET, "db-AbCdEf")),
        (
            f"{{{{resolve:secretsmanager:{ARN.replace('us-east-1:0', 'eu-west-1:1')}db:SecretString:user::}}}}",
            need(SECRET, "db", key="user", elsewhere="eu-west-1:100000000000"),
        ),
        (f"{ARN}db", need(SECRET, "db", is_certain=False)),
        (f"{ARN}db-??????", need(SECRET, "db", is_certain=False)),
        (f"{ARN}db*", need(SECRET, "db", is_certain=False)),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/a/b", need(SSM, "/a/b", is_certain=False)),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/a", need(SSM, "a", is_certain=False)),
    ],
)
def test_what_a_text_names(tmp_path: Path, text: str, expected: Need) -> None:
    assert found(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "resolve:ssm:/a",
        "{{resolve:kms:/a}}",
        "{{resolve:ssm:/a:latest}}",
        "{{resolve:ssm:arn:aws:ssm:us-east-1:000000000000:parameter/a}}",
        "{{resolve:ssm:}}",
        "{{resolve:secretsmanager:arn:aws}}",
        f"{ARN}*",
        "arn:aws:ssm:us-east-1:000000000000:parameter/*",
        "arn:aws:ssm:us-east-1:000000000000:parameter/cdk-bootstrap/hnb659fds/version",
        {"Fn::Join": ["", ["{{resolve:ssm:/", {"Ref": "Role"}, "}}"]]},
        {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Fn::GetAtt": ["Role", "Arn"]}, ":SecretString:::}}"]]},
        {"Fn::Sub": "{{resolve:ssm:/${Role.Arn}/x}}"},
        {"Fn::Join": [",", {"Ref": "Role"}]},
        5,
        None,
    ],
)
def test_what_names_nothing_that_is_known(tmp_path: Path, text: Any) -> None:
    assert found(tmp_path, text) == []


@pytest.mark.parametrize(
    "text",
    [
        {"Fn::Join": ["", ["{{resolve:ssm:/", {"Ref": "AWS::Region"}, "/", {"Ref": "Stage"}, "}}"]]},
        {"Fn::Sub": "{{resolve:ssm:/${AWS::Region}/${Stage}}}"},
        {"Fn::Sub": ["{{resolve:ssm:/${AWS::Region}/${Own}}}", {"Own": {"Ref": "Stage"}}]},
    ],
)
def test_a_name_that_is_put_together(tmp_path: Path, text: Any) -> None:
    stage = {"Stage": {"Type": "String", "Default": "test"}}
    assert found(tmp_path, text, stage) == [need(SSM, "/us-east-1/test")]
    given = needs(app(tmp_path, {"Stage": {"Type": "String"}}, Queue=queue(text)), {"Shop": {"Stage": "prod"}})
    assert given == [need(SSM, "/us-east-1/prod")]
    assert found(tmp_path, text, {"Stage": {"Type": "String"}}) == []


def test_what_is_only_there_under_a_condition_is_not_certain(tmp_path: Path) -> None:
    text = "{{resolve:ssm:/a}}"
    assert found(tmp_path, text, Condition="IsProd") == [need(SSM, "/a", is_certain=False)]
    assert found(tmp_path, {"Fn::If": ["IsProd", text, "b"]}) == [need(SSM, "/a", is_certain=False)]


def test_parameters_of_stacks_that_are_names_in_ssm(tmp_path: Path) -> None:
    parameters = {
        "First": {"Type": VALUE, "Default": "/first"},
        "Second": {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
        "Name": {"Type": "AWS::SSM::Parameter::Name", "Default": "/only/a/name"},
        "BootstrapVersion": {"Type": VALUE, "Default": "/cdk-bootstrap/hnb659fds/version"},
    }
    made = app(tmp_path, parameters)
    assert needs(made, {}) == [need(SSM, "/first")]
    assert needs(made, {"Shop": {"First": "/other", "Second": "/second"}}) == [
        need(SSM, "/other"),
        need(SSM, "/second"),
    ]


def test_the_parameter_of_the_bootstrap_stack_is_not_asked_for(tmp_path: Path) -> None:
    made = app(tmp_path, {"BootstrapVersion": {"Type": VALUE, "Default": "/own/version"}, "Stage": {"Type": "String"}})
    assert set(asked_for(made.plans[0], made.templates[made.plans[0].template.file.resolve()])) == {
        "BootstrapVersion",
        "Stage",
    }
    (plan,) = made.plans
    from dataclasses import replace

    plan = replace(plan, parameters={"/own/version": "6"})
    assert set(asked_for(plan, made.templates[plan.template.file.resolve()])) == {"Stage"}


def test_what_the_app_makes_itself(tmp_path: Path) -> None:
    made = app(
        tmp_path,
        Parameter={"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/a", "Value": "1"}},
        Secret={
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": {"Fn::Join": ["-", ["db", {"Ref": "AWS::Region"}]]}},
        },
        Unnamed={"Type": "AWS::SecretsManager::Secret"},
        Queue=queue("/b"),
    )
    assert made_by(made) == {(SSM, "/a"), (SECRET, "db-us-east-1")}
