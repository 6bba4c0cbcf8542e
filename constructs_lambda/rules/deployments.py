"""CL208 to CL212: a function with its package and its layers: size, handler, native code, bootstrap, copies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from constructs_lambda import limits
from constructs_lambda.artifacts.verdicts import State, listed
from constructs_lambda.errors import one_line
from constructs_lambda.findings import Severity
from constructs_lambda.model import Deployment
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.packages import SIZE_LIMIT, cut, in_mb, ways_out
from constructs_lambda.rules.problems import quoted
from constructs_lambda.runtimes import family_of
from constructs_lambda.tokens import known

if TYPE_CHECKING:
    from constructs_lambda.artifacts.packages import Package

_PYTHON = "https://docs.aws.amazon.com/lambda/latest/dg/python-package.html"
_HANDLER = "https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html"
_CUSTOM = "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html"
_LAYERS = "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html"
_LARGEST_MODULE = 512 * 1024
_SMALL_MODULE = 16 * 1024  # parsing it takes 3 ms
_LOOKED_AT = ("dotnet", "java", "nodejs", "python", "ruby")
_SUFFIXES = (".js", ".mjs", ".cjs", ".rb")
_LOOKED_INTO = ("bin/", "extensions/", "lib/", "nodejs/", "python/")  # of a layer; other files code names itself
_SEARCH_PATHS = ("AWS_LAMBDA_EXEC_WRAPPER", "CLASSPATH", "JAVA_TOOL_OPTIONS", "NODE_PATH", "PYTHONPATH", "RUBYLIB")


@rule(
    "CL208",
    "Function and layers too large together",
    Severity.ERROR,
    aws="The Lambda API refuses it: function code combined with layers must be smaller than 262,144,000 bytes.",
    fix="Drop what isn't needed, use a container image, or load files into ephemeral storage at the start.",
    source=limits.UNZIPPED_PACKAGE_SIZE.source,
)
def too_large_together(deployment: Deployment) -> Iterator[Problem]:
    if len(deployment.assets) < 2:
        return
    parts = [(what, asset, asset.package) for what, asset in deployment.assets]
    fitting = [
        (what, asset, package.unpacked_bytes)
        for what, asset, package in parts
        if package is not None and limits.UNZIPPED_ARCHIVE_SIZE.admits(package.unpacked_bytes)  # else CL204 speaks
    ]
    total = sum(size for _, _, size in fitting)
    if limits.UNZIPPED_PACKAGE_SIZE.admits(total):
        return
    from constructs_lambda.artifacts.sizes import bytes_by_package

    by_part = [(what, asset.ask(bytes_by_package) or {}) for what, asset, _ in fitting]
    often = Counter(name for _, part in by_part for name in part)
    sizes = {
        f"{name} of {what}" if often[name] > 1 else name: size for what, part in by_part for name, size in part.items()
    }
    shares = cut(", ".join(f"{what} {in_mb(size)}" for what, _, size in fitting))
    unknown = (
        deployment.unknown_layers + len(deployment.layers) + 1 - len(fitting) - (deployment.function.asset is None)
    )
    plural = "s" if unknown > 1 else ""
    plus = f", plus {unknown} published layer{plural} of unknown size" if unknown else ""
    yield Problem(
        "Layers",
        f"too large: function and layers unpack to {total:,} bytes ({shares}){plus}; AWS takes less than {SIZE_LIMIT}",
        ways_out(sizes, deployment.function),
    )


@rule(
    "CL209",
    "Handler that doesn't exist",
    Severity.WARNING,
    aws="Every invocation fails with Runtime.ImportModuleError or Runtime.HandlerNotFound.",
    fix="Write a handler that is in the package.",
    source=_HANDLER,
)
def handler(deployment: Deployment) -> Iterator[Problem]:
    function = deployment.function
    name, runtime, asset = known(function.handler), known(function.runtime), function.asset
    if not name or runtime is None or asset is None or family_of(runtime) not in _LOOKED_AT:
        return
    if not limits.HANDLER_LENGTH.admits(len(name)) or any(character.isspace() for character in name):
        return  # other rules speak of it
    if family_of(runtime) == "python" and asset.ask(_is_plainly_there, name, runtime):
        return
    from constructs_lambda.artifacts.handlers import check_handler, python_handlers

    verdict, package = asset.ask(check_handler, name, runtime), asset.package
    if package is None or verdict is None or verdict.state is not State.PROBLEM:
        return
    if package.is_empty or deployment.sets(*_SEARCH_PATHS):
        return
    layers = deployment.known_packages
    own = (
        f"{name.rpartition('.')[0].replace('.', '/')}.py",
        *(f"{name.partition('.')[0]}{each}" for each in _SUFFIXES),
    )
    is_own = any(file in package.files for file in own)  # no layer comes before it
    unknown = (deployment.has_unknown_layers or len(layers) < len(deployment.layers)) and not is_own
    if layers or unknown:
        verdict = check_handler(package, name, runtime, layers=layers, has_unknown_code=unknown)
    if verdict.state is State.PROBLEM:
        found = python_handlers(package) if family_of(runtime) == "python" else ()
        yield Problem(
            "Handler",
            f"the handler {quoted(name)} doesn't exist: {cut(verdict.reason)}",
            f"Write {one_line(found[0])[:100]!r}, or add the function."
            if found
            else "Correct the code, or the handler's name.",
        )


def _is_plainly_there(package: Package, name: str, runtime: str) -> bool:
    """Whether a module has a line that defines the handler, as nearly all do: all else takes many times as long."""
    module, _, symbol = name.rpartition(".")
    path = module.replace(".", "/")
    if f"{path}.py" not in package.files or f"{path}/__init__.py" in package.files:
        return False
    text = package.read_text([f"{path}.py"], _LARGEST_MODULE)
    two_parameters = r"\(\s*\w+\s*(?::[^,()]+)?,\s*\w+\s*(?::[^,()]+)?(?:=[^,()]+)?,?\s*\)"
    if not re.search(rf"^def {re.escape(symbol)}{two_parameters}", text, re.MULTILINE):
        return False
    if len(text) > _SMALL_MODULE:
        return True
    from constructs_lambda.artifacts.handlers import defines_plainly

    return defines_plainly(text, symbol, runtime)


@rule(
    "CL210",
    "Native code for another architecture or Python",
    Severity.WARNING,
    aws="What imports it fails when invoked: invalid ELF header, or no module of that name.",
    fix="Install the packages for the function's runtime and architecture, or change the function's.",
    source=_PYTHON,
)
def native_code(deployment: Deployment) -> Iterator[Problem]:
    architecture, runtime = deployment.architecture, known(deployment.function.runtime)
    if architecture not in ("x86_64", "arm64") or deployment.function.is_image is not False:
        return
    for what, asset in deployment.assets:
        from constructs_lambda.artifacts.native import wrong_for

        is_layer = asset is not deployment.function.asset
        found = asset.ask(wrong_for, architecture, runtime) or ()
        looked_into = (*_LOOKED_INTO, "bootstrap") if _brings_bootstrap(deployment) else _LOOKED_INTO
        misfits = [misfit for misfit in found if not is_layer or misfit.name.startswith(looked_into)]
        if not misfits:
            continue
        first, packages = misfits[0], sorted({misfit.package for misfit in misfits})
        of = f" of {listed(packages, 3)}" if not first.name.endswith(packages[0]) or len(packages) > 1 else ""
        more = f"; in all {len(misfits)} files{of}" if len(misfits) > 1 else ""
        name = f"{first.name}{of if not more else ''}"
        yield Problem(
            "Layers" if is_layer else "Code",
            cut(one_line(f"{what} has native code that doesn't fit: {name} {first.reason}{more}")),
            f"Install for {runtime or 'the runtime'} and the architecture {architecture}, or change the function's.",
        )


def _brings_bootstrap(deployment: Deployment) -> bool:
    """Whether a layer has to bring the program that Lambda starts."""
    asset = deployment.function.asset
    package = asset.package if asset else None
    is_custom = family_of(known(deployment.function.runtime) or "") == "provided"
    return is_custom and package is not None and "bootstrap" not in package.files


@rule(
    "CL211",
    "Custom runtime without bootstrap",
    Severity.ERROR,
    aws="Every invocation fails with Runtime.InvalidEntrypoint.",
    fix="Put an executable file named bootstrap at the root of the package, or into a layer.",
    source=_CUSTOM,
)
def bootstrap(deployment: Deployment) -> Iterator[Problem]:
    asset = deployment.function.asset
    if asset is None or family_of(known(deployment.function.runtime) or "") != "provided":
        return
    from constructs_lambda.artifacts.layers import check_bootstrap

    verdict, package = asset.ask(check_bootstrap), asset.package
    if package is None or verdict is None or verdict.state is not State.PROBLEM:
        return
    layers = deployment.known_packages
    unknown = deployment.has_unknown_layers or len(layers) < len(deployment.layers)
    verdict = check_bootstrap(package, layers, has_unknown_layers=unknown)
    if verdict.state is State.PROBLEM:
        fix = "Put an executable file named bootstrap at the root of the package, or into a layer."
        yield Problem("Code", cut(verdict.reason), fix)


@rule(
    "CL212",
    "Package shipped more than once",
    Severity.INFO,
    aws="Every copy counts towards the 250 MB, and the function's own hides the layers'.",
    fix="Leave it to the layer, or take it out of the layer.",
    source=_LAYERS,
)
def copies(deployment: Deployment) -> Iterator[Problem]:
    twice = shipped_twice(deployment)
    if not twice:
        return
    saved = sum(too_much(places) for places in twice.values())
    names = listed(sorted(twice, key=lambda name: -min(size for _, size in twice[name])))
    places = sorted({what for places in twice.values() for what, _ in places})
    yield Problem(
        "Layers",
        cut(
            one_line(f"{names} {'are' if len(twice) > 1 else 'is'} in {' and '.join(places)}: {in_mb(saved)} too much")
        ),
        "Leave it to the layer, or take it out of the layer.",
    )


def shipped_twice(deployment: Deployment) -> Mapping[str, Sequence[tuple[str, int]]]:
    """The packages that are in a function more than once: where, and what each copy takes.

    Args:
        deployment: The function.
    """
    if len(deployment.assets) < 2:
        return {}
    from constructs_lambda.artifacts.sizes import bytes_by_package

    found: dict[str, list[tuple[str, int]]] = {}
    for what, asset in deployment.assets:
        for name in asset.ask(_installed) or ():
            size = (asset.ask(bytes_by_package) or {}).get(name, 0)
            found.setdefault(name, []).append((what, size))
    return {name: places for name, places in found.items() if len(places) > 1}


def too_much(places: Sequence[tuple[str, int]]) -> int:
    """The bytes that could go: those of all copies but the largest."""
    return sum(size for _, size in places) - max(size for _, size in places)


def _installed(package: Package) -> frozenset[str]:
    """The packages that an installer put there, for Python or Node.js."""
    from constructs_lambda.artifacts.sizes import distributions

    modules = package.folders.get("node_modules", frozenset()) | package.folders.get("nodejs/node_modules", frozenset())
    return frozenset(
        {name for _, _, name in distributions(package)} | {name for name in modules if name[0] not in ".@"}
    )
