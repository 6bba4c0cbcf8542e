"""Which value a function gets: requirement before developer before team before organisation before ours and CDK's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsii
import pytest
from aws_cdk import (
    App,
    Aws,
    CfnCondition,
    CfnResource,
    Duration,
    Fn,
    IPropertyInjector,
    NestedStack,
    PropertyInjectors,
    RemovalPolicy,
    Size,
    Stack,
    Stage,
    aws_iam,
    aws_lambda,
    aws_logs,
    aws_s3,
    aws_s3_notifications,
    aws_sns,
)
from synthesized import resources_of, template_of

from constructs_lambda import (
    CapacityProvider,
    Egress,
    Function,
    ImageFunction,
    InputError,
    LimitError,
    Network,
    Profile,
    ProfileMixin,
    PythonFunction,
    Quotas,
    Require,
)

pytestmark = pytest.mark.cdk

KINDS = {"ours": Function, "plain": aws_lambda.Function}
ORGANISATION = Profile("acme", defaults={"memory_size": 300, "timeout": Duration.seconds(11), "description": "acme's"})
TEAM = Profile("payments", base=ORGANISATION, defaults={"memory_size": 400})


def properties(app: App, stack: str = "Shop") -> dict[str, Any]:
    (function,) = resources_of(app, "AWS::Lambda::Function", stack).values()
    found: dict[str, Any] = function["Properties"]
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
class TestOrder:
    def test_organisation_before_ours_and_cdks(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        ORGANISATION.apply(app)
        kind(stack, "Orders", **required)
        found = properties(app)
        assert (found["MemorySize"], found["Timeout"], found["Description"]) == (300, 11, "acme's")

    def test_team_before_organisation(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        TEAM.apply(app)
        kind(stack, "Orders", **required)
        assert (properties(app)["MemorySize"], properties(app)["Timeout"]) == (400, 11)

    def test_developer_before_team(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        TEAM.apply(app)
        kind(stack, "Orders", memory_size=500, **required)
        assert (properties(app)["MemorySize"], properties(app)["Timeout"]) == (500, 11)

    def test_requirement_before_the_defaults_of_all(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("acme", base=TEAM, defaults={"memory_size": 600}).apply(app)
        Profile("law", require={"memory_size": 700}).apply(stack)
        kind(stack, "Orders", **required)
        assert properties(app)["MemorySize"] == 700

    def test_requirement_before_developer(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("acme", version="2", require={"memory_size": 700}).apply(app)
        kind(stack, "Orders", memory_size=500, **required)
        with pytest.raises(RuntimeError, match="ValidationFailed") as refused:
            app.synth()
        assert "Memory_size is 500 MB; acme 2 requires 700 MB" in " ".join(str(refused.value).split())

    def test_ours_where_no_profile_says_anything(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("acme", tags={"owner": "payments"}).apply(app)
        kind(stack, "Orders", **required)
        found = properties(app)
        assert found.get("MemorySize") == (128 if kind is Function else None)
        assert found["Tags"] == [{"Key": "owner", "Value": "payments"}]

    def test_nearer_scope_before_the_app(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("inner", defaults={"memory_size": 256}).apply(stack)
        Profile("outer", defaults={"memory_size": 1024, "timeout": Duration.seconds(9)}).apply(app)
        kind(stack, "Orders", **required)
        assert (properties(app)["MemorySize"], properties(app)["Timeout"]) == (256, 9)

    def test_later_one_of_the_same_scope_first(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("organisation", defaults={"memory_size": 256, "timeout": Duration.seconds(9)}).apply(app)
        Profile("team", defaults={"memory_size": 512}).apply(app)
        kind(stack, "Orders", **required)
        assert (properties(app)["MemorySize"], properties(app)["Timeout"]) == (512, 9)

    def test_environment_is_merged_by_name(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        base = Profile("acme", defaults={"environment": {"LEVEL": "INFO", "COMPANY": "acme", "ZONE": "a"}})
        Profile("team", base=base, defaults={"environment": {"ZONE": "b"}}).apply(app)
        kind(stack, "Orders", environment={"LEVEL": "DEBUG", "OWN": "1"}, **required)
        variables = properties(app)["Environment"]["Variables"]
        assert variables == {"LEVEL": "DEBUG", "COMPANY": "acme", "ZONE": "b", "OWN": "1"}

    def test_elsewhere_nothing_changes(
        self, kind: Any, app: App, stack: Stack, required: Any, make_app: Callable[..., App]
    ) -> None:
        TEAM.apply(stack)
        other = Stack(app, "Other")
        kind(other, "Orders", **required)
        alone = make_app()
        kind(Stack(alone, "Other"), "Orders", **required)
        assert template_of(app, "Other") == template_of(alone, "Other")

    def test_objects_of_cdk(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile(
            "acme",
            defaults={
                "architecture": aws_lambda.Architecture.ARM_64,
                "ephemeral_storage_size": Size.mebibytes(1024),
                "logging_format": aws_lambda.LoggingFormat.JSON,
                "recursive_loop": aws_lambda.RecursiveLoop.ALLOW,
                "tracing": aws_lambda.Tracing.PASS_THROUGH,
            },
        ).apply(app)
        kind(stack, "Orders", **required)
        found = properties(app)
        assert found["Architectures"] == ["arm64"]
        assert found["EphemeralStorage"] == {"Size": 1024}
        assert found["LoggingConfig"]["LogFormat"] == "JSON"
        assert found["RecursiveLoop"] == "Allow"
        assert found["TracingConfig"] == {"Mode": "PassThrough"}

    def test_logs_are_kept_as_long_as_the_profile_says(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("acme", defaults={"log_retention": aws_logs.RetentionDays.ONE_MONTH}).apply(app)
        kind(stack, "Orders", **required)
        ((name, group),) = resources_of(app, "AWS::Logs::LogGroup").items()
        assert group["Properties"] == {"RetentionInDays": 30}
        assert group["DeletionPolicy"] == "Retain"
        assert properties(app)["LoggingConfig"]["LogGroup"] == {"Ref": name}

    def test_a_log_group_of_the_developer_stays(self, kind: Any, app: App, stack: Stack, required: Any) -> None:
        Profile("acme", defaults={"log_retention": aws_logs.RetentionDays.ONE_MONTH}).apply(app)
        group = aws_logs.LogGroup(stack, "Own", retention=aws_logs.RetentionDays.ONE_DAY)
        kind(stack, "Orders", log_group=group, **required)
        (found,) = resources_of(app, "AWS::Logs::LogGroup").values()
        assert found["Properties"]["RetentionInDays"] == 1


def test_ours_fill_in_what_the_profile_leaves_open(app: App, stack: Stack, tmp_path: Path) -> None:
    ORGANISATION.apply(app)
    entry = tmp_path / "orders"
    entry.mkdir()
    (entry / "app.py").write_text("def handler(event, context): ...\n")
    PythonFunction(stack, "Orders", entry=entry)
    found = properties(app)
    assert (found["MemorySize"], found["Timeout"], found["Architectures"]) == (300, 11, ["arm64"])


def test_packages_are_built_for_the_architecture_of_the_profile(app: App, stack: Stack, tmp_path: Path) -> None:
    Profile("acme", defaults={"architecture": aws_lambda.Architecture.X86_64}).apply(app)
    entry = tmp_path / "orders"
    entry.mkdir()
    (entry / "app.py").write_text("def handler(event, context): ...\n")
    function = PythonFunction(stack, "Orders", entry=entry)
    assert properties(app)["Architectures"] == ["x86_64"]
    assert function.architecture.name == "x86_64"


def test_managed_instances_keep_their_memory(app: App, required: Any) -> None:
    ORGANISATION.apply(app)
    stack = Stack(app, "Managed")
    network = Network(stack, "Network", egress=Egress.none())
    Function(stack, "Orders", capacity_provider=CapacityProvider(stack, "Provider", network=network), **required)
    functions = resources_of(app, "AWS::Lambda::Function", "Managed").values()
    (found,) = [each["Properties"] for each in functions if "CapacityProviderConfig" in each["Properties"]]
    assert found["MemorySize"] == 2048
    assert found["Timeout"] == 11


def test_what_aws_would_refuse_is_refused_with_the_profile_too(app: App, stack: Stack, required: Any) -> None:
    Profile("acme", defaults={"memory_size": 64}).apply(app)
    with pytest.raises(LimitError, match="memory is 64 MB"):
        Function(stack, "Orders", **required)
    assert stack.node.children == []


# --- What only gets what can't change what runs ---------------------------------------------------------------------

WIDE = Profile(
    "acme",
    defaults={
        "memory_size": 300,
        "environment": {"LEVEL": "INFO"},
        "log_retention": aws_logs.RetentionDays.ONE_WEEK,
        "architecture": aws_lambda.Architecture.ARM_64,
    },
    tags={"owner": "payments"},
)


def only_safe(found: Mapping[str, Any]) -> None:
    assert "Architectures" not in found or found["Architectures"] == ["x86_64"]
    assert found.get("MemorySize") != 300
    assert "LEVEL" not in found.get("Environment", {}).get("Variables", {})
    assert {"Key": "owner", "Value": "payments"} in found["Tags"]
    assert "LogGroup" in found["LoggingConfig"]


@pytest.mark.parametrize("kind", [ImageFunction, aws_lambda.DockerImageFunction])
def test_images(kind: Any, app: App, stack: Stack, tmp_path: Path) -> None:
    WIDE.apply(app)
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "Dockerfile").write_text('FROM public.ecr.aws/lambda/python:3.14\nCMD ["app.handler"]\n')
    (folder / "app.py").write_text("def handler(event, context): ...\n")
    if kind is ImageFunction:
        ImageFunction(stack, "Orders", directory=folder, architecture=aws_lambda.Architecture.X86_64)
    else:
        aws_lambda.DockerImageFunction(stack, "Orders", code=aws_lambda.DockerImageCode.from_image_asset(str(folder)))
    only_safe(properties(app))
    (group,) = resources_of(app, "AWS::Logs::LogGroup").values()
    assert group["Properties"]["RetentionInDays"] == 7


class Watched(aws_lambda.Function):
    """A developer's own class, whose constructor lets CDK make a function by itself."""

    def __init__(self, scope: Stack, id: str, **options: Any) -> None:
        super().__init__(scope, id, **options)
        bucket = aws_s3.Bucket(scope, "Bucket")
        bucket.add_event_notification(aws_s3.EventType.OBJECT_CREATED, aws_s3_notifications.LambdaDestination(self))


