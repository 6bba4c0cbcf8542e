"""CL16x: tenant isolation and what it excludes."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import EventSourceMapping, Function, FunctionUrl, Place, Qualified, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.tokens import known

_TENANTS = "https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html"


@rule(
    "CL160",
    "Tenant isolation with what it excludes",
    Severity.ERROR,
    aws="The Lambda API refuses function URLs, provisioned concurrency and event source mappings on a function with "
    "tenant isolation; it is invoked directly or through API Gateway.",
    fix="Invoke the function directly or through API Gateway, without provisioned concurrency.",
    source=_TENANTS,
)
def tenant_exclusions(subject: Stack | Qualified) -> Iterator[Problem]:
    if isinstance(subject, Qualified):
        if known(subject.resource.provisioned_concurrency):
            yield from _excluded(subject.function, subject.place, "provisioned concurrency")
        return
    companions: list[tuple[FunctionUrl | EventSourceMapping, str]] = [
        *((url, "a function URL") for url in subject.urls.values()),
        *((mapping, "an event source mapping") for mapping in subject.event_source_mappings.values()),
    ]
    for companion, what in companions:
        yield from _excluded(subject.function_of(companion.function), companion.place, what)


def _excluded(function: Function | None, place: Place, what: str) -> Iterator[Problem]:
    if function and known(function.tenant_isolation) == "PER_TENANT" and not place.conditional:
        yield Problem(
            "",
            f"{what} on {function.place.path}, whose tenant isolation excludes it",
            "Invoke the function through API Gateway, or give this part to a function without tenant isolation.",
            place,
        )
