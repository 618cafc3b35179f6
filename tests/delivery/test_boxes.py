from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from media_factory.delivery.boxes import boxes_in, movie_box, tracks_of
from media_factory.delivery.codec_names import describe
from media_factory.delivery.fragments import Cutter, init_segment
from media_factory.errors import RenderError
from tests.delivery.films import FRAMES, RATE, SmallFilm


def test_the_samples_of_a_film_are_those_that_a_demuxer_finds(film: SmallFilm) -> None:
    data = film.master.read_bytes()
    pictures, sound = tracks_of(memoryview(data))
    for track, kind in ((pictures, "video"), (sound, "audio")):
        with av.open(str(film.master)) as opened:
            packets = [packet for packet in opened.demux(**{kind: 0}) if packet.size]
        assert len(track.sizes) == len(packets)
        found = [data[at : at + size] for at, size in zip(track.offsets, track.sizes, strict=True)]
        assert found == [bytes(packet) for packet in packets]
        shown = (track.times[:-1] + track.composition).tolist()
        assert shown == [packet.pts for packet in packets]
        keys = [index for index, packet in enumerate(packets) if packet.is_keyframe]
        assert track.keys.tolist() == keys
    assert pictures.seconds(FRAMES) == FRAMES / RATE


def test_only_a_delay_needs_an_edit_list(film: SmallFilm) -> None:
    with film.master.open("rb") as file:
        pictures, sound = tracks_of(memoryview(file.read()))
    assert [box.name for box in boxes_in(memoryview(init_segment(pictures)))] == [b"ftyp", b"moov"]
    assert pictures.delay > 0
    assert b"edts" in init_segment(pictures)
    assert sound.delay == 0
    assert b"edts" not in init_segment(sound)


def indexed(film: SmallFilm) -> tuple[bytes, int, int]:
    data = film.master.read_bytes()
    movie = movie_box(memoryview(data))
    return data, movie.start, movie.end


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), width=st.integers(1, 4))
@example(where=0.0, value=255, width=4)
def test_a_damaged_index_is_an_error_of_ours_or_still_one(
    film: SmallFilm, where: float, value: int, width: int
) -> None:
    data, start, end = indexed(film)
    broken = bytearray(data[:end])
    at = start + int(where * (end - start - width))
    broken[at : at + width] = bytes([value]) * width
    try:
        for track in tracks_of(memoryview(broken)):
            describe(track)
            assert len(track.offsets) == len(track.sizes) == len(track.durations) == len(track.composition)
    except RenderError:
        pass


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.999))
def test_half_an_index_is_refused(film: SmallFilm, share: float) -> None:
    data, start, end = indexed(film)
    with pytest.raises(RenderError):
        tracks_of(memoryview(data[: start + int(share * (end - start))]))


def test_long_files_say_their_offsets_in_eight_bytes(film: SmallFilm) -> None:
    data = film.master.read_bytes()
    track = tracks_of(memoryview(data))[0]
    at = data.index(b"stco", data.index(b"vide"))
    size, _, count = struct.unpack_from(">I4xII", data, at - 4)
    offsets = np.frombuffer(data, ">u4", count, at + 12)
    wide = struct.pack(">I4sII", 16 + 8 * count, b"co64", 0, count) + offsets.astype(">u8").tobytes()
    longer = bytearray(data[: at - 4] + wide + data[at - 4 + size :])
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        place = longer.index(name) - 4
        struct.pack_into(">I", longer, place, struct.unpack_from(">I", longer, place)[0] + len(wide) - size)
    assert tracks_of(memoryview(longer))[0].offsets.tolist() == track.offsets.tolist()


def test_a_segment_holds_the_very_bytes_of_its_samples(film: SmallFilm) -> None:
    data = film.master.read_bytes()
    track = tracks_of(memoryview(data))[0]
    pieces, fragments = Cutter(memoryview(data), track).segment([0, 1, 20], 33)
    segment = b"".join(pieces)
    media = b"".join(segment[box.content : box.end] for box in boxes_in(memoryview(segment)) if box.name == b"mdat")
    assert media == b"".join(
        data[at : at + size] for at, size in zip(track.offsets[:33], track.sizes[:33], strict=True)
    )
    assert [fragment.first for fragment in fragments] == [0, 1, 20]
    assert sum(fragment.size for fragment in fragments) + fragments[0].offset == len(segment)


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"not a film at all", struct.pack(">I4s", 8, b"moov"), struct.pack(">I4s", 5, b"moov")):
        with pytest.raises(RenderError):
            tracks_of(memoryview(data))
