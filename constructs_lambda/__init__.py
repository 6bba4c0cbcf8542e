"""AWS CDK constructs for Lambda that refuse at synth what AWS would refuse at deploy.

The names are loaded when they are first used: the command line and the checks of templates never load aws_cdk.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lambda.cdk.checks import LambdaChecks
    from constructs_lambda.cdk.function import Function
    from constructs_lambda.errors import ConstructsLambdaError, InputError, LimitError
    from constructs_lambda.findings import Finding, Severity

_HOMES = {
    "ConstructsLambdaError": "errors",
    "Finding": "findings",
    "Function": "cdk.function",
    "InputError": "errors",
    "LambdaChecks": "cdk.checks",
    "LimitError": "errors",
    "Severity": "findings",
}

__all__ = [
    "ConstructsLambdaError",
    "Finding",
    "Function",
    "InputError",
    "LambdaChecks",
    "LimitError",
    "Severity",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
