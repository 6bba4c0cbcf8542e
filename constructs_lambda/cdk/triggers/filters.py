"""Filter policies of SNS: JSON as AWS writes it, or CDK's objects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import JsonNull, aws_sns

from constructs_lambda.model import Place, Subscribed
from constructs_lambda.rules.subscriptions import filter_policy, filter_policy_size
from constructs_lambda.template.messages import read_subscription


def refuse_no_filter(**filters: object) -> None:
    """Refuses what is no filter policy.

    Raises:
        TypeError: One is given, and none.
    """
    for name, policy in filters.items():
        if policy is None:
            continue
        example = f"{name}={{'type': ['order.created']}}"
        if not isinstance(policy, Mapping):
            raise TypeError(f"{name} must be a filter policy, such as {example}; got {policy!r}")
        for key, value in policy.items():
            refuse_no_json(f"{name}[{key!r}]", value)
            if not isinstance(key, str):
                raise TypeError(f"{name} has the key {key!r}; keys are texts, as in {example}")
            _refuse_no_condition(name, key, value, example, is_nested=name == "filter_body")


def _refuse_no_condition(name: str, key: str, value: object, example: str, *, is_nested: bool) -> None:
    if isinstance(value, list | tuple | aws_sns.SubscriptionFilter | aws_sns.FilterOrPolicy):
        return
    if isinstance(value, Mapping) and is_nested:
        for inner, condition in value.items():
            _refuse_no_condition(name, f"{key}.{inner}", condition, example, is_nested=True)
        return
    hint = "; keys can be nested in filter_body alone" if isinstance(value, Mapping) else f"; write [{value!r}]"
    raise TypeError(f"{name}[{key!r}] must be a list of what is let through, as in {example}; got {value!r}{hint}")


def refuse_no_json(name: str, value: object) -> None:
    """Refuses what JSON doesn't have, before CDK's kernel stumbles over it; objects of CDK are taken.

    Raises:
        TypeError: There is such a value.
    """
    if isinstance(value, Mapping):
        for key, each in value.items():
            refuse_no_json(f"{name}[{key!r}]", each)
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            refuse_no_json(f"{name}[{at}]", each)
    elif isinstance(value, float) and not math.isfinite(value):
        raise TypeError(f"{name} is {value}, which JSON doesn't have")
    elif not (value is None or isinstance(value, str | int | float) or hasattr(type(value), "__jsii_type__")):
        raise TypeError(f"{name} is {value!r}, which JSON doesn't have; write texts, numbers, lists and mappings")


def wrong_filters(by_attributes: Mapping[str, Any] | None, by_body: Mapping[str, Any] | None) -> Iterator[str]:
    """What SNS refuses in filters of a subscription, as the rules say.

    Args:
        by_attributes: Filter on attributes.
        by_body: Filter on the body.
    """
    if by_attributes and by_body:
        yield "filter and filter_body can't both be set; SNS filters by one of them. Fix: put both into the body."
    for name, policy, scope in (
        ("filter", by_attributes, "MessageAttributes"),
        ("filter_body", by_body, "MessageBody"),
    ):
        if policy:
            subject = _subscribed({"FilterPolicy": _json(policy), "FilterPolicyScope": scope})
            for problem in (*filter_policy(subject), *filter_policy_size(subject)):
                yield f"{name}: {problem.message}. Fix: {problem.fix}"


def _subscribed(values: Mapping[str, Any]) -> Subscribed:
    nowhere = Place("")
    subscription = read_subscription(values, nowhere)
    return Subscribed(
        place=nowhere, subscription=subscription, topic=None, queue=None, dead_letters=None, endpoint="", attribute=""
    )


def without_pattern(filters: Sequence[Mapping[str, Any]] | None) -> Iterator[str]:
    """What is wrong with filters of a poller: CDK drops what isn't written as it writes it."""
    for at, each in enumerate(filters or ()):
        if list(each) != ["pattern"] or not isinstance(each["pattern"], str):
            yield (
                f"filters[{at}] is no filter as CDK writes it, which would let everything through. Fix: "
                f"aws_lambda.FilterCriteria.filter({dict(each)!r})."
            )


def plain(policy: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A filter policy as JSON.

    Args:
        policy: JSON, or CDK's mapping.
    """
    return as_written({key: _json(value) for key, value in policy.items()}) if policy else None


def _json(value: Any) -> Any:
    """CDK's objects as JSON; what is JSON already stays."""
    if isinstance(value, aws_sns.SubscriptionFilter):
        return value.conditions
    if isinstance(value, aws_sns.Filter):
        return value.filter_doc.conditions
    if isinstance(value, aws_sns.Policy):
        return {key: _json(each) for key, each in value.policy_doc.items()}
    return {key: _json(each) for key, each in value.items()} if isinstance(value, Mapping) else value


def as_written(value: Any) -> Any:
    """JSON that CDK's kernel passes on as it is: it drops a None, and with it what the None is to match."""
    if value is None:
        return JsonNull.INSTANCE
    if isinstance(value, Mapping):
        return {str(key): as_written(each) for key, each in value.items()}
    return [as_written(each) for each in value] if isinstance(value, list | tuple) else value


def put(
    subscription: aws_sns.Subscription, by_attributes: dict[str, Any] | None, by_body: dict[str, Any] | None
) -> None:
    """Sets a subscription's filter, as it is: CDK knows fewer operators than SNS, and counts otherwise.

    Args:
        subscription: The subscription.
        by_attributes: Filter on attributes.
        by_body: Filter on the body, only one of the two.
    """
    resource = subscription.node.default_child
    if not isinstance(resource, aws_sns.CfnSubscription) or (by_attributes or by_body) is None:
        return
    resource.filter_policy = by_attributes or by_body
    if by_body is not None:
        resource.filter_policy_scope = "MessageBody"
