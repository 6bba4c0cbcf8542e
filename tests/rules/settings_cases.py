"""CL140 to CL303: file systems, logging, signing, images, kinds of function, layers and networks."""

from typing import Any

from rules.cases import (
    ABSENT,
    IMAGE_URI,
    NO_VALUE,
    Case,
    around,
    image,
    managed,
    one,
    resource,
    stack,
    unknowns,
    up_to,
    zipped,
)

ACCESS_POINT = "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0"
S3_FILES = "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0123456789abcdef0/access-point/fsap-0123456789abcdef0"
VPC = {"SubnetIds": ["subnet-01", "subnet-02"], "SecurityGroupIds": ["sg-01"]}
MAYBE = {"Fn::If": ["C", {"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/a"}, NO_VALUE]}
SIGNING = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdefg"
PROFILE = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/orders/1"
SNAP = {"ApplyOn": "PublishedVersions"}
POLICY = {"PredefinedMetricType": "LambdaCapacityProviderAverageCPUUtilization", "TargetValue": 50}
PER_TENANT = {"TenantIsolationMode": "PER_TENANT"}
LAYER = "arn:aws:lambda:eu-west-1:111122223333:layer"

SYSTEMS = [{"Arn": ACCESS_POINT, "LocalMountPath": "/mnt/data"}]


def mount(path: Any = "/mnt/data", arn: Any = ACCESS_POINT, **more: Any) -> Any:
    systems = [{"Arn": arn, "LocalMountPath": path}]
    return zipped(**{"FileSystemConfigs": systems, "VpcConfig": VPC, **more})


def direct_read(word: Any) -> Any:
    system = {"Arn": S3_FILES, "LocalMountPath": "/mnt/data", "S3FilesConfig": {"DirectS3Read": word}}
    return mount(FileSystemConfigs=[system])


def log(**settings: Any) -> Any:
    return zipped(LoggingConfig=settings)


def on_provider(architectures: Any = ABSENT) -> Any:
    return managed({"CapacityProviderArn": {"Fn::GetAtt": ["P", "Arn"]}}, Architectures=architectures)


def scaled(least: Any, most: Any) -> Any:
    given = {"MinExecutionEnvironments": least, "MaxExecutionEnvironments": most}
    return {name: value for name, value in given.items() if value is not ABSENT}


def config(**properties: Any) -> Any:
    publishers = {"SigningProfileVersionArns": [PROFILE]}
    return resource("CodeSigningConfig", {"AllowedPublishers": publishers, **properties})


def publishers(count: int) -> Any:
    return config(AllowedPublishers={"SigningProfileVersionArns": [f"{PROFILE}{i}" for i in range(count)]})


def alias(function: Any = "F", provisioned: Any = ABSENT, **properties: Any) -> Any:
    given = {"FunctionName": {"Ref": function}, "FunctionVersion": "1", "Name": "live", **properties}
    if provisioned is not ABSENT:
        given["ProvisionedConcurrencyConfig"] = {"ProvisionedConcurrentExecutions": provisioned}
    return resource("Alias", given)


def version(function: Any = "F", **properties: Any) -> Any:
    return resource("Version", {"FunctionName": {"Ref": function}, **properties})


def url(function: Any = "F", **properties: Any) -> Any:
    return resource("Url", {"TargetFunctionArn": {"Ref": function}, "AuthType": "AWS_IAM", **properties})


def mapping(function: Any = "F") -> Any:
    return resource("EventSourceMapping", {"FunctionName": {"Fn::GetAtt": [function, "Arn"]}})


def durable(timeout: Any = 60, days: Any = 1, **properties: Any) -> Any:
    return zipped(DurableConfig={"ExecutionTimeout": timeout, "RetentionPeriodInDays": days}, **properties)