def test_functions_that_cdk_makes_for_itself(app: App, stack: Stack, required: Any) -> None:
    WIDE.apply(app)
    Watched(stack, "Orders", **required)
    functions = resources_of(app, "AWS::Lambda::Function")
    handler = next(each for name, each in functions.items() if name.startswith("BucketNotificationsHandler"))
    own = next(each for name, each in functions.items() if name.startswith("Orders"))
    only_safe(handler["Properties"])
    assert own["Properties"]["MemorySize"] == 300


def test_singletons_of_cdk(app: App, stack: Stack) -> None:
    from aws_cdk import custom_resources

    WIDE.apply(app)
    call = custom_resources.AwsSdkCall(
        service="S3", action="listBuckets", physical_resource_id=custom_resources.PhysicalResourceId.of("x")
    )
    policy = custom_resources.AwsCustomResourcePolicy.from_sdk_calls(
        resources=custom_resources.AwsCustomResourcePolicy.ANY_RESOURCE
    )
    custom_resources.AwsCustomResource(stack, "Call", on_create=call, policy=policy)
    only_safe(properties(app))


# --- L1 -------------------------------------------------------------------------------------------------------------


def l1(stack: Stack, id: str = "Orders", **options: Any) -> aws_lambda.CfnFunction:
    return aws_lambda.CfnFunction(
        stack,
        id,
        code=aws_lambda.CfnFunction.CodeProperty(zip_file="def handler(event, context): ..."),
        role="arn:aws:iam::111122223333:role/orders",
        handler="index.handler",
        runtime="python3.14",
        **options,
    )


