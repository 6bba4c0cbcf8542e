"""What the links of templates lead to, through exports, nested stacks and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from constructs_lambda.model.apis import API_FIELDS
from constructs_lambda.model.functions import Place
from constructs_lambda.model.messages import MESSAGE_FIELDS
from constructs_lambda.model.networks import NETWORK_FIELDS, Link, Target
from constructs_lambda.model.resources import Resource
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record

_MOST_STEPS = 10


@record()
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
        at, found = self._followed(stack, link)
        if at is None or found is None:
            return None
        if found.kind == "id":
            return Spot("", found.name, shown=found.name)
        template = at.place.template
        shown = self._resources[template].get(found.name)
        return None if shown is None else Spot(template, found.name, found.attribute, shown)

    def resource(self, stack: Stack, link: Target) -> Resource | None:
        """The resource behind a link, of whichever type; None for an id, and where it isn't made in this app."""
        at, found = self._followed(stack, link)
        return at.resources.get(found.name) if at and found and found.kind != "id" else None

    def _followed(self, stack: Stack | None, link: Target) -> tuple[Stack | None, Link | None]:
        """Where a link ends, through exports, nested stacks and parameters, and the stack in which it ends."""
        for _ in range(_MOST_STEPS):
            if stack is None or not isinstance(link, Link):
                break
            given = self._given.get(stack.place.template, {})
            if link.kind == "export":
                stack, link = self._exported(stack, link.name)
            elif link.kind == "id":
                return stack, link
            elif link.attribute.startswith("Outputs."):
                child = self.nested.get((stack.place.template, link.name))
                stack, link = child, child.outputs.get(link.attribute.partition(".")[2]) if child else None
            elif link.name in given:  # a parameter of a nested stack
                stack, link = given[link.name]
            else:  # a resource, or a parameter that whoever deploys fills
                return stack, link
        return None, None

    def _exported(self, to: Stack, name: str) -> tuple[Stack | None, Target]:
        """What an export holds that a stack imports: names are unique in each account and Region."""
        found = [each for each in self._exports.get(name, ()) if _may_share(each[0], to)]
        if len(found) > 1:
            here = to.account, to.region, _folder(to)  # the same Stage, where nothing else tells them apart
            found = [each for each in found if (each[0].account, each[0].region, _folder(each[0])) == here]
        return found[0] if len(found) == 1 else (None, None)

    @cached_property
    def _exports(self) -> Mapping[str, list[tuple[Stack, Target]]]:
        found: dict[str, list[tuple[Stack, Target]]] = {}
        for stack in self.stacks.values():
            for name, outputs in stack.exports.items():
                found.setdefault(name, []).append((stack, stack.outputs.get(outputs[0])))
        return found

    @cached_property
    def _given(self) -> Mapping[str, Mapping[str, tuple[Stack, Target]]]:
        """Parameters of nested stacks: by template and name, the stack that gives them and what it gives."""
        return {
            template: {name: (stack, link) for name, link in parameters.items()}
            for stack in self.stacks.values()
            for template, (_, parameters) in stack.nested.items()
        }

    @cached_property
    def nested(self) -> Mapping[tuple[str, str], Stack]:
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
            known: tuple[Iterable[str], ...] = (
                stack.roles,
                stack.policies,
                stack.layers,
                stack.functions,
                stack.aliases,
                stack.versions,
                stack.capacity_providers,
                *(getattr(stack, field_name) for field_name in API_FIELDS),
                *(getattr(stack.messages, field_name) for field_name in MESSAGE_FIELDS),
            )
            names = found[template] = dict.fromkeys((name for each in known for name in each), "")
            names.update({name: stack.service_paths.get(name, "") for name in stack.services})
            for field_name in NETWORK_FIELDS:
                for name, each in getattr(stack.networks, field_name).items():
                    names[name] = (each if isinstance(each, Place) else each.place).path
        return found

    def vpc(self, stack: Stack | None, link: Target) -> Spot | None:
        """The VPC behind a link: one of this app, or an id; a subnet or a group tells its VPC as well."""
        for _ in range(_MOST_STEPS):
            spot = self.spot(stack, link)
            if spot is None or not spot.template or self.find("vpcs", spot) is not None:
                return spot if spot and spot.attribute in ("", "VpcId") else None
            beside = self.find("subnets", spot) or self.find("security_groups", spot)
            if beside is None or spot.attribute != "VpcId":
                return None
            stack, link = self.stacks[spot.template], beside.vpc
        return None

    def find(self, field: str, spot: Spot | None) -> Any:
        """The resource at a spot, where it is one of this field of `Networks`."""
        stack = self.stacks.get(spot.template) if spot else None
        return getattr(stack.networks, field).get(spot.name) if stack and spot else None

    def every(self, field: str) -> Iterator[tuple[Stack, Any]]:
        """All resources of a field of `Networks`, with their stacks."""
        for stack in self.stacks.values():
            for each in getattr(stack.networks, field).values():
                yield stack, each


def are_same(one: Spot | None, other: Spot | None) -> bool | None:
    """Whether two spots are one; None where that isn't known, as between a resource and an id, or with a wildcard."""
    if one is None or other is None or bool(one.template) != bool(other.template):
        return None
    if not one.template and any(sign in each.name for each in (one, other) for sign in "*?"):
        return None
    return one == other


def _folder(stack: Stack) -> str:
    return stack.place.template.rpartition("/")[0]


def _may_share(one: Stack, other: Stack) -> bool:
    """Whether two stacks may be in the same account and Region."""
    pairs = (one.account, other.account), (one.region, other.region)
    return all(a is None or b is None or a == b for a, b in pairs)
