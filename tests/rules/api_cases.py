"""CL405 to CL425 and CL501 to CL511: APIs, their routes and their authorizers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rules.cases import ABSENT, NO_VALUE, NUMBER_TOKEN, ROLE, UNKNOWN, Case, Resource, zipped
from rules.settings_cases import url

ARN = {"Fn::GetAtt": ["F", "Arn"]}
REF = {"Ref": "Parameter"}
PUBLIC = {"constructs-lambda": {"version": 1, "public": True}}


def made(kind: str, properties: dict[str, Any], **beside: Any) -> Resource:
    return {"Type": f"AWS::{kind}", "Properties": {n: v for n, v in properties.items() if v is not ABSENT}, **beside}


def path_to(function: Any = ARN) -> Any:
    """The path with which API Gateway invokes a function."""
    uri = [
        "arn:aws:apigateway:",
        {"Ref": "AWS::Region"},
        ":lambda:path/2015-03-31/functions/",
        function,
        "/invocations",
    ]
    return {"Fn::Join": ["", uri]}


def source(*rest: Any, api: str = "Api") -> Any:
    """The ARN of a route."""
    region, account = {"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"}
    return {"Fn::Join": ["", ["arn:aws:execute-api:", region, ":", account, ":", {"Ref": api}, *rest]]}


def permission(source_arn: Any = ABSENT, function: Any = ARN, **properties: Any) -> Resource:
    given = {"FunctionName": function, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    return made("Lambda::Permission", {**given, "SourceArn": source_arn, **properties})


def rest_api(**properties: Any) -> Resource:
    return made("ApiGateway::RestApi", {"Name": "shop", **properties})


def part(name: Any, parent: Any = "root", **beside: Any) -> Resource:
    above = {"Fn::GetAtt": ["Api", "RootResourceId"]} if parent == "root" else {"Ref": parent}
    return made("ApiGateway::Resource", {"RestApiId": {"Ref": "Api"}, "ParentId": above, "PathPart": name}, **beside)


def integrated(**properties: Any) -> Any:
    found = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": path_to(), **properties}
    return {name: value for name, value in found.items() if value is not ABSENT}


def method(
    name: Any = "GET", of: str = "root", /, public: bool = False, condition: Any = None, **more: Any
) -> Resource:
    resource = {"Fn::GetAtt": ["Api", "RootResourceId"]} if of == "root" else {"Ref": of}
    given = {"RestApiId": {"Ref": "Api"}, "ResourceId": resource, "HttpMethod": name, "AuthorizationType": "AWS_IAM"}
    found = made("ApiGateway::Method", {**given, "Integration": integrated(), **more})
    found |= {"Metadata": PUBLIC} if public else {}
    return found | ({"Condition": condition} if condition else {})


def http_api(**properties: Any) -> Resource:
    return made("ApiGatewayV2::Api", {"Name": "shop", "ProtocolType": "HTTP", **properties})


def websocket_api(**properties: Any) -> Resource:
    expression = "$request.body.action"
    return http_api(ProtocolType="WEBSOCKET", RouteSelectionExpression=expression, **properties)


def route(key: Any = "GET /orders", public: bool = False, **more: Any) -> Resource:
    target = {"Fn::Join": ["", ["integrations/", {"Ref": "I"}]]}
    given = {"ApiId": {"Ref": "Api"}, "RouteKey": key, "Target": target, "AuthorizationType": "AWS_IAM"}
    return made("ApiGatewayV2::Route", {**given, **more}, **({"Metadata": PUBLIC} if public else {}))


def integration(**properties: Any) -> Resource:
    given = {"ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "IntegrationUri": ARN}
    return made("ApiGatewayV2::Integration", {**given, "PayloadFormatVersion": "2.0", **properties})


def messaged(**properties: Any) -> Resource:
    """An integration as WebSocket APIs have it."""
    return integration(**{"PayloadFormatVersion": ABSENT, **properties})


def rest_stage(**properties: Any) -> Resource:
    return made("ApiGateway::Stage", {"RestApiId": {"Ref": "Api"}, "StageName": "prod", **properties})


def http_stage(**properties: Any) -> Resource:
    return made("ApiGatewayV2::Stage", {"ApiId": {"Ref": "Api"}, "StageName": "$default", **properties})


def rest_authorizer(kind: Any = "TOKEN", **properties: Any) -> Resource:
    header = "method.request.header.Authorization"
    given = {
        "RestApiId": {"Ref": "Api"},
        "Name": "a",
        "Type": kind,
        "AuthorizerUri": path_to(),
        "IdentitySource": header,
    }
    return made("ApiGateway::Authorizer", {**given, **properties})


def http_authorizer(kind: Any = "REQUEST", **properties: Any) -> Resource:
    given = {"ApiId": {"Ref": "Api"}, "Name": "a", "AuthorizerType": kind, "AuthorizerUri": path_to()}
    given |= {"IdentitySource": ["$request.header.Authorization"], "AuthorizerPayloadFormatVersion": "2.0"}
    return made("ApiGatewayV2::Authorizer", {**given, **properties})


def jwt(**properties: Any) -> Resource:
    settings = {"Issuer": "https://issuer.example.com", "Audience": ["app"], **properties}
    settings = {name: value for name, value in settings.items() if value is not ABSENT}
    return http_authorizer(
        "JWT", AuthorizerUri=ABSENT, AuthorizerPayloadFormatVersion=ABSENT, JwtConfiguration=settings
    )


ANYTHING = permission(source("/*"))


def rest(what: str, expected: str = "", /, api: Resource | None = None, **resources: Resource | None) -> Case:
    """A REST API with one method on its root, and permission for all of it."""
    found = {"F": zipped(), "Api": api or rest_api(), "M": method(), "P": ANYTHING, **resources}
    return Case(f"REST: {what}", tuple(expected.split()), {n: each for n, each in found.items() if each is not None})


def http(what: str, expected: str = "", /, api: Resource | None = None, **resources: Resource | None) -> Case:
    """An HTTP API with one route, and permission for all of it."""
    found = {"F": zipped(), "Api": api or http_api(), "R": route(), "I": integration(), "P": ANYTHING, **resources}
    return Case(f"HTTP: {what}", tuple(expected.split()), {n: each for n, each in found.items() if each is not None})


Of = Callable[..., Case]


def around(
    of: Of, what: str, rule: str, minimum: int, maximum: int, make: Callable[[Any], dict[str, Resource]]
) -> Iterator[Case]:
    """An API with values at, within and beyond the bounds, and with every kind of unknown one."""
    within: tuple[Any, ...] = (minimum, minimum + 1, maximum - 1, maximum)
    outside: tuple[Any, ...] = (minimum - 1, maximum + 1, str(maximum + 1))
    for value in (*within, *UNKNOWN, NUMBER_TOKEN, NO_VALUE):
        yield of(f"{what}: {value}", "", **make(value))
    for value in outside:
        yield of(f"{what}: {value!r}, outside", rule, **make(value))


def unknowns(of: Of, what: str, make: Callable[[Any], dict[str, Resource]], expected: str = "") -> Iterator[Case]:
    for value in UNKNOWN:
        yield of(f"{what}: {value}", expected, **make(value))


def parts(count: int) -> dict[str, Resource]:
    return {f"R{i}": part(f"r{i}") for i in range(count)}


TIMELESS = zipped(Timeout={"Ref": "Parameter"})


def timed(value: Any, **more: Any) -> Resource:
    return method(Integration=integrated(TimeoutInMillis=value, **more))


def regional(*types: Any) -> Resource:
    return rest_api(EndpointConfiguration={"Types": list(types or ("REGIONAL",))})


def policy(length: int) -> Any:
    """A resource policy with this number of characters."""
    empty = len('{"Statement":[{"Resource":""}]}')
    return {"Statement": [{"Resource": "r" * (length - empty)}]}


OPEN = method(AuthorizationType="NONE")
OPEN_ROUTE = route(AuthorizationType="NONE")
SLOW = zipped(Timeout=30)
CONDITIONAL = {"Condition": "C"}
POOL = "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"
WITH_AUTHORIZER: dict[str, Any] = {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": "A"}}
OTHER_API = rest_api(Name="other")
LOG = "$context.requestId"


def socket(what: str, expected: str = "", /, **resources: Resource | None) -> Case:
    given = {"api": websocket_api(), "R": route("$connect"), "I": messaged()}
    return http(f"WebSocket {what}", expected, **{**given, **resources})


def logged(format_: Any) -> Any:
    return {"S": rest_stage(AccessLogSetting={"DestinationArn": "arn:aws:logs:x", "Format": format_})}


def http_logged(format_: Any) -> Any:
    return {"S": http_stage(AccessLogSettings={"DestinationArn": "arn:aws:logs:x", "Format": format_})}


def cors(**settings: Any) -> Any:
    return {"api": http_api(CorsConfiguration=settings)}


DOMAIN = made("ApiGatewayV2::DomainName", {"DomainName": "api.example.com", "MutualTlsAuthentication": {}})
CLOSED = rest_api(DisableExecuteApiEndpoint=True)
QUEUE = {"IntegrationSubtype": "SQS-SendMessage", "IntegrationUri": ABSENT, "CredentialsArn": ROLE}
QUEUE |= {"RequestParameters": {"QueueUrl": "q", "MessageBody": "$request.body"}}
INTEGRATION_CASES: list[Case] = [
    rest("open method behind a domain with certificates", api=CLOSED, M=OPEN, D=DOMAIN),
    rest("open method behind a domain", "CL405", api=CLOSED, M=OPEN),
    rest("open method beside a domain with certificates", "CL405", M=OPEN, D=DOMAIN),
    *(
        rest(f"integration by {name}", expected, M=method(Integration=integrated(IntegrationHttpMethod=name)))
        for name, expected in (("POST", ""), ("GET", "CL422"), ("ANY", "CL422"), (ABSENT, "CL422"), (NO_VALUE, "CL422"))
    ),
    rest(
        "backend by GET", M=method(Integration={"Type": "HTTP", "IntegrationHttpMethod": "GET", "Uri": "https://a.b"})
    ),
    rest("backend by nothing", "CL422", M=method(Integration={"Type": "HTTP", "Uri": "https://a.b"})),
    rest("mock by nothing", M=method(Integration={"Type": "MOCK"})),
    *unknowns(rest, "integration by", lambda v: {"M": method(Integration=integrated(IntegrationHttpMethod=v))}),
    *unknowns(
        rest, "integration to", lambda v: {"M": method(Integration=integrated(IntegrationHttpMethod="GET", Uri=v))}
    ),
    *(
        http(f"payload format {version}", expected, I=integration(PayloadFormatVersion=version))
        for version, expected in (("1.0", ""), ("2.0", ""), ("3.0", "CL423"), (ABSENT, "CL423"))
    ),
    *(
        http(
            f"payload format {version} of a proxy",
            expected,
            I=integration(IntegrationType="HTTP_PROXY", PayloadFormatVersion=version),
        )
        for version, expected in (("1.0", ""), ("2.0", "CL423"), (ABSENT, "CL423"))
    ),
    http("payload format of a queue", I=integration(**QUEUE, PayloadFormatVersion="1.0")),
    http("payload format 2.0 of a queue", "CL423", I=integration(**QUEUE, PayloadFormatVersion="2.0")),
    *unknowns(http, "payload format", lambda v: {"I": integration(PayloadFormatVersion=v)}),
    *unknowns(http, "payload format of", lambda v: {"I": integration(IntegrationType=v, PayloadFormatVersion="3.0")}),
    socket("payload format", I=messaged()),
    socket("payload format 1.0", I=messaged(PayloadFormatVersion="1.0")),
    socket("payload format 2.0", "CL423", I=messaged(PayloadFormatVersion="2.0")),
    *unknowns(socket, "payload format", lambda v: {"I": messaged(PayloadFormatVersion=v)}),
]

OPEN_URL = url(AuthType="NONE")
FOR_URL = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
EVERYONE = permission(Principal="*", **FOR_URL)
INVOKING = permission(Principal="*", InvokedViaFunctionUrl=True)
SOMEONE = permission(Principal="111122223333", **FOR_URL)


def answering(**headers: Any) -> Resource:
    """A preflight that answers with these headers."""
    names = {f"method.response.header.Access-Control-Allow-{name}": value for name, value in headers.items()}
    responses = [{"StatusCode": "204", "ResponseParameters": names}]
    return method("OPTIONS", Integration={"Type": "MOCK", "IntegrationResponses": responses})


CORS_CASES: list[Case] = [
    rest("preflight for all", O=answering(Origin="'*'")),
    rest("preflight for one with credentials", O=answering(Origin="'https://a.b'", Credentials="'true'")),
    rest("preflight for all with credentials", "CL424", O=answering(Origin="'*'", Credentials="'true'")),
    rest("preflight for all without credentials", O=answering(Origin="'*'", Credentials="'false'")),
    *unknowns(rest, "preflight", lambda v: {"O": answering(Origin=v, Credentials="'true'")}),
]

ROUTE_CASES: list[Case] = [
    rest("a method with IAM"),
    rest("an open method", "CL405", M=OPEN),
    rest("a method without any authorization", "CL405", M=method(AuthorizationType=ABSENT)),
    rest("an open method that is meant", M=method(AuthorizationType="NONE", public=True)),
    rest("an open method with a key", M=method(AuthorizationType="NONE", ApiKeyRequired=True)),
    rest("an open method with a key that is text", M=method(AuthorizationType="NONE", ApiKeyRequired="true")),
    rest("an open method without a key", "CL405", M=method(AuthorizationType="NONE", ApiKeyRequired=False)),
    rest("an open method that may have a key", M=method(AuthorizationType="NONE", ApiKeyRequired=REF)),
    rest("a preflight", M=method("OPTIONS", AuthorizationType="NONE")),
    rest("a mock", M=method(AuthorizationType="NONE", Integration={"Type": "MOCK"})),
    rest(
        "an open proxy",
        "CL405",
        M=method(
            AuthorizationType="NONE",
            Integration={"Type": "HTTP_PROXY", "IntegrationHttpMethod": "GET", "Uri": "https://a.b"},
        ),
    ),
    rest("an open method without integration", M=method(AuthorizationType="NONE", Integration=ABSENT)),
    rest("an open method with a resource policy", api=rest_api(Policy=policy(100)), M=OPEN),
    rest("an open method of a private API", api=regional("PRIVATE"), M=OPEN),
    rest("an open method of a Regional API", "CL405", api=regional(), M=OPEN),
    rest("an open method of an API that may be private", api=regional(REF), M=OPEN),
    rest("two open methods", "CL405", M=OPEN, N=method("POST", AuthorizationType="NONE")),
    *unknowns(rest, "authorization", lambda v: {"M": method(AuthorizationType=v)}),
    *unknowns(rest, "integration", lambda v: {"M": method(AuthorizationType="NONE", Integration=v)}),
    http("a route with IAM"),
    http("an open route", "CL405", R=OPEN_ROUTE),
    http("a route without any authorization", "CL405", R=route(AuthorizationType=ABSENT)),
    http("an open route that is meant", R=route(AuthorizationType="NONE", public=True)),
    http("an open $default", "CL405", R=route("$default", AuthorizationType="NONE")),
    http("a preflight", R=route("OPTIONS /{proxy+}", AuthorizationType="NONE")),
    *unknowns(http, "authorization", lambda v: {"R": route(AuthorizationType=v)}),
    *unknowns(http, "route", lambda v: {"R": route(v, AuthorizationType="NONE")}),
    socket("with IAM"),
    socket("that is open", "CL405", R=route("$connect", AuthorizationType="NONE")),
    socket("message", R=route("send", AuthorizationType="NONE")),
    socket("message with authorization", "CL507", R=route("send")),
    *unknowns(socket, "authorization of a message", lambda v: {"R": route("send", AuthorizationType=v)}),
    *unknowns(socket, "message with authorization", lambda v: {"R": route(v)}),
    socket("that is open with a key", R=route("$connect", AuthorizationType="NONE", ApiKeyRequired=True)),
    socket("that is open, perhaps with a key", R=route("$connect", AuthorizationType="NONE", ApiKeyRequired=REF)),
    socket("that is open without a key", "CL405", R=route("$connect", AuthorizationType="NONE", ApiKeyRequired=False)),
    http("a route with a key", "CL507", R=route(ApiKeyRequired=True)),
    http("a route without a key", R=route(ApiKeyRequired=False)),
    *unknowns(http, "a route with a key", lambda v: {"R": route(ApiKeyRequired=v)}),
    socket("message without authorization", R=route("$default", AuthorizationType=ABSENT)),
    Case("open URL", ("CL406",), {"F": zipped(), "U": OPEN_URL, "P": EVERYONE, "Q": INVOKING}),
    Case(
        "open URL that is meant",
        (),
        {"F": zipped(), "U": {**OPEN_URL, "Metadata": PUBLIC}, "P": EVERYONE, "Q": INVOKING},
    ),
    Case("open URL without a permission", ("CL425",), {"F": zipped(), "U": OPEN_URL}),
    Case("open URL with a permission for one", ("CL425",), {"F": zipped(), "U": OPEN_URL, "P": SOMEONE}),
    Case(
        "open URL with some permission",
        ("CL406",),
        {"F": zipped(), "U": OPEN_URL, "P": permission(Principal=REF, **FOR_URL)},
    ),
    Case("open URL of some function", ("CL406",), {"F": zipped(), "U": url(AuthType="NONE", TargetFunctionArn=REF)}),
    Case("open URL of an alias", ("CL406",), {"F": zipped(), "U": url(AuthType="NONE", Qualifier="live")}),
    Case("URL with IAM", (), {"F": zipped(), "U": url(AuthType="AWS_IAM")}),
    *around(rest, "timeout", "CL408", 50, 29_000, lambda n: {"M": timed(n if n != 49 else 29_001), "F": TIMELESS}),
    rest("timeout of 49 ms", "CL407", M=timed(49), F=TIMELESS),
    rest("timeout of 49 ms, Regional", "CL407", api=regional(), M=timed(49), F=TIMELESS),
    rest("timeout of 900,000 ms", "CL409", api=regional(), M=timed(900_000)),
    rest("timeout of 900,001 ms", "CL407", api=regional(), M=timed(900_001)),
    rest("timeout with half a millisecond", "CL407", M=timed(50.5), F=TIMELESS),
    rest("timeout of 29,000 ms, Regional", api=regional(), M=timed(29_000)),
    rest("timeout of 29,001 ms, Regional", "CL409", api=regional(), M=timed(29_001)),
    rest("timeout of 29,001 ms, private", "CL409", api=regional("PRIVATE"), M=timed(29_001)),
    rest("timeout of 29,001 ms, named edge", "CL408", api=regional("EDGE"), M=timed(29_001)),
    rest("timeout of 29,001 ms somewhere", api=regional(REF), M=timed(29_001)),
    rest("timeout of a stream", M=timed(900_000, ResponseTransferMode="STREAM")),
    rest("timeout of a stream, too long", "CL407", M=timed(900_001, ResponseTransferMode="STREAM")),
    *around(http, "timeout", "CL407", 50, 30_000, lambda n: {"I": integration(TimeoutInMillis=n), "F": TIMELESS}),
    socket("timeout of 29,000 ms", I=messaged(TimeoutInMillis=29_000)),
    socket("timeout of 29,001 ms", "CL408", I=messaged(TimeoutInMillis=29_001)),
    socket("timeout of 30,001 ms", "CL407", I=messaged(TimeoutInMillis=30_001)),
    socket("timeout of somehow", I=messaged(TimeoutInMillis=REF)),
    rest("function of 29 s", F=zipped(Timeout=29)),
    rest("function of 30 s", "CL410", F=SLOW),
    rest("function of 30 s with another kind of integration", F=SLOW, M=method(Integration=integrated(Type="AWS"))),
    rest("function of 30 s that streams", F=SLOW, M=timed(ABSENT, ResponseTransferMode="STREAM")),
    rest("function of 3 s that waits for 2 s", "CL410", M=timed(2_000)),
    rest("function of 3 s that waits for 3 s", M=timed(3_000)),
    rest("function of 30 s that waits somehow", F=SLOW, M=timed(REF)),
    *unknowns(rest, "function's timeout", lambda v: {"F": zipped(Timeout=v)}),
    http("function of 30 s", F=SLOW),
    http("function of 31 s", "CL410", F=zipped(Timeout=31)),
    http("function of 30 s that waits for 29 s", "CL410", F=SLOW, I=integration(TimeoutInMillis=29_000)),
    socket("function of 30 s", "CL410", F=SLOW),
    rest("two methods", N=method("POST")),
    rest("one method twice", "CL411", N=method("GET")),
    rest("one method twice, perhaps", N=method("GET", condition="C")),
    rest("one path twice", "CL411", A=part("a"), B=part("a")),
    rest("one path in two places", A=part("a"), B=part("b"), C=part("c", "A"), D=part("c", "B")),
    *unknowns(rest, "one path", lambda v: {"A": part(v), "B": part(v)}),
    *unknowns(rest, "one method", lambda v: {"M": method(v), "N": method(v)}),
    http("two routes", Other=route("POST /orders")),
    http("one route twice", "CL411", Other=route()),
    http("one route twice, perhaps", Other={**route(), **CONDITIONAL}),
    http(
        "one route of two APIs",
        B=http_api(),
        Other=route(ApiId={"Ref": "B"}, Target=ABSENT),
        P2=permission(source("/*", api="B")),
    ),
    rest("one variable", A=part("{id}"), B=part("orders")),
    rest("two variables", "CL412", A=part("{id}"), B=part("{name}")),
    rest("a variable and a greedy one", "CL412", A=part("{id}"), B=part("{proxy+}")),
    rest("two variables, perhaps", A=part("{id}"), B=part("{name}", **CONDITIONAL)),
    rest("two variables below two parents", A=part("a"), B=part("b"), C=part("{id}", "A"), D=part("{name}", "B")),
    *unknowns(rest, "two variables", lambda v: {"A": part("{id}"), "B": part(v)}),
    rest("a greedy variable at the end", A=part("a"), B=part("{proxy+}", "A")),
    rest("a part below a greedy one", "CL413", A=part("{proxy+}"), B=part("x", "A")),
    rest("a part below a variable", A=part("{id}"), B=part("x", "A")),
    *unknowns(rest, "part below", lambda v: {"A": part(v), "B": part("x", "A")}),
    *(rest(f"path part {name}", A=part(name)) for name in ("v1:batch", "a.b_c-d", "{id}", "{proxy+}", "$metadata")),
    *(
        rest(f"path part {name!r}", "CL414", A=part(name))
        for name in ("a/b", "/a", "a b", "{id", "id}", "a{id}", "{}", "{+}", "{a}{b}", "ä", "")
    ),
    *(rest(f"method {name}", M=method(name)) for name in ("ANY", "GET", "HEAD", "PATCH", "OPTIONS")),
    *(rest(f"method {name}", "CL414", M=method(name)) for name in ("get", "LINK", "*")),
    *(
        http(f"route {key}", R=route(key))
        for key in ("$default", "GET /", "ANY /{proxy+}", "GET /a/{id}/b", "POST /a/{id}/{rest+}", "GET /a.b-c_d~e")
    ),
    *(
        http(f"route {key!r}", "CL415", R=route(key))
        for key in (
            "GET x",
            "GET  /x",
            "GET",
            "/x",
            "get /x",
            "LINK /x",
            "GET /{proxy+}/x",
            "GET /{id",
            "GET /id}",
            "GET /{}",
            "GET /a b",
            "default",
            "",
        )
    ),
    *unknowns(http, "route's key", lambda v: {"R": route(v)}),
    socket("route of any name", R=route("send-message", AuthorizationType="NONE")),
    socket("route without a name", "CL415", R=route("", AuthorizationType="NONE")),
]

API_CASES: list[Case] = [
    rest("299 resources", **parts(299)),
    rest("300 resources", **parts(300)),
    rest("301 resources", "CL416", **parts(301)),
    rest("301 resources, perhaps", **{**parts(300), "More": part("more", **CONDITIONAL)}),
    *(
        http(f"{count} routes", expected, **{f"R{i}": route(f"GET /r{i}") for i in range(count - 1)})
        for count, expected in ((299, ""), (300, ""), (301, "CL416"))
    ),
    *(
        http(f"{count} integrations", expected, **{f"I{i}": integration() for i in range(count - 1)})
        for count, expected in ((299, ""), (300, ""), (301, "CL416"))
    ),
    *(
        rest(f"{count} authorizers", expected, **{f"A{i}": rest_authorizer(Name=f"a{i}") for i in range(count)})
        for count, expected in ((9, ""), (10, ""), (11, "CL416"))
    ),
    *(
        http(f"{count} authorizers", expected, **{f"A{i}": http_authorizer(Name=f"a{i}") for i in range(count)})
        for count, expected in ((9, ""), (10, ""), (11, "CL416"))
    ),
    *(
        rest(f"{count} stages", expected, **{f"S{i}": rest_stage(StageName=f"s{i}") for i in range(count)})
        for count, expected in ((9, ""), (10, ""), (11, "CL416"))
    ),
    *(
        rest(f"policy of {length} characters", expected, api=rest_api(Policy=policy(length)))
        for length, expected in ((8_191, ""), (8_192, ""), (8_193, "CL416"))
    ),
    rest("policy as text", api=rest_api(Policy='{"Statement": []}')),
    *unknowns(rest, "policy", lambda v: {"api": rest_api(Policy=v)}),
    *(
        rest(f"stage {name}", S=rest_stage(StageName=name))
        for name in ("prod", "a_b-1", "s" * 127, "s" * 128, NO_VALUE)
    ),
    *(
        rest(f"stage {name}", "CL417", S=rest_stage(StageName=name))
        for name in ("my!stage", "$default", "a b", "s" * 129, "")
    ),
    *(http(f"stage {name}", S=http_stage(StageName=name)) for name in ("$default", "prod", "s" * 128)),
    *(http(f"stage {name}", "CL417", S=http_stage(StageName=name)) for name in ("$prod", "a.b", "s" * 129)),
    *unknowns(rest, "stage", lambda v: {"S": rest_stage(StageName=v)}),
    rest("deployment with a stage", "CL417", S={**rest_stage(StageName="a.b"), "Type": "AWS::ApiGateway::Deployment"}),
    rest("deployment without a stage", S={**rest_stage(StageName=ABSENT), "Type": "AWS::ApiGateway::Deployment"}),
    *around(rest, "compression", "CL418", 0, 10_485_760, lambda n: {"api": rest_api(MinimumCompressionSize=n)}),
    *around(http, "CORS max age", "CL418", -1, 86_400, lambda n: cors(MaxAge=n)),
    http("CORS with credentials", **cors(AllowCredentials=True, AllowOrigins=["https://a.b"])),
    http("CORS with credentials for all", "CL419", **cors(AllowCredentials=True, AllowOrigins=["*"])),
    http(
        "CORS with credentials for all as text",
        "CL419",
        **cors(AllowCredentials="true", AllowOrigins=["https://a.b", "*"]),
    ),
    http("CORS for all", **cors(AllowCredentials=False, AllowOrigins=["*"])),
    http("CORS for all and nothing of credentials", **cors(AllowOrigins=["*"])),
    *unknowns(http, "CORS", lambda v: {"api": http_api(CorsConfiguration=v)}),
    *unknowns(http, "CORS credentials", lambda v: cors(AllowCredentials=v, AllowOrigins=["*"])),
    *unknowns(http, "CORS origins", lambda v: cors(AllowCredentials=True, AllowOrigins=v)),
    *unknowns(http, "CORS origin", lambda v: cors(AllowCredentials=True, AllowOrigins=[v], AllowMethods=[v])),
    *(
        http(f"CORS origin {origin}", **cors(AllowOrigins=[origin]))
        for origin in (
            "https://a.b",
            "http://localhost:3000",
            "https://*.example.com",
            "https://*",
            "null",
            "capacitor://localhost",
        )
    ),
    *(
        http(f"CORS origin {origin}", "CL420", **cors(AllowOrigins=[origin]))
        for origin in ("example.com", "https://a.b/", "https://a.b/c", "")
    ),
    http("CORS methods", **cors(AllowMethods=["GET", "POST", "OPTIONS", "*"])),
    http("CORS method in small letters", "CL420", **cors(AllowMethods=["get"])),
    http("CORS method ANY", "CL420", **cors(AllowMethods=["ANY"])),
    *(
        rest(f"log format of {size} bytes", expected, **logged(LOG + "x" * (size - len(LOG))))
        for size, expected in ((3_071, ""), (3_072, ""), (3_073, "CL421"))
    ),
    rest("log format with another id", **logged("$context.extendedRequestId")),
    rest("log format without an id", "CL421", **logged("$context.identity.sourceIp")),
    rest(
        "log format of a deployment",
        "CL421",
        S={
            **rest_stage(StageDescription={"AccessLogSetting": {"Format": "$context.status"}}),
            "Type": "AWS::ApiGateway::Deployment",
        },
    ),
    *unknowns(rest, "log format", logged),
    http("log format", **http_logged(LOG)),
    http("log format without an id", "CL421", **http_logged("$context.status")),
    *unknowns(http, "log format", http_logged),
]

A = {"Ref": "A"}
AUTHORIZER_CASES: list[Case] = [
    *around(rest, "TTL", "CL501", 0, 3_600, lambda n: {"A": rest_authorizer(AuthorizerResultTtlInSeconds=n)}),
    *around(http, "TTL", "CL501", 0, 3_600, lambda n: {"A": http_authorizer(AuthorizerResultTtlInSeconds=n)}),
    rest("TOKEN authorizer without a header", "CL502", A=rest_authorizer(IdentitySource=ABSENT)),
    rest(
        "TOKEN authorizer without a header or cache",
        "CL502",
        A=rest_authorizer(IdentitySource=ABSENT, AuthorizerResultTtlInSeconds=0),
    ),
    rest("REQUEST authorizer without a source", "CL502", A=rest_authorizer("REQUEST", IdentitySource=ABSENT)),
    rest("REQUEST authorizer with an empty source", "CL502", A=rest_authorizer("REQUEST", IdentitySource="")),
    rest(
        "REQUEST authorizer without a source or cache",
        A=rest_authorizer("REQUEST", IdentitySource=ABSENT, AuthorizerResultTtlInSeconds=0),
    ),
    rest(
        "REQUEST authorizer without a source, cached 1 s",
        "CL502",
        A=rest_authorizer("REQUEST", IdentitySource=ABSENT, AuthorizerResultTtlInSeconds=1),
    ),
    rest(
        "REQUEST authorizer without a source, cached somehow",
        A=rest_authorizer("REQUEST", IdentitySource=ABSENT, AuthorizerResultTtlInSeconds=REF),
    ),
    *unknowns(rest, "identity source", lambda v: {"A": rest_authorizer(IdentitySource=v)}),
    *unknowns(rest, "type of authorizer", lambda v: {"A": rest_authorizer(v, IdentitySource=ABSENT)}),
    *(
        rest(f"identity source {text}", A=rest_authorizer("REQUEST", IdentitySource=text))
        for text in (
            "method.request.header.Authorization",
            "method.request.header.A, method.request.querystring.b",
            "context.identity.sourceIp,stageVariables.key",
        )
    ),
    *(
        rest(f"identity source {text}", "CL503", A=rest_authorizer("REQUEST", IdentitySource=text))
        for text in (
            "$request.header.Authorization",
            "Authorization",
            "method.request.header.A,B",
            "method.request.header.",
        )
    ),
    rest(
        "token in two headers",
        "CL503",
        A=rest_authorizer(IdentitySource="method.request.header.A,method.request.header.B"),
    ),
    rest("token in the query", "CL503", A=rest_authorizer(IdentitySource="method.request.querystring.a")),
    *(
        http(f"identity source {text}", A=http_authorizer(IdentitySource=[text]))
        for text in (
            "$request.header.Authorization",
            "$request.querystring.a",
            "$context.routeKey",
            "$stageVariables.a",
        )
    ),
    *(
        http(f"identity source {text}", "CL503", A=http_authorizer(IdentitySource=[text]))
        for text in (
            "method.request.header.Authorization",
            "Authorization",
            "request.header.A",
            "route.request.header.Auth",
        )
    ),
    *unknowns(http, "identity source", lambda v: {"A": http_authorizer(IdentitySource=[v])}),
    socket(
        "identity source",
        A=http_authorizer(IdentitySource=["route.request.querystring.token"], AuthorizerPayloadFormatVersion=ABSENT),
    ),
    socket(
        "identity source of an HTTP API",
        "CL503",
        A=http_authorizer(IdentitySource=["$request.header.A"], AuthorizerPayloadFormatVersion=ABSENT),
    ),
    http("simple answers", A=http_authorizer(EnableSimpleResponses=True)),
    http(
        "simple answers of 1.0",
        "CL504",
        A=http_authorizer(EnableSimpleResponses=True, AuthorizerPayloadFormatVersion="1.0"),
    ),
    http(
        "simple answers of nothing",
        "CL504",
        A=http_authorizer(EnableSimpleResponses=True, AuthorizerPayloadFormatVersion=ABSENT),
    ),
    http("policies of 1.0", A=http_authorizer(EnableSimpleResponses=False, AuthorizerPayloadFormatVersion="1.0")),
    http("payload 3.0", "CL504", A=http_authorizer(AuthorizerPayloadFormatVersion="3.0")),
    *unknowns(
        http, "payload", lambda v: {"A": http_authorizer(AuthorizerPayloadFormatVersion=v, EnableSimpleResponses=True)}
    ),
    *unknowns(
        http,
        "simple answers",
        lambda v: {"A": http_authorizer(AuthorizerPayloadFormatVersion="1.0", EnableSimpleResponses=v)},
    ),
    http("no payload format", "CL505", A=http_authorizer(AuthorizerPayloadFormatVersion=ABSENT)),
    http("JWT", A=jwt()),
    http("JWT without an issuer", "CL506", A=jwt(Issuer=ABSENT)),
    http("JWT with a plain issuer", "CL506", A=jwt(Issuer="http://issuer.example.com")),
    http("JWT without an audience", "CL506", A=jwt(Audience=ABSENT)),
    http("JWT with an empty audience", "CL506", A=jwt(Audience=[])),
    http("JWT without anything", "CL506", A=http_authorizer("JWT", AuthorizerPayloadFormatVersion=ABSENT)),
    *unknowns(http, "JWT", lambda v: {"A": jwt(Issuer=v, Audience=v)}),
    *unknowns(http, "all of JWT", lambda v: {"A": http_authorizer("JWT", JwtConfiguration=v)}),
    rest(
        "user pool",
        A=rest_authorizer("COGNITO_USER_POOLS", AuthorizerUri=ABSENT, ProviderARNs=[POOL]),
    ),
    rest("no user pool", "CL506", A=rest_authorizer("COGNITO_USER_POOLS", AuthorizerUri=ABSENT)),
    *unknowns(rest, "user pools", lambda v: {"A": rest_authorizer("COGNITO_USER_POOLS", ProviderARNs=v)}),
    rest("authorizer without a function", "CL506", A=rest_authorizer(AuthorizerUri=ABSENT)),
    rest("authorizer of no type", "CL506", A=rest_authorizer("LAMBDA")),
    http("authorizer of no type", "CL506", A=http_authorizer("TOKEN", AuthorizerUri=path_to())),
    rest("authorizer", M=method(**WITH_AUTHORIZER), A=rest_authorizer()),
    rest("authorizer that isn't named", "CL507", M=method(AuthorizationType="CUSTOM"), A=rest_authorizer()),
    rest("JWT authorizer that isn't named", "CL507", M=method(AuthorizationType="JWT")),
    rest("authorizer somewhere", M=method(AuthorizationType="CUSTOM", AuthorizerId=REF)),
    rest("authorizer by its id", M=method(AuthorizationType="CUSTOM", AuthorizerId="abc123")),
    rest(
        "authorizer of another API",
        "CL507",
        M=method(**WITH_AUTHORIZER),
        B=OTHER_API,
        A=rest_authorizer(RestApiId={"Ref": "B"}),
        P2=permission(source("/*", api="B")),
    ),
    rest("authorizer of some API", M=method(**WITH_AUTHORIZER), A=rest_authorizer(RestApiId=REF)),
    rest(
        "Cognito by a function",
        "CL507",
        M=method(AuthorizationType="COGNITO_USER_POOLS", AuthorizerId=A),
        A=rest_authorizer(),
    ),
    rest("authorization that is none", "CL507", M=method(AuthorizationType="IAM")),
    *unknowns(
        rest,
        "authorization with an authorizer",
        lambda v: {"M": method(AuthorizationType=v, AuthorizerId=A), "A": rest_authorizer()},
    ),
    http("authorizer", R=route(**WITH_AUTHORIZER), A=http_authorizer()),
    http("authorizer that isn't named", "CL507", R=route(AuthorizationType="JWT")),
    http("JWT by a function", "CL507", R=route(AuthorizationType="JWT", AuthorizerId=A), A=http_authorizer()),
    http("a function by JWT", "CL507", R=route(**WITH_AUTHORIZER), A=jwt()),
    http("Cognito", "CL507", R=route(AuthorizationType="COGNITO_USER_POOLS", AuthorizerId=A), A=http_authorizer()),
    http("JWT that fits", R=route(AuthorizationType="JWT", AuthorizerId=A, AuthorizationScopes=["a"]), A=jwt()),
    http("scopes by a function", "CL508", R=route(**WITH_AUTHORIZER, AuthorizationScopes=["a"]), A=http_authorizer()),
    rest("scopes by IAM", "CL508", M=method(AuthorizationScopes=["a"])),
    rest("no scopes", M=method(AuthorizationScopes=[])),
    *unknowns(rest, "scopes", lambda v: {"M": method(AuthorizationScopes=v)}),
    *unknowns(http, "scopes by", lambda v: {"R": route(AuthorizationType=v, AuthorizationScopes=["a"])}),
    *(
        rest(
            f"permission for the authorizer: {rest_of}",
            A=rest_authorizer(),
            P2=permission(source(*rest_of)),
            P=permission(source("/*/GET/")),
        )
        for rest_of in (("/authorizers/", A), ("/authorizers/*",), ("/*",), ("/authorizers/", REF))
    ),
    rest("permission for the methods only", "CL509", A=rest_authorizer(), P=permission(source("/*/*/*"))),
    rest(
        "permission for another authorizer",
        "CL509",
        A=rest_authorizer(),
        A2=rest_authorizer(Name="b"),
        P=permission(source("/*/GET/")),
        P2=permission(source("/authorizers/", {"Ref": "A2"})),
    ),
    rest(
        "role for the authorizer",
        A=rest_authorizer(AuthorizerCredentials="arn:aws:iam::111122223333:role/r"),
        P=permission(source("/*/*/*")),
    ),
    http("permission for the routes only", "CL509", A=http_authorizer(), P=permission(source("/*/*/*"))),
    http(
        "permission for the authorizer, perhaps", A={**http_authorizer(), **CONDITIONAL}, P=permission(source("/*/*/*"))
    ),
]


def handler(context: str) -> Resource:
    """An authorizer's function with this context in its answer."""
    code = f"import os\n\ndef handler(event, context):\n    return {{'principalId': 'u', 'context': {context}}}\n"
    return zipped(Code={"ZipFile": code})


