"""YAML without risk: PyYAML parses it into events, and the values are built here without recursion.

So nesting, aliases and tags are judged before they cost anything, and no tag ever constructs an object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml
from yaml import events as kinds
from yaml.events import AliasEvent, CollectionStartEvent, Event, NodeEvent, ScalarEvent

from constructs_lambda.documents import MAX_DEPTH, MAX_INTEGER_DIGITS
from constructs_lambda.errors import InputError

MAX_VALUES = 500_000  # with aliases expanded; a template of 1 MB has some 50,000. Reading this many takes 3 s
_MAX_TAG_DIRECTIVES = 100  # libyaml compares each with every other

_STANDARD = "tag:yaml.org,2002:"
_SHORT_FORMS = {"!Ref": "Ref", "!Condition": "Condition"} | {
    f"!{name}": f"Fn::{name}"
    for name in (
        *("And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "ForEach"),
        *("GetAZs", "GetAtt", "If", "ImportValue", "Join", "Length", "Not", "Or", "RefAll", "Select", "Split", "Sub"),
        *("ToJsonString", "Transform", "ValueOf", "ValueOfAll"),
    )
}
_MERGE = object()  # stands for the key `<<` until its mapping is complete


def parse(text: str) -> object:
    """Parses one YAML document.

    Raises:
        InputError: Broken, too deep, too large, or with a tag that CloudFormation doesn't know.
    """
    if text.count("%TAG") > _MAX_TAG_DIRECTIVES:
        raise InputError(f"has more than {_MAX_TAG_DIRECTIVES} %TAG directives")
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return _YamlBuilder().build(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"broken YAML{place}: {problem.problem or problem.context}") from None
    except yaml.reader.ReaderError as problem:
        raise InputError(f"broken YAML at position {problem.position}: {problem.reason}") from None
    except (ValueError, OverflowError) as problem:  # PyYAML in Python: escapes and versions that are no numbers
        raise InputError(f"broken YAML: {problem}") from None


class _Node(NamedTuple):
    value: object
    size: int  # values in it, itself and expanded aliases included
    height: int  # levels of lists and mappings in it


@dataclass(slots=True)
class _Collection:
    start: CollectionStartEvent
    is_mapping: bool
    intrinsic: str | None
    depth: int
    values_before: int
    height: int = 1
    items: list[object] = field(default_factory=list)  # of a mapping: key, value, key, value ...

    @property
    def awaits_key(self) -> bool:
        return self.is_mapping and len(self.items) % 2 == 0


class _YamlBuilder:
    """Makes one document out of parser events; what is open stands in a list, not on the call stack."""

    def __init__(self) -> None:
        self._resolve: Callable[..., str] = yaml.resolver.Resolver().resolve
        construct = yaml.constructor.SafeConstructor()
        self._constructors: dict[str, Callable[[yaml.ScalarNode], object]] = {
            f"{_STANDARD}bool": construct.construct_yaml_bool,
            f"{_STANDARD}float": construct.construct_yaml_float,
            f"{_STANDARD}int": construct.construct_yaml_int,
            f"{_STANDARD}null": construct.construct_yaml_null,
        }
        self._open: list[_Collection] = []
        self._anchors: dict[str, _Node | None] = {}  # None: not complete yet
        self._documents: list[object] = []
        self._values = 0

    def build(self, events: Iterator[Event]) -> object:
        for event in events:
            if isinstance(event, kinds.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, (kinds.MappingStartEvent, kinds.SequenceStartEvent)):
                self._begin(event, isinstance(event, kinds.MappingStartEvent))
            elif isinstance(event, kinds.CollectionEndEvent):
                self._end()
            elif isinstance(event, kinds.AliasEvent):
                self._alias(event)
            elif isinstance(event, kinds.DocumentStartEvent) and self._documents:
                raise _at(event, "a second YAML document begins; a template is one document")
        if not self._documents:
            raise InputError("is empty")
        return self._documents[0]

    def _scalar(self, event: ScalarEvent) -> None:
        self._count(event, 1)
        key = bool(self._open) and self._open[-1].awaits_key
        if key and event.tag and event.tag in _SHORT_FORMS:
            raise _at(event, "a key must be a plain string")
        value = self._key(event) if key else self._value(event)
        self._declare(event)
        self._add(event, _Node(value, 1, 1 if isinstance(value, dict) else 0))

    def _key(self, event: ScalarEvent) -> object:
        """Keys stay as they are written: `1`, `yes` and `2010-09-09` are strings."""
        self._known_tag(event, "str", "int", "bool", "float", "null")
        return _MERGE if event.value == "<<" and event.implicit[0] else event.value

    def _value(self, event: ScalarEvent) -> object:
        text: str = event.value
        tag = event.tag
        if tag is None or tag == "!":
            if len(text) > MAX_INTEGER_DIGITS and not re.fullmatch(r"[-+]?[0-9_]+", text):
                return text  # PyYAML's patterns take a gigabyte for one of 16 MiB
            tag = self._resolve(yaml.ScalarNode, text, event.implicit)
        else:
            intrinsic = self._known_tag(event, "str", "int", "bool", "float", "null")
            if intrinsic:
                return {intrinsic: text.split(".", 1) if intrinsic == "Fn::GetAtt" else text}
        constructor = self._constructors.get(tag)
        if constructor is None:  # a string, and what CloudFormation leaves one: a date, `=`, `<<`
            return text
        if tag == f"{_STANDARD}null":
            return None
        if len(text) > MAX_INTEGER_DIGITS:
            raise _at(event, f"a number of {len(text)} characters")
        try:
            value = constructor(yaml.ScalarNode(tag, text))
        except (ValueError, LookupError):
            raise _at(event, f"{text!r} is no {tag.removeprefix(_STANDARD)}") from None
        if isinstance(value, int) and abs(value) >= 10**MAX_INTEGER_DIGITS:
            raise _at(event, "a number that is too large")
        return value

    def _begin(self, event: CollectionStartEvent, is_mapping: bool) -> None:
        self._count(event, 1)
        if self._open and self._open[-1].awaits_key:
            raise _at(event, "a key must be a plain string")
        intrinsic = self._known_tag(event, "map" if is_mapping else "seq")
        levels = 2 if intrinsic else 1
        depth = (self._open[-1].depth if self._open else 0) + levels
        if depth > MAX_DEPTH:
            raise _at(event, f"nested deeper than {MAX_DEPTH} levels")
        self._declare(event)
        self._open.append(_Collection(event, is_mapping, intrinsic, depth, self._values - 1, levels))

    def _end(self) -> None:
        done = self._open.pop()
        value: object = _mapping(done) if done.is_mapping else done.items
        if done.intrinsic:
            value = {done.intrinsic: value}
        self._add(done.start, _Node(value, self._values - done.values_before, done.height))

    def _alias(self, event: AliasEvent) -> None:
        if event.anchor not in self._anchors:
            raise _at(event, f"no anchor &{event.anchor} stands before its alias")
        node = self._anchors[event.anchor]
        if node is None:
            raise _at(event, f"&{event.anchor} contains itself")
        self._count(event, node.size)
        if self._open:
            if self._open[-1].depth + node.height > MAX_DEPTH:
                raise _at(event, f"nested deeper than {MAX_DEPTH} levels")
            if self._open[-1].awaits_key:
                if isinstance(node.value, (dict, list)):
                    raise _at(event, "a key must be a plain string")
                node = node._replace(value=str(node.value))
        self._add(None, node)

    def _add(self, event: NodeEvent | None, node: _Node) -> None:
        """Puts a complete value into what is open, and under its anchor."""
        if event and event.anchor:
            self._anchors[event.anchor] = node
        if not self._open:
            self._documents.append(node.value)
            return
        parent = self._open[-1]
        parent.items.append(node.value)
        parent.height = max(parent.height, node.height + (2 if parent.intrinsic else 1))

    def _declare(self, event: NodeEvent) -> None:
        if event.anchor:
            if event.anchor in self._anchors:
                raise _at(event, f"&{event.anchor} is defined twice")
            self._anchors[event.anchor] = None

    def _count(self, event: Event, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise _at(event, f"more than {MAX_VALUES:,} values, aliases expanded")

    def _known_tag(self, event: ScalarEvent | CollectionStartEvent, *standard: str) -> str | None:
        """The intrinsic function that the tag stands for, None for a tag that only states the type."""
        tag = event.tag
        if tag is None or tag == "!" or (tag.startswith(_STANDARD) and tag.removeprefix(_STANDARD) in standard):
            return None
        if tag not in _SHORT_FORMS:
            raise _at(event, f"unknown tag {tag.replace(_STANDARD, '!!')}")
        return _SHORT_FORMS[tag]


def _mapping(done: _Collection) -> dict[object, object]:
    keys, values = done.items[::2], done.items[1::2]
    own = {key: value for key, value in zip(keys, values, strict=True) if key is not _MERGE}
    if _MERGE not in keys:
        return own
    merged: dict[object, object] = {}
    for key, value in zip(keys, values, strict=True):
        if key is _MERGE:
            for source in value if isinstance(value, list) else [value]:
                if not isinstance(source, dict):
                    raise _at(done.start, "<< takes a mapping or a list of mappings")
                for inherited, content in source.items():
                    merged.setdefault(inherited, content)
    return merged | own


def _at(event: Event, problem: str) -> InputError:
    mark = event.start_mark
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return InputError(place + problem)
