"""Swapping aws_lambda.Function for ours in a deployed stack replaces nothing and renames nothing (docs/adopt.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import App, Duration, Stack, aws_ec2, aws_iam, aws_lambda, aws_sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from synthesized import template_of

from constructs_lambda import Function

pytestmark = pytest.mark.cdk
FLAG = "@aws-cdk/aws-lambda:useCdkManagedLogGroup"

# What CloudFormation replaces a resource for, of the types that a function brings along.
REPLACING = {
    "AWS::Lambda::Function": {"FunctionName", "PackageType", "TenancyConfig", "DurableConfig"},
    "AWS::IAM::Role": {"RoleName", "Path"},
    "AWS::Logs::LogGroup": {"LogGroupName"},
}
# What may differ, and is updated in place.
UPDATED = {
    "AWS::Lambda::Function": {"LoggingConfig", "TracingConfig", "MemorySize", "Timeout"},
    "AWS::IAM::Role": {"ManagedPolicyArns", "Policies"},
}


def simple(stack: Stack, function: type[aws_lambda.Function], required: dict[str, Any]) -> None:
    function(stack, "Orders", **required)


def busy(stack: Stack, function: type[aws_lambda.Function], required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    orders = function(
        stack,
        "Orders",
        **required,
        function_name="orders",
        description="takes orders",
        environment={"TABLE": "orders"},
        memory_size=512,
        timeout=Duration.seconds(20),
        vpc=vpc,
        vpc_subnets=aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED),
        dead_letter_queue_enabled=True,
        reserved_concurrent_executions=5,
        max_event_age=Duration.hours(1),
        initial_policy=[aws_iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"])],
    )
    orders.add_event_source(SqsEventSource(aws_sqs.Queue(stack, "Queue", visibility_timeout=Duration.minutes(2))))
    orders.add_function_url()
    orders.add_alias("live", provisioned_concurrent_executions=1)


def own_role(stack: Stack, function: type[aws_lambda.Function], required: dict[str, Any]) -> None:
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    function(stack, "Orders", **required, role=role)


def without_published_versions(resources: dict[str, Any]) -> dict[str, Any]:
    """A published version's id carries a hash of the configuration: any change publishes a new one, as it should."""
    return {key: value for key, value in resources.items() if value["Type"] != "AWS::Lambda::Version"}


@pytest.mark.parametrize("flag", [False, True], ids=["flag off", "flag on"])
@pytest.mark.parametrize("build", [simple, busy, own_role])
def test_swapping_the_class(
    make_app: Callable[..., App], required: dict[str, Any], build: Callable[..., None], flag: bool
) -> None:
    resources = []
    for function in (aws_lambda.Function, Function):
        app = make_app(context={FLAG: flag})
        build(Stack(app, "Shop"), function, required)
        resources.append(without_published_versions(template_of(app)["Resources"]))
    before, after = resources
    for logical_id, old in before.items():
        new = after[logical_id]
        assert new["Type"] == old["Type"]
        was, now = old.get("Properties", {}), new.get("Properties", {})
        changed = {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}
        assert not changed & REPLACING.get(old["Type"], set()), logical_id
        if old["Type"] in UPDATED:
            assert changed <= UPDATED[old["Type"]], logical_id
        elif old["Type"] not in ("AWS::IAM::Policy", "AWS::Lambda::Alias"):
            assert not changed, logical_id
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            assert new.get(name) == old.get(name)
    added = sorted(after[logical_id]["Type"] for logical_id in after.keys() - before.keys())
    assert set(added) <= {"AWS::Logs::LogGroup", "AWS::IAM::Policy"}
    assert added.count("AWS::Logs::LogGroup") == (0 if flag else 1)
