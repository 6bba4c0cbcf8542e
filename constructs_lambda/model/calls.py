"""What calls the functions that aren't called like others: durable ones, and those that run published versions only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from constructs_lambda.model.callees import Callee
from constructs_lambda.model.events import Events
from constructs_lambda.model.functions import Durable, Function, ManagedInstances, Place
from constructs_lambda.model.gateway_parts import Gateways
from constructs_lambda.model.invokers import Invocation
from constructs_lambda.model.networks import Link
from constructs_lambda.model.provisions import Provisions
from constructs_lambda.model.stacks import Stack
from constructs_lambda.records import record
from constructs_lambda.tokens import known


@record(kw_only=True)
class Call:
    """A way on which a function is called that isn't like others: durable, isolated, with SnapStart or instances.

    Args:
        place: The resource that makes it so.
        property: Property path of the function there.
        what: What a message calls it.
        kind: `api`, `event`, `polling`, `url`, `hook` or `destination`; of other services `waiting` for those that wait
            for the answer, else `invoking`.
        function: The function.
        callee: How it is named.
        alias: Path of an alias of the function, on a published version; empty where there is none.
    """

    place: Place
    property: str
    what: str
    kind: str
    function: Function
    callee: Callee
    alias: str = ""


class Calls(Gateways, Events, Provisions):
    """The calls of the functions of an app."""

    def calls(self) -> Iterator[Call]:
        """The calls of such functions, those under a condition left out."""
        every = (function for stack in self.stacks.values() for function in stack.functions.values())
        special = {function.place for function in every if _is_special(function)}
        if not special:
            return
        for place, prop, what, kind, callee in self._all_calls():
            function = callee.function if callee else None
            if callee and function and function.place in special and not place.conditional:
                yield Call(
                    place=place,
                    property=prop,
                    what=what,
                    kind=kind,
                    function=function,
                    callee=callee,
                    alias=self._published_alias(function),
                )

    def forbidden(self) -> Iterator[Invocation]:
        """What load balancers and user pools invoke without a permission."""
        for stack in self.stacks.values():
            for invoker in stack.invokers.values():
                for prop, parts in invoker.functions if invoker.service and not invoker.place.conditional else ():
                    callee = self.callee(stack, parts)
                    function = callee.function if callee else None
                    if not callee or not function:
                        continue
                    if self.may_invoke(callee, invoker.service, None, lambda permission: True) is False:
                        yield Invocation(
                            place=invoker.place,
                            property=prop,
                            what=invoker.what,
                            service=invoker.service,
                            function=function,
                        )

    def _published_alias(self, function: Function) -> str:
        for alias in self._aliases.get(function.place, {}).values():
            if not alias.place.conditional and not (known(alias.version) or "").startswith("$LATEST"):
                return alias.place.path
        return ""

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
        for stack in self.stacks.values():
            for url in stack.urls.values():
                callee = self.callee(stack, url.function_parts)
                if callee and callee.is_unqualified and url.qualifier is not None:
                    callee = replace(callee, qualifier=known(url.qualifier))
                yield url.place, "TargetFunctionArn", "the function URL", "url", callee
            yield from self._other_calls(stack)

    def _other_calls(self, stack: Stack) -> Iterator[tuple[Place, str, str, str, Callee | None]]:
        """What CodeDeploy, Lambda itself and other services call by a name that stands in their resource."""
        for alias in stack.aliases.values():
            for prop, parts in alias.hooks:
                prop = f"UpdatePolicy.CodeDeployLambdaAliasUpdate.{prop}"
                yield alias.place, prop, "CodeDeploy", "hook", self.callee(stack, parts)
        for each in stack.async_invocations.values():
            for source in each.destinations:
                callee = self.callee(stack, (source.link,)) if isinstance(source.link, Link) else None
                yield each.place, "DestinationConfig", "the destination", "destination", callee
        for invoker in stack.invokers.values():
            for prop, parts in invoker.functions:
                kind = "waiting" if invoker.waits else "invoking"
                yield invoker.place, prop, invoker.what, kind, self.callee(stack, parts)


def _is_special(function: Function) -> bool:
    has_instances = isinstance(function.managed_instances, ManagedInstances)
    is_other = function.snap_start == "PublishedVersions" or function.tenant_isolation == "PER_TENANT"
    return isinstance(function.durable, Durable) or has_instances or is_other
