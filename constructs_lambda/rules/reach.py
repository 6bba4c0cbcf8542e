"""CL304 to CL312: what a function in a VPC can reach, and what it can't."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Attachment, NetworkUse, Position
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.grants import unreachable
from constructs_lambda.rules.problems import biggest, or_raise, unless_raised
from constructs_lambda.tokens import known

_INTERNET = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html"
_VPC = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"
_IPV6 = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-ipv6"
_GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html"
_ID = re.compile(r"subnet-\w+")
_NAT = "a NAT gateway and put the function into subnets whose route table leads to it"


_BY_IPV6 = (
    "Where IPv6 is enough: ipv6_allowed_for_dual_stack=True and a security group that lets IPv6 out. Otherwise add a "
    "NAT gateway."
)


def _has_ipv6(attachment: Attachment) -> bool:
    return all(each.internet6.leads_out for each in attachment.positions or ())


def _dead_ends(attachment: Attachment) -> list[Position]:
    return [each for each in attachment.positions or () if each.internet.leads_out is False]


def _why(attachment: Attachment) -> str:
    """The reason of the first subnet without a way out; the others have the same nearly always."""
    first, *others = _dead_ends(attachment)
    text = f"{first.shown}: {first.internet.reason}"
    return f"{text}; {len(others)} more alike" if others else text


@rule(
    "CL304",
    "Internet wanted, and no way out",
    Severity.ERROR,
    aws="The function is created, and each call to the internet ends in a time-out.",
    fix="Give the network a way out, such as Egress.nat(), or take PUBLIC out of reach=.",
    source=_INTERNET,
)
def internet_wanted(attachment: Attachment) -> Iterator[Problem]:
    reach = attachment.reach or frozenset()
    is_out_of_reach = "public" in reach and attachment.reaches_internet is False and not attachment.has_proxy
    if is_out_of_reach and attachment.leads_out is False and attachment.leads_out6 is False:
        yield Problem(
            "VpcConfig.SubnetIds",
            f"the function must reach the internet (reach=PUBLIC), and can't: {_why(attachment)}",
            _BY_IPV6 if _has_ipv6(attachment) else f"Add {_NAT}, or take PUBLIC out of reach=.",
        )
    elif is_out_of_reach and attachment.outlet.anything is not False:
        where = "IPv6" if attachment.leads_out is False else "public"
        yield Problem(
            "VpcConfig.SecurityGroupIds",
            f"the function must reach the internet (reach=PUBLIC), and its security groups let nothing out to "
            f"{where} addresses",
            f"Add an egress rule for {where} addresses to one of its security groups, or take PUBLIC out of reach=.",
        )
    elif reach and attachment.outlet.anything is False:
        yield Problem(
            "VpcConfig.SecurityGroupIds",
            f"the function must reach {' and '.join(sorted(reach))} addresses, and its security groups let nothing out",
            "Add an egress rule to one of its security groups.",
        )


@rule(
    "CL305",
    "No way to the internet",
    Severity.WARNING,
    aws="The function is created. Calls to the internet, and to AWS services, end in a time-out.",
    fix="Add a NAT gateway or endpoints, or say with reach=Reach.PRIVATE that this is meant.",
    source=_INTERNET,
)
def isolated(attachment: Attachment) -> Iterator[Problem]:
    dead_ends = _dead_ends(attachment)
    if attachment.reach is not None or not dead_ends or attachment.leads_out6 is not False or attachment.has_proxy:
        return
    if any(each.internet.is_public for each in dead_ends):
        return  # CL306 says so
    broken = [each for each in dead_ends if each.internet.is_broken]
    promised = [each for each in dead_ends if each.subnet and each.subnet.type == "Private"]
    if broken:
        message = f"the function's way to the internet leads nowhere: {broken[0].shown}: {broken[0].internet.reason}"
        yield Problem("VpcConfig.SubnetIds", message, f"Mend that way, or add {_NAT}.")
        return
    if promised:
        message = (
            "the function is in subnets that are to have egress (PRIVATE_WITH_EGRESS), and has no way to the internet: "
        )
        fix = f"Add {_NAT}, or choose isolated subnets and endpoints for the AWS services that it calls."
    elif all(each.has_endpoints is False for each in dead_ends):
        message = "the function has no way to the internet, nor to any AWS service, for which the VPC has no endpoint: "
        fix = f"Add {_NAT}, or endpoints for the AWS services that it calls. If it calls neither, acknowledge this."
    else:
        return  # a VPC with endpoints is closed on purpose
    yield Problem("VpcConfig.SubnetIds", message + _why(attachment), fix)


@rule(
    "CL306",
    "Function in a public subnet",
    Severity.WARNING,
    aws="The function is created. Lambda's network interfaces never get a public IPv4 address, so that the internet "
    "gateway is of no use to them.",
    fix="Choose private subnets whose route table leads to a NAT gateway.",
    source=_INTERNET,
)
def in_public_subnet(attachment: Attachment) -> Iterator[Problem]:
    if attachment.reach is not None or attachment.leads_out6 is not False:
        return  # CL304 says it where the internet is wanted
    public = [each for each in attachment.positions or () if each.internet.is_public]
    if public:
        yield Problem(
            "VpcConfig.SubnetIds",
            f"the function is in a public subnet ({public[0].shown}) and can't reach the internet from there: Lambda's "
            "network interfaces get no public address",
            f"Add {_NAT}; or isolated subnets, if it needs no internet.",
        )


@rule(
    "CL307",
    "Security groups that let nothing out",
    Severity.WARNING,
    aws="The function is created, and reaches nothing.",
    fix="Add an egress rule to one of its security groups.",
    source=_GROUPS,
)
def nothing_out(attachment: Attachment) -> Iterator[Problem]:
    if attachment.outlet.anything is False and not attachment.reach:
        yield Problem(
            "VpcConfig.SecurityGroupIds",
            "no security group of the function has an egress rule: it reaches nothing, not even in its VPC",
            "Add an egress rule to one of its security groups.",
        )


@rule(
    "CL308",
    "Granted service out of reach",
    Severity.WARNING,
    aws="The function is created. Its calls to the service end in a time-out.",
    fix="Add an endpoint for the service to the VPC, or a NAT gateway.",
    source=_VPC,
)
def granted_service(attachment: Attachment) -> Iterator[Problem]:
    dead_ends = _dead_ends(attachment)
    if not dead_ends or attachment.leads_out6 is not False or attachment.has_proxy:
        return
    for service, what in unreachable(attachment, dead_ends):
        gateway = " (a gateway endpoint costs nothing)" if service in ("s3", "dynamodb") else ""
        yield Problem(
            "VpcConfig.SubnetIds",
            f"the function's role {what}, and from {dead_ends[0].shown} there is neither a NAT gateway nor an "
            f"endpoint for {service}",
            f"Add an endpoint for {service} to the VPC and the subnet's route table{gateway}, or a NAT gateway.",
        )


@rule(
    "CL309",
    "One Availability Zone only",
    Severity.WARNING,
    aws="The function is created. When that zone fails, the function fails.",
    fix="Choose subnets in two Availability Zones or more.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-5",
)
def one_zone(attachment: Attachment) -> Iterator[Problem]:
    positions = attachment.positions or ()
    if any(each.is_open or not (each.subnet or _ID.fullmatch(each.shown)) for each in positions):
        return
    zones = {each.subnet.zone if each.subnet else None for each in positions}
    if len(positions) == 1 or (len(zones) == 1 and None not in zones):
        yield Problem(
            "VpcConfig.SubnetIds",
            f"the function runs in one Availability Zone only ({positions[0].shown}), and fails when that fails",
            "Choose subnets in two Availability Zones or more.",
        )


@rule(
    "CL310",
    "Parts of different VPCs",
    Severity.ERROR,
    aws="The Lambda API refuses subnets and security groups that are not all in the same VPC.",
    fix="Choose subnets and security groups of one VPC.",
    source=_VPC,
)
def different_networks(attachment: Attachment) -> Iterator[Problem]:
    every = {each.vpc: each.shown for each in attachment.positions or () if each.vpc}
    ids = {vpc: shown for vpc, shown in every.items() if not vpc.template}
    made = {vpc: shown for vpc, shown in every.items() if vpc.template}
    for at in (made, ids):  # an id may be that of a VPC of the app: like is compared with like
        if len(at) > 1:
            listed = " and ".join(list(at.values())[:2])
            yield Problem(
                "VpcConfig.SubnetIds", f"the subnets {listed} are in different VPCs", "Choose subnets of one VPC."
            )
            return
    for group, vpc in filter(None, attachment.groups or ()):
        at = made if vpc and vpc.template else ids
        if vpc and at and vpc not in at:
            yield Problem(
                "VpcConfig.SecurityGroupIds",
                f"the security group {group.place.path} is of another VPC ({vpc.shown}) than the subnets "
                f"({next(iter(at)).shown})",
                "Make the group in the VPC of the subnets.",
            )


@rule(
    "CL311",
    "IPv6 in subnets without it",
    Severity.WARNING,
    aws="Lambda uses IPv6 in dual-stack subnets only.",
    fix="Give each subnet an IPv6 CIDR block, or leave out Ipv6AllowedForDualStack.",
    source=_IPV6,
)
def ipv6(attachment: Attachment) -> Iterator[Problem]:
    if known(attachment.function.ipv6) is not True:
        return
    without = [each for each in attachment.positions or () if each.has_ipv6 is False]
    if without:
        yield Problem(
            "VpcConfig.Ipv6AllowedForDualStack",
            f"the function may use IPv6, and its subnet {without[0].shown} has no IPv6 addresses",
            "Give each subnet an IPv6 CIDR block, or leave out Ipv6AllowedForDualStack.",
        )


@rule(
    "CL312",
    "Quota of the network exceeded",
    Severity.WARNING,
    aws="The deployment fails, unless the account's quota was raised.",
    fix="Use fewer, or have the quota raised and name it in Quotas.",
    source=limits.ELASTIC_IPS.source,
)
def network_quotas(use: NetworkUse, context: Context) -> Iterator[Problem]:
    limit, count = context.limit(use.limit, use.place), sum(part.number for part in use.parts)
    if not limit.admits(count):
        yield Problem(
            "",
            f"the app has {limit.counted(count)} {use.where}; AWS allows {limit.allowed}{unless_raised(limit)}: "
            f"{biggest(use.parts)}",
            or_raise("Use fewer", limit),
        )
