"""What is said of an emulator is true: each claim is tried."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_assemblies import assembly, function, template
from processes import until

from constructs_lambda.errors import InputError
from constructs_lambda.local import Emulator, LocalApp
from constructs_lambda.local.fits import fit
from constructs_lambda.local.ignored import NOT_ENFORCED, abilities

pytestmark = pytest.mark.emulator

FAILS = "def handler(event, context):\n    print('a text')\n    raise ValueError('as it was asked to')\n"
PROVIDES = """
import json, urllib.request
def handler(event, context):
    names = ("StackId", "RequestId", "LogicalResourceId")
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "x", **{name: event[name] for name in names}}
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT"))
"""
LOOKS = """
import os, sys, time
def handler(event, context):
    if (event.get("rawPath") or "").endswith("/slow"):
        time.sleep(1.5)
    used = len(bytearray(256 * 1024 * 1024))
    return {"opt": os.path.exists("/opt/python"), "python": list(sys.version_info[:2]), "used": used}
"""


def target(integration: str) -> dict[str, Any]:
    return {"Fn::Join": ["", ["integrations/", {"Ref": integration}]]}


def arn(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Arn"]}


def of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{type}", "Properties": properties}


API = {"ApiId": {"Ref": "Api"}}
LEFT_OUT = template(
    Dead=of("SQS::Queue"),
    Success=of("SQS::Queue"),
    Failure=of("SQS::Queue"),
    Fails=function(
        FAILS,
        DeadLetterConfig={"TargetArn": arn("Dead")},
        LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "ERROR"},
        TracingConfig={"Mode": "Active"},
    ),
    Alarm=of(
        "CloudWatch::Alarm",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": {"Ref": "Fails"}}],
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Period=10,
        Statistic="Sum",
        Threshold=0,
    ),
    Given=of("CloudFormation::CustomResource", ServiceToken=arn("Provides"), Own="read by the provider alone"),
    Provides=function(PROVIDES),
    Looks=function(
        LOOKS,
        MemorySize=128,
        VpcConfig={"SubnetIds": []},
        ReservedConcurrentExecutions=0,
        Timeout=30,
    ),
    Invoked=of(
        "Lambda::EventInvokeConfig",
        FunctionName={"Ref": "Looks"},
        Qualifier="$LATEST",
        DestinationConfig={"OnSuccess": {"Destination": arn("Success")}, "OnFailure": {"Destination": arn("Failure")}},
    ),
    Api=of(
        "ApiGatewayV2::Api",
        Name="Api",
        ProtocolType="HTTP",
        CorsConfiguration={"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"]},
    ),
    Requests=of("Logs::LogGroup"),
    Stage=of(
        "ApiGatewayV2::Stage",
        **API,
        StageName="$default",
        AutoDeploy=True,
        DefaultRouteSettings={"ThrottlingRateLimit": 1, "ThrottlingBurstLimit": 1},
        AccessLogSettings={"DestinationArn": arn("Requests"), "Format": "$context.requestId"},
    ),
    Integration=of(
        "ApiGatewayV2::Integration",
        **API,
        IntegrationType="AWS_PROXY",
        IntegrationUri=arn("Looks"),
        PayloadFormatVersion="2.0",
        TimeoutInMillis=500,
    ),
    Any=of("ApiGatewayV2::Route", **API, RouteKey="GET /{proxy+}", Target=target("Integration")),
    Signed=of(
        "ApiGatewayV2::Route",
        **API,
        RouteKey="GET /signed",
        AuthorizationType="AWS_IAM",
        Target=target("Integration"),
    ),
    Url=of("Lambda::Url", TargetFunctionArn=arn("Looks"), AuthType="AWS_IAM"),
    Sales=of("SNS::Topic", KmsMasterKeyId="alias/aws/sns"),
    Subscription=of(
        "SNS::Subscription",
        TopicArn={"Ref": "Sales"},
        Protocol="lambda",
        Endpoint=arn("Fails"),
        RedrivePolicy={"deadLetterTargetArn": arn("Dead")},
    ),
    Bucket=of(
        "S3::Bucket",
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    ),
    Table=of(
        "DynamoDB::Table",
        TableName="one",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        TimeToLiveSpecification={"AttributeName": "end", "Enabled": True},
    ),
    Global=of(
        "DynamoDB::GlobalTable",
        TableName="many",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Replicas=[
            {
                "Region": "us-east-1",
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            }
        ],
    ),
)
UNREAD = {
    "AWS::DynamoDB::Table TimeToLiveSpecification",
    "AWS::Lambda::Function ReservedConcurrentExecutions",
    "AWS::S3::Bucket BucketEncryption",
    "AWS::SNS::Topic KmsMasterKeyId",
}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


@pytest.fixture(scope="module")
def app(aws: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    app = aws.deploy(assembly(tmp_path_factory.mktemp("shop"), Shop=LEFT_OUT))
    yield app
    app.close()


def messages(aws: Emulator, app: LocalApp, queue: str) -> list[Any]:
    url = app.resource("AWS::SQS::Queue", queue).physical_id
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [each["Body"] for each in found.get("Messages", ())]


def test_what_is_never_read_is_told(app: LocalApp) -> None:
    assert app.ignored is not None
    assert {each.what for each in app.ignored.unread} == UNREAD
    assert app.ignored.missing == ()


def test_what_is_not_held_to_is_told(app: LocalApp) -> None:
    assert app.ignored is not None
    told = {each.what for each in app.ignored.lax}
    not_in_this_app = {
        "AWS::ApiGateway::Method AuthorizationType=AWS_IAM",
        "AWS::Events::Rule Targets",
        "AWS::KMS::Key",
        "AWS::Lambda::Function Layers",
        "AWS::Lambda::Permission",
        "AWS::Scheduler::Schedule Target",
    }
    assert told == {f"{kind} {name}".strip() for kind, name in NOT_ENFORCED} - not_in_this_app


def test_properties_that_are_never_read_have_no_effect(aws: Emulator, app: LocalApp) -> None:
    assert app.invoke("Looks").error == "", "although no execution is reserved"
    assert aws.client("dynamodb").describe_time_to_live(TableName="one")["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "DISABLED"
    }
    topic = app.resource("AWS::SNS::Topic").physical_id
    assert "KmsMasterKeyId" not in aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    bucket = aws.client("s3").get_bucket_encryption(Bucket=app.resource("AWS::S3::Bucket").physical_id)
    assert "aws:kms" not in json.dumps(bucket["ServerSideEncryptionConfiguration"])


def test_memory_runtime_and_layers(app: LocalApp) -> None:
    import sys

    assert app.invoke("Looks").json() == {"opt": False, "python": list(sys.version_info[:2]), "used": 256 * 1024 * 1024}


def test_a_replica_says_nothing_of_itself(aws: Emulator, app: LocalApp) -> None:
    backups = aws.client("dynamodb").describe_continuous_backups(TableName="many")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_an_http_api(aws: Emulator, app: LocalApp) -> None:
    preflight = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    assert app.request("OPTIONS /x", api="Api", headers=preflight).status == 403
    answers = [app.request("GET /x", api="Api", headers={"Origin": "https://a.example"}) for _ in range(5)]
    assert {each.status for each in answers} == {200}, "none is throttled"
    assert not any(name.lower().startswith("access-control") for each in answers for name in each.headers)
    started = time.monotonic()
    assert app.request("GET /slow", api="Api").status == 200
    assert time.monotonic() - started > 1, "longer than the integration may take"
    group = app.resource("AWS::Logs::LogGroup").physical_id
    assert aws.client("logs").filter_log_events(logGroupName=group)["events"] == []


@pytest.mark.parametrize(("route", "api"), [("GET /signed", "Api"), ("GET /", "Url")])
def test_signatures(app: LocalApp, route: str, api: str) -> None:
    assert app.request(route, api=api).status == 403
    assert app.request(route, api=api, sign=True).status == 200
    wrong = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"
    assert app.request(route, api=api, headers={"Authorization": wrong}).status == 200, "any signature will do"


def test_alarms_and_the_format_of_logs(aws: Emulator, app: LocalApp) -> None:
    assert app.invoke("Fails").error
    until(
        lambda: "a text" in [line.message for line in app.logs("Fails")],  # neither JSON, nor left out by its level
        again=lambda: app.invoke("Fails"),
    )
    cloudwatch = aws.client("cloudwatch")
    assert cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "INSUFFICIENT_DATA", "although it failed"
    cloudwatch.put_metric_data(Namespace="Own", MetricData=[{"MetricName": "Any", "Value": 1}])
    assert cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"


@pytest.mark.slow
def test_what_is_sent_nowhere(aws: Emulator, app: LocalApp) -> None:
    for name in ("Looks", "Fails"):
        physical = app.resource("AWS::Lambda::Function", name).physical_id
        aws.client("lambda").invoke(FunctionName=physical, InvocationType="Event", Payload=b"{}")
    app.publish("Sales", "x")
    until(lambda: len([line for line in app.logs("Fails", platform=True) if line.message.startswith("END")]) >= 4)
    assert messages(aws, app, "Dead") == []
    assert messages(aws, app, "Success") == []


def test_what_is_refused_is_told_with_what_needs_it(tmp_path: Path) -> None:
    route = of("EC2::Route", NatGatewayId={"Ref": "Nat"}, RouteTableId="rtb-1", DestinationCidrBlock="0.0.0.0/0")
    layer = "arn:aws:lambda:us-east-1:017000801446:layer:Powertools:37"
    fitted = fit(
        assembly(
            tmp_path,
            Shop=template(
                Nat=of("EC2::NatGateway"),
                Route=route,
                Orders=function(Layers=[layer]),
                Image={
                    "Type": "AWS::Lambda::Function",
                    "Properties": {"PackageType": "Image", "Code": {"ImageUri": "x"}, "Role": arn("Role")},
                },
            ),
        )
    )
    assert fitted.ignored.lines()[:5] == [
        "Not there, because the emulator can't have it:",
        "  AWS::EC2::NatGateway                                       a type that the emulator refuses: Shop/Nat",
        "  AWS::EC2::Route                                            needs Shop/Nat: Shop/Route",
        "  AWS::Lambda::Function                                      a container image, which can't be invoked here: "
        "Shop/Image",
        f"  {layer}  a layer of another account, whose modules aren't there: Shop/Orders",
    ]


def test_a_container_image_can_be_deployed_but_not_invoked(aws: Emulator, tmp_path: Path) -> None:
    image = {"PackageType": "Image", "Code": {"ImageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/a:b"}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {**image, "Role": arn("Role")}}
    app = aws.deploy(assembly(tmp_path, Image=template(Report=function)))
    with pytest.raises(InputError, match="Image/Report: is a container image, and the emulator runs none"):
        app.invoke()
    app.close()


def test_providers_in_javascript_that_cannot_run_here(tmp_path: Path) -> None:
    outdir = assembly(
        tmp_path,
        Shop=template(
            Made={"Type": "Custom::Made", "Properties": {"ServiceToken": arn("Maker")}},
            Kept={"Type": "Custom::Kept", "Properties": {"ServiceToken": arn("Keeper")}},
            Maker=of("Lambda::Function", Code={"S3Bucket": "b", "S3Key": "maker.zip"}, Runtime="nodejs24.x"),
            Keeper=of("Lambda::Function", Code={"S3Bucket": "b", "S3Key": "keeper.zip"}, Runtime="nodejs24.x"),
        ),
    )
    manifest = json.loads((tmp_path / "Shop.assets.json").read_text())
    for name, client in (("maker", "ec2"), ("keeper", "ssm")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.js").write_text(f"const c = require('@aws-sdk/client-{client}');")
        place = {"bucketName": "b", "objectKey": f"{name}.zip"}
        manifest["files"][name] = {"source": {"path": name, "packaging": "zip"}, "destinations": {"here": place}}
    (tmp_path / "Shop.assets.json").write_text(json.dumps(manifest))
    (missing,) = fit(outdir).ignored.missing
    assert (missing.what, missing.why, missing.where) == ("Custom::Made", "needs Shop/Maker", ("Shop/Made",))


def test_an_emulator_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    abilities.cache_clear()
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(InputError, match=r'can.t be read out of its code; .*pip install "ministack==1\.5\.33"'):
        abilities()


def test_what_it_can_is_read_without_the_users_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    monkeypatch.setenv("MINISTACK_REGION", "eu-west-1")
    abilities.cache_clear()
    known = abilities()
    assert {"AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::SNS::Topic"} <= known.types.keys()
    assert "AWS::EC2::NatGateway" not in known.types
    assert "Timeout" in known.types["AWS::Lambda::Function"]
    assert "@aws-sdk/client-ssm" in known.clients
