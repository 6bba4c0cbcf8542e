"""A function from a folder of source, as `PythonFunction` takes it, bundled for this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from constructs_lambda.errors import InputError, PackagingError
from constructs_lambda.invocations.functions import LocalFunction, Settings
from constructs_lambda.packaging import Built, build, this_machine

HANDLER, MEMORY_MB, TIMEOUT_SECONDS = "app.handler", 512, 10
"""What `PythonFunction` sets where nothing is said; a test holds them to be the same."""


def from_folder(entry: Path, settings: Settings) -> LocalFunction:
    """The function of a folder, with its dependencies for this interpreter and processor.

    Args:
        entry: The folder.
        settings: What goes before the defaults of `PythonFunction`.

    Raises:
        InputError: It can't be packaged.
    """
    layers = built_layers(settings.layers)
    package = _built(entry, in_layers=_held(layers))
    function = LocalFunction(
        name=re.sub(r"[^\w-]+", "-", entry.resolve().name, flags=re.ASCII).strip("-") or "function",
        handler=HANDLER,
        timeout_seconds=TIMEOUT_SECONDS,
        memory_mb=MEMORY_MB,
        code=package.path,
        layers=tuple(layer.path for layer in layers),
        notes=tuple(note for built in (*layers, package) for note in built.notes),
    )
    return settings.applied(function)


def built_layers(entries: Iterable[Path]) -> list[Built]:
    """Layers from folders, as `PythonLayer` takes them, for this interpreter and processor.

    Raises:
        InputError: One can't be packaged.
    """
    return [_built(entry, layer=True) for entry in entries]


def _built(entry: Path, *, layer: bool = False, in_layers: dict[str, str] | None = None) -> Built:
    try:
        return build(entry, this_machine(), layer=layer, in_layers=in_layers or {})
    except PackagingError as error:
        raise InputError(str(error)) from None


def _held(layers: Iterable[Built]) -> dict[str, str]:
    """The version of each package that the layers hold, where they agree on it."""
    versions: dict[str, set[str]] = {}
    for layer in layers:
        for name, version in layer.versions.items():
            versions.setdefault(name, set()).add(version)
    return {name: found.pop() for name, found in versions.items() if len(found) == 1}
