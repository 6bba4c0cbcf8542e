"""CL226: modules that a Python function imports and doesn't have."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from constructs_lambda.errors import one_line
from constructs_lambda.findings import Severity
from constructs_lambda.model import Deployment, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.packages import cut
from constructs_lambda.runtimes import RUNTIMES
from constructs_lambda.tokens import known

if TYPE_CHECKING:
    from constructs_lambda.artifacts.assets import Asset
    from constructs_lambda.artifacts.imports import Missing
    from constructs_lambda.artifacts.packages import Package

_INLINE = "the inline code"
_MOST_NAMED = 4
_OLDEST = (3, 6)
_MANIFESTS = ("requirements.txt", "pyproject.toml", "Pipfile")
_STAGED = "asset."  # how CDK names what it has put into the assembly; without bundling it names the source itself


@rule(
    "CL226",
    "Imported module missing",
    Severity.WARNING,
    aws="Every invocation fails with Runtime.ImportModuleError.",
    fix="Add it to requirements.txt (or the layer), or correct the name.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html",
)
def imported_module(stack: Stack) -> Iterator[Problem]:
    for function in stack.functions.values():
        runtime = RUNTIMES.get(known(function.runtime) or "")
        if runtime is None or runtime.family != "python" or runtime.preview or function.is_image is not False:
            continue
        code = known(function.inline_code)
        if (function.asset is None and (code is None or "import" not in code)) or function.file_systems:
            continue
        deployment = stack.deployment(function)
        if not deployment.has_unknown_layers and not deployment.sets("PYTHONPATH", "AWS_LAMBDA_EXEC_WRAPPER"):
            yield from _problem(deployment, runtime.name)


def _problem(deployment: Deployment, runtime: str) -> Iterator[Problem]:
    from constructs_lambda.artifacts.handlers import python_version
    from constructs_lambda.artifacts.imports import inline_package, missing_imports

    function, version = deployment.function, python_version(runtime)
    handler, code = known(function.handler), known(function.inline_code)
    if not handler or version is None or version < _OLDEST:
        return
    assets: dict[int, Asset] = {}
    names: dict[int, str] = {}
    packages = []
    for what, asset in deployment.assets:
        package = asset.package
        if package is None or not asset.path.name.startswith(_STAGED):
            return
        packages.append(package)
        assets[id(package)], names[id(package)] = asset, what

    def ask(package: Package, question: Callable[..., Any], *arguments: Any) -> Any:
        asset = assets.get(id(package))
        call = functools.partial(question, package, *arguments)
        return asset.remember((question, arguments), call) if asset else call()

    own = packages.pop(0) if function.asset else inline_package(code or "")
    found = missing_imports(own, handler, version, layers=packages, ask=ask)
    if found:
        is_inline = function.asset is None
        names[id(own)] = _INLINE if is_inline else ""
        yield Problem(
            "Code.ZipFile" if is_inline else "Code",
            cut(f"{_imports(found, names)}, and {_nobody(len(found), runtime, len(packages), is_inline=is_inline)}"),
            _fix(found, is_inline=is_inline),
            function.place,
        )


def _imports(found: Sequence[Missing], names: Mapping[int, str]) -> str:
    """Which file imports what, the first few modules."""
    by_file: dict[str, list[str]] = {}
    for each in found[:_MOST_NAMED]:
        what = names[id(each.holder)]
        file = what if what == _INLINE else f"{each.file} of {what}" if what else each.file
        by_file.setdefault(file, []).append(f"{each.name} (line {each.line})")
    text = "; ".join(f"{file} imports {', '.join(modules)}" for file, modules in by_file.items())
    text = f"the module {text}" if names[id(found[0].holder)] != _INLINE else text  # reports begin with a capital
    return one_line(text) + (f"; {len(found) - _MOST_NAMED} more are missing" if len(found) > _MOST_NAMED else "")


def _nobody(count: int, runtime: str, layers: int, *, is_inline: bool) -> str:
    holders = [] if is_inline else ["the package"]
    holders += [["its layer", "its layers"][layers > 1]] if layers else []
    it = "them" if count > 1 else "it"
    if not holders:
        return f"the {runtime} runtime doesn't have {it}"
    return f"neither {' nor '.join([*holders, f'the {runtime} runtime'])} has {it}"


def _fix(found: Sequence[Missing], *, is_inline: bool) -> str:
    first = found[0]
    if first.beside:
        return f"Write {first.beside}: only the root of the package is on Python's path."
    if first.versions:
        return f"Replace {first.name}: Python has it {first.versions} only."
    them = "it" if len(found) == 1 else "them"
    if is_inline:
        return f"Package the code with {them}, or use a layer; inline code brings nothing else."
    root = first.holder.folders[""]
    manifest = next((name for name in _MANIFESTS if name in root), "")
    if manifest and not any(name.endswith(".dist-info") for name in root):
        return f"Install what {manifest} names into the package, as PythonFunction does: nothing of it is there."
    near = f" (did you mean {first.near!r} by {first.name}?)" if first.near else ""
    return f"Add {them} to requirements.txt (or the layer), or correct the name{'s' * (them == 'them')}{near}."
