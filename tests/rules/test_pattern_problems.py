"""What constructors ask before there is a template: filters and patterns that AWS refuses."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lambda.rules import Problem
from constructs_lambda.rules.event_rules import event_pattern_problems
from constructs_lambda.rules.filter_policies import condition_problems, size_problems


def texts(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(each.property, each.message) for each in problems]


@pytest.mark.parametrize(
    ("policy", "scope", "expected"),
    [
        ({"state": ["paid"]}, None, []),
        ({"order": {"state": ["paid"]}}, "MessageBody", []),
        (
            {"order": {"state": ["paid"]}},
            None,
            [
                (
                    "FilterPolicy.order",
                    "the filter policy's key 'order' is nested, and it filters by message attributes",
                )
            ],
        ),
        (
            {"state": [{"prefx": "p"}], **{key: ["x"] for key in "abcde"}},
            None,
            [
                ("FilterPolicy", "the filter policy has 6 keys; AWS allows at most 5 keys"),
                (
                    "FilterPolicy.state",
                    "the filter policy's key 'state' uses the operator 'prefx', which AWS doesn't know (did you mean "
                    "'prefix'?)",
                ),
            ],
        ),
    ],
)
def test_a_filter_policy(policy: dict[str, Any], scope: str | None, expected: list[tuple[str, str]]) -> None:
    assert texts([*size_problems(policy), *condition_problems(policy, scope)]) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"source": ["orders"]}, []),
        ({}, [("EventPattern", "the event pattern is empty, which AWS refuses")]),
        (
            {"detail": {"total": [{"numeric": [">", "x"]}]}},
            [
                (
                    "EventPattern.detail.total",
                    "the event pattern's key 'detail.total' compares with 'x', which is no number",
                )
            ],
        ),
    ],
)
def test_an_event_pattern(pattern: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert texts(event_pattern_problems(pattern)) == expected


def test_only_the_first_problems_are_told() -> None:
    assert len(event_pattern_problems({str(index): "x" for index in range(9)})) == 5
