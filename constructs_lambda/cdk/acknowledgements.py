"""What cdk-nag finds in our constructs by design: each says so itself, and it is acknowledged where cdk-nag runs.

A construct notes it (`BeforeSynth.expect`), which costs next to nothing. Only where `cdk_nag` is loaded, by `add_packs`
or by the app itself, is it worked out and passed on to CDK, right before the synth and after all aspects: it is known
then what the app has added, and no acknowledgement covers that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct

from constructs_lambda.records import record


@record()
class Expected:
    """What cdk-nag finds in one kind of resource, and why it is right there.

    Args:
        rules: The findings, as cdk-nag names them: `AwsSolutions-SQS3`.
        where: The resource, for the docs.
        reason: Why it stays.
    """

    rules: tuple[str, ...]
    where: str
    reason: str


class Tree:
    """The constructs of a stage, as they are right before the synth.

    Args:
        stage: The stage.
    """

    def __init__(self, stage: IConstruct) -> None:
        self._stage = stage
        self._written: dict[object, dict[str, list[str]]] = {}

    def written(self, source: Callable[[CfnResource], Iterable[object]]) -> dict[str, list[str]]:
        """What a function takes of each resource, as JSON, by the paths of the stacks; worked out once."""
        if source not in self._written:
            self._written[source] = {
                path: list(
                    map(json.dumps, resources[0].stack.resolve([each for one in resources for each in source(one)]))
                )
                for path, resources in self._resources.items()
            }
        return self._written[source]

    @cached_property
    def _resources(self) -> dict[str, list[CfnResource]]:
        """The resources of each stack, by its path."""
        found: dict[str, list[CfnResource]] = {}
        for node in self._stage.node.find_all():
            if isinstance(node, CfnResource):
                found.setdefault(node.stack.node.path, []).append(node)
        return found


Findings = Iterator[tuple[IConstruct, Expected]]
Source = Callable[[Any, Tree], Findings]


def acknowledge(stage: IConstruct, noted: Iterable[tuple[IConstruct, Expected | Source]]) -> None:
    """Acknowledges what cdk-nag will find in the constructs of a stage.

    Args:
        stage: The stage, or whatever else is at the top of the tree.
        noted: Constructs, with what is found in their own resource, or a function that works it out.
    """
    tree = Tree(stage)
    for construct, found in noted:
        pairs: Iterable[tuple[IConstruct, Expected]]
        pairs = [(construct, found)] if isinstance(found, Expected) else found(construct, tree)
        for place, expected in pairs:
            resource = place if isinstance(place, CfnResource) else place.node.default_child or place
            _acknowledge(resource, expected)


def _acknowledge(resource: IConstruct, expected: Expected) -> None:
    """Acknowledges findings of one resource; CDK's ids begin with the name of the pack."""
    reasons = [
        Acknowledgment(id=f"{rule[: rule.index('-')]}::{rule}", reason=expected.reason) for rule in expected.rules
    ]
    Validations.of(resource).acknowledge(*reasons)