def provider(**properties: Any) -> Any:
    vpc = {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    role = {"CapacityProviderOperatorRoleArn": "arn:aws:iam::111122223333:role/operator"}
    return resource("CapacityProvider", {"VpcConfig": vpc, "PermissionsConfig": role, **properties})


def scaling(**settings: Any) -> Any:
    return provider(CapacityProviderScalingConfig=settings)


def instances(**requirements: Any) -> Any:
    return provider(InstanceRequirements=requirements)


def subnets(count: int) -> Any:
    return zipped(VpcConfig={**VPC, "SubnetIds": [f"subnet-{i:017x}" for i in range(count)]})


def groups(count: int) -> Any:
    return zipped(VpcConfig={**VPC, "SecurityGroupIds": [f"sg-{i:017x}" for i in range(count)]})


def layers(*arns: Any) -> Any:
    return zipped(Layers=list(arns))


LAYER_VERSION = resource("LayerVersion", {"Content": {"S3Bucket": "assets", "S3Key": "k"}})


def in_region(layer: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:aws:lambda:${{AWS::Region}}:111122223333:layer:{layer}"}


CASES: list[Case] = [
    one("file system", "", mount()),
    one("file system of S3", "", mount(arn=S3_FILES)),
    one("file system elsewhere", "CL140", mount("/data")),
    one("file system in a folder", "CL140", mount("/mnt/a/b")),
    *up_to("mount path", "CL140", 160, lambda n: mount("/mnt/" + "p" * (n - 5))),
    *unknowns("mount path and access point", lambda v: mount(v, v) if v != NO_VALUE else mount()),
    one(
        "file system by its own ARN",
        "CL140",
        mount(arn="arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-1"),
    ),
    one("file system by a short id", "CL140", mount(arn=ACCESS_POINT.replace("0123456789abcdef0", "xyz"))),
    one("file system read from S3", "", direct_read("AUTO")),
    one("file system read somehow", "CL140", direct_read("auto")),
    *unknowns("direct read", direct_read),
    one("file system without a path", "CL140", mount(NO_VALUE)),
    one("file system without a VPC", "CL140", mount(VpcConfig=ABSENT)),
    one("file system with an empty VPC", "CL140", mount(VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})),
    one("file system and a VPC that is unknown", "", mount(VpcConfig={"Ref": "P"})),
    one("file system and subnets that are unknown", "", mount(VpcConfig={"SubnetIds": {"Ref": "P"}})),
    one("file system on Managed Instances", "CL140", managed(FileSystemConfigs=SYSTEMS)),
    one("two file systems", "CL140", mount(FileSystemConfigs=SYSTEMS * 2)),
    one("file systems that may vanish", "", zipped(FileSystemConfigs=[MAYBE, MAYBE])),
    *unknowns("file systems", lambda value: zipped(FileSystemConfigs=value)),
    one("log levels", "", log(LogFormat="JSON", ApplicationLogLevel="DEBUG", SystemLogLevel="WARN")),
    one("log level with texts", "CL141", log(LogFormat="Text", ApplicationLogLevel="DEBUG")),
    one("log level without a format", "CL141", log(SystemLogLevel="WARN")),
    one("log level, format unknown", "", log(LogFormat={"Ref": "P"}, SystemLogLevel="WARN")),
    one("log level misspelt", "CL141", log(LogFormat="JSON", SystemLogLevel="ERROR")),
    one("log format misspelt", "CL141", log(LogFormat="json")),
    one("log group", "", log(LogGroup="/aws/lambda/a_b.c#d-1")),
    one("log group by its ARN", "CL141", log(LogGroup="arn:aws:logs:eu-west-1:111122223333:log-group:a")),
    one("log group without a name", "CL141", log(LogGroup="")),
    *up_to("log group", "CL141", 512, lambda n: log(LogGroup="g" * n)),
    *unknowns("logging", lambda value: zipped(LoggingConfig=value)),
    *unknowns("logging settings", lambda v: log(LogFormat="JSON", LogGroup=v, SystemLogLevel=v, ApplicationLogLevel=v)),
    one("log level on Managed Instances", "", managed(LoggingConfig={"SystemLogLevel": "INFO"})),
    one("texts on Managed Instances", "CL141", managed(LoggingConfig={"LogFormat": "Text"})),
    one("code signing", "", zipped(CodeSigningConfigArn=SIGNING)),
    one("code signing by id", "CL142", zipped(CodeSigningConfigArn="csc-0123456789abcdefg")),
    one("code signing of an image", "CL142", image(CodeSigningConfigArn=SIGNING)),
    *unknowns("code signing", lambda value: image(CodeSigningConfigArn=value)),
    one("no code signing", "", image(CodeSigningConfigArn="")),
    stack("signing profiles: 0", "CL143", S=publishers(0)),
    stack("signing profiles: 1", "", S=publishers(1)),
    stack("signing profiles: 20", "", S=publishers(20)),
    stack("signing profiles: 21", "CL143", S=publishers(21)),
    stack("signing profiles unknown", "", S=config(AllowedPublishers={"SigningProfileVersionArns": {"Ref": "P"}})),
    stack("signing policy", "", S=config(CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"})),
    stack("signing policy misspelt", "CL143", S=config(CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Deny"})),
    stack("signing without the word", "CL906", S=config(CodeSigningPolicies={})),
    stack(
        "signing profile by its name", "CL143", S=config(AllowedPublishers={"SigningProfileVersionArns": ["orders"]})
    ),
    stack("signing profile unknown", "", S=config(AllowedPublishers={"SigningProfileVersionArns": [{"Ref": "P"}]})),
    stack("signing description", "CL143", S=config(Description="d" * 257)),
    *up_to("working directory", "CL144", 1_000, lambda n: image(ImageConfig={"WorkingDirectory": "/" + "w" * (n - 1)})),
    *up_to("command", "CL144", 1_500, lambda n: image(ImageConfig={"Command": ["c"] * n})),
    *up_to("entry point", "CL144", 1_500, lambda n: image(ImageConfig={"EntryPoint": ["c"] * n})),
    *unknowns("image settings", lambda v: image(ImageConfig={"WorkingDirectory": v, "Command": v, "EntryPoint": v})),
    one("image with a runtime", "CL145", image(Runtime="python3.13")),
    one("image with a handler", "CL145", image(Handler="index.handler")),
    one("image with a layer", "CL145", image(Layers=[{"Ref": "L"}])),
    one("image with a layer that may vanish", "", image(Layers=[{"Fn::If": ["C", {"Ref": "L"}, NO_VALUE]}])),
    one("image or zip", "", zipped(Code={"ImageUri": {"Ref": "P"}})),
    one("image with a handler, without a package type", "CL112 CL145", zipped(Code={"ImageUri": IMAGE_URI})),
    *unknowns("runtime of an image", lambda value: image(Runtime=value, Handler=value)),
    one(
        "inline code under Enforce",
        "CL146",
        zipped(Code={"ZipFile": "pass"}, CodeSigningConfigArn={"Ref": "S"}),
        S=config(CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"}),
    ),
    one("inline code under Warn", "", zipped(Code={"ZipFile": "pass"}, CodeSigningConfigArn={"Ref": "S"}), S=config()),
    one("image under a configuration of the stack", "CL146", image(CodeSigningConfigArn={"Ref": "S"}), S=config()),
    # --- Kinds of function
    one("SnapStart", "", zipped(SnapStart=SNAP, Runtime="python3.12")),
    one("SnapStart on Python 3.11", "CL150", zipped(SnapStart=SNAP, Runtime="python3.11")),
    one("SnapStart on Node.js", "CL150", zipped(SnapStart=SNAP, Runtime="nodejs24.x")),
    one("SnapStart on an unknown runtime", "", zipped(SnapStart=SNAP, Runtime={"Ref": "P"})),
    one("SnapStart with a file system", "CL151", mount(SnapStart=SNAP)),
    one("SnapStart with 512 MB", "", zipped(SnapStart=SNAP, EphemeralStorage={"Size": 512})),
    one("SnapStart with 513 MB", "CL151", zipped(SnapStart=SNAP, EphemeralStorage={"Size": 513})),
    one("SnapStart of an image", "CL151", image(SnapStart=SNAP)),
    one("SnapStart with tenants", "CL151", zipped(SnapStart=SNAP, TenancyConfig=PER_TENANT)),
    *unknowns("SnapStart", lambda value: mount(SnapStart=value, Runtime="nodejs24.x")),
    one("SnapStart, provisioned", "CL152", zipped(SnapStart=SNAP), A=alias(provisioned=1)),
    one(
        "SnapStart, provisioned on a version",
        "CL152",
        zipped(SnapStart=SNAP),
        V=version(ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 1}),
    ),
    one(
        "SnapStart, provisioned under a condition",
        "",
        zipped(SnapStart=SNAP),
        A={**alias(provisioned=1), "Condition": "C"},
    ),
    one("SnapStart with an alias", "", zipped(SnapStart=SNAP), A=alias()),
    *unknowns("provisioned", lambda _: zipped(SnapStart=SNAP), A=alias(provisioned={"Ref": "P"})),
    one("tenants", "", zipped(TenancyConfig=PER_TENANT)),
    one("tenants with a URL", "CL160", zipped(TenancyConfig=PER_TENANT), U=url()),
    one("tenants with a URL of an alias", "CL160", zipped(TenancyConfig=PER_TENANT), U=url("A"), A=alias()),
    one("tenants with a mapping", "CL160", zipped(TenancyConfig=PER_TENANT), M=mapping()),
    one("tenants, provisioned", "CL160", zipped(TenancyConfig=PER_TENANT), A=alias(provisioned=1)),
    one("tenants with a URL under a condition", "", zipped(TenancyConfig=PER_TENANT), U={**url(), "Condition": "C"}),
    one("no tenants", "", zipped(), U=url(), M=mapping(), A=alias(provisioned=1)),
    *around("durable timeout", "CL170", (1, 31_622_400), lambda n: durable(n if n != NO_VALUE else 1)),
    *around("durable retention", "CL170", (1, 90), lambda n: durable(days=n)),
    one("durable without a timeout", "CL170", durable(NO_VALUE)),
    *unknowns("durable", lambda value: zipped(DurableConfig=value)),
    one("durable on Python 3.12", "CL171", durable(Runtime="python3.12")),
    one("durable on Python 3.13", "", durable(Runtime="python3.13")),
    one("durable on an unknown runtime", "", durable(Runtime={"Ref": "P"})),
    *around("memory per vCPU", "CL180", (2, 8), lambda n: managed({"ExecutionEnvironmentMemoryGiBPerVCpu": n})),
    *around("concurrency", "CL180", (1, 1_600), lambda n: managed({"PerExecutionEnvironmentMaxConcurrency": n})),
    *around(
        "environments",
        "CL180",
        (None, 15_000),
        lambda n: managed(FunctionScalingConfig={"MaxExecutionEnvironments": n}),
    ),
    one(
        "more at least than at most",
        "CL180",
        managed(FunctionScalingConfig={"MinExecutionEnvironments": 3, "MaxExecutionEnvironments": 2}),
    ),
    one("provider by its name", "CL180", managed({"CapacityProviderArn": "pool"})),
    *unknowns("provider", lambda value: managed({"CapacityProviderArn": value if value != NO_VALUE else {"Ref": "P"}})),
    one("managed on Python 3.12", "CL181", managed(Runtime="python3.12")),
    one("managed on an unknown runtime", "", managed(Runtime={"Ref": "P"})),
    stack("provider", "", P=provider()),
    stack("provider of 2 vCPUs", "", P=scaling(MaxVCpuCount=2)),
    stack("provider of 1 vCPU", "CL182", P=scaling(MaxVCpuCount=1)),
    stack("provider of 15,001 vCPUs", "CL182", P=scaling(MaxVCpuCount=15_001)),
    stack("provider, scaled", "", P=scaling(ScalingMode="Manual", ScalingPolicies=[POLICY])),
    *around(
        "target value",
        "CL182",
        (0, 100),
        lambda n: scaling(ScalingPolicies=[{**POLICY, "TargetValue": n if n != NO_VALUE else 1}]),
    ),
    stack("target value of a half", "", P=scaling(ScalingPolicies=[{**POLICY, "TargetValue": 50.5}])),
    stack("metric misspelt", "CL182", P=scaling(ScalingPolicies=[{**POLICY, "PredefinedMetricType": "CPU"}])),
    stack("policy without a target", "CL906", P=scaling(ScalingPolicies=[{**POLICY, "TargetValue": NO_VALUE}])),
    stack("policy that may vanish", "", P=scaling(ScalingPolicies=[{"Fn::If": ["C", POLICY, NO_VALUE]}])),
    *unknowns("policies", lambda v: scaling(ScalingPolicies=[v] if v != NO_VALUE else v)),
    stack("provider of arm64", "", P=instances(Architectures=["arm64"], AllowedInstanceTypes=["m7g.*", "c7g.large"])),
    stack("provider of arm", "CL183", P=instances(Architectures=["arm"])),
    stack("provider of two architectures", "CL183", P=instances(Architectures=["arm64", "x86_64"])),
    stack("instance type with a blank", "CL183", P=instances(AllowedInstanceTypes=["m7g large"])),
    stack("instance type of 30 letters", "", P=instances(ExcludedInstanceTypes=["m" * 30])),
    stack("instance type of 31 letters", "CL183", P=instances(ExcludedInstanceTypes=["m" * 31])),
    stack("no instance types", "", P=instances(AllowedInstanceTypes=[], ExcludedInstanceTypes=[])),
    stack("operator by its name", "CL183", P=provider(PermissionsConfig={"CapacityProviderOperatorRoleArn": "r"})),
    stack("provider under an alias", "CL183", P=provider(KmsKeyArn="alias/a")),
    *unknowns(
        "instances",
        lambda v: provider(
            KmsKeyArn=v,
            InstanceRequirements={
                "Architectures": [v, "arm64"][: 1 if v != NO_VALUE else 2],
                "AllowedInstanceTypes": [v],
            },
        ),
    ),
    stack("provider without groups", "CL906", P=provider(VpcConfig={"SubnetIds": ["subnet-1"]})),
    stack(
        "provider with an empty list of groups", "", P=provider(VpcConfig={"SubnetIds": ["s"], "SecurityGroupIds": []})
    ),
    stack("provider, scaled by hand without a policy", "CL182", P=scaling(ScalingMode="Manual")),
    stack("provider, scaled somehow", "CL182", P=scaling(ScalingMode="manually")),
    stack("provider, scaled by AWS with a policy", "CL182", P=scaling(ScalingMode="Auto", ScalingPolicies=[POLICY])),
    stack("provider, scaled by AWS", "", P=scaling(ScalingMode="Auto", ScalingPolicies=NO_VALUE)),
    *unknowns("provider, scaled by AWS", lambda v: scaling(ScalingMode="Auto", ScalingPolicies=v)),
    *unknowns("provider, scaled with a policy", lambda v: scaling(ScalingMode=v, ScalingPolicies=[POLICY])),
    stack("types of both kinds", "CL182", P=instances(AllowedInstanceTypes=["m7g.*"], ExcludedInstanceTypes=["m*"])),
    *unknowns(
        "types of perhaps both kinds", lambda v: instances(AllowedInstanceTypes=["m7g.*"], ExcludedInstanceTypes=v)
    ),
    one("managed in a VPC", "CL186", managed(VpcConfig=VPC)),
    one("managed in an empty VPC", "", managed(VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})),
    *unknowns("managed in a VPC", lambda value: managed(VpcConfig=value)),
    *unknowns("perhaps managed in a VPC", lambda value: zipped(VpcConfig=VPC, CapacityProviderConfig=value)),
    one("managed with a file system", "CL140", managed(FileSystemConfigs=SYSTEMS)),
    one("managed with a file system in a VPC", "CL186", managed(FileSystemConfigs=SYSTEMS, VpcConfig=VPC)),
    *(
        one(f"{ours} on {theirs}", expected, on_provider(ours), P=instances(Architectures=theirs))
        for ours, theirs, expected in (
            (["arm64"], ["arm64"], ""),
            (["arm64"], ["x86_64"], "CL187"),
            (ABSENT, ["arm64"], "CL187"),
            (ABSENT, ["x86_64"], ""),
            (["arm64"], NO_VALUE, "CL187"),
            (ABSENT, NO_VALUE, ""),
            ({"Ref": "P1"}, ["x86_64"], ""),
            ([{"Ref": "P1"}], ["x86_64"], ""),
            (["arm64"], {"Ref": "P1"}, ""),
            (["arm64"], [{"Ref": "P1"}], ""),
        )
    ),
    one("arm64 on types that tell", "", on_provider(["arm64"]), P=instances(AllowedInstanceTypes=["m7g.*"])),
    one("arm64 on a provider under a condition", "", on_provider(["arm64"]), P={**provider(), "Condition": "C"}),
    one("arm64 under a condition", "", {**on_provider(["arm64"]), "Condition": "C"}, P=provider()),
    one("arm64 on a provider of elsewhere", "", managed(Architectures=["arm64"]), P=provider()),
    *(
        stack(
            f"{number} versions on a provider",
            "CL188" if number > 100 else "",
            P=provider(),
            F=on_provider(),
            **{f"V{each}": version() for each in range(number)},
            W={**version(), "Condition": "C"},
        )
        for number in (99, 100, 101)
    ),
    *(
        one(f"environments: {least} to {most}", expected, managed(FunctionScalingConfig=scaled(least, most)))
        for least, most, expected in (
            (0, 0, ""),
            (0, 1, "CL189"),
            (1, 1, ""),
            (0, ABSENT, ""),
            (0, {"Ref": "P"}, ""),
            ({"Ref": "P"}, 5, ""),
        )
    ),
    one("environments of a version", "CL189", managed(), V=version(FunctionScalingConfig=scaled(0, 5))),
    one("environments without instances", "CL189", zipped(FunctionScalingConfig=scaled(3, 5))),
    one(
        "environments, perhaps with instances",
        "",
        zipped(FunctionScalingConfig=scaled(3, 5), CapacityProviderConfig={"Ref": "P"}),
    ),
    stack("provider with a dot", "CL182", P=provider(CapacityProviderName="a.b")),
    stack("provider with a long name", "CL182", P=provider(CapacityProviderName="a" * 141)),
    stack("provider in 17 subnets", "CL182", P=provider(VpcConfig={**VPC, "SubnetIds": ["subnet-1"] * 17})),
    stack("provider in a VPC that is unknown", "", P=provider(VpcConfig={"Ref": "P"}, PermissionsConfig={"Ref": "P"})),
    # --- Layers and networks
    *up_to("layers", "CL201", 5, lambda n: layers(*(f"{LAYER}:l{i}:1" for i in range(n)))),
    one("six layers of this stack", "CL201", layers(*({"Ref": f"L{i}"} for i in range(6)))),
    one("layers that may vanish", "", layers(*([{"Fn::If": ["C", {"Ref": "L"}, NO_VALUE]}] * 6))),
    one("layers in a token", "", layers("#{Token[TOKEN.1]}", *("x" * 6))),
    *unknowns("layers", lambda value: zipped(Layers=value)),
    *unknowns("layer", lambda value: layers(value, f"{LAYER}:a:1")),
    one("one layer of the template twice", "CL202", layers({"Ref": "L"}, {"Ref": "L"}), L=LAYER_VERSION),
    one("two layers of the template", "", layers({"Ref": "L"}, {"Ref": "M"}), L=LAYER_VERSION, M=LAYER_VERSION),
    one("one parameter twice", "", layers({"Ref": "P"}, {"Ref": "P"})),
    one("two outputs", "", layers({"Fn::GetAtt": ["N", "Outputs.A"]}, {"Fn::GetAtt": ["N", "Outputs.B"]})),
    one("two versions of a layer in any Region", "CL202", layers(in_region("a:1"), in_region("a:2"))),
    one("two layers in any Region", "", layers(in_region("a:1"), in_region("b:1"))),
    one(
        "two versions, joined",
        "CL202",
        layers(
            *(
                {
                    "Fn::Join": [
                        "",
                        [
                            "arn:",
                            {"Ref": "AWS::Partition"},
                            ":lambda:",
                            {"Ref": "AWS::Region"},
                            ":111122223333:layer:a:",
                            number,
                        ],
                    ]
                }
                for number in "12"
            )
        ),
    ),
    one(
        "versions of a layer in two accounts",
        "",
        layers(f"{LAYER}:a:1", {"Fn::Sub": "arn:aws:lambda:eu-west-1:${AWS::AccountId}:layer:a:2"}),
    ),
    one(
        "one of two versions of a layer",
        "",
        layers({"Fn::If": ["C", in_region("a:1"), NO_VALUE]}, {"Fn::If": ["C", NO_VALUE, in_region("a:2")]}),
    ),
    one("two versions of a layer", "CL202", layers(f"{LAYER}:a:1", f"{LAYER}:a:2")),
    one("one version of a layer twice", "CL202", layers(f"{LAYER}:a:1", f"{LAYER}:a:1")),
    one("versions of two layers", "", layers(f"{LAYER}:a:1", f"{LAYER}:b:1")),
    one("layer without a version", "CL203", layers(f"{LAYER}:a")),
    one("layer by its name", "CL203", layers("a")),
    one("layer of AWS", "", layers("arn:aws:lambda:::awslayer:Amazon")),
    one("no VPC", "", zipped(VpcConfig={"SubnetIds": [], "SecurityGroupIds": []})),
    *up_to("subnets", "CL301", 16, subnets),
    *up_to("security groups", "CL301", 5, groups),
    *unknowns("VPC", lambda value: zipped(VpcConfig=value)),
    *unknowns("subnets and groups", lambda value: zipped(VpcConfig={"SubnetIds": value, "SecurityGroupIds": value})),
    *unknowns("subnet and group", lambda value: zipped(VpcConfig={"SubnetIds": [value], "SecurityGroupIds": [value]})),
    one("subnets without groups", "CL302", zipped(VpcConfig={"SubnetIds": ["subnet-1", "subnet-2"]})),
    one("groups without subnets", "CL302", zipped(VpcConfig={"SubnetIds": [], "SecurityGroupIds": ["sg-1"]})),
    one(
        "groups unknown",
        "",
        zipped(VpcConfig={"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": {"Ref": "P"}}),
    ),
    one("subnet by its name", "CL303", zipped(VpcConfig={**VPC, "SubnetIds": ["private-a"]})),
    one("group for a subnet", "CL303", zipped(VpcConfig={**VPC, "SubnetIds": ["sg-1"]})),
    one("subnets in one text", "CL303", zipped(VpcConfig={**VPC, "SubnetIds": ["subnet-1,subnet-2"]})),
    one("subnets that were not looked up", "", zipped(VpcConfig={**VPC, "SubnetIds": ["p-12345", "s-67890"]})),
]
