"""The orders API: POST /orders places an order, GET /orders/{id} shows one.

It reads events in the HTTP API's payload format 2.0, which function URLs send too. Placing an order is idempotent: the
`Idempotency-Key` header decides the order's id, so a request that is sent again finds the order it made.
"""

import base64
import json
import logging
import os
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID, uuid5

import boto3  # type: ignore  # the Lambda runtime has it

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

ORDERS = UUID("6f1c1c5e-3d0b-4b52-9a39-4e6a0a7d9d10")
MAX_QUANTITY = 1000


class RequestError(Exception):
    """What the client has to change, with the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@cache
def queue() -> Any:
    return boto3.resource("sqs").Queue(os.environ["QUEUE_URL"])


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    method, path = event["requestContext"]["http"]["method"], event["rawPath"].strip("/").split("/")
    try:
        match method, path:
            case "POST", ["orders"]:
                return answer(*place(event))
            case "GET", ["orders", order_id]:
                return answer(200, show(order_id))
            case _, ["orders"] | ["orders", _]:
                raise RequestError(405, f"{method} is not possible here")
            case _:
                raise RequestError(404, "there is nothing here")
    except RequestError as error:
        return answer(error.status, {"error": str(error)})


def show(order_id: str) -> dict[str, Any]:
    item = table().get_item(Key={"id": order_id}).get("Item")
    if item is None:
        raise RequestError(404, "there is no order with this id")
    return public(item)


def place(event: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    key = event.get("headers", {}).get("idempotency-key", "").strip()
    if not 1 <= len(key) <= 200:
        raise RequestError(400, "the header Idempotency-Key must have 1 to 200 characters")
    order = {"id": str(uuid5(ORDERS, key)), "items": read_items(event), "status": "placed"}
    orders, is_new = table(), True
    try:
        orders.put_item(Item=order, ConditionExpression="attribute_not_exists(id)")
    except orders.meta.client.exceptions.ConditionalCheckFailedException:
        stored = orders.get_item(Key={"id": order["id"]}, ConsistentRead=True)["Item"]
        if public(stored)["items"] != order["items"]:
            raise RequestError(409, "this Idempotency-Key was used for another order") from None
        order, is_new = public(stored), False
    if order["status"] == "placed":  # sent again too: the first try may have ended between table and queue
        queue().send_message(MessageBody=json.dumps({"id": order["id"]}))
    logger.info("order placed" if is_new else "order placed before", extra={"order": order["id"]})
    return (201 if is_new else 200), order


def read_items(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The ordered items of a request's body.

    Raises:
        RequestError: The body isn't `{"items": [{"sku": "...", "quantity": 1}, ...]}`.
    """
    body = event.get("body") or ""
    try:
        document = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except (ValueError, RecursionError):
        raise RequestError(400, "the body must be JSON") from None
    items = document.get("items") if isinstance(document, dict) else None
    most = int(os.environ["MAX_ITEMS"])
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        raise RequestError(400, f"items must be a list of 1 to {most}")
    return [read_item(item, number) for number, item in enumerate(items)]


def read_item(item: object, number: int) -> dict[str, Any]:
    sku, quantity = (item.get("sku"), item.get("quantity")) if isinstance(item, dict) else (None, None)
    if not isinstance(sku, str) or not 1 <= len(sku) <= 64:
        raise RequestError(400, f"items[{number}].sku must be a text of 1 to 64 characters")
    if type(quantity) is not int or not 1 <= quantity <= MAX_QUANTITY:
        raise RequestError(400, f"items[{number}].quantity must be a whole number from 1 to {MAX_QUANTITY}")
    return {"sku": sku, "quantity": quantity}


def public(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item of the table as the client sees it; DynamoDB gives every number as a Decimal."""
    items = [{"sku": each["sku"], "quantity": int(each["quantity"])} for each in item["items"]]
    return {"id": item["id"], "items": items, "status": item["status"]}


def answer(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
