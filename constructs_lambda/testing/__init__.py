"""Tests of Lambda authorizers without an API: events as API Gateway sends them, answers as it understands them.

    from constructs_lambda.testing import Authorizer

    authorizer = Authorizer(handler, kind="token")


    def test_a_user_is_let_in() -> None:
        answer = authorizer.authorize(token="Bearer let-me-in", route="GET /orders/1")
        assert answer.is_allowed
        assert answer.context == {"user": "ada"}

Nothing here needs CDK, pytest or an AWS account.
"""

from constructs_lambda.testing.answers import Answer, AnswerError, Problem
from constructs_lambda.testing.authorizers import Authorizer, LambdaContext
from constructs_lambda.testing.events import http_event, request_event, token_event
from constructs_lambda.testing.requests import Api, Kind

__all__ = [
    "Answer",
    "AnswerError",
    "Api",
    "Authorizer",
    "Kind",
    "LambdaContext",
    "Problem",
    "http_event",
    "request_event",
    "token_event",
]
