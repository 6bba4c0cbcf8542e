"""CL644: functions that a load balancer or a user pool is to invoke."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.findings import Severity
from constructs_lambda.model import Invocation
from constructs_lambda.rules import Problem, rule


@rule(
    "CL644",
    "Load balancer or user pool may not invoke the function",
    Severity.ERROR,
    aws="Elastic Load Balancing refuses to register the function. Cognito takes the trigger, and every sign-up or "
    "sign-in that needs it fails.",
    fix="Add a permission for elasticloadbalancing.amazonaws.com or cognito-idp.amazonaws.com.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
)
def may_not_invoke(invocation: Invocation) -> Iterator[Problem]:
    yield Problem(
        invocation.property,
        f"no permission lets {invocation.what} invoke the function {invocation.function.place.path}",
        f"Add an AWS::Lambda::Permission for {invocation.service}.amazonaws.com, and let the resource wait for it.",
    )
