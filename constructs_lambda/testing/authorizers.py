"""Calls an authorizer as API Gateway does, and understands its answer as API Gateway does."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from constructs_lambda import limits
from constructs_lambda.errors import InputError
from constructs_lambda.testing.answers import Answer, AnswerError, Problem
from constructs_lambda.testing.contracts import as_json, as_seen, leaked, problems_of, too_narrow
from constructs_lambda.testing.events import Event, condition_keys_of, http_event_of, request_event_of, token_event_of
from constructs_lambda.testing.identity import identity_of, other_routes, sharing, sources_of
from constructs_lambda.testing.policies import allows
from constructs_lambda.testing.requests import KINDS, Api, Kind, Request, is_rest, make_request
from constructs_lambda.testing.secrets import found_in, hidden, secrets_of

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda hands to a handler beside the event."""

    function_name: str = "authorizer"
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:authorizer"
    memory_limit_in_mb: int = 128
    aws_request_id: str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
    log_group_name: str = "/aws/lambda/authorizer"
    log_stream_name: str = "2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds that are left: as long as API Gateway waits."""
        return limits.HTTP_API_AUTHORIZER_TIMEOUT.maximum or 0


class Authorizer:
    """An authorizer's handler, behind an API that isn't there.

    Args:
        handler: The function that Lambda calls, with an event and a context.
        kind: What asks it: `token` or `request` for a REST API, `simple` or `policy` for an HTTP API with payload 2.0
            that expects a simple answer or a policy.
        cached: Whether API Gateway keeps answers, so that a policy has to cover every route. Default: it does.
        ttl: How long it keeps them, in seconds; 0 is the same as `cached=False`.
        identity_sources: What a request has to have, in AWS's terms: `method.request.header.Authorization`,
            `$request.querystring.key`, `context.path`, `$context.routeKey`, `stageVariables.name`. Default: the header
            `Authorization`.
        validation: Regular expression that a token has to match, for `token` only.
        api: The API that asks. Default: a made-up one.
        condition_keys: Values of the condition keys that a policy asks for, such as `{"aws:CurrentTime":
            "2026-01-01T00:00:00Z"}`. Known without: `aws:SourceIp` (192.0.2.1), `aws:SecureTransport` (true),
            `aws:UserAgent`, and `aws:Referer` where the request has one.

    Raises:
        InputError: An argument is none of these, or answers are kept without an identity source.
    """

    def __init__(
        self,
        handler: Handler,
        kind: Kind,
        *,
        cached: bool = True,
        ttl: int | None = None,
        identity_sources: Sequence[str] | None = None,
        validation: str | None = None,
        api: Api | None = None,
        condition_keys: Mapping[str, str] | None = None,
    ) -> None:
        if kind not in KINDS:
            raise InputError(f"kind is {kind!r}; it has to be one of {', '.join(KINDS)}")
        if ttl is not None and not limits.AUTHORIZER_CACHE_TTL.admits(ttl):
            raise InputError(f"ttl is {ttl}; allowed: {limits.AUTHORIZER_CACHE_TTL.allowed}")
        self._handler, self._kind, self._api = handler, kind, api or Api()
        self._cached = cached and ttl != 0
        self._validation = _expression(validation, kind)
        self._sources = sources_of(identity_sources, kind)
        self._condition_keys = {name.lower(): value for name, value in (condition_keys or {}).items()}
        if self._cached and not self._sources:
            raise InputError("answers are kept by identity source; name one in identity_sources, or set cached=False")
        headers = [match["name"] for match in self._sources if match["place"] == "header"]
        self._token_header = headers[0] if headers else "Authorization"

    def authorize(
        self,
        token: str | None = None,
        route: str = "GET /",
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        cookies: Sequence[str] = (),
        path_parameters: Mapping[str, str] | None = None,
        routes: Sequence[str] | None = None,
    ) -> Answer:
        """Sends a request, and says what comes of it.

        A handler that raises `Exception("Unauthorized")` is answered with 401, any other exception with 500: see
        `Answer.error`.

        Args:
            token: Value of the header that holds the token, `Authorization` unless the identity source is another; a
                request without that header where it is None.
            route: Method and path, as `GET /orders/1`, or `GET /orders/{id}` with `path_parameters`.
            headers: Other headers.
            query: Query string parameters.
            cookies: Cookies, each as `name=value`.
            path_parameters: What the placeholders of the path stand for.
            routes: What the policy has to let through as well while it stays in the cache. Default: a route with
                another method and path.

        Raises:
            AnswerError: The answer breaks the contract: API Gateway can't read it, it holds credentials, or as a policy
                in the cache it doesn't cover other routes.
            InputError: A route is none.
        """
        request = make_request(
            route,
            token=token,
            token_header=self._token_header,
            headers=headers,
            query=query,
            cookies=cookies,
            path_parameters=path_parameters,
        )
        others = [make_request(each, path_parameters=path_parameters) for each in routes or ()]
        identity = [identity_of(match, request, self._api) for match in self._sources]
        if self._is_refused(request, identity):
            return self._answer(request, 401, is_invoked=False)
        event = self._event(request, [value for value in identity if value])
        try:
            returned = self._handler(copy.deepcopy(event), LambdaContext())
        except Exception as error:
            return self._answer(request, 401 if str(error) == "Unauthorized" else 500, error=error)
        except SystemExit as error:
            return self._answer(request, 500, error=error)
        return self._understood(returned, request, others, is_asked=routes is not None)

    def _is_refused(self, request: Request, identity: Sequence[str | None]) -> bool:
        """Whether API Gateway refuses a request without calling the authorizer."""
        if self._kind == "request" and not self._cached:
            return False
        if not all(identity):
            return True
        token = request.header(self._token_header) or ""
        return self._validation is not None and self._validation.fullmatch(token) is None

    def _event(self, request: Request, identity: Sequence[str]) -> Event:
        if self._kind == "token":
            return token_event_of(request, request.header(self._token_header) or "", self._api)
        if self._kind == "request":
            return request_event_of(request, self._api)
        return http_event_of(request, identity, self._api)

    def _answer(
        self, request: Request, status: int, *, error: BaseException | None = None, is_invoked: bool = True
    ) -> Answer:
        return Answer(
            False, status, is_invoked=is_invoked, error=error, _request=request, _kind=self._kind, _api=self._api
        )

    def _understood(self, returned: object, request: Request, others: Sequence[Request], *, is_asked: bool) -> Answer:
        answer, problems = as_json(returned, self._kind)
        problems = problems or list(problems_of(answer, self._kind, self._keys(request)))
        is_broken = any(problem.is_unreadable for problem in problems)
        given = answer.get("context") if isinstance(answer, dict) else None
        context: Mapping[str, Any] = given if isinstance(given, dict) else {}
        is_allowed = not is_broken and self._allows(answer, request)
        problems += self._leaks(answer, context, request)
        if is_allowed and self._kind != "simple":
            problems += self._uncovered(answer["policyDocument"], request, others, is_asked=is_asked)
        status = 500 if is_broken else 200 if is_allowed else 403
        if problems:
            secrets = secrets_of(request, self._token_header)
            shown = [
                replace(each, what=hidden(each.what, secrets), value=hidden(each.value, secrets)) for each in problems
            ]
            raise AnswerError(shown, f"{request.method} {request.path}", status)
        key = answer.get("usageIdentifierKey") if is_rest(self._kind) else None
        return Answer(
            is_allowed,
            status,
            context=as_seen(context, self._kind),
            principal_id=answer.get("principalId"),
            usage_identifier_key=key,
            returned=returned,
            _request=request,
            _kind=self._kind,
            _api=self._api,
        )

    def _allows(self, answer: Mapping[str, Any], request: Request) -> bool:
        if self._kind == "simple":
            return bool(answer["isAuthorized"])
        return allows(answer["policyDocument"], request.arn(self._api, self._kind), self._keys(request))

    def _keys(self, request: Request) -> Mapping[str, str]:
        return condition_keys_of(request) | self._condition_keys

    def _leaks(self, answer: object, context: Mapping[str, Any], request: Request) -> list[Problem]:
        secrets = secrets_of(request, self._token_header)
        found = [("a name in context", found_in(list(context), secrets))]
        found += [(f"context.{key}", found_in(value, secrets)) for key, value in context.items()]
        if self._kind != "simple" and isinstance(answer, dict):
            found.append(("principalId", found_in(answer.get("principalId"), secrets)))
        return [leaked(where, what, self._kind) for where, what in found if what]

    def _uncovered(
        self, policy: Mapping[str, Any], request: Request, others: Sequence[Request], *, is_asked: bool
    ) -> list[Problem]:
        """The routes that the cached policy of a request refuses."""
        if not self._cached:
            return []
        others = sharing(request, others, self._sources) if is_asked else other_routes(request, self._sources)
        refused = [(each, each.arn(self._api, self._kind)) for each in others]
        return [
            too_narrow(policy, arn, f"{each.method} {each.path}", self._kind, is_asked=is_asked)
            for each, arn in refused
            if not allows(policy, arn, self._keys(request))
        ]


def _expression(validation: str | None, kind: Kind) -> re.Pattern[str] | None:
    if validation is None:
        return None
    if kind != "token":
        raise InputError(f"validation is for kind='token'; API Gateway validates nothing for {kind!r}")
    try:
        return re.compile(validation)
    except re.error as error:
        raise InputError(f"validation {validation!r} is no regular expression: {error}") from None
