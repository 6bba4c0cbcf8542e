"""The worker: confirms the orders that come from the queue.

SQS delivers a message at least once, so confirming a confirmed order does nothing. A message that fails is named in the
answer: only that one comes back, and after five tries it goes to the queue of the failed ones.
"""

import json
import logging
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3  # type: ignore  # the Lambda runtime has it

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


@cache
def table() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event: Mapping[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    failed = []
    for record in event["Records"]:
        try:
            confirm(json.loads(record["body"])["id"])
        except Exception:
            logger.exception("message failed", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def confirm(order_id: str) -> None:
    orders = table()
    try:
        orders.update_item(
            Key={"id": order_id},
            UpdateExpression="SET #status = :confirmed",
            ConditionExpression="#status = :placed",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":placed": "placed", ":confirmed": "confirmed"},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except orders.meta.client.exceptions.ConditionalCheckFailedException as error:
        if "Item" not in error.response:
            raise LookupError(f"there is no order {order_id}") from None
        logger.info("order confirmed before", extra={"order": order_id})
    else:
        logger.info("order confirmed", extra={"order": order_id})
