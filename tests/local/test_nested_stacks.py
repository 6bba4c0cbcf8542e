"""Apps of real CDK with nested stacks and Stages: found by the names that the code has."""

from __future__ import annotations

from pathlib import Path

import pytest

from constructs_lambda.local import Emulator

pytestmark = [pytest.mark.cdk, pytest.mark.emulator]

CODE = "import os\ndef handler(event, context):\n    return os.environ['QUEUE']\n"


def test_functions_of_nested_stacks_in_a_stage(tmp_path: Path) -> None:
    from aws_cdk import App, CfnResource, Environment, NestedStack, Stack, Stage, aws_lambda, aws_sqs

    app = App(outdir=str(tmp_path / "cdk.out"))
    stage = Stage(app, "Prod", env=Environment(account="111122223333", region="eu-west-1"))
    stack = Stack(stage, "Shop")
    queue = aws_sqs.Queue(stack, "Queue")
    inner = NestedStack(stack, "Inner")
    CfnResource(inner, "Unknown", type="AWS::No::Such")
    aws_lambda.Function(
        NestedStack(inner, "Deep"),
        "Orders",
        code=aws_lambda.Code.from_inline(CODE),
        handler="index.handler",
        runtime=aws_lambda.Runtime.PYTHON_3_14,
        environment={"QUEUE": queue.queue_name},
    )
    app.synth()
    with Emulator() as aws:
        deployed = aws.deploy(tmp_path / "cdk.out")
        result = deployed.invoke("Prod/Shop/Inner/Deep/Orders")
        name = deployed.resource("AWS::SQS::Queue").physical_id.rpartition("/")[2]
        deployed.close()
    assert result.json() == name
    assert deployed.ignored is not None
    assert [each.where for each in deployed.ignored.missing] == [("Prod/Shop/Inner/Unknown",)]
