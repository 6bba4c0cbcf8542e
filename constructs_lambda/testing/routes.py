"""Holds that no route and no function URL is open by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from constructs_lambda.findings import is_within
from constructs_lambda.model import HttpRoute, OpenUrl, RestMethod, Stack, Topology
from constructs_lambda.records import record
from constructs_lambda.rules import nearest
from constructs_lambda.testing.subjects import Subject, shown, texts, topologies_of
from constructs_lambda.tokens import known

_SERVERLESS = "AWS::Serverless::"
_SERVERLESS_ROUTES = {"Events", "FunctionUrlConfig"}
"""What may give a function routes, where a transform makes its API."""


@record()
class _Open:
    """What anyone may call.

    Args:
        path: Construct path.
        api: Construct path of its API, empty for a function URL and where the API isn't in this app.
        route: Method and path, empty for a function URL.
    """

    path: str
    api: str = ""
    route: str = ""

    def is_called(self, name: str) -> bool:
        """Whether somebody may mean it: by its path, its route, or where its API is with the route behind it."""
        if not name or name in (self.path, self.route):
            return bool(name)
        above = name.removesuffix(f" {self.route}")
        return bool(self.route and above != name and is_within(self.api, above))


def assert_no_open_routes(subject: Subject, *, allowed: Sequence[str] = ()) -> None:
    """Fails where anyone on the internet may call a route or a function URL, whether that is meant or not.

    A route is open that has no authorizer, no IAM authorization and no API key, unless a resource policy that doesn't
    let everyone in, a private endpoint or a client certificate stands before it. Answers to preflights (`OPTIONS`) are
    none. Load balancers aren't looked at.

    Args:
        subject: What `synth` returns; a stack, a stage or an app, which is synthesized for it; or a `cdk.out` folder or
            a template.
        allowed: Those that may be open: routes, as `GET /health`, with the construct path of the API before it where
            several have it, as `Shop/Api GET /health`; or construct paths of function URLs. Each has to be open.

    Raises:
        AssertionError: Another one is open, or one of these isn't; or only the deployment tells.
        InputError: The subject can't be read, or is a construct in no app.
        TypeError: `allowed` is no list of texts, or it is no subject.
    """
    names = [" ".join(each.split()) for each in texts("allowed", allowed, "routes", "GET /health")]
    topologies, within = topologies_of(subject)
    found = [each for topology in topologies for each in _open(topology) if is_within(each.path, within)]
    problems = [
        f"  {each.path}  {each.route or 'its function URL'} has no authorization"
        for each in found
        if not any(each.is_called(name) for name in names)
    ]
    routes = [each.route or each.path for each in found]
    for name in names:
        those = [each for each in found if each.is_called(name)]
        if not those:
            problems.append(f"  {name} is allowed to be open, and isn't, or isn't there{nearest(name, routes)}")
        elif len(those) > 1:
            choice = ", ".join(f"{each.api} {each.route}".strip() or each.path for each in those)
            problems.append(f"  {name} is open in several APIs; name each: {choice}")
    problems += [f"  {path}  {why}" for each in topologies for path, why in _undecided(each) if is_within(path, within)]
    if problems:
        raise AssertionError("\n".join([f"open routes of {shown(subject, within)}:", *problems]))


def _open(topology: Topology) -> Iterator[_Open]:
    """The routes and URLs that are open."""
    own = set()
    for gateway in topology.gateways():
        own |= {route.place for route in gateway.routes}
        for route in gateway.open_routes():
            yield _Open(route.place.path, gateway.place.path, route.shown)
    for stack in topology.stacks.values():
        for part in _of_other_apis(stack):
            if part.place not in own and part.authorization in (None, "NONE") and part.needs_key in (None, False):
                yield _Open(part.place.path, "", _shown(part))
    for url in topology.open_urls():
        if not isinstance(url, OpenUrl) or url.is_callable is not False:
            yield _Open(url.place.path)


def _of_other_apis(stack: Stack) -> Iterator[HttpRoute | RestMethod]:
    """Routes that this app adds to an API which isn't in it; answers to preflights aren't among them."""
    for route in stack.http_routes.values():
        if not str(known(route.key) or "").startswith("OPTIONS "):
            yield route
    for method in stack.rest_methods.values():
        if known(method.http_method) != "OPTIONS":
            yield method


def _shown(part: HttpRoute | RestMethod) -> str:
    if isinstance(part, HttpRoute):
        return str(known(part.key) or "")
    return f"{known(part.http_method) or ''} of an imported API".strip()


def _undecided(topology: Topology) -> Iterator[tuple[str, str]]:
    """What isn't known here: the construct path, and why."""
    for gateway in topology.gateways():
        if gateway.api.has_definition:
            yield gateway.place.path, "its routes come out of a definition, so they aren't known here"
        for route in gateway.undecided_routes():
            yield route.place.path, f"whether {route.shown} has authorization is known at the deployment only"
    for stack in topology.stacks.values():
        for resource in stack.resources.values():
            has_routes = _SERVERLESS_ROUTES & resource.properties.keys() or resource.type != f"{_SERVERLESS}Function"
            if resource.type.startswith(_SERVERLESS) and has_routes:
                yield resource.place.path, "its routes come out of a transform, so they aren't known here"
