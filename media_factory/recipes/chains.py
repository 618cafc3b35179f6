"""Chains: the same thing asked of the chosen provider, then of whoever may stand in for it."""

from __future__ import annotations

from collections.abc import Sequence

from media_factory.briefs.base import SpokenBrief
from media_factory.calls.selection import Choice, Market, Need
from media_factory.requests import SpeechRequest


def speaking_need(brief: SpokenBrief, longest_chars: int) -> Need:
    """Return what a brief needs of a speaker, given the characters of its longest utterance."""
    return Need(
        modality="speech",
        language=brief.language,
        text_chars=longest_chars,
        emotions=(brief.emotion,) if brief.emotion else (),
        named=brief.providers.speech,
    )


def speech_chain(speaker: Choice, brief: SpokenBrief, texts: Sequence[str]) -> tuple[tuple[SpeechRequest, ...], ...]:
    """Return, for each speaker that may be asked, all utterances in order.

    A voice has its name with one provider only: who stands in speaks with its own.
    """
    return tuple(
        tuple(
            SpeechRequest(
                provider=reference,
                text=text,
                language=brief.language,
                voice=brief.voice if reference == speaker.reference else None,
                rate_wpm=brief.pace_wpm,
                emotion=brief.emotion,
                style=brief.speaking_style,
            )
            for text in texts
        )
        for reference in speaker.references
    )


def those_setting_type(painter: Choice, market: Market) -> frozenset[str]:
    """Return who of those that may paint sets a card's words in type."""
    return frozenset(
        reference for reference in painter.references if market.providers.named("image", reference).capabilities.cards
    )


__all__ = ["speaking_need", "speech_chain", "those_setting_type"]
