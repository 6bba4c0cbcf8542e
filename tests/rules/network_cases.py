"""CL304 to CL312 and CL801: what functions in a VPC can reach, as far as the templates of an app tell."""

from __future__ import annotations

from typing import Any

from rules.cases import TRUSTED, UNKNOWN, Case, Resource, resource, zipped

REF = {"Ref": "Parameter"}
ANYWHERE = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}
NOWHERE = {"CidrIp": "255.255.255.255/32", "IpProtocol": "icmp", "FromPort": 252, "ToPort": 86}


def ec2(kind: str, condition: str | None = None, **properties: Any) -> Resource:
    found = {"Type": f"AWS::EC2::{kind}", "Properties": properties}
    return {**found, "Condition": condition} if condition else found


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def subnet(zone: object = "a", vpc: object = "Vpc", **properties: Any) -> Resource:
    vpc = ref(vpc) if isinstance(vpc, str) else vpc
    return ec2("Subnet", VpcId=vpc, AvailabilityZone=zone, CidrBlock="10.0.0.0/24", **properties)


def route(table: str = "T", to: str = "0.0.0.0/0", condition: str | None = None, **via: Any) -> Resource:
    kind = "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
    return ec2("Route", condition, RouteTableId=ref(table), **{kind: to}, **via)


def network(**more: Any) -> dict[str, Resource]:
    """Two subnets with one route table, an internet gateway, and a public subnet with a NAT gateway."""
    found = {
        "Vpc": ec2("VPC", CidrBlock="10.0.0.0/16"),
        "A": subnet("a"),
        "B": subnet("b"),
        "P": subnet("a"),
        "T": ec2("RouteTable", VpcId=ref("Vpc")),
        "TP": ec2("RouteTable", VpcId=ref("Vpc")),
        "AT": ec2("SubnetRouteTableAssociation", SubnetId=ref("A"), RouteTableId=ref("T")),
        "BT": ec2("SubnetRouteTableAssociation", SubnetId=ref("B"), RouteTableId=ref("T")),
        "PT": ec2("SubnetRouteTableAssociation", SubnetId=ref("P"), RouteTableId=ref("TP")),
        "Igw": ec2("InternetGateway"),
        "Out": ec2("VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Igw")),
        "RP": route("TP", GatewayId=ref("Igw")),
        "Nat": ec2("NatGateway", SubnetId=ref("P"), AllocationId="eipalloc-1"),
        "G": ec2("SecurityGroup", GroupDescription="g", VpcId=ref("Vpc")),
        **more,
    }
    return {name: resource for name, resource in found.items() if resource is not None}


def function(
    *subnets: str, groups: object = None, reach: object = None, ipv6: object = None, **properties: Any
) -> Resource:
    vpc: dict[str, Any] = {"SubnetIds": [ref(name) for name in subnets or ("A", "B")]}
    vpc["SecurityGroupIds"] = [{"Fn::GetAtt": ["G", "GroupId"]}] if groups is None else groups
    if ipv6 is not None:
        vpc["Ipv6AllowedForDualStack"] = ipv6
    made = zipped(VpcConfig=vpc, **properties)
    return {**made, "Metadata": {"constructs-lambda": {"version": 1, "reach": reach}}} if reach is not None else made


def role(*actions: str, managed: object = None, effect: str = "Allow", **properties: Any) -> Resource:
    policy = {
        "PolicyName": "p",
        "PolicyDocument": {"Statement": [{"Effect": effect, "Action": list(actions), "Resource": "*"}]},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            **({"Policies": [policy]} if actions else {}),
            **({"ManagedPolicyArns": managed} if managed is not None else {}),
            "AssumeRolePolicyDocument": TRUSTED,
            **properties,
        },
    }


def policy(*actions: str, roles: object, kind: str = "Policy") -> Resource:
    named = actions[0] if len(actions) == 1 else list(actions)
    document = {"Statement": {"Effect": "Allow", "Action": named, "Resource": "*"}}
    return {"Type": f"AWS::IAM::{kind}", "Properties": {"PolicyDocument": document, "Roles": roles}}


def endpoint(service: str, **properties: Any) -> Resource:
    name = {"Fn::Join": ["", ["com.amazonaws.", {"Ref": "AWS::Region"}, f".{service}"]]}
    return ec2("VPCEndpoint", **{"VpcId": ref("Vpc"), "ServiceName": name, **properties})


