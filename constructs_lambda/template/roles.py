"""IAM roles and policies -> model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from constructs_lambda.model import Links, Place, Policy, Role, Statement
from constructs_lambda.template.links import named_by, read_link, read_links, read_parts
from constructs_lambda.template.policies import policy_length
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.values import mapping
from constructs_lambda.tokens import UNKNOWN, certain_count, is_intrinsic, literal_part, resolve_text

_OWNERS = ("Roles", "Users", "Groups")


def read_role(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Role:
    """The model of an `AWS::IAM::Role`."""
    p = Properties(values)
    managed = p.items("ManagedPolicyArns")
    arns = managed if isinstance(managed, tuple) else ()
    attached = tuple((literal_part(resolve_text(arn)), read_link(arn)) for arn in arns)
    policies = p.items("Policies")
    inline = policies if isinstance(policies, tuple) else ()
    documents = [each.get("PolicyDocument") if isinstance(each, Mapping) else None for each in inline]
    statements, is_open = _statements(documents, place)
    unknown = any(not (each is None or isinstance(each, tuple)) for each in (managed, policies)) or p.is_open
    return Role(
        place=place,
        name=p.text("RoleName"),
        managed_policies=attached,
        statements=statements,
        boundary=read_link(values.get("PermissionsBoundary")) if isinstance(values, Mapping) else None,
        is_open=is_open or unknown or place.conditional,
        managed_count=certain_count(managed),
        inline_length=sum(policy_length(each) or 0 for each in documents),
        description=p.text("Description"),
        session_seconds=p.number("MaxSessionDuration"),
        policy_names=tuple(resolve_text(each.get("PolicyName")) for each in inline if isinstance(each, Mapping)),
        trusted=_trusted(p.value("AssumeRolePolicyDocument")),
        trust_length=policy_length(p.value("AssumeRolePolicyDocument")) or 0,
        path=p.text("Path"),
        tag_count=certain_count(p.items("Tags")),
        trust=p.value("AssumeRolePolicyDocument"),
        documents={f"Policies.{index}.PolicyDocument": each for index, each in enumerate(documents)},
        policy_arns={
            **{f"ManagedPolicyArns.{index}": read_parts(arn) for index, arn in enumerate(arns)},
            "PermissionsBoundary": read_parts(p.value("PermissionsBoundary")),
        },
        missing=p.missing("AssumeRolePolicyDocument"),
    )


def read_policy(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Policy:
    """The model of an `AWS::IAM::RolePolicy`, or what all policies have."""
    raw = mapping(values)
    p = Properties(values)
    statements, is_open = _statements([raw.get("PolicyDocument")], place)
    roles = raw.get("RoleName") if "RoleName" in raw else raw.get("Roles")
    return Policy(
        place=place,
        roles=read_links(roles),
        statements=statements,
        is_open=is_open or p.is_open or place.conditional,
        length=policy_length(raw.get("PolicyDocument")) or 0,
        name=p.text("PolicyName"),
        document=p.value("PolicyDocument"),
    )


def read_inline_policy(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Policy:
    """The model of an `AWS::IAM::Policy`, which has to belong to somebody."""
    p = Properties(values)
    return replace(read_policy(values, place), lacks_owner=all(p.items(name) in (None, ()) for name in _OWNERS))


def read_managed_policy(values: object, place: Place, metadata: Mapping[str, object] | None = None) -> Policy:
    """The model of an `AWS::IAM::ManagedPolicy`."""
    p = Properties(values)
    name, path, description = p.text("ManagedPolicyName"), p.text("Path"), p.text("Description")
    return replace(read_policy(values, place), is_managed=True, name=name, path=path, description=description)


def _statements(documents: list[object], place: Place) -> tuple[tuple[Statement, ...], bool]:
    """The statements that are certain to be there, and whether there may be others."""
    found, is_open = [], False
    for document in documents:
        if not isinstance(document, Mapping) or is_intrinsic(document):
            is_open = True
            continue
        statements = document.get("Statement")
        for each in statements if isinstance(statements, list) else [statements]:
            if not isinstance(each, Mapping) or is_intrinsic(each):
                is_open = True
                continue
            excludes = "NotAction" in each
            actions = _actions(each.get("NotAction" if excludes else "Action"))
            is_open = is_open or actions is None or each.get("Effect") not in ("Allow", "Deny")
            is_limited = "Condition" in each or each.get("Resource") not in ("*", ["*"])
            resources = _resources(each.get("Resource"))
            found.append(
                Statement(each.get("Effect") == "Allow", actions or (), excludes, is_limited, resources, place.template)
            )
    return tuple(found), is_open


def _resources(value: object) -> Links:
    """What the ARNs of a statement name; nothing of it is known without any."""
    items = value if isinstance(value, list) else [value]
    return tuple(named_by(read_parts(each)) or UNKNOWN for each in items)


def _trusted(document: object) -> frozenset[str] | None:
    """The services that a trust policy lets assume the role; None where it may be others."""
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    found: set[str] = set()
    for each in statements if isinstance(statements, list) else [statements]:
        if not isinstance(each, Mapping) or is_intrinsic(each) or "NotPrincipal" in each or "NotAction" in each:
            return None
        actions, principal = _actions(each.get("Action")), each.get("Principal")
        if actions is None or not isinstance(principal, Mapping) or is_intrinsic(principal):
            return None
        services = principal.get("Service", [])
        services = services if isinstance(services, list) else [services]
        if not all(isinstance(service, str) and "{" not in service for service in services):
            return None
        if each.get("Effect") not in ("Allow", "Deny"):
            return None
        if each.get("Effect") == "Allow" and any(fnmatchcase("sts:assumerole", action) for action in actions):
            found.update(service.lower() for service in services)
    return frozenset(found)


def _actions(value: Any) -> tuple[str, ...] | None:
    actions = value if isinstance(value, list) else [value]
    return (
        tuple(each.lower() for each in actions)
        if all(isinstance(each, str) and "{" not in each for each in actions)
        else None
    )
