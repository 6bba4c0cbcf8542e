"""What an app costs a month: the prices, the usage, and the estimate. It reads the model and nothing else.

The names are loaded when they are first used, because a construct needs no more of this than what usage may hold.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lambda.pricing.estimates import estimate
    from constructs_lambda.pricing.prices import Prices, shipped_prices
    from constructs_lambda.pricing.report import CostReport, Line, Missing
    from constructs_lambda.pricing.usage_file import AppUsage, read_usage

_HOMES = {
    "AppUsage": "usage_file",
    "CostReport": "report",
    "Line": "report",
    "Missing": "report",
    "Prices": "prices",
    "estimate": "estimates",
    "read_usage": "usage_file",
    "shipped_prices": "prices",
}

__all__ = ["AppUsage", "CostReport", "Line", "Missing", "Prices", "estimate", "read_usage", "shipped_prices"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
