from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.rendering.kept import Kept


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40)), max_size=60))
def test_no_more_is_kept_than_allowed_but_for_one_larger_value(asked: list[tuple[int, int]]) -> None:
    kept: Kept[bytes] = Kept(100, len)
    for key, size in asked:
        assert kept.get(key, lambda size=size: bytes(size))  # type: ignore[misc]
        assert kept.size_bytes <= 100
    assert kept.get("large", lambda: bytes(500)) == bytes(500)
    assert kept.size_bytes == 500
    kept.get("small", lambda: b"1")
    assert kept.size_bytes == 1


def test_threads_that_ask_for_the_same_make_it_once() -> None:
    kept: Kept[int] = Kept(100, lambda _: 1)
    made, together = [], threading.Barrier(4)

    def make() -> int:
        made.append(1)
        return 7

    def ask(_: int) -> int:
        together.wait(5)
        return kept.get("a", make)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [7] * 4
    assert made == [1]


def test_what_failed_is_made_again_when_it_is_asked_for_again() -> None:
    kept: Kept[int] = Kept(100, lambda _: 1)

    def fail() -> int:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        kept.get("a", fail)
    assert kept.get("a", lambda: 3) == 3
