"""The ways out of subnets: route tables, routes, gateways and endpoints.

A template of the app may stand for a part of the network only. So a subnet, a route or a gateway that isn't made in the
app, or that a condition decides about, is unknown, and nothing is said about what lies behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from constructs_lambda.model.attachments import Position, Way
from constructs_lambda.model.functions import Place
from constructs_lambda.model.networks import Endpoint, Link, Route, Subnet, Target
from constructs_lambda.model.references import References, Spot
from constructs_lambda.model.stacks import Stack
from constructs_lambda.tokens import Unknown

_MOST_STEPS = 10
EVERYWHERE = ("0.0.0.0/0", "::/0")
UNKNOWN_WAY = Way(leads_out=None)


class Ways(References):
    """What can be reached from each subnet of an app."""

    def position(self, stack: Stack, link: Target) -> Position:
        """A subnet, and what can be reached from it."""
        spot = self.spot(stack, link)
        subnet: Subnet | None = self.find("subnets", spot)
        if spot is None or subnet is None or subnet.place.conditional:
            shown = link.name if isinstance(link, Link) and link.kind == "id" else "a subnet that this app doesn't make"
            return Position(
                subnet=None, shown=shown, vpc=None, internet=UNKNOWN_WAY, internet6=UNKNOWN_WAY, services=None,
                has_endpoints=None, is_open=spot is None,
            )  # fmt: skip
        vpc = self.spot(self.stacks[spot.template], subnet.vpc)
        table = self._table(spot)
        services, has_endpoints = self._services(vpc, table)
        return Position(
            subnet=subnet,
            shown=subnet.place.path,
            vpc=vpc,
            internet=self._way(table, EVERYWHERE[0]),
            internet6=self._way(table, EVERYWHERE[1]),
            services=services,
            has_endpoints=has_endpoints,
            has_ipv6=subnet.has_ipv6,
        )

    def _table(self, subnet: Spot) -> Spot | str | None:
        """The route table of a subnet, `main` where it has none of its own, None where that isn't known."""
        tables, is_certain = self._tables
        found = tables.get((subnet.template, subnet.name), [])
        if len(found) > 1 or (not found and not is_certain):
            return None
        return found[0] if found else "main"

    @cached_property
    def _tables(self) -> tuple[Mapping[tuple[str, str], list[Spot | None]], bool]:
        """Route tables by subnet, and whether that is all of them."""
        found: dict[tuple[str, str], list[Spot | None]] = defaultdict(list)
        is_certain = not self.is_open
        for stack, each in self.every("associations"):
            subnet = self.spot(stack, each.subnet)
            if subnet is None:
                is_certain = False
            else:
                table = None if each.place.conditional else self.spot(stack, each.table)
                found[subnet.template, subnet.name].append(table)
        return found, is_certain

    @cached_property
    def is_open(self) -> bool:
        """Whether a macro or a loop may add to any of the templates."""
        return any(stack.networks.is_open for stack in self.stacks.values())

    @cached_property
    def _routes(self) -> tuple[Mapping[tuple[str, str], list[tuple[Stack, Route]]], bool]:
        """Routes by route table, and whether that is all of them."""
        found: dict[tuple[str, str], list[tuple[Stack, Route]]] = defaultdict(list)
        is_certain = not self.is_open
        for stack, route in self.every("routes"):
            table = self.spot(stack, route.table)
            if table is None:
                is_certain = False
            else:
                found[table.template, table.name].append((stack, route))
        return found, is_certain

    def _way(self, table: Spot | str | None, destination: str, depth: int = 0) -> Way:
        if table is None or depth > _MOST_STEPS:
            return UNKNOWN_WAY
        if isinstance(table, str):
            return Way(leads_out=False, reason="it has no route table of its own, and so no route out of the VPC")
        place: Place | None = self.find("route_tables", table)
        if place is None or place.conditional:
            return UNKNOWN_WAY
        routes, is_certain = self._routes
        shown = f"route table {place.path}"
        others = False
        for stack, route in routes.get((table.template, table.name), []):
            if isinstance(route.destination, Unknown):
                is_certain = False
            elif route.destination == destination:
                way = UNKNOWN_WAY if route.place.conditional else self._through(stack, route, depth)
                return Way(
                    leads_out=way.leads_out, steps=(shown, *way.steps), reason=way.reason, is_public=way.is_public
                )
            else:
                others = others or route.via not in ("VpcPeeringConnectionId", "EgressOnlyInternetGatewayId")
        if not is_certain or (others and destination == EVERYWHERE[0]):
            return UNKNOWN_WAY
        return Way(leads_out=False, steps=(shown,), reason=f"its {shown} has no route to {destination}")

    def _through(self, stack: Stack, route: Route, depth: int) -> Way:
        target = self.spot(stack, route.target)
        if route.via == "NatGatewayId":
            return self._through_nat(target, route, depth)
        if route.via == "GatewayId":
            place: Place | None = self.find("internet_gateways", target)
            if place is not None or (target is not None and not target.template and target.name.startswith("igw-")):
                shown = f"internet gateway {place.path if place else target.name if target else ''}"
                reason = "it is a public subnet, and the network interfaces of Lambda get no public address"
                return Way(leads_out=route.destination != EVERYWHERE[0], steps=(shown,), reason=reason, is_public=True)
        elif route.via == "EgressOnlyInternetGatewayId":
            place = self.find("egress_only_gateways", target)
            return Way(leads_out=True, steps=(f"egress-only internet gateway {_shown(place, target)}",))
        elif route.via == "InstanceId":
            instance = self.find("instances", target)
            shown = f"NAT instance {_shown(instance.place if instance else None, target)}"
            if instance and instance.checks_source is True:
                reason = f"the instance {instance.place.path} drops it: SourceDestCheck is on"
                return Way(leads_out=False, steps=(shown,), reason=reason)
            return Way(leads_out=True, steps=(shown,))
        elif route.via == "VpcPeeringConnectionId":
            return Way(
                leads_out=False, steps=("peering connection",), reason="a peering connection leads to one VPC only"
            )
        return Way(leads_out=None, steps=(f"{route.via or 'an unknown target'}",))

    def _through_nat(self, target: Spot | None, route: Route, depth: int) -> Way:
        if depth:
            return Way(leads_out=False)  # one NAT gateway behind another
        gateway = self.find("nat_gateways", target)
        shown = f"NAT gateway {_shown(gateway.place if gateway else None, target)}"
        if gateway is None or gateway.place.conditional or target is None:
            return Way(leads_out=True, steps=(shown,))
        if gateway.is_public is False:
            return Way(leads_out=False, steps=(shown,), reason=f"the {shown} is a private one, which has no way out")
        stack = self.stacks[target.template]
        if gateway.is_regional is True:
            if self._has_internet_gateway(self.spot(stack, gateway.vpc)) is False:
                reason = f"the {shown} is of no use: its VPC has no internet gateway"
                return Way(leads_out=False, steps=(shown,), reason=reason)
            return Way(leads_out=True, steps=(shown,))
        subnet = self.spot(stack, gateway.subnet)
        if subnet is None or self.find("subnets", subnet) is None:
            return Way(leads_out=True, steps=(shown,))
        way = self._way(self._table(subnet), EVERYWHERE[0], depth + 1)
        if way.leads_out is False and not way.is_public:
            return Way(
                leads_out=False, steps=(shown, *way.steps), reason=f"the {shown} stands in a subnet without a way out"
            )
        return Way(leads_out=True, steps=(shown, *way.steps))

    def _has_internet_gateway(self, vpc: Spot | None) -> bool | None:
        unknown = self.is_open or vpc is None or not vpc.template
        for stack, attachment in self.every("attachments"):
            at = self.spot(stack, attachment.vpc)
            if at is None:
                unknown = True
            elif at == vpc and attachment.internet_gateway is not None:
                return None if attachment.place.conditional else True
        return None if unknown else False

    def _services(self, vpc: Spot | None, table: Spot | str | None) -> tuple[frozenset[str] | None, bool | None]:
        """Services with an endpoint for a subnet, None where there may be others; and whether there is any."""
        found: set[str] = set()
        is_certain, has_any = vpc is not None and not self.is_open, False
        for stack, endpoint in self.every("endpoints"):
            at = self.spot(stack, endpoint.vpc)
            if at is not None and vpc is not None and at != vpc:
                continue
            serves = None if at is None or endpoint.place.conditional else self._serves(stack, endpoint, table)
            if serves is False:
                continue
            has_any = True
            if serves is None or endpoint.service is None:
                is_certain = False
            else:
                found.add(endpoint.service)
        return (frozenset(found) if is_certain else None), has_any if is_certain or has_any else None

    def _serves(self, stack: Stack, endpoint: Endpoint, table: Spot | str | None) -> bool | None:
        """Whether an endpoint of the VPC is for a subnet: a gateway is for the route tables that name it."""
        if endpoint.is_gateway is not True:
            return None if isinstance(endpoint.is_gateway, Unknown) else True
        if not isinstance(table, Spot) or not isinstance(endpoint.tables, tuple):
            return None if table is None or isinstance(endpoint.tables, Unknown) else False
        tables = [self.spot(stack, each) for each in endpoint.tables]
        return True if table in tables else None if None in tables else False


def _shown(place: Place | None, target: Spot | None) -> str:
    return place.path if place else target.shown if target and target.shown else "of another stack"
