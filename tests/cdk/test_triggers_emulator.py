"""Every trigger, deployed into an emulator of AWS: an event arrives, a filtered one doesn't, and what fails is kept.

What the emulator doesn't do, and the last tests here assert on the deployed template instead:

- It invokes functions and sends to queues without any permission, and encrypts nothing.
- Its sources deliver at once or never, so the dead letters of SNS, EventBridge and Scheduler stay empty.
- SNS, EventBridge and Scheduler run a function and wait, where AWS's hand the event over to be tried again. What fails
  there is given to Lambda as they give it, by an asynchronous invocation; only S3 does it by itself.
- A batch of a stream that fails is tried for ever: none is halved, given up and noted.
"""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from processes import SECONDS, until
from triggering import is_safe_keep, of_type

from constructs_lambda.local import Emulator, LocalApp

pytestmark = [pytest.mark.cdk, pytest.mark.emulator, pytest.mark.slow]

TRIES = 2
WANTED, OTHER, FAILING = "wanted", "other", "failing"
CODE = f"""
import json

def handler(event, context):
    print("GOT " + json.dumps(event))
    if "{FAILING}" in json.dumps(event):
        raise ValueError("as it was asked to")
    return "done"
"""


@dataclass(frozen=True)
class Deployed:
    """A stack with a function for each trigger, in the emulator."""

    aws: Emulator
    app: LocalApp
    template: dict[str, Any]

    def named(self, kind: str, part: str) -> str:
        """The name of the one resource of a kind with a part in its logical id."""
        (id,) = (id for id in of_type(self.template, f"AWS::{kind}") if part in id)
        return self.app.resource(f"AWS::{kind}", id).physical_id

    def got(self, function: str) -> list[Any]:
        """The events that a function got."""
        group = self.named("Logs::LogGroup", function)
        events = self.aws.client("logs").filter_log_events(logGroupName=group)["events"]
        return [json.loads(each["message"][4:]) for each in events if each["message"].startswith("GOT ")]

    def until_tried(self, function: str, text: str, times: int) -> None:
        """Waits until it got events with a text so often; the emulator may give what it says to another call."""

        def tries() -> int:
            return sum(text in json.dumps(each) for each in self.got(function))

        until(lambda: tries() >= times, again=lambda: self.app.invoke(function))
        assert tries() == times

    def kept(self, queue: str) -> list[Any]:
        """The messages of a queue, which stay there."""
        url = self.named("SQS::Queue", queue)
        found = self.aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(each["Body"]) for each in found.get("Messages", ())]

    def publish(self, topic: str, word: str) -> None:
        type = {"DataType": "String", "StringValue": word}
        arn = self.named("SNS::Topic", topic)
        self.aws.client("sns").publish(TopicArn=arn, Message=json.dumps(word), MessageAttributes={"type": type})

    def send(self, word: str) -> None:
        url = self.named("SQS::Queue", "QueueFunctionQueueTriggerQueue")
        self.aws.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"type": word}))

    def put_event(self, word: str) -> None:
        self.aws.client("events").put_events(Entries=[{"Source": "shop", "DetailType": word, "Detail": "{}"}])

    def put_object(self, bucket: str, word: str) -> None:
        key = f"{'out' if word == OTHER else 'in'}/{word}.csv"
        self.aws.client("s3").put_object(Bucket=self.named("S3::Bucket", bucket), Key=key, Body=b"a,b")

    def put_item(self, word: str) -> None:
        table = self.named("DynamoDB::GlobalTable", "Table")
        self.aws.client("dynamodb").put_item(TableName=table, Item={"id": {"S": word}})

    def put_record(self, word: str) -> None:
        stream = self.named("Kinesis::Stream", "Stream")
        self.aws.client("kinesis").put_record(StreamName=stream, PartitionKey="1", Data=data_of(word))


