"""AWS CDK constructs for Lambda that refuse at synth what AWS would refuse at deploy.

The names are loaded when they are first used: the command line and the checks of templates never load aws_cdk.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lambda.cdk.checks import LambdaChecks
    from constructs_lambda.cdk.egress import Egress
    from constructs_lambda.cdk.function import Function
    from constructs_lambda.cdk.image_function import ImageFunction
    from constructs_lambda.cdk.layers import Layer, PythonLayer, powertools_layer
    from constructs_lambda.cdk.networks import Network
    from constructs_lambda.cdk.python_function import PythonFunction
    from constructs_lambda.cdk.reach import INetwork, Reach
    from constructs_lambda.errors import ConstructsLambdaError, InputError, LimitError, PackagingError
    from constructs_lambda.findings import Finding, Severity
    from constructs_lambda.packaging import Trim

_HOMES = {
    "ConstructsLambdaError": "errors",
    "Egress": "cdk.egress",
    "Finding": "findings",
    "Function": "cdk.function",
    "INetwork": "cdk.reach",
    "ImageFunction": "cdk.image_function",
    "InputError": "errors",
    "LambdaChecks": "cdk.checks",
    "Layer": "cdk.layers",
    "LimitError": "errors",
    "Network": "cdk.networks",
    "PackagingError": "errors",
    "PythonFunction": "cdk.python_function",
    "PythonLayer": "cdk.layers",
    "Reach": "cdk.reach",
    "Severity": "findings",
    "Trim": "packaging",
    "powertools_layer": "cdk.layers",
}

__all__ = [
    "ConstructsLambdaError",
    "Egress",
    "Finding",
    "Function",
    "INetwork",
    "ImageFunction",
    "InputError",
    "LambdaChecks",
    "Layer",
    "LimitError",
    "Network",
    "PackagingError",
    "PythonFunction",
    "PythonLayer",
    "Reach",
    "Severity",
    "Trim",
    "powertools_layer",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
