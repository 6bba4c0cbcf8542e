"""CL915 and CL916: names that aren't in the template, and resources that wait for each other."""

from __future__ import annotations

from typing import Any

import pytest
from rules.cases import TODAY, Resource, ids, zipped

from constructs_lambda.findings import Finding
from constructs_lambda.model import Topology
from constructs_lambda.rules import Context, Severities, check_stack, check_topology
from constructs_lambda.template import read_template


def found(document: dict[str, Any]) -> list[Finding]:
    stack = read_template(document, template="t.json", size_bytes=1)
    return list(check_stack(stack, Context(TODAY), Severities()))


def of(value: Any, **more: Any) -> Resource:
    """A resource with this value among its properties."""
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn:a", "Value": [{"Of": value}]}, **more}


NESTED: Any = {"Ref": "Nowhere"}
for _ in range(500):
    NESTED = [NESTED]
DANGLING = [
    ("ref", {"Ref": "Nowhere"}, True),
    ("ref to a resource", {"Ref": "Other"}, False),
    ("ref to a parameter", {"Ref": "Given"}, False),
    ("pseudo parameter", {"Ref": "AWS::Region"}, False),
    ("pseudo parameter misspelt", {"Ref": "AWS::Regio"}, True),
    ("pseudo parameter misspelt in a text", {"Fn::Sub": "${AWS::Regio}"}, False),
    ("map", {"Fn::FindInMap": ["Sizes", "a", "b"]}, False),
    ("map that isn't there", {"Fn::FindInMap": ["Size", "a", "b"]}, True),
    ("map by a parameter", {"Fn::FindInMap": [{"Ref": "Given"}, "a", "b"]}, False),
    ("map by a key that isn't there", {"Fn::FindInMap": ["Sizes", {"Ref": "Nowhere"}, "b"]}, True),
    ("ref in another case", {"Ref": "other"}, True),
    ("attribute", {"Fn::GetAtt": ["Nowhere", "Arn"]}, True),
    ("attribute as a text", {"Fn::GetAtt": "Nowhere.Arn"}, True),
    ("attribute of a resource", {"Fn::GetAtt": ["Other", "Outputs.Arn"]}, False),
    ("attribute of a parameter", {"Fn::GetAtt": ["Given", "Arn"]}, True),
    ("attribute by a parameter", {"Fn::GetAtt": ["Other", {"Ref": "Given"}]}, False),
    ("variable", {"Fn::Sub": "${Nowhere}"}, True),
    ("variable of a resource", {"Fn::Sub": "${Other.Arn}/${Given}/${AWS::Region}"}, False),
    ("variable with an attribute", {"Fn::Sub": "${Nowhere.Arn}"}, True),
    ("variable that is given", {"Fn::Sub": ["${Name}-${Name.Part}", {"Name": "a", "Name.Part": "b"}]}, False),
    ("variable that isn't given", {"Fn::Sub": ["${Name}", {"Nome": "a"}]}, True),
    ("variable given by what isn't there", {"Fn::Sub": ["${Name}", {"Name": {"Ref": "Nowhere"}}]}, True),
    ("literal variable", {"Fn::Sub": "${!Nowhere} ${a_b} ${Token[TOKEN.1]}"}, False),
    ("text with a variable", "${Nowhere}", False),
    ("join", {"Fn::Join": ["", ["a", {"Ref": "Nowhere"}]]}, True),
    ("condition", {"Fn::If": ["Nowhere", 1, 2]}, True),
    ("condition that is there", {"Fn::If": ["IsProd", 1, {"Ref": "AWS::NoValue"}]}, False),
    ("branch", {"Fn::If": ["IsProd", 1, {"Ref": "Nowhere"}]}, True),
    ("ref of something odd", {"Ref": ["Nowhere"]}, False),
    ("import", {"Fn::ImportValue": "Nowhere"}, False),
    ("beyond what is followed", NESTED, False),
]


