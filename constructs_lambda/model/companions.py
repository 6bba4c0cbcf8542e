"""The resources beside a Lambda function that belong to it."""

from __future__ import annotations

from constructs_lambda.model.functions import EnvironmentScaling, Flag, Items, Malformed, Number, Place, Text
from constructs_lambda.model.networks import Parts, Source, Target
from constructs_lambda.model.packages import LayerVersion
from constructs_lambda.records import record
from constructs_lambda.tokens import Unknown


@record(kw_only=True)
class Cors:
    """Cross-origin settings of a function URL or an HTTP API."""

    max_age_seconds: Number
    allow_credentials: Flag
    allow_origins: Items
    allow_methods: Items
    allow_headers: Items
    expose_headers: Items


@record(kw_only=True)
class FunctionUrl:
    """A function URL (`AWS::Lambda::Url`)."""

    place: Place
    function: str | None
    """Logical id of the function, alias or version it belongs to; None where that is not in this template."""
    target: Text
    auth_type: Text
    invoke_mode: Text
    qualifier: Text
    cors: Cors | Unknown | None
    function_parts: Parts = ()
    """What the function's name or ARN is made of."""
    is_public: bool = False
    """Whether its author wrote that anyone may call it."""
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class AsyncInvocation:
    """What happens to asynchronous events that fail (`AWS::Lambda::EventInvokeConfig`)."""

    place: Place
    function: str | None
    function_name: Text
    qualifier: Text
    retries: Number
    event_age_seconds: Number
    on_success: Text
    on_failure: Text
    function_link: Target = None
    destinations: tuple[Source, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class Version:
    """A published version of a function."""

    place: Place
    function: str | None
    provisioned_concurrency: Number
    function_parts: Parts = ()
    """What the function's name or ARN is made of."""
    description: Text = None
    runtime_update: Text = None
    runtime_version: Text = None
    scaling: EnvironmentScaling | Unknown | None = None
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class Alias:
    """A name for a published version."""

    place: Place
    function: str | None
    name: Text
    version: Text
    description: Text
    provisioned_concurrency: Number
    weights: tuple[Number, ...] | Unknown | None = None
    """The weights of the additional versions that are certain to be there."""
    function_parts: Parts = ()
    """What the function's name or ARN is made of."""
    version_link: Target = None
    """What gives the version."""
    shift: Target = None
    """The deployment group with which CodeDeploy shifts it to another version."""
    hooks: tuple[tuple[str, Parts], ...] = ()
    """Property and name of the functions that CodeDeploy invokes before and after."""
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class EventSourceMapping:
    """A queue or stream that Lambda polls for a function."""

    place: Place
    function: str | None
    function_name: Text = None
    function_link: Target = None
    source_arn: Text = None
    source: Source | None = None
    callee: Parts = ()
    """What the function's name or ARN is made of."""
    destinations: tuple[Source, ...] = ()
    on_failure: Text = None
    batch_size: Number = None
    batching_window_seconds: Number = None
    tumbling_window_seconds: Number = None
    parallelization: Number = None
    record_age_seconds: Number = None
    retries: Number = None
    bisects: Flag = None
    starting_position: Text = None
    starting_timestamp: Number = None
    response_types: Items = None
    topics: Items = None
    queues: Items = None
    """Those of a broker of Amazon MQ."""
    access: Items = None
    """How Lambda gets at a broker or a cluster: names and secrets."""
    database: Text = None
    is_self_managed: Flag = None
    bootstrap_servers: Items = None
    maximum_concurrency: Number = None
    minimum_pollers: Number = None
    maximum_pollers: Number = None
    filters: Items = None
    patterns: tuple[Text, ...] = ()
    """Those of its filters that are certain to be there."""
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class ScalingPolicy:
    """What a capacity provider scales on."""

    metric: Text
    target_percent: Number


@record(kw_only=True)
class CapacityProvider:
    """The instances on which functions with Managed Instances run."""

    place: Place
    name: Text
    subnets: Items
    security_groups: Items
    maximum_vcpus: Number
    scaling_mode: Text
    scaling_policies: Items
    policies: tuple[ScalingPolicy, ...]
    """Those of the scaling policies that are certain to be there."""
    architectures: Items
    allowed_instance_types: Items
    excluded_instance_types: Items
    operator_role: Text = None
    kms_key: Text = None
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class CodeSigningConfig:
    """Who must have signed a function's package."""

    place: Place
    description: Text
    policy: Text
    publishers: Items
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


Companion = (
    FunctionUrl
    | AsyncInvocation
    | Version
    | Alias
    | EventSourceMapping
    | CapacityProvider
    | CodeSigningConfig
    | LayerVersion
)
COMPANION_FIELDS = (
    "urls",
    "async_invocations",
    "versions",
    "aliases",
    "event_source_mappings",
    "capacity_providers",
    "code_signing_configs",
    "layers",
)
