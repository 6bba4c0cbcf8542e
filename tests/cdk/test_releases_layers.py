"""Layers without the flag `recognizeLayerVersion`: each change of one makes a new version, of whichever function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack, aws_lambda
from synthesized import resources_of

from constructs_lambda import Function, Release

pytestmark = pytest.mark.cdk

PYTHON = aws_lambda.Runtime.PYTHON_3_14
Make = Callable[..., str]


@pytest.fixture
def version(make_app: Callable[..., App], tmp_path: Path, required: dict[str, Any]) -> Make:
    """The logical id of the version of a function with a layer."""

    def version(
        kind: type[aws_lambda.Function], content: str = "a = 1\n", *, platform: bool = False, **options: Any
    ) -> str:
        app = make_app()
        stack = Stack(app, "Shop")
        folder = tmp_path / str(len([*tmp_path.iterdir()]))
        (folder / "python").mkdir(parents=True)
        (folder / "python" / "shared.py").write_text(content)
        layer = aws_lambda.LayerVersion(
            Stack(app, "Platform") if platform else stack,
            "Shared",
            code=aws_lambda.Code.from_asset(str(folder)),
            **options,
        )
        Release(kind(stack, "Orders", **required, layers=[layer]))
        (logical_id,) = resources_of(app, "AWS::Lambda::Version")
        return logical_id

    return version


@pytest.mark.parametrize("kind", [aws_lambda.Function, Function])
@pytest.mark.parametrize("platform", [False, True])
def test_other_content_makes_a_new_version(version: Make, kind: type[aws_lambda.Function], platform: bool) -> None:
    before, after = (version(kind, content, platform=platform) for content in ("a = 1\n", "a = 2\n"))
    assert before != after
    assert version(kind, "a = 2\n", platform=platform) == after


@pytest.mark.parametrize("kind", [aws_lambda.Function, Function])
@pytest.mark.parametrize(
    "options",
    [
        {"description": "Shared"},
        {"compatible_runtimes": [PYTHON]},
        {"compatible_architectures": [aws_lambda.Architecture.ARM_64, aws_lambda.Architecture.X86_64]},
        {"layer_version_name": "shared"},
        {"license": "MIT"},
    ],
)
def test_what_replaces_the_layer_makes_a_new_version(
    version: Make, kind: type[aws_lambda.Function], options: dict[str, Any]
) -> None:
    assert version(kind, **options) != version(kind)
    assert version(kind, **options) == version(kind, **options)


def test_an_imported_layer_has_its_version_in_its_arn(stack: Stack, app: App, required: dict[str, Any]) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:layer:shared:1"
    layer = aws_lambda.LayerVersion.from_layer_version_arn(stack, "Shared", arn)
    function = aws_lambda.Function(stack, "Orders", **required, layers=[layer])
    before = stack.resolve(function.current_version.node.default_child.logical_id)  # type: ignore[union-attr]
    Release(function)
    assert [*resources_of(app, "AWS::Lambda::Version")] == [before]
