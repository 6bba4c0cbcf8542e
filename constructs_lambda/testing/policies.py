"""Whether a policy that an authorizer returns lets a route be called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda.testing.conditions import is_met
from constructs_lambda.testing.patterns import matches, texts

ACTION = "execute-api:Invoke"


def allows(policy: Mapping[str, Any], arn: str, keys: Mapping[str, str]) -> bool:
    """Whether a policy lets a route be called: a statement allows it, and none denies it.

    Args:
        policy: A policy document of the right shape.
        arn: ARN of the route.
        keys: Values of the condition keys, by their names in small letters; what they don't tell counts as met.
    """
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        if _covers(statement, arn) and is_met(statement.get("Condition") or {}, keys)
    }
    return effects == {"Allow"}


def resources(policy: Mapping[str, Any]) -> Iterator[str]:
    """Every resource that a policy allows."""
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            yield from texts(statement.get("Resource", ()))


def _covers(statement: Mapping[str, Any], arn: str) -> bool:
    if "NotAction" in statement:
        is_action = not any(matches(each, ACTION, ignores_case=True) for each in texts(statement["NotAction"]))
    else:
        is_action = any(matches(each, ACTION, ignores_case=True) for each in texts(statement.get("Action")))
    if "NotResource" in statement:
        return is_action and not any(matches(each, arn) for each in texts(statement["NotResource"]))
    return is_action and any(matches(each, arn) for each in texts(statement.get("Resource")))
