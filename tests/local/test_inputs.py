"""Values of stack parameters, SSM parameters and secrets: what is missing is said at once, what is given arrives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, function, template

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator
from constructs_lambda.local.fits import fit
from constructs_lambda.local.inputs import Inputs, perhaps_read

pytestmark = pytest.mark.emulator

VALUE = "AWS::SSM::Parameter::Value<String>"
PUBLIC = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:"
READS = """
import boto3, os
def handler(event, context):
    ssm, secrets = boto3.client("ssm"), boto3.client("secretsmanager")
    read = [ssm.get_parameter(Name=name)["Parameter"]["Value"] for name in event.get("ssm", ())]
    read += [secrets.get_secret_value(SecretId=name)["SecretString"] for name in event.get("secrets", ())]
    return [{name: value for name, value in os.environ.items() if name.startswith("X_")}, read]
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


def stack(parameters: dict[str, Any], **variables: Any) -> dict[str, Any]:
    environment = {"Variables": {f"X_{name}": value for name, value in variables.items()}}
    return {**template(Function=function(READS, Environment=environment)), "Parameters": parameters}


PARAMETERS = {
    "Stage": {"Type": "String", "AllowedValues": ["test", "prod"]},
    "Size": {"Type": "Number", "Default": 5},
    "Zone": {"Type": VALUE, "Default": "/zone"},
    "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": PUBLIC},
    "Known": {"Type": VALUE, "Default": "/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2"},
}
SHOP = stack(
    PARAMETERS,
    STAGE={"Ref": "Stage"},
    SIZE={"Ref": "Size"},
    ZONE={"Ref": "Zone"},
    IMAGE={"Ref": "Image"},
    OLD="{{resolve:ssm:/old:3}}",
    USER="{{resolve:secretsmanager:db:SecretString:user::}}",
    WORD="{{resolve:secretsmanager:db:SecretString:password::}}",
    WHOLE=f"{{{{resolve:secretsmanager:{ARN}whole-AbCdEf:SecretString:::}}}}",
)


def test_all_that_is_missing_is_said_at_once(aws: Emulator, tmp_path: Path) -> None:
    outdir = assembly(tmp_path, Missing=SHOP)
    with pytest.raises(InputError) as failed:
        aws.deploy(outdir)
    assert str(failed.value).splitlines() == [
        "the app needs values that it doesn't have; nothing is deployed without them:",
        "  Missing: the parameter Stage (one of test, prod): parameters={'Missing:Stage': 'VALUE'}",
        "  Missing: the SSM parameter /zone: ssm={'/zone': 'VALUE'}",
        f"  Missing: the SSM parameter {PUBLIC}: ssm={{'{PUBLIC}': 'VALUE'}}",
        "  Missing: the SSM parameter /old: ssm={'/old': 'VALUE'}",
        """  Missing: the secret db: secrets={'db': '{"password": "VALUE", "user": "VALUE"}'}""",
        "  Missing: the secret whole-AbCdEf: secrets={'whole-AbCdEf': 'VALUE'}",
    ]
    names = [each["StackName"] for each in aws.client("cloudformation").describe_stacks()["Stacks"]]
    assert "Missing" not in names


def test_what_is_given_arrives(aws: Emulator, tmp_path: Path) -> None:
    app = aws.deploy(
        assembly(tmp_path, Shop=SHOP),
        parameters={"Stage": "prod", "Shop:Stage": "test", "Size": "7"},
        ssm={"/zone": "z", PUBLIC: "ami-1", "/old": "o", "/more": "m"},
        secrets={"db": '{"user": "u", "password": "p=w"}', f"{ARN}whole": "w"},
    )
    reads = {"ssm": ["/more"], "secrets": ["db", "whole", f"{ARN}db", f"{ARN}whole-AbCdEf"]}
    variables, read = app.invoke(event=reads).json()
    assert variables == {
        "X_STAGE": "test",
        "X_SIZE": "7",
        "X_ZONE": "z",
        "X_IMAGE": "ami-1",
        "X_OLD": "o",
        "X_USER": "u",
        "X_WORD": "p=w",
        "X_WHOLE": "w",
    }
    database = '{"user": "u", "password": "p=w"}'
    assert read == ["m", database, "w", database, "w"]


