"""What networks cost: NAT gateways, addresses, endpoints, instances, and data through them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from priced import Resource, amounts, app, at, cost, made, missing, quantities, stack, unpriced, usd

from constructs_lambda.errors import InputError
from constructs_lambda.model import Topology

UNKNOWN = ({"Ref": "P"}, {"Fn::If": ["C", "a", "b"]}, "${Token[TOKEN.1]}")
VPC = {"VPC": at("Shop/Net/Vpc/Resource", made("EC2::VPC", CidrBlock="10.0.0.0/16"))}


def subnet(zone: object) -> Resource:
    return made("EC2::Subnet", VpcId={"Ref": "VPC"}, AvailabilityZone=zone, CidrBlock="10.0.0.0/24")


def gateway(usage: object = None, subnet: str = "A") -> Resource:
    return made("EC2::NatGateway", usage, SubnetId={"Ref": subnet}, AllocationId="eipalloc-1")


def regional(**properties: object) -> Resource:
    return made("EC2::NatGateway", AvailabilityMode="regional", VpcId={"Ref": "VPC"}, **properties)


NETWORK = {
    **VPC,
    "A": subnet("us-east-1a"),
    "B": subnet("us-east-1b"),
    "N": at("Shop/Net/Vpc/PublicSubnet1/NATGateway", gateway()),
    "M": at("Shop/Net/Vpc/PublicSubnet2/NATGateway", gateway(subnet="B")),
}


def test_what_goes_through_the_gateways_of_a_network_is_said_once() -> None:
    for name in ("Shop/Net", "/Shop/Net/Vpc/Resource", "Shop/Net/Vpc", "VPC"):
        report = cost(NETWORK, {name: {"data_gb": 100}})
        assert amounts(report) == {"NAT gateway": "65.70", "data through a NAT gateway": "4.50"}
        assert [each.resource for each in report.lines if each.unit == "GB"] == ["Shop/Net/Vpc"]
        assert report.unpriced == ()


def test_without_usage_each_gateway_shows_its_price() -> None:
    nothing: list[dict[str, object]] = [{}, {"VPC": {}}]
    for uses in nothing:
        report = cost(NETWORK, uses)
        assert usd(report) == "65.70"
        assert [(each.item, str(each.unit_price)) for each in report.unpriced] == 2 * [
            ("data through a NAT gateway", "0.045")
        ]


def test_data_of_one_gateway() -> None:
    report = cost(NETWORK, {"N": {"data_gb": 10}})
    assert amounts(report)["data through a NAT gateway"] == "0.45"
    assert [each.resource for each in report.unpriced] == ["Shop/Net/Vpc/PublicSubnet2/NATGateway"]


def test_gateways_share_what_is_said_of_them_and_nothing_is_lost() -> None:
    """1 GB over three gateways is 0.045 USD, which is half a cent: any loss would show."""
    three = {f"N{n}": at(f"Shop/Out/N{n}", made("EC2::NatGateway", SubnetId="subnet-1")) for n in range(3)}
    report = cost(three, {"Shop/Out": {"data_gb": 1}})
    assert quantities(report)["data through a NAT gateway"] == 1
    assert report.total_unrounded == 3 * Decimal("32.85") + Decimal("0.045")
    assert usd(report) == "98.60"


def test_data_of_a_vpc_without_gateways_is_no_guess() -> None:
    report = cost(VPC, {"VPC": {"data_gb": 100}})
    assert (report.lines, set(unpriced(report).values())) == ((), {"no NAT gateway of this VPC is known here"})


def test_a_regional_gateway_costs_for_each_zone_with_its_addresses() -> None:
    zones = {"A": subnet("us-east-1a"), "B": subnet("us-east-1b"), "C": subnet("us-east-1b")}
    report = cost({**VPC, **zones, "N": regional()})
    assert quantities(report) == {"zone of a regional NAT gateway": 1460, "public IPv4 address": 1460}
    own = cost({**VPC, **zones, "N": regional(AvailabilityZoneAddresses=[])})
    assert quantities(own) == {"zone of a regional NAT gateway": 1460}


def test_a_regional_gateway_in_unknown_zones() -> None:
    report = cost({"N": made("EC2::NatGateway", AvailabilityMode="regional", VpcId={"Ref": "Parameter"})})
    assert unpriced(report)["regional NAT gateway"] == "the number of its zones isn't known"


@pytest.mark.parametrize("mode", UNKNOWN)
def test_a_gateway_of_an_unknown_kind(mode: object) -> None:
    report = cost({"N": made("EC2::NatGateway", AvailabilityMode=mode, SubnetId="subnet-1")})
    assert (report.lines, unpriced(report)["NAT gateway"]) == ((), "its kind is known at the deployment only")


def test_addresses() -> None:
    assert usd(cost({"E": made("EC2::EIP")})) == "3.65"
    assert usd(cost({"E": made("EC2::EIP", PublicIpv4Pool="ipv4pool-ec2-1")})) == "0.00"


# Interface endpoints


def endpoint(usage: object = None, **properties: object) -> Resource:
    return made("EC2::VPCEndpoint", usage, **{"VpcEndpointType": "Interface", "SubnetIds": ["a"], **properties})


@pytest.mark.parametrize(("subnets", "hours"), [(["a"], 730), (["a", {"Ref": "B"}], 1460), (["a", "b", "c"], 2190)])
def test_an_endpoint_costs_in_each_zone(subnets: list[object], hours: int) -> None:
    report = cost({"E": endpoint(SubnetIds=subnets)})
    assert quantities(report) == {"interface endpoint in a zone": hours}
    assert missing(report, "data through an interface endpoint").unit_price == Decimal("0.01")


@pytest.mark.parametrize("subnets", [*UNKNOWN, None, ["a", {"Fn::If": ["C", "b", {"Ref": "AWS::NoValue"}]}]])
def test_an_endpoint_in_unknown_zones(subnets: object) -> None:
    report = cost({"E": endpoint({"data_gb": 1}, SubnetIds=subnets)})
    assert unpriced(report) == {"interface endpoint": "the number of its zones isn't known"}
    assert amounts(report) == {"data through an interface endpoint": "0.01"}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_an_endpoint_of_an_unknown_kind(kind: object) -> None:
    report = cost({"E": endpoint(VpcEndpointType=kind)})
    assert unpriced(report) == {"VPC endpoint": "its kind is known at the deployment only"}


@pytest.mark.parametrize("kind", [None, "Gateway"])
def test_gateway_endpoints_are_free(kind: object) -> None:
    report = cost({"E": made("EC2::VPCEndpoint", **({} if kind is None else {"VpcEndpointType": kind}))})
    assert (report.lines, report.unpriced) == ((), ())


def test_an_endpoint_for_load_balancers_has_no_price_here() -> None:
    assert unpriced(cost({"E": endpoint(VpcEndpointType="GatewayLoadBalancer")})) == {
        "VPC endpoint": "no price is known here"
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    # the first PB, which is 1,048,576 GB, at 0.01; the next at 0.006
    [(1_000_000, "10000.00"), (1_048_576, "10485.76"), (2_048_576, "16485.76")],
)
def test_the_tiers_of_data_through_endpoints(data: int, expected: str) -> None:
    assert amounts(cost({"E": endpoint({"data_gb": data})}))["data through an interface endpoint"] == expected


# NAT instances


ROOT = {"DeviceName": "/dev/xvda"}


def instance(**properties: object) -> Resource:
    volume = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3"}}
    inside = [{"AssociatePublicIpAddress": False, "DeviceIndex": "0"}]
    given = {"InstanceType": "t4g.nano", "BlockDeviceMappings": [volume], "NetworkInterfaces": inside}
    return made("EC2::Instance", **{**given, **properties})


def test_an_instance_with_its_volume_and_its_address() -> None:
    report = cost({"I": instance(NetworkInterfaces=[{"AssociatePublicIpAddress": True, "DeviceIndex": "0"}])})
    # 730 x 0.0042 = 3.066; 8 x 0.08 = 0.64; 730 x 0.005 = 3.65
    assert amounts(report) == {"t4g.nano instance": "3.07", "gp3 volume": "0.64", "public IPv4 address": "3.65"}
    assert usd(report) == "7.36"


@pytest.mark.parametrize("kind", ["m7g.large", *UNKNOWN])
def test_another_instance_has_no_price_here(kind: object) -> None:
    report = cost({"I": instance(InstanceType=kind)})
    name = f"{kind} instance" if kind == "m7g.large" else "EC2 instance"
    assert unpriced(report) == {name: "no price is known here"}


@pytest.mark.parametrize(
    "volume", [{"VolumeSize": 8, "VolumeType": "io2"}, {"VolumeSize": {"Ref": "P"}, "VolumeType": "gp3"}]
)
def test_another_volume_has_no_price_here(volume: dict[str, object]) -> None:
    report = cost({"I": instance(BlockDeviceMappings=[{**ROOT, "Ebs": volume}, {"NoDevice": {}}])})
    assert unpriced(report) == {"EBS volume": "no price is known here"}


def test_a_volume_of_a_size_that_aws_refuses() -> None:
    report = cost({"I": instance(BlockDeviceMappings=[{**ROOT, "Ebs": {"VolumeSize": 1e300, "VolumeType": "gp3"}}])})
    assert unpriced(report) == {"gp3 volume": "the template has a number that AWS refuses"}


def test_gateways_of_two_stacks_are_two_resources() -> None:
    one = stack({"N": gateway()}, "a", stack_path="A")
    two = stack({"N": gateway()}, "b", stack_path="B")
    report = cost(Topology([one, two]), {"A/N": {"data_gb": 1}})
    assert [each.resource for each in report.lines if each.unit == "GB"] == ["A/N"]
    with pytest.raises(InputError, match="may mean 2 resources"):
        cost(Topology([stack({"N": made("EC2::EIP")}, n, stack_path=n) for n in "AB"]), {"N": {}})
    assert cost(app(NETWORK)).total == Decimal("65.70")


def test_only_zones_of_its_own_vpc_count_for_a_regional_gateway() -> None:
    elsewhere = made("EC2::Subnet", VpcId={"Ref": "Other"}, AvailabilityZone="us-east-1c")
    resources = {**VPC, "Other": made("EC2::VPC"), "A": subnet("us-east-1a"), "B": elsewhere, "N": regional()}
    assert quantities(cost(resources))["zone of a regional NAT gateway"] == 730


# Instances whose subnet gives them an address, as CDK's own NAT instance has it


@pytest.mark.parametrize(
    ("on_launch", "addresses", "is_named"),
    [(True, 1, False), ("true", 1, False), (False, 0, False), (None, 0, False), ({"Ref": "P"}, 0, True)],
)
def test_the_subnet_says_whether_an_instance_has_an_address(on_launch: object, addresses: int, is_named: bool) -> None:
    given = {} if on_launch is None else {"MapPublicIpOnLaunch": on_launch}
    subnets = {"S": made("EC2::Subnet", VpcId={"Ref": "V"}, **given)}
    resources = {**subnets, "I": made("EC2::Instance", InstanceType="t4g.nano", SubnetId={"Ref": "S"})}
    report = cost(resources)
    assert quantities(report).get("public IPv4 address", 0) == 730 * addresses
    assert unpriced(report) == {
        "root volume": "its image says how large it is",
        **({"public IPv4 address": "whether it is given one isn't known here"} if is_named else {}),
    }


@pytest.mark.parametrize("kind", ["EIP", "EIPAssociation"])
def test_an_address_of_its_own_takes_the_place_of_that_of_the_subnet(kind: str) -> None:
    resources = {
        "S": made("EC2::Subnet", MapPublicIpOnLaunch=True),
        "I": made("EC2::Instance", InstanceType="t4g.nano", SubnetId={"Ref": "S"}),
        "A": made(f"EC2::{kind}", InstanceId={"Ref": "I"}),
    }
    assert quantities(cost(resources)).get("public IPv4 address", 0) == (730 if kind == "EIP" else 0)


@pytest.mark.parametrize("properties", [{}, {"SubnetId": "subnet-1"}, {"NetworkInterfaces": {"Ref": "P"}}])
def test_an_instance_in_a_subnet_that_is_not_here(properties: dict[str, object]) -> None:
    report = cost({"I": made("EC2::Instance", InstanceType="t4g.nano", **properties)})
    assert unpriced(report)["public IPv4 address"] == "whether it is given one isn't known here"


@pytest.mark.parametrize(
    ("pool", "hours", "is_named"),
    [
        ({"Ref": "AWS::NoValue"}, 730, False),
        ("ipv4pool-ec2-1", 0, False),
        ({"Ref": "P"}, 0, False),
        ({"Fn::If": ["C", "ipv4pool-ec2-1", {"Ref": "AWS::NoValue"}]}, 0, True),
    ],
)
def test_only_addresses_of_an_own_range_are_free(pool: object, hours: int, is_named: bool) -> None:
    report = cost({"A": made("EC2::EIP", PublicIpv4Pool=pool)})
    assert (quantities(report).get("public IPv4 address", 0), bool(unpriced(report))) == (hours, is_named)


def test_data_of_a_network_and_of_its_gateway_is_an_error() -> None:
    with pytest.raises(InputError) as raised:
        cost(NETWORK, {"VPC": {"data_gb": 100}, "N": {"data_gb": 100}})
    gateway = "Shop/Net/Vpc/PublicSubnet1/NATGateway"
    message = f"data_gb is stated of Shop/Net/Vpc and of {gateway}, whose data is part of it: state one of them"
    assert str(raised.value) == message
