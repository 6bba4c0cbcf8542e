"""Takes an order: checks it, and puts it into the queue."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3  # type: ignore  # the Lambda runtime has it

queue = boto3.client("sqs")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    order = event.get("order")
    if not isinstance(order, dict) or not order.get("id"):
        return {"accepted": False, "reason": "an order needs an id"}
    queue.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(order))
    return {"accepted": True, "id": order["id"]}
