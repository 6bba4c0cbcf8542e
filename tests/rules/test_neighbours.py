"""Rules about what the tables leave out of their templates: neighbours' settings, order, permissions and logs."""

from __future__ import annotations

from typing import Any

import pytest
from rules.cases import ABSENT, NO_VALUE, TODAY, UNKNOWN, Resource, zipped
from rules.event_resources import (
    BROKER,
    DOCUMENTS,
    KAFKA,
    QUEUE,
    STREAM,
    arn,
    maybe,
    of,
    permission,
    ref,
    role,
    schedule,
)

from constructs_lambda import limits
from constructs_lambda.findings import Finding
from constructs_lambda.limits import Limit
from constructs_lambda.model import Topology
from constructs_lambda.rules import Context, Severities, check_stack, check_topology
from constructs_lambda.rules.neighbours import SHAPES
from constructs_lambda.rules.shapes import required
from constructs_lambda.template import read_template


def found(resources: dict[str, Resource], **more: Any) -> list[Finding]:
    stack = read_template({"Resources": resources, **more}, template="t.json", size_bytes=1)
    context = Context(TODAY)
    return [*check_stack(stack, context, Severities()), *check_topology(Topology([stack]), context, Severities())]


def of_rule(rule: str, resources: dict[str, Resource], **more: Any) -> list[Finding]:
    return [finding for finding in found(resources, **more) if finding.rule == rule]


# --- CL917: settings -------------------------------------------------------------------------------------------------

