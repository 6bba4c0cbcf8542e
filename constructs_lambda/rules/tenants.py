"""CL16x: tenant isolation and what it excludes."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Alias, EventSourceMapping, FunctionUrl, Stack, Version
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
def tenant_exclusions(stack: Stack) -> Iterator[Problem]:
    companions: list[tuple[FunctionUrl | EventSourceMapping | Alias | Version, str]] = [
        *((url, "a function URL") for url in stack.urls.values()),
        *((mapping, "an event source mapping") for mapping in stack.event_source_mappings.values()),
        *((qualified, "provisioned concurrency") for qualified in stack.provisioned()),
    ]
    for companion, what in companions:
        function = stack.function_of(companion.function)
        if function and known(function.tenant_isolation) == "PER_TENANT" and not companion.place.conditional:
            yield Problem(
                "",
                f"{what} on {function.place.path}, whose tenant isolation excludes it",
                "Invoke the function through API Gateway, or give this part to a function without tenant isolation.",
                companion.place,
            )
