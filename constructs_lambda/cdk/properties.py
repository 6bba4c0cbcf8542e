"""Keywords of a construct -> the CloudFormation properties they will become, as far as that is known before creation.

What stands in CDK objects that only the synth resolves (code, role, layers, networks) is there, but unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_cdk import Duration, Size, aws_lambda

from constructs_lambda.cdk.options import JSII_NAMES

_NOT_KNOWN = {"Fn::FindInMap": ["known", "at", "synth"]}
_DAY = 24 * 60 * 60 * 1000
_read: dict[str, Any] = {}
"""What was read from CDK objects, by their reference in the kernel: a runtime is read once, not once a function."""


def function_properties(keywords: Mapping[str, Any], *, is_managed: bool = False) -> dict[str, Any]:
    """The properties of an `AWS::Lambda::Function`.

    Args:
        keywords: The keywords of `Function`, defaults filled in; `code` may be missing.
        is_managed: Whether it will run on Managed Instances.
    """
    runtime = _name(keywords["runtime"])
    is_image = runtime == "FROM_IMAGE"
    properties = {
        "FunctionName": keywords.get("function_name"),
        "Description": keywords.get("description"),
        "Handler": None if is_image else keywords["handler"],
        "Runtime": None if is_image else runtime,
        "PackageType": "Image" if is_image else None,
        "Code": _code(keywords.get("code"), is_image),
        "Role": _NOT_KNOWN,
        "MemorySize": keywords.get("memory_size"),
        "Timeout": seconds(keywords.get("timeout")),
        "ReservedConcurrentExecutions": keywords.get("reserved_concurrent_executions"),
        "Environment": _inside("Variables", keywords.get("environment") or None),
        "EphemeralStorage": _inside("Size", _mebibytes(keywords.get("ephemeral_storage_size"))),
        "TracingConfig": _tracing(keywords.get("tracing")),
        "LoggingConfig": _logging(keywords),
        "SnapStart": _inside("ApplyOn", "PublishedVersions" if keywords.get("snap_start") else None),
        "RecursiveLoop": word(keywords.get("recursive_loop")),
    }
    if (architecture := keywords.get("architecture")) is not None:
        properties["Architectures"] = [_name(architecture)]
    if (layers := keywords.get("layers")) is not None:
        properties["Layers"] = [_NOT_KNOWN] * len(layers)
    if keywords.get("vpc") is not None:
        groups = keywords.get("security_groups")
        properties["VpcConfig"] = {
            "SubnetIds": [_NOT_KNOWN] if is_managed else _NOT_KNOWN,
            "SecurityGroupIds": [_NOT_KNOWN] * len(groups) if groups else _NOT_KNOWN,
        }
    if (file_system := keywords.get("filesystem")) is not None:
        properties["FileSystemConfigs"] = [{"Arn": _NOT_KNOWN, "LocalMountPath": file_system.config.local_mount_path}]
    if (tenancy := keywords.get("tenancy_config")) is not None:
        properties["TenancyConfig"] = {"TenantIsolationMode": tenancy.tenancy_config_property.tenant_isolation_mode}
    if (durable := keywords.get("durable_config")) is not None:
        properties["DurableConfig"] = _durable(durable)
    if is_managed:
        properties["CapacityProviderConfig"] = {
            "LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": _NOT_KNOWN}
        }
    if keywords.get("code_signing_config") is not None:
        properties["CodeSigningConfigArn"] = _NOT_KNOWN
    return {name: value for name, value in properties.items() if value is not None}


def async_properties(keywords: Mapping[str, Any]) -> dict[str, Any] | None:
    """The properties of the `AWS::Lambda::EventInvokeConfig` beside it, None where none will be made."""
    properties = {
        "MaximumRetryAttempts": keywords.get("retry_attempts"),
        "MaximumEventAgeInSeconds": seconds(keywords.get("max_event_age")),
    }
    return properties if any(value is not None for value in properties.values()) else None


def seconds(duration: Duration | None) -> Any:
    """Seconds of a duration; unknown where it is a token or no whole number of seconds, about which CDK complains."""
    return _cached(duration, lambda: duration.to_seconds()) if duration is not None else None


def _mebibytes(size: Size | None) -> Any:
    return _cached(size, lambda: size.to_mebibytes()) if size is not None else None


def _name(named: aws_lambda.Runtime | aws_lambda.Architecture) -> Any:
    return _cached(named, lambda: named.name)


def _cached(value: Any, read: Callable[[], Any]) -> Any:
    reference = getattr(getattr(value, "__jsii_ref__", None), "ref", None)
    if reference is None:
        return _NOT_KNOWN
    if reference not in _read:
        try:
            _read[reference] = read()
        except RuntimeError:
            _read[reference] = _NOT_KNOWN
    return _read[reference]


def _code(code: object, is_image: bool) -> dict[str, Any]:
    if is_image:
        return {"ImageUri": _NOT_KNOWN}
    return {"ZipFile": _NOT_KNOWN} if isinstance(code, aws_lambda.InlineCode) else {"S3Key": _NOT_KNOWN}


def _inside(name: str, value: object) -> dict[str, Any] | None:
    return None if value is None else {name: value}


def word(member: Any) -> str | None:
    """CloudFormation's word for a member of a CDK enumeration: `PASS_THROUGH` is `PassThrough`."""
    return None if member is None else "".join(part.capitalize() for part in str(member.value).split("_"))


