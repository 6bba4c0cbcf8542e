"""CL101 to CL136: sizes, names, texts, code, environment and runtime of a function."""

import json
from typing import Any

from rules.cases import (
    ABSENT,
    IMAGE_URI,
    NO_VALUE,
    TEXT_TOKEN,
    Case,
    around,
    image,
    managed,
    one,
    unknowns,
    up_to,
    zipped,
)


def name(value: Any) -> Any:
    return zipped(FunctionName=value)


def env(**variables: Any) -> Any:
    return zipped(Environment={"Variables": variables})


def env_of(size: int, key: str = "KEY") -> Any:
    return env(**{key: "v" * (size - len(json.dumps({key: ""}, separators=(",", ":"))))})


def tags(*pairs: tuple[Any, Any]) -> Any:
    return zipped(Tags=[{"Key": key, "Value": value} for key, value in pairs])


def inline(runtime: Any = "python3.13", handler: str = "index.handler", code: Any = "pass", **more: Any) -> Any:
    return zipped(Code={"ZipFile": code}, Runtime=runtime, Handler=handler, **more)


def runtime_management(**settings: Any) -> Any:
    return zipped(RuntimeManagementConfig=settings)


CODE = {"S3Bucket": "packages", "S3Key": "orders.zip"}
VPC = {"SubnetIds": ["subnet-01", "subnet-02"], "SecurityGroupIds": ["sg-01"]}
ACCESS_POINT = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0"
SYSTEM = {"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/a"}
SOON = {"ApplyOn": "None", "Restore": "Lazy"}
REGIONAL = {"ImageUri": {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/orders:1"}}
VERSION_ARN = "arn:aws:lambda:eu-west-1::runtime:0123"
KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/0123"
MAYBE = {"Fn::If": ["C", "x", NO_VALUE]}

WORDS = {
    "ACCESS_TOKEN": "accessToken",
    "CREDENTIALS": "same-origin",
    "PASSWORD": "disabled",
    "AUTH_TOKEN": "optional",
    "SESSION_TOKEN": "Authorization",
    "TOKEN": "x-auth-token",
    "SECRET": "MyDatabaseSecret",
    "DB_CREDENTIALS": "OrdersDBCredentials",
    "SECRET_KEY": "SECRET_KEY",
}
FUNCTION_ARN = "arn:aws:lambda:eu-west-1:111122223333:function:"
LOOK_UP = "dummy-value-for-/a/b"


CASES: list[Case] = [
    one("plain zip function", "", zipped()),
    one("plain image function", "", image()),
    one("plain managed function", "", managed()),
    *around("memory", "CL101", (128, 10_240), lambda n: zipped(MemorySize=n)),
    one("memory, not whole", "CL101", zipped(MemorySize=128.5)),
    one("memory as a float", "", zipped(MemorySize=512.0)),
    one("memory of Managed Instances on a plain function", "CL101", zipped(MemorySize=20_000)),
    one("memory on Managed Instances: 2,047", "CL101", zipped(**managed()["Properties"] | {"MemorySize": 2_047})),
    one("memory on Managed Instances: 2,048", "", zipped(**managed()["Properties"] | {"MemorySize": 2_048})),
    one("memory on Managed Instances: 32,768", "", zipped(**managed()["Properties"] | {"MemorySize": 32_768})),
    one("memory on Managed Instances: 32,769", "CL101", zipped(**managed()["Properties"] | {"MemorySize": 32_769})),
    one("memory, compute mode unknown", "", zipped(MemorySize=20_000, CapacityProviderConfig={"Ref": "P"})),
    one("memory for no mode", "CL101", zipped(MemorySize=40_000, CapacityProviderConfig={"Ref": "P"})),
    one("memory of a plain function, mode unknown", "", zipped(MemorySize=128, CapacityProviderConfig={"Ref": "P"})),
    one("memory below every mode", "CL101", zipped(MemorySize=127, CapacityProviderConfig={"Ref": "P"})),
    one("no memory in any mode", "CL101", zipped(MemorySize=0, CapacityProviderConfig={"Ref": "P"})),
    one("memory, not whole in any mode", "CL101", zipped(MemorySize=512.5, CapacityProviderConfig={"Ref": "P"})),
    *around("timeout", "CL102", (1, 900), lambda n: zipped(Timeout=n)),
    one("timeout on Managed Instances: 5,400", "", managed(Timeout=5_400)),
    one("timeout on Managed Instances: 5,401", "CL102", managed(Timeout=5_401)),
    one("timeout, compute mode unknown", "", zipped(Timeout=5_400, CapacityProviderConfig={"Ref": "P"})),
    one("timeout for no mode", "CL102", zipped(Timeout=5_401, CapacityProviderConfig={"Ref": "P"})),
    one("no timeout in any mode", "CL102", zipped(Timeout=0, CapacityProviderConfig={"Ref": "P"})),
    *around(
        "ephemeral storage",
        "CL103",
        (512, 10_240),
        lambda n: zipped(EphemeralStorage={"Size": n} if n != NO_VALUE else n),
    ),
    one("storage with an accelerator", "", zipped(EphemeralStorage={"Size": 32_768}, AcceleratorConfig={"X": 1})),
    one("more of it", "CL103", zipped(EphemeralStorage={"Size": 32_769}, AcceleratorConfig={"X": 1})),
    *up_to("function name", "CL104", 64, lambda n: name("a" * n)),
    *unknowns("function name", name),
    one("function name as an ARN of a name too long", "CL104", name(f"{FUNCTION_ARN}{'a' * 65}")),
    one("function name as a version's ARN", "CL104", name(f"{FUNCTION_ARN}a:1")),
    one("function name as a part of an ARN", "CL104", name("111122223333:function:orders")),
    one(
        "function name as an ARN with unknown parts", "", name({"Fn::Sub": "arn:aws:lambda:${R}:${A}:function:orders"})
    ),
    one("two functions of one name", "CL114", name("orders"), G=name("orders")),
    one("two functions of two names", "", name("orders"), G=name("Orders")),
    one("two functions of one name, one under a condition", "", name("orders"), G={**name("orders"), "Condition": "C"}),
    one("two functions of one unknown name", "", name({"Ref": "P"}), G=name({"Ref": "P"})),
    one("empty function name", "CL104", name("")),
    one("function name with a dot", "CL104", name("orders.api")),
    one("function name with a dot around a token", "CL104", name({"Fn::Sub": "${AWS::StackName}.api"})),
    one("certain part of the name too long", "CL104", name({"Fn::Join": ["-", ["a" * 65, {"Ref": "P"}]]})),
    one("function name with a secret", "", name("svc-{{resolve:ssm:/a/b:1}}")),
    one("function name as an ARN", "", name("arn:aws:lambda:eu-west-1:111122223333:function:" + "a" * 64)),
    one(
        "function name as too long an ARN", "CL104", name("arn:aws:lambda:eu-west-1:111122223333:function:" + "a" * 99)
    ),
    *up_to("description", "CL105", 256, lambda n: zipped(Description="d" * n)),
    *unknowns("description", lambda value: zipped(Description=value)),
    *up_to("handler", "CL106", 128, lambda n: zipped(Handler="h" * n)),
    one("handler with a blank", "CL106", zipped(Handler="index.my handler")),
    one("handler with a tab beside a token", "CL106", zipped(Handler={"Fn::Sub": "a\t${P}"})),
    one("handler with a no-break space", "", zipped(Handler="index.my\u00a0handler")),
    *unknowns("handler", lambda value: zipped(Handler=value if value != NO_VALUE else {"Ref": "P"})),
    *up_to("tags", "CL107", 50, lambda n: tags(*((f"k{i}", "v") for i in range(n)))),
    *up_to("tag key", "CL107", 128, lambda n: tags(("k" * n, "v"))),
    *up_to("tag value", "CL107", 256, lambda n: tags(("k", "v" * n))),
    one("empty tag key", "CL107", tags(("", "v"))),
    one("AWS's tag", "CL107", tags(("AWS:x", "v"))),
    one("tag of ours about AWS", "", tags(("awsome:x", "v"))),
    one("tags that may vanish", "", zipped(Tags=[{"Fn::If": ["C", {"Key": "a", "Value": "b"}, NO_VALUE]}] * 51)),
    *unknowns("tags", lambda value: zipped(Tags=value)),
    *unknowns("tag key and value", lambda value: tags((value if value != NO_VALUE else "k", value))),
    one("tag without a key", "CL110", tags((NO_VALUE, "v"))),
    one("tag that may be any", "", zipped(Tags=[{"Ref": "P"}, TEXT_TOKEN])),
    one("tag key twice", "CL107", tags(("k", "1"), ("k", "2"))),
    one("tag keys that differ", "", tags(("k", "1"), ("K", "2"))),
    one("tag keys that nobody knows", "", tags(({"Ref": "P"}, "1"), ({"Ref": "P"}, "2"))),
    one("tag key with a number sign", "CL107", tags(("a#b", "v"))),
    one("tag value with an exclamation mark", "CL107", tags(("k", "hello!"))),
    one("certain part of a tag value with a star", "CL107", tags(("k", {"Fn::Sub": "*-${P}"}))),
    one(
        "tags in all letters",
        "",
        tags(("größe", "Straße 1"), ("注文", "e\u0301 \u00a0\t²"), ("a:b/c", "a+b=c@d.e_f-g")),
    ),
    one("architecture", "", zipped(Architectures=["arm64"])),
    one("architecture misspelt", "CL108", zipped(Architectures=["ARM64"])),
    one("two architectures", "CL108", zipped(Architectures=["arm64", "x86_64"])),
    one("second architecture may vanish", "", zipped(Architectures=["arm64", {"Fn::If": ["C", "x86_64", NO_VALUE]}])),
    one("no architecture in the list", "CL108", zipped(Architectures=[])),
    *unknowns("architecture", lambda value: zipped(Architectures=[value, "arm64"][: 1 if value != NO_VALUE else 2])),
    one("tracing misspelt", "CL108", zipped(TracingConfig={"Mode": "Passthrough"})),
    one("tracing", "", zipped(TracingConfig={"Mode": "PassThrough"})),
    one("package type misspelt", "CL108", zipped(PackageType="zip")),
    one("recursive loop misspelt", "CL108", zipped(RecursiveLoop="allow")),
    one("SnapStart misspelt", "CL108", zipped(SnapStart={"ApplyOn": "publishedVersions"})),
    one("SnapStart off", "", zipped(SnapStart={"ApplyOn": "None"}, Runtime="python3.11")),
    one("tenancy misspelt", "CL108", zipped(TenancyConfig={"TenantIsolationMode": "PerTenant"})),
    one("memory is a word", "CL109", zipped(MemorySize="plenty")),
    one("memory is true", "CL109", zipped(MemorySize=True)),
    one("memory as a text with blanks", "", zipped(MemorySize=" 512 ")),
    one("memory in another notation", "", zipped(MemorySize="1e3")),
    one("layers is a mapping", "CL109", zipped(Layers={"a": 1, "b": 2})),
    one("environment is a text", "CL109", zipped(Environment="A=B")),
    one("environment value is a list", "CL109", env(AB=["x"])),
    one("environment value is a number", "", env(AB=1, CD=True, EF=1.5)),
    one("description is a number", "", zipped(Description=1)),
    one("nothing at all", "CL110", {"Type": "AWS::Lambda::Function"}),
    one(
        "properties from a macro", "", {"Type": "AWS::Lambda::Function", "Properties": {"Fn::Transform": {"Name": "M"}}}
    ),
    one(
        "some properties from a macro", "CL102", zipped(Role=ABSENT, Timeout=5_401, **{"Fn::Transform": {"Name": "M"}})
    ),
    one("no role", "CL110", zipped(Role=ABSENT)),
    one("role that is none", "CL110", zipped(Role=NO_VALUE)),
    one("role by its name", "CL110", zipped(Role="orders")),
    one("role in China with a path", "", zipped(Role="arn:aws-cn:iam::111122223333:role/a/b")),
    one("no runtime", "CL110", zipped(Runtime=ABSENT)),
    one("empty handler", "CL110", zipped(Handler="")),
    one("no runtime, package type unknown", "", zipped(Runtime=ABSENT, PackageType={"Ref": "P"})),
    one("no runtime, code unknown", "", zipped(Runtime=ABSENT, Code={"Fn::If": ["C", {}, {}]})),
    one("no code", "CL110", zipped(Code={})),
    one("code is a local path", "", zipped(Code="./src")),
    one("storage without a size", "CL110", zipped(EphemeralStorage={})),
    one("storage that is none", "", zipped(EphemeralStorage=NO_VALUE)),
    one("SnapStart without ApplyOn", "CL110", zipped(SnapStart={})),
    one("managed without a provider", "CL110", zipped(CapacityProviderConfig={"LambdaManagedInstances": {}})),
    *unknowns("role", lambda value: zipped(Role=value if value != NO_VALUE else {"Ref": "P"})),
    *unknowns("code", lambda value: zipped(Code=value if value != NO_VALUE else {"Ref": "P"})),
    one("property in the wrong case", "CL111", zipped(memorySize=1)),
    one("property misspelt", "CL111", zipped(EnvironmentVariable={}, FileSystemConfig=[])),
    one("part in the wrong case", "CL111", zipped(VpcConfig={"SubnetIDs": []})),
    one("part misspelt", "CL111", zipped(LoggingConfig={"LogGroups": "a"})),
    one(
        "part of a file system misspelt",
        "CL111",
        zipped(FileSystemConfigs=[{**SYSTEM, "LocalMountPaths": "/mnt/b"}], VpcConfig=VPC),
    ),
    one("part of the future", "", zipped(VpcConfig={"Ipv6Only": True}, Code={**CODE, "Oci": "x"}, SnapStart=SOON)),
    one("part from a macro", "", zipped(TracingConfig={"mode": "x", "Fn::Transform": {"Name": "M"}})),
    one("property of the future", "", zipped(GpuSharingPolicy={}, PublishTo="LATEST_PUBLISHED")),
    one("inline code and S3", "CL112", zipped(Code={"ZipFile": "pass", "S3Bucket": "abc", "S3Key": "k"})),
    one("inline code or S3", "", zipped(Code={"ZipFile": MAYBE, "S3Bucket": MAYBE, "S3Key": MAYBE})),
    one("image without a URI", "CL112", zipped(PackageType="Image", Runtime=ABSENT, Handler=ABSENT)),
    one("image whose code is unknown", "", image(Code={"Ref": "P"})),
    one("image without a package type", "CL112", image(PackageType=ABSENT)),
    one("image of this Region without a package type", "CL112", image(PackageType=ABSENT, Code=REGIONAL)),
    one("image without a package type, code unknown", "", zipped(Code={"ImageUri": {"Ref": "P"}})),
    one("image, package type unknown", "", image(PackageType={"Ref": "P"})),
    one("zip from an image", "CL112", zipped(PackageType="Zip", Code={"ImageUri": IMAGE_URI})),
    one("zip or image", "", zipped(Code={"ImageUri": MAYBE, "S3Bucket": MAYBE, "S3Key": MAYBE})),
    one("bucket without a key", "CL112", zipped(Code={"S3Bucket": "packages"})),
    one("key without a bucket", "CL112", zipped(Code={"S3Key": "orders.zip"})),
    one("bucket of 2 characters", "CL112", zipped(Code={"S3Bucket": "ab", "S3Key": "k"})),
    one("bucket of 3 characters", "", zipped(Code={"S3Bucket": "abc", "S3Key": "k"})),
    one("bucket of 63 characters", "", zipped(Code={"S3Bucket": "b" * 63, "S3Key": "k"})),
    one("bucket of 64 characters", "CL112", zipped(Code={"S3Bucket": "b" * 64, "S3Key": "k"})),
    one("bucket with a blank", "CL112", zipped(Code={"S3Bucket": "my bucket", "S3Key": "k"})),
    one("bucket of the old kind", "", zipped(Code={"S3Bucket": "My_Bucket", "S3Key": "k"})),
    *up_to("package key", "CL112", 1_024, lambda n: zipped(Code={"S3Bucket": "packages", "S3Key": "k" * n})),
    one("package without a name", "CL112", zipped(Code={"S3Bucket": "packages", "S3Key": ""})),
    one("package without a version", "CL112", zipped(Code={**CODE, "S3ObjectVersion": ""})),
    one("package with a version", "", zipped(Code={**CODE, "S3ObjectVersion": "3HL4kqtJlcpXroDTDmJ"})),
    one("package by reference", "CL112", zipped(Code={**CODE, "S3ObjectStorageMode": "REFERENCE"})),
    one(
        "package by reference, with its version",
        "",
        zipped(Code={**CODE, "S3ObjectStorageMode": "REFERENCE", "S3ObjectVersion": "1"}),
    ),
    one("package in some way", "CL112", zipped(Code={**CODE, "S3ObjectStorageMode": "reference"})),
    *unknowns("package", lambda v: zipped(Code={**CODE, "S3ObjectVersion": v, "S3ObjectStorageMode": v})),
    one("package under a key", "", zipped(Code={**CODE, "SourceKMSKeyArn": KEY_ARN})),
    one("package under an alias", "CL113", zipped(Code={**CODE, "SourceKMSKeyArn": "alias/orders"})),
    one("history under an alias", "CL113", zipped(DurableConfig={"ExecutionTimeout": 1, "KMSKeyArn": "alias/a"})),
    one("history under a key", "", zipped(DurableConfig={"ExecutionTimeout": 1, "KMSKeyArn": KEY_ARN})),
    one("key of KMS", "", zipped(KmsKeyArn=KEY_ARN)),
    one("no key of KMS", "", zipped(KmsKeyArn="")),
    one("alias of KMS", "CL113", zipped(KmsKeyArn="alias/orders")),
    *unknowns("key of KMS", lambda value: zipped(KmsKeyArn=value)),
    # --- Environment
    *up_to("environment", "CL120", 4_096, env_of),
    one("quotes count twice", "CL120", env(CONF=json.dumps({f"k{i}": i for i in range(290)}))),
    one("many small variables", "CL120", env(**{f"K{i:03}": "" for i in range(500)})),
    one("3 KB as UTF-8, 6 KB escaped", "CL124", env(GREETING="\u6ce8" * 1_000)),
    one("3 KB of emoji", "CL124", env(GREETING="\U0001f680" * 700)),
    one("5 KB as UTF-8", "CL120", env(GREETING="\u6ce8" * 1_700)),
    one("a few umlauts", "", env(GREETING="\u00fc" * 600)),
    one("umlauts of 4,097 bytes escaped", "CL124", env(GREETING="\u00fc" * 680 + "vv")),
    one("umlauts of 4,096 bytes escaped", "", env(GREETING="\u00fc" * 680 + "v")),
    one("backslashes count twice", "CL120", env(PATTERN="\\d" * 1_400)),
    one("half of it umlauts, the rest unknown", "CL124", env(AB="\u00fc" * 700, CD={"Ref": "P"})),
    one("certain part too large", "CL120", env(AB="v" * 4_096, CD={"Ref": "P"})),
    one("certain part not too large", "", env(AB="v" * 4_000, CD={"Ref": "P"})),
    one("empty inline code", "CL110", zipped(Code={"ZipFile": ""})),
    one("a reference counts as nothing", "", env(AB="v" * 4_070, CD="{{resolve:ssm:/a/long/name/of/a/parameter}}")),
    one(
        "nor one with a token inside",
        "",
        env(AB="v" * 4_070, CD={"Fn::Join": ["", ["{{resolve:x:", {"Ref": "S"}, "}}"]]}),
    ),
    *unknowns("environment", lambda value: zipped(Environment=value)),
    *unknowns("variables", lambda value: zipped(Environment={"Variables": value})),
    *unknowns("variable", lambda value: env(AB=value)),
    one("key of one letter", "CL121", env(A="x")),
    one("key of two letters", "", env(AB="x")),
    one("key with a hyphen", "CL121", env(**{"MY-VAR": "x"})),
    one("key with a digit first", "CL121", env(**{"1AB": "x"})),
    one("key with an underscore first", "CL121", env(_AB="x")),
    one("key beyond ASCII", "CL121", env(ÄÖ="x")),
    one("key that is a token", "", env(**{"${Token[TOKEN.7]}": "x"})),
    one("reserved key", "CL122", env(AWS_REGION="eu-west-1")),
    one("reserved key that is no allowed one either", "CL121 CL122", env(_HANDLER="x")),
    one("AWS's keys that can be set", "", env(AWS_LAMBDA_EXEC_WRAPPER="/opt/w", TZ="UTC", PATH="/x", LAMBDA_X="1")),
    one("reserved key without a value", "", env(AWS_REGION=NO_VALUE)),
    one("access key", "CL123", env(MY_KEY="AKIAIOSFODNN7EXAMPLE")),
    one("password", "CL123", env(DB_PASSWORD="hunter2hunter2")),
    one("secret key with slashes", "CL123", env(SECRET_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
    one("password in an address", "CL123", env(DATABASE_URL="postgres://orders:hunter2@db/orders")),
    one("signed token", "CL123", env(BEARER="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN")),
    one("name of a secret", "", env(DB_SECRET="orders-db-secret", API_KEY="/orders/api-key", AUTH_TOKEN="prod/auth")),
    one("words and names", "", env(**WORDS)),
    one("ids", "", env(SECRET="6f1b2c3d-1111-2222-3333-444455556666", API_KEY="1234abcd-12ab-34cd-56ef-1234567890ab")),
    one("passphrase", "CL123", env(DB_PASSWORD="correct-horse-battery")),
    one("word with digits", "CL123", env(CLIENT_SECRET="a1b2c3d4e5")),
    one("ARN of a secret", "", env(SECRET="arn:aws:secretsmanager:eu-west-1:111122223333:secret:a")),
    one("switches and short values", "", env(USE_TOKEN="true", API_KEY="none", PASSWORD="x", TOKEN="00000000000")),
    one("secret that the deployment fills in", "CL123", env(WORD="{{resolve:secretsmanager:a:SecretString:word::}}")),
    one("whole secret that the deployment fills in", "CL123", env(AB="{{resolve:secretsmanager:a}}")),
    one(
        "secret of the stack that the deployment fills in",
        "CL123",
        env(AB={"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "S"}, ":SecretString:::}}"]]}),
    ),
    one("user's name out of a secret", "", env(AB="{{resolve:secretsmanager:a:SecretString:username::}}")),
    one("parameter that the deployment fills in", "", env(DB_PASSWORD="{{resolve:ssm:/password}}")),
    one("secure parameter", "CL125", env(DB_PASSWORD="{{resolve:ssm-secure:/password:1}}")),
    one("secure parameter in a text", "CL125", env(AB={"Fn::Sub": "x{{resolve:ssm-secure:/${AWS::Region}:1}}"})),
    # --- Runtimes
    one("runtime misspelt", "CL130", zipped(Runtime="python3.13.1")),
    one("runtime in a gap", "CL130", zipped(Runtime="nodejs21.x")),
    one("runtime newer than this library", "", zipped(Runtime="python3.19")),
    one("runtime without its dot", "CL130", zipped(Runtime="python312")),
    one("runtime far above", "CL130", zipped(Runtime="nodejs99.x")),
    one("base image as a runtime", "CL130", zipped(Runtime="dotnet9")),
    *unknowns("runtime", lambda value: zipped(Runtime=value if value != NO_VALUE else {"Ref": "P"})),
    one("runtime that is blocked", "CL131", zipped(Runtime="python3.7")),
    one("runtime of which creation is not blocked yet", "CL132", zipped(Runtime="python3.8")),
    one("runtime that has ended", "CL132", zipped(Runtime="python3.10")),
    one("runtime that lives", "", zipped(Runtime="python3.12")),
    one("runtime that ends in 91 days and more", "", zipped(Runtime="nodejs22.x")),
    one("inline code on Java", "CL134", inline("java21")),
    one("inline code on Node.js", "", inline("nodejs24.x")),
    one("inline code of 5,000 characters", "", inline(code="#" * 5_000)),
    one("inline code of 4 MiB", "CL134", inline(code="#" * 4_194_305)),
    one("inline code of 1,000,000 bytes", "", inline(code="#" * 1_000_000)),
    one("inline code of 1,000,001 bytes", "CL134", inline(code={"Fn::Sub": "${P}" + "#" * 1_000_001})),
    *unknowns("inline runtime", lambda value: inline(runtime=value if value != NO_VALUE else {"Ref": "P"})),
    one("runtime version", "", runtime_management(UpdateRuntimeOn="Manual", RuntimeVersionArn=VERSION_ARN)),
    one(
        "runtime version by its name",
        "CL135",
        runtime_management(UpdateRuntimeOn="Manual", RuntimeVersionArn="python3.14.v1"),
    ),
    *unknowns(
        "runtime version",
        lambda v: runtime_management(UpdateRuntimeOn="Manual" if v != NO_VALUE else "Auto", RuntimeVersionArn=v),
    ),
    one("runtime version missing", "CL135", runtime_management(UpdateRuntimeOn="Manual")),
    one("runtime version too much", "CL135", runtime_management(UpdateRuntimeOn="Auto", RuntimeVersionArn=VERSION_ARN)),
    one("runtime mode misspelt", "CL135", runtime_management(UpdateRuntimeOn="auto")),
    one("runtime mode missing", "CL110", runtime_management(RuntimeVersionArn=VERSION_ARN)),
    *unknowns("runtime mode", lambda value: runtime_management(UpdateRuntimeOn=value if value != NO_VALUE else "Auto")),
    one("handler of inline code", "CL136", inline(handler="app.handler")),
    one("handler of inline code in a layer", "", inline(handler="a.b", Layers=[{"Ref": "L"}])),
    one("handler of inline code that is right", "", inline(handler="index.main")),
    # --- What CDK writes until it has looked a value up
    one("looked up", "", zipped(Role=LOOK_UP, KmsKeyArn=LOOK_UP, FunctionName=LOOK_UP, Handler=LOOK_UP + " x")),
    one("runtime looked up", "", zipped(Runtime=LOOK_UP, MemorySize=LOOK_UP, CodeSigningConfigArn=LOOK_UP)),
    one(
        "layer and network looked up",
        "",
        zipped(Layers=[LOOK_UP], VpcConfig={"SubnetIds": [LOOK_UP], "SecurityGroupIds": [LOOK_UP]}),
    ),
    one("parts looked up", "", name({"Fn::Join": ["-", ["a", f"b{LOOK_UP}", {"Ref": "P"}]]})),
    one("parts of a substitution looked up", "", name({"Fn::Sub": f"${{P}}-{LOOK_UP}"})),
    one("certain part beside what is looked up", "CL104", name(f"a.b-{LOOK_UP}")),
    one("environment looked up", "", env(DB_PASSWORD=LOOK_UP, AB="v" * 4_060)),
]
