"""What IAM refuses in the document of a policy: its elements, and how they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.records import record
from constructs_lambda.rules import nearest
from constructs_lambda.rules.problems import listed, quoted
from constructs_lambda.tokens import is_intrinsic, known, may_grow, resolve_list, resolve_mapping, resolve_text

_VERSIONS = ("2012-10-17", "2008-10-17")
_DOCUMENT = ("Version", "Id", "Statement")
_STATEMENT = ("Sid", "Effect", "Action", "NotAction", "Condition", "Principal", "NotPrincipal")
_RESOURCES = ("Resource", "NotResource")
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
_COMPARED = "equals equalsignorecase like"
_ORDERED = "equals lessthan lessthanequals greaterthan greaterthanequals"
_OPERATORS = frozenset(
    {
        *(f"string{negated}{how}" for how in _COMPARED.split() for negated in ("", "not")),
        *(f"{kind}{how}" for kind in ("numeric", "date") for how in (*_ORDERED.split(), "notequals")),
        *(f"arn{negated}{how}" for how in ("equals", "like") for negated in ("", "not")),
        *("bool", "binaryequals", "ipaddress", "notipaddress", "null"),
    }
)
_QUALIFIED = re.compile(r"(?:for(?:any|all)values?:)?(.*?)(?:(?:if)?exists)?", re.IGNORECASE | re.DOTALL)


@record()
class Fault:
    """What IAM refuses in a policy.

    Args:
        message: What is wrong, as the end of a sentence about the policy.
        fix: What to do.
    """

    message: str
    fix: str


def faults(document: object, *, is_trust: bool) -> Iterator[Fault]:
    """What IAM refuses in a policy; nothing where an intrinsic or a macro may change what is looked at.

    Args:
        document: The policy as it is written, as a mapping or as JSON in a text.
        is_trust: Whether it says who may assume a role; otherwise it says what a role may do.
    """
    if isinstance(document, str):
        text = resolve_text(document)
        if not isinstance(text, str):
            return
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            yield Fault(f"it is the text {quoted(text)}, which is no JSON", "Write the policy as a mapping.")
            return
    if isinstance(document, list | bool | int | float):
        yield Fault("it is no mapping", "Write a mapping with Version and Statement.")
    elements = _elements(document)
    if elements is not None:
        yield from _unknown_elements("it", document, _DOCUMENT)
        version = elements.get("version")
        text = resolve_text(version)
        if isinstance(text, str) and text not in _VERSIONS:
            yield Fault(f"it has the Version {quoted(text)}; AWS takes {listed(_VERSIONS)}", f"Write {_VERSIONS[0]}.")
        statements = _items(elements.get("statement"))
        if statements == ():
            yield Fault("it has no Statement", "Add a Statement.")
        yield from _statements(statements or (), is_trust)


def _statements(statements: tuple[Any, ...], is_trust: bool) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, statement in enumerate(statements, 1):
        elements = _elements(statement)
        if elements is None:
            continue
        sid = resolve_text(elements.get("sid"))
        shown = f"statement {number}" + (f" ({quoted(sid)})" if isinstance(sid, str) else "")
        for fault in _statement(elements, is_trust):
            yield Fault(f"{shown} {fault.message}", fault.fix)
        yield from _unknown_elements(shown, statement, (*_STATEMENT, *_RESOURCES))
        if isinstance(sid, str) and sid and not is_trust:
            if sid in seen:
                yield Fault(f"{shown} has the Sid of another one", "Give each statement a Sid of its own, or none.")
            elif not re.fullmatch(limits.IAM_STATEMENT_ID_PATTERN, sid):
                yield Fault(f"{shown} has a Sid that isn't letters and digits", "Use letters and digits only.")
            seen.add(sid)


def _statement(elements: Mapping[str, Any], is_trust: bool) -> Iterator[Fault]:
    effect = elements.get("effect")
    if effect is None:
        yield Fault("has no Effect", "Write Allow or Deny.")
    elif isinstance(text := resolve_text(effect), str) and text not in ("Allow", "Deny"):
        yield Fault(f"has the Effect {quoted(text)}; AWS takes Allow or Deny", "Write Allow or Deny.")
    yield from _one_of_two(elements, "Action")
    for action in (*_texts(elements.get("action")), *_texts(elements.get("notaction"))):
        yield from _action(action, is_trust)
    if is_trust:
        yield from _trusting(elements)
    else:
        yield from _about(elements)
    yield from _operators(elements.get("condition"))


def _about(elements: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with what the statement of a role's policy is about."""
    yield from _one_of_two(elements, "Resource")
    for resource in (*_texts(elements.get("resource")), *_texts(elements.get("notresource"))):
        if not any(sign in resource for sign in ":*"):
            yield Fault(f"is about {quoted(resource)}, which is no ARN", "Write the whole ARN, or *.")
    for name in ("Principal", "NotPrincipal"):
        if name.lower() in elements:
            yield Fault(f"has a {name}; whose policy it is says that already", f"Remove {name}.")


