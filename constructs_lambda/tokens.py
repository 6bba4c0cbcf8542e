"""Values that are not known before the deployment: CDK tokens and CloudFormation intrinsics.

A property of the model has one of three states: `None` when it is not set, an `Unknown` when only the deployment will
tell, or its value. A rule asks `known(...)` and says nothing where the answer is None.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard, TypeVar

from constructs_lambda.records import record

T = TypeVar("T")


@record()
class Unknown:
    """A value that only the deployment will tell.

    Args:
        literal: The characters of a text that are certain: `svc--api` for `svc-${AWS::Region}-api`.
    """

    literal: str = ""


UNKNOWN = Unknown()
NO_VALUE = {"Ref": "AWS::NoValue"}

# None of these runs over a second opening: on a hostile text they would take time in its square.
_CDK_TOKEN = re.compile(r"[$#]\{Token\[[^\]\[{]*\]\}")
_SUBSTITUTION = re.compile(r"\$\{(?!!)[^}{]*\}")
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve[^}{]*(?:\}\}|$)")  # its end may come out of an unknown part
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
LOOK_UP = "dummy-value-for-"
"""What CDK writes for a parameter that it hasn't looked up yet; nothing behind it is certain either."""
_HUGE = 10**300  # fits into a float: no arithmetic on a number of the model ever raises
_NOT_FOLLOWED = 12  # nesting of Fn::Join and Fn::Sub beyond which a text counts as wholly unknown


def known(value: T | Unknown | None) -> T | None:
    """The value where it is set and known, otherwise None."""
    return None if isinstance(value, Unknown) else value


def is_intrinsic(value: object) -> bool:
    """Whether a template's value is a CloudFormation function: one key, `Ref`, `Condition` or `Fn::...`."""
    if not isinstance(value, (dict, Mapping)) or len(value) != 1:  # a dict is tested fast, any mapping slowly
        return False
    (key,) = value
    return key in ("Ref", "Condition") or (isinstance(key, str) and key.startswith("Fn::"))


def may_grow(mapping: Iterable[object]) -> bool:
    """Whether a loop or a transform in a mapping may give it more than what is written."""
    return any(str(key).startswith("Fn::") for key in mapping)


def named(value: object) -> str | None:
    """The logical id that a `Ref` or an `Fn::GetAtt` names; None for anything else."""
    if not isinstance(value, (dict, Mapping)) or len(value) != 1:
        return None
    target = value.get("Ref") or value.get("Fn::GetAtt")
    if isinstance(target, list) and target:
        target = target[0]
    return target.partition(".")[0] if isinstance(target, str) else None


def is_number_token(value: float) -> bool:
    """Whether a number is one that CDK uses to encode a token (near -1.888e289)."""
    return value < -1e280


def resolve_text(value: object, depth: int = 0) -> str | Unknown | None:
    """A text as the model holds it; a mapping that is no intrinsic, and any other type, is unknown.

    Args:
        value: A template's or a construct's value. Numbers and booleans become text as CloudFormation does it.
        depth: For the function's own use.
    """
    if isinstance(value, str):
        return _resolve_string(value)
    if value is None or value == NO_VALUE:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return UNKNOWN if not abs(value) < _HUGE or is_number_token(value) else str(value)
    if isinstance(value, (dict, Mapping)) and len(value) == 1 and depth < _NOT_FOLLOWED:
        if "Fn::Join" in value:
            return _resolve_join(value["Fn::Join"], depth)
        if "Fn::Sub" in value:
            return _resolve_sub(value["Fn::Sub"])
    return UNKNOWN


def _resolve_string(value: str) -> str | Unknown:
    if "{Token[" in value:
        return _unknown(_CDK_TOKEN.sub("", value))
    if "{{resolve" in value or LOOK_UP in value:
        return _unknown(value)
    return value


def _unknown(literal: str) -> Unknown:
    if LOOK_UP in literal:
        literal = literal.partition(LOOK_UP)[0]
    return Unknown(_DYNAMIC_REFERENCE.sub("", literal) if "{{resolve" in literal else literal)


