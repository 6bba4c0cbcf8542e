"""CL401 to CL908: what stands beside a function, and the stack."""

from datetime import date
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


def routed(*weights: Any, **more: Any) -> Any:
    additional = [{"FunctionVersion": str(2 + i), "FunctionWeight": weight} for i, weight in enumerate(weights)]
    return alias(RoutingConfig={"AdditionalVersionWeights": additional}, **more)


def conditional(given: Any) -> Any:
    return {**given, "Condition": "C"}


def queues(count: int) -> dict[str, Any]:
    return {f"Q{i}": {"Type": "AWS::SQS::Queue"} for i in range(count)}


def section(name: str, count: int) -> dict[str, Any]:
    each = {"Parameters": {"Type": "String"}, "Outputs": {"Value": "v"}, "Mappings": {"a": {"b": "c"}}}[name]
    return {name: {f"X{i}": each for i in range(count)}}


def outputs(**settings: Any) -> dict[str, Any]:
    return {"Outputs": {"O": settings}}


def attributes(first: int, second: int) -> dict[str, Any]:
    return {"Mappings": {"M": {f"a{i}": {f"b{j}": "c" for j in range(second)} for i in range(first)}}}


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
    *unknowns("URL", lambda v: url(AuthType=v if v != NO_VALUE else "AWS_IAM", InvokeMode=v, Qualifier=v, Cors=v)),
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
    *unknowns("CORS items", lambda v: cors(AllowMethods=[v, "GET"], AllowOrigins=[v, "*"], AllowHeaders=[v, "a"])),
    one("CORS without a method in the list", "CL402", cors(AllowMethods=[])),
    one("CORS without an origin in the list", "CL402", cors(AllowOrigins=[NO_VALUE])),
    one("CORS origin that is empty", "CL402", cors(AllowOrigins=[""])),
    one("CORS header that is empty", "CL402", cors(AllowHeaders=[""])),
    one("URL of a version", "CL403", zipped(), U=url("V"), V=version()),
    one("URL of a version's ARN", "CL403", url(TargetFunctionArn="arn:aws:lambda:eu-west-1:111122223333:function:f:3")),
    one("URL of a version under a condition", "", zipped(), U=conditional(url("V")), V=version()),
    *(
        one(f"URL of {target}", expected, url(TargetFunctionArn=target))
        for target, expected in (
            ("arn:aws:lambda:eu-west-1:111122223333:function:2024", ""),
            ("arn:aws:lambda:eu-west-1:111122223333:function:2024:1", "CL403"),
            ("arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST", "CL403"),
            ("arn:aws:lambda:eu-west-1:111122223333:function:f:live", ""),
            ("111122223333:function:2024", ""),
            ("111122223333:2024", ""),
            ("function:f:3", "CL403"),
            ("orders:3", "CL403"),
            ("2024", ""),
        )
    ),
    one("destination looked up", "", to(OnFailure="dummy-value-for-/a/b")),
    one("alias looked up", "", zipped(), A=alias(Name="dummy-value-for-/a/b", FunctionVersion="dummy-value-for-x")),
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
    *unknowns("destinations", lambda v: to(OnSuccess=v, OnFailure=v) if v != NO_VALUE else invocation()),
    stack("destination without its ARN", "CL906", I=to(OnFailure=NO_VALUE)),
    *unknowns("destination, whole", lambda v: invocation(DestinationConfig={"OnFailure": v})),
    *(one(f"qualifier {q}", "", invocation(Qualifier=q)) for q in ("$LATEST", "$LATEST.PUBLISHED", "3", "live")),
    one("qualifier with a blank", "CL601", invocation(Qualifier="my alias!")),
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
    one("weight", "", zipped(), A=routed(0.1)),
    *(one(f"weight of {weight}", "", zipped(), A=routed(weight)) for weight in (0, 1, "0.5", {"Ref": "P"})),
    one("weight above 1", "CL702", zipped(), A=routed(1.5)),
    one("weight below 0", "CL702", zipped(), A=routed(-0.1)),
    one("two weights", "CL702", zipped(), A=routed(0.1, 0.2)),
    one("no weight in the list", "", zipped(), A=routed(provisioned=1)),
    one("weight and provisioned", "CL702", zipped(), A=routed(0.1, provisioned=1)),
    one("weight and perhaps provisioned", "", zipped(), A=routed(0.1, provisioned={"Ref": "P"})),
    one("weights unknown, provisioned", "", zipped(), A=alias(provisioned=1, RoutingConfig={"Ref": "P"})),
    one("weight beside $LATEST", "CL702", zipped(), A=routed(0.1, FunctionVersion="$LATEST")),
    one("$LATEST, provisioned", "CL702", zipped(), A=alias(provisioned=1, FunctionVersion="$LATEST")),
    stack("provisioned without a number", "CL906", A=alias(provisioned=NO_VALUE)),
    stack("version, provisioned without a number", "CL906", V=version(ProvisionedConcurrencyConfig={})),
    stack("provisioned that is none", "", A=alias(ProvisionedConcurrencyConfig=NO_VALUE)),
    stack("provisioned, whole unknown", "", A=alias(ProvisionedConcurrencyConfig={"Ref": "P"})),
    *up_to("version's description", "CL704", 256, lambda n: version(Description="d" * n)),
    stack("version's runtime", "", V=version(RuntimePolicy={"UpdateRuntimeOn": "Auto"})),
    stack("version's runtime somehow", "CL704", V=version(RuntimePolicy={"UpdateRuntimeOn": "manual"})),
    stack("version's runtime by hand", "CL704", V=version(RuntimePolicy={"UpdateRuntimeOn": "Manual"})),
    stack("version's runtime without a mode", "CL906", V=version(RuntimePolicy={})),
    *around(
        "version's environments",
        "CL704",
        (0, 15_000),
        lambda n: version(FunctionScalingConfig={"MaxExecutionEnvironments": n}),
    ),
    stack(
        "version of more at least than at most",
        "CL704",
        V=version(FunctionScalingConfig={"MinExecutionEnvironments": 3, "MaxExecutionEnvironments": 2}),
    ),
    *unknowns("version", lambda v: version(Description=v, RuntimePolicy=v, FunctionScalingConfig=v)),
    one("two aliases of one name", "CL705", zipped(), A=alias(), B=alias()),
    one("two aliases of two names", "", zipped(), A=alias(), B=alias(Name="b")),
    one("aliases of two functions", "", zipped(), G=zipped(), A=alias(), B=alias("G")),
    one("two aliases under conditions", "", zipped(), A=conditional(alias()), B=conditional(alias())),
    one("two aliases, one unknown", "", zipped(), A=alias(), B=alias(Name={"Ref": "P"})),
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
    stack("399 resources", "", **queues(399)),
    stack("400 resources", "CL911", **queues(400)),
    stack("401 resources and a macro", "", {"Transform": "Ours"}, **queues(401)),
    stack("500 resources", "CL911", **queues(500)),
    stack("501 resources", "CL901", **queues(501)),
    stack("501 resources and a macro", "", {"Transform": "Ours"}, **queues(501)),
    stack("501 resources and SAM", "CL901", {"Transform": "AWS::Serverless-2016-10-31"}, **queues(501)),
    stack("a loop counts as nothing", "CL911", **queues(500), **{"Fn::ForEach::X": ["X", [], {}]}),  # type: ignore[arg-type]
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
    stack("name of a parameter with an underscore", "CL907", {"Parameters": {"a_b": {"Type": "String"}}}),
    stack("name of 255 characters", "", **{"a" * 255: zipped()}),
    stack("name of 256 characters", "CL907", **{"a" * 256: zipped()}),
    stack("exports", "", exports("a", "b", {"Fn::Sub": "${P}-a"})),
    stack("one export twice", "CL908", exports("a", "a")),
    stack("one export from an intrinsic twice", "CL908", exports({"Fn::Sub": "${P}-a"}, {"Fn::Sub": "${P}-a"})),
    stack(
        "one export twice under conditions",
        "",
        {"Outputs": {name: {"Condition": name, "Value": "v", "Export": {"Name": "a"}} for name in ("One", "Other")}},
    ),
    stack("format of the template", "", {"AWSTemplateFormatVersion": "2010-09-09"}),
    stack("format as a day", "", {"AWSTemplateFormatVersion": date(2010, 9, 9)}),
    stack("format of another day", "CL909", {"AWSTemplateFormatVersion": "2010-09-10"}),
    stack("parameter", "", {"Parameters": {"P": {"Type": "String"}}}, F=zipped()),
    stack("parameter without a type", "CL909", {"Parameters": {"P": {"Default": "x"}}}),
    stack("parameter from a macro", "", {"Parameters": {"P": {"Fn::Transform": {"Name": "M"}}}}),
    stack("sections under a macro", "", {"Transform": "Ours", "Parameters": {"P": {}}, "Outputs": {"O": {}}}),
    stack("parameter with the name of a resource", "CL909", {"Parameters": {"F": {"Type": "String"}}}, F=zipped()),
    stack("output without a value", "CL909", outputs(Description="x")),
    stack("output whose value vanishes", "CL909", outputs(Value=NO_VALUE)),
    stack("output of something unknown", "", outputs(Value={"Ref": "P"}, Description={"Ref": "P"})),
    stack("outputs from a loop", "", {"Outputs": {"Fn::ForEach::X": ["X", [], {}]}}),
    stack("output's description of 1,024 bytes", "", outputs(Value="v", Description="d" * 1_024)),
    stack("output's description of 1,025 bytes", "CL909", outputs(Value="v", Description="d" * 1_025)),
    stack("mapping of 200 attributes", "", attributes(200, 200)),
    stack("mapping of 201 attributes", "CL909", attributes(201, 1)),
    stack("mapping of 201 attributes below", "CL909", attributes(1, 201)),
]
