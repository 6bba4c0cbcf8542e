"""CL807 to CL810, CL812 to CL814 and CL826: roles: who may assume them, and how many and long policies they have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import FunctionRole, Policy, Role, RolePolicies
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.policies import name_problem, path_problem
from constructs_lambda.rules.problems import number_problem, or_raise, quoted, too_long, unless_raised
from constructs_lambda.tokens import known


@rule(
    "CL807",
    "Too many managed policies on a role",
    Severity.ERROR,
    aws="IAM refuses the policy: a role has 10 managed policies, and 20 at the most with a raised quota.",
    fix="Merge policies, or write statements into the role itself.",
    source=limits.ROLE_MANAGED_POLICIES.source,
)
def managed_policies(role: RolePolicies) -> Iterator[Problem]:
    limit = limits.ROLE_MANAGED_POLICIES_RAISED
    if not limit.admits(role.managed_count):
        message = f"the role has {role.managed_count} managed policies; AWS allows {limit.allowed}, with a raised quota"
        yield Problem("ManagedPolicyArns", message, "Merge policies, or write their statements as inline policies.")


@rule(
    "CL808",
    "Managed policies of a role that need a raised quota",
    Severity.WARNING,
    aws="IAM refuses the policy unless the account's quota was raised.",
    fix="Merge policies, or have the quota raised and name it in Quotas.",
    source=limits.ROLE_MANAGED_POLICIES.source,
)
def managed_policies_above_quota(role: RolePolicies, context: Context) -> Iterator[Problem]:
    limit = context.limit(limits.ROLE_MANAGED_POLICIES, role.place)
    if limit.admits(role.managed_count) or not limits.ROLE_MANAGED_POLICIES_RAISED.admits(role.managed_count):
        return
    yield Problem(
        "ManagedPolicyArns",
        f"the role has {role.managed_count} managed policies; AWS allows {limit.allowed}{unless_raised(limit)}",
        or_raise("Merge policies", limit),
    )


@rule(
    "CL809",
    "Inline policies of a role too long",
    Severity.ERROR,
    aws="IAM refuses the policy: the limit counts all inline policies of a role together, without whitespace.",
    fix="Shorten the lists of resources by wildcards, or move statements into a managed policy.",
    source=limits.ROLE_INLINE_POLICIES_LENGTH.source,
)
def inline_policies(role: RolePolicies) -> Iterator[Problem]:
    limit = limits.ROLE_INLINE_POLICIES_LENGTH
    if not limit.admits(role.inline_length):
        beside = f", those of {role.inline_count} policies beside it included" if role.inline_count else ""
        yield Problem(
            "Policies",
            f"the inline policies of the role have at least {role.inline_length:,} characters{beside}; the limit is "
            f"{limit.maximum:,}",
            "Shorten lists of resources with wildcards, or move statements into a managed policy.",
        )


@rule(
    "CL810",
    "Managed policy too long",
    Severity.ERROR,
    aws="IAM refuses the policy.",
    fix="Split it into two, or shorten the lists of resources by wildcards.",
    source=limits.MANAGED_POLICY_LENGTH.source,
)
def managed_policy(policy: Policy) -> Iterator[Problem]:
    limit = limits.MANAGED_POLICY_LENGTH
    if policy.is_managed and not limit.admits(policy.length):
        yield Problem(
            "PolicyDocument",
            f"the managed policy has at least {policy.length:,} characters; AWS allows {limit.allowed}",
            "Split it into two, or shorten lists of resources with wildcards.",
        )


@rule(
    "CL812",
    "Role that Lambda may not assume",
    Severity.ERROR,
    aws="The Lambda API refuses the function: the role defined for the function cannot be assumed by Lambda.",
    fix="Let lambda.amazonaws.com assume the role.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
)
def trust(function: FunctionRole) -> Iterator[Problem]:
    role = function.role
    if not role.is_assumed_by("lambda"):
        yield Problem(
            "Role",
            f"the role {role.place.path} may be assumed by {role.assumed_by}, and not by Lambda",
            "Add lambda.amazonaws.com to the services of its trust policy.",
        )


@rule(
    "CL813",
    "Role setting not allowed",
    Severity.ERROR,
    aws="IAM refuses the role.",
    fix="Stay within the limits of IAM: 64 characters for a name, 1,000 of Latin-1 for a description, 50 tags, a path "
    "within slashes, sessions of 1 to 12 hours.",
    source=limits.ROLE_NAME_LENGTH.source,
)
def role_settings(role: Role) -> Iterator[Problem]:
    yield from too_long("RoleName", "the role name", role.name, limits.ROLE_NAME_LENGTH, "Shorten the name.")
    name = known(role.name)
    if name is not None and not re.fullmatch(limits.ROLE_NAME_PATTERN, name):
        message = f"the role name {quoted(name)} is not allowed; AWS takes letters, digits and _+=,.@-"
        yield Problem("RoleName", message, "Use letters, digits and _+=,.@- only.")
    limit = limits.ROLE_DESCRIPTION_LENGTH
    yield from too_long("Description", "the role's description", role.description, limit, "Shorten it.")
    description = known(role.description)
    if description is not None and not re.fullmatch(limits.ROLE_DESCRIPTION_PATTERN, description):
        message = "the role's description has characters that IAM doesn't take there, which are those beyond Latin-1"
        yield Problem("Description", message, "Write it without them: typographic quotes, dashes, other alphabets.")
    yield from path_problem(role.path, "role", limits.ROLE_PATH_PATTERN)
    if not (tags := limits.ROLE_TAGS).admits(role.tag_count):
        yield Problem("Tags", f"the role has {tags.counted(role.tag_count)}; AWS allows {tags.allowed}", "Remove some.")
    yield from number_problem(
        "MaxSessionDuration",
        "the longest session of the role",
        role.session_seconds,
        limits.ROLE_SESSION_DURATION,
        "Choose 3,600 to 43,200 s.",
    )
    for policy in role.policy_names:
        yield from name_problem("Policies", policy)


@rule(
    "CL814",
    "Trust policy too long",
    Severity.ERROR,
    aws="IAM refuses the role unless the account's quota was raised.",
    fix="Shorten it, or have the quota raised and name it in Quotas.",
    source=limits.ROLE_TRUST_POLICY_LENGTH.source,
    early=False,
)
def trust_policy(role: Role, context: Context) -> Iterator[Problem]:
    limit = context.limit(limits.ROLE_TRUST_POLICY_LENGTH, role.place)
    if not role.place.conditional and not limit.admits(role.trust_length):
        yield Problem(
            "AssumeRolePolicyDocument",
            f"the trust policy has at least {role.trust_length:,} characters; AWS allows {limit.allowed}"
            f"{unless_raised(limit)}",
            or_raise("Name fewer principals", limit),
        )


@rule(
    "CL826",
    "Function with the name of its role",
    Severity.ERROR,
    aws="The Lambda API refuses the function: Role is an ARN.",
    fix="Write the role's Arn: !GetAtt Role.Arn.",
    source="https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
)
def role_by_name(function: FunctionRole) -> Iterator[Problem]:
    if function.is_by_name:
        resource = function.role.place.resource
        yield Problem(
            "Role",
            f"Role is a Ref to {function.role.place.path}, which gives the role's name; AWS takes its ARN",
            f"Write Fn::GetAtt of {resource}.Arn.",
        )
