"""CL190, CL191, CL431, CL513, CL829, CL918 and CL920: what stands around functions."""

from collections.abc import Callable
from typing import Any

from rules.api_cases import http_api, http_authorizer, path_to, rest_api, route
from rules.cases import NO_VALUE, UNKNOWN, Case, Resource, around, image, stack, zipped
from rules.event_resources import arn, maybe, of, permission, ref, role
from rules.settings_cases import alias, version

EDGE_TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
        }
    ]
}
VERSION_ARN = "arn:aws:lambda:us-east-1:111122223333:function:orders:7"
XRAY = {"TracingConfig": {"Mode": "Active"}}
INTEGRATION = "x-amazon-apigateway-integration"


def distribution(function: Any, event: Any = "viewer-request", **more: Any) -> Resource:
    """A distribution that runs a function."""
    behavior = {"LambdaFunctionAssociations": [{"EventType": event, "LambdaFunctionARN": function}]}
    return of("AWS::CloudFront::Distribution", DistributionConfig={"DefaultCacheBehavior": behavior, **more})


def edge(what: str, expected: str, event: str = "viewer-request", /, function: Any = None, **properties: Any) -> Case:
    """A function with these properties at an edge of CloudFront."""
    parts = {"D": distribution(ref("V"), event), "V": version(), "F": function or zipped(**properties)}
    return stack(f"edge: {what}", expected, **parts)


def documented(what: str, expected: str, integration: Any, api: Any = None, /, **more: Resource) -> Case:
    """A REST API that is made from an OpenAPI document with this integration."""
    operation = {} if integration is None else {INTEGRATION: integration}
    body = {"openapi": "3.0.1", "paths": {"/orders": {"get": operation, "parameters": []}}}
    return stack(f"OpenAPI: {what}", expected, A=api(body) if api else rest_api(Body=body), **more)


def regional(body: Any) -> Resource:
    return rest_api(Body=body, EndpointConfiguration={"Types": ["REGIONAL"]})


def edge_optimised(body: Any) -> Resource:
    return rest_api(Body=body, EndpointConfiguration={"Types": ["EDGE"]})


def http_document(body: Any) -> Resource:
    return http_api(Body=body)


def waiting(value: Any, api: Callable[[Any], Resource]) -> Resource:
    return api({"paths": {"/orders": {"get": {INTEGRATION: {"type": "http_proxy", "timeoutInMillis": value}}}}})


def guarded(seconds: Any, authorizer: Any = None) -> dict[str, Resource]:
    """An HTTP API whose authorizer is a function with this timeout."""
    return {
        "Api": http_api(),
        "R": route(AuthorizationType="CUSTOM", AuthorizerId=ref("Au")),
        "Au": authorizer or http_authorizer(AuthorizerUri=path_to(arn("F"))),
        "P": permission("apigateway", function=arn("F")),
        "F": zipped(Timeout=seconds),
    }


def given(what: str, expected: str, /, **parameter: Any) -> Case:
    """A template with this parameter."""
    return stack(f"parameter: {what}", expected, {"Parameters": {"P": {"Type": "String", **parameter}}}, F=zipped())


