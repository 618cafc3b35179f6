"""What comes back from a provider is checked before it is kept."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from media_factory.calls.pictures import make_picture
from media_factory.calls.speech import speak
from media_factory.errors import BadReply
from media_factory.providers.base import Call, ImageReply, SpeechReply
from media_factory.requests import ImageRequest, SpeechRequest
from media_factory.testing import FakeImage, FakeSpeech
from media_factory.timing import Word
from tests.conftest import MakeFactory

IMAGE = ImageRequest(provider="fake:instant", prompt="a port", width_px=64, height_px=64)
SPEECH = SpeechRequest(provider="fake:instant", text="Hello there.")


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


class Sends(FakeImage):
    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data

    async def generate(self, request: ImageRequest, call: Call) -> ImageReply:
        return ImageReply(data=self.data, media_type="image/png", price_usd=None)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>quota exceeded</html>", "that are no picture"),
        (b"", "0 bytes that are no picture"),
        (png(64, 64)[:-30], "that are no picture"),
        (png(64, 65), "a picture of 64x65; 64x64 was asked for"),
    ],
)
async def test_a_picture_that_is_not_what_was_asked_for_is_never_kept(
    make_factory: MakeFactory, tmp_path: Path, data: bytes, message: str
) -> None:
    with pytest.raises(BadReply, match=message):
        await make_picture(IMAGE, make_factory(Sends(data)))
    assert not any((tmp_path / "store" / "assets").rglob("sha256/*/*"))


class Says(FakeSpeech):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self.changes = changes

    async def generate(self, request: SpeechRequest, call: Call) -> SpeechReply:
        return (await super().generate(request, call)).model_copy(update=self.changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": b"not a sound"}, "that are no WAV sound"),
        ({"words": (Word(text="Hello", start_s=0, end_s=0.2),)}, "times 1 words, but the text has 2"),
        ({"words": (Word(text="Hi", start_s=0, end_s=0.2), Word(text="there.", start_s=0.2, end_s=0.3))}, "word 0"),
        ({"words": (Word(text="Hello", start_s=0, end_s=0.2), Word(text="there.", start_s=0.2, end_s=99))}, "ends at"),
    ],
)
async def test_speech_whose_sound_or_words_are_wrong_is_never_kept(
    make_factory: MakeFactory, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadReply, match=message):
        await speak(SPEECH, make_factory(Says(**changes)))
    assert not any((tmp_path / "store" / "assets").rglob("sha256/*/*"))


async def test_speech_without_word_times_gets_proportional_ones_and_says_so(make_factory: MakeFactory) -> None:
    spoken = await speak(SPEECH, make_factory(FakeSpeech(word_timing=False)))
    assert spoken.alignment == "proportional"
    assert [word.text for word in spoken.words] == ["Hello", "there."]
