"""The answer of an authorizer as API Gateway understands it, and all that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from constructs_lambda.errors import ConstructsLambdaError, InputError, one_line
from constructs_lambda.testing.events import Event, http_proxy_event, rest_proxy_event
from constructs_lambda.testing.requests import Api, Kind, Request, is_rest, make_request

_LATENCY = 42  # milliseconds, as good as any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an answer.

    Args:
        what: Where it is and what is wrong with it, as a sentence without its full stop.
        value: What was returned; a credential is never shown.
        allowed: What is allowed instead.
        fix: What to do, in one imperative sentence.
        source: Where AWS says so.
        is_unreadable: Whether API Gateway answers 500 because of it.
    """

    what: str
    value: str
    allowed: str
    fix: str
    source: str
    is_unreadable: bool = True

    def text(self) -> str:
        """The problem as a person reads it."""
        lines = [f"{self.what}: {self.value}" if self.value else self.what]
        lines += [f"  Allowed: {self.allowed}", f"  Fix: {self.fix}"]
        return "\n".join([*lines, f"  {self.source}"])


class AnswerError(ConstructsLambdaError, AssertionError):
    """An authorizer's answer breaks its contract with API Gateway.

    Args:
        problems: Everything that is wrong, not only the first.
        route: What was asked for.
        status: What the client gets: 500 where API Gateway can't read the answer.
    """

    def __init__(self, problems: Sequence[Problem], route: str, status: int) -> None:
        self.problems = tuple(problems)
        self.status = status
        count = f"{len(self.problems)} problems" if len(self.problems) > 1 else "1 problem"
        outcome = " (API Gateway answers 500)" if status == 500 else ""
        head = f"{count} in the authorizer's answer to {one_line(route)}{outcome}:"
        super().__init__("\n\n".join([head, *(problem.text() for problem in self.problems)]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What API Gateway makes of an authorizer's answer.

    Args:
        is_allowed: Whether the request gets through.
        status: What the client gets: 200 for a request that gets through, 401 without or with the wrong identity, 403
            where access is denied, 500 where the authorizer failed.
        context: What the authorizer hands on, as the function behind it sees it: texts only from a REST API.
        principal_id: Who it is; None where the answer doesn't say.
        usage_identifier_key: API key for the usage plan, None where there is none.
        is_invoked: Whether the authorizer was called at all.
        error: What the authorizer raised.
        returned: What it returned.
    """

    is_allowed: bool
    status: int
    context: Mapping[str, Any] = field(default_factory=dict)
    principal_id: str | None = None
    usage_identifier_key: str | None = None
    is_invoked: bool = True
    error: BaseException | None = None
    returned: Any = None
    _request: Request | None = field(default=None, repr=False)
    _kind: Kind = field(default="token", repr=False)
    _api: Api = field(default_factory=Api, repr=False)

    def proxy_event(
        self,
        route: str | None = None,
        *,
        body: str | Mapping[str, Any] | Sequence[Any] | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        path_parameters: Mapping[str, str] | None = None,
    ) -> Event:
        """The event that the function behind the authorizer receives, with what the authorizer hands on.

        From a REST API as its proxy integration sends it, from an HTTP API in format 2.0.

        Args:
            route: Method and path. Default: the request that was authorized.
            body: Body of the request; what is no text is written as JSON.
            headers: Headers. Default with a `route`: none.
            query: Query string parameters. Default with a `route`: none.
            path_parameters: What the placeholders of the path stand for.

        Raises:
            InputError: The request doesn't get through, so no function receives anything.
        """
        if not self.is_allowed or self._request is None:
            raise InputError(f"the client gets {self.status}, so the function behind the authorizer receives nothing")
        request = self._request
        if route is not None:
            request = make_request(route, headers=headers, query=query, path_parameters=path_parameters)
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        if is_rest(self._kind):
            authorizer = {**self.context, "principalId": self.principal_id, "integrationLatency": _LATENCY}
            return rest_proxy_event(request, authorizer, text, self._api)
        return http_proxy_event(request, self.context or None, text, self._api)


def shown(value: object) -> str:
    """A value for a message, on one line and not too long."""
    text = one_line(repr(value))
    return text if len(text) <= 80 else f"{text[:77]}..."
