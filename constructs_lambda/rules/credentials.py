"""CL510 and CL511: credentials that an authorizer passes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from constructs_lambda.errors import one_line
from constructs_lambda.findings import Severity
from constructs_lambda.model import AuthorizerCode
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.packages import cut
from constructs_lambda.tokens import known

if TYPE_CHECKING:
    from constructs_lambda.artifacts.credentials import Leak

_AUTHORIZERS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html"
_MOST_NAMED = 3
_FIX = "Pass on who it is, such as a user id or claims of the token; let the function behind fetch its own credentials."


@rule(
    "CL510",
    "Authorizer that passes credentials on",
    Severity.ERROR,
    aws="API Gateway hands the context to the function behind the route, into logs and into the authorizer's cache.",
    fix=_FIX,
    source=_AUTHORIZERS,
    early=False,
)
def credentials(code: AuthorizerCode) -> Iterator[Problem]:
    yield from _problem([leak for leak in _leaks(code) if leak.is_certain], code, "passes credentials on")


@rule(
    "CL511",
    "Authorizer that may pass credentials on",
    Severity.WARNING,
    aws="API Gateway hands the context to the function behind the route, into logs and into the authorizer's cache.",
    fix=_FIX,
    source=_AUTHORIZERS,
)
def likely_credentials(code: AuthorizerCode) -> Iterator[Problem]:
    yield from _problem([leak for leak in _leaks(code) if not leak.is_certain], code, "may pass credentials on")


def _leaks(code: AuthorizerCode) -> Sequence[Leak]:
    function = code.deployment.function
    handler, runtime = known(function.handler), known(function.runtime)
    if not handler or not runtime or function.is_image is not False:
        return ()
    inline = known(function.inline_code)
    if inline is not None and "context" not in inline:
        return ()
    from constructs_lambda.artifacts.credentials import package_leaks

    if inline is not None:
        from constructs_lambda.artifacts.imports import inline_package

        return package_leaks(inline_package(inline), handler, runtime)
    if function.asset is None:
        return ()
    return function.asset.ask(package_leaks, handler, runtime, layers=code.deployment.known_packages) or ()


def _problem(leaks: Sequence[Leak], code: AuthorizerCode, does: str) -> Iterator[Problem]:
    if not leaks:
        return
    named = "; ".join(
        f"{leak.file} line {leak.line} puts {leak.what} into its context" + (f" as {leak.key!r}" if leak.key else "")
        for leak in leaks[:_MOST_NAMED]
    )
    more = f"; {len(leaks) - _MOST_NAMED} more alike" if len(leaks) > _MOST_NAMED else ""
    is_inline = known(code.deployment.function.inline_code) is not None
    yield Problem(
        "Code.ZipFile" if is_inline else "Code",
        cut(one_line(f"the authorizer {does}: {named}{more}")),
        _FIX,
    )
