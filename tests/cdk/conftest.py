"""An app to build in, and its templates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, aws_lambda

CODE = aws_lambda.Code.from_inline("def handler(event, context):\n    return {}\n")


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., App]:
    """Makes apps that write below the test's own folder."""
    count = iter(range(100))

    def make(**options: Any) -> App:
        return App(outdir=str(tmp_path / f"out{next(count)}"), analytics_reporting=False, **options)

    return make


@pytest.fixture
def app(make_app: Callable[..., App]) -> App:
    """An empty app."""
    return make_app()


@pytest.fixture
def stack(app: App) -> Stack:
    """An empty stack."""
    return Stack(app, "Shop")


@pytest.fixture
def required() -> dict[str, Any]:
    """The keywords that every function needs."""
    return {"code": CODE, "handler": "index.handler", "runtime": aws_lambda.Runtime.PYTHON_3_14}
