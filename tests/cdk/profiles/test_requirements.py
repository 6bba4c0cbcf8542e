"""What breaks a requirement of a profile, and what doesn't: boundaries, unknown values, whatever set the value."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, Duration, Fn, Size, Stack, Tags, aws_kms, aws_lambda, aws_logs, aws_s3, aws_sqs
from aws_cdk import aws_s3_notifications as notifications

from constructs_lambda import Function, LambdaChecks, Profile, Require

pytestmark = pytest.mark.cdk


def broken(app: App) -> list[str]:
    """What the requirements of the profiles found, by construct."""
    with suppress(RuntimeError):  # where it is an error, the synth fails
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [
        f"{resource['constructPath']}: {violation['description']}"
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        if violation["ruleName"] == "CL930"
        for resource in violation["violatingConstructs"]
    ]


@pytest.mark.parametrize(
    ("require", "options", "said"),
    [
        ({"timeout": Require.at_most(Duration.seconds(30))}, {"timeout": Duration.seconds(29)}, ""),
        ({"timeout": Require.at_most(Duration.seconds(30))}, {"timeout": Duration.seconds(30)}, ""),
        (
            {"timeout": Require.at_most(Duration.seconds(30))},
            {"timeout": Duration.seconds(31)},
            "Timeout is 31 s; acme requires at most 30 s.",
        ),
        (
            {"memory_size": Require.at_least(256)},
            {"memory_size": 255},
            "Memory_size is 255 MB; acme requires at least 256 MB.",
        ),
        ({"memory_size": Require.at_least(256)}, {"memory_size": 256}, ""),
        ({"memory_size": Require.at_least(128)}, {}, ""),
        ({"memory_size": Require.at_least(129)}, {}, "Memory_size is 128 MB; acme requires at least 129 MB."),
        ({"timeout": Require.at_most(2)}, {}, "Timeout is 3 s; acme requires at most 2 s."),
        ({"description": Require.given(because="OPS-7")}, {}, "Description is missing; acme requires it (OPS-7)."),
        ({"description": Require.given()}, {"description": "x"}, ""),
        ({"tracing": aws_lambda.Tracing.ACTIVE}, {}, ""),
        (
            {"tracing": aws_lambda.Tracing.ACTIVE},
            {"tracing": aws_lambda.Tracing.DISABLED},
            "Tracing is PassThrough; acme requires Active.",
        ),
        ({"architecture": aws_lambda.Architecture.ARM_64}, {}, ""),
        (
            {"architecture": aws_lambda.Architecture.ARM_64},
            {"architecture": aws_lambda.Architecture.X86_64},
            "Architecture is x86_64; acme requires arm64.",
        ),
        ({"runtime": [aws_lambda.Runtime.PYTHON_3_13, aws_lambda.Runtime.PYTHON_3_14]}, {}, ""),
        (
            {"runtime": [aws_lambda.Runtime.PYTHON_3_12, aws_lambda.Runtime.PYTHON_3_13]},
            {},
            "Runtime is python3.14; acme requires one of python3.12, python3.13.",
        ),
        (
            {"ephemeral_storage_size": Require.at_most(Size.mebibytes(512))},
            {"ephemeral_storage_size": Size.mebibytes(513)},
            "Ephemeral_storage_size is 513 MB; acme requires at most 512 MB.",
        ),
        ({"reserved_concurrent_executions": Require.given()}, {"reserved_concurrent_executions": 0}, ""),
        (
            {"reserved_concurrent_executions": Require.at_most(5)},
            {},
            "Reserved_concurrent_executions is missing; acme requires at most 5.",
        ),
        ({"vpc": Require.given()}, {}, "Vpc is missing; acme requires it."),
        ({"dead_letter_queue": Require.given()}, {"dead_letter_queue_enabled": True}, ""),
        ({"dead_letter_queue": Require.given()}, {}, "Dead_letter_queue is missing; acme requires it."),
        ({"environment": ["OWNER"]}, {}, "Variable OWNER is missing; acme requires it."),
        ({"environment": ["OWNER"]}, {"environment": {"OWNER": "me"}}, ""),
        ({"environment": {"LEVEL": "INFO"}}, {}, ""),
        (
            {"environment": {"LEVEL": ["INFO", "WARN"]}},
            {"environment": {"LEVEL": "DEBUG"}},
            "Variable LEVEL is DEBUG; acme requires one of INFO, WARN.",
        ),
        ({"tags": {"owner": "me"}}, {}, ""),
        ({"tags": ["owner"]}, {}, "Tag owner is missing; acme requires it."),
        ({"logging_format": aws_lambda.LoggingFormat.JSON}, {}, ""),
        (
            {"logging_format": aws_lambda.LoggingFormat.JSON},
            {"logging_format": aws_lambda.LoggingFormat.TEXT},
            "Logging_format is Text; acme requires JSON.",
        ),
        ({"log_retention": Require.at_most(365)}, {}, "Log_retention is forever; acme requires at most 365 days."),
        ({"log_retention": aws_logs.RetentionDays.ONE_YEAR}, {}, ""),
    ],
)
def test_plain_functions(
    require: dict[str, Any], options: dict[str, Any], said: str, app: App, stack: Stack, required: dict[str, Any]
) -> None:
    Profile("acme", require=require).apply(app)
    aws_lambda.Function(stack, "Orders", **required, **options)
    assert broken(app) == ([f"Shop/Orders/Resource: {said}"] if said else [])


def test_whatever_set_the_value(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", require={"timeout": Require.at_most(30), "environment": {"LEVEL": "INFO"}}).apply(app)
    function = Function(stack, "Orders", timeout=Duration.seconds(5), **required)
    resource = function.node.default_child
    assert isinstance(resource, aws_lambda.CfnFunction)
    resource.timeout = 40
    resource.add_property_override("Environment.Variables.LEVEL", "DEBUG")
    assert broken(app) == [
        "Shop/Orders/Resource: Variable LEVEL is DEBUG; acme requires INFO.",
        "Shop/Orders/Resource: Timeout is 40 s; acme requires at most 30 s.",
    ]


def test_what_only_the_deployment_will_tell_breaks_nothing(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile(
        "acme",
        require={
            "memory_size": Require.at_most(200),
            "description": ["x"],
            "environment": {"LEVEL": ["INFO"]},
            "environment_encryption": Require.given(),
        },
    ).apply(app)
    size = CfnParameter(stack, "Size", type="Number", default=1024)
    text = CfnParameter(stack, "Text")
    aws_lambda.Function(
        stack,
        "Orders",
        memory_size=size.value_as_number,
        description=text.value_as_string,
        environment={"LEVEL": Fn.import_value("Level")},
        environment_encryption=aws_kms.Key(stack, "Key"),
        **required,
    )
    assert broken(app) == []


def test_every_requirement_holds(app: App, stack: Stack, required: dict[str, Any]) -> None:
    organisation = Profile("acme", version="3.1", require={"memory_size": Require.at_most(512)})
    Profile("payments", base=organisation, require={"memory_size": Require.at_most(256)}).apply(app)
    aws_lambda.Function(stack, "Orders", memory_size=1024, **required)
    assert broken(app) == [
        "Shop/Orders/Resource: Memory_size is 1,024 MB; acme 3.1 requires at most 512 MB.",
        "Shop/Orders/Resource: Memory_size is 1,024 MB; payments requires at most 256 MB.",
    ]


def test_a_requirement_holds_below_its_scope_only(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", require={"description": Require.given()}).apply(stack)
    aws_lambda.Function(Stack(app, "Shopping"), "Orders", **required)
    assert broken(app) == []


def test_functions_that_cdk_makes_for_itself_break_nothing(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", require={"description": ["orders"], "timeout": Require.at_most(60)}).apply(app)
    function = aws_lambda.Function(stack, "Orders", description="orders", **required)
    bucket = aws_s3.Bucket(stack, "Bucket")
    bucket.add_event_notification(aws_s3.EventType.OBJECT_CREATED, notifications.LambdaDestination(function))
    assert broken(app) == []


def test_a_destination_keeps_dead_letters_too(app: App, stack: Stack, required: dict[str, Any]) -> None:
    from aws_cdk import aws_lambda_destinations as destinations

    Profile("acme", require={"dead_letter_queue": Require.given()}).apply(app)
    queue = aws_sqs.Queue(stack, "Queue")
    aws_lambda.Function(stack, "Orders", on_failure=destinations.SqsDestination(queue), **required)
    assert broken(app) == []


def test_tags_of_the_developer_count(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", require={"tags": ["owner"]}).apply(app)
    aws_lambda.Function(stack, "Orders", **required)
    Tags.of(stack).add("owner", "payments")
    assert broken(app) == []


def test_retention_by_the_deprecated_keyword(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", require={"log_retention": Require.at_most(7)}).apply(app)
    aws_lambda.Function(stack, "Orders", log_retention=aws_logs.RetentionDays.TWO_WEEKS, **required)
    assert broken(app) == ["Shop/Orders/Resource: Log_retention is 14 days; acme requires at most 7 days."]


def test_severity_of_a_profile(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Profile("acme", require={"description": Require.given()}, severity={"CL930": "warning"}).apply(app)
    aws_lambda.Function(stack, "Orders", **required)
    app.synth()
    assert len(broken(app)) == 1


def test_checks_of_the_app_go_before_the_profile(app: App, stack: Stack, required: dict[str, Any]) -> None:
    from aws_cdk import Validations

    Validations.of(app).add_plugins(LambdaChecks(severity={"CL930": "off"}))
    Profile("acme", require={"description": Require.given()}, severity={"CL930": "warning"}).apply(app)
    aws_lambda.Function(stack, "Orders", **required)
    assert broken(app) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: Require.at_most("30"),  # type: ignore[arg-type]
        lambda: Require.at_least(True),
        lambda: Require.one_of(),
        lambda: Require.exactly(object()),
    ],
)
def test_what_no_requirement_is(make: Any) -> None:
    with pytest.raises(TypeError):
        make()


def test_one_that_is_acknowledged_as_any_finding(app: App, stack: Stack, required: dict[str, Any]) -> None:
    from aws_cdk import Acknowledgment, Validations

    Profile("acme", require={"description": Require.given()}).apply(app)
    function = aws_lambda.Function(stack, "Orders", **required)
    Validations.of(function).acknowledge(Acknowledgment(id="constructs-lambda::CL930", reason="asked"))
    assert broken(app) == []
    assert "CL910" not in (Path(app.outdir) / "validation-report.json").read_text()