def test_what_the_emulator_has_already_is_not_asked_for(aws: Emulator, tmp_path: Path) -> None:
    aws.client("ssm").put_parameter(Name="/before", Value="b", Type="String")
    aws.client("secretsmanager").create_secret(Name="before", SecretString="s")
    outdir = assembly(tmp_path, Before=stack({}, A="{{resolve:ssm:/before}}", B="{{resolve:secretsmanager:before}}"))
    assert aws.deploy(outdir).invoke().json()[0] == {"X_A": "b", "X_B": "s"}


def test_what_another_stack_makes_is_not_asked_for(aws: Emulator, tmp_path: Path) -> None:
    made = {"Made": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/made", "Type": "String", "Value": "1"}}}
    outdir = assembly(tmp_path, Reads=stack({}, A="{{resolve:ssm:/made}}"), Makes={"Resources": made})
    with pytest.raises(InputError, match=r"ssm\['/made'\]: the app makes this SSM parameter itself; leave it out"):
        aws.deploy(outdir, ssm={"/made": "2"})
    assert aws.deploy(outdir).invoke().json()[0] == {"X_A": "1"}


def test_in_each_account_and_region(aws: Emulator, tmp_path: Path) -> None:
    outdir = assembly(tmp_path, "aws://111122223333/eu-west-1", Far=stack({"A": {"Type": VALUE, "Default": "/far"}}))
    app = aws.deploy(outdir, ssm={"/far": "f"}, secrets={"far": "s"})
    assert app.invoke(event={"ssm": ["/far"], "secrets": ["far"]}).json()[1] == ["f", "s"]


def test_a_secret_of_another_account(aws: Emulator, tmp_path: Path) -> None:
    """A stack that names no account is here in another one than its secrets."""
    theirs = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:theirs-AbCdEf"
    variables = {"A": f"{{{{resolve:secretsmanager:{theirs}:SecretString:::}}}}", "B": theirs}
    app = aws.deploy(assembly(tmp_path, Theirs=stack({}, **variables)), secrets={"theirs": "t"})
    ours = f"{ARN}theirs-AbCdEf"
    assert app.invoke(event={"secrets": [ours]}).json() == [{"X_A": "t", "X_B": ours}, ["t"]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parameters": {"Shop:Stage": "x"}}, "parameters['Shop:Stage']: no stack is called 'Shop'; there are: Vain"),
        (
            {"parameters": {"Stgae": "x"}},
            "parameters['Stgae']: the app's stacks have no parameter Stgae; the parameters are: A",
        ),
        (
            {"parameters": {"Vain:B": "x"}},
            "parameters['Vain:B']: the stack Vain has no parameter B; the parameters are: A",
        ),
        ({"ssm": {"/aws/service/x": "x"}}, "ssm['/aws/service/x']: names that begin with aws or ssm are AWS's own"),
        ({"ssm": {"SSM-x": "x"}}, "ssm['SSM-x']: names that begin with aws or ssm are AWS's own"),
        ({"secrets": {"db": "no JSON"}}, """secrets['db']: the stack Vain takes 'user' out of it: {"user": "VALUE"}"""),
        ({"secrets": {"db": "[]"}}, "secrets['db']: the stack Vain takes 'user' out of it"),
        ({"secrets": {"db": '{"User": 1}'}}, "secrets['db']: the stack Vain takes 'user' out of it"),
    ],
)
def test_what_is_given_in_vain(aws: Emulator, tmp_path: Path, given: dict[str, Any], message: str) -> None:
    parameters = {"A": {"Type": "String", "Default": "a"}}
    outdir = assembly(tmp_path, Vain=stack(parameters, A="{{resolve:secretsmanager:db:SecretString:user::}}"))
    with pytest.raises(InputError) as failed:
        aws.deploy(outdir, **{"secrets": {"db": '{"user": 1}'}, **given})
    assert str(failed.value).startswith(message)
    assert len(str(failed.value).splitlines()) == 1


def test_what_functions_may_read_is_told(tmp_path: Path) -> None:
    outdir = assembly(tmp_path, Shop=stack({}, A=f"{ARN}db-??????", B=f"{ARN}given-AbCdEf", C="{{resolve:ssm:/sure}}"))
    fitted = fit(outdir)
    assert perhaps_read(fitted, Inputs(secrets={"given": "x"})) == ["  Shop: the secret db: --secret db=VALUE"]
    assert perhaps_read(fitted, Inputs(secrets={"given": "x", "db": "y"})) == []
