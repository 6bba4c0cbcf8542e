"""CL403, CL404, CL430, CL813 and CL820 to CL828: function URLs, and what IAM and Lambda take for roles and policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rules.api_cases import REF, permission
from rules.cases import ABSENT, NO_VALUE, UNKNOWN, Case, Resource, zipped
from rules.permission_cases import SMALL, attached, role, statement

from constructs_lambda import limits

AWS_POLICY = "arn:aws:iam::aws:policy/"
LAMBDA = {"Service": "lambda.amazonaws.com"}


def case(what: str, expected: str = "", /, **resources: Resource) -> Case:
    return Case(what, tuple(expected.split()), resources)


def trust(what: str, expected: str = "CL820", /, document: Any = None, **more: Any) -> Case:
    """A role with a trust policy, or with one statement in it that has these elements."""
    given = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": LAMBDA, **more}
    written = {"Statement": [{name: value for name, value in given.items() if value is not ABSENT}]}
    made = role(AssumeRolePolicyDocument=written if document is None else document)
    return case(f"trust: {what}", expected, R=made)


def policy(what: str, expected: str = "CL821", /, document: Any = None, **more: Any) -> Iterator[Case]:
    """A policy within a role, beside it, and managed; or one statement in each that has these elements."""
    written = statement(**more) if document is None else document
    yield case(f"policy in a role: {what}", expected, R=role(ABSENT, written))
    yield case(f"policy beside: {what}", expected, R=attached(written, roles=["r"]))
    yield case(f"managed policy: {what}", expected, R=attached(written, "ManagedPolicy"))


def both(*statements: Any) -> Any:
    return {"Version": "2012-10-17", "Statement": [each["Statement"][0] for each in statements]}


TRUSTS: list[Case] = [
    trust("as it is", ""),
    trust("missing", document=ABSENT),
    trust("nothing", document=NO_VALUE),
    trust("text", document="not json"),
    trust("list", document=[]),
    trust("JSON", "", document=json.dumps({"Statement": {"Effect": "Allow", "Action": "sts:*", "Principal": LAMBDA}})),
    trust("JSON without an effect", document='{"Statement": {"Action": "sts:AssumeRole", "Principal": "*"}}'),
    trust("without statements", document={"Version": "2012-10-17"}),
    trust("no statement", document={"Statement": []}),
    trust("a statement, perhaps", "", document={"Statement": [{"Fn::If": ["C", 1, NO_VALUE]}]}),
    trust("a macro", "", document={"Statement": [], "Fn::Transform": {"Name": "M"}}),
    trust("Version of another day", document={"Version": "2012-10-18", "Statement": []}),
    trust("no Principal", Principal=ABSENT),
    trust("NotPrincipal", "", Principal=ABSENT, NotPrincipal={"AWS": "*"}),
    trust("Principal without its kind", Principal="lambda.amazonaws.com"),
    trust("everyone", "", Principal="*"),
    trust("Principal of no kind", Principal={"Services": "lambda.amazonaws.com"}),
    trust(
        "Principal of each kind", "", Principal={"AWS": "111122223333", "Federated": "cognito", "CanonicalUser": "a"}
    ),
    trust("service without its domain", Principal={"Service": ["lambda.amazonaws.com", "lambda"]}),
    trust("Resource", Resource="*"),
    trust("NotResource", NotResource="*"),
    trust("no Effect", Effect=ABSENT),
    trust("Effect in small letters", Effect="allow"),
    trust("no Action", Action=ABSENT),
    trust("empty Action", Action=[]),
    trust("action of S3", Action=["sts:AssumeRole", "s3:GetObject"]),
    trust("actions of STS", "", Action=["sts:AssumeRole", "sts:TagSession", "STS:SetSourceIdentity"]),
    trust("Sid with a blank", "", Sid="a b"),
    trust("condition", "", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    trust("operator", Condition={"StringMatches": {"aws:SourceAccount": "111122223333"}}),
    *(trust(f"{value}", "", document=value) for value in UNKNOWN),
    *(trust(f"Statement {value}", "", document={"Version": value, "Statement": value}) for value in UNKNOWN),
    *(trust(f"elements {value}", "", Effect=value, Action=value, Principal=value, Sid=value) for value in UNKNOWN),
    *(trust(f"service {value}", "", Action=[value], Principal={"Service": value}) for value in UNKNOWN),
]

_OPERATORS = (
    *("StringEquals", "stringLike", "StringNotEqualsIgnoreCase", "ArnLike", "ArnNotEquals", "Bool", "Null"),
    *("NumericLessThanEquals", "DateGreaterThan", "IpAddress", "NotIpAddress", "BinaryEquals", "StringLikeIfExists"),
    *("ForAnyValue:StringLike", "ForAllValues:StringNotLike", "ForAnyValue:StringEqualsIfExists"),
)
DOCUMENTS: list[Case] = [
    *policy("as it is", ""),
    *policy("of the old version", "", {**SMALL, "Version": "2008-10-17", "Id": "a b"}),
    *policy("a single statement", "", {"Statement": SMALL["Statement"][0]}),
    *policy("no Resource", Resource=ABSENT),
    *policy("empty Resource", Resource=[]),
    *policy("NotResource", "", Resource=ABSENT, NotResource="arn:aws:s3:::a"),
    *policy("Resource and NotResource", NotResource="*"),
    *policy("a bucket by its name", Resource=["arn:aws:s3:::a", "my-bucket"]),
    *policy("resources", "", Resource=["*", "arn:*:s3:::a", "${aws:username}", "a*"]),
    *policy("no Effect", Effect=ABSENT),
    *policy("Effect in small letters", Effect="allow"),
    *policy("Deny", "", Effect="Deny"),
    *policy("no Action", Action=ABSENT),
    *policy("NotAction", "", Action=ABSENT, NotAction="iam:*"),
    *policy("Action and NotAction", NotAction="iam:*"),
    *policy("action without its service", Action=["s3:PutObject", "GetObject"]),
    *policy("action of two colons", Action="s3:s3:GetObject"),
    *policy("actions", "", Action=["*", "s3:*", "s*:Get?bject", "elasticloadbalancing:Describe*", "**"]),
    *policy("Principal", Principal="*"),
    *policy("NotPrincipal", NotPrincipal="*"),
    *policy("Actions", Actions="s3:*"),
    *policy("element in small letters", "", Effect=ABSENT, effect="Allow"),
    *policy("Sid with a hyphen", Sid="a-b"),
    *policy("Sid", "", Sid="AllowReads1"),
    *policy("empty Sid", "", Sid=""),
    *policy("one Sid twice", document=both(statement(Sid="a"), statement(Sid="a"))),
    *policy("two Sids", "", both(statement(Sid="a"), statement(Sid="A"), statement(), statement())),
    *policy("operators", "", Condition={each: {"aws:username": ["a"]} for each in _OPERATORS}),
    *policy("no such operator", Condition={"StringMatches": {"aws:username": "a"}}),
    *policy("no such operator of nothing", "", Condition={"StringMatches": {}}),
    *policy("no such operator for any", Condition={"ForAnyValue:Matches": {"aws:username": "a"}}),
    *policy("text", document="not json"),
    *policy("JSON", "", document=json.dumps(SMALL)),
    *policy("no statement", document={"Statement": []}),
    *policy("a statement that vanishes", document={"Statement": [NO_VALUE]}),
    *policy("Statements", document={"Statements": [], **SMALL}),
    *(each for v in UNKNOWN for each in policy(f"elements {v}", "", Effect=v, Action=[v], Resource=[v], Sid=v)),
    *(each for v in UNKNOWN for each in policy(f"element {v}", "", Action=v, Resource=v, Condition=v)),
    *(each for v in UNKNOWN for each in policy(f"operator {v}", "", Condition={"StringEquals": v})),
    *(each for v in UNKNOWN for each in policy(f"statement {v}", "", {"Statement": [v]})),
    *(each for v in UNKNOWN for each in policy(f"{v}", "", v)),
    *policy("vanishing elements", Effect=NO_VALUE, Resource=NO_VALUE),
    *policy("vanishing Sid and Condition", "", Sid=NO_VALUE, Condition=NO_VALUE),
]


def managed(what: str, arn: Any, expected: str = "CL824") -> Iterator[Case]:
    yield case(f"managed policy {what}", expected, R=role([arn]))
    yield case(f"boundary {what}", expected, R=role(PermissionsBoundary=arn))


ARNS: list[Case] = [
    *managed("by its name", "AWSLambdaBasicExecutionRole"),
    *managed("of AWS", f"{AWS_POLICY}service-role/AWSLambdaBasicExecutionRole", ""),
    *managed("of AWS without its path", f"{AWS_POLICY}AWSLambdaBasicExecutionRole"),
    *managed("of AWS in China", "arn:aws-cn:iam::aws:policy/AWSLambdaVPCAccessExecutionRole"),
    *managed("of AWS at the root", f"{AWS_POLICY}AWSLambda_FullAccess", ""),
    *managed("of one's own by that name", "arn:aws:iam::111122223333:policy/AWSLambdaBasicExecutionRole", ""),
    *managed("of a role", "arn:aws:iam::111122223333:role/r"),
    *(
        each
        for path, expected in (("service-role/", ""), ("", "CL824"))
        for each in managed(
            f"joined {path}",
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::aws:policy/{path}AWSLambdaRole"]]},
            expected,
        )
    ),
    *managed("with a path", {"Fn::Sub": "arn:aws:iam::aws:policy/${Path}AWSLambdaRole"}, ""),
    *(each for value in (*UNKNOWN, NO_VALUE) for each in managed(f"{value}", value, "")),
]


SETTINGS: list[Case] = [
    *(
        case(f"path of a role {path!r:.20} {len(path)}", expected, R=role(Path=path))
        for path, expected in (
            *((path, "") for path in ("/", "/a/", "/a/b/", "/~!/", f"/{'p' * 509}/", f"/{'p' * 510}/")),
            *((path, "CL813") for path in ("", "abc", "/abc", "abc/", "/a b/", "/ä/", f"/{'p' * 511}/")),
        )
    ),
    *(
        case(f"path of a policy {path!r:.20} {len(path)}", expected, R=setting)
        for path, expected in (
            *((path, "") for path in ("/", "/a/", "/a/b/", f"/{'p' * 510}/")),
            *((path, "CL825") for path in ("", "abc", "/abc", "/a b/", "/~/", f"/{'p' * 511}/")),
        )
        for setting in [attached(SMALL, "ManagedPolicy", properties={"Path": path})]
    ),
    *(
        case(f"description {text!r}", expected, R=role(Description=text))
        for text, expected in (
            *((text, "") for text in ("", "plain ~\t\n", "\xa1 \xff", "Zugriff für Bestellungen")),
            *((text, "CL813") for text in ("“quoted”", "a \u2013 b", "注文", "\xa0")),
        )
    ),
    *(
        case(f"{count} tags", expected, R=role(Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(count)]))
        for count, expected in ((49, ""), (50, ""), (51, "CL813"))
    ),
    case(
        "51 tags, perhaps", R=role(Tags=[*({"Key": f"k{n}", "Value": "v"} for n in range(50)), {"Fn::If": ["C", 1, 2]}])
    ),
    case("name of a policy in a role", "CL813", R=role(Policies=[{"PolicyName": "a b", "PolicyDocument": SMALL}])),
    *(
        case(f"{prop} {name!r:.10} {len(name)}", expected, R=attached(SMALL, kind, ["r"], properties={prop: name}))
        for prop, kind in (
            ("PolicyName", "Policy"),
            ("PolicyName", "RolePolicy"),
            ("ManagedPolicyName", "ManagedPolicy"),
        )
        for name, expected in (("p" * 127, ""), ("p" * 128, ""), ("p" * 129, "CL825"), ("a b", "CL825"), ("a=@b", ""))
    ),
    *(
        case(
            f"policy's description {count}",
            expected,
            R=attached(SMALL, "ManagedPolicy", properties={"Description": "d" * count}),
        )
        for count, expected in ((999, ""), (1_000, ""), (1_001, "CL825"))
    ),
    *(
        case(
            f"settings {v}",
            R=role(Path=v, Description=v, Tags=v),
            P=attached(
                SMALL, "ManagedPolicy", properties=dict.fromkeys(("ManagedPolicyName", "Path", "Description"), v)
            ),
        )
        for v in UNKNOWN
    ),
    case("policy of nobody", "CL822", P=attached(SMALL, roles=ABSENT)),
    case("policy of no role", "CL822", P=attached(SMALL, roles=[])),
    case("policy of nothing", "CL822", P=attached(SMALL, roles=[NO_VALUE])),
    case("policy of a user", P=attached(SMALL, roles=ABSENT, properties={"Users": ["u"]})),
    case("policy of a group", P=attached(SMALL, roles=[], properties={"Groups": [REF]})),
    case("policy of whoever", P=attached(SMALL, roles=[{"Fn::If": ["C", "r", NO_VALUE]}])),
    case("managed policy of nobody", P=attached(SMALL, "ManagedPolicy", roles=ABSENT)),
    *(case(f"policy of {value}", P=attached(SMALL, roles=value)) for value in UNKNOWN),
    case("two roles of a name", "CL823", R=role(RoleName="orders"), S=role(RoleName="Orders")),
    case("two roles of two names", R=role(RoleName="orders"), S=role(RoleName="orders2"), T=role(), U=role()),
    case("two roles of a name, perhaps", R=role(RoleName="a"), S={**role(RoleName="a"), "Condition": "C"}),
    *(case(f"two roles named {value}", R=role(RoleName=value), S=role(RoleName=value)) for value in UNKNOWN),
    case(
        "two managed policies of a name",
        "CL823",
        **dict.fromkeys(("P", "Q"), attached(SMALL, "ManagedPolicy", properties={"ManagedPolicyName": "p"})),
    ),
    case("two inline policies of a name", **dict.fromkeys(("P", "Q"), attached(SMALL, properties={"PolicyName": "p"}))),
    case(
        "a role and a policy of a name",
        R=role(RoleName="p"),
        P=attached(SMALL, "ManagedPolicy", properties={"ManagedPolicyName": "p"}),
    ),
    case("role by its name", "CL826", F=zipped(Role={"Ref": "R"}), R=role()),
    case("role by its ARN", F=zipped(Role={"Fn::GetAtt": ["R", "Arn"]}), R=role()),
    case("role by its name in an ARN", F=zipped(Role={"Fn::Sub": "arn:aws:iam::111122223333:role/${R}"}), R=role()),
    case("role by its name, perhaps", F={**zipped(Role={"Ref": "R"}), "Condition": "C"}, R=role()),
    case("role of whoever deploys", F=zipped(Role=REF), R=role()),
]

LONGEST = limits.EVENT_SOURCE_TOKEN_LENGTH.maximum or 0
ALEXA = "alexa-appkit.amazon.com"


def skill(what: str, expected: str = "", /, principal: Any = ALEXA, **more: Any) -> Case:
    return case(f"skill: {what}", expected, F=zipped(), P=permission(Principal=principal, **more))


SKILLS: list[Case] = [
    skill("by its id", EventSourceToken="amzn1.ask.skill.1234-ab_c"),
    skill("with a blank", "CL827", EventSourceToken="a b"),
    skill("empty", "CL827", EventSourceToken=""),
    *(
        skill(f"{length} characters", expected, EventSourceToken="s" * length)
        for length, expected in ((LONGEST - 1, ""), (LONGEST, ""), (LONGEST + 1, "CL827"))
    ),
    *(skill(f"{value}", EventSourceToken=value) for value in UNKNOWN),
    skill("any", "CL828"),
    skill("any at home", "CL828", "alexa-connectedhome.amazon.com"),
    skill("nothing", "CL828", EventSourceToken=NO_VALUE),
    *(skill(f"of {value}", "", value) for value in UNKNOWN),
]


def url(target: Any = None, **properties: Any) -> Resource:
    given = {"TargetFunctionArn": {"Ref": "F"} if target is None else target, "AuthType": "AWS_IAM", **properties}
    return {"Type": "AWS::Lambda::Url", "Properties": given}


def urls(what: str, expected: str, *targets: Any) -> Case:
    """A function with an alias, and URLs: each a target, or a target and a qualifier."""
    made = {
        f"U{number}": url(each[0], Qualifier=each[1]) if isinstance(each, tuple) else url(each)
        for number, each in enumerate(targets)
    }
    alias = {"FunctionName": {"Ref": "F"}, "FunctionVersion": "3", "Name": "live"}
    unnamed = {**alias, "Name": REF}
    kind = "AWS::Lambda::Alias"
    others = {"A": {"Type": kind, "Properties": alias}, "B": {"Type": kind, "Properties": unnamed}}
    return case(f"URLs: {what}", expected, F=zipped(), **others, **made)


ARN = {"Fn::GetAtt": ["F", "Arn"]}


def open_url(what: str, expected: str, *permissions: Resource) -> Case:
    granted = {f"P{number}": each for number, each in enumerate(permissions)}
    return case(f"open URL: {what}", expected, F=zipped(), U=url(AuthType="NONE"), **granted)


def everyone(action: Any = "lambda:InvokeFunctionUrl", **more: Any) -> Resource:
    return permission(Principal="*", Action=action, **more)


CALLS = everyone(FunctionUrlAuthType="NONE")
INVOKES = everyone("lambda:InvokeFunction", InvokedViaFunctionUrl=True)
URLS: list[Case] = [
    urls("of a version", "CL403", {"Fn::Sub": "${F.Arn}:3"}),
    urls("of a version, joined", "CL403", {"Fn::Join": [":", [ARN, "3"]]}),
    urls("of $LATEST", "CL403", {"Fn::Sub": "${F}:$LATEST"}),
    urls("of an alias by its ARN", "", {"Fn::Sub": "${F.Arn}:live"}),
    urls("of some qualifier", "", {"Fn::Sub": "${F.Arn}:${Parameter}"}),
    urls("of an alias and a function", "", {"Ref": "A"}, {"Ref": "F"}),
    urls("of an alias twice", "CL404", {"Ref": "A"}, ({"Ref": "F"}, "live")),
    urls("of an alias twice by ARN", "CL404", {"Ref": "A"}, {"Fn::Sub": "${F.Arn}:live"}),
    urls("of a function twice by ARN", "CL404", {"Ref": "F"}, ARN),
    urls("of two aliases", "", {"Ref": "A"}, ({"Ref": "F"}, "test")),
    urls("of an alias that isn't known", "", {"Ref": "B"}, {"Ref": "A"}, ({"Ref": "F"}, "test")),
    urls("of an alias that isn't known twice", "CL404", {"Ref": "B"}, {"Ref": "B"}),
    *(urls(f"of {value}", "", {"Ref": "A"}, ({"Ref": "F"}, value)) for value in UNKNOWN),
    *(urls(f"of a function {value}", "", value, value) for value in UNKNOWN),
    open_url("both", "CL406", CALLS, INVOKES),
    open_url("one", "CL430", CALLS),
    open_url("the other", "CL425", INVOKES),
    open_url("none", "CL425"),
    open_url("one in all words", "CL406 CL802", everyone("lambda:*")),
    open_url("to invoke in any way", "CL406 CL802", CALLS, everyone("lambda:InvokeFunction")),
    open_url("to invoke in other ways", "CL430", CALLS, everyone("lambda:InvokeFunction", InvokedViaFunctionUrl=False)),
    open_url("to invoke for one", "CL430", CALLS, permission(Principal="111122223333")),
    open_url("with IAM", "CL425", everyone(FunctionUrlAuthType="AWS_IAM"), INVOKES),
    open_url("to invoke, perhaps", "CL406", CALLS, {**INVOKES, "Condition": "C"}),
    *(open_url(f"{v}", "CL406", CALLS, everyone("lambda:InvokeFunction", InvokedViaFunctionUrl=v)) for v in UNKNOWN),
    *(open_url(f"action {v}", "CL406", CALLS, everyone(v, InvokedViaFunctionUrl=True)) for v in UNKNOWN),
    *(open_url(f"kind {v}", "CL406", everyone(FunctionUrlAuthType=v), INVOKES) for v in UNKNOWN),
]

CASES: list[Case] = [*TRUSTS, *DOCUMENTS, *ARNS, *SETTINGS, *SKILLS, *URLS]
