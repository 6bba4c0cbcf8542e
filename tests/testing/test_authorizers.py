"""Authorizers behind an API that isn't there: what API Gateway makes of their answers."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.testing import Answer, AnswerError, Api, Authorizer, Kind, LambdaContext

Handler = Callable[[Any, Any], Any]
POLICIES: tuple[Kind, ...] = ("token", "request", "policy")
ALL: tuple[Kind, ...] = (*POLICIES, "simple")
TOKEN = "Bearer let-me-in-please"
ARN = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5"


def arn_of(event: dict[str, Any]) -> str:
    return str(event.get("methodArn") or event.get("routeArn"))


def everywhere(event: dict[str, Any]) -> str:
    return "/".join(arn_of(event).split("/")[:2]) + "/*/*"


def policy(resource: object = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": "ada", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, **more}


def good(context: Any = None) -> Handler:
    """A handler that lets one token in, whatever asks."""

    def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
        token = event.get("authorizationToken") or {k.lower(): v for k, v in event["headers"].items()}["authorization"]
        is_in = token == TOKEN
        if event.get("version") == "2.0" and event["routeKey"].endswith("simple"):
            return {"isAuthorized": is_in, "context": context}
        return policy(everywhere(event), "Allow" if is_in else "Deny", **({"context": context} if context else {}))

    return handler


def returning(answer: Any) -> Handler:
    return lambda event, context: answer


def answer_of(kind: Kind, **more: Any) -> dict[str, Any]:
    return {"isAuthorized": True, **more} if kind == "simple" else policy(**more)


def problems(kind: Kind, answer: Any, **keywords: Any) -> list[str]:
    """What is wrong with an answer."""
    with pytest.raises(AnswerError) as caught:
        Authorizer(returning(answer), kind, **keywords).authorize(token=TOKEN, route="GET /orders/1")
    return [problem.what for problem in caught.value.problems]


@pytest.mark.parametrize("kind", POLICIES)
def test_a_policy(kind: Kind) -> None:
    authorizer = Authorizer(good({"user": "ada"}), kind)
    answer = authorizer.authorize(token=TOKEN, route="GET /orders/1")
    assert (answer.is_allowed, answer.status, answer.is_invoked, answer.error) == (True, 200, True, None)
    assert answer.context == {"user": "ada"}
    assert answer.principal_id == "ada"
    denied = authorizer.authorize(token="Bearer somebody-else", route="GET /orders/1")
    assert (denied.is_allowed, denied.status, denied.is_invoked) == (False, 403, True)


def test_a_simple_answer() -> None:
    authorizer = Authorizer(good({"user": "ada"}), "simple")
    assert authorizer.authorize(token=TOKEN, route="GET /simple").context == {"user": "ada"}
    assert authorizer.authorize(token="Bearer other", route="GET /simple").status == 403


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_nothing_is_called(kind: Kind, token: str | None) -> None:
    answer = Authorizer(returning(None), kind).authorize(token=token)
    assert (answer.is_allowed, answer.status, answer.is_invoked, answer.principal_id) == (False, 401, False, None)


def test_a_request_authorizer_without_cache_is_always_called() -> None:
    authorizer = Authorizer(returning(policy()), "request", cached=False)
    assert authorizer.authorize(token=None).is_invoked
    assert not Authorizer(returning(policy()), "token", cached=False).authorize(token=None).is_invoked
    assert not Authorizer(returning({"isAuthorized": True}), "simple", cached=False).authorize(token=None).is_invoked
    assert (
        Authorizer(returning({"isAuthorized": True}), "simple", cached=False, identity_sources=[])
        .authorize()
        .is_allowed
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Exception("Unauthorized"), 401),
        (ValueError("Unauthorized"), 401),
        (Exception("unauthorized"), 500),
        (Exception("Unauthorized."), 500),
        (KeyError("Unauthorized"), 500),
        (SystemExit(1), 500),
    ],
)
@pytest.mark.parametrize("kind", ALL)
def test_what_is_raised(kind: Kind, error: BaseException, status: int) -> None:
    def handler(event: object, context: object) -> None:
        raise error

    answer = Authorizer(handler, kind).authorize(token=TOKEN)
    assert (answer.is_allowed, answer.status, answer.is_invoked, answer.error) == (False, status, True, error)


@pytest.mark.parametrize(
    ("token", "is_invoked"), [("abcde", True), ("abcd", False), ("abcdef", False), ("ab de", False)]
)
def test_validation(token: str, is_invoked: bool) -> None:
    answer = Authorizer(returning(policy()), "token", validation=r"\w{5}").authorize(token=token)
    assert answer.is_invoked is is_invoked
    assert answer.status == (200 if is_invoked else 401)


def test_a_rest_api_hands_texts_on() -> None:
    context = {"text": "a", "int": 1, "float": 1.5, "yes": True, "no": False}
    expected = {"text": "a", "int": "1", "float": "1.5", "yes": "true", "no": "false"}
    for kind in ("token", "request"):
        assert Authorizer(returning(policy(context=context)), kind).authorize(token=TOKEN).context == expected


def test_an_http_api_hands_values_on() -> None:
    context = {"int": 1, "yes": True, "list": ["a"], "map": {"a": {"b": 1}}, "none": None}
    for kind in ("simple", "policy"):
        answer = Authorizer(returning(answer_of(kind, context=context)), kind).authorize(token=TOKEN)
        assert answer.context == context


def test_the_answer_goes_through_json() -> None:
    answer = Authorizer(returning({"isAuthorized": True, "context": {"a": (1, 2), 3: "b"}}), "simple").authorize(TOKEN)
    assert answer.context == {"a": [1, 2], "3": "b"}


def test_usage_identifier_key() -> None:
    answer = policy(usageIdentifierKey="key-of-ada")
    assert Authorizer(returning(answer), "token").authorize(token=TOKEN).usage_identifier_key == "key-of-ada"
    assert Authorizer(returning(answer), "policy").authorize(token=TOKEN).usage_identifier_key is None
    assert problems("token", policy(usageIdentifierKey=1)) == ["usageIdentifierKey is no text"]


def document(**changes: Any) -> dict[str, Any]:
    made = policy()
    made["policyDocument"] |= changes
    return made


def statement(*without: str, **changes: Any) -> dict[str, Any]:
    made = policy()
    made["policyDocument"]["Statement"][0] |= changes
    for name in without:
        del made["policyDocument"]["Statement"][0][name]
    return made


def statement_of(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = statement(**changes)["policyDocument"]["Statement"][0]
    return found


BROKEN = {
    "nothing": (None, ["the answer is no object"]),
    "a text": ("Allow", ["the answer is no object"]),
    "empty": ({}, ["principalId is missing", "policyDocument is missing"]),
    "a response": (
        {"statusCode": 401, "body": "no"},
        ["principalId is missing", "policyDocument is missing"],
    ),
    "a number as principal": (policy(principalId=1), ["principalId is no text, or empty"]),
    "an empty principal": (policy(principalId=""), ["principalId is no text, or empty"]),
    "a policy as text": (policy(policyDocument="{}"), ["policyDocument is no object"]),
    "a wrong version": (
        document(Version="2012-10-18"),
        ["policyDocument.Version is no version of the policy language"],
    ),
    "a single statement": (document(Statement={}), ["policyDocument.Statement is no list"]),
    "no object": (document(Statement=["Allow"]), ["policyDocument.Statement[0] is no object"]),
    "effect": (statement(Effect="allow"), ["policyDocument.Statement[0].Effect is wrong"]),
    "no action": (statement("Action"), ["policyDocument.Statement[0].Action is missing"]),
    "no resource": (statement("Resource"), ["policyDocument.Statement[0].Resource is missing"]),
    "numbers": (
        statement(Resource=["*", 1]),
        ["policyDocument.Statement[0].Resource is neither a text nor a list of texts"],
    ),
    "a context that is a list": (policy(context=["a"]), ["context is no object"]),
    "all of them": (
        policy(principalId=None, context=1, policyDocument={"Statement": [{}]}),
        [
            "principalId is no text, or empty",
            "policyDocument.Statement[0].Effect is wrong",
            "policyDocument.Statement[0].Action is missing",
            "policyDocument.Statement[0].Resource is missing",
            "context is no object",
        ],
    ),
}


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize(("answer", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_policies(kind: Kind, answer: Any, expected: list[str]) -> None:
    authorizer = Authorizer(returning(answer), kind)
    with pytest.raises(AnswerError) as caught:
        authorizer.authorize(token=TOKEN, route="GET /orders/1")
    assert [problem.what for problem in caught.value.problems] == expected
    assert caught.value.status == 500
    text = str(caught.value)
    assert "the authorizer's answer to GET /orders/1 (API Gateway answers 500):" in text
    for problem in caught.value.problems:
        assert problem.text() in text
        assert problem.fix.endswith(".")
        assert problem.source.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, "the answer is no object"),
        ({}, "isAuthorized is missing"),
        (policy(), "isAuthorized is missing"),
        ({"isAuthorized": "true"}, "isAuthorized is no boolean"),
        ({"isAuthorized": 1}, "isAuthorized is no boolean"),
        ({"isAuthorized": True, "context": "ada"}, "context is no object"),
    ],
)
def test_broken_simple_answers(answer: Any, expected: str) -> None:
    assert problems("simple", answer) == [expected]


def test_the_other_kind_is_named() -> None:
    with pytest.raises(AnswerError, match="kind='policy'"):
        Authorizer(returning(policy()), "simple").authorize(token=TOKEN)
    with pytest.raises(AnswerError, match="kind='simple'"):
        Authorizer(returning({"isAuthorized": True}), "policy").authorize(token=TOKEN)


@pytest.mark.parametrize(
    ("value", "what"),
    [({"a": 1}, "context.x is an object"), (["a"], "context.x is a list"), (None, "context.x is null")],
)
@pytest.mark.parametrize("kind", ["token", "request"])
def test_rest_contexts_are_flat(kind: Kind, value: Any, what: str) -> None:
    assert problems(kind, policy(context={"x": value})) == [what]


def test_numbers_that_json_lacks() -> None:
    assert problems("simple", {"isAuthorized": True, "context": {"x": float("nan")}}) == [
        "context.x is no number in JSON"
    ]


@pytest.mark.parametrize("answer", [{"context": {1, 2}}, object(), b"Allow"])
def test_what_is_no_json(answer: Any) -> None:
    (what,) = problems("token", answer)
    assert what.startswith("the answer is no JSON (")


def test_asdict_and_async_are_explained() -> None:
    class Response:
        def asdict(self) -> dict[str, Any]:
            return policy()

    with pytest.raises(AnswerError, match=r"Return the result of asdict\(\)"):
        Authorizer(returning(Response()), "token").authorize(token=TOKEN)

    class Coroutine:
        def __await__(self) -> Any: ...

    with pytest.raises(AnswerError, match="without async"):
        Authorizer(returning(Coroutine()), "token").authorize(token=TOKEN)


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_length_of_a_resource(excess: int) -> None:
    longest = limits.AUTHORIZER_POLICY_RESOURCE_LENGTH.maximum
    assert longest is not None
    resource = "*".ljust(longest + excess, "*")
    if excess <= 0:
        assert Authorizer(returning(policy(resource)), "token").authorize(token=TOKEN).is_allowed
    else:
        assert problems("token", policy(resource)) == [
            f"policyDocument.Statement[0].Resource has {longest + 1} characters"
        ]


def test_statements_that_never_match() -> None:
    assert problems("token", policy("orders/*")) == ["policyDocument.Statement[0].Resource names no route"]
    (what, _) = problems("token", statement(Action="lambda:InvokeFunction", Resource="arn:aws:lambda:::x"))
    assert what == "policyDocument.Statement[0].Action is none of API Gateway's"


@pytest.mark.parametrize(
    ("resource", "is_allowed"),
    [
        ("*", True),
        (f"{ARN}/prod/GET/orders/1", True),
        (f"{ARN}/prod/GET/orders/2", False),
        (f"{ARN}/prod/POST/orders/1", False),
        (f"{ARN}/prod/*/orders/*", True),
        (f"{ARN}/*", True),
        (f"{ARN}/prod/GET/orders/?", True),
        (f"{ARN}/prod/GET//orders/1", False),
        (f"{ARN}/PROD/GET/orders/1", False),
        (f"{ARN}/dev/*", False),
        ("arn:aws:execute-api:*:*:*/*/GET/*", True),
        ("arn:aws-cn:execute-api:*:*:*", False),
        ([f"{ARN}/dev/*", f"{ARN}/prod/*"], True),
        ([], False),
    ],
)
def test_resources(resource: Any, is_allowed: bool) -> None:
    answer = Authorizer(returning(policy(resource)), "token", cached=False).authorize(TOKEN, "GET /orders/1")
    assert (answer.is_allowed, answer.status) == ((True, 200) if is_allowed else (False, 403))


@pytest.mark.parametrize("excess", [-1, 0, 1])
@pytest.mark.parametrize("kind", ALL)
def test_size_of_an_answer(kind: Kind, excess: int) -> None:
    largest = limits.AUTHORIZER_RESULT_SIZE.maximum
    assert largest is not None
    rest = largest + excess - len(json.dumps(answer_of(kind, context={"user": "é"}), ensure_ascii=False).encode())
    answer = answer_of(kind, context={"user": "é" + "-" * rest})
    if excess <= 0:
        assert Authorizer(returning(answer), kind).authorize(TOKEN).is_allowed
        return
    with pytest.raises(AnswerError) as caught:
        Authorizer(returning(answer), kind).authorize(TOKEN)
    assert [problem.what for problem in caught.value.problems] == [f"the answer has {largest + 1:,} bytes"]
    assert caught.value.status == 200


HERE = {"aws:SourceIp": "192.0.2.0/24"}
CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({"IpAddress": HERE}, True),
    ({"NotIpAddress": HERE}, False),
    ({"IpAddress": {"AWS:sourceip": ["198.51.100.0/24", "192.0.2.1"]}}, True),
    ({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}, False),
    ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, False),
    ({"IpAddress": {"aws:SourceIp": "anywhere"}}, False),
    ({"NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"]}}, True),
    ({"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}, True),
    ({"StringEquals": {"aws:SourceVpce": "VPCE-1"}}, False),
    ({"StringEqualsIgnoreCase": {"aws:SourceVpce": "VPCE-1"}}, True),
    ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, False),
    ({"StringNotEqualsIgnoreCase": {"aws:SourceVpce": "VPCE-2"}}, True),
    ({"StringLike": {"aws:UserAgent": "curl/*"}}, True),
    ({"StringNotLike": {"aws:UserAgent": "curl/*"}}, False),
    ({"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1"}}, True),
    ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-2"}}, False),
    ({"Bool": {"aws:SecureTransport": True}}, True),
    ({"Bool": {"aws:SecureTransport": "false"}}, False),
    ({"Null": {"aws:SourceIp": "true"}}, False),
    ({"Null": {"aws:SourceIp": False}}, True),
    ({"DateLessThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"}}, True),
    ({"DateLessThan": {"aws:CurrentTime": "2026-01-01"}}, False),
    ({"DateLessThanEquals": {"aws:CurrentTime": "2026-01-01"}}, True),
    ({"DateGreaterThan": {"aws:CurrentTime": 1767225599}}, True),
    ({"DateGreaterThan": {"aws:CurrentTime": 1767225600}}, False),
    ({"DateLessThan": {"aws:CurrentTime": "tomorrow"}}, False),
    ({"NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": 60}}, True),
    ({"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}, False),
    ({"IpAddress": HERE, "StringEquals": {"aws:SourceVpce": "vpce-2"}}, False),
    ({"IpAddress": {**HERE, "aws:VpcSourceIp": "10.0.0.0/8"}}, False),
    ({}, True),
]
KEYS = {
    "aws:SourceVpce": "vpce-1",
    "aws:CurrentTime": "2026-01-01T00:00:00Z",
    "aws:MultiFactorAuthAge": "60",
    "aws:VpcSourceIp": "172.16.0.1",
}


@pytest.mark.parametrize(("condition", "is_met"), CONDITIONS)
def test_conditions(condition: dict[str, Any], is_met: bool) -> None:
    allowing = Authorizer(returning(statement(Condition=condition)), "token", condition_keys=KEYS)
    assert allowing.authorize(TOKEN).is_allowed is is_met
    denying = policy()
    denying["policyDocument"]["Statement"].append({**statement_of(Effect="Deny"), "Condition": condition})
    assert Authorizer(returning(denying), "token", condition_keys=KEYS).authorize(TOKEN).is_allowed is not is_met


def test_the_referer_is_a_condition_key() -> None:
    answer = statement(Condition={"StringEquals": {"aws:Referer": "https://example.com/"}})
    headers = {"Referer": "https://example.com/"}
    assert Authorizer(returning(answer), "token").authorize(TOKEN, headers=headers).is_allowed


@pytest.mark.parametrize(
    ("condition", "expected", "status"),
    [
        (
            {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
            "policyDocument.Statement[0].Condition asks for aws:SourceVpce, whose value isn't known here",
            200,
        ),
        ({"StringSame": HERE}, "policyDocument.Statement[0].Condition has an operator that isn't known", 200),
        ("always", "policyDocument.Statement[0].Condition is no condition", 500),
        ({"IpAddress": "192.0.2.1"}, "policyDocument.Statement[0].Condition is no condition", 500),
        ({"IpAddress": {"aws:SourceIp": {}}}, "policyDocument.Statement[0].Condition is no condition", 500),
    ],
)
def test_conditions_that_cant_be_judged(condition: Any, expected: str, status: int) -> None:
    with pytest.raises(AnswerError) as caught:
        Authorizer(returning(statement(Condition=condition)), "token").authorize(TOKEN)
    assert [problem.what for problem in caught.value.problems] == [expected]
    assert caught.value.status == status


def test_the_cache_is_tried_with_the_same_conditions() -> None:
    answer = policy(f"{ARN}/prod/GET/*")
    everything = {**statement_of(), "Condition": {"NotIpAddress": HERE}}
    answer["policyDocument"]["Statement"].append(everything)
    with pytest.raises(AnswerError, match="POST /another/path"):
        Authorizer(returning(answer), "token").authorize(TOKEN)


@pytest.mark.parametrize(
    ("changes", "is_allowed"),
    [
        ({"Action": "execute-api:*"}, True),
        ({"Action": ["execute-api:invoke"]}, True),
        ({"Action": "*"}, True),
        ({"Action": "execute-api:InvalidateCache"}, False),
    ],
)
def test_actions(changes: dict[str, Any], is_allowed: bool) -> None:
    assert Authorizer(returning(statement(**changes)), "token").authorize(TOKEN).is_allowed is is_allowed


def test_what_is_not_named_counts_too() -> None:
    answer = statement("Resource", NotResource=f"{ARN}/prod/GET/admin")
    authorizer = Authorizer(returning(answer), "token")
    assert authorizer.authorize(TOKEN, "GET /orders").is_allowed
    assert not authorizer.authorize(TOKEN, "GET /admin").is_allowed
    answer = statement("Action", NotAction="execute-api:Invoke")
    assert not Authorizer(returning(answer), "token").authorize(TOKEN).is_allowed


def test_a_denial_wins() -> None:
    answer = policy()
    answer["policyDocument"]["Statement"].append(
        {"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": f"{ARN}/prod/GET/admin"}
    )
    authorizer = Authorizer(returning(answer), "token")
    assert authorizer.authorize(TOKEN, "GET /orders").is_allowed
    assert authorizer.authorize(TOKEN, "GET /admin").status == 403


def test_no_statement_allows_nothing() -> None:
    assert Authorizer(returning(document(Statement=[])), "token").authorize(TOKEN).status == 403


def one_route(event: dict[str, Any], _: object) -> dict[str, Any]:
    return policy(arn_of(event))


@pytest.mark.parametrize("kind", POLICIES)
def test_a_cached_policy_has_to_cover_the_api(kind: Kind) -> None:
    with pytest.raises(AnswerError) as caught:
        Authorizer(one_route, kind).authorize(TOKEN, "GET /orders/1")
    (problem,) = caught.value.problems
    stage = "$default" if kind == "policy" else "prod"
    assert "POST /another/path" in problem.what
    assert f"{ARN}/{stage}/GET/orders/1" in problem.value
    assert f"{ARN}/{stage}/*/*" in problem.fix
    assert "routes=[...]" in problem.fix
    assert caught.value.status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_policy_for_one_method_is_too_narrow(method: str) -> None:
    resource = f"{ARN}/prod/{method}/*"
    with pytest.raises(AnswerError, match="kept in the cache"):
        Authorizer(returning(policy(resource)), "token").authorize(TOKEN, f"{method} /orders")


@pytest.mark.parametrize("kind", POLICIES)
@pytest.mark.parametrize("keywords", [{"cached": False}, {"ttl": 0}])
def test_without_a_cache_a_policy_may_be_for_one_route(kind: Kind, keywords: dict[str, Any]) -> None:
    assert Authorizer(one_route, kind, **keywords).authorize(TOKEN, "GET /orders/1").is_allowed
    with pytest.raises(AnswerError):
        Authorizer(one_route, kind, ttl=1).authorize(TOKEN, "GET /orders/1")


def test_with_the_route_in_the_key_a_policy_may_be_for_one_route() -> None:
    sources = ["$request.header.Authorization", "$context.routeKey"]
    assert Authorizer(one_route, "policy", identity_sources=sources).authorize(TOKEN, "GET /a").is_allowed
    sources = ["method.request.header.Authorization", "context.path", "context.httpMethod"]
    assert Authorizer(one_route, "request", identity_sources=sources).authorize(TOKEN, "GET /a").is_allowed
    sources = ["method.request.header.Authorization", "context.identity.sourceIp"]
    with pytest.raises(AnswerError):
        Authorizer(one_route, "request", identity_sources=sources).authorize(TOKEN, "GET /a")


@pytest.mark.parametrize(
    ("source", "resource", "other"),
    [
        ("httpMethod", "GET/*", None),
        ("httpMethod", "*/orders", "GET /another/path"),
        ("path", "*/orders", None),
        ("path", "GET/*", "POST /orders"),
        ("resourcePath", "*/orders", None),
        ("resourcePath", "GET/*", "POST /orders"),
        ("identity.sourceIp", "*/*", None),
        ("identity.sourceIp", "GET/*", "POST /another/path"),
    ],
)
def test_a_part_of_the_route_in_the_key(source: str, resource: str, other: str | None) -> None:
    sources = ["method.request.header.Authorization", f"context.{source}"]
    authorizer = Authorizer(returning(policy(f"{ARN}/prod/{resource}")), "request", identity_sources=sources)
    if other is None:
        assert authorizer.authorize(TOKEN, "GET /orders").is_allowed
        return
    with pytest.raises(AnswerError) as caught:
        authorizer.authorize(TOKEN, "GET /orders")
    (problem,) = caught.value.problems
    assert other in problem.what


def test_routes_with_answers_of_their_own_arent_tried() -> None:
    sources = ["method.request.header.Authorization", "context.httpMethod"]
    authorizer = Authorizer(returning(policy(f"{ARN}/prod/GET/orders")), "request", identity_sources=sources)
    assert authorizer.authorize(TOKEN, "GET /orders", routes=["POST /orders"]).is_allowed
    with pytest.raises(AnswerError, match="GET /users"):
        authorizer.authorize(TOKEN, "GET /orders", routes=["POST /orders", "GET /users"])


def test_routes_that_have_to_work() -> None:
    resources = [f"{ARN}/prod/GET/orders/*", f"{ARN}/prod/POST/orders"]
    authorizer = Authorizer(returning(policy(resources)), "token")
    assert authorizer.authorize(TOKEN, "GET /orders/1", routes=["POST /orders", "GET /orders/2"]).is_allowed
    assert authorizer.authorize(TOKEN, "GET /orders/1", routes=[]).is_allowed
    with pytest.raises(AnswerError) as caught:
        authorizer.authorize(TOKEN, "GET /orders/1", routes=["POST /orders", "DELETE /orders/1", "GET /users"])
    assert ["DELETE /orders/1" in problem.what for problem in caught.value.problems] == [True, False]
    assert "routes=" not in str(caught.value)


def test_a_denied_request_needs_no_other_route() -> None:
    assert Authorizer(returning(policy(effect="Deny")), "token").authorize(TOKEN).status == 403


def encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


JWT = f"{encoded({'alg': 'none'})}.{encoded({'sub': 'ada'})}.c2lnbmF0dXJl"
SECRETS = {
    "the token": ({"token": TOKEN}, {}, "the header Authorization"),
    "without its scheme": ({"a": "let-me-in-please"}, {}, "the header Authorization"),
    "in a longer text": ({"a": "user ada with let-me-in-please"}, {}, "the header Authorization"),
    "in base64": ({"a": base64.b64encode(TOKEN.encode()).decode()}, {}, "the header Authorization"),
    "in JSON": ({"a": '{"t": "let-me-in-please"}'}, {}, "the header Authorization"),
    "another header": ({"a": "key-0123456789"}, {"headers": {"X-Api-Key": "key-0123456789"}}, "the header X-Api-Key"),
    "a cookie": ({"a": "0123456789abc"}, {"cookies": ["session=0123456789abc"]}, "the cookie session"),
    "a query parameter": (
        {"a": "0123456789abc"},
        {"query": {"access_token": "0123456789abc"}},
        "the query parameter access_token",
    ),
    "the first half": ({"a": "let-me-i"}, {}, "the header Authorization"),
    "the first half of a cookie": (
        {"a": "x 01234567 y"},
        {"cookies": ["session=0123456789abcdef"]},
        "the cookie session",
    ),
    "a JSON Web Token": ({"a": JWT}, {}, "a JSON Web Token"),
    "a JSON Web Token in a text": ({"a": f"Bearer {JWT}, and more"}, {}, "a JSON Web Token"),
    "a token that isn't signed": ({"a": JWT.rpartition(".")[0] + "."}, {}, "a JSON Web Token"),
    "an access key": ({"a": "AKIAIOSFODNN7EXAMPLE"}, {}, "the id of an AWS access key"),
}


@pytest.mark.parametrize(("context", "request_", "what"), SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize("kind", ALL)
def test_credentials_in_the_context(kind: Kind, context: dict[str, Any], request_: dict[str, Any], what: str) -> None:
    authorizer = Authorizer(returning(answer_of(kind, context={"user": "ada", **context})), kind)
    with pytest.raises(AnswerError) as caught:
        authorizer.authorize(TOKEN, **request_)
    (problem,) = caught.value.problems
    (key,) = context
    assert problem.what.startswith(f"context.{key} holds {what},")
    assert "let-me-in-please" not in str(caught.value)


@pytest.mark.parametrize("principal", [TOKEN, "let-me-in-please", "user-let-me-i", JWT])
@pytest.mark.parametrize("kind", POLICIES)
def test_credentials_as_principal(kind: Kind, principal: str) -> None:
    (what,) = problems(kind, policy(principalId=principal))
    assert what.startswith("principalId holds ")
    assert "let-me-in-please" not in what


@pytest.mark.parametrize("kind", ALL)
def test_credentials_as_names_in_the_context(kind: Kind) -> None:
    (what,) = problems(kind, answer_of(kind, context={"let-me-in-please": "x"}))
    assert what.startswith("a name in context holds the header Authorization")


def test_an_api_key_belongs_into_its_field() -> None:
    answer = policy(usageIdentifierKey="key-0123456789")
    headers = {"x-api-key": "key-0123456789"}
    assert Authorizer(returning(answer), "request").authorize(TOKEN, headers=headers).is_allowed


@pytest.mark.parametrize("length", [4, 40, 400])
def test_nothing_of_a_credential_is_shown(length: int) -> None:
    token = "0123456789abcdef" * length
    for answer in (
        policy(context={token: {"t": token}}),
        policy(token[: len(token) // 2]),
        policy(policyDocument=token),
    ):
        with pytest.raises(AnswerError) as caught:
            Authorizer(returning(answer), "token").authorize(f"Bearer {token}")
        assert "0123456789" not in str(caught.value)


def test_nested_credentials() -> None:
    answer = {"isAuthorized": True, "context": {"user": {"tokens": [TOKEN]}}}
    assert problems("simple", answer)[0].startswith("context.user holds the header Authorization")


def test_credentials_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "correct-horse")
    monkeypatch.setenv("STAGE_NAME", "production-stage")
    context = {"a": "correct-horse", "stage": "production-stage"}
    (what,) = problems("token", policy(context=context))
    assert what.startswith("context.a holds the environment variable DB_PASSWORD")


def test_the_password_of_basic_authentication() -> None:
    token = "Basic " + base64.b64encode(b"ada.lovelace:correct-horse").decode()
    assert Authorizer(returning(policy(context={"user": "ada.lovelace"})), "token").authorize(token).is_allowed
    with pytest.raises(AnswerError, match="the header Authorization"):
        Authorizer(returning(policy(context={"a": "correct-horse"})), "token").authorize(token)


@pytest.mark.parametrize(
    "context",
    [
        {"user": "ada"},
        {"scheme": "Bearer"},
        {"hash": "9f86d081884c7d65"},
        {"part": "let-me"},
        {"empty": ""},
        {"part": "let-me-"},
        {"version": "1.2.3.4"},
        {"host": "abcd.example.com"},
        {"text": "eyJh.eyJi.c2ln"},
    ],
)
def test_user_data_in_the_context(context: dict[str, Any]) -> None:
    for token in (TOKEN, "Bearer ada", "ada"):
        assert Authorizer(returning(policy(context=context)), "token").authorize(token).is_allowed


def test_the_id_in_a_key_is_no_credential() -> None:
    context = {"key_id": "ak-0123456789"}
    assert (
        Authorizer(returning(policy(context=context)), "token").authorize("Bearer ak-0123456789.abcdefghijk").is_allowed
    )
    with pytest.raises(AnswerError):
        Authorizer(returning(policy(context=context)), "token").authorize("Bearer ak-0123456789abcdefghijk")


def test_values_are_shown_without_credentials() -> None:
    with pytest.raises(AnswerError) as caught:
        Authorizer(returning(policy(context={"user": {"t": TOKEN}})), "token").authorize(TOKEN)
    assert len(caught.value.problems) == 2
    assert "let-me-in-please" not in str(caught.value)
    assert "2 problems in" in str(caught.value)


def test_it_fails_a_test_and_is_the_librarys_own() -> None:
    from constructs_lambda.errors import ConstructsLambdaError

    assert issubclass(AnswerError, AssertionError)
    assert issubclass(AnswerError, ConstructsLambdaError)


def test_events_reach_the_handler() -> None:
    seen: list[Any] = []

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        seen.append(event)
        assert context.get_remaining_time_in_millis() > 0
        return policy()

    sources = ["method.request.header.X-Token", "method.request.querystring.tenant", "stageVariables.realm"]
    api = Api(id="xyz", stage="dev", region="eu-west-1", account="111122223333", stage_variables={"realm": "r"})
    authorizer = Authorizer(handler, "request", identity_sources=sources, api=api)
    assert authorizer.authorize("t", "GET /orders/{id}", path_parameters={"id": "7"}).status == 401
    answer = authorizer.authorize("t", "GET /orders/{id}", path_parameters={"id": "7"}, query={"tenant": "a"})
    assert answer.is_allowed
    (event,) = seen
    assert event["headers"]["X-Token"] == "t"
    assert event["methodArn"] == "arn:aws:execute-api:eu-west-1:111122223333:xyz/dev/GET/orders/7"
    assert event["resource"] == "/orders/{id}"
    assert event["stageVariables"] == {"realm": "r"}


def test_identity_sources_of_an_http_api() -> None:
    seen: list[Any] = []

    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        seen.append(event["identitySource"])
        return {"isAuthorized": True}

    sources = ["$request.header.X-Token", "$request.querystring.tenant", "$context.routeKey"]
    Authorizer(handler, "simple", identity_sources=sources).authorize("t", "GET /a", query={"tenant": "b"})
    assert seen == [["t", "b", "GET /a"]]


def test_a_handler_may_change_its_event() -> None:
    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        event["headers"].clear()
        return {"isAuthorized": True}

    answer = Authorizer(handler, "simple").authorize(TOKEN)
    assert answer.proxy_event()["headers"]["authorization"] == TOKEN


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"kind": "jwt"}, "kind is 'jwt'; it has to be one of token, request, simple, policy"),
        ({"ttl": -1}, "ttl is -1; allowed: 0 to 3,600 s"),
        ({"ttl": 3601}, "ttl is 3601"),
        ({"identity_sources": []}, "name one in identity_sources, or set cached=False"),
        ({"identity_sources": "Authorization"}, "has to be a list"),
        ({"identity_sources": ["Authorization"]}, "the identity source 'Authorization' is none"),
        ({"validation": "("}, "is no regular expression"),
        ({"validation": "a", "kind": "simple"}, "validation is for kind='token'"),
    ],
)
def test_arguments(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Authorizer(returning(None), **({"kind": "token"} | keywords))
    assert message in str(caught.value)


@pytest.mark.parametrize("ttl", [0, 1, 3600])
def test_times_to_live(ttl: int) -> None:
    assert Authorizer(returning(policy()), "token", ttl=ttl).authorize(TOKEN).is_allowed


@pytest.mark.parametrize(
    "route", ["/orders", "GET orders", "get /orders", "FETCH /orders", "GET", "", "GET /a b", "ANY /"]
)
def test_routes_that_are_none(route: str) -> None:
    with pytest.raises(InputError, match="has to be a method, a space and a path"):
        Authorizer(returning(policy()), "token").authorize(TOKEN, route)
    with pytest.raises(InputError, match="has to be a method, a space and a path"):
        Authorizer(returning(policy()), "token").authorize(TOKEN, routes=[route])


def test_placeholders_need_values() -> None:
    with pytest.raises(InputError, match="needs path_parameters for id"):
        Authorizer(returning(policy()), "token").authorize(TOKEN, "GET /orders/{id}")


def test_the_function_behind_a_rest_api() -> None:
    answer = Authorizer(returning(policy(context={"user": "ada", "age": 36})), "token").authorize(
        TOKEN, "GET /orders/1"
    )
    event = answer.proxy_event()
    authorizer = event["requestContext"]["authorizer"]
    assert isinstance(authorizer.pop("integrationLatency"), int)
    assert authorizer == {"user": "ada", "age": "36", "principalId": "ada"}
    assert (event["httpMethod"], event["path"], event["body"]) == ("GET", "/orders/1", None)
    assert event["queryStringParameters"] is None
    other = answer.proxy_event("POST /orders", body={"a": 1}, query={"b": "c"})
    assert (other["httpMethod"], other["path"], other["body"]) == ("POST", "/orders", '{"a": 1}')
    assert other["queryStringParameters"] == {"b": "c"}


def test_the_function_behind_an_http_api() -> None:
    answer = Authorizer(returning({"isAuthorized": True, "context": {"n": 1, "l": [1]}}), "simple").authorize(
        TOKEN, "GET /orders/{id}", path_parameters={"id": "7"}
    )
    event = answer.proxy_event(body="text")
    assert event["requestContext"]["authorizer"] == {"lambda": {"n": 1, "l": [1]}}
    assert (event["version"], event["rawPath"], event["body"]) == ("2.0", "/orders/7", "text")
    assert event["routeKey"] == "GET /orders/{id}"
    empty = Authorizer(returning({"isAuthorized": True}), "simple").authorize(TOKEN).proxy_event()
    assert empty["requestContext"]["authorizer"] == {"lambda": None}
    assert "body" not in empty


@pytest.mark.parametrize("answer", [Answer(False, 403), Answer(True, 200)])
def test_nothing_gets_behind_a_denial(answer: Answer) -> None:
    with pytest.raises(InputError, match="receives nothing"):
        answer.proxy_event()


def test_neither_cdk_nor_pytest_is_loaded() -> None:
    code = (
        "import sys, constructs_lambda.testing\n"
        "print(sorted({'aws_cdk', 'jsii', 'constructs', 'pytest'} & {name.partition('.')[0] for name in sys.modules}))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
