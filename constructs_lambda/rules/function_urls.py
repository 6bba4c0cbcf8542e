"""CL40x: function URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Cors, FunctionUrl, Stack
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted, too_long
from constructs_lambda.tokens import Unknown, certain_count, known, resolve_text

_URLS = "https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html"
_CORS = "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html"
# An ARN, whole or in part, or a name with a version behind it; a name of digits only is no version.
_VERSION = re.compile(r"(?:(?:.*:)?function:[^:]+|[^:]*[a-zA-Z_][^:]*):(?:[0-9]+|\$LATEST)")
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
        if url.function in stack.versions or (target and _VERSION.fullmatch(target)):
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
        function = url.function if url.function in stack.functions or url.function in stack.aliases else None
        if function is None or isinstance(url.qualifier, Unknown) or url.place.conditional:
            continue
        first = seen.setdefault((function, url.qualifier), url.place.path)
        if first != url.place.path:
            yield Problem(
                "",
                f"{function} has a function URL already: {first}; AWS allows one",
                "Keep one URL, or make the other one of an alias.",
                url.place,
            )
