"""Reports what happened during the day."""

from __future__ import annotations

import json
from typing import Any


def handler(event: dict[str, Any], context: object) -> None:
    print(json.dumps({"report": event.get("time")}))
