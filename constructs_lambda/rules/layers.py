"""CL201 to CL203 and CL213 to CL217: layers, by themselves and on a function."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.artifacts.verdicts import State, Verdict
from constructs_lambda.findings import Severity
from constructs_lambda.model import Deployment, Function, Items, LayerUse, LayerVersion
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted, too_long
from constructs_lambda.runtimes import family_of, nearest, never_existed
from constructs_lambda.tokens import Unknown, as_written, certain_count, known, resolve_text

_ARN = re.compile(r"arn:[a-zA-Z0-9-]+:lambda:(?:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9_-]+:\d+|::awslayer:.+)")
_REGION = re.compile(r"arn:(?:[a-zA-Z0-9-]+|\$\{AWS::Partition\}):lambda:([a-z]{2}(?:-[a-z]+)+-\d+):")
# What a runtime looks for modules in, or what is run in its place and may set that.
_SEARCH_PATHS = (
    "AWS_LAMBDA_EXEC_WRAPPER",
    "CLASSPATH",
    "JAVA_TOOL_OPTIONS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PYTHONPATH",
    "RUBYLIB",
)
_FAMILIES = frozenset({"java", "nodejs", "python", "ruby"})
_LAYERS = "https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html"


@rule(
    "CL201",
    "Too many layers",
    Severity.ERROR,
    aws="The Lambda API refuses more than five layers on a function.",
    fix="Merge layers, or put their content into the package.",
    source=limits.FUNCTION_LAYERS.source,
)
def layer_count(function: Function) -> Iterator[Problem]:
    count = certain_count(function.layers)
    if not limits.FUNCTION_LAYERS.admits(count):
        yield Problem(
            "Layers",
            f"the function has {count} layers; AWS allows {limits.FUNCTION_LAYERS.allowed}",
            "Merge layers, or put their content into the package.",
        )


@rule(
    "CL202",
    "Two versions of one layer",
    Severity.ERROR,
    aws="The Lambda API refuses two versions of the same layer on a function.",
    fix="Keep one version.",
    source=_LAYERS,
)
def same_layer_twice(deployment: Deployment) -> Iterator[Problem]:
    items = known(deployment.function.layers) or ()
    if certain_count(items) < 2:
        return
    for shown, count in Counter(layer.shown for layer in deployment.layers).items():
        if count > 1:
            yield Problem("Layers", f"the layer {shown} is listed {_times(count)}", "Remove one.")
    named = {layer.place: name for layer in deployment.layers if (name := known(layer.name))}
    for name, count in Counter(named.values()).items():
        if count > 1:
            message = f"{count} layers of the function have the name {quoted(name)}: they are versions of one layer"
            yield Problem("Layers", message, "Keep one of them, or give them names of their own.")
    arns = [
        arn for item in items if ":layer:" in (arn := as_written(item)) and "{Token[" not in arn and "{{" not in arn
    ]
    for layer, count in Counter(arn.rpartition(":")[0] for arn in arns).items():
        if count > 1:
            versions = sorted({arn.rpartition(":")[2] for arn in arns if arn.startswith(f"{layer}:")})
            if len(versions) == 1:
                message, fix = f"the layer {quoted(f'{layer}:{versions[0]}')} is listed {_times(count)}", "Remove one."
            else:
                message = f"the layer {quoted(layer)} is there {count} times, in the versions {', '.join(versions)}"
                fix = "Keep one version."
            yield Problem("Layers", message, fix)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


@rule(
    "CL203",
    "Layer that is no version's ARN",
    Severity.ERROR,
    aws="The Lambda API refuses a layer without its version, and anything else that is not a layer version's ARN.",
    fix="Write the ARN of a layer version, with the version at its end.",
    source=_LAYERS,
)
def layer_arn(function: Function) -> Iterator[Problem]:
    for item in known(function.layers) or ():
        arn = resolve_text(item) if isinstance(item, str) else None
        if isinstance(arn, str) and not _ARN.fullmatch(arn):
            fix = "Write arn:aws:lambda:<Region>:<account>:layer:<name>:<version>."
            yield Problem("Layers", f"the layer {quoted(arn)} is no ARN of a layer version", fix)


@rule(
    "CL216",
    "Layer in another Region",
    Severity.ERROR,
    aws="The Lambda API refuses it: layers are not in the same Region as the function.",
    fix="Use a version of the layer that is published in the function's Region.",
    source=_LAYERS,
)
def layer_region(deployment: Deployment) -> Iterator[Problem]:
    if deployment.region is None:
        return
    for item in known(deployment.function.layers) or ():
        arn = as_written(item)
        match = _REGION.match(arn)
        if match and match[1] != deployment.region:
            yield Problem(
                "Layers",
                f"the layer {quoted(arn)} is in the Region {match[1]}, and the function goes to {deployment.region}",
                f"Use a version of the layer that is published in {deployment.region}.",
            )


@rule(
    "CL217",
    "Extension that can't be started",
    Severity.WARNING,
    aws="Lambda starts every file in /opt/extensions; each invocation fails with Extension.LaunchError.",
    fix="Make the file executable, or move what is no extension out of the folder.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html",
)
def extensions(deployment: Deployment) -> Iterator[Problem]:
    for layer in deployment.layers:
        if layer.asset is None:
            continue
        from constructs_lambda.artifacts.layers import check_extensions

        verdict = layer.asset.ask(check_extensions)
        if verdict and verdict.state is State.PROBLEM:
            yield Problem(
                "Layers",
                f"the layer {layer.shown} has an extension that can't be started: {verdict.reason}",
                "Make the file executable, or move what is no extension out of extensions/.",
            )


@rule(
    "CL213",
    "Layer for another runtime or architecture",
    Severity.WARNING,
    aws="Lambda doesn't compare them: the function is made, and what it imports from the layer is missing.",
    fix="Use a layer that is made for the function's runtime and architecture.",
    source=_LAYERS,
)
def incompatible(deployment: Deployment) -> Iterator[Problem]:
    function = deployment.function
    runtime, architecture = known(function.runtime), deployment.architecture
    if function.is_image is not False:
        return
    for layer in deployment.layers:
        for what, own, listed_values in (
            ("runtime", runtime, layer.runtimes),
            ("architecture", architecture, layer.architectures),
        ):
            values = _texts(listed_values)
            if own and values and own not in values:
                yield Problem(
                    "Layers",
                    f"the layer {layer.shown} is not compatible with the function's {what} {own}: it is for "
                    f"{', '.join(values[:4])}",
                    f"Use a layer for {own}, or add {own} to its list where its content fits.",
                )
                break
        else:
            verdict = None if deployment.sets(*_SEARCH_PATHS) else _served(layer, runtime)
            if verdict and verdict.state is State.PROBLEM:
                yield Problem(
                    "Layers",
                    f"the layer {layer.shown} is of no use to the runtime {runtime}: {verdict.reason}",
                    f"Use a layer for {runtime}.",
                )


def _texts(items: Items) -> tuple[str, ...]:
    """The texts of a list, empty where one of them isn't known."""
    texts = [resolve_text(item) for item in known(items) or ()]
    found = tuple(text for text in texts if isinstance(text, str))
    return found if len(found) == len(texts) else ()


