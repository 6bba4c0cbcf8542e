"""CL426 to CL429 and CL512: what integrations call, and what settings APIs, stages and authorizers take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.api_cases import (
    ARN,
    REF,
    http,
    http_api,
    http_authorizer,
    http_stage,
    integrated,
    integration,
    jwt,
    made,
    messaged,
    method,
    path_to,
    permission,
    regional,
    rest,
    rest_api,
    rest_authorizer,
    rest_stage,
    route,
    socket,
    source,
    unknowns,
    websocket_api,
)
from rules.cases import ABSENT, NO_VALUE, Case, Resource

ALIAS = made("Lambda::Alias", {"FunctionName": {"Ref": "F"}, "FunctionVersion": "1", "Name": "live"})
OF_ALIAS = permission(source("/*"), {"Ref": "Al"})
SUFFIX = "/2015-03-31/functions/arn:aws:lambda:eu-west-1:111122223333:function:orders"
LITERAL = f"arn:aws:apigateway:eu-west-1:lambda:path{SUFFIX}"
SQS = {"IntegrationSubtype": "SQS-SendMessage", "IntegrationUri": ABSENT, "PayloadFormatVersion": "1.0"}
SQS |= {"CredentialsArn": "arn:aws:iam::111122223333:role/r"}
TO_QUEUE = {**SQS, "RequestParameters": {"QueueUrl": "q", "MessageBody": "$request.body"}}
JOINED = ["arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/", ARN]
OTHER = {"B": http_api()}


def calling(uri: Any, kind: Any = "AWS_PROXY", **more: Any) -> Resource:
    return method(Integration=integrated(Uri=uri, Type=kind, **more))


def proxied(**more: Any) -> Resource:
    given = {"IntegrationType": "HTTP_PROXY", "IntegrationUri": "https://a.b", "IntegrationMethod": "GET"}
    return integration(**{**given, "PayloadFormatVersion": "1.0", **more})


def lengths(what: str, rule: str, maximum: int, make: Any) -> Iterator[Case]:
    for length, expected in ((maximum - 1, ""), (maximum, ""), (maximum + 1, rule)):
        yield http(f"{what} of {length}", expected, **make("n" * length))


REST_TARGETS: list[Case] = [
    rest("path to a literal function", M=calling(f"{LITERAL}/invocations")),
    rest("path to a stage's function", M=calling(f"{LITERAL}:${{stageVariables.alias}}/invocations")),
    rest(
        "path that streams", M=calling(f"{LITERAL.replace('2015-03-31', '2021-11-15')}/response-streaming-invocations")
    ),
    rest("path to a queue", M=calling("arn:aws:apigateway:eu-west-1:sqs:path/111122223333/q", "AWS")),
    rest("action of a table", M=calling("arn:aws-cn:apigateway:cn-north-1:dynamodb:action/GetItem", "AWS")),
    rest("function's ARN as an address", "CL426", M=calling(ARN)),
    rest("alias as an address", "CL426", M=calling({"Ref": "Al"}), Al=ALIAS, P=OF_ALIAS),
    rest("literal ARN as an address", "CL426", M=calling("arn:aws:lambda:eu-west-1:111122223333:function:orders")),
    rest("ARN of the Region's function", "CL426", M=calling({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:1:function:f"})),
    rest("neither path nor action", "CL426", M=calling("arn:aws:apigateway:eu-west-1:sqs:q", "AWS")),
    rest("no ARN", "CL426", M=calling("orders", "AWS")),
    rest("no address", "CL426", M=calling(ABSENT)),
    rest("path without invocations", "CL426", M=calling(LITERAL)),
    rest("path to the function without invocations", "CL426", M=calling({"Fn::Join": ["", JOINED]})),
    rest("path that a parameter may end", M=calling({"Fn::Join": ["", [JOINED[0], REF]]})),
    rest("imported address", M=calling({"Fn::ImportValue": "uri"})),
    *unknowns(rest, "address", lambda v: {"M": calling(v)}),
    *unknowns(rest, "type of a wrong address", lambda v: {"M": calling("orders", v)}),
    *(
        rest(f"backend {uri}", M=calling(uri, "HTTP_PROXY"))
        for uri in ("https://a.b", "http://a.b/{p}", "https://${stageVariables.host}/a", "${stageVariables.url}")
    ),
    *(
        rest(f"backend {uri}", "CL426", M=calling(uri, "HTTP_PROXY"))
        for uri in ("a.b", "ftp://a.b", "https://", ABSENT, NO_VALUE)
    ),
    *unknowns(rest, "backend", lambda v: {"M": calling(v, "HTTP")}),
    rest("mock without an address", M=method(Integration={"Type": "MOCK"})),
    rest("integration of no type", "CL426", M=calling(path_to(), "LAMBDA")),
    *(
        rest(f"passthrough {word}", expected, M=calling(path_to(), PassthroughBehavior=word))
        for word, expected in (("NEVER", ""), ("WHEN_NO_MATCH", ""), ("SOMETIMES", "CL426"), (REF, ""))
    ),
    *(
        rest(f"VPC link {given}", expected, M=calling("https://a.b", "HTTP_PROXY", **given))
        for given, expected in (
            ({"ConnectionType": "VPC_LINK", "ConnectionId": "v"}, ""),
            ({"ConnectionType": "VPC_LINK", "ConnectionId": REF}, ""),
            ({"ConnectionType": "VPC_LINK"}, "CL426"),
            ({"ConnectionType": "INTERNET"}, ""),
            ({"ConnectionType": "VPN"}, "CL426"),
            ({"ConnectionType": REF}, ""),
        )
    ),
]

HTTP_TARGETS: list[Case] = [
    *(
        http(f"integration {kind}", expected, I=integration(IntegrationType=kind, PayloadFormatVersion="1.0"))
        for kind, expected in (("AWS", "CL426"), ("MOCK", "CL426"), ("HTTP", "CL426"), ("AWS_PROXY", ""))
    ),
    socket("integration AWS", I=messaged(IntegrationType="AWS", IntegrationUri=path_to())),
    socket("mock", I=messaged(IntegrationType="MOCK", IntegrationUri=ABSENT)),
    http("proxy", I=proxied()),
    http("proxy to no address", "CL426", I=proxied(IntegrationUri=ABSENT)),
    http("proxy to a host", "CL426", I=proxied(IntegrationUri="a.b")),
    *unknowns(http, "proxy", lambda v: {"I": proxied(IntegrationUri=v)}),
    http("private proxy", I=proxied(IntegrationUri=REF, ConnectionType="VPC_LINK", ConnectionId="v")),
    http(
        "private proxy to a listener",
        I=proxied(IntegrationUri="arn:aws:elasticloadbalancing:l", ConnectionType="VPC_LINK", ConnectionId="v"),
    ),
    http("private proxy without a link", "CL426", I=proxied(ConnectionType="VPC_LINK")),
    http("integration with no function", "CL426", I=integration(IntegrationUri=ABSENT)),
    http("queue", I=integration(**TO_QUEUE)),
    http("queue without a role", "CL426", I=integration(**{**TO_QUEUE, "CredentialsArn": ABSENT})),
    http("queue without parameters", "CL426", I=integration(**SQS)),
    http("queue without its address", "CL426", I=integration(**SQS, RequestParameters={"MessageBody": "b"})),
    http("queue with a loop", I=integration(**SQS, RequestParameters={"Fn::ForEach::A": []})),
    *unknowns(http, "queue's parameters", lambda v: {"I": integration(**SQS, RequestParameters=v)}),
    *unknowns(http, "queue's role", lambda v: {"I": integration(**{**TO_QUEUE, "CredentialsArn": v})}),
    http("topic", "CL426", I=integration(**{**TO_QUEUE, "IntegrationSubtype": "SNS-Publish"})),
    *unknowns(http, "action", lambda v: {"I": integration(**{**TO_QUEUE, "IntegrationSubtype": v})}),
    http("target that is the integration", "CL426", R=route(Target={"Ref": "I"})),
    http("target that is an id", "CL426", R=route(Target="abc123")),
    http("target that is a literal", R=route(Target="integrations/abc123")),
    *unknowns(http, "target", lambda v: {"R": route(Target=v)}),
    *lengths("operation", "CL426", 64, lambda name: {"R": route(OperationName=name)}),
    *unknowns(http, "operation", lambda v: {"R": route(OperationName=v)}),
    http("integration of another API", "CL426", **OTHER, I=integration(ApiId={"Ref": "B"})),
    http("integration of some API", I=integration(ApiId=REF)),
]

API_SETTINGS: list[Case] = [
    http("protocol REST", "CL427", api=http_api(ProtocolType="REST")),
    *unknowns(http, "protocol", lambda v: {"api": http_api(ProtocolType=v)}),
    *lengths("name", "CL427", 128, lambda name: {"api": http_api(Name=name)}),
    *lengths("description", "CL427", 1_024, lambda text: {"api": http_api(Description=text)}),
    *unknowns(http, "name", lambda v: {"api": http_api(Name=v, Description=v, RouteSelectionExpression=v)}),
    *(
        http(f"selection {text}", expected, api=http_api(RouteSelectionExpression=text))
        for text, expected in (
            ("$request.method $request.path", ""),
            ("${request.method} ${request.path}", ""),
            ("$request.body.action", "CL427"),
        )
    ),
    socket("without a selection", "CL427", api=http_api(ProtocolType="WEBSOCKET")),
    socket("with some selection", api=http_api(ProtocolType="WEBSOCKET", RouteSelectionExpression=REF)),
    socket("with CORS", "CL427", api=websocket_api(CorsConfiguration={"AllowOrigins": ["https://a.b"]})),
    socket("with some CORS", api=websocket_api(CorsConfiguration=REF)),
    rest("endpoint", api=regional()),
    rest("endpoint that is none", "CL427", api=regional("GLOBAL")),
    rest("endpoints", "CL427", api=regional("REGIONAL", "EDGE")),
    rest("endpoints of which one may vanish", api=regional("REGIONAL", {"Fn::If": ["C", "EDGE", NO_VALUE]})),
    *unknowns(rest, "endpoint", lambda v: {"api": regional(v)}),
    *(
        rest(
            f"VPC endpoint of {kind}",
            expected,
            api=rest_api(EndpointConfiguration={"Types": [kind], "VpcEndpointIds": ["vpce-1"]}),
        )
        for kind, expected in (("PRIVATE", ""), ("REGIONAL", "CL427"), ("EDGE", "CL427"), (REF, ""))
    ),
    *(
        rest(f"key source {word}", expected, api=rest_api(ApiKeySourceType=word))
        for word, expected in (("HEADER", ""), ("AUTHORIZER", ""), ("QUERY", "CL427"), (REF, ""))
    ),
]

LOGS = "arn:aws:logs:eu-west-1:111122223333:log-group:l"
STREAM = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/"


def logged_to(arn: Any) -> Any:
    return {"S": rest_stage(AccessLogSetting={"DestinationArn": arn, "Format": "$context.requestId"})}


def deployment(**properties: Any) -> Resource:
    return made("ApiGateway::Deployment", {"RestApiId": {"Ref": "Api"}, **properties})


def of_methods(**settings: Any) -> Any:
    return {"S": rest_stage(MethodSettings=[{"HttpMethod": "*", "ResourcePath": "/*", **settings}])}


ONE = deployment(StageName="prod")
DEPLOYED = rest_stage(DeploymentId={"Ref": "D"})
STAGES: list[Case] = [
    *(
        rest(f"logs to {arn}", expected, **logged_to(arn))
        for arn, expected in (
            (LOGS, ""),
            (f"{STREAM}amazon-apigateway-s", ""),
            (f"{STREAM}s", "CL428"),
            ("arn:aws:s3:::b", "CL428"),
            ("l", "CL428"),
            (ARN, ""),
        )
    ),
    *unknowns(rest, "logs to", logged_to),
    *(
        rest(f"log level {level}", expected, **of_methods(LoggingLevel=level))
        for level, expected in (("OFF", ""), ("INFO", ""), ("ERROR", ""), ("DEBUG", "CL428"))
    ),
    *unknowns(rest, "log level", lambda v: of_methods(LoggingLevel=v, CacheTtlInSeconds=v)),
    *unknowns(rest, "settings", lambda v: {"S": rest_stage(MethodSettings=v, Variables=v, CacheClusterSize=v)}),
    *unknowns(rest, "setting", lambda v: {"S": rest_stage(MethodSettings=[v])}),
    *(
        rest(f"answers kept for {ttl} s", expected, **of_methods(CacheTtlInSeconds=ttl))
        for ttl, expected in ((-1, "CL428"), (0, ""), (1, ""), (3_599, ""), (3_600, ""), (3_601, "CL428"))
    ),
    *(
        rest(f"cache of {size}", expected, S=rest_stage(CacheClusterSize=size))
        for size, expected in (("0.5", ""), (0.5, ""), (118, ""), ("237", ""), ("3", "CL428"))
    ),
    *(
        rest(f"stage variable {name}", expected, S=rest_stage(Variables={name: "v"}))
        for name, expected in (("a_B1", ""), ("a-b", "CL428"), ("a b", "CL428"), ("Fn::ForEach::A", ""))
    ),
    http("stage variable a-b", "CL428", S=http_stage(StageVariables={"a-b": "v"})),
    rest("settings of a deployment", "CL428", D=deployment(StageName="a", StageDescription={"CacheClusterSize": "3"})),
    rest("level of a deployment", "CL428", D=deployment(StageName="a", StageDescription={"LoggingLevel": "DEBUG"})),
    rest("two stages of one name", "CL428", S=DEPLOYED, S2=DEPLOYED),
    rest("two stages", S=rest_stage(), S2=rest_stage(StageName="beta")),
    rest("two stages of one name, perhaps", S=DEPLOYED, S2={**DEPLOYED, "Condition": "C"}),
    *unknowns(
        rest,
        "name of a second stage",
        lambda v: {"S": DEPLOYED, "S2": rest_stage(StageName=v, DeploymentId={"Ref": "D"})},
    ),
    http("two stages of one name", "CL428", S=http_stage(), S2=http_stage()),
    rest("stage that its deployment makes", "CL428", D=ONE, S=rest_stage(DeploymentId={"Ref": "D"})),
    rest("stage beside a deployment", D=ONE, S=rest_stage(DeploymentId={"Ref": "E"}), E=deployment()),
    rest("two deployments to a stage", D=ONE, E=ONE),
    *(
        http(f"log level {level}", expected, S=http_stage(DefaultRouteSettings={"LoggingLevel": level}))
        for level, expected in (("OFF", ""), ("INFO", "CL428"), ("ERROR", "CL428"), (REF, ""))
    ),
    http("log level of a route", "CL428", S=http_stage(RouteSettings={"GET /orders": {"LoggingLevel": "INFO"}})),
    socket("log level", S=http_stage(StageName="prod", DefaultRouteSettings={"LoggingLevel": "INFO"})),
    http("settings of a route", S=http_stage(RouteSettings={"GET /orders": {"ThrottlingBurstLimit": 1}})),
    http("settings of no route", "CL428", S=http_stage(RouteSettings={"GET /order": {"ThrottlingBurstLimit": 1}})),
    http("settings of some route", R=route(REF), S=http_stage(RouteSettings={"GET /order": {}})),
    *unknowns(http, "settings", lambda v: {"S": http_stage(RouteSettings=v, DefaultRouteSettings=v)}),
]

PRIVATE = regional("PRIVATE")
WITH_POLICY = rest_api(EndpointConfiguration={"Types": ["PRIVATE"]}, Policy={"Statement": []})
DEPLOYMENTS: list[Case] = [
    rest("stage and no method", "CL429", M=None, P=None, S=rest_stage()),
    rest("no stage and no method", M=None, P=None),
    rest("stage and methods from elsewhere", api=rest_api(Body={"openapi": "3.0.1"}), M=None, S=rest_stage()),
    rest("stage, perhaps, and no method", M=None, P=None, S={**rest_stage(), "Condition": "C"}),
    rest("stage and a method of some API", M=method(RestApiId=REF), P=None, S=rest_stage()),
    rest("private without a policy", "CL429", api=PRIVATE, S=rest_stage()),
    rest("private without a policy or a stage", api=PRIVATE),
    rest("private with a policy", api=WITH_POLICY, S=rest_stage()),
    rest("Regional without a policy", api=regional(), S=rest_stage()),
    *unknowns(
        rest,
        "policy",
        lambda v: {"api": rest_api(EndpointConfiguration={"Types": ["PRIVATE"]}, Policy=v), "S": rest_stage()},
    ),
    *unknowns(rest, "kind without a policy", lambda v: {"api": regional(v), "S": rest_stage()}),
]

POOL = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"


def cognito(**more: Any) -> Resource:
    return rest_authorizer("COGNITO_USER_POOLS", **{"AuthorizerUri": ABSENT, "ProviderARNs": [POOL], **more})


def sourced(authorizer: Resource, sources: Any) -> Resource:
    kept_ = {name: value for name, value in authorizer["Properties"].items() if name != "IdentitySource"}
    return made("ApiGatewayV2::Authorizer", {**kept_, "IdentitySource": sources})


def kept(seconds: Any) -> dict[str, Any]:
    return {"AuthorizerResultTtlInSeconds": seconds}


AUTHORIZERS: list[Case] = [
    rest("authorizer's ARN as an address", "CL512", A=rest_authorizer(AuthorizerUri=ARN)),
    rest(
        "authorizer's alias as an address",
        "CL512",
        A=rest_authorizer(AuthorizerUri={"Ref": "Al"}),
        Al=ALIAS,
        P=OF_ALIAS,
        M=None,
    ),
    rest("authorizer's literal address", A=rest_authorizer(AuthorizerUri=f"{LITERAL}/invocations")),
    rest("authorizer's address without invocations", "CL512", A=rest_authorizer(AuthorizerUri=LITERAL)),
    rest("authorizer that is a queue", "CL512", A=rest_authorizer(AuthorizerUri="arn:aws:apigateway:x:sqs:path/q")),
    *unknowns(rest, "authorizer's address", lambda v: {"A": rest_authorizer(AuthorizerUri=v)}),
    rest("user pool", A=cognito()),
    rest("user pool by its id", "CL512", A=cognito(ProviderARNs=["eu-west-1_abc"])),
    *unknowns(rest, "user pool", lambda v: {"A": cognito(ProviderARNs=[v])}),
    rest("user pool without a header", "CL502", A=cognito(IdentitySource=ABSENT)),
    rest("two authorizers of one name", "CL512", A=rest_authorizer(), A2=rest_authorizer()),
    rest("two authorizers", A=rest_authorizer(), A2=rest_authorizer(Name="b")),
    rest("two authorizers of one name, perhaps", A=rest_authorizer(), A2={**rest_authorizer(), "Condition": "C"}),
    rest("authorizer of the type JWT", "CL506", A=rest_authorizer("JWT")),
    *unknowns(rest, "name of a second authorizer", lambda v: {"A": rest_authorizer(), "A2": rest_authorizer(Name=v)}),
    http("two authorizers of one name", "CL512", A=http_authorizer(), A2=http_authorizer()),
    *lengths("authorizer's name", "CL512", 128, lambda name: {"A": http_authorizer(Name=name)}),
    *(
        http(f"{count} audiences", expected, A=jwt(Audience=[f"a{i}" for i in range(count)]))
        for count, expected in ((49, ""), (50, ""), (51, "CL512"))
    ),
    socket("JWT", "CL512", A=jwt()),
    *(
        http(f"JWT with the identity sources {sources}", expected, A=sourced(jwt(), sources))
        for sources, expected in (
            (["$request.header.A"], ""),
            (ABSENT, "CL502"),
            ([], "CL502"),
            (["$request.header.A", "$request.header.B"], "CL502"),
            (["$request.header.A", {"Fn::If": ["C", "$request.header.B", NO_VALUE]}], ""),
        )
    ),
    *unknowns(http, "JWT with the identity sources", lambda v: {"A": sourced(jwt(), v)}),
    *(
        http(f"cached for {ttl} s by nothing", expected, A=http_authorizer(IdentitySource=ABSENT, **kept(ttl)))
        for ttl, expected in ((0, ""), (1, "CL502"), (ABSENT, ""))
    ),
    *unknowns(http, "cached by nothing", lambda v: {"A": http_authorizer(IdentitySource=ABSENT, **kept(v))}),
    *unknowns(http, "cached by", lambda v: {"A": http_authorizer(IdentitySource=v, **kept(1))}),
]

PERMISSIONS: list[Case] = [
    rest("permission with an organization", "CL805", P=permission(source("/*"), PrincipalOrgID="o-abcdefghij")),
    rest("permission with a token", "CL805", P=permission(source("/*"), EventSourceToken="t")),
    rest("permission with some organization", P=permission(source("/*"), PrincipalOrgID=REF)),
    rest(
        "authorizer's permission with an organization",
        "CL509",
        M=None,
        A=rest_authorizer(),
        P=permission(source("/*"), PrincipalOrgID="o-abcdefghij"),
    ),
]

CASES: list[Case] = [
    *REST_TARGETS,
    *HTTP_TARGETS,
    *API_SETTINGS,
    *STAGES,
    *DEPLOYMENTS,
    *AUTHORIZERS,
    *PERMISSIONS,
]
