"""Whatever stands in a template: no rule raises, and none speaks of what isn't known."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rules import (
    api_cases,
    companion_cases,
    delivery_cases,
    event_cases,
    function_cases,
    gateway_cases,
    package_cases,
    permission_cases,
    policy_cases,
    scaling_cases,
    settings_cases,
    subscription_cases,
)
from rules.cases import NO_VALUE, NUMBER_TOKEN, UNKNOWN, Case, check, ids, image, managed, resource, zipped
from rules.event_resources import (
    arn,
    bucket,
    keys,
    lets,
    logs,
    permission,
    policy,
    queue,
    queue_policy,
    ref,
    role,
    rule,
    schedule,
    stream,
    subscription,
    to_queue,
    topic,
)
from rules.settings_cases import alias, config, provider, url, version

from constructs_lambda.errors import InputError
from constructs_lambda.model import KNOWN_PROPERTIES
from constructs_lambda.template.catalog import ON_DEMAND
from constructs_lambda.template.messages import READERS

EVENTS: list[Case] = [*subscription_cases.CASES, *delivery_cases.CASES, *event_cases.CASES]
CASES: list[Case] = [
    *function_cases.CASES,
    *settings_cases.CASES,
    *companion_cases.CASES,
    *package_cases.CASES,
    *api_cases.CASES,
    *gateway_cases.CASES,
    *permission_cases.CASES,
    *scaling_cases.CASES,
    *policy_cases.CASES,
    *EVENTS,
]
quick = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

SPECIAL = [
    *UNKNOWN,
    NUMBER_TOKEN,
    {"Ref": "AWS::NoValue"},
    {"Fn::Join": ["", ["a", {"Ref": "P"}]]},
    {"Fn::Join": []},
    {"Fn::Sub": ["${A}", {}]},
    {"Fn::Transform": {"Name": "M"}},
    ["#{Token[TOKEN.2]}"],
    "{{resolve:",
    10**300,
    -1,
    0.5,
    float("nan"),
    float("inf"),
    "arn:aws:iam::111122223333:role/r",
    "$LATEST",
    "\ud800",
]
NAMES = sorted(
    KNOWN_PROPERTIES
    | {"Variables", "Size", "Mode", "SubnetIds", "SecurityGroupIds", "ZipFile", "ImageUri", "S3Bucket", "S3Key", "Key"}
    | {"Value", "Arn", "LocalMountPath", "ApplyOn", "LogFormat", "LogGroup", "ApplicationLogLevel", "ExecutionTimeout"}
    | {"RetentionPeriodInDays", "LambdaManagedInstancesCapacityProviderConfig", "CapacityProviderArn", "TargetArn"}
    | {"FunctionVersion", "Name", "ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions", "Qualifier"}
    | {"TargetFunctionArn", "AuthType", "Cors", "AllowMethods", "AllowOrigins", "MaxAge", "DestinationConfig"}
    | {"OnFailure", "Destination", "MaximumRetryAttempts", "UpdateRuntimeOn", "Command", "WorkingDirectory"}
    | {"LayerName", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures", "Content", "EntryPoint"}
    | {"RestApiId", "ResourceId", "ParentId", "PathPart", "HttpMethod", "Integration", "Uri", "Type", "AuthorizerId"}
    | {"ApiId", "RouteKey", "Target", "IntegrationType", "IntegrationUri", "TimeoutInMillis", "AuthorizationType"}
    | {"AuthorizerType", "AuthorizerUri", "IdentitySource", "JwtConfiguration", "Issuer", "Audience", "StageName"}
    | {"AccessLogSetting", "AccessLogSettings", "Format", "CorsConfiguration", "AllowCredentials", "ProtocolType"}
    | {"EndpointConfiguration", "Types", "Policy", "Body", "FunctionName", "Principal", "SourceArn", "SourceAccount"}
    | {"ManagedPolicyArns", "Policies", "PolicyDocument", "Statement", "Roles", "AuthorizationScopes", "Action"}
    | {"VpcConfig", "PermissionsConfig", "CapacityProviderScalingConfig", "ScalingMode", "AllowedPublishers"}
    | {"FilterPolicy", "FilterPolicyScope", "TopicArn", "Protocol", "Endpoint", "RedrivePolicy", "deadLetterTargetArn"}
    | {
        "maxReceiveCount",
        "KmsMasterKeyId",
        "FifoQueue",
        "Subscription",
        "Targets",
        "Target",
        "RoleArn",
        "Input",
        "Queues",
    }
    | {
        "ScheduleExpression",
        "NotificationConfiguration",
        "LambdaConfigurations",
        "Function",
        "Event",
        "Filter",
        "S3Key",
    }
    | {
        "Rules",
        "BucketName",
        "DestinationArn",
        "PolicyDocument",
        "Statement",
        "Principal",
        "Service",
        "Action",
        "Effect",
    }
    | {
        "EventPattern",
        "EventBusName",
        "RetryPolicy",
        "FlexibleTimeWindow",
        "SqsParameters",
        "InputPath",
        "AlarmActions",
    }
    | {"StreamSpecification", "DeadLetterConfig", "MaximumEventAgeInSeconds", "MaximumWindowInMinutes", "detail"}
    | {"Condition", "Resource", "KeyPolicy", "EventSourceArn", "FilterCriteria", "Filters", "Pattern", "BatchSize"}
    | {
        "ScalingConfig",
        "MaximumConcurrency",
        "FunctionResponseTypes",
        "Policies",
        "ManagedPolicyArns",
        "$or",
        "numeric",
    }
    | {"StartingPosition", "FunctionName", "SourceArn", "anything-but", "Roles", "Topics"}
)
KINDS = [
    "Alias",
    "CapacityProvider",
    "EventInvokeConfig",
    "EventSourceMapping",
    "Function",
    "LayerVersion",
    "Url",
    "Version",
]

EVENT_KINDS = [*READERS, "AWS::DynamoDB::Table", "AWS::Kinesis::Stream"]

leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(SPECIAL))
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=4)), inner, max_size=4),
    ),
    max_leaves=12,
)
properties = st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=4)), values, max_size=8)
resources = st.fixed_dictionaries(
    {
        "Type": st.sampled_from(
            [*(f"AWS::Lambda::{kind}" for kind in [*KINDS, "CodeSigningConfig"]), *ON_DEMAND, *EVENT_KINDS]
        )
    },
    optional={"Properties": st.one_of(properties, values), "Metadata": values, "Condition": values},
)
templates = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(["F", "G", "H", "x-y"]), resources, max_size=4)},
    optional=dict.fromkeys(("Description", "Transform", "Parameters", "Outputs", "Mappings"), values),
)


@quick
@given(values)
def test_any_document_is_read_or_refused(document: Any) -> None:
    with suppress(InputError):
        check(document)


@quick
@given(templates)
def test_any_template_is_checked(template: dict[str, Any]) -> None:
    for finding in check(template):
        assert finding.message
        assert finding.fix


FULL: dict[str, Any] = {
    "F": zipped(
        FunctionName="orders",
        Description="d",
        MemorySize=512,
        Timeout=10,
        EphemeralStorage={"Size": 512},
        Architectures=["arm64"],
        Environment={"Variables": {"AB": "x", "DB_PASSWORD": "x"}},
        Layers=["arn:aws:lambda:eu-west-1:111122223333:layer:a:1"],
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        FileSystemConfigs=settings_cases.SYSTEMS,
        Tags=[{"Key": "a", "Value": "b"}],
        TracingConfig={"Mode": "Active"},
        LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "INFO", "LogGroup": "g"},
        ReservedConcurrentExecutions=5,
        TenancyConfig={"TenantIsolationMode": "PER_TENANT"},
        DurableConfig={"ExecutionTimeout": 1, "RetentionPeriodInDays": 1},
        CodeSigningConfigArn=settings_cases.SIGNING,
        DeadLetterConfig={"TargetArn": companion_cases.SQS},
        RuntimeManagementConfig={"UpdateRuntimeOn": "Auto"},
        RecursiveLoop="Allow",
        KmsKeyArn=function_cases.KEY_ARN,
    ),
    "I": image(ImageConfig={"Command": ["a"], "EntryPoint": ["b"], "WorkingDirectory": "/c"}),
    "M": managed({"PerExecutionEnvironmentMaxConcurrency": 1}, FunctionScalingConfig={"MinExecutionEnvironments": 1}),
    "A": alias(provisioned=1),
    "V": version(ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1}),
    "U": url(Cors={"MaxAge": 1, "AllowMethods": ["GET"], "AllowOrigins": ["*"], "AllowHeaders": ["a"]}),
    "E": companion_cases.to(OnSuccess=companion_cases.SQS, OnFailure=companion_cases.SNS),
    "P": provider(CapacityProviderScalingConfig={"MaxVCpuCount": 2, "ScalingMode": "Auto"}),
    "Api": api_cases.rest_api(MinimumCompressionSize=1, Policy=api_cases.policy(100)),
    "Part": api_cases.part("orders"),
    "Method": api_cases.method("GET", "Part", AuthorizationType="CUSTOM", AuthorizerId={"Ref": "Guard"}),
    "Stage": api_cases.rest_stage(AccessLogSetting={"Format": "$context.requestId"}),
    "Guard": api_cases.rest_authorizer(AuthorizerResultTtlInSeconds=60),
    "Allowed": api_cases.permission(api_cases.source("/*")),
    "Http": api_cases.http_api(CorsConfiguration={"AllowOrigins": ["*"], "AllowMethods": ["GET"], "MaxAge": 60}),
    "HttpRoute": api_cases.route(ApiId={"Ref": "Http"}, AuthorizationType="JWT", AuthorizerId={"Ref": "Jwt"}),
    "Jwt": api_cases.jwt(),
    "Role": permission_cases.role(permission_cases.arns(2), permission_cases.document(100)),
    "S": config(CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Warn"}),
    "T": topic(KmsMasterKeyId="alias/orders"),
    "TS": subscription(FilterPolicy={"a": ["b", {"prefix": "c"}, 5]}, RedrivePolicy={"deadLetterTargetArn": arn("DQ")}),
    "TP": permission(source=ref("T")),
    "TQ": to_queue(RawMessageDelivery=True),
    "Q": queue(VisibilityTimeout=60, RedrivePolicy={"deadLetterTargetArn": arn("DQ"), "maxReceiveCount": 3}),
    "DQ": queue(),
    "QP": queue_policy(lets("sns", "sqs:SendMessage", ref("T")), of_queue=[ref("Q"), ref("DQ")]),
    "QM": resource(
        "EventSourceMapping",
        {
            "FunctionName": arn("I"),
            "EventSourceArn": arn("Q"),
            "BatchSize": 100,
            "MaximumBatchingWindowInSeconds": 1,
            "ScalingConfig": {"MaximumConcurrency": 2},
            "FilterCriteria": {"Filters": [{"Pattern": '{"body": {"a": ["b"]}}'}]},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    ),
    "KM": stream(function=ref("I"), ParallelizationFactor=2, MaximumRetryAttempts=1, BisectBatchOnFunctionError=True),
    "B": bucket(("s3:ObjectCreated:*", keys(prefix="a/")), ("s3:ObjectCreated:*", keys(prefix="b/"))),
    "BP": permission("s3", arn("B")),
    "R": role(("lambda:InvokeFunction", arn("F"))),
    "ES": schedule(),
    "AL": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmActions": [ref("T")]}},
    "ER": rule({"Arn": arn("F"), "Input": "{}"}, ScheduleExpression="rate(5 minutes)"),
    "EP": permission("events", arn("ER")),
    "LS": logs(),
    "LP": permission("logs"),
    "K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy(lets("sns", "kms:*"))}},
    "ST": scaling_cases.target(1, 10, scaling_cases.CDK_ID, scaling_cases.action(5)),
    "SP": scaling_cases.tracking(0.7),
    "DC": scaling_cases.config(),
    "DG": scaling_cases.group(),
}
# A leaf can't undo these: they are about which properties there are, or how many.
STRUCTURE = {
    "CL103",
    "CL105",
    "CL107",
    "CL108",
    "CL109",
    "CL110",
    "CL111",
    "CL112",
    "CL121",
    "CL122",
    "CL134",
    "CL135",
    "CL140",
    "CL141",
    "CL143",
    "CL144",
    "CL145",
    "CL170",
    "CL182",
    "CL183",
    "CL186",
    "CL189",
    "CL201",
    "CL215",
    "CL301",
    "CL302",
    "CL402",
    "CL404",
    "CL605",
    "CL606",
    "CL607",
    "CL622",
    "CL630",
    "CL702",
    "CL717",
    "CL807",
    "CL808",
    "CL813",
    "CL820",
    "CL821",
    "CL822",
    "CL901",
    "CL911",
    "CL904",
    "CL905",
    "CL906",
    "CL907",
    "CL908",
    "CL909",
    "CL427",
    "CL428",
    "CL512",
    "CL633",
    "CL634",
    "CL635",
    "CL636",
}

WEAKER = {"CL425": "CL406", "CL430": "CL406", "CL504": "CL505", "CL803": "CL804", "CL807": "CL808"}
"""What is still found where part of what a rule looks at isn't known."""


