"""CL201 to CL203 and CL213 to CL215: layers, by themselves and on a function."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.artifacts.verdicts import State, Verdict
from constructs_lambda.findings import Severity
from constructs_lambda.model import Deployment, Function, Items, LayerVersion, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted, too_long
from constructs_lambda.tokens import certain_count, known, resolve_text

_ARN = re.compile(r"arn:[a-zA-Z0-9-]+:lambda:(?:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9_-]+:\d+|::awslayer:.+)")
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
def same_layer_twice(function: Function) -> Iterator[Problem]:
    if certain_count(function.layers) < 2:
        return
    arns = [arn for item in known(function.layers) or () if isinstance(arn := resolve_text(item), str)]
    layers = Counter(arn.rpartition(":")[0] for arn in arns if ":layer:" in arn)
    for layer, count in layers.items():
        if count > 1:
            versions = sorted({arn.rpartition(":")[2] for arn in arns if arn.startswith(f"{layer}:")})
            if len(versions) == 1:
                times = "twice" if count == 2 else f"{count} times"
                message, fix = f"the layer {quoted(f'{layer}:{versions[0]}')} is listed {times}", "Remove one."
            else:
                message = f"the layer {quoted(layer)} is there {count} times, in the versions {', '.join(versions)}"
                fix = "Keep one version."
            yield Problem("Layers", message, fix)


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
            verdict = _served(layer, runtime)
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
    aws="Lambda unpacks a layer into /opt; Python looks in /opt/python and Node.js in /opt/nodejs, nowhere else there.",
    fix="Put Python modules into a folder python/ in the layer, and Node.js ones into nodejs/.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html",
)
def layout(stack: Stack) -> Iterator[Problem]:
    for layer in stack.layers.values():
        if layer.asset is None:
            continue
        from constructs_lambda.artifacts.layers import check_layout

        verdict = layer.asset.ask(check_layout)
        if verdict is None or verdict.state is not State.PROBLEM:
            continue
        deployments = [stack.deployment(function) for function in stack.functions.values()]
        if any(layer in each.layers and each.sets("PYTHONPATH", "NODE_PATH") for each in deployments):
            continue
        yield Problem(
            "Content",
            f"no runtime finds what is in the layer: {verdict.reason}",
            "Put the modules into a folder python/ (or nodejs/) in the layer.",
            layer.place,
        )


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
    for item in known(layer.architectures) or ():
        architecture = resolve_text(item)
        yield from one_of("CompatibleArchitectures", "the architecture", architecture, ("x86_64", "arm64"))