INTERFACE: dict[str, Any] = {"VpcEndpointType": "Interface", "PrivateDnsEnabled": True}
NAT = route(NatGatewayId=ref("Nat"))
ENI = "ec2:CreateNetworkInterface"
READS_QUEUES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
READS_STREAMS = ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream")
WITH_ROLE = {"Role": {"Fn::GetAtt": ["R", "Arn"]}}


def case(what: str, expected: str = "", f: Resource | None = None, /, **resources: Any) -> Case:
    return Case(f"network: {what}", tuple(expected.split()), {"F": f or function(), **network(**resources)})


PUBLIC = function(reach=["private", "public"])
IMPORTED_A, IMPORTED_B = (ec2("Subnet", VpcId="vpc-2", AvailabilityZone=zone, CidrBlock="10.0.0.0/24") for zone in "ab")
IMPORTED = {"A": IMPORTED_A, "B": IMPORTED_B, "G": ec2("SecurityGroup", VpcId="vpc-2")}
IPV6 = {"A": subnet("a", Ipv6CidrBlock="::/64"), "B": subnet("b", Ipv6CidrBlock="::/64")}
EGRESS_ONLY = {"EgressOnlyInternetGatewayId": "eigw-1"}
BY_IPV6 = function(ipv6=True, reach=["public"])
PRIVATE = function(reach=["private"], **WITH_ROLE)
NAMED = function(reach=["private"], FunctionName="orders", **WITH_ROLE)
LOGS = endpoint("logs", **INTERFACE)

UNKNOWN_BLOCK: Resource = {"CidrIp": REF}
CLOSED_TO: tuple[Resource, ...] = ({"CidrIp": "127.0.0.1/32"}, {"CidrIpv6": "::1/128"}, NOWHERE)
DEFAULT_GROUP = {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}
CLOSED = {"Type": "Custom::VpcRestrictDefaultSG", "Properties": {"DefaultSecurityGroupId": DEFAULT_GROUP}}


def denying(**more: Any) -> Resource:
    """A role that may all, and is denied what it takes to be in a VPC."""
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statements = [allowed, {"Effect": "Deny", "Action": "ec2:*", "Resource": "*", **more}]
    return role(Policies=[{"PolicyDocument": {"Statement": statements}}])


def rule(*rules: Resource) -> Resource:
    """A group whose only rules are these."""
    every = [{"IpProtocol": "tcp", **each} for each in rules]
    return ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=every)


def mapping(function_name: object, source: object = None, **properties: Any) -> Resource:
    source = {} if source is None else {"EventSourceArn": source}
    kind = "AWS::Lambda::EventSourceMapping"
    return {"Type": kind, "Properties": {"FunctionName": function_name, **source, **properties}}


def arn(service: str) -> str:
    return f"arn:aws:{service}:eu-west-1:111122223333:x"


