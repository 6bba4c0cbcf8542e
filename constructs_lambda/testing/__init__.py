"""Tests of an app without AWS: events of all triggers, authorizers called as API Gateway calls them, and the price.

    from constructs_lambda.testing import Authorizer, assert_monthly_cost, sample_event

    authorizer = Authorizer(handler, kind="token")


    def test_a_user_is_let_in() -> None:
        answer = authorizer.authorize(token="Bearer let-me-in", route="GET /orders/1")
        assert answer.is_allowed
        assert answer.context == {"user": "ada"}


    def test_a_message() -> None:
        assert handler(sample_event("queue", body={"id": 1}), LambdaContext()) == {"batchItemFailures": []}


    def test_the_budget() -> None:
        assert_monthly_cost(stack, at_most=25)

Nothing here needs pytest or an AWS account; the authorizers need no CDK either.
"""

from constructs_lambda.testing.answers import Answer, AnswerError, Problem
from constructs_lambda.testing.authorizers import Authorizer, LambdaContext
from constructs_lambda.testing.costs import assert_monthly_cost
from constructs_lambda.testing.events import http_event, request_event, token_event
from constructs_lambda.testing.requests import Api, Kind
from constructs_lambda.testing.samples import SampleKind, sample_event

__all__ = [
    "Answer",
    "AnswerError",
    "Api",
    "Authorizer",
    "Kind",
    "LambdaContext",
    "Problem",
    "SampleKind",
    "assert_monthly_cost",
    "http_event",
    "request_event",
    "sample_event",
    "token_event",
]
