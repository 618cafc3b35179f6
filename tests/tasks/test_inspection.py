"""The gate as a stage: cached, foretold, and fed with what was seen when the segments were made."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media_factory.factory import Factory
from media_factory.rendering.inspect_request import inspection_request
from media_factory.rendering.model import JoinRequest
from media_factory.runs import Run, begin_run
from tasks.inspection import inspect_master
from tasks.masters import join_master
from tasks.segments import render_segment
from tests.rendering.films import PUSH, SIZE, Gallery, segment


async def test_a_film_of_looked_at_segments_is_judged_once_without_decoding_it_again(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = Gallery(tmp_path)
    card = gallery.card(1)
    stored = await factory.store.put(gallery.paths[card.digest], "image/png", width_px=432, height_px=768)
    asked = [segment((stored, PUSH, first, 40), frames=20) for first in (0, 20)]
    made = [await render_segment(one, factory) for one in asked]
    master = await join_master(JoinRequest(segments=tuple(made), sound=None, rate=Fraction(30)), factory)
    request = inspection_request(master, made, size=SIZE, rate=Fraction(30), mix=None)
    assert len(request.records) == 2

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the film was decoded again")

    monkeypatch.setattr("media_factory.rendering.inspection.look_at", refuse)
    first = await inspect_master(request, factory)
    with begin_run(Run()) as run:
        again = await inspect_master(request, factory)
    assert first.status == "passed", first.reasons
    assert again == first
    assert [record.state for record in run.records] == ["cached"]


async def test_a_planning_run_foretells_a_film_that_passes(factory: Factory, tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    card = gallery.card(1)
    asked = segment((card, PUSH, 0, 20), frames=20)
    with begin_run(Run(planning=True)):
        made = await render_segment(asked, factory)
        master = await join_master(JoinRequest(segments=(made,), sound=None, rate=Fraction(30)), factory)
        request = inspection_request(master, [made], size=SIZE, rate=Fraction(30), mix=None)
        foretold = await inspect_master(request, factory)
    assert (foretold.status, foretold.figures.frames) == ("passed", 20)
    assert len(request.records) == 1