@pytest.mark.parametrize(("what", "value", "speaks"), DANGLING, ids=[each[0] for each in DANGLING])
def test_values(what: str, value: Any, speaks: bool) -> None:
    expected = ("CL915",) if speaks else ()
    base = {
        "Parameters": {"Given": {"Type": "String"}},
        "Conditions": {"IsProd": {"Fn::Equals": [1, 1]}},
        "Mappings": {"Sizes": {"a": {"b": 1}}},
    }
    document = {"Resources": {"R": of(value), "Other": of(1)}, **base}
    assert ids(found(document)) == expected
    document = {"Resources": {"Other": of(1)}, "Outputs": {"O": {"Value": value}}, **base}
    assert ids(found(document)) == expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (of(1, DependsOn="Other"), ()),
        (of(1, DependsOn=["Other", "Nowhere"]), ("CL915",)),
        (of(1, DependsOn="Nowhere"), ("CL915",)),
        (of(1, DependsOn="Given"), ("CL915",)),
        (of(1, Condition="IsProd"), ()),
        (of(1, Condition="Nowhere"), ("CL915",)),
        (of(1, Metadata={"Ref": "Nowhere"}), ()),
    ],
)
def test_resources(resource: Resource, expected: tuple[str, ...]) -> None:
    sections = {"Parameters": {"Given": {"Type": "String"}}, "Conditions": {"IsProd": {"Fn::Equals": [1, 1]}}}
    assert ids(found({"Resources": {"R": resource, "Other": of(1)}, **sections})) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"Transform": "AWS::Serverless-2016-10-31"},
        {"Transform": ["AWS::LanguageExtensions"]},
        {"Conditions": {"Fn::Transform": {"Name": "M"}}},
        {"Resources": {"R": of({"Ref": "Nowhere"}), "Fn::ForEach::Topics": ["T", ["a"], {}]}},
        {"Resources": {"R": of({"Ref": "Nowhere"}), "S": of({"Fn::Transform": {"Name": "M"}})}},
        {"Resources": {"R": of({"Ref": "Nowhere"}), "S": of({"Fn::ForEach::T": ["T", ["a"], {}], "a": 1})}},
        {"Resources": {"R": of({"Ref": "Nowhere"}), "S": {"Type": "Our::Own::Bucket::MODULE"}}},
    ],
)
def test_what_may_add_names_leaves_all_open(more: dict[str, Any]) -> None:
    document = {"Resources": {"R": of({"Ref": "Nowhere"})}, **more}
    assert not {"CL915", "CL916"} & set(ids(found(document)))


def test_texts() -> None:
    (finding,) = found({"Resources": {"Orders": of({"Ref": "Queu"}), "Queue": of(1)}})
    assert (finding.path, finding.property) == ("Orders", "")
    assert finding.message == (
        "Ref names 'Queu', and the template has no such resource or parameter (did you mean 'Queue'?)"
    )
    (finding,) = found({"Resources": {"R": of(1)}, "Outputs": {"O": {"Value": 1, "Condition": "C"}}})
    assert (finding.path, finding.property) == ("t.json", "Outputs.O")
    assert finding.message == "Condition names 'C', and the template has no such condition"
    names = [f"R{number}" for number in range(8)]
    circle = {name: of({"Ref": f"R{(number + 1) % 8}"}) for number, name in enumerate(names)}
    (finding,) = found({"Resources": circle})
    assert finding.message.startswith(f"{' waits for '.join(names[:6])} waits for ... waits for R0: ")


