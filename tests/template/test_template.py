"""A template -> model."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lambda.errors import InputError
from constructs_lambda.model import Logging, Place, Stack
from constructs_lambda.template import read_template
from constructs_lambda.tokens import UNKNOWN, Unknown

FUNCTION = {"Type": "AWS::Lambda::Function"}
GARBAGE: list[Any] = [None, True, 0, 1.5, "", "text", [], ["a"], {}, {"a": 1}, {1: 2}, {"Ref": "P"}, {"Fn::If": 1}]


def read(document: object, **about: Any) -> Stack:
    return read_template(document, **{"template": "t.json", "size_bytes": 7, **about})


def read_function(**properties: Any) -> Any:
    return read({"Resources": {"F": {**FUNCTION, "Properties": properties}}}).functions["F"]


def test_where_a_function_stands() -> None:
    resource = {**FUNCTION, "Metadata": {"aws:cdk:path": "Shop/Orders/Resource"}}
    document = {"Resources": {"F": resource}}
    assert read(document).functions["F"].place == Place("Shop/Orders", "F", "t.json")
    assert read(document, stack_path="S").functions["F"].place.path == "Shop/Orders"
    told = read(document, stack_path="S", paths={"F": "/Told/F/Resource"})
    assert told.functions["F"].place.path == "Told/F"
    others: list[Any] = [{}, {"aws:cdk:path": ""}, {"aws:cdk:path": 1}, None, [], "x"]
    for metadata in others:
        bare = {"Resources": {"F": {**FUNCTION, "Metadata": metadata}}}
        assert read(bare).functions["F"].place.path == "F"
        assert read(bare, stack_path="Shop").functions["F"].place.path == "Shop/F"


def test_the_stack() -> None:
    document = {
        "Description": "orders",
        "Resources": {"F": FUNCTION, "Q": {"Type": "AWS::SQS::Queue"}, "Fn::ForEach::X": ["X", ["a"], {}]},
        "Parameters": {"A": {}},
        "Outputs": {"B": {}, "C": {}},
        "Mappings": {"M": {}},
    }
    stack = read(document, stack_path="Prod/Shop", name="Prod-Shop", account="111122223333", region="eu-west-1")
    assert stack.place == Place("Prod/Shop", "", "t.json")
    assert (stack.name, stack.account, stack.region) == ("Prod-Shop", "111122223333", "eu-west-1")
    assert (stack.size_bytes, stack.description) == (7, "orders")
    counts = (stack.resource_count, stack.parameter_count, stack.output_count, stack.mapping_count)
    assert counts == (2, 1, 2, 1)
    assert read({"Resources": {}}).place.path == "t.json"


@pytest.mark.parametrize(
    ("transform", "count"),
    [
        (None, 1),
        ([], 1),
        ("AWS::Serverless-2016-10-31", 1),
        (["AWS::LanguageExtensions"], 1),
        ("AWS::Include", None),
        ({"Name": "AWS::Include"}, None),
        (["AWS::LanguageExtensions", "Ours"], None),
        (7, None),
    ],
)
def test_under_a_macro_nothing_is_certain_of_what_is_absent(transform: object, count: int | None) -> None:
    stack = read({"Transform": transform, "Resources": {"F": {**FUNCTION, "Properties": {"Timeout": 5}}}})
    assert stack.resource_count == count
    function = stack.functions["F"]
    assert function.timeout_seconds == 5
    assert (function.role is None) is (count is not None)
    assert (function.is_image is None) is (count is None)


def test_own_metadata_is_read_back() -> None:
    own = {"version": 1, "reach": "both"}
    resource = {**FUNCTION, "Metadata": {"constructs-lambda": own, "aws:cdk:path": "S/F/Resource"}}
    assert read({"Resources": {"F": resource}}).functions["F"].metadata == own
    others: list[Any] = [None, [], "x", 1]
    for other in others:
        resource = {**FUNCTION, "Metadata": {"constructs-lambda": other}}
        assert read({"Resources": {"F": resource}}).functions["F"].metadata is None


def test_every_field() -> None:
    function = read_function(
        FunctionName={"Fn::Sub": "${AWS::StackName}-orders"},
        Runtime="python3.13",
        Handler="app.handler",
        Code={"S3Bucket": {"Ref": "B"}, "S3Key": "k"},
        MemorySize="512",
        Timeout=10,
        EphemeralStorage={"Size": 600},
        Architectures=["arm64"],
        Environment={"Variables": {"AB": 1, "CD": {"Ref": "P"}, "EF": {"Ref": "AWS::NoValue"}}},
        VpcConfig={"SubnetIds": [{"Ref": "S"}], "SecurityGroupIds": {"Ref": "G"}},
        Tags=[{"Key": "a", "Value": "b"}, {"Key": {"Ref": "P"}, "Value": "c"}],
        LoggingConfig={"LogFormat": "JSON"},
        TracingConfig={"Mode": "Active"},
        SnapStart={"ApplyOn": "None"},
        CodeSigningConfigArn={"Fn::GetAtt": ["Signing", "CodeSigningConfigArn"]},
        DeadLetterConfig={"TargetArn": {"Fn::GetAtt": ["Q", "Arn"]}},
        Ours="x",
    )
    assert function.name == Unknown("-orders")
    assert (function.code_bucket, function.code_key, function.code_location) == (UNKNOWN, "k", True)
    assert (function.memory_mb, function.timeout_seconds, function.ephemeral_storage_mb) == (512, 10, 600)
    assert function.environment == {"AB": "1", "CD": UNKNOWN}
    assert (function.vpc, function.security_groups) == (True, UNKNOWN)
    assert function.tags == {"a": "b", "\0unknown 1": "c"}
    assert function.logging == Logging(format="JSON", application_level=None, system_level=None, group=None)
    assert (function.tracing, function.snap_start, function.dead_letter_target) == ("Active", "None", UNKNOWN)
    assert function.code_signing_reference == "Signing"
    assert function.unknown_properties == ("Ours",)
    assert (function.missing, function.malformed, function.is_image) == ((), (), False)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"PackageType": "Image"}, True),
        ({"PackageType": "Zip"}, False),
        ({"PackageType": {"Ref": "P"}}, None),
        ({"Code": {"ImageUri": "x"}}, True),
        ({"Code": {"ImageUri": {"Ref": "P"}}}, None),
        ({"Code": {"S3Key": {"Ref": "P"}}}, False),
        ({"Code": {"Ref": "P"}}, None),
        ({"Code": "./src"}, None),
        ({}, False),
    ],
)
def test_is_image(properties: dict[str, Any], expected: bool | None) -> None:
    assert read_function(**properties).is_image is expected


def test_a_function_is_found_behind_aliases_and_versions() -> None:
    def beside(kind: str, function: str) -> dict[str, Any]:
        return {"Type": f"AWS::Lambda::{kind}", "Properties": {"FunctionName": {"Ref": function}}}

    stack = read(
        {
            "Resources": {
                "F": FUNCTION,
                "V": beside("Version", "F"),
                "A": beside("Alias", "V"),
                "X": beside("Alias", "Y"),
                "Y": beside("Alias", "X"),
            }
        }
    )
    for reference in ("F", "V", "A"):
        assert stack.function_of(reference) is stack.functions["F"]
    for nothing in ("X", "Y", "Z", None):
        assert stack.function_of(nothing) is None


@pytest.mark.parametrize("document", [*GARBAGE, {"Resources": []}, {"Resources": None}, {"Resources": "x"}])
def test_what_is_no_template(document: object) -> None:
    with pytest.raises(InputError, match=r"^t\.json: not a CloudFormation template"):
        read(document)


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_garbage_anywhere(garbage: Any) -> None:
    sections = ("Description", "Parameters", "Outputs", "Mappings", "Transform", "Conditions", "Metadata")
    read({"Resources": {}, **dict.fromkeys(sections, garbage)})
    read({"Resources": {"F": garbage, 7: garbage}, "Outputs": {"O": garbage, "P": {"Export": garbage}}})
    kinds = ("Function", "Url", "EventInvokeConfig", "Version", "Alias", "EventSourceMapping", "CapacityProvider")
    for kind in (*kinds, "CodeSigningConfig", "Permission", "Future"):
        for part in ("Type", "Properties", "Metadata", "Condition", "DependsOn"):
            read({"Resources": {"R": {"Type": f"AWS::Lambda::{kind}", part: garbage}}})


def test_names_that_are_numbers() -> None:
    stack = read({"Resources": {7: {**FUNCTION, "Properties": {1: 2, "Environment": {"Variables": {3: 4}}}}}})
    assert stack.functions["7"].place == Place("7", "7", "t.json")


def test_exports_and_names() -> None:
    stack = read(
        {
            "Resources": {"Good1": {}, "bad-1": {}, "Fn::Transform": {}},
            "Outputs": {
                "A": {"Export": {"Name": "x"}},
                "B": {"Export": {"Name": "x"}},
                "C": {"Export": {"Name": "x"}, "Condition": "C"},
                "D": {"Value": 1},
            },
        }
    )
    assert stack.bad_names == ("Resources.bad-1",)
    assert stack.exports == {"x": ("A", "B")}
