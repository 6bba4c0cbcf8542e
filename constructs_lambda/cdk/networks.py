"""`Network`: a VPC with a way out or without one, and what belongs to it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from aws_cdk import Stack, Token, aws_ec2, aws_iam, aws_logs
from constructs import Construct

from constructs_lambda.cdk.addresses import LONGEST_PREFIX, MOST_ZONES, SHORTEST_PREFIX, Addresses
from constructs_lambda.cdk.egress import Egress, settle_instances
from constructs_lambda.cdk.endpoints import GATEWAYS, name_of, service_of, short_name
from constructs_lambda.cdk.metadata import note
from constructs_lambda.cdk.network_findings import of_network
from constructs_lambda.cdk.reach import INetwork, isolated, path_of, with_egress
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.usage import Usage, refuse_wrong_usage
from constructs_lambda.errors import InputError
from constructs_lambda.pricing import items
from constructs_lambda.pricing.bills import Bill, UnitPrice

_CLOSER = "Custom::VpcRestrictDefaultSGCustomResourceProvider"
"""What CDK makes beside a VPC, in the stack, to close its default security group."""
DEFAULT_ZONES = 2
DEFAULT_CIDR = "10.0.0.0/16"
_WRITE_FLOW_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams")


class Network(Construct, INetwork):
    """A VPC for functions: private resources, and the public internet where `egress` leads there.

    In each zone there is a subnet without a way out, for databases and for functions that reach private resources only;
    one with a way out for the other functions; and a public one only where `egress` needs it. Each has its place in the
    network's addresses, so that another `egress` or one more zone moves none of the others (docs/networks.md).

    - S3 and DynamoDB are reached through gateway endpoints, which cost nothing.
    - The default security group lets nothing through.
    - Flow logs go to a log group of its own, kept for a year, and kept when the stack goes.

    Creates: `AWS::EC2::VPC` with its `AWS::EC2::Subnet`, `AWS::EC2::RouteTable` and `AWS::EC2::VPCEndpoint`; what
    `egress` needs; `AWS::EC2::FlowLog`, `AWS::Logs::LogGroup` and a role; a function of CDK's that closes the default
    security group; an `AWS::EC2::SecurityGroup` for the interface endpoints.

    Costs when idle: what `egress` costs, 0 to 73.00 USD a month with two zones; 14.60 USD a month for each interface
    endpoint in two zones; the flow logs, 0.50 USD per GB. `standing_cost_usd` and `description` have the sum.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        egress: How it leads out: `Egress.none()`, `nat()`, `regional_nat()`, `nat_instance()` or `ipv6()`.
        endpoints: Services of AWS that get an interface endpoint, by AWS's names (`secretsmanager`, `sqs`, `ecr.api`);
            or CDK's objects, for one that CDK has no name for. `s3` and `dynamodb` are there anyway.
        max_azs: In how many zones it is, at most 6. Two where it isn't given, and never more in a stack without a
            Region.
        ip_addresses: Its addresses, `aws_ec2.IpAddresses.cidr("10.1.0.0/16")`: a /16 to a /22. `10.0.0.0/16` where it
            isn't given. Subnets of a range that is known at deployment only are placed by CDK, one after the other.
        flow_logs: Where flow logs go, `aws_ec2.FlowLogDestination.to_s3(bucket)`; False for none.
        restrict_default_security_group: Whether the default security group is closed.
        usage: What goes through its NAT gateways a month (`data_per_month`), for `constructs-lambda cost`.

    Raises:
        InputError: No network can be made of it, everything at once; nothing is made.
        TypeError: A value of the wrong type.
    """

    vpc: aws_ec2.Vpc

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        egress: Egress,
        endpoints: Sequence[str | aws_ec2.IInterfaceVpcEndpointService] = (),
        max_azs: int = DEFAULT_ZONES,
        ip_addresses: aws_ec2.IIpAddresses | None = None,
        flow_logs: aws_ec2.FlowLogDestination | bool = True,
        restrict_default_security_group: bool = True,
        usage: Usage | None = None,
    ) -> None:
        _refuse_wrong_types(egress, endpoints, max_azs, ip_addresses)
        _refuse_wrong_switches(flow_logs, restrict_default_security_group)
        refuse_wrong_usage(usage, path_of(scope, id), "AWS::EC2::VPC")
        given = ip_addresses.allocate_vpc_cidr().cidr_block if ip_addresses is not None else DEFAULT_CIDR
        is_known = given is not None and not Token.is_unresolved(given)
        network = ipaddress.IPv4Network(given, strict=False) if is_known else None
        problems = list(_wrong_size(max_azs, network))
        services = _services(endpoints, problems)
        if problems:
            raise InputError("\n".join(f"{path_of(scope, id)}: {problem}" for problem in problems))
        had_closer = Stack.of(scope).node.try_find_child(_CLOSER) is not None
        Construct.__init__(self, scope, id)
        try:
            options = egress.vpc_options(max_azs, has_plan=network is not None)
            vpc = aws_ec2.Vpc(
                self,
                "Vpc",
                max_azs=max_azs,
                ip_addresses=Addresses(network) if network is not None else ip_addresses,
                restrict_default_security_group=restrict_default_security_group,
                **options,
            )
            INetwork.__init__(
                self,
                vpc=vpc,
                private_subnets=isolated(),
                egress_subnets=with_egress() if egress.leads_out else None,
                is_dual_stack=egress.is_ipv6_only,
                is_ours=True,
            )
            self.egress = egress
            self._zones = len(vpc.availability_zones)
            cidr = str(network) if network is not None else vpc.vpc_cidr_block
            _settle_gateways(vpc, options.get("nat_gateway_provider"), cidr)
            if flow_logs is not False:
                vpc.add_flow_log("FlowLog", destination=self._own_flow_logs() if flow_logs is True else flow_logs)
            self.endpoints: Mapping[str, aws_ec2.VpcEndpoint] = MappingProxyType(self._add_endpoints(services, cidr))
            note(vpc.node.default_child, egress=egress.name, description=self.description)
            if usage is not None:
                usage.apply(vpc)
            before_synth(scope).expect(self, of_network)
        except BaseException:
            scope.node.try_remove_child(id)
            if not had_closer:
                Stack.of(scope).node.try_remove_child(_CLOSER)
            raise

    @staticmethod
    def from_vpc(
        vpc: aws_ec2.IVpc,
        *,
        egress_subnets: aws_ec2.SubnetSelection | None = None,
        private_subnets: aws_ec2.SubnetSelection | None = None,
    ) -> INetwork:
        """A VPC that exists as a network: one of this app, one that was looked up, or an imported one.

        Nothing is created, and nothing of the VPC changes. Subnets that aren't named here are chosen by their CDK type:
        `PRIVATE_WITH_EGRESS` and `PRIVATE_ISOLATED`.

        Args:
            vpc: The VPC.
            egress_subnets: Subnets with a way out.
            private_subnets: Subnets without one.

        Raises:
            InputError: The VPC has neither.
            TypeError: It is no VPC.
        """
        if not hasattr(vpc, "select_subnets"):
            raise TypeError(f"vpc must be an aws_ec2.IVpc, such as a Vpc; got {vpc!r}")
        chosen: dict[str, object] = {"egress_subnets": egress_subnets, "private_subnets": private_subnets}
        for name, given in chosen.items():
            if given is not None and not isinstance(given, aws_ec2.SubnetSelection):
                hint = "; for a list: aws_ec2.SubnetSelection(subnets=[...])" if isinstance(given, list | tuple) else ""
                raise TypeError(f"{name} must be an aws_ec2.SubnetSelection; got {given!r}{hint}")
        private = private_subnets or (isolated() if vpc.isolated_subnets else None)
        egress = egress_subnets or (with_egress() if vpc.private_subnets else None)
        if private is None and egress is None:
            raise InputError(
                f"{vpc.node.path}: the VPC has no private subnets that are known here, and in public ones a function "
                "reaches no internet. Fix: name subnets with private_subnets= or egress_subnets="
            )
        return INetwork(vpc=vpc, private_subnets=private, egress_subnets=egress)

    @property
    def bill(self) -> Bill:
        """What it costs, part by part; without flow logs."""
        bill = self.egress.bill(self._zones)
        count = sum(isinstance(each, aws_ec2.InterfaceVpcEndpoint) for each in self.endpoints.values())
        if not count:
            return bill
        interfaces = (UnitPrice(items.ENDPOINT_HOURS), count * self._zones)
        return replace(
            bill, standing=(*bill.standing, interfaces), per_gb=(*bill.per_gb, UnitPrice(items.ENDPOINT_DATA))
        )

    @property
    def standing_cost_usd(self) -> Decimal | None:
        """US dollars a month in us-east-1, used or not, without flow logs; None where a price isn't known here."""
        return self.bill.standing_usd

    @property
    def description(self) -> str:
        """How it leads out, and what it costs."""
        zones = f"{self._zones} zones" if self._zones > 1 else "1 zone"
        return f"Egress.{self.egress.name}() in {zones}. {self.bill.text}"

    def _own_flow_logs(self) -> aws_ec2.FlowLogDestination:
        log_group = aws_logs.LogGroup(self, "FlowLogs", retention=aws_logs.RetentionDays.ONE_YEAR)
        principal = aws_iam.ServicePrincipal(
            "vpc-flow-logs.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        )
        write = aws_iam.PolicyStatement(actions=list(_WRITE_FLOW_LOGS), resources=[log_group.log_group_arn])
        # A managed policy, because compliance packs want no inline ones.
        policy = aws_iam.ManagedPolicy(self, "WriteFlowLogs", statements=[write])
        role = aws_iam.Role(self, "FlowLogsRole", assumed_by=principal, managed_policies=[policy])
        return aws_ec2.FlowLogDestination.to_cloud_watch_logs(log_group, role.without_policy_updates())

    def _add_endpoints(
        self, services: Mapping[str, aws_ec2.IInterfaceVpcEndpointService], cidr: str
    ) -> dict[str, aws_ec2.VpcEndpoint]:
        endpoints: dict[str, aws_ec2.VpcEndpoint] = {
            name: self.vpc.add_gateway_endpoint(f"Endpoint-{name}", service=service)
            for name, service in zip(GATEWAYS, _gateway_services(), strict=True)
        }
        if services:
            group = aws_ec2.SecurityGroup(
                self,
                "EndpointSecurityGroup",
                vpc=self.vpc,
                description="HTTPS from the network to its endpoints",
                allow_all_outbound=False,
            )
            group.add_ingress_rule(aws_ec2.Peer.ipv4(cidr), aws_ec2.Port.tcp(443), "HTTPS from the network")
        for name, service in services.items():
            endpoints[name] = aws_ec2.InterfaceVpcEndpoint(
                self,
                f"Endpoint-{name}",
                vpc=self.vpc,
                service=service,
                subnets=isolated(),
                security_groups=[group],
                open=False,
            )
        return endpoints


@cache
def _gateway_services() -> tuple[aws_ec2.GatewayVpcEndpointAwsService, ...]:
    return aws_ec2.GatewayVpcEndpointAwsService.S3, aws_ec2.GatewayVpcEndpointAwsService.DYNAMODB


def _settle_gateways(vpc: aws_ec2.Vpc, provider: aws_ec2.NatProvider | None, cidr: str) -> None:
    if isinstance(provider, aws_ec2.NatInstanceProviderV2):
        settle_instances(provider, cidr)
    gateway, attached = vpc.node.try_find_child("RegionalNatGateway"), vpc.node.try_find_child("VPCGW")
    if gateway is not None and attached is not None:
        # EC2 refuses a NAT gateway while no internet gateway is attached; CDK waits only until there is one.
        gateway.node.add_dependency(attached)


def _refuse_wrong_types(egress: object, endpoints: object, max_azs: object, ip_addresses: object) -> None:
    if not isinstance(egress, Egress):
        raise TypeError(f"egress must be an Egress, such as Egress.none(); got {egress!r}")
    if isinstance(endpoints, str) or not isinstance(endpoints, Sequence):
        raise TypeError(f"endpoints must be a list, such as ['secretsmanager']; got {endpoints!r}")
    for each in endpoints:
        if not isinstance(each, str) and not hasattr(each, "private_dns_default"):
            raise TypeError(f"endpoints holds names of AWS's services, or CDK's objects for them; got {each!r}")
    if isinstance(max_azs, bool) or not isinstance(max_azs, int):
        raise TypeError(f"max_azs must be a whole number; got {max_azs!r}")
    if ip_addresses is not None and not hasattr(ip_addresses, "allocate_vpc_cidr"):
        raise TypeError(f"ip_addresses must be such as aws_ec2.IpAddresses.cidr('10.1.0.0/16'); got {ip_addresses!r}")


def _refuse_wrong_switches(flow_logs: object, restrict_default_security_group: object) -> None:
    if not isinstance(flow_logs, bool) and not hasattr(flow_logs, "bind"):
        raise TypeError(
            "flow_logs must be True, False or an aws_ec2.FlowLogDestination, such as "
            f"aws_ec2.FlowLogDestination.to_s3(bucket); got {flow_logs!r}"
        )
    if not isinstance(restrict_default_security_group, bool):
        raise TypeError(
            f"restrict_default_security_group must be True or False; got {restrict_default_security_group!r}"
        )


def _wrong_size(max_azs: int, network: ipaddress.IPv4Network | None) -> Iterator[str]:
    if not 1 <= max_azs <= MOST_ZONES:
        yield f"max_azs is {max_azs}; a network has 1 to {MOST_ZONES} zones. Fix: two or three are usual."
    if network is not None and not SHORTEST_PREFIX <= network.prefixlen <= LONGEST_PREFIX:
        fitting = min(max(network.prefixlen, SHORTEST_PREFIX), LONGEST_PREFIX)
        yield (
            f"ip_addresses is {network}; the subnets need a /{SHORTEST_PREFIX} to a /{LONGEST_PREFIX}. Fix: "
            f"aws_ec2.IpAddresses.cidr('{network.network_address}/{fitting}'), for one."
        )


def _services(
    endpoints: Sequence[str | aws_ec2.IInterfaceVpcEndpointService], problems: list[str]
) -> dict[str, aws_ec2.IInterfaceVpcEndpointService]:
    """The services that get an interface endpoint, by name; adds what is wrong with the others."""
    services: dict[str, aws_ec2.IInterfaceVpcEndpointService] = {}
    for endpoint in endpoints:
        if isinstance(endpoint, str) and short_name(endpoint) in GATEWAYS:
            continue
        try:
            service = service_of(endpoint)
        except InputError as error:
            problems.append(str(error))
            continue
        name = name_of(service)
        name = f"{name}-interface" if name in GATEWAYS else name
        if name in services:
            problems.append(f"endpoints has {name!r} more than once. Fix: name it once.")
        services[name] = service
    return services
