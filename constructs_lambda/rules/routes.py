"""CL40x: routes."""

from __future__ import annotations

from constructs_lambda.rules.route_keys import route_problems

__all__ = ["route_problems"]
