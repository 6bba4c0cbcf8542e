"""Access logs of APIs: one line of JSON a request, in a log group with retention, without credentials."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from aws_cdk import Fn, Stack, Stage, aws_logs
from constructs import Construct

_BOTH = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "principalId": "$context.authorizer.principalId",
    "authorizerError": "$context.authorizer.error",
    "errorMessage": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
}
_HTTP = {"routeKey": "$context.routeKey"}
_REST = {
    "resourcePath": "$context.resourcePath",
    "extendedRequestId": "$context.extendedRequestId",
    "traceId": "$context.xrayTraceId",
    "validationError": "$context.error.validationErrorString",
    "wafStatus": "$context.waf.status",
}


@cache
def format_of(kind: str) -> str:
    """The format of a line, for an API of a kind: `http` or `rest`."""
    return json.dumps({**_BOTH, **(_HTTP if kind == "http" else _REST)})


def log_group_for(scope: Construct, given: Any) -> aws_logs.ILogGroup | None:
    """The log group of the access logs: the one given, one of ours, or none.

    CloudWatch Logs names each log group that API Gateway delivers to in a policy of at most 5,120 characters, unless
    its name begins with `/aws/vendedlogs/`: then all are covered at once, however many APIs an account has.

    Args:
        scope: Where ours is made.
        given: A log group, True for one of ours, False for none.
    """
    if given is not True:
        return given or None
    stage = Stage.of(scope)
    path = scope.node.path.removeprefix(f"{stage.node.path}/" if stage is not None and stage.node.path else "")
    name = re.sub(r"[^A-Za-z0-9]+", "-", path)[:200]
    once = Fn.select(4, Fn.split("-", Fn.select(2, Fn.split("/", Stack.of(scope).stack_id))))
    return aws_logs.LogGroup(
        scope,
        "AccessLogs",
        log_group_name=f"/aws/vendedlogs/apis/{name}-{once}",
        retention=aws_logs.RetentionDays.ONE_YEAR,
    )


def refuse_wrong_access_logs(access_logs: object) -> None:
    """Raises where something else than a log group or a switch is given."""
    if not isinstance(access_logs, bool) and not hasattr(access_logs, "log_group_arn"):
        raise TypeError(f"access_logs must be True, False or an aws_logs.ILogGroup; got {access_logs!r}")
