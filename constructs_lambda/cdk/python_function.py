"""`PythonFunction`: Python source with its dependencies, packaged without Docker."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

from aws_cdk import Duration, aws_lambda
from constructs import Construct

from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.handlers import check_handler, python_version
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.artifacts.symbols import LARGEST_SOURCE, Symbols, parse_symbols, takes_event
from constructs_lambda.artifacts.verdicts import State
from constructs_lambda.cdk.function import Function
from constructs_lambda.cdk.function_inputs import checked
from constructs_lambda.cdk.layers import (
    PythonLayer,
    built,
    code_of,
    default_architecture,
    default_runtime,
    is_bundling,
    say,
    target_of,
)
from constructs_lambda.cdk.machines import architecture_here, runtime_of, target_here
from constructs_lambda.cdk.options import FunctionOptions
from constructs_lambda.cdk.profiles.applied import defaults_for
from constructs_lambda.cdk.providers import architecture_of, refuse_no_provider
from constructs_lambda.cdk.reach import INetwork, Reach
from constructs_lambda.errors import InputError, PackagingError
from constructs_lambda.packaging import Built, Target, Trim

DEFAULT_MEMORY_MB = 512
DEFAULT_TIMEOUT_SECONDS = 10
_KEYWORDS = ("entry", "source", "trim", "capacity_provider")

if TYPE_CHECKING:
    from constructs_lambda.cdk.monitors.monitor import Monitor
    from constructs_lambda.cdk.usage import Usage


@cache
def _default_timeout() -> Duration:
    return Duration.seconds(DEFAULT_TIMEOUT_SECONDS)


class PythonFunction(Function):
    """A Python function from a folder of source, packaged with its dependencies: without Docker, reproducible.

    Dependencies come from `uv.lock`, `poetry.lock`, `requirements.txt` or `pyproject.toml` in the entry, as wheels for
    the function's runtime and architecture. The same input gives the same asset on every machine; what has not changed
    is taken from a cache. In unit tests switch bundling off, as for CDK's own bundling:
    `App(context={"aws:cdk:bundling-stacks": []})` packages the source alone.

    All that `Function` says holds here; what differs where you don't set it:

    - `runtime`: `python3.14`, a constant of this library that changes with a minor release only.
    - `architecture`: Arm (`arm64`), which costs a fifth less for the same time; that of the `capacity_provider`, where
      there is one.
    - `memory_size`: 512 MB, and `timeout`: 10 s.
    - `environment`: `POWERTOOLS_SERVICE_NAME`, the id of the stack, and `POWERTOOLS_LOG_LEVEL`, INFO. The level isn't
      set where `LOG_LEVEL` or `application_log_level_v2` is, and neither is where the environment would be too large.

    Creates: what `Function` creates.

    Costs when idle: nothing but the storage of logs.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        entry: Folder of the source, relative to the working directory, like CDK's assets.
        handler: File and function, `app.handler` where it isn't given.
        runtime: Python runtime.
        source: Folder below the entry that becomes the root of the package, such as `src`. The entry itself where it
            isn't given.
        trim: What is left out of dependencies and source. Tests, caches, stubs and the like where it isn't given.
        **options: Keywords of `Function`.

    Raises:
        PackagingError: The entry can't be packaged, or has no such handler; the handlers found are named.
        LimitError: What AWS would refuse, everything at once.
    """

    sets_powertools: ClassVar[bool] = True

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        entry: str | Path,
        handler: str = "app.handler",
        runtime: aws_lambda.Runtime | None = None,
        source: str = ".",
        trim: Trim | None = None,
        capacity_provider: aws_lambda.CapacityProvider | None = None,
        network: INetwork | None = None,
        reach: Reach | None = None,
        usage: Usage | None = None,
        monitor: Monitor | Literal[False] | None = None,
        invoke_command: bool | None = None,
        **options: Unpack[FunctionOptions],
    ) -> None:
        runtime = runtime or default_runtime()
        refuse_no_provider(capacity_provider)
        said = defaults_for(scope)
        architecture = (
            options.get("architecture")
            or architecture_of(capacity_provider)
            or said.get("architecture")
            or default_architecture()
        )
        layers = options.get("layers") or ()
        target = target_of(runtime, architecture)
        if here := target_here(scope):
            target, runtime = here, runtime_of(here)
            architecture = architecture_of(capacity_provider) or architecture_here(here)
        defaults: dict[str, Any] = {"architecture": architecture}
        if options.get("memory_size") is None and "memory_size" not in said and capacity_provider is None:
            defaults["memory_size"] = DEFAULT_MEMORY_MB
        if options.get("timeout") is None and "timeout" not in said:
            defaults["timeout"] = _default_timeout()
        keywords: dict[str, Any] = {"handler": handler, "runtime": runtime, **options, **defaults}
        keywords |= {"network": network, "reach": reach, "usage": usage, "monitor": monitor}
        keywords["invoke_command"] = invoke_command
        if "code" in keywords:
            raise TypeError("PythonFunction() makes its code from entry=; for code= there is Function")
        # Before anything is fetched.
        checked(type(self), scope, id, keywords, is_managed=capacity_provider is not None, others=_KEYWORDS)
        self.built = built(scope, entry, target, source=source, trim=trim, in_layers=_held_by(layers, target))
        # Without its dependencies, nobody can tell.
        if is_bundling(scope) and not _is_in_source(Path(entry) / source, handler, target):
            _refuse_missing_handler(entry, handler, target, self.built, layers)
        code = code_of(scope, self.built.path, self.built.content_hash)
        super().__init__(scope, id, code=code, capacity_provider=capacity_provider, **keywords)
        say(self, entry, self.built)


def _held_by(layers: Sequence[aws_lambda.ILayerVersion], target: Target) -> dict[str, str]:
    """The version of each package that layers of ours for the same target hold, where they agree on it."""
    held: dict[str, set[str]] = {}
    for layer in layers:
        if isinstance(layer, PythonLayer) and layer.target == target:
            for name, version in layer.built.versions.items():
                held.setdefault(name, set()).add(version)
    return {name: versions.pop() for name, versions in held.items() if len(versions) == 1}


def _is_in_source(root: Path, handler: str, target: Target) -> bool:
    """Whether the handler stands where it nearly always does; listing a package of thousands of files takes longer."""
    module, _, symbol = handler.rpartition(".")
    place = root / module.replace(".", "/")
    try:
        with place.with_name(f"{place.name}.py").open("rb") as file:
            symbols = parse_symbols(file.read(LARGEST_SOURCE + 1), python_version(target.runtime))
    except (OSError, ValueError, InputError):
        return False
    if not isinstance(symbols, Symbols) or symbol not in symbols.names or place.exists():
        return False
    if symbol in symbols.imports or symbol in symbols.constants:
        return False
    function = symbols.functions.get(symbol)  # None where it is decorated
    return function is None or (isinstance(function, ast.FunctionDef) and takes_event(function))


def _refuse_missing_handler(
    entry: str | Path, handler: str, target: Target, package: Built, layers: Sequence[aws_lambda.ILayerVersion]
) -> None:
    ours = [_inspected(layer.built.path) for layer in layers if isinstance(layer, PythonLayer)]
    has_unknown_code = len(ours) < len(layers)
    verdict = check_handler(
        _inspected(package.path), handler, target.runtime, layers=ours, has_unknown_code=has_unknown_code
    )
    if verdict.state is State.PROBLEM:
        raise PackagingError(f"{entry}: {verdict.reason}. Fix: set handler= to the function that is meant.")


@lru_cache(maxsize=8)
def _inspected(archive: Path) -> Package:
    """What is in a package of the cache, where nothing changes under its name."""
    return inspect(archive)
