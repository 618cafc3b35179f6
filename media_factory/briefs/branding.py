"""Briefs in a brand's colours."""

from __future__ import annotations

from typing import TypeVar

from media_factory.briefs.base import BriefBase
from media_factory.design.brand import Brand

BriefT = TypeVar("BriefT", bound=BriefBase)


def branded(brief: BriefT, brand: Brand) -> BriefT:
    """Return a brief with the brand's theme and colours where it says nothing of its own.

    Raises:
        InputError: no text can be read well on the brand's background.
    """
    says_theme = "theme" in brief.model_fields_set or brief.channel is not None
    theme = brief.theme if says_theme or brand.theme is None else brand.theme
    palette = brief.palette or (brand.palette(theme).as_tuple() if brand.colours else ())
    if (theme, palette) == (brief.theme, brief.palette):
        return brief
    return brief.model_copy(update={"theme": theme, "palette": palette})


__all__ = ["branded"]
