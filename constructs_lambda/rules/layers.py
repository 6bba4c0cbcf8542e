"""CL20x: layers of a function."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import quoted
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
            versions = ", ".join(arn.rpartition(":")[2] for arn in arns if arn.startswith(f"{layer}:"))
            yield Problem(
                "Layers",
                f"the layer {quoted(layer)} is there {count} times, in the versions {versions}",
                "Keep one version.",
            )


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