def replaced(value: Any, choose: Any) -> Any:
    """The value with what `choose` returns in place of each leaf; a reference is a leaf, and what may vanish stays."""
    if value == NO_VALUE or "#{Token" in str(value)[:9] or (isinstance(value, dict) and "Fn::If" in value):
        return value
    if isinstance(value, dict) and not (len(value) == 1 and next(iter(value)) in ("Ref", "Fn::GetAtt")):
        return {key: replaced(inner, choose) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, choose) for inner in value]
    return choose(value)


def with_leaves(given_resources: dict[str, Any], choose: Any) -> dict[str, Any]:
    return {
        name: {**resource, "Properties": replaced(resource["Properties"], choose)}
        if "Properties" in resource
        else resource
        for name, resource in given_resources.items()
        if isinstance(resource, dict)
    }


def test_nothing_is_said_of_a_template_whose_values_are_all_unknown() -> None:
    for unknown in (*UNKNOWN, NUMBER_TOKEN):
        assert check({"Resources": with_leaves(FULL, lambda _, value=unknown: value)}) == [], unknown


def test_of_wrong_cases_only_the_structure_stays_wrong() -> None:
    for case in CASES:
        for unknown in ({"Ref": "P"}, {"Fn::If": ["C", 1, 2]}, "${Token[TOKEN.1]}"):
            found = check({"Resources": with_leaves(case.resources, lambda _, value=unknown: value), **case.template})
            assert set(ids(found)) <= STRUCTURE & set(case.expected), (case.what, unknown, found)


@quick
@given(st.data())
def test_any_part_may_be_unknown_and_nothing_new_is_found(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    unknown = st.sampled_from([*UNKNOWN, NUMBER_TOKEN])
    kept: list[bool] = []

    def choose(value: Any) -> Any:
        kept.append(data.draw(st.booleans()))
        return value if kept[-1] else data.draw(unknown)

    found = check({"Resources": with_leaves(case.resources, choose), **case.template})
    expected = {*case.expected, *(WEAKER[each] for each in case.expected if each in WEAKER)}
    assert set(ids(found)) <= expected, (case.what, found)


@quick
@given(st.data())
def test_a_valid_template_stays_valid_whatever_is_unknown(data: st.DataObject) -> None:
    unknown = st.sampled_from([*UNKNOWN, NUMBER_TOKEN])
    before = set(ids(check({"Resources": FULL})))
    found = check(
        {"Resources": with_leaves(FULL, lambda value: value if data.draw(st.booleans()) else data.draw(unknown))}
    )
    assert set(ids(found)) <= before