GROUP, TOPIC, QUEUE_OF_OURS = "AWS::Logs::LogGroup", "AWS::SNS::Topic", "AWS::SQS::Queue"
VALID: dict[str, dict[str, Any]] = {
    "AWS::ApiGateway::GatewayResponse": {"RestApiId": "a", "ResponseType": "DEFAULT_4XX"},
    "AWS::ApiGateway::Model": {"RestApiId": "a", "ContentType": "application/json", "Name": "Order1"},
    "AWS::ApiGateway::RequestValidator": {"RestApiId": "a"},
    "AWS::CloudFormation::CustomResource": {"ServiceToken": "arn:a"},
    "AWS::CloudFormation::Stack": {"TemplateURL": "https://a"},
    "AWS::EC2::SecurityGroup": {"GroupDescription": "of functions"},
    "AWS::EFS::AccessPoint": {"FileSystemId": "fs-1"},
    "AWS::EFS::MountTarget": {"FileSystemId": "fs-1", "SubnetId": "subnet-1", "SecurityGroups": ["sg-1"]},
    "AWS::Events::Rule": {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a.b-c", "Arn": QUEUE}]},
    "AWS::Lambda::LayerVersionPermission": {
        "LayerVersionArn": "arn:a",
        "Action": "lambda:GetLayerVersion",
        "Principal": "*",
        "OrganizationId": "o-a1b2c3d4e5",
    },
    "AWS::Logs::MetricFilter": {"LogGroupName": "a", "FilterPattern": "", "MetricTransformations": [{}]},
    "AWS::Logs::SubscriptionFilter": {"LogGroupName": "a", "FilterPattern": "", "DestinationArn": STREAM},
    "AWS::Pipes::Pipe": {"RoleArn": "arn:a", "Source": QUEUE, "Target": STREAM},
    "AWS::SNS::Subscription": {"TopicArn": "arn:a", "Protocol": "sqs", "Endpoint": QUEUE},
    "AWS::SQS::QueuePolicy": {"PolicyDocument": {"Statement": []}, "Queues": [ref("Q")]},
    "AWS::SSM::Parameter": {"Type": "String", "Value": "a"},
    "AWS::Scheduler::Schedule": {
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ScheduleExpression": "rate(1 day)",
        "Target": {"Arn": QUEUE, "RoleArn": "arn:aws:iam::111122223333:role/a"},
    },
    "AWS::StepFunctions::StateMachine": {"RoleArn": "arn:a", "StateMachineType": "EXPRESS"},
}


MACHINE = "AWS::StepFunctions::StateMachine"


def notifying(**more: Any) -> dict[str, Any]:
    """What a bucket says of a function that it notifies."""
    given = {"Event": "s3:ObjectCreated:*", "Function": arn("F"), **more}
    settings = {name: value for name, value in given.items() if value is not ABSENT}
    return {"NotificationConfiguration": {"LambdaConfigurations": [settings]}}


def filtering(name: str) -> Any:
    return {"S3Key": {"Rules": [{"Name": name, "Value": "a"}]}}


def said(kind: str, **properties: Any) -> list[Finding]:
    """What CL917 says of a valid resource with these properties."""
    given = {**VALID.get(kind, {}), **properties}
    return of_rule("CL917", {"R": of(kind, **given), "Q": of(QUEUE_OF_OURS)})


@pytest.mark.parametrize("kind", SHAPES)
def test_what_is_valid_is_taken(kind: str) -> None:
    assert said(kind) == []


REQUIRED = [(kind, path) for kind in SHAPES for path, shape in SHAPES[kind] if shape is required and "." not in path]


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_what_is_required_is_missed(kind: str, name: str) -> None:
    (finding,) = said(kind, **{name: ABSENT})
    assert (finding.property, finding.message, finding.fix) == (name, f"{name} is required and missing", f"Set {name}.")
    assert len(said(kind, **{name: NO_VALUE})) == 1
    given = {each: value for each, value in VALID[kind].items() if each != name}
    macros: list[dict[str, Any]] = [{"Fn::Transform": {"Name": "M"}}, {"Fn::ForEach::A": []}]
    for more in macros:
        assert of_rule("CL917", {"R": of(kind, **given, **more)}) == []
    assert of_rule("CL917", {"R": of(kind, **given)}, Transform="Macro") == []


@pytest.mark.parametrize(
    ("kind", "prop", "limit"),
    [
        (TOPIC, "DisplayName", limits.TOPIC_DISPLAY_NAME_LENGTH),
        (TOPIC, "TopicName", limits.TOPIC_NAME_LENGTH),
        (QUEUE_OF_OURS, "QueueName", limits.QUEUE_NAME_LENGTH),
        (GROUP, "LogGroupName", limits.LOG_GROUP_NAME_LENGTH),
        ("AWS::Events::Rule", "Name", limits.RULE_NAME_LENGTH),
        ("AWS::Events::Rule", "Description", limits.RULE_DESCRIPTION_LENGTH),
        ("AWS::Scheduler::Schedule", "Name", limits.SCHEDULE_NAME_LENGTH),
        ("AWS::Kinesis::Stream", "Name", limits.STREAM_NAME_LENGTH),
        ("AWS::SecretsManager::Secret", "Name", limits.SECRET_NAME_LENGTH),
        ("AWS::Logs::SubscriptionFilter", "FilterPattern", limits.LOG_FILTER_PATTERN_LENGTH),
        ("AWS::ApiGateway::ApiKey", "Value", limits.API_KEY_LENGTH),
    ],
)
def test_lengths(kind: str, prop: str, limit: Limit) -> None:
    most = limit.maximum or 0
    assert said(kind, **{prop: "a" * (most - 1)}) == said(kind, **{prop: "a" * most}) == []
    (finding,) = said(kind, **{prop: "a" * (most + 1)})
    assert finding.message == f"{prop} is {most + 1:,} characters long; AWS allows at most {most:,}"
    for unknown in UNKNOWN:
        assert said(kind, **{prop: unknown}) == []


def test_a_text_that_is_too_short() -> None:
    assert said("AWS::ApiGateway::ApiKey", Value="a" * 20) == []
    (finding,) = said("AWS::ApiGateway::ApiKey", Value="a" * 19)
    assert finding.message == "Value is 19 characters long; AWS allows 20 to 128 characters"


@pytest.mark.parametrize(
    ("kind", "prop", "limit"),
    [
        (QUEUE_OF_OURS, "KmsDataKeyReusePeriodSeconds", limits.QUEUE_KEY_REUSE),
        (TOPIC, "MaximumMessageSize", limits.SNS_MAXIMUM_MESSAGE_SIZE),
        ("AWS::Kinesis::Stream", "RetentionPeriodHours", limits.STREAM_RETENTION),
    ],
)
def test_numbers(kind: str, prop: str, limit: Limit) -> None:
    least, most = limit.minimum or 0, limit.maximum or 0
    for value in (least, least + 1, most - 1, most, str(most), *UNKNOWN):
        assert said(kind, **{prop: value}) == []
    for value in (least - 1, most + 1, str(most + 1)):
        (finding,) = said(kind, **{prop: value})
        assert finding.message.endswith(f"; AWS allows {limit.allowed}")


@pytest.mark.parametrize(
    ("kind", "given", "prop", "message"),
    [
        (GROUP, {"LogGroupName": "a b"}, "LogGroupName", "LogGroupName is 'a b'; AWS takes letters, digits and"),
        (GROUP, {"LogGroupClass": "RARE"}, "LogGroupClass", "LogGroupClass is 'RARE'; AWS takes STANDARD or"),
        (GROUP, {"KmsKeyId": "alias/a"}, "KmsKeyId", "KmsKeyId is 'alias/a'; AWS takes the ARN of a KMS key"),
        (TOPIC, {"TopicName": "a.b"}, "TopicName", "TopicName is 'a.b'; AWS takes letters, digits, hyphens"),
        (TOPIC, {"SignatureVersion": 3}, "SignatureVersion", "SignatureVersion is '3'; AWS takes 1 or 2"),
        (
            "AWS::Events::Rule",
            {"Targets": [{"Arn": QUEUE}]},
            "Targets.0.Id",
            "Id is required and missing",
        ),
        (
            "AWS::Events::Rule",
            {"Targets": [{"Id": f"t{number}", "Arn": QUEUE} for number in range(6)]},
            "Targets",
            "Targets has 6 targets; AWS allows at most 5 targets",
        ),
        (
            "AWS::Events::Rule",
            {"Targets": [{"Id": "t", "Arn": QUEUE}] * 2},
            "Targets",
            "2 targets of the rule have the id 't'",
        ),
        (
            "AWS::Events::Rule",
            {"Targets": [{"Id": "t", "Arn": STREAM, "DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}}]},
            "Targets.0.DeadLetterConfig.Arn",
            "the dead-letter queue",
        ),
        (
            "AWS::Scheduler::Schedule",
            {"Target": {"Arn": QUEUE}},
            "Target.RoleArn",
            "RoleArn is required and missing",
        ),
        (
            "AWS::Lambda::LayerVersionPermission",
            {"Action": "lambda:GetLayer"},
            "Action",
            "Action is 'lambda:GetLayer'; AWS takes lambda:GetLayerVersion",
        ),
        ("AWS::SSM::Parameter", {"Type": "SecureString"}, "Type", "Type is 'SecureString'; AWS takes String or"),
        ("AWS::SQS::QueuePolicy", {"Queues": [arn("Q")]}, "Queues.0", "the policy names a queue by its ARN"),
        ("AWS::SQS::QueuePolicy", {"Queues": [QUEUE]}, "Queues.0", "the policy names a queue by its ARN"),
        ("AWS::SNS::Subscription", {"Endpoint": ABSENT}, "Endpoint", "the subscription by sqs has no Endpoint"),
        ("AWS::SNS::Subscription", {"TopicArn": "orders"}, "TopicArn", "'orders' is no topic's ARN"),
        (
            "AWS::SNS::Subscription",
            {"Protocol": "firehose"},
            "SubscriptionRoleArn",
            "the subscription is by firehose, and there is no SubscriptionRoleArn",
        ),
    ],
)
def test_texts_and_parts(kind: str, given: dict[str, Any], prop: str, message: str) -> None:
    (finding,) = said(kind, **given)
    assert finding.property == prop
    assert finding.message.startswith(message)


def test_retention_of_logs() -> None:
    days = limits.LOG_RETENTION_DAYS
    assert len(set(days)) == len(days) == len([each for each in days if said(GROUP, RetentionInDays=each) == []])
    assert said(GROUP, RetentionInDays="30") == []
    for wrong in {each + 1 for each in days} | {each - 1 for each in days}:
        assert bool(said(GROUP, RetentionInDays=wrong)) is (wrong not in days)
    (finding,) = said(GROUP, RetentionInDays=31)
    assert finding.message.startswith("RetentionInDays is 31; AWS takes one of 1, 3, 5, 7, ")
    assert finding.fix == "Write 30, the nearest."
    for unknown in UNKNOWN:
        assert said(GROUP, RetentionInDays=unknown) == []


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (QUEUE_OF_OURS, {"ContentBasedDeduplication": True}, 1),
        (QUEUE_OF_OURS, {"ContentBasedDeduplication": False}, 0),
        (QUEUE_OF_OURS, {"ContentBasedDeduplication": True, "FifoQueue": True}, 0),
        (QUEUE_OF_OURS, {"ContentBasedDeduplication": True, "FifoQueue": ref("P")}, 0),
        (QUEUE_OF_OURS, {"DeduplicationScope": "queue"}, 1),
        (QUEUE_OF_OURS, {"DeduplicationScope": "queue", "FifoQueue": "true"}, 0),
        (QUEUE_OF_OURS, {"DeduplicationScope": "group", "FifoQueue": True}, 1),
        (QUEUE_OF_OURS, {"FifoThroughputLimit": "perMessageGroupId", "FifoQueue": True}, 1),
        (
            QUEUE_OF_OURS,
            {"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup", "FifoQueue": True},
            0,
        ),
        (QUEUE_OF_OURS, {"SqsManagedSseEnabled": True, "KmsMasterKeyId": "alias/a"}, 1),
        (QUEUE_OF_OURS, {"SqsManagedSseEnabled": False, "KmsMasterKeyId": "alias/a"}, 0),
        (QUEUE_OF_OURS, {"RedriveAllowPolicy": {"redrivePermission": "byQueue"}}, 1),
        (QUEUE_OF_OURS, {"RedriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": [QUEUE]}}, 0),
        (QUEUE_OF_OURS, {"RedriveAllowPolicy": {"redrivePermission": "all"}}, 1),
        (QUEUE_OF_OURS, {"RedriveAllowPolicy": {"redrivePermission": "denyAll"}}, 0),
        (QUEUE_OF_OURS, {"RedriveAllowPolicy": ref("P")}, 0),
        (TOPIC, {"ContentBasedDeduplication": "true"}, 1),
        (TOPIC, {"FifoThroughputScope": "Topic"}, 1),
        (TOPIC, {"ArchivePolicy": {"MessageRetentionPeriod": 30}, "FifoTopic": True}, 0),
        ("AWS::CloudWatch::Alarm", {"Period": 60}, 0),
        ("AWS::CloudWatch::Alarm", {"Period": 61}, 1),
        ("AWS::CloudWatch::Alarm", {"Period": 20}, 0),
        ("AWS::CloudWatch::Alarm", {"Period": 0}, 1),
        ("AWS::CloudWatch::Alarm", {"EvaluationPeriods": 2, "DatapointsToAlarm": 2}, 0),
        ("AWS::CloudWatch::Alarm", {"EvaluationPeriods": 2, "DatapointsToAlarm": 3}, 1),
        ("AWS::ApiGateway::Stage", {"CanarySetting": {"PercentTraffic": 100}}, 0),
        ("AWS::ApiGateway::Stage", {"CanarySetting": {"PercentTraffic": 101}}, 1),
        ("AWS::ApiGateway::Method", {"Integration": {"ContentHandling": "CONVERT_TO_TEXT"}}, 0),
        ("AWS::ApiGateway::Method", {"Integration": {"ContentHandling": "TEXT"}}, 1),
        ("AWS::Cognito::UserPool", {"LambdaConfig": {"PreSignUp": "orders"}}, 1),
        ("AWS::Cognito::UserPool", {"LambdaConfig": {"PreSignUp": arn("F"), "KMSKeyID": "a"}}, 0),
        ("AWS::S3::Bucket", notifying(), 0),
        ("AWS::S3::Bucket", notifying(Event=ABSENT), 1),
        ("AWS::S3::Bucket", notifying(Function=ABSENT), 1),
        ("AWS::S3::Bucket", notifying(Filter=filtering("Suffix")), 0),
        ("AWS::S3::Bucket", notifying(Filter=filtering("contains")), 1),
        ("AWS::Lambda::LayerVersionPermission", {"Principal": "111122223333"}, 1),
        ("AWS::Lambda::LayerVersionPermission", {"Principal": ref("P")}, 0),
        ("AWS::Lambda::LayerVersionPermission", {"Principal": "111122223333", "OrganizationId": ABSENT}, 0),
        (MACHINE, {"DefinitionString": "{"}, 1),
        (MACHINE, {"DefinitionString": '{"StartAt": ${Start}}'}, 0),
        (MACHINE, {"DefinitionString": '{"StartAt": "A", "States": {"A": {}}}'}, 0),
        (MACHINE, {"DefinitionString": '{"StartAt": "B", "States": {"A": {}}}'}, 1),
        (MACHINE, {"DefinitionString": {"Fn::Sub": "{"}}, 0),
        (MACHINE, {"Definition": {"States": {"A": {}}}}, 1),
        (MACHINE, {"Definition": {"StartAt": ref("P"), "States": {"A": {}}}}, 0),
        (MACHINE, {"Definition": {"StartAt": "B", "States": ref("P")}}, 0),
        (MACHINE, {"Definition": ref("P")}, 0),
        ("Custom::Thing", {}, 1),
        ("Custom::Thing", {"ServiceToken": ref("P")}, 0),
    ],
)
def test_what_settings_say_to_each_other(kind: str, given: dict[str, Any], expected: int) -> None:
    assert len(said(kind, **given)) == expected


# --- CL643: what an event source is read by --------------------------------------------------------------------------


def read_by(**given: Any) -> list[str]:
    mapping = of("AWS::Lambda::EventSourceMapping", FunctionName="orders", **given)
    return [finding.property for finding in of_rule("CL643", {"M": mapping})]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["EventSourceArn"]),
        ({"EventSourceArn": NO_VALUE}, ["EventSourceArn"]),
        ({"EventSourceArn": ref("P")}, []),
        ({"Fn::Transform": {"Name": "M"}}, []),
        ({"EventSourceArn": QUEUE}, []),
        ({"EventSourceArn": KAFKA}, ["Topics"]),
        ({"EventSourceArn": KAFKA, "Topics": []}, ["Topics"]),
        ({"EventSourceArn": KAFKA, "Topics": ["a"]}, []),
        ({"EventSourceArn": KAFKA, "Topics": ref("P")}, []),
        ({"EventSourceArn": KAFKA, "Topics": ["a", "b"]}, ["Topics"]),
        ({"EventSourceArn": KAFKA, "Topics": ["a" * 249]}, []),
        ({"EventSourceArn": KAFKA, "Topics": ["a" * 250]}, ["Topics.0"]),
        ({"EventSourceArn": BROKER}, ["Queues", "SourceAccessConfigurations"]),
        ({"EventSourceArn": BROKER, "Queues": ["q"], "SourceAccessConfigurations": [{}]}, []),
        ({"EventSourceArn": BROKER, "Queues": ["q", "r"], "SourceAccessConfigurations": ref("P")}, ["Queues"]),
        ({"EventSourceArn": DOCUMENTS}, ["DocumentDBEventSourceConfig.DatabaseName", "SourceAccessConfigurations"]),
        (
            {
                "EventSourceArn": DOCUMENTS,
                "DocumentDBEventSourceConfig": {"DatabaseName": "d"},
                "SourceAccessConfigurations": [{}],
            },
            [],
        ),
        (
            {"EventSourceArn": DOCUMENTS, "DocumentDBEventSourceConfig": ref("P"), "SourceAccessConfigurations": [{}]},
            [],
        ),
        ({"SelfManagedEventSource": ref("P"), "Topics": ["a"]}, []),
        (
            {"SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["b.example.com:9092", ref("P")]}}},
            ["Topics"],
        ),
        (
            {
                "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["b.example.com"]}},
                "Topics": ["a"],
            },
            ["SelfManagedEventSource.Endpoints.KafkaBootstrapServers.0"],
        ),
        ({"EventSourceArn": KAFKA, "SelfManagedEventSource": {}, "Topics": ["a"]}, ["SelfManagedEventSource"]),
    ],
)
def test_what_an_event_source_is_read_by(given: dict[str, Any], expected: list[str]) -> None:
    assert read_by(**given) == expected


