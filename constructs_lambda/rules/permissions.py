"""CL802 to CL806, CL811 and CL815: who may invoke functions, and how much a function's resource policy holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import FunctionPolicy, Gateway, Permission
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted
from constructs_lambda.tokens import known, literal_part

_SERVICES = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html"
_HTTP = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"
_API = "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"
_WITHOUT_SOURCE = ("appconfig", "elasticloadbalancing", "secretsmanager")
"""Services that CDK lets invoke a function without naming a source."""
_SUFFIX = ".amazonaws.com"
_FULL = 0.9  # of a resource policy
_PRINCIPAL = re.compile(r"\*|[0-9]{12}|arn:.+|[^\s.]+(\.[^\s.]+)+")
_ACTION = re.compile(r"lambda:\*|lambda:[a-zA-Z]+|\*")
_SOURCE = re.compile(r"arn:aws[a-zA-Z0-9-]*:[a-zA-Z0-9-]+:([a-z0-9-]+|\*)?:([0-9]{12}|\*)?:.+", re.DOTALL)
_ACCOUNT = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(limits.ORGANIZATION_PATTERN)


@rule(
    "CL802",
    "Permission for a service without a source",
    Severity.WARNING,
    aws="Lambda lets the service invoke the function for anybody's resources, also those of other accounts.",
    fix="Name the resource as SourceArn; for S3 the account as SourceAccount as well.",
    source=_SERVICES,
)
def no_source(permission: Permission) -> Iterator[Problem]:
    principal = known(permission.principal)
    if principal is None or permission.url_auth_type is not None or permission.via_url is not None:
        return
    limiting = (permission.source_account, permission.organization, permission.event_source_token)
    service = principal.removesuffix(_SUFFIX)
    if permission.source_arn is not None:
        if service == "s3" and permission.source_account is None and _has_no_account(permission):
            yield Problem(
                "SourceAccount",
                "the permission names a bucket and no account: whoever takes the bucket's name once it is deleted may "
                "invoke the function",
                "Add the account that owns the bucket as SourceAccount.",
            )
        return
    if any(each is not None for each in limiting):
        return
    if principal == "*":
        yield Problem(
            "Principal",
            "everyone may invoke the function: the permission is for * and names neither source nor organization",
            "Name the account or service that is to invoke it.",
        )
    elif principal.endswith(_SUFFIX) and service not in _WITHOUT_SOURCE:
        yield Problem(
            "SourceArn",
            f"the service {principal} may invoke the function for anybody's resources: the permission names no source "
            "ARN, account or organization",
            "Add the ARN of the resource as SourceArn"
            + (", and the account as SourceAccount." if service == "s3" else "."),
        )


def _has_no_account(permission: Permission) -> bool:
    """Whether the source is certain to be a bucket by its ARN, which is written out."""
    return ":s3:::" in literal_part(permission.source_arn)


@rule(
    "CL803",
    "Function's resource policy too large",
    Severity.ERROR,
    aws="Lambda refuses the permission that makes the policy exceed 20 KB.",
    fix="Replace many permissions by one whose source ARN ends with a wildcard.",
    source=limits.FUNCTION_POLICY_SIZE.source,
)
def policy_too_large(policy: FunctionPolicy) -> Iterator[Problem]:
    if not limits.FUNCTION_POLICY_SIZE.admits(policy.certain_bytes):
        yield Problem(
            "",
            f"the {policy.count} permissions of {policy.shown} make a resource policy of at least "
            f"{policy.certain_bytes:,} bytes; AWS allows {limits.FUNCTION_POLICY_SIZE.allowed}",
            _fewer(policy),
        )


@rule(
    "CL804",
    "Function's resource policy nearly too large",
    Severity.WARNING,
    aws="Lambda refuses the permission that makes the policy exceed 20 KB.",
    fix="Replace many permissions by one whose source ARN ends with a wildcard.",
    source=limits.FUNCTION_POLICY_SIZE.source,
)
def policy_nearly_too_large(policy: FunctionPolicy) -> Iterator[Problem]:
    limit = limits.FUNCTION_POLICY_SIZE
    if not limit.admits(policy.certain_bytes):
        return
    size = max(policy.certain_bytes, policy.probable_bytes)
    if size > _FULL * (limit.maximum or 0):
        yield Problem(
            "",
            f"the {policy.count} permissions of {policy.shown} make a resource policy of about {size:,} bytes; AWS "
            f"allows {limit.allowed}",
            _fewer(policy),
        )


def _fewer(policy: FunctionPolicy) -> str:
    service = policy.by_service[0][0]
    if service == "apigateway":
        return (
            "Use one permission an API, as our HttpApi and RestApi do; in CDK scope_permission_to_route=False "
            "(scope_permission_to_method=False)."
        )
    return f"Give {service} one permission whose source ARN ends with a wildcard, or an alias of its own."


@rule(
    "CL805",
    "Route whose function API Gateway may not invoke",
    Severity.ERROR,
    aws="Every request ends with 500: API Gateway has no permission to invoke the function.",
    fix="Add a permission for apigateway.amazonaws.com whose source ARN covers the route.",
    source=_HTTP,
)
def route_without_permission(gateway: Gateway) -> Iterator[Problem]:
    for route in gateway.routes:
        if route.may_invoke is not False or route.place.conditional or route.integration_place.conditional:
            continue
        function = route.function
        yield Problem(
            "",
            f"no permission lets API Gateway invoke {function.place.path if function else 'its function'} for "
            f"{route.shown}",
            "Add an AWS::Lambda::Permission for apigateway.amazonaws.com with the source "
            + (
                "<api>/*/$default."
                if route.path == "$default"
                else "<api>/*/*/<path>, for the alias where one is called."
            ),
            route.place,
        )


@rule(
    "CL806",
    "Permission that covers no route",
    Severity.WARNING,
    aws="The permission never applies; requests that were meant by it end with 500.",
    fix="Name a route of the API: <api>/<stage>/<method>/<path>, or <api>/<stage>/$default.",
    source=_HTTP,
)
def stray_permission(gateway: Gateway) -> Iterator[Problem]:
    for permission in gateway.strays:
        rest = "".join(each if isinstance(each, str) else "<...>" for each in permission.source).rpartition(":")[2]
        yield Problem(
            "SourceArn",
            f"the source {quoted(rest)} covers no route of {gateway.place.path}",
            "Write <api>/<stage>/<method>/<path> as a route has them; the route $default is <api>/*/$default.",
            permission.place,
        )


@rule(
    "CL815",
    "Permission for a part of a route",
    Severity.WARNING,
    aws="Requests to other stages, or with other methods, end with 500: API Gateway may not invoke the function.",
    fix="Write a source ARN with wildcards for stage and method: <api>/*/*/<path>.",
    source=_HTTP,
)
def part_of_a_route(gateway: Gateway) -> Iterator[Problem]:
    for route in gateway.routes:
        if route.left_out and not (route.place.conditional or route.integration_place.conditional):
            function = route.function
            yield Problem(
                "",
                f"the permissions let API Gateway invoke {function.place.path if function else 'its function'} for "
                f"{route.shown}, and not for {', '.join(route.left_out)}",
                "Write a source ARN with wildcards for stage and method: <api>/*/*/<path>.",
                route.place,
            )


@rule(
    "CL811",
    "Permission setting not allowed",
    Severity.ERROR,
    aws="CloudFormation or the Lambda API refuses the permission.",
    fix="Write lambda:InvokeFunction, an account's 12 digits, and whole ARNs.",
    source=_API,
)
def permission_settings(permission: Permission) -> Iterator[Problem]:
    for prop, what, value, pattern, fix in (
        ("Principal", "principal", permission.principal, _PRINCIPAL, "Write a service such as s3.amazonaws.com."),
        ("Action", "action", permission.action, _ACTION, "Write lambda:InvokeFunction."),
        ("SourceArn", "source", permission.source_arn, _SOURCE, "Write the whole ARN."),
        ("SourceAccount", "source account", permission.source_account, _ACCOUNT, "Write the 12 digits of an account."),
        ("PrincipalOrgID", "organization", permission.organization, _ORGANIZATION, "Write the id, o-...."),
    ):
        text = known(value)
        if text is not None and not pattern.fullmatch(text):
            yield Problem(prop, f"the permission's {what} is {quoted(text)}, which is none", fix)
    if literal_part(permission.function_name).endswith(":$LATEST") or (
        permission.callee and permission.callee[-1] == ":$LATEST"
    ):
        message = "the permission is for $LATEST, which has no policy of its own"
        yield Problem("FunctionName", message, "Leave out :$LATEST, or name an alias or a version.")
    yield from one_of("FunctionUrlAuthType", "the authorization", permission.url_auth_type, ("AWS_IAM", "NONE"))
