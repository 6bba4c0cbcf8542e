"""Every resource of a template as it is written."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lambda.model import Place, Stack
from constructs_lambda.model.resources import Resource
from constructs_lambda.template import read_template


def read(resources: dict[Any, Any], **about: Any) -> Stack:
    return read_template({"Resources": resources}, **{"template": "t.json", "size_bytes": 1, **about})


def test_a_resource() -> None:
    metadata = {"aws:cdk:path": "Shop/Jobs/Resource", "constructs-lambda": {"version": 1, "usage": {"requests": 5}}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}, "Metadata": metadata}
    found = read({"Jobs1A": queue, "Plain": {"Type": "AWS::SNS::Topic", "Condition": "C"}}).resources
    assert list(found) == ["Jobs1A", "Plain"]
    assert len(found) == 2
    assert found["Jobs1A"] == Resource(
        Place("Shop/Jobs", "Jobs1A", "t.json"), "AWS::SQS::Queue", {"QueueName": "jobs"}, {"requests": 5}
    )
    assert found["Plain"] == Resource(Place("Plain", "Plain", "t.json", conditional=True), "AWS::SNS::Topic", {})


def test_the_paths_of_an_assembly_go_before_those_of_the_template() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "Other/Resource"}}
    found = read({"Q": queue, "R": {"Type": "A"}}, stack_path="Shop", paths={"Q": "/Shop/Jobs/Resource"}).resources
    assert [each.place.path for each in found.values()] == ["Shop/Jobs", "Shop/R"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, ("", {}, None)),
        ({"Type": None}, ("", {}, None)),
        ({"Type": ["A"], "Properties": "x", "Metadata": "y"}, ("", {}, None)),
        ({"Type": "A", "Properties": {"Ref": "P"}}, ("A", {"Ref": "P"}, None)),
        ({"Type": "A", "Metadata": {"constructs-lambda": "x"}}, ("A", {}, None)),
        ({"Type": "A", "Metadata": {"constructs-lambda": {"usage": "x"}}}, ("A", {}, "x")),
    ],
)
def test_what_is_written_wrongly(written: dict[str, Any], expected: tuple[object, ...]) -> None:
    found = read({"R": written}).resources["R"]
    assert (found.type, found.properties, found.usage) == expected


def test_loops_and_what_is_no_resource_are_left_out() -> None:
    found = read({"Fn::ForEach::Queues": ["Q", ["A"], {}], "Fn::Transform": {"Name": "x"}, "N": 1, "R": {"Type": "A"}})
    assert list(found.resources) == ["R"]
    assert found.resources.get("N") is None
    with pytest.raises(KeyError):
        found.resources["Other"]


def test_the_model_holds_what_the_rules_look_at_and_no_more() -> None:
    """Stacks that differ only in what the rules don't look at are equal."""
    one, two = ({"Q": {"Type": "AWS::S3::Bucket", "Metadata": {"constructs-lambda": {"usage": n}}}} for n in (1, 2))
    assert read(one) == read(two)
    assert read(one).resources["Q"] != read(two).resources["Q"]
