"""How what is free and what is cheap is shared: nothing is lost, and whole numbers stay whole."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lambda.pricing.tiers import shares

WHOLE = st.integers(0, 10**13).map(Decimal)
BROKEN = st.decimals(0, 10**13, places=9)


@pytest.mark.parametrize(
    ("quantities", "amount", "expected"),
    [
        ([], 5, []),
        ([3], 5, [3]),
        ([5], 5, [5]),
        ([6], 5, [5]),
        ([2, 2], 5, [2, 2]),
        ([10, 10], 5, [2, 3]),
        ([30, 10], 8, [6, 2]),
        ([1, 1, 1], 1, [0, 0, 1]),
        ([0, 10, 0], 4, [0, 4, 0]),
        ([10, 0], 0, [0, 0]),
        (["0.5", "0.5"], "0.5", ["0.25", "0.25"]),
        # 0.999999 and what is left, which the last one alone is too small for
        (["1.5", "0.000000001"], 1, ["0.999999999", "0.000000001"]),
    ],
)
def test_shares(quantities: list[str], amount: str, expected: list[str]) -> None:
    assert shares([Decimal(each) for each in quantities], Decimal(amount)) == [Decimal(each) for each in expected]


@given(st.lists(WHOLE, max_size=8) | st.lists(BROKEN, max_size=8), WHOLE | BROKEN)
def test_nothing_is_lost(quantities: list[Decimal], amount: Decimal) -> None:
    with localcontext(prec=100):
        parts = shares(quantities, amount)
        assert sum(parts) == min(amount, sum(quantities))
        assert all(0 <= part <= quantity for part, quantity in zip(parts, quantities, strict=True))


@given(st.lists(WHOLE, min_size=1, max_size=8), WHOLE)
def test_each_gets_its_share_and_whole_numbers_stay_whole(quantities: list[Decimal], amount: Decimal) -> None:
    with localcontext(prec=100):
        total = sum(quantities)
        for part, quantity in zip(shares(quantities, amount), quantities, strict=True):
            assert part == int(part)
            assert abs(part * total - quantity * min(amount, total)) < max(total, 1)
