"""`CapacityProvider`: Managed Instances in a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, CfnParameter, RemovalPolicy, Stack, Token, aws_ec2, aws_lambda
from synthesized import resources_of

from constructs_lambda import (
    CapacityProvider,
    Egress,
    Function,
    InputError,
    LimitError,
    Network,
    PythonFunction,
    limits,
)

pytestmark = pytest.mark.cdk

PROVIDER = "AWS::Lambda::CapacityProvider"


@pytest.fixture
def network(stack: Stack) -> Network:
    return Network(stack, "Network", egress=Egress.nat())


def only(app: App, kind: str) -> dict[str, Any]:
    (resource,) = resources_of(app, kind).values()
    found: dict[str, Any] = resource
    return found


def test_two_lines_are_enough(app: App, stack: Stack, network: Network, required: dict[str, Any]) -> None:
    provider = CapacityProvider(stack, "Capacity", network=network, memory_gib_per_v_cpu=4, max_v_cpu_count=64)
    Function(stack, "Orders", **required, capacity_provider=provider, memory_size=4_096)
    properties = only(app, PROVIDER)["Properties"]
    assert properties["CapacityProviderScalingConfig"] == {"MaxVCpuCount": 64}
    subnets = [each["Ref"] for each in properties["VpcConfig"]["SubnetIds"]]
    assert len(subnets) == 2
    assert all("Egress" in each for each in subnets)
    (group_id,) = (key for key in resources_of(app, "AWS::EC2::SecurityGroup") if key.startswith("Capacity"))
    group = resources_of(app, "AWS::EC2::SecurityGroup")[group_id]["Properties"]
    assert "SecurityGroupIngress" not in group
    orders = next(v for k, v in resources_of(app, "AWS::Lambda::Function").items() if k.startswith("Orders"))
    config = orders["Properties"]["CapacityProviderConfig"]["LambdaManagedInstancesCapacityProviderConfig"]
    assert config["ExecutionEnvironmentMemoryGiBPerVCpu"] == 4
    assert "PerExecutionEnvironmentMaxConcurrency" not in config
    assert "VpcConfig" not in orders["Properties"]


def test_options_of_a_function_come_before_the_providers(
    app: App, stack: Stack, network: Network, required: dict[str, Any]
) -> None:
    provider = CapacityProvider(stack, "Capacity", network=network, memory_gib_per_v_cpu=4, max_concurrency=10)
    function = Function(stack, "Orders", **required, capacity_provider=provider)
    provider.add_function(function, per_execution_environment_max_concurrency=20)
    orders = next(v for k, v in resources_of(app, "AWS::Lambda::Function").items() if k.startswith("Orders"))
    config = orders["Properties"]["CapacityProviderConfig"]["LambdaManagedInstancesCapacityProviderConfig"]
    assert orders["Properties"]["MemorySize"] == 4_096
    assert config["ExecutionEnvironmentMemoryGiBPerVCpu"] == 4
    assert config["PerExecutionEnvironmentMaxConcurrency"] == 20


def test_old_versions_go_because_each_costs_instances(
    app: App, stack: Stack, network: Network, required: dict[str, Any]
) -> None:
    provider = CapacityProvider(stack, "Capacity", network=network)
    Function(stack, "Orders", **required, capacity_provider=provider).add_release()
    Function(stack, "Kept", **required, capacity_provider=provider).add_release(removal_policy=RemovalPolicy.RETAIN)
    versions = resources_of(app, "AWS::Lambda::Version")
    policies = {key[:4]: version.get("DeletionPolicy") for key, version in versions.items()}
    assert policies == {"Orde": None, "Kept": "Retain"}


def test_groups_of_ones_own_are_used(app: App, stack: Stack, network: Network) -> None:
    own = aws_ec2.SecurityGroup(stack, "Own", vpc=network.vpc)
    CapacityProvider(stack, "Capacity", network=network, security_groups=[own])
    assert not [key for key in resources_of(app, "AWS::EC2::SecurityGroup") if key.startswith("Capacity")]


def test_a_network_of_another_stack(app: App, required: dict[str, Any]) -> None:
    network = Network(Stack(app, "Platform"), "Network", egress=Egress.none())
    provider = CapacityProvider(Stack(app, "Shop"), "Capacity", network=network)
    Function(Stack(app, "Orders"), "Orders", **required, capacity_provider=provider)
    assert resources_of(app, PROVIDER)


def test_all_problems_at_once_and_nothing_made(stack: Stack, network: Network) -> None:
    before = [node.node.path for node in stack.node.find_all()]
    with pytest.raises(InputError) as refused:
        CapacityProvider(
            stack, "Capacity", network=network, memory_gib_per_v_cpu=3, max_v_cpu_count=11, max_concurrency=1_601
        )
    assert len(str(refused.value).splitlines()) == 3
    assert "2, 4 and 8 GiB" in str(refused.value)
    assert [node.node.path for node in stack.node.find_all()] == before


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_bounds(stack: Stack, network: Network, by: int) -> None:
    most = limits.MANAGED_INSTANCES_CONCURRENCY.maximum or 0
    vcpus = limits.CAPACITY_PROVIDER_VCPUS.maximum or 0
    if by <= 0:
        CapacityProvider(stack, "Capacity", network=network, max_concurrency=most + by, max_v_cpu_count=vcpus + by)
        return
    wrongs: tuple[dict[str, Any], ...] = ({"max_concurrency": most + by}, {"max_v_cpu_count": vcpus + by})
    for wrong in wrongs:
        with pytest.raises(InputError, match="AWS allows"):
            CapacityProvider(stack, "Capacity", network=network, **wrong)


def test_a_token_is_no_finding(stack: Stack, network: Network) -> None:
    count = Token.as_number({"Ref": "VCpus"})
    CapacityProvider(stack, "Capacity", network=network, max_v_cpu_count=count)  # type: ignore[arg-type]


def test_wrong_types(stack: Stack, network: Network) -> None:
    vpc: Any = network.vpc
    with pytest.raises(TypeError, match="network must be a Network"):
        CapacityProvider(stack, "Capacity", network=vpc)
    with pytest.raises(TypeError, match="max_v_cpu_count must be a whole number"):
        CapacityProvider(stack, "Capacity", network=network, max_v_cpu_count="64")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"scaling_options": "auto"}, "scaling_options must be such as aws_lambda.ScalingOptions.auto()"),
        ({"instance_type_filter": ["m7g.large"]}, "instance_type_filter must be such as"),
        ({"capacity_provider_name": 5}, "capacity_provider_name must be such as 'orders'"),
        ({"architectures": aws_lambda.Architecture.ARM_64}, "architectures must be a list"),
        ({"architectures": "arm64"}, "architectures must be a list"),
        ({"architectures": ["arm64"]}, "each of architectures must be aws_lambda.Architecture.ARM_64; got 'arm64'"),
        ({"security_groups": ["sg"]}, "each of security_groups must be an aws_ec2.SecurityGroup; got 'sg'"),
        ({"security_groups": [None]}, "each of security_groups must be an aws_ec2.SecurityGroup"),
        ({"operator_role": "x"}, "operator_role must be an aws_iam.Role; got 'x'"),
        ({"kms_key": "x"}, "kms_key must be an aws_kms.Key; got 'x'"),
    ],
)
def test_wrong_types_of_what_cdk_takes(stack: Stack, network: Network, options: dict[str, Any], told: str) -> None:
    before = [node.node.path for node in stack.node.find_all()]
    with pytest.raises(TypeError) as refused:
        CapacityProvider(stack, "Capacity", network=network, **options)
    assert told in str(refused.value)
    assert [node.node.path for node in stack.node.find_all()] == before


CPU = aws_lambda.TargetTrackingScalingPolicy.cpu_utilization(50)
LARGE = aws_ec2.InstanceType("m7g.large")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"capacity_provider_name": "a b"}, "the capacity provider's name 'a b' is not allowed (CL182). Fix: Use"),
        ({"capacity_provider_name": "a" * 141}, "141 characters"),
        ({"scaling_options": aws_lambda.ScalingOptions.manual([])}, "has 0 scaling policies; AWS allows 1 to 10"),
        ({"scaling_options": aws_lambda.ScalingOptions.manual([CPU] * 11)}, "has 11 scaling policies"),
        ({"instance_type_filter": aws_lambda.InstanceTypeFilter.allow([])}, "instance_type_filter names no instance"),
        ({"instance_type_filter": aws_lambda.InstanceTypeFilter.exclude([LARGE] * 401)}, "401 excluded instance types"),
        ({"architectures": [aws_lambda.Architecture.ARM_64] * 2}, "has 2 architectures; AWS takes exactly one"),
    ],
)
def test_what_the_rules_find(stack: Stack, network: Network, options: dict[str, Any], told: str) -> None:
    before = [node.node.path for node in stack.node.find_all()]
    with pytest.raises(InputError) as refused:
        CapacityProvider(stack, "Capacity", network=network, **options)
    assert str(refused.value).startswith("Shop/Capacity: ")
    assert told in str(refused.value)
    assert [node.node.path for node in stack.node.find_all()] == before


def test_six_security_groups(stack: Stack, network: Network) -> None:
    groups = [aws_ec2.SecurityGroup(stack, f"G{each}", vpc=network.vpc) for each in range(6)]
    with pytest.raises(InputError, match="the capacity provider has 6 security groups; AWS allows"):
        CapacityProvider(stack, "Capacity", network=network, security_groups=groups)
    CapacityProvider(stack, "Capacity", network=network, security_groups=groups[:5])


def test_what_the_rules_let_pass(stack: Stack, network: Network) -> None:
    options: tuple[dict[str, Any], ...] = (
        {"capacity_provider_name": "a" * 140},
        {"capacity_provider_name": CfnParameter(stack, "Name").value_as_string},
        {"scaling_options": aws_lambda.ScalingOptions.manual([CPU] * 10)},
        {"scaling_options": aws_lambda.ScalingOptions.auto()},
        {"instance_type_filter": aws_lambda.InstanceTypeFilter.exclude([LARGE] * 400)},
        {"instance_type_filter": aws_lambda.InstanceTypeFilter.allow([LARGE])},
    )
    for number, each in enumerate(options):
        CapacityProvider(stack, f"Capacity{number}", network=network, **each)


@pytest.mark.parametrize("kind", [Function, PythonFunction])
def test_a_function_gets_the_architecture_of_its_provider(
    app: App, stack: Stack, network: Network, required: dict[str, Any], kind: Any, tmp_path: Path
) -> None:
    arm, x86 = aws_lambda.Architecture.ARM_64, aws_lambda.Architecture.X86_64
    (tmp_path / "index.py").write_text("def handler(event, context): ...\n")
    given = required if kind is Function else {"entry": str(tmp_path), "handler": "index.handler"}
    graviton = CapacityProvider(stack, "Arm", network=network, architectures=[arm])
    usual = CapacityProvider(stack, "Usual", network=network)
    told = CapacityProvider(
        stack, "Told", network=network, instance_type_filter=aws_lambda.InstanceTypeFilter.allow([LARGE])
    )
    assert kind(stack, "OnArm", **given, capacity_provider=graviton).architecture.name == arm.name
    assert kind(stack, "OnUsual", **given, capacity_provider=usual).architecture.name == x86.name
    assert kind(stack, "Own", **given, capacity_provider=told, architecture=arm).architecture.name == arm.name
    plain = kind(stack, "OnTold", **given, capacity_provider=told).architecture
    assert plain.name == (x86 if kind is Function else arm).name


@pytest.mark.parametrize("wrong", ["c", True])
def test_what_is_no_provider(stack: Stack, required: dict[str, Any], wrong: Any) -> None:
    for kind in (Function, PythonFunction):
        with pytest.raises(TypeError, match="capacity_provider must be a CapacityProvider; got"):
            kind(stack, "Orders", **(required if kind is Function else {"entry": "."}), capacity_provider=wrong)


def test_an_imported_provider(stack: Stack, required: dict[str, Any]) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:capacity-provider:pool"
    imported: Any = aws_lambda.CapacityProvider.from_capacity_provider_arn(stack, "Imported", arn)
    with pytest.raises(TypeError, match="capacity_provider must be made in this app"):
        Function(stack, "Orders", **required, capacity_provider=imported)


def test_no_network_of_its_own(stack: Stack, network: Network, required: dict[str, Any]) -> None:
    provider = CapacityProvider(stack, "Capacity", network=network)
    ways: tuple[dict[str, Any], ...] = ({"network": network}, {"vpc": network.vpc})
    for way in ways:
        with pytest.raises(LimitError, match="CL186"):
            Function(stack, "Orders", **required, capacity_provider=provider, **way)
    Function(stack, "Orders", **required, capacity_provider=provider)


def test_limits_of_managed_instances_count(stack: Stack, network: Network, required: dict[str, Any]) -> None:
    provider = CapacityProvider(stack, "Capacity", network=network)
    with pytest.raises(LimitError, match="memory is 128 MB"):
        Function(stack, "Orders", **required, capacity_provider=provider, memory_size=128)
    old = {**required, "runtime": aws_lambda.Runtime.PYTHON_3_12}
    with pytest.raises(LimitError, match="CL181"):
        Function(stack, "Orders", **old, capacity_provider=provider)
