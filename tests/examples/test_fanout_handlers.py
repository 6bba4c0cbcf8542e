"""The handlers of examples/fanout out of their packages, built for the Python that runs this.

Their tables are an emulator's, so that what makes them idempotent is really written.
"""

from __future__ import annotations

import json
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from example_apps import NOT_HERE, load

from constructs_lambda.local import Emulator
from constructs_lambda.local.manifests import REGION
from constructs_lambda.packaging import build, this_machine
from constructs_lambda.testing import LambdaContext, sample_event

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(NOT_HERE, reason="packages for Lambda don't run here"),
]

FUNCTIONS = Path(__file__).parents[2] / "examples" / "fanout" / "functions"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
KEYS = {"Totals": "name", "Done": "id"}
PAID = {"type": "order.paid", "order": "1", "cents": 3998}
PLACED = {"type": "order.placed", "order": "1", "sku": "book", "quantity": 2}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("fanout")
    for name in ("revenue", "stock"):
        with zipfile.ZipFile(build(FUNCTIONS / name, this_machine()).path) as archive:
            archive.extractall(root / name)
    sys.path.insert(0, str(root / "stock"))
    yield root
    sys.path.remove(str(root / "stock"))


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with Emulator() as aws:
        yield aws


@pytest.fixture
def tables(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of DynamoDB, with the functions' tables, which are empty."""
    dynamodb = aws.client("dynamodb")
    for name, key in KEYS.items():
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    here = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.port}", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    tables = {"TOTALS_TABLE": "Totals", "DONE_TABLE": "Done"}
    for name, value in {**CREDENTIALS, **here, **tables, "no_proxy": "*"}.items():
        monkeypatch.setenv(name, value)
    yield dynamodb
    for name in KEYS:
        dynamodb.delete_table(TableName=name)


@pytest.fixture
def revenue(unpacked: Path, tables: Any) -> Any:
    return load(unpacked / "revenue" / "app.py")


@pytest.fixture
def stock(unpacked: Path, tables: Any) -> Any:
    return load(unpacked / "stock" / "app.py")


def totals(tables: Any) -> dict[str, int]:
    return {each["name"]["S"]: int(each["total"]["N"]) for each in tables.scan(TableName="Totals")["Items"]}


def remembered(tables: Any) -> list[dict[str, Any]]:
    return list(tables.scan(TableName="Done")["Items"])


def from_topic(*sales: object) -> dict[str, Any]:
    return {"Records": [record for sale in sales for record in sample_event("topic", message=sale)["Records"]]}


def from_queue(*sales: object) -> dict[str, Any]:
    bodies = [sale if isinstance(sale, str) else json.dumps(sale) for sale in sales]
    return {"Records": [{"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]}


def failed(answer: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_what_is_paid_is_added_up_and_once_each(revenue: Any, tables: Any) -> None:
    for order in ("1", "2", "1"):
        revenue.handler(from_topic({**PAID, "order": order}), LambdaContext())
    assert totals(tables) == {"revenue": 2 * PAID["cents"]}  # type: ignore[operator]
    assert len(remembered(tables)) == 2


@pytest.mark.parametrize("name", ["type", "order", "cents"])
def test_an_error_is_passed_on_and_nothing_remembered(revenue: Any, tables: Any, name: str) -> None:
    sale = {key: value for key, value in PAID.items() if key != name}
    with pytest.raises(Exception, match=rf"'{name}'|join"):
        revenue.handler(from_topic(sale), LambdaContext())
    assert (totals(tables), remembered(tables)) == ({}, [])


def test_what_failed_once_can_be_done_again(revenue: Any, tables: Any) -> None:
    with pytest.raises(KeyError):
        revenue.handler(from_topic({"type": "order.paid", "order": "1"}), LambdaContext())
    revenue.handler(from_topic(PAID), LambdaContext())
    assert totals(tables) == {"revenue": PAID["cents"]}


def test_what_is_ordered_is_taken_and_what_is_cancelled_put_back(stock: Any, tables: Any) -> None:
    cancelled = {**PLACED, "type": "order.cancelled"}
    pen = {**PLACED, "order": "2", "sku": "pen", "quantity": 5}
    answer = stock.handler(from_queue(PLACED, pen, cancelled), LambdaContext())
    assert failed(answer) == []
    assert totals(tables) == {"stock of book": 0, "stock of pen": -5}


def test_the_same_message_again_takes_nothing(stock: Any, tables: Any) -> None:
    for _ in range(2):
        assert failed(stock.handler(from_queue(PLACED, PLACED), LambdaContext())) == []
    assert totals(tables) == {"stock of book": -2}


def test_only_what_failed_comes_back(stock: Any, tables: Any) -> None:
    wrong = [
        "{",
        {**PLACED, "order": "2", "type": "order.lost"},
        {**PLACED, "order": "3", "quantity": "two"},
        {**PLACED, "order": None},
    ]
    answer = stock.handler(from_queue(*wrong, PLACED), LambdaContext())
    assert failed(answer) == ["m0", "m1", "m2", "m3"]
    assert totals(tables) == {"stock of book": -2}
    assert len(remembered(tables)) == 1


def test_a_batch_that_fails_as_a_whole_comes_back_as_a_whole(stock: Any, tables: Any) -> None:
    with pytest.raises(Exception, match="All records failed processing"):
        stock.handler(from_queue("{"), LambdaContext())


@pytest.mark.parametrize("name", ["revenue", "stock"])
def test_done_is_remembered_for_longer_than_a_message_lives(
    request: pytest.FixtureRequest, tables: Any, name: str
) -> None:
    module = request.getfixturevalue(name)
    event = from_topic(PAID) if name == "revenue" else from_queue(PLACED)
    module.handler(event, LambdaContext())
    (item,) = remembered(tables)
    assert int(item["expiration"]["N"]) > time.time() + timedelta(days=23 + 14).total_seconds()