# --- CL644: load balancers and user pools ----------------------------------------------------------------------------

POOL = of("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": arn("F")})
GROUP_OF_F = of("AWS::ElasticLoadBalancingV2::TargetGroup", TargetType="lambda", Targets=[{"Id": arn("F")}])


@pytest.mark.parametrize(
    ("invoker", "service"), [(POOL, "cognito-idp"), (GROUP_OF_F, "elasticloadbalancing")], ids=["pool", "group"]
)
def test_who_may_invoke(invoker: Resource, service: str) -> None:
    def speaks(*permissions: Resource, of_function: Resource = invoker) -> bool:
        every = {f"P{number}": each for number, each in enumerate(permissions)}
        return bool(of_rule("CL644", {"F": zipped(), "I": of_function, **every}))

    assert speaks()
    assert speaks(permission("sns"))
    assert not speaks(permission(service))
    assert not speaks(permission(service, source=ref("P")))
    assert not speaks(maybe(permission(service)))
    assert not speaks(of_function=maybe(invoker))
    assert not of_rule("CL644", {"F": zipped(), "I": invoker}, Transform="AWS::Serverless-2016-10-31")
    (finding,) = of_rule("CL644", {"F": zipped(), "I": invoker})
    assert (finding.path, f"{service}.amazonaws.com" in finding.fix) == ("I", True)


