"""The handlers of examples/orders, with a table and a queue in memory in the place of boto3."""

import base64
import copy
import importlib.util
import json
import sys
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

FUNCTIONS = Path(__file__).parents[2] / "examples" / "orders" / "functions"


class ConditionFailed(Exception):
    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("ConditionalCheckFailedException")
        self.response = {} if item is None else {"Item": item}


class Table:
    """As much of a DynamoDB table as the handlers use."""

    def __init__(self) -> None:
        exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionFailed)
        self.meta = SimpleNamespace(client=SimpleNamespace(exceptions=exceptions))
        self.rows: dict[str, dict[str, Any]] = {}
        self.writes = 0

    def put_item(self, *, Item: dict[str, Any], ConditionExpression: str) -> None:
        assert ConditionExpression == "attribute_not_exists(id)"
        if Item["id"] in self.rows:
            raise ConditionFailed(None)
        self.rows[Item["id"]] = json.loads(json.dumps(Item), parse_int=Decimal)
        self.writes += 1

    def get_item(self, *, Key: dict[str, str], ConsistentRead: bool = False) -> dict[str, Any]:
        row = self.rows.get(Key["id"])
        return {} if row is None else {"Item": copy.deepcopy(row)}

    def update_item(self, *, Key: dict[str, str], ExpressionAttributeValues: dict[str, str], **rest: Any) -> None:
        assert rest["ConditionExpression"] == "#status = :placed"
        row = self.rows.get(Key["id"])
        if row is None or row["status"] != ExpressionAttributeValues[":placed"]:
            raise ConditionFailed(row)
        row["status"] = ExpressionAttributeValues[":confirmed"]
        self.writes += 1


class Queue:
    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.is_down = False

    def send_message(self, *, MessageBody: str) -> None:
        if self.is_down:
            raise ConnectionError("no queue today")
        self.bodies.append(MessageBody)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch, table: Table, queue: Queue) -> None:
    resources = {
        "dynamodb": SimpleNamespace(Table={"orders": table}.__getitem__),
        "sqs": SimpleNamespace(Queue={"https://queue": queue}.__getitem__),
    }
    boto3 = ModuleType("boto3")
    boto3.resource = resources.__getitem__  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "boto3", boto3)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    for name, value in {"TABLE_NAME": "orders", "QUEUE_URL": "https://queue", "MAX_ITEMS": "3"}.items():
        monkeypatch.setenv(name, value)


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"orders_example_{name}", FUNCTIONS / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def request(method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {"http": {"method": method, "path": path}},
        "body": body if isinstance(body, str | None) else json.dumps(body),
        "isBase64Encoded": False,
    }


BOOK = {"items": [{"sku": "book", "quantity": 2}]}


def place(orders: Any, key: str = "k1", body: object = BOOK) -> tuple[int, dict[str, Any]]:
    answer = orders.handler(request("POST", "/orders", body, idempotency_key=key), None)
    assert answer["headers"] == {"content-type": "application/json"}
    return answer["statusCode"], json.loads(answer["body"])


def show(orders: Any, order_id: str) -> tuple[int, dict[str, Any]]:
    answer = orders.handler(request("GET", f"/orders/{order_id}"), None)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_order_is_stored_queued_and_shown(table: Table, queue: Queue) -> None:
    orders = load("orders")
    status, order = place(orders)
    assert status == 201
    assert order == {"id": order["id"], "items": BOOK["items"], "status": "placed"}
    assert [json.loads(body) for body in queue.bodies] == [{"id": order["id"]}]
    assert show(orders, order["id"]) == (200, order)


def test_the_same_request_again_makes_no_second_order(table: Table) -> None:
    orders = load("orders")
    _, first = place(orders)
    assert place(orders) == (200, first)
    assert (len(table.rows), table.writes) == (1, 1)


