"""`HttpApi`: functions behind an HTTP API, with no route open by accident."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Never, cast

from aws_cdk import Duration, aws_apigatewayv2, aws_iam, aws_lambda, aws_logs
from constructs import Construct

from constructs_lambda import limits
from constructs_lambda.cdk.apis import openapi, routes
from constructs_lambda.cdk.apis.access_logs import log_group_for, refuse_wrong_access_logs
from constructs_lambda.cdk.apis.authorizers import Bound, HttpAuthorizer
from constructs_lambda.cdk.apis.custom_domain import CustomDomain, refuse_wrong_domain, switched_off
from constructs_lambda.cdk.apis.http_stage import settle
from constructs_lambda.cdk.apis.kinds import refuse_keywords, refuse_wrong_authorizer
from constructs_lambda.cdk.apis.nag_findings import PREFLIGHT, PUBLIC
from constructs_lambda.cdk.apis.permissions import DEFAULT_ROUTE, ROUTES, Callee, callee
from constructs_lambda.cdk.apis.routed import RoutedApi
from constructs_lambda.cdk.apis.routes import Route
from constructs_lambda.cdk.apis.throttling import refuse_wrong_throttling
from constructs_lambda.cdk.inputs import set_only
from constructs_lambda.cdk.metadata import note
from constructs_lambda.cdk.monitors.monitor import Monitor, refuse_no_monitor
from constructs_lambda.cdk.properties import seconds
from constructs_lambda.cdk.reach import path_of
from constructs_lambda.cdk.refusal import refuse_what_aws_refuses
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.usage import Usage, refuse_wrong_usage
from constructs_lambda.model import Place
from constructs_lambda.template.http_apis import read_http_api
from constructs_lambda.tokens import is_number_token

_PAYLOAD = "2.0"


class HttpApi(RoutedApi[HttpAuthorizer]):
    """An HTTP API for functions: a route without an authorizer is an error unless `public=True` is written.

    - Access logs in JSON go to a log group of their own, kept for a year, and kept when the stack goes.
    - Requests are throttled to 1,000 a second, with bursts of 500.
    - Each function has one integration and one permission, however many routes lead there; `$default` needs one more.
    - With `cors_preflight`, browsers' preflights get through wherever a route asks for a proof.
    - With a `domain`, AWS's own address is switched off.

    `api.api` is CDK's `aws_apigatewayv2.HttpApi`, and all that CDK can do with it stays possible.

    Creates: `AWS::ApiGatewayV2::Api`, `AWS::ApiGatewayV2::Stage`, `AWS::Logs::LogGroup`; for each route an
    `AWS::ApiGatewayV2::Route`; for each function an `AWS::ApiGatewayV2::Integration` and an `AWS::Lambda::Permission`.

    Costs when idle: nothing but the storage of logs (0.03 USD per GB and month in us-east-1). In use: 1.00 USD per
    million requests, and 0.50 USD per GB of logs.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        authorizer: Who may call the routes that don't say it themselves.
        cors_preflight: What browsers are told of other origins. API Gateway answers their preflights itself.
        throttle: How many requests it takes; 1,000 a second and bursts of 500 where it isn't given.
        access_logs: A log group for the access logs; False for none.
        domain: Its own name, `CustomDomain("api.example.com", certificate=...)`.
        api_name: Its name. The id where it isn't given.
        description: What it is for.
        disable_execute_api_endpoint: Whether AWS's own address is switched off: with a `domain` it is.
        detailed_metrics_enabled: Whether CloudWatch gets metrics for each route, which cost extra. They are off.
        openapi_file: Name of a file beside the template into which the synth writes the API's OpenAPI document.
        usage: How much it is used a month, for `constructs-lambda cost`. Its requests are those of its functions, where
            these state theirs and nothing else invokes them.
        monitor: Its alarms and its place on the dashboard, `Monitor(action=topic)`.
        **only_rest: Keywords that only `RestApi` has; each is refused, with what stands in its place.

    Raises:
        InputError: The authorizer can't be used here; nothing is made.
        LimitError: What AWS would refuse, everything at once; nothing is made.
        TypeError: A keyword that only a `RestApi` has, an authorizer for one, or a value of the wrong type.
    """

    _kind: ClassVar[str] = "http"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        authorizer: HttpAuthorizer | None = None,
        cors_preflight: aws_apigatewayv2.CorsPreflightOptions | None = None,
        throttle: aws_apigatewayv2.ThrottleSettings | None = None,
        access_logs: aws_logs.ILogGroup | bool = True,
        domain: CustomDomain | None = None,
        api_name: str | None = None,
        description: str | None = None,
        disable_execute_api_endpoint: bool | None = None,
        detailed_metrics_enabled: bool | None = None,
        openapi_file: str | None = None,
        usage: Usage | None = None,
        monitor: Monitor | None = None,
        **only_rest: Never,
    ) -> None:
        refuse_keywords(HttpAuthorizer, "HttpApi", only_rest, HttpApi.__init__)
        refuse_wrong_authorizer(HttpAuthorizer, authorizer)
        refuse_wrong_access_logs(access_logs)
        refuse_wrong_throttling(path_of(scope, id), throttle)
        refuse_wrong_domain(domain)
        openapi.refuse_wrong_file(openapi_file)
        refuse_wrong_usage(usage, path_of(scope, id), "AWS::ApiGatewayV2::Api")
        refuse_no_monitor(monitor)
        _refuse_wrong_cors(path_of(scope, id), cors_preflight)
        Construct.__init__(self, scope, id)
        try:
            self.api = aws_apigatewayv2.HttpApi(
                self,
                "Api",
                api_name=api_name or id,
                description=description,
                cors_preflight=cors_preflight,
                disable_execute_api_endpoint=switched_off(disable_execute_api_endpoint, domain),
            )
            self._answers_preflights = cors_preflight is not None
            title = routes.known_or(api_name, id)
            document = openapi.Document(title, description, answers_preflights=self._answers_preflights)
            self._start(scope, self.api.api_id, document, authorizer, openapi_file)
            if usage is not None:
                usage.apply(self.api)
            self._integrations: dict[str, str] = {}
            self._preflights: set[str] = set()
            self.access_log_group = log_group_for(self, access_logs)
            stage = cast(aws_apigatewayv2.IHttpStage, self.api.default_stage)  # CDK makes it unless told not to
            settle(stage, throttle, self.access_log_group, detailed_metrics_enabled)
            self.domain_name = domain.bind(self, self.api_id, stage, "$default") if domain is not None else None
            self.url = domain.url if domain is not None else stage.url
            self._monitor(monitor)
        except BaseException:
            scope.node.try_remove_child(id)
            raise

    def add_route(
        self,
        route: str,
        function: aws_lambda.IFunction,
        *,
        authorizer: HttpAuthorizer | None = None,
        scopes: Sequence[str] | None = None,
        public: bool = False,
        timeout: Duration | None = None,
        operation_name: str | None = None,
        **only_rest: Never,
    ) -> aws_apigatewayv2.CfnRoute:
        """Leads requests to a function.

        Creates: `AWS::ApiGatewayV2::Route`; for a function that this API doesn't know yet an
        `AWS::ApiGatewayV2::Integration` and an `AWS::Lambda::Permission`.

        Args:
            route: Method and path: `GET /orders/{id}`, `ANY /files/{path+}`; or `$default` for what no other route
                takes.
            function: A function, a version or an alias, of this stack or another one.
            authorizer: Who may call it. The API's own where it isn't given.
            scopes: Scopes of which a token needs one, in place of the authorizer's.
            public: Whether anyone may call it.
            timeout: How long API Gateway waits for the function, 50 ms to 30 s. 30 s where it isn't given.
            operation_name: Its name in the OpenAPI document.
            **only_rest: Keywords that only `RestApi.add_route` has; each is refused.

        Returns:
            The route's resource.

        Raises:
            InputError: The route is malformed (CL415) or there already (CL411), nobody is named who may
                call it (CL405), or something else is wrong: everything at once; nothing is made.
            TypeError: An authorizer for a `RestApi`, or a value of the wrong type.
        """
        refuse_keywords(HttpAuthorizer, "HttpApi.add_route", only_rest, HttpApi.add_route)
        refuse_wrong_authorizer(HttpAuthorizer, authorizer)
        problems: list[str] = []
        if self._answers_preflights and route in self._preflights:
            problems.append(f"{route}: the API answers preflights itself there. Fix: leave the route out.")
        asked = self._asked(
            route,
            function,
            authorizer=authorizer,
            scopes=scopes,
            public=public,
            operation_name=operation_name,
            timeout=timeout,
            limit=limits.HTTP_API_INTEGRATION_TIMEOUT,
            problems=problems,
        )
        called = callee(function)
        target = f"integrations/{self._integration(called, asked.milliseconds)}"
        resource = aws_apigatewayv2.CfnRoute(
            self,
            _id_of(asked.route),
            api_id=self.api_id,
            route_key=route,
            target=target,
            authorization_type=asked.bound.type if asked.bound else "NONE",
            authorizer_id=asked.bound.id if asked.bound else None,
            authorization_scopes=list(asked.scopes) or None,
            operation_name=operation_name,
        )
        if public:
            note(resource, public=True)
            before_synth(self).expect(resource, PUBLIC)
        what, id = (ROUTES, "Invoke") if asked.route.path else (DEFAULT_ROUTE, "InvokeByDefault")
        self._permissions.allow(called, what, f"{id}{called.name}")
        if self._answers_preflights and asked.bound is not None and asked.route.method in ("", "ANY"):
            self._let_preflights_through(asked.route, called, target)
        self._is_there(asked.route, called)
        self._document.add(asked.route, operation_name=operation_name, security=asked.security)
        return resource

    def _let_preflights_through(self, route: Route, called: Callee, target: str) -> None:
        """Makes a route for preflights, which carry no proof, where the one for every method would ask for some.

        API Gateway answers what is a preflight itself; what else comes by this method, the function gets.
        """
        path = route.path or "/{proxy+}"
        preflight = Route(f"OPTIONS {path}", "OPTIONS", path)
        if preflight.key in self._routes or preflight.key in self._preflights:
            return
        self._preflights.add(preflight.key)
        resource = aws_apigatewayv2.CfnRoute(
            self,
            _id_of(preflight),
            api_id=self.api_id,
            route_key=preflight.key,
            target=target,
            authorization_type="NONE",
        )
        before_synth(self).expect(resource, PREFLIGHT)
        self._permissions.allow(called, ROUTES, f"Invoke{called.name}")

    def grant_invoke(self, grantee: aws_iam.IGrantable, *only: str) -> aws_iam.Grant:
        """Lets an identity of AWS call routes whose authorizer is `IamAuthorizer`.

        Args:
            grantee: Who may call.
            *only: The routes, as `add_route` has them; all where none is named.

        Raises:
            InputError: There is no such route.
        """
        return self._grant(grantee, "*", only, (ROUTES, DEFAULT_ROUTE))

    def _make(self, authorizer: HttpAuthorizer) -> Bound:
        return authorizer.bind_to_http_api(self, self.api, self._permissions)

    def _integration(self, called: Callee, milliseconds: int | float | None) -> str:
        """Id of the integration of a function: one for all of its routes that wait as long."""
        id = f"Integration{called.name}"
        if milliseconds is not None:
            id += f"{milliseconds:g}ms" if not is_number_token(milliseconds) else routes.digest(self, milliseconds)
        if id not in self._integrations:
            integration = aws_apigatewayv2.CfnIntegration(
                self,
                id,
                api_id=self.api_id,
                integration_type="AWS_PROXY",
                integration_uri=called.arn,
                payload_format_version=_PAYLOAD,
                timeout_in_millis=milliseconds,
            )
            self._integrations[id] = integration.ref
        return self._integrations[id]


def _id_of(route: Route) -> str:
    """Id of a route's construct: a slash would become two hyphens, which a path may have as well."""
    return f"{route.method} {route.path[1:].replace('/', ' ')}" if route.path else route.key


def _refuse_wrong_cors(path: str, cors: aws_apigatewayv2.CorsPreflightOptions | None) -> None:
    if cors is None:
        return
    if not isinstance(cors, aws_apigatewayv2.CorsPreflightOptions):
        raise TypeError(f"cors_preflight must be an aws_apigatewayv2.CorsPreflightOptions; got {cors!r}")
    settings = {
        "AllowCredentials": cors.allow_credentials,
        "AllowHeaders": cors.allow_headers,
        "AllowMethods": [each.value for each in cors.allow_methods or ()] or None,
        "AllowOrigins": cors.allow_origins,
        "ExposeHeaders": cors.expose_headers,
        "MaxAge": seconds(cors.max_age),
    }
    nowhere = Place(path)
    api = read_http_api({"ProtocolType": "HTTP", "Name": "-", "CorsConfiguration": set_only(**settings)}, nowhere)
    refuse_what_aws_refuses([api], nowhere)
