"""What is seen of pictures when a file of them is decoded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from media_factory.errors import RenderError
from media_factory.rendering.inspect_record import Record, look_at
from media_factory.rendering.model import Encoding
from media_factory.rendering.segments import encode_segment
from tests.rendering.films import PUSH, Gallery, segment
from tests.rendering.masters import SIZE, encoded, panned

FRAMES = 60


def test_a_record_survives_its_file(tmp_path: Path) -> None:
    encoded(tmp_path / "pan.mp4", panned(FRAMES))
    record = look_at(tmp_path / "pan.mp4")
    (tmp_path / "record").write_bytes(record.as_bytes())
    again = Record.read(tmp_path / "record")
    assert (again.luma == record.luma).all()
    assert again.packets == record.packets
    assert again.frames == FRAMES


@pytest.mark.parametrize("every", [2, 3, 6])
@pytest.mark.parametrize(("px_per_s", "grain", "times", "more"), [(0, 0, 3.0, 0), (0, 6, 1.0, 30), (25, 0, 1.0, 30)])
def test_a_strobe_is_seen_also_by_the_quick_look(
    tmp_path: Path, every: int, px_per_s: float, grain: float, times: float, more: int
) -> None:
    """The quick look passes over pictures that no other needs; one that holds something new makes it look again."""
    noise = np.random.default_rng(1).normal(0, grain, (SIZE[1], SIZE[0]))
    pictures = [
        ((art + noise) * times + more if index % every == 1 else art + noise).clip(16, 235).astype(np.uint8)
        for index, art in enumerate(panned(FRAMES, px_per_s))
    ]
    encoded(tmp_path / "strobe.mp4", pictures)
    seen = look_at(tmp_path / "strobe.mp4").luma.mean(axis=(1, 2))
    assert (np.abs(np.diff(seen)) > 20).sum() >= 2 * FRAMES / every - 2


def test_the_quick_look_passes_over_pictures_of_a_pan(tmp_path: Path) -> None:
    encoded(tmp_path / "pan.mp4", panned(FRAMES, px_per_s=30))
    quick, thorough = look_at(tmp_path / "pan.mp4").luma, look_at(tmp_path / "pan.mp4", thoroughly=True).luma
    assert (quick[1:] == quick[:-1]).all(axis=(1, 2)).sum() > (thorough[1:] == thorough[:-1]).all(axis=(1, 2)).sum()


@pytest.mark.parametrize(
    "encoding", [Encoding(codec="hevc", preset="ultrafast", crf=26), Encoding(codec="av1", preset="12", crf=40)]
)
def test_segments_of_every_codec_can_be_looked_at(tmp_path: Path, encoding: Encoding) -> None:
    gallery = Gallery(tmp_path)
    asked = segment((gallery.card(1), PUSH, 0, 24), frames=24).model_copy(update={"encoding": encoding})
    encode_segment(asked, gallery.paths, tmp_path / "segment.mp4")
    quick, thorough = look_at(tmp_path / "segment.mp4"), look_at(tmp_path / "segment.mp4", thoroughly=True)
    assert quick.frames == thorough.frames == 24
    assert quick.packets == thorough.packets
    assert (quick.luma[0] == thorough.luma[0]).all()


@pytest.mark.parametrize("content", [b"", b"dear diary", b"PK\x03\x04 or so"])
def test_what_is_no_record_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "record").write_bytes(content)
    with pytest.raises(RenderError, match="record is no record of pictures"):
        Record.read(tmp_path / "record")
