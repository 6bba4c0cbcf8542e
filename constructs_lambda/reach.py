"""What each function can reach, and why: as a table for people, and as plain data for JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from constructs_lambda.errors import one_line
from constructs_lambda.model import Attachment, Function, Position, Topology

_PLACE = re.compile(r'\{"Fn::Select": \["([0-9])", \{"Fn::GetAZs": ""\}\]\}')
_OUTSIDE = "outside of VPCs"
_HEADERS = ("Function", "Internet", "Private addresses", "AWS services", "Why")


def reached(topologies: Iterable[Topology]) -> list[dict[str, Any]]:
    """What each function can reach, in the order of their construct paths.

    `null` stands for what the templates don't tell. `services` are those with an endpoint in the VPC.
    """
    found = [row for topology in topologies for row in _rows(topology)]
    return sorted(found, key=lambda row: (row["template"], row["path"]))


def _rows(topology: Topology) -> Iterator[dict[str, Any]]:
    attached = {each.place: each for each in topology.attachments()}
    for stack in topology.stacks.values():
        for function in stack.functions.values():
            attachment = attached.get(function.place)
            yield {
                "path": function.place.path,
                "template": function.place.template,
                "resource": function.place.resource,
                **(_in_vpc(attachment, function) if attachment else _outside()),
            }


def _outside() -> dict[str, Any]:
    return {"in_vpc": False, "internet": True, "internet_ipv6": False, "private": False, "services": [], "subnets": []}


def _in_vpc(attachment: Attachment, function: Function) -> dict[str, Any]:
    positions = attachment.positions or ()
    outlet = attachment.outlet
    lets_out = outlet.anything is not False
    known_services = [each.services for each in positions]
    services = None
    if positions and all(each is not None for each in known_services):
        services = sorted(frozenset.intersection(*(each for each in known_services if each is not None)))
    return {
        "in_vpc": True if function.vpc is True else None,
        "internet": attachment.leads_out if outlet.ipv4 is not False else False,
        "internet_ipv6": attachment.leads_out6 if outlet.ipv6 is not False else False,
        "private": lets_out if function.vpc is True else None,
        "services": services if lets_out else [],
        "subnets": [_subnet(each) for each in positions],
        **_closed(attachment),
    }


def _closed(attachment: Attachment) -> dict[str, str]:
    outlet = attachment.outlet
    if outlet.anything is False:
        return {"reason": "no security group lets anything out"}
    if outlet.ipv4 is False and outlet.ipv6 is False and attachment.leads_out is not False:
        return {"reason": "no security group lets anything out to public addresses"}
    return {}


def _subnet(position: Position) -> dict[str, Any]:
    way = position.internet
    return {
        "subnet": position.shown,
        "vpc": position.vpc.shown if position.vpc else None,
        "zone": _zone(position.subnet.zone) if position.subnet else None,
        "internet": way.leads_out,
        "through": list(way.steps),
        "internet_ipv6": position.internet6.leads_out,
        "through_ipv6": list(position.internet6.steps),
        "services": None if position.services is None else sorted(position.services),
        **({"reason": way.reason} if way.reason else {}),
    }


def _zone(zone: str | None) -> str | None:
    """A zone as people read it: `zone 1` for the first one of a Region."""
    match = _PLACE.fullmatch(zone or "")
    return f"zone {int(match[1]) + 1}" if match else zone


def as_table(rows: Iterable[dict[str, Any]]) -> str:
    """The rows as a table, one function after the other."""
    from tabulate import tabulate  # only needed where it is asked for

    table = [
        [one_line(row["path"]), _internet(row), _answer(row["private"]), _services(row), _why(row)] for row in rows
    ]
    return tabulate(table, headers=_HEADERS, tablefmt="simple", disable_numparse=True) + "\n"


def _answer(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _internet(row: dict[str, Any]) -> str:
    if row["internet"] is not True and row["internet_ipv6"] is True:
        return "IPv6 only"
    return _answer(row["internet"])


def _services(row: dict[str, Any]) -> str:
    if row["internet"] is True:
        return "all"
    services = row["services"]
    return "unknown" if services is None or row["internet"] is None else ", ".join(services) or "none"


def _why(row: dict[str, Any]) -> str:
    if row["in_vpc"] is False:
        return _OUTSIDE
    if "reason" in row:
        return str(row["reason"])
    lines = []
    for subnet in row["subnets"]:
        by_ipv6 = row["internet_ipv6"] is True and subnet["internet"] is not True
        steps = [subnet["subnet"], *subnet["through_ipv6" if by_ipv6 else "through"]]
        lines.append(one_line(" > ".join(steps)))
        if subnet.get("reason") and not by_ipv6:
            lines.append(f"({one_line(subnet['reason'])})")
    return "\n".join(lines) or "the subnets are known at the deployment only"
