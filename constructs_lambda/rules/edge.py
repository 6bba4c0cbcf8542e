"""CL190 and CL191: functions that CloudFront runs at its edges (Lambda@Edge)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.limits import Limit
from constructs_lambda.model import Function, Place, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import one_of, quoted
from constructs_lambda.rules.shapes import places
from constructs_lambda.runtimes import family_of
from constructs_lambda.tokens import certain_count, known, named, resolve_text

_EDGE = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html"
_DISTRIBUTION = "AWS::CloudFront::Distribution"
_BEHAVIORS = ("DistributionConfig.DefaultCacheBehavior", "DistributionConfig.CacheBehaviors.*")
_EVENTS = ("viewer-request", "viewer-response", "origin-request", "origin-response")
_VERSION = re.compile(r"arn:[a-z-]+:lambda:us-east-1:\d{12}:function:[a-zA-Z0-9_-]+:\d+")
_FAMILIES = ("nodejs", "python")


def _associations(stack: Stack) -> Iterator[tuple[Place, str, Mapping[str, object]]]:
    """The functions of each distribution: the distribution, the path of the association in it, and what it says."""
    for resource in stack.of_type(_DISTRIBUTION):
        for behavior in _BEHAVIORS:
            for prop, items in places(resource.properties, f"{behavior}.LambdaFunctionAssociations"):
                for index, item in enumerate(items if isinstance(items, list) else ()):
                    if isinstance(item, Mapping) and "LambdaFunctionARN" in item:
                        yield resource.place, f"{prop}.{index}", item


@rule(
    "CL190",
    "Function that CloudFront can't associate",
    Severity.ERROR,
    aws="CloudFront refuses the distribution: it takes a numbered version of a function in us-east-1, for one of four "
    "events.",
    fix="Name a version (fn.current_version), never $LATEST or an alias.",
    source=_EDGE,
)
def associations(stack: Stack) -> Iterator[Problem]:
    for place, within, item in _associations(stack):
        prop = f"{within}.EventType"
        for each in one_of(prop, "the event", resolve_text(item.get("EventType")), _EVENTS):
            yield each.at(place)
        prop, arn = f"{within}.LambdaFunctionARN", item["LambdaFunctionARN"]
        target, text = named(arn), known(resolve_text(arn))
        if text and not _VERSION.fullmatch(text):
            message = f"the function is {quoted(text)}; AWS takes a numbered version of a function in us-east-1"
            yield Problem(prop, message, "Write arn:aws:lambda:us-east-1:<account>:function:<name>:<number>.", place)
        elif target in stack.functions or target in stack.aliases:
            what = "an alias" if target in stack.aliases else "the function itself"
            message = f"{target} is {what}; CloudFront takes a numbered version"
            yield Problem(prop, message, "Name a version of the function (AWS::Lambda::Version).", place)


@rule(
    "CL191",
    "Function with what Lambda@Edge doesn't have",
    Severity.ERROR,
    aws="CloudFront refuses the distribution. At its edges there are no variables, layers, VPCs or dead-letter queues, "
    "Node.js and Python on x86_64 only, and viewers wait for 5 s at the most.",
    fix="Remove the setting, or let the function do without CloudFront.",
    source=_EDGE,
)
def at_the_edge(stack: Stack) -> Iterator[Problem]:
    seen = set()
    for place, _, item in _associations(stack):
        function = stack.function_of(named(item["LambdaFunctionARN"]))
        event = known(resolve_text(item.get("EventType"))) or ""
        if function is None or function.place.conditional or place.conditional:
            continue
        for problem in (*_unsupported(function), *_longer(function, event), *_untrusted(stack, function)):
            if (key := (function.place, problem.property)) not in seen:
                seen.add(key)
                yield problem.at(function.place)


def _unsupported(function: Function) -> Iterator[Problem]:
    runtime = known(function.runtime)
    for prop, what, is_there in (
        ("Environment.Variables", "environment variables", bool(known(function.environment))),
        ("VpcConfig", "a VPC", function.vpc is True),
        ("Layers", "layers", certain_count(function.layers) > 0),
        ("DeadLetterConfig", "a dead-letter queue", bool(known(function.dead_letter_target))),
        ("PackageType", "a container image", function.is_image is True),
        ("Architectures", "the architecture arm64", "arm64" in (known(function.architectures) or ())),
        (
            "EphemeralStorage.Size",
            f"more than {limits.EPHEMERAL_STORAGE.minimum} MB of ephemeral storage",
            (known(function.ephemeral_storage_mb) or 0) > (limits.EPHEMERAL_STORAGE.minimum or 0),
        ),
        ("Runtime", f"the runtime {runtime}", bool(runtime and family_of(runtime) not in (*_FAMILIES, None))),
    ):
        if is_there:
            message = f"CloudFront runs the function at its edges, and it has {what}, which Lambda@Edge doesn't have"
            yield Problem(prop, message, f"Do without {what}.")


def _longer(function: Function, event: str) -> Iterator[Problem]:
    is_viewers = event.startswith("viewer-")
    timeout = limits.EDGE_VIEWER_TIMEOUT if is_viewers else limits.EDGE_ORIGIN_TIMEOUT
    bounds: list[tuple[str, str, object, Limit]] = [("Timeout", "timeout", function.timeout_seconds, timeout)]
    if is_viewers:
        bounds.append(("MemorySize", "memory", function.memory_mb, limits.EDGE_VIEWER_MEMORY))
    for prop, what, value, limit in bounds if event in _EVENTS else ():
        if isinstance(value, int | float) and value > (limit.maximum or 0):
            message = f"{what} is {limit.counted(value)}, and CloudFront runs the function at {event}"
            yield Problem(prop, f"{message}; AWS allows {limit.allowed} there", f"Lower it to {limit.maximum}.")


def _untrusted(stack: Stack, function: Function) -> Iterator[Problem]:
    role = stack.roles.get(named(stack.resources[function.place.resource].properties.get("Role")) or "")
    if role and not role.is_assumed_by("edgelambda"):
        yield Problem(
            "Role",
            f"CloudFront runs the function at its edges, and its role {role.place.path} doesn't trust "
            "edgelambda.amazonaws.com",
            "Let lambda.amazonaws.com and edgelambda.amazonaws.com assume the role.",
        )
