"""What a template refers to: `Ref`, `Fn::GetAtt`, `Fn::ImportValue` and literal ids -> links of the model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from constructs_lambda.model import Link, Links, Source, Target
from constructs_lambda.tokens import LOOK_UP, NO_VALUE, UNKNOWN, Unknown, literal_part, resolve_list, resolve_text

_ARN = re.compile(r"arn:[a-z-]*:([a-z0-9-]+):")
_INNER = re.compile(r"\$\{(\w{1,255})(?:\.\w{1,255})?\}")


def read_link(value: object) -> Target:
    """What a value names; None where nothing is set, unknown where only the deployment will tell."""
    if value is None or value == NO_VALUE:
        return None
    if isinstance(value, str):
        return UNKNOWN if "{" in value or LOOK_UP in value else Link(value, kind="id")
    if not (isinstance(value, Mapping) and len(value) == 1):
        return UNKNOWN
    ((function, argument),) = value.items()
    if function == "Ref" and isinstance(argument, str) and not argument.startswith("AWS::"):
        return Link(argument)
    if function == "Fn::GetAtt":
        name, _, attribute = argument.partition(".") if isinstance(argument, str) else _pair(argument)
        return Link(name, attribute) if name else UNKNOWN
    if function == "Fn::ImportValue":
        return Link(export_name(argument), kind="export")
    return UNKNOWN


def _pair(argument: Any) -> tuple[str, str, str]:
    if isinstance(argument, list) and len(argument) == 2 and all(isinstance(each, str) for each in argument):
        return argument[0], ".", argument[1]
    return "", "", ""


def read_links(value: object) -> Links:
    """What the items of a list name; a text stands for a list of one, and an intrinsic for any list."""
    items = (value,) if isinstance(value, str) else resolve_list(value)
    if not isinstance(items, tuple):
        return items
    return tuple(UNKNOWN if link is None else link for link in map(read_link, items))


def read_owner(value: object) -> Target:
    """What a function's name or ARN is made of: also the one reference in an `Fn::Sub` or `Fn::Join`."""
    link = read_link(value)
    if not isinstance(link, Unknown) or not isinstance(value, Mapping):
        return link
    names: list[object] = []
    template, join = value.get("Fn::Sub"), value.get("Fn::Join")
    if isinstance(template, str):
        names += [{"Ref": name} for name in _INNER.findall(template)]
    elif isinstance(join, list) and len(join) == 2 and isinstance(join[1], list):
        names += [each for each in join[1] if isinstance(each, Mapping)]
    links = [each for each in map(read_link, names) if not isinstance(each, Unknown)]
    return links[0] if len(links) == 1 else link


def read_source(value: object) -> Source | None:
    """A queue, topic, stream or bucket by its ARN."""
    if value is None or value == NO_VALUE:
        return None
    match = _ARN.match(literal_part(resolve_text(value)))
    return Source(match[1] if match else None, read_link(value))


def export_name(name: object) -> str:
    """The name of an export, or the text of the intrinsic that makes it."""
    return name if isinstance(name, str) else json.dumps(name, sort_keys=True, default=str)
