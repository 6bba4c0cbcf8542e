"""Where functions write their logs to: a log group of the app, one that Lambda makes, or one that isn't known here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from constructs_lambda.model import Function, Place, Stack, Topology
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, as_written, known

TYPE = "AWS::Logs::LogGroup"


@record()
class LogGroup:
    """The log group of a function.

    Args:
        place: Where the app makes it, None where it doesn't.
        is_own: Whether Lambda makes it, `/aws/lambda/<name>`, of the standard class.
    """

    place: Place | None = None
    is_own: bool = False


def log_groups(topology: Topology) -> Mapping[Place, LogGroup]:
    """The log group of each function, by the function's place.

    Args:
        topology: The stacks.
    """
    found: dict[Place, LogGroup] = {}
    for stack in topology.stacks.values():
        by_name = dict(_by_name(stack))
        for function in stack.functions.values():
            found[function.place] = _group(topology, stack, function, by_name)
    return found


def _by_name(stack: Stack) -> Iterator[tuple[str, Place]]:
    for each in stack.resources.values():
        if each.type == TYPE:
            name = as_written(each.properties.get("LogGroupName"))
            if name:
                yield name, each.place


def _group(topology: Topology, stack: Stack, function: Function, by_name: Mapping[str, Place]) -> LogGroup:
    logging = function.logging
    if isinstance(logging, Unknown):
        return LogGroup()
    if logging is None or logging.group is None:
        names = (f"/aws/lambda/{name}" for name in (f"${{{function.place.resource}}}", known(function.name)))
        place = next((by_name[name] for name in names if name in by_name), None)
        return LogGroup(place, is_own=place is None)
    resource = topology.resource(stack, logging.group_link)
    if resource is not None:
        return LogGroup(resource.place if resource.type == TYPE else None)
    return LogGroup(by_name.get(known(logging.group) or ""))
