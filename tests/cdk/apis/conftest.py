"""Functions to put behind an API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Stack, aws_lambda


@pytest.fixture
def make_function(required: dict[str, Any]) -> Callable[..., aws_lambda.Function]:
    """Makes functions of plain CDK: an API takes any."""

    def make(stack: Stack, id: str = "Orders", **options: Any) -> aws_lambda.Function:
        return aws_lambda.Function(stack, id, **{**required, **options})

    return make


@pytest.fixture
def function(stack: Stack, make_function: Callable[..., aws_lambda.Function]) -> aws_lambda.Function:
    """A function."""
    return make_function(stack)


@pytest.fixture
def judge(stack: Stack, make_function: Callable[..., aws_lambda.Function]) -> aws_lambda.Function:
    """A function that judges requests."""
    return make_function(stack, "Judge")
