"""Which change makes a new version: one of the function's own settings, package or layers, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, Tags, Validations, aws_lambda, aws_s3
from synthesized import resources_of, template_of

from constructs_lambda import (
    Function,
    HttpApi,
    LambdaChecks,
    Layer,
    PythonFunction,
    Shift,
)

pytestmark = pytest.mark.cdk

RECOGNIZE_LAYERS = "@aws-cdk/aws-lambda:recognizeLayerVersion"
Change = Callable[[Stack, aws_lambda.Function], object]


def entry_in(folder: Path, text: str = "def handler(event, context): ...\n") -> Path:
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(text)
    return folder


class Shop:
    """An app with a released function, made anew in a folder of its own each time."""

    def __init__(self, make_app: Callable[..., App], tmp_path: Path) -> None:
        self._make_app = make_app
        self._tmp_path = tmp_path
        self._count = iter(range(100))

    def version(self, change: Change | None = None, **options: Any) -> str:
        """The logical id of its one version."""
        resources = self.template(change, **options)["Resources"]
        (logical_id,) = (name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Version")
        return str(logical_id)

    def template(
        self,
        change: Change | None = None,
        *,
        source: str = "def handler(event, context): ...\n",
        layer: str = "a = 1\n",
        flag: bool = False,
        today: date = date(2026, 11, 20),
        **options: Any,
    ) -> dict[str, Any]:
        folder = self._tmp_path / f"shop{next(self._count)}"
        app = self._make_app(context={RECOGNIZE_LAYERS: flag})
        Validations.of(app).add_plugins(LambdaChecks(today=today))
        stack = Stack(app, "Shop")
        shared = Layer(stack, "Shared", path=entry_in(folder / "layer" / "python", layer).parent)
        function = PythonFunction(
            stack, "Orders", entry=entry_in(folder / "orders", source), layers=[shared], **options
        )
        function.add_release(shift=Shift.canary())
        if change is not None:
            change(stack, function)
        return template_of(app)


@pytest.fixture
def shop(make_app: Callable[..., App], tmp_path: Path) -> Shop:
    return Shop(make_app, tmp_path)


@pytest.mark.parametrize("flag", [True, False])
def test_another_folder_and_another_day_make_no_new_version(shop: Shop, flag: bool) -> None:
    versions = {shop.version(flag=flag, today=day) for day in (date(2026, 11, 20), date(2027, 12, 31))}
    assert len(versions) == 1


def test_another_folder_and_another_day_change_nothing_in_the_template(shop: Shop) -> None:
    one, other = (shop.template(today=day) for day in (date(2026, 11, 20), date(2027, 12, 31)))
    assert one == other


def test_a_variable_changes_itself_and_the_version_alone(shop: Shop) -> None:
    one, other = (json.dumps(shop.template(environment={"STAGE": stage})) for stage in ("test", "prod"))
    versions = [re.findall(r"OrdersCurrentVersion\w+", text) for text in (one, other)]
    assert [len(set(each)) for each in versions] == [1, 1]
    assert versions[0][0] != versions[1][0]
    assert other == one.replace('"test"', '"prod"').replace(versions[0][0], versions[1][0])


def tag(stack: Stack, function: aws_lambda.Function) -> None:
    Tags.of(stack).add("team", "orders")


def route(stack: Stack, function: aws_lambda.Function) -> None:
    HttpApi(stack, "Api").add_route("GET /orders", function, public=True)


def grant(stack: Stack, function: aws_lambda.Function) -> None:
    aws_s3.Bucket(stack, "Bucket").grant_read(function)


def metadata(stack: Stack, function: aws_lambda.Function) -> None:
    resource = function.node.default_child
    assert isinstance(resource, aws_lambda.CfnFunction)
    resource.add_metadata("owner", "orders")


def reserve(stack: Stack, function: aws_lambda.Function) -> None:
    resource = function.node.default_child
    assert isinstance(resource, aws_lambda.CfnFunction)
    resource.reserved_concurrent_executions = 5


@pytest.mark.parametrize("change", [tag, route, grant, metadata, reserve])
@pytest.mark.parametrize("flag", [True, False])
def test_what_isnt_the_functions_own_makes_no_new_version(shop: Shop, change: Change, flag: bool) -> None:
    assert shop.version(change, flag=flag) == shop.version(flag=flag)


@pytest.mark.parametrize(
    "changed",
    [
        {"environment": {"STAGE": "test"}},
        {"memory_size": 1024},
        {"source": "def handler(event, context): return 1\n"},
        {"layer": "a = 2\n"},
        {"tracing": aws_lambda.Tracing.DISABLED},
        {"logging_format": aws_lambda.LoggingFormat.TEXT},
        {"description": "Orders"},
    ],
)
@pytest.mark.parametrize("flag", [True, False])
def test_a_change_of_the_function_makes_one_new_version(shop: Shop, changed: dict[str, Any], flag: bool) -> None:
    before, after = shop.version(flag=flag), shop.version(flag=flag, **changed)
    assert before != after
    assert shop.version(flag=flag, **changed) == after


def test_a_variable_added_after_the_release_counts(shop: Shop) -> None:
    assert shop.version(lambda _, function: function.add_environment("STAGE", "test")) != shop.version()


@pytest.mark.parametrize("flag", [True, False])
def test_layers_added_after_the_release_count(
    make_app: Callable[..., App], tmp_path: Path, required: dict[str, Any], flag: bool
) -> None:
    found: list[str] = []
    for number, content in enumerate(("a = 1\n", "a = 2\n", "a = 2\n")):
        stack = Stack(make_app(context={RECOGNIZE_LAYERS: flag}), "Shop")
        function = Function(stack, "Orders", **required)
        function.add_release()
        path = entry_in(tmp_path / f"layer{number}" / "python", content).parent
        function.add_layers(Layer(stack, "Shared", path=path))
        found += resources_of(stack.node.root, "AWS::Lambda::Version")  # type: ignore[arg-type]
    assert found[0] != found[1] == found[2]


def test_a_layer_of_another_stack_counts(
    make_app: Callable[..., App], tmp_path: Path, required: dict[str, Any]
) -> None:
    found: list[str] = []
    for number, content in enumerate(("a = 1\n", "a = 2\n")):
        app = make_app()
        path = entry_in(tmp_path / f"layer{number}" / "python", content).parent
        shared = Layer(Stack(app, "Platform"), "Shared", path=path)
        Function(Stack(app, "Shop"), "Orders", **required, layers=[shared]).add_release()
        found += resources_of(app, "AWS::Lambda::Version")
    assert found[0] != found[1]


def test_with_the_flag_the_version_is_cdks_own(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    def version(released: bool) -> str:
        app = make_app(context={RECOGNIZE_LAYERS: True})
        function = Function(Stack(app, "Shop"), "Orders", **required)
        _ = function.add_release() if released else function.current_version
        (logical_id,) = resources_of(app, "AWS::Lambda::Version")
        return logical_id

    assert version(released=True) == version(released=False)


def test_two_synths_of_one_app_agree(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required).add_release()
    first = resources_of(app, "AWS::Lambda::Version")
    assert resources_of(app, "AWS::Lambda::Version") == first
