"""A Lambda function, and what every part of the model is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown

if TYPE_CHECKING:
    from constructs_lambda.artifacts.assets import Asset
    from constructs_lambda.model.networks import Links, Source, Target
    from constructs_lambda.model.packages import ImageAsset

KNOWN_PROPERTIES = frozenset(
    {
        "AcceleratorConfig",
        "Architectures",
        "Arn",
        "CapacityProviderConfig",
        "Code",
        "CodeSigningConfigArn",
        "DeadLetterConfig",
        "Description",
        "DurableConfig",
        "Environment",
        "EphemeralStorage",
        "FileSystemConfigs",
        "FunctionName",
        "FunctionScalingConfig",
        "Handler",
        "ImageConfig",
        "KmsKeyArn",
        "Layers",
        "LoggingConfig",
        "MemorySize",
        "PackageType",
        "PublishToLatestPublished",
        "RecursiveLoop",
        "ReservedConcurrentExecutions",
        "Role",
        "Runtime",
        "RuntimeConfig",
        "RuntimeManagementConfig",
        "SnapStart",
        "SnapStartResponse",
        "Tags",
        "TenancyConfig",
        "Timeout",
        "TracingConfig",
        "VpcConfig",
    }
)
"""The properties of an `AWS::Lambda::Function`, with those that the Lambda API has and CloudFormation will have."""
KNOWN_PARTS = {
    "CapacityProviderConfig": frozenset({"LambdaManagedInstancesCapacityProviderConfig"}),
    "Code": frozenset(
        {
            "ImageUri",
            "S3Bucket",
            "S3Key",
            "S3ObjectStorageMode",
            "S3ObjectVersion",
            "SourceKMSKeyArn",
            "ZipFile",
        }
    ),
    "DurableConfig": frozenset({"ExecutionTimeout", "KMSKeyArn", "RetentionPeriodInDays"}),
    "Environment": frozenset({"Variables"}),
    "EphemeralStorage": frozenset({"Size"}),
    "FileSystemConfigs": frozenset({"Arn", "LocalMountPath", "S3FilesConfig"}),
    "ImageConfig": frozenset({"Command", "EntryPoint", "WorkingDirectory"}),
    "LoggingConfig": frozenset({"ApplicationLogLevel", "LogFormat", "LogGroup", "SystemLogLevel"}),
    "RuntimeManagementConfig": frozenset({"RuntimeVersionArn", "UpdateRuntimeOn"}),
    "SnapStart": frozenset({"ApplyOn"}),
    "TenancyConfig": frozenset({"TenantIsolationMode"}),
    "TracingConfig": frozenset({"Mode"}),
    "VpcConfig": frozenset({"Ipv6AllowedForDualStack", "SecurityGroupIds", "SubnetIds"}),
}
"""The properties within some of those."""

Text = str | Unknown | None
Number = int | float | Unknown | None
Flag = bool | Unknown | None
Items = tuple[Any, ...] | Unknown | None


@record()
class Place:
    """Where a resource stands.

    Args:
        path: Construct path, or stack and logical id where the template knows none.
        resource: Logical id, empty before synth and for a stack.
        template: Template file, empty before synth.
        conditional: Whether a condition decides if there is a resource at all.
    """

    path: str
    resource: str = ""
    template: str = ""
    conditional: bool = False


@record()
class Malformed:
    """A property whose value has a type that CloudFormation can't read.

    Args:
        property: CloudFormation property path, such as `EphemeralStorage.Size`.
        value: The value as it stands, shortened.
        expected: What belongs there: `a number`, `a list`.
    """

    property: str
    value: str
    expected: str


@record(kw_only=True)
class FileSystem:
    """A file system that a function mounts (EFS or S3 Files)."""

    arn: Text
    mount_path: Text
    direct_read: Text = None


@record(kw_only=True)
class Logging:
    """Where and how a function logs."""

    format: Text
    application_level: Text
    system_level: Text
    group: Text
    group_link: Target = None


@record(kw_only=True)
class Image:
    """How a container image is started."""

    command: Items
    entry_point: Items
    working_directory: Text


@record(kw_only=True)
class Durable:
    """Durable execution: how long one may run and how long its history is kept."""

    execution_timeout_seconds: Number
    retention_days: Number
    kms_key: Text = None


@record(kw_only=True)
class ManagedInstances:
    """A function's place on a capacity provider (Lambda Managed Instances)."""

    capacity_provider: Text
    memory_gib_per_vcpu: Number
    concurrency_per_environment: Number
    capacity_provider_link: Target = None
    """What the template names as its provider."""


