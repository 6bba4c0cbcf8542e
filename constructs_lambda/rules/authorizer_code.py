"""CL513 and CL514: functions that are authorizers: for how long they may run, and what they answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from constructs_lambda import limits
from constructs_lambda.errors import one_line
from constructs_lambda.findings import Severity
from constructs_lambda.model import AuthorizerCode, Guard, RestAuthorizer
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.packages import cut
from constructs_lambda.tokens import known

if TYPE_CHECKING:
    from constructs_lambda.artifacts.contexts import Nested

_MOST_NAMED = 3


@rule(
    "CL513",
    "Authorizer that may run longer than its API waits",
    Severity.WARNING,
    aws="An HTTP API waits 10 s for its authorizer, and answers 500 then; the function runs on and is paid for.",
    fix="Lower the function's timeout to 10 s.",
    source=limits.HTTP_API_AUTHORIZER_TIMEOUT.source,
)
def outlasts(guard: Guard) -> Iterator[Problem]:
    function = guard.callee.function if guard.callee else None
    timeout, limit = known(function.timeout_seconds) if function else None, limits.HTTP_API_AUTHORIZER_TIMEOUT
    if function and guard.kind == "HTTP" and timeout is not None and not limit.admits(timeout * 1000):
        yield Problem(
            "Timeout",
            f"the function's timeout is {timeout:,} s, and the HTTP API waits {(limit.maximum or 0) // 1000} s for its "
            f"authorizer {guard.place.path}",
            "Lower the timeout to 10 s.",
            function.place,
        )


@rule(
    "CL514",
    "Authorizer whose context API Gateway doesn't take",
    Severity.WARNING,
    aws="A REST API answers 500 (AuthorizerConfigurationException) to every request that gets such an answer: values "
    "of the context are texts, numbers and booleans.",
    fix="Write lists and mappings as JSON texts.",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html",
)
def context_values(code: AuthorizerCode) -> Iterator[Problem]:
    if not any(isinstance(each, RestAuthorizer) for each in code.authorizers):
        return
    found = _nested(code)
    if found:
        named = "; ".join(
            f"{each.file} line {each.line} writes {each.what}" + (f" as {each.key!r}" if each.key else "")
            for each in found[:_MOST_NAMED]
        )
        is_inline = known(code.deployment.function.inline_code) is not None
        yield Problem(
            "Code.ZipFile" if is_inline else "Code",
            cut(one_line(f"the authorizer's context holds more than texts, numbers and booleans: {named}")),
            "Write it as a JSON text (json.dumps), and let the function behind read that.",
        )


def _nested(code: AuthorizerCode) -> Sequence[Nested]:
    function = code.deployment.function
    handler, runtime = known(function.handler), known(function.runtime)
    if not handler or not runtime or function.is_image is not False:
        return ()
    inline = known(function.inline_code)
    if inline is not None and "context" not in inline:
        return ()
    from constructs_lambda.artifacts.contexts import nested_values, package_contexts

    if inline is not None:
        return nested_values(inline, "index.py") if runtime.startswith("python") else ()
    if function.asset is None:
        return ()
    layers = code.deployment.known_packages
    return function.asset.ask(package_contexts, handler, runtime, layers=layers) or ()
