"""CL820 to CL825: policies of roles: how they are written, what they are attached to, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Place, Policy, Role, Stack, Text
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.policy_grammar import faults
from constructs_lambda.rules.problems import quoted, too_long
from constructs_lambda.tokens import known

_GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
_TRUST = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
_OWNERS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html"
_MANAGED = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html"

_POLICY_ARN = re.compile(r"arn:aws[a-z0-9-]*:iam::(?:aws|[0-9]{12}):policy/.+", re.DOTALL)
_OF_AWS = re.compile(r"(?:arn:aws[a-z0-9-]*|):iam::aws:policy/(?P<path>service-role/)?(?P<name>\w+)")
_SERVICE_ROLES = frozenset(
    {
        "AWSLambdaBasicDurableExecutionRolePolicy",
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaDynamoDBExecutionRole",
        "AWSLambdaENIManagementAccess",
        "AWSLambdaKinesisExecutionRole",
        "AWSLambdaMSKExecutionRole",
        "AWSLambdaRole",
        "AWSLambdaSQSQueueExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
    }
)
"""Policies of AWS whose ARN has service-role/ in front of the name."""


@rule(
    "CL820",
    "Trust policy that IAM refuses",
    Severity.ERROR,
    aws="IAM refuses the role: MalformedPolicyDocument.",
    fix="Let lambda.amazonaws.com call sts:AssumeRole, in a statement with Effect, Principal and Action.",
    source=_TRUST,
)
def trust(role: Role) -> Iterator[Problem]:
    prop = "AssumeRolePolicyDocument"
    if prop in role.missing:
        fix = "Add a trust policy that lets lambda.amazonaws.com call sts:AssumeRole."
        yield Problem(prop, "the role has no trust policy, which AWS requires", fix)
    yield from _malformed(prop, "the trust policy", role.trust, is_trust=True)


@rule(
    "CL821",
    "Policy that IAM refuses",
    Severity.ERROR,
    aws="IAM refuses the policy: MalformedPolicyDocument.",
    fix="Write statements with Effect, Action and Resource.",
    source=_GRAMMAR,
)
def documents(policy: Role | Policy) -> Iterator[Problem]:
    written = {"PolicyDocument": policy.document} if isinstance(policy, Policy) else policy.documents
    for prop, document in written.items():
        yield from _malformed(prop, "the policy", document, is_trust=False)


def _malformed(prop: str, what: str, document: object, *, is_trust: bool) -> Iterator[Problem]:
    for fault in faults(document, is_trust=is_trust):
        yield Problem(prop, f"{what} is malformed: {fault.message}", fault.fix)


@rule(
    "CL822",
    "Policy of nobody",
    Severity.ERROR,
    aws="CloudFormation refuses the policy: at least one of Groups, Roles and Users must be non-empty.",
    fix="Name the roles that it is for.",
    source=_OWNERS,
)
def owner(policy: Policy) -> Iterator[Problem]:
    if policy.lacks_owner:
        fix = "Name its Roles; AWS::IAM::ManagedPolicy may stand alone."
        yield Problem("Roles", "the policy belongs to no role, user or group", fix)


@rule(
    "CL823",
    "One name for two roles or policies",
    Severity.ERROR,
    aws="IAM refuses the second one: a name is taken once in an account, upper and lower case being the same.",
    fix="Rename one, or leave the name to CloudFormation.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def names(stack: Stack) -> Iterator[Problem]:
    roles = [("RoleName", role.name, role.place) for role in stack.roles.values()]
    managed = (each for each in stack.policies.values() if each.is_managed)
    seen: dict[tuple[str, str], Place] = {}
    for prop, text, place in (*roles, *(("ManagedPolicyName", each.name, each.place) for each in managed)):
        name = known(text)
        if name is None or place.conditional:
            continue
        first = seen.setdefault((prop, name.lower()), place)
        if first is not place:
            message = f"the name {quoted(name)} is that of {first.path}, and names are taken once in an account"
            yield Problem(prop, message, "Rename one, or leave the name to CloudFormation.", place)


@rule(
    "CL824",
    "Managed policy that there isn't",
    Severity.ERROR,
    aws="IAM refuses the role: the ARN is not valid, or the policy does not exist.",
    fix="Write the whole ARN; that of AWSLambdaBasicExecutionRole has service-role/ in front of the name.",
    source=_MANAGED,
)
def policy_arns(role: Role) -> Iterator[Problem]:
    for prop, parts in role.policy_arns.items():
        last = parts[-1] if parts else None
        if not isinstance(last, str):
            continue
        if len(parts) == 1 and not _POLICY_ARN.fullmatch(last):
            message = f"the managed policy {quoted(last)} is no ARN of a policy"
            yield Problem(prop, message, "Write the whole ARN, such as arn:aws:iam::aws:policy/....")
        match = _OF_AWS.fullmatch(last)
        if match and match["name"] in _SERVICE_ROLES and not match["path"]:
            name = match["name"]
            message = f"AWS has no managed policy {name} by this ARN; it is policy/service-role/{name}"
            yield Problem(prop, message, f"Write service-role/{name}.")


@rule(
    "CL825",
    "Policy setting not allowed",
    Severity.ERROR,
    aws="IAM refuses the policy.",
    fix="Stay within the limits of IAM: 128 letters, digits and _+=,.@- for a name, a path within slashes.",
    source=limits.POLICY_NAME_LENGTH.source,
)
def policy_settings(policy: Policy) -> Iterator[Problem]:
    prop = "ManagedPolicyName" if policy.is_managed else "PolicyName"
    yield from name_problem(prop, policy.name)
    yield from path_problem(policy.path, "policy", limits.POLICY_PATH_PATTERN)
    limit = limits.POLICY_DESCRIPTION_LENGTH
    yield from too_long("Description", "the policy's description", policy.description, limit, "Shorten it.")


def name_problem(prop: str, text: Text) -> Iterator[Problem]:
    """What is wrong with the name of a policy."""
    yield from too_long(prop, "a policy's name", text, limits.POLICY_NAME_LENGTH, "Shorten the name.")
    name = known(text)
    if name is not None and not re.fullmatch(limits.ROLE_NAME_PATTERN, name):
        message = f"the policy name {quoted(name)} is not allowed; AWS takes letters, digits and _+=,.@-"
        yield Problem(prop, message, "Use letters, digits and _+=,.@- only.")


def path_problem(text: Text, what: str, pattern: str) -> Iterator[Problem]:
    """What is wrong with the path of a role or a policy."""
    yield from too_long("Path", f"the {what}'s path", text, limits.ROLE_PATH_LENGTH, "Shorten the path.")
    path = known(text)
    if path is not None and not re.fullmatch(pattern, path):
        message = f"the {what}'s path is {quoted(path)}; AWS takes a slash, or a path within slashes without blanks"
        yield Problem("Path", message, "Write it as in /service/orders/.")
