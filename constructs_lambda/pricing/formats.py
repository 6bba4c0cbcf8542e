"""A cost report as text for people, and as Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from constructs_lambda.errors import one_line
from constructs_lambda.pricing.changes import changes, open_changes
from constructs_lambda.pricing.charges import counted, shown
from constructs_lambda.pricing.prices import CURRENCY
from constructs_lambda.pricing.report import CostReport, Line, Missing, rounded, total_of
from constructs_lambda.pricing.what_if import MemoryPrice

_MOST_RESOURCES = 20
_MOST_BARS = 10
_BAR_WIDTH = 30
_OPEN = "Not in the total"
_SAME = "Nothing that costs has changed."
_MARKS = re.compile(r"[\\|*_`\[\]]")
_MILLION = 1_000_000


def text(report: CostReport, before: CostReport | None = None, what_if: Sequence[MemoryPrice] = ()) -> str:
    """The report as a person reads it on a terminal.

    Args:
        report: What the app costs.
        before: What it cost before.
        what_if: What its functions would cost with other memory.
    """
    if what_if:
        parts = [_memory_table(what_if, "simple"), "", *_open(report.unpriced), *_notes(report)]
    elif before is not None:
        unknown = open_changes(before, report)
        parts = [
            _changes_table(before, report, "simple"),
            "",
            *_open(unknown.added, f"{_OPEN}, new"),
            *_open(unknown.removed, f"{_OPEN} before, and gone"),
            *_open(unknown.kept, f"{_OPEN}, as before"),
            _totals(before, report),
            *_notes(report, before),
        ]
    else:
        parts = [*_resources(report), *_bars(report), *_open(report.unpriced), _total(report), *_notes(report)]
    return "\n".join(parts) + "\n"


def markdown(report: CostReport, before: CostReport | None = None, what_if: Sequence[MemoryPrice] = ()) -> str:
    """The report for a pull request: what changed, or what there is, and by how much a month.

    Args:
        report: What the app costs.
        before: What it cost before.
        what_if: What its functions would cost with other memory.
    """
    notes = [f"- {_cell(note)}" for note in (*_missing_notes(report.unpriced), *_assumptions(report, before))]
    details = ["<details><summary>Assumptions</summary>", "", *notes, "", "</details>"]
    if what_if:
        return "\n".join(["### Cost by memory", "", _memory_table(what_if, "pipe"), "", *details]) + "\n"
    if before is not None:
        title = f"### {_signed(report.total - before.total)} {CURRENCY} a month"
        table = _changes_table(before, report, "pipe")
        open_now = open_changes(before, report)
        unknown = [f"- {_OPEN}, new: {_cell(note)}" for note in _missing_notes(open_now.added)]
        unknown += [f"- {_OPEN} before, and gone: {_cell(note)}" for note in _missing_notes(open_now.removed)]
        unknown += [""] if unknown else []
        return "\n".join([title, "", table, "", *unknown, _cell(_totals(before, report)), "", *details]) + "\n"
    rows = [[_cell(name), f"{rounded(amount):,}"] for name, amount in _dearest(report)]
    rows.append(["**Total**", f"**{report.total:,}**"])
    table = _table(rows, ["resource", f"{CURRENCY} a month"], "pipe", ("left", "right"))
    return (
        "\n".join([f"### {report.total:,} {CURRENCY} a month", "", table, "", _cell(scope_of(report)), "", *details])
        + "\n"
    )


def _cell(words: str) -> str:
    """A text within a table of Markdown."""
    return _MARKS.sub(r"\\\g<0>", one_line(words)).replace("<", "&lt;")


def _dearest(report: CostReport) -> Iterator[tuple[str, Decimal]]:
    every = list(report.by_resource().items())
    yield from every[:_MOST_RESOURCES]
    rest = every[_MOST_RESOURCES:]
    if rest:
        yield f"{len(rest)} more", total_of(amount for _, amount in rest)


def _resources(report: CostReport) -> Iterator[str]:
    """The dearest resources with their lines."""
    sums = report.by_resource()
    lines: dict[str, list[Line]] = {}
    for line in report.lines:
        lines.setdefault(line.resource, []).append(line)
    rows: list[list[str]] = []
    for name, amount in list(sums.items())[:_MOST_RESOURCES]:
        rows.append([one_line(name), "", "", f"{rounded(amount):,}"])
        for line in lines[name]:
            rows.append(
                [f"  {line.item}", _counted(line.quantity, line.unit), _unit_price(line), f"{rounded(line.amount):,}"]
            )
    if len(sums) > _MOST_RESOURCES:
        rest = total_of(list(sums.values())[_MOST_RESOURCES:])
        rows.append([f"{len(sums) - _MOST_RESOURCES} more (--format json has all)", "", "", f"{rounded(rest):,}"])
    if rows:
        headers = ["resource", "quantity", "unit price", f"{CURRENCY} a month"]
        yield _table(rows, headers, "simple", ("left", "right", "right", "right"), preserve_whitespace=True)
        yield ""


def dearest_items(report: CostReport, most: int) -> list[tuple[str, Decimal]]:
    """The items of resources that cost most, in cents.

    Args:
        report: What the app costs.
        most: How many.
    """
    return [(name, rounded(amount)) for name, amount in _items(report)[:most]]


def _items(report: CostReport) -> list[tuple[str, Decimal]]:
    amounts: dict[str, list[Decimal]] = {}
    for line in report.lines:
        amounts.setdefault(f"{line.resource}: {line.item}", []).append(line.amount)
    sums = [(name, total_of(each)) for name, each in amounts.items()]
    return sorted((each for each in sums if each[1]), key=lambda each: (-each[1], each[0]))


def _bars(report: CostReport) -> Iterator[str]:
    """The dearest items as bars."""
    dearest = _items(report)
    if len(dearest) < 2:
        return
    most, total = dearest[0][1], report.total_unrounded
    rows = [
        [
            one_line(name),
            f"{rounded(amount):,}",
            f"{amount / total:.0%}",
            "#" * max(1, round(amount / most * _BAR_WIDTH)),
        ]
        for name, amount in dearest[:_MOST_BARS]
    ]
    yield "Largest items"
    yield _table(rows, (), "plain", ("left", "right", "right", "left"))
    yield ""


def _open(unpriced: Sequence[Missing], title: str = _OPEN) -> Iterator[str]:
    notes = list(_missing_notes(unpriced))
    if notes:
        yield title
        yield from (f"  {one_line(note)}" for note in notes)
        yield ""


def _missing_notes(unpriced: Iterable[Missing]) -> Iterator[str]:
    """What costs and isn't in the total, a line for each kind."""

    def kind(missing: Missing) -> tuple[str, str, str]:
        price = "" if missing.unit_price is None else f", {_price(missing.unit_price, missing.unit or '')}"
        return missing.item, price, missing.reason

    for (item, price, reason), members in groupby(sorted(unpriced, key=kind), kind):
        names = list(dict.fromkeys(each.resource for each in members))
        where = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        yield f"{item}{price} ({where}): {reason}"


