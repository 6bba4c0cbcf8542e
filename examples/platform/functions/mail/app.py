"""Mails what became of orders; what fails comes back alone."""

from __future__ import annotations

import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    failed = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            print(json.dumps({"mailed": order["id"]}))
        except (ValueError, KeyError, TypeError):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
