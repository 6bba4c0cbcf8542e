"""What differs between two states of an app's templates: by stack, resource and property."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

_LONGEST = 200
_NOTHING = object()


class Difference(NamedTuple):
    """One value that changed.

    Args:
        where: Stack and resource, or stack and section: `Shop  Orders4A8B (AWS::Lambda::Function)`.
        path: The property in it, empty for the whole: `Properties.Environment.Variables.LEVEL`.
        before: What it was, None where it is new.
        after: What it is, None where it is gone.
    """

    where: str
    path: str
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Every value that changed, in the order of stacks, sections and resources.

    Args:
        before: Templates by the construct paths of their stacks.
        after: The same later.
    """
    for stack in sorted({*before, *after}):
        old, new = before.get(stack, _NOTHING), after.get(stack, _NOTHING)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _of_stack(stack, old, new)
        elif old is not new:
            yield Difference(stack, "", _shown(old), _shown(new))


def _of_stack(stack: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for section in sorted({*before, *after}, key=lambda name: (name != "Resources", name)):
        old, new = before.get(section, _NOTHING), after.get(section, _NOTHING)
        if section != "Resources" or not (isinstance(old, dict) and isinstance(new, dict)):
            yield from _of_value(f"{stack}  {section}", "", old, new)
            continue
        for id in sorted({*old, *new}):
            yield from _of_value(
                f"{stack}  {id}{_type(old.get(id), new.get(id))}", "", old.get(id, _NOTHING), new.get(id, _NOTHING)
            )


def _type(*resources: Any) -> str:
    types = dict.fromkeys(str(each["Type"]) for each in resources if isinstance(each, dict) and "Type" in each)
    return f" ({' -> '.join(types)})" if types else ""


def _of_value(where: str, path: str, before: Any, after: Any) -> Iterator[Difference]:
    if are_same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            inside = f"{path}.{name}" if path else name
            yield from _of_value(where, inside, before.get(name, _NOTHING), after.get(name, _NOTHING))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_list(where, path, before, after)
    elif before is _NOTHING or after is _NOTHING:
        yield Difference(where, path, _shown(before), _shown(after))
    else:  # without a path: a section or a resource that isn't what it has to be
        as_json = type(before) is not type(after)
        yield Difference(where, path or "as a whole", _shown(before, as_json), _shown(after, as_json))


def _of_list(where: str, path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    """By item: what stayed the same is found again behind what was put in or taken out."""
    old, new = ([_text(each) for each in items] for items in (before, after))
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for offset in range(max(b - a, d - c)):
            left = before[a + offset] if a + offset < b else _NOTHING
            right = after[c + offset] if c + offset < d else _NOTHING
            at = a + offset if left is not _NOTHING else c + offset
            yield from _of_value(where, f"{path}[{at}]", left, right)


def are_same(before: Any, after: Any) -> bool:
    """Whether two values are the same: 1 is neither 1.0 nor true, as Python has it, nor the text."""
    return before is after or (before == after and _text(before) == _text(after))


def _text(value: Any) -> str:
    return "" if value is _NOTHING else json.dumps(value, sort_keys=True, ensure_ascii=False, default=repr)


def _shown(value: Any, as_json: bool = False) -> str | None:
    if value is _NOTHING:
        return None
    text = value if isinstance(value, str) and not as_json else _text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text):,} characters)"
