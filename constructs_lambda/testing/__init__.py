"""Tests of an app without AWS: fixtures for pytest, assertions, sample events, and authorizers.

    from constructs_lambda.testing import assert_monthly_cost, assert_no_errors, assert_no_open_routes


    @pytest.fixture(scope="module")
    def shop(synth):
        return synth(lambda app: ShopStack(app, "Shop"))


    def test_shop(shop, snapshot_template):
        assert_no_errors(shop)
        assert_no_open_routes(shop, allowed=["GET /health"])
        assert_monthly_cost(shop, at_most=25)
        assert shop == snapshot_template

`synth` and `snapshot_template` come from a plugin that pytest finds by itself, with `pip install
'constructs-lambda[testing]'`. Nothing here needs an AWS account; assertions on a `cdk.out` folder and authorizers need
no CDK either. The names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lambda.testing.answers import Answer, AnswerError, Problem
    from constructs_lambda.testing.authorizers import Authorizer, LambdaContext
    from constructs_lambda.testing.checks import assert_checks, assert_no_errors
    from constructs_lambda.testing.costs import assert_monthly_cost
    from constructs_lambda.testing.deployments import LocalDeployer
    from constructs_lambda.testing.events import http_event, request_event, token_event
    from constructs_lambda.testing.functions import assert_package_below, assert_reaches
    from constructs_lambda.testing.packs import assert_nag_clean
    from constructs_lambda.testing.requests import Api, Kind
    from constructs_lambda.testing.routes import assert_no_open_routes
    from constructs_lambda.testing.samples import SampleKind, sample_event
    from constructs_lambda.testing.synthesis import Synthesized, Synthesizer

_HOMES = {
    "Answer": "answers",
    "AnswerError": "answers",
    "Api": "requests",
    "Authorizer": "authorizers",
    "Kind": "requests",
    "LambdaContext": "authorizers",
    "LocalDeployer": "deployments",
    "Problem": "answers",
    "SampleKind": "samples",
    "Synthesized": "synthesis",
    "Synthesizer": "synthesis",
    "assert_checks": "checks",
    "assert_monthly_cost": "costs",
    "assert_nag_clean": "packs",
    "assert_no_errors": "checks",
    "assert_no_open_routes": "routes",
    "assert_package_below": "functions",
    "assert_reaches": "functions",
    "http_event": "events",
    "request_event": "events",
    "sample_event": "samples",
    "token_event": "events",
}

__all__ = [
    "Answer",
    "AnswerError",
    "Api",
    "Authorizer",
    "Kind",
    "LambdaContext",
    "LocalDeployer",
    "Problem",
    "SampleKind",
    "Synthesized",
    "Synthesizer",
    "assert_checks",
    "assert_monthly_cost",
    "assert_nag_clean",
    "assert_no_errors",
    "assert_no_open_routes",
    "assert_package_below",
    "assert_reaches",
    "http_event",
    "request_event",
    "sample_event",
    "token_event",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