CASES: list[Case] = [
    # CL190, CL191: Lambda@Edge
    edge("function", ""),
    stack("edge: version by its ARN", "", D=distribution(VERSION_ARN)),
    stack("edge: version of an unknown one", "", D=distribution(ref("P"))),
    stack("edge: version of another Region", "CL190", D=distribution(VERSION_ARN.replace("us-east-1", "eu-west-1"))),
    stack("edge: function by its ARN", "CL190", D=distribution(VERSION_ARN.removesuffix(":7"))),
    stack("edge: $LATEST by its ARN", "CL190", D=distribution(VERSION_ARN.replace(":7", ":$LATEST"))),
    stack("edge: function itself", "CL190", D=distribution(arn("F")), F=zipped()),
    stack("edge: alias", "CL190", D=distribution(ref("A")), A=alias(), F=zipped()),
    stack("edge: no such event", "CL190", D=distribution(VERSION_ARN, "viewer")),
    stack("edge: event that isn't known", "", D=distribution(VERSION_ARN, ref("P"))),
    stack(
        "edge: another behaviour",
        "CL190",
        D=distribution(
            VERSION_ARN,
            CacheBehaviors=[{"LambdaFunctionAssociations": [{"EventType": "x", "LambdaFunctionARN": VERSION_ARN}]}],
        ),
    ),
    edge("environment", "CL191", Environment={"Variables": {"AB": "x"}}),
    edge("empty environment", "", Environment={"Variables": {}}),
    edge("layers", "CL191", Layers=["arn:aws:lambda:us-east-1:111122223333:layer:a:1"]),
    edge("layers that may come to nothing", "", Layers=[{"Fn::If": ["C", "x", NO_VALUE]}]),
    edge("arm64", "CL191", Architectures=["arm64"]),
    edge("x86_64", "", Architectures=["x86_64"]),
    edge("image", "CL191", function=image()),
    edge("Java", "CL191", Runtime="java21"),
    edge("Node.js", "", Runtime="nodejs22.x"),
    edge("storage of 512 MB", "", EphemeralStorage={"Size": 512}),
    edge("storage of 513 MB", "CL191", EphemeralStorage={"Size": 513}),
    edge("viewer's timeout of 5 s", "", Timeout=5),
    edge("viewer's timeout of 6 s", "CL191", Timeout=6),
    edge("viewer's memory of 128 MB", "", MemorySize=128),
    edge("viewer's memory of 129 MB", "CL191", MemorySize=129),
    edge("origin's timeout of 30 s", "", "origin-request", Timeout=30),
    edge("origin's timeout of 31 s", "CL191", "origin-response", Timeout=31),
    edge("origin's memory", "", "origin-request", MemorySize=10_240),
    edge("condition", "", function=maybe(zipped(Timeout=900))),
    *(edge(f"unknown {value}", "", Timeout=value, MemorySize=value, Environment=value) for value in UNKNOWN),
    stack(
        "edge: role for Lambda only",
        "CL191",
        D=distribution(ref("V")),
        V=version(),
        F=zipped(Role=arn("R")),
        R=role(("logs:*", "*")),
    ),
    stack(
        "edge: role for both",
        "",
        D=distribution(ref("V")),
        V=version(),
        F=zipped(Role=arn("R")),
        R=role(("logs:*", "*"), AssumeRolePolicyDocument=EDGE_TRUST),
    ),
    # CL431: OpenAPI documents
    documented("proxy", "", {"type": "aws_proxy", "httpMethod": "POST", "uri": path_to()}),
    documented("proxy by GET", "CL431", {"type": "aws_proxy", "httpMethod": "GET", "uri": path_to()}),
    documented("address by GET", "", {"type": "http_proxy", "httpMethod": "GET", "uri": "https://example.com"}),
    documented("by a method that isn't known", "", {"type": "aws_proxy", "httpMethod": ref("P"), "uri": path_to()}),
    documented("nothing behind, not deployed", "", None),
    documented("nothing behind", "CL431", None, None, S=of("AWS::ApiGateway::Deployment", RestApiId=ref("A"))),
    documented("nothing behind, another API", "", None, None, S=of("AWS::ApiGateway::Deployment", RestApiId="x")),
    documented("streaming", "", {"timeoutInMillis": 900_000, "responseTransferMode": "STREAM"}, regional),
    stack("OpenAPI: from S3", "", A=rest_api(BodyS3Location={"Bucket": "b", "Key": "k"})),
    stack("OpenAPI: by a macro", "", A=rest_api(Body={"Fn::Transform": {"Name": "AWS::Include"}})),
    *around("OpenAPI: edge-optimised", "CL431", (50, 29_000), lambda value: waiting(value, edge_optimised)),
    *around("OpenAPI: HTTP API", "CL431", (50, 30_000), lambda value: waiting(value, http_document)),
    documented("Regional, 60 s", "", {"timeoutInMillis": 60_000}, regional),
    # CL513: authorizers
    stack("authorizer of 10 s", "", **guarded(10)),
    stack("authorizer of 11 s", "CL513", **guarded(11)),
    *(stack(f"authorizer of {value}", "", **guarded(value)) for value in (*UNKNOWN, NO_VALUE)),
    # CL829: traces
    stack("traces", "CL829", F=zipped(Role=arn("R"), **XRAY), R=role(("logs:*", "*"))),
    stack("traces allowed", "", F=zipped(Role=arn("R"), **XRAY), R=role(("xray:Put*", "*"))),
    stack(
        "traces by a managed policy",
        "",
        F=zipped(Role=arn("R"), **XRAY),
        R=role(managed=["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]),
    ),
    stack(
        "traces, and a managed policy without them",
        "CL829",
        F=zipped(Role=arn("R"), **XRAY),
        R=role(managed=["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]),
    ),
    stack("traces passed through", "", F=zipped(Role=arn("R"), TracingConfig={"Mode": "PassThrough"}), R=role()),
    stack("traces by a role made elsewhere", "", F=zipped(**XRAY)),
    # CL918: names
    *(
        case
        for kind, name in (
            ("AWS::Logs::LogGroup", "LogGroupName"),
            ("AWS::SQS::Queue", "QueueName"),
            ("AWS::SNS::Topic", "TopicName"),
        )
        for case in (
            stack(f"{name} twice", "CL918", A=of(kind, **{name: "a"}), B=of(kind, **{name: "a"})),
            stack(f"two of {name}", "", A=of(kind, **{name: "a"}), B=of(kind, **{name: "b"})),
            stack(f"{name} under a condition", "", A=of(kind, **{name: "a"}), B=maybe(of(kind, **{name: "a"}))),
            stack(f"{name} that isn't known", "", A=of(kind, **{name: ref("P")}), B=of(kind, **{name: ref("P")})),
        )
    ),
    stack(
        "one name for a queue and a topic",
        "",
        A=of("AWS::SQS::Queue", QueueName="a"),
        B=of("AWS::SNS::Topic", TopicName="a"),
    ),
    # CL920: parameters
    given("text", ""),
    given("no such type", "CL920", Type="Text"),
    given("type of AWS", "", Type="AWS::EC2::VPC::Id", Default="vpc-1"),
    given("list of a type of AWS", "", Type="List<AWS::EC2::Subnet::Id>"),
    given("value of SSM", "", Type="AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>", Default="/a"),
    given("list of numbers", "", Type="List<Number>", Default="1,2"),
    given("allowed value", "", AllowedValues=["a", "b"], Default="b"),
    given("value that isn't allowed", "CL920", AllowedValues=["a", "b"], Default="c"),
    given("allowed number", "", Type="Number", AllowedValues=[1, "2"], Default="2.0"),
    given("allowed list", "", Type="CommaDelimitedList", AllowedValues=["a", "b"], Default="a,b"),
    given("no number", "CL920", Type="Number", Default="many"),
    *(
        given(f"number {value} of 2 to 4", expected, Type="Number", MinValue=2, MaxValue="4", Default=value)
        for value, expected in ((1, "CL920"), (2, ""), (3, ""), (4, ""), (5, "CL920"))
    ),
    *(
        given(f"{length} letters of 2 to 4", expected, MinLength=2, MaxLength=4, Default="a" * length)
        for length, expected in ((1, "CL920"), (2, ""), (3, ""), (4, ""), (5, "CL920"))
    ),
    given("pattern", "", AllowedPattern="[a-z]+", Default="abc"),
    given("pattern that refuses", "CL920", AllowedPattern="[a-z]+", Default="Abc"),
    given("pattern that takes a part", "CL920", AllowedPattern="[a-z]", Default="ab"),
    given("pattern of Java", "", AllowedPattern="\\p{Alpha}+", Default="1"),
    given("pattern that is none", "", AllowedPattern="[", Default="1"),
    given("pattern that takes long", "", AllowedPattern="(a+)+b", Default="a" * 40),
    given("long default", "", Default="a" * 4_096),
    given("too long default", "CL920", Default="a" * 4_097),
]
