"""Rows wait in a file, and are started by the models that they ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media_factory.batches.grouping import Waiting, group_of
from media_factory.batches.rows import Row
from media_factory.briefs.base import Providers
from media_factory.briefs.model import Brief, ImageBrief, NarrationBrief


def brief(kind: str, provider: str | None) -> Brief:
    if kind == "image":
        return ImageBrief(prompt="A port.", providers=Providers(image=provider))
    return NarrationBrief(text="Hi.", providers=Providers(speech=provider))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(st.sampled_from(("image", "narration")), st.sampled_from((None, "fake"))), max_size=12))
def test_those_that_ask_the_same_models_follow_each_other_as_they_came(
    tmp_path: Path, asked: list[tuple[str, str | None]]
) -> None:
    briefs = [brief(*one) for one in asked]
    with Waiting(tmp_path / "spool" / "waiting") as waiting:
        for number, one in enumerate(briefs, 1):
            waiting.add(Row(number=number, brief=one), f"key-{number}")
        started = list(waiting.in_order())
        assert len(waiting) == len(briefs)
    assert sorted(start.number for start in started) == list(range(1, len(briefs) + 1))
    assert all(start.brief == briefs[start.number - 1] and start.key == f"key-{start.number}" for start in started)
    first: dict[str, int] = {}
    for number, one in enumerate(briefs, 1):
        first.setdefault(group_of(one), number)
    order = [(first[group_of(start.brief)], start.number) for start in started]
    assert order == sorted(order)


def test_a_row_without_a_brief_has_nothing_to_wait_for(tmp_path: Path) -> None:
    with Waiting(tmp_path / "waiting") as waiting, pytest.raises(ValueError, match="row 7 has no brief"):
        waiting.add(Row(number=7, brief=None, problems=("line 7: x",)), "key")
