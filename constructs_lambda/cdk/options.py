"""The keywords of `aws_lambda.Function`. Written by scripts/options.py; don't edit.

Deprecated ones are left out of the type; at run time they are passed through like the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import aws_cdk
    import aws_cdk.aws_codeguruprofiler
    import aws_cdk.aws_ec2
    import aws_cdk.aws_iam
    import aws_cdk.aws_sns
    import aws_cdk.aws_sqs
    import aws_cdk.interfaces.aws_kms
    import aws_cdk.interfaces.aws_lambda
    import aws_cdk.interfaces.aws_logs
    from aws_cdk import aws_lambda


class FunctionOptions(TypedDict, total=False):
    """Keywords of `aws_lambda.Function`, each with CDK's name, type and meaning."""

    adot_instrumentation: aws_lambda.AdotInstrumentationConfig | Mapping[str, Any] | None
    allow_all_ipv6_outbound: bool | None
    allow_all_outbound: bool | None
    allow_public_subnet: bool | None
    application_log_level_v2: aws_lambda.ApplicationLogLevel | None
    architecture: aws_lambda.Architecture | None
    code_signing_config: aws_cdk.interfaces.aws_lambda.ICodeSigningConfigRef | None
    current_version_options: aws_lambda.VersionOptions | Mapping[str, Any] | None
    dead_letter_queue: aws_cdk.aws_sqs.IQueue | None
    dead_letter_queue_enabled: bool | None
    dead_letter_topic: aws_cdk.aws_sns.ITopic | None
    description: str | None
    durable_config: aws_lambda.DurableConfig | Mapping[str, Any] | None
    environment: Mapping[str, str] | None
    environment_encryption: aws_cdk.interfaces.aws_kms.IKeyRef | None
    ephemeral_storage_size: aws_cdk.Size | None
    events: Sequence[aws_lambda.IEventSource] | None
    filesystem: aws_lambda.FileSystem | None
    function_name: str | None
    initial_policy: Sequence[aws_cdk.aws_iam.PolicyStatement] | None
    insights_version: aws_lambda.LambdaInsightsVersion | None
    ipv6_allowed_for_dual_stack: bool | None
    layers: Sequence[aws_lambda.ILayerVersion] | None
    log_group: aws_cdk.interfaces.aws_logs.ILogGroupRef | None
    log_retention_retry_options: aws_lambda.LogRetentionRetryOptions | Mapping[str, Any] | None
    log_retention_role: aws_cdk.aws_iam.IRole | None
    logging_format: aws_lambda.LoggingFormat | None
    max_event_age: aws_cdk.Duration | None
    memory_size: int | float | None
    on_failure: aws_lambda.IDestination | None
    on_success: aws_lambda.IDestination | None
    params_and_secrets: aws_lambda.ParamsAndSecretsLayerVersion | None
    profiling: bool | None
    profiling_group: aws_cdk.aws_codeguruprofiler.IProfilingGroup | None
    recursive_loop: aws_lambda.RecursiveLoop | None
    reserved_concurrent_executions: int | float | None
    retry_attempts: int | float | None
    role: aws_cdk.aws_iam.IRole | None
    runtime_management_mode: aws_lambda.RuntimeManagementMode | None
    security_groups: Sequence[aws_cdk.aws_ec2.ISecurityGroup] | None
    snap_start: aws_lambda.SnapStartConf | None
    system_log_level_v2: aws_lambda.SystemLogLevel | None
    tenancy_config: aws_lambda.TenancyConfig | None
    timeout: aws_cdk.Duration | None
    tracing: aws_lambda.Tracing | None
    vpc: aws_cdk.aws_ec2.IVpc | None
    vpc_subnets: aws_cdk.aws_ec2.SubnetSelection | Mapping[str, Any] | None


JSII_NAMES = {
    "adot_instrumentation": "adotInstrumentation",
    "allow_all_ipv6_outbound": "allowAllIpv6Outbound",
    "allow_all_outbound": "allowAllOutbound",
    "allow_public_subnet": "allowPublicSubnet",
    "application_log_level": "applicationLogLevel",
    "application_log_level_v2": "applicationLogLevelV2",
    "architecture": "architecture",
    "code": "code",
    "code_signing_config": "codeSigningConfig",
    "current_version_options": "currentVersionOptions",
    "dead_letter_queue": "deadLetterQueue",
    "dead_letter_queue_enabled": "deadLetterQueueEnabled",
    "dead_letter_topic": "deadLetterTopic",
    "description": "description",
    "durable_config": "durableConfig",
    "environment": "environment",
    "environment_encryption": "environmentEncryption",
    "ephemeral_storage_size": "ephemeralStorageSize",
    "events": "events",
    "filesystem": "filesystem",
    "function_name": "functionName",
    "handler": "handler",
    "initial_policy": "initialPolicy",
    "insights_version": "insightsVersion",
    "ipv6_allowed_for_dual_stack": "ipv6AllowedForDualStack",
    "layers": "layers",
    "log_format": "logFormat",
    "log_group": "logGroup",
    "log_removal_policy": "logRemovalPolicy",
    "log_retention": "logRetention",
    "log_retention_retry_options": "logRetentionRetryOptions",
    "log_retention_role": "logRetentionRole",
    "logging_format": "loggingFormat",
    "max_event_age": "maxEventAge",
    "memory_size": "memorySize",
    "on_failure": "onFailure",
    "on_success": "onSuccess",
    "params_and_secrets": "paramsAndSecrets",
    "profiling": "profiling",
    "profiling_group": "profilingGroup",
    "recursive_loop": "recursiveLoop",
    "reserved_concurrent_executions": "reservedConcurrentExecutions",
    "retry_attempts": "retryAttempts",
    "role": "role",
    "runtime": "runtime",
    "runtime_management_mode": "runtimeManagementMode",
    "security_groups": "securityGroups",
    "snap_start": "snapStart",
    "system_log_level": "systemLogLevel",
    "system_log_level_v2": "systemLogLevelV2",
    "tenancy_config": "tenancyConfig",
    "timeout": "timeout",
    "tracing": "tracing",
    "vpc": "vpc",
    "vpc_subnets": "vpcSubnets",
}
"""Every keyword by CDK's name in the kernel, required and deprecated ones included."""
