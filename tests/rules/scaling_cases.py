"""CL172 to CL184 and CL710 to CL721: auto scaling, shifted traffic, durable functions that are called, and sums."""

from __future__ import annotations

from typing import Any

from rules.api_cases import http_api, integrated, method, permission, rest_api, source
from rules.cases import ABSENT, NO_VALUE, NUMBER_TOKEN, UNKNOWN, Case, Resource, managed, one, stack, zipped
from rules.event_resources import arn, kept, maybe, of, ref, subscription, topic
from rules.event_resources import permission as event_permission
from rules.settings_cases import PER_TENANT, SNAP, alias, durable, mapping, version

NAME = {"Fn::Select": [6, {"Fn::Split": [":", ref("A")]}]}
CDK_NAME = {"Fn::Join": ["", [NAME, ":live"]]}
CDK_ID = {"Fn::Join": ["", ["function:", NAME, ":live"]]}
OTHER_PART = {"Fn::Join": ["", [{"Fn::Select": [5, {"Fn::Split": [":", ref("A")]}]}, ":live"]]}
STYLE = {"DeploymentOption": "WITH_TRAFFIC_CONTROL", "DeploymentType": "BLUE_GREEN"}
CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
LONG = 901
NAMED = zipped(FunctionName="f")
SNAPPY = zipped(FunctionName="f", SnapStart=SNAP)
PROD = {"Fn::Sub": "function:${F}:prod"}
NESTED = of("AWS::CloudFormation::Stack", TemplateURL="https://a.b/c")
WEIGHTS = {"AdditionalVersionWeights": [{"FunctionVersion": "2", "FunctionWeight": 0.1}]}
BAD_NAMES = ("a:b", "a/b", "a|b", " a", "a ", "a\n")


def action(minimum: Any = ABSENT, maximum: Any = ABSENT, schedule: Any = "cron(0 8 * * ? *)") -> Any:
    bounds = {"MinCapacity": minimum, "MaxCapacity": maximum}
    bounds = {name: value for name, value in bounds.items() if value is not ABSENT}
    return {"ScheduledActionName": "M", "Schedule": schedule, "ScalableTargetAction": bounds}


def target(
    minimum: Any = 1, maximum: Any = 10, resource_id: Any = CDK_ID, *actions: Any, **properties: Any
) -> Resource:
    given = {
        "MinCapacity": minimum,
        "MaxCapacity": maximum,
        "ResourceId": resource_id,
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
        "ServiceNamespace": "lambda",
        "ScheduledActions": list(actions) or ABSENT,
        **properties,
    }
    return of("AWS::ApplicationAutoScaling::ScalableTarget", **given)


def titled(*names: Any) -> Any:
    """Schedules of these names."""
    return [{**action(5), "ScheduledActionName": each} for each in names]


def also(*actions: Any) -> Any:
    """Schedules with names that differ."""
    return [{**each, "ScheduledActionName": f"M{index}"} for index, each in enumerate(actions)]


def tracking(value: Any, metric: Any = "LambdaProvisionedConcurrencyUtilization") -> Resource:
    configuration = {"PredefinedMetricSpecification": {"PredefinedMetricType": metric}, "TargetValue": value}
    given = {"PolicyName": "p", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": ref("T")}
    kind = "AWS::ApplicationAutoScaling::ScalingPolicy"
    return of(kind, **given, TargetTrackingScalingPolicyConfiguration=configuration)


def scaled(what: str, expected: str, scalable: Resource, function: Resource | None = None, **beside: Any) -> Case:
    return one(f"scaled: {what}", expected, function or zipped(), **{"A": alias(), "T": scalable, **beside})


def config(percentage: Any = 10, minutes: Any = 5, kind: Any = "Canary", **properties: Any) -> Resource:
    steps = {f"{kind}Percentage": percentage, f"{kind}Interval": minutes}
    routing = {"Type": f"TimeBased{kind}", f"TimeBased{kind}": steps}
    return of("AWS::CodeDeploy::DeploymentConfig", ComputePlatform="Lambda", TrafficRoutingConfig=routing, **properties)


def steps(routing: Any, platform: str = "Lambda") -> Resource:
    return of("AWS::CodeDeploy::DeploymentConfig", ComputePlatform=platform, TrafficRoutingConfig=routing)


def group(name: Any = CANARY, **properties: Any) -> Resource:
    given = {"ApplicationName": ref("App"), "ServiceRoleArn": "r", "DeploymentStyle": STYLE, **properties}
    return of("AWS::CodeDeploy::DeploymentGroup", DeploymentConfigName=name, **given)


def application(platform: Any = ABSENT) -> Resource:
    return of("AWS::CodeDeploy::Application", **({} if platform is ABSENT else {"ComputePlatform": platform}))


def shifted(**properties: Any) -> Resource:
    update = {"ApplicationName": ref("App"), "DeploymentGroupName": ref("G")}
    return {**alias(**properties), "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": update}}


