"""The model from the constructor and the model from the template say the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Size, Stack, aws_ec2, aws_efs, aws_lambda, aws_logs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthesized import template_of

from constructs_lambda import Function
from constructs_lambda.cdk.function_inputs import defaults_of
from constructs_lambda.cdk.properties import async_properties, function_properties
from constructs_lambda.model import Function as Model
from constructs_lambda.model import Place
from constructs_lambda.template import read_template
from constructs_lambda.template.companions import read_async_invocation
from constructs_lambda.template.functions import read_function
from constructs_lambda.tokens import UNKNOWN, Unknown

pytestmark = pytest.mark.cdk

# What the constructor makes after it has checked, or what only the synth resolves.
ONLY_AFTERWARDS = {"place", "role", "layers", "logging", "subnets", "security_groups", "file_systems", "metadata"}


def from_constructor(keywords: dict[str, Any]) -> Model:
    return read_function(function_properties({**defaults_of(keywords), **keywords}), Place("Shop/Orders"))


def from_template(app: App) -> Model:
    (function,) = read_template(
        template_of(app), template="Shop.template.json", size_bytes=0, stack_path="Shop"
    ).functions.values()
    return function


def assert_same(early: Model, late: Model) -> None:
    for field in fields(Model):
        if field.name in ONLY_AFTERWARDS:
            continue
        said, found = getattr(early, field.name), getattr(late, field.name)
        if said == UNKNOWN and isinstance(said, Unknown):
            assert found is not None, field.name  # the constructor said that it is set
        else:
            assert said == found, field.name


def settings_of(stack: Stack) -> dict[str, dict[str, Any]]:
    """Keywords that take each way through the reading of CDK's objects."""
    token = CfnParameter(stack, "Number", type="Number", default=5).value_as_number
    text = CfnParameter(stack, "Text").value_as_string
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    isolated = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)
    access_point = aws_efs.FileSystem(stack, "Files", vpc=vpc, vpc_subnets=isolated).add_access_point("Point")
    return {
        "defaults": {},
        "numbers": {
            "memory_size": 512,
            "timeout": Duration.minutes(2),
            "ephemeral_storage_size": Size.gibibytes(2),
            "reserved_concurrent_executions": 0,
        },
        "texts": {"function_name": "orders", "description": "takes orders"},
        "tokens": {
            "memory_size": token,
            "timeout": Duration.seconds(token),
            "ephemeral_storage_size": Size.mebibytes(token),
            "description": f"in {text}, orders",
            "environment": {"TABLE": text, "URL": f"https://{text}/orders", "PLAIN": "x"},
        },
        "words": {
            "architecture": aws_lambda.Architecture.ARM_64,
            "tracing": aws_lambda.Tracing.PASS_THROUGH,
            "logging_format": aws_lambda.LoggingFormat.TEXT,
            "recursive_loop": aws_lambda.RecursiveLoop.ALLOW,
        },
        "levels": {
            "application_log_level_v2": aws_lambda.ApplicationLogLevel.DEBUG,
            "system_log_level_v2": aws_lambda.SystemLogLevel.WARN,
        },
        "no tracing": {"tracing": aws_lambda.Tracing.DISABLED},
        "durable": {
            "durable_config": aws_lambda.DurableConfig(
                execution_timeout=Duration.hours(2), retention_period=Duration.days(3)
            )
        },
        "durable as a dict": {"durable_config": {"execution_timeout": Duration.hours(2)}},
        "tenants": {"tenancy_config": aws_lambda.TenancyConfig.PER_TENANT},
        "network": {"vpc": vpc, "vpc_subnets": isolated},
        "files": {
            "vpc": vpc,
            "vpc_subnets": isolated,
            "filesystem": aws_lambda.FileSystem.from_efs_access_point(access_point, "/mnt/data"),
        },
        "log group": {"log_group": aws_logs.LogGroup(stack, "Group")},
    }


KINDS = (
    "defaults",
    "numbers",
    "texts",
    "tokens",
    "words",
    "levels",
    "no tracing",
    "durable",
    "durable as a dict",
    "tenants",
    "network",
    "files",
    "log group",
)


@pytest.mark.parametrize("kind", KINDS)
def test_constructor_and_template_agree(app: App, stack: Stack, required: dict[str, Any], kind: str) -> None:
    every = settings_of(stack)
    assert set(every) == set(KINDS)
    keywords = {**required, **every[kind]}
    Function(stack, "Orders", **keywords)
    assert_same(from_constructor(keywords), from_template(app))


def test_snap_start_agrees(app: App, stack: Stack, required: dict[str, Any]) -> None:
    keywords = {**required, "snap_start": aws_lambda.SnapStartConf.ON_PUBLISHED_VERSIONS}
    Function(stack, "Orders", **keywords)
    assert_same(from_constructor(keywords), from_template(app))


def test_image_agrees(app: App, stack: Stack) -> None:
    from aws_cdk import aws_ecr

    keywords: dict[str, Any] = {
        "code": aws_lambda.Code.from_ecr_image(aws_ecr.Repository(stack, "Images"), tag_or_digest="1"),
        "handler": aws_lambda.Handler.FROM_IMAGE,
        "runtime": aws_lambda.Runtime.FROM_IMAGE,
    }
    Function(stack, "Orders", **keywords)
    late = from_template(app)
    assert late.is_image
    assert_same(from_constructor(keywords), late)


def test_mount_path_agrees(app: App, stack: Stack, required: dict[str, Any]) -> None:
    keywords = {**required, **settings_of(stack)["files"]}
    Function(stack, "Orders", **keywords)
    paths = [
        [system.mount_path for system in model.file_systems]  # type: ignore[union-attr]
        for model in (from_constructor(keywords), from_template(app))
    ]
    assert paths == [["/mnt/data"], ["/mnt/data"]]


def test_asynchronous_invocation_agrees(app: App, stack: Stack, required: dict[str, Any]) -> None:
    keywords = {**required, "retry_attempts": 1, "max_event_age": Duration.hours(2)}
    Function(stack, "Orders", **keywords)
    early = read_async_invocation(async_properties(keywords), Place(""))
    (late,) = read_template(template_of(app), template="t", size_bytes=0, stack_path="Shop").async_invocations.values()
    assert (early.retries, early.event_age_seconds) == (late.retries, late.event_age_seconds) == (1, 7200)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    keywords=st.fixed_dictionaries(
        {},
        optional={
            "memory_size": st.integers(128, 10_240),
            "timeout": st.integers(1, 900).map(Duration.seconds),
            "ephemeral_storage_size": st.integers(512, 10_240).map(Size.mebibytes),
            "description": st.text(max_size=256),
            "reserved_concurrent_executions": st.integers(0, 900),
            "environment": st.dictionaries(
                st.from_regex(r"\A[a-zA-Z][a-zA-Z0-9_]{1,10}\Z").map(lambda key: f"OWN_{key}"),
                st.text(st.characters(codec="utf-8", exclude_characters="$#{}"), max_size=40),
                max_size=5,
            ),
        },
    )
)
def test_whatever_is_set_agrees(
    make_app: Callable[..., App], required: dict[str, Any], keywords: dict[str, Any]
) -> None:
    app = make_app(builtin_cloud_formation_validation=False)
    Function(Stack(app, "Shop"), "Orders", **{**required, **keywords})
    assert_same(from_constructor({**required, **keywords}), from_template(app))
