"""`invoke_command=True`: the ready line for the AWS CLI in the outputs of the stack, and nothing else."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Stack, aws_lambda
from synthesized import template_of

from constructs_lambda import Function, ImageFunction, InputError, LimitError, Profile, PythonFunction

pytestmark = pytest.mark.cdk
FORMAT = "--cli-binary-format raw-in-base64-out"
END = "--payload file://event.json /dev/stdout"


def lines(app: App) -> dict[str, str]:
    """Each output with the references in it as `${Name}`."""
    found = {}
    for name, output in template_of(app).get("Outputs", {}).items():
        value = output["Value"]
        parts = value["Fn::Join"][1] if isinstance(value, dict) else [value]
        found[name] = "".join(part if isinstance(part, str) else f"${{{part['Ref']}}}" for part in parts)
    return found


def test_there_is_none_unless_it_is_asked_for(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required)
    Function(stack, "Other", **required, invoke_command=False)
    assert lines(app) == {}


def test_the_line(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, invoke_command=True)
    ((name, line),) = lines(app).items()
    assert name.startswith("OrdersInvokeCommand")
    logical_id = stack.get_logical_id(function.node.default_child)  # type: ignore[arg-type]
    region = "${AWS::Region}"
    assert line == f"aws lambda invoke --function-name ${{{logical_id}}} --region {region} {FORMAT} {END}"
    (output,) = template_of(app)["Outputs"].values()
    assert output["Description"] == "Invokes the function with the event in event.json"
    assert "Export" not in output


def test_a_region_and_a_name_that_are_known(app: App, required: dict[str, Any]) -> None:
    stack = Stack(app, "Shop", env={"region": "eu-west-1", "account": "111122223333"})
    Function(stack, "Orders", **required, invoke_command=True, function_name="orders")
    (line,) = lines(app).values()
    assert " --region eu-west-1 " in line


def test_nothing_else_changes(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    templates = []
    for wanted in (None, True):
        app = make_app()
        Function(Stack(app, "Shop"), "Orders", **required, invoke_command=wanted).add_release()
        templates.append(template_of(app))
    assert list(templates[1].pop("Outputs")) != []
    assert templates[0].get("Outputs") is None
    assert json.dumps(templates[0]) == json.dumps(templates[1])


@pytest.mark.parametrize(
    ("timeout", "waits"), [(Duration.seconds(59), False), (Duration.seconds(60), True), (Duration.minutes(15), True)]
)
def test_the_command_waits_as_long_as_the_function_runs(
    app: App, stack: Stack, required: dict[str, Any], timeout: Duration, waits: bool
) -> None:
    Function(stack, "Orders", **required, invoke_command=True, timeout=timeout)
    (line,) = lines(app).values()
    assert ("--cli-read-timeout 0" in line) is waits


def test_a_timeout_that_is_not_known_may_be_long(app: App, stack: Stack, required: dict[str, Any]) -> None:
    seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
    Function(stack, "Orders", **required, invoke_command=True, timeout=Duration.seconds(seconds))
    (line,) = lines(app).values()
    assert "--cli-read-timeout 0" in line


def test_tenants(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, invoke_command=True, tenancy_config=aws_lambda.TenancyConfig.PER_TENANT)
    (line,) = lines(app).values()
    assert line.endswith(f"{FORMAT} --tenant-id TENANT {END}")


def test_a_durable_function_is_called_by_a_version(app: App, stack: Stack, required: dict[str, Any]) -> None:
    config = aws_lambda.DurableConfig(execution_timeout=Duration.minutes(10))
    Function(stack, "Orders", **required, invoke_command=True, durable_config=config)
    (line,) = lines(app).values()
    assert f" {FORMAT} --qualifier '$LATEST' {END}" in line
    words = shlex.split(line)
    assert words[words.index("--qualifier") + 1] == "$LATEST"


def test_every_function_of_ours_takes_it(make_app: Callable[..., App], tmp_path: Path) -> None:
    app = make_app(context={"aws:cdk:bundling-stacks": []})
    stack = Stack(app, "Shop")
    source, image = tmp_path / "source", tmp_path / "image"
    source.mkdir()
    image.mkdir()
    (source / "app.py").write_text("def handler(event, context):\n    return 1\n")
    (image / "Dockerfile").write_text('FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n')
    PythonFunction(stack, "Python", entry=source, invoke_command=True)
    ImageFunction(stack, "Image", directory=image, invoke_command=True)
    assert [name.partition("Invoke")[0] for name in lines(app)] == ["Python", "Image"]


def test_a_profile_asks_for_it(app: App, required: dict[str, Any]) -> None:
    stack = Stack(app, "Shop")
    Profile("acme", defaults={"invoke_command": True}).apply(app)
    Function(stack, "Orders", **required)
    Function(stack, "Quiet", **required, invoke_command=False)
    aws_lambda.Function(stack, "Plain", **required)
    assert [name.partition("Invoke")[0] for name in lines(app)] == ["Orders"]
    with pytest.raises(InputError, match="defaults: invoke_command must be True or False; got 1"):
        Profile("acme", defaults={"invoke_command": 1})


def test_what_is_no_switch(stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="invoke_command must be True or False; got 'yes'"):
        Function(stack, "Orders", **required, invoke_command="yes")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"'invoke_comand' \(did you mean 'invoke_command'\?\)"):
        Function(stack, "Orders", **required, invoke_comand=True)  # type: ignore[call-arg]
    assert stack.node.children == []


def test_a_refused_function_leaves_no_output(app: App, stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(LimitError):
        Function(stack, "Orders", **required, invoke_command=True, memory_size=1)
    assert lines(app) == {}
