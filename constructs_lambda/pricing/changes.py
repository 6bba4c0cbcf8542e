"""What a change of an app costs: two reports side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from constructs_lambda.pricing.report import FREE, CostReport, Missing, total_of
from constructs_lambda.records import record

SHARED = "free tier and price tiers, shared anew"
"""What a resource pays more or less that didn't change itself: others use more or less of what all share."""


@record(kw_only=True)
class Change:
    """What one resource costs before and after.

    Args:
        resource: The resource, or `SHARED`.
        before: US dollars a month, None where it wasn't there, or cost nothing.
        after: US dollars a month, None where it isn't there any more, or costs nothing.
        items: What of it changed.
    """

    resource: str
    before: Decimal | None
    after: Decimal | None
    items: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal:
        """How much more it costs."""
        return total_of((self.after or Decimal(), (self.before or Decimal()).copy_negate()))


def changes(before: CostReport, after: CostReport) -> Iterator[Change]:
    """The resources whose price changed, that which changed most first.

    Args:
        before: What the app costs without the change.
        after: What it costs with it.
    """
    old, new = _quantities(before), _quantities(after)
    old_sums, new_sums = before.by_resource(), after.by_resource()
    found: list[Change] = []
    shared: list[tuple[Decimal, Decimal]] = []
    for name in dict.fromkeys((*old_sums, *new_sums)):
        one, two = old.get(name, {}), new.get(name, {})
        items = tuple(sorted(item for item in {**one, **two} if one.get(item) != two.get(item)))
        if items:
            change = Change(resource=name, before=old_sums.get(name), after=new_sums.get(name), items=items)
            if change.difference or (change.before is None) != (change.after is None):
                found.append(change)
        else:
            shared.append((old_sums[name], new_sums[name]))
    found.sort(key=lambda each: (-abs(each.difference), each.resource))
    yield from found
    shared_before, shared_after = total_of(each for each, _ in shared), total_of(each for _, each in shared)
    if shared_before != shared_after:
        yield Change(resource=SHARED, before=shared_before, after=shared_after)


@record(kw_only=True)
class OpenChanges:
    """What costs and isn't in the total, before and after.

    Args:
        added: What joined it.
        removed: What left it.
        kept: What was there before and still is.
    """

    added: tuple[Missing, ...]
    removed: tuple[Missing, ...]
    kept: tuple[Missing, ...]


def open_changes(before: CostReport, after: CostReport) -> OpenChanges:
    """What joined what costs and isn't in the total, and what left it.

    Args:
        before: What the app costs without the change.
        after: What it costs with it.
    """

    def name(missing: Missing) -> tuple[str, str, str]:
        return missing.resource, missing.item, missing.region

    old, new = set(map(name, before.unpriced)), set(map(name, after.unpriced))
    return OpenChanges(
        added=tuple(each for each in after.unpriced if name(each) not in old),
        removed=tuple(each for each in before.unpriced if name(each) not in new),
        kept=tuple(each for each in after.unpriced if name(each) in old),
    )


def _quantities(report: CostReport) -> Mapping[str, Mapping[str, tuple[Decimal, str]]]:
    """What each resource uses of each item, and in which Region, whatever tier or allowance it falls under."""
    found: dict[str, dict[str, tuple[Decimal, str]]] = {}
    for line in report.lines:
        items = found.setdefault(line.resource, {})
        name = line.item.removesuffix(FREE)
        quantity, _ = items.get(name, (Decimal(), ""))
        items[name] = (total_of((quantity, line.quantity)), line.region)
    return found
