"""Who may invoke which function: permissions as templates write them, over the stacks of an app."""

from __future__ import annotations

from typing import Any

import pytest
from rules.cases import NO_VALUE, zipped

from constructs_lambda.model import Link, Permission, Place, Topology
from constructs_lambda.model.references import Spot
from constructs_lambda.template import read_template
from constructs_lambda.template.links import named_by, read_parts
from constructs_lambda.template.permissions import read_permission
from constructs_lambda.tokens import UNKNOWN, Unknown

REGION = Link("AWS::Region", kind="pseudo")
ARN = {"Fn::GetAtt": ["F", "Arn"]}


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (None, ()),
        (NO_VALUE, ()),
        ("arn:aws:s3:::b", ("arn:aws:s3:::b",)),
        ({"Ref": "T"}, (Link("T"),)),
        ({"Fn::Join": ["", ["a", "b", {"Ref": "AWS::Region"}, ":", {"Ref": "T"}]]}, ("ab", REGION, ":", Link("T"))),
        ({"Fn::Join": [":", ["a", {"Ref": "T"}, "c"]]}, ("a:", Link("T"), ":c")),
        ({"Fn::Join": ["", ["a", {"Fn::Join": ["/", ["b", {"Ref": "T"}]]}]]}, ("ab/", Link("T"))),
        ({"Fn::Sub": "${B.Arn}/*"}, (Link("B", "Arn"), "/*")),
        ({"Fn::Sub": "a${!stageVariables.x}${AWS::Region}"}, ("a${stageVariables.x}", REGION)),
        ({"Fn::Sub": ["${X}/${Y}", {"X": {"Ref": "T"}}]}, (Link("T"), "/", Link("Y"))),
        ({"Fn::Sub": ["${X}"]}, (UNKNOWN,)),
        ({"Fn::ImportValue": "e"}, (Link("e", kind="export"),)),
        ({"Fn::If": ["C", "a", "b"]}, (UNKNOWN,)),
        ({"Fn::Join": ["", ["a", NO_VALUE]]}, (UNKNOWN,)),
        ({"Fn::Join": ["", {"Ref": "List"}]}, (UNKNOWN,)),
        ("${Token[TOKEN.1]}", (UNKNOWN,)),
        ("{{resolve:ssm:/p}}", (UNKNOWN,)),
        ({"a": "b", "c": "d"}, (UNKNOWN,)),
        (["a"], (UNKNOWN,)),
    ],
)
def test_parts(value: object, parts: object) -> None:
    assert read_parts(value) == parts


def test_what_parts_name() -> None:
    assert named_by(()) is None
    assert named_by(("arn:aws:sns:eu-west-1:111122223333:t",)) == Link(
        "arn:aws:sns:eu-west-1:111122223333:t", kind="id"
    )
    assert named_by(("arn:aws:execute-api:", REGION, ":", Link("Api"), "/", Link("Stage"))) == Link("Api")
    assert named_by((UNKNOWN,)) is UNKNOWN


def test_a_permission_is_read() -> None:
    found = read_permission(
        {
            "FunctionName": ARN,
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": ["B", "Arn"]},
            "SourceAccount": {"Ref": "AWS::AccountId"},
        },
        Place("F/Permission"),
    )
    assert (found.function, found.function_link) == ("F", Link("F", "Arn"))
    assert (found.action, found.principal) == ("lambda:InvokeFunction", "s3.amazonaws.com")
    assert found.source_link == Link("B", "Arn")
    assert isinstance(found.source_account, Unknown)
    assert found.missing == ()
    assert read_permission({}, Place("P")).missing == ("FunctionName", "Action", "Principal")


def permission(function: object = ARN, principal: object = "sns.amazonaws.com", **properties: Any) -> dict[str, Any]:
    given = {"FunctionName": function, "Action": "lambda:InvokeFunction", "Principal": principal, **properties}
    return {"Type": "AWS::Lambda::Permission", "Properties": given}


