"""The ready `aws lambda invoke` line of a function, as an output of its stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Duration, Stack, aws_lambda

_OUTPUT = "InvokeCommand"
_PATIENCE_SECONDS = 60  # of the AWS CLI, which invokes once more after that


def add_invoke_command(function: aws_lambda.Function, keywords: Mapping[str, Any]) -> CfnOutput:
    """Adds the output.

    Args:
        function: The function.
        keywords: What it was made with.
    """
    words = [
        "aws lambda invoke",
        f"--function-name {function.function_name}",
        f"--region {Stack.of(function).region}",
        "--cli-binary-format raw-in-base64-out",
    ]
    if keywords.get("durable_config") is not None:
        words.append("--qualifier '$LATEST'")  # a call that names no version is refused
    if keywords.get("tenancy_config") is not None:
        words.append("--tenant-id TENANT")
    if _is_long(keywords.get("timeout")):
        words.append("--cli-read-timeout 0")
    return CfnOutput(
        function,
        _OUTPUT,
        value=" ".join([*words, "--payload file://event.json", "/dev/stdout"]),
        description="Invokes the function with the event in event.json",
    )


def _is_long(timeout: object) -> bool:
    """Whether a function may run for as long as the AWS CLI waits, or longer."""
    return isinstance(timeout, Duration) and (timeout.is_unresolved() or timeout.to_seconds() >= _PATIENCE_SECONDS)
