"""AWS CDK constructs for Lambda that refuse at synth what AWS would refuse at deploy.

The names are loaded when they are first used: the command line and the checks of templates never load aws_cdk.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lambda.cdk.apis.custom_domain import CustomDomain
    from constructs_lambda.cdk.apis.http_api import HttpApi
    from constructs_lambda.cdk.apis.lambda_authorizers import LambdaAuthorizer, RequestAuthorizer, TokenAuthorizer
    from constructs_lambda.cdk.apis.managed_authorizers import CognitoAuthorizer, IamAuthorizer, JwtAuthorizer
    from constructs_lambda.cdk.apis.rest_api import RestApi
    from constructs_lambda.cdk.capacity import CapacityProvider
    from constructs_lambda.cdk.checks import LambdaChecks
    from constructs_lambda.cdk.egress import Egress
    from constructs_lambda.cdk.function import Function
    from constructs_lambda.cdk.image_function import ImageFunction
    from constructs_lambda.cdk.layers import Layer, PythonLayer
    from constructs_lambda.cdk.monitors.monitor import Monitor
    from constructs_lambda.cdk.networks import Network
    from constructs_lambda.cdk.powertools_layers import powertools_layer
    from constructs_lambda.cdk.profiles.profile import Profile
    from constructs_lambda.cdk.profiles.requirements import Require
    from constructs_lambda.cdk.profiles.resources import ProfileMixin
    from constructs_lambda.cdk.profiles.waivers import Waiver
    from constructs_lambda.cdk.provisioned import Provisioned
    from constructs_lambda.cdk.python_function import PythonFunction
    from constructs_lambda.cdk.reach import INetwork, Reach
    from constructs_lambda.cdk.releases import Release
    from constructs_lambda.cdk.shifts import Shift
    from constructs_lambda.cdk.triggers.bucket import BucketTrigger
    from constructs_lambda.cdk.triggers.event import EventTrigger
    from constructs_lambda.cdk.triggers.queue import QueueTrigger
    from constructs_lambda.cdk.triggers.schedule import ScheduleTrigger
    from constructs_lambda.cdk.triggers.stream import StreamTrigger
    from constructs_lambda.cdk.triggers.topic import TopicTrigger
    from constructs_lambda.cdk.triggers.url import UrlTrigger
    from constructs_lambda.cdk.tuning import Tuned, vcpus
    from constructs_lambda.cdk.usage import Usage
    from constructs_lambda.errors import ConstructsLambdaError, InputError, LimitError, PackagingError
    from constructs_lambda.findings import Finding, Severity
    from constructs_lambda.packaging import Trim
    from constructs_lambda.quotas import Quotas

_HOMES = {
    "BucketTrigger": "cdk.triggers.bucket",
    "CapacityProvider": "cdk.capacity",
    "CognitoAuthorizer": "cdk.apis.managed_authorizers",
    "ConstructsLambdaError": "errors",
    "CustomDomain": "cdk.apis.custom_domain",
    "Egress": "cdk.egress",
    "EventTrigger": "cdk.triggers.event",
    "Finding": "findings",
    "Function": "cdk.function",
    "HttpApi": "cdk.apis.http_api",
    "INetwork": "cdk.reach",
    "IamAuthorizer": "cdk.apis.managed_authorizers",
    "ImageFunction": "cdk.image_function",
    "InputError": "errors",
    "JwtAuthorizer": "cdk.apis.managed_authorizers",
    "LambdaAuthorizer": "cdk.apis.lambda_authorizers",
    "LambdaChecks": "cdk.checks",
    "Layer": "cdk.layers",
    "LimitError": "errors",
    "Monitor": "cdk.monitors.monitor",
    "Network": "cdk.networks",
    "PackagingError": "errors",
    "Profile": "cdk.profiles.profile",
    "ProfileMixin": "cdk.profiles.resources",
    "Provisioned": "cdk.provisioned",
    "PythonFunction": "cdk.python_function",
    "PythonLayer": "cdk.layers",
    "QueueTrigger": "cdk.triggers.queue",
    "Quotas": "quotas",
    "Reach": "cdk.reach",
    "Release": "cdk.releases",
    "RequestAuthorizer": "cdk.apis.lambda_authorizers",
    "Require": "cdk.profiles.requirements",
    "RestApi": "cdk.apis.rest_api",
    "ScheduleTrigger": "cdk.triggers.schedule",
    "Severity": "findings",
    "Shift": "cdk.shifts",
    "StreamTrigger": "cdk.triggers.stream",
    "TokenAuthorizer": "cdk.apis.lambda_authorizers",
    "TopicTrigger": "cdk.triggers.topic",
    "Trim": "packaging",
    "Tuned": "cdk.tuning",
    "UrlTrigger": "cdk.triggers.url",
    "Usage": "cdk.usage",
    "Waiver": "cdk.profiles.waivers",
    "powertools_layer": "cdk.powertools_layers",
    "vcpus": "cdk.tuning",
}

__all__ = [
    "BucketTrigger",
    "CapacityProvider",
    "CognitoAuthorizer",
    "ConstructsLambdaError",
    "CustomDomain",
    "Egress",
    "EventTrigger",
    "Finding",
    "Function",
    "HttpApi",
    "INetwork",
    "IamAuthorizer",
    "ImageFunction",
    "InputError",
    "JwtAuthorizer",
    "LambdaAuthorizer",
    "LambdaChecks",
    "Layer",
    "LimitError",
    "Monitor",
    "Network",
    "PackagingError",
    "Profile",
    "ProfileMixin",
    "Provisioned",
    "PythonFunction",
    "PythonLayer",
    "QueueTrigger",
    "Quotas",
    "Reach",
    "Release",
    "RequestAuthorizer",
    "Require",
    "RestApi",
    "ScheduleTrigger",
    "Severity",
    "Shift",
    "StreamTrigger",
    "TokenAuthorizer",
    "TopicTrigger",
    "Trim",
    "Tuned",
    "UrlTrigger",
    "Usage",
    "Waiver",
    "powertools_layer",
    "vcpus",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
