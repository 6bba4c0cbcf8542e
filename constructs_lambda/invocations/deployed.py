"""A function of a synthesized app: found by its name, with its settings, package and layers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from constructs_lambda import limits
from constructs_lambda.apps import read_app
from constructs_lambda.artifacts.archives import inspect
from constructs_lambda.artifacts.handlers import python_version
from constructs_lambda.artifacts.native import native_files, wrong_for
from constructs_lambda.artifacts.packages import Package
from constructs_lambda.errors import InputError, one_line
from constructs_lambda.invocations.folders import built_layers
from constructs_lambda.invocations.functions import ARCHITECTURE, HERE, LocalFunction, Settings
from constructs_lambda.model import Deployment, Logging, Stack
from constructs_lambda.model.packages import called
from constructs_lambda.tokens import Unknown, as_written, known

Found = tuple[Stack, Deployment]
TENANT = "example-tenant"
"""Whom a function with tenant isolation is invoked for, unless the command line says it."""


def from_app(app: str, name: str, settings: Settings) -> LocalFunction:
    """The function of an app.

    Args:
        app: The folder that the app was synthesized into.
        name: Its construct path, the last parts of that, or its logical id.
        settings: What goes before the template.

    Raises:
        InputError: The app can't be read, has no such function or several, or the function can't run here.
    """
    stack, deployment = _find(app, name)
    function, path = deployment.function, deployment.place.path
    _refuse_other_kinds(deployment, settings)
    code, layers, notes = _code(deployment), [], list(_differences(deployment))
    for layer in deployment.layers:
        if layer.asset is None:
            notes.append(f"the layer {layer.shown} isn't on this machine and is left out. Fix: --layer FOLDER")
        else:
            layers.append(layer.asset.path)
    _refuse_native([*([code] if isinstance(code, Path) else []), *layers], path)
    environment = _environment(deployment, settings, notes)
    tenant = _tenant(deployment, settings, notes)
    logging = known(function.logging)
    is_json = isinstance(logging, Logging) and known(logging.format) == "JSON"
    level = known(logging.application_level) if isinstance(logging, Logging) else None
    return settings.applied(
        LocalFunction(
            name=known(function.name) or deployment.place.resource,
            handler=known(function.handler) or "",
            timeout_seconds=int(known(function.timeout_seconds) or 3),
            memory_mb=int(known(function.memory_mb) or 128),
            code=code,
            layers=(*layers, *(layer.path for layer in built_layers(settings.layers))),
            environment=environment,
            region=stack.region or "us-east-1",
            account=stack.account or "123456789012",
            log_format="JSON" if is_json else "Text",
            log_level=level or "INFO",
            tenant=tenant,
            notes=tuple(notes),
        )
    )


def _find(app: str, name: str) -> Found:
    if not Path(app).exists():
        raise InputError(
            one_line(
                f"{name}: is no folder, and there is no {app} to look for a function in. Fix: synthesize the app, or "
                "say where it is with --app"
            )
        )
    everything = list(_functions(app))
    wanted = name.strip("/")
    found = _named(wanted, everything)
    if len(found) == 1:
        return found[0]
    if found:
        same = ", ".join(deployment.place.path for _, deployment in found)
        raise InputError(
            one_line(
                f"{name}: {len(found)} functions of {app} have this name: {same}. Fix: give the whole path of one, or "
                "name with --app the folder of one app"
            )
        )
    from constructs_lambda.rules import nearest  # only needed once something is wrong

    paths = [deployment.place.path for _, deployment in everything]
    names = {path.rpartition("/")[2]: path for path in paths} | {path: path for path in paths}
    hint = nearest(name, names)
    others = f"; it has {', '.join(paths)}" if not hint and 0 < len(paths) <= 10 else ""
    raise InputError(one_line(f"{name}: is no folder, and no function of {app}{hint}{others}"))


def has_function(app: str, name: str) -> bool:
    """Whether an app that can be read has a function of this name."""
    try:
        return Path(app).exists() and bool(_named(name.strip("/"), list(_functions(app))))
    except InputError:
        return False


def _named(wanted: str, everything: list[Found]) -> list[Found]:
    places = {each.place for each in called(wanted, (deployment for _, deployment in everything))}
    return [each for each in everything if each[1].place in places]


def _functions(app: str) -> Iterator[Found]:
    for topology in read_app(app, lambda: b""):
        for deployment in topology.deployments():
            yield topology.stacks[deployment.place.template], deployment


def _refuse_other_kinds(deployment: Deployment, settings: Settings) -> None:
    function, path = deployment.function, deployment.place.path
    runtime = known(function.runtime)
    if function.is_image:
        raise InputError(f"{path}: is a container image; only packages can be invoked here")
    if runtime is None:
        raise InputError(f"{path}: its runtime is only known when it is deployed")
    if python_version(runtime) is None:
        raise InputError(f"{path}: runs on {runtime}; only Python can be invoked here")
    if known(function.handler) is None and settings.handler is None:
        raise InputError(f"{path}: its handler is only known when it is deployed. Fix: --handler NAME")


def _code(deployment: Deployment) -> Path | str:
    function = deployment.function
    if function.asset:
        return function.asset.path
    inline = known(function.inline_code)
    if inline is not None:
        return inline
    raise InputError(f"{deployment.place.path}: its package isn't on this machine, so it can't be invoked here")


def _differences(deployment: Deployment) -> Iterator[str]:
    function, path = deployment.function, deployment.place.path
    if function.runtime != HERE:
        yield f"{path} runs on {function.runtime}, and this is {HERE}"
    if function.durable is not None:
        yield f"{path} is durable: Lambda sends it the state of its execution too, and there is none here"
    for what, value, default in (
        ("timeout", function.timeout_seconds, "3 s"),
        ("memory", function.memory_mb, "128 MB"),
    ):
        if isinstance(value, Unknown):
            yield f"the {what} is only known when it is deployed; here it is {default}. Fix: --{what}"
    arns = [text for item in known(function.layers) or () if (text := as_written(item)).startswith("arn:")]
    for arn in arns:
        yield f"the layer {arn} was published elsewhere and is left out. Fix: --layer FOLDER"
    if (others := deployment.unknown_layers - len(arns)) > 0:
        number = "layers" if isinstance(function.layers, Unknown) else limits.FUNCTION_LAYERS.counted(others)
        yield f"{number} only known when it is deployed: left out. Fix: --layer FOLDER"


def _tenant(deployment: Deployment, settings: Settings, notes: list[str]) -> str:
    """The tenant that it is invoked for: Lambda takes no call without one, or with one where nothing is isolated."""
    path, isolation = deployment.place.path, deployment.function.tenant_isolation
    if isolation == "PER_TENANT":
        if settings.tenant is None:
            notes.append(f"{path} is isolated by tenants; here it is invoked for {TENANT!r}. Fix: --tenant ID")
        return TENANT
    if isolation is None and settings.tenant is not None:
        raise InputError(
            f"--tenant: {path} isn't isolated by tenants, and AWS takes no tenant for it. Fix: leave it out"
        )
    return ""


def _environment(deployment: Deployment, settings: Settings, notes: list[str]) -> dict[str, str]:
    """The variables; what only the deployment tells has a text in its place that says so."""
    variables = deployment.function.environment
    if isinstance(variables, Unknown):
        notes.append("the environment is only known when it is deployed: left out. Fix: --env NAME=VALUE")
        return {}
    found = {}
    for name, value in (variables or {}).items():
        if isinstance(value, Unknown):
            found[name] = f"unknown-{name.lower().replace('_', '-')}"
            if name not in settings.environment:
                notes.append(
                    f"{name} is only known when it is deployed; here it is {found[name]!r}. Fix: --env {name}=VALUE"
                )
        elif value is not None:
            found[name] = str(value)
    return found


def _refuse_native(paths: list[Path], function: str) -> None:
    """Refuses packages with compiled code that this machine can't load."""
    problems = [problem for path in paths for problem in _native_problems(inspect(path))]
    if problems:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise InputError(
            one_line(
                f"{function}: {problems[0]}{more}; this is {HERE} on {ARCHITECTURE}. Fix: invoke the folder of its "
                "source, which is bundled for this machine"
            )
        )


def _native_problems(package: Package) -> list[str]:
    if sys.platform == "darwin":
        linux = [file for file in native_files(package) if file.system == "linux"]
        return [f"{file.name} is built for Linux" for file in linux]
    misfits = wrong_for(package, ARCHITECTURE, HERE)
    return [f"{misfit.name} {misfit.reason.partition(', and ')[0]}" for misfit in misfits]
