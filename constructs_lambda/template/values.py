"""What readers of raw values share: mappings, the certain items of lists, and documents that may be texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda.template.properties import Properties
from constructs_lambda.tokens import NO_VALUE, UNKNOWN, is_intrinsic, resolve_text

_SECURE = re.compile(r"\{\{resolve:((?:ssm-secure|secretsmanager):[^}']*)")


def json_document(p: Properties, raw: Mapping[str, Any], name: str) -> Any:
    """A JSON document, also one that is written as a text; what is neither stays as it is."""
    value = raw.get(name)
    if value is None or value == NO_VALUE:
        return UNKNOWN if p.is_open else None
    if not isinstance(value, str) and not is_intrinsic(value):
        return value
    text = resolve_text(value)
    if not isinstance(text, str):
        return UNKNOWN
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def mappings(items: object) -> list[Mapping[str, Any]]:
    """The mappings of a list."""
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []


def certain(items: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list that are certain to be there."""
    for index, each in enumerate(items if isinstance(items, list) else [items]):
        if isinstance(each, Mapping) and not is_intrinsic(each):
            yield index, each


def mapping(value: object) -> Mapping[str, Any]:
    """A mapping, empty where there is none."""
    return value if isinstance(value, Mapping) else {}


def dynamic_references(values: object) -> Mapping[str, str]:
    """What CloudFormation is to fill in from a secret or a secure parameter, by the name of the value."""
    found = {}
    for name, value in mapping(values).items():
        text = value if isinstance(value, str) else str(value) if isinstance(value, Mapping) else ""
        if "resolve:s" in text and (match := _SECURE.search(text)):
            found[str(name)] = match[1]
    return found
