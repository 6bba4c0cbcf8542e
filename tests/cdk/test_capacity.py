"""`CapacityProvider`: Managed Instances in a network."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import App, RemovalPolicy, Stack, Token, aws_ec2, aws_lambda
from synthesized import resources_of

from constructs_lambda import CapacityProvider, Egress, Function, InputError, LimitError, Network, limits

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
    with pytest.raises(RuntimeError):
        CapacityProvider(stack, "Capacity", network=network, capacity_provider_name="a b")
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


def test_limits_of_managed_instances_count(stack: Stack, network: Network, required: dict[str, Any]) -> None:
    provider = CapacityProvider(stack, "Capacity", network=network)
    with pytest.raises(LimitError, match="memory is 128 MB"):
        Function(stack, "Orders", **required, capacity_provider=provider, memory_size=128)
    old = {**required, "runtime": aws_lambda.Runtime.PYTHON_3_12}
    with pytest.raises(LimitError, match="CL181"):
        Function(stack, "Orders", **old, capacity_provider=provider)
