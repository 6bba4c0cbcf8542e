"""How many metrics a dashboard refers to: AWS gives away small ones only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lambda.pricing import items
from constructs_lambda.pricing.items import Item


def item_of(body: object) -> Item:
    """What a dashboard is charged as: one that can't be read is a small one.

    Args:
        body: Its `DashboardBody`, as the template has it.
    """
    return items.large_dashboards() if len({*_metrics(body)}) > items.FREE_DASHBOARD_METRICS else items.DASHBOARDS


def _metrics(body: object) -> Iterator[tuple[str, ...]]:
    """The metrics of all its widgets, by namespace, name and dimensions; expressions are none."""
    try:
        document = json.loads(_text(body))
    except ValueError:
        return
    widgets = document.get("widgets") if isinstance(document, dict) else None
    for widget in widgets if isinstance(widgets, list) else ():
        properties = widget.get("properties") if isinstance(widget, dict) else None
        listed = properties.get("metrics") if isinstance(properties, dict) else None
        before: tuple[str, ...] = ()
        for each in listed if isinstance(listed, list) else ():
            names = [str(part) for part in each if not isinstance(part, dict)] if isinstance(each, list) else []
            if names:
                before = _written_out(names, before)
                yield before


def _written_out(names: list[str], before: tuple[str, ...]) -> tuple[str, ...]:
    """A metric whose dots stand for parts of the one before it."""
    if names[0] == "...":
        names = [*before[: max(0, len(before) - len(names) + 1)], *names[1:]]
    return tuple(before[place] if each == "." and place < len(before) else each for place, each in enumerate(names))


def _text(body: object) -> str:
    """The JSON of it, with something in place of what only the deployment tells: the same for the same."""
    if isinstance(body, str):
        return body
    join: Any = body.get("Fn::Join") if isinstance(body, Mapping) else None
    if not isinstance(join, list) or len(join) != 2 or join[0] != "" or not isinstance(join[1], list):
        return ""
    return "".join(
        each
        if isinstance(each, str)
        else json.dumps(each, sort_keys=True, default=str).replace('"', "").replace("\\", "")
        for each in join[1]
    )
