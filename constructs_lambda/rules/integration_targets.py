"""CL426: what integrations call, and which of them routes name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import (
    Gateway,
    HttpIntegration,
    HttpRoute,
    Link,
    Parts,
    RestIntegration,
    RestMethod,
    Served,
)
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted, too_long
from constructs_lambda.rules.uris import invocation_fault, plain
from constructs_lambda.tokens import Unknown, known

_SOURCE = "https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html"
_REST_TYPES = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")
_HTTP_TYPES = ("AWS_PROXY", "HTTP_PROXY")
_PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
_CONNECTIONS = ("INTERNET", "VPC_LINK")
_ADDRESS = re.compile(r"https?://.+|\$\{stageVariables\..+", re.DOTALL)
_SUBTYPES = {
    "AppConfig-GetConfiguration": ("Application", "Environment", "Configuration", "ClientId"),
    "EventBridge-PutEvents": ("Detail", "DetailType", "Source"),
    "Kinesis-PutRecord": ("StreamName", "Data", "PartitionKey"),
    "SQS-DeleteMessage": ("ReceiptHandle", "QueueUrl"),
    "SQS-PurgeQueue": ("QueueUrl",),
    "SQS-ReceiveMessage": ("QueueUrl",),
    "SQS-SendMessage": ("QueueUrl", "MessageBody"),
    "StepFunctions-StartExecution": ("StateMachineArn",),
    "StepFunctions-StartSyncExecution": ("StateMachineArn",),
    "StepFunctions-StopExecution": ("ExecutionArn",),
}
"""The actions that an HTTP API calls by itself, and what each needs."""


@rule(
    "CL426",
    "Integration or target not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the integration or the route.",
    fix="Write the address as the type of the integration has it, and a target as integrations/<id>.",
    source=_SOURCE,
)
def target(part: RestMethod | Gateway) -> Iterator[Problem]:
    if isinstance(part, RestMethod):
        if isinstance(part.integration, RestIntegration):
            yield from _rest(part.integration)
        return
    for route in part.routes:
        yield from _route(route)
    for integration in part.integrations if part.kind == "HTTP" else ():
        for problem in _http(integration):
            yield problem.at(integration.place)


def _rest(integration: RestIntegration) -> Iterator[Problem]:
    kind = integration.type
    yield from one_of("Integration.Type", "the type of the integration", kind, _REST_TYPES)
    what = "what is passed on without a template"
    yield from one_of("Integration.PassthroughBehavior", what, integration.passthrough, _PASSTHROUGH)
    yield from _connection(integration, "Integration.")
    if kind in ("AWS", "AWS_PROXY"):
        fault = invocation_fault(integration.uri) if integration.uri else "no address"
        if fault:
            yield Problem(
                "Integration.Uri",
                f"the integration of the type {kind} has {fault}; AWS takes arn:<partition>:apigateway:<region>:"
                "<service>:path/<path> or action/<action>",
                "Write .../lambda:path/2015-03-31/functions/<function's ARN>/invocations for a function.",
            )
    elif kind in ("HTTP", "HTTP_PROXY"):
        yield from _address("Integration.Uri", integration.uri, str(kind))


def _connection(integration: RestIntegration | HttpIntegration, prefix: str = "") -> Iterator[Problem]:
    yield from one_of(f"{prefix}ConnectionType", "the connection", integration.connection_type, _CONNECTIONS)
    if integration.connection_type == "VPC_LINK" and integration.connection in (None, ""):
        message = "the integration goes through a VPC link and names none"
        yield Problem(f"{prefix}ConnectionId", message, "Add the VPC link's id as ConnectionId.")


def _address(prop: str, uri: Parts, kind: str) -> Iterator[Problem]:
    text = plain(uri)
    if not uri or (text is not None and not _ADDRESS.fullmatch(text)):
        has = f"the address {quoted(text)}" if text else "no address"
        message = (
            f"the integration of the type {kind} has {has}; AWS takes a whole one, such as https://www.example.com"
        )
        yield Problem(prop, message, "Write the address with https:// in front.")


def _http(integration: HttpIntegration) -> Iterator[Problem]:
    kind, subtype = known(integration.type), integration.subtype
    for problem in one_of("IntegrationType", "the type of an HTTP API's integration", integration.type, _HTTP_TYPES):
        yield problem
        return
    yield from _connection(integration)
    if kind == "HTTP_PROXY" and integration.connection_type in (None, "INTERNET"):
        yield from _address("IntegrationUri", integration.uri, kind)
    if kind != "AWS_PROXY" or isinstance(subtype, Unknown):
        return
    if subtype is not None:
        yield from _service(subtype, integration)
    elif not integration.uri:
        message = "the integration of the type AWS_PROXY names no function"
        yield Problem("IntegrationUri", message, "Add the function's ARN, or an IntegrationSubtype.")


def _service(subtype: str, integration: HttpIntegration) -> Iterator[Problem]:
    if subtype not in _SUBTYPES:
        message = f"the service's action is {quoted(subtype)}; AWS takes {', '.join(_SUBTYPES)}"
        yield Problem("IntegrationSubtype", message, "Write one of these, or call the service from a function.")
        return
    if integration.credentials is None:
        message = f"the integration calls {subtype} and has no role"
        yield Problem("CredentialsArn", message, "Add a role that API Gateway may assume as CredentialsArn.")
    given = () if integration.parameters is None else known(integration.parameters)
    missing = [name for name in _SUBTYPES[subtype] if given is not None and name not in given]
    if missing:
        message = f"the integration calls {subtype} without {', '.join(missing)}"
        yield Problem("RequestParameters", message, f"Add {', '.join(missing)} to RequestParameters.")


def _route(route: Served) -> Iterator[Problem]:
    integration = route.integration
    if isinstance(integration, RestIntegration):
        first = integration.uri[0] if len(integration.uri) == 1 else None
        is_bare = isinstance(first, Link) and first.attribute != "Arn" and integration.type in ("AWS", "AWS_PROXY")
        if is_bare and route.callee and route.callee.function:  # with Arn it is told of the method itself
            yield Problem(
                "Integration.Uri",
                f"the integration of {route.shown} has the ARN of a function as its address; AWS takes "
                "arn:<partition>:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations",
                "Write that around the function's ARN.",
                route.place,
            )
    elif route.target == "foreign":
        message = f"{route.shown} names an integration that belongs to another API"
        yield Problem("Target", message, "Make an integration for this API: each belongs to one.", route.place)
    elif isinstance(route.route, HttpRoute):
        limit, fix = limits.ROUTE_OPERATION_LENGTH, "Choose a shorter one."
        for problem in too_long("OperationName", "the operation's name", route.route.operation, limit, fix):
            yield problem.at(route.place)
        text = plain(route.route.target)
        if route.target == "bare" or (text and not text.startswith("integrations/")):
            shown = quoted(text) if text else "the id of the integration alone"
            message = f"the target of {route.shown} is {shown}; AWS takes integrations/<id>"
            yield Problem("Target", message, "Write integrations/ in front of the id.", route.place)