def _notes(report: CostReport, before: CostReport | None = None) -> Iterator[str]:
    for assumption in _assumptions(report, before):
        yield f"Assumed: {one_line(assumption)}"


def _assumptions(report: CostReport, before: CostReport | None) -> Iterator[str]:
    yield from report.assumptions
    for assumption in before.assumptions if before else ():
        if assumption not in report.assumptions:
            yield f"before the change: {assumption}"


def _total(report: CostReport) -> str:
    return f"Total: {report.total:,} {CURRENCY} a month {scope_of(report)}"


def scope_of(report: CostReport) -> str:
    """What a total is about: the Regions, whether the free tier is taken off, and the day of the prices."""
    free = "on" if report.free_tier else "off"
    day = f", prices as of {report.as_of}" if report.as_of else ""
    return f"({one_line(', '.join(report.regions))}, free tier {free}{day})"


def _totals(before: CostReport, after: CostReport) -> str:
    difference = _signed(after.total - before.total)
    return f"{before.total:,} before, {after.total:,} after: {difference} {CURRENCY} a month {scope_of(after)}"


def _signed(amount: Decimal) -> str:
    return f"{rounded(amount):+,}" if rounded(amount) else "0.00"


def _changes_table(before: CostReport, after: CostReport, style: str) -> str:
    clean = _cell if style == "pipe" else one_line
    rows = [
        [
            clean(change.resource),
            "" if change.before is None else f"{rounded(change.before):,}",
            "" if change.after is None else f"{rounded(change.after):,}",
            _signed(change.difference),
            clean("; ".join(change.items)),
        ]
        for change in changes(before, after)
    ]
    if not rows:
        unknown = open_changes(before, after)
        return "Nothing has changed in the total." if unknown.added or unknown.removed else _SAME
    headers = ["resource", "before", "after", f"{CURRENCY} a month", "what changed"]
    return _table(rows, headers, style, ("left", "right", "right", "right", "left"))


def _memory_table(what_if: Iterable[MemoryPrice], style: str) -> str:
    clean = _cell if style == "pipe" else one_line
    rows = [
        [
            clean(each.resource),
            f"{each.memory_mb:,} MB{' (now)' if each.is_current else ''}",
            f"{shown(each.duration_ms)} ms",
            clean(f"{each.basis}; {each.reason}" if each.reason else each.basis),
            "not known" if each.amount is None else f"{rounded(each.amount):,}",
        ]
        for each in what_if
    ]
    headers = ["function", "memory", "duration", "which is", f"{CURRENCY} a month"]
    return _table(rows, headers, style, ("left", "right", "right", "left", "right"))


def _table(
    rows: Sequence[Sequence[str]],
    headers: Sequence[str],
    style: str,
    aligned: Sequence[str],
    preserve_whitespace: bool = False,
) -> str:
    from tabulate import tabulate  # JSON needs none

    return tabulate(
        rows, headers, style, colalign=aligned, disable_numparse=True, preserve_whitespace=preserve_whitespace
    )


def _counted(quantity: Decimal, unit: str) -> str:
    number = f"{quantity:,.2f}".rstrip("0").rstrip(".") if abs(quantity) >= 1 else shown(quantity)
    return f"{number} {counted(unit, quantity)}"


def _unit_price(line: Line) -> str:
    return "free" if not line.unit_price else _price(line.unit_price, line.unit)


def _price(usd: Decimal, unit: str) -> str:
    """A price as people write it: for a million where one costs next to nothing."""
    if usd < Decimal("0.001"):
        return f"{_in_cents(usd * _MILLION)} a million {counted(unit, Decimal(_MILLION))}"
    return f"{_in_cents(usd)} {'an' if unit[:1] in 'aeiou' or unit == 'hour' else 'a'} {unit}"


def _in_cents(usd: Decimal) -> str:
    """A price with all its digits, and two decimals at the least."""
    return f"{rounded(usd):,}" if rounded(usd) == usd else shown(usd)
