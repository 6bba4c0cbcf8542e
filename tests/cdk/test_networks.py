"""`Network`, `Egress`, `Reach`: what is made, where functions stand, and what is refused."""

from __future__ import annotations

import inspect
import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from assemblies import fill
from aws_cdk import (
    App,
    Environment,
    Stack,
    aws_ec2,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_logs,
    aws_rds,
    aws_s3,
)
from synthesized import resources_of, template_of

from constructs_lambda import (
    Egress,
    Function,
    ImageFunction,
    INetwork,
    InputError,
    LimitError,
    Network,
    PythonFunction,
    Reach,
)
from constructs_lambda.cdk.metadata import note
from constructs_lambda.pricing import items
from constructs_lambda.pricing.bills import UnitPrice

pytestmark = pytest.mark.cdk
PAGE = Path(__file__).parents[2] / "docs" / "networks.md"

VARIANTS: dict[str, Callable[[], Egress]] = {
    "Egress.none()": Egress.none,
    "Egress.nat()": Egress.nat,
    "Egress.nat(per_az=True)": lambda: Egress.nat(per_az=True),
    "Egress.regional_nat()": Egress.regional_nat,
    "Egress.nat_instance()": Egress.nat_instance,
    "Egress.nat_instance(per_az=True)": lambda: Egress.nat_instance(per_az=True),
    "Egress.ipv6()": Egress.ipv6,
}
WITH_A_WAY_OUT = [name for name in VARIANTS if name != "Egress.none()"]
KINDS = {
    "NAT gateway": "AWS::EC2::NatGateway",
    "Elastic IP": "AWS::EC2::EIP",
    "NAT instance": "AWS::EC2::Instance",
    "internet gateway": "AWS::EC2::InternetGateway",
    "egress-only internet gateway": "AWS::EC2::EgressOnlyInternetGateway",
}
GROUPS = {"Isolated": "private subnet", "Private": "egress subnet", "Public": "public subnet"}
# What CloudFormation replaces a subnet for, according to its schema.
CREATE_ONLY = ("VpcId", "AvailabilityZone", "CidrBlock")


@pytest.fixture
def network(stack: Stack) -> Network:
    return Network(stack, "Network", egress=Egress.regional_nat())


def only(found: dict[str, Any]) -> dict[str, Any]:
    (resource,) = found.values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def type_of(subnet: dict[str, Any]) -> str:
    return next(str(tag["Value"]) for tag in subnet["Properties"]["Tags"] if tag["Key"] == "aws-cdk:subnet-type")


def subnets_of(resources: dict[str, Any], kind: str | None = None) -> dict[str, Any]:
    """The subnets of a template, or those of one of CDK's types: `Isolated`, `Private` or `Public`."""
    found = {key: each for key, each in resources.items() if each["Type"] == "AWS::EC2::Subnet"}
    return {key: each for key, each in found.items() if kind is None or type_of(each) == kind}


