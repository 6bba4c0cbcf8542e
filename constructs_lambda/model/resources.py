"""Every resource of a template as it is written, for what has no fields of its own: what it costs, and its usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lambda.model.functions import Place
from constructs_lambda.records import record


@record()
class Resource:
    """A resource.

    Args:
        place: Where it stands.
        type: Its CloudFormation type; empty where it has none.
        properties: Its properties as they are written.
        usage: How much it is used a month, as its metadata says it; None where that says nothing.
    """

    place: Place
    type: str
    properties: Mapping[str, Any]
    usage: object = None
