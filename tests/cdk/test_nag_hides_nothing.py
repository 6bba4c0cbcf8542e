"""What an app adds to our constructs is found by cdk-nag, however much the constructs acknowledge themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from aws_cdk import (
    App,
    Stack,
    aws_apigateway,
    aws_apigatewayv2,
    aws_cloudwatch,
    aws_ec2,
    aws_iam,
    aws_lambda,
    aws_lambda_destinations,
    aws_s3,
    aws_scheduler_targets,
    aws_sns,
    aws_sqs,
)
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk.aws_scheduler import Schedule
from nag_constructs import HOURLY, function, plain, table

from constructs_lambda import (
    BucketTrigger,
    CapacityProvider,
    Egress,
    HttpApi,
    IamAuthorizer,
    Network,
    QueueTrigger,
    RestApi,
    Shift,
    StreamTrigger,
    TopicTrigger,
)
from constructs_lambda.cdk import nag

pytestmark = [pytest.mark.cdk, pytest.mark.slow]

ROLE = "Orders/ServiceRole/Resource"
POLICY = "Orders/ServiceRole/DefaultPolicy/Resource"
FUNCTION = "Orders/Resource"
ALL = "AwsSolutions-IAM5[Resource::*]"
STAR = "Serverless-LambdaStarPermissions"
DLQ = "Serverless-LambdaDLQ"
CASES: dict[str, tuple[Callable[[Stack], object], set[tuple[str, str]]]] = {}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def case(*found: tuple[str, str]) -> Callable[[Callable[[Stack], object]], Callable[[Stack], object]]:
    """A stack in which an app adds something, and what has to be found for it."""

    def add(build: Callable[[Stack], object]) -> Callable[[Stack], object]:
        CASES[build.__name__] = (build, set(found))
        return build

    return add


def everything(action: str) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(actions=[action], resources=["*"])


def resource(construct: Any) -> Any:
    return construct.node.default_child


@case((ALL, POLICY))
def right_of_ones_own(stack: Stack) -> None:
    function(stack).add_to_role_policy(everything("s3:GetObject"))


@case((ALL, POLICY))
def right_beside_the_list_of_streams(stack: Stack) -> None:
    function(stack, events=[StreamTrigger(table(stack))]).add_to_role_policy(everything("s3:GetObject"))


@case((ALL, POLICY))
def right_beside_traces(stack: Stack) -> None:
    orders = function(stack)
    for action in ("xray:PutTraceSegments", "s3:GetObject"):
        orders.add_to_role_policy(everything(action))


@case((ALL, ROLE), (STAR, ROLE))
def inline_policy_on_the_resource(stack: Stack) -> None:
    role = resource(function(stack).role)
    document = {"Version": "2012-10-17", "Statement": [READ]}
    own = aws_iam.CfnRole.PolicyProperty(policy_name="Own", policy_document=document)
    role.policies = [*role.policies, own]


@case((STAR, ROLE), ("AwsSolutions-IAM5[Action::s3:*]", ROLE))
def whole_service_on_the_resource(stack: Stack) -> None:
    role = resource(function(stack).role)
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/key"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    own = aws_iam.CfnRole.PolicyProperty(policy_name="Own", policy_document=document)
    role.policies = [*role.policies, own]


@case(("AwsSolutions-IAM5[Resource::<OrdersA9B65338.Arn>:*]", "Orders/ExecutionPolicy/Resource"))
def right_for_all_versions(stack: Stack) -> None:
    from nag_constructs import durable

    orders = function(stack, **durable())
    policy = cast(aws_iam.Policy, orders.node.find_child("ExecutionPolicy"))
    invoke = aws_iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[f"{orders.function_arn}:*"])
    policy.add_statements(invoke)


@case(
    ("AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/ReadOnlyAccess]", ROLE),
    ("HIPAA.Security-IAMNoInlinePolicy", "Own/Resource"),
)
def policies_of_ones_own(stack: Stack) -> None:
    role = cast(aws_iam.Role, function(stack).role)
    role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess"))
    statement = aws_iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::bucket/key"])
    aws_iam.Policy(stack, "Own", roles=[role], statements=[statement])


@case((DLQ, FUNCTION))
def topic_without_failures(stack: Stack) -> None:
    function(stack).add_event_source(sources.SnsEventSource(aws_sns.Topic(stack, "Topic")))


@case((DLQ, FUNCTION))
def schedule_without_failures(stack: Stack) -> None:
    Schedule(stack, "Schedule", schedule=HOURLY, target=aws_scheduler_targets.LambdaInvoke(function(stack)))


@case((DLQ, FUNCTION))
def schedule_of_another_stack(stack: Stack) -> None:
    elsewhere = Stack(cast(App, stack.node.scope), "Elsewhere")
    Schedule(elsewhere, "Schedule", schedule=HOURLY, target=aws_scheduler_targets.LambdaInvoke(function(stack)))


@case((DLQ, FUNCTION))
def destination_of_another_function(stack: Stack) -> None:
    orders = function(stack)
    plain(stack, "First", on_success=aws_lambda_destinations.LambdaDestination(orders))


@case((DLQ, FUNCTION))
def topic_of_an_alias_whose_failures_are_lost(stack: Stack) -> None:
    orders = function(stack, events=[TopicTrigger()])  # those of the function itself are kept
    topic = aws_sns.Topic(stack, "Topic")
    orders.add_release().alias.add_event_source(sources.SnsEventSource(topic))


@case((DLQ, "Orders/Resource"))
def only_successes_are_kept(stack: Stack) -> None:
    queue = aws_lambda_destinations.SqsDestination(aws_sqs.Queue(stack, "Queue"))
    orders = function(stack)
    orders.add_destination(on_success=queue)
    orders.add_event_source(sources.SnsEventSource(aws_sns.Topic(stack, "Topic")))


@case(
    ("Serverless-SQSRedrivePolicy", "Queue/Resource"),
    ("AwsSolutions-SQS3", "Queue/Resource"),
    (
        "Serverless-LambdaEventSourceMappingDestination",
        "Orders/DynamoDBEventSource:queuesandstreamsofonesownTableCFC271F6/Resource",
    ),
)
def queues_and_streams_of_ones_own(stack: Stack) -> None:
    orders = function(stack, events=[QueueTrigger(aws_sqs.Queue(stack, "Queue"))])
    start = aws_lambda.StartingPosition.TRIM_HORIZON
    orders.add_event_source(sources.DynamoEventSource(cast(Any, table(stack)), starting_position=start))


@case(("AwsSolutions-S1", "Bucket/Resource"))
def bucket_of_ones_own(stack: Stack) -> None:
    function(stack, events=[BucketTrigger(aws_s3.Bucket(stack, "Bucket"))])


@case(
    (
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/ReadOnlyAccess]",
        "BucketNotificationsHandler050a0587b7544547bf325f094a3db834/Role/Resource",
    )
)
def another_policy_for_cdks_function(stack: Stack) -> None:
    function(stack, events=[BucketTrigger()])
    handler = stack.node.find_child("BucketNotificationsHandler050a0587b7544547bf325f094a3db834")
    role = cast(aws_iam.Role, handler.node.find_child("Role"))
    role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess"))


@case(
    ("AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/ReadOnlyAccess]", "Capacity/OperatorRole/Resource")
)
def another_policy_for_managed_instances(stack: Stack) -> None:
    network = Network(stack, "Network", egress=Egress.regional_nat())
    provider = CapacityProvider(stack, "Capacity", network=network)
    role = cast(aws_iam.Role, provider.node.find_child("OperatorRole"))
    role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess"))


@case(("HIPAA.Security-CloudWatchAlarmAction", "Silent/Resource"))
def alarm_of_ones_own(stack: Stack) -> None:
    function(stack).add_release(shift=Shift.canary())
    metric = aws_cloudwatch.Metric(namespace="Shop", metric_name="Lost")
    aws_cloudwatch.Alarm(stack, "Silent", metric=metric, threshold=1, evaluation_periods=1)


@case(
    ("AwsSolutions-APIG4", "Http/Api/GET--open/Resource"),
    ("AwsSolutions-APIG4", "Rest/Api/Default/open/GET/Resource"),
    ("AwsSolutions-COG4", "Rest/Api/Default/open/GET/Resource"),
    ("AwsSolutions-APIG3", "Second/Resource"),
)
def routes_and_stages_of_ones_own(stack: Stack) -> None:
    orders = function(stack)
    cors = aws_apigatewayv2.CorsPreflightOptions(allow_origins=["https://example.com"])
    http = HttpApi(stack, "Http", authorizer=IamAuthorizer(), cors_preflight=cors)
    http.add_route("ANY /orders", orders)
    http.api.add_routes(
        path="/open",
        methods=[aws_apigatewayv2.HttpMethod.GET],
        integration=integrations.HttpLambdaIntegration("Open", orders),
    )
    rest = RestApi(stack, "Rest")
    rest.add_route("GET /status", orders, public=True)
    rest.api.root.add_resource("open").add_method("GET", aws_apigateway.LambdaIntegration(orders))
    deployment = aws_apigateway.Deployment(stack, "Deployment", api=rest.api)
    aws_apigateway.Stage(stack, "Second", deployment=deployment, stage_name="second")


@case(
    ("HIPAA.Security-VPCNoUnrestrictedRouteToIGW", "Own"),
    ("HIPAA.Security-EC2RestrictedCommonPorts", "Network/Vpc/NatSecurityGroup/Resource"),
    ("AwsSolutions-EC28", "Bastion"),
    ("HIPAA.Security-EC2InstanceNoPublicIp", "Bastion"),
)
def ways_in_of_ones_own(stack: Stack) -> None:
    network = Network(stack, "Network", egress=Egress.nat_instance())
    vpc = network.vpc
    table_id = vpc.isolated_subnets[0].route_table.route_table_id
    aws_ec2.CfnRoute(
        stack,
        "Own",
        route_table_id=table_id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=vpc.internet_gateway_id,
    )
    group = cast(aws_ec2.SecurityGroup, vpc.node.find_child("NatSecurityGroup"))
    group.add_ingress_rule(aws_ec2.Peer.any_ipv4(), aws_ec2.Port.tcp(3389))
    interface = aws_ec2.CfnInstance.NetworkInterfaceProperty(
        device_index="0", associate_public_ip_address=True, subnet_id=vpc.public_subnets[0].subnet_id
    )
    aws_ec2.CfnInstance(stack, "Bastion", network_interfaces=[interface], image_id="ami-1")


@case(("HIPAA.Security-VPCSubnetAutoAssignPublicIpDisabled", "Network/Vpc/EgressSubnet1/Subnet"))
def public_addresses_in_a_private_subnet(stack: Stack) -> None:
    network = Network(stack, "Network", egress=Egress.ipv6())
    network.vpc.private_subnets[0].node.find_child("Subnet").map_public_ip_on_launch = True  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What is found in all of them: rules, and paths that begin with the name of the case."""
    app = App(outdir=str(tmp_path_factory.mktemp("hidden")), analytics_reporting=False, tree_metadata=False)
    nag.add_packs(app, ["AwsSolutions", "Serverless", "HIPAA.Security"])
    for name, (build, _) in CASES.items():
        build(Stack(app, name.replace("_", "-")))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((Path(app.outdir) / "validation-report.json").read_text())
    return {
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin.get("violations", [])
        for construct in violation["violatingConstructs"]
    }


@pytest.mark.parametrize("name", CASES)
def test_what_an_app_adds_is_found(found: set[tuple[str, str]], name: str) -> None:
    stack = name.replace("_", "-")
    there = {(rule, path.removeprefix(f"{stack}/")) for rule, path in found if path.startswith(f"{stack}/")}
    missing = {each for each in CASES[name][1] if each not in there}
    assert not missing, sorted(there)