def test_l1_functions(app: App, stack: Stack) -> None:
    Profile("acme", base=WIDE, defaults={"timeout": Duration.seconds(12), "tracing": aws_lambda.Tracing.ACTIVE}).apply(
        app
    )
    l1(
        stack,
        timeout=20,
        environment=aws_lambda.CfnFunction.EnvironmentProperty(variables={"LEVEL": "DEBUG", "OWN": "1"}),
    )
    found = properties(app)
    assert (found["MemorySize"], found["Timeout"], found["Architectures"]) == (300, 20, ["arm64"])
    assert found["Environment"]["Variables"] == {"LEVEL": "DEBUG", "OWN": "1"}
    assert "TracingConfig" not in found  # its role is somebody's own
    assert "LoggingConfig" not in found


def test_l1_functions_by_hand(app: App, stack: Stack) -> None:
    ORGANISATION.apply(app)
    function = l1(stack)
    ProfileMixin().apply_to(function)
    assert (function.memory_size, function.timeout) == (300, 11)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_functions_made_before_the_profile_was_applied(kind: Any, app: App, stack: Stack, required: Any) -> None:
    kind(stack, "Orders", **required)
    ORGANISATION.apply(app)
    with pytest.raises(RuntimeError, match=r"Shop/Orders: a profile holds there.*Fix: apply the profile first"):
        app.synth()


