"""Apps for tests: as the CDK command line makes them, without what takes time and tests nothing."""

from __future__ import annotations

import functools
import gc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, Stage, assertions

from constructs_lambda.cdk.type_checks import quicken
from constructs_lambda.errors import InputError

_BUNDLING = "aws:cdk:bundling-stacks"
_FAILED = "ValidationFailed"


def new_app(outdir: Path, context: Mapping[str, Any], *, validation: bool, bundling: bool) -> App:
    """An app that tells AWS nothing of itself, and writes no tree.json, which no test reads.

    Args:
        outdir: Where its cloud assembly goes.
        context: Its context.
        validation: Whether CDK checks the templates against its own rules.
        bundling: Whether assets and packages are built.
    """
    _make_fast()
    off: dict[str, list[str]] = {} if bundling else {_BUNDLING: []}
    return App(
        outdir=str(outdir),
        context={**context, **off},
        builtin_cloud_formation_validation=validation,
        analytics_reporting=False,
        tree_metadata=False,
    )


@functools.cache
def _make_fast() -> None:
    quicken()
    gc.freeze()  # aws_cdk is some 100,000 objects that stay: the garbage collector need not go through them each time


def app_of(construct: Any) -> App:
    """The app that a construct is in.

    Args:
        construct: An app, a stage, a stack or anything in one.

    Raises:
        InputError: It is in none.
        TypeError: It is no construct.
    """
    node = getattr(construct, "node", None)
    if node is None:
        raise TypeError(f"an app, a stage or a stack is needed, or a function that is given an App; got {construct!r}")
    root = node.root
    if not Stage.is_stage(root):
        raise InputError(f"{node.path or type(construct).__name__} is in no App, so it can't be synthesized")
    return root  # type: ignore[no-any-return]


def is_bundling(app: App) -> bool:
    """Whether an app's packages are built, as far as its context tells.

    Args:
        app: The app.
    """
    return bool(app.node.try_get_context(_BUNDLING) != [])


def synthesize(app: App, *, allow_errors: bool, force: bool = False) -> Path:
    """The folder of an app's cloud assembly.

    Args:
        app: The app.
        allow_errors: Whether what validations find is left to whoever asked; otherwise it is raised, as CDK does.
        force: Whether it is synthesized again where it was before.

    Raises:
        RuntimeError: CDK refuses the app.
    """
    try:
        return Path(app.synth(force=force).directory)
    except RuntimeError as error:
        if not (allow_errors and _FAILED in str(error)):
            raise
        return Path(app.outdir)  # it is written before it is validated


def template_from(document: Mapping[str, Any]) -> assertions.Template:
    """A template for CDK's assertions.

    Args:
        document: The template.
    """
    return assertions.Template.from_json(document, skip_cyclical_dependencies_check=True)
