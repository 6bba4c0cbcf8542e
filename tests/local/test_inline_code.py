"""Inline code has what Lambda puts beside it: custom resources that answer with it can be created."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, function, template

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator

pytestmark = pytest.mark.emulator

PROVIDES = """
import cfnresponse
def handler(event, context):
    wanted = event["ResourceProperties"].get("Wanted", "")
    status = cfnresponse.FAILED if wanted == "no" else cfnresponse.SUCCESS
    cfnresponse.send(event, context, status, {"Got": wanted}, "made-" + wanted, reason="it was asked to")
"""
OUTPUTS = {"Got": {"Value": {"Fn::GetAtt": ["Made", "Got"]}}, "Id": {"Value": {"Ref": "Made"}}}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


def stack(provider: dict[str, Any], wanted: str = "x") -> dict[str, Any]:
    properties = {"ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]}, "Wanted": wanted}
    made = {"Type": "Custom::Made", "Properties": properties}
    return {**template(Provider=provider, Made=made), "Outputs": OUTPUTS}


def test_a_custom_resource_that_inline_code_provides(aws: Emulator, tmp_path: Path) -> None:
    joined = function()
    joined["Properties"]["Code"] = {"ZipFile": {"Fn::Join": ["", [PROVIDES, "# ", {"Ref": "AWS::Region"}]]}}
    app = aws.deploy(assembly(tmp_path, Joined=stack(joined), Text=stack(function(PROVIDES), "y")))
    assert app.outputs("Joined") == {"Got": "x", "Id": "made-x"}
    assert app.outputs("Text") == {"Got": "y", "Id": "made-y"}


def test_in_another_account_and_region_beside_other_layers(aws: Emulator, tmp_path: Path) -> None:
    client = aws.client("lambda", account="111122223333", region="eu-west-1")
    own = client.publish_layer_version(LayerName="own", Content={"ZipFile": b"PK\5\6" + b"\0" * 18})["LayerVersionArn"]
    outdir = assembly(tmp_path, "aws://111122223333/eu-west-1", Far=stack(function(PROVIDES, Layers=[own])))
    app = aws.deploy(outdir)
    assert app.outputs("Far")["Got"] == "x"
    name = app.resource("AWS::Lambda::Function").physical_id
    layers = client.get_function_configuration(FunctionName=name)["Layers"]
    assert [each["Arn"].split(":layer:")[1] for each in layers] == ["own:1", "cfnresponse:1"]


def test_one_that_fails_says_why(aws: Emulator, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Failing: ROLLBACK_COMPLETE\nFailing/Made/Resource .*it was asked to"):
        aws.deploy(assembly(tmp_path, Failing=stack(function(PROVIDES), "no")))


def test_other_functions_do_not_get_it(aws: Emulator, tmp_path: Path) -> None:
    code = "import importlib\ndef handler(event, context):\n    importlib.import_module('cfn' + 'response')\n"
    app = aws.deploy(assembly(tmp_path, Other=template(Function=function(code))))
    assert "No module named 'cfnresponse'" in app.invoke().json()["errorMessage"]