def shift(what: str, expected: str, deployment: Resource, qualified: Resource | None = None, **beside: Any) -> Case:
    return one(f"shift: {what}", expected, zipped(), **{"A": qualified or shifted(), "G": deployment, **beside})


def polled(what: str, expected: str, function: Resource, name: Any, wrap: Any = lambda given: given) -> Case:
    poller = {**mapping(), "Properties": {"FunctionName": name}}
    return one(f"polled for: {what}", expected, function, A=alias(), M=wrap(poller))


def provisioned(number: Any) -> dict[str, Any]:
    return {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": number}}


def on_instances(timeout: Any) -> Resource:
    return managed(DurableConfig={"ExecutionTimeout": timeout})


def of_vcpu(memory: Any, ratio: Any) -> Resource:
    made = managed({"ExecutionEnvironmentMemoryGiBPerVCpu": ratio})
    return {**made, "Properties": {**made["Properties"], "MemorySize": memory}}


def published(endpoint: Any, **properties: Any) -> dict[str, Resource]:
    granted = event_permission(source=ref("T"), function=endpoint)
    return {"T": topic(), "S": subscription(Endpoint=endpoint, **properties), "P": granted, "A": alias()}


def served(function: Any) -> dict[str, Resource]:
    uri = {
        "Fn::Join": ["", ["arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/", function, "/invocations"]]
    }
    granted = permission(source("/*/*/*"), function)
    return {"Api": rest_api(), "M": method(Integration=integrated(Uri=uri)), "P": granted, "A": alias()}


def http(function: Any) -> dict[str, Resource]:
    integration = {"ApiId": ref("Api"), "IntegrationType": "AWS_PROXY", "IntegrationUri": function}
    route = {"ApiId": ref("Api"), "RouteKey": "GET /a", "AuthorizationType": "AWS_IAM"}
    route["Target"] = {"Fn::Join": ["", ["integrations/", ref("I")]]}
    return {
        "Api": http_api(),
        "I": of("AWS::ApiGatewayV2::Integration", **integration, PayloadFormatVersion="2.0"),
        "R": of("AWS::ApiGatewayV2::Route", **route),
        "P": permission(source("/*/*/*"), function),
        "A": alias(),
    }


def keeping(function: Resource) -> Resource:
    dead = kept()["Properties"]["DeadLetterConfig"]
    return {**function, "Properties": {**function["Properties"], "DeadLetterConfig": dead}}


def reserved(*numbers: Any) -> dict[str, Resource]:
    return {f"F{index}": reserving(number) for index, number in enumerate(numbers)}


def reserving(number: Any) -> Resource:
    return zipped(ReservedConcurrentExecutions=number)


ALIAS = ref("A")
AT_LATEST = {"Fn::Join": ["", [arn("F"), ":$LATEST"]]}
QUALIFIED = {"Fn::Join": ["", [arn("F"), ":", ref("Parameter")]]}
CONFIG, EXECUTIONS = "ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"
TENANT = zipped(FunctionName="f", TenancyConfig=PER_TENANT)
RESERVED = zipped(FunctionName="f", ReservedConcurrentExecutions=5)
MUCH = {"ProvisionedConcurrentExecutions": 901}
SLOW = keeping(durable(LONG))

AUTO_SCALING: list[Case] = [
    scaled("as CDK does", "", target()),
    scaled("nothing at night", "", target(0, 10)),
    scaled("one number", "", target(5, 5)),
    scaled("minimum above the maximum", "CL710", target(11, 10)),
    scaled("negative minimum", "CL710", target(-1, 10)),
    scaled("negative maximum", "CL710", target(-2, -1)),
    scaled("minimum that is no whole number", "CL710", target(1.5, 10)),
    scaled("bounds as texts", "CL710", target("11", "10")),
    *(scaled(f"minimum {unknown}", "", target(unknown, 0)) for unknown in (*UNKNOWN, NUMBER_TOKEN)),
    *(scaled(f"maximum {unknown}", "", target(11, unknown)) for unknown in (*UNKNOWN, NUMBER_TOKEN)),
    scaled("without a maximum", "CL906", target(1, ABSENT)),
    scaled("maximum that is a word", "CL905", target(1, "many")),
    scaled("schedule", "", target(1, 10, CDK_ID, action(5))),
    scaled("schedule of both", "", target(1, 10, CDK_ID, action(5, 20))),
    scaled("schedule of none", "CL710", target(1, 10, CDK_ID, action())),
    scaled("schedule the wrong way round", "CL710", target(1, 10, CDK_ID, action(20, 5))),
    scaled("schedule that may be set", "", target(1, 10, CDK_ID, action(ref("P"), ref("P")))),
    scaled("schedule that is unknown", "", target(1, 10, CDK_ID, ref("P"), NO_VALUE)),
    scaled("schedule without its word", "CL710", target(1, 10, CDK_ID, action(5, schedule="0 8 * * ? *"))),
    scaled("schedule at a time", "", target(1, 10, CDK_ID, action(5, schedule="at(2026-12-24T08:00:00)"))),
    scaled("schedule without an end", "CL710", target(1, 10, CDK_ID, action(5, schedule="rate(1 hour"))),
    scaled("unknown time", "", target(1, 10, CDK_ID, action(5, schedule=ref("P")))),
    scaled("by name", "", target(1, 10, "function:orders:live")),
    scaled("a version", "", target(1, 10, "function:orders:7")),
    scaled("the function", "CL711", target(1, 10, "function:orders")),
    scaled("the function, by reference", "CL711", target(1, 10, {"Fn::Sub": "function:${F}"})),
    scaled("$LATEST", "CL711", target(1, 10, {"Fn::Join": [":", ["function", ref("F"), "$LATEST"]]})),
    scaled("a version by reference", "", target(1, 10, {"Fn::Sub": "function:${F}:${V.Version}"}), V=version()),
    scaled("no function", "CL711", target(1, 10, "orders:live")),
    scaled("an ARN", "CL711", target(1, 10, "arn:aws:lambda:eu-west-1:111122223333:function:orders:live")),
    *(scaled(f"id {unknown}", "", target(1, 10, unknown)) for unknown in UNKNOWN),
    scaled("another dimension", "CL711", target(ScalableDimension="lambda:function:Concurrency")),
    scaled("another namespace", "CL711", target(ServiceNamespace="Lambda")),
    scaled("a table", "", target(9, 1, "table/t", ServiceNamespace="dynamodb", ScalableDimension="dynamodb:table:X")),
    scaled("SnapStart", "CL714", target(), zipped(SnapStart=SNAP)),
    scaled("SnapStart off", "", target(), zipped(SnapStart={"ApplyOn": "None"})),
    scaled("SnapStart, under a condition", "", maybe(target()), zipped(SnapStart=SNAP)),
    scaled("a tenant", "CL714", target(), zipped(TenancyConfig=PER_TENANT)),
    scaled("alias of $LATEST", "CL714", target(), A=alias(FunctionVersion="$LATEST")),
    scaled("maximum as reserved", "", target(1, 10), zipped(ReservedConcurrentExecutions=10)),
    scaled("maximum above reserved", "CL713", target(1, 11), zipped(ReservedConcurrentExecutions=10)),
    scaled(
        "schedule above reserved", "CL713", target(1, 5, CDK_ID, action(1, 11)), zipped(ReservedConcurrentExecutions=10)
    ),
    scaled("reserved is unknown", "", target(1, 11), zipped(ReservedConcurrentExecutions=ref("P"))),
    scaled("minimum above reserved", "CL703 CL713", target(11, 11), zipped(ReservedConcurrentExecutions=10)),
    scaled("maximum as the account", "", target(1, 900)),
    *(
        scaled(
            f"two aliases that scale to {5 + most} of 10 reserved",
            "CL713" if most > 5 else "",
            target(1, 5),
            zipped(FunctionName="f", ReservedConcurrentExecutions=10),
            A=alias(),
            B=alias(Name="beta"),
            U=target(1, most, "function:f:beta"),
        )
        for most in (4, 5, 6)
    ),
    *(
        scaled(
            f"an alias that scales to 5 of 10 reserved, and what may be another: {most} of {other}",
            "",
            target(1, 5),
            zipped(FunctionName="f", ReservedConcurrentExecutions=10),
            A=alias(),
            B=alias(Name="beta"),
            U=target(1, most, other),
        )
        for most, other in ((6, {"Fn::Sub": "function:f:${P}"}), (ref("P"), "function:f:beta"), (6, ref("P")))
    ),
    *(
        one(
            f"alias with {ours} of a version with {theirs}{', scaled' if scalable else ''}",
            expected,
            zipped(),
            **{"A": alias(provisioned=ours, FunctionVersion={"Fn::GetAtt": ["V", "Version"]})},
            V=version(**({} if theirs is ABSENT else provisioned(theirs))),
            **({"T": target()} if scalable else {}),
        )
        for ours, theirs, scalable, expected in (
            (5, 5, False, "CL703"),
            (5, ABSENT, False, ""),
            (5, ref("P"), False, ""),
            (ref("P"), 5, False, ""),
            (ABSENT, 5, False, ""),
            (ABSENT, 5, True, "CL714"),
            (ABSENT, ref("P"), True, ""),
        )
    ),
    *(
        scaled(f"schedule {schedule}", expected, target(1, 10, CDK_ID, action(5, schedule=schedule)))
        for schedule, expected in (
            ("rate(0 minutes)", "CL710"),
            ("rate(1 minute)", ""),
            ("cron(0 7 31 * ? *)", ""),
            ("cron(0 7 32 * ? *)", "CL710"),
            ("cron(60 7 * * ? *)", "CL710"),
            ("cron(59 7 * * * *)", ""),
            (ref("P"), ""),
        )
    ),
    scaled("maximum above the account", "CL713", target(1, 901)),
    scaled("minimum above the account", "CL713 CL720", target(901, 901)),
    scaled("a version by names", "", target(resource_id="function:f:7"), NAMED, A=alias("F")),
    scaled("SnapStart, by names", "CL714", target(resource_id="function:f:live"), SNAPPY),
    scaled("SnapStart, by another name", "", target(resource_id="function:g:live"), SNAPPY),
    scaled("ARN in the id", "CL711", target(resource_id={"Fn::Sub": "function:${F.Arn}:live"})),
    scaled("ARN as the id", "CL711", target(resource_id=arn("F"))),
    scaled("ARN in a join", "CL711", target(resource_id={"Fn::Join": [":", ["function", arn("F"), "live"]]})),
    scaled("alias as the id", "CL711", target(resource_id=ref("A"))),
    scaled("alias as the qualifier", "CL711", target(resource_id={"Fn::Sub": "function:${F}:${A}"})),
    scaled("name in the id", "", target(resource_id={"Fn::Sub": "function:${F}:live"})),
    scaled("alias that isn't there", "CL718", target(resource_id=PROD)),
    scaled("alias that isn't there, by names", "CL718", target(resource_id="function:f:prod"), NAMED),
    scaled("alias that isn't there, under a condition", "", maybe(target(resource_id=PROD))),
    scaled("alias beside one of no name", "", target(resource_id=PROD), B=alias(Name=ref("P"))),
    scaled("alias beside one of no function", "", target(resource_id=PROD), B=alias("P", Name="b")),
    scaled("version that isn't there", "", target(resource_id={"Fn::Sub": "function:${F}:7"})),
    one("scaled: alias of a function without any", "", zipped(), T=target(resource_id=PROD)),
    scaled("alias that a nested stack may make", "", target(resource_id=PROD), N=NESTED),
    scaled("schedule of five fields", "CL710", target(1, 10, CDK_ID, action(5, schedule="cron(0 8 * * ?)"))),
    scaled("schedule of seven fields", "CL710", target(1, 10, CDK_ID, action(5, schedule="cron(0 0 8 * * ? *)"))),
    *(
        scaled(f"schedule with a name of {n}", rule, target(1, 10, CDK_ID, *titled("n" * n)))
        for n, rule in ((255, ""), (256, ""), (257, "CL710"))
    ),
    *(scaled(f"schedule named {name!r}", "CL710", target(1, 10, CDK_ID, *titled(name))) for name in BAD_NAMES),
    *(
        scaled(f"schedule named {name!r}", "", target(1, 10, CDK_ID, *titled(name)))
        for name in ("a b", "ä-1.", ref("P"))
    ),
    scaled("two schedules of one name", "CL719", target(1, 10, CDK_ID, *titled("a", "a"))),
    scaled("schedules of other names", "", target(1, 10, CDK_ID, *titled("a", "b", ref("P"), ref("P")))),
    scaled("scheduled minimum: 10", "", target(1, 10, CDK_ID, action(10))),
    scaled("scheduled minimum: 11", "CL719", target(1, 10, CDK_ID, action(11))),
    scaled("scheduled minimum: 11 of 11", "", target(1, 10, CDK_ID, *also(action(11), action(1, 11)))),
    scaled("scheduled minimum, unknown maximum", "", target(1, 10, CDK_ID, *also(action(11), action(1, ref("P"))))),
    scaled("scheduled minimum, unknown first maximum", "", target(1, ref("P"), CDK_ID, action(11))),
    scaled("scheduled minimum: 901 of the account's 900", "CL713 CL719", target(1, 800, CDK_ID, action(901))),
    scaled("scheduled minimum: 900 of the account's 900", "CL719", target(1, 800, CDK_ID, action(900))),
    scaled("twice", "CL719", target(), U=target()),
    scaled("twice, once under a condition", "", target(), U=maybe(target())),
    scaled("two aliases", "", target(), B=alias(Name="b"), U=target(resource_id={"Fn::Sub": "function:${F}:b"})),
    one("utilization: 0.1", "", zipped(), T=tracking(0.1)),
    one("utilization: 0.09", "CL712", zipped(), T=tracking(0.09)),
    one("utilization: 0.9", "", zipped(), T=tracking(0.9)),
    one("utilization: 0.91", "CL712", zipped(), T=tracking(0.91)),
    one("utilization in percent", "CL712", zipped(), T=tracking(70)),
    one("utilization of a table", "", zipped(), T=tracking(70, "DynamoDBReadCapacityUtilization")),
    *(one(f"utilization: {unknown}", "", zipped(), T=tracking(unknown)) for unknown in (*UNKNOWN, NUMBER_TOKEN)),
    one("utilization missing", "CL906", zipped(), T=tracking(NO_VALUE)),
]
TRAFFIC: list[Case] = [
    *(one(f"share of a step: {n}", "", zipped(), C=config(n)) for n in (1, 2, 98, 99, *UNKNOWN, NUMBER_TOKEN)),
    *(one(f"share of a step: {n}", "CL715", zipped(), C=config(n)) for n in (0, 100, "100", 1.5)),
    *(one(f"minutes: {n}", "", zipped(), C=config(9, n, "Linear")) for n in (1, 2, 2_879, 2_880, *UNKNOWN)),
    *(one(f"minutes: {n}", "CL715", zipped(), C=config(9, n, "Linear")) for n in (0, 2_881)),
    one(
        "steps of a word",
        "CL715",
        zipped(),
        C=steps({"Type": "Canary"}),
    ),
    one(
        "all at once",
        "",
        zipped(),
        C=steps({"Type": "AllAtOnce"}),
    ),
    one("steps without a share", "CL906", zipped(), C=config(NO_VALUE)),
    one(
        "steps for containers",
        "",
        zipped(),
        C={**config(0), "Properties": {**config(0)["Properties"], "ComputePlatform": "ECS"}},
    ),
    one(
        "steps unknown",
        "",
        zipped(),
        C=steps(ref("P")),
    ),
    shift("as CDK does", "", group()),
    shift("own steps", "", group(ref("C")), C=config()),
    shift("all at once", "", group("CodeDeployDefault.LambdaAllAtOnce")),
    shift("every minute", "", group("CodeDeployDefault.LambdaLinear10PercentEvery1Minute")),
    shift("for servers", "CL716", group("CodeDeployDefault.OneAtATime")),
    shift("misspelt", "CL716", group("CodeDeployDefault.LambdaCanary10Percent5Minute")),
    shift("another name", "", group("OurSteps")),
    shift("unknown steps", "", group(ref("P"))),
    shift("in place", "CL716", group(DeploymentStyle={**STYLE, "DeploymentType": "IN_PLACE"})),
    shift("without control", "CL716", group(DeploymentStyle={**STYLE, "DeploymentOption": "WITHOUT_TRAFFIC_CONTROL"})),
    shift("no style", "", group(DeploymentStyle=NO_VALUE)),
    shift("of $LATEST", "CL716", group(), shifted(FunctionVersion="$LATEST")),
    shift("of unknown version", "", group(), shifted(FunctionVersion=ref("P"))),
    shift("of $LATEST, under a condition", "", group(), maybe(shifted(FunctionVersion="$LATEST"))),
    shift("of two aliases", "CL717", group(), B=shifted(Name="next")),
    shift("of two aliases, one under a condition", "", group(), B=maybe(shifted(Name="next"))),
    shift("of a group elsewhere", "", zipped(), shifted(FunctionVersion="1")),
    shift("with an application for Lambda", "", group(), App=application("Lambda")),
    shift("with an application for servers", "CL716", group(), App=application("Server")),
    shift("with an application for servers, by default", "CL716", group(), App=application()),
    shift("with an application for servers, perhaps", "", group(), App=application(ref("P"))),
    shift("with an application under a condition", "", group(), App=maybe(application("Server"))),
    one("application for servers by itself", "", zipped(), App=application("Server"), G=group()),
    shift("of weights", "CL717", group(), shifted(RoutingConfig=WEIGHTS)),
    shift("of weights, perhaps", "", group(), shifted(RoutingConfig=ref("P"))),
    shift("of weights, under a condition", "", group(), maybe(shifted(RoutingConfig=WEIGHTS))),
    one("weights without a shift", "", zipped(), A=alias(RoutingConfig=WEIGHTS)),
    one("servers by themselves", "", zipped(), G=group("CodeDeployDefault.OneAtATime")),
]
DURABLE: list[Case] = [
    polled("durable function", "CL172", durable(), arn("F")),
    polled("durable function, by its name", "CL172", durable(FunctionName="orders"), "orders"),
    polled("durable alias", "", durable(), ALIAS),
    polled("durable function at $LATEST", "", durable(), AT_LATEST),
    polled("durable function, somehow", "", durable(), QUALIFIED),
    polled("function", "", zipped(), arn("F")),
    polled("perhaps durable", "", zipped(DurableConfig=ref("P")), arn("F")),
    polled("durable function, under a condition", "", durable(), arn("F"), maybe),
    polled("durable alias: 900", "", durable(900), ALIAS),
    polled("durable alias: 901", "CL174", durable(LONG), ALIAS),
    polled("durable alias, as CDK names it: 900", "", durable(900), CDK_NAME),
    polled("durable alias, as CDK names it: 901", "CL174", durable(LONG), CDK_NAME),
    polled("durable alias, by another part of its ARN", "", durable(LONG), OTHER_PART),
    polled("durable alias: unknown", "", durable(ref("P")), ALIAS),
    polled("durable alias on Managed Instances: 5,400", "", on_instances(5_400), ALIAS),
    polled("durable alias on Managed Instances: 5,401", "CL174", on_instances(5_401), ALIAS),
    one("topic to a durable function", "CL172", keeping(durable()), **published(arn("F"))),
    one("topic to a durable alias", "", SLOW, **published(ALIAS)),
    one("API of a durable function", "CL172", durable(), **served(arn("F"))),
    one("API of a durable alias", "", durable(900), **served(ALIAS)),
    one("API of a durable alias that takes long", "CL173", durable(LONG), **served(ALIAS)),
    one("API of an alias", "", zipped(), **served(ALIAS)),
    one("HTTP API of a durable function that takes long", "CL172 CL173", durable(LONG), **http(arn("F"))),
    one("HTTP API of a durable alias", "", durable(), **http(ALIAS)),
]
MEMORY: list[Case] = [
    one("8 GB for a vCPU of 8", "", of_vcpu(8_192, 8)),
    one("4,095 MB for a vCPU of 4", "CL184", of_vcpu(4_095, 4)),
    one("4,096 MB for a vCPU of 4", "", of_vcpu(4_096, 4)),
    one("4,097 MB for a vCPU of 4", "", of_vcpu(4_097, 4)),
    one("2,048 MB for a vCPU of any", "", of_vcpu(2_048, ref("P"))),
    one("any memory for a vCPU of 8", "", of_vcpu(ref("P"), 8)),
]
SUMS: list[Case] = [
    stack("reserved: 899", "", **reserved(500, 399)),
    stack("reserved: 900", "", **reserved(500, 400)),
    stack("reserved: 901", "CL720", **reserved(500, 401)),
    stack("reserved: unknown", "", **reserved(900, ref("P"), {"Fn::If": ["C", 1, 2]}, NUMBER_TOKEN, NO_VALUE)),
    stack("reserved: a stopped function", "", **reserved(900, 0)),
    *(
        stack(f"{number} deployment configurations", expected, **{f"C{each}": config() for each in range(number)})
        for number, expected in ((50, ""), (51, "CL723"))
    ),
    stack("reserved under a condition", "", **reserved(900), G=maybe(reserving(900))),
    stack("provisioned: 900", "", F=zipped(), A=alias(provisioned=900)),
    stack("provisioned: 901", "CL720", F=zipped(), A=alias(provisioned=901)),
    stack("provisioned of what is reserved", "", F=reserving(900), A=alias(provisioned=900)),
    stack("provisioned beside what is reserved", "CL720", **reserved(500), F=zipped(), A=alias(provisioned=401)),
    stack("provisioned, perhaps reserved", "", F=reserving(ref("P")), A=alias(provisioned=901)),
    stack("provisioned on a version", "CL720", F=zipped(), V=version(ProvisionedConcurrencyConfig=MUCH)),
    stack("provisioned, and scaled from there", "", F=zipped(), A=alias(provisioned=900), T=target(900, 900)),
    stack("provisioned on Managed Instances", "", F=managed(), A=alias(provisioned=901)),
]
QUALIFIED_BY_NAME: list[Case] = [
    one("alias by the function's name with SnapStart", "CL152", SNAPPY, A=alias(FunctionName="f", provisioned=1)),
    one("alias by another function's name", "", SNAPPY, A=alias(FunctionName="g", provisioned=1)),
    one("alias by the name of one under a condition", "", maybe(SNAPPY), A=alias(FunctionName="f", provisioned=1)),
    one("version by the function's name", "CL152", SNAPPY, V=version(FunctionName="f", **{CONFIG: {EXECUTIONS: 1}})),
    one("alias by name with a tenant", "CL160", TENANT, A=alias(FunctionName="f", provisioned=1)),
    one("alias by name, above reserved", "CL703", RESERVED, A=alias(FunctionName="f", provisioned=6)),
    one("alias by name, as reserved", "", RESERVED, A=alias(FunctionName="f", provisioned=5)),
    one("version's ARN for its number", "CL702", zipped(), V=version(), A=alias(FunctionVersion=ref("V"))),
    one("function's ARN for a number", "CL702", zipped(), A=alias(FunctionVersion=arn("F"))),
    one("version's number", "", zipped(), V=version(), A=alias(FunctionVersion={"Fn::GetAtt": ["V", "Version"]})),
    one("number by parameter", "", zipped(), A=alias(FunctionVersion=ref("P"))),
]
CASES = [*QUALIFIED_BY_NAME, *AUTO_SCALING, *TRAFFIC, *DURABLE, *MEMORY, *SUMS]
