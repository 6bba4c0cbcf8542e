"""What a template refers to: `Ref`, `Fn::GetAtt`, `Fn::ImportValue` and literal ids -> links of the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from constructs_lambda.model import Link, Links, Parts, Source, Target
from constructs_lambda.tokens import (
    LOOK_UP,
    NO_VALUE,
    UNKNOWN,
    Unknown,
    export_name,
    literal_part,
    resolve_list,
    resolve_text,
)

_ARN = re.compile(r"arn:[a-z-]*:([a-z0-9-]+):")
_INNER = re.compile(r"\$\{(\w{1,255})(?:\.\w{1,255})?\}")
_SUBSTITUTION = re.compile(r"\$\{([^}{]*)\}")
_NAME_IN_ARN = "6"  # which part of a function's ARN is its name
_NOT_FOLLOWED = 12  # nesting of Fn::Join and Fn::Sub beyond which a part counts as unknown


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
        names += [each if (arn := cut_arn(each)) is None else arn for each in join[1] if isinstance(each, Mapping)]
    links = [each for each in map(read_link, names) if not isinstance(each, Unknown)]
    return links[0] if len(links) == 1 else link


def cut_arn(value: object) -> object:
    """The ARN out of which `Fn::Select` takes a function's name, as CDK writes it for an alias; None for all else."""
    select = value.get("Fn::Select") if isinstance(value, Mapping) and len(value) == 1 else None
    if not (isinstance(select, list) and len(select) == 2 and str(select[0]) == _NAME_IN_ARN):
        return None
    split = select[1].get("Fn::Split") if isinstance(select[1], Mapping) else None
    return split[1] if isinstance(split, list) and len(split) == 2 and split[0] == ":" else None


def read_parts(value: object, depth: int = 0) -> Parts:
    """What a text is made of, with `Fn::Join` and `Fn::Sub` taken apart; nothing where nothing is set.

    Args:
        value: The value in the template.
        depth: For the function's own use.
    """
    if value is None or value == NO_VALUE:
        return ()
    if isinstance(value, str):
        return (value,) if isinstance(resolve_text(value), str) else (UNKNOWN,)
    if not (isinstance(value, Mapping) and len(value) == 1) or depth > _NOT_FOLLOWED:
        return (UNKNOWN,)
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return _joined(argument, depth)
    if function == "Fn::Sub":
        return _substituted(argument, depth)
    if function == "Fn::Select" and isinstance(arn := cut_arn(value), Mapping):
        return read_parts(arn, depth + 1)
    if function == "Ref" and isinstance(argument, str) and argument.startswith("AWS::"):
        return (Link(argument, kind="pseudo"),)
    return (read_link(value) or UNKNOWN,)


def _joined(argument: object, depth: int) -> Parts:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)):
        return (UNKNOWN,)
    delimiter, items = argument
    if not (isinstance(delimiter, str) and isinstance(resolve_text(delimiter), str)):
        return (UNKNOWN,)
    found: list[str | Link | Unknown] = []
    for item in items:
        if item == NO_VALUE:
            return (UNKNOWN,)
        found += [delimiter, *read_parts(item, depth + 1)] if found else read_parts(item, depth + 1)
    return _merged(found)


def _substituted(argument: object, depth: int) -> Parts:
    template, names = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not (isinstance(template, str) and isinstance(names, Mapping)):
        return (UNKNOWN,)
    found: list[str | Link | Unknown] = []
    for index, text in enumerate(_SUBSTITUTION.split(template)):
        if index % 2 == 0:
            found += read_parts(text, depth + 1)
        elif text.startswith("!"):
            found.append(f"${{{text[1:]}}}")
        elif text in names:
            found += read_parts(names[text], depth + 1)
        else:
            name, _, attribute = text.strip().partition(".")
            found += read_parts({"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name})
    return _merged(found)


def _merged(parts: list[str | Link | Unknown]) -> Parts:
    """The parts with neighbouring texts made one."""
    found: list[str | Link | Unknown] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        elif part != "":
            found.append(part)
    return tuple(found)


def named_by(parts: Parts) -> Target:
    """What the parts of an ARN name: the first resource or export among them, or the whole text where it is one."""
    if not parts:
        return None
    if len(parts) == 1 and isinstance(parts[0], str):
        return Link(parts[0], kind="id")
    links = (part for part in parts if isinstance(part, Link) and part.kind != "pseudo")
    return next(links, UNKNOWN)


def read_source(value: object) -> Source | None:
    """A queue, topic, stream or bucket by its ARN."""
    if value is None or value == NO_VALUE:
        return None
    match = _ARN.match(literal_part(resolve_text(value)))
    return Source(match[1] if match else None, read_link(value))
