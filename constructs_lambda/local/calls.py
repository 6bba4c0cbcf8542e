"""Requests that come after a deployment: what of them can be judged before."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from constructs_lambda.apps import read_app
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.local.resources import APIS, Resource, find, name_of
from constructs_lambda.records import record

if TYPE_CHECKING:
    from constructs_lambda.local.fits import Fitted
    from constructs_lambda.model.gateways import Gateway, Served

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_MOST_LISTED = 8


@record()
class Line:
    """The line of a request.

    Args:
        method: The method.
        target: The path, with what is behind a question mark.
    """

    method: str
    target: str


def read_line(route: str) -> Line:
    """Reads method and path.

    Args:
        route: Such as `GET /orders/1?page=2`; spaces and letters beyond ASCII become what stands for them in a URL.

    Raises:
        InputError: It is none.
    """
    method, _, target = route.strip().partition(" ")
    if method.upper() not in _METHODS or not target.strip().startswith("/"):
        raise InputError(f"{one_line(route)!r} is no route; write a method and a path, such as 'GET /orders/1'")
    return Line(method.upper(), quote(target.strip(), safe=string.punctuation))


def misses(app: Fitted, outdir: Path, lines: Sequence[Line], api: str | None) -> list[str]:
    """Requests that no route fits, a line each for people to read: what they get is a 404.

    Args:
        app: The app.
        outdir: The assembly that it came from.
        lines: The requests.
        api: The API that they go to; not needed where there is one only.

    Raises:
        InputError: There is no such API, or there are several.
    """
    if not lines or any("Transform" in template for template in app.templates.values()):
        return []  # a macro may make APIs and routes
    where = find(list(_apis(app)), APIS, api, "API")
    gateways = (each for topology in read_app(str(outdir), lambda: b"") for each in topology.gateways())
    gateway = next((each for each in gateways if _path(each.place.path) == _path(where.path)), None)
    if gateway is None or gateway.api.has_definition:
        return []
    return [
        one_line(f"{line.method} {line.target}: no route of {where.shown} fits; it has {_listed(gateway)}")
        for line in lines
        if not any(_fits(line, route) for route in gateway.routes)
    ]


def _apis(app: Fitted) -> Iterator[Resource]:
    for plan in app.plans:
        for file in plan.files:
            for id, each in app.templates[file.file.resolve()]["Resources"].items():
                if each.get("Type") in APIS:
                    path = file.paths.get(id, f"{file.stack_path}/{id}")
                    name = name_of(each.get("Properties", {}))
                    yield Resource(each["Type"], path, id, "", plan.name, plan.account, plan.region, name)


def _path(path: str) -> str:
    return path.removesuffix("/Resource")


def _fits(line: Line, route: Served) -> bool:
    """Whether a request goes to a route, as far as that is known."""
    if route.method not in (None, "", "ANY", line.method) and line.method != "OPTIONS":  # a preflight needs no route
        return False
    path = route.path
    if path is None or not path.startswith("/"):  # `$default`
        return True
    variables = re.split(r"\{[^}]*?(\+?)\}", path.rstrip("/"))
    pattern = "".join(
        re.escape(part) if index % 2 == 0 else ".+" if part else "[^/]+" for index, part in enumerate(variables)
    )
    return bool(re.fullmatch(pattern + "/?", line.target.partition("?")[0]))


def _listed(gateway: Gateway) -> str:
    routes = [each.shown for each in gateway.routes]
    more = f" and {len(routes) - _MOST_LISTED} more" if len(routes) > _MOST_LISTED else ""
    return (", ".join(routes[:_MOST_LISTED]) + more) or "none"
