"""The limits of AWS Lambda and its neighbours, as dated data: each number stands here once, with its source.

Bounds are inclusive. Where AWS says "smaller than", the maximum here is one less. A default that an account can have
raised is a `Kind.QUOTA`; what nobody can raise is `Kind.HARD`. `verified=False` marks a number for which no AWS page
was read: its source is the page where it belongs.
"""

import datetime
import enum
import functools

from constructs_lambda.records import record

_READ = datetime.date(2026, 11, 22)


class Kind(enum.StrEnum):
    """Whether AWS raises a limit on request."""

    HARD = "hard"
    QUOTA = "quota"


@record(kw_only=True)
class Limit:
    """One limit: what it bounds, the inclusive bounds, and where that is written.

    Args:
        title: What is bounded, as it reads at the start of a sentence.
        minimum: Smallest value allowed. No lower bound where none is given.
        maximum: Largest value allowed. No upper bound where none is given.
        unit: Plural noun or symbol that follows the number.
        kind: Whether AWS raises it on request.
        source: Page of the AWS documentation.
        quota_code: Code in Service Quotas, where there is one.
        read: Day on which the source was read.
        verified: Whether an AWS page or service model with this number was read.
        note: What the bounds alone don't say.

    Raises:
        ValueError: If no bound is given, or the minimum exceeds the maximum.
    """

    title: str
    minimum: int | None = None
    maximum: int | None = None
    unit: str
    kind: Kind
    source: str
    quota_code: str | None = None
    read: datetime.date = _READ
    verified: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse bounds that bound nothing."""
        if self.minimum is None and self.maximum is None:
            raise ValueError(f"{self.title}: a limit needs a minimum or a maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"{self.title}: the minimum {self.minimum} exceeds the maximum {self.maximum}")

    @property
    def allowed(self) -> str:
        """The allowed values as text, such as "128 to 10,240 MB" or "at most 5 layers"."""
        if self.minimum is None:
            return f"at most {self.counted(self.maximum)}"
        if self.maximum is None:
            return f"at least {self.counted(self.minimum)}"
        if self.minimum == self.maximum:
            return f"exactly {self.counted(self.maximum)}"
        return f"{self.minimum:,} to {self.counted(self.maximum)}"

    def admits(self, value: float) -> bool:
        """Whether a value lies within the bounds, both inclusive; NaN never does."""
        if value != value:
            return False
        return (self.minimum is None or value >= self.minimum) and (self.maximum is None or value <= self.maximum)

    def counted(self, number: float | None) -> str:
        """A number with its unit, in the singular where it is one."""
        unit = self.unit
        if number == 1 and len(unit) > 2:  # "s" and "ms" are symbols
            unit = f"{unit[:-3]}y" if unit.endswith("ies") else unit.removesuffix("s")
        return f"{number:,} {unit}".rstrip()


_DOCS = "https://docs.aws.amazon.com/"
_GUIDE = f"{_DOCS}lambda/latest/dg/"
_API = f"{_DOCS}lambda/latest/api/API_"
_QUOTAS = f"{_GUIDE}gettingstarted-limits.html"
_MANAGED = f"{_GUIDE}lambda-managed-instances.html"
_CONCURRENCY = f"{_GUIDE}configuration-concurrency.html"
_REST = f"{_DOCS}apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"
_HTTP = f"{_DOCS}apigateway/latest/developerguide/http-api-quotas.html"
_STREAMING = f"{_DOCS}apigateway/latest/developerguide/response-transfer-mode.html"
_SNS_FILTER = f"{_DOCS}sns/latest/dg/subscription-filter-policy-constraints.html"
_SNS = f"{_DOCS}general/latest/gr/sns.html"
_SQS_ATTRIBUTES = f"{_DOCS}AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"
_CODEDEPLOY = f"{_DOCS}codedeploy/latest/userguide/limits.html"
_EDGE = f"{_DOCS}AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html"
_VPC = f"{_DOCS}vpc/latest/userguide/amazon-vpc-limits.html"
_CLOUDWATCH = f"{_DOCS}AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
_IAM = f"{_DOCS}IAM/latest/UserGuide/reference_iam-quotas.html"
_STACK = f"{_DOCS}AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"


def _limit(
    kind: Kind,
    title: str,
    minimum: int | None,
    maximum: int | None,
    unit: str,
    source: str,
    note: str = "",
    *,
    code: str | None = None,
    verified: bool = True,
) -> Limit:
    return Limit(
        title=title,
        minimum=minimum,
        maximum=maximum,
        unit=unit,
        kind=kind,
        source=source,
        quota_code=code,
        verified=verified,
        note=note,
    )


_hard = functools.partial(_limit, Kind.HARD)
_quota = functools.partial(_limit, Kind.QUOTA)

# fmt: off
# --- Function configuration ------------------------------------------------------------------------------------------

FUNCTION_MEMORY = _hard("memory size", 128, 10_240, "MB", _QUOTAS,
    "whole MB; new accounts start lower; the API's own bound is that of Managed Instances")
MANAGED_INSTANCES_MEMORY = _hard("memory size on Managed Instances", 2_048, 32_768, "MB", _MANAGED)
MANAGED_INSTANCES_MEMORY_PER_VCPU = _hard("memory per vCPU on Managed Instances", 2, 8, "GiB",
    f"{_API}LambdaManagedInstancesCapacityProviderConfig.html", "the ratios are 2, 4 and 8")
FUNCTION_TIMEOUT = _hard("timeout", 1, 900, "s", _QUOTAS, "whole seconds; the default is 3")
MANAGED_INSTANCES_TIMEOUT = _hard("timeout on Managed Instances", 1, 5_400, "s", f"{_API}CreateFunction.html",
    "asynchronous invocations and event source mappings except Amazon MQ and DocumentDB; synchronous stays at 900")
EPHEMERAL_STORAGE = _hard("ephemeral storage", 512, 10_240, "MB", _QUOTAS, "whole MB")
EPHEMERAL_STORAGE_ACCELERATOR = _hard("ephemeral storage with an accelerator", 512, 32_768, "MB",
    f"{_API}EphemeralStorage.html")
FUNCTION_NAME_LENGTH = _hard("length of a function name", 1, 64, "characters", f"{_API}CreateFunction.html",
    "a name without the ARN around it")
FUNCTION_ARN_LENGTH = _hard("length of a function name given as an ARN", 1, 140, "characters",
    f"{_API}CreateFunction.html")
FUNCTION_DESCRIPTION_LENGTH = _hard("length of a description", 0, 256, "characters", f"{_API}CreateFunction.html")
HANDLER_LENGTH = _hard("length of a handler", 0, 128, "characters", f"{_API}CreateFunction.html", "without whitespace")
LAYER_NAME_LENGTH = _hard("length of a layer name", 1, 140, "characters", f"{_API}PublishLayerVersion.html")
LAYER_LICENSE_LENGTH = _hard("length of a layer's license", 0, 512, "characters", f"{_API}PublishLayerVersion.html")
S3_KEY_LENGTH = _hard("length of the key or version of a package in S3", 1, 1_024, "characters",
    f"{_API}FunctionCode.html")
ALIAS_NAME_LENGTH = _hard("length of an alias name", 1, 128, "characters", f"{_API}CreateAlias.html",
    "not digits only: that would be a version")
STATEMENT_ID_LENGTH = _hard("length of a permission's statement id", 1, 100, "characters", f"{_API}AddPermission.html")
LOG_GROUP_NAME_LENGTH = _hard("length of a log group name", 1, 512, "characters", f"{_API}LoggingConfig.html")
LOG_FILTER_PATTERN_LENGTH = _hard("length of a log group's filter pattern", 0, 1_024, "characters",
    f"{_DOCS}AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html")
FUNCTION_TAGS = _hard("number of tags", None, 50, "tags", f"{_GUIDE}configuration-tags.html")
TAG_KEY_LENGTH = _hard("length of a tag key", 1, 128, "characters", f"{_API}TagResource.html")
TAG_VALUE_LENGTH = _hard("length of a tag value", 0, 256, "characters", f"{_API}TagResource.html")
FUNCTION_LAYERS = _hard("number of layers", None, 5, "layers", _QUOTAS)
LAYER_COMPATIBLE_RUNTIMES = _hard("number of compatible runtimes of a layer", None, 15, "runtimes",
    f"{_API}PublishLayerVersion.html")
LAYER_COMPATIBLE_ARCHITECTURES = _hard("number of compatible architectures of a layer", None, 2, "architectures",
    f"{_API}PublishLayerVersion.html")
FUNCTION_ARCHITECTURES = _hard("number of architectures", 1, 1, "architectures", f"{_API}CreateFunction.html")
FILE_SYSTEMS = _hard("number of file systems", None, 1, "file systems", f"{_API}CreateFunction.html",
    "the function has to be in a VPC")
FILE_SYSTEM_MOUNT_PATH_LENGTH = _hard("length of a mount path", 1, 160, "characters", f"{_API}FileSystemConfig.html")
SECURITY_GROUPS = _hard("number of security groups", None, 5, "security groups", f"{_API}VpcConfig.html",
    "stays at 5 where the account's quota for a network interface was raised")
SUBNETS = _hard("number of subnets", None, 16, "subnets", f"{_API}VpcConfig.html")
IMAGE_COMMAND_ITEMS = _hard("number of items of a command (CMD)", None, 1_500, "items", f"{_API}ImageConfig.html")
IMAGE_ENTRYPOINT_ITEMS = _hard("number of items of an entry point (ENTRYPOINT)", None, 1_500, "items",
    f"{_API}ImageConfig.html")
IMAGE_WORKING_DIRECTORY_LENGTH = _hard("length of a working directory", 0, 1_000, "characters",
    f"{_API}ImageConfig.html")
IMAGE_SETTINGS_SIZE = _hard("container image settings", None, 16, "KB", _QUOTAS)
FUNCTION_POLICY_SIZE = _hard("size of a function's resource policy", None, 20_480, "bytes", _QUOTAS)
FUNCTION_URL_CORS_MAX_AGE = _hard("CORS max age of a function URL", 0, 86_400, "s", f"{_API}Cors.html")
FUNCTION_URL_CORS_ORIGINS = _hard("number of CORS origins of a function URL", None, 100, "origins", f"{_API}Cors.html")
FUNCTION_URL_CORS_ORIGIN_LENGTH = _hard("length of a CORS origin of a function URL", 1, 253, "characters",
    f"{_API}Cors.html")
FUNCTION_URL_CORS_HEADERS = _hard("number of CORS headers of a function URL", None, 100, "headers", f"{_API}Cors.html",
    "for the allowed and for the exposed headers each")
FUNCTION_URL_CORS_HEADER_LENGTH = _hard("length of a CORS header of a function URL", 0, 1_024, "characters",
    f"{_API}Cors.html")
FUNCTION_URL_CORS_METHODS = _hard("number of CORS methods of a function URL", None, 6, "methods", f"{_API}Cors.html")
FUNCTION_URL_CORS_METHOD_LENGTH = _hard("length of a CORS method of a function URL", 0, 6, "characters",
    f"{_API}Cors.html", "OPTIONS has seven letters, so it can't be listed: use *")

# --- Environment -----------------------------------------------------------------------------------------------------

ENVIRONMENT_SIZE = _hard("environment variables", None, 4_096, "bytes", _QUOTAS,
    "bytes of all variables as one compact JSON object, so quotes, commas and braces count", code="L-6581F036")
ENVIRONMENT_KEY_LENGTH = _hard("length of an environment key", 2, None, "characters", f"{_API}Environment.html")
CONFIGURATION_REQUEST_SIZE = _hard("request that updates a function's configuration", None, 5_120, "bytes",
    f"{_API}UpdateFunctionConfiguration.html", "from public issues: HTTP 413 before the environment is measured",
    verified=False)

# --- Packaging -------------------------------------------------------------------------------------------------------

# AWS's error says "must be smaller than 262144000 bytes"; whether the sum may reach that exactly is not known.
UNZIPPED_PACKAGE_SIZE = _hard("unzipped size of the function and its layers", None, 262_143_999, "bytes", _QUOTAS,
    "smaller than 250 MB of 1,048,576 bytes; the sum of file sizes, without a managed runtime", code="L-E49FF7B8")
UNZIPPED_ARCHIVE_SIZE = _hard("unzipped size of one archive", None, 262_143_999, "bytes", _QUOTAS,
    "each function package and each layer alone has to be smaller than 250 MB", code="L-E49FF7B8")
DIRECT_UPLOAD_SIZE = _hard("zip file uploaded directly", None, 52_428_800, "bytes", _QUOTAS,
    "not for a zip file through Amazon S3, as all CDK assets are", code="L-75F48B05")
CONSOLE_EDITOR_SIZE = _hard("package shown in the console editor", None, 3, "MB",
    f"{_DOCS}general/latest/gr/lambda-service.html", "no longer on the quotas page of the developer guide",
    code="L-8E39F3F1", verified=False)
INLINE_CODE_SIZE = _hard("zip file made of inline code", None, 4, "MB",
    f"{_DOCS}AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html",
    "Node.js and Python only; the size of the template bites first. The 4,096 characters of old are gone")
IMAGE_SIZE = _hard("uncompressed container image", None, 10, "GB", _QUOTAS, "with all its layers")
# Formerly 75 GB, raisable; now fixed. What S3ObjectStorageMode REFERENCE leaves in your own bucket is free of it.
CODE_STORAGE = _hard("unzipped code in Lambda-managed storage in a Region", None, 300, "GB", _QUOTAS,
    "all versions of functions and layers; code referenced in your own S3 bucket doesn't count", code="L-2ACBD22F")

# --- Concurrency -----------------------------------------------------------------------------------------------------

CONCURRENT_EXECUTIONS = _quota("concurrent executions in a Region", None, 1_000, "executions", _QUOTAS,
    "new accounts start lower, often at 10", code="L-B99A9384")
# In an account with a quota below 1,000 AWS names 10 or 50 instead: the floor is 100 only with the full quota.
RESERVED_CONCURRENCY_FLOOR = _hard("concurrency left unreserved in an account", 100, None, "executions", _CONCURRENCY,
    "an account whose quota is lower than the floor can reserve nothing: errors naming 10 and 50 are public")
RESERVED_CONCURRENCY = _hard("reserved concurrency", 0, None, "executions", f"{_API}PutFunctionConcurrency.html",
    "0 stops the function")
PROVISIONED_CONCURRENCY = _hard("provisioned concurrency", 1, None, "executions",
    f"{_API}PutProvisionedConcurrencyConfig.html",
    "on a version or alias, not on $LATEST; their sum is at most the reserved concurrency, where that is set")
PROVISIONED_UTILIZATION = _hard("target utilization of provisioned concurrency", 10, 90, "%",
    f"{_GUIDE}provisioned-concurrency.html", "written as a share: 0.1 to 0.9; CDK refuses others too", verified=False)
SCHEDULED_ACTION_NAME_LENGTH = _hard("length of a scheduled action's name", 1, 256, "characters",
    f"{_DOCS}autoscaling/application/APIReference/API_PutScheduledAction.html")
SCALABLE_CAPACITY = _hard("capacity of an auto scaling target", 0, None, "executions",
    f"{_DOCS}autoscaling/application/APIReference/API_RegisterScalableTarget.html")
TRAFFIC_SHIFT_PERCENTAGE = _hard("traffic shifted in one step by CodeDeploy", 1, 99, "%", _CODEDEPLOY,
    "a whole number; the page has the maximum", code="L-5FB5F09F")
TRAFFIC_SHIFT_MINUTES = _hard("time between the first and the last shift of traffic", 1, 2_880, "minutes", _CODEDEPLOY,
    "whole minutes; the page has the maximum, of a canary and of all steps of a linear deployment", code="L-86A1A2E1")
DEPLOYMENT_CONFIGS = _hard("custom deployment configurations of CodeDeploy", None, 50, "configurations", _CODEDEPLOY,
    "in an account and Region", code="L-5AD34096")
CONCURRENCY_SCALING = _hard("execution environments added in 10 seconds", None, 1_000, "environments", _QUOTAS,
    "for each function")
SQS_MAXIMUM_CONCURRENCY = _hard("maximum concurrency of an SQS event source", 2, 1_000, "executions",
    f"{_API}ScalingConfig.html")
SQS_MINIMUM_POLLERS = _hard("minimum pollers of an SQS event source", 2, 200, "pollers",
    f"{_API}ProvisionedPollerConfig.html")
SQS_MAXIMUM_POLLERS = _hard("maximum pollers of an SQS event source", 2, 10_000, "pollers",
    f"{_API}ProvisionedPollerConfig.html")
KAFKA_MINIMUM_POLLERS = _hard("minimum pollers of a Kafka event source", 1, 200, "pollers",
    f"{_API}ProvisionedPollerConfig.html")
KAFKA_MAXIMUM_POLLERS = _hard("maximum pollers of a Kafka event source", 1, 2_000, "pollers",
    f"{_API}ProvisionedPollerConfig.html")
POLLER_GROUP_MAPPINGS = _hard("event source mappings in a poller group", None, 100, "mappings",
    f"{_API}ProvisionedPollerConfig.html")
TENANT_ENVIRONMENTS = _hard("tenant-isolated environments", None, 2_500, "environments",
    f"{_GUIDE}tenant-isolation-troubleshooting.html", "for every 1,000 concurrent executions")
TENANT_ID_LENGTH = _hard("length of a tenant id", 1, 256, "characters", f"{_API}Invoke.html")

# --- Payloads --------------------------------------------------------------------------------------------------------

SYNC_PAYLOAD_SIZE = _hard("payload of a synchronous invocation", None, 6_291_456, "bytes", _QUOTAS,
    "the request and the response each")
STREAMED_RESPONSE_SIZE = _hard("streamed response", None, 200, "MB", _QUOTAS)
ASYNC_PAYLOAD_SIZE = _hard("payload of an asynchronous invocation", None, 1_048_576, "bytes", _QUOTAS,
    "formerly 256 KB", code="L-7C0F49F9")
CLIENT_CONTEXT_SIZE = _hard("client context", None, 3_583, "bytes", f"{_API}Invoke.html", "base64-encoded")
SNS_MESSAGE_SIZE = _quota("message to an SNS topic", None, 262_144, "bytes", _SNS,
    "raised by the topic's own attribute MaximumMessageSize")
SNS_MAXIMUM_MESSAGE_SIZE = _hard("MaximumMessageSize of an SNS topic", 1_024, 1_048_576, "bytes",
    f"{_DOCS}sns/latest/api/API_SetTopicAttributes.html")
SQS_MAXIMUM_MESSAGE_SIZE = _hard("MaximumMessageSize of an SQS queue", 1_024, 1_048_576, "bytes", _SQS_ATTRIBUTES)

# --- API Gateway -----------------------------------------------------------------------------------------------------

REST_API_INTEGRATION_TIMEOUT = _quota("integration timeout of a Regional or private REST API", 50, 29_000, "ms", _REST,
    "raising it may lower the account's throttle quota", code="L-E5AE38E3")
REST_API_EDGE_INTEGRATION_TIMEOUT = _hard("integration timeout of an edge-optimised REST API", 50, 29_000, "ms", _REST)
# With a raised quota or a streamed response; nothing above was found in any source.
REST_API_LONGEST_TIMEOUT = _hard("integration timeout of any REST API", 50, 900_000, "ms", _STREAMING,
    "29,000 ms where the quota isn't raised and the response isn't streamed")
REST_API_STREAMING_TIMEOUT = _hard("streamed response of a REST API", 50, 900_000, "ms", _STREAMING)
REST_API_STREAMING_IDLE_TIMEOUT = _hard("idle time in a streamed response of a Regional or private REST API", None,
    300_000, "ms", _STREAMING)
REST_API_EDGE_STREAMING_IDLE_TIMEOUT = _hard("idle time in a streamed response of an edge-optimised REST API", None,
    30_000, "ms", _STREAMING)
HTTP_API_INTEGRATION_TIMEOUT = _hard("integration timeout of an HTTP API", 50, 30_000, "ms", _HTTP)
WEBSOCKET_API_INTEGRATION_TIMEOUT = _hard("integration timeout of a WebSocket API", 50, 29_000, "ms",
    f"{_DOCS}apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html")
REST_API_PAYLOAD_SIZE = _hard("payload of a REST API", None, 10, "MB", _REST, "a streamed response may be larger")
HTTP_API_PAYLOAD_SIZE = _hard("payload of an HTTP API", None, 10, "MB", _HTTP)
REST_API_RESOURCES = _quota("number of resources of a REST API", None, 300, "resources", _REST, code="L-01C8A9E0")
HTTP_API_ROUTES = _quota("number of routes of an HTTP API", None, 300, "routes", _HTTP)
HTTP_API_INTEGRATIONS = _hard("number of integrations of an HTTP API", None, 300, "integrations", _HTTP)
REST_API_AUTHORIZERS = _quota("number of authorizers of a REST API", None, 10, "authorizers", _REST, "through Support")
HTTP_API_AUTHORIZERS = _quota("number of authorizers of an HTTP API", None, 10, "authorizers", _HTTP, "through Support")
API_STAGES = _quota("number of stages of an API", None, 10, "stages", _REST, code="L-379E48B0")
AUTHORIZER_CACHE_TTL = _hard("time to live of an authorizer's result", 0, 3_600, "s",
    f"{_DOCS}apigateway/latest/api/API_Authorizer.html", "0 turns the cache off; REST APIs cache for 300 by default")
HTTP_API_AUTHORIZER_TIMEOUT = _hard("answer of an HTTP API's Lambda authorizer", None, 10_000, "ms", _HTTP)
AUTHORIZER_POLICY_RESOURCE_LENGTH = _hard("length of a Resource in a Lambda authorizer's policy", None, 512,
    "characters", f"{_DOCS}apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html")
AUTHORIZER_RESULT_SIZE = _hard("result of a Lambda authorizer", None, 8_192, "bytes",
    f"{_DOCS}general/latest/gr/apigateway.html",
    "8 KB in the quotas of every API; the developer guide repeats it for WebSocket APIs only", code="L-20859C74")
API_HEADERS_SIZE = _hard("total size of all headers", None, 10_240, "bytes", _REST)
API_POLICY_LENGTH = _quota("length of an API's resource policy", None, 8_192, "characters", _REST, code="L-8B81B02C")
REST_API_COMPRESSION_SIZE = _hard("smallest payload that a REST API compresses", 0, 10_485_760, "bytes",
    f"{_DOCS}apigateway/latest/api/API_CreateRestApi.html", "0 compresses every payload")
HTTP_API_CORS_MAX_AGE = _hard("CORS max age of an HTTP API", -1, 86_400, "s",
    f"{_DOCS}apigatewayv2/latest/api-reference/apis-apiid.html", "-1 tells browsers not to keep the answer")
API_KEY_LENGTH = _hard("length of an API key", 20, 128, "characters",
    f"{_DOCS}apigateway/latest/developerguide/api-key-file-format.html", verified=False)
CANARY_TRAFFIC = _hard("traffic of a stage's canary", 0, 100, "%",
    f"{_DOCS}apigateway/latest/api/API_CanarySettings.html")
API_STAGE_NAME_LENGTH = _hard("length of a stage's name", 1, 128, "characters",
    f"{_DOCS}apigateway/latest/api/API_CreateStage.html", "the stage $default of an HTTP API is the only other name")
API_MAPPING_TEMPLATE_SIZE = _hard("mapping template", None, 300, "KB", _REST)
API_ACCESS_LOG_TEMPLATE_SIZE = _hard("access log template", None, 3, "KB", _REST)
REST_API_CACHE_TTL = _hard("time for which a REST API keeps an answer", 0, 3_600, "s", _REST)
HTTP_API_NAME_LENGTH = _hard("length of the name of an HTTP or WebSocket API, or of its authorizer", 1, 128,
    "characters", f"{_DOCS}apigatewayv2/latest/api-reference/apis.html")
HTTP_API_DESCRIPTION_LENGTH = _hard("length of the description of an HTTP or WebSocket API", 0, 1_024, "characters",
    f"{_DOCS}apigatewayv2/latest/api-reference/apis.html")
ROUTE_OPERATION_LENGTH = _hard("length of a route's operation name", 1, 64, "characters",
    f"{_DOCS}apigatewayv2/latest/api-reference/apis-apiid-routes.html")
HTTP_API_AUDIENCES = _hard("number of audiences of a JWT authorizer", None, 50, "audiences", _HTTP)
API_DEFINITION_SIZE = _hard("OpenAPI definition to import", None, 6, "MB", _REST)
REGIONAL_APIS = _hard("number of Regional APIs in a Region", None, 600, "APIs", _REST)
EDGE_APIS = _hard("number of edge-optimised APIs in a Region", None, 120, "APIs", _REST)
PRIVATE_APIS = _hard("number of private APIs in a Region", None, 600, "APIs", _REST)

# --- SNS -------------------------------------------------------------------------------------------------------------

FILTER_POLICY_KEYS = _hard("number of keys of a filter policy", None, 5, "keys", _SNS_FILTER)
FILTER_POLICY_COMBINATIONS = _hard("combinations of values of a filter policy", None, 150, "combinations", _SNS_FILTER,
    "the product of the lengths of the arrays; nested keys multiply by their depth")
FILTER_POLICY_SIZE = _hard("size of a filter policy", None, 256, "KB", _SNS_FILTER)
FILTER_POLICY_NUMBER = _hard("number in a filter policy", -1_000_000_000, 1_000_000_000, "", _SNS_FILTER)
FILTER_POLICY_DECIMALS = _hard("decimals of a number in a filter policy", None, 5, "decimals", _SNS_FILTER)
TOPIC_FILTER_POLICIES = _quota("number of filter policies of a topic", None, 200, "filter policies", _SNS)
ACCOUNT_FILTER_POLICIES = _quota("number of filter policies in an account", None, 10_000, "filter policies", _SNS)
TOPIC_SUBSCRIPTIONS = _quota("number of subscriptions to a standard topic", None, 12_500_000, "subscriptions", _SNS)
FIFO_TOPIC_SUBSCRIPTIONS = _quota("number of subscriptions to a FIFO topic", None, 100, "subscriptions", _SNS,
    "queues only: a FIFO topic doesn't deliver to Lambda")

# --- Event sources and asynchronous invocation -----------------------------------------------------------------------

EVENT_SOURCE_BATCH_SIZE = _hard("batch size", 1, 10_000, "records", f"{_API}CreateEventSourceMapping.html")
SQS_FIFO_BATCH_SIZE = _hard("batch size of a FIFO queue", 1, 10, "records", f"{_API}CreateEventSourceMapping.html")
SQS_BATCH_SIZE_WITHOUT_WINDOW = _hard("batch size of a queue without a batching window", 1, 10, "records",
    f"{_API}CreateEventSourceMapping.html", "more needs a window of at least 1 second")
EVENT_SOURCE_BATCHING_WINDOW = _hard("batching window", 0, 300, "s", f"{_API}CreateEventSourceMapping.html")
PARALLELIZATION_FACTOR = _hard("parallelization factor", 1, 10, "batches", f"{_API}CreateEventSourceMapping.html",
    "for each shard")
TUMBLING_WINDOW = _hard("tumbling window", 0, 900, "s", f"{_API}CreateEventSourceMapping.html")
STREAM_RECORD_AGE = _hard("maximum age of a stream's record", 60, 604_800, "s",
    f"{_API}CreateEventSourceMapping.html", "-1, the default, means without end")
STREAM_RETRIES = _hard("retries of a stream's record", -1, 10_000, "retries", f"{_API}CreateEventSourceMapping.html",
    "-1, the default, means without end")
EVENT_SOURCE_FILTERS = _quota("number of filters of an event source", None, 5, "filters",
    f"{_GUIDE}invocation-eventfiltering.html", "up to 10 on request")
EVENT_SOURCE_FILTER_LENGTH = _hard("length of an event source's filter pattern", 0, 4_096, "characters",
    f"{_API}Filter.html")
ASYNC_RETRIES = _hard("retries of an asynchronous invocation", 0, 2, "retries",
    f"{_API}PutFunctionEventInvokeConfig.html")
ASYNC_EVENT_AGE = _hard("maximum age of an asynchronous event", 60, 21_600, "s",
    f"{_API}PutFunctionEventInvokeConfig.html")
DESTINATION_ARN_LENGTH = _hard("length of a destination's ARN", 0, 350, "characters", f"{_API}OnFailure.html")
RULE_INPUT_LENGTH = _hard("length of the input of a rule's target", 0, 8_192, "characters",
    f"{_DOCS}eventbridge/latest/APIReference/API_Target.html")
EVENT_PATTERN_LENGTH = _hard("length of an event pattern", None, 4_096, "characters",
    f"{_DOCS}eventbridge/latest/APIReference/API_PutRule.html", "2,048 is the quota, which is raised on request")
TARGET_RETRIES = _hard("retries of a target of EventBridge", 0, 185, "retries",
    f"{_DOCS}eventbridge/latest/APIReference/API_RetryPolicy.html", "the same for EventBridge Scheduler")
TARGET_EVENT_AGE = _hard("maximum age of an event of EventBridge", 60, 86_400, "s",
    f"{_DOCS}eventbridge/latest/APIReference/API_RetryPolicy.html", "the same for EventBridge Scheduler")
SCHEDULE_WINDOW = _hard("flexible window of a schedule", 1, 1_440, "minutes",
    f"{_DOCS}scheduler/latest/APIReference/API_FlexibleTimeWindow.html")
RULE_NAME_LENGTH = _hard("length of a rule's name", 1, 64, "characters",
    f"{_DOCS}eventbridge/latest/APIReference/API_PutRule.html")
RULE_DESCRIPTION_LENGTH = _hard("length of a rule's description", 0, 512, "characters",
    f"{_DOCS}eventbridge/latest/APIReference/API_PutRule.html")
RULE_TARGETS = _hard("number of targets of a rule", None, 5, "targets",
    f"{_DOCS}eventbridge/latest/userguide/eb-quota.html")
TARGET_ID_LENGTH = _hard("length of a target's id", 1, 64, "characters",
    f"{_DOCS}eventbridge/latest/APIReference/API_Target.html")
SCHEDULE_NAME_LENGTH = _hard("length of a schedule's name", 1, 64, "characters",
    f"{_DOCS}scheduler/latest/APIReference/API_CreateSchedule.html")
SCHEDULE_DESCRIPTION_LENGTH = _hard("length of a schedule's description", 0, 512, "characters",
    f"{_DOCS}scheduler/latest/APIReference/API_CreateSchedule.html")
TOPIC_NAME_LENGTH = _hard("length of a topic's name", 1, 256, "characters",
    f"{_DOCS}sns/latest/api/API_CreateTopic.html", ".fifo included")
TOPIC_DISPLAY_NAME_LENGTH = _hard("length of a topic's display name", 0, 100, "characters",
    f"{_DOCS}sns/latest/api/API_SetTopicAttributes.html", verified=False)
QUEUE_NAME_LENGTH = _hard("length of a queue's name", 1, 80, "characters",
    f"{_DOCS}AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html", ".fifo included")
QUEUE_KEY_REUSE = _hard("time for which SQS reuses a data key", 60, 86_400, "s", _SQS_ATTRIBUTES)
STREAM_NAME_LENGTH = _hard("length of a Kinesis stream's name", 1, 128, "characters",
    f"{_DOCS}kinesis/latest/APIReference/API_CreateStream.html")
STREAM_RETENTION = _hard("retention of a Kinesis stream", 24, 8_760, "hours",
    f"{_DOCS}kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html")
SECRET_NAME_LENGTH = _hard("length of a secret's name", 1, 512, "characters",
    f"{_DOCS}secretsmanager/latest/apireference/API_CreateSecret.html")
QUEUE_DELAY = _hard("delay of a queue's messages", 0, 900, "s", _SQS_ATTRIBUTES)
QUEUE_RETENTION = _hard("retention of a queue's messages", 60, 1_209_600, "s", _SQS_ATTRIBUTES, "the default is 4 days")
QUEUE_WAIT = _hard("time that a receive from a queue waits", 0, 20, "s", _SQS_ATTRIBUTES)
QUEUE_RECEIVES = _hard("receives before a message is a dead letter", 1, 1_000, "receives", _SQS_ATTRIBUTES)
SQS_VISIBILITY_TIMEOUT = _hard("visibility timeout of a queue", 0, 43_200, "s", _SQS_ATTRIBUTES,
    "an event source mapping needs at least the function's timeout, and AWS advises six times that")

# --- Durable functions and Managed Instances -------------------------------------------------------------------------

DURABLE_EXECUTION_TIMEOUT = _hard("timeout of a durable execution", 1, 31_622_400, "s", f"{_API}DurableConfig.html")
DURABLE_SYNC_TIMEOUT = _hard("timeout of a durable execution that is invoked synchronously", None, 900, "s",
    f"{_GUIDE}durable-invoking.html", "up to that of the function on Managed Instances, with event source mappings")
DURABLE_RETENTION = _hard("retention of a durable execution's history", 1, 90, "days", f"{_API}DurableConfig.html",
    "the default is 14")
DURABLE_STEP_PAYLOAD_SIZE = _hard("payload of a durable operation", None, 6_291_456, "bytes",
    f"{_API}CheckpointDurableExecution.html")
DURABLE_OPERATIONS = _hard("operations in a durable execution", None, 3_000, "operations", _QUOTAS)
DURABLE_STORAGE = _hard("data written by a durable execution", None, 100, "MB", _QUOTAS)
DURABLE_RUNNING_EXECUTIONS = _quota("running durable executions in a Region", None, 5_000_000, "executions", _QUOTAS,
    "10,000,000 in us-east-1, us-west-2 and eu-west-1")
CAPACITY_PROVIDER_SUBNETS = _hard("number of subnets of a capacity provider", 1, 16, "subnets",
    f"{_API}CapacityProviderVpcConfig.html")
CAPACITY_PROVIDER_SECURITY_GROUPS = _hard("number of security groups of a capacity provider", 0, 5, "security groups",
    f"{_API}CapacityProviderVpcConfig.html")
CAPACITY_PROVIDER_VCPUS = _hard("vCPUs of a capacity provider", 2, 15_000, "vCPUs",
    f"{_API}CapacityProviderScalingConfig.html")
CAPACITY_PROVIDER_SCALING_POLICIES = _hard("number of scaling policies of a capacity provider", 1, 10,
    "scaling policies", f"{_API}CapacityProviderScalingConfig.html")
CAPACITY_PROVIDER_NAME_LENGTH = _hard("length of a capacity provider's name", 1, 140, "characters",
    f"{_API}CreateCapacityProvider.html")
CAPACITY_PROVIDER_INSTANCE_TYPES = _hard("number of instance types of a capacity provider", None, 400,
    "instance types", f"{_API}InstanceRequirements.html", "for the allowed and for the excluded types each")
CAPACITY_PROVIDERS = _quota("number of capacity providers in an account", None, 1_000, "capacity providers",
    f"{_GUIDE}lambda-managed-instances-quotas.html", code="L-F864D568")
CAPACITY_PROVIDER_VERSIONS = _hard("function versions of a capacity provider", None, 100, "versions",
    f"{_GUIDE}lambda-managed-instances-quotas.html", code="L-96779E29")
MANAGED_INSTANCES_ENVIRONMENTS = _hard("execution environments of a function on Managed Instances", 0, 15_000,
    "environments", f"{_API}FunctionScalingConfig.html")
MANAGED_INSTANCES_CONCURRENCY = _hard("concurrency of one execution environment", 1, 1_600, "executions",
    f"{_API}LambdaManagedInstancesCapacityProviderConfig.html",
    "defaults, not bounds: 16 for each vCPU with Python, 32 with Java and .NET, 64 with Node.js")

# --- SnapStart -------------------------------------------------------------------------------------------------------

SNAP_START_EPHEMERAL_STORAGE = _hard("ephemeral storage with SnapStart", 512, 512, "MB", f"{_GUIDE}snapstart.html")

# --- Lambda@Edge -----------------------------------------------------------------------------------------------------

EDGE_VIEWER_TIMEOUT = _hard("timeout of a function at a viewer event", None, 5, "s", _EDGE)
EDGE_ORIGIN_TIMEOUT = _hard("timeout of a function at an origin event", None, 30, "s", _EDGE)
EDGE_VIEWER_MEMORY = _hard("memory of a function at a viewer event", None, 128, "MB", _EDGE)

# --- VPC -------------------------------------------------------------------------------------------------------------

LAMBDA_NETWORK_INTERFACES = _quota("Lambda's network interfaces in a VPC", None, 500, "network interfaces", _QUOTAS,
    "formerly 250; one for each combination of subnet and security groups", code="L-9FEE3D26")
NAT_GATEWAYS = _quota("number of NAT gateways in an Availability Zone", None, 5, "NAT gateways", _VPC,
    code="L-FE5A380F")
ELASTIC_IPS = _quota("number of Elastic IP addresses in a Region", None, 5, "Elastic IPs", _VPC, code="L-0263D0A3")
VPCS = _quota("number of VPCs in a Region", None, 5, "VPCs", _VPC, code="L-F678F1CE")
INTERFACE_SECURITY_GROUPS = _quota("number of security groups of a network interface", None, 5, "security groups",
    _VPC, "up to 16 on request; a Lambda function stays at 5", code="L-2AFB9258")

# --- IAM -------------------------------------------------------------------------------------------------------------

ROLE_MANAGED_POLICIES = _quota("number of managed policies of a role", None, 10, "managed policies", _IAM,
    "up to 20 on request", code="L-0DA4ABF3")
ROLE_MANAGED_POLICIES_RAISED = _hard("number of managed policies of a role with a raised quota", None, 20,
    "managed policies", _IAM)
ROLE_INLINE_POLICIES_LENGTH = _hard("length of all inline policies of a role", None, 10_240, "characters", _IAM,
    "whitespace doesn't count")
ROLE_TRUST_POLICY_LENGTH = _quota("length of a role's trust policy", None, 2_048, "characters", _IAM,
    "up to 4,096 on request")
MANAGED_POLICY_LENGTH = _hard("length of a managed policy", None, 6_144, "characters", _IAM, "whitespace doesn't count")
ROLE_NAME_LENGTH = _hard("length of a role name", 1, 64, "characters", _IAM)
ROLE_DESCRIPTION_LENGTH = _hard("length of a role's description", 0, 1_000, "characters",
    f"{_DOCS}IAM/latest/APIReference/API_CreateRole.html")
ROLE_SESSION_DURATION = _hard("longest session of a role", 3_600, 43_200, "s",
    f"{_DOCS}IAM/latest/APIReference/API_CreateRole.html")
ROLE_PATH_LENGTH = _hard("length of the path of a role or a policy", 1, 512, "characters", _IAM)
ROLE_TAGS = _hard("number of tags of a role", None, 50, "tags", _IAM)
POLICY_NAME_LENGTH = _hard("length of a policy name", 1, 128, "characters", _IAM)
POLICY_DESCRIPTION_LENGTH = _hard("length of a managed policy's description", 0, 1_000, "characters",
    f"{_DOCS}IAM/latest/APIReference/API_CreatePolicy.html")
EVENT_SOURCE_TOKEN_LENGTH = _hard("length of a permission's event source token", 0, 256, "characters",
    f"{_API}AddPermission.html")

# --- CloudWatch ------------------------------------------------------------------------------------------------------

ALARM_ACTIONS = _hard("actions of an alarm's state", None, 5, "actions", _CLOUDWATCH, verified=False)
ALARM_NAME_LENGTH = _hard("length of an alarm's name", 1, 255, "characters",
    f"{_DOCS}AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html", verified=False)
DASHBOARD_WIDGETS = _hard("widgets of a dashboard", None, 500, "widgets", _CLOUDWATCH,
    "and 2,500 metrics, of which a function takes fewer than 20", verified=False)

# --- CloudFormation --------------------------------------------------------------------------------------------------

STACK_RESOURCES = _hard("number of resources of a stack", None, 500, "resources", _STACK)
STACK_PARAMETERS = _hard("number of parameters of a stack", None, 200, "parameters", _STACK)
STACK_OUTPUTS = _hard("number of outputs of a stack", None, 200, "outputs", _STACK)
STACK_MAPPINGS = _hard("number of mappings of a stack", None, 200, "mappings", _STACK)
MAPPING_ATTRIBUTES = _hard("number of attributes of a mapping", None, 200, "attributes", _STACK)
OUTPUT_DESCRIPTION_SIZE = _hard("description of an output", None, 1_024, "bytes", _STACK)
# AWS says 1 MB; both cfn-lint and CDK take that for 1,000,000 bytes.
TEMPLATE_SIZE = _hard("template", None, 1_000_000, "bytes", _STACK, "through Amazon S3")
TEMPLATE_REQUEST_SIZE = _hard("template within the request", None, 51_200, "bytes", _STACK)
STACK_NAME_LENGTH = _hard("length of a stack name", 1, 128, "characters", _STACK)
# fmt: on

# --- Keys and patterns that are limits themselves; a pattern is meant for `re.fullmatch` -----------------------------

# Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (read 2026-11-22). No other key is
# reserved: TZ, PATH, PYTHONPATH and own names that begin with AWS_ can be set.
RESERVED_ENVIRONMENT_KEYS = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
# A key of one letter is refused: AWS's pattern asks for a second character.
ENVIRONMENT_KEY_PATTERN = r"[a-zA-Z][a-zA-Z0-9_]+"
FUNCTION_NAME_PATTERN = r"[a-zA-Z0-9_-]+"
LAYER_NAME_PATTERN = r"[a-zA-Z0-9_-]+"
ALIAS_NAME_PATTERN = r"(?![0-9]+\Z)[a-zA-Z0-9_-]+"
SCHEDULED_ACTION_NAME_PATTERN = r"(?! )[^\x00-\x1f\x7f-\x9f:/|]+(?<! )"
STATEMENT_ID_PATTERN = r"[a-zA-Z0-9_-]+"
CAPACITY_PROVIDER_NAME_PATTERN = r"[a-zA-Z0-9_-]+"
HANDLER_PATTERN = r"[^\s]+"
MOUNT_PATH_PATTERN = r"/mnt/[a-zA-Z0-9_.-]+"
LOG_GROUP_NAME_PATTERN = r"[a-zA-Z0-9_./#-]+"
TOPIC_NAME_PATTERN = r"[a-zA-Z0-9_-]+(?:\.fifo)?"
QUEUE_NAME_PATTERN = r"[a-zA-Z0-9_-]+(?:\.fifo)?"
RULE_NAME_PATTERN = r"[a-zA-Z0-9_.-]+"
SCHEDULE_NAME_PATTERN = r"[a-zA-Z0-9_.-]+"
STREAM_NAME_PATTERN = r"[a-zA-Z0-9_.-]+"
SECRET_NAME_PATTERN = r"[a-zA-Z0-9/_+=.@-]+"
ORGANIZATION_PATTERN = r"o-[a-z0-9]{10,32}"
GATEWAY_RESPONSES = (
    "ACCESS_DENIED",
    "API_CONFIGURATION_ERROR",
    "AUTHORIZER_CONFIGURATION_ERROR",
    "AUTHORIZER_FAILURE",
    "BAD_REQUEST_BODY",
    "BAD_REQUEST_PARAMETERS",
    "DEFAULT_4XX",
    "DEFAULT_5XX",
    "EXPIRED_TOKEN",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
    "INVALID_API_KEY",
    "INVALID_SIGNATURE",
    "MISSING_AUTHENTICATION_TOKEN",
    "QUOTA_EXCEEDED",
    "REQUEST_TOO_LARGE",
    "RESOURCE_NOT_FOUND",
    "THROTTLED",
    "UNAUTHORIZED",
    "UNSUPPORTED_MEDIA_TYPE",
    "WAF_FILTERED",
)
LOG_RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
TENANT_ID_PATTERN = r"[a-zA-Z0-9._:/=+\-@ ]+"
API_STAGE_NAME_PATTERN = r"[a-zA-Z0-9_-]+"
STAGE_VARIABLE_NAME_PATTERN = r"[a-zA-Z0-9_]+"
# The message with which API Gateway refuses a part names a-zA-Z0-9._-: and braces; CDK lets $ through as well.
REST_API_PATH_PART_PATTERN = r"[a-zA-Z0-9:._$-]+|\{[a-zA-Z0-9:._$-]+\+?\}"
ROLE_NAME_PATTERN = r"[a-zA-Z0-9_+=,.@-]+"
ROLE_PATH_PATTERN = r"/(?:[!-~]+/)?"
ROLE_DESCRIPTION_PATTERN = r"[\t\n\r -~\xa1-\xff]*"
POLICY_PATH_PATTERN = r"(?:/[A-Za-z0-9.,+@=_-]+)*/"
IAM_STATEMENT_ID_PATTERN = r"[0-9A-Za-z]*"
EVENT_SOURCE_TOKEN_PATTERN = r"[a-zA-Z0-9._-]+"
STACK_NAME_PATTERN = r"[a-zA-Z][a-zA-Z0-9-]*"


def all_limits() -> dict[str, Limit]:
    """Return every limit of this module under its name, in the order of the source."""
    return {name: value for name, value in globals().items() if isinstance(value, Limit)}


def all_quotas() -> dict[str, Limit]:
    """Return every limit that AWS raises on request, under its name in small letters."""
    return {name.lower(): limit for name, limit in all_limits().items() if limit.kind is Kind.QUOTA}