def _tracing(tracing: aws_lambda.Tracing | None) -> dict[str, Any] | None:
    return None if tracing is aws_lambda.Tracing.DISABLED else _inside("Mode", word(tracing))


def _logging(keywords: Mapping[str, Any]) -> dict[str, Any] | None:
    log_format = keywords.get("logging_format")
    format_name = log_format.value if log_format is not None else keywords.get("log_format")
    if format_name is None and keywords.get("log_group") is None:
        return None
    levels = {
        "ApplicationLogLevel": keywords.get("application_log_level_v2") or keywords.get("application_log_level"),
        "SystemLogLevel": keywords.get("system_log_level_v2") or keywords.get("system_log_level"),
    }
    return {
        "LogFormat": {"TEXT": "Text"}.get(str(format_name), format_name),
        **{name: getattr(level, "value", level) for name, level in levels.items() if level is not None},
        **({"LogGroup": _NOT_KNOWN} if keywords.get("log_group") is not None else {}),
    }


def _durable(durable: aws_lambda.DurableConfig | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(durable, Mapping):
        timeout, retention = durable.get("execution_timeout"), durable.get("retention_period")
    else:
        timeout, retention = durable.execution_timeout, durable.retention_period
    properties = {"ExecutionTimeout": seconds(timeout)}
    if retention is not None:
        properties["RetentionPeriodInDays"] = _whole_days(retention)
    return properties


def _whole_days(duration: Duration) -> Any:
    if duration.is_unresolved():
        return _NOT_KNOWN
    days = duration.to_milliseconds() / _DAY
    return int(days) if days.is_integer() else days


def wrong_type(keywords: Mapping[str, Any], error: Exception) -> TypeError:
    """The error in one line: CDK's own check of the keywords' types tells most, the kernel's answer the rest."""
    try:
        aws_lambda.FunctionProps(**{"code": aws_lambda.Code.from_inline("-"), **keywords})
    except TypeError as told:
        return told
    lines = [line.lstrip(" │├╰─") for line in str(error).splitlines()]
    keys = [match.group(1) for line in lines if (match := re.match(r"(?:Key '(?=\w)|Index )(\w+)", line))]
    expected = [line.partition("value as ")[2] for line in lines if "Unable to deserialize value as" in line]
    values = [lines[index + 1] for index, line in enumerate(lines[:-1]) if "Failing value is" in line]
    if not (keys and expected):
        return TypeError(str(error))
    names = {jsii_name: name for name, jsii_name in JSII_NAMES.items()}
    place = ".".join([names.get(keys[0], keys[0]), *keys[1:]])
    kind = expected[-1].replace("aws-cdk-lib.", "").removesuffix(" | undefined")
    value = values[-1] if values and not values[-1].startswith("🔍") else "None"
    return TypeError(f"{place}: {value} is no {kind}")