def test_l1_functions_made_before_get_the_defaults(app: App, stack: Stack) -> None:
    l1(stack)
    ORGANISATION.apply(app)
    assert (properties(app)["MemorySize"], properties(app)["Timeout"]) == (300, 11)


def test_l1_in_a_nested_stack_changes_its_asset(make_app: Callable[..., App]) -> None:
    """CDK hashes nested templates before validations: what comes later would never be deployed."""
    hashes = set()
    for memory in (256, 512):
        app = make_app()
        Profile("acme", defaults={"memory_size": memory}).apply(app)
        l1(NestedStack(Stack(app, "Shop"), "Inner"))
        text = (Path(app.synth().directory) / "Shop.template.json").read_text()
        hashes.add(text[text.index("TemplateURL") :])
    assert len(hashes) == 2


@pytest.mark.parametrize(
    "environment",
    [
        lambda: Fn.condition_if("Cond", {"Variables": {"OWN": "1"}}, Aws.NO_VALUE),
        lambda: aws_lambda.CfnFunction.EnvironmentProperty(
            variables=Fn.condition_if("Cond", {"OWN": "1"}, Aws.NO_VALUE)
        ),
    ],
)
def test_an_environment_that_only_the_deployment_tells_stays(environment: Any, app: App, stack: Stack) -> None:
    WIDE.apply(app)
    CfnCondition(stack, "Cond", expression=Fn.condition_equals("a", "b"))
    l1(stack, environment=environment())
    assert "Fn::If" in str(properties(app)["Environment"])
    assert "LEVEL" not in str(properties(app)["Environment"])


def test_escape_hatches_go_before_the_profile(app: App, stack: Stack) -> None:
    WIDE.apply(app)
    l1(stack).add_property_override("Environment.Variables.LEVEL", "DEBUG")
    assert properties(app)["Environment"]["Variables"] == {"LEVEL": "DEBUG"}


def test_stages_and_nested_stacks(app: App, required: Any) -> None:
    ORGANISATION.apply(app)
    stage = Stage(app, "Prod")
    stack = Stack(stage, "Shop")
    aws_lambda.Function(NestedStack(stack, "Inner"), "Orders", **required)
    l1(stack)
    directory = Path(app.synth().directory)
    templates = list(directory.glob("assembly-Prod/*.template.json"))
    assert len(templates) == 2
    assert all('"MemorySize": 300' in each.read_text() for each in templates)


# --- Other injectors ------------------------------------------------------------------------------------------------


