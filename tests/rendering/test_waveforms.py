"""Sound in pieces: files of samples, filters that keep their state, decoding in this process."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import numpy as np
import pytest

from media_factory.errors import RenderError
from media_factory.rendering.waveforms import PIECE, Chain, SoundFile, silence, sound_in
from tests.rendering.sounds import Records, chatter, tone


def test_a_sound_file_is_silent_where_nothing_was_written(tmp_path: Path) -> None:
    file = SoundFile(tmp_path / "x.f32", 2, PIECE + 1000)
    written = np.arange(20, dtype=np.float32).reshape(2, 10)
    file.write(PIECE - 5, written)
    assert np.array_equal(file.read(PIECE - 5, 10), written)
    pieces = list(file.sound.pieces())
    assert [piece.shape for piece in pieces] == [(2, PIECE), (2, 1000)]
    assert np.abs(pieces[0]).sum() + np.abs(pieces[1]).sum() == written.sum()


def test_work_on_a_file_ends_when_it_is_stopped(tmp_path: Path) -> None:
    stop = Event()
    file = SoundFile(tmp_path / "x.f32", 1, 100, stop)
    file.read(0, 10)
    stop.set()
    with pytest.raises(RenderError, match="stopped"):
        file.read(0, 10)
    with pytest.raises(RenderError, match="stopped"):
        file.write(0, np.zeros((1, 10), np.float32))


@pytest.mark.parametrize(("rate_hz", "channels"), [(48_000, 1), (22_050, 1), (24_000, 2)])
def test_files_of_any_rate_come_at_48_khz(tmp_path: Path, rate_hz: int, channels: int) -> None:
    Records(tmp_path).press(tone(3.5, 1000, 0.3, rate_hz), rate_hz)
    sound = np.concatenate(list(sound_in(tmp_path / "0.wav", channels)), axis=1)
    assert sound.shape[0] == channels
    assert sound.shape[1] == pytest.approx(3.5 * 48_000, abs=2)
    # Two speakers share what one channel had.
    assert np.abs(sound[:, 5000:-5000]).max() == pytest.approx(0.3 / np.sqrt(channels), rel=0.01)


def test_decoding_ends_when_it_is_stopped(tmp_path: Path) -> None:
    Records(tmp_path).press(chatter(10, rate_hz=48_000))
    stop = Event()
    pieces = sound_in(tmp_path / "0.wav", stop=stop)
    next(pieces)
    stop.set()
    with pytest.raises(RenderError, match="stopped"):
        next(pieces)


def test_what_has_no_sound_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    with pytest.raises(RenderError, match=r"x\.wav does not decode"):
        list(sound_in(tmp_path / "x.wav"))


def test_a_filter_keeps_its_state_between_pieces() -> None:
    sound = chatter(1, rate_hz=48_000).astype(np.float32)[None]
    filters = (("highpass", "f=80"),)
    whole, chain = Chain(filters, 1).filtered(sound), Chain(filters, 1)
    parts = [chain.filtered(piece) for piece in np.split(sound, [100, 30_000], axis=1)]
    assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_silence_is_as_long_as_asked() -> None:
    assert sum(piece.shape[1] for piece in silence(PIECE * 2 + 5).pieces()) == PIECE * 2 + 5
