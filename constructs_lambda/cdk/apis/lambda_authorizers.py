"""Authorizers that are functions: for bearer tokens, and for whatever else a request says of who makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, Stack, aws_apigateway, aws_apigatewayv2, aws_lambda
from constructs import Construct, IConstruct

from constructs_lambda.cdk.apis.authorizers import (
    BEARER,
    HEADER,
    Bound,
    HttpAuthorizer,
    RestAuthorizer,
    cache_ttl,
    refuse_http_settings,
    refuse_rest_settings,
    schemes_of,
    sources_of,
)
from constructs_lambda.cdk.apis.permissions import Permissions, callee
from constructs_lambda.cdk.apis.routes import refuse_what_is_no_function, refuse_wrong_switches
from constructs_lambda.cdk.properties import seconds


class TokenAuthorizer(RestAuthorizer):
    """A function that judges a bearer token, for a `RestApi`; an `HttpApi` takes `LambdaAuthorizer` for that.

    API Gateway hands the function the header, and caches its answer by the header for all routes of the API. So the
    policy that it answers with has to cover the API (`<api>/<stage>/*/*`), not the one route that was asked for.

    Creates, in each API: `AWS::ApiGateway::Authorizer`, `AWS::Lambda::Permission`.

    Costs when idle: nothing.

    Args:
        function: The function that judges. It may stand in another stack than the API.
        identity_source: The header with the token, as CDK writes it: `IdentitySource.header("Authorization")`, which is
            the default.
        validation_regex: What the token must look like; any other is refused (401) before the function is called.
        results_cache_ttl: How long an answer is kept, at most 1 hour; zero for not at all. 5 minutes by default.
        authorizer_name: Its name in the API. Needed where one API has two of the same function.

    Raises:
        LimitError: The time is out of range (CL501), or the identity source is none (CL503), everything at once.
        TypeError: A value of the wrong type.
    """

    def __init__(
        self,
        function: aws_lambda.IFunction,
        *,
        identity_source: str | None = None,
        validation_regex: str | None = None,
        results_cache_ttl: Duration | None = None,
        authorizer_name: str | None = None,
    ) -> None:
        super().__init__(authorizer_name)
        refuse_what_is_no_function(function)
        self._function = function
        self._options = {"identity_source": identity_source, "validation_regex": validation_regex}
        self._ttl = cache_ttl(results_cache_ttl)
        header = aws_apigateway.IdentitySource.header("Authorization") if identity_source is None else identity_source
        refuse_rest_settings(
            "TokenAuthorizer", Type="TOKEN", IdentitySource=header, AuthorizerResultTtlInSeconds=seconds(self._ttl)
        )

    def _what(self) -> str:
        return callee(self._function).name

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it is told: the API is deployed anew when that changes."""
        return {**self._options, "ttl": seconds(self._ttl), "function": self._function.function_arn}

    def bind_to_rest_api(self, scope: Construct, api: aws_apigateway.RestApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""
        authorizer = aws_apigateway.TokenAuthorizer(
            scope,
            self.id,
            handler=_imported(scope, self.id, self._function),
            results_cache_ttl=self._ttl,
            authorizer_name=self.name,
            identity_source=self._options["identity_source"],
            validation_regex=self._options["validation_regex"],
        )
        permissions.allow(callee(self._function), f"authorizers/{authorizer.authorizer_id}", f"Authorize{self.id}")
        source = self._options["identity_source"]
        schemes = (BEARER,) if source is None else schemes_of([source])
        return Bound("CUSTOM", authorizer.authorizer_id, schemes, authorizer)


class RequestAuthorizer(RestAuthorizer):
    """A function that judges a request by its headers, query and path, for a `RestApi`.

    An `HttpApi` takes `LambdaAuthorizer` for that. API Gateway caches the answer by the identity sources for all routes
    of the API, so the policy has to cover the API; a request without one of them is refused (401) before the function
    is called.

    Creates, in each API: `AWS::ApiGateway::Authorizer`, `AWS::Lambda::Permission`.

    Costs when idle: nothing.

    Args:
        function: The function that judges. It may stand in another stack than the API.
        identity_sources: What identifies who calls, as CDK writes it: `IdentitySource.header("X-Tenant")`,
            `IdentitySource.query_string("key")`. The header Authorization by default.
        results_cache_ttl: How long an answer is kept, at most 1 hour; zero for not at all. 5 minutes by default.
        authorizer_name: Its name in the API. Needed where one API has two of the same function.

    Raises:
        LimitError: The time is out of range (CL501), answers are cached by nothing (CL502), or an identity source is
            none (CL503), everything at once.
        TypeError: A value of the wrong type.
    """

    def __init__(
        self,
        function: aws_lambda.IFunction,
        *,
        identity_sources: Sequence[str] | None = None,
        results_cache_ttl: Duration | None = None,
        authorizer_name: str | None = None,
    ) -> None:
        super().__init__(authorizer_name)
        refuse_what_is_no_function(function)
        self._function = function
        header = aws_apigateway.IdentitySource.header("Authorization")
        self._identity_sources = sources_of(identity_sources, header)
        self._ttl = cache_ttl(results_cache_ttl)
        refuse_rest_settings(
            "RequestAuthorizer",
            Type="REQUEST",
            IdentitySource=",".join(self._identity_sources),
            AuthorizerResultTtlInSeconds=seconds(self._ttl),
        )

    def _what(self) -> str:
        return callee(self._function).name

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it is told: the API is deployed anew when that changes."""
        return {
            "identity_sources": self._identity_sources,
            "ttl": seconds(self._ttl),
            "function": self._function.function_arn,
        }

    def bind_to_rest_api(self, scope: Construct, api: aws_apigateway.RestApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""
        authorizer = aws_apigateway.RequestAuthorizer(
            scope,
            self.id,
            handler=_imported(scope, self.id, self._function),
            identity_sources=self._identity_sources,
            results_cache_ttl=self._ttl,
            authorizer_name=self.name,
        )
        permissions.allow(callee(self._function), f"authorizers/{authorizer.authorizer_id}", f"Authorize{self.id}")
        schemes = schemes_of(self._identity_sources)
        return Bound("CUSTOM", authorizer.authorizer_id, schemes, authorizer)


class LambdaAuthorizer(HttpAuthorizer):
    """A function that judges a request, for an `HttpApi`; a `RestApi` takes `TokenAuthorizer` or `RequestAuthorizer`.

    The function gets payload format 2.0. It answers `{"isAuthorized": true, "context": {...}}`, or a policy, and what
    it puts into `context` reaches the functions behind it. API Gateway caches the answer by the identity sources, for
    all routes of the API: to judge by route too, add `$context.routeKey` to them.

    Creates, in each API: `AWS::ApiGatewayV2::Authorizer`, `AWS::Lambda::Permission`.

    Costs when idle: nothing.

    Args:
        function: The function that judges. It may stand in another stack than the API.
        identity_source: What identifies who calls. `["$request.header.Authorization"]` by default; a request without
            one of them is refused (401) before the function is called.
        enable_simple_responses: Whether the function answers `isAuthorized`, otherwise a policy. True by default.
        results_cache_ttl: How long an answer is kept, at most 1 hour; zero for not at all. 5 minutes by default.
        authorizer_name: Its name in the API. Needed where one API has two of the same function.

    Raises:
        LimitError: The time is out of range (CL501), answers are cached by nothing (CL502), or an identity source is
            none (CL503), everything at once.
        TypeError: A value of the wrong type.
    """

    def __init__(
        self,
        function: aws_lambda.IFunction,
        *,
        identity_source: Sequence[str] | None = None,
        enable_simple_responses: bool = True,
        results_cache_ttl: Duration | None = None,
        authorizer_name: str | None = None,
    ) -> None:
        super().__init__(authorizer_name)
        refuse_what_is_no_function(function)
        refuse_wrong_switches(enable_simple_responses=enable_simple_responses)
        self._function = function
        self._identity_source = sources_of(identity_source, HEADER)
        self._is_simple = enable_simple_responses
        self._ttl = cache_ttl(results_cache_ttl)
        refuse_http_settings(
            "LambdaAuthorizer",
            AuthorizerType="REQUEST",
            AuthorizerUri={"Ref": "Later"},
            IdentitySource=self._identity_source,
            AuthorizerPayloadFormatVersion="2.0",
            EnableSimpleResponses=enable_simple_responses,
            AuthorizerResultTtlInSeconds=seconds(self._ttl),
        )

    def _what(self) -> str:
        return callee(self._function).name

    def bind_to_http_api(self, scope: Construct, api: aws_apigatewayv2.HttpApi, permissions: Permissions) -> Bound:
        """Makes it for an API; the API calls it."""
        authorizer = aws_apigatewayv2.HttpAuthorizer(
            scope,
            self.id,
            http_api=api,
            type=aws_apigatewayv2.HttpAuthorizerType.LAMBDA,
            authorizer_name=self.name,
            authorizer_uri=invocation_of(scope, self._function.function_arn),
            identity_source=self._identity_source,
            payload_format_version=aws_apigatewayv2.AuthorizerPayloadVersion.VERSION_2_0,
            enable_simple_responses=self._is_simple,
            results_cache_ttl=self._ttl,
        )
        permissions.allow(callee(self._function), f"authorizers/{authorizer.authorizer_id}", f"Authorize{self.id}")
        return Bound("CUSTOM", authorizer.authorizer_id, schemes_of(self._identity_source))


def invocation_of(scope: IConstruct, function_arn: str, path: str = "2015-03-31/functions/{}/invocations") -> str:
    """The address by which API Gateway invokes a function."""
    stack = Stack.of(scope)
    return f"arn:{stack.partition}:apigateway:{stack.region}:lambda:path/{path.format(function_arn)}"


def _imported(scope: Construct, id: str, function: aws_lambda.IFunction) -> aws_lambda.IFunction:
    """The function as CDK's authorizer takes it: by its ARN, so that CDK writes no permission.

    It would write one into the function's stack that names the API, whose stack names the function: a circle.
    """
    return aws_lambda.Function.from_function_attributes(
        scope, f"{id}Function", function_arn=function.function_arn, same_environment=False, skip_permissions=True
    )
