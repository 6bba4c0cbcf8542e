"""`Egress`: how a network leads out to the internet, as a decision with a name and a price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_ec2

from constructs_lambda.cdk.addresses import EGRESS, PRIVATE, PUBLIC, Ipv6Addresses
from constructs_lambda.pricing import items
from constructs_lambda.pricing.bills import Bill, UnitPrice

NAT_INSTANCE_TYPE = "t4g.nano"
NAT_INSTANCE_VOLUME_GB = 8
_GROUPS = {
    "none": (PRIVATE,),
    "nat": (PRIVATE, EGRESS, PUBLIC),
    "regional_nat": (PRIVATE, EGRESS),
    "nat_instance": (PRIVATE, EGRESS, PUBLIC),
    "ipv6": (PRIVATE, EGRESS),
}
_TYPES = {
    PRIVATE: aws_ec2.SubnetType.PRIVATE_ISOLATED,
    EGRESS: aws_ec2.SubnetType.PRIVATE_WITH_EGRESS,
    PUBLIC: aws_ec2.SubnetType.PUBLIC,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """How functions of a network get out to the internet: what one of the methods below makes.

    `Egress.none()`, `Egress.nat()`, `Egress.regional_nat()`, `Egress.nat_instance()`, `Egress.ipv6()`. docs/networks.md
    compares what each creates, what it costs, and what fails when a zone fails. Prices are those of us-east-1; data
    that leaves AWS is paid for besides, whichever way it takes.

    Args:
        name: The method that made it.
        per_az: Whether each zone has a NAT of its own.
        instance_type: Type of the NAT instances.
        machine_image: Image of the NAT instances.
    """

    name: str
    per_az: bool = False
    instance_type: aws_ec2.InstanceType | None = None
    machine_image: aws_ec2.IMachineImage | None = None

    def __post_init__(self) -> None:
        """Refuse what no network can be made of."""
        if self.name not in _GROUPS:
            raise TypeError(f"egress is made by one of Egress's methods: {', '.join(_GROUPS)}; got {self.name!r}")
        if not isinstance(self.per_az, bool):
            raise TypeError(f"per_az must be True or False; got {self.per_az!r}")
        if self.instance_type is not None and not isinstance(self.instance_type, aws_ec2.InstanceType):
            raise TypeError(f"instance_type must be an aws_ec2.InstanceType; got {self.instance_type!r}")
        if self.machine_image is not None and not hasattr(self.machine_image, "get_image"):
            hint = "aws_ec2.MachineImage.generic_linux({'eu-west-1': 'ami-...'})"
            raise TypeError(
                f"machine_image must be an aws_ec2.IMachineImage, such as {hint}; got {self.machine_image!r}"
            )

    @classmethod
    def none(cls) -> Egress:
        """No way out: private resources, and AWS services that have an endpoint in the network.

        Costs when idle: nothing.
        """
        return cls(name="none")

    @classmethod
    def nat(cls, *, per_az: bool = False) -> Egress:
        """A NAT gateway in a public subnet: the whole internet, by IPv4.

        Without `per_az` all zones go out through one: where its zone fails, nothing gets out, and what another zone
        sends or gets costs 0.01 USD per GB more.

        Costs when idle: 36.50 USD a month, and 73.00 USD with `per_az` in two zones. 0.045 USD per GB.

        Args:
            per_az: One for each zone instead of one.
        """
        return cls(name="nat", per_az=per_az)

    @classmethod
    def regional_nat(cls) -> Egress:
        """One NAT gateway that AWS keeps in every zone of the network: the whole internet, by IPv4; no public subnets.

        A zone that is added is served from another one until the gateway is there too, which takes up to an hour.

        Costs when idle: 73.00 USD a month with two zones; each zone counts like a NAT gateway. 0.045 USD per GB.
        """
        return cls(name="regional_nat")

    @classmethod
    def nat_instance(
        cls,
        *,
        per_az: bool = False,
        instance_type: aws_ec2.InstanceType | None = None,
        machine_image: aws_ec2.IMachineImage | None = None,
    ) -> Egress:
        """An EC2 instance that does the work of a NAT gateway: cheap, slow, and yours to look after.

        Nothing replaces one that stops. Where no `machine_image` is given it is the newest Amazon Linux 2023, so that a
        deployment may replace the instance: its public address changes, and for a minute or two nothing gets out.

        Costs when idle: 7.36 USD a month with a t4g.nano, and 14.71 USD with `per_az` in two zones.

        Args:
            per_az: One for each zone instead of one.
            instance_type: `t4g.nano` where it isn't given. For another one no price is known here.
            machine_image: A Linux image with yum; another one stays as it is and isn't patched.
        """
        return cls(name="nat_instance", per_az=per_az, instance_type=instance_type, machine_image=machine_image)

    @classmethod
    def ipv6(cls) -> Egress:
        """IPv4 and IPv6 inside, and out by IPv6 alone, through an egress-only internet gateway that lets nothing in.

        Destinations that have no IPv6 address stay out of reach, and so do many endpoints of AWS.

        Costs when idle: nothing.
        """
        return cls(name="ipv6")

    @property
    def leads_out(self) -> bool:
        """Whether a function gets out at all."""
        return EGRESS in self.groups

    @property
    def is_ipv6_only(self) -> bool:
        """Whether it gets out by IPv6 alone."""
        return self.name == "ipv6"

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of subnets, in the order in which CDK makes them."""
        return _GROUPS[self.name]

    def bill(self, zones: int) -> Bill:
        """What it costs.

        Args:
            zones: In how many zones the network is.
        """
        count = zones if self.per_az or self.name == "regional_nat" else 1
        address = (UnitPrice(items.IPV4_ADDRESS_HOURS), count)
        if self.name in ("nat", "regional_nat"):
            gateway = items.NAT_GATEWAY_HOURS if self.name == "nat" else items.REGIONAL_NAT_GATEWAY_HOURS
            return Bill(standing=((UnitPrice(gateway), count), address), per_gb=(UnitPrice(items.NAT_GATEWAY_DATA),))
        if self.name == "nat_instance":
            volume = (UnitPrice(items.VOLUME_STORAGE), count * NAT_INSTANCE_VOLUME_GB)
            kind = self.instance_type.to_string() if self.instance_type is not None else NAT_INSTANCE_TYPE
            if kind != NAT_INSTANCE_TYPE:
                return Bill(standing=(address, volume), unpriced=f"{count} x {kind} instance")
            return Bill(standing=((UnitPrice(items.NAT_INSTANCE_HOURS), count), address, volume))
        return Bill()

    def vpc_options(self, zones: int, *, has_plan: bool) -> dict[str, Any]:
        """Keywords of `aws_ec2.Vpc`.

        Args:
            zones: In how many zones the network is at most.
            has_plan: Whether the subnets have planned addresses.
        """
        count = zones if self.per_az else 1
        options: dict[str, Any] = {
            "subnet_configuration": [
                aws_ec2.SubnetConfiguration(
                    name=group, subnet_type=_TYPES[group], map_public_ip_on_launch=False if group == PUBLIC else None
                )
                for group in self.groups
            ]
        }
        if self.name == "nat":
            options |= {"nat_gateways": count}
        elif self.name == "regional_nat":
            options |= {"nat_gateway_provider": aws_ec2.NatProvider.regional_gateway()}
        elif self.name == "nat_instance":
            options |= {"nat_gateways": count, "nat_gateway_provider": self._nat_instances()}
        elif self.name == "ipv6":
            options |= {
                "nat_gateways": 0,
                "create_internet_gateway": False,
                "ip_protocol": aws_ec2.IpProtocol.DUAL_STACK,
                "ipv6_addresses": Ipv6Addresses(self.groups) if has_plan else None,
            }
        return options

    def _nat_instances(self) -> aws_ec2.NatProvider:
        return aws_ec2.NatProvider.instance_v2(
            instance_type=self.instance_type or aws_ec2.InstanceType(NAT_INSTANCE_TYPE),
            machine_image=self.machine_image,
            associate_public_ip_address=True,
            default_allowed_traffic=aws_ec2.NatTrafficDirection.OUTBOUND_ONLY,
        )


def settle_instances(provider: aws_ec2.NatInstanceProviderV2, cidr: str) -> None:
    """Lets the network in and nobody else, asks for version 2 of the metadata service, and encrypts the volumes.

    Args:
        provider: Its NAT instances.
        cidr: The network's addresses.
    """
    provider.connections.allow_from(aws_ec2.Peer.ipv4(cidr), aws_ec2.Port.all_traffic(), "what goes out")
    for instance in provider.gateway_instances:
        resource = instance.instance
        resource.metadata_options = aws_ec2.CfnInstance.MetadataOptionsProperty(http_tokens="required")
        resource.block_device_mappings = [
            aws_ec2.CfnInstance.BlockDeviceMappingProperty(
                device_name="/dev/xvda",
                ebs=aws_ec2.CfnInstance.EbsProperty(
                    encrypted=True, volume_type="gp3", volume_size=NAT_INSTANCE_VOLUME_GB
                ),
            )
        ]
