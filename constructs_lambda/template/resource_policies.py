"""The own policies of queues, topics and keys -> model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from constructs_lambda.model import Grant, Links, Place, ResourcePolicy
from constructs_lambda.template.links import named_by, read_links, read_parts
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.values import mapping
from constructs_lambda.tokens import NO_VALUE, UNKNOWN, is_intrinsic, resolve_text


def read_queue_policy(values: object, place: Place) -> ResourcePolicy:
    """The model of an `AWS::SQS::QueuePolicy` or `AWS::SQS::QueueInlinePolicy`."""
    raw = mapping(values)
    return _policy(raw, place, raw.get("Queues", raw.get("Queue")), raw.get("PolicyDocument"))


def read_topic_policy(values: object, place: Place) -> ResourcePolicy:
    """The model of an `AWS::SNS::TopicPolicy` or `AWS::SNS::TopicInlinePolicy`."""
    raw = mapping(values)
    return _policy(raw, place, raw.get("Topics", raw.get("TopicArn")), raw.get("PolicyDocument"))


def read_key(values: object, place: Place) -> ResourcePolicy:
    """Who may use an `AWS::KMS::Key`."""
    raw = mapping(values)
    return _policy(raw, place, [{"Ref": place.resource}], raw.get("KeyPolicy"))


def _policy(raw: Mapping[str, Any], place: Place, of: object, document: object) -> ResourcePolicy:
    items = of if isinstance(of, list) or of is None or (isinstance(of, Mapping) and "Fn::If" in of) else [of]
    statements = mapping(document).get("Statement")
    grants: list[Grant] = []
    denials: list[Grant] = []
    is_open = place.conditional or Properties(raw).is_open or document is None or is_intrinsic(document)
    for each in statements if isinstance(statements, list) else [statements]:
        if not isinstance(each, Mapping) or is_intrinsic(each):
            is_open = True
        elif each.get("Effect") != "Deny":
            grants.append(_grant(each))
        elif each.get("Condition") is None:
            denials.append(replace(_grant(each), resources=_denied(each.get("Resource"))))
    return ResourcePolicy(
        place=place, of=read_links(items), grants=tuple(grants), is_open=is_open, denials=tuple(denials)
    )


def _denied(resource: object) -> Links:
    items = resource if isinstance(resource, list) else [resource]
    return () if "*" in items else read_links(items)


def _grant(statement: Mapping[str, Any]) -> Grant:
    principal = statement.get("Principal")
    services = _texts(principal.get("Service")) if isinstance(principal, Mapping) else _texts(principal)
    others = principal.get("AWS") if isinstance(principal, Mapping) else None
    if others in ("*", ["*"]):
        services = ("*",)
    is_known = isinstance(principal, str) or (isinstance(principal, Mapping) and not is_intrinsic(principal))
    return Grant(
        principals=services if is_known else None,
        actions=_lower(statement.get("Action")),
        sources=_sources(statement.get("Condition")),
        is_to_others=not isinstance(principal, Mapping) or principal.keys() != {"Service"},
    )


def _lower(value: object) -> tuple[str, ...] | None:
    texts = _texts(value)
    return tuple(each.lower() for each in texts) if texts else None


def _texts(value: object) -> tuple[str, ...] | None:
    """The texts of a list or of one; nothing of them where one isn't known."""
    if value is None:
        return ()
    items = [resolve_text(each) for each in (value if isinstance(value, list) else [value])]
    texts = tuple(each for each in items if isinstance(each, str))
    return texts if len(texts) == len(items) else None


def _sources(condition: object) -> Links:
    if condition is None or condition == NO_VALUE:
        return ()
    found: list[Any] = []
    for values in mapping(condition).values():
        for name, value in mapping(values).items():
            if str(name).lower() == "aws:sourcearn":
                found += value if isinstance(value, list) else [value]
    return tuple(named_by(read_parts(each)) or UNKNOWN for each in found) if found else UNKNOWN
