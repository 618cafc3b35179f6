from __future__ import annotations

from fractions import Fraction

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.delivery.codec_names import Description
from media_factory.delivery.playlists import (
    Part,
    Rendition,
    average_bps,
    captions_playlist,
    media_playlist,
    multivariant_playlist,
    peak_bps,
    stream_captions,
    target_s,
)

PARTS = st.lists(
    st.builds(
        Part,
        name=st.just("0001.m4s"),
        duration_s=st.fractions(Fraction(1, 30), Fraction(645, 100), max_denominator=30),
        length=st.integers(1, 5_000_000),
    ),
    min_size=1,
    max_size=30,
)


@given(parts=PARTS)
def test_the_peak_is_no_less_than_the_average_nor_than_any_long_segment(parts: list[Part]) -> None:
    peak = peak_bps(parts)
    assert peak >= average_bps(parts)
    for part in parts:
        if part.duration_s >= 3:
            assert peak >= 8 * part.length // part.duration_s


def test_the_peak_is_that_of_the_fullest_segment() -> None:
    parts = [Part("1", Fraction(6), 600_000), Part("2", Fraction(6), 900_000), Part("3", Fraction(6), 300_000)]
    assert peak_bps(parts) == 1_200_000
    assert average_bps(parts) == 800_000


@given(parts=PARTS)
def test_a_playlist_is_read_as_it_was_meant(parts: list[Part]) -> None:
    rendition = Rendition("video", Description(codec="avc1.640028"), tuple(parts))
    playlist = m3u8.loads(media_playlist(parts, target_s([rendition])))
    assert playlist.is_endlist
    assert [segment.duration for segment in playlist.segments] == pytest.approx(
        [float(part.duration_s) for part in parts], abs=1e-6
    )
    assert all(round(segment.duration) <= playlist.target_duration for segment in playlist.segments)
    assert playlist.segment_map[0].uri == "init.mp4"


def test_key_frames_are_named_by_their_bytes() -> None:
    text = media_playlist([Part("0001.m4s", Fraction(2), 4000, 24)], 2, i_frames=True)
    playlist = m3u8.loads(text)
    assert playlist.is_i_frames_only
    assert playlist.segments[0].byterange == "4000@24"


def test_a_language_cannot_break_out_of_its_quotes() -> None:
    found = Description(codec="avc1.640028", width_px=216, height_px=384, rate=Fraction(30000, 1001))
    part = Part("0001.m4s", Fraction(6), 1000)
    rendition = Rendition("video", found, (part,), (part,))
    sound = Rendition("sound", Description(codec="mp4a.40.2", channels=1), (part,))
    playlist = m3u8.loads(multivariant_playlist([rendition], sound, 'en",URI="http://x', None))
    assert [media.language for media in playlist.media] == ["enURIhttpx"]
    assert [media.uri for media in playlist.media] == ["sound/playlist.m3u8"]
    assert playlist.playlists[0].stream_info.frame_rate == pytest.approx(29.97)


def test_captions_without_cues_stay_webvtt() -> None:
    assert stream_captions("WEBVTT\n").startswith("WEBVTT\nX-TIMESTAMP-MAP=")
    assert m3u8.loads(captions_playlist(Fraction(61, 2))).target_duration == 31
