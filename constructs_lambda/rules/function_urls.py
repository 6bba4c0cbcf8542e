"""CL401 to CL404 and CL430: function URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Cors, FunctionUrl, Link, LockedUrl, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted, too_long
from constructs_lambda.tokens import Unknown, certain_count, known, resolve_text

_URLS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html"
_CORS = "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html"
# An ARN, whole or in part, or a name with a version behind it; a name of digits only is no version.
_VERSION = re.compile(r"(?:(?:.*:)?function:[^:]+|[^:]*[a-zA-Z_][^:]*):(?:[0-9]+|\$LATEST)")
_NUMBER = re.compile(r"[0-9]+|\$LATEST")
_BEHIND = re.compile(r":([a-zA-Z0-9_-]+|\$LATEST)")
_METHODS = ("GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*")


@rule(
    "CL401",
    "Function URL setting not allowed",
    Severity.ERROR,
    aws="CloudFormation or the Lambda API refuses the function URL.",
    fix="Write one of the words that AWS takes; a qualifier is an alias.",
    source=_URLS,
)
def url_settings(url: FunctionUrl) -> Iterator[Problem]:
    yield from one_of("AuthType", "the authorization", url.auth_type, ("AWS_IAM", "NONE"))
    yield from one_of("InvokeMode", "the invoke mode", url.invoke_mode, ("BUFFERED", "RESPONSE_STREAM"))
    qualifier = known(url.qualifier)
    if qualifier is not None and not re.fullmatch(limits.ALIAS_NAME_PATTERN, qualifier):
        yield Problem(
            "Qualifier",
            f"the qualifier is {quoted(qualifier)}; a function URL belongs to a function or to an alias",
            "Name an alias, or remove the qualifier.",
        )


@rule(
    "CL402",
    "Function URL CORS out of range",
    Severity.ERROR,
    aws="The Lambda API refuses the function URL.",
    fix="Stay within the range: a maximum age of 24 hours, 100 origins, 100 headers, the methods named.",
    source=_CORS,
)
def url_cors(url: FunctionUrl) -> Iterator[Problem]:
    cors = url.cors
    if not isinstance(cors, Cors):
        return
    yield from number_problem(
        "Cors.MaxAge",
        "the max age of CORS answers",
        cors.max_age_seconds,
        limits.FUNCTION_URL_CORS_MAX_AGE,
        "Choose at most 86,400 s (24 hours).",
    )
    for prop, what, items, count, length in (
        (
            "AllowOrigins",
            "origins",
            cors.allow_origins,
            limits.FUNCTION_URL_CORS_ORIGINS,
            limits.FUNCTION_URL_CORS_ORIGIN_LENGTH,
        ),
        (
            "AllowHeaders",
            "allowed headers",
            cors.allow_headers,
            limits.FUNCTION_URL_CORS_HEADERS,
            limits.FUNCTION_URL_CORS_HEADER_LENGTH,
        ),
        (
            "ExposeHeaders",
            "exposed headers",
            cors.expose_headers,
            limits.FUNCTION_URL_CORS_HEADERS,
            limits.FUNCTION_URL_CORS_HEADER_LENGTH,
        ),
    ):
        if (number := certain_count(items)) > (count.maximum or 0):
            yield Problem(f"Cors.{prop}", f"CORS names {number} {what}; AWS allows {count.allowed}", "Remove some.")
        for item in known(items) or ():
            if item == "":
                yield Problem(f"Cors.{prop}", f"CORS names an empty text among the {what}", "Remove it.")
            yield from too_long(f"Cors.{prop}", f"one of the {what}", resolve_text(item), length, "Shorten it.")
    if (number := certain_count(cors.allow_methods)) > (limits.FUNCTION_URL_CORS_METHODS.maximum or 0):
        allowed = limits.FUNCTION_URL_CORS_METHODS.allowed
        yield Problem("Cors.AllowMethods", f"CORS names {number} methods; AWS allows {allowed}", "Write * for all.")
    for prop, items in (
        ("AllowOrigins", cors.allow_origins),
        ("AllowMethods", cors.allow_methods),
        ("AllowHeaders", cors.allow_headers),
        ("ExposeHeaders", cors.expose_headers),
    ):
        if items == ():
            yield Problem(f"Cors.{prop}", f"{prop} is an empty list; AWS takes one item or more", f"Leave {prop} out.")
    for method in known(cors.allow_methods) or ():
        if method == "OPTIONS":
            message = "CORS names the method OPTIONS; AWS takes methods of at most six letters, and * for all"
            yield Problem("Cors.AllowMethods", message, "Remove OPTIONS: the function URL answers preflights itself.")
        else:
            yield from one_of("Cors.AllowMethods", "a CORS method", resolve_text(method), _METHODS)


@rule(
    "CL403",
    "Function URL on a version",
    Severity.ERROR,
    aws="The Lambda API refuses a function URL on a version or on $LATEST: it belongs to a function or to an alias.",
    fix="Make the URL of the function, or of an alias.",
    source=_URLS,
)
def url_on_version(stack: Stack) -> Iterator[Problem]:
    for url in stack.urls.values():
        target = known(url.target)
        if url.place.conditional:
            continue
        owner = _owner(stack, url) if url.qualifier is None else None
        is_version = owner and _NUMBER.fullmatch(owner[1] or "")
        if url.function in stack.versions or is_version or (target and _VERSION.fullmatch(target)):
            yield Problem(
                "TargetFunctionArn",
                "the function URL belongs to a version of a function; AWS takes a function or an alias",
                "Make the URL of the function, or of an alias.",
                url.place,
            )


@rule(
    "CL404",
    "Second URL of a function",
    Severity.ERROR,
    aws="The Lambda API refuses it: a function, and each of its aliases, has one URL at the most.",
    fix="Keep one URL, or make the other one of an alias.",
    source=_URLS,
)
def second_url(stack: Stack) -> Iterator[Problem]:
    seen: dict[tuple[str, str | None], str] = {}
    for url in stack.urls.values():
        owner = _owner(stack, url)
        if owner is None or url.place.conditional:
            continue
        first = seen.setdefault(owner, url.place.path)
        if first != url.place.path:
            yield Problem(
                "",
                f"{' of '.join(filter(None, reversed(owner)))} has a function URL already: {first}; AWS allows one",
                "Keep one URL, or make the other one of an alias.",
                url.place,
            )


def _owner(stack: Stack, url: FunctionUrl) -> tuple[str, str | None] | None:
    """The logical id of a URL's function, and the alias's name behind it; None where that isn't known."""
    link, behind = (*url.function_parts, "", "")[:2]
    match = _BEHIND.fullmatch(behind) if isinstance(behind, str) else None
    if not isinstance(link, Link) or link.kind != "resource" or len(url.function_parts) > (2 if match else 1):
        return None
    alias = stack.aliases.get(link.name)
    if alias and url.qualifier is None and not match:
        function, name = alias.function, known(alias.name)
        return (function, name) if function in stack.functions and function and name else (link.name, None)
    if link.name not in stack.functions or link.attribute not in ("", "Arn") or (url.qualifier and match):
        return None
    qualifier = match[1] if match else url.qualifier
    return None if isinstance(qualifier, Unknown) else (link.name, qualifier)


@rule(
    "CL430",
    "Function URL that lacks one of two permissions",
    Severity.WARNING,
    aws="Lambda answers requests to a new URL with 403: since October 2025 it takes lambda:InvokeFunctionUrl and "
    "lambda:InvokeFunction.",
    fix="Add a permission of lambda:InvokeFunction for * with InvokedViaFunctionUrl: true.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
)
def locked_url(url: LockedUrl) -> Iterator[Problem]:
    yield Problem(
        "AuthType",
        "everyone may call the function URL (lambda:InvokeFunctionUrl), but nobody may invoke the function through it "
        "(lambda:InvokeFunction): requests to a new URL end with 403",
        "Add a permission of lambda:InvokeFunction for * with InvokedViaFunctionUrl: true, or choose AWS_IAM.",
    )
