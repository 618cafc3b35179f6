"""Names of what requests are made from and results bring."""

from __future__ import annotations

from media_factory.assets import Asset
from media_factory.calls.cloning import ClonedVoice
from media_factory.lineage import LONGEST_NAME, inputs_of, outputs_of, voice_name
from media_factory.providers.base import Voice
from media_factory.records import sealed, unsealed
from media_factory.requests import AlignRequest, ClipRequest, ImageRequest, SpeechRequest

SOUND = Asset(digest="sha256:" + "a" * 64, media_type="audio/wav", size_bytes=1)


def test_a_voice_that_is_to_speak_is_an_input() -> None:
    said = SpeechRequest(provider="acme:1", text="Hello", voice="Anna")
    assert inputs_of(said) == ("voice:acme:Anna",)
    assert inputs_of(said.model_copy(update={"voice": None})) == ()
    assert outputs_of(said) == ()


def test_assets_are_inputs_wherever_they_stand() -> None:
    assert inputs_of(AlignRequest(provider="a:1", sound=SOUND, text="x")) == (SOUND.digest,)
    clip = ClipRequest(provider="a:1", prompt="x", width_px=64, height_px=64, duration_s=1, image=SOUND)
    assert inputs_of(clip) == (SOUND.digest,)
    assert inputs_of(ImageRequest(provider="a:1", prompt="x", width_px=64, height_px=64)) == ()


def test_a_cloned_voice_is_an_output_under_the_name_by_which_it_is_asked_to_speak() -> None:
    cloned = ClonedVoice(provider="acme", voice=Voice(id="Anna", name="Anna A.", cloned=True))
    assert outputs_of(cloned) == inputs_of(SpeechRequest(provider="acme:1", text="Hello", voice="Anna"))


def test_no_name_is_longer_than_the_books_keep() -> None:
    names = {voice_name("acme:1", "x" * length) for length in range(1, 300)}
    assert len(names) == 299
    assert max(map(len, names)) <= LONGEST_NAME


def test_a_record_proves_itself() -> None:
    data = sealed(SOUND)
    assert unsealed(data, Asset) == SOUND
    for place in range(len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        assert unsealed(bytes(changed), Asset) in (None, SOUND)
    assert unsealed(data[:-5], Asset) is None
    assert unsealed(data, ImageRequest) is None
