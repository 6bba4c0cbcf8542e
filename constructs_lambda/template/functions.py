"""CloudFormation properties of Lambda functions -> model. The constructs read through here too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lambda.artifacts.assets import Asset
from constructs_lambda.model import (
    KNOWN_PARTS,
    KNOWN_PROPERTIES,
    Durable,
    EnvironmentScaling,
    FileSystem,
    Function,
    Image,
    ImageAsset,
    Logging,
    ManagedInstances,
    Place,
    Source,
)
from constructs_lambda.template.links import read_link, read_links, read_source
from constructs_lambda.template.properties import Properties
from constructs_lambda.template.values import dynamic_references, mapping
from constructs_lambda.tokens import UNKNOWN, Unknown, is_intrinsic

METADATA_KEY = "constructs-lambda"
_INSTANCES = "CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig"
_REQUIRED_PARTS = (
    ("CapacityProviderConfig", f"{_INSTANCES}.CapacityProviderArn"),
    ("EphemeralStorage", "EphemeralStorage.Size"),
    ("RuntimeManagementConfig", "RuntimeManagementConfig.UpdateRuntimeOn"),
    ("SnapStart", "SnapStart.ApplyOn"),
    ("TenancyConfig", "TenancyConfig.TenantIsolationMode"),
)


def read_function(
    values: object,
    place: Place,
    metadata: Mapping[str, Any] | None = None,
    *,
    asset: Asset | None = None,
    image_asset: ImageAsset | None = None,
    image_address: str | None = None,
) -> Function:
    """The model of an `AWS::Lambda::Function`.

    Args:
        values: Its properties, as CloudFormation names them.
        place: Where it stands.
        metadata: The library's own entry in the resource's Metadata.
        asset: Its package, where that is on this machine.
        image_asset: Its image, where this app builds it.
        image_address: Address of its image, as far as the stack decides it.
    """
    p = Properties(values)
    whole_code = UNKNOWN if p.is_text("Code") else p.inside("Code")  # a path until `cloudformation package` has run
    code = _optional(whole_code)
    vpc = p.inside("VpcConfig")
    vpc_properties = _optional(vpc)
    subnets, security_groups = vpc_properties.items("SubnetIds"), vpc_properties.items("SecurityGroupIds")
    tags, repeated_tags, tags_without_key = _tags(p)
    raw = mapping(values)
    return Function(
        place=place,
        name=p.text("FunctionName"),
        description=p.text("Description"),
        runtime=p.text("Runtime"),
        handler=p.text("Handler"),
        package_type=p.text("PackageType"),
        inline_code=code.text("ZipFile"),
        image_uri=code.text("ImageUri"),
        image=_image(p.inside("ImageConfig")),
        code_location=_code_location(whole_code, code),
        code_bucket=code.text("S3Bucket"),
        code_key=code.text("S3Key"),
        code_version=code.text("S3ObjectVersion"),
        code_storage_mode=code.text("S3ObjectStorageMode"),
        code_kms_key=code.text("SourceKMSKeyArn"),
        asset=asset,
        image_asset=image_asset,
        image_address=image_address,
        role=p.text("Role"),
        role_link=read_link(raw.get("Role")),
        memory_mb=p.number("MemorySize"),
        timeout_seconds=p.number("Timeout"),
        ephemeral_storage_mb=_nested_number(p, "EphemeralStorage", "Size"),
        accelerator=_is_set(p.inside("AcceleratorConfig")),
        architectures=p.items("Architectures"),
        environment=_environment(p),
        dynamic_references=dynamic_references(mapping(raw.get("Environment")).get("Variables")),
        layers=p.items("Layers"),
        layer_links=read_links(raw.get("Layers")),
        vpc=UNKNOWN if isinstance(vpc, Unknown) else _in_vpc(subnets),
        subnets=UNKNOWN if isinstance(vpc, Unknown) else subnets,
        security_groups=UNKNOWN if isinstance(vpc, Unknown) else security_groups,
        subnet_links=None if subnets is None else read_links(raw["VpcConfig"]["SubnetIds"]),
        security_group_links=None if security_groups is None else read_links(raw["VpcConfig"]["SecurityGroupIds"]),
        ipv6=vpc_properties.flag("Ipv6AllowedForDualStack"),
        file_systems=_file_systems(p),
        tags=tags,
        repeated_tags=repeated_tags,
        kms_key=p.text("KmsKeyArn"),
        tracing=_nested_text(p, "TracingConfig", "Mode"),
        logging=_logging(p.inside("LoggingConfig"), mapping(raw.get("LoggingConfig"))),
        reserved_concurrency=p.number("ReservedConcurrentExecutions"),
        snap_start=_nested_text(p, "SnapStart", "ApplyOn"),
        tenant_isolation=_nested_text(p, "TenancyConfig", "TenantIsolationMode"),
        durable=_durable(p.inside("DurableConfig")),
        managed_instances=_managed_instances(p.inside("CapacityProviderConfig")),
        scaling=read_scaling(p.inside("FunctionScalingConfig")),
        code_signing_config=p.text("CodeSigningConfigArn"),
        code_signing_reference=p.reference("CodeSigningConfigArn"),
        dead_letters=_nested_source(values, "DeadLetterConfig", "TargetArn"),
        dead_letter_target=_nested_text(p, "DeadLetterConfig", "TargetArn"),
        runtime_update=_nested_text(p, "RuntimeManagementConfig", "UpdateRuntimeOn"),
        runtime_version=_nested_text(p, "RuntimeManagementConfig", "RuntimeVersionArn"),
        recursive_loop=p.text("RecursiveLoop"),
        unknown_properties=p.unknown_names(KNOWN_PROPERTIES) + _unknown_parts(p),
        missing=_missing_parts(p) + tags_without_key,
        malformed=p.malformed,
        metadata=metadata,
    )


def _missing_parts(p: Properties) -> tuple[str, ...]:
    names = p.names
    missing: list[str] = []
    for setting, part in _REQUIRED_PARTS:
        if setting in names and isinstance(p.inside(setting), Properties):
            missing += p.missing(part)
    return tuple(missing)


def _unknown_parts(p: Properties) -> tuple[str, ...]:
    found: list[str] = []
    for setting in p.names & KNOWN_PARTS.keys():
        names = KNOWN_PARTS[str(setting)]
        if setting == "FileSystemConfigs":
            items = p.items(setting)
            inner = [p.at(setting, index, item) for index, item in enumerate(items)] if isinstance(items, tuple) else []
        else:
            inside = UNKNOWN if setting == "Code" and p.is_text("Code") else p.inside(str(setting))
            inner = [inside] if isinstance(inside, Properties) else []
        found += [f"{setting}.{name}" for part in inner for name in part.unknown_names(names)]
    return tuple(sorted(found))


def _optional(properties: Properties | Unknown | None) -> Properties:
    return properties if isinstance(properties, Properties) else Properties(None)


def _is_set(properties: Properties | Unknown | None) -> bool | Unknown | None:
    return True if isinstance(properties, Properties) else properties


def _nested_text(p: Properties, name: str, inner: str) -> str | Unknown | None:
    nested = p.inside(name)
    return nested.text(inner) if isinstance(nested, Properties) else nested


def _nested_source(values: object, *names: str) -> Source | None:
    for name in names:
        values = values.get(name) if isinstance(values, Mapping) else values
    return read_source(values)


def _nested_number(p: Properties, name: str, inner: str) -> int | float | Unknown | None:
    nested = p.inside(name)
    return nested.number(inner) if isinstance(nested, Properties) else nested


def _code_location(whole: object, code: Properties) -> bool | Unknown | None:
    if isinstance(whole, Unknown):
        return UNKNOWN
    return None if code.text("S3Bucket") is None and code.text("S3Key") is None else True


def _in_vpc(subnets: object) -> bool | Unknown | None:
    if subnets is None or subnets == ():
        return None
    return subnets if isinstance(subnets, Unknown) else True


def _environment(p: Properties) -> Mapping[str, Any] | Unknown | None:
    environment = p.inside("Environment")
    if not isinstance(environment, Properties):
        return environment
    variables = environment.inside("Variables")
    if not isinstance(variables, Properties):
        return variables
    if variables.is_open:
        return UNKNOWN
    return {name: variables.text(name) for name in variables}


def _image(image: Properties | Unknown | None) -> Image | Unknown | None:
    if not isinstance(image, Properties):
        return image
    return Image(
        command=image.items("Command"),
        entry_point=image.items("EntryPoint"),
        working_directory=image.text("WorkingDirectory"),
    )


def _file_systems(p: Properties) -> tuple[FileSystem, ...] | Unknown | None:
    items = p.items("FileSystemConfigs")
    if items is None or isinstance(items, Unknown):
        return items
    systems = [p.at("FileSystemConfigs", index, item) for index, item in enumerate(items) if not is_intrinsic(item)]
    if items and not systems:
        return UNKNOWN
    return tuple(
        FileSystem(
            arn=s.text("Arn"),
            mount_path=s.text("LocalMountPath"),
            direct_read=_nested_text(s, "S3FilesConfig", "DirectS3Read"),
        )
        for s in systems
    )


def _tags(p: Properties) -> tuple[Mapping[str, Any] | Unknown | None, tuple[str, ...], tuple[str, ...]]:
    """The tags, the keys that stand there more than once, and where a key is missing."""
    items = p.items("Tags")
    if items is None or isinstance(items, Unknown):
        return items, (), ()
    tags: dict[str, Any] = {}
    repeated: list[str] = []
    missing: list[str] = []
    for index, item in enumerate(items):
        if is_intrinsic(item):
            continue  # may come to nothing
        tag = p.at("Tags", index, item)
        key = tag.text("Key")
        if isinstance(key, str) and key in tags:
            repeated.append(key)
        if key is None and isinstance(item, Mapping):
            missing.append(f"Tags.{index}.Key")
        tags[key if isinstance(key, str) else f"\0unknown {index}"] = tag.text("Value")
    return tags, tuple(dict.fromkeys(repeated)), tuple(missing)


def _logging(logging: Properties | Unknown | None, written: Mapping[str, Any]) -> Logging | Unknown | None:
    if not isinstance(logging, Properties):
        return logging
    return Logging(
        format=logging.text("LogFormat"),
        application_level=logging.text("ApplicationLogLevel"),
        system_level=logging.text("SystemLogLevel"),
        group=logging.text("LogGroup"),
        group_link=read_link(written.get("LogGroup")),
    )


def _durable(durable: Properties | Unknown | None) -> Durable | Unknown | None:
    if not isinstance(durable, Properties):
        return durable
    return Durable(
        execution_timeout_seconds=durable.number("ExecutionTimeout"),
        retention_days=durable.number("RetentionPeriodInDays"),
        kms_key=durable.text("KMSKeyArn"),
    )


def _managed_instances(config: Properties | Unknown | None) -> ManagedInstances | Unknown | None:
    if not isinstance(config, Properties):
        return config
    instances = config.inside("LambdaManagedInstancesCapacityProviderConfig")
    if not isinstance(instances, Properties):
        return UNKNOWN
    return ManagedInstances(
        capacity_provider=instances.text("CapacityProviderArn"),
        memory_gib_per_vcpu=instances.number("ExecutionEnvironmentMemoryGiBPerVCpu"),
        concurrency_per_environment=instances.number("PerExecutionEnvironmentMaxConcurrency"),
        capacity_provider_link=read_link(instances.value("CapacityProviderArn")),
    )


def read_scaling(scaling: Properties | Unknown | None) -> EnvironmentScaling | Unknown | None:
    """The model of a `FunctionScalingConfig`, of a function or of a version."""
    if not isinstance(scaling, Properties):
        return scaling
    return EnvironmentScaling(
        minimum=scaling.number("MinExecutionEnvironments"), maximum=scaling.number("MaxExecutionEnvironments")
    )