SOURCES: dict[str, Callable[[Deployed, str], None]] = {
    "Topic": lambda shop, word: shop.publish("TopicFunction", word),
    "Alias": lambda shop, word: shop.publish("AliasFunction", word),
    "Queue": lambda shop, word: shop.send(word),
    "FanOut": lambda shop, word: shop.publish("Sales", word),
    "Rule": lambda shop, word: shop.put_event(word),
    "Bucket": lambda shop, word: shop.put_object("BucketFunction", word),
    "Bridge": lambda shop, word: shop.put_object("BridgeFunction", word),
    "Table": lambda shop, word: shop.put_item(word),
    "Stream": lambda shop, word: shop.put_record(word),
}
ASYNCHRONOUS = ["Topic", "Rule", "Clock", "Bucket", "Bridge"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    outdir = tmp_path_factory.mktemp("triggers") / "cdk.out"
    synthesize(outdir)
    with Emulator() as aws:
        app = aws.deploy(outdir)
        yield Deployed(aws, app, json.loads((outdir / "Shop.template.json").read_text()))
        app.close()


def synthesize(outdir: Path) -> None:
    from aws_cdk import App, Duration, Stack, aws_dynamodb, aws_lambda, aws_scheduler, aws_sns

    from constructs_lambda import (
        BucketTrigger,
        EventTrigger,
        Function,
        QueueTrigger,
        ScheduleTrigger,
        StreamTrigger,
        TopicTrigger,
        UrlTrigger,
    )

    app = App(outdir=str(outdir), analytics_reporting=False)
    stack = Stack(app, "Shop")
    sales = aws_sns.Topic(stack, "Sales", enforce_ssl=True)
    table = aws_dynamodb.TableV2(
        stack,
        "Table",
        partition_key=aws_dynamodb.Attribute(name="id", type=aws_dynamodb.AttributeType.STRING),
        dynamo_stream=aws_dynamodb.StreamViewType.NEW_IMAGE,
    )
    type, long_ago = [WANTED, FAILING], datetime(2026, 1, 1, tzinfo=UTC)
    matching = aws_lambda.FilterCriteria.filter
    triggers = {
        "Topic": TopicTrigger(filter={"type": type}),
        "Alias": TopicTrigger(filter={"type": type}),
        "Queue": QueueTrigger(filters=[matching({"body": {"type": type}})], max_receive_count=TRIES),
        "FanOut": QueueTrigger(topic=sales, filter={"type": type}, max_receive_count=TRIES),
        "Rule": EventTrigger(pattern={"source": ["shop"], "detail-type": type}),
        "Clock": ScheduleTrigger(aws_scheduler.ScheduleExpression.at(long_ago), input={"report": WANTED}),
        "Bucket": BucketTrigger(prefixes=["in/"], suffixes=[".csv"]),
        "Bridge": BucketTrigger(prefixes=["in/"], event_bridge=True),
        "Table": StreamTrigger(table, filters=[matching({"dynamodb": {"Keys": {"id": {"S": type}}}})]),
        "Stream": StreamTrigger(filters=[matching({"data": {"type": type}})]),
        "Url": UrlTrigger(public=True),
    }
    for name, trigger in triggers.items():
        function = Function(
            stack,
            f"{name}Function",
            code=aws_lambda.Code.from_inline(CODE),
            handler="index.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            timeout=Duration.seconds(30),  # a machine with much to do starts a function slowly
        )
        (function.add_alias("live") if name == "Alias" else function).add_event_source(trigger)
    app.synth()


def words(events: list[Any]) -> set[str]:
    """Which of the words the events hold."""
    text = json.dumps(events)
    return {word for word in (WANTED, OTHER) if word in text or base64.b64encode(data_of(word)).decode() in text}


def data_of(word: str) -> bytes:
    """A record for Kinesis, which functions get in base64."""
    return json.dumps({"type": word}).encode()


@pytest.mark.parametrize("name", SOURCES)
def test_an_event_arrives_and_a_filtered_one_does_not(shop: Deployed, name: str) -> None:
    """What is filtered is sent first, so it would be there when the other is."""
    for word in (OTHER, WANTED):
        SOURCES[name](shop, word)
    until(lambda: words(shop.got(f"{name}Function")) == {WANTED}, again=lambda: SOURCES[name](shop, WANTED))


def test_by_the_clock(shop: Deployed) -> None:
    until(
        lambda: shop.got("ClockFunction").count({"report": WANTED}) == 1, again=lambda: shop.app.invoke("ClockFunction")
    )


def test_by_its_address(shop: Deployed) -> None:
    urls = shop.aws.client("lambda").get_function_url_config(FunctionName=shop.named("Lambda::Function", "UrlFunction"))
    host = urls["FunctionUrl"].removeprefix("https://").strip("/")
    connection = http.client.HTTPConnection("127.0.0.1", shop.aws.port, timeout=SECONDS)
    connection.request("GET", f"/{WANTED}", headers={"Host": host})
    response = connection.getresponse()
    assert (response.status, response.read()) == (200, b"done")
    connection.close()
    until(
        lambda: [each["rawPath"] for each in shop.got("UrlFunction") if each] == [f"/{WANTED}"],
        again=lambda: shop.app.invoke("UrlFunction"),
    )


def test_what_a_function_fails_at_is_kept(shop: Deployed) -> None:
    """After the two retries, with the event as it was; all at once, because the retries are a second or two apart."""
    for name in ASYNCHRONOUS:
        if name == "Bucket":
            shop.put_object("BucketFunction", FAILING)
        else:
            function = shop.named("Lambda::Function", f"{name}Function")
            event = json.dumps({"from": name, "word": FAILING})
            shop.aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=event)

    def kept() -> dict[str, list[Any]]:
        queues = {name: shop.kept(f"{name}FunctionAsyncFailures") for name in ASYNCHRONOUS}
        return {name: [each["requestPayload"] for each in messages] for name, messages in queues.items()}

    until(lambda: {name: len(events) for name, events in kept().items()} == dict.fromkeys(ASYNCHRONOUS, 1))
    for name, (event,) in kept().items():
        assert FAILING in json.dumps(event)
        shop.until_tried(f"{name}Function", json.dumps(event), 3)


