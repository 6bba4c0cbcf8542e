"""CL807 to CL810: how many policies a role has, and how long they are."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Policy, RolePolicies
from constructs_lambda.rules import Problem, rule


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
    fix="Merge policies, or have the quota raised and acknowledge this.",
    source=limits.ROLE_MANAGED_POLICIES.source,
)
def managed_policies_above_quota(role: RolePolicies) -> Iterator[Problem]:
    limit = limits.ROLE_MANAGED_POLICIES
    if limit.admits(role.managed_count) or not limits.ROLE_MANAGED_POLICIES_RAISED.admits(role.managed_count):
        return
    yield Problem(
        "ManagedPolicyArns",
        f"the role has {role.managed_count} managed policies; AWS allows {limit.allowed} unless the quota "
        f"{limit.quota_code} was raised",
        f"Merge policies, or have {limit.quota_code} raised in Service Quotas and acknowledge this.",
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
