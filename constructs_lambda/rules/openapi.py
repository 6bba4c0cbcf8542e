"""CL431: integrations that an API takes from an OpenAPI document in the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, quoted
from constructs_lambda.tokens import (
    as_written,
    is_intrinsic,
    known,
    literal_part,
    may_grow,
    named,
    resolve_number,
    resolve_text,
)

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method")
_INTEGRATION = "x-amazon-apigateway-integration"
_INVOKES = ":lambda:path/"
_DEPLOYMENTS = ("AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage")


@rule(
    "CL431",
    "Integration of an OpenAPI document not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the document or its deployment: methods without an integration, timeouts out of range. A "
    "function that a REST API calls by another method than POST always fails.",
    fix="Correct the integration in the document.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/"
    "api-gateway-swagger-extensions-integration.html",
)
def documents(stack: Stack) -> Iterator[Problem]:
    for logical_id, api in stack.rest_apis.items():
        body = stack.resources[logical_id].properties.get("Body")
        limit = limits.REST_API_LONGEST_TIMEOUT
        if api.endpoint == "EDGE":
            limit = limits.REST_API_EDGE_INTEGRATION_TIMEOUT
        for path, method, operation in _operations(body):
            prop, shown = f"Body.paths.{path}.{method}", f"{_shown(method)} {quoted(path)[1:-1]}"
            integration = operation.get(_INTEGRATION)
            if integration is None and not may_grow(operation):
                if _is_deployed(stack, logical_id):
                    message = f"{shown} has no {_INTEGRATION}, and the API is deployed"
                    yield Problem(prop, message, "Give each method an integration, a mock at the least.", api.place)
                continue
            if not isinstance(integration, Mapping) or is_intrinsic(integration):
                continue
            prop = f"{prop}.{_INTEGRATION}"
            for each in (*_method(integration, shown, prop), *_timeout(integration, shown, prop, limit)):
                yield each.at(api.place)
    for logical_id, http_api in stack.http_apis.items():
        body = stack.resources[logical_id].properties.get("Body")
        for path, method, operation in _operations(body):
            integration = operation.get(_INTEGRATION)
            if isinstance(integration, Mapping) and not is_intrinsic(integration):
                prop = f"Body.paths.{path}.{method}.{_INTEGRATION}"
                shown = f"{_shown(method)} {quoted(path)[1:-1]}"
                for each in _timeout(integration, shown, prop, limits.HTTP_API_INTEGRATION_TIMEOUT):
                    yield each.at(http_api.place)


def _operations(body: object) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    paths = body.get("paths") if isinstance(body, Mapping) and not is_intrinsic(body) else None
    for path, item in paths.items() if isinstance(paths, Mapping) and not is_intrinsic(paths) else ():
        for method, operation in item.items() if isinstance(item, Mapping) and not is_intrinsic(item) else ():
            if method in _METHODS and isinstance(operation, Mapping) and not is_intrinsic(operation):
                yield str(path), str(method), operation


def _shown(method: str) -> str:
    return "ANY" if method.startswith("x-") else method.upper()


def _is_deployed(stack: Stack, api: str) -> bool:
    return any(named(each.properties.get("RestApiId")) == api for each in stack.of_type(*_DEPLOYMENTS))


def _method(integration: Mapping[str, object], shown: str, prop: str) -> Iterator[Problem]:
    uri = as_written(integration.get("uri")) or literal_part(resolve_text(integration.get("uri")))
    name = known(resolve_text(integration.get("httpMethod")))
    if _INVOKES in uri and name and name != "POST":
        message = f"{shown} calls a function by {quoted(name)}; Lambda takes POST, whatever the caller sends"
        yield Problem(f"{prop}.httpMethod", message, "Write POST.")


def _timeout(integration: Mapping[str, object], shown: str, prop: str, limit: limits.Limit) -> Iterator[Problem]:
    if integration.get("responseTransferMode") not in (None, "BUFFERED"):
        return
    what, fix = f"the timeout of {shown}", f"Choose {limit.allowed}."
    yield from number_problem(
        f"{prop}.timeoutInMillis", what, resolve_number(integration.get("timeoutInMillis")), limit, fix
    )