TOKEN_IN_CONTEXT = "{'token': event['authorizationToken']}"
CREDENTIAL_CASES: list[Case] = [
    rest("authorizer that passes a user on", A=rest_authorizer(), F=handler("{'user': 'ada'}")),
    rest("authorizer with a list in its context", "CL514", A=rest_authorizer(), F=handler("{'roles': ['a']}")),
    rest("authorizer with a list as a text", A=rest_authorizer(), F=handler("{'roles': json.dumps(['a'])}")),
    http("authorizer with a list in its context", A=http_authorizer(), F=handler("{'roles': ['a']}")),
    rest("authorizer that passes a token on", "CL510", A=rest_authorizer(), F=handler(TOKEN_IN_CONTEXT)),
    http("authorizer that passes a token on", "CL510", A=http_authorizer(), F=handler(TOKEN_IN_CONTEXT)),
    rest(
        "authorizer that may pass a password on", "CL511", A=rest_authorizer(), F=handler("{'password': find(event)}")
    ),
    rest("function that is no authorizer", F=handler(TOKEN_IN_CONTEXT)),
    *(
        http(f"{said} of {sources}", expected, A=http_authorizer(IdentitySource=sources), F=handler(context))
        for sources, first, second in (
            (["$request.header.Authorization"], "CL510", ""),
            (["$request.header.X-Tenant", "$request.header.Authorization"], "", "CL510"),
            (["$request.header.Authorization", "$context.routeKey"], "CL510", ""),
            ({"Ref": "Sources"}, "CL511", "CL511"),
            ([{"Ref": "Source"}, "$request.header.Authorization"], "CL511", "CL510"),
        )
        for said, context, expected in (
            ("first identity source", "{'a': event['identitySource'][0]}", first),
            ("second identity source", "{'a': event['identitySource'][1]}", second),
        )
    ),
    http(
        "identity source of format 1.0",
        "CL511",
        A=http_authorizer(AuthorizerPayloadFormatVersion="1.0"),
        F=handler("{'a': event['identitySource']}"),
    ),
    http(
        "identity sources that differ",
        "CL511",
        A=http_authorizer(),
        A2=http_authorizer(Name="b", IdentitySource=["$request.header.X-Tenant"]),
        F=handler("{'a': event['identitySource'][0]}"),
    ),
    rest(
        "authorizer with the token as principal",
        "CL510",
        A=rest_authorizer(),
        F=handler("{}, 'principalId': event['authorizationToken']"),
    ),
    *unknowns(rest, "authorizer's code", lambda v: {"A": rest_authorizer(), "F": zipped(Code={"ZipFile": v})}),
    *unknowns(
        rest, "authorizer's function", lambda v: {"A": rest_authorizer(AuthorizerUri=v), "F": handler(TOKEN_IN_CONTEXT)}
    ),
]

CASES: list[Case] = [*ROUTE_CASES, *INTEGRATION_CASES, *CORS_CASES, *API_CASES, *AUTHORIZER_CASES, *CREDENTIAL_CASES]
