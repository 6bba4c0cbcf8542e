"""CL30x: the function's attachment to a VPC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted
from constructs_lambda.tokens import LOOK_UP, certain_count, known

_VPC = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"
_NOT_LOOKED_UP = re.compile(r"[ps]-\d{5}")  # what CDK writes for a subnet until a look-up has run


@rule(
    "CL301",
    "Too many subnets or security groups",
    Severity.ERROR,
    aws="The Lambda API refuses more than 16 subnets or 5 security groups on a function.",
    fix="Choose fewer: one subnet in each Availability Zone is enough.",
    source=limits.SUBNETS.source,
)
def attachment(function: Function) -> Iterator[Problem]:
    for prop, what, items, limit, fix in (
        ("SubnetIds", "subnets", function.subnets, limits.SUBNETS, "Choose one subnet in each Availability Zone."),
        ("SecurityGroupIds", "security groups", function.security_groups, limits.SECURITY_GROUPS, "Merge the groups."),
    ):
        count = certain_count(items)
        if not limit.admits(count):
            yield Problem(f"VpcConfig.{prop}", f"the function has {count} {what}; AWS allows {limit.allowed}", fix)


@rule(
    "CL302",
    "Subnets without security groups, or the other way round",
    Severity.ERROR,
    aws="The Lambda API refuses one without the other: SubnetIds and SecurityIds must coexist or be both empty list.",
    fix="Name both, or leave out the VPC.",
    source=_VPC,
)
def half_attached(function: Function) -> Iterator[Problem]:
    subnets, groups = function.subnets, function.security_groups
    if not groups and certain_count(subnets) and function.managed_instances is None:
        yield Problem(
            "VpcConfig.SecurityGroupIds",
            f"the function has {certain_count(subnets)} subnets and no security group; AWS takes both or none",
            "Add a security group.",
        )
    if not subnets and certain_count(groups) and function.managed_instances is None:
        yield Problem(
            "VpcConfig.SubnetIds",
            f"the function has {certain_count(groups)} security groups and no subnet; AWS takes both or none",
            "Add a subnet in each Availability Zone, or remove the groups.",
        )


@rule(
    "CL303",
    "Subnet or security group that is no id",
    Severity.ERROR,
    aws="The Lambda API refuses names, ARNs and lists in one text.",
    fix="Write each id as an item of its own: subnet-..., sg-....",
    source=_VPC,
)
def network_ids(function: Function) -> Iterator[Problem]:
    for prop, items, prefix in (
        ("SubnetIds", function.subnets, "subnet-"),
        ("SecurityGroupIds", function.security_groups, "sg-"),
    ):
        for item in known(items) or ():
            if not isinstance(item, str) or "{" in item or LOOK_UP in item:
                continue
            if not item.startswith(prefix):
                if not _NOT_LOOKED_UP.fullmatch(item):
                    message = f"{quoted(item)} is no id of a {'subnet' if prefix == 'subnet-' else 'security group'}"
                    yield Problem(f"VpcConfig.{prop}", message, f"Write an id that starts with {prefix}.")
            elif "," in item:
                message = f"{quoted(item)} is one text with a comma; AWS takes one id for each item"
                yield Problem(f"VpcConfig.{prop}", message, "Make each id an item of its own.")
