"""Themes: how a product looks and moves, as data.

Palettes were checked for contrast (ink >= 10:1 and muted >= 5:1 on both grounds, accents >= 4.7:1 on the background)
and for colour blindness (accents apart under protan, deutan and tritan simulation). `tests/design/test_themes.py`
holds them to it.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from media_factory.model import Model

ThemeName = Literal[
    "realistic",
    "professional",
    "illustration",
    "abstract",
    "minimalist",
    "futuristic",
    "infographic",
    "vintage",
    "news",
    "finance",
    "air",
    "water",
    "earth",
    "fire",
]
HexColour = str


class Palette(Model):
    """Six colours as #rrggbb."""

    background: HexColour
    surface: HexColour
    ink: HexColour
    muted: HexColour
    accent: HexColour
    accent2: HexColour

    def as_tuple(self) -> tuple[str, ...]:
        """Return the six colours in the order of the fields."""
        return (self.background, self.surface, self.ink, self.muted, self.accent, self.accent2)


class Style(Model):
    """A font family and weight (100 to 900)."""

    family: str
    weight: int = Field(ge=100, le=900)


class Theme(Model):
    """How a product looks, moves and speaks.

    `zoom_per_s` is the share of the picture that a push gains in a second; `transition_s` the cross-fade;
    `pause_s` the silence between two scenes; `rate_wpm` the narration's pace in words a minute.
    """

    name: ThemeName
    palette: Palette
    title: Style
    body: Style
    zoom_per_s: float = Field(ge=0, le=0.05)
    transition_s: float = Field(ge=0, le=2)
    pause_s: float = Field(ge=0, le=2)
    rate_wpm: int = Field(ge=80, le=220)
    grain_sigma: float = Field(default=0, ge=0, le=4, description="8-bit code values of grain on pictures")


_MANROPE, _SANS, _SERIF = "Manrope", "Source Sans Pro", "Source Serif Pro"
_HANKEN, _ROBOTO, _CALADEA = "Hanken Grotesk", "Roboto", "Caladea"

# name: palette, title font and weight, body font and weight, zoom/s, transition s, pause s, words a minute, grain
_ROWS: dict[ThemeName, tuple[str, tuple[str, int], tuple[str, int], float, float, float, int, float]] = {
    "realistic": ("11161A 1E262C F4F1EA B4BCC0 E0A458 6FA8BF", (_SERIF, 600), (_SANS, 400), 0.020, 0.6, 0.5, 155, 1.5),
    "professional": (
        "F7F8FA E6EAF0 14202E 4E5B6B 1F5FBF B3531A",
        (_HANKEN, 700),
        (_HANKEN, 400),
        0.015,
        0.3,
        0.4,
        160,
        0,
    ),
    "illustration": (
        "FFF6E6 FFE3C2 2B2140 5F5270 C93A27 12706B",
        ("Fredoka One", 400),
        (_MANROPE, 500),
        0.020,
        0.5,
        0.45,
        155,
        1,
    ),
    "abstract": (
        "17122B 2A2150 F6F2FF BDB3DB FF7A59 4FC3C9",
        (_MANROPE, 800),
        (_MANROPE, 500),
        0.015,
        1.2,
        0.6,
        145,
        0,
    ),
    "minimalist": (
        "FAFAF7 EEEDE8 161616 5C5C58 C2371B 2F5D8A",
        (_HANKEN, 600),
        (_HANKEN, 400),
        0.006,
        0.3,
        0.5,
        150,
        0,
    ),
    "futuristic": (
        "070B16 111A30 EAF6FF 9DB2CC 2EE6D6 B58CFF",
        (_MANROPE, 700),
        (_ROBOTO, 400),
        0.030,
        0.25,
        0.35,
        165,
        0,
    ),
    "infographic": (
        "FFFFFF EEF3F7 10243A 4A5D70 0072B2 C24E00",
        (_MANROPE, 800),
        (_ROBOTO, 400),
        0.010,
        0.4,
        0.4,
        155,
        0,
    ),
    "vintage": ("F3E7CF E6D3AE 33241A 66503D A8431F 1F4F63", (_CALADEA, 700), (_SERIF, 400), 0.015, 0.8, 0.6, 140, 2),
    "news": ("0E1420 1B2536 FFFFFF B7C1D1 FF5A4F 5AB0FF", (_MANROPE, 800), (_ROBOTO, 400), 0.020, 0.35, 0.35, 168, 1),
    "finance": ("0B1F1A 14332B F2F7F4 A9C2B8 E3B341 5CC6F2", (_MANROPE, 700), (_SANS, 400), 0.012, 0.4, 0.4, 155, 0),
    "air": ("F2F7FB DDEAF4 16324A 48637B 1F6FB0 8A5A14", (_MANROPE, 400), (_MANROPE, 400), 0.015, 1.2, 1.0, 125, 0),
    "water": ("06263A 0D3B54 EAF7FA A5C8D3 58C4DC F7B08E", (_SERIF, 400), (_SANS, 400), 0.012, 1.4, 1.0, 120, 0),
    "earth": ("F4EEE3 E2D6C2 2D2921 5E5646 2F5A46 A64A17", (_CALADEA, 700), (_SANS, 400), 0.010, 1.0, 0.8, 125, 2.5),
    "fire": ("1A0E0B 33160F FFF3E8 DDB8A6 FF7A1A FFC83D", (_MANROPE, 800), (_MANROPE, 500), 0.030, 0.25, 0.3, 175, 0),
}


def _theme(name: ThemeName) -> Theme:
    colours, title, body, zoom, transition, pause, rate, grain = _ROWS[name]
    background, surface, ink, muted, accent, accent2 = (f"#{colour}" for colour in colours.split())
    return Theme(
        name=name,
        palette=Palette(background=background, surface=surface, ink=ink, muted=muted, accent=accent, accent2=accent2),
        title=Style(family=title[0], weight=title[1]),
        body=Style(family=body[0], weight=body[1]),
        zoom_per_s=zoom,
        transition_s=transition,
        pause_s=pause,
        rate_wpm=rate,
        grain_sigma=grain,
    )


THEMES: dict[ThemeName, Theme] = {name: _theme(name) for name in get_args(ThemeName)}


def theme_in(name: ThemeName, colours: tuple[HexColour, ...]) -> Theme:
    """Return a theme in six colours of one's own, in the order of `Palette`; in its own colours if none are given."""
    theme = THEMES[name]
    if not colours:
        return theme
    palette = Palette(**dict(zip(Palette.model_fields, colours, strict=True)))
    return theme.model_copy(update={"palette": palette})


__all__ = ["THEMES", "HexColour", "Palette", "Style", "Theme", "ThemeName", "theme_in"]
