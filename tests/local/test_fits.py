"""What is left out of one template is missed in others: of other stacks, and of nested ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, function, template

from constructs_lambda.local import Emulator
from constructs_lambda.local.fits import fit

pytestmark = pytest.mark.emulator

SEES = "import os\ndef handler(event, context):\n    return os.environ['SEEN']\n"
NAT = {"Type": "AWS::EC2::NatGateway"}
EXPORTS = {
    **template(Nat=NAT, Queue={"Type": "AWS::SQS::Queue"}),
    "Outputs": {
        "Nat": {"Value": {"Ref": "Nat"}, "Export": {"Name": "First:Nat"}},
        "Queue": {"Value": {"Ref": "Queue"}, "Export": {"Name": "First:Queue"}},
    },
}


def sees(value: object) -> dict[str, Any]:
    return function(SEES, Environment={"Variables": {"SEEN": value}})


def test_exports_of_what_is_left_out(tmp_path: Path) -> None:
    imported = {"Fn::ImportValue": "First:Nat"}
    address = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": imported}}
    second = {**template(Orders=sees(imported), Topic=address), "Outputs": {"O": {"Value": {"Ref": "Topic"}}}}
    kept = template(Kept=sees({"Fn::ImportValue": "First:Queue"}))
    outdir = assembly(tmp_path, Third=kept, Second=second, First=EXPORTS)
    with Emulator() as aws:
        app = aws.deploy(outdir)
        assert app.invoke("Second/Orders").json() == "left-out-First:Nat"
        assert app.invoke("Third/Kept").json() == app.outputs("First")["Queue"]
    assert app.ignored is not None
    needs = {(each.what, each.why): each.where for each in app.ignored.missing}
    assert needs["AWS::SNS::Topic", "needs the export First:Nat"] == ("Second/Topic",)


@pytest.mark.cdk
def test_parameters_and_outputs_of_nested_stacks(tmp_path: Path) -> None:
    from aws_cdk import App, CfnResource, NestedStack, Stack, aws_lambda, aws_sns

    app = App(outdir=str(tmp_path / "cdk.out"))
    stack = Stack(app, "Shop")
    inner = NestedStack(stack, "Inner")

    def sees_in(scope: Stack, value: str) -> None:
        aws_lambda.Function(
            scope,
            "Sees",
            code=aws_lambda.Code.from_inline(SEES),
            handler="index.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            environment={"SEEN": value},
        )

    outside = CfnResource(stack, "Outside", type="AWS::No::Such")
    inside = CfnResource(inner, "Inside", type="AWS::No::Such")
    sees_in(inner, outside.ref)
    sees_in(stack, inside.ref)
    aws_sns.CfnTopic(inner, "Topic", display_name=outside.ref)
    aws_sns.CfnTopic(stack, "Topic", display_name=inside.ref)
    app.synth()
    fitted = fit(tmp_path / "cdk.out")
    missing = {path for each in fitted.ignored.missing for path in each.where}
    assert missing == {"Shop/Outside", "Shop/Inner/Inside", "Shop/Topic", "Shop/Inner/Topic"}
    with Emulator() as aws:
        deployed = aws.deploy(tmp_path / "cdk.out")
        for name in ("Shop/Sees", "Shop/Inner/Sees"):
            assert deployed.invoke(name).json().startswith("left-out-")


PROVIDERS = {
    "chosen": ("index.js", "const c = name => import(`@aws-sdk/client-${name}`)", True),
    "unknown": ("index.js", 'var c=require("@aws-sdk/client-ec2")', True),
    "credentials": ("index.js", 'var c=require("@aws-sdk/credential-providers")', True),
    "copied": ("index.js", 'var i=G(require("@aws-sdk/client-ssm"))', True),
    "plain": ("index.js", 'const {SSM} = require("@aws-sdk/client-ssm")', False),
    "whole": ("index.js", 'var i=G(require("@aws-sdk/client-lambda"))', False),
    "told": ("index.js", 'const name="@aws-sdk/client-ec2"', False),
    "command": ("index.py", 'run("/opt/awscli/aws")', True),
    "python": ("index.py", "import boto3", False),
}


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("is_bundled", [False, True])
def test_providers_that_cannot_run_here(tmp_path: Path, name: str, is_bundled: bool) -> None:
    file, code, is_broken = PROVIDERS[name]
    runtime = {"Fn::FindInMap": ["Latest", {"Ref": "AWS::Region"}, "node"]} if file.endswith("js") else "python3.13"
    provider = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"S3Bucket": "b", "S3Key": "it.zip"}, "Runtime": runtime, "Handler": "index.handler"},
    }
    made = {"Type": "Custom::Made", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}}}
    outdir = assembly(tmp_path, Shop=template(Provider=provider, Made=made))
    manifest = json.loads((tmp_path / "Shop.assets.json").read_text())
    place = {"bucketName": "b", "objectKey": "it.zip"}
    manifest["files"]["it"] = {"source": {"path": "it", "packaging": "zip"}, "destinations": {"here": place}}
    (tmp_path / "Shop.assets.json").write_text(json.dumps(manifest))
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / file).write_text(code)
    if is_bundled:
        (tmp_path / "it" / "node_modules" / "@aws-sdk").mkdir(parents=True)
    left = {each.what for each in fit(outdir).ignored.missing}
    assert left == ({"Custom::Made"} if is_broken and (file.endswith("py") or not is_bundled) else set())
