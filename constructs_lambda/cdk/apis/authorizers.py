"""Who may call a route: what the recipes for each kind of proof have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from aws_cdk import Duration, aws_apigateway, aws_apigatewayv2
from constructs import Construct

from constructs_lambda.cdk.apis.permissions import Permissions
from constructs_lambda.cdk.inputs import set_only
from constructs_lambda.cdk.refusal import refuse_what_aws_refuses
from constructs_lambda.model import Guard, Place
from constructs_lambda.template.http_apis import read_http_authorizer
from constructs_lambda.template.rest_apis import read_rest_authorizer

DEFAULT_TTL_SECONDS = 300
HEADER = "$request.header.Authorization"


@dataclass(frozen=True, slots=True)
class Bound:
    """An authorizer of one API.

    Args:
        type: What a route writes as its authorization type.
        id: The authorizer's id, None where IAM does without.
        schemes: The security schemes in the OpenAPI document: what a request has to have, all of it.
        authorizer: CDK's authorizer, None where IAM does without.
    """

    type: str
    id: str | None
    schemes: tuple[Mapping[str, Any], ...]
    authorizer: aws_apigateway.IAuthorizer | None = None


class Authorizer:
    """What all have in common: their name in an API, and the scopes they ask for."""

    takes_scopes: ClassVar[bool] = False
    """Whether the proof is a token with scopes."""

    def __init__(self, name: str | None, scopes: Sequence[str] = ()) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"authorizer_name must be a text; got {name!r}")
        if isinstance(scopes, str):
            raise TypeError(f"scopes must be a list of texts, such as [{scopes!r}]; got {scopes!r}")
        self._name = name
        self.scopes = tuple(scopes)

    @property
    def name(self) -> str:
        """Its name in an API."""
        return self._name or f"{type(self).__name__}{self._what()}"

    @property
    def id(self) -> str:
        """Id of the authorizer's construct within an API."""
        return f"Authorizer{self._name}" if self._name else self.name

    def _what(self) -> str:
        """What tells it from others of its kind in the same API."""
        return ""


class HttpAuthorizer(Authorizer, ABC):
    """An authorizer that an `HttpApi` takes."""

    @abstractmethod
    def bind_to_http_api(self, scope: Construct, api: aws_apigatewayv2.HttpApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""


class RestAuthorizer(Authorizer, ABC):
    """An authorizer that a `RestApi` takes."""

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """What it is told: the API is deployed anew when that changes."""

    @abstractmethod
    def bind_to_rest_api(self, scope: Construct, api: aws_apigateway.RestApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""


LATER = {"Ref": "Later"}
"""What is known once the authorizer is made."""
BEARER = {"type": "http", "scheme": "bearer"}


def cache_ttl(ttl: Duration | None) -> Duration:
    """How long an answer is kept."""
    if ttl is None:
        return Duration.seconds(DEFAULT_TTL_SECONDS)
    if not isinstance(ttl, Duration):
        raise TypeError(f"results_cache_ttl must be a Duration, such as Duration.minutes(5); got {ttl!r}")
    return ttl


def refuse_rest_settings(name: str, **settings: Any) -> None:
    """Raises where AWS would refuse an authorizer of a REST API.

    Args:
        name: Its class, for the messages.
        **settings: Its properties, as CloudFormation names them.
    """
    place = Place(name)
    authorizer = read_rest_authorizer(
        {"RestApiId": "-", "Name": "-", "AuthorizerUri": LATER, **set_only(**settings)}, place
    )
    guard = Guard(place=place, authorizer=authorizer, callee=None, may_invoke=None, kind="REST")
    refuse_what_aws_refuses([authorizer, guard], place)


def refuse_http_settings(name: str, **settings: Any) -> None:
    """Raises where AWS would refuse an authorizer of an HTTP API.

    Args:
        name: Its class, for the messages.
        **settings: Its properties, as CloudFormation names them.
    """
    place = Place(name)
    authorizer = read_http_authorizer({"ApiId": "-", "Name": "-", **set_only(**settings)}, place)
    guard = Guard(place=place, authorizer=authorizer, callee=None, may_invoke=None, kind="HTTP")
    refuse_what_aws_refuses([authorizer, guard], place)


def sources_of(given: Sequence[str] | None, default: str) -> list[str]:
    """The identity sources given, or the default alone."""
    if isinstance(given, str):
        raise TypeError(f"identity sources are a list of texts, such as [{given!r}]; got {given!r}")
    return [default] if given is None else list(given)


def schemes_of(sources: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """How OpenAPI says which headers and parts of the query carry the proof."""
    found: list[Mapping[str, Any]] = []
    for source in sources:
        kind, _, name = source.rpartition(".")
        where = "query" if kind.endswith("querystring") else "header" if kind.endswith("header") else None
        if where:
            found.append({"type": "apiKey", "in": where, "name": name})
    return tuple(found)
