import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.delivery.wording import bytes_size, clock, lasting, moment, money, total_money


@given(st.integers(0, 10**6))
def test_a_clock_reads_back_as_its_whole_seconds(seconds: int) -> None:
    back = 0
    for part in clock(seconds + 0.9).split(":"):
        back = back * 60 + int(part)
    assert back == seconds


@given(st.decimals(0, 10**6, places=6))
def test_money_reads_back_exactly_to_a_millionth(amount: Decimal) -> None:
    assert Decimal(re.sub(r"[$,]", "", money(amount))) == amount


def test_money_always_shows_cents_and_says_when_nobody_knows() -> None:
    assert [money(Decimal(12)), money(Decimal("0.5")), money(Decimal("1E+3")), money(None)] == [
        "$12.00",
        "$0.50",
        "$1,000.00",
        "unknown",
    ]


def test_a_sum_with_an_unknown_part_is_a_lower_bound() -> None:
    assert total_money([Decimal("0.1"), Decimal("0.02")]) == "$0.12"
    assert total_money([Decimal("0.1"), None]) == "at least $0.10"
    assert total_money([None, Decimal(0)]) == "unknown"
    assert total_money([]) == "$0.00"


@pytest.mark.parametrize(
    ("size", "read"), [(0, "0 bytes"), (999_499, "999 kB"), (999_500, "1.0 MB"), (999_950_000, "1.0 GB")]
)
def test_sizes_never_read_as_a_thousand_of_a_smaller_unit(size: int, read: str) -> None:
    assert bytes_size(size) == read


@pytest.mark.parametrize(
    ("seconds", "read"), [(0, "0 s"), (59.94, "59.9 s"), (59.95, "1 min 0 s"), (119.6, "2 min 0 s")]
)
def test_lengths_never_read_as_sixty_seconds(seconds: float, read: str) -> None:
    assert lasting(seconds) == read


def test_moments_are_told_in_utc_and_others_as_they_stand() -> None:
    assert moment("2026-11-20T23:30:00-02:00") == "21 Nov 2026, 01:30 UTC"
    assert moment("yesterday") == "yesterday"
