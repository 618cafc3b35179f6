from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from media_factory.briefs.fields import Codec
from media_factory.errors import InputError, RenderError
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.encoders import HARDWARE, KEY_FRAME_EVERY_S, SOFTWARE, frame_problem
from media_factory.rendering.join import join
from media_factory.rendering.model import Encoding, SegmentRequest
from media_factory.rendering.planes import CACHE_BYTES, PlaneCache
from media_factory.rendering.presets import ENCODINGS
from media_factory.rendering.probe import decode_check, probe
from media_factory.rendering.segments import encode_segment
from tests.rendering.films import PAN, PUSH, SIZE, Gallery, decoded_luma, psnr_db, segment

CODECS: tuple[Codec, ...] = ("h264", "hevc", "av1")
LENGTHS = (1, 2, 3, 4, 7, 30)
# H.264: level_idc; HEVC: 30 times the level; AV1: seq_level_idx, four to a major level, from 2.0.
LEVELS = {
    ("h264", (1080, 1920), 30): 40,
    ("h264", (1080, 1920), 60): 42,
    ("h264", (1080, 1920), 120): 51,
    ("h264", (3840, 2160), 30): 51,
    ("h264", (3840, 2160), 60): 52,
    ("hevc", (1080, 1920), 120): 150,
    ("av1", (1080, 1920), 120): 12,
}


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    (tmp_path / "pictures").mkdir()
    return Gallery(tmp_path / "pictures")


def with_codec(request: SegmentRequest, codec: Codec) -> SegmentRequest:
    return request.model_copy(update={"encoding": ENCODINGS[codec]["standard"]})


def header_of(path: Path) -> bytes:
    with av.open(str(path)) as film:
        return bytes(film.streams.video[0].codec_context.extradata or b"")


def level_of(path: Path, codec: Codec) -> int:
    """Return the level as avcC, hvcC or av1C says it."""
    header = header_of(path)
    return {"h264": header[3], "hevc": header[12], "av1": header[1] & 0x1F}[codec]


@pytest.mark.parametrize(("codec", "profile", "tag"), [("hevc", "Main", "hvc1"), ("av1", "Main", "av01")])
async def test_segments_of_every_length_join_into_a_film_that_says_what_it_is(
    codec: Codec, profile: str, tag: str, gallery: Gallery, tmp_path: Path
) -> None:
    card, flat, rate = gallery.card(1), gallery.flat("#808080"), Fraction(30000, 1001)
    parts, composed = [], []
    for index, frames in enumerate(LENGTHS):
        request = segment((flat if index % 2 else card, PUSH, index, 60), frames=frames, rate=rate)
        encode_segment(with_codec(request, codec), gallery.paths, tmp_path / f"{index}.mp4")
        parts.append((tmp_path / f"{index}.mp4", frames))
        composer = Composer(request, gallery.paths)
        for frame in range(frames):
            out = empty_planes(SIZE)
            composer.draw(frame, out)
            composed.append(out[0])
    assert len({header_of(path) for path, _ in parts}) == 1
    film = tmp_path / "film.mp4"
    join(parts, None, rate, film)
    (facts,) = probe(film).video
    assert (facts.codec, facts.profile, facts.pixel_format) == (codec, profile, "yuv420p")
    assert {facts.colour_primaries, facts.colour_transfer, facts.colour_space} == {"bt709"}
    assert (facts.colour_range, facts.rate, facts.frames, facts.start_s) == ("tv", rate, sum(LENGTHS), 0)
    assert tag.encode() in film.read_bytes()
    found = decoded_luma(film)
    assert len(found) == len(composed)
    assert min(psnr_db(one, other) for one, other in zip(found, composed, strict=True)) > 33
    await decode_check(film)


