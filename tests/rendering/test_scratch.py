"""How much disk is asked for before anything is written."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from media_factory.errors import RenderError
from media_factory.factory import Factory
from media_factory.rendering import mastering
from media_factory.rendering.audio import mix_sound
from media_factory.rendering.limiting import Gain
from media_factory.rendering.model import Encoding, JoinRequest, Segment
from media_factory.rendering.scratch import join_bytes, mix_bytes, segment_bytes
from media_factory.rendering.segments import encode_segment
from media_factory.rendering.waveforms import Sound
from tasks.segments import render_segment
from tests.rendering.films import PUSH, Gallery, segment
from tests.rendering.masters import asset_of
from tests.rendering.sounds import Records, chatter, mix_request


def test_a_segment_takes_less_than_estimated(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    asked = segment((gallery.card(1), PUSH, 0, 40), frames=40)
    encode_segment(asked, gallery.paths, tmp_path / "segment.mp4")
    size = (tmp_path / "segment.mp4").stat().st_size
    assert 2 * size <= segment_bytes(asked) <= 40 * size


def test_finer_encoding_is_given_more_room(tmp_path: Path) -> None:
    asked = segment((Gallery(tmp_path).flat("#202020"), PUSH, 0, 40), frames=40)
    usual, fine = (asked.model_copy(update={"encoding": Encoding(crf=crf)}) for crf in (20, 14))
    assert segment_bytes(fine) == pytest.approx(2 * segment_bytes(usual), rel=0.01)


async def test_a_mix_takes_less_than_estimated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = Records(tmp_path)
    placed = [(records.press(chatter(4), 22_050), 3)]
    asked = mix_request(150, *placed, music=records.press(chatter(3, seed=2)))
    folder = tmp_path / "mix"
    folder.mkdir()
    largest = 0

    def measured(sound: Sound, gain: Gain, target: Path) -> None:
        nonlocal largest
        real(sound, gain, target)
        largest = max(largest, sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()))

    real = mastering.encode
    monkeypatch.setattr(mastering, "encode", measured)
    await mix_sound(asked, records.paths, folder)
    # The sounds here have one channel, and room is asked for two.
    assert 0 < largest <= mix_bytes(asked) <= 8 * largest


def test_a_join_takes_the_film_twice(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(1000))
    asset = asset_of(tmp_path / "x")
    request = JoinRequest(segments=(Segment(video=asset, frames=9),) * 3, sound=asset, rate=Fraction(30))
    assert join_bytes(request) == 2 * 4000


async def test_a_stage_is_refused_before_it_works_when_the_disk_is_too_small(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = Gallery(tmp_path)
    card = gallery.card(1)
    stored = await factory.store.put(gallery.paths[card.digest], "image/png", width_px=432, height_px=768)
    asked = segment((stored, PUSH, 0, 40), frames=40)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(RenderError, match=rf"scratch: {segment_bytes(asked)} bytes are needed to work in, and 1000"):
        await render_segment(asked, factory)
    assert list((factory.home / "scratch").iterdir()) == []