def _served(layer: LayerVersion, runtime: str | None) -> Verdict | None:
    if layer.asset is None or runtime is None:
        return None
    from constructs_lambda.artifacts.layers import read_layout, serves

    layout = layer.asset.ask(read_layout)
    return serves(layout, runtime) if layout else None


@rule(
    "CL214",
    "Layer whose modules no runtime finds",
    Severity.WARNING,
    aws="Lambda unpacks a layer into /opt; each runtime looks in a folder of its own there: Python in /opt/python, "
    "Node.js in /opt/nodejs/node_modules, Java in /opt/java/lib, Ruby in /opt/ruby.",
    fix="Put what is in the layer into the folder in which the runtime looks.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html",
)
def layout(use: LayerUse) -> Iterator[Problem]:
    from constructs_lambda.artifacts.layers import check_layout

    zipped = [each for each in use.deployments if each.function.is_image is not True]
    families = frozenset(family_of(known(each.function.runtime) or "") or "" for each in zipped)
    verdict = use.asset.ask(check_layout, families)
    if verdict is None or verdict.state is not State.PROBLEM or not families <= _FAMILIES:
        return
    if any(each.sets(*_SEARCH_PATHS) or _names_opt(each) for each in zipped):
        return
    yield Problem(
        "Content",
        f"no runtime finds what is in the layer: {verdict.reason}",
        "Put Python modules into python/, Node.js ones into nodejs/node_modules/, Ruby ones into ruby/lib/, and "
        "jars into java/lib/.",
    )


def _names_opt(deployment: Deployment) -> bool:
    """Whether the function's own code names the folder that layers are unpacked into."""
    function = deployment.function
    if isinstance(function.inline_code, Unknown) or "/opt" in (function.inline_code or ""):
        return True
    from constructs_lambda.artifacts.layers import names_opt

    return bool(function.asset and function.asset.ask(names_opt, known(function.handler) or ""))


@rule(
    "CL215",
    "Layer settings that AWS doesn't take",
    Severity.ERROR,
    aws="CloudFormation reports a 400 of the Lambda API and rolls back.",
    fix="Correct the layer's settings.",
    source="https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html",
)
def layer_settings(layer: LayerVersion) -> Iterator[Problem]:
    name = known(layer.name)
    yield from too_long("LayerName", "the layer name", layer.name, limits.LAYER_NAME_LENGTH, "Shorten it.")
    if name is not None and not name.startswith("arn:") and not re.fullmatch(limits.LAYER_NAME_PATTERN, name):
        message = f"the layer name {quoted(name)} is not allowed: letters, digits, hyphens and underscores"
        yield Problem("LayerName", message, "Use letters, digits, hyphens and underscores.")
    yield from too_long(
        "Description", "the description", layer.description, limits.FUNCTION_DESCRIPTION_LENGTH, "Shorten it."
    )
    yield from too_long("LicenseInfo", "the licence", layer.license, limits.LAYER_LICENSE_LENGTH, "Write its address.")
    for prop, items, limit in (
        ("CompatibleRuntimes", layer.runtimes, limits.LAYER_COMPATIBLE_RUNTIMES),
        ("CompatibleArchitectures", layer.architectures, limits.LAYER_COMPATIBLE_ARCHITECTURES),
    ):
        if not limit.admits(count := certain_count(items)):
            yield Problem(
                prop, f"the layer lists {count} {limit.unit}; AWS allows {limit.allowed}", "Shorten the list."
            )
    for item in known(layer.runtimes) or ():
        runtime = resolve_text(item)
        if isinstance(runtime, str) and never_existed(runtime):
            meant = nearest(runtime)
            fix = f"Write {meant}." if meant else "Remove it."
            yield Problem("CompatibleRuntimes", f"Lambda has no runtime {quoted(runtime)}", fix)
    for item in known(layer.architectures) or ():
        architecture = resolve_text(item)
        yield from one_of("CompatibleArchitectures", "the architecture", architecture, ("x86_64", "arm64"))
