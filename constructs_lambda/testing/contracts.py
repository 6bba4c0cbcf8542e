"""What API Gateway expects of an authorizer's answer: every breach of it as a problem."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.errors import one_line
from constructs_lambda.testing.answers import Problem, shown
from constructs_lambda.testing.conditions import is_condition, unknown_keys, unknown_operators
from constructs_lambda.testing.patterns import matches, texts
from constructs_lambda.testing.policies import ACTION, resources
from constructs_lambda.testing.requests import Kind, is_rest

_GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
_OUTPUT = f"{_GUIDE}api-gateway-lambda-authorizer-output.html"
_HTTP = f"{_GUIDE}http-api-lambda-authorizer.html"
_INVOKE = f"{_GUIDE}api-gateway-control-access-using-iam-policies-to-invoke-api.html"
_CACHE = f"{_GUIDE}configure-api-gateway-lambda-authorization.html"
_CONDITIONS = f"{_GUIDE}apigateway-resource-policies-aws-condition-keys.html"
_FLAT = "a text, a number or a boolean"
_VERBS = ("Invoke", "InvalidateCache", "ManageConnections")
_VERSIONS = ("2012-10-17", "2008-10-17")


def as_json(returned: object, kind: Kind) -> tuple[Any, list[Problem]]:
    """What Lambda makes of what a handler returns, and why it can't.

    Args:
        returned: What the handler returns.
        kind: What asks.
    """
    try:
        return json.loads(json.dumps(returned)), []
    except (TypeError, ValueError, RecursionError) as error:
        reason = f"the answer is no JSON ({error})"
        fix = "Return a dictionary of texts, numbers, booleans, lists and dictionaries."
        if hasattr(returned, "asdict"):
            fix = "Return the result of asdict()."
        elif hasattr(returned, "__await__"):
            fix = "Define the handler without async; Lambda doesn't await what it returns."
        return None, [Problem(reason, shown(returned), "what JSON can hold", fix, _source(kind))]


def problems_of(answer: object, kind: Kind, keys: Mapping[str, str]) -> Iterator[Problem]:
    """Everything in an answer that API Gateway can't read, or refuses.

    Args:
        answer: The answer, as JSON.
        kind: What asks.
        keys: Values of the condition keys that a policy may name, by their names in small letters.
    """
    if not isinstance(answer, dict):
        names = "isAuthorized" if kind == "simple" else "principalId and policyDocument"
        allowed = f"a JSON object with {names}"
        yield Problem("the answer is no object", shown(answer), allowed, "Return a dictionary.", _source(kind))
        return
    if kind == "simple":
        yield from _simple(answer)
    else:
        yield from _principal(answer, kind)
        yield from _document(answer, kind, keys)
    yield from _context(answer.get("context", {}), kind)
    key = answer.get("usageIdentifierKey")
    if key is not None and is_rest(kind) and not isinstance(key, str):
        yield Problem("usageIdentifierKey is no text", shown(key), "an API key of the usage plan",
                      "Return the key itself as a text, or leave it out.", _OUTPUT)  # fmt: skip
    yield from _size(answer)


def _size(answer: object) -> Iterator[Problem]:
    limit = limits.AUTHORIZER_RESULT_SIZE
    size = len(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))  # as Lambda's runtime writes it
    if not limit.admits(size):
        what, fix = f"the answer has {limit.counted(size)}", "Hand on the id of the user, and look the rest up behind."
        yield Problem(what, "", limit.allowed, fix, limit.source, is_unreadable=False)


def _source(kind: Kind) -> str:
    return _OUTPUT if is_rest(kind) else _HTTP


def _simple(answer: Mapping[str, Any]) -> Iterator[Problem]:
    if "isAuthorized" not in answer:
        fix = "Return {'isAuthorized': True} or {'isAuthorized': False}."
        if "policyDocument" in answer:
            fix = "Return isAuthorized, or turn simple responses off and test with kind='policy'."
        yield Problem("isAuthorized is missing", shown(sorted(answer)), "true or false", fix, _HTTP)
    elif not isinstance(answer["isAuthorized"], bool):
        value = shown(answer["isAuthorized"])
        yield Problem("isAuthorized is no boolean", value, "true or false", "Wrap it in bool().", _HTTP)


def _principal(answer: Mapping[str, Any], kind: Kind) -> Iterator[Problem]:
    principal = answer.get("principalId")
    if "principalId" not in answer:
        value, what = shown(sorted(answer)), "principalId is missing"
    elif not isinstance(principal, str) or not principal:
        value, what = shown(principal), "principalId is no text, or empty"
    else:
        return
    fix = "Return the id of the user, as a text, under principalId; 'anonymous' where there is no user."
    yield Problem(what, value, "a text", fix, _source(kind))


def _document(answer: Mapping[str, Any], kind: Kind, keys: Mapping[str, str]) -> Iterator[Problem]:
    document = answer.get("policyDocument")
    if not isinstance(document, dict):
        what = "policyDocument is no object" if "policyDocument" in answer else "policyDocument is missing"
        fix = "Return a policy with Version and Statement."
        if "isAuthorized" in answer:
            fix = "Return a policy, or turn simple responses on and test with kind='simple'."
        yield Problem(what, shown(document), "an IAM policy", fix, _source(kind))
        return
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        yield Problem("policyDocument.Version is no version of the policy language", shown(version),
                      " or ".join(_VERSIONS), f"Set it to {_VERSIONS[0]}.", _source(kind))  # fmt: skip
    statements = document.get("Statement")
    if not isinstance(statements, list):
        yield Problem("policyDocument.Statement is no list", shown(statements), "a list of statements",
                      "Put the statement into a list.", _source(kind))  # fmt: skip
        return
    for at, statement in enumerate(statements):
        yield from _statement(statement, f"policyDocument.Statement[{at}]", keys)


def _statement(statement: object, where: str, keys: Mapping[str, str]) -> Iterator[Problem]:
    if not isinstance(statement, dict):
        allowed = "an object with Effect, Action and Resource"
        yield Problem(f"{where} is no object", shown(statement), allowed, "Write a statement.", _INVOKE)
        return
    if statement.get("Effect") not in ("Allow", "Deny"):
        value, fix = shown(statement.get("Effect")), "Write it with a capital letter."
        yield Problem(f"{where}.Effect is wrong", value, "Allow or Deny", fix, _INVOKE)
    yield from _texts_of(statement, "Action", ACTION, where)
    yield from _texts_of(statement, "Resource", "the ARN of the API's routes", where)
    for action in texts(statement.get("Action")):
        if not any(matches(action, f"execute-api:{verb}", ignores_case=True) for verb in _VERBS):
            what, fix = f"{where}.Action is none of API Gateway's", f"Set Action to {ACTION}."
            yield Problem(what, shown(action), ACTION, fix, _INVOKE, is_unreadable=False)
    for resource in texts(statement.get("Resource")):
        yield from _resource(resource, f"{where}.Resource")
    if statement.get("Condition") is not None:
        yield from _condition(statement["Condition"], f"{where}.Condition", keys)


def _condition(condition: object, where: str, keys: Mapping[str, str]) -> Iterator[Problem]:
    if not is_condition(condition):
        allowed, fix = "operators with keys and values", "Write {'IpAddress': {'aws:SourceIp': '192.0.2.0/24'}}."
        yield Problem(f"{where} is no condition", shown(condition), allowed, fix, _CONDITIONS)
        return
    for name in unknown_operators(condition):
        fix = "Write it as IAM does: StringEquals, IpAddress, DateLessThan and the like."
        yield Problem(f"{where} has an operator that isn't known", shown(name), "IAM's operators", fix, _CONDITIONS,
                      is_unreadable=False)  # fmt: skip
    for key in unknown_keys(condition, keys):
        fix = f"Say what it is in the test: Authorizer(..., condition_keys={{{key!r}: '...'}})."
        yield Problem(f"{where} asks for {one_line(key)}, whose value isn't known here", "", "a key with a value", fix,
                      _CONDITIONS, is_unreadable=False)  # fmt: skip


def _texts_of(statement: Mapping[str, Any], name: str, example: str, where: str) -> Iterator[Problem]:
    """Whether a text or a list of texts stands under a name, or under its opposite."""
    value = statement.get(name, statement.get(f"Not{name}"))
    fix = f"Set {name} to {example}."
    if value is None:
        yield Problem(f"{where}.{name} is missing", shown(sorted(statement)), example, fix, _INVOKE)
    elif not isinstance(value, str) and not (isinstance(value, list) and len(texts(value)) == len(value)):
        what = f"{where}.{name} is neither a text nor a list of texts"
        yield Problem(what, shown(value), "a text or a list of texts", fix, _INVOKE)


def _resource(resource: str, where: str) -> Iterator[Problem]:
    limit = limits.AUTHORIZER_POLICY_RESOURCE_LENGTH
    if not limit.admits(len(resource)):
        what, fix = f"{where} has {limit.counted(len(resource))}", "End it with a wildcard after the stage: .../prod/*."
        yield Problem(what, shown(resource), limit.allowed, fix, limit.source, is_unreadable=False)
    parts = resource.split(":", 5)
    is_route = len(parts) == 6 and matches(parts[0], "arn") and matches(parts[2], "execute-api")
    if not is_route and "*" not in resource.partition("/")[0]:
        allowed = "arn:aws:execute-api:region:account:api/stage/METHOD/path, or *"
        fix = "Build it from the event's methodArn or routeArn."
        yield Problem(f"{where} names no route", shown(resource), allowed, fix, _INVOKE, is_unreadable=False)


def _context(context: object, kind: Kind) -> Iterator[Problem]:
    source = _source(kind)
    if context is None:
        return
    if not isinstance(context, dict):
        yield Problem("context is no object", shown(context), "names with values", "Return a dictionary.", source)
        return
    for key, value in context.items():
        if isinstance(value, float) and not math.isfinite(value):
            yield Problem(f"context.{key} is no number in JSON", shown(value), "a number", "Leave it out.", source)
        elif is_rest(kind) and isinstance(value, dict | list):
            what = f"context.{key} is {'an object' if isinstance(value, dict) else 'a list'}"
            yield Problem(what, shown(value), _FLAT, "Write it as one text, with json.dumps.", source)
        elif is_rest(kind) and value is None:
            yield Problem(f"context.{key} is null", "", _FLAT, "Leave it out.", source, is_unreadable=False)


def as_seen(context: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The context as the function behind the authorizer sees it: a REST API hands on texts only."""
    return {key: _text(value) for key, value in context.items()} if is_rest(kind) else dict(context)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def too_narrow(policy: Mapping[str, Any], arn: str, route: str, kind: Kind, *, is_asked: bool) -> Problem:
    """The problem that a policy in the cache doesn't cover another route.

    Args:
        policy: The policy.
        arn: ARN of the other route.
        route: The other route, as a person writes it.
        kind: What asks.
        is_asked: Whether the test asked for this route.
    """
    fix = f"Allow {'/'.join(arn.split('/')[:2])}/*/*"
    if not is_asked:
        fix += "; where routes differ on purpose, name those that have to work as routes=[...], or turn the cache off"
    return Problem(
        f"the policy is kept in the cache and refuses the same client {route}; it allows only",
        ", ".join(shown(each) for each in list(resources(policy))[:3]),
        "a policy that holds for every route of the API",
        f"{fix}.",
        _CACHE if is_rest(kind) else _HTTP,
        is_unreadable=False,
    )


def leaked(where: str, what: str, kind: Kind) -> Problem:
    """The problem that the context or the principal holds a credential.

    Args:
        where: Where it is: `context.token`, `principalId`.
        what: The credential, as a person calls it.
        kind: What asks.
    """
    return Problem(
        f"{where} holds {what}, and goes to the function behind, into logs and into the cache",
        "",
        "who it is, and never what proves it",
        "Hand on the id of the user, or claims of the token.",
        _source(kind),
        is_unreadable=False,
    )
