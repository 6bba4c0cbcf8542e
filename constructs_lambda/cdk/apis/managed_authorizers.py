"""Proofs that API Gateway judges itself, with no function: tokens, Cognito's users, and identities of AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, aws_apigateway, aws_apigatewayv2, aws_cognito
from constructs import Construct

from constructs_lambda.cdk.apis.authorizers import (
    BEARER,
    HEADER,
    LATER,
    Bound,
    HttpAuthorizer,
    RestAuthorizer,
    cache_ttl,
    refuse_http_settings,
    refuse_rest_settings,
    schemes_of,
    sources_of,
)
from constructs_lambda.cdk.apis.permissions import Permissions
from constructs_lambda.cdk.properties import seconds
from constructs_lambda.errors import InputError

_SIGNED = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "AWS Signature Version 4",
    "x-amazon-apigateway-authtype": "awsSigv4",
}
_IAM = Bound("AWS_IAM", None, (_SIGNED,))


class JwtAuthorizer(HttpAuthorizer):
    """Tokens of an OpenID Connect issuer, which API Gateway verifies itself, for an `HttpApi`.

    No function is called. What the token claims reaches the functions as `requestContext.authorizer.jwt.claims`. A
    `RestApi` takes `CognitoAuthorizer`, or `TokenAuthorizer` with a function that verifies.

    Creates, in each API: `AWS::ApiGatewayV2::Authorizer`.

    Costs when idle: nothing.

    Args:
        issuer: Address of the issuer, as it stands in the claim `iss`.
        audience: What stands in the claim `aud`, or in `client_id`; one of them suffices.
        scopes: Scopes of which a token needs one, where a route doesn't name its own.
        identity_source: Where the token is. `["$request.header.Authorization"]` by default.
        authorizer_name: Its name in the API. Needed where one API has two.

    Raises:
        LimitError: No issuer, or no audience (CL506), or an identity source that is none (CL503), everything at once.
        TypeError: A value of the wrong type.
    """

    takes_scopes = True

    def __init__(
        self,
        issuer: str,
        audience: Sequence[str],
        *,
        scopes: Sequence[str] = (),
        identity_source: Sequence[str] | None = None,
        authorizer_name: str | None = None,
    ) -> None:
        super().__init__(authorizer_name, scopes)
        if not isinstance(issuer, str):
            raise TypeError(f"issuer must be a text, such as 'https://login.example.com/'; got {issuer!r}")
        if isinstance(audience, str):
            raise TypeError(f"audience must be a list of texts, such as [{audience!r}]; got {audience!r}")
        sources = sources_of(identity_source, HEADER)
        jwt = {"Issuer": issuer, "Audience": list(audience)}
        refuse_http_settings("JwtAuthorizer", AuthorizerType="JWT", IdentitySource=sources, JwtConfiguration=jwt)
        self._issuer = issuer
        self._audience = list(audience)
        self._identity_source = sources

    def bind_to_http_api(self, scope: Construct, api: aws_apigatewayv2.HttpApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""
        return _bound_to_tokens(self, scope, api, self._identity_source, self._issuer, self._audience)


class CognitoAuthorizer(HttpAuthorizer, RestAuthorizer):
    """Users of a Cognito user pool, whose tokens API Gateway verifies itself, for both kinds of API.

    No function is called. The claims reach the functions as `requestContext.authorizer.claims` (REST) or
    `requestContext.authorizer.jwt.claims` (HTTP). With `scopes` a route takes access tokens, on a `RestApi` without
    them id tokens.

    Creates, in each API: `AWS::ApiGateway::Authorizer` or `AWS::ApiGatewayV2::Authorizer`.

    Costs when idle: nothing.

    Args:
        user_pool: The user pool.
        user_pool_clients: Clients whose tokens count. Needed for an `HttpApi`; a `RestApi` takes those of all clients.
        scopes: Scopes of which a token needs one, where a route doesn't name its own.
        results_cache_ttl: How long a `RestApi` keeps an answer, at most 1 hour; zero for not at all. 5 minutes by
            default. An `HttpApi` doesn't cache.
        authorizer_name: Its name in the API. Needed where one API has two of the same pool.

    Raises:
        LimitError: The time is out of range (CL501).
        InputError: An `HttpApi` takes it, and it has no clients (CL506).
        TypeError: A value of the wrong type.
    """

    takes_scopes = True

    def __init__(
        self,
        user_pool: aws_cognito.IUserPool,
        user_pool_clients: Sequence[aws_cognito.IUserPoolClient] = (),
        *,
        scopes: Sequence[str] = (),
        results_cache_ttl: Duration | None = None,
        authorizer_name: str | None = None,
    ) -> None:
        super().__init__(authorizer_name, scopes)
        if not hasattr(user_pool, "user_pool_id"):
            raise TypeError(f"user_pool must be an aws_cognito.IUserPool; got {user_pool!r}")
        clients = list(user_pool_clients) if isinstance(user_pool_clients, Sequence) else [user_pool_clients]
        for client in clients:
            if not hasattr(client, "user_pool_client_id"):
                raise TypeError(f"user_pool_clients must be a list of aws_cognito.IUserPoolClient; got {client!r}")
        self._user_pool = user_pool
        self._clients = clients
        self._ttl = cache_ttl(results_cache_ttl)
        refuse_rest_settings(
            "CognitoAuthorizer",
            Type="COGNITO_USER_POOLS",
            ProviderARNs=[LATER],
            IdentitySource="method.request.header.Authorization",
            AuthorizerResultTtlInSeconds=seconds(self._ttl),
        )

    def _what(self) -> str:
        return str(self._user_pool.node.addr)[-12:]

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it is told: the API is deployed anew when that changes."""
        return {"ttl": seconds(self._ttl), "user_pool": self._user_pool.user_pool_arn}

    def bind_to_http_api(self, scope: Construct, api: aws_apigatewayv2.HttpApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""
        if not self._clients:
            raise InputError(
                f"{scope.node.path}: CognitoAuthorizer has no user_pool_clients, and an HTTP API checks which "
                "client a token is for (CL506). Fix: CognitoAuthorizer(pool, [client])."
            )
        issuer = f"https://{self._user_pool.user_pool_provider_name}"
        audience = [client.user_pool_client_id for client in self._clients]
        return _bound_to_tokens(self, scope, api, [HEADER], issuer, audience)

    def bind_to_rest_api(self, scope: Construct, api: aws_apigateway.RestApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""
        authorizer = aws_apigateway.CognitoUserPoolsAuthorizer(
            scope,
            self.id,
            cognito_user_pools=[self._user_pool],
            results_cache_ttl=self._ttl,
            authorizer_name=self.name,
        )
        return Bound("COGNITO_USER_POOLS", authorizer.authorizer_id, schemes_of([HEADER]), authorizer)


class IamAuthorizer(HttpAuthorizer, RestAuthorizer):
    """Identities of AWS: requests signed with AWS Signature Version 4, for both kinds of API.

    Whoever calls needs the right: `api.grant_invoke(role, "GET /orders")`.

    Creates: nothing.

    Costs when idle: nothing.
    """

    def __init__(self) -> None:
        super().__init__(None)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    def bind_to_http_api(self, scope: Construct, api: aws_apigatewayv2.HttpApi, permissions: Permissions) -> Bound:
        """Makes nothing: a route names it by its type."""
        return _IAM

    def bind_to_rest_api(self, scope: Construct, api: aws_apigateway.RestApi, permissions: Permissions) -> Bound:
        """Makes nothing: a route names it by its type."""
        return _IAM


def _bound_to_tokens(
    recipe: HttpAuthorizer,
    scope: Construct,
    api: aws_apigatewayv2.HttpApi,
    sources: list[str],
    issuer: str,
    audience: list[str],
) -> Bound:
    """An authorizer that has an HTTP API verify the tokens of an issuer."""
    authorizer = aws_apigatewayv2.HttpAuthorizer(
        scope,
        recipe.id,
        http_api=api,
        type=aws_apigatewayv2.HttpAuthorizerType.JWT,
        authorizer_name=recipe.name,
        identity_source=sources,
        jwt_issuer=issuer,
        jwt_audience=audience,
    )
    return Bound("JWT", authorizer.authorizer_id, (BEARER,))
