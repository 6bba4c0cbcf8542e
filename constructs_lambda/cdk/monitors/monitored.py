"""Which monitor a function has: what triggers it asks, and each construct is monitored once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from aws_cdk import aws_lambda
from constructs import IConstruct

from constructs_lambda.cdk.profiles.applied import MONITOR, are_anywhere, defaults_for

if TYPE_CHECKING:
    from constructs_lambda.cdk.monitors.monitor import Monitor

_monitors: WeakKeyDictionary[IConstruct, Monitor | Literal[False]] = WeakKeyDictionary()


def remember(construct: IConstruct, monitor: Monitor | Literal[False]) -> None:
    """Remembers the monitor of a construct; False where somebody said that it has none.

    Args:
        construct: The construct.
        monitor: The monitor.
    """
    _monitors[construct] = monitor


def said_of(construct: IConstruct) -> Monitor | Literal[False] | None:
    """What was said of the monitor of a construct; None where nothing was.

    Args:
        construct: The construct.
    """
    return _monitors.get(construct)


def monitor_of(target: aws_lambda.IFunction) -> Monitor | Literal[False] | None:
    """The monitor of a function, of a version or alias of one too: its own, or that of the profiles.

    Args:
        target: The function.
    """
    if not _monitors and not are_anywhere():
        return None
    function: IConstruct = getattr(target, "lambda_", target)
    found = _monitors.get(function)
    if found is None and function.node.scope is not None:
        found = defaults_for(function.node.scope).get(MONITOR)
    return found
