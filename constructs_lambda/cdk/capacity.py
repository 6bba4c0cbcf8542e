"""`CapacityProvider`: the instances of Lambda Managed Instances, placed in a `Network`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_ec2, aws_iam, aws_kms, aws_lambda
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk.acknowledgements import Expected
from constructs_lambda.cdk.inputs import (
    beyond,
    refuse_no_number,
    refuse_no_resource,
    refuses_unknown_keywords,
    set_only,
)
from constructs_lambda.cdk.reach import INetwork, path_of
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.errors import InputError

OPERATOR = Expected(
    ("AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator]",),
    "the operator role of a `CapacityProvider`",
    "what running instances takes is Lambda's to say, and only Lambda assumes it; `operator_role=` replaces it",
)
_NOT_KNOWN = {"Fn::FindInMap": ["known", "at", "synth"]}
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
        architectures: The processor, which functions get too that name none. AWS's own, x86_64, where it isn't given.
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
        options = set_only(
            max_v_cpu_count=max_v_cpu_count,
            scaling_options=scaling_options,
            architectures=architectures,
            instance_type_filter=instance_type_filter,
            operator_role=operator_role,
            capacity_provider_name=capacity_provider_name,
            kms_key=kms_key,
        )
        _refuse_wrong_types(network, {**options, **set_only(security_groups=security_groups)})
        refuse_no_number(
            memory_gib_per_v_cpu=memory_gib_per_v_cpu, max_concurrency=max_concurrency, max_v_cpu_count=max_v_cpu_count
        )
        subnets = network.vpc.select_subnets(**_selection(network.subnets_for(network.reach))).subnets
        problems = [*_wrong_memory(memory_gib_per_v_cpu), *_wrong_vcpus(max_v_cpu_count)]
        problems += beyond("max_concurrency", max_concurrency, limits.MANAGED_INSTANCES_CONCURRENCY)
        problems += beyond("the number of subnets", len(subnets), limits.CAPACITY_PROVIDER_SUBNETS)
        problems += _broken(options, security_groups)
        if problems:
            raise InputError("\n".join(f"{path_of(scope, id)}: {problem}" for problem in problems))
        least = limits.MANAGED_INSTANCES_MEMORY.minimum or 0
        self.least_memory_mb = max(least, (memory_gib_per_v_cpu or 0) * 1024)
        """Memory of a function with one vCPU, which is the least it can have; what functions get that say nothing."""
        self.architecture: aws_lambda.Architecture | None = None
        """The processor, which functions get that name none; None where the instance types alone tell it."""
        if architectures or instance_type_filter is None:
            self.architecture = architectures[0] if architectures else aws_lambda.Architecture.X86_64
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
                **options,
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


def _refuse_wrong_types(network: object, options: Mapping[str, Any]) -> None:
    if not isinstance(network, INetwork):
        raise TypeError(f"network must be a Network; got {network!r}")
    for name, kind, example in (
        ("scaling_options", aws_lambda.ScalingOptions, "aws_lambda.ScalingOptions.auto()"),
        ("instance_type_filter", aws_lambda.InstanceTypeFilter, "aws_lambda.InstanceTypeFilter.allow([...])"),
        ("capacity_provider_name", str, "'orders'"),
    ):
        if name in options and not isinstance(options[name], kind):
            raise TypeError(f"{name} must be such as {example}; got {options[name]!r}")
    for name, attribute, example in (
        ("architectures", "docker_platform", "aws_lambda.Architecture.ARM_64"),
        ("security_groups", "security_group_id", "an aws_ec2.SecurityGroup"),
    ):
        every = options.get(name, ())
        if isinstance(every, str) or not isinstance(every, Sequence):
            raise TypeError(f"{name} must be a list; got {every!r}")
        for each in every:
            refuse_no_resource(f"each of {name}", "None" if each is None else each, attribute, example)
    refuse_no_resource("operator_role", options.get("operator_role"), "role_arn", "an aws_iam.Role")
    refuse_no_resource("kms_key", options.get("kms_key"), "key_arn", "an aws_kms.Key")


def _broken(options: Mapping[str, Any], groups: Sequence[aws_ec2.ISecurityGroup] | None) -> list[str]:
    """What the rules find in the provider that is about to be made."""
    from constructs_lambda.cdk.refusal import what_aws_refuses  # with the model and all rules
    from constructs_lambda.model import Place
    from constructs_lambda.template.companions import read_capacity_provider

    scaling, types = options.get("scaling_options"), options.get("instance_type_filter")
    policies = scaling.scaling_policies if scaling is not None else None
    properties: dict[str, Any] = {
        "CapacityProviderName": options.get("capacity_provider_name"),
        "PermissionsConfig": {"CapacityProviderOperatorRoleArn": _NOT_KNOWN},
        "VpcConfig": {"SubnetIds": _NOT_KNOWN, "SecurityGroupIds": [_NOT_KNOWN] * len(groups or ())},
        "InstanceRequirements": set_only(
            Architectures=[each.name for each in options["architectures"]] if options.get("architectures") else None,
            AllowedInstanceTypes=_named(types.allowed_instance_types) if types is not None else None,
            ExcludedInstanceTypes=_named(types.excluded_instance_types) if types is not None else None,
        ),
        "CapacityProviderScalingConfig": set_only(
            ScalingMode=scaling.scaling_mode if scaling is not None else None,
            ScalingPolicies=None if policies is None else [_NOT_KNOWN] * len(policies),
        ),
    }
    place = Place("")
    found = what_aws_refuses([read_capacity_provider(set_only(**properties), place)], place)
    problems = [f"{finding.message} ({finding.rule}). Fix: {finding.fix}" for finding in found]
    if types is not None and not (types.allowed_instance_types or types.excluded_instance_types):
        problems.append("instance_type_filter names no instance type. Fix: name one, or leave it out.")
    return problems


def _named(types: Sequence[aws_ec2.InstanceType] | None) -> list[str] | None:
    return None if types is None else [each.to_string() for each in types]


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