@jsii.implements(IPropertyInjector)
class Theirs:
    """An injector that was there before: it sets the description, and a timeout."""

    @property
    def construct_unique_id(self) -> str:
        return aws_lambda.Function.PROPERTY_INJECTION_ID

    def inject(self, original_props: Any, *, scope: Any, id: str) -> Any:
        return {"timeout": Duration.seconds(44), **original_props, "description": f"theirs: {id}"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_injector_that_is_there_is_kept(kind: Any, app: App, stack: Stack, required: Any) -> None:
    PropertyInjectors.of(app).add(Theirs())
    ORGANISATION.apply(app)
    kind(stack, "Orders", **required)
    found = properties(app)
    assert found["Description"] == "theirs: Orders"
    assert found["MemorySize"] == 300
    assert found["Timeout"] == (44 if kind is aws_lambda.Function else 11)  # ours asked the profile before


def test_an_injector_that_takes_its_place_is_refused(app: App, stack: Stack, required: Any) -> None:
    ORGANISATION.apply(app)
    PropertyInjectors.of(app).add(Theirs())
    aws_lambda.Function(stack, "Orders", **required)
    with pytest.raises(RuntimeError, match="another property injector"):
        app.synth()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_injector_further_in_is_refused(kind: Any, app: App, stack: Stack, required: Any) -> None:
    ORGANISATION.apply(app)
    PropertyInjectors.of(stack).add(Theirs())
    kind(stack, "Orders", **required)
    with pytest.raises(RuntimeError, match="Shop/Orders: a profile holds there"):
        app.synth()


def test_an_injector_further_in_is_combined_where_the_profile_is_applied_too(
    app: App, stack: Stack, required: Any
) -> None:
    ORGANISATION.apply(app)
    PropertyInjectors.of(stack).add(Theirs())
    ORGANISATION.apply(stack)
    aws_lambda.Function(stack, "Orders", **required)
    found = properties(app)
    assert (found["Description"], found["MemorySize"], found["Timeout"]) == ("theirs: Orders", 300, 44)


def test_an_injector_further_out_is_kept(app: App, stack: Stack, required: Any) -> None:
    PropertyInjectors.of(app).add(Theirs())
    ORGANISATION.apply(stack)
    aws_lambda.Function(stack, "Orders", **required)
    assert (properties(app)["Description"], properties(app)["MemorySize"]) == ("theirs: Orders", 300)


@pytest.mark.parametrize("nearer", [False, True])
def test_a_profile_goes_before_its_base_wherever_that_is_applied(
    nearer: bool, app: App, stack: Stack, required: Any
) -> None:
    TEAM.apply(app)
    ORGANISATION.apply(stack if nearer else app)
    aws_lambda.Function(stack, "Orders", **required)
    assert properties(app)["MemorySize"] == 400


@pytest.mark.parametrize(
    ("defaults", "options"),
    [
        ({"logging_format": aws_lambda.LoggingFormat.JSON}, {"log_format": "Text"}),
        (
            {"application_log_level_v2": aws_lambda.ApplicationLogLevel.WARN},
            {"logging_format": aws_lambda.LoggingFormat.TEXT},
        ),
        ({"dead_letter_queue_enabled": True}, {"dead_letter_topic": None}),
        ({"log_retention": aws_logs.RetentionDays.ONE_WEEK}, {"log_removal_policy": RemovalPolicy.DESTROY}),
        ({"log_retention": aws_logs.RetentionDays.ONE_WEEK}, {"log_retention": aws_logs.RetentionDays.ONE_DAY}),
    ],
)
def test_a_default_steps_back_where_its_alternative_is_set(
    defaults: Any, options: Any, app: App, stack: Stack, required: Any
) -> None:
    Profile("acme", defaults=defaults).apply(app)
    if "dead_letter_topic" in options:
        options = {"dead_letter_topic": aws_sns.Topic(stack, "Topic")}
    aws_lambda.Function(stack, "Orders", **required, **options)
    app.synth()


@pytest.mark.parametrize("mutable", [True, False])
def test_a_role_of_the_developer(mutable: bool, app: App, stack: Stack, required: Any) -> None:
    more = {"log_retention": aws_logs.RetentionDays.ONE_WEEK, "tracing": aws_lambda.Tracing.ACTIVE}
    Profile("acme", base=ORGANISATION, defaults=more).apply(app)
    arn = "arn:aws:iam::111122223333:role/orders"
    role: aws_iam.IRole = aws_iam.Role(stack, "Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"))
    if not mutable:
        role = aws_iam.Role.from_role_arn(stack, "Given", arn, mutable=False)
    aws_lambda.Function(stack, "Orders", role=role, **required)
    found = properties(app)
    assert found["MemorySize"] == 300
    assert ("TracingConfig" in found) is ("LoggingConfig" in found) is mutable
    policies = str(resources_of(app, "AWS::IAM::Policy"))
    assert ("logs:PutLogEvents" in policies) is ("xray:PutTraceSegments" in policies) is mutable


def test_functions_of_constructs_that_only_wrap_the_developers(app: App, stack: Stack, required: Any) -> None:
    ORGANISATION.apply(app)
    aws_lambda.SingletonFunction(stack, "Orders", uuid="x", **required)
    assert properties(app)["MemorySize"] == 300


def test_applying_twice_is_applying_once(app: App, stack: Stack, required: Any) -> None:
    ORGANISATION.apply(app)
    ORGANISATION.apply(app)
    aws_lambda.Function(stack, "Orders", **required)
    assert properties(app)["MemorySize"] == 300


# --- What no profile is ---------------------------------------------------------------------------------------------


