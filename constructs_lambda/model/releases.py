"""How provisioned concurrency is scaled, and how traffic is shifted to a new version, as CloudFormation is told it."""

from __future__ import annotations

from constructs_lambda.model.functions import Malformed, Number, Place, Text
from constructs_lambda.model.networks import Link, Parts, Target
from constructs_lambda.records import record


@record(kw_only=True)
class ScheduledAction:
    """What changes the bounds of a scalable target at a time."""

    name: Text
    schedule: Text
    minimum: Number
    maximum: Number


@record(kw_only=True)
class ScalableTarget:
    """Provisioned concurrency that is scaled (`AWS::ApplicationAutoScaling::ScalableTarget`).

    Args:
        place: The resource.
        resource_id: What is scaled, `function:<name>:<alias or version>`.
        function_parts: What gives the function's name; empty where the id has another form.
        links: The references that stand in the id as they are, not taken apart.
        qualifier: The alias or version, None where the id ends with the function.
        is_wrong: Whether the id certainly has another form.
        minimum: The least that is provisioned.
        maximum: The most that is provisioned.
        namespace: The service, `lambda`.
        dimension: What is scaled, `lambda:function:ProvisionedConcurrency`.
        actions: Those of the scheduled actions that are certain to be there.
        malformed: Values of a wrong type.
        missing: Required properties that aren't there.
    """

    place: Place
    resource_id: Text
    function_parts: Parts
    links: tuple[Link, ...]
    qualifier: Text
    is_wrong: bool
    minimum: Number
    maximum: Number
    namespace: Text
    dimension: Text
    actions: tuple[ScheduledAction, ...]
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class TrackingPolicy:
    """What keeps the use of provisioned concurrency at a share of it (`AWS::ApplicationAutoScaling::ScalingPolicy`)."""

    place: Place
    target: Number
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class DeploymentConfig:
    """In which steps CodeDeploy shifts traffic to a new version of a function.

    Args:
        place: The resource.
        kind: `TimeBasedCanary`, `TimeBasedLinear` or `AllAtOnce`.
        percentage: How much goes in the first step, or in each.
        minutes: The time between two steps.
        malformed: Values of a wrong type.
        missing: Required properties that aren't there.
    """

    place: Place
    kind: Text
    percentage: Number
    minutes: Number
    malformed: tuple[Malformed, ...] = ()
    missing: tuple[str, ...] = ()


@record(kw_only=True)
class DeploymentGroup:
    """What CodeDeploy deploys with: `config` is the name of its steps, the links lead to what gives the names."""

    place: Place
    application_link: Target
    config: Text
    option: Text
    type: Text


@record(kw_only=True)
class DeploymentApplication:
    """What deployment groups belong to (`AWS::CodeDeploy::Application`)."""

    place: Place
    platform: Text


Release = ScalableTarget | TrackingPolicy | DeploymentConfig
RELEASE_FIELDS = ("scalable_targets", "tracking_policies", "deployment_configs")
"""The fields of a `Stack` that hold these; deployment groups are judged with the alias that uses them."""
