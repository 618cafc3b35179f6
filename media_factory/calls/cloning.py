"""Cloning a voice: only with the speaker's consent, which is recorded before the vendor hears anything.

The consent (who, when, in which words, for which samples) is kept in the books, in the store and as a file in the home
folder, so that it can be shown when somebody asks.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from media_factory.assets import Asset
from media_factory.books.books import Receipt
from media_factory.errors import InputError, NotReached
from media_factory.factory import Factory
from media_factory.files import write_whole
from media_factory.model import Model, canonical_json, digest_of
from media_factory.providers.base import AnyProvider, Voice, VoiceCloner
from media_factory.stages import Stage
from media_factory.store.intake import take_in

_RECORD, _VERSION = "record-consent", 1
_LEAST_CHARS, _MOST_CHARS = 30, 10_000


class VoiceToClone(Model):
    """What somebody asks for who wants a voice cloned, with the speaker's consent."""

    provider: str = Field(min_length=1, title="Provider", description="Who clones it", examples=["elevenlabs"])
    name: str = Field(
        min_length=1, max_length=100, title="Name", description="What the voice is to be called", examples=["Ada"]
    )
    samples: tuple[str, ...] = Field(
        min_length=1,
        max_length=25,
        title="Samples",
        description="Recordings of one person: paths or URLs of WAV, MP3, FLAC or M4A files",
        examples=[["s3://recordings/ada-1.wav"]],
    )
    speaker: str = Field(
        min_length=2,
        max_length=200,
        title="Speaker",
        description="Whose voice it is: the person's full name",
        examples=["Ada Example"],
    )
    statement: str = Field(
        min_length=1,
        max_length=_MOST_CHARS,
        title="Consent",
        description="The speaker's consent in the speaker's own words, with the name; it is kept with the date",
        examples=["I, Ada Example, agree that my voice is cloned from these recordings for the news until 2027."],
        json_schema_extra={"format": "textarea"},
    )
    description: str = Field(default="", max_length=500, title="Description", description="What the voice sounds like")


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


class VoiceWithConsent(Model):
    """A cloned voice, and the consent that it was cloned with."""

    voice: Voice
    provider: str
    consent: Consent


async def clone_with_consent(factory: Factory, asked: VoiceToClone) -> VoiceWithConsent:
    """Record a speaker's consent, then have the voice cloned; asked again, the same voice comes back.

    Raises:
        InputError: the statement is no consent, a sample is no sound file, or nobody of that name clones voices.
        ProviderError: as the provider raised it.
        StoreError, BooksError: the consent can't be kept; then nobody was asked.
    """
    cloner_named(factory, asked.provider)
    request = await clone_request(
        factory, asked.provider, asked.name, asked.speaker, asked.statement, asked.samples, asked.description
    )
    consent = await record_consent(factory, request, asked.statement, datetime.now(UTC))
    cloned = await clone_voice(factory, request)
    return VoiceWithConsent(voice=cloned.voice, provider=cloned.provider, consent=consent)


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
    factory: Factory,
    provider: str,
    name: str,
    speaker: str,
    statement: str,
    samples: Sequence[Path | str],
    description: str,
) -> CloneRequest:
    """Take the statement and the samples (paths or URLs) into the store, and return what to ask for.

    Raises:
        InputError: the statement is no consent, or a sample is no sound file.
        StoreError: the store can't keep them.
    """
    check_statement(speaker, statement)
    await asyncio.to_thread(_check_samples, samples)
    return CloneRequest(
        provider=provider,
        name=name,
        description=description,
        speaker=speaker,
        statement=await factory.store.put(statement.encode(), "text/plain"),
        samples=tuple([await _kept(factory, sample) for sample in samples]),
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


def _check_samples(samples: Sequence[Path | str]) -> None:
    for sample in samples:
        if not _sound_type(sample) or not (_is_url(sample) or _path(sample).is_file()):
            raise InputError(
                f"{_shown(sample)}: is no sound file; give recordings of the speaker as WAV, MP3, FLAC or M4A"
            )


def _path(sample: Path | str) -> Path:
    return Path(sample).expanduser()


async def _kept(factory: Factory, sample: Path | str) -> Asset:
    kind = str(_sound_type(sample))
    if _is_url(sample):
        return await take_in(str(sample), "samples", kind, factory.store)
    return await factory.store.put(_path(sample), kind)


def _is_url(sample: Path | str) -> bool:
    return isinstance(sample, str) and "://" in sample


def _shown(sample: Path | str) -> str:
    """Return a location without what may be secret in it: a URL's user, password and signature."""
    parts = urlsplit(str(sample))
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if _is_url(sample) else str(sample)


def _sound_type(sample: Path | str) -> str | None:
    path = Path(urlsplit(str(sample)).path if _is_url(sample) else sample)
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
    "VoiceToClone",
    "VoiceWithConsent",
    "check_statement",
    "clone_request",
    "clone_voice",
    "clone_with_consent",
    "cloner_named",
    "consent_file",
    "record_consent",
]
