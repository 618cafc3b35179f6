"""Stages that encode: a film's HDR10 rendition, and segments whose hardware fails."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media_factory.factory import Factory
from media_factory.rendering import encoders
from media_factory.rendering.hdr import hdr_facts
from media_factory.rendering.light import LightLevels
from media_factory.rendering.model import HdrRequest, JoinRequest, SegmentRequest
from media_factory.testing.hardware import fake_hardware
from tasks.hdr import make_hdr
from tasks.masters import join_master
from tasks.segments import render_segment
from tests.conftest import MakeFactory
from tests.rendering.films import PUSH, SIZE, Gallery, segment


async def a_segment(factory: Factory, folder: Path) -> SegmentRequest:
    folder.mkdir()
    gallery = Gallery(folder)
    hung = gallery.card(1)
    image = await factory.store.put(gallery.paths[hung.digest], "image/png", width_px=432, height_px=768)
    return segment((image, PUSH, 0, 20), frames=6)


async def test_a_master_s_hdr10_rendition_is_an_asset_like_it_and_is_made_once(
    factory: Factory, tmp_path: Path
) -> None:
    part = await render_segment(await a_segment(factory, tmp_path / "pictures"), factory)
    master = await join_master(JoinRequest(segments=(part,), sound=None, rate=Fraction(30)), factory)
    request = HdrRequest(master=master.video, quality="draft")
    made = await make_hdr(request, factory)
    assert (made.video.width_px, made.video.height_px) == SIZE
    assert made.video.duration_s == master.video.duration_s
    light = LightLevels(max_cll=made.max_cll, max_fall=made.max_fall)
    assert hdr_facts(await factory.store.fetch(made.video)).light == light
    assert await make_hdr(request, factory) == made
    foretold = await make_hdr.stage.foretell(request, "key", factory)
    assert foretold.video.model_dump(exclude={"digest", "size_bytes"}) == made.video.model_dump(
        exclude={"digest", "size_bytes"}
    )


async def test_a_segment_whose_hardware_fails_is_made_in_software_and_says_so(
    make_factory: MakeFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = make_factory()
    monkeypatch.setitem(encoders.HARDWARE, "fake_device", fake_hardware(fails_at=2))
    request = await a_segment(factory, tmp_path / "pictures")
    sound = await render_segment(request, factory)
    on_device = request.model_copy(update={"encoding": request.encoding.model_copy(update={"hardware": "fake_device"})})
    fallen = await render_segment(on_device, factory)
    assert sound.reasons == ()
    assert fallen.reasons == (
        "fake_device failed (the encoder failed: device lost); pictures were encoded in software",
    )
    assert fallen.video.digest == sound.video.digest
