"""The music that a user points at is sound, or refused by field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from media_factory.errors import InputError
from media_factory.factory import Factory
from media_factory.requests import SpeechRequest
from media_factory.runs import Run, begin_run
from media_factory.testing import FakeSpeech
from media_factory.testing.conformance import CALL
from tasks.music import take_in_music


async def saved(path: Path) -> str:
    reply = await FakeSpeech().generate(SpeechRequest(provider="fake:instant", text="la la la"), CALL)
    path.write_bytes(reply.data)
    return str(path)


async def test_a_sound_file_becomes_an_asset_and_no_location_is_no_music(factory: Factory, tmp_path: Path) -> None:
    location = await saved(tmp_path / "bed.wav")
    asset = await take_in_music(location, "music", factory)
    assert asset is not None
    assert await factory.store.read(asset) == Path(location).read_bytes()
    assert await take_in_music(None, "music", factory) is None


async def test_the_same_sound_is_decoded_once(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await take_in_music(await saved(tmp_path / "bed.wav"), "music", factory)
    monkeypatch.setattr("media_factory.rendering.music.decode_check", None)
    with begin_run(Run()) as run:
        assert await take_in_music(await saved(tmp_path / "again.wav"), "music", factory) == first
    assert [(record.stage, record.state) for record in run.records] == [("check-sound", "cached")]


@pytest.mark.parametrize("planning", [False, True])
@pytest.mark.parametrize("data", [os.urandom(2000), b"RIFF", b"<html>not found</html>"])
async def test_what_is_no_sound_is_refused_by_field(
    factory: Factory, tmp_path: Path, data: bytes, planning: bool
) -> None:
    (tmp_path / "bed.mp3").write_bytes(data)
    with begin_run(Run(planning=planning)), pytest.raises(InputError, match=r"^music: the file holds no sound"):
        await take_in_music(str(tmp_path / "bed.mp3"), "music", factory)
