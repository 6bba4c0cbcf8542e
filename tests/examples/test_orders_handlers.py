"""The handlers of examples/orders out of their packages, built for the Python that runs this.

boto3, which the Lambda runtime brings, is replaced by a table and a queue in memory.
"""

import base64
import copy
import json
import platform
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from example_apps import load

from constructs_lambda.packaging import Target, build
from constructs_lambda.testing import sample_event

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="packages for Lambda don't run here")

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
ARCHITECTURES = {"aarch64": "arm64", "x86_64": "x86_64"}
CONTEXT = SimpleNamespace(
    function_name="orders",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:orders",
    aws_request_id="2a5d8b2c",
)


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


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The functions' folders, beside a layer that can be imported."""
    root = tmp_path_factory.mktemp("unpacked")
    target = Target(f"python3.{sys.version_info.minor}", ARCHITECTURES[platform.machine()])
    layer = build(EXAMPLE / "layers" / "shared", target, layer=True)  # with botocore: the Lambda runtime isn't here
    packages = {"opt": layer.path}
    for name in ("orders", "worker"):
        packages[name] = build(EXAMPLE / "functions" / name, target, in_layers=layer.versions).path
    for name, path in packages.items():
        with zipfile.ZipFile(path) as archive:
            archive.extractall(root / name)
    sys.path.insert(0, str(root / "opt" / "python"))
    yield root
    sys.path.remove(str(root / "opt" / "python"))
    sys.modules.pop("shop", None)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, table: Table, queue: Queue) -> None:
    resources = {
        "dynamodb": SimpleNamespace(Table={"orders": table}.__getitem__),
        "sqs": SimpleNamespace(Queue={"https://queue": queue}.__getitem__),
    }
    boto3 = ModuleType("boto3")
    boto3.resource = resources.__getitem__  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "boto3", boto3)
    monkeypatch.delitem(sys.modules, "shop", raising=False)  # it holds the table of the test before
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "LAMBDA_TASK_ROOT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TABLE_NAME": "orders", "QUEUE_URL": "https://queue", "MAX_ITEMS": "3"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def orders(unpacked: Path, runtime: None) -> Any:
    return load(unpacked / "orders" / "app.py")


@pytest.fixture
def worker(unpacked: Path, runtime: None) -> Any:
    return load(unpacked / "worker" / "app.py")