# --- CL830: logs -----------------------------------------------------------------------------------------------------

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
TRACES = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"


@pytest.mark.parametrize(
    ("of_role", "expected"),
    [
        (role(), 1),
        (role(("s3:*", "*")), 1),
        (role(("logs:*", "*")), 0),
        (role(("logs:PutLogEvents", "*")), 0),
        (role(managed=[BASIC]), 0),
        (role(managed=[TRACES]), 1),
        (role(managed=["arn:aws:iam::111122223333:policy/ours"]), 0),
        (role(managed=[ref("P")]), 0),
        (maybe(role()), 0),
    ],
)
def test_logs(of_role: Resource, expected: int) -> None:
    assert len(of_rule("CL830", {"F": zipped(Role=arn("R")), "R": of_role})) == expected


def test_logs_of_a_role_that_is_made_elsewhere() -> None:
    assert of_rule("CL830", {"F": zipped()}) == []


# --- CL919: order ----------------------------------------------------------------------------------------------------

METHOD = of("AWS::ApiGateway::Method", RestApiId=ref("A"), HttpMethod="GET", AuthorizationType="AWS_IAM")
API = {"A": of("AWS::ApiGateway::RestApi", Name="a"), "M": METHOD}


@pytest.mark.parametrize(
    ("deployment", "more", "expected"),
    [
        ({}, {}, 1),
        ({"DependsOn": "M"}, {}, 0),
        ({"DependsOn": ["T", "M"]}, {"T": of(TOPIC)}, 0),
        ({"DependsOn": "T"}, {"T": of(TOPIC)}, 1),
        ({"DependsOn": "T"}, {"T": {**of(TOPIC), "DependsOn": "M"}}, 0),
        ({"DependsOn": "N"}, {"N": METHOD}, 0),
        ({"Condition": "C"}, {}, 0),
        ({}, {"N": maybe(METHOD)}, 0),
        ({}, {"M": of("AWS::ApiGateway::Method", RestApiId="other", HttpMethod="GET")}, 0),
    ],
)
def test_a_deployment_waits_for_methods(deployment: dict[str, Any], more: dict[str, Resource], expected: int) -> None:
    made = {**of("AWS::ApiGateway::Deployment", RestApiId=ref("A")), **deployment}
    findings = of_rule("CL919", {**API, **more, "D": made}, Conditions={"C": {"Fn::Equals": [1, 1]}})
    assert [finding.path for finding in findings] == ["D"] * expected