@record(kw_only=True)
class EnvironmentScaling:
    """How many execution environments a function on Managed Instances keeps."""

    minimum: Number
    maximum: Number


@record(kw_only=True)
class Function:
    """A Lambda function as CloudFormation is told to make it."""

    place: Place
    name: Text = None
    description: Text = None
    runtime: Text = None
    handler: Text = None
    package_type: Text = None
    inline_code: Text = None
    image_uri: Text = None
    image: Image | Unknown | None = None
    code_location: Flag = None
    """True where the code comes from S3, unknown where nothing is certain about the code."""
    code_bucket: Text = None
    code_key: Text = None
    code_version: Text = None
    code_storage_mode: Text = None
    code_kms_key: Text = None
    asset: Asset | None = None
    """Its package, where that is a file or folder of this machine."""
    image_asset: ImageAsset | None = None
    """Its image, where this app builds or loads it."""
    image_address: str | None = None
    """Address of its image as far as the stack's own account and Region decide it, None where anything else does."""
    role: Text = None
    role_link: Target = None
    """What the template names as its role."""
    memory_mb: Number = None
    timeout_seconds: Number = None
    ephemeral_storage_mb: Number = None
    accelerator: Flag = None
    architectures: Items = None
    environment: Mapping[str, Any] | Unknown | None = None
    dynamic_references: Mapping[str, str] = field(default_factory=dict)
    """What a variable takes from a secret (`secretsmanager:shop:SecretString:password`) or a secure parameter
    (`ssm-secure:...`) when the stack is deployed."""
    layers: Items = None
    layer_links: Links = None
    vpc: Flag = None
    subnets: Items = None
    security_groups: Items = None
    subnet_links: Links = None
    security_group_links: Links = None
    ipv6: Flag = None
    """Whether it may use IPv6 in subnets that have it."""
    file_systems: tuple[FileSystem, ...] | Unknown | None = None
    tags: Mapping[str, Any] | Unknown | None = None
    repeated_tags: tuple[str, ...] = ()
    kms_key: Text = None
    tracing: Text = None
    logging: Logging | Unknown | None = None
    reserved_concurrency: Number = None
    snap_start: Text = None
    tenant_isolation: Text = None
    durable: Durable | Unknown | None = None
    managed_instances: ManagedInstances | Unknown | None = None
    scaling: EnvironmentScaling | Unknown | None = None
    code_signing_config: Text = None
    code_signing_reference: str | None = None
    """Logical id of the code signing configuration, where it is in the same template."""
    dead_letter_target: Text = None
    dead_letters: Source | None = None
    runtime_update: Text = None
    runtime_version: Text = None
    recursive_loop: Text = None
    unknown_properties: tuple[str, ...] = ()
    """Names among its properties that this library has never heard of; `VpcConfig.SubnetIDs` within one of them."""
    missing: tuple[str, ...] = ()
    """Required parts that settings are without, such as `EphemeralStorage.Size`."""
    malformed: tuple[Malformed, ...] = ()
    metadata: Mapping[str, Any] | None = None
    """What one of our constructs wrote about itself, None for a plain CDK function."""

    @property
    def is_image(self) -> bool | None:
        """Whether it is a container image; None where that is unknown."""
        if self.package_type is not None:
            return None if isinstance(self.package_type, Unknown) else self.package_type == "Image"
        if isinstance(self.image_uri, Unknown) or isinstance(self.code_location, Unknown):
            return None
        return self.image_uri is not None
