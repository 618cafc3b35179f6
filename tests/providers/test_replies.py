"""What vendors send is checked to the last byte before it is kept."""

from __future__ import annotations

import base64
import io
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_factory.errors import BadReply
from media_factory.providers.replies import (
    checked_media_type,
    decoded_base64,
    media_type_of,
    wav_from_pcm,
    wav_from_sound,
)
from media_factory.testing.simulator import media

PCM = media.speech("one two three", 24_000).pcm


def _opened(data: bytes) -> tuple[int, int, int, bytes]:
    with wave.open(io.BytesIO(data)) as file:
        return file.getframerate(), file.getnchannels(), file.getsampwidth(), file.readframes(file.getnframes())


@given(st.binary(min_size=1))
def test_base64_is_read_with_line_breaks_and_as_a_data_url(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert decoded_base64(text, "acme", "a picture") == data
    assert decoded_base64("\r\n".join(text[at : at + 8] for at in range(0, len(text), 8)), "acme", "a picture") == data
    assert decoded_base64(f"data:image/png;base64,{text}", "acme", "a picture") == data


@pytest.mark.parametrize("text", [None, 7, "", "  ", "no base64!", "QUJ", "QUJD=QUJD", "ÄÖÜ"])
def test_what_is_no_base64_is_a_bad_reply(text: object) -> None:
    with pytest.raises(BadReply, match="acme sent"):
        decoded_base64(text, "acme", "a picture")


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (media.picture("x", 64, 64, "png"), "image/png"),
        (media.picture("x", 64, 64, "jpeg"), "image/jpeg"),
        (media.picture("x", 64, 64, "webp"), "image/webp"),
        (media.wav(PCM, 24_000), "audio/wav"),
        (media.mp3(PCM, 24_000), "audio/mpeg"),
        (media.mp3(PCM, 24_000).partition(b"\xff\xf3")[1] + b"\x84\xc4", "audio/mpeg"),
        (media.clip("x", 64, 64, 0.2), "video/mp4"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00\x00", "audio/flac"),
        (b"", None),
        (b"\xff\xff\xff\xff", None),
        (b"<html>", None),
        (b'{"totally": "wrong"}', None),
    ],
)
def test_the_first_bytes_of_a_file_say_what_it_is(data: bytes, media_type: str | None) -> None:
    assert media_type_of(data) == media_type


def test_a_file_of_another_kind_is_a_bad_reply_that_says_which() -> None:
    with pytest.raises(BadReply, match="image/png; audio/wav was asked for"):
        checked_media_type(media.picture("x", 64, 64), ("audio/wav",), "acme")


def test_samples_become_a_wav() -> None:
    assert _opened(wav_from_pcm(PCM, 24_000, "acme")) == (24_000, 1, 2, PCM)
    for broken in (b"", PCM[:-1]):
        with pytest.raises(BadReply):
            wav_from_pcm(broken, 24_000, "acme")
    with pytest.raises(BadReply):
        wav_from_pcm(PCM[:6], 24_000, "acme", channels=2)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_wav_keeps_its_samples_and_gets_the_right_length(streamed: bool) -> None:
    assert _opened(wav_from_sound(media.wav(PCM, 24_000, streamed=streamed), "acme")) == (24_000, 1, 2, PCM)


def test_a_wav_that_ends_early_is_a_bad_reply() -> None:
    with pytest.raises(BadReply, match="ends 100 bytes early"):
        wav_from_sound(media.wav(PCM, 24_000)[:-100], "acme")


def test_an_mp3_becomes_a_wav_of_its_length() -> None:
    rate_hz, channels, width, samples = _opened(wav_from_sound(media.mp3(PCM, 24_000), "acme"))
    assert (rate_hz, channels, width) == (24_000, 1, 2)
    assert abs(len(samples) - len(PCM)) / 2 / rate_hz < 0.1


@pytest.mark.parametrize("data", [b"", b"noise", media.wav(b"", 24_000), media.clip("x", 64, 64, 0.2), b"ID3\x04" * 99])
def test_what_has_no_sound_in_it_is_a_bad_reply(data: bytes) -> None:
    with pytest.raises(BadReply):
        wav_from_sound(data, "acme")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_in_another_way(data: bytes) -> None:
    for begun in (data, b"RIFF\x00\x00\x00\x00WAVE" + data):
        try:
            assert wav_from_sound(begun, "acme").startswith(b"RIFF")
        except BadReply:
            continue
