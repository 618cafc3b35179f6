"""Money: exact, and never counted too low."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.books.money import dollars, micro_usd, micro_usd_cap, usd
from media_factory.errors import BooksError

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=9)


@given(st.integers(min_value=0, max_value=10**15))
def test_whole_microdollars_come_back_as_they_went(micro: int) -> None:
    assert micro_usd(usd(micro)) == micro_usd_cap(usd(micro)) == micro


@given(AMOUNTS)
def test_a_price_rounds_up_and_a_cap_rounds_down_by_less_than_a_microdollar(amount: Decimal) -> None:
    assert usd(micro_usd_cap(amount)) <= amount <= usd(micro_usd(amount))
    assert usd(micro_usd(amount)) - usd(micro_usd_cap(amount)) <= Decimal("0.000001")


@given(st.integers(min_value=0, max_value=10**15))
def test_written_dollars_are_exact_and_show_cents(micro: int) -> None:
    assert Decimal(dollars(micro).removeprefix("$")) == usd(micro)
    assert len(dollars(micro).partition(".")[2]) >= 2


@pytest.mark.parametrize("amount", ["-0.000001", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    for convert in (micro_usd, micro_usd_cap):
        with pytest.raises(BooksError, match="no amount of money"):
            convert(Decimal(amount))
