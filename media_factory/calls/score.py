"""Scores of models: quality, speed, cost and reliability, each between 0 and 1, weighed by the policy."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from media_factory.assets import pending_asset
from media_factory.calls.fitness import Need
from media_factory.catalogue.entries import CatalogueEntry
from media_factory.model import Model
from media_factory.policy import Weights
from media_factory.providers.base import Capabilities, Modality
from media_factory.requests import (
    AlignRequest,
    ClipRequest,
    ImageRequest,
    ModerationRequest,
    PromptRequest,
    SoundRequest,
    SpeechRequest,
)

_DRAFT_QUALITY, _UNKNOWN_QUALITY = 0.1, 0.5
_UNKNOWN_S, _UNKNOWN_LOCAL_S = 10.0, 1.0
# Where a part is one half: a wait that people notice, and a price that adds up over the scenes of a story.
_HALF_S, _HALF_USD = 30.0, 0.05
# Of two that paint equally well, the one that can't set the card's words leaves the picture without its point; of two
# that speak equally well, the one that can't sound as asked leaves the text without its tone.
_LACKING = 0.5
# A sentence or two: what a scene says. The text itself must not decide, or an edit could change who speaks it.
_TYPICAL_TEXT = "The port reopened this morning after a storm that lasted nine days and kept forty ships at sea. " * 2


class Parts(Model):
    """What a score is made of; 1 is the best there is."""

    quality: float = Field(ge=0, le=1)
    speed: float = Field(ge=0, le=1)
    cost: float = Field(ge=0, le=1)
    reliability: float = Field(ge=0, le=1)


def parts_of(
    capabilities: Capabilities,
    entry: CatalogueEntry | None,
    usd: Decimal | None,
    reliability: float | None,
    lacks: int = 0,
) -> Parts:
    """Return the parts of a model's score, rounded to 4 digits.

    Args:
        capabilities: the provider's.
        entry: what the catalogue knows of the model; without one it counts as middling.
        usd: the price of a typical request; one that nobody knows counts as endless.
        reliability: the share of calls that ended well of late; 1 where nobody knows.
        lacks: how many things that were wished for it can't give; each halves its quality.
    """
    quality = entry.quality if entry else _UNKNOWN_QUALITY
    if capabilities.draft:
        quality = min(quality, _DRAFT_QUALITY)
    quality *= _LACKING**lacks
    seconds = entry.seconds if entry else _UNKNOWN_LOCAL_S if capabilities.local else _UNKNOWN_S
    return Parts(
        quality=round(quality, 4),
        speed=round(1 / (1 + seconds / _HALF_S), 4),
        cost=0.0 if usd is None else round(1 / (1 + float(usd) / _HALF_USD), 4),
        reliability=1.0 if reliability is None else round(reliability, 4),
    )


def score_of(parts: Parts, weights: Weights) -> float:
    """Return the weighted mean of a score's parts, between 0 and 1; 0 where no part has a weight."""
    weighed = weights.model_dump()
    total = sum(weighed.values())
    shares = parts.model_dump()
    return round(sum(shares[name] * weight for name, weight in weighed.items()) / total, 4) if total else 0.0


def typical_request(reference: str, need: Need) -> Model:
    """Return a request of a usual length for a need, to compare prices by: one that edits of a text don't change."""
    width_px, height_px = max(need.sizes, key=lambda size: size[0] * size[1], default=(1080, 1080))
    duration_s = need.duration_s or 5.0
    image = pending_asset(reference, "image/png", width_px=width_px, height_px=height_px)
    sound = pending_asset(reference, "audio/wav", duration_s=10.0)
    made: dict[Modality, Model] = {
        "prompt": PromptRequest(provider=reference, headline=_TYPICAL_TEXT[:80], text=_TYPICAL_TEXT, style="news"),
        "image": ImageRequest(provider=reference, prompt=_TYPICAL_TEXT, width_px=width_px, height_px=height_px),
        "speech": SpeechRequest(provider=reference, text=_TYPICAL_TEXT, language=need.language),
        "clip": ClipRequest(
            provider=reference,
            prompt=_TYPICAL_TEXT,
            width_px=width_px,
            height_px=height_px,
            duration_s=min(60.0, duration_s),
            image=image if need.from_still else None,
        ),
        "sound": SoundRequest(
            provider=reference, kind=need.sounds, prompt="rain on a roof", duration_s=min(600.0, max(0.5, duration_s))
        ),
        "align": AlignRequest(provider=reference, sound=sound, text=_TYPICAL_TEXT, language=need.language),
        "moderation": ModerationRequest(provider=reference, text=_TYPICAL_TEXT),
    }
    return made[need.modality]


__all__ = ["Parts", "parts_of", "score_of", "typical_request"]
