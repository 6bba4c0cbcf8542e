"""A cost report as JSON for machines: every amount is a text with all its digits, the totals are in cents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from constructs_lambda.pricing.changes import Change, changes, open_changes
from constructs_lambda.pricing.prices import CURRENCY, plain
from constructs_lambda.pricing.report import CostReport, Line, Missing
from constructs_lambda.pricing.what_if import MemoryPrice


def as_json(report: CostReport, before: CostReport | None = None, what_if: Sequence[MemoryPrice] = ()) -> str:
    """The report as one JSON object: every amount is a text with all its digits, the totals are in cents.

    Args:
        report: What the app costs.
        before: What it cost before.
        what_if: What its functions would cost with other memory.
    """
    document: dict[str, Any] = {
        "total": str(report.total),
        "currency": CURRENCY,
        "region": ", ".join(report.regions),
        "free_tier": report.free_tier,
        "as_of": report.as_of.isoformat() if report.as_of else None,
        "lines": [_line(line) for line in report.lines],
        "unpriced": [_missing(missing) for missing in report.unpriced],
        "assumptions": list(report.assumptions),
    }
    if before is not None:
        document["before"] = str(before.total)
        document["difference"] = str(report.total - before.total)
        document["changes"] = [_change(change) for change in changes(before, report)]
        unknown = open_changes(before, report)
        document["unpriced_added"] = [_missing(missing) for missing in unknown.added]
        document["unpriced_removed"] = [_missing(missing) for missing in unknown.removed]
        document["assumptions_before"] = list(before.assumptions)
    if what_if:
        document["what_if"] = [_memory(each) for each in what_if]
    return "{\n" + ",\n".join(f"  {json.dumps(name)}: {_written(value)}" for name, value in document.items()) + "\n}\n"


def _written(value: object) -> str:
    """A value, each item of a list on a line of its own: it compares well, and json's own indentation is slow."""
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n" + ",\n".join(f"    {json.dumps(each)}" for each in value) + "\n  ]"


def _line(line: Line) -> dict[str, Any]:
    return {
        "resource": line.resource,
        "item": line.item,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "unit_price": plain(line.unit_price),
        "amount": plain(line.amount),
        "formula": line.formula,
        "region": line.region,
        "account": line.account,
    }


def _missing(missing: Missing) -> dict[str, Any]:
    return {
        "resource": missing.resource,
        "item": missing.item,
        "unit": missing.unit,
        "unit_price": None if missing.unit_price is None else plain(missing.unit_price),
        "reason": missing.reason,
        "region": missing.region,
        "quantity": None if missing.quantity is None else plain(missing.quantity),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "resource": change.resource,
        "before": None if change.before is None else plain(change.before),
        "after": None if change.after is None else plain(change.after),
        "difference": plain(change.difference),
        "items": list(change.items),
    }


def _memory(each: MemoryPrice) -> dict[str, Any]:
    return {
        "resource": each.resource,
        "memory_mb": each.memory_mb,
        "duration_ms": plain(each.duration_ms),
        "basis": each.basis,
        "amount": None if each.amount is None else plain(each.amount),
        "is_current": each.is_current,
        "reason": each.reason or None,
    }