TOPIC = {"Type": "AWS::SNS::Topic"}
ALIAS = {
    "Type": "AWS::Lambda::Alias",
    "Properties": {"FunctionName": {"Ref": "F"}, "FunctionVersion": {"Fn::GetAtt": ["V", "Version"]}, "Name": "live"},
}
VERSION = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}}


def topology(*documents: dict[str, Any]) -> Topology:
    every = enumerate(documents)
    return Topology([read_template(each, template=f"{index}.json", size_bytes=1) for index, each in every])


def app(*permissions: dict[str, Any], template: dict[str, Any] | None = None, name: Any = None) -> Topology:
    function = zipped(FunctionName=name) if name else zipped()
    resources = {"F": function, "A": ALIAS, "V": VERSION, "T": TOPIC, "Other": TOPIC}
    made = {f"P{index}": each for index, each in enumerate(permissions)}
    return topology({"Resources": {**resources, **made}, **(template or {})})


def may_invoke(made: Topology, of: object = ARN, topic: str = "T") -> bool | None:
    (stack, *_) = made.stacks.values()
    callee = made.callee(stack, read_parts(of))
    assert callee is not None
    return made.may_invoke(callee, "sns", Spot(stack.place.template, topic))


SOURCE = {"SourceArn": {"Ref": "T"}}
UNKNOWN_NAME = {"Ref": "Parameter"}


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ([], False),
        ([permission(**SOURCE)], True),
        ([permission()], True),
        ([permission(principal="*")], True),
        ([permission({"Ref": "F"}, **SOURCE)], True),
        ([permission({"Fn::Sub": "${F.Arn}"}, **SOURCE)], True),
        ([permission(principal="s3.amazonaws.com", **SOURCE)], False),
        ([permission(SourceArn={"Ref": "Other"})], False),
        ([permission(SourceArn={"Ref": "Parameter"})], None),
        ([permission(principal={"Ref": "Parameter"}, **SOURCE)], None),
        ([permission(UNKNOWN_NAME, **SOURCE)], None),
        ([permission({"Ref": "A"}, **SOURCE)], False),
        ([permission({"Fn::Join": ["", [ARN, ":live"]]}, **SOURCE)], False),
        ([{**permission(**SOURCE), "Condition": "C"}], None),
        ([permission(**SOURCE, FunctionUrlAuthType="NONE")], False),
        ([permission("elsewhere", **SOURCE)], False),
        ([permission(SourceArn={"Ref": "Other"}), permission(**SOURCE)], True),
    ],
)
def test_a_function(permissions: list[dict[str, Any]], expected: bool | None) -> None:
    assert may_invoke(app(*permissions)) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ARN, False),
        ({"Ref": "A"}, True),
        ({"Fn::Join": ["", [ARN, ":live"]]}, True),
        ({"Fn::Join": ["", [ARN, ":test"]]}, False),
        ({"Ref": "V"}, None),
    ],
)
def test_each_alias_has_its_own_policy(given: object, expected: bool | None) -> None:
    assert may_invoke(app(permission(given, **SOURCE)), {"Ref": "A"}) is expected


def test_a_version_has_its_own_policy() -> None:
    assert may_invoke(app(permission({"Ref": "V"}, **SOURCE)), {"Ref": "V"}) is True
    assert may_invoke(app(permission(ARN, **SOURCE)), {"Ref": "V"}) is False
    assert may_invoke(app(permission({"Fn::Join": ["", [ARN, ":3"]]}, **SOURCE)), {"Ref": "V"}) is None


HERE = {"account": "111122223333", "region": "eu-west-1"}
NAMED = "arn:aws:lambda:eu-west-1:111122223333:function:orders"


