"""The events as files: each call reads its own, so that nobody changes another one's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Event = dict[str, Any]


def load(name: str) -> Event:
    """The event in a file of this folder.

    Args:
        name: The file's name without its ending.
    """
    text = Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
    event: Event = json.loads(text)
    return event


def as_text(value: object) -> str:
    """A payload as a message carries it: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