CASES: list[Case] = [
    # --- Internet
    case("NAT", "", R=NAT),
    case("no route out", "CL305"),
    case("no route out, and that is meant", "", function(reach=["private"])),
    case("no route out, and internet wanted", "CL304", PUBLIC),
    case("NAT, and internet wanted", "", PUBLIC, R=NAT),
    case("one subnet of two without a route", "CL305", BT=None, R=NAT),
    case("NAT under a condition", "", PUBLIC, R=route(condition="C", NatGatewayId=ref("Nat"))),
    case("NAT elsewhere", "", PUBLIC, R=route(NatGatewayId="nat-0123")),
    case("private NAT", "CL304", PUBLIC, R=NAT, Nat=ec2("NatGateway", SubnetId=ref("P"), ConnectivityType="private")),
    case("NAT in a subnet without a way out", "CL304", PUBLIC, R=NAT, RP=None),
    case("NAT in a private subnet", "CL304", PUBLIC, R=NAT, Nat=ec2("NatGateway", SubnetId=ref("A"))),
    case("NAT in an unknown subnet", "", PUBLIC, R=NAT, Nat=ec2("NatGateway", SubnetId=REF)),
    case("regional NAT", "", PUBLIC, R=NAT, Nat=ec2("NatGateway", VpcId=ref("Vpc"), AvailabilityMode="regional")),
    case(
        "regional NAT without internet gateway", "CL304", PUBLIC, R=NAT, Out=None,
        Nat=ec2("NatGateway", VpcId=ref("Vpc"), AvailabilityMode="regional"),
    ),
    case("NAT instance", "", PUBLIC, R=route(InstanceId=ref("I")), I=ec2("Instance", SourceDestCheck=False)),
    case("an instance that is no NAT", "CL304", PUBLIC, R=route(InstanceId=ref("I")), I=ec2("Instance")),
    case("instance elsewhere", "", PUBLIC, R=route(InstanceId="i-0123")),
    *(
        case(f"route through {name}", "", PUBLIC, R=route(**{name: "x-0123"}))
        for name in ("TransitGatewayId", "NetworkInterfaceId", "VpcEndpointId", "CoreNetworkArn", "GatewayId")
    ),
    case("route through a peering connection", "CL304", PUBLIC, R=route(VpcPeeringConnectionId="pcx-1")),
    case("routes to some addresses", "", PUBLIC, R=route(to="203.0.113.0/24", NatGatewayId=ref("Nat"))),
    case("peering beside, with endpoints maybe", "", R=route(to="10.1.0.0/16", VpcPeeringConnectionId="pcx-1")),
    *(case(f"table of a route: {value}", "", PUBLIC, R=ec2("Route", RouteTableId=value)) for value in UNKNOWN),
    *(
        case(f"subnet of an association: {value}", "", PUBLIC, AT=None, BT=None, X=ec2(
            "SubnetRouteTableAssociation", SubnetId=value, RouteTableId=ref("T")))
        for value in UNKNOWN
    ),
    case("no association: the main table", "CL305", AT=None, BT=None),
    case("association under a condition", "", PUBLIC, AT=ec2(
        "SubnetRouteTableAssociation", "C", SubnetId=ref("A"), RouteTableId=ref("T")), R=NAT),
    case("subnets that nobody makes", "", function("X", "Y", reach=["public"])),
    case("meant to have egress", "CL305", A=subnet(Tags=[{"Key": "aws-cdk:subnet-type", "Value": "Private"}]),
         S3=endpoint("s3", RouteTableIds=[ref("T")])),
    case("closed on purpose: with an endpoint", "", S3=endpoint("s3", RouteTableIds=[ref("T")])),
    case("an endpoint of the other table", "CL305", S3=endpoint("s3", RouteTableIds=[ref("TP")])),
    case("an endpoint of an unknown VPC", "", S3=endpoint("sqs", VpcId=REF, **INTERFACE)),
    # --- IPv6
    case("IPv6 only", "", function(ipv6=True), R=route(to="::/0", EgressOnlyInternetGatewayId="eigw-1"),
         A=subnet("a", Ipv6CidrBlock="::/64"), B=subnet("b", Ipv6CidrBlock="::/64")),
    case("IPv6 only, wanted", "", function(ipv6=True, reach=["public"]), R=route(
        to="::/0", EgressOnlyInternetGatewayId="eigw-1"),
        A=subnet("a", Ipv6CidrBlock="::/64"), B=subnet("b", Ipv6CidrBlock="::/64")),
    case("IPv6 not allowed", "CL304", PUBLIC, R=route(to="::/0", EgressOnlyInternetGatewayId="eigw-1")),
    case("IPv6 in subnets without", "CL311", function(ipv6=True), R=NAT),
    case("IPv6 unknown", "", function(ipv6=REF), R=NAT),
    # --- Public subnets
    case("public subnet", "CL306 CL309", function("P")),
    case("public subnet, internet wanted", "CL304 CL309", function("P", reach=["public"])),
    case("public subnet among others", "CL306", function("P", "B"), R=NAT),
    # --- Zones
    case("one zone", "CL309", R=NAT, B=subnet("a")),
    case("one zone by its place in a list", "CL309", R=NAT, **{
        name: subnet({"Fn::Select": [0, {"Fn::GetAZs": ""}]}) for name in "AB"}),
    case("two zones by their places", "", R=NAT, A=subnet({"Fn::Select": [0, {"Fn::GetAZs": ""}]})),
    case("zones left to AWS", "", R=NAT, A=subnet(None), B=subnet(None)),
    case("one subnet", "CL309", function("A"), R=NAT),
    Case("network: one subnet id", ("CL309",), {"F": zipped(
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]})}),
    *(
        Case(f"network: subnet and group: {value}", (), {"F": zipped(
            VpcConfig={"SubnetIds": [value], "SecurityGroupIds": [value]})})
        for value in UNKNOWN
    ),
    # --- Groups
    case("group that lets all out", "", PUBLIC, R=NAT, G=ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[
        ANYWHERE])),
    case("group that lets nothing out", "CL307", R=NAT, G=ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[
        NOWHERE])),
    case("group that lets nothing out, reach said", "CL304", function(reach=["private"]), R=NAT, G=ec2(
        "SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[NOWHERE])),
    case("rule beside the group", "", R=NAT, G=ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[NOWHERE]),
         E=ec2("SecurityGroupEgress", GroupId={"Fn::GetAtt": ["G", "GroupId"]}, CidrIp="10.0.0.0/16")),
    case("rule beside another group", "CL307", R=NAT,
         G=ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[NOWHERE]),
         E=ec2("SecurityGroupEgress", GroupId="sg-9", CidrIp="10.0.0.0/16")),
    *(
        case(f"rule of a group: {value}", "", R=NAT, G=ec2(
            "SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[value]))
        for value in UNKNOWN
    ),
    case("one closed group of two", "", function(groups=[ref("G"), ref("H")]), R=NAT,
         G=ec2("SecurityGroup", VpcId=ref("Vpc"), SecurityGroupEgress=[NOWHERE]),
         H=ec2("SecurityGroup", VpcId=ref("Vpc"))),
    case("group of another VPC", "CL310", R=NAT, V2=ec2("VPC"), G=ec2("SecurityGroup", VpcId=ref("V2"))),
    case("group of a VPC by its id", "", R=NAT, G=ec2("SecurityGroup", VpcId="vpc-1")),
    case("group of another VPC by ids", "CL310", R=NAT, G=ec2("SecurityGroup", VpcId="vpc-1"),
         A=IMPORTED_A, B=IMPORTED_B),
    *(
        case(f"VPC of {name}", "", R=NAT, G=ec2("SecurityGroup", VpcId={"Fn::GetAtt": [name, "VpcId"]}),
             H=ec2("SecurityGroup", VpcId=ref("Vpc")), I=ec2("Instance"))
        for name in ("A", "H", "I")
    ),
    case("VPC of a group of another VPC", "CL310", R=NAT, G=ec2("SecurityGroup", VpcId={"Fn::GetAtt": ["H", "VpcId"]}),
         H=ec2("SecurityGroup", VpcId=ref("V2")), V2=ec2("VPC")),
    case("group in two VPCs", "", R=NAT, V2=ec2("VPC"), G=ec2("SecurityGroup", VpcId=ref("V2")),
         X=ec2("SecurityGroupVpcAssociation", GroupId=ref("G"), VpcId=ref("Vpc"))),
    case("group of an unknown VPC", "", R=NAT, G=ec2("SecurityGroup", VpcId=REF)),
    case("subnets of two VPCs", "CL310", R=NAT, V2=ec2("VPC"), B=subnet("b", "V2")),
    case("VPC by its attribute", "", R=NAT, G=ec2("SecurityGroup", VpcId={"Fn::GetAtt": ["Vpc", "VpcId"]})),
    # --- Granted services
    case("granted, no endpoint", "CL308", function(reach=["private"], **WITH_ROLE), R=role(ENI, "dynamodb:GetItem")),
    case("granted, gateway endpoint", "", function(**WITH_ROLE), R=role(ENI, "dynamodb:GetItem"),
         D=endpoint("dynamodb", RouteTableIds=[ref("T")])),
    case("granted, gateway endpoint of another table", "CL305 CL308", function(**WITH_ROLE),
         R=role(ENI, "dynamodb:GetItem"), D=endpoint("dynamodb", RouteTableIds=[ref("TP")])),
    case("granted, interface endpoint", "", function(**WITH_ROLE), R=role(ENI, "secretsmanager:*"),
         S=endpoint("secretsmanager", **INTERFACE)),
    case("granted, endpoint of another service", "CL308", function(**WITH_ROLE), R=role(ENI, "secretsmanager:*"),
         S=endpoint("ssm", **INTERFACE)),
    case("granted, endpoint of an unknown service", "", function(**WITH_ROLE), R=role(ENI, "sns:Publish"),
         S=ec2("VPCEndpoint", VpcId=ref("Vpc"), ServiceName=REF, **INTERFACE)),
    case("granted, NAT", "", function(**WITH_ROLE), R=role(ENI, "dynamodb:GetItem"), N=NAT),
    case("granted by a policy beside", "CL308", function(reach=["private"], **WITH_ROLE), R=role(ENI),
         X=policy("sqs:SendMessage", roles=[ref("R")])),
    case("granted for the poller", "", function(reach=["private"], **WITH_ROLE), R=role(ENI, *READS_QUEUES),
         M={"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"FunctionName": ref("F")}}),
    case("granted for the dead letters", "", function(
        reach=["private"], DeadLetterConfig={"TargetArn": "arn:aws:sqs:eu-west-1:111122223333:dead"}, **WITH_ROLE),
        R=role(ENI, "sqs:SendMessage")),
    case("what Lambda does itself", "", function(reach=["private"], **WITH_ROLE),
         R=role(ENI, "logs:PutLogEvents", "xray:PutTraceSegments", "kms:Decrypt")),
    case("denied", "", function(reach=["private"], **WITH_ROLE), R=role(ENI), X={
        "Type": "AWS::IAM::Policy", "Properties": {"Roles": [ref("R")], "PolicyDocument": {"Statement": [
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}}}),
    # --- Quotas
    case("five addresses", "", R=NAT, **{f"E{n}": ec2("EIP") for n in range(5)}),
    case("six addresses", "CL312", R=NAT, **{f"E{n}": ec2("EIP") for n in range(6)}),
    case("six addresses, one under a condition", "", R=NAT, C=ec2("EIP", "C"), **{
        f"E{n}": ec2("EIP") for n in range(5)}),
    case("five NAT gateways in a zone", "", R=NAT, **{f"N{n}": ec2("NatGateway", SubnetId=ref("P")) for n in range(4)}),
    case("six NAT gateways in a zone", "CL312", R=NAT, **{
        f"N{n}": ec2("NatGateway", SubnetId=ref("P")) for n in range(5)}),
    # --- Rights
    case("role without rights", "CL801", function(**WITH_ROLE), N=NAT, R=role()),
    case("role with others", "CL801", function(**WITH_ROLE), N=NAT, R=role("logs:PutLogEvents", managed=[
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"])),
    case("role for VPCs", "", function(**WITH_ROLE), N=NAT, R=role(managed=[
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"}])),
    case("role with a policy that isn't known", "", function(**WITH_ROLE), N=NAT, R=role(managed=[
        "arn:aws:iam::aws:policy/CompanyBaseline"])),
    case("role with a policy of the app", "", function(**WITH_ROLE), N=NAT, R=role(managed=[ref("X")]),
         X=policy("ec2:*", roles=None, kind="ManagedPolicy")),
    case("role with a policy of the app without it", "CL801", function(**WITH_ROLE), N=NAT, R=role(managed=[ref("X")]),
         X=policy("s3:*", roles=None, kind="ManagedPolicy")),
    *(case(f"role with wildcard {each}", "", function(**WITH_ROLE), N=NAT, R=role(each)) for each in (
        "*", "ec2:*", "EC2:CreateNetwork*", "ec2:CreateNetworkInterface")),
    case("role with all but", "", function(**WITH_ROLE), N=NAT, R=role(Policies=[
        {"PolicyDocument": {"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}}])),
    case("policy beside the role", "", function(**WITH_ROLE), N=NAT, R=role(), X=policy(ENI, roles=[ref("R")])),
    case("policy beside, by name", "", function(**WITH_ROLE), N=NAT, R=role(RoleName="r"), X=policy(ENI, roles=["r"])),
    case("policy beside another role", "CL801", function(**WITH_ROLE), N=NAT, R=role(), X=policy(ENI, roles=["r"])),
    *(
        case(f"roles of a policy: {value}", "", function(**WITH_ROLE), N=NAT, R=role(), X=policy("s3:*", roles=[value]))
        for value in UNKNOWN
    ),
    *(
        case(f"managed policy: {value}", "", function(**WITH_ROLE), N=NAT, R=role(managed=[value]))
        for value in UNKNOWN
    ),
    *(
        case(f"actions of a role: {value}", "", function(**WITH_ROLE), N=NAT, R=role(Policies=[
            {"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": ["s3:*", value], "Resource": "*"}]}}]))
        for value in UNKNOWN
    ),
    case("role under a condition", "", function(**WITH_ROLE), N=NAT, R={**role(), "Condition": "C"}),
    case("role of nobody", "", function(Role=REF), N=NAT),
    # --- Networks that are made in part only
    case("main table of an imported VPC", "", PUBLIC, AT=None, BT=None, **IMPORTED),
    case("imported VPC: endpoints made elsewhere", "", function(**WITH_ROLE), R=role(ENI, "s3:GetObject"), **IMPORTED),
    case("main table with a route by its id", "", PUBLIC, AT=None, BT=None, X=ec2(
        "Route", RouteTableId="rtb-1", DestinationCidrBlock="0.0.0.0/0", NatGatewayId=ref("Nat"))),
    case("endpoint of the main table", "", function(reach=["private"], **WITH_ROLE), AT=None, BT=None,
         R=role(ENI, "s3:GetObject"), S3=endpoint("s3", RouteTableIds=["rtb-1"])),
    case("NAT in a subnet of an imported VPC", "", PUBLIC, R=NAT, PT=None, P=IMPORTED_A),
    case("VPN routes", "", PUBLIC, X=ec2("VPNGatewayRoutePropagation", RouteTableIds=[ref("T")], VpnGatewayId="vgw-1")),
    case("route server", "", PUBLIC, X=ec2("RouteServerPropagation", RouteTableId=ref("T"), RouteServerId="rs-1")),
    case("VPN routes of another table", "CL304", PUBLIC, X=ec2(
        "VPNGatewayRoutePropagation", RouteTableIds=[ref("TP")], VpnGatewayId="vgw-1")),
    # --- Routes
    *(
        case(f"IPv6 route to {to}", "", BY_IPV6, R=route(to=to, **EGRESS_ONLY), **IPV6)
        for to in ("2000::/3", "0::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0", "::/1")
    ),
    *(
        case(f"IPv4 route to {to}", "", PUBLIC, R=route(to=to, TransitGatewayId="tgw-1")) for to in (
            "0.0.0.0/1", "52.0.0.0/8", "not a block")
    ),
    case("target that is not set", "", PUBLIC, R=route(
        VpcPeeringConnectionId={"Ref": "AWS::NoValue"}, NatGatewayId=ref("Nat"))),
    case("internet gateway beside a target that is not set", "", PUBLIC, R=NAT, RP=route(
        "TP", NatGatewayId={"Ref": "AWS::NoValue"}, GatewayId=ref("Igw"))),
    case("two targets by a condition", "", PUBLIC, R=route(
        VpcPeeringConnectionId={"Fn::If": ["C", "pcx-1", {"Ref": "AWS::NoValue"}]},
        NatGatewayId={"Fn::If": ["C", {"Ref": "AWS::NoValue"}, ref("Nat")]})),
    case("private NAT before a transit gateway", "", PUBLIC, R=NAT, RP=route("TP", TransitGatewayId="tgw-1"),
         Nat=ec2("NatGateway", SubnetId=ref("P"), ConnectivityType="private")),
    case("instance with user data", "", PUBLIC, R=route(InstanceId=ref("I")), I=ec2("Instance", UserData="x")),
    case("NAT that leads nowhere, and an endpoint", "CL305", R=NAT, RP=None, S3=endpoint(
        "s3", RouteTableIds=[ref("T")])),
    case("everything through a peering connection", "CL305", R=route(VpcPeeringConnectionId="pcx-1")),
    case("a proxy", "", function(reach=["public"], Environment={"Variables": {"HTTPS_PROXY": "http://10.1.0.1:3128"}})),
    case("a proxy of a database", "CL304", function(reach=["public"], Environment={
        "Variables": {"DB_PROXY": "db.local"}})),
    case("public subnet, closed on purpose", "CL309", function("P", reach=["private"])),
    # --- IPv6
    case("IPv6 block beside the subnet", "", function(ipv6=True), R=NAT, **{
        f"X{name}": ec2("SubnetCidrBlock", SubnetId=ref(name), Ipv6CidrBlock="::/64") for name in "AB"}),
    case("IPv6 from a pool", "", function(ipv6=True), R=NAT, **{
        name: subnet(name, Ipv6IpamPoolId="ipam-1", Ipv6NetmaskLength=64) for name in "AB"}),
    case("IPv6 not native", "CL311", function(ipv6=True), R=NAT, **{
        name: subnet(name, Ipv6Native=False) for name in "AB"}),
    case("IPv6 out, and a group for IPv4 only", "CL304", BY_IPV6, R=route(to="::/0", **EGRESS_ONLY),
         G=rule(ANYWHERE), **IPV6),
    case("IPv6 out, and a group for both", "", BY_IPV6, R=route(to="::/0", **EGRESS_ONLY),
         G=rule(ANYWHERE, {"CidrIpv6": "::/0"}), **IPV6),
    # --- What groups let out
    *(case(f"group that lets out to {next(iter(to.values()))}", "CL307", R=NAT, G=rule(to)) for to in CLOSED_TO),
    *(case(f"internet wanted, and a group for {to} only", "CL304", PUBLIC, R=NAT, G=rule(to)) for to in (
        {"CidrIp": "10.0.0.0/8"}, {"DestinationSecurityGroupId": "sg-1"}, {"CidrIpv6": "::/0"},
        {"CidrIp": "0.0.0.0/0", "IpProtocol": "icmp"})),
    *(case(f"internet wanted, and a group for {to}", "", PUBLIC, R=NAT, G=rule(to)) for to in (
        {"CidrIp": "52.0.0.0/8"}, {"DestinationPrefixListId": "pl-1"}, UNKNOWN_BLOCK,
        {**ANYWHERE, "FromPort": 443, "ToPort": 443})),
    case("private wanted, and a group for another group only", "", function(reach=["private"]), G=rule(
        {"DestinationSecurityGroupId": "sg-1"})),
    case("default group closed by CDK", "CL307", function(groups=[DEFAULT_GROUP]), R=NAT, X=CLOSED),
    case("default group closed, and a rule beside", "", function(groups=[DEFAULT_GROUP]), R=NAT, X=CLOSED,
         E=ec2("SecurityGroupEgress", GroupId=DEFAULT_GROUP, **ANYWHERE)),
    case("default group", "", function(groups=[DEFAULT_GROUP]), R=NAT),
    # --- Endpoints
    case("endpoint without the usual name", "CL308", PRIVATE, R=role(ENI, "sqs:SendMessage"),
         S=endpoint("sqs", VpcEndpointType="Interface")),
    case("endpoint without the usual name, and a zone", "", PRIVATE, R=role(ENI, "sqs:SendMessage"),
         S=endpoint("sqs", VpcEndpointType="Interface"), Z={"Type": "AWS::Route53::HostedZone", "Properties": {}}),
    case("endpoint that lets nobody in", "CL308", PRIVATE, R=role(ENI, "sqs:SendMessage"), S=endpoint(
        "sqs", **INTERFACE, SecurityGroupIds=[ref("G")])),
    case("endpoint that lets in by a rule beside", "", PRIVATE, R=role(ENI, "sqs:SendMessage"), S=endpoint(
        "sqs", **INTERFACE, SecurityGroupIds=[ref("G")]), X=ec2("SecurityGroupIngress", GroupId=ref("G"))),
    case("endpoint whose group is made elsewhere", "", PRIVATE, R=role(ENI, "sqs:SendMessage"), S=endpoint(
        "sqs", **INTERFACE, SecurityGroupIds=["sg-1"])),
    case("endpoint by FIPS", "", PRIVATE, R=role(ENI, "sqs:SendMessage"), S=endpoint("sqs-fips", **INTERFACE)),
    case("endpoint of a service of one's own", "", PRIVATE, R=role(ENI, "sqs:SendMessage"), S=ec2(
        "VPCEndpoint", VpcId=ref("Vpc"), ServiceName="com.amazonaws.vpce.us-east-1.vpce-svc-1",
        VpcEndpointType="Interface")),
    # --- Who calls
    *(
        case(f"polled: {name}", "", NAMED, R=role(ENI, *READS_QUEUES), L=LOGS,
             Al=resource("Alias", {"FunctionName": ref("F"), "FunctionVersion": "1", "Name": "live"}),
             Ve=resource("Version", {"FunctionName": ref("F")}), M=mapping(name, arn("sqs")))
        for name in (ref("Al"), ref("Ve"), {"Fn::Sub": "${F}:live"}, {"Fn::Sub": "${F.Arn}:live"}, "orders",
                     {"Fn::Join": ["", [{"Fn::GetAtt": ["F", "Arn"]}, ":live"]]}, REF, "orders:live",
                     "arn:aws:lambda:eu-west-1:111122223333:function:orders:live")
    ),
    case("polled: another function", "CL308", NAMED, R=role(ENI, *READS_QUEUES),
         M=mapping("others", arn("sqs"))),
    case("polled: another service", "CL308", PRIVATE, R=role(ENI, *READS_QUEUES, *READS_STREAMS), M=mapping(
        ref("F"), arn("kinesis"), StartingPosition="LATEST")),
    case("polled: a queue of the app", "", PRIVATE, R=role(ENI, *READS_QUEUES), M=mapping(
        ref("F"), {"Fn::GetAtt": ["Q", "Arn"]}), Q={"Type": "AWS::SQS::Queue", "Properties": {}}),
    case("polled: a stream of the app", "CL308", PRIVATE, R=role(ENI, *READS_QUEUES, *READS_STREAMS), M=mapping(
        ref("F"), {"Fn::GetAtt": ["Q", "Arn"]}, StartingPosition="LATEST"),
         Q={"Type": "AWS::Kinesis::Stream", "Properties": {}}),
    case("polled: that stream", "", PRIVATE, R=role(ENI, *READS_STREAMS), M=mapping(
        ref("F"), {"Fn::GetAtt": ["Q", "Arn"]}, StartingPosition="LATEST"),
         Q={"Type": "AWS::Kinesis::Stream", "Properties": {}}),
    case("polled: Kafka, with a secret", "", PRIVATE, R=role(ENI, "kafka:*", "secretsmanager:GetSecretValue"),
         M=mapping(ref("F"), arn("kafka"))),
    case("failed ones to a bucket", "", PRIVATE, R=role(
        ENI, *READS_STREAMS, "s3:PutObject", "s3:GetObject*", "s3:List*"), M=mapping(
        ref("F"), arn("kinesis"), StartingPosition="LATEST",
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::x"}})),
    case("failed ones to a queue, and a topic", "CL308", PRIVATE, R=role(ENI, "sqs:SendMessage", "sns:Publish"), M={
        "Type": "AWS::Lambda::EventInvokeConfig", "Properties": {
            "FunctionName": ref("F"), "Qualifier": "$LATEST",
            "DestinationConfig": {"OnFailure": {"Destination": arn("sqs")}}}}),
    case("granted by a policy of AWS", "CL308", PRIVATE, R=role(ENI, managed=[
        "arn:aws:iam::aws:policy/SecretsManagerReadWrite"])),
    case("granted for another function's VPC", "", PRIVATE, N=NAT, R=role(ENI, managed=[
        "arn:aws:iam::aws:policy/SecretsManagerReadWrite"])),
    *(case(f"granted: {action}", "CL308", PRIVATE, R=role(ENI, action)) for action in (
        "kms:Sign", "kms:Encrypt", "rds:DescribeDBInstances", "ec2:DescribeInstances", "logs:StartQuery", "iot:Publish",
        "timestream:WriteRecords")),
    *(case(f"granted, and called by Lambda or a service: {action}", "", PRIVATE, R=role(ENI, action)) for action in (
        "kms:Decrypt", "kms:GenerateDataKey*", "ec2:*", "ec2:Describe*", "ec2:DescribeSubnets",
        "ec2:DescribeNetworkInterfaces", "rds-db:connect", "elasticfilesystem:ClientMount")),
    case("granted, a key for a bucket", "", PRIVATE, R=role(ENI, "kms:Encrypt", "s3:PutObject"), S3=endpoint(
        "s3", RouteTableIds=[ref("T")])),
    # --- Zones, quotas
    case("one zone written in two ways", "CL309", R=NAT, A=subnet({"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
         B=subnet({"Fn::Select": ["0", {"Fn::GetAZs": {"Ref": "AWS::Region"}}]})),
    case("addresses of one's own", "", R=NAT, **{f"E{n}": ec2("EIP", PublicIpv4Pool="pool-1") for n in range(6)}),
    # --- Rights
    *(case(f"policy with a name of AWS's: {each}", "", function(**WITH_ROLE), N=NAT, R=role(managed=[each]))
      for each in (
        "arn:aws:iam::111122223333:policy/AWSLambdaBasicExecutionRole",
        {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/AmazonS3FullAccess"})),
    case("read only", "CL801", function(**WITH_ROLE), N=NAT, R=role(managed=[
        "arn:aws:iam::aws:policy/ReadOnlyAccess"])),
    case("denied to the role", "CL801", function(**WITH_ROLE), N=NAT, R=denying()),
    case("denied under a condition", "", function(**WITH_ROLE), N=NAT, R=denying(Condition={"ArnEquals": {"a": "b"}})),
    case("denied for one subnet", "", function(**WITH_ROLE), N=NAT, R=denying(Resource="arn:aws:ec2:*:*:subnet/x")),
    case("boundary of the app without it", "CL801", function(**WITH_ROLE), N=NAT, R=role(
        ENI, PermissionsBoundary=ref("X")), X=policy("s3:*", roles=None, kind="ManagedPolicy")),
    case("boundary of the app with it", "", function(**WITH_ROLE), N=NAT, R=role(
        ENI, PermissionsBoundary=ref("X")), X=policy("ec2:*", roles=None, kind="ManagedPolicy")),
    case("boundary elsewhere", "", function(**WITH_ROLE), N=NAT, R=role(
        ENI, PermissionsBoundary="arn:aws:iam::111122223333:policy/x")),
]  # fmt: skip