def _trusting(elements: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with whom the statement of a trust policy trusts."""
    for name in _RESOURCES:
        if name.lower() in elements:
            yield Fault(f"has a {name}; a trust policy is about its role", f"Remove {name}.")
    principal = elements.get("principal")
    if principal is None and "notprincipal" not in elements:
        yield Fault("has no Principal", "Name who may assume the role, such as Service: lambda.amazonaws.com.")
    text = known(resolve_text(principal))
    if text is not None and text != "*":
        yield Fault(f"has the Principal {quoted(text)} without its kind", "Write Service: or AWS: in front of it.")
    kinds = _mapping(principal) or {}
    for kind in kinds:
        if kind not in _PRINCIPALS:
            near = nearest(str(kind), _PRINCIPALS)
            yield Fault(f"has a Principal of the kind {quoted(str(kind))}{near}", f"Write {listed(_PRINCIPALS)}.")
    for service in _texts(kinds.get("Service")):
        if "." not in service and service != "*":
            yield Fault(f"trusts the service {quoted(service)}, which is none", "Write lambda.amazonaws.com.")


def _action(action: str, is_trust: bool) -> Iterator[Fault]:
    if any(sign in action for sign in "*?") and ":" not in action:
        return
    service, _, name = action.partition(":")
    if ":" not in action:
        yield Fault(f"has the action {quoted(action)}, which names no service", "Write it as in s3:GetObject.")
    elif ":" in name:
        yield Fault(f"has the action {quoted(action)}, with more than one colon", "Write it as in s3:GetObject.")
    elif is_trust and service.lower() != "sts":
        message = f"has the action {quoted(action)}; a trust policy has actions of sts only"
        yield Fault(message, "Write sts:AssumeRole, and move others into a policy of the role.")


def _operators(conditions: object) -> Iterator[Fault]:
    for operator, keys in (_mapping(conditions) or {}).items():
        match = _QUALIFIED.fullmatch(str(operator))
        if keys and match and match[1].lower() not in _OPERATORS:
            near = nearest(str(operator), ("StringEquals", "StringLike", "ArnLike", "ArnEquals", "NumericEquals"))
            yield Fault(f"has the operator {quoted(str(operator))}, which is none{near}", "Write one that AWS has.")


def _one_of_two(elements: Mapping[str, Any], name: str) -> Iterator[Fault]:
    """What is wrong where neither an element nor its opposite is there, or both are."""
    given = [key for key in (name, f"Not{name}") if key.lower() in elements]
    if len(given) == 2:
        yield Fault(f"has {name} and Not{name}", "Keep one of the two.")
    elif not given or _items(elements[given[0].lower()]) == ():
        yield Fault(f"has no {name}", f"Add its {name}.")


def _unknown_elements(shown: str, mapping: Mapping[Any, Any] | Any, allowed: tuple[str, ...]) -> Iterator[Fault]:
    for name in mapping:
        if name not in allowed and str(name).lower() not in {each.lower() for each in allowed}:
            near = nearest(str(name), allowed)
            message = f"{shown} has the element {quoted(str(name))}, which AWS doesn't know{near}"
            yield Fault(message, "Rename or remove it.")


def _elements(value: object) -> Mapping[str, Any] | None:
    """The elements of a mapping by their names in lower case; None where a macro may add some."""
    mapping = _mapping(value)
    return None if mapping is None else {str(name).lower(): item for name, item in mapping.items()}


def _mapping(value: object) -> Mapping[str, Any] | None:
    mapping = known(resolve_mapping(value))
    return None if mapping is None or may_grow(mapping) else mapping


def _items(value: object) -> tuple[Any, ...] | None:
    """The items of a list; a single one stands for a list, nothing for an empty one, and None for what isn't known."""
    if value is None:
        return ()
    if isinstance(value, str) or (isinstance(value, Mapping) and not is_intrinsic(value)):
        return (value,)
    return known(resolve_list(value))


def _texts(value: object) -> Iterator[str]:
    """The texts of a list that are known."""
    for item in _items(value) or ():
        if isinstance(item, str) and isinstance(text := resolve_text(item), str):
            yield text
