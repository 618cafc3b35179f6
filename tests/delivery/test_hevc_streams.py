"""A film in HEVC as a stream: the top variant is the film itself, picture by picture, and nothing complains.

A player that plays one variant stops reading the others. ffmpeg does so in the middle of a packet, and its parser then
says of the variants that were dropped "missing picture in access unit" (whatever their codec), so all of them are read.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import m3u8
import pytest

from media_factory.delivery.ladder import rungs_below
from media_factory.delivery.rungs import encode_rungs
from media_factory.delivery.streams import package_stream
from media_factory.rendering.join import join
from media_factory.rendering.presets import ENCODINGS
from media_factory.rendering.segments import encode_segment
from tests.rendering.films import PUSH, Gallery, run_ffmpeg, segment

RATE, SIZE, LENGTHS = Fraction(10), (288, 512), (34, 5, 31)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a film and its stream: `master.mp4` and `stream/`."""
    made = tmp_path_factory.mktemp("hevc")
    gallery, rungs = Gallery(made), rungs_below(*SIZE)
    runs, smaller = [], []
    for index, frames in enumerate(LENGTHS):
        request = segment((gallery.card(index, SIZE), PUSH, 0, frames), frames=frames, rate=RATE, size=SIZE)
        path = made / f"run-{index}.mp4"
        request = request.model_copy(update={"encoding": ENCODINGS["hevc"]["high"]})
        runs.append((path, encode_segment(request, gallery.paths, path)))
        (made / f"{index}").mkdir()
        smaller.append(encode_rungs(path, RATE, rungs, made / f"{index}"))
    join(runs, None, RATE, made / "master.mp4")
    below = []
    for index in range(len(rungs)):
        below.append(made / f"below-{index}.mp4")
        join([sizes[index] for sizes in smaller], None, RATE, below[-1])
    package_stream(made / "master.mp4", below, made / "stream")
    return made


def pictures(path: Path, *which: str) -> list[str]:
    """Return the digest of every decoded picture; whatever is said on the way is a failure."""
    read = run_ffmpeg("-xerror", "-i", str(path), *which, "-f", "framemd5", "-")
    assert (read.returncode, read.stderr) == (0, "")
    return [line.split(",")[-1].strip() for line in read.stdout.splitlines() if not line.startswith("#")]


def test_the_top_variant_decodes_to_the_film_s_own_pictures(folder: Path) -> None:
    film = pictures(folder / "master.mp4", "-map", "0:v")
    assert len(film) == sum(LENGTHS)
    assert pictures(folder / "stream" / "video-288" / "playlist.m3u8") == film


def test_all_variants_are_read_together_without_a_complaint(folder: Path) -> None:
    playlist = m3u8.load(str(folder / "stream" / "master.m3u8"))
    codecs = [variant.stream_info.codecs.partition(".")[0] for variant in playlist.playlists]
    assert codecs == ["hvc1", "avc1"]
    assert len(pictures(folder / "stream" / "master.m3u8", "-map", "0:v")) == len(codecs) * sum(LENGTHS)


def test_key_frames_decode_alone(folder: Path) -> None:
    path = folder / "stream" / "video-288" / "iframes.m3u8"
    assert len(pictures(path)) == len(m3u8.load(str(path)).segments)