@pytest.mark.parametrize(
    ("given", "about", "expected"),
    [
        ("orders", {}, True),
        ("orders", HERE, True),
        (NAMED, HERE, True),
        (NAMED, {}, None),
        (NAMED, {"account": "111122223333"}, None),
        (NAMED, {**HERE, "account": "111122223334"}, False),
        (NAMED, {**HERE, "region": "eu-west-2"}, False),
        ("111122223333:function:orders", HERE, True),
        ("111122223333:function:orders", {}, None),
        ("111122223334:function:orders", HERE, False),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:orders"}, {}, True),
        ({"Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:orders"}, HERE, True),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${Account}:function:orders"}, HERE, None),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::AccountId}:${AWS::Region}:function:orders"}, HERE, None),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:210987654321:function:orders"}, HERE, False),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:210987654321:function:${F}"}, HERE, None),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${F}"}, {}, True),
        ("anything:function:orders", HERE, False),
        ("arn:aws:other:eu-west-1:111122223333:function:orders", HERE, None),
    ],
)
def test_a_function_by_its_name(given: object, about: dict[str, Any], expected: bool | None) -> None:
    resources = {"F": zipped(FunctionName="orders"), "T": TOPIC, "P": permission(given, **SOURCE)}
    made = Topology([read_template({"Resources": resources}, template="t.json", size_bytes=1, **about)])
    assert may_invoke(made) is expected


def test_an_alias_by_its_name() -> None:
    assert may_invoke(app(permission("orders:live", **SOURCE), name="orders"), {"Ref": "A"}) is True
    assert may_invoke(app(permission(NAMED, **SOURCE), name={"Ref": "Name"})) is None


@pytest.mark.parametrize(
    "template",
    [
        {"Transform": "AWS::Serverless-2016-10-31"},
        {"Fn::Transform": {"Name": "M"}},
    ],
)
def test_a_transform_may_add_permissions(template: dict[str, Any]) -> None:
    assert may_invoke(app(template=template)) is None


def test_another_template_may_add_permissions() -> None:
    for kind in ("AWS::CloudFormation::Stack", "AWS::Lambda::ResourcePolicy"):
        resources = {"F": zipped(), "T": TOPIC, "N": {"Type": kind, "Properties": {"TemplateURL": "https://a.b/c"}}}
        assert may_invoke(topology({"Resources": resources})) is None


def test_a_permission_in_another_stack() -> None:
    exported = {
        "Outputs": {
            "O": {"Value": ARN, "Export": {"Name": "arn"}},
            "T": {"Value": {"Ref": "T"}, "Export": {"Name": "t"}},
        }
    }
    first = {"Resources": {"F": zipped(), "T": TOPIC}, **exported}
    given = permission({"Fn::ImportValue": "arn"}, SourceArn={"Fn::ImportValue": "t"})
    assert may_invoke(topology(first, {"Resources": {"P": given}})) is True
    assert may_invoke(topology(first)) is False


def test_the_path_with_which_an_api_invokes() -> None:
    made = app()
    (stack,) = made.stacks.values()
    uri = [
        "arn:",
        {"Ref": "AWS::Partition"},
        ":apigateway:",
        {"Ref": "AWS::Region"},
        ":lambda:path/2015-03-31/functions/",
    ]
    for given in (ARN, {"Ref": "A"}, {"Ref": "V"}):
        callee = made.callee(stack, read_parts({"Fn::Join": ["", [*uri, given, "/invocations"]]}))
        assert callee is not None
        assert callee.function is stack.functions["F"]
    stage_variable = made.callee(stack, read_parts({"Fn::Join": ["", [*uri, "${stageVariables.f}", "/invocations"]]}))
    assert stage_variable is None


def test_permissions_are_kept_apart_by_qualifier() -> None:
    made = app(permission(**SOURCE), permission({"Ref": "A"}, **SOURCE))
    (stack,) = made.stacks.values()
    for given, name in ((ARN, "P0"), ({"Ref": "A"}, "P1")):
        callee = made.callee(stack, read_parts(given))
        assert callee is not None
        found = made.permissions(callee)
        assert [each.place.resource for each in found.permissions] == [name]
        assert all(isinstance(each, Permission) for each in found.permissions)
        assert not found.is_open
