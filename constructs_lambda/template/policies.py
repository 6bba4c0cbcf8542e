"""How long a policy is, and whether it lets everyone in, as far as a template tells."""

from __future__ import annotations

import json
from collections.abc import Mapping

from constructs_lambda.model.lengths import certain_length
from constructs_lambda.template.links import read_parts
from constructs_lambda.tokens import NO_VALUE, is_intrinsic, literal_part, resolve_text

_NOT_FOLLOWED = 40  # nesting of a document
_INVOKE = ("execute-api:invoke", "execute-api:*", "*")
_ALL_ROUTES = ("*", "execute-api:/*", "execute-api:/*/*", "execute-api:/*/*/*", "arn:aws:execute-api:*:*:*")
_SMALL = 500  # characters of a document that isn't measured: a role needs more than twenty of them to be refused


def policy_length(document: object) -> int | None:
    """The characters that a policy certainly has, whitespace left out, 0 for a small one; None where there is none.

    Args:
        document: The policy, as a mapping or as JSON in a text.
    """
    if document is None or document == NO_VALUE:
        return None
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return certain_length(read_parts(document))
    return 0 if len(repr(document)) <= _SMALL else _length(document, 0)


def lets_everyone_invoke(document: object) -> bool:
    """Whether the policy of an API certainly lets everyone call all of it: nothing is asked, and nothing is denied.

    Args:
        document: The policy, as a mapping or as JSON in a text.
    """
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return False
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(statements, list) or not all(isinstance(each, Mapping) for each in statements):
        return False
    if any(each.get("Effect") != "Allow" or is_intrinsic(each) for each in statements):
        return False
    return any(_invites(each) for each in statements)


def _invites(statement: Mapping[str, object]) -> bool:
    """Whether a statement lets everyone call every route."""
    principal, action, resource = (_items(statement.get(name)) for name in ("Principal", "Action", "Resource"))
    is_open = "*" in principal and not statement.get("Condition")
    is_all = any(isinstance(each, str) and each.lower() in _INVOKE for each in action)
    return is_open and is_all and any(isinstance(each, str) and each in _ALL_ROUTES for each in resource)


def _items(value: object) -> list[object]:
    if isinstance(value, Mapping) and value.keys() == {"AWS"}:  # a principal
        value = value["AWS"]
    return value if isinstance(value, list) else [value]


def _length(value: object, depth: int) -> int:
    if isinstance(value, str) or is_intrinsic(value):
        return certain_length(read_parts(value)) + (2 if _is_text(value) else 0)
    if depth > _NOT_FOLLOWED:
        return 0
    if isinstance(value, list | tuple):
        found = [_length(item, depth + 1) for item in value if not _may_vanish(item)]
        return 2 + sum(found) + max(len(found) - 1, 0)
    if isinstance(value, Mapping):
        found = [len(str(key)) + 3 + _length(item, depth + 1) for key, item in value.items() if not _may_vanish(item)]
        return 2 + sum(found) + max(len(found) - 1, 0)
    return len(literal_part(resolve_text(value)))


def _is_text(value: object) -> bool:
    """Whether something is a text, and not perhaps a list or a mapping."""
    return isinstance(value, str) or (isinstance(value, Mapping) and ("Fn::Join" in value or "Fn::Sub" in value))


def _may_vanish(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and ("Fn::If" in value or value == NO_VALUE))