@pytest.mark.parametrize(
    ("resources", "circles"),
    [
        ({"A": of({"Ref": "B"}), "B": of({"Ref": "C"}), "C": of(1)}, 0),
        ({"A": of({"Ref": "B"}), "B": of({"Ref": "C"}), "C": of({"Fn::GetAtt": ["A", "Arn"]})}, 1),
        ({"A": of({"Fn::Sub": "${B}"}), "B": of(1, DependsOn=["A"])}, 1),
        ({"A": of({"Ref": "A"})}, 1),
        ({"A": of(1, DependsOn="A")}, 1),
        ({"A": of({"Ref": "B"}), "B": of({"Ref": "A"}), "C": of({"Ref": "D"}), "D": of({"Ref": "C"})}, 2),
        ({"A": of([{"Ref": "B"}, {"Ref": "C"}]), "B": of({"Ref": "D"}), "C": of({"Ref": "D"}), "D": of(1)}, 0),
        ({"A": of({"Fn::If": ["X", {"Ref": "B"}, 1]}), "B": of({"Ref": "A"})}, 0),
        ({"A": of({"Ref": "B"}, Condition="X"), "B": of({"Ref": "A"})}, 0),
        ({"A": of({"Ref": "B"}), "B": of(1, Metadata={"Ref": "A"})}, 0),
        ({f"R{i}": of({"Ref": f"R{i + 1}"}) for i in range(3_000)} | {"R3000": of(1)}, 0),
        ({f"R{i}": of({"Ref": f"R{i + 1}"}) for i in range(3_000)} | {"R3000": of({"Ref": "R0"})}, 1),
    ],
)
def test_circles(resources: dict[str, Resource], circles: int) -> None:
    findings = found({"Resources": resources, "Conditions": {"X": {"Fn::Equals": [1, 1]}}})
    assert [finding.rule for finding in findings if finding.rule != "CL901"] == ["CL916"] * circles


def test_a_function_that_names_its_own_log_group_is_none() -> None:
    logged = zipped(LoggingConfig={"LogGroup": {"Ref": "L"}})
    assert found({"Resources": {"F": logged, "L": {"Type": "AWS::Logs::LogGroup"}}}) == []


def clashes(*stacks: tuple[dict[str, Any], str | None, str | None]) -> list[tuple[str, str]]:
    """What CL921 says of stacks: resources and outputs, account, Region."""
    read = [
        read_template(document, template=f"{number}.json", size_bytes=1, account=account, region=region)
        for number, (document, account, region) in enumerate(stacks)
    ]
    found = check_topology(Topology(read), Context(TODAY), Severities())
    return [(finding.template, finding.property) for finding in found if finding.rule == "CL921"]


ROLE_OF_OURS = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "orders"}}
NAMED: dict[str, Any] = {"Resources": {"F": zipped(FunctionName="orders")}}
TRUSTING: dict[str, Any] = {"Resources": {"R": ROLE_OF_OURS}}
EXPORTING: dict[str, Any] = {"Resources": {}, "Outputs": {"O": {"Value": "a", "Export": {"Name": "orders"}}}}


@pytest.mark.parametrize(
    ("document", "prop", "is_global"),
    [(NAMED, "FunctionName", False), (TRUSTING, "RoleName", True), (EXPORTING, "Outputs.O", False)],
)
def test_one_name_in_two_stacks(document: dict[str, Any], prop: str, is_global: bool) -> None:
    here, there = (document, "111122223333", "eu-west-1"), (document, "111122223333", "eu-west-2")
    assert clashes(here, here) == [("1.json", prop)]
    assert clashes(here, here, here) == [("1.json", prop), ("2.json", prop)]
    assert clashes(here, there) == ([("1.json", prop)] if is_global else [])
    assert clashes(here, (document, "444455556666", "eu-west-1")) == []
    assert clashes(here, (document, None, None)) == clashes((document, None, None), (document, None, None)) == []
    assert clashes(here, ({"Resources": {}}, "111122223333", "eu-west-1")) == []


def test_names_in_two_stacks_that_may_differ() -> None:
    def twice(document: dict[str, Any]) -> list[tuple[str, str]]:
        return clashes((document, "111122223333", "eu-west-1"), (document, "111122223333", "eu-west-1"))

    assert twice({"Resources": {"F": zipped(FunctionName={"Ref": "P"})}}) == []
    assert twice({"Resources": {"F": {**zipped(FunctionName="orders"), "Condition": "C"}}}) == []
    intrinsic = {"Fn::Sub": "${AWS::StackName}-orders"}
    assert twice({"Resources": {}, "Outputs": {"O": {"Value": "a", "Export": {"Name": intrinsic}}}}) == []
