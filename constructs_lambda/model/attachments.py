"""A function in a VPC with its surroundings: what rules and reports look at. `topology` puts it together."""

from __future__ import annotations

from constructs_lambda.model.functions import Function, Place
from constructs_lambda.model.networks import Outlet, SecurityGroup, Subnet
from constructs_lambda.model.references import Spot
from constructs_lambda.model.roles import Statement
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown, known

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@record(kw_only=True)
class Way:
    """The way from a subnet to one destination.

    Args:
        leads_out: Whether it ends in the internet for a Lambda function; None where that isn't known.
        steps: What it leads through, such as a route table and a NAT gateway, as a message names them.
        reason: Why it doesn't, as a clause.
        is_public: Whether it is the direct one through an internet gateway, which needs a public address.
        is_broken: Whether it leads to a NAT from where nothing goes on.
    """

    leads_out: bool | None
    steps: tuple[str, ...] = ()
    reason: str = ""
    is_public: bool = False
    is_broken: bool = False


@record(kw_only=True)
class Position:
    """One subnet of a function.

    Args:
        subnet: The subnet, None where it isn't made in this app.
        shown: What a message calls it.
        vpc: Its VPC, None where that isn't known.
        internet: The way of IPv4 traffic.
        internet6: The way of IPv6 traffic.
        services: AWS services with an endpoint that it can use, None where there may be others.
        has_endpoints: Whether there is any endpoint for it, None where that isn't known.
        has_ipv6: Whether it has IPv6 addresses, None where that isn't known.
        is_open: Whether it may stand for anything.
    """

    subnet: Subnet | None
    shown: str
    vpc: Spot | None
    internet: Way
    internet6: Way
    services: frozenset[str] | None
    has_endpoints: bool | None
    has_ipv6: bool | None = None
    is_open: bool = False


@record(kw_only=True)
class Rights:
    """What a function's role allows.

    Args:
        statements: Those that are known.
        managed_policies: ARNs of managed policies, as far as they are literal.
        is_open: Whether there may be others.
        place: Where the role stands, None where it isn't made in this app.
        boundary: What its permissions boundary holds, None where it has none or that isn't known.
    """

    statements: tuple[Statement, ...]
    managed_policies: tuple[str, ...]
    is_open: bool
    place: Place | None
    boundary: tuple[Statement, ...] | None = None


@record(kw_only=True)
class Attachment:
    """A function in a VPC, with what the app tells about its surroundings.

    Args:
        place: Where the function stands.
        function: The function.
        positions: Its subnets, None where the list isn't known.
        groups: Its security groups with their VPCs; None in it for one that isn't made in this app; None where the list
            isn't known.
        outlet: What its groups let out.
        rights: What its role allows.
        polled: Services whose queues and streams Lambda reads for it with the role's rights, `*` for an unknown one.
        delivered: Services to which Lambda sends what failed, or results, with the role's rights.
    """

    place: Place
    function: Function
    positions: tuple[Position, ...] | None
    groups: tuple[tuple[SecurityGroup, Spot | None] | None, ...] | None
    outlet: Outlet
    rights: Rights
    polled: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()

    @property
    def reach(self) -> frozenset[str] | None:
        """What our construct says that it must reach: `private`, `public`; None where nothing says."""
        said = (self.function.metadata or {}).get("reach")
        return frozenset(map(str, said)) if isinstance(said, list | tuple) else None

    @property
    def leads_out(self) -> bool | None:
        """Whether it reaches the internet by IPv4, from each of its subnets; False where one of them has no way."""
        return _worst([position.internet.leads_out for position in self.positions or ()])

    @property
    def leads_out6(self) -> bool | None:
        """Whether it reaches the internet by IPv6 from each of its subnets."""
        if known(self.function.ipv6) is not True:
            return None if isinstance(self.function.ipv6, Unknown) else False
        return _worst([position.internet6.leads_out for position in self.positions or ()])

    @property
    def reaches_internet(self) -> bool | None:
        """Whether it gets out by IPv4 or IPv6, as far as routes and security groups tell."""
        ways = [
            _worst([self.leads_out, self.outlet.ipv4]),
            _worst([self.leads_out6, self.outlet.ipv6]),
        ]
        return True if True in ways else None if None in ways else False

    @property
    def has_proxy(self) -> bool:
        """Whether a variable of its environment may name a proxy, which leads out where no route does."""
        variables = self.function.environment
        if isinstance(variables, Unknown):
            return True
        return any(
            str(name).lower().endswith(_PROXIES) or ("proxy" in str(name).lower() and str(value).startswith("http"))
            for name, value in (variables or {}).items()
        )


def _worst(answers: list[bool | None]) -> bool | None:
    if not answers:
        return None
    return False if False in answers else None if None in answers else True
