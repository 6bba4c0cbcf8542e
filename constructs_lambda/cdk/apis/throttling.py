"""How many requests an API takes."""

from __future__ import annotations

from aws_cdk import aws_apigateway, aws_apigatewayv2

from constructs_lambda.errors import InputError
from constructs_lambda.tokens import is_number_token

DEFAULT_RATE_LIMIT = 1_000
"""Requests a second: what the default concurrency of an account (1,000) serves at a second each."""
DEFAULT_BURST_LIMIT = 500
"""Half of the rate, as AWS's own limits for an account have it (10,000 and 5,000)."""

Throttle = aws_apigateway.ThrottleSettings | aws_apigatewayv2.ThrottleSettings | None


def limits_of(throttle: Throttle) -> tuple[int | float, int | float]:
    """Requests a second, and how many at once: what is set, or the default."""
    rate, burst = (throttle.rate_limit, throttle.burst_limit) if throttle else (None, None)
    return DEFAULT_RATE_LIMIT if rate is None else rate, DEFAULT_BURST_LIMIT if burst is None else burst


def refuse_wrong_throttling(path: str, throttle: object) -> None:
    """Raises where something else than settings is given, or what they hold can't be."""
    if throttle is None:
        return
    if not isinstance(throttle, aws_apigateway.ThrottleSettings | aws_apigatewayv2.ThrottleSettings):
        raise TypeError(f"throttle must be ThrottleSettings(rate_limit=..., burst_limit=...); got {throttle!r}")
    given = {"rate_limit": throttle.rate_limit, "burst_limit": throttle.burst_limit}
    wrong = [
        f"{path}: throttle has {name}={value}; it can't be negative. Fix: 0 takes no request at all."
        for name, value in given.items()
        if value is not None and value < 0 and not is_number_token(value)
    ]
    if wrong:
        raise InputError("\n".join(wrong))
