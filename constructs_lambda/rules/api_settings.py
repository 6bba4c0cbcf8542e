"""CL427 to CL429: what kinds of APIs take, what their stages take, and what is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Cors, Gateway, HttpApi, HttpStage, Link, RestApi, RestStage
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.problems import number_problem, one_of, quoted, too_long
from constructs_lambda.tokens import Unknown, certain_count, known, resolve_text

_API = "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"
_STAGE = "https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html"
_DEPLOYMENT = "https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html"
_PROTOCOLS = ("HTTP", "WEBSOCKET")
_ENDPOINTS = ("EDGE", "REGIONAL", "PRIVATE")
_KEY_SOURCES = ("HEADER", "AUTHORIZER")
_SELECTIONS = ("$request.method $request.path", "${request.method} ${request.path}")
_LEVELS = ("OFF", "ERROR", "INFO")
_CACHES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_LOG_GROUP = re.compile(r"arn:[^:]*:logs:.*", re.DOTALL)
_FIREHOSE = re.compile(r"arn:[^:]*:firehose:[^:]*:[^:]*:deliverystream/(?P<name>.*)", re.DOTALL)
_FIREHOSE_PREFIX = "amazon-apigateway-"


@rule(
    "CL427",
    "API setting not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the API.",
    fix="Write what this kind of API takes.",
    source=_API,
)
def api_setting(api: RestApi | HttpApi) -> Iterator[Problem]:
    if isinstance(api, RestApi):
        yield from _rest(api)
        return
    yield from one_of("ProtocolType", "the API's protocol", api.protocol, _PROTOCOLS)
    fix = "Choose a shorter one."
    yield from too_long("Name", "the API's name", api.name, limits.HTTP_API_NAME_LENGTH, fix)
    yield from too_long(
        "Description", "the API's description", api.description, limits.HTTP_API_DESCRIPTION_LENGTH, fix
    )
    selection = api.route_selection
    if api.protocol == "HTTP" and isinstance(selection, str) and selection not in _SELECTIONS:
        message = f"the route selection of the HTTP API is {quoted(selection)}; AWS takes {quoted(_SELECTIONS[0])} only"
        yield Problem("RouteSelectionExpression", message, "Leave it out.")
    if api.protocol == "WEBSOCKET" and selection is None and not api.has_definition:
        message = "the WebSocket API doesn't say which part of a message selects the route"
        yield Problem("RouteSelectionExpression", message, "Write $request.body.action.")
    if api.protocol == "WEBSOCKET" and isinstance(api.cors, Cors):
        yield Problem(
            "CorsConfiguration", "the WebSocket API has CORS settings, which HTTP APIs have only", "Remove them."
        )


def _rest(api: RestApi) -> Iterator[Problem]:
    prop = "EndpointConfiguration.Types"
    for kind in map(resolve_text, known(api.endpoint_types) or ()):
        yield from one_of(prop, "the API's endpoint type", kind, _ENDPOINTS)
    count = certain_count(api.endpoint_types)
    if count > 1:
        yield Problem(prop, f"the API has {count} endpoint types; AWS takes one", "Choose one of them.")
    if certain_count(api.vpc_endpoints) and api.endpoint in ("EDGE", "REGIONAL"):
        message = f"the API names VPC endpoints and is of the type {api.endpoint}; AWS takes them for PRIVATE only"
        yield Problem("EndpointConfiguration.VpcEndpointIds", message, "Write the type PRIVATE, or remove them.")
    yield from one_of("ApiKeySourceType", "the source of API keys", api.key_source, _KEY_SOURCES)


@rule(
    "CL428",
    "Stage setting not allowed",
    Severity.ERROR,
    aws="API Gateway refuses the stage.",
    fix="Write what stages of this kind of API take.",
    source=_STAGE,
)
def stage_setting(part: RestStage | HttpStage | Gateway) -> Iterator[Problem]:
    if isinstance(part, Gateway):
        yield from _same_name(part)
        yield from _of_kind(part)
        return
    settings, prefix = part.settings, part.property if isinstance(part, RestStage) else ""
    logs = "AccessLogSetting" if isinstance(part, RestStage) else "AccessLogSettings"
    yield from _destination(f"{prefix}{logs}.DestinationArn", settings.log_destination)
    for prop, level in settings.logging:
        yield from one_of(f"{prefix}{prop}", "the level of execution logs", level, _LEVELS)
    size, ttl = settings.cache_size, limits.REST_API_CACHE_TTL
    yield from one_of(f"{prefix}CacheClusterSize", "the size of the cache in GB", size, _CACHES)
    for prop, seconds in settings.cache_ttls:
        yield from number_problem(
            f"{prefix}{prop}", "the TTL of cached answers", seconds, ttl, f"Choose {ttl.allowed}."
        )
    for name in settings.variables:
        if not re.fullmatch(limits.STAGE_VARIABLE_NAME_PATTERN, name):
            message = f"the stage variable {quoted(name)} has a name that is not allowed"
            where = "Variables" if isinstance(part, RestStage) else "StageVariables"
            yield Problem(f"{prefix}{where}", message, "Use letters, digits and underscores.")


def _destination(prop: str, destination: str | Unknown | None) -> Iterator[Problem]:
    arn = known(destination)
    if arn is None:
        return
    stream = _FIREHOSE.fullmatch(arn)
    if stream and not stream["name"].startswith(_FIREHOSE_PREFIX):
        message = (
            f"the access logs go to the stream {quoted(stream['name'])}; its name has to begin with {_FIREHOSE_PREFIX}"
        )
        yield Problem(prop, message, f"Put {_FIREHOSE_PREFIX} in front of its name.")
    elif not stream and not _LOG_GROUP.fullmatch(arn):
        message = f"the access logs go to {quoted(arn)}; AWS takes the ARN of a log group or of a Firehose stream"
        yield Problem(prop, message, "Write the log group's ARN.")


def _same_name(gateway: Gateway) -> Iterator[Problem]:
    first: dict[str, RestStage | HttpStage] = {}
    for stage in gateway.stages:
        name = known(stage.name)
        if name is None or stage.place.conditional:
            continue
        other = first.setdefault(name, stage)
        if other is not stage and (_are_both_stages(stage, other) or _makes(stage, other) or _makes(other, stage)):
            message = f"the API has the stage {quoted(name)} already: {other.place.path}"
            yield Problem(
                "StageName", message, "Keep one; a stage of its own needs no StageName of the deployment.", stage.place
            )


def _are_both_stages(one: RestStage | HttpStage, other: RestStage | HttpStage) -> bool:
    return not (_is_deployment(one) or _is_deployment(other))


def _is_deployment(stage: RestStage | HttpStage) -> bool:
    return isinstance(stage, RestStage) and stage.is_deployment


def _makes(deployment: RestStage | HttpStage, stage: RestStage | HttpStage) -> bool:
    """Whether a deployment makes a stage, and a stage with the same name is made of it."""
    link = stage.deployment if isinstance(stage, RestStage) else None
    is_same = isinstance(link, Link) and link.kind == "resource" and link.name == deployment.place.resource
    return is_same and _is_deployment(deployment) and deployment.place.template == stage.place.template


def _of_kind(gateway: Gateway) -> Iterator[Problem]:
    routes = {known(getattr(route.route, "key", None)) for route in gateway.routes}
    for stage in gateway.stages:
        for prop, level in stage.settings.logging if gateway.kind == "HTTP" else ():
            if level in ("ERROR", "INFO"):
                message = f"the stage has execution logs of the level {level}, which HTTP APIs don't have"
                yield Problem(prop, message, "Leave it out; AccessLogSettings logs requests.", stage.place)
        if gateway.is_open or None in routes:
            continue
        for key in stage.settings.route_keys:
            if key not in routes:
                message = f"the stage has settings for the route {quoted(key)}, which the API doesn't have"
                yield Problem("RouteSettings", message, "Write the key as the route has it.", stage.place)


@rule(
    "CL429",
    "API that can't be deployed",
    Severity.ERROR,
    aws="API Gateway refuses the deployment.",
    fix="Give the API a method, and a private one a resource policy.",
    source=_DEPLOYMENT,
)
def deployment(gateway: Gateway) -> Iterator[Problem]:
    api, stages = gateway.api, [stage for stage in gateway.stages if not stage.place.conditional]
    if not isinstance(api, RestApi) or gateway.is_open or not stages:
        return
    if not gateway.routes:
        message = "the API has a stage and no method: there is nothing to deploy"
        yield Problem("", message, "Add a method, or a mock on the root.")
    if api.endpoint == "PRIVATE" and api.policy_length is None:
        message = "the private API has no resource policy: without one it can't be deployed"
        fix = "Add a policy that allows execute-api:Invoke, for the VPC endpoints that may call it."
        yield Problem("Policy", message, fix)
