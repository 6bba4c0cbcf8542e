"""What identifies a request: the identity sources of an authorizer, which are also the key of its cache."""

from __future__ import annotations

import re
from collections.abc import Sequence

from constructs_lambda.errors import InputError
from constructs_lambda.testing.requests import Api, Kind, Request, is_rest, make_request

_SOURCE = re.compile(
    r"(?:\$request|method\.request)\.(?P<place>header|querystring)\.(?P<name>.+)"
    r"|\$?(?P<other>context|stageVariables)\.(?P<key>.+)"
)
_OF_METHOD = frozenset({"httpMethod", "routeKey"})
_OF_PATH = frozenset({"path", "resourceId", "resourcePath", "routeKey"})
_OTHER_PATH = "/another/path"


def sources_of(identity_sources: Sequence[str] | None, kind: Kind) -> list[re.Match[str]]:
    """The identity sources of an authorizer, taken apart.

    Args:
        identity_sources: As AWS writes them; None for the header `Authorization`.
        kind: What asks.

    Raises:
        InputError: One of them is none.
    """
    if identity_sources is None:
        identity_sources = ["method.request.header.Authorization" if is_rest(kind) else "$request.header.Authorization"]
    if isinstance(identity_sources, str):
        raise InputError("identity_sources is a text; it has to be a list of texts")
    found = [(source, _SOURCE.fullmatch(source)) for source in identity_sources]
    wrong = [source for source, match in found if match is None]
    if wrong:
        raise InputError(
            f"the identity source {wrong[0]!r} is none; allowed: method.request.header.NAME, $request.header.NAME, "
            "the same with querystring, context.NAME, stageVariables.NAME"
        )
    return [match for _, match in found if match is not None]


def identity_of(source: re.Match[str], request: Request, api: Api) -> str | None:
    """What a request has at an identity source; None where it lacks that."""
    if source["place"] == "header":
        return request.header(source["name"])
    if source["place"] == "querystring":
        return request.query.get(source["name"])
    if source["other"] == "stageVariables":
        return api.stage_variables.get(source["key"])
    known = {"path": request.path, "httpMethod": request.method, "resourcePath": request.resource}
    known["routeKey"] = f"{request.method} {request.resource}"
    return known.get(source["key"], source["key"])


def sharing(request: Request, others: Sequence[Request], sources: Sequence[re.Match[str]]) -> list[Request]:
    """The requests of the same client that the kept answer to a request serves as well.

    Args:
        request: The request.
        others: Other requests.
        sources: The identity sources.
    """
    keys = {source["key"] for source in sources if source["other"] == "context"}
    return [
        each
        for each in others
        if not (keys & _OF_METHOD and each.method != request.method)
        and not (keys & _OF_PATH and each.path != request.path)
    ]


def other_routes(request: Request, sources: Sequence[re.Match[str]]) -> list[Request]:
    """A request that the kept answer has to serve as well: to another method and path, as far as these aren't its key.

    Args:
        request: The request.
        sources: The identity sources.
    """
    method = "GET" if request.method == "POST" else "POST"
    routes = (f"{method} {_OTHER_PATH}", f"{method} {request.path}", f"{request.method} {_OTHER_PATH}")
    return sharing(request, [make_request(route) for route in routes], sources)[:1]
