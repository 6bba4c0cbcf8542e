"""What our constructs do once, right before the synth: settle the roles, speak to cdk-nag, and register the checks.

CDK calls validations after all aspects and after references between stacks are settled, and before it writes a
template. Each stage with one of our constructs carries one; that costs one call from CDK, not one a node.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Stack, Stage, Validations
from constructs import Construct, IConstruct, IValidation

from constructs_lambda.cdk.acknowledgements import Expected, Source, acknowledge
from constructs_lambda.cdk.roles import ScopedRole, drop_managed_policies

_by_scope: WeakKeyDictionary[IConstruct, BeforeSynth] = WeakKeyDictionary()
_by_stage: WeakKeyDictionary[IConstruct, BeforeSynth] = WeakKeyDictionary()
_checked: WeakKeyDictionary[IConstruct, bool] = WeakKeyDictionary()


@jsii.implements(IValidation)
class BeforeSynth:
    """What is to be done before a stage is synthesized.

    Args:
        stage: The stage, or whatever else is at the top of the tree.
    """

    def __init__(self, stage: IConstruct) -> None:
        self.stage = stage
        self._roles: list[ScopedRole] = []
        self._others: list[Callable[[], None]] = []
        self._expected: list[tuple[IConstruct, Expected | Source]] = []

    def scope_role(self, role: ScopedRole) -> None:
        """Drops what CDK attached to a role, once everything else has been attached."""
        self._roles.append(role)

    def expect(self, construct: IConstruct, *findings: Expected | Source) -> None:
        """Has what cdk-nag finds in a construct by design acknowledged, where cdk-nag is in use.

        Args:
            construct: The construct.
            *findings: What is found in its resource, or a function that works it out.
        """
        self._expected.extend((construct, each) for each in findings)

    def then(self, act: Callable[[], None]) -> None:
        """Does something once the app is complete, such as writing a file beside the templates."""
        self._others.append(act)

    def validate(self) -> list[str]:
        """Does it; CDK calls it."""
        if self._roles:
            drop_managed_policies(Stack.of(self._roles[0].resource), self._roles)
        for act in self._others:
            act()
        if self._expected and "cdk_nag" in sys.modules:
            acknowledge(self.stage, self._expected)
            self._expected.clear()
        root = self.stage.node.root
        if root not in _checked:
            _checked[root] = True
            if Stage.is_stage(root):
                from constructs_lambda.cdk.checks import own_checks

                Validations.of(root).add_plugins(own_checks())
        return []


def stage_of(scope: IConstruct) -> IConstruct:
    """The stage or app that a construct is in, or is itself; the construct where there is none.

    Args:
        scope: The construct.
    """
    return scope if Stage.is_stage(scope) else Stage.of(scope) or scope  # CDK's `Stage.of(stage)` is the one around it


def before_synth(scope: Construct) -> BeforeSynth:
    """What is done before the synth of the stage that a construct is made in; the stage carries it.

    Args:
        scope: Where the construct is made.
    """
    found = _by_scope.get(scope)
    if found is None:
        stage = stage_of(scope)
        found = _by_stage.get(stage)
        if found is None:
            found = _by_stage[stage] = BeforeSynth(stage)
            stage.node.add_validation(found)
        _by_scope[scope] = found
    return found
