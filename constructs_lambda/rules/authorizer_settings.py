"""CL512: what authorizers are called, what they call, and whom they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Gateway, Guard, HttpAuthorizer, Link, Place, RestAuthorizer
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted, too_long
from constructs_lambda.rules.uris import invocation_fault
from constructs_lambda.tokens import certain_count, known, resolve_text

_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html"
_POOL = re.compile(r"arn:[^:]+:cognito-idp:[^:]*:[^:]*:userpool/.+")


@rule(
    "CL512",
    "Authorizer not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the authorizer.",
    fix="Give each authorizer of an API a name of its own, and name functions and user pools as AWS has it.",
    source=_SOURCE,
)
def authorizer(part: RestAuthorizer | HttpAuthorizer | Gateway) -> Iterator[Problem]:
    if isinstance(part, RestAuthorizer):
        yield from _rest(part)
    elif isinstance(part, HttpAuthorizer):
        fix = f"Choose a name of at most {limits.HTTP_API_NAME_LENGTH.maximum} characters."
        yield from too_long("Name", "the authorizer's name", part.name, limits.HTTP_API_NAME_LENGTH, fix)
        count = certain_count(part.audience)
        if not limits.HTTP_API_AUDIENCES.admits(count):
            message = f"the authorizer has {count} audiences; AWS allows {limits.HTTP_API_AUDIENCES.allowed}"
            yield Problem("JwtConfiguration.Audience", message, "Name fewer, or split the API.")
    else:
        yield from _of_api(part)


def _rest(authorizer: RestAuthorizer) -> Iterator[Problem]:
    if authorizer.type in ("TOKEN", "REQUEST"):
        fault = invocation_fault(authorizer.uri, is_function=True) if authorizer.uri else ""
        if fault:
            yield _uri_problem(fault)
    elif authorizer.type == "COGNITO_USER_POOLS":
        for pool in map(resolve_text, known(authorizer.providers) or ()):
            if isinstance(pool, str) and not _POOL.fullmatch(pool):
                message = f"the user pool is {quoted(pool)}; AWS takes its ARN"
                yield Problem("ProviderARNs", message, "Write arn:aws:cognito-idp:<region>:<account>:userpool/<id>.")


def _uri_problem(fault: str, place: Place | None = None) -> Problem:
    return Problem(
        "AuthorizerUri",
        f"the authorizer has {fault}; AWS takes arn:<partition>:apigateway:<region>:lambda:path/2015-03-31/functions/"
        "<function's ARN>/invocations",
        "Write that around the function's ARN.",
        place,
    )


def _of_api(gateway: Gateway) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    for guard in gateway.guards:
        name = known(guard.authorizer.name)
        if name is not None and not guard.place.conditional:
            other = first.setdefault(name, guard.place)
            if other != guard.place:
                message = f"the API has two authorizers with the name {quoted(name)}: the other is {other.path}"
                yield Problem("Name", message, "Give each a name of its own.", guard.place)
        yield from _of_kind(guard)


def _of_kind(guard: Guard) -> Iterator[Problem]:
    uri = guard.authorizer.uri
    if guard.kind == "WEBSOCKET" and guard.authorizer.type == "JWT":
        message = "the authorizer of a WebSocket API is of the type JWT, which HTTP APIs have only"
        yield Problem("AuthorizerType", message, "Write REQUEST, and check the token in its function.", guard.place)
    is_bare = len(uri) == 1 and isinstance(uri[0], Link) and uri[0].attribute != "Arn"
    if guard.kind == "REST" and is_bare and guard.callee and guard.callee.function:
        yield _uri_problem("the ARN of a function alone", guard.place)
