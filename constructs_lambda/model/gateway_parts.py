"""The APIs of an app, put together from all its stacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from constructs_lambda.model.apis import (
    API_FIELDS,
    HttpApi,
    HttpAuthorizer,
    HttpIntegration,
    HttpRoute,
    RestApi,
    RestAuthorizer,
    RestIntegration,
    RestMethod,
)
from constructs_lambda.model.callees import Callee
from constructs_lambda.model.deployments import Deployments
from constructs_lambda.model.functions import Place
from constructs_lambda.model.gateways import AuthorizerCode, Gateway, Guard, PathPart, Served
from constructs_lambda.model.networks import Link, Parts, Target
from constructs_lambda.model.references import Spot
from constructs_lambda.model.route_sources import RouteSources, Stages, stage_names
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import known

_ROOT = "RootResourceId"
_INTERNAL_EXPORT = "ExportsOutput"  # in the name of an export that CDK makes for another stack of the app
_DEEPEST = 100
_PROTOCOLS = ("HTTP", "WEBSOCKET")


@record()
class _At:
    """A part of an API, with the stack that it stands in."""

    stack: Stack
    logical_id: str
    part: Any


class Gateways(RouteSources, Deployments):
    """The APIs of an app."""

    def gateways(self) -> Iterator[Gateway]:
        """Every API that this app makes."""
        for stack in self.stacks.values():
            for field in ("rest_apis", "http_apis"):
                for logical_id, api in getattr(stack, field).items():
                    yield self._gateway(Spot(stack.place.template, logical_id), stack, api)

    def _gateway(self, spot: Spot, stack: Stack, api: RestApi | HttpApi) -> Gateway:
        protocol = known(api.protocol) if isinstance(api, HttpApi) else "REST"
        kind = protocol if protocol in ("REST", *_PROTOCOLS) else None
        is_rest = isinstance(api, RestApi)
        guards = tuple(
            self._guard(spot, at, kind) for at in self._of("rest_authorizers" if is_rest else "http_authorizers", spot)
        )
        stages = tuple(at.part for at in self._of("rest_stages" if is_rest else "http_stages", spot))
        is_open = api.has_definition or api.place.conditional or self.may_gain or self._is_shared(spot) or kind is None
        is_open = is_open or any(None in self._parts[field] for field in API_FIELDS)
        names = None if is_open else stage_names(stages)
        served = (self._method(spot, at, names) for at in self._of("rest_methods", spot))
        if not is_rest:
            served = (self._route(spot, at, kind, names) for at in self._of("http_routes", spot))
        routes = tuple(served)
        return Gateway(
            place=api.place,
            api=api,
            kind=kind,
            routes=routes,
            parts=tuple(self._path_part(at) for at in self._of("rest_resources", spot)),
            integrations=tuple(at.part for at in self._of("http_integrations", spot)),
            guards=guards,
            stages=stages,
            needs_certificate=api.has_no_endpoint not in (None, False)
            and any(each.has_mutual_tls for each in self.stacks.values()),
            strays=() if is_open or not routes else tuple(self._strays(spot, routes, stages)),
            is_open=is_open,
        )

    # --- Routes ------------------------------------------------------------------------------------------------------

    def _method(self, api: Spot, at: _At, stages: Stages) -> Served:
        method: RestMethod = at.part
        integration = method.integration if isinstance(method.integration, RestIntegration) else None
        path = self._path(at.stack, method.resource)
        name = known(method.http_method)
        return self._served(
            api,
            at,
            stages,
            method=name,
            path=path,
            integration=integration,
            integration_place=method.place,
            callee=self._invoked(at.stack, integration),
        )

    def _route(self, api: Spot, at: _At, kind: str | None, stages: Stages) -> Served:
        route: HttpRoute = at.part
        found = self._integration(at.stack, route.target)
        key = known(route.key)
        method, _, path = key.partition(" ") if key else ("", "", "")
        has_method = kind == "HTTP" and bool(path)
        integration: HttpIntegration | None = found.part if found else None
        return self._served(
            api,
            at,
            stages,
            method=None if key is None else method if has_method else "",
            path=None if key is None else path if has_method else key,
            integration=integration,
            integration_place=integration.place if integration else route.place,
            callee=self._invoked(found.stack, integration) if found else None,
            target=self._target(api, at, found),
        )

    def _served(self, api: Spot, at: _At, stages: Stages, **fields: Any) -> Served:
        integration, callee = fields["integration"], fields["callee"]
        spot = self.spot(at.stack, at.part.authorizer)
        guard = self._authorizer(spot)
        method, path = fields["method"], fields["path"]
        may_invoke: bool | None = None
        left_out: tuple[str, ...] = ()
        is_open = callee is None or self._are_shared(api, callee) or bool(fields.get("target"))
        if callee and callee.function and integration.credentials is None and not is_open:
            may_invoke, left_out = self.route_access(callee, api, method, path, stages)
        return Served(
            place=at.part.place,
            route=at.part,
            may_invoke=may_invoke,
            left_out=left_out,
            authorizer=guard.part if guard else None,
            is_foreign=guard is not None and self._api_of(guard) not in (api, None),
            **fields,
        )

    def _invoked(self, stack: Stack, integration: RestIntegration | HttpIntegration | None) -> Callee | None:
        if integration is None or integration.type not in ("AWS", "AWS_PROXY"):
            return None
        return self.callee(stack, integration.uri)

    def _integration(self, stack: Stack, target: Parts) -> _At | None:
        """The integration behind `integrations/<id>`."""
        if len(target) != 2 or target[0] != "integrations/" or not isinstance(target[1], Link):
            return None
        return self._at("http_integrations", self.spot(stack, target[1]))

    def _target(self, api: Spot, at: _At, found: _At | None) -> str:
        """What is wrong with the target of a route."""
        if found:
            return "foreign" if self._api_of(found) not in (api, None) else ""
        target = at.part.target
        is_bare = len(target) == 1 and isinstance(target[0], Link)
        return "bare" if is_bare and self._at("http_integrations", self.spot(at.stack, target[0])) else ""

    def _authorizer(self, spot: Spot | None) -> _At | None:
        return self._at("rest_authorizers", spot) or self._at("http_authorizers", spot)

    def _at(self, field: str, spot: Spot | None) -> _At | None:
        stack = self.stacks.get(spot.template) if spot and spot.template else None
        part = getattr(stack, field).get(spot.name) if stack and spot else None
        return _At(stack, spot.name, part) if stack and spot and part else None

    def _api_of(self, at: _At) -> Spot | None:
        return self.spot(at.stack, at.part.api)

    # --- Paths -------------------------------------------------------------------------------------------------------

    def _path(self, stack: Stack, link: Target) -> str | None:
        parts = self._above(stack, link)
        return None if parts is None else "/" + "/".join(parts)

    def _above(self, stack: Stack, link: Target) -> tuple[str, ...] | None:
        """The parts of the path down to a resource; empty for the root."""
        found: list[str] = []
        for _ in range(_DEEPEST):
            spot = self.spot(stack, link)
            if spot is None or not spot.template:
                return None
            stack = self.stacks[spot.template]
            if spot.attribute == _ROOT:
                return tuple(reversed(found))
            resource = stack.rest_resources.get(spot.name)
            part = known(resource.part) if resource else None
            if resource is None or part is None:
                return None
            found.append(part)
            link = resource.parent
        return None

    def _path_part(self, at: _At) -> PathPart:
        parent = self.spot(at.stack, at.part.parent)
        return PathPart(
            resource=at.part,
            parent=(parent, parent.attribute == _ROOT) if parent else None,
            above=self._above(at.stack, at.part.parent),
        )

    # --- Authorizers -------------------------------------------------------------------------------------------------

    def _guard(self, api: Spot, at: _At, kind: str | None) -> Guard:
        authorizer: RestAuthorizer | HttpAuthorizer = at.part
        callee = self.callee(at.stack, authorizer.uri) if authorizer.uri else None
        may_invoke = None
        if callee and callee.function and authorizer.credentials is None and not self._are_shared(api, callee):
            spot = Spot(at.stack.place.template, at.logical_id)
            may_invoke = self.may_invoke(callee, "apigateway", None, partial(self._covers_guard, api, spot))
        return Guard(place=authorizer.place, authorizer=authorizer, callee=callee, may_invoke=may_invoke, kind=kind)

    def authorizer_code(self) -> Iterator[AuthorizerCode]:
        """The functions of this app that are authorizers of any API, also of one that another app makes."""
        found: dict[Place, list[RestAuthorizer | HttpAuthorizer]] = {}
        for stack in self.stacks.values():
            every: list[RestAuthorizer | HttpAuthorizer] = [*stack.rest_authorizers.values()]
            for authorizer in (*every, *stack.http_authorizers.values()):
                callee = self.callee(stack, authorizer.uri) if authorizer.uri else None
                function = callee.function if callee else None
                if function:
                    found.setdefault(function.place, []).append(authorizer)
        for place, authorizers in found.items():
            deployment = self._deployments[place.template][place.resource]
            yield AuthorizerCode(place=place, deployment=deployment, authorizers=tuple(authorizers))

    # --- What belongs to an API --------------------------------------------------------------------------------------

    def _of(self, field: str, api: Spot) -> list[_At]:
        return self._parts[field].get(api, [])

    @cached_property
    def _parts(self) -> Mapping[str, Mapping[Spot | None, list[_At]]]:
        """By field and API; under None what may belong to any API."""
        found: dict[str, dict[Spot | None, list[_At]]] = {field: defaultdict(list) for field in API_FIELDS}
        for stack in self.stacks.values():
            for field in API_FIELDS:
                if field in ("rest_apis", "http_apis"):
                    continue
                for logical_id, part in getattr(stack, field).items():
                    found[field][self.spot(stack, part.api)].append(_At(stack, logical_id, part))
        return found

    def _is_shared(self, api: Spot) -> bool:
        """Whether the API's id is exported by its author, so that another app may add routes."""
        return api in self._published

    def _are_shared(self, api: Spot, callee: Callee) -> bool:
        """Whether API and function are both exported by their author, so that another app may add the permission."""
        place = callee.function.place if callee.function else None
        return self._is_shared(api) and place in self._published_functions

    @cached_property
    def _published(self) -> frozenset[Spot]:
        """What is exported by an author, not by CDK for another stack of the app."""
        found = (
            self.spot(stack, stack.outputs.get(outputs[0]))
            for stack in self.stacks.values()
            for name, outputs in stack.exports.items()
            if _INTERNAL_EXPORT not in name and outputs
        )
        return frozenset(spot for spot in found if spot and spot.template)

    @cached_property
    def _published_functions(self) -> frozenset[Place]:
        found = (self.stacks[spot.template].function_of(spot.name) for spot in self._published)
        return frozenset(function.place for function in found if function)