def test_all_problems_at_once() -> None:
    with pytest.raises(InputError) as refused:
        Profile(
            "acme",
            defaults={"memory": 1, "function_name": "x", "log_retention": 7},
            require={"timeouts": 1, "memory_size": object()},
            severity={"CL1O1": "warning"},
        )
    lines = str(refused.value).splitlines()
    assert all(line.startswith("Profile 'acme': ") for line in lines)
    for part in (
        "there is no keyword 'memory' (did you mean 'memory_size'?)",
        "function_name can't be the same for all functions",
        "log_retention must be an aws_logs.RetentionDays",
        "'timeouts' can't be required; did you mean 'timeout'?",
        "memory_size must be a number of MB",
        "CL1O1",
    ):
        assert any(part in line for line in lines), part


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"version": 1},
        {"base": "acme"},
        {"defaults": [1]},
        {"require": "tracing"},
        {"severity": []},
        {"quotas": {}},
        {"nag": "AwsSolutions"},
        {"tags": {"a": 1}},
        {"waivers": ["CL1"]},
    ],
    ids=lambda each: next(iter(each)),
)
def test_wrong_types(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=next(iter(wrong))):
        Profile(**{"name": "acme", **wrong})


def test_no_scope() -> None:
    with pytest.raises(TypeError, match="scope must be a construct"):
        ORGANISATION.apply("app")  # type: ignore[arg-type]


def test_required_values_are_those_of_single_requirements() -> None:
    profile = Profile(
        "acme",
        require={
            "memory_size": 512,
            "timeout": Require.at_most(Duration.seconds(30)),
            "environment": {"LEVEL": "INFO", "OWNER": None},
        },
    )
    assert profile.required_values == {"memory_size": 512, "environment": {"LEVEL": "INFO"}}


def test_the_developers_tags_go_first_wherever_they_are(app: App, stack: Stack) -> None:
    from aws_cdk import CfnTag, Tags

    Tags.of(app).add("stage", "test")
    Profile("acme", tags={"owner": "acme", "stage": "prod", "company": "acme"}).apply(app)
    Profile("team", tags={"company": "team"}).apply(stack)
    l1(stack, tags=[CfnTag(key="owner", value="orders")])
    found = {each["Key"]: each["Value"] for each in properties(app)["Tags"]}
    assert found == {"owner": "orders", "stage": "test", "company": "team"}


def test_a_required_tag_goes_before_those_of_nearer_profiles(app: App, stack: Stack, required: Any) -> None:
    Profile("acme", require={"tags": {"company": "acme"}}).apply(app)
    Profile("team", tags={"company": "team"}).apply(stack)
    aws_lambda.Function(stack, "Orders", **required)
    assert properties(app)["Tags"] == [{"Key": "company", "Value": "acme"}]


@pytest.mark.parametrize(
    "wide", [{"severity": {"CL101": "off"}}, {"quotas": Quotas(elastic_ips=9)}, {"nag": ["AwsSolutions"]}]
)
def test_what_counts_for_the_app_is_refused_for_a_part_of_it(wide: Any, app: App, stack: Stack) -> None:
    profile = Profile("acme", **wide)
    with pytest.raises(InputError, match="Shop: acme sets severity, quotas or nag, which count for the whole app"):
        profile.apply(stack)
    assert stack.node.children == []
    profile.apply(app)
    profile.apply(stack)


def test_cdks_own_log_groups_keep_logs_as_long_as_the_profile_says(make_app: Callable[..., App], required: Any) -> None:
    app = make_app(context={"@aws-cdk/aws-lambda:useCdkManagedLogGroup": True})
    day = aws_logs.RetentionDays.ONE_YEAR
    Profile("acme", defaults={"log_retention": day}, require={"log_retention": Require.at_most(365)}).apply(app)
    stack = Stack(app, "Shop")
    Function(stack, "Ours", **required)
    aws_lambda.Function(stack, "Plain", **required)
    groups = resources_of(app, "AWS::Logs::LogGroup").values()
    assert [each["Properties"]["RetentionInDays"] for each in groups] == [365, 365]


def test_tags_reach_what_takes_tags_and_the_developers_stay(app: App, stack: Stack, required: Any) -> None:
    from aws_cdk import Tags

    Profile("acme", tags={"owner": "acme", "stage": "prod"}).apply(app)
    function = aws_lambda.Function(stack, "Orders", **required)
    Tags.of(function).add("owner", "payments")
    assert properties(app)["Tags"] == [{"Key": "owner", "Value": "payments"}, {"Key": "stage", "Value": "prod"}]
    assert isinstance(function.node.default_child, CfnResource)
