"""What the ARN of a permission's source covers."""

from __future__ import annotations

import time

import pytest

from constructs_lambda.model import Link
from constructs_lambda.model.execution import covers, split_source, stage_of
from constructs_lambda.tokens import UNKNOWN


@pytest.mark.parametrize(
    ("pattern", "method", "path", "expected"),
    [
        ("*", "GET", "/orders", True),
        ("", "GET", "/orders", False),
        ("-test/*", "GET", "/orders", None),
        ("/*", "GET", "/orders", True),
        ("/*/*", "GET", "/orders", True),
        ("/*/*/*", "GET", "/orders", True),
        ("/*/*/*", "GET", "/", True),
        ("/*/*/*", "", "$default", False),
        ("/*/*", "", "$default", True),
        ("/*/$default", "", "$default", True),
        ("/$default/$default", "", "$default", True),
        ("/*/GET/orders", "GET", "/orders", True),
        ("/*/GET/orders", "POST", "/orders", False),
        ("/*/GET/order", "GET", "/orders", False),
        ("/*/GET/orders/", "GET", "/orders", False),
        ("/*/GET/order?", "GET", "/orders", True),
        ("/*/G*/orders", "GET", "/orders", True),
        ("/*/*/orders", "ANY", "/orders", True),
        ("/*/GET/orders", "ANY", "/orders", None),
        ("/*/ANY/orders", "ANY", "/orders", None),
        ("/*/ANY/orders", "GET", "/orders", None),
        ("/*/GET/orders/*", "GET", "/orders/{id}", True),
        ("/*/GET/orders/{id}", "GET", "/orders/{id}", True),
        ("/*/GET/orders/{key}", "GET", "/orders/{id}", True),
        ("/*/GET/orders/7", "GET", "/orders/{id}", None),
        ("/*/GET/orders/7/8", "GET", "/orders/{id}", False),
        ("/*/GET/a/b", "GET", "/{proxy+}", None),
        ("/*/*/{proxy+}", "ANY", "/{proxy+}", True),
        ("/\0/GET/orders", "GET", "/orders", True),
        ("/*/\0/orders", "GET", "/orders", None),
        ("/*/\0/customers", "GET", "/orders", False),
        ("/\0", "GET", "/orders", None),
        ("/*$connect", "", "$connect", True),
        ("/*$connect", "", "$disconnect", False),
        ("/p*", "GET", "/orders", True),
        ("/p*/GET/orders", "GET", "/orders", True),
        ("/p*/GET/orders", "POST", "/orders", False),
        ("/*/GET/orders", None, "/orders", None),
        ("/*/GET/orders", "GET", None, None),
        ("/*/*/*", None, None, True),
        ("/authorizers/abc", "GET", "/orders", False),
        ("/" + "*a" * 11, "GET", "/orders", None),
    ],
)
def test_covers(pattern: str, method: str | None, path: str | None, expected: bool | None) -> None:
    assert covers(pattern, method, path) is expected


def test_hostile_patterns_take_bounded_time() -> None:
    started = time.process_time()
    for pattern in ("/" + "*a" * 5_000, "/*/GET/" + "a" * 100_000, "/*/GET/" + "{" * 100_000, "/*/*/" + "{a}" * 50_000):
        covers(pattern, "GET", "/" + "a" * 1_000)
        covers(pattern, "GET", "/{a}" * 500)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("pattern", "stage"),
    [("/prod/GET/", "prod"), ("/*/GET/", None), ("/p?/GET/", None), ("/\0/GET/", None), ("/prod", None), ("*", None)],
)
def test_stage(pattern: str, stage: str | None) -> None:
    assert stage_of(pattern) == stage


REGION = Link("AWS::Region", kind="pseudo")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("arn:aws:execute-api:", REGION, ":1:", Link("Api"), "/*"), (Link("Api"), "/*")),
        (("arn:aws:execute-api:", REGION, ":1:", Link("Api"), "/", Link("S"), "/GET/"), (Link("Api"), "/\0/GET/")),
        (("arn:aws:execute-api:eu-west-1:1:abc/*/GET/",), ("abc", "/*/GET/")),
        (("arn:aws:execute-api:eu-west-1:1:*",), ("*", "")),
        (("arn:aws:execute-api:eu-west-1:1:", UNKNOWN, "/*"), None),
        (("arn:aws:s3:::bucket",), None),
        ((UNKNOWN,), None),
        ((), None),
    ],
)
def test_source(parts: object, expected: object) -> None:
    assert split_source(parts) == expected  # type: ignore[arg-type]
