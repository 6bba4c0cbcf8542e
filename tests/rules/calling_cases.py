"""CL153, CL161 to CL163 and CL185: functions that aren't called like others."""

from __future__ import annotations

from typing import Any

from rules.api_cases import http as http_case
from rules.api_cases import (
    http_authorizer,
    integrated,
    integration,
    messaged,
    method,
    rest,
    rest_authorizer,
    socket,
)
from rules.cases import ABSENT, NO_VALUE, UNKNOWN, Case, Resource, managed, one, resource, zipped
from rules.event_resources import arn, maybe, of, ref
from rules.policy_cases import url
from rules.scaling_cases import ALIAS, AT_LATEST, CDK_NAME, QUALIFIED, http, keeping, polled, published, served
from rules.settings_cases import PER_TENANT, SNAP, alias, durable, mapping

SNAPPY = zipped(SnapStart=SNAP)
ISOLATED = zipped(TenancyConfig=PER_TENANT)
HEADER = "integration.request.header.X-Amz-Tenant-Id"
PLACE = "context.authorizer.tenant"


def isolated(**resources: Any) -> dict[str, Any]:
    return {"F": ISOLATED, **resources}


def mapped(parameters: Any, **more: Any) -> Resource:
    return method(Integration=integrated(RequestParameters=parameters, **more))


def let(principal: Any, source: Any) -> Resource:
    given = {"FunctionName": ref("F"), "Action": "lambda:InvokeFunction", "Principal": principal}
    found = {**given, "SourceArn": source, "SourceAccount": "111122223333"}
    return resource("Permission", found)


def unaliased(resources: dict[str, Resource]) -> dict[str, Resource]:
    return {name: each for name, each in resources.items() if name != "A"}


SNAP_START: list[Case] = [
    polled("SnapStart", "CL153", SNAPPY, arn("F")),
    polled("an alias with SnapStart", "", SNAPPY, ALIAS),
    polled("SnapStart at $LATEST", "", SNAPPY, AT_LATEST),
    polled("SnapStart, somehow", "", SNAPPY, QUALIFIED),
    polled("SnapStart switched off", "", zipped(SnapStart={"ApplyOn": "None"}), arn("F")),
    polled("perhaps SnapStart", "", zipped(SnapStart={"ApplyOn": ref("P")}), arn("F")),
    polled("SnapStart, under a condition", "", SNAPPY, arn("F"), maybe),
    one("topic to SnapStart", "CL153", keeping(SNAPPY), **published(arn("F"))),
    one("topic to an alias with SnapStart", "", keeping(SNAPPY), **published(ALIAS)),
    one("API of SnapStart", "CL153", SNAPPY, **served(arn("F"))),
    one("API of SnapStart, with no alias at all", "CL153", SNAPPY, **unaliased(served(arn("F")))),
    one("API of an alias with SnapStart", "", SNAPPY, **served(ALIAS)),
    one("HTTP API of SnapStart", "CL153", SNAPPY, **http(arn("F"))),
    one("HTTP API of an alias with SnapStart", "", SNAPPY, **http(ALIAS)),
    one("URL of SnapStart", "CL153", SNAPPY, U=url()),
    one("URL of an alias with SnapStart", "", SNAPPY, A=alias(), U=url(ALIAS)),
    one("URL of SnapStart with a qualifier", "", SNAPPY, A=alias(), U=url(Qualifier="live")),
    one("URL of SnapStart with an unknown qualifier", "", SNAPPY, A=alias(), U=url(Qualifier=ref("P"))),
]
INSTANCES: list[Case] = [
    one("API of Managed Instances beside an alias", "CL185", managed(), **served(arn("F"))),
    one("API of Managed Instances without one", "", managed(), **unaliased(served(arn("F")))),
    one("API of an alias on Managed Instances", "", managed(), **served(ALIAS)),
    one("HTTP API of Managed Instances beside an alias", "CL185", managed(), **http(arn("F"))),
    polled("Managed Instances beside an alias", "CL185", managed(), arn("F")),
    polled("an alias on Managed Instances", "", managed(), ALIAS),
    one("URL of Managed Instances beside an alias", "CL185", managed(), A=alias(), U=url()),
    one("URL beside an alias on $LATEST", "", managed(), A=alias(FunctionVersion="$LATEST"), U=url()),
    one("URL beside an alias under a condition", "", managed(), A=maybe(alias()), U=url()),
    one("URL of what is perhaps on Managed Instances", "", zipped(CapacityProviderConfig=ref("P")), A=alias(), U=url()),
]
TENANTS: list[Case] = [
    rest("of tenants, unnamed", "CL161", **isolated()),
    rest("of tenants, named", "", **isolated(M=mapped({HEADER: PLACE}))),
    rest("of tenants, named in small letters", "", **isolated(M=mapped({HEADER.lower(): PLACE}))),
    rest("of tenants, another header", "CL161", **isolated(M=mapped({HEADER + "s": PLACE}))),
    rest("of tenants, nothing mapped", "CL161", **isolated(M=mapped(NO_VALUE))),
    *(
        rest(f"of tenants, mapped by {value}", "", **isolated(M=mapped(value)))
        for value in UNKNOWN
        if value != NO_VALUE
    ),
    rest("of tenants, under a condition", "", **isolated(M=method(condition="C"))),
    rest("of tenants by a mapping template", "", **isolated(M=method(Integration=integrated(Type="AWS")))),
    rest("of perhaps tenants", "", F=zipped(TenancyConfig={"TenantIsolationMode": ref("P")})),
    rest("of no tenants, named", "CL162", M=mapped({HEADER: PLACE})),
    rest("of no tenants, perhaps named", "", M=mapped(ref("P"))),
    rest("of perhaps tenants, named", "", F=zipped(TenancyConfig=ref("P")), M=mapped({HEADER: PLACE})),
    rest("of no tenants, named under a condition", "", M={**mapped({HEADER: PLACE}), "Condition": "C"}),
    rest("guarded by tenants", "CL161", **isolated(M=mapped({HEADER: PLACE}), A=rest_authorizer())),
    rest(
        "guarded by tenants, under a condition", "", **isolated(M=mapped({HEADER: PLACE}), A=maybe(rest_authorizer()))
    ),
    http_case("of tenants", "CL161", **isolated()),
    http_case("of tenants, under a condition", "", **isolated(I=maybe(integration()))),
    http_case(
        "of tenants, with a header", "CL161", **isolated(I=integration(RequestParameters={"append:header.a": "b"}))
    ),
    http_case("of tenants, by another integration", "", **isolated(I=integration(IntegrationType=ref("P")))),
    http_case("guarded by tenants", "CL161", **isolated(A=http_authorizer())),
    socket("of tenants", "CL161", **isolated()),
    socket("of tenants, named", "", **isolated(I=messaged(RequestParameters={HEADER: "route.request.header.t"}))),
]


