"""Functions with tenant isolation: what can't call them, and how a route of a REST API names the tenant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aws_cdk import Token, aws_lambda

from constructs_lambda import limits
from constructs_lambda.errors import LimitError
from constructs_lambda.findings import Finding

_EXAMPLE = "tenant_id='context.authorizer.tenant'"
_TAKEN_BY_CDK = "ApiEventSource"
_REQUEST = re.compile(r"method\.request\.(?:header|querystring|path)\.[^\s.]+")
_OTHER = re.compile(r"context\.[\w.]+|stageVariables\.\w+|method\.request\.body(?:\.\S+)?")


def excluded(path: str, given: Iterable[object]) -> list[Finding]:
    """What can't be added to a function with tenant isolation, as CL160 tells it.

    Args:
        path: The function.
        given: Event sources, or what a message calls them.
    """
    from constructs_lambda.rules import all_rules  # only needed once something is wrong

    rule = all_rules()["CL160"]
    names = [each if isinstance(each, str) else type(each).__name__ for each in given]
    return [
        Finding(
            rule=rule.id,
            severity=rule.severity,
            path=path,
            resource="",
            template="",
            message=f"{name} on a function with tenant isolation, which takes nothing but direct invocations and those "
            "of a REST API, with the tenant's id",
            fix=f"Use RestApi.add_route(..., {_EXAMPLE}), or another function that invokes this one for the tenant.",
            source=rule.source,
        )
        for name in names
        if name != _TAKEN_BY_CDK
    ]


def refuse_excluded(function: aws_lambda.IFunction, given: object) -> None:
    """Refuses what can't be added to a function with tenant isolation, before CDK does.

    Raises:
        LimitError: The function has it (CL160).
    """
    if function.tenancy_config is not None and (findings := excluded(function.node.path, [given])):
        raise LimitError(findings)


def wrong_tenant(route: str, function: aws_lambda.IFunction, tenant_id: object, *, kind: str) -> Iterator[str]:
    """What is wrong with how a route names the tenant.

    Args:
        route: The route.
        function: What it leads to.
        tenant_id: Where the request has the tenant, None where that isn't said.
        kind: `rest` or `http`.

    Raises:
        TypeError: `tenant_id` is no text.
    """
    if tenant_id is not None and not isinstance(tenant_id, str):
        raise TypeError(f"tenant_id must be a text, such as 'context.authorizer.tenant'; got {tenant_id!r}")
    if function.tenancy_config is None:
        if tenant_id is not None and _has_no_isolation(function):
            yield (
                f"{route} has a tenant_id, and {function.node.path} no tenant isolation, so Lambda refuses each call "
                "(CL162). Fix: leave it out, or tenancy_config=TenancyConfig.PER_TENANT of the function."
            )
    elif kind == "http":
        yield (
            f"{route} leads to {function.node.path}, which has tenant isolation, and an HTTP API can't name a tenant "
            f"(CL161). Fix: RestApi.add_route(..., {_EXAMPLE})."
        )
    elif tenant_id is None:
        yield (
            f"{route} leads to {function.node.path}, which has tenant isolation, and names no tenant (CL161). Fix: "
            f"{_EXAMPLE}, or where else the request has it."
        )
    if tenant_id is not None and not _is_mapping(tenant_id):
        yield (
            f"{route}: tenant_id is {tenant_id!r}; API Gateway takes context.<name>, method.request.header.<name>, "
            ".querystring.<name>, .path.<name>, .body, stageVariables.<name>, or an id of 1 to 256 letters, digits and "
            f"._:/=+-@ within single quotes. Fix: {_EXAMPLE}."
        )


def tenant_of_nobody(route: str, tenant_id: object, *, public: bool, has_claims: bool) -> Iterator[str]:
    """What is wrong with a tenant that nobody passes on, so that Lambda refuses each call.

    Args:
        route: The route.
        tenant_id: Where the request has the tenant.
        public: Whether anyone may call the route.
        has_claims: Whether its authorizer may pass on a token's claims.
    """
    if not isinstance(tenant_id, str) or not tenant_id.startswith("context.authorizer."):
        return
    if public:
        yield (
            f"{route} takes the tenant from {tenant_id}, and is public, so no authorizer passes it on. Fix: "
            "authorizer=TokenAuthorizer(...), or where else the request has it."
        )
    elif tenant_id.startswith("context.authorizer.claims.") and not has_claims:
        yield (
            f"{route} takes the tenant from {tenant_id}, and no authorizer but CognitoAuthorizer has claims. Fix: "
            f"{_EXAMPLE}, with what the authorizer passes on as tenant."
        )


def request_parameter(tenant_id: object) -> str | None:
    """The parameter of the request that has the tenant, which a method has to declare; None where it is elsewhere."""
    return tenant_id if isinstance(tenant_id, str) and _REQUEST.fullmatch(tenant_id) else None


def _is_mapping(tenant_id: str) -> bool:
    if Token.is_unresolved(tenant_id) or _REQUEST.fullmatch(tenant_id) or _OTHER.fullmatch(tenant_id):
        return True
    written = re.fullmatch(rf"'({limits.TENANT_ID_PATTERN})'", tenant_id)
    return written is not None and limits.TENANT_ID_LENGTH.admits(len(written[1]))


def _has_no_isolation(function: aws_lambda.IFunction) -> bool:
    """Whether it certainly has none: of an imported one nothing is known, and the resource may be set otherwise."""
    of = function.lambda_ if isinstance(function, aws_lambda.Alias | aws_lambda.Version) else function
    if not isinstance(of, aws_lambda.Function):
        return False
    resource = of.node.default_child
    return isinstance(resource, aws_lambda.CfnFunction) and resource.tenancy_config is None
