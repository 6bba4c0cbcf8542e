"""CL60x: what SNS takes in a filter policy, of a subscription and for whoever makes one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Published, Subscribed, Text
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.patterns import OR, alternatives, has_unknown, is_unknown, pattern_problems
from constructs_lambda.rules.problems import or_raise, quoted, unless_raised
from constructs_lambda.tokens import certain_count, may_grow

_FILTERS = "https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"
SCOPES = ("MessageAttributes", "MessageBody")
"""What a filter policy may look at."""
_BYTES_PER_KB = 1024


def size_problems(policy: Mapping[str, Any], prop: str = "FilterPolicy") -> Iterator[Problem]:
    """What makes a filter policy larger than SNS takes it."""
    keys = sum(not (isinstance(value, Mapping) and "Fn::If" in value) for value in policy.values())
    if not limits.FILTER_POLICY_KEYS.admits(keys):
        message = f"the filter policy has {keys} keys; AWS allows {limits.FILTER_POLICY_KEYS.allowed}"
        yield Problem(prop, message, "Filter by fewer keys, and by the others in the function.")
    combinations = _combinations(policy)
    if not limits.FILTER_POLICY_COMBINATIONS.admits(combinations):
        yield Problem(
            prop,
            f"the filter policy has {combinations:,} combinations of values, the lengths of its lists multiplied (a "
            f"nested one also by its depth); AWS allows {limits.FILTER_POLICY_COMBINATIONS.allowed}",
            "Name fewer values, or use prefix or anything-but.",
        )
    maximum = (limits.FILTER_POLICY_SIZE.maximum or 0) * _BYTES_PER_KB
    text = json.dumps(policy, ensure_ascii=False, separators=(",", ":"), default=str)
    if len(text) > maximum // 4 and len(text.encode("utf-8", "replace")) > maximum and not has_unknown(policy):
        message = f"the filter policy is larger than {limits.FILTER_POLICY_SIZE.maximum} KB, which is the most of SNS"
        yield Problem(prop, message, "Name fewer values.")


def certain_policy(subscribed: Subscribed) -> tuple[Mapping[str, Any] | None, str]:
    """The filter policy where it is a mapping of known keys, and where it stands."""
    policy = subscribed.subscription.filter_policy
    is_certain = isinstance(policy, Mapping) and not may_grow(policy)
    return (policy if is_certain else None), f"{subscribed.subscription.within}FilterPolicy"


def _combinations(policy: Mapping[str, Any], depth: int = 1, so_far: int = 1) -> int:
    """The combinations of values at the least, as SNS counts them."""
    for key, value in policy.items():
        if is_unknown(value):
            continue
        if isinstance(value, Mapping):
            so_far = _combinations(value, depth + 1, so_far)
        elif key == OR and alternatives(value):
            so_far = sum(_combinations(each, depth, so_far) for each in value)
        elif isinstance(value, list):
            so_far *= max(certain_count(tuple(value)), 1) * depth
    return so_far


def condition_problems(policy: Mapping[str, Any], scope: Text = None, prop: str = "FilterPolicy") -> Iterator[Problem]:
    """What SNS doesn't take in the conditions of a filter policy, whatever its size.

    Args:
        policy: The filter policy.
        scope: What it looks at.
        prop: Where it stands.
    """
    if scope in (None, SCOPES[0]):
        for key, value in policy.items():
            if isinstance(value, Mapping) and not is_unknown(value):
                message = f"the filter policy's key {quoted(str(key))} is nested, and it filters by message attributes"
                fix = "Set FilterPolicyScope to MessageBody, or name attributes at the top."
                yield Problem(f"{prop}.{key}", message, fix)
                return
    yield from pattern_problems(policy, f"{prop}.", "the filter policy", limits.FILTER_POLICY_NUMBER)


@rule(
    "CL608",
    "Number that a filter policy doesn't compare exactly",
    Severity.WARNING,
    aws="SNS compares numbers from -10^9 to 10^9 with five decimals; others may match what they shouldn't, or nothing.",
    fix="Compare smaller numbers, or texts.",
    source=_FILTERS,
)
def filter_policy_numbers(subscribed: Subscribed) -> Iterator[Problem]:
    policy, prop = certain_policy(subscribed)
    for at, number, is_compared in _numbers(policy or {}):
        within = limits.FILTER_POLICY_NUMBER.admits(number)
        if (not within and not is_compared) or (
            within and _decimals(number) > (limits.FILTER_POLICY_DECIMALS.maximum or 0)
        ):
            allowed = f"{limits.FILTER_POLICY_NUMBER.allowed} with {limits.FILTER_POLICY_DECIMALS.maximum} decimals"
            message = f"the filter policy's key {quoted(at)} names the number {number}; SNS compares {allowed}"
            yield Problem(f"{prop}.{at}"[:150], message, "Compare a smaller or shorter number, or a text.")
            return


def _numbers(value: object, at: str = "", is_compared: bool = False) -> Iterator[tuple[str, float, bool]]:
    """The numbers in a filter policy, with their key and whether an operator compares with them."""
    if isinstance(value, int | float) and not isinstance(value, bool) and not is_unknown(value):
        yield at, value, is_compared
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each, at, is_compared)
    elif isinstance(value, Mapping) and not is_unknown(value):
        for key, inner in value.items():
            is_operator = key in ("numeric", "anything-but")
            path = at if is_operator else f"{at}.{key}" if at else str(key)
            yield from _numbers(inner, path, key == "numeric")


def _decimals(number: float) -> int:
    text = repr(number)
    return 0 if isinstance(number, int) or "e" in text else len(text.partition(".")[2])


@rule(
    "CL609",
    "Many filter policies on a topic",
    Severity.WARNING,
    aws="SNS refuses the next filter policy of a topic that has as many as the quota allows, 200 by default.",
    fix="Filter in fewer subscriptions, or have the quota raised and name it in Quotas.",
    source="https://docs.aws.amazon.com/general/latest/gr/sns.html",
)
def filter_policies(published: Published, context: Context) -> Iterator[Problem]:
    limit = context.limit(limits.TOPIC_FILTER_POLICIES, published.place)
    if not limit.admits(published.filter_policies):
        message = f"the topic has {limit.counted(published.filter_policies)}; AWS allows {limit.allowed}"
        yield Problem("", f"{message}{unless_raised(limit)}", or_raise("Filter in fewer subscriptions", limit))