SERVICES: list[Case] = [
    *(
        one(f"{who} of {what} may invoke tenants", rule, ISOLATED, P=let(f"{who}.amazonaws.com", given))
        for who, what, given, rule in (
            ("s3", "another app", "arn:aws:s3:::orders", "CL163"),
            ("events", "another app", "arn:aws:events:eu-west-1:111122223333:rule/a", "CL163"),
            ("s3", "any app", ABSENT, ""),
            ("iot", "any app", ABSENT, "CL163"),
            ("iot", "an unknown app", {"Fn::ImportValue": "Rule"}, ""),
            ("apigateway", "any app", ABSENT, ""),
            ("sns", "an unknown topic", {"Fn::ImportValue": "Topic"}, ""),
            ("apigateway", "another app", "arn:aws:execute-api:eu-west-1:111122223333:a/*/*/*", ""),
        )
    ),
    one("an account may invoke tenants", "", ISOLATED, P=let("111122223333", ABSENT)),
    one("an unknown principal may invoke tenants", "", ISOLATED, P=let(ref("P"), ABSENT)),
    one("S3 may invoke tenants, under a condition", "", ISOLATED, P=maybe(let("s3.amazonaws.com", "arn:aws:s3:::a"))),
    one("S3 may invoke no tenants", "", zipped(), P=let("s3.amazonaws.com", "arn:aws:s3:::orders")),
]


def invoking(name: str, expected: str, isolated_expected: str, invoker: Any) -> list[Case]:
    """A resource that names a function, of each kind, and what it may name otherwise."""
    function, live = arn("F"), ref("A")
    return [
        one(f"{name} of a durable function", expected, DURABLE, A=alias(), X=invoker(function)),
        one(f"{name} of a durable alias", "", DURABLE, A=alias(), X=invoker(live)),
        one(f"{name} of a durable function, under a condition", "", DURABLE, A=alias(), X=maybe(invoker(function))),
        one(f"{name} of tenants", isolated_expected, ISOLATED, A=alias(), X=invoker(function)),
        one(f"{name} of tenants' alias", isolated_expected, ISOLATED, A=alias(), X=invoker(live)),
        one(f"{name} of tenants, under a condition", "", ISOLATED, A=alias(), X=maybe(invoker(function))),
        one(f"{name} of a function", "", zipped(), A=alias(), X=invoker(function)),
        *(one(f"{name} of {each}", "", ISOLATED, X=invoker(each)) for each in (ref("P"), {"Fn::ImportValue": "F"})),
    ]


