"""The music that a user points at is sound, or refused by field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from media_factory.errors import InputError
from media_factory.rendering.music import take_in_music
from media_factory.requests import SpeechRequest
from media_factory.store.local import LocalStore
from media_factory.testing import FakeSpeech
from media_factory.testing.conformance import CALL


async def test_a_sound_file_becomes_an_asset_and_no_location_is_no_music(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    reply = await FakeSpeech().generate(SpeechRequest(provider="fake:instant", text="la la la"), CALL)
    (tmp_path / "bed.wav").write_bytes(reply.data)
    asset = await take_in_music(str(tmp_path / "bed.wav"), "music", store)
    assert asset is not None
    assert await store.read(asset) == reply.data
    assert await take_in_music(None, "music", store) is None


@pytest.mark.parametrize("data", [os.urandom(2000), b"RIFF", b"<html>not found</html>"])
async def test_what_is_no_sound_is_refused_by_field(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bed.mp3").write_bytes(data)
    with pytest.raises(InputError, match=r"^music: the file holds no sound"):
        await take_in_music(str(tmp_path / "bed.mp3"), "music", LocalStore(tmp_path / "store"))
