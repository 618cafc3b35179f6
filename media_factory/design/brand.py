"""A brand: the colours that a factory's products wear unless their briefs say otherwise."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from media_factory.design.themes import THEMES, Palette, ThemeName
from media_factory.errors import InputError
from media_factory.model import Model

if TYPE_CHECKING:
    from media_factory.design.colour import Floats

_COLOUR = r"^#[0-9a-f]{6}$"
# What themes are held to as well: WCAG 2.2 with room to spare, since pictures move and are seen small.
_INK_CONTRAST, _MUTED_CONTRAST, _ACCENT_CONTRAST = 10.0, 5.0, 4.7
_VARIABLES = {
    "primary": ("BRAND_PRIMARY_COLOR", "BRAND_PRIMARY_COLOUR"),
    "secondary": ("BRAND_SECONDARY_COLOR", "BRAND_SECONDARY_COLOUR", "BRAND_ACCENT_COLOR"),
    "background": ("BRAND_BACKGROUND_COLOR", "BRAND_BACKGROUND_COLOUR"),
    "text": ("BRAND_TEXT_COLOR", "BRAND_TEXT_COLOUR"),
}
_THEME_VARIABLE = "BRAND_THEME"


class Brand(Model):
    """Colours as #rrggbb, lower case; what is not given is the theme's."""

    primary: str | None = Field(default=None, pattern=_COLOUR, description="the brand's colour: the accent")
    secondary: str | None = Field(default=None, pattern=_COLOUR, description="the second accent")
    background: str | None = Field(default=None, pattern=_COLOUR)
    text: str | None = Field(default=None, pattern=_COLOUR, description="the ink")
    theme: ThemeName | None = Field(default=None, description="the theme of briefs that name neither theme nor channel")

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours that are given."""
        return tuple(filter(None, (self.primary, self.secondary, self.background, self.text)))

    def palette(self, theme: ThemeName) -> Palette:
        """Return a theme's palette in the brand's colours, made lighter or darker where they could not be read.

        Raises:
            InputError: no text can be read well on the brand's background.
        """
        from media_factory.design.colour import BLACK, WHITE, contrast, legible, mix, parse_hex

        own = THEMES[theme].palette
        background = parse_hex(self.background or own.background)
        if max(contrast(WHITE, background), contrast(BLACK, background)) < _INK_CONTRAST:
            raise InputError(
                f"brand.background: neither black nor white text reaches a contrast of {_INK_CONTRAST:g}:1 on "
                f"{self.background}; choose a lighter or a darker one"
            )
        ink = legible(parse_hex(self.text or own.ink), background, _INK_CONTRAST)
        if self.background is None and self.text is None:
            surface, muted = parse_hex(own.surface), parse_hex(own.muted)
        else:
            surface = mix(background, ink, 0.04)
            ink = legible(ink, surface, _INK_CONTRAST)
            muted = legible(legible(mix(ink, background, 0.35), background, _MUTED_CONTRAST), surface, _MUTED_CONTRAST)
        accents = (parse_hex(self.primary or own.accent), parse_hex(self.secondary or own.accent2))
        accent, accent2 = (legible(colour, background, _ACCENT_CONTRAST) for colour in accents)
        found = (background, surface, ink, muted, accent, accent2)
        return Palette(**{name: _code(colour) for name, colour in zip(Palette.model_fields, found, strict=True)})


def brand_from(environment: Mapping[str, str] = os.environ) -> Brand:
    """Return the brand of `BRAND_PRIMARY_COLOR`, `_SECONDARY_COLOR`, `_BACKGROUND_COLOR`, `_TEXT_COLOR`, `BRAND_THEME`.

    Raises:
        InputError: one of them can't be used; the message names it.
    """
    found: dict[str, str] = {}
    for field, names in _VARIABLES.items():
        for name in names:
            if value := environment.get(name, "").strip():
                found.setdefault(field, _read(value, name))
    if theme := environment.get(_THEME_VARIABLE, "").strip():
        if theme not in THEMES:
            raise InputError(f"{_THEME_VARIABLE}: there is no theme {theme!r}; there are {', '.join(THEMES)}")
        found["theme"] = theme
    return Brand.model_validate(found)


def _read(value: str, name: str) -> str:
    """Return a colour as people write it into variables: with or without #, three or six digits."""
    digits = value.removeprefix("#").lower()
    if re.fullmatch(r"[0-9a-f]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        raise InputError(f"{name}: {value!r} is no colour; write it as #0b1f1a")
    return f"#{digits}"


def _code(colour: Floats) -> str:
    from media_factory.design.colour import rgb8

    return "#{:02x}{:02x}{:02x}".format(*rgb8(colour))


__all__ = ["Brand", "brand_from"]
