from __future__ import annotations

from pathlib import Path
from threading import Event

import av
import pytest

from media_factory.delivery.extras_model import Rung
from media_factory.delivery.rungs import encode_rungs
from media_factory.errors import InputError, RenderError
from tests.delivery.films import RATE, SmallFilm
from tests.rendering.films import run_ffmpeg

SMALL = Rung(width_px=234, height_px=416, max_bitrate_bps=145_000)


def key_frames(path: Path) -> list[int]:
    with av.open(str(path)) as opened:
        frames = list(opened.decode(video=0))
        return [index for index, frame in enumerate(frames) if frame.key_frame]


def test_a_smaller_size_has_the_same_frames_and_the_same_key_frames(film: SmallFilm, tmp_path: Path) -> None:
    for run, frames in film.runs:
        [(path, count)] = encode_rungs(run, RATE, [SMALL], tmp_path)
        assert count == frames
        assert key_frames(path) == key_frames(run)
        with av.open(str(path)) as opened:
            stream = opened.streams.video[0]
            assert (stream.width, stream.height, stream.frames) == (234, 416, frames)
            assert stream.average_rate == RATE


def test_key_frames_follow_a_master_that_has_them_elsewhere(tmp_path: Path) -> None:
    odd = tmp_path / "odd.mp4"
    forced = ("-force_key_frames", "0.7,1.3", "-x264-params", "keyint=100:scenecut=0")
    source = ("-f", "lavfi", "-i", "testsrc2=size=432x768:rate=10:duration=2")
    assert run_ffmpeg(*source, "-pix_fmt", "yuv420p", *forced, str(odd)).returncode == 0
    [(path, _)] = encode_rungs(odd, RATE, [SMALL], tmp_path)
    assert key_frames(odd) == [0, 7, 13]
    assert key_frames(path) == [0, 7, 13]


def test_a_smaller_size_keeps_to_its_bits(film: SmallFilm, tmp_path: Path) -> None:
    noisy = tmp_path / "noisy.mp4"
    source = ("-f", "lavfi", "-i", "nullsrc=size=432x768:rate=10:duration=4,geq=random(1)*255:128:128")
    assert run_ffmpeg(*source, "-pix_fmt", "yuv420p", "-crf", "30", str(noisy)).returncode == 0
    [(path, frames)] = encode_rungs(noisy, RATE, [SMALL], tmp_path)
    assert 8 * path.stat().st_size / (frames / 10) < 1.25 * SMALL.max_bitrate_bps


def test_nothing_is_enlarged_and_ten_bits_are_refused(film: SmallFilm, tmp_path: Path) -> None:
    large = Rung(width_px=540, height_px=960, max_bitrate_bps=1_000_000)
    with pytest.raises(InputError, match="not enlarged to 540x960"):
        encode_rungs(film.runs[0][0], RATE, [large], tmp_path)
    deep = tmp_path / "deep.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=432x768:rate=10:duration=0.5")
    assert run_ffmpeg(*source, "-pix_fmt", "yuv420p10le", str(deep)).returncode == 0
    with pytest.raises(InputError, match="8-bit"):
        encode_rungs(deep, RATE, [SMALL], tmp_path)


def test_a_stopped_encoding_ends_and_a_broken_source_is_an_error(film: SmallFilm, tmp_path: Path) -> None:
    stop = Event()
    stop.set()
    with pytest.raises(RenderError, match="stopped"):
        encode_rungs(film.runs[0][0], RATE, [SMALL], tmp_path, stop=stop)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(film.runs[0][0].read_bytes()[:400])
    with pytest.raises(RenderError, match=r"broken\.mp4"):
        encode_rungs(broken, RATE, [SMALL], tmp_path)