def user_pool(function: Any) -> Resource:
    return of("AWS::Cognito::UserPool", LambdaConfig={"PreSignUp": function, "KMSKeyID": "k"})


def token_pool(function: Any) -> Resource:
    given = {"LambdaArn": function, "LambdaVersion": "V2_0"}
    return of("AWS::Cognito::UserPool", LambdaConfig={"PreTokenGenerationConfig": given})


def target_group(function: Any, kind: str = "lambda") -> Resource:
    return of("AWS::ElasticLoadBalancingV2::TargetGroup", TargetType=kind, Targets=[{"Id": function}])


def custom(function: Any) -> Resource:
    return of("Custom::Migration", ServiceToken=function)


def destination(function: Any) -> Resource:
    given = {
        "FunctionName": "other",
        "Qualifier": "$LATEST",
        "DestinationConfig": {"OnSuccess": {"Destination": function}},
    }
    return resource("EventInvokeConfig", given)


def machine(function: Any, beside: str = "", task: str = "") -> Resource:
    before = (
        '{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":[{"States":{"B":{"Type":"Task","Resource":"arn:'
    )
    resource = ':states:::lambda:invoke","Parameters":{"FunctionName":"'
    items = [before, {"Ref": "AWS::Partition"}, resource, function, f'"{beside}}}}}}}}}]}}}}}}']
    if task:
        items = ['{"States":{"A":{"Type":"Task","Resource":"', function, '"}}}']
    return of("AWS::StepFunctions::StateMachine", DefinitionString={"Fn::Join": ["", items]})


def hooked(function: Any, name: str = "BeforeAllowTrafficHook") -> Resource:
    update = {"ApplicationName": "a", "DeploymentGroupName": "g", name: function}
    return {**alias("G"), "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": update}}


DURABLE = durable()
LONG_ALIAS = durable(901)
INVOKING: list[Case] = [
    *invoking("user pool", "CL172", "CL164", user_pool),
    *invoking("user pool with versions", "CL172", "CL164", token_pool),
    *invoking("target group", "CL172", "CL164", target_group),
    *invoking("custom resource", "CL172", "CL164", custom),
    *invoking("destination", "CL172", "CL164", destination),
    *invoking("workflow", "CL172", "CL164", machine),
    *invoking("workflow's task", "CL172", "CL164", lambda function: machine(function, task="plain")),
    *(
        one(f"{name} of a durable alias: {timeout}", expected, durable(timeout), A=alias(), X=invoker(ref("A")))
        for name, invoker, late in (
            ("user pool", user_pool, "CL173"),
            ("target group", target_group, "CL173"),
            ("custom resource", custom, ""),
            ("URL", url, "CL173"),
        )
        for timeout, expected in ((900, ""), (901, late), (ref("P"), ""))
    ),
    one("URL of a durable function that takes long", "CL173", durable(901), A=alias(), U=url(Qualifier="live")),
    one("workflow of a version", "", DURABLE, X=machine(arn("F"), ',"Qualifier":"1"')),
    one("workflow of a tenant", "", ISOLATED, X=machine(arn("F"), ',"TenantId.$":"$.t"')),
    one("workflow that is no JSON", "", ISOLATED, X=machine(arn("F"), "}")),
    one("target group of addresses", "", ISOLATED, X=target_group(arn("F"), "ip")),
    *(
        one(f"{name} of {what}", expected, function, G=zipped(), A=hooked(ref("F"), name))
        for name in ("BeforeAllowTrafficHook", "AfterAllowTrafficHook")
        for what, expected, function in (
            ("tenants", "CL164", ISOLATED),
            ("a durable function", "CL172", DURABLE),
            ("a function with SnapStart", "", SNAPPY),
            ("a function", "", zipped()),
        )
    ),
    one("hook under a condition", "", ISOLATED, G=zipped(), A=maybe(hooked(ref("F")))),
    one("unknown hook", "", ISOLATED, G=zipped(), A=hooked(ref("P"))),
    *(
        one(
            f"mapping on tenants by {name}",
            expected,
            zipped(FunctionName="foo", TenancyConfig=PER_TENANT),
            **{
                "A": alias(),
                "M": {**mapping(), "Properties": {"FunctionName": name, "EventSourceArn": ref("Q")}},
            },
        )
        for name, expected in (
            (CDK_NAME, "CL160"),
            ("foo:live", "CL160"),
            ({"Fn::Sub": "${F}:live"}, "CL160"),
            ({"Fn::Sub": "${P}:live"}, ""),
            ("other:live", ""),
        )
    ),
]


CASES = [*INVOKING, *SERVICES, *SNAP_START, *INSTANCES, *TENANTS]
