"""`RestApi`: functions behind a REST API, with no route open by accident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Never

from aws_cdk import Duration, Size, Stack, aws_apigateway, aws_iam, aws_lambda, aws_logs, aws_wafv2
from constructs import Construct

from constructs_lambda.cdk.apis import openapi
from constructs_lambda.cdk.apis.access_logs import log_group_for, refuse_wrong_access_logs
from constructs_lambda.cdk.apis.authorizers import Bound, RestAuthorizer
from constructs_lambda.cdk.apis.custom_domain import CustomDomain, refuse_wrong_domain, switched_off
from constructs_lambda.cdk.apis.kinds import refuse_keywords, refuse_wrong_authorizer
from constructs_lambda.cdk.apis.models import Models, checked_schema
from constructs_lambda.cdk.apis.nag_findings import NO_WEB_ACL, findings_of_method
from constructs_lambda.cdk.apis.permissions import ROUTES, callee
from constructs_lambda.cdk.apis.rest_cors import tell_browsers_of_refusals
from constructs_lambda.cdk.apis.rest_inputs import (
    arn_of,
    endpoints_of,
    refuse_what_breaks,
    refuse_wrong_settings,
    wrong_parameters,
)
from constructs_lambda.cdk.apis.rest_integrations import Integrations, longest_wait
from constructs_lambda.cdk.apis.rest_stage import access_logging, execution_logs, given, guard, throttling
from constructs_lambda.cdk.apis.routed import RoutedApi
from constructs_lambda.cdk.apis.routes import known_or, refuse_wrong_switches, texts
from constructs_lambda.cdk.apis.throttling import refuse_wrong_throttling
from constructs_lambda.cdk.apis.usage_plans import UsagePlans
from constructs_lambda.cdk.metadata import note
from constructs_lambda.cdk.monitors.monitor import Monitor, refuse_no_monitor
from constructs_lambda.cdk.reach import path_of
from constructs_lambda.cdk.synthesis import before_synth
from constructs_lambda.cdk.tenants import request_parameter
from constructs_lambda.cdk.usage import Usage, refuse_wrong_usage

DEFAULT_STAGE = "prod"


class RestApi(RoutedApi[RestAuthorizer]):
    """A REST API for functions: a route without an authorizer is an error unless `public=True` is written.

    - It is Regional, traced by X-Ray, and throttled to 1,000 requests a second with bursts of 500.
    - Access logs in JSON, and execution logs of errors, go to log groups of their own, kept for a year, and kept when
      the stack goes.
    - Each function has one permission, however many routes lead there.
    - A request's parameters and its body are checked before the function is called, where a route says what they are.
    - With a `domain`, AWS's own address is switched off.

    API Gateway writes the logs of REST APIs with a role that is set once for each account and Region, and refuses a
    stage with logs where none is set. It is left alone here, because every stack that sets it decides for all other
    APIs too. docs/apis.md says how to set it.

    `api.api` is CDK's `aws_apigateway.RestApi`, and all that CDK can do with it stays possible.

    Creates: `AWS::ApiGateway::RestApi`, `AWS::ApiGateway::Deployment`, `AWS::ApiGateway::Stage`,
    `AWS::ApiGateway::RequestValidator`, two `AWS::Logs::LogGroup`; with CORS two `AWS::ApiGateway::GatewayResponse`;
    for each route an `AWS::ApiGateway::Method`, and an `AWS::ApiGateway::Resource` for each part of its path that is
    new; for each function an `AWS::Lambda::Permission`; for each model an `AWS::ApiGateway::Model`.

    Costs when idle: nothing but the storage of logs (0.03 USD per GB and month in us-east-1). In use: 3.50 USD per
    million requests, and 0.50 USD per GB of logs.

    Args:
        scope: Parent construct.
        id: Id within the parent.
        authorizer: Who may call the routes that don't say it themselves.
        default_cors_preflight_options: What browsers are told of other origins; each path answers their preflights.
        throttle: How many requests it takes; 1,000 a second and bursts of 500 where it isn't given.
        access_logs: A log group for the access logs; False for none.
        logging_level: What the execution logs hold: errors where it isn't given. `OFF` for none.
        tracing: Whether X-Ray traces requests.
        domain: Its own name, `CustomDomain("api.example.com", certificate=...)`.
        web_acl: The web ACL of AWS WAF that guards it: a `CfnWebACL`, or an ARN.
        stage_name: Name of its stage. `prod` where it isn't given.
        deploy_options: CDK's other options of the stage.
        rest_api_name: Its name. The id where it isn't given.
        description: What it is for.
        endpoint_configuration: Where it answers. Regional where it isn't given.
        policy: Its resource policy.
        binary_media_types: Media types that are passed on as bytes.
        min_compression_size: Size from which answers are compressed. Never where it isn't given.
        api_key_source_type: Where the API key comes from. The header `x-api-key` where it isn't given.
        disable_execute_api_endpoint: Whether AWS's own address is switched off: with a `domain` it is.
        cloud_watch_role: Whether it sets the account's role for logs. No.
        openapi_file: Name of a file beside the template into which the synth writes the API's OpenAPI document.
        usage: How much it is used a month, for `constructs-lambda cost`, as for `HttpApi`.
        monitor: Its alarms and its place on the dashboard, `Monitor(action=topic)`.
        **others: Keywords that a REST API doesn't have; each is refused, with what stands in its place.

    Raises:
        InputError: The authorizer can't be used here; nothing is made.
        LimitError: What AWS would refuse, everything at once; nothing is made.
        TypeError: A keyword that doesn't exist, an authorizer for an `HttpApi`, or a value of the wrong type.
    """

    _kind: ClassVar[str] = "rest"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        authorizer: RestAuthorizer | None = None,
        default_cors_preflight_options: aws_apigateway.CorsOptions | None = None,
        throttle: aws_apigateway.ThrottleSettings | None = None,
        access_logs: aws_logs.ILogGroup | bool = True,
        logging_level: aws_apigateway.MethodLoggingLevel = aws_apigateway.MethodLoggingLevel.ERROR,
        tracing: bool = True,
        domain: CustomDomain | None = None,
        web_acl: aws_wafv2.CfnWebACL | str | None = None,
        stage_name: str = DEFAULT_STAGE,
        deploy_options: aws_apigateway.StageOptions | None = None,
        rest_api_name: str | None = None,
        description: str | None = None,
        endpoint_configuration: aws_apigateway.EndpointConfiguration | None = None,
        policy: aws_iam.PolicyDocument | None = None,
        binary_media_types: Sequence[str] | None = None,
        min_compression_size: Size | None = None,
        api_key_source_type: aws_apigateway.ApiKeySourceType | None = None,
        disable_execute_api_endpoint: bool | None = None,
        cloud_watch_role: bool = False,
        openapi_file: str | None = None,
        usage: Usage | None = None,
        monitor: Monitor | None = None,
        **others: Never,
    ) -> None:
        refuse_keywords(RestAuthorizer, "RestApi", others, RestApi.__init__)
        refuse_wrong_authorizer(RestAuthorizer, authorizer)
        refuse_wrong_access_logs(access_logs)
        refuse_wrong_domain(domain)
        openapi.refuse_wrong_file(openapi_file)
        refuse_wrong_switches(tracing=tracing, cloud_watch_role=cloud_watch_role)
        refuse_wrong_throttling(path_of(scope, id), throttle)
        binary = texts("binary_media_types", binary_media_types)
        options = given(deploy_options)
        stage_name = str(options.get("stage_name", stage_name))
        endpoints = endpoints_of(endpoint_configuration)
        refuse_wrong_settings(path_of(scope, id), stage_name, min_compression_size)
        refuse_what_breaks(path_of(scope, id), endpoints, domain, web_acl, policy)
        refuse_wrong_usage(usage, path_of(scope, id), "AWS::ApiGateway::RestApi")
        refuse_no_monitor(monitor)
        Construct.__init__(self, scope, id)
        try:
            self.access_log_group = log_group_for(self, access_logs)
            stage_options = {
                "stage_name": stage_name,
                "tracing_enabled": tracing,
                "logging_level": logging_level,
                **throttling(throttle),
                **access_logging(self.access_log_group),
                **options,
            }
            self.api = aws_apigateway.RestApi(
                self,
                "Api",
                rest_api_name=rest_api_name or id,
                description=description,
                endpoint_configuration=endpoint_configuration or _regional(),
                policy=policy,
                binary_media_types=list(binary) or None,
                min_compression_size=min_compression_size,
                api_key_source_type=api_key_source_type,
                default_cors_preflight_options=default_cors_preflight_options,
                disable_execute_api_endpoint=switched_off(disable_execute_api_endpoint, domain),
                cloud_watch_role=cloud_watch_role,
                deploy_options=aws_apigateway.StageOptions(**stage_options),
            )
            from_authorizer = api_key_source_type is aws_apigateway.ApiKeySourceType.AUTHORIZER
            document = openapi.Document(
                known_or(rest_api_name, id),
                description,
                key_header=None if from_authorizer else "x-api-key",
                answers_preflights=default_cors_preflight_options is not None,
            )
            self._start(scope, self.api.rest_api_id, document, authorizer, openapi_file)
            if usage is not None:
                usage.apply(self.api)
            self._is_edge = "EDGE" in endpoints
            self._plans = UsagePlans(self, self.api)
            self._integrations = Integrations(self)
            self._answers_preflights = default_cors_preflight_options is not None
            self._models = Models(self, self.api)
            self.stage_name = stage_name
            stage = self.api.deployment_stage
            self.execution_log_group = execution_logs(self, self.api_id, stage, stage_options)
            self.request_validator = aws_apigateway.RequestValidator(
                self, "Validator", rest_api=self.api, validate_request_body=True, validate_request_parameters=True
            )
            if default_cors_preflight_options is not None:
                tell_browsers_of_refusals(self.api, default_cors_preflight_options)
            self.domain_name = domain.bind(self, self.api_id, stage, self.stage_name) if domain is not None else None
            self.url = domain.url if domain is not None else self._own_url()
            if web_acl is None:
                before_synth(self).expect(stage, NO_WEB_ACL)
            else:
                guard(self, self.api_id, stage, self.stage_name, arn_of(web_acl))
            self._monitor(monitor)
        except BaseException:
            scope.node.try_remove_child(id)
            raise

    def add_route(
        self,
        route: str,
        function: aws_lambda.IFunction,
        *,
        authorizer: RestAuthorizer | None = None,
        scopes: Sequence[str] | None = None,
        public: bool = False,
        api_key_required: bool = False,
        request_model: type | Mapping[str, Any] | None = None,
        request_parameters: Mapping[str, bool] | None = None,
        tenant_id: str | None = None,
        stream: bool = False,
        timeout: Duration | None = None,
        operation_name: str | None = None,
        **others: Never,
    ) -> aws_apigateway.Method:
        """Leads requests to a function.

        Creates: `AWS::ApiGateway::Method`; an `AWS::ApiGateway::Resource` for each part of the path that is new; for a
        function that this API doesn't know yet an `AWS::Lambda::Permission`.

        Args:
            route: Method and path: `GET /orders/{id}`, `ANY /files/{path+}`.
            function: A function, a version or an alias, of this stack or another one.
            authorizer: Who may call it. The API's own where it isn't given.
            scopes: Scopes of which a token needs one, in place of the authorizer's.
            public: Whether anyone may call it.
            api_key_required: Whether it needs an API key of a usage plan. A key tells who calls, and proves nothing.
            request_model: What the body has to look like, as JSON: a pydantic model, or a JSON schema. Another one is
                refused (400) before the function is called, whatever its content type.
            request_parameters: Parameters of the request by API Gateway's names, and whether each has to be there:
                `{"method.request.querystring.page": True}`.
            tenant_id: Where the request has the tenant, for a function with tenant isolation: by API Gateway's names,
                `context.authorizer.tenant` for what the authorizer passed on, or `method.request.header.x-tenant`,
                which then has to be there, and which anyone may write.
            stream: Whether the function's answer is streamed. The function has to be one that streams.
            timeout: How long API Gateway waits for the function, at least 50 ms. 29 s where it isn't given, and at
                most, unless AWS raised that for a Regional or private API; 15 minutes for a stream.
            operation_name: Its name in the OpenAPI document.
            **others: Keywords that `add_route` doesn't have; each is refused.

        Returns:
            CDK's method.

        Raises:
            InputError: The route is malformed (CL414) or there already (CL411), nobody is named who may
                call it (CL405), no tenant is named to a function with tenant isolation (CL161), or something else is
                wrong: everything at once; nothing is made.
            TypeError: An authorizer for an `HttpApi`, or a value of the wrong type.
        """
        refuse_keywords(RestAuthorizer, "RestApi.add_route", others, RestApi.add_route)
        refuse_wrong_authorizer(RestAuthorizer, authorizer)
        refuse_wrong_switches(api_key_required=api_key_required, stream=stream)
        if (parameter := request_parameter(tenant_id)) is not None:
            request_parameters = {parameter: True, **(request_parameters or {})}
        problems = list(wrong_parameters(route, request_parameters))
        if self._answers_preflights and str(route).startswith("OPTIONS "):
            problems.append(f"{route}: the API answers preflights itself. Fix: leave the route out, or the API's CORS.")
        schema = None if request_model is None else checked_schema(route, request_model, problems)
        asked = self._asked(
            route,
            function,
            authorizer=authorizer,
            scopes=scopes,
            public=public,
            timeout=timeout,
            operation_name=operation_name,
            limit=longest_wait(stream=stream, is_edge=self._is_edge),
            tenant_id=tenant_id,
            problems=problems,
        )
        bound, called = asked.bound, callee(function)
        method = self.api.root.resource_for_path(asked.route.path).add_method(
            asked.route.method,
            self._integrations.of(called, asked.milliseconds, stream=stream, tenant_id=tenant_id),
            authorizer=bound.authorizer if bound else None,
            authorization_type=_type(bound),
            authorization_scopes=list(asked.scopes) or None,
            api_key_required=api_key_required or None,
            operation_name=operation_name,
            # Whatever the content type says: a body of a type that no model is for isn't checked at all.
            request_models={"$default": self._models.of(schema)} if schema is not None else None,
            request_parameters=dict(request_parameters) if request_parameters else None,
            request_validator=self.request_validator if schema is not None or request_parameters else None,
        )
        if public:
            note(method.node.default_child, public=True)
        before_synth(self).expect(method, *findings_of_method(bound))
        self._permissions.allow(called, ROUTES, f"Invoke{called.name}")
        self._is_there(asked.route, called)
        self._document.add(
            asked.route,
            operation_name=operation_name,
            security=asked.security,
            needs_key=api_key_required,
            model=request_model,
            parameters=request_parameters,
        )
        return method

    def add_usage_plan(
        self,
        id: str,
        *,
        api_keys: Sequence[str | aws_apigateway.IApiKey] = (),
        throttle: aws_apigateway.ThrottleSettings | None = None,
        quota: aws_apigateway.QuotaSettings | None = None,
        description: str | None = None,
    ) -> aws_apigateway.UsagePlan:
        """Adds a usage plan for the API, for routes with `api_key_required=True`.

        Creates: `AWS::ApiGateway::UsagePlan`; for each key an `AWS::ApiGateway::UsagePlanKey`, and an
        `AWS::ApiGateway::ApiKey` where only a name is given.

        Args:
            id: Id within the API.
            api_keys: Keys that are there, or names of keys to make; AWS makes up their values.
            throttle: How many requests each key may make.
            quota: How many requests each key may make in a day, week or month.
            description: What it is for.

        Returns:
            CDK's usage plan.

        Raises:
            InputError: There is a construct with this id already.
            TypeError: A value of the wrong type.
        """
        return self._plans.add(id, api_keys, throttle=throttle, quota=quota, description=description)

    def grant_invoke(self, grantee: aws_iam.IGrantable, *only: str) -> aws_iam.Grant:
        """Lets an identity of AWS call routes whose authorizer is `IamAuthorizer`.

        Args:
            grantee: Who may call.
            *only: The routes, as `add_route` has them; all where none is named.

        Raises:
            InputError: There is no such route.
        """
        return self._grant(grantee, self.stage_name, only, (f"{self.stage_name}/*/*",))

    def _make(self, authorizer: RestAuthorizer) -> Bound:
        bound = authorizer.bind_to_rest_api(self, self.api, self._permissions)
        deployment = self.api.latest_deployment
        if bound.authorizer is not None and deployment is not None:
            # What an authorizer is told counts once the API is deployed anew, and CDK sees its id alone.
            deployment.add_to_logical_id({"authorizer": authorizer.settings})
            deployment.node.add_dependency(bound.authorizer)
        return bound

    def _own_url(self) -> str:
        """The address without a reference to the stage: a function that holds it would close a circle."""
        stack = Stack.of(self)
        return f"https://{self.api_id}.execute-api.{stack.region}.{stack.url_suffix}/{self.stage_name}/"


@cache
def _regional() -> aws_apigateway.EndpointConfiguration:
    return aws_apigateway.EndpointConfiguration(types=[aws_apigateway.EndpointType.REGIONAL])


def _type(bound: Bound | None) -> aws_apigateway.AuthorizationType | None:
    if bound is None:
        return aws_apigateway.AuthorizationType.NONE
    return aws_apigateway.AuthorizationType.IAM if bound.authorizer is None else None
