from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from media_factory.errors import RenderError
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.join import join
from media_factory.rendering.model import Encoding, SegmentRequest, ShotSpan
from media_factory.rendering.segments import FILM_ENCODING, encode_segment
from media_factory.rendering.timeline import build_timeline, segments_of
from tests.rendering.films import PAN, PUSH, SIZE, Gallery, decoded_luma, psnr_db, run_ffmpeg, segment

Parts = list[tuple[Path, int]]


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    (tmp_path / "pictures").mkdir()
    return Gallery(tmp_path / "pictures")


@pytest.fixture
def encode(gallery: Gallery, tmp_path: Path) -> Callable[[list[SegmentRequest]], Parts]:
    def encode_all(requests: list[SegmentRequest]) -> Parts:
        parts = []
        for index, request in enumerate(requests):
            path = tmp_path / f"segment-{index}.mp4"
            parts.append((path, encode_segment(request, gallery.paths, path)))
        return parts

    return encode_all


def runs(gallery: Gallery, lengths: tuple[int, ...], rate: Fraction = Fraction(30)) -> list[SegmentRequest]:
    """Return one long move over a picture, cut into runs of these lengths."""
    card, first, requests = gallery.card(1), 0, []
    for frames in lengths:
        requests.append(segment((card, PUSH, first, sum(lengths)), frames=frames, rate=rate))
        first += frames
    return requests


def click_track(path: Path, seconds: Fraction, click_at_s: float) -> Path:
    """Write AAC at 48 kHz: silence with one click."""
    samples = np.zeros((int(seconds * 48000), 2), np.int16)
    samples[int(click_at_s * 48000) : int(click_at_s * 48000) + 48] = 20000
    raw = path.with_suffix(".raw")
    raw.write_bytes(samples.tobytes())
    made = run_ffmpeg(
        "-f", "s16le", "-ar", "48000", "-ac", "2", "-i", str(raw), "-c:a", "aac", "-b:a", "192k", str(path)
    )
    assert made.returncode == 0, made.stderr
    return path


def boxes(data: bytes) -> list[str]:
    """Return the names of an MP4's boxes, containers opened."""
    names, at = [], 0
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8].decode("latin-1")
        names.append(name)
        if name in ("moov", "trak", "mdia", "minf", "stbl"):
            names.extend(boxes(data[at + 8 : at + size]))
        at += max(size, 8)
    return names


@pytest.mark.parametrize("rate", [Fraction(30), Fraction(30000, 1001), Fraction(60)], ids=str)
def test_a_film_of_odd_runs_decodes_without_a_complaint_and_has_every_frame_at_its_time(
    rate: Fraction, gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    lengths = (33, 1, 2, 15, 3, 4, 5, 6, 7, 1, 1, 20)
    total = sum(lengths)
    sound = click_track(tmp_path / "sound.m4a", total / rate, 0.5)
    film = tmp_path / "film.mp4"
    assert join(encode(runs(gallery, lengths, rate)), sound, rate, film) == total

    decoded = run_ffmpeg("-xerror", "-i", str(film), "-f", "null", "-")
    assert (decoded.returncode, decoded.stderr) == (0, "")
    with av.open(str(film)) as opened:
        video, audio = opened.streams.video[0], opened.streams.audio[0]
        packets = [packet for packet in opened.demux(video) if packet.size]
        assert all(before.dts < after.dts for before, after in pairwise(packets))
        assert all(packet.pts >= packet.dts for packet in packets)
        frame = 1 / rate / video.time_base
        assert sorted(packet.pts for packet in packets) == [index * frame for index in range(total)]
        starts = np.cumsum([0, *lengths[:-1]])
        assert {packet.pts / frame for packet in packets if packet.is_keyframe} >= set(starts)
        assert video.start_time == audio.start_time == 0
        assert video.duration * video.time_base == total / rate
        assert abs(audio.duration * audio.time_base - total / rate) <= Fraction(1, 48000)
        assert video.average_rate == rate
    with av.open(str(film)) as opened:
        assert [picture.pts for picture in opened.decode(video=0)] == [index * frame for index in range(total)]


def test_the_film_says_its_colours_begins_with_its_index_and_has_no_edit_list(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    join(encode(runs(gallery, (20, 10))), click_track(tmp_path / "sound.m4a", Fraction(1), 0.5), Fraction(30), film)
    data = film.read_bytes()
    names = boxes(data)
    assert names.index("moov") < names.index("mdat")
    assert "edts" not in names
    colours = data.index(b"colrnclx") + 8
    assert data[colours : colours + 7] == bytes([0, 1, 0, 1, 0, 1, 0])
    with av.open(str(film)) as opened:
        video, audio = opened.streams.video[0].codec_context, opened.streams.audio[0].codec_context
        assert (video.name, audio.name, audio.sample_rate) == ("h264", "aac", 48000)
        assert (video.color_range, video.colorspace) == (ColorRange.MPEG, Colorspace.ITU709)
        assert (video.color_primaries, video.color_trc) == (ColorPrimaries.BT709, ColorTrc.BT709)


def test_the_pictures_at_the_seams_are_the_composed_ones(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    rate, images = Fraction(10), [gallery.card(seed) for seed in (1, 2)]
    timeline = build_timeline([4.3, 1.2], rate, 0.5, 0.5)
    requests = [
        SegmentRequest(
            width_px=SIZE[0],
            height_px=SIZE[1],
            rate=rate,
            frames=plan.frames,
            shots=tuple(
                ShotSpan(
                    image=images[run.shot],
                    camera=(PUSH, PAN)[run.shot],
                    first=run.first,
                    of=timeline.shots[run.shot].frames,
                )
                for run in plan.shots
            ),
            encoding=FILM_ENCODING,
        )
        for plan in segments_of(timeline)
    ]
    film = tmp_path / "film.mp4"
    join(encode(requests), None, rate, film)
    found, at, out = decoded_luma(film), 0, empty_planes(SIZE)
    assert len(found) == timeline.frames
    for request in requests:
        composer = Composer(request, gallery.paths)
        for index in {0, request.frames - 1}:
            composer.draw(index, out)
            assert psnr_db(found[at + index], out[0]) > 35
        at += request.frames
    moved = [psnr_db(before, after) for before, after in pairwise(found)]
    assert min(moved) > 18  # a seam that jumped would be a cut


def decoded_sound(film: Path) -> NDArray[np.float32]:
    with av.open(str(film)) as opened:
        return np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)])


