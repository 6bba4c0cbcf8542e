"""VPCs and what is in them, as CloudFormation is told to make them. `topology` puts the pieces together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields

from constructs_lambda.model.functions import Flag, Place, Text
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown


@record()
class Link:
    """What a template names: a resource of its own, one of another stack, or an id.

    Args:
        name: Logical id of a resource or name of a parameter, the name of an export, or the id itself.
        attribute: What `Fn::GetAtt` asks for; empty for a `Ref`.
        kind: `resource` (parameters included), `export` or `id`; `pseudo` for a parameter such as `AWS::Region`, only
            among parts.
    """

    name: str
    attribute: str = ""
    kind: str = "resource"


Target = Link | Unknown | None
Links = tuple[Link | Unknown, ...] | Unknown | None
Parts = tuple[str | Link | Unknown, ...]
"""What a text is made of, in order: the characters that are certain, and the references among them."""


@record()
class Source:
    """A queue, topic, stream or bucket.

    Args:
        service: The service in its ARN, as far as that is literal.
        link: What the template names.
    """

    service: str | None
    link: Target


@record(kw_only=True)
class Subnet:
    """An `AWS::EC2::Subnet`."""

    place: Place
    vpc: Target
    zone: str | None
    """Its Availability Zone as text, the intrinsic as JSON where one stands there; None where nothing does."""
    type: str | None
    """What CDK tagged it as: `Public`, `Private` or `Isolated`."""
    has_ipv6: bool | None


@record(kw_only=True)
class Association:
    """Which route table a subnet uses (`AWS::EC2::SubnetRouteTableAssociation`)."""

    place: Place
    subnet: Target
    table: Target


@record(kw_only=True)
class Route:
    """Where traffic for a destination goes (`AWS::EC2::Route`)."""

    place: Place
    table: Target
    destination: Text
    """A CIDR block in its shortest form, or the id of a prefix list."""
    via: str | None
    """The property that names the target: `NatGatewayId`, `GatewayId`, ...; None where that isn't known."""
    target: Target


@record(kw_only=True)
class NatGateway:
    """An `AWS::EC2::NatGateway`."""

    place: Place
    subnet: Target
    vpc: Target
    is_public: Flag
    is_regional: Flag


@record(kw_only=True)
class GatewayAttachment:
    """An internet gateway at a VPC (`AWS::EC2::VPCGatewayAttachment`)."""

    place: Place
    vpc: Target
    internet_gateway: Target


@record(kw_only=True)
class Endpoint:
    """A way to an AWS service without the internet (`AWS::EC2::VPCEndpoint`)."""

    place: Place
    vpc: Target
    service: str | None
    """What follows the Region in the service's name, such as `s3` or `ecr.api`; None where that isn't known."""
    is_gateway: Flag
    tables: Links
    groups: Links
    private_dns: Flag


@record()
class Outlet:
    """What rules of security groups let out; None stands for what isn't known.

    Args:
        anything: Whether they let out anything at all.
        ipv4: Whether they let out to public IPv4 addresses.
        ipv6: Whether they let out to public IPv6 addresses.
    """

    anything: bool | None = None
    ipv4: bool | None = None
    ipv6: bool | None = None


@record(kw_only=True)
class SecurityGroup:
    """An `AWS::EC2::SecurityGroup`, with what its own rules let out, and whether they let anything in."""

    place: Place
    vpc: Target
    outlets: tuple[Outlet, ...]
    lets_in: bool | None


@record(kw_only=True)
class EgressRule:
    """A rule beside its group (`AWS::EC2::SecurityGroupEgress`)."""

    place: Place
    group: Target
    outlet: Outlet


@record(kw_only=True)
class Propagation:
    """A gateway or server that writes routes into tables by itself (`AWS::EC2::VPNGatewayRoutePropagation`)."""

    place: Place
    tables: Links


@record(kw_only=True)
class ElasticIp:
    """An `AWS::EC2::EIP`; one from a range of the account's own counts against no quota."""

    place: Place
    is_from_own_range: bool


@record(kw_only=True)
class Addition:
    """A resource that changes another one, such as an `AWS::EC2::SubnetCidrBlock` a subnet."""

    place: Place
    to: Target


@record(kw_only=True)
class Instance:
    """An `AWS::EC2::Instance`: a route may lead to it."""

    place: Place
    checks_source: Flag
    """Whether it drops what isn't addressed to it, as AWS has it by default; then it can't be a NAT."""


@record(kw_only=True)
class Networks:
    """What of networks stands in one template, by logical id.

    `is_open` says that a macro or a loop may add to it.
    """

    is_open: bool = False
    vpcs: Mapping[str, Place] = field(default_factory=dict)
    internet_gateways: Mapping[str, Place] = field(default_factory=dict)
    egress_only_gateways: Mapping[str, Place] = field(default_factory=dict)
    route_tables: Mapping[str, Place] = field(default_factory=dict)
    addresses: Mapping[str, ElasticIp] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    associations: Mapping[str, Association] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    nat_gateways: Mapping[str, NatGateway] = field(default_factory=dict)
    attachments: Mapping[str, GatewayAttachment] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    security_groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    egress_rules: Mapping[str, EgressRule] = field(default_factory=dict)
    instances: Mapping[str, Instance] = field(default_factory=dict)
    propagations: Mapping[str, Propagation] = field(default_factory=dict)
    subnet_blocks: Mapping[str, Addition] = field(default_factory=dict)
    ingress_rules: Mapping[str, Addition] = field(default_factory=dict)
    group_associations: Mapping[str, Addition] = field(default_factory=dict)
    closed_groups: Mapping[str, Addition] = field(default_factory=dict)
    hosted_zones: Mapping[str, Place] = field(default_factory=dict)


NETWORK_FIELDS = tuple(each.name for each in fields(Networks) if each.name != "is_open")
"""The fields of `Networks` that hold resources."""
