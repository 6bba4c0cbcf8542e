"""CL18x: Lambda Managed Instances and their capacity providers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import (
    Call,
    CapacityProvider,
    EnvironmentScaling,
    Function,
    Host,
    Hosted,
    Items,
    ManagedInstances,
    Version,
)
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted, too_long
from constructs_lambda.rules.required import ROLE_ARN, key_arn
from constructs_lambda.runtimes import RUNTIMES
from constructs_lambda.tokens import Unknown, certain_count, known, resolve_text

_MANAGED_RUNTIMES = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-runtimes.html"
_VERSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-version-publishing.html"
_PROVIDERS = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances-capacity-providers.html"
_CONFIG = "CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig"
_METRICS = ("LambdaCapacityProviderAverageCPUUtilization", "LambdaCapacityProviderAverageGPUUtilization")
_INSTANCE_TYPE = re.compile(r"[a-zA-Z0-9.*-]{1,30}")
_PROVIDER_ARN = re.compile(r"arn:[a-z0-9-]+:lambda:[a-z0-9-]+:\d{12}:capacity-provider:[a-zA-Z0-9_-]+")


@rule(
    "CL180",
    "Managed Instances settings not allowed",
    Severity.ERROR,
    aws="The Lambda API refuses the function.",
    fix="Choose values in the range.",
    source=limits.MANAGED_INSTANCES_MEMORY_PER_VCPU.source,
)
def managed_range(function: Function) -> Iterator[Problem]:
    managed = function.managed_instances
    if isinstance(managed, ManagedInstances):
        arn = managed.capacity_provider
        if isinstance(arn, str) and not _PROVIDER_ARN.fullmatch(arn):
            yield Problem(
                f"{_CONFIG}.CapacityProviderArn",
                f"{quoted(arn)} is no capacity provider's ARN",
                "Write arn:aws:lambda:<Region>:<account>:capacity-provider:<name>.",
            )
        ratio = known(managed.memory_gib_per_vcpu)
        if ratio is not None and not limits.MANAGED_INSTANCES_MEMORY_PER_VCPU.admits(ratio):
            yield Problem(
                f"{_CONFIG}.ExecutionEnvironmentMemoryGiBPerVCpu",
                f"memory per vCPU is {ratio} GiB; AWS allows {limits.MANAGED_INSTANCES_MEMORY_PER_VCPU.allowed}",
                "Choose 2, 4 or 8 GiB per vCPU.",
            )
        yield from number_problem(
            f"{_CONFIG}.PerExecutionEnvironmentMaxConcurrency",
            "the concurrency of an execution environment",
            managed.concurrency_per_environment,
            limits.MANAGED_INSTANCES_CONCURRENCY,
            "Choose a concurrency in the range.",
        )
    yield from environment_problems(function.scaling)


def environment_problems(scaling: EnvironmentScaling | Unknown | None) -> Iterator[Problem]:
    """What is wrong with the numbers of execution environments, of a function or of a version."""
    if not isinstance(scaling, EnvironmentScaling):
        return
    for name, value in (("Min", scaling.minimum), ("Max", scaling.maximum)):
        yield from number_problem(
            f"FunctionScalingConfig.{name}ExecutionEnvironments",
            f"{name}ExecutionEnvironments",
            value,
            limits.MANAGED_INSTANCES_ENVIRONMENTS,
            "Choose a number in the range.",
        )
    least, most = known(scaling.minimum), known(scaling.maximum)
    if least is not None and most is not None and least > most:
        yield Problem(
            "FunctionScalingConfig",
            f"at least {least:,} execution environments, but at most {most:,}",
            "Raise the maximum or lower the minimum.",
        )


@rule(
    "CL181",
    "Runtime that Managed Instances don't run",
    Severity.ERROR,
    aws="The Lambda API refuses the function: Managed Instances run Python 3.13, Node.js 22, Java 21, .NET 8 and newer "
    "ones, and provided.al2023.",
    fix="Move to a runtime that Managed Instances run.",
    source=_MANAGED_RUNTIMES,
)
def managed_runtime(function: Function) -> Iterator[Problem]:
    runtime = RUNTIMES.get(known(function.runtime) or "")
    if isinstance(function.managed_instances, ManagedInstances) and runtime and not runtime.managed_instances:
        yield Problem(
            "Runtime",
            f"{runtime.name} doesn't run on Managed Instances; Python 3.13, Node.js 22, Java 21, .NET 8 and newer and "
            "provided.al2023 do",
            "Move to a runtime that Managed Instances run.",
        )


@rule(
    "CL184",
    "Less memory than one vCPU has on Managed Instances",
    Severity.ERROR,
    aws="The Lambda API refuses the function: it has at least one vCPU, with that much memory.",
    fix="Raise the memory, or lower the memory per vCPU.",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/"
    "sam-property-function-capacityproviderconfig.html",
)
def memory_of_a_vcpu(function: Function) -> Iterator[Problem]:
    managed, memory = function.managed_instances, known(function.memory_mb)
    ratio = known(managed.memory_gib_per_vcpu) if isinstance(managed, ManagedInstances) else None
    if memory is None or ratio is None or not limits.MANAGED_INSTANCES_MEMORY_PER_VCPU.admits(ratio):
        return
    if limits.MANAGED_INSTANCES_MEMORY.admits(memory) and memory < ratio * 1024:
        yield Problem(
            "MemorySize",
            f"memory is {memory:,} MB, and {ratio:g} GiB for each vCPU: less than one vCPU",
            f"Set the memory to {math.ceil(ratio * 1024):,} MB or more, or lower the memory per vCPU.",
        )


@rule(
    "CL182",
    "Capacity provider out of range",
    Severity.ERROR,
    aws="The Lambda API refuses the capacity provider.",
    fix="Choose values in the range.",
    source=limits.CAPACITY_PROVIDER_VCPUS.source,
)
def capacity_provider(provider: CapacityProvider) -> Iterator[Problem]:
    name = known(provider.name)
    if name is not None and not (name.startswith("arn:") or re.fullmatch(limits.CAPACITY_PROVIDER_NAME_PATTERN, name)):
        fix = "Use letters, digits, hyphens and underscores."
        yield Problem("CapacityProviderName", f"the capacity provider's name {quoted(name)} is not allowed", fix)
    what = "the capacity provider's name"
    limit = limits.CAPACITY_PROVIDER_NAME_LENGTH
    yield from too_long("CapacityProviderName", what, provider.name, limit, "Shorten the name.")
    yield from number_problem(
        "CapacityProviderScalingConfig.MaxVCpuCount",
        "the vCPU maximum",
        provider.maximum_vcpus,
        limits.CAPACITY_PROVIDER_VCPUS,
        "Choose a number in the range.",
    )
    yield from one_of(
        "CapacityProviderScalingConfig.ScalingMode", "the scaling mode", provider.scaling_mode, ("Auto", "Manual")
    )
    for prop, what, items, limit in (
        ("VpcConfig.SubnetIds", "subnets", provider.subnets, limits.CAPACITY_PROVIDER_SUBNETS),
        (
            "VpcConfig.SecurityGroupIds",
            "security groups",
            provider.security_groups,
            limits.CAPACITY_PROVIDER_SECURITY_GROUPS,
        ),
        (
            "CapacityProviderScalingConfig.ScalingPolicies",
            "scaling policies",
            provider.scaling_policies,
            limits.CAPACITY_PROVIDER_SCALING_POLICIES,
        ),
        (
            "InstanceRequirements.AllowedInstanceTypes",
            "allowed instance types",
            provider.allowed_instance_types,
            limits.CAPACITY_PROVIDER_INSTANCE_TYPES,
        ),
        (
            "InstanceRequirements.ExcludedInstanceTypes",
            "excluded instance types",
            provider.excluded_instance_types,
            limits.CAPACITY_PROVIDER_INSTANCE_TYPES,
        ),
    ):
        count = certain_count(items)
        if count > (limit.maximum or 0) or (items == () and limit.minimum):
            shown = what.removesuffix("s") if count == 1 else what
            message = f"the capacity provider has {count} {shown}; AWS allows {limit.allowed}"
            yield Problem(prop, message, f"Change the number of {what}.")
    if known(provider.scaling_mode) == "Manual" and provider.scaling_policies is None:
        yield Problem(
            "CapacityProviderScalingConfig.ScalingPolicies",
            "the scaling mode is Manual, and there is no scaling policy",
            "Add a scaling policy, or set the mode to Auto.",
        )
    if known(provider.scaling_mode) == "Auto" and certain_count(provider.scaling_policies):
        yield Problem(
            "CapacityProviderScalingConfig.ScalingPolicies",
            "the scaling mode is Auto, and there is a scaling policy",
            "Set the mode to Manual, or remove the scaling policy.",
        )
    if certain_count(provider.allowed_instance_types) and certain_count(provider.excluded_instance_types):
        yield Problem(
            "InstanceRequirements",
            "the capacity provider has allowed and excluded instance types; AWS takes one of the two",
            "Keep one of the two lists.",
        )
    for policy in provider.policies:
        prop, percent = "CapacityProviderScalingConfig.ScalingPolicies", known(policy.target_percent)
        yield from one_of(prop, "the metric to scale on", policy.metric, _METRICS)
        if percent is not None and not 0 <= percent <= 100:
            yield Problem(prop, f"the target value is {percent:,}; AWS allows 0 to 100", "Choose a value in the range.")


@rule(
    "CL183",
    "Capacity provider's instances or role not allowed",
    Severity.ERROR,
    aws="CloudFormation or the Lambda API refuses the capacity provider.",
    fix="Name one architecture, instance types such as m7g.large or m7g.*, and the ARNs of the role and the key.",
    source=limits.CAPACITY_PROVIDER_INSTANCE_TYPES.source,
)
def capacity_provider_parts(provider: CapacityProvider) -> Iterator[Problem]:
    prop = "InstanceRequirements.Architectures"
    for architecture in known(provider.architectures) or ():
        yield from one_of(prop, "the architecture", resolve_text(architecture), ("x86_64", "arm64"))
    if (count := certain_count(provider.architectures)) > 1 or provider.architectures == ():
        yield Problem(prop, f"the capacity provider has {count} architectures; AWS takes exactly one", "Name one.")
    for name, items in (
        ("AllowedInstanceTypes", provider.allowed_instance_types),
        ("ExcludedInstanceTypes", provider.excluded_instance_types),
    ):
        for item in known(items) or ():
            kind = known(resolve_text(item))
            if kind is not None and not _INSTANCE_TYPE.fullmatch(kind):
                message = f"{quoted(kind)} is no instance type; AWS takes 1 to 30 letters, digits, dots, * and hyphens"
                yield Problem(f"InstanceRequirements.{name}", message, "Write a type such as m7g.large or m7g.*.")
    role = known(provider.operator_role)
    if role is not None and not ROLE_ARN.fullmatch(role):
        yield Problem(
            "PermissionsConfig.CapacityProviderOperatorRoleArn",
            f"the operator role {quoted(role)} is no role's ARN",
            "Write the role's full ARN, arn:aws:iam::<account>:role/<name>.",
        )
    yield from key_arn("KmsKeyArn", provider.kms_key)


@rule(
    "CL185",
    "Function on Managed Instances called beside its alias",
    Severity.WARNING,
    aws="Lambda runs the version $LATEST.PUBLISHED, which it publishes by itself: what calls it passes by the alias, "
    "and by all that shifts and watches it.",
    fix="Call the alias of the function.",
    source=_VERSIONS,
)
def unqualified(call: Call) -> Iterator[Problem]:
    is_beside = call.callee.is_unqualified and call.alias and call.kind != "hook"
    if is_beside and isinstance(call.function.managed_instances, ManagedInstances):
        yield Problem(
            call.property,
            f"{call.what} calls {call.function.place.path} by an unqualified ARN: $LATEST.PUBLISHED, not the alias",
            f"Call {call.alias}.",
        )


@rule(
    "CL186",
    "Function on Managed Instances in a VPC of its own",
    Severity.ERROR,
    aws="The Lambda API refuses the function: You can't use Lambda Managed Instance functions with VPC configurations.",
    fix="Remove the function's VPC: it runs in the subnets of its capacity provider.",
    source=_PROVIDERS,
)
def own_vpc(function: Function) -> Iterator[Problem]:
    if isinstance(function.managed_instances, ManagedInstances) and known(function.vpc):
        yield Problem(
            "VpcConfig",
            "the function has a VPC of its own, and runs on Managed Instances, which stand in that of their provider",
            "Remove the function's VPC (network=, vpc=), and place the capacity provider in it.",
        )


@rule(
    "CL187",
    "Function for another architecture than its capacity provider's",
    Severity.ERROR,
    aws="The Lambda API refuses the function. A capacity provider has one architecture, x86_64 where it names none.",
    fix="Give the function and its capacity provider the same architecture.",
    source=_PROVIDERS,
)
def other_architecture(hosted: Hosted) -> Iterator[Problem]:
    provider = hosted.provider
    offered, wanted = provider.architectures, hosted.function.architectures
    if offered is None and provider.allowed_instance_types is not None:
        return  # types of the other architecture may tell it
    ours, theirs = (_architecture(items) for items in (wanted, offered))
    if ours and theirs and ours != theirs:
        yield Problem(
            "Architectures",
            f"the function is for {ours}, and its capacity provider {provider.place.path} has {theirs}",
            f"Set the function's architecture to {theirs}, or the provider's to {ours}.",
        )


def _architecture(items: Items) -> str | None:
    """The one architecture that is named, AWS's default where none is, None where it isn't known."""
    named = ("x86_64",) if items is None else known(items)
    found = known(resolve_text(named[0])) if named and len(named) == 1 else None
    return found if found in ("x86_64", "arm64") else None


@rule(
    "CL188",
    "More versions than a capacity provider runs",
    Severity.ERROR,
    aws="The Lambda API refuses the next version, and nobody can have the number raised.",
    fix="Spread the functions over several capacity providers.",
    source=limits.CAPACITY_PROVIDER_VERSIONS.source,
)
def too_many_versions(host: Host) -> Iterator[Problem]:
    total, limit = sum(number for _, number in host.versions), limits.CAPACITY_PROVIDER_VERSIONS
    if not limit.admits(total):
        first = ", ".join(place.path for place, _ in host.versions[:3])
        yield Problem(
            "",
            f"{total:,} versions of {len(host.versions):,} functions run on the capacity provider ({first} and more); "
            f"AWS allows {limit.allowed}",
            "Spread the functions over several capacity providers.",
        )


@rule(
    "CL189",
    "Numbers of execution environments that may not be taken",
    Severity.WARNING,
    aws="They are for Managed Instances. A minimum of 0 switches a version off, with a maximum of 0 as well.",
    fix="Set both to 0, or a minimum of 1 or more; remove them from other functions.",
    source=limits.MANAGED_INSTANCES_ENVIRONMENTS.source,
)
def environments(subject: Function | Version) -> Iterator[Problem]:
    scaling = subject.scaling
    if not isinstance(scaling, EnvironmentScaling):
        return
    if known(scaling.minimum) == 0 and (known(scaling.maximum) or 0) > 0:
        yield Problem(
            "FunctionScalingConfig.MinExecutionEnvironments",
            f"at least 0 execution environments, and at most {scaling.maximum:,}",
            "Set both to 0, which switches the version off, or a minimum of 1 or more.",
        )
    if isinstance(subject, Function) and subject.managed_instances is None:
        yield Problem(
            "FunctionScalingConfig",
            "the function keeps execution environments, which only those on Managed Instances do",
            "Add CapacityProviderConfig, or remove FunctionScalingConfig.",
        )
