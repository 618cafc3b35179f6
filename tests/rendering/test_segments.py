from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from threading import Event

import av
import pytest
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from media_factory.errors import InputError, RenderError
from media_factory.rendering import segments
from media_factory.rendering.compose import Composer, empty_planes
from media_factory.rendering.model import Encoding
from media_factory.rendering.segments import FILM_ENCODING, encode_segment
from tests.rendering.films import PAN, PUSH, SIZE, Gallery, decoded_luma, psnr_db, segment


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    (tmp_path / "pictures").mkdir()
    return Gallery(tmp_path / "pictures")


def header_of(path: Path) -> bytes | None:
    with av.open(str(path)) as film:
        return film.streams.video[0].codec_context.extradata


@pytest.mark.parametrize("rate", [Fraction(30), Fraction(30000, 1001), Fraction(25), Fraction(60)], ids=str)
def test_a_segment_says_what_it_is(rate: Fraction, gallery: Gallery, tmp_path: Path) -> None:
    target = tmp_path / "segment.mp4"
    assert encode_segment(segment((gallery.card(1), PUSH, 0, 20), frames=12, rate=rate), gallery.paths, target) == 12
    with av.open(str(target)) as film:
        (stream,) = film.streams
        context = stream.codec_context
        assert (context.name, stream.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.width, context.height, stream.sample_aspect_ratio) == (*SIZE, 1)
        assert (context.color_range, context.colorspace) == (ColorRange.MPEG, Colorspace.ITU709)
        assert (context.color_primaries, context.color_trc) == (ColorPrimaries.BT709, ColorTrc.BT709)
        assert stream.average_rate == rate
        assert stream.duration * stream.time_base == 12 / rate


def test_every_frame_is_the_composed_one(gallery: Gallery, tmp_path: Path) -> None:
    request = segment((gallery.card(1), PUSH, 5, 50), (gallery.card(2), PAN, 0, 60), frames=20)
    encode_segment(request, gallery.paths, tmp_path / "segment.mp4")
    composer, out = Composer(request, gallery.paths), empty_planes(SIZE)
    found = decoded_luma(tmp_path / "segment.mp4")
    assert len(found) == 20
    for index, luma in enumerate(found):
        composer.draw(index, out)
        assert psnr_db(luma, out[0]) > 35


def test_segments_of_all_lengths_and_contents_share_one_header(gallery: Gallery, tmp_path: Path) -> None:
    card, flat = gallery.card(1), gallery.flat("#808080")
    headers = set()
    for index, frames in enumerate((1, 2, 3, 4, 5, 6, 7, 30, 61)):
        encode_segment(
            segment((flat if index % 2 else card, PUSH, 0, 90), frames=frames), gallery.paths, tmp_path / "s.mp4"
        )
        headers.add(header_of(tmp_path / "s.mp4"))
        assert len(decoded_luma(tmp_path / "s.mp4")) == frames
    assert len(headers) == 1


def test_key_frames_come_every_three_seconds_and_nothing_refers_across_them(gallery: Gallery, tmp_path: Path) -> None:
    encode_segment(
        segment((gallery.card(1), PUSH, 0, 60), frames=55, rate=Fraction(10)), gallery.paths, tmp_path / "s.mp4"
    )
    with av.open(str(tmp_path / "s.mp4")) as film:
        frame_s = film.streams.video[0].time_base
        packets = [(packet.pts * frame_s * 10, packet.is_keyframe) for packet in film.demux(video=0) if packet.size]
    keys = [pts for pts, is_key in packets if is_key]
    assert keys == [0, 30]
    reached = 0
    for pts, is_key in packets:
        reached = pts if is_key else reached
        assert pts >= reached


def test_the_same_request_gives_the_same_bytes(gallery: Gallery, tmp_path: Path) -> None:
    request = segment((gallery.card(1), PUSH, 0, 20), frames=6)
    films = set()
    for turn in range(12):
        encode_segment(request, gallery.paths, tmp_path / f"{turn}.mp4")
        films.add((tmp_path / f"{turn}.mp4").read_bytes())
    assert len(films) == 1


def test_quality_and_preset_come_from_the_request(gallery: Gallery, tmp_path: Path) -> None:
    fine = segment((gallery.card(1), PUSH, 0, 20), frames=10)
    coarse = fine.model_copy(update={"encoding": Encoding(preset="ultrafast", crf=40)})
    for request, name in ((fine, "fine.mp4"), (coarse, "coarse.mp4")):
        encode_segment(request, gallery.paths, tmp_path / name)
    assert (tmp_path / "coarse.mp4").stat().st_size < (tmp_path / "fine.mp4").stat().st_size / 2


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_stopped_segment_leaves_nothing(gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, drawn = Event(), []

    class Stopping(Composer):
        def draw(self, frame: int, out: object) -> None:
            drawn.append(frame)
            if frame == 3:
                stop.set()

    monkeypatch.setattr(segments, "Composer", Stopping)
    with pytest.raises(RenderError, match="stopped"):
        encode_segment(segment((gallery.card(1), PUSH, 0, 99), frames=99), gallery.paths, tmp_path / "s.mp4", stop=stop)
    assert drawn == [0, 1, 2, 3]
    assert left_behind(tmp_path) == []


def test_a_failure_leaves_what_was_there_before(gallery: Gallery, tmp_path: Path) -> None:
    target = tmp_path / "segment.mp4"
    target.write_bytes(b"older")
    request = segment((gallery.card(1), PUSH, 0, 20), frames=10)
    for broken in (
        request.model_copy(update={"encoding": Encoding(preset="no such preset")}),
        request.model_copy(update={"encoding": Encoding(tuning="no-such-option=1:=")}),
    ):
        with pytest.raises(RenderError, match="encoder"):
            encode_segment(broken, gallery.paths, target)
    with pytest.raises(InputError):
        encode_segment(request, {}, target)
    assert target.read_bytes() == b"older"
    assert left_behind(tmp_path) == ["segment.mp4"]


def test_the_film_s_tuning_is_x264_s_own_words() -> None:
    def words() -> Iterator[tuple[str, str]]:
        for setting in f"{FILM_ENCODING.tuning}:{FILM_ENCODING.plain_tuning}".split(":"):
            name, _, value = setting.partition("=")
            yield name, value

    assert dict(words())["bframes"] == "7"
    assert all(value for _, value in words())
