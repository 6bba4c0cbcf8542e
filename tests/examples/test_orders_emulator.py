"""examples/orders, deployed into an emulator of AWS: an order is taken by URL, and confirmed from the queue.

The functions import the layer. What the emulator doesn't do, and test_orders_app.py asserts on the template instead: it
invokes functions without any permission, takes any signature, and doesn't limit what a role may do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from example_apps import FOR_HERE, NOT_HERE, ROOT, load
from processes import until

from constructs_lambda.local import Answer, Emulator, LocalApp

pytestmark = [
    pytest.mark.cdk,
    pytest.mark.emulator,
    pytest.mark.slow,
    pytest.mark.skipif(NOT_HERE, reason="packages for Lambda don't run here"),
]

BOOK = {"sku": "book", "quantity": 2}


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


@pytest.fixture(scope="module")
def shop(aws: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApp]:
    from aws_cdk import App

    outdir = tmp_path_factory.mktemp("orders") / "cdk.out"
    app = App(outdir=str(outdir), analytics_reporting=False, context=FOR_HERE)
    load(ROOT / "examples" / "orders" / "app.py").OrdersStack(app, "Orders")
    app.synth()
    shop = aws.deploy(outdir)
    yield shop
    shop.close()


def place(shop: LocalApp, key: str, *items: object) -> Answer:
    return shop.request("POST /orders", headers={"Idempotency-Key": key}, body={"items": items}, sign=True)


def show(shop: LocalApp, order: str) -> Answer:
    return shop.request(f"GET /orders/{order}", sign=True)


def queue(shop: LocalApp, name: str) -> str:
    return shop.resource("AWS::SQS::Queue", name).physical_id


def waiting(aws: Emulator, url: str) -> list[Any]:
    found = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(each["Body"]) for each in found.get("Messages", ())]


def test_nobody_is_heard_without_a_signature(shop: LocalApp) -> None:
    assert shop.request("GET /orders/1").status == 403


def test_an_order_is_taken_and_confirmed(shop: LocalApp) -> None:
    placed = place(shop, "taken", BOOK)
    order = placed.json()
    assert (placed.status, order["items"], order["status"]) == (201, [BOOK], "placed")
    until(lambda: show(shop, order["id"]).json()["status"] == "confirmed")
    until(
        lambda: any(f'"order":"{order["id"]}"' in line.message for line in shop.logs("Worker")),
        again=lambda: place(shop, f"taken at {time.monotonic()}", BOOK),
    )


def test_an_order_that_is_sent_twice_is_one(shop: LocalApp) -> None:
    first, again = place(shop, "twice", BOOK), place(shop, "twice", BOOK)
    assert (first.status, again.status) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert place(shop, "twice", {**BOOK, "quantity": 3}).status == 409


@pytest.mark.parametrize("item", [{"sku": "", "quantity": 1}, {"sku": "book", "quantity": 0}, {"sku": "book"}])
def test_an_order_that_is_wrong(shop: LocalApp, item: object) -> None:
    assert place(shop, "wrong", item).status == 422


def test_an_order_that_is_not_there(shop: LocalApp) -> None:
    assert show(shop, "nothing").status == 404


def test_what_the_worker_fails_at_is_kept(aws: Emulator, shop: LocalApp) -> None:
    """The time between two tries is made shorter, from three minutes to a second."""
    placed = queue(shop, "Placed")
    aws.client("sqs").set_queue_attributes(QueueUrl=placed, Attributes={"VisibilityTimeout": "1"})
    lost = {"id": "lost"}
    shop.publish("Orders/Placed", json.dumps(lost))
    until(lambda: waiting(aws, queue(shop, "Failed")) == [lost])
    assert waiting(aws, placed) == []
