"""The ways out of subnets: route tables, routes, gateways and endpoints.

A template of the app may stand for a part of the network only. So a subnet, a route or a gateway that isn't made in the
app, or that a condition decides about, is unknown, and nothing is said about what lies behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from constructs_lambda.model.attachments import Position, Way
from constructs_lambda.model.functions import Place
from constructs_lambda.model.groups import Groups
from constructs_lambda.model.networks import Endpoint, Link, Route, Subnet, Target
from constructs_lambda.model.references import Spot, are_same
from constructs_lambda.model.stacks import Stack
from constructs_lambda.tokens import Unknown, known

_MOST_STEPS = 10
EVERYWHERE = ("0.0.0.0/0", "::/0")
UNKNOWN_WAY = Way(leads_out=None)


class Ways(Groups):
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
        vpc = self.vpc(self.stacks[spot.template], subnet.vpc)
        table = self._table(spot, vpc)
        if (vpc, table) not in self._known_services:
            self._known_services[vpc, table] = self._services(vpc, table)
        services, has_endpoints = self._known_services[vpc, table]
        return Position(
            subnet=subnet,
            shown=subnet.place.path,
            vpc=vpc,
            internet=self._way(table, EVERYWHERE[0]),
            internet6=self._way(table, EVERYWHERE[1]),
            services=services,
            has_endpoints=has_endpoints,
            has_ipv6=subnet.has_ipv6 or (None if self._may_be(self._subnet_blocks, spot) else subnet.has_ipv6),
        )

    @cached_property
    def _known_services(self) -> dict[tuple[Spot | None, Spot | str | None], tuple[frozenset[str] | None, bool | None]]:
        return {}

    @staticmethod
    def _may_be(spots: list[Spot | None], spot: Spot) -> bool:
        return any(are_same(each, spot) is not False for each in spots)

    @cached_property
    def _subnet_blocks(self) -> list[Spot | None]:
        return [self.spot(stack, each.to) for stack, each in self.every("subnet_blocks")]

    def _table(self, subnet: Spot, vpc: Spot | None) -> Spot | str | None:
        """The route table of a subnet, `main` where it has none of its own, None where that isn't known."""
        tables, is_certain = self._tables
        found = tables.get((subnet.template, subnet.name), [])
        if len(found) > 1 or (not found and not (is_certain and self._is_own(vpc))):
            return None
        return found[0] if found else "main"

    def _is_own(self, vpc: Spot | None) -> bool:
        """Whether a VPC is made in this app, so that what belongs to it is made here too."""
        place: Place | None = self.find("vpcs", vpc)
        return place is not None and not place.conditional

    @cached_property
    def _tables(self) -> tuple[Mapping[tuple[str, str], list[Spot | None]], bool]:
        """Route tables by subnet, and whether that is all of them."""
        found: dict[tuple[str, str], list[Spot | None]] = defaultdict(list)
        is_certain = not self.is_open
        for stack, each in self.every("associations"):
            subnet = self.spot(stack, each.subnet)
            if subnet is None or not subnet.template:
                is_certain = False
            else:
                table = None if each.place.conditional else self.spot(stack, each.table)
                found[subnet.template, subnet.name].append(table)
        return found, is_certain

    @cached_property
    def _routes(self) -> tuple[Mapping[tuple[str, str], list[tuple[Stack, Route]]], bool]:
        """Routes by route table, and whether that is all of them."""
        found: dict[tuple[str, str], list[tuple[Stack, Route]]] = defaultdict(list)
        is_certain = not self.is_open
        for stack, route in self.every("routes"):
            table = self.spot(stack, route.table)
            if table is None or not table.template:
                is_certain = False
            else:
                found[table.template, table.name].append((stack, route))
        return found, is_certain

    @cached_property
    def _propagated(self) -> list[Spot | None]:
        """Route tables into which a gateway or server writes routes; None in it where one isn't known."""
        return [
            self.spot(stack, table)
            for stack, each in self.every("propagations")
            for table in (each.tables if isinstance(each.tables, tuple) else (None,))
        ]

    def _is_joined(self, table: Spot) -> bool:
        """Whether something leads from a table into other networks, in which endpoints may stand."""
        routes, _ = self._routes
        every = routes.get((table.template, table.name), ())
        return any(self._joins(*each) for each in every) or self._may_be(self._propagated, table)

    def _joins(self, stack: Stack, route: Route) -> bool:
        if route.via == "GatewayId":  # an internet gateway, or one of a VPN
            target = self.spot(stack, route.target)
            is_local = target is not None and not target.template and target.name.startswith(("igw-", "local"))
            return not is_local and self.find("internet_gateways", target) is None
        is_nat = route.via == "InstanceId" and route.destination in EVERYWHERE
        return not is_nat and route.via not in ("NatGatewayId", "EgressOnlyInternetGatewayId")

    def _way(self, table: Spot | str | None, destination: str, depth: int = 0) -> Way:
        if table is None or depth > _MOST_STEPS:
            return UNKNOWN_WAY
        if isinstance(table, str):
            if not self._routes[1] or self._propagated:
                return UNKNOWN_WAY
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
                return replace(way, steps=(shown, *way.steps))
            elif route.destination in EVERYWHERE:
                continue
            elif route.destination is None or "/" not in route.destination or _family(route.destination) == destination:
                others = others or route.via != "VpcPeeringConnectionId"
        if not is_certain or others or self._may_be(self._propagated, table):
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
            if instance and instance.checks_source is True and not instance.place.conditional:
                reason = f"the instance {instance.place.path} drops it: SourceDestCheck is on"
                return Way(leads_out=False, steps=(shown,), reason=reason, is_broken=True)
            return Way(leads_out=True, steps=(shown,))
        elif route.via == "VpcPeeringConnectionId":
            reason = "a peering connection leads to one VPC only"
            return Way(leads_out=False, steps=("peering connection",), reason=reason, is_broken=True)
        return Way(leads_out=None, steps=(f"{route.via or 'an unknown target'}",))

    def _through_nat(self, target: Spot | None, route: Route, depth: int) -> Way:
        if depth:
            return Way(leads_out=False, is_broken=True)  # one NAT gateway behind another
        gateway = self.find("nat_gateways", target)
        shown = f"NAT gateway {_shown(gateway.place if gateway else None, target)}"
        if gateway is None or gateway.place.conditional or target is None:
            return Way(leads_out=True, steps=(shown,))
        stack = self.stacks[target.template]
        if gateway.is_regional is True:
            if self._has_internet_gateway(self.vpc(stack, gateway.vpc)) is False:
                reason = f"the {shown} is of no use: its VPC has no internet gateway"
                return Way(leads_out=False, steps=(shown,), reason=reason, is_broken=True)
            return Way(leads_out=True, steps=(shown,))
        spot = self.spot(stack, gateway.subnet)
        subnet: Subnet | None = self.find("subnets", spot)
        way = UNKNOWN_WAY
        if spot is not None and subnet is not None and not subnet.place.conditional:
            table = self._table(spot, self.vpc(self.stacks[spot.template], subnet.vpc))
            way = self._way(table, EVERYWHERE[0], depth + 1)
        steps = (shown, *way.steps)
        if gateway.is_public is not True:  # a private one may stand before a firewall or another network's way out
            if gateway.is_public is False and way.leads_out is False and not way.is_broken:
                reason = f"the {shown} is a private one, which has no way out"
                return Way(leads_out=False, steps=steps, reason=reason, is_broken=True)
            return Way(leads_out=None, steps=steps)
        if way.leads_out is False and not way.is_public:
            reason = f"the {shown} stands in a subnet without a way out"
            return Way(leads_out=False, steps=steps, reason=reason, is_broken=True)
        return Way(leads_out=True, steps=steps)

    def _has_internet_gateway(self, vpc: Spot | None) -> bool | None:
        unknown = self.is_open or vpc is None or not vpc.template
        for stack, attachment in self.every("attachments"):
            is_here = are_same(self.vpc(stack, attachment.vpc), vpc)
            if is_here is None:
                unknown = True
            elif is_here and attachment.internet_gateway is not None:
                return None if attachment.place.conditional else True
        return None if unknown else False

    def _services(self, vpc: Spot | None, table: Spot | str | None) -> tuple[frozenset[str] | None, bool | None]:
        """Services with an endpoint for a subnet, None where there may be others; and whether there is any."""
        found: set[str] = set()
        is_certain, has_any = self._is_own(vpc) and not self.is_open, False
        if table is None or (isinstance(table, Spot) and self._is_joined(table)):
            is_certain = False
        for stack, endpoint in self.every("endpoints"):
            is_here = are_same(self.vpc(stack, endpoint.vpc), vpc)
            if is_here is False:
                continue
            serves = self._serves(stack, endpoint, table) if is_here and not endpoint.place.conditional else None
            if serves is False and endpoint.is_gateway is True:
                continue
            has_any = True
            if endpoint.service is None or serves is None:
                is_certain = False
            elif serves:
                found.add(endpoint.service)
        return (frozenset(found) if is_certain else None), has_any if is_certain or has_any else None

    def _serves(self, stack: Stack, endpoint: Endpoint, table: Spot | str | None) -> bool | None:
        """Whether an endpoint of the VPC is for a subnet: a gateway is for the route tables that name it."""
        if isinstance(endpoint.is_gateway, Unknown):
            return None
        if endpoint.is_gateway is not True:
            if known(endpoint.private_dns) is True:
                return self.is_entered(stack, endpoint.groups)
            # A zone of the app's own may give it the service's usual name.
            is_named = isinstance(endpoint.private_dns, Unknown) or any(self.every("hosted_zones"))
            return None if is_named else False
        if table is None or isinstance(endpoint.tables, Unknown):
            return None
        tables = [self.spot(stack, each) for each in endpoint.tables or ()]
        if isinstance(table, str):  # the main table has no name in a template
            return None if any(each is None or not each.template for each in tables) else False
        found = [are_same(each, table) for each in tables]
        return True if True in found else None if None in found else False


def _family(block: str) -> str:
    return EVERYWHERE[1] if ":" in block else EVERYWHERE[0]


def _shown(place: Place | None, target: Spot | None) -> str:
    return place.path if place else target.shown if target and target.shown else "of another stack"
