"""Whether a policy that an authorizer returns lets a route be called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ACTION = "execute-api:Invoke"


def allows(policy: Mapping[str, Any], arn: str) -> bool:
    """Whether a policy lets a route be called: a statement allows it, and none denies it.

    Conditions aren't looked at: a statement that has some counts as if they were met.

    Args:
        policy: A policy document of the right shape.
        arn: ARN of the route.
    """
    effects = {statement["Effect"] for statement in policy["Statement"] if _covers(statement, arn)}
    return effects == {"Allow"}


def resources(policy: Mapping[str, Any]) -> Iterator[str]:
    """Every resource that a policy allows."""
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            yield from texts(statement.get("Resource", ()))


def texts(value: object) -> Sequence[str]:
    """One text or a list of them, as a list."""
    if isinstance(value, str):
        return [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def matches(pattern: str, text: str, *, ignores_case: bool = False) -> bool:
    """Whether a text is what a pattern with `*` and `?` stands for."""
    plain = re.sub(r"\*+", "*", pattern)
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in plain)
    return re.fullmatch(expression, text, re.DOTALL | (re.IGNORECASE if ignores_case else 0)) is not None


def _covers(statement: Mapping[str, Any], arn: str) -> bool:
    if "NotAction" in statement:
        is_action = not any(matches(each, ACTION, ignores_case=True) for each in texts(statement["NotAction"]))
    else:
        is_action = any(matches(each, ACTION, ignores_case=True) for each in texts(statement.get("Action")))
    if "NotResource" in statement:
        return is_action and not any(matches(each, arn) for each in texts(statement["NotResource"]))
    return is_action and any(matches(each, arn) for each in texts(statement.get("Resource")))
