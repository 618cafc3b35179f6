"""Cloning a voice: only with the speaker's consent, which is recorded before the vendor hears anything.

The consent (who, when, in which words, for which samples) is kept in the books, in the store and as a file in the home
folder, so that it can be shown when somebody asks.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from media_factory.assets import Asset
from media_factory.books.books import Receipt
from media_factory.errors import InputError, NotReached
from media_factory.factory import Factory
from media_factory.files import write_whole
from media_factory.model import Model, canonical_json, digest_of
from media_factory.providers.base import AnyProvider, Voice, VoiceCloner
from media_factory.stages import Stage

_RECORD, _VERSION = "record-consent", 1
_LEAST_CHARS, _MOST_CHARS = 30, 10_000


class CloneRequest(Model):
    """Ask for a voice made of samples of a person's speech."""

    provider: str
    name: str = Field(min_length=1, max_length=100, description="what the voice is to be called")
    description: str = Field(default="", max_length=500)
    speaker: str = Field(min_length=2, max_length=200, description="whose voice it is")
    statement: Asset = Field(description="the speaker's consent, in words")
    samples: tuple[Asset, ...] = Field(min_length=1, max_length=25)


class Consent(Model):
    """That a speaker agreed to have the voice cloned: recorded when it was given to us, and never changed."""

    request: CloneRequest
    statement: str
    recorded_at: str = Field(description="ISO 8601, UTC")


class ClonedVoice(Model):
    """A voice that a vendor made; `cost_usd` is None, since vendors count voices by plan and not by price."""

    provider: str
    cost_usd: Decimal | None = None
    voice: Voice


def check_statement(speaker: str, statement: str) -> None:
    """Refuse words that can't be a consent.

    Raises:
        InputError: they are too short or too long, or don't name the speaker.
    """
    words = " ".join(statement.split())
    if not _LEAST_CHARS <= len(words) <= _MOST_CHARS:
        raise InputError(
            f"consent: the statement has {len(words):,} characters; a consent says in {_LEAST_CHARS} to "
            f"{_MOST_CHARS:,} who agrees to what"
        )
    if " ".join(speaker.split()).casefold() not in words.casefold():
        raise InputError(f"consent: the statement does not name {speaker!r}, whose voice it is about")


async def clone_request(
    factory: Factory, provider: str, name: str, speaker: str, statement: str, samples: Sequence[Path], description: str
) -> CloneRequest:
    """Take the statement and the samples into the store, and return what to ask for.

    Raises:
        InputError: the statement is no consent, or a sample is no sound file.
        StoreError: the store can't keep them.
    """
    check_statement(speaker, statement)
    for sample in samples:
        if not sample.is_file() or not _sound_type(sample):
            raise InputError(f"{sample}: is no sound file; give recordings of the speaker as WAV, MP3, FLAC or M4A")
    return CloneRequest(
        provider=provider,
        name=name,
        description=description,
        speaker=speaker,
        statement=await factory.store.put(statement.encode(), "text/plain"),
        samples=tuple([await factory.store.put(sample, str(_sound_type(sample))) for sample in samples]),
    )


async def record_consent(factory: Factory, request: CloneRequest, statement: str, now: datetime) -> Consent:
    """Keep a consent in the books and in the home folder; one that is on record already stays as it is.

    Raises:
        BooksError, OSError: it can't be kept.
    """
    key = f"{_RECORD}/v{_VERSION}/{digest_of(request)}"
    receipt = await asyncio.to_thread(factory.books.receipt, key)
    if receipt:
        consent = Consent.model_validate_json(receipt.result)
    else:
        consent = Consent(request=request, statement=statement, recorded_at=now.isoformat(timespec="seconds"))
        receipt = Receipt(key=key, stage=_RECORD, version=_VERSION, result=canonical_json(consent), seconds=0.0)
        # It names no assets to the books, or a lost sample would void the record that somebody agreed.
        await asyncio.to_thread(factory.books.write_receipt, receipt)
    await asyncio.to_thread(write_whole, consent_file(factory, request), consent.model_dump_json(indent=2) + "\n")
    return consent


def consent_file(factory: Factory, request: CloneRequest) -> Path:
    """Return where the consent for a request lies."""
    return factory.home / "consents" / f"{digest_of(request)}.json"


async def clone_voice(factory: Factory, request: CloneRequest) -> ClonedVoice:
    """Have a voice cloned, once: the same request gives the same voice again.

    Raises:
        InputError: no consent is on record for it, or nobody of that name clones voices.
        ProviderError: as the provider raised it.
    """
    key = f"{_RECORD}/v{_VERSION}/{digest_of(request)}"
    if await asyncio.to_thread(factory.books.receipt, key) is None:
        raise InputError("consent: none is on record for this voice and these samples; record it first")
    cloner_named(factory, request.provider)
    return (await _CLONE.run(request, factory)).result


def cloner_named(factory: Factory, name: str) -> VoiceCloner:
    """Return the provider of a name that clones voices.

    Raises:
        InputError: there is none of that name; the message says which there are.
        NotReached: it lacks something here.
    """
    cloners: dict[str, AnyProvider] = {
        provider.name: provider for provider in factory.providers.all if isinstance(provider, VoiceCloner)
    }
    found = cloners.get(name)
    if found is None or not isinstance(found, VoiceCloner):
        known = ", ".join(sorted(cloners)) or "none that is installed"
        raise InputError(f"--provider: {name!r} does not clone voices; those that do: {known}")
    if gap := found.missing():
        raise NotReached(f"{name} can't work here: {gap}")
    return found


async def _clone(request: CloneRequest, factory: Factory) -> ClonedVoice:
    files = await factory.files_of(request)
    paths = [files[sample.digest] for sample in request.samples]
    voice = await cloner_named(factory, request.provider).clone(request.name, paths, request.description)
    return ClonedVoice(provider=request.provider, voice=voice)


async def _foretell(request: CloneRequest, key: str, _factory: Factory) -> ClonedVoice:
    return ClonedVoice(provider=request.provider, voice=Voice(id=key, name=request.name, cloned=True))


def _sound_type(path: Path) -> str | None:
    guessed = mimetypes.guess_type(path.name)[0] or ""
    return guessed if guessed.startswith("audio/") else "audio/mp4" if path.suffix.lower() == ".m4a" else None


# One attempt: a vendor that did not answer in time may have made the voice all the same.
_CLONE = Stage(
    name="clone-voice", version=1, body=_clone, foretell=_foretell, result_type=ClonedVoice, timeout_s=180, attempts=1
)

__all__ = [
    "CloneRequest",
    "ClonedVoice",
    "Consent",
    "check_statement",
    "clone_request",
    "clone_voice",
    "cloner_named",
    "consent_file",
    "record_consent",
]