def _resolve_join(arguments: object, depth: int) -> str | Unknown:
    if not (isinstance(arguments, list) and len(arguments) == 2 and isinstance(arguments[1], list)):
        return UNKNOWN
    delimiter, items = arguments
    if not isinstance(delimiter, str):
        return UNKNOWN
    parts = [resolve_text(item, depth + 1) for item in items]
    if all(isinstance(part, str) for part in parts):
        return _resolve_string(delimiter.join(part for part in parts if isinstance(part, str)))
    # An unknown item may be a list that the join flattens, or vanish with its delimiter: only the literals are certain.
    # A dynamic reference may be spread over several items, so its parts are taken as they are written.
    pairs = zip(items, parts, strict=True)
    return _unknown("".join(item if _is_plain(item) else literal_part(part) for item, part in pairs))


def _is_plain(item: object) -> TypeGuard[str]:
    return isinstance(item, str) and "{Token[" not in item and LOOK_UP not in item


def _resolve_sub(arguments: object) -> str | Unknown:
    template = arguments[0] if isinstance(arguments, list) and arguments else arguments
    if not isinstance(template, str):
        return UNKNOWN
    literal = _SUBSTITUTION.sub("", template)
    whole = literal == template
    literal = literal.replace("${!", "${")
    return _resolve_string(literal) if whole else _unknown(literal)


def literal_part(value: str | Unknown | None) -> str:
    """The characters that are certain to be in a text: all of a known one, the literals of an unknown one."""
    return value.literal if isinstance(value, Unknown) else value or ""


def resolve_number(value: object) -> int | float | Unknown | None:
    """A number as the model holds it, as CloudFormation reads one: `"512"` is 512; whole floats become int."""
    if value is None or value == NO_VALUE:
        return None
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return UNKNOWN
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return UNKNOWN
    if isinstance(value, float):
        if not math.isfinite(value) or is_number_token(value):
            return UNKNOWN
        return int(value) if value.is_integer() else value
    return max(-_HUGE, min(value, _HUGE))


def resolve_flag(value: object) -> bool | Unknown | None:
    """A boolean as the model holds it; CloudFormation takes `"true"` and `"false"` too."""
    if value is None or value == NO_VALUE:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return UNKNOWN


def resolve_list(value: object) -> tuple[Any, ...] | Unknown | None:
    """The items of a list, unresolved; unknown when the list itself or its length is not certain."""
    if value is None or value == NO_VALUE:
        return None
    if not isinstance(value, list | tuple):
        return UNKNOWN
    items = tuple([item for item in value if item is not None and item != NO_VALUE])
    for item in items:
        if isinstance(item, str) and "{Token[" in item and item.startswith("#"):
            return UNKNOWN
    return items


def certain_count(items: tuple[Any, ...] | Unknown | None) -> int:
    """How many items a list has at the least: an `Fn::If` among them may come to `AWS::NoValue` and vanish."""
    if items is None or isinstance(items, Unknown):
        return 0
    return len(items) - sum(1 for item in items if isinstance(item, (dict, Mapping)) and "Fn::If" in item)


def resolve_mapping(value: object) -> Mapping[str, Any] | Unknown | None:
    """A mapping without the keys whose value is `AWS::NoValue`; unknown when it is an intrinsic or a token."""
    if value is None or value == NO_VALUE:
        return None
    if not isinstance(value, (dict, Mapping)) or is_intrinsic(value):
        return UNKNOWN
    for item in value.values():
        if item is None or item == NO_VALUE:
            return {key: item for key, item in value.items() if item is not None and item != NO_VALUE}
    return value


def as_written(value: object) -> str:
    """A text with `${Name}` for every reference in it, empty where anything else stands in it.

    So the same text comes from a literal, an `Fn::Sub` and an `Fn::Join`, and it compares with what a manifest has.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping) or len(value) != 1:
        return ""
    if isinstance(value.get("Ref"), str):
        return f"${{{value['Ref']}}}"
    template = value.get("Fn::Sub")
    if isinstance(template, str):
        return template
    join = value.get("Fn::Join")
    if isinstance(join, list) and len(join) == 2 and isinstance(join[0], str) and isinstance(join[1], list):
        parts = [as_written(part) for part in join[1]] if len(join[1]) < 100 else [""]
        return (
            join[0].join(parts) if all(part or part == item for part, item in zip(parts, join[1], strict=False)) else ""
        )
    return ""


def export_name(name: object) -> str:
    """The name of an export, or the text of the intrinsic that makes it."""
    return name if isinstance(name, str) else json.dumps(name, sort_keys=True, default=str)