def test_a_key_that_was_used_for_another_order_is_refused(table: Table) -> None:
    orders = load("orders")
    place(orders)
    assert place(orders, body={"items": [{"sku": "pen", "quantity": 1}]})[0] == 409
    assert table.writes == 1


def test_an_order_that_missed_the_queue_is_queued_when_sent_again(queue: Queue) -> None:
    orders = load("orders")
    queue.is_down = True
    with pytest.raises(ConnectionError):
        place(orders)
    queue.is_down = False
    assert place(orders)[0] == 200
    assert len(queue.bodies) == 1


def test_a_confirmed_order_is_not_queued_again(table: Table, queue: Queue) -> None:
    orders = load("orders")
    _, order = place(orders)
    table.rows[order["id"]]["status"] = "confirmed"
    assert place(orders) == (200, order | {"status": "confirmed"})
    assert len(queue.bodies) == 1


def test_a_body_in_base64_is_read() -> None:
    event = request("POST", "/orders", base64.b64encode(json.dumps(BOOK).encode()).decode(), idempotency_key="k")
    assert load("orders").handler(event | {"isBase64Encoded": True}, None)["statusCode"] == 201


@pytest.mark.parametrize("key", ["", " ", "k" * 201])
def test_a_key_is_asked_for(key: str) -> None:
    assert place(load("orders"), key)[0] == 400


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "JSON"),
        ("{", "JSON"),
        ("[" * 200_000, "JSON"),
        ("[]", "1 to 3"),
        ({}, "1 to 3"),
        ({"items": []}, "1 to 3"),
        ({"items": BOOK["items"] * 4}, "1 to 3"),
        ({"items": ["book"]}, "items[0].sku"),
        ({"items": [{"sku": "", "quantity": 1}]}, "items[0].sku"),
        ({"items": [*BOOK["items"], {"sku": "s" * 65, "quantity": 1}]}, "items[1].sku"),
        ({"items": [{"sku": "book"}]}, "items[0].quantity"),
        ({"items": [{"sku": "book", "quantity": True}]}, "items[0].quantity"),
        ({"items": [{"sku": "book", "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"sku": "book", "quantity": 1001}]}, "items[0].quantity"),
        ({"items": [{"sku": "book", "quantity": 1.5}]}, "items[0].quantity"),
    ],
)
def test_a_bad_body_is_refused_and_nothing_is_stored(table: Table, queue: Queue, body: object, said: str) -> None:
    status, answer = place(load("orders"), body=body)
    assert status == 400
    assert said in answer["error"]
    assert (table.rows, queue.bodies) == ({}, [])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/orders/none", 404),
        ("GET", "/", 404),
        ("GET", "/orders/1/items", 404),
        ("GET", "/orders", 405),
        ("DELETE", "/orders/1", 405),
    ],
)
def test_other_requests_are_answered(method: str, path: str, status: int) -> None:
    assert load("orders").handler(request(method, path), None)["statusCode"] == status


def message(number: int, body: str) -> dict[str, str]:
    return {"messageId": f"m{number}", "body": body}


def test_the_worker_confirms_and_does_it_once(table: Table, queue: Queue) -> None:
    place(load("orders"))
    worker, event = load("worker"), {"Records": [message(1, queue.bodies[0]), message(2, queue.bodies[0])]}
    assert worker.handler(event, None) == {"batchItemFailures": []}
    assert worker.handler(event, None) == {"batchItemFailures": []}
    assert [row["status"] for row in table.rows.values()] == ["confirmed"]
    assert table.writes == 2


def test_only_what_failed_comes_back(table: Table, queue: Queue) -> None:
    place(load("orders"))
    bodies = ["{", queue.bodies[0], "{}", '{"id": "unknown"}']
    records = [message(number, body) for number, body in enumerate(bodies)]
    assert load("worker").handler({"Records": records}, None) == {
        "batchItemFailures": [{"itemIdentifier": f"m{number}"} for number in (0, 2, 3)]
    }
    assert [row["status"] for row in table.rows.values()] == ["confirmed"]
