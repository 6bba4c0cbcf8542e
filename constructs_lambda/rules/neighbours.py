"""CL917 and CL918: settings and names of resources around functions that have no fields of their own in the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda import limits
from constructs_lambda.findings import Severity
from constructs_lambda.model import Stack
from constructs_lambda.model.resources import Resource
from constructs_lambda.rules import Problem, rule
from constructs_lambda.rules.neighbour_checks import CHECKS
from constructs_lambda.rules.problems import quoted
from constructs_lambda.rules.shapes import Shape, among, count, number, places, required, text, words
from constructs_lambda.tokens import known, resolve_text

_ARN = r"arn:[a-z0-9-]+:\S+"
_LETTERS = "letters, digits, hyphens and underscores"
_DOTTED = "letters, digits, dots, hyphens and underscores"
_LOG_GROUP_NAME = text(limits.LOG_GROUP_NAME_LENGTH, limits.LOG_GROUP_NAME_PATTERN, "letters, digits and . _ / # -")
_TRIGGERS = (
    "CreateAuthChallenge",
    "CustomMessage",
    "DefineAuthChallenge",
    "PostAuthentication",
    "PostConfirmation",
    "PreAuthentication",
    "PreSignUp",
    "PreTokenGeneration",
    "UserMigration",
    "VerifyAuthChallengeResponse",
)
_NOTIFIED = "NotificationConfiguration.LambdaConfigurations.*"
_FUNCTION_ARN = text(None, _ARN, "a function's ARN")
_FILTER_PATTERN = text(limits.LOG_FILTER_PATTERN_LENGTH)

SHAPES: Mapping[str, tuple[tuple[str, Shape], ...]] = {
    "AWS::ApiGateway::ApiKey": (("Value", text(limits.API_KEY_LENGTH)),),
    "AWS::ApiGateway::GatewayResponse": (
        ("ResponseType", required),
        ("ResponseType", words(*limits.GATEWAY_RESPONSES)),
        ("RestApiId", required),
    ),
    "AWS::ApiGateway::Method": (("Integration.ContentHandling", words("CONVERT_TO_BINARY", "CONVERT_TO_TEXT")),),
    "AWS::ApiGateway::Model": (
        ("RestApiId", required),
        ("ContentType", required),
        ("Name", text(None, r"[a-zA-Z0-9]+", "letters and digits")),
    ),
    "AWS::ApiGateway::RequestValidator": (("RestApiId", required),),
    "AWS::ApiGateway::UsagePlan": (("Quota.Period", words("DAY", "WEEK", "MONTH")),),
    "AWS::ApiGateway::Stage": (("CanarySetting.PercentTraffic", number(limits.CANARY_TRAFFIC)),),
    "AWS::CloudFormation::CustomResource": (("ServiceToken", required),),
    "AWS::CloudFormation::Stack": (("TemplateURL", required),),
    "AWS::CloudWatch::Alarm": (
        (
            "ComparisonOperator",
            words(
                "GreaterThanOrEqualToThreshold",
                "GreaterThanThreshold",
                "LessThanThreshold",
                "LessThanOrEqualToThreshold",
                "LessThanLowerOrGreaterThanUpperThreshold",
                "LessThanLowerThreshold",
                "GreaterThanUpperThreshold",
            ),
        ),
    ),
    "AWS::Cognito::UserPool": tuple((f"LambdaConfig.{name}", _FUNCTION_ARN) for name in _TRIGGERS),
    "AWS::DynamoDB::Table": (
        ("BillingMode", words("PROVISIONED", "PAY_PER_REQUEST")),
        (
            "StreamSpecification.StreamViewType",
            words("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"),
        ),
    ),
    "AWS::EC2::SecurityGroup": (("GroupDescription", required),),
    "AWS::EFS::AccessPoint": (("FileSystemId", required),),
    "AWS::EFS::MountTarget": (("FileSystemId", required), ("SubnetId", required), ("SecurityGroups", required)),
    "AWS::Events::Rule": (
        ("Name", text(limits.RULE_NAME_LENGTH, limits.RULE_NAME_PATTERN, _DOTTED)),
        ("Description", text(limits.RULE_DESCRIPTION_LENGTH)),
        ("State", words("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")),
        ("Targets", count(limits.RULE_TARGETS)),
        ("Targets.*.Id", required),
        ("Targets.*.Id", text(limits.TARGET_ID_LENGTH, limits.RULE_NAME_PATTERN, _DOTTED)),
        ("Targets.*.Arn", required),
        ("Targets.*.InputTransformer.InputTemplate", required),
    ),
    "AWS::Kinesis::Stream": (
        ("Name", text(limits.STREAM_NAME_LENGTH, limits.STREAM_NAME_PATTERN, _DOTTED)),
        ("RetentionPeriodHours", number(limits.STREAM_RETENTION)),
    ),
    "AWS::Lambda::LayerVersionPermission": (
        ("LayerVersionArn", required),
        ("Principal", required),
        ("Action", required),
        ("Action", words("lambda:GetLayerVersion")),
        ("OrganizationId", text(None, limits.ORGANIZATION_PATTERN, "an organization's id, o- and 10 to 32 characters")),
    ),
    "AWS::Logs::LogGroup": (
        ("LogGroupName", _LOG_GROUP_NAME),
        ("RetentionInDays", among(limits.LOG_RETENTION_DAYS)),
        ("LogGroupClass", words("STANDARD", "INFREQUENT_ACCESS", "DELIVERY")),
        ("KmsKeyId", text(None, _ARN, "the ARN of a KMS key")),
    ),
    "AWS::Logs::MetricFilter": (
        ("LogGroupName", required),
        ("FilterPattern", required),
        ("FilterPattern", _FILTER_PATTERN),
        ("MetricTransformations", required),
    ),
    "AWS::Logs::SubscriptionFilter": (
        ("LogGroupName", required),
        ("LogGroupName", _LOG_GROUP_NAME),
        ("FilterPattern", required),
        ("FilterPattern", _FILTER_PATTERN),
        ("DestinationArn", required),
        ("Distribution", words("Random", "ByLogStream")),
    ),
    "AWS::Pipes::Pipe": (
        ("RoleArn", required),
        ("Source", required),
        ("Target", required),
        ("DesiredState", words("RUNNING", "STOPPED")),
        ("SourceParameters.SqsQueueParameters.BatchSize", number(limits.EVENT_SOURCE_BATCH_SIZE)),
        (
            "SourceParameters.SqsQueueParameters.MaximumBatchingWindowInSeconds",
            number(limits.EVENT_SOURCE_BATCHING_WINDOW),
        ),
        ("SourceParameters.KinesisStreamParameters.BatchSize", number(limits.EVENT_SOURCE_BATCH_SIZE)),
        ("SourceParameters.KinesisStreamParameters.ParallelizationFactor", number(limits.PARALLELIZATION_FACTOR)),
        ("SourceParameters.KinesisStreamParameters.StartingPosition", required),
        ("SourceParameters.DynamoDBStreamParameters.BatchSize", number(limits.EVENT_SOURCE_BATCH_SIZE)),
        ("SourceParameters.DynamoDBStreamParameters.ParallelizationFactor", number(limits.PARALLELIZATION_FACTOR)),
        ("SourceParameters.DynamoDBStreamParameters.StartingPosition", required),
        ("SourceParameters.DynamoDBStreamParameters.StartingPosition", words("TRIM_HORIZON", "LATEST")),
        ("TargetParameters.LambdaFunctionParameters.InvocationType", words("REQUEST_RESPONSE", "FIRE_AND_FORGET")),
    ),
    "AWS::S3::Bucket": (
        (f"{_NOTIFIED}.Function", required),
        (f"{_NOTIFIED}.Event", required),
        (f"{_NOTIFIED}.Filter.S3Key.Rules.*.Name", text(None, "(?i:prefix|suffix)", "prefix or suffix")),
    ),
    "AWS::SNS::Subscription": (("TopicArn", required), ("Protocol", required)),
    "AWS::SNS::Topic": (
        ("TopicName", text(limits.TOPIC_NAME_LENGTH, limits.TOPIC_NAME_PATTERN, _LETTERS)),
        ("DisplayName", text(limits.TOPIC_DISPLAY_NAME_LENGTH)),
        ("SignatureVersion", words("1", "2")),
        ("TracingConfig", words("PassThrough", "Active")),
        ("MaximumMessageSize", number(limits.SNS_MAXIMUM_MESSAGE_SIZE)),
    ),
    "AWS::SQS::Queue": (
        ("QueueName", text(limits.QUEUE_NAME_LENGTH, limits.QUEUE_NAME_PATTERN, _LETTERS)),
        ("KmsDataKeyReusePeriodSeconds", number(limits.QUEUE_KEY_REUSE)),
        ("DeduplicationScope", words("messageGroup", "queue")),
        ("FifoThroughputLimit", words("perQueue", "perMessageGroupId")),
    ),
    "AWS::SQS::QueuePolicy": (("PolicyDocument", required), ("Queues", required)),
    "AWS::SSM::Parameter": (("Type", required), ("Value", required), ("Type", words("String", "StringList"))),
    "AWS::Scheduler::Schedule": (
        ("Name", text(limits.SCHEDULE_NAME_LENGTH, limits.SCHEDULE_NAME_PATTERN, _DOTTED)),
        ("Description", text(limits.SCHEDULE_DESCRIPTION_LENGTH)),
        ("State", words("ENABLED", "DISABLED")),
        ("FlexibleTimeWindow", required),
        ("FlexibleTimeWindow.Mode", required),
        ("ScheduleExpression", required),
        ("Target", required),
        ("Target.Arn", required),
        ("Target.RoleArn", required),
    ),
    "AWS::SecretsManager::Secret": (
        ("Name", text(limits.SECRET_NAME_LENGTH, limits.SECRET_NAME_PATTERN, "letters, digits and / _ + = . @ -")),
    ),
    "AWS::StepFunctions::StateMachine": (("RoleArn", required), ("StateMachineType", words("STANDARD", "EXPRESS"))),
}
"""By type of resource: a property, and what it has to look like."""
_CUSTOM, _CUSTOM_RESOURCE = "Custom::", "AWS::CloudFormation::CustomResource"
_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
}
"""Whose name is there once in an account and Region, and the property that holds it."""


@rule(
    "CL917",
    "Setting of a neighbouring resource not allowed",
    Severity.ERROR,
    aws="CloudFormation or the service refuses the resource, and the stack is rolled back.",
    fix="Write what the property takes.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html",
)
def settings(stack: Stack) -> Iterator[Problem]:
    may_change = stack.resource_count is None  # a macro stands over the template, and may add what is missing
    for kind in stack.types:
        like = _CUSTOM_RESOURCE if kind.startswith(_CUSTOM) else kind
        shapes, check = SHAPES.get(like, ()), CHECKS.get(like)
        for resource in stack.of_type(kind) if shapes or check else ():
            for problem in _problems(resource.properties, shapes, may_change=may_change):
                yield problem.at(resource.place)
            for problem in check(resource.properties) if check else ():
                yield problem.at(resource.place)


def _problems(
    properties: Mapping[str, Any], shapes: tuple[tuple[str, Shape], ...], *, may_change: bool
) -> Iterator[Problem]:
    for path, shape in shapes:
        if shape is required:
            for prop, value in places(properties, path) if not may_change else ():
                yield from shape(prop, value)
        elif path.partition(".")[0] in properties:
            for prop, value in places(properties, path):
                if value is not None:
                    yield from shape(prop, value)


@rule(
    "CL918",
    "One name for two resources",
    Severity.ERROR,
    aws="CloudFormation refuses the second one: the name is there once in an account and Region.",
    fix="Rename one of them, or leave the names to CloudFormation.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html",
)
def names(stack: Stack) -> Iterator[Problem]:
    for kind, prop in _NAMES.items():
        first: dict[str, Resource] = {}
        for resource in stack.of_type(kind):
            name = known(resolve_text(resource.properties.get(prop)))
            if not name or resource.place.conditional:
                continue
            earlier = first.setdefault(name, resource)
            if earlier is not resource:
                message = f"{earlier.place.path} has the name {quoted(name)} already"
                yield Problem(prop, message, "Rename one of the two.", resource.place)
