"""What the shop's prices are: the function that is released step by step."""

import json
from typing import Any

PRICES = {"apple": 120, "pear": 180}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answers GET /prices/{sku}."""
    sku = event["pathParameters"]["sku"]
    if sku not in PRICES:
        return {"statusCode": 404, "body": json.dumps({"message": "there is no such thing"})}
    return {"statusCode": 200, "body": json.dumps({"sku": sku, "cents": PRICES[sku]})}