def routes_of(resources: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The routes in the tables of the subnets of a type."""
    tables = {
        each["Properties"]["RouteTableId"]["Ref"]
        for each in resources.values()
        if each["Type"] == "AWS::EC2::SubnetRouteTableAssociation"
        and each["Properties"]["SubnetId"]["Ref"] in subnets_of(resources, kind)
    }
    routes = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::EC2::Route"]
    return [route for route in routes if route["RouteTableId"]["Ref"] in tables]


def stands_in(function: dict[str, Any], resources: dict[str, Any]) -> set[str]:
    """The types of the subnets that a function stands in."""
    return {type_of(resources[each["Ref"]]) for each in function["Properties"]["VpcConfig"]["SubnetIds"]}


def functions_of(resources: dict[str, Any]) -> dict[str, Any]:
    """The functions of a template without CDK's own, by their construct's id."""
    found = {key[:-8]: each for key, each in resources.items() if each["Type"] == "AWS::Lambda::Function"}
    return {key: each for key, each in found.items() if not key.startswith("Custom")}


def violations(app: App) -> list[Any]:
    """What all plugins found in the last synth."""
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return [violation for plugin in report["pluginReports"] for violation in plugin.get("violations", [])]


def metadata_of(resource: dict[str, Any]) -> Any:
    return resource.get("Metadata", {}).get("constructs-lambda")


# --- What a network is made of ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_holds_whatever_the_egress(app: App, stack: Stack, variant: str) -> None:
    network = Network(stack, "Network", egress=VARIANTS[variant]())
    resources = template_of(app)["Resources"]
    count = Counter(each["Type"] for each in resources.values())
    assert count["AWS::EC2::VPC"] == count["AWS::EC2::FlowLog"] == count["Custom::VpcRestrictDefaultSG"] == 1
    assert len(subnets_of(resources, "Isolated")) == 2
    assert routes_of(resources, "Isolated") == [], "nothing leads out of a private subnet"
    assert not any(each["Properties"]["MapPublicIpOnLaunch"] for each in subnets_of(resources).values())
    assert network.vpc.node.path == "Shop/Network/Vpc"
    assert network.egress == VARIANTS[variant]() or network.egress.name == "nat_instance"

    endpoints = resources_of(app, "AWS::EC2::VPCEndpoint").values()
    assert len(endpoints) == 2
    tables = [key for key, each in resources.items() if each["Type"] == "AWS::EC2::RouteTable"]
    for endpoint in endpoints:
        assert {each["Ref"] for each in endpoint["Properties"]["RouteTableIds"]} == set(tables)
        assert endpoint["Properties"]["VpcEndpointType"] == "Gateway"
    assert network.endpoints.keys() == {"s3", "dynamodb"}


@pytest.mark.parametrize("variant", WITH_A_WAY_OUT)
def test_each_subnet_with_egress_has_one_way_out(app: App, stack: Stack, variant: str) -> None:
    Network(stack, "Network", egress=VARIANTS[variant]())
    resources = template_of(app)["Resources"]
    routes = routes_of(resources, "Private")
    destination, via = {
        "Egress.ipv6()": ("DestinationIpv6CidrBlock", "EgressOnlyInternetGatewayId"),
        "Egress.nat_instance()": ("DestinationCidrBlock", "InstanceId"),
        "Egress.nat_instance(per_az=True)": ("DestinationCidrBlock", "InstanceId"),
    }.get(variant, ("DestinationCidrBlock", "NatGatewayId"))
    assert [route[destination] for route in routes] == [
        {"DestinationIpv6CidrBlock": "::/0"}.get(destination, "0.0.0.0/0")
    ] * 2
    targets = {str(route[via]) for route in routes}
    assert len(targets) == (2 if "per_az" in variant else 1)


def test_regional_gateway_waits_for_the_internet_gateway_to_be_attached(app: App, network: Network) -> None:
    """CDK waits until there is an internet gateway; EC2 refuses a NAT gateway until one is attached."""
    (gateway,) = resources_of(app, "AWS::EC2::NatGateway").values()
    assert gateway["Properties"]["AvailabilityMode"] == "regional"
    (attachment,) = resources_of(app, "AWS::EC2::VPCGatewayAttachment")
    assert attachment in gateway["DependsOn"]


def test_ipv6(app: App, stack: Stack) -> None:
    Network(stack, "Network", egress=Egress.ipv6())
    subnets = subnets_of(template_of(app)["Resources"])
    assert len(subnets) == 4
    assert all("Ipv6CidrBlock" in each["Properties"] for each in subnets.values())
    assert resources_of(app, "AWS::EC2::VPCCidrBlock")


def test_nat_instance_is_for_the_network_only(app: App, stack: Stack) -> None:
    Network(stack, "Network", egress=Egress.nat_instance(), ip_addresses=aws_ec2.IpAddresses.cidr("10.9.0.0/16"))
    instance = only(resources_of(app, "AWS::EC2::Instance"))
    assert instance["InstanceType"] == "t4g.nano"
    assert instance["SourceDestCheck"] is False
    assert instance["MetadataOptions"] == {"HttpTokens": "required"}
    (volume,) = instance["BlockDeviceMappings"]
    assert volume["Ebs"] == {"Encrypted": True, "VolumeSize": 8, "VolumeType": "gp3"}
    (interface,) = instance["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is True
    (ingress,) = only(resources_of(app, "AWS::EC2::SecurityGroup"))["SecurityGroupIngress"]
    assert (ingress["CidrIp"], ingress["IpProtocol"]) == ("10.9.0.0/16", "-1")


def test_nat_instance_of_ones_own(app: App, stack: Stack) -> None:
    image = aws_ec2.MachineImage.generic_linux({"us-east-1": "ami-1", "eu-west-1": "ami-2"})
    egress = Egress.nat_instance(instance_type=aws_ec2.InstanceType("c7gn.medium"), machine_image=image)
    network = Network(stack, "Network", egress=egress)
    assert network.standing_cost_usd is None
    assert "1 x c7gn.medium instance, of which no price is known here" in network.description
    assert only(resources_of(app, "AWS::EC2::Instance"))["InstanceType"] == "c7gn.medium"


def test_flow_logs(app: App, network: Network) -> None:
    (log_group,) = resources_of(app, "AWS::Logs::LogGroup").values()
    assert log_group["Properties"]["RetentionInDays"] == 365
    assert log_group["DeletionPolicy"] == "Retain"
    flow_log = only(resources_of(app, "AWS::EC2::FlowLog"))
    assert (flow_log["ResourceType"], flow_log["TrafficType"]) == ("VPC", "ALL")
    (statement,) = only(resources_of(app, "AWS::IAM::ManagedPolicy"))["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    assert "*" not in str(statement["Resource"])
    assert not resources_of(app, "AWS::IAM::Policy")


def test_what_is_on_by_default_can_be_left_out(app: App, stack: Stack) -> None:
    Network(stack, "Network", egress=Egress.none(), flow_logs=False, restrict_default_security_group=False)
    assert not {"AWS::EC2::FlowLog", "AWS::Logs::LogGroup", "AWS::IAM::Role", "AWS::Lambda::Function"} & {
        each["Type"] for each in template_of(app)["Resources"].values()
    }


def test_flow_logs_of_ones_own(app: App, stack: Stack) -> None:
    bucket = aws_s3.Bucket(stack, "Bucket")
    Network(stack, "Network", egress=Egress.none(), flow_logs=aws_ec2.FlowLogDestination.to_s3(bucket))
    assert only(resources_of(app, "AWS::EC2::FlowLog"))["LogDestinationType"] == "s3"
    assert not resources_of(app, "AWS::Logs::LogGroup")


def test_flow_logs_in_an_encrypted_group(app: App, stack: Stack) -> None:
    group = aws_logs.LogGroup(stack, "Group", encryption_key=aws_kms.Key(stack, "Key"))
    destination = aws_ec2.FlowLogDestination.to_cloud_watch_logs(group)
    Network(stack, "Network", egress=Egress.none(), flow_logs=destination)
    assert "KmsKeyId" in only(resources_of(app, "AWS::Logs::LogGroup"))


# --- Endpoints --------------------------------------------------------------------------------------------------------


def interfaces_of(app: App) -> list[dict[str, Any]]:
    every = [each["Properties"] for each in resources_of(app, "AWS::EC2::VPCEndpoint").values()]
    return [each for each in every if each["VpcEndpointType"] == "Interface"]


def test_endpoints(app: App, stack: Stack) -> None:
    network = Network(stack, "Network", egress=Egress.nat(), endpoints=["secretsmanager", "ecr.api", "states", "s3"])
    assert network.endpoints.keys() == {"s3", "dynamodb", "secretsmanager", "ecr.api", "states"}
    interfaces = interfaces_of(app)
    names = [str(each["ServiceName"]["Fn::Join"][1][-1]) for each in interfaces]
    assert sorted(names) == [".ecr.api", ".secretsmanager", ".states"]
    resources = template_of(app)["Resources"]
    group = only(resources_of(app, "AWS::EC2::SecurityGroup"))
    assert [(each["CidrIp"], each["FromPort"], each["ToPort"]) for each in group["SecurityGroupIngress"]] == [
        ("10.0.0.0/16", 443, 443)
    ]
    for each in interfaces:
        assert each["PrivateDnsEnabled"] is True
        assert {type_of(resources[subnet["Ref"]]) for subnet in each["SubnetIds"]} == {"Isolated"}
        assert len(each["SubnetIds"]) == 2
        assert len(each["SecurityGroupIds"]) == 1
    assert network.standing_cost_usd == Decimal("36.50") + 3 * Decimal("14.60")


def test_endpoints_as_objects_of_cdk(app: App, stack: Stack) -> None:
    network = Network(
        stack,
        "Network",
        egress=Egress.none(),
        endpoints=[
            aws_ec2.InterfaceVpcEndpointAwsService.SQS,
            aws_ec2.InterfaceVpcEndpointAwsService("brand-new"),
            aws_ec2.InterfaceVpcEndpointAwsService.S3,  # as an interface, for those who ask for it
            aws_ec2.InterfaceVpcEndpointService(f"com.amazonaws.vpce.{stack.region}.vpce-svc-0123456789", 8443),
        ],
    )
    assert network.endpoints.keys() == {
        *("s3", "dynamodb", "sqs", "brand-new", "s3-interface", "vpce..vpce-svc-0123456789")
    }
    assert len(interfaces_of(app)) == 4


def test_endpoint_keeps_its_id_whatever_others_there_are(make_app: Callable[..., App]) -> None:
    ids = []
    for names in (["sqs"], ["secretsmanager", "sqs", "logs"]):
        app = make_app()
        Network(Stack(app, "Shop"), "Network", egress=Egress.none(), endpoints=names)
        ids.append({key for key in resources_of(app, "AWS::EC2::VPCEndpoint") if "sqs" in key})
    assert ids[0] == ids[1] != set()


# --- What is refused --------------------------------------------------------------------------------------------------


def test_everything_wrong_is_told_at_once(stack: Stack) -> None:
    with pytest.raises(InputError) as told:
        Network(
            stack,
            "Network",
            egress=Egress.none(),
            max_azs=0,
            endpoints=["secretmanager", "sqs", "sqs"],
            ip_addresses=aws_ec2.IpAddresses.cidr("10.0.0.0/24"),
        )
    assert str(told.value).splitlines() == [
        "Shop/Network: max_azs is 0; a network has 1 to 6 zones. Fix: two or three are usual.",
        "Shop/Network: ip_addresses is 10.0.0.0/24; the subnets need a /16 to a /22. Fix: "
        "aws_ec2.IpAddresses.cidr('10.0.0.0/22'), for one.",
        "Shop/Network: endpoint 'secretmanager': CDK knows no service with this name (did you mean 'secretsmanager'?). "
        "Fix: write it as in com.amazonaws.<region>.<name>, or pass "
        "aws_ec2.InterfaceVpcEndpointAwsService('secretmanager') if it is new",
        "Shop/Network: endpoints has 'sqs' more than once. Fix: name it once.",
    ]
    assert stack.node.children == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"egress": "nat"}, "egress must be an Egress, such as Egress.none(); got 'nat'"),
        ({"egress": Egress.nat}, "egress must be an Egress, such as Egress.none(); got <bound method"),
        ({"endpoints": "sqs"}, "endpoints must be a list, such as ['secretsmanager']; got 'sqs'"),
        ({"endpoints": [443]}, "endpoints holds names of AWS's services, or CDK's objects for them; got 443"),
        ({"max_azs": "2"}, "max_azs must be a whole number; got '2'"),
        ({"max_azs": True}, "max_azs must be a whole number; got True"),
        ({"ip_addresses": "10.0.0.0/16"}, "ip_addresses must be such as aws_ec2.IpAddresses.cidr('10.1.0.0/16')"),
    ],
)
def test_wrong_types(stack: Stack, options: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        Network(stack, "Network", **{"egress": Egress.none(), **options})
    assert stack.node.children == []


def test_egress_of_a_wrong_kind() -> None:
    with pytest.raises(TypeError, match=r"one of Egress's methods: none, nat, regional_nat.*; got 'nap'"):
        Egress(name="nap")
    with pytest.raises(TypeError, match="per_az must be True or False; got 2"):
        Egress.nat(per_az=2)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"instance_type must be an aws_ec2.InstanceType; got 't4g.nano'"):
        Egress.nat_instance(instance_type="t4g.nano")  # type: ignore[arg-type]


def test_nothing_stays_where_cdk_refuses(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, *_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(Network, "_add_endpoints", refuse)
    with pytest.raises(RuntimeError, match="no"):
        Network(stack, "Network", egress=Egress.none())
    assert stack.node.try_find_child("Network") is None


def test_a_taken_id_leaves_what_is_there(stack: Stack, network: Network) -> None:
    with pytest.raises(RuntimeError, match="already a Construct with name 'Network'"):
        Network(stack, "Network", egress=Egress.none())
    assert stack.node.try_find_child("Network") is network


# --- Where functions stand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("egress", "reach", "subnets", "noted"),
    [
        (Egress.none(), None, "Isolated", ["private"]),
        (Egress.none(), Reach.PRIVATE, "Isolated", ["private"]),
        (Egress.nat(), None, "Private", ["private", "public"]),
        (Egress.nat(), Reach.PRIVATE, "Isolated", ["private"]),
        (Egress.nat(), Reach.PUBLIC, "Private", ["public"]),
        (Egress.nat(), Reach.BOTH, "Private", ["private", "public"]),
        (Egress.nat(), Reach.PRIVATE | Reach.PUBLIC, "Private", ["private", "public"]),
        (Egress.ipv6(), Reach.PUBLIC, "Private", ["public"]),
        (Egress.ipv6(), Reach.PRIVATE, "Isolated", ["private"]),
    ],
)
def test_placement(
    app: App,
    stack: Stack,
    required: dict[str, Any],
    egress: Egress,
    reach: Reach | None,
    subnets: str,
    noted: list[str],
) -> None:
    network = Network(stack, "Network", egress=egress)
    Function(stack, "Orders", **required, network=network, reach=reach)
    resources = template_of(app)["Resources"]
    (function,) = functions_of(resources).values()
    assert stands_in(function, resources) == {subnets}
    assert len(function["Properties"]["VpcConfig"]["SubnetIds"]) == 2
    assert metadata_of(function) == {"version": 1, "reach": noted}
    is_dual_stack = egress.name == "ipv6"
    assert function["Properties"]["VpcConfig"].get("Ipv6AllowedForDualStack", False) is is_dual_stack
    (group,) = resources_of(app, "AWS::EC2::SecurityGroup").values()
    open_to = [each.get("CidrIp") or each["CidrIpv6"] for each in group["Properties"]["SecurityGroupEgress"]]
    assert open_to == (["0.0.0.0/0", "::/0"] if is_dual_stack else ["0.0.0.0/0"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_synth_agrees(app: App, stack: Stack, required: dict[str, Any], variant: str) -> None:
    """What the constructor says can be reached, the routes in the template say too."""
    network = Network(stack, "Network", egress=VARIANTS[variant](), endpoints=["sqs"])
    Function(stack, "Everything", **required, network=network, reach=network.reach)
    Function(stack, "Private", **required, network=network, reach=Reach.PRIVATE)
    app.synth()
    assert violations(app) == []


def test_the_synth_finds_what_is_taken_away_later(app: App, stack: Stack, required: dict[str, Any]) -> None:
    network = Network(stack, "Network", egress=Egress.regional_nat())
    Function(stack, "Orders", **required, network=network, reach=Reach.PUBLIC)
    for subnet in network.vpc.private_subnets:
        subnet.node.try_remove_child("DefaultRoute")
    with pytest.raises(RuntimeError, match="constructs-lambda::CL304"):
        app.synth()


def test_the_role_may_manage_network_interfaces(app: App, network: Network, stack: Stack, required: Any) -> None:
    Function(stack, "Orders", **required, network=network)
    (role,) = (each for key, each in resources_of(app, "AWS::IAM::Role").items() if key.startswith("OrdersServiceRole"))
    assert [each["PolicyName"] for each in role["Properties"]["Policies"]] == [
        *("WriteLogs", "WriteTraces", "AttachToNetwork")
    ]


def test_security_group_of_ones_own(app: App, stack: Stack, required: dict[str, Any]) -> None:
    network = Network(stack, "Network", egress=Egress.ipv6())
    group = aws_ec2.SecurityGroup(stack, "Group", vpc=network.vpc)
    function = Function(stack, "Orders", **required, network=network, security_groups=[group])
    assert function.connections.security_groups[0] is group
    assert len(resources_of(app, "AWS::EC2::SecurityGroup")) == 1


@pytest.mark.parametrize("options", [{"allow_all_outbound": False}, {"ipv6_allowed_for_dual_stack": False}])
def test_ipv6_that_is_not_wanted(app: App, stack: Stack, required: dict[str, Any], options: dict[str, Any]) -> None:
    network = Network(stack, "Network", egress=Egress.ipv6())
    function = Function(stack, "Orders", **required, network=network, reach=Reach.PRIVATE, **options)
    function.connections.allow_to(aws_ec2.Peer.ipv4("10.0.0.9/32"), aws_ec2.Port.tcp(5432))
    (group,) = resources_of(app, "AWS::EC2::SecurityGroup").values()
    assert not any("CidrIpv6" in each for each in group["Properties"]["SecurityGroupEgress"])


def test_python_function(app: App, network: Network, stack: Stack, tmp_path: Path) -> None:
    entry = fill(tmp_path / "orders", {"app.py": "def handler(event, context): ..."})
    PythonFunction(stack, "Orders", entry=entry, network=network, reach=Reach.PRIVATE)
    resources = template_of(app)["Resources"]
    assert stands_in(functions_of(resources)["Orders"], resources) == {"Isolated"}


def test_python_function_is_refused_before_anything_is_packaged(stack: Stack, tmp_path: Path) -> None:
    network = Network(stack, "Network", egress=Egress.none())
    with pytest.raises(LimitError, match="CL304  Shop/Orders"):
        PythonFunction(stack, "Orders", entry=tmp_path / "nothing here", network=network, reach=Reach.PUBLIC)


def test_image_function(app: App, network: Network, stack: Stack, tmp_path: Path) -> None:
    directory = fill(tmp_path / "image", {"Dockerfile": "FROM public.ecr.aws/lambda/python:3.14\n"})
    ImageFunction(stack, "Orders", directory=directory, network=network)
    resources = template_of(app)["Resources"]
    assert stands_in(functions_of(resources)["Orders"], resources) == {"Private"}


def test_network_in_another_stack(app: App, network: Network, required: dict[str, Any]) -> None:
    other = Stack(app, "Other")
    Function(other, "Orders", **required, network=network)
    (function,) = resources_of(app, "AWS::Lambda::Function", "Other").values()
    assert len(function["Properties"]["VpcConfig"]["SubnetIds"]) == 2
    assert "Shop" in [each.node.id for each in other.dependencies]


def test_connections_with_a_database(app: App, network: Network, stack: Stack, required: dict[str, Any]) -> None:
    database = aws_rds.DatabaseInstance(
        stack,
        "Database",
        engine=aws_rds.DatabaseInstanceEngine.POSTGRES,
        vpc=network.vpc,
        vpc_subnets=network.subnets_for(Reach.PRIVATE),
    )
    orders = Function(stack, "Orders", **required, network=network)
    database.connections.allow_default_port_from(orders)
    orders.connections.allow_to(aws_ec2.Peer.ipv4("192.0.2.1/32"), aws_ec2.Port.tcp(443))
    resources = template_of(app)["Resources"]
    group = only(resources_of(app, "AWS::RDS::DBSubnetGroup"))
    assert {type_of(resources[each["Ref"]]) for each in group["SubnetIds"]} == {"Isolated"}
    ingress = only(resources_of(app, "AWS::EC2::SecurityGroupIngress"))
    assert (
        ingress["SourceSecurityGroupId"]
        in functions_of(resources)["Orders"]["Properties"]["VpcConfig"]["SecurityGroupIds"]
    )


# --- What a function is refused ---------------------------------------------------------------------------------------


def test_public_reach_without_a_way_out(stack: Stack, required: dict[str, Any]) -> None:
    network = Network(stack, "Network", egress=Egress.none())
    with pytest.raises(LimitError) as told:
        Function(stack, "Orders", **required, network=network, reach=Reach.BOTH, memory_size=1)
    assert [each.rule for each in told.value.findings] == ["CL101", "CL304"], "everything at once"
    finding = told.value.findings[1]
    assert finding.path == "Shop/Orders"
    assert finding.message == "the function must reach the internet (reach=Reach.BOTH), and its network has no way out"
    assert [child.node.id for child in stack.node.children] == [
        *("Network", "Custom::VpcRestrictDefaultSGCustomResourceProvider")
    ]


@pytest.mark.parametrize("reach", [Reach.PRIVATE, Reach.BOTH])
def test_private_reach_without_a_network(stack: Stack, required: dict[str, Any], reach: Reach) -> None:
    with pytest.raises(InputError) as told:
        Function(stack, "Orders", **required, reach=reach)
    assert str(told.value) == (
        f"Shop/Orders: reach is {reach}, and without a network a function reaches the public internet and nothing "
        "private. Fix: pass network=Network(...), or leave PRIVATE out."
    )
    assert stack.node.children == []


def test_network_beside_what_it_stands_for(network: Network, stack: Stack, required: dict[str, Any]) -> None:
    beside: dict[str, Any] = {"vpc": network.vpc, "vpc_subnets": aws_ec2.SubnetSelection(), "allow_public_subnet": True}
    for name, value in beside.items():
        with pytest.raises(TypeError, match=f"^{name} can't be used together with network="):
            Function(stack, "Orders", **required, network=network, **{name: value})
    with pytest.raises(TypeError, match=r"^vpc, allow_public_subnet can't be used"):
        Function(stack, "Orders", **required, network=network, vpc=network.vpc, allow_public_subnet=True)
    assert stack.node.try_find_child("Orders") is None


@pytest.mark.parametrize("reach", ["public", 1, Reach(0)])
def test_reach_of_a_wrong_kind(network: Network, stack: Stack, required: dict[str, Any], reach: Any) -> None:
    with pytest.raises(TypeError, match=r"^reach must be Reach.PRIVATE, Reach.PUBLIC or Reach.BOTH; got "):
        Function(stack, "Orders", **required, network=network, reach=reach)


def test_vpc_as_network(network: Network, stack: Stack, required: dict[str, Any]) -> None:
    wrong: Any = network.vpc
    with pytest.raises(
        TypeError, match=r"network must be a Network; got .*; for a VPC that exists: network=Network.fr"
    ):
        Function(stack, "Orders", **required, network=wrong)
    with pytest.raises(TypeError, match=r"network must be a Network; got 'net'$"):
        Function(stack, "Orders", **required, network="net")  # type: ignore[arg-type]


def test_misspelt_keyword(stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"'netwrok' \(did you mean 'network'\?\)"):
        Function(stack, "Orders", **required, netwrok=1)  # type: ignore[call-arg]


# --- Without a network ------------------------------------------------------------------------------------------------


def test_without_network_nothing_is_noted(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required)
    (function,) = functions_of(template_of(app)["Resources"]).values()
    assert "Metadata" not in function
    assert "VpcConfig" not in function["Properties"]


def test_public_reach_without_a_network(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, reach=Reach.PUBLIC)
    (function,) = functions_of(template_of(app)["Resources"]).values()
    assert "VpcConfig" not in function["Properties"]
    assert metadata_of(function) == {"version": 1, "reach": ["public"]}


def test_vpc_alone_keeps_cdks_meaning(app: App, stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc")
    Function(stack, "Said", **required, vpc=vpc, reach=Reach.BOTH)
    Function(stack, "Plain", **required, vpc=vpc)
    functions = functions_of(template_of(app)["Resources"])
    said, plain = (functions[id]["Properties"]["VpcConfig"]["SubnetIds"] for id in ("Said", "Plain"))
    assert said == plain
    assert metadata_of(functions["Said"]) == {"version": 1, "reach": ["private", "public"]}
    assert metadata_of(functions["Plain"]) is None


def test_role_of_ones_own(app: App, network: Network, stack: Stack, required: dict[str, Any]) -> None:
    attach = aws_iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSLambdaVPCAccessExecutionRole")
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    role = aws_iam.Role(stack, "Role", assumed_by=principal, managed_policies=[attach])
    Function(stack, "Orders", **required, network=network, role=role)
    assert metadata_of(functions_of(template_of(app)["Resources"])["Orders"])["reach"] == ["private", "public"]


# --- What stands in the template's Metadata ---------------------------------------------------------------------------


def test_notes_add_up(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required, reach=Reach.PUBLIC)
    note(function.node.default_child, entry="functions/orders")
    (resource,) = functions_of(template_of(app)["Resources"]).values()
    assert metadata_of(resource) == {"version": 1, "reach": ["public"], "entry": "functions/orders"}


def test_vpc_says_what_it_costs(app: App, network: Network) -> None:
    (vpc,) = resources_of(app, "AWS::EC2::VPC").values()
    assert metadata_of(vpc) == {"version": 1, "egress": "regional_nat", "description": network.description}
    assert network.description == (
        "Egress.regional_nat() in 2 zones. Standing cost: 73.00 USD a month in us-east-1 as of 2026-11-22 = 2 x zone "
        "of a regional NAT gateway 65.70 + 2 x public IPv4 address 7.30. A GB of data through a NAT gateway: 0.045 USD."
    )


@pytest.mark.parametrize(("zones", "cost"), [(1, "36.50"), (2, "73.00"), (3, "109.50")])
def test_zones_count(app: App, zones: int, cost: str) -> None:
    stack = Stack(app, "Shop", env=Environment(account="111111111111", region="us-east-1"))
    network = Network(stack, "Network", egress=Egress.nat(per_az=True), max_azs=zones)
    assert str(network.standing_cost_usd) == cost
    assert len(resources_of(app, "AWS::EC2::NatGateway")) == zones
    assert f"in {zones} zone" in network.description


def test_without_a_region_there_are_two_zones(stack: Stack) -> None:
    assert "in 2 zones" in Network(stack, "Network", egress=Egress.none(), max_azs=3).description


# --- VPCs that exist --------------------------------------------------------------------------------------------------


def placed(stack: Stack, required: dict[str, Any], network: INetwork, **options: Any) -> list[Any]:
    """The subnets of a function in the network; the app is synthesized."""
    Function(stack, "Orders", **required, network=network, **options)
    app = stack.node.root
    assert isinstance(app, App)
    subnets: list[Any] = functions_of(template_of(app)["Resources"])["Orders"]["Properties"]["VpcConfig"]["SubnetIds"]
    return subnets


def test_from_vpc(stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc")
    network = Network.from_vpc(vpc)
    assert network.vpc is vpc
    assert network.reach is Reach.BOTH
    assert [each["Ref"][:18] for each in placed(stack, required, network)] == [
        "VpcPrivateSubnet1S",
        "VpcPrivateSubnet2S",
    ]


def test_from_vpc_creates_nothing(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    """And a function that comes from `vpc=` stays as it is."""
    templates = []
    for take in (lambda vpc: {"vpc": vpc}, lambda vpc: {"network": Network.from_vpc(vpc)}):
        app = make_app()
        stack = Stack(app, "Shop")
        Function(stack, "Orders", **required, **take(aws_ec2.Vpc(stack, "Vpc")))
        templates.append(template_of(app))
    assert templates[0] == templates[1]


def test_of_another_vpc_only_what_was_said_is_checked(app: App, stack: Stack, required: dict[str, Any]) -> None:
    """Its routes may come from elsewhere: a transit gateway, another app."""
    groups = [aws_ec2.SubnetConfiguration(name="Egress", subnet_type=aws_ec2.SubnetType.PRIVATE_WITH_EGRESS)]
    network = Network.from_vpc(aws_ec2.Vpc(stack, "Vpc", subnet_configuration=groups, nat_gateways=0))
    Function(stack, "Unsaid", **required, network=network)
    app.synth()
    assert [each["ruleName"] for each in violations(app)] == ["CL305"]
    Function(stack, "Said", **required, network=network, reach=Reach.PUBLIC)
    with pytest.raises(RuntimeError, match="constructs-lambda::CL304"):
        app.synth(force=True)


def test_from_vpc_without_a_way_out(stack: Stack, required: dict[str, Any]) -> None:
    isolated = [
        aws_ec2.SubnetConfiguration(name="Data", subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED),
    ]
    network = Network.from_vpc(aws_ec2.Vpc(stack, "Vpc", subnet_configuration=isolated))
    assert network.reach is Reach.PRIVATE
    with pytest.raises(LimitError, match="CL304"):
        Function(stack, "Refused", **required, network=network, reach=Reach.PUBLIC)
    with pytest.raises(InputError, match=r"^the network has no subnets from which private and public can be reached"):
        network.subnets_for(Reach.BOTH)
    assert [each["Ref"][:14] for each in placed(stack, required, network)] == ["VpcDataSubnet1", "VpcDataSubnet2"]


def test_from_vpc_with_egress_subnets_only(stack: Stack, required: dict[str, Any]) -> None:
    network = Network.from_vpc(aws_ec2.Vpc(stack, "Vpc"))
    assert len(placed(stack, required, network, reach=Reach.PRIVATE)) == 2


def test_from_vpc_with_public_subnets_only(stack: Stack) -> None:
    public = [aws_ec2.SubnetConfiguration(name="Public", subnet_type=aws_ec2.SubnetType.PUBLIC)]
    vpc = aws_ec2.Vpc(stack, "Vpc", subnet_configuration=public, nat_gateways=0)
    with pytest.raises(InputError, match=r"^Shop/Vpc: the VPC has no private subnets .*private_subnets= or egress_sub"):
        Network.from_vpc(vpc)


def test_from_vpc_that_is_none() -> None:
    with pytest.raises(TypeError, match=r"vpc must be an aws_ec2.IVpc, such as a Vpc; got 'vpc-1'"):
        Network.from_vpc("vpc-1")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["egress_subnets", "private_subnets"])
def test_from_vpc_with_a_list(stack: Stack, name: str) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc")
    chosen: dict[str, Any] = {name: vpc.private_subnets}
    with pytest.raises(TypeError, match=rf"^{name} must be an aws_ec2.SubnetSelection; .*SubnetSelection\(subnets=\["):
        Network.from_vpc(vpc, **chosen)


@pytest.mark.parametrize("reach", ["PRIVATE", None, Reach(0)])
def test_subnets_for_what_is_no_reach(stack: Stack, reach: Any) -> None:
    network = Network(stack, "Network", egress=Egress.none())
    with pytest.raises(TypeError, match=r"^reach must be Reach.PRIVATE, Reach.PUBLIC or Reach.BOTH; got "):
        network.subnets_for(reach)


def test_image_of_a_nat_instance_by_its_id() -> None:
    with pytest.raises(TypeError, match=r"^machine_image must be an aws_ec2.IMachineImage, .*; got 'ami-1'$"):
        Egress.nat_instance(machine_image="ami-1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("switch", "message"),
    [
        ({"flow_logs": "x"}, r"flow_logs must be True, False or an aws_ec2.FlowLogDestination, .*; got 'x'$"),
        ({"restrict_default_security_group": "no"}, r"restrict_default_security_group must be .* False; got 'no'$"),
    ],
)
def test_wrong_switches(stack: Stack, switch: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Network(stack, "Network", egress=Egress.none(), **switch)
    assert stack.node.children == []


@pytest.mark.parametrize("name", ["com.amazonaws.us-east-1.sqs", "cn.com.amazonaws.cn-north-1.sqs", "sqs"])
def test_endpoints_by_their_whole_names(stack: Stack, name: str) -> None:
    network = Network(stack, "Network", egress=Egress.none(), endpoints=[name, "com.amazonaws.us-east-1.s3"])
    assert sorted(network.endpoints) == ["dynamodb", "s3", "sqs"]


@pytest.mark.parametrize(("name", "meant"), [("SQS", "sqs"), ("SECRETS_MANAGER", "secretsmanager")])
def test_endpoints_by_the_names_of_cdk(stack: Stack, name: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf"Did you mean '{meant}'\?"):
        Network(stack, "Network", egress=Egress.none(), endpoints=[name])


def test_a_network_that_fails_leaves_nothing(stack: Stack) -> None:
    class Destination(aws_ec2.FlowLogDestination):
        def bind(self, *_: object) -> Any:
            raise ValueError("no")

    with pytest.raises(Exception, match="no"):
        Network(stack, "Network", egress=Egress.none(), flow_logs=Destination())
    assert stack.node.children == []


@pytest.mark.parametrize(("allowed", "ipv6"), [(True, ["0.0.0.0/0", "::/0"]), (None, ["0.0.0.0/0", "::/0"])])
def test_ipv6_goes_out_where_all_does(
    app: App, stack: Stack, required: dict[str, Any], allowed: bool | None, ipv6: list[str]
) -> None:
    network = Network(stack, "Network", egress=Egress.ipv6())
    Function(stack, "Orders", **required, network=network, allow_all_outbound=allowed, reach=Reach.PUBLIC)
    (group,) = resources_of(app, "AWS::EC2::SecurityGroup").values()
    assert [each.get("CidrIp") or each["CidrIpv6"] for each in group["Properties"]["SecurityGroupEgress"]] == ipv6


def test_groups_of_ones_own_say_what_is_reached(app: App, stack: Stack, required: dict[str, Any]) -> None:
    """A function that only its database is open to is right as long as nobody says that it must reach the internet."""
    network = Network(stack, "Network", egress=Egress.regional_nat())
    group = aws_ec2.SecurityGroup(stack, "Group", vpc=network.vpc, allow_all_outbound=False)
    group.add_egress_rule(aws_ec2.Peer.ipv4("10.0.0.0/16"), aws_ec2.Port.tcp(5432))
    Function(stack, "Orders", **required, network=network, security_groups=[group])
    (function,) = functions_of(template_of(app)["Resources"]).values()
    assert "reach" not in (metadata_of(function) or {})


def test_from_imported_vpc(stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a", "b"], private_subnet_ids=["subnet-1", "subnet-2"]
    )
    network = Network.from_vpc(vpc)
    assert placed(stack, required, network, reach=Reach.PUBLIC) == ["subnet-1", "subnet-2"]


def test_from_imported_vpc_with_named_subnets(stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["a"])
    chosen = aws_ec2.SubnetSelection(subnets=[aws_ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-9")])
    with pytest.raises(InputError, match="no private subnets that are known here"):
        Network.from_vpc(vpc)
    network = Network.from_vpc(vpc, egress_subnets=chosen)
    assert network.reach is Reach.BOTH
    assert network.subnets_for(Reach.PRIVATE) is chosen
    assert Network.from_vpc(vpc, private_subnets=chosen).reach is Reach.PRIVATE


@pytest.mark.parametrize("reach", [None, Reach.PRIVATE, Reach.PUBLIC])
def test_from_vpc_that_was_not_looked_up_yet(app: App, required: dict[str, Any], reach: Reach | None) -> None:
    """CDK gives dummies at first; nothing is known of them, and nothing is said."""
    stack = Stack(app, "Shop", env=Environment(account="111111111111", region="us-east-1"))
    network = Network.from_vpc(aws_ec2.Vpc.from_lookup(stack, "Vpc", is_default=False))
    assert placed(stack, required, network, reach=reach) == ["p-12345", "p-67890"]


# --- Changing it later ------------------------------------------------------------------------------------------------


def planned(make_app: Callable[..., App], **options: Any) -> dict[str, Any]:
    app = make_app()
    stack = Stack(app, "Shop", env=Environment(account="111111111111", region="us-east-1"))
    Network(stack, "Network", **{"egress": Egress.none(), **options})
    return subnets_of(template_of(app)["Resources"])


def test_another_egress_moves_no_subnet(make_app: Callable[..., App]) -> None:
    places: dict[str, Any] = {}
    for make in VARIANTS.values():
        for key, subnet in planned(make_app, egress=make()).items():
            place = {name: subnet["Properties"][name] for name in CREATE_ONLY}
            assert places.setdefault(key, place) == place
    assert Counter(re.sub(r"\d.*", "", key) for key in places) == {
        "NetworkVpcPrivateSubnet": 2,
        "NetworkVpcEgressSubnet": 2,
        "NetworkVpcPublicSubnet": 2,
    }


@pytest.mark.parametrize("egress", [Egress.nat(), Egress.ipv6()], ids=["nat", "ipv6"])
def test_another_zone_moves_no_subnet(make_app: Callable[..., App], egress: Egress) -> None:
    few = planned(make_app, egress=egress, max_azs=1)
    for zones in (2, 3):
        more = planned(make_app, egress=egress, max_azs=zones)
        assert few.keys() < more.keys()
        for key, subnet in few.items():
            assert more[key]["Properties"] == subnet["Properties"]
        few = more


def test_the_plan_is_the_one_in_the_docs(make_app: Callable[..., App]) -> None:
    rows = re.findall(r"^\| (private|with egress|public) \| (\S+) \| (\S+) \|", PAGE.read_text(), re.MULTILINE)
    names = {"private": "Isolated", "with egress": "Private", "public": "Public"}
    subnets = planned(make_app, egress=Egress.nat())
    assert len(rows) == 3
    for name, *places in rows:
        found = [each["Properties"]["CidrBlock"] for each in subnets.values() if type_of(each) == names[name]]
        assert found == places


@pytest.mark.parametrize("cidr", ["10.7.0.0/16", "10.7.64.0/18", "192.168.4.0/22"])
def test_no_two_subnets_overlap(cidr: str) -> None:
    import ipaddress

    from constructs_lambda.cdk.addresses import EGRESS, MOST_ZONES, PRIVATE, PUBLIC, cidr_of

    network = ipaddress.IPv4Network(cidr)
    every = [
        ipaddress.IPv4Network(cidr_of(network, group, zone))
        for group in (PRIVATE, EGRESS, PUBLIC)
        for zone in range(MOST_ZONES)
    ]
    assert all(each.subnet_of(network) and 16 <= each.prefixlen <= 28 for each in every)
    assert not any(one.overlaps(other) for one in every for other in every if one is not other)


def test_range_that_is_known_at_deployment_only(app: App, stack: Stack) -> None:
    addresses = aws_ec2.IpAddresses.aws_ipam_allocation(
        ipv4_ipam_pool_id="ipam-pool-1", ipv4_netmask_length=18, default_subnet_ipv4_netmask_length=24
    )
    Network(stack, "Network", egress=Egress.ipv6(), endpoints=["sqs"], ip_addresses=addresses)
    assert all(
        "Fn::Select" in each["Properties"]["CidrBlock"] for each in subnets_of(template_of(app)["Resources"]).values()
    )
    (ingress,) = only(resources_of(app, "AWS::EC2::SecurityGroup"))["SecurityGroupIngress"]
    assert "Fn::GetAtt" in ingress["CidrIp"]


# --- The figures in the docs ------------------------------------------------------------------------------------------


def table() -> dict[str, list[str]]:
    """The rows of the table that compares the variants."""
    rows = re.findall(r"^\| `(Egress\.[^`]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    return {variant: rest.split(" | ") for variant, rest in rows}


def test_the_table_has_each_variant() -> None:
    assert list(table()) == list(VARIANTS)
    methods = {name for name, value in vars(Egress).items() if isinstance(value, classmethod)}
    assert {re.sub(r"Egress\.(\w+)\(.*", r"\1", variant) for variant in VARIANTS} == methods


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_table_says_what_is_created(app: App, stack: Stack, variant: str) -> None:
    Network(stack, "Network", egress=VARIANTS[variant]())
    resources = template_of(app)["Resources"]
    types = Counter(each["Type"] for each in resources.values())
    made = {name: types[kind] for name, kind in KINDS.items()}
    made |= {name: len(subnets_of(resources, kind)) for kind, name in GROUPS.items()}
    assert made.pop("private subnet") == 2
    said = {name.removesuffix("s"): int(count) for count, name in re.findall(r"(\d) ([^,]+)", table()[variant][0])}
    assert said == {name: count for name, count in made.items() if count}
    assert types["AWS::EC2::EIP"] in (0, types["AWS::EC2::NatGateway"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_table_says_what_it_costs(stack: Stack, variant: str) -> None:
    network = Network(stack, "Network", egress=VARIANTS[variant]())
    _, standing, per_gb, zone_fails = table()[variant]
    assert standing == str(network.standing_cost_usd)
    figures = {Decimal(each) for each in re.findall(r"\d[\d.]*", per_gb)} - {0}
    shares_a_gateway = variant in ("Egress.nat()", "Egress.nat_instance()")
    expected = {charge.usd for charge in network.bill.per_gb} | (
        {UnitPrice(items.BETWEEN_ZONES_DATA).usd} if shares_a_gateway else set()
    )
    assert figures == expected
    assert zone_fails


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_docstring_says_what_it_costs(variant: str, stack: Stack) -> None:
    network = Network(stack, "Network", egress=VARIANTS[variant]())
    documentation = inspect.getdoc(getattr(Egress, network.egress.name)) or ""
    assert "Costs when idle:" in documentation
    cost = network.standing_cost_usd
    assert ("Costs when idle: nothing." if cost == 0 else f"{cost} USD") in documentation
    for charge in network.bill.per_gb:
        assert f"{charge.usd} USD per GB" in documentation


def test_other_figures_in_the_docs() -> None:
    text, documentation = PAGE.read_text(), inspect.getdoc(Network) or ""
    one, a_gb = UnitPrice(items.ENDPOINT_HOURS).a_month(), UnitPrice(items.ENDPOINT_DATA).usd
    assert f"Each costs {one:.2f} USD a month and zone, {2 * one:.2f} USD in two, and {a_gb} USD" in text
    assert f"{2 * one:.2f} USD a month for each interface\nendpoint" in documentation
    flow_logs = UnitPrice(items.LOGS_VENDED_INGESTION).usd
    assert f"{flow_logs} USD for each GB" in text
    assert f"the flow logs, {flow_logs} USD per GB" in documentation


# --- Types ------------------------------------------------------------------------------------------------------------


def test_every_function_takes_a_network() -> None:
    for kind in (Function, PythonFunction, ImageFunction):
        parameters = inspect.signature(kind.__init__).parameters
        assert parameters["network"].kind is parameters["reach"].kind is inspect.Parameter.KEYWORD_ONLY
    assert not get_args(Reach)
    assert Reach.BOTH == Reach.PRIVATE | Reach.PUBLIC
    assert issubclass(Network, INetwork)
    assert not issubclass(Network, aws_lambda.Function)