def test_where_more_may_be_added_no_order_is_certain() -> None:
    made = of("AWS::ApiGateway::Deployment", RestApiId=ref("A"))
    assert of_rule("CL919", {**API, "D": made}, Transform="Macro") == []


FILES = {
    "Fs": of("AWS::EFS::FileSystem"),
    "Ap": of("AWS::EFS::AccessPoint", FileSystemId=ref("Fs")),
    "Mt": of("AWS::EFS::MountTarget", FileSystemId=ref("Fs"), SubnetId="subnet-1", SecurityGroups=["sg-1"]),
}
MOUNTED = zipped(FileSystemConfigs=[{"Arn": arn("Ap"), "LocalMountPath": "/mnt/a"}])


@pytest.mark.parametrize(
    ("function", "files", "expected"),
    [
        (MOUNTED, FILES, 1),
        ({**MOUNTED, "DependsOn": "Mt"}, FILES, 0),
        ({**MOUNTED, "DependsOn": ["Mt"]}, FILES, 0),
        (MOUNTED, {name: each for name, each in FILES.items() if name != "Mt"}, 1),
        (maybe(MOUNTED), FILES, 0),
        (MOUNTED, {**FILES, "Mt": maybe(FILES["Mt"])}, 0),
        (MOUNTED, {**FILES, "Mt": of("AWS::EFS::MountTarget", FileSystemId="fs-12345678", SubnetId="s")}, 0),
        (MOUNTED, {"Ap": of("AWS::EFS::AccessPoint", FileSystemId="fs-12345678")}, 0),
        (zipped(FileSystemConfigs=[{"Arn": ref("P"), "LocalMountPath": "/mnt/a"}]), FILES, 0),
    ],
)
def test_a_function_waits_for_mount_targets(function: Resource, files: dict[str, Resource], expected: int) -> None:
    findings = of_rule("CL919", {"F": function, **files}, Conditions={"C": {"Fn::Equals": [1, 1]}})
    assert [(finding.path, finding.property) for finding in findings] == [("F", "FileSystemConfigs.0.Arn")] * expected


