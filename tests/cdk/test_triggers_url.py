"""`UrlTrigger`: a function's own address."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import App, Stack, aws_lambda
from synthesized import resources_of

from constructs_lambda import Function, InputError, UrlTrigger

pytestmark = pytest.mark.cdk

URL = "AWS::Lambda::Url"


def only(app: App) -> dict[str, Any]:
    (resource,) = resources_of(app, URL).values()
    assert isinstance(resource, dict)
    return resource


def test_it_takes_signed_requests_only(app: App, stack: Stack, required: dict[str, Any]) -> None:
    trigger = UrlTrigger()
    Function(stack, "Orders", events=[trigger], **required)
    assert only(app)["Properties"]["AuthType"] == "AWS_IAM"
    assert resources_of(app, "AWS::Lambda::Permission") == {}
    assert stack.resolve(trigger.url)["Fn::GetAtt"][1] == "FunctionUrl"


def test_public(app: App, stack: Stack, required: dict[str, Any]) -> None:
    aws_lambda.Function(stack, "Orders", **required).add_event_source(UrlTrigger(public=True))
    assert only(app)["Properties"]["AuthType"] == "NONE"
    assert only(app)["Metadata"]["constructs-lambda"]["public"] is True
    actions = {each["Properties"]["Action"] for each in resources_of(app, "AWS::Lambda::Permission").values()}
    assert actions == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}


def test_streaming_and_cors(app: App, stack: Stack, required: dict[str, Any]) -> None:
    cors = aws_lambda.FunctionUrlCorsOptions(allowed_origins=["https://shop.example.com"])
    Function(stack, "Orders", events=[UrlTrigger(stream=True, cors=cors)], **required)
    properties = only(app)["Properties"]
    assert properties["InvokeMode"] == "RESPONSE_STREAM"
    assert properties["Cors"] == {"AllowMethods": ["*"], "AllowOrigins": ["https://shop.example.com"]}


def test_an_alias(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    alias = aws_lambda.Alias(stack, "Live", alias_name="live", version=function.current_version)
    alias.add_event_source(UrlTrigger())
    assert only(app)["Properties"]["Qualifier"] == "live"


def test_one_trigger_belongs_to_one_function(stack: Stack, required: dict[str, Any]) -> None:
    trigger = UrlTrigger()
    Function(stack, "Orders", events=[trigger], **required)
    with pytest.raises(InputError, match=r"^Shop/Other: this UrlTrigger triggers Shop/Orders already"):
        Function(stack, "Other", events=[trigger], **required)


def test_a_function_has_one_address(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", events=[UrlTrigger()], **required)
    with pytest.raises(InputError, match=r"^Shop/Orders has a URL already"):
        function.add_event_source(UrlTrigger(public=True))
    function.add_alias("live").add_event_source(UrlTrigger())
    assert sorted(each["Properties"].get("Qualifier", "") for each in resources_of(app, URL).values()) == ["", "live"]


def test_who_calls_sees_the_error_so_nothing_is_kept(stack: Stack, required: dict[str, Any]) -> None:
    trigger = UrlTrigger()
    function = Function(stack, "Orders", events=[trigger], **required)
    with pytest.raises(InputError, match=r"^Shop/Orders: the UrlTrigger has no queue of failures"):
        trigger.alarm_on_failures()
    assert (trigger.dead_letter_queue, trigger.failure_queue) == (None, None)
    assert function.node.try_find_child("AsyncFailures") is None


def test_wrong_types() -> None:
    for wrong in ({"public": "yes"}, {"stream": 1}, {"cors": {"allowed_origins": ["*"]}}):
        keywords: Any = wrong
        with pytest.raises(TypeError):
            UrlTrigger(**keywords)
