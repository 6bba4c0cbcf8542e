"""Resources that cost something and have no price here: they are named, so that no estimate looks whole that isn't."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lambda.pricing.charges import Subject, Unpriced
from constructs_lambda.pricing.subjects import PricedApp
from constructs_lambda.tokens import NO_VALUE

_PRICED = frozenset(
    {
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
        "AWS::ApiGatewayV2::Api",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::EC2::EIP",
        "AWS::EC2::Instance",
        "AWS::EC2::NatGateway",
        "AWS::EC2::VPCEndpoint",
        "AWS::KMS::Key",
        "AWS::KMS::ReplicaKey",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SecretsManager::Secret",
    }
)
_FREE = (
    "AWS::ApiGateway",
    "AWS::ApplicationAutoScaling::",
    "AWS::Budgets::",
    "AWS::CDK::Metadata",
    "AWS::CloudFormation::",
    "AWS::CodeDeploy::",
    "AWS::EC2::DHCPOptions",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::EIPAssociation",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::KeyPair",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::NetworkInterface",
    "AWS::EC2::PlacementGroup",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::Events::EventBusPolicy",
    "AWS::Events::Rule",
    "AWS::IAM::",
    "AWS::KMS::Alias",
    "AWS::Lambda::",
    "AWS::Logs::LogStream",
    "AWS::Logs::QueryDefinition",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::RDS::DBClusterParameterGroup",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::RDS::EventSubscription",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::Scheduler::ScheduleGroup",
    "Custom::",
)
_PAID_AFTER_ALL = (
    "AWS::EC2::VPCPeering",
    "AWS::EC2::VPNConnection",
    "AWS::EC2::VPCEndpointService",
    "AWS::ApiGateway::VpcLink",
    "AWS::CloudFormation::Macro",
    "AWS::EC2::RouteServer",
)


_PARTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "PolicyType", ("StepScaling",), "alarms of target tracking"),
    ("AWS::Lambda::EventSourceMapping", "ProvisionedPollerConfig", (), "provisioned pollers"),
    ("AWS::SNS::Topic", "DataProtectionPolicy", (), "data protection"),
    ("AWS::SSM::Parameter", "Tier", ("Standard",), "advanced parameter"),
)
"""Properties of what is free or has a price otherwise: what they cost, unless they have one of these values."""


def _part(subject: Subject) -> str | None:
    """What a resource costs by one of its properties, beside what it costs anyway."""
    for kind, name, free, title in _PARTS:
        value = subject.properties.get(name) if kind == subject.type else None
        if value is not None and value != NO_VALUE and value not in free:
            return title
    return None


def other_charges(app: PricedApp) -> Iterator[Unpriced]:
    """The resources of an app that may cost something and that nobody here knows a price of.

    Args:
        app: The app.
    """
    for subject in app.subjects:
        kind, at = subject.type, (subject.place.template, subject.place.resource)
        if kind == "AWS::CloudFormation::Stack" and at not in app.topology.nested:
            yield Unpriced(subject=subject, title="nested stack", reason="its template isn't known here")
        part = _part(subject)
        if part is not None:
            yield Unpriced(subject=subject, title=part, reason="no price is known here")
        if not kind or kind in _PRICED or (kind.startswith(_FREE) and not kind.startswith(_PAID_AFTER_ALL)):
            continue
        yield Unpriced(subject=subject, title=kind, reason="no price is known here")
