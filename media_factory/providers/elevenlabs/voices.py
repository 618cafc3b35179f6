"""Voices of an account: listed once, found by id or by name, and cloned from samples."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from media_factory.errors import BadReply, InputError, ProviderError, VoiceNotFound
from media_factory.providers.base import Voice
from media_factory.providers.elevenlabs.account import Account
from media_factory.providers.elevenlabs.errors import VENDOR, elevenlabs_errors

# George, the voice of the vendor's own examples: a narrator, and one of those that every account has.
DEFAULT_VOICE = "JBFqnCBsd6RMkjVDRZzb"
_ID = re.compile(r"[A-Za-z0-9]{20}")
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_PAGE = 100
_MOST_PAGES = 100
_NEAR = 5
_CLONED = frozenset({"cloned", "professional"})


class Voices:
    """The voices of an account, asked for when somebody needs them and then remembered.

    Args:
        account: whose voices.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._known: tuple[Voice, ...] | None = None

    async def all(self, *, fresh: bool = False) -> tuple[Voice, ...]:
        """Return all voices, by name.

        Args:
            fresh: ask again, although they are known.

        Raises:
            ProviderError: classified.
        """
        if self._known is None or fresh:
            self._known = tuple(sorted(await self._listed(), key=lambda voice: (voice.name.casefold(), voice.id)))
        return self._known

    async def id_of(self, asked: str | None) -> str:
        """Return the id of a voice that is named by its id or its name; the default voice's if none is.

        A name counts in any case, and without what stands behind its dash ("George" for "George - Storyteller"). What
        looks like an id is one, and costs no question.

        Raises:
            VoiceNotFound: there is no such voice, or more than one; the message names those that are near.
        """
        if asked is None:
            return DEFAULT_VOICE
        if _ID.fullmatch(asked):
            return asked
        remembered = self._known is not None
        found = _named(await self.all(), asked)
        if not found and remembered:
            found = _named(await self.all(fresh=True), asked)
        if len(found) == 1:
            return found[0].id
        if found:
            ids = ", ".join(f"{voice.id} ({voice.name})" for voice in found)
            raise VoiceNotFound(f"{VENDOR} has {len(found)} voices called {asked!r}; name one by its id: {ids}")
        raise VoiceNotFound(f"{VENDOR} has no voice {asked!r}{await self.near(asked)}")

    async def near(self, asked: str) -> str:
        """Return the end of a sentence that names voices much like the one asked for; empty if they can't be listed."""
        try:
            by_name = {voice.name.casefold(): voice.name for voice in await self.all()}
        except ProviderError:
            return ""
        alike = difflib.get_close_matches(asked.casefold(), by_name, n=_NEAR, cutoff=0.5)
        shown = [by_name[name] for name in alike] or sorted(by_name.values())[:_NEAR]
        return f"; it has, among {len(by_name)}: {', '.join(shown)}" if shown else "; the account has no voices"

    async def clone(self, name: str, samples: Sequence[Path], description: str) -> Voice:
        """Make a voice from samples of a person's speech (instant voice cloning).

        Args:
            name: what the voice is called.
            samples: sound files, one to three minutes in all; WAV, MP3 or what else the vendor reads.
            description: of the voice.

        Raises:
            InputError: there is no sample, or one can't be read.
            ProviderError: classified.
        """
        if not samples or not name.strip():
            raise InputError("a voice is cloned from at least one sample, and has a name")
        files = await asyncio.to_thread(_read, samples)
        client = await self._account.client()
        with elevenlabs_errors(description):
            made = await client.voices.ivc.create(
                name=name,
                files=files,
                description=description or None,
                # Without labels the SDK sends the word "null".
                labels={},
                request_options=self._account.options,
            )
        voice_id = _safe_id(getattr(made, "voice_id", None))
        self._known = None
        waits = " (has to be verified at ElevenLabs before it speaks)" if made.requires_verification is True else ""
        return Voice(id=voice_id, name=name, description=f"{description}{waits}", cloned=True)

    async def _listed(self) -> list[Voice]:
        client, found, token = await self._account.client(), [], None
        for _ in range(_MOST_PAGES):
            with elevenlabs_errors():
                page = await client.voices.search(
                    page_size=_PAGE, next_page_token=token, request_options=self._account.options
                )
            listed = getattr(page, "voices", None)
            if not isinstance(listed, list):
                raise BadReply(f"{VENDOR} sent something else than a list of voices")
            found += [_voice(one) for one in listed]
            token = page.next_page_token
            if not page.has_more or not isinstance(token, str):
                break
        # The first page may bring the default voices in addition, which come again on another.
        return list({voice.id: voice for voice in found}.values())


def _voice(listed: Any) -> Voice:
    labels = listed.labels if isinstance(getattr(listed, "labels", None), dict) else {}
    verified = getattr(listed, "verified_languages", None) or []
    languages = [getattr(one, "language", None) for one in verified] + [labels.get("language")]
    name = getattr(listed, "name", None)
    return Voice(
        id=_safe_id(getattr(listed, "voice_id", None)),
        name=name if isinstance(name, str) and name else "unnamed",
        languages=tuple(sorted({one for one in languages if isinstance(one, str) and one})),
        description=str(getattr(listed, "description", None) or ""),
        cloned=getattr(listed, "category", None) in _CLONED,
    )


def _named(voices: Sequence[Voice], asked: str) -> list[Voice]:
    name = asked.strip().casefold()
    whole = [voice for voice in voices if name in (voice.id.casefold(), voice.name.casefold())]
    return whole or [voice for voice in voices if voice.name.casefold().partition(" - ")[0].strip() == name]


def _safe_id(value: object) -> str:
    """Return an id that can stand in a path."""
    if not isinstance(value, str) or not _SAFE_ID.fullmatch(value):
        raise BadReply(f"{VENDOR} sent a voice without an id")
    return value


def _read(samples: Sequence[Path]) -> list[tuple[str, bytes]]:
    try:
        return [(f"sample-{number}{path.suffix}", path.read_bytes()) for number, path in enumerate(samples, 1)]
    except OSError as problem:
        raise InputError(f"{problem.filename}: a sample can't be read: {problem.strerror}") from problem


__all__ = ["DEFAULT_VOICE", "Voices"]
