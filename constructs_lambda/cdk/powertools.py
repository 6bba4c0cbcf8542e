"""The environment of Powertools for AWS Lambda, where nobody has set it: what a service is called, and what it logs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from aws_cdk import Stack
from constructs import IConstruct

from constructs_lambda import limits

if TYPE_CHECKING:
    from constructs_lambda.cdk.monitors.monitor import Monitor

SERVICE_NAME = "POWERTOOLS_SERVICE_NAME"
LOG_LEVEL = "POWERTOOLS_LOG_LEVEL"
DEFAULT_LOG_LEVEL = "INFO"
"""Powertools' own, written out, so that it is found and changed in one place."""
_LEVELS = ("LOG_LEVEL", "application_log_level", "application_log_level_v2")
"""What sets the level otherwise; ours would go before it."""
_UNKNOWN_BYTES = 256
"""What a value that only the deployment will tell is taken to be."""
_services: WeakKeyDictionary[IConstruct, str | None] = WeakKeyDictionary()


def environment(keywords: Mapping[str, Any], scope: IConstruct, monitor: Monitor | None) -> Mapping[str, Any] | None:
    """The environment of a function with what is missing of Powertools'; None where it stays as it is.

    Nothing is added that AWS would refuse: an environment that is full stays as it is.

    Args:
        keywords: The keywords of the function.
        scope: Where it is made.
        monitor: Its monitor.
    """
    given = keywords.get("environment")
    if not isinstance(given, Mapping | None):
        return None  # refused with everything else
    given = given or {}
    added = missing(given, scope, monitor, has_level=any(keywords.get(each) is not None for each in _LEVELS))
    return {**given, **added} if added else None


def missing(
    given: Mapping[str, Any], scope: IConstruct, monitor: Monitor | None, *, has_level: bool = False
) -> dict[str, str]:
    """What an environment lacks.

    Args:
        given: The environment.
        scope: Where the function is made.
        monitor: Its monitor.
        has_level: Whether something else says what is logged.
    """
    added: dict[str, str] = {}
    service = (monitor.service if monitor is not None else None) or _service_of(scope)
    if SERVICE_NAME not in given and service is not None:
        added[SERVICE_NAME] = service
    if LOG_LEVEL not in given and "LOG_LEVEL" not in given and not has_level:
        added[LOG_LEVEL] = DEFAULT_LOG_LEVEL
    return added if limits.ENVIRONMENT_SIZE.admits(_size({**given, **added})) else {}


def _size(variables: Mapping[str, Any]) -> int:
    """Bytes as Lambda counts them."""
    values = {
        name: value if isinstance(value, str) and "${Token[" not in value else "x" * _UNKNOWN_BYTES
        for name, value in variables.items()
    }
    return len(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))


def _service_of(scope: IConstruct) -> str | None:
    """The id of the stack, the outermost of nested ones: what is deployed together, in every stage by the same name."""
    if scope not in _services:
        stacks = [each.node.id for each in scope.node.scopes if isinstance(each, Stack)]
        _services[scope] = stacks[0] if stacks and stacks[0] else None
    return _services[scope]