@pytest.mark.parametrize(("name", "message"), [("Queue", {"type": FAILING}), ("FanOut", FAILING)])
def test_what_fails_in_a_queue_is_kept(shop: Deployed, name: str, message: object) -> None:
    """The time between two tries is made shorter, to a second."""
    queues = of_type(shop.template, "AWS::SQS::Queue")
    (queue,) = (id for id, each in queues.items() if id.startswith(f"{name}Function") and "RedrivePolicy" in each)
    url = shop.app.resource("AWS::SQS::Queue", queue).physical_id
    shop.aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    SOURCES[name](shop, FAILING)
    until(lambda: shop.kept(id_in(queues[queue]["RedrivePolicy"]["deadLetterTargetArn"])) == [message])
    shop.until_tried(f"{name}Function", FAILING, TRIES)


def test_nothing_that_is_filtered_came_late(shop: Deployed) -> None:
    assert [name for name in SOURCES if OTHER in words(shop.got(f"{name}Function"))] == []


def id_in(arn: dict[str, Any]) -> str:
    """The logical id of the resource of which a template takes the ARN."""
    return str(arn["Ref"] if "Ref" in arn else arn["Fn::GetAtt"][0])


def test_what_is_not_delivered_is_kept(shop: Deployed) -> None:
    rules = of_type(shop.template, "AWS::Events::Rule").values()
    targets = [target for rule in rules for target in rule["Targets"]]
    targets += [each["Target"] for each in of_type(shop.template, "AWS::Scheduler::Schedule").values()]
    subscriptions = of_type(shop.template, "AWS::SNS::Subscription").values()
    kept = [each["DeadLetterConfig"]["Arn"] for each in targets]
    kept += [each["RedrivePolicy"]["deadLetterTargetArn"] for each in subscriptions]
    names = sorted(id_in(arn).split("Function")[0] for arn in kept)
    assert names == ["Alias", "Bridge", "Clock", "FanOut", "Rule", "Topic"]
    assert all(is_safe_keep(shop.template, id_in(arn)) for arn in kept)


def test_streams_give_up_and_note_it(shop: Deployed) -> None:
    mappings = of_type(shop.template, "AWS::Lambda::EventSourceMapping").values()
    streams = [each for each in mappings if "StartingPosition" in each]
    assert len(streams) == 2
    for each in streams:
        assert (each["BisectBatchOnFunctionError"], each["MaximumRetryAttempts"]) == (True, 5)
        assert is_safe_keep(shop.template, id_in(each["DestinationConfig"]["OnFailure"]["Destination"]))


def test_each_source_may_invoke_its_function_alone(shop: Deployed) -> None:
    permissions = of_type(shop.template, "AWS::Lambda::Permission").values()
    by_services = [each for each in permissions if each["Principal"] != "*"]
    found = {id_in(each["FunctionName"]).split("Function")[0]: each["Principal"] for each in by_services}
    assert found == {
        "Topic": "sns.amazonaws.com",
        "Alias": "sns.amazonaws.com",
        "Rule": "events.amazonaws.com",
        "Bucket": "s3.amazonaws.com",
        "Bridge": "events.amazonaws.com",
    }
    assert all(isinstance(each["SourceArn"], dict) for each in by_services)
    (schedule,) = of_type(shop.template, "AWS::Scheduler::Schedule").values()
    role = of_type(shop.template, "AWS::IAM::Role")[id_in(schedule["Target"]["RoleArn"])]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("lambda:InvokeFunction", schedule["Target"]["Arn"])


def test_what_is_made_is_encrypted(shop: Deployed) -> None:
    template = shop.template
    assert all(each["SqsManagedSseEnabled"] is True for each in of_type(template, "AWS::SQS::Queue").values())
    made = {id: each for id, each in of_type(template, "AWS::SNS::Topic").items() if "Trigger" in id}
    assert [each["KmsMasterKeyId"] for each in made.values()] == ["alias/aws/sns"] * 2
    assert all("BucketEncryption" in each for each in of_type(template, "AWS::S3::Bucket").values())
    assert all("StreamEncryption" in each for each in of_type(template, "AWS::Kinesis::Stream").values())
