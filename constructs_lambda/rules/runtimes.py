"""CL13x: runtimes: misspelt, ended or about to end, and what only some of them take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Function, Text
from constructs_lambda.rules import Context, Problem, rule
from constructs_lambda.rules.problems import one_of, quoted
from constructs_lambda.runtimes import RUNTIMES, SOURCE, LambdaRuntime, family_of, nearest, never_existed, newest
from constructs_lambda.tokens import known, literal_part

_INLINE = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html"
)
_MANAGEMENT = "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html"
_VERSION_ARN = re.compile(r"arn:[a-zA-Z0-9-]+:lambda:[a-z0-9-]+::runtime:.+")
_MODES = ("Auto", "FunctionUpdate", "Manual")
_WARNED_BEFORE = timedelta(days=90)


def _runtime(function: Function) -> LambdaRuntime | None:
    runtime = RUNTIMES.get(known(function.runtime) or "")
    return None if runtime is None or runtime.container_only else runtime


def _successor(runtime: LambdaRuntime) -> str:
    name = newest("provided" if runtime.family == "go" else runtime.family).name
    return f"Move to {name}" + (", which runs a Go binary as bootstrap." if runtime.family == "go" else ".")


@rule(
    "CL130",
    "Runtime that doesn't exist",
    Severity.ERROR,
    aws="CloudFormation refuses a runtime that Lambda doesn't have.",
    fix="Write the runtime as Lambda names it.",
    source=SOURCE,
)
def no_such_runtime(function: Function) -> Iterator[Problem]:
    name = known(function.runtime)
    if name is None:
        return
    runtime = RUNTIMES.get(name)
    if runtime and runtime.container_only:
        message = f"{name} is a base image for containers only; Lambda has no runtime of that name"
        yield Problem("Runtime", message, f"Write {newest(runtime.family).name}, or use a container image.")
    elif runtime is None and never_existed(name):
        meant = nearest(name)
        family = family_of(name)
        meant = meant or (newest(family).name if family else None)
        fix = f"Write {meant}." if meant else "Correct the name."
        yield Problem("Runtime", f"Lambda has no runtime {quoted(name)}", fix)


@rule(
    "CL131",
    "Runtime that AWS no longer accepts",
    Severity.ERROR,
    aws="Lambda refuses to create a function on it; from a second date on it refuses updates too.",
    fix="Move to a supported runtime. A function that exists may still be updated until the second date: acknowledge "
    "the finding for it.",
    source=SOURCE,
    early=False,
)
def blocked(function: Function, context: Context) -> Iterator[Problem]:
    runtime = _runtime(function)
    if runtime and runtime.create_blocked and runtime.create_blocked <= context.today:
        updates = (
            f"; functions that exist can be updated until {runtime.update_blocked}"
            if runtime.update_blocked and context.today < runtime.update_blocked
            else ""
        )
        yield Problem(
            "Runtime",
            f"the runtime {runtime.name} is not accepted for new functions since {runtime.create_blocked}{updates}",
            _successor(runtime),
        )


@rule(
    "CL132",
    "Runtime without security updates",
    Severity.WARNING,
    aws="Functions still run and can still be deployed, but the runtime gets no security patches and no support.",
    fix="Move to a supported runtime.",
    source=SOURCE,
)
def deprecated(function: Function, context: Context) -> Iterator[Problem]:
    runtime = _runtime(function)
    if runtime is None or runtime.deprecated is None or runtime.deprecated > context.today:
        return
    if runtime.create_blocked is None or runtime.create_blocked > context.today:
        blocked_from = (
            f"; no new function can be made from {runtime.create_blocked} on" if runtime.create_blocked else ""
        )
        yield Problem(
            "Runtime",
            f"the runtime {runtime.name} gets no security updates since {runtime.deprecated}{blocked_from}",
            _successor(runtime),
        )


@rule(
    "CL133",
    "Runtime about to end",
    Severity.INFO,
    aws="On the date that is named, security updates and support end.",
    fix="Plan the move to a newer runtime.",
    source=SOURCE,
)
def ends_soon(function: Function, context: Context) -> Iterator[Problem]:
    runtime = _runtime(function)
    if runtime and runtime.deprecated and context.today < runtime.deprecated <= context.today + _WARNED_BEFORE:
        yield Problem("Runtime", f"the runtime {runtime.name} ends on {runtime.deprecated}", _successor(runtime))


@rule(
    "CL134",
    "Inline code on a runtime that can't take it",
    Severity.ERROR,
    aws="CloudFormation takes ZipFile for Node.js and Python only, and names the file index.",
    fix="Put the code into a file and use an asset.",
    source=_INLINE,
)
def inline_code(function: Function) -> Iterator[Problem]:
    if function.inline_code is None:
        return
    runtime = _runtime(function)
    if runtime and not runtime.inline_code:
        yield Problem(
            "Code.ZipFile",
            f"inline code (ZipFile) is only possible for Node.js and Python, not for {runtime.name}",
            "Put the code into a file and use an asset.",
        )
    code, maximum = literal_part(function.inline_code), limits.TEMPLATE_SIZE.maximum or 0
    if (size := len(code.encode("utf-8", "surrogatepass"))) > maximum:
        yield Problem(
            "Code.ZipFile",
            f"inline code (ZipFile) is {size:,} bytes large; AWS allows at most {maximum:,} bytes for a whole template",
            "Put the code into a file and use an asset.",
        )


@rule(
    "CL136",
    "Handler that inline code can't have",
    Severity.WARNING,
    aws="CloudFormation writes inline code to a file named index. AWS accepts another handler; the first invocation "
    "ends with a module that can't be found.",
    fix="Set the handler to index.<function>.",
    source=_INLINE,
)
def inline_handler(function: Function) -> Iterator[Problem]:
    runtime, handler = _runtime(function), known(function.handler)
    if function.inline_code is None or not runtime or not runtime.inline_code or not handler or function.layers:
        return
    module, _, name = handler.rpartition(".")
    if module not in ("", "index"):
        yield Problem(
            "Handler",
            f"the handler is {quoted(handler)}, but CloudFormation writes inline code to a file named index",
            f"Set the handler to index.{name[:64]}.",
        )


@rule(
    "CL135",
    "Runtime version pinned the wrong way",
    Severity.ERROR,
    aws="The Lambda API takes a runtime version's ARN with the update mode Manual, and only with it.",
    fix="Set the mode to Manual together with the version's ARN, or leave both out.",
    source=_MANAGEMENT,
)
def runtime_update(function: Function) -> Iterator[Problem]:
    yield from update_problems("RuntimeManagementConfig", function.runtime_update, function.runtime_version)


def update_problems(setting: str, update: Text, runtime_version: Text) -> Iterator[Problem]:
    """What is wrong with an update mode and a runtime version, of a function or of a version."""
    mode, version = known(update), known(runtime_version)
    prop = f"{setting}.RuntimeVersionArn"
    if version is not None and not _VERSION_ARN.fullmatch(version):
        fix = "Write the ARN that Lambda logs at an INIT_START, arn:aws:lambda:<Region>::runtime:<id>."
        yield Problem(prop, f"{quoted(version)} is no runtime version's ARN", fix)
    if mode is None:
        return
    if mode not in _MODES:
        yield from one_of(f"{setting}.UpdateRuntimeOn", "the runtime update mode", mode, _MODES)
    elif mode == "Manual" and runtime_version is None:
        message = "the runtime update mode is Manual, and no runtime version is named"
        yield Problem(prop, message, "Add RuntimeVersionArn, or choose Auto or FunctionUpdate.")
    elif mode != "Manual" and version is not None:
        message = f"a runtime version is named, but the runtime update mode is {mode}"
        yield Problem(prop, message, "Set the mode to Manual, or remove RuntimeVersionArn.")