def request(method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return sample_event("http", f"{method} {path}", body=body, headers=named)


BOOK = {"items": [{"sku": "book", "quantity": 2}]}


def place(orders: Any, key: str = "k1", body: object = BOOK) -> tuple[int, dict[str, Any]]:
    answer = orders.handler(request("POST", "/orders", body, idempotency_key=key), CONTEXT)
    assert answer["headers"]["Content-Type"] == "application/json"
    return answer["statusCode"], json.loads(answer["body"])


def show(orders: Any, order_id: str) -> tuple[int, dict[str, Any]]:
    answer = orders.handler(request("GET", f"/orders/{order_id}"), CONTEXT)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_order_is_stored_queued_and_shown(orders: Any, table: Table, queue: Queue) -> None:
    status, order = place(orders)
    assert status == 201
    assert order == {"id": order["id"], "items": BOOK["items"], "status": "placed"}
    assert [json.loads(body) for body in queue.bodies] == [{"id": order["id"]}]
    assert show(orders, order["id"]) == (200, order)


def test_the_same_request_again_makes_no_second_order(orders: Any, table: Table) -> None:
    _, first = place(orders)
    assert place(orders) == (200, first)
    assert (len(table.rows), table.writes) == (1, 1)


def test_a_key_that_was_used_for_another_order_is_refused(orders: Any, table: Table) -> None:
    place(orders)
    assert place(orders, body={"items": [{"sku": "pen", "quantity": 1}]})[0] == 409
    assert table.writes == 1


def test_an_order_that_missed_the_queue_is_queued_when_sent_again(orders: Any, queue: Queue) -> None:
    queue.is_down = True
    with pytest.raises(ConnectionError):
        place(orders)
    queue.is_down = False
    assert place(orders)[0] == 200
    assert len(queue.bodies) == 1


def test_a_confirmed_order_is_not_queued_again(orders: Any, table: Table, queue: Queue) -> None:
    _, order = place(orders)
    table.rows[order["id"]]["status"] = "confirmed"
    assert place(orders) == (200, order | {"status": "confirmed"})
    assert len(queue.bodies) == 1


def test_a_body_in_base64_is_read(orders: Any) -> None:
    event = request("POST", "/orders", base64.b64encode(json.dumps(BOOK).encode()).decode(), idempotency_key="k")
    assert orders.handler(event | {"isBase64Encoded": True}, CONTEXT)["statusCode"] == 201


def test_keys_that_differ_behind_a_comma_are_two(orders: Any, table: Table) -> None:
    assert [place(orders, key)[0] for key in ("cart,1", "cart,2")] == [201, 201]
    assert len(table.rows) == 2


@pytest.mark.parametrize("headers", [{}, {"idempotency_key": ""}, {"idempotency_key": "k" * 201}])
def test_a_key_is_asked_for(orders: Any, table: Table, headers: dict[str, str]) -> None:
    answer = orders.handler(request("POST", "/orders", BOOK, **headers), CONTEXT)
    assert answer["statusCode"] == 422
    assert [error["loc"] for error in json.loads(answer["body"])["detail"]] == [["header", "idempotency-key"]]
    assert table.rows == {}


@pytest.mark.parametrize(
    ("body", "place_of_error"),
    [
        (None, []),
        ("{", [1]),
        ("[]", []),
        ({}, ["items"]),
        ({"items": []}, ["items"]),
        ({"items": BOOK["items"] * 4}, ["items"]),
        ({"items": ["book"]}, ["items", 0]),
        ({"items": [{"sku": "", "quantity": 1}]}, ["items", 0, "sku"]),
        ({"items": [*BOOK["items"], {"sku": "s" * 65, "quantity": 1}]}, ["items", 1, "sku"]),
        ({"items": [{"sku": "book"}]}, ["items", 0, "quantity"]),
        ({"items": [{"sku": "book", "quantity": True}]}, ["items", 0, "quantity"]),
        ({"items": [{"sku": "book", "quantity": 0}]}, ["items", 0, "quantity"]),
        ({"items": [{"sku": "book", "quantity": 1001}]}, ["items", 0, "quantity"]),
        ({"items": [{"sku": "book", "quantity": 1.5}]}, ["items", 0, "quantity"]),
    ],
)
def test_what_is_no_order_is_refused(
    orders: Any, table: Table, queue: Queue, body: object, place_of_error: list[str | int]
) -> None:
    status, answer = place(orders, body=body)
    assert status == 422
    assert [error["loc"] for error in answer["detail"]] == [["body", *place_of_error]]
    assert (table.rows, queue.bodies) == ({}, [])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/orders/none"), ("GET", "/"), ("GET", "/orders/1/items"), ("GET", "/orders"), ("DELETE", "/orders/1")],
)
def test_what_is_not_there_is_answered(orders: Any, method: str, path: str) -> None:
    assert orders.handler(request(method, path), CONTEXT)["statusCode"] == 404


def test_the_worker_confirms_and_does_it_once(orders: Any, worker: Any, table: Table, queue: Queue) -> None:
    place(orders)
    event = sample_event("queue", bodies=[queue.bodies[0], queue.bodies[0]])
    assert worker.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert worker.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert [row["status"] for row in table.rows.values()] == ["confirmed"]
    assert table.writes == 2


def test_only_what_failed_comes_back(orders: Any, worker: Any, table: Table, queue: Queue) -> None:
    place(orders)
    event = sample_event("queue", bodies=["{", queue.bodies[0], "{}", {"id": "unknown"}])
    ids = [record["messageId"] for record in event["Records"]]
    assert worker.handler(event, CONTEXT) == {
        "batchItemFailures": [{"itemIdentifier": ids[number]} for number in (0, 2, 3)]
    }
    assert [row["status"] for row in table.rows.values()] == ["confirmed"]


def test_a_batch_that_fails_as_a_whole_comes_back_as_a_whole(worker: Any) -> None:
    with pytest.raises(Exception, match="there is no order unknown"):
        worker.handler(sample_event("queue", body={"id": "unknown"}), CONTEXT)
