"""A voice is cloned with its speaker's consent on record, or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from media_factory.calls.cloning import (
    CloneRequest,
    check_statement,
    clone_request,
    clone_voice,
    consent_file,
    record_consent,
)
from media_factory.errors import InputError, ProviderTimeout
from media_factory.factory import Factory
from media_factory.providers.base import Voice, VoiceCloner
from media_factory.testing import Dials, FakeSpeech
from tests.conftest import MakeFactory

STATEMENT = "I, Ada Example, agree that my voice is cloned for the news channel."
NOW, LATER = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clones(FakeSpeech, VoiceCloner):
    """A vendor that clones voices, and counts."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__(Dials(name="acme"))
        self.failures = list(failures)
        self.heard: list[list[bytes]] = []

    async def clone(self, name: str, samples: Sequence[Path], description: str) -> Voice:
        self.heard.append([sample.read_bytes() for sample in samples])
        if self.failures:
            raise self.failures.pop(0)
        return Voice(id=f"v{len(self.heard)}", name=name, cloned=True)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "ada.wav"
    path.write_bytes(b"RIFF a recording")
    return path


async def asked(factory: Factory, sample: Path, **changes: str) -> CloneRequest:
    words = {"provider": "acme", "name": "Ada", "speaker": "Ada Example", "statement": STATEMENT, "description": ""}
    return await clone_request(factory, samples=[sample], **(words | changes))


async def test_without_a_consent_on_record_the_vendor_hears_nothing(make_factory: MakeFactory, sample: Path) -> None:
    vendor = Clones()
    factory = make_factory(vendor)
    with pytest.raises(InputError, match="consent: none is on record"):
        await clone_voice(factory, await asked(factory, sample))
    assert vendor.heard == []


async def test_a_consent_says_who_when_in_which_words_for_which_samples(
    make_factory: MakeFactory, sample: Path
) -> None:
    vendor = Clones()
    factory = make_factory(vendor)
    request = await asked(factory, sample)
    await record_consent(factory, request, STATEMENT, NOW)
    cloned = await clone_voice(factory, request)
    assert (cloned.voice.id, vendor.heard) == ("v1", [[b"RIFF a recording"]])
    record = json.loads(consent_file(factory, request).read_text())
    assert record["statement"] == STATEMENT
    assert record["recorded_at"] == "2026-11-20T12:00:00+00:00"
    assert record["request"]["speaker"] == "Ada Example"
    assert record["request"]["samples"][0]["digest"] == request.samples[0].digest
    assert (await factory.store.read(request.statement)).decode() == STATEMENT


async def test_the_same_voice_is_cloned_once_and_its_consent_keeps_its_date(
    make_factory: MakeFactory, sample: Path
) -> None:
    vendor = Clones()
    factory = make_factory(vendor)
    request = await asked(factory, sample)
    for moment in (NOW, LATER):
        consent = await record_consent(factory, request, STATEMENT, moment)
        assert (await clone_voice(factory, request)).voice.id == "v1"
    assert consent.recorded_at.startswith("2026-11-20")
    assert len(vendor.heard) == 1


async def test_a_consent_is_for_its_samples_words_and_vendor_only(make_factory: MakeFactory, sample: Path) -> None:
    factory = make_factory(Clones())
    await record_consent(factory, await asked(factory, sample), STATEMENT, NOW)
    other = sample.with_name("other.wav")
    other.write_bytes(b"RIFF another recording")
    for changed in (await asked(factory, other), await asked(factory, sample, statement=STATEMENT + " Until June.")):
        with pytest.raises(InputError, match="consent: none is on record"):
            await clone_voice(factory, changed)


async def test_a_lost_sample_does_not_lose_the_consent(make_factory: MakeFactory, sample: Path) -> None:
    factory = make_factory(Clones())
    request = await asked(factory, sample)
    await record_consent(factory, request, STATEMENT, NOW)
    factory.books.void_receipts_naming(request.samples[0].digest)
    assert (await record_consent(factory, request, STATEMENT, LATER)).recorded_at.startswith("2026-11-20")


async def test_a_vendor_that_did_not_answer_is_not_asked_again_by_itself(
    make_factory: MakeFactory, sample: Path
) -> None:
    vendor = Clones(ProviderTimeout("no answer"))
    factory = make_factory(vendor)
    request = await asked(factory, sample)
    await record_consent(factory, request, STATEMENT, NOW)
    with pytest.raises(ProviderTimeout):
        await clone_voice(factory, request)
    assert len(vendor.heard) == 1


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("", "has 0 characters"),
        ("yes", "has 3 characters"),
        ("I agree that my voice is cloned for the news.", "does not name 'Ada Example'"),
        ("Ada Example " * 1000, "characters"),
    ],
)
def test_words_that_are_no_consent_are_refused(statement: str, message: str) -> None:
    with pytest.raises(InputError, match=f"consent: .*{message}"):
        check_statement("Ada Example", statement)


def test_the_speaker_s_name_may_be_written_in_any_case_and_spacing() -> None:
    check_statement("Ada  Example", "i, ADA\nEXAMPLE, agree that my voice may be cloned")


async def test_what_is_no_recording_and_who_clones_nothing_are_refused(
    make_factory: MakeFactory, tmp_path: Path
) -> None:
    factory = make_factory(Clones(), FakeSpeech())
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    with pytest.raises(InputError, match=r"notes\.txt: is no sound file"):
        await asked(factory, text)
    sample = tmp_path / "a.mp3"
    sample.write_bytes(b"ID3")
    request = await asked(factory, sample, provider="fake")
    await record_consent(factory, request, STATEMENT, NOW)
    with pytest.raises(InputError, match="'fake' does not clone voices; those that do: acme"):
        await clone_voice(factory, request)
