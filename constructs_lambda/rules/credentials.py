"""CL510 and CL511: credentials that an authorizer passes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from constructs_lambda.errors import one_line
from constructs_lambda.findings import Severity
from constructs_lambda.model import AuthorizerCode, HttpAuthorizer
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.packages import cut
from constructs_lambda.tokens import known, resolve_text

if TYPE_CHECKING:
    from constructs_lambda.artifacts.credentials import Leak

_AUTHORIZERS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html"
_MOST_NAMED = 3
_AWS = (
    "API Gateway hands the context and the principal to the function behind the route, into logs and into the "
    "authorizer's cache."
)
_FIX = "Pass on who it is, such as a user id or claims of the token; let the function behind fetch its own credentials."


@rule(
    "CL510",
    "Authorizer that passes credentials on",
    Severity.ERROR,
    aws=_AWS,
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
    aws=_AWS,
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
    if inline is not None and not any(name in inline for name in ("context", "principal")):
        return ()
    from constructs_lambda.artifacts.credentials import package_leaks

    if inline is not None:
        from constructs_lambda.artifacts.imports import inline_package

        return package_leaks(inline_package(inline), handler, runtime, identity=_identity(code))
    if function.asset is None:
        return ()
    layers = code.deployment.known_packages
    return function.asset.ask(package_leaks, handler, runtime, layers=layers, identity=_identity(code)) or ()


def _identity(code: AuthorizerCode) -> tuple[str | None, ...] | None:
    """The identity sources in the order of the event's `identitySource`; None unless they are known and the same."""
    found = {_sources(each) for each in code.authorizers if isinstance(each, HttpAuthorizer)}
    return found.pop() if len(found) == 1 else None


def _sources(authorizer: HttpAuthorizer) -> tuple[str | None, ...] | None:
    items = known(authorizer.identity_sources)
    if not items or authorizer.payload_format != "2.0":  # format 1.0 has one text
        return None
    texts = map(resolve_text, items)
    return tuple(text if isinstance(text, str) else None for text in texts)


def _problem(leaks: Sequence[Leak], code: AuthorizerCode, does: str) -> Iterator[Problem]:
    if not leaks:
        return
    named = "; ".join(f"{leak.file} line {leak.line} {_said(leak)}" for leak in leaks[:_MOST_NAMED])
    more = f"; {len(leaks) - _MOST_NAMED} more alike" if len(leaks) > _MOST_NAMED else ""
    is_inline = known(code.deployment.function.inline_code) is not None
    yield Problem(
        "Code.ZipFile" if is_inline else "Code",
        cut(one_line(f"the authorizer {does}: {named}{more}")),
        _FIX,
    )


def _said(leak: Leak) -> str:
    if leak.where == "principalId":
        return f"makes {leak.what} the principalId"
    return f"puts {leak.what} into its context" + (f" as {leak.key!r}" if leak.key else "")
