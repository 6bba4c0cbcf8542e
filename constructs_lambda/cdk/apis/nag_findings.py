"""What cdk-nag finds in our APIs by design."""

from __future__ import annotations

from constructs_lambda.cdk.acknowledgements import Expected
from constructs_lambda.cdk.apis.authorizers import Bound

_USER_POOLS = "COGNITO_USER_POOLS"
PUBLIC = Expected(
    ("AwsSolutions-APIG4",), "a route with `public=True`", "`public=True` says in the code that anyone may call it"
)
PREFLIGHT = Expected(
    ("AwsSolutions-APIG4",),
    "the route of an `HttpApi` that lets preflights through",
    "a browser's preflight carries no proof; API Gateway answers it",
)
NOT_COGNITO = Expected(
    ("AwsSolutions-COG4",),
    "a route of a `RestApi` without a `CognitoAuthorizer`",
    "who may call it is judged otherwise than by a user pool, or `public=True` says that anyone may",
)
NO_WEB_ACL = Expected(
    ("AwsSolutions-APIG3",),
    "the stage of a `RestApi` without `web_acl`",
    "a web ACL of AWS WAF costs 5 USD a month before it blocks anything; `web_acl=` puts one in front",
)


def findings_of_method(bound: Bound | None) -> tuple[Expected, ...]:
    """What is found in a method of a REST API.

    Args:
        bound: Who may call it, None for anyone.
    """
    if bound is None:
        return PUBLIC, NOT_COGNITO
    return () if bound.type == _USER_POOLS else (NOT_COGNITO,)
