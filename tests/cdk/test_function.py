"""`Function`: its defaults, what it refuses, and that a refusal leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsii
import pytest
from aws_cdk import (
    App,
    Aspects,
    Duration,
    IAspect,
    NestedStack,
    RemovalPolicy,
    Size,
    Stack,
    aws_config,
    aws_ec2,
    aws_iam,
    aws_lambda,
    aws_lambda_event_sources,
    aws_logs,
    aws_msk,
)
from constructs import Construct, IConstruct
from synthesized import resources_of, template_of

from constructs_lambda import Function, LimitError
from constructs_lambda.errors import ConstructsLambdaError

pytestmark = pytest.mark.cdk
LOG_GROUP_FLAG = "@aws-cdk/aws-lambda:useCdkManagedLogGroup"


def the_only(resources: dict[str, Any]) -> dict[str, Any]:
    (resource,) = resources.values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def policy_names(role: dict[str, Any]) -> list[str]:
    return [policy["PolicyName"] for policy in role.get("Policies", [])]


def children(stack: Stack) -> list[str]:
    return [child.node.id for child in stack.node.children]


# --- Defaults --------------------------------------------------------------------------------------------------------


def test_defaults_are_written_out(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required)
    function = the_only(resources_of(app, "AWS::Lambda::Function"))
    assert function["MemorySize"] == 128
    assert function["Timeout"] == 3
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    assert "Architectures" not in function


def test_log_group_is_a_sibling_that_stays(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    assert children(stack) == ["OrdersLogGroup", "Orders"]
    assert function.log_group.log_group_name
    ((logical_id, group),) = resources_of(app, "AWS::Logs::LogGroup").items()
    assert group["Properties"] == {"RetentionInDays": 731}
    assert group["DeletionPolicy"] == "Retain"
    properties = the_only(resources_of(app, "AWS::Lambda::Function"))
    assert properties["LoggingConfig"]["LogGroup"] == {"Ref": logical_id}
    assert set(resources_of(app, "Custom::LogRetention")) == set()


def test_role_gets_scoped_statements_only(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required)
    role = the_only(resources_of(app, "AWS::IAM::Role"))
    assert "ManagedPolicyArns" not in role
    assert policy_names(role) == ["WriteLogs", "WriteTraces"]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    (log_group,) = resources_of(app, "AWS::Logs::LogGroup")
    assert statement["Resource"] == {"Fn::GetAtt": [log_group, "Arn"]}
    assert resources_of(app, "AWS::IAM::Policy") == {}


def test_grants_do_not_share_a_policy_with_the_wildcard(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    function.add_to_role_policy(aws_iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"]))
    policy = the_only(resources_of(app, "AWS::IAM::Policy"))
    assert [statement["Action"] for statement in policy["PolicyDocument"]["Statement"]] == ["s3:GetObject"]


def test_developer_wins_over_defaults(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(
        stack,
        "Orders",
        **required,
        memory_size=1024,
        timeout=Duration.seconds(30),
        tracing=aws_lambda.Tracing.DISABLED,
        logging_format=aws_lambda.LoggingFormat.TEXT,
    )
    function = the_only(resources_of(app, "AWS::Lambda::Function"))
    assert (function["MemorySize"], function["Timeout"]) == (1024, 30)
    assert "TracingConfig" not in function
    assert function["LoggingConfig"]["LogFormat"] == "Text"
    assert policy_names(the_only(resources_of(app, "AWS::IAM::Role"))) == ["WriteLogs"]


def test_none_counts_as_not_given(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, memory_size=None, vpc=None, environment=None)
    assert the_only(resources_of(app, "AWS::Lambda::Function"))["MemorySize"] == 128


def test_pass_through_tracing(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, tracing=aws_lambda.Tracing.PASS_THROUGH)
    assert the_only(resources_of(app, "AWS::Lambda::Function"))["TracingConfig"] == {"Mode": "PassThrough"}


def test_vpc_rights_are_scoped_too(app: App, stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    subnets = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PRIVATE_ISOLATED)
    Function(stack, "Orders", **required, vpc=vpc, vpc_subnets=subnets)
    (role,) = (r["Properties"] for k, r in resources_of(app, "AWS::IAM::Role").items() if k.startswith("Orders"))
    assert "ManagedPolicyArns" not in role
    assert policy_names(role) == ["WriteLogs", "WriteTraces", "AttachToNetwork"]


def test_struct_given_as_a_dict(app: App, stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    subnets = {"subnet_type": aws_ec2.SubnetType.PRIVATE_ISOLATED}
    Function(stack, "Orders", **required, vpc=vpc, vpc_subnets=subnets)
    assert len(the_only(resources_of(app, "AWS::Lambda::Function"))["VpcConfig"]["SubnetIds"]) == 1


# --- Who makes the log group -----------------------------------------------------------------------------------------


def test_given_log_group_is_used(app: App, stack: Stack, required: dict[str, Any]) -> None:
    group = aws_logs.LogGroup(stack, "Mine", retention=aws_logs.RetentionDays.ONE_WEEK)
    Function(stack, "Orders", **required, log_group=group)
    assert [g["Properties"]["RetentionInDays"] for g in resources_of(app, "AWS::Logs::LogGroup").values()] == [7]
    (statement,) = the_only(resources_of(app, "AWS::IAM::Role"))["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Fn::GetAtt": [next(iter(resources_of(app, "AWS::Logs::LogGroup"))), "Arn"]}


def test_flag_keeps_cdks_log_group(make_app: Callable[..., App], required: dict[str, Any]) -> None:
    app = make_app(context={LOG_GROUP_FLAG: True})
    stack = Stack(app, "Shop")
    Function(stack, "Orders", **required)
    assert children(stack) == ["Orders"]
    ((logical_id, group),) = resources_of(app, "AWS::Logs::LogGroup").items()
    assert group["Properties"]["RetentionInDays"] == 731
    assert policy_names(the_only(resources_of(app, "AWS::IAM::Role"))) == ["WriteTraces"]
    (statement,) = the_only(resources_of(app, "AWS::IAM::Policy"))["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Fn::GetAtt": [logical_id, "Arn"]}


@pytest.mark.filterwarnings("ignore")
def test_log_retention_keeps_cdks_custom_resource(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, log_retention=aws_logs.RetentionDays.ONE_WEEK)  # type: ignore[call-arg]
    assert resources_of(app, "AWS::Logs::LogGroup") == {}
    assert the_only(resources_of(app, "Custom::LogRetention"))["RetentionInDays"] == 7
    names = {next(iter(p["Properties"]["Roles"]))["Ref"] for p in resources_of(app, "AWS::IAM::Policy").values()}
    assert any(name.startswith("OrdersServiceRole") for name in names)


def test_id_of_the_log_group_is_taken(stack: Stack, required: dict[str, Any]) -> None:
    Construct(stack, "OrdersLogGroup")
    with pytest.raises(ConstructsLambdaError, match=r"OrdersLogGroup.*log_group="):
        Function(stack, "Orders", **required)
    assert children(stack) == ["OrdersLogGroup"]


# --- Roles of the user -----------------------------------------------------------------------------------------------


def test_role_of_the_app_may_write_logs(app: App, stack: Stack, required: dict[str, Any]) -> None:
    role = aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    Function(stack, "Orders", **required, role=role)
    statements = [
        p["Properties"]["PolicyDocument"]["Statement"] for p in resources_of(app, "AWS::IAM::Policy").values()
    ]
    assert ["logs:CreateLogStream", "logs:PutLogEvents"] in [each["Action"] for group in statements for each in group]


def test_role_of_another_stack_makes_no_circle(app: App, stack: Stack, required: dict[str, Any]) -> None:
    principal = aws_iam.ServicePrincipal("lambda.amazonaws.com")
    Function(stack, "Orders", **required, role=aws_iam.Role(Stack(app, "Base"), "Role", assumed_by=principal))
    Function(NestedStack(stack, "Inner"), "Worker", **required, role=aws_iam.Role(stack, "R", assumed_by=principal))
    resources = template_of(app)["Resources"]
    nested = next(r for r in resources.values() if r["Type"] == "AWS::CloudFormation::Stack")
    inner = next(key for key, resource in resources.items() if resource is nested)
    assert f'"Fn::GetAtt": ["{inner}"' not in json.dumps(resources)


def test_managed_policies_that_replace_cdks_stay(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    assert function.role is not None
    resource = function.role.node.default_child
    assert isinstance(resource, aws_iam.CfnRole)
    resource.managed_policy_arns = ["arn:aws:iam::123456789012:policy/org-lambda"]
    role = the_only(resources_of(app, "AWS::IAM::Role"))
    assert role["ManagedPolicyArns"] == ["arn:aws:iam::123456789012:policy/org-lambda"]


def test_tracing_that_is_off_stays_off_with_adot(app: App, stack: Stack, required: dict[str, Any]) -> None:
    layer = aws_lambda.AdotLayerVersion.from_python_sdk_layer_version(aws_lambda.AdotLambdaLayerPythonSdkVersion.LATEST)
    adot = aws_lambda.AdotInstrumentationConfig(
        exec_wrapper=aws_lambda.AdotLambdaExecWrapper.INSTRUMENT_HANDLER, layer_version=layer
    )
    off = aws_lambda.Tracing.DISABLED
    Function(stack, "Off", **required, adot_instrumentation=adot, tracing=off)
    Function(stack, "On", **required, adot_instrumentation=adot)
    found = {
        key[:2]: resource["Properties"].get("TracingConfig")
        for key, resource in resources_of(app, "AWS::Lambda::Function").items()
    }
    assert found == {"Of": None, "On": {"Mode": "Active"}}


def test_managed_instances_have_limits_of_their_own(app: App, stack: Stack, required: dict[str, Any]) -> None:
    vpc = aws_ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    provider = aws_lambda.CapacityProvider(
        stack, "Provider", subnets=vpc.isolated_subnets, security_groups=[aws_ec2.SecurityGroup(stack, "G", vpc=vpc)]
    )
    settings: dict[str, Any] = {"memory_size": 16_384, "timeout": Duration.minutes(60)}
    with pytest.raises(LimitError, match=r"CL101[\s\S]*CL102"):
        Function(stack, "Orders", **required, **settings)
    Function(stack, "Orders", **required, **settings, capacity_provider=provider)
    Function(stack, "Worker", **required, capacity_provider=provider)
    with pytest.raises(LimitError, match="CL101"):
        Function(stack, "Tiny", **required, memory_size=128, capacity_provider=provider)
    sizes = [r["Properties"]["MemorySize"] for r in resources_of(app, "AWS::Lambda::Function").values()]
    assert sizes == [16_384, 2_048]


def test_imported_role_keeps_lambdas_log_group(app: App, stack: Stack, required: dict[str, Any]) -> None:
    arn = "arn:aws:iam::123456789012:role/orders"
    role = aws_iam.Role.from_role_arn(stack, "Role", arn, mutable=False)
    Function(stack, "Orders", **required, role=role)
    assert resources_of(app, "AWS::Logs::LogGroup") == {}
    function = the_only(resources_of(app, "AWS::Lambda::Function"))
    assert function["Role"] == arn
    assert "LogGroup" not in function["LoggingConfig"]
    assert "TracingConfig" not in function  # AWS refuses it with a role that may not write traces


def test_imported_role_is_traced_where_it_is_asked_for(app: App, stack: Stack, required: dict[str, Any]) -> None:
    role = aws_iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/orders", mutable=False)
    Function(stack, "Orders", **required, role=role, tracing=aws_lambda.Tracing.ACTIVE)
    assert the_only(resources_of(app, "AWS::Lambda::Function"))["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.filterwarnings("ignore")
def test_log_removal_policy_is_that_of_our_log_group(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, log_removal_policy=RemovalPolicy.DESTROY)  # type: ignore[call-arg]
    assert [g["DeletionPolicy"] for g in resources_of(app, "AWS::Logs::LogGroup").values()] == ["Delete"]
    assert resources_of(app, "Custom::LogRetention") == {}


def test_managed_policy_added_later_is_kept(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    assert function.role is not None
    function.role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess"))
    (arn,) = the_only(resources_of(app, "AWS::IAM::Role"))["ManagedPolicyArns"]
    assert arn["Fn::Join"][1][-1].endswith("policy/ReadOnlyAccess")


def test_managed_policy_of_another_stack_is_kept(app: App, stack: Stack, required: dict[str, Any]) -> None:
    policy = aws_iam.ManagedPolicy(
        Stack(app, "Base"),
        "Policy",
        statements=[aws_iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"])],
    )
    function = Function(stack, "Orders", **required)
    assert function.role is not None
    function.role.add_managed_policy(policy)
    (arn,) = the_only(resources_of(app, "AWS::IAM::Role"))["ManagedPolicyArns"]
    assert "Fn::ImportValue" in arn


def test_managed_policy_that_cdk_adds_inside_is_kept(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Rule", **required)
    aws_config.CustomRule(stack, "Check", lambda_function=function, configuration_changes=True)
    role = next(r["Properties"] for k, r in resources_of(app, "AWS::IAM::Role").items() if k.startswith("Rule"))
    (arn,) = role["ManagedPolicyArns"]
    assert arn["Fn::Join"][1][-1].endswith("AWSConfigRulesExecutionRole")


def test_managed_policy_that_an_aspect_adds_is_kept(app: App, stack: Stack, required: dict[str, Any]) -> None:
    @jsii.implements(IAspect)
    class Attach:
        def visit(self, node: IConstruct) -> None:
            if isinstance(node, aws_iam.Role):
                node.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess"))

    for name in ("First", "Second"):
        Function(stack, name, **required)
    Aspects.of(app).add(Attach())
    roles = resources_of(app, "AWS::IAM::Role").values()
    assert [len(role["Properties"]["ManagedPolicyArns"]) for role in roles] == [1, 1]


def test_insights_keeps_its_managed_policy(app: App, stack: Stack, required: dict[str, Any]) -> None:
    version = aws_lambda.LambdaInsightsVersion.from_insight_version_arn(
        "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:21"
    )
    Function(stack, "Orders", **required, insights_version=version)
    (arn,) = the_only(resources_of(app, "AWS::IAM::Role"))["ManagedPolicyArns"]
    assert arn["Fn::Join"][1][-1].endswith("CloudWatchLambdaInsightsExecutionRolePolicy")


def test_durable_function_may_write_its_checkpoints(app: App, stack: Stack, required: dict[str, Any]) -> None:
    config = aws_lambda.DurableConfig(execution_timeout=Duration.hours(1), retention_period=Duration.days(7))
    Function(stack, "Orders", **required, durable_config=config)
    assert "ManagedPolicyArns" not in the_only(resources_of(app, "AWS::IAM::Role"))
    (statement,) = the_only(resources_of(app, "AWS::IAM::Policy"))["PolicyDocument"]["Statement"]
    (function,) = resources_of(app, "AWS::Lambda::Function")
    assert statement["Action"] == ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"]
    assert {"Fn::GetAtt": [function, "Arn"]} in statement["Resource"]


def test_synthesizing_twice_gives_the_same(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    assert function.role is not None
    function.role.add_managed_policy(aws_iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess"))
    first = template_of(app)
    app.synth(force=True)
    assert template_of(app) == first


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_every_problem_at_once_and_nothing_is_made(app: App, stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(LimitError) as caught:
        Function(
            stack,
            "Orders",
            **required,
            memory_size=127,
            timeout=Duration.minutes(16),
            environment={"MY-KEY": "x", "BIG": "x" * 4097},
            retry_attempts=3,
            layers=[
                aws_lambda.LayerVersion.from_layer_version_arn(
                    stack, f"L{i}", f"arn:aws:lambda:eu-west-1:123456789012:layer:l{i}:1"
                )
                for i in range(6)
            ],
        )
    assert {finding.rule for finding in caught.value.findings} == {
        "CL101",
        "CL102",
        "CL120",
        "CL121",
        "CL201",
        "CL601",
    }
    assert {finding.path for finding in caught.value.findings} == {"Shop/Orders"}
    text = str(caught.value)
    assert "127 MB" in text
    assert "128 to 10,240 MB" in text
    assert not any(child.startswith("Orders") for child in children(stack))


@pytest.mark.parametrize(("memory", "refused"), [(127, True), (128, False), (10_240, False), (10_241, True)])
def test_memory_at_its_bounds(stack: Stack, required: dict[str, Any], memory: int, refused: bool) -> None:
    if refused:
        with pytest.raises(LimitError, match="CL101"):
            Function(stack, "Orders", **required, memory_size=memory)
    else:
        Function(stack, "Orders", **required, memory_size=memory)


def test_token_is_never_refused(app: App, stack: Stack, required: dict[str, Any]) -> None:
    from aws_cdk import CfnParameter

    number = CfnParameter(stack, "N", type="Number", default=5).value_as_number
    text = CfnParameter(stack, "T").value_as_string
    Function(
        stack,
        "Orders",
        **required,
        memory_size=number,
        timeout=Duration.seconds(number),
        ephemeral_storage_size=Size.mebibytes(number),
        function_name=text,
        description=text,
        reserved_concurrent_executions=number,
        environment={"VALUE": text},
    )
    assert the_only(resources_of(app, "AWS::Lambda::Function"))["MemorySize"] == {"Ref": "N"}


def test_what_cdk_refuses_leaves_nothing_behind(stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="without configuring a VPC"):
        Function(stack, "Orders", **required, allow_all_outbound=False)
    assert children(stack) == []
    Function(stack, "Orders", **required)


def test_taken_id_leaves_the_first_one_alone(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "Orders", **required, memory_size=256)
    with pytest.raises(RuntimeError, match="There is already a Construct with name 'Orders' in Shop"):
        Function(stack, "Orders", **required)
    assert children(stack) == ["OrdersLogGroup", "Orders"]
    assert the_only(resources_of(app, "AWS::Lambda::Function"))["MemorySize"] == 256


def test_taken_id_with_a_given_log_group(stack: Stack, required: dict[str, Any]) -> None:
    group = aws_logs.LogGroup(stack, "Group")
    Function(stack, "Orders", **required, log_group=group)
    with pytest.raises(RuntimeError, match="There is already a Construct"):
        Function(stack, "Orders", **required, log_group=group)
    assert children(stack) == ["Group", "Orders"]


def test_misspelt_keyword_names_the_nearest(stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"memory_sise.*did you mean 'memory_size'"):
        Function(stack, "Orders", **required, memory_sise=512)  # type: ignore[call-arg]
    assert children(stack) == []


@pytest.mark.parametrize("value", ["512", b"512", [512]])
def test_value_of_the_wrong_type(stack: Stack, required: dict[str, Any], value: object) -> None:
    with pytest.raises((TypeError, LimitError), match=r"memory_size|MemorySize"):
        Function(stack, "Orders", **required, memory_size=value)  # type: ignore[arg-type]
    assert children(stack) == []


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"environment": {"TABLE": 1}}, "environment.TABLE: 1 is no string"),
        ({"layers": ["arn"]}, "layers.0: 'arn' is no aws_lambda.ILayerVersion"),
        ({"vpc": "vpc-1"}, "vpc: 'vpc-1' is no aws_ec2.IVpc"),
        ({"log_group": "orders"}, "log_group: 'orders' is no interfaces.aws_logs.ILogGroupRef"),
        ({"tracing": "Active"}, "tracing must be one of"),
        ({"durable_config": 5}, "durable_config must be one of"),
        ({"timeout": 5}, "timeout must be one of"),
        ({"layers": 5}, "layers must be one of"),
        ({"memory_size": float("nan")}, "memory_size: nan is no number"),
        ({"environment": {"TABLE": None}}, "environment.TABLE: None is no string"),
        ({"runtime": aws_lambda.Runtime}, "runtime must be"),
    ],
)
def test_wrong_types_are_told_in_one_line(
    stack: Stack, required: dict[str, Any], keywords: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError) as caught:
        Function(stack, "Orders", **{**required, **keywords})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert children(stack) == []


@pytest.mark.parametrize(("scope", "id"), [(None, "Orders"), ("Orders", "Shop"), ("the stack", None)])
def test_no_place_to_be_made_in(stack: Stack, required: dict[str, Any], scope: Any, id: Any) -> None:
    with pytest.raises(TypeError, match="must be a"):
        Function(stack if scope == "the stack" else scope, id, **required)
    assert children(stack) == []


def test_app_is_no_place_for_a_function(app: App, required: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="'Orders' must be created in the scope of a Stack"):
        Function(app, "Orders", **required)


def test_removed_function_takes_nothing_along(app: App, stack: Stack, required: dict[str, Any]) -> None:
    Function(stack, "First", **required)
    stack.node.try_remove_child("First")
    Function(stack, "Second", **required).add_environment("K", "too short a name")
    assert "ManagedPolicyArns" not in the_only(
        {key: r for key, r in resources_of_a_failed_synth(app).items() if r["Type"] == "AWS::IAM::Role"}
    )


def resources_of_a_failed_synth(app: App) -> dict[str, Any]:
    with pytest.raises(RuntimeError, match="CL121"):
        app.synth()
    document: dict[str, Any] = json.loads((Path(app.outdir) / "Shop.template.json").read_text())
    resources: dict[str, Any] = document["Resources"]
    return resources


def test_fraction_of_a_second_is_cdks_to_refuse(stack: Stack, required: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="whole number of seconds"):
        Function(stack, "Orders", **required, timeout=Duration.millis(1500))
    assert children(stack) == []


# --- A drop-in -------------------------------------------------------------------------------------------------------


def test_is_a_function_everywhere(app: App, stack: Stack, required: dict[str, Any]) -> None:
    function = Function(stack, "Orders", **required)
    assert isinstance(function, aws_lambda.Function)
    function.add_environment("TABLE", "orders")
    function.add_alias("live")
    function.grant_invoke(aws_iam.ServicePrincipal("events.amazonaws.com"))
    function.metric_errors()
    function.add_function_url()
    cluster = aws_msk.CfnCluster(
        stack,
        "Msk",
        broker_node_group_info={"clientSubnets": ["a"], "instanceType": "x"},
        cluster_name="c",
        kafka_version="3.6.0",
        number_of_broker_nodes=2,
    )
    function.add_event_source(
        aws_lambda_event_sources.ManagedKafkaEventSource(
            cluster_arn=cluster.ref, topic="t", starting_position=aws_lambda.StartingPosition.LATEST
        )
    )
    role = next(r["Properties"] for k, r in resources_of(app, "AWS::IAM::Role").items() if k.startswith("Orders"))
    (arn,) = role["ManagedPolicyArns"]
    assert arn["Fn::Join"][1][-1].endswith("AWSLambdaMSKExecutionRole")
    assert the_only(resources_of(app, "AWS::Lambda::Function"))["Environment"] == {"Variables": {"TABLE": "orders"}}


def test_inherits_like_any_class(app: App, stack: Stack, required: dict[str, Any]) -> None:
    class Service(Function):
        def __init__(self, scope: Construct, id: str, **options: Any) -> None:
            super().__init__(scope, id, **required, memory_size=256, **options)

    Service(stack, "Orders", description="mine")
    function = the_only(resources_of(app, "AWS::Lambda::Function"))
    assert (function["MemorySize"], function["Description"]) == (256, "mine")
