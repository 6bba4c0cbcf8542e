"""examples/fanout, deployed into an emulator of AWS: what is published is counted, and what fails is kept.

What the emulator doesn't do, and test_fanout_app.py asserts on the template instead: it invokes functions without any
permission, and its SNS has no dead letters. That SNS also runs a function once and waits, where AWS's hands the event
over to be tried again; so what Revenue fails at is given to Lambda here as SNS gives it, by an asynchronous invocation.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from example_apps import FOR_HERE, NOT_HERE, load
from processes import SECONDS

from constructs_lambda.local import Emulator, LocalApp

pytestmark = [
    pytest.mark.cdk,
    pytest.mark.emulator,
    pytest.mark.slow,
    pytest.mark.skipif(NOT_HERE, reason="packages for Lambda don't run here"),
]

EXAMPLE = Path(__file__).parents[2] / "examples" / "fanout"
STACK = "Fanout"
WORKED_OFF = "QueueTriggerFanoutSales1D8204AFQueue"
Named = Callable[[str, str], str]
PAID = {"type": "order.paid", "order": "1", "cents": 3998}
PLACED = {"type": "order.placed", "order": "1", "sku": "book", "quantity": 2}


@pytest.fixture(scope="module")
def outdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from aws_cdk import App

    example = load(EXAMPLE / "app.py")
    outdir = tmp_path_factory.mktemp("fanout") / "cdk.out"
    app = App(outdir=str(outdir), analytics_reporting=False, context=FOR_HERE)
    example.FanoutStack(app, STACK)
    app.synth()
    return outdir


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


@pytest.fixture(scope="module")
def app(aws: Emulator, outdir: Path) -> Iterator[LocalApp]:
    app = aws.deploy(outdir)
    yield app
    app.close()


@pytest.fixture(scope="module")
def named(app: LocalApp) -> Named:
    """The name of the one resource of a kind with a part in its logical id."""

    def find(kind: str, part: str) -> str:
        (found,) = (each for each in app.resources if each.type == f"AWS::{kind}" and part in each.logical_id)
        return found.physical_id

    return find


@pytest.fixture(autouse=True)
def empty(aws: Emulator, named: Named) -> None:
    """Nothing is left of the test before."""
    for name, key in (("Totals", "name"), ("Done", "id")):
        table, dynamodb = named("DynamoDB::GlobalTable", name), aws.client("dynamodb")
        for item in dynamodb.scan(TableName=table)["Items"]:
            dynamodb.delete_item(TableName=table, Key={key: item[key]})


def publish(app: LocalApp, sale: object) -> None:
    app.publish("Sales", sale if isinstance(sale, str) else json.dumps(sale))


def totals(aws: Emulator, named: Named) -> dict[str, int]:
    rows = aws.client("dynamodb").scan(TableName=named("DynamoDB::GlobalTable", "Totals"))["Items"]
    return {each["name"]["S"]: int(each["total"]["N"]) for each in rows}


def runs(aws: Emulator, named: Named, function: str) -> int:
    """How often a function came to its end."""
    events = aws.client("logs").filter_log_events(logGroupName=named("Logs::LogGroup", function))["events"]
    return sum(each["message"].startswith("END ") for each in events)


def waiting(aws: Emulator, queue: str) -> int:
    """How many messages are in a queue, those that are worked on too."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def kept(aws: Emulator, queue: str) -> list[Any]:
    """The messages of a queue, which stay there."""
    found = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(each["Body"]) for each in found.get("Messages", ())]


def until(what: Callable[[], Any], expected: Any) -> None:
    """Asks until the answer is the one that is expected, or it took too long."""
    deadline = time.monotonic() + SECONDS
    while (found := what()) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == expected


def test_a_message_is_counted_where_it_belongs(aws: Emulator, app: LocalApp, named: Named) -> None:
    publish(app, PLACED)
    publish(app, PAID)
    until(lambda: totals(aws, named), {"revenue": 3998, "stock of book": -2})
    until(lambda: waiting(aws, named("SQS::Queue", WORKED_OFF)), 0)


def test_a_message_that_is_filtered_arrives_nowhere(aws: Emulator, app: LocalApp, named: Named) -> None:
    """Revenue would have run once more, and Stock would have kept it in the queue."""
    before = runs(aws, named, "Revenue")
    for sale in ({**PAID, "type": "order.refunded"}, {**PLACED, "type": "order.lost"}, {"order": "1"}, "no JSON"):
        publish(app, sale)
    publish(app, PLACED)
    publish(app, PAID)
    until(lambda: totals(aws, named), {"revenue": 3998, "stock of book": -2})
    until(lambda: runs(aws, named, "Revenue"), before + 1)
    until(lambda: waiting(aws, named("SQS::Queue", WORKED_OFF)), 0)


def test_a_message_that_comes_twice_is_counted_once(aws: Emulator, app: LocalApp, named: Named) -> None:
    before = runs(aws, named, "Revenue")
    for cents in (3998, 2):
        publish(app, PLACED)
        publish(app, {**PAID, "cents": cents})
        until(lambda: totals(aws, named), {"revenue": 3998, "stock of book": -2})
        until(lambda: waiting(aws, named("SQS::Queue", WORKED_OFF)), 0)
    until(lambda: runs(aws, named, "Revenue"), before + 2)
    assert totals(aws, named) == {"revenue": 3998, "stock of book": -2}


def test_a_message_that_fails_in_the_queue_is_kept_alone(aws: Emulator, app: LocalApp, named: Named) -> None:
    """The time between two tries is made shorter, from a minute to two seconds, once the function has started."""
    publish(app, {**PLACED, "order": "0"})
    until(lambda: totals(aws, named), {"stock of book": -2})
    queue, dead = (
        named("SQS::Queue", WORKED_OFF),
        named("SQS::Queue", "StockQueueTriggerFanoutSales1D8204AFDeadLetters"),
    )
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "2"})
    wrong = {**PLACED, "order": "2", "quantity": "two"}
    publish(app, wrong)
    publish(app, PLACED)
    until(lambda: kept(aws, dead), [wrong])
    until(lambda: waiting(aws, queue), 0)
    assert totals(aws, named) == {"stock of book": -4}


def test_an_event_that_fails_is_kept(aws: Emulator, app: LocalApp, named: Named) -> None:
    event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps({**PAID, "cents": "many"})}}]}
    before = runs(aws, named, "Revenue")
    revenue, failures = named("Lambda::Function", "Revenue"), named("SQS::Queue", "AsyncFailures")
    aws.client("lambda").invoke(FunctionName=revenue, InvocationType="Event", Payload=json.dumps(event))
    until(lambda: [each["requestPayload"] for each in kept(aws, failures)], [event])
    assert runs(aws, named, "Revenue") == before + 3
    assert totals(aws, named) == {}
