"""CL401 to CL908: what stands beside a function, and the stack."""

from typing import Any

from rules.cases import ABSENT, NO_VALUE, Case, around, one, resource, stack, unknowns, up_to, zipped
from rules.settings_cases import alias, mapping, url, version

SQS = "arn:aws:sqs:eu-west-1:111122223333:failed"
SNS = "arn:aws:sns:eu-west-1:111122223333:failed"


def cors(**settings: Any) -> Any:
    return url(Cors=settings)


def invocation(function: Any = "F", **properties: Any) -> Any:
    given = {"FunctionName": {"Ref": function}, "Qualifier": "$LATEST", **properties}
    return resource("EventInvokeConfig", given)


def to(**destinations: Any) -> Any:
    return invocation(DestinationConfig={name: {"Destination": arn} for name, arn in destinations.items()})


def dead(arn: Any) -> Any:
    return zipped(DeadLetterConfig={"TargetArn": arn})


def conditional(given: Any) -> Any:
    return {**given, "Condition": "C"}


def queues(count: int) -> dict[str, Any]:
    return {f"Q{i}": {"Type": "AWS::SQS::Queue"} for i in range(count)}


def section(name: str, count: int) -> dict[str, Any]:
    return {name: {f"X{i}": {} for i in range(count)}}


def exports(*names: Any) -> dict[str, Any]:
    return {"Outputs": {f"O{i}": {"Value": "v", "Export": {"Name": name}} for i, name in enumerate(names)}}