@pytest.mark.parametrize("codec", ["hevc", "av1"])
def test_packets_of_a_film_are_decoded_in_even_steps_and_never_after_they_are_shown(
    codec: Codec, gallery: Gallery, tmp_path: Path
) -> None:
    card, parts = gallery.card(1), []
    for index, frames in enumerate((1, 2, 12)):
        part = tmp_path / f"{index}.mp4"
        encode_segment(with_codec(segment((card, PAN, 0, 30), frames=frames), codec), gallery.paths, part)
        parts.append((part, frames))
    join(parts, None, Fraction(30), tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as film:
        unit = film.streams.video[0].time_base * 30
        times = [(packet.pts * unit, packet.dts * unit) for packet in film.demux(video=0) if packet.size]
    assert sorted(pts for pts, _ in times) == list(range(15))
    assert {later[1] - earlier[1] for earlier, later in pairwise(times)} == {1}
    assert all(dts <= pts for pts, dts in times)


@pytest.mark.parametrize("codec", ["hevc", "av1"])
def test_key_frames_come_evenly_and_nothing_refers_across_them(codec: Codec, gallery: Gallery, tmp_path: Path) -> None:
    between = 10 * KEY_FRAME_EVERY_S
    request = segment((gallery.card(1), PUSH, 0, 99), frames=2 * between + 10, rate=Fraction(10))
    encode_segment(with_codec(request, codec), gallery.paths, tmp_path / "s.mp4")
    with av.open(str(tmp_path / "s.mp4")) as film:
        unit = film.streams.video[0].time_base * 10
        packets = [(packet.pts * unit, packet.is_keyframe) for packet in film.demux(video=0) if packet.size]
    assert [pts for pts, is_key in packets if is_key] == [0, between, 2 * between]
    reached = Fraction(0)
    for pts, is_key in packets:
        reached = pts if is_key else reached
        assert pts >= reached


@pytest.mark.parametrize("codec", CODECS)
def test_the_same_request_gives_the_same_bytes_every_time(codec: Codec, gallery: Gallery, tmp_path: Path) -> None:
    request = with_codec(segment((gallery.card(1), PUSH, 0, 20), frames=6), codec)
    found, scrap = set(), []
    for seed in range(12):
        encode_segment(request, gallery.paths, tmp_path / "s.mp4")
        found.add((tmp_path / "s.mp4").read_bytes())
        # Other work in between: an encoder that reads memory which it never wrote finds something else there.
        scrap.append(np.random.default_rng(seed).integers(0, 255, 100_000 * (seed + 1), np.uint8))
    assert len(found) == 1


@pytest.mark.parametrize(("asked", "level"), LEVELS.items(), ids=str)
def test_the_level_is_the_lowest_that_holds_the_frames(
    asked: tuple[Codec, tuple[int, int], int], level: int, gallery: Gallery, tmp_path: Path
) -> None:
    codec, size, rate = asked
    request = segment((gallery.flat("#336699", size), PUSH, 0, 9), frames=3, size=size, rate=Fraction(rate))
    encode_segment(with_codec(request, codec), gallery.paths, tmp_path / "s.mp4")
    assert level_of(tmp_path / "s.mp4", codec) == level
    assert probe(tmp_path / "s.mp4").video[0].rate == rate


@pytest.mark.parametrize("quality", ["high", "master"])
def test_finer_h264_needs_no_higher_level(quality: str, gallery: Gallery, tmp_path: Path) -> None:
    size = (1080, 1920)
    request = segment((gallery.flat("#336699", size), PUSH, 0, 9), frames=2, size=size)
    encoding = ENCODINGS["h264"][quality]  # type: ignore[index]
    encode_segment(request.model_copy(update={"encoding": encoding}), gallery.paths, tmp_path / "s.mp4")
    assert level_of(tmp_path / "s.mp4", "h264") == 40


@pytest.mark.parametrize("size", [(7680, 4320), (4320, 7680), (4320, 4320), (4098, 1080), (4096, 4096)], ids=str)
def test_h264_is_refused_where_devices_stop_decoding_it(size: tuple[int, int], tmp_path: Path) -> None:
    problem = frame_problem("h264", *size)
    assert problem is not None
    assert problem.startswith(f"codec: h264 at {size[0]}x{size[1]}")
    assert "use hevc or av1" in problem
    assert frame_problem("hevc", *size) is frame_problem("av1", *size) is None


@pytest.mark.parametrize("size", [(4096, 2304), (2160, 3840), (2160, 2700), (64, 64)], ids=str)
def test_h264_is_taken_up_to_level_5_2(size: tuple[int, int]) -> None:
    assert frame_problem("h264", *size) is None


def test_a_segment_that_its_codec_can_t_hold_is_refused_and_leaves_nothing(gallery: Gallery, tmp_path: Path) -> None:
    small = segment((gallery.card(1), PUSH, 0, 9), frames=1)
    large = segment((gallery.card(1), PUSH, 0, 9), frames=1, size=(7680, 4320))
    coarse = small.model_copy(update={"encoding": Encoding(codec="hevc", preset="fast", crf=60)})
    for request, problem in ((large, "codec: h264 at 7680x4320"), (coarse, "crf: 60 with hevc")):
        with pytest.raises(InputError, match=problem):
            encode_segment(request, gallery.paths, tmp_path / "out" / "s.mp4")
    assert not (tmp_path / "out" / "s.mp4").exists()


def test_hardware_makes_only_its_own_codec(gallery: Gallery, tmp_path: Path) -> None:
    encoding = Encoding(codec="av1", preset="9", crf=34, hardware="h264_nvenc")
    request = segment((gallery.card(1), PUSH, 0, 9), frames=1).model_copy(update={"encoding": encoding})
    with pytest.raises(RenderError, match="no hardware encoder h264_nvenc makes av1"):
        encode_segment(request, gallery.paths, tmp_path / "s.mp4")


def test_every_codec_has_software_and_every_hardware_encoder_is_named_after_its_codec() -> None:
    assert {encoder.codec for encoder in SOFTWARE.values()} == set(CODECS)
    assert all(name == encoder.name and name.split("_")[0] == encoder.codec for name, encoder in HARDWARE.items())


def test_encoding_av1_says_nothing_on_standard_error(tmp_path: Path) -> None:
    Gallery(tmp_path).card(1)
    script = (
        "import sys, tempfile; from pathlib import Path\n"
        "from tests.rendering.films import PUSH, Gallery, segment\n"
        "from media_factory.rendering.presets import ENCODINGS\n"
        "from media_factory.rendering.segments import encode_segment\n"
        "folder = Path(sys.argv[1]); gallery = Gallery(folder)\n"
        "request = segment((gallery.card(1), PUSH, 0, 9), frames=3)\n"
        "request = request.model_copy(update={'encoding': ENCODINGS['av1']['draft']})\n"
        "encode_segment(request, gallery.paths, folder / 's.mp4')\n"
    )
    said = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "Svt[info]" not in said.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("codec", "level"), [("hevc", 183), ("av1", 17)])
def test_8k_at_60_frames_a_second_is_level_6_1_and_its_planes_keep_within_the_cache(
    codec: Codec, level: int, gallery: Gallery, tmp_path: Path
) -> None:
    size, cache = (7680, 4320), PlaneCache()
    picture = gallery.card(1, (1920, 1080))
    request = segment((picture, PUSH, 0, 600), frames=3, size=size, rate=Fraction(60))
    encode_segment(with_codec(request, codec), gallery.paths, tmp_path / "s.mp4")
    (facts,) = probe(tmp_path / "s.mp4").video
    assert (facts.width_px, facts.height_px, facts.rate, facts.frames) == (*size, 60, 3)
    assert level_of(tmp_path / "s.mp4", codec) == level
    composer, out = Composer(request, gallery.paths, cache), empty_planes(size)
    for index, luma in enumerate(decoded_luma(tmp_path / "s.mp4")):
        composer.draw(index, out)
        assert psnr_db(luma, out[0]) > 35
    assert 0 < cache.size_bytes <= CACHE_BYTES