def test_sound_stays_where_it_was_mixed(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    sound = click_track(tmp_path / "sound.m4a", Fraction(1), 0.5)
    join(encode(runs(gallery, (30,))), sound, Fraction(30), tmp_path / "film.mp4")
    heard = np.abs(decoded_sound(tmp_path / "film.mp4"))
    assert np.argmax(heard > heard.max() / 2) == pytest.approx(0.5 * 48000, abs=48)


def test_sound_that_is_too_long_is_cut_at_the_film_s_end(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    sound = click_track(tmp_path / "sound.m4a", Fraction(3), 0.5)
    join(encode(runs(gallery, (31,))), sound, Fraction(30), tmp_path / "film.mp4")
    with av.open(str(tmp_path / "film.mp4")) as opened:
        audio = opened.streams.audio[0]
        assert abs(audio.duration * audio.time_base - Fraction(31, 30)) <= Fraction(1, 48000)


def test_a_film_may_be_silent(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    join(encode(runs(gallery, (5, 5))), None, Fraction(30), tmp_path / "film.mp4")
    assert len(decoded_luma(tmp_path / "film.mp4")) == 10


def test_the_same_parts_give_the_same_bytes(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    parts, sound = encode(runs(gallery, (5, 5))), click_track(tmp_path / "sound.m4a", Fraction(1), 0.1)
    for name in ("one.mp4", "two.mp4"):
        join(parts, sound, Fraction(30), tmp_path / name)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_parts_that_do_not_fit_together_are_refused_and_leave_nothing(
    gallery: Gallery, encode: Callable[[list[SegmentRequest]], Parts], tmp_path: Path
) -> None:
    first, second = runs(gallery, (8, 8))
    odd = second.model_copy(update={"encoding": Encoding(crf=35, tuning="ref=4")})
    good, other = encode([first, odd])
    short = click_track(tmp_path / "short.m4a", Fraction(1, 10), 0.05)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(good[0].read_bytes()[:500])
    rate, target = Fraction(30), tmp_path / "out" / "film.mp4"
    for parts, sound, at, problem in (
        ([], None, rate, "nothing to join"),
        ([good, other], None, rate, "encoded in another way"),
        ([(good[0], 9)], None, rate, "8 frames instead of 9"),
        ([good], None, Fraction(25), "25 frames per second"),
        ([good], short, rate, "the sound ends"),
        ([good], good[0], rate, "holds no sound"),
        ([(broken, 8)], None, rate, "could not be joined"),
        ([(tmp_path / "missing.mp4", 8)], None, rate, "could not be joined"),
    ):
        with pytest.raises(RenderError, match=problem):
            join(parts, sound, at, target)
        assert not target.parent.exists() or list(target.parent.iterdir()) == []
