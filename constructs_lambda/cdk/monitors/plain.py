"""Gives the functions of plain CDK the monitor that a profile sets, once they are there: right before the synth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Aspects, IAspect, Stack, aws_lambda
from constructs import Construct, IConstruct

from constructs_lambda.cdk import powertools
from constructs_lambda.cdk.monitors.dashboards import shared_by
from constructs_lambda.cdk.monitors.monitored import monitor_of, remember, said_of
from constructs_lambda.cdk.profiles.applied import FROM_IMAGE

_ID = "ConstructsLambdaMonitors"
_waiting: WeakKeyDictionary[IConstruct, list[str]] = WeakKeyDictionary()
"""For each scope the ids of its functions."""


@jsii.implements(IAspect)
class _MonitorSiblings:
    """Visits one empty construct, so that CDK calls once a scope and not once a node."""

    def visit(self, node: IConstruct) -> None:
        """Monitors what was made beside a construct; CDK calls it."""
        scope = node.node.scope
        if scope is None:
            return
        for id in _waiting.pop(scope, ()):
            function = scope.node.try_find_child(id)
            if isinstance(function, aws_lambda.Function):
                _monitor(function, scope)


def monitor_later(scope: Construct, id: str) -> None:
    """Remembers a function that CDK is about to make.

    Aspects visit in the order in which constructs were made: what stands for the function comes before it and before
    the dashboards of the stack, so that those for tags still see what is made then.

    Args:
        scope: Where it is made.
        id: Its id.
    """
    if scope not in _waiting:
        if scope.node.try_find_child(_ID) is None:
            Aspects.of(Construct(scope, _ID)).add(_MonitorSiblings())
            shared_by(scope).prepare()
        _waiting[scope] = []
    _waiting[scope].append(id)


def _monitor(function: aws_lambda.Function, scope: IConstruct) -> None:
    monitor = monitor_of(function)
    if not monitor or said_of(function) is not None:
        return
    monitor.apply(function)
    remember(function, monitor)
    resource = function.node.default_child
    if not isinstance(resource, aws_lambda.CfnFunction) or resource.handler in (None, FROM_IMAGE):
        return
    # What CDK fills in late can't be read of `resource.environment`.
    properties: dict[str, Any] = Stack.of(function).resolve(resource._cfn_properties)
    variables = (properties.get("environment") or {}).get("variables", {})
    has_level = bool((properties.get("loggingConfig") or {}).get("applicationLogLevel"))
    if isinstance(variables, Mapping):
        for name, value in powertools.missing(variables, scope, monitor, has_level=has_level).items():
            function.add_environment(name, value, remove_in_edge=True)
