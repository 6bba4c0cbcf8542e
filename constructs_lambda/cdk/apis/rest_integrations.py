"""How a REST API calls functions: one integration for all routes that call one alike."""

from __future__ import annotations

from typing import Any

from aws_cdk import Duration, aws_apigateway
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk.apis.lambda_authorizers import invocation_of
from constructs_lambda.cdk.apis.permissions import Callee
from constructs_lambda.rules.tenants import TENANT_HEADER

_STREAM = "2021-11-15/functions/{}/response-streaming-invocations"


class Integrations:
    """The integrations of one API.

    Args:
        scope: The API, or what is in its stack.
    """

    def __init__(self, scope: Construct) -> None:
        self._scope = scope
        self._made: dict[tuple[object, ...], aws_apigateway.Integration] = {}

    def of(
        self, called: Callee, milliseconds: int | float | None, *, stream: bool, tenant_id: str | None
    ) -> aws_apigateway.Integration:
        """The integration of a function.

        Args:
            called: The function.
            milliseconds: How long API Gateway waits for it; as long as it does by itself where None.
            stream: Whether its answer is streamed.
            tenant_id: Where the request has the tenant.
        """
        key = (called.name, milliseconds, stream, tenant_id)
        if key not in self._made:
            options: dict[str, Any] = {}
            if milliseconds is not None:
                options["timeout"] = Duration.millis(milliseconds)
            if stream:
                options["response_transfer_mode"] = aws_apigateway.ResponseTransferMode.STREAM
            if tenant_id is not None:
                options["request_parameters"] = {TENANT_HEADER: tenant_id}
            path = {"path": _STREAM} if stream else {}
            self._made[key] = aws_apigateway.Integration(
                type=aws_apigateway.IntegrationType.AWS_PROXY,
                integration_http_method="POST",
                uri=invocation_of(self._scope, called.arn, **path),
                options=aws_apigateway.IntegrationOptions(**options),
            )
        return self._made[key]


def longest_wait(*, stream: bool, is_edge: bool) -> limits.Limit:
    """How long API Gateway waits at the most. For a Regional or private API AWS raises it on request (CL409).

    Args:
        stream: Whether the answer is streamed.
        is_edge: Whether the API is edge-optimized.
    """
    if stream or not is_edge:
        return limits.REST_API_STREAMING_TIMEOUT
    return limits.REST_API_EDGE_INTEGRATION_TIMEOUT
