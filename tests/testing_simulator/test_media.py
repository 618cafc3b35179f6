"""What the simulated vendors make decodes, has the asked size or length, and is the same for the same request."""

from __future__ import annotations

import io
from collections.abc import Callable

import av
import pytest
from PIL import Image

from media_factory.testing.simulator import media


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_has_the_asked_size_and_follows_its_request(kind: media.PictureFormat) -> None:
    with Image.open(io.BytesIO(media.picture("a port", 96, 64, kind))) as picture:
        picture.load()
        assert (picture.size, picture.format) == ((96, 64), kind.upper())
    assert media.picture("a port", 96, 64, kind) != media.picture("a harbour", 96, 64, kind)


def test_a_longer_text_takes_longer_to_say_and_every_word_has_its_time() -> None:
    short, long = media.speech("one two"), media.speech("one two three four")
    assert long.duration_s > short.duration_s
    assert [word.text for word in long.words] == ["one", "two", "three", "four"]
    times = [time for word in long.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[-1] <= long.duration_s
    assert media.speech("one two", wpm=320).duration_s == pytest.approx(short.duration_s / 2, rel=0.01)


def test_a_clip_has_the_asked_size_and_length() -> None:
    with av.open(io.BytesIO(media.clip("waves", 96, 64, 1.5)), "r") as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 36
    assert (frames[0].width, frames[0].height) == (96, 64)


def test_an_mp3_is_as_long_as_its_samples() -> None:
    pcm = media.tone("rain", 2.0)
    with av.open(io.BytesIO(media.mp3(pcm, 44_100)), "r") as container:
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert samples / 44_100 == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: media.picture.__wrapped__("x", 64, 64, "jpeg"),
        lambda: media.speech.__wrapped__("one two").pcm,
        lambda: media.mp3.__wrapped__(media.tone("x", 0.5), 44_100),
        lambda: media.clip.__wrapped__("x", 64, 64, 0.5),
    ],
    ids=["picture", "speech", "mp3", "clip"],
)
def test_the_same_request_gives_the_same_bytes(make: Callable[[], bytes]) -> None:
    assert make() == make()
