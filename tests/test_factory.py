"""A factory's slots stand for equal shares of its memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.errors import InputError
from media_factory.factory import factory_from_environment
from tests.conftest import MakeFactory

GIB = 1 << 30


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workers=st.integers(1, 64), memory=st.integers(1, 1 << 42), needed=st.integers(0, 1 << 42))
def test_what_runs_at_once_fits_into_memory_unless_one_alone_does_not(
    make_factory: MakeFactory, workers: int, memory: int, needed: int
) -> None:
    factory = make_factory(workers=workers, memory_bytes=memory)
    try:
        slots = factory.slots_for(needed)
    finally:
        factory.close()
    assert 1 <= slots <= workers
    at_once = workers // slots
    assert at_once == 1 or at_once * needed <= memory


def test_where_nobody_knows_the_memory_work_takes_one_slot(make_factory: MakeFactory) -> None:
    assert make_factory(workers=4, memory_bytes=None).slots_for(900 * GIB) == 1


def test_a_variable_says_how_much_memory_may_be_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIA_FACTORY_WORKERS", "4")
    monkeypatch.setenv("MEDIA_FACTORY_MEMORY_MIB", "8192")
    factory = factory_from_environment()
    try:
        assert factory.memory_bytes == 8 * GIB
        assert [factory.slots_for(size * GIB) for size in (1, 2, 4, 5, 40)] == [1, 1, 2, 3, 4]
    finally:
        factory.close()
    monkeypatch.setenv("MEDIA_FACTORY_MEMORY_MIB", "much")
    with pytest.raises(InputError, match="MEDIA_FACTORY_MEMORY_MIB: 'much' can't be used"):
        factory_from_environment()


def test_without_a_variable_a_part_of_what_is_available_is_taken(home: Path) -> None:
    factory = factory_from_environment()
    try:
        assert factory.memory_bytes is None or factory.memory_bytes > 1 << 20
    finally:
        factory.close()
