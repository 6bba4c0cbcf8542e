"""Functions of plain CDK in VPCs: what `LambdaChecks` says across stacks, nested stacks and stages."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnOutput, Environment, Fn, NestedStack, Stack, Stage, Validations, aws_iam, aws_lambda
from aws_cdk import aws_ec2 as ec2

from constructs_lambda import LambdaChecks

pytestmark = pytest.mark.cdk

HERE = Environment(account="111122223333", region="eu-west-1")
EGRESS = ec2.SubnetConfiguration(name="egress", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
PUBLIC = ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC)
ISOLATED = ec2.SubnetConfiguration(name="isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)


def function(scope: Stack, vpc: ec2.IVpc, **options: Any) -> aws_lambda.Function:
    code = aws_lambda.Code.from_inline("def handler(event, context): pass")
    settings = {"code": code, "handler": "index.handler", "runtime": aws_lambda.Runtime.PYTHON_3_14, **options}
    return aws_lambda.Function(scope, "F", vpc=vpc, **settings)


def vpc(scope: Stack, *subnets: ec2.SubnetConfiguration, nat: int = 1, **options: Any) -> ec2.Vpc:
    return ec2.Vpc(
        scope, "Vpc", max_azs=2, nat_gateways=nat, subnet_configuration=list(subnets) or None,
        restrict_default_security_group=False, **options,
    )  # fmt: skip


def found(app: App) -> list[tuple[str, str]]:
    """Rule and construct path of all that is found."""
    Validations.of(app).add_plugins(LambdaChecks())
    with suppress(RuntimeError):
        app.synth()
    document = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return sorted(
        (violation["ruleName"], each["constructPath"])
        for report in document["pluginReports"]
        for violation in report["violations"]
        for each in violation["violatingConstructs"]
        if report["pluginName"] == "constructs-lambda"
    )


def one_stack(app: App) -> tuple[Stack, Stack]:
    stack = Stack(app, "Shop")
    return stack, stack


def two_stacks(app: App) -> tuple[Stack, Stack]:
    return Stack(app, "Network"), Stack(app, "Shop")


def nested(app: App) -> tuple[Stack, Stack]:
    stack = Stack(app, "Shop")
    return stack, NestedStack(stack, "Functions")


def network_nested(app: App) -> tuple[Stack, Stack]:
    stack = Stack(app, "Shop")
    return NestedStack(stack, "Network"), stack


def siblings(app: App) -> tuple[Stack, Stack]:
    stack = Stack(app, "Shop")
    return NestedStack(stack, "Network"), NestedStack(stack, "Functions")


def stage(app: App) -> tuple[Stack, Stack]:
    prod = Stage(app, "Prod")
    return Stack(prod, "Network"), Stack(prod, "Shop")


@pytest.mark.parametrize("stacks", [one_stack, two_stacks, nested, network_nested, siblings, stage])
def test_the_way_out_is_followed_across_stacks(
    make_app: Callable[..., App], stacks: Callable[[App], tuple[Stack, Stack]]
) -> None:
    for nat, rules in ((1, []), (0, ["CL305"])):
        app = make_app()
        network, shop = stacks(app)
        made = function(shop, vpc(network, PUBLIC, EGRESS, nat=nat))
        assert found(app) == [(rule, f"{made.node.path}/Resource") for rule in rules]


def test_groups_and_roles_of_other_stacks(make_app: Callable[..., App]) -> None:
    app = make_app()
    network, shop = Stack(app, "Network"), Stack(app, "Shop")
    other = ec2.Vpc(network, "Other", max_azs=1, nat_gateways=0, restrict_default_security_group=False)
    role = aws_iam.Role(network, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    group = ec2.SecurityGroup(network, "Group", vpc=other)
    function(shop, vpc(network), security_groups=[group], role=role.without_policy_updates())
    assert [rule for rule, _ in found(app)] == ["CL310", "CL801", "CL830"]


def imported(stack: Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["a", "b"], private_subnet_ids=["subnet-1", "subnet-2"]
    )


def looked_up(stack: Stack) -> ec2.IVpc:
    return ec2.Vpc.from_lookup(stack, "Vpc", is_default=False, tags={"team": "shop"})


@pytest.mark.parametrize("make", [imported, looked_up])
def test_nothing_is_said_of_what_the_app_does_not_make(
    make_app: Callable[..., App], make: Callable[[Stack], ec2.IVpc]
) -> None:
    app = make_app()
    stack = Stack(app, "Shop", env=HERE)
    made = function(stack, make(stack))
    made.add_to_role_policy(aws_iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=["*"]))
    assert found(app) == []


@pytest.mark.parametrize(
    ("options", "subnets", "rules"),
    [
        ({}, (), []),
        ({"nat_gateway_provider": ec2.NatProvider.instance_v2(instance_type=ec2.InstanceType("t4g.nano"))}, (), []),
        ({"nat_gateway_provider": ec2.RegionalNatGatewayProvider()}, (), []),
        ({"nat_gateway_provider": ec2.RegionalNatGatewayProvider()}, (EGRESS,), []),
        ({"nat": 0}, (PUBLIC, ISOLATED), ["CL305"]),
        (
            {"nat": 0, "gateway_endpoints": {"S3": {"service": ec2.GatewayVpcEndpointAwsService.S3}}},
            (ISOLATED,),
            [],
        ),
    ],
    ids=["NAT", "NAT instance", "regional NAT", "regional NAT alone", "isolated", "isolated with an endpoint"],
)
def test_what_cdk_makes(make_app: Callable[..., App], options: Any, subnets: Any, rules: list[str]) -> None:
    app = make_app()
    stack = Stack(app, "Shop")
    function(stack, vpc(stack, *subnets, **options))
    assert [rule for rule, _ in found(app)] == rules


def test_database_in_isolated_subnets(make_app: Callable[..., App]) -> None:
    app = make_app()
    stack = Stack(app, "Shop")
    network = vpc(stack, PUBLIC, EGRESS, ISOLATED)
    database = ec2.SecurityGroup(stack, "Database", vpc=network, allow_all_outbound=False)
    made = function(stack, network)
    database.connections.allow_from(made, ec2.Port.tcp(5432))
    assert found(app) == []


def test_group_without_egress(make_app: Callable[..., App]) -> None:
    app = make_app()
    stack = Stack(app, "Shop")
    function(stack, vpc(stack), allow_all_outbound=False)
    assert [rule for rule, _ in found(app)] == ["CL307"]


def test_one_name_of_an_export_in_two_regions(make_app: Callable[..., App]) -> None:
    app = make_app()
    for region in ("eu-west-1", "us-east-1"):
        there = Environment(account="111122223333", region=region)
        stack = Stack(app, f"Network-{region}", env=there)
        made = vpc(stack)
        subnets = made.private_subnets
        CfnOutput(stack, "Id", value=made.vpc_id, export_name="vpc")
        for number, subnet in enumerate(subnets):
            CfnOutput(stack, f"Subnet{number}", value=subnet.subnet_id, export_name=f"subnet-{number}")
        user = Stack(app, f"Shop-{region}", env=there)
        names = [Fn.import_value(f"subnet-{number}") for number in range(len(subnets))]
        network = ec2.Vpc.from_vpc_attributes(
            user,
            "Vpc",
            vpc_id=Fn.import_value("vpc"),
            availability_zones=["a", "b"],
            private_subnet_ids=names,
        )
        function(user, network)
    assert found(app) == []