# --- CL831: roles of other services -----------------------------------------------------------------------------------


def trusting(service: str) -> Any:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}}
    return {"Statement": [statement]}


@pytest.mark.parametrize(
    ("resource", "service"),
    [
        (schedule(role=arn("R")), "scheduler"),
        (of("AWS::Pipes::Pipe", RoleArn=arn("R"), Source="a", Target="b"), "pipes"),
        (of(MACHINE, RoleArn=arn("R")), "states"),
    ],
    ids=["schedule", "pipe", "state machine"],
)
def test_who_may_assume_a_role(resource: Resource, service: str) -> None:
    def speaks(of_role: Resource, about: Resource = resource) -> int:
        return len(of_rule("CL831", {"S": about, "R": of_role}))

    assert speaks(role()) == 1  # for Lambda
    assert speaks(role(AssumeRolePolicyDocument=trusting(service))) == 0
    assert speaks(role(AssumeRolePolicyDocument=trusting("events"))) == 1
    assert speaks(role(AssumeRolePolicyDocument=ref("P"))) == 0
    assert speaks(maybe(role())) == 0
    assert speaks(role(), maybe(resource)) == 0
    assert len(of_rule("CL831", {"S": resource})) == 0
    (finding,) = of_rule("CL831", {"S": resource, "R": role()})
    assert finding.message == f"the role R may be assumed by lambda.amazonaws.com, and not by {service}.amazonaws.com"
