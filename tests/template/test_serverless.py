"""What the transform of AWS SAM makes, as far as rules look at it."""

from __future__ import annotations

from typing import Any

import pytest
from rules.cases import TODAY

from constructs_lambda.findings import Finding
from constructs_lambda.model import Stack, Topology
from constructs_lambda.rules import Context, Severities, check_stack, check_topology
from constructs_lambda.template import read_template
from constructs_lambda.tokens import Unknown

SAM = "AWS::Serverless-2016-10-31"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"


def function(**properties: Any) -> dict[str, Any]:
    valid = {"Runtime": "python3.13", "Handler": "app.handler", "CodeUri": "src/"}
    return {"Type": "AWS::Serverless::Function", "Properties": {**valid, **properties}}


def read(resources: dict[str, Any], **more: Any) -> Stack:
    document = {"Transform": SAM, "Resources": resources, **more}
    return read_template(document, template="t.yaml", size_bytes=1)


def findings(resources: dict[str, Any], **more: Any) -> list[Finding]:
    stack, context = read(resources, **more), Context(TODAY)
    every = [*check_stack(stack, context, Severities()), *check_topology(Topology([stack]), context, Severities())]
    return [finding for finding in every if finding.severity == "error"]


def ids(**properties: Any) -> list[str]:
    return sorted(finding.rule for finding in findings({"F": function(**properties)}))


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, []),
        ({"MemorySize": 127}, ["CL101"]),
        ({"Timeout": 901}, ["CL102"]),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, ["CL122"]),
        ({"MemorySizes": 512}, ["CL111"]),
        ({"Runtime": None}, ["CL110"]),
        ({"Tracing": "On"}, ["CL108"]),
        ({"Tracing": "Active", "Tags": {"a": "b"}, "Policies": ["AWSLambdaBasicExecutionRole"]}, []),
        ({"Tags": {"aws:a": "b"}}, ["CL107"]),
        ({"DeadLetterQueue": {"Type": "SQS", "TargetArn": f"{QUEUE}.fifo"}}, ["CL604"]),
        ({"AutoPublishAlias": "live", "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1}}, []),
        ({"AutoPublishAlias": "7"}, ["CL702"]),
        ({"FunctionUrlConfig": {"AuthType": "NONE"}}, []),
        ({"FunctionUrlConfig": {"AuthType": "IAM"}}, ["CL401"]),
        ({"EventInvokeConfig": {"MaximumRetryAttempts": 2}}, []),
        ({"EventInvokeConfig": {"MaximumRetryAttempts": 3}}, ["CL601"]),
        ({"EventInvokeConfig": {"DestinationConfig": {"OnFailure": {"Type": "SQS"}}}}, []),
        ({"CapacityProviderConfig": {"Arn": "arn:a"}, "MemorySize": 32_768, "Timeout": 5_400}, []),
        ({"PackageType": "Image", "Runtime": None, "Handler": None}, []),
        ({"PackageType": "Image", "Runtime": None, "Handler": None, "ImageUri": "orders:latest"}, []),
    ],
)
def test_functions(properties: dict[str, Any], expected: list[str]) -> None:
    assert ids(**properties) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"Type": "SQS", "Properties": {"Queue": QUEUE}}, []),
        ({"Type": "SQS", "Properties": {"Queue": QUEUE, "BatchSize": 11}}, ["CL621"]),
        ({"Type": "Kinesis", "Properties": {"Stream": "arn:aws:kinesis:eu-west-1:111122223333:stream/a"}}, ["CL621"]),
        (
            {
                "Type": "DocumentDB",
                "Properties": {
                    "Cluster": "arn:aws:rds:eu-west-1:111122223333:cluster:a",
                    "DatabaseName": "orders",
                    "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": "arn:a"}],
                    "StartingPosition": "LATEST",
                },
            },
            [],
        ),
        ({"Type": "MQ", "Properties": {"Broker": "arn:aws:mq:eu-west-1:111122223333:broker:a:b"}}, ["CL643"] * 2),
        ({"Type": "Api", "Properties": {"Path": "/a", "Method": "get"}}, []),
        ({"Type": "SQS", "Properties": {"Fn::If": ["C", {}, {}]}}, []),
        ({"Fn::If": ["C", {}, {}]}, []),
    ],
)
def test_events(event: dict[str, Any], expected: list[str]) -> None:
    assert ids(Events={"Orders": event}) == expected


def test_what_is_found_stands_where_it_is_written() -> None:
    (finding,) = findings(
        {"F": function(Events={"A": {"Type": "SQS", "Properties": {"Queue": QUEUE, "BatchSize": 0}}})}
    )
    assert (finding.resource, finding.path, finding.property) == ("F", "F", "BatchSize")


def test_globals() -> None:
    shared = {
        "Timeout": 901,
        "Layers": [f"arn:aws:lambda:eu-west-1:111122223333:layer:l{number}:1" for number in range(4)],
        "Environment": {"Variables": {"A": "x"}},
    }
    own = function(Timeout=30, Layers=["arn:aws:lambda:eu-west-1:111122223333:layer:own:1"] * 1)
    stack = read({"F": own, "G": function()}, Globals={"Function": shared})
    one, other = stack.functions["F"], stack.functions["G"]
    assert (one.timeout_seconds, other.timeout_seconds) == (30, 901)
    assert isinstance(one.layers, tuple)
    assert len(one.layers) == 5
    assert one.environment == other.environment == {"A": "x"}
    merged = read({"F": function(Environment={"Variables": {"BC": "y"}})}, Globals={"Function": shared})
    assert merged.functions["F"].environment == {"A": "x", "BC": "y"}


def test_the_role_and_the_code_are_what_the_transform_makes() -> None:
    made = read({"F": function()}).functions["F"]
    assert isinstance(made.role, Unknown)
    assert made.is_image is False
    assert read({"F": function(InlineCode="pass")}).functions["F"].inline_code == "pass"


def test_layers() -> None:
    layer = {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {"ContentUri": "a", "CompatibleRuntimes": ["python3.99"]},
    }
    assert [finding.rule for finding in findings({"L": layer})] == ["CL215"]
    layer["Properties"] = {"ContentUri": "a", "RetentionPolicy": "Retain"}
    assert findings({"L": layer}) == []


def test_without_the_transform_nothing_is_made() -> None:
    document = {"Resources": {"F": function(Timeout=901)}}
    assert read_template(document, template="t.yaml", size_bytes=1).functions == {}
