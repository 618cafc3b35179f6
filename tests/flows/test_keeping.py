"""The flows that look after a factory, and the one that clones a voice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from flows.cloning import clone_voice
from flows.reconciling import reconcile_factory
from flows.upkeep import keep_factory
from media_factory.books.books import Books
from media_factory.calls.cloning import VoiceToClone
from media_factory.errors import InputError, MediaFactoryError
from media_factory.library.upkeep import UpkeepRules
from media_factory.providers.registry import Providers
from media_factory.settings import Settings
from tasks.keeping import CALLS_KEY, UPKEEP_KEY
from tests.calls.ledgers import note_call
from tests.calls.test_cloning import STATEMENT, Clones

RULES = UpkeepRules(ask_vendors=False)


@pytest.fixture
def cloner(home: Path, monkeypatch: pytest.MonkeyPatch) -> Clones:
    """Install a vendor that clones."""
    vendor = Clones()

    def installed(_settings: Settings | None = None) -> Providers:
        return Providers.of(vendor)

    monkeypatch.setattr(Providers, "installed", installed)
    return vendor


def asked(tmp_path: Path, **changes: object) -> VoiceToClone:
    sample = tmp_path / "ada.wav"
    sample.write_bytes(b"RIFF a recording")
    fields = {"provider": "acme", "name": "Ada", "speaker": "Ada Example", "statement": STATEMENT}
    return VoiceToClone.model_validate({**fields, "samples": [str(sample)], **changes})


def test_a_voice_is_cloned_once_and_its_consent_is_on_record(cloner: Clones, tmp_path: Path, home: Path) -> None:
    first = asyncio.run(clone_voice.fn(asked(tmp_path)))
    again = asyncio.run(clone_voice.fn(asked(tmp_path)))
    assert first == again
    assert (first.voice.id, first.provider, len(cloner.heard)) == ("v1", "acme", 1)
    (record,) = (home / "consents").glob("*.json")
    assert json.loads(record.read_text()) == first.consent.model_dump(mode="json")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"provider": "nobody"}, "'nobody' does not clone voices"),
        ({"speaker": "Grace Example"}, "does not name 'Grace Example'"),
        ({"samples": ["notes.txt"]}, "notes.txt: is no sound file"),
        ({"samples": ["https://user:key@example.com/ada.txt?sig=1"]}, "^https://example.com/ada.txt: is no sound file"),
        ({"samples": ["ftp://example.com/ada.wav"]}, "samples: ftp:// can't be read"),
    ],
)
def test_what_can_t_be_used_is_refused_before_the_vendor_hears_anything(
    cloner: Clones, tmp_path: Path, changes: dict[str, object], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        asyncio.run(clone_voice.fn(asked(tmp_path, **changes)))
    assert cloner.heard == []


def test_upkeep_fails_as_a_run_when_a_part_needs_a_look_and_its_table_has_all_parts(
    prefect_api: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.artifacts import Artifact

    def broken(*_: object, **__: object) -> None:
        raise InputError("no")

    asyncio.run(keep_factory(rules=RULES))
    monkeypatch.setattr("media_factory.library.upkeep.retain", broken)
    with pytest.raises(MediaFactoryError, match="1 of 6 parts need a look: retention: no"):
        asyncio.run(keep_factory(rules=RULES))
    kept = asyncio.run(Artifact.aget(UPKEEP_KEY))
    assert kept is not None
    states = {row["part"]: row["state"] for row in json.loads(str(kept.data))}
    assert (len(states), states["retention"], states["garbage"]) == (6, "look at it", "done")


def test_reconciling_lists_what_a_killed_process_left_in_doubt(prefect_api: None, home: Path) -> None:
    from prefect.artifacts import Artifact

    note_call(Books(f"sqlite:///{home / 'books.db'}"), "a:m", "doubt")
    (found,) = asyncio.run(reconcile_factory())
    kept = asyncio.run(Artifact.aget(CALLS_KEY))
    assert kept is not None
    (row,) = json.loads(str(kept.data))
    assert (row["call"], row["stands"]) == (found.intent.id, "in doubt")
