"""The stage of an HTTP API: what CDK's own can't be told when it is made."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_apigatewayv2, aws_logs

from constructs_lambda.cdk.apis.access_logs import format_of
from constructs_lambda.cdk.apis.throttling import limits_of


def settle(
    stage: aws_apigatewayv2.IHttpStage,
    throttle: aws_apigatewayv2.ThrottleSettings | None,
    access_log_group: aws_logs.ILogGroup | None,
    detailed_metrics_enabled: bool | None,
) -> None:
    """Sets how many requests a stage takes, and where it logs them.

    Args:
        stage: The stage.
        throttle: How many; the limits that are usual here where it isn't given.
        access_log_group: Where it logs them; nowhere where it isn't given.
        detailed_metrics_enabled: Whether CloudWatch gets metrics for each route.
    """
    resource = cast(aws_apigatewayv2.CfnStage, stage.node.default_child)
    rate, burst = limits_of(throttle)
    resource.default_route_settings = aws_apigatewayv2.CfnStage.RouteSettingsProperty(
        throttling_rate_limit=rate,
        throttling_burst_limit=burst,
        detailed_metrics_enabled=detailed_metrics_enabled,
    )
    if access_log_group is not None:
        resource.access_log_settings = aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=access_log_group.log_group_arn, format=format_of("http")
        )
