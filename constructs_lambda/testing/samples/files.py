"""The events as files: each call reads its own, so that nobody changes another one's."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
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


def copied(payload: Mapping[str, Any], name: str) -> Event:
    """A payload of its own: what is changed in it isn't changed in the one that was given.

    Args:
        payload: The payload.
        name: The keyword that it was given by.

    Raises:
        TypeError: It is no mapping.
    """
    if not isinstance(payload, Mapping):
        raise TypeError(f"{name}= is {payload!r}; it must be a mapping, such as a dict")
    return copy.deepcopy(dict(payload))


def as_text(value: object) -> str:
    """A payload as a message carries it: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
