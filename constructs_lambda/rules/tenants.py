"""CL16x: tenant isolation and what it excludes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import (
    Call,
    Function,
    Gateway,
    HttpIntegration,
    Place,
    Qualified,
    RestIntegration,
    Served,
    Stack,
)
from constructs_lambda.rules import Problem, rule
from constructs_lambda.tokens import Unknown, known

_TENANTS = "https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html"
_INVOKING = "https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html"
_MISTAKES = "https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html"
_SERVICE = re.compile(r"(?!apigateway\.)[a-z0-9.-]+\.amazonaws\.com(?:\.cn)?")
_TOLD = ("cognito-idp.", "elasticloadbalancing.", "events.", "logs.", "s3.", "sns.", "states.", "cloudformation.")
"""Services whose triggers are followed, so that each is told where it is made."""
TENANT_HEADER = "integration.request.header.X-Amz-Tenant-Id"
"""The request parameter with which API Gateway tells Lambda the tenant."""


@rule(
    "CL160",
    "Tenant isolation with what it excludes",
    Severity.ERROR,
    aws="The Lambda API refuses function URLs, provisioned concurrency and event source mappings on a function with "
    "tenant isolation; it is invoked directly or through API Gateway.",
    fix="Invoke the function directly or through API Gateway, without provisioned concurrency.",
    source=_TENANTS,
)
def tenant_exclusions(subject: Call | Qualified) -> Iterator[Problem]:
    if isinstance(subject, Call):
        what = {"url": "a function URL", "polling": "an event source mapping"}.get(subject.kind)
        if what:
            yield from _excluded(subject.function, subject.place, what)
    elif known(subject.resource.provisioned_concurrency):
        yield from _excluded(subject.function, subject.place, "provisioned concurrency")


def _excluded(function: Function | None, place: Place, what: str) -> Iterator[Problem]:
    if function and _is_isolated(function) and not place.conditional:
        yield Problem(
            "",
            f"{what} on {function.place.path}, whose tenant isolation excludes it",
            "Invoke the function through API Gateway, or give this part to a function without tenant isolation.",
            place,
        )


@rule(
    "CL161",
    "Function with tenant isolation behind an API that names no tenant",
    Severity.ERROR,
    aws="Lambda refuses each call without a tenant's id. A REST API has to take it from the request into the header "
    "X-Amz-Tenant-Id; an HTTP API can't, and authorizers don't.",
    fix="Use a REST API, and map the tenant: RestApi.add_route(..., tenant_id='context.authorizer.tenant').",
    source=_INVOKING,
)
def nameless_tenant(gateway: Gateway) -> Iterator[Problem]:
    for route, place in _lambda_routes(gateway):
        function = route.function
        if function is None or not _is_isolated(function):
            continue
        what = f"the integration of {route.shown} calls {function.place.path}, which has tenant isolation,"
        if gateway.kind == "HTTP":
            message = f"{what} and an HTTP API can't name a tenant"
            yield Problem("IntegrationUri", message, "Use a REST API, which can map a header to Lambda's.", place)
        elif gateway.kind is not None and _names_tenant(route) is False:
            prop = "Integration.RequestParameters" if gateway.kind == "REST" else "RequestParameters"
            fix = f"Map it: {TENANT_HEADER} to context.authorizer.tenant, or to where else the request has it."
            yield Problem(prop, f"{what} without naming a tenant", fix, place)
    for guard in gateway.guards:
        function = guard.callee.function if guard.callee else None
        if function and _is_isolated(function) and not guard.place.conditional:
            message = f"the authorizer calls {function.place.path}, which has tenant isolation, without naming a tenant"
            yield Problem("AuthorizerUri", message, "Use a function without tenant isolation.", guard.place)


@rule(
    "CL162",
    "Tenant named to a function without tenant isolation",
    Severity.ERROR,
    aws="Lambda refuses each call with a tenant's id to a function that has no tenant isolation.",
    fix="Remove the mapping, or set the function's tenant isolation, which replaces it.",
    source=_MISTAKES,
)
def needless_tenant(gateway: Gateway) -> Iterator[Problem]:
    for route, place in _lambda_routes(gateway):
        function = route.function
        if gateway.kind == "REST" and function and function.tenant_isolation is None and _names_tenant(route):
            yield Problem(
                "Integration.RequestParameters",
                f"the integration of {route.shown} names a tenant to {function.place.path}, which isolates none",
                f"Remove {TENANT_HEADER}, or set TenancyConfig of the function.",
                place,
            )


@rule(
    "CL163",
    "Service that names no tenant may invoke a function with tenant isolation",
    Severity.WARNING,
    aws="Lambda refuses each call: no service but API Gateway names the tenant.",
    fix="Let the service invoke another function, which invokes this one for the tenant.",
    source=_TENANTS,
)
def tenantless_service(stack: Stack) -> Iterator[Problem]:
    for permission in stack.permissions.values():
        principal, function = known(permission.principal) or "", stack.function_of(permission.function)
        if function is None or not _is_isolated(function) or permission.place.conditional:
            continue
        # What isn't a literal ARN may be made in this app, and is told of where it triggers the function.
        is_of_others = permission.source_arn is None and not principal.startswith(_TOLD)
        if _SERVICE.fullmatch(principal) and (is_of_others or known(permission.source_arn) is not None):
            yield Problem(
                "Principal",
                f"{principal} may invoke {function.place.path}, which has tenant isolation, and names no tenant",
                "Let it invoke another function, which invokes this one for the tenant.",
                permission.place,
            )


@rule(
    "CL164",
    "Function with tenant isolation invoked by what names no tenant",
    Severity.ERROR,
    aws="Lambda refuses each call without a tenant's id, which no service but API Gateway names.",
    fix="Let another function take the call, and invoke this one for the tenant.",
    source=_INVOKING,
)
def tenantless_call(call: Call) -> Iterator[Problem]:
    if call.kind in ("hook", "destination", "waiting", "invoking") and _is_isolated(call.function):
        yield Problem(
            call.property,
            f"{call.what} invokes {call.function.place.path}, which has tenant isolation, and names no tenant",
            "Let it invoke another function, which invokes this one for the tenant.",
        )


def _lambda_routes(gateway: Gateway) -> Iterator[tuple[Served, Place]]:
    """The routes that certainly pass requests to a function as they are, one for each integration."""
    seen = set()
    for route in gateway.routes:
        place, integration = route.integration_place, route.integration
        if integration is None or known(integration.type) != "AWS_PROXY" or place in seen:
            continue
        if not (place.conditional or route.place.conditional):
            seen.add(place)
            yield route, place


def _names_tenant(route: Served) -> bool | None:
    """Whether the integration of a route tells Lambda a tenant; None where that isn't known."""
    integration = route.integration
    names = integration.parameters if isinstance(integration, RestIntegration | HttpIntegration) else None
    if isinstance(names, Unknown):
        return None
    return any(name.lower() == TENANT_HEADER.lower() for name in names or ())


def _is_isolated(function: Function) -> bool:
    return known(function.tenant_isolation) == "PER_TENANT"
