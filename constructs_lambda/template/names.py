"""What the parts of a template name that isn't in it, and resources that wait for each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from constructs_lambda.model import Dangling, Place
from constructs_lambda.tokens import may_grow

_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)(\.[A-Za-z0-9.]+)?\}")
_OPEN = ("Fn::ForEach", "Fn::Transform")
_MODULE = "::MODULE"  # the names of what it makes are those of the template
_PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
_NOT_FOLLOWED = 100  # nesting of a template

Edges = dict[str, None]
PlaceOf = Callable[[str], Place]


class _Open(Exception):
    """A macro or a loop may add what is named."""


class _Names:
    """Follows the values of a template.

    Args:
        document: The template.
        place: Where a resource stands; the template itself for an empty id.
    """

    def __init__(self, document: Mapping[str, Any], place: PlaceOf) -> None:
        self.resources = _section(document, "Resources")
        self.parameters = _section(document, "Parameters")
        self.conditions = _section(document, "Conditions")
        self.mappings = _section(document, "Mappings")
        self.dangling: dict[Dangling, None] = {}
        self.edges: dict[str, Edges] = {}
        self._place, self._at, self._within = place, "", ""

    def read(self, outputs: Mapping[Any, Any]) -> None:
        for key, resource in self.resources.items():
            if isinstance(resource, dict):
                if str(resource.get("Type")).endswith(_MODULE):
                    raise _Open
                self._at = str(key)
                edges = self.edges[self._at] = {}
                self._condition(resource.get("Condition"), "Condition")
                waits = resource.get("DependsOn")
                for name in waits if isinstance(waits, list) else [waits]:
                    if isinstance(name, str):
                        self._resource(name, "DependsOn", edges)
                self._follow(resource.get("Properties"), edges, 0)
                if "Condition" in resource:
                    edges.clear()
        for key, output in outputs.items():
            if isinstance(output, dict):
                self._at, self._within = "", f"Outputs.{key}"
                self._condition(output.get("Condition"), "Condition")
                self._follow(output.get("Value"), {}, 0)

    def _follow(self, value: Any, edges: Edges, depth: int) -> None:
        if depth > _NOT_FOLLOWED:
            return
        if type(value) is list:
            for item in value:
                if type(item) is dict or type(item) is list:
                    self._follow(item, edges, depth + 1)
        elif type(value) is dict:
            if len(value) == 1:
                ((function, argument),) = value.items()
                if self._function(function, argument, edges, depth):
                    return
            for key, item in value.items():
                if type(item) is dict or type(item) is list:
                    self._follow(item, edges, depth + 1)
                if type(key) is str and key.startswith(_OPEN):
                    raise _Open

    def _function(self, function: Any, argument: Any, edges: Edges, depth: int) -> bool:
        """Takes a function apart; False where nothing of it is left to say."""
        if function == "Ref":
            if isinstance(argument, str) and argument not in self.parameters:
                self._resource(argument, "Ref", edges)
            return True
        if function == "Fn::GetAtt":
            name = argument[0] if isinstance(argument, list) and argument else argument
            if isinstance(name, str):
                self._resource(name.partition(".")[0], "Fn::GetAtt", edges)
            return isinstance(argument, str)
        if function == "Fn::Sub":
            template, names = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
            for name, attribute in _VARIABLE.findall(template) if isinstance(template, str) else ():
                is_given = isinstance(names, dict) and f"{name}{attribute}" in names
                if not is_given and (attribute or name not in self.parameters):
                    self._resource(name, "Fn::Sub", edges)
            return isinstance(argument, str)
        if function == "Fn::FindInMap" and isinstance(argument, list) and argument and isinstance(argument[0], str):
            if argument[0] not in self.mappings:
                self._note(argument[0], "Fn::FindInMap", "mapping")
            return False
        if function == "Fn::If" and isinstance(argument, list) and argument:
            self._condition(argument[0], "Fn::If")
            self._follow(argument[1:], {}, depth + 1)
            return True
        return False

    def _resource(self, name: str, how: str, edges: Edges) -> None:
        if name in self.resources:
            edges[name] = None
        elif name not in _PSEUDO:
            self._note(name, how, "resource" if how in ("DependsOn", "Fn::GetAtt") else "resource or parameter")

    def _condition(self, name: object, how: str) -> None:
        if isinstance(name, str) and name not in self.conditions:
            self._note(name, how, "condition")

    def _note(self, name: str, how: str, what: str) -> None:
        among = {"condition": self.conditions, "resource": self.resources, "mapping": self.mappings}.get(what)
        names = (*self.resources, *self.parameters) if among is None else among
        if name.startswith("AWS::"):
            what, names = "pseudo parameter", tuple(sorted(_PSEUDO))
        place, prop = self._place(self._at), self._within or (how if how in ("DependsOn", "Condition") else "")
        found = Dangling(place=place, property=prop, how=how, name=name, what=what, names=tuple(map(str, names)))
        self.dangling[found] = None


def read_names(
    document: Mapping[str, Any], place: PlaceOf
) -> tuple[tuple[Dangling, ...], tuple[tuple[Place, ...], ...], Mapping[str, Collection[str]]]:
    """What isn't in a template though something names it, circles of resources, and what each resource waits for.

    Args:
        document: The template. Nothing is found where a transform, a macro or a loop stands in it.
        place: Where a resource stands; the template itself for an empty id.
    """
    sections = (_section(document, name) for name in ("Resources", "Conditions", "Parameters"))
    if "Transform" in document or any(map(may_grow, sections)):
        return (), (), {}
    names = _Names(document, place)
    try:
        names.read(_section(document, "Outputs"))
    except _Open:
        return (), (), {}
    circles = tuple(tuple(map(place, circle)) for circle in _circles(names.edges))
    return tuple(names.dangling), circles, names.edges


def _section(document: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
    section = document.get(name)
    return section if isinstance(section, dict) else {}


def _circles(edges: Mapping[str, Edges]) -> Iterator[tuple[str, ...]]:
    """The circles that a walk along the edges meets, each of their resources in one of them."""
    done: set[str] = set()
    for start in edges:
        path: dict[str, Iterator[str]] = {}
        at: str | None = start if start not in done else None
        while at is not None:
            ways = path.setdefault(at, iter(edges.get(at, ())))
            following = next((name for name in ways if name not in done), None)
            if following is None:
                done.add(at)
                del path[at]
                at = next(reversed(path), None)
            elif following in path:
                circle = tuple(path)[list(path).index(following) :]
                done.update(circle)
                yield circle
            else:
                at = following
