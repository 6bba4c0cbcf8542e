"""An API with all that belongs to it: what rules look at. `gateway_parts` puts it together."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model.apis import (
    HttpApi,
    HttpAuthorizer,
    HttpIntegration,
    HttpRoute,
    HttpStage,
    RestApi,
    RestAuthorizer,
    RestIntegration,
    RestMethod,
    RestResource,
    RestStage,
)
from constructs_lambda.model.callees import Callee
from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.grants import Permission
from constructs_lambda.model.packages import Deployment
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown

_CALLING = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY")
"""Integrations of REST APIs that call something, instead of answering by themselves."""


@record(kw_only=True)
class Served:
    """One route of an API, or one method of a resource.

    Args:
        place: Where it stands.
        route: What the template says of it.
        method: `GET`, `ANY` and the like; empty for `$default` and the routes of a WebSocket API; None where unknown.
        path: Its path, or the route's name where there is no method; None where unknown.
        integration: What it calls.
        integration_place: Where that stands.
        callee: The function that it calls.
        may_invoke: Whether API Gateway may invoke the function; None where that isn't known, or where it calls none.
        target: What is wrong with its target: `bare` for an integration's id alone, `foreign` for an integration of
            another API.
        left_out: The stages or methods for which API Gateway may not invoke it, where it may for others.
        authorizer: The authorizer that it names, where that is one of this app.
        is_foreign: Whether that authorizer is one of another API.
    """

    place: Place
    route: RestMethod | HttpRoute
    method: str | None
    path: str | None
    integration: RestIntegration | HttpIntegration | None = None
    integration_place: Place
    callee: Callee | None = None
    may_invoke: bool | None = None
    target: str = ""
    left_out: tuple[str, ...] = ()
    authorizer: RestAuthorizer | HttpAuthorizer | None = None
    is_foreign: bool = False

    @property
    def shown(self) -> str:
        """What a message calls it: `GET /orders`."""
        return f"{self.method or ''} {self.path or ''}".strip() or "the route"

    @property
    def function(self) -> Function | None:
        """The function that it calls, where that is made in this app."""
        return self.callee.function if self.callee else None


@record(kw_only=True)
class Guard:
    """An authorizer with its function.

    Args:
        place: Where it stands.
        authorizer: What the template says of it.
        callee: The function that it calls.
        may_invoke: Whether API Gateway may invoke that; None where it isn't known.
        kind: That of its API.
    """

    place: Place
    authorizer: RestAuthorizer | HttpAuthorizer
    callee: Callee | None
    may_invoke: bool | None
    kind: str | None


@record(kw_only=True)
class AuthorizerCode:
    """A function that is an authorizer, with all that it is deployed with.

    Args:
        place: Where the function stands.
        deployment: The function.
        authorizers: Every authorizer that calls it.
    """

    place: Place
    deployment: Deployment
    authorizers: tuple[RestAuthorizer | HttpAuthorizer, ...]


@record(kw_only=True)
class PathPart:
    """A resource of a REST API with what is above it.

    Args:
        resource: What the template says of it.
        parent: What tells its siblings: the same for all below one parent, None where that isn't known.
        above: The parts of the path above it, None where one of them isn't known.
    """

    resource: RestResource
    parent: object
    above: tuple[str, ...] | None


@record(kw_only=True)
class Gateway:
    """An API.

    Args:
        place: Where it stands.
        api: What the template says of it.
        kind: `REST`, `HTTP` or `WEBSOCKET`; None where that isn't known.
        routes: Its routes, or the methods of its resources.
        parts: The resources of a REST API.
        integrations: The integrations of an HTTP or WebSocket API.
        guards: Its authorizers.
        stages: Its stages.
        needs_certificate: Whether callers may need a certificate: only domain names lead to it, and one of this app has
            mutual TLS.
        strays: Permissions for this API that cover none of its routes and authorizers.
        is_open: Whether there may be routes that aren't seen here.
    """

    place: Place
    api: RestApi | HttpApi
    kind: str | None
    routes: tuple[Served, ...]
    parts: tuple[PathPart, ...] = ()
    integrations: tuple[HttpIntegration, ...] = ()
    guards: tuple[Guard, ...] = ()
    stages: tuple[RestStage | HttpStage, ...] = ()
    needs_certificate: bool = False
    strays: tuple[Permission, ...] = ()
    is_open: bool = False

    def open_routes(self) -> Iterator[Served]:
        """The routes that anyone on the internet may call, whether that is meant or not."""
        api = self.api
        if isinstance(api, RestApi) and api.endpoint not in ("EDGE", "REGIONAL"):
            return
        if isinstance(api, RestApi) and api.policy_length is not None and not api.has_open_policy:
            return
        if self.needs_certificate:
            return
        for route in self.routes:
            if route.route.authorization in (None, "NONE") and self._is_reachable(route):
                yield route

    def undecided_routes(self) -> Iterator[Served]:
        """The routes of which only the deployment tells whether anyone may call them."""
        for route in self.routes:
            if isinstance(route.route.authorization, Unknown) and self._is_reachable(route):
                yield route

    def _is_reachable(self, route: Served) -> bool:
        """Whether somebody calls a route without a key and gets more than an answer to a preflight."""
        has_key = route.route.needs_key is not None and route.route.needs_key is not False
        if isinstance(route.route, HttpRoute):
            if self.kind == "WEBSOCKET":
                return route.path == "$connect" and not has_key
            return self.kind == "HTTP" and route.method not in (None, "OPTIONS")
        integration = route.integration
        is_mock = isinstance(integration, RestIntegration) and integration.type not in _CALLING
        return not (is_mock or has_key or integration is None) and route.method not in (None, "OPTIONS")
