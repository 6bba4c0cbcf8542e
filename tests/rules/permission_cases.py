"""CL802 to CL815: permissions of functions, and policies of roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.api_cases import (
    REF,
    http,
    http_api,
    integration,
    made,
    method,
    part,
    permission,
    rest,
    rest_stage,
    route,
    socket,
    source,
)
from rules.cases import ABSENT, TRUSTED, UNKNOWN, Case, Resource, zipped

ALIAS = made(
    "Lambda::Alias",
    {"FunctionName": {"Ref": "F"}, "FunctionVersion": {"Fn::GetAtt": ["V", "Version"]}, "Name": "live"},
)
VERSION = made("Lambda::Version", {"FunctionName": {"Ref": "F"}})
OF_ALIAS = {"A": ALIAS, "V": VERSION}
RULE = "arn:aws:events:eu-west-1:111122223333:rule/"


def allowed(what: str, expected: str = "", /, **properties: Any) -> Case:
    """A function with one permission."""
    return Case(f"permission {what}", tuple(expected.split()), {"F": zipped(), "P": permission(**properties)})


def unknowns(what: str, make: Any, expected: str = "") -> Iterator[Case]:
    for value in UNKNOWN:
        yield Case(f"{what}: {value}", tuple(expected.split()), make(value))


def policy_of(count: int, length: int, name: str = "orders") -> dict[str, Resource]:
    """A function with so many permissions, each with a source ARN of this length."""
    rules = [f"{RULE}{i:03}" for i in range(count)]
    padded = {f"P{i:03}": arn.ljust(length, "x") for i, arn in enumerate(rules)}
    made_ = {key: permission(arn, Principal="events.amazonaws.com") for key, arn in padded.items()}
    return {"F": zipped(FunctionName=name), **made_}


def document(length: int) -> Any:
    """A policy with this number of characters, whitespace left out."""
    empty = len('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":[""]}]}')
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::".ljust(length - empty, "r")]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trusts(length: int) -> Any:
    """A trust policy with this number of characters."""
    empty = len('{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":[""]}}]}')
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["1" * (length - empty)]}}
    return {"Statement": [statement]}


def statement(**more: Any) -> Any:
    """A policy with a statement that has these elements."""
    given = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **more}
    return {"Statement": [{name: value for name, value in given.items() if value is not ABSENT}]}


def role(managed: Any = ABSENT, *documents: Any, **more: Any) -> Resource:
    policies = [{"PolicyName": f"p{i}", "PolicyDocument": each} for i, each in enumerate(documents)]
    given = {"ManagedPolicyArns": managed, "Policies": policies or ABSENT, "AssumeRolePolicyDocument": TRUSTED, **more}
    return made("IAM::Role", given)


def attached(
    document_: Any, kind: str = "Policy", roles: Any = None, properties: dict[str, Any] | None = None, **beside: Any
) -> Resource:
    given = {"PolicyDocument": document_, "Roles": [{"Ref": "R"}] if roles is None else roles, **(properties or {})}
    return made(f"IAM::{kind}", given, **beside)


def arns(count: int) -> list[str]:
    return [f"arn:aws:iam::111122223333:policy/p{i}" for i in range(count)]


def roles(what: str, expected: str = "", /, **resources: Resource) -> Case:
    return Case(f"role: {what}", tuple(expected.split()), resources)


SMALL = document(200)
PATH = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/x/invocations"
VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
STAGES = {"S": rest_stage(), "B": rest_stage(StageName="beta")}
BETA = {"Ref": "B"}
PERHAPS = {**permission(source("/beta/*")), "Condition": "C"}
SOURCES: list[Case] = [
    allowed("with a source", SourceArn=RULE, Principal="events.amazonaws.com"),
    allowed("without a source", "CL802", Principal="s3.amazonaws.com"),
    allowed("for the API Gateway without a source", "CL802"),
    allowed("with an account", Principal="s3.amazonaws.com", SourceAccount="111122223333"),
    allowed("with an organization", Principal="s3.amazonaws.com", PrincipalOrgID="o-abcdefghij"),
    allowed("with a token", Principal="s3.amazonaws.com", EventSourceToken="amzn1.ask.skill.x"),
    allowed("of an account", Principal="111122223333"),
    allowed("of a role", Principal="arn:aws:iam::111122223333:role/r"),
    allowed("for everyone", "CL802", Principal="*"),
    allowed("for everyone in an organization", Principal="*", PrincipalOrgID="o-abcdefghij"),
    allowed("of a URL", Principal="*", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"),
    allowed("through a URL", Principal="*", InvokedViaFunctionUrl=True),
    *(
        allowed(f"of {service}", Principal=f"{service}.amazonaws.com")
        for service in ("elasticloadbalancing", "secretsmanager", "appconfig")
    ),
    *unknowns("principal", lambda v: {"F": zipped(), "P": permission(Principal=v)}),
    *unknowns("source", lambda v: {"F": zipped(), "P": permission(v)}),
    *unknowns("account", lambda v: {"F": zipped(), "P": permission(SourceAccount=v)}),
    allowed("of any kind", SourceArn=RULE, Action="lambda:*"),
    allowed("of no kind", "CL811", SourceArn=RULE, Action="InvokeFunction"),
    allowed("of a source that is none", "CL811", SourceArn="bucket"),
    allowed("of a bucket", SourceArn="arn:aws:s3:::bucket"),
    allowed("of a bucket for S3", "CL802", SourceArn="arn:aws:s3:::bucket", Principal="s3.amazonaws.com"),
    allowed(
        "of a bucket for S3 with an account",
        SourceArn="arn:aws:s3:::bucket",
        Principal="s3.amazonaws.com",
        SourceAccount={"Ref": "AWS::AccountId"},
    ),
    allowed("of a bucket of the app for S3", SourceArn={"Fn::GetAtt": ["B", "Arn"]}, Principal="s3.amazonaws.com"),
    allowed("of a service without its domain", "CL811", SourceArn=RULE, Principal="events"),
    allowed("of Alexa", Principal="alexa-appkit.amazon.com", EventSourceToken="amzn1.ask.skill.x"),
    allowed("of an account that is none", "CL811", SourceAccount="1111-2222-3333"),
    allowed("of an organization that is none", "CL811", PrincipalOrgID="example"),
    allowed("of a URL that is none", "CL811", SourceArn=RULE, FunctionUrlAuthType="IAM"),
    *unknowns("settings", lambda v: {"F": zipped(), "P": permission(RULE, Action=v, PrincipalOrgID=v)}),
]

RESOURCE_POLICIES: list[Case] = [
    Case("policy of 40 permissions", (), policy_of(40, 100)),
    Case("policy of 100 permissions", ("CL803",), policy_of(100, 100)),
    Case("policy of 55 permissions", ("CL804",), policy_of(55, 100)),
    Case(
        "policy of 100 permissions, perhaps", (), {n: {**r, "Condition": "C"} for n, r in policy_of(100, 100).items()}
    ),
    Case(
        "policy of 100 permissions for two functions",
        (),
        {
            **policy_of(40, 100),
            "G": zipped(),
            **{f"Q{i}": permission(f"{RULE}{i:03}", {"Ref": "G"}, Principal="events.amazonaws.com") for i in range(40)},
        },
    ),
    Case(
        "policy of 80 permissions for a function and its alias",
        (),
        {
            **policy_of(40, 100),
            **OF_ALIAS,
            **{f"Q{i}": permission(f"{RULE}{i:03}", {"Ref": "A"}, Principal="events.amazonaws.com") for i in range(40)},
        },
    ),
    Case(
        "policy of 60 routes",
        ("CL804",),
        {
            "F": zipped(),
            "Api": http_api(),
            "I": integration(),
            **{f"R{i}": route(f"GET /orders/{i}") for i in range(60)},
            **{f"OrdersRoutePermission{i:04}": permission(source(f"/*/GET/orders/{i}")) for i in range(60)},
        },
    ),
]

COVERING: list[Case] = [
    *(
        rest(f"permission {rest_of}", P=permission(source(rest_of)))
        for rest_of in ("/*", "/*/*", "/*/*/*", "/*/GET/", "/prod/GET/", "/*/*/", "/p*/GET/*")
    ),
    *(
        rest(f"permission {rest_of}", "CL805 CL806", P=permission(source(rest_of)))
        for rest_of in ("/*/POST/", "/*/GET/orders", "/authorizers/", "")
        if rest_of not in ("/authorizers/", "")
    ),
    rest("permission for nothing", "CL805", P=None),
    rest("permission without a source", "CL802", P=permission()),
    rest("permission for another service", "CL805", P=permission(RULE, Principal="events.amazonaws.com")),
    rest("permission with a source that isn't known", P=permission(REF)),
    rest("permission for the stage", S=rest_stage(), P=permission(source("/", {"Ref": "S"}, "/GET/"))),
    rest("permission for another stage", "CL805 CL806", S=rest_stage(), P=permission(source("/test/GET/"))),
    rest("permission for the test stage alone", "CL805", P=permission(source("/test-invoke-stage/GET/"))),
    rest("permission for a stage of elsewhere", P=permission(source("/test/GET/"))),
    rest("permission for one of two stages", "CL815", **STAGES, P=permission(source("/prod/GET/"))),
    rest("permission for one of two stages by its id", "CL815", **STAGES, P=permission(source("/", BETA, "/GET/"))),
    rest(
        "permission for each stage",
        **STAGES,
        P=permission(source("/", BETA, "/GET/")),
        P2=permission(source("/prod/*")),
    ),
    rest("permission for one stage, and perhaps another", **STAGES, P=permission(source("/prod/*")), P2=PERHAPS),
    rest(
        "permission for one stage, and another perhaps",
        S=rest_stage(),
        B={**rest_stage(StageName="beta"), "Condition": "C"},
        P=permission(source("/prod/GET/")),
    ),
    rest("permission for a stage of some name", **STAGES, P=permission(source("/", REF, "/GET/"))),
    *unknowns(
        "permission for a stage beside",
        lambda v: rest("", S=rest_stage(), B=rest_stage(StageName=v), P=permission(source("/prod/GET/"))).resources,
    ),
    rest("permission for all methods", M=method("ANY"), P=permission(source("/*/*/"))),
    rest("permission for some method", M=method("ANY"), P=permission(source("/*/", REF, "/"))),
    rest(
        "permission for one of all methods, and perhaps more",
        M=method("ANY"),
        P=permission(source("/*/GET/")),
        P2=permission(source("/", REF)),
    ),
    rest(
        "permission for each method",
        M=method("ANY"),
        **{f"P{verb}": permission(source(f"/*/{verb}/")) for verb in VERBS},
        P=permission(source("/*/GET/")),
    ),
    rest("permission for the test stage", S=rest_stage(), P2=permission(source("/test-invoke-stage/GET/"))),
    rest("permission of another API", "CL805", P=permission(source("/*", api="B")), B=http_api()),
    rest(
        "permission of some API", P=permission({"Fn::Sub": "arn:aws:execute-api:eu-west-1:111122223333:${Parameter}/*"})
    ),
    rest("permission of an API by its id", P=permission("arn:aws:execute-api:eu-west-1:111122223333:abcdef1234/*")),
    rest("permission of all APIs", P=permission("arn:aws:execute-api:eu-west-1:111122223333:*")),
    rest("permission with a method that isn't known", P=permission(source("/*/", REF, "/"))),
    rest("permission for a function of some name", P=permission(source("/*"), REF)),
    rest("permission, perhaps", P={**permission(source("/*")), "Condition": "C"}),
    rest(
        "role instead of a permission",
        P=None,
        M=method(Integration={"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": PATH, "Credentials": "r"}),
    ),
    rest("variables", A=part("{id}"), M=method("GET", "A"), P=permission(source("/*/GET/*"))),
    rest("variables as written", A=part("{id}"), M=method("GET", "A"), P=permission(source("/*/GET/{id}"))),
    rest("variables by another name", A=part("{id}"), M=method("GET", "A"), P=permission(source("/*/GET/{key}"))),
    rest("variables by a value", A=part("{id}"), M=method("GET", "A"), P=permission(source("/*/GET/7"))),
    rest("any method", M=method("ANY"), P=permission(source("/*/*/"))),
    rest("some method of any", "CL815", M=method("ANY"), P=permission(source("/*/GET/"))),
    rest("any method by its name", M=method("ANY"), P=permission(source("/*/ANY/"))),
    rest("a method among others", "CL805", N=method("POST"), P=permission(source("/*/GET/"))),
    http("permission for $default", R=route("$default"), P=permission(source("/*/$default"))),
    http("permission for $default in CDK's words", R=route("$default"), P=permission(source("/*/*"))),
    http("permission for all paths but $default", "CL805 CL806", R=route("$default"), P=permission(source("/*/*/*"))),
    http("permission for $default of a stage", R=route("$default"), P=permission(source("/$default/$default"))),
    http("permission for a path", P=permission(source("/*/*/orders"))),
    http("permission for another path", "CL805 CL806", P=permission(source("/*/*/customers"))),
    http("permission for a path and more", R=route("GET /orders/{id}"), P=permission(source("/*/*/orders/{id}"))),
    http("permission for a greedy path", R=route("ANY /{proxy+}"), P=permission(source("/*/*/{proxy+}"))),
    http("permission for nothing", "CL805", P=None),
    http("permission beside an OpenAPI document", api=http_api(Body={"paths": {}}), P2=permission(source("/*/*/more"))),
    http("permission of the function for its alias", "CL805", I=integration(IntegrationUri={"Ref": "A"}), **OF_ALIAS),
    http(
        "permission of the alias",
        I=integration(IntegrationUri={"Ref": "A"}),
        P=permission(source("/*"), {"Ref": "A"}),
        **OF_ALIAS,
    ),
    http("permission of the alias for the function", "CL805", P=permission(source("/*"), {"Ref": "A"}), **OF_ALIAS),
    http("route, perhaps", R={**route(), "Condition": "C"}, P=None),
    http(
        "function of another app",
        I=integration(IntegrationUri="arn:aws:lambda:eu-west-1:111122223333:function:f"),
        P=None,
    ),
    socket("permission in CDK's words", P=permission(source("/*$connect"))),
    socket("permission for another route", "CL805 CL806", P=permission(source("/*$disconnect"))),
    socket("permission for all", P=permission(source("/*/*"))),
]

ROLES: list[Case] = [
    *(
        roles(f"{count} managed policies", expected, R=role(arns(count)))
        for count, expected in ((9, ""), (10, ""), (11, "CL808"), (19, "CL808"), (20, "CL808"), (21, "CL807"))
    ),
    roles("10 managed policies and one that names it", "CL808", R=role(arns(10)), P=attached(SMALL, "ManagedPolicy")),
    roles(
        "9 managed policies and one that it names as well",
        R=role([*arns(9), {"Ref": "P"}]),
        P=attached(SMALL, "ManagedPolicy"),
    ),
    roles("10 managed policies and one, perhaps", R=role([*arns(10), {"Fn::If": ["C", "a", "b"]}])),
    roles(
        "10 managed policies and a resource, perhaps",
        R=role(arns(10)),
        P=attached(SMALL, "ManagedPolicy", Condition="C"),
    ),
    roles("11 managed policies, perhaps", R={**role(arns(11)), "Condition": "C"}),
    roles("managed policies somehow", R=role(REF)),
    *(
        roles(f"inline policies of {length:,} characters", expected, R=role(ABSENT, document(length)))
        for length, expected in ((10_239, ""), (10_240, ""), (10_241, "CL809"))
    ),
    roles("two inline policies together", "CL809", R=role(ABSENT, document(6_000), document(4_241))),
    roles("an inline policy beside it", R=role(ABSENT, document(6_000)), P=attached(document(4_240))),
    roles(
        "an inline policy beside it, too long", "CL809", R=role(ABSENT, document(6_000)), P=attached(document(4_241))
    ),
    roles(
        "an inline policy by its name",
        "CL809",
        R=role(ABSENT, document(6_000), RoleName="r"),
        P=attached(document(4_241), roles=["r"]),
    ),
    roles(
        "an inline policy of another role", R=role(ABSENT, document(6_000)), P=attached(document(6_000), roles=["r"])
    ),
    roles(
        "an inline policy beside it, perhaps",
        R=role(ABSENT, document(6_000)),
        P=attached(document(6_000), Condition="C"),
    ),
    roles("a managed policy beside it", R=role(ABSENT, document(6_000)), P=attached(document(6_000), "ManagedPolicy")),
    roles("a policy with whitespace", R=role(ABSENT, {**document(9_000), "Id": " " * 9_000})),
    roles("a policy that isn't known", R=role(ABSENT, REF, document(9_000))),
    roles("a statement, perhaps", R=role(ABSENT, {"Statement": [{"Fn::If": ["C", document(20_000), 1]}]})),
    roles("a value that isn't known", R=role(ABSENT, statement(Resource=[{"Ref": "P"}] * 400))),
    roles(
        "many joined values",
        "CL809",
        R=role(ABSENT, statement(Resource=[{"Fn::Sub": "${B}/" + "x" * 40}] * 300)),
    ),
    *(
        roles(f"managed policy of {length:,} characters", expected, P=attached(document(length), "ManagedPolicy", []))
        for length, expected in ((6_143, ""), (6_144, ""), (6_145, "CL810"))
    ),
    roles("inline policy of 6,145 characters", P=attached(document(6_145), roles=["r"])),
]


def trusting(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> Case:
    """A function whose role trusts this principal."""
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, **more}
    expected = more.pop("expected", "")
    statement.pop("expected", None)
    made_role = role(AssumeRolePolicyDocument={"Statement": [statement]})
    function = zipped(Role={"Fn::GetAtt": ["R", "Arn"]})
    what = f"role: trust in {principal} for {action} {more}"
    return Case(what, tuple(expected.split()), {"F": function, "R": made_role})


LAMBDA = {"Service": "lambda.amazonaws.com"}
TRUST: list[Case] = [
    trusting(LAMBDA),
    trusting({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}),
    trusting(LAMBDA, ["sts:AssumeRole", "sts:TagSession"]),
    trusting(LAMBDA, "sts:*"),
    trusting(LAMBDA, "*"),
    trusting(LAMBDA, Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    trusting({"Service": "ec2.amazonaws.com"}, expected="CL812"),
    trusting({"Service": "edgelambda.amazonaws.com"}, expected="CL812"),
    trusting({"AWS": "arn:aws:iam::111122223333:root"}, expected="CL812"),
    trusting(LAMBDA, "sts:TagSession", expected="CL812"),
    trusting(LAMBDA, Effect="Deny", expected="CL812"),
    trusting("*"),
    *(trusting({"Service": value}) for value in UNKNOWN),
    *(trusting(LAMBDA, value) for value in UNKNOWN),
    *(trusting(value) for value in UNKNOWN),
    roles("trust that isn't known", F=zipped(Role={"Fn::GetAtt": "R.Arn"}), R=role(AssumeRolePolicyDocument=REF)),
    roles("no trust", "CL820", F=zipped(Role={"Fn::GetAtt": ["R", "Arn"]}), R=role(AssumeRolePolicyDocument=ABSENT)),
    roles("trust of another role", R=role(AssumeRolePolicyDocument=trusts(200))),
    *(
        roles(f"name of {length} characters", expected, R=role(RoleName="r" * length))
        for length, expected in ((63, ""), (64, ""), (65, "CL813"))
    ),
    roles("name with a slash", "CL813", R=role(RoleName="a/b")),
    *(roles(f"name {value}", R=role(RoleName=value, Description=value, MaxSessionDuration=value)) for value in UNKNOWN),
    *(
        roles(f"description of {length:,} characters", expected, R=role(Description="d" * length))
        for length, expected in ((999, ""), (1_000, ""), (1_001, "CL813"))
    ),
    *(
        roles(f"session of {seconds} s", expected, R=role(MaxSessionDuration=seconds))
        for seconds, expected in ((3_599, "CL813"), (3_600, ""), (43_200, ""), (43_201, "CL813"))
    ),
    roles("policy with a long name", "CL813", R=role(Policies=[{"PolicyName": "p" * 129, "PolicyDocument": SMALL}])),
    *(
        roles(f"trust policy of {length:,} characters", expected, R=role(AssumeRolePolicyDocument=trusts(length)))
        for length, expected in ((2_047, ""), (2_048, ""), (2_049, "CL814"))
    ),
]

CASES: list[Case] = [*SOURCES, *RESOURCE_POLICIES, *COVERING, *ROLES, *TRUST]