CASES: list[Case] = [
    one("function URL", "", zipped(), U=url()),
    one("URL with a word", "CL401", zipped(), U=url(AuthType="IAM")),
    one("URL that streams", "", zipped(), U=url(InvokeMode="RESPONSE_STREAM")),
    one("URL that streams somehow", "CL401", zipped(), U=url(InvokeMode="STREAM")),
    one("URL of an alias", "", zipped(), U=url(Qualifier="live")),
    one("URL of a number", "CL401", zipped(), U=url(Qualifier="3")),
    one("URL of $LATEST", "CL401", zipped(), U=url(Qualifier="$LATEST")),
    *unknowns("URL", lambda v: url(AuthType=v if v != NO_VALUE else "NONE", InvokeMode=v, Qualifier=v, Cors=v)),
    *around("CORS max age", "CL402", (0, 86_400), lambda n: cors(MaxAge=n)),
    *up_to("CORS origins", "CL402", 100, lambda n: cors(AllowOrigins=["https://x.com"] * n)),
    *up_to("CORS origin", "CL402", 253, lambda n: cors(AllowOrigins=["o" * n])),
    *up_to("CORS headers", "CL402", 100, lambda n: cors(AllowHeaders=["h"] * n)),
    *up_to("CORS exposed header", "CL402", 1_024, lambda n: cors(ExposeHeaders=["h" * n])),
    one("CORS methods", "", cors(AllowMethods=["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE"])),
    one("CORS any method", "", cors(AllowMethods=["*"])),
    one("CORS method OPTIONS", "CL402", cors(AllowMethods=["OPTIONS"])),
    one("CORS method in small letters", "CL402", cors(AllowMethods=["get"])),
    *unknowns("CORS lists", lambda v: cors(AllowMethods=v, AllowOrigins=v, AllowHeaders=v, ExposeHeaders=v)),
    *unknowns("CORS items", lambda v: cors(AllowMethods=[v], AllowOrigins=[v], AllowHeaders=[v])),
    one("URL of a version", "CL403", zipped(), U=url("V"), V=version()),
    one("URL of a version's ARN", "CL403", url(TargetFunctionArn="arn:aws:lambda:eu-west-1:111122223333:function:f:3")),
    one("URL of a function's ARN", "", url(TargetFunctionArn="arn:aws:lambda:eu-west-1:111122223333:function:f3")),
    one("two URLs", "CL404", zipped(), U=url(), W=url()),
    one("two URLs, one of an alias", "", zipped(), U=url(), W=url(Qualifier="live")),
    one("two URLs under conditions", "", zipped(), U=conditional(url()), W=conditional(url())),
    one("two URLs, qualifier unknown", "", zipped(), U=url(), W=url(Qualifier={"Ref": "P"})),
    *around("retries", "CL601", (0, 2), lambda n: invocation(MaximumRetryAttempts=n)),
    *around("event age", "CL601", (60, 21_600), lambda n: invocation(MaximumEventAgeInSeconds=n)),
    one("destinations", "", to(OnSuccess=SNS, OnFailure="arn:aws:s3:::failed")),
    one("bucket after a success", "CL602", to(OnSuccess="arn:aws:s3:::done")),
    one("destination by its name", "CL602", to(OnFailure="failed")),
    one("FIFO queue as a destination", "CL602", to(OnFailure=f"{SQS}.fifo")),
    one("no destination", "", to(OnFailure="")),
    *up_to("destination", "CL602", 350, lambda n: to(OnFailure=SQS + "q" * (n - len(SQS)))),
    *unknowns("destinations", lambda value: to(OnSuccess=value, OnFailure=value)),
    *unknowns("destination settings", lambda value: invocation(DestinationConfig=value)),
    one("two invocations", "CL603", zipped(), I=invocation(), J=invocation()),
    one("two invocations of two qualifiers", "", zipped(), I=invocation(), J=invocation(Qualifier="live")),
    one("two invocations under conditions", "", zipped(), I=conditional(invocation()), J=conditional(invocation())),
    one("two invocations, one unknown", "", zipped(), I=invocation(), J=invocation(Qualifier={"Ref": "P"})),
    one("dead letters to a queue", "", dead(SQS)),
    one("dead letters to a topic", "", dead(SNS)),
    one("dead letters to nowhere", "", dead("")),
    one("dead letters to a bucket", "CL604", dead("arn:aws:s3:::failed")),
    one("dead letters to a name", "CL604", dead("failed")),
    one("dead letters to a FIFO queue", "CL604", dead(f"{SQS}.fifo")),
    *unknowns("dead letters", dead),
    *around("reserved concurrency", "CL701", (0, None), lambda n: zipped(ReservedConcurrentExecutions=n)),
    one("alias", "", zipped(), A=alias()),
    one("alias of digits", "CL702", zipped(), A=alias(Name="123")),
    one("alias with a dot", "CL702", zipped(), A=alias(Name="v1.0")),
    one("alias without a character", "CL702", zipped(), A=alias(Name="")),
    *up_to("alias", "CL702", 128, lambda n: alias(Name="a" * n)),
    one("alias of an alias", "CL702", zipped(), A=alias(FunctionVersion="live")),
    one("alias of $LATEST", "", zipped(), A=alias(FunctionVersion="$LATEST")),
    *unknowns("alias", lambda v: alias(Name=v, FunctionVersion=v) if v != NO_VALUE else alias(Description=v)),
    one("provisioned: 0", "CL703", zipped(), A=alias(provisioned=0)),
    one("provisioned: 1", "", zipped(), A=alias(provisioned=1)),
    one("provisioned: as many as reserved", "", zipped(ReservedConcurrentExecutions=5), A=alias(provisioned=5)),
    one("provisioned: one more", "CL703", zipped(ReservedConcurrentExecutions=5), A=alias(provisioned=6)),
    one(
        "provisioned: one more in all",
        "CL703",
        zipped(ReservedConcurrentExecutions=5),
        A=alias(provisioned=3),
        B=alias(provisioned=3, Name="b"),
    ),
    one(
        "provisioned: perhaps one more",
        "",
        zipped(ReservedConcurrentExecutions=5),
        A=conditional(alias(provisioned=3)),
        B=conditional(alias(provisioned=3)),
    ),
    # --- Stacks
    stack("500 resources", "", **queues(500)),
    stack("501 resources", "CL901", **queues(501)),
    stack("501 resources and a macro", "", {"Transform": "Ours"}, **queues(501)),
    stack("501 resources and SAM", "CL901", {"Transform": "AWS::Serverless-2016-10-31"}, **queues(501)),
    stack("a loop counts as nothing", "", **queues(500), **{"Fn::ForEach::X": ["X", [], {}]}),  # type: ignore[arg-type]
    *(
        stack(f"{count} {name}", "CL901" if count > 200 else "", section(name, count))
        for name in ("Parameters", "Outputs", "Mappings")
        for count in (199, 200, 201)
    ),
    stack("description of 1,024 bytes", "", {"Description": "ä" * 512}),
    stack("description of 1,025 bytes", "CL904", {"Description": "ä" * 512 + "a"}),
    stack("wrong type beside a function", "CL905", U=url(Cors="*")),
    stack("wrong type in it", "CL905", I=invocation(MaximumRetryAttempts="two")),
    stack("URL without a function", "CL906", U=url(TargetFunctionArn=ABSENT)),
    stack("URL without authorization", "CL906", U=url(AuthType=NO_VALUE)),
    stack("invocation without a qualifier", "CL906", I=invocation(Qualifier=ABSENT)),
    stack("alias without a version", "CL906", A=alias(FunctionVersion=ABSENT)),
    stack("version without a function", "CL906", V=version(FunctionName=ABSENT)),
    stack("mapping of nothing", "CL906", M=resource("EventSourceMapping", {})),
    stack("mapping and version", "", M=mapping(), V=version()),
    stack("signing without publishers", "CL906", S=resource("CodeSigningConfig", {})),
    stack("provider without anything", "CL906", P=resource("CapacityProvider", {})),
    stack("URL from a macro", "", U=resource("Url", {"Fn::Transform": {"Name": "M"}})),
    stack("URL under a macro", "", {"Transform": ["Ours"]}, U=resource("Url", {})),
    stack("name with a hyphen", "CL907", **{"my-function": zipped()}),
    stack("name of a parameter with an underscore", "CL907", {"Parameters": {"a_b": {}}}),
    stack("name of 255 characters", "", **{"a" * 255: zipped()}),
    stack("name of 256 characters", "CL907", **{"a" * 256: zipped()}),
    stack("exports", "", exports("a", "b", {"Fn::Sub": "${P}-a"})),
    stack("one export twice", "CL908", exports("a", "a")),
    stack("one export from an intrinsic twice", "CL908", exports({"Fn::Sub": "${P}-a"}, {"Fn::Sub": "${P}-a"})),
    stack(
        "one export twice under conditions",
        "",
        {"Outputs": {name: {"Condition": name, "Export": {"Name": "a"}} for name in ("One", "Other")}},
    ),
]
