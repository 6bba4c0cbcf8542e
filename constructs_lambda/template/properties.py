"""Reads the properties of one CloudFormation resource into the model's three states, and notes wrong types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from constructs_lambda.model import Flag, Items, Malformed, Number, Text
from constructs_lambda.tokens import (
    LOOK_UP,
    NO_VALUE,
    UNKNOWN,
    Unknown,
    is_intrinsic,
    named,
    resolve_flag,
    resolve_list,
    resolve_mapping,
    resolve_number,
    resolve_text,
)

MACRO = "Fn::Transform"
"""As a key among properties: what adds to them at the deployment."""


def _holds_function(values: Mapping[Any, Any]) -> bool:
    try:
        return "Fn::" in " ".join(values) or "Ref" in values
    except TypeError:  # a name that is no text, from YAML
        return _holds_function({str(name): None for name in values})


class Properties:
    """Access to a resource's properties, or to one mapping inside of them, by name.

    Where a macro or a loop adds to them (`Fn::Transform` among them), what isn't there is unknown, not absent.

    Args:
        values: The properties; None or an intrinsic where there is no mapping to look into.
        prefix: Property path of the mapping, with a dot behind it.
        malformed: Where values of a wrong type are noted; shared with the mappings inside.
    """

    __slots__ = ("_absent", "_malformed", "_prefix", "_values")

    def __init__(self, values: object, prefix: str = "", malformed: list[Malformed] | None = None) -> None:
        self._values: Mapping[str, Any] = values if isinstance(values, (dict, Mapping)) else {}
        self._absent = UNKNOWN if self._values and _holds_function(self._values) else None
        self._prefix = prefix
        self._malformed: list[Malformed] = [] if malformed is None else malformed

    @property
    def malformed(self) -> tuple[Malformed, ...]:
        """The values of a wrong type that were met so far."""
        return tuple(dict.fromkeys(self._malformed)) if self._malformed else ()

    @property
    def is_open(self) -> bool:
        """Whether a macro or a loop adds names to these."""
        return self._absent is UNKNOWN

    @property
    def names(self) -> Set[object]:
        """The names that are set."""
        return self._values.keys()

    def __iter__(self) -> Iterator[str]:
        """The names that are set."""
        return (str(name) for name in self._values)

    def unknown_names(self, names: frozenset[str]) -> tuple[str, ...]:
        """The names that are set and none of these."""
        if self._values.keys() <= names or self.is_open:
            return ()
        return tuple(str(name) for name in self._values if name not in names)

    def missing(self, *names: str) -> tuple[str, ...]:
        """Which of these required properties are certain to be absent; a dot leads into a mapping."""
        return tuple(f"{self._prefix}{name}" for name in names if self._lacks(name))

    def _lacks(self, name: str) -> bool:
        outer, _, inner = name.partition(".")
        if not inner:
            value = self._values.get(outer, self._absent)
            return value is None or value == NO_VALUE
        inside = self.inside(outer)
        return inside._lacks(inner) if isinstance(inside, Properties) else inside is None

    def is_text(self, name: str) -> bool:
        """Whether a text stands there."""
        return isinstance(self._values.get(name), str)

    def value(self, name: str) -> object:
        """What stands there, as it is written; None where nothing does."""
        value = self._values.get(name)
        return self._absent if value is None or value == NO_VALUE else value

    def reference(self, name: str) -> str | None:
        """The logical id that a `Ref` or an `Fn::GetAtt` names; None for anything else."""
        return named(self._values.get(name))

    def text(self, name: str) -> Text:
        """A text; numbers count as one, as CloudFormation has it."""
        value = self._values.get(name)
        if value is None:
            return self._absent
        if type(value) is str and "{" not in value and LOOK_UP not in value:
            return value  # no token, no reference and no look-up
        resolved = resolve_text(value)
        if resolved is UNKNOWN and isinstance(value, list | Mapping) and not is_intrinsic(value):
            self._note(name, value, "a text")
        return resolved

    def number(self, name: str) -> Number:
        """A number, also one that is written as a text."""
        value = self._values.get(name)
        if value is None:
            return self._absent
        resolved = resolve_number(value)
        if resolved is UNKNOWN and self._is_certain(value) and not _may_be_number(value):
            self._note(name, value, "a number")
        return resolved

    def flag(self, name: str) -> Flag:
        """A boolean, also one that is written as a text."""
        value = self._values.get(name)
        if value is None:
            return self._absent
        resolved = resolve_flag(value)
        if resolved is UNKNOWN and self._is_certain(value):
            self._note(name, value, "true or false")
        return resolved

    def items(self, name: str) -> Items:
        """The items of a list; a single text stands for a list of one, as CloudFormation has it."""
        value = self._values.get(name)
        if value is None:
            return self._absent
        if isinstance(value, str) and isinstance(resolve_text(value), str):
            return (value,)
        resolved = resolve_list(value)
        if resolved is UNKNOWN and self._is_certain(value) and not isinstance(value, list | tuple):
            self._note(name, value, "a list")
        return resolved

    def mapping(self, name: str) -> Mapping[str, Any] | Unknown | None:
        """A mapping of free keys."""
        value = self._values.get(name)
        if value is None:
            return self._absent
        resolved = resolve_mapping(value)
        if resolved is UNKNOWN and self._is_certain(value):
            self._note(name, value, "a mapping")
        return resolved

    def inside(self, name: str) -> Properties | Unknown | None:
        """The properties one level down; None where they are not set, `UNKNOWN` where an intrinsic stands for them."""
        mapping = self.mapping(name)
        if mapping is None or isinstance(mapping, Unknown):
            return mapping
        return Properties(mapping, f"{self._prefix}{name}.", self._malformed)

    def within(self, name: str) -> Properties:
        """The properties one level down; empty where they aren't set, unknown where an intrinsic stands for them."""
        inside = self.inside(name)
        return inside if isinstance(inside, Properties) else Properties({MACRO: None} if inside else None)

    def at(self, name: str, index: int, value: object) -> Properties:
        """The properties of one item of a list."""
        return Properties(value, f"{self._prefix}{name}.{index}.", self._malformed)

    def _is_certain(self, value: object) -> bool:
        if isinstance(value, str):
            return isinstance(resolve_text(value), str)
        if isinstance(value, float):
            return resolve_text(value) is not UNKNOWN
        return value != NO_VALUE and not is_intrinsic(value)

    def _note(self, name: str, value: object, expected: str) -> None:
        shown = type(value).__name__ if isinstance(value, list | Mapping) else repr(value)
        self._malformed.append(Malformed(f"{self._prefix}{name}", shown[:60], expected))


def _may_be_number(value: object) -> bool:
    """Whether a text such as `1e3` or ` 512` is a number to some reader: then nothing is certain about it."""
    try:
        return isinstance(value, str) and bool(float(value) or True)
    except ValueError:
        return False
