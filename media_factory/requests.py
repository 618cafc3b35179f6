"""What a provider is asked: one frozen model per modality, and nothing in it that is not needed.

A request's digest is the key of what it makes, so credentials, stores and clocks never enter it.
`provider` is always the resolved `provider:model`; engines of ours carry their output's version in the model's name.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from media_factory.assets import Asset
from media_factory.forms import as_form
from media_factory.model import Model

ProviderModel = str
Emotion = Literal["calm", "cheerful", "serious", "sad", "excited", "whispering"]
Layout = Literal["title", "quote", "figure", "chart", "list", "art"]


class DataPoint(Model):
    """One mark of a chart: a label, its value, and how the value is written ("3.25%")."""

    model_config = ConfigDict(title="Mark of a chart", json_schema_extra=as_form)

    label: str = Field(title="Label", description="What it stands for", examples=["2026"])
    value: float = Field(title="Value", description="How far the mark goes", examples=[3.25])
    shown: str = Field(title="As written", description="The value as the picture shows it", examples=["3.25%"])


class Card(Model):
    """The words and figures that a picture shows, for providers that set type (`Capabilities.cards`).

    Text stands as the script writes it. `layout` says what kind of card it is; "art" shows no text at all.
    """

    model_config = ConfigDict(json_schema_extra=as_form)

    layout: Layout = Field(default="art", title="Layout", description="What kind of card it is; art shows no text")
    kicker: str | None = Field(
        default=None, title="Kicker", description="A short label above the headline, such as a channel or date"
    )
    headline: str | None = Field(default=None, title="Headline", description="What stands largest")
    deck: str | None = Field(default=None, title="Deck", description="A sentence below the headline")
    figure: str | None = Field(
        default=None, title="Figure", description="The number that matters, as written", examples=["$300,000"]
    )
    figure_label: str | None = Field(default=None, title="Figure's label", description="What the figure counts")
    points: tuple[DataPoint, ...] = Field(default=(), title="Chart", description="A chart's marks, or empty")
    items: tuple[str, ...] = Field(default=(), title="List", description="A list's entries")
    attribution: str | None = Field(default=None, title="Attribution", description="Who is quoted, or a source")


class PromptRequest(Model):
    """Ask a writer to turn a headline or a scene into a picture prompt."""

    provider: ProviderModel
    headline: str = Field(min_length=1)
    text: str = ""
    style: str = Field(description="art style, usually the theme's name")
    language: str = "en"
    max_chars: int = Field(default=400, ge=40, le=4000)
    guidelines: tuple[str, ...] = Field(default=(), description="style guidelines that the prompt must carry")


class ImageRequest(Model):
    """Ask for one picture."""

    provider: ProviderModel
    prompt: str = Field(min_length=1)
    width_px: int = Field(ge=64, le=8192)
    height_px: int = Field(ge=64, le=8192)
    seed: int = Field(default=0, ge=0)
    theme: str = "news"
    palette: tuple[str, ...] = Field(
        default=(), description="six #rrggbb colours (background, surface, ink, muted, accent, accent 2) or the theme's"
    )
    card: Card | None = Field(default=None, description="only for providers that set type")
    language: str = "en"


class SpeechRequest(Model):
    """Ask for one utterance."""

    provider: ProviderModel
    text: str = Field(min_length=1)
    language: str = Field(default="en", description="BCP 47 tag")
    voice: str | None = Field(default=None, description="the provider's own voice name; its default if none")
    rate_wpm: int = Field(default=160, ge=80, le=300, description="words a minute")
    emotion: Emotion | None = Field(default=None, description="how it is said; as the provider would if none")
    style: str | None = Field(default=None, max_length=400, description="directions to the speaker, in plain words")


class ClipRequest(Model):
    """Ask for one moving picture, from words or from a still that it sets in motion."""

    provider: ProviderModel
    prompt: str = Field(min_length=1)
    width_px: int = Field(ge=64, le=8192)
    height_px: int = Field(ge=64, le=8192)
    duration_s: float = Field(gt=0, le=60)
    seed: int = Field(default=0, ge=0)
    image: Asset | None = Field(default=None, description="the first frame; none makes the clip from words alone")


class SoundRequest(Model):
    """Ask for a sound effect or a piece of music."""

    provider: ProviderModel
    kind: Literal["effect", "music"]
    prompt: str = Field(min_length=1)
    duration_s: float = Field(ge=0.5, le=600)


class AlignRequest(Model):
    """Ask when each word of a text is spoken in a sound."""

    provider: ProviderModel
    sound: Asset
    text: str = Field(min_length=1)
    language: str = Field(default="en", description="BCP 47 tag")


class ModerationRequest(Model):
    """Ask whether a text may be published."""

    provider: ProviderModel
    text: str = Field(min_length=1)


__all__ = [
    "AlignRequest",
    "Card",
    "ClipRequest",
    "DataPoint",
    "Emotion",
    "ImageRequest",
    "Layout",
    "ModerationRequest",
    "PromptRequest",
    "ProviderModel",
    "SoundRequest",
    "SpeechRequest",
]
