"""Estimates of memory are not below what the work really takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from media_factory.assets import Asset
from media_factory.rendering.footprint import hdr_memory, poster_memory, segment_memory
from media_factory.rendering.model import HdrRequest, PosterRequest, SegmentRequest
from media_factory.rendering.presets import ENCODINGS
from tests.rendering.films import PUSH, STILL, Gallery, segment

GIB = 1 << 30
# A process of its own encodes a segment and says by how many bytes its peak grew.
WEIGHED = """
import json, sys
from pathlib import Path
from media_factory.rendering.model import SegmentRequest
from media_factory.rendering.segments import encode_segment
def line(name):
    said = Path("/proc/self/status").read_text().splitlines()
    return next(int(one.split()[1]) << 10 for one in said if one.startswith(name))
asked = json.load(sys.stdin)
before = line("VmRSS")
pictures = {asked["digest"]: Path(asked["path"])}
encode_segment(SegmentRequest.model_validate(asked["request"]), pictures, Path(sys.argv[1]))
print(line("VmHWM") - before)
"""


def of_size(width_px: int, height_px: int, codec: str = "h264", quality: str = "standard") -> SegmentRequest:
    picture = Asset(
        digest=f"sha256:{1:064x}",
        media_type="image/png",
        size_bytes=9,
        width_px=round(width_px * 1.25),
        height_px=round(height_px * 1.25),
    )
    request = segment((picture, STILL, 0, 60), frames=60, size=(width_px, height_px))
    return request.model_copy(update={"encoding": ENCODINGS[codec][quality]})  # type: ignore[index]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to weigh a process")
@pytest.mark.parametrize(
    ("codec", "quality"), [("h264", "standard"), ("h264", "master"), ("hevc", "draft"), ("av1", "standard")]
)
def test_a_segment_takes_no_more_than_was_estimated(codec: str, quality: str, tmp_path: Path) -> None:
    gallery = Gallery(tmp_path)
    picture = gallery.card(1, (1200, 675))
    request = segment((picture, PUSH, 0, 60), frames=40, size=(960, 540))
    request = request.model_copy(update={"encoding": ENCODINGS[codec][quality]})  # type: ignore[index]
    path = gallery.paths[picture.digest]
    asked = {"request": request.model_dump(mode="json"), "digest": picture.digest, "path": str(path)}
    told = subprocess.run(
        [sys.executable, "-c", WEIGHED, str(tmp_path / "made.mp4")],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    taken = int(told.stdout)
    assert 0 < taken <= segment_memory(request)


@pytest.mark.parametrize(("codec", "measured_mib"), [("hevc", 3976), ("av1", 3210)])
def test_estimates_hold_for_the_largest_frames_as_they_were_measured(codec: str, measured_mib: int) -> None:
    estimate = segment_memory(of_size(7680, 4320, codec)) / (1 << 20)
    assert measured_mib <= estimate <= 2 * measured_mib


def test_larger_frames_finer_encoders_and_larger_pictures_take_more() -> None:
    plain = of_size(1920, 1080)
    picture = plain.shots[0].image.model_copy(update={"width_px": 9000, "height_px": 7000})
    shot = plain.shots[0].model_copy(update={"image": picture})
    larger = [
        of_size(3840, 2160),
        of_size(1920, 1080, quality="high"),
        of_size(1920, 1080, quality="master"),
        plain.model_copy(update={"shots": (shot,)}),
    ]
    assert all(segment_memory(one) > segment_memory(plain) for one in larger)
    assert segment_memory(plain) < GIB / 4
    assert poster_memory(PosterRequest(segment=plain, frame=0)) < segment_memory(plain)


def test_an_hdr10_rendition_takes_more_than_the_segments_it_comes_from() -> None:
    master = Asset(digest=f"sha256:{2:064x}", media_type="video/mp4", size_bytes=9, width_px=3840, height_px=2160)
    assert hdr_memory(HdrRequest(master=master)) > 1746 << 20
