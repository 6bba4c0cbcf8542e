"""What calls durable functions, which aren't called like others."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.model.callees import Callee
from constructs_lambda.model.events import Events
from constructs_lambda.model.functions import Durable, Function, Place
from constructs_lambda.model.gateway_parts import Gateways
from constructs_lambda.records import record
from constructs_lambda.tokens import known


@record(kw_only=True)
class Call:
    """A way on which a durable function of this app is called.

    Args:
        place: The resource that makes it so.
        property: Property path of the function there.
        what: What a message calls it.
        kind: `api`, `event` or `polling`.
        function: The function.
        callee: How it is named.
    """

    place: Place
    property: str
    what: str
    kind: str
    function: Function
    callee: Callee


class Calls(Gateways, Events):
    """The calls of the functions of an app."""

    def calls(self) -> Iterator[Call]:
        """The calls of durable functions, those under a condition left out."""
        every = (function for stack in self.stacks.values() for function in stack.functions.values())
        if not any(isinstance(function.durable, Durable) for function in every):
            return
        for place, prop, what, kind, callee in self._all_calls():
            function = callee.function if callee else None
            if callee and function and isinstance(function.durable, Durable) and not place.conditional:
                yield Call(place=place, property=prop, what=what, kind=kind, function=function, callee=callee)

    def _all_calls(self) -> Iterator[tuple[Place, str, str, str, Callee | None]]:
        for stack, delivery, protocol in self._deliveries:
            if protocol in ("", "lambda"):
                what = self._shown(delivery, self.spot(stack, delivery.source))
                yield delivery.place, delivery.property, what, "event", self.callee(stack, delivery.target)
        for stack in self.stacks.values():
            for mapping in stack.event_source_mappings.values():
                callee = self.callee(stack, mapping.callee)
                yield mapping.place, "FunctionName", "the event source mapping", "polling", callee
        for gateway in self.gateways():
            for route in gateway.routes:
                is_proxy = route.integration is not None and known(route.integration.type) == "AWS_PROXY"
                what, prop = f"the integration of {route.shown}", "IntegrationUri"
                if gateway.kind == "REST":
                    prop = "Integration.Uri"
                yield route.integration_place, prop, what, "api" if is_proxy else "", route.callee
            for guard in gateway.guards:
                yield guard.place, "AuthorizerUri", f"the authorizer {guard.place.path}", "api", guard.callee
