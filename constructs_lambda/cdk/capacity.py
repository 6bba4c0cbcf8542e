"""`CapacityProvider`: the instances of Lambda Managed Instances, placed in a `Network`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import aws_ec2, aws_iam, aws_kms, aws_lambda
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk.acknowledgements import Expected
from constructs_lambda.cdk.inputs import beyond, refuse_no_number, refuses_unknown_keywords, set_only
from constructs_lambda.cdk.reach import INetwork, path_of
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.errors import InputError

OPERATOR = Expected(
    ("AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator]",),
    "the operator role of a `CapacityProvider`",
    "what running instances takes is Lambda's to say, and only Lambda assumes it; `operator_role=` replaces it",
)
_RATIOS = (2, 4, 8)
_LEAST_VCPUS_OF_CDK = 12


class CapacityProvider(aws_lambda.CapacityProvider):
    """EC2 instances in your account on which Lambda runs functions (Lambda Managed Instances).

    Pass it on: `Function(..., capacity_provider=provider)`. It is an `aws_lambda.CapacityProvider` wherever CDK asks
    for one. All functions on one share its instances, and have to trust each other. Only published versions run:
    `function.add_release()`.

    The instances stand in the subnets of `network` with a way out, where it has some, because Lambda's agents on them
    have to reach AWS; without one the network needs endpoints for that. Nothing can connect to them.

    Creates: `AWS::Lambda::CapacityProvider`, `AWS::IAM::Role`, `AWS::EC2::SecurityGroup`.

    Costs when idle: the instances, from the first published version on; Lambda starts three.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        network: Where the instances stand: a `Network`, or `Network.from_vpc(vpc)`.
        memory_gib_per_v_cpu: Memory for each vCPU of a function: 2, 4 or 8 GiB. AWS's own, 2, where it isn't given.
        max_concurrency: How many requests an execution environment works on at once. AWS's own for the runtime where it
            isn't given.
        max_v_cpu_count: The most vCPUs that all instances have together. Bounds what they cost.
        scaling_options: When there are more; `aws_lambda.ScalingOptions.manual([...])`, for one.
        architectures: The processor, which has to be the functions'.
        instance_type_filter: Which instances.
        security_groups: In place of the one that is made, which lets everything out and nothing in.
        operator_role: In place of the role that is made, with which Lambda manages the instances.
        capacity_provider_name: Its name.
        kms_key: Encrypts the volumes.

    Raises:
        InputError: What AWS or CDK would refuse; all problems at once. Nothing is made.
        TypeError: A value of the wrong type.
    """

    @refuses_unknown_keywords
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        network: INetwork,
        memory_gib_per_v_cpu: int | None = None,
        max_concurrency: int | None = None,
        max_v_cpu_count: int | None = None,
        scaling_options: aws_lambda.ScalingOptions | None = None,
        architectures: Sequence[aws_lambda.Architecture] | None = None,
        instance_type_filter: aws_lambda.InstanceTypeFilter | None = None,
        security_groups: Sequence[aws_ec2.ISecurityGroup] | None = None,
        operator_role: aws_iam.IRole | None = None,
        capacity_provider_name: str | None = None,
        kms_key: aws_kms.IKey | None = None,
    ) -> None:
        if not isinstance(network, INetwork):
            raise TypeError(f"network must be a Network; got {network!r}")
        refuse_no_number(
            memory_gib_per_v_cpu=memory_gib_per_v_cpu, max_concurrency=max_concurrency, max_v_cpu_count=max_v_cpu_count
        )
        subnets = network.vpc.select_subnets(**_selection(network.subnets_for(network.reach))).subnets
        problems = [*_wrong_memory(memory_gib_per_v_cpu), *_wrong_vcpus(max_v_cpu_count)]
        problems += beyond("max_concurrency", max_concurrency, limits.MANAGED_INSTANCES_CONCURRENCY)
        problems += beyond("the number of subnets", len(subnets), limits.CAPACITY_PROVIDER_SUBNETS)
        if problems:
            raise InputError("\n".join(f"{path_of(scope, id)}: {problem}" for problem in problems))
        least = limits.MANAGED_INSTANCES_MEMORY.minimum or 0
        self.least_memory_mb = max(least, (memory_gib_per_v_cpu or 0) * 1024)
        """Memory of a function with one vCPU, which is the least it can have; what functions get that say nothing."""
        self._options = set_only(
            execution_environment_memory_gib_per_v_cpu=memory_gib_per_v_cpu,
            per_execution_environment_max_concurrency=max_concurrency,
        )
        group_id = f"{id}SecurityGroup"
        groups = security_groups or [
            aws_ec2.SecurityGroup(scope, group_id, vpc=network.vpc, description=f"Managed Instances of {id}")
        ]
        try:
            super().__init__(
                scope,
                id,
                subnets=subnets,
                security_groups=groups,
                **set_only(
                    max_v_cpu_count=max_v_cpu_count,
                    scaling_options=scaling_options,
                    architectures=architectures,
                    instance_type_filter=instance_type_filter,
                    operator_role=operator_role,
                    capacity_provider_name=capacity_provider_name,
                    kms_key=kms_key,
                ),
            )
        except BaseException:
            if not security_groups:
                scope.node.try_remove_child(group_id)
            scope.node.try_remove_child(id)
            raise
        ready = before_synth(scope)
        if operator_role is None:
            ready.expect(self.node.find_child("OperatorRole"), OPERATOR)

    def add_function(self, func: aws_lambda.IFunction, **options: Any) -> None:
        """Runs a function on the instances; `Function(..., capacity_provider=...)` calls it.

        Args:
            func: The function.
            **options: Keywords of CDK's `add_function`, in place of the provider's own.
        """
        super().add_function(func, **{**self._options, **options})


def _selection(subnets: aws_ec2.SubnetSelection) -> dict[str, Any]:
    names = ("availability_zones", "one_per_az", "subnet_filters", "subnet_group_name", "subnet_type", "subnets")
    return set_only(**{name: getattr(subnets, name) for name in names})


def _wrong_memory(ratio: int | None) -> list[str]:
    if ratio is None or ratio in _RATIOS:
        return []
    return [f"memory_gib_per_v_cpu is {ratio}; AWS has instances with 2, 4 and 8 GiB a vCPU. Fix: choose one of them."]


def _wrong_vcpus(count: int | None) -> list[str]:
    problems = list(beyond("max_v_cpu_count", count, limits.CAPACITY_PROVIDER_VCPUS))
    if count is not None and not problems and 0 < count < _LEAST_VCPUS_OF_CDK:
        problems.append(f"max_v_cpu_count is {count}, and CDK takes {_LEAST_VCPUS_OF_CDK} or more. Fix: raise it.")
    return problems
