"""What the links of templates lead to, through exports, nested stacks and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from constructs_lambda.model.functions import Place
from constructs_lambda.model.networks import NETWORK_FIELDS, Link, Target
from constructs_lambda.model.stacks import Stack

_MOST_STEPS = 10


@dataclass(frozen=True, slots=True)
class Spot:
    """A resource of the app: its stack and its logical id, or an id that stands in a template.

    Args:
        template: Template file, empty for an id.
        name: Logical id, or the id.
        attribute: What `Fn::GetAtt` asked for.
        shown: What a message calls it.
    """

    template: str
    name: str
    attribute: str = field(default="", compare=False)
    shown: str = field(default="", compare=False)


class References:
    """The resources of the stacks that one assembly holds, and what refers to them.

    Args:
        stacks: The stacks.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        self.stacks = {stack.place.template: stack for stack in stacks}

    def spot(self, stack: Stack | None, link: Target) -> Spot | None:
        """The resource or id behind a link, through exports, nested stacks and parameters; None where unknown."""
        for _ in range(_MOST_STEPS):
            if stack is None or not isinstance(link, Link):
                return None
            if link.kind == "id":
                return Spot("", link.name, shown=link.name)
            if link.kind == "export":
                stack, link = self._exports.get(link.name, (None, None))
            elif link.attribute.startswith("Outputs."):
                child = self._nested.get((stack.place.template, link.name))
                stack, link = child, child.outputs.get(link.attribute.partition(".")[2]) if child else None
            elif link.name in self._resources[stack.place.template]:
                shown = self._resources[stack.place.template][link.name]
                return Spot(stack.place.template, link.name, link.attribute, shown)
            else:  # a parameter of a nested stack, or one that whoever deploys fills
                stack, link = self._given.get(stack.place.template, {}).get(link.name, (None, None))
        return None

    @cached_property
    def _exports(self) -> Mapping[str, tuple[Stack, Target]]:
        return {
            name: (stack, stack.outputs.get(outputs[0]))
            for stack in self.stacks.values()
            for name, outputs in stack.exports.items()
        }

    @cached_property
    def _given(self) -> Mapping[str, Mapping[str, tuple[Stack, Target]]]:
        """Parameters of nested stacks: by template and name, the stack that gives them and what it gives."""
        return {
            template: {name: (stack, link) for name, link in parameters.items()}
            for stack in self.stacks.values()
            for template, (_, parameters) in stack.nested.items()
        }

    @cached_property
    def _nested(self) -> Mapping[tuple[str, str], Stack]:
        """Nested stacks by the template and logical id of the resource that makes them."""
        return {
            (stack.place.template, logical_id): self.stacks[template]
            for stack in self.stacks.values()
            for template, (logical_id, _) in stack.nested.items()
            if template in self.stacks
        }

    @cached_property
    def _resources(self) -> Mapping[str, Mapping[str, str]]:
        """What a message calls each resource, by template and logical id."""
        found: dict[str, dict[str, str]] = {}
        for template, stack in self.stacks.items():
            names = found[template] = dict.fromkeys((*stack.roles, *stack.policies, *stack.layers), "")
            for field_name in NETWORK_FIELDS:
                for name, each in getattr(stack.networks, field_name).items():
                    names[name] = (each if isinstance(each, Place) else each.place).path
        return found

    def find(self, field: str, spot: Spot | None) -> Any:
        """The resource at a spot, where it is one of this field of `Networks`."""
        stack = self.stacks.get(spot.template) if spot else None
        return getattr(stack.networks, field).get(spot.name) if stack and spot else None

    def every(self, field: str) -> Iterator[tuple[Stack, Any]]:
        """All resources of a field of `Networks`, with their stacks."""
        for stack in self.stacks.values():
            for each in getattr(stack.networks, field).values():
                yield stack, each
